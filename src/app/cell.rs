//! The edits of one scope, each cell by itself: what is edited in one server touches no other.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use arc_swap::ArcSwapOption;

use crate::curation::overlay::{Overlay, Room};
use crate::curation::packed::Packed;
use crate::curation::{Edit, Head};
use crate::fact::FactId;
use crate::knowledge::Knowledge;

/// What questions of a scope are answered from, and what it was laid over.
#[derive(Debug)]
pub(super) struct Laid {
    below: Option<Arc<Laid>>,
    overlay: Overlay,
}

impl Laid {
    pub(super) fn view(&self) -> &Knowledge {
        self.overlay.view()
    }

    /// What would be answered from with one edit more.
    pub(super) fn view_with(&self, edit: Edit) -> Knowledge {
        self.overlay.with(&[Arc::new(edit)]).view().clone()
    }
}

/// What a scope's edits are laid over: the shipped knowledge, or what holds everywhere.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    pub(super) shipped: Knowledge,
    pub(super) below: Option<Arc<Laid>>,
}

impl Ground {
    fn is_of(&self, laid: &Laid) -> bool {
        match (&self.below, &laid.below) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            (None, None) => true,
            _ => false,
        }
    }

    fn lay(&self, edits: &ByFact) -> Laid {
        let view = self.below.as_ref().map_or(&self.shipped, |below| below.view()).clone();
        let edits: Vec<Arc<Edit>> = edits.values().cloned().collect();
        self.laid(Overlay::over(&self.shipped, view, Room::default()).with(&edits))
    }

    fn laid(&self, overlay: Overlay) -> Laid {
        Laid { below: self.below.clone(), overlay }
    }
}

type ByFact = BTreeMap<FactId, Arc<Edit>>;

fn by_fact(heads: impl IntoIterator<Item = Head>) -> ByFact {
    let mut all = ByFact::new();
    for head in heads {
        take(&mut all, Arc::new(Edit::new(head)));
    }
    all
}

/// Puts an edit in the place of an earlier one; tells whether it is a later one. Two edits of one fact may come here in the other order than
/// they were kept in.
fn take(all: &mut ByFact, edit: Arc<Edit>) -> bool {
    let is_later = all.get(&edit.head().fact).is_none_or(|known| known.head().number < edit.head().number);
    if is_later {
        all.insert(edit.head().fact.clone(), edit);
    }
    is_later
}

/// The edits of a scope: open, packed, or both.
#[derive(Debug, Default)]
struct Kept {
    /// Nothing as long as nobody asks.
    open: Option<ByFact>,
    /// Nothing once one of them has changed since they were packed.
    packed: Option<Packed>,
}

/// Whether a cell was opened just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened {
    Now,
    Before,
}

impl Kept {
    fn open(&mut self) -> (&mut ByFact, Opened) {
        let opened = if self.open.is_some() { Opened::Before } else { Opened::Now };
        (self.open.get_or_insert_with(|| by_fact(self.packed.iter().flat_map(Packed::heads))), opened)
    }

    fn close(&mut self) {
        let heads = self.open.iter().flat_map(|edits| edits.values()).map(|edit| edit.head().clone());
        if self.packed.is_none() {
            self.packed = Packed::of(heads);
        }
        if self.packed.is_some() {
            self.open = None;
        }
    }
}

/// What became of heads that a cell was given.
#[derive(Debug, Clone, Copy)]
pub(super) struct CellTaken {
    pub(super) changed: usize,
    pub(super) opened: Opened,
    /// Whether the topmost level is to be merged.
    pub(super) is_full: bool,
}

/// The edits of one scope.
#[derive(Debug, Default)]
pub(super) struct Cell {
    kept: Mutex<Kept>,
    laid: ArcSwapOption<Laid>,
    /// Held by who merges its levels.
    merging: Mutex<()>,
    /// When it was last asked for, as one counts questions.
    used: AtomicU64,
}

impl Cell {
    /// Edits that are kept packed until somebody asks.
    pub(super) fn packed(heads: Vec<Head>) -> Self {
        let mut kept = Kept { open: Some(by_fact(heads)), packed: None };
        kept.close();
        Self { kept: Mutex::new(kept), ..Self::default() }
    }

    /// The same edits, packed and not yet analysed.
    pub(super) fn again(&self) -> Self {
        let mut kept = self.lock();
        kept.close();
        let open = kept.open.as_ref().map(|edits| by_fact(edits.values().map(|edit| edit.head().clone())));
        let again = Kept { open, packed: kept.packed.clone() };
        self.laid.store(None);
        Self { kept: Mutex::new(again), ..Self::default() }
    }

    /// Remembers that it was asked for.
    pub(super) fn touch(&self, now: u64) {
        self.used.store(now, Ordering::Relaxed);
    }

    pub(super) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    /// What is answered from, if it is laid over this.
    pub(super) fn ready(&self, ground: &Ground) -> Option<Arc<Laid>> {
        self.laid.load_full().filter(|laid| ground.is_of(laid))
    }

    /// What is answered from; laid now, where it is not.
    pub(super) fn lay(&self, ground: &Ground) -> (Arc<Laid>, Opened) {
        if let Some(laid) = self.ready(ground) {
            return (laid, Opened::Before);
        }
        let mut kept = self.lock();
        let (edits, opened) = kept.open();
        let laid = self.ready(ground).unwrap_or_else(|| Arc::new(ground.lay(edits)));
        self.laid.store(Some(Arc::clone(&laid)));
        (laid, opened)
    }

    /// Lays what is open, where it is not laid over this.
    pub(super) fn lay_open(&self, ground: &Ground) {
        let kept = self.lock();
        if let (Some(edits), None) = (&kept.open, self.ready(ground)) {
            self.laid.store(Some(Arc::new(ground.lay(edits))));
        }
    }

    /// Takes heads over. Who is asked already, or is given one head only, does not wait for the next question.
    pub(super) fn take(&self, ground: &Ground, heads: Vec<Head>) -> CellTaken {
        let mut new: Vec<Arc<Edit>> = heads.into_iter().map(|head| Arc::new(Edit::new(head))).collect();
        let is_one = new.len() == 1;
        if is_one || self.ready(ground).is_some() {
            // The longest of it, while nobody waits for it.
            for edit in &new {
                edit.prepare(&ground.shipped);
            }
        }
        let mut kept = self.lock();
        let (edits, opened) = kept.open();
        new.retain(|edit| take(edits, Arc::clone(edit)));
        let changed = new.len();
        // Of two of one fact, only the last is laid.
        new.retain(|edit| edits.get(&edit.head().fact).is_some_and(|last| Arc::ptr_eq(last, edit)));
        let laid = match self.ready(ground) {
            Some(laid) if new.is_empty() => Some(laid),
            Some(laid) => Some(Arc::new(ground.laid(laid.overlay.with(&new)))),
            None if is_one => Some(Arc::new(ground.lay(edits))),
            None => None,
        };
        if changed > 0 {
            kept.packed = None;
        }
        let is_full = laid.as_ref().is_some_and(|laid| laid.overlay.is_full());
        self.laid.store(laid);
        CellTaken { changed, opened, is_full }
    }

    /// Merges levels that are full. Neither questions nor edits wait for it.
    pub(super) fn settle(&self) {
        let _merging = match self.merging.try_lock() {
            Ok(merging) => merging,
            Err(TryLockError::Poisoned(broken)) => broken.into_inner(),
            // Somebody is at it.
            Err(TryLockError::WouldBlock) => return,
        };
        while let Some(merged) = self.laid.load_full().filter(|laid| laid.overlay.is_full()).and_then(|laid| laid.overlay.merge()) {
            let _kept = self.lock();
            let Some(now) = self.laid.load_full() else { return };
            // Where more was changed than the topmost level, the next edit sees to it.
            let Some(overlay) = now.overlay.merged(&merged) else { return };
            self.laid.store(Some(Arc::new(Laid { below: now.below.clone(), overlay })));
        }
    }

    /// Packs what is kept and forgets what was laid.
    pub(super) fn close(&self) {
        let mut kept = self.lock();
        kept.close();
        if kept.open.is_none() {
            self.laid.store(None);
        }
    }

    /// The edit of a fact, if there is one.
    pub(super) fn head(&self, fact: &FactId) -> (Option<Arc<Edit>>, Opened) {
        let mut kept = self.lock();
        let (edits, opened) = kept.open();
        (edits.get(fact).cloned(), opened)
    }

    /// All edits, by the ids of their facts. A packed cell stays so.
    pub(super) fn edits(&self) -> Vec<Arc<Edit>> {
        let kept = self.lock();
        if let Some(edits) = &kept.open {
            return edits.values().cloned().collect();
        }
        let packed = kept.packed.clone();
        drop(kept);
        packed.iter().flat_map(Packed::heads).map(|head| Arc::new(Edit::new(head))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
