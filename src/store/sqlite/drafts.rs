//! What somebody has begun to write and not yet sent.

use std::num::NonZeroU64;

use sqlx::{Row, SqliteConnection};

use super::SqliteStore;
use crate::curation::ServerId;
use crate::store::drafts::{DraftChange, DraftId, KEPT_FOR};
use crate::store::error::Fault;
use crate::store::rows::{id_out, server_out, time_out};

pub(super) async fn keep_draft(store: &SqliteStore, server: ServerId, owner: NonZeroU64, body: &str, at: u64) -> Result<DraftId, Fault> {
    let mut tx = store.begin().await?;
    let kept = sqlx::query("INSERT INTO draft (server, owner, body, changed_at) VALUES (?, ?, ?, ?)");
    let kept = kept.bind(server_out(server)).bind(id_out(owner.get())).bind(body).bind(time_out(at)).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(DraftId(kept.last_insert_rowid()))
}

pub(super) async fn draft(store: &SqliteStore, server: ServerId, owner: NonZeroU64, id: DraftId) -> Result<Option<String>, Fault> {
    let found = sqlx::query("SELECT body FROM draft WHERE id = ? AND server = ? AND owner = ?");
    let found = found.bind(id.0).bind(server_out(server)).bind(id_out(owner.get())).fetch_optional(&store.readers).await?;
    Ok(found.map(|row| row.try_get("body")).transpose()?)
}

pub(super) async fn change_draft(
    store: &SqliteStore,
    server: ServerId,
    owner: NonZeroU64,
    id: DraftId,
    body: &str,
    at: u64,
) -> Result<DraftChange, Fault> {
    let mut tx = store.begin().await?;
    let changed = sqlx::query("UPDATE draft SET body = ?, changed_at = ? WHERE id = ? AND server = ? AND owner = ?");
    let changed = changed.bind(body).bind(time_out(at)).bind(id.0).bind(server_out(server)).bind(id_out(owner.get()));
    let changed = changed.execute(&mut *tx).await?.rows_affected();
    tx.commit().await?;
    Ok(if changed == 0 { DraftChange::Missing } else { DraftChange::Changed })
}

pub(super) async fn drop_draft(store: &SqliteStore, server: ServerId, owner: NonZeroU64, id: DraftId) -> Result<(), Fault> {
    let mut tx = store.begin().await?;
    let dropped = sqlx::query("DELETE FROM draft WHERE id = ? AND server = ? AND owner = ?");
    dropped.bind(id.0).bind(server_out(server)).bind(id_out(owner.get())).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// Drops what is too old to be kept.
pub(super) async fn drop_old(tx: &mut SqliteConnection, now: u64) -> Result<u32, Fault> {
    super::changed(tx, "DELETE FROM draft WHERE changed_at < ?", time_out(now.saturating_sub(KEPT_FOR))).await
}
