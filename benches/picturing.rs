//! What a picture of a timeline costs: the SVG alone, and with the PNG made of it; for one fact, for forty, and for all that are built in.

mod collection;

use std::sync::LazyLock;

use divan::Bencher;
use sanad::knowledge::Knowledge;
use sanad::timeline::picture::{Picture, draw};
use sanad::timeline::{Selection, Timeline, select};

fn main() {
    // Fonts are read once, with the first picture.
    let _ = LazyLock::force(&SHIPPED);
    divan::main();
}

/// Facts that are drawn; there are fewer than the last, so that all of them are.
const FACTS: [usize; 3] = [1, 40, 10_000];

static SHIPPED: LazyLock<Knowledge> = LazyLock::new(collection::shipped);

/// As many facts, from all times alike.
fn timeline(facts: usize) -> Timeline {
    let mut timeline = select(&SHIPPED, &Selection::default());
    let step = (timeline.entries.len() / facts.max(1)).max(1);
    timeline.entries = timeline.entries.into_iter().step_by(step).take(facts).collect();
    timeline
}

fn drawn(timeline: &Timeline) -> Picture {
    draw(&SHIPPED, timeline, &Selection::default())
}

/// The SVG.
#[divan::bench(args = FACTS, max_time = 3)]
fn svg(bencher: Bencher<'_, '_>, facts: usize) {
    let timeline = timeline(facts);
    bencher.bench_local(|| drawn(&timeline));
}

/// The SVG, and the PNG made of it.
#[divan::bench(args = FACTS, max_time = 3)]
fn png(bencher: Bencher<'_, '_>, facts: usize) {
    let timeline = timeline(facts);
    bencher.bench_local(|| drawn(&timeline).png().unwrap_or_else(|error| panic!("{error}")));
}
