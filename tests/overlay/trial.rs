//! What the trials of edits are made of, and how two views are compared.

use proptest::prelude::*;
use sanad::answer::candidates::Scratch;
use sanad::answer::{Context, answer, compose};
use sanad::curation::{Record, Sourced};
use sanad::fact::Standing;
use sanad::knowledge::Knowledge;

use crate::{SHIPPED, TRUCE, blank, source};

/// Words that records of the trial are made of: strange ones and near ones, of which slips lead to one or the other; inflected ones, of
/// which each form has its own vector; and known ones.
const VOCABULARY: [&str; 14] = [
    "Zarbakht",
    "Zarbakt",
    "Zarbukht",
    "lighthouse",
    "lighthouses",
    "harbourmaster",
    "harbourmasters",
    "closed",
    "closing",
    "ceasefire",
    "Swat",
    "jirga",
    "dredger",
    "dredgers",
];

/// Facts that the trial edits: of the base, of everywhere, and new ones.
pub(crate) fn ids() -> Vec<String> {
    let shipped = SHIPPED.base.indexed().step_by(90).map(|(_, fact)| fact.id.as_str().to_owned());
    shipped.chain((0..9).map(|at| format!("own-{at}"))).collect()
}

pub(crate) fn trial_record() -> impl Strategy<Value = Record> {
    let words = || proptest::collection::vec(0..VOCABULARY.len(), 2..5);
    let said = |words: &[usize]| words.iter().map(|at| VOCABULARY[*at]).collect::<Vec<_>>().join(" ");
    let sources = proptest::collection::vec((0..3u8, 0..2u8), 1..3);
    (words(), proptest::collection::vec(words(), 0..3), sources, proptest::collection::vec(0..14usize, 0..3), proptest::bool::ANY).prop_map(
        move |(claim, forms, sources, conflicts, is_dated)| Record {
            text: format!("The {} was seen by the port authority.", said(&claim)),
            date: is_dated.then(|| "2022-03-03".parse().unwrap()),
            questions: forms.iter().map(|form| format!("Who saw the {}?", said(form))).collect(),
            topics: vec!["ports".to_owned()],
            sources: Sourced::new(sources.into_iter().map(|(id, title)| titled(id, title)).collect()).unwrap(),
            conflicts: conflicts.into_iter().filter_map(|at| ids().get(at).cloned()).collect(),
            standing: Standing::Disputed,
            ..blank()
        },
    )
}

/// One id may stand for two sources, as where it was corrected in one fact only.
fn titled(id: u8, title: u8) -> sanad::curation::SourceRecord {
    let id = format!("notice-{id}");
    sanad::curation::SourceRecord {
        title: format!("Notice, version {title}"),
        url: Some(format!("https://port.example/{id}")),
        ..source(&id)
    }
}

/// All that a reader sees of an answer, and the numbers behind it to the last bit.
pub(crate) fn seen(view: &Knowledge, question: &str) -> String {
    let answer = answer(view, question, &Context::default(), &mut Scratch::default());
    let ranked = answer
        .ranked
        .iter()
        .map(|r| (view.base.fact(r.fact).id.as_str(), r.score.to_bits(), r.confidence.to_bits(), r.features.map(f32::to_bits)));
    let read = answer.question.elements.iter().map(|e| (&e.typed, &e.read_as, e.terms.len(), e.weight.to_bits()));
    format!(
        "{question}: {:?} {} {:?}\n{:?}\n{}",
        answer.outcome,
        answer.confidence,
        read.collect::<Vec<_>>(),
        ranked.collect::<Vec<_>>(),
        compose::text(view, &answer)
    )
}

/// All that is told of the facts of a view.
pub(crate) fn told(view: &Knowledge) -> String {
    let base = &view.base;
    let source = |at| (base.source(at).id.as_str(), &*base.source(at).title);
    let facts = base.indexed().filter(|(_, fact)| ids().iter().any(|id| id == fact.id.as_str()));
    let facts: Vec<_> = facts
        .map(|(at, fact)| {
            let conflicts: Vec<&str> = base.conflicts(at).iter().map(|other| base.fact(*other).id.as_str()).collect();
            (
                fact.id.as_str(),
                &*fact.claim,
                fact.citations.iter().map(source).collect::<Vec<_>>(),
                conflicts,
                base.standing(at),
                Record::of(base, at),
            )
        })
        .collect();
    let sources: Vec<_> = base.sources().skip(SHIPPED.base.source_count()).map(source).collect();
    let named = base.source_named("notice-1").map(source);
    let typed = sanad::complete::among(base, "who saw the zarb", 9).into_iter().map(|found| found.text).collect::<Vec<_>>();
    format!("{} {} {}\n{facts:#?}\n{sources:?} {named:?}\n{typed:?}", base.fact_count(), base.source_count(), base.hidden_count())
}

pub(crate) fn asked() -> Vec<String> {
    let slips = ["Zarbkht", "lighthose", "harbormaster", "dregders", "zar bakht"];
    let words = VOCABULARY.iter().chain(&slips).map(|word| format!("who saw the {word}?"));
    let pairs = VOCABULARY.iter().zip(VOCABULARY.iter().rev()).map(|(a, b)| format!("When was the {a} {b} seen by the port authority?"));
    words.chain(pairs).chain([TRUCE.to_owned()]).collect()
}
