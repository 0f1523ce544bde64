//! A gateway that breaks a connection and lets nobody in for a while, with heartbeats as far apart as at Discord: whoever waits for the next
//! heartbeat waits 41 seconds.

#![cfg(unix)]

use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

use crate::bot::{ANSWERED, ITS_ANSWER};
use crate::operator::{Operator, free_port};
use crate::stand_in::{Channel, Discord, Message, Options, Refusal};

/// How long an answer may take while a connection is away, many others running beside it.
const ANSWERED_WITHIN: Duration = Duration::from_secs(5);
/// How long a connection may be away after the gateway lets it in again.
const BACK_WITHIN: Duration = Duration::from_secs(10);

/// Settings that nobody runs into who asks all the time.
fn settings() -> String {
    let plenty = "{ burst = 1000, per_minute = 1000 }";
    format!("[limits]\nperson = {plenty}\nchannel = {plenty}\nserver = {plenty}\n")
}

/// A question that is answered with what the answer says.
async fn answered(discord: &Discord, channel: &Channel) -> Message {
    let asked = discord.mention(&discord.user("anna"), channel, ANSWERED).await;
    let answer = timeout(ANSWERED_WITHIN, discord.reply_to(&asked)).await.expect("it is answered");
    let text = answer.text();
    // The channel may have been told the same within the last minute.
    assert!(text.contains(ITS_ANSWER) || text.contains("I answered"), "{text}");
    asked
}

async fn is_healthy(port: u16) {
    let client = reqwest::Client::builder().no_proxy().timeout(ANSWERED_WITHIN).build().unwrap();
    let said = client.get(format!("http://127.0.0.1:{port}/healthz")).send().await;
    assert!(said.is_ok_and(|said| said.status() == 200), "the process lives and says so");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_one_shard_is_not_let_in_all_else_is_answered_and_it_is_back_soon_after() {
    let options = Options { guilds: 2, shards: 2, identifies_spaced: true, patience: Duration::from_secs(30), ..Options::default() };
    assert_eq!(options.heartbeat, Duration::from_millis(41_250), "as at Discord");
    let discord = Discord::start(options).await;
    let port = free_port();
    let operator = Operator::new("refused", &format!("{}[http]\nlisten = \"127.0.0.1:{port}\"\n", settings()));
    let bot = operator.run(&discord, "warn,sanad=info");
    discord.connected(0).await;
    discord.connected(1).await;
    let (away, there) = (discord.guild_at(0).general(), discord.guild_at(1));
    let mut all = vec![answered(&discord, &away).await];

    let lets_in = Instant::now() + Duration::from_secs(15);
    let signed_in = discord.identifies().len();
    discord.refuse_connections(Duration::from_secs(15));
    discord.drop_connection_of(0);
    while Instant::now() < lets_in {
        all.push(answered(&discord, &there.text_channel()).await);
        is_healthy(port).await;
        sleep(Duration::from_millis(300)).await;
    }
    assert!(all.len() > 5, "questions were asked all the time: {}", all.len());
    timeout(BACK_WITHIN, discord.connected(0)).await.unwrap_or_else(|_| panic!("it is not back:\n{}", bot.log()));
    all.push(answered(&discord, &discord.guild_at(0).text_channel()).await);

    discord.quiet(Duration::from_millis(300)).await;
    for asked in &all {
        assert_eq!(discord.replies_to(asked).len(), 1, "answered once");
    }
    assert_eq!(discord.identifies().len(), signed_in + 1, "one sign-in for the shard that was away, none for the other");
    let log = bot.log();
    assert_eq!(log.matches("shard 0: its connection is over").count(), 1, "{log}");
    assert_eq!(bot.stop().await.1, 0);
    discord.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_it_is_turned_away_it_comes_back_by_itself() {
    for refusal in [Refusal::Status(429), Refusal::Status(500), Refusal::Reset, Refusal::ResetAfterHello] {
        let discord = Discord::start(Options { patience: Duration::from_secs(30), ..Options::default() }).await;
        let bot = Operator::new("turned-away", &settings()).run(&discord, "warn,sanad=info");
        discord.connected(0).await;
        answered(&discord, &discord.guild().general()).await;
        let (knocks, period) = (discord.counts().knocks, Duration::from_secs(4));
        let lets_in = Instant::now() + period;
        discord.refuse_connections_by(period, refusal);
        discord.drop_connections();
        discord.disconnected().await;
        sleep(lets_in.saturating_duration_since(Instant::now())).await;
        let knocked = discord.counts().knocks - knocks;
        assert!(knocked <= 12, "{refusal:?}: it knocks {knocked} times in {period:?}");
        timeout(BACK_WITHIN, discord.connected(0)).await.unwrap_or_else(|_| panic!("{refusal:?}: it is not back:\n{}", bot.log()));
        answered(&discord, &discord.guild().text_channel()).await;
        assert!(discord.identifies().len() <= 2, "{refusal:?}: {} sign-ins", discord.identifies().len());
        assert_eq!(bot.stop().await.1, 0);
        discord.assert_clean();
    }
}
