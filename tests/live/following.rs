//! One message for each question, whatever was forgotten: by a restart, or for want of the words.

use std::time::Duration;

use serde_json::json;

use crate::bot::{ANSWERED, ITS_ANSWER, OFFERED, Running, UNKNOWN, live, settings};
use crate::stand_in::{ALWAYS, BOT_ID, Channel, Discord, Fault, Message, Options, User};

/// A question that reads so.
fn to_the_bot(question: &str) -> String {
    format!("<@{BOT_ID}> {question}")
}

/// Runs a test with a bot that was started after some questions were asked and answered.
async fn restarted(before: impl AsyncFnOnce(&Discord), after: impl AsyncFnOnce(&Discord)) {
    let discord = Discord::start(Options::default()).await;
    let bot = Running::start(&discord, settings());
    discord.connected(0).await;
    before(&discord).await;
    bot.stop().await.unwrap();
    discord.disconnected().await;
    let bot = Running::start(&discord, settings());
    discord.connected(0).await;
    after(&discord).await;
    bot.stop().await.unwrap();
    discord.assert_clean();
}

fn place(discord: &Discord) -> (User, Channel) {
    (discord.user("anna"), discord.guild().general())
}

/// The one message with these words.
fn asked(discord: &Discord, question: &str) -> Message {
    let found = discord.messages_in(&place(discord).1).into_iter().find(|message| message.content().ends_with(question));
    found.expect("it was asked")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_whose_words_are_withheld_has_one_message_that_follows_it() {
    live(async |discord| {
        let (anna, channel) = place(discord);
        let told = discord.reply_to(&discord.mention(&anna, &channel, UNKNOWN).await).await;
        let withheld = discord.reply_without_ping(&anna, &told, ANSWERED).await;
        let note = discord.reply_to(&withheld).await;
        assert!(note.description().starts_with("Discord does not show me your reply."), "{}", note.text());
        discord.edit(&withheld, &to_the_bot(ANSWERED)).await;
        let changed = discord.when(&note, |message| message.edits > 0).await;
        assert!(changed.description().contains(ITS_ANSWER), "{}", changed.text());
        assert_eq!(discord.replies_to(&withheld).len(), 1);
        discord.delete(&withheld).await;
        discord.gone(&note).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_that_is_deleted_after_a_restart_takes_its_answer_with_it() {
    restarted(
        async |discord| {
            let (anna, channel) = place(discord);
            for question in [ANSWERED, OFFERED, UNKNOWN] {
                discord.reply_to(&discord.mention(&anna, &channel, question).await).await;
            }
        },
        async |discord| {
            let [first, second, third] = [ANSWERED, OFFERED, UNKNOWN].map(|question| asked(discord, question));
            let replies = [&first, &second, &third].map(|question| discord.replies_to(question).remove(0));
            discord.delete(&first).await;
            discord.gone(&replies[0]).await;
            discord.delete_many(&[second, third]).await;
            discord.gone(&replies[1]).await;
            discord.gone(&replies[2]).await;
            let looks = |discord: &Discord| discord.requests().iter().filter(|request| request.query.contains("after=")).count();
            assert_eq!(looks(discord), 2, "one look for each event");
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_discord_does_not_say_whether_there_is_an_answer_none_is_added() {
    restarted(
        async |discord| {
            let (anna, channel) = place(discord);
            discord.reply_to(&discord.mention(&anna, &channel, UNKNOWN).await).await;
        },
        async |discord| {
            discord.fail("GET /channels/*/messages", ALWAYS, Fault::Status(403));
            let question = asked(discord, UNKNOWN);
            discord.edit(&question, &to_the_bot(ANSWERED)).await;
            discord.nth_request(1, |request| request.status == 403).await;
            discord.quiet(Duration::from_millis(300)).await;
            assert_eq!(discord.replies_to(&question).len(), 1);
            discord.mend();
            let other = discord.mention(&place(discord).0, &place(discord).1, OFFERED).await;
            discord.reply_to(&other).await;
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_earlier_answer_is_found_behind_many_messages() {
    let discord = Discord::start(Options::default()).await;
    let (anna, channel) = place(&discord);
    let question = discord.history(&anna, &channel, &to_the_bot(UNKNOWN));
    for number in 0..130 {
        discord.history(&anna, &channel, &format!("talk {number}"));
    }
    let reference = json!({"message_id": question.id.to_string(), "channel_id": channel.id.to_string()});
    let answer = discord.posted_before(&channel, json!({"content": "I do not know.", "message_reference": reference}));
    let bot = Running::start(&discord, settings());
    discord.connected(0).await;
    discord.edit(&question, &to_the_bot(ANSWERED)).await;
    let changed = discord.when(&answer, |message| message.edits > 0).await;
    assert!(changed.description().contains(ITS_ANSWER), "{}", changed.text());
    assert_eq!(discord.replies_to(&question).len(), 1);
    bot.stop().await.unwrap();
    discord.take_violations();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_and_a_deletion_that_come_twice_count_once() {
    live(async |discord| {
        let (anna, channel) = place(discord);
        let question = discord.mention(&anna, &channel, UNKNOWN).await;
        let reply = discord.reply_to(&question).await;
        let edited = discord.edit(&question, &to_the_bot(ANSWERED)).await;
        discord.when(&reply, |message| message.edits == 1).await;
        discord.replay_edit(&edited);
        discord.quiet(Duration::from_millis(300)).await;
        assert_eq!(discord.find(&reply).unwrap().edits, 1);
        discord.delete(&edited).await;
        discord.gone(&reply).await;
        discord.replay_delete(&edited);
        discord.quiet(Duration::from_millis(300)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_or_a_pick_does_not_tell_a_channel_the_same_twice_in_a_minute() {
    live(async |discord| {
        let ((anna, channel), ben) = (place(discord), discord.user("ben"));
        let link =
            |message: &Message| format!("https://discord.com/channels/{}/{}/{}", message.guild.unwrap(), message.channel, message.id);
        let first = discord.reply_to(&discord.mention(&anna, &channel, ANSWERED).await).await;
        let question = discord.mention(&ben, &channel, UNKNOWN).await;
        let second = discord.reply_to(&question).await;
        discord.edit(&question, &to_the_bot(ANSWERED)).await;
        let changed = discord.when(&second, |message| message.edits > 0).await;
        assert_eq!(changed.description(), format!("Answered a moment ago: {}", link(&first)));
        // What an edit told counts as told.
        discord.click(&anna, &first, &first.button("Delete")).await;
        discord.gone(&first).await;
        let question = discord.mention(&anna, &channel, UNKNOWN).await;
        let told = discord.reply_to(&question).await;
        discord.edit(&question, &to_the_bot(ANSWERED)).await;
        let told = discord.when(&told, |message| message.edits > 0).await;
        assert!(told.description().contains(ITS_ANSWER), "{}", told.text());
        let again = discord.reply_to(&discord.mention(&ben, &channel, ANSWERED).await).await;
        assert_eq!(again.description(), format!("Answered a moment ago: {}", link(&told)));
        // And what was picked.
        let offers = [
            (&anna, discord.reply_to(&discord.mention(&anna, &channel, OFFERED).await).await),
            (&ben, discord.reply_to(&discord.mention(&ben, &channel, OFFERED).await).await),
        ];
        let mut picked = Vec::new();
        for (who, offer) in &offers {
            discord.click(who, offer, &offer.buttons()[0].2).await;
            picked.push(discord.when(offer, |message| message.edits > 0).await);
        }
        assert!(picked[0].description().contains("**Sources**"), "{}", picked[0].text());
        assert_eq!(picked[1].description(), format!("Answered a moment ago: {}", link(&picked[0])));
        let sources = discord.response(&discord.click(&ben, &picked[1], &picked[1].button("Sources")).await).await;
        assert!(sources.message().description().contains("**It rests on**"), "{}", sources.text());
    })
    .await;
}
