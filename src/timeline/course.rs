//! Questions that ask for a course of events, not for one fact: "timeline of the jirga", "what happened in May 2022".

use std::ops::Range;

use crate::date::phrases::{Grain, Mention};
use crate::fact::{EntityIx, EntityKind};
use crate::index::analysis::Analyser;
use crate::knowledge::Knowledge;
use crate::question::{Class, Question, clean};
use crate::text::distance::slips;
use crate::text::fold;

use super::filter::Understood;
use super::names::{self, Named};
use super::{topics, when};

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

/// Words around a request that say nothing more. Anything else must be understood, or it is no request for a course.
const FILLERS: [&str; 55] = [
    "the", "a", "an", "of", "in", "on", "for", "about", "with", "at", "all", "and", "me", "us", "i", "you", "can", "could", "please",
    "pls", "show", "give", "tell", "make", "draw", "want", "need", "full", "complete", "detailed", "whole", "entire", "events", "event",
    "so", "hi", "hello", "happened", "between", "during", "what", "is", "was", "are", "were", "ka", "ki", "ke", "kya", "hai", "mujhe",
    "dikhao", "batao", "mein", "men",
];

/// The course of events that a message asks for, if it asks for one and all of it is understood.
pub fn asked(knowledge: &Knowledge, message: &str) -> Option<Understood> {
    let text = clean::clean(message);
    let question = Question::read_clean(&knowledge.index, &text);
    let analyser = &knowledge.index.analyser;
    let found = |phrases: &[&[&str]]| phrases.iter().find_map(|phrase| Some((find(analyser, &question.words, phrase)?, phrase.len())));
    if let Some((at, length)) = found(&ASK_FOR_COURSE) {
        let (mut understood, left) = around(knowledge, &question, at..at + length)?;
        name_subject(knowledge, &question, &left, &mut understood)?;
        return Some(understood);
    }
    let (at, length) = found(&ASK_WHAT_HAPPENED)?;
    let in_time = |mention: &Mention| mention.grain < Grain::Day;
    if question.mentions.is_empty() || !question.mentions.iter().all(in_time) {
        return None;
    }
    let (mut understood, left) = around(knowledge, &question, at..at + length)?;
    understood.selection.who = if left.is_empty() { None } else { Some(place(knowledge, &left.join(" "))?) };
    Some(understood)
}

fn find(analyser: &Analyser, words: &[String], phrase: &[&str]) -> Option<usize> {
    let is_it = |(word, wanted): (&String, &&str)| slips(word, wanted).is_some() || analyser.stem(word) == analyser.stem(wanted);
    words.windows(phrase.len()).position(|window| window.iter().zip(phrase).all(is_it))
}

/// The place of a name, if it is one.
fn place(knowledge: &Knowledge, name: &str) -> Option<EntityIx> {
    match names::entity(knowledge, name) {
        Named::One(named) if knowledge.base.entity(named).kind == EntityKind::Place => Some(named),
        Named::One(_) | Named::Several(_) | Named::Unknown(_) => None,
    }
}

/// The time that stands beside the phrase that asks, and the words left that must be a subject. Nothing where a date cannot be placed.
fn around<'q>(knowledge: &Knowledge, question: &'q Question, phrase: Range<usize>) -> Option<(Understood, Vec<&'q str>)> {
    let mut understood = Understood::default();
    let word = |at: usize| question.words.get(at).map_or("", String::as_str);
    let mut leads: Vec<usize> = Vec::new();
    if let Some(first) = question.mentions.first() {
        let (days, note) = when::mentioned(knowledge, question)?;
        let before = first.from.checked_sub(1).filter(|at| !phrase.contains(at));
        let joined = question.mentions.get(1).and_then(|second| second.from.checked_sub(1));
        let mut window = (Some(days.first), Some(days.last));
        match (before.map(|at| (at, word(at))), joined.map(|at| (at, word(at)))) {
            // "between May and June", "from May to June", "May to June"
            (lead, Some((between, "and" | "to" | "till" | "until"))) => {
                leads.push(between);
                leads.extend(lead.filter(|(_, word)| matches!(*word, "between" | "from")).map(|(at, _)| at));
            }
            (_, Some(_)) => return None,
            // "since June 2022"; "from June 2022 on"
            (Some((at, lead)), None) => {
                if let Some(led) = when::led_by(lead, days) {
                    leads.push(at);
                    window = (led.first, led.last);
                }
                leads.extend(Some(first.to).filter(|behind| lead == "from" && matches!(word(*behind), "on" | "onward" | "onwards")));
            }
            (None, None) => {}
        }
        (understood.selection.from, understood.selection.to) = window;
        understood.notes.extend(note);
    }
    let in_mention = |at: usize| question.mentions.iter().any(|mention| (mention.from..mention.to).contains(&at));
    let is_left = |at: usize| !phrase.contains(&at) && !in_mention(at) && !leads.contains(&at) && !FILLERS.contains(&word(at));
    Some((understood, (0..question.words.len()).filter(|at| is_left(*at)).map(word).collect()))
}

/// What a course is wanted of: a topic or a name written out, else one that is meant.
fn name_subject(knowledge: &Knowledge, question: &Question, left: &[&str], understood: &mut Understood) -> Option<()> {
    let subject = left.join(" ");
    if subject.is_empty() {
        return Some(());
    }
    let written_out = topics(&knowledge.base).iter().any(|(topic, _)| topic.replace('-', " ") == subject);
    if let Some(who) = knowledge.base.entity_named(&subject).filter(|_| !written_out) {
        understood.selection.who = Some(who);
        return Some(());
    }
    match names::topic(knowledge, &subject) {
        Named::One(topic) => {
            let beside = names::beside(&knowledge.base, &topic);
            understood.selection.topics = std::iter::once(topic).chain(beside).take(names::OFFERED).collect();
        }
        Named::Several(topics) => understood.selection.topics = topics,
        Named::Unknown(_) => match names::entity(knowledge, &subject) {
            Named::One(who) => understood.selection.who = Some(who),
            Named::Several(_) | Named::Unknown(_) => understood.selection.topics = vec![topic_of_one_word(knowledge, question, left)?],
        },
    }
    Some(())
}

/// "prisoner releases": the topic that one word names, beside a word that the base knows and that is no topic.
fn topic_of_one_word(knowledge: &Knowledge, question: &Question, words: &[&str]) -> Option<Box<str>> {
    let [first, second] = words else { return None };
    let own = |word: &str| question.elements.iter().any(|element| fold(&element.typed) == word || element.read_as.as_deref() == Some(word));
    if question.elements.iter().any(|element| matches!(element.class, Class::Strange | Class::Unheard)) || !own(first) || !own(second) {
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
