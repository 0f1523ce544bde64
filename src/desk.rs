//! Where edits meet what keeps them: a change is made of the history, is on disk, and then is what the next question sees.

use std::sync::{Arc, Mutex, PoisonError};

use crate::app::{App, Taken};
use crate::curation::review::{Decision, Suggestion, SuggestionId};
use crate::curation::{Change, Head, History, Refusal, Revision, RevisionNo, Scope, Stamp};
use crate::fact::FactId;
use crate::store::{Appended, Decided, Extent, Heads, Mark, Store, StoreError};

/// Why a change was not made. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The history does not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It could not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A change that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// It was made now.
    Now(Box<Revision>),
    /// The same interaction made it before.
    Before(Box<Revision>),
}

impl Saved {
    /// The revision that it is.
    pub fn revision(&self) -> &Revision {
        match self {
            Self::Now(revision) | Self::Before(revision) => revision,
        }
    }
}

/// What became of approving a suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approved {
    /// It is done; with the revision that it made, if it asked for one.
    Done(Box<Suggestion>, Option<Box<Revision>>),
    /// Somebody decided before.
    Already(Box<Suggestion>),
    /// There is no such suggestion here.
    Missing,
}

/// What is answered from, with what keeps it.
#[derive(Debug, Clone)]
pub struct Desk {
    /// What is answered from.
    pub app: Arc<App>,
    /// What keeps it.
    pub store: Store,
    mark: Arc<Mutex<Option<Mark>>>,
}

impl Desk {
    /// Reads where every edited fact stands.
    pub async fn open(app: Arc<App>, store: Store) -> Result<Self, StoreError> {
        let heads = store.heads().await?;
        let desk = Self { app, store, mark: Arc::default() };
        desk.see(heads);
        Ok(desk)
    }

    /// A fact's history in a scope.
    pub async fn history(&self, scope: Scope, fact: &FactId) -> Result<History, StoreError> {
        let revisions = self.store.history(scope, fact).await?;
        Ok(History { fact: fact.clone(), shipped: self.app.below(scope, fact), revisions })
    }

    /// Changes a fact. When this returns, it is on disk and the next question sees it. `seen` is the revision that whoever asks for it saw.
    pub async fn change(&self, scope: Scope, fact: &FactId, change: Change, seen: RevisionNo, stamp: Stamp) -> Result<Saved, ChangeError> {
        let history = self.history(scope, fact).await?;
        if let Some(earlier) = stamp.cause.and_then(|cause| history.revisions.iter().find(|known| known.stamp.cause == Some(cause))) {
            return Ok(Saved::Before(Box::new(earlier.clone())));
        }
        let revision = history.next(change, seen, stamp)?;
        match self.store.append(scope, &revision).await {
            Ok(Appended::Saved) => {
                self.take(scope, &revision);
                Ok(Saved::Now(Box::new(revision)))
            }
            Ok(Appended::Replayed(earlier)) => {
                self.catch_up().await;
                Ok(Saved::Before(earlier))
            }
            Ok(Appended::Moved(now)) => {
                self.catch_up().await;
                Err(Refusal::Moved { fact: fact.clone(), seen, now }.into())
            }
            Err(error) => {
                // It may be on disk all the same: the answer to a commit can be lost.
                self.catch_up().await;
                Err(error.into())
            }
        }
    }

    /// Ends a suggestion as `decision` says; `change` is what is done to the fact by it.
    pub async fn decide(
        &self,
        scope: Scope,
        suggestion: SuggestionId,
        decision: &Decision,
        change: Option<(&FactId, Change, RevisionNo)>,
        stamp: Stamp,
    ) -> Result<Approved, ChangeError> {
        let cause = stamp.cause;
        let revision = match change {
            Some((fact, change, seen)) => {
                let history = self.history(scope, fact).await?;
                match history.revisions.iter().find(|known| cause.is_some() && known.stamp.cause == cause) {
                    Some(earlier) => Some(earlier.clone()),
                    None => match history.next(change, seen, stamp) {
                        Ok(revision) => Some(revision),
                        Err(refusal) => return self.not_decided(scope, suggestion, refusal).await,
                    },
                }
            }
            None => None,
        };
        match self.store.decide(scope, suggestion, decision, revision.as_ref(), cause).await? {
            Decided::Done(done) => {
                if let Some(revision) = &revision {
                    self.take(scope, revision);
                }
                Ok(Approved::Done(Box::new(done), revision.map(Box::new)))
            }
            Decided::Already(suggestion) => Ok(Approved::Already(Box::new(suggestion))),
            Decided::Moved(now) => {
                self.catch_up().await;
                let seen = revision.as_ref().map_or(RevisionNo(0), |revision| RevisionNo(revision.number.0.saturating_sub(1)));
                let fact = revision.map(|revision| revision.fact);
                Err(fact.map_or(ChangeError::Refused(Refusal::NoReason), |fact| Refusal::Moved { fact, seen, now }.into()))
            }
            Decided::Missing => Ok(Approved::Missing),
        }
    }

    /// Sees what is on disk, where something else than expected was found there; where that fails too, it is seen later.
    async fn catch_up(&self) {
        let _ = self.follow().await;
    }

    /// Why a decision was not made: the history forbids it, unless that is because somebody decided the same before.
    async fn not_decided(&self, scope: Scope, suggestion: SuggestionId, refusal: Refusal) -> Result<Approved, ChangeError> {
        match self.store.suggestion(scope, suggestion).await? {
            Some(ended) if ended.decision.is_some() => Ok(Approved::Already(Box::new(ended))),
            Some(_) => Err(refusal.into()),
            None => Ok(Approved::Missing),
        }
    }

    /// Sees what other processes changed since, as the command line does; how many facts.
    pub async fn follow(&self) -> Result<usize, StoreError> {
        let mark = *self.mark.lock().unwrap_or_else(PoisonError::into_inner);
        let heads = match mark {
            Some(mark) => self.store.heads_since(mark).await?,
            None => self.store.heads().await?,
        };
        let desk = self.clone();
        // A large import takes a while to be analysed: not among the tasks that answer. A fault in it leaves the mark where it was.
        Ok(tokio::task::spawn_blocking(move || desk.see(heads)).await.unwrap_or(0))
    }

    fn see(&self, heads: Heads) -> usize {
        let Heads { heads, mark, extent } = heads;
        let heads = heads
            .into_iter()
            .map(|head| (head.scope, Head { fact: head.fact, number: head.number, state: head.state, shipped: head.shipped }));
        let changed = match extent {
            Extent::Whole => {
                let heads: Vec<_> = heads.collect();
                let count = heads.len();
                self.app.replace(None, Some(heads));
                count
            }
            Extent::Changed => {
                let taken = self.app.take(heads);
                self.app.settle(&taken.due);
                taken.changed
            }
        };
        *self.mark.lock().unwrap_or_else(PoisonError::into_inner) = Some(mark);
        changed
    }

    fn take(&self, scope: Scope, revision: &Revision) {
        let head =
            Head { fact: revision.fact.clone(), number: revision.number, state: revision.after.clone(), shipped: revision.shipped.clone() };
        let Taken { due, .. } = self.app.take([(scope, head)]);
        if !due.is_empty() {
            let app = Arc::clone(&self.app);
            // Whoever edits does not wait for it, nor does the process where it ends before.
            tokio::task::spawn_blocking(move || app.settle(&due));
        }
    }
}
