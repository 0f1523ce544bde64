//! What somebody has begun to write and not yet sent. Each change is one statement, which needs no lock beside its row's.

use std::num::NonZeroU64;

use sqlx::PgConnection;

use super::PostgresStore;
use crate::curation::ServerId;
use crate::store::drafts::{DraftChange, DraftId, KEPT_FOR};
use crate::store::error::Fault;
use crate::store::rows::{id_out, server_out, time_out};

pub(super) async fn keep_draft(store: &PostgresStore, server: ServerId, owner: NonZeroU64, body: &str, at: u64) -> Result<DraftId, Fault> {
    let kept = sqlx::query_scalar("INSERT INTO draft (server, owner, body, changed_at) VALUES ($1, $2, $3, $4) RETURNING id");
    let kept = kept.bind(server_out(server)).bind(id_out(owner.get())).bind(body).bind(time_out(at));
    Ok(DraftId(kept.fetch_one(&store.pool()).await?))
}

pub(super) async fn draft(store: &PostgresStore, server: ServerId, owner: NonZeroU64, id: DraftId) -> Result<Option<String>, Fault> {
    let found = sqlx::query_scalar("SELECT body FROM draft WHERE id = $1 AND server = $2 AND owner = $3");
    Ok(found.bind(id.0).bind(server_out(server)).bind(id_out(owner.get())).fetch_optional(&store.pool()).await?)
}

pub(super) async fn change_draft(
    store: &PostgresStore,
    server: ServerId,
    owner: NonZeroU64,
    id: DraftId,
    body: &str,
    at: u64,
) -> Result<DraftChange, Fault> {
    let changed = sqlx::query("UPDATE draft SET body = $1, changed_at = $2 WHERE id = $3 AND server = $4 AND owner = $5");
    let changed = changed.bind(body).bind(time_out(at)).bind(id.0).bind(server_out(server)).bind(id_out(owner.get()));
    let changed = changed.execute(&store.pool()).await?.rows_affected();
    Ok(if changed == 0 { DraftChange::Missing } else { DraftChange::Changed })
}

pub(super) async fn drop_draft(store: &PostgresStore, server: ServerId, owner: NonZeroU64, id: DraftId) -> Result<(), Fault> {
    let dropped = sqlx::query("DELETE FROM draft WHERE id = $1 AND server = $2 AND owner = $3");
    dropped.bind(id.0).bind(server_out(server)).bind(id_out(owner.get())).execute(&store.pool()).await?;
    Ok(())
}

/// Drops what is too old to be kept.
pub(super) async fn drop_old(tx: &mut PgConnection, now: u64) -> Result<u32, Fault> {
    super::changed(tx, "DELETE FROM draft WHERE changed_at < $1", time_out(now.saturating_sub(KEPT_FOR))).await
}
