//! People who ask without a pause, and what became of their questions.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::stand_in::{Discord, Request};

/// How long an answer is waited for.
const LOST_AFTER: Duration = Duration::from_secs(10);

/// What became of questions.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) asked: usize,
    pub(crate) lost: usize,
    pub(crate) twice: usize,
    pub(crate) delays: Vec<Duration>,
}

impl Outcome {
    /// All of it in a line.
    pub(crate) fn said(&mut self) -> String {
        self.delays.sort_unstable();
        let at = |share: usize| {
            let at = (self.delays.len() * share / 1000).min(self.delays.len().saturating_sub(1));
            self.delays.get(at).copied().unwrap_or_default().as_secs_f64() * 1e3
        };
        format!(
            "{} questions, {} without an answer, {} answered twice, median {:.0} ms, p99 {:.0} ms, longest {:.0} ms",
            self.asked,
            self.lost,
            self.twice,
            at(500),
            at(990),
            at(1000)
        )
    }
}

/// Asks until it is told to stop, in all guilds in turn.
pub(crate) struct Asking {
    stop: watch::Sender<bool>,
    task: JoinHandle<Outcome>,
}

impl Asking {
    pub(crate) fn start(discord: &Discord, guilds: usize, rate: u32) -> Self {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(ask(discord.clone(), guilds, rate, stopped));
        Self { stop, task }
    }

    pub(crate) async fn end(self) -> Outcome {
        self.stop.send_replace(true);
        self.task.await.expect("whoever asks goes on")
    }
}

async fn ask(discord: Discord, guilds: usize, rate: u32, mut stopped: watch::Receiver<bool>) -> Outcome {
    let mut answers = discord.tap();
    let questions = questions();
    let people: Vec<_> = (0..200).map(|at| discord.user(&format!("asker {at}"))).collect();
    let channels: Vec<_> = (0..guilds).flat_map(|at| (0..10).map(move |_| at)).map(|at| discord.guild_at(at).text_channel()).collect();
    let mut outcome = Outcome::default();
    let mut sent: HashMap<u64, Instant> = HashMap::new();
    let mut seen: HashMap<u64, u32> = HashMap::new();
    let mut ticks = interval(Duration::from_secs(1) / rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut note = |request: &Request, sent: &mut HashMap<u64, Instant>, delays: &mut Vec<Duration>| {
        let Some(question) = answered(request) else { return };
        *seen.entry(question).or_default() += 1;
        if let Some(since) = sent.remove(&question) {
            delays.push(request.at.saturating_duration_since(since));
        }
    };
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            _ = ticks.tick() => {
                let at = outcome.asked;
                let (person, channel) = (&people[at % people.len()], &channels[at % channels.len()]);
                let since = Instant::now();
                let question = discord.mention(person, channel, &questions[at * 31 % questions.len()]).await;
                sent.insert(question.id, since);
                outcome.asked += 1;
            }
            Some(request) = answers.recv() => note(&request, &mut sent, &mut outcome.delays),
        }
    }
    while !sent.is_empty() {
        match timeout(LOST_AFTER, answers.recv()).await {
            Ok(Some(request)) => note(&request, &mut sent, &mut outcome.delays),
            _ => break,
        }
    }
    outcome.lost = sent.len();
    outcome.twice = seen.values().filter(|times| **times > 1).count();
    outcome
}

/// The question that a request answers, if it posts an answer.
fn answered(request: &Request) -> Option<u64> {
    let posts = request.method == "POST" && request.path.ends_with("/messages") && request.status == 200;
    if posts { request.body["message_reference"]["message_id"].as_str()?.parse().ok() } else { None }
}

/// What people ask: the project's own questions, answerable and not.
fn questions() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/questions");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("questions").filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let texts = files.iter().map(|file| std::fs::read_to_string(file).expect("a file of questions"));
    let rows = texts.flat_map(|text| text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).collect::<Vec<_>>());
    rows.filter_map(|row| row["q"].as_str().map(str::to_owned)).collect()
}
