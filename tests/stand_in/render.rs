//! A message as plain text, for people to read and for snapshots to hold: no ids but those the bot wrote itself, no times.

use std::fmt::Write;

use serde_json::Value;

use super::forms::Form;
use super::handles::{Message, Response};
use super::messages::flag;

impl Message {
    /// The message as plain text.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        let flags = self.json["flags"].as_u64().unwrap_or_default();
        for (bit, words) in [
            (flag::EPHEMERAL, "(only they can see this)"),
            (flag::LOADING, "(is thinking)"),
            (flag::SUPPRESS_EMBEDS, "(no previews)"),
            (flag::SUPPRESS_NOTIFICATIONS, "(silent)"),
        ] {
            if flags & bit != 0 {
                line(&mut out, words);
            }
        }
        if self.replies_to().is_some() {
            match self.json["referenced_message"]["author"]["username"].as_str() {
                Some(author) => line(&mut out, &format!("(reply to {author})")),
                None => line(&mut out, "(reply to a message that is gone)"),
            }
        }
        for person in self.json["mentions"].as_array().into_iter().flatten() {
            line(&mut out, &format!("(pings {})", words(&person["username"])));
        }
        if !self.content().is_empty() {
            line(&mut out, self.content());
        }
        for embed in self.json["embeds"].as_array().into_iter().flatten() {
            show_embed(&mut out, embed);
        }
        for file in self.files() {
            line(&mut out, &format!("(file {}, {} bytes)", file.name, file.bytes.len()));
        }
        for row in self.json["components"].as_array().into_iter().flatten() {
            let parts: Vec<String> = row["components"].as_array().into_iter().flatten().map(component).collect();
            line(&mut out, &parts.join("  "));
        }
        out
    }
}

impl Response {
    /// The response as plain text: its message with what followed, the choices, or the form.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        match &self.message {
            Some(message) => out.push_str(&message.text()),
            None if self.kind == 8 => {
                for (name, value) in self.choices() {
                    line(&mut out, &format!("{name} = {value}"));
                }
            }
            None if self.kind == 9 => {
                line(&mut out, &format!("form {:?} {}", words(&self.data["title"]), words(&self.data["custom_id"])));
                for field in Form::read(&self.data).fields {
                    let value = if field.value.is_empty() { "____" } else { &field.value };
                    line(&mut out, &format!("{}: {value} {}", field.label, field.custom_id));
                }
            }
            None => line(&mut out, "(deleted)"),
        }
        for followup in &self.followups {
            line(&mut out, "=== then");
            out.push_str(&followup.text());
        }
        out
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn words(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn show_embed(out: &mut String, embed: &Value) {
    line(out, "--- embed");
    // Writing to a string does not fail.
    if let Some(color) = embed["color"].as_u64() {
        let _ = writeln!(out, "color: #{color:06x}");
    }
    for (name, value) in [("author", &embed["author"]["name"]), ("title", &embed["title"]), ("url", &embed["url"])] {
        if let Some(text) = value.as_str() {
            let _ = writeln!(out, "{name}: {text}");
        }
    }
    if let Some(text) = embed["description"].as_str() {
        line(out, text);
    }
    for field in embed["fields"].as_array().into_iter().flatten() {
        let _ = writeln!(out, "• {}: {}", words(&field["name"]), words(&field["value"]));
    }
    if let Some(text) = embed["footer"]["text"].as_str() {
        let _ = writeln!(out, "footer: {text}");
    }
    line(out, "---");
}

fn component(component: &Value) -> String {
    let disabled = if component["disabled"] == true { ", disabled" } else { "" };
    let emoji = component["emoji"]["name"].as_str().map(|name| format!("{name} ")).unwrap_or_default();
    match component["type"].as_u64() {
        Some(2) => {
            let style = match component["style"].as_u64() {
                Some(1) => "primary",
                Some(2) => "secondary",
                Some(3) => "success",
                Some(4) => "danger",
                _ => "link",
            };
            let leads = component["custom_id"].as_str().or(component["url"].as_str()).unwrap_or("nowhere");
            format!("[{emoji}{}]({style}{disabled} → {leads})", words(&component["label"]))
        }
        Some(3) => {
            let options = component["options"].as_array().into_iter().flatten();
            let options: Vec<String> = options.map(|option| format!("{} = {}", words(&option["label"]), words(&option["value"]))).collect();
            format!("<{}>({}{disabled} → {})", words(&component["placeholder"]), options.join("; "), words(&component["custom_id"]))
        }
        _ => component.to_string(),
    }
}
