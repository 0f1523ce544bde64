//! What a revision changed, word by word.

use similar::{ChangeTag, TextDiff};

use super::{Record, State};

/// A run of words that stayed, went or came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// It is in both.
    Stays(String),
    /// It was there before.
    Goes(String),
    /// It is new.
    Comes(String),
}

/// What changed in one part of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartChange {
    /// The part: "claim", "date", "sources", …
    pub part: &'static str,
    /// Its words.
    pub runs: Vec<Run>,
}

/// What is different between two states of a fact, part by part; a part that stayed is not named.
pub fn changes(before: Option<&State>, after: &State) -> Vec<PartChange> {
    let old = before.map(|state| parts(state.record()));
    let new = parts(after.record());
    let mut changes = Vec::new();
    for (at, (part, text)) in new.iter().enumerate() {
        let was = old.as_ref().and_then(|old| old.get(at)).map_or("", |(_, text)| text.as_str());
        if was != text {
            changes.push(PartChange { part, runs: runs(was, text) });
        }
    }
    changes
}

fn parts(record: &Record) -> Vec<(&'static str, String)> {
    let sources: Vec<&str> = record.sources.iter().map(|source| source.url.as_deref().unwrap_or(&source.id)).collect();
    let short: Vec<String> = record.short.iter().map(|(kind, words)| format!("{kind}: {words}")).collect();
    vec![
        ("claim", record.text.clone()),
        ("date", record.date.map(|date| date.to_string()).unwrap_or_default()),
        ("sources", sources.join("\n")),
        ("topics", record.topics.join(", ")),
        ("questions", record.questions.join("\n")),
        ("people", record.people.join(", ")),
        ("places", record.places.join(", ")),
        ("organisations", record.organisations.join(", ")),
        ("contradicted by", record.conflicts.join(", ")),
        ("standing", record.standing.as_str().to_owned()),
        ("short answers", short.join("; ")),
        ("title", record.title.clone().unwrap_or_default()),
    ]
}

fn runs(before: &str, after: &str) -> Vec<Run> {
    let diff = TextDiff::from_words(before, after);
    let mut runs: Vec<Run> = Vec::new();
    for change in diff.iter_all_changes() {
        let words = change.value();
        match (change.tag(), runs.last_mut()) {
            (ChangeTag::Equal, Some(Run::Stays(text)))
            | (ChangeTag::Delete, Some(Run::Goes(text)))
            | (ChangeTag::Insert, Some(Run::Comes(text))) => text.push_str(words),
            (ChangeTag::Equal, _) => runs.push(Run::Stays(words.to_owned())),
            (ChangeTag::Delete, _) => runs.push(Run::Goes(words.to_owned())),
            (ChangeTag::Insert, _) => runs.push(Run::Comes(words.to_owned())),
        }
    }
    runs
}
