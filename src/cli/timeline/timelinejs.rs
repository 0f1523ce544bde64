//! A timeline as the spreadsheet that TimelineJS reads (Knight Lab, "Make a Timeline"; the columns are those of its template, read by
//! name, the first four by place). Its texts are HTML.

use std::fmt::Write as _;
use std::io::Write;

use super::rows::harmless;
use crate::cli::render::citation;
use crate::date::PartialDate;
use crate::fact::{Base, Fact, SourceIx};
use crate::text::cut::shorten;
use crate::timeline::{Entry, Timeline};

const COLUMNS: [&str; 19] = [
    "Year",
    "Month",
    "Day",
    "Time",
    "End Year",
    "End Month",
    "End Day",
    "End Time",
    "Display Date",
    "Headline",
    "Text",
    "Media",
    "Media Credit",
    "Media Caption",
    "Media Thumbnail",
    "Alt Text",
    "Type",
    "Group",
    "Background",
];

/// Characters of a claim in a headline.
const HEADLINE_AT_MOST: usize = 90;

/// Writes the sheet, a title slide first.
pub(super) fn write(base: &Base, timeline: &Timeline, title: &str, out: &mut impl Write) -> anyhow::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(COLUMNS)?;
    csv.write_record(row(&[
        ("Headline", html(title)),
        ("Text", "Every entry names its sources.".to_owned()),
        ("Type", "title".to_owned()),
    ]))?;
    for entry in &timeline.entries {
        csv.write_record(row(&cells(base, entry)))?;
    }
    csv.flush()?;
    Ok(())
}

/// A row with these cells; the others are empty.
fn row(cells: &[(&str, String)]) -> [String; COLUMNS.len()] {
    COLUMNS.map(|column| cells.iter().find(|(name, _)| *name == column).map(|(_, cell)| cell.clone()).unwrap_or_default())
}

fn cells(base: &Base, entry: &Entry) -> Vec<(&'static str, String)> {
    let fact = base.fact(entry.fact);
    let [year, month, day] = parts(entry.date.start);
    let [end_year, end_month, end_day] = entry.date.end.map(parts).unwrap_or_default();
    vec![
        ("Year", year),
        ("Month", month),
        ("Day", day),
        ("End Year", end_year),
        ("End Month", end_month),
        ("End Day", end_day),
        ("Display Date", html(&entry.date.spoken())),
        ("Headline", harmless(&html(&shorten(&fact.claim, HEADLINE_AT_MOST))).into_owned()),
        ("Text", text(base, fact, entry)),
        ("Group", html(fact.topics.first().map_or("", AsRef::as_ref))),
    ]
}

/// Year, month and day, as far as they are known.
fn parts(date: PartialDate) -> [String; 3] {
    match date {
        PartialDate::Year(year) => [year.to_string(), String::new(), String::new()],
        PartialDate::Month(year, month) => [year.to_string(), month.to_string(), String::new()],
        PartialDate::Day(year, month, day) => [year.to_string(), month.to_string(), day.to_string()],
    }
}

fn text(base: &Base, fact: &Fact, entry: &Entry) -> String {
    let mut text = format!("<p>{}</p>", html(&fact.claim));
    if let Some(dispute) = entry.dispute(base, usize::MAX, usize::MAX) {
        let _ = write!(text, "<p>{}.</p>", html(&dispute));
    }
    let sources: Vec<String> = fact.citations.iter().map(|source| linked(base, source)).collect();
    let _ = write!(text, "<p>Sources: {}</p>", sources.join("; "));
    text
}

fn linked(base: &Base, at: SourceIx) -> String {
    let source = base.source(at);
    match source.url.as_deref() {
        Some(url) => {
            let title = [source.publisher.as_deref(), Some(&*source.title)].into_iter().flatten().collect::<Vec<_>>().join(", ");
            format!("<a href=\"{}\">{}</a>", html(url), html(&title))
        }
        None => html(&citation(base, at)),
    }
}

/// Text as HTML shows it.
fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
