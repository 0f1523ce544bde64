//! The connections to the gateway: threads of their own, and an end for those that are over and do not notice.
//!
//! Where a connection breaks and the attempt to take it up again is refused, serenity 0.12 reads on from the connection that is over. Each
//! read says at once that there is nothing, nothing in that circle ever waits, so its thread does nothing else until the next heartbeat is
//! due, 41 s at most. Hence the threads of their own: whatever one of them is kept from, all else goes on. And hence somebody who looks: a
//! thread that never rests has such a task on it, most likely, so every connection is told to send a ping. One that is over cannot, and its
//! task ends; serenity makes nothing of that end, and it is started anew here.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serenity::all::{ShardId, ShardManager};
use serenity::gateway::ShardMessenger;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;
use tracing::warn;

use super::sharing::SIGN_IN;

/// Threads that read connections. While one turns in a circle the other goes on.
const THREADS: usize = 2;
/// How often they are looked at, and how many looks in a row must find a thread at one and the same work.
const EVERY: Duration = Duration::from_millis(100);
const LOOKS: u32 = 3;
/// How often connections are told to send something, at most. A thread may also have much to do.
const PINGED_EVERY: Duration = Duration::from_secs(1);

/// How fast shards are started one after the other.
#[derive(Clone, Copy, Debug)]
struct Pace {
    /// How long a shard that is not ready holds up the next.
    ready_within: Duration,
    /// How long after one is ready the next begins.
    apart: Duration,
}

impl Pace {
    /// As Discord's rules ask for.
    const OF_DISCORD: Self = Self { ready_within: Duration::from_secs(30), apart: SIGN_IN };
}

/// The threads that read connections. They end with this.
#[derive(Debug)]
pub(super) struct Threads {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Threads {
    pub(super) fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(THREADS).thread_name("gateway").enable_all().build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    /// Does something on them.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = serenity::Result<T>> + Send + 'static,
    ) -> serenity::Result<T> {
        self.handle.spawn(work).await.unwrap_or(Err(serenity::Error::Other("a fault in what reads the gateway")))
    }

    /// Looks after connections; never done.
    pub(super) async fn look_after(&self, manager: &Arc<ShardManager>) -> Infallible {
        let mut rest = Rest::default();
        let mut pinged = Instant::now();
        let mut connections: Vec<ShardMessenger> = Vec::new();
        loop {
            sleep(EVERY).await;
            // Never waited for: who is to have it next may be stuck behind what turns in a circle.
            if let Ok(mut runners) = manager.runners.try_lock() {
                let over: Vec<ShardId> = runners.extract_if(|_, runner| has_ended(&runner.runner_tx)).map(|(shard, _)| shard).collect();
                connections.clear();
                connections.extend(runners.values().map(|runner| runner.runner_tx.clone()));
                drop(runners);
                start_anew(manager, over);
            }
            let metrics = self.handle.metrics();
            let counts = (0..metrics.num_workers()).map(|thread| metrics.worker_park_unpark_count(thread));
            if rest.is_lacking(counts) && pinged.elapsed() >= PINGED_EVERY {
                pinged = Instant::now();
                // Another thread wakes and hears what this one does not.
                drop(self.handle.spawn(async {}));
                for connection in connections.iter().filter(|connection| !has_ended(connection)) {
                    connection.websocket_message(Message::Ping(Vec::new()));
                }
            }
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Whether the task behind a connection has ended. A task that starts its connection anew by itself takes it off the list before it ends,
/// so what has ended and is listed is nobody's. Serenity does not say it; its channel does, to who prints it.
fn has_ended(connection: &ShardMessenger) -> bool {
    format!("{connection:?}").contains("closed: true")
}

/// Starts shards one after the other, the first of which runs already: each five seconds after the one before it is ready. Done when the last
/// is ready, or had its time.
/// Serenity counts the five seconds between sign-ins from when a connection is made, and what a busy machine takes from there to the sign-in
/// may differ by more than it allows for.
pub(super) async fn start_in_turn(manager: &ShardManager, shards: impl Iterator<Item = u32>, is_ready: impl Fn(u32) -> bool) {
    in_turn(Pace::OF_DISCORD, shards, is_ready, |shard| start(manager, ShardId(shard))).await;
}

async fn in_turn<F: Future<Output = ()>>(
    pace: Pace,
    mut shards: impl Iterator<Item = u32>,
    is_ready: impl Fn(u32) -> bool,
    start: impl Fn(u32) -> F,
) {
    let Some(mut last) = shards.next() else { return };
    loop {
        let last_is_ready = async {
            while !is_ready(last) {
                sleep(EVERY).await;
            }
        };
        // One that Discord does not let in holds up the next alone.
        let _ = timeout(pace.ready_within, last_is_ready).await;
        let Some(shard) = shards.next() else { return };
        sleep(pace.apart).await;
        start(shard).await;
        last = shard;
    }
}

/// Starts a shard that does not run. Serenity would wait for its end.
async fn start(manager: &ShardManager, shard: ShardId) {
    manager.shutdown_finished(shard);
    manager.restart(shard).await;
}

fn start_anew(manager: &Arc<ShardManager>, over: Vec<ShardId>) {
    if over.is_empty() {
        return;
    }
    let manager = Arc::clone(manager);
    tokio::spawn(async move {
        for shard in over {
            warn!("shard {shard}: its connection is over and was not taken up again; it is connected anew");
            start(&manager, shard).await;
        }
    });
}

/// Which threads have not rested lately.
#[derive(Debug, Default)]
struct Rest(Vec<(u64, u32)>);

impl Rest {
    /// Whether a thread has been found without rest often enough. The counts are of how often each thread began to rest or ended it: an even
    /// one is of a thread at work.
    fn is_lacking(&mut self, counts: impl Iterator<Item = u64>) -> bool {
        let mut is_lacking = false;
        for (at, count) in counts.enumerate() {
            if self.0.len() <= at {
                self.0.push((u64::MAX, 0));
            }
            let Some((before, looks)) = self.0.get_mut(at) else { continue };
            *looks = if *before == count && count.is_multiple_of(2) { *looks + 1 } else { 0 };
            *before = count;
            is_lacking |= *looks >= LOOKS;
        }
        is_lacking
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::ready;

    use super::*;

    #[test]
    fn only_a_thread_that_works_and_never_rests_lacks_rest() {
        let mut rest = Rest::default();
        // The first rests all the time, the second begins and ends rests, the third is at one work.
        let looks: Vec<bool> = (0..5).map(|look| rest.is_lacking([7, 2 * look, 4].into_iter())).collect();
        assert_eq!(looks, [false, false, false, true, true]);
        assert!(!rest.is_lacking([7, 10, 6].into_iter()), "it rested between");
    }

    #[tokio::test]
    async fn a_shard_that_is_never_let_in_holds_up_the_next_alone() {
        let waited_for_and_started = RefCell::new(Vec::new());
        let note = |what| {
            let mut noted = waited_for_and_started.borrow_mut();
            if noted.last() != Some(&what) {
                noted.push(what);
            }
        };
        let is_ready = |shard| {
            note(("waited for", shard));
            shard != 5
        };
        let pace = Pace { ready_within: Duration::from_millis(300), apart: Duration::ZERO };
        let start = |shard| {
            note(("started", shard));
            ready(())
        };
        in_turn(pace, 4..8, is_ready, start).await;
        let expected =
            [("waited for", 4), ("started", 5), ("waited for", 5), ("started", 6), ("waited for", 6), ("started", 7), ("waited for", 7)];
        assert_eq!(waited_for_and_started.into_inner(), expected);
    }
}
