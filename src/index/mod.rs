//! The immutable index that questions are matched against.
//!
//! A fact is split into *passages*: its claim (with its title), and each of its question forms. Passages have postings for the cosine
//! with a question and vectors for meaning; whole facts have postings for BM25, and sorted term lists to tell which words of a question
//! they cover. Passages of one fact stand together.

pub mod analysis;
mod build;
pub mod lists;
mod over;
mod piece;
pub mod spelling;

use std::cmp::Ordering;
use std::sync::Arc;

use hashbrown::HashMap;

use crate::date::DaySpan;
use crate::fact::{FactIx, Hidden, Order};
use crate::lexicon::Wanted;
use crate::vectors::{Packed, Vectors};
use analysis::Analyser;
use build::rarity;
use lists::Lists;
pub use over::Level;
use over::{Numbers, Stack};
pub use piece::Piece;
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

impl Core {
    fn term(&self, text: &str) -> Option<TermIx> {
        self.terms.get(text).copied()
    }

    fn find_word(&self, word: &str) -> Option<WordIx> {
        self.spelling.find(word)
    }

    fn origin(&self, word: WordIx) -> Option<WordOrigin> {
        self.origins.get(word.0 as usize).copied()
    }

    /// How rare a term of the base is.
    fn rarity(&self, term: TermIx) -> f32 {
        self.idf.get(term.0 as usize).copied().unwrap_or_default()
    }

    /// How rare a term is that the base does not know, however many facts above it hold it: as rare as what one fact of the base holds. A
    /// count would have every edit change how those are weighed that it has nothing to do with, and by how many levels they are spread over.
    fn new_rarity(&self) -> f32 {
        rarity(1, self.profiles.len())
    }

    /// Where numbers go on above.
    fn end(&self) -> Numbers {
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Numbers {
            fact: number(self.profiles.len()),
            passage: number(self.passages.len()),
            term: number(self.terms.len()),
            word: number(self.origins.len()),
        }
    }
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
    over: Option<Arc<Stack>>,
}

impl Index {
    /// Facts as a level above those that are there; `orders` tells where each stands among all.
    pub fn level(&self, pieces: Vec<Arc<Piece>>, orders: Arc<[Order]>) -> Level {
        Level::of(&self.core, self.over.as_deref(), pieces, orders)
    }

    /// This index with more levels above those it has. `hidden` facts, of all of it, are not found.
    #[must_use]
    pub fn under(&self, levels: impl IntoIterator<Item = Arc<Level>>, hidden: Arc<Hidden>) -> Self {
        let levels = self.levels().cloned().chain(levels).collect();
        Self { over: Some(Arc::new(Stack { levels, hidden })), ..self.clone() }
    }

    fn levels(&self) -> impl Iterator<Item = &Arc<Level>> {
        self.over.iter().flat_map(|over| &over.levels)
    }

    fn level_of(&self, fact: FactIx) -> Option<&Level> {
        if (fact.0 as usize) < self.core.profiles.len() {
            return None;
        }
        self.over.as_ref()?.level(fact.0, |first| first.fact)
    }

    /// Which of two facts stands first among all: the order of the base; one that is laid over another stands in the place of that one,
    /// and the others behind, by their ids.
    pub fn in_order(&self, one: FactIx, other: FactIx) -> Ordering {
        match (self.level_of(one), self.level_of(other)) {
            (None, None) => one.cmp(&other),
            (a, b) => {
                let (below_a, below_b) = (Order::below(one), Order::below(other));
                let a = a.and_then(|level| level.order(one)).unwrap_or(&below_a);
                let b = b.and_then(|level| level.order(other)).unwrap_or(&below_b);
                a.cmp(b)
            }
        }
    }

    /// The number of a term, if any fact holds it.
    pub fn term(&self, text: &str) -> Option<TermIx> {
        self.core.term(text).or_else(|| self.over.as_ref()?.term(text))
    }

    /// Whether any fact holds a folded word, by itself or under its plain term.
    pub fn holds_word(&self, word: &str) -> bool {
        self.term(self.analyser.plain_term(word).as_ref()).is_some()
    }

    /// The rarity of a term; of a word that no fact holds, the greatest.
    pub fn idf(&self, term: Option<TermIx>) -> f32 {
        match term {
            Some(term) if (term.0 as usize) < self.core.idf.len() => self.core.rarity(term),
            Some(_) => self.core.new_rarity(),
            None => self.core.unknown_idf,
        }
    }

    /// How many passages there are.
    pub fn passage_count(&self) -> usize {
        Stack::end(&self.core, self.over.as_deref()).passage as usize
    }

    /// A passage by its number.
    pub fn passage(&self, at: u32) -> Option<&Passage> {
        self.core.passages.get(at as usize).or_else(|| self.over.as_ref()?.level(at, |first| first.passage)?.passage(at))
    }

    /// Passages that hold a term, in order.
    pub fn passages_with(&self, term: TermIx) -> impl Iterator<Item = PassageIx> + '_ {
        let above = self.over.iter().flat_map(move |over| over.postings(term));
        let above = above.flat_map(|(level, posting)| level.passages_of(posting));
        self.core.passage_postings.of(term.0).iter().copied().chain(above)
    }

    /// Those of the passages from one number up to another that hold a term. They are of one fact.
    pub fn passages_between(&self, term: TermIx, from: u32, to: u32) -> impl Iterator<Item = PassageIx> + '_ {
        let is_below = (from as usize) < self.core.passages.len();
        let below = if is_below { self.core.passage_postings.of(term.0) } else { &[] };
        let first = below.partition_point(|passage| passage.0 < from);
        let above = || self.over.as_ref()?.posting(term, self.passage(from)?.fact);
        let above = if is_below { None } else { above() };
        let above = above.into_iter().flat_map(|(level, posting)| level.passages_of(posting));
        let within = move |passage: &PassageIx| (from..to).contains(&passage.0);
        below.iter().skip(first).copied().take_while(within).chain(above.filter(within))
    }

    /// Whether a passage holds a term.
    pub fn passage_holds(&self, passage: u32, term: TermIx) -> bool {
        self.passages_between(term, passage, passage.saturating_add(1)).next().is_some()
    }

    /// Facts that hold a term.
    pub fn facts_with(&self, term: TermIx) -> impl Iterator<Item = FactPosting> + '_ {
        let above = self.over.iter().flat_map(move |over| over.postings(term));
        let above = above.map(|(_, posting)| FactPosting { fact: posting.fact, frequency: posting.frequency });
        self.core.fact_postings.of(term.0).iter().copied().chain(above)
    }

    /// The vectors of the terms of a fact, as far as they have any. A term that the base does not know has that which it has in this fact.
    pub fn term_vectors(&self, fact: FactIx) -> impl Iterator<Item = &Packed> {
        let vector = |term: TermIx| self.core.term_vectors.get(term.0 as usize);
        let above = self.level_of(fact).into_iter().flat_map(move |level| level.terms_of(fact));
        let above = above.filter_map(move |term| term.map_or_else(Some, vector));
        self.core.fact_terms.of(fact.0).iter().filter_map(move |held| vector(held.term)).chain(above)
    }

    /// Where and whether a fact holds a term.
    pub fn holds(&self, fact: FactIx, term: TermIx) -> Option<FactTerm> {
        if let Some(level) = self.level_of(fact) {
            return level.holds(fact, term);
        }
        let terms = self.core.fact_terms.of(fact.0);
        terms.binary_search_by_key(&term, |t| t.term).ok().and_then(|at| terms.get(at).copied())
    }

    /// What is known of a fact.
    pub fn profile(&self, fact: FactIx) -> &Profile {
        match self.level_of(fact).and_then(|level| level.profile(fact)) {
            Some(profile) => profile,
            None => &self.core.profiles[fact.0 as usize],
        }
    }

    /// The number of facts, with those that are hidden.
    pub fn fact_count(&self) -> usize {
        Stack::end(&self.core, self.over.as_deref()).fact as usize
    }

    /// Whether a fact is retracted, or stands anew above.
    pub fn is_hidden(&self, fact: FactIx) -> bool {
        self.over.as_ref().is_some_and(|over| over.hidden.holds(fact))
    }

    /// Mean length of facts in terms.
    pub fn average_length(&self) -> f32 {
        self.core.average_length
    }

    /// The vector of a passage, if vectors are on.
    pub fn vector(&self, passage: u32) -> Option<&Packed> {
        let above = || self.over.as_ref()?.level(passage, |first| first.passage)?.vector(passage);
        self.core.passage_vectors.get(passage as usize).or_else(above)
    }

    /// Whether facts come with question forms; without them, claims alone must carry the match.
    pub fn has_forms(&self) -> bool {
        self.core.has_forms
    }

    /// The number of a word that is known as it is written.
    pub fn find_word(&self, word: &str) -> Option<WordIx> {
        self.core.find_word(word).or_else(|| self.over.as_ref()?.find_word(word))
    }

    /// A known word.
    pub fn word(&self, word: WordIx) -> &str {
        match &self.over {
            Some(over) if word.0 as usize >= self.core.origins.len() => over.word(word),
            _ => self.core.spelling.text(word),
        }
    }

    /// Known words that sound like a typed one, nearest first.
    pub fn words_sounding(&self, typed: &str) -> Vec<WordIx> {
        let mut found = self.core.spelling.sounding(typed);
        if let Some(over) = &self.over {
            found.extend(over.words_sounding(typed));
        }
        found
    }

    /// Known words that a typed one may be a slip or another spelling of, best first. `is_foreign` tells the words that are spelt by ear.
    pub fn respellings(&self, typed: &str, is_foreign: impl Fn(WordIx) -> bool) -> Vec<spelling::Candidate> {
        let mut found = self.core.spelling.candidates(typed, &is_foreign);
        if let Some(over) = &self.over {
            found.extend(over.respellings(typed, &is_foreign));
            // Each half is in its order, which does not hang on how what is laid over the base is numbered.
            found.sort_by_key(|candidate| candidate.cost);
        }
        found
    }

    /// Where a known word is from.
    pub fn origin(&self, word: WordIx) -> WordOrigin {
        let above = self.over.as_ref().and_then(|over| over.origin(word));
        self.core.origin(word).into_iter().chain(above).min().unwrap_or(WordOrigin::Urdu)
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
}
