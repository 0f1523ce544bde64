//! A copy of a store that is killed at any moment leaves nothing half-done: what it wrote into is refused until the same command was repeated
//! to its end, and then holds all of it.
//!
//! Six rounds for each way are run by default; the ways from and to PostgreSQL where `SANAD_TEST_POSTGRES` names a server (`.ci/postgres`). More:
//!
//! ```text
//! SANAD_ROUNDS=200 .ci/postgres cargo test --test store_copied -- --nocapture
//! ```

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sanad::curation::{Action, Author, Record, Revision, RevisionNo, Scope, SourceRecord, Sourced, Stamp, State};
use sanad::fact::{FactId, Standing};
use sanad::store::{Location, Store, StoreError};
use sqlx::Connection as _;

/// Revisions that are copied: enough for a kill to fall anywhere among them.
const REVISIONS: u32 = 1_500;

fn rounds() -> u32 {
    env::var("SANAD_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(6)
}

/// Xorshift64*.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % end
    }
}

/// A place for stores, gone after the test.
struct Places {
    folder: PathBuf,
    server: Option<String>,
    databases: Vec<String>,
}

impl Places {
    fn new(server: Option<String>) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("sanad-copied-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let folder = env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self { folder, server, databases: Vec::new() }
    }

    fn file(&self, name: &str) -> String {
        format!("sqlite:{}", self.folder.join(name).display())
    }

    async fn database(&mut self) -> String {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let server = self.server.clone().unwrap();
        let name = format!("sanad_copied_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        on(&server, &format!("CREATE DATABASE {name}")).await;
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        self.databases.push(name);
        url.into()
    }

    async fn gone(self) {
        for name in &self.databases {
            on(self.server.as_ref().unwrap(), &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

async fn on(server: &str, sql: &str) {
    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
}

fn revision(number: u32) -> Revision {
    let source = SourceRecord { id: "s".to_owned(), publisher: None, title: "A report".to_owned(), url: None, published: None };
    let record = Record {
        text: format!("Fact {number} says “this”. {}", "x".repeat(usize::try_from(number % 700).unwrap())),
        title: None,
        date: None,
        questions: Vec::new(),
        topics: Vec::new(),
        people: Vec::new(),
        places: Vec::new(),
        organisations: Vec::new(),
        sources: Sourced::new(vec![source]).unwrap(),
        conflicts: Vec::new(),
        standing: Standing::SingleSource,
        short: std::collections::BTreeMap::new(),
    };
    Revision {
        fact: FactId::new(&format!("fact-{number}")).unwrap(),
        number: RevisionNo(1),
        action: Action::Add,
        before: None,
        after: State::Published(record),
        shipped: None,
        stamp: Stamp { author: Author::Operator, at: 1, reason: String::new(), cause: Some(u64::from(number)) },
    }
}

async fn fill(url: &str) {
    let store = Store::open(&Location::parse(url).unwrap()).await.unwrap().store;
    let revisions: Vec<_> = (1..=REVISIONS).map(revision).collect();
    store.append_all(Scope::of(7), &revisions).await.unwrap();
    store.close().await;
}

fn copying(from: &str, to: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sanad"));
    command.args(["store", "copy", "--from", from, "--to", to]).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// What a store holds, as far as it lets itself be used.
#[derive(Debug, PartialEq)]
enum Held {
    /// Nothing was begun.
    Nothing,
    Unfinished,
    All,
}

async fn held(url: &str) -> Held {
    match Store::open_existing(&Location::parse(url).unwrap()).await {
        Ok(None) => Held::Nothing,
        Err(StoreError::Unfinished { .. }) => Held::Unfinished,
        Err(error) => panic!("{error}"),
        Ok(Some(opened)) => {
            let heads = opened.store.heads().await.unwrap().heads.len();
            assert_eq!(heads, REVISIONS as usize, "a store that can be used holds a part");
            assert_eq!(opened.store.report().await.unwrap().problems, []);
            opened.store.close().await;
            Held::All
        }
    }
}

/// Copies into one new store after the other, killed at random moments until it comes to its end.
async fn is_whole_or_refused(from: &str, mut targets: Vec<String>, way: &str) {
    let first = targets.pop().unwrap();
    let start = Instant::now();
    let done = copying(from, &first).wait_with_output().unwrap();
    let whole = start.elapsed();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(said.contains("was copied and read back"), "{said}");
    assert_eq!(held(&first).await, Held::All);

    let mut numbers = Numbers(u64::from(std::process::id()) | 1);
    let (mut killed, mut seen) = (0, [0; 3]);
    for target in targets {
        let mut patience = 3;
        loop {
            let mut copy = copying(from, &target);
            if patience > 0 {
                patience -= 1;
                thread::sleep(Duration::from_micros(numbers.below(u64::try_from(whole.as_micros()).unwrap())));
                copy.kill().unwrap();
            }
            let ended = copy.wait_with_output().unwrap();
            let found = held(&target).await;
            seen[match found {
                Held::Nothing => 0,
                Held::Unfinished => 1,
                Held::All => 2,
            }] += 1;
            if ended.status.success() {
                assert_eq!(found, Held::All);
            }
            if found == Held::All {
                break;
            }
            killed += 1;
            assert!(ended.status.code().is_none(), "{}", String::from_utf8_lossy(&ended.stderr));
        }
    }
    println!("{way}: killed {killed} times; found nothing, unfinished, all: {seen:?}; a copy takes {} ms", whole.as_millis());
}

fn server() -> Option<String> {
    env::var("SANAD_TEST_POSTGRES").ok().filter(|server| !server.is_empty())
}

#[tokio::test]
async fn from_a_file_to_a_file() {
    let places = Places::new(None);
    let from = places.file("from.db");
    fill(&from).await;
    let targets = (0..=rounds()).map(|round| places.file(&format!("to-{round}.db"))).collect();
    is_whole_or_refused(&from, targets, "file to file").await;
    places.gone().await;
}

#[tokio::test]
async fn from_a_file_to_a_server_and_back() {
    let Some(server) = server() else { return };
    let mut places = Places::new(Some(server));
    let from = places.file("from.db");
    fill(&from).await;
    let mut targets = Vec::new();
    for _ in 0..=rounds() {
        targets.push(places.database().await);
    }
    let full = targets.last().unwrap().clone();
    is_whole_or_refused(&from, targets, "file to server").await;
    let mut doctor = Command::new(env!("CARGO_BIN_EXE_sanad"));
    doctor.arg("doctor").env("DATABASE_URL", &full).env_remove("DISCORD_TOKEN").current_dir(&places.folder);
    let said = String::from_utf8(doctor.output().unwrap().stdout).unwrap();
    let place = Location::parse(&full).unwrap().place();
    assert!(said.contains(&format!("ok    database     {place}, schema 0005 (facts edited: {REVISIONS}, ")), "{said}");
    let back = (0..=rounds()).map(|round| places.file(&format!("back-{round}.db"))).collect();
    is_whole_or_refused(&full, back, "server to file").await;
    places.gone().await;
}
