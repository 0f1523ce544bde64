//! Commands and choices: what the description and the model miss.

use std::collections::HashSet;

use serde_json::Value;

use super::{Breach, items, length, model, only};

/// Characters of a command with its options in all, at most.
const COMMAND: usize = 8000;
/// Choices, options, and choices of an autocomplete at most.
const CHOICES: usize = 25;

const KNOWN: &[&str] = &[
    "id",
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "options",
    "default_member_permissions",
    "dm_permission",
    "integration_types",
    "contexts",
    "nsfw",
    "handler",
];
const KNOWN_OF_OPTION: &[&str] = &[
    "type",
    "name",
    "name_localizations",
    "description",
    "description_localizations",
    "required",
    "choices",
    "options",
    "channel_types",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "autocomplete",
];

/// Checks a list of commands that takes the place of all.
pub(super) fn check_all(broken: &mut Vec<Breach>, body: &Value) {
    let mut names = HashSet::new();
    let mut slash = 0;
    let mut on_messages = 0;
    for command in body.as_array().into_iter().flatten() {
        check(broken, command);
        let kind = command["type"].as_u64().unwrap_or(1);
        slash += usize::from(kind == 1);
        on_messages += usize::from(kind == 3);
        if !names.insert((kind, command["name"].as_str())) {
            broken.push(Breach::new(format!("two commands with the name {}", command["name"])));
        }
    }
    if slash > 100 || on_messages > 15 {
        broken.push(Breach::new(format!("{slash} slash commands and {on_messages} on messages, 100 and 15 at most")));
    }
}

/// Checks a command.
pub(super) fn check(broken: &mut Vec<Breach>, command: &Value) {
    model::command(broken, command);
    let slash = command["type"].as_u64().unwrap_or(1) == 1;
    let within = if slash { 1..=100 } else { 0..=0 };
    if !within.contains(&length(&command["description"])) {
        let described = length(&command["description"]);
        broken.push(Breach::new(format!("the command {} with a description of {described} characters", command["name"])));
    }
    check_change(broken, command);
}

/// Checks what is to change of a command.
pub(super) fn check_change(broken: &mut Vec<Breach>, command: &Value) {
    only(broken, "a command", command, KNOWN);
    if let Some(name) = command["name"].as_str() {
        check_name(broken, "command", name, command["type"].as_u64().unwrap_or(1) == 1);
    }
    let characters = weight(command);
    if characters > COMMAND {
        broken.push(Breach::new(format!("the command {} of {characters} characters in all, {COMMAND} at most", command["name"])));
    }
    check_options(broken, command);
}

/// Characters that count for a command's total: of its longest language, of what is described and chosen.
fn weight(json: &Value) -> usize {
    let longest = |field: &str, localized: &str| {
        let others = json[localized].as_object().into_iter().flatten().map(|(_, text)| length(text));
        others.chain([length(&json[field])]).max().unwrap_or_default()
    };
    let own = longest("name", "name_localizations") + longest("description", "description_localizations") + length(&json["value"]);
    own + items(json, "options").chain(items(json, "choices")).map(weight).sum::<usize>()
}

fn check_options(broken: &mut Vec<Breach>, of: &Value) {
    if items(of, "options").count() > CHOICES {
        broken.push(Breach::new(format!("{} has more than {CHOICES} options", of["name"])));
    }
    let mut optional = false;
    let mut names = HashSet::new();
    for option in items(of, "options") {
        only(broken, "an option", option, KNOWN_OF_OPTION);
        let name = option["name"].as_str().unwrap_or_default();
        check_name(broken, "option", name, true);
        if !names.insert(name) {
            broken.push(Breach::new(format!("two options with the name {name:?}")));
        }
        if !(1..=100).contains(&length(&option["description"])) {
            broken.push(Breach::new(format!("the option {name:?} with a description of {} characters", length(&option["description"]))));
        }
        if option["required"] == true && optional {
            broken.push(Breach::new(format!("the required option {name:?} after an optional one")));
        }
        // A subcommand is not optional.
        optional |= option["required"] != true && !matches!(option["type"].as_u64(), Some(1 | 2));
        if option["autocomplete"] == true && items(option, "choices").next().is_some() {
            broken.push(Breach::new(format!("the option {name:?} completes itself and has choices")));
        }
        check_choices(broken, name, option);
        check_options(broken, option);
    }
}

/// Checks choices, of an option or of an autocomplete.
pub(super) fn check_choices(broken: &mut Vec<Breach>, of: &str, json: &Value) {
    if items(json, "choices").count() > CHOICES {
        broken.push(Breach::new(format!("{of}: more than {CHOICES} choices")));
    }
    for choice in items(json, "choices") {
        only(broken, "a choice", choice, &["name", "name_localizations", "value"]);
        if !(1..=100).contains(&length(&choice["name"])) {
            broken.push(Breach::new(format!("{of}: a choice with a name of {} characters", length(&choice["name"]))));
        }
        if length(&choice["value"]) > 100 {
            broken.push(Breach::new(format!("{of}: a choice with a value of {} characters, 100 at most", length(&choice["value"]))));
        }
        if !(choice["value"].is_string() || choice["value"].is_number()) {
            broken.push(Breach::new(format!("{of}: a choice with the value {}", choice["value"])));
        }
    }
}

/// Discord's pattern of names: letters, numbers, `-`, `_` and `'`, lower case where there is one.
fn check_name(broken: &mut Vec<Breach>, what: &str, name: &str, slash: bool) {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '\'') || (!slash && c == ' ');
    let lower = !slash || name.to_lowercase() == name;
    if !(1..=32).contains(&name.chars().count()) || !name.chars().all(fits) || !lower {
        broken.push(Breach::new(format!("{name:?} is no name for a{} {what}", if what == "option" { "n" } else { "" })));
    }
}
