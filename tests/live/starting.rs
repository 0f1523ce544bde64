//! What an operator reads where the start is broken off or does not succeed, and while it runs.

#![cfg(unix)]

use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use sanad::discord::StartError;
use serde_json::json;

use crate::bot::{ANSWERED, ITS_ANSWER, Running, live_with, settings};
use crate::operator::Operator;
use crate::stand_in::{Discord, Options, permission};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_while_it_reads_its_facts_it_ends_with_0() {
    let discord = Discord::start(Options::default()).await;
    let operator = Operator::new("stopped-early", "[facts]\npath = \"many.jsonl\"\n");
    let mut rows = String::new();
    for number in 0..300_000_u32 {
        let text = format!("Harbour {number} of the coast was dredged in its {}th year by crew {}.", number % 997, number % 7_919);
        writeln!(rows, r#"{{"id": "{number}", "text": "{text}", "source": {{"title": "Log {}"}}}}"#, number % 1_000).unwrap();
    }
    fs::write(operator.folder.join("many.jsonl"), rows).unwrap();
    let bot = operator.run(&discord, "info");
    bot.says("facts: reading many.jsonl").await;
    let (log, code) = bot.stop().await;
    assert_eq!(code, 0, "{log}");
    assert!(log.contains("SIGTERM") && !log.contains("facts: 300000 from"), "it was reading: {log}");
    assert!(discord.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_by_ctrl_c_it_stops_as_well() {
    let discord = Discord::start(Options::default()).await;
    let bot = Operator::new("interrupted", "").run(&discord, "info");
    bot.says("is ready").await;
    let (log, code) = bot.stop_by("-INT").await;
    assert!(code == 0 && log.contains("SIGINT") && log.contains("stopped"), "{code}: {log}");
    assert_eq!(discord.close_codes(), [1000]);
    discord.assert_clean();
}

/// After some of these codes serenity reads on from the connection that is over, until its next heartbeat is due.
fn soon_due() -> Options {
    Options { heartbeat: Duration::from_millis(500), ..Options::default() }
}

/// Settings with which it is soon said that no shard is ready.
fn impatient() -> sanad::config::Discord {
    sanad::config::Discord { ready_within: Duration::from_secs(18), ..settings() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_gateway_closes_with_for_good_is_said_and_starting_again_does_not_help() {
    for (code, mend) in [(4010, "shards"), (4011, "too many servers"), (4012, "install a newer release")] {
        let discord = Discord::start(soon_due()).await;
        discord.refuse_identifies(code);
        let ended = Running::start(&discord, impatient()).ends().await.unwrap_err();
        assert!(matches!(ended, StartError::Closed { code: told, .. } if told == code) && !ended.restart_helps(), "{ended}");
        assert!(ended.to_string().contains(mend) && !ended.to_string().contains("network"), "{ended}");
        assert!(discord.identifies().len() < 10, "sign-ins are not spent: {}", discord.identifies().len());
    }
    for (code, same) in [(4004, StartError::Token), (4013, StartError::Intents), (4014, StartError::Intents)] {
        let discord = Discord::start(soon_due()).await;
        discord.refuse_identifies(code);
        let ended = Running::start(&discord, impatient()).ends().await.unwrap_err();
        assert_eq!(ended.to_string(), same.to_string());
        assert!(!ended.restart_helps());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_cannot_be_reached_is_named_and_so_is_what_the_proxy_is_for() {
    let discord = Discord::start(Options::default()).await;
    discord.refuse_connections(Duration::from_secs(600));
    let ended = Running::start(&discord, impatient()).ends().await.unwrap_err();
    let said = ended.to_string();
    assert!(matches!(ended, StartError::GatewayUnreachable { .. }) && ended.restart_helps(), "{said}");
    let address = discord.url().replace("http://", "ws://");
    assert!(said.contains(&format!("gateway at {address}/gateway")) && said.contains("HTTPS_PROXY is used for the API only"), "{said}");
    let (said, code) = Operator::new("doctor-gateway", "").doctor(&discord, |_| ()).await;
    let line = said.lines().find(|line| line[6..].starts_with("gateway")).unwrap();
    assert!(code == 1 && line.starts_with("bad") && line.contains(&format!("cannot open {address}/gateway")), "{said}");
    assert!(line.contains("connected to directly"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_in_an_address_is_not_shown() {
    let discord = Discord::start(Options::default()).await;
    let operator = Operator::new("password", "");
    for address in ["http://keeper:hunter2@127.0.0.1:9", "127.0.0.1:9//keeper:hunter2@x"] {
        for rust_log in ["info", "trace"] {
            let bot = operator.run_with(&discord, |command| {
                command.env("DISCORD_API_URL", address).env("RUST_LOG", rust_log);
            });
            let (log, code) = bot.ends().await;
            assert!(
                code != 0 && (log.contains("cannot reach Discord at http://127.0.0.1:9") || log.contains("DISCORD_API_URL is")),
                "{log}"
            );
            assert!(!log.contains("hunter2") && !log.contains("keeper"), "{log}");
        }
        let (said, _) = operator
            .doctor(&discord, |command| {
                command.env("DISCORD_API_URL", address);
            })
            .await;
        assert!(!said.contains("hunter2") && !said.contains("keeper"), "{said}");
    }
    let bot = operator.run_with(&discord, |command| {
        command.env_remove("DISCORD_API_URL").env("HTTPS_PROXY", "http://keeper:hunter2@127.0.0.1:9").env("RUST_LOG", "trace");
        command.env_remove("NO_PROXY").env_remove("no_proxy");
    });
    let (log, code) = bot.ends().await;
    assert!(code == 75 && log.contains("cannot reach Discord at https://discord.com"), "{log}");
    assert!(!log.contains("hunter2") && !log.contains("keeper"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interaction_that_came_too_late_is_logged_and_the_next_is_answered() {
    let discord = Discord::start(Options::default()).await;
    let bot = Operator::new("expired", "").run(&discord, "info");
    bot.says("is ready").await;
    let (anna, channel) = (discord.user("anna"), discord.guild().general());
    // It is told of after a resume, and by then it is over.
    discord.drop_connections();
    discord.slash(&anna, &channel, "ask", json!({"question": ANSWERED})).await;
    discord.advance(Duration::from_secs(4));
    bot.says("had expired").await;
    discord.take_violations();
    let next = discord.slash(&anna, &channel, "ask", json!({"question": ANSWERED})).await;
    assert!(discord.response(&next).await.message().description().contains(ITS_ANSWER));
    let (log, code) = bot.stop().await;
    assert!(code == 0 && !log.contains("was not answered"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_bot_may_not_speak_the_log_says_what_to_give_it() {
    let discord = Discord::start(Options::default()).await;
    let bot = Operator::new("forbidden", "").run(&discord, "info");
    let (anna, closed) = (discord.user("anna"), discord.guild().text_channel());
    bot.says("is ready").await;
    discord.forbid(&closed, permission::SEND);
    discord.mention(&anna, &closed, ANSWERED).await;
    let log = bot.says("give the bot").await;
    let needed = "View Channel, Send Messages, Send Messages in Threads, Embed Links and Read Message History";
    assert!(log.contains(&format!("cannot answer in channel {}", closed.id)) && log.contains(needed), "{log}");
    assert_eq!(bot.stop().await.1, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_discord_calls_invalid_but_resumable_is_resumed() {
    let options = Options { patience: Duration::from_secs(20), ..Options::default() };
    live_with(options, settings(), async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        discord.connected(0).await;
        discord.invalidate_sessions(true);
        let asked = discord.mention(&anna, &channel, ANSWERED).await;
        assert!(discord.reply_to(&asked).await.description().contains(ITS_ANSWER));
        discord.quiet(Duration::from_millis(300)).await;
        assert_eq!(discord.replies_to(&asked).len(), 1);
    })
    .await;
}
