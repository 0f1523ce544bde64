//! The axis: lines at days, months and years, and what stands above them.

use super::days::{Day, Days, month_start, year_start};
use super::fonts::Weight;
use super::lettering::{Block, mark};
use super::scale::Scale;
use super::svg::{Area, Svg, Tenths, colour, px};
use crate::date::{DayNumber, MONTHS};

/// Letters of the axis in pixels.
const SIZE: i32 = 14;
/// How high one row of words is.
const ROW: Tenths = px(20);
/// How far words stand from their line.
const GAP: Tenths = px(4);

/// A line across the plot, and its words.
#[derive(Debug)]
struct Tick {
    x: Tenths,
    words: Option<Block>,
}

/// Lines and words for a scale.
#[derive(Debug)]
pub(super) struct Axis {
    /// At the beginnings of months or years.
    strong: Vec<Tick>,
    /// Between them.
    fine: Vec<Tick>,
}

/// Months that are shown, as years and months from 0.
fn months(first: DayNumber, last: DayNumber) -> impl Iterator<Item = (i16, i16)> {
    let number = |at: DayNumber| i32::from(at.year()) * 12 + i32::from(at.month()) - 1;
    (number(first)..=number(last)).map(|at| (i16::try_from(at / 12).unwrap_or(i16::MAX), i16::try_from(at % 12).unwrap_or(0)))
}

fn month_words(month: i16) -> &'static str {
    let name = usize::try_from(month).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
    name.get(..3).unwrap_or(name)
}

impl Axis {
    /// The axis of a scale that shows the days from `first` to `last`.
    pub(super) fn new(scale: &Scale, first: DayNumber, last: DayNumber) -> Self {
        if scale.is_uneven() {
            return Self::of_years(scale);
        }
        let per_day = (scale.x(scale.shown.end) - scale.x(scale.shown.first)) / scale.shown.length().max(1);
        let steps: Option<&[u8]> = match per_day {
            320.. => Some(&[]),
            150.. => Some(&[1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29]),
            70.. => Some(&[1, 6, 11, 16, 21, 26]),
            _ => None,
        };
        let mut fine = Ticks::new(scale);
        let mut strong = Ticks::new(scale);
        if let Some(steps) = steps {
            for (year, month) in months(first, last) {
                strong.add(month_start(year, month), &format!("{} {year}", month_words(month)), Weight::Bold);
                let length = month_start(year, month + 1) - month_start(year, month);
                for number in (1u8..=31).filter(|number| i32::from(*number) <= length && (steps.is_empty() || steps.contains(number))) {
                    fine.add(month_start(year, month) + i32::from(number) - 1, &number.to_string(), Weight::Regular);
                }
            }
        } else {
            let every = if per_day * 30 >= 440 { 1 } else { 3 };
            for (year, month) in months(first, last) {
                if month == 0 || strong.all.is_empty() {
                    strong.add(year_start(year), &year.to_string(), Weight::Bold);
                }
                if month % every == 0 {
                    fine.add(month_start(year, month), month_words(month), Weight::Regular);
                }
            }
        }
        Self { strong: strong.all, fine: fine.all }
    }

    fn of_years(scale: &Scale) -> Self {
        let mut strong = Ticks::new(scale);
        let mut fine = Ticks::new(scale);
        for years in &scale.years {
            let (left, right) = (scale.x(year_start(years.first)), scale.x(year_start(years.last.saturating_add(1))));
            let short = |year: i16| format!("’{:02}", year % 100);
            let spellings = if years.first == years.last {
                [years.first.to_string(), short(years.first)]
            } else {
                [format!("{}–{}", years.first, years.last), format!("{}–{}", short(years.first), short(years.last))]
            };
            let fits = |words: &&String| mark(words, Weight::Bold, SIZE).width() + GAP * 3 / 2 <= right - left;
            match spellings.iter().find(fits) {
                Some(words) => strong.add(year_start(years.first), words, Weight::Bold),
                None => strong.add_bare(year_start(years.first)),
            }
            let every = match (right - left) / 12 {
                370.. => 1,
                130.. => 3,
                _ => continue,
            };
            for month in (0..12).filter(|month| month % every == 0) {
                fine.add(month_start(years.first, month), month_words(month), Weight::Regular);
            }
        }
        Self { strong: strong.all, fine: fine.all }
    }

    /// How high its words are.
    pub(super) fn height(&self) -> Tenths {
        if self.fine.is_empty() { ROW } else { ROW * 2 }
    }

    /// Draws the lines from one height to another.
    pub(super) fn draw_lines(&self, svg: &mut Svg, (top, bottom): (Tenths, Tenths)) {
        for (ticks, look) in [(&self.fine, colour::LINE), (&self.strong, colour::STRONG_LINE)] {
            for tick in ticks {
                svg.put(format_args!(
                    r#"<path d="M{x} {}V{}" stroke="{look}" shape-rendering="crispEdges"/>"#,
                    super::svg::N(top),
                    super::svg::N(bottom),
                    x = super::svg::N(tick.x)
                ));
            }
        }
    }

    /// Draws the words, and gives the boxes they fill.
    pub(super) fn draw_words(&self, svg: &mut Svg, top: Tenths) -> Vec<Area> {
        let mut filled = Vec::new();
        for (row, (ticks, ink)) in (0..).zip([(&self.strong, colour::INK), (&self.fine, colour::MUTED)]) {
            for (tick, words) in ticks.iter().filter_map(|tick| Some((tick, tick.words.as_ref()?))) {
                let (left, top) = (tick.x + GAP, top + ROW * row);
                let area = Area { left, top, right: left + words.width(), bottom: top + words.height() };
                svg.text(&words.lines, (area.left, area.right), words.baselines(top), &format!(r#"font-size="{SIZE}" fill="{ink}""#));
                filled.push(area);
            }
        }
        filled
    }
}

/// Ticks of one row, from left to right; words that would run into those before are left out, and lines that would blacken the plot.
struct Ticks<'s> {
    scale: &'s Scale,
    all: Vec<Tick>,
    /// Where the words before end.
    full_to: Tenths,
}

impl<'s> Ticks<'s> {
    fn new(scale: &'s Scale) -> Self {
        Self { scale, all: Vec::new(), full_to: Tenths::MIN }
    }

    fn add_bare(&mut self, at: Day) {
        let x = self.scale.x(at);
        if self.is_shown(at) && self.all.last().is_none_or(|before| x - before.x >= px(3)) {
            self.all.push(Tick { x, words: None });
        }
    }

    /// What begins before the days that are shown has its words at their beginning.
    fn add(&mut self, at: Day, words: &str, weight: Weight) {
        let Days { first, .. } = self.scale.shown;
        let from = if self.all.is_empty() && weight == Weight::Bold { at.max(first) } else { at };
        if !self.is_shown(from) {
            return;
        }
        let x = self.scale.x(from);
        let words = mark(words, weight, SIZE);
        let right = x + GAP + words.width();
        if right > self.scale.x(self.scale.shown.end) + px(20) || x < self.full_to {
            // The word before gives way where it stands for less: the rest of a month that began outside.
            if x < self.full_to && self.all.len() == 1 && right <= self.scale.x(self.scale.shown.end) {
                self.all.pop();
            } else {
                self.add_bare(from);
                return;
            }
        }
        self.full_to = right + GAP;
        self.all.push(Tick { x, words: Some(words) });
    }

    fn is_shown(&self, at: Day) -> bool {
        (self.scale.shown.first..self.scale.shown.end).contains(&at)
    }
}
