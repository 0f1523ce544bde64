//! What people do that the bot must respond to: commands, autocomplete, buttons, selects.

use serde_json::{Value, json};

use super::Discord;
use super::commands::{Rights, Typed, withheld};
use super::events::{self, Deed};
use super::handles::{Channel, Interaction, Message, User};
use super::sessions::Event;
use super::talks::{Talk, deed};
use super::world::World;

/// What a person does, before Discord has made an interaction of it.
pub(super) struct Act<'a> {
    pub(super) kind: u64,
    pub(super) user: &'a User,
    pub(super) channel: &'a Channel,
    pub(super) data: Value,
    pub(super) command: Option<(String, u64)>,
    /// The message whose component is used.
    pub(super) on: Option<u64>,
}

impl Discord {
    /// A person uses a slash command: `path` is its name, with its subcommand after a space. Waits until it is registered; panics where
    /// Discord's client would not show the command to them, or not let anybody send such options.
    pub(crate) async fn slash(&self, user: &User, channel: &Channel, path: &str, options: Value) -> Interaction {
        self.command_used(channel, Typed { user, guild: channel.guild, path, given: &options, focused: None }, Rights::AsRegistered).await
    }

    /// A person uses a slash command that an administrator has granted to them, whatever permissions it asks for by default.
    pub(crate) async fn slash_forced(&self, user: &User, channel: &Channel, path: &str, options: Value) -> Interaction {
        self.command_used(channel, Typed { user, guild: channel.guild, path, given: &options, focused: None }, Rights::Granted).await
    }

    /// A person types into an option that completes itself; the other options are as far as they got.
    pub(crate) async fn autocomplete(&self, user: &User, channel: &Channel, path: &str, options: Value, focused: &str) -> Interaction {
        let typed = Typed { user, guild: channel.guild, path, given: &options, focused: Some(focused) };
        self.command_used(channel, typed, Rights::AsRegistered).await
    }

    /// A person types into an option of a command that an administrator has granted to them.
    pub(crate) async fn autocomplete_forced(
        &self,
        user: &User,
        channel: &Channel,
        path: &str,
        options: Value,
        focused: &str,
    ) -> Interaction {
        let typed = Typed { user, guild: channel.guild, path, given: &options, focused: Some(focused) };
        self.command_used(channel, typed, Rights::Granted).await
    }

    async fn command_used(&self, channel: &Channel, typed: Typed<'_>, rights: Rights) -> Interaction {
        self.heard(channel.guild).await;
        let Typed { user, path, given, focused, .. } = typed;
        let name = path.split(' ').next().unwrap_or_default();
        self.until(&format!("the command /{name}"), |world| world.command(channel.guild, 1, name).map(|_| ())).await;
        let kind = if focused.is_some() { deed::AUTOCOMPLETE } else { deed::COMMAND };
        match self.0.look(|world| world.command_data(&typed, rights)) {
            Ok(data) => self.act(Act { kind, user, channel, data, command: Some((path.to_owned(), 1)), on: None }),
            Err(why) => panic!("Discord would not let {} send /{path} {given}: {why}", user.name),
        }
    }

    /// A person uses a command on a message.
    pub(crate) async fn message_command(&self, user: &User, message: &Message, name: &str) -> Interaction {
        self.heard(message.guild).await;
        let command = self.until(&format!("the message command {name}"), |world| world.command(message.guild, 3, name).cloned()).await;
        if let Err(why) = withheld(&command, user, message.guild, Rights::AsRegistered) {
            panic!("Discord would not let {} use {name}: {why}", user.name);
        }
        let target = self.0.look(|world| world.messages.get(&message.id).map(|stored| stored.json.clone()));
        let Some(target) = target else { panic!("nobody can use {name} on a message that is gone") };
        let mut data = json!({
            "id": command["id"], "name": name, "type": 3, "target_id": message.id.to_string(),
            "resolved": {"messages": events::by_id([(message.id, target)])},
        });
        if let Some(guild) = command.get("guild_id") {
            data["guild_id"] = guild.clone();
        }
        let channel = &message.place();
        self.act(Act { kind: deed::COMMAND, user, channel, data, command: Some((name.to_owned(), 3)), on: None })
    }

    /// A person clicks on a button; panics where there is no such button, it is disabled, or only somebody else sees it.
    pub(crate) async fn click(&self, user: &User, message: &Message, custom_id: &str) -> Interaction {
        self.component(user, message, json!({"custom_id": custom_id, "component_type": 2})).await
    }

    /// A person picks values from a select.
    pub(crate) async fn select(&self, user: &User, message: &Message, custom_id: &str, values: &[&str]) -> Interaction {
        self.component(user, message, json!({"custom_id": custom_id, "component_type": 3, "values": values})).await
    }

    async fn component(&self, user: &User, message: &Message, mut data: Value) -> Interaction {
        self.heard(message.guild).await;
        let Some(now) = self.find(message) else { panic!("nobody can click on a message that is gone") };
        let only_for = self.0.look(|world| world.messages.get(&message.id).and_then(|stored| stored.only_for));
        assert!(only_for.is_none_or(|only| only == user.id), "{} does not see, and so cannot click on:\n{}", user.name, now.text());
        let rows = now.json["components"].as_array().into_iter().flatten();
        let components = rows.flat_map(|row| row["components"].as_array().into_iter().flatten());
        let found = components.zip(1_u32..).find(|(component, _)| component["custom_id"] == data["custom_id"]);
        match found {
            Some((component, at)) if component["disabled"] != true && component["type"] == data["component_type"] => data["id"] = json!(at),
            _ => panic!("nobody can click on {} of:\n{}", data["custom_id"], now.text()),
        }
        self.act(Act { kind: deed::COMPONENT, user, channel: &message.place(), data, command: None, on: Some(message.id) })
    }

    /// Sends the event of an interaction a second time.
    pub(crate) fn replay_interaction(&self, interaction: &Interaction) {
        let data = interaction.payload.clone();
        self.0.with(|world| {
            world.push(&Event { name: "INTERACTION_CREATE", guild: interaction.channel.guild, needs: 0, data, hidden: None });
        });
    }

    pub(super) fn act(&self, act: Act<'_>) -> Interaction {
        self.0.with(|world| world.begin(act))
    }
}

impl World {
    /// Makes an interaction of what a person does, and tells the bot.
    fn begin(&mut self, act: Act<'_>) -> Interaction {
        let Act { kind, user, channel, data, command, on } = act;
        let id = self.next_id();
        // As long as Discord's, and without any sign that an address would have to escape.
        let token = format!("{:064x}{:064x}", id, self.next_serial());
        let message = on.and_then(|on| self.messages.get(&on)).map(|stored| stored.json.clone());
        let payload = events::interaction(self, Deed { id, token: &token, kind, user, channel, data, message });
        let interaction = Interaction { id, token, user: user.clone(), channel: channel.clone(), payload };
        let talk = Talk {
            id,
            kind,
            user: user.clone(),
            channel: channel.clone(),
            since: self.now(),
            command,
            on,
            first: None,
            original: None,
            waiting: false,
            followups: Vec::new(),
        };
        self.store_talk(&interaction, talk);
        let data = interaction.payload.clone();
        self.push(&Event { name: "INTERACTION_CREATE", guild: channel.guild, needs: 0, data, hidden: None });
        interaction
    }
}
