//! The stand-in for Discord, proved by the real client. It promises:
//!
//! 1. Every event that it sends parses in serenity, and every answer does.
//! 2. Who may not read a message is sent it without what it says.
//! 3. Resuming tells again what was missed; an invalid session begins anew; each shard hears of its own guilds.
//! 4. Each rule finds a body that breaks it, and no rule finds a good one.
//! 5. An interaction is answered once, in time; a nonce posts once.
//! 6. Every fault acts as it says.
//! 7. It keeps no more than it was told to.

#![allow(clippy::unwrap_used, reason = "helpers fail as loudly as the tests that they help")]
#![allow(clippy::needless_pass_by_value, reason = "tables of bodies read better without borrows")]

mod stand_in;

use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use serenity::all::{
    ActivityData, ButtonStyle, ChannelId, Command, CommandDataOptionValue, Context, CreateActionRow, CreateAllowedMentions,
    CreateAutocompleteResponse, CreateButton, CreateCommand, CreateCommandOption, CreateEmbed, CreateInteractionResponse,
    CreateInteractionResponseFollowup, CreateInteractionResponseMessage, CreateMessage, EditInteractionResponse, EditMessage, Event,
    GatewayIntents, GetMessages, GuildId, Http, HttpBuilder, Interaction as Heard, InteractionContext, MessageId, Nonce, RawEventHandler,
    UserId,
};
use serenity::builder::{CreateInputText, CreateModal};
use serenity::model::application::{CommandOptionType, CommandType, InputTextStyle};
use serenity::{Client, async_trait};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use stand_in::{ALWAYS, APPLICATION_ID, BOT_ID, Discord, Fault, Message, Options, permission, privileged};

const INTENTS: GatewayIntents = GatewayIntents::GUILDS.union(GatewayIntents::GUILD_MESSAGES).union(GatewayIntents::DIRECT_MESSAGES);

/// A real client that puts down every event.
struct Bot {
    events: Arc<Mutex<Vec<Event>>>,
    told: watch::Sender<()>,
    http: Arc<Http>,
    running: JoinHandle<serenity::Result<()>>,
    context: Arc<Mutex<Option<Context>>>,
}

struct Ear {
    events: Arc<Mutex<Vec<Event>>>,
    told: watch::Sender<()>,
    context: Arc<Mutex<Option<Context>>>,
}

#[async_trait]
impl RawEventHandler for Ear {
    async fn raw_event(&self, context: Context, event: Event) {
        *self.context.lock().unwrap() = Some(context);
        self.events.lock().unwrap().push(event);
        self.told.send_replace(());
    }
}

fn http(discord: &Discord) -> Http {
    let http = HttpBuilder::new(discord.token()).proxy(discord.url()).ratelimiter_disabled(true).build();
    http.set_application_id(APPLICATION_ID.into());
    http
}

impl Bot {
    async fn start(discord: &Discord, intents: GatewayIntents, shards: u32) -> Self {
        let (events, context, told) = (Arc::default(), Arc::default(), watch::Sender::new(()));
        let ear = Ear { events: Arc::clone(&events), told: told.clone(), context: Arc::clone(&context) };
        let builder = serenity::client::ClientBuilder::new_with_http(http(discord), intents);
        let mut client: Client = builder.raw_event_handler(ear).await.unwrap();
        let http = Arc::clone(&client.http);
        let running = tokio::spawn(async move { client.start_shards(shards).await });
        Self { events, told, http, running, context }
    }

    /// Waits for an event and takes it.
    async fn hears<T>(&self, what: &str, mut find: impl FnMut(&Event) -> Option<T>) -> T {
        let mut told = self.told.subscribe();
        let deadline = tokio::time::Instant::now() + Duration::from_secs(12);
        loop {
            {
                let mut events = self.events.lock().unwrap();
                let found = events.iter().enumerate().find_map(|(at, event)| Some((at, find(event)?)));
                if let Some((at, found)) = found {
                    events.remove(at);
                    return found;
                }
            }
            let waited = tokio::time::timeout_at(deadline, told.changed()).await;
            assert!(waited.is_ok(), "never heard {what}; left: {:#?}", self.events.lock().unwrap());
        }
    }

    async fn message(&self, id: u64) -> serenity::all::Message {
        let find = |event: &Event| match event {
            Event::MessageCreate(event) if event.message.id == id => Some(event.message.clone()),
            _ => None,
        };
        self.hears("a message", find).await
    }

    async fn interaction(&self, id: u64) -> Heard {
        let find = |event: &Event| match event {
            Event::InteractionCreate(event) if event.interaction.id() == id => Some(event.interaction.clone()),
            _ => None,
        };
        self.hears("an interaction", find).await
    }

    /// Nothing was sent that serenity does not understand.
    fn understood_all(&self) {
        let events = self.events.lock().unwrap();
        let unknown: Vec<&Event> = events.iter().filter(|event| matches!(event, Event::Unknown(_))).collect();
        assert!(unknown.is_empty(), "events that do not parse: {unknown:#?}");
    }
}

fn quiet_mentions() -> CreateAllowedMentions {
    CreateAllowedMentions::new().replied_user(false)
}

fn channel(channel: &stand_in::Channel) -> ChannelId {
    ChannelId::new(channel.id)
}

fn commands() -> Vec<CreateCommand> {
    let question = CreateCommandOption::new(CommandOptionType::String, "question", "What you want to know").required(true);
    vec![
        CreateCommand::new("ask").description("Ask").add_option(question.set_autocomplete(true)).add_option(CreateCommandOption::new(
            CommandOptionType::Boolean,
            "private",
            "Only you see it",
        )),
        CreateCommand::new("admin")
            .description("For moderators")
            .default_member_permissions(serenity::all::Permissions::MANAGE_GUILD)
            .add_option(
                CreateCommandOption::new(CommandOptionType::SubCommand, "mute", "Mute somebody")
                    .add_sub_option(CreateCommandOption::new(CommandOptionType::User, "whom", "Whom").required(true)),
            ),
        CreateCommand::new("Find the source").kind(CommandType::Message),
    ]
}

async fn started(options: Options) -> (Discord, Bot) {
    let shards = options.shards;
    let intents = if options.privileged == 0 { INTENTS } else { INTENTS.union(GatewayIntents::MESSAGE_CONTENT) };
    let discord = Discord::start(options).await;
    let bot = Bot::start(&discord, intents, shards).await;
    (discord, bot)
}

fn button(id: &str, label: &str) -> CreateButton {
    CreateButton::new(id).label(label).style(ButtonStyle::Secondary)
}

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

#[tokio::test]
async fn interactions_arrive_and_are_answered() {
    let (discord, bot) = started(Options::default()).await;
    let http = &bot.http;
    Command::set_global_commands(http, commands()).await.unwrap();
    let (anna, ben, place) = (discord.user("anna").with_locale("de"), discord.user("ben"), discord.guild().general());

    // Typing a question, asking it, and the answer's buttons.
    let typing = discord.autocomplete(&anna, &place, "ask", json!({"question": "wh"}), "question").await;
    let Heard::Autocomplete(heard) = bot.interaction(typing.id).await else { panic!("no autocomplete") };
    assert_eq!(heard.data.autocomplete().unwrap().value, "wh");
    let choices = CreateAutocompleteResponse::new().add_string_choice("when?", "when");
    heard.create_response(http, CreateInteractionResponse::Autocomplete(choices)).await.unwrap();
    assert_eq!(discord.response(&typing).await.choices(), [("when?".to_owned(), json!("when"))]);

    let asking = discord.slash(&anna, &place, "ask", json!({"question": "when?", "private": false})).await;
    let Heard::Command(heard) = bot.interaction(asking.id).await else { panic!("no command") };
    assert_eq!((heard.user.id.get(), heard.context, heard.locale.as_str()), (anna.id, Some(InteractionContext::Guild), "de"));
    assert_eq!(heard.data.options[0].value, CommandDataOptionValue::String("when?".into()));
    assert!(heard.app_permissions.is_some() && heard.member.as_ref().unwrap().permissions.is_some());
    heard.defer(http).await.unwrap();
    assert!(discord.first_response(&asking).await.waiting);
    let rows = vec![CreateActionRow::Buttons(vec![button("more", "More"), button("form", "Wrong?")])];
    let embed = CreateEmbed::new().title("When").description("In May, says [Dawn](https://dawn.example/1).").field("Sure", "0.9", true);
    let answer = EditInteractionResponse::new().embed(embed).components(rows).allowed_mentions(quiet_mentions());
    assert_eq!(heard.edit_response(http, answer).await.unwrap().embeds.len(), 1);
    assert_eq!(heard.get_response(http).await.unwrap().embeds.len(), 1);
    let answered = discord.response(&asking).await;
    assert_eq!(answered.message().edits, 0, "what was only loading was not edited");
    let follow = CreateInteractionResponseFollowup::new().content("one more").ephemeral(true).allowed_mentions(quiet_mentions());
    let followed = heard.create_followup(http, follow).await.unwrap();
    assert!(http.get_message(followed.channel_id, followed.id).await.is_err(), "nobody else sees it");
    heard.delete_followup(http, followed.id).await.unwrap();
    assert_eq!(
        answered.text(),
        "--- embed\ntitle: When\nIn May, says [Dawn](https://dawn.example/1).\n• Sure: 0.9\n---\n\
         [More](secondary → more)  [Wrong?](secondary → form)\n"
    );

    // A click that changes the message, and one that opens a form.
    let click = discord.click(&ben, answered.message(), &answered.message().button("More")).await;
    let Heard::Component(heard) = bot.interaction(click.id).await else { panic!("no click") };
    assert_eq!((heard.message.id.get(), heard.user.id.get(), heard.message.embeds.len()), (answered.message().id, ben.id, 1));
    let change = CreateInteractionResponseMessage::new().content("More of it").allowed_mentions(quiet_mentions());
    heard.create_response(http, CreateInteractionResponse::UpdateMessage(change)).await.unwrap();
    assert_eq!(discord.response(&click).await.message().content(), "More of it");
    let click = discord.click(&ben, answered.message(), "form").await;
    let Heard::Component(heard) = bot.interaction(click.id).await else { panic!("no click") };
    let input = CreateActionRow::InputText(CreateInputText::new(InputTextStyle::Paragraph, "What is wrong?", "what"));
    let form = CreateModal::new("wrong", "Report").components(vec![input]);
    heard.create_response(http, CreateInteractionResponse::Modal(form)).await.unwrap();
    let sent = discord.submit(&click, &[("what", "the year")]).await;
    let Heard::Modal(heard) = bot.interaction(sent.id).await else { panic!("no form") };
    assert_eq!((heard.data.custom_id.as_str(), heard.data.components.len(), heard.message.is_some()), ("wrong", 1, true));
    heard.create_response(http, CreateInteractionResponse::Acknowledge).await.unwrap();
    assert_eq!(discord.response(&sent).await.kind, 6);

    // A command on a message, one with a subcommand, one in direct messages; the click's message as it was posted, a reply.
    let said = discord.say(&ben, &place, "it began in May").await;
    let on = discord.message_command(&anna, &said, "Find the source").await;
    let Heard::Command(heard) = bot.interaction(on.id).await else { panic!("no command") };
    assert_eq!(heard.data.resolved.messages[&MessageId::new(said.id)].content, "it began in May");
    let embed = CreateInteractionResponseMessage::new().content("**no** <@1>").ephemeral(true).allowed_mentions(quiet_mentions());
    heard.create_response(http, CreateInteractionResponse::Message(embed)).await.unwrap();
    assert_eq!(discord.response(&on).await.text(), "(only they can see this)\n**no** <@1>\n");
    let muting = discord.slash(&anna.as_administrator(), &place, "admin mute", json!({"whom": ben.id.to_string()})).await;
    let Heard::Command(heard) = bot.interaction(muting.id).await else { panic!("no command") };
    assert!(heard.data.resolved.users.contains_key(&UserId::new(ben.id)));
    assert!(heard.member.unwrap().permissions.unwrap().administrator());
    let private = discord.slash(&anna, &discord.dm(&anna), "ask", json!({"question": "why?"})).await;
    let Heard::Command(heard) = bot.interaction(private.id).await else { panic!("no command") };
    assert_eq!((heard.guild_id, heard.context, heard.user.id.get()), (None, Some(InteractionContext::BotDm), anna.id));
    let replied = discord.posted_before(&place, with_buttons(&said));
    let click = discord.click(&anna, &replied, "a").await;
    discord.replay_interaction(&click);
    for _ in 0..2 {
        let Heard::Component(heard) = bot.interaction(click.id).await else { panic!("no click") };
        assert_eq!(heard.message.message_reference.unwrap().message_id, Some(MessageId::new(said.id)));
    }
    bot.understood_all();
    discord.assert_clean();
}

fn with_buttons(reply_to: &Message) -> Value {
    json!({
        "content": "x", "message_reference": {"message_id": reply_to.id.to_string()},
        "components": [{"type": 1, "components": [{"type": 2, "style": 2, "label": "A", "custom_id": "a"}]}],
    })
}

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

fn refusal<T: Debug>(result: serenity::Result<T>) -> (u16, isize) {
    match result {
        Err(serenity::Error::Http(serenity::http::HttpError::UnsuccessfulRequest(error))) => (error.status_code.as_u16(), error.error.code),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn an_interaction_is_answered_once_and_in_time() {
    let (discord, _bot) = started(Options::default()).await;
    let http = http(&discord);
    Command::set_global_commands(&http, commands()).await.unwrap();
    let (anna, place) = (discord.user("anna"), discord.guild().general());
    let said = json!({"content": "x", "allowed_mentions": {"parse": []}});
    let respond = async |to: &stand_in::Interaction, kind: u8| {
        let data = if kind == 4 { said.clone() } else { json!({}) };
        refused(&http, to, &json!({"type": kind, "data": data})).await
    };
    let ask = async || discord.slash(&anna, &place, "ask", json!({"question": "when?"})).await;
    let first = ask().await;
    assert_eq!(respond(&first, 4).await, None);
    assert_eq!(respond(&first, 4).await, Some((400, 40060)));
    let asked = ask().await;
    let line = format!("{}/interactions/{}/{}/callback?with_response=true", discord.url(), asked.id, asked.token);
    let body = json!({"type": 4, "data": said}).to_string();
    let answer = reqwest::Client::new().post(line).header("content-type", "application/json").body(body).send().await.unwrap();
    let answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!((&answer["interaction"]["type"], &answer["resource"]["message"]["content"]), (&json!(2), &json!("x")));
    let late = ask().await;
    discord.advance(Duration::from_secs(4));
    assert_eq!(respond(&late, 4).await, Some((404, 10062)));
    assert_eq!(refusal(http.get_original_interaction_response(&late.token).await), (404, 10015));
    let deferred = ask().await;
    assert_eq!(respond(&deferred, 5).await, None);
    discord.advance(Duration::from_secs(14 * 60));
    let told = http.create_followup_message(&deferred.token, &said, vec![]).await.unwrap();
    let response = discord.response(&deferred).await;
    assert_eq!((response.message().id, response.followups.len()), (told.id.get(), 0), "the first follow-up fills the deferral");
    http.delete_original_interaction_response(&deferred.token).await.unwrap();
    assert!(discord.response(&deferred).await.message.is_none());
    assert_eq!(refusal(http.get_original_interaction_response(&deferred.token).await), (404, 10008));
    discord.advance(Duration::from_secs(61));
    assert_eq!(refusal(http.create_followup_message(&deferred.token, &said, vec![]).await), (401, 50027));
    discord.assert_clean();
    let typing = discord.autocomplete(&anna, &place, "ask", json!({"question": "w"}), "question").await;
    assert_eq!(respond(&typing, 5).await, Some((400, 50035)));
    assert_eq!(respond(&ask().await, 7).await, Some((400, 50035)));
    assert_eq!(discord.take_violations().len(), 2);
}

/// Responds to an interaction; status and code where that is refused.
async fn refused(http: &Http, to: &stand_in::Interaction, body: &Value) -> Option<(u16, isize)> {
    let done = http.create_interaction_response(to.id.into(), &to.token, body, vec![]).await;
    done.is_err().then(|| refusal(done))
}

/// A WebSocket without a client's manners, for what serenity would never send.
struct Rude(TcpStream);

impl Rude {
    async fn connect(discord: &Discord) -> Self {
        let address = discord.url().trim_start_matches("http://").to_owned();
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let ask = format!(
            "GET /gateway/?v=10&encoding=json HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let mut rude = Self(stream);
        assert_eq!(rude.hears().await["op"], 10);
        rude
    }

    async fn says(&mut self, payload: &Value) {
        let text = payload.to_string();
        let length = u16::try_from(text.len()).unwrap();
        // A text frame with a mask of zeros, its length in two bytes.
        let mut frame = vec![0x81, 0x80 | 0x7e];
        frame.extend(length.to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        self.0.write_all(&frame).await.unwrap();
    }

    /// The next payload, or `{"closed": code}`.
    async fn hears(&mut self) -> Value {
        let kind = self.0.read_u8().await.unwrap();
        let length = match self.0.read_u8().await.unwrap() {
            126 => usize::from(self.0.read_u16().await.unwrap()),
            127 => usize::try_from(self.0.read_u64().await.unwrap()).unwrap(),
            short => usize::from(short),
        };
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).await.unwrap();
        if kind == 0x88 { json!({"closed": u16::from_be_bytes([bytes[0], bytes[1]])}) } else { serde_json::from_slice(&bytes).unwrap() }
    }
}

fn identify(token: &str, intents: u64, shard: [u32; 2]) -> Value {
    let properties = json!({"os": "linux", "browser": "x", "device": "x"});
    json!({"op": 2, "d": {"token": token, "intents": intents, "shard": shard, "properties": properties}})
}

#[tokio::test]
async fn the_gateway_minds_its_rules() {
    let discord = Discord::start(Options { identifies_spaced: true, ..Options::default() }).await;
    let good = identify(&discord.token(), 1, [0, 1]);
    let presence = json!({"op": 3, "d": {"status": "x"}});
    let resume = json!({"op": 6, "d": {"token": discord.token(), "session_id": "?", "seq": 5}});
    let cases: &[(&str, Vec<Value>, Value)] = &[
        ("a wrong token", vec![identify("wrong", 1, [0, 1])], json!({"closed": 4004})),
        ("intents it has not", vec![identify(&discord.token(), privileged::MESSAGE_CONTENT, [0, 1])], json!({"closed": 4014})),
        ("a shard beyond", vec![identify(&discord.token(), 1, [1, 1])], json!({"closed": 4010})),
        ("unknown intents", vec![identify(&discord.token(), 1 << 40, [0, 1])], json!({"closed": 4013})),
        ("a payload before it is known", vec![presence.clone()], json!({"closed": 4003})),
        ("an unknown opcode", vec![json!({"op": 77})], json!({"closed": 4001})),
        ("a long payload", vec![json!({"op": 1, "d": "x".repeat(5000)})], json!({"closed": 4002})),
        ("too many payloads", vec![json!({"op": 1, "d": null}); 121], json!({"closed": 4008})),
        ("a forgotten session", vec![resume], json!({"op": 9, "d": false})),
    ];
    for (what, payloads, then) in cases {
        let mut rude = Rude::connect(&discord).await;
        for payload in payloads {
            rude.says(payload).await;
        }
        let mut heard = rude.hears().await;
        while heard["op"] == 11 {
            heard = rude.hears().await;
        }
        for (field, value) in then.as_object().unwrap() {
            assert_eq!(&heard[field], value, "{what}: {heard}");
        }
        let found = discord.take_violations();
        assert_eq!(found.len(), usize::from(*what != "a forgotten session"), "{what}: {found:?}");
        assert!(found.iter().all(|text| !text.contains(&discord.token())));
    }
    // Six seconds from now a shard could identify; three did less than five seconds before.
    let mut rude = Rude::connect(&discord).await;
    rude.says(&good).await;
    assert_eq!(rude.hears().await["op"], 9);
    assert!(discord.take_violations()[0].contains("within 5 s"));

    let relaxed = Discord::start(Options::default()).await;
    let mut rude = Rude::connect(&relaxed).await;
    let good = identify(&relaxed.token(), 1, [0, 1]);
    rude.says(&good).await;
    assert_eq!((rude.hears().await["t"].clone(), rude.hears().await["t"].clone()), (json!("READY"), json!("GUILD_CREATE")));
    rude.says(&good).await;
    assert_eq!(rude.hears().await["closed"], 4005);
    assert_eq!((relaxed.take_violations().len(), relaxed.refused_with()), (1, vec![4005]));
    assert_eq!((relaxed.identifies().len(), relaxed.counts().identifies), (1, 1));
}

#[tokio::test]
async fn a_resume_tells_what_was_missed() {
    let (discord, bot) = started(Options { heartbeat: Duration::from_millis(300), ..Options::default() }).await;
    let (anna, place) = (discord.user("anna"), discord.guild().general());
    bot.message(discord.mention(&anna, &place, "zero").await.id).await;
    let missed = |text: &'static str| {
        let said = discord.mention(&anna, &place, text);
        async { bot.message(said.await.id).await.content }
    };
    // However the connection ends: without a word, with a code, because it was asked to, because the session was called in question.
    discord.drop_connections();
    assert!(missed("one").await.ends_with("one"));
    discord.close_connections(4000);
    assert!(missed("two").await.ends_with("two"));
    discord.ask_to_reconnect();
    assert!(missed("three").await.ends_with("three"));
    discord.invalidate_sessions(true);
    assert!(missed("four").await.ends_with("four"));
    for _ in 0..4 {
        bot.hears("RESUMED", |event| matches!(event, Event::Resumed(_)).then_some(())).await;
    }
    assert_eq!((discord.identifies().len(), discord.counts().resumes, discord.refused_with()), (1, 4, vec![4000]));
    discord.counted(|counts| counts.heartbeats > 0).await;
    discord.assert_clean();
    let context = bot.context.lock().unwrap().clone().unwrap();
    context.set_activity(Some(ActivityData::custom("x".repeat(5000))));
    assert!(discord.violation().await.contains("bytes, 4096 at most"));
    bot.understood_all();
}

/// What takes five seconds each, because serenity waits so long between two sessions, at the same time.
// Several threads: where a resume finds no gateway, serenity 0.12 spins on its dead connection, without giving way, until it is time
// for a heartbeat.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn new_sessions() {
    let patience = Duration::from_secs(12);
    let again = async |discord: &Discord, bot: &Bot| {
        let identified = discord.counts().identifies;
        discord.counted(|counts| counts.identifies > identified).await;
        let asked = discord.mention(&discord.user("anna"), &discord.guild().general(), "are you back?").await;
        bot.message(asked.id).await;
        assert_eq!(discord.counts().resumes, 0);
    };
    let two_shards = async {
        let (discord, bot) = started(Options { guilds: 3, shards: 2, patience, identifies_spaced: true, ..Options::default() }).await;
        discord.connected(0).await;
        let early = discord.say(&discord.user("anna"), &discord.guild_at(2).general(), "for shard 0").await;
        bot.message(early.id).await;
        discord.connected(1).await;
        let late = discord.say(&discord.user("anna"), &discord.guild_at(1).general(), "for shard 1").await;
        bot.message(late.id).await;
        let shards: Vec<_> = discord.identifies().iter().map(|identify| (identify.shard, identify.shards)).collect();
        assert_eq!(shards, [(0, 2), (1, 2)]);
        discord.assert_clean();
    };
    let invalidated = async {
        let (discord, bot) = started(Options { patience, ..Options::default() }).await;
        discord.connected(0).await;
        discord.invalidate_sessions(false);
        again(&discord, &bot).await;
        discord.assert_clean();
    };
    let forgotten = async {
        let (discord, bot) = started(Options { patience, ..Options::default() }).await;
        discord.connected(0).await;
        bot.hears("READY", |event| matches!(event, Event::Ready(_)).then_some(())).await;
        discord.forget_sessions();
        discord.drop_connections();
        again(&discord, &bot).await;
        discord.assert_clean();
    };
    let unacknowledged = async {
        let (discord, bot) = started(Options { patience, heartbeat: Duration::from_millis(400), ..Options::default() }).await;
        discord.connected(0).await;
        discord.withhold_acks(true);
        again(&discord, &bot).await;
        discord.withhold_acks(false);
    };
    let refused = async {
        let (discord, bot) = started(Options { patience, heartbeat: Duration::from_secs(1), ..Options::default() }).await;
        discord.connected(0).await;
        discord.refuse_connections(Duration::from_secs(2));
        discord.drop_connections();
        again(&discord, &bot).await;
        discord.assert_clean();
    };
    tokio::join!(two_shards, invalidated, forgotten, unacknowledged, refused);
}

#[tokio::test]
async fn a_client_that_is_refused_stops_and_one_that_leaves_logs_off() {
    let discord = Discord::start(Options::default()).await;
    let bot = Bot::start(&discord, INTENTS.union(GatewayIntents::MESSAGE_CONTENT), 1).await;
    assert!(discord.violation().await.contains("closed with 4014"));
    let ended = tokio::time::timeout(Duration::from_secs(5), bot.running).await;
    assert!(ended.unwrap().unwrap().is_err());

    let discord = Discord::start(Options::default()).await;
    let bot = Bot::start(&discord, INTENTS, 1).await;
    discord.connected(0).await;
    bot.hears("READY", |event| matches!(event, Event::Ready(_)).then_some(())).await;
    bot.context.lock().unwrap().clone().unwrap().shard.shutdown_clean();
    discord.disconnected().await;
    assert_eq!(discord.close_codes(), [1000]);
    discord.assert_clean();
}

/// Sends a body by hand: status and Discord's code.
async fn send(discord: &Discord, line: &str, body: &Value) -> (u16, i64) {
    let (method, path) = line.split_once(' ').unwrap();
    let request = reqwest::Client::new().request(method.parse().unwrap(), format!("{}/api/v10{path}", discord.url()));
    let request = request.header("authorization", format!("Bot {}", discord.token())).header("content-type", "application/json");
    let answer = request.body(body.to_string()).send().await.unwrap();
    let status = answer.status().as_u16();
    let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default();
    (status, body["code"].as_i64().unwrap_or_default())
}

/// A message that may stand, with other fields than it would have.
fn but(fields: Value) -> Value {
    let mut body = json!({"content": "x", "allowed_mentions": {"parse": []}});
    for (field, value) in fields.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

fn with_embed(embed: Value) -> Value {
    but(json!({"embeds": [embed]}))
}

fn with_row(components: Value) -> Value {
    but(json!({"components": [{"type": 1, "components": components}]}))
}

fn command_with(options: Value) -> Value {
    json!({"name": "x", "description": "x", "options": options})
}

#[tokio::test]
async fn each_rule_finds_what_breaks_it() {
    let discord = Discord::start(Options::default()).await;
    let place = discord.guild().general();
    let mine = discord.posted_before(&place, json!({"content": "x"}));
    let post = format!("POST /channels/{}/messages", place.id);
    let edit = format!("PATCH /channels/{}/messages/{}", place.id, mine.id);
    let respond = "POST /interactions/5/token/callback".to_owned();
    let command = format!("POST /applications/{APPLICATION_ID}/commands");
    let commands = format!("PUT /applications/{APPLICATION_ID}/commands");
    let click = |id: &str| json!({"type": 2, "style": 1, "label": "x", "custom_id": id});
    let text = |name: &str| json!({"type": 3, "name": name, "description": "x"});
    let form = |title: &str| json!({"type": 1, "components": [{"type": 4, "style": 1, "custom_id": "x", "label": title}]});
    let cases: Vec<(&str, &String, Value)> = vec![
        ("content of 2001", &post, but(json!({"content": "x".repeat(2001)}))),
        ("content of 2001", &edit, but(json!({"content": "x".repeat(2001)}))),
        ("an empty message", &post, but(json!({"content": " "}))),
        ("an empty message", &respond, json!({"type": 4, "data": but(json!({"content": ""}))})),
        ("unknown field \"contents\"", &post, but(json!({"contents": "x"}))),
        ("an embed has an unknown field \"text\"", &post, with_embed(json!({"description": "x", "text": "x"}))),
        ("embeds of 7000", &post, with_embed(json!({"description": "x".repeat(4000), "fields": vec![json!({"name": "x".repeat(250), "value": "x".repeat(750)}); 3]}))),
        ("embeds", &post, with_embed(json!({"description": "x".repeat(4097)}))),
        ("embeds", &post, with_embed(json!({"title": "x".repeat(257)}))),
        ("field without name", &post, with_embed(json!({"fields": [{"name": "", "value": "x"}]}))),
        ("embeds", &post, but(json!({"embeds": vec![json!({"title": "x"}); 11]}))),
        ("a button without custom_id", &post, with_row(json!([{"type": 2, "style": 1, "label": "x"}]))),
        ("a button without label", &post, with_row(json!([{"type": 2, "style": 1, "custom_id": "x"}]))),
        ("components", &post, with_row(json!([click("1"), click("2"), click("3"), click("4"), click("5"), click("6")]))),
        ("components", &post, with_row(json!([click(&"x".repeat(101))]))),
        ("components", &post, with_row(json!([{"type": 2, "style": 1, "label": "x".repeat(81), "custom_id": "x"}]))),
        ("two components with the custom_id", &edit, with_row(json!([click("x"), click("x")]))),
        ("parses users and names users", &post, but(json!({"allowed_mentions": {"parse": ["users"], "users": ["5"]}}))),
        ("without allowed_mentions", &post, json!({"content": "x"})),
        ("without allowed_mentions", &post, but(json!({"allowed_mentions": {"parse": ["roles"]}}))),
        ("without allowed_mentions", &respond, json!({"type": 7, "data": {"content": "x"}})),
        ("a reply that pings", &post, but(json!({"allowed_mentions": {"parse": [], "replied_user": true}}))),
        ("not of the web", &post, with_embed(json!({"description": "see [this](javascript:x)"}))),
        ("an address", &post, with_embed(json!({"description": "see [dawn.com/x](https://example.org)"}))),
        ("flags", &post, but(json!({"flags": 64}))),
        ("enforce_nonce without", &post, but(json!({"enforce_nonce": true}))),
        ("a deferral says something", &respond, json!({"type": 5, "data": {"content": "x"}})),
        ("more than 25 choices", &respond, json!({"type": 8, "data": {"choices": vec![json!({"name": "x", "value": "x"}); 26]}})),
        ("a value of 101", &respond, json!({"type": 8, "data": {"choices": [{"name": "x", "value": "x".repeat(101)}]}})),
        ("a form's title of 46", &respond, json!({"type": 9, "data": {"custom_id": "x", "title": "x".repeat(46), "components": [form("x")]}})),
        ("a text input's label of 46", &respond, json!({"type": 9, "data": {"custom_id": "x", "title": "x", "components": [form(&"x".repeat(46))]}})),
        ("no name for a command", &command, json!({"name": "Ask me", "description": "x"})),
        ("a description of 0", &command, json!({"name": "x"})),
        ("no name for an option", &command, command_with(json!([text("what?")]))),
        ("a value of 101", &command, command_with(json!([{"type": 3, "name": "x", "description": "x", "choices": [{"name": "x", "value": "x".repeat(101)}]}]))),
        ("after an optional one", &command, command_with(json!([text("a"), {"type": 3, "name": "b", "description": "x", "required": true}]))),
        ("completes itself and has choices", &command, command_with(json!([{"type": 3, "name": "x", "description": "x", "autocomplete": true, "choices": [{"name": "x", "value": "x"}]}]))),
        ("an option has an unknown field", &command, command_with(json!([{"type": 3, "name": "x", "description": "x", "optional": true}]))),
        ("two options", &command, command_with(json!([text("a"), text("a")]))),
        ("two commands", &commands, json!([{"name": "x", "description": "x"}, {"name": "x", "description": "y"}])),
        ("the command", &command, json!({"name": "x", "description": "x".repeat(101)})),
        ("characters in all, 8000", &command, command_with(Value::Array((0..25).map(|n| json!({"type": 3, "name": format!("o{n}"), "description": "x", "choices": vec![json!({"name": "x".repeat(100), "value": "x".repeat(100)}); 2]})).collect()))),
    ];
    for (wanted, line, body) in &cases {
        let (status, code) = send(&discord, line, body).await;
        let found = discord.take_violations();
        assert!(found.iter().any(|text| text.contains(wanted)), "{wanted}: {found:#?}\n{body}");
        assert_eq!((status, code), (400, if *wanted == "an empty message" { 50006 } else { 50035 }), "{wanted}");
    }
    assert_eq!(send(&discord, "GET /guilds/5/bans", &Value::Null).await.0, 404);
    assert!(discord.take_violations()[0].contains("no such route"));
    // What only Discord's own description knows; it is not at hand everywhere.
    let typed = send(&discord, &post, &but(json!({"tts": "yes"}))).await;
    match discord.take_violations().first() {
        Some(text) => assert!(text.contains("the schema at"), "{text}"),
        None => assert_eq!(typed.0, 200),
    }

    let good = [
        (&post, but(json!({"content": "see [Dawn, 5 May](https://dawn.com/1) and \\\\[not this](x)".replace("\\\\", "\\")}))),
        (&post, with_row(json!([click("1"), {"type": 2, "style": 5, "label": "x", "url": "https://example.org"}]))),
        (&edit, json!({"components": []})),
        (&command, command_with(json!([{"type": 3, "name": "frage", "description": "x", "required": true}, text("سوال")]))),
        (
            &commands,
            json!([{"name": "ask", "description": "x", "default_member_permissions": "32", "contexts": [0, 1]}, {"name": "Find it", "type": 3}]),
        ),
    ];
    for (line, body) in &good {
        let (status, _) = send(&discord, line, body).await;
        discord.assert_clean();
        assert!(status < 300, "{status}: {line} {body}");
    }
    let relaxed = Discord::start(Options { rules: false, ..Options::default() }).await;
    let post = format!("POST /channels/{}/messages", relaxed.guild().general().id);
    assert_eq!(send(&relaxed, &post, &json!({"content": "x"})).await.0, 200);
    relaxed.assert_clean();
}

#[tokio::test]
async fn requests_fail_as_asked() {
    let discord = Discord::start(Options::default()).await;
    let place = discord.guild().general();
    let http = http(&discord);
    let post =
        async |text: &str| channel(&place).send_message(&http, CreateMessage::new().content(text).allowed_mentions(quiet_mentions())).await;
    let form = "POST /channels/*/messages";
    discord.fail(form, 2, Fault::Status(503));
    assert_eq!((refusal(post("a").await), refusal(post("b").await)), ((503, 0), (503, 0)));
    discord.fail(form, 1, Fault::Html(502));
    assert_eq!(refusal(post("c").await), (502, -1));
    discord.fail(form, 1, Fault::Reset);
    assert!(matches!(post("d").await, Err(serenity::Error::Http(serenity::http::HttpError::Request(_)))));
    discord.fail(form, 1, Fault::ResetAfter);
    assert!(matches!(post("e").await, Err(serenity::Error::Http(serenity::http::HttpError::Request(_)))));
    discord.fail(form, 1, Fault::StatusAfter(500));
    assert_eq!(refusal(post("f").await), (500, 0));
    discord.fail(form, 1, Fault::Slow(Duration::from_millis(150)));
    let begun = Instant::now();
    post("g").await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(150));
    // A client that gives up: the message is posted all the same.
    for (fault, text) in [(Fault::Slow(Duration::from_millis(150)), "h"), (Fault::SlowAnswer(Duration::from_millis(150)), "i")] {
        discord.fail(form, 1, fault);
        assert!(tokio::time::timeout(Duration::from_millis(50), post(text)).await.is_err());
    }
    discord.nth_request(9, |request| request.method == "POST").await;
    post("j").await.unwrap();
    let posted: Vec<String> = discord.messages_in(&place).iter().map(|message| message.content().to_owned()).collect();
    assert_eq!(posted, ["e", "f", "g", "i", "h", "j"]);
    let answered: Vec<u16> = discord.requests().iter().map(|request| request.status).collect();
    assert_eq!(answered, [503, 503, 502, 0, 0, 500, 200, 200, 200, 200]);

    discord.fail("* /users/*", 2, Fault::Limited { after: Duration::from_millis(1500), global: true });
    let limited = async || reqwest::get(format!("{}/api/users/@me/guilds", discord.url())).await.unwrap();
    let answer = limited().await;
    assert_eq!(answer.status().as_u16(), 429);
    assert_eq!((answer.headers()["retry-after"].as_bytes(), answer.headers()["x-ratelimit-global"].as_bytes()), (&b"2"[..], &b"true"[..]));
    let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!((body["retry_after"].as_f64(), &body["global"]), (Some(1.5), &json!(true)));
    discord.mend();
    assert_eq!(limited().await.status().as_u16(), 401);
    discord.fail_where(
        ALWAYS,
        |method, path| method == "POST" && path.ends_with("typing"),
        Fault::Limited { after: Duration::ZERO, global: false },
    );
    for _ in 0..3 {
        assert_eq!(refusal(channel(&place).broadcast_typing(&http).await).0, 429);
    }
    assert_eq!(discord.counts().limited, 4);
    discord.take_violations();
    discord.quiet(Duration::from_millis(50)).await;
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
