//! The immutable index that questions are matched against.
//!
//! A fact is split into *passages*: its claim (with its title), its title, and each of its question forms; those of one fact stand together.
//! *Postings* lead from a term to facts, for the first look. The *tables* lead from a fact to its terms and to the passages that each stands
//! in, for all that is looked at closer.

pub mod analysis;
mod build;
mod days;
pub mod lists;
mod over;
mod postings;
mod search;
pub mod spelling;
mod tables;
pub mod texts;
mod traits;

use std::sync::Arc;

use crate::date::DaySpan;
use crate::fact::FactIx;
use crate::lexicon::Wanted;
use crate::vectors::{Packed, Vectors};
use analysis::Analyser;
use days::Days;
use over::Delta;
pub use over::Piece;
pub use postings::MOST_FACTS;
pub(crate) use postings::{MOST_SAID, said};
use postings::{Posting, Postings};
pub use search::{Asked, Sums};
use spelling::{Spelling, WordIx};
use tables::Tables;
pub use tables::{FactTerm, Held};
use texts::Texts;
pub use traits::{Trait, Traits};

/// A number of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct TermIx(pub u32);

/// A number of a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct PassageIx(pub u32);

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
    /// What it asks for, if it is a question form.
    pub wanted: Wanted,
    /// Length of its vector of term weights.
    pub norm: f32,
}

/// What is known of one fact beside its terms.
#[derive(Debug, Clone, Copy)]
pub struct Profile<'i> {
    /// Its date and the dates its claim names.
    pub dates: &'i [DaySpan],
    /// Words of the claim that turn what it says.
    pub turns: &'i [TermIx],
    /// The first of its passages, and behind the last.
    pub passages: (u32, u32),
    /// Terms in it, weighed as in BM25.
    pub length: f32,
    /// What it has to give.
    pub traits: Traits,
}

/// What was built of a base. It never changes.
#[derive(Debug)]
struct Core {
    /// Words known to the base and the word lists.
    spelling: Spelling,
    /// For each word of `spelling`, where it is from.
    origins: Vec<WordOrigin>,
    terms: Texts,
    /// Rarity of each term.
    idf: Vec<f32>,
    /// A vector for each term, for words one by one.
    term_vectors: Vec<Packed>,
    tables: Tables,
    postings: Postings,
    days: Days,
    average_length: f32,
    /// Rarity of a word that no fact holds.
    unknown_idf: f32,
    has_forms: bool,
}

impl Core {
    fn term(&self, text: &str) -> Option<TermIx> {
        self.terms.find(text).map(TermIx)
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
    over: Option<Arc<Delta>>,
}

/// Tables with the numbers of their first fact and passage.
#[derive(Clone, Copy)]
struct Placed<'i> {
    tables: &'i Tables,
    fact: u32,
    passage: u32,
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
        self.core.term(text).or_else(|| self.over.as_ref()?.terms.get(text).copied())
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
        self.placed().map(|placed| placed.tables.wants.len()).sum()
    }

    /// A passage by its number.
    pub fn passage(&self, at: u32) -> Option<Passage> {
        let (tables, at) = self.with_passage(at);
        Some(Passage { wanted: *tables.wants.get(at)?, norm: *tables.norms.get(at)? })
    }

    /// The fact of a passage.
    pub fn fact_of(&self, passage: u32) -> FactIx {
        let placed = self.placed().take_while(|placed| placed.passage <= passage).last();
        placed.map_or(FactIx(0), |placed| FactIx(placed.fact + number(placed.tables.fact_of(passage - placed.passage))))
    }

    /// How many facts hold a term.
    pub fn holders(&self, term: TermIx) -> usize {
        self.core.postings.holders(term) + self.over.as_ref().map_or(0, |over| over.postings(term).len())
    }

    /// Facts that hold a term; of one that is common in the base, those in which it says most.
    pub fn facts_with(&self, term: TermIx) -> impl Iterator<Item = FactIx> + '_ {
        let above = self.over.iter().flat_map(move |over| over.postings(term)).map(|posting| FactIx(posting.fact()));
        self.core.postings.facts(term).chain(above)
    }

    fn postings(&self, term: TermIx) -> impl Iterator<Item = &[Posting]> {
        [self.core.postings.with(term)].into_iter().chain(self.over.iter().map(move |over| over.postings(term)))
    }

    fn days(&self) -> impl Iterator<Item = &Days> + Clone {
        std::iter::once(&self.core.days).chain(self.over.iter().map(|over| &over.days))
    }

    /// Passages that hold a term, in order.
    pub fn passages_with(&self, term: TermIx) -> impl Iterator<Item = PassageIx> + '_ {
        self.facts_with(term).flat_map(move |fact| {
            let (first, _) = self.profile(fact).passages;
            let held = self.held(fact);
            held.find(term).into_iter().flat_map(move |at| held.passages_of(at)).map(move |passage| PassageIx(first + passage))
        })
    }

    /// The terms of a fact with the passages they stand in.
    pub fn held(&self, fact: FactIx) -> Held<'_> {
        let (placed, at) = self.with_fact(fact);
        placed.tables.held(at)
    }

    /// Where and whether a fact holds a term.
    pub fn holds(&self, fact: FactIx, term: TermIx) -> Option<FactTerm> {
        let held = self.held(fact);
        held.find(term).and_then(|at| held.terms.get(at).copied())
    }

    /// What is known of a fact.
    pub fn profile(&self, fact: FactIx) -> Profile<'_> {
        let (Placed { tables, passage, .. }, at) = self.with_fact(fact);
        let (from, to) = tables.passages(at);
        let key = number(at);
        Profile {
            dates: tables.dates.of(key),
            turns: tables.turns.of(key),
            passages: (from + passage, to + passage),
            length: tables.lengths.get(at).copied().unwrap_or_default(),
            traits: tables.traits.get(at).copied().unwrap_or_default(),
        }
    }

    /// The number of facts, with those that are hidden.
    pub fn fact_count(&self) -> usize {
        self.placed().map(|placed| placed.tables.count()).sum()
    }

    /// Whether a fact of the base is retracted, or stands anew above it.
    pub fn is_hidden(&self, fact: FactIx) -> bool {
        self.over.as_ref().is_some_and(|over| over.hidden.contains(&fact))
    }

    fn placed(&self) -> impl Iterator<Item = Placed<'_>> {
        let core = &self.core.tables;
        let above = Placed { tables: core, fact: number(core.count()), passage: number(core.wants.len()) };
        let above = self.over.iter().map(move |over| Placed { tables: &over.tables, ..above });
        std::iter::once(Placed { tables: core, fact: 0, passage: 0 }).chain(above)
    }

    /// The tables that a fact stands in, and its number there.
    fn with_fact(&self, fact: FactIx) -> (Placed<'_>, usize) {
        let core = &self.core.tables;
        match (&self.over, (fact.0 as usize).checked_sub(core.count())) {
            (Some(over), Some(above)) => {
                (Placed { tables: &over.tables, fact: number(core.count()), passage: number(core.wants.len()) }, above)
            }
            _ => (Placed { tables: core, fact: 0, passage: 0 }, fact.0 as usize),
        }
    }

    fn with_passage(&self, passage: u32) -> (&Tables, usize) {
        let core = &self.core.tables;
        match (&self.over, (passage as usize).checked_sub(core.wants.len())) {
            (Some(over), Some(above)) => (&over.tables, above),
            _ => (core, passage as usize),
        }
    }

    /// Mean length of facts in terms.
    pub fn average_length(&self) -> f32 {
        self.core.average_length
    }

    /// The vector of a passage, if vectors are on.
    pub fn vector(&self, passage: u32) -> Option<&Packed> {
        let (tables, at) = self.with_passage(passage);
        tables.vectors.get(at)
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
        core.tables.bytes()
            + core.postings.bytes()
            + core.days.bytes()
            + core.term_vectors.len() * size_of::<Packed>()
            + core.idf.len() * 4
            + core.spelling.bytes()
            + core.origins.len() * size_of::<WordOrigin>()
            + core.terms.bytes()
    }

    fn first_word_above(&self) -> u32 {
        u32::try_from(self.core.origins.len()).unwrap_or(u32::MAX)
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
