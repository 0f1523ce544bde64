//! What is kept of a person, and how it goes.

use std::num::NonZeroU64;

use serde_json::{Value, json};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::Store;
use super::error::{Fault, StoreError};
use super::rows::{self, Reading, id_out};

/// What went of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgotten {
    /// Drafts that were dropped.
    pub drafts: u32,
    /// Suggestions that nobody signs any more.
    pub suggestions: u32,
    /// Decisions that nobody signs any more.
    pub decisions: u32,
    /// Revisions whose author is forgotten; what they did to facts stays.
    pub revisions: u32,
    /// Settings that nobody signs any more.
    pub settings: u32,
}

impl Store {
    /// All that is kept of a person.
    pub async fn about(&self, person: NonZeroU64) -> Result<Value, StoreError> {
        self.told(async {
            let id = id_out(person.get());
            let mut tx = self.readers.begin().await?;
            let drafts = sqlx::query("SELECT id, server, body, changed_at AS at FROM draft WHERE owner = ? ORDER BY id");
            let drafts = drafts.bind(id).fetch_all(&mut *tx).await?;
            let suggestions = sqlx::query("SELECT id, server, proposal, at FROM suggestion WHERE proposer = ? ORDER BY id");
            let suggestions = suggestions.bind(id).fetch_all(&mut *tx).await?;
            let decisions = sqlx::query(
                "SELECT id, server, verdict, decision_reason, decided_at AS at FROM suggestion WHERE decided_by = ? ORDER BY id",
            );
            let decisions = decisions.bind(id).fetch_all(&mut *tx).await?;
            let revisions = sqlx::query("SELECT id, server, fact, number, action, reason, at FROM revision WHERE author = ? ORDER BY id");
            let revisions = revisions.bind(id).fetch_all(&mut *tx).await?;
            let settings = sqlx::query("SELECT server AS id, server, changed_at AS at FROM setting WHERE changed_by = ? ORDER BY server");
            let settings = settings.bind(id).fetch_all(&mut *tx).await?;
            Ok(json!({
                // Ids are texts: many a reader of JSON cannot hold their numbers.
                "person": person.to_string(),
                "drafts": list("draft", &drafts, draft)?,
                "suggestions": list("suggestion", &suggestions, suggestion)?,
                "decisions": list("suggestion", &decisions, decision)?,
                "revisions": list("revision", &revisions, revision)?,
                "settings": list("setting", &settings, place)?,
            }))
        })
        .await
    }

    /// Forgets who a person is: their drafts go, what they did stays without their name. Backups made before still have it, and bring it back.
    pub async fn forget(&self, person: NonZeroU64) -> Result<Forgotten, StoreError> {
        self.told(async {
            let mut tx = self.begin().await?;
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
            let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await;
            Ok(forgotten)
        })
        .await
    }
}

async fn unsign(tx: &mut SqliteConnection, sql: &'static str, person: NonZeroU64) -> Result<u32, Fault> {
    let rows = sqlx::query(sql).bind(id_out(person.get())).execute(tx).await?.rows_affected();
    Ok(u32::try_from(rows).unwrap_or(u32::MAX))
}

fn list(table: &'static str, found: &[SqliteRow], entry: fn(&SqliteRow) -> Reading<Value>) -> Result<Vec<Value>, Fault> {
    found.iter().map(|row| rows::read(table, row, entry)).collect()
}

fn draft(row: &SqliteRow) -> Reading<Value> {
    Ok(json!({"server": rows::scope(row)?.id().to_string(), "text": row.try_get::<&str, _>("body")?, "at": rows::time(row, "at")?}))
}

fn suggestion(row: &SqliteRow) -> Reading<Value> {
    let proposal: Value = rows::json(row, "proposal")?;
    let id: i64 = row.try_get("id")?;
    Ok(json!({"server": rows::scope(row)?.id().to_string(), "suggestion": id, "proposal": proposal, "at": rows::time(row, "at")?}))
}

fn decision(row: &SqliteRow) -> Reading<Value> {
    let (id, verdict, reason): (i64, &str, &str) = (row.try_get("id")?, row.try_get("verdict")?, row.try_get("decision_reason")?);
    let server = rows::scope(row)?.id().to_string();
    Ok(json!({"server": server, "suggestion": id, "verdict": verdict, "reason": reason, "at": rows::time(row, "at")?}))
}

fn revision(row: &SqliteRow) -> Reading<Value> {
    Ok(json!({
        "server": rows::scope(row)?.id().to_string(),
        "fact": rows::fact(row)?,
        "number": rows::number(row)?,
        "action": row.try_get::<&str, _>("action")?,
        "reason": row.try_get::<&str, _>("reason")?,
        "at": rows::time(row, "at")?,
    }))
}

fn place(row: &SqliteRow) -> Reading<Value> {
    Ok(json!({"server": rows::scope(row)?.id().to_string(), "at": rows::time(row, "at")?}))
}
