//! The immutable index that questions are matched against.
//!
//! A fact is split into *passages*: its claim (with its title), and each of its question forms. Passages have postings for the cosine
//! with a question and vectors for meaning; whole facts have postings for BM25, and sorted term lists to tell which words of a question
//! they cover. Passages of one fact stand together.

pub mod analysis;
mod build;
pub mod lists;
mod over;
pub mod spelling;

use std::sync::Arc;

use hashbrown::HashMap;

use crate::date::DaySpan;
use crate::fact::FactIx;
use crate::lexicon::Wanted;
use crate::vectors::{Packed, Vectors};
use analysis::Analyser;
use lists::Lists;
use over::Delta;
pub use over::Piece;
use spelling::{Spelling, WordIx};

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

/// What was built of a base. It never changes.
#[derive(Debug)]
struct Core {
    /// Words known to the base and the word lists.
    spelling: Spelling,
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

/// The index of a base, with that of what is laid over it: its numbers of terms, words, passages and facts go on where the base's end, and
/// rarity stays what it is in the base, so that what is laid over it is weighed by the same measure. Clones share what they hold.
#[derive(Debug, Clone)]
pub struct Index {
    /// How text becomes terms.
    pub analyser: Arc<Analyser>,
    /// The word vectors, if they are switched on.
    pub vectors: Option<Arc<Vectors<'static>>>,
    core: Arc<Core>,
    over: Option<Arc<Delta>>,
}

impl Index {
    /// This index, taken bare, under that of other facts; `hidden` facts of the base are not found.
    #[must_use]
    pub fn under(&self, pieces: &[&Piece], hidden: impl Iterator<Item = FactIx>) -> Self {
        let over = Delta::of(&self.core, pieces, hidden);
        Self { over: Some(Arc::new(over)), ..self.clone() }
    }

    /// The number of a term, if any fact holds it.
    pub fn term(&self, text: &str) -> Option<TermIx> {
        self.core.terms.get(text).or_else(|| self.over.as_ref()?.terms.get(text)).copied()
    }

    /// Whether any fact holds a folded word, by itself or under its plain term.
    pub fn holds_word(&self, word: &str) -> bool {
        self.term(self.analyser.plain_term(word).as_ref()).is_some()
    }

    /// The rarity of a term; of a word that no fact holds, the greatest.
    pub fn idf(&self, term: Option<TermIx>) -> f32 {
        let of = |term: TermIx| {
            let at = term.0 as usize;
            let above = || self.over.as_ref()?.idf.get(at.checked_sub(self.core.idf.len())?).copied();
            self.core.idf.get(at).copied().or_else(above)
        };
        term.and_then(of).unwrap_or(self.core.unknown_idf)
    }

    /// How many passages there are.
    pub fn passage_count(&self) -> usize {
        self.core.passages.len() + self.over.as_ref().map_or(0, |over| over.passages.len())
    }

    /// A passage by its number.
    pub fn passage(&self, at: u32) -> Option<&Passage> {
        let at = at as usize;
        self.core.passages.get(at).or_else(|| self.over.as_ref()?.passages.get(at.checked_sub(self.core.passages.len())?))
    }

    /// Passages that hold a term, in order.
    pub fn passages_with(&self, term: TermIx) -> impl Iterator<Item = PassageIx> + '_ {
        let above = self.over.iter().flat_map(move |over| over.passages_with(term));
        self.core.passage_postings.of(term.0).iter().chain(above.map(|(_, passage)| passage)).copied()
    }

    /// Those of the passages from one number up to another that hold a term. They are of one fact.
    pub fn passages_between(&self, term: TermIx, from: u32, to: u32) -> impl Iterator<Item = PassageIx> + '_ {
        let below = self.core.passage_postings.of(term.0);
        let below = if (from as usize) < self.core.passages.len() { below } else { &[] };
        let first = below.partition_point(|passage| passage.0 < from);
        let above = self.over.iter().filter(move |_| from as usize >= self.core.passages.len());
        let above = above.flat_map(move |over| over.passages_with(term)).map(|(_, passage)| *passage);
        let within = move |passage: &PassageIx| (from..to).contains(&passage.0);
        below.iter().skip(first).copied().take_while(within).chain(above.filter(within))
    }

    /// Whether a passage holds a term.
    pub fn passage_holds(&self, passage: u32, term: TermIx) -> bool {
        self.passages_between(term, passage, passage.saturating_add(1)).next().is_some()
    }

    /// Facts that hold a term.
    pub fn facts_with(&self, term: TermIx) -> impl Iterator<Item = FactPosting> + '_ {
        let above = self.over.iter().flat_map(move |over| over.facts_with(term));
        self.core.fact_postings.of(term.0).iter().chain(above.map(|(_, posting)| posting)).copied()
    }

    /// The terms of a fact, in order of their numbers.
    pub fn terms_of(&self, fact: FactIx) -> &[FactTerm] {
        match (&self.over, (fact.0 as usize).checked_sub(self.core.profiles.len())) {
            (Some(over), Some(above)) => over.terms_of(above),
            _ => self.core.fact_terms.of(fact.0),
        }
    }

    /// Where and whether a fact holds a term.
    pub fn holds(&self, fact: FactIx, term: TermIx) -> Option<FactTerm> {
        let terms = self.terms_of(fact);
        terms.binary_search_by_key(&term, |t| t.term).ok().and_then(|at| terms.get(at).copied())
    }

    /// What is known of a fact.
    pub fn profile(&self, fact: FactIx) -> &Profile {
        let at = fact.0 as usize;
        match (&self.over, at.checked_sub(self.core.profiles.len())) {
            (Some(over), Some(above)) => &over.profiles[above],
            _ => &self.core.profiles[at],
        }
    }

    /// The number of facts, with those that are hidden.
    pub fn fact_count(&self) -> usize {
        self.core.profiles.len() + self.over.as_ref().map_or(0, |over| over.profiles.len())
    }

    /// Whether a fact of the base is retracted, or stands anew above it.
    pub fn is_hidden(&self, fact: FactIx) -> bool {
        self.over.as_ref().is_some_and(|over| over.hidden.contains(&fact))
    }

    /// Mean length of facts in terms.
    pub fn average_length(&self) -> f32 {
        self.core.average_length
    }

    /// The vector of a passage, if vectors are on.
    pub fn vector(&self, passage: u32) -> Option<&Packed> {
        let at = passage as usize;
        let above = || self.over.as_ref()?.passage_vectors.get(at.checked_sub(self.core.passages.len())?);
        self.core.passage_vectors.get(at).or_else(above)
    }

    /// The vector of a term, if vectors are on.
    pub fn term_vector(&self, term: TermIx) -> Option<&Packed> {
        let at = term.0 as usize;
        let above = || self.over.as_ref()?.term_vectors.get(at.checked_sub(self.core.idf.len())?);
        self.core.term_vectors.get(at).or_else(above)
    }

    /// Whether facts come with question forms; without them, claims alone must carry the match.
    pub fn has_forms(&self) -> bool {
        self.core.has_forms
    }

    /// The number of a word that is known as it is written.
    pub fn find_word(&self, word: &str) -> Option<WordIx> {
        let above = || Some(WordIx(self.over.as_ref()?.spelling.find(word)?.0 + self.first_word_above()));
        self.core.spelling.find(word).or_else(above)
    }

    /// A known word.
    pub fn word(&self, word: WordIx) -> &str {
        match (&self.over, word.0.checked_sub(self.first_word_above())) {
            (Some(over), Some(above)) => over.spelling.text(WordIx(above)),
            _ => self.core.spelling.text(word),
        }
    }

    /// Known words that sound like a typed one, nearest first.
    pub fn words_sounding(&self, typed: &str) -> Vec<WordIx> {
        let mut found = self.core.spelling.sounding(typed);
        if let Some(over) = &self.over {
            found.extend(over.spelling.sounding(typed).into_iter().map(|word| WordIx(word.0 + self.first_word_above())));
        }
        found
    }

    /// Known words that a typed one may be a slip or another spelling of, best first. `is_foreign` tells the words that are spelt by ear.
    pub fn respellings(&self, typed: &str, is_foreign: impl Fn(WordIx) -> bool) -> Vec<spelling::Candidate> {
        let mut found = self.core.spelling.candidates(typed, &is_foreign);
        if let Some(over) = &self.over {
            let first = self.first_word_above();
            let above = over.spelling.candidates(typed, |word| is_foreign(WordIx(word.0 + first)));
            found.extend(above.into_iter().map(|candidate| spelling::Candidate { word: WordIx(candidate.word.0 + first), ..candidate }));
            found.sort_by_key(|candidate| (candidate.cost, candidate.word));
        }
        found
    }

    /// Where a known word is from.
    pub fn origin(&self, word: WordIx) -> WordOrigin {
        let below = self.core.origins.get(word.0 as usize).copied();
        let Some(over) = &self.over else { return below.unwrap_or(WordOrigin::Urdu) };
        let above = || over.origins.get(word.0.checked_sub(self.first_word_above())? as usize).copied();
        over.nearer.get(&word).copied().or(below).or_else(above).unwrap_or(WordOrigin::Urdu)
    }

    /// Bytes the index of the base takes, its texts left out.
    pub fn bytes(&self) -> usize {
        let core = &self.core;
        core.passage_postings.bytes()
            + core.fact_postings.bytes()
            + core.fact_terms.bytes()
            + (core.passage_vectors.len() + core.term_vectors.len()) * size_of::<Packed>()
            + core.passages.len() * size_of::<Passage>()
            + core.profiles.len() * size_of::<Profile>()
            + core.spelling.bytes()
            + core.terms.keys().map(|t| t.len() + 24).sum::<usize>()
    }

    fn first_word_above(&self) -> u32 {
        u32::try_from(self.core.origins.len()).unwrap_or(u32::MAX)
    }
}
