//! What is wrong with a file of facts, where, and what to do.

use std::fmt;

/// Where something stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file as the reader knows it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// Whether a problem stops the facts from being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is loaded until it is mended.
    Error,
    /// Worth a look.
    Warning,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands.
    pub place: Place,
    /// The field it concerns, or the fact's id.
    pub field: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong and what to do, as a sentence.
    pub message: String,
}

impl Problem {
    /// A problem that stops the facts from being used.
    pub fn error(place: &Place, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.clone(), field: field.into(), severity: Severity::Error, message: message.into() }
    }

    /// A problem worth a look.
    pub fn warning(place: &Place, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.clone(), field: field.into(), severity: Severity::Warning, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{}:{}: {severity}: {}: {}", self.place.file, self.place.line, self.field, self.message)
    }
}
