//! Sixty-four questions to a collection, for `.ci/instructions` to count how many instructions they take: a figure that, unlike a time, is
//! nearly the same in every run.
//!
//! Run by itself it only proves that they are answered.

#[path = "../collection/mod.rs"]
mod collection;

use sanad::answer::candidates::Scratch;
use sanad::answer::{Context, answer};
use sanad::knowledge::Knowledge;

/// Questions to the facts built in, one a line. They stay as they are, so that a figure can be held against an older one.
const QUESTIONS: &str = include_str!("questions.txt");
/// Facts of the collection that is made.
const MADE: usize = 10_000;
/// Questions to it, every other misspelt.
const ASKED: usize = 64;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wants = |collection: &str| asked.is_empty() || asked.iter().any(|name| name == collection);
    if wants("built-in") {
        let questions: Vec<String> = QUESTIONS.lines().map(str::to_owned).collect();
        measure("built-in", &collection::shipped(), &questions);
    }
    if wants("made") {
        let rows = collection::rows(MADE);
        let asked = collection::questions(&rows, ASKED).into_iter().enumerate();
        let questions: Vec<String> = asked.map(|(at, asked)| if at % 2 == 0 { asked.clean } else { asked.misspelt }).collect();
        measure("made", &collection::knowledge(&rows), &questions);
    }
}

fn measure(name: &str, knowledge: &Knowledge, questions: &[String]) {
    let mut scratch = Scratch::default();
    // What only the first question pays for is not what a question costs.
    for question in questions {
        std::hint::black_box(answer(knowledge, question, &Context::default(), &mut scratch));
    }
    let found = counted_questions(knowledge, questions, &mut scratch);
    println!("{name}: {found} of {} questions found something; .ci/instructions counts what they take", questions.len());
}

/// What is counted: `.ci/instructions` knows it by this name.
#[inline(never)]
fn counted_questions(knowledge: &Knowledge, questions: &[String], scratch: &mut Scratch) -> usize {
    questions.iter().filter(|question| !answer(knowledge, question, &Context::default(), scratch).ranked.is_empty()).count()
}
