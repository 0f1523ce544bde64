//! The words of an answer: what is asked for first, then the fact, then those who say otherwise. Nothing is said that no fact says.

use crate::answer::{Answer, Outcome, Ranked, feature};
use crate::date::FactDate;
use crate::fact::{Base, Fact, FactIx};
use crate::index::analysis::{Meaning, WordCache};
use crate::knowledge::Knowledge;
use crate::lexicon::Wanted;
use crate::question::{Element, Question};
use crate::text::cut::shorten;

/// Characters of an answer's text at most.
pub const TEXT_AT_MOST: usize = 600;

/// The text of an answer; empty unless it is one.
pub fn text(knowledge: &Knowledge, answer: &Answer) -> String {
    if answer.outcome != Outcome::Answer {
        return String::new();
    }
    let Some(second) = &answer.second else {
        return ranked_text(knowledge, &answer.question, &answer.ranked);
    };
    let part =
        |of: &Answer| of.ranked.first().map(|r| fact_text(knowledge, lead_wanted(knowledge, &of.question, r), r.fact)).unwrap_or_default();
    let (own, other) = (part(answer), part(second));
    // Each part gets its half; what one leaves the other may take.
    let half = TEXT_AT_MOST / 2 - 1;
    let own = shorten(&own, TEXT_AT_MOST - 1 - other.chars().count().min(half));
    let other = shorten(&other, TEXT_AT_MOST - 1 - own.chars().count());
    format!("{own}\n{other}")
}

/// What a reader is told when facts rank so: the first, what contradicts it, and those that complete it.
pub fn ranked_text(knowledge: &Knowledge, question: &Question, ranked: &[Ranked]) -> String {
    let Some(first) = ranked.first() else {
        return String::new();
    };
    let complete: Vec<&str> =
        completing(knowledge, question.wanted, ranked).into_iter().map(|f| knowledge.base.fact(f).claim.as_ref()).collect();
    let reserved = complete.first().map_or(0, |claim| ALSO.len() + claim.chars().count());
    let mut out = with_sides(knowledge, lead_wanted(knowledge, question, first), first.fact, TEXT_AT_MOST - reserved.min(TEXT_AT_MOST / 2));
    for (at, claim) in complete.into_iter().enumerate() {
        out = with_room(out, if at == 0 { ALSO } else { " " }, claim, TEXT_AT_MOST);
    }
    out
}

/// Opens what completes an answer.
const ALSO: &str = " Also: ";

/// How far behind the first a fact may be in rank to complete it.
const COMPLETES_WITHIN: f32 = 2.5;

/// The facts that complete an answer: close behind the first in rank, and of the same matter. One where something certain is asked
/// for; where only a subject is named ("nacta document"), two, for any of them may be what is meant.
pub fn completing(knowledge: &Knowledge, wanted: Wanted, ranked: &[Ranked]) -> Vec<FactIx> {
    let Some(first) = ranked.first() else {
        return Vec::new();
    };
    let fact = knowledge.base.fact(first.fact);
    let conflicts = knowledge.base.conflicts(first.fact);
    let of_the_matter = |r: &&Ranked| {
        let other = knowledge.base.fact(r.fact);
        !conflicts.contains(&r.fact) && fact.topics.iter().any(|t| other.topics.contains(t)) && first.score - r.score <= COMPLETES_WITHIN
    };
    let most = if wanted == Wanted::Anything { 2 } else { 1 };
    ranked.iter().skip(1).filter(of_the_matter).take(most).map(|r| r.fact).collect()
}

/// Adds a sentence where there is room for all of it.
fn with_room(mut text: String, opening: &str, sentence: &str, most: usize) -> String {
    if text.chars().count() + opening.chars().count() + sentence.chars().count() <= most {
        text.push_str(opening);
        text.push_str(sentence);
    }
    text
}

/// What a reader is told of one fact when a kind of answer is wanted, at most [`TEXT_AT_MOST`] characters.
pub fn fact_text(knowledge: &Knowledge, wanted: Wanted, at: FactIx) -> String {
    with_sides(knowledge, wanted, at, TEXT_AT_MOST)
}

/// What the lead of an answer may be: the kind of answer that the question wants, if the fact's own question forms ask for that kind, the word that
/// says what is asked after is met, and the lead would tell something that the question does not say. A lead is the first thing that a
/// reader takes away: where it might name the victim for the killer, or count other things than were asked for, the claim goes without.
pub fn lead_wanted(knowledge: &Knowledge, question: &Question, first: &Ranked) -> Wanted {
    let fact = knowledge.base.fact(first.fact);
    let Some(lead) = lead(question.wanted, fact) else { return Wanted::Anything };
    let met = feature(&first.features, "same_want") > 0.0 && feature(&first.features, "focus_met") >= 0.7;
    let tokens = knowledge.index.analyser.read(&lead, &mut WordCache::default());
    let named: Vec<_> = question.elements.iter().flat_map(|e| e.terms.iter().map(|(t, _)| *t)).collect();
    let in_question = |term: &str| knowledge.index.term(term).is_some_and(|t| named.contains(&t));
    let telling = tokens.iter().filter(|t| t.meaning != Meaning::Stop);
    let fits = match question.wanted {
        // Somebody already named is not who is asked for.
        Wanted::Who | Wanted::Where => telling.clone().any(|t| !in_question(&t.term)),
        // The number must count what was asked for.
        Wanted::HowMany => {
            let focus = question.focus.and_then(|at| question.elements.get(at));
            let counts = |e: &Element| e.terms.iter().any(|(f, _)| telling.clone().any(|t| knowledge.index.term(&t.term) == Some(*f)));
            feature(&first.features, "focus_met") >= 1.0 || focus.is_none_or(counts)
        }
        _ => true,
    };
    if met && fits { question.wanted } else { Wanted::Anything }
}

/// A fact led by what is asked for, and nothing else.
pub fn led(knowledge: &Knowledge, wanted: Wanted, at: FactIx) -> String {
    let fact = knowledge.base.fact(at);
    match lead(wanted, fact) {
        Some(lead) => format!("{lead}. {}", fact.claim),
        None => fact.claim.to_string(),
    }
}

/// A fact led by what is asked for, and as many of those who contradict it as `most` characters hold, one at least.
fn with_sides(knowledge: &Knowledge, wanted: Wanted, at: FactIx, most: usize) -> String {
    let mut out = led(knowledge, wanted, at);
    for (at, &side) in knowledge.base.conflicts(at).iter().enumerate() {
        let (opening, most) = if at == 0 { (" Sources disagree: ", TEXT_AT_MOST) } else { (" ", most) };
        out = with_room(out, opening, &knowledge.base.fact(side).claim, most);
    }
    shorten(&out, TEXT_AT_MOST)
}

/// The few words that answer a who, when, where or how many, with a capital; nothing where the claim opens with them.
pub fn lead(wanted: Wanted, fact: &Fact) -> Option<String> {
    let short = &fact.short;
    let lead = match wanted {
        Wanted::When => short.when.as_ref().map(ToString::to_string).or_else(|| fact.date.map(|d| d.spoken())),
        Wanted::Who => short.who.as_ref().map(ToString::to_string),
        Wanted::Where => short.place.as_ref().map(ToString::to_string),
        Wanted::HowMany | Wanted::HowLong => short.how_many.as_ref().map(ToString::to_string),
        Wanted::Why => short.why.as_ref().map(ToString::to_string),
        Wanted::How | Wanted::Which | Wanted::What | Wanted::YesNo | Wanted::Anything => None,
    }?;
    // "On 2 June 2022 the TTP …" opens with the date as it is.
    const PREPOSITION: usize = 4;
    if fact.claim.find(&lead).is_some_and(|at| at <= PREPOSITION) {
        return None;
    }
    let mut letters = lead.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters).collect())
}

/// A fact as a question to pick: its first question form, else its claim.
pub fn label(base: &Base, at: FactIx) -> &str {
    let fact = base.fact(at);
    fact.questions.first().map_or(fact.claim.as_ref(), AsRef::as_ref)
}

/// Since when nothing newer is known, where a question asks how things stand: the fact's date, else the day of its latest source.
pub fn as_of(knowledge: &Knowledge, question: &Question, at: FactIx) -> Option<String> {
    let lexicon = &knowledge.index.analyser.lexicon;
    let says_now = (0..question.words.len()).any(|from| lexicon.state.longest_at(&question.words[from..]).is_some());
    let asks_whether = question.wanted == Wanted::YesNo && question.words.first().is_some_and(|w| STATE_VERBS.contains(&w.as_str()));
    if !says_now && !asks_whether {
        return None;
    }
    let fact = knowledge.base.fact(at);
    let published = || fact.citations.iter().filter_map(|s| knowledge.base.source(s).published).max_by_key(FactDate::span);
    fact.date.or_else(published).map(|date| date.spoken())
}

/// Verbs that open a question after how things stand.
const STATE_VERBS: [&str; 5] = ["is", "are", "does", "do", "has"];

/// The facts that contradict an answer's first fact.
pub fn disputed(knowledge: &Knowledge, answer: &Answer) -> Vec<FactIx> {
    match (answer.outcome, answer.ranked.first()) {
        (Outcome::Answer, Some(first)) => knowledge.base.conflicts(first.fact).into_owned(),
        _ => Vec::new(),
    }
}
