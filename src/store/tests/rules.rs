//! What the database refuses, whoever asks it.

use super::*;
use crate::curation::review::{Decision, Proposal, Verdict};
use crate::store::schema::TABLES;

on_every_engine!(
    what_was_done_is_never_taken_back,
    a_revision_that_says_nonsense_is_refused,
    nothing_refers_to_what_is_not_there,
    what_breaks_a_rule_is_refused_in_words_and_nothing_is_changed,
    every_table_is_one_that_a_backup_brings_back,
);

const RECORD: &str = r#"{"text":"a","sources":[{"id":"s","title":"t"}]}"#;

/// An INSERT of a revision as another program could write it, with one column otherwise.
fn insert(verb: &str, column: &str, value: &str) -> String {
    let columns = [
        ("server", "7"),
        ("fact", "'a'"),
        ("number", "2"),
        ("action", "'edit'"),
        ("author_kind", "'operator'"),
        ("author", "NULL"),
        ("at", "5"),
        ("reason", "''"),
        ("cause", "NULL"),
        ("after_state", "'published'"),
        ("after_record", &format!("'{RECORD}'")),
    ]
    .map(|(name, usual)| (name.to_owned(), if name == column { value.to_owned() } else { usual.to_owned() }));
    let names: Vec<_> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let values: Vec<_> = columns.iter().map(|(_, value)| value.as_str()).collect();
    format!("{verb} INTO revision ({}) VALUES ({})", names.join(", "), values.join(", "))
}

async fn what_was_done_is_never_taken_back(ground: Ground) {
    let store = ground.open().await;
    let mut first = revision("a", 1, "one");
    first.stamp.cause = Some(3);
    save(&store, HERE, &first).await;
    let mut raw = ground.raw().await;
    let (replacing, not_replaced) = match ground {
        Ground::File(_) => ("INSERT OR REPLACE", "never replaced"),
        Ground::Server(_) => ("INSERT", "revision_cause_key"),
    };
    for (sql, said) in [
        ("DELETE FROM revision", "never deleted"),
        ("UPDATE revision SET reason = 'other'", "never changed"),
        ("UPDATE revision SET after_record = replace(after_record, 'one', 'two')", "never changed"),
        ("UPDATE revision SET author = 43", "never changed"),
        ("UPDATE revision SET author_kind = 'forgotten', author = NULL, at = 0", "never changed"),
        ("UPDATE revision SET author_kind = 'forgotten', author = NULL, cause = NULL", "never changed"),
        ("UPDATE revision SET author_kind = 'forgotten', author = NULL, id = 9", "never changed"),
        (&insert(replacing, "number", "1"), "follows the one before it"),
        (&insert(replacing, "cause", "3"), not_replaced),
        ("DELETE FROM head WHERE 0 = (SELECT count(*) FROM (SELECT 1) AS one); DELETE FROM revision WHERE id = 1", "never deleted"),
    ] {
        let refused = raw.run(sql).await.unwrap_err();
        assert!(refused.contains(said), "{sql}: {refused}");
    }
    assert_eq!(store.history(HERE, &fact("a")).await.unwrap(), [first.clone()]);
    assert_eq!(raw.run("UPDATE revision SET author_kind = 'forgotten', author = NULL").await, Ok(1));
    first.stamp.author = Author::Forgotten;
    assert_eq!(store.history(HERE, &fact("a")).await.unwrap(), [first]);
}

async fn a_revision_that_says_nonsense_is_refused(ground: Ground) {
    save(&ground.open().await, HERE, &revision("a", 1, "one")).await;
    let mut raw = ground.raw().await;
    for (column, value, said) in [
        ("after_record", r#"'{"text":"a","sources":[]}'"#, "at least one source"),
        ("after_record", r#"'{"text":"a"}'"#, "at least one source"),
        ("after_record", r#"'{"text":"a","sources":"s"}'"#, "at least one source"),
        ("after_record", "'nonsense'", "json"),
        ("after_record", "NULL", "not null"),
        ("after_state", "'hidden'", "no such state after"),
        ("number", "3", "follows the one before it"),
        ("number", "-1", "follows the one before it"),
        ("fact", "''", "follows the one before it"),
        ("action", "'burn'", "no such action"),
        ("action", "'retract'", "a retracted fact is not served"),
        ("author", "5", "a person has an id"),
        ("author_kind", "'person'", "a person has an id"),
        ("author_kind", "'nobody'", "no such kind of author"),
        ("at", "-1", "after 1970"),
    ] {
        let refused = raw.run(&insert("INSERT", column, value)).await.unwrap_err();
        assert!(refused.contains(said), "{column} = {value}: {refused}");
    }
    assert_eq!(raw.run(&insert("INSERT", "reason", "'fine'")).await, Ok(1), "the usual row is taken");
}

async fn nothing_refers_to_what_is_not_there(ground: Ground) {
    let store = ground.open().await;
    save(&store, HERE, &revision("a", 1, "one")).await;
    let wrong = Proposal::Wrong { fact: fact("a"), question: None };
    let open = store.suggest(Scope::Server(server(7)), &wrong, None, 1, None).await.unwrap();
    let mut raw = ground.raw().await;
    for sql in [
        "INSERT INTO head (server, fact, number) VALUES (7, 'b', 1)",
        "UPDATE head SET number = 2",
        "UPDATE head SET server = 8",
        "UPDATE suggestion SET verdict = 'approved', decided_at = 2, decision_reason = '', revision = 99",
    ] {
        let refused = raw.run(sql).await.unwrap_err();
        assert!(refused.contains("foreign key"), "{sql}: {refused}");
    }
    for (sql, said) in [
        ("UPDATE suggestion SET verdict = 'approved'", "a verdict has a time"),
        ("UPDATE suggestion SET verdict = 'maybe', decided_at = 2, decision_reason = ''", "no such verdict"),
        ("UPDATE suggestion SET verdict = 'rejected', decided_at = 2, decision_reason = '', revision = 1", "only what is approved"),
        ("UPDATE suggestion SET decided_by = 5", "no decider"),
        ("UPDATE suggestion SET channel = 5", "a message stands in a channel"),
        ("UPDATE suggestion SET kind = 'change'", "of its kind"),
        ("UPDATE suggestion SET fact = 'b'", "about its fact"),
    ] {
        let refused = raw.run(sql).await.unwrap_err();
        assert!(refused.contains(said), "{sql}: {refused}");
    }
    let rejected = Decision { verdict: Verdict::Rejected, by: Some(id(1)), at: 3, reason: "no".to_owned() };
    store.decide(Scope::Server(server(7)), open.id, &rejected, None, None).await.unwrap();
    let other = r#"UPDATE suggestion SET proposal = '{"kind":"wrong","fact":"a","question":"other"}'"#;
    for (sql, said) in [
        ("UPDATE suggestion SET verdict = 'approved'", "a decision stands"),
        (other, "a decision stands"),
        ("DELETE FROM suggestion", "only words that nobody took"),
        ("INSERT INTO asker (server, folded, who) VALUES (7, 'never asked', '0123456789abcdef0123456789abcdef')", "foreign key"),
        ("UPDATE salt SET one = 2", "a store has one salt"),
    ] {
        let refused = raw.run(sql).await.unwrap_err();
        assert!(refused.contains(said), "{sql}: {refused}");
    }
}

async fn what_breaks_a_rule_is_refused_in_words_and_nothing_is_changed(ground: Ground) {
    let store = ground.open().await;
    let mut long = revision("a", 1, "one");
    long.stamp.reason = "x".repeat(4_001);
    let error = store.append(HERE, &long).await.unwrap_err();
    assert!(matches!(&error, StoreError::Refused { rule, .. } if rule == "a reason has at most 4,000 characters"), "{error}");
    is_one_sentence(&error, store.place());
    assert!(store.heads().await.unwrap().heads.is_empty());
}

async fn every_table_is_one_that_a_backup_brings_back(ground: Ground) {
    let _store = ground.open().await;
    let tables = match ground {
        Ground::File(_) => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
        Ground::Server(_) => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'",
    };
    let mut tables = ground.raw().await.names(tables).await;
    // The first says how often a store was replaced, the last two are of processes that run now.
    tables.retain(|table| !["epoch", "_sqlx_migrations", "lease", "copying"].contains(&table.as_str()));
    let mut brought = TABLES.map(str::to_owned).to_vec();
    tables.sort();
    brought.sort();
    assert_eq!(tables, brought);
}
