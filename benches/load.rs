//! The bot under load: the binary as it is shipped, in a process of its own, against a stand-in for Discord on the same machine.
//!
//! Three runs. The first sends questions at an even rate and measures each from the event that carries it to the request that answers it.
//! The second does so while moderators correct facts, and says by how much that slows the answers. The third sends many questions, as fast
//! as they are answered, and reads the bot's resident memory on the way.
//!
//! ```text
//! cargo bench --bench load -- [--rate 200] [--edits 50] [--seconds 30] [--total 100000]
//! ```

#![allow(clippy::expect_used, reason = "a measurement that cannot go on ends")]

#[path = "load/moderating.rs"]
mod moderating;
#[path = "../tests/stand_in/mod.rs"]
mod stand_in;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use stand_in::{Channel, Discord, Options, Request, User};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// Servers, and channels in each.
const GUILDS: usize = 50;
const CHANNELS: usize = 20;
/// People who ask.
const PEOPLE: usize = 2_000;
/// Questions unanswered at most while memory is read.
const IN_FLIGHT: usize = 64;
/// How long an answer is waited for before it counts as lost.
const LOST_AFTER: Duration = Duration::from_secs(10);

struct Plan {
    rate: u32,
    edits: u32,
    seconds: u32,
    total: usize,
}

impl Plan {
    fn of_arguments() -> Self {
        let arguments: Vec<String> = std::env::args().collect();
        let number = |name: &str, default: usize| {
            let at = arguments.iter().position(|argument| argument == name);
            at.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(default)
        };
        let small = |name, default| u32::try_from(number(name, default)).unwrap_or(u32::MAX);
        Self { rate: small("--rate", 200), edits: small("--edits", 50), seconds: small("--seconds", 30), total: number("--total", 100_000) }
    }
}

fn main() {
    let plan = Plan::of_arguments();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(run(&plan));
}

async fn run(plan: &Plan) {
    let options = Options { guilds: GUILDS, rules: false, keep: 5_000, patience: Duration::from_secs(30), ..Options::default() };
    let discord = Discord::start(options).await;
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("load-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for the run");
    let mut bot = start(&discord, &folder);
    discord.connected(0).await;
    let mut crowd = Crowd::new(&discord);
    crowd.ask_evenly(&discord, 100, Duration::from_secs(2)).await;
    println!("resident memory when warm: {} MB", megabytes(&bot));
    let period = Duration::from_secs(plan.seconds.into());
    let undisturbed = crowd.ask_evenly(&discord, plan.rate, period).await.print(plan.rate);
    if plan.edits > 0 {
        let correcting = tokio::spawn(moderating::correct_evenly(discord.clone(), plan.edits, period));
        let disturbed = crowd.ask_evenly(&discord, plan.rate, period).await.print(plan.rate);
        let corrected = correcting.await.expect("the moderators end");
        corrected.print(plan.edits, &folder.join("sanad.db")).await;
        let times = |of: fn(&Typical) -> Duration| of(&disturbed).as_secs_f64() / of(&undisturbed).as_secs_f64().max(1e-9);
        println!("answers beside them take {:.2} times as long by median, {:.2} by p99", times(|t| t.median), times(|t| t.p99));
        while crowd.answers.try_recv().is_ok() {}
    }
    crowd.type_questions(&discord, 500).await;
    crowd.ask_on(&discord, plan.total, &bot).await;
    bot.kill().expect("the bot ends");
    bot.wait().expect("the bot ended");
    fs::remove_dir_all(&folder).expect("the folder goes");
}

fn start(discord: &Discord, folder: &Path) -> Child {
    let limit = "{ burst = 1000000, per_minute = 1000000 }";
    let settings = format!("[limits]\nperson = {limit}\nchannel = {limit}\nserver = {limit}\n");
    let config = folder.join("config.toml");
    fs::write(&config, settings).expect("settings");
    Command::new(env!("CARGO_BIN_EXE_sanad"))
        .arg("run")
        .current_dir(folder)
        .env("DISCORD_TOKEN", discord.token())
        .env("DISCORD_API_URL", discord.url())
        .env("SANAD_CONFIG", &config)
        .env("RUST_LOG", "warn")
        .stdin(Stdio::null())
        .spawn()
        .expect("the bot starts")
}

/// Resident memory of a process.
fn megabytes(process: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<u64>().ok()).unwrap_or(0) / 1024
}

struct Crowd {
    people: Vec<User>,
    channels: Vec<Channel>,
    questions: Vec<String>,
    answers: UnboundedReceiver<Request>,
    asked: usize,
}

/// What became of questions.
struct Outcome {
    delays: Vec<Duration>,
    lost: usize,
    twice: usize,
}

impl Crowd {
    fn new(discord: &Discord) -> Self {
        let channels = (0..GUILDS).flat_map(|at| {
            let guild = discord.guild_at(at);
            (0..CHANNELS).map(move |_| guild.text_channel())
        });
        let channels = channels.collect();
        let people = (0..PEOPLE).map(|number| discord.user(&format!("person {number}"))).collect();
        Self { people, channels, questions: questions(), answers: discord.tap(), asked: 0 }
    }

    async fn ask(&mut self, discord: &Discord) -> u64 {
        let at = self.asked;
        self.asked += 1;
        let pick = |count: usize, step: usize| at.wrapping_mul(step) % count;
        let (person, channel) = (&self.people[pick(self.people.len(), 7)], &self.channels[pick(self.channels.len(), 13)]);
        discord.mention(person, channel, &self.questions[pick(self.questions.len(), 31)]).await.id
    }

    /// Asks at an even rate, and waits for what is still to come.
    async fn ask_evenly(&mut self, discord: &Discord, rate: u32, period: Duration) -> Outcome {
        let mut sent: HashMap<u64, Instant> = HashMap::new();
        let mut seen: HashMap<u64, u32> = HashMap::new();
        let mut delays = Vec::new();
        let mut ticks = interval(Duration::from_secs(1) / rate);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let end = Instant::now() + period;
        let mut note = |request: &Request, sent: &mut HashMap<u64, Instant>| {
            if let Some(question) = answered(request) {
                *seen.entry(question).or_default() += 1;
                if let Some(since) = sent.remove(&question) {
                    delays.push(request.at.saturating_duration_since(since));
                }
            }
        };
        while Instant::now() < end {
            tokio::select! {
                _ = ticks.tick() => {
                    let since = Instant::now();
                    let question = self.ask(discord).await;
                    sent.insert(question, since);
                }
                Some(request) = self.answers.recv() => note(&request, &mut sent),
            }
        }
        while !sent.is_empty() {
            match timeout(LOST_AFTER, self.answers.recv()).await {
                Ok(Some(request)) => note(&request, &mut sent),
                _ => break,
            }
        }
        let twice = seen.values().filter(|times| **times > 1).count();
        Outcome { delays, lost: sent.len(), twice }
    }

    /// Types questions into the command, a letter more each time, and waits for each list of completions.
    async fn type_questions(&mut self, discord: &Discord, times: usize) {
        let mut delays = Vec::new();
        for at in 0..times {
            let question = &self.questions[at * 31 % self.questions.len()];
            let typed: String = question.chars().take(3 + at % 40).collect();
            let (person, channel) = (&self.people[at % self.people.len()], &self.channels[at % self.channels.len()]);
            let typing = discord.autocomplete(person, channel, "ask", serde_json::json!({"question": typed}), "question").await;
            let since = Instant::now();
            discord.response(&typing).await;
            delays.push(since.elapsed());
        }
        print!("completions while typing: ");
        Outcome { delays, lost: 0, twice: 0 }.print_delays();
        println!();
        while self.answers.try_recv().is_ok() {}
    }

    /// Asks until so many were asked, as fast as they are answered.
    async fn ask_on(&mut self, discord: &Discord, total: usize, bot: &Child) {
        let start = Instant::now();
        let (mut sent, mut came) = (0_usize, 0_usize);
        while came < total {
            while sent < total && sent - came < IN_FLIGHT {
                self.ask(discord).await;
                sent += 1;
            }
            match timeout(LOST_AFTER, self.answers.recv()).await {
                Ok(Some(request)) if answered(&request).is_some() => came += 1,
                Ok(Some(_)) => continue,
                _ => break,
            }
            if came.is_multiple_of(20_000) || came == 1_000 {
                println!("after {came:>6} more questions: {} MB resident", megabytes(bot));
            }
        }
        let rate = f64::from(u32::try_from(came).unwrap_or(u32::MAX)) / start.elapsed().as_secs_f64();
        println!("{came} questions, {} without an answer, {rate:.0} a second with {IN_FLIGHT} at once", sent - came);
    }
}

/// How long things took, for the most part.
struct Typical {
    median: Duration,
    p99: Duration,
}

impl Outcome {
    fn print(mut self, rate: u32) -> Typical {
        print!("{rate} questions a second: ");
        let typical = self.print_delays();
        println!("; {} lost, {} answered twice", self.lost, self.twice);
        typical
    }

    fn print_delays(&mut self) -> Typical {
        self.delays.sort_unstable();
        let at = |share: usize| {
            self.delays.get((self.delays.len() * share / 1000).min(self.delays.len().saturating_sub(1))).copied().unwrap_or_default()
        };
        print!(
            "{} in all, median {:.2} ms, p99 {:.2} ms, longest {:.2} ms",
            self.delays.len(),
            at(500).as_secs_f64() * 1e3,
            at(990).as_secs_f64() * 1e3,
            at(1000).as_secs_f64() * 1e3,
        );
        Typical { median: at(500), p99: at(990) }
    }
}

/// The question that a request answers, if it posts an answer.
fn answered(request: &Request) -> Option<u64> {
    let posts = request.method == "POST" && request.path.ends_with("/messages") && request.status == 200;
    if !posts {
        return None;
    }
    request.body["message_reference"]["message_id"].as_str()?.parse().ok()
}

/// What people ask: the project's own questions, answerable and not.
fn questions() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/questions");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).expect("questions").filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let texts = files.iter().map(|file| fs::read_to_string(file).expect("a file of questions"));
    let rows = texts.flat_map(|text| text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).collect::<Vec<_>>());
    rows.filter_map(|row| row["q"].as_str().map(str::to_owned)).collect()
}
