//! What of a lane stands where: as many facts with their words as there is room for, the others as marks or numbers.

use super::days::Days;
use super::fold::{Bins, Group};
use super::fonts::Weight;
use super::lettering::{Block, Run, mark, wrap};
use super::marks::{self, Mark, drawn};
use super::scale::Scale;
use super::svg::{Area, Tenths, px};

/// Letters of labels in pixels.
pub(super) const SIZE: i32 = 15;
/// Between a mark and its label.
const NEAR: Tenths = px(6);
/// The widest mark that has its label beside it, not below.
const BESIDE: Tenths = px(160);
/// Between what belongs to one fact and to another.
const APART: (Tenths, Tenths) = (px(12), px(7));
/// Things in a lane above which no place is looked for.
const MOST: usize = 140;
/// How high a number is.
const COUNT_HEIGHT: Tenths = px(24);

/// A fact with its mark.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) mark: Mark,
    pub(super) days: Days,
    /// The date, then the claim.
    pub(super) words: Vec<Run>,
}

/// Words with their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) block: Block,
    pub(super) area: Area,
}

/// What stands in a lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// One fact.
    Fact {
        mark: Mark,
        /// The height of its middle.
        middle: Tenths,
        /// Its words, where there is room.
        label: Option<Label>,
    },
    /// So many facts.
    Count { facts: usize, is_spread: bool, label: Label },
}

/// Something in a lane, with the room that nothing else is drawn in. Heights are counted from the top of the lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) what: What,
    pub(super) area: Area,
}

impl Item {
    pub(super) fn down(self, by: Tenths) -> Self {
        let lower = |label: Label| Label { area: label.area.down(by), ..label };
        let what = match self.what {
            What::Fact { mark, middle, label } => What::Fact { mark, middle: middle + by, label: label.map(lower) },
            What::Count { facts, is_spread, label } => What::Count { facts, is_spread, label: lower(label) },
        };
        Self { what, area: self.area.down(by) }
    }
}

/// How much room a label has: few wide lines hold as much as more narrow ones, and stack lower.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    Three,
    Two,
    One,
    /// What is left is a mark.
    None,
}

impl Words {
    fn room(self) -> (usize, Tenths) {
        match self {
            Self::Three => (3, px(320)),
            Self::Two => (2, px(440)),
            Self::One => (1, px(600)),
            Self::None => (0, 0),
        }
    }
}

/// How much is said of each fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// All are named.
    Named(Words),
    /// From so many in one stretch of time on they are counted, the others named.
    Dense { from: usize, words: Words },
    /// What is vague or lasted longer than a stretch of time is counted together; what is not counted is a mark without words.
    Coarse,
}

/// From the most that can be said to the least.
pub(super) const LEVELS: [Level; 11] = [
    Level::Named(Words::Three),
    Level::Named(Words::Two),
    Level::Named(Words::One),
    Level::Dense { from: 8, words: Words::Three },
    Level::Dense { from: 8, words: Words::One },
    Level::Dense { from: 4, words: Words::Three },
    Level::Dense { from: 4, words: Words::One },
    Level::Dense { from: 2, words: Words::Three },
    Level::Dense { from: 2, words: Words::One },
    Level::Dense { from: 2, words: Words::None },
    Level::Coarse,
];

/// A lane as it is drawn.
#[derive(Debug, Clone)]
pub(super) struct Laid {
    pub(super) items: Vec<Item>,
    pub(super) height: Tenths,
}

/// Where lanes lie, and in what stretches their facts are counted.
#[derive(Debug)]
pub(super) struct Plot<'p> {
    pub(super) scale: &'p Scale,
    pub(super) bins: &'p Bins,
    pub(super) left: Tenths,
    pub(super) right: Tenths,
}

impl Plot<'_> {
    /// A lane of these facts (by their places in `events`) at a level; nothing where that is surely too much.
    pub(super) fn lay(&self, events: &[Event], entries: &[usize], level: Level) -> Option<Laid> {
        let known = |at: &usize| events.get(*at).map(|event| (*at, event.days));
        let all = entries.iter().filter_map(known);
        let (groups, words) = match level {
            Level::Named(words) => (all.map(|(at, days)| alone(at, days)).collect(), words),
            Level::Dense { from, words } => (parted(self.bins.groups(all, false), from), words),
            Level::Coarse => (self.bins.groups(all, true), Words::None),
        };
        if groups.len() > MOST && level != Level::Coarse {
            return None;
        }
        let mut items: Vec<Item> = Vec::with_capacity(groups.len());
        let (numbers, single): (Vec<Group>, Vec<Group>) = groups.into_iter().partition(|group| group.entries.len() > 1);
        items.extend(numbers.iter().map(|group| self.number(group)));
        let mut single: Vec<usize> = single.into_iter().filter_map(|group| group.entries.first().copied()).collect();
        single.sort_unstable();
        items.extend(single.into_iter().filter_map(|at| events.get(at)).map(|event| self.fact(event, words)));
        Some(pack(items))
    }

    fn number(&self, group: &Group) -> Item {
        let (left, right) = drawn(self.scale, group.days);
        let area = Area { left: left + 10, top: 0, right: right - 10, bottom: COUNT_HEIGHT };
        let block = mark(&group.entries.len().to_string(), Weight::Bold, SIZE);
        let middle = area.left.midpoint(area.right);
        let (half, top) = (block.width() / 2, (COUNT_HEIGHT - block.height()) / 2);
        let within = Area { left: middle - half, top, right: middle - half + block.width(), bottom: top + block.height() };
        Item { what: What::Count { facts: group.entries.len(), is_spread: group.is_spread, label: Label { block, area: within } }, area }
    }

    fn fact(&self, event: &Event, words: Words) -> Item {
        let (lines, room) = words.room();
        let (left, right) = event.mark.reach();
        let middle = marks::HEIGHT / 2;
        if lines == 0 {
            let area = Area { left, top: 0, right, bottom: marks::HEIGHT };
            return Item { what: What::Fact { mark: event.mark, middle, label: None }, area };
        }
        let is_short = right - left <= BESIDE;
        // Beside a mark in the middle there is less room than a line may have.
        let free = (self.right - right).max(left - self.left) - NEAR;
        let block = wrap(&event.words, if is_short { room.min(free) } else { room }, lines, SIZE);
        let (wide, high) = (block.width(), block.height());
        let at = |x: Tenths, top: Tenths| Area { left: x, top, right: x + wide, bottom: top + high };
        // Beside a mark the first line is as high as the mark.
        let beside = (marks::HEIGHT - block.line_height()).max(0) / 2;
        let label = if is_short && right + NEAR + wide <= self.right {
            at(right + NEAR, beside)
        } else if is_short && left - NEAR - wide >= self.left {
            at(left - NEAR - wide, beside)
        } else {
            at(event.mark.left.min(self.right - wide).max(self.left), marks::HEIGHT)
        };
        let area = Area { left: left.min(label.left), top: 0, right: right.max(label.right), bottom: label.bottom.max(marks::HEIGHT) };
        let middle = if label.top == marks::HEIGHT { middle } else { middle.max(label.top + block.line_height() / 2) };
        Item { what: What::Fact { mark: event.mark, middle, label: Some(Label { block, area: label }) }, area }
    }
}

fn alone(at: usize, days: Days) -> Group {
    Group { days, is_spread: false, entries: vec![at] }
}

/// Groups of fewer than `from` facts fall apart into their facts.
fn parted(groups: Vec<Group>, from: usize) -> Vec<Group> {
    let part = |group: Group| {
        if group.entries.len() >= from {
            return vec![group];
        }
        group.entries.iter().map(|at| alone(*at, group.days)).collect()
    };
    groups.into_iter().flat_map(part).collect()
}

/// Gives each item the highest place that is free, in their order.
pub(super) fn pack(items: Vec<Item>) -> Laid {
    let (aside, below) = APART;
    let is_number = |item: &Item| matches!(item.what, What::Count { .. });
    let mut placed: Vec<Item> = Vec::with_capacity(items.len());
    for item in items {
        let mut beside: Vec<Area> = placed
            .iter()
            .filter(|other| {
                // Numbers of neighbouring times stand side by side.
                let aside = if is_number(&item) && is_number(other) { 0 } else { aside };
                item.area.left < other.area.right + aside && other.area.left < item.area.right + aside
            })
            .map(|other| other.area)
            .collect();
        beside.sort_unstable_by_key(|other| (other.top, other.bottom));
        let high = item.area.bottom - item.area.top;
        let mut top = 0;
        for other in beside {
            if top + high + below > other.top && other.bottom + below > top {
                top = other.bottom + below;
            }
        }
        placed.push(item.down(top));
    }
    let height = placed.iter().map(|item| item.area.bottom).max().unwrap_or(0);
    Laid { items: placed, height }
}

/// Lanes within a height: the level that all of them fit at, then each by itself as much as there is room for.
pub(super) fn fit(plot: &Plot<'_>, events: &[Event], lanes: &[&[usize]], room: Tenths) -> Vec<Laid> {
    let mut chosen: Vec<(usize, Laid)> = Vec::new();
    for (at, level) in LEVELS.iter().enumerate() {
        // What is named on more lines than the whole picture has can be told without looking for places.
        let facts: usize = lanes.iter().map(|lane| lane.len()).sum();
        if matches!(level, Level::Named(_)) && facts > MOST {
            continue;
        }
        let laid: Option<Vec<(usize, Laid)>> = lanes.iter().map(|lane| Some((at, plot.lay(events, lane, *level)?))).collect();
        let Some(laid) = laid else { continue };
        let is_last = at + 1 == LEVELS.len();
        if is_last || laid.iter().map(|(_, lane)| lane.height).sum::<Tenths>() <= room {
            chosen = laid;
            break;
        }
    }
    let mut free = room - chosen.iter().map(|(_, lane)| lane.height).sum::<Tenths>();
    // The lanes of few facts first: a label more says most there.
    let mut order: Vec<usize> = (0..chosen.len()).collect();
    order.sort_by_key(|at| lanes.get(*at).map_or(0, |lane| lane.len()));
    for at in order {
        let (Some((level, laid)), Some(lane)) = (chosen.get_mut(at), lanes.get(at)) else { continue };
        let more =
            LEVELS.iter().take(*level).find_map(|level| plot.lay(events, lane, *level).filter(|more| more.height - laid.height <= free));
        if let Some(more) = more {
            free -= more.height - laid.height;
            *laid = more;
        }
    }
    chosen.into_iter().map(|(_, laid)| laid).collect()
}
