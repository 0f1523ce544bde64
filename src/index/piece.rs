//! One analysed fact, ready to be laid over a base. Nothing in it depends on what else is laid there, so that it is made once and laid
//! anew as often as its level is.

use std::sync::Arc;

use hashbrown::HashMap;

use super::build::Chunk;
use super::spelling::{WordIx, each_hash};
use super::tables::Tables;
use super::{Core, TermIx, WordOrigin};
use crate::vectors::Packed;

/// One analysed fact. Analysing is what an edit costs most; a piece is kept as long as its fact stands so.
#[derive(Debug)]
pub struct Piece {
    pub(super) terms: Box<[TermText]>,
    pub(super) words: Box<[PieceWord]>,
    /// The fact alone; its terms are places in `terms`. Its passages are measured, for the rarity of a term never changes (see
    /// [`Core::rarity`]).
    pub(super) tables: Tables<'static>,
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
    /// The base does not; with the hashes that it is found by.
    New(Arc<str>, Box<[u64]>),
}

impl Piece {
    pub(super) fn of(core: &Core<'_>, chunk: Chunk) -> Self {
        let Chunk { terms: numbers, origins, term_vectors, mut tables, .. } = chunk;
        let terms = terms(core, numbers, &term_vectors);
        tables.measure(|local| terms.get(local.0 as usize).map_or(0.0, |term| term.rarity(core)));
        Self { terms, words: words(core, origins), tables }
    }
}

impl TermText {
    fn rarity(&self, core: &Core<'_>) -> f32 {
        match self {
            Self::Known(term) => core.rarity(*term),
            Self::New(..) => core.new_rarity(),
        }
    }
}

fn terms(core: &Core<'_>, numbers: HashMap<Box<str>, TermIx>, vectors: &[Packed]) -> Box<[TermText]> {
    let mut numbers: Vec<(TermIx, Box<str>)> = numbers.into_iter().map(|(text, at)| (at, text)).collect();
    numbers.sort_unstable();
    let text = |(at, text): (TermIx, Box<str>)| match core.term(&text) {
        Some(known) => TermText::Known(known),
        None => TermText::New(text.into(), vectors.get(at.0 as usize).copied().map(Box::new)),
    };
    numbers.into_iter().map(text).collect()
}

fn words(core: &Core<'_>, origins: HashMap<Box<str>, WordOrigin>) -> Box<[PieceWord]> {
    let mut origins: Vec<(Box<str>, WordOrigin)> = origins.into_iter().collect();
    origins.sort_unstable();
    let word = |(text, origin): (Box<str>, WordOrigin)| {
        let text = match core.find_word(&text) {
            Some(known) if core.origin(known).is_none_or(|there| there <= origin) => return None,
            Some(known) => WordText::Known(known),
            None => {
                let mut hashes = Vec::new();
                each_hash(&text, &mut |hash| hashes.push(hash));
                WordText::New(text.into(), hashes.into())
            }
        };
        Some(PieceWord { text, origin })
    };
    origins.into_iter().filter_map(word).collect()
}
