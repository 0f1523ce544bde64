//! Cutting text into words.

use std::borrow::Cow;

use super::{fold, is_urdu_letter};

/// What a word is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Digits, perhaps with a decimal point: `57`, `14.47`.
    Number,
    /// Letters, all of them capitals, two to five: `TTP`, `NACTA`.
    Acronym,
    /// Letters opening with a capital.
    Capital,
    /// Any other letters.
    Plain,
}

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word<'t> {
    /// Folded: see [`fold`]. A word typed so is borrowed from its text.
    pub text: Cow<'t, str>,
    /// How it was written.
    pub shape: Shape,
    /// Byte offset of its first character.
    pub start: usize,
    /// Byte offset behind its last character.
    pub end: usize,
}

/// The words of `text`, in order. Possessive endings are dropped, "n't" becomes the word `not`, hyphens and
/// borders between digits and letters part words, thousands separators and ordinal endings are taken out of numbers.
///
/// ```
/// let words: Vec<_> = sanad::text::words::words("The TTP's 57-member jirga didn't…").into_iter().map(|w| w.text).collect();
/// assert_eq!(words, ["the", "ttp", "57", "member", "jirga", "did", "not"]);
/// ```
pub fn words(text: &str) -> Vec<Word<'_>> {
    let mut out = Vec::with_capacity(text.len() / 6 + 1);
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        // Nearly every word is ASCII letters up to a space or a full stop: no character of it needs a closer look.
        let (mut end, mut capitals) = (at, 0);
        while let Some(letter) = bytes.get(end).filter(|b| b.is_ascii_alphabetic()) {
            capitals += usize::from(letter.is_ascii_uppercase());
            end += 1;
        }
        let is_whole = bytes.get(end).is_none_or(|b| b.is_ascii() && !b.is_ascii_digit() && !matches!(b, b'\'' | b'`'));
        if end > at && is_whole {
            let word = text.get(at..end).unwrap_or_default();
            let (text, shape) = if capitals == 0 { (word.into(), Shape::Plain) } else { (fold(word), shape_of(word)) };
            out.push(Word { text, shape, start: at, end });
            at = end;
            continue;
        }
        if byte.is_ascii() && !byte.is_ascii_alphanumeric() {
            at += 1;
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        let length = run_length(rest);
        if let Some(run) = rest.get(..length).filter(|r| !r.is_empty()) {
            push_run(run, at, &mut out);
            at += length;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    out
}

/// The bytes up to which a text is one run of letters, digits and what may stand between them; none if it opens with something else.
fn run_length(text: &str) -> usize {
    let mut end = 0;
    let mut previous: Option<char> = None;
    for (at, c) in text.char_indices() {
        // The first two are alphanumeric too; they spare most characters the tables of Unicode.
        let inside = if c.is_ascii_alphanumeric() || is_urdu_letter(c) || c.is_alphanumeric() {
            true
        } else if previous.is_none() {
            false
        } else if unicode_normalization::char::is_combining_mark(c) || is_joiner(c) {
            true
        } else {
            let next = || text.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
            if is_apostrophe(c) {
                next().is_some_and(char::is_alphabetic)
            } else {
                // 1,025 and 14.47, but not "9.11" in a date with more parts: dates are read before words are.
                matches!(c, ',' | '.') && previous.is_some_and(char::is_numeric) && next().is_some_and(char::is_numeric)
            }
        };
        if !inside {
            break;
        }
        end = at + c.len_utf8();
        previous = Some(c);
    }
    end
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | 'ʿ' | 'ʾ')
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{00ad}')
}

/// Splits a run without spaces where digits and letters meet, and takes endings off.
fn push_run<'t>(run: &'t str, start: usize, out: &mut Vec<Word<'t>>) {
    if run.chars().all(|c| c.is_ascii_alphabetic() || is_urdu_letter(c)) {
        return push_piece(run, start, false, out);
    }
    let mut from = 0;
    let mut last_numeric = None;
    for (at, c) in run.char_indices() {
        let numeric = c.is_numeric() || (matches!(c, ',' | '.') && last_numeric == Some(true));
        if last_numeric.is_some_and(|last| last != numeric) {
            push_piece(run.get(from..at).unwrap_or_default(), start + from, last_numeric == Some(true), out);
            from = at;
        }
        last_numeric = Some(numeric);
    }
    push_piece(run.get(from..).unwrap_or_default(), start + from, last_numeric == Some(true), out);
}

fn push_piece<'t>(piece: &'t str, start: usize, numeric: bool, out: &mut Vec<Word<'t>>) {
    let end = start + piece.len();
    if numeric {
        let mut digits = fold(piece);
        if digits.contains(',') {
            digits = digits.chars().filter(|c| *c != ',').collect();
        }
        if !digits.is_empty() {
            out.push(Word { text: digits, shape: Shape::Number, start, end });
        }
        return;
    }
    let follows_number = out.last().is_some_and(|w| w.shape == Shape::Number && w.end == start);
    if follows_number && matches!(piece, "st" | "nd" | "rd" | "th" | "ST" | "ND" | "RD" | "TH") {
        return;
    }
    if !piece.contains(is_apostrophe) {
        let text = fold(piece);
        if !text.is_empty() {
            out.push(Word { text, shape: shape_of(piece), start, end });
        }
        return;
    }
    let (body, tail) = match piece.char_indices().rfind(|&(_, c)| is_apostrophe(c)) {
        Some((at, c)) => (piece.get(..at).unwrap_or_default(), piece.get(at + c.len_utf8()..).unwrap_or_default()),
        None => (piece, ""),
    };
    let (body, not) = match tail {
        "" | "s" | "S" => (body, false),
        // "can't" keeps its n; "didn't" gives it to the "not".
        "t" | "T" if body.eq_ignore_ascii_case("can") => (body, true),
        "t" | "T" if body.ends_with(['n', 'N']) => (body.get(..body.len() - 1).unwrap_or_default(), true),
        _ => (piece, false),
    };
    let bare: Cow<'t, str> = if body.contains(is_apostrophe) { body.chars().filter(|&c| !is_apostrophe(c)).collect() } else { body.into() };
    let shape = shape_of(&bare);
    let text = match bare {
        Cow::Borrowed(bare) => fold(bare),
        Cow::Owned(bare) => fold(&bare).into_owned().into(),
    };
    if !text.is_empty() {
        out.push(Word { text, shape, start, end });
    }
    if not {
        out.push(Word { text: "not".into(), shape: Shape::Plain, start: end, end });
    }
}

fn shape_of(word: &str) -> Shape {
    if word.as_bytes().first().is_some_and(u8::is_ascii_lowercase) {
        return Shape::Plain;
    }
    let length = word.chars().count();
    if (2..=5).contains(&length) && word.chars().all(char::is_uppercase) {
        Shape::Acronym
    } else if word.chars().next().is_some_and(char::is_uppercase) {
        Shape::Capital
    } else {
        Shape::Plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &str) {
        let found: Vec<String> = words(text).into_iter().map(|w| w.text.into_owned()).collect();
        assert_eq!(found.join(" "), expected, "{text}");
    }

    #[test]
    fn text_is_cut_into_words() {
        check("Tehrik-i-Taliban Pakistan's chief", "tehrik i taliban pakistan chief");
        check("1,025 incidents, 14.47 per cent.", "1025 incidents 14.47 per cent");
        check("the 25th Amendment on 2nd June", "the 25 amendment on 2 june");
        check("isn't it 9Nov2021?", "is not it 9 nov 2021");
        check("Jama’at-ul-Ahrar", "jamaat ul ahrar");
        check("جرگہ میں کتنے ارکان تھے؟", "جرگہ مین کتنی ارکان تہی");
        check("…?! 🫠", "");
        check("o'clock rock'n'roll'", "oclock rocknroll");
    }

    #[test]
    fn shapes_are_told_apart() {
        let shapes: Vec<Shape> = words("TTP Khan said 57").into_iter().map(|w| w.shape).collect();
        assert_eq!(shapes, [Shape::Acronym, Shape::Capital, Shape::Plain, Shape::Number]);
    }

    proptest! {
        #[test]
        fn words_lie_in_order_inside_the_text(text in "\\PC{0,80}") {
            let mut before = 0;
            for word in words(&text) {
                prop_assert!(!word.text.is_empty());
                prop_assert!(word.start >= before && word.start <= word.end && word.end <= text.len());
                prop_assert!(text.get(word.start..word.end).is_some());
                before = word.start;
            }
        }
    }
}
