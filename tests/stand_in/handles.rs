//! What a test holds in its hands: people, places, and what was said and done, as it was when it was read.

use std::time::Instant;

use serde_json::Value;

use super::Discord;
use super::files::File;
use super::world::permission;

/// A person, or another bot.
#[derive(Clone, Debug)]
pub(crate) struct User {
    /// Discord's id.
    pub(crate) id: u64,
    /// The name that others see.
    pub(crate) name: String,
    /// Whether it is a bot.
    pub(crate) bot: bool,
    /// Permissions as a member.
    pub(crate) permissions: u64,
    /// Roles as a member, of whatever guilds.
    pub(crate) roles: Vec<u64>,
    /// The language of the client.
    pub(crate) locale: String,
}

impl User {
    pub(super) fn new(id: u64, name: &str, bot: bool) -> Self {
        Self { id, name: name.to_owned(), bot, permissions: permission::EVERYBODY, roles: Vec::new(), locale: "en-US".to_owned() }
    }

    /// The same person with these permissions.
    pub(crate) fn with_permissions(&self, permissions: u64) -> Self {
        Self { permissions, ..self.clone() }
    }

    /// The same person with these roles. Each guild is told of those that are its own, in every interaction.
    pub(crate) fn with_roles(&self, roles: &[u64]) -> Self {
        Self { roles: roles.to_vec(), ..self.clone() }
    }

    /// The same person, an administrator.
    pub(crate) fn as_administrator(&self) -> Self {
        self.with_permissions(permission::ALL)
    }

    /// The same person with a client in another language.
    pub(crate) fn with_locale(&self, locale: &str) -> Self {
        Self { locale: locale.to_owned(), ..self.clone() }
    }

    /// How a message mentions them.
    pub(crate) fn mention(&self) -> String {
        format!("<@{}>", self.id)
    }
}

/// A guild that the bot is in.
#[derive(Clone)]
pub(crate) struct Guild {
    pub(super) discord: Discord,
    /// Discord's id.
    pub(crate) id: u64,
}

/// A role of a guild.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Role {
    /// Discord's id.
    pub(crate) id: u64,
    /// Its name.
    pub(crate) name: String,
    /// The guild that has it.
    pub(crate) guild: u64,
}

/// A place to say something.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    /// Discord's id.
    pub(crate) id: u64,
    /// The guild it is in; none for direct messages.
    pub(crate) guild: Option<u64>,
}

/// A message as it was when it was read.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// Discord's id.
    pub(crate) id: u64,
    /// The channel it is in.
    pub(crate) channel: u64,
    /// The guild it is in.
    pub(crate) guild: Option<u64>,
    /// As the API gives it.
    pub(crate) json: Value,
    /// How often it was edited.
    pub(crate) edits: u32,
    /// Whether only one person sees it.
    pub(crate) ephemeral: bool,
    pub(super) files: Vec<File>,
}

impl Message {
    /// Its text.
    pub(crate) fn content(&self) -> &str {
        self.json["content"].as_str().unwrap_or_default()
    }

    /// Its first embed's description.
    pub(crate) fn description(&self) -> &str {
        self.json["embeds"][0]["description"].as_str().unwrap_or_default()
    }

    /// Its buttons: row, label, `custom_id`.
    pub(crate) fn buttons(&self) -> Vec<(usize, String, String)> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let rows = self.json["components"].as_array().into_iter().flatten().enumerate();
        rows.flat_map(|(row, components)| components["components"].as_array().into_iter().flatten().map(move |button| (row, button)))
            .filter(|(_, button)| button["type"] == 2)
            .map(|(row, button)| (row, text(&button["label"]), text(&button["custom_id"])))
            .collect()
    }

    /// The `custom_id` of the button with that label.
    #[track_caller]
    pub(crate) fn button(&self, label: &str) -> String {
        match self.buttons().into_iter().find(|(_, its, _)| its == label) {
            Some((_, _, custom_id)) => custom_id,
            None => panic!("no button {label:?} on:\n{}", self.text()),
        }
    }

    /// The files attached to it.
    pub(crate) fn files(&self) -> &[File] {
        &self.files
    }

    /// The message it replies to.
    pub(crate) fn replies_to(&self) -> Option<u64> {
        self.json["message_reference"]["message_id"].as_str()?.parse().ok()
    }

    /// Where it is.
    pub(crate) fn place(&self) -> Channel {
        Channel { id: self.channel, guild: self.guild }
    }
}

/// Something that a person did that the bot must respond to.
#[derive(Clone, Debug)]
pub(crate) struct Interaction {
    /// Discord's id.
    pub(crate) id: u64,
    /// What responses are sent to.
    pub(crate) token: String,
    /// Who did it.
    pub(crate) user: User,
    /// Where.
    pub(crate) channel: Channel,
    /// What the bot was sent.
    pub(crate) payload: Value,
}

/// What the bot responded to an interaction, as it stands.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    /// The type of the first response.
    pub(crate) kind: u64,
    /// The data of the first response.
    pub(crate) data: Value,
    /// The message that came of it, or that was changed; none where it was deleted.
    pub(crate) message: Option<Message>,
    /// Whether it is deferred and nothing came yet.
    pub(crate) waiting: bool,
    /// Messages that followed.
    pub(crate) followups: Vec<Message>,
}

impl Response {
    /// The message; panics where there is none.
    #[track_caller]
    pub(crate) fn message(&self) -> &Message {
        match &self.message {
            Some(message) => message,
            None => panic!("the response is no message: type {}, {}", self.kind, self.data),
        }
    }

    /// The choices of an autocomplete: name, value.
    pub(crate) fn choices(&self) -> Vec<(String, Value)> {
        let choices = self.data["choices"].as_array().into_iter().flatten();
        choices.map(|choice| (choice["name"].as_str().unwrap_or_default().to_owned(), choice["value"].clone())).collect()
    }
}

/// A request as it was answered.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The method.
    pub(crate) method: String,
    /// The path, without `/api` and version.
    pub(crate) path: String,
    /// What stood after the question mark.
    pub(crate) query: String,
    /// The body; null where there was none.
    pub(crate) body: Value,
    /// When it came.
    pub(crate) at: Instant,
    /// What it was answered; 0 where the answer was lost.
    pub(crate) status: u16,
}

/// An IDENTIFY.
#[derive(Clone, Debug)]
pub(crate) struct Identify {
    /// The token.
    pub(crate) token: String,
    /// The intents.
    pub(crate) intents: u64,
    /// The shard.
    pub(crate) shard: u32,
    /// Of so many.
    pub(crate) shards: u32,
    /// When it came.
    pub(crate) at: Instant,
}

/// What happened, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Requests answered.
    pub(crate) requests: u64,
    /// Messages by the bot, responses among them.
    pub(crate) posted: u64,
    /// Edits by the bot.
    pub(crate) edited: u64,
    /// Deletions by the bot.
    pub(crate) deleted: u64,
    /// First responses to interactions.
    pub(crate) responses: u64,
    /// "Is typing".
    pub(crate) typing: u64,
    /// Answers of 429.
    pub(crate) limited: u64,
    /// Answers of 400 to 499 but 429.
    pub(crate) refused: u64,
    /// Events sent to the bot.
    pub(crate) events: u64,
    /// Connections to the gateway that were asked for.
    pub(crate) knocks: u64,
    /// READY sent.
    pub(crate) identifies: u64,
    /// RESUMED sent.
    pub(crate) resumes: u64,
    /// Heartbeats received.
    pub(crate) heartbeats: u64,
}
