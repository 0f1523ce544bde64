//! The fitted weights: how features become a rank, and a rank becomes a confidence.

use crate::answer::features::{self, COUNT, Features};
use crate::base::reader::{Fields, Lines, NamedText, parse};
use crate::fact::Problem;

/// Names of what the confidence is told, in the order of their numbers.
pub const SIGNS: [&str; 35] = [
    "constant",
    "score",
    "lead",
    "likeness",
    "meaning",
    "coverage",
    "coverage_of_passage",
    "passage_covered",
    "names_missed",
    "strange_missed",
    "numbers_missed",
    "date_apart",
    "unheard_share",
    "uncovered_heavy",
    "gives_want",
    "lacks_want",
    "same_want",
    "few_words",
    "not_english",
    "meaning_same_want",
    "likeness_same_want",
    "want_share",
    "softly_met",
    "softly_missed",
    "focus_met",
    "lead_in_meaning",
    "words_missed",
    "share_of_score",
    "words",
    "words_met",
    "turn_missed",
    "turn_added",
    "rare_name_missed",
    "turn_missed_alone",
    "turn_added_alone",
];

/// The number of signs.
pub const SIGN_COUNT: usize = SIGNS.len();

/// What the confidence is told about the best fact.
pub type Signs = [f32; SIGN_COUNT];

/// Weights for bases of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// One for each feature.
    pub rank: Features,
    /// One for each sign.
    pub confidence: Signs,
    /// From this confidence on, a question is answered.
    pub answer_bar: f32,
    /// From this confidence on, near questions are offered.
    pub suggest_bar: f32,
}

/// Weights for both kinds of base.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Where facts have question forms.
    pub forms: Weights,
    /// Where the claims are all there is.
    pub plain: Weights,
}

impl Weights {
    /// The rank of a fact: more is better; the unit has no meaning of its own.
    pub fn score(&self, features: &Features) -> f32 {
        self.rank.iter().zip(features).map(|(w, x)| w * x).sum()
    }

    /// The probability that the best fact is the right answer.
    pub fn probability(&self, signs: &Signs) -> f32 {
        let sum: f32 = self.confidence.iter().zip(signs).map(|(w, x)| w * x).sum();
        1.0 / (1.0 + (-sum).exp())
    }
}

impl Model {
    /// Weights before anything was fitted: they rank nothing and answer nothing.
    pub fn unfitted() -> Self {
        let weights = Weights { rank: [0.0; COUNT], confidence: [0.0; SIGN_COUNT], answer_bar: 1.0, suggest_bar: 1.0 };
        Self { forms: weights.clone(), plain: weights }
    }

    /// Reads weights from a file as `sanad fit` writes it.
    pub fn read(file: &NamedText, problems: &mut Vec<Problem>) -> Option<Self> {
        let lines = Lines::of(file);
        let document = parse(file, &lines, problems);
        let mut root = Fields::of(document.get_ref(), &lines, 1);
        let forms = weights(&mut root, "forms", problems);
        let plain = weights(&mut root, "plain", problems);
        root.finish(problems);
        Some(Self { forms: forms?, plain: plain? })
    }

    /// Writes weights so that [`Model::read`] reads them.
    pub fn write(&self) -> String {
        use std::fmt::Write as _;
        let mut out = String::from(
            "# How matches are weighed and how sure an answer is. Written by `sanad fit`; CONTRIBUTING.md tells how to make it anew.\n",
        );
        for (name, weights) in [("forms", &self.forms), ("plain", &self.plain)] {
            // Writing to a String cannot fail.
            let _ = writeln!(
                out,
                "\n[{name}]\nanswer_bar = {:.3}\nsuggest_bar = {:.3}\n\n[{name}.rank]",
                weights.answer_bar, weights.suggest_bar
            );
            for (feature, weight) in features::FEATURES.iter().zip(&weights.rank) {
                let _ = writeln!(out, "{feature} = {weight:.4}");
            }
            let _ = writeln!(out, "\n[{name}.confidence]");
            for (sign, weight) in SIGNS.iter().zip(&weights.confidence) {
                let _ = writeln!(out, "{sign} = {weight:.4}");
            }
        }
        out
    }
}

fn weights(root: &mut Fields<'_, '_>, name: &'static str, problems: &mut Vec<Problem>) -> Option<Weights> {
    let place = root.place();
    let Some(mut table) = root.table(name, problems) else {
        problems.push(Problem::error(&place, name, format!("the table [{name}] is missing; make the file anew with `sanad fit`")));
        return None;
    };
    let answer_bar = number(&mut table, "answer_bar", problems);
    let suggest_bar = number(&mut table, "suggest_bar", problems);
    let mut rank = [0.0; COUNT];
    let mut confidence = [0.0; SIGN_COUNT];
    fill(&mut table, "rank", &features::FEATURES, &mut rank, problems);
    fill(&mut table, "confidence", &SIGNS, &mut confidence, problems);
    table.finish(problems);
    Some(Weights { rank, confidence, answer_bar, suggest_bar })
}

#[expect(clippy::cast_possible_truncation, reason = "weights need no more than a float's digits")]
fn number(table: &mut Fields<'_, '_>, name: &'static str, problems: &mut Vec<Problem>) -> f32 {
    let place = table.place();
    let number = table.number(name, problems);
    if number.is_none() {
        problems.push(Problem::error(&place, name, "this weight is missing; make the file anew with `sanad fit`"));
    }
    number.unwrap_or_default() as f32
}

fn fill(table: &mut Fields<'_, '_>, name: &'static str, names: &[&'static str], into: &mut [f32], problems: &mut Vec<Problem>) {
    let Some(mut inner) = table.table(name, problems) else {
        return;
    };
    for (weight, field) in into.iter_mut().zip(names) {
        *weight = number(&mut inner, field, problems);
    }
    inner.finish(problems);
}
