//! `sanad backup` and `sanad restore`: copies of the store, while it is in use.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;

use super::edited::{Shelved, runtime};
use super::open::Settings;
use crate::store::{Store, StoreError};

/// Copies the store to a new file.
pub(super) fn backup(settings: &Settings, to: &Path) -> anyhow::Result<ExitCode> {
    let location = settings.location()?;
    let Some(shelved) = Shelved::existing(&location)? else {
        bail!("{}: there is no store yet, so there is nothing to back up; DATABASE_URL names another", location.file().display());
    };
    let copied = shelved.runtime.block_on(async {
        shelved.store.backup(to).await?;
        Store::check_file(to).await
    })?;
    shelved.close();
    writeln!(
        io::stdout().lock(),
        "{}: a sound copy of {} (facts edited: {}, revisions: {})",
        to.display(),
        location.file().display(),
        copied.facts,
        copied.revisions
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Puts a backup in place of what the store holds.
pub(super) fn restore(settings: &Settings, from: &Path) -> anyhow::Result<ExitCode> {
    let location = settings.location()?;
    let existing = Shelved::existing(&location)?;
    if existing.is_none() {
        // A file that cannot be restored must not leave an empty store behind.
        let report = runtime()?.block_on(Store::check_file(from))?;
        if let Some(problem) = report.problems.into_iter().next() {
            return Err(StoreError::Unsound { file: from.to_owned(), problem }.into());
        }
    }
    let shelved = existing.map_or_else(|| Shelved::open(&location), Ok)?;
    let restored = shelved.runtime.block_on(shelved.store.restore(from))?;
    shelved.close();
    writeln!(
        io::stdout().lock(),
        "{}: restored from {}, schema {} (facts edited: {}, revisions: {}); what was there is kept in {}",
        location.file().display(),
        from.display(),
        restored.from,
        restored.facts,
        restored.revisions,
        restored.kept.display()
    )?;
    Ok(ExitCode::SUCCESS)
}
