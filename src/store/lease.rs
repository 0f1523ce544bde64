//! Who may do what only one process may do, for a while.

use std::time::Duration;

/// What became of asking for a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leased {
    /// It is this holder's, for as long as was asked for.
    Mine,
    /// It is another's.
    Taken {
        /// Whose.
        by: String,
        /// How much longer, unless they ask for more.
        left: Duration,
    },
}

/// What became of asking for more of a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewed {
    /// It is held on, for as long as was asked for.
    Held,
    /// It ran out, or is another's: what was done under it may be done by somebody else already.
    Lost,
}

/// A lease that somebody has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Of what.
    pub name: String,
    /// Whose.
    pub by: String,
    /// How much longer, unless they ask for more.
    pub left: Duration,
}

/// A time span as stores count it.
pub(super) fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// What a store counted, as a time span.
pub(super) fn span(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}
