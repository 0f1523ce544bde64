//! Letting go, while the bot runs, of what is older than it may be.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::store::Store;

/// How often it is looked for.
pub(super) const EVERY: Duration = Duration::from_secs(60 * 60);

/// Clears the store at once and again and again, by a clock that tells seconds since 1970, until the bot stops. What fails is tried again
/// the next time.
pub(super) async fn clear(store: Store, keep: Duration, every: Duration, clock: impl Fn() -> u64, stopping: CancellationToken) {
    let mut rounds = interval(every);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = rounds.tick() => {}
            () = stopping.cancelled() => return,
        }
        match store.clear(clock(), keep).await {
            Ok(cleared) if cleared.is_something() => info!(
                "what is too old went: {} questions, {} picks, {} questions of wrong answers, {} proposed words, {} drafts",
                cleared.questions, cleared.picks, cleared.reported, cleared.words, cleared.drafts
            ),
            Ok(_) => {}
            Err(error) => warn!("what is too old was not cleared: {error}; it is tried again in an hour"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::curation::Scope;
    use crate::store::{AskedInVain, Location};

    const DAY: u64 = 24 * 60 * 60;
    const KEEP: Duration = Duration::from_secs(30 * DAY);
    const HERE: Scope = Scope::Everywhere;

    /// Waits until a store holds so many questions.
    async fn holds(store: &Store, questions: usize) {
        let counted = async {
            while store.unanswered(HERE, 9).await.unwrap().len() != questions {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), counted).await.unwrap();
    }

    #[tokio::test]
    async fn as_the_clock_moves_on_questions_go_one_after_another_until_the_bot_stops() {
        let store = Store::open(&Location::parse("sqlite::memory:").unwrap()).await.unwrap().store;
        let clock = Arc::new(AtomicU64::new(100 * DAY));
        let ask = async |text: &str, day: u64| {
            let asked = AskedInVain { scope: HERE, text: text.to_owned(), asker: NonZeroU64::MIN, at: day * DAY };
            store.note_unanswered(&[asked]).await.unwrap();
        };
        ask("older", 69).await;
        ask("old", 71).await;
        ask("new", 100).await;
        let stopping = CancellationToken::new();
        let (told, is_over) = (Arc::clone(&clock), stopping.clone());
        let job = tokio::spawn(clear(store.clone(), KEEP, Duration::from_millis(5), move || told.load(Ordering::SeqCst), is_over));
        holds(&store, 2).await;
        clock.store(102 * DAY, Ordering::SeqCst);
        holds(&store, 1).await;
        clock.store(131 * DAY, Ordering::SeqCst);
        holds(&store, 0).await;
        stopping.cancel();
        job.await.unwrap();
        ask("too late for the job", 1).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        holds(&store, 1).await;
    }
}
