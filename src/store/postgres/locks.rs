//! The locks that give writers an order where rows alone do not.

use sqlx::PgConnection;

use crate::store::error::Fault;

/// What only one transaction of a database does at a time.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lock {
    /// Bringing the database up to date.
    Migrating = 1,
    /// Adding revisions. Their ids are given under this lock and seen when it is let go, so that ids become visible in their order: who has
    /// seen one has seen all before it, and a mark ([`Mark`](crate::store::Mark)) skips none.
    Appending,
    /// Counting what is asked and picked, in batches, and letting it go. Nobody waits for it; one batch at a time never waits for another's
    /// rows in a circle.
    Noting,
    /// Forgetting a person. Two at once could wait for each other's rows. Who forgets has [`Noting`](Self::Noting) too, after this.
    Forgetting,
    /// Copying another store into this one.
    Copying,
}

/// So that another program's locks are told from these: "Sand".
const OURS: i64 = 0x5361_6e64 << 16;

impl Lock {
    pub(super) fn key(self) -> i64 {
        OURS + self as i64
    }
}

/// Waits for a lock, and holds it until the transaction ends.
pub(super) async fn lock(tx: &mut PgConnection, lock: Lock) -> Result<(), Fault> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(lock.key()).execute(tx).await?;
    Ok(())
}
