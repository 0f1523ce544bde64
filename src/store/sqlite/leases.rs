//! Leases, by the clock of the machine that all processes of a file share.

use std::time::Duration;

use sqlx::Row;

use super::SqliteStore;
use crate::store::error::Fault;
use crate::store::lease::{Lease, Leased, Renewed, millis, span as span_of};

/// Milliseconds since 1970, as whole numbers, by SQLite.
const NOW: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

pub(super) async fn lease(store: &SqliteStore, name: &str, holder: &str, span: Duration) -> Result<Leased, Fault> {
    let mut tx = store.begin().await?;
    let taken = format!(
        "INSERT INTO lease (name, holder, until) VALUES (?1, ?2, {NOW} + ?3)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
         WHERE lease.holder = excluded.holder OR lease.until <= {NOW}"
    );
    let taken = sqlx::query(&taken).bind(name).bind(holder).bind(millis(span)).execute(&mut *tx).await?;
    if taken.rows_affected() > 0 {
        tx.commit().await?;
        return Ok(Leased::Mine);
    }
    let held = format!("SELECT holder, until - {NOW} AS left FROM lease WHERE name = ?");
    let held = sqlx::query(&held).bind(name).fetch_one(&mut *tx).await?;
    Ok(Leased::Taken { by: held.try_get("holder")?, left: span_of(held.try_get("left")?) })
}

pub(super) async fn renew(store: &SqliteStore, name: &str, holder: &str, span: Duration) -> Result<Renewed, Fault> {
    let mut tx = store.begin().await?;
    let more = format!("UPDATE lease SET until = {NOW} + ? WHERE name = ? AND holder = ? AND until > {NOW}");
    let more = sqlx::query(&more).bind(millis(span)).bind(name).bind(holder).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(if more.rows_affected() > 0 { Renewed::Held } else { Renewed::Lost })
}

pub(super) async fn release(store: &SqliteStore, name: &str, holder: &str) -> Result<(), Fault> {
    let mut tx = store.begin().await?;
    sqlx::query("DELETE FROM lease WHERE name = ? AND holder = ?").bind(name).bind(holder).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

pub(super) async fn leases(store: &SqliteStore, beginning: &str) -> Result<Vec<Lease>, Fault> {
    let held = format!(
        "SELECT name, holder, until - {NOW} AS left FROM lease
         WHERE substr(name, 1, length(?1)) = ?1 AND until > {NOW} ORDER BY name"
    );
    let held = sqlx::query(&held).bind(beginning).fetch_all(&store.readers).await?;
    let each = held.iter();
    each.map(|row| Ok(Lease { name: row.try_get("name")?, by: row.try_get("holder")?, left: span_of(row.try_get("left")?) })).collect()
}
