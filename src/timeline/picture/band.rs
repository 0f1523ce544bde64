//! What lasts: bars above the lanes, from every claimed beginning to every claimed end.

use super::days::{Day, Days};
use super::fonts::Weight;
use super::layout::{Item, Label, What};
use super::lettering::{clean, wrap};
use super::marks::{arrows, drawn};
use super::scale::Scale;
use super::svg::{Area, Svg, Tenths, colour, px};
use super::wording::claims;
use crate::fact::EntityKind;
use crate::knowledge::Knowledge;
use crate::timeline::stretch::{Claimed, Stretch};
use crate::timeline::{Selection, Timeline};

/// Letters of the band in pixels.
const SIZE: i32 = 15;
/// How wide what is said of one may be.
const ROOM: Tenths = px(720);
/// How high a bar is, with what stands out of it.
const BAR: Tenths = px(24);
/// How far a bar lies within that.
const INSET: Tenths = px(4);
/// How high the band may become.
const HIGHEST: Tenths = px(460);

/// Events that last, where each of them is drawn.
#[derive(Debug, Default)]
pub(super) struct Band {
    rows: Vec<Row>,
    /// How many found no room.
    pub(super) left_out: usize,
    pub(super) height: Tenths,
}

#[derive(Debug)]
struct Row {
    stretch: Stretch,
    label: Label,
    area: Area,
}

impl Band {
    /// Those that belong to a selection and overlap what is shown.
    pub(super) fn new(knowledge: &Knowledge, timeline: &Timeline, selection: &Selection, scale: &Scale, edges: (Tenths, Tenths)) -> Self {
        if selection.source.is_some() {
            return Self::default();
        }
        let base = &knowledge.base;
        let is_narrowed = !selection.topics.is_empty() || selection.who.is_some();
        let named: hashbrown::HashSet<_> = timeline.entries.iter().map(|entry| entry.fact).collect();
        let belongs =
            |stretch: &Stretch| !is_narrowed || stretch.begins.iter().chain(&stretch.ends).any(|claimed| named.contains(&claimed.fact));
        let is_shown = |stretch: &Stretch| {
            let days = Days::of(stretch.days);
            days.first < scale.shown.end && scale.shown.first < days.end && base.entity(stretch.event).kind == EntityKind::Event
        };
        let mut band = Self::default();
        let mut placed: Vec<Item> = Vec::new();
        for stretch in Stretch::lasting(base).into_iter().filter(|stretch| is_shown(stretch) && belongs(stretch)) {
            let row = Row::new(knowledge, stretch, scale, edges);
            let item = |area| Item { what: What::Count { facts: 0, is_spread: false, label: row.label.clone() }, area };
            placed.push(item(row.area));
            let laid = super::layout::pack(placed.iter().map(|item| Item { area: raised(item.area), ..item.clone() }).collect());
            let Some(last) = laid.items.last().filter(|_| laid.height <= HIGHEST).map(|item| item.area) else {
                placed.pop();
                band.left_out += 1;
                continue;
            };
            band.height = laid.height;
            band.rows.push(Row { label: Label { area: row.label.area.down(last.top), ..row.label }, area: last, stretch: row.stretch });
        }
        band
    }

    /// Whether nothing lasted.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether accounts differ on one of them.
    pub(super) fn is_disputed(&self) -> bool {
        self.rows.iter().any(|row| agreed(&row.stretch) != Some(Days::of(row.stretch.days)))
    }

    /// Draws it, and gives the boxes that its words fill.
    pub(super) fn draw(&self, svg: &mut Svg, scale: &Scale, top: Tenths) -> Vec<Area> {
        let mut filled = Vec::new();
        for row in &self.rows {
            row.draw_bar(svg, scale, row.area.top + top);
            let area = row.label.area.down(top);
            svg.rect(Area { left: area.left - px(2), right: area.right + px(2), ..area }, &super::svg::paper(colour::PAPER));
            let look = format!(r#"font-size="{SIZE}" fill="{}""#, colour::INK);
            svg.text(&row.label.block.lines, (area.left, area.right), row.label.block.baselines(area.top), &look);
            filled.push(area);
        }
        filled
    }
}

fn raised(area: Area) -> Area {
    area.down(-area.top)
}

/// The days on which all accounts agree that it lasted.
fn agreed(stretch: &Stretch) -> Option<Days> {
    let first = stretch.begins.iter().map(|claimed| Days::of(claimed.days).end - 1).max()?;
    let end = stretch.ends.iter().map(|claimed| Days::of(claimed.days).first + 1).min()?;
    (first < end).then_some(Days { first, end })
}

impl Row {
    fn new(knowledge: &Knowledge, stretch: Stretch, scale: &Scale, (left, right): (Tenths, Tenths)) -> Self {
        let base = &knowledge.base;
        let words = format!("began {}; ended {}", claims(base, &stretch.begins), claims(base, &stretch.ends));
        let name = clean(&base.entity(stretch.event).name);
        let block = wrap(&[(Weight::Bold, name), (Weight::Regular, clean(&words))], ROOM, 5, SIZE);
        let (from, to) = drawn(scale, Days::of(stretch.days));
        let at = from.min(right - block.width()).max(left);
        let label = Area { left: at, top: BAR, right: at + block.width(), bottom: BAR + block.height() };
        let area = Area { left: (from - px(10)).min(label.left), top: 0, right: (to + px(10)).max(label.right), bottom: label.bottom };
        Self { stretch, label: Label { block, area: label }, area }
    }

    fn draw_bar(&self, svg: &mut Svg, scale: &Scale, top: Tenths) {
        let days = Days::of(self.stretch.days);
        let (left, right) = drawn(scale, days);
        let bar = |left, right| Area { left, top: top + INSET, right, bottom: top + BAR - INSET };
        svg.rect(bar(left, right), &format!(r#"fill="url(#hatch)" stroke="{}" stroke-width="1.2""#, colour::LASTING));
        if let Some(agreed) = agreed(&self.stretch) {
            let (first, end) = (scale.x(agreed.first), scale.x(agreed.end));
            svg.rect(bar(first, end), &format!(r#"fill="{}""#, colour::LASTING));
        }
        for claimed in self.stretch.begins.iter().chain(&self.stretch.ends) {
            claim(svg, scale, claimed, top);
        }
        let is_cut = (days.first < scale.shown.first, days.end > scale.shown.end);
        arrows(svg, (left, right), top + BAR / 2, is_cut, colour::LASTING);
    }
}

/// A tick at a claimed day; a month that is claimed has a line below from its first day to its last.
fn claim(svg: &mut Svg, scale: &Scale, claimed: &Claimed, top: Tenths) {
    let days = Days::of(claimed.days);
    let is_shown = |day: Day| (scale.shown.first..scale.shown.end).contains(&day);
    let look = format!(r#"stroke="{}" stroke-width="2.4""#, colour::INK);
    if days.length() == 1 {
        if is_shown(days.first) {
            let x = scale.noon(days.first);
            svg.line((x, top), (x, top + BAR), &look);
        }
        return;
    }
    let (left, right) = (scale.x(days.first), scale.x(days.end));
    svg.line((left, top + BAR - 10), (right, top + BAR - 10), &look);
    for (x, _) in [(left, days.first), (right, days.end - 1)].into_iter().filter(|(_, day)| is_shown(*day)) {
        svg.line((x, top + BAR / 2), (x, top + BAR), &look);
    }
}
