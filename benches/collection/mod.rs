//! Collections for measuring: the facts built in, and made ones of any size with questions to them.
//!
//! A made fact is a sentence of twelve to twenty-six words. Its words are those of the claims built in, each as often as it stands there;
//! for less than half of those that tell something, a made-up word stands instead. With the collection the vocabulary grows by Heaps' law, and its
//! frequencies follow Zipf's. One or two made-up names are in each, a year in a third. A million take a few seconds, and are the
//! same on every machine.

#![allow(dead_code, unused_imports, reason = "each bench uses a part of it")]

mod asked;
mod numbers;
mod words;

use sanad::answer::model::Model;
use sanad::base::{self, Loaded, Origin};
use sanad::fact::draft::{Draft, FactDraft, SourceDraft};
use sanad::fact::{Base, check};
use sanad::knowledge::Knowledge;
use sanad::lexicon::Lexicon;

pub(crate) use asked::{Asked, questions, questions_by_forms};
use numbers::Numbers;
use words::{KNOWN, Names, Unknown, capital};

/// A fact as any engine takes it.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) text: String,
}

/// As many facts.
pub(crate) fn rows(facts: usize) -> Vec<Row> {
    made(Numbers::of(0), facts)
}

/// As many facts that stand in no collection, with names and words of their own: to change others into.
pub(crate) fn other_rows(facts: usize) -> Vec<Row> {
    made(Numbers::of(3), facts)
}

fn made(numbers: Numbers, facts: usize) -> Vec<Row> {
    let mut making = Making { numbers, unknown: Unknown::default(), names: Names::default() };
    (0..facts).map(|at| Row { id: format!("f{at}"), text: making.sentence() }).collect()
}

struct Making {
    numbers: Numbers,
    unknown: Unknown,
    names: Names,
}

impl Making {
    /// In so many of a hundred telling words, one that nobody knows stands instead.
    const UNKNOWN: usize = 45;

    fn sentence(&mut self) -> String {
        let length = 11 + self.numbers.below(12);
        let first_name = self.numbers.below(3);
        let second_name = self.numbers.in_a_hundred(50).then(|| self.numbers.below(length));
        let mut text = String::with_capacity(160);
        for at in 0..length {
            if at == first_name || second_name == Some(at) {
                say(&mut text, self.names.name(&mut self.numbers));
            }
            let known = self.numbers.pick(&KNOWN);
            if !known.common && self.numbers.in_a_hundred(Self::UNKNOWN) {
                say(&mut text, self.unknown.word(&mut self.numbers));
            } else {
                say(&mut text, &known.text);
            }
        }
        if self.numbers.below(3) == 0 {
            say(&mut text, "in");
            say(&mut text, &(1900 + self.numbers.below(126)).to_string());
        }
        text.push('.');
        text
    }
}

/// Says one word more.
fn say(text: &mut String, word: &str) {
    if text.is_empty() {
        text.push_str(&capital(word));
    } else {
        text.push(' ');
        text.push_str(word);
    }
}

/// The facts built in.
pub(crate) fn built_in() -> Loaded {
    base::load(&Origin::Embedded, |_| ()).unwrap_or_else(|error| panic!("the facts built in: {error}"))
}

/// The weights built in.
pub(crate) fn model() -> Model {
    let mut problems = Vec::new();
    Model::read(&base::embedded_model(), &mut problems).unwrap_or_else(|| panic!("the weights built in: {problems:?}"))
}

/// What the program answers from as it is shipped.
pub(crate) fn shipped() -> Knowledge {
    let loaded = built_in();
    Knowledge::new(loaded.base, loaded.lexicon, base::embedded_vectors(), model())
}

/// The words that a collection of others is understood by.
pub(crate) fn any_lexicon() -> Lexicon {
    built_in().lexicon.for_any_subject()
}

/// Rows as a draft, resting on one source.
pub(crate) fn draft(rows: &[Row]) -> Draft {
    let source = SourceDraft { id: "made".to_owned(), title: "Made for measuring".to_owned(), ..SourceDraft::default() };
    let fact =
        |row: &Row| FactDraft { id: row.id.clone(), claim: row.text.clone(), sources: vec!["made".to_owned()], ..FactDraft::default() };
    Draft { facts: rows.iter().map(fact).collect(), sources: vec![source], entities: Vec::new() }
}

/// The base that a draft makes.
pub(crate) fn assembled(draft: &Draft) -> Base {
    match check::assemble(draft) {
        Ok((base, _)) => base,
        Err(problems) => panic!("the facts made are broken: {:?}", problems.first()),
    }
}

/// What questions to rows are answered from.
pub(crate) fn knowledge(rows: &[Row]) -> Knowledge {
    Knowledge::new(assembled(&draft(rows)), any_lexicon(), base::embedded_vectors(), model())
}
