//! From settings to a bot that answers, and to its end. Each step says one line.

use std::future::IntoFuture as _;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use serenity::all::{ClientBuilder, GatewayIntents, ShardManager};
use serenity::gateway::GatewayError;
use tokio::time::{Instant, timeout};
use tracing::{info, warn};

use super::bot::{Bot, Kept};
use super::clearing;
use super::commands;
use super::events::Events;
use super::gate::{self, Gate};
use super::gateway::{Threads, start_in_turn};
use super::moderation::{self, Inbox, Outbox};
use super::rest::{Api, Failure, Rest};
use super::secret::Token;
use super::sharing::{NotOurs, Sharing};
use super::watch::watch;
use crate::config::{self, ShardRange};
use crate::curation::review::Suggestion;
use crate::desk::Desk;
use crate::operations::{Silent, Vitals};
use crate::store::StoreError;

/// How long the first requests may take before Discord counts as unreachable.
const START_WITHIN: Duration = Duration::from_secs(10);
/// How long what is in hand may take once the bot is told to stop.
const FINISH_WITHIN: Duration = Duration::from_secs(10);
/// How long one connection to the gateway may take to close. Serenity closes one after the other; with very many the end of the process
/// closes the rest.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);
const CLOSED_ONE_BY_ONE: u32 = 10;
/// In this part of the time that the first shard may take to be ready, the gateway is asked why it is not.
const ASKED_WHY_IN: u32 = 3;

/// Servers that one shard may hold (Discord, gateway), and those for which Discord recommends one.
const GUILDS_A_SHARD: u32 = 2_500;
const GUILDS_RECOMMENDED: u32 = 1_000;

/// What a bot is made of.
#[derive(Debug)]
pub struct Setup {
    /// What answers, and what edits it.
    pub desk: Desk,
    /// What signs in.
    pub token: Token,
    /// Which Discord.
    pub api: Api,
    /// How it behaves.
    pub settings: config::Discord,
    /// What whoever runs it sees of it.
    pub vitals: Arc<Vitals>,
}

/// Why the bot cannot run.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The token is wrong.
    #[error("Discord refuses the token; copy it anew from the application's Bot page in the developer portal into DISCORD_TOKEN")]
    Token,
    /// An intent is missing.
    #[error(
        "Discord refuses the message-content intent; switch it on for the application (developer portal, Bot, Privileged Gateway Intents), or set message_content = false in config.toml"
    )]
    Intents,
    /// Discord cannot be reached.
    #[error("cannot reach Discord at {address}: {cause}; check the network and DISCORD_API_URL or HTTPS_PROXY, then start again")]
    Unreachable {
        /// Where.
        address: String,
        /// Why.
        cause: String,
    },
    /// The gateway cannot be reached, though the rest of Discord can.
    #[error("cannot reach Discord's gateway at {address}: {cause}; {directly}, then start again", directly = gate::DIRECTLY)]
    GatewayUnreachable {
        /// Where.
        address: String,
        /// Why.
        cause: String,
    },
    /// The gateway lets nobody in, and does not say why.
    #[error("the gateway at {address} answers, but let no shard in within {seconds} s; see discordstatus.com, then start again")]
    NeverReady {
        /// Where.
        address: String,
        /// How long.
        seconds: u64,
    },
    /// The gateway says that the bot need not come again as it is.
    #[error("the gateway refuses the sign-in (close code {code}): {why}")]
    Closed {
        /// The code that it closed with.
        code: u16,
        /// What it means, and the mend.
        why: &'static str,
    },
    /// Too many sign-ins.
    #[error("Discord grants no more sign-ins for now ({remaining} left, {shards} needed); start again in {minutes} minutes")]
    NoSessions {
        /// Sign-ins left.
        remaining: u64,
        /// Sign-ins needed.
        shards: u32,
        /// When there are more.
        minutes: u64,
    },
    /// Discord refuses something else.
    #[error("{step}: {failure}; see whether DISCORD_API_URL names Discord's API, and what `sanad doctor` says")]
    Refused {
        /// What was tried.
        step: &'static str,
        /// What came of it.
        failure: Failure,
    },
    /// A file or a setting cannot be used.
    #[error("{0}")]
    Setting(String),
    /// The gateway lives, and gives no sign of it.
    #[error(
        "the gateway gave no sign of life for {seconds} s, more than `[discord] gateway_silence` allows; it is given up, for another start to find it; if that does not help, see the network and discordstatus.com"
    )]
    Silent {
        /// How long.
        seconds: u64,
    },
    /// Another process runs a shard.
    #[error(
        "shard {shard} is run by another process ({by}); end that one, or have this one run other shards ([shards] range in config.toml, or SANAD_SHARDS)"
    )]
    Shard {
        /// Which, as `5/16`.
        shard: String,
        /// Who.
        by: String,
    },
    /// Another process counts another number of shards in all.
    #[error(
        "this process is to run shards {ours}, but another process ({by}) runs shard {theirs} over the same store: two totals at once would answer servers twice; end all processes, give all of them the same total ([shards] in config.toml, or SANAD_SHARDS), and start them again"
    )]
    OtherTotal {
        /// What this one was to run.
        ours: ShardRange,
        /// One of those that the other runs, as `5/16`.
        theirs: String,
        /// Who.
        by: String,
    },
    /// The gateway is gone for good.
    #[error("the gateway closed for good: {0}")]
    Gateway(String),
}

impl StartError {
    /// Whether starting again, with nothing changed, can help.
    pub fn restart_helps(&self) -> bool {
        match self {
            Self::Unreachable { .. }
            | Self::GatewayUnreachable { .. }
            | Self::NeverReady { .. }
            | Self::NoSessions { .. }
            | Self::Silent { .. }
            | Self::Gateway(_) => true,
            Self::Token
            | Self::Intents
            | Self::Closed { .. }
            | Self::Refused { .. }
            | Self::Setting(_)
            | Self::Shard { .. }
            | Self::OtherTotal { .. } => false,
        }
    }

    /// What it means that the gateway closed with a code, where it means that coming again does not help (Discord, opcodes and status
    /// codes).
    pub(super) fn closed(code: u16) -> Option<Self> {
        let why = match code {
            4004 => return Some(Self::Token),
            4013 | 4014 => return Some(Self::Intents),
            4010 => {
                "the shard is none of those that there are; leave [shards] range and SANAD_SHARDS out, or have all processes count the same number of shards in all"
            }
            4011 => "the bot is in too many servers for so few shards; leave [discord] shards and [shards] range out, or raise them",
            4012 => "this program speaks a version of Discord's gateway that is no more; install a newer release",
            _ => return None,
        };
        Some(Self::Closed { code, why })
    }

    fn of(step: &'static str, address: &str, failure: Failure) -> Self {
        match failure {
            failure if failure.is_bad_token() => Self::Token,
            Failure::TooLate { last } => Self::Unreachable { address: address.to_owned(), cause: last },
            failure => Self::Refused { step, failure },
        }
    }
}

impl From<NotOurs> for StartError {
    fn from(why: NotOurs) -> Self {
        match why {
            NotOurs::Taken { shard, by } => Self::Shard { shard, by },
            NotOurs::OtherTotal { ours, theirs, by } => Self::OtherTotal { ours, theirs, by },
            NotOurs::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        Self::Setting(error.to_string())
    }
}

/// Runs the bot until `stop` is done: then nothing new is taken, what is in hand is finished, and the gateway is closed.
///
/// # Errors
/// What keeps the bot from running, at the start or later.
pub async fn serve(setup: Setup, stop: impl Future<Output = ()>) -> Result<(), StartError> {
    tokio::pin!(stop);
    let started = tokio::select! {
        started = start(setup) => started?,
        () = &mut stop => return Ok(()),
    };
    let Started { bot, mut client, threads, gate } = started;
    let manager = Arc::clone(&client.shard_manager);
    let shards = bot.shards;
    let gateway = async {
        bot.sharing.sign_in_alone(&bot.signed_in, || bot.vitals.pulse.beat()).await;
        bot.signs_in.cancel();
        // Serenity runs the last shard of a range too, so this is one; the others follow.
        let running = async move { client.start_shard_range(shards.first()..shards.first(), shards.total()).await };
        threads.run(running).await
    };
    let others = async {
        bot.signs_in.cancelled().await;
        start_in_turn(&manager, shards.each(), |shard| bot.places.was_ready(shard)).await;
        // Where one of them is never let in, other processes need not wait for it.
        bot.signed_in.cancel();
        std::future::pending().await
    };
    let ended = tokio::select! {
        ended = gateway => Some(ended),
        never = threads.look_after(&manager) => match never {},
        never = others => match never {},
        not_ours = bot.sharing.keep(shards) => {
            finish(&bot, &manager).await;
            return Err(not_ours.into());
        }
        never = never_ready(&bot, &gate) => {
            finish(&bot, &manager).await;
            return Err(never);
        }
        Silent(silent) = watch(&bot, &manager) => {
            finish(&bot, &manager).await;
            return Err(StartError::Silent { seconds: silent.as_secs() });
        }
        () = &mut stop => None,
    };
    finish(&bot, &manager).await;
    match ended {
        None => Ok(()),
        Some(Ok(())) => Err(StartError::Gateway("all shards ended".to_owned())),
        Some(Err(serenity::Error::Gateway(GatewayError::InvalidAuthentication))) => Err(StartError::Token),
        Some(Err(serenity::Error::Gateway(GatewayError::DisallowedGatewayIntents | GatewayError::InvalidGatewayIntents))) => {
            Err(StartError::Intents)
        }
        Some(Err(error)) => Err(StartError::Gateway(error.to_string())),
    }
}

struct Started {
    bot: Arc<Bot>,
    client: serenity::Client,
    threads: Threads,
    gate: Gate,
}

async fn start(setup: Setup) -> Result<Started, StartError> {
    let Setup { desk, token, api, settings, vitals } = setup;
    let address = api.shown();
    let of_servers = desk.store.settings().await?.into_iter().collect();
    let rest = Rest::new(&token, &api, Arc::clone(&vitals)).map_err(StartError::Setting)?;
    let by = Instant::now() + START_WITHIN;
    let failed = |step| {
        let address = &address;
        move |failure| StartError::of(step, address, failure)
    };
    let (user, application, name) = rest.me(by).await.map_err(failed("sign-in"))?;
    info!("signed in as {name} (application {application})");
    if settings.message_content && !rest.has_message_content(by).await.map_err(failed("intents"))? {
        return Err(StartError::Intents);
    }
    let gateway = rest.gateway(by).await.map_err(failed("gateway"))?;
    let shards = settings.shards.of(gateway.shards);
    if shards.total().saturating_mul(GUILDS_A_SHARD) < gateway.shards.saturating_mul(GUILDS_RECOMMENDED) {
        return Err(StartError::Setting(format!(
            "{} shards in all are too few, for Discord recommends {}: a shard holds at most {GUILDS_A_SHARD} servers; leave the setting out, or raise it",
            shards.total(),
            gateway.shards
        )));
    }
    if gateway.remaining < u64::from(shards.count()) {
        let minutes = gateway.reset_after.as_secs().div_ceil(60);
        return Err(StartError::NoSessions { remaining: gateway.remaining, shards: shards.count(), minutes });
    }
    let sharing = Sharing::new(desk.store.clone());
    match sharing.alone("registering commands", rest.register(application, &wanted_commands())).await {
        Ok(done) => {
            info!("commands: {} unchanged, {} created, {} changed, {} removed", done.unchanged, done.created, done.changed, done.removed);
        }
        // Mentions and messages are answered without them.
        Err(failure) => warn!("the commands were not registered: {failure}; they are as they were, and are tried again at the next start"),
    }
    let threads =
        Threads::start().map_err(|error| StartError::Setting(format!("cannot start the threads that read the gateway: {error}")))?;
    // Last of what may take long: until the bot runs, nobody renews the leases.
    sharing.take(shards).await?;
    let intents = intents(&settings);
    let (outbox, inbox) = Outbox::new(Arc::clone(&vitals));
    let bot = Bot::new(desk, rest, user, settings, Kept { of_servers, outbox, vitals, sharing, shards });
    write_notes(&bot, inbox);
    let keep = Duration::from_secs(u64::from(bot.settings.keep_days) * 24 * 60 * 60);
    bot.in_hand.spawn(clearing::clear(bot.desk.store.clone(), keep, clearing::EVERY, moderation::now, bot.stopping.clone()));
    let client = match client(&token, &api, intents, Arc::clone(&bot), &threads).await {
        Ok(client) => client,
        Err(error) => {
            bot.sharing.give_back(shards).await;
            return Err(error);
        }
    };
    // Serenity asks for the address a second time and goes to Discord itself where that request fails; this is the one we were told.
    gateway.url.clone_into(&mut *client.ws_url.lock().await);
    let shown = if shards.count() == shards.total() { shards.count().to_string() } else { shards.to_string() };
    info!("gateway: {}, {shown} {}", gateway.url, if shards.count() == 1 { "shard" } else { "shards" });
    Ok(Started { bot, client, threads, gate: Gate { address: gateway.url, token, intents, shard: [shards.first(), shards.total()] } })
}

/// Writes what is noted after replies, until the bot stops.
fn write_notes(bot: &Arc<Bot>, inbox: Inbox) {
    let weak = Arc::downgrade(bot);
    let proposed = move |suggestion: &Suggestion| {
        if let Some(bot) = weak.upgrade() {
            bot.post_for_review(suggestion);
        }
    };
    bot.in_hand.spawn(inbox.write(bot.desk.clone(), bot.stopping.clone(), Arc::clone(&bot.vitals), proposed));
}

fn intents(settings: &config::Discord) -> GatewayIntents {
    let unprivileged = GatewayIntents::GUILDS | GatewayIntents::GUILD_MESSAGES | GatewayIntents::DIRECT_MESSAGES;
    if settings.message_content { unprivileged | GatewayIntents::MESSAGE_CONTENT } else { unprivileged }
}

/// The commands as Discord is to have them.
pub(super) fn wanted_commands() -> Vec<Value> {
    let commands = commands::all();
    poise::builtins::create_application_commands(&commands).into_iter().filter_map(|command| serde_json::to_value(command).ok()).collect()
}

async fn client(
    token: &Token,
    api: &Api,
    intents: GatewayIntents,
    bot: Arc<Bot>,
    threads: &Threads,
) -> Result<serenity::Client, StartError> {
    let options = poise::FrameworkOptions {
        commands: commands::all(),
        on_error: |error| Box::pin(commands::failed(error)),
        // Nothing here is for owners only, so nobody needs to be looked up.
        initialize_owners: false,
        allowed_mentions: None,
        prefix_options: poise::PrefixFrameworkOptions { mention_as_prefix: false, ..Default::default() },
        ..Default::default()
    };
    let for_commands = Arc::clone(&bot);
    let commands = poise::Framework::builder().options(options).setup(|_, _, _| Box::pin(async move { Ok(for_commands) })).build();
    let http = super::rest::unlimited_http(token, api).map_err(StartError::Setting)?;
    // What a client begins runs where it is made.
    let made = ClientBuilder::new_with_http(http, intents).framework(Events::here(bot, commands)).into_future();
    threads.run(made).await.map_err(|error| StartError::Gateway(error.to_string()))
}

/// Done when no shard was ready in time, or the gateway says that none will be; never, if one was. Serenity tries for ever, and each time
/// that gets as far as signing in is one of a thousand a day.
async fn never_ready(bot: &Bot, gate: &Gate) -> StartError {
    let within = bot.settings.ready_within;
    bot.signs_in.cancelled().await;
    tokio::time::sleep(within / ASKED_WHY_IN).await;
    if bot.places.shards_ready() == 0
        && let Some(refusal) = gate.refusal().await
    {
        return refusal;
    }
    tokio::time::sleep(within.saturating_sub(within / ASKED_WHY_IN)).await;
    if bot.places.shards_ready() > 0 {
        return std::future::pending().await;
    }
    let address = gate.address.clone();
    match gate::greet(&gate.address).await {
        Ok(()) => StartError::NeverReady { address, seconds: within.as_secs() },
        Err(cause) => StartError::GatewayUnreachable { address, cause },
    }
}

/// Stops taking anything new, waits for what is in hand, closes the gateway.
async fn finish(bot: &Bot, manager: &ShardManager) {
    bot.vitals.pulse.stop();
    bot.stopping.cancel();
    bot.in_hand.close();
    let in_hand = bot.in_hand.len();
    info!("stopping: {in_hand} in hand");
    if timeout(FINISH_WITHIN, bot.in_hand.wait()).await.is_err() {
        warn!("{} were not finished within {} s", bot.in_hand.len(), FINISH_WITHIN.as_secs());
    }
    if timeout(CLOSE_WITHIN * bot.shards.count().min(CLOSED_ONE_BY_ONE), manager.shutdown_all()).await.is_err() {
        warn!("the gateway did not close in time");
    }
    bot.sharing.give_back(bot.shards).await;
    info!("stopped");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Locales that Discord has and that the words are written in; there is none for Urdu.
    const LOCALES: [&str; 5] = ["de", "fr", "es-ES", "tr", "hi"];
    /// What Discord shows only to those who may moderate, and who may.
    const MODERATORS: [(&str, &str); 6] =
        [("fact", "8192"), ("review", "8192"), ("unanswered", "8192"), ("explain", "8192"), ("Edit this fact", "8192"), ("settings", "32")];
    const MESSAGE_COMMAND: u64 = 3;

    /// Each description of a command, its subcommands and its options, with where it stands.
    fn described<'v>(what: &'v Value, place: &str, found: &mut Vec<(String, &'v Value)>) {
        let place = format!("{place}/{}", what["name"].as_str().unwrap_or_default());
        found.push((place.clone(), what));
        for option in what["options"].as_array().into_iter().flatten() {
            described(option, &place, found);
        }
    }

    #[test]
    fn each_command_is_described_in_each_language_and_says_where_and_for_whom_it_is() {
        let commands = wanted_commands();
        assert_eq!(commands.len(), 14);
        let mut found = Vec::new();
        for command in &commands {
            let name = command["name"].as_str().unwrap_or_default();
            let contexts: Vec<u64> = command["contexts"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
            let for_servers = name == "suggest" || MODERATORS.iter().any(|(its, _)| *its == name);
            assert_eq!(contexts, if for_servers { vec![0] } else { vec![0, 1] }, "{name}");
            let permissions = MODERATORS.iter().find(|(its, _)| *its == name).map(|(_, bits)| *bits);
            assert_eq!(command["default_member_permissions"].as_str(), permissions, "{name}");
            if command["type"].as_u64() != Some(MESSAGE_COMMAND) {
                described(command, "", &mut found);
            }
        }
        assert!(found.len() > 40, "subcommands and options are among them: {}", found.len());
        for (place, what) in found {
            let own = what["description"].as_str().unwrap_or_default();
            for locale in LOCALES {
                let said = what["description_localizations"][locale].as_str().unwrap_or_default();
                assert!((1..=100).contains(&said.chars().count()), "{place} in {locale}: {said:?}");
                assert_ne!(said, own, "{place} in {locale}");
            }
        }
    }
}
