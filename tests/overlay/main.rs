//! Facts laid over the shipped base: what an edit shows, hides and leaves alone. What is promised:
//!
//! 1. An added fact is found by its own words, misspelt too, and answers as a shipped one does.
//! 2. A changed fact answers anew and no more as it did; a retracted one is served nowhere.
//! 3. Nothing else changes: not what is answered elsewhere, not in another server.
//! 4. It makes no difference in which order facts were edited, nor over which levels they lie: all laid at once answer the same.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod levels;
mod servers;
mod trial;

use std::sync::LazyLock;

use sanad::answer::model::Model;
use sanad::answer::{Answer, Outcome};
use sanad::app::App;
use sanad::base::{self, Origin};
use sanad::curation::overlay::lay;
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
const TRUCE: &str = "Who announced the June 2022 ceasefire for the TTP?";

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
    let release = lay(&SHIPPED, [Edit::new(self::head(&id, State::Published(newer)))]);
    app.replace(Some(release), None);
    assert_eq!(app.drifted(), [(here(), FactId::new(&id).unwrap())]);
    let view = app.view(here());
    assert_eq!(&*view.base.fact(view.base.find(&id).unwrap()).claim, "Changed here.");
}
