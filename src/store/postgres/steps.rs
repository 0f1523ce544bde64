//! The steps that make the database, by the numbers of every engine.

use crate::store::schema::{Schema, Texts, WITH_OUTCOMES, WITH_PRIVACY, WITH_REVIEW, WITH_SHARING};

pub(super) const STEPS: Texts = [
    (Schema(1), "facts", include_str!("migrations/0001_facts.sql")),
    (WITH_REVIEW, "review", include_str!("migrations/0002_review.sql")),
    (WITH_SHARING, "sharing", include_str!("migrations/0003_sharing.sql")),
    (WITH_PRIVACY, "privacy", include_str!("migrations/0004_privacy.sql")),
    (WITH_OUTCOMES, "outcomes", include_str!("migrations/0005_outcomes.sql")),
];
