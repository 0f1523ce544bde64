//! A store that moves into another.

use super::*;
use crate::curation::review::{Decision, Proposal, Settings, SuggestionId, Verdict};
use crate::store::copy::TABLES;
use crate::store::schema;
use crate::store::{AskedInVain, DraftId, Extent, Pick, now};

on_every_engine!(every_column_is_one_that_is_copied, what_is_unfinished_is_refused, a_text_that_is_long_is_looked_up_all_the_same);

async fn every_column_is_one_that_is_copied(ground: Ground) {
    let _store = ground.open().await;
    let mut raw = ground.raw().await;
    assert_eq!(TABLES.each_ref().map(|table| table.name), schema::TABLES);
    for table in &TABLES {
        let columns = match ground {
            Ground::File(_) => format!("SELECT name FROM pragma_table_info('{}')", table.name),
            Ground::Server(_) => {
                format!("SELECT column_name::text FROM information_schema.columns WHERE table_name = '{}'", table.name)
            }
        };
        let mut columns = raw.names(&columns).await;
        let mut copied: Vec<_> = table.columns().map(|column| column.name().to_owned()).collect();
        columns.sort();
        copied.sort();
        assert_eq!(columns, copied, "{}", table.name);
    }
}

async fn what_is_unfinished_is_refused(ground: Ground) {
    ground.open().await.close().await;
    ground.raw().await.run("INSERT INTO copying (one, since) VALUES (1, 5)").await.unwrap();
    let refused = [Store::open(&ground.at()).await.map(|_| ()), Store::open_existing(&ground.at()).await.map(|_| ())];
    for error in refused {
        let error = error.unwrap_err();
        assert!(matches!(error, StoreError::Unfinished { .. }), "{error}");
        is_one_sentence(&error, &ground.at().place());
    }
}

/// PostgreSQL's indexes hold no row of more than 2,704 bytes that cannot be pressed together.
async fn a_text_that_is_long_is_looked_up_all_the_same(ground: Ground) {
    let store = ground.open().await;
    let mut at = 7_u32;
    let mut unlike = || -> String {
        let mut next = || {
            at = at.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from_u32(0x4E00 + (at >> 12) % 20_000).unwrap()
        };
        (0..1_000).map(|_| next()).collect()
    };
    let text = unlike();
    let fact = fact(&"a".repeat(100));
    store.note_unanswered(&[AskedInVain { scope: HERE, text: text.clone(), asker: id(1), at: now() }]).await.unwrap();
    store.note_picks(&[Pick { server: server(7), words: text.clone(), fact: fact.clone(), picker: id(1), at: now() }]).await.unwrap();
    let words = Proposal::Words { fact, words: text.clone(), times: 1 };
    let made = store.suggest(HERE, &words, None, 1, None).await.unwrap();
    assert_eq!(store.suggest(HERE, &words, None, 2, None).await.unwrap(), made);
    assert!(store.picked_often(1).await.unwrap().is_empty(), "it is suggested already");
    assert_eq!(store.settle_unanswered(HERE, &[text]).await.unwrap(), 1);
}

/// Something in every table, with gaps between the numbers.
async fn fill(store: &Store) {
    let mut first = revision("ä-1", 1, "“one” ﷺ");
    first.stamp.cause = Some(u64::MAX);
    save(store, HERE, &first).await;
    save(store, HERE, &revision("ä-1", 2, "two")).await;
    save(store, Scope::Everywhere, &revision("b", 1, "three")).await;
    for number in 0..250 {
        save(store, Scope::Server(server(u64::MAX - number)), &revision("c", 1, "many")).await;
    }
    store.set_settings(server(7), &Settings { hosts: vec!["example.org".to_owned()], ..Settings::default() }, id(1), 5).await.unwrap();
    for body in ["kept", "dropped"] {
        let draft = store.keep_draft(server(7), id(1), body, now()).await.unwrap();
        if body == "dropped" {
            store.drop_draft(server(7), id(1), draft).await.unwrap();
        }
    }
    let wrong = Proposal::Wrong { fact: fact("a"), question: None };
    let decided = store.suggest(HERE, &wrong, Some(id(9)), 1, Some(3)).await.unwrap();
    let rejected = Decision { verdict: Verdict::Rejected, by: Some(id(8)), at: 3, reason: String::new() };
    store.decide(HERE, decided.id, &rejected, None, Some(4)).await.unwrap();
    let words = Proposal::Words { fact: fact("a"), words: "Who?".to_owned(), times: 5 };
    store.suggest(HERE, &words, None, 1, None).await.unwrap();
    for text in ["why?", "Zarbakht?", "ärger?", "کابل"] {
        store.note_unanswered(&[AskedInVain { scope: HERE, text: text.to_owned(), asker: id(1), at: now() }]).await.unwrap();
        store.note_picks(&[Pick { server: server(7), words: text.to_owned(), fact: fact("a"), picker: id(1), at: now() }]).await.unwrap();
    }
}

/// All that a store holds, as it is asked for.
async fn all(store: &Store) -> String {
    let heads = store.heads().await.unwrap().heads;
    let histories = [store.history(HERE, &fact("ä-1")).await.unwrap(), store.history(Scope::Everywhere, &fact("b")).await.unwrap()];
    let waiting = store.waiting(HERE, None, 99).await.unwrap();
    let decided = store.suggestion(HERE, SuggestionId(1)).await.unwrap();
    let untold = store.untold().await.unwrap();
    assert_eq!(untold.len(), 1);
    let draft = store.draft(server(7), id(1), DraftId(1)).await.unwrap();
    let (settings, unanswered) = (store.settings().await.unwrap(), store.unanswered(HERE, 99).await.unwrap());
    // Whose the questions and picks are, only the same salt tells.
    let (picked, about) = (store.picked_often(1).await.unwrap(), store.about(id(1)).await.unwrap());
    assert_eq!(about["questions"].as_array().unwrap().len(), unanswered.len());
    format!("{heads:?} {histories:?} {waiting:?} {decided:?} {untold:?} {draft:?} {settings:?} {unanswered:?} {picked:?} {about}")
}

async fn moves(from: Ground, to: Ground, back: Ground) {
    let origin = from.open().await;
    fill(&origin).await;
    let before = all(&origin).await;
    let mut said = Vec::new();
    let copied = Store::copy(&from.at(), &to.at(), |table| said.push(table.clone())).await.unwrap();
    assert_eq!(copied.tables, said);
    let rows: Vec<_> = said.iter().map(|table| (table.table, table.rows)).collect();
    let expected = [
        ("salt", 1),
        ("revision", 253),
        ("head", 252),
        ("setting", 1),
        ("draft", 1),
        ("suggestion", 2),
        ("untold", 1),
        ("unanswered", 4),
        ("pick", 4),
        ("asker", 4),
        ("picker", 4),
    ];
    assert_eq!(rows, expected);

    let moved = to.open().await;
    assert_eq!(all(&moved).await, before);
    assert_eq!(moved.report().await.unwrap().problems, []);
    let again = Store::copy(&to.at(), &back.at(), |_| ()).await.unwrap();
    assert_eq!(again.tables, said, "the checksums are the same in every engine");
    for (ground, store) in [(&to, moved), (&back, back.open().await)] {
        let mark = store.heads().await.unwrap().mark;
        save(&store, HERE, &revision("d", 1, "after")).await;
        assert_eq!(store.heads_since(mark).await.unwrap().extent, Extent::Changed);
        assert_eq!(store.heads_since(mark).await.unwrap().heads.len(), 1);
        assert_eq!(store.keep_draft(server(7), id(1), "new", now()).await.unwrap(), DraftId(3), "a number is never given twice");
        let wrong = Proposal::Wrong { fact: fact("a"), question: None };
        assert_eq!(store.suggest(HERE, &wrong, None, 1, None).await.unwrap().id, SuggestionId(3));
        let occupied = Store::copy(&from.at(), &ground.at(), |_| ()).await.unwrap_err();
        assert!(matches!(occupied, StoreError::Occupied { table: "revision", .. }), "{occupied}");
        is_one_sentence(&occupied, &ground.at().place());
    }
    let itself = Store::copy(&from.at(), &from.at(), |_| ()).await.unwrap_err();
    assert!(itself.to_string().contains("into itself"), "{itself}");
    assert_eq!(all(&origin).await, before);
}

#[tokio::test]
async fn a_file_moves_into_a_file() {
    moves(Ground::file(), Ground::file(), Ground::file()).await;
}

#[tokio::test]
async fn a_file_moves_to_a_server_and_back() {
    if let Some(server) = Ground::server().await {
        moves(Ground::file(), server, Ground::file()).await;
    }
}

#[tokio::test]
async fn a_server_s_store_moves_into_a_file_and_back() {
    if let (Some(server), Some(back)) = (Ground::server().await, Ground::server().await) {
        moves(server, Ground::file(), back).await;
    }
}

#[tokio::test]
async fn what_was_begun_is_repeated_as_if_it_had_not_been() {
    let from = Ground::file();
    fill(&from.open().await).await;
    let mut targets = vec![Ground::file()];
    targets.extend(Ground::server().await);
    for to in targets {
        to.open().await.close().await;
        to.raw().await.run("INSERT INTO copying (one, since) VALUES (1, 5)").await.unwrap();
        Store::copy(&from.at(), &to.at(), |_| ()).await.unwrap();
        assert_eq!(all(&to.open().await).await, all(&from.open().await).await);
    }
    let missing = Store::copy(&Ground::file().at(), &Ground::file().at(), |_| ()).await.unwrap_err();
    assert!(matches!(missing, StoreError::Missing { .. }), "{missing}");
}

#[tokio::test]
async fn a_database_is_backed_up_into_a_file() {
    let Some(ground) = Ground::server().await else { return };
    let store = ground.open().await;
    fill(&store).await;
    let folder = Folder::new();
    let file = folder.file("backup.db");
    store.backup(&file).await.unwrap();
    assert_eq!(folder.names(), ["backup.db"]);
    assert_eq!(all(&Store::open(&location(&file)).await.unwrap().store).await, all(&store).await);
    let exists = store.backup(&file).await.unwrap_err();
    assert!(matches!(exists, StoreError::Exists { .. }), "{exists}");
    let refused = store.restore(&file).await.unwrap_err();
    is_one_sentence(&refused, store.place());
    assert!(refused.to_string().contains("sanad store copy"), "{refused}");
}
