//! A timeline as a reader of the terminal sees it.

use std::fmt::Write as _;

use crate::cli::render::citation;
use crate::fact::Base;
use crate::knowledge::Knowledge;
use crate::timeline::filter::{Emptied, Understood, named};
use crate::timeline::{Entry, Selection, Timeline};

/// Characters that a date has room for beside its claim.
const DATE_WIDTH: usize = 26;

/// The first `most` entries of a timeline, each with its date, its claim and its sources: what begins within the selection's time, then
/// what may have been earlier.
pub(super) fn timeline(knowledge: &Knowledge, understood: &Understood, timeline: &Timeline, most: usize) -> String {
    let base = &knowledge.base;
    let facts = |count: usize| if count == 1 { "1 fact".to_owned() } else { format!("{count} facts") };
    let (title, count) = (named(knowledge, &understood.selection), timeline.entries.len());
    let vague = match timeline.opening(&understood.selection) {
        0 => String::new(),
        vague => format!(", {vague} of them begun earlier or dated too vaguely to tell"),
    };
    let mut out = format!("Timeline: {title} ({}{vague})\n", facts(count));
    let (vague, within) = timeline.entries.split_at(timeline.opening(&understood.selection));
    for entry in within.iter().take(most) {
        entry_lines(base, entry, &mut out);
    }
    if within.len() > most {
        let _ = writeln!(out, "\n… and {} more", within.len() - most);
    }
    if !vague.is_empty() {
        let _ = writeln!(out, "\nBegun earlier, or dated too vaguely to tell: {}", vague.len());
    }
    for entry in vague.iter().take(most.saturating_sub(within.len())) {
        entry_lines(base, entry, &mut out);
    }
    if !timeline.undated.is_empty() {
        let _ = writeln!(out, "\n{} without a date left out", timeline.undated.len());
    }
    out
}

fn entry_lines(base: &Base, entry: &Entry, out: &mut String) {
    let fact = base.fact(entry.fact);
    let _ = writeln!(out, "\n{:DATE_WIDTH$} {}", entry.date.spoken(), fact.claim);
    for source in fact.citations.iter() {
        let _ = writeln!(out, "{:DATE_WIDTH$}   {}", "", citation(base, source));
    }
    if let Some(dispute) = entry.dispute(base, usize::MAX, usize::MAX) {
        let _ = writeln!(out, "{:DATE_WIDTH$}   {dispute}", "");
    }
}

/// Why there is nothing, and what is nearest.
pub(super) fn empty(knowledge: &Knowledge, selection: &Selection, emptied: &Emptied) -> String {
    let base = &knowledge.base;
    let mut out = format!("sanad: no dated fact for: {}\n", named(knowledge, selection));
    for wider in &emptied.without {
        let facts = if wider.facts == 1 { "fact is" } else { "facts are" };
        let _ = writeln!(out, "  without {}, {} {facts} there", wider.named(), wider.facts);
    }
    for &fact in &emptied.nearest {
        let fact = base.fact(fact);
        let date = fact.date.map(|date| date.spoken()).unwrap_or_default();
        let _ = writeln!(out, "  nearest: {date}: {}", fact.claim);
    }
    out
}
