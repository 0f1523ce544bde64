//! The address of a database, and what may be shown of it.

use std::fmt;
use std::str::FromStr;

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use url::Url;

use crate::store::error::StoreError;
use crate::store::location::Place;

/// What may stand after `?`.
const OPTIONS: [&str; 8] =
    ["sslmode", "sslrootcert", "sslcert", "sslkey", "host", "options", "application_name", "statement-cache-capacity"];

/// The address of a database on a PostgreSQL server. It may hold a password, so it shows itself without it.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    url: String,
    shown: String,
}

impl Address {
    /// Reads `postgres://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE`. What is missing is taken from PostgreSQL's own variables
    /// (`PGHOST`, `PGUSER` and so on) and password file.
    ///
    /// No error repeats a part of it: where a password is not written as addresses want it, any part may be of the password.
    pub(in crate::store) fn parse(url: &str) -> Result<Self, StoreError> {
        let refused = |what: String| Err(StoreError::NotSupported { what });
        let parsed = match Url::parse(url) {
            Ok(parsed) => parsed,
            Err(error) => {
                return refused(format!(
                    "it is no address ({error}); in a password, write %23 for #, %2F for /, %3A for :, %3F for ? and %40 for @"
                ));
            }
        };
        if parsed.query_pairs().any(|(name, _)| !OPTIONS.contains(&name.as_ref())) {
            return refused(format!("of what stands after `?`, one is not known; known are {}", OPTIONS.join(", ")));
        }
        if parsed.path().trim_start_matches('/').is_empty() {
            return refused("no database is named".to_owned());
        }
        let Ok(options) = PgConnectOptions::from_str(url) else {
            return refused("one of its parts says nothing; sslmode is disable, prefer, require, verify-ca or verify-full".to_owned());
        };
        let at = options
            .get_socket()
            .map_or_else(|| format!("{}:{}", options.get_host(), options.get_port()), |path| path.display().to_string());
        let shown = format!("postgres://{}@{at}/{}", options.get_username(), options.get_database().unwrap_or_default());
        Ok(Self { url: url.to_owned(), shown })
    }

    /// How to connect.
    pub(super) fn options(&self) -> Result<PgConnectOptions, sqlx::Error> {
        let options = PgConnectOptions::from_str(&self.url)?.disable_statement_logging();
        Ok(if options.get_application_name().is_none() { options.application_name("sanad") } else { options })
    }

    /// What messages call it.
    pub(in crate::store) fn place(&self) -> Place {
        Place::of_server(self.shown.clone())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.shown).finish()
    }
}

#[cfg(test)]
mod tests {
    use crate::store::Location;

    #[test]
    fn an_address_is_shown_without_its_password() {
        for (url, shown) in [
            ("postgres://anna:secret@db.example:6000/sanad", "postgres://anna@db.example:6000/sanad"),
            ("postgresql://anna:secret@db.example/sanad?sslmode=verify-full", "postgres://anna@db.example:5432/sanad"),
            ("postgres://anna:secret@localhost/sanad?host=/run/postgresql", "postgres://anna@/run/postgresql/sanad"),
        ] {
            let at = Location::parse(url).unwrap();
            assert_eq!(at.place().to_string(), shown);
            assert!(!format!("{at:?}").contains("secret"), "{at:?}");
        }
    }

    #[test]
    fn what_is_wrong_with_an_address_is_said_without_its_password() {
        for (url, said) in [
            ("postgres://anna:sec#secret@host/db", "write %23 for #"),
            ("postgres://anna:sec/secret@host/db", "write %23 for #"),
            ("postgres://anna:7?secret@host/db", "one is not known; known are sslmode"),
            ("postgres://anna:secret@host", "no database is named"),
            ("postgres://anna:secret@host/db?sslmode=sometimes", "sslmode is disable"),
            ("postgres://anna:secret@host/db?password=secret", "one is not known"),
        ] {
            let error = Location::parse(url).unwrap_err().to_string();
            assert!(error.contains(said) && !error.contains("secret"), "{url}: {error}");
        }
    }
}
