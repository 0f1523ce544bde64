//! The database is gone for minutes while people ask, and a moderator tries again and again.

use std::time::{Duration, Instant};

use sanad::curation::Scope;
use serde_json::json;
use tokio::time::{sleep, timeout};

use crate::asking::Asking;
use crate::relay::{Relay, Wire};
use crate::stand_in::{Discord, Options};
use crate::{Bot, Database, moderator};

const GUILDS: usize = 4;
/// How often the moderator tries.
const TRIED_EVERY: Duration = Duration::from_secs(5);
/// How long anything may take once the database is back.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) async fn run(server: &str, period: Duration, rate: u32) {
    for (name, way) in [("refuses", Wire::Refuses), ("breaks", Wire::Breaks), ("swallows", Wire::Swallows)] {
        outage(server, name, way, period, rate).await;
    }
}

async fn outage(server: &str, name: &str, way: Wire, period: Duration, rate: u32) {
    let database = Database::new(server, name).await;
    let relay = Relay::to(database.socket(), Wire::Whole).await;
    let patience = Duration::from_secs(60);
    let discord = Discord::start(Options { guilds: GUILDS, rules: false, keep: 5_000, patience, ..Options::default() }).await;
    let mut bot = Bot::start(&discord, name, database.through(relay.port()), "0/1");
    discord.connected(0).await;
    let store = database.store().await;
    let facts = store.heads().await.expect("heads").heads.len();
    assert_eq!(facts, 0, "the database is new");
    assert!(add(&discord, 0).await.is_some_and(|said| said.contains("Saved.")), "all is well before");

    let asking = Asking::start(&discord, GUILDS, rate);
    relay.set(way);
    let (end, mut tried, mut told, mut saved) = (Instant::now() + period, 0, 0, 0);
    while Instant::now() < end {
        let next = Instant::now() + TRIED_EVERY;
        tried += 1;
        match add(&discord, tried).await {
            Some(said) if said.contains("Saved.") => saved += 1,
            Some(_) => told += 1,
            None => {}
        }
        sleep(next.min(end).saturating_duration_since(Instant::now())).await;
    }
    relay.set(Wire::Whole);
    let back = Instant::now();
    let mut asked = asking.end().await;
    let published = after(back, async || add(&discord, tried + 1).await.is_some_and(|said| said.contains("Saved."))).await;
    let noted = after(back, async || {
        let mut all = 0;
        for guild in 0..GUILDS {
            all += store.unanswered(Scope::of(discord.guild_at(guild).id), 10_000).await.map_or(0, |noted| noted.len());
        }
        all > 0
    });
    let noted = noted.await;
    let dropped = bot.counted("sanad_dropped_notes_total").await;
    println!("\nthe database {name} for {} s", period.as_secs());
    println!("  {}", asked.said());
    println!("  a moderator tried {tried} times: told so {told} times, without a word {}, \"Saved.\" {saved}", tried - told - saved);
    println!("  back: the first edit is saved after {}, notes are in the store after {}", said(published), said(noted));
    println!(
        "  {} notes dropped for lack of room; the process {}; {} sign-ins",
        dropped.map_or_else(|| "?".to_owned(), |dropped| dropped.to_string()),
        if bot.lives() { "lives" } else { "has ended" },
        discord.identifies().len()
    );
}

fn said(after: Option<Duration>) -> String {
    after.map_or_else(|| format!("more than {} s", PATIENCE.as_secs()), |after| format!("{:.1} s", after.as_secs_f64()))
}

async fn after(since: Instant, is_so: impl AsyncFn() -> bool) -> Option<Duration> {
    let so = async {
        while !is_so().await {
            sleep(Duration::from_millis(200)).await;
        }
    };
    timeout(PATIENCE, so).await.ok().map(|()| since.elapsed())
}

/// Adds a fact by form and button; what is said at the end of it, or of the step at which it ended. Nothing, where nobody says anything.
async fn add(discord: &Discord, number: u32) -> Option<String> {
    let (mo, channel) = (moderator(discord, "mo"), discord.guild_at(0).general());
    let within = Duration::from_secs(20);
    let opened = discord.slash(&mo, &channel, "fact add", json!({})).await;
    let first = timeout(within, discord.first_response(&opened)).await.ok()?;
    // A form is a response of this type; else it was refused in words.
    if first.kind != 9 {
        return Some(timeout(within, discord.response(&opened)).await.ok()?.message().text());
    }
    let claim = format!("The Zarbakht lighthouse number {number} was closed to visitors on 3 March 2022, the port authority said.");
    let question = format!("When was the Zarbakht lighthouse number {number} closed?");
    let fields = [
        ("claim", claim.as_str()),
        ("date", "2022-03-03"),
        ("sources", "https://www.port.example/notice | Port authority | Notice to visitors | 2022-03-02"),
        ("topics", "ports"),
        ("questions", question.as_str()),
    ];
    let preview = timeout(within, discord.response(&discord.submit(&opened, &fields).await)).await.ok()?;
    let preview = preview.message();
    let Some((_, _, publish)) = preview.buttons().into_iter().find(|(_, label, _)| label == "Publish") else { return Some(preview.text()) };
    let pressed = discord.click(&mo, preview, &publish).await;
    Some(timeout(within, discord.response(&pressed)).await.ok()?.message().text())
}
