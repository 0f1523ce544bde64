//! Moving all that a store holds into another one, whatever engines they are.
//!
//! The target is marked as unfinished, and everything is written in one transaction that takes the mark away at its end. So there is never a
//! half of it to be seen: a copy that is killed leaves an empty store that says that it is unfinished, and is simply repeated. What was written
//! is read back within that transaction, and compared by a checksum with what was read.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::engine::Told;
use super::error::StoreError;
use super::location::{Location, Place};
use super::schema::{Schema, WITH_OUTCOMES, WITH_PRIVACY, WITH_REVIEW};
use super::{postgres, sqlite};

/// Rows that are moved at once; a record may have a million characters.
pub(super) const PAGE: u32 = 100;

/// A table as every engine has it.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The schema that it came with. No later one has changed its columns.
    pub(super) since: Schema,
    /// Its key, by which it is read in order.
    pub(super) key: &'static [Column],
    pub(super) rest: &'static [Column],
    /// Whether its key is a number that the database gives, and never twice.
    pub(super) numbered: bool,
}

/// A column and what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Whole(&'static str),
    Text(&'static str),
}

impl Column {
    pub(super) fn name(self) -> &'static str {
        let (Self::Whole(name) | Self::Text(name)) = self;
        name
    }
}

impl Table {
    /// All its columns, the key first.
    pub(super) fn columns(&self) -> impl Iterator<Item = Column> {
        self.key.iter().chain(self.rest).copied()
    }

    /// The names of some columns, as a list.
    pub(super) fn list(columns: impl Iterator<Item = Column>) -> String {
        columns.map(Column::name).collect::<Vec<_>>().join(", ")
    }
}

use Column::{Text, Whole};

/// The table that a new store has a row in: what it hashes ids under gives way to what the copied hashes were made under.
pub(super) const SALT: &str = "salt";

/// All that people did, each table after those that it refers to.
pub(super) const TABLES: [Table; 11] = [
    Table { name: SALT, since: WITH_PRIVACY, key: &[Whole("one")], rest: &[Text("salt")], numbered: false },
    Table {
        name: "revision",
        since: Schema(1),
        key: &[Whole("id")],
        rest: &[
            Whole("server"),
            Text("fact"),
            Whole("number"),
            Text("action"),
            Text("author_kind"),
            Whole("author"),
            Whole("at"),
            Text("reason"),
            Whole("cause"),
            Text("before_state"),
            Text("before_record"),
            Text("after_state"),
            Text("after_record"),
            Text("shipped_record"),
        ],
        numbered: true,
    },
    Table { name: "head", since: Schema(1), key: &[Whole("server"), Text("fact")], rest: &[Whole("number")], numbered: false },
    Table {
        name: "setting",
        since: Schema(1),
        key: &[Whole("server")],
        rest: &[Text("body"), Whole("changed_by"), Whole("changed_at")],
        numbered: false,
    },
    Table {
        name: "draft",
        since: Schema(1),
        key: &[Whole("id")],
        rest: &[Whole("server"), Whole("owner"), Text("body"), Whole("changed_at")],
        numbered: true,
    },
    Table {
        name: "suggestion",
        since: WITH_REVIEW,
        key: &[Whole("id")],
        rest: &[
            Whole("server"),
            Text("kind"),
            Text("fact"),
            Text("proposal"),
            Text("words"),
            Whole("proposer"),
            Whole("at"),
            Whole("cause"),
            Whole("channel"),
            Whole("message"),
            Text("verdict"),
            Whole("decided_by"),
            Whole("decided_at"),
            Text("decision_reason"),
            Whole("decision_cause"),
            Whole("revision"),
        ],
        numbered: true,
    },
    Table { name: "untold", since: WITH_OUTCOMES, key: &[Whole("suggestion")], rest: &[], numbered: false },
    Table {
        name: "unanswered",
        since: WITH_REVIEW,
        key: &[Whole("server"), Text("folded")],
        rest: &[Text("asked"), Whole("times"), Whole("last_at")],
        numbered: false,
    },
    Table {
        name: "pick",
        since: WITH_REVIEW,
        key: &[Whole("server"), Text("fact"), Text("folded")],
        rest: &[Text("words"), Whole("times"), Whole("last_at")],
        numbered: false,
    },
    Table { name: "asker", since: WITH_PRIVACY, key: &[Whole("server"), Text("folded"), Text("who")], rest: &[], numbered: false },
    Table {
        name: "picker",
        since: WITH_PRIVACY,
        key: &[Whole("server"), Text("fact"), Text("folded"), Text("who")],
        rest: &[],
        numbered: false,
    },
];

/// What stands in a row and a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Whole(Option<i64>),
    Text(Option<String>),
}

/// A row, its columns in the order of the table's.
pub(super) type Cells = Vec<Cell>;

/// What numbers were given, beside what is in the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Given {
    /// The last number of a table.
    pub(super) last: i64,
}

/// A store that is read, within one moment.
pub(super) trait Source: Send {
    /// Some rows by their key: the first, or those after a row.
    fn page<'s>(&'s mut self, table: &'static Table, after: Option<&'s [Cell]>) -> Told<'s, Vec<Cells>>;

    /// The last number that was given to a row of a table, also where the row is gone.
    fn given(&mut self, table: &'static Table) -> Told<'_, Given>;

    /// How often the store was replaced by a backup.
    fn epoch(&mut self) -> Told<'_, i64>;
}

/// A store that is written, all or nothing; what was written is read as from a source.
pub(super) trait Target: Source {
    /// Writes some rows.
    fn put<'s>(&'s mut self, table: &'static Table, rows: &'s [Cells]) -> Told<'s, ()>;

    /// Lets numbers of a table go on after one.
    fn give_after(&mut self, table: &'static Table, given: Given) -> Told<'_, ()>;

    /// Sets how often the store was replaced by a backup, takes the mark away, and keeps all of it.
    fn finish(self: Box<Self>, epoch: i64) -> Told<'static, ()>;
}

/// A table that was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedTable {
    /// Its name.
    pub table: &'static str,
    /// Rows in it.
    pub rows: u64,
    /// The beginning of the SHA-256 of all that is in them, which reads the same in both stores.
    pub checksum: String,
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// From here.
    pub from: Place,
    /// To here.
    pub to: Place,
    /// These.
    pub tables: Vec<CopiedTable>,
}

pub(super) async fn copy(from: &Location, to: &Location, done: impl FnMut(&CopiedTable) + Send) -> Result<Copied, StoreError> {
    if from.place() == to.place() {
        return Err(StoreError::Elsewhere { at: to.place(), what: "this store would be copied into itself; name another" });
    }
    let source = match from {
        Location::File(file) => sqlite::copying::source(file).await?,
        Location::Server(address) => postgres::copying::source(address).await?,
    };
    let target = match to {
        Location::File(file) => sqlite::copying::target(file, Schema::NEWEST).await?,
        Location::Server(address) => postgres::copying::target(address).await?,
    };
    let tables = copy_all(source, target, Schema::NEWEST, &to.place(), done).await?;
    Ok(Copied { from: from.place(), to: to.place(), tables })
}

/// Copies all that a store of some schema holds into one that was made for it, of the same schema.
pub(super) async fn copy_all(
    mut source: Box<dyn Source>,
    mut target: Box<dyn Target>,
    schema: Schema,
    to: &Place,
    mut done: impl FnMut(&CopiedTable) + Send,
) -> Result<Vec<CopiedTable>, StoreError> {
    let mut tables = Vec::new();
    for table in TABLES.iter().filter(|table| table.since <= schema) {
        let (mut read, mut after) = (Sum::default(), None);
        loop {
            let rows = source.page(table, after.as_deref()).await?;
            if rows.is_empty() {
                break;
            }
            read.add(&rows);
            target.put(table, &rows).await?;
            after = rows.into_iter().next_back();
        }
        if sum(&mut *target, table).await? != read {
            return Err(StoreError::Differs { at: to.clone(), table: table.name });
        }
        if table.numbered {
            let given = source.given(table).await?;
            target.give_after(table, given).await?;
        }
        let copied = CopiedTable { table: table.name, rows: read.rows, checksum: read.checksum() };
        done(&copied);
        tables.push(copied);
    }
    let epoch = source.epoch().await?;
    target.finish(epoch).await?;
    Ok(tables)
}

async fn sum(source: &mut dyn Target, table: &'static Table) -> Result<Sum, StoreError> {
    let (mut sum, mut after) = (Sum::default(), None);
    loop {
        let rows = source.page(table, after.as_deref()).await?;
        if rows.is_empty() {
            return Ok(sum);
        }
        sum.add(&rows);
        after = rows.into_iter().next_back();
    }
}

/// What some rows are, in order.
#[derive(Debug, Default, Clone)]
struct Sum {
    rows: u64,
    hash: Sha256,
}

impl Sum {
    fn add(&mut self, rows: &[Cells]) {
        self.rows += rows.len() as u64;
        for cell in rows.iter().flatten() {
            // Each cell says its kind and its length, so that no two rows read alike.
            match cell {
                Cell::Whole(None) | Cell::Text(None) => self.hash.update([0]),
                Cell::Whole(Some(number)) => {
                    self.hash.update([1]);
                    self.hash.update(number.to_le_bytes());
                }
                Cell::Text(Some(text)) => {
                    self.hash.update([2]);
                    self.hash.update(text.len().to_le_bytes());
                    self.hash.update(text);
                }
            }
        }
    }

    fn checksum(&self) -> String {
        self.hash.clone().finalize().iter().take(8).fold(String::new(), |mut said, byte| {
            let _ = write!(said, "{byte:02x}");
            said
        })
    }
}

impl PartialEq for Sum {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows && self.hash.clone().finalize() == other.hash.clone().finalize()
    }
}
