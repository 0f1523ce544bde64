//! The order of entries, and their pages, for bases of any make.

use proptest::prelude::*;
use sanad::answer::model::Model;
use sanad::base;
use sanad::date::{FactDate, PartialDate};
use sanad::fact::check::assemble;
use sanad::fact::draft::{Draft, FactDraft, SourceDraft};
use sanad::knowledge::Knowledge;
use sanad::lexicon::Lexicon;
use sanad::timeline::pages::{Room, landmarks, pages};
use sanad::timeline::{Selection, in_time, select};

fn partial() -> impl Strategy<Value = PartialDate> {
    prop_oneof![
        (2000i16..2030).prop_filter_map("year", PartialDate::year),
        (2020i16..2024, 1u8..=12).prop_filter_map("month", |(y, m)| PartialDate::month(y, m)),
        (2020i16..2024, 1u8..=12, 1u8..=28).prop_filter_map("day", |(y, m, d)| PartialDate::day(y, m, d)),
    ]
}

fn date() -> impl Strategy<Value = FactDate> {
    (partial(), proptest::option::of(partial()), any::<bool>(), any::<bool>()).prop_map(|(start, end, approximate, uncertain)| {
        let end = end.filter(|end| end.span().first >= start.span().first);
        FactDate { start, end, approximate, uncertain }
    })
}

/// Facts of these dates; every third has none.
fn base_of(dates: &[FactDate]) -> Knowledge {
    let source = SourceDraft { id: "source".into(), title: "A source".into(), ..SourceDraft::default() };
    let facts = dates.iter().enumerate().map(|(at, date)| FactDraft {
        id: format!("fact-{at}"),
        claim: format!("The council met in room {at}."),
        date: (at % 3 != 2).then(|| date.to_string()),
        topics: vec![format!("topic-{}", at % 4)],
        sources: vec!["source".into()],
        ..FactDraft::default()
    });
    let draft = Draft { facts: facts.collect(), sources: vec![source], ..Draft::default() };
    let (base, _) = assemble(&draft).unwrap();
    let model = Model::read(&base::embedded_model(), &mut Vec::new()).unwrap();
    Knowledge::new(base, Lexicon::default(), None, model)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_selected_fact_stands_just_once_and_in_order(dates in proptest::collection::vec(date(), 1..120), from in partial(), to in partial()) {
        let view = base_of(&dates);
        let (from, to) = (from.span().first, to.span().last);
        for selection in [
            Selection::default(),
            Selection { topics: vec!["topic-1".into()], ..Selection::default() },
            Selection { from: Some(from), to: Some(to), ..Selection::default() },
        ] {
            let timeline = select(&view, &selection);
            let expected = view.base.indexed().filter(|(_, fact)| {
                let is_bounded = selection.from.is_some();
                let on_topic = selection.topics.is_empty() || fact.topics.iter().any(|topic| selection.topics.contains(topic));
                on_topic && fact.date.map_or(!is_bounded, |date| !is_bounded || (date.span().last >= from && date.span().first <= to))
            });
            prop_assert_eq!(timeline.entries.len() + timeline.undated.len(), expected.count());
            for pair in timeline.entries.windows(2) {
                prop_assert!(in_time(&pair[0].date, &pair[1].date).is_le());
                prop_assert!(pair[0].date.start.to_string() <= pair[1].date.start.to_string(), "the text sorts likewise");
                prop_assert!(pair[0].fact != pair[1].fact);
            }
            // The same again is the same.
            prop_assert_eq!(&select(&view, &selection), &timeline);
            let marks = landmarks(&timeline.entries, 25);
            prop_assert!(marks.len() <= 25 && marks.windows(2).all(|pair| pair[0].at < pair[1].at));
            prop_assert!(timeline.entries.is_empty() || marks[0].at == 0);
        }
    }

    #[test]
    fn pages_hold_every_entry_once_and_no_more_than_fits(lengths in proptest::collection::vec(1usize..900, 0..5_000)) {
        let room = Room { entries: 8, characters: 3_000 };
        let pages = pages(lengths.iter().copied(), room);
        let mut next = 0;
        for page in &pages {
            prop_assert_eq!(page.start, next);
            prop_assert!(page.len() <= room.entries && !page.is_empty());
            let used: usize = lengths[page.clone()].iter().sum();
            prop_assert!(used <= room.characters || page.len() == 1);
            next = page.end;
        }
        prop_assert_eq!(next, lengths.len());
    }
}
