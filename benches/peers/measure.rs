//! How long things take, and how often they are right.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::collection::{self, Row};
use crate::engine::{Editable, Engine, Question};

/// Questions asked at least, however long they take.
const FEWEST: usize = 10;
/// Facts changed, one after the other.
const EDITS: usize = 25;
/// Memory walked through so that nothing of an index is left in the caches.
const WALKED: usize = 100 << 20;
/// Numbers of a line of a cache.
const LINE: usize = 8;

/// What an engine comes to on one collection.
pub(crate) struct Line {
    pub(crate) engine: &'static str,
    pub(crate) clean: Outcome,
    pub(crate) misspelt: Outcome,
    pub(crate) built: Option<Built>,
    /// The median of one edit, until the next question sees it.
    pub(crate) edit: Option<Duration>,
}

/// What building took.
pub(crate) struct Built {
    pub(crate) time: Duration,
    pub(crate) bytes: Option<usize>,
}

/// What became of questions.
pub(crate) struct Outcome {
    /// How long each took, the shortest first.
    pub(crate) times: Vec<Duration>,
    /// How many of them the first fact answers.
    pub(crate) right: usize,
}

/// The time below which `percent` of a hundred lie; the times are in order.
pub(crate) fn percentile(times: &[Duration], percent: usize) -> Duration {
    times.get(times.len().saturating_sub(1) * percent / 100).copied().unwrap_or_default()
}

/// Asks every question twice, until patience ends: first to see what it finds and to warm what it needs, then to measure it. `between` is done
/// before each of those that are measured.
pub(crate) fn ask<E: Engine>(engine: &mut E, questions: &[Question], patience: Duration, mut between: impl FnMut()) -> Outcome {
    let since = Instant::now();
    let mut prepared = Vec::with_capacity(questions.len());
    let mut right = 0;
    for question in questions {
        if prepared.len() >= FEWEST && since.elapsed() > patience {
            break;
        }
        let ready = engine.prepare(&question.text);
        right += usize::from(engine.first(&ready).is_some_and(|place| question.gold.contains(&place)));
        prepared.push(ready);
    }
    let measured = prepared.iter().map(|question| {
        between();
        let since = Instant::now();
        black_box(engine.first(black_box(question)));
        since.elapsed()
    });
    let mut times: Vec<Duration> = measured.collect();
    times.sort_unstable();
    Outcome { times, right }
}

/// Builds something, and says how long that took.
pub(crate) fn built<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let since = Instant::now();
    let done = work();
    (done, since.elapsed())
}

/// The median of what one edit takes. Each fact becomes another one, and must be found by a question to that.
pub(crate) fn edits<E: Editable>(engine: &mut E, rows: &[Row]) -> Duration {
    // More than are needed, for not every fact has words enough for a question.
    let others = collection::other_rows(EDITS * 4);
    let asked = collection::questions(&others, EDITS);
    let step = (rows.len() / EDITS).max(1);
    let edits = asked.iter().zip((0..rows.len()).step_by(step));
    let mut times: Vec<Duration> = edits
        .map(|(asked, place)| {
            let edited = Row { id: rows[place].id.clone(), text: others[asked.gold].text.clone() };
            let since = Instant::now();
            engine.edit(place, &edited);
            let took = since.elapsed();
            let question = engine.prepare(&asked.clean);
            assert_eq!(engine.first(&question), Some(place), "{}: the edit of {} is not found by {:?}", E::NAME, edited.id, asked.clean);
            took
        })
        .collect();
    times.sort_unstable();
    percentile(&times, 50)
}

/// What drives an index out of the caches.
pub(crate) fn walk_cold() -> impl FnMut() {
    let mut walked = vec![1_u64; WALKED / size_of::<u64>()];
    move || {
        for number in walked.iter_mut().step_by(LINE) {
            *number = number.wrapping_add(1);
        }
        black_box(&walked);
    }
}
