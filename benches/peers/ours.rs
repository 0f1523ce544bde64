//! This engine: whole, and its matching alone.

use sanad::answer::candidates::{Scratch, candidates};
use sanad::answer::model::Model;
use sanad::answer::{Context, answer, read_first};
use sanad::app::App;
use sanad::base;
use sanad::curation::{Head, Record, RevisionNo, Scope, State};
use sanad::fact::{FactId, FactIx};
use sanad::knowledge::Knowledge;
use sanad::lexicon::Lexicon;
use sanad::question::Question;

use crate::collection::{self, Row};
use crate::engine::{Editable, Engine};

/// What the program holds before it reads a collection.
pub(crate) struct Blank {
    lexicon: Lexicon,
    model: Model,
}

/// A collection ready to be asked.
pub(crate) struct Ours {
    knowledge: Knowledge,
}

impl Ours {
    pub(crate) fn blank() -> Blank {
        Blank { lexicon: collection::any_lexicon(), model: collection::model() }
    }

    pub(crate) fn of(knowledge: Knowledge) -> Self {
        Self { knowledge }
    }

    /// Bytes of the index, texts left out.
    pub(crate) fn bytes(&self) -> usize {
        self.knowledge.index.bytes()
    }
}

impl Blank {
    /// From rows to what questions are answered from: the rules that facts must keep, and the index.
    pub(crate) fn build(self, rows: &[Row]) -> Ours {
        let base = collection::assembled(&collection::draft(rows));
        Ours::of(Knowledge::new(base, self.lexicon, base::embedded_vectors(), self.model))
    }
}

/// The place of a fact in the collection.
fn place(knowledge: &Knowledge, fact: FactIx) -> usize {
    knowledge.base.place(fact).0 as usize
}

/// From raw text to a decided outcome.
pub(crate) struct Whole {
    app: App,
    /// One server's, as the next question gets it.
    view: Knowledge,
    scratch: Scratch,
    edits: u32,
}

impl Whole {
    pub(crate) fn of(ours: &Ours) -> Self {
        let app = App::new(ours.knowledge.clone());
        Self { view: app.view(here()), app, scratch: Scratch::default(), edits: 0 }
    }
}

fn here() -> Scope {
    Scope::of(7)
}

impl Engine for Whole {
    const NAME: &'static str = "ours";
    type Prepared = String;

    fn prepare(&self, question: &str) -> String {
        question.to_owned()
    }

    fn first(&mut self, question: &String) -> Option<usize> {
        let answer = answer(&self.view, question, &Context::default(), &mut self.scratch);
        answer.ranked.first().map(|ranked| place(&self.view, ranked.fact))
    }
}

impl Editable for Whole {
    fn edit(&mut self, place: usize, row: &Row) {
        self.edits += 1;
        let below = self.app.shipped();
        let at = FactIx(u32::try_from(place).expect("a place among the facts"));
        let record = Record { text: row.text.clone(), ..Record::of(&below.base, at) };
        let fact = FactId::new(&row.id).expect("the id of a fact");
        self.app.take([(here(), Head { fact, number: RevisionNo(self.edits), state: State::Published(record), shipped: None })]);
        self.view = self.app.view(here());
    }
}

/// From a question that was read before to the facts worth a closer look.
pub(crate) struct Matching<'o> {
    ours: &'o Ours,
    scratch: Scratch,
}

impl<'o> Matching<'o> {
    pub(crate) fn of(ours: &'o Ours) -> Self {
        Self { ours, scratch: Scratch::default() }
    }
}

impl Engine for Matching<'_> {
    const NAME: &'static str = "ours, matching alone";
    type Prepared = Question;

    fn prepare(&self, question: &str) -> Question {
        read_first(&self.ours.knowledge, question)
    }

    fn first(&mut self, question: &Question) -> Option<usize> {
        let knowledge = &self.ours.knowledge;
        let found = candidates(&knowledge.index, question, &mut self.scratch);
        found.first().map(|candidate| place(knowledge, candidate.fact))
    }
}
