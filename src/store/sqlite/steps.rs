//! The steps that make the file, and the mark that tells it from others.

use crate::store::schema::{Schema, Texts, WITH_OUTCOMES, WITH_PRIVACY, WITH_REVIEW, WITH_SHARING};

/// In SQLite's header, so that another program's database is known (`PRAGMA application_id`): "Sand".
pub(super) const APPLICATION: i32 = 0x5361_6e64;

pub(super) const STEPS: Texts = [
    (Schema(1), "facts", include_str!("migrations/0001_facts.sql")),
    (WITH_REVIEW, "review", include_str!("migrations/0002_review.sql")),
    (WITH_SHARING, "sharing", include_str!("migrations/0003_sharing.sql")),
    (WITH_PRIVACY, "privacy", include_str!("migrations/0004_privacy.sql")),
    (WITH_OUTCOMES, "outcomes", include_str!("migrations/0005_outcomes.sql")),
];
