//! Hearing of changes: every revision is told by the database itself (`NOTIFY`), within the transaction that keeps it.

use std::fmt;
use std::time::{Duration, Instant};

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::time::{sleep, timeout};

use crate::store::watch::{Coming, Ear};

/// What is told of on.
const CHANNEL: &str = "sanad_changed";
/// How long until listening is tried again where it was refused, as some poolers do.
const AGAIN: Duration = Duration::from_secs(30);

/// How long nothing is heard until it is seen whether the connection still leads anywhere: a network that swallows packets breaks none.
const ASKED_AFTER: Duration = Duration::from_secs(30);

/// Listens, as well as the server lets it.
pub(super) struct Listening {
    pool: PgPool,
    listener: Option<PgListener>,
    /// When listening is tried next; while it listens, when it is seen whether it still does.
    next: Instant,
}

impl Listening {
    pub(super) fn new(pool: PgPool) -> Self {
        Self { pool, listener: None, next: Instant::now() }
    }

    async fn listen(&self) -> Result<PgListener, sqlx::Error> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(listener)
    }

    async fn hear(&mut self, at_most: Duration) {
        let Some(listener) = &mut self.listener else {
            if self.next > Instant::now() {
                return sleep(at_most).await;
            }
            // What changed before is heard of by nobody: it is to be looked for now.
            match timeout(at_most, self.listen()).await {
                Ok(Ok(listener)) => {
                    self.listener = Some(listener);
                    self.next = Instant::now() + ASKED_AFTER;
                }
                _ => self.next = Instant::now() + AGAIN,
            }
            return;
        };
        if self.next <= Instant::now() {
            self.next = Instant::now() + ASKED_AFTER;
            // Whether anybody answers. (To listen again would do as well, but the listener remembers each time.)
            if !matches!(timeout(at_most, sqlx::query("SELECT 1").execute(&mut *listener)).await, Ok(Ok(_))) {
                self.listener = None;
                self.next = Instant::now();
            }
            return;
        }
        match timeout(at_most, listener.recv()).await {
            // Where nothing is heard in time, it is looked for all the same: a pooler between may swallow what is told.
            Err(_) => {}
            // What was told meanwhile is one change with this.
            Ok(Ok(_)) => {
                self.next = Instant::now() + ASKED_AFTER;
                while listener.next_buffered().is_some() {}
            }
            Ok(Err(_)) => {
                self.listener = None;
                self.next = Instant::now();
                sleep(at_most).await;
            }
        }
    }
}

impl Ear for Listening {
    fn heard(&mut self, at_most: Duration) -> Coming<'_> {
        Box::pin(self.hear(at_most))
    }
}

impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listening").field("listens", &self.listener.is_some()).finish_non_exhaustive()
    }
}
