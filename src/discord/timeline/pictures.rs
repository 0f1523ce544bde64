//! Pictures of timelines, drawn beside the event loop, few at once, and kept for who asks for the same.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::fact::Base;
use crate::knowledge::Knowledge;
use crate::timeline::picture::draw;
use crate::timeline::{Selection, select};

/// Pictures drawn at once; each takes a core.
const AT_ONCE: usize = 2;
/// Pictures kept; each takes about 100 KB.
const KEPT: usize = 32;
/// How long a picture waits for its turn and is drawn.
const WITHIN: Duration = Duration::from_secs(20);

/// Why there is no picture.
#[derive(Debug)]
pub(crate) enum NoPicture {
    /// Too many are asked for.
    Busy,
    /// It could not be drawn.
    Failed(String),
}

/// A picture that was drawn: of these facts, by this selection.
#[derive(Debug)]
struct Drawn {
    base: Base,
    selection: Selection,
    png: Arc<[u8]>,
}

/// Draws pictures.
#[derive(Debug)]
pub(crate) struct Pictures {
    /// The latest first.
    kept: Mutex<VecDeque<Drawn>>,
    turns: Arc<Semaphore>,
}

impl Default for Pictures {
    fn default() -> Self {
        Self { kept: Mutex::default(), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Pictures {
    /// How many are being drawn, and how many may be at once.
    pub(crate) fn drawing(&self) -> (usize, usize) {
        (AT_ONCE.saturating_sub(self.turns.available_permits()), AT_ONCE)
    }

    /// The picture of a selection, as PNG.
    pub(crate) async fn png(&self, view: &Knowledge, selection: &Selection) -> Result<Arc<[u8]>, NoPicture> {
        if let Some(png) = self.kept(&view.base, selection) {
            return Ok(png);
        }
        let drawn = async {
            let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| NoPicture::Busy)?;
            // Who had the turn before may have drawn the same.
            if let Some(png) = self.kept(&view.base, selection) {
                return Ok(png);
            }
            let (view, of) = (view.clone(), selection.clone());
            let drawing = tokio::task::spawn_blocking(move || {
                // Held until it is drawn, whether or not somebody waits for it still.
                let _turn = turn;
                draw(&view, &select(&view, &of), &of).png()
            });
            match drawing.await {
                Ok(Ok(png)) => Ok(Arc::<[u8]>::from(png)),
                Ok(Err(error)) => Err(NoPicture::Failed(error.to_string())),
                Err(error) => Err(NoPicture::Failed(error.to_string())),
            }
        };
        let png = timeout(WITHIN, drawn).await.unwrap_or(Err(NoPicture::Busy))?;
        self.keep(Drawn { base: view.base.clone(), selection: selection.clone(), png: Arc::clone(&png) });
        Ok(png)
    }

    fn kept(&self, base: &Base, selection: &Selection) -> Option<Arc<[u8]>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(|drawn| drawn.selection == *selection && drawn.base.is_same(base))?;
        let drawn = kept.remove(at)?;
        let png = Arc::clone(&drawn.png);
        kept.push_front(drawn);
        Some(png)
    }

    fn keep(&self, drawn: Drawn) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|known| known.selection != drawn.selection || !known.base.is_same(&drawn.base));
        kept.push_front(drawn);
        kept.truncate(KEPT);
    }
}
