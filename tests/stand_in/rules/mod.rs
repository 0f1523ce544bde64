//! Whether a request may stand: Discord's description of its API, an independent model of it, what both miss, and this bot's own rules.

mod commands;
mod house;
mod message;
mod model;
mod schema;

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;

use super::rest::{Answer, Call};

/// Bytes of a request at most (Discord, resources/message), and of each file in it without anybody's paying for more.
pub(super) const REQUEST: usize = 25 << 20;
const FILE: usize = 10 << 20;
/// Discord's code for what is larger.
const TOO_LARGE: u64 = 40005;

/// A rule that a request breaks.
#[derive(Debug)]
pub(super) struct Breach {
    /// What is wrong.
    pub(super) text: Cow<'static, str>,
    /// Discord's code for it.
    code: u64,
}

impl Breach {
    /// A body that is not of the right form.
    pub(super) fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), code: 50035 }
    }

    /// A request, or a file, that is too large.
    pub(super) fn too_large(text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), code: TOO_LARGE }
    }

    /// A message without anything in it.
    fn empty() -> Self {
        Self { text: "an empty message".into(), code: 50006 }
    }
}

/// What a request that breaks rules is answered.
pub(super) fn refusal(broken: &[Breach]) -> Option<Answer> {
    let first = broken.first()?;
    if broken.iter().any(|breach| breach.code == 50006) {
        return Some(Answer::error(400, 50006, "Cannot send an empty message"));
    }
    if broken.iter().any(|breach| breach.code == TOO_LARGE) {
        return Some(Answer::error(413, TOO_LARGE, "Request entity too large"));
    }
    let texts: Vec<&str> = broken.iter().take(3).map(|breach| breach.text.as_ref()).collect();
    let mut answer = Answer::invalid("", "INVALID", &texts.join("; "));
    answer.body["code"] = first.code.into();
    Some(answer)
}

/// What a message is for; each use has fields of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Post,
    Edit,
    FollowUp,
    EditResponse,
    Response,
    Update,
}

impl Use {
    /// Whether it changes a message that is there already.
    fn changes(self) -> bool {
        matches!(self, Use::Edit | Use::EditResponse | Use::Update)
    }
}

/// Every rule that a request breaks.
pub(super) fn check(call: &Call, template: &str) -> Vec<Breach> {
    // The model panics at what is newer than it is, and a connection that ends would look like a fault of the bot.
    let found = catch_unwind(AssertUnwindSafe(|| examine(call, template)));
    found.unwrap_or_else(|_| vec![Breach::new("the rules themselves failed at this")])
}

fn examine(call: &Call, template: &str) -> Vec<Breach> {
    let method = call.method.as_str();
    let (body, files) = (&call.body, call.files.len());
    let mut broken = schema::check(method, template, body);
    for file in call.files.iter().map(|upload| &upload.file).filter(|file| file.bytes.len() > FILE) {
        broken.push(Breach::too_large(format!("the file {:?} of {} bytes, {FILE} at most", file.name, file.bytes.len())));
    }
    match (method, template) {
        ("POST", "/channels/{channel_id}/messages") => message::check(&mut broken, Use::Post, body, files),
        ("PATCH", "/channels/{channel_id}/messages/{message_id}") => message::check(&mut broken, Use::Edit, body, files),
        ("POST", "/webhooks/{webhook_id}/{webhook_token}") => message::check(&mut broken, Use::FollowUp, body, files),
        ("PATCH", path) if path.starts_with("/webhooks/") => message::check(&mut broken, Use::EditResponse, body, files),
        ("POST", path) if path.starts_with("/interactions/") => response(&mut broken, body, files),
        ("PUT", path) if path.ends_with("/commands") => commands::check_all(&mut broken, body),
        ("POST", path) if path.ends_with("/commands") => commands::check(&mut broken, body),
        ("PATCH", path) if path.ends_with("/commands/{command_id}") => commands::check_change(&mut broken, body),
        _ => {}
    }
    let takes_files = template.contains("/messages") || template.starts_with("/webhooks/") || matches!(body["type"].as_u64(), Some(4 | 7));
    if files > 0 && !takes_files {
        broken.push(Breach::new("files with a request that makes no message"));
    }
    broken
}

/// Checks a first response to an interaction.
fn response(broken: &mut Vec<Breach>, body: &Value, files: usize) {
    only(broken, "a response", body, &["type", "data"]);
    let data = &body["data"];
    match body["type"].as_u64() {
        Some(4) => message::check(broken, Use::Response, data, files),
        Some(7) => message::check(broken, Use::Update, data, files),
        Some(5) => {
            // What a deferral says is thrown away, which is worse than an error.
            let says = |name: &str| data[name].as_str().is_some_and(|text| !text.is_empty());
            let holds = |name: &str| data[name].as_array().is_some_and(|list| !list.is_empty());
            if says("content") || holds("embeds") || holds("components") {
                broken.push(Breach::new("a deferral says something, and nobody will see it"));
            }
            if data["flags"].as_u64().unwrap_or_default() & !message::EPHEMERAL != 0 {
                broken.push(Breach::new("a deferral has flags other than EPHEMERAL"));
            }
        }
        Some(8) => commands::check_choices(broken, "autocomplete", data),
        Some(9) => message::check_form(broken, data),
        _ => {}
    }
}

/// Reports fields that Discord does not know.
fn only(broken: &mut Vec<Breach>, what: &str, json: &Value, known: &[&str]) {
    for field in json.as_object().into_iter().flat_map(|fields| fields.keys()) {
        if !known.contains(&field.as_str()) {
            broken.push(Breach::new(format!("{what} has an unknown field {field:?}")));
        }
    }
}

/// Items of a list; none where there is no list.
fn items<'a>(json: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    json[name].as_array().into_iter().flatten()
}

/// Characters as Discord counts them.
fn length(json: &Value) -> usize {
    json.as_str().map_or(0, |text| text.chars().count())
}
