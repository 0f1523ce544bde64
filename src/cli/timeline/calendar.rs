//! A timeline as a calendar (RFC 5545): an all-day event for each fact. What is known to the month only lies over the whole month and says
//! so; nothing is moved to a day that no source gives.

use std::borrow::Cow;
use std::io::Write;

use ics::components::Property;
use ics::parameters::Value;
use ics::properties::{Categories, Description, DtEnd, DtStart, Name, Summary, Transp, URL};
use ics::{Event, ICalendar, escape_text};
use jiff::Timestamp;

use crate::cli::render::citation;
use crate::date::DayNumber;
use crate::fact::Base;
use crate::text::cut::shorten;
use crate::timeline::{Entry, Timeline};

/// Characters of a claim in an event's title.
const TITLE_AT_MOST: usize = 160;

/// Writes the calendar; `written` is when.
pub(super) fn write(base: &Base, timeline: &Timeline, title: &str, written: Timestamp, out: &mut impl Write) -> anyhow::Result<()> {
    let mut calendar = ICalendar::new("2.0", "-//Sanad//Timeline//EN");
    calendar.push(Name::new(text(title)));
    // What calendars know it by that are older than RFC 7986.
    calendar.push(Property::new("X-WR-CALNAME", text(title)));
    let stamp = written.strftime("%Y%m%dT%H%M%SZ").to_string();
    for entry in &timeline.entries {
        calendar.add_event(event(base, entry, &stamp));
    }
    out.write_all(folded(&calendar.to_string()).as_bytes())?;
    Ok(())
}

/// The lines folded anew: the library counts a line that goes on without the space that it opens with, and so writes an octet too many
/// (RFC 5545, 3.1: at most 75).
fn folded(calendar: &str) -> String {
    const AT_MOST: usize = 75;
    let mut out = String::with_capacity(calendar.len());
    for line in calendar.replace("\r\n ", "").split_terminator("\r\n") {
        let mut used = 0;
        for letter in line.chars() {
            if used + letter.len_utf8() > AT_MOST {
                out.push_str("\r\n ");
                used = 1;
            }
            out.push(letter);
            used += letter.len_utf8();
        }
        out.push_str("\r\n");
    }
    out
}

fn event<'e>(base: &'e Base, entry: &Entry, stamp: &str) -> Event<'e> {
    let fact = base.fact(entry.fact);
    let days = entry.date.span();
    let spoken = entry.date.spoken();
    let is_one_day = days.first == days.last && !entry.date.approximate && !entry.date.uncertain;
    let claim = shorten(&fact.claim, TITLE_AT_MOST);
    let mut event = Event::new(format!("{}@sanad", fact.id), stamp.to_owned());
    event.push(all_day(DtStart::new(basic(days.first))));
    // The end is the day behind the last (RFC 5545, 3.6.1).
    if days.last.next() > days.last {
        event.push(all_day_end(DtEnd::new(basic(days.last.next()))));
    }
    event.push(Summary::new(text(&if is_one_day { claim } else { format!("[{spoken}] {claim}") })));
    let mut said = vec![fact.claim.to_string(), format!("Date: {spoken}")];
    said.extend(fact.citations.iter().map(|source| format!("Source: {}", citation(base, source))));
    said.extend(entry.dispute(base, usize::MAX, usize::MAX));
    event.push(Description::new(text(&said.join("\n"))));
    if !fact.topics.is_empty() {
        let topics: Vec<_> = fact.topics.iter().map(|topic| text(topic)).collect();
        event.push(Categories::new(topics.join(",")));
    }
    if let Some(url) = fact.citations.iter().find_map(|source| base.source(source).url.as_deref()) {
        event.push(URL::new(url));
    }
    // What is past makes nobody busy.
    event.push(Transp::transparent());
    event
}

/// Text as a property holds it: escaped, without the control characters that RFC 5545 forbids.
fn text(text: &str) -> Cow<'static, str> {
    let allowed: String = text.chars().filter(|letter| !letter.is_control() || *letter == '\n').collect();
    escape_text(allowed)
}

fn all_day(mut start: DtStart<'_>) -> DtStart<'_> {
    start.add(Value::DATE);
    start
}

fn all_day_end(mut end: DtEnd<'_>) -> DtEnd<'_> {
    end.add(Value::DATE);
    end
}

fn basic(day: DayNumber) -> String {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
}
