//! What is to be matched of a question: its pieces, each with what may meet it, what it counts for, and how strictly it must be met.

use std::sync::Arc;

use super::respelling::Readings;
use crate::date::phrases::Mention;
use crate::fact::EntityIx;
use crate::index::analysis::{Analyser, Meaning, Token, Tongue, WordCache};
use crate::index::spelling::Candidate;
use crate::index::{Index, TermIx};
use crate::text::words::{Shape, Word};
use crate::vectors::{DIMENSIONS, Probe, Vectors};

/// Readings of all its words together that a question has at most; words behind them are left out.
pub const READINGS_AT_MOST: usize = 128;
/// What a word of a date counts for as a word; the date itself is compared as a date.
const DATE_WORD_WEIGHT: f32 = 0.5;

/// What a piece of a question is, by how strictly it must be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A name, or a word of a name: it must be met.
    Name,
    /// A number that is not part of a date: it must be met.
    Number,
    /// A word of a date: compared as a date.
    Date,
    /// An ordinary word.
    Word,
    /// A word that no fact holds and that is everyday English.
    Unheard,
    /// A word that stands around the question in its message: nothing hangs on it.
    Background,
    /// A word that no fact holds and that English hardly knows: most likely a name of somebody else.
    Strange,
}

/// A piece of a question to be matched.
#[derive(Debug, Clone)]
pub struct Element {
    /// Terms that meet it, each with how well (1 is fully).
    pub terms: Vec<(TermIx, f32)>,
    /// What it counts for: rarity, and less for words of dates.
    pub weight: f32,
    /// How strictly it must be met.
    pub class: Class,
    /// As it was typed.
    pub typed: String,
    /// As it was read, where that differs.
    pub read_as: Option<String>,
    /// The entity it names, if it names one.
    pub entity: Option<EntityIx>,
    /// Whether it turns what is said: "ended", "rejected".
    pub turns: bool,
    /// Byte offset in the question where it starts.
    pub start: usize,
    /// As English text, for words that must be met by meaning.
    pub english: Arc<str>,
}

impl Element {
    /// What it means, to be compared with words.
    pub fn probe(&self, vectors: &Vectors<'static>) -> Probe {
        let mut sum = [0.0; DIMENSIONS];
        self.english.split(' ').for_each(|word| vectors.add(word, &mut sum));
        Probe::of(&sum)
    }
}

/// The first plain word behind the first asking word. Urdu puts it before as often as behind, so there it is not known.
pub(super) fn focus(analyser: &Analyser, words: &[Word<'_>], tongue: Tongue, elements: &[Element]) -> Option<usize> {
    if tongue != Tongue::English {
        return None;
    }
    let asks_at = (0..words.len()).find(|&at| {
        let rest: Vec<&str> = words.iter().skip(at).take(3).map(|w| w.text.as_ref()).collect();
        analyser.lexicon.asks.longest_at(&rest).is_some()
    })?;
    let start = words.get(asks_at)?.start;
    elements.iter().position(|e| e.start > start && matches!(e.class, Class::Word | Class::Unheard | Class::Strange))
}

/// A question of which the elements are made.
pub(super) struct Reading<'r> {
    index: &'r Index,
    text: &'r str,
    words: &'r [Word<'r>],
    readings: &'r [Readings],
    mentions: &'r [Mention],
    /// Whether a capital within a sentence tells a name here.
    capitals_tell: bool,
}

impl<'r> Reading<'r> {
    /// What was read so far: the words of a text, what they may be slips of, and its dates.
    pub(super) fn of(index: &'r Index, text: &'r str, words: &'r [Word<'r>], readings: &'r [Readings], mentions: &'r [Mention]) -> Self {
        Self { index, text, words, readings, mentions, capitals_tell: !in_capitals(text, words) }
    }

    /// The elements of its tokens, each once.
    pub(super) fn elements(&self, tokens: &[Token], cache: &mut WordCache) -> Vec<Element> {
        let mut out: Vec<Element> = Vec::with_capacity(tokens.len());
        let mut readings_so_far = 0;
        for token in tokens.iter().filter(|t| t.meaning != Meaning::Stop) {
            let in_date = self.mentions.iter().any(|m| m.from <= token.from && token.from < m.to);
            // A day or month in digits says something as part of its date only; years are written in facts as they are asked.
            if in_date && token.meaning == Meaning::Number && token.term.len() != 4 {
                continue;
            }
            let element = self.element(token, in_date, cache);
            let is_new = element.terms.is_empty() || !out.iter().any(|e| e.terms == element.terms);
            let left = READINGS_AT_MOST.checked_sub(readings_so_far + element.terms.len());
            if is_new && left.is_some() {
                readings_so_far += element.terms.len();
                out.push(element);
            }
        }
        out
    }

    fn element(&self, token: &Token, in_date: bool, cache: &mut WordCache) -> Element {
        let (index, words) = (self.index, self.words);
        let first = words.get(token.from);
        let start = first.map_or(0, |w| w.start);
        let end = words.get(token.to.saturating_sub(1)).map_or(start, |w| w.end);
        let typed = self.text.get(start..end).unwrap_or_default().to_owned();
        let respelt = self.readings.iter().find(|r| (start..end.max(start + 1)).contains(&r.start));
        let best_weight = respelt.and_then(|r| Some(reading_weight(r.candidates.first()?, r.is_real_word))).unwrap_or(1.0);
        let mut terms: Vec<(TermIx, f32)> = index.term(&token.term).map(|t| (t, best_weight)).into_iter().collect();
        if let (Some(reading), true) = (respelt, token.to == token.from + 1) {
            for candidate in reading.candidates.iter().skip(1) {
                let word = Word { text: index.word(candidate.word).into(), shape: Shape::Plain, start, end };
                for other in index.analyser.tokens_of_word(word, cache) {
                    if let (Some(term), true) = (index.term(&other.term), other.meaning != Meaning::Stop)
                        && !terms.iter().any(|(t, _)| *t == term)
                    {
                        terms.push((term, reading_weight(candidate, reading.is_real_word) * 0.9));
                    }
                }
            }
        }
        let rarity = index.idf(terms.first().map(|(t, _)| *t));
        let entity = if let Meaning::Entity(entity) = token.meaning { Some(entity) } else { None };
        let class = if in_date {
            Class::Date
        } else if token.meaning == Meaning::Number {
            Class::Number
        } else if terms.is_empty() {
            let is_english =
                index.vectors.as_ref().is_some_and(|v| v.rank(&token.english).is_some()) || respelt.is_some_and(|r| r.is_real_word);
            if is_english && !first.is_some_and(|w| self.is_written_as_name(w)) { Class::Unheard } else { Class::Strange }
        } else if entity.is_some() || words.get(token.from..token.to).unwrap_or_default().iter().any(|w| self.is_name(w)) {
            Class::Name
        } else {
            Class::Word
        };
        let weight = if class == Class::Date { rarity * DATE_WORD_WEIGHT } else { rarity };
        let read_as = respelt.map(|_| token.english.to_string()).or_else(|| (token.term.contains(' ')).then(|| token.term.to_string()));
        let turns = index.analyser.lexicon.turns.contains(token.term.as_ref());
        Element { terms, weight, class, typed, read_as, entity, turns, start, english: Arc::clone(&token.english) }
    }

    fn is_name(&self, word: &Word<'_>) -> bool {
        self.index.analyser.is_name_word(&word.text) || self.is_written_as_name(word)
    }

    /// Within a sentence a capital tells a name, unless all words are written so.
    fn is_written_as_name(&self, word: &Word<'_>) -> bool {
        word.shape == Shape::Acronym || (self.capitals_tell && word.shape == Shape::Capital && within_sentence(self.text, word.start))
    }
}

/// Whether something stands before a word in its sentence.
fn within_sentence(text: &str, start: usize) -> bool {
    let before = text
        .get(..start)
        .unwrap_or_default()
        .trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '?' | '!' | ':' | '"' | '“' | '\n'));
    before.chars().next_back().is_some_and(char::is_alphanumeric)
}

/// Whether more than half of the words open with a capital, as in headlines; those that open a sentence tell nothing.
fn in_capitals(text: &str, words: &[Word<'_>]) -> bool {
    let within = || words.iter().filter(|word| within_sentence(text, word.start));
    within().filter(|word| word.shape == Shape::Capital).count() * 2 > within().count()
}

/// How well a candidate reading stands for the word: a keyboard slip nearly fully, where English knows the typed word only half.
fn reading_weight(candidate: &Candidate, is_real_word: bool) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "costs are below 100")]
    let by_cost = 1.0 - candidate.cost as f32 / 100.0;
    if is_real_word { by_cost * 0.7 } else { by_cost }
}
