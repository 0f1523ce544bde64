//! The picture of a timeline: an SVG text of its own, and from that a PNG.
//!
//! Time runs from left to right, in lanes by what facts are about ([`lanes`]); above them is what lasts ([`band`]). A date is drawn as exactly
//! as it is known and no more ([`marks`]). What would make the picture too high is counted, not left out ([`layout`], [`fold`]). Every place
//! is a whole number of tenths of a pixel, and letters come from bundled fonts, so the same facts make the same bytes on every machine.

mod axis;
mod band;
mod days;
mod fold;
mod fonts;
mod lanes;
mod layout;
mod legend;
mod lettering;
mod marks;
mod png;
mod scale;
mod svg;
#[cfg(test)]
mod tests;
mod wording;

use std::collections::BTreeSet;

pub use png::PictureError;

use self::axis::Axis;
use self::band::Band;
use self::days::Days;
use self::fold::Bins;
use self::fonts::{FAMILY, Weight};
use self::lanes::{Lane, lanes, parting};
use self::layout::{Event, Item, Laid, Plot, What, fit};
use self::legend::{Legend, Sign};
use self::lettering::{Block, clean, wrap};
use self::marks::{Mark, Shape};
use self::scale::Scale;
use self::svg::{Area, N, Svg, Tenths, colour, count, px};
use super::{Selection, Timeline};
use crate::date::{DayNumber, DaySpan};
use crate::knowledge::Knowledge;

/// How wide every picture is.
const WIDTH: Tenths = px(1_200);
/// How high a picture may be.
const HIGHEST: Tenths = px(2_000);
/// The room at the left and the right of words.
const MARGIN: Tenths = px(24);
/// Between words and the days.
const INSET: Tenths = px(12);
/// The room above a lane's first mark, for its name.
const NAME: Tenths = px(30);
/// The room below a lane's last mark.
const BELOW: Tenths = px(12);
/// Days that are shown at least where no window was asked for.
const FEWEST_DAYS: i32 = 9;

/// A timeline as it is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The drawing, complete in itself but for the fonts.
    pub svg: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// Draws the facts of a timeline that was selected by `selection`.
pub fn draw(knowledge: &Knowledge, timeline: &Timeline, selection: &Selection) -> Picture {
    Drawing::new(knowledge, timeline, selection).picture
}

/// A picture with what stands in it, for those who check it.
#[derive(Debug)]
struct Drawing {
    picture: Picture,
    /// What stands in the lanes.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests look at what was drawn"))]
    items: Vec<Item>,
    /// The boxes of all other words.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests look at what was drawn"))]
    words: Vec<Area>,
}

/// Words from the top of the picture downwards.
#[derive(Debug, Default)]
struct Page {
    svg: Svg,
    top: Tenths,
    words: Vec<Area>,
}

impl Page {
    fn words(&mut self, block: &Block, ink: &str) {
        let area = Area { left: MARGIN, top: self.top, right: MARGIN + block.width(), bottom: self.top + block.height() };
        let look = format!(r#"font-size="{}" fill="{ink}""#, block.size);
        self.svg.text(&block.lines, (area.left, area.right), block.baselines(self.top), &look);
        self.words.push(area);
        self.top = area.bottom;
    }

    fn finish(self, items: Vec<Item>) -> Drawing {
        // Whole pixels, so that the paper ends where the picture does.
        let height = (self.top + px(16) + 9) / 10 * 10;
        let (wide, high) = (N(WIDTH), N(height));
        let mut whole = Svg::default();
        whole.put(format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" font-family="{FAMILY}">"#
        ));
        marks::definitions(&mut whole);
        whole.rect(Area { left: 0, top: 0, right: WIDTH, bottom: height }, &svg::paper(colour::PAPER));
        whole.append(&self.svg);
        whole.put(format_args!("</svg>"));
        let pixels = |tenths: Tenths| u32::try_from(tenths.div_euclid(10)).unwrap_or(1);
        let picture = Picture { svg: whole.into_text(), width: pixels(WIDTH), height: pixels(height) };
        Drawing { picture, items, words: self.words }
    }
}

impl Drawing {
    fn new(knowledge: &Knowledge, timeline: &Timeline, selection: &Selection) -> Self {
        let base = &knowledge.base;
        let room = WIDTH - 2 * MARGIN;
        let mut page = Page { top: px(18), ..Page::default() };
        let title = clean(&crate::timeline::filter::named(knowledge, selection));
        page.words(&wrap(&[(Weight::Bold, title)], room, 2, 26), colour::INK);
        let parting = parting(selection);
        let Some(shown) = shown(timeline, selection) else {
            page.top += px(6);
            let undated = match timeline.undated.len() {
                0 => String::new(),
                number => format!(" {} without a date cannot be drawn.", wording::facts(number)),
            };
            let words = format!("No fact with a date is in this selection.{undated}");
            page.words(&wrap(&[(Weight::Regular, words)], room, 3, 17), colour::MUTED);
            return page.finish(Vec::new());
        };
        let summary = clean(&wording::summary(knowledge, timeline, selection, parting));
        page.words(&wrap(&[(Weight::Regular, summary)], room, 2, 17), colour::MUTED);
        page.top += px(10);

        let years = (shown.first.year(), shown.last.year());
        let happened: Vec<i16> = timeline.entries.iter().map(|entry| entry.date.opening().first.year()).collect();
        let edges = (MARGIN, WIDTH - MARGIN);
        let scale = Scale::new(Days::of(shown), years, &happened, (edges.0 + INSET, edges.1 - INSET));
        let axis = Axis::new(&scale, shown.first, shown.last);
        let band = Band::new(knowledge, timeline, selection, &scale, edges);
        let events: Vec<Event> = timeline
            .entries
            .iter()
            .map(|entry| Event {
                mark: Mark::of(&entry.date, wording::is_disputed(base, entry), &scale),
                days: clipped(Days::of(entry.date.span()), scale.shown),
                words: wording::label(base, entry),
            })
            .collect();
        let lanes = lanes(knowledge, timeline, parting);
        let sources = wording::sources(base, timeline.entries.iter().map(|entry| entry.fact), room, 14);

        let bins = Bins::new(&scale, years);
        let plot = Plot { scale: &scale, bins: &bins, left: edges.0, right: edges.1 };
        let fixed = page.top + axis.height() * 2 + band_height(&band) + Legend::new(Sign::ALL.into_iter(), edges).height + sources.height();
        let free = HIGHEST - fixed - (NAME + BELOW) * count(lanes.len()) - px(70);
        let entries: Vec<&[usize]> = lanes.iter().map(|lane| lane.entries.as_slice()).collect();
        let laid = fit(&plot, &events, &entries, free);

        let plotted = Plotted { scale: &scale, axis: &axis, band: &band, lanes: &lanes, edges };
        let items = plotted.draw(&mut page, laid);
        page.top += px(14);
        let legend = Legend::new(signs(&items, &band, &scale).into_iter(), edges);
        page.words.extend(legend.draw(&mut page.svg, page.top));
        page.top += legend.height + px(10);
        page.words(&sources, colour::MUTED);
        page.finish(items)
    }
}

/// The days that are shown: the window that was asked for; where none was, what happened, with some room.
fn shown(timeline: &Timeline, selection: &Selection) -> Option<DaySpan> {
    let all = timeline.entries.iter().map(|entry| entry.date.span()).reduce(DaySpan::hull)?;
    let first = selection.from.unwrap_or(all.first.min(selection.to.unwrap_or(all.first)));
    let last = selection.to.unwrap_or(all.last).max(first);
    let length = last.days_behind(first) + 1;
    let spare = (length / 40).max((FEWEST_DAYS - length + 1) / 2).clamp(0, 30);
    let step = |from: DayNumber, on: fn(DayNumber) -> DayNumber| (0..spare).fold(from, |day, _| on(day));
    Some(DaySpan {
        first: if selection.from.is_some() { first } else { step(first, DayNumber::previous) },
        last: if selection.to.is_some() { last } else { step(last, DayNumber::next) },
    })
}

fn clipped(days: Days, shown: Days) -> Days {
    let first = days.first.clamp(shown.first, shown.end - 1);
    Days { first, end: days.end.clamp(first + 1, shown.end) }
}

fn band_height(band: &Band) -> Tenths {
    if band.is_empty() { 0 } else { band.height + NAME + BELOW }
}

/// What the legend must explain.
fn signs(items: &[Item], band: &Band, scale: &Scale) -> BTreeSet<Sign> {
    let mut signs = BTreeSet::new();
    for item in items {
        match &item.what {
            What::Count { is_spread, .. } => {
                signs.insert(if *is_spread { Sign::Spread } else { Sign::Count });
            }
            What::Fact { mark, .. } => {
                let is_bar = matches!(mark.shape, Shape::Bar { .. });
                let all = [
                    (!is_bar && !mark.is_hedged, Sign::Day),
                    (is_bar && !mark.is_vague(), Sign::Range),
                    (mark.is_vague(), Sign::Vague),
                    (mark.is_hedged, Sign::Hedged),
                    (mark.is_disputed, Sign::Disputed),
                    (mark.is_cut(), Sign::Cut),
                ];
                signs.extend(all.into_iter().filter(|(is_used, _)| *is_used).map(|(_, sign)| sign));
            }
        }
    }
    if !band.is_empty() {
        signs.insert(Sign::Lasting);
    }
    if band.is_disputed() {
        signs.insert(Sign::Unsettled);
    }
    if scale.is_uneven() {
        signs.insert(Sign::Uneven);
    }
    signs
}

/// What lies on the axis.
struct Plotted<'p> {
    scale: &'p Scale,
    axis: &'p Axis,
    band: &'p Band,
    lanes: &'p [Lane],
    edges: (Tenths, Tenths),
}

impl Plotted<'_> {
    /// Draws the axis, what lasts and the lanes, and gives what stands in the lanes.
    fn draw(&self, page: &mut Page, laid: Vec<Laid>) -> Vec<Item> {
        page.words.extend(self.axis.draw_words(&mut page.svg, page.top));
        page.top += self.axis.height();
        let from = page.top;
        let mut front = Page { top: from, ..Page::default() };
        let mut bands: Vec<Area> = Vec::new();
        let row = |front: &Page, top| Area { left: self.edges.0 - INSET, top, right: self.edges.1 + INSET, bottom: front.top };
        if !self.band.is_empty() {
            let more = match self.band.left_out {
                0 => String::new(),
                more => format!(", and {more} more that are not drawn"),
            };
            self.name(&mut front, "what lasted", &more, colour::PAPER);
            let words = self.band.draw(&mut front.svg, self.scale, front.top);
            front.words.extend(words);
            front.top += self.band.height + BELOW;
        }
        let mut items = Vec::new();
        for (number, (lane, laid)) in self.lanes.iter().zip(laid).enumerate() {
            let top = front.top;
            let is_banded = number % 2 == 0;
            let paper = if is_banded { colour::BAND } else { colour::PAPER };
            self.name(&mut front, &lane.name, &format!("· {}", wording::facts(lane.entries.len())), paper);
            for item in laid.items {
                let item = item.down(front.top);
                draw_item(&mut front.svg, &item, paper);
                items.push(item);
            }
            front.top += laid.height + BELOW;
            if is_banded {
                bands.push(row(&front, top));
            }
        }
        for band in bands {
            page.svg.rect(band, &svg::paper(colour::BAND));
        }
        self.axis.draw_lines(&mut page.svg, (from, front.top));
        page.svg.append(&front.svg);
        page.words.extend(front.words);
        page.top = front.top;
        if front.top - from > px(700) {
            page.words.extend(self.axis.draw_words(&mut page.svg, page.top));
            page.top += self.axis.height();
        }
        items
    }

    /// The name of a lane, above it.
    fn name(&self, front: &mut Page, name: &str, more: &str, paper: &str) {
        let room = self.edges.1 - self.edges.0 - px(320);
        let name = lettering::cut(&clean(name), Weight::Bold, room, 16);
        let runs = [(Weight::Bold, name), (Weight::Regular, clean(more))];
        let block = wrap(&runs, self.edges.1 - self.edges.0, 1, 16);
        let top = front.top;
        front.top += px(4);
        let area = Area { left: MARGIN - px(2), top: front.top, right: MARGIN + block.width() + px(4), bottom: front.top + block.height() };
        front.svg.rect(area, &svg::paper(paper));
        front.words(&block, colour::INK);
        front.top = top + NAME;
    }
}

fn draw_item(svg: &mut Svg, item: &Item, paper: &str) {
    let label = match &item.what {
        What::Fact { mark, middle, label } => {
            // Words stand on the paper, not on the lines of the axis.
            if let Some(label) = label {
                svg.rect(Area { left: label.area.left - px(2), right: label.area.right + px(2), ..label.area }, &svg::paper(paper));
            }
            mark.draw(svg, *middle);
            label.as_ref()
        }
        What::Count { is_spread, label, .. } => {
            marks::draw_count(svg, item.area, *is_spread);
            Some(label)
        }
    };
    if let Some(label) = label {
        let look = format!(r#"font-size="{}" fill="{}""#, label.block.size, colour::INK);
        svg.text(&label.block.lines, (label.area.left, label.area.right), label.block.baselines(label.area.top), &look);
    }
}
