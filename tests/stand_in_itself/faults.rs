//! Faults on demand.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use serenity::all::CreateMessage;

use crate::stand_in::{ALWAYS, Discord, Fault, Options};
use crate::{channel, http, quiet_mentions, refusal};

#[tokio::test]
async fn requests_fail_as_asked() {
    let discord = Discord::start(Options::default()).await;
    let place = discord.guild().general();
    discord.expect_posts(&place);
    let http = http(&discord);
    let post =
        async |text: &str| channel(&place).send_message(&http, CreateMessage::new().content(text).allowed_mentions(quiet_mentions())).await;
    let form = "POST /channels/*/messages";
    discord.fail(form, 2, Fault::Status(503));
    assert_eq!((refusal(post("a").await), refusal(post("b").await)), ((503, 0), (503, 0)));
    discord.fail(form, 1, Fault::Html(502));
    assert_eq!(refusal(post("c").await), (502, -1));
    discord.fail(form, 1, Fault::Reset);
    assert!(matches!(post("d").await, Err(serenity::Error::Http(serenity::http::HttpError::Request(_)))));
    discord.fail(form, 1, Fault::ResetAfter);
    assert!(matches!(post("e").await, Err(serenity::Error::Http(serenity::http::HttpError::Request(_)))));
    discord.fail(form, 1, Fault::StatusAfter(500));
    assert_eq!(refusal(post("f").await), (500, 0));
    discord.fail(form, 1, Fault::Slow(Duration::from_millis(150)));
    let begun = Instant::now();
    post("g").await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(150));
    // A client that gives up: the message is posted all the same.
    for (fault, text) in [(Fault::Slow(Duration::from_millis(150)), "h"), (Fault::SlowAnswer(Duration::from_millis(150)), "i")] {
        discord.fail(form, 1, fault);
        assert!(tokio::time::timeout(Duration::from_millis(50), post(text)).await.is_err());
    }
    discord.nth_request(9, |request| request.method == "POST").await;
    post("j").await.unwrap();
    let posted: Vec<String> = discord.messages_in(&place).iter().map(|message| message.content().to_owned()).collect();
    assert_eq!(posted, ["e", "f", "g", "i", "h", "j"]);
    let answered: Vec<u16> = discord.requests().iter().map(|request| request.status).collect();
    assert_eq!(answered, [503, 503, 502, 0, 0, 500, 200, 200, 200, 200]);

    discord.fail("* /users/*", 2, Fault::Limited { after: Duration::from_millis(1500), global: true });
    let limited = async || reqwest::get(format!("{}/api/users/@me/guilds", discord.url())).await.unwrap();
    let answer = limited().await;
    assert_eq!(answer.status().as_u16(), 429);
    assert_eq!((answer.headers()["retry-after"].as_bytes(), answer.headers()["x-ratelimit-global"].as_bytes()), (&b"2"[..], &b"true"[..]));
    let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!((body["retry_after"].as_f64(), &body["global"]), (Some(1.5), &json!(true)));
    discord.mend();
    assert_eq!(limited().await.status().as_u16(), 401);
    discord.fail_where(
        ALWAYS,
        |method, path| method == "POST" && path.ends_with("typing"),
        Fault::Limited { after: Duration::ZERO, global: false },
    );
    for _ in 0..3 {
        assert_eq!(refusal(channel(&place).broadcast_typing(&http).await).0, 429);
    }
    assert_eq!(discord.counts().limited, 4);
    discord.take_violations();
    discord.quiet(Duration::from_millis(50)).await;
}
