//! What SQLite reports, in words.

use sqlx::error::DatabaseError;

use crate::store::error::{Fault, StoreError, Strange, of_system};
use crate::store::location::Place;

/// A fault, said of a file.
pub(super) fn said(fault: Fault, at: &Place) -> StoreError {
    fault.at(at, |error, at| match error {
        sqlx::Error::Io(error) => of_system(&error, at),
        sqlx::Error::Database(error) => of_sqlite(error.as_ref(), at),
        sqlx::Error::PoolTimedOut => StoreError::Locked { at },
        other => StoreError::Io { at, what: other.to_string() },
    })
}

/// SQLite's primary result codes are the low eight bits of the extended ones (sqlite.org/rescode.html).
fn of_sqlite(error: &dyn DatabaseError, at: Place) -> StoreError {
    let code = error.code().and_then(|code| code.parse::<i32>().ok()).unwrap_or_default();
    match code & 0xff {
        5 | 6 => StoreError::Locked { at },
        8 => StoreError::ReadOnly { at },
        11 => StoreError::Foreign { at, what: Strange::Damaged },
        13 => StoreError::Full { at },
        19 => {
            let message = error.message();
            StoreError::Refused { at, rule: message.strip_prefix("CHECK constraint failed: ").unwrap_or(message).to_owned() }
        }
        26 => StoreError::Foreign { at, what: Strange::NotSqlite },
        _ => StoreError::Io { at, what: error.message().to_owned() },
    }
}
