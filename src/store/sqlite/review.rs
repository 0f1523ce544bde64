//! What waits for a moderator, and how it ended.

use std::num::NonZeroU64;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::SqliteStore;
use super::revisions::add;
use crate::curation::review::{Decision, Post, Proposal, Suggestion, SuggestionId};
use crate::curation::{Revision, Scope};
use crate::store::error::Fault;
use crate::store::review::{Decided, Waiting, WaitingInAll, kind, words};
use crate::store::revisions::Added;
use crate::store::rows::{self, count_in, id_out, person_out, scope_out, time_out, verdict_out};

pub(super) async fn suggest(
    store: &SqliteStore,
    scope: Scope,
    proposal: &Proposal,
    proposer: Option<NonZeroU64>,
    at: u64,
    cause: Option<u64>,
) -> Result<Suggestion, Fault> {
    let mut tx = store.begin().await?;
    let words = words(proposal);
    let fact = proposal.fact().as_str();
    let earlier = sqlx::query("SELECT * FROM suggestion WHERE cause = ? OR (server = ? AND fact = ? AND words = ?)");
    let earlier = earlier.bind(cause.map(id_out)).bind(scope_out(scope)).bind(fact).bind(words.as_deref());
    if let Some(row) = earlier.fetch_optional(&mut *tx).await? {
        return rows::read("suggestion", &row, rows::suggestion);
    }
    let added = sqlx::query(
        "INSERT INTO suggestion (server, kind, fact, proposal, words, proposer, at, cause) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         RETURNING *",
    );
    let row = added
        .bind(scope_out(scope))
        .bind(kind(proposal))
        .bind(fact)
        .bind(serde_json::to_string(proposal)?)
        .bind(words.as_deref())
        .bind(person_out(proposer))
        .bind(time_out(at))
        .bind(cause.map(id_out))
        .fetch_one(&mut *tx)
        .await?;
    let made = rows::read("suggestion", &row, rows::suggestion)?;
    tx.commit().await?;
    Ok(made)
}

pub(super) async fn suggestion(store: &SqliteStore, scope: Scope, id: SuggestionId) -> Result<Option<Suggestion>, Fault> {
    let found = sqlx::query("SELECT * FROM suggestion WHERE id = ? AND server = ?").bind(id.0).bind(scope_out(scope));
    let found = found.fetch_optional(&store.readers).await?;
    found.map(|row| rows::read("suggestion", &row, rows::suggestion)).transpose()
}

pub(super) async fn waiting(store: &SqliteStore, scope: Scope, after: Option<SuggestionId>, most: u32) -> Result<Waiting, Fault> {
    let mut tx = store.readers.begin().await?;
    let found = sqlx::query("SELECT * FROM suggestion WHERE server = ? AND verdict IS NULL AND id > ? ORDER BY id LIMIT ?");
    let found = found.bind(scope_out(scope)).bind(after.map_or(0, |after| after.0)).bind(most).fetch_all(&mut *tx).await?;
    let total = sqlx::query_scalar("SELECT count(*) FROM suggestion WHERE server = ? AND verdict IS NULL");
    let total = count_in(total.bind(scope_out(scope)).fetch_one(&mut *tx).await?);
    Ok(Waiting { suggestions: suggestions(&found)?, total })
}

pub(super) async fn waiting_of(store: &SqliteStore, scope: Scope, proposer: NonZeroU64) -> Result<u32, Fault> {
    let count = sqlx::query_scalar("SELECT count(*) FROM suggestion WHERE server = ? AND verdict IS NULL AND proposer = ?");
    Ok(count_in(count.bind(scope_out(scope)).bind(id_out(proposer.get())).fetch_one(&store.readers).await?))
}

pub(super) async fn waiting_in_all(store: &SqliteStore) -> Result<WaitingInAll, Fault> {
    let found = sqlx::query(
        "SELECT count(*) FILTER (WHERE server <> 0) AS servers, count(*) FILTER (WHERE server = 0) AS direct FROM suggestion WHERE verdict IS NULL",
    );
    let row = found.fetch_one(&store.readers).await?;
    Ok(WaitingInAll { servers: count_in(row.try_get("servers")?), direct: count_in(row.try_get("direct")?) })
}

pub(super) async fn unposted(store: &SqliteStore) -> Result<Vec<Suggestion>, Fault> {
    let found = sqlx::query("SELECT * FROM suggestion WHERE verdict IS NULL AND message IS NULL ORDER BY id");
    suggestions(&found.fetch_all(&store.readers).await?)
}

pub(super) async fn posted(store: &SqliteStore, id: SuggestionId, post: Post) -> Result<(), Fault> {
    let mut tx = store.begin().await?;
    let noted = sqlx::query("UPDATE suggestion SET channel = ?, message = ? WHERE id = ?");
    noted.bind(id_out(post.channel.get())).bind(id_out(post.message.get())).bind(id.0).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

pub(super) async fn decide(
    store: &SqliteStore,
    scope: Scope,
    id: SuggestionId,
    decision: &Decision,
    revision: Option<&Revision>,
    cause: Option<u64>,
) -> Result<Decided, Fault> {
    let mut tx = store.begin().await?;
    let found = sqlx::query("SELECT * FROM suggestion WHERE id = ? AND server = ?").bind(id.0).bind(scope_out(scope));
    let Some(row) = found.fetch_optional(&mut *tx).await? else {
        return Ok(Decided::Missing);
    };
    let found = rows::read("suggestion", &row, rows::suggestion)?;
    if found.decision.is_some() {
        let earlier = row.try_get::<Option<i64>, _>("decision_cause")?;
        let replayed = earlier.is_some() && earlier == cause.map(id_out);
        return Ok(if replayed { Decided::Done(found) } else { Decided::Already(found) });
    }
    let mut kept = None;
    if let Some(revision) = revision {
        match add(&mut tx, scope, revision).await? {
            Added::Saved(row) | Added::Replayed(row, _) => kept = Some(row),
            Added::Moved(now) => return Ok(Decided::Moved(now)),
        }
    }
    end(&mut tx, id, decision, kept, cause).await?;
    let decided = Suggestion { decision: Some(decision.clone()), ..found };
    if decided.to_be_told().is_some() {
        sqlx::query("INSERT INTO untold (suggestion) VALUES (?)").bind(id.0).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(Decided::Done(decided))
}

pub(super) async fn untold(store: &SqliteStore) -> Result<Vec<Suggestion>, Fault> {
    let found = sqlx::query("SELECT suggestion.* FROM untold JOIN suggestion ON suggestion.id = untold.suggestion ORDER BY suggestion.id");
    suggestions(&found.fetch_all(&store.readers).await?)
}

pub(super) async fn still_untold(store: &SqliteStore, id: SuggestionId) -> Result<Option<Suggestion>, Fault> {
    let found = sqlx::query("SELECT suggestion.* FROM untold JOIN suggestion ON suggestion.id = untold.suggestion WHERE suggestion.id = ?");
    let found = found.bind(id.0).fetch_optional(&store.readers).await?;
    found.map(|row| rows::read("suggestion", &row, rows::suggestion)).transpose()
}

pub(super) async fn outcome_told(store: &SqliteStore, id: SuggestionId) -> Result<(), Fault> {
    let mut tx = store.begin().await?;
    sqlx::query("DELETE FROM untold WHERE suggestion = ?").bind(id.0).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

async fn end(
    tx: &mut SqliteConnection,
    id: SuggestionId,
    decision: &Decision,
    revision: Option<i64>,
    cause: Option<u64>,
) -> Result<(), Fault> {
    let ended = sqlx::query(
        "UPDATE suggestion SET verdict = ?, decided_by = ?, decided_at = ?, decision_reason = ?, decision_cause = ?, revision = ?
         WHERE id = ?",
    );
    ended
        .bind(verdict_out(decision.verdict))
        .bind(person_out(decision.by))
        .bind(time_out(decision.at))
        .bind(decision.reason.as_str())
        .bind(cause.map(id_out))
        .bind(revision)
        .bind(id.0)
        .execute(tx)
        .await?;
    Ok(())
}

fn suggestions(found: &[SqliteRow]) -> Result<Vec<Suggestion>, Fault> {
    found.iter().map(|row| rows::read("suggestion", row, rows::suggestion)).collect()
}
