//! Questions to a collection, as typed with care and as typed in haste.

use sanad::fact::{Base, FactIx};

use super::Row;
use super::numbers::Numbers;
use super::words::is_telling;

/// A question with the fact it was made of.
pub(crate) struct Asked {
    /// As it should be spelt.
    pub(crate) clean: String,
    /// With a slip in one word of five.
    pub(crate) misspelt: String,
    /// The place of the fact in its collection.
    pub(crate) gold: usize,
}

/// A step through a collection that meets facts far apart, and every one before any comes again unless their number is a multiple of it.
const STEP: usize = 7_919;
/// What stands in front of the words asked by.
const ASKING: [&str; 6] = ["what about", "who", "when did", "where was", "how many", "why did"];
/// Words asked by, at least, and how many more there may be.
const FEWEST: usize = 5;
const MORE: usize = 4;

/// Questions of five to eight telling words of one fact each, in their order, behind an asking word.
pub(crate) fn questions(rows: &[Row], count: usize) -> Vec<Asked> {
    let mut numbers = Numbers::of(1);
    let telling = |gold: usize| -> Vec<String> {
        let words = rows[gold].text.split(' ').map(|word| word.trim_end_matches('.').to_lowercase());
        words.filter(|word| is_telling(word)).collect()
    };
    let places = (0..).map(|at: usize| at.wrapping_mul(STEP) % rows.len().max(1));
    // Not more places than there are, for a collection may hold no fact with so many telling words.
    let asked = places.take(rows.len().max(count) * 2).filter_map(|gold| {
        let mut words = telling(gold);
        let wanted = FEWEST + numbers.below(MORE);
        while words.len() > wanted {
            words.remove(numbers.below(words.len()));
        }
        (words.len() >= FEWEST).then(|| asked(&words, gold, &mut numbers))
    });
    asked.take(count).collect()
}

fn asked(words: &[String], gold: usize, numbers: &mut Numbers) -> Asked {
    let asking = *numbers.pick(&ASKING);
    let clean = format!("{asking} {}?", words.join(" "));
    let misspelt = format!("{asking} {}?", misspelt(words, numbers).join(" "));
    Asked { clean, misspelt, gold }
}

/// Questions by the question forms of a base, in lower case.
pub(crate) fn questions_by_forms(base: &Base, count: usize) -> Vec<Asked> {
    let mut numbers = Numbers::of(2);
    let facts: Vec<FactIx> = base.indexed().filter(|(_, fact)| !fact.questions.is_empty()).map(|(at, _)| at).collect();
    let places = (0..).map(|at: usize| facts[at.wrapping_mul(STEP) % facts.len()]);
    let asked = places.map(|fact| {
        let clean = numbers.pick(&base.fact(fact).questions).to_lowercase();
        let words: Vec<String> = clean.split(' ').map(str::to_owned).collect();
        let misspelt = misspelt(&words, &mut numbers).join(" ");
        Asked { clean, misspelt, gold: fact.0 as usize }
    });
    asked.take(if facts.is_empty() { 0 } else { count }).collect()
}

/// The words with a slip in every fifth of them, in one at least, wherever there is one long enough.
fn misspelt(words: &[String], numbers: &mut Numbers) -> Vec<String> {
    /// Letters from which on a word takes a slip; nobody could tell what a shorter one was.
    const LONG_ENOUGH: usize = 4;
    let is_long = |word: &String| word.chars().all(char::is_alphabetic) && word.chars().count() >= LONG_ENOUGH;
    let mut open: Vec<usize> = (0..words.len()).filter(|at| is_long(&words[*at])).collect();
    let mut misspelt = words.to_vec();
    for _ in 0..((words.len() + 2) / 5).max(1) {
        if open.is_empty() {
            break;
        }
        let at = open.swap_remove(numbers.below(open.len()));
        misspelt[at] = slip(&words[at], numbers);
    }
    misspelt
}

/// A word with a letter lost, doubled, exchanged with the next or replaced; never the first, and never as it was.
fn slip(word: &str, numbers: &mut Numbers) -> String {
    loop {
        let mut letters: Vec<char> = word.chars().collect();
        let at = 1 + numbers.below(letters.len() - 2);
        match numbers.below(4) {
            0 => drop(letters.remove(at)),
            1 => letters.insert(at, letters[at]),
            2 => letters.swap(at, at + 1),
            _ => letters[at] = ('a'..='z').nth(numbers.below(26)).unwrap_or('a'),
        }
        let slipped: String = letters.into_iter().collect();
        if slipped != word {
            return slipped;
        }
    }
}
