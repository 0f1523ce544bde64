//! Messages: posting, editing, deleting, listing, and what the gateway tells of each.

use serde_json::{Value, json};

use super::files::{Kept, Wanted};
use super::rest::{Answer, Call};
use super::sessions::{Event, intent};
use super::world::{Stored, World, kind, permission};
use super::{BOT_ID, events};

/// Flags of a message.
pub(super) mod flag {
    pub(crate) const SUPPRESS_EMBEDS: u64 = 1 << 2;
    pub(crate) const EPHEMERAL: u64 = 1 << 6;
    pub(crate) const LOADING: u64 = 1 << 7;
    pub(crate) const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;
    pub(crate) const COMPONENTS_V2: u64 = 1 << 15;
    /// What a message may be sent with.
    pub(crate) const SENT: u64 = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2;
}

/// A message to be.
pub(super) struct Draft {
    pub(super) channel: u64,
    pub(super) author: u64,
    /// Content, embeds, components and more, as they were sent.
    pub(super) body: Value,
    pub(super) files: Vec<Kept>,
    /// The message it replies to.
    pub(super) reply_to: Option<u64>,
    /// People it mentions.
    pub(super) mentions: Vec<u64>,
    /// Fields of its own.
    pub(super) more: Value,
    /// Who sees it, where not everybody does.
    pub(super) only_for: Option<u64>,
    pub(super) response: bool,
    pub(super) nonce: Option<String>,
}

/// Ids in `<@…>` and `<@!…>`, or, with `&` for `mark`, in `<@&…>`.
pub(super) fn mentioned(content: &str, mark: &str) -> Vec<u64> {
    let mut found = Vec::new();
    for part in content.split("<@").skip(1) {
        let Some((inside, _)) = part.split_once('>') else { continue };
        let id = if mark.is_empty() { Some(inside.strip_prefix('!').unwrap_or(inside)) } else { inside.strip_prefix(mark) };
        if let Some(id) = id.and_then(|id| id.parse().ok())
            && !found.contains(&id)
        {
            found.push(id);
        }
    }
    found
}

/// A list as it is kept: never null, and embeds with their type.
fn list(body: &Value, name: &str) -> Value {
    let mut items = body[name].as_array().cloned().unwrap_or_default();
    if name == "embeds" {
        for embed in &mut items {
            embed["type"] = json!("rich");
        }
    }
    Value::Array(items)
}

impl World {
    /// Makes a message of a draft and keeps it; the gateway is not told.
    pub(super) fn make(&mut self, draft: Draft) -> u64 {
        let id = self.next_id();
        let Draft { channel, author, body, files, reply_to, mentions, more, only_for, response, nonce } = draft;
        let guild = self.channels.get(&channel).and_then(|state| state.guild);
        let content = body["content"].as_str().unwrap_or_default();
        let people: Vec<Value> = mentions.iter().filter_map(|id| self.people.get(id)).map(events::user).collect();
        let everyone = author != BOT_ID && (content.contains("@everyone") || content.contains("@here"));
        let mut json = json!({
            "id": id.to_string(), "channel_id": channel.to_string(), "type": if reply_to.is_some() { 19 } else { 0 }, "content": content,
            "author": self.people.get(&author).map(events::user), "timestamp": events::time_of(id), "edited_timestamp": null,
            "tts": false, "pinned": false, "mention_everyone": everyone, "mentions": people,
            "mention_roles": mentioned(content, "&").iter().map(u64::to_string).collect::<Vec<_>>(),
            "attachments": files.iter().map(|file| file.json(channel, only_for.is_some())).collect::<Vec<_>>(),
            "embeds": list(&body, "embeds"), "components": list(&body, "components"), "flags": body["flags"].as_u64().unwrap_or(0),
        });
        if let Some(to) = reply_to {
            let mut reference = json!({"type": 0, "channel_id": channel.to_string(), "message_id": to.to_string()});
            if let Some(guild) = guild {
                reference["guild_id"] = json!(guild.to_string());
            }
            json["message_reference"] = reference;
        }
        if !body["nonce"].is_null() {
            json["nonce"] = body["nonce"].clone();
        }
        for (field, value) in more.as_object().into_iter().flatten() {
            json[field] = value.clone();
        }
        let concerns_bot = author == BOT_ID || guild.is_none() || mentions.contains(&BOT_ID);
        self.store(id, Stored { json, channel, guild, author, concerns_bot, only_for, files, response, edits: 0, nonce });
        if let Some(to) = reply_to.filter(|_| author == BOT_ID) {
            self.replies.entry(to).or_default().push(id);
        }
        id
    }

    /// Tells the gateway of a message: `MESSAGE_CREATE` or `MESSAGE_UPDATE`.
    pub(super) fn announce(&mut self, name: &'static str, id: u64) {
        let Some(stored) = self.messages.get(&id) else { return };
        if stored.only_for.is_some() || (stored.author == BOT_ID && !self.options.echo) {
            return;
        }
        let guild = stored.guild;
        let sees = self.channels.get(&stored.channel).is_none_or(|state| state.permissions & permission::VIEW != 0);
        if guild.is_some() && !sees {
            return;
        }
        let all_shown = stored.concerns_bot && stored.json.get("message_reference").is_none();
        let hidden = (!all_shown).then(|| events::message_event(self, stored, true));
        let data = events::message_event(self, stored, false);
        self.push(&Event { name, guild, needs: needed(guild), data, hidden });
    }

    /// Deletes a message and tells the gateway; false where there is none.
    pub(super) fn remove(&mut self, id: u64) -> bool {
        let Some(stored) = self.forget(id) else { return false };
        if stored.only_for.is_none() {
            self.announce_removal(id, stored.channel, stored.guild);
        }
        true
    }

    /// Tells that a message was deleted.
    pub(super) fn announce_removal(&mut self, id: u64, channel: u64, guild: Option<u64>) {
        let mut data = json!({"id": id.to_string(), "channel_id": channel.to_string()});
        if let Some(guild) = guild {
            data["guild_id"] = json!(guild.to_string());
        }
        self.push(&Event { name: "MESSAGE_DELETE", guild, needs: needed(guild), data, hidden: None });
    }

    /// Who a message of the bot pings, by its `allowed_mentions`.
    pub(super) fn pinged(&self, body: &Value, reply_to: Option<u64>) -> Vec<u64> {
        let allowed = &body["allowed_mentions"];
        let by_default = allowed.is_null();
        let parses = by_default || allowed["parse"].as_array().is_some_and(|parse| parse.contains(&json!("users")));
        let named = |id: &u64| allowed["users"].as_array().is_some_and(|users| users.contains(&json!(id.to_string())));
        let mut pinged = mentioned(body["content"].as_str().unwrap_or_default(), "");
        pinged.retain(|id| parses || named(id));
        let author = reply_to.and_then(|to| self.messages.get(&to)).map(|stored| stored.author);
        if let Some(author) = author.filter(|author| (by_default || allowed["replied_user"] == true) && !pinged.contains(author)) {
            pinged.push(author);
        }
        pinged
    }

    /// Changes what a message says; the fields that are not named stay.
    pub(super) fn rewrite(&mut self, id: u64, wanted: Wanted<'_>) -> Result<(), Answer> {
        let (time, body) = (events::time_of(self.next_id()), wanted.body);
        let unknown = || Answer::error(404, 10008, "Unknown Message");
        let stored = self.messages.get(&id).ok_or_else(unknown)?;
        let (mut json, channel, ephemeral) = (stored.json.clone(), stored.channel, stored.only_for.is_some());
        let files = self.attach(stored.files.clone(), wanted)?;
        json["attachments"] = files.iter().map(|file| file.json(channel, ephemeral)).collect();
        if let Some(content) = body.get("content") {
            json["content"] = json!(content.as_str().unwrap_or_default());
        }
        for name in ["embeds", "components"] {
            if body.get(name).is_some() {
                json[name] = list(body, name);
            }
        }
        if let Some(flags) = body["flags"].as_u64() {
            let kept = json["flags"].as_u64().unwrap_or_default() & !flag::SENT;
            json["flags"] = json!(kept | (flags & flag::SENT));
        }
        let is_empty = |name: &str| json[name].as_array().is_none_or(Vec::is_empty);
        if json["content"] == "" && ["embeds", "components", "attachments"].into_iter().all(is_empty) {
            self.violate(format!("message {id} was edited until nothing was left of it"));
            return Err(Answer::error(400, 50006, "Cannot send an empty message"));
        }
        let stored = self.messages.get_mut(&id).ok_or_else(unknown)?;
        // A message that was only loading was not there to be edited.
        let flags = json["flags"].as_u64().unwrap_or_default();
        if flags & flag::LOADING == 0 {
            json["edited_timestamp"] = json!(time);
            stored.edits += 1;
        }
        json["flags"] = json!(flags & !flag::LOADING);
        stored.json = json;
        stored.files = files;
        self.counts.edited += 1;
        self.announce("MESSAGE_UPDATE", id);
        Ok(())
    }

    /// Whether the bot may do something in a channel.
    fn admit(&self, channel: u64, needs: u64) -> Result<(), Answer> {
        let Some(state) = self.channels.get(&channel) else { return Err(Answer::error(404, 10003, "Unknown Channel")) };
        if state.guild.is_none() {
            let closed = state.permissions == 0 && needs & permission::SEND != 0;
            return if closed { Err(Answer::error(403, 50007, "Cannot send messages to this user")) } else { Ok(()) };
        }
        if state.permissions & permission::VIEW == 0 {
            return Err(Answer::error(403, 50001, "Missing Access"));
        }
        let in_thread = if needs & permission::SEND != 0 && state.kind == kind::THREAD {
            (needs & !permission::SEND) | permission::SEND_IN_THREADS
        } else {
            needs
        };
        if state.permissions & in_thread == in_thread { Ok(()) } else { Err(Answer::error(403, 50013, "Missing Permissions")) }
    }

    pub(super) fn typing(&mut self, channel: u64) -> Answer {
        if let Err(refused) = self.admit(channel, permission::SEND) {
            return refused;
        }
        self.counts.typing += 1;
        if let Some(state) = self.channels.get_mut(&channel) {
            state.typing.0 += 1;
        }
        Answer::empty(204)
    }

    pub(super) fn post_message(&mut self, channel: u64, wanted: Wanted<'_>) -> Answer {
        let body = wanted.body;
        let embeds = body["embeds"].as_array().is_some_and(|embeds| !embeds.is_empty());
        let needs = |permission: u64, is_so: bool| if is_so { permission } else { 0 };
        let needed = permission::SEND | needs(permission::EMBED, embeds) | needs(permission::ATTACH, !wanted.files.is_empty());
        if let Err(refused) = self.admit(channel, needed) {
            return refused;
        }
        if self.channels.get(&channel).is_some_and(|state| state.kind == kind::FORUM) {
            return Answer::error(400, 50008, "Cannot send messages in a non-text channel");
        }
        let nonce = match &body["nonce"] {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            number => Some(number.to_string()),
        };
        let nonce = nonce.filter(|_| body["enforce_nonce"] == true);
        if let Some(earlier) = nonce.as_ref().and_then(|nonce| self.nonces.get(&(channel, nonce.clone())))
            && let Some(stored) = self.messages.get(earlier)
        {
            return Answer::ok(events::with_reference(self, stored, false));
        }
        let expected = self.channels.get(&channel).is_some_and(|state| state.expects_posts);
        if self.options.rules && !expected && body["message_reference"].is_null() {
            self.violate(format!("POST /channels/{channel}/messages: a message that replies to nothing, where none is expected"));
        }
        let mut reply_to = body["message_reference"]["message_id"].as_str().and_then(|id| id.parse::<u64>().ok());
        if let Some(to) = reply_to {
            if self.admit(channel, permission::HISTORY).is_err() {
                return Answer::error(400, 160_002, "Cannot reply without permission to read message history");
            }
            if !self.messages.get(&to).is_some_and(|stored| stored.channel == channel && stored.only_for.is_none()) {
                if body["message_reference"]["fail_if_not_exists"] != false {
                    return Answer::invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message");
                }
                reply_to = None;
            }
        }
        let files = match self.attach(Vec::new(), wanted) {
            Ok(files) => files,
            Err(refused) => return refused,
        };
        let mentions = self.pinged(body, reply_to);
        let id = self.make(Draft {
            channel,
            author: BOT_ID,
            body: body.clone(),
            files,
            reply_to,
            mentions,
            more: Value::Null,
            only_for: None,
            response: false,
            nonce,
        });
        self.counts.posted += 1;
        self.announce("MESSAGE_CREATE", id);
        Answer::ok(self.messages.get(&id).map_or(Value::Null, |stored| events::with_reference(self, stored, false)))
    }

    /// A message in a channel that everybody sees.
    fn visible(&self, channel: u64, id: u64) -> Result<&Stored, Answer> {
        self.admit(channel, 0)?;
        let stored = self.messages.get(&id).filter(|stored| stored.channel == channel && stored.only_for.is_none());
        stored.ok_or_else(|| Answer::error(404, 10008, "Unknown Message"))
    }

    pub(super) fn get_message(&self, channel: u64, id: u64) -> Answer {
        if let Err(refused) = self.admit(channel, permission::HISTORY) {
            return refused;
        }
        match self.visible(channel, id) {
            Ok(stored) => Answer::ok(events::with_reference(self, stored, !self.reads_everything())),
            Err(refused) => refused,
        }
    }

    pub(super) fn patch_message(&mut self, channel: u64, id: u64, wanted: Wanted<'_>) -> Answer {
        match self.visible(channel, id) {
            Ok(stored) if stored.author != BOT_ID => return Answer::error(403, 50005, "Cannot edit a message authored by another user"),
            Ok(_) => {}
            Err(refused) => return refused,
        }
        match self.rewrite(id, wanted) {
            Ok(()) => Answer::ok(self.messages.get(&id).map_or(Value::Null, |stored| events::with_reference(self, stored, false))),
            Err(refused) => refused,
        }
    }

    pub(super) fn delete_message(&mut self, channel: u64, id: u64) -> Answer {
        match self.visible(channel, id) {
            Ok(stored) if stored.author != BOT_ID && stored.guild.is_none() => {
                return Answer::error(403, 50003, "Cannot execute action on a DM channel");
            }
            Ok(stored) if stored.author != BOT_ID => {
                if let Err(refused) = self.admit(channel, permission::MANAGE_MESSAGES) {
                    return refused;
                }
            }
            Ok(_) => {}
            Err(refused) => return refused,
        }
        self.remove(id);
        self.counts.deleted += 1;
        Answer::empty(204)
    }

    pub(super) fn list_messages(&self, channel: u64, call: &Call) -> Answer {
        if let Err(refused) = self.admit(channel, 0) {
            return refused;
        }
        let limit = call.asked("limit").map_or(Some(50), |limit| limit.parse::<usize>().ok());
        let Some(limit) = limit.filter(|limit| (1..=100).contains(limit)) else {
            return Answer::invalid("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.");
        };
        let id = |name: &str| call.asked(name).and_then(|id| id.parse::<u64>().ok());
        let Some(state) = self.channels.get(&channel) else { return Answer::ok(json!([])) };
        // Who may not read what was written before gets nothing, not an error.
        if state.guild.is_some() && state.permissions & permission::HISTORY == 0 {
            return Answer::ok(json!([]));
        }
        let later = |id: u64, limit: usize| {
            let mut found: Vec<u64> = state.messages.range(id.saturating_add(1)..).take(limit).copied().collect();
            found.reverse();
            found
        };
        let earlier = |id: u64, limit: usize| state.messages.range(..id).rev().take(limit).copied();
        let found: Vec<u64> = match (id("after"), id("around"), id("before")) {
            (Some(after), _, _) => later(after, limit),
            (_, Some(around), _) => later(around, limit / 2).into_iter().chain(earlier(around + 1, limit - limit / 2)).collect(),
            (_, _, before) => earlier(before.unwrap_or(u64::MAX), limit).collect(),
        };
        let hide = !self.reads_everything();
        let shown = found.iter().filter_map(|id| self.messages.get(id)).map(|stored| events::with_reference(self, stored, hide));
        Answer::ok(shown.collect())
    }
}

/// The intent without which nothing is told of messages.
pub(super) fn needed(guild: Option<u64>) -> u64 {
    if guild.is_some() { intent::GUILD_MESSAGES } else { intent::DIRECT_MESSAGES }
}
