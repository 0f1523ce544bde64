//! Whether a file is a whole store.

use std::path::Path;

use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};

use super::error::said;
use super::open::{Found, Tuning, look};
use crate::store::error::{Fault, StoreError, Strange};
use crate::store::location::Place;
use crate::store::report::{Problem, Report};
use crate::store::rows::{self, count_in};
use crate::store::schema::{Schema, WITH_REVIEW};

/// Rows that are read at once.
const PAGE: u32 = 500;

/// Looks through a file: whether it is a store, and whole. It may be in use.
pub(in crate::store) async fn check(file: &Path, tuning: Tuning) -> Result<Report, StoreError> {
    let schema = match look(file, tuning).await? {
        Found::Nothing => return Err(StoreError::Missing { at: Place::of_file(file) }),
        Found::Empty => return Err(said(Fault::Strange(Strange::NotSqlite), &Place::of_file(file))),
        Found::Ours(schema) => schema,
    };
    let checked = async {
        let mut connection = tuning.plain(file).connect().await?;
        let report = look_through(&mut connection, schema).await;
        connection.close().await?;
        report
    };
    checked.await.map_err(|fault: Fault| said(fault, &Place::of_file(file)))
}

async fn look_through(connection: &mut SqliteConnection, schema: Schema) -> Result<Report, Fault> {
    let mut tx = connection.begin().await?;
    let mut problems = Vec::new();
    let said: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut *tx).await?;
    problems.extend(said.into_iter().filter(|line| line != "ok").map(Problem::Damage));
    for row in sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut *tx).await? {
        problems.push(Problem::Dangling { table: row.try_get(0)?, parent: row.try_get(2)? });
    }
    let revisions = readable(&mut tx, "revision", "*", |row| rows::revision(row).is_ok(), &mut problems).await?;
    readable(&mut tx, "setting", "server, body", |row| rows::setting(row).is_ok(), &mut problems).await?;
    if schema >= WITH_REVIEW {
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
    Ok(Report { schema, revisions, facts, problems })
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
