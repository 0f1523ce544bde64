//! `sanad run` and `sanad doctor`: from the environment to the bot.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tracing::{error, info, warn};

use super::edited::{Shelved, brought};
use super::open::Settings;
use super::reload::{Reloader, Told, drifted, say_drifted};
use crate::app::App;
use crate::desk::Desk;
use crate::discord::doctor::{Finding, Health, examine};
use crate::discord::rest::Api;
use crate::discord::secret::Token;
use crate::discord::{Setup, StartError, serve};
use crate::knowledge::Knowledge;
use crate::store::{Location, Opened, Store, StoreError};
use crate::telemetry;

/// The exit code of an end that starting again can mend (`EX_TEMPFAIL` of sysexits.h); all other errors end with 2.
const TRY_AGAIN: u8 = 75;
/// How long the store may take to close.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);

/// The token, if the environment holds one.
pub(super) fn token() -> Option<Token> {
    env::var("DISCORD_TOKEN").ok().and_then(|token| Token::new(&token))
}

fn api() -> anyhow::Result<Api> {
    if let Some(url) = env::var("DISCORD_API_URL").ok().filter(|url| !url.trim().is_empty()) {
        let url = url.trim().trim_end_matches('/').to_owned();
        if !url.starts_with("http://") && !url.starts_with("https://") {
            bail!("DISCORD_API_URL is \"{url}\"; write http://host:port or https://host:port");
        }
        return Ok(Api::At(url));
    }
    let certificate = match env::var_os("DISCORD_CA_FILE").filter(|path| !path.is_empty()) {
        Some(path) => Some(
            fs::read(&path)
                .with_context(|| format!("cannot read {}, which DISCORD_CA_FILE names; check the path or unset it", path.display()))?,
        ),
        None => None,
    };
    Ok(Api::Live { certificate })
}

fn runtime() -> anyhow::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the threads that the bot runs on")
}

/// Runs the bot until it is told to stop.
pub(super) fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    let Some(token) = token() else {
        bail!(
            "DISCORD_TOKEN is not set, or holds no token; set it to the bot's token (developer portal, your application, Bot), or use `sanad chat` to ask here"
        );
    };
    telemetry::start(&token);
    let api = api()?;
    let start = Instant::now();
    let shelf = settings.shelf()?;
    let location = settings.location()?;
    // What changes while the facts are read is seen afterwards.
    let reloader = Reloader::new(shelf.clone());
    let knowledge = shelf.open()?;
    info!(
        "facts: {} from {} sources, ready in {} ms",
        knowledge.base.fact_count(),
        knowledge.base.source_count(),
        start.elapsed().as_millis()
    );
    let runtime = runtime()?;
    let bot = async {
        let deaf = |error| StartError::Setting(format!("cannot listen for SIGTERM, SIGINT and SIGHUP: {error}"));
        let stop = told_to_stop().map_err(deaf)?;
        let told = Told::listen().map_err(deaf)?;
        tokio::pin!(stop);
        let app = Arc::new(App::new(knowledge));
        let desk = tokio::select! {
            desk = open_desk(&app, &location) => desk?,
            () = &mut stop => return Ok(()),
        };
        let mut beside = JoinSet::new();
        beside.spawn(follow(desk.clone()));
        beside.spawn(reloader.run(Arc::clone(&app), told));
        beside.spawn_blocking(move || app.prepare());
        let store = desk.store.clone();
        let ended = serve(Setup { desk, token, api, settings: shelf.config.discord }, stop).await;
        drop(beside);
        if timeout(CLOSE_WITHIN, store.close()).await.is_err() {
            warn!("the store did not close in time; what was said to be kept is kept");
        }
        ended.map_err(End::Discord)
    };
    let ended = runtime.block_on(bot);
    // What a library left running must not keep the process.
    runtime.shutdown_background();
    match ended {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(why) => {
            error!("{why}");
            Ok(ExitCode::from(if why.restart_helps() { TRY_AGAIN } else { 2 }))
        }
    }
}

/// Why the bot ended.
#[derive(Debug, thiserror::Error)]
enum End {
    /// It cannot run, or not any more.
    #[error(transparent)]
    Discord(#[from] StartError),
    /// It has nothing to keep edits in.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl End {
    /// Whether starting again, with nothing changed, can help.
    fn restart_helps(&self) -> bool {
        match self {
            Self::Discord(error) => error.restart_helps(),
            Self::Store(error) => matches!(error, StoreError::Locked { .. } | StoreError::Full { .. } | StoreError::Unreachable { .. }),
        }
    }
}

async fn open_desk(app: &Arc<App>, at: &Location) -> Result<Desk, StoreError> {
    let Opened { store, migrated } = Store::open(at).await?;
    if let Some(migrated) = migrated {
        info!("store: {}", brought(&store, &migrated));
    }
    let desk = Desk::open(Arc::clone(app), store).await?;
    info!("store: {}", at.place());
    say_drifted(app);
    Ok(desk)
}

/// Sees what the command line and other bots change beside this one. It never ends.
async fn follow(desk: Desk) {
    let mut failed = false;
    let mut watch = desk.store.watch();
    loop {
        watch.changed().await;
        match desk.follow().await {
            Ok(changed) => {
                if failed {
                    info!("store: it can be read again");
                }
                failed = false;
                if changed > 0 {
                    info!("store: another process changed facts: {changed}");
                }
            }
            // Said once: the same every second would hide all else.
            Err(error) if !failed => {
                failed = true;
                error!("store: what other processes change is not seen: {error}");
            }
            Err(_) => {}
        }
    }
}

/// Done when the process is told to stop.
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => info!("SIGTERM"),
                _ = interrupt.recv() => info!("SIGINT"),
            }
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        // Where listening fails there is nothing to wait for but the end of the process.
        let _ = tokio::signal::ctrl_c().await;
    })
}

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

/// How the store stands, and what lies in it.
fn database(settings: &Settings, shipped: Option<Knowledge>) -> anyhow::Result<Vec<Finding>> {
    let location = settings.location()?;
    let place = location.place();
    let Some(shelved) = Shelved::existing(&location)? else {
        let yet = match location {
            Location::File(_) => "is not there yet; `sanad run` makes it",
            Location::Server(_) => "answers and is empty; `sanad run` makes the store",
        };
        return Ok(vec![Finding::good("database", format!("{place} {yet}"))]);
    };
    let (report, waiting) = shelved.runtime.block_on(async {
        shelved.store.health().await?;
        let report = shelved.store.report().await?;
        Ok::<_, StoreError>((report, shelved.store.waiting_in_all().await?))
    })?;
    let mut found = vec![match report.problems.first() {
        None => Finding::good(
            "database",
            format!(
                "{place}, schema {} (facts edited: {}, suggestions waiting: {} in servers, {} from direct messages)",
                report.schema, report.facts, waiting.servers, waiting.direct
            ),
        ),
        Some(problem) => {
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
