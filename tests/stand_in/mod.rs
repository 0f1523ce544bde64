//! A stand-in for Discord, in this process: its HTTP API and its gateway on one port of 127.0.0.1, for the real client to talk to.
//!
//! It keeps what Discord keeps (messages, interactions, commands, sessions), does what people do (say, click, ask by a command), checks
//! every request against Discord's rules and this bot's own, and fails on demand. What broke a rule stands in [`Discord::violations`].
//!
//! ```text
//! people   what people say           rest      routes              rules     whether a request may stand
//! places   guilds, channels, roles   messages  messages            faults    what fails on demand
//! presses  commands, clicks          files     what is attached    server    the port
//! forms    forms that are filled in  talks     interactions        gateway   the WebSocket
//! forged   what no client sends      commands  commands            sessions  who gets which event
//! reading  waiting for what came     events    JSON of events      world     what Discord knows
//! render   a message as plain text   handles   what a test holds
//! ```

#![allow(dead_code, unused_imports, reason = "each test binary uses a part of it")]

mod commands;
mod events;
mod faults;
mod files;
mod forged;
mod forms;
mod gateway;
mod handles;
mod messages;
mod people;
mod places;
mod presses;
mod reading;
mod render;
mod rest;
mod rules;
mod server;
mod sessions;
mod talks;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use self::faults::Faults;
pub(crate) use self::faults::{ALWAYS, Fault, Refusal};
pub(crate) use self::files::File;
pub(crate) use self::forms::{Field, Form, Style};
pub(crate) use self::handles::{Channel, Counts, Guild, Identify, Interaction, Message, Request, Response, Role, User};
use self::world::World;
pub(crate) use self::world::permission;

/// The user that the bot is.
pub(crate) const BOT_ID: u64 = 1_000_000_000_000_000_001;
/// The application that the bot belongs to; not the same number, so that mixing them up is found.
pub(crate) const APPLICATION_ID: u64 = 1_000_000_000_000_000_002;
/// The bot's name.
pub(crate) const BOT_NAME: &str = "Sanad";

/// The privileged intents.
pub(crate) mod privileged {
    /// Members coming and going.
    pub(crate) const GUILD_MEMBERS: u64 = 1 << 1;
    /// Who is online.
    pub(crate) const GUILD_PRESENCES: u64 = 1 << 8;
    /// What messages say that do not concern the bot.
    pub(crate) const MESSAGE_CONTENT: u64 = 1 << 15;
}

/// What Discord is like.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The bot's token, without "Bot ".
    pub(crate) token: String,
    /// How many guilds the bot is in; guild `n` belongs to shard `n % shards`.
    pub(crate) guilds: usize,
    /// How many shards are recommended.
    pub(crate) shards: u32,
    /// How many shards may identify within five seconds.
    pub(crate) max_concurrency: u32,
    /// Whether it is held against the bot that more identify.
    pub(crate) identifies_spaced: bool,
    /// How far Discord's clock is behind this machine's.
    pub(crate) behind: Duration,
    /// What the bot may do in its guilds.
    pub(crate) granted: u64,
    /// Which privileged intents the application has.
    pub(crate) privileged: u64,
    /// How often heartbeats are asked for.
    pub(crate) heartbeat: Duration,
    /// Whether requests are checked at all.
    pub(crate) rules: bool,
    /// Whether the bot hears of its own messages, as it does at Discord.
    pub(crate) echo: bool,
    /// How many messages, requests and interactions are kept; older ones are forgotten.
    pub(crate) keep: usize,
    /// How long is waited for what should happen.
    pub(crate) patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            // In parts, or every scanner for leaked secrets would stop here.
            token: ["MTAwMDAwMDAwMDAwMDAwMDAwMQ", "stand", "in"].join("."),
            guilds: 1,
            shards: 1,
            max_concurrency: 1,
            identifies_spaced: false,
            behind: Duration::ZERO,
            granted: permission::EVERYBODY,
            privileged: 0,
            heartbeat: Duration::from_millis(41_250),
            rules: true,
            echo: true,
            keep: 100_000,
            patience: Duration::from_secs(5),
        }
    }
}

/// Discord. Clones are the same Discord.
#[derive(Clone)]
pub(crate) struct Discord(Arc<Inner>);

/// What the handlers of requests and connections share.
struct Inner {
    world: Mutex<World>,
    /// Told of every change, for those who wait.
    changed: watch::Sender<()>,
    faults: Faults,
    options: Options,
    port: u16,
}

impl Discord {
    /// Opens a port and answers on it until the runtime ends.
    pub(crate) async fn start(options: Options) -> Self {
        let (listener, port) = match TcpListener::bind(("127.0.0.1", 0)).await.and_then(|listener| {
            let port = listener.local_addr()?.port();
            Ok((listener, port))
        }) {
            Ok(bound) => bound,
            Err(error) => panic!("no port of 127.0.0.1 to be had: {error}"),
        };
        let world = Mutex::new(World::new(&options, port));
        let inner = Arc::new(Inner { world, changed: watch::Sender::new(()), faults: Faults::default(), options, port });
        server::spawn(listener, Arc::clone(&inner));
        Self(inner)
    }

    /// The base address for the client, `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.0.port)
    }

    /// The bot's token.
    pub(crate) fn token(&self) -> String {
        self.0.options.token.clone()
    }

    /// The person with that name; the same name is the same person.
    pub(crate) fn user(&self, name: &str) -> User {
        self.0.with(|world| world.user(name, false))
    }

    /// Another bot.
    pub(crate) fn other_bot(&self, name: &str) -> User {
        self.0.with(|world| world.user(name, true))
    }

    /// The channel of direct messages between a person and the bot.
    pub(crate) fn dm(&self, user: &User) -> Channel {
        self.0.with(|world| world.dm(user.id))
    }

    /// Moves Discord's clock on: interactions grow old without anybody sleeping, and answers are dated so.
    pub(crate) fn advance(&self, by: Duration) {
        self.0.with(|world| world.skew += by);
    }

    /// Takes permissions in a channel from the bot.
    pub(crate) fn forbid(&self, channel: &Channel, permissions: u64) {
        self.0.with(|world| world.set_permissions(channel.id, |bits| bits & !permissions));
    }

    /// Gives permissions in a channel to the bot.
    pub(crate) fn allow(&self, channel: &Channel, permissions: u64) {
        self.0.with(|world| world.set_permissions(channel.id, |bits| bits | permissions));
    }

    /// The person takes no direct messages from the bot any more.
    pub(crate) fn close_dms(&self, user: &User) {
        self.0.with(|world| {
            let dm = world.dm(user.id);
            world.set_permissions(dm.id, |_| 0);
        });
    }

    /// Every rule that was broken so far.
    pub(crate) fn violations(&self) -> Vec<String> {
        self.0.look(|world| world.violations.clone())
    }

    /// Every rule that was broken so far; they are forgiven.
    pub(crate) fn take_violations(&self) -> Vec<String> {
        self.0.with(|world| std::mem::take(&mut world.violations))
    }

    /// Panics with every rule that was broken.
    #[track_caller]
    pub(crate) fn assert_clean(&self) {
        let broken = self.violations();
        assert!(broken.is_empty(), "rules of Discord, or of this bot, were broken:\n  {}", broken.join("\n  "));
    }
}

impl Inner {
    /// Looks at the world.
    fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the world, and wakes who waits for a change.
    fn with<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let done = change(&mut self.lock());
        self.changed.send_replace(());
        done
    }

    /// Changes the world for a request. A mistake in the stand-in itself must not look like silence of the bot: it is a violation.
    fn guarded<T>(&self, what: &str, change: impl FnOnce(&mut World) -> T) -> Option<T> {
        let done = catch_unwind(AssertUnwindSafe(|| change(&mut self.lock())));
        if done.is_err() {
            self.lock().violate(format!("the stand-in itself failed at {what}"));
        }
        self.changed.send_replace(());
        done.ok()
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
