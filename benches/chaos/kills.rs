//! Two processes over one database, killed in turn while people ask and moderators correct facts.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sanad::base::{self, Origin};
use sanad::curation::Scope;
use sanad::curation::form::Field;
use sanad::fact::FactId;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::asking::Asking;
use crate::stand_in::{Discord, Options};
use crate::{Bot, Database, moderator};

/// Half of them at each shard.
const GUILDS: usize = 6;
/// How long a step of a correction may take before it counts as lost with its process.
const STEP: Duration = Duration::from_secs(8);
/// How long all runs between two kills.
const BETWEEN: Duration = Duration::from_secs(8);
/// How long a process may take to answer again.
const PATIENCE: Duration = Duration::from_secs(60);

/// A correction that was said to be saved.
struct Saved {
    scope: Scope,
    fact: FactId,
    claim: String,
}

pub(crate) async fn run(server: &str, rounds: u32, rate: u32) {
    let database = Database::new(server, "kills").await;
    let patience = Duration::from_secs(90);
    let options =
        Options { guilds: GUILDS, shards: 2, rules: false, keep: 20_000, identifies_spaced: true, patience, ..Options::default() };
    let discord = Discord::start(options).await;
    let shards = ["0/2", "1/2"];
    let mut bots = Vec::new();
    for (at, shard) in (0_u32..).zip(shards) {
        bots.push(Bot::start(&discord, &format!("killed-{at}"), database.url.to_string(), shard));
        discord.connected(at).await;
    }
    let asking = Asking::start(&discord, GUILDS, rate);
    let (stop, stopped) = watch::channel(false);
    let facts = Arc::new(facts());
    let mut moderators = JoinSet::new();
    for guild in 0..GUILDS {
        moderators.spawn(correct(discord.clone(), guild, Arc::clone(&facts), stopped.clone()));
    }
    let mut back = Vec::new();
    for round in 0..rounds {
        sleep(BETWEEN).await;
        let at = usize::from(round % 2 == 1);
        bots[at].kill();
        bots[at].start_again(&discord);
        let since = Instant::now();
        back.push(timeout(PATIENCE, answers(&discord, at)).await.ok().map(|()| since.elapsed()));
    }
    sleep(BETWEEN).await;
    stop.send_replace(true);
    let mut saved = Vec::new();
    while let Some(done) = moderators.join_next().await {
        saved.extend(done.expect("a moderator goes on"));
    }
    let mut asked = asking.end().await;
    let store = database.store().await;
    let mut lost = 0;
    for Saved { scope, fact, claim } in &saved {
        let kept = store.history(*scope, fact).await.expect("a history");
        lost += usize::from(kept.iter().filter(|revision| revision.after.record().text == *claim).count() != 1);
    }
    let never = back.iter().filter(|back| back.is_none()).count();
    let mut took: Vec<Duration> = back.into_iter().flatten().collect();
    took.sort_unstable();
    let seconds = |took: Option<&Duration>| took.map_or(0.0, Duration::as_secs_f64);
    println!("\n{rounds} times one of two processes was killed and started again");
    println!("  {} corrections said to be saved, {lost} of them not in the store exactly once", saved.len());
    println!(
        "  answered again after {:.1} s by median, {:.1} s at most, {never} times not within {} s",
        seconds(took.get(took.len() / 2)),
        seconds(took.last()),
        PATIENCE.as_secs()
    );
    println!("  {} (those asked while a process is down are lost with it)", asked.said());
    let too_soon = discord.violations().iter().filter(|broken| broken.contains("identified within")).count();
    println!("  {} sign-ins, {too_soon} of them too soon after another", discord.identifies().len());
}

/// Done when a question of a shard is answered that was asked after now.
async fn answers(discord: &Discord, shard: usize) {
    let channel = discord.guild_at(shard).text_channel();
    let anna = discord.user("anna");
    loop {
        let asked = discord.mention(&anna, &channel, "who announced the june 2022 ceasefire for the ttp?").await;
        if timeout(Duration::from_millis(500), discord.reply_to(&asked)).await.is_ok() {
            return;
        }
    }
}

/// Corrects facts of a server, one after the other.
async fn correct(discord: Discord, guild: usize, facts: Arc<Vec<FactId>>, stopped: watch::Receiver<bool>) -> Vec<Saved> {
    let mut saved = Vec::new();
    let mut number = 0_usize;
    while !*stopped.borrow() {
        let fact = &facts[number % facts.len()];
        if let Ok(Some(done)) = timeout(STEP, correct_one(&discord, guild, fact, number)).await {
            saved.push(done);
        }
        number += 1;
        sleep(Duration::from_millis(200)).await;
    }
    saved
}

async fn correct_one(discord: &Discord, guild: usize, fact: &FactId, number: usize) -> Option<Saved> {
    let mo = moderator(discord, &format!("moderator {guild}"));
    let guild = discord.guild_at(guild);
    let opened = discord.slash(&mo, &guild.general(), "fact edit", json!({"id": fact.as_str()})).await;
    if discord.first_response(&opened).await.kind != 9 {
        return None;
    }
    let before = discord.form(&opened).await.field(Field::Claim.as_str()).value.clone();
    let plain = before.split(" (Corrected,").next().unwrap_or(&before);
    let claim = format!("{plain} (Corrected, number {number}.)");
    let preview = discord.response(&discord.submit(&opened, &[(Field::Claim.as_str(), &claim)]).await).await;
    let (_, _, publish) = preview.message().buttons().into_iter().find(|(_, label, _)| label == "Publish")?;
    let pressed = discord.click(&mo, preview.message(), &publish).await;
    let said = discord.response(&pressed).await.message().text();
    said.contains("Saved.").then(|| Saved { scope: Scope::of(guild.id), fact: fact.clone(), claim })
}

fn facts() -> Vec<FactId> {
    let base = base::load(&Origin::Embedded, |_| ()).expect("the facts built in").base;
    base.indexed().map(|(_, fact)| fact.id.clone()).collect()
}
