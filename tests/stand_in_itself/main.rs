//! The stand-in for Discord, proved by the real client. It promises:
//!
//! 1. Every event that it sends parses in serenity, and every answer does (`events`, `answers`).
//! 2. Who may not read a message is sent it without what it says (`events`).
//! 3. Resuming tells again what was missed; an invalid session begins anew; each shard hears of its own guilds (`gateway`).
//! 4. Each rule finds a body that breaks it, and no rule finds a good one (`rules`).
//! 5. An interaction is answered once, in time; a nonce posts once (`interactions`, `answers`).
//! 6. Every fault acts as it says (`faults`).
//! 7. It keeps no more than it was told to (`answers`).
//! 8. People do what Discord's client lets them do, with the roles that they have; what it does not let them do is done only where a
//!    test asks for it (`people`, `forms`).
//! 9. The bot posts of itself only where that is expected (`posts`), and what it attaches is kept as it came (`files`).

#![allow(clippy::unwrap_used, reason = "helpers fail as loudly as the tests that they help")]
#![allow(clippy::needless_pass_by_value, reason = "tables of bodies read better without borrows")]

mod answers;
mod events;
mod faults;
mod files;
mod forms;
mod gateway;
mod interactions;
mod people;
mod posts;
mod rules;
#[path = "../stand_in/mod.rs"]
mod stand_in;

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use serde_json::{Value, json};
use serenity::all::{
    ButtonStyle, ChannelId, Context, CreateAllowedMentions, CreateButton, CreateCommand, CreateCommandOption, Event, GatewayIntents, Http,
    HttpBuilder, Interaction as Heard, RawEventHandler,
};
use serenity::model::application::{CommandOptionType, CommandType};
use serenity::{Client, async_trait};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use stand_in::{APPLICATION_ID, Discord, Options};

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

fn refusal<T: Debug>(result: serenity::Result<T>) -> (u16, isize) {
    match result {
        Err(serenity::Error::Http(serenity::http::HttpError::UnsuccessfulRequest(error))) => (error.status_code.as_u16(), error.error.code),
        other => panic!("not refused: {other:?}"),
    }
}

/// Responds to an interaction; status and code where that is refused.
async fn refused(http: &Http, to: &stand_in::Interaction, body: &Value) -> Option<(u16, isize)> {
    let done = http.create_interaction_response(to.id.into(), &to.token, body, vec![]).await;
    done.is_err().then(|| refusal(done))
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

fn with_row(components: Value) -> Value {
    but(json!({"components": [{"type": 1, "components": components}]}))
}

/// What a test, or a helper of the stand-in, panics with.
async fn panic_of<T>(deed: impl Future<Output = T>) -> String {
    let mut deed = pin!(deed);
    let panicked = std::future::poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| deed.as_mut().poll(context))) {
        Ok(polled) => polled.map(|_| None),
        Err(panic) => Poll::Ready(Some(panic)),
    });
    let panic = panicked.await.unwrap();
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}
