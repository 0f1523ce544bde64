//! What was done to facts: added to, and read from.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::Store;
use super::error::{Fault, StoreError};
use super::rows::{self, Reading, author_out, id_out, scope_out, state_out, time_out};
use crate::curation::{Record, Revision, RevisionNo, Scope, State};
use crate::fact::FactId;

/// How far the changes of a store were seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    epoch: i64,
    last: i64,
}

/// Where a fact stands in a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Whose fact.
    pub scope: Scope,
    /// Which.
    pub fact: FactId,
    /// The number of its last revision.
    pub number: RevisionNo,
    /// How it stands.
    pub state: State,
    /// What the shipped base said when it was last changed.
    pub shipped: Option<Record>,
}

/// How much of the store some heads are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it: what was known before holds no more.
    Whole,
    /// What changed since the mark; all else stands as it was.
    Changed,
}

/// Where facts stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heads {
    /// One for each fact.
    pub heads: Vec<Head>,
    /// How far this goes.
    pub mark: Mark,
    /// Whether this is all.
    pub extent: Extent,
}

/// What became of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// It is kept.
    Saved,
    /// The interaction that asks for it was heard before, and led to this revision; nothing was changed.
    Replayed(Box<Revision>),
    /// Its number does not follow the one that the fact stands at; nothing was changed.
    Moved(RevisionNo),
}

/// The same with the row that it is.
pub(super) enum Added {
    Saved(i64),
    Replayed(i64, Box<Revision>),
    Moved(RevisionNo),
}

impl Store {
    /// Where every fact stands that was ever changed.
    pub async fn heads(&self) -> Result<Heads, StoreError> {
        self.told(self.heads_after(None)).await
    }

    /// What changed since a mark, by whatever process. Where the store was replaced by a backup since then, all of it.
    pub async fn heads_since(&self, mark: Mark) -> Result<Heads, StoreError> {
        self.told(self.heads_after(Some(mark))).await
    }

    async fn heads_after(&self, mark: Option<Mark>) -> Result<Heads, Fault> {
        // One transaction, so that the mark and the heads are of one moment.
        let mut tx = self.readers.begin().await?;
        let epoch: i64 = sqlx::query_scalar("SELECT epoch FROM epoch").fetch_one(&mut *tx).await?;
        let last: i64 = sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM revision").fetch_one(&mut *tx).await?;
        let (since, extent) = match mark {
            Some(mark) if mark.epoch == epoch => (mark.last, Extent::Changed),
            _ => (0, Extent::Whole),
        };
        let found = sqlx::query(
            "SELECT id, server, fact, number, after_state, after_record, shipped_record FROM revision
             JOIN head USING (server, fact, number) WHERE revision.id > ? ORDER BY revision.id",
        );
        let found = found.bind(since).fetch_all(&mut *tx).await?;
        let heads = found.iter().map(|row| rows::read("revision", row, head)).collect::<Result<_, _>>()?;
        Ok(Heads { heads, mark: Mark { epoch, last }, extent })
    }

    /// All that was done to a fact in a scope, oldest first.
    pub async fn history(&self, scope: Scope, fact: &FactId) -> Result<Vec<Revision>, StoreError> {
        self.told(async {
            let found = sqlx::query("SELECT * FROM revision WHERE server = ? AND fact = ? ORDER BY number");
            let found = found.bind(scope_out(scope)).bind(fact.as_str()).fetch_all(&self.readers).await?;
            found.iter().map(|row| rows::read("revision", row, rows::revision)).collect()
        })
        .await
    }

    /// Keeps a revision, if its number is the next and its interaction new.
    pub async fn append(&self, scope: Scope, revision: &Revision) -> Result<Appended, StoreError> {
        self.told(async {
            let mut tx = self.begin().await?;
            Ok(match add(&mut tx, scope, revision).await? {
                Added::Saved(_) => {
                    tx.commit().await?;
                    Appended::Saved
                }
                Added::Replayed(_, earlier) => Appended::Replayed(earlier),
                Added::Moved(now) => Appended::Moved(now),
            })
        })
        .await
    }

    /// Keeps many revisions or none: an import. One with an interaction that was heard before changes nothing.
    pub async fn append_all(&self, scope: Scope, revisions: &[Revision]) -> Result<(), StoreError> {
        self.told(async {
            let mut tx = self.begin().await?;
            for revision in revisions {
                match add(&mut tx, scope, revision).await? {
                    Added::Saved(_) => {}
                    // All of an import is kept at once, so all of this one was.
                    Added::Replayed(..) => return Ok(()),
                    Added::Moved(now) => return Err(Fault::Moved { scope, fact: revision.fact.clone(), now }),
                }
            }
            Ok(tx.commit().await?)
        })
        .await
    }
}

/// Adds a revision and moves the head of its fact, in a transaction that the caller ends.
pub(super) async fn add(tx: &mut SqliteConnection, scope: Scope, revision: &Revision) -> Result<Added, Fault> {
    if let Some(cause) = revision.stamp.cause {
        let earlier = sqlx::query("SELECT * FROM revision WHERE cause = ?").bind(id_out(cause)).fetch_optional(&mut *tx).await?;
        if let Some(row) = earlier {
            return Ok(Added::Replayed(row.try_get("id")?, Box::new(rows::read("revision", &row, rows::revision)?)));
        }
    }
    let (server, fact) = (scope_out(scope), revision.fact.as_str());
    let head = sqlx::query("SELECT number FROM head WHERE server = ? AND fact = ?");
    let now = match head.bind(server).bind(fact).fetch_optional(&mut *tx).await? {
        Some(row) => rows::read("head", &row, rows::number)?,
        None => RevisionNo(0),
    };
    if revision.number != now.next() {
        return Ok(Added::Moved(now));
    }
    let (author_kind, author) = author_out(revision.stamp.author);
    let (after_state, after_record) = state_out(&revision.after)?;
    let before = revision.before.as_ref().map(state_out).transpose()?;
    let shipped = revision.shipped.as_ref().map(serde_json::to_string).transpose()?;
    let number = i64::from(revision.number.0);
    let added = sqlx::query(
        "INSERT INTO revision (server, fact, number, action, author_kind, author, at, reason, cause,
             before_state, before_record, after_state, after_record, shipped_record)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let added = added
        .bind(server)
        .bind(fact)
        .bind(number)
        .bind(revision.action.as_str())
        .bind(author_kind)
        .bind(author)
        .bind(time_out(revision.stamp.at))
        .bind(revision.stamp.reason.as_str())
        .bind(revision.stamp.cause.map(id_out))
        .bind(before.as_ref().map(|(state, _)| *state))
        .bind(before.as_ref().map(|(_, record)| record.as_str()))
        .bind(after_state)
        .bind(after_record)
        .bind(shipped)
        .execute(&mut *tx)
        .await?;
    let moved =
        "INSERT INTO head (server, fact, number) VALUES (?, ?, ?) ON CONFLICT (server, fact) DO UPDATE SET number = excluded.number";
    sqlx::query(moved).bind(server).bind(fact).bind(number).execute(&mut *tx).await?;
    Ok(Added::Saved(added.last_insert_rowid()))
}

fn head(row: &SqliteRow) -> Reading<Head> {
    Ok(Head {
        scope: rows::scope(row)?,
        fact: rows::fact(row)?,
        number: rows::number(row)?,
        state: rows::state_after(row)?,
        shipped: rows::record(row, "shipped_record")?,
    })
}
