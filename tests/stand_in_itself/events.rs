//! What people say, as the bot hears it.

use serde_json::json;
use serenity::all::{Event, GuildId, MessageId};

use crate::stand_in::{APPLICATION_ID, BOT_ID, Options, privileged};
use crate::{channel, started};

#[tokio::test]
async fn what_people_say_arrives() {
    let (discord, bot) = started(Options::default()).await;
    let ready = bot.hears("READY", |event| if let Event::Ready(ready) = event { Some(ready.ready.clone()) } else { None }).await;
    assert_eq!((ready.user.id, ready.application.id, ready.guilds.len()), (BOT_ID.into(), APPLICATION_ID.into(), 1));
    let guild = discord.guild();
    let made = bot.hears("GUILD_CREATE", |event| if let Event::GuildCreate(made) = event { Some(made.guild.clone()) } else { None }).await;
    assert_eq!((made.id, made.channels.len(), made.unavailable), (GuildId::new(guild.id), 1, false));
    let (anna, ben, place) = (discord.user("anna"), discord.user("ben"), guild.text_channel());
    bot.hears("CHANNEL_CREATE", |event| matches!(event, Event::ChannelCreate(made) if made.channel.id == place.id).then_some(())).await;

    // Without the right to read messages: only what concerns the bot says something.
    let heard = bot.message(discord.say(&anna, &place, "hello everybody").await.id).await;
    assert_eq!((heard.content.as_str(), heard.guild_id, heard.author.name.as_str()), ("", Some(GuildId::new(guild.id)), "anna"));
    assert!(heard.member.is_some());
    let heard = bot.message(discord.mention(&anna, &place, &format!("and {}, when?", ben.mention())).await.id).await;
    assert!(heard.content.ends_with("when?"));
    assert_eq!(heard.mentions.iter().map(|user| user.id.get()).collect::<Vec<_>>(), [BOT_ID, ben.id]);
    let dm = discord.dm(&anna);
    let heard = bot.message(discord.say(&anna, &dm, "between us").await.id).await;
    assert_eq!((heard.content.as_str(), heard.guild_id), ("between us", None));

    // Replies: a ping in a reply to the bot is a mention, and what others said stays hidden.
    let earlier = discord.posted_before(&place, json!({"content": "an answer"}));
    let heard = bot.message(discord.reply(&anna, &earlier, "really?").await.id).await;
    assert_eq!((heard.content.as_str(), heard.referenced_message.unwrap().content.as_str()), ("really?", "an answer"));
    let silent = bot.message(discord.reply_without_ping(&anna, &earlier, "hm").await.id).await;
    assert_eq!((silent.content.as_str(), silent.message_reference.unwrap().message_id), ("", Some(MessageId::new(earlier.id))));
    let bens = discord.history(&ben, &place, "it began in May");
    let asked = discord.reply(&anna, &bens, &format!("<@{BOT_ID}> is that so?")).await;
    let heard = bot.message(asked.id).await;
    assert_eq!((heard.content.contains("is that so"), heard.referenced_message.unwrap().content.as_str()), (true, ""));

    // Threads, forum posts, webhooks, other bots, welcomes.
    let forum = guild.forum();
    for parent in [&place, &forum] {
        let thread = guild.thread_in(parent);
        let find = |event: &Event| if let Event::ThreadCreate(made) = event { Some(made.thread.clone()) } else { None };
        assert_eq!(bot.hears("THREAD_CREATE", find).await.parent_id, Some(channel(parent)));
        assert_eq!(bot.message(discord.mention(&anna, &thread, "here?").await.id).await.channel_id, channel(&thread));
    }
    assert!(bot.message(discord.webhook_says(&place, "news", "<@1> hello").await.id).await.webhook_id.is_some());
    assert!(bot.message(discord.say(&discord.other_bot("helper"), &place, "beep").await.id).await.author.bot);
    let welcome = discord.say_with(&anna, &place, "", json!({"type": 7})).await;
    assert_eq!(bot.message(welcome.id).await.kind, serenity::all::MessageType::MemberJoin);

    // What changes: edits, unfurled links, deletions; and the same event once more.
    let update = |event: &Event| if let Event::MessageUpdate(update) = event { Some(update.clone()) } else { None };
    discord.edit(&asked, &format!("<@{BOT_ID}> was it so?")).await;
    let heard = bot.hears("an edit", update).await;
    assert!(heard.edited_timestamp.is_some() && heard.content.unwrap().ends_with("was it so?"));
    let linked = discord.mention(&anna, &place, "https://example.com").await;
    discord.unfurl(&linked).await;
    let heard = bot.hears("an unfurled link", update).await;
    assert!(heard.edited_timestamp.is_none() && heard.embeds.unwrap().len() == 1);
    discord.delete(&linked).await;
    bot.hears("a deletion", |event| matches!(event, Event::MessageDelete(gone) if gone.message_id == linked.id).then_some(())).await;
    discord.delete_many(&[bens, earlier]).await;
    bot.hears("deletions", |event| matches!(event, Event::MessageDeleteBulk(gone) if gone.ids.len() == 2).then_some(())).await;
    let once = discord.mention(&anna, &place, "once").await;
    discord.replay(&once);
    assert_eq!(bot.message(once.id).await.content, bot.message(once.id).await.content);

    let joined = discord.join_guild();
    bot.hears("a guild", |event| matches!(event, Event::GuildCreate(made) if made.guild.id == joined.id).then_some(())).await;
    discord.leave_guild(&joined);
    bot.hears("a guild's end", |event| matches!(event, Event::GuildDelete(gone) if gone.guild.id == joined.id).then_some(())).await;
    bot.understood_all();
    discord.assert_clean();
}

#[tokio::test]
async fn with_the_right_to_read_everything_arrives() {
    let (discord, bot) = started(Options { privileged: privileged::MESSAGE_CONTENT, ..Options::default() }).await;
    let (anna, place) = (discord.user("anna"), discord.guild().general());
    let said = discord.say(&anna, &place, "hello everybody").await;
    assert_eq!(bot.message(said.id).await.content, "hello everybody");
    assert_eq!(bot.http.get_message(said.channel.into(), said.id.into()).await.unwrap().content, "hello everybody");
    let flags = bot.http.get_current_application_info().await.unwrap().flags.unwrap();
    assert!(flags.contains(serenity::all::ApplicationFlags::GATEWAY_MESSAGE_CONTENT_LIMITED));
    discord.assert_clean();
}
