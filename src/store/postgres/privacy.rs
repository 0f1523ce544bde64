//! What is kept of a person, and how it goes.

use std::num::NonZeroU64;

use serde_json::Value;
use sqlx::PgConnection;
use sqlx::postgres::PgRow;

use super::PostgresStore;
use super::locks::{Lock, lock};
use crate::store::error::Fault;
use crate::store::privacy::{Forgotten, Kept};
use crate::store::rows::id_out;

pub(super) async fn about(store: &PostgresStore, person: NonZeroU64) -> Result<Value, Fault> {
    let id = id_out(person.get());
    let mut tx = store.looking().await?;
    let mut rows = async |sql: &'static str| -> Result<Vec<PgRow>, Fault> { Ok(sqlx::query(sql).bind(id).fetch_all(&mut *tx).await?) };
    let kept = Kept {
        drafts: rows("SELECT id, server, body, changed_at AS at FROM draft WHERE owner = $1 ORDER BY id").await?,
        suggestions: rows("SELECT id, server, proposal, at FROM suggestion WHERE proposer = $1 ORDER BY id").await?,
        decisions: rows("SELECT id, server, verdict, decision_reason, decided_at AS at FROM suggestion WHERE decided_by = $1 ORDER BY id")
            .await?,
        revisions: rows("SELECT id, server, fact, number, action, reason, at FROM revision WHERE author = $1 ORDER BY id").await?,
        settings: rows("SELECT server AS id, server, changed_at AS at FROM setting WHERE changed_by = $1 ORDER BY server").await?,
    };
    kept.told(person)
}

/// The server has the old rows until it cleans its tables (`autovacuum`), and in its log until that is written over.
pub(super) async fn forget(store: &PostgresStore, person: NonZeroU64) -> Result<Forgotten, Fault> {
    let mut tx = store.pool().begin().await?;
    lock(&mut tx, Lock::Forgetting).await?;
    let mut gone = async |sql| unsign(&mut tx, sql, person).await;
    let forgotten = Forgotten {
        drafts: gone("DELETE FROM draft WHERE owner = $1").await?,
        suggestions: gone("UPDATE suggestion SET proposer = NULL WHERE proposer = $1").await?,
        decisions: gone("UPDATE suggestion SET decided_by = NULL WHERE decided_by = $1").await?,
        revisions: gone("UPDATE revision SET author_kind = 'forgotten', author = NULL WHERE author = $1").await?,
        settings: gone("UPDATE setting SET changed_by = NULL WHERE changed_by = $1").await?,
    };
    tx.commit().await?;
    Ok(forgotten)
}

async fn unsign(tx: &mut PgConnection, sql: &'static str, person: NonZeroU64) -> Result<u32, Fault> {
    let rows = sqlx::query(sql).bind(id_out(person.get())).execute(tx).await?.rows_affected();
    Ok(u32::try_from(rows).unwrap_or(u32::MAX))
}
