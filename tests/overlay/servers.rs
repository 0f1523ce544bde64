//! Many servers, few of them warm: what a server answers does not hang on when it was last asked, nor on what is merged beside.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use proptest::prelude::*;
use sanad::app::App;
use sanad::curation::overlay::lay;
use sanad::curation::{Edit, Head, Record, Scope, State};
use sanad::fact::FactId;

use crate::trial::{asked, ids, seen, told, trial_record};
use crate::{SHIPPED, answered, head, lighthouse, numbered, shipped_record};

#[test]
fn servers_that_nobody_asked_in_for_a_while_answer_as_before() {
    let app = App::keeping(SHIPPED.clone(), 2);
    let scopes: Vec<Scope> = (1..=5).map(Scope::of).collect();
    let says = |scope: Scope| Record { text: format!("The Zarbakht lighthouse was closed by order {}.", scope.id()), ..lighthouse() };
    for scope in &scopes {
        let mut edits = vec![(*scope, head("lighthouse", State::Published(says(*scope))))];
        let other = |at| Record { text: format!("Pier {at} of the harbour was painted."), questions: Vec::new(), ..lighthouse() };
        edits.extend((0..30).map(|at| (*scope, head(&format!("other-{at}"), State::Published(other(at))))));
        app.take(edits);
    }
    for scope in scopes.iter().cycle().take(12) {
        assert_eq!(answered(&app, *scope, "When was the Zarbakht lighthouse closed?").as_deref(), Some("lighthouse"));
        let view = app.view(*scope);
        assert_eq!(*view.base.fact(view.base.find("lighthouse").unwrap()).claim, says(*scope).text);
    }
    // Packed or open, they are all there.
    for scope in &scopes {
        assert_eq!(app.edited(*scope).len(), 31);
        assert_eq!(app.served(*scope).filter(|(id, _)| id.as_str() == "lighthouse" || id.as_str().starts_with("other-")).count(), 31);
        assert_eq!(app.stand(*scope, &FactId::new("lighthouse").unwrap()).unwrap().state, State::Published(says(*scope)));
    }
    // An edit of a server that is packed, and one that comes late.
    app.take([(scopes[0], numbered(2, "lighthouse", State::Retracted(says(scopes[0]))))]);
    let late = app.take([(scopes[0], head("lighthouse", State::Published(says(scopes[0]))))]);
    assert_eq!((late.changed, late.due), (0, Vec::new()));
    assert_eq!(answered(&app, scopes[0], "When was the Zarbakht lighthouse closed?"), None);
}

#[test]
fn what_the_base_says_otherwise_is_told_of_servers_that_are_packed_too() {
    let app = App::keeping(SHIPPED.clone(), 1);
    let id = SHIPPED.base.indexed().next().unwrap().1.id.as_str().to_owned();
    let changed = |text: &str| Record { text: text.to_owned(), ..shipped_record(&id) };
    let over = |shipped: &str| Head { shipped: Some(changed(shipped)), ..head(&id, State::Published(changed("Changed here."))) };
    app.replace(None, Some(vec![(Scope::of(1), over("What it never said.")), (Scope::of(2), over(&shipped_record(&id).text))]));
    assert_eq!(app.drifted(), [(Scope::of(1), FactId::new(&id).unwrap())]);
}

#[test]
fn edits_in_many_threads_beside_merges_are_all_there() {
    let app = Arc::new(App::keeping(SHIPPED.clone(), 1));
    let (here, elsewhere) = (Scope::of(1), Scope::of(2));
    app.take([(elsewhere, head("lighthouse", State::Published(lighthouse())))]);
    let edit = |app: &App, from: usize| {
        for at in from..from + 40 {
            let taken = app.take([(here, head(&format!("own-{at}"), State::Published(lighthouse())))]);
            assert!(app.view(here).base.find(&format!("own-{at}")).is_some(), "the next question sees it");
            app.settle(&taken.due);
            // Asking there packs what is edited here.
            app.view(elsewhere);
        }
    };
    thread::scope(|scope| {
        for from in [0, 40, 80] {
            let app = Arc::clone(&app);
            scope.spawn(move || edit(&app, from));
        }
    });
    let all = (0..120).map(|at| Edit::new(head(&format!("own-{at}"), State::Published(lighthouse()))));
    assert_eq!(told(&app.view(here)), told(&lay(&SHIPPED, all)));
}

#[derive(Debug, Clone)]
enum Step {
    /// One fact or several, of a server or of everywhere.
    Edit(u64, Vec<(usize, State)>),
    Settle,
    Ask(u64),
    /// Other facts are shipped; here, the same.
    Ship,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let state = prop_oneof![3 => trial_record().prop_map(State::Published), 1 => trial_record().prop_map(State::Retracted)];
    let edits = |most| proptest::collection::vec((0..ids().len(), state.clone()), 1..most);
    let step = prop_oneof![
        8 => (0..3u64, edits(2)).prop_map(|(server, edits)| Step::Edit(server, edits)),
        1 => (0..3u64, edits(30)).prop_map(|(server, edits)| Step::Edit(server, edits)),
        1 => Just(Step::Settle),
        2 => (0..3u64).prop_map(Step::Ask),
        1 => Just(Step::Ship),
    ];
    proptest::collection::vec(step, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_to_servers_their_facts_answer_as_if_laid_at_once(steps in steps()) {
        let app = App::keeping(SHIPPED.clone(), 1);
        let ids = ids();
        let mut last: BTreeMap<(Scope, String), Head> = BTreeMap::new();
        let mut due: Vec<Scope> = Vec::new();
        for (number, step) in (1u32..).zip(&steps) {
            match step {
                Step::Edit(server, edits) => {
                    let scope = Scope::of(*server);
                    // At most one of each fact, as the store gives them.
                    let edits: BTreeMap<usize, &State> = edits.iter().map(|(id, state)| (*id, state)).collect();
                    let heads: Vec<(Scope, Head)> =
                        edits.into_iter().map(|(id, state)| (scope, numbered(number, &ids[id], state.clone()))).collect();
                    last.extend(heads.iter().map(|(scope, head)| ((*scope, head.fact.as_str().to_owned()), head.clone())));
                    due.extend(app.take(heads).due);
                }
                Step::Settle => app.settle(&std::mem::take(&mut due)),
                Step::Ask(server) => drop(app.view(Scope::of(*server))),
                Step::Ship => app.replace(Some(SHIPPED.clone()), None),
            }
        }
        for scope in (0..4).map(Scope::of) {
            let of = |wanted: Scope| last.iter().filter(move |((scope, _), _)| *scope == wanted).map(|((_, id), head)| (id, head));
            let heads: BTreeMap<&String, &Head> = of(Scope::Everywhere).chain(of(scope)).collect();
            let at_once = lay(&SHIPPED, heads.into_values().cloned().map(Edit::new));
            let view = app.view(scope);
            prop_assert_eq!(told(&view), told(&at_once));
            for question in asked().iter().step_by(3) {
                prop_assert_eq!(seen(&view, question), seen(&at_once, question));
            }
        }
    }
}
