//! The index of facts that are laid over a base: small, built anew with each edit from pieces that were analysed before.

use hashbrown::{HashMap, HashSet};

use super::build::{Chunk, rarity};
use super::spelling::{Spelling, WordIx};
use super::{Core, FactPosting, FactTerm, Passage, PassageIx, Profile, TermIx, WordOrigin};
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
    pub(super) passages: Vec<Passage>,
    pub(super) passage_vectors: Vec<Packed>,
    /// Of the terms that the base does not know.
    pub(super) term_vectors: Vec<Packed>,
    /// In order.
    passage_terms: Vec<(TermIx, PassageIx)>,
    /// In the order of the terms, then of the facts.
    fact_postings: Vec<(TermIx, FactPosting)>,
    /// Of each fact, in the order of the terms.
    fact_terms: Vec<Box<[FactTerm]>>,
    pub(super) profiles: Vec<Profile>,
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
        delta.passage_terms.sort_unstable();
        delta.fact_postings.sort_unstable_by_key(|(term, posting)| (*term, posting.fact));
        delta.weigh(core);
        delta.know(core, words);
        delta
    }

    pub(super) fn passages_with(&self, term: TermIx) -> impl Iterator<Item = &(TermIx, PassageIx)> {
        let from = self.passage_terms.partition_point(|(held, _)| *held < term);
        self.passage_terms.iter().skip(from).take_while(move |(held, _)| *held == term)
    }

    pub(super) fn facts_with(&self, term: TermIx) -> impl Iterator<Item = &(TermIx, FactPosting)> {
        let from = self.fact_postings.partition_point(|(held, _)| *held < term);
        self.fact_postings.iter().skip(from).take_while(move |(held, _)| *held == term)
    }

    pub(super) fn terms_of(&self, above: usize) -> &[FactTerm] {
        self.fact_terms.get(above).map_or(&[], AsRef::as_ref)
    }

    /// Lays one fact behind those that are there.
    fn lay(&mut self, core: &Core, chunk: &Chunk) {
        let fact = number(core.profiles.len() + self.profiles.len());
        let first_passage = number(core.passages.len() + self.passages.len());
        let renumbered = self.renumber(core, chunk);
        let of = |term: u32| renumbered.get(term as usize).copied().unwrap_or_default();
        self.passages.extend(chunk.passages.iter().map(|passage| Passage { fact: FactIx(fact), ..*passage }));
        self.passage_vectors.extend_from_slice(&chunk.passage_vectors);
        self.passage_terms.extend(chunk.passage_terms.iter().map(|(term, passage)| (of(*term), PassageIx(passage.0 + first_passage))));
        self.fact_postings.extend(chunk.fact_postings.iter().map(|(term, posting)| (of(*term), FactPosting { fact, ..*posting })));
        let mut terms: Vec<FactTerm> = chunk.fact_terms.iter().map(|(_, held)| FactTerm { term: of(held.term.0), ..*held }).collect();
        terms.sort_unstable_by_key(|held| held.term);
        self.fact_terms.push(terms.into());
        self.profiles.extend(chunk.profiles.iter().map(|profile| Profile {
            passages: (profile.passages.0 + first_passage, profile.passages.1 + first_passage),
            turns: profile.turns.iter().map(|term| of(term.0)).collect(),
            ..profile.clone()
        }));
    }

    /// The number in the whole of each term of a chunk.
    fn renumber(&mut self, core: &Core, chunk: &Chunk) -> Vec<TermIx> {
        let mut renumbered = vec![TermIx::default(); chunk.terms.len()];
        for (text, local) in &chunk.terms {
            let term = core.terms.get(text).copied().unwrap_or_else(|| {
                let next = TermIx(number(core.terms.len() + self.terms.len()));
                let term = *self.terms.entry_ref(text.as_ref()).or_insert(next);
                if let (true, Some(vector)) = (term == next, chunk.term_vectors.get(local.0 as usize)) {
                    self.term_vectors.push(*vector);
                } else if term == next && !core.term_vectors.is_empty() {
                    // A term that no passage holds, as an entity's, has no vector; its place must be taken all the same.
                    self.term_vectors.push([0; crate::vectors::DIMENSIONS]);
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
        let facts = core.profiles.len() + self.profiles.len();
        let first = number(core.terms.len());
        self.idf = (0..number(self.terms.len())).map(|at| rarity(self.facts_with(TermIx(first + at)).count(), facts)).collect();
        let first_passage = number(core.passages.len());
        for (term, passage) in &self.passage_terms {
            let above = || self.idf.get((term.0 as usize).checked_sub(core.idf.len())?);
            let weight = core.idf.get(term.0 as usize).or_else(above).copied().unwrap_or_default();
            if let Some(passage) = self.passages.get_mut((passage.0 - first_passage) as usize) {
                passage.norm += weight * weight;
            }
        }
        for passage in &mut self.passages {
            passage.norm = passage.norm.sqrt().max(1e-6);
        }
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
        let (words, origins): (Vec<Box<str>>, Vec<WordOrigin>) = new.into_iter().unzip();
        self.spelling = Spelling::build(words);
        self.origins = origins;
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
