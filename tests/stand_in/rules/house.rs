//! This bot's own rules: nobody is pinged, and no link leads elsewhere than it says.

use serde_json::{Value, json};

use super::{Breach, items};

/// Endings by which a word is taken for an address.
const ENDINGS: &[&str] = &["com", "org", "net", "info", "edu", "gov", "io", "gg", "tv", "me", "news", "pk", "in", "af", "uk", "us", "de"];

/// Checks a message.
pub(super) fn check(broken: &mut Vec<Breach>, body: &Value) {
    let says = body["content"].as_str().is_some_and(|text| !text.is_empty()) || items(body, "embeds").next().is_some();
    let allowed = &body["allowed_mentions"];
    if says && allowed["parse"] != json!([]) {
        broken.push(Breach::new("a message without allowed_mentions whose parse is empty"));
    }
    if says && allowed["replied_user"] == true {
        broken.push(Breach::new("a reply that pings"));
    }
    let mut texts = vec![&body["content"]];
    for embed in items(body, "embeds") {
        texts.push(&embed["description"]);
        texts.extend(items(embed, "fields").map(|field| &field["value"]));
    }
    for text in texts.into_iter().filter_map(Value::as_str) {
        for (shown, url) in links(text) {
            if !(url.starts_with("https://") || url.starts_with("http://")) {
                broken.push(Breach::new(format!("a masked link to {url:?}, which is not of the web")));
            }
            if is_address(&shown) {
                broken.push(Breach::new(format!("a masked link that shows {shown:?}, an address, and leads to {url:?}")));
            }
        }
    }
}

/// Masked links of a text, `[shown](url)`: what they show and where they lead.
fn links(text: &str) -> Vec<(String, String)> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut open = None;
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        match c {
            // What is escaped has no meaning.
            '\\' => at += 1,
            '[' => open = Some(at),
            ']' if chars.get(at + 1) == Some(&'(') => {
                let end = (at + 2..chars.len()).find(|end| chars[*end] == ')');
                if let Some((from, end)) = open.take().zip(end) {
                    let shown: String = chars[from + 1..at].iter().filter(|c| **c != '\\').collect();
                    let inside: String = chars[at + 2..end].iter().collect();
                    let url = inside.split_whitespace().next().unwrap_or_default().trim_matches(['<', '>']);
                    found.push((shown, url.to_owned()));
                    at = end;
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Whether a text reads like an address.
fn is_address(text: &str) -> bool {
    let lower = text.to_lowercase();
    let is_host = |word: &str| {
        let host = word.split(['/', '?', '#']).next().unwrap_or_default().trim_matches(|c: char| !c.is_alphanumeric());
        host.rsplit_once('.').is_some_and(|(name, ending)| !name.is_empty() && ENDINGS.contains(&ending))
    };
    lower.contains("://") || lower.contains("www.") || lower.split_whitespace().any(is_host)
}
