//! What waits for a moderator, and how it ended.

use std::num::NonZeroU64;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::Store;
use super::error::{Fault, StoreError};
use super::revisions::{Added, add};
use super::rows::{self, count_in, folded, id_out, person_out, scope_out, time_out, verdict_out};
use crate::curation::review::{Decision, Post, Proposal, Suggestion, SuggestionId};
use crate::curation::{Revision, RevisionNo, Scope};

/// Some of what waits in a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// These, oldest first.
    pub suggestions: Vec<Suggestion>,
    /// How many wait in all.
    pub total: u32,
}

/// How much waits in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingInAll {
    /// In servers, for their moderators.
    pub servers: u32,
    /// From direct messages, for whoever runs the program.
    pub direct: u32,
}

/// What became of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// It stands, with its revision.
    Done(Suggestion),
    /// Somebody decided before; nothing was changed.
    Already(Suggestion),
    /// The fact was changed since, and stands at this number; nothing was changed.
    Moved(RevisionNo),
    /// This server has no such suggestion.
    Missing,
}

impl Store {
    /// Keeps a suggestion. The interaction that was heard before gets the suggestion that it made then, and words that were ever
    /// suggested for a fact the one that they are, whatever became of it.
    pub async fn suggest(
        &self,
        scope: Scope,
        proposal: &Proposal,
        proposer: Option<NonZeroU64>,
        at: u64,
        cause: Option<u64>,
    ) -> Result<Suggestion, StoreError> {
        self.told(async {
            let mut tx = self.begin().await?;
            let words = match proposal {
                Proposal::Words { words, .. } => Some(folded(words)),
                Proposal::Change { .. } | Proposal::Wrong { .. } => None,
            };
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
        })
        .await
    }

    /// A suggestion of this server.
    pub async fn suggestion(&self, scope: Scope, id: SuggestionId) -> Result<Option<Suggestion>, StoreError> {
        self.told(async {
            let found = sqlx::query("SELECT * FROM suggestion WHERE id = ? AND server = ?").bind(id.0).bind(scope_out(scope));
            let found = found.fetch_optional(&self.readers).await?;
            found.map(|row| rows::read("suggestion", &row, rows::suggestion)).transpose()
        })
        .await
    }

    /// What waits in a server after a suggestion, or from the beginning: so many of it at most.
    pub async fn waiting(&self, scope: Scope, after: Option<SuggestionId>, most: u32) -> Result<Waiting, StoreError> {
        self.told(async {
            let mut tx = self.readers.begin().await?;
            let found = sqlx::query("SELECT * FROM suggestion WHERE server = ? AND verdict IS NULL AND id > ? ORDER BY id LIMIT ?");
            let found = found.bind(scope_out(scope)).bind(after.map_or(0, |after| after.0)).bind(most).fetch_all(&mut *tx).await?;
            let total = sqlx::query_scalar("SELECT count(*) FROM suggestion WHERE server = ? AND verdict IS NULL");
            let total = count_in(total.bind(scope_out(scope)).fetch_one(&mut *tx).await?);
            Ok(Waiting { suggestions: suggestions(&found)?, total })
        })
        .await
    }

    /// How many suggestions of one person wait in a server.
    pub async fn waiting_of(&self, scope: Scope, proposer: NonZeroU64) -> Result<u32, StoreError> {
        self.told(async {
            let count = sqlx::query_scalar("SELECT count(*) FROM suggestion WHERE server = ? AND verdict IS NULL AND proposer = ?");
            Ok(count_in(count.bind(scope_out(scope)).bind(id_out(proposer.get())).fetch_one(&self.readers).await?))
        })
        .await
    }

    /// How much waits in all.
    pub async fn waiting_in_all(&self) -> Result<WaitingInAll, StoreError> {
        self.told(async {
            let found = sqlx::query("SELECT count(*) FILTER (WHERE server <> 0) AS servers, count(*) FILTER (WHERE server = 0) AS direct FROM suggestion WHERE verdict IS NULL");
            let row = found.fetch_one(&self.readers).await?;
            Ok(WaitingInAll { servers: count_in(row.try_get("servers")?), direct: count_in(row.try_get("direct")?) })
        })
        .await
    }

    /// What waits and stands in no review channel yet, of all servers, oldest first.
    pub async fn unposted(&self) -> Result<Vec<Suggestion>, StoreError> {
        self.told(async {
            let found = sqlx::query("SELECT * FROM suggestion WHERE verdict IS NULL AND message IS NULL ORDER BY id");
            suggestions(&found.fetch_all(&self.readers).await?)
        })
        .await
    }

    /// Notes where a suggestion stands in the review channel.
    pub async fn posted(&self, id: SuggestionId, post: Post) -> Result<(), StoreError> {
        self.told(async {
            let mut tx = self.begin().await?;
            let noted = sqlx::query("UPDATE suggestion SET channel = ?, message = ? WHERE id = ?");
            noted.bind(id_out(post.channel.get())).bind(id_out(post.message.get())).bind(id.0).execute(&mut *tx).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Decides a suggestion, and keeps the revision that follows from it: both or neither. `cause` is the interaction of who decides; one
    /// that was heard before is told again that it is done.
    pub async fn decide(
        &self,
        scope: Scope,
        id: SuggestionId,
        decision: &Decision,
        revision: Option<&Revision>,
        cause: Option<u64>,
    ) -> Result<Decided, StoreError> {
        self.told(async {
            let mut tx = self.begin().await?;
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
            tx.commit().await?;
            Ok(Decided::Done(Suggestion { decision: Some(decision.clone()), ..found }))
        })
        .await
    }
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

fn kind(proposal: &Proposal) -> &'static str {
    match proposal {
        Proposal::Change { .. } => "change",
        Proposal::Wrong { .. } => "wrong",
        Proposal::Words { .. } => "words",
    }
}
