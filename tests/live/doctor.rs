//! The doctor, for each thing that may be wrong: it names that thing, says the mend, and ends with 1.

#![cfg(unix)]

use std::fs;
use std::time::Duration;

use crate::operator::{Operator, free_port};
use crate::stand_in::{Discord, Options, permission, privileged};

/// The line about a thing.
#[track_caller]
fn line<'s>(said: &'s str, about: &str) -> &'s str {
    said.lines().find(|line| line[6..].starts_with(about)).unwrap_or_else(|| panic!("nothing about {about}:\n{said}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_is_well() {
    let discord = Discord::start(Options::default()).await;
    let operator = Operator::new("doctor-well", &format!("[http]\nlisten = \"127.0.0.1:{}\"\n", free_port()));
    let bot = operator.run(&discord, "sanad=info");
    bot.says("is ready").await;
    let (beside, code) = operator.doctor(&discord, |_| ()).await;
    assert!(code == 0 && line(&beside, "http").contains("a bot that runs answers there"), "{beside}");
    bot.stop().await;
    let (said, code) = operator.doctor(&discord, |_| ()).await;
    assert!(code == 0 && said.lines().all(|line| line.starts_with("ok ") || line[6..].starts_with("disk")), "{said}");
    let about: Vec<&str> = said.lines().map(|line| line[6..19].trim()).collect();
    let all =
        ["settings", "facts", "database", "http", "disk", "open files", "token", "intents", "gateway", "commands", "servers", "clock"];
    assert_eq!(about, all);
    assert!(!said.contains(&discord.token()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_at_discord_s_side_is_named_with_the_mend() {
    let operator = Operator::new("doctor-discord", "");
    let usual = Discord::start(Options::default()).await;
    let (said, code) = operator
        .doctor(&usual, |command| {
            command.env("DISCORD_TOKEN", "wrong");
        })
        .await;
    assert!(code == 1 && line(&said, "token").contains("copy it anew from the application's Bot page"), "{said}");
    let (said, code) = operator
        .doctor(&usual, |command| {
            command.env_remove("DISCORD_TOKEN");
        })
        .await;
    assert!(code == 1 && line(&said, "token").contains("DISCORD_TOKEN is not set"), "{said}");
    let (said, code) = operator
        .doctor(&usual, |command| {
            command.env("DISCORD_API_URL", "http://127.0.0.1:9");
        })
        .await;
    assert!(code == 1 && line(&said, "connection").contains("check the network"), "{said}");
    let (said, code) = operator.doctor(&usual, |_| ()).await;
    assert!(code == 0 && line(&said, "commands").starts_with("look") && said.contains("`sanad run` mends that"), "{said}");

    fs::write(operator.folder.join("config.toml"), "[discord]\nmessage_content = true\n").unwrap();
    let (said, code) = operator.doctor(&usual, |_| ()).await;
    assert!(code == 1 && line(&said, "intents").contains("switch it on in the developer portal"), "{said}");
    let granted = Discord::start(Options { privileged: privileged::MESSAGE_CONTENT, ..Options::default() }).await;
    assert!(line(&operator.doctor(&granted, |_| ()).await.0, "intents").starts_with("ok"));

    let mute = Discord::start(Options { granted: permission::EVERYBODY & !permission::SEND, ..Options::default() }).await;
    let (said, code) = operator.doctor(&mute, |_| ()).await;
    assert!(code == 1 && line(&said, "permissions").contains("lacks Send Messages; give them to its role"), "{said}");

    let ahead = Discord::start(Options::default()).await;
    ahead.advance(Duration::from_secs(3_600));
    let (said, code) = operator.doctor(&ahead, |_| ()).await;
    assert!(code == 1 && line(&said, "clock").contains(" s behind Discord's; set it"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_on_this_machine_is_named_with_the_mend() {
    let discord = Discord::start(Options::default()).await;
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let operator = Operator::new("doctor-machine", &format!("[http]\nlisten = \"127.0.0.1:{port}\"\n"));
    let (said, code) = operator.doctor(&discord, |_| ()).await;
    assert!(code == 1 && line(&said, "http").contains("name another port"), "{said}");
    fs::write(operator.folder.join("config.toml"), format!("[http]\nlisten = \"0.0.0.0:{}\"\n", free_port())).unwrap();
    let (said, code) = operator.doctor(&discord, |_| ()).await;
    assert!(code == 0 && line(&said, "http").starts_with("look") && said.contains("reached from other machines"), "{said}");

    let (said, code) = operator.doctor_after(&discord, "ulimit -n 48").await;
    assert!(code == 1 && line(&said, "open files").contains("48 at once are allowed; allow 256 or more"), "{said}");

    fs::write(operator.folder.join("sanad.db"), "These are the minutes of a meeting.".repeat(200)).unwrap();
    let (said, code) = operator.doctor(&discord, |_| ()).await;
    assert!(code == 1 && line(&said, "database").contains("this is no SQLite database; name another store"), "{said}");

    fs::create_dir_all(operator.folder.join("data/facts")).unwrap();
    fs::write(operator.folder.join("data/facts/broken.toml"), "[[fact]]\nid = 3\n").unwrap();
    let (said, code) = operator.doctor(&discord, |_| ()).await;
    assert!(code == 1 && line(&said, "facts").contains("`sanad check` says more"), "{said}");

    fs::write(operator.folder.join("config.toml"), "[telepathy]\n").unwrap();
    let (said, code) = operator.doctor(&discord, |_| ()).await;
    assert!(code == 1 && line(&said, "settings").contains("mend them and start again"), "{said}");
}
