//! One analysed fact, ready to be laid over a base. Nothing in it depends on what else is laid there, so that it is made once and laid
//! anew as often as its level is.

use std::sync::Arc;

use hashbrown::HashMap;

use super::build::Chunk;
use super::spelling::{WordIx, each_key};
use super::{Core, Passage, PassageIx, Profile, TermIx, WordOrigin};
use crate::fact::FactIx;
use crate::vectors::Packed;

/// One analysed fact. Analysing is what an edit costs most; a piece is kept as long as its fact stands so.
#[derive(Debug)]
pub struct Piece {
    pub(super) terms: Box<[PieceTerm]>,
    /// Passages of each term, those of one behind those of the other.
    holders: Box<[PassageIx]>,
    pub(super) words: Box<[PieceWord]>,
    /// Numbered from 0, with their lengths: the rarity of a term never changes (see [`Core::rarity`]).
    pub(super) passages: Box<[Passage]>,
    pub(super) passage_vectors: Box<[Packed]>,
    /// Its passages are numbered from 0, its turns are places in `terms`.
    pub(super) profile: Profile,
}

/// A term of a piece.
#[derive(Debug)]
pub(super) struct PieceTerm {
    pub(super) text: TermText,
    /// Weighted frequency in the fact.
    pub(super) frequency: u8,
    pub(super) in_claim: bool,
    /// The first of its holders, and behind the last.
    held: (u32, u32),
}

/// Which term it is.
#[derive(Debug)]
pub(super) enum TermText {
    /// The base knows it.
    Known(TermIx),
    /// The base does not; with its vector as this fact means it.
    New(Arc<str>, Option<Box<Packed>>),
}

/// A word of a piece of which the base does not know as much.
#[derive(Debug)]
pub(super) struct PieceWord {
    pub(super) text: WordText,
    pub(super) origin: WordOrigin,
}

/// Which word it is.
#[derive(Debug)]
pub(super) enum WordText {
    /// The base knows it, as one farther from facts.
    Known(WordIx),
    /// The base does not; with the keys that it is found by.
    New(Arc<str>, Box<[u64]>),
}

impl Piece {
    pub(super) fn of(core: &Core, chunk: Chunk) -> Self {
        let Chunk {
            terms: numbers,
            origins,
            mut passages,
            passage_terms,
            passage_vectors,
            term_vectors,
            fact_terms,
            fact_postings,
            profiles,
        } = chunk;
        let mut terms = new_terms(core, numbers, &term_vectors);
        for (term, posting) in &fact_postings {
            if let Some(term) = terms.get_mut(*term as usize) {
                term.frequency = posting.frequency;
            }
        }
        for (_, held) in &fact_terms {
            if let Some(term) = terms.get_mut(held.term.0 as usize) {
                term.in_claim = held.in_claim;
            }
        }
        let rarities: Vec<f32> = terms.iter().map(|term| term.rarity(core)).collect();
        for (term, passage) in &passage_terms {
            if let (Some(weight), Some(passage)) = (rarities.get(*term as usize), passages.get_mut(passage.0 as usize)) {
                passage.norm += weight * weight;
            }
        }
        for passage in &mut passages {
            passage.norm = passage.norm.sqrt().max(1e-6);
        }
        Self {
            holders: holders(&mut terms, passage_terms),
            terms: terms.into(),
            words: words(core, origins),
            passages: passages.into(),
            passage_vectors: passage_vectors.into(),
            profile: profiles.into_iter().next().unwrap_or_default(),
        }
    }

    /// The passages, numbered from 0, that hold the term at a place.
    pub(super) fn holders(&self, at: u32) -> &[PassageIx] {
        let held = self.terms.get(at as usize).map_or((0, 0), |term| term.held);
        self.holders.get(held.0 as usize..held.1 as usize).unwrap_or_default()
    }
}

impl PieceTerm {
    fn rarity(&self, core: &Core) -> f32 {
        match &self.text {
            TermText::Known(term) => core.rarity(*term),
            TermText::New(..) => core.new_rarity(),
        }
    }
}

fn new_terms(core: &Core, numbers: HashMap<Box<str>, TermIx>, vectors: &[Packed]) -> Vec<PieceTerm> {
    let mut numbers: Vec<(TermIx, Box<str>)> = numbers.into_iter().map(|(text, at)| (at, text)).collect();
    numbers.sort_unstable();
    let text = |(at, text): (TermIx, Box<str>)| match core.term(&text) {
        Some(known) => TermText::Known(known),
        None => TermText::New(text.into(), vectors.get(at.0 as usize).copied().map(Box::new)),
    };
    numbers.into_iter().map(|of| PieceTerm { text: text(of), frequency: 0, in_claim: false, held: (0, 0) }).collect()
}

/// Sorts the passages of a piece by the terms that they hold.
fn holders(terms: &mut [PieceTerm], mut passage_terms: Vec<(u32, PassageIx)>) -> Box<[PassageIx]> {
    passage_terms.sort_unstable();
    for (at, (term, _)) in (0u32..).zip(&passage_terms) {
        if let Some(PieceTerm { held, .. }) = terms.get_mut(*term as usize) {
            *held = if held.1 == 0 { (at, at + 1) } else { (held.0, at + 1) };
        }
    }
    passage_terms.into_iter().map(|(_, passage)| passage).collect()
}

fn words(core: &Core, origins: HashMap<Box<str>, WordOrigin>) -> Box<[PieceWord]> {
    let mut origins: Vec<(Box<str>, WordOrigin)> = origins.into_iter().collect();
    origins.sort_unstable();
    let word = |(text, origin): (Box<str>, WordOrigin)| {
        let text = match core.find_word(&text) {
            Some(known) if core.origin(known).is_none_or(|there| there <= origin) => return None,
            Some(known) => WordText::Known(known),
            None => {
                let mut keys = Vec::new();
                each_key(&text, |key| keys.push(key));
                WordText::New(text.into(), keys.into())
            }
        };
        Some(PieceWord { text, origin })
    };
    origins.into_iter().filter_map(word).collect()
}

impl Piece {
    /// The passages and what is known of the fact, where it stands as `fact` and its passages follow `first`.
    pub(super) fn placed(&self, fact: FactIx, first: u32, terms: &[TermIx]) -> (impl Iterator<Item = Passage> + '_, Profile) {
        let of = |local: &TermIx| terms.get(local.0 as usize).copied().unwrap_or_default();
        let (from, to) = self.profile.passages;
        let profile = Profile {
            dates: self.profile.dates.clone(),
            turns: self.profile.turns.iter().map(of).collect(),
            passages: (from + first, to + first),
            length: self.profile.length,
        };
        (self.passages.iter().map(move |passage| Passage { fact, ..*passage }), profile)
    }
}
