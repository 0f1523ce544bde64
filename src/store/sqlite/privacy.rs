//! What is kept of a person, and how it goes.

use std::num::NonZeroU64;

use serde_json::Value;

use super::{SqliteStore, askers, changed};
use crate::store::error::Fault;
use crate::store::privacy::{Forgotten, Kept};
use crate::store::rows::id_out;

pub(super) async fn about(store: &SqliteStore, person: NonZeroU64) -> Result<Value, Fault> {
    let id = id_out(person.get());
    let mut tx = store.readers.begin().await?;
    let who = askers::salt(&mut tx).await?.hash(person);
    let questions = sqlx::query(
        "SELECT unanswered.rowid AS id, server, asked, last_at AS at FROM asker JOIN unanswered USING (server, folded)
         WHERE who = ? ORDER BY server, folded",
    );
    let questions = questions.bind(&who).fetch_all(&mut *tx).await?;
    let picks = sqlx::query(
        "SELECT pick.rowid AS id, server, fact, words, last_at AS at FROM picker JOIN pick USING (server, fact, folded)
         WHERE who = ? ORDER BY server, fact, folded",
    );
    let picks = picks.bind(&who).fetch_all(&mut *tx).await?;
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
    Kept { questions, picks, drafts, suggestions, decisions, revisions, settings }.told(person)
}

pub(super) async fn forget(store: &SqliteStore, person: NonZeroU64) -> Result<Forgotten, Fault> {
    let mut tx = store.begin().await?;
    let left = askers::forget(&mut tx, person).await?;
    let mut gone = async |sql| changed(&mut tx, sql, id_out(person.get())).await;
    let forgotten = Forgotten {
        questions: left.questions,
        picks: left.picks,
        drafts: gone("DELETE FROM draft WHERE owner = ?").await?,
        suggestions: gone("UPDATE suggestion SET proposer = NULL WHERE proposer = ?").await?,
        decisions: gone("UPDATE suggestion SET decided_by = NULL WHERE decided_by = ?").await?,
        revisions: gone("UPDATE revision SET author_kind = 'forgotten', author = NULL WHERE author = ?").await?,
        settings: gone("UPDATE setting SET changed_by = NULL WHERE changed_by = ?").await?,
    };
    // Nobody is told what nobody signs.
    let nobody_s = "DELETE FROM untold WHERE suggestion IN (SELECT id FROM suggestion WHERE proposer IS NULL)";
    sqlx::query(nobody_s).execute(&mut *tx).await?;
    tx.commit().await?;
    store.empty_log().await;
    Ok(forgotten)
}
