//! Several processes that share one store and split the shards: the program itself, as an operator starts it. Over a database where one is
//! there to be used (`SANAD_TEST_POSTGRES`), else over one file.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sanad::store::{Location, Store};
use serde_json::json;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::bot::{ANSWERED, ITS_ANSWER};
use crate::moderation::{ASKS_FOR_IT, FORM, add, ask, moderator, press, said};
use crate::stand_in::{Channel, Discord, Fault, Options};

/// How long a process may take to be there and to see what another did, many others running beside it.
const PATIENCE: Duration = Duration::from_secs(40);

/// A folder, and a store that is empty.
struct Place {
    folder: PathBuf,
    store: String,
}

impl Place {
    async fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("sharing_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(&name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let store = match std::env::var("SANAD_TEST_POSTGRES") {
            Err(_) => format!("sqlite:{}", folder.join("sanad.db").display()),
            Ok(server) => {
                let mut connection = PgConnection::connect(&server).await.unwrap();
                connection.execute(format!("CREATE DATABASE {name}").as_str()).await.unwrap();
                let mut address = url::Url::parse(&server).unwrap();
                address.set_path(&name);
                address.to_string()
            }
        };
        Self { folder, store }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sanad"));
        command.args(arguments).current_dir(&self.folder).env("DATABASE_URL", &self.store).env_remove("SANAD_CONFIG");
        command.env_remove("SANAD_SHARDS").env_remove("DISCORD_TOKEN").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        command
    }

    /// A process that runs these shards.
    fn run(&self, discord: &Discord, shards: &str) -> Child {
        let mut command = self.command(&["run"]);
        command.env("DISCORD_TOKEN", discord.token()).env("DISCORD_API_URL", discord.url()).env("SANAD_SHARDS", shards);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    }

    async fn says(&self, mut command: Command) -> (Option<i32>, String) {
        let output = timeout(PATIENCE, command.output()).await.expect("it ends in time").unwrap();
        (output.status.code(), format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
    }
}

/// Two guilds, each of a shard of its own; sign-ins that come too soon are held against the bot.
async fn discord() -> Discord {
    let options = Options { guilds: 2, shards: 2, identifies_spaced: true, patience: PATIENCE, ..Options::default() };
    Discord::start(options).await
}

fn posts_of_commands(discord: &Discord) -> usize {
    discord.requests().iter().filter(|request| request.method == "POST" && request.path.contains("/commands")).count()
}

async fn answers_with(discord: &Discord, channel: &Channel, question: &str, text: &str) -> bool {
    ask(discord, channel, question).await.text().contains(text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_answer_each_in_its_servers_and_see_what_changes() {
    let (discord, place) = (discord().await, Place::new().await);
    let _both = [place.run(&discord, "0/2"), place.run(&discord, "1/2")];
    discord.connected(0).await;
    discord.connected(1).await;
    let channels = [discord.guild_at(0).general(), discord.guild_at(1).general()];
    for channel in &channels {
        assert!(answers_with(&discord, channel, ANSWERED, ITS_ANSWER).await);
    }
    assert_eq!(posts_of_commands(&discord), 14, "each command is created once, by one of them");
    // What one server's moderators add is that server's.
    let mo = moderator(&discord, "mo");
    let said = add(&discord, &mo, &channels[1]).await;
    assert!(said.contains("Saved."), "{said}");
    assert!(answers_with(&discord, &channels[1], ASKS_FOR_IT, "3 March 2022").await);
    assert!(!answers_with(&discord, &channels[0], ASKS_FOR_IT, "3 March 2022").await);
    // What a third process changes everywhere, both see.
    let row = json!({"id": "ferry", "text": FORM[0].1.replace("lighthouse", "ferry"), "questions": ["When was the Zarbakht ferry closed?"],
        "source": {"title": "Notice", "publisher": "Port authority", "url": "https://www.port.example/ferry"}});
    std::fs::write(place.folder.join("rows.jsonl"), format!("{row}\n")).unwrap();
    let (code, said) = place.says(place.command(&["facts", "import", "rows.jsonl"])).await;
    assert_eq!(code, Some(0), "{said}");
    for channel in &channels {
        let by = Instant::now() + PATIENCE;
        while !answers_with(&discord, channel, "when was the zarbakht ferry closed", "3 March 2022").await {
            assert!(Instant::now() < by, "the other process does not see it");
            sleep(Duration::from_millis(200)).await;
        }
    }
    discord.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shard_that_another_process_runs_is_refused_until_that_one_is_gone() {
    let (discord, place) = (discord().await, Place::new().await);
    let mut first = place.run(&discord, "0-1/2");
    discord.connected(0).await;
    discord.connected(1).await;
    let signed_in = discord.identifies().len();
    let mut second = place.command(&["run"]);
    second.env("DISCORD_TOKEN", discord.token()).env("DISCORD_API_URL", discord.url()).env("SANAD_SHARDS", "1/2");
    let (code, said) = place.says(second).await;
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("shard 1/2 is run by another process (") && said.contains("SANAD_SHARDS"), "{said}");
    assert_eq!(discord.identifies().len(), signed_in, "the second never signs in");
    // Killed, it gives nothing back; it is seen to be dead all the same.
    first.kill().await.unwrap();
    let channel = discord.guild_at(1).general();
    let _again = place.run(&discord, "0-1/2");
    discord.nth_request(0, |_| true).await;
    let by = Instant::now() + PATIENCE;
    while discord.identifies().len() < signed_in + 2 {
        assert!(Instant::now() < by, "its shards are not taken up again");
        sleep(Duration::from_millis(100)).await;
    }
    discord.connected(1).await;
    assert!(answers_with(&discord, &channel, ANSWERED, ITS_ANSWER).await);
    discord.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_made_a_suggestion_is_told_its_outcome_though_the_process_died_before_it_could() {
    let (discord, place) = (discord().await, Place::new().await);
    let mut first = place.run(&discord, "0-1/2");
    discord.connected(0).await;
    discord.connected(1).await;
    let (anna, mo, channel) = (discord.user("anna"), moderator(&discord, "mo"), discord.guild_at(1).general());
    let opened = discord.slash(&anna, &channel, "suggest", json!({})).await;
    let preview = discord.response(&discord.submit(&opened, &FORM).await).await;
    discord.response(&press(&discord, &anna, preview.message(), "Send").await).await;
    let shown = discord.response(&discord.slash(&mo, &channel, "review", json!({})).await).await;
    // Whatever the process tries to tell her now, it does not live to see it done.
    discord.fail("POST /users/@me/channels", 1, Fault::Slow(PATIENCE));
    let approved = discord.response(&press(&discord, &mo, shown.message(), "Approve").await).await;
    assert!(said(&approved).contains("Saved."), "{}", said(&approved));
    let store = Store::open(&Location::parse(&place.store).unwrap()).await.unwrap().store;
    let by = Instant::now() + PATIENCE;
    while store.leases("telling").await.unwrap().is_empty() {
        assert!(Instant::now() < by, "it does not begin to tell her");
        sleep(Duration::from_millis(10)).await;
    }
    first.kill().await.unwrap();
    // It may have died before it asked, and the fault is not for those after it.
    discord.mend();
    assert_eq!(store.untold().await.unwrap().len(), 1, "it is decided, and nobody was told");

    let _both = [place.run(&discord, "0/2"), place.run(&discord, "1/2")];
    let letters = discord.dm(&anna);
    let letter = discord.nth_post(&letters, 1).await;
    assert!(letter.description().contains("was taken"), "{}", letter.text());
    let by = Instant::now() + PATIENCE;
    while !store.untold().await.unwrap().is_empty() {
        assert!(Instant::now() < by, "that she was told is not kept");
        sleep(Duration::from_millis(100)).await;
    }
    discord.connected(1).await;
    assert_eq!(discord.posts_in(&letters).len(), 1, "she is told once");
    store.close().await;
    discord.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_total_of_shards_is_refused_until_nobody_counts_so() {
    let (discord, place) = (discord().await, Place::new().await);
    let mut first = place.run(&discord, "1/2");
    discord.connected(1).await;
    let mut second = place.command(&["run"]);
    second.env("DISCORD_TOKEN", discord.token()).env("DISCORD_API_URL", discord.url()).env("SANAD_SHARDS", "0-3/4");
    let (code, said) = place.says(second).await;
    assert_eq!(code, Some(2), "{said}");
    for part in ["is to run shards 0-3/4", "runs shard 1/2 over the same store", "the same total", "SANAD_SHARDS"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(discord.identifies().len(), 1, "the second never signs in");
    // What a dead process of this machine has, and what ends of one of another machine, stands in nobody's way.
    first.kill().await.unwrap();
    let store = Store::open(&Location::parse(&place.store).unwrap()).await.unwrap().store;
    store.lease("shard 0/8", "elsewhere, process 5 (away.mark.0)", Duration::from_secs(3)).await.unwrap();
    let _again = place.run(&discord, "0/4");
    let by = Instant::now() + PATIENCE;
    while discord.identifies().last().is_none_or(|last| last.shards != 4) {
        assert!(Instant::now() < by, "stale leases of other totals block it");
        sleep(Duration::from_millis(100)).await;
    }
    discord.connected(0).await;
    store.close().await;
    discord.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_range_that_names_no_shards_is_refused_with_the_form() {
    let place = Place::new().await;
    for command in ["run", "doctor"] {
        let mut command = place.command(&[command]);
        command.env("DISCORD_TOKEN", "a.b.c").env("SANAD_SHARDS", "4-3/8");
        let (code, said) = place.says(command).await;
        assert!(code.is_some_and(|code| code > 0), "{said}");
        assert!(said.contains("SANAD_SHARDS") && said.contains("\"4-3/8\" names no shards") && said.contains("0-3/16"), "{said}");
    }
}
