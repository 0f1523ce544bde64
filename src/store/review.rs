//! What waits for a moderator, and how it ended.

use super::asked::cut;
use super::rows::folded;
use crate::curation::RevisionNo;
use crate::curation::review::{Proposal, Suggestion};

/// Some of what waits in a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// These, oldest first.
    pub suggestions: Vec<Suggestion>,
    /// How many wait in all.
    pub total: u32,
}

/// How much waits in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingInAll {
    /// In servers, for their moderators.
    pub servers: u32,
    /// From direct messages, for whoever runs the program.
    pub direct: u32,
}

/// What became of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// It stands, with its revision.
    Done(Suggestion),
    /// Somebody decided before; nothing was changed.
    Already(Suggestion),
    /// The fact was changed since, and stands at this number; nothing was changed.
    Moved(RevisionNo),
    /// This server has no such suggestion.
    Missing,
}

/// The words that a proposal is about, as they are compared.
pub(super) fn words(proposal: &Proposal) -> Option<String> {
    match proposal {
        Proposal::Words { words, .. } => Some(cut(folded(words))),
        Proposal::Change { .. } | Proposal::Wrong { .. } => None,
    }
}

pub(super) fn kind(proposal: &Proposal) -> &'static str {
    match proposal {
        Proposal::Change { .. } => "change",
        Proposal::Wrong { .. } => "wrong",
        Proposal::Words { .. } => "words",
    }
}
