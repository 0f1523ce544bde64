//! What is laid over a base: a few immutable levels of facts, each numbered on from those below it.
//!
//! An edit lays the topmost, small level anew and hides what it replaces in those below; nothing else is touched. Whatever is looked up is
//! therefore judged by the facts that are served: a term or a word that only hidden facts hold is not known. So it makes no difference over
//! which levels the facts are spread.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::days::Days;
use super::piece::{Piece, TermText, WordText};
use super::postings::{Posting, said};
use super::spelling::{Candidate, Typed, WordIx, sounding};
use super::tables::Tables;
use super::{Core, TermIx, WordOrigin, number};
use crate::fact::{FactIx, Hidden, Order};
use crate::vectors::Packed;

/// Where numbers go on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    pub(super) fact: u32,
    pub(super) passage: u32,
    pub(super) term: u32,
    pub(super) word: u32,
}

/// A fact of a level that holds a word of which the base does not know as much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Mention {
    word: WordIx,
    fact: u32,
    origin: WordOrigin,
}

/// Facts laid over a base and the levels below: their part of the index.
#[derive(Debug)]
pub struct Level {
    pub(super) first: Numbers,
    /// Facts and passages, numbered from 0; their terms are those of the whole.
    pub(super) tables: Tables<'static>,
    pub(super) days: Days<'static>,
    orders: Arc<[Order]>,
    /// Terms that nothing below knows.
    terms: HashMap<Arc<str>, TermIx>,
    /// The vectors of terms that the base does not know, as each fact means them: by fact, then by term.
    term_vectors: Vec<(u32, TermIx, Packed)>,
    /// The terms of `lists`, in order.
    held: Vec<TermIx>,
    /// By term, then by fact.
    lists: Vec<Posting>,
    /// Words that nothing below knows, numbered on.
    words: Vec<Arc<str>>,
    by_text: HashMap<Arc<str>, WordIx>,
    /// Openings of their hashes in the upper half, their numbers in the lower; sorted.
    keys: Vec<u64>,
    /// By word, then by fact.
    mentions: Vec<Mention>,
}

impl Level {
    /// Lays pieces over what is there; `orders` tells where each stands among all facts.
    pub(super) fn of(core: &Core<'_>, below: Option<&Stack>, pieces: &[Arc<Piece>], orders: Arc<[Order]>) -> Self {
        let mut level = Self {
            first: Stack::end(core, below),
            orders,
            tables: Tables::default(),
            days: Days::default(),
            terms: HashMap::new(),
            term_vectors: Vec::new(),
            held: Vec::new(),
            lists: Vec::new(),
            words: Vec::new(),
            by_text: HashMap::new(),
            keys: Vec::new(),
            mentions: Vec::new(),
        };
        for piece in pieces {
            level.lay(below, piece);
        }
        level.term_vectors.sort_unstable_by_key(|(fact, term, _)| (*fact, *term));
        level.keys.sort_unstable();
        level.mentions.sort_unstable();
        level.days = Days::of(&level.tables, level.first.fact);
        level.post(core);
        level
    }

    fn lay(&mut self, below: Option<&Stack>, piece: &Piece) {
        let local = number(self.tables.count());
        let fact = self.first.fact + local;
        let mut numbers: Vec<TermIx> = Vec::with_capacity(piece.terms.len());
        for term in &piece.terms {
            numbers.push(match term {
                TermText::Known(term) => *term,
                TermText::New(text, vector) => {
                    let term = self.term(below, text);
                    self.term_vectors.extend(vector.as_deref().map(|vector| (local, term, *vector)));
                    term
                }
            });
        }
        for word in &piece.words {
            let at = self.word(below, &word.text);
            self.mentions.push(Mention { word: at, fact, origin: word.origin });
        }
        self.tables.append(&piece.tables, |local| numbers.get(local.0 as usize).copied().unwrap_or_default());
    }

    /// Makes the postings.
    fn post(&mut self, core: &Core<'_>) {
        let mut postings: Vec<(TermIx, Posting)> = Vec::new();
        for at in 0..self.tables.count() {
            let held = self.tables.held(at);
            let length = self.tables.lengths.get(at).copied().unwrap_or_default();
            postings.extend(held.terms.iter().enumerate().map(|(place, term)| {
                (term.term(), Posting::new(self.first.fact + number(at), said(held.frequency(place), length, core.scalars.average_length)))
            }));
        }
        postings.sort_unstable();
        (self.held, self.lists) = postings.into_iter().unzip();
    }

    fn term(&mut self, below: Option<&Stack>, text: &Arc<str>) -> TermIx {
        below.and_then(|below| below.numbered(text)).unwrap_or_else(|| {
            let next = TermIx(self.first.term + number(self.terms.len()));
            *self.terms.entry(Arc::clone(text)).or_insert(next)
        })
    }

    fn word(&mut self, below: Option<&Stack>, text: &WordText) -> WordIx {
        match text {
            WordText::Known(word) => *word,
            WordText::New(text, hashes) => below.and_then(|below| below.worded(text)).unwrap_or_else(|| {
                let next = WordIx(self.first.word + number(self.words.len()));
                let word = *self.by_text.entry(Arc::clone(text)).or_insert(next);
                if word == next {
                    self.words.push(Arc::clone(text));
                    self.keys.extend(hashes.iter().map(|hash| opening(*hash) | u64::from(word.0)));
                }
                word
            }),
        }
    }

    /// Facts that hold a term, in their order, served or not.
    pub(super) fn postings(&self, term: TermIx) -> &[Posting] {
        let from = self.held.partition_point(|held| *held < term);
        let to = from + self.held.get(from..).unwrap_or_default().partition_point(|held| *held == term);
        self.lists.get(from..to).unwrap_or_default()
    }

    fn mentions(&self, word: WordIx) -> impl Iterator<Item = &Mention> {
        let from = self.mentions.partition_point(|mention| mention.word < word);
        self.mentions.iter().skip(from).take_while(move |mention| mention.word == word)
    }

    fn with_hash(&self, hash: u64) -> impl Iterator<Item = WordIx> + '_ {
        let from = self.keys.partition_point(|entry| *entry < opening(hash));
        #[expect(clippy::cast_possible_truncation, reason = "the lower half is the word")]
        self.keys.iter().skip(from).take_while(move |entry| opening(**entry) == opening(hash)).map(|entry| WordIx(*entry as u32))
    }

    pub(super) fn order(&self, fact: FactIx) -> Option<&Order> {
        self.orders.get(fact.0.saturating_sub(self.first.fact) as usize)
    }

    /// The vector of a term that the base does not know, as a fact of this level, numbered from 0, means it.
    pub(super) fn term_vector(&self, local: usize, term: TermIx) -> Option<&Packed> {
        let key = (number(local), term);
        let at = self.term_vectors.binary_search_by_key(&key, |(fact, term, _)| (*fact, *term)).ok()?;
        self.term_vectors.get(at).map(|(_, _, vector)| vector)
    }
}

/// The upper half of a hash: what words of a level are found by.
fn opening(hash: u64) -> u64 {
    hash >> u32::BITS << u32::BITS
}

/// The levels that are laid over a base, and what of them and of the base is not served.
#[derive(Debug)]
pub(super) struct Stack {
    pub(super) levels: Vec<Arc<Level>>,
    pub(super) hidden: Arc<Hidden>,
}

impl Stack {
    /// Where numbers go on above a base and what is laid over it.
    pub(super) fn end(core: &Core<'_>, stack: Option<&Self>) -> Numbers {
        stack.and_then(|stack| stack.levels.last()).map_or_else(
            || core.end(),
            |top| Numbers {
                fact: top.first.fact + number(top.tables.count()),
                passage: top.first.passage + number(top.tables.wants.len()),
                term: top.first.term + number(top.terms.len()),
                word: top.first.word + number(top.words.len()),
            },
        )
    }

    /// The level that a number is of, if it is not of the base.
    pub(super) fn level(&self, at: u32, first: impl Fn(&Numbers) -> u32) -> Option<&Level> {
        self.levels.iter().rev().find(|level| first(&level.first) <= at).map(AsRef::as_ref)
    }

    /// The number of a term that a level knows, served or not.
    fn numbered(&self, text: &str) -> Option<TermIx> {
        self.levels.iter().find_map(|level| level.terms.get(text)).copied()
    }

    fn worded(&self, text: &str) -> Option<WordIx> {
        self.levels.iter().find_map(|level| level.by_text.get(text)).copied()
    }

    /// The number of a term that a fact holds which is served.
    pub(super) fn term(&self, text: &str) -> Option<TermIx> {
        self.numbered(text).filter(|term| self.facts(*term).next().is_some())
    }

    /// Facts that hold a term and are served.
    pub(super) fn facts(&self, term: TermIx) -> impl Iterator<Item = FactIx> + '_ {
        let all = self.levels.iter().flat_map(move |level| level.postings(term)).map(|posting| FactIx(posting.fact()));
        all.filter(|fact| !self.hidden.holds(*fact))
    }

    /// The nearest origin of a word among the facts that are served.
    pub(super) fn origin(&self, word: WordIx) -> Option<WordOrigin> {
        let mentions = self.levels.iter().flat_map(|level| level.mentions(word));
        mentions.filter(|mention| !self.hidden.holds(FactIx(mention.fact))).map(|mention| mention.origin).min()
    }

    /// The number of a word that a fact holds which is served, and the base does not know.
    pub(super) fn find_word(&self, word: &str) -> Option<WordIx> {
        self.worded(word).filter(|word| self.origin(*word).is_some())
    }

    pub(super) fn word(&self, word: WordIx) -> &str {
        let level = self.level(word.0, |first| first.word);
        level.and_then(|level| level.words.get(word.0.checked_sub(level.first.word)? as usize)).map_or("", AsRef::as_ref)
    }

    /// Words with a hash, each once, of facts that are served. All of them: where a crowd is cut, it would matter who came first.
    fn with_hashes(&self, hashes: &[u64]) -> impl Iterator<Item = WordIx> {
        let mut found: HashSet<WordIx> = HashSet::new();
        for level in self.levels.iter().filter(|level| !level.keys.is_empty()) {
            found.extend(hashes.iter().flat_map(|hash| level.with_hash(*hash)));
        }
        found.into_iter().filter(|word| self.origin(*word).is_some())
    }

    /// Words that sound like a typed one, nearest first; ties in the order of the alphabet.
    pub(super) fn words_sounding(&self, typed: &str) -> Vec<WordIx> {
        let Some((hash, apart)) = sounding(typed) else { return Vec::new() };
        let mut found: Vec<(u32, &str, WordIx)> = self
            .with_hashes(&[hash])
            .map(|word| (word, self.word(word)))
            .filter_map(|(word, text)| Some((apart(text)?, text, word)))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, _, word)| word).collect()
    }

    /// Words that a typed one may be a slip or another spelling of, best first; ties in the order of the alphabet.
    pub(super) fn respellings(&self, typed: &str, is_foreign: impl Fn(WordIx) -> bool) -> Vec<Candidate> {
        if self.levels.iter().all(|level| level.keys.is_empty()) {
            return Vec::new();
        }
        let Some(typed) = Typed::of(typed) else { return Vec::new() };
        let mut hashes: Vec<u64> = typed.sound_hash().into_iter().collect();
        typed.each_form(&mut |hash| hashes.push(hash));
        let meets = |word| {
            let known = self.word(word);
            let by_sound = if is_foreign(word) { typed.sounds_like(known) } else { None };
            let (cost, reason) = typed.slips_to(known).into_iter().chain(by_sound).min_by_key(|(cost, _)| *cost)?;
            Some(Candidate { word, reason, cost })
        };
        let mut found: Vec<Candidate> = self.with_hashes(&hashes).filter_map(meets).collect();
        found.sort_unstable_by_key(|candidate| (candidate.cost, self.word(candidate.word)));
        found
    }
}
