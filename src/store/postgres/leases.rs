//! Leases, by the clock of the server.

use std::time::Duration;

use sqlx::Row;

use super::PostgresStore;
use crate::store::error::Fault;
use crate::store::lease::{Lease, Leased, Renewed, millis, span as span_of};

/// Milliseconds since 1970, by the server. It goes on within a transaction.
const NOW: &str = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

pub(super) async fn lease(store: &PostgresStore, name: &str, holder: &str, span: Duration) -> Result<Leased, Fault> {
    let mut tx = store.pool().begin().await?;
    // The row is locked whether or not it is changed, so what is read below is what stood in the way.
    let taken = format!(
        "INSERT INTO lease AS held (name, holder, until) VALUES ($1, $2, {NOW} + $3)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
         WHERE held.holder = excluded.holder OR held.until <= {NOW}"
    );
    let taken = sqlx::query(&taken).bind(name).bind(holder).bind(millis(span)).execute(&mut *tx).await?;
    if taken.rows_affected() > 0 {
        tx.commit().await?;
        return Ok(Leased::Mine);
    }
    let held = format!("SELECT holder, until - {NOW} AS remaining FROM lease WHERE name = $1");
    let held = sqlx::query(&held).bind(name).fetch_one(&mut *tx).await?;
    Ok(Leased::Taken { by: held.try_get("holder")?, left: span_of(held.try_get("remaining")?) })
}

pub(super) async fn renew(store: &PostgresStore, name: &str, holder: &str, span: Duration) -> Result<Renewed, Fault> {
    let more = format!("UPDATE lease SET until = {NOW} + $1 WHERE name = $2 AND holder = $3 AND until > {NOW}");
    let more = sqlx::query(&more).bind(millis(span)).bind(name).bind(holder).execute(&store.pool()).await?;
    Ok(if more.rows_affected() > 0 { Renewed::Held } else { Renewed::Lost })
}

pub(super) async fn release(store: &PostgresStore, name: &str, holder: &str) -> Result<(), Fault> {
    sqlx::query("DELETE FROM lease WHERE name = $1 AND holder = $2").bind(name).bind(holder).execute(&store.pool()).await?;
    Ok(())
}

pub(super) async fn leases(store: &PostgresStore, beginning: &str) -> Result<Vec<Lease>, Fault> {
    let held =
        format!("SELECT name, holder, until - {NOW} AS remaining FROM lease WHERE starts_with(name, $1) AND until > {NOW} ORDER BY name");
    let held = sqlx::query(&held).bind(beginning).fetch_all(&store.pool()).await?;
    let each = held.iter();
    each.map(|row| Ok(Lease { name: row.try_get("name")?, by: row.try_get("holder")?, left: span_of(row.try_get("remaining")?) })).collect()
}
