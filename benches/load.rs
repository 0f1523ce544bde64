//! The bot under load: the binary as it is shipped, in a process of its own, against a stand-in for Discord on the same machine.
//!
//! Three runs. The first sends questions at an even rate and measures each from the event that carries it to the request that answers it.
//! The second does so while moderators correct facts, and says by how much that slows the answers. The third sends many questions, as fast
//! as they are answered, and reads the bot's resident memory on the way.
//!
//! With `--processes` several processes share the shards of many servers instead, as [`many`] says.
//!
//! It ends with 1 where a figure that is promised is missed. The figures are for two cores, which the bot and the stand-in share:
//!
//! ```text
//! taskset -c 0,1 cargo bench --bench load -- [--rate 200] [--edits 50] [--seconds 30] [--total 100000] [--program FILE]
//! cargo bench --bench load -- --processes 4 [--shards 16] [--servers 10000] [--own 1000] [--rate 200] [--seconds 30] [--total 100000]
//! ```

#![allow(clippy::expect_used, reason = "a measurement that cannot go on ends")]

#[path = "load/bots.rs"]
mod bots;
#[path = "load/crowd.rs"]
mod crowd;
#[path = "load/many.rs"]
mod many;
#[path = "load/moderating.rs"]
mod moderating;
#[path = "../tests/stand_in/mod.rs"]
mod stand_in;

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bots::Bot;
use crowd::{Crowd, Place, Typical};
use stand_in::{Discord, Options};

/// Servers, and channels in each.
const GUILDS: usize = 50;
const CHANNELS: usize = 20;
/// Questions unanswered at most while memory is read.
const IN_FLIGHT: usize = 64;

/// What is promised: from a question to its answer, from a letter to its completions, and of memory.
const MEDIAN: Duration = Duration::from_millis(5);
const P99: Duration = Duration::from_millis(25);
const COMPLETION_P99: Duration = Duration::from_millis(100);
const MEGABYTES: u64 = 80;

struct Plan {
    program: PathBuf,
    rate: u32,
    edits: u32,
    seconds: u32,
    total: usize,
    /// Several processes, where they are asked for.
    many: Option<many::Plan>,
}

impl Plan {
    fn of_arguments() -> Self {
        let arguments: Vec<String> = std::env::args().collect();
        let said = |name: &str| arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1));
        let number = |name: &str, default: usize| said(name).and_then(|said| said.parse().ok()).unwrap_or(default);
        let small = |name, default| u32::try_from(number(name, default)).unwrap_or(u32::MAX);
        let program = said("--program").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_sanad")), PathBuf::from);
        let (rate, seconds, total) = (small("--rate", 200), small("--seconds", 30), number("--total", 100_000));
        let many = said("--processes").map(|_| many::Plan {
            program: program.clone(),
            processes: number("--processes", 1),
            shards: small("--shards", 16),
            servers: number("--servers", 10_000),
            own: number("--own", 1_000),
            rate,
            period: Duration::from_secs(seconds.into()),
            total,
        });
        Self { program, rate, edits: small("--edits", 50), seconds, total, many }
    }
}

fn main() -> ExitCode {
    let plan = Plan::of_arguments();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("load-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for the run");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let missed = match &plan.many {
        Some(many) => {
            runtime.block_on(many::run(many, &folder));
            Missed::default()
        }
        None => runtime.block_on(run(&plan, &folder)),
    };
    fs::remove_dir_all(&folder).expect("the folder goes");
    for figure in &missed.0 {
        println!("MISSED: {figure}");
    }
    if missed.0.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Figures that were missed.
#[derive(Default)]
struct Missed(Vec<String>);

impl Missed {
    fn unless(&mut self, held: bool, figure: impl Into<String>) {
        if !held {
            self.0.push(figure.into());
        }
    }

    fn of_answers(&mut self, whose: &str, typical: &Typical) {
        self.unless(typical.median < MEDIAN, format!("{whose}: a median of {:?}, {MEDIAN:?} is promised", typical.median));
        self.unless(typical.p99 < P99, format!("{whose}: a 99th percentile of {:?}, {P99:?} is promised", typical.p99));
        self.of_all(whose, typical);
    }

    fn of_all(&mut self, whose: &str, typical: &Typical) {
        self.unless(typical.lost == 0, format!("{whose}: {} lost", typical.lost));
        self.unless(typical.twice == 0, format!("{whose}: {} answered twice", typical.twice));
    }
}

async fn run(plan: &Plan, folder: &Path) -> Missed {
    let mut missed = Missed::default();
    let options = Options { guilds: GUILDS, rules: false, keep: 5_000, patience: Duration::from_secs(30), ..Options::default() };
    let discord = Discord::start(options).await;
    let bot = Bot::start(&plan.program, &discord, folder, None, None);
    discord.connected(0).await;
    let places =
        discord.guilds().into_iter().flat_map(|guild| (0..CHANNELS).map(move |_| Place { channel: guild.text_channel(), own: None }));
    let mut crowd = Crowd::new(&discord, places.collect(), Vec::new());
    crowd.ask_evenly(&discord, 100, Duration::from_secs(2)).await;
    println!("resident memory when warm: {} MB", bot.memory().resident);
    let period = Duration::from_secs(plan.seconds.into());
    let evenly = format!("{} questions a second", plan.rate);
    let undisturbed = crowd.ask_evenly(&discord, plan.rate, period).await.print(&evenly);
    missed.of_answers("undisturbed", &undisturbed);
    println!("resident memory then: {} MB", bot.memory().resident);
    if plan.edits > 0 {
        let correcting = tokio::spawn(moderating::correct_evenly(discord.clone(), plan.edits, period));
        let disturbed = crowd.ask_evenly(&discord, plan.rate, period).await.print(&evenly);
        missed.of_all("beside corrections", &disturbed);
        let corrected = correcting.await.expect("the moderators end");
        corrected.print(plan.edits, &folder.join("sanad.db")).await;
        let times = |of: fn(&Typical) -> Duration| of(&disturbed).as_secs_f64() / of(&undisturbed).as_secs_f64().max(1e-9);
        println!("answers beside them take {:.2} times as long by median, {:.2} by p99", times(|t| t.median), times(|t| t.p99));
        crowd.forget_answers();
    }
    let typed = crowd.type_questions(&discord, 500).await;
    missed.unless(typed.p99 < COMPLETION_P99, format!("completions: a 99th percentile of {:?}, {COMPLETION_P99:?} is promised", typed.p99));
    let begun = Instant::now();
    let most = Cell::new(0);
    let told = |came: usize| {
        if came.is_multiple_of(1_000) {
            let resident = bot.memory().resident;
            most.set(most.get().max(resident));
            if came.is_multiple_of(20_000) || came == 1_000 {
                println!("after {came:>6} more questions: {resident} MB resident");
            }
        }
    };
    let done = crowd.ask_on(&discord, plan.total, IN_FLIGHT, told).await;
    let rate = done.rate(begun.elapsed());
    let typical = done.print(&format!("{rate:.0} questions a second reached, {IN_FLIGHT} at once"));
    missed.of_all("as fast as they are answered", &typical);
    missed.unless(most.get() < MEGABYTES, format!("{} MB resident, {MEGABYTES} are promised", most.get()));
    bot.end();
    missed
}
