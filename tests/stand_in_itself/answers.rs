//! What requests are answered, and how much is kept of them.

use serde_json::json;
use serenity::all::{Command, CreateCommand, CreateMessage, EditMessage, GetMessages, GuildId, HttpBuilder, MessageId, Nonce, UserId};

use crate::stand_in::{APPLICATION_ID, BOT_ID, Discord, Options, permission};
use crate::{channel, commands, http, quiet_mentions, refusal, send, started};

#[tokio::test]
async fn answers_parse() {
    let discord = Discord::start(Options { shards: 2, ..Options::default() }).await;
    let http = http(&discord);
    assert_eq!(http.get_gateway().await.unwrap().url, discord.url().replace("http", "ws") + "/gateway");
    assert_eq!(http.get_bot_gateway().await.unwrap().shards, 2);
    assert_eq!(http.get_current_user().await.unwrap().id, BOT_ID);
    assert_eq!(http.get_current_application_info().await.unwrap().id, APPLICATION_ID);
    assert_eq!(http.get_guilds(None, None).await.unwrap().len(), 1);
    let guild = discord.guild();
    let (place, anna) = (guild.text_channel(), discord.user("anna"));
    assert!(http.get_channel(channel(&place)).await.unwrap().guild().is_some());
    let dm = UserId::new(anna.id).create_dm_channel(&http).await.unwrap();
    assert_eq!((dm.id.get(), dm.recipient.id.get()), (discord.dm(&anna).id, anna.id));

    // Commands keep their ids when they are registered again; what is left out is gone.
    let all = Command::set_global_commands(&http, commands()).await.unwrap();
    let kept = Command::set_global_commands(&http, commands()[..1].to_vec()).await.unwrap();
    assert_eq!(all.iter().find(|command| command.name == "ask").unwrap().id, kept[0].id);
    assert_eq!((Command::get_global_commands(&http).await.unwrap().len(), discord.commands().len()), (1, 1));
    Command::create_global_command(&http, commands().remove(2)).await.unwrap();
    Command::edit_global_command(&http, kept[0].id, CreateCommand::new("ask").description("Ask away")).await.unwrap();
    Command::delete_global_command(&http, kept[0].id).await.unwrap();
    assert!(Command::get_global_command(&http, kept[0].id).await.is_err());
    let of_guild = GuildId::new(guild.id);
    of_guild.set_commands(&http, commands()).await.unwrap();
    of_guild.create_command(&http, commands().remove(0)).await.unwrap();
    assert_eq!(of_guild.get_commands(&http).await.unwrap().len(), 3);

    // Messages: a nonce posts once, pages go from the newest, and what others said is hidden.
    let asked = discord.history(&anna, &place, "when?");
    let draft = || {
        let reply = (channel(&place), MessageId::new(asked.id));
        CreateMessage::new()
            .content("In <@5> May")
            .reference_message(reply)
            .allowed_mentions(quiet_mentions())
            .nonce(Nonce::Number(7))
            .enforce_nonce(true)
    };
    let posted = channel(&place).send_message(&http, draft()).await.unwrap();
    assert_eq!(channel(&place).send_message(&http, draft()).await.unwrap().id, posted.id);
    assert_eq!(discord.reply_to(&asked).await.json["mentions"], json!([]));
    assert_eq!((posted.referenced_message.unwrap().id.get(), discord.messages_in(&place).len()), (asked.id, 2));
    assert_eq!(channel(&place).message(&http, asked.id).await.unwrap().content, "");
    for n in 0..5 {
        discord.history(&anna, &place, &format!("{n}"));
    }
    let page = channel(&place).messages(&http, GetMessages::new().after(asked.id).limit(3)).await.unwrap();
    assert!(page.len() == 3 && page[2].id == posted.id && page[0].id > page[1].id);
    let all = channel(&place).messages(&http, GetMessages::new()).await.unwrap();
    assert_eq!(all.len(), 7);
    let edited =
        channel(&place).edit_message(&http, posted.id, EditMessage::new().content("In June").allowed_mentions(quiet_mentions())).await;
    assert!(edited.unwrap().edited_timestamp.is_some());
    channel(&place).broadcast_typing(&http).await.unwrap();
    discord.next_typing(&place).await;
    channel(&place).delete_message(&http, posted.id).await.unwrap();
    assert!(matches!(refusal(channel(&place).delete_message(&http, posted.id).await), (404, 10008)));
    assert_eq!(refusal(channel(&place).edit_message(&http, asked.id, EditMessage::new().suppress_embeds(true)).await), (403, 50005));

    // What the bot may not do.
    discord.forbid(&place, permission::SEND);
    assert_eq!(refusal(channel(&place).send_message(&http, draft()).await), (403, 50013));
    discord.forbid(&place, permission::VIEW);
    assert_eq!(refusal(channel(&place).message(&http, asked.id).await), (403, 50001));
    discord.allow(&place, permission::VIEW | permission::SEND);
    discord.forbid(&place, permission::HISTORY);
    assert_eq!(refusal(channel(&place).send_message(&http, draft()).await), (400, 160_002));
    discord.close_dms(&anna);
    let letter = CreateMessage::new().content("hello").allowed_mentions(quiet_mentions());
    assert_eq!(refusal(dm.send_message(&http, letter).await), (403, 50007));
    discord.assert_clean();

    let date = reqwest::get(format!("{}/api/v10/gateway/bot", discord.url())).await.unwrap();
    assert_eq!((date.status().as_u16(), date.headers().contains_key("date")), (401, true));
    let wrong = HttpBuilder::new("wrong").proxy(discord.url()).ratelimiter_disabled(true).build();
    assert_eq!(refusal(wrong.get_current_user().await), (401, 0));
    assert!(wrong.get_gateway().await.unwrap().url.contains("127.0.0.1"), "without it serenity goes to Discord itself");
    assert_eq!(discord.take_violations().len(), 2);
}

#[tokio::test]
async fn no_more_is_kept_than_asked_for() {
    let (discord, bot) = started(Options { keep: 20, rules: false, ..Options::default() }).await;
    let (anna, place) = (discord.user("anna"), discord.guild().general());
    let mut answers = discord.tap();
    let line = format!("POST /channels/{}/messages", place.id);
    for n in 0..100 {
        let asked = discord.mention(&anna, &place, &n.to_string()).await;
        let reply = json!({"content": n.to_string(), "message_reference": {"message_id": asked.id.to_string()}});
        assert_eq!(send(&discord, &line, &reply).await.0, 200);
        assert_eq!(discord.reply_to(&asked).await.content(), n.to_string());
        assert_eq!(answers.recv().await.unwrap().body["content"], json!(n.to_string()));
    }
    assert_eq!((discord.messages_in(&place).len(), discord.requests().len(), discord.counts().posted), (20, 20, 100));
    bot.understood_all();
}
