//! Several processes over one store that share the shards of many servers, some of which have facts of their own.
//!
//! The store is a database of its own on the server that `SANAD_TEST_POSTGRES` names, and one SQLite file without that.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sanad::curation::{Action, Author, Record, Revision, RevisionNo, Scope, SourceRecord, Sourced, Stamp, State};
use sanad::fact::{FactId, Standing};
use sanad::store::{Location, Store};
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::IN_FLIGHT;
use crate::bots::{Bot, worked};
use crate::crowd::{Crowd, Outcome, Place};
use crate::stand_in::{Discord, Guild, Options};

/// What each of a server's own facts is about.
const THINGS: [&str; 20] = [
    "lighthouse",
    "granary",
    "aqueduct",
    "observatory",
    "tannery",
    "shipyard",
    "foundry",
    "orphanage",
    "brewery",
    "sawmill",
    "windmill",
    "cannery",
    "quarry",
    "ropewalk",
    "tollhouse",
    "racecourse",
    "planetarium",
    "distillery",
    "greenhouse",
    "monastery",
];

/// What is measured.
pub(crate) struct Plan {
    /// The program.
    pub(crate) program: PathBuf,
    /// How many processes of it.
    pub(crate) processes: usize,
    /// How many shards, in all of them together.
    pub(crate) shards: u32,
    /// How many servers.
    pub(crate) servers: usize,
    /// How many of those have facts of their own.
    pub(crate) own: usize,
    /// Questions a second in the even part, and how long that is.
    pub(crate) rate: u32,
    pub(crate) period: Duration,
    /// Questions in the part that asks as fast as it is answered.
    pub(crate) total: usize,
}

pub(crate) async fn run(plan: &Plan, folder: &Path) {
    let patience = Duration::from_secs(60) + Duration::from_secs(10) * plan.shards;
    let options = Options {
        guilds: plan.servers,
        shards: plan.shards,
        identifies_spaced: true,
        rules: false,
        keep: 5_000,
        patience,
        ..Options::default()
    };
    let discord = Discord::start(options).await;
    let place = Database::new(folder).await;
    let guilds = discord.guilds();
    let every = plan.servers.checked_div(plan.own).unwrap_or(usize::MAX).max(1);
    let has_own = |at: usize| at.is_multiple_of(every) && at / every < plan.own;
    fill(&place.url, guilds.iter().enumerate().filter(|(at, _)| has_own(*at))).await;

    let begun = Instant::now();
    let bots: Vec<Bot> = ranges(plan)
        .iter()
        .enumerate()
        .map(|(at, range)| Bot::start(&plan.program, &discord, &folder.join(format!("process-{at}")), Some(range), Some(&place.url)))
        .collect();
    for shard in 0..plan.shards {
        discord.connected(shard).await;
    }
    println!(
        "{} processes, {} shards, {} servers, {} with {} facts of their own; {}; signed in after {:.0} s",
        plan.processes,
        plan.shards,
        plan.servers,
        plan.own,
        THINGS.len(),
        place.engine(),
        begun.elapsed().as_secs_f64()
    );
    // What a start leaves to do, such as what waits to be posted, is done by then.
    tokio::time::sleep(Duration::from_secs(5)).await;
    print_memory("at rest", &bots);
    let places = guilds.iter().enumerate().map(|(at, guild)| Place { channel: guild.general(), own: has_own(at).then(|| district(at)) });
    let of_own = THINGS.iter().map(|thing| format!("When was the {thing} opened?")).collect();
    let mut crowd = Crowd::new(&discord, places.collect(), of_own);
    crowd.ask_evenly(&discord, 100, Duration::from_secs(3)).await;
    crowd.ask_evenly(&discord, plan.rate, plan.period).await.print(&format!("{} questions a second", plan.rate));

    let (begun, before, ours) = (Instant::now(), total_worked(&bots), worked("self"));
    let done = crowd.ask_on(&discord, plan.total, IN_FLIGHT, |_| ()).await;
    let (took, bots_worked, we_worked) = (begun.elapsed(), total_worked(&bots).saturating_sub(before), worked("self").saturating_sub(ours));
    print_reached(done, took);
    let asked = u32::try_from(plan.total).unwrap_or(u32::MAX).max(1);
    let each = |worked: Duration| (worked / asked).as_secs_f64() * 1e3;
    println!("processor time for a question: {:.2} ms in the bots, {:.2} ms in the stand-in", each(bots_worked), each(we_worked));
    print_memory("at the end", &bots);
    for (at, bot) in bots.into_iter().enumerate() {
        if let Some(status) = bot.end() {
            println!("process {at} ENDED BY ITSELF: {status}");
        }
    }
    let violations = discord.violations();
    println!("{} rules of Discord broken {}", violations.len(), violations.first().map_or("", String::as_str));
    place.drop().await;
}

/// Which shards each process runs.
fn ranges(plan: &Plan) -> Vec<String> {
    let processes = u32::try_from(plan.processes).unwrap_or(1).clamp(1, plan.shards);
    let first = |process: u32| process * plan.shards / processes;
    (0..processes).map(|process| format!("{}-{}/{}", first(process), first(process + 1) - 1, plan.shards)).collect()
}

fn total_worked(bots: &[Bot]) -> Duration {
    bots.iter().map(Bot::worked).sum()
}

fn print_reached(done: Outcome, took: Duration) {
    let rate = done.rate(took);
    done.print(&format!("{rate:.0} questions a second reached, {IN_FLIGHT} at once"));
}

fn print_memory(when: &str, bots: &[Bot]) {
    let each: Vec<_> = bots.iter().map(Bot::memory).collect();
    let said: Vec<String> = each.iter().map(|memory| format!("{} ({} its own)", memory.resident, memory.alone)).collect();
    let sum: u64 = each.iter().map(|memory| memory.alone).sum();
    println!("memory {when}, in MB: {}; their own in all: {sum}", said.join(", "));
}

/// Words that only the facts of one server have.
fn district(at: usize) -> String {
    format!("district {at} ")
}

/// Gives servers facts of their own.
async fn fill<'g>(url: &str, guilds: impl Iterator<Item = (usize, &'g Guild)>) {
    let at = Location::parse(url).expect("the store has an address");
    let store = Store::open(&at).await.expect("a store").store;
    for (number, guild) in guilds {
        let revisions: Vec<Revision> = THINGS.iter().map(|thing| revision(thing, number)).collect();
        store.append_all(Scope::of(guild.id), &revisions).await.expect("facts are kept");
    }
    store.close().await;
}

fn revision(thing: &str, number: usize) -> Revision {
    let source = SourceRecord {
        id: "notice".to_owned(),
        publisher: Some("Port authority".to_owned()),
        title: "Notice".to_owned(),
        url: None,
        published: None,
    };
    let record = Record {
        text: format!("The {thing} in {}was opened on 3 March {}.", district(number), 1900 + number % 100),
        title: None,
        date: None,
        questions: vec![format!("When was the {thing} opened?")],
        topics: Vec::new(),
        people: Vec::new(),
        places: Vec::new(),
        organisations: Vec::new(),
        sources: Sourced::new(vec![source]).expect("a source"),
        conflicts: Vec::new(),
        standing: Standing::SingleSource,
        short: std::collections::BTreeMap::new(),
    };
    Revision {
        fact: FactId::new(thing).expect("an id"),
        number: RevisionNo(1),
        action: Action::Add,
        before: None,
        after: State::Published(record),
        shipped: None,
        stamp: Stamp { author: Author::Operator, at: 1_700_000_000, reason: String::new(), cause: None },
    }
}

/// Where the store of a run is.
struct Database {
    url: String,
    /// The server that it is on and its name there; none for a file.
    server: Option<(String, String)>,
}

impl Database {
    async fn new(folder: &Path) -> Self {
        let Ok(server) = std::env::var("SANAD_TEST_POSTGRES") else {
            return Self { url: format!("sqlite:{}", folder.join("sanad.db").display()), server: None };
        };
        let name = format!("load_{}", std::process::id());
        let mut connection = PgConnection::connect(&server).await.expect("the database server answers");
        connection.execute(format!("CREATE DATABASE {name}").as_str()).await.expect("a database for the run");
        let mut address = url::Url::parse(&server).expect("SANAD_TEST_POSTGRES is an address");
        address.set_path(&name);
        Self { url: address.to_string(), server: Some((server, name)) }
    }

    fn engine(&self) -> &'static str {
        if self.server.is_some() { "over one PostgreSQL database" } else { "over one SQLite file" }
    }

    async fn drop(self) {
        if let Some((server, name)) = self.server {
            let mut connection = PgConnection::connect(&server).await.expect("the database server answers");
            connection.execute(format!("DROP DATABASE {name} WITH (FORCE)").as_str()).await.expect("the database goes");
        }
    }
}
