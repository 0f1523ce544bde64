//! Finding the question in a message, and the two questions in one.

use crate::index::Index;
use crate::lexicon::Wanted;
use crate::text::words::words;

/// Words up to which a message is taken whole.
const SHORT_MESSAGE: usize = 24;

/// Words from which on a piece between commas is a clause of its own.
const SHORTEST_CLAUSE: usize = 4;
/// Clauses of a message that are looked at.
const CLAUSES_AT_MOST: usize = 40;

/// Whether a text has so many words, told without reading on behind them.
fn has_words(text: &str, count: usize) -> bool {
    text.split_whitespace().take(count).count() >= count
}

/// What stands in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parts {
    /// One question.
    One(String),
    /// A long message with its question, and the rest that tells what it is about.
    Rambling {
        /// The question.
        question: String,
        /// What stands around it.
        background: String,
    },
    /// Two questions in one message, in order.
    Two(String, String),
}

/// Takes a cleaned message apart.
pub fn parts(index: &Index, text: &str) -> Parts {
    let long = has_words(text, SHORT_MESSAGE + 1);
    let (question, background) = if long { question_and_rest(index, text) } else { (text.to_owned(), String::new()) };
    if let Some((first, second)) = two_questions(index, &question) {
        return Parts::Two(first, second);
    }
    if background.trim().is_empty() { Parts::One(question) } else { Parts::Rambling { question, background } }
}

/// The clause that asks, and all others. Of several the surest counts; of equals the last, for people lead up to what they ask.
fn question_and_rest(index: &Index, text: &str) -> (String, String) {
    let clauses = clauses(index, text);
    let surest = clauses.iter().map(|c| doubt(index, c)).min().unwrap_or(0);
    let Some(at) = clauses.iter().rposition(|c| doubt(index, c) == surest) else {
        return (text.to_owned(), String::new());
    };
    let mut rest = String::new();
    for (other, clause) in clauses.iter().enumerate() {
        if other != at {
            rest.push_str(clause);
            rest.push(' ');
        }
    }
    (clauses.get(at).map(|c| (*c).to_owned()).unwrap_or_default(), rest)
}

/// Sentences; long ones are cut at commas too, and in front of a word that asks.
fn clauses<'t>(index: &Index, text: &'t str) -> Vec<&'t str> {
    let mut out = Vec::new();
    let mut from = 0;
    for (at, c) in text.char_indices() {
        let ends = matches!(c, '?' | '!' | '\n' | '؟' | '۔')
            || (c == '.' && text.get(at + 1..).is_none_or(|r| r.is_empty() || r.starts_with(char::is_whitespace)));
        if ends {
            out.extend(text.get(from..at + c.len_utf8()));
            from = at + c.len_utf8();
        }
    }
    out.extend(text.get(from..));
    out.into_iter().flat_map(|sentence| shorter_clauses(index, sentence)).filter(|c| has_words(c, 2)).take(CLAUSES_AT_MOST).collect()
}

fn shorter_clauses<'t>(index: &Index, sentence: &'t str) -> Vec<&'t str> {
    if !has_words(sentence, SHORT_MESSAGE + 1) {
        return vec![sentence];
    }
    // An enumeration is no clause: only commas in front of several words part.
    let mut pieces: Vec<&str> = Vec::new();
    let mut from = 0;
    for (at, _) in sentence.match_indices([',', ':', ';']) {
        let behind = sentence.get(at + 1..).unwrap_or_default();
        if has_words(sentence.get(from..at).unwrap_or_default(), SHORTEST_CLAUSE) && has_words(behind, SHORTEST_CLAUSE) {
            pieces.extend(sentence.get(from..=at));
            from = at + 1;
        }
    }
    pieces.extend(sentence.get(from..));
    pieces
        .into_iter()
        .flat_map(|piece| if has_words(piece, SHORT_MESSAGE + 1) { before_asking(index, piece) } else { vec![piece] })
        .collect()
}

/// Parts a clause without commas in front of its last word that asks.
fn before_asking<'t>(index: &Index, piece: &'t str) -> Vec<&'t str> {
    let found = words(piece);
    let asks = |at: usize| {
        let rest: Vec<&str> = found.iter().skip(at).take(3).map(|w| w.text.as_ref()).collect();
        index.analyser.lexicon.asks.longest_at(&rest).is_some_and(|(wanted, _)| !matches!(wanted, Wanted::Which | Wanted::What))
    };
    match (1..found.len().saturating_sub(2)).rev().find(|&at| asks(at)).and_then(|at| piece.split_at_checked(found.get(at)?.start)) {
        Some((before, question)) => vec![before, question],
        None => vec![piece],
    }
}

/// How little a sentence looks like the question of its message: 0 is surest.
fn doubt(index: &Index, sentence: &str) -> usize {
    let marked = sentence.trim_end().ends_with(['?', '؟']);
    let wanted = super::wanted_of(&index.analyser, sentence);
    match (marked, wanted) {
        (true, Wanted::Anything) => 2,
        (true, _) => 0,
        (false, Wanted::Anything) => 3,
        (false, _) => 1,
    }
}

/// "who mediated, and where were the meetings held": a second asking word behind "and" or a comma, each side with words of its own.
fn two_questions(index: &Index, text: &str) -> Option<(String, String)> {
    let found = words(text);
    let analyser = &index.analyser;
    let is_ask = |at: usize| -> Option<Wanted> {
        let rest: Vec<&str> = found.iter().skip(at).take(4).map(|w| w.text.as_ref()).collect();
        let (wanted, _) = analyser.lexicon.asks.longest_at(&rest)?;
        (!matches!(wanted, Wanted::What | Wanted::Which) || at > 0).then_some(*wanted)
    };
    let first = (0..found.len()).find(|&at| is_ask(at).is_some())?;
    for at in first + 2..found.len().saturating_sub(1).min(40) {
        let joined = found.get(at.checked_sub(1)?).is_some_and(|w| w.text == "and" || w.text == "or");
        if !joined || is_ask(at).is_none() {
            continue;
        }
        let cut = found.get(at - 1)?.start;
        let (a, b) = (text.get(..cut)?, text.get(found.get(at)?.start..)?);
        let content = |side: &str| words(side).iter().filter(|w| !analyser.lexicon.stop.contains(w.text.as_ref())).count();
        if content(a) >= 2 && content(b) >= 2 {
            return Some((a.trim().trim_end_matches(',').to_owned(), b.trim().to_owned()));
        }
    }
    None
}
