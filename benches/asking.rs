//! What it costs to index facts and to ask: the facts built in, and collections of up to a hundred thousand made from their words.

use std::cell::Cell;
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::ItemsCount;
use sanad::answer::candidates::Scratch;
use sanad::answer::model::Model;
use sanad::answer::{Context, answer};
use sanad::base::{self, Loaded, Origin};
use sanad::fact::draft::{Draft, FactDraft, SourceDraft};
use sanad::fact::{Base, FactIx, check};
use sanad::index::Index;
use sanad::knowledge::Knowledge;
use sanad::lexicon::Lexicon;

fn main() {
    divan::main();
}

/// Collections asked, by their number of facts; the first is the one built in.
const SIZES: [Size; 3] = [Size::BuiltIn, Size::Made(10_000), Size::Made(100_000)];
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

/// Xorshift64*: the same numbers on every machine and in every run.
struct Numbers(u64);

impl Numbers {
    const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).map_or(0, |n| n % end.max(1))
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

fn built_in() -> Loaded {
    base::load(&Origin::Embedded, |_| ()).unwrap_or_else(|error| panic!("the facts built in: {error}"))
}

fn model() -> Model {
    let mut problems = Vec::new();
    Model::read(&base::embedded_model(), &mut problems).unwrap_or_else(|| panic!("the weights built in: {problems:?}"))
}

/// The words of the claims built in, each as often as it stands there, so that the common stay common.
static WORDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let loaded = built_in();
    let words = loaded.base.indexed().flat_map(|(_, f)| f.claim.split_whitespace());
    words.map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()).filter(|w| !w.is_empty()).collect()
});

/// A name that no word list knows: a collection has the more of them the larger it is.
fn made_up_name(numbers: &mut Numbers) -> String {
    const SYLLABLES: [&str; 16] =
        ["bar", "dol", "fen", "gan", "hir", "jas", "kel", "lom", "mur", "nav", "pol", "rin", "sut", "tam", "vor", "zek"];
    let name: String = (0..3).map(|_| *numbers.pick(&SYLLABLES)).collect();
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn made(facts: usize) -> Base {
    let mut numbers = Numbers(Numbers::SEED);
    let source = SourceDraft { id: "made".to_owned(), title: "Made for measuring".to_owned(), ..SourceDraft::default() };
    let fact = |at: usize, numbers: &mut Numbers| {
        let length = 10 + numbers.below(12);
        let mut claim: Vec<String> = (0..length).map(|_| numbers.pick(&WORDS).clone()).collect();
        if at.is_multiple_of(4) {
            claim.insert(1, made_up_name(numbers));
        }
        let (year, month, day) = (1990 + numbers.below(36), 1 + numbers.below(12), 1 + numbers.below(28));
        FactDraft {
            id: format!("f{at}"),
            claim: claim.join(" "),
            date: Some(format!("{year}-{month:02}-{day:02}")),
            sources: vec!["made".to_owned()],
            ..FactDraft::default()
        }
    };
    let facts = (0..facts).map(|at| fact(at, &mut numbers)).collect();
    let draft = Draft { facts, sources: vec![source], entities: Vec::new() };
    match check::assemble(&draft) {
        Ok((base, _)) => base,
        Err(problems) => panic!("the facts made are broken: {:?}", problems.first()),
    }
}

/// Facts and the words they are understood by, as the program pairs them.
fn collection(size: Size) -> (Base, Lexicon) {
    let loaded = built_in();
    match size {
        Size::BuiltIn => (loaded.base, loaded.lexicon),
        Size::Made(facts) => (made(facts), loaded.lexicon.for_any_subject()),
    }
}

fn knowledge(size: Size) -> Knowledge {
    let (base, lexicon) = collection(size);
    Knowledge::new(base, lexicon, base::embedded_vectors(), model())
}

/// Questions after facts of a base, by its own question forms or by words of its claims.
fn questions(base: &Base) -> Vec<String> {
    const ASKING: [&str; 5] = ["who", "when did", "where was", "how many", "what about"];
    let mut numbers = Numbers(Numbers::SEED ^ 1);
    let mut ask = || {
        let fact = base.fact(FactIx(u32::try_from(numbers.below(base.fact_count())).unwrap_or_default()));
        if !fact.questions.is_empty() {
            return numbers.pick(&fact.questions).to_string();
        }
        let words: Vec<&str> = fact.claim.split(' ').collect();
        let from = numbers.below(words.len().saturating_sub(5));
        let some: Vec<&str> = words.into_iter().skip(from).take(5).collect();
        format!("{} {}?", numbers.pick(&ASKING), some.join(" "))
    };
    (0..QUESTIONS).map(|_| ask()).collect()
}

/// The questions with a slip in every second longer word: a letter lost, doubled, or changed places with the next.
fn misspelt(questions: &[String]) -> Vec<String> {
    let mut numbers = Numbers(Numbers::SEED ^ 2);
    let mut slip = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        if letters.len() < 5 || numbers.below(2) == 0 {
            return word.to_owned();
        }
        let at = 1 + numbers.below(letters.len() - 2);
        match numbers.below(3) {
            0 => drop(letters.remove(at)),
            1 => letters.insert(at, letters[at]),
            _ => letters.swap(at, at + 1),
        }
        letters.into_iter().collect()
    };
    questions.iter().map(|q| q.split(' ').map(&mut slip).collect::<Vec<_>>().join(" ")).collect()
}

/// Asks one question after the other.
fn bench_asking(bencher: Bencher<'_, '_>, knowledge: &Knowledge, questions: &[String]) {
    let mut scratch = Scratch::default();
    let next = Cell::new(0);
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        let question = &questions[next.replace((next.get() + 1) % questions.len())];
        answer(knowledge, divan::black_box(question), &Context::default(), &mut scratch)
    });
}

#[divan::bench(args = SIZES, sample_count = 10, sample_size = 1, max_time = 8)]
fn index(bencher: Bencher<'_, '_>, size: Size) {
    let (base, _) = collection(size);
    bencher
        .counter(ItemsCount::new(base.fact_count()))
        .with_inputs(|| match size {
            Size::BuiltIn => built_in().lexicon,
            Size::Made(_) => built_in().lexicon.for_any_subject(),
        })
        .bench_local_values(|lexicon| Index::build(&base, lexicon, base::embedded_vectors()));
}

#[divan::bench(args = SIZES, sample_count = 1_024, sample_size = 1, max_time = 5)]
fn ask_clean(bencher: Bencher<'_, '_>, size: Size) {
    let knowledge = knowledge(size);
    bench_asking(bencher, &knowledge, &questions(&knowledge.base));
}

#[divan::bench(args = SIZES, sample_count = 1_024, sample_size = 1, max_time = 5)]
fn ask_misspelt(bencher: Bencher<'_, '_>, size: Size) {
    let knowledge = knowledge(size);
    bench_asking(bencher, &knowledge, &misspelt(&questions(&knowledge.base)));
}
