//! Rows as somebody wrote them: their form is read here, before anybody asks whether what they say holds. All that is wrong with a row is
//! said at once.
//!
//! In a cell of CSV a list may stand as it is exported, as a JSON array, or with one item a line, as people write by hand.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::RevisionNo;
use super::rows::FIELDS;
use super::sources::{Said, WrittenSource};
use crate::base::rows::without_line;
use crate::date::FactDate;
use crate::fact::{FactId, Standing};

/// Fields of a row that hold a list.
const LISTS: [&str; 7] = ["questions", "topics", "people", "places", "organisations", "sources", "conflicts"];
/// Besides those of an export, a row may have one source without a list around it.
const ONE_SOURCE: &str = "source";
/// Kinds of short answers.
const SHORT: [&str; 5] = ["who", "where", "how_many", "when", "why"];

/// What is wrong with a field of a row, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The field, or "row".
    pub field: String,
    /// A sentence.
    pub message: String,
}

impl Complaint {
    /// A complaint.
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        Self { field: field.to_owned(), message: message.into() }
    }
}

/// A source of a row: in fields, or as a line that the form takes too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceCell {
    /// In fields.
    Fields(WrittenSource),
    /// An id, or an address with publisher, title and date behind bars.
    Line(String),
}

/// A row as somebody wrote it: its form is right, nothing else is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The fact's id.
    pub id: FactId,
    /// The claim.
    pub text: String,
    /// Context that may be matched.
    pub title: Said<String>,
    /// When it happened.
    pub date: Said<FactDate>,
    /// Question forms.
    pub questions: Said<Vec<String>>,
    /// What it is about.
    pub topics: Said<Vec<String>>,
    /// Names of people.
    pub people: Said<Vec<String>>,
    /// Names of places.
    pub places: Said<Vec<String>>,
    /// Names of organisations.
    pub organisations: Said<Vec<String>>,
    /// What it rests on, as far as it could be read.
    pub sources: Vec<SourceCell>,
    /// Ids of facts that contradict it.
    pub conflicts: Said<Vec<String>>,
    /// How well it is supported.
    pub standing: Option<Standing>,
    /// Words of the claim by the kind of question that they answer.
    pub short: Said<BTreeMap<String, String>>,
    /// The revision that the row was exported at.
    pub revision: Option<RevisionNo>,
}

/// What could be read of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The row, if its id could be read; what could not be read of it is left out.
    pub row: Option<Written>,
    /// Everything that is wrong with its form.
    pub problems: Vec<Complaint>,
}

impl Reading {
    /// A row of which nothing could be read.
    pub fn broken(problems: Vec<Complaint>) -> Self {
        Self { row: None, problems }
    }

    /// Reads a line of JSON.
    pub fn of_json(line: &str) -> Self {
        match serde_json::from_str(line) {
            Ok(fields) => Written::of_fields(fields),
            Err(error) => {
                let message = format!("{}; a row is {{\"id\": …, \"text\": …, \"sources\": […]}} on one line", without_line(&error));
                Self::broken(vec![Complaint::new("row", message)])
            }
        }
    }

    /// Reads a line of CSV.
    pub fn of_cells(header: &Header, cells: &[String]) -> Self {
        if cells.len() != header.0.len() {
            let message = format!(
                "{} cells stand here, the header names {}; put cells that hold commas, quotes or line ends between double quotes",
                cells.len(),
                header.0.len()
            );
            return Self::broken(vec![Complaint::new("row", message)]);
        }
        let mut fields = Map::new();
        let mut problems = Vec::new();
        for (name, cell) in header.0.iter().zip(cells) {
            match of_cell(name, cell) {
                Ok(Some(value)) => {
                    fields.insert(name.clone(), value);
                }
                Ok(None) => {}
                Err(message) => problems.push(Complaint::new(name, message)),
            }
        }
        let Self { row, problems: more } = Written::of_fields(fields);
        // What could not be read is no field that is missing.
        let more: Vec<Complaint> = more.into_iter().filter(|one| problems.iter().all(|known| known.field != one.field)).collect();
        problems.extend(more);
        Self { row, problems }
    }
}

impl Written {
    /// Whether it says all that an export says of every fact: what else it leaves out, the fact has not.
    pub fn is_whole(&self) -> bool {
        let lists = [&self.questions, &self.topics, &self.people, &self.places, &self.organisations, &self.conflicts];
        lists.iter().all(|list| **list != Said::LeftOut) && self.date != Said::LeftOut && self.standing.is_some()
    }

    fn of_fields(fields: Map<String, Value>) -> Reading {
        let mut fields = Fields { left: fields, known: Vec::new(), problems: Vec::new() };
        let id = fields.required("id");
        let id = id.and_then(|id| {
            let made = FactId::new(&id);
            if made.is_none() {
                fields.complain("id", format!("`{id}` cannot be an id: write one word without spaces, at most 100 bytes"));
            }
            made
        });
        let text = fields.required("text");
        let date = fields.date("date");
        let [questions, topics, people, places, organisations] =
            ["questions", "topics", "people", "places", "organisations"].map(|name| fields.list(name));
        let sources = fields.sources();
        let conflicts = fields.list("conflicts");
        let standing = fields.standing();
        let revision = fields.revision();
        let title = fields.text("title");
        let short = fields.short();
        let problems = fields.finish();
        let row = id.map(|id| Self {
            id,
            text: text.unwrap_or_default(),
            title,
            date,
            questions,
            topics,
            people,
            places,
            organisations,
            sources,
            conflicts,
            standing,
            short,
            revision,
        });
        Reading { row, problems }
    }
}

/// The names of the columns of a CSV file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header(Vec<String>);

impl Header {
    /// Reads the first line of a file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(cells: &[String]) -> Result<Self, Vec<Complaint>> {
        let mut names: Vec<String> = Vec::with_capacity(cells.len());
        let mut problems = Vec::new();
        for cell in cells {
            let name = cell.trim().to_owned();
            if name.is_empty() {
                problems.push(Complaint::new("header", "a column has no name; name it, or take it out"));
            } else if name != ONE_SOURCE && !FIELDS.contains(&name.as_str()) {
                problems.push(Complaint::new(&name, unknown(FIELDS.into_iter().chain([ONE_SOURCE]))));
            } else if names.contains(&name) {
                problems.push(Complaint::new(&name, "two columns have this name; take one out"));
            }
            names.push(name);
        }
        for needed in ["id", "text"] {
            if names.iter().all(|name| name != needed) {
                let message = format!("there is no column `{needed}`; the first line names the columns: {}", FIELDS.join(", "));
                problems.push(Complaint::new(needed, message));
            }
        }
        if names.iter().all(|name| name != ONE_SOURCE && name != "sources") {
            problems.push(Complaint::new("sources", "there is no column `sources`, and every fact needs a source; add one"));
        }
        if problems.is_empty() { Ok(Self(names)) } else { Err(problems) }
    }
}

/// A cell as JSON would have it; nothing for one that is empty and means that the field is left out.
fn of_cell(name: &str, cell: &str) -> Result<Option<Value>, String> {
    let trimmed = cell.trim();
    let json = |form: &str| serde_json::from_str(trimmed).map(Some).map_err(|error| format!("{}; write {form}", without_line(&error)));
    match name {
        _ if LISTS.contains(&name) && trimmed.starts_with('[') => json("[\"…\", \"…\"], or one item a line without brackets"),
        _ if LISTS.contains(&name) => Ok(Some(trimmed.lines().map(str::trim).filter(|line| !line.is_empty()).map(Value::from).collect())),
        "short" if !trimmed.is_empty() => json("{\"who\": \"…\"}"),
        ONE_SOURCE if trimmed.starts_with('{') => json("{\"title\": \"…\", \"url\": \"…\"}, or an address"),
        "revision" if !trimmed.is_empty() => {
            trimmed.parse::<u32>().map(|number| Some(number.into())).map_err(|_| format!("`{trimmed}` is no revision; {WHOLE}"))
        }
        ONE_SOURCE | "standing" | "revision" if trimmed.is_empty() => Ok(None),
        "date" | "title" | "short" if trimmed.is_empty() => Ok(Some(Value::Null)),
        _ => Ok(Some(cell.into())),
    }
}

const WHOLE: &str = "write a whole number, or leave it out";

fn unknown<'n>(known: impl Iterator<Item = &'n str>) -> String {
    format!("unknown field; known are {}", known.collect::<Vec<_>>().join(", "))
}

/// Takes fields out of an object; what is left at the end is unknown.
struct Fields {
    left: Map<String, Value>,
    known: Vec<&'static str>,
    problems: Vec<Complaint>,
}

impl Fields {
    fn complain(&mut self, field: &str, message: impl Into<String>) {
        self.problems.push(Complaint::new(field, message));
    }

    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.left.remove(name)
    }

    fn text(&mut self, name: &'static str) -> Said<String> {
        match self.take(name) {
            None => Said::LeftOut,
            Some(Value::Null) => Said::Nothing,
            Some(Value::String(text)) if text.trim().is_empty() => Said::Nothing,
            Some(Value::String(text)) => Said::This(text),
            Some(_) => {
                self.complain(name, "write text in double quotes here");
                Said::LeftOut
            }
        }
    }

    fn required(&mut self, name: &'static str) -> Option<String> {
        let before = self.problems.len();
        let text = self.text(name);
        if self.problems.len() == before {
            match text {
                Said::This(text) => return Some(text),
                Said::Nothing => self.complain(name, format!("`{name}` is empty; fill it in")),
                Said::LeftOut => self.complain(name, format!("`{name}` is missing; add it")),
            }
        }
        None
    }

    fn date(&mut self, name: &'static str) -> Said<FactDate> {
        match self.text(name) {
            Said::LeftOut => Said::LeftOut,
            Said::Nothing => Said::Nothing,
            Said::This(text) => match text.trim().parse() {
                Ok(date) => Said::This(date),
                Err(error) => {
                    self.complain(name, format!("{error}"));
                    Said::LeftOut
                }
            },
        }
    }

    fn list(&mut self, name: &'static str) -> Said<Vec<String>> {
        let items = match self.take(name) {
            None => return Said::LeftOut,
            Some(Value::Null) => return Said::Nothing,
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.complain(name, "write a list here: [\"…\", \"…\"]");
                return Said::LeftOut;
            }
        };
        let mut texts = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Value::String(text) if !text.trim().is_empty() => texts.push(text),
                Value::String(_) => self.complain(name, "an entry of this list is empty; take it out"),
                _ => self.complain(name, "every entry of this list must be text in double quotes"),
            }
        }
        if texts.is_empty() { Said::Nothing } else { Said::This(texts) }
    }

    fn sources(&mut self) -> Vec<SourceCell> {
        let one = self.take(ONE_SOURCE).filter(|value| !value.is_null());
        let many = match self.take("sources") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.complain("sources", "write a list here: [{\"title\": \"…\", \"url\": \"…\"}]");
                return Vec::new();
            }
        };
        if one.is_none() && many.is_empty() {
            self.complain("sources", "a fact needs at least one source; name it as {\"title\": \"…\", \"url\": \"…\"}");
        }
        let all = one.into_iter().map(|one| (ONE_SOURCE, one)).chain(many.into_iter().map(|one| ("sources", one)));
        all.filter_map(|(name, value)| self.source(name, value)).collect()
    }

    fn source(&mut self, name: &'static str, value: Value) -> Option<SourceCell> {
        let fields = match value {
            Value::String(line) => return Some(SourceCell::Line(line)),
            Value::Object(fields) => fields,
            _ => {
                self.complain(name, "a source is {\"title\": \"…\", \"url\": \"…\"}, the id of a known one, or an address");
                return None;
            }
        };
        let mut fields = Self { left: fields, known: Vec::new(), problems: Vec::new() };
        let source = WrittenSource {
            id: fields.text("id").this(),
            publisher: fields.text("publisher"),
            title: fields.text("title").this(),
            url: fields.text("url"),
            published: fields.date("published"),
        };
        let problems = fields.finish();
        let read = problems.is_empty().then_some(SourceCell::Fields(source));
        self.problems.extend(problems.into_iter().map(|one| Complaint::new(name, format!("{}: {}", one.field, one.message))));
        read
    }

    fn standing(&mut self) -> Option<Standing> {
        let word = self.text("standing").this()?;
        let standing = Standing::ALL.iter().find(|(_, known)| *known == word.trim()).map(|(standing, _)| *standing);
        if standing.is_none() {
            let known: Vec<&str> = Standing::ALL.iter().map(|(_, word)| *word).collect();
            self.complain("standing", format!("`{word}` is not a standing; write one of {}", known.join(", ")));
        }
        standing
    }

    fn revision(&mut self) -> Option<RevisionNo> {
        let value = self.take("revision").filter(|value| !value.is_null())?;
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok()).map(RevisionNo);
        if number.is_none() {
            self.complain("revision", format!("{value} is no revision; {WHOLE}"));
        }
        number
    }

    fn short(&mut self) -> Said<BTreeMap<String, String>> {
        let fields = match self.take("short") {
            None => return Said::LeftOut,
            Some(Value::Null) => return Said::Nothing,
            Some(Value::Object(fields)) => fields,
            Some(_) => {
                self.complain("short", "write a table here: {\"who\": \"…\"}");
                return Said::LeftOut;
            }
        };
        let mut short = BTreeMap::new();
        for (kind, words) in fields {
            match words {
                _ if !SHORT.contains(&kind.as_str()) => {
                    self.complain("short", format!("`{kind}` is no kind of short answer; write who, where, how_many, when or why"));
                }
                Value::String(words) => {
                    short.insert(kind, words);
                }
                _ => self.complain("short", format!("{kind}: write text in double quotes here")),
            }
        }
        if short.is_empty() { Said::Nothing } else { Said::This(short) }
    }

    /// What is wrong, fields that nobody asked for among it.
    fn finish(mut self) -> Vec<Complaint> {
        for name in self.left.keys() {
            self.problems.push(Complaint::new(name, unknown(self.known.iter().copied())));
        }
        self.problems
    }
}
