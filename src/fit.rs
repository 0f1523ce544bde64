//! Fitting the weights: first a ranking that puts right facts first, then a confidence that means what it says.
//!
//! Both fits are convex but for the "any of several right facts" in the ranking, both start at zero and take a fixed number of steps, so
//! the same questions give the same weights.

use hashbrown::HashMap;

use crate::answer::candidates::Scratch;
use crate::answer::features::{COUNT, Features};
use crate::answer::model::{SIGN_COUNT, Signs, Weights};
use crate::answer::{Ranked, candidates, compared, signs};
use crate::judge::{Case, Expect};
use crate::knowledge::Knowledge;
use crate::question::Question;

/// Steps of either fit.
const STEPS: u16 = 3000;
/// Length of a step (Adam, Kingma and Ba 2015).
const RATE: f64 = 0.08;
/// How strongly weights are drawn to zero, by question.
const RANK_DECAY: f64 = 0.0002;
const CONFIDENCE_DECAY: f64 = 0.0003;
/// The least sure that is still worth offering.
const SUGGEST_BAR: f32 = 0.2;

/// Wrong answers that the bar lets through, as a share of the questions that [`fit`] weighs: of the project's own questions, which are harder
/// than people's, and of collections without question forms.
pub const WRONG_WITH_FORMS: f64 = 0.06;
/// See [`WRONG_WITH_FORMS`].
pub const WRONG_WITHOUT_FORMS: f64 = 0.039;

/// The share of questions that no fact answers, as it is among people's; training sets hold more of them to learn from.
const UNANSWERABLE_SHARE: f64 = 0.15;

/// A question with the facts that got a closer look.
pub struct Example<'c> {
    case: &'c Case,
    question: Question,
    ranked: Vec<Ranked>,
    right: Vec<bool>,
    expect: Expect,
}

/// Looks closely at the facts of every case.
pub fn examples<'c>(knowledge: &Knowledge, cases: &'c [Case]) -> Vec<Example<'c>> {
    let mut scratch = Scratch::default();
    cases
        .iter()
        .map(|case| {
            let question = crate::answer::read_first(knowledge, &case.question);
            let found = candidates::candidates(&knowledge.index, &question, &mut scratch);
            let usable = candidates::has_subject(&question);
            let ranked = if usable { compared(knowledge, &question, found) } else { Vec::new() };
            let right = ranked.iter().map(|r| case.is_right(knowledge, question.wanted, r.fact)).collect();
            Example { case, question, ranked, right, expect: case.expect }
        })
        .collect()
}

/// Fits weights to examples of one or more bases of one kind. `wrong_allowed` is the share, from 0 to 1, that the bar for answering may let
/// through wrongly: of the examples for which a fact came into question at all, those that no fact answers weighed to
/// `UNANSWERABLE_SHARE`. What `eval` counts has all questions below the line, each for one.
pub fn fit(sets: &[(&Knowledge, &[Example<'_>])], wrong_allowed: f64) -> Weights {
    let all: Vec<&Example<'_>> = sets.iter().flat_map(|(_, examples)| examples.iter()).collect();
    let rank = fit_rank(&all);
    let mut weights = Weights { rank, confidence: [0.0; SIGN_COUNT], answer_bar: 0.5, suggest_bar: SUGGEST_BAR };
    let abstain_weights = abstain_weights(&all);
    let mut seen: Vec<Seen> = Vec::new();
    for (knowledge, examples) in sets {
        for example in examples.iter().filter(|e| e.expect != Expect::Either && !e.ranked.is_empty()) {
            let (ranked, right) = ranking(knowledge, &weights, example);
            let weight =
                abstain_weights.get(example.case.style.as_str()).copied().filter(|_| example.expect == Expect::Abstain).unwrap_or(1.0);
            let right = right && example.expect == Expect::Answer;
            seen.push(Seen { signs: signs(knowledge, &example.question, &ranked), right, weight });
        }
    }
    weights.confidence = fit_confidence(&seen);
    weights.answer_bar = bar(&weights, &seen, wrong_allowed);
    weights
}

/// A ranking and what came of it.
struct Seen {
    signs: Signs,
    right: bool,
    weight: f64,
}

/// What an unanswerable question counts for, by style: all of them together have their share, and each kind the same part of it, however
/// many of it there are to learn from.
#[expect(clippy::cast_precision_loss, reason = "counts of questions")]
fn abstain_weights<'c>(examples: &[&Example<'c>]) -> HashMap<&'c str, f64> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut answerable = 0usize;
    for example in examples.iter().filter(|e| !e.ranked.is_empty()) {
        match example.expect {
            Expect::Abstain => *counts.entry(example.case.style.as_str()).or_default() += 1,
            Expect::Answer => answerable += 1,
            Expect::Either => {}
        }
    }
    let wanted = answerable as f64 * UNANSWERABLE_SHARE / (1.0 - UNANSWERABLE_SHARE) / counts.len().max(1) as f64;
    counts.into_iter().map(|(style, count)| (style, (wanted / count as f64).min(1.0))).collect()
}

/// The facts of an example in the order of the weights, and whether the first is right.
fn ranking(knowledge: &Knowledge, weights: &Weights, example: &Example<'_>) -> (Vec<Ranked>, bool) {
    let mut ranked: Vec<(Ranked, bool)> = example.ranked.iter().cloned().zip(example.right.iter().copied()).collect();
    for (fact, _) in &mut ranked {
        fact.score = weights.score(&fact.features);
    }
    ranked.sort_by(|(a, _), (b, _)| b.score.total_cmp(&a.score).then(a.fact.cmp(&b.fact)));
    let ranked: Vec<Ranked> = ranked.into_iter().map(|(fact, _)| fact).collect();
    let right = example.case.is_right_ranking(knowledge, &example.question, &ranked);
    (ranked, right)
}

/// Adam over a gradient of so many weights.
struct Descent<const N: usize> {
    weights: [f64; N],
    mean: [f64; N],
    square: [f64; N],
    step: i32,
}

impl<const N: usize> Descent<N> {
    fn new() -> Self {
        Self { weights: [0.0; N], mean: [0.0; N], square: [0.0; N], step: 0 }
    }

    fn walk(&mut self, gradient: &[f64; N], rate: f64) {
        self.step += 1;
        let moments = self.mean.iter_mut().zip(&mut self.square);
        for ((weight, (mean, square)), slope) in self.weights.iter_mut().zip(moments).zip(gradient) {
            *mean = 0.9 * *mean + 0.1 * slope;
            *square = 0.999 * *square + 0.001 * slope * slope;
            let unbiased_mean = *mean / (1.0 - 0.9f64.powi(self.step));
            let unbiased_square = *square / (1.0 - 0.999f64.powi(self.step));
            *weight -= rate * unbiased_mean / (unbiased_square.sqrt() + 1e-8);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "weights need no more than a float's digits")]
    fn done(&self) -> [f32; N] {
        self.weights.map(|w| w as f32)
    }
}

/// The rate falls to a twentieth over the steps, so that the end does not depend on where the last step fell.
fn rate(step: u16) -> f64 {
    RATE * (1.0 - 0.95 * f64::from(step) / f64::from(STEPS))
}

fn dot<const N: usize>(weights: &[f64; N], values: &[f32; N]) -> f64 {
    weights.iter().zip(values).map(|(w, v)| w * f64::from(*v)).sum()
}

/// Makes the right facts of each question likelier than the others (softmax over the facts looked at).
#[expect(clippy::cast_precision_loss, reason = "a count of questions")]
fn fit_rank(examples: &[&Example<'_>]) -> Features {
    let usable: Vec<&&Example<'_>> =
        examples.iter().filter(|e| e.expect == Expect::Answer && e.right.contains(&true) && e.right.contains(&false)).collect();
    let mut descent = Descent::<COUNT>::new();
    let count = usable.len().max(1) as f64;
    for step in 0..STEPS {
        let mut gradient = descent.weights.map(|w| w * RANK_DECAY);
        for example in &usable {
            let scores: Vec<f64> = example.ranked.iter().map(|r| dot(&descent.weights, &r.features)).collect();
            let top = scores.iter().copied().fold(f64::MIN, f64::max);
            let exp: Vec<f64> = scores.iter().map(|s| (s - top).exp()).collect();
            let all: f64 = exp.iter().sum();
            let right: f64 = exp.iter().zip(&example.right).filter(|(_, r)| **r).map(|(e, _)| e).sum();
            for ((ranked, e), is_right) in example.ranked.iter().zip(&exp).zip(&example.right) {
                let share = e / all - if *is_right { e / right } else { 0.0 };
                for (slot, x) in gradient.iter_mut().zip(&ranked.features) {
                    *slot += share * f64::from(*x) / count;
                }
            }
        }
        descent.walk(&gradient, rate(step));
    }
    descent.done()
}

/// Logistic regression of "the first fact is right" on the signs.
fn fit_confidence(seen: &[Seen]) -> Signs {
    let mut descent = Descent::<SIGN_COUNT>::new();
    let count = seen.iter().map(|s| s.weight).sum::<f64>().max(1.0);
    for step in 0..STEPS {
        let mut gradient = descent.weights.map(|w| w * CONFIDENCE_DECAY);
        for Seen { signs, right, weight } in seen {
            let probability = 1.0 / (1.0 + (-dot(&descent.weights, signs)).exp());
            let error = weight * (probability - f64::from(u8::from(*right)));
            for (slot, x) in gradient.iter_mut().zip(signs) {
                *slot += error * f64::from(*x) / count;
            }
        }
        descent.walk(&gradient, rate(step));
    }
    descent.done()
}

/// The lowest bar at which few enough answers are wrong.
fn bar(weights: &Weights, seen: &[Seen], wrong_allowed: f64) -> f32 {
    let mut sure: Vec<(f32, &Seen)> = seen.iter().map(|s| (weights.probability(&s.signs), s)).collect();
    sure.sort_by(|a, b| b.0.total_cmp(&a.0));
    let all: f64 = seen.iter().map(|s| s.weight).sum();
    let mut wrong = 0.0;
    let mut bar = 1.0;
    for (probability, seen) in &sure {
        wrong += if seen.right { 0.0 } else { seen.weight };
        if wrong > wrong_allowed * all {
            break;
        }
        bar = *probability;
    }
    bar
}
