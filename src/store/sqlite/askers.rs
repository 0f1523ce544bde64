//! Who asked and who picked, told apart without being known.

use std::num::NonZeroU64;

use sqlx::SqliteConnection;

use super::changed;
use crate::store::askers::{Left, Salt};
use crate::store::error::Fault;

pub(super) async fn salt(connection: &mut SqliteConnection) -> Result<Salt, Fault> {
    Ok(Salt(sqlx::query_scalar("SELECT salt FROM salt").fetch_one(connection).await?))
}

/// Takes a person out of all that was asked and picked; what nobody else asked or picked goes.
pub(super) async fn forget(tx: &mut SqliteConnection, person: NonZeroU64) -> Result<Left, Fault> {
    let who = salt(&mut *tx).await?.hash(person);
    let mut gone = async |sql| changed(&mut *tx, sql, who.as_str()).await;
    let questions = gone(
        "DELETE FROM unanswered WHERE (server, folded) IN (SELECT server, folded FROM asker AS mine WHERE who = ?1 AND NOT EXISTS
             (SELECT 1 FROM asker AS other WHERE other.server = mine.server AND other.folded = mine.folded AND other.who <> ?1))",
    )
    .await?;
    let picks = gone(
        "DELETE FROM pick WHERE (server, fact, folded) IN (SELECT server, fact, folded FROM picker AS mine WHERE who = ?1 AND NOT EXISTS
             (SELECT 1 FROM picker AS other
              WHERE other.server = mine.server AND other.fact = mine.fact AND other.folded = mine.folded AND other.who <> ?1))",
    )
    .await?;
    for rest in ["DELETE FROM asker WHERE who = ?", "DELETE FROM picker WHERE who = ?"] {
        gone(rest).await?;
    }
    Ok(Left { questions, picks })
}
