//! Guilds and what is in them: channels, threads, roles.

use serde_json::{Value, json};

use super::handles::{Channel, Guild, Role};
use super::sessions::{Event, intent};
use super::world::kind;
use super::{Discord, events};

impl Discord {
    /// The first guild.
    pub(crate) fn guild(&self) -> Guild {
        self.guild_at(0)
    }

    /// One of the guilds the bot was in from the start, or joined since.
    #[track_caller]
    pub(crate) fn guild_at(&self, at: usize) -> Guild {
        match self.0.look(|world| world.guilds.keys().nth(at).copied()) {
            Some(id) => Guild { discord: self.clone(), id },
            None => panic!("there is no guild {at}"),
        }
    }

    /// Every guild that the bot is in, in the order in which it joined them.
    pub(crate) fn guilds(&self) -> Vec<Guild> {
        self.0.look(|world| world.guilds.keys().map(|id| Guild { discord: self.clone(), id: *id }).collect())
    }

    /// The bot is invited to another guild.
    pub(crate) fn join_guild(&self) -> Guild {
        let id = self.0.with(|world| {
            let id = world.new_guild();
            let data = events::guild(world, id);
            world.push(&Event { name: "GUILD_CREATE", guild: Some(id), needs: intent::GUILDS, data, hidden: None });
            id
        });
        Guild { discord: self.clone(), id }
    }

    /// The bot is thrown out of a guild.
    pub(crate) fn leave_guild(&self, guild: &Guild) {
        self.0.with(|world| {
            world.guilds.remove(&guild.id);
            world.channels.retain(|_, state| state.guild != Some(guild.id));
            world.roles.retain(|_, role| role.guild != guild.id);
            let data = json!({"id": guild.id.to_string()});
            world.push(&Event { name: "GUILD_DELETE", guild: Some(guild.id), needs: intent::GUILDS, data, hidden: None });
        });
    }

    /// The bot may post in this channel without being asked, as in one for logs. Anywhere else that is held against it, but in direct
    /// messages that it opened itself.
    pub(crate) fn expect_posts(&self, channel: &Channel) {
        self.0.with(|world| world.expect_posts(channel.id));
    }
}

impl Guild {
    /// The channel that every guild begins with.
    pub(crate) fn general(&self) -> Channel {
        let id = self.discord.0.look(|world| world.guilds.get(&self.id).and_then(|guild| guild.channels.first().copied()));
        Channel { id: id.unwrap_or_default(), guild: Some(self.id) }
    }

    /// The text channel with that name; it is opened where there is none.
    pub(crate) fn text(&self, name: &str) -> Channel {
        let known = self.discord.0.look(|world| {
            let mut channels = world.guilds.get(&self.id).into_iter().flat_map(|guild| &guild.channels).copied();
            channels.find(|id| world.channels.get(id).is_some_and(|state| state.kind == kind::TEXT && state.name == name))
        });
        known.map_or_else(|| self.open(kind::TEXT, None, Some(name)), |id| Channel { id, guild: Some(self.id) })
    }

    /// Opens a text channel.
    pub(crate) fn text_channel(&self) -> Channel {
        self.open(kind::TEXT, None, None)
    }

    /// Opens a forum.
    pub(crate) fn forum(&self) -> Channel {
        self.open(kind::FORUM, None, None)
    }

    /// Opens a thread in a channel, or a post in a forum.
    pub(crate) fn thread_in(&self, parent: &Channel) -> Channel {
        self.open(kind::THREAD, Some(parent.id), None)
    }

    /// The role with that name; it is made where there is none. It permits nothing by itself.
    pub(crate) fn role(&self, name: &str) -> Role {
        let role = |id: u64| Role { id, name: name.to_owned(), guild: self.id };
        if let Some(id) = self.discord.0.look(|world| world.role_named(self.id, name)) {
            return role(id);
        }
        self.discord.0.with(|world| {
            let id = world.new_role(self.id, name);
            let data = json!({"guild_id": self.id.to_string(), "role": world.role_json(self.id, id)});
            world.push(&Event { name: "GUILD_ROLE_CREATE", guild: Some(self.id), needs: intent::GUILDS, data, hidden: None });
            role(id)
        })
    }

    fn open(&self, kind: u64, parent: Option<u64>, title: Option<&str>) -> Channel {
        self.discord.0.with(|world| {
            let numbered = format!("channel {}", world.channels.len());
            let channel = world.new_channel(Some(self.id), kind, parent, title.unwrap_or(&numbered));
            let mut data = world.channels.get(&channel.id).map_or(Value::Null, |state| events::channel(world, channel.id, state));
            if parent.is_some() {
                data["newly_created"] = json!(true);
            }
            let name = if parent.is_some() { "THREAD_CREATE" } else { "CHANNEL_CREATE" };
            world.push(&Event { name, guild: Some(self.id), needs: intent::GUILDS, data, hidden: None });
            channel
        })
    }
}
