//! Why an answer is what it is, for people who keep facts.

use std::fmt::Write as _;

use crate::answer::features::FEATURES;
use crate::answer::model::SIGNS;
use crate::answer::{Answer, Outcome, weights};
use crate::index::analysis::Tongue;
use crate::knowledge::Knowledge;
use crate::question::{Class, Element};

/// Candidates whose scores are taken apart.
const TAKEN_APART: usize = 3;
/// Parts of a score shown: those that weigh most.
const PARTS: usize = 8;

/// The reading of the question, the candidates' scores by part, and the bar that was met or missed.
pub fn explain(knowledge: &Knowledge, answer: &Answer) -> String {
    let mut out = String::new();
    let question = &answer.question;
    let tongue = match question.tongue {
        Tongue::English => "English",
        Tongue::RomanUrdu => "Roman Urdu",
        Tongue::Urdu => "Urdu",
    };
    let _ = writeln!(out, "Read as {tongue}; wants: {}.", question.wanted.as_str());
    for element in &question.elements {
        let _ = writeln!(out, "  {}", element_line(knowledge, element));
    }
    for mention in &question.mentions {
        let words = question.words.get(mention.from..mention.to.min(question.words.len())).unwrap_or_default().join(" ");
        let _ = writeln!(out, "  date: {words} ({:?}, {:?})", mention.grain, mention.when);
    }
    let weights = weights(knowledge);
    for (at, ranked) in answer.ranked.iter().take(TAKEN_APART).enumerate() {
        let fact = knowledge.base.fact(ranked.fact);
        let _ = writeln!(out, "\n{}. {} scores {:.2}: {}", at + 1, fact.id, ranked.score, fact.claim);
        let mut parts: Vec<(f32, &str, f32)> = weights
            .rank
            .iter()
            .zip(&ranked.features)
            .zip(FEATURES)
            .map(|((w, x), name)| (w * x, name, *x))
            .filter(|(part, _, _)| part.abs() > 0.005)
            .collect();
        parts.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
        for (part, name, value) in parts.into_iter().take(PARTS) {
            let _ = writeln!(out, "     {part:+6.2}  {name} {value:.2}");
        }
    }
    let mut signs: Vec<(f32, &str)> = weights.confidence.iter().zip(&answer.signs).zip(SIGNS).map(|((w, x), name)| (w * x, name)).collect();
    signs.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
    let _ = write!(out, "\nConfidence {:.3}, chiefly by", answer.confidence);
    for (part, name) in signs.into_iter().take(PARTS) {
        let _ = write!(out, " {name} {part:+.2},");
    }
    out.pop();
    let verdict = match answer.outcome {
        Outcome::Answer => "meets the bar for an answer",
        Outcome::Suggest => "misses the bar for an answer, meets that for an offer",
        Outcome::Abstain => "misses both bars",
    };
    let _ = writeln!(out, ".\nIt {verdict} (answer from {:.2}, offer from {:.2}).", weights.answer_bar, weights.suggest_bar);
    out
}

fn element_line(knowledge: &Knowledge, element: &Element) -> String {
    let class = match element.class {
        Class::Name => "name",
        Class::Number => "number",
        Class::Date => "word of a date",
        Class::Word => "word",
        Class::Background => "word around the question",
        Class::Unheard => "English word that no fact holds",
        Class::Strange => "word that nobody knows",
    };
    let mut line = format!("{}: {class}, weight {:.2}", element.typed.trim(), element.weight);
    if let Some(entity) = element.entity {
        let _ = write!(line, ", is {}", knowledge.base.entity(entity).name);
    }
    if let Some(read_as) = &element.read_as {
        let _ = write!(line, ", read as \"{read_as}\"");
    }
    if element.terms.len() > 1 {
        let _ = write!(line, " and {} other readings", element.terms.len() - 1);
    }
    line
}
