//! The legend: the marks that are used, each with what it means.

use super::fonts::Weight;
use super::lettering::{Block, mark};
use super::marks::{Mark, Shape, draw_count};
use super::svg::{Area, Svg, Tenths, colour, px};

/// Letters of the legend in pixels.
const SIZE: i32 = 14;
/// How high one line is.
const ROW: Tenths = px(26);
/// How wide a sign is, with the room behind it.
const SIGN: Tenths = px(46);
/// Between a sign's words and the next sign.
const APART: Tenths = px(26);

/// What may need to be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sign {
    Day,
    Range,
    Vague,
    Hedged,
    Disputed,
    Cut,
    Count,
    Spread,
    Lasting,
    Unsettled,
    Uneven,
}

impl Sign {
    /// Every sign, in the order of the legend.
    pub(super) const ALL: [Self; 11] = [
        Self::Day,
        Self::Range,
        Self::Vague,
        Self::Hedged,
        Self::Disputed,
        Self::Cut,
        Self::Count,
        Self::Spread,
        Self::Lasting,
        Self::Unsettled,
        Self::Uneven,
    ];

    fn words(self) -> &'static str {
        match self {
            Self::Day => "on a day",
            Self::Range => "over these days",
            Self::Vague => "some time in this month or year",
            Self::Hedged => "about then, or uncertain (?)",
            Self::Disputed => "disputed: other reports differ",
            Self::Cut => "goes on outside the picture",
            Self::Count => "so many facts in this time",
            Self::Spread => "so many over a longer or vaguer time",
            Self::Lasting => "lasted, by all who are named; a line at each claimed beginning and end",
            Self::Unsettled => "lasted, by some of them",
            Self::Uneven => "Years are not drawn to one scale: the more facts, the wider.",
        }
    }

    fn draw(self, svg: &mut Svg, x: Tenths, middle: Tenths) {
        let (left, right) = (x, x + SIGN - px(10));
        let area = Area { left, top: middle - px(9), right, bottom: middle + px(9) };
        let plain = Mark { shape: Shape::Dot, left: right - px(12), right: right - px(12), is_hedged: false, is_disputed: false };
        let bar = |vague_to, vague_from, cut_right| Mark {
            shape: Shape::Bar { vague_to, vague_from, cut_left: false, cut_right },
            left,
            right,
            ..plain
        };
        match self {
            Self::Day => plain.draw(svg, middle),
            Self::Range => bar(left, right, false).draw(svg, middle),
            Self::Vague => bar(right, left, false).draw(svg, middle),
            Self::Hedged => Mark { is_hedged: true, ..plain }.draw(svg, middle),
            Self::Disputed => Mark { is_disputed: true, ..plain }.draw(svg, middle),
            Self::Cut => Mark { right: right - px(9), ..bar(left, right - px(9), true) }.draw(svg, middle),
            Self::Count | Self::Spread => {
                draw_count(svg, area, self == Self::Spread);
                let number = mark("12", Weight::Bold, SIZE);
                let at = left.midpoint(right) - number.width() / 2;
                let look = format!(r#"font-size="{SIZE}" fill="{}""#, colour::INK);
                svg.text(&number.lines, (at, at), number.baselines(middle - number.height() / 2), &look);
            }
            Self::Lasting => svg.rect(area, &format!(r#"fill="{}""#, colour::LASTING)),
            Self::Unsettled => {
                svg.rect(area, &format!(r#"fill="url(#hatch)" stroke="{}" stroke-width="1.2""#, colour::LASTING));
            }
            Self::Uneven => {}
        }
    }

    fn has_sign(self) -> bool {
        self != Self::Uneven
    }
}

/// Signs with their places: from the left, and from the top of the legend.
#[derive(Debug)]
pub(super) struct Legend {
    placed: Vec<(Sign, Block, Tenths, Tenths)>,
    pub(super) height: Tenths,
}

impl Legend {
    /// These signs between two edges.
    pub(super) fn new(signs: impl Iterator<Item = Sign>, (left, right): (Tenths, Tenths)) -> Self {
        let (mut x, mut y) = (left, 0);
        let mut placed = Vec::new();
        for sign in signs {
            let words = mark(sign.words(), Weight::Regular, SIZE);
            let wide = words.width() + if sign.has_sign() { SIGN } else { 0 };
            if x > left && x + wide > right {
                (x, y) = (left, y + ROW);
            }
            placed.push((sign, words, x, y));
            x += wide + APART;
        }
        let height = if placed.is_empty() { 0 } else { y + ROW };
        Self { placed, height }
    }

    /// Draws it, and gives the boxes that its words fill.
    pub(super) fn draw(&self, svg: &mut Svg, top: Tenths) -> Vec<Area> {
        let mut filled = Vec::new();
        for (sign, words, x, y) in &self.placed {
            let middle = top + y + ROW / 2;
            sign.draw(svg, *x, middle);
            let left = x + if sign.has_sign() { SIGN } else { 0 };
            let area = Area { left, top: middle - words.height() / 2, right: left + words.width(), bottom: middle + words.height() / 2 };
            svg.text(
                &words.lines,
                (area.left, area.right),
                words.baselines(area.top),
                &format!(r#"font-size="{SIZE}" fill="{}""#, colour::INK),
            );
            filled.push(area);
        }
        filled
    }
}
