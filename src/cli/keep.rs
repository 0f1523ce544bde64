//! `sanad backup`, `sanad restore` and `sanad store`: copies of the store, and what makes it.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Subcommand;

use super::edited::{Shelved, runtime};
use super::open::Settings;
use crate::store::{CopiedTable, Location, Place, Store, StoreError};

/// Copies the store to a new file, as it is: an older one keeps its schema, and the copy has it too.
pub(super) fn backup(settings: &Settings, to: &Path) -> anyhow::Result<ExitCode> {
    let location = settings.location()?;
    let Some(shelved) = Shelved::as_it_is(&location)? else {
        bail!("{}: there is no store yet, so there is nothing to back up; DATABASE_URL names another", location.place());
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
        location.place(),
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
            return Err(StoreError::Unsound { at: Place::of_file(from), problem }.into());
        }
    }
    let shelved = existing.map_or_else(|| Shelved::open(&location), Ok)?;
    let restored = shelved.runtime.block_on(shelved.store.restore(from))?;
    shelved.close();
    writeln!(
        io::stdout().lock(),
        "{}: restored from {}, schema {} (facts edited: {}, revisions: {}); what was there is kept in {}",
        location.place(),
        from.display(),
        restored.from,
        restored.facts,
        restored.revisions,
        restored.kept.display()
    )?;
    Ok(ExitCode::SUCCESS)
}

/// What is done to a store as a whole.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Copies all that one store holds into a new one, of whatever engine, and compares what was written with what was read. Stop the bot
    /// first: what is changed meanwhile is not copied. A copy that was interrupted is repeated by the same command.
    Copy {
        /// The address of the store to read.
        #[arg(long, value_name = "URL")]
        from: String,
        /// The address of the store to write; it must be empty.
        #[arg(long, value_name = "URL")]
        to: String,
    },
    /// Makes the store that the settings name, or brings it up to date, and ends. The role that does so owns the tables; the bot may use
    /// another one.
    Migrate,
}

/// Runs such a command.
pub(super) fn run(settings: &Settings, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Copy { from, to } => {
            let (from, to) = (Location::parse(from).context("--from")?, Location::parse(to).context("--to")?);
            copy(&from, &to)
        }
        Command::Migrate => migrate(&settings.location()?),
    }
}

fn copy(from: &Location, to: &Location) -> anyhow::Result<ExitCode> {
    // Who has read enough of it gets the store copied all the same.
    let say = |line: String| drop(writeln!(io::stdout().lock(), "{line}"));
    say("table             rows  checksum, the same in both".to_owned());
    let told = |table: &CopiedTable| say(format!("{:<12} {:>9}  {}", table.table, table.rows, table.checksum));
    let copied = runtime()?.block_on(Store::copy(from, to, told))?;
    let rows: u64 = copied.tables.iter().map(|table| table.rows).sum();
    writeln!(
        io::stdout().lock(),
        "{}: all of {} was copied and read back ({rows} rows in {} tables)",
        copied.to,
        copied.from,
        copied.tables.len()
    )?;
    Ok(ExitCode::SUCCESS)
}

fn migrate(at: &Location) -> anyhow::Result<ExitCode> {
    let shelved = Shelved::open(at)?;
    let report = shelved.runtime.block_on(shelved.store.report())?;
    shelved.close();
    writeln!(io::stdout().lock(), "{}: schema {}, up to date", at.place(), report.schema)?;
    Ok(ExitCode::SUCCESS)
}
