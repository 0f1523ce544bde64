//! Days as numbers that can be subtracted.

use crate::date::{DayNumber, DaySpan, PartialDate};

/// A day by its distance from the first one of the calendar.
pub(super) type Day = i32;

/// From a day up to, not including, another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Days {
    pub(super) first: Day,
    pub(super) end: Day,
}

impl Days {
    pub(super) fn of(span: DaySpan) -> Self {
        Self { first: day(span.first), end: day(span.last) + 1 }
    }

    pub(super) fn length(self) -> i32 {
        self.end - self.first
    }
}

/// The number of a day.
pub(super) fn day(of: DayNumber) -> Day {
    of.days_behind(PartialDate::Year(1).span().first)
}

/// The first day of a year. Past the calendar's end it is that end.
pub(super) fn year_start(year: i16) -> Day {
    PartialDate::year(year).map_or_else(|| day(PartialDate::Year(9999).span().last) + 1, |date| day(date.span().first))
}

/// The first day of a month, counted on from January of a year: month 12 is January of the next.
pub(super) fn month_start(year: i16, month: i16) -> Day {
    let (year, month) = (year.saturating_add(month.div_euclid(12)), month.rem_euclid(12));
    let date = u8::try_from(month + 1).ok().and_then(|month| PartialDate::month(year, month));
    date.map_or_else(|| year_start(year), |date| day(date.span().first))
}
