//! What is laid over a base: a few immutable levels of facts, each numbered on from those below it.
//!
//! An edit lays the topmost, small level anew and hides what it replaces in those below; nothing else is touched. Whatever is looked up is
//! therefore judged by the facts that are served: a term or a word that only hidden facts hold is not known. So it makes no difference over
//! which levels the facts are spread.

use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use super::piece::{Piece, TermText, WordText};
use super::spelling::{Candidate, Typed, WordIx, sounding};
use super::{Core, FactTerm, Passage, PassageIx, Profile, TermIx, WordOrigin};
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

/// A fact of a level that holds a term.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posting {
    pub(super) term: TermIx,
    pub(super) fact: u32,
    pub(super) frequency: u8,
    in_claim: bool,
    /// Before it is sorted in, the term's place in the fact's piece; then the first of its passages among the level's.
    at: u32,
    /// How many those are.
    passages: u32,
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
    pieces: Vec<Arc<Piece>>,
    orders: Arc<[Order]>,
    profiles: Vec<Profile>,
    passages: Vec<Passage>,
    /// Terms that nothing below knows.
    terms: HashMap<Arc<str>, TermIx>,
    /// By term, then by fact.
    postings: Vec<Posting>,
    /// The passages of each posting, those of one behind those of the other: what a common term is looked up for lies together.
    holders: Vec<PassageIx>,
    /// Words that nothing below knows, numbered on.
    words: Vec<Arc<str>>,
    by_text: HashMap<Arc<str>, WordIx>,
    /// Their keys in the upper half, their numbers in the lower; sorted.
    keys: Vec<u64>,
    /// By word, then by fact.
    mentions: Vec<Mention>,
}

impl Level {
    /// Lays pieces over what is there; `orders` tells where each stands among all facts.
    pub(super) fn of(core: &Core, below: Option<&Stack>, pieces: Vec<Arc<Piece>>, orders: Arc<[Order]>) -> Self {
        let first = Stack::end(core, below);
        let mut level = Self {
            first,
            orders,
            profiles: Vec::with_capacity(pieces.len()),
            passages: Vec::new(),
            terms: HashMap::new(),
            postings: Vec::with_capacity(pieces.iter().map(|piece| piece.terms.len()).sum()),
            holders: Vec::new(),
            words: Vec::new(),
            by_text: HashMap::new(),
            keys: Vec::new(),
            mentions: Vec::new(),
            pieces: Vec::new(),
        };
        for piece in &pieces {
            level.lay(below, piece);
        }
        level.pieces = pieces;
        level.sort_in();
        level.keys.sort_unstable();
        level.mentions.sort_unstable();
        level
    }

    fn lay(&mut self, below: Option<&Stack>, piece: &Piece) {
        let fact = self.first.fact + number(self.profiles.len());
        let terms: Vec<TermIx> = piece.terms.iter().map(|term| self.term(below, &term.text)).collect();
        let placed = (0u32..).zip(&terms).zip(&piece.terms);
        self.postings.extend(placed.map(|((local, term), of)| Posting {
            term: *term,
            fact,
            frequency: of.frequency,
            in_claim: of.in_claim,
            at: local,
            passages: 0,
        }));
        for word in &piece.words {
            let at = self.word(below, &word.text);
            self.mentions.push(Mention { word: at, fact, origin: word.origin });
        }
        let (passages, profile) = piece.placed(FactIx(fact), self.first.passage + number(self.passages.len()), &terms);
        self.passages.extend(passages);
        self.profiles.push(profile);
    }

    /// Sorts the postings, and their passages as they do.
    fn sort_in(&mut self) {
        self.postings.sort_unstable_by_key(|posting| (posting.term, posting.fact));
        for posting in &mut self.postings {
            let at = posting.fact.saturating_sub(self.first.fact) as usize;
            let (Some(piece), Some(profile)) = (self.pieces.get(at), self.profiles.get(at)) else { continue };
            let held = piece.holders(posting.at).iter().map(|passage| PassageIx(passage.0 + profile.passages.0));
            posting.at = number(self.holders.len());
            self.holders.extend(held);
            posting.passages = number(self.holders.len()) - posting.at;
        }
    }

    fn term(&mut self, below: Option<&Stack>, text: &TermText) -> TermIx {
        match text {
            TermText::Known(term) => *term,
            TermText::New(text, _) => below.and_then(|below| below.numbered(text)).unwrap_or_else(|| {
                let next = TermIx(self.first.term + number(self.terms.len()));
                *self.terms.entry(Arc::clone(text)).or_insert(next)
            }),
        }
    }

    fn word(&mut self, below: Option<&Stack>, text: &WordText) -> WordIx {
        match text {
            WordText::Known(word) => *word,
            WordText::New(text, keys) => below.and_then(|below| below.worded(text)).unwrap_or_else(|| {
                let next = WordIx(self.first.word + number(self.words.len()));
                let word = *self.by_text.entry(Arc::clone(text)).or_insert(next);
                if word == next {
                    self.words.push(Arc::clone(text));
                    self.keys.extend(keys.iter().map(|key| key | u64::from(word.0)));
                }
                word
            }),
        }
    }

    /// Facts that hold a term, in their order.
    fn postings(&self, term: TermIx) -> &[Posting] {
        let from = self.postings.partition_point(|posting| posting.term < term);
        let rest = self.postings.get(from..).unwrap_or_default();
        rest.get(..rest.partition_point(|posting| posting.term == term)).unwrap_or_default()
    }

    fn posting(&self, term: TermIx, fact: u32) -> Option<&Posting> {
        let at = self.postings.binary_search_by_key(&(term, fact), |posting| (posting.term, posting.fact)).ok()?;
        self.postings.get(at)
    }

    fn mentions(&self, word: WordIx) -> impl Iterator<Item = &Mention> {
        let from = self.mentions.partition_point(|mention| mention.word < word);
        self.mentions.iter().skip(from).take_while(move |mention| mention.word == word)
    }

    fn with_key(&self, key: u64) -> impl Iterator<Item = WordIx> + '_ {
        let from = self.keys.partition_point(|entry| *entry < key);
        #[expect(clippy::cast_possible_truncation, reason = "the lower half is the word")]
        self.keys.iter().skip(from).take_while(move |entry| **entry >> 32 == key >> 32).map(|entry| WordIx(*entry as u32))
    }

    fn local(&self, fact: u32) -> usize {
        fact.saturating_sub(self.first.fact) as usize
    }

    /// The passages of a posting, in order.
    pub(super) fn passages_of(&self, posting: &Posting) -> impl Iterator<Item = PassageIx> + '_ {
        let from = posting.at as usize;
        self.holders.get(from..from + posting.passages as usize).unwrap_or_default().iter().copied()
    }

    pub(super) fn passage(&self, at: u32) -> Option<&Passage> {
        self.passages.get(at.checked_sub(self.first.passage)? as usize)
    }

    pub(super) fn vector(&self, passage: u32) -> Option<&Packed> {
        let at = self.local(self.passage(passage)?.fact.0);
        let first = self.profiles.get(at)?.passages.0;
        self.pieces.get(at)?.passage_vectors.get((passage - first) as usize)
    }

    pub(super) fn profile(&self, fact: FactIx) -> Option<&Profile> {
        self.profiles.get(self.local(fact.0))
    }

    pub(super) fn order(&self, fact: FactIx) -> Option<&Order> {
        self.orders.get(self.local(fact.0))
    }

    pub(super) fn holds(&self, fact: FactIx, term: TermIx) -> Option<FactTerm> {
        self.posting(term, fact.0).map(|posting| FactTerm { term, in_claim: posting.in_claim })
    }

    /// The terms of a fact: those that the base knows by their numbers, the others by their vectors.
    pub(super) fn terms_of(&self, fact: FactIx) -> impl Iterator<Item = Result<TermIx, &Packed>> {
        let terms = self.pieces.get(self.local(fact.0)).into_iter().flat_map(|piece| &piece.terms);
        terms.filter_map(|term| match &term.text {
            TermText::Known(term) => Some(Ok(*term)),
            TermText::New(_, vector) => vector.as_deref().map(Err),
        })
    }
}

/// The levels that are laid over a base, and what of them and of the base is not served.
#[derive(Debug)]
pub(super) struct Stack {
    pub(super) levels: Vec<Arc<Level>>,
    pub(super) hidden: Arc<Hidden>,
}

impl Stack {
    /// Where numbers go on above a base and what is laid over it.
    pub(super) fn end(core: &Core, stack: Option<&Self>) -> Numbers {
        stack.and_then(|stack| stack.levels.last()).map_or_else(
            || core.end(),
            |top| Numbers {
                fact: top.first.fact + number(top.profiles.len()),
                passage: top.first.passage + number(top.passages.len()),
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
        self.numbered(text).filter(|term| self.postings(*term).next().is_some())
    }

    /// Facts that hold a term and are served.
    pub(super) fn postings(&self, term: TermIx) -> impl Iterator<Item = (&Level, &Posting)> {
        let all = self.levels.iter().flat_map(move |level| level.postings(term).iter().map(move |posting| (level.as_ref(), posting)));
        all.filter(|(_, posting)| !self.hidden.holds(FactIx(posting.fact)))
    }

    /// A fact that holds a term.
    pub(super) fn posting(&self, term: TermIx, fact: FactIx) -> Option<(&Level, &Posting)> {
        let level = self.level(fact.0, |first| first.fact)?;
        Some((level, level.posting(term, fact.0)?))
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

    /// Words with a key, each once, of facts that are served. All of them: where a crowd is cut, it would matter who came first.
    fn with_keys(&self, keys: &[u64]) -> impl Iterator<Item = WordIx> {
        let mut found: HashSet<WordIx> = HashSet::new();
        for level in self.levels.iter().filter(|level| !level.keys.is_empty()) {
            found.extend(keys.iter().flat_map(|key| level.with_key(*key)));
        }
        found.into_iter().filter(|word| self.origin(*word).is_some())
    }

    /// Words that sound like a typed one, nearest first; ties in the order of the alphabet.
    pub(super) fn words_sounding(&self, typed: &str) -> Vec<WordIx> {
        let Some((key, apart)) = sounding(typed) else { return Vec::new() };
        let mut found: Vec<(u32, &str, WordIx)> = self
            .with_keys(&[key])
            .map(|word| (word, self.word(word)))
            .filter_map(|(word, text)| Some((apart(text)?, text, word)))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, _, word)| word).collect()
    }

    /// Words that a typed one may be a slip or another spelling of, best first; ties in the order of the alphabet.
    pub(super) fn respellings(&self, typed: &str, is_foreign: impl Fn(WordIx) -> bool) -> Vec<Candidate> {
        let Some(typed) = Typed::of(typed) else { return Vec::new() };
        let mut keys: Vec<u64> = typed.sound_key().into_iter().collect();
        typed.each_form(|key| keys.push(key));
        let mut found: Vec<Candidate> = self.with_keys(&keys).filter_map(|word| typed.meets(word, self.word(word), &is_foreign)).collect();
        found.sort_unstable_by_key(|candidate| (candidate.cost, self.word(candidate.word)));
        found
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
