//! Facts laid over the shipped base: what an edit shows, hides and leaves alone. What is promised:
//!
//! 1. An added fact is found by its own words, misspelt too, and answers as a shipped one does.
//! 2. A changed fact answers anew and no more as it did; a retracted one is served nowhere.
//! 3. Nothing else changes: not what is answered elsewhere, not in another server.
//! 4. It makes no difference in which order facts were edited, nor over which levels they lie: all laid at once answer the same.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use sanad::answer::candidates::Scratch;
use sanad::answer::model::Model;
use sanad::answer::{Answer, Context, Outcome, answer, compose};
use sanad::app::App;
use sanad::base::{self, Origin};
use sanad::curation::overlay::{Merged, Overlay, Room, lay};
use sanad::curation::{Edit, Head, Record, RevisionNo, Scope, Sourced, State};
use sanad::fact::{FactId, Standing};
use sanad::knowledge::Knowledge;

static SHIPPED: LazyLock<Knowledge> = LazyLock::new(|| {
    let loaded = base::load(&Origin::Embedded, |_| ()).unwrap();
    let model = Model::read(&base::embedded_model(), &mut Vec::new()).unwrap();
    Knowledge::new(loaded.base, loaded.lexicon, base::embedded_vectors(), model)
});

const HERE: u64 = 7;
const ELSEWHERE: u64 = 8;
const TRUCE: &str = "Who mediated the November 2021 ceasefire?";

fn app() -> App {
    App::new(SHIPPED.clone())
}

fn here() -> Scope {
    Scope::of(HERE)
}

fn ask(app: &App, scope: Scope, question: &str) -> Answer {
    app.ask(&app.view(scope), question, None)
}

/// The id of the fact that answers, if one does.
fn answered(app: &App, scope: Scope, question: &str) -> Option<String> {
    let view = app.view(scope);
    let answer = app.ask(&view, question, None);
    let first = answer.ranked.first().filter(|_| answer.outcome == Outcome::Answer)?;
    Some(view.base.fact(first.fact).id.as_str().to_owned())
}

fn shipped_record(id: &str) -> Record {
    Record::of(&SHIPPED.base, SHIPPED.base.find(id).unwrap())
}

fn head(id: &str, state: State) -> Head {
    numbered(1, id, state)
}

fn numbered(number: u32, id: &str, state: State) -> Head {
    Head { fact: FactId::new(id).unwrap(), number: RevisionNo(number), state, shipped: None }
}

/// A fact about something that the shipped base has never heard of.
fn lighthouse() -> Record {
    Record {
        text: "The Zarbakht lighthouse was closed to visitors on 3 March 2022, the port authority said.".to_owned(),
        date: "2022-03-03".parse().ok(),
        questions: vec!["When was the Zarbakht lighthouse closed?".to_owned(), "Who closed Zarbakht to visitors?".to_owned()],
        topics: vec!["ports".to_owned()],
        sources: Sourced::new(vec![source("port-notice")]).unwrap(),
        ..blank()
    }
}

fn source(id: &str) -> sanad::curation::SourceRecord {
    sanad::curation::SourceRecord {
        id: id.to_owned(),
        publisher: Some("Port authority".to_owned()),
        title: "Notice to visitors".to_owned(),
        url: Some("https://port.example/notice".to_owned()),
        published: None,
    }
}

fn blank() -> Record {
    Record {
        text: String::new(),
        title: None,
        date: None,
        questions: Vec::new(),
        topics: Vec::new(),
        people: Vec::new(),
        places: Vec::new(),
        organisations: Vec::new(),
        sources: Sourced::new(vec![source("blank")]).unwrap(),
        conflicts: Vec::new(),
        standing: Standing::SingleSource,
        short: std::collections::BTreeMap::new(),
    }
}

#[test]
fn an_added_fact_is_found_by_its_own_words_and_in_its_own_server_only() {
    let app = app();
    app.take([(here(), head("lighthouse", State::Published(lighthouse())))]);
    for question in
        ["When was the Zarbakht lighthouse closed?", "when did zarbakht lighthouse close", "When was the Zarbkht lighthose closed?"]
    {
        assert_eq!(answered(&app, here(), question).as_deref(), Some("lighthouse"), "{question}");
        assert_eq!(answered(&app, Scope::of(ELSEWHERE), question), None, "{question}");
        assert_eq!(answered(&app, Scope::Everywhere, question), None, "{question}");
    }
    let view = app.view(here());
    let fact = view.base.find("lighthouse").unwrap();
    let cited: Vec<_> = view.base.fact(fact).citations.iter().map(|s| view.base.source(s).id.as_str().to_owned()).collect();
    assert_eq!(cited, ["port-notice"]);
    assert_eq!(view.base.fact_count(), SHIPPED.base.fact_count() + 1);
    assert_eq!(Record::of(&view.base, fact), lighthouse(), "what was laid over can be written down again");
    assert!(app.complete(here(), "when was zarb", 5).iter().any(|text| text.contains("Zarbakht")));
    assert!(!app.complete(Scope::of(ELSEWHERE), "when was zarb", 5).iter().any(|text| text.contains("Zarbakht")));
}

#[test]
fn a_changed_fact_answers_anew_and_elsewhere_as_before() {
    let app = app();
    let id = answered(&app, here(), TRUCE).unwrap();
    let changed = Record { text: format!("{} (As corrected here.)", shipped_record(&id).text), ..shipped_record(&id) };
    app.take([(here(), head(&id, State::Published(changed.clone())))]);
    let view = app.view(here());
    let answer = ask(&app, here(), TRUCE);
    assert_eq!(answered(&app, here(), TRUCE).as_deref(), Some(id.as_str()));
    assert_eq!(*view.base.fact(answer.ranked[0].fact).claim, *changed.text);
    let same = answer.ranked.iter().filter(|r| view.base.fact(r.fact).id.as_str() == id).count();
    assert_eq!(same, 1, "what stood before is not listed beside it");
    let elsewhere = ask(&app, Scope::of(ELSEWHERE), TRUCE);
    assert_eq!(*app.shipped().base.fact(elsewhere.ranked[0].fact).claim, *shipped_record(&id).text);
    assert_eq!(view.base.fact_count(), SHIPPED.base.fact_count());
}

#[test]
fn a_retracted_fact_is_served_nowhere_and_comes_back() {
    let app = app();
    let id = answered(&app, here(), TRUCE).unwrap();
    app.take([(here(), head(&id, State::Retracted(shipped_record(&id))))]);
    let view = app.view(here());
    assert!(view.base.find(&id).is_none());
    for question in shipped_record(&id).questions.iter().chain([&shipped_record(&id).text]) {
        let answer = app.ask(&view, question, None);
        assert!(answer.ranked.iter().all(|r| view.base.fact(r.fact).id.as_str() != id), "{question}");
    }
    for (at, fact) in view.base.indexed() {
        assert!(fact.id.as_str() != id && view.base.conflicts(at).iter().all(|c| view.base.fact(*c).id.as_str() != id));
    }
    assert!(app.complete(here(), &shipped_record(&id).questions[0], 25).iter().all(|text| *text != shipped_record(&id).questions[0]));
    app.take([(here(), numbered(2, &id, State::Published(shipped_record(&id))))]);
    assert_eq!(answered(&app, here(), TRUCE).as_deref(), Some(id.as_str()));
}

#[test]
fn who_contradicts_a_shipped_fact_is_shown_beside_it() {
    let app = app();
    let id = answered(&app, here(), TRUCE).unwrap();
    let other = Record { text: "A local elder said that nobody mediated it.".to_owned(), conflicts: vec![id.clone()], ..lighthouse() };
    app.take([(here(), head("elder", State::Published(other.clone())))]);
    let view = app.view(here());
    let (fact, elder) = (view.base.find(&id).unwrap(), view.base.find("elder").unwrap());
    assert!(view.base.conflicts(fact).contains(&elder) && view.base.conflicts(elder).contains(&fact));
    assert_eq!(view.base.standing(fact), Standing::Disputed);
    app.take([(here(), numbered(2, "elder", State::Retracted(other)))]);
    let view = app.view(here());
    let fact = view.base.find(&id).unwrap();
    assert_eq!(view.base.conflicts(fact).as_ref(), SHIPPED.base.conflicts(SHIPPED.base.find(&id).unwrap()).as_ref());
}

#[test]
fn what_is_edited_everywhere_holds_in_each_server_that_has_not_edited_it() {
    let app = app();
    app.take([(Scope::Everywhere, head("lighthouse", State::Published(lighthouse())))]);
    let asked = "When was the Zarbakht lighthouse closed?";
    assert_eq!(answered(&app, here(), asked).as_deref(), Some("lighthouse"));
    app.take([(here(), head("lighthouse", State::Retracted(lighthouse())))]);
    assert_eq!(answered(&app, here(), asked), None);
    assert_eq!(answered(&app, Scope::of(ELSEWHERE), asked).as_deref(), Some("lighthouse"));
    assert_eq!(app.below(here(), &FactId::new("lighthouse").unwrap()), Some(lighthouse()));
}

#[test]
fn edits_do_not_change_what_is_answered_beside_them() {
    let app = app();
    let edits = (0..40).map(|n| (here(), head(&format!("lighthouse-{n}"), State::Published(lighthouse()))));
    app.take(edits);
    let view = app.view(here());
    let mut differ = 0;
    for (_, fact) in SHIPPED.base.indexed() {
        let Some(question) = fact.questions.first() else { continue };
        let (before, after) = (app.ask(&SHIPPED, question, None), app.ask(&view, question, None));
        let id = |knowledge: &Knowledge, answer: &Answer| answer.ranked.first().map(|r| knowledge.base.fact(r.fact).id.clone());
        differ += usize::from(before.outcome != after.outcome || id(&SHIPPED, &before) != id(&view, &after));
    }
    assert_eq!(differ, 0, "of {} questions", SHIPPED.base.fact_count());
}

#[test]
fn other_shipped_knowledge_keeps_the_edits_and_says_where_the_two_differ() {
    let app = app();
    let id = answered(&app, here(), TRUCE).unwrap();
    let changed = Record { text: "Changed here.".to_owned(), ..shipped_record(&id) };
    let head = Head { shipped: Some(shipped_record(&id)), ..head(&id, State::Published(changed)) };
    app.take([(here(), head)]);
    app.replace(Some(SHIPPED.clone()), None);
    assert_eq!(app.drifted(), []);
    let newer = Record { text: "The newer release says this.".to_owned(), ..shipped_record(&id) };
    let release = sanad::curation::overlay::lay(&SHIPPED, [sanad::curation::Edit::new(self::head(&id, State::Published(newer)))]);
    app.replace(Some(release), None);
    assert_eq!(app.drifted(), [(here(), FactId::new(&id).unwrap())]);
    let view = app.view(here());
    assert_eq!(&*view.base.fact(view.base.find(&id).unwrap()).claim, "Changed here.");
}

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
fn ids() -> Vec<String> {
    let shipped = SHIPPED.base.indexed().step_by(90).map(|(_, fact)| fact.id.as_str().to_owned());
    shipped.chain((0..9).map(|at| format!("own-{at}"))).collect()
}

fn trial_record() -> impl Strategy<Value = Record> {
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
    sanad::curation::SourceRecord { title: format!("Notice, version {title}"), url: Some(format!("https://port.example/{id}")), ..source(&id) }
}

#[derive(Debug, Clone)]
enum Step {
    Change(usize, Record),
    Retract(usize),
    Restore(usize),
    /// Several at once, as an import brings them.
    Import(Vec<(usize, Record)>),
    /// A merge begins, of what there is then.
    Merge,
    /// It ends, whatever was edited meanwhile.
    Merged,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let id = || 0..ids().len();
    let step = prop_oneof![
        6 => (id(), trial_record()).prop_map(|(id, record)| Step::Change(id, record)),
        2 => id().prop_map(Step::Retract),
        1 => id().prop_map(Step::Restore),
        1 => proptest::collection::vec((id(), trial_record()), 3..9).prop_map(Step::Import),
        2 => Just(Step::Merge),
        3 => Just(Step::Merged),
    ];
    proptest::collection::vec(step, 0..40)
}

/// Room for so little that a few edits go through all levels.
const SMALL: Room = Room([2, 4, 8]);

/// Takes steps over a view of the shipped knowledge; the last head of each fact beside what is laid.
fn stepped(ground: Knowledge, steps: &[Step]) -> (Overlay, BTreeMap<String, Head>) {
    let ids = ids();
    let mut overlay = Overlay::over(&SHIPPED, ground, SMALL);
    let mut heads: BTreeMap<String, Head> = BTreeMap::new();
    let mut merging: Option<Merged> = None;
    for step in steps {
        let record = |id: &usize| heads.get(&ids[*id]).map_or_else(lighthouse, |head| head.state.record().clone());
        let states: BTreeMap<usize, State> = match step {
            Step::Change(id, record) => [(*id, State::Published(record.clone()))].into(),
            Step::Retract(id) => [(*id, State::Retracted(record(id)))].into(),
            Step::Restore(id) => [(*id, State::Published(record(id)))].into(),
            Step::Import(all) => all.iter().map(|(id, record)| (*id, State::Published(record.clone()))).collect(),
            Step::Merge => {
                merging = overlay.merge();
                continue;
            }
            Step::Merged => {
                overlay = merging.take().and_then(|merged| overlay.merged(&merged)).unwrap_or(overlay);
                continue;
            }
        };
        let edited: Vec<Head> = states.into_iter().map(|(id, state)| head(&ids[id], state)).collect();
        heads.extend(edited.iter().map(|head| (head.fact.as_str().to_owned(), head.clone())));
        overlay = overlay.with(&edited.into_iter().map(|head| Arc::new(Edit::new(head))).collect::<Vec<_>>());
    }
    (overlay, heads)
}

/// All that a reader sees of an answer, and the numbers behind it to the last bit.
fn seen(view: &Knowledge, question: &str) -> String {
    let answer = answer(view, question, &Context::default(), &mut Scratch::default());
    let ranked = answer.ranked.iter().map(|r| (view.base.fact(r.fact).id.as_str(), r.score.to_bits(), r.confidence.to_bits(), r.features.map(f32::to_bits)));
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
fn told(view: &Knowledge) -> String {
    let base = &view.base;
    let source = |at| (base.source(at).id.as_str(), &*base.source(at).title);
    let facts = base.indexed().filter(|(_, fact)| ids().iter().any(|id| id == fact.id.as_str()));
    let facts: Vec<_> = facts
        .map(|(at, fact)| {
            let conflicts: Vec<&str> = base.conflicts(at).iter().map(|other| base.fact(*other).id.as_str()).collect();
            (fact.id.as_str(), &*fact.claim, fact.citations.iter().map(source).collect::<Vec<_>>(), conflicts, base.standing(at), Record::of(base, at))
        })
        .collect();
    let sources: Vec<_> = base.sources().skip(SHIPPED.base.source_count()).map(source).collect();
    let named = base.source_named("notice-1").map(source);
    let typed = sanad::complete::among(base, "who saw the zarb", 9).into_iter().map(|found| found.text).collect::<Vec<_>>();
    format!("{} {} {}\n{facts:#?}\n{sources:?} {named:?}\n{typed:?}", base.fact_count(), base.source_count(), base.hidden_count())
}

fn asked() -> Vec<String> {
    let slips = ["Zarbkht", "lighthose", "harbormaster", "dregders", "zar bakht"];
    let words = VOCABULARY.iter().chain(&slips).map(|word| format!("who saw the {word}?"));
    let pairs = VOCABULARY.iter().zip(VOCABULARY.iter().rev()).map(|(a, b)| format!("When was the {a} {b} seen by the port authority?"));
    words.chain(pairs).chain([TRUCE.to_owned()]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn over_which_levels_edits_lie_makes_no_difference(everywhere in steps(), here in steps()) {
        let (below, wide) = stepped(SHIPPED.clone(), &everywhere);
        let (overlay, own) = stepped(below.view().clone(), &here);
        let last: BTreeMap<String, Head> = wide.into_iter().chain(own).collect();
        let at_once = lay(&SHIPPED, last.into_values().map(Edit::new));
        prop_assert_eq!(told(overlay.view()), told(&at_once));
        for question in asked() {
            prop_assert_eq!(seen(overlay.view(), &question), seen(&at_once, &question));
        }
    }
}
