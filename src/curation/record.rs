//! A fact as people write, export and import it: everything by its name, nothing by its place in a base.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::date::FactDate;
use crate::fact::{Base, FactIx, SourceIx, Standing};

/// A source as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceRecord {
    /// Its name for good.
    pub id: String,
    /// Who published it.
    #[serde(default)]
    pub publisher: Option<String>,
    /// Its title.
    pub title: String,
    /// Its address: http or https.
    #[serde(default)]
    pub url: Option<String>,
    /// When it was published.
    #[serde(default)]
    pub published: Option<FactDate>,
}

impl SourceRecord {
    /// A source of a base.
    pub fn of(base: &Base, at: SourceIx) -> Self {
        let source = base.source(at);
        let owned = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
        Self {
            id: source.id.as_str().to_owned(),
            publisher: owned(&source.publisher),
            title: source.title.to_string(),
            url: owned(&source.url),
            published: source.published,
        }
    }
}

/// The sources of a record: never none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<SourceRecord>", into = "Vec<SourceRecord>")]
pub struct Sourced(Vec<SourceRecord>);

impl Sourced {
    /// The sources, if there is at least one.
    pub fn new(sources: Vec<SourceRecord>) -> Option<Self> {
        (!sources.is_empty()).then_some(Self(sources))
    }

    /// All of them, in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, SourceRecord> {
        self.0.iter()
    }
}

impl<'s> IntoIterator for &'s Sourced {
    type Item = &'s SourceRecord;
    type IntoIter = std::slice::Iter<'s, SourceRecord>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl TryFrom<Vec<SourceRecord>> for Sourced {
    type Error = &'static str;

    fn try_from(sources: Vec<SourceRecord>) -> Result<Self, Self::Error> {
        Self::new(sources).ok_or("a fact needs at least one source")
    }
}

impl From<Sourced> for Vec<SourceRecord> {
    fn from(sources: Sourced) -> Self {
        sources.0
    }
}

/// A fact as written. The fields are those of the rows that are exported; the id stands beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The claim.
    pub text: String,
    /// Context that may be matched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// When it happened.
    #[serde(default)]
    pub date: Option<FactDate>,
    /// Question forms.
    #[serde(default)]
    pub questions: Vec<String>,
    /// What it is about, main topic first.
    #[serde(default)]
    pub topics: Vec<String>,
    /// Names of people in it.
    #[serde(default)]
    pub people: Vec<String>,
    /// Names of places in it.
    #[serde(default)]
    pub places: Vec<String>,
    /// Names of organisations in it.
    #[serde(default)]
    pub organisations: Vec<String>,
    /// What it rests on.
    pub sources: Sourced,
    /// Ids of facts that contradict it.
    #[serde(default)]
    pub conflicts: Vec<String>,
    /// How well it is supported.
    #[serde(default)]
    pub standing: Standing,
    /// Words of the claim that answer one kind of question, by kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub short: BTreeMap<String, String>,
}

impl Record {
    /// A fact of a base.
    pub fn of(base: &Base, at: FactIx) -> Self {
        let fact = base.reading(at);
        let texts = |texts: &[Box<str>]| texts.iter().map(ToString::to_string).collect();
        let names = |entities: &[crate::fact::EntityIx]| entities.iter().map(|e| base.entity(*e).name.to_string()).collect();
        let sources = fact.citations.iter().map(|s| SourceRecord::of(base, s)).collect();
        Self {
            text: fact.claim.to_string(),
            title: fact.title.as_deref().map(str::to_owned),
            date: fact.date,
            questions: texts(&fact.questions),
            topics: texts(&fact.topics),
            people: names(&fact.people),
            places: names(&fact.places),
            organisations: names(&fact.organisations),
            sources: Sourced(sources),
            conflicts: base.conflicts(at).iter().map(|&c| base.fact(c).id.as_str().to_owned()).collect(),
            standing: base.written_standing(at),
            short: fact.short.named().map(|(kind, words)| (kind.to_owned(), words.to_owned())).collect(),
        }
    }
}
