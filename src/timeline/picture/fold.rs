//! Folding: facts of one stretch of time counted together where there are too many to be named.

use std::collections::BTreeMap;

use super::days::{Day, Days, month_start, year_start};
use super::scale::Scale;
use super::svg::{Tenths, px};

/// The least width of a stretch of time: a number of four digits finds room in it.
const NARROWEST: Tenths = px(46);

/// Stretches of time that are as long as the scale needs: days, weeks, months, quarters, years or more, each at least wide enough for a number.
#[derive(Debug)]
pub(super) struct Bins {
    /// Where each begins; the first at the first day shown or before.
    starts: Vec<Day>,
    end: Day,
}

/// Facts that are counted together: those of one stretch, or of the same several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) days: Days,
    /// Whether they lie in more than one stretch: what lasted, or is known to a month or year only.
    pub(super) is_spread: bool,
    /// Their places in the timeline.
    pub(super) entries: Vec<usize>,
}

impl Bins {
    /// The stretches of a scale that shows these years.
    pub(super) fn new(scale: &Scale, (first, last): (i16, i16)) -> Self {
        let mut starts = vec![scale.shown.first];
        if scale.is_uneven() {
            for years in &scale.years {
                let (from, to) = (year_start(years.first), year_start(years.last.saturating_add(1)));
                add(&mut starts, scale, from);
                let wide = scale.x(to) - scale.x(from);
                if let Some(every) = [1i16, 3, 6].into_iter().find(|every| wide / (12 / i32::from(*every)) >= NARROWEST) {
                    (1..12).filter(|month| month % every == 0).for_each(|month| add(&mut starts, scale, month_start(years.first, month)));
                }
            }
        } else {
            let per_day = (scale.x(scale.shown.end) - scale.x(scale.shown.first)) / scale.shown.length().max(1);
            let days = [1, 2, 3, 7].into_iter().find(|days| per_day * days >= NARROWEST);
            for year in first..=last {
                match days {
                    Some(_) => {}
                    None => (0..12).for_each(|month| add(&mut starts, scale, month_start(year, month))),
                }
            }
            if let Some(days) = days.and_then(|days| usize::try_from(days).ok()) {
                (scale.shown.first..scale.shown.end).step_by(days).for_each(|day| add(&mut starts, scale, day));
            }
        }
        // The last one must be wide enough too.
        while starts.len() > 1 && starts.last().is_some_and(|start| scale.x(scale.shown.end) - scale.x(*start) < NARROWEST) {
            starts.pop();
        }
        Self { starts, end: scale.shown.end }
    }

    fn at(&self, day: Day) -> usize {
        self.starts.partition_point(|start| *start <= day).saturating_sub(1)
    }

    fn days(&self, from: usize, to: usize) -> Days {
        let start = |at: usize| self.starts.get(at).copied().unwrap_or(self.end);
        Days { first: start(from), end: start(to + 1) }
    }

    /// The groups of facts, those of one stretch first, each kind in the order of time. `merged` takes all that are spread together.
    pub(super) fn groups(&self, facts: impl Iterator<Item = (usize, Days)>, merged: bool) -> Vec<Group> {
        let mut single: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut spread: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        for (entry, days) in facts {
            match (self.at(days.first), self.at(days.end - 1)) {
                (from, to) if from == to => single.entry(from).or_default().push(entry),
                between => spread.entry(between).or_default().push(entry),
            }
        }
        let ends = |spread: &BTreeMap<(usize, usize), Vec<usize>>| {
            Some((spread.keys().map(|key| key.0).min()?, spread.keys().map(|key| key.1).max()?))
        };
        if merged && let Some(hull) = ends(&spread) {
            let mut all: Vec<usize> = spread.into_values().flatten().collect();
            all.sort_unstable();
            spread = BTreeMap::from([(hull, all)]);
        }
        let single = single.into_iter().map(|(at, entries)| Group { days: self.days(at, at), is_spread: false, entries });
        let spread = spread.into_iter().map(|((from, to), entries)| Group { days: self.days(from, to), is_spread: true, entries });
        single.chain(spread).collect()
    }
}

/// Begins another stretch, if the one before is wide enough.
fn add(starts: &mut Vec<Day>, scale: &Scale, at: Day) {
    if at < scale.shown.end && starts.last().is_some_and(|before| scale.x(at) - scale.x(*before) >= NARROWEST) {
        starts.push(at);
    }
}
