//! Whether an answer is right: question files and the rule they are judged by.

use fancy_regex::{Regex, RegexBuilder};
use serde::Deserialize;
use thiserror::Error;

use crate::answer::{Answer, Outcome, Ranked, compose};
use crate::fact::FactIx;
use crate::knowledge::Knowledge;
use crate::lexicon::Wanted;
use crate::question::Question;

/// What ought to come of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    /// An answer.
    Answer,
    /// No answer.
    Abstain,
    /// No answer, or one that breaks no rule.
    Either,
}

#[derive(Debug, Deserialize)]
struct Row {
    #[serde(default)]
    id: String,
    q: String,
    style: Option<String>,
    kind: Option<String>,
    expect: Option<Expect>,
    gold: Option<Vec<String>>,
    #[serde(default)]
    must: Vec<String>,
    #[serde(default)]
    must_not: Vec<String>,
}

/// A question with what would be right.
#[derive(Debug)]
pub struct Case {
    /// Its name.
    pub id: String,
    /// The question.
    pub question: String,
    /// The style it is counted under.
    pub style: String,
    /// What ought to come of it.
    pub expect: Expect,
    gold: Vec<FactIx>,
    by_text: Option<Texts>,
}

#[derive(Debug)]
struct Texts {
    must: Vec<Regex>,
    must_not: Vec<Regex>,
}

impl Texts {
    fn meets(&self, text: &str) -> bool {
        // A pattern that gives up counts as not found.
        let found = |r: &Regex| r.is_match(text).unwrap_or(false);
        self.must.iter().all(found) && !self.must_not.iter().any(found)
    }
}

/// Why a line of a question file cannot be used.
#[derive(Debug, Error)]
pub enum CaseError {
    /// Not a row.
    #[error("line {line}: {error}; a row is {{\"id\", \"q\", \"style\", \"expect\", \"gold\" or \"must\"}}")]
    Row {
        /// From 1.
        line: usize,
        /// What the parser says.
        error: serde_json::Error,
    },
    /// A pattern is broken.
    #[error("line {line}: `{pattern}` is not a regular expression: {error}")]
    Pattern {
        /// From 1.
        line: usize,
        /// Which.
        pattern: String,
        /// What is wrong with it.
        error: Box<fancy_regex::Error>,
    },
}

/// What came of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it ought to be.
    Right,
    /// An answer was given and it is not right.
    Wrong,
    /// No answer, but the right one is among the first three offered.
    Near,
    /// No answer, and not that either.
    Missed,
}

/// Reads question rows. Rows without `expect` expect an answer where `gold` is not empty.
///
/// # Errors
/// The first line that is not a row.
pub fn cases(knowledge: &Knowledge, text: &str) -> Result<Vec<Case>, CaseError> {
    let numbered = text.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.trim().is_empty());
    numbered
        .map(|(line, row)| {
            let row: Row = serde_json::from_str(row).map_err(|error| CaseError::Row { line, error })?;
            let compile = |patterns: &[String]| patterns.iter().map(|p| pattern(p, line)).collect::<Result<Vec<_>, _>>();
            let by_text = match &row.gold {
                Some(_) => None,
                None => Some(Texts { must: compile(&row.must)?, must_not: compile(&row.must_not)? }),
            };
            let gold: Vec<FactIx> = row.gold.iter().flatten().filter_map(|id| knowledge.base.find(id)).collect();
            let unanswerable = row.gold.as_ref().is_some_and(Vec::is_empty);
            let expect = row.expect.unwrap_or(if unanswerable { Expect::Abstain } else { Expect::Answer });
            Ok(Case { id: row.id, question: row.q, style: row.style.or(row.kind).unwrap_or_default(), expect, gold, by_text })
        })
        .collect()
}

fn pattern(text: &str, line: usize) -> Result<Regex, CaseError> {
    let built = RegexBuilder::new(&format!("(?is){text}")).build();
    built.map_err(|error| CaseError::Pattern { line, pattern: text.to_owned(), error: Box::new(error) })
}

impl Case {
    /// Whether a fact, put first, would be a right answer.
    pub fn is_right(&self, knowledge: &Knowledge, wanted: Wanted, fact: FactIx) -> bool {
        match &self.by_text {
            Some(texts) => texts.meets(&compose::fact_text(knowledge, wanted, fact)),
            None => self.gold.contains(&fact),
        }
    }

    /// Whether facts that rank so would be a right answer.
    pub fn is_right_ranking(&self, knowledge: &Knowledge, question: &Question, ranked: &[Ranked]) -> bool {
        match &self.by_text {
            Some(texts) => texts.meets(&compose::ranked_text(knowledge, question, ranked)),
            None => ranked.first().is_some_and(|r| self.gold.contains(&r.fact)),
        }
    }

    /// Judges an answer.
    pub fn judge(&self, knowledge: &Knowledge, answer: &Answer) -> Verdict {
        let answered = answer.outcome == Outcome::Answer;
        let meets = |text: &str| self.by_text.as_ref().is_none_or(|t| t.meets(text));
        match self.expect {
            Expect::Abstain if answered => Verdict::Wrong,
            Expect::Abstain => Verdict::Right,
            Expect::Either if !answered || meets(&compose::text(knowledge, answer)) => Verdict::Right,
            Expect::Either => Verdict::Wrong,
            Expect::Answer => self.judge_expected(knowledge, answer, answered),
        }
    }

    fn judge_expected(&self, knowledge: &Knowledge, answer: &Answer, answered: bool) -> Verdict {
        let right = match &self.by_text {
            Some(texts) => texts.meets(&compose::text(knowledge, answer)),
            None => answer.ranked.first().is_some_and(|r| self.gold.contains(&r.fact)),
        };
        let holds = answer.ranked.iter().take(3).any(|r| self.is_right(knowledge, answer.question.wanted, r.fact));
        match answered {
            true if right => Verdict::Right,
            true => Verdict::Wrong,
            false if answer.outcome == Outcome::Suggest && holds => Verdict::Near,
            false => Verdict::Missed,
        }
    }

    /// Whether the case belongs to the third that is kept aside while weights are fitted and rules are tuned.
    pub fn is_held_out(&self) -> bool {
        let hash = self.id.bytes().fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
        hash % 3 == 0
    }
}
