//! Static word vectors: texts that say one thing in different words lie near each other.
//!
//! The table is made by `data/words/make_vectors.py` (its head tells how, and the layout). A word is cut into the table's pieces, longest
//! first (the `WordPiece` rule of BERT's tokenizer); a text's vector is the sum of its pieces' rows.

use hashbrown::HashMap;

/// The table, read where it lies.
#[derive(Debug)]
pub struct Vectors<'d> {
    pieces: HashMap<&'d str, u32>,
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
        (rows.len() == count * DIMENSIONS).then_some(Self { pieces, scales, rows })
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
            let mut end = rest.len();
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

/// Components of unit vectors are stored as whole numbers at this scale: 128 products of them fit an `i32`.
const UNIT_SCALE: f32 = 2_000.0;

/// A vector of length one in small integers.
pub type Packed = [i16; DIMENSIONS];

/// Brings a vector to length one and packs it. A vector of zeros stays one.
pub fn pack(vector: &[f32; DIMENSIONS]) -> Packed {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    let scale = if length > 1e-6 { UNIT_SCALE / length } else { 0.0 };
    let mut packed = [0; DIMENSIONS];
    for (cell, x) in packed.iter_mut().zip(vector) {
        #[expect(clippy::cast_possible_truncation, reason = "components of a unit vector, scaled, lie within the range of i16")]
        let whole = rounded(x * scale) as i16;
        *cell = whole;
    }
    packed
}

/// The nearest whole number, halves away from zero as [`f32::round`] has it, of a number below four million. In steps that the compiler
/// takes for many numbers at once; the library's way is a call for each, and was most of the time that packing took.
#[expect(clippy::float_cmp, reason = "what is left of a number when its whole part goes is exact")]
fn rounded(number: f32) -> i32 {
    /// Added to it, a number loses what stands behind its point (halves go to even), and the last bits of the sum count up with it.
    const SHIFT: f32 = 12_582_912.0;
    let shifted = number + SHIFT;
    let rest = number - (shifted - SHIFT);
    let up = i32::from(rest == 0.5 && number > 0.0);
    let down = i32::from(rest == -0.5 && number < 0.0);
    shifted.to_bits().cast_signed() - SHIFT.to_bits().cast_signed() + up - down
}

/// The cosine of two packed vectors, about -1 to 1.
pub fn cosine(a: &Packed, b: &Packed) -> f32 {
    let mut dot = 0i32;
    for at in 0..DIMENSIONS {
        dot += i32::from(a[at]) * i32::from(b[at]);
    }
    #[expect(clippy::cast_precision_loss, reason = "a cosine needs no more than a float's 24 bits")]
    let dot = dot as f32;
    dot / (UNIT_SCALE * UNIT_SCALE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(a: &str, b: &str) -> f32 {
        let table = crate::base::embedded_vectors().expect("the table is built in");
        let packed = |text: &str| {
            let mut sum = [0.0; DIMENSIONS];
            text.split(' ').for_each(|word| table.add(word, &mut sum));
            pack(&sum)
        };
        cosine(&packed(a), &packed(b))
    }

    #[test]
    fn words_near_in_meaning_lie_near() {
        assert!(near("truce", "armistice") > 0.5);
        assert!(near("truce", "armistice") > near("truce", "banana") + 0.3);
        assert!((near("prisoners were freed", "prisoners were freed") - 1.0).abs() < 0.05);
    }

    #[test]
    fn rounding_is_that_of_the_library() {
        for half in -8_001i16..=8_001 {
            let middle = f32::from(half) / 2.0;
            for number in [middle.next_down(), middle, middle.next_up()] {
                let apart = f64::from(rounded(number)) - f64::from(number.round());
                assert!(apart.abs() < 0.5, "{number}");
            }
        }
    }

    proptest! {
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
