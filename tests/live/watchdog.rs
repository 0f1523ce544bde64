//! A gateway that gives no sign of life for too long ends the bot, to be started again; one that is only quiet does not.

use std::time::{Duration, Instant};

use sanad::discord::StartError;

use crate::bot::{ANSWERED, ITS_ANSWER, Running, settings};
use crate::stand_in::{Discord, Options};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_gateway_ends_the_bot_and_a_quiet_one_does_not() {
    let discord = Discord::start(Options { heartbeat: Duration::from_millis(300), ..Options::default() }).await;
    let mut hasty = settings();
    hasty.silence = Duration::from_secs(2);
    let bot = Running::start(&discord, hasty);
    discord.connected(0).await;
    // Nobody says anything; heartbeats are acknowledged.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (anna, channel) = (discord.user("anna"), discord.guild().general());
    let answer = discord.reply_to(&discord.mention(&anna, &channel, ANSWERED).await).await;
    assert!(answer.description().contains(ITS_ANSWER), "it lived on");

    let since = Instant::now();
    discord.refuse_connections(Duration::from_secs(120));
    discord.drop_connections();
    let ended = bot.ends().await.unwrap_err();
    assert!(matches!(ended, StartError::Silent { seconds: 2..=10 }) && ended.restart_helps(), "{ended}");
    assert!(since.elapsed() >= Duration::from_secs(2), "not before its time");
    let said = ended.to_string();
    assert!(said.contains("no sign of life for") && said.contains("gateway_silence"), "{said}");

    // Started again, it is as before.
    discord.refuse_connections(Duration::ZERO);
    let again = Running::start(&discord, settings());
    discord.connected(0).await;
    let asked = discord.mention(&anna, &discord.guild().text_channel(), ANSWERED).await;
    assert!(discord.reply_to(&asked).await.description().contains(ITS_ANSWER));
    again.stop().await.unwrap();
}
