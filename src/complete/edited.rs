//! Completion among the few facts that are laid over a base: each line is looked at.

use super::{Completed, Completion, LONGEST, READ};
use crate::fact::{Base, Fact};
use crate::text::cut::shorten;
use crate::text::distance::slips;
use crate::text::words::words;

/// At most `most` questions of facts laid over a base that hold every word typed so far, the last as far as it was typed; those that begin
/// as typed come first. Nothing typed is met by nothing: what the base offers first is better.
pub fn among(base: &Base, typed: &str, most: usize) -> Vec<Completion> {
    let read: String = typed.chars().take(READ).collect();
    let typed: Vec<String> = words(&read).into_iter().map(|word| word.text.into_owned()).collect();
    let Some((last, whole)) = typed.split_last() else { return Vec::new() };
    let mut found: Vec<(bool, Completion)> = Vec::new();
    for (at, fact) in base.laid() {
        let Some((begins, line)) = lines(fact).filter_map(|line| Some((fits(line, whole, last)?, line))).max_by_key(|(begins, _)| *begins)
        else {
            continue;
        };
        found.push((begins, Completion { text: shorten(line, LONGEST), of: Completed::Fact(at) }));
    }
    found.sort_by_key(|(begins, _)| !begins);
    found.into_iter().map(|(_, completion)| completion).take(most).collect()
}

fn lines(fact: &Fact) -> impl Iterator<Item = &str> {
    let forms = fact.questions.iter().map(AsRef::as_ref);
    let claim = fact.questions.is_empty().then_some(fact.claim.as_ref());
    forms.chain(claim)
}

/// Whether a line holds all that was typed, and if so, whether it begins so.
fn fits(line: &str, whole: &[String], last: &str) -> Option<bool> {
    let held: Vec<String> = words(line).into_iter().map(|word| word.text.into_owned()).collect();
    let has = |typed: &String| held.iter().any(|known| known == typed || slips(typed, known).is_some());
    let opens = |known: &String| known.starts_with(last) || slips(last, known).is_some();
    let fits = whole.iter().all(has) && held.iter().any(opens);
    let begins = held.iter().zip(whole).all(|(known, typed)| known == typed) && held.get(whole.len()).is_some_and(opens);
    fits.then_some(begins)
}
