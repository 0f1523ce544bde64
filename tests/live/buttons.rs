//! Buttons, and what becomes of an answer when its question changes.

use std::time::Duration;

use sanad::curation::Scope;
use sanad::curation::review::Proposal;
use sanad::fact::FactId;
use serde_json::json;

use crate::bot::{ALSO_ANSWERED, ANSWERED, ITS_ANSWER, ITS_FACT, OFFERED, Running, UNKNOWN, live, live_on, new_store, settings, store};
use crate::stand_in::{Discord, Fault, Message, Options, permission};

async fn answer(discord: &Discord, question: &str) -> Message {
    let asked = discord.mention(&discord.user("anna"), &discord.guild().general(), question).await;
    discord.reply_to(&asked).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sources_and_related_are_shown_to_who_asks_for_them() {
    live(async |discord| {
        let told = answer(discord, ANSWERED).await;
        let ben = discord.user("ben");
        let sources = discord.response(&discord.click(&ben, &told, &told.button("Sources")).await).await;
        assert!(sources.message().ephemeral && sources.message().description().contains("**It rests on**"), "{}", sources.text());
        let related = discord.response(&discord.click(&ben, &told, &told.button("Related")).await).await;
        let near = related.message();
        assert!(near.ephemeral && near.buttons().len() > 1, "{}", near.text());
        // What is picked there changes what ben sees, and nothing else.
        let picked = discord.response(&discord.click(&ben, near, &near.buttons()[0].2).await).await;
        assert!(picked.message().ephemeral && picked.message().description().contains("**Sources**"), "{}", picked.text());
        assert_eq!(discord.find(&told).unwrap().edits, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asked_picks_for_all_and_others_for_themselves() {
    live(async |discord| {
        let offered = answer(discord, OFFERED).await;
        let (_, label, pick) = offered.buttons()[1].clone();
        let (anna, ben) = (discord.user("anna"), discord.user("ben"));
        let copy = discord.response(&discord.click(&ben, &offered, &pick).await).await;
        assert!(copy.message().ephemeral && copy.message().description().contains("**Sources**"), "{label}: {}", copy.text());
        assert_eq!(discord.find(&offered).unwrap().edits, 0, "the choice still stands for anna");
        discord.click(&anna, &offered, &pick).await;
        let picked = discord.when(&offered, |message| message.edits == 1).await;
        assert!(picked.description().contains("**Sources**") && picked.text().contains("You picked this"), "{}", picked.text());
        assert_eq!(discord.messages_in(&offered.place()).len(), 2, "the same message was changed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_report_is_kept_once_each_without_their_names() {
    let (file, server) = (new_store(), std::sync::Mutex::new(0));
    live_on(Options::default(), &file, async |discord| {
        *server.lock().unwrap() = discord.guild().id;
        let told = answer(discord, ANSWERED).await;
        let unknown = answer(discord, UNKNOWN).await;
        let (anna, ben) = (discord.user("anna"), discord.user("ben"));
        for (who, message, label, said) in [
            (&anna, &told, "Wrong?", "Noted for the moderators. Thank you."),
            (&anna, &told, "Wrong?", "You told the moderators already."),
            (&ben, &told, "Wrong?", "Noted for the moderators. Thank you."),
            (&anna, &unknown, "Tell the moderators", "Noted for the moderators. Thank you."),
        ] {
            let note = discord.response(&discord.click(who, message, &message.button(label)).await).await;
            assert_eq!(note.message().description(), said);
            assert!(note.message().ephemeral);
        }
        let command = discord.slash(&anna, &told.place(), "ask", json!({"question": "hello you"})).await;
        let shown = discord.response(&command).await.message().clone();
        discord.response(&discord.click(&ben, &shown, &shown.button("Tell the moderators")).await).await;
    })
    .await;
    let store = store(&file).await;
    let scope = Scope::of(*server.lock().unwrap());
    let waiting = store.waiting(scope, None, 10).await.unwrap().suggestions;
    let wrong = Proposal::Wrong { fact: FactId::new(ITS_FACT).unwrap(), question: Some(ANSWERED.to_owned()) };
    assert_eq!(waiting.iter().map(|one| (&one.proposal, one.proposer)).collect::<Vec<_>>(), [(&wrong, None), (&wrong, None)]);
    let mut asked: Vec<_> = store.unanswered(scope, 10).await.unwrap().into_iter().map(|one| (one.text, one.times)).collect();
    asked.sort();
    assert_eq!(asked, [("hello".to_owned(), 1), ("hello you".to_owned(), 1)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_asked_or_a_moderator_takes_an_answer_away() {
    live(async |discord| {
        let (anna, ben) = (discord.user("anna"), discord.user("ben"));
        let told = answer(discord, ANSWERED).await;
        let refused = discord.response(&discord.click(&ben, &told, &told.button("Delete")).await).await;
        assert_eq!(refused.message().description(), "Only who asked, or a moderator, can delete this.");
        discord.click(&anna, &told, &told.button("Delete")).await;
        discord.gone(&told).await;
        let other = answer(discord, ALSO_ANSWERED).await;
        discord.click(&ben.with_permissions(permission::EVERYBODY | permission::MANAGE_MESSAGES), &other, &other.button("Delete")).await;
        discord.gone(&other).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_answer_is_shared_by_a_button() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        let asked = discord.slash(&anna, &channel, "ask", json!({"question": ANSWERED, "private": true})).await;
        let private = discord.response(&asked).await.message().clone();
        assert!(private.ephemeral && discord.messages_in(&channel).is_empty());
        let shared = discord.response(&discord.click(&anna, &private, &private.button("Share")).await).await;
        assert!(!shared.message().ephemeral && shared.message().description().contains(ITS_ANSWER), "{}", shared.text());
        assert!(shared.text().contains("Confidence: high"), "it is the same answer: {}", shared.text());
        let again = discord.response(&discord.click(&anna, &private, &private.button("Share")).await).await;
        assert!(again.message().ephemeral && again.message().description().starts_with("Answered a moment ago"), "{}", again.text());
        assert_eq!(discord.messages_in(&channel).len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn buttons_outlive_a_restart() {
    let discord = Discord::start(Options::default()).await;
    let (anna, channel) = (discord.user("anna"), discord.guild().general());
    let file = new_store();
    let before = Running::start_on(&discord, settings(), &file);
    let told = answer(&discord, ANSWERED).await;
    let offered = answer(&discord, OFFERED).await;
    let unknown = answer(&discord, UNKNOWN).await;
    before.stop().await.unwrap();
    discord.disconnected().await;
    let after = Running::start_on(&discord, settings(), &file);
    let sources = discord.response(&discord.click(&anna, &told, &told.button("Sources")).await).await;
    assert!(sources.message().description().contains("**It rests on**"));
    discord.click(&anna, &offered, &offered.buttons()[0].2).await;
    discord.when(&offered, |message| message.edits == 1).await;
    discord.response(&discord.click(&anna, &unknown, &unknown.button("Tell the moderators")).await).await;
    let asked = store(&file).await.unanswered(Scope::of(channel.guild.unwrap()), 10).await.unwrap();
    assert_eq!(asked.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["hello"], "read from the message it replies to");
    let on = discord.reply_to(&discord.reply(&anna, &told, "where?").await).await;
    assert!(on.replies_to().is_some());
    discord.click(&anna, &told, &told.button("Delete")).await;
    discord.gone(&told).await;
    assert_eq!(discord.messages_in(&channel).len(), 7);
    after.stop().await.unwrap();
    discord.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_that_nobody_here_wrote_is_refused_kindly() {
    live(async |discord| {
        let channel = discord.guild().general();
        let button = |custom_id: &str| json!({"type": 2, "style": 2, "label": custom_id, "custom_id": custom_id});
        let body = json!({"content": "old", "components": [{"type": 1, "components": [button("page:7"), button("1:s:no-such-fact")]}]});
        let old = discord.posted_before(&channel, body);
        for (custom_id, said) in [
            ("page:7", "This button is from another version of me. Ask again."),
            ("1:s:no-such-fact", "That fact does not stand in the base any more. Ask again."),
        ] {
            let note = discord.response(&discord.click(&discord.user("anna"), &old, custom_id).await).await;
            assert_eq!(note.message().description(), said);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edited_question_changes_its_answer_in_place() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        let asked = discord.mention(&anna, &channel, UNKNOWN).await;
        let reply = discord.reply_to(&asked).await;
        discord.unfurl(&asked).await;
        discord.edit(&asked, &format!("<@{}> {ANSWERED}", crate::stand_in::BOT_ID)).await;
        let changed = discord.when(&reply, |message| message.edits > 0).await;
        assert!(changed.description().contains(ITS_ANSWER), "{}", changed.text());
        let fresh = discord.mention(&anna, &discord.guild().text_channel(), ANSWERED).await;
        assert_eq!(changed.text(), discord.reply_to(&fresh).await.text(), "as if it had been asked so");
        assert_eq!(changed.edits, 1, "a link preview is no edit");
        let plain = discord.say(&anna, &channel, ALSO_ANSWERED).await;
        discord.edit(&plain, &format!("<@{}> {ALSO_ANSWERED}", crate::stand_in::BOT_ID)).await;
        assert!(discord.reply_to(&plain).await.description().contains("**Sources**"), "the mention came with the edit");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_question_takes_its_answer_with_it() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        let asked = [discord.mention(&anna, &channel, ANSWERED).await, discord.mention(&anna, &channel, ALSO_ANSWERED).await];
        let alone = discord.mention(&anna, &channel, OFFERED).await;
        let replies = [discord.reply_to(&asked[0]).await, discord.reply_to(&asked[1]).await];
        let last = discord.reply_to(&alone).await;
        discord.delete_many(&asked).await;
        for reply in &replies {
            discord.gone(reply).await;
        }
        discord.delete(&alone).await;
        discord.gone(&last).await;
        assert!(discord.messages_in(&channel).is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_to_a_question_while_its_answer_is_on_its_way_is_followed_too() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        discord.fail("POST /channels/*/messages", 2, Fault::SlowAnswer(Duration::from_millis(400)));
        let edited = discord.mention(&anna, &channel, UNKNOWN).await;
        let deleted = discord.mention(&anna, &channel, OFFERED).await;
        let (first, second) = (discord.reply_to(&edited).await, discord.reply_to(&deleted).await);
        discord.edit(&edited, &format!("<@{}> {ANSWERED}", crate::stand_in::BOT_ID)).await;
        discord.delete(&deleted).await;
        assert!(discord.when(&first, |message| message.edits > 0).await.description().contains(ITS_ANSWER));
        discord.gone(&second).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_after_a_restart_still_changes_the_answer_in_place() {
    let discord = Discord::start(Options::default()).await;
    let (anna, channel) = (discord.user("anna"), discord.guild().general());
    let before = Running::start(&discord, settings());
    let asked = discord.mention(&anna, &channel, UNKNOWN).await;
    let reply = discord.reply_to(&asked).await;
    before.stop().await.unwrap();
    discord.disconnected().await;
    let after = Running::start(&discord, settings());
    discord.connected(0).await;
    discord.edit(&asked, &format!("<@{}> {ANSWERED}", crate::stand_in::BOT_ID)).await;
    assert!(discord.when(&reply, |message| message.edits > 0).await.description().contains(ITS_ANSWER));
    assert_eq!(discord.messages_in(&channel).len(), 2);
    after.stop().await.unwrap();
    discord.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_quick_edits_the_last_counts() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        let asked = discord.mention(&anna, &channel, UNKNOWN).await;
        let reply = discord.reply_to(&asked).await;
        discord.fail("PATCH /channels/*/messages/*", 1, Fault::Slow(Duration::from_millis(400)));
        for question in [OFFERED, ANSWERED] {
            discord.edit(&asked, &format!("<@{}> {question}", crate::stand_in::BOT_ID)).await;
            // Discord notes edits by the microsecond, the stand-in by the millisecond.
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        discord.when(&reply, |message| message.edits == 2).await;
        assert!(discord.find(&reply).unwrap().description().contains(ITS_ANSWER));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_press_that_comes_twice_or_whose_answer_is_lost_counts_once() {
    live(async |discord| {
        let anna = discord.user("anna");
        let told = answer(discord, ANSWERED).await;
        let press = discord.click(&anna, &told, &told.button("Sources")).await;
        discord.response(&press).await;
        discord.replay_interaction(&press);
        discord.quiet(Duration::from_millis(200)).await;
        discord.fail("POST /interactions/*", 1, Fault::StatusAfter(500));
        discord.click(&anna, &told, &told.button("Delete")).await;
        discord.gone(&told).await;
        discord.take_violations();
    })
    .await;
}
