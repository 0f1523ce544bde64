//! The bot while things go wrong around it: the binary in processes of its own, against a stand-in for Discord, over PostgreSQL.
//!
//! First the database is gone for minutes, in each of three ways, while people ask and a moderator goes on trying. Then two processes share
//! one database and one after the other is killed, while people ask and moderators correct facts in the servers of both. What must be so is
//! printed with how often it was not.
//!
//! ```text
//! .ci/postgres cargo bench --bench chaos -- [--minutes 5] [--rounds 10] [--rate 20]
//! ```

#![allow(clippy::expect_used, reason = "a measurement that cannot go on ends")]

#[path = "chaos/asking.rs"]
mod asking;
#[path = "chaos/kills.rs"]
mod kills;
#[path = "chaos/outages.rs"]
mod outages;
#[path = "../tests/relay/mod.rs"]
mod relay;
#[path = "../tests/stand_in/mod.rs"]
mod stand_in;

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sanad::store::{Location, Store};
use sqlx::{Connection as _, Executor as _, PgConnection};
use stand_in::{Discord, User, permission};

/// What is to be done.
struct Plan {
    minutes: f64,
    rounds: u32,
    rate: u32,
}

impl Plan {
    fn of_arguments() -> Self {
        let arguments: Vec<String> = std::env::args().collect();
        let after = |name: &str| arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1));
        Self {
            minutes: after("--minutes").and_then(|number| number.parse().ok()).unwrap_or(5.0),
            rounds: after("--rounds").and_then(|number| number.parse().ok()).unwrap_or(10),
            rate: after("--rate").and_then(|number| number.parse().ok()).unwrap_or(20).max(1),
        }
    }
}

fn main() {
    let plan = Plan::of_arguments();
    let Ok(server) = std::env::var("SANAD_TEST_POSTGRES") else {
        println!("nothing was tried: set SANAD_TEST_POSTGRES to the URL of a server where databases may be made (.ci/postgres)");
        return;
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        outages::run(&server, Duration::from_secs_f64(plan.minutes * 60.0), plan.rate).await;
        kills::run(&server, plan.rounds, plan.rate).await;
    });
}

/// A database of its own on the server.
struct Database {
    url: url::Url,
}

impl Database {
    async fn new(server: &str, name: &str) -> Self {
        let name = format!("chaos_{name}_{}", std::process::id());
        let mut connection = PgConnection::connect(server).await.expect("the server answers");
        connection.execute(format!("CREATE DATABASE {name}").as_str()).await.expect("a database");
        let mut url = url::Url::parse(server).expect("an address");
        url.set_path(&name);
        Self { url }
    }

    fn socket(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.url.port().unwrap_or(5432)))
    }

    /// Its address over a wire.
    fn through(&self, port: u16) -> String {
        let mut url = self.url.clone();
        url.set_port(Some(port)).expect("an address with a port");
        url.set_query(Some("sslmode=disable"));
        url.to_string()
    }

    /// The store as another process has it.
    async fn store(&self) -> Store {
        Store::open(&Location::parse(self.url.as_str()).expect("an address")).await.expect("the store opens").store
    }
}

/// A process in a folder of its own.
struct Bot {
    folder: PathBuf,
    database: String,
    shards: String,
    /// Where it says how it stands.
    port: u16,
    process: Child,
}

impl Bot {
    fn start(discord: &Discord, name: &str, database: String, shards: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("chaos-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let port = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a port").port();
        let limit = "{ burst = 1000000, per_minute = 1000000 }";
        let limits = format!("[limits]\nperson = {limit}\nchannel = {limit}\nserver = {limit}\n");
        fs::write(folder.join("config.toml"), format!("{limits}[http]\nlisten = \"127.0.0.1:{port}\"\n")).expect("settings");
        let process = spawn(discord, &folder, &database, shards);
        Self { folder, database, shards: shards.to_owned(), port, process }
    }

    fn kill(&mut self) {
        self.process.kill().expect("it is killed");
        self.process.wait().expect("it has ended");
    }

    fn start_again(&mut self, discord: &Discord) {
        self.process = spawn(discord, &self.folder, &self.database, &self.shards);
    }

    fn lives(&mut self) -> bool {
        self.process.try_wait().is_ok_and(|ended| ended.is_none())
    }

    /// A number that it counts.
    async fn counted(&self, name: &str) -> Option<u64> {
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().ok()?;
        let text = client.get(format!("http://127.0.0.1:{}/metrics", self.port)).send().await.ok()?.text().await.ok()?;
        text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn spawn(discord: &Discord, folder: &PathBuf, database: &str, shards: &str) -> Child {
    let log = fs::OpenOptions::new().create(true).append(true).open(folder.join("log")).expect("a log");
    Command::new(env!("CARGO_BIN_EXE_sanad"))
        .arg("run")
        .current_dir(folder)
        .env("DISCORD_TOKEN", discord.token())
        .env("DISCORD_API_URL", discord.url())
        .env("SANAD_CONFIG", folder.join("config.toml"))
        .env("SANAD_SHARDS", shards)
        .env("DATABASE_URL", database)
        .env("RUST_LOG", "warn,sanad=info")
        .stdin(Stdio::null())
        .stderr(Stdio::from(log))
        .spawn()
        .expect("the bot starts")
}

fn moderator(discord: &Discord, name: &str) -> User {
    discord.user(name).with_permissions(permission::EVERYBODY | permission::MANAGE_MESSAGES)
}
