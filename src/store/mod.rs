//! What moderators do and people ask, kept in one SQLite file that any number of tasks and a few processes use at once.
//!
//! The one room that knows SQL. What people did to facts ([`Revision`](crate::curation::Revision)) is only ever added to, and the database
//! itself holds to that. Whoever changes something is told what became of it by a value ([`Appended`], [`Decided`]); an error
//! ([`StoreError`]) means that nothing was changed, and says in one sentence what to do.
//!
//! One connection writes, in transactions that take the lock at once (`BEGIN IMMEDIATE`); a few others read beside it (write-ahead log).
//! What is written is on disk when a call returns.

mod asked;
mod backup;
mod check;
mod drafts;
mod error;
mod location;
mod open;
mod privacy;
mod restore;
mod review;
mod revisions;
mod rows;
mod schema;
mod settings;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sqlx::{Sqlite, SqlitePool, Transaction};

pub use asked::{AskedInVain, Pick, PickedOften};
pub use check::{FileReport, Problem};
pub use drafts::{DraftChange, DraftId};
pub use error::{StoreError, Strange};
pub use location::Location;
pub use open::{Migrated, Opened};
pub use privacy::Forgotten;
pub use restore::Restored;
pub use review::{Decided, Waiting, WaitingInAll};
pub use revisions::{Appended, Extent, Head, Heads, Mark};
pub use schema::Schema;

use error::Fault;
use open::Tuning;
use rows::time_out;

/// The store. Copies share its connections.
#[derive(Debug, Clone)]
pub struct Store {
    file: Arc<Path>,
    writer: SqlitePool,
    readers: SqlitePool,
    tuning: Tuning,
}

impl Store {
    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Whether the store can be read and written now; something small is written to know it.
    pub async fn health(&self) -> Result<(), StoreError> {
        self.told(async {
            sqlx::query("SELECT epoch FROM epoch").fetch_one(&self.readers).await?;
            let mut tx = self.begin().await?;
            sqlx::query("UPDATE epoch SET probed_at = ?").bind(time_out(now())).execute(&mut *tx).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Ends all connections, after what is being written. Copies of the store are of no use after it.
    pub async fn close(self) {
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
    }

    /// A transaction that has the lock for writing.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }

    /// The outcome of some work, its faults said of this file.
    /// Boxed, for futures of queries are large, and many are awaited one in another.
    fn told<'s, T: Send>(&'s self, work: impl Future<Output = Result<T, Fault>> + Send + 's) -> Told<'s, T> {
        Box::pin(async move {
            let outcome = work.await.map_err(|fault| fault.at(&self.file));
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

/// An outcome to come.
type Told<'s, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 's>>;

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
