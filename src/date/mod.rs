//! Dates as sources give them: a year, a month, a day, a range, "about", "unsure".
//!
//! A fact's date is never sharpened: `2022-05` stays May 2022. The written form is a subset of the Extended Date/Time
//! Format (EDTF, Library of Congress, level 1): `2022`, `2022-05`, `2022-05-13`, a range `2022-05-13/2022-05-14`, and
//! after any of them `~` (approximate) or `?` (uncertain). Parsing is strict: `2022-02-30` is an error, not the 2nd of March.

pub mod phrases;

use bytemuck::{Pod, Zeroable};
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// English month names, January first.
pub const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// The same in lower case.
pub const MONTHS_FOLDED: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

/// What is wrong with a written date.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DateError {
    /// The text has not the form of a date.
    #[error(
        "`{0}` is not a date: write 2022, 2022-05, 2022-05-13 or a range with / between two of them, then ~ (about) or ? (unsure) if need be"
    )]
    Form(String),
    /// The form is right, but the calendar has no such day.
    #[error("`{0}` is not in the calendar")]
    Calendar(String),
    /// A range whose end lies before its start.
    #[error("the range `{0}` ends before it starts")]
    Backwards(String),
}

/// A year, a month of a year, or a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PartialDate {
    /// A whole year.
    Year(i16),
    /// A month of a year (1 to 12).
    Month(i16, u8),
    /// A day of the calendar.
    Day(i16, u8, u8),
}

impl PartialDate {
    /// A year, if it is one this project can hold (1 to 9999).
    pub fn year(year: i16) -> Option<Self> {
        (1..=9999).contains(&year).then_some(Self::Year(year))
    }

    /// A month of a year.
    pub fn month(year: i16, month: u8) -> Option<Self> {
        Self::year(year)?;
        (1..=12).contains(&month).then_some(Self::Month(year, month))
    }

    /// A day, if the calendar has it.
    pub fn day(year: i16, month: u8, day: u8) -> Option<Self> {
        Self::year(year)?;
        let (m, d) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        Date::new(year, m, d).ok()?;
        Some(Self::Day(year, month, day))
    }

    /// The days this date covers.
    pub fn span(self) -> DaySpan {
        match self {
            Self::Year(y) => DaySpan { first: DayNumber::of(y, 1, 1), last: DayNumber::of(y, 12, 31) },
            Self::Month(y, m) => DaySpan { first: DayNumber::of(y, m, 1), last: DayNumber::of(y, m, last_day(y, m)) },
            Self::Day(y, m, d) => DaySpan { first: DayNumber::of(y, m, d), last: DayNumber::of(y, m, d) },
        }
    }

    fn parse(text: &str) -> Result<Self, DateError> {
        let form = || DateError::Form(text.to_owned());
        let calendar = || DateError::Calendar(text.to_owned());
        let parts: Vec<&str> = text.split('-').collect();
        let digits = |part: &str, width: usize| {
            (part.len() == width && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<i16>().ok()).flatten()
        };
        let small = |part: &str| digits(part, 2).and_then(|n| u8::try_from(n).ok());
        match parts.as_slice() {
            [y] => Self::year(digits(y, 4).ok_or_else(form)?).ok_or_else(calendar),
            [y, m] => Self::month(digits(y, 4).ok_or_else(form)?, small(m).ok_or_else(form)?).ok_or_else(calendar),
            [y, m, d] => {
                Self::day(digits(y, 4).ok_or_else(form)?, small(m).ok_or_else(form)?, small(d).ok_or_else(form)?).ok_or_else(calendar)
            }
            _ => Err(form()),
        }
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Year(y) => write!(f, "{y:04}"),
            Self::Month(y, m) => write!(f, "{y:04}-{m:02}"),
            Self::Day(y, m, d) => write!(f, "{y:04}-{m:02}-{d:02}"),
        }
    }
}

/// The last day of a month, 28 to 31.
pub fn last_day(year: i16, month: u8) -> u8 {
    i8::try_from(month).ok().and_then(|m| Date::new(year, m, 1).ok()).map_or(31, |date| u8::try_from(date.days_in_month()).unwrap_or(31))
}

/// A day as a number that grows with time. Neighbouring days need not be neighbouring numbers: it is for order only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Pod, Zeroable)]
#[repr(transparent)]
pub struct DayNumber(i32);

impl DayNumber {
    fn of(year: i16, month: u8, day: u8) -> Self {
        Self((i32::from(year) * 12 + i32::from(month) - 1) * 32 + i32::from(day))
    }

    /// The year.
    pub fn year(self) -> i16 {
        i16::try_from(self.0 / 32 / 12).unwrap_or(i16::MAX)
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        u8::try_from((self.0 / 32) % 12 + 1).unwrap_or(1)
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> u8 {
        u8::try_from(self.0 % 32).unwrap_or(1)
    }

    /// The day after; the calendar's last day stays what it is.
    #[must_use]
    pub fn next(self) -> Self {
        self.civil().tomorrow().map_or(self, Self::from)
    }

    /// The day before; the calendar's first day stays what it is.
    #[must_use]
    pub fn previous(self) -> Self {
        self.civil().yesterday().map_or(self, Self::from)
    }

    /// How many days this one is behind another; below zero where it comes before.
    pub fn days_behind(self, other: Self) -> i32 {
        (self.civil() - other.civil()).get_days()
    }

    fn civil(self) -> Date {
        let small = |part: u8| i8::try_from(part).unwrap_or(1);
        Date::new(self.year(), small(self.month()), small(self.day())).unwrap_or(Date::ZERO)
    }
}

impl From<Date> for DayNumber {
    fn from(date: Date) -> Self {
        let small = |part: i8| u8::try_from(part).unwrap_or(1);
        Self::of(date.year(), small(date.month()), small(date.day()))
    }
}

impl From<DayNumber> for PartialDate {
    fn from(day: DayNumber) -> Self {
        Self::Day(day.year(), day.month(), day.day())
    }
}

impl fmt::Display for DayNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }
}

/// The days from `first` to `last`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub struct DaySpan {
    /// The first day.
    pub first: DayNumber,
    /// The last day, not before the first.
    pub last: DayNumber,
}

impl DaySpan {
    /// Whether the spans share a day.
    pub fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// Whether every day of `other` lies in this span.
    pub fn contains(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

/// When something happened, as exactly as its sources say and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FactDate {
    /// The date, or the start of a range.
    pub start: PartialDate,
    /// The end of a range.
    pub end: Option<PartialDate>,
    /// Marked `~`: about then.
    pub approximate: bool,
    /// Marked `?`: the sources are unsure.
    pub uncertain: bool,
}

impl FactDate {
    /// A plain date without marks.
    pub fn of(start: PartialDate) -> Self {
        Self { start, end: None, approximate: false, uncertain: false }
    }

    /// All the days that are meant.
    pub fn span(&self) -> DaySpan {
        self.end.map_or(self.start.span(), |end| self.start.span().hull(end.span()))
    }

    /// The days of its earliest part: of a range those of its start, else all.
    pub fn opening(&self) -> DaySpan {
        self.start.span()
    }

    /// The days of its latest part: of a range those of its end, else all.
    pub fn closing(&self) -> DaySpan {
        self.end.unwrap_or(self.start).span()
    }

    /// The date in words, as an answer would lead with it: "2 June 2022", "13–14 May 2022", "about May 2022".
    pub fn spoken(&self) -> String {
        let about = if self.approximate { "about " } else { "" };
        let doubt = if self.uncertain { " (uncertain)" } else { "" };
        format!("{about}{}{doubt}", self.spoken_span())
    }

    fn spoken_span(&self) -> String {
        use PartialDate::{Day, Month};
        match (self.start, self.end) {
            (start, None) => spoken_part(start),
            (Day(y, m, a), Some(Day(v, n, b))) if (y, m) == (v, n) => {
                format!("{a}–{b} {} {y}", month_name(m))
            }
            (Day(y, m, a), Some(Day(v, n, b))) if y == v => {
                format!("{a} {} – {b} {} {y}", month_name(m), month_name(n))
            }
            (Month(y, m), Some(Month(v, n))) if y == v => {
                format!("{}–{} {y}", month_name(m), month_name(n))
            }
            (start, Some(end)) => format!("{} – {}", spoken_part(start), spoken_part(end)),
        }
    }
}

fn month_name(month: u8) -> &'static str {
    MONTHS.get(usize::from(month).wrapping_sub(1)).copied().unwrap_or("?")
}

fn spoken_part(date: PartialDate) -> String {
    match date {
        PartialDate::Year(y) => y.to_string(),
        PartialDate::Month(y, m) => format!("{} {y}", month_name(m)),
        PartialDate::Day(y, m, d) => format!("{d} {} {y}", month_name(m)),
    }
}

impl fmt::Display for FactDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.start)?;
        if let Some(end) = self.end {
            write!(f, "/{end}")?;
        }
        if self.approximate {
            f.write_str("~")?;
        }
        if self.uncertain {
            f.write_str("?")?;
        }
        Ok(())
    }
}

impl Serialize for FactDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FactDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl FromStr for FactDate {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let mut rest = text;
        let (mut approximate, mut uncertain) = (false, false);
        while let Some(shorter) = rest.strip_suffix(['~', '?']) {
            let mark = if rest.ends_with('~') { &mut approximate } else { &mut uncertain };
            if *mark {
                return Err(DateError::Form(text.to_owned()));
            }
            *mark = true;
            rest = shorter;
        }
        let part = |part: &str| {
            PartialDate::parse(part).map_err(|error| match error {
                // A part may be empty, and then says nothing to who wrote it.
                DateError::Form(_) => DateError::Form(text.to_owned()),
                other => other,
            })
        };
        let (start, end) = match rest.split_once('/') {
            None => (part(rest)?, None),
            Some((a, b)) => (part(a)?, Some(part(b)?)),
        };
        if let Some(end) = end
            && (end.span().last < start.span().first || end.span().first < start.span().first)
        {
            return Err(DateError::Backwards(text.to_owned()));
        }
        Ok(Self { start, end, approximate, uncertain })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn written_forms_are_read_strictly() {
        for good in ["2022", "2022-05", "2022-05-13", "2022-05-13/2022-05-14", "2021-10/2021-11", "2022-05~", "2022?", "2014-03~?"] {
            assert_eq!(good.parse::<FactDate>().map(|d| d.to_string()).as_deref(), Ok(good), "{good}");
        }
        for bad in ["", "22", "2022-5", "2022/", "May 2022", "2022-05-13-01", "2022~~", "2022-0x", "٢٠٢٢", "+202", "2022-+5"] {
            assert!(matches!(bad.parse::<FactDate>(), Err(DateError::Form(_))), "{bad}");
        }
        for bad in ["2022-13", "2022-02-30", "2021-02-29", "0000", "2022-00-10"] {
            assert!(matches!(bad.parse::<FactDate>(), Err(DateError::Calendar(_))), "{bad}");
        }
        assert!(matches!("2022-05/2021-05".parse::<FactDate>(), Err(DateError::Backwards(_))));
    }

    #[test]
    fn dates_are_spoken_as_exactly_as_they_are_known() {
        for (written, spoken) in [
            ("2022-06-02", "2 June 2022"),
            ("2022-05", "May 2022"),
            ("2022", "2022"),
            ("2022-05-13/2022-05-14", "13–14 May 2022"),
            ("2022-05-30/2022-06-02", "30 May – 2 June 2022"),
            ("2021-10/2021-11", "October–November 2021"),
            ("2021-11-09/2022", "9 November 2021 – 2022"),
            ("2022-05~", "about May 2022"),
            ("2022?", "2022 (uncertain)"),
        ] {
            assert_eq!(written.parse::<FactDate>().map(|d| d.spoken()).as_deref(), Ok(spoken));
        }
    }

    fn partial() -> impl Strategy<Value = PartialDate> {
        prop_oneof![
            (1i16..=9999).prop_filter_map("year", PartialDate::year),
            (1i16..=9999, 1u8..=12).prop_filter_map("month", |(y, m)| PartialDate::month(y, m)),
            (1i16..=9999, 1u8..=12, 1u8..=31).prop_filter_map("day", |(y, m, d)| PartialDate::day(y, m, d)),
        ]
    }

    proptest! {
        #[test]
        fn writing_and_reading_agree(start in partial(), end in proptest::option::of(partial()), approximate: bool, uncertain: bool) {
            let end = end.filter(|e| e.span().first >= start.span().first);
            let date = FactDate { start, end, approximate, uncertain };
            prop_assert_eq!(date.to_string().parse::<FactDate>(), Ok(date));
            prop_assert!(date.span().first <= date.span().last);
            prop_assert!(date.span().contains(start.span()));
        }

        #[test]
        fn days_follow_one_another(year in 2i16..=9998, month in 1u8..=12, day in 1u8..=28, on in 0usize..800) {
            let start = DayNumber::of(year, month, day);
            let mut later = start;
            for _ in 0..on {
                let next = later.next();
                prop_assert!(next > later && next.previous() == later);
                later = next;
            }
            prop_assert_eq!(usize::try_from(later.days_behind(start)), Ok(on));
        }

        #[test]
        fn reading_never_panics(text in "\\PC{0,20}") {
            let _ = text.parse::<FactDate>();
        }
    }
}
