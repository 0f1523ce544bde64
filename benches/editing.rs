//! What it costs to change a fact: to lay it over the facts built in, to keep it in a file, and for the questions that see it, beside up to
//! ten thousand facts that the server has of its own; and what ten thousand servers cost while nobody asks in them.

mod collection;

use std::alloc::System;
use std::cell::RefCell;
use std::fs;
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use divan::Bencher;
use sanad::app::App;
use sanad::curation::{Author, Change, Head, Record, RevisionNo, Scope, SourceRecord, Sourced, Stamp, State};
use sanad::desk::Desk;
use sanad::fact::{FactId, FactIx, Standing};
use sanad::knowledge::Knowledge;
use sanad::store::{Location, Store};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::runtime::Runtime;

/// Counts what is allocated, for [`weigh`].
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    divan::main();
    // Only where all is measured, not where some is or where it is only tried out.
    if std::env::args().skip(1).all(|argument| argument == "--bench") {
        compare();
        weigh();
    }
}

/// Facts that the server has of its own.
const BEFORE: [u32; 4] = [0, 100, 1_000, 10_000];
/// A question that the changed fact answers.
const QUESTION: &str = "who called off the ceasefire on 28 november 2022?";
const CHANGED: &str = "nov28-end";
/// Servers, and facts of each.
const SERVERS: u64 = 10_000;
const FACTS: u32 = 20;

static SHIPPED: LazyLock<Knowledge> = LazyLock::new(collection::shipped);

fn here() -> Scope {
    Scope::of(7)
}

fn id(text: &str) -> FactId {
    FactId::new(text).unwrap_or_else(|| panic!("{text} is no id"))
}

/// What a shipped fact says, with a number that makes it another each time.
fn says(at: FactIx, number: u32) -> Record {
    let record = Record::of(&SHIPPED.base, at);
    Record { text: format!("{} (Corrected, number {number}.)", record.text), ..record }
}

/// The fact that [`QUESTION`] asks for.
fn asked_for() -> FactIx {
    SHIPPED.base.find(CHANGED).unwrap_or(FactIx(0))
}

/// A fact of the kind that a server keeps: about its own people and places, asked for in a few ways.
fn own(at: u32) -> Record {
    const WHAT: [&str; 8] = ["library", "tournament", "night market", "bakery", "river ferry", "archive", "repair desk", "reading circle"];
    const DONE: [&str; 6] = ["opened", "moved", "suspended", "renamed", "extended", "handed over"];
    let pick = |all: &[&'static str], by: u32| all.get((at / by) as usize % all.len()).copied().unwrap_or_default();
    let (what, done) = (pick(&WHAT, 1), pick(&DONE, 8));
    // A name of syllables, another for each few facts.
    let name: String =
        (0..3).map(|place| pick(&["ra", "tol", "min", "vek", "dur", "sha", "nok", "pel", "gi", "zam"], 5 * 10u32.pow(place))).collect();
    let (day, month) = (1 + at % 28, 1 + at / 28 % 12);
    Record {
        text: format!("The {name} {what} was {done} on {day}/{month}/2024 by its committee, with {} members present.", 5 + at % 90),
        title: None,
        date: format!("2024-{month:02}-{day:02}").parse().ok(),
        questions: vec![
            format!("When was the {name} {what} {done}?"),
            format!("Who {done} the {what} of {name}?"),
            format!("How many members were present when the {name} {what} was {done}?"),
        ],
        topics: vec!["community".to_owned()],
        people: Vec::new(),
        places: Vec::new(),
        organisations: Vec::new(),
        sources: Sourced::new(vec![SourceRecord {
            id: format!("minutes-{}", at / 4),
            publisher: Some("The committee".to_owned()),
            title: format!("Minutes, sheet {}", at / 4),
            url: Some(format!("https://community.example/minutes/{}", at / 4)),
            published: None,
        }])
        .unwrap_or_else(|| panic!("there is a source")),
        conflicts: Vec::new(),
        standing: Standing::SingleSource,
        short: std::collections::BTreeMap::new(),
    }
}

fn head(scope: Scope, fact: &str, number: u32, state: State) -> (Scope, Head) {
    (scope, Head { fact: id(fact), number: RevisionNo(number), state, shipped: None })
}

fn owned(scope: Scope, facts: u32) -> impl Iterator<Item = (Scope, Head)> {
    (0..facts).map(move |at| head(scope, &format!("own-{at}"), 1, State::Published(own(at))))
}

/// A server that has so many facts, and whose last ones came one by one.
fn app(before: u32) -> App {
    let app = App::new(SHIPPED.clone());
    app.take(owned(here(), before));
    app.view(here());
    for at in 0..before.min(40) {
        let taken = app.take([head(here(), &format!("late-{at}"), 1, State::Published(own(before + at)))]);
        app.settle(&taken.due);
    }
    app
}

/// One edit until the next question sees it. What it puts off is done between two of them, as the bot does it beside.
fn one_edit(bencher: Bencher<'_, '_>, before: u32, edit: impl Fn(u32) -> (Scope, Head)) {
    let app = app(before);
    let mut number = 1;
    let due = RefCell::new(Vec::new());
    bencher
        .with_inputs(|| {
            app.settle(&due.take());
            number += 1;
            edit(number)
        })
        .bench_local_values(|head| {
            due.replace(app.take([head]).due);
            app.view(here())
        });
}

#[divan::bench(args = BEFORE, max_time = 3)]
fn add(bencher: Bencher<'_, '_>, before: u32) {
    one_edit(bencher, before, |number| head(here(), &format!("new-{number}"), 1, State::Published(own(before + number))));
}

/// A shipped fact, or where there are any, one after the other of the server's own.
#[divan::bench(args = BEFORE, max_time = 3)]
fn change(bencher: Bencher<'_, '_>, before: u32) {
    one_edit(bencher, before, |number| match before {
        0 => head(here(), CHANGED, number, State::Published(says(asked_for(), number))),
        _ => head(here(), &format!("own-{}", number % before), number, State::Published(own(number))),
    });
}

#[divan::bench(args = BEFORE, max_time = 3)]
fn retract(bencher: Bencher<'_, '_>, before: u32) {
    one_edit(bencher, before, |number| match before {
        0 => head(here(), CHANGED, number, State::Retracted(says(asked_for(), number))),
        _ => head(here(), &format!("own-{}", number % before), number, State::Retracted(own(number))),
    });
}

/// One fact with all its question forms, as they are built in.
#[divan::bench(args = BEFORE, max_time = 3)]
fn change_of_thirty_forms(bencher: Bencher<'_, '_>, before: u32) {
    one_edit(bencher, before, |number| head(here(), CHANGED, number, State::Published(says(asked_for(), number))));
}

/// What the first question that sees it takes.
#[divan::bench(args = BEFORE, max_time = 3)]
fn ask_after(bencher: Bencher<'_, '_>, before: u32) {
    let app = app(before);
    let mut number = 0;
    bencher
        .with_inputs(|| {
            number += 1;
            app.settle(&app.take([head(here(), CHANGED, number, State::Published(says(asked_for(), number)))]).due);
        })
        .bench_local_values(|()| app.ask(&app.view(here()), QUESTION, None));
}

/// Questions about the facts built in, one of each.
#[divan::bench(args = BEFORE, max_time = 5)]
fn ask(bencher: Bencher<'_, '_>, before: u32) {
    let app = app(before);
    let questions = questions();
    let mut at = 0;
    bencher
        .with_inputs(|| {
            at += 1;
            questions.get(at % questions.len()).copied().unwrap_or_default()
        })
        .bench_local_values(|question| app.ask(&app.view(here()), question, None));
}

/// The first question of a server that nobody asked in for a while.
#[divan::bench(max_time = 3)]
fn first_use(bencher: Bencher<'_, '_>) {
    let app = App::new(SHIPPED.clone());
    app.replace(None, Some((1..=SERVERS / 10).flat_map(|server| owned(Scope::of(server), FACTS)).collect()));
    let mut server = 0;
    bencher
        .with_inputs(|| {
            server = server % (SERVERS / 10) + 1;
            Scope::of(server)
        })
        .bench_local_values(|scope| app.view(scope));
}

/// From the wish to change a fact until it is on disk and the next question sees it.
#[divan::bench(args = [0, 100, 1_000], max_time = 3)]
fn keep(bencher: Bencher<'_, '_>, before: u32) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("editing-{}-{before}", std::process::id()));
    let runtime = Runtime::new().unwrap_or_else(|error| panic!("a runtime: {error}"));
    fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("a folder: {error}"));
    let desk = runtime.block_on(desk(&folder.join("sanad.db")));
    for at in 0..before {
        runtime.block_on(change_one(&desk, &format!("own-{at}"), Change::Add(own(at)), RevisionNo(0)));
    }
    // One fact after the other, for what was done to it before is read with each change.
    let facts = u32::try_from(SHIPPED.base.fact_count()).unwrap_or(1);
    let mut number = 0;
    bencher
        .with_inputs(|| {
            number += 1;
            let at = FactIx(number % facts);
            let fact = &SHIPPED.base.fact(at).id;
            (fact.as_str(), Change::Edit(says(at, number)), desk.app.number(here(), fact))
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

/// Questions about the facts built in, one of each.
fn questions() -> Vec<&'static str> {
    SHIPPED.base.indexed().filter_map(|(_, fact)| fact.questions.get(1).map(AsRef::as_ref)).collect()
}

/// Prints how much longer questions take beside a server's own facts: by turns, and the least of each, so that it does not matter what else
/// the machine does.
fn compare() {
    const ROUNDS: usize = 15;
    let apps: Vec<(u32, App)> = BEFORE.iter().map(|before| (*before, app(*before))).collect();
    let mut least = vec![Duration::ZERO; apps.len()];
    for question in questions() {
        let mut best = vec![Duration::MAX; apps.len()];
        for _ in 0..ROUNDS {
            for (best, (_, app)) in best.iter_mut().zip(&apps) {
                let start = Instant::now();
                divan::black_box(app.ask(&app.view(here()), question, None));
                *best = (*best).min(start.elapsed());
            }
        }
        least.iter_mut().zip(best).for_each(|(sum, best)| *sum += best);
    }
    for ((before, _), sum) in apps.iter().zip(&least) {
        let ratio = sum.as_secs_f64() / least.first().map_or(1.0, Duration::as_secs_f64);
        println!("questions beside {before} own facts: {ratio:.3} times as long");
    }
}

/// Prints what servers take in memory: idle, and warm.
fn weigh() {
    let app = App::new(SHIPPED.clone());
    let held = |region: &Region<'_, System>| {
        let change = region.change();
        // What grew or shrank where it was is counted in these two as well.
        i64::try_from(change.bytes_allocated).unwrap_or(i64::MAX) - i64::try_from(change.bytes_deallocated).unwrap_or(i64::MAX)
    };
    let text: usize = (0..FACTS).map(|at| format!("own-{at}").len() + texts(&own(at))).sum();
    let region = Region::new(ALLOCATOR);
    app.replace(None, Some((1..=SERVERS).flat_map(|server| owned(Scope::of(server), FACTS)).collect()));
    let idle = held(&region) / i64::try_from(SERVERS).unwrap_or(1);
    println!("\n{SERVERS} servers with {FACTS} facts each, of {text} bytes of text a server:");
    println!("idle: {idle} bytes a server, {} beyond the text", idle - i64::try_from(text).unwrap_or(0));
    let region = Region::new(ALLOCATOR);
    let warm = u64::from(sanad::app::WARM_SERVERS);
    (1..=warm).for_each(|server| drop(app.view(Scope::of(server))));
    println!("warm: {} bytes a server more", held(&region) / i64::try_from(warm).unwrap_or(1));
    let region = Region::new(ALLOCATOR);
    (1..=1_000).for_each(|server| drop(app.view(Scope::of(server))));
    println!("{} bytes more after 1,000 servers were asked, one after the other", held(&region));
}

/// Bytes of a record's texts.
fn texts(record: &Record) -> usize {
    let lists = [&record.questions, &record.topics, &record.people, &record.places, &record.organisations, &record.conflicts];
    let all = |texts: &[String]| texts.iter().map(String::len).sum::<usize>();
    let of = |source: &SourceRecord| {
        source.id.len() + source.title.len() + [&source.publisher, &source.url].into_iter().flatten().map(String::len).sum::<usize>()
    };
    record.text.len() + lists.into_iter().map(|texts| all(texts)).sum::<usize>() + record.sources.iter().map(of).sum::<usize>()
}
