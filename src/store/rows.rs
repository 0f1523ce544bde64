//! From rows to values and back. A row that says nothing is an error that names it, never a value.

use std::num::NonZeroU64;

use serde::de::DeserializeOwned;

use super::error::{Fault, Strange};
use crate::curation::review::{Decision, Post, Settings, Suggestion, SuggestionId, Verdict};
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

/// A row of any engine. Stores hold whole numbers and texts, and nothing else.
pub(super) trait Columns: Send + Sync {
    /// The number in a column that may be empty.
    fn whole_or_nothing(&self, column: &str) -> Reading<Option<i64>>;

    /// The text in a column that may be empty.
    fn said_or_nothing(&self, column: &str) -> Reading<Option<&str>>;
}

impl dyn Columns + '_ {
    /// The number in a column.
    pub(super) fn whole(&self, column: &str) -> Reading<i64> {
        self.whole_or_nothing(column)?.ok_or(Nonsense)
    }

    /// The text in a column.
    pub(super) fn said(&self, column: &str) -> Reading<&str> {
        self.said_or_nothing(column)?.ok_or(Nonsense)
    }
}

/// What is read of a row.
pub(super) type Reading<T> = Result<T, Nonsense>;

/// The settings of a server, of a row of `setting`.
pub(super) fn setting(row: &dyn Columns) -> Reading<(ServerId, Settings)> {
    Ok((server(row)?, json(row, "body")?))
}

/// What a reader made of a row, or the error that names the row.
pub(super) fn read<T>(table: &'static str, row: &dyn Columns, reader: impl Fn(&dyn Columns) -> Reading<T>) -> Result<T, Fault> {
    reader(row).map_err(|Nonsense| Fault::Strange(Strange::Unreadable { table, row: row.whole("id").unwrap_or_default() }))
}

/// The person, channel or message in a column that may be empty.
pub(super) fn person(row: &dyn Columns, column: &str) -> Reading<Option<NonZeroU64>> {
    row.whole_or_nothing(column)?.map(|id| NonZeroU64::new(id.cast_unsigned()).ok_or(Nonsense)).transpose()
}

pub(super) fn server(row: &dyn Columns) -> Reading<ServerId> {
    NonZeroU64::new(row.whole("server")?.cast_unsigned()).map(ServerId).ok_or(Nonsense)
}

pub(super) fn scope(row: &dyn Columns) -> Reading<Scope> {
    Ok(Scope::of(row.whole("server")?.cast_unsigned()))
}

pub(super) fn fact(row: &dyn Columns) -> Reading<FactId> {
    FactId::new(row.said("fact")?).ok_or(Nonsense)
}

pub(super) fn number(row: &dyn Columns) -> Reading<RevisionNo> {
    u32::try_from(row.whole("number")?).map(RevisionNo).map_err(|_| Nonsense)
}

pub(super) fn time(row: &dyn Columns, column: &str) -> Reading<u64> {
    u64::try_from(row.whole(column)?).map_err(|_| Nonsense)
}

pub(super) fn times(row: &dyn Columns) -> Reading<u32> {
    Ok(count_in(row.whole("times")?))
}

pub(super) fn json<T: DeserializeOwned>(row: &dyn Columns, column: &str) -> Reading<T> {
    Ok(serde_json::from_str(row.said(column)?)?)
}

/// The record in a column that may be empty.
pub(super) fn record(row: &dyn Columns, column: &str) -> Reading<Option<Record>> {
    Ok(row.said_or_nothing(column)?.map(serde_json::from_str).transpose()?)
}

/// The state in two columns that may be empty together.
fn state(row: &dyn Columns, word: &str, column: &str) -> Reading<Option<State>> {
    match (row.said_or_nothing(word)?, record(row, column)?) {
        (Some("published"), Some(record)) => Ok(Some(State::Published(record))),
        (Some("retracted"), Some(record)) => Ok(Some(State::Retracted(record))),
        (None, None) => Ok(None),
        _ => Err(Nonsense),
    }
}

/// The state that a revision left.
pub(super) fn state_after(row: &dyn Columns) -> Reading<State> {
    state(row, "after_state", "after_record")?.ok_or(Nonsense)
}

fn author(row: &dyn Columns) -> Reading<Author> {
    match (row.said("author_kind")?, person(row, "author")?) {
        ("person", Some(id)) => Ok(Author::Person(id)),
        ("operator", None) => Ok(Author::Operator),
        ("forgotten", None) => Ok(Author::Forgotten),
        _ => Err(Nonsense),
    }
}

/// A row of `revision`.
pub(super) fn revision(row: &dyn Columns) -> Reading<Revision> {
    Ok(Revision {
        fact: fact(row)?,
        number: number(row)?,
        action: Action::named(row.said("action")?).ok_or(Nonsense)?,
        before: state(row, "before_state", "before_record")?,
        after: state_after(row)?,
        shipped: record(row, "shipped_record")?,
        stamp: Stamp {
            author: author(row)?,
            at: time(row, "at")?,
            reason: row.said("reason")?.to_owned(),
            cause: row.whole_or_nothing("cause")?.map(i64::cast_unsigned),
        },
    })
}

/// A row of `suggestion`.
pub(super) fn suggestion(row: &dyn Columns) -> Reading<Suggestion> {
    let post = match (person(row, "channel")?, person(row, "message")?) {
        (Some(channel), Some(message)) => Some(Post { channel, message }),
        (None, None) => None,
        _ => return Err(Nonsense),
    };
    let verdict = match row.said_or_nothing("verdict")? {
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
            reason: row.said("decision_reason")?.to_owned(),
        }),
        None => None,
    };
    Ok(Suggestion {
        id: SuggestionId(row.whole("id")?),
        scope: scope(row)?,
        proposal: json(row, "proposal")?,
        proposer: person(row, "proposer")?,
        at: time(row, "at")?,
        post,
        decision,
    })
}
