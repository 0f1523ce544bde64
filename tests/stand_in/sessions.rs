//! Sessions of the gateway: which shard hears of what, and what is told again after a resume.

use std::collections::VecDeque;
use std::time::Instant;

use axum::extract::ws::Utf8Bytes;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::handles::Identify;
use super::world::World;
use super::{APPLICATION_ID, BOT_ID, events, privileged};

/// Events kept for a resume.
const REPLAYED: usize = 2_000;
/// Sessions kept without a connection.
const SESSIONS: usize = 64;

/// Intents that are not privileged.
pub(super) mod intent {
    pub(crate) const GUILDS: u64 = 1;
    pub(crate) const GUILD_MESSAGES: u64 = 1 << 9;
    pub(crate) const DIRECT_MESSAGES: u64 = 1 << 12;
    /// Every bit that means something.
    pub(crate) const KNOWN: u64 = (1 << 26) - 1;
}

/// What a connection is told to do.
#[derive(Debug)]
pub(super) enum Order {
    /// Send this.
    Send(Utf8Bytes),
    /// Close with this code.
    Close(u16, &'static str),
    /// Break the connection without a word.
    Break,
}

/// An open connection.
pub(super) struct Connection {
    pub(super) orders: UnboundedSender<Order>,
    pub(super) identified: bool,
}

/// A session: what survives a broken connection.
pub(super) struct Session {
    pub(super) id: String,
    pub(super) shard: u32,
    pub(super) shards: u32,
    pub(super) intents: u64,
    pub(super) connection: Option<u64>,
    sequence: u64,
    sent: VecDeque<(u64, Utf8Bytes)>,
}

/// Something to tell the bot.
pub(super) struct Event {
    pub(super) name: &'static str,
    /// The guild it is about; direct messages are about none.
    pub(super) guild: Option<u64>,
    /// The intents without which it is not told.
    pub(super) needs: u64,
    pub(super) data: Value,
    /// What it is for those without the right to read messages, where that is something else.
    pub(super) hidden: Option<Value>,
}

impl Session {
    fn hears_of(&self, guild: Option<u64>) -> bool {
        guild.map_or(0, |guild| (guild >> 22) % u64::from(self.shards)) == u64::from(self.shard)
    }
}

impl World {
    /// Tells an event to every session of the shard that it concerns.
    pub(super) fn push(&mut self, event: &Event) {
        let mut data = None;
        let mut hidden = None;
        for at in 0..self.sessions.len() {
            let session = &self.sessions[at];
            if !session.hears_of(event.guild) || session.intents & event.needs != event.needs {
                continue;
            }
            let text: &String = match &event.hidden {
                Some(json) if session.intents & privileged::MESSAGE_CONTENT == 0 => hidden.get_or_insert_with(|| json.to_string()),
                _ => data.get_or_insert_with(|| event.data.to_string()),
            };
            let text = text.clone();
            self.tell(at, event.name, &text);
        }
    }

    /// Tells a session an event; what cannot be sent now is told after a resume.
    fn tell(&mut self, at: usize, name: &str, data: &str) {
        let session = &mut self.sessions[at];
        session.sequence += 1;
        let text = Utf8Bytes::from(format!(r#"{{"t":"{name}","s":{},"op":0,"d":{data}}}"#, session.sequence));
        session.sent.push_back((session.sequence, text.clone()));
        if session.sent.len() > REPLAYED {
            session.sent.pop_front();
        }
        if let Some(connection) = session.connection.and_then(|id| self.connections.get(&id)) {
            self.counts.events += 1;
            // A connection that has just ended hears it after its resume.
            let _ = connection.orders.send(Order::Send(text));
        }
    }

    /// Tells a session what follows an IDENTIFY: READY and its guilds.
    pub(super) fn begin_session(&mut self, identify: &Identify, connection: u64) {
        let id = format!("{:032x}", self.next_serial());
        let (shard, shards) = (identify.shard, identify.shards);
        let session = Session {
            id: id.clone(),
            shard,
            shards,
            intents: identify.intents,
            connection: Some(connection),
            sequence: 0,
            sent: VecDeque::new(),
        };
        let guilds: Vec<u64> = self.guilds.keys().copied().filter(|guild| session.hears_of(Some(*guild))).collect();
        self.forget_stale_sessions();
        self.sessions.push(session);
        self.counts.identifies += 1;
        let at = self.sessions.len() - 1;
        let unavailable: Vec<Value> = guilds.iter().map(|id| json!({"id": id.to_string(), "unavailable": true})).collect();
        let ready = json!({
            "v": 10, "user": self.people.get(&BOT_ID).map(events::user), "guilds": unavailable, "session_id": id,
            "resume_gateway_url": self.gateway_url(), "session_type": "normal", "shard": [shard, shards], "private_channels": [],
            "relationships": [], "presences": [], "user_settings": {}, "guild_join_requests": [], "geo_ordered_rtc_regions": [],
            "application": {"id": APPLICATION_ID.to_string(), "flags": self.application_flags()}, "_trace": ["stand-in"],
        });
        self.tell(at, "READY", &ready.to_string());
        if identify.intents & intent::GUILDS != 0 {
            for guild in guilds {
                let json = events::guild(self, guild).to_string();
                self.tell(at, "GUILD_CREATE", &json);
            }
        }
    }

    /// Goes on with a session on another connection; false where the session, or what was told since, is forgotten.
    pub(super) fn resume_session(&mut self, id: &str, heard: u64, connection: u64) -> bool {
        let Some(at) = self.sessions.iter().position(|session| session.id == id) else { return false };
        let session = &mut self.sessions[at];
        let oldest = session.sent.front().map_or(session.sequence + 1, |(sequence, _)| *sequence);
        if heard > session.sequence || heard + 1 < oldest {
            return false;
        }
        session.connection = Some(connection);
        let missed: Vec<Utf8Bytes> = session.sent.iter().filter(|(sequence, _)| *sequence > heard).map(|(_, text)| text.clone()).collect();
        if let Some(connection) = self.connections.get(&connection) {
            for text in missed {
                self.counts.events += 1;
                let _ = connection.orders.send(Order::Send(text));
            }
        }
        self.counts.resumes += 1;
        self.tell(at, "RESUMED", r#"{"_trace":["stand-in"]}"#);
        true
    }

    /// A connection is over. A client that closed with 1000 or 1001 has logged off; every other may resume.
    pub(super) fn end_connection(&mut self, id: u64, logged_off: bool) {
        self.connections.remove(&id);
        if logged_off {
            self.sessions.retain(|session| session.connection != Some(id));
        }
        for session in self.sessions.iter_mut().filter(|session| session.connection == Some(id)) {
            session.connection = None;
        }
    }

    fn forget_stale_sessions(&mut self) {
        let mut idle = self.sessions.iter().filter(|session| session.connection.is_none()).count();
        self.sessions.retain(|session| {
            let stale = session.connection.is_none() && idle > SESSIONS;
            idle -= usize::from(stale);
            !stale
        });
    }

    /// Whether a shard that concerns this guild is there to be told, now or after a resume.
    pub(super) fn is_heard(&self, guild: Option<u64>) -> bool {
        self.sessions.iter().any(|session| session.hears_of(guild))
    }

    /// Whether a shard is connected.
    pub(super) fn is_connected(&self, shard: u32) -> bool {
        self.sessions.iter().any(|session| session.shard == shard && session.connection.is_some())
    }

    /// Sends an order to every connection.
    pub(super) fn order_all(&mut self, mut order: impl FnMut() -> Order) {
        for connection in self.connections.values() {
            let _ = connection.orders.send(order());
        }
    }

    /// The address of the gateway.
    pub(super) fn gateway_url(&self) -> String {
        format!("ws://127.0.0.1:{}/gateway", self.port)
    }

    /// Whether another shard of the same bucket identified less than five seconds before.
    pub(super) fn is_crowded(&self, shard: u32, at: Instant) -> bool {
        let bucket = |shard: u32| shard % self.options.max_concurrency.max(1);
        let mut recent = self.identifies.iter().rev().take_while(|identify| at.duration_since(identify.at).as_secs() < 5);
        recent.any(|identify| bucket(identify.shard) == bucket(shard))
    }
}
