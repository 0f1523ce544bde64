//! Text as it is set: cleaned, measured, wrapped, cut.

use unicode_bidi::{BidiInfo, Level};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::fonts::{Face, Weight, advance, is_known, shaped};
use super::svg::{Tenths, px};
use crate::text::cut::ELLIPSIS;
use crate::text::is_arabic_script;

/// Words of one weight.
pub(super) type Run = (Weight, String);

/// Letters of one font and one direction, with their place on the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) face: Face,
    pub(super) words: String,
    /// How far from the left end of the line it begins.
    pub(super) left: Tenths,
}

/// One line, measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// From left to right.
    pub(super) pieces: Vec<Piece>,
    pub(super) width: Tenths,
    /// Whether it is read from the right.
    pub(super) is_from_right: bool,
}

impl Line {
    /// Runs in their places, one behind the other: each part in a font that has it, in the order in which it is seen. A run that is read from
    /// the right turns nothing but itself.
    fn set(open: &Open, size: i32) -> Self {
        let mut line = Self { pieces: Vec::new(), width: 0, is_from_right: open.parts.iter().all(|part| part.is_from_right) };
        let ends = open.parts.iter().skip(1).map(|part| part.from).chain([open.words.len()]);
        for (part, end) in open.parts.iter().zip(ends) {
            let words = open.words.get(part.from..end).unwrap_or_default();
            for (from, to, is_turned) in visual(words, part.is_from_right) {
                line.put(words.get(from..to).unwrap_or_default(), part.weight, is_turned, size);
            }
        }
        line
    }

    /// Words of one direction behind what there is.
    fn put(&mut self, words: &str, weight: Weight, is_turned: bool, size: i32) {
        let mut pieces: Vec<(Face, String)> = Vec::new();
        for letter in words.chars() {
            let face = Face::of(letter, weight, pieces.last().map(|(face, _)| *face));
            match pieces.last_mut() {
                Some((last, words)) if *last == face => words.push(letter),
                _ => pieces.push((face, letter.to_string())),
            }
        }
        if is_turned {
            pieces.reverse();
        }
        for (face, words) in pieces {
            // What the other fonts draw, they draw from the left.
            let words = if is_turned && face != Face::Arabic { words.chars().rev().map(mirrored).collect() } else { words };
            let wide = width_in(&words, face, size);
            self.pieces.push(Piece { face, words, left: self.width });
            self.width += wide;
        }
    }
}

/// The parts of a line from left to right, as bytes from and to, and whether each is read from the right.
fn visual(words: &str, is_from_right: bool) -> Vec<(usize, usize, bool)> {
    if !is_arabic_script(words) {
        return vec![(0, words.len(), false)];
    }
    let base = if is_from_right { Level::rtl() } else { Level::ltr() };
    let read = BidiInfo::new(words, Some(base));
    let Some(paragraph) = read.paragraphs.first() else { return Vec::new() };
    let (levels, runs) = read.visual_runs(paragraph, paragraph.range.clone());
    runs.into_iter().map(|run| (run.start, run.end, levels.get(run.start).is_some_and(Level::is_rtl))).collect()
}

/// What stands for a bracket in words that are read from the right.
fn mirrored(letter: char) -> char {
    const PAIRS: [(char, char); 5] = [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>'), ('«', '»')];
    let other = PAIRS.iter().find_map(|(a, b)| if letter == *a { Some(*b) } else { (letter == *b).then_some(*a) });
    other.unwrap_or(letter)
}

/// Lines that belong together, of letters of one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) lines: Vec<Line>,
    /// The size of the letters in pixels.
    pub(super) size: i32,
}

impl Block {
    /// How wide its widest line is.
    pub(super) fn width(&self) -> Tenths {
        self.lines.iter().map(|line| line.width).max().unwrap_or(0)
    }

    /// How high one line is: letters of the Arabic script reach further down.
    pub(super) fn line_height(&self) -> Tenths {
        let is_tall = self.lines.iter().flat_map(|line| &line.pieces).any(|piece| piece.face == Face::Arabic);
        self.size * if is_tall { 18 } else { 14 }
    }

    /// How high all lines are.
    pub(super) fn height(&self) -> Tenths {
        self.line_height() * super::svg::count(self.lines.len())
    }

    /// Where its lines stand if its top is here.
    pub(super) fn baselines(&self, top: Tenths) -> impl Iterator<Item = Tenths> {
        let height = self.line_height();
        (0..).map(move |line| top + line * height + self.size * 108 / 10)
    }
}

/// Text in the one form that is drawn: composed letters, single spaces, nothing that XML forbids or that turns the direction of what follows.
pub(super) fn clean(text: &str) -> String {
    let joins = is_arabic_script(text);
    let is_drawn = |c: &char| match *c {
        // They shape Arabic script; elsewhere they glue pictures together.
        '\u{200c}' | '\u{200d}' => joins,
        '\u{00ad}'
        | '\u{061c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{fffe}'
        | '\u{ffff}'
        | '\u{e0000}'..='\u{e0fff}' => false,
        _ => true,
    };
    let spaced = text.chars().map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).filter(is_drawn);
    let mut composed = String::with_capacity(text.len());
    for letter in spaced.nfc() {
        // One sign for all that stands together and that no font has.
        if is_known(letter) {
            composed.push(letter);
        } else if !composed.ends_with(char::REPLACEMENT_CHARACTER) {
            composed.push(char::REPLACEMENT_CHARACTER);
        }
    }
    composed.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// How wide words are. Those of the Arabic script are shaped for it: letters that join are not as wide as alone.
pub(super) fn width(words: &str, weight: Weight, size: i32) -> Tenths {
    if !is_arabic_script(words) {
        return width_in(words, weight.into(), size);
    }
    let mut all = 0;
    let mut part = String::new();
    let mut face = None;
    for letter in words.chars() {
        let next = Face::of(letter, weight, face);
        if let Some(face) = face.filter(|face| *face != next) {
            all += width_in(&part, face, size);
            part.clear();
        }
        part.push(letter);
        face = Some(next);
    }
    all + face.map_or(0, |face| width_in(&part, face, size))
}

fn width_in(words: &str, face: Face, size: i32) -> Tenths {
    let units: u32 = match face {
        Face::Arabic => shaped(words),
        Face::Regular => words.chars().map(|letter| advance(letter, Weight::Regular)).sum(),
        Face::Bold => words.chars().map(|letter| advance(letter, Weight::Bold)).sum(),
    };
    let tenths = u64::from(units) * u64::from(size.unsigned_abs()) / 100 + 1;
    Tenths::try_from(tenths).unwrap_or(Tenths::MAX)
}

/// Between words; a little more than the other fonts need.
fn space(size: i32) -> Tenths {
    width(" ", Weight::Bold, size)
}

/// A line that words are still added to. It may be a little wider than what it is set as.
#[derive(Debug, Default)]
struct Open {
    words: String,
    parts: Vec<Part>,
    width: Tenths,
}

/// From where on words have a weight and a direction.
#[derive(Debug, Clone, Copy)]
struct Part {
    from: usize,
    weight: Weight,
    is_from_right: bool,
}

impl Open {
    fn add(&mut self, piece: &str, (weight, is_from_right): (Weight, bool), size: i32) {
        if !self.words.is_empty() {
            self.words.push(' ');
            self.width += space(size);
        }
        if self.parts.last().is_none_or(|last| (last.weight, last.is_from_right) != (weight, is_from_right)) {
            self.parts.push(Part { from: self.words.len(), weight, is_from_right });
        }
        self.words.push_str(piece);
        self.width += width(piece, weight, size);
    }

    /// Puts an ellipsis behind it, taking off as much as that needs: letters, and what is left of a word if others are left.
    fn cut(&mut self, room: Tenths, size: i32) {
        let weight = self.parts.last().map_or(Weight::Regular, |part| part.weight);
        let mark = width(ELLIPSIS.encode_utf8(&mut [0; 4]), weight, size);
        let full = self.words.len();
        let mut kept = full;
        while self.width + mark > room
            && let Some((at, last)) = self.words.get(..kept).and_then(|words| words.grapheme_indices(true).next_back())
        {
            self.width -= (width(last, weight, size) - 1).max(0);
            kept = at;
        }
        let whole = self.words.get(..kept).unwrap_or_default();
        let is_broken = kept < full && !self.words.get(kept..).unwrap_or_default().starts_with(' ');
        let border = whole.rfind(' ').filter(|border| is_broken && border * 2 > kept);
        let whole = whole.get(..border.unwrap_or(kept)).unwrap_or_default();
        kept = whole.trim_end_matches([' ', ',', ';', ':']).len();
        self.words.truncate(kept);
        self.words.push(ELLIPSIS);
        self.width += mark;
    }
}

/// Runs of cleaned words in lines of at most `room`; what finds no place on `most` lines is cut, and said to be.
pub(super) fn wrap(runs: &[Run], room: Tenths, most: usize, size: i32) -> Block {
    let mut lines: Vec<Open> = Vec::new();
    let mut open = Open::default();
    let mut is_cut = false;
    'words: for (weight, words) in runs {
        let is_from_right = direction(words).unwrap_or(false);
        for word in words.split(' ').filter(|word| !word.is_empty()) {
            for piece in pieces(word, *weight, room, size) {
                let wide = width(piece, *weight, size);
                if !open.words.is_empty() && open.width + space(size) + wide > room {
                    lines.push(std::mem::take(&mut open));
                    if lines.len() == most {
                        is_cut = true;
                        break 'words;
                    }
                }
                open.add(piece, (*weight, is_from_right), size);
            }
        }
    }
    if !is_cut && !open.words.is_empty() {
        lines.push(open);
    }
    if let Some(last) = lines.last_mut().filter(|_| is_cut) {
        last.cut(room, size);
    }
    Block { lines: lines.iter().map(|line| Line::set(line, size)).collect(), size }
}

/// Whether the first letter that has a direction is read from the right.
fn direction(words: &str) -> Option<bool> {
    words.chars().find(|letter| letter.is_alphabetic()).map(|letter| is_arabic_script(letter.encode_utf8(&mut [0; 4])))
}

/// A word in pieces that each fit a line: one, unless it is longer than a line.
fn pieces(word: &str, weight: Weight, room: Tenths, size: i32) -> Vec<&str> {
    if width(word, weight, size) <= room {
        return vec![word];
    }
    let (mut pieces, mut from, mut wide) = (Vec::new(), 0, 0);
    for (at, grapheme) in word.grapheme_indices(true) {
        let more = width(grapheme, weight, size);
        if wide > 0 && wide + more > room {
            pieces.extend(word.get(from..at));
            (from, wide) = (at, 0);
        }
        wide += more;
    }
    pieces.extend(word.get(from..));
    pieces
}

/// Cleaned words, cut where they are wider than there is room for.
pub(super) fn cut(words: &str, weight: Weight, room: Tenths, size: i32) -> String {
    let mut open = Open::default();
    open.add(words, (weight, false), size);
    if open.width > room {
        open.cut(room, size);
    }
    open.words
}

/// One line of one weight, wherever it ends.
pub(super) fn mark(words: &str, weight: Weight, size: i32) -> Block {
    wrap(&[(weight, clean(words))], px(4_000), 1, size)
}
