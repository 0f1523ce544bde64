//! What is kept of a person, as they are told it.

use std::num::NonZeroU64;

use serde_json::{Value, json};

use super::error::Fault;
use super::rows::{self, Columns, Reading};

/// What went of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgotten {
    /// Questions without an answer that went, for nobody else asked them.
    pub questions: u32,
    /// Picks that went, for nobody else picked so.
    pub picks: u32,
    /// Drafts that were dropped.
    pub drafts: u32,
    /// Suggestions that nobody signs any more.
    pub suggestions: u32,
    /// Decisions that nobody signs any more.
    pub decisions: u32,
    /// Revisions whose author is forgotten; what they did to facts stays.
    pub revisions: u32,
    /// Settings that nobody signs any more.
    pub settings: u32,
}

/// The rows that are kept of a person, with what is told of them.
pub(super) struct Kept<R> {
    pub(super) questions: Vec<R>,
    pub(super) picks: Vec<R>,
    pub(super) drafts: Vec<R>,
    pub(super) suggestions: Vec<R>,
    pub(super) decisions: Vec<R>,
    pub(super) revisions: Vec<R>,
    pub(super) settings: Vec<R>,
}

impl<R: Columns> Kept<R> {
    /// All of it, as a person is told it.
    pub(super) fn told(&self, person: NonZeroU64) -> Result<Value, Fault> {
        Ok(json!({
            // Ids are texts: many a reader of JSON cannot hold their numbers.
            "person": person.to_string(),
            "questions": list("unanswered", &self.questions, question)?,
            "picks": list("pick", &self.picks, pick)?,
            "drafts": list("draft", &self.drafts, draft)?,
            "suggestions": list("suggestion", &self.suggestions, suggestion)?,
            "decisions": list("suggestion", &self.decisions, decision)?,
            "revisions": list("revision", &self.revisions, revision)?,
            "settings": list("setting", &self.settings, place)?,
        }))
    }
}

fn list<R: Columns>(table: &'static str, found: &[R], entry: fn(&dyn Columns) -> Reading<Value>) -> Result<Vec<Value>, Fault> {
    found.iter().map(|row| rows::read(table, row, entry)).collect()
}

fn question(row: &dyn Columns) -> Reading<Value> {
    Ok(json!({"server": rows::scope(row)?.id().to_string(), "question": row.said("asked")?, "at": rows::time(row, "at")?}))
}

fn pick(row: &dyn Columns) -> Reading<Value> {
    let (server, words) = (rows::scope(row)?.id().to_string(), row.said("words")?);
    Ok(json!({"server": server, "words": words, "fact": rows::fact(row)?, "at": rows::time(row, "at")?}))
}

fn draft(row: &dyn Columns) -> Reading<Value> {
    Ok(json!({"server": rows::scope(row)?.id().to_string(), "text": row.said("body")?, "at": rows::time(row, "at")?}))
}

fn suggestion(row: &dyn Columns) -> Reading<Value> {
    let proposal: Value = rows::json(row, "proposal")?;
    let id = row.whole("id")?;
    Ok(json!({"server": rows::scope(row)?.id().to_string(), "suggestion": id, "proposal": proposal, "at": rows::time(row, "at")?}))
}

fn decision(row: &dyn Columns) -> Reading<Value> {
    let (id, verdict, reason) = (row.whole("id")?, row.said("verdict")?, row.said("decision_reason")?);
    let server = rows::scope(row)?.id().to_string();
    Ok(json!({"server": server, "suggestion": id, "verdict": verdict, "reason": reason, "at": rows::time(row, "at")?}))
}

fn revision(row: &dyn Columns) -> Reading<Value> {
    Ok(json!({
        "server": rows::scope(row)?.id().to_string(),
        "fact": rows::fact(row)?,
        "number": rows::number(row)?,
        "action": row.said("action")?,
        "reason": row.said("reason")?,
        "at": rows::time(row, "at")?,
    }))
}

fn place(row: &dyn Columns) -> Reading<Value> {
    Ok(json!({"server": rows::scope(row)?.id().to_string(), "at": rows::time(row, "at")?}))
}
