//! What is kept of each fact: its terms and where they stand, its passages, its dates.

use std::borrow::Cow;

use bytemuck::{Pod, Zeroable};

use super::TermIx;
use super::lists::Lists;
use super::traits::Traits;
use crate::date::DaySpan;
use crate::image::{Image, Tag, Unusable, Writer};
use crate::lexicon::Wanted;
use crate::vectors::Packed;

/// A term of a fact, with where it stands, in four bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Pod, Zeroable)]
#[repr(transparent)]
pub struct FactTerm(u32);

/// Where in its fact a term stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// In question forms only.
    Forms,
    /// In the claim, the title, or the fact's names, topics and date.
    Claim,
}

impl FactTerm {
    const IN_CLAIM: u32 = 1;
    const IN_FIRST: u32 = 2;

    fn new(term: TermIx, standing: Standing) -> Self {
        Self(term.0 << 2 | if standing == Standing::Claim { Self::IN_CLAIM } else { 0 })
    }

    /// The term.
    pub fn term(self) -> TermIx {
        TermIx(self.0 >> 2)
    }

    /// Whether it stands in the claim, the title or the fact's names, not only in a question form.
    pub fn is_in_claim(self) -> bool {
        self.0 & Self::IN_CLAIM > 0
    }

    /// Whether it stands in the fact's first passage, the claim.
    pub fn is_in_first_passage(self) -> bool {
        self.0 & Self::IN_FIRST > 0
    }

    fn renumbered(self, term: TermIx) -> Self {
        Self(term.0 << 2 | self.0 & 3)
    }
}

/// The terms of one fact, in order of their numbers, and the passages that each stands in.
#[derive(Debug, Clone, Copy)]
pub struct Held<'i> {
    /// The terms.
    pub terms: &'i [FactTerm],
    /// For each of the terms a bit for each passage, in whole bytes; nothing where there is one passage.
    places: &'i [u8],
    passages: u32,
    is_titled: bool,
}

/// Mentions in question forms counted at most.
const FORM_CAP: u32 = 4;
/// A claim counts for so many mentions in a question form; a title likewise. The claim is what is asserted; forms only lead to it.
const CLAIM_WEIGHT: u32 = 3;

impl<'i> Held<'i> {
    /// Where among the terms one stands.
    pub fn find(&self, term: TermIx) -> Option<usize> {
        self.terms.binary_search_by_key(&term, |held| held.term()).ok()
    }

    fn bits(&self, at: usize) -> &'i [u8] {
        let width = (self.passages as usize).div_ceil(8);
        self.places.get(at * width..(at + 1) * width).unwrap_or_default()
    }

    /// Whether the term at a place stands in a passage, counted from the fact's first.
    pub fn stands_in(&self, at: usize, passage: u32) -> bool {
        if self.places.is_empty() {
            return passage == 0 && self.terms.get(at).is_some_and(|held| held.is_in_first_passage());
        }
        self.bits(at).get((passage / 8) as usize).is_some_and(|bits| bits >> (passage % 8) & 1 > 0)
    }

    /// The passages that the term at a place stands in, counted from the fact's first.
    pub fn passages_of(&self, at: usize) -> impl Iterator<Item = u32> + use<'i> {
        let first = self.places.is_empty() && self.terms.get(at).is_some_and(|held| held.is_in_first_passage());
        let bits = self.bits(at);
        let ones = (0u32..).zip(bits).flat_map(|(byte, &bits)| {
            let mut left = bits;
            std::iter::from_fn(move || {
                let bit = left.trailing_zeros();
                left &= left.checked_sub(1)?;
                Some(byte * 8 + bit)
            })
        });
        first.then_some(0).into_iter().chain(ones)
    }

    /// Whether the fact has one passage, its claim.
    pub fn is_single(&self) -> bool {
        self.places.is_empty()
    }

    /// How often the term at a place counts: the claim thrice, a title as much again, each of the first question forms once.
    pub fn frequency(&self, at: usize) -> f32 {
        const ONE_CLAIM: f32 = 3.0;
        if self.places.is_empty() {
            return ONE_CLAIM;
        }
        let Some(held) = self.terms.get(at) else { return 0.0 };
        let in_title = self.is_titled && self.stands_in(at, 1);
        let claim = u32::from(held.is_in_claim()) * (1 + u32::from(in_title));
        let all: u32 = self.bits(at).iter().map(|bits| bits.count_ones()).sum();
        let forms = all.saturating_sub(u32::from(self.stands_in(at, 0)) + u32::from(in_title));
        let frequency = claim * CLAIM_WEIGHT + forms.min(FORM_CAP);
        #[expect(clippy::cast_precision_loss, reason = "below twenty")]
        let frequency = frequency as f32;
        frequency
    }
}

/// Where a term was met in a fact that is being indexed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Met {
    /// In a passage, counted from the fact's first.
    Passage(u32),
    /// Among its names, topics and the words of its date.
    Beside,
}

/// A passage of a fact that is being indexed.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewPassage {
    pub(super) wanted: Wanted,
    pub(super) vector: Option<Packed>,
}

/// What a passage asks for, in a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(transparent)]
pub(super) struct Want(u8);

impl From<Wanted> for Want {
    fn from(wanted: Wanted) -> Self {
        Self(wanted as u8)
    }
}

impl From<Want> for Wanted {
    fn from(want: Want) -> Self {
        Self::ALL.get(usize::from(want.0)).copied().unwrap_or(Self::Anything)
    }
}

/// The facts of a base, or of a level laid over one, each under its number from 0; passages likewise.
#[derive(Debug, Default)]
pub(super) struct Tables<'i> {
    terms: Lists<'i, FactTerm>,
    places: Lists<'i, u8>,
    /// Where the passages of each fact end.
    passage_ends: Cow<'i, [u32]>,
    pub(super) norms: Cow<'i, [f32]>,
    pub(super) wants: Cow<'i, [Want]>,
    pub(super) vectors: Cow<'i, [Packed]>,
    /// Terms of each fact, weighed as in BM25.
    pub(super) lengths: Cow<'i, [f32]>,
    pub(super) traits: Cow<'i, [Traits]>,
    pub(super) dates: Lists<'i, DaySpan>,
    pub(super) turns: Lists<'i, TermIx>,
}

const TERMS: Tag = Tag::new(*b"holds   ");
const PLACES: Tag = Tag::new(*b"places  ");
const PASSAGE_ENDS: Tag = Tag::new(*b"passage>");
const NORMS: Tag = Tag::new(*b"norms   ");
const WANTS: Tag = Tag::new(*b"wants   ");
const VECTORS: Tag = Tag::new(*b"vectors ");
const LENGTHS: Tag = Tag::new(*b"lengths ");
const TRAITS: Tag = Tag::new(*b"traits  ");
const DATES: Tag = Tag::new(*b"dates   ");
const TURNS: Tag = Tag::new(*b"turns   ");

impl<'i> Tables<'i> {
    /// Tables that were saved.
    pub(super) fn open(image: &'i Image) -> Result<Self, Unusable> {
        let tables = Self {
            terms: Lists::open(image, TERMS)?,
            places: Lists::open(image, PLACES)?,
            passage_ends: image.slice(PASSAGE_ENDS)?.into(),
            norms: image.slice(NORMS)?.into(),
            wants: image.slice(WANTS)?.into(),
            vectors: image.slice(VECTORS)?.into(),
            lengths: image.slice(LENGTHS)?.into(),
            traits: image.slice(TRAITS)?.into(),
            dates: Lists::open(image, DATES)?,
            turns: Lists::open(image, TURNS)?,
        };
        // All that is read by a passage's number hangs on these; the rest is checked where it is looked up.
        let last = tables.passage_ends.last().map_or(0, |end| *end as usize);
        if !tables.passage_ends.is_sorted() || last != tables.wants.len() {
            return Err(Unusable::damaged("its passages do not follow one another"));
        }
        Ok(tables)
    }

    /// Gathers what [`Self::open`] reads.
    pub(super) fn save<'w>(&'w self, writer: &mut Writer<'w>) {
        self.terms.save(writer, TERMS);
        self.places.save(writer, PLACES);
        writer.numbers(PASSAGE_ENDS, &self.passage_ends);
        writer.numbers(NORMS, &self.norms);
        writer.numbers(WANTS, &self.wants);
        writer.numbers(VECTORS, &self.vectors);
        writer.numbers(LENGTHS, &self.lengths);
        writer.numbers(TRAITS, &self.traits);
        self.dates.save(writer, DATES);
        self.turns.save(writer, TURNS);
    }

    /// Adds a fact. `met` is where its terms were met, in any order, doubles too.
    pub(super) fn push(
        &mut self,
        met: &mut Vec<(TermIx, Met)>,
        passages: &[NewPassage],
        traits: Traits,
        dates: &[DaySpan],
        is_turn: impl Fn(TermIx) -> bool,
    ) {
        met.sort_unstable();
        met.dedup();
        let at = self.count();
        let claims = 1 + u32::from(traits.is_titled());
        let width = if passages.len() > 1 { passages.len().div_ceil(8) } else { 0 };
        let (mut terms, mut places) = (Vec::with_capacity(met.len()), Vec::new());
        for run in met.chunk_by(|(a, _), (b, _)| a == b) {
            let Some((term, _)) = run.first() else { continue };
            let in_claim = run.iter().any(|(_, met)| match met {
                Met::Passage(passage) => *passage < claims,
                Met::Beside => true,
            });
            let mut held = FactTerm::new(*term, if in_claim { Standing::Claim } else { Standing::Forms });
            let from = places.len();
            places.resize(from + width, 0u8);
            for (_, met) in run {
                let Met::Passage(passage) = met else { continue };
                if *passage == 0 {
                    held.0 |= FactTerm::IN_FIRST;
                }
                if let Some(byte) = places.get_mut(from + (passage / 8) as usize) {
                    *byte |= 1 << (passage % 8);
                }
            }
            terms.push(held);
        }
        self.turns.push(at, terms.iter().filter(|held| held.is_in_claim() && is_turn(held.term())).map(|held| held.term()));
        self.terms.push(at, terms);
        self.places.push(at, places);
        for passage in passages {
            self.wants.to_mut().push(passage.wanted.into());
            self.norms.to_mut().push(0.0);
            self.vectors.to_mut().extend(passage.vector);
        }
        self.passage_ends.to_mut().push(number(self.wants.len()));
        self.traits.to_mut().push(traits);
        self.dates.push(at, dates.iter().copied());
        let held = self.held(at);
        let length = (0..held.terms.len()).map(|at| held.frequency(at)).sum();
        self.lengths.to_mut().push(length);
    }

    /// Adds the facts of others, whose terms have other numbers here.
    pub(super) fn append(&mut self, others: &Tables<'_>, number_of: impl Fn(TermIx) -> TermIx) {
        let mut sorted: Vec<(FactTerm, usize)> = Vec::new();
        for fact in 0..others.count() {
            let at = self.count();
            let held = others.held(fact);
            sorted.clear();
            sorted.extend(held.terms.iter().enumerate().map(|(place, term)| (term.renumbered(number_of(term.term())), place)));
            sorted.sort_unstable();
            self.terms.push(at, sorted.iter().map(|(term, _)| *term));
            self.places.push(at, sorted.iter().flat_map(|(_, place)| held.bits(*place)).copied());
            self.turns.push(at, others.turns.of(number(fact)).iter().map(|term| number_of(*term)));
            self.dates.push(at, others.dates.of(number(fact)).iter().copied());
            let (from, to) = others.passages(fact);
            let before = self.passage_ends.last().copied().unwrap_or(0);
            self.passage_ends.to_mut().push(before + to - from);
        }
        self.norms.to_mut().extend_from_slice(&others.norms);
        self.wants.to_mut().extend_from_slice(&others.wants);
        self.vectors.to_mut().extend_from_slice(&others.vectors);
        self.lengths.to_mut().extend_from_slice(&others.lengths);
        self.traits.to_mut().extend_from_slice(&others.traits);
    }

    /// How many facts there are.
    pub(super) fn count(&self) -> usize {
        self.passage_ends.len()
    }

    /// The first passage of a fact, and behind the last.
    pub(super) fn passages(&self, fact: usize) -> (u32, u32) {
        let from = fact.checked_sub(1).and_then(|before| self.passage_ends.get(before)).copied().unwrap_or(0);
        (from, self.passage_ends.get(fact).copied().unwrap_or(from))
    }

    /// The fact of a passage.
    pub(super) fn fact_of(&self, passage: u32) -> usize {
        self.passage_ends.partition_point(|end| *end <= passage)
    }

    /// The terms of a fact.
    pub(super) fn held(&self, fact: usize) -> Held<'_> {
        let (from, to) = self.passages(fact);
        let is_titled = self.traits.get(fact).is_some_and(|traits| traits.is_titled());
        let at = number(fact);
        Held { terms: self.terms.of(at), places: self.places.of(at), passages: to - from, is_titled }
    }

    /// Sets the length of each passage's vector of term weights.
    pub(super) fn measure(&mut self, idf: impl Fn(TermIx) -> f32) {
        let mut norms = std::mem::take(&mut self.norms).into_owned();
        for fact in 0..self.count() {
            let (from, _) = self.passages(fact);
            let held = self.held(fact);
            for (at, term) in held.terms.iter().enumerate() {
                let weight = idf(term.term());
                for passage in held.passages_of(at) {
                    if let Some(norm) = norms.get_mut((from + passage) as usize) {
                        *norm += weight * weight;
                    }
                }
            }
        }
        for norm in &mut norms {
            *norm = norm.sqrt().max(1e-6);
        }
        self.norms = norms.into();
    }

    pub(super) fn bytes(&self) -> usize {
        self.terms.bytes()
            + self.places.bytes()
            + self.passage_ends.len() * 4
            + self.norms.len() * 4
            + self.wants.len() * size_of::<Want>()
            + self.vectors.len() * size_of::<Packed>()
            + self.lengths.len() * 4
            + self.traits.len() * size_of::<Traits>()
            + self.dates.bytes()
            + self.turns.bytes()
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
