//! Times as people write them into a filter.

use sanad::timeline::when::{NoTime, Window, read};

use crate::SHIPPED;

fn shown(typed: &str) -> String {
    let (first, last) = match read(&SHIPPED, typed) {
        Ok(Window { first, last, .. }) => (first, last),
        Err(NoTime::Unknown) => return "nothing".to_owned(),
        Err(NoTime::NoEnd(_)) => return "no end".to_owned(),
    };
    let day = |day: Option<_>| day.map_or_else(|| "…".to_owned(), |day: sanad::date::DayNumber| day.to_string());
    format!("{} – {}", day(first), day(last))
}

#[test]
fn dates_are_read_in_the_forms_people_write() {
    for (typed, expected) in [
        ("2021", "2021-01-01 – 2021-12-31"),
        ("2022-05", "2022-05-01 – 2022-05-31"),
        ("2022-05-13/2022-05-14", "2022-05-13 – 2022-05-14"),
        ("2022-05~", "2022-05-01 – 2022-05-31"),
        ("may 2022", "2022-05-01 – 2022-05-31"),
        ("May, 2022", "2022-05-01 – 2022-05-31"),
        ("novmber 2021", "2021-11-01 – 2021-11-30"),
        ("9 Nov 2021", "2021-11-09 – 2021-11-09"),
        ("9/11/21", "2021-11-09 – 2021-11-09"),
        ("9.11.2021", "2021-11-09 – 2021-11-09"),
        ("6/22/2022", "2022-06-22 – 2022-06-22"),
        ("last week of May 2022", "2022-05-25 – 2022-05-31"),
        ("early june 2022", "2022-06-01 – 2022-06-12"),
        ("summer 2022", "2022-06-01 – 2022-08-31"),
        ("from 29 April to 15 May 2022", "2022-04-29 – 2022-05-15"),
        ("between may 2022 and june 2022", "2022-05-01 – 2022-06-30"),
        ("may-june 2022", "2022-05-01 – 2022-06-30"),
        ("29 April to 15 May 2022", "2022-04-29 – 2022-05-15"),
        ("after may 2022", "2022-06-01 – …"),
        ("since 2 june 2022", "2022-06-02 – …"),
        ("before june 2022", "… – 2022-05-31"),
        ("until 15 may 2022", "… – 2022-05-15"),
        ("by the end of 2021", "… – 2021-12-31"),
        ("on 2 june 2022", "2022-06-02 – 2022-06-02"),
        ("nothing of the kind", "nothing"),
        ("not may 2022", "nothing"),
        ("everything but 2022", "nothing"),
        ("may or june 2022", "nothing"),
        ("may 2022 or june 2021", "nothing"),
        ("after noon", "nothing"),
        ("since covid", "nothing"),
        ("after the talks", "nothing"),
        ("32 may 2022", "nothing"),
        ("", "nothing"),
    ] {
        assert_eq!(shown(typed), expected, "{typed}");
    }
}

#[test]
fn a_time_without_a_year_is_that_of_the_year_with_most_facts() {
    let window = read(&SHIPPED, "may").unwrap();
    assert_eq!((window.first.unwrap().to_string(), window.last.unwrap().to_string()), ("2022-05-01".into(), "2022-05-31".into()));
    assert!(window.note.unwrap().contains("2022 was taken"));
}

#[test]
fn events_are_times_by_any_of_their_names() {
    for (typed, expected) in [
        ("after the Eid truce", "2022-05-31 – …"),
        ("after the eid ceasefire", "2022-05-31 – …"),
        ("before the eid truce", "… – 2022-04-28"),
        ("during the eid truce", "2022-04-29 – 2022-05-30"),
        ("eid truce ke baad", "2022-05-31 – …"),
        ("until the eid truce", "… – 2022-04-29"),
        ("since the aps attack", "2014-12-16 – …"),
        ("until the peshawar mosque blast", "… – 2023-01-30"),
        ("after the aps attack", "2014-12-17 – …"),
        ("since operation zarb e azb", "2014-06-15 – …"),
        ("after operation zarb e azb", "no end"),
        ("during the peace talks", "no end"),
        ("before the peace talks", "… – 2021-01-31"),
        ("after the attack", "nothing"),
        ("after the school", "nothing"),
        ("after swat", "nothing"),
    ] {
        assert_eq!(shown(typed), expected, "{typed}");
    }
    let note = read(&SHIPPED, "after the indefinite ceasefire").unwrap().note.unwrap();
    assert!(note.contains("after the end of Indefinite ceasefire of June 2022 (4 September 2022, 28 November 2022; sources differ, the earliest was taken)"), "{note}");
}
