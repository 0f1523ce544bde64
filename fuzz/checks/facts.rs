//! Fact bases: a folder of TOML files, or a file of JSON Lines.

use sanad::answer::model::Model;
use sanad::app::App;
use sanad::base::folder::{self, Holds};
use sanad::base::of_rows;
use sanad::base::reader::NamedText;
use sanad::curation::rows::Row;
use sanad::curation::{Record, RevisionNo, Scope};
use sanad::discord::render;
use sanad::fact::{Base, FactIx, Problem, check};
use sanad::knowledge::Knowledge;
use sanad::lexicon::Lexicon;

use super::{fields, shown};

/// Facts of an input that are asked for.
const ASKED: usize = 4;

/// An input that opens with a bracket or a brace is a file of rows. Any other is the files of a folder: facts, sources, entities, words.
pub fn check(bytes: &[u8]) {
    let lines = bytes.split(|byte| *byte == b'\n').count();
    let mut problems = Vec::new();
    let assembled = if bytes.starts_with(b"{") || bytes.starts_with(b"[{") {
        of_rows("rows.jsonl", bytes)
    } else {
        let text = String::from_utf8_lossy(bytes);
        let [facts, sources, entities, words] =
            fields::<4>(&text).map(|text| NamedText { name: "f.toml".to_owned(), text: text.to_owned() });
        let mut draft = folder::read(Holds::Facts, &facts, &mut problems);
        draft.append(folder::read(Holds::Sources, &sources, &mut problems));
        draft.append(folder::read(Holds::Entities, &entities, &mut problems));
        let _ = Lexicon::read(&[words], &mut problems);
        check::assemble(&draft)
    };
    are_told(&problems, lines);
    match assembled {
        Ok((base, warnings)) => {
            are_told(&warnings, lines);
            is_whole(base);
        }
        Err(found) => {
            assert!(!found.is_empty(), "refused without a word");
            are_told(&found, lines);
        }
    }
}

/// Every problem says where, and what.
fn are_told(problems: &[Problem], lines: usize) {
    for problem in problems {
        assert!(problem.place.line <= lines, "{problem}: there are {lines} lines");
        assert!(!problem.message.trim().is_empty());
    }
}

/// A base that was taken: every fact has its sources, comes back from its row, and can be shown and asked for.
fn is_whole(base: Base) {
    let count = base.fact_count();
    let records: Vec<(FactIx, Record)> = base.indexed().map(|(at, _)| (at, Record::of(&base, at))).collect();
    assert_eq!(records.len(), count);
    let mut rows = Vec::new();
    for (at, record) in &records {
        let id = &base.fact(*at).id;
        assert!(record.sources.iter().count() > 0, "{} has no source", id.as_str());
        assert_eq!(base.find(id.as_str()), Some(*at));
        rows.extend(serde_json::to_vec(&Row::of(id, record, RevisionNo(1))).expect("a row is written"));
        rows.push(b'\n');
    }
    let again = base_of_rows(&rows);
    for (at, record) in &records {
        let id = base.fact(*at).id.as_str();
        let back = again.find(id).map(|at| Record::of(&again, at));
        assert_eq!(back.as_ref(), Some(record), "{id} comes back from its row as another fact");
    }

    let facts: Vec<(FactIx, String)> = base.indexed().take(ASKED).map(|(at, fact)| (at, fact.claim.to_string())).collect();
    let app = App::new(Knowledge::new(base, Lexicon::default(), None, Model::unfitted()));
    let view = app.view(Scope::Everywhere);
    for (at, claim) in facts {
        shown::is_sendable(&render::sources(&view, at, &[]));
        let answer = app.ask(&view, &claim, Some(at));
        assert!(answer.ranked.iter().all(|ranked| ranked.score.is_finite()));
    }
}

fn base_of_rows(rows: &[u8]) -> Base {
    of_rows("again.jsonl", rows).map_or_else(|problems| panic!("what is exported is refused: {problems:?}"), |(base, _)| base)
}
