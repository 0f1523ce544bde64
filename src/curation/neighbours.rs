//! What a new claim stands beside: facts that say the same, and facts that it would contradict.

use super::likeness::Terms;
use crate::answer::candidates::Scratch;
use crate::answer::{rank, weights};
use crate::date::phrases::Agreement;
use crate::fact::{FactId, FactIx};
use crate::knowledge::Knowledge;
use crate::question::{Class, Element, Question};

/// Neighbours shown at most.
const MOST: usize = 5;
/// From this cosine of term weights on, two claims say the same.
const SAME: f32 = 0.72;
/// From this on they speak of the same matter.
const SAME_MATTER: f32 = 0.4;

/// How a fact stands to a new claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// It says nearly the same.
    Alike,
    /// It speaks of the same, with another number, date or outcome.
    Differs,
}

/// A fact beside a new claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neighbour {
    /// Which.
    pub fact: FactIx,
    /// How it stands to the claim.
    pub relation: Relation,
}

/// The facts beside a claim, those that it would contradict first. `own` is the fact that is being changed.
pub fn neighbours(view: &Knowledge, claim: &str, own: Option<&FactId>, scratch: &mut Scratch) -> Vec<Neighbour> {
    let claim = Question::read_clean(&view.index, claim);
    let terms = Terms::of(view, &claim);
    let mut found: Vec<(f32, Neighbour)> = rank(view, weights(view), &claim, scratch)
        .into_iter()
        .filter(|ranked| Some(&view.base.fact(ranked.fact).id) != own)
        .filter_map(|ranked| {
            // Both are read in the same way: the index holds more of a fact than its claim says.
            let said = Question::read_clean(&view.index, &view.base.fact(ranked.fact).claim);
            let likeness = terms.likeness(&Terms::of(view, &said));
            let relation = match likeness {
                _ if likeness >= SAME_MATTER && differ(view, &claim, &said, ranked.fact) => Relation::Differs,
                _ if likeness >= SAME => Relation::Alike,
                _ => return None,
            };
            Some((likeness, Neighbour { fact: ranked.fact, relation }))
        })
        .collect();
    found.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    found.truncate(MOST);
    let mut found: Vec<Neighbour> = found.into_iter().map(|(_, neighbour)| neighbour).collect();
    found.sort_by_key(|neighbour| std::cmp::Reverse(neighbour.relation));
    found
}

/// Whether a claim names a number or a date that a fact's does not, or one of them has a word that turns what is said and the other has not.
fn differ(view: &Knowledge, claim: &Question, said: &Question, fact: FactIx) -> bool {
    // "1 month" is "a month": one is no number that could be wrong.
    let is_number = |element: &&Element| element.class == Class::Number && element.typed != "1";
    let mut numbers = claim.elements.iter().filter(is_number);
    let lacks_turn = |one: &Question, other: &Question| one.elements.iter().any(|element| element.turns && !holds(other, element));
    numbers.any(|number| !holds(said, number))
        || lacks_turn(claim, said)
        || lacks_turn(said, claim)
        || dates_differ(view, claim, said, fact)
}

fn holds(text: &Question, element: &Element) -> bool {
    text.elements.iter().any(|other| match element.terms.first() {
        Some((term, _)) => other.terms.iter().any(|(met, _)| met == term),
        None => other.typed.eq_ignore_ascii_case(&element.typed),
    })
}

/// Whether a claim names a date that a fact does not. Of two dates in one claim either may be another.
fn dates_differ(view: &Knowledge, claim: &Question, said: &Question, fact: FactIx) -> bool {
    let known = view.index.profile(fact).dates;
    claim.mentions.iter().any(|mention| {
        let is_apart = !known.is_empty() && known.iter().all(|days| mention.when.agreement(*days) == Agreement::Apart);
        is_apart && said.mentions.iter().all(|other| other.when != mention.when)
    })
}
