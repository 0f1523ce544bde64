//! Taking English endings off, so that "released" finds "release".

use std::borrow::Cow;
use std::fmt;

use rust_stemmers::{Algorithm, Stemmer};

/// The Snowball English stemmer (Porter 2). Words outside ASCII letters and words under four letters stay as they are.
pub struct EnglishStemmer(Stemmer);

impl Default for EnglishStemmer {
    fn default() -> Self {
        Self(Stemmer::create(Algorithm::English))
    }
}

impl fmt::Debug for EnglishStemmer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnglishStemmer")
    }
}

impl EnglishStemmer {
    /// The stem of a folded word.
    pub fn stem<'w>(&self, word: &'w str) -> Cow<'w, str> {
        if word.len() < 4 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
            return Cow::Borrowed(word);
        }
        self.0.stem(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_go_and_short_or_foreign_words_stay() {
        let stemmer = EnglishStemmer::default();
        for (word, stem) in
            [("released", "releas"), ("releases", "releas"), ("talks", "talk"), ("was", "was"), ("جرگہ", "جرگہ"), ("isk2", "isk2")]
        {
            assert_eq!(stemmer.stem(word), stem);
        }
    }
}
