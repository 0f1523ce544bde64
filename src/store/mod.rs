//! What moderators do and people ask, kept in an existing engine: one SQLite file, or a database of a PostgreSQL server.
//!
//! The one room that knows SQL. What people did to facts ([`Revision`](crate::curation::Revision)) is only ever added to, and the database
//! itself holds to that. Whoever changes something is told what became of it by a value ([`Appended`], [`Decided`]); an error
//! ([`StoreError`]) means that nothing was changed, and says in one sentence what to do.
//!
//! [`Engine`] is what every engine promises, and one set of tests holds all of them to it. Each has its own SQL, and its own steps that make
//! the database, by the same numbers.

mod asked;
mod askers;
mod clearing;
mod copy;
mod drafts;
mod engine;
mod error;
mod lease;
mod location;
mod postgres;
mod privacy;
mod report;
mod review;
mod revisions;
mod rows;
mod schema;
mod sqlite;
#[cfg(test)]
mod tests;
mod watch;

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

pub use asked::{AskedInVain, Pick, PickedOften};
pub use clearing::Cleared;
pub use copy::{Copied, CopiedTable};
pub use drafts::{DraftChange, DraftId};
pub use engine::{Engine, Told};
pub use error::{StoreError, Strange};
pub use lease::{Lease, Leased, Renewed};
pub use location::{Location, Place};
pub use postgres::Address;
pub use privacy::Forgotten;
pub use report::{Problem, Report};
pub use review::{Decided, Waiting, WaitingInAll};
pub use revisions::{Appended, Extent, Head, Heads, Mark};
pub use schema::Schema;
pub use watch::Watch;

use sqlite::open::Tuning;

/// The store. Copies share its connections. What it does, its [`Engine`] promises.
#[derive(Debug, Clone)]
pub struct Store(Arc<dyn Engine>);

/// An open store.
#[derive(Debug)]
pub struct Opened {
    /// The store.
    pub store: Store,
    /// What was made of an older one.
    pub migrated: Option<Migrated>,
}

/// An older store was brought up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// What it was.
    pub from: Schema,
    /// What it is.
    pub to: Schema,
    /// A copy of what it was, where the engine makes one.
    pub backup: Option<PathBuf>,
}

/// A backup stands in place of what was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The schema that the backup had.
    pub from: Schema,
    /// Revisions in it.
    pub revisions: u32,
    /// Facts that they are of, counted in each scope.
    pub facts: u32,
    /// A copy of what was there.
    pub kept: PathBuf,
}

impl Store {
    /// Opens a store, or makes one where there is none. An older one is brought up to date (a file after a backup beside it); a newer one is
    /// refused, and one that a copy into it has not ended. What is too old to be kept is dropped.
    pub async fn open(at: &Location) -> Result<Opened, StoreError> {
        match at {
            Location::File(file) => Ok(sqlite::open::open(file, Tuning::default()).await?.into()),
            Location::Server(address) => Ok(postgres::open::open(address).await?.into()),
        }
    }

    /// Opens a store for what only reads: nothing, where there is none. An older one is brought up to date all the same.
    pub async fn open_existing(at: &Location) -> Result<Option<Opened>, StoreError> {
        match at {
            Location::File(file) => Ok(sqlite::open::open_existing(file, Tuning::default()).await?.map(Opened::from)),
            Location::Server(address) => Ok(postgres::open::open_existing(address).await?.map(Opened::from)),
        }
    }

    /// Opens a store for what only looks at it: nothing, where there is none. An older one is left at its schema, and what came with later
    /// ones cannot be asked of it; it can be looked through and backed up, and says what was done to facts.
    pub async fn open_as_it_is(at: &Location) -> Result<Option<Self>, StoreError> {
        Ok(match at {
            Location::File(file) => sqlite::open::open_as_it_is(file, Tuning::default()).await?.map(|store| Self(Arc::new(store))),
            Location::Server(address) => postgres::open::open_as_it_is(address).await?.map(|store| Self(Arc::new(store))),
        })
    }

    /// Looks through a file: whether it is a store, and whole. It may be in use.
    pub async fn check_file(path: &Path) -> Result<Report, StoreError> {
        sqlite::check::check(&location::in_full(path), Tuning::default()).await
    }

    /// Copies all that one store holds into a new one, and reads it back to see that it is the same; `done` is told of each table. Until all
    /// is there, the new one holds nothing but the mark that it is unfinished, by which it is refused; so a copy that was killed is repeated
    /// as if it had not been begun.
    pub async fn copy(from: &Location, to: &Location, done: impl FnMut(&CopiedTable) + Send) -> Result<Copied, StoreError> {
        copy::copy(from, to, done).await
    }

    /// Ends all connections, after what is being written. Copies of the store are of no use after it.
    pub async fn close(self) {
        self.0.close().await;
    }
}

impl Deref for Store {
    type Target = dyn Engine;

    fn deref(&self) -> &Self::Target {
        self.0.as_ref()
    }
}

impl<E: Engine + 'static> From<(E, Option<Migrated>)> for Opened {
    fn from((engine, migrated): (E, Option<Migrated>)) -> Self {
        Self { store: Store(Arc::new(engine)), migrated }
    }
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
