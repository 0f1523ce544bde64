//! What is found when a store is looked through.

use super::error::StoreError;
use super::location::Place;
use super::schema::Schema;

/// What a store holds, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its schema.
    pub schema: Schema,
    /// Revisions in it.
    pub revisions: u32,
    /// Facts that they are of, counted in each scope.
    pub facts: u32,
    /// What is wrong; nothing, in a sound store.
    pub problems: Vec<Problem>,
}

/// Something wrong with a store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The engine finds it damaged.
    #[error("the database is damaged: {0}")]
    Damage(String),
    /// A row refers to one that is not there.
    #[error("a row of `{table}` refers to a row of `{parent}` that is not there")]
    Dangling {
        /// The table.
        table: String,
        /// The table that is referred to.
        parent: String,
    },
    /// A row says nothing.
    #[error("row {row} of `{table}` cannot be read")]
    Unreadable {
        /// The table.
        table: &'static str,
        /// Which row.
        row: i64,
    },
    /// The fact's last revision is not the one it stands at.
    #[error("{facts} facts do not stand at their last revisions")]
    Heads {
        /// How many.
        facts: u32,
    },
}

impl Report {
    /// The same, unless something is wrong.
    pub(super) fn sound(self, at: &Place) -> Result<Self, StoreError> {
        match self.problems.first() {
            Some(problem) => Err(StoreError::Unsound { at: at.clone(), problem: problem.clone() }),
            None => Ok(self),
        }
    }
}
