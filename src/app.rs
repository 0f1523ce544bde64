//! Where the core meets those who use it: one question in, one answer out, from any number of tasks at once.

use std::sync::{Arc, Mutex, PoisonError};

use crate::answer::candidates::Scratch;
use crate::answer::{Answer, Context, answer, answer_picked, near};
use crate::complete::Completer;
use crate::fact::FactIx;
use crate::knowledge::Knowledge;

/// Scratch buffers kept for the next question; more are made where more questions are in hand at once.
const SCRATCHES: usize = 8;

/// The knowledge, and the working memory that questions borrow.
#[derive(Debug)]
pub struct App {
    knowledge: Arc<Knowledge>,
    completer: Completer,
    scratches: Mutex<Vec<Scratch>>,
}

impl App {
    /// Answers from this knowledge.
    pub fn new(knowledge: Arc<Knowledge>) -> Self {
        let completer = Completer::build(&knowledge.base, &knowledge.index);
        Self { knowledge, completer, scratches: Mutex::new(Vec::new()) }
    }

    /// What questions are answered from now.
    pub fn knowledge(&self) -> &Knowledge {
        &self.knowledge
    }

    /// Answers a message; `last` is the fact that it may lean on.
    pub fn ask(&self, message: &str, last: Option<FactIx>) -> Answer {
        self.with_scratch(|scratch| answer(&self.knowledge, message, &Context { last }, scratch))
    }

    /// The answer that a person picked.
    pub fn pick(&self, fact: FactIx) -> Answer {
        self.with_scratch(|scratch| answer_picked(&self.knowledge, fact, scratch))
    }

    /// Facts near a fact.
    pub fn near(&self, fact: FactIx) -> Vec<FactIx> {
        self.with_scratch(|scratch| near(&self.knowledge, fact, scratch))
    }

    /// Questions and names that begin like what was typed.
    pub fn complete(&self, typed: &str, most: usize) -> Vec<String> {
        let Knowledge { base, index, .. } = &*self.knowledge;
        self.completer.complete(base, index, typed, most).into_iter().map(|completion| completion.text).collect()
    }

    fn with_scratch<R>(&self, work: impl FnOnce(&mut Scratch) -> R) -> R {
        let mut scratch = self.lend().pop().unwrap_or_default();
        let done = work(&mut scratch);
        let mut scratches = self.lend();
        if scratches.len() < SCRATCHES {
            scratches.push(scratch);
        }
        done
    }

    fn lend(&self) -> std::sync::MutexGuard<'_, Vec<Scratch>> {
        // A panic while lending leaves buffers that the next question clears anyway.
        self.scratches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
