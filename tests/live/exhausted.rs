//! What the machine runs out of, or gets wrong: file handles, the clock.

#![cfg(target_os = "linux")]

use std::fs;
use std::time::Duration;

use crate::bot::{ALSO_ANSWERED, ANSWERED, ITS_ANSWER, live_with, settings, until};
use crate::operator::{Operator, free_port};
use crate::stand_in::{Discord, Options};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_file_handles_it_does_not_start_and_says_so_in_one_sentence() {
    let discord = Discord::start(Options::default()).await;
    for most in [6, 12, 48] {
        let operator = Operator::new(&format!("handles-{most}"), "");
        let (log, code) = operator.run_after(&discord, &format!("ulimit -n {most}")).ends().await;
        let sentence = format!("sanad: too few open files: {most} at once are allowed; allow 256 or more (ulimit -n, LimitNOFILE)\n");
        assert_eq!((log, code), (sentence, 2));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_file_handles_run_out_later_questions_are_answered_and_all_is_well_again_when_there_are_more() {
    let discord = Discord::start(Options::default()).await;
    let port = free_port();
    let operator = Operator::new("handles", &format!("[http]\nlisten = \"127.0.0.1:{port}\"\n"));
    let bot = operator.run(&discord, "sanad=info");
    let (anna, guild) = (discord.user("anna"), discord.guild());
    discord.reply_to(&discord.mention(&anna, &guild.general(), ANSWERED).await).await;
    let id = bot.process.id().unwrap();
    let limit = |most: usize| {
        let set = std::process::Command::new("prlimit").args([&format!("--pid={id}"), &format!("--nofile={most}:")]).status();
        set.is_ok_and(|status| status.success())
    };
    let open = fs::read_dir(format!("/proc/{id}/fd")).unwrap().count();
    if !limit(open) {
        eprintln!("skipped: there is no prlimit here");
        return;
    }
    let held: Vec<_> = (0..3).map(|_| std::net::TcpStream::connect(("127.0.0.1", port)).unwrap()).collect();
    let log = bot.says("takes no connection").await;
    assert!(log.contains("Too many open files") && log.contains("it is tried again"), "{log}");
    let asked = discord.mention(&anna, &guild.text_channel(), ALSO_ANSWERED).await;
    assert!(discord.reply_to(&asked).await.description().contains("**Sources**"), "over the connections that are open");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(bot.log().matches("takes no connection").count(), 1, "said once, not each time");
    drop(held);
    assert!(limit(1_024));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    until(async || client.get(format!("http://127.0.0.1:{port}/readyz")).send().await.is_ok_and(|said| said.status() == 200)).await;
    assert_eq!(bot.stop().await.1, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_an_hour_ahead_changes_nothing_about_edits_of_questions() {
    let options = Options { behind: Duration::from_secs(3_600), ..Options::default() };
    live_with(options, settings(), async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        let asked = discord.mention(&anna, &channel, ALSO_ANSWERED).await;
        let answer = discord.reply_to(&asked).await;
        discord.edit(&asked, &format!("<@{}> {ANSWERED}", crate::stand_in::BOT_ID)).await;
        discord.when(&answer, |message| message.description().contains(ITS_ANSWER)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_is_said_once_and_all_goes_on() {
    let discord = Discord::start(Options::default()).await;
    let bot = Operator::new("clock", "").run(&discord, "sanad=info");
    let (anna, guild) = (discord.user("anna"), discord.guild());
    discord.reply_to(&discord.mention(&anna, &guild.general(), ANSWERED).await).await;
    discord.advance(Duration::from_secs(7_200));
    for _ in 0..2 {
        discord.reply_to(&discord.mention(&anna, &guild.text_channel(), ANSWERED).await).await;
        tokio::time::sleep(Duration::from_millis(1_300)).await;
    }
    let log = bot.says(" s behind Discord's; set it, or changes of facts bear the wrong time").await;
    assert_eq!(log.matches("this machine's clock").count(), 1, "{log}");
    assert_eq!(bot.stop().await.1, 0);
}
