//! `sanad facts`: the fact base as it stands, what was done to it, and its way out of the program and in.

mod export;
mod history;
mod import;
mod list;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::open::Settings;
use super::saved;
use crate::curation::Scope;

/// What to do with facts.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// A line for each fact: id, date, claim.
    List {
        /// JSON Lines instead of text.
        #[arg(long)]
        json: bool,
        /// Only the count of facts and what the index takes.
        #[arg(long, conflicts_with = "retracted")]
        stats: bool,
        /// Those that were retracted, and no other.
        #[arg(long)]
        retracted: bool,
    },
    /// One fact with all that is known of it.
    Show {
        /// Its id.
        id: String,
        /// One JSON object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// All that was done to a fact: when, by whom, why, and what changed word by word.
    History {
        /// Its id.
        id: String,
        /// JSON Lines instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Writes all facts that are served to a file: JSON Lines or CSV, by its ending.
    ///
    /// Texts are written as they are, so that they come back as they were. A spreadsheet may run a cell that begins with =, +, - or @; open a
    /// file of facts that others wrote as text.
    Export {
        /// The file, ending in .jsonl, .ndjson, .json or .csv; - for JSON Lines on standard output.
        file: PathBuf,
        /// Only those that were edited here.
        #[arg(long)]
        edited: bool,
    },
    /// Adds and changes facts as a file says, all or nothing: JSON Lines or CSV, by its ending. Exit 1 where a row is wrong.
    Import(import::Import),
    /// Saves a .jsonl file's facts with their index, so that `--facts FILE.jsonl` starts at once. Where the rows have changed since, that is
    /// said, and the index made again.
    Index {
        /// The rows.
        file: PathBuf,
        /// Where to save it; only under the rows' whole name with .index behind it is it found.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// Runs a command.
pub(super) fn run(settings: &Settings, scope: Scope, command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::List { stats: true, .. } => list::stats(&settings.open_view(scope)?),
        Command::List { json, retracted: true, .. } => list::retracted(&*settings.open_edited()?, scope, json),
        Command::List { json, .. } => list::served(&*settings.open_edited()?, scope, json),
        Command::Show { id, json } => list::show(&*settings.open_edited()?, scope, &id, json),
        Command::History { id, json } => history::history(settings, scope, &id, json),
        Command::Export { file, edited } => export::export(&*settings.open_edited()?, scope, &file, edited),
        Command::Import(asked) => import::import(settings, scope, &asked),
        Command::Index { file, out } => saved::index(settings, &file, out),
    }
}

/// That there is no fact of an id, and where to find the ids.
fn unknown(id: &str, scope: Scope) -> anyhow::Error {
    anyhow::anyhow!("there is no fact `{id}`; `sanad facts list{}` names them all", super::edited::option(scope))
}
