//! Words that nobody knows become the likeliest known ones: slips of the keyboard, spellings by ear, words split or run together.

use std::cmp::Reverse;
use std::sync::Arc;

use crate::index::analysis::{Tongue, WordCache};
use crate::index::spelling::{Candidate, Reason};
use crate::index::{Index, WordOrigin};
use crate::text::distance::slips;
use crate::text::words::{Shape, Word};

/// English words at least this common (by place in the vector table) are taken as meant, even where no fact holds them.
const REAL_WORD_RANK: u32 = 4_000;
/// Words at most that are respelt; a message with more strange words is not a question.
const RESPELT_AT_MOST: usize = 24;
/// Words in front of which one that asks is expected.
const OPENING: usize = 3;
/// Readings kept at most for one strange word.
const READINGS: usize = 3;

/// Other readings of a word.
pub(super) struct Readings {
    /// Byte offset where the word starts.
    pub(super) start: usize,
    /// Whether English knows the word that was typed.
    pub(super) is_real_word: bool,
    /// What it may be, best first.
    pub(super) candidates: Vec<Candidate>,
}

/// "plzzz" and "sooo": letters three and more in a row are drawn out, and so is a doubled one at the end of an unknown word.
fn drawn_in(index: &Index, word: &str) -> Option<String> {
    let mut single = String::with_capacity(word.len());
    let mut double = String::with_capacity(word.len());
    let mut run = 0;
    let mut last = None;
    for c in word.chars() {
        run = if last == Some(c) { run + 1 } else { 1 };
        last = Some(c);
        if run == 1 {
            single.push(c);
        }
        if run <= 2 {
            double.push(c);
        }
    }
    [double, single]
        .into_iter()
        .find(|shorter| shorter.len() < word.len() && index.find_word(shorter).is_some_and(|w| index.origin(w) != WordOrigin::Urdu))
}

/// Words of one question being respelt.
pub(super) struct Respelling<'r> {
    index: &'r Index,
    tongue: Tongue,
    /// What typed words may be slips of, each worked out once.
    tried: Vec<(Box<str>, Arc<[Candidate]>)>,
    cache: &'r mut WordCache,
}

impl<'r> Respelling<'r> {
    /// A question in a language, before anything was tried.
    pub(super) fn of(index: &'r Index, tongue: Tongue, cache: &'r mut WordCache) -> Self {
        Self { index, tongue, tried: Vec::new(), cache }
    }

    /// Replaces words that nobody knows by the likeliest known ones.
    pub(super) fn respell<'t>(&mut self, mut words: Vec<Word<'t>>) -> (Vec<Word<'t>>, Vec<Readings>) {
        self.join_split_words(&mut words);
        let (index, tongue) = (self.index, self.tongue);
        let lexicon = &index.analyser.lexicon;
        let usable = |origin: WordOrigin| tongue != Tongue::English || origin != WordOrigin::Urdu;
        let mut readings = Vec::new();
        read_asking_words(&mut words);
        for (position, word) in words.iter_mut().enumerate() {
            let is_known = index.find_word(&word.text).is_some_and(|w| usable(index.origin(w)));
            let known = word.shape == Shape::Number || is_known || lexicon.protected.contains(word.text.as_ref());
            if readings.len() >= RESPELT_AT_MOST {
                continue;
            }
            if known {
                readings.extend(self.rare_word(word));
                continue;
            }
            if let Some(shorter) = drawn_in(index, &word.text) {
                word.text = shorter.into();
                continue;
            }
            let rank = index.vectors.as_ref().and_then(|v| v.rank(&word.text));
            let is_real_word = tongue == Tongue::English && rank.is_some();
            if tongue == Tongue::English && rank.is_some_and(|r| r < REAL_WORD_RANK) {
                continue;
            }
            // Loan words and spellings of Urdu are known from its list in an English question too.
            if tongue == Tongue::English
                && let Some((means, 1)) = lexicon.roman.longest_at(&[word.text.as_ref()])
            {
                word.text = crate::text::fold(means).into_owned().into();
                continue;
            }
            // Another ending of a word that the base knows is no slip.
            if index.term(index.analyser.known(&word.text, self.cache).stem()).is_some() {
                continue;
            }
            let all = self.candidates_of(&word.text);
            let is_meant = |c: &&Candidate| {
                let meant = index.word(c.word);
                let by_slip_only = matches!(c.reason, Reason::Slips(_));
                usable(index.origin(c.word))
                    && !lexicon.are_twins(&word.text, meant)
                    && !(by_slip_only && lexicon.protected.contains(meant))
            };
            // A strange word that opens a question asks, if one that asks is as near: "wen", "wat", "hwo".
            let opens = position < OPENING;
            let asks = |c: &Candidate| lexicon.asks.longest_at(&[index.word(c.word)]).is_some();
            let mut ranked: Vec<_> = all
                .iter()
                .filter(is_meant)
                .map(|c| ((c.cost, !(opens && asks(c)), index.origin(c.word), Reverse(self.frequency(c))), c))
                .collect();
            // Equals stay in the order of the index.
            ranked.sort_by_key(|(rank, _)| *rank);
            let candidates: Vec<Candidate> = ranked.into_iter().take(READINGS).map(|(_, c)| c.clone()).collect();
            if let Some(best) = candidates.first() {
                word.text = index.word(best.word).to_owned().into();
                readings.push(Readings { start: word.start, is_real_word, candidates });
            }
        }
        (words, readings)
    }

    /// What a word may be a slip or spelling of. Names and Urdu words are spelt by ear, English ones are not.
    fn candidates_of(&mut self, typed: &str) -> Arc<[Candidate]> {
        if let Some((_, known)) = self.tried.iter().find(|(word, _)| **word == *typed) {
            return Arc::clone(known);
        }
        let index = self.index;
        let by_ear = |w| index.origin(w) == WordOrigin::Urdu || index.analyser.is_name_word(index.word(w));
        let found: Arc<[Candidate]> = index.respellings(typed, by_ear).into();
        self.tried.push((typed.into(), Arc::clone(&found)));
        found
    }

    /// How many facts hold a word, or the plain term it stands for.
    fn frequency(&mut self, candidate: &Candidate) -> usize {
        let word = self.index.word(candidate.word);
        let known = self.index.analyser.known(word, self.cache);
        if known.is_plain() {
            return self.index.term(&known.plain).map_or(0, |term| self.index.holders(term));
        }
        let word = Word { text: word.into(), shape: Shape::Plain, start: 0, end: 0 };
        let tokens = self.index.analyser.tokens_of_word(word, self.cache);
        tokens.iter().filter_map(|t| self.index.term(&t.term)).map(|t| self.index.holders(t)).max().unwrap_or(0)
    }

    /// A word that only the lists know, and that few people write, may be a slip of one that the facts use: "gaol" of "goal".
    fn rare_word(&mut self, word: &Word<'_>) -> Option<Readings> {
        let index = self.index;
        let known = index.find_word(&word.text)?;
        if self.tongue != Tongue::English
            || word.text.len() < 4
            || index.origin(known) != WordOrigin::List
            || index.vectors.as_ref().and_then(|v| v.rank(&word.text)).is_some_and(|r| r < REAL_WORD_RANK)
        {
            return None;
        }
        let mut candidates = self.candidates_of(&word.text).to_vec();
        candidates.retain(|c| c.word != known && index.origin(c.word) == WordOrigin::Base && matches!(c.reason, Reason::Slips(1)));
        candidates.truncate(READINGS - 1);
        if candidates.is_empty() {
            return None;
        }
        candidates.insert(0, Candidate { word: known, reason: Reason::Slips(0), cost: 0 });
        Some(Readings { start: word.start, is_real_word: false, candidates })
    }

    /// Whether any fact holds a word, by itself or under its plain term.
    fn is_held(&mut self, word: &str) -> bool {
        let known = self.index.analyser.known(word, self.cache);
        self.index.term(&known.plain).is_some()
    }

    /// "cease fire" and "water shed" are one word if the base writes them so; "peacetalks" is two.
    fn join_split_words(&mut self, words: &mut Vec<Word<'_>>) {
        let index = self.index;
        let mut at = 0;
        let mut is_known = words.first().is_some_and(|word| self.is_whole(word));
        while at < words.len() {
            if let (Some(a), Some(b)) = (words.get(at), words.get(at + 1)) {
                let next_is_known = self.is_whole(b);
                let joins = a.shape != Shape::Number
                    && b.shape != Shape::Number
                    && (!is_known || !next_is_known)
                    && a.text.len() + b.text.len() >= 6;
                is_known = next_is_known;
                if joins {
                    let joined = format!("{}{}", a.text, b.text);
                    // "Fazal Ullah" is "Fazlullah" by its sounds.
                    let sounded = || {
                        let names = index.words_sounding(&joined).into_iter().filter(|w| index.origin(*w) == WordOrigin::Base);
                        names.map(|w| index.word(w)).find(|meant| index.analyser.is_name_word(meant)).map(str::to_owned)
                    };
                    let is_written = index.find_word(&joined).is_some_and(|w| index.origin(w) == WordOrigin::Base);
                    if let Some(joined) = if is_written { Some(joined.clone()) } else { sounded() } {
                        let end = b.end;
                        if let Some(word) = words.get_mut(at) {
                            word.text = joined.into();
                            word.end = end;
                        }
                        words.remove(at + 1);
                        is_known = words.get(at + 1).is_some_and(|word| self.is_whole(word));
                    }
                }
            }
            if let Some(halves) = words.get(at).and_then(|w| self.halves(w)) {
                words.splice(at..=at, halves);
                at += 1;
            }
            at += 1;
        }
    }

    /// Whether a word stands for itself. One of an alias that no fact holds ("ullah") may be half of one that they do.
    fn is_whole(&mut self, word: &Word<'_>) -> bool {
        let index = self.index;
        word.shape == Shape::Number
            || index.find_word(&word.text).is_some_and(|found| index.origin(found) == WordOrigin::List)
            || self.is_held(&word.text)
    }

    fn halves<'t>(&mut self, word: &Word<'t>) -> Option<[Word<'t>; 2]> {
        const SHORTEST_HALF: usize = 4;
        let index = self.index;
        if word.shape == Shape::Number || !word.text.is_ascii() || index.find_word(&word.text).is_some() || word.text.len() > 30 {
            return None;
        }
        let last = word.text.len().checked_sub(SHORTEST_HALF)?;
        if index.vectors.as_ref().is_some_and(|v| v.rank(&word.text).is_some())
            || index.term(index.analyser.known(&word.text, self.cache).stem()).is_some()
            || !self.candidates_of(&word.text).is_empty()
        {
            return None;
        }
        let held = |w: &str| index.holds_word(w);
        let at = (SHORTEST_HALF..=last).find(|&at| word.text.split_at_checked(at).is_some_and(|(a, b)| held(a) && held(b)))?;
        let (a, b) = word.text.split_at_checked(at)?;
        let half = |text: &str, shape| Word { text: text.to_owned().into(), shape, start: word.start, end: word.end };
        Some([half(a, word.shape), half(b, Shape::Plain)])
    }
}

/// "how may people", "how logn": behind "how" a slip of "many", "much" or "long" is just that, even where it is a word of its own.
fn read_asking_words(words: &mut [Word<'_>]) {
    for at in 1..words.len() {
        if words.get(at - 1).is_none_or(|w| w.text != "how") {
            continue;
        }
        if let Some(word) = words.get_mut(at)
            && let Some(meant) = ["many", "much", "long"].into_iter().find(|meant| matches!(slips(&word.text, meant), Some(1)))
        {
            word.text = meant.into();
        }
    }
}
