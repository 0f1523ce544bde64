//! Facts that change under a running bot, and what an operator does beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::stand_in::{Channel, Discord, Options, User};

/// How long the bot may take to see a change; it looks every two seconds.
const SEEN_WITHIN: Duration = Duration::from_secs(40);

const SOURCES: &str = "[[source]]\nid = \"gazette\"\ntitle = \"Bridge opened\"\n";
const ASKED: &str = "Who opened the bridge of Tarn?";
const MILL: &str = r#"{"id": "mill", "text": "Bo Carver repaired the windmill of Skerry in 1903.", "questions": ["Who repaired the windmill of Skerry?", "Which person mended the Skerry windmill?", "windmill of skerry repaired by whom"], "source": {"title": "Mills"}}"#;
const ASKED_OF_MILL: &str = "Who repaired the windmill of Skerry?";

fn bridge(who: &str) -> String {
    format!(
        "[[fact]]\nid = \"bridge\"\nclaim = \"{who} opened the bridge of Tarn in May 1902.\"\nsources = [\"gazette\"]\nstanding = \"single source\"\nquestions = [\"Who opened the bridge of Tarn?\", \"By whom was the Tarn bridge opened?\", \"bridge of tarn opened by whom\"]\n"
    )
}

/// The bot as a process of its own, over facts in a folder of its own.
struct Bot {
    folder: PathBuf,
    process: Child,
}

impl Bot {
    fn start(discord: &Discord, name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("keeping-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("data/facts")).unwrap();
        fs::create_dir_all(folder.join("data/sources")).unwrap();
        fs::write(folder.join("data/sources/all.toml"), SOURCES).unwrap();
        fs::write(folder.join("data/facts/bridges.toml"), bridge("Ada Fenwick")).unwrap();
        let log = fs::File::create(folder.join("log")).unwrap();
        let process = sanad(&folder, &["run"])
            .env("DISCORD_TOKEN", discord.token())
            .env("DISCORD_API_URL", discord.url())
            .stderr(Stdio::from(log))
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        Self { folder, process }
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).unwrap();
    }

    /// Runs another process beside it.
    async fn beside(&self, args: &[&str]) -> String {
        let Output { status, stdout, stderr } = sanad(&self.folder, args).output().await.unwrap();
        assert!(status.success(), "{args:?}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap()
    }

    #[cfg(unix)]
    fn signal(&self, name: &str) {
        let id = self.process.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// What it has logged, once it has logged this.
    async fn says(&self, what: &str) -> String {
        let log = || fs::read_to_string(self.folder.join("log")).unwrap();
        let said = async {
            while !log().contains(what) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        assert!(timeout(SEEN_WITHIN, said).await.is_ok(), "it never said {what:?}:\n{}", log());
        log()
    }
}

fn sanad(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sanad"));
    command.args(args).current_dir(folder).stdin(Stdio::null());
    for name in ["DISCORD_TOKEN", "DISCORD_API_URL", "SANAD_CONFIG", "DATABASE_URL", "RUST_LOG"] {
        command.env_remove(name);
    }
    command
}

/// What the bot answers to a mention.
async fn answer(discord: &Discord, who: &User, channel: &Channel, question: &str) -> String {
    discord.reply_to(&discord.mention(who, channel, question).await).await.description().to_owned()
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn facts_that_are_mended_are_read_anew_and_broken_ones_are_not_taken() {
    let discord = Discord::start(Options::default()).await;
    let mut bot = Bot::start(&discord, "reload");
    let (anna, channel) = (discord.user("anna"), discord.guild().general());
    assert!(answer(&discord, &anna, &channel, ASKED).await.contains("Ada Fenwick opened"));

    bot.write("data/facts/bridges.toml", &bridge("Bo Carver"));
    bot.signal("-HUP");
    bot.says("1 from 1 sources, read anew").await;
    assert!(answer(&discord, &anna, &discord.guild().text_channel(), ASKED).await.contains("Bo Carver opened"));

    bot.write("data/facts/bridges.toml", "[[fact]]\nid = \"bridge\"\ncolour = \"red\"\n");
    bot.signal("-HUP");
    let log = bot.says("the facts stay as they were, until the files are mended").await;
    assert!(log.contains("bridges.toml:3: error: colour: unknown field"), "{log}");
    assert!(log.contains("bridges.toml:1: error: claim: the field `claim` is missing"), "{log}");
    assert!(answer(&discord, &anna, &discord.guild().text_channel(), ASKED).await.contains("Bo Carver opened"));

    // Nobody needs to tell it.
    bot.write("data/facts/bridges.toml", &format!("{}\n{}", bridge("Cy Dunn"), bridge("Cy Dunn").replace("bridge", "pier")));
    bot.says("2 from 1 sources, read anew").await;
    assert!(answer(&discord, &anna, &discord.guild().text_channel(), ASKED).await.contains("Cy Dunn opened"));

    bot.signal("-TERM");
    assert_eq!(timeout(SEEN_WITHIN, bot.process.wait()).await.unwrap().unwrap().code(), Some(0));
    discord.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_command_line_changes_is_seen_by_the_running_bot() {
    let discord = Discord::start(Options { guilds: 2, ..Options::default() }).await;
    let bot = Bot::start(&discord, "import");
    let (anna, guild) = (discord.user("anna"), discord.guild());
    assert!(answer(&discord, &anna, &guild.general(), ASKED).await.contains("Ada Fenwick opened"));
    bot.beside(&["backup", "empty.db"]).await;

    bot.write("mill.jsonl", MILL);
    let here = guild.id.to_string();
    assert_eq!(bot.beside(&["facts", "import", "mill.jsonl", "--guild", &here]).await, "1 added, 0 changed, 0 unchanged, 0 bad\n");
    bot.says("another process changed facts: 1").await;
    assert!(answer(&discord, &anna, &guild.text_channel(), ASKED_OF_MILL).await.contains("Bo Carver repaired"));
    let elsewhere = discord.guild_at(1);
    assert!(!answer(&discord, &anna, &elsewhere.general(), ASKED_OF_MILL).await.contains("Bo Carver repaired"));

    bot.beside(&["restore", "empty.db"]).await;
    let gone = async {
        while answer(&discord, &anna, &guild.text_channel(), ASKED_OF_MILL).await.contains("Bo Carver repaired") {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    timeout(SEEN_WITHIN, gone).await.expect("a backup without the fact is restored");
    discord.assert_clean();
}
