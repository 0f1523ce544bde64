//! The immutable index that questions are matched against.
//!
//! A fact is split into *passages*: its claim (with its title), and each of its question forms. Passages have postings for the cosine
//! with a question and vectors for meaning; whole facts have postings for BM25, and sorted term lists to tell which words of a question
//! they cover. Passages of one fact stand together.

pub mod analysis;
mod build;
pub mod lists;
pub mod spelling;

use hashbrown::HashMap;

use crate::date::DaySpan;
use crate::fact::FactIx;
use crate::lexicon::Wanted;
use crate::vectors::{Packed, Vectors};
use analysis::Analyser;
use lists::Lists;
use spelling::Spelling;

/// A number of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct TermIx(pub u32);

/// A number of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct PassageIx(pub u32);

/// How often a term stands in a fact, weighed by field, in a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FactPosting {
    /// Where the fact stands.
    pub fact: u32,
    /// Weighted frequency.
    pub frequency: u8,
}

/// Where in a fact a term stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FactTerm {
    /// The term.
    pub term: TermIx,
    /// Whether it stands in the claim, the title or the fact's names, not only in a question form.
    pub in_claim: bool,
}

/// Where a known word is from, nearest to the facts first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WordOrigin {
    /// It stands in an English passage, or in a name.
    Base,
    /// It stands in an English word list only.
    List,
    /// It is Urdu, from a list or a passage.
    Urdu,
}

/// What a passage is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Passage {
    /// The fact it belongs to.
    pub fact: FactIx,
    /// What it asks for, if it is a question form.
    pub wanted: Wanted,
    /// Length of its vector of term weights.
    pub norm: f32,
}

/// What is known of one fact beside its terms.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// Its date and the dates its claim names.
    pub dates: Box<[DaySpan]>,
    /// Words of the claim that turn what it says.
    pub turns: Box<[TermIx]>,
    /// The first of its passages, and behind the last.
    pub passages: (u32, u32),
    /// Terms in it, weighed as in BM25.
    pub length: f32,
}

/// See the module.
#[derive(Debug)]
pub struct Index {
    /// How text becomes terms.
    pub analyser: Analyser,
    /// The word vectors, if they are switched on.
    pub vectors: Option<Vectors<'static>>,
    /// Words known to the base and the word lists.
    pub spelling: Spelling,
    /// For each word of `spelling`, where it is from.
    origins: Vec<WordOrigin>,
    terms: HashMap<Box<str>, TermIx>,
    /// Rarity of each term.
    idf: Vec<f32>,
    passages: Vec<Passage>,
    passage_vectors: Vec<Packed>,
    /// A vector for each term, for words one by one.
    term_vectors: Vec<Packed>,
    passage_postings: Lists<PassageIx>,
    fact_postings: Lists<FactPosting>,
    fact_terms: Lists<FactTerm>,
    profiles: Vec<Profile>,
    average_length: f32,
    /// Rarity of a word that no fact holds.
    unknown_idf: f32,
    has_forms: bool,
}

impl Index {
    /// The number of a term, if any fact holds it.
    pub fn term(&self, text: &str) -> Option<TermIx> {
        self.terms.get(text).copied()
    }

    /// Whether any fact holds a folded word, by itself or under its plain term.
    pub fn holds_word(&self, word: &str) -> bool {
        self.terms.contains_key(self.analyser.plain_term(word).as_ref())
    }

    /// The rarity of a term; of a word that no fact holds, the greatest.
    pub fn idf(&self, term: Option<TermIx>) -> f32 {
        term.and_then(|t| self.idf.get(t.0 as usize).copied()).unwrap_or(self.unknown_idf)
    }

    /// All passages.
    pub fn passages(&self) -> &[Passage] {
        &self.passages
    }

    /// Passages that hold a term.
    pub fn passages_with(&self, term: TermIx) -> &[PassageIx] {
        self.passage_postings.of(term.0)
    }

    /// Facts that hold a term.
    pub fn facts_with(&self, term: TermIx) -> &[FactPosting] {
        self.fact_postings.of(term.0)
    }

    /// The terms of a fact, in order of their numbers.
    pub fn terms_of(&self, fact: FactIx) -> &[FactTerm] {
        self.fact_terms.of(fact.0)
    }

    /// Where and whether a fact holds a term.
    pub fn holds(&self, fact: FactIx, term: TermIx) -> Option<FactTerm> {
        let terms = self.terms_of(fact);
        terms.binary_search_by_key(&term, |t| t.term).ok().and_then(|at| terms.get(at).copied())
    }

    /// What is known of a fact.
    pub fn profile(&self, fact: FactIx) -> &Profile {
        &self.profiles[fact.0 as usize]
    }

    /// The number of facts.
    pub fn fact_count(&self) -> usize {
        self.profiles.len()
    }

    /// Mean length of facts in terms.
    pub fn average_length(&self) -> f32 {
        self.average_length
    }

    /// The vector of a passage, if vectors are on.
    pub fn vector(&self, passage: u32) -> Option<&Packed> {
        self.passage_vectors.get(passage as usize)
    }

    /// The vector of a term, if vectors are on.
    pub fn term_vector(&self, term: TermIx) -> Option<&Packed> {
        self.term_vectors.get(term.0 as usize)
    }

    /// Whether facts come with question forms; without them, claims alone must carry the match.
    pub fn has_forms(&self) -> bool {
        self.has_forms
    }

    /// Where a word of the spelling table is from.
    pub fn origin(&self, word: spelling::WordIx) -> WordOrigin {
        self.origins.get(word.0 as usize).copied().unwrap_or(WordOrigin::Urdu)
    }

    /// Bytes the index takes, its texts left out.
    pub fn bytes(&self) -> usize {
        self.passage_postings.bytes()
            + self.fact_postings.bytes()
            + self.fact_terms.bytes()
            + (self.passage_vectors.len() + self.term_vectors.len()) * size_of::<Packed>()
            + self.passages.len() * size_of::<Passage>()
            + self.profiles.len() * size_of::<Profile>()
            + self.spelling.bytes()
            + self.terms.keys().map(|t| t.len() + 24).sum::<usize>()
    }
}
