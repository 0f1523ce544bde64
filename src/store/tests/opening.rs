//! What is opened, what is brought up to date, and what is refused.

use std::time::Duration;

use sqlx::{ConnectOptions, Connection, Executor};

use super::*;
use crate::curation::review::{Proposal, Settings};
use crate::store::sqlite::open::{self, unused};
use crate::store::{Opened, Schema, Strange, now};

fn older() -> Tuning {
    Tuning { newest: Schema(1), ..Tuning::default() }
}

fn hasty() -> Tuning {
    Tuning { busy: Duration::from_millis(50), ..Tuning::default() }
}

#[tokio::test]
async fn a_store_is_made_where_there_is_none_and_found_where_there_is_one() {
    let folder = Folder::new();
    assert!(Store::open_existing(&folder.at()).await.unwrap().is_none());
    assert!(folder.names().is_empty(), "who only reads makes nothing");
    let opened = Store::open(&folder.at()).await.unwrap();
    assert_eq!(opened.migrated, None);
    opened.store.health().await.unwrap();
    save(&opened.store, HERE, &revision("a", 1, "one")).await;
    let beside = Store::open_existing(&folder.at()).await.unwrap().unwrap();
    assert_eq!((beside.store.heads().await.unwrap().heads.len(), beside.migrated), (1, None));
    opened.store.close().await;
    assert_eq!(beside.store.history(HERE, &fact("a")).await.unwrap().len(), 1, "the other handle goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_make_the_store_at_once_all_find_the_same() {
    for _ in 0..5 {
        let folder = Folder::new();
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let at = folder.at();
                tokio::spawn(async move { Store::open(&at).await.unwrap().store })
            })
            .collect();
        let mut stores = Vec::new();
        for task in tasks {
            stores.push(task.await.unwrap());
        }
        save(&stores[0], HERE, &revision("a", 1, "one")).await;
        for store in &stores {
            assert_eq!(store.heads().await.unwrap().heads.len(), 1);
        }
    }
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let folder = Folder::new();
    let store = folder.open().await;
    store.clone().close().await;
    let error = store.heads().await.unwrap_err();
    assert!(error.to_string().contains("the store is closed"), "{error}");
}

#[tokio::test]
async fn what_a_crash_left_empty_is_made_into_a_store() {
    let folder = Folder::new();
    fs::write(folder.file("store.db"), "").unwrap();
    assert!(Store::open_existing(&folder.at()).await.unwrap().is_none());
    let store = folder.open().await;
    save(&store, HERE, &revision("a", 1, "one")).await;
    // A database without tables, as a process leaves it that ends between making the file and filling it.
    let bare = folder.file("bare.db");
    let mut raw = Tuning::default().writing(&bare).create_if_missing(true).connect().await.unwrap();
    run(&mut raw, "PRAGMA journal_mode = WAL").await.unwrap();
    raw.close().await.unwrap();
    assert!(fs::metadata(&bare).unwrap().len() > 0);
    Store::open(&location(&bare)).await.unwrap().store.health().await.unwrap();
}

#[tokio::test]
async fn a_store_in_memory_serves_a_test() {
    let store = Store::open(&Location::parse("sqlite::memory:").unwrap()).await.unwrap().store;
    save(&store, HERE, &revision("a", 1, "one")).await;
    assert_eq!(store.heads().await.unwrap().heads.len(), 1);
    store.health().await.unwrap();
}

#[tokio::test]
async fn an_older_store_is_brought_up_to_date_after_a_backup() {
    let folder = Folder::new();
    let old = folder.tuned(older()).await.unwrap().store;
    save(&old, HERE, &revision("a", 1, "one")).await;
    save(&old, HERE, &revision("a", 2, "two")).await;
    old.set_settings(server(7), &Settings::default(), id(1), 5).await.unwrap();
    let draft = old.keep_draft(server(7), id(1), "begun", now()).await.unwrap();
    old.close().await;

    let opened = Store::open(&folder.at()).await.unwrap();
    let migrated = opened.migrated.unwrap();
    assert_eq!((migrated.from, migrated.to), (Schema(1), Schema::NEWEST));
    let backup = migrated.backup.unwrap();
    let name = backup.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with(&format!("store.db.before-{}-2", Schema::NEWEST)) && name.ends_with('Z'), "{name}");
    let store = opened.store;
    assert_eq!(store.history(HERE, &fact("a")).await.unwrap(), [revision("a", 1, "one"), revision("a", 2, "two")]);
    assert_eq!(store.settings().await.unwrap().len(), 1);
    assert_eq!(store.draft(server(7), id(1), draft).await.unwrap().as_deref(), Some("begun"));
    store.suggest(Scope::Server(server(7)), &Proposal::Wrong { fact: fact("a"), question: None }, None, 1, None).await.unwrap();
    assert_eq!(store.report().await.unwrap().schema, Schema::NEWEST);
    let before = Store::check_file(&backup).await.unwrap();
    assert_eq!((before.schema, before.revisions, before.facts, before.problems), (Schema(1), 2, 1, vec![]));
    store.close().await;
    assert_eq!(Store::open(&folder.at()).await.unwrap().migrated, None, "once");
}

#[test]
fn a_backup_takes_a_name_that_nothing_has() {
    let folder = Folder::new();
    let file = folder.file("store.db");
    for name in ["store.db.before-x", "store.db.before-x-2", "store.db.before-x-3"] {
        let free = unused(&file, "before-x");
        assert_eq!(free, folder.file(name));
        fs::write(free, "taken").unwrap();
    }
}

#[tokio::test]
async fn a_newer_store_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    folder.open().await.close().await;
    let error = folder.tuned(older()).await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { theirs: Schema(2), ours: Schema(1), .. }), "{error}");
    let mut raw = folder.raw().await;
    run(&mut raw, "INSERT INTO _sqlx_migrations VALUES (9999, 'later', 0, 1, x'00', 0)").await.unwrap();
    raw.close().await.unwrap();
    let before = fs::read(folder.file("store.db")).unwrap();
    let error = Store::open(&folder.at()).await.unwrap_err();
    is_one_sentence(&error, &Place::of_file(&folder.file("store.db")));
    let said = error.to_string();
    assert!(
        said.contains("schema 9999") && said.contains(&format!("{} at most", Schema::NEWEST)) && said.contains("newer program"),
        "{said}"
    );
    assert!(fs::read(folder.file("store.db")).unwrap() == before);
}

#[tokio::test]
async fn a_store_of_another_build_is_refused() {
    let folder = Folder::new();
    folder.open().await.close().await;
    run(&mut folder.raw().await, "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 2").await.unwrap();
    let error = Store::open(&folder.at()).await.unwrap_err();
    assert!(matches!(&error, StoreError::Foreign { what: Strange::OtherBuild(Schema(2)), .. }), "{error}");
    is_one_sentence(&error, &Place::of_file(&folder.file("store.db")));
}

#[tokio::test]
async fn what_is_no_store_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    let store = folder.open().await;
    for number in 1..40 {
        save(&store, HERE, &revision("a", number, &"long ".repeat(400))).await;
    }
    store.close().await;
    let whole = fs::read(folder.file("store.db")).unwrap();
    let other = folder.file("other.db");
    let mut raw = Tuning::default().writing(&other).create_if_missing(true).connect().await.unwrap();
    run(&mut raw, "CREATE TABLE song (name TEXT)").await.unwrap();
    raw.close().await.unwrap();
    let signed = folder.file("signed.db");
    fs::copy(&other, &signed).unwrap();
    let mut raw = super::raw(&signed).await;
    run(&mut raw, "DROP TABLE song").await.unwrap();
    run(&mut raw, "PRAGMA application_id = 1").await.unwrap();
    raw.close().await.unwrap();
    for (name, bytes, what) in [
        ("garbage.db", b"these are facts, but not in order".repeat(99), Strange::NotSqlite),
        ("short.db", b"SQL".to_vec(), Strange::NotSqlite),
        ("header.db", b"SQLite format 3\0".to_vec(), Strange::NotSqlite),
        ("half.db", whole[..whole.len() / 2].to_vec(), Strange::Damaged),
        ("page.db", whole[..4096].to_vec(), Strange::Damaged),
        ("others.db", fs::read(&other).unwrap(), Strange::OtherProgram),
        ("signed.db", fs::read(&signed).unwrap(), Strange::OtherProgram),
    ] {
        let file = folder.file(name);
        fs::write(&file, &bytes).unwrap();
        for error in [
            Store::open(&location(&file)).await.unwrap_err(),
            Store::open_existing(&location(&file)).await.unwrap_err(),
            Store::check_file(&file).await.unwrap_err(),
        ] {
            assert!(matches!(&error, StoreError::Foreign { what: found, .. } if *found == what), "{name}: {error}");
            is_one_sentence(&error, &Place::of_file(&file));
        }
        assert!(fs::read(&file).unwrap() == bytes, "{name} was changed");
    }
    let error = Store::open(&location(&folder.0)).await.unwrap_err();
    assert!(matches!(error, StoreError::Foreign { what: Strange::NotSqlite, .. }), "{error}");
    let nowhere = folder.file("no/such/folder.db");
    let error = Store::open(&location(&nowhere)).await.unwrap_err();
    assert!(matches!(&error, StoreError::Io { what, .. } if what.contains("folder does not exist")), "{error}");
    is_one_sentence(&error, &Place::of_file(&nowhere));
}

#[tokio::test]
async fn a_file_that_cannot_be_written_can_be_read() {
    let folder = Folder::new();
    let writing = folder.open().await;
    save(&writing, HERE, &revision("a", 1, "one")).await;
    let tuning = Tuning { read_only: true, ..Tuning::default() };
    let error = folder.tuned(tuning).await.unwrap_err();
    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
    is_one_sentence(&error, writing.place());
    let reading = Opened::from(open::open_existing(&folder.store(), tuning).await.unwrap().unwrap()).store;
    assert_eq!(reading.heads().await.unwrap().heads.len(), 1);
    for error in [reading.append(HERE, &revision("b", 1, "two")).await.unwrap_err(), reading.health().await.unwrap_err()] {
        assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_store_that_something_else_writes_is_waited_for_and_then_said_to_be_locked() {
    let folder = Folder::new();
    let store = folder.tuned(hasty()).await.unwrap().store;
    let mut other = folder.raw().await;
    other.execute("BEGIN EXCLUSIVE").await.unwrap();
    let opened = folder.tuned(hasty()).await.map(|_| ());
    for error in [store.append(HERE, &revision("a", 1, "one")).await.map(|_| ()), store.health().await, opened] {
        let error = error.unwrap_err();
        assert!(matches!(error, StoreError::Locked { .. }), "{error}");
        is_one_sentence(&error, store.place());
    }
    assert!(store.heads().await.unwrap().heads.is_empty(), "reading goes on");
    other.execute("COMMIT").await.unwrap();
    save(&store, HERE, &revision("a", 1, "one")).await;
}

#[tokio::test]
async fn a_full_disk_loses_nothing_and_does_not_stop_what_needs_no_room() {
    let folder = Folder::new();
    let store = folder.open().await;
    save(&store, HERE, &revision("a", 1, "one")).await;
    let draft = store.keep_draft(server(7), id(1), &"long ".repeat(40_000), now()).await.unwrap();
    store.close().await;
    // No page more than there are now.
    let store = folder.tuned(Tuning { pages_at_most: Some(1), ..Tuning::default() }).await.unwrap().store;
    let large = revision("a", 2, &"large ".repeat(20_000));
    for _ in 0..2 {
        // Of the one SQLite takes a statement back, of the other the whole transaction.
        let no_draft = store.keep_draft(server(7), id(1), &"long ".repeat(40_000), now()).await.unwrap_err();
        assert!(matches!(no_draft, StoreError::Full { .. }), "{no_draft}");
        let error = store.append(HERE, &large).await.unwrap_err();
        assert!(matches!(error, StoreError::Full { .. }), "{error}");
        is_one_sentence(&error, store.place());
    }
    assert_eq!(store.history(HERE, &fact("a")).await.unwrap(), [revision("a", 1, "one")]);
    store.drop_draft(server(7), id(1), draft).await.unwrap();
    store.append(HERE, &large).await.unwrap();
    assert_eq!(store.history(HERE, &fact("a")).await.unwrap(), [revision("a", 1, "one"), large]);
    assert_eq!(store.report().await.unwrap().problems, []);
}

#[tokio::test]
async fn a_call_that_is_given_up_halfway_keeps_nothing_from_the_next() {
    let folder = Folder::new();
    let store = folder.open().await;
    for steps in 0..12 {
        let next = revision("a", 1, "given up");
        let giving_up = async {
            // Polled so many times, then dropped.
            let mut work = std::pin::pin!(store.append(HERE, &next));
            for _ in 0..steps {
                let polled = tokio::time::timeout(Duration::from_micros(200), &mut work).await;
                if polled.is_ok() {
                    return;
                }
            }
        };
        giving_up.await;
        store.health().await.unwrap();
    }
    let now = store.heads().await.unwrap().heads.first().map_or(0, |head| head.number.0);
    save(&store, HERE, &revision("a", now + 1, "after")).await;
    assert_eq!(store.history(HERE, &fact("a")).await.unwrap().len(), now as usize + 1);
}
