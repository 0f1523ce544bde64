//! Messages and forms: what the description and the model miss.

use std::collections::HashSet;

use serde_json::Value;

use super::{Breach, Use, house, items, length, model, only};

/// The flag of a response that only one person sees.
pub(super) const EPHEMERAL: u64 = 1 << 6;
const SUPPRESS_EMBEDS: u64 = 1 << 2;
const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;
const COMPONENTS_V2: u64 = 1 << 15;

/// Characters of a message at most, and of all its embeds.
const CONTENT: usize = 2000;
const EMBEDS: usize = 6000;

const SAID: &[&str] = &["content", "embeds", "allowed_mentions", "components", "attachments", "flags"];
const POSTED: &[&str] = &["tts", "poll", "nonce", "enforce_nonce", "message_reference", "sticker_ids", "shared_client_theme"];
const SENT_BY_WEBHOOK: &[&str] = &["tts", "poll", "username", "avatar_url", "thread_name", "applied_tags"];
const RESPONDED: &[&str] = &["tts", "poll"];

/// Checks a message that comes with so many files.
pub(super) fn check(broken: &mut Vec<Breach>, how: Use, body: &Value, files: usize) {
    let more = match how {
        Use::Post => POSTED,
        Use::FollowUp => SENT_BY_WEBHOOK,
        Use::Response | Use::Update => RESPONDED,
        Use::Edit | Use::EditResponse => &["poll"],
    };
    only(broken, "the message", body, &[SAID, more].concat());
    let flags = body["flags"].as_u64().unwrap_or_default();
    model::message(broken, body, flags & COMPONENTS_V2 != 0);
    if length(&body["content"]) > CONTENT {
        broken.push(Breach::new(format!("content of {} characters, {CONTENT} at most", length(&body["content"]))));
    }
    check_embeds(broken, body);
    check_components(broken, body);
    check_mentions(broken, &body["allowed_mentions"]);
    only(broken, "message_reference", &body["message_reference"], &["type", "message_id", "channel_id", "guild_id", "fail_if_not_exists"]);
    if body["enforce_nonce"] == true && body["nonce"].is_null() {
        broken.push(Breach::new("enforce_nonce without a nonce enforces nothing"));
    }
    let ephemeral = if matches!(how, Use::FollowUp | Use::Response) { EPHEMERAL } else { 0 };
    let known = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2 | ephemeral;
    if flags & !known != 0 {
        broken.push(Breach::new(format!("flags {flags} hold what cannot be set here")));
    }
    let none = |name: &str| items(body, name).next().is_none();
    let silent = body["content"].as_str().unwrap_or_default().trim().is_empty();
    let lists = ["embeds", "components", "sticker_ids"];
    if !how.changes() && silent && files == 0 && body["poll"].is_null() && lists.iter().all(|list| none(list)) {
        broken.push(Breach::empty());
    }
    for attachment in items(body, "attachments") {
        only(broken, "an attachment", attachment, &["id", "filename", "description", "title", "is_spoiler"]);
    }
    house::check(broken, body);
}

fn check_embeds(broken: &mut Vec<Breach>, body: &Value) {
    let mut characters = 0;
    for embed in items(body, "embeds") {
        let known = &[
            "title",
            "type",
            "description",
            "url",
            "timestamp",
            "color",
            "footer",
            "image",
            "thumbnail",
            "video",
            "provider",
            "author",
            "fields",
        ];
        only(broken, "an embed", embed, known);
        only(broken, "an embed's footer", &embed["footer"], &["text", "icon_url"]);
        only(broken, "an embed's author", &embed["author"], &["name", "url", "icon_url"]);
        for field in items(embed, "fields") {
            only(broken, "an embed's field", field, &["name", "value", "inline"]);
            if length(&field["name"]) == 0 || length(&field["value"]) == 0 {
                broken.push(Breach::new("an embed's field without name or value"));
            }
            characters += length(&field["name"]) + length(&field["value"]);
        }
        characters += length(&embed["title"]) + length(&embed["description"]);
        characters += length(&embed["footer"]["text"]) + length(&embed["author"]["name"]);
    }
    if characters > EMBEDS {
        broken.push(Breach::new(format!("embeds of {characters} characters in all, {EMBEDS} at most")));
    }
}

fn check_components(broken: &mut Vec<Breach>, body: &Value) {
    let mut ids = HashSet::new();
    for row in items(body, "components") {
        check_component(broken, row, &mut ids);
        for component in items(row, "components") {
            check_component(broken, component, &mut ids);
        }
    }
}

fn check_component<'a>(broken: &mut Vec<Breach>, component: &'a Value, ids: &mut HashSet<&'a str>) {
    if let Some(id) = component["custom_id"].as_str()
        && !ids.insert(id)
    {
        broken.push(Breach::new(format!("two components with the custom_id {id:?}")));
    }
    let given = |name: &str| component[name].as_str().is_some_and(|text| !text.is_empty());
    match component["type"].as_u64() {
        Some(1) => only(broken, "an action row", component, &["type", "id", "components"]),
        Some(2) => {
            let known = ["type", "id", "style", "label", "emoji", "custom_id", "sku_id", "url", "disabled"];
            only(broken, "a button", component, &known);
            let (link, premium) = (component["style"] == 5, component["style"] == 6);
            if !link && !premium && !given("custom_id") {
                broken.push(Breach::new("a button without custom_id"));
            }
            if link != given("url") || (link && given("custom_id")) {
                broken.push(Breach::new("a link button has a url and no custom_id, others have no url"));
            }
            if !premium && !given("label") && component["emoji"].is_null() {
                broken.push(Breach::new("a button without label or emoji"));
            }
        }
        Some(3) => {
            let known = ["type", "id", "custom_id", "options", "placeholder", "min_values", "max_values", "disabled", "required"];
            only(broken, "a select", component, &known);
            let mut values = HashSet::new();
            for option in items(component, "options") {
                only(broken, "an option", option, &["label", "value", "description", "emoji", "default"]);
                if option["value"].as_str().is_some_and(|value| !values.insert(value)) {
                    broken.push(Breach::new(format!("two options of a select with the value {}", option["value"])));
                }
            }
        }
        _ => {}
    }
}

fn check_mentions(broken: &mut Vec<Breach>, allowed: &Value) {
    only(broken, "allowed_mentions", allowed, &["parse", "users", "roles", "replied_user"]);
    for list in ["users", "roles"] {
        let parses = items(allowed, "parse").any(|kind| kind == list);
        if parses && items(allowed, list).next().is_some() {
            broken.push(Breach::new(format!("allowed_mentions parses {list} and names {list}, which exclude each other")));
        }
    }
}

/// Checks a form.
pub(super) fn check_form(broken: &mut Vec<Breach>, form: &Value) {
    only(broken, "a form", form, &["custom_id", "title", "components"]);
    let within = |broken: &mut Vec<Breach>, what: &str, json: &Value, least: usize, most: usize| {
        if !(least..=most).contains(&length(json)) {
            broken.push(Breach::new(format!("{what} of {} characters, {least} to {most} are allowed", length(json))));
        }
    };
    within(broken, "a form's custom_id", &form["custom_id"], 1, 100);
    within(broken, "a form's title", &form["title"], 1, 45);
    let rows = items(form, "components").count();
    if !(1..=5).contains(&rows) {
        broken.push(Breach::new(format!("a form of {rows} components, 1 to 5 are allowed")));
    }
    for row in items(form, "components") {
        let inputs = items(row, "components").count();
        if row["type"] != 1 || inputs != 1 || row["components"][0]["type"] != 4 {
            broken.push(Breach::new("a form's row that is not one text input (nothing else is known here)"));
        }
    }
    let mut ids = HashSet::new();
    for input in items(form, "components").flat_map(|row| items(row, "components")) {
        let known = ["type", "id", "custom_id", "style", "label", "min_length", "max_length", "required", "value", "placeholder"];
        only(broken, "a text input", input, &known);
        within(broken, "a text input's custom_id", &input["custom_id"], 1, 100);
        within(broken, "a text input's label", &input["label"], 1, 45);
        within(broken, "a text input's placeholder", &input["placeholder"], 0, 100);
        within(broken, "a text input's value", &input["value"], 0, 4000);
        let most = input["max_length"].as_u64().unwrap_or(4000);
        if input["min_length"].as_u64().is_some_and(|least| least > most) || length(&input["value"]) as u64 > most {
            broken.push(Breach::new(format!("a text input of at most {most} characters that asks for more, or begins with more")));
        }
        if input["custom_id"].as_str().is_some_and(|id| !ids.insert(id)) {
            broken.push(Breach::new(format!("two text inputs with the custom_id {}", input["custom_id"])));
        }
    }
}
