//! What is written after a reply: questions that had no answer, and what people picked. Nobody waits for it; where the store cannot keep
//! up, it is dropped and counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tracing::{info, warn};

use crate::curation::Scope;
use crate::curation::review::{Proposal, Suggestion};
use crate::desk::Desk;
use crate::operations::{Fault, Queue, Vitals};
use crate::store::{AskedInVain, Pick, StoreError};

/// Notes that wait at most.
const WAITING: usize = 512;
/// Notes written at once at most.
const AT_ONCE: usize = 256;
/// Notes of a moment are written together: a transaction costs the same for one and for many.
const GATHERED_FOR: Duration = Duration::from_millis(300);
/// A pause before the store is tried again.
const PAUSE: Duration = Duration::from_secs(2);
/// How many people must pick a fact for the same words before they are proposed.
const PICKED_OFTEN: u32 = 3;

/// Something to be written down.
#[derive(Debug)]
pub(in super::super) enum Note {
    /// A question had no answer.
    InVain(AskedInVain),
    /// A fact was picked.
    Picked(Pick),
}

/// Where notes are left.
#[derive(Debug)]
pub(in super::super) struct Outbox {
    sender: Sender<Note>,
    dropped: Arc<AtomicU64>,
    vitals: Arc<Vitals>,
}

/// What was left, to be written.
#[derive(Debug)]
pub(in super::super) struct Inbox {
    notes: Receiver<Note>,
    /// How many found no room.
    dropped: Arc<AtomicU64>,
}

impl Outbox {
    pub(in super::super) fn new(vitals: Arc<Vitals>) -> (Self, Inbox) {
        let (sender, receiver) = channel(WAITING);
        let dropped = Arc::<AtomicU64>::default();
        (Self { sender, dropped: Arc::clone(&dropped), vitals }, Inbox { notes: receiver, dropped })
    }

    /// Tells how many notes wait.
    pub(in super::super) fn tell(&self) {
        self.vitals.metrics.queued(Queue::Notes, WAITING.saturating_sub(self.sender.capacity()), WAITING);
    }

    /// Leaves a note, if there is room.
    pub(in super::super) fn leave(&self, note: Note) {
        if self.sender.try_send(note).is_err() {
            self.vitals.metrics.dropped();
            let dropped = self.dropped.fetch_add(1, Ordering::Relaxed) + 1;
            if dropped.is_power_of_two() {
                warn!("{dropped} notes of what was asked in vain or picked were dropped so far: the store is slow or gone");
            }
        }
    }
}

impl Inbox {
    /// Writes notes until `stopping` is done, then what is left.
    pub(in super::super) async fn write(
        mut self,
        desk: Desk,
        stopping: tokio_util::sync::CancellationToken,
        vitals: Arc<Vitals>,
        proposed: impl Fn(&Suggestion),
    ) {
        let mut notes = Vec::with_capacity(AT_ONCE);
        let mut was_down = false;
        loop {
            let is_last = tokio::select! {
                biased;
                taken = self.notes.recv_many(&mut notes, AT_ONCE) => taken == 0,
                () = stopping.cancelled() => true,
            };
            if is_last {
                while notes.len() < WAITING
                    && let Ok(note) = self.notes.try_recv()
                {
                    notes.push(note);
                }
                if let Err(error) = keep(&desk, &mut notes).await {
                    vitals.metrics.store_failed(Fault::of(&error));
                    warn!("{} notes of what was asked in vain or picked were not kept: {error}", notes.len());
                }
                return;
            }
            let is_full = notes.len() >= AT_ONCE;
            let picked = notes.iter().any(|note| matches!(note, Note::Picked(_)));
            while let Err(error) = keep(&desk, &mut notes).await {
                vitals.metrics.store_failed(Fault::of(&error));
                if !was_down {
                    warn!("what was asked in vain or picked is not kept for now: {error}; it is tried again");
                    was_down = true;
                }
                if stopping.is_cancelled() {
                    return warn!("{} notes of what was asked in vain or picked were not kept", notes.len() + self.notes.len());
                }
                tokio::time::sleep(PAUSE).await;
            }
            if was_down {
                let dropped = self.dropped.load(Ordering::Relaxed);
                info!("what was asked in vain or picked is kept again; {dropped} notes were dropped so far for lack of room");
                was_down = false;
            }
            if picked && let Err(error) = propose(&desk, &proposed).await {
                warn!("words that people use for facts were not proposed: {error}");
            }
            // Where more wait than are written at once, there is nothing to gather for.
            if !is_full {
                tokio::select! {
                    () = tokio::time::sleep(GATHERED_FOR) => {}
                    () = stopping.cancelled() => {}
                }
            }
        }
    }
}

/// Writes notes down, and lets go those that are written: tried again, none is counted twice.
async fn keep(desk: &Desk, notes: &mut Vec<Note>) -> Result<(), StoreError> {
    let in_vain: Vec<AskedInVain> =
        notes.iter().filter_map(|note| if let Note::InVain(asked) = note { Some(asked.clone()) } else { None }).collect();
    if !in_vain.is_empty() {
        desk.store.note_unanswered(&in_vain).await?;
        notes.retain(|note| matches!(note, Note::Picked(_)));
    }
    let picks: Vec<Pick> = notes.iter().filter_map(|note| if let Note::Picked(pick) = note { Some(pick.clone()) } else { None }).collect();
    if !picks.is_empty() {
        desk.store.note_picks(&picks).await?;
        notes.clear();
    }
    Ok(())
}

/// Proposes words for which the same fact was picked again and again.
async fn propose(desk: &Desk, proposed: &impl Fn(&Suggestion)) -> Result<(), StoreError> {
    for often in desk.store.picked_often(PICKED_OFTEN).await? {
        let proposal = Proposal::Words { fact: often.fact, words: often.words, times: often.people };
        let suggestion = desk.store.suggest(Scope::Server(often.server), &proposal, None, super::now(), None).await?;
        proposed(&suggestion);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;

    #[test]
    fn as_many_notes_wait_as_there_is_room_for_and_the_others_are_counted() {
        let vitals = Arc::new(Vitals::default());
        let (outbox, inbox) = Outbox::new(Arc::clone(&vitals));
        let note = || AskedInVain { scope: Scope::Everywhere, text: "who".to_owned(), asker: NonZeroU64::MIN, at: 0 };
        for _ in 0..WAITING + 3 {
            outbox.leave(Note::InVain(note()));
        }
        assert_eq!((inbox.notes.len(), inbox.dropped.load(Ordering::Relaxed)), (WAITING, 3));
        assert!(vitals.metrics.text().contains("sanad_dropped_notes_total 3\n"));
    }
}
