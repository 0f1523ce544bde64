//! The same rules as an independent client has written them down: twilight's model of the API and its checks.

use serde_json::{Value, json};
use twilight_model::application::command::Command;
use twilight_model::channel::message::{Component, Embed};
use twilight_validate::command::CommandValidationErrorType;
use twilight_validate::{command, message};

use super::Breach;

/// Checks what a message says.
pub(super) fn message(broken: &mut Vec<Breach>, body: &Value, v2: bool) {
    let mut report = |what: &str, problem: String| broken.push(Breach::new(format!("{what}: {problem}")));
    if let Some(content) = body["content"].as_str()
        && let Err(error) = message::content(content)
    {
        report("content", error.to_string());
    }
    match embeds(&body["embeds"]) {
        Ok(embeds) => {
            if let Err(error) = message::embeds(&embeds) {
                report("embeds", error.to_string());
            }
        }
        Err(error) => report("embeds", error.to_string()),
    }
    match serde_json::from_value::<Option<Vec<Component>>>(body["components"].clone()) {
        Ok(components) => {
            if let Err(error) = message::components(&components.unwrap_or_default(), v2) {
                report("components", error.to_string());
            }
        }
        Err(error) => report("components", error.to_string()),
    }
}

fn embeds(json: &Value) -> Result<Vec<Embed>, serde_json::Error> {
    let mut list = json.as_array().cloned().unwrap_or_default();
    for embed in list.iter_mut().filter(|embed| embed.is_object()) {
        // Discord fills these in.
        embed["type"] = json!("rich");
        for field in embed["fields"].as_array_mut().into_iter().flatten().filter(|field| field.is_object()) {
            if field["inline"].is_null() {
                field["inline"] = json!(false);
            }
        }
        if embed["fields"].is_null() {
            embed["fields"] = json!([]);
        }
    }
    serde_json::from_value(Value::Array(list))
}

/// Checks a command.
pub(super) fn command(broken: &mut Vec<Breach>, body: &Value) {
    let mut body = body.clone();
    for (field, value) in [("type", json!(1)), ("description", json!("")), ("version", json!("1"))] {
        if body[field].is_null() {
            body[field] = value;
        }
    }
    let command = match serde_json::from_value::<Command>(body) {
        Ok(command) => command,
        Err(error) => {
            broken.push(Breach::new(format!("a command: {error}")));
            return;
        }
    };
    let mut report = |error: &dyn std::fmt::Display| broken.push(Breach::new(format!("the command {:?}: {error}", command.name)));
    match command::command(&command) {
        // Its figure, 4000, is older than Discord's.
        Err(error) if matches!(error.kind(), CommandValidationErrorType::CommandTooLarge { .. }) => {}
        Err(error) => report(&error),
        Ok(()) => {}
    }
    if let Err(error) = command::options(&command.options) {
        report(&error);
    }
}
