//! The command line: a mode from the arguments, then the use case, then text. Exit codes are 0 for done or answered, 1 for suggested,
//! abstained or problems found, 2 for an error.

mod chat;
mod doctor;
mod edited;
mod evaluate;
mod facts;
mod keep;
mod live;
mod machine;
mod open;
mod reload;
mod render;
pub mod rows;
mod saved;
mod timeline;

use std::env;
use std::io::{self, BufRead, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};
use serde::{Deserialize, Serialize};

use crate::answer::candidates::Scratch;
use crate::answer::{Context, Outcome, answer};
use crate::base::rows::{BYTE_ORDER_MARK, without_line};
use crate::knowledge::Knowledge;
use crate::similar::similar;
use edited::Whose;
use open::Settings;
use render::Paint;
use rows::{AnswerRow, Asked};

/// Answers questions from a curated fact base, and never without the source.
#[derive(Debug, Parser)]
#[command(name = "sanad", version)]
struct Args {
    /// Settings; without it `SANAD_CONFIG`, else config.toml in the working folder, else the defaults.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A folder laid out as data/, or a .jsonl file; without it what the settings name, else data/ in the working folder, else the facts built in.
    #[arg(long, global = true, value_name = "PATH")]
    facts: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A conversation in the terminal.
    Chat {
        #[command(flatten)]
        whose: Whose,
    },
    /// One answer; exit 0 answered, 1 suggested or abstained, 2 error.
    Ask {
        /// The question.
        #[arg(required_unless_present = "batch")]
        question: Option<String>,
        /// One JSON object instead of text.
        #[arg(long)]
        json: bool,
        /// JSON Lines {"id","q"} on standard input, one object a line on standard output, in order.
        #[arg(long, conflicts_with = "question")]
        batch: bool,
        #[command(flatten)]
        whose: Whose,
    },
    /// Dated facts in order, in one of several forms, or as a picture; exit 1 where the filters leave nothing over.
    Timeline {
        #[command(flatten)]
        wanted: timeline::Wanted,
        #[command(flatten)]
        whose: Whose,
    },
    /// Why a question is answered so: its reading, the candidates' scores by part, the bar met or missed.
    Explain {
        /// The question.
        question: String,
        #[command(flatten)]
        whose: Whose,
    },
    /// Every problem in settings and facts with file, line and field, then a count; exit 1 if any is an error.
    Check,
    /// Runs question files and prints right, wrong, near and missed by style.
    Eval {
        /// Rows with id, q, style, expect, and gold or must.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Only the two thirds that weights are fitted on, or the third kept aside.
        #[arg(long, value_enum)]
        part: Option<evaluate::Part>,
        /// Failures shown at most.
        #[arg(long, default_value_t = 0)]
        failures: usize,
        /// Exit 1 where fewer are right, in per cent of all.
        #[arg(long, value_name = "PERCENT")]
        min_right: Option<f64>,
        /// Exit 1 where more are wrong, in per cent of all.
        #[arg(long, value_name = "PERCENT")]
        max_wrong: Option<f64>,
    },
    /// Fits the weights to question files and writes them.
    Fit {
        /// Questions over the facts at hand; only the two thirds not kept aside are used.
        files: Vec<PathBuf>,
        /// Questions over facts without question forms: FACTS=QUESTIONS[,QUESTIONS].
        #[arg(long, value_name = "FACTS=QUESTIONS")]
        also: Vec<String>,
        /// Wrong answers that the bar for answering may let through, in per cent of the questions for which a fact comes into question. What
        /// no fact answers counts for as much as people ask it. Without it 6, and 3.9 for facts without question forms.
        #[arg(long, value_name = "PERCENT", value_parser = percent)]
        wrong: Option<f64>,
        /// Where to write the weights.
        #[arg(long, value_name = "FILE", default_value = "data/model.toml")]
        out: PathBuf,
    },
    /// Whether two spellings would be taken for the same word or name, and why.
    Similar {
        /// One spelling.
        #[arg(required_unless_present = "batch")]
        a: Option<String>,
        /// The other.
        #[arg(required_unless_present = "batch")]
        b: Option<String>,
        /// JSON Lines {"a","b"} on standard input, {"a","b","same"} on standard output.
        #[arg(long, conflicts_with = "a")]
        batch: bool,
    },
    /// The fact base as it stands, with what was edited.
    Facts {
        #[command(flatten)]
        whose: Whose,
        #[command(subcommand)]
        command: facts::Command,
    },
    /// Copies all that was edited to a new file, also while the bot runs.
    Backup {
        /// The file to write; it must not be there yet.
        file: PathBuf,
    },
    /// Puts a backup in place of all that was edited, also while the bot runs; what was there is kept beside it.
    Restore {
        /// The file that `sanad backup` wrote.
        file: PathBuf,
    },
    /// The store as a whole: moving it, making it.
    Store {
        #[command(subcommand)]
        command: keep::Command,
    },
    /// The Discord bot, until SIGINT or SIGTERM; exit 75 where starting again can help, 2 where it cannot.
    Run,
    /// Whether the bot could run: a line for each thing it needs, with the mend; exit 1 if something must be mended.
    Doctor,
}

/// A share in per cent.
fn percent(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "write a number from 0 to 100".to_owned())?;
    if (0.0..=100.0).contains(&number) { Ok(number) } else { Err("write a number from 0 to 100".to_owned()) }
}

/// Runs the program on the arguments of the process.
pub fn main() -> ExitCode {
    let args = Args::parse();
    match run(args) {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sanad: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// A reader that has seen enough ("sanad facts list | head") is no error.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe))
}

fn run(args: Args) -> anyhow::Result<ExitCode> {
    let settings = Settings { config: args.config, facts: args.facts };
    let command = match args.command {
        Some(command) => command,
        None if live::token().is_some() => Command::Run,
        None if io::stdin().is_terminal() => {
            eprintln!(
                "No DISCORD_TOKEN is set, so this is the terminal chat. To go live, set DISCORD_TOKEN to your bot's token and start again; README.md says how to get one."
            );
            Command::Chat { whose: Whose::default() }
        }
        None => bail!(
            "nothing to do: set DISCORD_TOKEN to run the bot, or name a command (`sanad ask QUESTION`; `sanad --help` lists them all)"
        ),
    };
    // The facts serve until the process ends: taking them apart piece by piece before that would only keep the asker waiting.
    let leak = |knowledge| -> &'static Knowledge { Box::leak(Box::new(knowledge)) };
    let open = || settings.open().map(leak);
    let view = |whose: Whose| settings.open_view(whose.scope()).map(leak);
    match command {
        Command::Chat { whose } => chat::chat(view(whose)?, settings.config()?.chat_history.as_deref()),
        Command::Ask { batch: true, whose, .. } => ask_batch(view(whose)?),
        Command::Ask { question, json, whose, .. } => ask(view(whose)?, &question.unwrap_or_default(), json),
        Command::Explain { question, whose } => explain_one(view(whose)?, &question),
        Command::Timeline { wanted, whose } => timeline::run(view(whose)?, &wanted),
        Command::Check => Ok(settings.check()),
        Command::Eval { files, part, failures, min_right, max_wrong } => {
            evaluate::evaluate(open()?, &files, part, failures, evaluate::Floor { min_right, max_wrong })
        }
        Command::Fit { files, also, wrong, out } => evaluate::fit(&settings, &files, &also, wrong, &out),
        Command::Similar { batch: true, .. } => similar_batch(open()?),
        Command::Similar { a, b, .. } => similar_one(open()?, &a.unwrap_or_default(), &b.unwrap_or_default()),
        Command::Facts { whose, command } => facts::run(&settings, whose.scope(), command),
        Command::Backup { file } => keep::backup(&settings, &file),
        Command::Restore { file } => keep::restore(&settings, &file),
        Command::Store { command } => keep::run(&settings, &command),
        Command::Run => live::run(&settings),
        Command::Doctor => doctor::doctor(&settings),
    }
}

/// Colour on a terminal, unless `NO_COLOR` asks for none (no-color.org).
fn paint() -> Paint {
    let wanted = io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    if wanted { Paint::Colour } else { Paint::Plain }
}

fn micros_since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX)
}

fn ask(knowledge: &Knowledge, question: &str, json: bool) -> anyhow::Result<ExitCode> {
    let mut scratch = Scratch::default();
    let mut out = io::stdout().lock();
    if !json && let Some(course) = timeline::course(knowledge, question) {
        out.write_all(course.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    let start = Instant::now();
    let found = answer(knowledge, question, &Context::default(), &mut scratch);
    let micros = micros_since(start);
    if json {
        serde_json::to_writer(&mut out, &AnswerRow::of(knowledge, "", question, &found, micros))?;
        out.write_all(b"\n")?;
    } else {
        out.write_all(render::answer(knowledge, &found, paint()).as_bytes())?;
    }
    Ok(if found.outcome == Outcome::Answer { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Parses each line of standard input and writes a line for it.
fn each_line<R: for<'d> Deserialize<'d>>(
    form: &str,
    mut write: impl FnMut(R, &mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<ExitCode> {
    let mut out = BufWriter::new(io::stdout().lock());
    for (number, line) in io::stdin().lock().lines().enumerate() {
        let line = line.with_context(|| format!("standard input, line {}: cannot be read; it must be UTF-8 text", number + 1))?;
        if line.trim().is_empty() {
            continue;
        }
        let row = serde_json::from_str(line.trim_start_matches(BYTE_ORDER_MARK))
            .map_err(|error| anyhow::anyhow!("standard input, line {}: {}; write {form}", number + 1, without_line(&error)))?;
        write(row, &mut out)?;
        out.write_all(b"\n")?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn ask_batch(knowledge: &Knowledge) -> anyhow::Result<ExitCode> {
    let mut scratch = Scratch::default();
    each_line(r#"{"id": "…", "q": "…"}"#, |asked: Asked, out| {
        let start = Instant::now();
        let found = answer(knowledge, &asked.q, &Context::default(), &mut scratch);
        let row = AnswerRow::of(knowledge, &asked.id, &asked.q, &found, micros_since(start));
        Ok(serde_json::to_writer(out, &row)?)
    })
}

fn explain_one(knowledge: &Knowledge, question: &str) -> anyhow::Result<ExitCode> {
    let found = answer(knowledge, question, &Context::default(), &mut Scratch::default());
    io::stdout().lock().write_all(crate::answer::explain::explain(knowledge, &found).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Debug, Deserialize)]
struct Pair {
    a: String,
    b: String,
}

#[derive(Debug, Serialize)]
struct PairRow {
    a: String,
    b: String,
    same: bool,
}

fn similar_batch(knowledge: &Knowledge) -> anyhow::Result<ExitCode> {
    each_line(r#"{"a": "…", "b": "…"}"#, |pair: Pair, out| {
        let same = similar(knowledge, &pair.a, &pair.b).same;
        Ok(serde_json::to_writer(out, &PairRow { a: pair.a, b: pair.b, same })?)
    })
}

fn similar_one(knowledge: &Knowledge, a: &str, b: &str) -> anyhow::Result<ExitCode> {
    let found = similar(knowledge, a, b);
    writeln!(io::stdout().lock(), "{}: {}", if found.same { "same" } else { "different" }, found.why)?;
    Ok(ExitCode::SUCCESS)
}
