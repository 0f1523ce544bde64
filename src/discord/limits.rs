//! How often people may ask: token buckets by person, channel and server. Time is handed in.

use std::hash::Hash;
use std::time::{Duration, Instant};

use hashbrown::HashMap;

use crate::config::Rate;

/// Buckets kept of one kind. A bucket that has filled up again says nothing and is dropped; where people are many more than that, the
/// fullest go first.
const BUCKETS: usize = 20_000;

/// The limits of one process.
#[derive(Debug)]
pub struct Limits {
    people: Buckets<u64>,
    channels: Buckets<u64>,
    servers: Buckets<u64>,
    looks: Buckets<()>,
}

/// How often the bot looks, where a message was deleted of which it knows nothing, for an answer that it may have given. Discord allows 50
/// requests a second for everything.
const LOOKS: Rate = Rate { burst: 30, per_minute: 120 };

/// Whether a question may be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Yes.
    Granted,
    /// Not before so much time has passed.
    Refused {
        /// Whose limit it is.
        whose: Whose,
        /// How long until the next is granted.
        wait: Duration,
    },
}

/// Whose limit is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The person's.
    Person,
    /// The channel's.
    Channel,
    /// The server's.
    Server,
}

impl Limits {
    /// Limits with every bucket full.
    pub fn new(person: Rate, channel: Rate, server: Rate) -> Self {
        Self { people: Buckets::new(person), channels: Buckets::new(channel), servers: Buckets::new(server), looks: Buckets::new(LOOKS) }
    }

    /// Whether an earlier answer may be looked for now.
    pub fn may_look(&mut self, now: Instant) -> bool {
        let may = self.looks.wait((), now).is_none();
        if may {
            self.looks.take((), now);
        }
        may
    }

    /// Takes a token from each bucket that applies, or from none.
    pub fn admit(&mut self, person: u64, channel: u64, server: Option<u64>, now: Instant) -> Admission {
        let refused = |whose, wait: Option<Duration>| wait.map(|wait| Admission::Refused { whose, wait });
        let short = refused(Whose::Person, self.people.wait(person, now))
            .or_else(|| refused(Whose::Channel, self.channels.wait(channel, now)))
            .or_else(|| server.and_then(|server| refused(Whose::Server, self.servers.wait(server, now))));
        if let Some(short) = short {
            return short;
        }
        self.people.take(person, now);
        self.channels.take(channel, now);
        if let Some(server) = server {
            self.servers.take(server, now);
        }
        Admission::Granted
    }
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

#[derive(Debug)]
struct Buckets<K> {
    rate: Rate,
    buckets: HashMap<K, Bucket>,
}

impl<K: Hash + Eq + Copy> Buckets<K> {
    fn new(rate: Rate) -> Self {
        Self { rate, buckets: HashMap::new() }
    }

    fn tokens(&self, key: K, now: Instant) -> f64 {
        let full = f64::from(self.rate.burst);
        self.buckets.get(&key).map_or(full, |bucket| {
            let since = now.saturating_duration_since(bucket.filled).as_secs_f64();
            (bucket.tokens + since * self.rate.per_second()).min(full)
        })
    }

    /// How long until there is a token, if there is none now.
    fn wait(&self, key: K, now: Instant) -> Option<Duration> {
        let tokens = self.tokens(key, now);
        (tokens < 1.0).then(|| Duration::from_secs_f64((1.0 - tokens) / self.rate.per_second()))
    }

    fn take(&mut self, key: K, now: Instant) {
        let tokens = self.tokens(key, now) - 1.0;
        if self.buckets.len() >= BUCKETS {
            self.make_room(now);
        }
        self.buckets.insert(key, Bucket { tokens, filled: now });
    }

    fn make_room(&mut self, now: Instant) {
        let full = f64::from(self.rate.burst);
        let rate = self.rate.per_second();
        let level = |b: &Bucket| b.tokens + now.saturating_duration_since(b.filled).as_secs_f64() * rate;
        self.buckets.retain(|_, bucket| level(bucket) < full);
        if self.buckets.len() >= BUCKETS {
            let mut levels: Vec<f64> = self.buckets.values().map(level).collect();
            let middle = levels.len() / 2;
            let (_, median, _) = levels.select_nth_unstable_by(middle, f64::total_cmp);
            let median = *median;
            self.buckets.retain(|_, bucket| level(bucket) < median);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(burst: u32, per_minute: u32) -> Rate {
        Rate { burst, per_minute }
    }

    #[test]
    fn a_burst_is_granted_then_one_for_each_token_that_drips_in() {
        let mut limits = Limits::new(rate(2, 60), rate(100, 60), rate(100, 60));
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        assert_eq!(limits.admit(1, 1, None, at(0)), Admission::Granted);
        assert_eq!(limits.admit(1, 1, None, at(0)), Admission::Granted);
        assert_eq!(limits.admit(1, 1, None, at(0)), Admission::Refused { whose: Whose::Person, wait: Duration::from_secs(1) });
        assert_eq!(limits.admit(2, 1, None, at(0)), Admission::Granted, "another person has a bucket of their own");
        assert_eq!(limits.admit(1, 1, None, at(1_000)), Admission::Granted);
        assert!(matches!(limits.admit(1, 1, None, at(1_100)), Admission::Refused { .. }));
    }

    #[test]
    fn a_refusal_takes_nothing() {
        let mut limits = Limits::new(rate(5, 1), rate(1, 1), rate(5, 1));
        let now = Instant::now();
        assert_eq!(limits.admit(1, 1, Some(1), now), Admission::Granted);
        for _ in 0..9 {
            assert!(matches!(limits.admit(1, 1, Some(1), now), Admission::Refused { whose: Whose::Channel, .. }));
        }
        assert_eq!(limits.admit(1, 2, Some(1), now), Admission::Granted, "the person and the server have tokens left");
    }

    #[test]
    fn a_server_is_limited_as_a_whole() {
        let mut limits = Limits::new(rate(9, 1), rate(9, 1), rate(2, 1));
        let now = Instant::now();
        let whose = |admission| match admission {
            Admission::Granted => None,
            Admission::Refused { whose, .. } => Some(whose),
        };
        let told: Vec<_> = (1..=3).map(|person| whose(limits.admit(person, person, Some(7), now))).collect();
        assert_eq!(told, [None, None, Some(Whose::Server)]);
    }

    #[test]
    fn buckets_do_not_grow_without_end() {
        let mut limits = Limits::new(rate(2, 1), rate(2, 1), rate(2, 1));
        let now = Instant::now();
        for person in 0..3 * BUCKETS as u64 {
            limits.admit(person, 1, None, now + Duration::from_millis(person));
        }
        assert!(limits.people.buckets.len() <= BUCKETS);
    }
}
