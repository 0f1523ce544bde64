//! `sanad facts list` and `sanad facts show`.

use std::io::{self, Write};
use std::process::ExitCode;

use super::history::marked;
use super::unknown;
use crate::app::App;
use crate::cli::edited::{named, option};
use crate::cli::render::reference;
use crate::curation::diff::changes;
use crate::curation::rows::Row;
use crate::curation::{Head, Record, RevisionNo, Scope, Stand, State};
use crate::fact::FactId;
use crate::knowledge::Knowledge;

/// Retracted facts that are named below a list.
const NAMED: usize = 5;

/// How many facts there are, and what the index takes.
pub(super) fn stats(view: &Knowledge) -> anyhow::Result<ExitCode> {
    let base = &view.base;
    let mut out = io::stdout().lock();
    let bytes = view.index.bytes();
    let facts = base.fact_count().max(1);
    writeln!(
        out,
        "{} facts, {} passages, {} sources, {} entities",
        base.fact_count(),
        view.index.passage_count(),
        base.source_count(),
        base.entities().len()
    )?;
    writeln!(out, "index: {bytes} bytes, {} a fact, texts left out", bytes / facts)?;
    if let Some(texts) = base.packed_bytes() {
        writeln!(out, "texts: {texts} bytes, {} a fact, sources among them", texts / facts)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The facts that are served; beside them, which are not any more.
pub(super) fn served(app: &App, scope: Scope, json: bool) -> anyhow::Result<ExitCode> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for (id, Stand { number, state }) in app.served(scope) {
        line(&mut out, &id, state.record(), number, json)?;
    }
    out.flush()?;
    let gone: Vec<String> = gone(app, scope).map(|head| head.fact.to_string()).collect();
    if !gone.is_empty() {
        let more = if gone.len() > NAMED { format!(" and {} more", gone.len() - NAMED) } else { String::new() };
        let names = gone.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        let (count, option) = (gone.len(), option(scope));
        eprintln!("sanad: {count} retracted and not listed: {names}{more}; `sanad facts list --retracted{option}` lists them");
    }
    Ok(ExitCode::SUCCESS)
}

/// The facts that were retracted.
pub(super) fn retracted(app: &App, scope: Scope, json: bool) -> anyhow::Result<ExitCode> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for Head { fact, number, state, .. } in gone(app, scope) {
        line(&mut out, &fact, state.record(), number, json)?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn gone(app: &App, scope: Scope) -> impl Iterator<Item = Head> {
    app.edited(scope).into_iter().map(|edit| edit.head().clone()).filter(|head| !head.state.is_published())
}

fn line(out: &mut impl Write, id: &FactId, record: &Record, number: RevisionNo, json: bool) -> io::Result<()> {
    if json {
        serde_json::to_writer(&mut *out, &Row::of(id, record, number))?;
        return out.write_all(b"\n");
    }
    let date = record.date.map(|date| date.to_string()).unwrap_or_default();
    // A claim with a line end in it must not look like two facts.
    writeln!(out, "{:32} {date:22} {}", id.as_str(), record.text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// One fact.
pub(super) fn show(app: &App, scope: Scope, id: &str, json: bool) -> anyhow::Result<ExitCode> {
    let found = FactId::new(id).and_then(|fact| Some((app.stand(scope, &fact)?, fact)));
    let (stand, fact) = found.ok_or_else(|| unknown(id, scope))?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    if json {
        line(&mut out, &fact, stand.state.record(), stand.number, true)?;
        out.flush()?;
        if !stand.state.is_published() {
            eprintln!("sanad: the fact `{fact}` is retracted {}: no question is answered by it", named(scope));
        }
        return Ok(ExitCode::SUCCESS);
    }
    whole(&app.view(scope), &fact, &stand, &mut out)?;
    edits(app, scope, &fact, &stand, &mut out)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn whole(view: &Knowledge, fact: &FactId, stand: &Stand, out: &mut impl Write) -> io::Result<()> {
    let record = stand.state.record();
    let base = &view.base;
    let at = base.find(fact.as_str());
    writeln!(out, "{fact}\n{}\n", record.text)?;
    if let Some(date) = record.date {
        writeln!(out, "date      {} ({date})", date.spoken())?;
    }
    writeln!(out, "standing  {}", at.map_or(record.standing, |at| base.standing(at)).as_str())?;
    if !record.topics.is_empty() {
        writeln!(out, "topics    {}", record.topics.join(", "))?;
    }
    let names: Vec<&str> = [&record.people, &record.organisations, &record.places].into_iter().flatten().map(String::as_str).collect();
    if !names.is_empty() {
        writeln!(out, "names     {}", names.join(", "))?;
    }
    writeln!(out, "\nSources")?;
    for source in &record.sources {
        writeln!(out, "  {}", reference(source.publisher.as_deref(), &source.title, source.published, source.url.as_deref()))?;
    }
    let conflicts = at.map(|at| base.conflicts(at)).unwrap_or_default();
    if !conflicts.is_empty() {
        writeln!(out, "\nContradicted by")?;
        for &other in conflicts.iter() {
            writeln!(out, "  {}: {}", base.fact(other).id, base.fact(other).claim)?;
        }
    }
    writeln!(out, "\nQuestion forms")?;
    for form in &record.questions {
        writeln!(out, "  {form}")?;
    }
    Ok(())
}

/// Whether and where a fact was edited, and what has changed below the edit since.
fn edits(app: &App, scope: Scope, fact: &FactId, stand: &Stand, out: &mut impl Write) -> io::Result<()> {
    let wide = app.head(Scope::Everywhere, fact);
    let own = app.head(scope, fact).map(|edit| (edit, scope));
    let below = if own.is_some() && wide.is_some() && scope != Scope::Everywhere { "what holds everywhere" } else { "the shipped base" };
    let Some((edit, scope)) = own.or(wide.map(|edit| (edit, Scope::Everywhere))) else { return Ok(()) };
    let Head { number, shipped, .. } = edit.head();
    let done = if stand.state.is_published() { "Edited" } else { "Retracted" };
    writeln!(out, "\n{done} {}: it stands at {number}; `sanad facts history {fact}{}` tells how", named(scope), option(scope))?;
    let now = app.below(scope, fact);
    match now {
        _ if now == *shipped => Ok(()),
        None => writeln!(out, "\nSince then the fact has gone from {below}"),
        Some(now) => {
            writeln!(out, "\nSince then {below} has changed")?;
            for change in changes(shipped.clone().map(State::Published).as_ref(), &State::Published(now)) {
                writeln!(out, "  {}: {}", change.part, marked(&change.runs, "    "))?;
            }
            Ok(())
        }
    }
}
