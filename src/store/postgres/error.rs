//! What PostgreSQL reports, in words. Its messages name tables and rules; what people typed stands in their details, which are not repeated.

use sqlx::error::DatabaseError;

use crate::store::error::{Fault, StoreError, Strange};
use crate::store::location::Place;

/// A fault, said of a database.
pub(super) fn said(fault: Fault, at: &Place) -> StoreError {
    fault.at(at, |error, at| match error {
        sqlx::Error::Database(error) => of_postgres(error.as_ref(), at),
        sqlx::Error::PoolTimedOut => unreachable(at, "no connection could be had in time"),
        other => unreachable(at, &other.to_string()),
    })
}

pub(super) fn unreachable(at: Place, what: &str) -> StoreError {
    StoreError::Unreachable { at, what: what.replace('\n', " ") }
}

/// By PostgreSQL's codes (postgresql.org/docs/current/errcodes-appendix.html).
fn of_postgres(error: &dyn DatabaseError, at: Place) -> StoreError {
    let code = error.code().unwrap_or_default();
    let message = || error.message().replace('\n', " ");
    match code.as_ref() {
        "22021" | "22P05" => StoreError::Refused { at, rule: "a text has a character NUL, which PostgreSQL does not keep".to_owned() },
        // A transaction or a lock that took too long, or two that waited for each other.
        "40001" | "40P01" | "55P03" | "57014" | "25P03" => StoreError::Locked { at },
        "42P01" | "42703" => StoreError::Foreign { at, what: Strange::Damaged },
        "42501" => StoreError::Denied { at, what: message() },
        "53100" => StoreError::Full { at },
        "54000" => StoreError::Refused { at, rule: "a text is too long to be looked up by".to_owned() },
        code if code.starts_with("23") => StoreError::Refused { at, rule: error.constraint().map_or_else(message, ToOwned::to_owned) },
        code if code.starts_with("28") => StoreError::Denied { at, what: "the name or the password is not taken".to_owned() },
        _ => unreachable(at, &message()),
    }
}
