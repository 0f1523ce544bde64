//! Questions that ask for a course of events, not for one fact: "timeline of the jirga", "what happened in May 2022".

use crate::date::phrases::{Grain, Mention};
use crate::fact::{EntityIx, EntityKind};
use crate::index::analysis::Analyser;
use crate::knowledge::Knowledge;
use crate::lexicon::Lexicon;
use crate::question::{Class, Question, clean};
use crate::text::distance::slips;
use crate::text::fold;

use super::filter::Understood;
use super::names::{self, Named};
use super::when;

/// Phrases that say that events are wanted in their order. Folded words.
const ASK_FOR_COURSE: [&[&str]; 9] = [
    &["timeline"],
    &["time", "line"],
    &["chronology"],
    &["sequence", "of", "events"],
    &["course", "of", "events"],
    &["order", "of", "events"],
    &["list", "of", "events"],
    &["key", "events"],
    &["main", "events"],
];

/// Phrases that say so where they stand beside a time and nothing else but a place.
const ASK_WHAT_HAPPENED: [&[&str]; 9] = [
    &["what", "happened"],
    &["what", "all", "happened"],
    &["what", "took", "place"],
    &["what", "all", "took", "place"],
    &["what", "was", "happening"],
    &["what", "went", "on"],
    &["what", "was", "going", "on"],
    &["what", "events"],
    &["kya", "hua"],
];

/// The course of events that a message asks for, if it asks for one and all of it is understood.
pub fn asked(knowledge: &Knowledge, message: &str) -> Option<Understood> {
    let text = clean::clean(message);
    let question = Question::read_clean(&knowledge.index, &text);
    let analyser = &knowledge.index.analyser;
    let found = |phrases: &[&[&str]]| phrases.iter().find_map(|phrase| Some((find(analyser, &question.words, phrase)?, phrase.len())));
    if let Some((at, length)) = found(&ASK_FOR_COURSE) {
        return of_subject(knowledge, &question, at..at + length);
    }
    found(&ASK_WHAT_HAPPENED)?;
    let in_time = |mention: &Mention| mention.grain < Grain::Day;
    let place = match Beside::of(knowledge, &question) {
        Beside::Nothing => None,
        Beside::Place(place) => Some(place),
        Beside::Anything => return None,
    };
    if question.mentions.is_empty() || !question.mentions.iter().all(in_time) {
        return None;
    }
    let mut understood = within_mentions(knowledge, &question)?;
    understood.selection.who = place;
    Some(understood)
}

fn find(analyser: &Analyser, words: &[String], phrase: &[&str]) -> Option<usize> {
    let is_it = |(word, wanted): (&String, &&str)| slips(word, wanted).is_some() || analyser.stem(word) == analyser.stem(wanted);
    words.windows(phrase.len()).position(|window| window.iter().zip(phrase).all(is_it))
}

/// What a question names beside its dates.
enum Beside {
    Nothing,
    Place(EntityIx),
    Anything,
}

impl Beside {
    fn of(knowledge: &Knowledge, question: &Question) -> Self {
        let mut beside = Self::Nothing;
        for element in question.elements.iter().filter(|element| element.class != Class::Date) {
            let place = element.entity.filter(|entity| knowledge.base.entity(*entity).kind == EntityKind::Place);
            beside = match (place, beside) {
                (Some(place), Self::Nothing) => Self::Place(place),
                // "place" in "what took place" and the like.
                (None, beside) if is_asking(&element.typed) => beside,
                _ => return Self::Anything,
            };
        }
        beside
    }
}

fn is_asking(typed: &str) -> bool {
    let folded = fold(typed);
    ASK_WHAT_HAPPENED.iter().any(|phrase| phrase.iter().any(|wanted| slips(&folded, wanted).is_some()))
}

/// The time that a question names, from its first date to its last; nothing where one of them cannot be placed.
fn within_mentions(knowledge: &Knowledge, question: &Question) -> Option<Understood> {
    let mut understood = Understood::default();
    if !question.mentions.is_empty() {
        let (days, note) = when::mentioned(knowledge, question)?;
        (understood.selection.from, understood.selection.to) = (Some(days.first), Some(days.last));
        understood.notes.extend(note);
    }
    Some(understood)
}

/// What stands beside the phrase that asks for a course: dates, one name, a topic.
fn of_subject(knowledge: &Knowledge, question: &Question, phrase: std::ops::Range<usize>) -> Option<Understood> {
    let mut understood = within_mentions(knowledge, question)?;
    let lexicon = &knowledge.index.analyser.lexicon;
    let in_mention = |at: usize| question.mentions.iter().any(|mention| (mention.from..mention.to).contains(&at));
    let left =
        question.words.iter().enumerate().filter(|(at, word)| !phrase.contains(at) && !in_mention(*at) && !says_nothing(lexicon, word));
    let left: Vec<&str> = left.map(|(_, word)| word.as_str()).collect();
    let subject = left.join(" ");
    if subject.is_empty() {
        return Some(understood);
    }
    match names::topic(knowledge, &subject) {
        Named::One(topic) => {
            let mut topics = vec![topic];
            topics.extend(topics.first().map(|topic| names::beside(&knowledge.base, topic)).unwrap_or_default());
            understood.selection.topics = topics;
        }
        Named::Several(topics) => understood.selection.topics = topics,
        Named::Unknown(_) => match names::entity(knowledge, &subject) {
            Named::One(who) => understood.selection.who = Some(who),
            Named::Several(_) | Named::Unknown(_) => understood.selection.topics = vec![topic_of_one_word(knowledge, question, &left)?],
        },
    }
    Some(understood)
}

/// "prisoner releases": the topic that one word names, beside a word that the base knows and that is no topic.
fn topic_of_one_word(knowledge: &Knowledge, question: &Question, words: &[&str]) -> Option<Box<str>> {
    let [first, second] = words else { return None };
    if question.elements.iter().any(|element| matches!(element.class, Class::Strange | Class::Unheard)) {
        return None;
    }
    let topic = |word: &str| match names::topic(knowledge, word) {
        Named::One(topic) => Some(topic),
        Named::Several(_) | Named::Unknown(_) => None,
    };
    match (topic(first), topic(second)) {
        (Some(topic), None) | (None, Some(topic)) => Some(topic),
        _ => None,
    }
}

/// Words around a subject that narrow nothing.
fn says_nothing(lexicon: &Lexicon, word: &str) -> bool {
    const BESIDE: [&str; 14] =
        ["show", "give", "me", "full", "complete", "detailed", "whole", "entire", "please", "between", "events", "event", "make", "draw"];
    lexicon.stop.contains(word) || BESIDE.contains(&word)
}
