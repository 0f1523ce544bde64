//! `sanad facts`: the fact base as it stands.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;
use serde::Serialize;

use super::render::reference;
use super::rows::SourceRow;
use crate::fact::{Base, EntityIx, FactIx};
use crate::knowledge::Knowledge;

/// What to do with facts.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// A line for each fact: id, date, claim.
    List {
        /// JSON Lines instead of text.
        #[arg(long)]
        json: bool,
        /// Only the count of facts and what the index takes.
        #[arg(long)]
        stats: bool,
    },
    /// One fact with all that is known of it.
    Show {
        /// Its id.
        id: String,
        /// One JSON object instead of text.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Serialize)]
struct Row<'b> {
    id: &'b str,
    text: &'b str,
    date: Option<String>,
    questions: &'b [Box<str>],
    topics: &'b [Box<str>],
    people: Vec<&'b str>,
    places: Vec<&'b str>,
    organisations: Vec<&'b str>,
    sources: Vec<SourceRow<'b>>,
    conflicts: Vec<&'b str>,
    standing: &'static str,
    revision: u64,
}

fn row(base: &Base, at: FactIx) -> Row<'_> {
    let fact = base.fact(at);
    let names = |list: &[EntityIx]| list.iter().map(|&e| base.entity(e).name.as_ref()).collect();
    Row {
        id: fact.id.as_str(),
        text: &fact.claim,
        date: fact.date.map(|d| d.to_string()),
        questions: &fact.questions,
        topics: &fact.topics,
        people: names(&fact.people),
        places: names(&fact.places),
        organisations: names(&fact.organisations),
        sources: SourceRow::all_of(base, at),
        conflicts: base.conflicts(at).iter().map(|&c| base.fact(c).id.as_str()).collect(),
        standing: base.standing(at).as_str(),
        // A shipped fact has not been changed by anybody.
        revision: 1,
    }
}

/// Runs a command.
pub(super) fn run(knowledge: &Knowledge, command: &Command) -> anyhow::Result<ExitCode> {
    let base = &knowledge.base;
    let mut out = io::BufWriter::new(io::stdout().lock());
    match command {
        Command::List { stats: true, .. } => {
            let bytes = knowledge.index.bytes();
            let facts = base.fact_count().max(1);
            writeln!(
                out,
                "{} facts, {} passages, {} sources, {} entities",
                base.fact_count(),
                knowledge.index.passage_count(),
                base.source_count(),
                base.entities().len()
            )?;
            writeln!(out, "index: {bytes} bytes, {} a fact, texts left out", bytes / facts)?;
        }
        Command::List { json, .. } => {
            for (at, fact) in base.indexed() {
                if *json {
                    serde_json::to_writer(&mut out, &row(base, at))?;
                    out.write_all(b"\n")?;
                } else {
                    let date = fact.date.map(|d| d.to_string()).unwrap_or_default();
                    writeln!(out, "{:32} {date:22} {}", fact.id.as_str(), fact.claim)?;
                }
            }
        }
        Command::Show { id, json } => {
            let Some(at) = base.find(id) else { bail!("there is no fact `{id}`; `sanad facts list` names them all") };
            if *json {
                serde_json::to_writer(&mut out, &row(base, at))?;
                out.write_all(b"\n")?;
            } else {
                show(base, at, &mut out)?;
            }
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn show(base: &Base, at: FactIx, out: &mut impl Write) -> io::Result<()> {
    let fact = base.fact(at);
    writeln!(out, "{}\n{}\n", fact.id, fact.claim)?;
    if let Some(date) = fact.date {
        writeln!(out, "date      {} ({date})", date.spoken())?;
    }
    writeln!(out, "standing  {}", base.standing(at).as_str())?;
    writeln!(out, "topics    {}", fact.topics.join(", "))?;
    let names: Vec<&str> = fact.entities().map(|e| base.entity(e).name.as_ref()).collect();
    writeln!(out, "names     {}", names.join(", "))?;
    writeln!(out, "\nSources")?;
    for source in fact.citations.iter() {
        writeln!(out, "  {}", reference(base.source(source)))?;
    }
    let conflicts = base.conflicts(at);
    if !conflicts.is_empty() {
        writeln!(out, "\nContradicted by")?;
        for &other in conflicts.iter() {
            writeln!(out, "  {}: {}", base.fact(other).id, base.fact(other).claim)?;
        }
    }
    writeln!(out, "\nQuestion forms")?;
    for form in &fact.questions {
        writeln!(out, "  {form}")?;
    }
    Ok(())
}
