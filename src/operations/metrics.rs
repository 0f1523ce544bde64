//! Numbers in the text form that Prometheus reads. Each has a unit where it measures something, and a sentence.

use std::sync::atomic::AtomicU64;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::Shard;
use crate::curation::Action;
use crate::store::StoreError;

/// Seconds that separate answers by how long they took: a fast one takes a tenth of a millisecond.
const ANSWERED_WITHIN: [f64; 11] = [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0];
/// Seconds that separate requests to Discord.
const REACHED_WITHIN: [f64; 9] = [0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// How somebody asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedBy {
    /// By mentioning the bot.
    Mention,
    /// By replying to it.
    Reply,
    /// In a direct message.
    Direct,
    /// In an asking channel, without naming the bot.
    Channel,
    /// By a command.
    Command,
}

impl AskedBy {
    /// Each of them.
    pub const ALL: [Self; 5] = [Self::Mention, Self::Reply, Self::Direct, Self::Channel, Self::Command];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mention => "mention",
            Self::Reply => "reply",
            Self::Direct => "direct",
            Self::Channel => "channel",
            Self::Command => "command",
        }
    }
}

/// What came of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// An answer.
    Answer,
    /// Near questions to pick from.
    Suggest,
    /// No sourced answer.
    Abstain,
    /// A course of events.
    Timeline,
    /// What the bot can do, for nothing was asked.
    Help,
    /// Nothing: too much was asked in a short time.
    Limited,
    /// Nothing: too many questions were in hand.
    Dropped,
}

impl Came {
    /// Each of them.
    pub const ALL: [Self; 7] = [Self::Answer, Self::Suggest, Self::Abstain, Self::Timeline, Self::Help, Self::Limited, Self::Dropped];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Suggest => "suggest",
            Self::Abstain => "abstain",
            Self::Timeline => "timeline",
            Self::Help => "help",
            Self::Limited => "limited",
            Self::Dropped => "dropped",
        }
    }
}

/// What came of one attempt at a request to Discord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// It was done.
    Done,
    /// Discord refused it.
    Refused,
    /// Discord asked to wait.
    Limited,
    /// Discord or the network failed.
    Failed,
}

impl Reached {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Done, Self::Refused, Self::Limited, Self::Failed];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Limited => "limited",
            Self::Failed => "failed",
        }
    }
}

/// What a rate limit of Discord held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Requests of one route.
    Route,
    /// All requests.
    All,
}

impl Held {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::Route, Self::All];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Route => "route",
            Self::All => "all",
        }
    }
}

/// Something that waits in line, with room for so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// Notes written after replies.
    Notes,
    /// Pictures being drawn.
    Pictures,
}

impl Queue {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notes => "notes",
            Self::Pictures => "pictures",
        }
    }
}

/// Why the store did not do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Its disk is full.
    Full,
    /// It can only be read.
    ReadOnly,
    /// Something else keeps it.
    Locked,
    /// It took too long.
    Slow,
    /// Something else.
    Other,
}

impl Fault {
    /// Each of them.
    pub const ALL: [Self; 5] = [Self::Full, Self::ReadOnly, Self::Locked, Self::Slow, Self::Other];

    /// Of an error.
    pub fn of(error: &StoreError) -> Self {
        match error {
            StoreError::Full { .. } => Self::Full,
            StoreError::ReadOnly { .. } => Self::ReadOnly,
            StoreError::Locked { .. } => Self::Locked,
            _ => Self::Other,
        }
    }

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ReadOnly => "read_only",
            Self::Locked => "locked",
            Self::Slow => "slow",
            Self::Other => "other",
        }
    }
}

/// Words of the program only: what people write does not live as long.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Question {
    way: &'static str,
    outcome: &'static str,
}

macro_rules! label {
    ($set:ident, $name:ident) => {
        #[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
        struct $set {
            $name: &'static str,
        }
    };
}
label!(ByResult, result);
label!(ByScope, scope);
label!(ByAction, action);
label!(ByAbout, about);
label!(ByQueue, queue);
label!(ByState, state);
label!(ByKind, kind);

/// What people tell the moderators of.
const WRONG: &str = "wrong";
const UNANSWERED: &str = "unanswered";

/// See the module.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    questions: Family<Question, Counter>,
    answering: Histogram,
    discord: Family<ByResult, Histogram, fn() -> Histogram>,
    limits: Family<ByScope, Counter>,
    reports: Family<ByAbout, Counter>,
    edits: Family<ByAction, Counter>,
    followed: Counter,
    waiting: Family<ByQueue, Gauge>,
    room: Family<ByQueue, Gauge>,
    dropped: Counter,
    in_hand: Gauge,
    shards: Family<ByState, Gauge>,
    silence: Gauge<f64, AtomicU64>,
    store: Family<ByKind, Counter>,
    facts: Gauge,
    edited_servers: Gauge,
    clock: Gauge<f64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("sanad");
        let metrics = Self {
            questions: Family::default(),
            answering: Histogram::new(ANSWERED_WITHIN),
            discord: Family::new_with_constructor(|| Histogram::new(REACHED_WITHIN)),
            limits: Family::default(),
            reports: Family::default(),
            edits: Family::default(),
            followed: Counter::default(),
            waiting: Family::default(),
            room: Family::default(),
            dropped: Counter::default(),
            in_hand: Gauge::default(),
            shards: Family::default(),
            silence: Gauge::default(),
            store: Family::default(),
            facts: Gauge::default(),
            edited_servers: Gauge::default(),
            clock: Gauge::default(),
            registry: Registry::default(),
        };
        let r = &mut registry;
        r.register("questions", "Questions by how they were asked and what came of them", metrics.questions.clone());
        let answering = "Time to understand a question, match it and decide, without Discord";
        r.register_with_unit("answer", answering, Unit::Seconds, metrics.answering.clone());
        let discord = "Time of one attempt at a request to Discord, by what came of it, waits for rate limits included";
        r.register_with_unit("discord_request", discord, Unit::Seconds, metrics.discord.clone());
        r.register("discord_rate_limits", "Rate limits of Discord met, by what they hold back", metrics.limits.clone());
        r.register("reports", "Times that people told the moderators of a wrong answer or a question without one", metrics.reports.clone());
        r.register("edits", "Changes of facts made through this process, by what was done", metrics.edits.clone());
        r.register("followed_edits", "Changes of facts made by other processes and taken over", metrics.followed.clone());
        r.register("queue_entries", "Entries that wait in a queue or are being worked on", metrics.waiting.clone());
        r.register("queue_room_entries", "Entries that a queue holds at most", metrics.room.clone());
        r.register("dropped_notes", "Notes dropped because the store could not keep up", metrics.dropped.clone());
        r.register("in_hand_tasks", "Events being worked on", metrics.in_hand.clone());
        r.register("gateway_shards", "Connections to the gateway that this process keeps, by how they stand", metrics.shards.clone());
        let silence = "Time since the gateway's last event or acknowledged heartbeat";
        r.register_with_unit("gateway_silence", silence, Unit::Seconds, metrics.silence.clone());
        r.register("store_errors", "Times that the store did not do what it was asked to, by why", metrics.store.clone());
        r.register("facts", "Facts of the shipped base that are served", metrics.facts.clone());
        r.register("edited_servers", "Servers with facts of their own", metrics.edited_servers.clone());
        let clock = "How far Discord's clock is ahead of this machine's";
        r.register_with_unit("clock_ahead", clock, Unit::Seconds, metrics.clock.clone());
        r.register("build", "The program that runs", Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]));
        let started: Gauge<f64, AtomicU64> = Gauge::default();
        started.set(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64());
        r.register_with_unit("process_start_time", "When the process started, since 1970", Unit::Seconds, started);
        let metrics = Self { registry, ..metrics };
        metrics.begin_at_zero();
        metrics
    }
}

impl Metrics {
    /// Makes each series that only grows: of one that begins with its first event, a rate misses that event.
    fn begin_at_zero(&self) {
        for by in AskedBy::ALL {
            for came in Came::ALL {
                drop(self.questions.get_or_create(&Question { way: by.as_str(), outcome: came.as_str() }));
            }
        }
        for came in Reached::ALL {
            drop(self.discord.get_or_create(&ByResult { result: came.as_str() }));
        }
        for held in Held::ALL {
            drop(self.limits.get_or_create(&ByScope { scope: held.as_str() }));
        }
        for about in [WRONG, UNANSWERED] {
            drop(self.reports.get_or_create(&ByAbout { about }));
        }
        for (_, action) in Action::ALL {
            drop(self.edits.get_or_create(&ByAction { action }));
        }
        for fault in Fault::ALL {
            drop(self.store.get_or_create(&ByKind { kind: fault.as_str() }));
        }
    }

    /// A question was asked.
    pub fn asked(&self, by: AskedBy, came: Came) {
        self.questions.get_or_create(&Question { way: by.as_str(), outcome: came.as_str() }).inc();
    }

    /// An answer was decided on.
    pub fn answered_in(&self, took: Duration) {
        self.answering.observe(took.as_secs_f64());
    }

    /// Discord was asked for something.
    pub fn reached(&self, came: Reached, took: Duration) {
        self.discord.get_or_create(&ByResult { result: came.as_str() }).observe(took.as_secs_f64());
    }

    /// Discord holds requests back.
    pub fn held_back(&self, held: Held) {
        self.limits.get_or_create(&ByScope { scope: held.as_str() }).inc();
    }

    /// An answer was called wrong.
    pub fn called_wrong(&self) {
        self.reports.get_or_create(&ByAbout { about: WRONG }).inc();
    }

    /// The moderators were told of a question without an answer.
    pub fn told_of(&self) {
        self.reports.get_or_create(&ByAbout { about: UNANSWERED }).inc();
    }

    /// A fact was changed here.
    pub fn edited(&self, action: Action) {
        self.edits.get_or_create(&ByAction { action: action.as_str() }).inc();
    }

    /// Facts were changed by another process.
    pub fn followed(&self, facts: usize) {
        self.followed.inc_by(facts as u64);
    }

    /// So much waits in a queue that has so much room.
    pub fn queued(&self, queue: Queue, waiting: usize, room: usize) {
        let named = ByQueue { queue: queue.as_str() };
        self.waiting.get_or_create(&named).set(i64::try_from(waiting).unwrap_or(i64::MAX));
        self.room.get_or_create(&named).set(i64::try_from(room).unwrap_or(i64::MAX));
    }

    /// A note was dropped.
    pub fn dropped(&self) {
        self.dropped.inc();
    }

    /// So many events are in hand.
    pub fn in_hand(&self, tasks: usize) {
        self.in_hand.set(i64::try_from(tasks).unwrap_or(i64::MAX));
    }

    /// How the connections to the gateway stand, and how long it has been silent.
    pub fn gateway(&self, shards: &[Shard], silent: Duration) {
        for state in Shard::ALL {
            let count = shards.iter().filter(|shard| **shard == state).count();
            self.shards.get_or_create(&ByState { state: state.as_str() }).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        self.silence.set(silent.as_secs_f64());
    }

    /// The store did not do something.
    pub fn store_failed(&self, fault: Fault) {
        self.store.get_or_create(&ByKind { kind: fault.as_str() }).inc();
    }

    /// So many facts are served, and so many servers have some of their own.
    pub fn serves(&self, facts: u64, edited_servers: usize) {
        self.facts.set(i64::try_from(facts).unwrap_or(i64::MAX));
        self.edited_servers.set(i64::try_from(edited_servers).unwrap_or(i64::MAX));
    }

    /// Discord's clock is so many seconds ahead.
    pub fn clock_ahead(&self, seconds: i64) {
        #[expect(clippy::cast_precision_loss, reason = "a clock that is off by more than that is off")]
        self.clock.set(seconds as f64);
    }

    /// All of it, as text.
    pub fn text(&self) -> String {
        let mut out = String::with_capacity(8 * 1024);
        // Writing into memory does not fail.
        let _ = text::encode(&mut out, &self.registry);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_not_happened_yet_is_counted_as_nothing() {
        let text = Metrics::default().text();
        for line in [
            r#"sanad_questions_total{way="command",outcome="limited"} 0"#,
            r#"sanad_discord_request_seconds_count{result="failed"} 0"#,
            r#"sanad_discord_rate_limits_total{scope="all"} 0"#,
            r#"sanad_reports_total{about="wrong"} 0"#,
            r#"sanad_edits_total{action="retract"} 0"#,
            r#"sanad_store_errors_total{kind="slow"} 0"#,
        ] {
            assert!(text.lines().any(|its| its == line), "{line} is not in\n{text}");
        }
    }

    #[test]
    fn each_number_has_a_sentence_and_what_was_counted_is_shown() {
        let metrics = Metrics::default();
        metrics.asked(AskedBy::Mention, Came::Answer);
        metrics.asked(AskedBy::Mention, Came::Answer);
        metrics.answered_in(Duration::from_micros(180));
        metrics.reached(Reached::Done, Duration::from_millis(40));
        metrics.gateway(&[Shard::Connected, Shard::Down], Duration::from_secs(3));
        metrics.queued(Queue::Notes, 2, 512);
        metrics.edited(Action::Retract);
        metrics.store_failed(Fault::Full);
        let text = metrics.text();
        for line in [
            r#"sanad_questions_total{way="mention",outcome="answer"} 2"#,
            r#"sanad_answer_seconds_bucket{le="0.0001"} 0"#,
            r#"sanad_answer_seconds_bucket{le="0.00025"} 1"#,
            r#"sanad_discord_request_seconds_count{result="done"} 1"#,
            r#"sanad_gateway_shards{state="connected"} 1"#,
            r#"sanad_gateway_shards{state="connecting"} 0"#,
            "sanad_gateway_silence_seconds 3.0",
            r#"sanad_queue_entries{queue="notes"} 2"#,
            r#"sanad_queue_room_entries{queue="notes"} 512"#,
            r#"sanad_edits_total{action="retract"} 1"#,
            r#"sanad_store_errors_total{kind="full"} 1"#,
            concat!("sanad_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
        ] {
            assert!(text.lines().any(|its| its == line), "{line} is not in\n{text}");
        }
        let named = |what: &str| -> Vec<String> {
            let lines = text.lines().filter_map(|line| line.strip_prefix(what));
            lines.filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
        };
        let typed = named("# TYPE ");
        assert_eq!(named("# HELP "), typed, "each has a sentence");
        assert!(typed.len() > 15, "{typed:?}");
        assert!(text.ends_with("# EOF\n"));
    }
}
