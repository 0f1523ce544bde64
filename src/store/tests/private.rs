//! Whose words are whose, and when they go.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::curation::review::{Decision, Proposal, Verdict};
use crate::store::schema::TABLES;
use crate::store::{AskedInVain, Cleared, Pick};

on_every_engine!(
    words_go_after_their_days_and_not_before,
    of_a_wrong_answer_the_question_goes_and_the_report_and_its_end_stay,
    words_that_nobody_took_into_a_fact_go_and_those_that_somebody_did_stay,
    who_asked_is_kept_as_a_hash_that_is_another_in_another_store,
    what_only_one_person_asked_or_picked_is_told_them_and_goes_with_them,
    a_question_that_goes_takes_with_it_who_asked,
);

const DAY: u64 = 24 * 60 * 60;
const KEEP: Duration = Duration::from_secs(30 * DAY);

fn asked(who: u64, text: &str, at: u64) -> AskedInVain {
    AskedInVain { scope: HERE, text: text.to_owned(), asker: id(who), at }
}

fn picked(who: u64, words: &str, at: u64) -> Pick {
    Pick { server: server(7), words: words.to_owned(), fact: fact("a"), picker: id(who), at }
}

/// Some bytes are in no file of the store; of a server's, which has old rows until it cleans up, in none that can be asked for.
async fn stands_nowhere(ground: &Ground, what: &[&[u8]]) {
    let kept: Vec<(String, Vec<u8>)> = match ground {
        Ground::File(folder) => folder.names().iter().map(|name| (name.clone(), fs::read(folder.file(name)).unwrap())).collect(),
        Ground::Server(_) => {
            let (mut raw, mut kept) = (ground.raw().await, Vec::new());
            for table in TABLES {
                let rows = raw.names(&format!("SELECT each::text FROM {table} AS each")).await;
                kept.push((table.to_owned(), rows.join("\n").into_bytes()));
            }
            kept
        }
    };
    for (name, bytes) in kept {
        assert!(!what.iter().any(|what| bytes.windows(what.len()).any(|window| window == *what)), "{name} has it");
    }
}

async fn questions(store: &Store) -> Vec<String> {
    let mut texts: Vec<_> = store.unanswered(HERE, 9).await.unwrap().into_iter().map(|asked| asked.text).collect();
    texts.sort();
    texts
}

async fn words_go_after_their_days_and_not_before(ground: Ground) {
    let store = ground.open().await;
    store.note_unanswered(&[asked(1, "once", 0), asked(1, "again", 0)]).await.unwrap();
    store.note_unanswered(&[asked(2, "again", 9 * DAY)]).await.unwrap();
    store.note_picks(&[picked(1, "words", 0), picked(1, "newer words", 1)]).await.unwrap();
    let draft = store.keep_draft(server(7), id(1), "begun", 29 * DAY).await.unwrap();

    assert_eq!(store.clear(30 * DAY, KEEP).await.unwrap(), Cleared::default(), "to the last second");
    assert_eq!(questions(&store).await, ["again", "once"]);
    assert_eq!(store.clear(30 * DAY + 1, KEEP).await.unwrap(), Cleared { questions: 1, picks: 1, ..Cleared::default() });
    assert_eq!(questions(&store).await, ["again"], "it was asked once more");
    assert_eq!(store.picked_often(1).await.unwrap().len(), 1);
    assert_eq!(store.draft(server(7), id(1), draft).await.unwrap().as_deref(), Some("begun"));
    assert_eq!(store.clear(40 * DAY, KEEP).await.unwrap(), Cleared { questions: 1, picks: 1, drafts: 1, ..Cleared::default() });
    assert_eq!(store.clear(50 * DAY, KEEP).await.unwrap(), Cleared::default());
}

async fn of_a_wrong_answer_the_question_goes_and_the_report_and_its_end_stay(ground: Ground) {
    let store = ground.open().await;
    let secret = "what did my neighbour Zarghun say";
    let wrong = Proposal::Wrong { fact: fact("a"), question: Some(secret.to_owned()) };
    let open = store.suggest(HERE, &wrong, None, 1, None).await.unwrap();
    let ended = store.suggest(HERE, &wrong, None, 2, None).await.unwrap();
    let new = store.suggest(HERE, &wrong, None, 20 * DAY, None).await.unwrap();
    let decision = Decision { verdict: Verdict::Rejected, by: Some(id(5)), at: 3, reason: "it is right".to_owned() };
    store.decide(HERE, ended.id, &decision, None, None).await.unwrap();

    assert_eq!(store.clear(31 * DAY, KEEP).await.unwrap(), Cleared { reported: 2, ..Cleared::default() });
    let bare = Proposal::Wrong { fact: fact("a"), question: None };
    for (id, proposal, end) in [(open.id, &bare, None), (ended.id, &bare, Some(decision)), (new.id, &wrong, None)] {
        let now = store.suggestion(HERE, id).await.unwrap().unwrap();
        assert_eq!((&now.proposal, now.decision), (proposal, end));
    }
    // What is decided cannot be changed otherwise.
    let other = format!(r#"UPDATE suggestion SET proposal = '{{"kind":"wrong","fact":"a","question":"x"}}' WHERE id = {}"#, ended.id.0);
    assert!(ground.raw().await.run(&other).await.unwrap_err().contains("a decision stands"));

    assert_eq!(store.clear(60 * DAY, KEEP).await.unwrap(), Cleared { reported: 1, ..Cleared::default() });
    stands_nowhere(&ground, &[secret.as_bytes()]).await;
}

async fn words_that_nobody_took_into_a_fact_go_and_those_that_somebody_did_stay(ground: Ground) {
    let store = ground.open().await;
    let words = |words: &str| Proposal::Words { fact: fact("a"), words: words.to_owned(), times: 3 };
    let open = store.suggest(HERE, &words("open"), None, 1, None).await.unwrap();
    let (mut kept, mut gone) = (Vec::new(), vec![open.id]);
    for (text, verdict) in [("yes", Verdict::Approved), ("no", Verdict::Rejected)] {
        let made = store.suggest(HERE, &words(text), None, 1, None).await.unwrap();
        let decision = Decision { verdict, by: Some(id(5)), at: 3, reason: String::new() };
        store.decide(HERE, made.id, &decision, None, None).await.unwrap();
        if verdict == Verdict::Approved { kept.push(made.id) } else { gone.push(made.id) }
    }
    assert_eq!(store.clear(31 * DAY, KEEP).await.unwrap(), Cleared { words: 2, ..Cleared::default() });
    for id in kept {
        assert!(store.suggestion(HERE, id).await.unwrap().is_some());
    }
    for id in gone {
        assert!(store.suggestion(HERE, id).await.unwrap().is_none());
    }
}

async fn who_asked_is_kept_as_a_hash_that_is_another_in_another_store(ground: Ground) {
    let anna: u64 = 700_100_200_300_400_500;
    let mut hashes = Vec::new();
    let another = match &ground {
        Ground::File(_) => Some(Ground::file()),
        Ground::Server(_) => Ground::server().await,
    };
    for ground in [Some(ground), another].into_iter().flatten() {
        let store = ground.open().await;
        store.note_unanswered(&[asked(anna, "why?", 1), asked(anna, "Why?", 2), asked(9, "why?", 3)]).await.unwrap();
        store.note_picks(&[picked(anna, "talks", 1)]).await.unwrap();
        let mut raw = ground.raw().await;
        let (who, pickers) = (raw.names("SELECT who FROM asker").await, raw.names("SELECT who FROM picker").await);
        assert_eq!(who.len(), 2, "one person counts once");
        assert!(who.contains(&pickers[0]), "the same person is the same hash everywhere in a store");
        hashes.extend(who);
        store.close().await;
        stands_nowhere(&ground, &[anna.to_string().as_bytes(), &anna.to_be_bytes(), &anna.to_le_bytes()]).await;
    }
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), 4, "{hashes:?}");
}

async fn what_only_one_person_asked_or_picked_is_told_them_and_goes_with_them(ground: Ground) {
    let store = ground.open().await;
    let secret = "who told on my brother Zarghun";
    store.note_unanswered(&[asked(1, secret, 5), asked(1, "shared", 5), asked(2, "shared", 6), asked(2, "another's", 7)]).await.unwrap();
    store.note_picks(&[picked(1, "my words", 8), picked(1, "our words", 8), picked(2, "our words", 9)]).await.unwrap();

    let told = store.about(id(1)).await.unwrap();
    assert_eq!(told["questions"], json!([{"server": "7", "question": "shared", "at": 6}, {"server": "7", "question": secret, "at": 5}]));
    assert_eq!(
        told["picks"],
        json!([{"server": "7", "words": "my words", "fact": "a", "at": 8}, {"server": "7", "words": "our words", "fact": "a", "at": 9}])
    );
    let gone = store.forget(id(1)).await.unwrap();
    assert_eq!((gone.questions, gone.picks), (1, 1));
    assert_eq!(questions(&store).await, ["another's", "shared"]);
    let told = store.about(id(1)).await.unwrap();
    assert_eq!((&told["questions"], &told["picks"]), (&json!([]), &json!([])));
    assert_eq!(store.about(id(2)).await.unwrap()["questions"].as_array().unwrap().len(), 2, "nobody else lost anything");
    stands_nowhere(&ground, &[secret.as_bytes()]).await;
}

async fn a_question_that_goes_takes_with_it_who_asked(ground: Ground) {
    let store = ground.open().await;
    store.note_unanswered(&[asked(1, "settled", 5), asked(1, "old", 5)]).await.unwrap();
    store.note_picks(&[picked(1, "words", 5)]).await.unwrap();
    store.settle_unanswered(HERE, &["settled".to_owned()]).await.unwrap();
    store.clear(40 * DAY, KEEP).await.unwrap();
    let left = ground.raw().await.names("SELECT who FROM asker UNION ALL SELECT who FROM picker").await;
    assert!(left.is_empty(), "{left:?}");
}
