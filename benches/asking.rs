//! What it costs to index facts and to ask: the facts built in, and made collections of up to a hundred thousand.

mod collection;

use std::cell::Cell;

use collection::Asked;
use divan::Bencher;
use divan::counter::ItemsCount;
use sanad::answer::candidates::Scratch;
use sanad::answer::{Context, answer};
use sanad::base;
use sanad::index::Index;
use sanad::knowledge::Knowledge;

fn main() {
    divan::main();
}

/// Collections asked, by their number of facts; the first is the one built in.
const SIZES: [Size; 4] = [Size::BuiltIn, Size::Made(1_000), Size::Made(10_000), Size::Made(100_000)];
/// Questions put one after the other, again from the front when they are through.
const QUESTIONS: usize = 256;

#[derive(Debug, Clone, Copy)]
enum Size {
    BuiltIn,
    Made(usize),
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BuiltIn => write!(f, "built in"),
            Self::Made(facts) => write!(f, "{facts}"),
        }
    }
}

/// A collection ready to be asked, with questions to it.
fn asked(size: Size) -> (Knowledge, Vec<Asked>) {
    match size {
        Size::BuiltIn => {
            let knowledge = collection::shipped();
            let questions = collection::questions_by_forms(&knowledge.base, QUESTIONS);
            (knowledge, questions)
        }
        Size::Made(facts) => {
            let rows = collection::rows(facts);
            (collection::knowledge(&rows), collection::questions(&rows, QUESTIONS))
        }
    }
}

/// Asks one question after the other.
fn bench_asking(bencher: Bencher<'_, '_>, knowledge: &Knowledge, questions: &[&str]) {
    let mut scratch = Scratch::default();
    let next = Cell::new(0);
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        let question = questions[next.replace((next.get() + 1) % questions.len())];
        answer(knowledge, divan::black_box(question), &Context::default(), &mut scratch)
    });
}

#[divan::bench(args = SIZES, sample_count = 10, sample_size = 1, max_time = 8)]
fn index(bencher: Bencher<'_, '_>, size: Size) {
    let base = match size {
        Size::BuiltIn => collection::built_in().base,
        Size::Made(facts) => collection::assembled(&collection::draft(&collection::rows(facts))),
    };
    bencher
        .counter(ItemsCount::new(base.fact_count()))
        .with_inputs(|| match size {
            Size::BuiltIn => collection::built_in().lexicon,
            Size::Made(_) => collection::any_lexicon(),
        })
        .bench_local_values(|lexicon| Index::build(&base, lexicon, base::embedded_vectors()));
}

#[divan::bench(args = SIZES, sample_count = 1_024, sample_size = 1, max_time = 5)]
fn ask_clean(bencher: Bencher<'_, '_>, size: Size) {
    let (knowledge, questions) = asked(size);
    let questions: Vec<&str> = questions.iter().map(|asked| asked.clean.as_str()).collect();
    bench_asking(bencher, &knowledge, &questions);
}

#[divan::bench(args = SIZES, sample_count = 1_024, sample_size = 1, max_time = 5)]
fn ask_misspelt(bencher: Bencher<'_, '_>, size: Size) {
    let (knowledge, questions) = asked(size);
    let questions: Vec<&str> = questions.iter().map(|asked| asked.misspelt.as_str()).collect();
    bench_asking(bencher, &knowledge, &questions);
}
