//! PostgreSQL: one database that any number of processes on any number of machines use at once.
//!
//! Reads that need more than one statement are of one moment (`REPEATABLE READ`). Writes see what is committed (`READ COMMITTED`), and
//! are put in order by the row they change, or where there is none yet, by a lock that says for what ([`locks`]).

mod address;
mod asked;
mod askers;
mod check;
mod clearing;
pub(super) mod copying;
mod drafts;
mod error;
mod leases;
mod listening;
mod locks;
pub(super) mod open;
mod privacy;
mod review;
mod revisions;
mod settings;
mod steps;

use std::num::NonZeroU64;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use arc_swap::ArcSwap;
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{Encode, PgConnection, PgPool, Postgres, Row, Transaction, Type};
use tokio::time::timeout;

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
pub use address::Address;

/// How long a call may take, connection and all: beyond what the server allows a statement, so that only a network that swallows packets
/// lets it pass.
const CALL: Duration = Duration::from_secs(40);
/// How long a call may take that reads or writes much.
const LONG_CALL: Duration = Duration::from_secs(600);

/// A store in a database.
#[derive(Debug)]
pub(super) struct PostgresStore {
    address: Address,
    place: Place,
    /// Put in another's place where a call on it never ended: its connections may lead nowhere, and give up only after minutes.
    pool: ArcSwap<PgPool>,
}

impl PostgresStore {
    /// The store at an address. Nothing is connected yet.
    fn of(address: &Address) -> Result<Self, sqlx::Error> {
        Ok(Self { address: address.clone(), place: address.place(), pool: ArcSwap::from_pointee(open::pool(address.options()?)) })
    }

    fn pool(&self) -> PgPool {
        PgPool::clone(&self.pool.load())
    }

    /// A transaction that sees one moment and changes nothing.
    async fn looking(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.pool().begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    /// The outcome of some work, its faults said of this database.
    fn told<'s, T: Send>(&'s self, work: impl Future<Output = Result<T, Fault>> + Send + 's) -> Told<'s, T> {
        self.within(CALL, work)
    }

    /// The same of work that may take long.
    fn patient<'s, T: Send>(&'s self, work: impl Future<Output = Result<T, Fault>> + Send + 's) -> Told<'s, T> {
        self.within(LONG_CALL, work)
    }

    /// Boxed, for futures of queries are large, and many are awaited one in another.
    fn within<'s, T: Send>(&'s self, most: Duration, work: impl Future<Output = Result<T, Fault>> + Send + 's) -> Told<'s, T> {
        Box::pin(async move {
            if let Ok(outcome) = timeout(most, work).await {
                return outcome.map_err(|fault| error::said(fault, &self.place));
            }
            if let Ok(options) = self.address.options() {
                self.pool.store(open::pool(options).into());
            }
            Err(error::unreachable(self.place.clone(), "nothing was heard of it for too long"))
        })
    }
}

impl Engine for PostgresStore {
    fn place(&self) -> &Place {
        &self.place
    }

    fn health(&self) -> Told<'_, ()> {
        self.told(async {
            sqlx::query("UPDATE epoch SET probed_at = $1").bind(time_out(now())).execute(&self.pool()).await?;
            Ok(())
        })
    }

    fn report(&self) -> Told<'_, Report> {
        self.patient(check::report(self))
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            // What takes longer is rolled back when the process ends.
            let _ = timeout(open::ACQUIRE, self.pool().close()).await;
        })
    }

    fn backup<'s>(&'s self, to: &'s Path) -> Told<'s, ()> {
        Box::pin(copying::backup(&self.address, to))
    }

    fn restore<'s>(&'s self, _from: &'s Path) -> Told<'s, Restored> {
        let what = "a database is not replaced while it is in use; `sanad store copy --from sqlite:FILE --to postgres://...` puts a backup into \
                    an empty one, which DATABASE_URL then names (what pg_dump wrote, pg_restore reads)";
        Box::pin(async move { Err(StoreError::Elsewhere { at: self.place.clone(), what }) })
    }

    fn watch(&self) -> Watch {
        Watch(Some(Box::new(listening::Listening::new(self.pool()))))
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
        self.patient(revisions::heads(self, None))
    }

    fn heads_since(&self, mark: Mark) -> Told<'_, Heads> {
        Box::pin(async move {
            // Asked each second: where the network swallows it, what is behind it waits. Where the store was replaced, all is read anew.
            if self.told(revisions::is_of_now(self, mark)).await? {
                self.told(revisions::heads(self, Some(mark))).await
            } else {
                self.heads().await
            }
        })
    }

    fn history<'s>(&'s self, scope: Scope, fact: &'s FactId) -> Told<'s, Vec<Revision>> {
        self.told(revisions::history(self, scope, fact))
    }

    fn append<'s>(&'s self, scope: Scope, revision: &'s Revision) -> Told<'s, Appended> {
        self.told(revisions::append(self, scope, revision))
    }

    fn append_all<'s>(&'s self, scope: Scope, revisions: &'s [Revision]) -> Told<'s, ()> {
        self.patient(revisions::append_all(self, scope, revisions))
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
        self.patient(clearing::clear(self, now, keep))
    }

    fn forget(&self, person: NonZeroU64) -> Told<'_, Forgotten> {
        self.told(privacy::forget(self, person))
    }
}

/// How many rows a statement about one value changed.
async fn changed<'q, T>(tx: &mut PgConnection, sql: &'static str, value: T) -> Result<u32, Fault>
where
    T: Encode<'q, Postgres> + Type<Postgres> + Send + 'q,
{
    let rows = sqlx::query(sql).bind(value).execute(tx).await?.rows_affected();
    Ok(u32::try_from(rows).unwrap_or(u32::MAX))
}

impl Columns for PgRow {
    fn whole_or_nothing(&self, column: &str) -> Reading<Option<i64>> {
        Ok(self.try_get(column)?)
    }

    fn said_or_nothing(&self, column: &str) -> Reading<Option<&str>> {
        Ok(self.try_get(column)?)
    }
}
