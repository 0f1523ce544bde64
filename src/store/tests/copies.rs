//! Backups, what is found wrong in them, and what they replace.

use std::time::Duration;

use sqlx::{Connection, Executor};

use super::*;
use crate::curation::review::{Proposal, Settings};
use crate::store::Opened;
use crate::store::sqlite::open;
use crate::store::{AskedInVain, DraftId, Extent, Pick, Problem, Schema, Strange, now};

/// Something in every table.
async fn fill(store: &Store) {
    save(store, HERE, &revision("a", 1, "one")).await;
    save(store, HERE, &revision("a", 2, "two")).await;
    save(store, Scope::Everywhere, &revision("b", 1, "three")).await;
    store.set_settings(server(7), &Settings { hosts: vec!["example.org".to_owned()], ..Settings::default() }, id(1), 5).await.unwrap();
    store.keep_draft(server(7), id(1), "begun", now()).await.unwrap();
    suggest(store, "a").await;
    store.note_unanswered(&[AskedInVain { scope: HERE, text: "why?".to_owned(), asker: id(1), at: now() }]).await.unwrap();
    store.note_picks(&[Pick { server: server(7), words: "talks".to_owned(), fact: fact("a"), picker: id(1), at: now() }]).await.unwrap();
}

async fn suggest(store: &Store, name: &str) -> i64 {
    let wrong = Proposal::Wrong { fact: fact(name), question: None };
    store.suggest(Scope::Server(server(7)), &wrong, None, 1, None).await.unwrap().id.0
}

/// All that a store holds but its heads' mark.
async fn all(store: &Store) -> String {
    let heads = store.heads().await.unwrap().heads;
    let histories = [store.history(HERE, &fact("a")).await.unwrap(), store.history(Scope::Everywhere, &fact("b")).await.unwrap()];
    let waiting = store.waiting(Scope::Server(server(7)), None, 99).await.unwrap();
    let draft = store.draft(server(7), id(1), DraftId(1)).await.unwrap();
    let (settings, unanswered) = (store.settings().await.unwrap(), store.unanswered(HERE, 99).await.unwrap());
    let (picked, about) = (store.picked_often(1).await.unwrap(), store.about(id(1)).await.unwrap());
    format!("{heads:?} {histories:?} {waiting:?} {draft:?} {settings:?} {unanswered:?} {picked:?} {about}")
}

#[tokio::test]
async fn a_backup_is_whole_and_overwrites_nothing() {
    let folder = Folder::new();
    let store = folder.open().await;
    fill(&store).await;
    let copy = folder.file("copy.db");
    store.backup(&copy).await.unwrap();
    let report = Store::check_file(&copy).await.unwrap();
    assert_eq!((report.schema, report.revisions, report.facts, report.problems), (Schema::NEWEST, 3, 2, vec![]));
    let error = store.backup(&copy).await.unwrap_err();
    assert!(matches!(error, StoreError::Exists { .. }), "{error}");
    is_one_sentence(&error, &Place::of_file(&copy));
    let nowhere = folder.file("no/copy.db");
    is_one_sentence(&store.backup(&nowhere).await.unwrap_err(), &Place::of_file(&nowhere));
    assert_eq!(all(&Store::open(&location(&copy)).await.unwrap().store).await, all(&store).await);
    assert!(!folder.names().iter().any(|name| name.contains("partial")), "{:?}", folder.names());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_beside_many_writes_is_of_one_moment() {
    let folder = Folder::new();
    let store = folder.open().await;
    let writer = store.clone();
    let writing = tokio::spawn(async move {
        for number in 1..=60 {
            save(&writer, HERE, &revision("a", number, "text")).await;
        }
    });
    for copy in 0..3 {
        let copy = folder.file(&format!("copy-{copy}.db"));
        store.backup(&copy).await.unwrap();
        assert_eq!(Store::check_file(&copy).await.unwrap().problems, []);
    }
    writing.await.unwrap();
    assert_eq!(store.report().await.unwrap().revisions, 60);
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_found() {
    let folder = Folder::new();
    let store = folder.open().await;
    fill(&store).await;
    for (name, sql, problem) in [
        ("head.db", "UPDATE head SET number = 1 WHERE fact = 'a'", Problem::Heads { facts: 1 }),
        ("no-head.db", "DELETE FROM head", Problem::Heads { facts: 2 }),
        (
            "dangling.db",
            "PRAGMA foreign_keys = OFF; UPDATE head SET number = 9 WHERE fact = 'b'",
            Problem::Dangling { table: "head".to_owned(), parent: "revision".to_owned() },
        ),
        (
            "unreadable.db",
            "DROP TRIGGER revision_is_not_changed; UPDATE revision SET after_record = '{\"sources\":[1]}' WHERE id = 2",
            Problem::Unreadable { table: "revision", row: 2 },
        ),
        ("setting.db", "UPDATE setting SET body = '{\"secret\":1}'", Problem::Unreadable { table: "setting", row: 1 }),
        (
            "suggestion.db",
            "UPDATE suggestion SET proposal = '{\"kind\":\"wrong\",\"fact\":\"a\",\"question\":5}'",
            Problem::Unreadable { table: "suggestion", row: 1 },
        ),
        (
            "check.db",
            "PRAGMA ignore_check_constraints = ON; UPDATE draft SET server = 0",
            Problem::Damage("CHECK constraint failed in draft".to_owned()),
        ),
    ] {
        let file = folder.file(name);
        store.backup(&file).await.unwrap();
        let mut raw = raw(&file).await;
        raw.execute(sql).await.unwrap();
        raw.close().await.unwrap();
        let report = Store::check_file(&file).await.unwrap();
        assert!(report.problems.contains(&problem), "{name}: {:?}", report.problems);
        let error = store.restore(&file).await.unwrap_err();
        assert!(matches!(error, StoreError::Unsound { .. }), "{error}");
        is_one_sentence(&error, &Place::of_file(&file));
    }
    let error = Store::open(&location(&folder.file("unreadable.db"))).await.unwrap().store.history(HERE, &fact("a")).await.unwrap_err();
    assert!(matches!(&error, StoreError::Foreign { what: Strange::Unreadable { table: "revision", row: 2 }, .. }), "{error}");
    let missing = Store::check_file(&folder.file("missing.db")).await.unwrap_err();
    assert!(matches!(missing, StoreError::Missing { .. }), "{missing}");
}

#[tokio::test]
async fn a_restored_backup_is_seen_by_all_who_use_the_store() {
    let folder = Folder::new();
    let (bot, command) = (folder.open().await, folder.open().await);
    fill(&bot).await;
    let then = all(&bot).await;
    bot.backup(&folder.file("copy.db")).await.unwrap();
    save(&bot, HERE, &revision("a", 3, "later")).await;
    save(&bot, HERE, &revision("c", 1, "new")).await;
    let last = suggest(&bot, "later").await;
    bot.drop_draft(server(7), id(1), DraftId(1)).await.unwrap();
    let (now, seen) = (all(&bot).await, bot.heads().await.unwrap());

    let restored = command.restore(&folder.file("copy.db")).await.unwrap();
    assert_eq!((restored.from, restored.revisions, restored.facts), (Schema::NEWEST, 3, 2));
    assert_eq!(all(&bot).await, then);
    let anew = bot.heads_since(seen.mark).await.unwrap();
    assert_eq!((anew.extent, anew.heads.len()), (Extent::Whole, 2));
    assert_eq!(bot.heads_since(anew.mark).await.unwrap().extent, Extent::Changed);
    save(&bot, HERE, &revision("a", 3, "otherwise")).await;
    assert_eq!(bot.heads_since(anew.mark).await.unwrap().heads.len(), 1);
    assert!(suggest(&bot, "d").await > last, "a button under an old message means nothing new");
    let refused = run(&mut folder.raw().await, "DELETE FROM revision").await.unwrap_err();
    assert!(refused.contains("never deleted"), "{refused}");

    assert_eq!(all(&Store::open(&location(&restored.kept)).await.unwrap().store).await, now, "what was there is kept");
    let again = bot.restore(&restored.kept).await.unwrap();
    assert_ne!(again.kept, restored.kept);
    assert_eq!((all(&command).await, bot.heads_since(anew.mark).await.unwrap().extent), (now, Extent::Whole));
    assert_eq!(bot.report().await.unwrap().problems, []);
    assert!(!folder.names().iter().any(|name| name.contains("partial")), "{:?}", folder.names());
}

#[tokio::test]
async fn numbers_that_a_backup_gave_are_not_given_again() {
    let folder = Folder::new();
    let other = Store::open(&location(&folder.file("other.db"))).await.unwrap().store;
    let (here, anna) = (server(7), id(1));
    for _ in 0..3 {
        let draft = other.keep_draft(here, anna, "begun", now()).await.unwrap();
        other.drop_draft(here, anna, draft).await.unwrap();
    }
    // One store has given no number yet, the other a smaller one.
    for given in [0, 1] {
        let at = location(&folder.file(&format!("store-{given}.db")));
        let store = Store::open(&at).await.unwrap().store;
        for _ in 0..given {
            store.keep_draft(here, anna, "begun", now()).await.unwrap();
        }
        store.restore(&folder.file("other.db")).await.unwrap();
        assert_eq!(store.keep_draft(here, anna, "new", now()).await.unwrap(), DraftId(4));
    }
}

#[tokio::test]
async fn an_older_backup_is_brought_up_to_date_without_being_touched() {
    let folder = Folder::new();
    let old = folder.file("old.db");
    let older = Opened::from(open::open(&old, Tuning { newest: Schema(1), ..Tuning::default() }).await.unwrap()).store;
    save(&older, HERE, &revision("a", 1, "one")).await;
    older.close().await;
    let bytes = fs::read(&old).unwrap();
    let store = folder.open().await;
    fill(&store).await;
    assert_eq!(store.restore(&old).await.unwrap().from, Schema(1));
    assert_eq!(store.heads().await.unwrap().heads.len(), 1);
    assert_eq!(store.waiting(Scope::Server(server(7)), None, 9).await.unwrap().total, 0);
    assert_eq!(fs::read(&old).unwrap(), bytes);
}

#[tokio::test]
async fn a_restore_that_fails_changes_nothing() {
    let folder = Folder::new();
    let store = folder.tuned(Tuning { busy: Duration::from_millis(50), ..Tuning::default() }).await.unwrap().store;
    store.backup(&folder.file("empty.db")).await.unwrap();
    fill(&store).await;
    let (before, seen) = (all(&store).await, store.heads().await.unwrap());
    fs::write(folder.file("garbage.db"), "nothing of worth").unwrap();
    let error = store.restore(&folder.file("garbage.db")).await.unwrap_err();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error}");
    let error = store.restore(&folder.file("missing.db")).await.unwrap_err();
    assert!(matches!(error, StoreError::Missing { .. }), "{error}");
    let mut other = folder.raw().await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let error = store.restore(&folder.file("empty.db")).await.unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    other.execute("ROLLBACK").await.unwrap();
    assert_eq!(all(&store).await, before);
    assert_eq!(store.heads_since(seen.mark).await.unwrap().extent, Extent::Changed);
    assert!(!folder.names().iter().any(|name| name.contains("partial")), "{:?}", folder.names());
}
