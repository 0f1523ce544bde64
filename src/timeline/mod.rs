//! Facts in the order of time: which are meant (`filter`, `when`, `names`), in what order, in what pages, and as a picture.
//!
//! A date is never sharpened on the way: a fact of May 2022 stands with May, before what is dated to a day of May, and is called "May 2022".
//! Where sources disagree, every side stands at its own date and names the others.

pub mod course;
pub mod filter;
pub mod names;
pub mod pages;
pub mod picture;
pub mod stretch;
pub mod when;

use std::cmp::Ordering;

use crate::date::{DayNumber, DaySpan, FactDate, PartialDate};
use crate::fact::{Base, EntityIx, EntityKind, FactIx, SourceIx};
use crate::index::FactTerm;
use crate::index::analysis::entity_term;
use crate::knowledge::Knowledge;
use crate::text::cut::shorten;

/// Which facts are meant. What is not said narrows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Facts that may have happened on this day or later.
    pub from: Option<DayNumber>,
    /// Facts that may have happened on this day or earlier.
    pub to: Option<DayNumber>,
    /// Facts about any of these topics; none named narrows nothing.
    pub topics: Vec<Box<str>>,
    /// Facts that name this person, organisation, place, event or document.
    pub who: Option<EntityIx>,
    /// Facts that rest on this source.
    pub source: Option<SourceIx>,
}

impl Selection {
    /// The facts of one person, organisation, place, event or document.
    pub fn of_entity(who: EntityIx) -> Self {
        Self { who: Some(who), ..Self::default() }
    }

    /// The facts that rest on one source.
    pub fn of_source(source: SourceIx) -> Self {
        Self { source: Some(source), ..Self::default() }
    }

    /// Whether days that something may have happened on meet the bounds.
    pub fn meets(&self, days: DaySpan) -> bool {
        self.from.is_none_or(|from| days.last >= from) && self.to.is_none_or(|to| days.first <= to)
    }

    fn takes(&self, knowledge: &Knowledge, at: FactIx) -> bool {
        let fact = knowledge.base.reading(at);
        (self.topics.is_empty() || self.topics.iter().any(|topic| fact.topics.contains(topic)))
            && self.source.is_none_or(|source| fact.citations.iter().any(|cited| cited == source))
            && self.who.is_none_or(|who| is_about(knowledge, at, who))
            && fact.date.is_none_or(|date| self.meets(date.span()))
    }
}

/// Whether a fact names somebody or something: in its lists, or, for what is in no list, in its claim.
fn is_about(knowledge: &Knowledge, at: FactIx, who: EntityIx) -> bool {
    match knowledge.base.entity(who).kind {
        EntityKind::Person | EntityKind::Organisation | EntityKind::Place => {
            knowledge.base.reading(at).entities().any(|named| named == who)
        }
        EntityKind::Event | EntityKind::Document => {
            let term = knowledge.index.term(&entity_term(who));
            term.and_then(|term| knowledge.index.holds(at, term)).is_some_and(FactTerm::is_in_claim)
        }
    }
}

/// A fact at its place in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which fact.
    pub fact: FactIx,
    /// When, as exactly as it is known.
    pub date: FactDate,
    /// Facts that contradict it.
    pub rivals: Vec<FactIx>,
}

impl Entry {
    /// Those who contradict it, by the date that they give, if they give one; in the order of time.
    pub fn others(&self, base: &Base) -> Vec<(Option<FactDate>, Vec<FactIx>)> {
        let mut others: Vec<(Option<FactDate>, Vec<FactIx>)> = Vec::new();
        for &rival in &self.rivals {
            let date = base.fact(rival).date;
            match others.iter_mut().find(|(known, _)| *known == date) {
                Some((_, facts)) => facts.push(rival),
                None => others.push((date, vec![rival])),
            }
        }
        others.sort_by(|(a, _), (b, _)| match (a, b) {
            (Some(a), Some(b)) => in_time(a, b),
            _ => b.is_some().cmp(&a.is_some()),
        });
        others
    }

    /// What those say who contradict it: of the first `most` who published it, when their fact is dated, and their claim, cut to so many
    /// characters; then how many more there are. Nothing where nobody says otherwise. What is disputed need not be the date.
    pub fn dispute(&self, base: &Base, most: usize, claim_at_most: usize) -> Option<String> {
        let rivals: Vec<FactIx> = self.others(base).into_iter().flat_map(|(_, facts)| facts).collect();
        let side = |fact: &FactIx| {
            let date = base.fact(*fact).date.map(|date| format!(" ({})", date.spoken())).unwrap_or_default();
            let publisher = publishers(base, *fact).first().map(|name| (*name).to_owned()).unwrap_or_default();
            format!("{publisher}{date}: {}", shorten(&base.fact(*fact).claim, claim_at_most).trim_end_matches('.'))
        };
        let mut sides: Vec<String> = rivals.iter().take(most).map(side).collect();
        if rivals.len() > most {
            sides.push(format!("and {} more", rivals.len() - most));
        }
        (!rivals.is_empty()).then(|| format!("Sources disagree. {}", sides.join("; ")))
    }
}

/// The facts that are meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timeline {
    /// Those with a date, in the order of time.
    pub entries: Vec<Entry>,
    /// Those without one that are meant otherwise, in the order of the base. Where a date was asked for there are none.
    pub undated: Vec<FactIx>,
}

impl Timeline {
    /// The first entry that begins where the selection does, or behind: what stands before it may have been earlier, or is dated less
    /// exactly than was asked for.
    pub fn opening(&self, selection: &Selection) -> usize {
        let within = |from| self.entries.iter().position(|entry| entry.date.opening().first >= from);
        selection.from.and_then(within).unwrap_or(0)
    }
}

/// The facts that are meant, in order; those of one date as they stand in the base. The order is total, and an edit of one fact does not
/// change that of the others.
pub fn select(knowledge: &Knowledge, selection: &Selection) -> Timeline {
    let base = &knowledge.base;
    let is_bounded = selection.from.is_some() || selection.to.is_some();
    let mut timeline = Timeline::default();
    for (at, fact) in base.served().filter(|at| selection.takes(knowledge, *at)).map(|at| (at, base.reading(at))) {
        match fact.date {
            Some(date) => timeline.entries.push(Entry { fact: at, date, rivals: base.conflicts(at).into_owned() }),
            None if !is_bounded => timeline.undated.push(at),
            None => {}
        }
    }
    timeline.entries.sort_by(|a, b| in_time(&a.date, &b.date).then_with(|| base.place(a.fact).cmp(&base.place(b.fact))));
    timeline
}

/// The order of dates: by when they begin, the vaguer first, then by when they end.
pub fn in_time(a: &FactDate, b: &FactDate) -> Ordering {
    let key = |date: &FactDate| (date.opening().first, vagueness(date.start), date.span().last, date.approximate, date.uncertain);
    key(a).cmp(&key(b))
}

/// 0 for what is known to the year, 1 to the month, 2 to the day.
fn vagueness(date: PartialDate) -> u8 {
    match date {
        PartialDate::Year(_) => 0,
        PartialDate::Month(..) => 1,
        PartialDate::Day(..) => 2,
    }
}

/// Who publishes the sources of a fact, each once, in their order.
pub fn publishers(base: &Base, fact: FactIx) -> Vec<&str> {
    let mut named: Vec<&str> = Vec::new();
    for source in base.fact(fact).citations.iter().map(|source| base.source(source)) {
        let name = source.publisher.as_deref().unwrap_or(&source.title);
        if !named.contains(&name) {
            named.push(name);
        }
    }
    named
}

/// What facts are about, each topic with the number of facts, the most frequent first, then by name.
pub fn topics(base: &Base) -> Vec<(Box<str>, usize)> {
    let mut counted: hashbrown::HashMap<Box<str>, usize> = hashbrown::HashMap::new();
    for (_, fact) in base.readings() {
        for topic in &fact.topics {
            *counted.entry_ref(&**topic).or_default() += 1;
        }
    }
    let mut topics: Vec<(Box<str>, usize)> = counted.into_iter().collect();
    topics.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
    topics
}
