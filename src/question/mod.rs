//! Understanding a question: what kind of answer it wants, which names, dates and numbers it holds, which words are slips of which.

pub mod clean;
mod elements;
pub mod parts;
mod respelling;

use std::sync::Arc;

use crate::date::phrases::{Mention, mentions};
use crate::index::Index;
use crate::index::analysis::{Analyser, Token, Tongue, WordCache, WordFacts};
use crate::lexicon::Wanted;
use crate::text::numbers::read_number_words;
use crate::text::words::{Word, words};
use crate::vectors::{DIMENSIONS, Probe, Vectors};

pub use elements::{Class, Element, READINGS_AT_MOST};
use elements::{Reading, focus};
use respelling::Respelling;

/// Words at most that are understood as one question.
const WORDS_AT_MOST: usize = 160;

/// A question as understood.
#[derive(Debug, Clone)]
pub struct Question {
    /// The language in it, Discord's marks taken out.
    pub text: String,
    /// What it is written in.
    pub tongue: Tongue,
    /// What it wants to be told.
    pub wanted: Wanted,
    /// What must be matched.
    pub elements: Vec<Element>,
    /// The dates in it.
    pub mentions: Vec<Mention>,
    /// Its vector, if vectors are on.
    pub vector: Option<Probe>,
    /// The element that says what is asked after: the first plain word behind the asking word.
    pub focus: Option<usize>,
    /// Whether something in it denies.
    pub denies: bool,
    /// Its words as read, stop words with them.
    pub words: Vec<String>,
}

impl Question {
    /// Reads a question. Only the first [`clean::READ_AT_MOST`] bytes count.
    pub fn read(index: &Index, message: &str) -> Self {
        let text = clean::clean(message);
        Self::read_clean(index, &text)
    }

    /// Reads a question that has been cleaned.
    pub fn read_clean(index: &Index, text: &str) -> Self {
        Self::read_with(index, text, &mut WordCache::default())
    }

    /// The same, with what is remembered of words of earlier questions.
    pub fn read_with(index: &Index, text: &str, cache: &mut WordCache) -> Self {
        let analyser = &index.analyser;
        cache.belong_to(analyser);
        let mut typed = words(text);
        typed.truncate(WORDS_AT_MOST);
        let known = analyser.look_up(&typed, cache);
        let tongue = analyser.tongue(&typed, &known);
        let (mut read, readings) = Respelling::of(index, tongue, cache).respell(typed);
        translate_months(analyser, &mut read, tongue);
        read_number_words(&mut read);
        let mentions = mentions(text, &read);
        let denies = read.iter().any(|w| analyser.lexicon.negations.contains(w.text.as_ref()));
        let known = analyser.look_up(&read, cache);
        let wanted = wanted_in(analyser, &read, &known, tongue);
        let tokens = analyser.tokens(&read, &known, tongue, cache);
        let vector = vector_of(index.vectors.as_deref(), &tokens);
        let elements = Reading::of(index, text, &read, &readings, &mentions).elements(&tokens, cache);
        let focus = focus(analyser, &read, tongue, &elements);
        Self {
            text: text.to_owned(),
            focus,
            tongue,
            wanted,
            elements,
            mentions,
            vector,
            denies,
            words: read.into_iter().map(|w| w.text.into_owned()).collect(),
        }
    }

    /// Reads a question with what stands around it in its message: what is said there counts, but less.
    pub fn read_with_background(index: &Index, text: &str, background: &str, cache: &mut WordCache) -> Self {
        /// What a word around the question counts for.
        const BACKGROUND: f32 = 0.3;
        /// Words around the question that are kept, the rarest.
        const KEPT: usize = 8;
        let mut question = Self::read_with(index, text, cache);
        let around = Self::read_with(index, background, cache);
        let mut kept: Vec<Element> =
            around.elements.into_iter().filter(|e| !e.terms.is_empty() && !question.elements.iter().any(|q| q.terms == e.terms)).collect();
        kept.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        kept.truncate(KEPT);
        let readings = |elements: &[Element]| elements.iter().map(|e| e.terms.len()).sum::<usize>();
        while readings(&question.elements) + readings(&kept) > READINGS_AT_MOST {
            kept.pop();
        }
        for element in &mut kept {
            element.weight *= BACKGROUND;
            element.class = Class::Background;
        }
        question.elements.extend(kept);
        if question.mentions.is_empty() {
            question.mentions = around.mentions;
        }
        question
    }

    /// What all elements count for together.
    pub fn weight(&self) -> f32 {
        self.elements.iter().map(|e| e.weight).sum()
    }

    /// Length of its vector of term weights.
    pub fn norm(&self) -> f32 {
        self.elements.iter().map(|e| e.weight * e.weight).sum::<f32>().sqrt().max(1e-6)
    }
}

/// What a text asks for.
pub fn wanted_of(analyser: &Analyser, text: &str) -> Wanted {
    let found = words(text);
    let known = analyser.look_up(&found, &mut WordCache::default());
    let tongue = analyser.tongue(&found, &known);
    wanted_in(analyser, &found, &known, tongue)
}

/// The first thing asked for, the more telling of two; a verb in front asks for yes or no.
pub fn wanted_in(analyser: &Analyser, words: &[Word<'_>], known: &[Arc<WordFacts>], tongue: Tongue) -> Wanted {
    let lexicon = &analyser.lexicon;
    let mut vague = None;
    let mut closed = None;
    let mut at = 0;
    while let Some(word) = known.get(at) {
        let rest = || words.iter().skip(at).map(|w| w.text.as_ref());
        let english = || if word.opens_ask { lexicon.asks.longest_of(rest()) } else { None };
        let asked = match tongue {
            Tongue::RomanUrdu | Tongue::Urdu if word.opens_urdu_ask => lexicon.urdu_asks.longest_of(rest()).or_else(english),
            Tongue::English | Tongue::RomanUrdu | Tongue::Urdu => english(),
        };
        if let Some((&wanted, used)) = asked {
            match wanted {
                Wanted::Who | Wanted::When | Wanted::Where | Wanted::HowMany | Wanted::HowLong | Wanted::Why if closed.is_none() => {
                    return wanted;
                }
                _ => {
                    vague.get_or_insert(wanted);
                }
            }
            at += used;
            continue;
        }
        if tongue == Tongue::English && vague.is_none() && at < 6 && opens_closed(&word.text) {
            let to_people = known
                .get(at + 1)
                .is_some_and(|next| matches!(next.text.as_ref(), "you" | "u" | "anyone" | "anybody" | "someone" | "somebody" | "we" | "i"));
            if !to_people {
                closed.get_or_insert(Wanted::YesNo);
            }
        }
        at += 1;
    }
    closed.or(vague).unwrap_or(Wanted::Anything)
}

/// Whether a word is a verb that a question for yes or no opens with.
fn opens_closed(word: &str) -> bool {
    matches!(
        word,
        "did"
            | "do"
            | "does"
            | "was"
            | "were"
            | "is"
            | "are"
            | "has"
            | "have"
            | "had"
            | "can"
            | "could"
            | "will"
            | "would"
            | "should"
            | "isnt"
            | "didnt"
            | "wasnt"
            | "hasnt"
    )
}

/// Urdu month names become English ones, so that dates are read in one language.
fn translate_months(analyser: &Analyser, words: &mut [Word<'_>], tongue: Tongue) {
    let table = match tongue {
        Tongue::English => return,
        Tongue::RomanUrdu => &analyser.lexicon.roman,
        Tongue::Urdu => &analyser.lexicon.urdu,
    };
    for word in words {
        if let Some((means, 1)) = table.longest_at(&[word.text.as_ref()]) {
            let folded = means.to_lowercase();
            if crate::date::MONTHS_FOLDED.contains(&folded.as_str()) {
                word.text = folded.into();
            }
        }
    }
}

fn vector_of(vectors: Option<&Vectors<'static>>, tokens: &[Token]) -> Option<Probe> {
    let vectors = vectors?;
    let mut sum = [0.0; DIMENSIONS];
    for word in tokens.iter().flat_map(|t| t.english.split(' ')) {
        vectors.add(word, &mut sum);
    }
    Some(Probe::of(&sum))
}
