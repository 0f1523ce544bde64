//! Which servers' edits are laid: a bounded number, those that were asked for last.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::HashMap;

use super::cell::{Cell, Opened};
use crate::curation::ServerId;

/// How many servers are kept warm where nobody says otherwise.
pub const WARM_SERVERS: u32 = 256;

/// The servers whose edits are open.
#[derive(Debug)]
pub(super) struct Warm {
    most: usize,
    /// Counts what is asked; no clock is read here.
    asked: AtomicU64,
    cells: Mutex<HashMap<ServerId, Arc<Cell>>>,
}

impl Warm {
    pub(super) fn new(most: u32) -> Self {
        Self { most: usize::try_from(most).unwrap_or(usize::MAX).max(1), asked: AtomicU64::new(0), cells: Mutex::new(HashMap::new()) }
    }

    /// Remembers that a server was asked for. Where that opened it and makes one too many, who was asked for longest ago is packed.
    pub(super) fn touch(&self, server: ServerId, cell: &Arc<Cell>, opened: Opened) {
        cell.touch(self.asked.fetch_add(1, Ordering::Relaxed));
        if opened == Opened::Before {
            return;
        }
        let oldest = {
            let mut cells = self.lock();
            cells.insert(server, Arc::clone(cell));
            let oldest = cells.iter().min_by_key(|(_, cell)| cell.used()).map(|(server, _)| *server);
            oldest.filter(|_| cells.len() > self.most).and_then(|oldest| cells.remove(&oldest))
        };
        if let Some(oldest) = oldest {
            oldest.close();
        }
    }

    pub(super) fn cells(&self) -> Vec<Arc<Cell>> {
        self.lock().values().cloned().collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    pub(super) fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ServerId, Arc<Cell>>> {
        self.cells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
