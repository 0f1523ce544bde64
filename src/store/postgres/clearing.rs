//! What is kept for a while only, and goes. The server has the old rows until it cleans its tables (`autovacuum`).

use std::time::Duration;

use super::locks::{Lock, lock};
use super::{PostgresStore, changed, drafts};
use crate::store::clearing::{Cleared, before};
use crate::store::error::Fault;

pub(super) async fn clear(store: &PostgresStore, now: u64, keep: Duration) -> Result<Cleared, Fault> {
    let mut tx = store.pool().begin().await?;
    lock(&mut tx, Lock::Noting).await?;
    let before = before(now, keep);
    let drafts = drafts::drop_old(&mut tx, now).await?;
    let mut gone = async |sql| changed(&mut tx, sql, before).await;
    let cleared = Cleared {
        drafts,
        questions: gone("DELETE FROM unanswered WHERE last_at < $1").await?,
        picks: gone("DELETE FROM pick WHERE last_at < $1").await?,
        reported: gone(
            "UPDATE suggestion SET proposal = jsonb_set(proposal::jsonb, '{question}', 'null')::text
             WHERE at < $1 AND kind = 'wrong' AND (proposal::jsonb ->> 'question') IS NOT NULL",
        )
        .await?,
        // What was approved is a question form of a fact by now.
        words: gone("DELETE FROM suggestion WHERE at < $1 AND kind = 'words' AND verdict IS DISTINCT FROM 'approved'").await?,
    };
    tx.commit().await?;
    Ok(cleared)
}
