//! What is kept of a person, and how it goes.

use std::num::NonZeroU64;

use serde_json::Value;
use sqlx::postgres::PgRow;

use super::locks::{Lock, lock};
use super::{PostgresStore, askers, changed};
use crate::store::error::Fault;
use crate::store::privacy::{Forgotten, Kept};
use crate::store::rows::id_out;

pub(super) async fn about(store: &PostgresStore, person: NonZeroU64) -> Result<Value, Fault> {
    let id = id_out(person.get());
    let mut tx = store.looking().await?;
    let who = askers::salt(&mut tx).await?.hash(person);
    let questions = sqlx::query(
        "SELECT server, asked, last_at AS at FROM asker JOIN unanswered USING (server, folded) WHERE who = $1 ORDER BY server, folded",
    );
    let questions = questions.bind(&who).fetch_all(&mut *tx).await?;
    let picks = sqlx::query(
        "SELECT server, fact, words, last_at AS at FROM picker JOIN pick USING (server, fact, folded)
         WHERE who = $1 ORDER BY server, fact, folded",
    );
    let picks = picks.bind(&who).fetch_all(&mut *tx).await?;
    let mut rows = async |sql: &'static str| -> Result<Vec<PgRow>, Fault> { Ok(sqlx::query(sql).bind(id).fetch_all(&mut *tx).await?) };
    let kept = Kept {
        questions,
        picks,
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
    lock(&mut tx, Lock::Noting).await?;
    let left = askers::forget(&mut tx, person).await?;
    let mut gone = async |sql| changed(&mut tx, sql, id_out(person.get())).await;
    let forgotten = Forgotten {
        questions: left.questions,
        picks: left.picks,
        drafts: gone("DELETE FROM draft WHERE owner = $1").await?,
        suggestions: gone("UPDATE suggestion SET proposer = NULL WHERE proposer = $1").await?,
        decisions: gone("UPDATE suggestion SET decided_by = NULL WHERE decided_by = $1").await?,
        revisions: gone("UPDATE revision SET author_kind = 'forgotten', author = NULL WHERE author = $1").await?,
        settings: gone("UPDATE setting SET changed_by = NULL WHERE changed_by = $1").await?,
    };
    // Nobody is told what nobody signs.
    let nobody_s = "DELETE FROM untold WHERE suggestion IN (SELECT id FROM suggestion WHERE proposer IS NULL)";
    sqlx::query(nobody_s).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(forgotten)
}
