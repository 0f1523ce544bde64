//! Questions that ask for a course of events, and those that only look so.

use sanad::timeline::course::asked;
use sanad::timeline::filter::named;
use sanad::timeline::select;

use crate::SHIPPED;

#[test]
fn a_course_of_events_is_told_from_a_question_for_one_fact() {
    for (question, expected) in [
        ("timeline of the jirga", "jirga"),
        ("can you show me a timeline of the jirga please?", "jirga"),
        ("timeline of prisoner releases", "prisoners"),
        ("what happened in May 2022", "May 2022"),
        ("what happend in may 2022?", "May 2022"),
        ("wat happened in november 2021", "November 2021"),
        ("what happened in swat in august 2022", "Swat, August 2022"),
        ("what all took place between may and june 2022?", "May–June 2022"),
        ("timeline of noor wali mehsud", "Noor Wali Mehsud"),
        ("chronology of events in 2021", "2021"),
        ("timeline", "all facts"),
        ("jirga ka timeline", "jirga"),
        ("may 2022 mein kya hua", "May 2022"),
        ("timeline of the jirga in june 2022", "jirga, June 2022"),
        ("timeline of the jirga since june 2022", "jirga, from 1 June 2022 on"),
        ("what happened since november 2021?", "from 1 November 2021 on"),
        ("what happened till november 2021", "up to 30 November 2021"),
        ("timeline from november 2021 on", "from 1 November 2021 on"),
        ("timeline of the ttp", "Tehrik-i-Taliban Pakistan"),
    ] {
        let understood = asked(&SHIPPED, question);
        let shown = understood.as_ref().map(|understood| named(&SHIPPED, &understood.selection));
        assert_eq!(shown.as_deref(), Some(expected), "{question}");
        assert!(!select(&SHIPPED, &understood.unwrap().selection).entries.is_empty(), "{question}");
    }
    for question in [
        "who announced the ceasefire in june 2022?",
        "what happened to the ceasefire in september 2022",
        "what happened to omar khalid khorasani in august 2022",
        "what happened on 2 june 2022?",
        "what happened to the jirga",
        "when did the talks start",
        "timeline of lionel messi",
        "what happened not in may 2022 but in june 2022",
        "what happened in neither 2021 nor 2022",
        "what happened except in 2022",
        "did the ttp set a timeline?",
        "when did the timeline begin",
        "what happened to the talks in may 2022",
        "what happened",
        "",
    ] {
        assert_eq!(asked(&SHIPPED, question), None, "{question}");
    }
}

#[test]
fn a_course_of_a_matter_takes_in_all_its_topics() {
    let understood = asked(&SHIPPED, "timeline of the ceasefire").unwrap();
    for topic in ["ceasefire-2021", "ceasefire-2022", "ceasefire-end"] {
        assert!(understood.selection.topics.iter().any(|known| **known == *topic), "{topic}: {:?}", understood.selection.topics);
    }
}
