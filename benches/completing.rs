//! What it costs to complete a text while it is typed: over the facts built in, and over a large made one without question forms.

mod collection;

use std::cell::Cell;

use divan::Bencher;
use divan::counter::ItemsCount;
use sanad::complete::Completer;
use sanad::knowledge::Knowledge;

fn main() {
    divan::main();
}

/// Completions asked for: as many as a chat platform shows.
const LIMIT: usize = 25;
/// Facts of the large collection.
const MANY: usize = 100_000;

/// Texts as they stand while somebody types: beginnings, slips, names, other tongues, nothing, and nonsense.
const TYPED: [&str; 30] = [
    "",
    "w",
    "t",
    "wh",
    "when did",
    "when did the cea",
    "when did the ceas fire",
    "when did the ceasefire end ",
    "cesef",
    "truce",
    "armistice ",
    "noor w",
    "khurasani",
    "khurassani ",
    "نور",
    "جنگ بندی کب",
    "ttp",
    "tehrik",
    "who killed omar kh",
    "wen did ttp call off the cesefire",
    "how many pris",
    "jang bandi kab ",
    "imran khan said",
    "what are the ttp's demands",
    "fata merg",
    "gov talks",
    "swat",
    "banana",
    "who won the cricket world cup",
    "the the the the of the to the in the and the by the on the with the at the from the for the as the was the is the are t",
];

fn bench_typing(bencher: Bencher<'_, '_>, knowledge: &Knowledge) {
    let Knowledge { base, index, .. } = knowledge;
    let completer = Completer::build(base, index);
    let next = Cell::new(0);
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        let typed = TYPED[next.replace((next.get() + 1) % TYPED.len())];
        completer.complete(base, index, divan::black_box(typed), LIMIT)
    });
}

#[divan::bench(sample_count = 50, sample_size = 1)]
fn build(bencher: Bencher<'_, '_>) {
    let shipped = collection::shipped();
    bencher.bench_local(|| Completer::build(&shipped.base, &shipped.index));
}

#[divan::bench(sample_count = 3_000, sample_size = 1, max_time = 5)]
fn typing(bencher: Bencher<'_, '_>) {
    bench_typing(bencher, &collection::shipped());
}

#[divan::bench(sample_count = 600, sample_size = 1, max_time = 10)]
fn typing_without_forms(bencher: Bencher<'_, '_>) {
    bench_typing(bencher, &collection::knowledge(&collection::rows(MANY)));
}
