//! Why the store did not do what it was asked to, in one sentence for whoever runs the program. No sentence repeats what people typed.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use sqlx::error::DatabaseError;
use sqlx::migrate::MigrateError;

use super::check::Problem;
use super::schema::Schema;
use crate::curation::{RevisionNo, Scope};
use crate::fact::FactId;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store is named in a way that this version does not know.
    #[error("the address of the store: {what}: this version keeps its store in SQLite; write sqlite:FILE")]
    NotSupported {
        /// What is not known.
        what: String,
    },
    /// The file is newer than the program.
    #[error("{}: the store has schema {theirs}, this program knows {ours} at most; use the newer program, or restore a backup", file.display())]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its schema.
        theirs: Schema,
        /// The newest that the program knows.
        ours: Schema,
    },
    /// The file is no store, or no whole one.
    #[error("{}: {what}; name another file, or move this one away and restore a backup", file.display())]
    Foreign {
        /// The file.
        file: PathBuf,
        /// What it is.
        what: Strange,
    },
    /// The file was looked through, and something in it is wrong.
    #[error("{}: {problem}; use a sound backup in its place", file.display())]
    Unsound {
        /// The file.
        file: PathBuf,
        /// The first thing that is wrong.
        problem: Problem,
    },
    /// There is no room.
    #[error("{}: the disk is full, nothing of this was kept; make room and try again", file.display())]
    Full {
        /// The file.
        file: PathBuf,
    },
    /// The file cannot be written.
    #[error("{}: the file cannot be written; let the program write it and its folder", file.display())]
    ReadOnly {
        /// The file.
        file: PathBuf,
    },
    /// Somebody else keeps the file.
    #[error("{}: something else is writing the store and did not end in time; try again, or stop the other program", file.display())]
    Locked {
        /// The file.
        file: PathBuf,
    },
    /// The rules of the store forbid it.
    #[error("{}: the store refuses this, nothing was changed: {rule}; correct what is to be kept", file.display())]
    Refused {
        /// The file.
        file: PathBuf,
        /// The rule.
        rule: String,
    },
    /// Somebody changed a fact meanwhile.
    #[error("{}: the fact `{fact}` of {} stands at {now} already, nothing was changed; read it again and repeat", file.display(), named(*scope))]
    Moved {
        /// The file.
        file: PathBuf,
        /// Whose fact.
        scope: Scope,
        /// Which.
        fact: FactId,
        /// The revision it stands at.
        now: RevisionNo,
    },
    /// There is no such file.
    #[error("{}: there is no such file; see how it is written", file.display())]
    Missing {
        /// The file.
        file: PathBuf,
    },
    /// Nothing is overwritten.
    #[error("{}: there is a file of that name already, it is not overwritten; name another", file.display())]
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// The system failed.
    #[error("{}: {what}; see that the disk and the folder are there and can be used", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system says.
        what: String,
    },
}

/// What a file is that is no whole store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Strange {
    /// Another kind of file.
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

/// What went wrong, before it is said in which file.
#[derive(Debug)]
pub(super) enum Fault {
    Sql(sqlx::Error),
    Strange(Strange),
    Newer { theirs: Schema, ours: Schema },
    Moved { scope: Scope, fact: FactId, now: RevisionNo },
    Io(io::Error),
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
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
    /// The same, said of a file.
    pub(super) fn at(self, file: &Path) -> StoreError {
        let file = file.to_owned();
        match self {
            Self::Strange(what) => StoreError::Foreign { file, what },
            Self::Newer { theirs, ours } => StoreError::Newer { file, theirs, ours },
            Self::Moved { scope, fact, now } => StoreError::Moved { file, scope, fact, now },
            Self::Io(error) | Self::Sql(sqlx::Error::Io(error)) => of_system(&error, file),
            Self::Sql(sqlx::Error::Database(error)) => of_sqlite(error.as_ref(), file),
            Self::Sql(sqlx::Error::PoolTimedOut) => StoreError::Locked { file },
            Self::Sql(sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed) => {
                StoreError::Io { file, what: "the store is closed".to_owned() }
            }
            Self::Sql(sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) => StoreError::Foreign { file, what: Strange::Damaged },
            Self::Sql(other) => StoreError::Io { file, what: other.to_string() },
        }
    }
}

fn of_system(error: &io::Error, file: PathBuf) -> StoreError {
    match error.kind() {
        io::ErrorKind::NotFound => StoreError::Missing { file },
        io::ErrorKind::AlreadyExists => StoreError::Exists { file },
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::Full { file },
        io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly { file },
        _ => StoreError::Io { file, what: error.to_string() },
    }
}

/// SQLite's primary result codes are the low eight bits of the extended ones (sqlite.org/rescode.html).
fn of_sqlite(error: &dyn DatabaseError, file: PathBuf) -> StoreError {
    let code = error.code().and_then(|code| code.parse::<i32>().ok()).unwrap_or_default();
    match code & 0xff {
        5 | 6 => StoreError::Locked { file },
        8 => StoreError::ReadOnly { file },
        11 => StoreError::Foreign { file, what: Strange::Damaged },
        13 => StoreError::Full { file },
        19 => {
            let message = error.message();
            StoreError::Refused { file, rule: message.strip_prefix("CHECK constraint failed: ").unwrap_or(message).to_owned() }
        }
        26 => StoreError::Foreign { file, what: Strange::NotSqlite },
        _ => StoreError::Io { file, what: error.message().to_owned() },
    }
}
