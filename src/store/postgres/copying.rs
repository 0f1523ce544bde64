//! A database as it is copied from, and into.

use std::path::Path;

use sqlx::postgres::PgRow;
use sqlx::{Connection, Executor, PgConnection, Postgres, QueryBuilder, Row};

use super::Address;
use super::error::said;
use super::locks::Lock;
use super::open::{Found, connect, look, make, mark};
use crate::store::copy::{Cell, Cells, Column, Given, PAGE, SALT, Source, TABLES, Table, Target, copy_all};
use crate::store::engine::Told;
use crate::store::error::{Fault, StoreError};
use crate::store::location::Place;
use crate::store::schema::{Purpose, Schema};
use crate::store::sqlite;

/// A copy may take as long as it takes.
const PATIENT: &str = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0";

/// A connection within the transaction of a copy.
struct Side {
    place: Place,
    connection: PgConnection,
}

/// A store, as it stands now, brought up to date.
pub(in crate::store) async fn source(address: &Address) -> Result<Box<dyn Source>, StoreError> {
    let (found, schema) = as_it_is(address).await?;
    if schema == Schema::NEWEST {
        return Ok(found);
    }
    drop(found);
    make(address, Purpose::Use).await?;
    Ok(as_it_is(address).await?.0)
}

/// A store, as it stands now, with its schema.
async fn as_it_is(address: &Address) -> Result<(Box<dyn Source>, Schema), StoreError> {
    let place = address.place();
    let side = async {
        let mut connection = connect(address).await?;
        connection.execute(PATIENT).await?;
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let Found::Ours(schema) = look(&mut connection, Schema::NEWEST).await? else {
            return Err(StoreError::Missing { at: place.clone() }.into());
        };
        let copying: i64 = sqlx::query_scalar("SELECT count(*) FROM copying").fetch_one(&mut connection).await?;
        if copying > 0 {
            return Err(StoreError::Unfinished { at: place.clone() }.into());
        }
        Ok((Side { place: place.clone(), connection }, schema))
    };
    let (side, schema) = side.await.map_err(|fault: Fault| said(fault, &place))?;
    Ok((Box::new(side), schema))
}

/// A store that is made for it, or that a copy was begun into. It is marked as unfinished; nothing of the rest is kept until it is finished.
pub(in crate::store) async fn target(address: &Address) -> Result<Box<dyn Target>, StoreError> {
    let place = address.place();
    make(address, Purpose::Copy).await?;
    let side = async {
        let mut connection = connect(address).await?;
        // Of two copies at once, one goes on. The lock ends with the connection, however that ends; of one that was killed, the server
        // may need a moment to see it.
        sqlx::query("SELECT pg_advisory_lock($1)").bind(Lock::Copying.key()).execute(&mut connection).await?;
        connection.execute(PATIENT).await?;
        connection.execute("BEGIN").await?;
        for table in TABLES.iter().filter(|table| table.name != SALT) {
            let held: bool =
                sqlx::query_scalar(&format!("SELECT EXISTS (SELECT 1 FROM {})", table.name)).fetch_one(&mut connection).await?;
            if held {
                return Err(StoreError::Occupied { at: place.clone(), table: table.name }.into());
            }
        }
        mark(&mut connection).await?;
        connection.execute("COMMIT").await?;
        connection.execute("BEGIN").await?;
        connection.execute("DELETE FROM salt").await?;
        Ok(Side { place: place.clone(), connection })
    };
    Ok(Box::new(side.await.map_err(|fault: Fault| said(fault, &place))?))
}

/// A copy in a file, of the store's schema, which is looked through and on disk before it bears its name.
pub(super) async fn backup(address: &Address, to: &Path) -> Result<(), StoreError> {
    let file = sqlite::backup::Partial::beside(to)?;
    let (source, schema) = as_it_is(address).await?;
    let target = sqlite::copying::target(file.path(), schema).await?;
    copy_all(source, target, schema, &Place::of_file(file.path()), |_| ()).await?;
    file.keep_if_sound(to).await
}

impl Side {
    fn told<'s, T: Send>(place: Place, work: impl Future<Output = Result<T, Fault>> + Send + 's) -> Told<'s, T> {
        Box::pin(async move { work.await.map_err(|fault| said(fault, &place)) })
    }
}

fn cells(table: &Table, row: &PgRow) -> Result<Cells, Fault> {
    let cell = |(at, column): (usize, Column)| {
        Ok(match column {
            Column::Whole(_) => Cell::Whole(row.try_get(at)?),
            Column::Text(_) => Cell::Text(row.try_get(at)?),
        })
    };
    table.columns().enumerate().map(cell).collect()
}

/// A query with some cells in it.
fn push<'q>(query: &mut sqlx::query_builder::Separated<'_, 'q, Postgres, &'static str>, cells: impl IntoIterator<Item = &'q Cell>) {
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
        Self::told(self.place.clone(), async move {
            let found = query.build().fetch_all(&mut self.connection).await?;
            found.iter().map(|row| cells(table, row)).collect()
        })
    }

    fn given(&mut self, table: &'static Table) -> Told<'_, Given> {
        Self::told(self.place.clone(), async move {
            let given = format!("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {}_id_seq", table.name);
            Ok(Given { last: sqlx::query_scalar(&given).fetch_one(&mut self.connection).await? })
        })
    }

    fn epoch(&mut self) -> Told<'_, i64> {
        Self::told(
            self.place.clone(),
            async move { Ok(sqlx::query_scalar("SELECT epoch FROM epoch").fetch_one(&mut self.connection).await?) },
        )
    }
}

impl Target for Side {
    fn put<'s>(&'s mut self, table: &'static Table, rows: &'s [Cells]) -> Told<'s, ()> {
        let mut query = QueryBuilder::new(format!("INSERT INTO {} ({}) ", table.name, Table::list(table.columns())));
        query.push_values(rows, |mut values, row| push(&mut values, row));
        Self::told(self.place.clone(), async move {
            query.build().execute(&mut self.connection).await?;
            Ok(())
        })
    }

    fn give_after(&mut self, table: &'static Table, given: Given) -> Told<'_, ()> {
        Self::told(self.place.clone(), async move {
            if given.last > 0 {
                let set = format!("SELECT setval('{}_id_seq', $1)", table.name);
                sqlx::query(&set).bind(given.last).execute(&mut self.connection).await?;
            }
            Ok(())
        })
    }

    fn finish(mut self: Box<Self>, epoch: i64) -> Told<'static, ()> {
        Self::told(self.place.clone(), async move {
            sqlx::query("UPDATE epoch SET epoch = $1").bind(epoch).execute(&mut self.connection).await?;
            self.connection.execute("DELETE FROM copying").await?;
            self.connection.execute("COMMIT").await?;
            Ok(self.connection.close().await?)
        })
    }
}
