//! The steps that make the database, by the numbers of every engine.

use crate::store::schema::{NEWEST, Schema, Texts, WITH_REVIEW};

pub(super) const STEPS: Texts = [
    (Schema(1), "facts", include_str!("migrations/0001_facts.sql")),
    (WITH_REVIEW, "review", include_str!("migrations/0002_review.sql")),
    (NEWEST, "sharing", include_str!("migrations/0003_sharing.sql")),
];
