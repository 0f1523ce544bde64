//! Files that are imported over the facts built in: JSON Lines and CSV.

use sanad::base::rows::BYTE_ORDER_MARK;
use sanad::curation::import::{Importer, Plan};
use sanad::curation::rows::Row;
use sanad::curation::written::{Header, Reading};
use sanad::curation::{Change, Record, RevisionNo, Scope, Stand, State};
use sanad::fact::{FactId, Place};

use super::SHIPPED;

/// An input that opens with a brace is a file of JSON Lines, any other one of CSV.
pub fn check(bytes: &[u8]) {
    let readings = if bytes.starts_with(b"{") { lines(bytes) } else { cells(bytes) };
    let rows = readings.len();
    let plan = planned(readings, |fact| SHIPPED.stand(Scope::Everywhere, fact));
    assert_eq!(plan.changes.len() + plan.unchanged + plan.bad, rows, "a row came to nothing");
    assert_eq!(plan.bad == 0, plan.problems.is_empty(), "a row is bad where something is wrong with it");
    assert!(plan.problems.iter().all(|problem| !problem.message.trim().is_empty()));

    // What was taken stands, so the same rows as they are exported change nothing.
    let taken: Vec<(FactId, Record)> =
        plan.changes.iter().filter_map(|planned| Some((planned.fact.clone(), record(&planned.change)?))).collect();
    let again = taken.iter().map(|(fact, record)| {
        let row = serde_json::to_string(&Row::of(fact, record, RevisionNo(1))).expect("a row is written");
        Reading::of_json(&row)
    });
    let stands = |fact: &FactId| {
        let own = taken.iter().find(|(taken, _)| taken == fact);
        own.map(|(_, record)| Stand { number: RevisionNo(1), state: State::Published(record.clone()) })
            .or_else(|| SHIPPED.stand(Scope::Everywhere, fact))
    };
    let second = planned(again.collect(), stands);
    assert_eq!((second.unchanged, second.problems), (taken.len(), Vec::new()), "exported and imported again, it is not the same");
}

fn planned(readings: Vec<Reading>, stands: impl Fn(&FactId) -> Option<Stand>) -> Plan {
    let view = SHIPPED.view(Scope::Everywhere);
    let mut importer = Importer::new(&view, stands);
    for (line, reading) in (1..).zip(readings) {
        importer.take(&Place { file: "f".to_owned(), line }, reading);
    }
    importer.finish()
}

fn record(change: &Change) -> Option<Record> {
    match change {
        Change::Add(record) | Change::Edit(record) => Some(record.clone()),
        _ => None,
    }
}

fn lines(bytes: &[u8]) -> Vec<Reading> {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().map(|line| line.trim_start_matches(BYTE_ORDER_MARK).trim());
    lines.filter(|line| !line.is_empty()).map(Reading::of_json).collect()
}

fn cells(bytes: &[u8]) -> Vec<Reading> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut rows = reader.records().filter_map(Result::ok).map(|row| row.iter().map(str::to_owned).collect::<Vec<String>>());
    let Some(header) = rows.next().and_then(|cells| Header::read(&cells).ok()) else { return Vec::new() };
    rows.map(|cells| Reading::of_cells(&header, &cells)).collect()
}
