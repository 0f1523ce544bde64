//! The words that made collections are made of: those of the claims built in, words that nobody knows, and names.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::numbers::Numbers;

/// The commonest words of the claims built in: those that hold sentences together, and those of their subject.
const COMMON: usize = 150;
/// Letters from which on a word may be one that a question asks by.
const TELLING: usize = 4;

/// A word of the claims built in.
pub(crate) struct Known {
    pub(crate) text: String,
    /// Whether it says nothing of one fact rather than of another.
    pub(crate) common: bool,
}

/// The words of the claims built in, each as often as it stands there, so that the common stay common.
pub(crate) static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let base = super::built_in().base;
    let claims = base.indexed().flat_map(|(_, fact)| fact.claim.split_whitespace());
    let words = claims.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let words: Vec<String> = words.filter(|w| !w.is_empty() && w.chars().all(char::is_alphabetic)).map(str::to_owned).collect();
    let common = commonest(&words);
    words.into_iter().map(|text| Known { common: text.chars().count() < TELLING || common.contains(&text.to_lowercase()), text }).collect()
});

/// The commonest words in lower case, in the order of the alphabet.
static COMMONEST: LazyLock<Vec<String>> = LazyLock::new(|| {
    let words = KNOWN.iter().filter(|word| word.common).map(|word| word.text.to_lowercase());
    let mut words: Vec<String> = words.collect();
    words.sort();
    words.dedup();
    words
});

fn commonest(words: &[String]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for word in words {
        *counts.entry(word.to_lowercase()).or_default() += 1;
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by(|(a, times), (b, as_many)| as_many.cmp(times).then(a.cmp(b)));
    counts.into_iter().take(COMMON).map(|(word, _)| word).collect()
}

/// Whether a word in lower case is one that a question may ask by.
pub(crate) fn is_telling(word: &str) -> bool {
    word.chars().count() >= TELLING && COMMONEST.binary_search_by(|common| common.as_str().cmp(word)).is_err()
}

/// Words that no list holds. Their number grows with how many of them were said, by Heaps' law; one that was said often is said again the
/// sooner, which gives Zipf's (H. A. Simon, 1955).
#[derive(Default)]
pub(crate) struct Unknown {
    words: Vec<String>,
    said: Vec<u32>,
}

impl Unknown {
    /// Heaps' two numbers, as English has them: so many different words where 1, 100 or 10,000 were said.
    const AT_ONE: f64 = 30.0;
    const GROWTH: f64 = 0.55;

    pub(crate) fn word(&mut self, numbers: &mut Numbers) -> &str {
        let said = u32::try_from(self.said.len()).unwrap_or(u32::MAX);
        let different = Self::AT_ONE * (f64::from(said) + 1.0).powf(Self::GROWTH);
        let known = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        // At the beginning nearly every word would be new; half of them are.
        let is_new = f64::from(known) < different && (said == 0 || numbers.in_a_hundred(50));
        let word = if is_new { known } else { *numbers.pick(&self.said) };
        if is_new {
            self.words.push(unknown_word(numbers));
        }
        self.said.push(word);
        self.words.get(word as usize).map_or("", String::as_str)
    }
}

/// A word of two or three syllables, like English ones to spell.
fn unknown_word(numbers: &mut Numbers) -> String {
    const ONSETS: [&str; 24] =
        ["b", "br", "c", "cl", "cr", "d", "dr", "f", "fl", "g", "gr", "h", "l", "m", "n", "p", "pl", "pr", "r", "s", "st", "t", "tr", "v"];
    const NUCLEI: [&str; 9] = ["a", "e", "i", "o", "u", "ea", "ou", "ai", "oo"];
    const CODAS: [&str; 12] = ["", "", "", "n", "r", "l", "s", "t", "nd", "ck", "m", "rd"];
    let syllables = 2 + numbers.below(2);
    (0..syllables).flat_map(|_| [*numbers.pick(&ONSETS), *numbers.pick(&NUCLEI), *numbers.pick(&CODAS)]).collect()
}

/// Names of people and places that no list holds. Every fourth that is said is new; of the others, old ones are said the most.
#[derive(Default)]
pub(crate) struct Names(Vec<String>);

impl Names {
    /// Names from which on they are said again.
    const FEW: usize = 50;

    pub(crate) fn name(&mut self, numbers: &mut Numbers) -> &str {
        let at = if self.0.len() < Self::FEW || numbers.in_a_hundred(25) {
            self.0.push(new_name(numbers));
            self.0.len() - 1
        } else {
            numbers.early(self.0.len())
        };
        self.0.get(at).map_or("", String::as_str)
    }
}

/// A name of two to four syllables.
fn new_name(numbers: &mut Numbers) -> String {
    const SYLLABLES: [&str; 56] = [
        "ba", "be", "bi", "bo", "da", "de", "di", "do", "fa", "fe", "ga", "go", "ha", "he", "hi", "ja", "jo", "ka", "ke", "ki", "ko", "la",
        "le", "li", "lo", "ma", "me", "mi", "mo", "na", "ne", "ni", "no", "pa", "pe", "po", "ra", "re", "ri", "ro", "sa", "se", "so", "ta",
        "te", "ti", "to", "va", "za", "zo", "shan", "dar", "gul", "khan", "ner", "vel",
    ];
    let syllables = *numbers.pick(&[2, 3, 3, 4]);
    let name: String = (0..syllables).map(|_| *numbers.pick(&SYLLABLES)).collect();
    capital(&name)
}

/// A word with its first letter a capital.
pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
