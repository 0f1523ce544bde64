//! Drafts, settings, what is asked in vain and picked, and what is kept of a person.

use serde_json::json;

use super::*;
use crate::curation::review::{Decision, Proposal, Settings, Unanswered, Verdict};
use crate::store::{AskedInVain, DraftChange, Forgotten, Pick, PickedOften, now};

on_every_engine!(
    a_draft_is_its_owners_alone,
    old_drafts_go_when_the_store_is_opened,
    settings_come_back_as_they_were,
    questions_in_vain_are_counted_by_what_they_say,
    of_too_many_questions_those_asked_last_are_kept,
    words_picked_often_are_told_until_they_are_suggested,
    a_person_is_told_all_and_forgotten_wholly,
);

const DAY: u64 = 24 * 60 * 60;

async fn a_draft_is_its_owners_alone(ground: Ground) {
    let store = ground.open().await;
    let (here, anna, ben) = (server(7), id(1), id(2));
    let draft = store.keep_draft(here, anna, "{\"text\": \"begun\"}", now()).await.unwrap();
    assert_eq!(store.draft(here, anna, draft).await.unwrap().as_deref(), Some("{\"text\": \"begun\"}"));
    for (place, person) in [(here, ben), (server(8), anna)] {
        assert_eq!(store.draft(place, person, draft).await.unwrap(), None);
        assert_eq!(store.change_draft(place, person, draft, "stolen", now()).await.unwrap(), DraftChange::Missing);
        store.drop_draft(place, person, draft).await.unwrap();
    }
    assert_eq!(store.change_draft(here, anna, draft, "more", now()).await.unwrap(), DraftChange::Changed);
    assert_eq!(store.draft(here, anna, draft).await.unwrap().as_deref(), Some("more"));
    store.drop_draft(here, anna, draft).await.unwrap();
    assert_eq!(store.draft(here, anna, draft).await.unwrap(), None);
    assert_ne!(store.keep_draft(here, anna, "new", now()).await.unwrap(), draft, "a number is never given twice");
}

async fn old_drafts_go_when_the_store_is_opened(ground: Ground) {
    let store = ground.open().await;
    let old = store.keep_draft(server(7), id(1), "old", now() - 8 * DAY).await.unwrap();
    let young = store.keep_draft(server(7), id(1), "young", now() - 6 * DAY).await.unwrap();
    store.close().await;
    let store = ground.open().await;
    assert_eq!(store.draft(server(7), id(1), old).await.unwrap(), None);
    assert_eq!(store.draft(server(7), id(1), young).await.unwrap().as_deref(), Some("young"));
}

async fn settings_come_back_as_they_were(ground: Ground) {
    let store = ground.open().await;
    assert!(store.settings().await.unwrap().is_empty());
    let settings = Settings {
        moderator_roles: vec![id(1), id(u64::MAX)],
        review_channel: Some(id(2)),
        log_channel: Some(id(3)),
        asking_channels: vec![id(4)],
        hosts: vec!["example.org".to_owned()],
        four_eyes: vec!["talks".to_owned()],
    };
    store.set_settings(server(8), &settings, id(1), 5).await.unwrap();
    store.set_settings(server(7), &settings, id(1), 5).await.unwrap();
    store.set_settings(server(7), &Settings::default(), id(2), 6).await.unwrap();
    assert_eq!(store.settings().await.unwrap(), [(server(7), Settings::default()), (server(8), settings)]);
}

fn asked(scope: Scope, text: &str, at: u64) -> AskedInVain {
    AskedInVain { scope, text: text.to_owned(), asker: id(1), at }
}

async fn questions_in_vain_are_counted_by_what_they_say(ground: Ground) {
    let store = ground.open().await;
    let long = "long ﷺ ".repeat(400);
    store
        .note_unanswered(&[
            asked(HERE, "Who was  Jamāl?", 100),
            asked(HERE, " ", 100),
            asked(HERE, &long, 101),
            asked(Scope::Everywhere, "who was jamal?", 102),
        ])
        .await
        .unwrap();
    store.note_unanswered(&[asked(HERE, "who was jamal?", 105), asked(HERE, "WHO was jamal?", 103)]).await.unwrap();
    let here = store.unanswered(HERE, 9).await.unwrap();
    assert_eq!(here[0], Unanswered { text: "Who was  Jamāl?".to_owned(), times: 3, last: 105 });
    assert_eq!((here.len(), here[1].text.chars().count() <= 1_000), (2, true));
    assert_eq!(store.unanswered(HERE, 1).await.unwrap().len(), 1);
    let settled = store.settle_unanswered(HERE, &["who WAS jamal?".to_owned(), long, "never asked".to_owned()]).await.unwrap();
    assert_eq!(settled, 2);
    assert!(store.unanswered(HERE, 9).await.unwrap().is_empty());
    assert_eq!(store.unanswered(Scope::Everywhere, 9).await.unwrap().len(), 1, "another place's stay");
}

async fn of_too_many_questions_those_asked_last_are_kept(ground: Ground) {
    let store = ground.open().await;
    store.note_unanswered(&[asked(Scope::Everywhere, "elsewhere", 1)]).await.unwrap();
    let many: Vec<_> = (0..5_010).map(|number| asked(HERE, &format!("question {number}"), 1_000 + number)).collect();
    store.note_unanswered(&many).await.unwrap();
    store.note_unanswered(&[asked(HERE, "one more", 9_000)]).await.unwrap();
    let kept = store.unanswered(HERE, 10_000).await.unwrap();
    assert_eq!((kept.len(), kept[0].text.as_str()), (5_000, "one more"));
    assert_eq!(kept.last().unwrap().text, "question 11");
    assert_eq!(store.unanswered(Scope::Everywhere, 9).await.unwrap().len(), 1);
}

async fn words_picked_often_are_told_until_they_are_suggested(ground: Ground) {
    let store = ground.open().await;
    let pick = |place, who, words: &str, name| {
        let words = words.to_owned();
        Pick { server: server(place), words, fact: fact(name), picker: id(who), at: 100 }
    };
    store.note_picks(&[pick(7, 1, "The  Talks", "a"), pick(7, 2, "the talks", "a"), pick(7, 1, "the talks", "b")]).await.unwrap();
    store.note_picks(&[pick(7, 3, "THE talks", "a"), pick(8, 1, "the talks", "a"), pick(8, 2, "the talks", "a")]).await.unwrap();
    store.note_picks(&[pick(8, 1, "the jirga", "a"), pick(8, 1, "the jirga", "a"), pick(8, 1, "the jirga", "a")]).await.unwrap();
    let often = |place, words: &str, people| PickedOften { server: server(place), words: words.to_owned(), fact: fact("a"), people };
    assert_eq!(store.picked_often(2).await.unwrap(), [often(7, "The  Talks", 3), often(8, "the talks", 2)]);
    let words = Proposal::Words { fact: fact("a"), words: "The  Talks".to_owned(), times: 3 };
    let made = store.suggest(Scope::Server(server(7)), &words, None, 200, None).await.unwrap();
    assert_eq!(store.picked_often(2).await.unwrap(), [often(8, "the talks", 2)]);
    let rejected = Decision { verdict: Verdict::Rejected, by: None, at: 201, reason: String::new() };
    store.decide(Scope::Server(server(7)), made.id, &rejected, None, None).await.unwrap();
    store.note_picks(&[pick(7, 4, "the talks", "a")]).await.unwrap();
    assert_eq!(
        store.picked_often(2).await.unwrap(),
        [often(8, "the talks", 2)],
        "nor after it was rejected, nor what one person picks again and again"
    );
}

async fn a_person_is_told_all_and_forgotten_wholly(ground: Ground) {
    let store = ground.open().await;
    let (here, anna, ben) = (server(7), id(9_007_199_254_740_993), id(2));
    let secret = "a draft that nobody else ever saw";
    store.keep_draft(here, anna, secret, now()).await.unwrap();
    let kept = store.keep_draft(here, ben, "ben's", now()).await.unwrap();
    let wrong = Proposal::Wrong { fact: fact("a"), question: None };
    let made = store.suggest(Scope::Server(here), &wrong, Some(anna), 10, None).await.unwrap();
    let by_ben = store.suggest(Scope::Server(here), &wrong, Some(ben), 11, None).await.unwrap();
    let rejected = Decision { verdict: Verdict::Rejected, by: Some(anna), at: 12, reason: "no".to_owned() };
    store.decide(Scope::Server(here), by_ben.id, &rejected, None, None).await.unwrap();
    let mut first = revision("a", 1, "one");
    first.stamp.author = Author::Person(anna);
    save(&store, HERE, &first).await;
    save(&store, HERE, &revision("a", 2, "two")).await;
    store.set_settings(here, &Settings::default(), anna, 13).await.unwrap();

    let told = store.about(anna).await.unwrap();
    assert_eq!(told["person"], "9007199254740993");
    assert_eq!(told["drafts"][0]["text"], secret);
    assert_eq!(
        told["suggestions"],
        json!([{"server": "7", "suggestion": made.id.0, "proposal": {"kind": "wrong", "fact": "a", "question": null}, "at": 10}])
    );
    assert_eq!(told["decisions"], json!([{"server": "7", "suggestion": by_ben.id.0, "verdict": "rejected", "reason": "no", "at": 12}]));
    assert_eq!(told["revisions"], json!([{"server": "7", "fact": "a", "number": 1, "action": "add", "reason": "", "at": 1_700_000_000}]));
    assert_eq!(told["settings"], json!([{"server": "7", "at": 13}]));

    let gone = store.forget(anna).await.unwrap();
    assert_eq!(gone, Forgotten { questions: 0, picks: 0, drafts: 1, suggestions: 1, decisions: 1, revisions: 1, settings: 1 });
    let told = store.about(anna).await.unwrap();
    assert!(told.as_object().unwrap().iter().all(|(key, kept)| key == "person" || *kept == json!([])), "{told}");
    let history = store.history(HERE, &fact("a")).await.unwrap();
    assert_eq!(history[0].stamp.author, Author::Forgotten);
    assert_eq!((&history[0].after, &history[1]), (&first.after, &revision("a", 2, "two")), "what was done stays");
    assert_eq!(store.suggestion(Scope::Server(here), by_ben.id).await.unwrap().unwrap().decision.unwrap().by, None);
    assert_eq!(store.suggestion(Scope::Server(here), by_ben.id).await.unwrap().unwrap().proposer, Some(ben));
    assert_eq!(store.draft(here, ben, kept).await.unwrap().as_deref(), Some("ben's"));
    if let Ground::File(folder) = &ground {
        for name in folder.names() {
            let bytes = fs::read(folder.file(&name)).unwrap();
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{name} still has the draft");
        }
    }
}
