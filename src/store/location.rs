//! Where the store is.

use std::fmt;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::postgres::Address;

pub(super) const IN_MEMORY: &str = ":memory:";

/// Where the store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A file of SQLite's.
    File(PathBuf),
    /// A database of a PostgreSQL server.
    Server(Box<Address>),
}

impl Location {
    /// Reads `sqlite:FILE`, `sqlite://FILE` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`. A file is taken as it is written: nothing in it
    /// is decoded.
    ///
    /// What is not known is not repeated beyond its scheme, for a password may stand in it.
    pub fn parse(url: &str) -> Result<Self, StoreError> {
        let unknown = |what: &str| Err(StoreError::NotSupported { what: what.to_owned() });
        let url = url.trim();
        if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            return Ok(Self::Server(Box::new(Address::parse(url)?)));
        }
        let Some(rest) = url.strip_prefix("sqlite:") else {
            return match url.split_once(':') {
                Some((scheme, _)) if !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) => {
                    unknown(&format!("`{scheme}:` is not supported"))
                }
                _ => unknown("it does not begin with `sqlite:` or `postgres:`"),
            };
        };
        let path = rest.strip_prefix("//").unwrap_or(rest);
        if path == IN_MEMORY {
            // A store that a restart empties is of use to nothing but a test.
            return if cfg!(test) { Ok(Self::File(path.into())) } else { unknown("a store in memory keeps nothing") };
        }
        if path.is_empty() {
            return unknown("no file is named");
        }
        if path.contains('?') {
            return unknown("options after `?` are not supported for a file");
        }
        let path = if cfg!(windows) { without_root_of_drive(path) } else { path };
        Ok(Self::File(in_full(Path::new(path))))
    }

    /// What messages call it.
    pub fn place(&self) -> Place {
        match self {
            Self::File(file) => Place::of_file(file),
            Self::Server(address) => address.place(),
        }
    }
}

/// What messages call a store: a file by its path in full, a server by its address without the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(Box<str>);

impl Place {
    /// A file.
    pub fn of_file(file: &Path) -> Self {
        Self(file.display().to_string().into())
    }

    pub(super) fn of_server(shown: String) -> Self {
        Self(shown.into())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A path in full: it reads the same in a message wherever the program was started, and is never taken for a URI by SQLite.
pub(super) fn in_full(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// `sqlite:///C:/x` names `C:/x`.
fn without_root_of_drive(path: &str) -> &str {
    let named = path.strip_prefix('/').filter(|rest| {
        let mut chars = rest.chars();
        chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':')
    });
    named.unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_with_and_without_slashes() {
        let here = std::env::current_dir().unwrap();
        for (url, file) in [
            ("sqlite:sanad.db", here.join("sanad.db")),
            ("sqlite://data/sanad.db", here.join("data/sanad.db")),
            (" sqlite:sanad 100%.db\n", here.join("sanad 100%.db")),
        ] {
            assert_eq!(Location::parse(url).unwrap(), Location::File(file), "{url}");
        }
        if cfg!(unix) {
            assert_eq!(Location::parse("sqlite:///var/sanad.db").unwrap(), Location::File("/var/sanad.db".into()));
        }
        assert_eq!(without_root_of_drive("/C:/Users/a/sanad.db"), "C:/Users/a/sanad.db");
        assert_eq!(without_root_of_drive("C:\\Users\\a\\sanad.db"), "C:\\Users\\a\\sanad.db");
        assert_eq!(without_root_of_drive("/srv/sanad.db"), "/srv/sanad.db");
    }

    #[test]
    fn what_is_not_known_is_refused_without_its_password() {
        for (url, said) in [
            ("mysql://anna:secret@host/db", "`mysql:` is not supported"),
            ("secret@host:5/db", "does not begin with `sqlite:`"),
            ("secret.db", "does not begin with `sqlite:`"),
            ("sqlite:", "no file is named"),
            ("sqlite://", "no file is named"),
            ("sqlite:secret.db?mode=rwc", "options after `?`"),
        ] {
            let error = Location::parse(url).unwrap_err();
            assert!(matches!(error, StoreError::NotSupported { .. }));
            let error = error.to_string();
            assert!(
                error.contains(said) && error.contains("; write sqlite:FILE or postgres://") && !error.contains("secret"),
                "{url}: {error}"
            );
        }
    }
}
