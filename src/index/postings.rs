//! From a term to the facts that hold it, each with how much that says: BM25's weight of a term in a fact.

use std::borrow::Cow;

use bytemuck::{Pod, Zeroable};

use super::TermIx;
use super::lists::{Filling, Lists};
use super::tables::Tables;
use crate::fact::FactIx;
use crate::image::{Image, Tag, Unusable, Writer};

/// BM25's saturation of repeated terms (Robertson and Zaragoza 2009 give 1.2 to 2).
const K1: f32 = 1.2;
/// BM25's share of length normalisation; low, for a fact with more question forms is not a longer fact.
const B: f32 = 0.4;
/// What a term can say at most in a fact.
pub(crate) const MOST_SAID: f32 = K1 + 1.0;

/// Facts that a base may have at most: their numbers share four bytes with what a term says in them.
pub const MOST_FACTS: usize = 1 << (32 - SAID_BITS);
const SAID_BITS: u32 = 6;
/// Steps that what a term says is kept in, for the first look; the closer look works it out anew.
const STEPS: u32 = (1 << SAID_BITS) - 1;

/// A term that more facts hold than this, and than one in [`COMMON_SHARE`], is common: all it leads to are the facts in which it says most.
const COMMON_FROM: usize = 2_048;
const COMMON_SHARE: usize = 25;

/// What a term that stands so often in a fact of this length says: from 0 to [`MOST_SAID`].
pub(crate) fn said(frequency: f32, length: f32, average: f32) -> f32 {
    frequency * MOST_SAID / (frequency + K1 * (1.0 - B + B * length / average))
}

/// A fact that holds a term, with how much the term says there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Pod, Zeroable)]
#[repr(transparent)]
pub(super) struct Posting(u32);

impl Posting {
    pub(super) fn new(fact: u32, said: f32) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a few dozen steps")]
        let steps = ((said / MOST_SAID * STEPS as f32).round() as u32).clamp(1, STEPS);
        Self(fact << SAID_BITS | steps)
    }

    pub(super) fn fact(self) -> u32 {
        self.0 >> SAID_BITS
    }

    pub(super) fn steps(self) -> u32 {
        self.0 & STEPS
    }
}

/// How many facts of so many a term may lead to without being common.
pub(super) fn common_from(facts: usize) -> usize {
    (facts / COMMON_SHARE).max(COMMON_FROM)
}

/// The facts that hold each term, in order; of a common term those in which it says most.
#[derive(Debug, Default)]
pub(super) struct Postings<'i> {
    lists: Lists<'i, Posting>,
    /// How many facts hold each term, those that are left out too.
    holders: Cow<'i, [u32]>,
}

const LISTS: Tag = Tag::new(*b"postings");
const HOLDERS: Tag = Tag::new(*b"holders ");

impl<'i> Postings<'i> {
    /// Postings that were saved.
    pub(super) fn open(image: &'i Image) -> Result<Self, Unusable> {
        Ok(Self { lists: Lists::open(image, LISTS)?, holders: image.slice(HOLDERS)?.into() })
    }

    /// Gathers what [`Self::open`] reads.
    pub(super) fn save<'w>(&'w self, writer: &mut Writer<'w>) {
        self.lists.save(writer, LISTS);
        writer.numbers(HOLDERS, &self.holders);
    }

    /// The postings of so many terms. Facts are numbered from `first`; `average` is the mean length of facts.
    pub(super) fn of(tables: &Tables<'_>, terms: usize, first: u32, average: f32) -> Self {
        let mut holders = vec![0u32; terms];
        for fact in 0..tables.count() {
            for held in tables.held(fact).terms {
                if let Some(count) = holders.get_mut(held.term().0 as usize) {
                    *count += 1;
                }
            }
        }
        let most = common_from(tables.count());
        let mut chosen = Chosen::of(tables, &holders, most, average);
        let room: Vec<u32> = holders.iter().map(|&count| if count as usize > most { number(COMMON_FROM) } else { count }).collect();
        let mut filling = Filling::of(&room);
        for fact in 0..tables.count() {
            let held = tables.held(fact);
            let length = tables.lengths.get(fact).copied().unwrap_or_default();
            for (at, term) in held.terms.iter().enumerate() {
                let posting = Posting::new(first + number(fact), said(held.frequency(at), length, average));
                if chosen.takes(term.term(), posting) {
                    filling.push(term.term().0, posting);
                }
            }
        }
        Self { lists: filling.finish(), holders: holders.into() }
    }

    pub(super) fn with(&self, term: TermIx) -> &[Posting] {
        self.lists.of(term.0)
    }

    pub(super) fn holders(&self, term: TermIx) -> usize {
        self.holders.get(term.0 as usize).map_or(0, |&count| count as usize)
    }

    pub(super) fn facts(&self, term: TermIx) -> impl Iterator<Item = FactIx> + '_ {
        self.with(term).iter().map(|posting| FactIx(posting.fact()))
    }

    pub(super) fn bytes(&self) -> usize {
        self.lists.bytes() + self.holders.len() * 4
    }
}

/// Which facts a common term leads to: those in which it says most; of equals the first.
struct Chosen {
    /// For each common term the steps from which on all are taken, and how many of one step less.
    bars: hashbrown::HashMap<TermIx, (usize, usize)>,
}

impl Chosen {
    fn of(tables: &Tables<'_>, holders: &[u32], most: usize, average: f32) -> Self {
        let common = (0u32..).map(TermIx).zip(holders).filter(|(_, count)| **count as usize > most);
        let mut counts: hashbrown::HashMap<TermIx, [usize; STEPS as usize + 1]> =
            common.map(|(term, _)| (term, [0; STEPS as usize + 1])).collect();
        if counts.is_empty() {
            return Self { bars: hashbrown::HashMap::new() };
        }
        for fact in 0..tables.count() {
            let held = tables.held(fact);
            let length = tables.lengths.get(fact).copied().unwrap_or_default();
            for (at, term) in held.terms.iter().enumerate() {
                if holders.get(term.term().0 as usize).is_some_and(|&count| count as usize > most)
                    && let Some(count) = counts
                        .get_mut(&term.term())
                        .and_then(|counts| counts.get_mut(Posting::new(0, said(held.frequency(at), length, average)).steps() as usize))
                {
                    *count += 1;
                }
            }
        }
        let bar = |counts: &[usize; STEPS as usize + 1]| {
            let mut left = COMMON_FROM;
            for (steps, &count) in counts.iter().enumerate().rev() {
                if count > left {
                    return (steps + 1, left);
                }
                left -= count;
            }
            (0, 0)
        };
        Self { bars: counts.iter().map(|(term, counts)| (*term, bar(counts))).collect() }
    }

    fn takes(&mut self, term: TermIx, posting: Posting) -> bool {
        if self.bars.is_empty() {
            return true;
        }
        let Some((from, left)) = self.bars.get_mut(&term) else { return true };
        if posting.steps() as usize >= *from {
            return true;
        }
        let takes = posting.steps() as usize + 1 == *from && *left > 0;
        *left -= usize::from(takes);
        takes
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
