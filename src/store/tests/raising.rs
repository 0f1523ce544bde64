//! Older stores: looked at as they are, raised with all that they hold.

use std::time::Duration;

use sqlx::{Connection, PgConnection};

use super::*;
use crate::curation::review::{Decision, Post, Proposal, Settings, Verdict};
use crate::store::copy::TABLES;
use crate::store::postgres::open::migrate;
use crate::store::schema::{Purpose, WITH_SHARING};
use crate::store::{AskedInVain, Schema, now};

on_every_engine!(a_filled_store_is_raised_with_every_row);

/// A store that is made with an older schema, and left at it.
async fn older(ground: &Ground, schema: Schema) -> Store {
    match ground {
        Ground::File(folder) => folder.tuned(Tuning { newest: schema, ..Tuning::default() }).await.unwrap().store.close().await,
        Ground::Server(database) => {
            let mut connection = PgConnection::connect(&database.url).await.unwrap();
            migrate(&mut connection, schema, Purpose::Use).await.unwrap();
            connection.close().await.unwrap();
        }
    }
    as_it_is(&ground.at()).await
}

async fn as_it_is(at: &Location) -> Store {
    Store::open_as_it_is(at).await.unwrap().unwrap()
}

/// All rows of what a schema has.
async fn rows(ground: &Ground, schema: Schema) -> Vec<(&'static str, Vec<String>)> {
    let mut raw = ground.raw().await;
    let mut all = Vec::new();
    for table in TABLES.iter().filter(|table| table.since <= schema) {
        let columns: Vec<_> = table.columns().map(|column| format!("coalesce(CAST({} AS TEXT), '-')", column.name())).collect();
        let found = raw.names(&format!("SELECT {} FROM {} ORDER BY 1", columns.join(" || '|' || "), table.name)).await;
        all.push((table.name, found));
    }
    all.push(("lease", raw.names("SELECT name || holder || CAST(until AS TEXT) FROM lease").await));
    all.push(("epoch", raw.names("SELECT CAST(epoch AS TEXT) FROM epoch").await));
    all
}

/// Something in every table that schema 3 has.
async fn fill(ground: &Ground, store: &Store) {
    for one in [revision("a", 1, "one"), revision("a", 2, "two")] {
        save(store, HERE, &one).await;
    }
    save(store, Scope::Everywhere, &revision("b", 1, "three")).await;
    store.set_settings(server(7), &Settings { hosts: vec!["example.org".to_owned()], ..Settings::default() }, id(1), 5).await.unwrap();
    store.keep_draft(server(7), id(1), "begun", now()).await.unwrap();
    let wrong = Proposal::Wrong { fact: fact("a"), question: Some("when?".to_owned()) };
    let decided = store.suggest(HERE, &wrong, Some(id(9)), 1, Some(3)).await.unwrap();
    let own = Decision { verdict: Verdict::Rejected, by: Some(id(9)), at: 3, reason: "so".to_owned() };
    store.decide(HERE, decided.id, &own, None, Some(4)).await.unwrap();
    let waiting =
        store.suggest(HERE, &Proposal::Words { fact: fact("a"), words: "Who?".to_owned(), times: 5 }, None, 1, None).await.unwrap();
    store.posted(waiting.id, Post { channel: id(1), message: id(2) }).await.unwrap();
    store.lease("shard 0/2", "one", Duration::from_secs(600)).await.unwrap();
    let now = now();
    let mut raw = ground.raw().await;
    for sql in [
        format!("INSERT INTO unanswered (server, folded, asked, times, last_at) VALUES (7, 'why?', 'Why?', 3, {now})"),
        format!("INSERT INTO pick (server, fact, folded, words, times, last_at) VALUES (7, 'a', 'talks', 'Talks', 2, {now})"),
    ] {
        raw.run(&sql).await.unwrap();
    }
}

async fn a_filled_store_is_raised_with_every_row(ground: Ground) {
    let store = older(&ground, WITH_SHARING).await;
    fill(&ground, &store).await;
    let before = rows(&ground, WITH_SHARING).await;
    assert!(before.iter().all(|(_, rows)| !rows.is_empty()), "{before:?}");
    store.close().await;

    let opened = Store::open(&ground.at()).await.unwrap();
    let migrated = opened.migrated.unwrap();
    assert_eq!((migrated.from, migrated.to), (WITH_SHARING, Schema::NEWEST));
    let store = opened.store;
    assert_eq!(rows(&ground, WITH_SHARING).await, before);
    let report = store.report().await.unwrap();
    assert_eq!((report.schema, report.revisions, report.facts, report.problems), (Schema::NEWEST, 3, 2, vec![]));
    assert!(store.untold().await.unwrap().is_empty(), "what was decided before is told to nobody");
    // From now on people are told apart by hashes, under a secret that is this store's.
    let salts = ground.raw().await.names("SELECT salt FROM salt").await;
    assert!(matches!(salts.as_slice(), [salt] if salt.len() == 64 && salt.chars().all(|c| c.is_ascii_hexdigit())), "{salts:?}");
    let anna = 700_100_200_300_400_500;
    store.note_unanswered(&[AskedInVain { scope: HERE, text: "Why?".to_owned(), asker: id(anna), at: now() }]).await.unwrap();
    let askers = ground.raw().await.names("SELECT who FROM asker").await;
    assert!(matches!(askers.as_slice(), [who] if who.len() == 32 && !who.contains(&anna.to_string())), "{askers:?}");
    assert_eq!(store.unanswered(HERE, 9).await.unwrap()[0].times, 4, "those who asked before count");
    assert_eq!(store.about(id(anna)).await.unwrap()["questions"].as_array().unwrap().len(), 1);
    // What waited is decided, and its end told, as if it had been made today.
    let waiting = store.waiting(HERE, None, 9).await.unwrap().suggestions;
    let rejected = Decision { verdict: Verdict::Rejected, by: Some(id(8)), at: 3, reason: String::new() };
    store.decide(HERE, waiting[0].id, &rejected, None, None).await.unwrap();
    let signed = store.suggest(HERE, &Proposal::Wrong { fact: fact("a"), question: None }, Some(id(9)), 1, None).await.unwrap();
    store.decide(HERE, signed.id, &rejected, None, None).await.unwrap();
    assert_eq!(store.untold().await.unwrap().len(), 1);
}

/// Who only looks leaves the schema alone, and a copy has the schema of what it was copied from.
async fn looked_at(ground: Ground, schema: Schema) {
    let store = older(&ground, schema).await;
    save(&store, HERE, &revision("a", 1, "one")).await;
    store.health().await.unwrap();
    let report = store.report().await.unwrap();
    assert_eq!((report.schema, report.revisions, report.problems), (schema, 1, vec![]));
    let folder = Folder::new();
    let copy = folder.file("copy.db");
    store.backup(&copy).await.unwrap();
    store.close().await;
    assert_eq!(as_it_is(&ground.at()).await.report().await.unwrap().schema, schema, "it is left where it was");
    if let Ground::File(folder) = &ground {
        assert!(!folder.names().iter().any(|name| name.contains("before")), "{:?}", folder.names());
    }
    let copied = Store::check_file(&copy).await.unwrap();
    assert_eq!((copied.schema, copied.revisions, copied.problems), (schema, 1, vec![]));
    assert_eq!(folder.names(), ["copy.db"]);
    for at in [location(&copy), ground.at()] {
        let opened = Store::open(&at).await.unwrap();
        assert_eq!(opened.migrated.map(|migrated| migrated.from), Some(schema));
        assert_eq!(opened.store.history(HERE, &fact("a")).await.unwrap(), [revision("a", 1, "one")]);
    }
}

#[tokio::test]
async fn who_only_looks_leaves_an_older_file_as_it_is() {
    assert!(Store::open_as_it_is(&Folder::new().at()).await.unwrap().is_none());
    for schema in 1..Schema::NEWEST.0 {
        looked_at(Ground::file(), Schema(schema)).await;
    }
}

#[tokio::test]
async fn who_only_looks_leaves_an_older_database_as_it_is() {
    for schema in WITH_SHARING.0..Schema::NEWEST.0 {
        let Some(ground) = Ground::server().await else { return };
        looked_at(ground, Schema(schema)).await;
    }
}

#[tokio::test]
async fn an_older_file_is_copied_into_only_where_it_holds_nothing() {
    let (from, empty, filled) = (Ground::file(), Ground::file(), Ground::file());
    save(&from.open().await, HERE, &revision("a", 1, "one")).await;
    older(&empty, WITH_SHARING).await.close().await;
    Store::copy(&from.at(), &empty.at(), |_| ()).await.unwrap();
    assert_eq!(empty.open().await.history(HERE, &fact("a")).await.unwrap().len(), 1);
    save(&older(&filled, WITH_SHARING).await, HERE, &revision("a", 1, "other")).await;
    let error = Store::copy(&from.at(), &filled.at(), |_| ()).await.unwrap_err();
    assert!(matches!(error, StoreError::Occupied { table: "revision", .. }), "{error}");
    assert_eq!(as_it_is(&filled.at()).await.report().await.unwrap().schema, WITH_SHARING, "it is left as it was");
}
