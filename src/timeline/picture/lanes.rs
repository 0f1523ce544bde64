//! Lanes: which facts share one, and what it is called.

use hashbrown::HashMap;

use crate::fact::{EntityIx, Fact};
use crate::knowledge::Knowledge;
use crate::timeline::{Selection, Timeline};

/// The most lanes that have a name of their own.
const NAMED: usize = 9;

/// By what facts are parted into lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parting {
    /// By what they are mainly about.
    Topic,
    /// By who is in them; where all are about one topic.
    Actor,
}

/// Facts that share a lane, as their places in the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lane {
    pub(super) name: String,
    pub(super) entries: Vec<usize>,
}

/// By what the facts of a selection are parted.
pub(super) fn parting(selection: &Selection) -> Parting {
    if selection.topics.is_empty() { Parting::Topic } else { Parting::Actor }
}

/// The lanes, in the order of their first facts; what has no lane of its own comes last.
pub(super) fn lanes(knowledge: &Knowledge, timeline: &Timeline, parting: Parting) -> Vec<Lane> {
    let facts: Vec<&Fact> = timeline.entries.iter().map(|entry| knowledge.base.fact(entry.fact)).collect();
    let keys: Vec<Option<&str>> = match parting {
        Parting::Topic => facts.iter().map(|fact| fact.topics.first().map(AsRef::as_ref)).collect(),
        Parting::Actor => {
            let common = common_actors(&facts);
            facts.iter().map(|fact| actor(fact, &common).map(|actor| knowledge.base.entity(actor).name.as_ref())).collect()
        }
    };
    let mut lanes: Vec<Lane> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut rest: Vec<usize> = Vec::new();
    for (at, key) in keys.iter().enumerate() {
        let Some(key) = *key else {
            rest.push(at);
            continue;
        };
        let lane = *known.entry(key).or_insert_with(|| {
            lanes.push(Lane { name: key.to_owned(), entries: Vec::new() });
            lanes.len() - 1
        });
        if let Some(lane) = lanes.get_mut(lane) {
            lane.entries.push(at);
        }
    }
    let mut sizes: Vec<usize> = lanes.iter().map(|lane| lane.entries.len()).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    // A lane as large as the smallest that is kept stays only while there is room.
    let least = sizes.get(NAMED - 1).copied().unwrap_or(0);
    let mut room = sizes.iter().take(NAMED).filter(|size| **size == least).count();
    let mut kept = Vec::new();
    for lane in lanes {
        let is_last = lane.entries.len() == least;
        if lane.entries.len() > least || (is_last && room > 0) {
            room -= usize::from(is_last);
            kept.push(lane);
        } else {
            rest.extend(lane.entries);
        }
    }
    if !rest.is_empty() {
        rest.sort_unstable();
        let name = if kept.is_empty() { "facts" } else { "other" };
        kept.push(Lane { name: name.to_owned(), entries: rest });
    }
    kept
}

/// The first organisation, then person, of a fact that is not in most facts; else the first at all.
fn actor(fact: &Fact, common: &[EntityIx]) -> Option<EntityIx> {
    let mut actors = fact.organisations.iter().chain(&fact.people).copied();
    let first = actors.clone().next();
    actors.find(|actor| !common.contains(actor)).or(first)
}

/// Those who are in more than half of the facts: they tell none of them apart.
fn common_actors(facts: &[&Fact]) -> Vec<EntityIx> {
    let mut counted: HashMap<EntityIx, usize> = HashMap::new();
    for actor in facts.iter().flat_map(|fact| fact.organisations.iter().chain(&fact.people)) {
        *counted.entry(*actor).or_default() += 1;
    }
    let mut common: Vec<EntityIx> =
        counted.into_iter().filter(|(_, facts_in)| facts_in * 2 > facts.len()).map(|(actor, _)| actor).collect();
    common.sort_unstable();
    common
}
