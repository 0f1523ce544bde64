//! What people do to facts, as pure functions: from a fact's history and a change to its next revision, or to the reason why not.
//!
//! A fact's history in a server begins with what the shipped base says (revision 0, if it says anything) and grows by one [`Revision`] for
//! each change. Nothing is ever taken out of it. Who changes a fact says which revision they saw; where another came between, they are told
//! and nothing is lost.

pub mod asked;
pub mod diff;
pub mod form;
pub mod import;
mod likeness;
pub mod neighbours;
pub mod overlay;
pub mod packed;
pub mod record;
pub mod review;
pub mod rows;
pub mod sources;
pub mod written;

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use crate::fact::FactId;
pub use overlay::{Edit, Head};
pub use record::{Record, SourceRecord, Sourced};

/// A server, by Discord's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ServerId(pub NonZeroU64);

/// Whose facts are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Every server's, and those of direct messages and the terminal: the operator's own edits over the shipped base.
    Everywhere,
    /// One server's: its edits over what holds everywhere.
    Server(ServerId),
}

impl Scope {
    /// The scope of a server's id; 0 is everywhere.
    pub fn of(id: u64) -> Self {
        NonZeroU64::new(id).map_or(Self::Everywhere, |id| Self::Server(ServerId(id)))
    }

    /// The server's id; 0 for everywhere.
    pub fn id(self) -> u64 {
        match self {
            Self::Everywhere => 0,
            Self::Server(ServerId(id)) => id.get(),
        }
    }
}

/// Who changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Author {
    /// A person, by Discord's id.
    Person(NonZeroU64),
    /// Whoever runs the program, from its command line.
    Operator,
    /// A person who asked to be forgotten.
    Forgotten,
}

/// The number of a revision of one fact in one scope: 0 is the shipped base's word, 1 the first change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct RevisionNo(pub u32);

impl RevisionNo {
    /// The number after this.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl std::fmt::Display for RevisionNo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "r{}", self.0)
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// A fact was added.
    Add,
    /// It was changed.
    Edit,
    /// It is served no more.
    Retract,
    /// It is served again.
    Restore,
    /// It is as it was in an earlier revision.
    Revert,
}

impl Action {
    /// Every action with the word it is written as.
    pub const ALL: [(Self, &'static str); 5] =
        [(Self::Add, "add"), (Self::Edit, "edit"), (Self::Retract, "retract"), (Self::Restore, "restore"), (Self::Revert, "revert")];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Edit => "edit",
            Self::Retract => "retract",
            Self::Restore => "restore",
            Self::Revert => "revert",
        }
    }

    /// The action of a word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(action, _)| *action)
    }
}

/// How a fact stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It is served.
    Published(Record),
    /// It is kept and not served.
    Retracted(Record),
}

impl State {
    /// What the fact says, served or not.
    pub fn record(&self) -> &Record {
        match self {
            Self::Published(record) | Self::Retracted(record) => record,
        }
    }

    /// Whether it is served.
    pub fn is_published(&self) -> bool {
        matches!(self, Self::Published(_))
    }
}

/// How a fact stands in a scope, whoever said so last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    /// The number of its last revision in that scope; 0 where nobody changed it there.
    pub number: RevisionNo,
    /// How it stands.
    pub state: State,
}

/// One change of a fact. It is never changed itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Which fact.
    pub fact: FactId,
    /// Its number.
    pub number: RevisionNo,
    /// What was done.
    pub action: Action,
    /// How the fact stood before, unless it was not there.
    pub before: Option<State>,
    /// How it stands after.
    pub after: State,
    /// What the shipped base said then.
    pub shipped: Option<Record>,
    /// Who, when, why, and by which interaction.
    pub stamp: Stamp,
}

/// Who, when, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Who did it.
    pub author: Author,
    /// Seconds since 1970.
    pub at: u64,
    /// Why, in their words; may be empty where no reason is asked for.
    pub reason: String,
    /// The interaction that asked for it: the same one changes nothing twice.
    pub cause: Option<u64>,
}

/// A fact in one scope, from the beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// Which fact.
    pub fact: FactId,
    /// What lies below this scope's own changes: the shipped base's word, or for a server that of everywhere.
    pub shipped: Option<Record>,
    /// The changes, oldest first.
    pub revisions: Vec<Revision>,
}

/// What is to be done to a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Add it.
    Add(Record),
    /// Let it say this.
    Edit(Record),
    /// Serve it no more.
    Retract,
    /// Serve it again.
    Restore,
    /// Let it be as it was.
    Revert(RevisionNo),
}

/// Why a change is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The id is taken.
    #[error("there is a fact `{0}` already; edit it, or give the new one another id")]
    Exists(FactId),
    /// There is no such fact.
    #[error("there is no fact `{0}`")]
    Missing(FactId),
    /// Somebody changed it since.
    #[error("the fact `{fact}` was changed since you opened it: you saw {seen}, it stands at {now}")]
    Moved {
        /// Which.
        fact: FactId,
        /// The revision that was seen.
        seen: RevisionNo,
        /// The revision it stands at.
        now: RevisionNo,
    },
    /// It is retracted.
    #[error("the fact `{0}` is retracted; restore it first")]
    IsRetracted(FactId),
    /// It is not retracted.
    #[error("the fact `{0}` is not retracted")]
    NotRetracted(FactId),
    /// No such revision.
    #[error("the fact `{fact}` has no revision {number}; its history goes from {first} to {last}")]
    NoSuchRevision {
        /// Which.
        fact: FactId,
        /// The number asked for.
        number: RevisionNo,
        /// The first there is.
        first: RevisionNo,
        /// The last there is.
        last: RevisionNo,
    },
    /// It says that already.
    #[error("that changes nothing: the fact `{0}` stands so already")]
    Unchanged(FactId),
    /// A reason is asked for.
    #[error("say why; the history keeps the reason")]
    NoReason,
}

impl History {
    /// A history without changes.
    pub fn new(fact: FactId, shipped: Option<Record>) -> Self {
        Self { fact, shipped, revisions: Vec::new() }
    }

    /// The number it stands at.
    pub fn number(&self) -> RevisionNo {
        self.revisions.last().map_or(RevisionNo(0), |revision| revision.number)
    }

    /// How the fact stands, if it is there.
    pub fn now(&self) -> Option<State> {
        self.at(self.number())
    }

    /// How the fact stood at a revision.
    pub fn at(&self, number: RevisionNo) -> Option<State> {
        if number == RevisionNo(0) {
            return self.shipped.clone().map(State::Published);
        }
        self.revisions.iter().find(|revision| revision.number == number).map(|revision| revision.after.clone())
    }

    /// The revision that a change makes. `seen` is the number that whoever asks for it saw.
    ///
    /// # Errors
    /// Why it is not made; the history is as it was.
    pub fn next(&self, change: Change, seen: RevisionNo, stamp: Stamp) -> Result<Revision, Refusal> {
        let fact = || self.fact.clone();
        let before = self.now();
        if let (Change::Add(_), Some(_)) = (&change, &before) {
            return Err(Refusal::Exists(fact()));
        }
        if !matches!(change, Change::Add(_)) && seen != self.number() {
            return Err(Refusal::Moved { fact: fact(), seen, now: self.number() });
        }
        let (action, after) = match (change, &before) {
            (Change::Add(record), _) => (Action::Add, State::Published(record)),
            (_, None) => return Err(Refusal::Missing(fact())),
            (Change::Edit(_) | Change::Retract, Some(State::Retracted(_))) => return Err(Refusal::IsRetracted(fact())),
            (Change::Edit(record), Some(State::Published(_))) => (Action::Edit, State::Published(record)),
            (Change::Retract, Some(State::Published(record))) => (Action::Retract, State::Retracted(record.clone())),
            (Change::Restore, Some(State::Published(_))) => return Err(Refusal::NotRetracted(fact())),
            (Change::Restore, Some(State::Retracted(record))) => (Action::Restore, State::Published(record.clone())),
            (Change::Revert(number), Some(_)) => {
                let first = RevisionNo(u32::from(self.shipped.is_none()));
                let state = self.at(number).ok_or(Refusal::NoSuchRevision { fact: fact(), number, first, last: self.number() })?;
                (Action::Revert, state)
            }
        };
        if before.as_ref() == Some(&after) {
            return Err(Refusal::Unchanged(fact()));
        }
        // However it comes about: what is served no more is so for a reason.
        let takes_away = before.as_ref().is_some_and(State::is_published) && !after.is_published();
        if takes_away && stamp.reason.trim().is_empty() {
            return Err(Refusal::NoReason);
        }
        Ok(Revision { fact: fact(), number: self.number().next(), action, before, after, shipped: self.shipped.clone(), stamp })
    }

    /// The history with one revision more.
    #[must_use]
    pub fn with(mut self, revision: Revision) -> Self {
        self.revisions.push(revision);
        self
    }
}
