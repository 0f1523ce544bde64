//! `sanad run` and `sanad doctor`: from the environment to the bot.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, bail};
use tokio::runtime::Runtime;
use tracing::{error, info};

use super::open::Settings;
use crate::app::App;
use crate::discord::doctor::{Finding, Health, examine};
use crate::discord::rest::Api;
use crate::discord::secret::Token;
use crate::discord::{Setup, StartError, serve};
use crate::telemetry;

/// The exit code of an end that starting again can mend (`EX_TEMPFAIL` of sysexits.h); all other errors end with 2.
const TRY_AGAIN: u8 = 75;

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
    let knowledge = settings.open()?;
    let config = settings.config()?;
    info!(
        "facts: {} from {} sources, ready in {} ms",
        knowledge.base.fact_count(),
        knowledge.base.source_count(),
        start.elapsed().as_millis()
    );
    let setup = Setup { app: App::new(knowledge), token, api, settings: config.discord };
    let runtime = runtime()?;
    let ended = runtime.block_on(async {
        let stop = told_to_stop().map_err(|error| StartError::Setting(format!("cannot listen for SIGTERM and SIGINT: {error}")))?;
        serve(setup, stop).await
    });
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
    found.push(match settings.open() {
        Ok(knowledge) => Finding::good("facts", format!("{} from {} sources", knowledge.base.fact_count(), knowledge.base.source_count())),
        Err(error) => Finding::bad("facts", format!("{error:#}; `sanad check` says more")),
    });
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
