//! From rows to values and back. A row that says nothing is an error that names it, never a value.

use std::num::NonZeroU64;

use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::error::{Fault, Strange};
use crate::curation::review::{Decision, Post, Suggestion, SuggestionId, Verdict};
use crate::curation::{Action, Author, Record, Revision, RevisionNo, Scope, ServerId, Stamp, State};
use crate::fact::FactId;
use crate::text::fold;

/// One of Discord's ids as the database holds it: whole numbers there have a sign, ids have none. No bit is lost.
pub(super) fn id_out(id: u64) -> i64 {
    id.cast_signed()
}

pub(super) fn person_out(id: Option<NonZeroU64>) -> Option<i64> {
    id.map(|id| id_out(id.get()))
}

pub(super) fn server_out(server: ServerId) -> i64 {
    id_out(server.0.get())
}

pub(super) fn scope_out(scope: Scope) -> i64 {
    id_out(scope.id())
}

/// Seconds as the database holds them.
pub(super) fn time_out(at: u64) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

/// A text as it is compared with others: folded, white space alike.
pub(super) fn folded(text: &str) -> String {
    fold(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A number that counts rows.
pub(super) fn count_in(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(if count < 0 { 0 } else { u32::MAX })
}

pub(super) fn author_out(author: Author) -> (&'static str, Option<i64>) {
    match author {
        Author::Person(id) => ("person", Some(id_out(id.get()))),
        Author::Operator => ("operator", None),
        Author::Forgotten => ("forgotten", None),
    }
}

pub(super) fn state_out(state: &State) -> Result<(&'static str, String), Fault> {
    let word = if state.is_published() { "published" } else { "retracted" };
    Ok((word, serde_json::to_string(state.record())?))
}

pub(super) fn verdict_out(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approved => "approved",
        Verdict::Rejected => "rejected",
    }
}

/// A row, or a column of it, that says nothing.
#[derive(Debug)]
pub(super) struct Nonsense;

impl From<sqlx::Error> for Nonsense {
    fn from(_: sqlx::Error) -> Self {
        Self
    }
}

/// The error of a reader of JSON repeats what it read, which is nobody's to see.
impl From<serde_json::Error> for Nonsense {
    fn from(_: serde_json::Error) -> Self {
        Self
    }
}

/// What is read of a row.
pub(super) type Reading<T> = Result<T, Nonsense>;

/// What a reader made of a row, or the error that names the row.
pub(super) fn read<T>(table: &'static str, row: &SqliteRow, reader: impl Fn(&SqliteRow) -> Reading<T>) -> Result<T, Fault> {
    reader(row).map_err(|Nonsense| Fault::Strange(Strange::Unreadable { table, row: row.try_get("id").unwrap_or_default() }))
}

/// The person, channel or message in a column that may be empty.
pub(super) fn person(row: &SqliteRow, column: &str) -> Reading<Option<NonZeroU64>> {
    let id: Option<i64> = row.try_get(column)?;
    id.map(|id| NonZeroU64::new(id.cast_unsigned()).ok_or(Nonsense)).transpose()
}

pub(super) fn server(row: &SqliteRow) -> Reading<ServerId> {
    NonZeroU64::new(row.try_get::<i64, _>("server")?.cast_unsigned()).map(ServerId).ok_or(Nonsense)
}

pub(super) fn scope(row: &SqliteRow) -> Reading<Scope> {
    Ok(Scope::of(row.try_get::<i64, _>("server")?.cast_unsigned()))
}

pub(super) fn fact(row: &SqliteRow) -> Reading<FactId> {
    FactId::new(row.try_get("fact")?).ok_or(Nonsense)
}

pub(super) fn number(row: &SqliteRow) -> Reading<RevisionNo> {
    u32::try_from(row.try_get::<i64, _>("number")?).map(RevisionNo).map_err(|_| Nonsense)
}

pub(super) fn time(row: &SqliteRow, column: &str) -> Reading<u64> {
    u64::try_from(row.try_get::<i64, _>(column)?).map_err(|_| Nonsense)
}

pub(super) fn times(row: &SqliteRow) -> Reading<u32> {
    Ok(count_in(row.try_get("times")?))
}

pub(super) fn json<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> Reading<T> {
    Ok(serde_json::from_str(row.try_get(column)?)?)
}

/// The record in a column that may be empty.
pub(super) fn record(row: &SqliteRow, column: &str) -> Reading<Option<Record>> {
    let text: Option<&str> = row.try_get(column)?;
    Ok(text.map(serde_json::from_str).transpose()?)
}

/// The state in two columns that may be empty together.
fn state(row: &SqliteRow, word: &str, column: &str) -> Reading<Option<State>> {
    match (row.try_get(word)?, record(row, column)?) {
        (Some("published"), Some(record)) => Ok(Some(State::Published(record))),
        (Some("retracted"), Some(record)) => Ok(Some(State::Retracted(record))),
        (None, None) => Ok(None),
        _ => Err(Nonsense),
    }
}

/// The state that a revision left.
pub(super) fn state_after(row: &SqliteRow) -> Reading<State> {
    state(row, "after_state", "after_record")?.ok_or(Nonsense)
}

fn author(row: &SqliteRow) -> Reading<Author> {
    match (row.try_get("author_kind")?, person(row, "author")?) {
        ("person", Some(id)) => Ok(Author::Person(id)),
        ("operator", None) => Ok(Author::Operator),
        ("forgotten", None) => Ok(Author::Forgotten),
        _ => Err(Nonsense),
    }
}

/// A row of `revision`.
pub(super) fn revision(row: &SqliteRow) -> Reading<Revision> {
    Ok(Revision {
        fact: fact(row)?,
        number: number(row)?,
        action: Action::named(row.try_get("action")?).ok_or(Nonsense)?,
        before: state(row, "before_state", "before_record")?,
        after: state_after(row)?,
        shipped: record(row, "shipped_record")?,
        stamp: Stamp {
            author: author(row)?,
            at: time(row, "at")?,
            reason: row.try_get("reason")?,
            cause: row.try_get::<Option<i64>, _>("cause")?.map(i64::cast_unsigned),
        },
    })
}

/// A row of `suggestion`.
pub(super) fn suggestion(row: &SqliteRow) -> Reading<Suggestion> {
    let post = match (person(row, "channel")?, person(row, "message")?) {
        (Some(channel), Some(message)) => Some(Post { channel, message }),
        (None, None) => None,
        _ => return Err(Nonsense),
    };
    let verdict = match row.try_get("verdict")? {
        Some("approved") => Some(Verdict::Approved),
        Some("rejected") => Some(Verdict::Rejected),
        Some(_) => return Err(Nonsense),
        None => None,
    };
    let decision = match verdict {
        Some(verdict) => Some(Decision {
            verdict,
            by: person(row, "decided_by")?,
            at: time(row, "decided_at")?,
            reason: row.try_get("decision_reason")?,
        }),
        None => None,
    };
    Ok(Suggestion {
        id: SuggestionId(row.try_get("id")?),
        scope: scope(row)?,
        proposal: json(row, "proposal")?,
        proposer: person(row, "proposer")?,
        at: time(row, "at")?,
        post,
        decision,
    })
}
