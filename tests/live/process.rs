//! The program itself, as an operator starts it.

use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::Duration;

use sanad::discord::doctor::{Health, examine};
use sanad::discord::rest::Api;
use sanad::discord::secret::Token;
use serde_json::json;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::bot::{ANSWERED, Running, settings};
use crate::stand_in::{Discord, Fault, Options};

/// An empty folder to start in.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("process-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn sanad(discord: &Discord, token: &str, command: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_sanad"))
        .arg(command)
        .current_dir(folder(command))
        .env("DISCORD_TOKEN", token)
        .env("DISCORD_API_URL", discord.url())
        .env_remove("SANAD_CONFIG")
        .env_remove("DATABASE_URL")
        .env("RUST_LOG", "trace")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

async fn ended(child: Child) -> Output {
    timeout(Duration::from_secs(40), child.wait_with_output()).await.expect("it ends in time").unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_says_each_step_ends_with_0_and_never_shows_its_token() {
    let discord = Discord::start(Options::default()).await;
    let bot = sanad(&discord, &discord.token(), "run");
    let anna = discord.user("anna");
    discord.reply_to(&discord.mention(&anna, &discord.guild().general(), ANSWERED).await).await;
    let ended_by = bot.id().unwrap();
    std::process::Command::new("kill").args(["-TERM", &ended_by.to_string()]).status().unwrap();
    let output = ended(bot).await;
    let said = said(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    for step in [
        "facts: 392 from",
        "signed in as Sanad",
        "commands: 0 unchanged, 14 created",
        "gateway: ws://",
        "shard 0 of 1 is ready",
        "SIGTERM",
        "stopped",
    ] {
        assert!(said.contains(step), "{step}");
    }
    assert!(!said.contains(&discord.token()), "the token is shown");
    assert_eq!(discord.close_codes(), [1000]);
    discord.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_exit_code_says_whether_starting_again_can_help() {
    let discord = Discord::start(Options::default()).await;
    let wrong = ended(sanad(&discord, "not-the-token", "run")).await;
    assert_eq!(wrong.status.code(), Some(2));
    assert!(said(&wrong).contains("Discord refuses the token") && !said(&wrong).contains("not-the-token"), "{}", said(&wrong));
    discord.fail("GET /gateway/bot", usize::MAX, Fault::Status(500));
    let away = ended(sanad(&discord, &discord.token(), "run")).await;
    assert_eq!(away.status.code(), Some(75));
    assert!(said(&away).contains("cannot reach Discord at http://127.0.0.1:"), "{}", said(&away));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_finds_what_is_wrong() {
    let discord = Discord::start(Options::default()).await;
    let api = Api::At(discord.url());
    let token = Token::new(&discord.token()).unwrap();
    let lines = async |token: &Token, settings: &sanad::config::Discord| -> Vec<(String, Health)> {
        examine(token, &api, settings).await.into_iter().map(|finding| (finding.about.to_owned(), finding.health)).collect()
    };
    let health = |lines: &[(String, Health)], about: &str| lines.iter().find(|(its, _)| its == about).map(|(_, health)| *health);

    let before = lines(&token, &settings()).await;
    assert_eq!(health(&before, "commands"), Some(Health::Doubtful), "not registered yet");
    let bot = Running::start(&discord, settings());
    discord.connected(0).await;
    bot.stop().await.unwrap();
    let after = lines(&token, &settings()).await;
    assert!(after.iter().all(|(_, health)| *health == Health::Good), "{after:?}");

    let mut content = settings();
    content.message_content = true;
    assert_eq!(health(&lines(&token, &content).await, "intents"), Some(Health::Bad));
    let wrong = lines(&Token::new("wrong").unwrap(), &settings()).await;
    assert_eq!(health(&wrong, "token"), Some(Health::Bad));
    assert_eq!(health(&wrong, "commands"), None, "what cannot be asked is not guessed at");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_late_is_announced_first() {
    let discord = Discord::start(Options::default()).await;
    let bot = Running::start(&discord, settings());
    let (anna, ben, channel) = (discord.user("anna"), discord.user("ben"), discord.guild().general());
    discord.connected(0).await;
    // The same is on its way to the channel, slowly: the command waits to see where it will stand.
    discord.fail("POST /channels/*/messages", 1, Fault::Slow(Duration::from_secs(4)));
    discord.mention(&anna, &channel, ANSWERED).await;
    discord.next_typing(&channel).await;
    let asked = discord.slash(&ben, &channel, "ask", json!({"question": ANSWERED})).await;
    let first = discord.first_response(&asked).await;
    assert_eq!((first.kind, first.waiting), (5, true), "deferred");
    assert!(discord.response(&asked).await.message().description().contains("**Sources**"));
    bot.stop().await.unwrap();
    discord.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_shared_while_the_same_is_on_its_way_is_told_to_all_at_once() {
    let discord = Discord::start(Options::default()).await;
    let bot = Running::start(&discord, settings());
    let (anna, ben, channel) = (discord.user("anna"), discord.user("ben"), discord.guild().general());
    let asked = discord.slash(&ben, &channel, "ask", json!({"question": ANSWERED, "private": true})).await;
    let private = discord.response(&asked).await.message().clone();
    discord.fail("POST /channels/*/messages", 1, Fault::Slow(Duration::from_secs(4)));
    discord.mention(&anna, &channel, ANSWERED).await;
    discord.next_typing(&channel).await;
    let shared = discord.click(&ben, &private, &private.button("Share")).await;
    let first = discord.first_response(&shared).await;
    assert_eq!((first.kind, first.waiting), (4, false), "who sees it is known before it is due");
    assert!(discord.response(&shared).await.message().description().contains("**Sources**"));
    bot.stop().await.unwrap();
    discord.assert_clean();
}
