//! What whoever runs the bot sees of it: numbers, signs of life, a port to ask at, numbers that lead from what a user read to the log.
//!
//! An edge that knows neither Discord nor the store: those who do the work tell it what they did ([`Vitals`]). No text that people wrote
//! and no id of theirs can get into a number's labels: a label is a word of this program.

mod http;
mod metrics;
mod pulse;
mod reference;

pub use http::{Health, HttpError, StoreProbe, listen};
pub use metrics::{AskedBy, Came, Fault, Held, Metrics, Queue, Reached};
pub use pulse::{Pulse, Shard, Silent};
pub use reference::Reference;

/// The numbers and the signs of life of one process.
#[derive(Debug, Default)]
pub struct Vitals {
    /// What was done, how often, how long it took.
    pub metrics: Metrics,
    /// Whether the gateway lives, and what there is to answer from.
    pub pulse: Pulse,
}
