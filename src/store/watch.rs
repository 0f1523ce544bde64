//! Waiting until another process may have changed something.

use std::pin::Pin;
use std::time::Duration;

/// How long a change may go unnoticed where nothing tells of it.
pub(super) const EVERY: Duration = Duration::from_secs(1);

/// What is waited for, to come.
pub(super) type Coming<'s> = Pin<Box<dyn Future<Output = ()> + Send + 's>>;

/// Something that hears of changes.
pub(super) trait Ear: Send + std::fmt::Debug {
    /// Done when something was heard, at the latest after a while.
    fn heard(&mut self, at_most: Duration) -> Coming<'_>;
}

/// Waits until another process may have changed something. What it was is read from the store afterwards
/// ([`heads_since`](super::Engine::heads_since)): nothing is missed, whatever is or is not heard.
#[derive(Debug)]
pub struct Watch(pub(super) Option<Box<dyn Ear>>);

impl Watch {
    /// Done when something may have changed: at once where the engine tells of it, else within a second.
    pub async fn changed(&mut self) {
        match &mut self.0 {
            Some(ear) => ear.heard(EVERY).await,
            None => tokio::time::sleep(EVERY).await,
        }
    }
}
