//! SQLite: one file that any number of tasks and a few processes use at once.
//!
//! One connection writes, in transactions that take the lock at once (`BEGIN IMMEDIATE`); a few others read beside it (write-ahead log).
//! What is written is on disk when a call returns.

mod asked;
mod askers;
pub(super) mod backup;
pub(super) mod check;
mod clearing;
pub(super) mod copying;
mod drafts;
mod error;
mod leases;
pub(super) mod open;
mod privacy;
mod restore;
mod review;
mod revisions;
mod settings;
pub(super) mod steps;

use std::num::NonZeroU64;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Encode, Row, Sqlite, SqliteConnection, SqlitePool, Transaction, Type};

use super::engine::{Engine, Told};
use super::error::{Fault, StoreError};
use super::location::Place;
use super::now;
use super::rows::{Columns, Reading, time_out};
use super::{
    Appended, AskedInVain, Cleared, Decided, DraftChange, DraftId, Forgotten, Heads, Lease, Leased, Mark, Pick, PickedOften, Renewed,
    Report, Restored, Waiting, WaitingInAll, Watch,
};
use crate::curation::review::{Decision, Post, Proposal, Settings, Suggestion, SuggestionId, Unanswered};
use crate::curation::{Revision, Scope, ServerId};
use crate::fact::FactId;
use open::Tuning;

/// A store in a file.
#[derive(Debug)]
pub(super) struct SqliteStore {
    file: Box<Path>,
    place: Place,
    writer: SqlitePool,
    readers: SqlitePool,
    tuning: Tuning,
}

impl SqliteStore {
    /// A transaction that has the lock for writing.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }

    /// Empties the log for writing, which still has what was taken out. Where somebody reads just now, it is emptied later.
    async fn empty_log(&self) {
        let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await;
    }

    /// The outcome of some work, its faults said of this file.
    /// Boxed, for futures of queries are large, and many are awaited one in another.
    fn told<'s, T: Send>(&'s self, work: impl Future<Output = Result<T, Fault>> + Send + 's) -> Told<'s, T> {
        Box::pin(async move {
            let outcome = work.await.map_err(|fault| error::said(fault, &self.place));
            // SQLite opens a file for reading where it cannot be written, and never looks again: that connection would outlive the cause.
            if matches!(outcome, Err(StoreError::ReadOnly { .. }))
                && let Ok(connection) = self.writer.acquire().await
            {
                let _ = connection.close().await;
            }
            outcome
        })
    }
}

impl Engine for SqliteStore {
    fn place(&self) -> &Place {
        &self.place
    }

    fn health(&self) -> Told<'_, ()> {
        self.told(async {
            sqlx::query("SELECT epoch FROM epoch").fetch_one(&self.readers).await?;
            let mut tx = self.begin().await?;
            sqlx::query("UPDATE epoch SET probed_at = ?").bind(time_out(now())).execute(&mut *tx).await?;
            Ok(tx.commit().await?)
        })
    }

    fn report(&self) -> Told<'_, Report> {
        Box::pin(check::check(&self.file, self.tuning))
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            // The writer last: it takes the log with it.
            for pool in [&self.readers, &self.writer] {
                let ended = async {
                    pool.close().await;
                    // A pool forgets a connection that is on its way back while it closes.
                    while pool.size() > 0 {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                        pool.close().await;
                    }
                };
                // What takes longer is rolled back when the process ends; the file stays whole.
                let _ = tokio::time::timeout(open::QUEUE, ended).await;
            }
        })
    }

    fn backup<'s>(&'s self, to: &'s Path) -> Told<'s, ()> {
        Box::pin(backup::backup(self, to))
    }

    fn restore<'s>(&'s self, from: &'s Path) -> Told<'s, Restored> {
        Box::pin(restore::restore(self, from))
    }

    fn watch(&self) -> Watch {
        // SQLite tells no other process of anything.
        Watch(None)
    }

    fn lease<'s>(&'s self, name: &'s str, holder: &'s str, span: Duration) -> Told<'s, Leased> {
        self.told(leases::lease(self, name, holder, span))
    }

    fn renew<'s>(&'s self, name: &'s str, holder: &'s str, span: Duration) -> Told<'s, Renewed> {
        self.told(leases::renew(self, name, holder, span))
    }

    fn release<'s>(&'s self, name: &'s str, holder: &'s str) -> Told<'s, ()> {
        self.told(leases::release(self, name, holder))
    }

    fn leases<'s>(&'s self, beginning: &'s str) -> Told<'s, Vec<Lease>> {
        self.told(leases::leases(self, beginning))
    }

    fn heads(&self) -> Told<'_, Heads> {
        self.told(revisions::heads(self, None))
    }

    fn heads_since(&self, mark: Mark) -> Told<'_, Heads> {
        self.told(revisions::heads(self, Some(mark)))
    }

    fn history<'s>(&'s self, scope: Scope, fact: &'s FactId) -> Told<'s, Vec<Revision>> {
        self.told(revisions::history(self, scope, fact))
    }

    fn append<'s>(&'s self, scope: Scope, revision: &'s Revision) -> Told<'s, Appended> {
        self.told(revisions::append(self, scope, revision))
    }

    fn append_all<'s>(&'s self, scope: Scope, revisions: &'s [Revision]) -> Told<'s, ()> {
        self.told(revisions::append_all(self, scope, revisions))
    }

    fn suggest<'s>(
        &'s self,
        scope: Scope,
        proposal: &'s Proposal,
        proposer: Option<NonZeroU64>,
        at: u64,
        cause: Option<u64>,
    ) -> Told<'s, Suggestion> {
        self.told(review::suggest(self, scope, proposal, proposer, at, cause))
    }

    fn suggestion(&self, scope: Scope, id: SuggestionId) -> Told<'_, Option<Suggestion>> {
        self.told(review::suggestion(self, scope, id))
    }

    fn waiting(&self, scope: Scope, after: Option<SuggestionId>, most: u32) -> Told<'_, Waiting> {
        self.told(review::waiting(self, scope, after, most))
    }

    fn waiting_of(&self, scope: Scope, proposer: NonZeroU64) -> Told<'_, u32> {
        self.told(review::waiting_of(self, scope, proposer))
    }

    fn waiting_in_all(&self) -> Told<'_, WaitingInAll> {
        self.told(review::waiting_in_all(self))
    }

    fn unposted(&self) -> Told<'_, Vec<Suggestion>> {
        self.told(review::unposted(self))
    }

    fn posted(&self, id: SuggestionId, post: Post) -> Told<'_, ()> {
        self.told(review::posted(self, id, post))
    }

    fn decide<'s>(
        &'s self,
        scope: Scope,
        id: SuggestionId,
        decision: &'s Decision,
        revision: Option<&'s Revision>,
        cause: Option<u64>,
    ) -> Told<'s, Decided> {
        self.told(review::decide(self, scope, id, decision, revision, cause))
    }

    fn untold(&self) -> Told<'_, Vec<Suggestion>> {
        self.told(review::untold(self))
    }

    fn still_untold(&self, id: SuggestionId) -> Told<'_, Option<Suggestion>> {
        self.told(review::still_untold(self, id))
    }

    fn outcome_told(&self, id: SuggestionId) -> Told<'_, ()> {
        self.told(review::outcome_told(self, id))
    }

    fn note_unanswered<'s>(&'s self, asked: &'s [AskedInVain]) -> Told<'s, ()> {
        self.told(asked::note_unanswered(self, asked))
    }

    fn unanswered(&self, scope: Scope, most: u32) -> Told<'_, Vec<Unanswered>> {
        self.told(asked::unanswered(self, scope, most))
    }

    fn settle_unanswered<'s>(&'s self, scope: Scope, texts: &'s [String]) -> Told<'s, u32> {
        self.told(asked::settle_unanswered(self, scope, texts))
    }

    fn note_picks<'s>(&'s self, picks: &'s [Pick]) -> Told<'s, ()> {
        self.told(asked::note_picks(self, picks))
    }

    fn picked_often(&self, at_least: u32) -> Told<'_, Vec<PickedOften>> {
        self.told(asked::picked_often(self, at_least))
    }

    fn keep_draft<'s>(&'s self, server: ServerId, owner: NonZeroU64, body: &'s str, at: u64) -> Told<'s, DraftId> {
        self.told(drafts::keep_draft(self, server, owner, body, at))
    }

    fn draft(&self, server: ServerId, owner: NonZeroU64, id: DraftId) -> Told<'_, Option<String>> {
        self.told(drafts::draft(self, server, owner, id))
    }

    fn change_draft<'s>(&'s self, server: ServerId, owner: NonZeroU64, id: DraftId, body: &'s str, at: u64) -> Told<'s, DraftChange> {
        self.told(drafts::change_draft(self, server, owner, id, body, at))
    }

    fn drop_draft(&self, server: ServerId, owner: NonZeroU64, id: DraftId) -> Told<'_, ()> {
        self.told(drafts::drop_draft(self, server, owner, id))
    }

    fn settings(&self) -> Told<'_, Vec<(ServerId, Settings)>> {
        self.told(settings::settings(self))
    }

    fn set_settings<'s>(&'s self, server: ServerId, settings: &'s Settings, by: NonZeroU64, at: u64) -> Told<'s, ()> {
        self.told(settings::set_settings(self, server, settings, by, at))
    }

    fn about(&self, person: NonZeroU64) -> Told<'_, Value> {
        self.told(privacy::about(self, person))
    }

    fn clear(&self, now: u64, keep: Duration) -> Told<'_, Cleared> {
        self.told(clearing::clear(self, now, keep))
    }

    fn forget(&self, person: NonZeroU64) -> Told<'_, Forgotten> {
        self.told(privacy::forget(self, person))
    }
}

/// How many rows a statement about one value changed.
async fn changed<'q, T>(tx: &mut SqliteConnection, sql: &'static str, value: T) -> Result<u32, Fault>
where
    T: Encode<'q, Sqlite> + Type<Sqlite> + Send + 'q,
{
    let rows = sqlx::query(sql).bind(value).execute(tx).await?.rows_affected();
    Ok(u32::try_from(rows).unwrap_or(u32::MAX))
}

impl Columns for SqliteRow {
    fn whole_or_nothing(&self, column: &str) -> Reading<Option<i64>> {
        Ok(self.try_get(column)?)
    }

    fn said_or_nothing(&self, column: &str) -> Reading<Option<&str>> {
        Ok(self.try_get(column)?)
    }
}
