//! Facts as JSON Lines: a row a fact, so that any collection can be answered from.
//!
//! Two forms of row are read: `{"id", "text", "title"?, "date"?, "questions"?, "topics"?, "source"?}` and the rows that
//! `sanad facts export` writes. A row without a source rests on the file itself: its name and line are what can be pointed to.

use std::collections::BTreeMap;
use std::io::BufRead;

use hashbrown::HashMap;
use serde::Deserialize;

use crate::fact::draft::{Draft, EntityDraft, FactDraft, SourceDraft};
use crate::fact::{Place, Problem};
use crate::text::fold;

/// Some editors open a file with it.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

/// Problems past this number are counted, not kept: a wrong file of a million rows would fill the memory.
const KEPT_PROBLEMS: usize = 1_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    text: String,
    title: Option<String>,
    date: Option<String>,
    #[serde(default)]
    questions: Vec<String>,
    #[serde(default)]
    topics: Vec<String>,
    source: Option<RowSource>,
    #[serde(default)]
    people: Vec<String>,
    #[serde(default)]
    places: Vec<String>,
    #[serde(default)]
    organisations: Vec<String>,
    #[serde(default)]
    sources: Vec<RowSource>,
    #[serde(default)]
    conflicts: Vec<String>,
    standing: Option<String>,
    #[serde(rename = "revision")]
    _revision: Option<u64>,
    #[serde(default)]
    short: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowSource {
    id: Option<String>,
    title: String,
    publisher: Option<String>,
    url: Option<String>,
    published: Option<String>,
}

/// Reads rows into a draft. A broken row is a problem that names its line; the other rows are read on. `progress` is told the number of
/// rows read so far, now and then.
///
/// # Errors
/// When the input itself cannot be read.
pub fn read(name: &str, input: impl BufRead, problems: &mut Vec<Problem>, mut progress: impl FnMut(usize)) -> std::io::Result<Draft> {
    let mut rows = Rows { name, draft: Draft::default(), sources: HashMap::new(), entities: HashMap::new(), unsourced: None };
    let mut dropped = 0usize;
    let mut bytes = Vec::new();
    let mut input = input;
    for number in 1.. {
        bytes.clear();
        if input.read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        let place = Place { file: name.to_owned(), line: number };
        let problem = match std::str::from_utf8(&bytes) {
            Ok(line) if line.trim().is_empty() => None,
            Ok(line) => match serde_json::from_str::<Row>(line.trim_start_matches(BYTE_ORDER_MARK).trim()) {
                Ok(row) => {
                    rows.push(row, place.clone());
                    None
                }
                Err(error) => {
                    Some(Problem::error(&place, "row", format!("{}; a row is {{\"id\", \"text\", …}} on one line", without_line(&error))))
                }
            },
            Err(_) => Some(Problem::error(&place, "row", "this line is not UTF-8 text; save the file as UTF-8")),
        };
        match problem {
            Some(problem) if problems.len() < KEPT_PROBLEMS => problems.push(problem),
            Some(_) => dropped += 1,
            None => {}
        }
        if number % 4096 == 0 {
            progress(number);
        }
    }
    if dropped > 0 {
        let place = Place { file: name.to_owned(), line: 0 };
        problems.push(Problem::error(&place, "row", format!("{dropped} more rows are broken")));
    }
    Ok(rows.draft)
}

/// The message of a JSON error, with the column but without its own line number, which is always 1 here.
pub fn without_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or(&text);
    // The parser names its own type; people know it as a row.
    let message = message.split(", expected struct ").next().unwrap_or(message);
    format!("{message} (column {})", error.column())
}

/// Id, title, address and date of a source as written.
type SourceKey = (Option<String>, String, Option<String>, Option<String>);

struct Rows<'n> {
    name: &'n str,
    draft: Draft,
    /// Ids by what tells sources apart.
    sources: HashMap<SourceKey, String>,
    /// Names as first written, by their folded form.
    entities: HashMap<String, String>,
    unsourced: Option<String>,
}

impl Rows<'_> {
    fn push(&mut self, mut row: Row, place: Place) {
        let mut sources: Vec<String> = row.source.into_iter().chain(row.sources).map(|s| self.source(s, &place)).collect();
        if sources.is_empty() {
            sources.push(self.file_as_source(&place));
        }
        for (kind, names) in [("person", &mut row.people), ("place", &mut row.places), ("organisation", &mut row.organisations)] {
            for name in names {
                let known = self.entities.entry(fold(name).into_owned()).or_insert_with(|| {
                    self.draft.entities.push(EntityDraft {
                        place: Some(place.clone()),
                        id: format!("entity:{}", self.draft.entities.len()),
                        name: name.clone(),
                        kind: kind.to_owned(),
                        ..EntityDraft::default()
                    });
                    name.clone()
                });
                known.clone_into(name);
            }
        }
        self.draft.facts.push(FactDraft {
            place: Some(place),
            id: row.id,
            claim: row.text,
            title: row.title,
            date: row.date,
            topics: row.topics,
            people: row.people,
            places: row.places,
            organisations: row.organisations,
            sources,
            conflicts: row.conflicts,
            standing: row.standing,
            short: row.short.into_iter().collect(),
            questions: row.questions,
            lines: Vec::new(),
        });
    }

    fn source(&mut self, source: RowSource, place: &Place) -> String {
        let number = self.draft.sources.len();
        let wanted = source.id.clone().unwrap_or_else(|| format!("source:{number}"));
        let key = (source.id, source.title.clone(), source.url.clone(), source.published.clone());
        if let Some(id) = self.sources.get(&key) {
            return id.clone();
        }
        self.sources.insert(key, wanted.clone());
        self.draft.sources.push(SourceDraft {
            place: Some(place.clone()),
            id: wanted.clone(),
            publisher: source.publisher,
            title: source.title,
            url: source.url,
            published: source.published,
            ..SourceDraft::default()
        });
        wanted
    }

    fn file_as_source(&mut self, place: &Place) -> String {
        if let Some(id) = &self.unsourced {
            return id.clone();
        }
        let id = "source:file".to_owned();
        self.draft.sources.push(SourceDraft {
            place: Some(place.clone()),
            id: id.clone(),
            title: format!("{}, the collection itself (its row names no source)", self.name),
            ..SourceDraft::default()
        });
        self.unsourced = Some(id.clone());
        id
    }
}
