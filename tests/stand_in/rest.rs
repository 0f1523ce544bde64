//! The routes of the HTTP API: which there are, who may use them, and what each does.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::files::{Upload, Wanted};
use super::handles::Request;
use super::world::{World, permission};
use super::{APPLICATION_ID, BOT_ID, events};

/// A request, read.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) authorization: Option<String>,
    pub(super) body: Value,
    /// The files that came with the body.
    pub(super) files: Vec<Upload>,
    pub(super) at: Instant,
}

impl Call {
    /// What it wants a message to be.
    fn wanted(&self) -> Wanted<'_> {
        Wanted { body: &self.body, files: &self.files }
    }

    /// A value of the query.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        self.query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }

    /// What a test reads of it.
    pub(super) fn into_request(self, status: u16) -> Request {
        let Self { method, path, query, body, at, .. } = self;
        Request { method, path, query, body, at, status }
    }
}

/// An answer.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) html: bool,
}

impl Answer {
    /// 200 with a body.
    pub(super) fn ok(body: Value) -> Self {
        Self { status: 200, body, ..Self::default() }
    }

    /// A status without a body.
    pub(super) fn empty(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// An error as Discord writes it.
    pub(super) fn error(status: u16, code: u64, message: &str) -> Self {
        Self { status, body: json!({"message": message, "code": code}), ..Self::default() }
    }

    /// "Invalid Form Body", with what is wrong.
    pub(super) fn invalid(field: &str, code: &str, message: &str) -> Self {
        let mut answer = Self::error(400, 50035, "Invalid Form Body");
        let errors = json!({"_errors": [{"code": code, "message": message}]});
        answer.body["errors"] = if field.is_empty() { errors } else { json!({ field: errors }) };
        answer
    }

    /// What a proxy in front of Discord says.
    pub(super) fn html(status: u16) -> Self {
        Self { status, html: true, ..Self::default() }
    }

    /// 429.
    pub(super) fn limited(after: Duration, global: bool) -> Self {
        let seconds = after.as_secs_f64();
        let mut headers = vec![("retry-after", after.as_secs_f64().ceil().to_string())];
        headers.push(("x-ratelimit-scope", if global { "global" } else { "user" }.to_owned()));
        if global {
            headers.push(("x-ratelimit-global", "true".to_owned()));
        } else {
            let reset = std::time::SystemTime::now() + after;
            let reset = reset.duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
            headers.push(("x-ratelimit-limit", "5".to_owned()));
            headers.push(("x-ratelimit-remaining", "0".to_owned()));
            headers.push(("x-ratelimit-reset", format!("{reset:.3}")));
            headers.push(("x-ratelimit-reset-after", format!("{seconds:.3}")));
            headers.push(("x-ratelimit-bucket", "stand-in".to_owned()));
        }
        let body = json!({"message": "You are being rate limited.", "retry_after": seconds, "global": global});
        Self { status: 429, body, headers, html: false }
    }
}

/// A route. Commands are of a guild or of all.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Route {
    Gateway,
    GatewayBot,
    Me,
    MyGuilds,
    MyChannels,
    Application,
    Commands(Option<u64>),
    Command(Option<u64>, u64),
    Channel(u64),
    Typing(u64),
    Messages(u64),
    Message(u64, u64),
    Callback(u64, String),
    Webhook(String),
    Original(String),
    Followup(String, u64),
}

/// The route of a path, and how Discord's description of its API writes it.
pub(super) fn find(method: &str, path: &str) -> Option<(Route, &'static str)> {
    let number = |text: &str| text.parse::<u64>().ok();
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let (methods, route, template) = match segments.as_slice() {
        ["gateway"] => ("GET", Route::Gateway, "/gateway"),
        ["gateway", "bot"] => ("GET", Route::GatewayBot, "/gateway/bot"),
        ["users", "@me"] => ("GET", Route::Me, "/users/@me"),
        ["users", "@me", "guilds"] => ("GET", Route::MyGuilds, "/users/@me/guilds"),
        ["users", "@me", "channels"] => ("POST", Route::MyChannels, "/users/@me/channels"),
        ["applications", "@me"] => ("GET", Route::Application, "/applications/@me"),
        ["oauth2", "applications", "@me"] => ("GET", Route::Application, "/oauth2/applications/@me"),
        ["applications", _, "commands"] => ("GET POST PUT", Route::Commands(None), "/applications/{application_id}/commands"),
        ["applications", _, "commands", id] => {
            ("GET PATCH DELETE", Route::Command(None, number(id)?), "/applications/{application_id}/commands/{command_id}")
        }
        ["applications", _, "guilds", guild, "commands"] => {
            ("GET POST PUT", Route::Commands(Some(number(guild)?)), "/applications/{application_id}/guilds/{guild_id}/commands")
        }
        ["applications", _, "guilds", guild, "commands", id] => {
            let template = "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}";
            ("GET PATCH DELETE", Route::Command(Some(number(guild)?), number(id)?), template)
        }
        ["channels", id] => ("GET", Route::Channel(number(id)?), "/channels/{channel_id}"),
        ["channels", id, "typing"] => ("POST", Route::Typing(number(id)?), "/channels/{channel_id}/typing"),
        ["channels", id, "messages"] => ("GET POST", Route::Messages(number(id)?), "/channels/{channel_id}/messages"),
        ["channels", channel, "messages", id] => {
            ("GET PATCH DELETE", Route::Message(number(channel)?, number(id)?), "/channels/{channel_id}/messages/{message_id}")
        }
        ["interactions", id, token, "callback"] => {
            let template = "/interactions/{interaction_id}/{interaction_token}/callback";
            ("POST", Route::Callback(number(id)?, (*token).to_owned()), template)
        }
        ["webhooks", _, token] => ("POST", Route::Webhook((*token).to_owned()), "/webhooks/{webhook_id}/{webhook_token}"),
        ["webhooks", _, token, "messages", "@original"] => {
            let template = "/webhooks/{webhook_id}/{webhook_token}/messages/@original";
            ("GET PATCH DELETE", Route::Original((*token).to_owned()), template)
        }
        ["webhooks", _, token, "messages", id] => {
            let template = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}";
            ("GET PATCH DELETE", Route::Followup((*token).to_owned(), number(id)?), template)
        }
        _ => return None,
    };
    methods.split(' ').any(|one| one == method).then_some((route, template))
}

impl World {
    /// Does what a request asks for.
    pub(super) fn answer(&mut self, route: &Route, call: &Call) -> Answer {
        // Discord wants no token here; and were it refused, serenity would go to Discord itself.
        if *route == Route::Gateway {
            return Answer::ok(json!({"url": self.gateway_url()}));
        }
        // An interaction's token is all that its routes ask for.
        let by_token = matches!(route, Route::Callback(..) | Route::Webhook(_) | Route::Original(_) | Route::Followup(..));
        if !by_token && call.authorization.as_deref().and_then(|value| value.strip_prefix("Bot ")) != Some(&self.options.token) {
            self.violate(format!("{} {}: without the bot's token", call.method, call.path));
            return Answer::error(401, 0, "401: Unauthorized");
        }
        let ours = |at: usize| call.path.trim_matches('/').split('/').nth(at) == Some(&APPLICATION_ID.to_string());
        let names_application =
            matches!(route, Route::Commands(_) | Route::Command(..)) || (by_token && !matches!(route, Route::Callback(..)));
        if names_application && !ours(1) {
            self.violate(format!("{} {}: another application", call.method, call.path));
            return Answer::error(404, 10002, "Unknown Application");
        }
        match (route, call.method.as_str()) {
            (Route::Gateway | Route::GatewayBot, _) => Answer::ok(json!({
                "url": self.gateway_url(), "shards": self.options.shards,
                "session_start_limit": {
                    "total": 1000, "remaining": 1000_u64.saturating_sub(self.counts.identifies), "reset_after": 86_400_000,
                    "max_concurrency": self.options.max_concurrency,
                },
            })),
            (Route::Me, _) => {
                let mut me = json!(self.people.get(&BOT_ID).map(events::user));
                for (field, value) in [("mfa_enabled", json!(true)), ("verified", json!(true)), ("email", Value::Null), ("flags", json!(0))]
                {
                    me[field] = value;
                }
                Answer::ok(me)
            }
            (Route::MyGuilds, _) => Answer::ok(self.my_guilds(call)),
            (Route::MyChannels, _) => self.open_dm(&call.body),
            (Route::Application, _) => Answer::ok(self.application()),
            (Route::Commands(guild), method) => self.commands_route(*guild, method, &call.body),
            (Route::Command(guild, id), method) => self.command_route(*guild, *id, method, &call.body),
            (Route::Channel(id), _) => match self.channels.get(id) {
                Some(state) if state.permissions & permission::VIEW == 0 && state.guild.is_some() => {
                    Answer::error(403, 50001, "Missing Access")
                }
                Some(state) => Answer::ok(events::channel(self, *id, state)),
                None => Answer::error(404, 10003, "Unknown Channel"),
            },
            (Route::Typing(channel), _) => self.typing(*channel),
            (Route::Messages(channel), "GET") => self.list_messages(*channel, call),
            (Route::Messages(channel), _) => self.post_message(*channel, call.wanted()),
            (Route::Message(channel, id), "GET") => self.get_message(*channel, *id),
            (Route::Message(channel, id), "PATCH") => self.patch_message(*channel, *id, call.wanted()),
            (Route::Message(channel, id), _) => self.delete_message(*channel, *id),
            (Route::Callback(id, token), _) => self.first_response(*id, token, call.wanted(), call.asked("with_response") == Some("true")),
            (Route::Webhook(token), _) => self.follow_up(token, call.wanted()),
            (Route::Original(token), method) => self.response_route(token, None, method, call.wanted()),
            (Route::Followup(token, id), method) => self.response_route(token, Some(*id), method, call.wanted()),
        }
    }

    fn my_guilds(&self, call: &Call) -> Value {
        let after = call.asked("after").and_then(|id| id.parse::<u64>().ok()).unwrap_or_default();
        let limit = call.asked("limit").and_then(|limit| limit.parse::<usize>().ok()).unwrap_or(200);
        let guilds = self.guilds.range(after + 1..).take(limit);
        guilds
            .map(|(id, guild)| {
                json!({
                    "id": id.to_string(), "name": guild.name, "icon": null, "banner": null, "owner": false, "features": [],
                    "permissions": self.options.granted.to_string(),
                })
            })
            .collect()
    }

    fn open_dm(&mut self, body: &Value) -> Answer {
        let person = body["recipient_id"].as_str().and_then(|id| id.parse::<u64>().ok()).or_else(|| body["recipient_id"].as_u64());
        let Some(person) = person.filter(|id| *id != BOT_ID && self.people.contains_key(id)) else {
            return Answer::error(400, 50033, "Invalid Recipient(s)");
        };
        let channel = self.dm(person);
        // Whoever opens it means to write there.
        self.expect_posts(channel.id);
        Answer::ok(self.channels.get(&channel.id).map_or(Value::Null, |state| events::channel(self, channel.id, state)))
    }
}
