//! Understanding a question: what kind of answer it wants, which names, dates and numbers it holds, which words are slips of which.

pub mod clean;
pub mod parts;

use std::cmp::Reverse;
use std::sync::Arc;

use crate::date::phrases::{Mention, mentions};
use crate::fact::EntityIx;
use crate::index::analysis::{Analyser, Meaning, Token, Tongue, WordCache, WordFacts};
use crate::index::spelling::{Candidate, Reason};
use crate::index::{Index, TermIx, WordOrigin};
use crate::lexicon::Wanted;
use crate::text::distance::slips;
use crate::text::numbers::read_number_words;
use crate::text::words::{Shape, Word, words};
use crate::vectors::{DIMENSIONS, Probe, Vectors};

/// English words at least this common (by place in the vector table) are taken as meant, even where no fact holds them.
const REAL_WORD_RANK: u32 = 4_000;
/// Words at most that are respelt; a message with more strange words is not a question.
const RESPELT_AT_MOST: usize = 24;
/// Words in front of which one that asks is expected.
const OPENING: usize = 3;
/// Readings kept at most for one strange word.
const READINGS: usize = 3;
/// Readings of all its words together that a question has at most; words behind them are left out.
pub const READINGS_AT_MOST: usize = 128;
/// Words at most that are understood as one question.
const WORDS_AT_MOST: usize = 160;
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
        let (mut read, readings) = Respelling { index, tongue, tried: Vec::new(), cache }.respell(typed);
        translate_months(analyser, &mut read, tongue);
        read_number_words(&mut read);
        let mentions = mentions(text, &read);
        let denies = read.iter().any(|w| analyser.lexicon.negations.contains(w.text.as_ref()));
        let known = analyser.look_up(&read, cache);
        let wanted = wanted_in(analyser, &read, &known, tongue);
        let tokens = analyser.tokens(&read, &known, tongue, cache);
        let vector = vector_of(index.vectors.as_deref(), &tokens);
        let elements = elements(index, text, &read, &tokens, &readings, &mentions, cache);
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

/// Other readings of a word.
struct Readings {
    /// Byte offset where the word starts.
    start: usize,
    /// Whether English knows the word that was typed.
    is_real_word: bool,
    /// What it may be, best first.
    candidates: Vec<Candidate>,
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
struct Respelling<'r> {
    index: &'r Index,
    tongue: Tongue,
    /// What typed words may be slips of, each worked out once.
    tried: Vec<(Box<str>, Arc<[Candidate]>)>,
    cache: &'r mut WordCache,
}

impl Respelling<'_> {
    /// Replaces words that nobody knows by the likeliest known ones.
    fn respell<'t>(&mut self, mut words: Vec<Word<'t>>) -> (Vec<Word<'t>>, Vec<Readings>) {
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

fn vector_of(vectors: Option<&Vectors<'static>>, tokens: &[Token]) -> Option<Probe> {
    let vectors = vectors?;
    let mut sum = [0.0; DIMENSIONS];
    for word in tokens.iter().flat_map(|t| t.english.split(' ')) {
        vectors.add(word, &mut sum);
    }
    Some(Probe::of(&sum))
}

/// The first plain word behind the first asking word. Urdu puts it before as often as behind, so there it is not known.
fn focus(analyser: &Analyser, words: &[Word<'_>], tongue: Tongue, elements: &[Element]) -> Option<usize> {
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

fn elements(
    index: &Index,
    text: &str,
    words: &[Word<'_>],
    tokens: &[Token],
    readings: &[Readings],
    mentions: &[Mention],
    cache: &mut WordCache,
) -> Vec<Element> {
    let mut out: Vec<Element> = Vec::with_capacity(tokens.len());
    let mut readings_so_far = 0;
    for token in tokens.iter().filter(|t| t.meaning != Meaning::Stop) {
        let in_date = mentions.iter().any(|m| m.from <= token.from && token.from < m.to);
        // A day or month in digits says something as part of its date only; years are written in facts as they are asked.
        if in_date && token.meaning == Meaning::Number && token.term.len() != 4 {
            continue;
        }
        let element = element(index, text, words, token, readings, in_date, cache);
        let is_new = element.terms.is_empty() || !out.iter().any(|e| e.terms == element.terms);
        let left = READINGS_AT_MOST.checked_sub(readings_so_far + element.terms.len());
        if is_new && left.is_some() {
            readings_so_far += element.terms.len();
            out.push(element);
        }
    }
    out
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

fn element(
    index: &Index,
    text: &str,
    words: &[Word<'_>],
    token: &Token,
    readings: &[Readings],
    in_date: bool,
    cache: &mut WordCache,
) -> Element {
    let first = words.get(token.from);
    let start = first.map_or(0, |w| w.start);
    let end = words.get(token.to.saturating_sub(1)).map_or(start, |w| w.end);
    let typed = text.get(start..end).unwrap_or_default().to_owned();
    let respelt = readings.iter().find(|r| (start..end.max(start + 1)).contains(&r.start));
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
    // Within a sentence a capital tells a name, unless all words are written so.
    let is_capital = |w: &Word<'_>| w.shape == Shape::Capital && within_sentence(text, w.start) && !in_capitals(text, words);
    let name = |w: &Word<'_>| index.analyser.is_name_word(&w.text) || w.shape == Shape::Acronym || is_capital(w);
    let entity = if let Meaning::Entity(entity) = token.meaning { Some(entity) } else { None };
    let class = if in_date {
        Class::Date
    } else if token.meaning == Meaning::Number {
        Class::Number
    } else if terms.is_empty() {
        let is_english =
            index.vectors.as_ref().is_some_and(|v| v.rank(&token.english).is_some()) || respelt.is_some_and(|r| r.is_real_word);
        if is_english && !first.is_some_and(|w| w.shape == Shape::Acronym || is_capital(w)) { Class::Unheard } else { Class::Strange }
    } else if entity.is_some() || words.get(token.from..token.to).unwrap_or_default().iter().any(name) {
        Class::Name
    } else {
        Class::Word
    };
    let weight = if class == Class::Date { rarity * DATE_WORD_WEIGHT } else { rarity };
    let read_as = respelt.map(|_| token.english.to_string()).or_else(|| (token.term.contains(' ')).then(|| token.term.to_string()));
    let turns = index.analyser.lexicon.turns.contains(token.term.as_ref());
    Element { terms, weight, class, typed, read_as, entity, turns, start, english: Arc::clone(&token.english) }
}
