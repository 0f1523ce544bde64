//! This engine beside others, on the same facts and the same questions: how long an answer takes, how often the first fact is the right one,
//! and what building, memory and an edit cost. docs/performance.md says how to read it.
//!
//! ```text
//! cargo bench --features peers --bench peers -- [--sizes 1000,10000] [--questions 1000] [--engines ours,tantivy] [--set DIR] [--out FILE]
//! ```

#![allow(clippy::expect_used, reason = "a measurement that cannot go on ends")]

#[path = "peers/bm25.rs"]
mod bm25;
mod collection;
#[path = "peers/engine.rs"]
mod engine;
#[path = "peers/fts.rs"]
mod fts;
#[path = "peers/likeness.rs"]
mod likeness;
#[path = "peers/measure.rs"]
mod measure;
#[path = "peers/ours.rs"]
mod ours;
#[path = "peers/set.rs"]
mod set;
#[path = "peers/table.rs"]
mod table;

use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use bm25::{Bm25, Exact, Fuzzy};
use collection::Row;
use engine::{Engine, Question};
use fts::Fts;
use likeness::Likeness;
use measure::{Built, Line, Outcome, ask, built, edits, walk_cold};
use ours::{Matching, Ours, Whole};
use table::Report;

/// Sizes where neither they nor a set is named.
const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// Facts of the collection that is also asked with cold caches.
const COLD: usize = 100_000;
/// Facts up to which every fact is compared with the question word by word; more take minutes.
const COMPARED: usize = 10_000;

/// What to measure.
#[derive(Debug, Parser)]
#[command(about = "Measures this engine beside others.")]
struct Plan {
    /// Collections to make, by their number of facts.
    #[arg(long, value_delimiter = ',')]
    sizes: Option<Vec<usize>>,
    /// Questions to each collection, as typed with care and as typed in haste.
    #[arg(long, default_value = "1000")]
    questions: NonZeroUsize,
    /// Seconds after which an engine is asked no further question of a kind.
    #[arg(long, default_value_t = 60)]
    patience: u64,
    /// Engines to measure; all, if none is named.
    #[arg(long, value_delimiter = ',', value_enum)]
    engines: Vec<Kind>,
    /// A folder with `facts.jsonl`, `dev.jsonl` and `dev_typo.jsonl`; may be given again.
    #[arg(long)]
    set: Vec<PathBuf>,
    /// A file to write the tables to.
    #[arg(long)]
    out: Option<PathBuf>,
    /// The date to write over them.
    #[arg(long)]
    date: Option<String>,
    /// Cargo says so to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// From raw text to a decided outcome.
    Ours,
    /// From a question that was read before to the facts worth a closer look.
    Matching,
    /// BM25 over stems.
    Tantivy,
    /// The same, and words at a distance of one.
    Fuzzy,
    /// BM25 over stems in an SQLite table.
    Fts5,
    /// Jaro and Winkler's likeness, word by word.
    Strsim,
}

impl Plan {
    fn wants(&self, kind: Kind) -> bool {
        self.engines.is_empty() || self.engines.contains(&kind)
    }

    fn patience(&self) -> Duration {
        Duration::from_secs(self.patience)
    }
}

fn main() {
    let plan = Plan::parse();
    let sizes = match &plan.sizes {
        Some(sizes) => sizes.clone(),
        None if plan.set.is_empty() => SIZES.to_vec(),
        None => Vec::new(),
    };
    let mut report = Report::new(plan.date.as_deref());
    for size in sizes {
        let rows = collection::rows(size);
        report.size(size, &Asking::of(&plan, &rows).lines());
    }
    if !plan.set.is_empty() {
        report.sets(plan.set.iter().flat_map(|folder| set::lines(folder, |kind| plan.wants(kind))));
    }
    if let Some(file) = &plan.out {
        fs::write(file, report.text()).expect("the file for the tables can be written");
    }
}

/// A collection with the questions to it.
struct Asking<'a> {
    plan: &'a Plan,
    rows: &'a [Row],
    clean: Vec<Question>,
    misspelt: Vec<Question>,
}

impl<'a> Asking<'a> {
    fn of(plan: &'a Plan, rows: &'a [Row]) -> Self {
        let (clean, misspelt) = collection::questions(rows, plan.questions.get())
            .into_iter()
            .map(|asked| {
                (Question { text: asked.clean, gold: vec![asked.gold] }, Question { text: asked.misspelt, gold: vec![asked.gold] })
            })
            .unzip();
        Self { plan, rows, clean, misspelt }
    }

    /// What each engine comes to. One is gone before the next is built.
    fn lines(&self) -> Vec<Line> {
        [self.ours(), self.tantivy(), self.fts(), self.likeness()].into_iter().flatten().collect()
    }

    fn ours(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        if !self.plan.wants(Kind::Ours) && !self.plan.wants(Kind::Matching) {
            return lines;
        }
        // What the program holds before it reads any collection is not what a collection costs.
        let blank = Ours::blank();
        let (ours, time) = built(|| blank.build(self.rows));
        if self.plan.wants(Kind::Ours) {
            let (clean, misspelt) = self.ask(&mut Whole::of(&ours));
            let edit = edits(&mut Whole::of(&ours), self.rows);
            let built = Built { time, bytes: Some(ours.bytes()) };
            lines.push(Line { engine: Whole::NAME, clean, misspelt, built: Some(built), edit: Some(edit) });
        }
        if self.plan.wants(Kind::Ours) && self.rows.len() == COLD {
            let (clean, misspelt) = self.ask_after(&mut Whole::of(&ours), walk_cold());
            lines.push(Line { engine: "ours, caches cold", clean, misspelt, built: None, edit: None });
        }
        if self.plan.wants(Kind::Matching) {
            let (clean, misspelt) = self.ask(&mut Matching::of(&ours));
            lines.push(Line { engine: Matching::NAME, clean, misspelt, built: None, edit: None });
        }
        lines
    }

    fn tantivy(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        if !self.plan.wants(Kind::Tantivy) && !self.plan.wants(Kind::Fuzzy) {
            return lines;
        }
        let (mut bm25, time) = built(|| Bm25::build(self.rows));
        let bytes = Some(bm25.bytes());
        if self.plan.wants(Kind::Tantivy) {
            let (clean, misspelt) = self.ask(&mut Exact(&mut bm25));
            lines.push(Line { engine: Exact::NAME, clean, misspelt, built: Some(Built { time, bytes }), edit: None });
        }
        if self.plan.wants(Kind::Fuzzy) {
            let (clean, misspelt) = self.ask(&mut Fuzzy(&mut bm25));
            lines.push(Line { engine: Fuzzy::NAME, clean, misspelt, built: None, edit: None });
        }
        // Last, for they leave more segments than there were.
        if let Some(line) = lines.iter_mut().find(|line| line.engine == Exact::NAME) {
            line.edit = Some(edits(&mut Exact(&mut bm25), self.rows));
        }
        lines
    }

    fn fts(&self) -> Vec<Line> {
        if !self.plan.wants(Kind::Fts5) {
            return Vec::new();
        }
        let (mut fts, time) = built(|| Fts::build(self.rows));
        let bytes = Some(fts.bytes());
        let (clean, misspelt) = self.ask(&mut fts);
        let edit = Some(edits(&mut fts, self.rows));
        vec![Line { engine: Fts::NAME, clean, misspelt, built: Some(Built { time, bytes }), edit }]
    }

    fn likeness(&self) -> Vec<Line> {
        if !self.plan.wants(Kind::Strsim) || self.rows.len() > COMPARED {
            return Vec::new();
        }
        let (mut likeness, time) = built(|| Likeness::build(self.rows));
        let (clean, misspelt) = self.ask(&mut likeness);
        vec![Line { engine: Likeness::NAME, clean, misspelt, built: Some(Built { time, bytes: None }), edit: None }]
    }

    fn ask<E: Engine>(&self, engine: &mut E) -> (Outcome, Outcome) {
        self.ask_after(engine, || ())
    }

    fn ask_after<E: Engine>(&self, engine: &mut E, mut between: impl FnMut()) -> (Outcome, Outcome) {
        let patience = self.plan.patience();
        (ask(engine, &self.clean, patience, &mut between), ask(engine, &self.misspelt, patience, &mut between))
    }
}
