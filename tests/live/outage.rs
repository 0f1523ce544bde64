//! A database that is gone for a while, in each way that it can be: nobody listens, connections break, packets go nowhere. Run where there is
//! a server (`SANAD_TEST_POSTGRES`).

#![cfg(unix)]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use sanad::curation::Scope;
use sanad::store::{Location, Store};
use serde_json::json;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::time::{sleep, timeout};

use crate::bot::{ANSWERED, ITS_ANSWER, until_within};
use crate::moderation::{ASKS_FOR_IT, FORM, ask, moderator};
use crate::operator::{Bot, Operator, free_port};
use crate::relay::{Relay, Wire};
use crate::stand_in::{Channel, Discord, Message, Options, User};

/// How long an answer may take, whatever became of the database.
const ANSWERED_WITHIN: Duration = Duration::from_secs(5);
/// What the fact is asked for by that another process adds.
const ASKS_FOR_FERRY: &str = "when was the zarbakht ferry closed";
/// How long all may take to be as before once the database is back. A call that began as packets went nowhere ends after 40 s.
const AS_BEFORE_WITHIN: Duration = Duration::from_secs(60);
/// What has no answer, and is noted.
const IN_VAIN: &str = "when did the Quillon observatory lose its copper dome";

/// A database of its own, and a wire to it.
struct Database {
    direct: String,
    through: String,
    relay: Relay,
}

impl Database {
    /// Nothing, where there is no server.
    async fn new(name: &str, begins: Wire) -> Option<Self> {
        let server = std::env::var("SANAD_TEST_POSTGRES").ok()?;
        let name = format!("{name}_{}", std::process::id());
        let mut connection = PgConnection::connect(&server).await.unwrap();
        connection.execute(format!("CREATE DATABASE {name}").as_str()).await.unwrap();
        let mut address = url::Url::parse(&server).unwrap();
        address.set_path(&name);
        let direct = address.to_string();
        let at: SocketAddr = format!("127.0.0.1:{}", address.port().unwrap_or(5432)).parse().unwrap();
        let relay = Relay::to(at, begins).await;
        address.set_port(Some(relay.port())).unwrap();
        // What goes over the wire is read by it.
        address.set_query(Some("sslmode=disable"));
        Some(Self { direct, through: address.to_string(), relay })
    }

    /// The store as another process has it.
    async fn beside(&self) -> Store {
        Store::open(&Location::parse(&self.direct).unwrap()).await.unwrap().store
    }
}

async fn metrics(port: u16) -> String {
    let client = reqwest::Client::builder().no_proxy().timeout(ANSWERED_WITHIN).build().unwrap();
    client.get(format!("http://127.0.0.1:{port}/metrics")).send().await.unwrap().text().await.unwrap()
}

async fn start(discord: &Discord, name: &str, database: &Database) -> (Bot, u16) {
    let port = free_port();
    let operator = Operator::new(name, &format!("[http]\nlisten = \"127.0.0.1:{port}\"\n"));
    let bot = operator.run_over(discord, "warn,sanad=info", &database.through);
    discord.connected(0).await;
    (bot, port)
}

async fn answers(discord: &Discord) {
    let asked = discord.mention(&discord.user("anna"), &discord.guild().text_channel(), ANSWERED).await;
    let answer = timeout(ANSWERED_WITHIN, discord.reply_to(&asked)).await.expect("it is answered from memory");
    assert!(answer.text().contains(ITS_ANSWER), "{}", answer.text());
}

/// Presses a button until the answer says something; what it says.
async fn pressed_until(discord: &Discord, who: &User, on: &Message, label: &str, is_so: impl Fn(&str) -> bool) -> String {
    let by = Instant::now() + AS_BEFORE_WITHIN;
    loop {
        let pressed = discord.click(who, on, &on.button(label)).await;
        let said = discord.response(&pressed).await.message().text();
        if is_so(&said) {
            return said;
        }
        assert!(Instant::now() < by, "{said}");
        sleep(Duration::from_secs(1)).await;
    }
}

/// The preview of the fact of [`FORM`] under another name.
async fn preview(discord: &Discord, who: &User, channel: &Channel) -> Message {
    let opened = discord.slash(who, channel, "fact add", json!({})).await;
    discord.response(&discord.submit(&opened, &FORM).await).await.message().clone()
}

async fn noted(store: &Store, discord: &Discord) -> u32 {
    let asked = store.unanswered(Scope::of(discord.guild().id), 100).await.unwrap();
    asked.iter().filter(|asked| asked.text.contains("Quillon")).map(|asked| asked.times).sum()
}

async fn is_gone_for_a_while_in_this_way(name: &str, way: Wire) {
    let Some(database) = Database::new(name, Wire::Whole).await else { return };
    let discord = Discord::start(Options { patience: Duration::from_secs(60), ..Options::default() }).await;
    let (bot, port) = start(&discord, name, &database).await;
    let beside = database.beside().await;
    let (mo, meg) = (moderator(&discord, "mo"), moderator(&discord, "meg"));
    let channel = discord.guild().general();
    let shown = preview(&discord, &mo, &channel).await;
    let opened = discord.slash(&meg, &channel, "fact add", json!({})).await;
    discord.form(&opened).await;

    let began = Instant::now();
    database.relay.set(way);
    // What is published is not saved, and who publishes reads so.
    let pressed = discord.click(&mo, &shown, &shown.button("Publish")).await;
    let typed = discord.submit(&opened, &FORM).await;
    for asked in 0..6 {
        answers(&discord).await;
        let vain = discord.mention(&discord.user(&format!("asker {asked}")), &discord.guild().text_channel(), IN_VAIN).await;
        timeout(ANSWERED_WITHIN, discord.reply_to(&vain)).await.expect("that there is no answer is said from memory");
    }
    let said = discord.response(&pressed).await.message().text();
    let is_told = said.contains("so nothing was begun. Try again") || said.contains("it cannot be reached. Nothing was changed");
    assert!(is_told && !said.contains("Saved."), "{said}");
    let given_back = discord.response(&typed).await;
    let said = given_back.message().text();
    assert!(said.contains("it cannot be reached") && said.contains("What you typed is in the file"), "{said}");
    let file = given_back.message().files().first().expect("a file").text().to_owned();
    assert!(file.contains(FORM[0].1), "all that was typed");
    sleep(Duration::from_secs(14).saturating_sub(began.elapsed())).await;
    answers(&discord).await;
    let waiting = metrics(port).await;
    assert!(waiting.contains("sanad_dropped_notes_total 0"), "{waiting}");

    database.relay.set(Wire::Whole);
    let back = Instant::now();
    // The draft is as it was, and so is its button.
    let said = pressed_until(&discord, &mo, &shown, "Publish", |said| said.contains("Saved.")).await;
    assert!(said.contains("is added (r1)"), "once, whatever became of the first press: {said}");
    assert!(ask(&discord, &channel, ASKS_FOR_IT).await.text().contains("3 March 2022"));
    // What another process changes is seen again.
    let row = json!({"id": "ferry", "text": FORM[0].1.replace("lighthouse", "ferry"), "questions": ["When was the Zarbakht ferry closed?"],
        "source": {"title": "Notice", "publisher": "Port authority", "url": "https://www.port.example/ferry"}});
    Operator::new(&format!("{name}-beside"), "").import(&discord, &row.to_string(), &database.direct).await;
    let by = Instant::now() + AS_BEFORE_WITHIN;
    for asked in 0.. {
        // Each by somebody else, and not too often: people's limits hold here too.
        let question = discord.mention(&discord.user(&format!("waiting {asked}")), &discord.guild().text_channel(), ASKS_FOR_FERRY).await;
        if discord.reply_to(&question).await.text().contains("3 March") {
            break;
        }
        assert!(Instant::now() < by, "an edit of another process is not seen");
        sleep(Duration::from_secs(2)).await;
    }
    // What was asked in vain meanwhile is in the store.
    until_within(AS_BEFORE_WITHIN, async || noted(&beside, &discord).await >= 6).await;
    assert_eq!(noted(&beside, &discord).await, 6, "each is noted, once");
    println!("{way:?}: all as before {:.1} s after the database was back", back.elapsed().as_secs_f64());
    let log = bot.log();
    assert!(!log.contains("is run by another process"), "{log}");
    assert_eq!(discord.identifies().len(), 1, "its shard stayed its own");
    assert_eq!(bot.stop().await.1, 0);
    discord.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_refuses_is_done_without_and_found_again() {
    is_gone_for_a_while_in_this_way("outage_refuses", Wire::Refuses).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_whose_connections_break_is_done_without_and_found_again() {
    is_gone_for_a_while_in_this_way("outage_breaks", Wire::Breaks).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_never_heard_of_is_done_without_and_found_again() {
    is_gone_for_a_while_in_this_way("outage_swallows", Wire::Swallows).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_is_told_an_edit_is_seen_all_the_same() {
    let Some(database) = Database::new("outage_untold", Wire::TellsNothing).await else { return };
    let discord = Discord::start(Options { patience: Duration::from_secs(30), ..Options::default() }).await;
    let (bot, _) = start(&discord, "outage-untold", &database).await;
    answers(&discord).await;
    let row = json!({"id": "ferry", "text": FORM[0].1.replace("lighthouse", "ferry"), "questions": ["When was the Zarbakht ferry closed?"],
        "source": {"title": "Notice", "publisher": "Port authority", "url": "https://www.port.example/ferry"}});
    Operator::new("untold-beside", "").import(&discord, &row.to_string(), &database.direct).await;
    let kept = Instant::now();
    let log = bot.says("another process changed facts: 1").await;
    assert!(kept.elapsed() < Duration::from_secs(5), "it looks each second: {log}");
    let answer = ask(&discord, &discord.guild().text_channel(), "when was the zarbakht ferry closed").await;
    assert!(answer.text().contains("3 March 2022"), "{}", answer.text());
    assert!(database.relay.untold() > 0, "the database told of it, and nobody heard");
    assert_eq!(bot.stop().await.1, 0);
    discord.assert_clean();
}
