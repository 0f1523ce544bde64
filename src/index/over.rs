//! The index of facts that are laid over a base: small, built anew with each edit from pieces that were analysed before.

use hashbrown::{HashMap, HashSet};

use super::build::{Chunk, rarity};
use super::days::Days;
use super::postings::{Posting, said};
use super::spelling::{Spelling, WordIx};
use super::tables::Tables;
use super::{Core, TermIx, WordOrigin, number};
use crate::fact::FactIx;
use crate::vectors::Packed;

/// One analysed fact. Analysing is what an edit costs most; a piece is kept as long as its fact stands so.
#[derive(Debug)]
pub struct Piece(pub(super) Chunk);

/// The index of the pieces that are laid over a base. Numbers of terms, words, passages and facts are those of the whole.
#[derive(Debug, Default)]
pub(super) struct Delta {
    /// Terms that the base does not know.
    pub(super) terms: HashMap<Box<str>, TermIx>,
    /// Their rarity.
    pub(super) idf: Vec<f32>,
    /// Words that the base does not know, numbered from 0.
    pub(super) spelling: Spelling,
    /// Where those are from.
    pub(super) origins: Vec<WordOrigin>,
    /// Words of the base that are nearer to the facts here than there.
    pub(super) nearer: HashMap<WordIx, WordOrigin>,
    /// Of the terms that the base does not know.
    pub(super) term_vectors: Vec<Packed>,
    /// Facts and passages, numbered from 0.
    pub(super) tables: Tables,
    pub(super) days: Days,
    /// In the order of the terms, then of the facts, which have their numbers in the whole.
    postings: Vec<(TermIx, Posting)>,
    /// The postings alone, in the same order.
    lists: Vec<Posting>,
    /// Facts of the base that are not found.
    pub(super) hidden: HashSet<FactIx>,
}

impl Delta {
    pub(super) fn of(core: &Core, pieces: &[&Piece], hidden: impl Iterator<Item = FactIx>) -> Self {
        let mut delta = Self { hidden: hidden.collect(), ..Self::default() };
        let mut words: HashMap<&str, WordOrigin> = HashMap::new();
        for Piece(chunk) in pieces {
            delta.lay(core, chunk);
            for (word, origin) in &chunk.origins {
                let kept = words.entry(word).or_insert(*origin);
                *kept = (*kept).min(*origin);
            }
        }
        let first = number(core.tables.count());
        for at in 0..delta.tables.count() {
            let held = delta.tables.held(at);
            let length = delta.tables.lengths.get(at).copied().unwrap_or_default();
            let postings = held.terms.iter().enumerate().map(|(place, term)| {
                (term.term(), Posting::new(first + number(at), said(held.frequency(place), length, core.average_length)))
            });
            delta.postings.extend(postings);
        }
        delta.postings.sort_unstable();
        delta.lists = delta.postings.iter().map(|(_, posting)| *posting).collect();
        delta.days = Days::of(&delta.tables, first);
        delta.weigh(core);
        delta.know(core, words);
        delta
    }

    pub(super) fn postings(&self, term: TermIx) -> &[Posting] {
        let from = self.postings.partition_point(|(held, _)| *held < term);
        let to = from + self.postings.get(from..).unwrap_or_default().partition_point(|(held, _)| *held == term);
        self.lists.get(from..to).unwrap_or_default()
    }

    /// Lays one fact behind those that are there.
    fn lay(&mut self, core: &Core, chunk: &Chunk) {
        let renumbered = self.renumber(core, chunk);
        self.tables.append(&chunk.tables, |term| renumbered.get(term.0 as usize).copied().unwrap_or_default());
    }

    /// The number in the whole of each term of a chunk.
    fn renumber(&mut self, core: &Core, chunk: &Chunk) -> Vec<TermIx> {
        let mut renumbered = vec![TermIx::default(); chunk.terms.len()];
        for (text, local) in &chunk.terms {
            let term = core.term(text).unwrap_or_else(|| {
                let next = TermIx(core.terms.count() + number(self.terms.len()));
                let term = *self.terms.entry_ref(text.as_ref()).or_insert(next);
                if let (true, Some(vector)) = (term == next, chunk.term_vectors.get(local.0 as usize)) {
                    self.term_vectors.push(*vector);
                } else if term == next && !core.term_vectors.is_empty() {
                    // A term that no passage holds, as an entity's, has no vector; its place must be taken all the same.
                    self.term_vectors.push(Packed::default());
                }
                term
            });
            if let Some(slot) = renumbered.get_mut(local.0 as usize) {
                *slot = term;
            }
        }
        renumbered
    }

    /// Sets the rarity of new terms and the length of each passage's vector of term weights.
    fn weigh(&mut self, core: &Core) {
        let facts = core.tables.count() + self.tables.count();
        let first = core.terms.count();
        self.idf = (0..number(self.terms.len())).map(|at| rarity(self.postings(TermIx(first + at)).len(), facts)).collect();
        let idf = &self.idf;
        let above = |term: TermIx| idf.get((term.0 as usize).checked_sub(core.idf.len())?);
        self.tables.measure(|term| core.idf.get(term.0 as usize).or_else(|| above(term)).copied().unwrap_or_default());
    }

    fn know(&mut self, core: &Core, words: HashMap<&str, WordOrigin>) {
        let mut new = Vec::new();
        for (word, origin) in words {
            match core.spelling.find(word) {
                None => new.push((Box::from(word), origin)),
                Some(known) => {
                    if core.origins.get(known.0 as usize).is_some_and(|there| origin < *there) {
                        self.nearer.insert(known, origin);
                    }
                }
            }
        }
        new.sort_unstable();
        self.spelling = Spelling::build(new.iter().map(|(word, _): &(Box<str>, WordOrigin)| word.as_ref()));
        self.origins = new.into_iter().map(|(_, origin)| origin).collect();
    }
}
