//! `sanad facts history`: all that was done to a fact, oldest first.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::process::ExitCode;

use jiff::Timestamp;
use serde::Serialize;

use super::unknown;
use crate::app::App;
use crate::cli::edited::{Shelved, named};
use crate::cli::open::Settings;
use crate::curation::diff::{PartChange, Run, changes};
use crate::curation::{Author, Revision, Scope};
use crate::fact::FactId;

/// A revision as others read it.
#[derive(Debug, Serialize)]
struct Row<'r> {
    id: &'r FactId,
    revision: u32,
    at: String,
    who: String,
    action: &'static str,
    reason: &'r str,
    served: bool,
    changes: Vec<Part>,
}

#[derive(Debug, Serialize)]
struct Part {
    part: &'static str,
    text: String,
}

impl<'r> Row<'r> {
    fn of(revision: &'r Revision) -> Self {
        let part = |change: PartChange| Part { part: change.part, text: marked(&change.runs, "") };
        Self {
            id: &revision.fact,
            revision: revision.number.0,
            at: moment(revision.stamp.at),
            who: who(revision.stamp.author),
            action: revision.action.as_str(),
            reason: &revision.stamp.reason,
            served: revision.after.is_published(),
            changes: changes(revision.before.as_ref(), &revision.after).into_iter().map(part).collect(),
        }
    }
}

/// Prints a fact's history.
pub(super) fn history(settings: &Settings, scope: Scope, id: &str, json: bool) -> anyhow::Result<ExitCode> {
    let shelved = Shelved::existing(&settings.location()?)?;
    let shipped = settings.open()?;
    let Some(fact) = FactId::new(id) else { return Err(unknown(id, scope)) };
    let (app, revisions) = match shelved {
        None => (App::new(shipped).into(), Vec::new()),
        Some(shelved) => {
            let app = shelved.over(shipped)?;
            let revisions = shelved.runtime.block_on(shelved.store.history(scope, &fact))?;
            shelved.close();
            (app, revisions)
        }
    };
    if revisions.is_empty() && app.stand(scope, &fact).is_none() {
        return Err(unknown(id, scope));
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    for revision in &revisions {
        let row = Row::of(revision);
        if json {
            serde_json::to_writer(&mut out, &row)?;
            out.write_all(b"\n")?;
        } else {
            text(&mut out, revision, &row)?;
        }
    }
    if revisions.is_empty() && !json {
        writeln!(out, "Nobody has edited `{fact}` {}.", named(scope))?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn text(out: &mut impl Write, revision: &Revision, row: &Row<'_>) -> io::Result<()> {
    let reason = if row.reason.is_empty() { String::new() } else { format!("  {}", row.reason) };
    writeln!(out, "{}  {}  {}  {}{reason}", revision.number, row.at, row.who, row.action)?;
    for change in changes(revision.before.as_ref(), &revision.after) {
        writeln!(out, "    {}: {}", change.part, marked(&change.runs, "        "))?;
    }
    Ok(())
}

/// Words that went and came, as `git diff --word-diff` marks them; lines after the first are set in by `margin`.
pub(super) fn marked(runs: &[Run], margin: &str) -> String {
    let mut text = String::new();
    for run in runs {
        let _ = match run {
            Run::Stays(words) => write!(text, "{words}"),
            Run::Goes(words) => write!(text, "[-{words}-]"),
            Run::Comes(words) => write!(text, "{{+{words}+}}"),
        };
    }
    if margin.is_empty() { text } else { text.replace('\n', &format!("\n{margin}")) }
}

fn who(author: Author) -> String {
    match author {
        Author::Person(id) => id.to_string(),
        Author::Operator => "operator".to_owned(),
        Author::Forgotten => "forgotten".to_owned(),
    }
}

/// Date and time, UTC.
fn moment(at: u64) -> String {
    i64::try_from(at).ok().and_then(|at| Timestamp::from_second(at).ok()).map_or_else(|| format!("second {at}"), |at| at.to_string())
}
