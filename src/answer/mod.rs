//! From a question to an outcome: answer, suggest, or abstain, with the reasons.

pub mod candidates;
pub mod compose;
pub mod explain;
pub mod features;
pub mod model;

use crate::fact::FactIx;
use crate::index::analysis::{Tongue, WordCache};
use crate::knowledge::Knowledge;
use crate::question::parts::{Parts, parts};
use crate::question::{Class, Question, clean};
use candidates::{Candidate, Scratch, candidate_of, candidates, has_subject};
use features::{Features, features};
use model::{SIGNS, Signs, Weights};

/// Facts listed at most, whatever the outcome.
pub const LISTED: usize = 10;
/// What an outcome that is no answer is at most sure of.
const NO_SUBJECT: f32 = 0.0;

/// Words past this number make an answer no surer.
const WORDS_COUNTED: usize = 8;

/// What a question comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The first fact answers it.
    Answer,
    /// Near ones, to pick from.
    Suggest,
    /// No sourced answer.
    Abstain,
}

impl Outcome {
    /// The word for it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Suggest => "suggest",
            Self::Abstain => "abstain",
        }
    }
}

/// A confidence in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// Most like it are right.
    Fair,
    /// Of ten like it, about nine are right.
    Good,
    /// Of a hundred like it, at least ninety-five are right.
    High,
}

impl Confidence {
    /// The word for a probability.
    pub fn of(probability: f32) -> Self {
        if probability >= 0.9 {
            Self::High
        } else if probability >= 0.75 {
            Self::Good
        } else {
            Self::Fair
        }
    }

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fair => "fair",
            Self::Good => "good",
            Self::High => "high",
        }
    }
}

/// A fact with its standing as an answer.
#[derive(Debug, Clone)]
pub struct Ranked {
    /// Which fact.
    pub fact: FactIx,
    /// Rank: more is better; comparable within a base.
    pub score: f32,
    /// The probability that it is the right answer.
    pub confidence: f32,
    /// What the first look found.
    pub candidate: Candidate,
    /// What the closer look found.
    pub features: Features,
}

/// The answer to one question.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What it comes to.
    pub outcome: Outcome,
    /// The probability that the first fact is the right answer.
    pub confidence: f32,
    /// The question as understood.
    pub question: Question,
    /// Up to [`LISTED`] facts, best first.
    pub ranked: Vec<Ranked>,
    /// What the confidence was told.
    pub signs: Signs,
    /// The answer to a second question in the same message.
    pub second: Option<Box<Answer>>,
    /// What a follow-up was taken to be about.
    pub assumed: Option<String>,
}

impl Answer {
    /// Whether what is offered is likely to hold what was meant; below, it is only the nearest there is.
    pub fn is_close(&self) -> bool {
        const CLOSE: f32 = 0.4;
        self.confidence >= CLOSE
    }
}

/// What was said before.
#[derive(Debug, Clone, Default)]
pub struct Context {
    /// The fact of the last answer.
    pub last: Option<FactIx>,
}

/// Answers a message. Time grows with the base and with the message up to [`clean::READ_AT_MOST`] bytes, then no more.
pub fn answer(knowledge: &Knowledge, message: &str, context: &Context, scratch: &mut Scratch) -> Answer {
    let text = clean::clean(message);
    if let Some(follow_up) = follow_up(knowledge, &text, context, scratch) {
        return follow_up;
    }
    match parts(&knowledge.index, &text) {
        Parts::One(question) => answer_one(knowledge, &question, scratch),
        Parts::Rambling { question, background } => {
            let question = Question::read_with_background(&knowledge.index, &question, &background, &mut scratch.words);
            decide(knowledge, question, scratch)
        }
        Parts::Two(first, second) => answer_two(knowledge, &text, &first, &second, scratch),
    }
}

/// A message as its first question is understood, with what stands around it.
pub fn read_first(knowledge: &Knowledge, message: &str) -> Question {
    let text = clean::clean(message);
    match parts(&knowledge.index, &text) {
        Parts::One(_) | Parts::Two(..) => Question::read_clean(&knowledge.index, &text),
        Parts::Rambling { question, background } => {
            Question::read_with_background(&knowledge.index, &question, &background, &mut WordCache::default())
        }
    }
}

/// Two questions in one: both parts, where each is answered by a fact of its own; else the whole as one.
fn answer_two(knowledge: &Knowledge, whole: &str, first: &str, second: &str, scratch: &mut Scratch) -> Answer {
    let whole = answer_one(knowledge, whole, scratch);
    let mut a = answer_one(knowledge, first, scratch);
    // "who announced it, and when": the second part leans on the words of the first.
    let leaning = format!("{second} {first}");
    let mut b = answer_one(knowledge, second, scratch);
    if b.outcome != Outcome::Answer {
        let with_first = answer_one(knowledge, &leaning, scratch);
        if with_first.confidence > b.confidence {
            b = with_first;
        }
    }
    let differ = a.ranked.first().map(|r| r.fact) != b.ranked.first().map(|r| r.fact);
    if a.outcome == Outcome::Answer && b.outcome == Outcome::Answer && differ {
        a.confidence = a.confidence.min(b.confidence);
        a.second = Some(Box::new(b));
        return a;
    }
    if whole.outcome == Outcome::Answer || whole.confidence >= a.confidence { whole } else { a }
}

/// "and who announced it?", "when?": a question with nothing of its own, after an answer, is about that answer's fact.
fn follow_up(knowledge: &Knowledge, text: &str, context: &Context, scratch: &mut Scratch) -> Option<Answer> {
    let last = context.last?;
    let question = Question::read_with(&knowledge.index, text, &mut scratch.words);
    /// Words of its own up to which a question leans on the last answer.
    const OWN_WORDS: usize = 2;
    const POINTERS: [&str; 14] =
        ["it", "that", "this", "they", "he", "she", "him", "them", "his", "their", "there", "then", "those", "and"];
    let points = crate::text::words::words(text).iter().any(|w| POINTERS.contains(&w.text.as_ref()));
    let own = question.elements.len();
    let named = question.elements.iter().any(|e| matches!(e.class, Class::Name | Class::Number | Class::Strange));
    if question.words.is_empty() || named || !question.mentions.is_empty() || own > OWN_WORDS || (own > 0 && !points) {
        return None;
    }
    if matches!(question.wanted, crate::lexicon::Wanted::Anything | crate::lexicon::Wanted::YesNo) && own == 0 {
        return None;
    }
    let fact = knowledge.base.fact(last);
    if own == 0 && features::gives(&question, fact, knowledge.index.profile(last).traits) == Some(true) {
        // The last fact itself holds what is asked for now.
        let mut same = answer_by(knowledge, last, &fact.claim, scratch);
        same.question.wanted = question.wanted;
        same.assumed = Some(fact.claim.to_string());
        return Some(same);
    }
    let subject = fact.questions.first().map_or(fact.claim.as_ref(), AsRef::as_ref);
    let mut answer = answer_one(knowledge, &format!("{text} {subject}"), scratch);
    // What the last fact does not hold must come from another, or the reader is told the same again.
    answer.ranked.retain(|r| r.fact != last);
    let meets = |r: &Ranked| {
        let gives = features::gives(&question, knowledge.base.fact(r.fact), knowledge.index.profile(r.fact).traits);
        is_same_matter(knowledge, last, r.fact) && (gives == Some(true) || (gives.is_none() && feature(&r.features, "same_want") > 0.0))
    };
    if answer.outcome == Outcome::Answer && !answer.ranked.first().is_some_and(meets) {
        // It may be about another round of the same kind: the person picks.
        answer.outcome = Outcome::Suggest;
        answer.confidence = answer.confidence.min(weights(knowledge).answer_bar * 0.9);
    }
    answer.question.wanted = question.wanted;
    answer.assumed = Some(fact.claim.to_string());
    Some(answer)
}

/// The answer that one fact gives, for a person who picked it: as to the question that it was offered as.
pub fn answer_picked(knowledge: &Knowledge, fact: FactIx, scratch: &mut Scratch) -> Answer {
    answer_by(knowledge, fact, compose::label(&knowledge.base, fact), scratch)
}

/// The answer to `text` by one fact and no other.
fn answer_by(knowledge: &Knowledge, fact: FactIx, text: &str, scratch: &mut Scratch) -> Answer {
    /// A person who points at a fact is sure of it.
    const POINTED_AT: f32 = 0.9;
    let mut answer = answer_one(knowledge, text, scratch);
    answer.ranked.retain(|r| r.fact == fact);
    if answer.ranked.is_empty() {
        let candidate = candidate_of(&knowledge.index, &answer.question, fact, scratch);
        let features = features(&knowledge.index, &knowledge.base, &answer.question, &candidate);
        answer.ranked.push(Ranked { fact, score: 0.0, confidence: 0.0, candidate, features });
    }
    for ranked in &mut answer.ranked {
        ranked.confidence = ranked.confidence.max(POINTED_AT);
        answer.confidence = ranked.confidence;
    }
    answer.outcome = Outcome::Answer;
    answer
}

/// The facts nearest to a fact, by what they say; those that contradict it come first.
pub fn near(knowledge: &Knowledge, fact: FactIx, scratch: &mut Scratch) -> Vec<FactIx> {
    let claim = &knowledge.base.fact(fact).claim;
    let mut near = knowledge.base.conflicts(fact).into_owned();
    for ranked in answer_one(knowledge, claim, scratch).ranked {
        if ranked.fact != fact && !near.contains(&ranked.fact) {
            near.push(ranked.fact);
        }
    }
    near
}

/// The feature of the same name for each sign that has one.
const SIGN_SOURCES: [Option<usize>; SIGNS.len()] = {
    let mut sources = [None; SIGNS.len()];
    let mut at = 0;
    while at < SIGNS.len() {
        sources[at] = features::place(SIGNS[at]);
        at += 1;
    }
    sources
};

/// Whether one fact may complete what another began: the same main topic, or days in common.
fn is_same_matter(knowledge: &Knowledge, one: FactIx, other: FactIx) -> bool {
    let (a, b) = (knowledge.base.fact(one), knowledge.base.fact(other));
    let share_days = a.date.zip(b.date).is_some_and(|(a, b)| a.span().overlaps(b.span()));
    one == other || share_days || (!a.topics.is_empty() && a.topics.first() == b.topics.first())
}

/// Weights for the kind of base at hand.
pub fn weights(knowledge: &Knowledge) -> &Weights {
    if knowledge.index.has_forms() { &knowledge.model.forms } else { &knowledge.model.plain }
}

/// Answers a cleaned text as one question.
pub fn answer_one(knowledge: &Knowledge, text: &str, scratch: &mut Scratch) -> Answer {
    let question = Question::read_with(&knowledge.index, text, &mut scratch.words);
    decide(knowledge, question, scratch)
}

/// Ranks, weighs, and decides.
fn decide(knowledge: &Knowledge, question: Question, scratch: &mut Scratch) -> Answer {
    let weights = weights(knowledge);
    let ranked = if has_subject(&question) { rank(knowledge, weights, &question, scratch) } else { Vec::new() };
    let signs = signs(knowledge, &question, &ranked);
    let confidence = match ranked.first() {
        None => NO_SUBJECT,
        Some(first) if breaks_a_hard_word(first) || hangs_on_a_lone_word(&question) => {
            weights.probability(&signs).min(weights.answer_bar * 0.9)
        }
        Some(_) => weights.probability(&signs),
    };
    let outcome = if ranked.is_empty() || confidence < weights.suggest_bar {
        Outcome::Abstain
    } else if confidence >= weights.answer_bar {
        Outcome::Answer
    } else {
        Outcome::Suggest
    };
    let mut answer = Answer { outcome, confidence, question, ranked, signs, second: None, assumed: None };
    spread_confidence(&mut answer);
    answer
}

/// A year, a day or a number that the best fact does not meet forbids an answer, however well the rest fits.
fn breaks_a_hard_word(first: &Ranked) -> bool {
    let numbers = feature(&first.features, "numbers_missed") > 0.0 && feature(&first.features, "numbers_met") == 0.0;
    feature(&first.features, "date_apart") > 0.0 || numbers
}

/// "who is messi": one word that is taken for a slip of another is too little to answer by. A name is enough.
fn hangs_on_a_lone_word(question: &Question) -> bool {
    let mut own = question.elements.iter().filter(|e| !matches!(e.class, Class::Date | Class::Background));
    let lone = own.next().filter(|_| own.next().is_none());
    lone.is_some_and(|word| word.class != Class::Name && word.read_as.is_some()) && question.mentions.is_empty()
}

/// A feature by its name.
pub(crate) fn feature(features: &Features, name: &str) -> f32 {
    features::place(name).and_then(|at| features.get(at).copied()).unwrap_or_default()
}

/// Facts behind the first are sure in proportion to their scores.
fn spread_confidence(answer: &mut Answer) {
    let confidence = answer.confidence;
    let top = answer.ranked.first().map_or(0.0, |r| r.score);
    for ranked in &mut answer.ranked {
        ranked.confidence = confidence * (ranked.score - top).exp().min(1.0);
    }
}

/// A closer look at candidates, each by itself and beside the others; not weighed yet.
pub(crate) fn compared(knowledge: &Knowledge, question: &Question, found: Vec<Candidate>) -> Vec<Ranked> {
    let look = |candidate: Candidate| {
        let features = features(&knowledge.index, &knowledge.base, question, &candidate);
        Ranked { fact: candidate.fact, score: 0.0, confidence: 0.0, candidate, features }
    };
    let mut looked_at: Vec<Ranked> = found.into_iter().map(look).collect();
    features::set_apart(&mut looked_at.iter_mut().map(|fact| &mut fact.features).collect::<Vec<_>>());
    looked_at
}

/// The facts that the closer look puts first, best first; ties in the order of the base.
pub fn rank(knowledge: &Knowledge, weights: &Weights, question: &Question, scratch: &mut Scratch) -> Vec<Ranked> {
    let mut ranked = compared(knowledge, question, candidates(&knowledge.index, question, scratch));
    for fact in &mut ranked {
        fact.score = weights.score(&fact.features);
    }
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| knowledge.index.in_order(a.fact, b.fact)));
    ranked.truncate(LISTED);
    ranked
}

/// What the confidence is told about a ranking.
pub fn signs(knowledge: &Knowledge, question: &Question, ranked: &[Ranked]) -> Signs {
    let mut signs = [0.0; SIGNS.len()];
    let Some(first) = ranked.first() else {
        return signs;
    };
    let conflicts = knowledge.base.conflicts(first.fact);
    // A fact that contradicts the first is shown beside it: coming second, it is no sign of doubt.
    let rival = ranked.iter().skip(1).find(|r| !conflicts.contains(&r.fact));
    let lead = rival.map_or(2.0, |r| (first.score - r.score).min(2.0));
    let total = question.weight().max(1e-6);
    let unheard: f32 = question.elements.iter().filter(|e| matches!(e.class, Class::Unheard | Class::Strange)).map(|e| e.weight).sum();
    let soft = Soft::of(knowledge, question, first.fact);
    let others: f32 = ranked.iter().filter(|r| !conflicts.contains(&r.fact)).map(|r| (r.score - first.score).exp()).sum();
    let meant = ranked.iter().skip(1).map(|r| r.candidate.meaning).fold(0.0, f32::max);
    #[expect(clippy::cast_precision_loss, reason = "a count of words, capped")]
    let count = |words: usize| words.min(WORDS_COUNTED) as f32 / WORDS_COUNTED as f32;
    for ((slot, name), source) in signs.iter_mut().zip(SIGNS).zip(SIGN_SOURCES) {
        *slot = match name {
            "constant" => 1.0,
            "score" => first.score,
            "lead" => lead,
            "unheard_share" => unheard / total,
            "few_words" => f32::from(u8::from(question.elements.len() < 2)),
            "softly_met" => soft.worst,
            "softly_missed" => soft.missed,
            "focus_met" => feature(&first.features, "focus_met").max(0.35 * soft.focus),
            "words" => count(question.elements.iter().filter(|e| !matches!(e.class, Class::Date | Class::Background)).count()),
            "words_met" => count(soft.words_met),
            "words_missed" => soft.words_missed,
            "lead_in_meaning" => first.candidate.meaning - meant,
            "share_of_score" => 1.0 / others.max(1e-6),
            "not_english" => f32::from(u8::from(question.tongue != Tongue::English)),
            // What has no rule of its own is a feature of that name.
            _ => source.and_then(|at| first.features.get(at)).copied().unwrap_or_default(),
        };
    }
    signs
}

/// How far the words that the best fact does not hold are met by words near them in meaning.
struct Soft {
    /// The nearness of the least met word, 1 if all are held.
    worst: f32,
    /// The weight of what stays unmet, as a share of the question's.
    missed: f32,
    /// How the word is met that says what is asked after.
    focus: f32,
    /// How many words are not held, as a share of three.
    words_missed: f32,
    /// How many ordinary words and names are held.
    words_met: usize,
}

impl Soft {
    fn of(knowledge: &Knowledge, question: &Question, fact: FactIx) -> Self {
        /// Words compared at most; a question with more of them unmet is not met.
        const COMPARED: usize = 6;
        let index = &knowledge.index;
        let total = question.weight().max(1e-6);
        let mut soft = Self { worst: 1.0, missed: 0.0, focus: 1.0, words_missed: 0.0, words_met: 0 };
        let mut compared = 0;
        for (at, element) in question.elements.iter().enumerate() {
            let held = element.terms.iter().any(|(term, _)| index.holds(fact, *term).is_some());
            if matches!(element.class, Class::Date | Class::Background) {
                continue;
            }
            if held {
                soft.words_met += 1;
                continue;
            }
            let near = match index.vectors.as_deref() {
                Some(vectors) if matches!(element.class, Class::Word | Class::Unheard) && compared < COMPARED => {
                    compared += 1;
                    let probe = element.probe(vectors);
                    let terms = index.held(fact).terms.iter();
                    terms.filter_map(|held| index.term_vector(fact, held.term())).map(|vector| probe.cosine(vector)).fold(0.0, f32::max)
                }
                _ => 0.0,
            };
            soft.worst = soft.worst.min(near);
            soft.missed += element.weight / total * (1.0 - near);
            soft.words_missed += 1.0 / 3.0;
            if question.focus == Some(at) {
                soft.focus = near;
            }
        }
        soft.words_missed = soft.words_missed.min(1.0);
        soft
    }
}
