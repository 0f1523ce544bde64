//! The channels a bot is in: where every message counts, what was said there last, and what came while nobody listened.

use std::num::NonZeroU64;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hashbrown::{HashMap, HashSet};
use serenity::all::{ChannelId, GuildId, Message, MessageId};

use super::bot::{Bot, age};
use super::hear::mentions;
use crate::config;
use crate::curation::ServerId;
use crate::curation::review::Settings;

/// Messages that came between two sessions and are fetched afterwards are answered if they are not older than that.
const CAUGHT_UP_FOR: Duration = Duration::from_secs(10 * 60);
/// Messages fetched of a channel at most.
const CAUGHT_UP: u8 = 50;
/// How long fetching them may take.
const CATCH_UP_WITHIN: Duration = Duration::from_secs(20);
/// Channels whose last message is remembered, to fetch what came after it.
const LAST_SEEN: usize = 1_000;
/// How late the news of a thread may be behind the first words in it.
const NEWS_LATE: Duration = Duration::from_millis(100);

/// What is known of channels and shards.
#[derive(Debug)]
pub(super) struct Places {
    /// Whether the bot may read what is not said to it; without that no channel is an asking channel.
    reads_all: bool,
    /// Asking channels named by whoever runs the bot.
    named: HashSet<ChannelId>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The channel of each thread.
    threads: HashMap<ChannelId, ChannelId>,
    /// The last message seen where every message counts: direct messages and asking channels.
    last_seen: HashMap<ChannelId, (Option<GuildId>, MessageId)>,
    /// Shards that were ready once.
    shards: HashSet<u32>,
}

impl Places {
    /// Nothing is known yet but what the settings name.
    pub(super) fn of(settings: &config::Discord) -> Self {
        let named = settings.asking_channels.iter().filter_map(|id| NonZeroU64::new(*id)).map(ChannelId::from).collect();
        Self { reads_all: settings.message_content, named, known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A thread was seen; threads of asking channels are asking channels.
    pub(super) fn saw_thread(&self, thread: ChannelId, parent: Option<ChannelId>) {
        if let Some(parent) = parent.filter(|_| self.reads_all) {
            self.known().threads.insert(thread, parent);
        }
    }

    /// A thread is gone.
    pub(super) fn lost_thread(&self, thread: ChannelId) {
        self.known().threads.remove(&thread);
    }

    /// Whether a channel, or that of a thread, is an asking channel: by whoever runs the bot, or by what its server has set.
    fn is_asking(&self, set: Option<&Settings>, channel: ChannelId) -> bool {
        let is_named = |channel: ChannelId| {
            let by_server = || set.is_some_and(|set| set.asking_channels.iter().any(|named| named.get() == channel.get()));
            self.named.contains(&channel) || by_server()
        };
        self.reads_all && (is_named(channel) || self.known().threads.get(&channel).copied().is_some_and(is_named))
    }

    /// A message was said where every message counts.
    pub(super) fn saw_message(&self, channel: ChannelId, guild: Option<GuildId>, message: MessageId) {
        let mut known = self.known();
        if known.last_seen.len() >= LAST_SEEN && !known.last_seen.contains_key(&channel) {
            let oldest = known.last_seen.iter().min_by_key(|(_, (_, message))| *message).map(|(channel, _)| *channel);
            if let Some(oldest) = oldest {
                known.last_seen.remove(&oldest);
            }
        }
        let last = known.last_seen.entry(channel).or_insert((guild, message));
        last.1 = last.1.max(message);
    }

    fn is_seen(&self, channel: ChannelId) -> bool {
        self.known().last_seen.contains_key(&channel)
    }

    fn last_seen(&self) -> Vec<(ChannelId, Option<GuildId>, MessageId)> {
        self.known().last_seen.iter().map(|(channel, (guild, message))| (*channel, *guild, *message)).collect()
    }

    /// Whether a shard is ready for the first time. Ready again it has a new session, and was not told what came between.
    pub(super) fn is_first_session(&self, shard: u32) -> bool {
        self.known().shards.insert(shard)
    }

    /// Whether a shard was ready once.
    pub(super) fn was_ready(&self, shard: u32) -> bool {
        self.known().shards.contains(&shard)
    }

    /// How many shards were ready once.
    pub(super) fn shards_ready(&self) -> usize {
        self.known().shards.len()
    }
}

impl Bot {
    /// Whether every message in a channel is tried as a question.
    pub(super) fn is_asking(&self, guild: GuildId, channel: ChannelId) -> bool {
        let of_servers = self.of_servers.load();
        self.places.is_asking(NonZeroU64::new(guild.get()).and_then(|id| of_servers.get(&ServerId(id))), channel)
    }

    /// The same for where somebody writes now: the first words in a new thread may overtake the news of the thread.
    pub(super) async fn is_asking_by_now(&self, message: &Message) -> bool {
        let Some(guild) = message.guild_id else { return false };
        let is_asking = self.is_asking(guild, message.channel_id);
        let asked_by_name = mentions(self.me, &message.content) || message.referenced_message.is_some();
        if is_asking || asked_by_name || !self.places.reads_all {
            return is_asking;
        }
        tokio::time::sleep(NEWS_LATE).await;
        self.is_asking(guild, message.channel_id)
    }

    /// A channel and its last message, as Discord names them at the start of a session. Where every message counts, what comes after that
    /// is fetched after a dead session, also where nobody has said anything since.
    pub(super) fn saw_channel(&self, channel: ChannelId, guild: GuildId, last: Option<MessageId>) {
        // A later session's word would hide what came before it.
        if !self.places.is_seen(channel) && self.is_asking(guild, channel) {
            // What is said in an empty channel is younger than the channel.
            self.places.saw_message(channel, Some(guild), last.unwrap_or_else(|| MessageId::new(channel.get())));
        }
    }

    /// Fetches what came between two sessions of a shard where every message counts, and answers what is not too old by now.
    pub(super) async fn catch_up(&self, shard: u32) {
        // Direct messages are at the first shard.
        let is_of_shard = |guild: Option<GuildId>| guild.map_or(0, |guild| self.shards.of_server(guild.get())) == shard;
        for (channel, guild, after) in self.places.last_seen().into_iter().filter(|(_, guild, _)| is_of_shard(*guild)) {
            if self.stopping.is_cancelled() {
                return;
            }
            let missed = match self.rest.messages_after(channel, after, CAUGHT_UP, tokio::time::Instant::now() + CATCH_UP_WITHIN).await {
                Ok(missed) => missed,
                Err(failure) => {
                    self.failed("fetch what was missed", channel, &failure);
                    continue;
                }
            };
            let fresh = missed.into_iter().filter(|message| age(message.id, self.now()) < CAUGHT_UP_FOR);
            for mut message in fresh {
                if self.stopping.is_cancelled() {
                    return;
                }
                // Fetched messages do not say which server they are from.
                message.guild_id = guild;
                self.on_message(&message).await;
            }
        }
    }
}
