//! Who asked and who picked, told apart without being known: an id is kept as its hash under this store's salt.

use std::fmt::Write as _;
use std::num::NonZeroU64;

use sha2::{Digest, Sha256};

/// Bytes of a hash that are kept: enough that no two people are one.
const KEPT: usize = 16;

/// The secret under which a store hashes ids.
pub(super) struct Salt(pub(super) String);

impl Salt {
    /// A person's hash, as it is kept.
    pub(super) fn hash(&self, person: NonZeroU64) -> String {
        let digest = Sha256::new().chain_update(&self.0).chain_update(person.get().to_be_bytes()).finalize();
        digest.iter().take(KEPT).fold(String::with_capacity(2 * KEPT), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// What one person leaves behind in questions and picks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Left {
    /// Questions that went, for nobody else asked them.
    pub(super) questions: u32,
    /// Picks that went, for nobody else picked so.
    pub(super) picks: u32,
}
