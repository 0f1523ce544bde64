use proptest::prelude::*;
use resvg::usvg::{Group, Node, Rect, Tree};

use super::fonts::OPTIONS;
use super::*;
use crate::answer::model::Model;
use crate::base;
use crate::date::{FactDate, PartialDate};
use crate::fact::check;
use crate::fact::draft::{Draft, EntityDraft, FactDraft, SourceDraft};
use crate::lexicon::Lexicon;
use crate::timeline::select;

const URDU: &str = "تحریک طالبان پاکستان نے ٹھوڑی ژالہ ڈاکٹر پڑھے گھر چھوٹے میں جنگ بندی کا اعلان کیا";

fn known(draft: &Draft) -> Knowledge {
    let (base, _) = check::assemble(draft).unwrap_or_else(|problems| panic!("{problems:?}"));
    let model = Model::read(&base::embedded_model(), &mut Vec::new()).expect("the weights built in are whole");
    Knowledge::new(base, Lexicon::default(), None, model)
}

fn source(number: usize) -> SourceDraft {
    SourceDraft {
        id: format!("s{number}"),
        title: "A page".to_owned(),
        publisher: Some(format!("The Paper No. {number}")),
        ..SourceDraft::default()
    }
}

fn fact(id: &str, claim: &str, date: &str) -> FactDraft {
    FactDraft {
        id: id.to_owned(),
        claim: claim.to_owned(),
        date: Some(date.to_owned()),
        topics: vec!["talks".to_owned()],
        sources: vec!["s0".to_owned()],
        ..FactDraft::default()
    }
}

fn base_of(facts: Vec<FactDraft>) -> Knowledge {
    known(&Draft { facts, sources: vec![source(0)], entities: Vec::new() })
}

fn drawing(knowledge: &Knowledge, selection: &Selection) -> (Timeline, Drawing) {
    let timeline = select(knowledge, selection);
    let drawing = Drawing::new(knowledge, &timeline, selection);
    (timeline, drawing)
}

fn texts(group: &Group, found: &mut Vec<Rect>) {
    for node in group.children() {
        match node {
            Node::Group(group) => texts(group, found),
            Node::Text(text) => found.push(text.abs_bounding_box()),
            _ => {}
        }
    }
}

/// The boxes of all words, as the reader of SVG lays them out.
fn read(picture: &Picture) -> Vec<Rect> {
    let tree = Tree::from_str(&picture.svg, &OPTIONS).expect("it is SVG");
    let mut found = Vec::new();
    texts(tree.root(), &mut found);
    found
}

/// What belongs to one fact or number: its mark, its words.
fn parts(item: &Item) -> Vec<Area> {
    match &item.what {
        What::Count { .. } => vec![item.area],
        What::Fact { mark, middle, label } => {
            let (left, right) = mark.reach();
            let mark = Area { left, right, top: middle - px(11), bottom: middle + px(11) };
            std::iter::once(mark).chain(label.as_ref().map(|label| label.area)).collect()
        }
    }
}

fn overlap(a: Area, b: Area) -> bool {
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

/// What is promised of every picture.
fn check_promises(timeline: &Timeline, drawing: &Drawing) {
    let counted = |item: &Item| if let What::Count { facts, .. } = &item.what { *facts } else { 1 };
    assert_eq!(drawing.items.iter().map(counted).sum::<usize>(), timeline.entries.len(), "facts are left out or counted twice");
    let bottom = px(i32::try_from(drawing.picture.height).unwrap());
    let parts: Vec<Vec<Area>> = drawing.items.iter().map(parts).collect();
    for area in parts.iter().flatten().chain(&drawing.words) {
        assert!(area.left >= 0 && area.right <= WIDTH && area.top >= 0 && area.bottom <= bottom, "{area:?} leaves the picture");
    }
    for (at, own) in parts.iter().enumerate() {
        for area in own {
            let others = parts.iter().skip(at + 1).flatten().chain(&drawing.words);
            for other in others {
                assert!(!overlap(*area, *other), "{area:?} and {other:?} overlap");
            }
        }
    }
    let read = read(&drawing.picture);
    assert!(!read.is_empty());
    let height = f32::from(u16::try_from(drawing.picture.height).unwrap());
    for (at, a) in read.iter().enumerate() {
        assert!(a.left() >= 0.0 && a.right() <= 1_200.0 && a.top() >= 0.0 && a.bottom() <= height, "{a:?} leaves the picture");
        for b in read.iter().skip(at + 1) {
            let apart = a.right() <= b.left() || b.right() <= a.left() || a.bottom() <= b.top() || b.bottom() <= a.top();
            assert!(apart, "{a:?} and {b:?} overlap");
        }
    }
    assert!(drawing.picture.height <= 2_060, "{} pixels high", drawing.picture.height);
}

fn partial(years: std::ops::RangeInclusive<i16>) -> impl Strategy<Value = PartialDate> {
    (years, 1u8..=12, 1u8..=28, 0u8..6).prop_filter_map("a date", |(year, month, day, kind)| match kind {
        0 => PartialDate::year(year),
        1 => PartialDate::month(year, month),
        _ => PartialDate::day(year, month, day),
    })
}

fn date(years: std::ops::RangeInclusive<i16>) -> impl Strategy<Value = FactDate> {
    let end = proptest::option::weighted(0.15, partial(years.clone()));
    (partial(years), end, proptest::bool::weighted(0.1), proptest::bool::weighted(0.1)).prop_map(|(start, end, approximate, uncertain)| {
        let end = end.filter(|end| end.span().first >= start.span().first && end.span().last >= start.span().last);
        FactDate { start, end, approximate, uncertain }
    })
}

fn claim() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[A-Z][a-z]{0,9}( [a-z]{1,12}){0,30}\\.",
        1 => (0usize..URDU.len()).prop_map(|at| format!("جرگہ {}", URDU.chars().skip(at / 2).collect::<String>())),
        1 => "A [\\PC]{1,80}",
        1 => "W[a-zA-Z]{60,200}",
        1 => "The (جرگہ|\\(TTP\\)|57|جنگ بندی ) ختم (in May|2022|۵۷)\\.",
    ]
}

/// A base of so many facts in these years, with topics, things that last and contradictions; and what is asked of it.
fn bases(most: usize, years: std::ops::RangeInclusive<i16>) -> impl Strategy<Value = (Draft, Selection)> {
    let facts = proptest::collection::vec((date(years.clone()), claim(), 0usize..14, any::<proptest::sample::Index>(), 0u8..5), 1..=most);
    let lasting = proptest::collection::vec((any::<[proptest::sample::Index; 4]>(), "[A-Z][a-z]{0,40}"), 0..6);
    let window = proptest::option::of((date(years), 0u8..3));
    (facts, lasting, window, proptest::bool::weighted(0.2)).prop_map(|(rows, lasting, window, is_topic)| {
        let id = |at: usize| format!("f{at}");
        let facts: Vec<FactDraft> = rows
            .iter()
            .enumerate()
            .map(|(at, (date, claim, topic, other, kind))| FactDraft {
                id: id(at),
                claim: claim.clone(),
                date: Some(date.to_string()),
                topics: vec![format!("topic-{topic}"), "all".to_owned()],
                conflicts: (*kind == 0).then(|| other.index(rows.len())).filter(|other| *other != at).map(id).into_iter().collect(),
                sources: vec![format!("s{}", at % 40)],
                ..FactDraft::default()
            })
            .collect();
        let entities = lasting
            .iter()
            .enumerate()
            .map(|(at, (claims, name))| EntityDraft {
                id: format!("e{at}"),
                name: format!("{name} {at}"),
                kind: "event".to_owned(),
                sources: vec!["s0".to_owned()],
                begins: claims.iter().take(2).map(|at| id(at.index(rows.len()))).collect(),
                ends: claims.iter().skip(2).map(|at| id(at.index(rows.len()))).collect(),
                ..EntityDraft::default()
            })
            .collect();
        let mut selection = Selection { topics: if is_topic { vec!["all".into()] } else { Vec::new() }, ..Selection::default() };
        if let Some((date, open)) = window {
            selection.from = (open != 0).then_some(date.span().first);
            selection.to = (open != 1).then_some(date.span().last);
        }
        (Draft { facts, sources: (0..40).map(source).collect(), entities }, selection)
    })
}

fn hold(draft: &Draft, selection: &Selection) {
    let knowledge = known(draft);
    let (timeline, drawing) = drawing(&knowledge, selection);
    check_promises(&timeline, &drawing);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_few_facts_stand_apart((draft, selection) in bases(40, 2020..=2022)) {
        hold(&draft, &selection);
    }

    #[test]
    fn facts_of_any_time_stand_apart((draft, selection) in bases(60, 1..=9999)) {
        hold(&draft, &selection);
    }

    #[test]
    fn facts_of_one_year_stand_apart((draft, selection) in bases(300, 2022..=2022)) {
        hold(&draft, &selection);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, max_shrink_iters: 4, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn thousands_of_facts_stand_apart((draft, selection) in bases(5_000, 1990..=2025)) {
        hold(&draft, &selection);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lines_are_as_wide_as_they_are_measured(text in claim(), room in 80i32..500, most in 1usize..4) {
        let block = wrap(&[(Weight::Bold, "2022".to_owned()), (Weight::Regular, clean(&text))], px(room), most, 15);
        prop_assert!(block.lines.len() <= most);
        prop_assert!(block.width() <= px(room), "{} of {room}", block.width());
        let mut svg = Svg::default();
        svg.put(format_args!(r#"<svg xmlns="http://www.w3.org/2000/svg" width="900" height="200" font-family="{FAMILY}">"#));
        svg.text(&block.lines, (px(100), px(100) + block.width()), block.baselines(px(20)), r#"font-size="15""#);
        svg.put(format_args!("</svg>"));
        let picture = Picture { svg: svg.into_text(), width: 900, height: 200 };
        for drawn in read(&picture) {
            let right = f64::from(px(100) + block.width()) / 10.0;
            // A mark of direction has no width, and is counted as a pixel.
            prop_assert!(drawn.left() >= 99.5 && f64::from(drawn.right()) <= right + 1.1, "{drawn:?} is wider than {right}: {text}");
            let bottom = f64::from(px(20) + block.height()) / 10.0;
            prop_assert!(drawn.top() >= 19.5 && f64::from(drawn.bottom()) <= bottom + 0.5, "{drawn:?} is higher than {bottom}: {text}");
        }
    }
}

/// The one mark of a base of one fact.
fn only(date: &str, selection: &Selection) -> Mark {
    let knowledge = base_of(vec![fact("a", "Something happened.", date)]);
    let (_, drawing) = drawing(&knowledge, selection);
    let [Item { what: What::Fact { mark, label: Some(_), .. }, .. }] = drawing.items.as_slice() else { panic!("{:?}", drawing.items) };
    *mark
}

#[test]
fn a_date_is_drawn_as_exactly_as_it_is_known() {
    let all = Selection::default();
    let day = only("2022-05-13", &all);
    assert!(day.shape == Shape::Dot && !day.is_vague() && !day.is_hedged);
    let range = only("2022-05-13/2022-05-20", &all);
    assert!(matches!(range.shape, Shape::Bar { .. }) && !range.is_vague() && range.right > range.left);
    for vague in ["2022-05", "2022", "2022-05/2022-07", "2022-05-13/2023"] {
        assert!(only(vague, &all).is_vague(), "{vague}");
    }
    for hedged in ["2022-05-13~", "2022-05?"] {
        assert!(only(hedged, &all).is_hedged, "{hedged}");
    }
    let may: FactDate = "2022-05".parse().unwrap();
    let window = Selection { from: Some(may.span().first), to: Some(may.span().last), ..Selection::default() };
    assert!(only("2022", &window).is_cut() && !only("2022-05", &window).is_cut());
}

#[test]
fn who_contradicts_is_marked_and_named() {
    let mut first = fact("a", "It ended in September.", "2022-09-04");
    first.conflicts = vec!["b".to_owned()];
    let knowledge = base_of(vec![first, fact("b", "It ended in November.", "2022-11-28"), fact("c", "It rained.", "2022-10-01")]);
    let (timeline, drawing) = drawing(&knowledge, &Selection::default());
    let disputed = |item: &&Item| matches!(&item.what, What::Fact { mark, .. } if mark.is_disputed);
    assert_eq!(drawing.items.iter().filter(disputed).count(), 2);
    for side in ["4 Sep 2022, disputed", "28 Nov 2022, disputed"] {
        assert!(drawing.picture.svg.contains(side), "{side} in {}", drawing.picture.svg);
    }
    assert!(!drawing.picture.svg.contains("others:"));
    check_promises(&timeline, &drawing);
}

#[test]
fn what_xml_forbids_and_what_no_font_has_breaks_nothing() {
    let claim = "A <b>\"bold\"</b> & \u{b}odd\u{fffe} claim\u{202e} 🫠🫠 漢字 \u{1f468}\u{200d}\u{1f469} جرگہ (TTP) ختم.";
    let knowledge = base_of(vec![fact("a", claim, "2022-09-04")]);
    let (timeline, drawing) = drawing(&knowledge, &Selection::default());
    check_promises(&timeline, &drawing);
    assert!(drawing.picture.svg.contains("&lt;b&gt;") && !drawing.picture.svg.contains('\u{202e}'));
    let png = drawing.picture.png().unwrap();
    assert!(png.starts_with(b"\x89PNG"));
}

#[test]
fn urdu_is_drawn_from_letters_that_the_fonts_have() {
    assert_eq!(clean(URDU), URDU);
    let line = wrap(&[(Weight::Regular, format!("{URDU} (TTP) نے."))], px(900), 1, 15);
    let words: Vec<&str> = line.lines.iter().flat_map(|line| &line.pieces).map(|piece| piece.words.trim()).collect();
    assert_eq!(words.first().copied(), Some("نے."), "{words:?}");
    let place = |part: &str| words.iter().position(|word| word.contains(part)).unwrap();
    assert!(place("TTP") < place("تحریک"), "{words:?}");
}

#[test]
fn nothing_to_draw_is_said() {
    let knowledge = base_of(vec![fact("a", "It rained.", "2022-10-01")]);
    let selection = Selection { topics: vec!["sunshine".into()], ..Selection::default() };
    let (timeline, drawing) = drawing(&knowledge, &selection);
    check_promises(&timeline, &drawing);
    assert!(drawing.picture.svg.contains("No fact with a date"));
}
