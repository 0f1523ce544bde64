//! The bot as a process, and what it takes of the machine.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::stand_in::Discord;

/// A process of the bot; it ends with the value.
pub(crate) struct Bot(Child);

/// What a process has of the memory, in megabytes.
#[derive(Clone, Copy)]
pub(crate) struct Memory {
    /// All that is resident.
    pub(crate) resident: u64,
    /// What of it no other process has: what a process more costs.
    pub(crate) alone: u64,
}

impl Bot {
    /// Starts one. `shards` says which it runs, `store` where the store is, where they are not the default.
    pub(crate) fn start(program: &Path, discord: &Discord, folder: &Path, shards: Option<&str>, store: Option<&str>) -> Self {
        fs::create_dir_all(folder).expect("a folder for the process");
        let limit = "{ burst = 1000000, per_minute = 1000000 }";
        let settings = format!("[limits]\nperson = {limit}\nchannel = {limit}\nserver = {limit}\n");
        let config = folder.join("config.toml");
        fs::write(&config, settings).expect("settings");
        let mut command = Command::new(program);
        command.arg("run").current_dir(folder).env("DISCORD_TOKEN", discord.token()).env("DISCORD_API_URL", discord.url());
        command.env("SANAD_CONFIG", &config).env("RUST_LOG", "warn").env_remove("SANAD_SHARDS").env_remove("DATABASE_URL");
        command.envs(shards.map(|shards| ("SANAD_SHARDS", shards))).envs(store.map(|store| ("DATABASE_URL", store)));
        Self(command.stdin(Stdio::null()).spawn().expect("the bot starts"))
    }

    /// Its memory.
    pub(crate) fn memory(&self) -> Memory {
        let status = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.0.id())).unwrap_or_default();
        let kilobytes = |name: &str| -> u64 {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
            line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or(0)
        };
        let alone = kilobytes("Private_Clean:") + kilobytes("Private_Dirty:");
        Memory { resident: kilobytes("Rss:") / 1024, alone: alone / 1024 }
    }

    /// The processor time that it took so far.
    pub(crate) fn worked(&self) -> Duration {
        worked(&self.0.id().to_string())
    }

    /// Ends it, with how it ended where it had done so by itself.
    pub(crate) fn end(mut self) -> Option<std::process::ExitStatus> {
        let by_itself = self.0.try_wait().expect("a process that can be waited for");
        self.0.kill().expect("the bot ends");
        self.0.wait().expect("the bot ended");
        by_itself
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The processor time that a process took so far: `self`, or its number.
pub(crate) fn worked(process: &str) -> Duration {
    let said = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name, in brackets, may have spaces in it. Linux counts hundredths of a second there.
    let fields: Vec<&str> = said.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let hundredths = |at: usize| fields.get(at).and_then(|number| number.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis((hundredths(11) + hundredths(12)) * 10)
}
