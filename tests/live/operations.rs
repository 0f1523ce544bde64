//! The port for health and metrics, and the numbers that lead from what a user read to the log.

#![cfg(unix)]

use std::time::Duration;

use serde_json::{Value, json};
use sqlx::Connection as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::bot::{ANSWERED, OFFERED, UNKNOWN, until};
use crate::moderation::{MANAGES, add, moderator, press};
use crate::operator::{Operator, free_port, lock};
use crate::stand_in::{Discord, Fault, Options};

/// What the port says to a request.
async fn get(port: u16, path: &str) -> (u16, String) {
    let response = reqwest::Client::builder().no_proxy().build().unwrap().get(format!("http://127.0.0.1:{port}{path}")).send().await;
    match response {
        Ok(response) => (response.status().as_u16(), response.text().await.unwrap()),
        Err(_) => (0, String::new()),
    }
}

fn listening(port: u16) -> String {
    format!("[http]\nlisten = \"127.0.0.1:{port}\"\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_says_what_is_lacking_and_nothing_else() {
    // Serenity turns in a circle from a reconnect that failed until its next heartbeat.
    let discord = Discord::start(Options { heartbeat: Duration::from_millis(500), ..Options::default() }).await;
    let port = free_port();
    let operator = Operator::new("health", &listening(port));
    discord.fail("GET /gateway/bot", 1, Fault::Slow(Duration::from_secs(4)));
    let bot = operator.run(&discord, "warn,sanad=info");
    bot.says("signed in as").await;
    assert_eq!(get(port, "/healthz").await, (200, "ok\n".to_owned()), "the process lives");
    assert_eq!(get(port, "/readyz").await, (503, "gateway: not connected yet\n".to_owned()));
    until(async || get(port, "/readyz").await == (200, "ready\n".to_owned())).await;

    discord.refuse_connections(Duration::from_secs(120));
    discord.drop_connections();
    let is_away = async || get(port, "/readyz").await.1.starts_with("gateway: 1 of 1 shards not connected, last sign of life ");
    let seen = timeout(Duration::from_secs(15), until(is_away)).await;
    assert!(seen.is_ok(), "{:?} {}", get(port, "/readyz").await, bot.log());
    assert_eq!(get(port, "/healthz").await.0, 200, "the process lives on");
    discord.refuse_connections(Duration::ZERO);
    until(async || get(port, "/readyz").await.0 == 200).await;

    let locking = lock(&operator.store()).await;
    until(async || get(port, "/readyz").await == (503, "store: no answer within 3 s\n".to_owned())).await;
    locking.close().await.unwrap();
    until(async || get(port, "/readyz").await.0 == 200).await;

    let (log, code) = bot.stop().await;
    assert_eq!(code, 0, "{log}");
    assert_eq!(get(port, "/healthz").await.0, 0, "the port is closed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_port_outlives_those_who_hold_it_and_answers_nothing_else() {
    let discord = Discord::start(Options::default()).await;
    let port = free_port();
    let bot = Operator::new("port", &listening(port)).run(&discord, "sanad=info");
    until(async || get(port, "/healthz").await.0 == 200).await;
    assert_eq!(get(port, "/../etc/passwd").await.0, 404);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let posted = client.post(format!("http://127.0.0.1:{port}/metrics")).body("x").send().await.unwrap();
    assert_eq!((posted.status().as_u16(), posted.headers()["allow"].to_str().unwrap()), (405, "GET, HEAD"));
    let long = client.get(format!("http://127.0.0.1:{port}/healthz")).header("x", "y".repeat(100_000)).send().await;
    assert!(long.is_err() || long.is_ok_and(|refused| refused.status().is_client_error()), "a long request is not read");
    // More than may be there at once, and none of them says a word.
    let mut silent = Vec::new();
    for _ in 0..60 {
        silent.push(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
    }
    let mut slow = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\n").await.unwrap();
    let answered = timeout(Duration::from_secs(30), async { while get(port, "/healthz").await.0 != 200 {} }).await;
    assert!(answered.is_ok(), "who holds connections is let go");
    let mut said = Vec::new();
    let ended = timeout(Duration::from_secs(30), slow.read_to_end(&mut said)).await;
    assert!(ended.is_ok(), "a request that does not end is ended");
    assert_eq!(bot.stop().await.1, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_is_counted() {
    let discord = Discord::start(Options::default()).await;
    let port = free_port();
    let bot = Operator::new("metrics", &listening(port)).run(&discord, "sanad=info");
    let (anna, mo, channel) = (discord.user("anna"), moderator(&discord, "mo"), discord.guild().general());
    let answer = discord.reply_to(&discord.mention(&anna, &channel, ANSWERED).await).await;
    discord.reply_to(&discord.mention(&anna, &channel, UNKNOWN).await).await;
    discord.response(&discord.slash(&anna, &channel, "ask", json!({"question": OFFERED})).await).await;
    discord.fail("POST /channels/*/messages", 1, Fault::Limited { after: Duration::from_millis(100), global: true });
    discord.reply_to(&discord.say(&anna, &discord.dm(&anna), ANSWERED).await).await;
    discord.response(&press(&discord, &anna, &answer, "Wrong?").await).await;
    assert!(add(&discord, &mo, &channel).await.contains("Saved."));
    let lines = [
        r#"sanad_questions_total{way="mention",outcome="answer"} 1"#,
        r#"sanad_questions_total{way="mention",outcome="abstain"} 1"#,
        r#"sanad_questions_total{way="command",outcome="suggest"} 1"#,
        r#"sanad_questions_total{way="direct",outcome="answer"} 1"#,
        "sanad_answer_seconds_count 4",
        r#"sanad_discord_request_seconds_count{result="limited"} 1"#,
        r#"sanad_discord_rate_limits_total{scope="all"} 1"#,
        r#"sanad_reports_total{about="wrong"} 1"#,
        r#"sanad_edits_total{action="add"} 1"#,
        r#"sanad_gateway_shards{state="connected"} 1"#,
        r#"sanad_queue_room_entries{queue="notes"} 512"#,
        r#"sanad_queue_entries{queue="pictures"} 0"#,
        "sanad_facts 392",
        "sanad_edited_servers 1",
    ];
    let is_counted = async || {
        let (_, text) = get(port, "/metrics").await;
        lines.iter().all(|line| text.lines().any(|its| its == *line))
    };
    if timeout(Duration::from_secs(15), until(is_counted)).await.is_err() {
        let (_, text) = get(port, "/metrics").await;
        let missing: Vec<_> = lines.iter().filter(|line| !text.lines().any(|its| its == **line)).collect();
        panic!("{missing:#?} are not in\n{text}");
    }
    let (_, text) = get(port, "/metrics").await;
    for id in [anna.id, mo.id, channel.id, discord.guild().id] {
        assert!(!text.contains(&id.to_string()), "an id of a person or place is among the numbers");
    }
    assert_eq!(bot.stop().await.1, 0);
    discord.assert_clean();
}

/// The number that a user was told.
fn reference(text: &str) -> String {
    let at = text.find("(reference ").unwrap_or_else(|| panic!("no reference in {text}"));
    text[at + 11..].chars().take_while(char::is_ascii_alphanumeric).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_that_a_user_sees_leads_to_its_cause_in_the_log() {
    let discord = Discord::start(Options { patience: Duration::from_secs(30), ..Options::default() }).await;
    let operator = Operator::new("reference", "[log]\nformat = \"json\"\n");
    let bot = operator.run(&discord, "sanad=info");
    let (boss, channel) = (discord.user("boss").with_permissions(MANAGES), discord.guild().general());
    discord.connected(0).await;
    discord.reply_to(&discord.mention(&boss, &channel, ANSWERED).await).await;
    let locking = lock(&operator.store()).await;
    let slow = discord.response(&discord.slash(&boss, &channel, "fact add", json!({})).await).await.message().text();
    let set = discord.slash(&boss, &channel, "settings set", json!({"sources_from": "dawn.com"})).await;
    let refused = discord.response(&set).await.message().text();
    locking.close().await.unwrap();
    let forged = discord.forge_slash(&boss, &channel, "ask", json!([{"name": "question", "type": 4, "value": 5}])).await;
    let broke = discord.response(&forged).await.message().text();
    for (told, text, cause) in [
        ("takes too long", &slow, "the store: no answer within 2 s"),
        ("it is busy", &refused, "something else is writing the store"),
        ("Something in me broke", &broke, "the command `ask` failed: what came is not of the form"),
    ] {
        assert!(text.contains(told), "{text}");
        let number = reference(text);
        assert_eq!(number.len(), 5);
        let log = bot.says(&number).await;
        let line: Value = serde_json::from_str(log.lines().find(|line| line.contains(&number)).unwrap()).unwrap();
        assert_eq!(line["reference"], number.as_str(), "{line}");
        assert!(line["message"].as_str().unwrap().contains(cause), "{line}");
    }
    assert_eq!(bot.stop().await.1, 0);
}
