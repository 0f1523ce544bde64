//! Times as people write them in a filter: "may 2022", "9 Nov 2021", "2021", "last week of May 2022", "after the Eid truce".
//!
//! A time is read as a date first, then as an event of the base, by the facts that say when that began and ended. A word that is not
//! understood makes it no time at all; whatever was taken for granted is said in a note.

use crate::date::phrases::When;
use crate::date::{DayNumber, DaySpan, FactDate, MONTHS_FOLDED, PartialDate, last_day};
use crate::fact::{Base, EntityIx};
use crate::knowledge::Knowledge;
use crate::question::Question;
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
const FILLERS: [&str; 6] = ["the", "of", "in", "year", "month", "date"];
/// Words between and before two dates that make them a range.
const RANGES: [&str; 6] = ["from", "between", "to", "and", "till", "until"];

/// Why a text is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTime {
    /// It names no date, and no event that is known.
    Unknown,
    /// It asks for the end of an event, and no fact says when that was.
    NoEnd(EntityIx),
}

/// Reads a time.
///
/// # Errors
/// Why it is none.
pub fn read(knowledge: &Knowledge, typed: &str) -> Result<Window, NoTime> {
    let typed = typed.trim();
    if let Ok(date) = typed.parse::<FactDate>() {
        return Ok(Window::days(date.span()));
    }
    let (relation, rest) = related(typed);
    if let Ok(date) = rest.parse::<FactDate>() {
        return Ok(bounded(relation, date.span()));
    }
    // Behind "in", "may" and "march" are months.
    let read = |text: &str| dated(knowledge, &Question::read_clean(&knowledge.index, text));
    if let Some((days, note)) = read(typed).filter(|_| relation != Relation::In) {
        // "from 29 April to 15 May": the lead belongs to the first of two dates.
        let is_range = note.as_deref() == Some(TWO_DATES);
        if is_range {
            return Ok(Window::days(days).noted(note));
        }
    }
    if let Some((days, note)) = read(rest).or_else(|| read(&format!("in {rest}"))) {
        return Ok(bounded(relation, days).noted(note));
    }
    of_event(knowledge, relation, rest)
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

/// What stands so to some days: "since May 2022".
fn bounded(relation: Relation, days: DaySpan) -> Window {
    let (first, last) = match relation {
        Relation::In => (Some(days.first), Some(days.last)),
        Relation::After => (Some(days.last.next()), None),
        Relation::Since => (Some(days.first), None),
        Relation::Before => (None, Some(days.first.previous())),
        Relation::Until => (None, Some(days.last)),
    };
    Window { first, last, note: None }
}

/// What stands to some days as a word in front of them says, if it is one that says so.
pub fn led_by(lead: &str, days: DaySpan) -> Option<Window> {
    let (_, relation) = LEADS.into_iter().find(|(known, _)| *known == lead)?;
    Some(bounded(relation, days))
}

/// Said where a text names two dates.
const TWO_DATES: &str = "Two dates were named: `from` takes the first of them, `to` the last.";

/// The days of a text that is a date, or two, and nothing else.
fn dated(knowledge: &Knowledge, question: &Question) -> Option<(DaySpan, Option<String>)> {
    let in_mention = |at: usize| question.mentions.iter().any(|mention| (mention.from..mention.to).contains(&at));
    let left: Vec<&str> = question.words.iter().enumerate().filter(|(at, _)| !in_mention(*at)).map(|(_, word)| word.as_str()).collect();
    let is_range = question.mentions.len() == 2 || left.iter().any(|word| MONTHS_FOLDED.contains(word));
    let mut months = Vec::new();
    for word in left {
        match MONTHS_FOLDED.iter().position(|month| *month == word) {
            Some(month) => months.push(u8::try_from(month + 1).ok()?),
            None if FILLERS.contains(&word) || (is_range && RANGES.contains(&word)) => {}
            None => return None,
        }
    }
    let (mut days, mut note) = mentioned(knowledge, question)?;
    // "may-june 2022"
    for month in months {
        let whole = PartialDate::month(days.first.year(), month)?.span();
        days = days.hull(whole);
    }
    if is_range {
        note = note.or_else(|| Some(TWO_DATES.to_owned()));
    }
    Some((days, note))
}

/// The days from the first date that a question names to the second, if it names one or two, and what was taken for granted.
pub fn mentioned(knowledge: &Knowledge, question: &Question) -> Option<(DaySpan, Option<String>)> {
    let mut read = question.mentions.iter().map(|mention| days_of(&knowledge.base, mention.when));
    let (first, note) = read.next()??;
    // "29 April to 15 May 2022"
    match (read.next(), read.next()) {
        (None, _) => Some((first, note)),
        (Some(second), None) => second.map(|(second, more)| (first.hull(second), note.or(more))),
        (Some(_), Some(_)) => None,
    }
}

/// The days of a time; where it names no year, of the year in which most facts fall into it.
fn days_of(base: &Base, when: When) -> Option<(DaySpan, Option<String>)> {
    if let When::Days(days) = when {
        return Some((days, None));
    }
    let mut years: Vec<(usize, i16)> = Vec::new();
    for date in base.readings().filter_map(|(_, fact)| fact.date) {
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

fn of_event(knowledge: &Knowledge, relation: Relation, text: &str) -> Result<Window, NoTime> {
    let base = &knowledge.base;
    let Named::One(event) = names::event(knowledge, &without_fillers(text)) else { return Err(NoTime::Unknown) };
    let Some(Stretch { begins, ends, .. }) = Stretch::of(base, event) else { return Err(NoTime::Unknown) };
    let first = begins.first().map(|claimed| claimed.days.first);
    let name = &base.entity(event).name;
    let over = ends.first().map(|claimed| claimed.days.last).ok_or(NoTime::NoEnd(event));
    let (window, said, claims) = match relation {
        Relation::After => (Window { first: Some(over?.next()), ..Window::default() }, format!("after the end of {name}"), &ends),
        Relation::Since => (Window { first, ..Window::default() }, format!("since the beginning of {name}"), &begins),
        Relation::Before => {
            (Window { last: first.map(DayNumber::previous), ..Window::default() }, format!("before the beginning of {name}"), &begins)
        }
        Relation::Until => (Window { last: first, ..Window::default() }, format!("until the beginning of {name}"), &begins),
        Relation::In => {
            over?;
            let last = ends.last().map(|claimed| claimed.days.last);
            (Window { first, last, ..Window::default() }, format!("during {name}"), &ends)
        }
    };
    let mut dates: Vec<String> = claims.iter().map(|claimed| spoken(claimed.days)).collect();
    dates.dedup();
    let differ = match (relation, dates.len()) {
        (_, 1) => "",
        (Relation::In, _) => "; sources differ on the end, the latest was taken",
        _ => "; sources differ, the earliest was taken",
    };
    Ok(window.noted(Some(format!("Taken as {said} ({}{differ}).", dates.join(", ")))))
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
