//! What is kept for a while only, and goes.

use std::time::Duration;

use super::rows::time_out;

/// What went because it was too old.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cleared {
    /// Drafts that nobody changed for a week.
    pub drafts: u32,
    /// Questions that had no answer.
    pub questions: u32,
    /// Picks.
    pub picks: u32,
    /// Questions taken out of what was said of a wrong answer.
    pub reported: u32,
    /// Words that were proposed for a fact and not taken into it.
    pub words: u32,
}

impl Cleared {
    /// Whether anything went.
    pub fn is_something(self) -> bool {
        self != Self::default()
    }
}

/// What is older than this goes.
pub(super) fn before(now: u64, keep: Duration) -> i64 {
    time_out(now.saturating_sub(keep.as_secs()))
}
