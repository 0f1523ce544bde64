//! The bot under test, in this process, over the shipped facts.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use sanad::answer::model::Model;
use sanad::app::App;
use sanad::base::{self, Origin};
use sanad::config::{self, Rate};
use sanad::desk::Desk;
use sanad::discord::rest::Api;
use sanad::discord::secret::Token;
use sanad::discord::{Setup, StartError, serve};
use sanad::knowledge::Knowledge;
use sanad::store::{Location, Store};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::stand_in::{Counts, Discord, Options};

/// A question that the shipped facts answer.
pub(crate) const ANSWERED: &str = "wen did ttp call off the cesefire??";
/// What its answer says.
pub(crate) const ITS_ANSWER: &str = "the TTP publicly ended the ceasefire agreed in June";
/// The fact that answers it, as buttons name it.
pub(crate) const ITS_FACT: &str = "nov28-end";
/// Another.
pub(crate) const ALSO_ANSWERED: &str = "who announced the june 2022 ceasefire for the ttp?";
/// One of which there are several near ones.
pub(crate) const OFFERED: &str = "how many prisoners were released";
/// One that has no answer.
pub(crate) const UNKNOWN: &str = "hello";

/// How long any test may take.
const PATIENCE: Duration = Duration::from_secs(60);

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| {
    let loaded = base::load(&Origin::Embedded, |_| ()).unwrap();
    let model = Model::read(&base::embedded_model(), &mut Vec::new()).unwrap();
    Knowledge::new(loaded.base, loaded.lexicon, base::embedded_vectors(), model)
});

/// Settings that no test runs into unless it means to.
pub(crate) fn settings() -> config::Discord {
    let plenty = Rate { burst: 1_000, per_minute: 1_000 };
    config::Discord { person: plenty, channel: plenty, server: plenty, ..config::Discord::default() }
}

/// A file for a store that no other test uses; empty.
pub(crate) fn new_store() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("store-{}-{number}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder.join("sanad.db")
}

/// The store of a file.
pub(crate) async fn store(file: &Path) -> Store {
    let at = Location::parse(&format!("sqlite:{}", file.display())).unwrap();
    Store::open(&at).await.unwrap().store
}

/// A bot that runs.
pub(crate) struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), StartError>>,
}

impl Running {
    /// Starts a bot at the stand-in.
    pub(crate) fn start(discord: &Discord, settings: config::Discord) -> Self {
        Self::start_with(discord, settings, &discord.token())
    }

    /// Starts a bot with a token of its own.
    pub(crate) fn start_with(discord: &Discord, settings: config::Discord, token: &str) -> Self {
        Self::start_over(discord, settings, token, &new_store())
    }

    /// Starts a bot over what an earlier one kept.
    pub(crate) fn start_on(discord: &Discord, settings: config::Discord, file: &Path) -> Self {
        Self::start_over(discord, settings, &discord.token(), file)
    }

    fn start_over(discord: &Discord, settings: config::Discord, token: &str, file: &Path) -> Self {
        let token = Token::new(token).unwrap();
        let api = Api::At(discord.url());
        let (stop, stopped) = oneshot::channel::<()>();
        let app = Arc::new(App::new(KNOWLEDGE.clone()));
        let opened = || Handle::current().block_on(async { Desk::open(app, store(file).await).await.unwrap() });
        let setup = Setup { desk: tokio::task::block_in_place(opened), token, api, settings, vitals: Arc::default() };
        let task = tokio::spawn(serve(setup, async move {
            let _ = stopped.await;
        }));
        Self { stop, task }
    }

    /// Tells it to stop, and waits until it has.
    pub(crate) async fn stop(self) -> Result<(), StartError> {
        let Self { stop, task } = self;
        let _ = stop.send(());
        ended(task).await
    }

    /// Waits until it ends by itself.
    pub(crate) async fn ends(self) -> Result<(), StartError> {
        let Self { stop, task } = self;
        let ended = ended(task).await;
        drop(stop);
        ended
    }
}

async fn ended(task: JoinHandle<Result<(), StartError>>) -> Result<(), StartError> {
    timeout(PATIENCE, task).await.expect("the bot ends in time").expect("the bot does not panic")
}

/// Waits until the numbers of what happened are so.
pub(crate) async fn counted(discord: &Discord, is_so: impl Fn(Counts) -> bool) {
    let counted = async {
        while !is_so(discord.counts()) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE / 2, counted).await.expect("what is waited for happens");
}

/// Waits until something is so.
pub(crate) async fn until(is_so: impl AsyncFn() -> bool) {
    until_within(PATIENCE / 2, is_so).await;
}

/// The same, for so long.
pub(crate) async fn until_within(patience: Duration, is_so: impl AsyncFn() -> bool) {
    let so = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(patience, so).await.expect("what is waited for happens");
}

/// Runs a test with a bot and a Discord of its own; the bot must stop cleanly, and no rule may have been broken.
pub(crate) async fn live(test: impl AsyncFnOnce(&Discord)) {
    live_with(Options::default(), settings(), test).await;
}

/// The same, with a store that the test can look into.
pub(crate) async fn live_on(options: Options, file: &Path, test: impl AsyncFnOnce(&Discord)) {
    let discord = Discord::start(options).await;
    let bot = Running::start_on(&discord, settings(), file);
    timeout(PATIENCE, test(&discord)).await.expect("the test ends in time");
    bot.stop().await.expect("the bot stops cleanly");
    discord.assert_clean();
}

/// The same, with a Discord and settings that differ.
pub(crate) async fn live_with(options: Options, settings: config::Discord, test: impl AsyncFnOnce(&Discord)) {
    let discord = Discord::start(options).await;
    let bot = Running::start(&discord, settings);
    timeout(PATIENCE, test(&discord)).await.expect("the test ends in time");
    bot.stop().await.expect("the bot stops cleanly");
    discord.assert_clean();
}
