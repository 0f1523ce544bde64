//! Whether a file is a whole store.

use std::path::Path;

use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};

use super::Store;
use super::error::{Fault, StoreError, Strange};
use super::location::in_full;
use super::open::{Found, Tuning, look};
use super::rows::{self, count_in};
use super::schema::Schema;
use super::settings::setting;

/// Rows that are read at once.
const PAGE: u32 = 500;

/// What a store holds, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// Its schema.
    pub schema: Schema,
    /// Revisions in it.
    pub revisions: u32,
    /// Facts that they are of, counted in each scope.
    pub facts: u32,
    /// What is wrong; nothing, in a sound store.
    pub problems: Vec<Problem>,
}

/// Something wrong with a store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// SQLite finds it damaged.
    #[error("the database is damaged: {0}")]
    Damage(String),
    /// A row refers to one that is not there.
    #[error("a row of `{table}` refers to a row of `{parent}` that is not there")]
    Dangling {
        /// The table.
        table: String,
        /// The table that is referred to.
        parent: String,
    },
    /// A row says nothing.
    #[error("row {row} of `{table}` cannot be read")]
    Unreadable {
        /// The table.
        table: &'static str,
        /// Which row.
        row: i64,
    },
    /// The fact's last revision is not the one it stands at.
    #[error("{facts} facts do not stand at their last revisions")]
    Heads {
        /// How many.
        facts: u32,
    },
}

impl Store {
    /// Looks through a file: whether it is a store, and whole. It may be in use.
    pub async fn check_file(path: &Path) -> Result<FileReport, StoreError> {
        check(&in_full(path), Tuning::default()).await
    }
}

pub(super) async fn check(file: &Path, tuning: Tuning) -> Result<FileReport, StoreError> {
    let schema = match look(file, tuning).await? {
        Found::Nothing => return Err(StoreError::Missing { file: file.to_owned() }),
        Found::Empty => return Err(Fault::Strange(Strange::NotSqlite).at(file)),
        Found::Ours(schema) => schema,
    };
    let checked = async {
        let mut connection = tuning.plain(file).connect().await?;
        let report = look_through(&mut connection, schema).await;
        connection.close().await?;
        report
    };
    checked.await.map_err(|fault: Fault| fault.at(file))
}

async fn look_through(connection: &mut SqliteConnection, schema: Schema) -> Result<FileReport, Fault> {
    let mut tx = connection.begin().await?;
    let mut problems = Vec::new();
    let said: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut *tx).await?;
    problems.extend(said.into_iter().filter(|line| line != "ok").map(Problem::Damage));
    for row in sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut *tx).await? {
        problems.push(Problem::Dangling { table: row.try_get(0)?, parent: row.try_get(2)? });
    }
    let revisions = readable(&mut tx, "revision", "*", |row| rows::revision(row).is_ok(), &mut problems).await?;
    readable(&mut tx, "setting", "server, body", |row| setting(row).is_ok(), &mut problems).await?;
    if schema >= Schema(2) {
        readable(&mut tx, "suggestion", "*", |row| rows::suggestion(row).is_ok(), &mut problems).await?;
    }
    let facts = "SELECT count(*) FROM (SELECT DISTINCT server, fact FROM revision)";
    let facts = count_in(sqlx::query_scalar(facts).fetch_one(&mut *tx).await?);
    let behind = sqlx::query_scalar(
        "SELECT count(*) FROM (SELECT server, fact, max(number) AS last FROM revision GROUP BY server, fact)
         LEFT JOIN head USING (server, fact) WHERE number IS NULL OR number <> last",
    );
    let behind = count_in(behind.fetch_one(&mut *tx).await?);
    if behind > 0 {
        problems.push(Problem::Heads { facts: behind });
    }
    Ok(FileReport { schema, revisions, facts, problems })
}

/// Reads all rows of a table, and notes those that say nothing; how many rows there are.
async fn readable(
    connection: &mut SqliteConnection,
    table: &'static str,
    columns: &str,
    reads: impl Fn(&sqlx::sqlite::SqliteRow) -> bool,
    problems: &mut Vec<Problem>,
) -> Result<u32, Fault> {
    let page = format!("SELECT rowid AS row, {columns} FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT {PAGE}");
    let (mut last, mut count) = (0, 0_u32);
    loop {
        let found = sqlx::query(&page).bind(last).fetch_all(&mut *connection).await?;
        let Some(end) = found.last() else {
            return Ok(count);
        };
        last = end.try_get("row")?;
        for row in &found {
            count = count.saturating_add(1);
            if !reads(row) {
                problems.push(Problem::Unreadable { table, row: row.try_get("row")? });
            }
        }
    }
}
