//! What the bot posts of itself: into channels that wait for it, and to people.

use serde_json::json;
use serenity::all::{CreateMessage, EditMessage, MessageId, UserId};

use crate::stand_in::{Discord, Message, Options, permission};
use crate::{channel, http, quiet_mentions, refusal};

fn post(text: &str) -> CreateMessage {
    CreateMessage::new().content(text).allowed_mentions(quiet_mentions())
}

#[tokio::test]
async fn posts_go_where_they_are_expected() {
    let discord = Discord::start(Options { guilds: 2, ..Options::default() }).await;
    let http = http(&discord);
    let guilds = discord.guilds();
    let [review, log] = [guilds[0].text("review"), guilds[1].text("log")];
    assert_eq!((review.guild, log.guild), (Some(guilds[0].id), Some(guilds[1].id)));
    assert_ne!(guilds[0].text("log").id, log.id, "each guild has its own");
    discord.expect_posts(&review);
    discord.expect_posts(&log);
    let first = channel(&review).send_message(&http, post("to decide")).await.unwrap();
    channel(&log).send_message(&http, post("done")).await.unwrap();
    channel(&review).edit_message(&http, first.id, EditMessage::new().content("decided").allowed_mentions(quiet_mentions())).await.unwrap();
    // What answers somebody is no post.
    let asked = discord.history(&discord.user("anna"), &review, "when?");
    let reply = post("in May").reference_message((channel(&review), MessageId::new(asked.id)));
    channel(&review).send_message(&http, reply).await.unwrap();
    assert_eq!(discord.posts_in(&review).iter().map(Message::content).collect::<Vec<_>>(), ["decided"]);
    assert_eq!(discord.nth_post(&log, 1).await.content(), "done");
    discord.assert_clean();
    let waited = tokio::join!(discord.nth_post(&review, 2), channel(&review).send_message(&http, post("another")));
    assert_eq!(waited.0.content(), "another");
    discord.assert_clean();

    // It is posted elsewhere, too, and held against the bot.
    let general = guilds[0].general();
    channel(&general).send_message(&http, post("hello, everybody")).await.unwrap();
    assert!(discord.take_violations()[0].contains("where none is expected"));
    assert_eq!(discord.posts_in(&general).len(), 1);
}

#[tokio::test]
async fn a_channel_for_posts_may_be_closed_to_the_bot() {
    let discord = Discord::start(Options::default()).await;
    let http = http(&discord);
    let review = discord.guild().text("review");
    discord.expect_posts(&review);
    let posted = channel(&review).send_message(&http, post("to decide")).await.unwrap();
    let change = || EditMessage::new().content("decided").allowed_mentions(quiet_mentions());
    discord.forbid(&review, permission::SEND);
    assert_eq!(refusal(channel(&review).send_message(&http, post("x")).await), (403, 50013));
    channel(&review).edit_message(&http, posted.id, change()).await.unwrap();
    discord.forbid(&review, permission::VIEW);
    assert_eq!(refusal(channel(&review).send_message(&http, post("x")).await), (403, 50001));
    assert_eq!(refusal(channel(&review).edit_message(&http, posted.id, change()).await), (403, 50001));
    discord.allow(&review, permission::VIEW | permission::SEND);
    channel(&review).send_message(&http, post("x")).await.unwrap();
    assert_eq!(discord.posts_in(&review).len(), 2);
    discord.assert_clean();
}

#[tokio::test]
async fn letters_reach_people_who_take_them() {
    let discord = Discord::start(Options::default()).await;
    let http = http(&discord);
    let (anna, ben) = (discord.user("anna"), discord.user("ben"));
    let opened = UserId::new(anna.id).create_dm_channel(&http).await.unwrap();
    opened.send_message(&http, post("your proposal was accepted")).await.unwrap();
    assert_eq!(discord.nth_post(&discord.dm(&anna), 1).await.content(), "your proposal was accepted");
    discord.close_dms(&ben);
    let opened = UserId::new(ben.id).create_dm_channel(&http).await.unwrap();
    assert_eq!(refusal(opened.send_message(&http, post("x")).await), (403, 50007));
    assert!(discord.posts_in(&discord.dm(&ben)).is_empty());
    discord.assert_clean();
    // Into a conversation that somebody else began, unasked.
    let carl = discord.dm(&discord.user("carl"));
    channel(&carl).send_message(&http, post("x")).await.unwrap();
    assert!(discord.take_violations()[0].contains("where none is expected"));
}

#[tokio::test]
async fn what_is_left_does_not_come_back_under_the_same_id() {
    let discord = Discord::start(Options { guilds: 2, ..Options::default() }).await;
    let [first, second] = [discord.guild_at(0), discord.guild_at(1)];
    let kept = (second.general().id, second.role("moderators").id);
    first.role("moderators");
    discord.leave_guild(&first);
    let joined = discord.join_guild();
    assert!(joined.id != second.id && joined.general().id != kept.0 && joined.role("others").id != kept.1);
    assert_eq!((second.general().id, second.role("moderators").id), kept);
    assert_eq!(discord.guilds().len(), 2);
    let posted = discord.posted_before(&joined.text("log"), json!({"content": "x"}));
    assert_eq!(discord.posts_in(&joined.text("log"))[0].id, posted.id);
}
