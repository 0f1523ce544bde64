//! What it costs to complete a text while it is typed: over the facts built in, and over collections of them without question forms.

use std::cell::Cell;

use divan::Bencher;
use divan::counter::ItemsCount;
use sanad::base::{self, Loaded, Origin};
use sanad::complete::Completer;
use sanad::fact::check;
use sanad::fact::draft::{Draft, FactDraft, SourceDraft};
use sanad::index::Index;

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

fn built_in() -> Loaded {
    base::load(&Origin::Embedded, |_| ()).unwrap_or_else(|error| panic!("the facts built in: {error}"))
}

/// Facts whose claims are the words of those built in, turned round: as common and as rare, in no sense.
fn large() -> (sanad::fact::Base, Index) {
    let loaded = built_in();
    let words: Vec<&str> = loaded.base.indexed().flat_map(|(_, f)| f.claim.split_whitespace()).collect();
    let fact = |at: usize| {
        let claim: Vec<&str> = (0..16).map(|word| words[(at * 7_919 + word * (1 + at % 97)) % words.len()]).collect();
        FactDraft { id: format!("f{at}"), claim: claim.join(" "), sources: vec!["made".to_owned()], ..FactDraft::default() }
    };
    let source = SourceDraft { id: "made".to_owned(), title: "Made for measuring".to_owned(), ..SourceDraft::default() };
    let draft = Draft { facts: (0..MANY).map(fact).collect(), sources: vec![source], entities: Vec::new() };
    let (base, _) = check::assemble(&draft).unwrap_or_else(|problems| panic!("the facts made are broken: {:?}", problems.first()));
    let index = Index::build(&base, loaded.lexicon.for_any_subject(), base::embedded_vectors());
    (base, index)
}

fn bench_typing(bencher: Bencher<'_, '_>, base: &sanad::fact::Base, index: &Index) {
    let completer = Completer::build(base, index);
    let next = Cell::new(0);
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        let typed = TYPED[next.replace((next.get() + 1) % TYPED.len())];
        completer.complete(base, index, divan::black_box(typed), LIMIT)
    });
}

#[divan::bench(sample_count = 50, sample_size = 1)]
fn build(bencher: Bencher<'_, '_>) {
    let loaded = built_in();
    let index = Index::build(&loaded.base, loaded.lexicon, base::embedded_vectors());
    bencher.bench_local(|| Completer::build(&loaded.base, &index));
}

#[divan::bench(sample_count = 3_000, sample_size = 1, max_time = 5)]
fn typing(bencher: Bencher<'_, '_>) {
    let loaded = built_in();
    let index = Index::build(&loaded.base, loaded.lexicon, base::embedded_vectors());
    bench_typing(bencher, &loaded.base, &index);
}

#[divan::bench(sample_count = 600, sample_size = 1, max_time = 10)]
fn typing_without_forms(bencher: Bencher<'_, '_>) {
    let (base, index) = large();
    bench_typing(bencher, &base, &index);
}
