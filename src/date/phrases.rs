//! Dates as people write them in a sentence: "9 Nov 2021", "nov 9th", "9/11/21" (day first), "early June 2022", "autumn 2021",
//! "last week of May 2022", "between 13 and 14 May", "2021".

use super::{DayNumber, DaySpan, MONTHS_FOLDED, PartialDate, last_day};
use crate::text::words::{Shape, Word};

/// Years that a bare four-digit number may be.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2099;

/// When a question or a claim speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Days of known years.
    Days(DaySpan),
    /// Months of any year, both included; the span may run over New Year.
    Months {
        /// 1 to 12.
        first: u8,
        /// 1 to 12.
        last: u8,
    },
    /// Days of a month of any year, both included.
    DaysOfMonth {
        /// 1 to 12.
        month: u8,
        /// 1 to 31.
        first: u8,
        /// 1 to 31, not before the first.
        last: u8,
    },
}

/// How exactly a mention is placed in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grain {
    /// A year or more.
    Year,
    /// A season or part of a year.
    Season,
    /// A month or part of it.
    Month,
    /// A day or a few.
    Day,
}

/// A date in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// The time meant.
    pub when: When,
    /// How exact it is.
    pub grain: Grain,
    /// The first of its words.
    pub from: usize,
    /// Behind the last of its words.
    pub to: usize,
}

/// How a fact's days stand to a mention, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Agreement {
    /// The very days.
    Same,
    /// The fact lies within the time asked for.
    Within,
    /// The time asked for lies within the fact's vaguer date, or they share days.
    Touches,
    /// No day in common.
    Apart,
}

impl When {
    /// How days stand to this time.
    pub fn agreement(&self, days: DaySpan) -> Agreement {
        match *self {
            Self::Days(asked) if asked == days => Agreement::Same,
            Self::Days(asked) if asked.contains(days) => Agreement::Within,
            Self::Days(asked) if asked.overlaps(days) => Agreement::Touches,
            Self::Days(_) => Agreement::Apart,
            Self::Months { first, last } => {
                let inside = |day: DayNumber| {
                    let month = day.month();
                    if first <= last { (first..=last).contains(&month) } else { month >= first || month <= last }
                };
                match (inside(days.first), inside(days.last)) {
                    (true, true) => Agreement::Within,
                    (false, false) => Agreement::Apart,
                    _ => Agreement::Touches,
                }
            }
            Self::DaysOfMonth { month, first, last } => {
                let inside = |d: DayNumber| d.month() == month && (first..=last).contains(&d.day());
                let ends_so = |d: DayNumber, day: u8| (d.month(), d.day()) == (month, day);
                if ends_so(days.first, first) && ends_so(days.last, last) && days.first.year() == days.last.year() {
                    Agreement::Same
                } else if inside(days.first) || inside(days.last) {
                    Agreement::Within
                } else if days.first.month() <= month && month <= days.last.month() && days.first != days.last {
                    Agreement::Touches
                } else {
                    Agreement::Apart
                }
            }
        }
    }
}

/// The dates in a text whose words are given, in order. Words must have been folded; number words should have been turned into digits.
pub fn mentions(text: &str, words: &[Word<'_>]) -> Vec<Mention> {
    let scan = Scan { text, words };
    let mut found: Vec<Mention> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match scan.at(at) {
            Some(mention) => {
                at = mention.to.max(at + 1);
                found.push(mention);
            }
            None => at += 1,
        }
    }
    lend_years(&mut found);
    found
}

/// "on 13 May and 14 May 2022": a date without a year takes that of the only year near it.
fn lend_years(found: &mut [Mention]) {
    let years: Vec<DaySpan> = found.iter().filter_map(|m| if let When::Days(days) = m.when { Some(days) } else { None }).collect();
    let Some(first) = years.first() else { return };
    let year = first.first.year();
    if years.iter().any(|d| d.first.year() != year || d.last.year() != year) {
        return;
    }
    for mention in found {
        let span = match mention.when {
            When::DaysOfMonth { month, first, last } => {
                PartialDate::day(year, month, first).zip(PartialDate::day(year, month, last)).map(|(a, b)| a.span().hull(b.span()))
            }
            When::Months { first, last } if first <= last => {
                Some(DaySpan { first: DayNumber::of(year, first, 1), last: DayNumber::of(year, last, last_day(year, last)) })
            }
            When::Days(_) | When::Months { .. } => None,
        };
        if let Some(span) = span {
            mention.when = When::Days(span);
        }
    }
}

/// Which part of a month, season or year.
#[derive(Clone, Copy)]
enum Part {
    Early,
    Mid,
    Late,
    Week(u8),
    LastWeek,
    FirstHalf,
    SecondHalf,
}

struct Scan<'t> {
    text: &'t str,
    words: &'t [Word<'t>],
}

impl Scan<'_> {
    fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |w| w.text.as_ref())
    }

    /// What stands between a word and the next, without letters or digits.
    fn gap(&self, at: usize) -> &str {
        match (self.words.get(at), self.words.get(at + 1)) {
            (Some(a), Some(b)) => self.text.get(a.end..b.start).unwrap_or_default(),
            _ => "",
        }
    }

    fn number(&self, at: usize) -> Option<i16> {
        let word = self.words.get(at)?;
        (word.shape == Shape::Number).then(|| word.text.parse().ok()).flatten()
    }

    fn year(&self, at: usize) -> Option<i16> {
        let word = self.words.get(at)?;
        let number = self.number(at)?;
        // 2,000 is no year.
        if word.text.len() == 4 && word.end - word.start == 4 && YEARS.contains(&number) {
            return Some(number);
        }
        // '22
        let before = self.text.get(..word.start).and_then(|t| t.chars().next_back());
        (word.text.len() == 2 && matches!(before, Some('\'' | '’' | '‘'))).then(|| 2000 + number)
    }

    fn day(&self, at: usize) -> Option<u8> {
        let word = self.words.get(at)?;
        let number = self.number(at).filter(|_| word.text.len() <= 2)?;
        u8::try_from(number).ok().filter(|d| (1..=31).contains(d))
    }

    fn month(&self, at: usize) -> Option<u8> {
        let word = self.word(at);
        // The letters that months open with: most words end here.
        if word.len() < 3 || !word.starts_with(['a', 'd', 'f', 'j', 'm', 'n', 'o', 's']) || !word.is_ascii() {
            return None;
        }
        let position = MONTHS_FOLDED
            .iter()
            .position(|&month| word == month || (word.len() == 3 && month.starts_with(word)) || (word == "sept" && month == "september"));
        position.and_then(|p| u8::try_from(p + 1).ok())
    }

    /// "may" and "march" are months only where something shows it.
    fn is_sure_month(&self, at: usize) -> bool {
        let word = self.word(at);
        if !matches!(word, "may" | "mar" | "march" | "dec" | "jan" | "sep" | "oct") {
            return true;
        }
        let before = at.checked_sub(1).map_or("", |b| self.word(b));
        const LEADS: [&str; 24] = [
            "in",
            "of",
            "on",
            "early",
            "mid",
            "late",
            "during",
            "since",
            "until",
            "till",
            "by",
            "from",
            "before",
            "after",
            "last",
            "this",
            "end",
            "beginning",
            "start",
            "to",
            "and",
            "that",
            "between",
            "around",
        ];
        let written_as_month = self.words.get(at).is_some_and(|w| w.shape == Shape::Capital) && at > 0 && word == "may";
        LEADS.contains(&before)
            || self.day(at + 1).is_some()
            || self.year(at + 1).is_some()
            || written_as_month
            || (word != "may" && word != "march" && word != "mar")
    }

    fn at(&self, at: usize) -> Option<Mention> {
        self.iso(at)
            .or_else(|| self.slashed(at))
            .or_else(|| self.part_of(at))
            .or_else(|| self.day_range(at))
            .or_else(|| self.day_month(at))
            .or_else(|| self.month_day(at))
            .or_else(|| self.season(at))
            .or_else(|| self.month_alone(at))
            .or_else(|| self.year_alone(at))
    }

    fn mention(date: PartialDate, from: usize, to: usize) -> Mention {
        let grain = match date {
            PartialDate::Year(_) => Grain::Year,
            PartialDate::Month(..) => Grain::Month,
            PartialDate::Day(..) => Grain::Day,
        };
        Mention { when: When::Days(date.span()), grain, from, to }
    }

    /// 2022-06-02, 2022-06
    fn iso(&self, at: usize) -> Option<Mention> {
        let year = self.year(at).filter(|_| self.word(at).len() == 4)?;
        if self.gap(at) != "-" && self.gap(at) != "/" {
            return None;
        }
        let two = |at: usize| self.day(at).filter(|_| self.word(at).len() == 2);
        let month = two(at + 1).filter(|m| (1..=12).contains(m))?;
        if (self.gap(at + 1) == "-" || self.gap(at + 1) == "/")
            && let Some(day) = two(at + 2)
        {
            return Some(Self::mention(PartialDate::day(year, month, day)?, at, at + 3));
        }
        Some(Self::mention(PartialDate::month(year, month)?, at, at + 2))
    }

    /// 9/11/21, 9.11.2021, 09-11-2021: day first; 11/2021. A dotted pair may have been read as one decimal number.
    fn slashed(&self, at: usize) -> Option<Mention> {
        let word = self.words.get(at).filter(|w| w.shape == Shape::Number)?;
        let full = |year: i16, width: usize| {
            if width == 2 { Some(2000 + year) } else { Some(year).filter(|y| YEARS.contains(y)) }
        };
        if word.text.contains('.') {
            let mut parts = word.text.split('.');
            let (day, month, year) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
            let year = full(year.parse().ok()?, year.len())?;
            return Some(Self::mention(PartialDate::day(year, month, day)?, at, at + 1));
        }
        let gap = self.gap(at);
        if !matches!(gap, "/" | "-" | ".") {
            return None;
        }
        let second = self.day(at + 1);
        if self.gap(at + 1) == gap
            && let (Some(day), Some(month), Some(year)) = (self.day(at), second, self.number(at + 2))
        {
            let width = self.word(at + 2).len();
            if width == 2 || width == 4 {
                let year = full(year, width)?;
                // 6/22/2022 can only be month first.
                let date = PartialDate::day(year, month, day).or_else(|| PartialDate::day(year, day, month))?;
                return Some(Self::mention(date, at, at + 3));
            }
        }
        if gap == "/" {
            let month = self.day(at)?;
            if let Some(year) = self.year(at + 1) {
                return Some(Self::mention(PartialDate::month(year, month)?, at, at + 2));
            }
            let (day, month) = (self.day(at)?, second?);
            PartialDate::day(2000, month, day)?;
            return Some(Mention { when: When::DaysOfMonth { month, first: day, last: day }, grain: Grain::Day, from: at, to: at + 2 });
        }
        None
    }

    /// "13-14 May 2022", "13 and 14 May", "13 to 14 may 2022"
    fn day_range(&self, at: usize) -> Option<Mention> {
        let first = self.day(at)?;
        let next = if matches!(self.word(at + 1), "and" | "to" | "till" | "until") { at + 2 } else { at + 1 };
        if next == at + 1 && !matches!(self.gap(at).trim(), "-" | "–" | "—" | "/" | "&") {
            return None;
        }
        let last = self.day(next)?;
        let month_at = if self.word(next + 1) == "of" { next + 2 } else { next + 1 };
        let month = self.month(month_at)?;
        let (year, to) = self.optional_year(month_at + 1);
        match year {
            Some(year) => {
                let days = PartialDate::day(year, month, first)?.span().hull(PartialDate::day(year, month, last)?.span());
                Some(Mention { when: When::Days(days), grain: Grain::Day, from: at, to })
            }
            None if first <= last => Some(Mention { when: When::DaysOfMonth { month, first, last }, grain: Grain::Day, from: at, to }),
            None => None,
        }
    }

    /// "9 Nov 2021", "the 2nd of June", "9nov"
    fn day_month(&self, at: usize) -> Option<Mention> {
        let day = self.day(at)?;
        let month_at = if self.word(at + 1) == "of" { at + 2 } else { at + 1 };
        let month = self.month(month_at)?;
        let (year, to) = self.optional_year(month_at + 1);
        Self::day_of(year, month, day, at, to)
    }

    /// "nov 9 2021", "June 2nd, 2022"
    fn month_day(&self, at: usize) -> Option<Mention> {
        let month = self.month(at)?;
        let day_at = if self.word(at + 1) == "the" { at + 2 } else { at + 1 };
        let day = self.day(day_at).filter(|_| self.year(day_at).is_none())?;
        let (year, to) = self.optional_year(day_at + 1);
        Self::day_of(year, month, day, at, to)
    }

    fn day_of(year: Option<i16>, month: u8, day: u8, from: usize, to: usize) -> Option<Mention> {
        if let Some(year) = year {
            Some(Self::mention(PartialDate::day(year, month, day)?, from, to))
        } else {
            PartialDate::day(2000, month, day)?;
            Some(Mention { when: When::DaysOfMonth { month, first: day, last: day }, grain: Grain::Day, from, to })
        }
    }

    /// A year at `at` or behind "of" or "in", and where reading goes on.
    fn optional_year(&self, at: usize) -> (Option<i16>, usize) {
        let year_at = if matches!(self.word(at), "of" | "in") { at + 1 } else { at };
        match self.year(year_at) {
            Some(year) => (Some(year), year_at + 1),
            None => (None, at),
        }
    }

    /// "early June 2022", "the end of 2021", "last week of May", "first half of 2023", "mid-2022", "start of autumn 2021"
    fn part_of(&self, at: usize) -> Option<Mention> {
        let (part, mut next) = match (self.word(at), self.word(at + 1)) {
            ("early" | "beginning" | "start" | "opening", _) => (Part::Early, at + 1),
            ("mid" | "middle" | "midway", _) => (Part::Mid, at + 1),
            ("late" | "end" | "close" | "closing", _) => (Part::Late, at + 1),
            ("first" | "1", "week") => (Part::Week(0), at + 2),
            ("second" | "2", "week") => (Part::Week(1), at + 2),
            ("third" | "3", "week") => (Part::Week(2), at + 2),
            ("fourth" | "4", "week") => (Part::Week(3), at + 2),
            ("last" | "final", "week") => (Part::LastWeek, at + 2),
            ("first" | "1", "half") => (Part::FirstHalf, at + 2),
            ("second" | "2", "half") => (Part::SecondHalf, at + 2),
            _ => return None,
        };
        for filler in ["days", "of", "in", "the"] {
            if self.word(next) == filler {
                next += 1;
            }
        }
        if let Some(month) = self.month(next) {
            let (year, to) = self.optional_year(next + 1);
            let Some(year) = year else {
                return Some(Mention { when: When::Months { first: month, last: month }, grain: Grain::Month, from: at, to });
            };
            let end = last_day(year, month);
            let (first, last) = match part {
                Part::Early => (1, 12),
                Part::Mid => (9, 22),
                Part::Late => (18, end),
                Part::Week(n) => (1 + 7 * n, 7 + 7 * n),
                Part::LastWeek => (end - 6, end),
                Part::FirstHalf => (1, 15),
                Part::SecondHalf => (16, end),
            };
            let days = DaySpan { first: DayNumber::of(year, month, first), last: DayNumber::of(year, month, last) };
            return Some(Mention { when: When::Days(days), grain: Grain::Month, from: at, to });
        }
        if let Some(year) = self.year(next) {
            let (first, last) = match part {
                Part::Early => (1, 4),
                Part::Mid => (5, 8),
                Part::Late => (9, 12),
                Part::FirstHalf => (1, 6),
                Part::SecondHalf => (7, 12),
                Part::Week(_) | Part::LastWeek => return None,
            };
            let days = DaySpan { first: DayNumber::of(year, first, 1), last: DayNumber::of(year, last, last_day(year, last)) };
            return Some(Mention { when: When::Days(days), grain: Grain::Season, from: at, to: next + 1 });
        }
        let mut season = self.season(next)?;
        season.from = at;
        Some(season)
    }

    /// "autumn 2021", "the fall of 2021", "summer"; "spring" and "fall" alone are verbs too.
    fn season(&self, at: usize) -> Option<Mention> {
        let (first, last) = match self.word(at) {
            "spring" => (3, 5),
            "summer" => (6, 8),
            "autumn" | "fall" => (9, 11),
            "winter" => (12, 2),
            _ => return None,
        };
        let (year, to) = self.optional_year(at + 1);
        let Some(year) = year else {
            let bare = matches!(self.word(at), "summer" | "autumn" | "winter");
            return bare.then_some(Mention { when: When::Months { first, last }, grain: Grain::Season, from: at, to });
        };
        let days = if first > last {
            // The winter of 2021 may be that which began or that which ended in it.
            DaySpan { first: DayNumber::of(year, 11, 1), last: DayNumber::of(year + 1, last, last_day(year + 1, last)) }
        } else {
            DaySpan { first: DayNumber::of(year, first, 1), last: DayNumber::of(year, last, last_day(year, last)) }
        };
        Some(Mention { when: When::Days(days), grain: Grain::Season, from: at, to })
    }

    fn month_alone(&self, at: usize) -> Option<Mention> {
        let month = self.month(at)?;
        let (year, to) = self.optional_year(at + 1);
        match year {
            Some(year) => Some(Self::mention(PartialDate::month(year, month)?, at, to)),
            None if self.is_sure_month(at) => {
                Some(Mention { when: When::Months { first: month, last: month }, grain: Grain::Month, from: at, to: at + 1 })
            }
            None => None,
        }
    }

    fn year_alone(&self, at: usize) -> Option<Mention> {
        Some(Self::mention(PartialDate::year(self.year(at)?)?, at, at + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::numbers::read_number_words;
    use crate::text::words::words;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<Mention> {
        let mut found = words(text);
        read_number_words(&mut found);
        mentions(text, &found)
    }

    fn check(text: &str, expected: &str) {
        let shown: Vec<String> = read(text)
            .into_iter()
            .map(|m| match m.when {
                When::Days(d) if d.first == d.last => d.first.to_string(),
                When::Days(d) => format!("{}..{}", d.first, d.last),
                When::Months { first, last } => format!("months {first}-{last}"),
                When::DaysOfMonth { month, first, last } if first == last => {
                    format!("any {first}/{month}")
                }
                When::DaysOfMonth { month, first, last } => format!("any {first}-{last}/{month}"),
            })
            .collect();
        assert_eq!(shown.join(", "), expected, "{text}");
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        for (text, expected) in [
            ("on 2 June 2022", "2022-06-02"),
            ("June 2nd, 2022", "2022-06-02"),
            ("the 2nd of june 2022", "2022-06-02"),
            ("9/11/21", "2021-11-09"),
            ("9.11.2021", "2021-11-09"),
            ("09-11-2021", "2021-11-09"),
            ("6/22/2022", "2022-06-22"),
            ("2022-06-02 and 2022-05", "2022-06-02, 2022-05-01..2022-05-31"),
            ("nov 9 2021", "2021-11-09"),
            ("9nov2021", "2021-11-09"),
            ("31 July '22", "2022-07-31"),
            ("in may", "months 5-5"),
            ("who may talk", ""),
            ("may 2022", "2022-05-01..2022-05-31"),
            ("13-14 May 2022", "2022-05-13..2022-05-14"),
            ("between 13 and 14 may 2022", "2022-05-13..2022-05-14"),
            ("early June 2022", "2022-06-01..2022-06-12"),
            ("last week of May 2022", "2022-05-25..2022-05-31"),
            ("late 2021", "2021-09-01..2021-12-31"),
            ("autumn 2021", "2021-09-01..2021-11-30"),
            ("the winter of 2021", "2021-11-01..2022-02-28"),
            ("first half of 2023", "2023-01-01..2023-06-30"),
            ("in 2018", "2018-01-01..2018-12-31"),
            ("on 28 november", "any 28/11"),
            ("nov 28", "any 28/11"),
            ("on 13 and 14 may", "any 13-14/5"),
            ("57 members", ""),
            ("from 29 April to 15 May 2022", "2022-04-29, 2022-05-15"),
            ("31 June 2022", "2022-06-01..2022-06-30"),
        ] {
            check(text, expected);
        }
    }

    proptest! {
        #[test]
        fn reading_dates_never_panics(text in "((early|late|last week of|may|june|nov|of|the|-|/|\\.|'| |[0-9]{1,5}|and|spring|winter) ?){0,12}") {
            let count = words(&text).len();
            for mention in read(&text) {
                prop_assert!(mention.from < mention.to && mention.to <= count + 1);
            }
        }
    }
}
