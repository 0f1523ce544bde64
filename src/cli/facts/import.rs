//! `sanad facts import`: the rows of a file are read and judged, then all that they change is kept, or nothing.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use clap::Args;

use super::export::Form;
use crate::app::App;
use crate::base::rows::BYTE_ORDER_MARK;
use crate::cli::edited::Shelved;
use crate::cli::open::{Progress, Settings};
use crate::curation::import::{Importer, Plan, Planned};
use crate::curation::written::{Complaint, Header, Reading};
use crate::curation::{Author, History, Revision, RevisionNo, Scope, Stamp};
use crate::fact::{FactId, Place};

/// Rows between two signs of life.
const SIGN: usize = 512;

/// What is to be imported, and how.
#[derive(Debug, Args)]
pub(in crate::cli) struct Import {
    /// The file, ending in .jsonl, .ndjson, .json or .csv.
    file: PathBuf,
    /// Take the good rows though others are wrong.
    #[arg(long)]
    skip_bad: bool,
    /// Say what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Why; the history keeps it.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Imports a file.
pub(super) fn import(settings: &Settings, scope: Scope, asked: &Import) -> anyhow::Result<ExitCode> {
    let form = Form::of(&asked.file)?;
    let location = settings.location()?;
    let mut shelved = Shelved::existing(&location)?;
    let shipped = settings.open()?;
    let app = match &shelved {
        Some(shelved) => shelved.over(shipped)?,
        None => Arc::new(App::new(shipped)),
    };
    let progress = Progress::on_terminal();
    let view = app.view(scope);
    let mut importer = Importer::new(&view, |fact: &FactId| app.stand(scope, fact));
    read(&asked.file, form, &progress, &mut |place, row| importer.take(&place, row))
        .with_context(|| format!("{}: cannot be read; see that it is there and may be read", asked.file.display()))?;
    let plan = importer.finish();
    let is_refused = plan.bad > 0 && !asked.skip_bad;
    let is_done = !is_refused && !asked.dry_run;
    if is_done && !plan.changes.is_empty() {
        progress.says("writing");
        let shelved = match shelved.take() {
            Some(shelved) => shelved,
            None => Shelved::open(&location)?,
        };
        keep(&shelved, &app, scope, &plan, &reason(asked))?;
        shelved.close();
    } else if let Some(shelved) = shelved {
        shelved.close();
    }
    progress.done();
    for problem in &plan.problems {
        eprintln!("{problem}");
    }
    if plan.more_problems > 0 {
        eprintln!("… and {} more", plan.more_problems);
    }
    let counts =
        format!("{} added, {} changed, {} unchanged, {} bad", plan.added(), plan.changes.len() - plan.added(), plan.unchanged, plan.bad);
    let mut out = io::stdout().lock();
    match (is_refused, is_done) {
        (true, _) => writeln!(out, "so it would be: {counts}; nothing was changed: mend the rows, or take the others with --skip-bad")?,
        (false, false) => writeln!(out, "so it would be: {counts}; nothing was changed: --dry-run")?,
        (false, true) => writeln!(out, "{counts}")?,
    }
    Ok(ExitCode::from(u8::from(is_refused)))
}

fn reason(asked: &Import) -> String {
    let name = || asked.file.file_name().map(|name| name.display().to_string()).unwrap_or_default();
    asked.reason.clone().unwrap_or_else(|| format!("import of {}", name()))
}

/// Keeps all changes of a plan, or none.
fn keep(shelved: &Shelved, app: &App, scope: Scope, plan: &Plan, reason: &str) -> anyhow::Result<()> {
    let at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let stamp = Stamp { author: Author::Operator, at, reason: reason.to_owned(), cause: None };
    shelved.runtime.block_on(async {
        let mut revisions: Vec<Revision> = Vec::with_capacity(plan.changes.len());
        for Planned { fact, change, seen, .. } in &plan.changes {
            let mut history = History::new(fact.clone(), app.below(scope, fact));
            if *seen != RevisionNo(0) {
                history.revisions = shelved.store.history(scope, fact).await?;
            }
            revisions.push(history.next(change.clone(), *seen, stamp.clone())?);
        }
        Ok(shelved.store.append_all(scope, &revisions).await?)
    })
}

type Take<'t> = dyn FnMut(Place, Reading) + 't;

/// Reads the rows of a file one by one.
fn read(file: &Path, form: Form, progress: &Progress, take: &mut Take<'_>) -> io::Result<()> {
    let input = BufReader::with_capacity(1 << 16, File::open(file)?);
    let mut count = 0;
    let mut take = |line: u64, row| {
        count += 1;
        if count % SIGN == 0 {
            progress.rows(count);
        }
        take(Place { file: file.display().to_string(), line: usize::try_from(line).unwrap_or(usize::MAX) }, row);
    };
    match form {
        Form::Lines => read_lines(input, &mut take),
        Form::Csv => read_csv(input, &mut take),
    }
}

fn read_lines(mut input: impl BufRead, take: &mut impl FnMut(u64, Reading)) -> io::Result<()> {
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        if input.read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        match std::str::from_utf8(&bytes) {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => take(line, Reading::of_json(text.trim_start_matches(BYTE_ORDER_MARK).trim())),
            Err(_) => take(line, not_utf8()),
        }
    }
    Ok(())
}

fn read_csv(input: impl BufRead, take: &mut impl FnMut(u64, Reading)) -> io::Result<()> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(input);
    let mut header = None;
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        let cells: Result<Vec<String>, _> = record.iter().map(|cell| String::from_utf8(cell.to_vec())).collect();
        let Ok(mut cells) = cells else {
            take(line, not_utf8());
            if header.is_none() {
                break;
            }
            continue;
        };
        if let Some(header) = &header {
            take(line, Reading::of_cells(header, &cells));
            continue;
        }
        if let Some(first) = cells.first_mut() {
            *first = first.trim_start_matches(BYTE_ORDER_MARK).to_owned();
        }
        match Header::read(&cells) {
            Ok(read) => header = Some(read),
            // Without the names of the columns nothing below can be read.
            Err(problems) => {
                take(line, Reading::broken(problems));
                break;
            }
        }
    }
    Ok(())
}

fn not_utf8() -> Reading {
    Reading::broken(vec![Complaint::new("row", "this line is not UTF-8 text; save the file as UTF-8")])
}
