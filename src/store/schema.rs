//! The numbered steps that make the database. Every engine has its own, by the same numbers.

use std::fmt;

use sqlx::migrate::{Migration, MigrationType};

use super::error::{Fault, Strange};

/// The number of the last step that made a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Schema(pub i64);

impl Schema {
    /// The newest, which this program works with.
    pub const NEWEST: Self = WITH_OUTCOMES;
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

/// The schema from which on suggestions are kept.
pub(super) const WITH_REVIEW: Schema = Schema(2);

/// The schema from which on several processes share a store, and stores are copied into each other.
pub(super) const WITH_SHARING: Schema = Schema(3);

/// The schema from which on people are told apart by hashes.
pub(super) const WITH_PRIVACY: Schema = Schema(4);

/// The schema from which on is kept who is still to be told how a suggestion ended.
pub(super) const WITH_OUTCOMES: Schema = Schema(5);

/// What a database is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To be used at once.
    Use,
    /// To be copied into: in the moment that it is there, it is marked as unfinished.
    Copy,
}

/// The text of each step of an engine.
pub(super) type Texts = [(Schema, &'static str, &'static str); 5];

/// All tables that hold what people did, each after those that it refers to.
pub(super) const TABLES: [&str; 11] =
    ["salt", "revision", "head", "setting", "draft", "suggestion", "untold", "unanswered", "pick", "asker", "picker"];

/// The steps up to a schema.
pub(super) fn steps_to(newest: Schema, texts: &Texts) -> Vec<Migration> {
    let steps = texts.iter().filter(|(schema, ..)| *schema <= newest).map(|(schema, name, sql)| {
        // A checkout on Windows may end lines otherwise; the checksum must not see it.
        let sql = sql.replace("\r\n", "\n");
        Migration::new(schema.0, (*name).into(), MigrationType::Simple, sql.into(), false)
    });
    steps.collect()
}

/// The schema that some steps made, told by number and checksum: they must be those of this program, from the first on.
pub(super) fn made_by(steps: &[(i64, Vec<u8>)], newest: Schema, texts: &Texts) -> Result<Schema, Fault> {
    let mut known = steps_to(newest, texts).into_iter();
    let mut schema = None;
    for (number, checksum) in steps {
        match known.next() {
            None => return Err(Fault::Newer { theirs: Schema(*number), ours: newest }),
            Some(ours) if ours.version != *number => return Err(Fault::Strange(Strange::Damaged)),
            Some(ours) if *ours.checksum != **checksum => return Err(Fault::Strange(Strange::OtherBuild(Schema(*number)))),
            Some(_) => schema = Some(Schema(*number)),
        }
    }
    schema.ok_or(Fault::Strange(Strange::Damaged))
}
