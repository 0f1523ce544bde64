//! What it costs to change a fact: to lay it over the facts built in, to keep it in a file, and for the first question that sees it, beside
//! up to a thousand facts that were changed before.

mod collection;

use std::fs;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use divan::Bencher;
use sanad::app::App;
use sanad::curation::{Author, Change, Head, Record, RevisionNo, Scope, Stamp, State};
use sanad::desk::Desk;
use sanad::fact::{FactId, FactIx};
use sanad::knowledge::Knowledge;
use sanad::store::{Location, Store};
use tokio::runtime::Runtime;

fn main() {
    divan::main();
}

/// Facts that were changed before.
const BEFORE: [u32; 4] = [0, 10, 100, 1_000];
/// A question that the changed fact answers.
const QUESTION: &str = "who called off the ceasefire on 28 november 2022?";
const CHANGED: &str = "nov28-end";

static SHIPPED: LazyLock<Knowledge> = LazyLock::new(collection::shipped);

fn here() -> Scope {
    Scope::of(7)
}

fn id(text: &str) -> FactId {
    FactId::new(text).unwrap_or_else(|| panic!("{text} is no id"))
}

/// What a shipped fact says, with a number that makes it another each time.
fn says(at: u32, number: u32) -> Record {
    let of = SHIPPED.base.find(CHANGED).unwrap_or(FactIx(0));
    let at = if at == 0 { of } else { FactIx(at % u32::try_from(SHIPPED.base.fact_count()).unwrap_or(1)) };
    let record = Record::of(&SHIPPED.base, at);
    Record { text: format!("{} (Corrected, number {number}.)", record.text), ..record }
}

fn head(fact: &str, number: u32, record: Record) -> (Scope, Head) {
    (here(), Head { fact: id(fact), number: RevisionNo(number), state: State::Published(record), shipped: None })
}

fn app(before: u32) -> App {
    let app = App::new(SHIPPED.clone());
    app.take((1..=before).map(|at| head(&format!("made-{at}"), 1, says(at, at))));
    app
}

/// Until the next question sees it.
#[divan::bench(args = BEFORE, max_time = 3)]
fn take(bencher: Bencher<'_, '_>, before: u32) {
    let app = app(before);
    let mut number = 0;
    bencher
        .with_inputs(|| {
            number += 1;
            head(CHANGED, number, says(0, number))
        })
        .bench_local_values(|head| {
            app.take([head]);
            app.view(here())
        });
}

/// What the first question that sees it takes.
#[divan::bench(args = BEFORE, max_time = 3)]
fn ask_after(bencher: Bencher<'_, '_>, before: u32) {
    let app = app(before);
    let mut number = 0;
    bencher
        .with_inputs(|| {
            number += 1;
            app.take([head(CHANGED, number, says(0, number))]);
        })
        .bench_local_values(|()| app.ask(&app.view(here()), QUESTION, None));
}

/// From the wish to change a fact until it is on disk and the next question sees it.
#[divan::bench(args = BEFORE, max_time = 3)]
fn change(bencher: Bencher<'_, '_>, before: u32) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("editing-{}-{before}", std::process::id()));
    let runtime = Runtime::new().unwrap_or_else(|error| panic!("a runtime: {error}"));
    fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("a folder: {error}"));
    let desk = runtime.block_on(desk(&folder.join("sanad.db")));
    for at in 1..=before {
        runtime.block_on(change_one(&desk, &format!("made-{at}"), Change::Add(says(at, at)), RevisionNo(0)));
    }
    // One fact after the other, for what was done to it before is read with each change.
    let facts = u32::try_from(SHIPPED.base.fact_count()).unwrap_or(1);
    let mut number = 0;
    bencher
        .with_inputs(|| {
            number += 1;
            let fact = &SHIPPED.base.fact(FactIx(number % facts)).id;
            (fact.as_str(), Change::Edit(says(number % facts, number)), desk.app.number(here(), fact))
        })
        .bench_local_values(|(fact, change, seen)| runtime.block_on(change_one(&desk, fact, change, seen)));
    runtime.block_on(desk.store.close());
    // What cannot be removed is left to the next `cargo clean`.
    let _ = fs::remove_dir_all(&folder);
}

async fn desk(file: &std::path::Path) -> Desk {
    let at = Location::parse(&format!("sqlite:{}", file.display())).unwrap_or_else(|error| panic!("{error}"));
    let opened = Store::open(&at).await.unwrap_or_else(|error| panic!("{error}"));
    Desk::open(Arc::new(App::new(SHIPPED.clone())), opened.store).await.unwrap_or_else(|error| panic!("{error}"))
}

async fn change_one(desk: &Desk, fact: &str, change: Change, seen: RevisionNo) {
    let stamp = Stamp { author: Author::Person(NonZeroU64::MIN), at: 1, reason: String::new(), cause: None };
    if let Err(error) = desk.change(here(), &id(fact), change, seen, stamp).await {
        panic!("{error}");
    }
}
