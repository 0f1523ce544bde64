//! A short number that a user reads with a failure and whoever runs the bot finds in the log.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};

/// Digits that are not taken for one another when they are read out (Crockford's base 32).
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 5;

/// Such a number; of thirty million, so that two of a day are hardly ever the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reference([u8; LENGTH]);

impl Reference {
    /// A new one.
    pub fn new() -> Self {
        // Each state is keyed anew from the system's randomness.
        let mut bits = RandomState::new().build_hasher().finish();
        Self(std::array::from_fn(|_| {
            let digit = DIGITS.get((bits & 31) as usize).copied().unwrap_or(b'0');
            bits >>= 5;
            digit
        }))
    }
}

impl Default for Reference {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|digit| write!(f, "{}", char::from(*digit)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn references_are_short_readable_and_differ() {
        let many: HashSet<String> = (0..1_000).map(|_| Reference::new().to_string()).collect();
        assert!(many.len() > 990, "{} of 1000 differ", many.len());
        assert!(many.iter().all(|one| one.len() == LENGTH && one.bytes().all(|digit| DIGITS.contains(&digit))));
    }
}
