//! Moderators who correct facts while people ask: each by the command, the form and the button, each in a server of their own.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sanad::base::{self, Origin};
use sanad::curation::Scope;
use sanad::curation::form::Field;
use sanad::fact::FactId;
use sanad::store::{Location, Store};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::GUILDS;
use crate::crowd::Outcome;
use crate::stand_in::{Discord, User, permission};

/// A correction that was said to be saved.
struct Saved {
    scope: Scope,
    fact: FactId,
    claim: String,
}

/// What became of corrections.
#[derive(Default)]
pub(crate) struct Corrected {
    saved: Vec<Saved>,
    /// From the press on the button until "Saved." stands there.
    delays: Vec<Duration>,
    refused: usize,
}

/// Corrects facts at an even rate, no fact of a server twice.
pub(crate) async fn correct_evenly(discord: Discord, rate: u32, period: Duration) -> Corrected {
    let facts = Arc::new(facts());
    let moderates = permission::EVERYBODY | permission::MANAGE_MESSAGES;
    let moderators: Vec<User> = (0..GUILDS).map(|at| discord.user(&format!("moderator {at}")).with_permissions(moderates)).collect();
    let mut ticks = interval(Duration::from_secs(1) / rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let end = Instant::now() + period;
    let mut working = JoinSet::new();
    for at in 0..GUILDS * facts.len() {
        ticks.tick().await;
        if Instant::now() >= end {
            break;
        }
        let (discord, facts, moderator) = (discord.clone(), Arc::clone(&facts), moderators[at % GUILDS].clone());
        working.spawn(async move { correct(&discord, &moderator, at % GUILDS, &facts[at / GUILDS], at).await });
    }
    let mut corrected = Corrected::default();
    while let Some(done) = working.join_next().await {
        match done.expect("a moderator goes on") {
            Some((saved, delay)) => {
                corrected.saved.push(saved);
                corrected.delays.push(delay);
            }
            None => corrected.refused += 1,
        }
    }
    corrected
}

async fn correct(discord: &Discord, moderator: &User, guild: usize, fact: &FactId, number: usize) -> Option<(Saved, Duration)> {
    let guild = discord.guild_at(guild);
    let opened = discord.slash(moderator, &guild.general(), "fact edit", json!({"id": fact.as_str()})).await;
    let claim = format!("{} (Corrected, number {number}.)", discord.form(&opened).await.field(Field::Claim.as_str()).value);
    let preview = discord.response(&discord.submit(&opened, &[(Field::Claim.as_str(), &claim)]).await).await;
    let since = Instant::now();
    let pressed = discord.click(moderator, preview.message(), &preview.message().button("Publish")).await;
    let answer = discord.response(&pressed).await;
    let delay = since.elapsed();
    let is_saved = answer.message().text().contains("Saved.");
    is_saved.then(|| (Saved { scope: Scope::of(guild.id), fact: fact.clone(), claim }, delay))
}

fn facts() -> Vec<FactId> {
    let base = base::load(&Origin::Embedded, |_| ()).expect("the facts built in").base;
    base.indexed().map(|(_, fact)| fact.id.clone()).collect()
}

impl Corrected {
    /// Prints what became of the corrections, and how many of those that were said to be saved the store does not hold.
    pub(crate) async fn print(self, rate: u32, store: &Path) {
        let at = Location::parse(&format!("sqlite:{}", store.display())).expect("the store has an address");
        let store = Store::open(&at).await.expect("the store opens beside the bot").store;
        let mut lost = 0;
        for Saved { scope, fact, claim } in &self.saved {
            let kept = store.history(*scope, fact).await.expect("a history");
            lost += usize::from(kept.iter().all(|revision| revision.after.record().text != *claim));
        }
        store.close().await;
        print!("{rate} corrections a second, from Publish to Saved: ");
        Outcome::of(self.delays).print_delays();
        println!("; {} refused, {lost} of those saved are lost", self.refused);
    }
}
