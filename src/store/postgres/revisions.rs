//! What was done to facts: added to, and read from.

use sqlx::{PgConnection, Row};

use super::PostgresStore;
use super::locks::{Lock, lock};
use crate::curation::{Revision, RevisionNo, Scope};
use crate::fact::FactId;
use crate::store::error::Fault;
use crate::store::revisions::{Added, Appended, Extent, Heads, Mark, head};
use crate::store::rows::{self, author_out, id_out, scope_out, state_out, time_out};

/// Where facts stand: all of them, or those that changed since a mark.
/// Whether the store is the one of which a mark was made.
pub(super) async fn is_of_now(store: &PostgresStore, mark: Mark) -> Result<bool, Fault> {
    let epoch: i64 = sqlx::query_scalar("SELECT epoch FROM epoch").fetch_one(&mut *store.looking().await?).await?;
    Ok(epoch == mark.epoch)
}

pub(super) async fn heads(store: &PostgresStore, since: Option<Mark>) -> Result<Heads, Fault> {
    // One transaction, so that the mark and the heads are of one moment.
    let mut tx = store.looking().await?;
    let epoch: i64 = sqlx::query_scalar("SELECT epoch FROM epoch").fetch_one(&mut *tx).await?;
    let last: i64 = sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM revision").fetch_one(&mut *tx).await?;
    let (since, extent) = match since {
        Some(mark) if mark.epoch == epoch => (mark.last, Extent::Changed),
        _ => (0, Extent::Whole),
    };
    let found = sqlx::query(
        "SELECT id, server, fact, number, after_state, after_record, shipped_record FROM revision
         JOIN head USING (server, fact, number) WHERE revision.id > $1 ORDER BY revision.id",
    );
    let found = found.bind(since).fetch_all(&mut *tx).await?;
    let heads = found.iter().map(|row| rows::read("revision", row, head)).collect::<Result<_, _>>()?;
    Ok(Heads { heads, mark: Mark { epoch, last }, extent })
}

pub(super) async fn history(store: &PostgresStore, scope: Scope, fact: &FactId) -> Result<Vec<Revision>, Fault> {
    let found = sqlx::query("SELECT * FROM revision WHERE server = $1 AND fact = $2 ORDER BY number");
    let found = found.bind(scope_out(scope)).bind(fact.as_str()).fetch_all(&store.pool()).await?;
    found.iter().map(|row| rows::read("revision", row, rows::revision)).collect()
}

pub(super) async fn append(store: &PostgresStore, scope: Scope, revision: &Revision) -> Result<Appended, Fault> {
    let mut tx = store.pool().begin().await?;
    lock(&mut tx, Lock::Appending).await?;
    Ok(match add(&mut tx, scope, revision).await? {
        Added::Saved(_) => {
            tx.commit().await?;
            Appended::Saved
        }
        Added::Replayed(_, earlier) => Appended::Replayed(earlier),
        Added::Moved(now) => Appended::Moved(now),
    })
}

pub(super) async fn append_all(store: &PostgresStore, scope: Scope, revisions: &[Revision]) -> Result<(), Fault> {
    let mut tx = store.pool().begin().await?;
    lock(&mut tx, Lock::Appending).await?;
    for revision in revisions {
        match add(&mut tx, scope, revision).await? {
            Added::Saved(_) => {}
            // All of an import is kept at once, so all of this one was.
            Added::Replayed(..) => return Ok(()),
            Added::Moved(now) => return Err(Fault::Moved { scope, fact: revision.fact.clone(), now }),
        }
    }
    Ok(tx.commit().await?)
}

/// Adds a revision and moves the head of its fact, in a transaction that has the lock for it and that the caller ends.
pub(super) async fn add(tx: &mut PgConnection, scope: Scope, revision: &Revision) -> Result<Added, Fault> {
    if let Some(cause) = revision.stamp.cause {
        let earlier = sqlx::query("SELECT * FROM revision WHERE cause = $1").bind(id_out(cause)).fetch_optional(&mut *tx).await?;
        if let Some(row) = earlier {
            return Ok(Added::Replayed(row.try_get("id")?, Box::new(rows::read("revision", &row, rows::revision)?)));
        }
    }
    let (server, fact) = (scope_out(scope), revision.fact.as_str());
    let head = sqlx::query("SELECT number FROM head WHERE server = $1 AND fact = $2");
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
    let added = sqlx::query_scalar(
        "INSERT INTO revision (server, fact, number, action, author_kind, author, at, reason, cause,
             before_state, before_record, after_state, after_record, shipped_record)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         RETURNING id",
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
        .fetch_one(&mut *tx)
        .await?;
    let moved =
        "INSERT INTO head (server, fact, number) VALUES ($1, $2, $3) ON CONFLICT (server, fact) DO UPDATE SET number = excluded.number";
    sqlx::query(moved).bind(server).bind(fact).bind(number).execute(&mut *tx).await?;
    Ok(Added::Saved(added))
}
