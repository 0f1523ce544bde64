//! Pictures of the shipped facts, as they are drawn for a few selections: what is drawn where, and that a PNG comes of it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::sync::LazyLock;

use insta::assert_snapshot;
use sanad::answer::model::Model;
use sanad::base::{self, Origin};
use sanad::date::FactDate;
use sanad::knowledge::Knowledge;
use sanad::timeline::picture::{Picture, draw};
use sanad::timeline::{Selection, select};

static SHIPPED: LazyLock<Knowledge> = LazyLock::new(|| {
    let loaded = base::load(&Origin::Embedded, |_| ()).unwrap();
    let model = Model::read(&base::embedded_model(), &mut Vec::new()).unwrap();
    Knowledge::new(loaded.base, loaded.lexicon, base::embedded_vectors(), model)
});

fn within(date: &str) -> Selection {
    let days = date.parse::<FactDate>().unwrap().span();
    Selection { from: Some(days.first), to: Some(days.last), ..Selection::default() }
}

fn drawn(selection: &Selection) -> Picture {
    draw(&SHIPPED, &select(&SHIPPED, selection), selection)
}

#[test]
fn one_fact() {
    let selection = Selection { topics: vec!["parliament".into()], ..within("2022-07-06") };
    assert_snapshot!(drawn(&selection).svg);
}

#[test]
fn a_month() {
    assert_snapshot!(drawn(&within("2022-05")).svg);
}

#[test]
fn a_topic() {
    let selection = Selection { topics: vec!["jirga".into()], ..Selection::default() };
    assert_snapshot!(drawn(&selection).svg);
}

#[test]
fn all_facts() {
    assert_snapshot!(drawn(&Selection::default()).svg);
}

#[test]
fn a_png_is_as_large_as_it_says_and_the_same_each_time() {
    let selection = within("2022-09-04");
    let picture = drawn(&selection);
    let png = picture.png().unwrap();
    let size = |at: usize| u32::from_be_bytes(png.get(at..at + 4).unwrap().try_into().unwrap());
    assert_eq!((size(16), size(20)), (picture.width, picture.height));
    assert_eq!(drawn(&selection).png().unwrap(), png);
}

#[test]
fn a_truce_that_belongs_is_drawn_with_everybody_who_ends_it() {
    let picture = drawn(&Selection { topics: vec!["ceasefire-end".into()], ..within("2022-09/2022-11") });
    // Words are wrapped; what is asked for here is what they say.
    let words: Vec<&str> = picture.svg.split('<').filter_map(|part| part.split_once('>')).map(|(_, words)| words.trim()).collect();
    let words = words.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    for said in ["Indefinite ceasefire of June 2022", "4 Sep 2022 (Wikipedia", "28 Nov 2022 (Dawn, Al Jazeera"] {
        assert!(words.contains(said), "{said}: {words}");
    }
    // Those that nothing selected speaks of are not.
    assert!(!words.contains("Eid truce"), "{words}");
}
