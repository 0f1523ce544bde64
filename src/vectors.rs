//! Static word vectors: texts that say one thing in different words lie near each other.
//!
//! The table is made by `data/words/make_vectors.py` (its head tells how, and the layout). A word is cut into the table's pieces, longest
//! first (the `WordPiece` rule of BERT's tokenizer); a text's vector is the sum of its pieces' rows.

use bytemuck::{Pod, Zeroable};
use hashbrown::HashMap;

/// The table, read where it lies.
#[derive(Debug)]
pub struct Vectors<'d> {
    pieces: HashMap<&'d str, u32>,
    /// Bytes of the longest piece.
    longest: usize,
    scales: Vec<f32>,
    rows: &'d [u8],
}

/// Pieces a word may be cut into; longer words are not words.
const MOST_PIECES: usize = 12;

impl<'d> Vectors<'d> {
    /// Reads a table; nothing if its form is not the documented one.
    pub fn read(bytes: &'d [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(b"SANADV01")?;
        let (count, rest) = take_u32(rest)?;
        let (dimensions, mut rest) = take_u32(rest)?;
        let count = count as usize;
        // A piece takes two bytes at least, a row its dimensions: a damaged head must not ask for more memory than the file has.
        if dimensions as usize != DIMENSIONS || count.checked_mul(DIMENSIONS + 2)? > rest.len() {
            return None;
        }
        let mut pieces = HashMap::with_capacity(count);
        for at in 0..u32::try_from(count).ok()? {
            let (&length, tail) = rest.split_first()?;
            let (piece, tail) = tail.split_at_checked(usize::from(length))?;
            pieces.insert(std::str::from_utf8(piece).ok()?, at);
            rest = tail;
        }
        let (scales, rows) = rest.split_at_checked(count * 4)?;
        let scales = scales.chunks_exact(4).filter_map(|c| Some(f32::from_le_bytes(c.try_into().ok()?))).collect();
        let longest = pieces.keys().map(|piece| piece.len()).max().unwrap_or(0);
        (rows.len() == count * DIMENSIONS).then_some(Self { pieces, longest, scales, rows })
    }

    /// How common a word is in English: its place in the vocabulary, common words first; nothing for words that are not in it whole.
    pub fn rank(&self, word: &str) -> Option<u32> {
        self.pieces.get(word).copied()
    }

    /// Adds the rows of a folded word's pieces to `sum`. A word that cannot be cut into pieces adds nothing.
    pub fn add(&self, word: &str, sum: &mut [f32; DIMENSIONS]) {
        let mut found = [0u32; MOST_PIECES];
        let mut used = 0;
        let mut rest = word;
        let mut buffer = String::with_capacity(24);
        while !rest.is_empty() {
            // No piece is longer, and to look for one would take time that grows with the square of the word.
            let mut end = (0..=self.longest.min(rest.len())).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(0);
            let piece = loop {
                let Some(head) = rest.get(..end).filter(|h| !h.is_empty()) else {
                    break None;
                };
                let known = if used == 0 {
                    self.pieces.get(head)
                } else {
                    buffer.clear();
                    buffer.push_str("##");
                    buffer.push_str(head);
                    self.pieces.get(buffer.as_str())
                };
                if known.is_some() {
                    break known;
                }
                end -= 1;
                while end > 0 && !rest.is_char_boundary(end) {
                    end -= 1;
                }
            };
            let (Some(&piece), Some(slot)) = (piece, found.get_mut(used)) else {
                return;
            };
            *slot = piece;
            used += 1;
            rest = rest.get(end..).unwrap_or_default();
        }
        for &piece in found.iter().take(used) {
            let at = piece as usize;
            let scale = self.scales.get(at).copied().unwrap_or_default();
            let row = self.rows.get(at * DIMENSIONS..(at + 1) * DIMENSIONS).unwrap_or_default();
            for (cell, &byte) in sum.iter_mut().zip(row) {
                *cell += scale * f32::from(byte.cast_signed());
            }
        }
    }
}

fn take_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*head), rest))
}

/// Numbers in a vector. Known to the compiler, so that comparing two is a handful of wide instructions.
pub const DIMENSIONS: usize = 128;

/// The greatest number that a component is stored as; the least is its opposite.
const STEPS: f32 = 7.0;
/// The component of a unit vector that is stored as that; greater ones are cut. Coarse steps and a low cut lose nothing that could be measured:
/// what a few great components say of a text is mostly how long and how common its words are.
const CUT: f32 = 0.1;

/// A vector in numbers of four bits: of two components 64 places apart, the first lies in the lower half of a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(transparent)]
pub struct Packed([u8; DIMENSIONS / 2]);

impl Default for Packed {
    fn default() -> Self {
        Self([0; DIMENSIONS / 2])
    }
}

/// Packs a vector by its direction. One of zeros stays one, and is like no other.
pub fn pack(vector: &[f32; DIMENSIONS]) -> Packed {
    let codes = codes(vector);
    let mut packed = Packed::default();
    let (low, high) = codes.split_at(DIMENSIONS / 2);
    for (byte, (low, high)) in packed.0.iter_mut().zip(low.iter().zip(high)) {
        *byte = (low.cast_unsigned() & 0xf) | (high.cast_unsigned() << 4);
    }
    packed
}

fn codes(vector: &[f32; DIMENSIONS]) -> [i8; DIMENSIONS] {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    let scale = if length > 1e-6 { STEPS / CUT / length } else { 0.0 };
    let mut codes = [0; DIMENSIONS];
    for (code, x) in codes.iter_mut().zip(vector) {
        #[expect(clippy::cast_possible_truncation, reason = "cut to single digits")]
        let whole = rounded((x * scale).clamp(-STEPS, STEPS)) as i8;
        *code = whole;
    }
    codes
}

/// The nearest whole number, halves to even, of a small number: in steps that the compiler takes for many numbers at once.
fn rounded(number: f32) -> i32 {
    /// Added to it, a number loses what stands behind its point, and the last bits of the sum count up with it.
    const SHIFT: f32 = 12_582_912.0;
    (number + SHIFT).to_bits().cast_signed() - SHIFT.to_bits().cast_signed()
}

/// A vector that many packed ones are compared with.
#[derive(Debug, Clone)]
pub struct Probe {
    codes: [i16; DIMENSIONS],
    length: f32,
}

impl Probe {
    /// The direction of a vector, as coarse as it would be packed.
    pub fn of(vector: &[f32; DIMENSIONS]) -> Self {
        let codes = codes(vector).map(i16::from);
        let square: i16 = codes.iter().map(|&code| code * code).sum();
        Self { codes, length: root(square) }
    }

    /// The cosine with a packed vector, -1 to 1; 0 with one of zeros.
    pub fn cosine(&self, other: &Packed) -> f32 {
        let (own_low, own_high) = self.codes.split_at(DIMENSIONS / 2);
        // No sum of 128 products of single digits passes 6,272: in two bytes, eight of them are one instruction.
        let (mut dot, mut square) = (0i16, 0i16);
        for ((&byte, &own_low), &own_high) in other.0.iter().zip(own_low).zip(own_high) {
            let low = (i16::from(byte) << 12) >> 12;
            let high = (i16::from(byte) << 8) >> 12;
            dot = dot.wrapping_add(low.wrapping_mul(own_low)).wrapping_add(high.wrapping_mul(own_high));
            square = square.wrapping_add(low.wrapping_mul(low)).wrapping_add(high.wrapping_mul(high));
        }
        let lengths = self.length * root(square);
        if lengths > 0.0 { f32::from(dot) / lengths } else { 0.0 }
    }
}

fn root(square: i16) -> f32 {
    f32::from(square).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(a: &str, b: &str) -> f32 {
        let table = crate::base::embedded_vectors().expect("the table is built in");
        let sum_of = |text: &str| {
            let mut sum = [0.0; DIMENSIONS];
            text.split(' ').for_each(|word| table.add(word, &mut sum));
            sum
        };
        Probe::of(&sum_of(a)).cosine(&pack(&sum_of(b)))
    }

    #[test]
    fn a_word_without_an_end_is_given_up_soon() {
        let table = crate::base::embedded_vectors().unwrap();
        // What is looked for is at most as long as the longest piece, whatever is behind it.
        assert!(table.longest <= 64, "{}", table.longest);
        for word in ["h", "9", "ceasefire", "ک"].map(|piece| piece.repeat(200_000)) {
            let mut sum = [0.0; DIMENSIONS];
            table.add(&word, &mut sum);
            assert!(sum.iter().all(|cell| *cell == 0.0));
        }
    }

    #[test]
    fn words_near_in_meaning_lie_near() {
        assert!(near("truce", "armistice") > 0.4);
        assert!(near("truce", "armistice") > near("truce", "banana") + 0.3);
        assert!((near("prisoners were freed", "prisoners were freed") - 1.0).abs() < 0.05);
    }

    #[test]
    fn a_direction_of_nothing_is_like_no_other() {
        let mut one = [0.0; DIMENSIONS];
        let nothing = one;
        one[3] = 2.5;
        let opposite = one.map(|x| -x);
        for (a, b, cosine) in [(&nothing, &one, 0.0), (&one, &nothing, 0.0), (&one, &one, 1.0), (&one, &opposite, -1.0)] {
            assert!((Probe::of(a).cosine(&pack(b)) - cosine).abs() < 1e-6);
        }
    }

    proptest! {
        #[test]
        fn packing_keeps_the_direction(cells in proptest::collection::vec(-1.0f32..1.0, DIMENSIONS), other in proptest::collection::vec(-1.0f32..1.0, DIMENSIONS)) {
            let (a, b): ([f32; DIMENSIONS], [f32; DIMENSIONS]) = (cells.try_into().unwrap(), other.try_into().unwrap());
            let length = |v: &[f32; DIMENSIONS]| v.iter().map(|x| x * x).sum::<f32>().sqrt();
            let exact = a.iter().zip(&b).map(|(x, y)| x * y).sum::<f32>() / (length(&a) * length(&b));
            prop_assert!((Probe::of(&a).cosine(&pack(&b)) - exact).abs() < 0.1);
        }

        #[test]
        fn broken_tables_are_refused_and_strange_words_add_nothing(bytes: Vec<u8>, word in "\\PC{0,40}") {
            let mut table = b"SANADV01".to_vec();
            table.extend(bytes);
            let _ = Vectors::read(&table);
            let real = crate::base::embedded_vectors().expect("the table is built in");
            let mut sum = [0.0; DIMENSIONS];
            real.add(&word, &mut sum);
            prop_assert!(sum.iter().all(|x| x.is_finite()));
        }
    }
}
