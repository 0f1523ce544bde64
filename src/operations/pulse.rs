//! Signs of life: what the gateway last gave, how its connections stand, and whether there is anything to answer from.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How a connection to the gateway stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shard {
    /// It takes events.
    Connected,
    /// It is on its way: connecting, signing in, or taking up a session again.
    Connecting,
    /// It is not there.
    Down,
}

impl Shard {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Connected, Self::Connecting, Self::Down];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Connecting => "connecting",
            Self::Down => "down",
        }
    }
}

/// The gateway gave no sign of life for so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silent(pub Duration);

/// See the module. Time is measured by a clock that nobody can set.
#[derive(Debug)]
pub struct Pulse {
    born: Instant,
    /// Milliseconds from `born` to the last sign of life.
    last: AtomicU64,
    shards: Mutex<Vec<Shard>>,
    facts: AtomicU64,
    are_loaded: AtomicBool,
    is_stopping: AtomicBool,
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            born: Instant::now(),
            last: AtomicU64::new(0),
            shards: Mutex::default(),
            facts: AtomicU64::new(0),
            are_loaded: AtomicBool::new(false),
            is_stopping: AtomicBool::new(false),
        }
    }
}

impl Pulse {
    /// The gateway gave a sign of life: an event, or the acknowledgement of a heartbeat.
    pub fn beat(&self) {
        let since = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.fetch_max(since, Ordering::Relaxed);
    }

    /// How long the gateway has given none.
    pub fn silent_for(&self) -> Duration {
        self.born.elapsed().saturating_sub(Duration::from_millis(self.last.load(Ordering::Relaxed)))
    }

    /// Whether that is too long.
    pub fn silent(&self, at_most: Duration) -> Option<Silent> {
        let silent = self.silent_for();
        (silent > at_most).then_some(Silent(silent))
    }

    /// How each connection stands, those of the gateway that this process keeps.
    pub fn set_shards(&self, shards: Vec<Shard>) {
        *self.shards.lock().unwrap_or_else(PoisonError::into_inner) = shards;
    }

    /// So many facts are served.
    pub fn set_facts(&self, facts: u64) {
        self.facts.store(facts, Ordering::Relaxed);
        self.are_loaded.store(true, Ordering::Relaxed);
    }

    /// Facts that are served.
    pub fn facts(&self) -> u64 {
        self.facts.load(Ordering::Relaxed)
    }

    /// Nothing new is taken any more.
    pub fn stop(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }

    /// What keeps the bot from answering, a sentence each; the store aside.
    pub fn lacks(&self) -> Vec<String> {
        let mut lacks = Vec::new();
        if self.is_stopping.load(Ordering::Relaxed) {
            lacks.push("process: it is stopping".to_owned());
        }
        if !self.are_loaded.load(Ordering::Relaxed) {
            lacks.push("facts: not loaded yet".to_owned());
        }
        let shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner);
        let all = shards.len();
        let away = shards.iter().filter(|shard| **shard != Shard::Connected).count();
        if all == 0 {
            lacks.push("gateway: not connected yet".to_owned());
        } else if away > 0 {
            let silent = self.silent_for().as_secs();
            lacks.push(format!("gateway: {away} of {all} shards not connected, last sign of life {silent} s ago"));
        }
        lacks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_is_named_and_nothing_else() {
        let pulse = Pulse::default();
        assert_eq!(pulse.lacks(), ["facts: not loaded yet", "gateway: not connected yet"]);
        pulse.set_facts(392);
        pulse.set_shards(vec![Shard::Connected, Shard::Connecting]);
        assert_eq!(pulse.lacks(), ["gateway: 1 of 2 shards not connected, last sign of life 0 s ago"]);
        pulse.set_shards(vec![Shard::Connected; 2]);
        assert!(pulse.lacks().is_empty());
        pulse.stop();
        assert_eq!(pulse.lacks(), ["process: it is stopping"]);
    }

    #[test]
    fn silence_is_counted_from_the_last_sign_of_life() {
        let long_ago = Instant::now().checked_sub(Duration::from_secs(100)).unwrap();
        let pulse = Pulse { born: long_ago, ..Pulse::default() };
        assert!(pulse.silent(Duration::from_secs(99)).is_some_and(|Silent(silent)| silent >= Duration::from_secs(100)));
        assert_eq!(pulse.silent(Duration::from_secs(1_000)), None);
        pulse.beat();
        assert_eq!(pulse.silent(Duration::from_secs(50)), None, "a sign of life ends it");
    }
}
