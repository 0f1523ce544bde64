//! Facts as rows of a file that is exported: a JSON object on a line, or a line of CSV with the same fields, in which a list is a JSON
//! array in its cell, so that nothing a text may hold is lost.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Record, RevisionNo, Sourced};
use crate::date::FactDate;
use crate::fact::{FactId, Standing};

/// The fields of a row in their order. The last two are written only where a fact has them.
pub const FIELDS: [&str; 14] = [
    "id",
    "text",
    "date",
    "questions",
    "topics",
    "people",
    "places",
    "organisations",
    "sources",
    "conflicts",
    "standing",
    "revision",
    "title",
    "short",
];
/// A fact as it is exported.
#[derive(Debug, Clone, Serialize)]
pub struct Row<'r> {
    id: &'r FactId,
    text: &'r str,
    date: Option<FactDate>,
    questions: &'r [String],
    topics: &'r [String],
    people: &'r [String],
    places: &'r [String],
    organisations: &'r [String],
    sources: &'r Sourced,
    conflicts: &'r [String],
    standing: Standing,
    revision: RevisionNo,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'r str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    short: &'r BTreeMap<String, String>,
}

impl<'r> Row<'r> {
    /// The row of a fact that stands at a revision.
    pub fn of(id: &'r FactId, record: &'r Record, revision: RevisionNo) -> Self {
        Self {
            id,
            text: &record.text,
            date: record.date,
            questions: &record.questions,
            topics: &record.topics,
            people: &record.people,
            places: &record.places,
            organisations: &record.organisations,
            sources: &record.sources,
            conflicts: &record.conflicts,
            standing: record.standing,
            revision,
            title: record.title.as_deref(),
            short: &record.short,
        }
    }

    /// The row as cells, one for each of [`FIELDS`].
    ///
    /// # Errors
    /// None that is known: texts and lists of texts can always be written.
    pub fn cells(&self) -> serde_json::Result<[String; 14]> {
        let list = |items: &[String]| serde_json::to_string(items);
        let short = if self.short.is_empty() { String::new() } else { serde_json::to_string(self.short)? };
        Ok([
            self.id.as_str().to_owned(),
            self.text.to_owned(),
            self.date.map(|date| date.to_string()).unwrap_or_default(),
            list(self.questions)?,
            list(self.topics)?,
            list(self.people)?,
            list(self.places)?,
            list(self.organisations)?,
            serde_json::to_string(self.sources)?,
            list(self.conflicts)?,
            self.standing.as_str().to_owned(),
            self.revision.0.to_string(),
            self.title.unwrap_or_default().to_owned(),
            short,
        ])
    }
}
