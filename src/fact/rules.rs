//! What a fact must be by itself, wherever it was read from, and the words for each breach.

use super::{Place, Severity, Standing};
use crate::text::fold;

/// Words that point back to something said before; a claim that opens with one does not stand alone.
const BACKWARD_OPENINGS: [&str; 14] =
    ["he", "she", "it", "they", "this", "that", "these", "those", "his", "her", "its", "their", "the same", "the latter"];

/// Characters from which on a claim is no longer short.
const LONG_CLAIM: usize = 500;

/// Question forms that a fact has at least, so that people find it.
const FORMS: usize = 6;

/// Kinds of short answers in the order of [`super::ShortAnswers`].
const KINDS: [&str; 5] = ["who", "where", "how_many", "when", "why"];

/// Who wrote a fact, as far as rules go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hand {
    /// Facts of the project's own form name their standing.
    Curated,
    /// Rows of other people's collections are what they are.
    Other,
}

impl Hand {
    /// By the standing as it is written, or not.
    pub(crate) fn of<S>(standing: Option<&S>) -> Self {
        if standing.is_some() { Self::Curated } else { Self::Other }
    }
}

pub(crate) fn no_id(id: &str) -> String {
    format!("`{id}` cannot be an id: write one word without spaces, at most 100 bytes")
}

pub(crate) fn id_twice(id: &str, first: &Place) -> String {
    format!("the id `{id}` stands already at {}:{}; give one of them another", first.file, first.line)
}

pub(crate) fn no_source(source: &str) -> String {
    format!("there is no source `{source}`; add it to data/sources or mend the id")
}

pub(crate) fn no_fact(fact: &str) -> String {
    format!("there is no fact `{fact}`; mend the id or take it out")
}

pub(crate) fn contradicts_itself(fact: &str) -> String {
    format!("the fact `{fact}` cannot contradict itself")
}

pub(crate) fn form_twice(form: &str) -> String {
    format!("`{form}` stands twice in this fact")
}

pub(crate) fn form_elsewhere(form: &str, other: &str) -> String {
    format!("`{form}` is asked of `{other}` too; one of them should be told apart")
}

/// That a fact has too few question forms, if it has.
pub(crate) fn few_forms(id: &str, forms: usize) -> Option<String> {
    (forms < FORMS).then(|| format!("the fact `{id}` has {forms} question forms; six or more in different words let people find it"))
}

/// What is wrong with a claim.
pub(crate) fn claim(id: &str, claim: &str, hand: Hand) -> impl Iterator<Item = (Severity, String)> {
    let claim = claim.trim();
    let is_curated = hand == Hand::Curated;
    let empty = claim.is_empty().then(|| (Severity::Error, format!("the fact `{id}` says nothing; write one to three sentences")));
    let backward = if is_curated { opens_backward(claim) } else { None };
    let backward = backward
        .map(|opening| (Severity::Error, format!("the claim opens with `{opening}`, so it does not stand alone; name who, what and when")));
    let is_long = is_curated && claim.len() > LONG_CLAIM && claim.chars().count() > LONG_CLAIM;
    let long = is_long.then(|| (Severity::Warning, format!("the claim is longer than {LONG_CLAIM} characters; split it")));
    [empty, backward, long].into_iter().flatten()
}

/// The standing of the words for it. An empty word is none: who read it has said that it is missing.
pub(crate) fn standing(written: Option<&str>) -> Result<Standing, String> {
    let Some(written) = written.filter(|written| !written.is_empty()) else { return Ok(Standing::default()) };
    let known = Standing::ALL.iter().find(|(_, word)| *word == written);
    known.map(|(standing, _)| *standing).ok_or_else(|| {
        let known: Vec<&str> = Standing::ALL.iter().map(|(_, word)| *word).collect();
        format!("`{written}` is not a standing; write one of {}", known.join(", "))
    })
}

/// Short answers in the order of [`super::ShortAnswers`], by their kinds; what is wrong with them is told to `complain`.
pub(crate) fn short<'w>(
    claim: &str,
    written: impl Iterator<Item = (&'w str, &'w str)>,
    mut complain: impl FnMut(String),
) -> [Option<&'w str>; 5] {
    let mut short = [None; 5];
    for (kind, words) in written {
        if !claim.contains(words) || words.trim().is_empty() {
            complain(format!("`{words}` is not part of the claim; a short answer is copied out of it letter for letter"));
        }
        match KINDS.iter().zip(&mut short).find(|(known, _)| **known == kind) {
            Some((_, slot)) => *slot = Some(words),
            None => complain(format!("`{kind}` is no kind of short answer; write who, where, how_many, when or why")),
        }
    }
    short
}

/// The word by which a claim points back to something that was said before it, if it opens with one.
pub fn opens_backward(claim: &str) -> Option<&'static str> {
    let folded = fold(claim.trim());
    BACKWARD_OPENINGS.into_iter().find(|opening| {
        folded.strip_prefix(opening).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-' || c == '\''))
    })
}
