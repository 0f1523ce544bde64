//! Making the commands that Discord knows those that the bot has, by difference: what is the same is left alone, for Discord grants two
//! hundred creations a day.

use std::time::Duration;

use serde_json::Value;
use serenity::all::{ApplicationId, CommandId, LightMethod};
use serenity::http::Route;
use tokio::time::Instant;

use super::rest::{Call, Failure, Rest};

/// How long registering may take.
const WITHIN: Duration = Duration::from_secs(60);
/// Fields that Discord adds to a command, or that it has set aside.
const ADDED: [&str; 9] = [
    "id",
    "application_id",
    "guild_id",
    "version",
    "dm_permission",
    "default_permission",
    "handler",
    "name_localized",
    "description_localized",
];

/// What became of the commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Registered {
    /// Were the same.
    pub unchanged: usize,
    /// Are new.
    pub created: usize,
    /// Were changed.
    pub changed: usize,
    /// Were removed.
    pub removed: usize,
}

/// What is to be done with one command.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Nothing.
    Keep,
    /// Make it.
    Create(Value),
    /// Change this one into it.
    Change(CommandId, Value),
    /// Take it away.
    Remove(CommandId),
}

/// What is to be done to get from the commands that are there to those that are wanted.
pub fn steps(wanted: &[Value], there: &[Value]) -> Vec<Step> {
    let key = |command: &Value| (command["name"].as_str().unwrap_or_default().to_owned(), command["type"].as_u64().unwrap_or(1));
    let id = |command: &Value| command["id"].as_str().and_then(|id| id.parse().ok());
    let kept = wanted.iter().map(|command| match there.iter().find(|other| key(other) == key(command)) {
        None => Step::Create(command.clone()),
        Some(other) if is_same(command, other) => Step::Keep,
        Some(other) => id(other).map_or_else(|| Step::Create(command.clone()), |id| Step::Change(id, changed(command, other))),
    });
    let removed = there
        .iter()
        .filter(|other| !wanted.iter().any(|command| key(command) == key(other)))
        .filter_map(|other| id(other).map(Step::Remove));
    kept.chain(removed).collect()
}

/// The body that makes a command the wanted one. Discord leaves as it is what a change does not name: what is not wanted any more is named.
fn changed(wanted: &Value, there: &Value) -> Value {
    let mut body = wanted.clone();
    let (Some(fields), Some(old)) = (body.as_object_mut(), there.as_object()) else { return body };
    for (name, value) in old {
        let stays = fields.contains_key(name) || ADDED.contains(&name.as_str()) || is_nothing(value);
        if !stays && !matches!(name.as_str(), "type" | "integration_types") {
            fields.insert(name.clone(), Value::Null);
        }
    }
    body
}

/// Whether Discord's command is the wanted one. What stands on one side only must be nothing: null, false, empty.
fn is_same(wanted: &Value, there: &Value) -> bool {
    match (wanted, there) {
        (Value::Object(a), Value::Object(b)) => {
            let nothing = Value::Null;
            let names = a.keys().chain(b.keys()).filter(|name| !ADDED.contains(&name.as_str()));
            names.into_iter().all(|name| {
                let (x, y) = (a.get(name), b.get(name));
                match (name.as_str(), x, y) {
                    // Left out, Discord fills in how the application may be installed and that a command is a slash command.
                    ("integration_types", None, _) => true,
                    ("type", None, Some(kind)) => kind == 1,
                    ("contexts" | "integration_types", Some(Value::Array(x)), Some(Value::Array(y))) => {
                        x.len() == y.len() && x.iter().all(|one| y.contains(one))
                    }
                    _ => is_same(x.unwrap_or(&nothing), y.unwrap_or(&nothing)),
                }
            })
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(x, y)| is_same(x, y)),
        (a, b) => a == b || (is_nothing(a) && is_nothing(b)),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

impl Rest {
    /// The commands that Discord has of this application.
    pub async fn commands(&self, application: ApplicationId) -> Result<Vec<Value>, Failure> {
        let call = Call::new(LightMethod::Get, Route::Commands { application_id: application }).param("with_localizations", &true);
        let there = self.json(&call, Instant::now() + WITHIN).await?;
        Ok(there.as_array().cloned().unwrap_or_default())
    }

    /// Makes Discord's commands the wanted ones.
    pub async fn register(&self, application: ApplicationId, wanted: &[Value]) -> Result<Registered, Failure> {
        let there = self.commands(application).await?;
        let by = Instant::now() + WITHIN;
        let mut registered = Registered::default();
        for step in steps(wanted, &there) {
            match step {
                Step::Keep => registered.unchanged += 1,
                Step::Create(command) => {
                    self.call(&Call::new(LightMethod::Post, Route::Commands { application_id: application }).json(&command)?, by).await?;
                    registered.created += 1;
                }
                Step::Change(command_id, command) => {
                    let route = Route::Command { application_id: application, command_id };
                    self.call(&Call::new(LightMethod::Patch, route).json(&command)?, by).await?;
                    registered.changed += 1;
                }
                Step::Remove(command_id) => {
                    let route = Route::Command { application_id: application, command_id };
                    self.call(&Call::new(LightMethod::Delete, route), by).await?;
                    registered.removed += 1;
                }
            }
        }
        Ok(registered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What Discord makes of a command.
    fn stored(command: &Value, id: &str) -> Value {
        let mut stored = command.clone();
        for (name, value) in [
            ("id", json!(id)),
            ("application_id", json!("1")),
            ("version", json!("7")),
            ("default_member_permissions", json!(null)),
            ("dm_permission", json!(true)),
            ("nsfw", json!(false)),
            ("integration_types", json!([0])),
            ("name_localizations", json!(null)),
        ] {
            stored[name] = value;
        }
        stored
    }

    fn ask() -> Value {
        json!({
            "name": "ask", "type": 1, "description": "Ask", "description_localizations": {"de": "Fragen"}, "contexts": [0, 1],
            "options": [{"type": 3, "name": "question", "description": "What", "required": true, "autocomplete": true}]
        })
    }

    #[test]
    fn what_is_the_same_is_left_alone() {
        let mut there = stored(&ask(), "5");
        there["contexts"] = json!([1, 0]);
        assert_eq!(steps(&[ask()], &[there]), [Step::Keep]);
    }

    #[test]
    fn every_difference_is_seen() {
        let id = CommandId::new(5);
        for (at, value) in [
            ("/description", json!("Asking")),
            ("/description_localizations/de", json!("Frage")),
            ("/description_localizations", json!({"de": "Fragen", "fr": "Demander"})),
            ("/contexts", json!([0])),
            ("/options/0/required", json!(false)),
            ("/options", json!([])),
            ("/default_member_permissions", json!("32")),
        ] {
            let mut there = stored(&ask(), "5");
            *there.pointer_mut(at).unwrap() = value;
            let mut body = ask();
            if at == "/default_member_permissions" {
                body["default_member_permissions"] = json!(null);
            }
            assert_eq!(steps(&[ask()], &[there]), [Step::Change(id, body)], "{at}");
        }
    }

    #[test]
    fn what_is_missing_is_made_and_what_is_not_ours_is_removed() {
        let old = json!({"id": "9", "name": "old", "type": 1, "description": "Old"});
        let same_name = json!({"id": "6", "name": "ask", "type": 3});
        let done = steps(&[ask()], &[old, same_name]);
        assert_eq!(done, [Step::Create(ask()), Step::Remove(CommandId::new(9)), Step::Remove(CommandId::new(6))]);
    }
}
