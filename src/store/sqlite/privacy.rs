//! What is kept of a person, and how it goes.

use std::num::NonZeroU64;

use serde_json::Value;
use sqlx::SqliteConnection;

use super::SqliteStore;
use crate::store::error::Fault;
use crate::store::privacy::{Forgotten, Kept};
use crate::store::rows::id_out;

pub(super) async fn about(store: &SqliteStore, person: NonZeroU64) -> Result<Value, Fault> {
    let id = id_out(person.get());
    let mut tx = store.readers.begin().await?;
    let drafts = sqlx::query("SELECT id, server, body, changed_at AS at FROM draft WHERE owner = ? ORDER BY id");
    let drafts = drafts.bind(id).fetch_all(&mut *tx).await?;
    let suggestions = sqlx::query("SELECT id, server, proposal, at FROM suggestion WHERE proposer = ? ORDER BY id");
    let suggestions = suggestions.bind(id).fetch_all(&mut *tx).await?;
    let decisions =
        sqlx::query("SELECT id, server, verdict, decision_reason, decided_at AS at FROM suggestion WHERE decided_by = ? ORDER BY id");
    let decisions = decisions.bind(id).fetch_all(&mut *tx).await?;
    let revisions = sqlx::query("SELECT id, server, fact, number, action, reason, at FROM revision WHERE author = ? ORDER BY id");
    let revisions = revisions.bind(id).fetch_all(&mut *tx).await?;
    let settings = sqlx::query("SELECT server AS id, server, changed_at AS at FROM setting WHERE changed_by = ? ORDER BY server");
    let settings = settings.bind(id).fetch_all(&mut *tx).await?;
    Kept { drafts, suggestions, decisions, revisions, settings }.told(person)
}

pub(super) async fn forget(store: &SqliteStore, person: NonZeroU64) -> Result<Forgotten, Fault> {
    let mut tx = store.begin().await?;
    let mut gone = async |sql| unsign(&mut tx, sql, person).await;
    let forgotten = Forgotten {
        drafts: gone("DELETE FROM draft WHERE owner = ?").await?,
        suggestions: gone("UPDATE suggestion SET proposer = NULL WHERE proposer = ?").await?,
        decisions: gone("UPDATE suggestion SET decided_by = NULL WHERE decided_by = ?").await?,
        revisions: gone("UPDATE revision SET author_kind = 'forgotten', author = NULL WHERE author = ?").await?,
        settings: gone("UPDATE setting SET changed_by = NULL WHERE changed_by = ?").await?,
    };
    tx.commit().await?;
    // The log for writing still has the old rows. Where somebody reads just now, it is emptied later.
    let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&store.writer).await;
    Ok(forgotten)
}

async fn unsign(tx: &mut SqliteConnection, sql: &'static str, person: NonZeroU64) -> Result<u32, Fault> {
    let rows = sqlx::query(sql).bind(id_out(person.get())).execute(tx).await?.rows_affected();
    Ok(u32::try_from(rows).unwrap_or(u32::MAX))
}
