//! The JSON that others rely on.

use serde::{Deserialize, Serialize};

use crate::answer::{Answer, Ranked, compose};
use crate::fact::{Base, FactIx, SourceIx};
use crate::knowledge::Knowledge;
use crate::lexicon::Wanted;

/// A question of a batch.
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// Handed back with the answer.
    #[serde(default)]
    pub id: String,
    /// The question.
    pub q: String,
}

/// A source of an answer.
#[derive(Debug, Serialize)]
pub struct SourceRow<'k> {
    id: &'k str,
    publisher: Option<&'k str>,
    title: &'k str,
    url: Option<&'k str>,
    published: Option<String>,
}

impl<'k> SourceRow<'k> {
    /// The row of a source.
    pub fn of(base: &'k Base, at: SourceIx) -> Self {
        let source = base.source(at);
        Self {
            id: source.id.as_str(),
            publisher: source.publisher.as_deref(),
            title: &source.title,
            url: source.url.as_deref(),
            published: source.published.map(|d| d.to_string()),
        }
    }

    /// The rows of a fact's sources.
    pub fn all_of(base: &'k Base, fact: FactIx) -> Vec<Self> {
        base.fact(fact).citations.iter().map(|s| Self::of(base, s)).collect()
    }
}

/// A fact of an answer.
#[derive(Debug, Serialize)]
pub struct FactRow<'k> {
    fact: &'k str,
    score: f32,
    confidence: f32,
    text: &'k str,
    date: Option<String>,
    sources: Vec<SourceRow<'k>>,
}

/// A side of a dispute.
#[derive(Debug, Serialize)]
pub struct SideRow<'k> {
    fact: &'k str,
    text: &'k str,
    sources: Vec<SourceRow<'k>>,
}

/// The answer to one question.
#[derive(Debug, Serialize)]
pub struct AnswerRow<'k> {
    id: &'k str,
    question: &'k str,
    outcome: &'static str,
    confidence: f32,
    text: String,
    texts: Vec<String>,
    answers: Vec<FactRow<'k>>,
    disputed: Vec<SideRow<'k>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assumed: Option<&'k str>,
    micros: u64,
}

impl<'k> AnswerRow<'k> {
    /// The row of an answer.
    pub fn of(knowledge: &'k Knowledge, id: &'k str, question: &'k str, answer: &'k Answer, micros: u64) -> Self {
        let wanted = answer.question.wanted;
        let mut answers: Vec<FactRow<'k>> = answer.ranked.iter().map(|r| fact_row(&knowledge.base, r)).collect();
        if let Some(second) = answer.second.as_ref().and_then(|s| s.ranked.first()) {
            answers.retain(|row| row.fact != knowledge.base.fact(second.fact).id.as_str());
            answers.insert(1.min(answers.len()), fact_row(&knowledge.base, second));
            answers.truncate(crate::answer::LISTED);
        }
        Self {
            id,
            question,
            outcome: answer.outcome.as_str(),
            confidence: rounded(answer.confidence),
            text: compose::text(knowledge, answer),
            texts: texts(knowledge, wanted, &answer.ranked),
            answers,
            disputed: compose::disputed(knowledge, answer).into_iter().map(|f| side_row(&knowledge.base, f)).collect(),
            assumed: answer.assumed.as_deref(),
            micros,
        }
    }
}

/// The texts of the first three candidates.
fn texts(knowledge: &Knowledge, wanted: Wanted, ranked: &[Ranked]) -> Vec<String> {
    ranked.iter().take(3).map(|r| compose::fact_text(knowledge, wanted, r.fact)).collect()
}

fn fact_row<'k>(base: &'k Base, ranked: &Ranked) -> FactRow<'k> {
    let fact = base.fact(ranked.fact);
    FactRow {
        fact: fact.id.as_str(),
        score: rounded(ranked.score),
        confidence: rounded(ranked.confidence),
        text: &fact.claim,
        date: fact.date.map(|d| d.to_string()),
        sources: SourceRow::all_of(base, ranked.fact),
    }
}

fn side_row(base: &Base, at: FactIx) -> SideRow<'_> {
    let fact = base.fact(at);
    SideRow { fact: fact.id.as_str(), text: &fact.claim, sources: SourceRow::all_of(base, at) }
}

/// Four decimals are all that a probability fitted on hundreds of questions can mean.
fn rounded(number: f32) -> f32 {
    (number * 10_000.0).round() / 10_000.0
}
