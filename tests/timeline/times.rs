//! Times as people write them into a filter.

use sanad::timeline::when::{Window, read};

use crate::{SHIPPED, scratch};

fn shown(typed: &str) -> String {
    let Some(Window { first, last, .. }) = read(&SHIPPED, typed, &mut scratch()) else { return "nothing".to_owned() };
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
        ("from 29 April to 15 May 2022", "2022-04-29 – …"),
        ("29 April to 15 May 2022", "2022-04-29 – 2022-05-15"),
        ("after may 2022", "2022-06-01 – …"),
        ("since 2 june 2022", "2022-06-02 – …"),
        ("before june 2022", "… – 2022-05-31"),
        ("until 15 may 2022", "… – 2022-05-15"),
        ("by the end of 2021", "… – 2021-12-31"),
        ("on 2 june 2022", "2022-06-02 – 2022-06-02"),
        ("nothing of the kind", "nothing"),
        ("32 may 2022", "nothing"),
        ("", "nothing"),
    ] {
        assert_eq!(shown(typed), expected, "{typed}");
    }
}

#[test]
fn a_time_without_a_year_is_that_of_the_year_with_most_facts() {
    let window = read(&SHIPPED, "may", &mut scratch()).unwrap();
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
        ("eid ke baad", "2022-05-31 – …"),
        ("since the aps attack", "2014-12-16 – …"),
        ("until the peshawar mosque blast", "… – 2023-01-30"),
        ("after operation zarb e azb", "2014-06-16 – …"),
    ] {
        assert_eq!(shown(typed), expected, "{typed}");
    }
    let note = read(&SHIPPED, "after the indefinite ceasefire", &mut scratch()).unwrap().note.unwrap();
    assert!(note.contains("4 September 2022, 28 November 2022; sources differ"), "{note}");
}

#[test]
fn what_one_fact_tells_is_a_time_too_and_is_named() {
    let window = read(&SHIPPED, "since Khorasani was killed", &mut scratch()).unwrap();
    assert_eq!(window.first.unwrap().month(), 8);
    assert!(window.note.unwrap().contains("Omar Khalid Khorasani"));
}
