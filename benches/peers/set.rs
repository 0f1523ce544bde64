//! Somebody's collection with questions that people wrote: how often the first fact is the right one.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use sanad::base::{self, Origin};
use sanad::knowledge::Knowledge;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Kind;
use crate::bm25::{Bm25, Exact, Fuzzy};
use crate::collection::{self, Row};
use crate::engine::{Engine, Question};
use crate::measure::{Outcome, ask};
use crate::ours::{Ours, Whole};

/// Nobody waits for the end of a set.
const PATIENCE: Duration = Duration::MAX;

/// What an engine comes to on a set.
pub(crate) struct SetLine {
    pub(crate) set: String,
    pub(crate) facts: usize,
    pub(crate) engine: &'static str,
    pub(crate) clean: Outcome,
    pub(crate) typo: Outcome,
}

#[derive(Deserialize)]
struct FactRow {
    id: String,
    text: String,
}

#[derive(Deserialize)]
struct AskedRow {
    q: String,
    gold: Vec<String>,
}

/// What ours and tantivy come to on a set.
pub(crate) fn lines(folder: &Path, wants: impl Fn(Kind) -> bool) -> Vec<SetLine> {
    let facts = folder.join("facts.jsonl");
    let rows: Vec<Row> = read::<FactRow>(&facts).into_iter().map(|row| Row { id: row.id, text: row.text }).collect();
    let places: HashMap<&str, usize> = rows.iter().enumerate().map(|(place, row)| (row.id.as_str(), place)).collect();
    let set = Set {
        name: folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        facts: rows.len(),
        clean: questions(&folder.join("dev.jsonl"), &places),
        typo: questions(&folder.join("dev_typo.jsonl"), &places),
    };
    let mut lines = Vec::new();
    if wants(Kind::Ours) {
        let loaded = base::load(&Origin::Rows(facts), |_| ()).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let knowledge = Knowledge::new(loaded.base, loaded.lexicon, base::embedded_vectors(), collection::model());
        lines.push(set.ask(&mut Whole::of(&Ours::of(knowledge))));
    }
    if wants(Kind::Tantivy) || wants(Kind::Fuzzy) {
        let mut bm25 = Bm25::build(&rows);
        if wants(Kind::Tantivy) {
            lines.push(set.ask(&mut Exact(&mut bm25)));
        }
        if wants(Kind::Fuzzy) {
            lines.push(set.ask(&mut Fuzzy(&mut bm25)));
        }
    }
    lines
}

struct Set {
    name: String,
    facts: usize,
    clean: Vec<Question>,
    typo: Vec<Question>,
}

impl Set {
    fn ask<E: Engine>(&self, engine: &mut E) -> SetLine {
        let clean = ask(engine, &self.clean, PATIENCE, || ());
        let typo = ask(engine, &self.typo, PATIENCE, || ());
        SetLine { set: self.name.clone(), facts: self.facts, engine: E::NAME, clean, typo }
    }
}

/// The questions that a fact answers.
fn questions(file: &Path, places: &HashMap<&str, usize>) -> Vec<Question> {
    let asked = read::<AskedRow>(file).into_iter().filter(|row| !row.gold.is_empty());
    let place = |id: &String| *places.get(id.as_str()).unwrap_or_else(|| panic!("{}: no fact has the id {id}", file.display()));
    asked.map(|row| Question { gold: row.gold.iter().map(place).collect(), text: row.q }).collect()
}

fn read<T: DeserializeOwned>(file: &Path) -> Vec<T> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    let row = |(line, number)| serde_json::from_str(line).unwrap_or_else(|error| panic!("{}, line {number}: {error}", file.display()));
    lines.map(row).collect()
}
