//! The program as an operator runs it: a process in a folder of its own, with settings of its own, whose log can be read.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::stand_in::Discord;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(40);

/// A folder to run in.
pub(crate) struct Operator {
    pub(crate) folder: PathBuf,
}

impl Operator {
    /// In a folder of that name, with these settings.
    pub(crate) fn new(name: &str, settings: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("operator-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("config.toml"), settings).unwrap();
        Self { folder }
    }

    /// The store's file.
    pub(crate) fn store(&self) -> PathBuf {
        self.folder.join("sanad.db")
    }

    fn command(&self, discord: &Discord, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).env("DISCORD_TOKEN", discord.token()).env("DISCORD_API_URL", discord.url());
        for name in ["SANAD_CONFIG", "DATABASE_URL", "RUST_LOG"] {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Starts the bot; `RUST_LOG` as given.
    pub(crate) fn run(&self, discord: &Discord, rust_log: &str) -> Bot {
        self.run_with(discord, |command| {
            command.env("RUST_LOG", rust_log);
        })
    }

    /// Starts the bot with something changed.
    pub(crate) fn run_with(&self, discord: &Discord, change: impl FnOnce(&mut Command)) -> Bot {
        let mut command = self.command(discord, env!("CARGO_BIN_EXE_sanad"));
        command.arg("run");
        change(&mut command);
        self.started(command)
    }

    /// Starts the bot over a database.
    pub(crate) fn run_over(&self, discord: &Discord, rust_log: &str, database: &str) -> Bot {
        let mut command = self.command(discord, env!("CARGO_BIN_EXE_sanad"));
        command.arg("run").env("RUST_LOG", rust_log).env("DATABASE_URL", database);
        self.started(command)
    }

    /// Imports rows into a database, beside whatever runs.
    pub(crate) async fn import(&self, discord: &Discord, rows: &str, database: &str) {
        fs::write(self.folder.join("rows.jsonl"), format!("{rows}\n")).unwrap();
        let mut command = self.command(discord, env!("CARGO_BIN_EXE_sanad"));
        command.args(["facts", "import", "rows.jsonl"]).env("DATABASE_URL", database);
        let (said, code) = finished(command).await;
        assert_eq!(code, 0, "{said}");
    }

    /// Starts the bot from a shell, after a command that limits it.
    #[cfg(unix)]
    pub(crate) fn run_after(&self, discord: &Discord, first: &str) -> Bot {
        let mut command = self.command(discord, "sh");
        command.args(["-c", &format!("{first}; exec \"$0\" run"), env!("CARGO_BIN_EXE_sanad")]);
        self.started(command)
    }

    fn started(&self, mut command: Command) -> Bot {
        let log = self.folder.join("log");
        let process = command.stderr(Stdio::from(fs::File::create(&log).unwrap())).spawn().unwrap();
        Bot { log, process }
    }

    /// What the doctor says, a line for each thing, and its exit code.
    pub(crate) async fn doctor(&self, discord: &Discord, change: impl FnOnce(&mut Command)) -> (String, i32) {
        let mut command = self.command(discord, env!("CARGO_BIN_EXE_sanad"));
        command.arg("doctor");
        change(&mut command);
        finished(command).await
    }

    /// The same from a shell, after a command that limits it.
    #[cfg(unix)]
    pub(crate) async fn doctor_after(&self, discord: &Discord, first: &str) -> (String, i32) {
        let mut command = self.command(discord, "sh");
        command.args(["-c", &format!("{first}; exec \"$0\" doctor"), env!("CARGO_BIN_EXE_sanad")]);
        finished(command).await
    }
}

async fn finished(mut command: Command) -> (String, i32) {
    let Output { status, stdout, .. } = timeout(PATIENCE, command.output()).await.expect("it ends in time").unwrap();
    (String::from_utf8(stdout).unwrap(), status.code().unwrap())
}

/// A bot that runs as a process of its own.
pub(crate) struct Bot {
    log: PathBuf,
    pub(crate) process: Child,
}

impl Bot {
    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// What it has logged, once it has logged this.
    pub(crate) async fn says(&self, what: &str) -> String {
        let said = async {
            while !self.log().contains(what) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        assert!(timeout(PATIENCE, said).await.is_ok(), "it never said {what:?}:\n{}", self.log());
        self.log()
    }

    /// Its exit code, once it has ended by itself.
    pub(crate) async fn ends(mut self) -> (String, i32) {
        let status = timeout(PATIENCE, self.process.wait()).await.expect("it ends in time").unwrap();
        (self.log(), status.code().unwrap())
    }

    /// Tells it to stop; its log and its exit code.
    #[cfg(unix)]
    pub(crate) async fn stop(self) -> (String, i32) {
        self.stop_by("-TERM").await
    }

    /// The same by a signal of choice, as `kill` takes it.
    #[cfg(unix)]
    pub(crate) async fn stop_by(self, signal: &str) -> (String, i32) {
        let id = self.process.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([signal, &id]).status().unwrap().success());
        self.ends().await
    }
}

/// A port that nobody uses just now.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Keeps a store from being written until the connection ends.
pub(crate) async fn lock(file: &Path) -> sqlx::SqliteConnection {
    use sqlx::Connection as _;
    let mut locking = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut locking).await.unwrap();
    locking
}
