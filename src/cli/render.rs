//! What the terminal shows: plain text, with colour where it is wanted.

use std::fmt::Write as _;

use crate::answer::{Answer, Confidence, Outcome, compose};
use crate::date::FactDate;
use crate::fact::{Base, FactIx, Source, SourceIx};
use crate::knowledge::Knowledge;

/// Near questions shown at most.
const OFFERED: usize = 5;

/// Whether to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paint {
    /// With ANSI colours.
    Colour,
    /// Without.
    Plain,
}

impl Paint {
    fn wrap(self, code: &str, text: &str) -> String {
        match self {
            Self::Colour => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            Self::Plain => text.to_owned(),
        }
    }

    fn strong(self, text: &str) -> String {
        self.wrap("1", text)
    }

    fn faint(self, text: &str) -> String {
        self.wrap("2", text)
    }
}

/// An answer as a reader sees it.
pub(super) fn answer(knowledge: &Knowledge, answer: &Answer, paint: Paint) -> String {
    let mut out = String::new();
    if let Some(assumed) = &answer.assumed {
        let _ = writeln!(out, "{}", paint.faint(&format!("(taken to be about: {assumed})")));
    }
    match answer.outcome {
        Outcome::Answer => answered(knowledge, answer, paint, &mut out),
        Outcome::Suggest => {
            // One thing is no choice.
            let opening = if answer.is_close() && answer.ranked.len() > 1 {
                "I am not sure which of these you mean, so I do not answer yet:"
            } else {
                "I have no sure answer to that. The nearest I could answer:"
            };
            let _ = writeln!(out, "{opening}");
            offers(knowledge, answer, &mut out);
        }
        Outcome::Abstain if answer.ranked.is_empty() => {
            let _ = writeln!(out, "I have no sourced answer to that.");
        }
        Outcome::Abstain => {
            let _ = writeln!(out, "I have no sourced answer to that. The nearest I could answer:");
            offers(knowledge, answer, &mut out);
        }
    }
    out
}

fn answered(knowledge: &Knowledge, answer: &Answer, paint: Paint, out: &mut String) {
    let Some(first) = answer.ranked.first() else { return };
    let base = &knowledge.base;
    let mut shown: Vec<FactIx> = vec![first.fact];
    let _ =
        writeln!(out, "{}", paint.strong(&compose::led(knowledge, compose::lead_wanted(knowledge, &answer.question, first), first.fact)));
    match &answer.second {
        Some(second) => {
            if let Some(ranked) = second.ranked.first() {
                let _ = writeln!(
                    out,
                    "{}",
                    paint.strong(&compose::led(knowledge, compose::lead_wanted(knowledge, &second.question, ranked), ranked.fact))
                );
                shown.push(ranked.fact);
            }
        }
        None => {
            for fact in compose::completing(knowledge, answer.question.wanted, &answer.ranked) {
                let _ = writeln!(out, "Also: {}", base.fact(fact).claim);
                shown.push(fact);
            }
        }
    }
    let mut named: Vec<SourceIx> = Vec::new();
    let _ = writeln!(out, "\nSources");
    for fact in &shown {
        for source in base.fact(*fact).citations.iter() {
            if !named.contains(&source) {
                named.push(source);
                let _ = writeln!(out, "  {}", source_line(base.source(source)));
            }
        }
    }
    // What completes an answer has other sides too.
    let mut sides: Vec<FactIx> = compose::disputed(knowledge, answer);
    for side in shown.iter().flat_map(|fact| base.conflicts(*fact).into_owned()) {
        if !shown.contains(&side) && !sides.contains(&side) {
            sides.push(side);
        }
    }
    if !sides.is_empty() {
        let _ = writeln!(out, "\nSources disagree");
        for side in sides {
            let fact = base.fact(side);
            let _ = writeln!(out, "  {}", fact.claim);
            for source in fact.citations.iter() {
                let _ = writeln!(out, "    {}", paint.faint(&source_line(base.source(source))));
            }
        }
    }
    let standing = shown.first().map_or("", |f| base.standing(*f).as_str());
    let _ = writeln!(
        out,
        "\n{}",
        paint.faint(&format!("Confidence {} ({:.2}); {standing}.", Confidence::of(answer.confidence).as_str(), answer.confidence))
    );
}

fn offers(knowledge: &Knowledge, answer: &Answer, out: &mut String) {
    for (at, ranked) in answer.ranked.iter().take(OFFERED).enumerate() {
        let _ = writeln!(out, "  {}. {}", at + 1, compose::label(&knowledge.base, ranked.fact));
    }
}

fn source_line(source: &Source) -> String {
    reference(source.publisher.as_deref(), &source.title, source.published, source.url.as_deref())
}

/// A source of a base in one line.
pub(super) fn citation(base: &Base, at: SourceIx) -> String {
    source_line(base.source(at))
}

/// A source in one line: publisher, title, date, address.
pub(super) fn reference(publisher: Option<&str>, title: &str, day: Option<FactDate>, url: Option<&str>) -> String {
    let mut out = String::new();
    if let Some(publisher) = publisher {
        let _ = write!(out, "{publisher}, ");
    }
    let _ = write!(out, "\"{title}\"");
    if let Some(day) = day {
        let _ = write!(out, ", {}", day.spoken());
    }
    if let Some(url) = url {
        let _ = write!(out, " <{url}>");
    }
    out
}
