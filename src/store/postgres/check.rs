//! Whether a database is a whole store.

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::PostgresStore;
use super::open::{Found, look};
use crate::store::error::{Fault, Strange};
use crate::store::report::{Problem, Report};
use crate::store::rows::{self, count_in};
use crate::store::schema::Schema;

/// Rows that are read at once.
const PAGE: i64 = 500;

/// Looks through all of it, as it stands at one moment. That rows refer to rows, the server holds; what is in them, it does not know.
pub(super) async fn report(store: &PostgresStore) -> Result<Report, Fault> {
    let mut tx = store.looking().await?;
    let Found::Ours(schema) = look(&mut tx, Schema::NEWEST).await? else {
        return Err(Fault::Strange(Strange::Damaged));
    };
    let mut problems = Vec::new();
    let revisions = readable(&mut tx, "revision", "id", |row| rows::revision(row).is_ok(), &mut problems).await?;
    readable(&mut tx, "setting", "server", |row| rows::setting(row).is_ok(), &mut problems).await?;
    // Which every database of PostgreSQL's has: the first had schema 3.
    readable(&mut tx, "suggestion", "id", |row| rows::suggestion(row).is_ok(), &mut problems).await?;
    let facts = "SELECT count(*) FROM (SELECT DISTINCT server, fact FROM revision) AS each";
    let facts = count_in(sqlx::query_scalar(facts).fetch_one(&mut *tx).await?);
    let behind = sqlx::query_scalar(
        "SELECT count(*) FROM (SELECT server, fact, max(number) AS last FROM revision GROUP BY server, fact) AS done
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
    connection: &mut PgConnection,
    table: &'static str,
    key: &str,
    reads: impl Fn(&PgRow) -> bool,
    problems: &mut Vec<Problem>,
) -> Result<u32, Fault> {
    let page = format!("SELECT * FROM {table} WHERE {key} > $1 ORDER BY {key} LIMIT {PAGE}");
    let (mut last, mut count) = (i64::MIN, 0_u32);
    loop {
        let found = sqlx::query(&page).bind(last).fetch_all(&mut *connection).await?;
        let Some(end) = found.last() else {
            return Ok(count);
        };
        last = end.try_get(key)?;
        for row in &found {
            count = count.saturating_add(1);
            if !reads(row) {
                problems.push(Problem::Unreadable { table, row: row.try_get(key)? });
            }
        }
    }
}
