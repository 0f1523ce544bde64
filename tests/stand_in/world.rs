//! What Discord knows: people, places, messages, interactions, commands, sessions. Every look-up is by key; what is old is forgotten.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;

use super::faults::Refusal;
use super::files::Kept;
use super::handles::{Channel, Counts, Identify, Interaction, Message, Request, User};
use super::sessions::{Connection, Session};
use super::talks::Talk;
use super::{APPLICATION_ID, BOT_ID, BOT_NAME, Options, events};

/// Permission bits that the stand-in minds.
pub(crate) mod permission {
    /// May do everything.
    pub(crate) const ADMINISTRATOR: u64 = 1 << 3;
    /// May change the guild.
    pub(crate) const MANAGE_GUILD: u64 = 1 << 5;
    /// Sees the channel.
    pub(crate) const VIEW: u64 = 1 << 10;
    /// May write in channels.
    pub(crate) const SEND: u64 = 1 << 11;
    /// May delete what others wrote.
    pub(crate) const MANAGE_MESSAGES: u64 = 1 << 13;
    /// May send embeds.
    pub(crate) const EMBED: u64 = 1 << 14;
    /// May attach files.
    pub(crate) const ATTACH: u64 = 1 << 15;
    /// May read what was written before.
    pub(crate) const HISTORY: u64 = 1 << 16;
    /// May write in threads.
    pub(crate) const SEND_IN_THREADS: u64 = 1 << 38;
    /// What everybody has.
    pub(crate) const EVERYBODY: u64 = VIEW | SEND | EMBED | ATTACH | HISTORY | SEND_IN_THREADS | 1 << 31;
    /// Everything there is.
    pub(crate) const ALL: u64 = (1 << 52) - 1;
}

/// Kinds of channels.
pub(super) mod kind {
    pub(crate) const TEXT: u64 = 0;
    pub(crate) const DM: u64 = 1;
    pub(crate) const THREAD: u64 = 11;
    pub(crate) const FORUM: u64 = 15;
}

/// Milliseconds from 1970 to the first of 2015, where Discord's ids begin.
const DISCORD_EPOCH: u64 = 1_420_070_400_000;
/// Guild `n` has this number plus `n` above its lowest 22 bits; it is divisible by any number of shards up to ten.
const FIRST_GUILD: u64 = 201_600_000_000;
/// Where the ids of people, channels and roles begin. They do not depend on the clock, so that what names them can be compared.
const FIRST_PERSON: u64 = 900_000_000_000_000_000;
const FIRST_CHANNEL: u64 = 800_000_000_000_000_000;
const FIRST_ROLE: u64 = 700_000_000_000_000_000;
/// Violations kept; whoever broke so many has enough to read.
const VIOLATIONS: usize = 500;

/// A guild.
pub(super) struct GuildState {
    pub(super) name: String,
    pub(super) channels: Vec<u64>,
}

/// A role.
pub(super) struct RoleState {
    pub(super) guild: u64,
    name: String,
}

/// How many there ever were of what may go again: what comes later must not get its id.
#[derive(Default)]
struct Made {
    guilds: u64,
    channels: u64,
    roles: u64,
}

/// The number that a count stands at; it goes on by one.
fn next(count: &mut u64) -> u64 {
    let number = *count;
    *count += 1;
    number
}

/// A channel.
pub(super) struct ChannelState {
    pub(super) guild: Option<u64>,
    pub(super) kind: u64,
    pub(super) name: String,
    pub(super) parent: Option<u64>,
    pub(super) recipient: Option<u64>,
    /// What the bot may do here.
    pub(super) permissions: u64,
    /// Whether the bot may post here without being asked.
    pub(super) expects_posts: bool,
    /// Messages that everybody sees, in order.
    pub(super) messages: BTreeSet<u64>,
    /// "Is typing" here, and how many of them a test has seen.
    pub(super) typing: (u64, u64),
}

/// A message.
pub(super) struct Stored {
    pub(super) json: Value,
    pub(super) channel: u64,
    pub(super) guild: Option<u64>,
    pub(super) author: u64,
    /// Who it can be hidden from: the bot, where it has no right to what it says.
    pub(super) concerns_bot: bool,
    /// Who sees it, where not everybody does.
    pub(super) only_for: Option<u64>,
    pub(super) files: Vec<Kept>,
    /// A response to an interaction; a ping in a reply to it does not count as one.
    pub(super) response: bool,
    pub(super) edits: u32,
    pub(super) nonce: Option<String>,
}

/// What Discord knows.
pub(super) struct World {
    pub(super) options: Options,
    pub(super) port: u16,
    pub(super) skew: Duration,
    pub(super) people: HashMap<u64, User>,
    names: HashMap<String, u64>,
    pub(super) guilds: BTreeMap<u64, GuildState>,
    pub(super) channels: HashMap<u64, ChannelState>,
    pub(super) roles: BTreeMap<u64, RoleState>,
    made: Made,
    dms: HashMap<u64, u64>,
    pub(super) messages: HashMap<u64, Stored>,
    order: VecDeque<u64>,
    /// The bot's replies to a message.
    pub(super) replies: HashMap<u64, Vec<u64>>,
    pub(super) nonces: HashMap<(u64, String), u64>,
    pub(super) talks: HashMap<String, Talk>,
    talk_order: VecDeque<String>,
    pub(super) commands: BTreeMap<(Option<u64>, u64), Value>,
    pub(super) sessions: Vec<Session>,
    pub(super) connections: HashMap<u64, Connection>,
    pub(super) identifies: Vec<Identify>,
    pub(super) closed_by_client: Vec<u16>,
    pub(super) closed_by_us: Vec<u16>,
    pub(super) withhold_acks: bool,
    pub(super) refuse_until: Option<(Instant, Refusal)>,
    /// The code that every sign-in is refused with.
    pub(super) refuse_with: Option<u16>,
    pub(super) requests: VecDeque<Request>,
    /// How many requests were forgotten.
    pub(super) forgotten: usize,
    pub(super) taps: Vec<UnboundedSender<Request>>,
    pub(super) violations: Vec<String>,
    pub(super) counts: Counts,
    last_id: u64,
    serial: u64,
}

impl World {
    pub(super) fn new(options: &Options, port: u16) -> Self {
        let mut world = Self {
            options: options.clone(),
            port,
            skew: Duration::ZERO,
            people: HashMap::new(),
            names: HashMap::new(),
            guilds: BTreeMap::new(),
            channels: HashMap::new(),
            roles: BTreeMap::new(),
            made: Made::default(),
            dms: HashMap::new(),
            messages: HashMap::new(),
            order: VecDeque::new(),
            replies: HashMap::new(),
            nonces: HashMap::new(),
            talks: HashMap::new(),
            talk_order: VecDeque::new(),
            commands: BTreeMap::new(),
            sessions: Vec::new(),
            connections: HashMap::new(),
            identifies: Vec::new(),
            closed_by_client: Vec::new(),
            closed_by_us: Vec::new(),
            withhold_acks: false,
            refuse_until: None,
            refuse_with: None,
            requests: VecDeque::new(),
            forgotten: 0,
            taps: Vec::new(),
            violations: Vec::new(),
            counts: Counts::default(),
            last_id: 0,
            serial: 0,
        };
        world.people.insert(BOT_ID, User::new(BOT_ID, BOT_NAME, true));
        for _ in 0..options.guilds {
            world.new_guild();
        }
        world
    }

    /// The time, with what it was moved on by.
    pub(super) fn now(&self) -> Instant {
        Instant::now() + self.skew
    }

    /// What time it is, as answers say it.
    pub(super) fn date(&self) -> Option<String> {
        let now = jiff::Timestamp::try_from(SystemTime::now() + self.skew - self.options.behind).ok()?;
        jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now).ok()
    }

    /// A new id that says when it was made, as Discord's do, and is greater than every one before.
    pub(super) fn next_id(&mut self) -> u64 {
        let since_1970 = (SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + self.skew).saturating_sub(self.options.behind);
        let since_epoch = u64::try_from(since_1970.as_millis()).unwrap_or_default().saturating_sub(DISCORD_EPOCH);
        self.last_id = (since_epoch << 22).max(self.last_id + 1);
        self.last_id
    }

    /// A new number that does not depend on the clock.
    pub(super) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Puts down that a rule was broken.
    pub(super) fn violate(&mut self, text: impl Into<String>) {
        if self.violations.len() < VIOLATIONS {
            self.violations.push(text.into());
        }
    }

    pub(super) fn user(&mut self, name: &str, bot: bool) -> User {
        if let Some(user) = self.names.get(name).and_then(|id| self.people.get(id)) {
            return user.clone();
        }
        let id = FIRST_PERSON + self.people.len() as u64;
        let user = User::new(id, name, bot);
        self.names.insert(name.to_owned(), id);
        self.people.insert(id, user.clone());
        user
    }

    pub(super) fn new_guild(&mut self) -> u64 {
        let at = next(&mut self.made.guilds);
        let id = (FIRST_GUILD + at) << 22;
        self.guilds.insert(id, GuildState { name: format!("guild {at}"), channels: Vec::new() });
        self.new_channel(Some(id), kind::TEXT, None, "general");
        id
    }

    pub(super) fn new_channel(&mut self, guild: Option<u64>, kind: u64, parent: Option<u64>, name: &str) -> Channel {
        let id = FIRST_CHANNEL + next(&mut self.made.channels);
        let state = ChannelState {
            guild,
            kind,
            name: name.to_owned(),
            parent,
            recipient: None,
            permissions: permission::EVERYBODY,
            expects_posts: false,
            messages: BTreeSet::new(),
            typing: (0, 0),
        };
        self.channels.insert(id, state);
        if let Some(guild) = guild.and_then(|guild| self.guilds.get_mut(&guild)) {
            guild.channels.push(id);
        }
        Channel { id, guild }
    }

    pub(super) fn dm(&mut self, person: u64) -> Channel {
        if let Some(&id) = self.dms.get(&person) {
            return Channel { id, guild: None };
        }
        let channel = self.new_channel(None, kind::DM, None, "");
        if let Some(state) = self.channels.get_mut(&channel.id) {
            state.recipient = Some(person);
        }
        self.dms.insert(person, channel.id);
        channel
    }

    /// A new role of a guild.
    pub(super) fn new_role(&mut self, guild: u64, name: &str) -> u64 {
        let id = FIRST_ROLE + next(&mut self.made.roles);
        self.roles.insert(id, RoleState { guild, name: name.to_owned() });
        id
    }

    /// The role of a guild with that name.
    pub(super) fn role_named(&self, guild: u64, name: &str) -> Option<u64> {
        self.roles.iter().find(|(_, role)| role.guild == guild && role.name == name).map(|(id, _)| *id)
    }

    /// A role of a guild, the one that everybody has among them; null where it has no such role.
    pub(super) fn role_json(&self, guild: u64, id: u64) -> Value {
        if id == guild {
            return events::role(id, "@everyone", 0, permission::EVERYBODY);
        }
        let mut own = self.roles.iter().filter(|(_, role)| role.guild == guild).zip(1..);
        own.find(|((own, _), _)| **own == id).map_or(Value::Null, |((id, role), position)| events::role(*id, &role.name, position, 0))
    }

    /// Those of the roles that a guild has.
    pub(super) fn roles_in(&self, guild: u64, roles: &[u64]) -> Vec<u64> {
        roles.iter().copied().filter(|id| self.roles.get(id).is_some_and(|role| role.guild == guild)).collect()
    }

    /// The bot may post in a channel without being asked.
    pub(super) fn expect_posts(&mut self, channel: u64) {
        if let Some(state) = self.channels.get_mut(&channel) {
            state.expects_posts = true;
        }
    }

    pub(super) fn set_permissions(&mut self, channel: u64, change: impl FnOnce(u64) -> u64) {
        if let Some(state) = self.channels.get_mut(&channel) {
            state.permissions = change(state.permissions);
        }
    }

    /// Keeps a message, and forgets the oldest where there are too many.
    pub(super) fn store(&mut self, id: u64, stored: Stored) {
        if stored.only_for.is_none()
            && let Some(channel) = self.channels.get_mut(&stored.channel)
        {
            channel.messages.insert(id);
        }
        if let Some(nonce) = &stored.nonce {
            self.nonces.insert((stored.channel, nonce.clone()), id);
        }
        self.messages.insert(id, stored);
        self.order.push_back(id);
        while self.order.len() > self.options.keep {
            if let Some(oldest) = self.order.pop_front() {
                self.forget(oldest);
            }
        }
    }

    /// Takes a message out; gives it back where it was there.
    pub(super) fn forget(&mut self, id: u64) -> Option<Stored> {
        self.replies.remove(&id);
        let stored = self.messages.remove(&id)?;
        if let Some(channel) = self.channels.get_mut(&stored.channel) {
            channel.messages.remove(&id);
        }
        if let Some(nonce) = &stored.nonce {
            self.nonces.remove(&(stored.channel, nonce.clone()));
        }
        Some(stored)
    }

    /// A message as a test reads it.
    pub(super) fn message(&self, id: u64) -> Option<Message> {
        let stored = self.messages.get(&id)?;
        let json = events::with_reference(self, stored, false);
        let files = stored.files.iter().map(|kept| kept.file.clone()).collect();
        let ephemeral = stored.only_for.is_some();
        Some(Message { id, channel: stored.channel, guild: stored.guild, json, edits: stored.edits, ephemeral, files })
    }

    /// Keeps an interaction, and forgets the oldest where there are too many.
    pub(super) fn store_talk(&mut self, interaction: &Interaction, talk: Talk) {
        self.talks.insert(interaction.token.clone(), talk);
        self.talk_order.push_back(interaction.token.clone());
        while self.talk_order.len() > self.options.keep {
            if let Some(oldest) = self.talk_order.pop_front() {
                self.talks.remove(&oldest);
            }
        }
    }

    /// Puts down a request with its answer.
    pub(super) fn record(&mut self, request: Request) {
        self.counts.requests += 1;
        match request.status {
            429 => self.counts.limited += 1,
            400..=499 => self.counts.refused += 1,
            _ => {}
        }
        if !self.taps.is_empty() {
            self.taps.retain(|tap| tap.send(request.clone()).is_ok());
        }
        self.requests.push_back(request);
        while self.requests.len() > self.options.keep {
            self.requests.pop_front();
            self.forgotten += 1;
        }
    }

    /// Whether the application may read every message.
    pub(super) fn reads_everything(&self) -> bool {
        self.options.privileged & super::privileged::MESSAGE_CONTENT != 0
    }

    /// The application's flags that say which privileged intents it has.
    pub(super) fn application_flags(&self) -> u64 {
        let has = |intent: u64, flag: u64| if self.options.privileged & intent == 0 { 0 } else { flag };
        has(super::privileged::GUILD_PRESENCES, 1 << 13)
            | has(super::privileged::GUILD_MEMBERS, 1 << 15)
            | has(super::privileged::MESSAGE_CONTENT, 1 << 19)
    }

    /// The application, as it is shown to its bot.
    pub(super) fn application(&self) -> Value {
        serde_json::json!({
            "id": APPLICATION_ID.to_string(), "name": BOT_NAME, "icon": null, "description": "", "summary": "", "type": null,
            "bot_public": true, "bot_require_code_grant": false, "verify_key": "0".repeat(64), "flags": self.application_flags(),
            "owner": events::user(&User::new(1, "owner", false)),
            "team": null, "hook": true, "is_monetized": false, "redirect_uris": [], "interactions_endpoint_url": null,
            "role_connections_verification_url": null, "approximate_guild_count": self.guilds.len(), "approximate_user_install_count": 0,
            "integration_types_config": {"0": {}}, "bot": self.people.get(&BOT_ID).map(events::user),
        })
    }
}
