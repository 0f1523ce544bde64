//! SVG text as it is written: numbers in tenths of a pixel, everything escaped.

use std::fmt::{self, Write};

use super::fonts::{ARABIC, Face};
use super::lettering::Line;

/// A length or place in tenths of a pixel: whole numbers, so that every machine writes the same.
pub(super) type Tenths = i32;

/// Pixels in tenths.
pub(super) const fn px(pixels: i32) -> Tenths {
    pixels * 10
}

/// A count as a number that can be reckoned with.
pub(super) fn count(of: usize) -> i32 {
    i32::try_from(of).unwrap_or(i32::MAX)
}

/// Colours: dark on light, told apart also by those who see no red or green (after Okabe and Ito, darkened).
pub(super) mod colour {
    /// Behind everything.
    pub(in super::super) const PAPER: &str = "#ffffff";
    /// Behind every second lane.
    pub(in super::super) const BAND: &str = "#f1f4f8";
    /// Letters.
    pub(in super::super) const INK: &str = "#1a1f26";
    /// Letters of less weight.
    pub(in super::super) const MUTED: &str = "#4a515b";
    /// Lines of the axis.
    pub(in super::super) const LINE: &str = "#d3d9e0";
    /// Lines of the axis at a month or year.
    pub(in super::super) const STRONG_LINE: &str = "#98a2ae";
    /// Marks.
    pub(in super::super) const MARK: &str = "#005f9e";
    /// Behind a number.
    pub(in super::super) const COUNT: &str = "#d5e6f3";
    /// What is disputed.
    pub(in super::super) const DISPUTED: &str = "#b84300";
    /// What lasts.
    pub(in super::super) const LASTING: &str = "#00705a";
}

/// The look of paper: its edges are not softened, which is faster and shows on no screen.
pub(super) fn paper(colour: &str) -> String {
    format!(r#"fill="{colour}" shape-rendering="crispEdges""#)
}

/// Tenths of a pixel as SVG writes them.
#[derive(Debug, Clone, Copy)]
pub(super) struct N(pub(super) Tenths);

impl fmt::Display for N {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        match size % 10 {
            0 => write!(f, "{sign}{}", size / 10),
            tenth => write!(f, "{sign}{}.{tenth}", size / 10),
        }
    }
}

/// A box with its edges at these places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: Tenths,
    pub(super) top: Tenths,
    pub(super) right: Tenths,
    pub(super) bottom: Tenths,
}

impl Area {
    /// The same box further down.
    pub(super) fn down(self, by: Tenths) -> Self {
        Self { top: self.top + by, bottom: self.bottom + by, ..self }
    }
}

/// What an SVG text is made of, in the order of drawing.
#[derive(Debug, Default)]
pub(super) struct Svg {
    out: String,
}

impl Svg {
    /// Anything that is SVG by itself.
    pub(super) fn put(&mut self, part: fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(part);
        self.out.push('\n');
    }

    /// A box; `look` is further attributes.
    pub(super) fn rect(&mut self, area: Area, look: &str) {
        let Area { left, top, right, bottom } = area;
        self.put(format_args!(r#"<rect x="{}" y="{}" width="{}" height="{}" {look}/>"#, N(left), N(top), N(right - left), N(bottom - top)));
    }

    /// A line; `look` is further attributes.
    pub(super) fn line(&mut self, from: (Tenths, Tenths), to: (Tenths, Tenths), look: &str) {
        self.put(format_args!(r#"<line x1="{}" y1="{}" x2="{}" y2="{}" {look}/>"#, N(from.0), N(from.1), N(to.0), N(to.1)));
    }

    /// A closed shape; `look` is further attributes.
    pub(super) fn polygon(&mut self, points: &[(Tenths, Tenths)], look: &str) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{},{}", N(*x), N(*y))).collect();
        self.put(format_args!(r#"<polygon points="{}" {look}/>"#, points.join(" ")));
    }

    /// Lines of one text, the first on `at`; each line starts at its left edge, one that is read from the right ends at `right`.
    pub(super) fn text(&mut self, lines: &[Line], (left, right): (Tenths, Tenths), baselines: impl Iterator<Item = Tenths>, look: &str) {
        let _ = write!(self.out, "<text {look}>");
        for (line, y) in lines.iter().zip(baselines) {
            let from = if line.is_from_right { right - line.width } else { left };
            for piece in &line.pieces {
                let face = match piece.face {
                    Face::Regular => String::new(),
                    Face::Bold => r#" font-weight="700""#.to_owned(),
                    Face::Arabic => format!(r#" font-family="{ARABIC}""#),
                };
                // Marks of direction at both ends keep what has none of its own, as a full stop, on its side.
                let turn = if piece.face == Face::Arabic { "\u{200f}" } else { "" };
                let _ = write!(
                    self.out,
                    r#"<tspan x="{}" y="{}"{face}>{turn}{}{turn}</tspan>"#,
                    N(from + piece.left),
                    N(y),
                    Escaped(&piece.words)
                );
            }
        }
        self.out.push_str("</text>\n");
    }

    /// Another part behind this one.
    pub(super) fn append(&mut self, other: &Self) {
        self.out.push_str(&other.out);
    }

    /// All of it.
    pub(super) fn into_text(self) -> String {
        self.out
    }
}

/// Text as XML takes it; characters that XML forbids are gone before (`lettering::clean`).
struct Escaped<'t>(&'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                _ => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}
