//! Interactions that Discord's client would never send: whoever writes a client of their own, or carries what they saw in one server to
//! another, may send them.

use serde_json::{Value, json};

use super::handles::{Channel, Interaction, Message, User};
use super::messages::{Draft, flag};
use super::presses::Act;
use super::talks::deed;
use super::{BOT_ID, Discord, forms};

impl Discord {
    /// A person presses a button of their own making, on the last message of the bot's that everybody sees in a channel. Where there is
    /// none, it is on one that is made up, and that only they see.
    pub(crate) async fn forge_click(&self, user: &User, channel: &Channel, custom_id: &str) -> Interaction {
        let last = self.0.look(|world| {
            let mut latest = world.channels.get(&channel.id)?.messages.iter().rev().copied();
            latest.find(|id| world.messages.get(id).is_some_and(|stored| stored.author == BOT_ID))
        });
        let on = last.unwrap_or_else(|| self.made_up(user, channel));
        self.forge_on(user, channel, custom_id, on).await
    }

    /// A person presses a button of their own making on a message, whether they see that message or not.
    pub(crate) async fn forge_click_on(&self, user: &User, message: &Message, custom_id: &str) -> Interaction {
        self.forge_on(user, &message.place(), custom_id, message.id).await
    }

    /// A person sends a command with options that it does not have, or not of that type.
    pub(crate) async fn forge_slash(&self, user: &User, channel: &Channel, name: &str, options: Value) -> Interaction {
        self.heard(channel.guild).await;
        let command = self.until("the command", |world| world.command(channel.guild, 1, name).map(|command| command["id"].clone())).await;
        let data = json!({"id": command, "name": name, "type": 1, "options": options});
        self.act(Act { kind: deed::COMMAND, user, channel, data, command: Some((name.to_owned(), 1)), on: None })
    }

    /// A person sends a form that nobody showed them.
    pub(crate) async fn forge_submit(&self, user: &User, channel: &Channel, custom_id: &str, fields: &[(&str, &str)]) -> Interaction {
        self.heard(channel.guild).await;
        let data = json!({"custom_id": custom_id, "components": forms::rows(fields)});
        self.act(Act { kind: deed::MODAL, user, channel, data, command: None, on: None })
    }

    async fn forge_on(&self, user: &User, channel: &Channel, custom_id: &str, on: u64) -> Interaction {
        self.heard(channel.guild).await;
        let data = json!({"custom_id": custom_id, "component_type": 2, "id": 2});
        self.act(Act { kind: deed::COMPONENT, user, channel, data, command: None, on: Some(on) })
    }

    fn made_up(&self, user: &User, channel: &Channel) -> u64 {
        let draft = Draft {
            channel: channel.id,
            author: BOT_ID,
            body: json!({"content": "made up", "flags": flag::EPHEMERAL}),
            files: Vec::new(),
            reply_to: None,
            mentions: Vec::new(),
            more: Value::Null,
            only_for: Some(user.id),
            response: true,
            nonce: None,
        };
        self.0.with(|world| world.make(draft))
    }
}
