//! `sanad facts export`: facts as rows of a file that is there whole or not at all.

use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use crate::app::App;
use crate::curation::rows::{FIELDS, Row};
use crate::curation::{Scope, Stand};
use crate::fact::FactId;
use crate::image::Whole;

/// Fields that stand in every file; those behind them only where a fact has them.
const ALWAYS: usize = 12;

/// How rows are written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A JSON object a line.
    Lines,
    /// Comma-separated values.
    Csv,
}

impl Form {
    /// The form that a file's ending names.
    pub(super) fn of(file: &Path) -> anyhow::Result<Self> {
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        match ending.as_str() {
            "jsonl" | "ndjson" | "json" => Ok(Self::Lines),
            "csv" => Ok(Self::Csv),
            _ => bail!("{}: its ending says how rows are written; name a .jsonl or .csv file", file.display()),
        }
    }
}

/// Writes the facts of a scope: all that are served, or only those `edited` there.
pub(super) fn export(app: &App, scope: Scope, file: &Path, edited: bool) -> anyhow::Result<ExitCode> {
    let facts = app.served(scope).filter(|(id, _)| !edited || app.head(scope, id).is_some());
    if file == Path::new("-") {
        let mut out = BufWriter::new(io::stdout().lock());
        lines(facts, &mut out)?;
        out.flush()?;
        return Ok(ExitCode::SUCCESS);
    }
    let form = Form::of(file)?;
    let cannot = || format!("{}: cannot be written; see that its folder is there and can be written to", file.display());
    let mut whole = Whole::beside(file).with_context(cannot)?;
    let count = match form {
        Form::Lines => lines(facts, whole.out()),
        Form::Csv => csv(&facts.collect::<Vec<_>>(), whole.out()),
    };
    let count = count.with_context(cannot)?;
    whole.finish().with_context(cannot)?;
    writeln!(io::stdout().lock(), "{}: facts written: {count}", file.display())?;
    Ok(ExitCode::SUCCESS)
}

fn lines(facts: impl Iterator<Item = (FactId, Stand)>, out: &mut impl Write) -> io::Result<usize> {
    let mut count = 0;
    for (id, Stand { number, state }) in facts {
        serde_json::to_writer(&mut *out, &Row::of(&id, state.record(), number))?;
        out.write_all(b"\n")?;
        count += 1;
    }
    Ok(count)
}

fn csv(facts: &[(FactId, Stand)], out: &mut impl Write) -> io::Result<usize> {
    let has_title = facts.iter().any(|(_, stand)| stand.state.record().title.is_some());
    let has_short = facts.iter().any(|(_, stand)| !stand.state.record().short.is_empty());
    let is_written: Vec<bool> = (0..FIELDS.len()).map(|at| at < ALWAYS || [has_title, has_short].get(at - ALWAYS) == Some(&true)).collect();
    let kept = |cells: Vec<String>| cells.into_iter().zip(&is_written).filter(|(_, is_written)| **is_written).map(|(cell, _)| cell);
    let mut out = csv::Writer::from_writer(out);
    out.write_record(kept(FIELDS.map(str::to_owned).to_vec()))?;
    for (id, Stand { number, state }) in facts {
        out.write_record(kept(Row::of(id, state.record(), *number).cells()?.to_vec()))?;
    }
    out.flush()?;
    Ok(facts.len())
}
