//! Facts as JSON Lines: a row a fact, so that any collection can be answered from.
//!
//! Two forms of row are read: `{"id", "text", "title"?, "date"?, "questions"?, "topics"?, "source"?}` and the rows that
//! `sanad facts export` writes. A row without a source rests on the file itself: its name and line are what can be pointed to.
//!
//! A file is read in parts, side by side: what is wrong with a row by itself is found there, and its fact is written down in its packed form
//! at once. What concerns several rows is found when the parts are put together ([`super::together`]).

use std::borrow::Cow;
use std::collections::BTreeMap;

use hashbrown::HashMap;
use serde::Deserialize;

use crate::date::FactDate;
use crate::fact::packed::{Pack, id_hash};
use crate::fact::record::FactText;
use crate::fact::rules::{self, Hand};
use crate::fact::{FactId, Place, Problem, Severity, Standing};
use crate::text::fold;

/// Some editors open a file with it.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

/// Problems past this number are counted, not kept: a wrong file of a million rows would fill the memory.
pub(super) const KEPT_PROBLEMS: usize = 1_000;

/// Text of the file, as it stands there unless it has escapes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
pub(super) struct Text<'t>(#[serde(borrow)] pub(super) Cow<'t, str>);

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row<'t> {
    #[serde(borrow)]
    id: Text<'t>,
    #[serde(borrow)]
    text: Text<'t>,
    #[serde(borrow)]
    title: Option<Text<'t>>,
    #[serde(borrow)]
    date: Option<Text<'t>>,
    #[serde(borrow, default)]
    questions: Vec<Text<'t>>,
    #[serde(borrow, default)]
    topics: Vec<Text<'t>>,
    #[serde(borrow)]
    source: Option<RowSource<'t>>,
    #[serde(borrow, default)]
    people: Vec<Text<'t>>,
    #[serde(borrow, default)]
    places: Vec<Text<'t>>,
    #[serde(borrow, default)]
    organisations: Vec<Text<'t>>,
    #[serde(borrow, default)]
    sources: Vec<RowSource<'t>>,
    #[serde(borrow, default)]
    conflicts: Vec<Text<'t>>,
    #[serde(borrow)]
    standing: Option<Text<'t>>,
    #[serde(rename = "revision")]
    _revision: Option<u64>,
    #[serde(borrow, default)]
    short: BTreeMap<Text<'t>, Text<'t>>,
}

/// A source as a row names it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowSource<'t> {
    #[serde(borrow)]
    pub(super) id: Option<Text<'t>>,
    #[serde(borrow)]
    pub(super) title: Text<'t>,
    #[serde(borrow)]
    pub(super) publisher: Option<Text<'t>>,
    #[serde(borrow)]
    pub(super) url: Option<Text<'t>>,
    #[serde(borrow)]
    pub(super) published: Option<Text<'t>>,
}

/// What tells sources apart. The file itself is one, for the rows that name none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum SourceKey<'t> {
    File,
    Named { id: Option<Text<'t>>, title: Text<'t>, url: Option<Text<'t>>, published: Option<Text<'t>> },
}

impl<'t> SourceKey<'t> {
    fn of(source: &RowSource<'t>) -> Self {
        let RowSource { id, title, url, published, .. } = source.clone();
        Self::Named { id, title, url, published }
    }
}

/// A name that rows give people, places or organisations.
#[derive(Debug)]
pub(super) struct RowEntity {
    pub(super) folded: Box<str>,
    /// As it was first written.
    pub(super) name: Box<str>,
    pub(super) kind: &'static str,
    pub(super) line: usize,
}

/// What concerns a row, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Row,
    Source,
    Entity,
    Twice,
    Fact,
    Cited,
    Conflicts,
    Short,
    Forms,
}

/// The rows of a part of a file. Lines count from the part's beginning, sources and entities from its first.
#[derive(Debug)]
pub(super) struct Part<'t> {
    pub(super) facts: Pack,
    pub(super) hashes: Vec<u64>,
    /// The line of each fact.
    pub(super) lines: Vec<u32>,
    /// All that were named, with the line where each was first; nothing for the file itself.
    pub(super) sources: Vec<(usize, SourceKey<'t>, Option<RowSource<'t>>)>,
    pub(super) entities: Vec<RowEntity>,
    /// Facts that are contradicted, as their rows say.
    pub(super) conflicts: Vec<(usize, Vec<Text<'t>>)>,
    /// Facts whose question forms are to be compared.
    pub(super) curated: Vec<usize>,
    pub(super) problems: Vec<(Stage, Problem)>,
    /// Broken rows beyond those in `problems`.
    pub(super) more_broken: usize,
    pub(super) line_count: usize,
}

/// Reads a part of a file.
pub(super) fn read<'t>(file: &str, text: &'t [u8]) -> Part<'t> {
    let part = Part {
        facts: Pack::default(),
        hashes: Vec::new(),
        lines: Vec::new(),
        sources: Vec::new(),
        entities: Vec::new(),
        conflicts: Vec::new(),
        curated: Vec::new(),
        problems: Vec::new(),
        more_broken: 0,
        line_count: 0,
    };
    let mut reader = Reader { file, part, sources: HashMap::new(), entities: HashMap::new(), broken: 0, refs: <[Vec<u32>; 4]>::default() };
    for (line, bytes) in (1..).zip(text.split_inclusive(|byte| *byte == b'\n')) {
        reader.part.line_count = line;
        match std::str::from_utf8(bytes).map(str::trim) {
            Ok("") => {}
            Ok(row) => match serde_json::from_str::<Row<'t>>(row.trim_start_matches(BYTE_ORDER_MARK).trim()) {
                Ok(row) => reader.take(row, line),
                Err(error) => reader.broken(line, format!("{}; a row is {{\"id\", \"text\", …}} on one line", without_line(&error))),
            },
            Err(_) => reader.broken(line, "this line is not UTF-8 text; save the file as UTF-8".to_owned()),
        }
    }
    reader.part
}

/// The message of a JSON error, with the column but without its own line number, which is always 1 here.
pub fn without_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or(&text);
    // The parser names its own type; people know it as a row.
    let message = message.split(", expected struct ").next().unwrap_or(message);
    format!("{message} (column {})", error.column())
}

struct Reader<'f, 't> {
    file: &'f str,
    part: Part<'t>,
    sources: HashMap<SourceKey<'t>, u32>,
    entities: HashMap<Box<str>, u32>,
    broken: usize,
    /// Of the row at hand: sources, people, places, organisations.
    refs: [Vec<u32>; 4],
}

impl<'t> Reader<'_, 't> {
    fn place(&self, line: usize) -> Place {
        Place { file: self.file.to_owned(), line }
    }

    fn broken(&mut self, line: usize, message: String) {
        self.broken += 1;
        if self.broken > KEPT_PROBLEMS {
            self.part.more_broken += 1;
        } else {
            self.says(line, Stage::Row, "row", Severity::Error, message);
        }
    }

    fn says(&mut self, line: usize, stage: Stage, field: &str, severity: Severity, message: String) {
        let problem = Problem { place: self.place(line), field: field.to_owned(), severity, message };
        self.part.problems.push((stage, problem));
    }

    fn take(&mut self, row: Row<'t>, line: usize) {
        let fact = self.part.facts.len();
        let mut refs = std::mem::take(&mut self.refs);
        self.refer(&row, line, &mut refs);
        let hand = Hand::of(row.standing.as_ref());
        let id = row.id.as_ref();
        // Of a fact that has no name nothing more is said.
        let is_named = FactId::new(id).is_some();
        let (mut date, mut standing, mut short) = (None, Standing::default(), [None; 5]);
        if is_named {
            for (severity, message) in rules::claim(id, row.text.as_ref(), hand) {
                self.says(line, Stage::Fact, "claim", severity, message);
            }
            match row.date.as_ref().map(|date| date.as_ref().parse::<FactDate>()).transpose() {
                Ok(read) => date = read,
                Err(error) => self.says(line, Stage::Fact, "date", Severity::Error, error.to_string()),
            }
            match rules::standing(row.standing.as_ref().map(AsRef::as_ref)) {
                Ok(read) => standing = read,
                Err(message) => self.says(line, Stage::Fact, "standing", Severity::Error, message),
            }
            let written = row.short.iter().map(|(kind, words)| (kind.as_ref(), words.as_ref()));
            short = rules::short(row.text.as_ref(), written, |message| self.says(line, Stage::Short, "short", Severity::Error, message));
            if hand == Hand::Curated {
                self.part.curated.push(fact);
            }
        } else {
            self.says(line, Stage::Fact, "id", Severity::Error, rules::no_id(id));
        }
        let [sources, people, places, organisations] = &refs;
        let text = FactText {
            id,
            claim: row.text.as_ref().trim(),
            title: row.title.as_ref().map(AsRef::as_ref).filter(|title| !title.is_empty()),
            date,
            standing,
            sources,
            people,
            places,
            organisations,
            topics: &row.topics,
            questions: &row.questions,
            short,
        };
        self.part.facts.push(|out| text.write(out));
        self.part.hashes.push(id_hash(id));
        self.part.lines.push(u32::try_from(line).unwrap_or(u32::MAX));
        if is_named && !row.conflicts.is_empty() {
            self.part.conflicts.push((fact, row.conflicts));
        }
        self.refs = refs;
    }

    /// The numbers of what a row refers to, in this part of the file.
    fn refer(&mut self, row: &Row<'t>, line: usize, refs: &mut [Vec<u32>; 4]) {
        refs.iter_mut().for_each(Vec::clear);
        let [sources, people, places, organisations] = refs;
        sources.extend(row.source.iter().chain(&row.sources).map(|source| self.source(SourceKey::of(source), Some(source), line)));
        if sources.is_empty() {
            sources.push(self.source(SourceKey::File, None, line));
        }
        let named = [("person", &row.people, people), ("place", &row.places, places), ("organisation", &row.organisations, organisations)];
        for (kind, names, refs) in named {
            refs.extend(names.iter().map(|name| self.entity(kind, name.as_ref(), line)));
        }
    }

    fn source(&mut self, key: SourceKey<'t>, source: Option<&RowSource<'t>>, line: usize) -> u32 {
        if let Some(at) = self.sources.get(&key) {
            return *at;
        }
        let at = u32::try_from(self.part.sources.len()).unwrap_or(u32::MAX);
        self.part.sources.push((line, key.clone(), source.cloned()));
        self.sources.insert(key, at);
        at
    }

    fn entity(&mut self, kind: &'static str, name: &str, line: usize) -> u32 {
        let folded = fold(name);
        let at = u32::try_from(self.part.entities.len()).unwrap_or(u32::MAX);
        *self.entities.entry_ref(folded.as_ref()).or_insert_with(|| {
            self.part.entities.push(RowEntity { folded: folded.as_ref().into(), name: name.into(), kind, line });
            at
        })
    }
}
