//! No log, at any level, holds what people wrote, their names, or a token.

#![cfg(unix)]

use serde_json::json;

use crate::bot::{ALSO_ANSWERED, ANSWERED, UNKNOWN, until};
use crate::moderation::{moderator, press};
use crate::operator::Operator;
use crate::stand_in::{Discord, Fault, Options};

/// Words that stand nowhere but in what people write here.
const WORDS: [&str; 4] = ["quibblewort", "zanzibarred", "fluxomat", "grimblewick"];
/// Names that nobody else has.
const NAMES: [&str; 2] = ["Zephyrine-Quux", "Mordaunt-Vex"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_log_holds_what_people_wrote_their_names_or_a_token() {
    for (number, (rust_log, format)) in [
        ("trace", "text"),
        ("debug", "json"),
        ("sanad=trace,serenity=debug,poise=debug", "text"),
        ("warn,sanad=debug,serenity=info", "json"),
        ("info", "text"),
        ("error", "text"),
    ]
    .into_iter()
    .enumerate()
    {
        let discord = Discord::start(Options::default()).await;
        let operator = Operator::new(&format!("log-{number}"), &format!("[log]\nformat = \"{format}\"\n"));
        let bot = operator.run(&discord, rust_log);
        let tokens = talk(&discord).await;
        // A frame that cannot be read: serenity would repeat it.
        discord.send_raw(&format!(r#"{{"t":"MESSAGE_CREATE","s":"{}","op":0,"d":{{"content":"{}""#, WORDS[0], WORDS[1]));
        discord.send_raw(&format!(r#"{{"t":"MESSAGE_CREATE","s":"{}","op":"{}","d":{{}}}}"#, WORDS[0], WORDS[1]));
        let (anna, channel) = (discord.user(NAMES[0]), discord.guild().text_channel());
        let asked = discord.mention(&anna, &channel, &format!("{} {ANSWERED}", WORDS[0])).await;
        discord.reply_to(&asked).await;
        let (log, code) = bot.stop().await;
        assert_eq!(code, 0, "{log}");
        for secret in WORDS.iter().chain(&NAMES).copied().chain([discord.token().as_str()]).chain(tokens.iter().map(String::as_str)) {
            let line = log.lines().find(|line| line.to_lowercase().contains(&secret.to_lowercase()));
            assert!(line.is_none(), "{rust_log}, {format}: {secret} stands in: {}", line.unwrap_or_default());
        }
        match rust_log {
            "error" => {}
            _ => assert!(log.contains("signed in as Sanad"), "{rust_log}: {log}"),
        }
        if rust_log.starts_with("trace") || rust_log.starts_with("sanad=trace") {
            assert!(log.contains("a request to Discord is tried again"), "our own lines are all there:\n{log}");
        }
        if format == "json" {
            for line in log.lines() {
                assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
            }
        }
    }
}

/// People do what they do; the tokens of their interactions.
async fn talk(discord: &Discord) -> Vec<String> {
    let (anna, mo, channel) = (discord.user(NAMES[0]), moderator(discord, NAMES[1]), discord.guild().general());
    let asked = discord.mention(&anna, &channel, &format!("{} {ALSO_ANSWERED}", WORDS[0])).await;
    let answer = discord.reply_to(&asked).await;
    discord.edit(&asked, &format!("<@{}> {} {ALSO_ANSWERED}", crate::stand_in::BOT_ID, WORDS[2])).await;
    discord.fail("POST /channels/*/messages", 1, Fault::Status(500));
    discord.reply_to(&discord.say(&anna, &discord.dm(&anna), &format!("{} {UNKNOWN} {}", WORDS[1], WORDS[3])).await).await;
    let command = discord.slash(&anna, &channel, "ask", json!({"question": format!("who was {} {}", WORDS[2], WORDS[3])})).await;
    discord.response(&command).await;
    let wrong = press(discord, &anna, &answer, "Wrong?").await;
    discord.response(&wrong).await;
    let opened = discord.slash(&mo, &channel, "fact add", json!({})).await;
    let claim = format!("The {} of Zarbakht was closed on 3 March 2022, {} said.", WORDS[1], WORDS[2]);
    let source = format!("https://www.port.example/{} | {} | Notice", WORDS[0], NAMES[1]);
    let typed = discord.submit(&opened, &[("claim", &claim), ("date", "2022-03-03"), ("sources", &source)]).await;
    discord.response(&typed).await;
    // A refusal that repeats what was sent, as Discord's do.
    discord.fail("POST /interactions/*", 1, Fault::Status(400));
    let refused = discord.slash(&anna, &channel, "ask", json!({"question": WORDS[0]})).await;
    let forged = discord.forge_slash(&anna, &channel, "timeline", json!([{"name": "from", "type": 4, "value": WORDS[3]}])).await;
    until(async || discord.requests().iter().filter(|request| request.status == 400).count() >= 1).await;
    [command, wrong, opened, typed, refused, forged].into_iter().map(|interaction| interaction.token).collect()
}
