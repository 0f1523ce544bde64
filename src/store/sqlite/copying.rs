//! A file as it is copied from, and into.

use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteRow;
use sqlx::{ConnectOptions, Connection, Executor, QueryBuilder, Row, Sqlite, SqliteConnection};

use super::error::said;
use super::open::{Found, Tuning, connections, look, mark, open_existing};
use crate::store::copy::{Cell, Cells, Column, Given, PAGE, SALT, Source, TABLES, Table, Target};
use crate::store::engine::{Engine, Told};
use crate::store::error::{Fault, StoreError};
use crate::store::location::Place;
use crate::store::schema::{Purpose, Schema, WITH_PRIVACY};

/// A connection within the transaction of a copy.
struct Side {
    file: PathBuf,
    connection: SqliteConnection,
}

/// A store, as it stands now.
pub(in crate::store) async fn source(file: &Path) -> Result<Box<dyn Source>, StoreError> {
    let tuning = Tuning::default();
    match open_existing(file, tuning).await? {
        Some((store, _)) => store.close().await,
        None => return Err(StoreError::Missing { at: Place::of_file(file) }),
    }
    let side = async {
        let mut connection = tuning.plain(file).connect().await?;
        connection.execute("BEGIN").await?;
        Ok(Side { file: file.to_owned(), connection })
    };
    Ok(Box::new(side.await.map_err(|fault: Fault| said(fault, &Place::of_file(file)))?))
}

/// A store that is made for it, or that a copy was begun into. It is marked as unfinished; nothing of the rest is kept until it is finished.
pub(in crate::store) async fn target(file: &Path, schema: Schema) -> Result<Box<dyn Target>, StoreError> {
    let tuning = Tuning { newest: schema, ..Tuning::default() };
    let found = look(file, tuning).await?;
    let side = async {
        // What is older and holds something is somebody's: it is refused as it is.
        if let Found::Ours(older) = found {
            let mut connection = tuning.plain(file).connect().await?;
            refuse_occupied(&mut connection, file, older).await?;
            connection.close().await?;
        }
        if found != Found::Ours(schema) {
            connections(file, found, tuning, Purpose::Copy).await?.close().await;
        }
        let mut connection = tuning.writing(file).connect().await?;
        connection.execute("BEGIN IMMEDIATE").await?;
        refuse_occupied(&mut connection, file, schema).await?;
        mark(&mut connection).await?;
        connection.execute("COMMIT").await?;
        connection.execute("BEGIN IMMEDIATE").await?;
        if schema >= WITH_PRIVACY {
            connection.execute("DELETE FROM salt").await?;
        }
        Ok(Side { file: file.to_owned(), connection })
    };
    Ok(Box::new(side.await.map_err(|fault: Fault| said(fault, &Place::of_file(file)))?))
}

/// Refuses a store of a schema that holds something.
async fn refuse_occupied(connection: &mut SqliteConnection, file: &Path, schema: Schema) -> Result<(), Fault> {
    for table in TABLES.iter().filter(|table| table.name != SALT && table.since <= schema) {
        let held: i64 = sqlx::query_scalar(&format!("SELECT count(*) FROM {}", table.name)).fetch_one(&mut *connection).await?;
        if held > 0 {
            return Err(StoreError::Occupied { at: Place::of_file(file), table: table.name }.into());
        }
    }
    Ok(())
}

impl Side {
    fn told<'s, T: Send>(place: Place, work: impl Future<Output = Result<T, Fault>> + Send + 's) -> Told<'s, T> {
        Box::pin(async move { work.await.map_err(|fault| said(fault, &place)) })
    }

    fn place(&self) -> Place {
        Place::of_file(&self.file)
    }
}

fn cells(table: &Table, row: &SqliteRow) -> Result<Cells, Fault> {
    let cell = |(at, column): (usize, Column)| {
        Ok(match column {
            Column::Whole(_) => Cell::Whole(row.try_get(at)?),
            Column::Text(_) => Cell::Text(row.try_get(at)?),
        })
    };
    table.columns().enumerate().map(cell).collect()
}

/// A query with some cells in it.
fn push<'q>(query: &mut sqlx::query_builder::Separated<'_, 'q, Sqlite, &'static str>, cells: impl IntoIterator<Item = &'q Cell>) {
    for cell in cells {
        match cell {
            Cell::Whole(number) => query.push_bind(*number),
            Cell::Text(text) => query.push_bind(text.as_deref()),
        };
    }
}

impl Source for Side {
    fn page<'s>(&'s mut self, table: &'static Table, after: Option<&'s [Cell]>) -> Told<'s, Vec<Cells>> {
        let key = Table::list(table.key.iter().copied());
        let mut query = QueryBuilder::new(format!("SELECT {} FROM {}", Table::list(table.columns()), table.name));
        if let Some(after) = after {
            query.push(format!(" WHERE ({key}) > ("));
            push(&mut query.separated(", "), after.iter().take(table.key.len()));
            query.push(")");
        }
        query.push(format!(" ORDER BY {key} LIMIT {PAGE}"));
        Self::told(self.place(), async move {
            let found = query.build().fetch_all(&mut self.connection).await?;
            found.iter().map(|row| cells(table, row)).collect()
        })
    }

    fn given(&mut self, table: &'static Table) -> Told<'_, Given> {
        Self::told(self.place(), async move {
            let last: Option<i64> = sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = ?")
                .bind(table.name)
                .fetch_optional(&mut self.connection)
                .await?;
            Ok(Given { last: last.unwrap_or_default() })
        })
    }

    fn epoch(&mut self) -> Told<'_, i64> {
        Self::told(self.place(), async move { Ok(sqlx::query_scalar("SELECT epoch FROM epoch").fetch_one(&mut self.connection).await?) })
    }
}

impl Target for Side {
    fn put<'s>(&'s mut self, table: &'static Table, rows: &'s [Cells]) -> Told<'s, ()> {
        let mut query = QueryBuilder::new(format!("INSERT INTO {} ({}) ", table.name, Table::list(table.columns())));
        query.push_values(rows, |mut values, row| push(&mut values, row));
        Self::told(self.place(), async move {
            query.build().execute(&mut self.connection).await?;
            Ok(())
        })
    }

    fn give_after(&mut self, table: &'static Table, given: Given) -> Told<'_, ()> {
        Self::told(self.place(), async move {
            for set in [
                "INSERT INTO sqlite_sequence (name, seq) SELECT ?1, 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?1)",
                "UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1",
            ] {
                sqlx::query(set).bind(table.name).bind(given.last).execute(&mut self.connection).await?;
            }
            Ok(())
        })
    }

    fn finish(mut self: Box<Self>, epoch: i64) -> Told<'static, ()> {
        Self::told(self.place(), async move {
            sqlx::query("UPDATE epoch SET epoch = ?").bind(epoch).execute(&mut self.connection).await?;
            self.connection.execute("DELETE FROM copying").await?;
            self.connection.execute("COMMIT").await?;
            Ok(self.connection.close().await?)
        })
    }
}
