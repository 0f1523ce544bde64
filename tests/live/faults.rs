//! What fails at Discord's side.

use std::time::Duration;

use serde_json::json;

use crate::bot::{ANSWERED, ITS_ANSWER, OFFERED, live};
use crate::stand_in::{Fault, permission};

/// Faults that a message must survive; it must be seen once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_tried_until_it_is_there_and_never_seen_twice() {
    let limited = |global| Fault::Limited { after: Duration::from_millis(300), global };
    for fault in [
        Fault::Status(500),
        Fault::Status(502),
        Fault::Html(503),
        Fault::Reset,
        Fault::ResetAfter,
        Fault::StatusAfter(500),
        limited(false),
        limited(true),
    ] {
        live(async |discord| {
            let (anna, channel) = (discord.user("anna"), discord.guild().general());
            discord.fail("POST /channels/*/messages", 2, fault);
            let asked = discord.mention(&anna, &channel, ANSWERED).await;
            assert!(discord.reply_to(&asked).await.description().contains(ITS_ANSWER), "{fault:?}");
            discord.nth_request(3, |request| request.method == "POST" && request.path.ends_with("/messages")).await;
            assert_eq!(discord.messages_in(&channel).len(), 2, "{fault:?}");
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_that_discord_asks_of_all_is_kept_by_all() {
    live(async |discord| {
        let (anna, ben, guild) = (discord.user("anna"), discord.user("ben"), discord.guild());
        let (one, other) = (guild.general(), guild.text_channel());
        discord.connected(0).await;
        let pause = Duration::from_millis(600);
        discord.fail("POST /channels/*/messages", 1, Fault::Limited { after: pause, global: true });
        let first = discord.mention(&anna, &one, ANSWERED).await;
        let limited = discord.nth_request(1, |request| request.status == 429).await;
        // The answer has yet to reach the bot.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let second = discord.mention(&ben, &other, ANSWERED).await;
        discord.reply_to(&first).await;
        discord.reply_to(&second).await;
        for request in discord.requests().iter().filter(|request| request.path.ends_with("/messages") && request.at > limited.at) {
            assert!(request.at.duration_since(limited.at) >= Duration::from_millis(580), "{}", request.line());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interaction_is_answered_within_its_life_or_let_go() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        for fault in [Fault::Status(500), Fault::StatusAfter(500), Fault::Limited { after: Duration::from_millis(200), global: false }] {
            discord.fail("POST /interactions/*", 1, fault);
            let asked = discord.slash(&anna, &channel, "ask", json!({"question": OFFERED})).await;
            assert!(discord.response(&asked).await.message().buttons().len() > 2, "{fault:?}");
        }
        // Asked to wait longer than the interaction lives, the bot does not answer too late.
        discord.fail("POST /interactions/*", 1, Fault::Limited { after: Duration::from_secs(30), global: false });
        discord.slash(&anna, &channel, "ask", json!({"question": OFFERED})).await;
        discord.nth_request(2, |request| request.status == 429).await;
        discord.quiet(Duration::from_millis(400)).await;
        let asked = discord.slash(&anna, &channel, "ask", json!({"question": OFFERED})).await;
        discord.response(&asked).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_bot_may_not_speak_it_does_not_try_again_and_again() {
    live(async |discord| {
        let (anna, guild) = (discord.user("anna"), discord.guild());
        let closed = guild.text_channel();
        discord.forbid(&closed, permission::SEND);
        discord.mention(&anna, &closed, ANSWERED).await;
        discord.nth_request(1, |request| request.status == 403).await;
        // The refusal is on its way back to the bot.
        discord.quiet(Duration::from_millis(200)).await;
        for _ in 0..5 {
            discord.mention(&anna, &closed, OFFERED).await;
        }
        let open = discord.mention(&anna, &guild.general(), ANSWERED).await;
        discord.reply_to(&open).await;
        assert_eq!(discord.requests().iter().filter(|request| request.status == 403).count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_is_gone_before_its_answer_is_not_answered() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        discord.fail("POST /channels/*/messages", 1, Fault::Status(500));
        let asked = discord.mention(&anna, &channel, ANSWERED).await;
        discord.nth_request(1, |request| request.status == 500).await;
        discord.delete(&asked).await;
        discord.nth_request(1, |request| request.status == 400).await;
        assert!(discord.messages_in(&channel).is_empty());
        discord.take_violations();
    })
    .await;
}
