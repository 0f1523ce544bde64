//! What the database refuses, whoever asks it.

use super::*;
use crate::curation::review::{Decision, Proposal, Verdict};
use crate::store::schema::TABLES;

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

#[tokio::test]
async fn what_was_done_is_never_taken_back() {
    let folder = Folder::new();
    let store = folder.open().await;
    let mut first = revision("a", 1, "one");
    first.stamp.cause = Some(3);
    save(&store, HERE, &first).await;
    let mut raw = folder.raw().await;
    for (sql, said) in [
        ("DELETE FROM revision", "never deleted"),
        ("UPDATE revision SET reason = 'other'", "never changed"),
        ("UPDATE revision SET after_record = replace(after_record, 'one', 'two')", "never changed"),
        ("UPDATE revision SET author = 43", "never changed"),
        ("UPDATE revision SET author_kind = 'forgotten', author = NULL, at = 0", "never changed"),
        ("UPDATE revision SET author_kind = 'forgotten', author = NULL, cause = NULL", "never changed"),
        ("UPDATE revision SET author_kind = 'forgotten', author = NULL, id = 9", "never changed"),
        (&insert("INSERT OR REPLACE", "number", "1"), "follows the one before it"),
        (&insert("INSERT OR REPLACE", "cause", "3"), "never replaced"),
        ("DELETE FROM head WHERE 0 = (SELECT count(*) FROM (SELECT 1)); DELETE FROM revision WHERE id = 1", "never deleted"),
    ] {
        let refused = run(&mut raw, sql).await.unwrap_err();
        assert!(refused.contains(said), "{sql}: {refused}");
    }
    assert_eq!(store.history(HERE, &fact("a")).await.unwrap(), [first.clone()]);
    assert_eq!(run(&mut raw, "UPDATE revision SET author_kind = 'forgotten', author = NULL").await, Ok(1));
    first.stamp.author = Author::Forgotten;
    assert_eq!(store.history(HERE, &fact("a")).await.unwrap(), [first]);
}

#[tokio::test]
async fn a_revision_that_says_nonsense_is_refused() {
    let folder = Folder::new();
    save(&folder.open().await, HERE, &revision("a", 1, "one")).await;
    let mut raw = folder.raw().await;
    for (column, value, said) in [
        ("after_record", r#"'{"text":"a","sources":[]}'"#, "at least one source"),
        ("after_record", r#"'{"text":"a"}'"#, "at least one source"),
        ("after_record", r#"'{"text":"a","sources":"s"}'"#, "at least one source"),
        ("after_record", "'nonsense'", "JSON"),
        ("after_record", "NULL", "NOT NULL"),
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
        let refused = run(&mut raw, &insert("INSERT", column, value)).await.unwrap_err();
        assert!(refused.contains(said), "{column} = {value}: {refused}");
    }
    assert_eq!(run(&mut raw, &insert("INSERT", "reason", "'fine'")).await, Ok(1), "the usual row is taken");
}

#[tokio::test]
async fn nothing_refers_to_what_is_not_there() {
    let folder = Folder::new();
    let store = folder.open().await;
    save(&store, HERE, &revision("a", 1, "one")).await;
    let wrong = Proposal::Wrong { fact: fact("a"), question: None };
    let open = store.suggest(Scope::Server(server(7)), &wrong, None, 1, None).await.unwrap();
    let mut raw = folder.raw().await;
    for sql in [
        "INSERT INTO head (server, fact, number) VALUES (7, 'b', 1)",
        "UPDATE head SET number = 2",
        "UPDATE head SET server = 8",
        "UPDATE suggestion SET verdict = 'approved', decided_at = 2, decision_reason = '', revision = 99",
    ] {
        let refused = run(&mut raw, sql).await.unwrap_err();
        assert!(refused.contains("FOREIGN KEY"), "{sql}: {refused}");
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
        let refused = run(&mut raw, sql).await.unwrap_err();
        assert!(refused.contains(said), "{sql}: {refused}");
    }
    let rejected = Decision { verdict: Verdict::Rejected, by: Some(id(1)), at: 3, reason: "no".to_owned() };
    store.decide(Scope::Server(server(7)), open.id, &rejected, None, None).await.unwrap();
    let refused = run(&mut raw, "UPDATE suggestion SET verdict = 'approved'").await.unwrap_err();
    assert!(refused.contains("a decision stands"), "{refused}");
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_in_words_and_nothing_is_changed() {
    let folder = Folder::new();
    let store = folder.open().await;
    let mut long = revision("a", 1, "one");
    long.stamp.reason = "x".repeat(4_001);
    let error = store.append(HERE, &long).await.unwrap_err();
    assert!(matches!(&error, StoreError::Refused { rule, .. } if rule == "a reason has at most 4,000 characters"), "{error}");
    is_one_sentence(&error, store.file());
    assert!(store.heads().await.unwrap().heads.is_empty());
}

#[tokio::test]
async fn every_table_is_one_that_a_backup_brings_back() {
    let folder = Folder::new();
    let _store = folder.open().await;
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('epoch', '_sqlx_migrations', 'sqlite_sequence')";
    let mut tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut folder.raw().await).await.unwrap();
    let mut brought = TABLES.map(str::to_owned).to_vec();
    tables.sort();
    brought.sort();
    assert_eq!(tables, brought);
}
