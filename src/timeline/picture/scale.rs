//! Where a day stands on the axis.
//!
//! Over up to about three years every day is as wide as any other. Over more, a year is the wider the more happened in it, and years in
//! which nothing did share one narrow stretch; within a year days are alike.

use super::days::{Day, Days, year_start};
use super::svg::{Tenths, count, px};

/// Days from which on years are drawn by what happened in them.
const LONG: i32 = 3 * 366;
/// The least width of a year in which something happened, and of a stretch of years in which nothing did.
const NARROWEST: Tenths = px(25);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Knot {
    day: Day,
    x: Tenths,
}

/// Where days stand between the left and the right edge of the plot.
#[derive(Debug, Clone)]
pub(super) struct Scale {
    knots: Vec<Knot>,
    /// The days that are shown.
    pub(super) shown: Days,
    /// Years as they are drawn where they are not drawn alike; of several at a time where nothing happened.
    pub(super) years: Vec<Years>,
}

/// Years that are drawn at one scale: one, or several in which nothing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Years {
    pub(super) first: i16,
    pub(super) last: i16,
    events: u64,
}

impl Scale {
    /// The scale for the days shown; `happened` are the years of what happened, in order or not.
    pub(super) fn new(shown: Days, (first, last): (i16, i16), happened: &[i16], (left, right): (Tenths, Tenths)) -> Self {
        let ends = vec![Knot { day: shown.first, x: left }, Knot { day: shown.end, x: right }];
        if shown.length() <= LONG {
            return Self { knots: ends, shown, years: Vec::new() };
        }
        let years = grouped(first, last, happened);
        let narrowest = NARROWEST.min((right - left) * 6 / 10 / count(years.len()).max(1));
        let free = i64::from(right - left - narrowest * count(years.len()));
        let all: u64 = years.iter().map(|years| weight(years.events)).sum();
        let mut knots = vec![Knot { day: shown.first, x: left }];
        let (mut x, mut before) = (left, 0);
        for years in &years {
            before += weight(years.events);
            x += narrowest;
            let share = free * i64::try_from(before).unwrap_or(0) / i64::try_from(all).unwrap_or(1).max(1);
            let day = year_start(years.last.saturating_add(1)).clamp(shown.first, shown.end);
            knots.push(Knot { day, x: x + Tenths::try_from(share).unwrap_or(0) });
        }
        // Rounding must not keep the last day from the edge.
        if let Some(last) = knots.last_mut() {
            *last = Knot { day: shown.end, x: right };
        }
        Self { knots, shown, years }
    }

    /// Where a day begins. A day that is not shown stands at the edge next to it.
    pub(super) fn x(&self, day: Day) -> Tenths {
        let day = day.clamp(self.shown.first, self.shown.end);
        let above = self.knots.partition_point(|knot| knot.day < day);
        match (above.checked_sub(1).and_then(|below| self.knots.get(below)), self.knots.get(above)) {
            (Some(a), Some(b)) => {
                let along = i64::from(day - a.day) * i64::from(b.x - a.x) / i64::from(b.day - a.day).max(1);
                a.x + Tenths::try_from(along).unwrap_or(0)
            }
            (None, Some(only)) | (Some(only), None) => only.x,
            (None, None) => 0,
        }
    }

    /// The middle of a day.
    pub(super) fn noon(&self, day: Day) -> Tenths {
        self.x(day).midpoint(self.x(day + 1))
    }

    /// Whether years are drawn by what happened in them.
    pub(super) fn is_uneven(&self) -> bool {
        !self.years.is_empty()
    }
}

/// The years from the first to the last, those between two in which something happened taken together.
fn grouped(first: i16, last: i16, happened: &[i16]) -> Vec<Years> {
    let mut sorted = happened.to_vec();
    sorted.sort_unstable();
    let mut years: Vec<Years> = Vec::new();
    let mut next = first;
    let gap = |next: i16, until: i16| (next < until).then(|| Years { first: next, last: until - 1, events: 0 });
    for year in sorted.into_iter().map(|year| year.clamp(first, last)) {
        if let Some(same) = years.last_mut().filter(|same| same.first == year && same.events > 0) {
            same.events += 1;
            continue;
        }
        years.extend(gap(next, year));
        years.push(Years { first: year, last: year, events: 1 });
        next = year.saturating_add(1);
    }
    years.extend(gap(next, last.saturating_add(1)));
    years
}

/// The number of events to the power of three quarters, in thousandths.
fn weight(events: u64) -> u64 {
    let root = (events * 1_000_000).isqrt();
    let fourth = (root * 1_000).isqrt();
    root * fourth / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn later_days_stand_further_right(first in 1i16..3_000, more in 0i16..400, happened in proptest::collection::vec(1i16..3_400, 0..60)) {
            let last = first + more;
            let shown = Days { first: year_start(first), end: year_start(last + 1) };
            let scale = Scale::new(shown, (first, last), &happened, (px(30), px(1_170)));
            prop_assert_eq!((scale.x(shown.first), scale.x(shown.end)), (px(30), px(1_170)));
            prop_assert_eq!(scale.is_uneven(), more >= 3);
            let mut before = px(30);
            for year in first..=last + 1 {
                let x = scale.x(year_start(year));
                prop_assert!(x >= before && x <= px(1_170));
                before = x;
            }
        }
    }

    #[test]
    fn a_full_year_is_wider_than_a_thin_one_and_empty_years_share_a_stretch() {
        let mut happened = vec![2022; 200];
        happened.extend([2004, 2021, 2021]);
        let shown = Days { first: year_start(2004), end: year_start(2023) };
        let scale = Scale::new(shown, (2004, 2022), &happened, (0, px(1_000)));
        let wide = |first: i16, last: i16| scale.x(year_start(last + 1)) - scale.x(year_start(first));
        assert!(wide(2022, 2022) > 5 * wide(2021, 2021));
        assert!(wide(2021, 2021) > wide(2004, 2004));
        assert_eq!(wide(2005, 2020), NARROWEST);
    }
}
