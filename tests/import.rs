//! Rows and what an import makes of them, without a file or a store. What is promised:
//!
//! 1. Any fact comes back from its row as it was, from JSON and from CSV.
//! 2. A row that says what stands changes nothing; one that says less leaves the rest as it is.
//! 3. Whatever is wrong with a row is said, with its field, all at once; the row is left alone.
//! 4. Nobody's change is overwritten unseen.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use insta::assert_snapshot;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use sanad::answer::model::Model;
use sanad::base::{self, Origin};
use sanad::curation::import::{Importer, Plan};
use sanad::curation::rows::{FIELDS, Row};
use sanad::curation::written::{Header, Reading};
use sanad::curation::{Change, Record, RevisionNo, SourceRecord, Sourced, Stand, State};
use sanad::fact::{FactId, Place, Standing};
use sanad::knowledge::Knowledge;

static SHIPPED: LazyLock<Knowledge> = LazyLock::new(|| {
    let loaded = base::load(&Origin::Embedded, |_| ()).unwrap();
    Knowledge::new(loaded.base, loaded.lexicon, None, Model::unfitted())
});

/// A fact that is shipped.
const SHIPPED_FACT: &str = "nov28-end";

fn id(text: &str) -> FactId {
    FactId::new(text).unwrap()
}

fn shipped() -> Record {
    Record::of(&SHIPPED.base, SHIPPED.base.find(SHIPPED_FACT).unwrap())
}

/// How facts stand where the shipped one has this state and number, and there is no other.
fn standing_so(number: u32, state: State) -> impl Fn(&FactId) -> Option<Stand> {
    move |fact| (fact.as_str() == SHIPPED_FACT).then(|| Stand { number: RevisionNo(number), state: state.clone() })
}

fn as_shipped(fact: &FactId) -> Option<Stand> {
    standing_so(0, State::Published(shipped()))(fact)
}

fn plan_of(readings: impl IntoIterator<Item = Reading>, stands: impl Fn(&FactId) -> Option<Stand>) -> Plan {
    let mut importer = Importer::new(&SHIPPED, stands);
    for (line, reading) in (1..).zip(readings) {
        importer.take(&Place { file: "f".to_owned(), line }, reading);
    }
    importer.finish()
}

fn plan(lines: &[&str], stands: impl Fn(&FactId) -> Option<Stand>) -> Plan {
    plan_of(lines.iter().map(|line| Reading::of_json(line)), stands)
}

fn said(plan: &Plan) -> String {
    plan.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The one fact that a plan changes.
fn changed(plan: &Plan) -> &Record {
    assert_eq!((plan.changes.len(), said(plan)), (1, String::new()));
    match &plan.changes[0].change {
        Change::Add(record) | Change::Edit(record) => record,
        other => panic!("an import adds and edits, and does not {other:?}"),
    }
}

fn json(fact: &FactId, record: &Record, number: u32) -> String {
    serde_json::to_string(&Row::of(fact, record, RevisionNo(number))).unwrap()
}

/// Rows written as CSV and read again.
fn through_csv(rows: &[(FactId, Record)]) -> Vec<Reading> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(FIELDS).unwrap();
    for (fact, record) in rows {
        writer.write_record(Row::of(fact, record, RevisionNo(0)).cells().unwrap()).unwrap();
    }
    let bytes = writer.into_inner().unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes.as_slice());
    let mut rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<String>>());
    let header = Header::read(&rows.next().unwrap()).unwrap();
    rows.map(|cells| Reading::of_cells(&header, &cells)).collect()
}

/// Words with all that files trip over.
fn text() -> impl Strategy<Value = String> {
    let nasty = prop_oneof![
        Just("=1+1".to_owned()),
        Just("a, \"b\"; 'c'\r\nd".to_owned()),
        Just("[\"no list\"]".to_owned()),
        Just("جنگ بندی\u{200f} ختم".to_owned()),
        Just("\u{feff}\ttab | bar".to_owned()),
    ];
    prop_oneof![nasty, any::<String>(), "\\PC{1,40}"].prop_filter("says something", |text| !text.trim().is_empty())
}

fn source() -> impl Strategy<Value = SourceRecord> {
    let url = "https://[a-z]{1,8}\\.example/[a-z0-9/]{0,20}(\\?q=[a-z0-9]{1,5})?";
    (option::of(text()), text(), option::of(url), option::of(date())).prop_map(|(publisher, title, url, published)| SourceRecord {
        id: String::new(),
        publisher,
        title,
        url,
        published: published.map(|date| date.parse().unwrap()),
    })
}

fn date() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["2022", "2022-05", "2022-05-13", "2022-05-13/2022-06", "2021~", "2014-03~?"])
}

prop_compose! {
    fn record()(
        text in text(),
        title in option::of(text()),
        date in option::of(date()),
        [questions, topics, people, places, organisations] in [vec(text(), 0..4), vec(text(), 0..4), vec(text(), 0..3), vec(text(), 0..3), vec(text(), 0..3)],
        sources in vec(source(), 1..4),
        conflicts in vec("[a-z]{3,9}", 0..3),
        standing in prop::sample::select(vec![Standing::WellSourced, Standing::SingleSource, Standing::Disputed]),
        short in btree_map(prop::sample::select(vec!["who", "where", "how_many", "when", "why"]), Just(()), 0..4),
    ) -> Record {
        let sources = sources.into_iter().enumerate().map(|(at, source)| SourceRecord { id: format!("s:{at}"), ..source }).collect();
        let short: BTreeMap<String, String> = short.into_keys().map(|kind| (kind.to_owned(), text.clone())).collect();
        let date = date.map(|date| date.parse().unwrap());
        let sources = Sourced::new(sources).unwrap();
        Record { text, title, date, questions, topics, people, places, organisations, sources, conflicts, standing, short }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_fact_comes_back_from_its_row_as_it_was(records in vec(record(), 1..4)) {
        // Facts that they contradict stand elsewhere; they themselves are new.
        let stands = |fact: &FactId| (!fact.as_str().contains('#')).then(|| Stand { number: RevisionNo(0), state: State::Published(shipped()) });
        let rows: Vec<(FactId, Record)> = records.into_iter().enumerate().map(|(at, record)| (id(&format!("#{at}")), record)).collect();
        let from_json: Vec<Reading> = rows.iter().map(|(fact, record)| Reading::of_json(&json(fact, record, 0))).collect();
        for readings in [from_json, through_csv(&rows)] {
            let plan = plan_of(readings, stands);
            prop_assert_eq!(said(&plan), "");
            for (planned, (fact, record)) in plan.changes.iter().zip(&rows) {
                prop_assert_eq!(&planned.fact, fact);
                prop_assert_eq!(&planned.change, &Change::Add(record.clone()));
            }
            prop_assert_eq!(plan.changes.len(), rows.len());
        }
        // What stands so already is left alone, whatever number the row has.
        for (fact, record) in &rows {
            let stands = |asked: &FactId| (asked == fact || !asked.as_str().contains('#')).then(|| Stand { number: RevisionNo(3), state: State::Published(record.clone()) });
            let plan = plan_of([Reading::of_json(&json(fact, record, 7))], stands);
            prop_assert_eq!((plan.unchanged, plan.changes.len(), plan.bad), (1, 0, 0));
        }
    }

    #[test]
    fn no_row_makes_it_panic(line in "\\PC{0,80}", cells in vec(any::<String>(), 14)) {
        let header = Header::read(&FIELDS.map(str::to_owned)).unwrap();
        let plan = plan_of([Reading::of_json(&line), Reading::of_cells(&header, &cells)], as_shipped);
        prop_assert_eq!(plan.bad + plan.changes.len() + plan.unchanged, 2);
    }
}

#[test]
fn every_shipped_fact_is_left_alone_by_its_own_row() {
    let facts: Vec<(FactId, Record)> = SHIPPED.base.indexed().map(|(at, fact)| (fact.id.clone(), Record::of(&SHIPPED.base, at))).collect();
    let stands = |fact: &FactId| {
        let at = SHIPPED.base.find(fact.as_str())?;
        Some(Stand { number: RevisionNo(0), state: State::Published(Record::of(&SHIPPED.base, at)) })
    };
    let lines = facts.iter().map(|(fact, record)| Reading::of_json(&json(fact, record, 0))).collect();
    for readings in [lines, through_csv(&facts)] {
        let plan = plan_of(readings, stands);
        assert_eq!((plan.unchanged, plan.changes.len(), said(&plan)), (facts.len(), 0, String::new()));
    }
}

#[test]
fn a_row_that_says_less_leaves_the_rest_as_it_is() {
    let known = shipped();
    let source = known.sources.iter().next().unwrap();
    let line = format!(r#"{{"id": "{SHIPPED_FACT}", "text": "On Monday 28 November 2022 the truce ended.", "source": "{}"}}"#, source.id);
    let plan = plan(&[&line], as_shipped);
    let record = changed(&plan);
    assert_eq!((&record.questions, &record.topics, record.date), (&known.questions, &known.topics, known.date));
    assert_eq!((&record.conflicts, record.standing), (&known.conflicts, known.standing));
    assert_eq!(record.sources.iter().collect::<Vec<_>>(), [source]);
    assert_eq!(record.short.keys().collect::<Vec<_>>(), ["when"], "words that the text has no more answer nothing");
    assert!(!record.organisations.contains(&"Tehrik-i-Taliban Pakistan".to_owned()), "it is not named any more");
}

#[test]
fn what_a_row_says_to_be_none_is_none() {
    let mut bare = shipped();
    bare.date = None;
    bare.topics = Vec::new();
    bare.short = BTreeMap::new();
    let plan = plan(&[&json(&id(SHIPPED_FACT), &bare, 0)], as_shipped);
    assert_eq!(changed(&plan), &bare, "a whole row without short answers has none");
}

#[test]
fn a_new_fact_of_a_simple_row_has_what_can_be_read_out_of_it() {
    let line = r#"{"id": "bridge", "text": "Imran Khan opened the bridge at Ostrava.", "title": "Bridges", "date": "1902-05-01",
        "source": {"title": "Bridge opened", "url": "https://Gazette.example/1?utm_source=x&page=2", "published": "1902-05-02"}}"#;
    let plan = plan(&[&line.replace('\n', " ")], as_shipped);
    assert_eq!(plan.added(), 1);
    let record = changed(&plan);
    assert_eq!(record.people, ["Imran Khan"]);
    assert_eq!((record.title.as_deref(), record.standing), (Some("Bridges"), Standing::SingleSource));
    let source = record.sources.iter().next().unwrap();
    assert_eq!(source.url.as_deref(), Some("https://gazette.example/1?page=2"));
    assert_eq!(source.publisher.as_deref(), Some("gazette.example"));
    assert!(source.id.starts_with("web-"), "{}", source.id);
}

#[test]
fn a_known_source_is_meant_by_its_id_and_not_written_over() {
    let known = shipped().sources.iter().next().unwrap().clone();
    let row = |source: &str| format!(r#"{{"id": "x", "text": "A bridge was opened.", "sources": [{source}]}}"#);
    for named in [
        format!(r#""{}""#, known.id),
        format!(r#"{{"id": "{}"}}"#, known.id),
        format!(r#"{{"id": "{}", "title": {:?}}}"#, known.id, known.title),
        format!(r#"{{"url": {:?}}}"#, known.url.as_deref().unwrap()),
    ] {
        let plan = plan(&[&row(&named)], as_shipped);
        assert_eq!(changed(&plan).sources.iter().collect::<Vec<_>>(), [&known], "{named}");
    }
    let plan = plan(&[&row(&format!(r#"{{"id": "{}", "title": "Another"}}"#, known.id))], as_shipped);
    assert!(said(&plan).contains(&format!("the source `{}` says otherwise in the base", known.id)), "{}", said(&plan));
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let plan = plan(
        &[
            "nonsense",
            "[]",
            r#"{"text": "A bridge was opened."}"#,
            r#"{"id": "two words", "text": "A bridge was opened."}"#,
            r#"{"id": "a", "text": " ", "sources": [], "date": "2022-02-30", "standing": "sure", "colour": "red", "topics": "x", "revision": -1}"#,
            r#"{"id": "b", "text": "A bridge was opened.", "sources": [{"title": "T", "url": "ftp://x.example"}, {"url": "https://anna:pw@x.example"}, {"title": "", "publisher": "P"}, {"title": "T", "page": 3}, 7]}"#,
            r#"{"id": "c", "text": "A bridge was opened.", "source": "gazette", "conflicts": ["c", "two words", "nowhere"], "short": {"who": "Ada", "whom": "x"}}"#,
            r#"{"id": "d", "text": "A bridge was opened.", "source": {"title": "T"}, "conflicts": ["b"]}"#,
            r#"{"id": "e", "text": "A bridge was opened.", "source": {"title": "T"}, "conflicts": ["d"]}"#,
            r#"{"id": "f", "text": "A bridge was opened.", "source": {"title": "T"}, "conflicts": ["nov28-end", "g"]}"#,
            r#"{"id": "g", "text": "A bridge was shut.", "source": {"title": "T"}, "questions": ["", 3]}"#,
            r#"{"id": "h", "text": "A bridge was shut.", "sources": [{"id": "x", "title": "T"}, {"id": "x", "title": "U"}]}"#,
            r#"{"id": "i", "text": "A bridge was shut.", "source": {"title": "T"}}"#,
            r#"{"id": "i", "text": "A bridge was mended.", "source": {"title": "T"}}"#,
        ],
        as_shipped,
    );
    assert_snapshot!(said(&plan), @r#"
    f:1: error: row: expected ident (column 2); a row is {"id": …, "text": …, "sources": […]} on one line
    f:2: error: row: invalid type: sequence, expected a map (column 0); a row is {"id": …, "text": …, "sources": […]} on one line
    f:3: error: id: `id` is missing; add it
    f:3: error: sources: a fact needs at least one source; name it as {"title": "…", "url": "…"}
    f:4: error: id: `two words` cannot be an id: write one word without spaces, at most 100 bytes
    f:4: error: sources: a fact needs at least one source; name it as {"title": "…", "url": "…"}
    f:5: error: text: `text` is empty; fill it in
    f:5: error: date: `2022-02-30` is not in the calendar
    f:5: error: topics: write a list here: ["…", "…"]
    f:5: error: sources: a fact needs at least one source; name it as {"title": "…", "url": "…"}
    f:5: error: standing: `sure` is not a standing; write one of well sourced, single source, disputed
    f:5: error: revision: -1 is no revision; write a whole number, or leave it out
    f:5: error: colour: unknown field; known are id, text, date, questions, topics, people, places, organisations, source, sources, conflicts, standing, revision, title, short
    f:6: error: sources: page: unknown field; known are id, publisher, title, url, published
    f:6: error: sources: a source is {"title": "…", "url": "…"}, the id of a known one, or an address
    f:6: error: sources: "ftp://x.example" is not an address that starts with http:// or https:// and names a host
    f:6: error: sources: the address at x.example holds a user name or a password; leave that out
    f:6: error: sources: a source needs a title; write one
    f:7: error: short: `whom` is no kind of short answer; write who, where, how_many, when or why
    f:7: error: sources: "gazette" is neither the id of a known source nor an address; an address begins with https:// or http://
    f:7: error: conflicts: the fact `c` cannot contradict itself; take the id out
    f:7: error: conflicts: `two words` is no id of a fact; mend it or take it out
    f:8: error: conflicts: there is no fact `b`, and no sound row of this file adds it; mend the id or take it out
    f:9: error: conflicts: there is no fact `d`, and no sound row of this file adds it; mend the id or take it out
    f:10: error: conflicts: there is no fact `g`, and no sound row of this file adds it; mend the id or take it out
    f:11: error: questions: an entry of this list is empty; take it out
    f:11: error: questions: every entry of this list must be text in double quotes
    f:12: error: sources: two sources are named `x` and differ; give one of them another id
    f:14: error: id: the id `i` stands already in line 13; keep one of the two rows
    "#);
    assert_eq!((plan.bad, plan.unchanged), (13, 0));
    assert_eq!(plan.changes.iter().map(|planned| planned.fact.as_str()).collect::<Vec<_>>(), ["i"]);
}

#[test]
fn facts_of_one_file_may_contradict_each_other() {
    let row = |fact: &str, other: &str| {
        format!(r#"{{"id": "{fact}", "text": "A bridge was opened.", "source": {{"title": "T"}}, "conflicts": ["{other}"]}}"#)
    };
    let plan = plan(&[&row("a", "b"), &row("b", "a"), &row("c", SHIPPED_FACT)], as_shipped);
    assert_eq!((plan.changes.len(), said(&plan)), (3, String::new()));
    let standing = |at: usize| match &plan.changes[at].change {
        Change::Add(record) => record.standing,
        other => panic!("{other:?}"),
    };
    assert_eq!(standing(0), Standing::Disputed);
}

#[test]
fn nobody_s_change_is_overwritten_unseen() {
    let mut edited = shipped();
    edited.text = "The truce ended.".to_owned();
    edited.short = BTreeMap::new();
    let row = |number: u32| json(&id(SHIPPED_FACT), &edited, number);
    for (number, stands_at, is_taken) in [(0, 0, true), (5, 0, true), (2, 2, true), (0, 2, false), (1, 2, false), (3, 2, false)] {
        let plan = plan(&[&row(number)], standing_so(stands_at, State::Published(shipped())));
        assert_eq!(plan.changes.len(), usize::from(is_taken), "the row says {number}, it stands at {stands_at}");
        assert_eq!(is_taken, !said(&plan).contains("was changed since this file was written"), "{}", said(&plan));
        assert!(plan.changes.iter().all(|planned| planned.seen == RevisionNo(stands_at)));
    }
    let unnumbered = row(0).replace(",\"revision\":0", "");
    assert_eq!(plan(&[&unnumbered], standing_so(2, State::Published(shipped()))).changes.len(), 1, "who leaves it out means it");
    let gone = plan(&[&row(1)], standing_so(1, State::Retracted(edited.clone())));
    assert!(said(&gone).contains("is retracted; restore it first") && gone.changes.is_empty(), "{}", said(&gone));
}

#[test]
fn cells_that_people_write_are_understood() {
    let header = |line: &str| Header::read(&line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let cells = [
        "bridge",
        "A bridge was opened.",
        "",
        "Who opened it?\n\n What opened? ",
        "bridges",
        "https://gazette.example/1 | The Gazette | Bridge opened | 1902-05-02",
        "",
    ];
    let reading = Reading::of_cells(&header("id,text,date,questions,topics,sources,standing").unwrap(), &cells.map(str::to_owned));
    let plan = plan_of([reading], as_shipped);
    let record = changed(&plan);
    assert_eq!(record.questions, ["Who opened it?", "What opened?"]);
    assert_eq!((record.topics.as_slice(), record.date), (["bridges".to_owned()].as_slice(), None));
    assert_eq!(record.sources.iter().next().unwrap().title, "Bridge opened");

    let wrong = header("id,colour,id,,questions").unwrap_err();
    let wrong: Vec<String> = wrong.into_iter().map(|one| format!("{}: {}", one.field, one.message)).collect();
    assert_snapshot!(wrong.join("\n"), @r"
    colour: unknown field; known are id, text, date, questions, topics, people, places, organisations, sources, conflicts, standing, revision, title, short, source
    id: two columns have this name; take one out
    header: a column has no name; name it, or take it out
    text: there is no column `text`; the first line names the columns: id, text, date, questions, topics, people, places, organisations, sources, conflicts, standing, revision, title, short
    sources: there is no column `sources`, and every fact needs a source; add one
    ");
    let header = header("id,text,topics,sources,revision").unwrap();
    let broken = ["a", "A bridge was opened.", "[1", "[]", "two"].map(str::to_owned);
    let plan = plan_of([Reading::of_cells(&header, &broken), Reading::of_cells(&header, &broken[..3])], as_shipped);
    assert_snapshot!(said(&plan), @r#"
    f:1: error: topics: EOF while parsing a list (column 2); write ["…", "…"], or one item a line without brackets
    f:1: error: revision: `two` is no revision; write a whole number, or leave it out
    f:1: error: sources: a fact needs at least one source; name it as {"title": "…", "url": "…"}
    f:2: error: row: 3 cells stand here, the header names 5; put cells that hold commas, quotes or line ends between double quotes
    "#);
}
