//! Filters in any combination, what is said of those that are not understood, and of those that leave nothing over.

use sanad::fact::FactIx;
use sanad::timeline::filter::{Field, Misread, Understood, Wish, Without, emptied, read};
use sanad::timeline::names::{self, Named};
use sanad::timeline::{Selection, Timeline, select};

use crate::SHIPPED;

fn understood(wish: Wish<'_>) -> Result<Understood, Vec<Misread>> {
    read(&SHIPPED, wish)
}

fn selected(wish: Wish<'_>) -> Timeline {
    select(&SHIPPED, &understood(wish).unwrap().selection)
}

fn ids(timeline: &Timeline) -> Vec<&str> {
    timeline.entries.iter().map(|entry| SHIPPED.base.fact(entry.fact).id.as_str()).collect()
}

#[test]
fn each_filter_narrows_and_all_together_do() {
    let wish = Wish { topic: Some("jirga"), who: Some("TTP"), from: Some("may 2022"), to: Some("june 2022") };
    let chosen = selected(wish);
    assert!(!chosen.entries.is_empty());
    let ttp = SHIPPED.base.entity_named("TTP").unwrap();
    for entry in &chosen.entries {
        let fact = SHIPPED.base.fact(entry.fact);
        assert!(fact.topics.iter().any(|topic| **topic == *"jirga") && fact.entities().any(|named| named == ttp), "{}", fact.id);
        let days = entry.date.span();
        assert!(days.last.to_string().as_str() >= "2022-05-01" && days.first.to_string().as_str() <= "2022-06-30", "{}", fact.id);
    }
    // What no filter leaves out is there: found in another way.
    let expected = SHIPPED.base.indexed().filter(|(_, fact)| {
        let days = fact.date.map(|date| date.span());
        fact.topics.iter().any(|topic| **topic == *"jirga")
            && fact.organisations.contains(&ttp)
            && days.is_some_and(|days| days.first.to_string().as_str() <= "2022-06-30" && days.last.to_string().as_str() >= "2022-05-01")
    });
    let mut expected: Vec<FactIx> = expected.map(|(at, _)| at).collect();
    let mut found: Vec<FactIx> = chosen.entries.iter().map(|entry| entry.fact).collect();
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn what_is_vague_stands_with_its_month_and_is_taken_in_where_it_may_belong() {
    let chosen = selected(Wish { from: Some("10 may 2022"), to: Some("14 may 2022"), ..Wish::default() });
    let dates: Vec<String> = chosen.entries.iter().map(|entry| entry.date.to_string()).collect();
    let month = dates.iter().position(|date| date == "2022-05").unwrap();
    let day = dates.iter().position(|date| date.starts_with("2022-05-1")).unwrap();
    assert!(month < day, "{dates:?}");
    assert!(dates.contains(&"2022".to_owned()) && !dates.contains(&"2022-05-18".to_owned()), "{dates:?}");
}

#[test]
fn every_side_of_a_disputed_date_stands_at_its_own() {
    let chosen = selected(Wish { topic: Some("ceasefire-end"), ..Wish::default() });
    let of = |id: &str| chosen.entries.iter().find(|entry| SHIPPED.base.fact(entry.fact).id.as_str() == id).unwrap();
    let (september, november) = (of("seed-4sep-end"), of("nov28-end"));
    assert_eq!((september.date.to_string(), november.date.to_string()), ("2022-09-04".into(), "2022-11-28".into()));
    let others: Vec<String> = september.others(&SHIPPED.base).into_iter().filter_map(|(date, _)| Some(date?.to_string())).collect();
    assert!(others.contains(&"2022-11-28".to_owned()) && !others.contains(&"2022-09-04".to_owned()), "{others:?}");
    let said = november.dispute(&SHIPPED.base, usize::MAX, usize::MAX).unwrap();
    assert!(said.starts_with("Sources disagree. ") && said.contains("(4 September 2022): Wikipedia's article on the talks says"), "{said}");
}

#[test]
fn names_are_found_by_every_spelling() {
    for (typed, name) in [
        ("Noor Wali Mehsud", "Noor Wali Mehsud"),
        ("noor wali", "Noor Wali Mehsud"),
        ("Nur Wali Mahsud", "Noor Wali Mehsud"),
        ("mufti noor wali", "Noor Wali Mehsud"),
        ("omar khalid khurasani", "Omar Khalid Khorasani"),
        ("عمر خالد خراسانی", "Omar Khalid Khorasani"),
        ("TTP", "Tehrik-i-Taliban Pakistan"),
        ("haqani network", "Haqqani network"),
        ("kabul", "Kabul"),
        ("imran", "Imran Khan"),
    ] {
        match names::entity(&SHIPPED, typed) {
            Named::One(found) => assert_eq!(&*SHIPPED.base.entity(found).name, name, "{typed}"),
            other => panic!("{typed}: {other:?}"),
        }
    }
    assert!(matches!(names::entity(&SHIPPED, "Khorasani"), Named::Several(_)), "several bear that name");
    assert!(matches!(names::entity(&SHIPPED, "lionel messi"), Named::Unknown(_)));
    assert!(!matches!(names::entity(&SHIPPED, "not imran khan"), Named::One(_)), "what is denied is not meant");
    assert!(matches!(names::topic(&SHIPPED, "2022"), Named::Unknown(_)), "a number is no name");
}

#[test]
fn topics_are_found_by_what_they_mean() {
    for (typed, expected) in
        [("jirga", "jirga"), ("Jirga", "jirga"), ("prisonrs", "prisoners"), ("fata merger", "fata-merger"), ("the eid truce", "eid-truce")]
    {
        let found = names::topic(&SHIPPED, typed.trim_start_matches("the "));
        assert_eq!(found, Named::One(expected.into()), "{typed}");
    }
    let kin = understood(Wish { topic: Some("ceasefire"), ..Wish::default() }).unwrap().selection.topics;
    assert!(kin.iter().any(|topic| **topic == *"ceasefire-2022"), "the bare topic has no dated fact: {kin:?}");
    let Named::Several(truces) = names::topic(&SHIPPED, "truce") else { panic!("several topics are about truces") };
    assert!(truces.iter().any(|topic| **topic == *"ceasefire-2022"), "{truces:?}");
}

#[test]
fn sources_are_found_by_words_of_them() {
    let source = |typed: &str| match names::source(&SHIPPED.base, typed) {
        Named::One(found) => SHIPPED.base.source(found).id.to_string(),
        other => format!("{other:?}"),
    };
    let known = SHIPPED.base.source_named("dawn-ttp-ends-ceasefire").unwrap();
    let url = SHIPPED.base.source(known).url.clone().unwrap();
    assert_eq!(source("dawn-ttp-ends-ceasefire"), "dawn-ttp-ends-ceasefire");
    assert_eq!(source(&url), "dawn-ttp-ends-ceasefire");
    assert_eq!(source("dawn ttp ends cesefire with govt orders"), "dawn-ttp-ends-ceasefire");
    assert!(matches!(names::source(&SHIPPED.base, "dawn"), Named::Several(_)));
    assert!(matches!(names::source(&SHIPPED.base, "the daily prophet"), Named::Unknown(_)));
}

#[test]
fn what_is_not_understood_is_said_field_by_field() {
    let errors =
        understood(Wish { topic: Some("football"), who: Some("Khorasani"), from: Some("yesterdayish"), to: Some("after the Eid truce") });
    let errors = errors.unwrap_err();
    let fields: Vec<Field> = errors.iter().map(|error| error.field).collect();
    assert_eq!(fields, [Field::Topic, Field::Who, Field::From, Field::To]);
    assert!(errors[1].message.contains("Omar Khalid Khorasani"), "{:?}", errors[1]);
    assert!(errors[3].message.contains("write it into `from`"), "{}", errors[3].message);
    let backwards = understood(Wish { from: Some("june 2022"), to: Some("may 2022"), ..Wish::default() }).unwrap_err();
    assert!(backwards[0].message.contains("1 June 2022") && backwards[0].message.contains("31 May 2022"), "{}", backwards[0].message);
}

#[test]
fn where_nothing_is_left_the_filter_to_blame_and_the_nearest_are_named() {
    let wish = Wish { topic: Some("jirga"), to: Some("2019"), ..Wish::default() };
    let selection = understood(wish).unwrap().selection;
    assert!(select(&SHIPPED, &selection).entries.is_empty());
    let found = emptied(&SHIPPED, &selection);
    let blamed: Vec<&[Without]> = found.without.iter().map(|wider| wider.without.as_slice()).collect();
    assert_eq!(blamed, [[Without::Time], [Without::Topic]]);
    for wider in &found.without {
        assert_eq!(select(&SHIPPED, &wider.selection).entries.len(), wider.facts);
    }
    // The nearest is the first of the topic after the time asked for.
    let first = select(&SHIPPED, &Selection { to: None, ..selection }).entries[0].fact;
    assert_eq!(found.nearest, [first]);
    // Where no one filter is to blame, two are.
    let wish = Wish { topic: Some("zawahiri"), who: Some("Swat"), from: Some("2003"), to: Some("2003") };
    let found = emptied(&SHIPPED, &understood(wish).unwrap().selection);
    assert!(!found.without.is_empty() && found.without.iter().all(|wider| wider.without.len() == 2), "{found:?}");
}

#[test]
fn who_says_otherwise_of_the_same_day_is_named_too() {
    let chosen = selected(Wish { from: Some("2014-12-16"), to: Some("2014-12-16"), ..Wish::default() });
    let toll = chosen.entries.iter().find(|entry| SHIPPED.base.fact(entry.fact).id.as_str() == "aps-toll-147").unwrap();
    let said = toll.dispute(&SHIPPED.base, usize::MAX, usize::MAX).unwrap();
    assert!(said.contains("Arab News") && said.contains("134 children and 19 adults"), "{said}");
    let short = toll.dispute(&SHIPPED.base, 1, 40).unwrap();
    assert!(short.ends_with("; and 1 more") && short.chars().count() < 120, "{short}");
}

#[test]
fn what_completes_a_half_typed_name_is_what_it_begins() {
    let labels = |choices: Vec<names::Choice>| choices.into_iter().map(|choice| choice.label).collect::<Vec<_>>();
    assert_eq!(labels(names::complete_topic(&SHIPPED, "pris", 25))[0], "prisoners");
    assert_eq!(labels(names::complete_topic(&SHIPPED, "", 3)).len(), 3);
    let people = labels(names::complete_entity(&SHIPPED.base, "noor w", 25));
    assert_eq!(people[0], "Noor Wali Mehsud", "{people:?}");
    let spelt = labels(names::complete_entity(&SHIPPED.base, "khurasani", 25));
    assert!(spelt.iter().any(|name| name == "Omar Khalid Khorasani"), "{spelt:?}");
    let sources = names::complete_source(&SHIPPED.base, "dawn ttp ends", 25);
    assert!(sources.iter().any(|choice| choice.value == "dawn-ttp-ends-ceasefire"), "{sources:?}");
    assert!(sources.iter().all(|choice| choice.label.chars().count() <= 100));
}

#[test]
fn a_timeline_leaves_out_nothing_but_what_has_no_date() {
    let all = select(&SHIPPED, &Selection::default());
    assert_eq!(all.entries.len() + all.undated.len(), SHIPPED.base.fact_count());
    let mut seen = ids(&all);
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), all.entries.len());
}
