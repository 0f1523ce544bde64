//! What waits for a moderator: proposals of people, answers that somebody calls wrong, words that people use for a fact.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::{Change, RevisionNo, Scope};
use crate::fact::FactId;

/// The number of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SuggestionId(pub i64);

/// What is suggested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "most proposals are changes, and few are held at once")]
pub enum Proposal {
    /// A change to a fact, or a new one: by somebody who is no moderator, or by a moderator where two must agree.
    Change {
        /// Which fact; for a new one the id that it is to have.
        fact: FactId,
        /// The revision that was seen.
        seen: RevisionNo,
        /// What is to be done.
        change: Change,
        /// Why.
        reason: String,
    },
    /// The answer given by a fact is wrong, somebody says.
    Wrong {
        /// Which fact.
        fact: FactId,
        /// What was asked, where that is known.
        question: Option<String>,
    },
    /// People use these words for a fact, again and again: they may be a question form.
    Words {
        /// Which fact.
        fact: FactId,
        /// The words.
        words: String,
        /// How often it was picked for them.
        times: u32,
    },
}

impl Proposal {
    /// The fact that it is about.
    pub fn fact(&self) -> &FactId {
        match self {
            Self::Change { fact, .. } | Self::Wrong { fact, .. } | Self::Words { fact, .. } => fact,
        }
    }
}

/// How a suggestion ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It was done.
    Approved,
    /// It was not.
    Rejected,
}

/// Who ended a suggestion, when, how and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// How.
    pub verdict: Verdict,
    /// Who; nobody, where they asked to be forgotten.
    pub by: Option<NonZeroU64>,
    /// Seconds since 1970.
    pub at: u64,
    /// Why; may be empty where it was approved.
    pub reason: String,
}

/// A message of the bot in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// The channel.
    pub channel: NonZeroU64,
    /// The message.
    pub message: NonZeroU64,
}

/// Something that waits for a moderator, or has been decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Its number.
    pub id: SuggestionId,
    /// The server it belongs to; everywhere, if it came in direct messages: those are for whoever runs the program.
    pub scope: Scope,
    /// What is suggested.
    pub proposal: Proposal,
    /// Who suggested it; nobody for what nobody signs (*Wrong?*, words) and for who asked to be forgotten.
    pub proposer: Option<NonZeroU64>,
    /// Seconds since 1970.
    pub at: u64,
    /// Where it stands in the review channel.
    pub post: Option<Post>,
    /// How it ended, if it did.
    pub decision: Option<Decision>,
}

impl Suggestion {
    /// Who is to be told how it ended: who made it, unless they ended it themselves.
    pub fn to_be_told(&self) -> Option<NonZeroU64> {
        let decision = self.decision.as_ref()?;
        self.proposer.filter(|proposer| decision.by != Some(*proposer))
    }
}

/// A server's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Roles whose bearers are moderators, beside those with Manage Messages.
    pub moderator_roles: Vec<NonZeroU64>,
    /// Where suggestions are posted.
    pub review_channel: Option<NonZeroU64>,
    /// Where each change leaves a line.
    pub log_channel: Option<NonZeroU64>,
    /// Channels where every question is tried.
    pub asking_channels: Vec<NonZeroU64>,
    /// Hosts that sources may lie on; any, if there is none.
    pub hosts: Vec<String>,
    /// Topics whose facts two must agree on.
    pub four_eyes: Vec<String>,
}

/// A question that had no answer, with how often it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unanswered {
    /// As it was first asked, cleaned of Discord's marks.
    pub text: String,
    /// How often.
    pub times: u32,
    /// When last, in seconds since 1970.
    pub last: u64,
}
