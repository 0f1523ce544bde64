//! Why the store did not do what it was asked to, in one sentence for whoever runs the program. No sentence repeats what people typed.

use std::fmt;
use std::io;

use sqlx::migrate::MigrateError;

use super::location::Place;
use super::report::Problem;
use super::schema::Schema;
use crate::curation::{RevisionNo, Scope};
use crate::fact::FactId;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store is named in a way that this version does not know.
    #[error("the address of the store: {what}; write sqlite:FILE or postgres://USER@HOST/DATABASE")]
    NotSupported {
        /// What is not known.
        what: String,
    },
    /// The store is newer than the program.
    #[error("{at}: the store has schema {theirs}, this program knows {ours} at most; use the newer program, or restore a backup")]
    Newer {
        /// The store.
        at: Place,
        /// Its schema.
        theirs: Schema,
        /// The newest that the program knows.
        ours: Schema,
    },
    /// This is no store, or no whole one.
    #[error("{at}: {what}; name another store, or put a sound backup in its place")]
    Foreign {
        /// The store.
        at: Place,
        /// What it is.
        what: Strange,
    },
    /// The store was looked through, and something in it is wrong.
    #[error("{at}: {problem}; use a sound backup in its place")]
    Unsound {
        /// The store.
        at: Place,
        /// The first thing that is wrong.
        problem: Problem,
    },
    /// There is no room.
    #[error("{at}: the disk is full, nothing of this was kept; make room and try again")]
    Full {
        /// The store.
        at: Place,
    },
    /// The file cannot be written.
    #[error("{at}: the file cannot be written; let the program write it and its folder")]
    ReadOnly {
        /// The store.
        at: Place,
    },
    /// Somebody else keeps the store.
    #[error("{at}: something else is writing the store and did not end in time; try again, or stop the other program")]
    Locked {
        /// The store.
        at: Place,
    },
    /// The rules of the store forbid it.
    #[error("{at}: the store refuses this, nothing was changed: {rule}; correct what is to be kept")]
    Refused {
        /// The store.
        at: Place,
        /// The rule.
        rule: String,
    },
    /// Somebody changed a fact meanwhile.
    #[error("{at}: the fact `{fact}` of {} stands at {now} already, nothing was changed; read it again and repeat", named(*scope))]
    Moved {
        /// The store.
        at: Place,
        /// Whose fact.
        scope: Scope,
        /// Which.
        fact: FactId,
        /// The revision it stands at.
        now: RevisionNo,
    },
    /// There is no such file.
    #[error("{at}: there is no such file; see how it is written")]
    Missing {
        /// The store.
        at: Place,
    },
    /// Nothing is overwritten.
    #[error("{at}: there is a file of that name already, it is not overwritten; name another")]
    Exists {
        /// The store.
        at: Place,
    },
    /// The server is not there, or does not answer.
    #[error("{at}: the database does not answer: {what}; see that it runs and that this address leads to it")]
    Unreachable {
        /// The store.
        at: Place,
        /// What was seen of it.
        what: String,
    },
    /// The server does not let this role do it.
    #[error("{at}: the database does not allow it: {what}; give the role what docs/scaling.md lists, or name another role")]
    Denied {
        /// The store.
        at: Place,
        /// What the server says.
        what: String,
    },
    /// A copy into this store has not ended.
    #[error("{at}: a copy into this store was begun and has not ended; repeat `sanad store copy` until it says that all was copied")]
    Unfinished {
        /// The store.
        at: Place,
    },
    /// The store is not empty.
    #[error("{at}: the store holds rows in `{table}` already, nothing was copied; name a new one")]
    Occupied {
        /// The store.
        at: Place,
        /// A table with rows.
        table: &'static str,
    },
    /// What was copied is not what was there.
    #[error(
        "{at}: what was written to `{table}` reads otherwise than it was, so nothing was kept of it; stop what else uses either store and repeat the copy"
    )]
    Differs {
        /// The store that was copied into.
        at: Place,
        /// The table.
        table: &'static str,
    },
    /// This kind of store does not do it.
    #[error("{at}: {what}")]
    Elsewhere {
        /// The store.
        at: Place,
        /// What is done instead.
        what: &'static str,
    },
    /// The system failed.
    #[error("{at}: {what}; see that the disk and the folder are there and can be used")]
    Io {
        /// The store.
        at: Place,
        /// What the system says.
        what: String,
    },
}

/// What something is that is no whole store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Strange {
    /// A file of another kind.
    NotSqlite,
    /// A database that something else made.
    OtherProgram,
    /// A store whose schema goes by the same number and is another.
    OtherBuild(Schema),
    /// A store that is broken.
    Damaged,
    /// A store with a row that says nothing.
    Unreadable {
        /// The table.
        table: &'static str,
        /// Which row.
        row: i64,
    },
}

impl fmt::Display for Strange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSqlite => f.write_str("this is no SQLite database"),
            Self::OtherProgram => f.write_str("this database was made by another program"),
            Self::OtherBuild(schema) => write!(f, "schema {schema} of this store was made by another build of the program"),
            Self::Damaged => f.write_str("the database is damaged"),
            Self::Unreadable { table, row } => write!(f, "the database is damaged: row {row} of `{table}` cannot be read"),
        }
    }
}

fn named(scope: Scope) -> String {
    match scope {
        Scope::Everywhere => "everywhere".to_owned(),
        Scope::Server(server) => format!("server {}", server.0),
    }
}

/// What went wrong, before it is said in which store.
#[derive(Debug)]
pub(super) enum Fault {
    Sql(sqlx::Error),
    Strange(Strange),
    Newer {
        theirs: Schema,
        ours: Schema,
    },
    Moved {
        scope: Scope,
        fact: FactId,
        now: RevisionNo,
    },
    Io(io::Error),
    /// Put in words already.
    Said(Box<StoreError>),
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Said(Box::new(error))
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Only what is written goes this way; what is read says which row.
impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::Io(io::Error::other(error))
    }
}

impl From<MigrateError> for Fault {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => Self::Sql(error),
            other => Self::Io(io::Error::other(other.to_string())),
        }
    }
}

impl Fault {
    /// The same, said of a store. What its engine reports, only the engine can put in words.
    pub(super) fn at(self, at: &Place, of_engine: impl FnOnce(sqlx::Error, Place) -> StoreError) -> StoreError {
        let at = at.clone();
        match self {
            Self::Strange(what) => StoreError::Foreign { at, what },
            Self::Newer { theirs, ours } => StoreError::Newer { at, theirs, ours },
            Self::Moved { scope, fact, now } => StoreError::Moved { at, scope, fact, now },
            Self::Io(error) => of_system(&error, at),
            Self::Said(error) => *error,
            Self::Sql(sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed) => {
                StoreError::Io { at, what: "the store is closed".to_owned() }
            }
            Self::Sql(sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) => StoreError::Foreign { at, what: Strange::Damaged },
            Self::Sql(error) => of_engine(error, at),
        }
    }
}

/// What the system reports of a file.
pub(super) fn of_system(error: &io::Error, at: Place) -> StoreError {
    match error.kind() {
        io::ErrorKind::NotFound => StoreError::Missing { at },
        io::ErrorKind::AlreadyExists => StoreError::Exists { at },
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full { at },
        io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly { at },
        _ => StoreError::Io { at, what: error.to_string() },
    }
}
