//! `sanad timeline`: dated facts in order, as text, rows, a calendar, a sheet for TimelineJS, or a picture.

mod calendar;
mod rows;
mod text;
mod timelinejs;

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use crate::image::Whole;
use crate::knowledge::Knowledge;
use crate::timeline::course::asked;
use crate::timeline::filter::{Misread, Understood, Wish, emptied, named, read};
use crate::timeline::picture::draw;
use crate::timeline::{Timeline, select};

/// What is wanted of a timeline.
#[derive(Debug, Args)]
pub(super) struct Wanted {
    /// From when on: 2021, may 2022, 9 Nov 2021, "last week of May 2022", "after the Eid truce".
    #[arg(long, value_name = "D")]
    from: Option<String>,
    /// Until when, written likewise; all of what is named is meant, so that `--to 2022` ends with December.
    #[arg(long, value_name = "D")]
    to: Option<String>,
    /// Only facts about this topic.
    #[arg(long, value_name = "T")]
    topic: Option<String>,
    /// Only facts that name this person, organisation or place, by any spelling.
    #[arg(long, value_name = "NAME")]
    who: Option<String>,
    #[command(flatten)]
    form: Form,
    /// Writes the picture as SVG to a file.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Writes the picture as PNG to a file.
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
}

/// In what form it is printed; text if none is named.
#[derive(Debug, Args)]
#[group(multiple = false)]
#[expect(clippy::struct_excessive_bools, reason = "flags of the command line, of which at most one is set")]
struct Form {
    /// JSON Lines, a fact a line.
    #[arg(long)]
    json: bool,
    /// CSV, a fact a line.
    #[arg(long)]
    csv: bool,
    /// A calendar (RFC 5545): all-day events, those known to the month only over the whole month.
    #[arg(long)]
    ics: bool,
    /// CSV with the columns of TimelineJS's spreadsheet.
    #[arg(long)]
    timelinejs: bool,
}

impl Form {
    fn is_named(&self) -> bool {
        self.json || self.csv || self.ics || self.timelinejs
    }
}

/// Runs the command. Exit 0 with facts, 1 where nothing is left over, 2 where a filter is not understood.
pub(super) fn run(knowledge: &Knowledge, wanted: &Wanted) -> anyhow::Result<ExitCode> {
    let Wanted { from, to, topic, who, form, svg, png } = wanted;
    let wish = Wish { from: from.as_deref(), to: to.as_deref(), topic: topic.as_deref(), who: who.as_deref() };
    let understood = match read(knowledge, wish) {
        Ok(understood) => understood,
        Err(misread) => return Ok(refuse(&misread)),
    };
    for note in &understood.notes {
        eprintln!("sanad: {note}");
    }
    let timeline = select(knowledge, &understood.selection);
    if timeline.entries.is_empty() {
        eprint!("{}", text::empty(knowledge, &understood.selection, &emptied(knowledge, &understood.selection)));
        return Ok(ExitCode::from(1));
    }
    if svg.is_some() || png.is_some() {
        let picture = draw(knowledge, &timeline, &understood.selection);
        if let Some(file) = svg {
            write(file, picture.svg.as_bytes())?;
        }
        if let Some(file) = png {
            write(file, &picture.png()?)?;
        }
        if !form.is_named() {
            return Ok(ExitCode::SUCCESS);
        }
    }
    print(knowledge, &understood, &timeline, form)?;
    Ok(ExitCode::SUCCESS)
}

/// The course of events that a message asks for, as a reader of the terminal sees it; nothing if it asks for something else.
pub(super) fn course(knowledge: &Knowledge, message: &str) -> Option<String> {
    /// Entries that answer a question; the command shows them all.
    const SHOWN: usize = 12;
    let understood = asked(knowledge, message)?;
    let timeline = select(knowledge, &understood.selection);
    if timeline.entries.is_empty() {
        return None;
    }
    let mut out = text::timeline(knowledge, &understood, &timeline, SHOWN);
    if timeline.entries.len() > SHOWN {
        out.push_str("`sanad timeline` with --from, --to, --topic and --who shows them all.\n");
    }
    Some(out)
}

fn refuse(misread: &[Misread]) -> ExitCode {
    for error in misread {
        eprintln!("sanad: --{error}");
    }
    ExitCode::from(2)
}

fn print(knowledge: &Knowledge, understood: &Understood, timeline: &Timeline, form: &Form) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let title = named(knowledge, &understood.selection);
    if form.json {
        rows::json(&knowledge.base, timeline, &mut out)?;
    } else if form.csv {
        rows::csv(&knowledge.base, timeline, &mut out)?;
    } else if form.ics {
        calendar::write(&knowledge.base, timeline, &title, jiff::Timestamp::now(), &mut out)?;
    } else if form.timelinejs {
        timelinejs::write(&knowledge.base, timeline, &title, &mut out)?;
    } else {
        out.write_all(text::timeline(knowledge, understood, timeline, usize::MAX).as_bytes())?;
    }
    out.flush()?;
    Ok(())
}

/// Writes a picture whole or not at all: what stood there before is not lost to a full disk. A link or a device (`/dev/stdout`) is written
/// through, for a name that is given anew would take its place.
fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let is_no_plain_file = fs::symlink_metadata(file).is_ok_and(|there| !there.is_file());
    let written = if is_no_plain_file {
        fs::write(file, bytes)
    } else {
        Whole::beside(file).and_then(|mut whole| {
            whole.out().write_all(bytes)?;
            whole.finish()
        })
    };
    written.with_context(|| format!("cannot write the picture {}; check the folder and who may write there", file.display()))
}
