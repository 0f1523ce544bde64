//! `sanad timeline` as its users run it. It promises:
//!
//! 1. Rows of JSON have the fields that others rely on, in the order of their `sort`.
//! 2. CSV says the same, a fact a row.
//! 3. The calendar is one that another parser reads, an event a fact, vague dates over all the days they may mean.
//! 4. The sheet for TimelineJS has its columns in their order, a title first.
//! 5. Pictures are written where asked for.
//! 6. What is not understood is an error with the mend, exit 2; what leaves nothing over says why, exit 1.
//! 7. A question for a course of events is answered by one, in `ask` and `chat`; JSON stays what others rely on.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod common;

use std::fs;
use std::io::BufReader;
use std::path::Path;

use common::{Run, TempDir, sanad_in};
use serde_json::Value;

fn sanad(args: &[&str]) -> Run {
    sanad_in(Path::new(env!("CARGO_MANIFEST_DIR")), args, b"").unwrap()
}

fn timeline(args: &[&str]) -> Run {
    sanad(&[&["timeline"], args].concat())
}

const JIRGA: [&str; 6] = ["--topic", "jirga", "--from", "may 2022", "--to", "june 2022"];

fn rows() -> Vec<Value> {
    let run = timeline(&[&JIRGA[..], &["--json"]].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn records(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
    (header, reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect())
}

#[test]
fn rows_have_their_fields_and_order() {
    let rows = rows();
    assert!(rows.len() > 20, "{}", rows.len());
    for row in &rows {
        for text in ["date", "sort", "text", "fact"] {
            assert!(row[text].as_str().is_some_and(|text| !text.is_empty()), "{text}: {row}");
        }
        assert!(row["topics"].as_array().unwrap().contains(&"jirga".into()) && row["who"].is_array(), "{row}");
        let sources = row["sources"].as_array().unwrap();
        assert!(!sources.is_empty() && sources.iter().all(|source| source["id"].is_string() && source["title"].is_string()), "{row}");
    }
    let sorts: Vec<&str> = rows.iter().map(|row| row["sort"].as_str().unwrap()).collect();
    assert!(sorts.is_sorted(), "{sorts:?}");
    assert!(sorts.contains(&"2022-05"), "a month is not sharpened to its first day");
}

#[test]
fn a_name_selects_by_any_spelling_and_stands_in_each_row() {
    let run = timeline(&["--who", "nur wali mahsud", "--json"]);
    let rows: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!rows.is_empty() && rows.iter().all(|row| row["who"].as_array().unwrap().contains(&"Noor Wali Mehsud".into())), "{}", run.err);
}

#[test]
fn csv_says_what_json_says() {
    let run = timeline(&[&JIRGA[..], &["--csv"]].concat());
    let (header, records) = records(&run.out);
    assert_eq!(header, ["date", "sort", "text", "fact", "topics", "who", "sources", "disputed"]);
    let rows = rows();
    assert_eq!(records.len(), rows.len());
    for (record, row) in records.iter().zip(&rows) {
        for (at, field) in ["date", "sort", "text", "fact"].into_iter().enumerate() {
            assert_eq!(record[at], row[field].as_str().unwrap());
        }
        assert_eq!(record[6].lines().count(), row["sources"].as_array().unwrap().len(), "{record:?}");
    }
}

#[test]
fn the_calendar_opens_elsewhere() {
    let run = timeline(&[&JIRGA[..], &["--ics"]].concat());
    assert!(run.out.lines().all(|line| line.trim_end().len() <= 75), "no line is longer than RFC 5545 allows");
    let mut calendars = ical::IcalParser::new(BufReader::new(run.out.as_bytes()));
    let calendar = calendars.next().unwrap().unwrap();
    assert!(calendars.next().is_none());
    let rows = rows();
    assert_eq!(calendar.events.len(), rows.len());
    let mut ids = Vec::new();
    for (event, row) in calendar.events.iter().zip(&rows) {
        let property =
            |name: &str| event.properties.iter().find(|property| property.name == name).unwrap_or_else(|| panic!("{name}: {row}"));
        let value = |name: &str| property(name).value.clone().unwrap();
        for day in ["DTSTART", "DTEND"] {
            let parameters = property(day).params.clone().unwrap();
            assert_eq!(parameters, [("VALUE".to_owned(), vec!["DATE".to_owned()])], "{day} {row}");
            assert!(value(day).len() == 8 && value(day).bytes().all(|byte| byte.is_ascii_digit()), "{day} {row}");
        }
        assert!(value("DTSTART") < value("DTEND"), "{row}");
        if row["date"] == "2022-05" {
            assert_eq!((value("DTSTART").as_str(), value("DTEND").as_str()), ("20220501", "20220601"));
            assert!(value("SUMMARY").starts_with("[May 2022] "), "{}", value("SUMMARY"));
        }
        assert!(value("DTSTAMP").ends_with('Z'));
        ids.push(value("UID"));
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), rows.len(), "every event has an id of its own");
}

#[test]
fn the_sheet_has_the_columns_of_timelinejs() {
    let run = timeline(&[&JIRGA[..], &["--timelinejs"]].concat());
    let (header, records) = records(&run.out);
    assert_eq!(header[..4], ["Year", "Month", "Day", "Time"], "these are read by place");
    for column in ["End Year", "Display Date", "Headline", "Text", "Media", "Type", "Group", "Background"] {
        assert!(header.iter().any(|known| known == column), "{column}");
    }
    let at = |column: &str| header.iter().position(|known| known == column).unwrap();
    assert_eq!(records[0][at("Type")], "title");
    let rows = rows();
    assert_eq!(records.len(), rows.len() + 1);
    for (record, row) in records[1..].iter().zip(&rows) {
        let (year, month, day) = (&record[0], &record[1], &record[2]);
        let written = [(year, 4), (month, 2), (day, 2)]
            .into_iter()
            .filter(|(part, _)| !part.is_empty())
            .map(|(part, width)| format!("{part:0>width$}"));
        assert_eq!(written.collect::<Vec<_>>().join("-"), row["sort"].as_str().unwrap());
        assert!(record[at("Text")].starts_with("<p>") && !record[at("Headline")].contains('<'), "{record:?}");
    }
}

#[test]
fn pictures_are_written_where_they_are_asked_for() {
    let folder = TempDir::new().unwrap();
    let (svg, png) = (folder.path().join("t.svg"), folder.path().join("t.png"));
    let run = timeline(&[&JIRGA[..], &["--svg", svg.to_str().unwrap(), "--png", png.to_str().unwrap()]].concat());
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    assert!(fs::read_to_string(&svg).unwrap().starts_with("<svg "));
    assert!(fs::read(&png).unwrap().starts_with(b"\x89PNG"));
    #[cfg(unix)]
    {
        let (link, old) = (folder.path().join("latest.svg"), folder.path().join("old.svg"));
        fs::write(&old, "an older one").unwrap();
        std::os::unix::fs::symlink(&old, &link).unwrap();
        assert_eq!(timeline(&[&JIRGA[..], &["--svg", link.to_str().unwrap()]].concat()).code, 0);
        assert!(link.is_symlink() && fs::read_to_string(&old).unwrap().starts_with("<svg "), "a link leads where it led");
    }
    let nowhere = folder.path().join("t.svg/t.png");
    let refused = timeline(&["--topic", "jirga", "--png", nowhere.to_str().unwrap()]);
    let said = folder.unnamed(&refused.err);
    assert!(refused.code == 2 && said.contains("DIR/t.svg/t.png; check the folder"), "{said}");
}

#[test]
fn other_collections_have_timelines_too() {
    let folder = TempDir::new().unwrap();
    let rows = [
        r#"{"id": "b", "text": "The bridge opened.", "date": "1932-03-19", "topics": ["bridge"], "source": {"title": "A paper"}}"#,
        r#"{"id": "a", "text": "Work on the bridge began.", "date": "1923", "topics": ["bridge"], "source": {"title": "A paper"}}"#,
        r#"{"id": "c", "text": "The bridge is grey.", "topics": ["bridge"], "source": {"title": "A paper"}}"#,
    ];
    let file = folder.write("bridge.jsonl", rows.join("\n")).unwrap();
    let run = sanad(&["--facts", &file, "timeline", "--topic", "bridge"]);
    let (began, opened) = (run.out.find("1923").unwrap(), run.out.find("19 March 1932").unwrap());
    assert!(began < opened && run.out.contains("1 without a date left out"), "{}", run.out);
}

#[test]
fn errors_name_the_field_and_the_mend() {
    for (args, code, said) in [
        (&["--from", "someday"][..], 2, "--from: `someday` is no date, and no event that I am sure of"),
        (&["--who", "Khorasani"], 2, "Omar Khalid Khorasani"),
        (&["--topic", "football"], 2, "there is no topic `football`"),
        (&["--from", "june 2022", "--to", "may 2022"], 2, "it begins on 1 June 2022, but `to` ends on 31 May 2022"),
        (&["--topic", "jirga", "--to", "2019"], 1, "without from and to, 35 facts are there"),
    ] {
        let run = timeline(args);
        assert!(run.code == code && run.out.is_empty() && run.err.contains(said), "{args:?}: {} {}", run.code, run.err);
    }
    assert_eq!(timeline(&["--json", "--csv"]).code, 2, "one form at a time");
}

#[test]
fn a_question_for_a_course_is_answered_by_one() {
    let run = sanad(&["ask", "what happened in may 2022?"]);
    assert!(run.code == 0 && run.out.starts_with("Timeline: May 2022 ("), "{}", run.out);
    assert!(run.out.contains("\nMay 2022 ") && !run.out.contains("\n2022 "), "what begins in May comes first: {}", run.out);
    let json = sanad(&["ask", "--json", "what happened in may 2022?"]);
    let row: Value = serde_json::from_str(&json.out).unwrap();
    assert!(row["answers"].is_array() && row["outcome"].is_string(), "{row}");
    let chat = sanad_in(Path::new(env!("CARGO_MANIFEST_DIR")), &["chat"], b"timeline of the jirga\n").unwrap();
    assert!(chat.out.starts_with("Timeline: jirga ("), "{}", chat.out);
}
