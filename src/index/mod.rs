//! The immutable index that questions are matched against.
//!
//! A fact is split into *passages*: its claim (with its title), its title, and each of its question forms; those of one fact stand together.
//! *Postings* lead from a term to facts, for the first look. The *tables* lead from a fact to its terms and to the passages that each stands
//! in, for all that is looked at closer.

pub mod analysis;
mod build;
mod core;
mod days;
pub mod lists;
mod over;
mod piece;
mod postings;
mod search;
pub mod spelling;
mod tables;
pub mod texts;
mod traits;

use std::cmp::Ordering;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};

use self::core::{Core, Scalars};
use crate::date::DaySpan;
use crate::fact::{FactIx, Hidden, Order};
use crate::image::Writer;
use crate::lexicon::Wanted;
use crate::vectors::{Packed, Vectors};
use analysis::Analyser;
pub use over::Level;
use over::Stack;
pub use piece::Piece;
pub use postings::MOST_FACTS;
use postings::Posting;
pub(crate) use postings::{MOST_SAID, said};
pub use search::{Asked, Sums};
use spelling::WordIx;
use tables::Tables;
pub use tables::{FactTerm, Held};
pub use traits::{Counts, Trait, Traits};

/// A number of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Pod, Zeroable)]
#[repr(transparent)]
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

/// The index of a base, with that of what is laid over it: its numbers of terms, words, passages and facts go on where the base's end, and
/// rarity stays what it is in the base, so that what is laid over it is weighed by the same measure. Clones share what they hold.
#[derive(Debug, Clone)]
pub struct Index {
    /// How text becomes terms.
    pub analyser: Arc<Analyser>,
    /// The word vectors, if they are switched on.
    pub vectors: Option<Arc<Vectors<'static>>>,
    held: Arc<core::Held>,
    over: Option<Arc<Stack>>,
}

/// Tables with the numbers of their first fact and passage.
#[derive(Clone, Copy)]
struct Placed<'i> {
    tables: &'i Tables<'i>,
    fact: u32,
    passage: u32,
}

impl<'i> Placed<'i> {
    fn below(core: &'i Core<'i>) -> Self {
        Self { tables: &core.tables, fact: 0, passage: 0 }
    }

    fn above(level: &'i Level) -> Self {
        Self { tables: &level.tables, fact: level.first.fact, passage: level.first.passage }
    }
}

impl Index {
    /// Facts as a level above those that are there; `orders` tells where each stands among all.
    pub fn level(&self, pieces: &[Arc<Piece>], orders: Arc<[Order]>) -> Level {
        Level::of(self.core(), self.over.as_deref(), pieces, orders)
    }

    /// This index with more levels above those it has. `hidden` facts, of all of it, are not found.
    #[must_use]
    pub fn under(&self, levels: impl IntoIterator<Item = Arc<Level>>, hidden: Arc<Hidden>) -> Self {
        let levels = self.levels().cloned().chain(levels).collect();
        Self { over: Some(Arc::new(Stack { levels, hidden })), ..self.clone() }
    }

    fn core(&self) -> &Core<'_> {
        self.held.core()
    }

    /// Gathers what [`Self::open`] reads: this index without what is laid over it.
    pub fn save<'w>(&'w self, writer: &mut Writer<'w>) {
        self.core().save(writer);
    }

    fn levels(&self) -> impl DoubleEndedIterator<Item = &Arc<Level>> + Clone {
        self.over.iter().flat_map(|over| &over.levels)
    }

    fn level_of(&self, fact: FactIx) -> Option<&Level> {
        if self.is_below(fact) {
            return None;
        }
        self.over.as_ref()?.level(fact.0, |first| first.fact)
    }

    fn is_below(&self, fact: FactIx) -> bool {
        (fact.0 as usize) < self.core().tables.count()
    }

    /// Whether a fact is laid over the base.
    pub fn is_above(&self, fact: FactIx) -> bool {
        !self.is_below(fact)
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
        self.core().term(text).or_else(|| self.over.as_ref()?.term(text))
    }

    /// Whether any fact holds a folded word, by itself or under its plain term.
    pub fn holds_word(&self, word: &str) -> bool {
        self.term(self.analyser.plain_term(word).as_ref()).is_some()
    }

    /// The rarity of a term; of a word that no fact holds, the greatest.
    pub fn idf(&self, term: Option<TermIx>) -> f32 {
        match term {
            Some(term) if (term.0 as usize) < self.core().idf.len() => self.core().rarity(term),
            Some(_) => self.core().new_rarity(),
            None => self.core().scalars.unknown_idf,
        }
    }

    /// How many passages there are.
    pub fn passage_count(&self) -> usize {
        Stack::end(self.core(), self.over.as_deref()).passage as usize
    }

    /// A passage by its number.
    pub fn passage(&self, at: u32) -> Option<Passage> {
        let Placed { tables, passage, .. } = self.with_passage(at);
        let at = (at - passage) as usize;
        Some(Passage { wanted: (*tables.wants.get(at)?).into(), norm: *tables.norms.get(at)? })
    }

    /// The fact of a passage.
    pub fn fact_of(&self, passage: u32) -> FactIx {
        let placed = self.with_passage(passage);
        FactIx(placed.fact + number(placed.tables.fact_of(passage - placed.passage)))
    }

    /// How many facts hold a term.
    pub fn holders(&self, term: TermIx) -> usize {
        self.core().postings.holders(term) + self.over.as_ref().map_or(0, |over| over.facts(term).count())
    }

    /// Facts that hold a term; of one that is common in the base, those in which it says most.
    pub fn facts_with(&self, term: TermIx) -> impl Iterator<Item = FactIx> + '_ {
        self.core().postings.facts(term).chain(self.over.iter().flat_map(move |over| over.facts(term)))
    }

    /// The postings of a term in the base and in each level, of facts that are not served too.
    fn postings(&self, term: TermIx) -> impl Iterator<Item = &[Posting]> {
        [self.core().postings.with(term)].into_iter().chain(self.levels().map(move |level| level.postings(term)))
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
        let Placed { tables, fact: first, .. } = self.with_fact(fact);
        tables.held((fact.0 - first) as usize)
    }

    /// Where and whether a fact holds a term.
    pub fn holds(&self, fact: FactIx, term: TermIx) -> Option<FactTerm> {
        let held = self.held(fact);
        held.find(term).and_then(|at| held.terms.get(at).copied())
    }

    /// What is known of a fact.
    pub fn profile(&self, fact: FactIx) -> Profile<'_> {
        let Placed { tables, passage, fact: first } = self.with_fact(fact);
        let key = fact.0 - first;
        let at = key as usize;
        let (from, to) = tables.passages(at);
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
        Stack::end(self.core(), self.over.as_deref()).fact as usize
    }

    /// Whether a fact is retracted, or stands anew above.
    pub fn is_hidden(&self, fact: FactIx) -> bool {
        self.over.as_ref().is_some_and(|over| over.hidden.holds(fact))
    }

    /// The tables that a fact stands in.
    fn with_fact(&self, fact: FactIx) -> Placed<'_> {
        self.level_of(fact).map_or_else(|| Placed::below(self.core()), Placed::above)
    }

    fn with_passage(&self, passage: u32) -> Placed<'_> {
        let is_below = (passage as usize) < self.core().tables.wants.len();
        let above = if is_below { None } else { self.over.as_ref().and_then(|over| over.level(passage, |first| first.passage)) };
        above.map_or_else(|| Placed::below(self.core()), Placed::above)
    }

    /// Mean length of facts in terms.
    pub fn average_length(&self) -> f32 {
        self.core().scalars.average_length
    }

    /// The vector of a passage, if vectors are on.
    pub fn vector(&self, passage: u32) -> Option<&Packed> {
        let placed = self.with_passage(passage);
        placed.tables.vectors.get((passage - placed.passage) as usize)
    }

    /// The vector of a term of a fact, if vectors are on. A term that the base does not know has that which it has in this fact.
    pub fn term_vector(&self, fact: FactIx, term: TermIx) -> Option<&Packed> {
        if (term.0 as usize) < self.core().idf.len() {
            return self.core().term_vectors.get(term.0 as usize);
        }
        let level = self.level_of(fact)?;
        level.term_vector((fact.0 - level.first.fact) as usize, term)
    }

    /// Whether facts come with question forms; without them, claims alone must carry the match.
    pub fn has_forms(&self) -> bool {
        let Scalars { formed, facts, .. } = self.core().scalars;
        u64::from(formed) * 2 > u64::from(facts)
    }

    /// The number of a word that is known as it is written.
    pub fn find_word(&self, word: &str) -> Option<WordIx> {
        self.core().find_word(word).or_else(|| self.over.as_ref()?.find_word(word))
    }

    /// A known word.
    pub fn word(&self, word: WordIx) -> &str {
        match &self.over {
            Some(over) if word.0 as usize >= self.core().origins.len() => over.word(word),
            _ => self.core().spelling.text(word),
        }
    }

    /// Known words that sound like a typed one, nearest first.
    pub fn words_sounding(&self, typed: &str) -> Vec<WordIx> {
        let mut found = self.core().spelling.sounding(typed);
        if let Some(over) = &self.over {
            found.extend(over.words_sounding(typed));
        }
        found
    }

    /// Known words that a typed one may be a slip or another spelling of, best first. `is_foreign` tells the words that are spelt by ear.
    pub fn respellings(&self, typed: &str, is_foreign: impl Fn(WordIx) -> bool) -> Vec<spelling::Candidate> {
        let mut found = self.core().spelling.candidates(typed, &is_foreign);
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
        self.core().origin(word).into_iter().chain(above).min().unwrap_or(WordOrigin::Urdu)
    }

    /// Bytes the index of the base takes, its texts left out.
    pub fn bytes(&self) -> usize {
        self.core().bytes()
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
