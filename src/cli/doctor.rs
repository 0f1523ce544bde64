//! `sanad doctor`: a line for each thing that the bot needs, with the mend.

use std::fs::OpenOptions;
use std::io::{self, Read as _, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use super::edited::Shelved;
use super::live::{api, runtime, token};
use super::machine;
use super::open::Settings;
use super::reload::drifted;
use crate::discord::doctor::{Finding, Health, examine};
use crate::image::Whole;
use crate::knowledge::Knowledge;
use crate::store::{Location, Schema, StoreError};

/// How long a bot that runs may take to say so.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// Says of everything the bot needs how it stands; exit 1 if something must be mended.
pub(super) fn doctor(settings: &Settings) -> anyhow::Result<ExitCode> {
    let mut found = Vec::new();
    let config = match settings.config() {
        Ok(config) => {
            found.push(Finding::good("settings", "read"));
            Some(config)
        }
        Err(error) => {
            found.push(Finding::bad("settings", format!("{error:#}")));
            None
        }
    };
    let shipped = settings.open();
    found.push(match &shipped {
        Ok(knowledge) => Finding::good("facts", format!("{} from {} sources", knowledge.base.fact_count(), knowledge.base.source_count())),
        Err(error) => Finding::bad("facts", format!("{error:#}; `sanad check` says more")),
    });
    if config.is_some() {
        found.extend(database(settings, shipped.ok()).unwrap_or_else(|error| vec![Finding::bad("database", format!("{error:#}"))]));
    }
    if let Some(config) = &config {
        found.push(port(config.http));
    }
    let file = settings.location().ok().and_then(|location| match location {
        Location::File(file) => Some(file),
        Location::Server(_) => None,
    });
    found.extend(machine::room(file.as_deref()));
    match (token(), api(), config) {
        (None, _, _) => found.push(Finding::bad(
            "token",
            "DISCORD_TOKEN is not set, or holds no token; set it to the bot's token (developer portal, your application, Bot)",
        )),
        (_, Err(error), _) => found.push(Finding::bad("connection", format!("{error:#}"))),
        (Some(token), Ok(api), Some(config)) => found.extend(runtime()?.block_on(examine(&token, &api, &config.discord))),
        (_, _, None) => {}
    }
    let mut out = io::stdout().lock();
    for finding in &found {
        writeln!(out, "{:<4}  {:<12} {}", finding.health.as_str(), finding.about, finding.said)?;
    }
    let bad = found.iter().any(|finding| finding.health == Health::Bad);
    Ok(if bad { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Whether a file that is empty or not there could be written. Tried beside it where it is not there, for only that tells.
fn can_be_filled(file: &Path) -> io::Result<()> {
    if file.exists() { OpenOptions::new().append(true).open(file).map(drop) } else { Whole::beside(file).map(drop) }
}

/// How the store stands, and what lies in it.
fn database(settings: &Settings, shipped: Option<Knowledge>) -> anyhow::Result<Vec<Finding>> {
    let location = settings.location()?;
    let place = location.place();
    let Some(shelved) = Shelved::as_it_is(&location)? else {
        return Ok(vec![match &location {
            Location::Server(_) => Finding::good("database", format!("{place} answers and is empty; `sanad run` makes the store")),
            Location::File(file) => match can_be_filled(file) {
                Ok(()) => Finding::good("database", format!("{place} holds nothing yet; `sanad run` makes the store")),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Finding::bad(
                    "database",
                    format!("{place} cannot be made: its folder is not there; make it, or name another file in DATABASE_URL"),
                ),
                Err(error) => Finding::bad(
                    "database",
                    format!("{place} cannot be made: {error}; let the program write its folder, or name another file in DATABASE_URL"),
                ),
            },
        }]);
    };
    let (report, waiting) = shelved.runtime.block_on(async {
        shelved.store.health().await?;
        let report = shelved.store.report().await?;
        let waiting = if report.schema < Schema::NEWEST { None } else { Some(shelved.store.waiting_in_all().await?) };
        Ok::<_, StoreError>((report, waiting))
    })?;
    let mut found = vec![match (report.problems.first(), waiting) {
        (None, None) => Finding::doubtful(
            "database",
            format!(
                "{place} is at schema {} (facts edited: {}), this program works with {}; it is left as it is here, and `sanad run` or `sanad store migrate` raises it",
                report.schema,
                report.facts,
                Schema::NEWEST
            ),
        ),
        (None, Some(waiting)) => Finding::good(
            "database",
            format!(
                "{place}, schema {} (facts edited: {}, suggestions waiting: {} in servers, {} from direct messages)",
                report.schema, report.facts, waiting.servers, waiting.direct
            ),
        ),
        (Some(problem), _) => {
            let mend = match location {
                Location::File(_) => "`sanad restore FILE` puts a backup in its place",
                Location::Server(_) => "put a backup into an empty database (pg_restore, or `sanad store copy`) and name that one",
            };
            Finding::bad("database", format!("{place}: {problem}; {mend}"))
        }
    }];
    if let Some(shipped) = shipped {
        found.extend(drifted(&*shelved.over(shipped)?).map(|said| Finding::doubtful("edits", said)));
    }
    shelved.close();
    Ok(found)
}

/// Whether health and metrics can be asked for.
fn port(listen: Option<SocketAddr>) -> Finding {
    let Some(address) = listen else {
        return Finding::good("http", "off; `[http] listen` in config.toml switches health and metrics on");
    };
    match TcpListener::bind(address) {
        Ok(_) if !address.ip().is_loopback() => {
            Finding::doubtful("http", format!("{address} is free, and reached from other machines: see that only yours reach it"))
        }
        Ok(_) => Finding::good("http", format!("{address} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => match healthy(address) {
            Ok(true) => Finding::good("http", format!("{address}: a bot that runs answers there")),
            _ => Finding::bad("http", format!("{address} is used by another program; name another port in `[http] listen`, or end it")),
        },
        Err(error) => Finding::bad("http", format!("cannot listen at {address}: {error}; name another in `[http] listen`")),
    }
}

/// Whether what listens there is a bot of this kind.
fn healthy(address: SocketAddr) -> io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&address, ANSWERS_WITHIN)?;
    stream.set_read_timeout(Some(ANSWERS_WITHIN))?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut said = Vec::new();
    stream.take(1_024).read_to_end(&mut said)?;
    let said = String::from_utf8_lossy(&said);
    Ok(said.starts_with("HTTP/1.1 200") && said.ends_with("\r\n\r\nok\n"))
}
