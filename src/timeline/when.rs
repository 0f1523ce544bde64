//! Times as people write them in a filter: "may 2022", "9 Nov 2021", "2021", "last week of May 2022", "after the Eid truce".
//!
//! A time is read as a date first, then as an event of the base, then as what a fact tells ("since Khorasani was killed"), if the base is
//! sure which one is meant; whatever was taken for granted is said in a note.

use crate::answer::candidates::Scratch;
use crate::answer::{Outcome, answer_one};
use crate::date::phrases::When;
use crate::date::{DayNumber, DaySpan, FactDate, MONTHS, PartialDate, last_day};
use crate::fact::{Base, EntityIx};
use crate::knowledge::Knowledge;
use crate::question::{Class, Question};
use crate::text::words::words;

use super::names::{self, Named};
use super::stretch::Stretch;

/// From when until when; a side that is open has no bound.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Window {
    /// The first day.
    pub first: Option<DayNumber>,
    /// The last day.
    pub last: Option<DayNumber>,
    /// What was taken for granted, in a sentence for who typed it.
    pub note: Option<String>,
}

impl Window {
    fn days(days: DaySpan) -> Self {
        Self { first: Some(days.first), last: Some(days.last), note: None }
    }

    fn noted(self, note: Option<String>) -> Self {
        Self { note: note.or(self.note), ..self }
    }
}

/// How a time stands to what is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    In,
    After,
    Since,
    Before,
    Until,
}

/// What leads a time, in English.
const LEADS: [(&str, Relation); 16] = [
    ("after", Relation::After),
    ("following", Relation::After),
    ("since", Relation::Since),
    ("from", Relation::Since),
    ("starting", Relation::Since),
    ("beginning with", Relation::Since),
    ("before", Relation::Before),
    ("prior to", Relation::Before),
    ("until", Relation::Until),
    ("till", Relation::Until),
    ("up to", Relation::Until),
    ("to", Relation::Until),
    ("by", Relation::Until),
    ("during", Relation::In),
    ("in", Relation::In),
    ("on", Relation::In),
];

/// What closes a time, in Roman Urdu and Urdu.
const CLOSES: [(&str, Relation); 9] = [
    ("ke baad", Relation::After),
    ("k baad", Relation::After),
    ("baad", Relation::After),
    ("se pehle", Relation::Before),
    ("pehle", Relation::Before),
    ("tak", Relation::Until),
    ("کے بعد", Relation::After),
    ("سے پہلے", Relation::Before),
    ("تک", Relation::Until),
];

/// Words of a time that say nothing more.
const FILLERS: [&str; 8] = ["the", "of", "in", "on", "and", "year", "month", "date"];

/// Reads a time; nothing where it is none.
pub fn read(knowledge: &Knowledge, typed: &str, scratch: &mut Scratch) -> Option<Window> {
    let typed = typed.trim();
    if let Ok(date) = typed.parse::<FactDate>() {
        return Some(Window::days(date.span()));
    }
    let (relation, rest) = related(typed);
    if let Ok(date) = rest.parse::<FactDate>() {
        return Some(bounded(relation, date.span(), date.span()));
    }
    // Behind "in", "may" and "march" are months.
    let read = |text: &str| dated(knowledge, &Question::read_clean(&knowledge.index, text));
    if let Some((days, note)) = read(rest).or_else(|| read(&format!("in {rest}"))) {
        return Some(bounded(relation, days, days).noted(note));
    }
    // What is told by a fact is a time only where the words say that one is meant.
    let told = || if relation == Relation::In { None } else { of_fact(knowledge, relation, rest, scratch) };
    of_event(knowledge, relation, rest).or_else(told)
}

/// Parts a text into how it stands to a time, and the time.
fn related(typed: &str) -> (Relation, &str) {
    let lower = typed.to_lowercase();
    // Lower case may have another length; where it has, nothing is cut off.
    let same_length = lower.len() == typed.len();
    for (lead, relation) in LEADS.into_iter().filter(|_| same_length) {
        if let Some(rest) = lower.strip_prefix(lead).filter(|rest| rest.starts_with(' ')) {
            return (relation, typed.get(typed.len() - rest.len()..).unwrap_or_default().trim());
        }
    }
    for (close, relation) in CLOSES.into_iter().filter(|_| same_length) {
        if let Some(rest) = lower.strip_suffix(close).filter(|rest| rest.ends_with(' ')) {
            return (relation, typed.get(..rest.len()).unwrap_or_default().trim());
        }
    }
    (Relation::In, typed)
}

/// What stands so to something that began within some days, was over on some others, and is over all within them.
fn bounded(relation: Relation, days: DaySpan, over: DaySpan) -> Window {
    let (first, last) = match relation {
        Relation::In => (Some(days.first), Some(days.last)),
        Relation::After => (Some(over.last.next()), None),
        Relation::Since => (Some(days.first), None),
        Relation::Before => (None, Some(days.first.previous())),
        Relation::Until => (None, Some(days.last)),
    };
    Window { first, last, note: None }
}

/// The days of a text that is a date and nothing else.
fn dated(knowledge: &Knowledge, question: &Question) -> Option<(DaySpan, Option<String>)> {
    let says_more = question.elements.iter().any(|element| !matches!(element.class, Class::Date | Class::Number));
    let is_filler = |word: &String| FILLERS.contains(&word.as_str());
    let in_mention = |at: usize| question.mentions.iter().any(|mention| (mention.from..mention.to).contains(&at));
    let strange = question.words.iter().enumerate().any(|(at, word)| !in_mention(at) && !is_filler(word) && word.parse::<u32>().is_ok());
    if says_more || strange { None } else { mentioned(knowledge, question) }
}

/// The days from the first date that a question names to the second, if it names any, and what was taken for granted.
pub fn mentioned(knowledge: &Knowledge, question: &Question) -> Option<(DaySpan, Option<String>)> {
    let mut read = question.mentions.iter().map(|mention| days_of(&knowledge.base, mention.when));
    let (first, note) = read.next()??;
    // "from 29 April to 15 May 2022"
    match read.next() {
        None => Some((first, note)),
        Some(second) => second.map(|(second, more)| (first.hull(second), note.or(more))),
    }
}

/// The days of a time; where it names no year, of the year in which most facts fall into it.
fn days_of(base: &Base, when: When) -> Option<(DaySpan, Option<String>)> {
    if let When::Days(days) = when {
        return Some((days, None));
    }
    let mut years: Vec<(usize, i16)> = Vec::new();
    for date in base.indexed().filter_map(|(_, fact)| fact.date) {
        let year = date.opening().first.year();
        let falls_in = in_year(when, year).is_some_and(|days| days.contains(date.span()));
        if !falls_in {
            continue;
        }
        match years.iter_mut().find(|(_, known)| *known == year) {
            Some((count, _)) => *count += 1,
            None => years.push((1, year)),
        }
    }
    let (_, year) = years.into_iter().max_by_key(|(count, year)| (*count, *year))?;
    let days = in_year(when, year)?;
    Some((days, Some(format!("No year was named; {year} was taken, where most of what is recorded falls."))))
}

/// A time of any year in one year.
fn in_year(when: When, year: i16) -> Option<DaySpan> {
    let month = |year: i16, month: u8| Some(PartialDate::month(year, month)?.span());
    match when {
        When::Days(days) => Some(days),
        When::Months { first, last } if first <= last => Some(month(year, first)?.hull(month(year, last)?)),
        When::Months { first, last } => Some(month(year, first)?.hull(month(year + 1, last)?)),
        When::DaysOfMonth { month, first, last } => {
            let last = last.min(last_day(year, month));
            Some(PartialDate::day(year, month, first)?.span().hull(PartialDate::day(year, month, last)?.span()))
        }
    }
}

fn of_event(knowledge: &Knowledge, relation: Relation, text: &str) -> Option<Window> {
    let text = without_fillers(text);
    let Named::One(event) = names::event(knowledge, &text) else { return None };
    let stretch = Stretch::of(&knowledge.base, event)?;
    let note = event_note(&knowledge.base, event, &stretch, relation);
    Some(bounded(relation, stretch.days, stretch.over).noted(Some(note)))
}

/// Says which days an event was taken to have, and where accounts of them differ.
fn event_note(base: &Base, event: EntityIx, stretch: &Stretch, relation: Relation) -> String {
    let claims = match relation {
        Relation::After | Relation::Until if !stretch.ends.is_empty() => &stretch.ends,
        Relation::After | Relation::Until | Relation::Since | Relation::Before | Relation::In => &stretch.begins,
    };
    let mut dates: Vec<String> = claims.iter().map(|claimed| spoken(claimed.days)).collect();
    dates.dedup();
    let name = &base.entity(event).name;
    let differ = if dates.len() > 1 { "; sources differ, and all of these dates are taken in" } else { "" };
    format!("Taken as: {name} ({}{differ}).", dates.join(", "))
}

/// A time that one fact tells, where the base is sure which is meant.
fn of_fact(knowledge: &Knowledge, relation: Relation, text: &str, scratch: &mut Scratch) -> Option<Window> {
    let answer = answer_one(knowledge, text, scratch);
    let fact = answer.ranked.first().filter(|_| answer.outcome == Outcome::Answer)?.fact;
    let fact = knowledge.base.fact(fact);
    let date = fact.date?;
    let note = format!("Taken as: {} ({}).", fact.claim.trim_end_matches('.'), date.spoken());
    Some(bounded(relation, date.span(), date.closing()).noted(Some(note)))
}

fn without_fillers(text: &str) -> String {
    let kept = words(text).into_iter().map(|word| word.text.into_owned()).filter(|word| !FILLERS.contains(&word.as_str()));
    kept.collect::<Vec<_>>().join(" ")
}

/// Days in words, by whole years or months where they are: "2021", "May – June 2022", "29 April – 9 May 2022".
pub fn spoken(days: DaySpan) -> String {
    let opens = |part: Option<PartialDate>| part.filter(|part| part.span().first == days.first);
    let closes = |part: Option<PartialDate>| part.filter(|part| part.span().last == days.last);
    let year = |day: DayNumber| PartialDate::year(day.year());
    let month = |day: DayNumber| PartialDate::month(day.year(), day.month());
    let years = opens(year(days.first)).zip(closes(year(days.last)));
    let months = opens(month(days.first)).zip(closes(month(days.last)));
    let (start, end) = years.or(months).unwrap_or_else(|| (PartialDate::from(days.first), PartialDate::from(days.last)));
    FactDate { end: Some(end).filter(|end| *end != start), ..FactDate::of(start) }.spoken()
}

/// A month as people call it: "May 2022".
pub fn month(year: i16, month: u8) -> String {
    let name = usize::from(month).checked_sub(1).and_then(|at| MONTHS.get(at)).copied().unwrap_or("?");
    format!("{name} {year}")
}
