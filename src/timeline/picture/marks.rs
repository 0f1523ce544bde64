//! Marks: a dot for a day, a bar for what is longer or vaguer, and what says that a date is unsure, disputed or cut off.

use super::days::Days;
use super::scale::Scale;
use super::svg::{Area, N, Svg, Tenths, colour, px};
use crate::date::{DaySpan, FactDate};

/// The least width of a bar.
const NARROWEST: Tenths = px(10);
/// Half the height of a bar.
const HALF: Tenths = px(5);
/// How far the ring of what is disputed reaches.
const RING: Tenths = px(11);
/// How far the arrow of what is cut off reaches.
const ARROW: Tenths = px(9);
/// How high the room of a mark is.
pub(super) const HEIGHT: Tenths = px(22);

/// What a mark is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// One day.
    Dot,
    /// More than a day, or known less exactly. Its faded parts reach so far from either end.
    Bar {
        /// To where its beginning is vague.
        vague_to: Tenths,
        /// From where on its end is vague.
        vague_from: Tenths,
        /// Whether it begins before what is shown.
        cut_left: bool,
        /// Whether it ends after what is shown.
        cut_right: bool,
    },
}

/// A mark on its lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) shape: Shape,
    /// Where it begins; of a dot its middle.
    pub(super) left: Tenths,
    /// Where it ends; of a dot its middle.
    pub(super) right: Tenths,
    /// Whether the date is approximate or uncertain.
    pub(super) is_hedged: bool,
    /// Whether others say otherwise.
    pub(super) is_disputed: bool,
}

fn is_day(days: DaySpan) -> bool {
    days.first == days.last
}

impl Mark {
    /// The mark of a date.
    pub(super) fn of(date: &FactDate, is_disputed: bool, scale: &Scale) -> Self {
        let days = Days::of(date.span());
        let is_hedged = date.approximate || date.uncertain;
        if is_day(date.span()) {
            let x = scale.noon(days.first);
            return Self { shape: Shape::Dot, left: x, right: x, is_hedged, is_disputed };
        }
        let (left, right) = drawn(scale, days);
        let end = |part: DaySpan| Days::of(part);
        let vague_to = if is_day(date.opening()) { left } else { scale.x(end(date.opening()).end).clamp(left, right) };
        let vague_from = if is_day(date.closing()) { right } else { scale.x(end(date.closing()).first).clamp(left, right) };
        let (cut_left, cut_right) = (days.first < scale.shown.first, days.end > scale.shown.end);
        Self { shape: Shape::Bar { vague_to, vague_from, cut_left, cut_right }, left, right, is_hedged, is_disputed }
    }

    /// From where to where anything of it is drawn.
    pub(super) fn reach(&self) -> (Tenths, Tenths) {
        let (mut left, mut right) = match self.shape {
            Shape::Dot => (self.left - px(8), self.right + px(8)),
            Shape::Bar { cut_left, cut_right, .. } => {
                (self.left - if cut_left { ARROW } else { 10 }, self.right + if cut_right { ARROW } else { 10 })
            }
        };
        if self.is_disputed {
            left = left.min(self.ring() - RING - 10);
            right = right.max(self.ring() + RING + 10);
        }
        (left, right)
    }

    /// The middle of the ring of what is disputed.
    fn ring(&self) -> Tenths {
        self.left.midpoint(self.right)
    }

    /// Whether it is known to the month or year only, at one end at least.
    pub(super) fn is_vague(&self) -> bool {
        matches!(self.shape, Shape::Bar { vague_to, vague_from, .. } if vague_to > self.left || vague_from < self.right)
    }

    /// Whether it runs on outside what is shown.
    pub(super) fn is_cut(&self) -> bool {
        matches!(self.shape, Shape::Bar { cut_left, cut_right, .. } if cut_left || cut_right)
    }

    /// Draws it with its middle at this height.
    pub(super) fn draw(&self, svg: &mut Svg, middle: Tenths) {
        match self.shape {
            Shape::Dot if self.is_hedged => svg.put(format_args!(
                r#"<circle cx="{}" cy="{}" r="6" fill="{}" stroke="{}" stroke-width="2" stroke-dasharray="3 2.4"/>"#,
                N(self.left),
                N(middle),
                colour::PAPER,
                colour::MARK
            )),
            Shape::Dot => {
                svg.put(format_args!(r#"<circle cx="{}" cy="{}" r="6" fill="{}"/>"#, N(self.left), N(middle), colour::MARK));
            }
            Shape::Bar { vague_to, vague_from, cut_left, cut_right } => {
                self.draw_bar(svg, middle, (vague_to, vague_from));
                arrows(svg, (self.left, self.right), middle, (cut_left, cut_right), colour::MARK);
            }
        }
        if self.is_disputed {
            let x = self.ring();
            svg.polygon(
                &[(x, middle - RING), (x + RING, middle), (x, middle + RING), (x - RING, middle)],
                &format!(r#"fill="none" stroke="{}" stroke-width="2.2""#, colour::DISPUTED),
            );
        }
    }

    fn draw_bar(&self, svg: &mut Svg, middle: Tenths, (vague_to, vague_from): (Tenths, Tenths)) {
        let part = |left, right| Area { left, top: middle - HALF, right, bottom: middle + HALF };
        let dashed = format!(r#"fill="none" stroke="{}" stroke-width="1.6" stroke-dasharray="5 3""#, colour::MARK);
        if vague_to >= vague_from {
            // No day of it is known for sure: all of it is faded, the more the nearer its ends.
            svg.rect(part(self.left, self.right), r#"rx="5" fill="url(#vague)""#);
            svg.rect(part(self.left, self.right), &format!(r#"rx="5" {dashed}"#));
            return;
        }
        if vague_to > self.left {
            svg.rect(part(self.left, vague_to), r#"fill="url(#begins)""#);
        }
        if vague_from < self.right {
            svg.rect(part(vague_from, self.right), r#"fill="url(#ends)""#);
        }
        let fill = if self.is_hedged { colour::COUNT } else { colour::MARK };
        svg.rect(part(vague_to, vague_from), &format!(r#"fill="{fill}""#));
        if self.is_hedged || self.is_vague() {
            svg.rect(part(self.left, self.right), &dashed);
        }
    }
}

/// From where to where days are drawn, at least as wide as can be seen.
pub(super) fn drawn(scale: &Scale, days: Days) -> (Tenths, Tenths) {
    let (left, right) = (scale.x(days.first), scale.x(days.end));
    if right - left >= NARROWEST {
        return (left, right);
    }
    let left = left.min(scale.x(scale.shown.end) - NARROWEST);
    (left, left + NARROWEST)
}

/// Draws arrows where something runs on outside what is shown.
pub(super) fn arrows(svg: &mut Svg, (left, right): (Tenths, Tenths), middle: Tenths, (at_left, at_right): (bool, bool), ink: &str) {
    for (x, by) in [(left, -ARROW)].into_iter().filter(|_| at_left).chain([(right, ARROW)].into_iter().filter(|_| at_right)) {
        svg.polygon(&[(x + by, middle), (x, middle - px(8)), (x, middle + px(8))], &format!(r#"fill="{ink}""#));
    }
}

/// Draws a number of facts over the days that they lie in.
pub(super) fn draw_count(svg: &mut Svg, area: Area, is_spread: bool) {
    let dashes = if is_spread { r#" stroke-dasharray="5 3""# } else { "" };
    let fill = if is_spread { colour::PAPER } else { colour::COUNT };
    svg.rect(area, &format!(r#"rx="6" fill="{fill}" stroke="{}" stroke-width="1.6"{dashes}"#, colour::MARK));
}

/// What fades and hatches, named for the marks.
pub(super) fn definitions(svg: &mut Svg) {
    let stop = |at: &str, opacity: &str| format!(r#"<stop offset="{at}" stop-color="{}" stop-opacity="{opacity}"/>"#, colour::MARK);
    svg.put(format_args!(
        r#"<defs><linearGradient id="vague">{}{}{}</linearGradient><linearGradient id="begins">{}{}</linearGradient><linearGradient id="ends">{}{}</linearGradient><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="8" height="8" fill="{}"/><rect width="3" height="8" fill="{}"/></pattern></defs>"#,
        stop("0", "0"),
        stop("0.5", "0.65"),
        stop("1", "0"),
        stop("0", "0"),
        stop("1", "1"),
        stop("0", "1"),
        stop("1", "0"),
        colour::PAPER,
        colour::LASTING
    ));
}
