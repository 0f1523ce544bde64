//! Which of Discord's shards a process runs.

use std::fmt;
use std::str::FromStr;

/// Which shards a process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shards {
    /// All, as many as Discord recommends.
    #[default]
    Recommended,
    /// All of so many.
    All(u32),
    /// Some; other processes run the others.
    Some(ShardRange),
}

impl Shards {
    /// The shards, where Discord recommends so many.
    pub fn of(self, recommended: u32) -> ShardRange {
        let all = |total: u32| ShardRange { first: 0, last: total.saturating_sub(1), total: total.max(1) };
        match self {
            Self::Recommended => all(recommended),
            Self::All(total) => all(total),
            Self::Some(range) => range,
        }
    }
}

/// Neighbouring shards, of so many in all. Written `0-3/16`, or `5/16`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShardRange {
    first: u32,
    last: u32,
    total: u32,
}

/// Why a text names no shards.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" names no shards; write the first, the last and how many there are in all, counted from 0: 0-3/16 runs the first four of 16"
)]
pub struct NoRange(String);

impl ShardRange {
    /// The first.
    pub fn first(self) -> u32 {
        self.first
    }

    /// How many there are in all processes together.
    pub fn total(self) -> u32 {
        self.total
    }

    /// How many these are; at least one.
    pub fn count(self) -> u32 {
        self.last - self.first + 1
    }

    /// Each of them.
    pub fn each(self) -> impl Iterator<Item = u32> {
        self.first..=self.last
    }

    /// The shard that events of a server come to (Discord, gateway: sharding).
    pub fn of_server(self, server: u64) -> u32 {
        // What is left of a division is below the divisor.
        u32::try_from((server >> 22) % u64::from(self.total)).unwrap_or_default()
    }

    /// Whether events of a server come to these.
    pub fn holds_server(self, server: u64) -> bool {
        (self.first..=self.last).contains(&self.of_server(server))
    }
}

impl FromStr for ShardRange {
    type Err = NoRange;

    fn from_str(text: &str) -> Result<Self, NoRange> {
        let number = |text: &str| text.trim().parse::<u32>().ok();
        let read = || {
            let (shards, total) = text.split_once('/')?;
            let (first, last) = shards.split_once('-').unwrap_or((shards, shards));
            let range = Self { first: number(first)?, last: number(last)?, total: number(total)? };
            (range.first <= range.last && range.last < range.total).then_some(range)
        };
        read().ok_or_else(|| NoRange(text.to_owned()))
    }
}

impl fmt::Display for ShardRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, last, total } = self;
        if first == last { write!(f, "{first}/{total}") } else { write!(f, "{first}-{last}/{total}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_names_no_shards_is_refused() {
        for text in ["", "3", "0-3", "4-3/8", "0-8/8", "a/8", "-1/8", "1-2-3/8", "0/0", "0/99999999999"] {
            assert_eq!(text.parse::<ShardRange>(), Err(NoRange(text.to_owned())), "{text}");
        }
        assert_eq!(" 0 - 3 / 16 ".parse::<ShardRange>().map(|range| range.to_string()), Ok("0-3/16".to_owned()));
    }

    proptest! {
        #[test]
        fn a_range_reads_back_and_each_server_is_in_one_of_its_parts(total in 1u32..200, cut in 0u32..200, server in any::<u64>()) {
            let whole = Shards::All(total).of(7);
            prop_assert_eq!(whole.to_string().parse(), Ok(whole));
            prop_assert_eq!(whole.count(), total);
            prop_assert!(whole.holds_server(server));
            let cut = cut % total;
            let parts = [format!("0-{cut}/{total}"), format!("{}-{}/{total}", cut + 1, total - 1)];
            let parts: Vec<ShardRange> = parts.iter().filter_map(|part| part.parse().ok()).collect();
            prop_assert_eq!(parts.iter().filter(|part| part.holds_server(server)).count(), 1);
            prop_assert_eq!(parts.iter().flat_map(|part| part.each()).count(), total as usize);
        }
    }
}
