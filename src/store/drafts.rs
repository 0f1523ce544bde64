//! What somebody has begun to write and not yet sent.

/// Drafts that nobody touched for so many seconds are dropped.
pub(super) const KEPT_FOR: u64 = 7 * 24 * 60 * 60;

/// The number of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DraftId(pub i64);

/// What became of a change to a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftChange {
    /// It says the new text.
    Changed,
    /// Its owner has no such draft in this server.
    Missing,
}
