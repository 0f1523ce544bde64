//! What is kept for a while only, and goes.

use std::time::Duration;

use super::{SqliteStore, changed, drafts};
use crate::store::clearing::{Cleared, before};
use crate::store::error::Fault;

pub(super) async fn clear(store: &SqliteStore, now: u64, keep: Duration) -> Result<Cleared, Fault> {
    let mut tx = store.begin().await?;
    let before = before(now, keep);
    let drafts = drafts::drop_old(&mut tx, now).await?;
    let mut gone = async |sql| changed(&mut tx, sql, before).await;
    let cleared = Cleared {
        drafts,
        questions: gone("DELETE FROM unanswered WHERE last_at < ?").await?,
        picks: gone("DELETE FROM pick WHERE last_at < ?").await?,
        reported: gone(
            "UPDATE suggestion SET proposal = json_set(proposal, '$.question', NULL)
             WHERE at < ? AND kind = 'wrong' AND json_extract(proposal, '$.question') IS NOT NULL",
        )
        .await?,
        // What was approved is a question form of a fact by now.
        words: gone("DELETE FROM suggestion WHERE at < ? AND kind = 'words' AND verdict IS NOT 'approved'").await?,
    };
    tx.commit().await?;
    if cleared.is_something() {
        store.empty_log().await;
    }
    Ok(cleared)
}
