//! What somebody has begun to write and not yet sent.

use std::num::NonZeroU64;

use sqlx::{Row, SqliteConnection};

use super::Store;
use super::error::{Fault, StoreError};
use super::rows::{id_out, server_out, time_out};
use crate::curation::ServerId;

/// Drafts that nobody touched for so many seconds are dropped.
const KEPT_FOR: u64 = 7 * 24 * 60 * 60;

/// The number of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DraftId(pub i64);

/// What became of a change to a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftChange {
    /// It says the new text.
    Changed,
    /// Its owner has no such draft in this server.
    Missing,
}

impl Store {
    /// Keeps a new draft.
    pub async fn keep_draft(&self, server: ServerId, owner: NonZeroU64, body: &str, at: u64) -> Result<DraftId, StoreError> {
        self.told(async {
            let mut tx = self.begin().await?;
            let kept = sqlx::query("INSERT INTO draft (server, owner, body, changed_at) VALUES (?, ?, ?, ?)");
            let kept = kept.bind(server_out(server)).bind(id_out(owner.get())).bind(body).bind(time_out(at)).execute(&mut *tx).await?;
            tx.commit().await?;
            Ok(DraftId(kept.last_insert_rowid()))
        })
        .await
    }

    /// The text of a draft, if it is this person's in this server.
    pub async fn draft(&self, server: ServerId, owner: NonZeroU64, id: DraftId) -> Result<Option<String>, StoreError> {
        self.told(async {
            let found = sqlx::query("SELECT body FROM draft WHERE id = ? AND server = ? AND owner = ?");
            let found = found.bind(id.0).bind(server_out(server)).bind(id_out(owner.get())).fetch_optional(&self.readers).await?;
            Ok(found.map(|row| row.try_get("body")).transpose()?)
        })
        .await
    }

    /// Gives a draft another text, if it is this person's in this server.
    pub async fn change_draft(
        &self,
        server: ServerId,
        owner: NonZeroU64,
        id: DraftId,
        body: &str,
        at: u64,
    ) -> Result<DraftChange, StoreError> {
        self.told(async {
            let mut tx = self.begin().await?;
            let changed = sqlx::query("UPDATE draft SET body = ?, changed_at = ? WHERE id = ? AND server = ? AND owner = ?");
            let changed = changed.bind(body).bind(time_out(at)).bind(id.0).bind(server_out(server)).bind(id_out(owner.get()));
            let changed = changed.execute(&mut *tx).await?.rows_affected();
            tx.commit().await?;
            Ok(if changed == 0 { DraftChange::Missing } else { DraftChange::Changed })
        })
        .await
    }

    /// Drops a draft, if it is this person's in this server and still there.
    pub async fn drop_draft(&self, server: ServerId, owner: NonZeroU64, id: DraftId) -> Result<(), StoreError> {
        self.told(async {
            let mut tx = self.begin().await?;
            let dropped = sqlx::query("DELETE FROM draft WHERE id = ? AND server = ? AND owner = ?");
            dropped.bind(id.0).bind(server_out(server)).bind(id_out(owner.get())).execute(&mut *tx).await?;
            Ok(tx.commit().await?)
        })
        .await
    }
}

/// Drops what is too old to be kept.
pub(super) async fn drop_old(tx: &mut SqliteConnection, now: u64) -> Result<(), Fault> {
    sqlx::query("DELETE FROM draft WHERE changed_at < ?").bind(time_out(now.saturating_sub(KEPT_FOR))).execute(tx).await?;
    Ok(())
}
