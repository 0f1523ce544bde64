//! Interactions as Discord keeps them: answered once, in time, and edited by their token.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::files::Wanted;
use super::handles::{Channel, User};
use super::messages::{Draft, flag};
use super::rest::Answer;
use super::world::World;
use super::{APPLICATION_ID, BOT_ID, events};

/// How long a first response may take.
const FIRST: Duration = Duration::from_secs(3);
/// How long a token is good for after that.
const TOKEN: Duration = Duration::from_secs(15 * 60);

/// Types of interactions.
pub(super) mod deed {
    pub(crate) const COMMAND: u64 = 2;
    pub(crate) const COMPONENT: u64 = 3;
    pub(crate) const AUTOCOMPLETE: u64 = 4;
    pub(crate) const MODAL: u64 = 5;
}

/// Types of first responses.
pub(super) mod first {
    pub(crate) const MESSAGE: u64 = 4;
    pub(crate) const DEFERRED: u64 = 5;
    pub(crate) const DEFERRED_UPDATE: u64 = 6;
    pub(crate) const UPDATE: u64 = 7;
    pub(crate) const CHOICES: u64 = 8;
    pub(crate) const MODAL: u64 = 9;
}

/// An interaction and what became of it.
pub(super) struct Talk {
    pub(super) id: u64,
    pub(super) kind: u64,
    pub(super) user: User,
    pub(super) channel: Channel,
    pub(super) since: Instant,
    /// The name of the command, and its type.
    pub(super) command: Option<(String, u64)>,
    /// The message whose component was used.
    pub(super) on: Option<u64>,
    /// Type and data of the first response.
    pub(super) first: Option<(u64, Value)>,
    /// The message that `@original` means.
    pub(super) original: Option<u64>,
    /// Deferred, and nothing came yet.
    pub(super) waiting: bool,
    pub(super) followups: Vec<u64>,
}

impl World {
    /// The first response to an interaction.
    pub(super) fn first_response(&mut self, id: u64, token: &str, sent: Wanted<'_>, with_response: bool) -> Answer {
        let now = self.now();
        let chosen = sent.body["type"].as_u64().unwrap_or_default();
        let Some(talk) = self.talks.get(token).filter(|talk| talk.id == id) else {
            return Answer::error(404, 10062, "Unknown interaction");
        };
        if let Some((earlier, _)) = talk.first {
            // A second attempt at the same is no mistake; a form that comes too late is one.
            if chosen == first::MODAL && earlier != first::MODAL {
                self.violate(format!("a form after a response of type {earlier}, which nobody will see"));
            }
            return Answer::error(400, 40060, "Interaction has already been acknowledged.");
        }
        if now.duration_since(talk.since) > FIRST {
            return Answer::error(404, 10062, "Unknown interaction");
        }
        let fitting: &[u64] = match talk.kind {
            deed::AUTOCOMPLETE => &[first::CHOICES],
            deed::MODAL if talk.on.is_some() => &[first::MESSAGE, first::DEFERRED, first::DEFERRED_UPDATE, first::UPDATE],
            deed::MODAL => &[first::MESSAGE, first::DEFERRED],
            deed::COMPONENT => &[first::MESSAGE, first::DEFERRED, first::DEFERRED_UPDATE, first::UPDATE, first::MODAL],
            _ => &[first::MESSAGE, first::DEFERRED, first::MODAL],
        };
        if !fitting.contains(&chosen) {
            let kind = talk.kind;
            self.violate(format!("a response of type {chosen} to an interaction of type {kind}"));
            return Answer::invalid(
                "type",
                "INTERACTION_APPLICATION_COMMAND_INVALID_TYPE",
                "The specified interaction response type is invalid.",
            );
        }
        let (kind, on) = (talk.kind, talk.on);
        let data = sent.body["data"].clone();
        let wanted = Wanted { body: &data, files: sent.files };
        let done = match chosen {
            first::MESSAGE => self.post_response(token, wanted, 0, None),
            first::DEFERRED => {
                let body = &json!({"flags": data["flags"]});
                self.post_response(token, Wanted { body, files: &[] }, flag::LOADING, None)
            }
            first::DEFERRED_UPDATE => Ok(on),
            first::UPDATE => on.map_or(Ok(None), |on| self.rewrite(on, wanted).map(|()| Some(on))),
            _ => Ok(None),
        };
        let original = match done {
            Ok(original) => original,
            Err(refused) => return refused,
        };
        self.counts.responses += 1;
        if let Some(talk) = self.talks.get_mut(token) {
            talk.first = Some((chosen, data));
            talk.original = original;
            talk.waiting = chosen == first::DEFERRED;
        }
        if !with_response {
            return Answer::empty(204);
        }
        let message = original.and_then(|id| self.messages.get(&id)).map(|stored| stored.json.clone());
        let mut answer =
            json!({"interaction": {"id": id.to_string(), "type": kind, "response_message_id": original.map(|id| id.to_string())}});
        answer["resource"] = json!({"type": chosen, "message": message});
        Answer::ok(answer)
    }

    /// Posts a message that responds to an interaction.
    fn post_response(&mut self, token: &str, wanted: Wanted<'_>, state: u64, reply_to: Option<u64>) -> Result<Option<u64>, Answer> {
        let files = self.attach(Vec::new(), wanted)?;
        let data = wanted.body;
        let Some(talk) = self.talks.get(token) else { return Ok(None) };
        let (interaction, kind, channel, user) = (talk.id, talk.kind, talk.channel.id, talk.user.clone());
        let only_for = (data["flags"].as_u64().unwrap_or_default() & flag::EPHEMERAL != 0).then_some(user.id);
        let mut more = json!({
            "application_id": APPLICATION_ID.to_string(), "webhook_id": APPLICATION_ID.to_string(),
            "flags": data["flags"].as_u64().unwrap_or_default() | state,
            "interaction_metadata": {
                "id": interaction.to_string(), "type": kind, "user": events::user(&user), "authorizing_integration_owners": {},
            },
        });
        if let Some((name, kind)) = &talk.command {
            more["type"] = json!(if *kind == 1 { 20 } else { 23 });
            more["interaction"] = json!({"id": interaction.to_string(), "type": 2, "name": name, "user": events::user(&user)});
        }
        // A form says what opened it: a command, or a component and the message that it stands on.
        if kind == deed::MODAL {
            let opened_by = if talk.on.is_some() { deed::COMPONENT } else { deed::COMMAND };
            let opened = json!({"id": interaction.to_string(), "type": opened_by, "user": events::user(&user), "authorizing_integration_owners": {}});
            more["interaction_metadata"]["triggering_interaction_metadata"] = opened;
        }
        if let Some(on) = talk.on {
            let about = match kind {
                deed::MODAL => &mut more["interaction_metadata"]["triggering_interaction_metadata"],
                _ => &mut more["interaction_metadata"],
            };
            about["interacted_message_id"] = json!(on.to_string());
        }
        if reply_to.is_some() {
            more["type"] = json!(19);
        }
        let mentions = self.pinged(data, None);
        let body = data.clone();
        let draft = Draft { channel, author: BOT_ID, body, files, reply_to, mentions, more, only_for, response: true, nonce: None };
        let id = self.make(draft);
        self.counts.posted += 1;
        self.announce("MESSAGE_CREATE", id);
        Ok(Some(id))
    }

    /// Whether a token may be used to write more.
    fn answered(&self, token: &str) -> Result<&Talk, Answer> {
        match self.talks.get(token) {
            Some(talk) if talk.first.is_some() && self.now().duration_since(talk.since) > TOKEN => {
                Err(Answer::error(401, 50027, "Invalid Webhook Token"))
            }
            Some(talk) if talk.first.is_some() => Ok(talk),
            _ => Err(Answer::error(404, 10015, "Unknown Webhook")),
        }
    }

    /// A further message to an interaction. The first one after a deferral takes the place of "is thinking".
    pub(super) fn follow_up(&mut self, token: &str, wanted: Wanted<'_>) -> Answer {
        let (waiting, original) = match self.answered(token) {
            Ok(talk) => (talk.waiting, talk.original),
            Err(refused) => return refused,
        };
        if waiting {
            return self.response_route(token, None, "PATCH", wanted);
        }
        let id = match self.post_response(token, wanted, 0, original) {
            Ok(Some(id)) => id,
            Ok(None) => return Answer::error(404, 10015, "Unknown Webhook"),
            Err(refused) => return refused,
        };
        if let Some(talk) = self.talks.get_mut(token) {
            talk.followups.push(id);
        }
        self.shown(id)
    }

    /// Reads, changes or deletes the original response, or one that followed.
    pub(super) fn response_route(&mut self, token: &str, which: Option<u64>, method: &str, wanted: Wanted<'_>) -> Answer {
        let talk = match self.answered(token) {
            Ok(talk) => talk,
            Err(refused) => return refused,
        };
        let id = match which {
            None => talk.original,
            Some(id) => Some(id).filter(|id| talk.original == Some(*id) || talk.followups.contains(id)),
        };
        let original = id == talk.original;
        let Some(id) = id.filter(|id| self.messages.contains_key(id)) else { return Answer::error(404, 10008, "Unknown Message") };
        match method {
            "GET" => self.shown(id),
            "DELETE" => {
                self.remove(id);
                self.counts.deleted += 1;
                self.settle(token, original);
                Answer::empty(204)
            }
            _ => match self.rewrite(id, wanted) {
                Ok(()) => {
                    self.settle(token, original);
                    self.shown(id)
                }
                Err(refused) => refused,
            },
        }
    }

    fn settle(&mut self, token: &str, original: bool) {
        if let Some(talk) = self.talks.get_mut(token).filter(|_| original) {
            talk.waiting = false;
        }
    }

    fn shown(&self, id: u64) -> Answer {
        Answer::ok(self.messages.get(&id).map_or(Value::Null, |stored| events::with_reference(self, stored, false)))
    }
}
