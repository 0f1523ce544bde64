//! How alike two texts are in what they say, whoever asks: the cosine of their term weights.

use crate::index::TermIx;
use crate::knowledge::Knowledge;
use crate::question::Question;

/// What a text holds: terms of the base by their rarity, and words that the base does not know; each once, however often it is said.
pub(super) struct Terms {
    /// All its words; those of "what is it?" tell nothing, and two such texts say the same only if all their words are the same.
    words: Vec<String>,
    known: Vec<(TermIx, f32)>,
    unknown: Vec<String>,
    /// What an unknown word counts for.
    unknown_weight: f32,
    norm: f32,
}

impl Terms {
    pub(super) fn of(view: &Knowledge, read: &Question) -> Self {
        let mut known: Vec<(TermIx, f32)> =
            read.elements.iter().filter_map(|element| Some((element.terms.first()?.0, element.weight))).collect();
        known.sort_unstable_by_key(|(term, _)| *term);
        known.dedup_by_key(|(term, _)| *term);
        let mut unknown: Vec<String> =
            read.elements.iter().filter(|element| element.terms.is_empty()).map(|element| element.typed.to_lowercase()).collect();
        unknown.sort_unstable();
        unknown.dedup();
        let unknown_weight = view.index.idf(None);
        #[expect(clippy::cast_precision_loss, reason = "a count of words")]
        let of_unknown = unknown.len() as f32 * unknown_weight * unknown_weight;
        let norm = (known.iter().map(|(_, weight)| weight * weight).sum::<f32>() + of_unknown).sqrt();
        Self { words: read.words.clone(), known, unknown, unknown_weight, norm }
    }

    /// From 0, nothing in common, to 1, the same.
    pub(super) fn likeness(&self, other: &Self) -> f32 {
        let tells = |terms: &Self| !terms.known.is_empty() || !terms.unknown.is_empty();
        if !tells(self) && !tells(other) {
            return f32::from(u8::from(self.words == other.words));
        }
        let mut product = 0.0;
        for (term, weight) in &self.known {
            if let Ok(at) = other.known.binary_search_by_key(term, |(term, _)| *term) {
                product += weight * other.known.get(at).map_or(0.0, |(_, weight)| *weight);
            }
        }
        let both = self.unknown.iter().filter(|word| other.unknown.contains(word)).count();
        #[expect(clippy::cast_precision_loss, reason = "a count of words")]
        let of_unknown = both as f32 * self.unknown_weight * other.unknown_weight;
        (product + of_unknown) / (self.norm * other.norm).max(1e-6)
    }
}
