//! People who ask, and what becomes of their questions.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::stand_in::{Channel, Discord, Request, User};

/// People who ask.
const PEOPLE: usize = 2_000;
/// How long an answer is waited for before it counts as lost.
const LOST_AFTER: Duration = Duration::from_secs(10);
/// How long is listened for second answers after the last first one.
const LATE: Duration = Duration::from_secs(2);

/// A channel to ask in.
pub(crate) struct Place {
    pub(crate) channel: Channel,
    /// Words that stand in every answer from facts of the server's own, where it has any.
    pub(crate) own: Option<String>,
}

/// People who ask.
pub(crate) struct Crowd {
    people: Vec<User>,
    places: Vec<Place>,
    questions: Vec<String>,
    /// Questions that a server's own facts answer.
    of_own: Vec<String>,
    answers: UnboundedReceiver<Request>,
    asked: usize,
}

/// Questions that are under way, and those that were answered.
#[derive(Default)]
struct Sent {
    waiting: HashMap<u64, (Instant, Option<String>)>,
    seen: HashMap<u64, u32>,
    delays: Vec<Duration>,
    astray: usize,
}

/// What became of questions.
pub(crate) struct Outcome {
    pub(crate) delays: Vec<Duration>,
    pub(crate) lost: usize,
    pub(crate) twice: usize,
    /// Answered, but not by the server's own facts, which knew it.
    pub(crate) astray: usize,
}

/// How long things took, for the most part.
pub(crate) struct Typical {
    pub(crate) median: Duration,
    pub(crate) p99: Duration,
    /// Questions that were not answered, and those that were more than once.
    pub(crate) lost: usize,
    pub(crate) twice: usize,
}

impl Sent {
    /// Takes down a request, where it answers a question; whether it does so for the first time.
    fn note(&mut self, request: &Request) -> bool {
        let Some(question) = answered(request) else { return false };
        *self.seen.entry(question).or_default() += 1;
        let Some((since, own)) = self.waiting.remove(&question) else { return false };
        self.delays.push(request.at.saturating_duration_since(since));
        self.astray += usize::from(own.is_some_and(|own| !request.body.to_string().contains(&own)));
        true
    }

    fn ended(self) -> Outcome {
        let twice = self.seen.values().filter(|times| **times > 1).count();
        Outcome { delays: self.delays, lost: self.waiting.len(), twice, astray: self.astray }
    }
}

impl Crowd {
    pub(crate) fn new(discord: &Discord, places: Vec<Place>, of_own: Vec<String>) -> Self {
        let people = (0..PEOPLE).map(|number| discord.user(&format!("person {number}"))).collect();
        Self { people, places, questions: questions(), of_own, answers: discord.tap(), asked: 0 }
    }

    async fn ask(&mut self, discord: &Discord, sent: &mut Sent) {
        let at = self.asked;
        self.asked += 1;
        let pick = |count: usize, step: usize| at.wrapping_mul(step) % count;
        // Steps that are prime, so that every place has its turn.
        let (person, place) = (&self.people[pick(self.people.len(), 7)], &self.places[pick(self.places.len(), 7_919)]);
        // Where a server has facts of its own, each second round asks for them.
        let own = place.own.clone().filter(|_| (at / self.places.len()).is_multiple_of(2));
        let question = match own {
            // A channel is not asked the same in the next round: it would be shown where that was answered.
            Some(_) => &self.of_own[(at + at / self.places.len()) % self.of_own.len()],
            None => &self.questions[pick(self.questions.len(), 31)],
        };
        let since = Instant::now();
        let id = discord.mention(person, &place.channel, question).await.id;
        sent.waiting.insert(id, (since, own));
    }

    /// Asks at an even rate, and waits for what is still to come.
    pub(crate) async fn ask_evenly(&mut self, discord: &Discord, rate: u32, period: Duration) -> Outcome {
        let mut sent = Sent::default();
        let mut ticks = interval(Duration::from_secs(1) / rate);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let end = Instant::now() + period;
        while Instant::now() < end {
            tokio::select! {
                _ = ticks.tick() => self.ask(discord, &mut sent).await,
                Some(request) = self.answers.recv() => {
                    sent.note(&request);
                }
            }
        }
        while !sent.waiting.is_empty() {
            match timeout(LOST_AFTER, self.answers.recv()).await {
                Ok(Some(request)) => sent.note(&request),
                _ => break,
            };
        }
        self.listen(&mut sent).await;
        sent.ended()
    }

    /// Hears what comes late.
    async fn listen(&mut self, sent: &mut Sent) {
        let late = Instant::now() + LATE;
        while let Ok(Some(request)) = timeout(late.saturating_duration_since(Instant::now()), self.answers.recv()).await {
            sent.note(&request);
        }
    }

    /// Asks until so many were asked, as fast as they are answered, with so many unanswered at most. Tells how many were answered, each time
    /// that one is.
    pub(crate) async fn ask_on(&mut self, discord: &Discord, total: usize, at_once: usize, told: impl Fn(usize)) -> Outcome {
        let (mut sent, mut asked, mut came) = (Sent::default(), 0_usize, 0_usize);
        while came < total {
            while asked < total && asked - came < at_once {
                self.ask(discord, &mut sent).await;
                asked += 1;
            }
            match timeout(LOST_AFTER, self.answers.recv()).await {
                Ok(Some(request)) if sent.note(&request) => came += 1,
                Ok(Some(_)) => continue,
                _ => break,
            }
            told(came);
        }
        self.listen(&mut sent).await;
        sent.ended()
    }

    /// Types questions into the command, a letter more each time, and waits for each list of completions.
    pub(crate) async fn type_questions(&mut self, discord: &Discord, times: usize) -> Typical {
        let mut delays = Vec::new();
        for at in 0..times {
            let question = &self.questions[at * 31 % self.questions.len()];
            let typed: String = question.chars().take(3 + at % 40).collect();
            let (person, place) = (&self.people[at % self.people.len()], &self.places[at % self.places.len()]);
            let typing = discord.autocomplete(person, &place.channel, "ask", serde_json::json!({"question": typed}), "question").await;
            let since = Instant::now();
            discord.response(&typing).await;
            delays.push(since.elapsed());
        }
        print!("completions while typing: ");
        let typical = Outcome::of(delays).print_delays();
        println!();
        self.forget_answers();
        typical
    }

    /// Leaves what was answered meanwhile unread.
    pub(crate) fn forget_answers(&mut self) {
        while self.answers.try_recv().is_ok() {}
    }
}

impl Outcome {
    /// What was waited for until it came.
    pub(crate) fn of(delays: Vec<Duration>) -> Self {
        Self { delays, lost: 0, twice: 0, astray: 0 }
    }

    /// How many a second were answered.
    pub(crate) fn rate(&self, took: Duration) -> f64 {
        f64::from(u32::try_from(self.delays.len()).unwrap_or(u32::MAX)) / took.as_secs_f64()
    }

    pub(crate) fn print(mut self, what: &str) -> Typical {
        print!("{what}: ");
        let typical = self.print_delays();
        println!("; {} lost, {} answered twice{}", self.lost, self.twice, self.said_of_astray());
        typical
    }

    fn said_of_astray(&self) -> String {
        if self.astray == 0 { String::new() } else { format!(", {} not answered by the server's own facts", self.astray) }
    }

    pub(crate) fn print_delays(&mut self) -> Typical {
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
        Typical { median: at(500), p99: at(990), lost: self.lost, twice: self.twice }
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
