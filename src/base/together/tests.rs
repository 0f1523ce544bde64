//! Files of rows: what is made of them does not depend on the parts that they are read in, and is what the rules make of drafts.

use hashbrown::HashMap;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::fact::check;
use crate::fact::draft::{Draft, FactDraft};

/// The rows one after the other, as drafts: slow and plain.
fn plainly(rows: &[Value]) -> Result<(Base, Vec<Problem>), Vec<Problem>> {
    let mut draft = Draft::default();
    let mut sources: HashMap<String, String> = HashMap::new();
    let mut entities: HashMap<String, String> = HashMap::new();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let texts = |row: &Value, field: &str| row[field].as_array().into_iter().flatten().filter_map(text).collect::<Vec<String>>();
    for (row, line) in rows.iter().zip(1..) {
        let place = Some(Place { file: "f".to_owned(), line });
        let named =
            row["source"].as_object().into_iter().chain(row["sources"].as_array().into_iter().flatten().filter_map(Value::as_object));
        let mut cited = Vec::new();
        for source in named {
            let get = |field: &str| source.get(field).and_then(text);
            let key = format!("{:?}", (get("id"), get("title"), get("url"), get("published")));
            let number = draft.sources.len();
            cited.push(
                sources
                    .entry(key)
                    .or_insert_with(|| {
                        let id = get("id").unwrap_or_else(|| format!("source:{number}"));
                        let (title, publisher) = (get("title").unwrap(), get("publisher"));
                        let (place, url, dated) = (place.clone(), get("url"), get("published"));
                        draft.sources.push(SourceDraft {
                            place,
                            id: id.clone(),
                            title,
                            publisher,
                            url,
                            published: dated,
                            ..SourceDraft::default()
                        });
                        id
                    })
                    .clone(),
            );
        }
        if cited.is_empty() {
            cited.push(
                sources
                    .entry("file".to_owned())
                    .or_insert_with(|| {
                        let (id, title) = ("source:file".to_owned(), "f, the collection itself (its row names no source)".to_owned());
                        draft.sources.push(SourceDraft { place: place.clone(), id: id.clone(), title, ..SourceDraft::default() });
                        id
                    })
                    .clone(),
            );
        }
        let mut called = |kind: &str, field: &str| -> Vec<String> {
            let known = |name: String| {
                entities
                    .entry(fold(&name).into_owned())
                    .or_insert_with(|| {
                        let id = format!("entity:{}", draft.entities.len());
                        draft.entities.push(EntityDraft {
                            place: place.clone(),
                            id,
                            name: name.clone(),
                            kind: kind.to_owned(),
                            ..EntityDraft::default()
                        });
                        name
                    })
                    .clone()
            };
            texts(row, field).into_iter().map(known).collect()
        };
        let (people, places, organisations) =
            (called("person", "people"), called("place", "places"), called("organisation", "organisations"));
        draft.facts.push(FactDraft {
            place,
            id: text(&row["id"]).unwrap(),
            claim: text(&row["text"]).unwrap(),
            title: text(&row["title"]),
            date: text(&row["date"]),
            topics: texts(row, "topics"),
            people,
            places,
            organisations,
            sources: cited,
            conflicts: texts(row, "conflicts"),
            standing: text(&row["standing"]),
            short: row["short"].as_object().into_iter().flatten().filter_map(|(kind, words)| Some((kind.clone(), text(words)?))).collect(),
            questions: texts(row, "questions"),
            lines: Vec::new(),
        });
    }
    check::assemble(&draft)
}

fn lines(rows: &[Value]) -> String {
    rows.iter().flat_map(|row| [row.to_string(), "\n".to_owned()]).collect()
}

fn shown(base: &Base) -> Vec<String> {
    let facts = base.indexed().map(|(at, fact)| format!("{at:?} {fact:?}"));
    let sources = (0u32..).take(base.source_count()).map(|at| format!("{:?}", base.source(crate::fact::SourceIx(at))));
    let entities = base.entities().iter().map(|entity| format!("{entity:?}"));
    facts.chain(sources).chain(entities).collect()
}

fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(words).prop_map(str::to_owned)
}

fn source(bad: bool) -> impl Strategy<Value = Value> {
    let ids: &[&str] = if bad { &["s", "t", "two words", "source:1"] } else { &["s"] };
    let urls: &[&str] = if bad { &["https://a.example", "ftp://b"] } else { &["https://a.example", "https://b.example"] };
    let dates: &[&str] = if bad { &["2020", "then"] } else { &["2020"] };
    let titles: &[&str] = if bad { &["One", "Two", " "] } else { &["One", "Two", "Three"] };
    let id = if bad { option::of(one_of(ids)).boxed() } else { Just(None).boxed() };
    (id, one_of(titles), option::of(one_of(urls)), option::of(one_of(dates)), option::of(one_of(&["P", "Q"]))).prop_map(
        |(id, title, url, published, publisher)| json!({"id": id, "title": title, "url": url, "published": published, "publisher": publisher}),
    )
}

fn names(bad: bool) -> impl Strategy<Value = Vec<String>> {
    let names: &[&str] = if bad { &["Ann", "ANN", "Kabul", "", "entity:1"] } else { &["Ann", "ANN", "Kabul", "Órg"] };
    vec(one_of(names), 0..3)
}

prop_compose! {
    fn row(bad: bool)(
        id in if bad { "[ab]{1,2}| " } else { "[a-z]{8}" },
        text in one_of(if bad { &["Ann came.", "He came.", "", " ", "Ann \"Ö\" came\n"] } else { &["Ann came.", "Ann \"Ö\" came\n"] }),
        title in option::of(one_of(&["", "T"])),
        date in option::of(one_of(if bad { &["2020", "never"] } else { &["2020", "2020-01-02/2021~"] })),
        questions in vec(one_of(&["Who came?", "who came?", "When?", "Why?"]), 0..8),
        topics in vec(one_of(&["t", "u"]), 0..2),
        standing in option::of(one_of(if bad { &["disputed", "", "sure"] } else { &["disputed", "well sourced"] })),
        source in option::of(source(bad)),
        sources in vec(source(bad), 0..2),
        [people, places, organisations] in [names(bad), names(bad), names(bad)],
        conflicts in if bad { vec("[ab]", 0..2).boxed() } else { Just(Vec::new()).boxed() },
        short in option::of(one_of(if bad { &["Ann", "Bob"] } else { &["Ann"] })),
        kind in one_of(if bad { &["who", "whom"] } else { &["who"] }),
    ) -> Value {
        let mut row = json!({
            "id": id, "text": text, "title": title, "date": date, "questions": questions, "topics": topics, "standing": standing,
            "source": source, "sources": sources, "people": people, "places": places, "organisations": organisations, "conflicts": conflicts,
        });
        if let Some(short) = short {
            row["short"] = json!({ kind: short });
        }
        row
    }
}

/// Sound rows, some of which contradict others.
fn sound() -> impl Strategy<Value = Vec<Value>> {
    (vec(row(false), 1..12), vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..4)).prop_map(|(mut rows, rivals)| {
        for (number, row) in rows.iter_mut().enumerate() {
            row["id"] = json!(format!("f{number}"));
        }
        let count = rows.len();
        for (of, with) in rivals.iter().map(|(of, with)| (of.index(count), with.index(count))).filter(|(of, with)| of != with) {
            rows[of]["conflicts"].as_array_mut().unwrap().push(json!(format!("f{with}")));
        }
        rows
    })
}

/// Among broken rows, names and ids of the program's own making may be forged; only drafts tell such a name from an id.
fn broken() -> impl Strategy<Value = Vec<Value>> {
    vec(row(true), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn sound_rows_become_what_their_drafts_become(rows in sound(), piece in 1usize..3_000) {
        let (expected, warnings) = plainly(&rows).unwrap();
        let (base, said) = assemble_by(piece, "f", lines(&rows).as_bytes(), |_| ()).unwrap();
        prop_assert_eq!(shown(&base), shown(&expected));
        prop_assert_eq!(said, warnings);
        for (at, fact) in expected.indexed() {
            prop_assert_eq!(base.find(fact.id.as_str()), Some(at));
            prop_assert_eq!(format!("{:?}", base.reading(at)), format!("{fact:?}"));
            prop_assert_eq!(base.conflicts(at), expected.conflicts(at));
        }
        prop_assert_eq!(base.find("f99"), None);
        for name in ["ann", "Kabul", "entity:0", "nobody"] {
            prop_assert_eq!(base.entity_named(name), expected.entity_named(name));
        }
        for reference in ["source:0", "source:1", "source:file", "http://www.a.example/", "https://c.example"] {
            prop_assert_eq!(base.source_named(reference), expected.source_named(reference));
        }
    }

    #[test]
    fn of_broken_rows_the_same_is_said(rows in broken(), piece in 1usize..1_000) {
        let said = |made: Result<(Base, Vec<Problem>), Vec<Problem>>| match made {
            Ok((base, problems)) => (shown(&base), problems),
            Err(problems) => (Vec::new(), problems),
        };
        prop_assert_eq!(said(assemble_by(piece, "f", lines(&rows).as_bytes(), |_| ())), said(plainly(&rows)));
    }

    #[test]
    fn what_is_saved_comes_back(rows in sound()) {
        use crate::image::{Image, SourceFile, Stamp, Writer};
        let (base, _) = assemble("f", lines(&rows).as_bytes(), |_| ()).unwrap();
        let source = SourceFile { bytes: 0, modified: None, checksum: 0 };
        let mut writer = Writer::new(Stamp { program: String::new(), words: 0, source });
        prop_assert!(base.save(&mut writer));
        let mut bytes = Vec::new();
        writer.write(&mut bytes).unwrap();
        let opened = Base::open(&Image::of_bytes(&bytes).unwrap()).unwrap();
        prop_assert_eq!(shown(&opened), shown(&base));
        for (at, fact) in base.indexed() {
            prop_assert_eq!(opened.find(fact.id.as_str()), Some(at));
        }
    }

    #[test]
    fn any_text_is_read_in_peace(text in vec(any::<u8>(), 0..200), piece in 1usize..50) {
        let whole = assemble_by(1 << 20, "f", &text, |_| ());
        let in_parts = assemble_by(piece, "f", &text, |_| ());
        prop_assert_eq!(whole.map(|(_, problems)| problems), in_parts.map(|(_, problems)| problems));
    }
}

#[test]
fn broken_rows_past_a_thousand_are_counted() {
    let text = "{}\n".repeat(2_500);
    let problems = assemble_by(10, "f", text.as_bytes(), |_| ()).unwrap_err();
    assert_eq!(problems.len(), KEPT_PROBLEMS + 1);
    assert_eq!(problems[0].to_string(), "f:0: error: row: 1500 more rows are broken");
    assert_eq!(problems[KEPT_PROBLEMS].place.line, KEPT_PROBLEMS);
}

#[test]
fn a_row_without_a_name_is_not_passed_over() {
    for standing in ["", r#", "standing": "disputed""#] {
        let text = format!("{{\"id\": \"\", \"text\": \"Said.\"{standing}}}");
        let problems = assemble("f", text.as_bytes(), |_| ()).unwrap_err();
        assert_eq!(problems[0].to_string(), "f:1: error: id: `` cannot be an id: write one word without spaces, at most 100 bytes");
    }
}

#[test]
fn rows_read_are_told_while_they_are_read() {
    let text = "{\"id\": \"a\", \"text\": \"b\"}\n".repeat(100);
    let mut told = Vec::new();
    let _ = assemble_by(200, "f", text.as_bytes(), |rows| told.push(rows));
    assert_eq!(told.last(), Some(&100));
    assert!(told.len() > 2 && told.is_sorted());
}
