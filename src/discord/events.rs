//! From the gateway's events to the bot, away from the threads that read connections. Poise is asked for commands and completions alone: what
//! it keeps of an event while that is worked on is large, and questions in messages come by the hundred.

use std::sync::Arc;

use poise::Framework as Poise;
use serenity::all::{Client, Context, FullEvent, Interaction, Ready};
use serenity::async_trait;
use serenity::framework::Framework;
use tokio::runtime::Handle;
use tracing::info;

use super::bot::Bot;
use super::commands::ErrorBox;

/// What the gateway's events lead to.
pub(super) struct Events {
    bot: Arc<Bot>,
    commands: Arc<Poise<Arc<Bot>, ErrorBox>>,
    handle: Handle,
}

impl Events {
    /// Work is done where this is called.
    pub(super) fn here(bot: Arc<Bot>, commands: Poise<Arc<Bot>, ErrorBox>) -> Self {
        Self { bot, commands: Arc::new(commands), handle: Handle::current() }
    }

    fn to_commands(&self, context: Context, event: FullEvent) {
        let commands = Arc::clone(&self.commands);
        drop(self.handle.spawn(async move { commands.dispatch(context, event).await }));
    }

    fn to_bot(&self, event: FullEvent) {
        // First, so that nothing begins behind the back of who waits for what is in hand.
        let in_hand = self.bot.in_hand.token();
        if self.bot.stopping.is_cancelled() {
            return;
        }
        let (bot, event) = (Arc::clone(&self.bot), Box::new(event));
        drop(self.handle.spawn(async move {
            let _in_hand = in_hand;
            bot.on_event(&event).await;
        }));
    }
}

#[async_trait]
impl Framework for Events {
    async fn init(&mut self, client: &Client) {
        // Nobody else has it yet.
        if let Some(commands) = Arc::get_mut(&mut self.commands) {
            commands.init(client).await;
        }
    }

    async fn dispatch(&self, context: Context, event: FullEvent) {
        self.bot.vitals.pulse.beat();
        match event {
            FullEvent::InteractionCreate { interaction: Interaction::Command(_) | Interaction::Autocomplete(_) } => {
                self.to_commands(context, event);
            }
            FullEvent::Ready { .. } => {
                // Poise takes its first from this.
                self.to_commands(context, event.clone());
                self.to_bot(event);
            }
            _ => self.to_bot(event),
        }
    }
}

impl Bot {
    async fn on_event(&self, event: &FullEvent) {
        // Each boxed: what is in hand takes the room that it needs, not that of the largest.
        match event {
            FullEvent::Message { new_message } => Box::pin(self.on_message(new_message)).await,
            FullEvent::MessageUpdate { event, .. } => Box::pin(self.on_edit(event)).await,
            FullEvent::MessageDelete { channel_id, deleted_message_id, guild_id } => {
                Box::pin(self.on_delete(*channel_id, *guild_id, &[*deleted_message_id])).await;
            }
            FullEvent::MessageDeleteBulk { channel_id, multiple_deleted_messages_ids, guild_id } => {
                Box::pin(self.on_delete(*channel_id, *guild_id, multiple_deleted_messages_ids)).await;
            }
            FullEvent::InteractionCreate { interaction: Interaction::Component(press) } => Box::pin(self.on_press(press)).await,
            FullEvent::InteractionCreate { interaction: Interaction::Modal(form) } => Box::pin(self.on_form(form)).await,
            FullEvent::GuildCreate { guild, .. } => {
                guild.threads.iter().for_each(|thread| self.places.saw_thread(thread.id, thread.parent_id));
                for channel in guild.channels.values().chain(&guild.threads) {
                    self.saw_channel(channel.id, guild.id, channel.last_message_id);
                }
            }
            FullEvent::ThreadCreate { thread } => self.places.saw_thread(thread.id, thread.parent_id),
            FullEvent::ThreadListSync { thread_list_sync } => {
                thread_list_sync.threads.iter().for_each(|thread| self.places.saw_thread(thread.id, thread.parent_id));
            }
            FullEvent::ThreadUpdate { new, .. } => self.places.saw_thread(new.id, new.parent_id),
            FullEvent::ThreadDelete { thread, .. } => self.places.lost_thread(thread.id),
            FullEvent::Ready { data_about_bot } => Box::pin(self.on_ready(data_about_bot)).await,
            FullEvent::Resume { .. } => info!("the gateway connection was taken up again; nothing is lost"),
            _ => {}
        }
    }

    async fn on_ready(&self, ready: &Ready) {
        let shard = ready.shard.map_or(0, |shard| shard.id.0);
        let of = ready.shard.map_or(1, |shard| shard.total);
        let servers = ready.guilds.len();
        if self.places.is_first_session(shard) {
            info!("shard {shard} of {of} is ready: {servers} servers");
            if self.places.shards_ready() >= self.shards.count() as usize {
                self.signed_in.cancel();
            }
            if shard == 0
                && let Some(bot) = self.myself.upgrade()
            {
                // One process looks after what others left.
                let stopping = self.stopping.clone();
                tokio::spawn(async move { stopping.run_until_cancelled(bot.post_what_was_left()).await });
            }
        } else {
            info!("shard {shard} of {of} has a new session: {servers} servers; fetching what it missed");
            self.catch_up(shard).await;
        }
    }
}
