//! Starting, connections that break, stopping.

use std::time::{Duration, Instant};

use sanad::discord::StartError;
use serde_json::json;

use crate::bot::{ALSO_ANSWERED, ANSWERED, ITS_ANSWER, OFFERED, Running, UNKNOWN, counted, live, live_with, settings};
use crate::stand_in::{Discord, Fault, Options};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_are_registered_by_difference() {
    let discord = Discord::start(Options::default()).await;
    let writes = || discord.requests().iter().filter(|request| request.method != "GET" && request.path.contains("/commands")).count();
    for (start, written) in [("the first", 14), ("the second", 14)] {
        let bot = Running::start(&discord, settings());
        discord.connected(0).await;
        bot.stop().await.unwrap();
        assert_eq!(writes(), written, "{start} start");
    }
    discord.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_privileged_intent_is_asked_for() {
    live(async |discord| {
        discord.connected(0).await;
        assert_eq!(discord.identifies()[0].intents, 1 | 1 << 9 | 1 << 12);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_keeps_it_from_starting_is_said_with_the_mend() {
    let discord = Discord::start(Options::default()).await;
    let wrong = Running::start_with(&discord, settings(), "wrong").ends().await.unwrap_err();
    assert!(matches!(wrong, StartError::Token) && !wrong.restart_helps());
    let mut asking = settings();
    asking.message_content = true;
    let refused = Running::start(&discord, asking).ends().await.unwrap_err();
    assert!(matches!(refused, StartError::Intents) && !refused.restart_helps(), "{refused}");
    discord.fail("GET /users/@me", usize::MAX, Fault::Status(503));
    let unreachable = Running::start(&discord, settings()).ends().await.unwrap_err();
    assert!(matches!(unreachable, StartError::Unreachable { .. }) && unreachable.restart_helps(), "{unreachable}");
    assert!(discord.identifies().is_empty(), "nothing of this cost a sign-in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_connection_is_taken_up_again_and_nothing_is_lost_or_answered_twice() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        let first = discord.mention(&anna, &channel, ANSWERED).await;
        discord.reply_to(&first).await;
        discord.drop_connections();
        // Discord keeps what happens meanwhile for whoever resumes.
        let asked = discord.mention(&anna, &channel, OFFERED).await;
        discord.reply_to(&asked).await;
        counted(discord, |counts| counts.resumes == 1).await;
        assert_eq!(discord.counts().identifies, 1);
        discord.replay(&first);
        discord.replay(&asked);
        let command = discord.slash(&anna, &channel, "ask", json!({"question": UNKNOWN})).await;
        discord.response(&command).await;
        discord.replay_interaction(&command);
        discord.quiet(Duration::from_millis(300)).await;
        assert_eq!(discord.messages_in(&channel).len(), 5);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_gives_no_sign_of_life_is_left_for_another() {
    let options = Options { heartbeat: Duration::from_millis(300), patience: Duration::from_secs(20), ..Options::default() };
    live_with(options, settings(), async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        discord.reply_to(&discord.mention(&anna, &channel, ANSWERED).await).await;
        discord.withhold_acks(true);
        counted(discord, |counts| counts.identifies + counts.resumes == 2).await;
        discord.withhold_acks(false);
        let asked = discord.mention(&anna, &channel, OFFERED).await;
        discord.reply_to(&asked).await;
        // The connection that was left had no more heartbeats, which is what this is about.
        discord.take_violations();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn discord_may_ask_to_connect_anew() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        discord.connected(0).await;
        discord.ask_to_reconnect();
        counted(discord, |counts| counts.resumes == 1).await;
        let asked = discord.mention(&anna, &channel, ANSWERED).await;
        assert!(discord.reply_to(&asked).await.description().contains(ITS_ANSWER));
        assert_eq!(discord.counts().identifies, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_dead_session_direct_messages_that_came_meanwhile_are_answered() {
    let options = Options { patience: Duration::from_secs(20), ..Options::default() };
    live_with(options, settings(), async |discord| {
        let anna = discord.user("anna");
        let dm = discord.dm(&anna);
        discord.reply_to(&discord.say(&anna, &dm, UNKNOWN).await).await;
        discord.invalidate_sessions(false);
        let missed = discord.history(&anna, &dm, ANSWERED);
        assert!(discord.reply_to(&missed).await.description().contains(ITS_ANSWER));
        assert_eq!(discord.counts().identifies, 2);
        assert_eq!(discord.messages_in(&dm).len(), 4, "what was answered before is not answered again");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_dead_session_an_asking_channel_is_read_also_where_nobody_spoke_before() {
    let options =
        Options { patience: Duration::from_secs(20), privileged: crate::stand_in::privileged::MESSAGE_CONTENT, ..Options::default() };
    let discord = Discord::start(options).await;
    let (anna, general, quiet) = (discord.user("anna"), discord.guild().general(), discord.guild().text_channel());
    let old = discord.history(&anna, &quiet, ALSO_ANSWERED);
    let mut with_asking = settings();
    with_asking.message_content = true;
    with_asking.asking_channels = vec![quiet.id];
    let bot = Running::start(&discord, with_asking);
    discord.reply_to(&discord.mention(&anna, &general, UNKNOWN).await).await;
    discord.invalidate_sessions(false);
    let missed = discord.history(&anna, &quiet, "When did the TTP call off the ceasefire?");
    assert!(discord.reply_to(&missed).await.description().contains(ITS_ANSWER));
    assert!(discord.replies_to(&old).is_empty(), "what was said before the start is left");
    bot.stop().await.unwrap();
    discord.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_shard_answers_its_own_servers() {
    let options = Options { guilds: 2, shards: 2, patience: Duration::from_secs(20), ..Options::default() };
    live_with(options, settings(), async |discord| {
        let anna = discord.user("anna");
        for at in 0..2 {
            let asked = discord.mention(&anna, &discord.guild_at(at).general(), ANSWERED).await;
            assert!(discord.reply_to(&asked).await.description().contains(ITS_ANSWER));
        }
        let shards: Vec<u32> = discord.identifies().iter().map(|identify| identify.shard).collect();
        assert_eq!(shards, [0, 1]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_it_finishes_what_is_in_hand_and_says_goodbye() {
    let discord = Discord::start(Options::default()).await;
    let (anna, channel) = (discord.user("anna"), discord.guild().general());
    let bot = Running::start(&discord, settings());
    discord.reply_to(&discord.mention(&anna, &channel, ANSWERED).await).await;
    discord.fail("POST /channels/*/messages", 1, Fault::Slow(Duration::from_millis(1_500)));
    let asked = discord.mention(&anna, &channel, ALSO_ANSWERED).await;
    discord.next_typing(&channel).await;
    let stopping = Instant::now();
    bot.stop().await.unwrap();
    assert!(stopping.elapsed() < Duration::from_secs(10));
    assert!(discord.reply_to(&asked).await.description().contains("**Sources**"));
    assert_eq!(discord.close_codes(), [1000]);
    discord.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_new_is_taken_while_stopping() {
    let discord = Discord::start(Options::default()).await;
    let (anna, channel) = (discord.user("anna"), discord.guild().general());
    let bot = Running::start(&discord, settings());
    discord.connected(0).await;
    discord.fail("POST /channels/*/messages", 1, Fault::Slow(Duration::from_millis(1_200)));
    discord.mention(&anna, &channel, ANSWERED).await;
    discord.next_typing(&channel).await;
    let stopped = tokio::spawn(bot.stop());
    tokio::time::sleep(Duration::from_millis(100)).await;
    discord.mention(&anna, &channel, OFFERED).await;
    stopped.await.unwrap().unwrap();
    assert_eq!(discord.counts().posted, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_gateway_refuses_for_good_ends_it() {
    for (code, is_expected) in [
        (4004, (|error| matches!(error, StartError::Token)) as fn(&StartError) -> bool),
        (4014, |error| matches!(error, StartError::Intents)),
    ] {
        let discord = Discord::start(Options::default()).await;
        let bot = Running::start(&discord, settings());
        discord.connected(0).await;
        discord.close_connections(code);
        let ended = bot.ends().await.unwrap_err();
        assert!(is_expected(&ended) && !ended.restart_helps(), "{code}: {ended}");
    }
}
