//! A process that is killed loses no change that it said to be kept, and leaves none half-written.
//!
//! The test starts itself again as a child, which lets eight tasks add, edit, retract, restore and revert facts, some by approving a
//! suggestion, and says each revision on its standard output before it goes on. The child is killed (SIGKILL) at a random moment, now and
//! then while it opens the file. What it left is checked, and the next child goes on with it; every fifty rounds there is a new file.
//!
//! Twenty-five rounds are run by default. The long run, with its figures:
//!
//! ```text
//! SANAD_ROUNDS=1000 cargo test --test killed -- --nocapture
//! ```
//!
//! This proves nothing about a loss of power: what a killed process wrote, the system still has.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod kept;

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::env;
use std::hash::BuildHasher;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use kept::{Folder, SHIPPED, assert_served, assert_whole};
use sanad::curation::review::{Decision, Proposal, SuggestionId, Verdict};
use sanad::curation::{Author, Change, Record, Revision, RevisionNo, Scope, State};
use sanad::desk::{Approved, ChangeError, Desk};
use sanad::fact::FactId;
use sanad::store::{Store, StoreError};

/// What the child is told: the file, its seed, the number of the round.
const CHILD: [&str; 3] = ["SANAD_KILLED_FILE", "SANAD_KILLED_SEED", "SANAD_KILLED_ROUND"];
/// Tasks that change facts at once.
const TASKS: u64 = 8;
/// Facts that are changed beside the shipped ones; few, so that tasks meet.
const MADE: usize = 9;
/// Rounds over one file: each reads all of it again.
const ROUNDS_OF_A_FILE: u64 = 50;
/// How long a child may take until its store is open, and at most in all.
const PATIENCE: Duration = Duration::from_secs(60);
/// The reason of a revision that came of a suggestion.
const APPROVED: &str = "as suggested";

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

fn scopes() -> [Scope; 2] {
    [Scope::Everywhere, Scope::of(7)]
}

fn facts() -> Vec<FactId> {
    let made = (0..MADE).map(|number| format!("made-{number}"));
    SHIPPED.iter().map(ToString::to_string).chain(made).map(|id| kept::fact(&id)).collect()
}

/// A record that can be told from any other by its title, most of a page or so, some of forty kilobytes; half of one is none.
fn made(seed: u64) -> Record {
    let mut numbers = Numbers(seed | 1);
    let forms = if numbers.below(8) == 0 { 400 } else { numbers.below(20) };
    let questions =
        (0..forms).map(|at| format!("What is question {at} of {seed}? {}", "x".repeat(usize::try_from(numbers.below(120)).unwrap())));
    Record { title: Some(seed.to_string()), questions: questions.collect(), ..kept::record(&format!("The fact of {seed} was changed.")) }
}

/// FNV-1a of all that a revision is.
fn hash(revision: &Revision) -> u64 {
    let text = format!("{revision:?}");
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A revision by its place.
type Place = (u64, FactId, RevisionNo);

/// The child. Nobody else sets what it is told, so that it has nothing to do in an ordinary run.
#[test]
fn edits_until_it_is_killed() {
    let Ok(file) = env::var(CHILD[0]) else { return };
    let [seed, round] = [CHILD[1], CHILD[2]].map(|name| env::var(name).unwrap().parse::<u64>().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let desk = kept::desk(Path::new(&file)).await;
        // What the harness says before stands on a line of its own.
        say("\nopen");
        let tasks = (0..TASKS).map(|task| tokio::spawn(edit(desk.clone(), round, task, Numbers(seed.wrapping_add(task) | 1))));
        let tasks: Vec<_> = tasks.collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    unreachable!("nothing ends the tasks but a kill");
}

/// Says a line at once, or ends where nobody listens any more.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).and_then(|()| out.flush()).expect("the parent listens");
}

async fn edit(desk: Desk, round: u64, task: u64, mut numbers: Numbers) {
    let facts = facts();
    for counter in 0_u64.. {
        let scope = scopes()[usize::try_from(numbers.below(2)).unwrap()];
        let fact = &facts[usize::try_from(numbers.below(u64::try_from(facts.len()).unwrap())).unwrap()];
        let history = desk.history(scope, fact).await.unwrap();
        let seen = history.number();
        let record = made(numbers.below(u64::MAX));
        let change = match (history.now(), numbers.below(10)) {
            (None, _) => Change::Add(record),
            (Some(State::Published(_)), 0..7) => Change::Edit(record),
            (Some(State::Published(_)), _) => Change::Retract,
            (Some(State::Retracted(_)), 0..6) => Change::Restore,
            (Some(State::Retracted(_)), _) => Change::Revert(RevisionNo(u32::try_from(numbers.below(u64::from(seen.0))).unwrap())),
        };
        let cause = (round << 32) | (task << 24) | counter;
        let by_suggestion = numbers.below(4) == 0;
        let stamp = kept::stamp(task + 1, if by_suggestion { APPROVED } else { "to be killed" }, Some(cause));
        let done = if by_suggestion {
            let reason = String::new();
            let proposal = Proposal::Change { fact: fact.clone(), seen, change: change.clone(), reason };
            let suggestion = desk.store.suggest(scope, &proposal, None, 1, None).await.unwrap();
            let decision = Decision { verdict: Verdict::Approved, by: None, at: 1, reason: cause.to_string() };
            match desk.decide(scope, suggestion.id, &decision, Some((fact, change, seen)), stamp).await {
                Ok(Approved::Done(_, Some(revision))) => Ok(*revision),
                Ok(other) => panic!("one's own suggestion is {other:?}"),
                Err(error) => Err(error),
            }
        } else {
            desk.change(scope, fact, change, seen, stamp).await.map(|saved| saved.revision().clone())
        };
        match done {
            Ok(revision) => say(&format!("kept {} {} {} {:016x}", scope.id(), fact, revision.number.0, hash(&revision))),
            // Another task was faster, or there is nothing to revert.
            Err(ChangeError::Refused(_)) => {}
            Err(ChangeError::Store(error)) => panic!("{error}"),
        }
    }
}

/// What one child said to be kept before it was killed.
fn run_and_kill(file: &Path, round: u64, numbers: &mut Numbers) -> BTreeMap<Place, u64> {
    let told = [file.display().to_string(), (numbers.below(u64::MAX) | 1).to_string(), round.to_string()];
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "edits_until_it_is_killed", "--nocapture", "--test-threads=1"])
        .envs(CHILD.into_iter().zip(told))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (lines, said) = mpsc::channel();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let reader = thread::spawn(move || {
        let mut line = String::new();
        // A line without an end was cut off by the kill: it says nothing.
        while out.read_line(&mut line).is_ok_and(|read| read > 0) && line.ends_with('\n') {
            let _ = lines.send(std::mem::take(&mut line).trim_end().to_owned());
        }
    });
    if round % 5 == 3 {
        thread::sleep(Duration::from_millis(numbers.below(40)));
    } else {
        while said.recv_timeout(PATIENCE).expect("the child opens its store") != "open" {}
        thread::sleep(Duration::from_millis(20 + numbers.below(281)));
    }
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.signal(), Some(9), "round {round}: the child ended by itself: {status}");
    reader.join().unwrap();
    said.try_iter().filter_map(|line| acknowledged(&line)).collect()
}

fn acknowledged(line: &str) -> Option<(Place, u64)> {
    let words: Vec<&str> = line.strip_prefix("kept ")?.split(' ').collect();
    let [scope, fact, number, hash] = words[..] else { panic!("the child said: {line}") };
    let place = (scope.parse().unwrap(), kept::fact(fact), RevisionNo(number.parse().unwrap()));
    Some((place, u64::from_str_radix(hash, 16).unwrap()))
}

/// What is known of a file after a round.
#[derive(Default)]
struct Known {
    revisions: BTreeMap<Place, u64>,
    /// The suggestion up to which all were looked at.
    suggestion: i64,
}

/// Figures of a run that lost nothing: a change that is lost or half-written ends it.
#[derive(Debug, Default)]
struct Figures {
    /// Revisions that were said to be kept, and are.
    acknowledged: usize,
    /// Revisions that are kept, and were not yet said to be.
    unacknowledged: usize,
    /// Processes that were killed before they said anything.
    silent: usize,
}

/// Looks through what a killed process left.
async fn look_through(file: &Path, round: u64, said: &BTreeMap<Place, u64>, known: &mut Known, figures: &mut Figures) {
    match Store::check_file(file).await {
        Ok(report) => assert_eq!(report.problems, [], "round {round}"),
        // Killed before there was anything in it.
        Err(StoreError::Missing { .. } | StoreError::Foreign { .. }) if said.is_empty() && known.revisions.is_empty() => {}
        Err(error) => panic!("round {round}: {error}"),
    }
    let desk = kept::desk(file).await;
    assert_eq!(Store::check_file(file).await.unwrap().problems, [], "round {round}");
    let mut found = BTreeMap::new();
    let mut unacknowledged: HashMap<Author, usize> = HashMap::new();
    let mut approved = BTreeSet::new();
    for scope in scopes() {
        for fact in facts() {
            let history = desk.history(scope, &fact).await.unwrap();
            assert_whole(&history);
            for revision in &history.revisions {
                let place = (scope.id(), fact.clone(), revision.number);
                let content = hash(revision);
                let record = revision.after.record();
                let seed = record.title.as_ref().map(|title| title.parse().unwrap());
                let whole = seed.map_or_else(|| shipped(&desk, &fact), made);
                assert_eq!(*record, whole, "round {round}: {fact} {} is half-written", revision.number);
                let expected = said.get(&place).or(known.revisions.get(&place));
                assert!(
                    expected.is_none_or(|expected| *expected == content),
                    "round {round}: {revision:?} is not what was said to be kept"
                );
                let cause = revision.stamp.cause.unwrap();
                if expected.is_none() {
                    assert_eq!(cause >> 32, round, "{fact} {} came of nothing", revision.number);
                    *unacknowledged.entry(revision.stamp.author).or_default() += 1;
                }
                if revision.stamp.reason == APPROVED && cause >> 32 == round {
                    approved.insert(cause);
                }
                found.insert(place, content);
            }
            let now = history.revisions.last().map(|revision| revision.after.clone()).or_else(|| history.now());
            assert_served(&desk.app, scope, &fact, now.as_ref());
        }
    }
    for place in known.revisions.keys().chain(said.keys()) {
        assert!(found.contains_key(place), "round {round}: {place:?} is lost");
    }
    assert!(unacknowledged.values().all(|more| *more <= 1), "round {round}: of one task, more than the one in hand: {unacknowledged:?}");
    assert_eq!(decided(&desk, known).await, approved, "round {round}: suggestions that ended, and revisions that came of them");
    figures.acknowledged += said.len();
    figures.unacknowledged += unacknowledged.values().sum::<usize>();
    known.revisions = found;
    desk.store.close().await;
}

/// What the small base says.
fn shipped(desk: &Desk, fact: &FactId) -> Record {
    let base = desk.app.shipped().base;
    Record::of(&base, base.find(fact.as_str()).unwrap())
}

/// The causes of what was approved since the last look.
async fn decided(desk: &Desk, known: &mut Known) -> BTreeSet<u64> {
    let mut causes = BTreeSet::new();
    loop {
        let id = SuggestionId(known.suggestion + 1);
        let mut found = None;
        for scope in scopes() {
            found = found.or(desk.store.suggestion(scope, id).await.unwrap());
        }
        let Some(suggestion) = found else { return causes };
        known.suggestion += 1;
        causes.extend(suggestion.decision.map(|decision| decision.reason.parse::<u64>().unwrap()));
    }
}

#[test]
fn what_was_said_to_be_kept_outlives_the_process() {
    let rounds: u64 = env::var("SANAD_ROUNDS").map_or(25, |rounds| rounds.parse().expect("SANAD_ROUNDS is a number of rounds"));
    let mut numbers = Numbers(RandomState::new().hash_one(0) | 1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (mut figures, mut known) = (Figures::default(), Known::default());
    let mut folder = Folder::new();
    let mut file: PathBuf = folder.file();
    for round in 1..=rounds {
        let said = run_and_kill(&file, round, &mut numbers);
        figures.silent += usize::from(said.is_empty());
        runtime.block_on(look_through(&file, round, &said, &mut known, &mut figures));
        if round % ROUNDS_OF_A_FILE == 0 {
            known = Known::default();
            folder = Folder::new();
            file = folder.file();
        }
    }
    drop(folder);
    println!("{rounds} rounds: {figures:?}");
    assert!(figures.acknowledged > 0, "nothing was ever kept, so nothing was proved: {figures:?}");
}
