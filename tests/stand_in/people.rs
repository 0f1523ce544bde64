//! What people do without asking the bot for it: they write, edit and delete.

use serde_json::{Value, json};

use super::handles::{Channel, Message, User};
use super::messages::{Draft, mentioned, needed};
use super::sessions::Event;
use super::world::World;
use super::{BOT_ID, Discord, events};

/// A reply to a message, and whether it pings its author.
type Reply<'a> = Option<(&'a Message, bool)>;

impl Discord {
    /// A person says something. Waits for a shard that hears it.
    pub(crate) async fn say(&self, user: &User, channel: &Channel, content: &str) -> Message {
        self.heard(channel.guild).await;
        self.utter(user, channel, content, None, &Value::Null)
    }

    /// A person says something to the bot.
    pub(crate) async fn mention(&self, user: &User, channel: &Channel, content: &str) -> Message {
        self.say(user, channel, &format!("<@{BOT_ID}> {content}")).await
    }

    /// A person replies to a message and pings its author, as clients do by default.
    pub(crate) async fn reply(&self, user: &User, to: &Message, content: &str) -> Message {
        self.heard(to.guild).await;
        self.utter(user, &to.place(), content, Some((to, true)), &Value::Null)
    }

    /// A person replies to a message with the ping switched off.
    pub(crate) async fn reply_without_ping(&self, user: &User, to: &Message, content: &str) -> Message {
        self.heard(to.guild).await;
        self.utter(user, &to.place(), content, Some((to, false)), &Value::Null)
    }

    /// A person says something, and the message has fields of its own: `{"type": 7}` makes it a welcome.
    pub(crate) async fn say_with(&self, user: &User, channel: &Channel, content: &str, more: Value) -> Message {
        self.heard(channel.guild).await;
        self.utter(user, channel, content, None, &more)
    }

    /// A webhook says something.
    pub(crate) async fn webhook_says(&self, channel: &Channel, name: &str, content: &str) -> Message {
        let id = self.0.with(World::next_id).to_string();
        let author = json!({"id": id, "username": name, "global_name": null, "discriminator": "0000", "avatar": null, "bot": true});
        let nobody = User::new(0, name, true);
        self.say_with(&nobody, channel, content, json!({"webhook_id": id, "author": author})).await
    }

    /// What a person said while the bot was away: it stands in the channel, and no event tells of it.
    pub(crate) fn history(&self, user: &User, channel: &Channel, content: &str) -> Message {
        let id = self.0.with(|world| world.draft_of(user, channel, content, None, &Value::Null));
        self.must_find(id)
    }

    /// What the bot posted in an earlier life, as the body of a request for it.
    pub(crate) fn posted_before(&self, channel: &Channel, body: Value) -> Message {
        let reply_to = body["message_reference"]["message_id"].as_str().and_then(|id| id.parse().ok());
        let draft = Draft {
            channel: channel.id,
            author: BOT_ID,
            body,
            files: Vec::new(),
            reply_to,
            mentions: Vec::new(),
            more: Value::Null,
            only_for: None,
            response: false,
            nonce: None,
        };
        let id = self.0.with(|world| world.make(draft));
        self.must_find(id)
    }

    /// The author edits a message.
    pub(crate) async fn edit(&self, message: &Message, content: &str) -> Message {
        self.heard(message.guild).await;
        self.0.with(|world| {
            let time = events::time_of(world.next_id());
            let mentions = mentioned(content, "");
            let people: Vec<Value> = mentions.iter().filter_map(|id| world.people.get(id)).map(events::user).collect();
            if let Some(stored) = world.messages.get_mut(&message.id) {
                stored.concerns_bot |= mentions.contains(&BOT_ID);
                stored.edits += 1;
                stored.json["content"] = json!(content);
                stored.json["edited_timestamp"] = json!(time);
                stored.json["mentions"] = json!(people);
            }
            world.announce("MESSAGE_UPDATE", message.id);
        });
        self.must_find(message.id)
    }

    /// Discord unfurls a link in a message: it gets an embed, and was not edited.
    pub(crate) async fn unfurl(&self, message: &Message) {
        self.heard(message.guild).await;
        self.0.with(|world| {
            if let Some(stored) = world.messages.get_mut(&message.id) {
                stored.json["embeds"] = json!([{"type": "link", "url": "https://example.com", "title": "Example"}]);
            }
            world.announce("MESSAGE_UPDATE", message.id);
        });
    }

    /// Somebody deletes a message.
    pub(crate) async fn delete(&self, message: &Message) {
        self.heard(message.guild).await;
        self.0.with(|world| world.remove(message.id));
    }

    /// A moderator deletes messages of one channel at once.
    pub(crate) async fn delete_many(&self, messages: &[Message]) {
        let Some(first) = messages.first() else { return };
        self.heard(first.guild).await;
        self.0.with(|world| {
            for message in messages {
                world.forget(message.id);
            }
            let ids: Vec<String> = messages.iter().map(|message| message.id.to_string()).collect();
            let mut data = json!({"ids": ids, "channel_id": first.channel.to_string()});
            if let Some(guild) = first.guild {
                data["guild_id"] = json!(guild.to_string());
            }
            world.push(&Event { name: "MESSAGE_DELETE_BULK", guild: first.guild, needs: needed(first.guild), data, hidden: None });
        });
    }

    /// Sends the event of a message a second time.
    pub(crate) fn replay(&self, message: &Message) {
        self.0.with(|world| world.announce("MESSAGE_CREATE", message.id));
    }

    /// Sends the event of a message's last edit a second time.
    pub(crate) fn replay_edit(&self, message: &Message) {
        self.0.with(|world| world.announce("MESSAGE_UPDATE", message.id));
    }

    /// Sends the event of a message's deletion a second time.
    pub(crate) fn replay_delete(&self, message: &Message) {
        self.0.with(|world| world.announce_removal(message.id, message.channel, message.guild));
    }

    /// Waits until a shard is there to be told what happens in a guild, or in direct messages; it may be between two connections.
    pub(super) async fn heard(&self, guild: Option<u64>) {
        if self.0.look(|world| world.is_heard(guild)) {
            return;
        }
        self.until("the bot to connect", |world| world.is_heard(guild).then_some(())).await;
    }

    fn utter(&self, user: &User, channel: &Channel, content: &str, reply: Reply<'_>, more: &Value) -> Message {
        let id = self.0.with(|world| {
            let id = world.draft_of(user, channel, content, reply, more);
            world.announce("MESSAGE_CREATE", id);
            id
        });
        self.must_find(id)
    }

    fn must_find(&self, id: u64) -> Message {
        match self.0.look(|world| world.message(id)) {
            Some(message) => message,
            None => panic!("message {id} is gone"),
        }
    }
}

impl World {
    /// Makes what a person says into a message.
    fn draft_of(&mut self, user: &User, channel: &Channel, content: &str, reply: Reply<'_>, more: &Value) -> u64 {
        let mut mentions = mentioned(content, "");
        if let Some(of) = reply.filter(|(_, pings)| *pings).and_then(|(to, _)| self.messages.get(&to.id)) {
            // A ping in a reply to the response of an interaction gives the bot no right to read the reply.
            let counts = of.author != user.id && !(of.response && of.author == BOT_ID);
            if counts && !mentions.contains(&of.author) {
                mentions.push(of.author);
            }
        }
        self.make(Draft {
            channel: channel.id,
            author: user.id,
            body: json!({"content": content}),
            files: Vec::new(),
            reply_to: reply.map(|(to, _)| to.id),
            mentions,
            more: more.clone(),
            only_for: None,
            response: false,
            nonce: None,
        })
    }
}
