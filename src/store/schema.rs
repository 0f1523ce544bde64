//! The numbered steps that make the database, and the marks that tell it from others.

use std::fmt;

use sqlx::migrate::{Migration, MigrationType};

/// The number of the last step that made a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Schema(pub i64);

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

/// The newest schema, which this program works with.
pub(super) const NEWEST: Schema = Schema(2);

/// In SQLite's header, so that another program's database is known (`PRAGMA application_id`): "Sand".
pub(super) const APPLICATION: i32 = 0x5361_6e64;

const STEPS: [(Schema, &str, &str); 2] =
    [(Schema(1), "facts", include_str!("migrations/0001_facts.sql")), (NEWEST, "review", include_str!("migrations/0002_review.sql"))];

/// All tables that hold what people did, each after those that it refers to.
pub(super) const TABLES: [&str; 7] = ["revision", "head", "setting", "draft", "suggestion", "unanswered", "pick"];

/// The steps up to a schema.
pub(super) fn steps_to(newest: Schema) -> Vec<Migration> {
    let steps = STEPS.iter().filter(|(schema, ..)| *schema <= newest).map(|(schema, name, sql)| {
        // A checkout on Windows may end lines otherwise; the checksum must not see it.
        let sql = sql.replace("\r\n", "\n");
        Migration::new(schema.0, (*name).into(), MigrationType::Simple, sql.into(), false)
    });
    steps.collect()
}
