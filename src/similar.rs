//! Whether two spellings would be taken for the same word or name, and why.

use crate::index::analysis::{Meaning, Tongue, WordCache};
use crate::knowledge::Knowledge;
use crate::text::distance::slips;
use crate::text::numbers::read_number_words;
use crate::text::romanise::Sound;
use crate::text::words::{Shape, Word, words};

/// What two spellings are to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Similarity {
    /// Whether they would be taken for the same.
    pub same: bool,
    /// The rule that decided.
    pub why: String,
}

impl Similarity {
    fn same(why: impl Into<String>) -> Self {
        Self { same: true, why: why.into() }
    }

    fn different(why: impl Into<String>) -> Self {
        Self { same: false, why: why.into() }
    }
}

/// Compares two spellings.
pub fn similar(knowledge: &Knowledge, a: &str, b: &str) -> Similarity {
    let (left, right) = (read(a), read(b));
    let joined = |side: &[Word<'_>]| side.iter().map(|w| w.text.as_ref()).collect::<Vec<_>>().join(" ");
    if joined(&left) == joined(&right) {
        return Similarity::same("they are written the same, capitals and marks aside");
    }
    if left.is_empty() || right.is_empty() {
        return Similarity::different("one of them holds no word");
    }
    if let Some(decided) = by_numbers(&left, &right) {
        return decided;
    }
    if let Some(decided) = by_names(knowledge, &left, &right) {
        return decided;
    }
    by_words(knowledge, &left, &right)
}

fn read(text: &str) -> Vec<Word<'_>> {
    let mut found = words(text);
    read_number_words(&mut found);
    found
}

/// Numbers are never nearly right.
fn by_numbers(left: &[Word<'_>], right: &[Word<'_>]) -> Option<Similarity> {
    let numbers =
        |side: &[Word<'_>]| side.iter().filter(|w| w.shape == Shape::Number).map(|w| w.text.clone().into_owned()).collect::<Vec<_>>();
    let (a, b) = (numbers(left), numbers(right));
    (a != b).then(|| Similarity::different(format!("numbers must agree: {} and {}", shown(&a), shown(&b))))
}

fn shown(numbers: &[String]) -> String {
    if numbers.is_empty() { "none".to_owned() } else { numbers.join(" ") }
}

/// Two names of the entity table: the same if they lead to one entity.
fn by_names(knowledge: &Knowledge, left: &[Word<'_>], right: &[Word<'_>]) -> Option<Similarity> {
    let entity = |side: &[Word<'_>]| {
        let (analyser, mut cache) = (&knowledge.index.analyser, WordCache::default());
        let tokens = analyser.tokens(side, &analyser.look_up(side, &mut cache), Tongue::English, &mut cache);
        match tokens.as_slice() {
            [token] => match token.meaning {
                Meaning::Entity(entity) => Some(entity),
                _ => None,
            },
            _ => None,
        }
    };
    match (entity(left)?, entity(right)?) {
        (a, b) if a == b => Some(Similarity::same(format!("both are names of {}", knowledge.base.entity(a).name))),
        (a, b) => {
            let (a, b) = (&knowledge.base.entity(a).name, &knowledge.base.entity(b).name);
            Some(Similarity::different(format!("they name two: {a}, and {b}")))
        }
    }
}

fn by_words(knowledge: &Knowledge, left: &[Word<'_>], right: &[Word<'_>]) -> Similarity {
    let lexicon = &knowledge.index.analyser.lexicon;
    let spoken = |side: &[Word<'_>]| -> Vec<String> {
        let keep =
            |w: &&Word<'_>| side.len() == 1 || !(lexicon.joiners.contains(w.text.as_ref()) || lexicon.honorifics.contains(w.text.as_ref()));
        side.iter().filter(keep).map(|w| w.text.clone().into_owned()).collect()
    };
    let (a, b) = (spoken(left), spoken(right));
    if a.len() == b.len() && !a.is_empty() {
        let pairs: Vec<Result<String, String>> = a.iter().zip(&b).map(|(a, b)| word_pair(knowledge, a, b)).collect();
        if let Some(Err(why)) = pairs.iter().find(|p| p.is_err()) {
            return Similarity::different(why.clone());
        }
        let reasons: Vec<String> = pairs.into_iter().filter_map(Result::ok).filter(|why| !why.is_empty()).collect();
        return Similarity::same(if reasons.is_empty() {
            "titles and joiners aside they are the same".to_owned()
        } else {
            reasons.join("; ")
        });
    }
    // "Jamatul Ahrar" and "Jamaat-ul-Ahrar": the same letters run together.
    let run = |side: &[Word<'_>]| side.iter().map(|w| w.text.as_ref()).collect::<String>();
    let (a, b) = (run(left), run(right));
    match word_pair(knowledge, &a, &b) {
        Ok(why) if why.is_empty() => Similarity::same("written together they are the same"),
        Ok(why) => Similarity::same(format!("written together: {why}")),
        Err(why) => Similarity::different(why),
    }
}

/// Why two words may be one, or why not.
fn word_pair(knowledge: &Knowledge, a: &str, b: &str) -> Result<String, String> {
    let analyser = &knowledge.index.analyser;
    let lexicon = &analyser.lexicon;
    if a == b {
        return Ok(String::new());
    }
    if lexicon.are_twins(a, b) {
        return Err(format!("`{a}` and `{b}` are on the list of those never merged"));
    }
    if analyser.stem(a) == analyser.stem(b) {
        return Ok(format!("`{a}` and `{b}` are forms of one word"));
    }
    if let (Some(x), Some(y)) = (Sound::of(a), Sound::of(b))
        && x.apart(&y).is_some()
    {
        return Ok(format!("`{a}` and `{b}` sound alike"));
    }
    let origin = |w: &str| knowledge.index.find_word(w).map(|w| knowledge.index.origin(w));
    if let (Some(_), Some(_)) = (origin(a), origin(b)) {
        return Err(format!("`{a}` and `{b}` are two known words"));
    }
    match slips(a, b) {
        Some(_) if lexicon.protected.contains(a) || lexicon.protected.contains(b) => {
            Err(format!("one of `{a}` and `{b}` is never taken for a slip"))
        }
        Some(1) => Ok(format!("`{a}` and `{b}` are one slip apart")),
        Some(n) => Ok(format!("`{a}` and `{b}` are {n} slips apart")),
        None => Err(format!("`{a}` and `{b}` are too far apart")),
    }
}
