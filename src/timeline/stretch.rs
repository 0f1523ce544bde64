//! What lasts: when events began and ended, by everybody who says so.

use crate::date::{DaySpan, FactDate};
use crate::fact::{Base, EntityIx, FactId, FactIx};

/// When something began or ended, as one fact says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimed {
    /// The days that are meant; one, unless the fact knows only the month or year.
    pub days: DaySpan,
    /// The fact that says so.
    pub fact: FactIx,
}

/// From when until when an event lasted, by every account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The event.
    pub event: EntityIx,
    /// When it began, earliest first; at least one.
    pub begins: Vec<Claimed>,
    /// When it ended, earliest first. None where no fact says.
    pub ends: Vec<Claimed>,
    /// From the earliest day that is claimed to the latest.
    pub days: DaySpan,
}

impl Stretch {
    /// The event's days by the facts that are served; nothing where none of them says when it began.
    pub fn of(base: &Base, event: EntityIx) -> Option<Self> {
        let entity = base.entity(event);
        let begins = claims(base, &entity.begins, FactDate::opening);
        let ends = claims(base, &entity.ends, FactDate::closing);
        let begun = begins.first()?.days;
        let days = begins.iter().chain(&ends).map(|claimed| claimed.days).fold(begun, DaySpan::hull);
        Some(Self { event, begins, ends, days })
    }

    /// All events that lasted from one day until another, in the order of their beginnings; not what took a day.
    pub fn lasting(base: &Base) -> Vec<Self> {
        let events = (0u32..).map(EntityIx).take(base.entities().len());
        let mut all: Vec<Self> = events.filter_map(|event| Self::of(base, event)).filter(Self::lasted).collect();
        all.sort_by_key(|stretch| (stretch.days, stretch.event));
        all
    }
}

impl Stretch {
    fn lasted(&self) -> bool {
        let facts = |claims: &[Claimed]| claims.iter().map(|claimed| claimed.fact).collect::<Vec<_>>();
        !self.ends.is_empty() && facts(&self.begins) != facts(&self.ends)
    }
}

fn claims(base: &Base, facts: &[FactId], days: impl Fn(&FactDate) -> DaySpan) -> Vec<Claimed> {
    let dated = facts.iter().filter_map(|id| base.find(id.as_str())).filter_map(|fact| Some((fact, base.fact(fact).date?)));
    let mut claims: Vec<Claimed> = dated.map(|(fact, date)| Claimed { days: days(&date), fact }).collect();
    claims.sort_by_key(|claimed| (claimed.days, claimed.fact));
    claims
}
