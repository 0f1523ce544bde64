//! A timeline as rows, for programs and for spreadsheets.

use std::borrow::Cow;
use std::io::Write;

use serde::Serialize;

use crate::cli::rows::SourceRow;
use crate::fact::{Base, Fact, FactIx};
use crate::timeline::{Entry, Timeline};

/// A fact at its place in time.
#[derive(Debug, Serialize)]
struct Row<'b> {
    /// As its sources give it.
    date: String,
    /// Its beginning, as exactly as it is known: rows are in the order of these texts.
    sort: String,
    text: &'b str,
    fact: &'b str,
    topics: &'b [Box<str>],
    /// People, organisations and places in it.
    who: Vec<&'b str>,
    sources: Vec<SourceRow<'b>>,
    /// Facts that contradict it, by the date that they give; null where they give none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    disputed: Vec<Other<'b>>,
}

#[derive(Debug, Serialize)]
struct Other<'b> {
    date: Option<String>,
    facts: Vec<&'b str>,
}

impl<'b> Row<'b> {
    fn of(base: &'b Base, entry: &Entry) -> Self {
        let fact = base.fact(entry.fact);
        Self {
            date: entry.date.to_string(),
            sort: entry.date.start.to_string(),
            text: &fact.claim,
            fact: fact.id.as_str(),
            topics: &fact.topics,
            who: who(base, fact),
            sources: SourceRow::all_of(base, entry.fact),
            disputed: others(base, entry),
        }
    }
}

fn who<'b>(base: &'b Base, fact: &'b Fact) -> Vec<&'b str> {
    fact.entities().map(|entity| base.entity(entity).name.as_ref()).collect()
}

fn others<'b>(base: &'b Base, entry: &Entry) -> Vec<Other<'b>> {
    let ids = |facts: Vec<FactIx>| facts.into_iter().map(|fact| base.fact(fact).id.as_str()).collect();
    let others = entry.others(base).into_iter();
    others.map(|(date, facts)| Other { date: date.map(|date| date.to_string()), facts: ids(facts) }).collect()
}

/// JSON Lines, an object for each entry.
pub(super) fn json(base: &Base, timeline: &Timeline, out: &mut impl Write) -> anyhow::Result<()> {
    for entry in &timeline.entries {
        serde_json::to_writer(&mut *out, &Row::of(base, entry))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// CSV for people: lists in one cell, parted by semicolons, sources one a line.
pub(super) fn csv(base: &Base, timeline: &Timeline, out: &mut impl Write) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["date", "sort", "text", "fact", "topics", "who", "sources", "disputed"])?;
    for entry in &timeline.entries {
        let fact = base.fact(entry.fact);
        let sources: Vec<String> = fact.citations.iter().map(|source| crate::cli::render::citation(base, source)).collect();
        let disputed = entry.dispute(base, usize::MAX, usize::MAX).unwrap_or_default();
        csv.write_record([
            entry.date.to_string().as_str(),
            &entry.date.start.to_string(),
            &harmless(&fact.claim),
            fact.id.as_str(),
            &harmless(&fact.topics.join("; ")),
            &harmless(&who(base, fact).join("; ")),
            &harmless(&sources.join("\n")),
            &harmless(&disputed),
        ])?;
    }
    csv.flush()?;
    Ok(())
}

/// Text that no spreadsheet takes for a formula (OWASP, "CSV Injection").
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text.into() }
}
