//! What was done to facts, as it is asked for and told.

use super::rows::{self, Columns, Reading};
use crate::curation::{Record, Revision, RevisionNo, Scope, State};
use crate::fact::FactId;

/// How far the changes of a store were seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub(super) epoch: i64,
    pub(super) last: i64,
}

/// Where a fact stands in a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Whose fact.
    pub scope: Scope,
    /// Which.
    pub fact: FactId,
    /// The number of its last revision.
    pub number: RevisionNo,
    /// How it stands.
    pub state: State,
    /// What the shipped base said when it was last changed.
    pub shipped: Option<Record>,
}

/// How much of the store some heads are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it: what was known before holds no more.
    Whole,
    /// What changed since the mark; all else stands as it was.
    Changed,
}

/// Where facts stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heads {
    /// One for each fact.
    pub heads: Vec<Head>,
    /// How far this goes.
    pub mark: Mark,
    /// Whether this is all.
    pub extent: Extent,
}

/// What became of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// It is kept.
    Saved,
    /// The interaction that asks for it was heard before, and led to this revision; nothing was changed.
    Replayed(Box<Revision>),
    /// Its number does not follow the one that the fact stands at; nothing was changed.
    Moved(RevisionNo),
}

/// The same with the row that it is.
pub(super) enum Added {
    Saved(i64),
    Replayed(i64, Box<Revision>),
    Moved(RevisionNo),
}

pub(super) fn head(row: &dyn Columns) -> Reading<Head> {
    Ok(Head {
        scope: rows::scope(row)?,
        fact: rows::fact(row)?,
        number: rows::number(row)?,
        state: rows::state_after(row)?,
        shipped: rows::record(row, "shipped_record")?,
    })
}
