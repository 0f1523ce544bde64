//! `sanad run`: from the environment to the bot, with what looks after it.

use std::env;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::runtime::Runtime;
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::edited::brought;
use super::machine;
use super::open::Settings;
use super::reload::{Reloader, Told, say_drifted};
use crate::app::App;
use crate::desk::Desk;
use crate::discord::rest::{Api, without_password};
use crate::discord::secret::Token;
use crate::discord::{Setup, StartError, serve};
use crate::operations::{Fault, Health, StoreProbe, Vitals, listen};
use crate::store::{Location, Opened, Store, StoreError};
use crate::telemetry;

/// The exit code of an end that starting again can mend (`EX_TEMPFAIL` of sysexits.h); all other errors end with 2.
const TRY_AGAIN: u8 = 75;
/// How often is looked whether the process hangs.
const LOOKED_AFTER_EVERY: Duration = Duration::from_secs(1);
/// How much longer than the gateway the threads that watch over it may be silent, the time to end in good order included.
const HUNG_AFTER: Duration = Duration::from_secs(60);
/// How long the store may take to close.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);

/// The token, if the environment holds one.
pub(super) fn token() -> Option<Token> {
    env::var("DISCORD_TOKEN").ok().and_then(|token| Token::new(&token))
}

pub(super) fn api() -> anyhow::Result<Api> {
    if let Some(url) = env::var("DISCORD_API_URL").ok().filter(|url| !url.trim().is_empty()) {
        let url = url.trim().trim_end_matches('/').to_owned();
        if !url.starts_with("http://") && !url.starts_with("https://") {
            bail!("DISCORD_API_URL is \"{}\"; write http://host:port or https://host:port", without_password(&url));
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

pub(super) fn runtime() -> anyhow::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the threads that the bot runs on")
}

/// Runs the bot until it is told to stop.
pub(super) fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    let Some(token) = token() else {
        bail!(
            "DISCORD_TOKEN is not set, or holds no token; set it to the bot's token (developer portal, your application, Bot), or use `sanad chat` to ask here"
        );
    };
    if let Some(lacking) = machine::lacks() {
        bail!("{lacking}");
    }
    let shelf = settings.shelf()?;
    telemetry::start(&token, shelf.config.log);
    let api = api()?;
    let start = Instant::now();
    let location = settings.location()?;
    let runtime = runtime()?;
    let vitals = Arc::new(Vitals::default());
    // Before the facts, for a large collection takes minutes to be read, and whoever looks after the process asks meanwhile.
    let port = shelf.config.http.map(|address| Port::open(&runtime, address, &vitals)).transpose()?;
    // Before the facts too: whoever stops it meanwhile must not wait, nor be told that it failed.
    let (stop, told) = {
        let _inside = runtime.enter();
        let deaf = "cannot listen for SIGTERM, SIGINT and SIGHUP";
        (told_to_stop().context(deaf)?, Told::listen().context(deaf)?)
    };
    let mut stop = Box::pin(stop);
    // What changes while the facts are read is seen afterwards.
    let reloader = Reloader::new(shelf.clone());
    info!("facts: reading {}", shelf.origin);
    let reading = shelf.clone();
    let read = runtime.block_on(async {
        tokio::select! {
            read = spawn_blocking(move || reading.open()) => Some(read),
            () = &mut stop => None,
        }
    });
    let Some(read) = read else {
        // The thread that reads ends with the process.
        runtime.shutdown_background();
        return Ok(ExitCode::SUCCESS);
    };
    let knowledge = read.context("reading the facts broke off")??;
    info!(
        "facts: {} from {} sources, ready in {} ms",
        knowledge.base.fact_count(),
        knowledge.base.source_count(),
        start.elapsed().as_millis()
    );
    vitals.pulse.set_facts(knowledge.base.fact_count() as u64);
    let bot = async {
        let app = Arc::new(App::keeping(knowledge, shelf.config.warm_servers));
        let desk = tokio::select! {
            desk = open_desk(&app, &location) => desk?,
            () = &mut stop => return Ok(()),
        };
        if let Some(port) = &port {
            // The port is told of one store only, this one.
            let _ = port.store.set(desk.store.clone());
        }
        let mut beside = JoinSet::new();
        beside.spawn(follow(desk.clone(), Arc::clone(&vitals)));
        beside.spawn(reloader.run(Arc::clone(&app), told));
        beside.spawn_blocking(move || app.prepare());
        let store = desk.store.clone();
        end_if_hung(Arc::clone(&vitals), shelf.config.discord.silence);
        let ended = serve(Setup { desk, token, api, settings: shelf.config.discord, vitals }, stop).await;
        drop(beside);
        if let Some(port) = port {
            port.close().await;
        }
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

/// The port where health and metrics are asked for.
struct Port {
    /// The store, once it is open.
    store: Arc<OnceLock<Store>>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Port {
    fn open(runtime: &Runtime, address: SocketAddr, vitals: &Arc<Vitals>) -> anyhow::Result<Self> {
        let listener = runtime.block_on(listen(address))?;
        info!("health and metrics: http://{address}/healthz, /readyz, /metrics");
        if !address.ip().is_loopback() {
            warn!(
                "[http] listen = \"{address}\" is no loopback address: whoever reaches it reads how the bot stands and how much is asked"
            );
        }
        let store = Arc::<OnceLock<Store>>::default();
        let opened = Arc::clone(&store);
        let probe: StoreProbe = Arc::new(move || {
            let store = opened.get().cloned();
            Box::pin(async move {
                match store {
                    Some(store) => store.health().await.map_err(|error| error.to_string()),
                    None => Err("not open yet".to_owned()),
                }
            })
        });
        let stop = CancellationToken::new();
        let task = runtime.spawn(Health::new(Arc::clone(vitals), probe).serve(listener, stop.clone()));
        Ok(Self { store, stop, task })
    }

    async fn close(self) {
        self.stop.cancel();
        // It ends within two seconds of its own.
        let _ = self.task.await;
    }
}

/// Ends the process where its threads hang: then nobody is left to notice that the gateway is silent.
fn end_if_hung(vitals: Arc<Vitals>, silence: Duration) {
    let at_most = silence + HUNG_AFTER;
    vitals.pulse.beat();
    thread::spawn(move || {
        loop {
            thread::sleep(LOOKED_AFTER_EVERY);
            if vitals.pulse.silent(at_most).is_some() {
                error!("the process hangs: no sign of life for {} s; it is ended, to be started again", at_most.as_secs());
                std::process::exit(i32::from(TRY_AGAIN));
            }
        }
    });
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
async fn follow(desk: Desk, vitals: Arc<Vitals>) {
    let mut failed = false;
    let mut watch = desk.store.watch();
    loop {
        watch.changed().await;
        let facts = desk.app.shipped().base.fact_count() as u64;
        vitals.pulse.set_facts(facts);
        vitals.metrics.serves(facts, desk.app.edited_servers());
        match desk.follow().await {
            Ok(changed) => {
                if failed {
                    info!("store: it can be read again");
                }
                failed = false;
                if changed > 0 {
                    vitals.metrics.followed(changed);
                    info!("store: another process changed facts: {changed}");
                }
            }
            Err(error) => {
                vitals.metrics.store_failed(Fault::of(&error));
                // Said once: the same every second would hide all else.
                if !std::mem::replace(&mut failed, true) {
                    error!("store: what other processes change is not seen: {error}");
                }
            }
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
