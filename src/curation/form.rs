//! The form in which people write a fact down, and what is wrong with what they wrote, field by field.

use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

use super::sources::{read_line, written_line};
use super::{Record, SourceRecord, Sourced};
use crate::date::FactDate;
use crate::fact::check::opens_backward;
use crate::fact::{Base, EntityKind, FactId, Standing};
use crate::index::analysis::{Meaning, WordCache};
use crate::knowledge::Knowledge;
use crate::text::fold;
use crate::text::words::words;

/// Characters of a claim at most.
pub const CLAIM_AT_MOST: usize = 1_000;
/// Sources of a fact at most.
pub const SOURCES_AT_MOST: usize = 20;
/// Topics of a fact at most, and characters of one.
pub const TOPICS_AT_MOST: usize = 8;
const TOPIC_AT_MOST: usize = 60;
/// Question forms of a fact at most, and characters of one.
pub const QUESTIONS_AT_MOST: usize = 60;
const QUESTION_AT_MOST: usize = 300;
/// Characters of all question forms together at most: what one field of a form holds (Discord, components reference).
const QUESTIONS_LENGTH: usize = 4_000;
/// Characters of an id that is made from a claim, and words in it.
const MADE_ID_AT_MOST: usize = 48;
const WORDS_OF_ID: usize = 5;

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The claim.
    Claim,
    /// The date.
    Date,
    /// The sources, one a line.
    Sources,
    /// The topics, with commas between them.
    Topics,
    /// The question forms, one a line.
    Questions,
}

impl Field {
    /// Every field, in the order of the form.
    pub const ALL: [Self; 5] = [Self::Claim, Self::Date, Self::Sources, Self::Topics, Self::Questions];

    /// Its name in the form and in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Date => "date",
            Self::Sources => "sources",
            Self::Topics => "topics",
            Self::Questions => "questions",
        }
    }
}

/// What was typed into the form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed {
    /// The claim.
    pub claim: String,
    /// The date.
    pub date: String,
    /// One a line.
    pub sources: String,
    /// With commas between them.
    pub topics: String,
    /// One a line.
    pub questions: String,
}

/// What is wrong with one field, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// Which field.
    pub field: Field,
    /// A sentence.
    pub message: String,
}

impl Typed {
    /// The form filled with what a fact says.
    pub fn of(record: &Record) -> Self {
        Self {
            claim: record.text.clone(),
            date: record.date.map(|date| date.to_string()).unwrap_or_default(),
            sources: record.sources.iter().map(written_line).collect::<Vec<_>>().join("\n"),
            topics: record.topics.join(", "),
            questions: record.questions.join("\n"),
        }
    }

    /// What was typed into a field.
    pub fn field(&self, field: Field) -> &str {
        match field {
            Field::Claim => &self.claim,
            Field::Date => &self.date,
            Field::Sources => &self.sources,
            Field::Topics => &self.topics,
            Field::Questions => &self.questions,
        }
    }

    /// The place of a field.
    pub fn field_mut(&mut self, field: Field) -> &mut String {
        match field {
            Field::Claim => &mut self.claim,
            Field::Date => &mut self.date,
            Field::Sources => &mut self.sources,
            Field::Topics => &mut self.topics,
            Field::Questions => &mut self.questions,
        }
    }

    /// The record that was written down. `before` is what the fact said, if it is being changed: what the form does not show of it stays.
    /// `hosts` are those that sources may lie on; none means any.
    ///
    /// # Errors
    /// Everything that is wrong, field by field.
    pub fn read(&self, view: &Knowledge, before: Option<&Record>, hosts: &[String]) -> Result<Record, Vec<FieldProblem>> {
        let mut problems = Problems::default();
        let claim = read_claim(&self.claim, &mut problems);
        let date = read_date(&self.date, &mut problems);
        let sources = self.read_sources(&view.base, before, hosts, &mut problems);
        let topics = self.read_topics(&view.base, &mut problems);
        let questions = self.read_questions(&mut problems);
        let (Some(sources), true) = (Sourced::new(sources), problems.0.is_empty()) else {
            return Err(problems.0);
        };
        let named = |kind: EntityKind, known: fn(&Record) -> &Vec<String>| names(view, &claim, kind, before, known);
        let standing = before.map_or_else(|| first_standing(&sources), |before| before.standing);
        Ok(Record {
            title: before.and_then(|before| before.title.clone()),
            date,
            questions,
            topics,
            people: named(EntityKind::Person, |record| &record.people),
            places: named(EntityKind::Place, |record| &record.places),
            organisations: named(EntityKind::Organisation, |record| &record.organisations),
            sources,
            conflicts: before.map(|before| before.conflicts.clone()).unwrap_or_default(),
            standing,
            short: before.map(|before| before.short.clone()).unwrap_or_default().into_iter().filter(|(_, w)| claim.contains(w)).collect(),
            text: claim,
        })
    }

    fn read_sources(&self, base: &Base, before: Option<&Record>, hosts: &[String], problems: &mut Problems) -> Vec<SourceRecord> {
        let mut sources: Vec<SourceRecord> = Vec::new();
        for line in lines(&self.sources) {
            match read_line(base, before, hosts, line) {
                Ok(source) if sources.iter().any(|known| known.id == source.id) => {}
                Ok(source) => sources.push(source),
                Err(message) => problems.add(Field::Sources, message),
            }
        }
        if lines(&self.sources).next().is_none() {
            problems
                .add(Field::Sources, "a fact needs at least one source: an address, or the id of a known source, one a line".to_owned());
        } else if sources.len() > SOURCES_AT_MOST {
            problems.add(Field::Sources, format!("{} sources are too many; keep the best {SOURCES_AT_MOST}", sources.len()));
        }
        sources
    }

    fn read_topics(&self, base: &Base, problems: &mut Problems) -> Vec<String> {
        let mut topics: Vec<String> = Vec::new();
        let mut seen = HashSet::new();
        let mut count = 0;
        for topic in self.topics.split([',', '\n']).map(str::trim).filter(|topic| !topic.is_empty()) {
            if topic.chars().count() > TOPIC_AT_MOST {
                problems.add(Field::Topics, format!("a topic has at most {TOPIC_AT_MOST} characters; put commas between topics"));
            } else if seen.insert(fold(topic).into_owned()) {
                count += 1;
                // A field holds hundreds of topics, and each is looked for in the whole base: those that are too many are only counted.
                if count <= TOPICS_AT_MOST {
                    topics.push(known_topic(base, topic).unwrap_or_else(|| topic.to_owned()));
                }
            }
        }
        if count > TOPICS_AT_MOST {
            problems.add(Field::Topics, format!("{count} topics are too many; keep the {TOPICS_AT_MOST} that matter, main topic first"));
        }
        topics
    }

    fn read_questions(&self, problems: &mut Problems) -> Vec<String> {
        let mut questions: Vec<String> = Vec::new();
        let mut seen = HashSet::new();
        for line in lines(&self.questions) {
            if line.chars().count() > QUESTION_AT_MOST {
                problems.add(Field::Questions, format!("a question has at most {QUESTION_AT_MOST} characters; write one a line"));
            } else if seen.insert(fold(line).into_owned()) {
                questions.push(line.to_owned());
            }
        }
        if questions.len() > QUESTIONS_AT_MOST {
            let count = questions.len();
            problems.add(Field::Questions, format!("{count} question forms are too many; keep the {QUESTIONS_AT_MOST} that differ most"));
        }
        questions
    }
}

#[derive(Default)]
struct Problems(Vec<FieldProblem>);

impl Problems {
    fn add(&mut self, field: Field, message: String) {
        self.0.push(FieldProblem { field, message });
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn read_claim(typed: &str, problems: &mut Problems) -> String {
    let claim = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = claim.chars().count();
    if claim.is_empty() {
        problems.add(Field::Claim, "say what happened, in one to three sentences".to_owned());
    } else if length > CLAIM_AT_MOST {
        problems.add(Field::Claim, format!("{length} characters are too many; a claim has at most {CLAIM_AT_MOST}: make two facts of it"));
    } else if words(&claim).len() < 3 {
        problems.add(Field::Claim, "write a whole sentence: who, what and when".to_owned());
    } else if let Some(opening) = opens_backward(&claim) {
        problems.add(Field::Claim, format!("it opens with \"{opening}\", so it does not stand alone; name who, what and when"));
    }
    claim
}

fn read_date(typed: &str, problems: &mut Problems) -> Option<FactDate> {
    let typed = typed.trim();
    if typed.is_empty() {
        return None;
    }
    typed.parse().map_err(|error| problems.add(Field::Date, format!("{error}; leave it empty if no date is known"))).ok()
}

fn known_topic(base: &Base, topic: &str) -> Option<String> {
    let folded = fold(topic);
    base.readings().find_map(|(_, fact)| fact.topics.iter().find(|known| fold(known) == folded).map(ToString::to_string))
}

/// How well a new fact is supported, as far as its sources tell.
pub(super) fn first_standing(sources: &Sourced) -> Standing {
    let mut publishers: Vec<_> = sources.iter().filter_map(|source| source.publisher.as_deref()).map(fold).collect();
    publishers.sort_unstable();
    publishers.dedup();
    if publishers.len() > 1 { Standing::WellSourced } else { Standing::SingleSource }
}

/// Those of one kind that a claim names. Of a fact that is being changed, who it is tied to without being named stays.
pub(super) fn names(
    view: &Knowledge,
    claim: &str,
    kind: EntityKind,
    before: Option<&Record>,
    known: fn(&Record) -> &Vec<String>,
) -> Vec<String> {
    let found = named_in(view, claim, kind);
    let Some(before) = before else { return found };
    let gone: Vec<String> = named_in(view, &before.text, kind).into_iter().filter(|name| !found.contains(name)).collect();
    let mut names: Vec<String> = known(before).iter().filter(|name| !gone.contains(name)).cloned().collect();
    for name in found {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn named_in(view: &Knowledge, text: &str, kind: EntityKind) -> Vec<String> {
    let mut names = Vec::new();
    for token in view.index.analyser.read(text, &mut WordCache::default()) {
        if let Meaning::Entity(entity) = token.meaning {
            let entity = view.base.entity(entity);
            if entity.kind == kind && !names.contains(&entity.name.to_string()) {
                names.push(entity.name.to_string());
            }
        }
    }
    names
}

/// A record with more question forms, those left out that it has already; nothing where they are more than a form can show again.
pub fn with_forms(mut record: Record, forms: &[String]) -> Option<Record> {
    for form in forms {
        if record.questions.iter().all(|known| fold(known) != fold(form)) {
            record.questions.push(form.clone());
        }
    }
    let length: usize = record.questions.iter().map(|form| form.chars().count() + 1).sum();
    (record.questions.len() <= QUESTIONS_AT_MOST && length <= QUESTIONS_LENGTH).then_some(record)
}

/// An id for a new fact, made from its claim's first telling words; one that no fact has or had.
pub fn made_id(view: &Knowledge, claim: &str, is_taken: impl Fn(&FactId) -> bool) -> Option<FactId> {
    let telling = view.index.analyser.read(claim, &mut WordCache::default());
    let telling = telling.iter().filter(|token| token.meaning != Meaning::Stop).map(|token| token.english.as_ref());
    let mut id = String::new();
    for word in telling.flat_map(|word: &str| word.split(' ')).take(WORDS_OF_ID) {
        let plain: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
        if !plain.is_empty() && id.len() + plain.len() < MADE_ID_AT_MOST {
            let gap = if id.is_empty() { "" } else { "-" };
            id = format!("{id}{gap}{plain}");
        }
    }
    if id.is_empty() {
        "fact".clone_into(&mut id);
    }
    let numbered = (2u32..).map(|number| format!("{id}-{number}"));
    std::iter::once(id.clone()).chain(numbered).filter_map(|id| FactId::new(&id)).find(|id| !is_taken(id))
}
