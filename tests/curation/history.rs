//! Histories, by themselves and through a desk over a real file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use sanad::curation::review::{Decision, Proposal, Verdict};
use sanad::curation::{Action, Change, History, Record, Refusal, Revision, RevisionNo, Scope, State};
use sanad::desk::{Approved, ChangeError, Desk, Saved};
use sanad::fact::FactId;
use tokio::runtime::Runtime;

use crate::kept::{self, Folder, SHIPPED, assert_served, assert_whole};

/// What somebody asks for.
#[derive(Debug, Clone)]
enum Wish {
    Add(u8),
    Edit(u8),
    Retract,
    Restore,
    Revert(u32),
}

/// A wish, and how it is put.
#[derive(Debug, Clone)]
struct Step {
    wish: Wish,
    /// How far the revision that was seen lies behind the last.
    behind: u32,
    reason: &'static str,
    /// By a suggestion that is approved.
    by_approval: bool,
    /// Which of two scopes, and of two facts.
    scope: usize,
    fact: usize,
}

fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let wish = prop_oneof![
        (0..3u8).prop_map(Wish::Add),
        (0..3u8).prop_map(Wish::Edit),
        (0..3u8).prop_map(Wish::Edit),
        Just(Wish::Retract),
        Just(Wish::Restore),
        (0..9u32).prop_map(Wish::Revert),
    ];
    let behind = prop_oneof![6 => Just(0), 1 => 1..4u32, 1 => Just(u32::MAX)];
    let reason = prop_oneof![5 => Just("to see"), 1 => Just("  ")];
    let step = (wish, behind, reason, any::<bool>(), 0..2usize, 0..2usize);
    let step = step.prop_map(|(wish, behind, reason, by_approval, scope, fact)| Step { wish, behind, reason, by_approval, scope, fact });
    prop::collection::vec(step, 1..most)
}

fn says(which: u8) -> Record {
    kept::record(&format!("The port was opened {which} times in 2022."))
}

impl Step {
    fn change(&self) -> Change {
        match self.wish {
            Wish::Add(which) => Change::Add(says(which)),
            Wish::Edit(which) => Change::Edit(says(which)),
            Wish::Retract => Change::Retract,
            Wish::Restore => Change::Restore,
            Wish::Revert(number) => Change::Revert(RevisionNo(number)),
        }
    }

    fn seen(&self, now: RevisionNo) -> RevisionNo {
        RevisionNo(now.0.wrapping_sub(self.behind))
    }

    /// How the fact is to stand after it, in the plainest words; nothing where it is to be refused. `states` are those so far, by number.
    fn leaves(&self, states: &[Option<State>]) -> Option<State> {
        let now = states.last().cloned().flatten();
        if let Wish::Add(which) = self.wish {
            return now.is_none().then(|| State::Published(says(which)));
        }
        let now = now.filter(|_| self.behind == 0)?;
        let after = match (&self.wish, &now) {
            (Wish::Edit(which), State::Published(_)) => State::Published(says(*which)),
            (Wish::Retract, State::Published(record)) => State::Retracted(record.clone()),
            (Wish::Restore, State::Retracted(record)) => State::Published(record.clone()),
            (Wish::Revert(number), _) => states.get(*number as usize)?.clone()?,
            _ => return None,
        };
        let takes_away = now.is_published() && !after.is_published();
        let says_why = !self.reason.trim().is_empty();
        (after != now && (says_why || !takes_away)).then_some(after)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_history_stays_whole_whatever_is_asked_for(steps in steps(40), is_shipped: bool) {
        let shipped = is_shipped.then(|| kept::record("The port was opened in 2021."));
        let mut history = History::new(kept::fact("port"), shipped.clone());
        let mut states: Vec<Option<State>> = vec![shipped.map(State::Published)];
        for step in &steps {
            let expected = step.leaves(&states);
            match history.next(step.change(), step.seen(history.number()), kept::stamp(1, step.reason, None)) {
                Ok(revision) => {
                    prop_assert_eq!(Some(&revision.after), expected.as_ref(), "{:?}", step);
                    prop_assert_eq!(revision.number, history.number().next());
                    if let Wish::Revert(number) = step.wish {
                        prop_assert_eq!(history.at(RevisionNo(number)), Some(revision.after.clone()));
                    }
                    states.push(Some(revision.after.clone()));
                    history = history.with(revision);
                }
                Err(refusal) => prop_assert!(expected.is_none(), "{:?}: {}", step, refusal),
            }
            assert_whole(&history);
        }
        prop_assert_eq!(&replayed(&history), states.last().unwrap());
        for (state, number) in states.iter().zip(0..) {
            prop_assert_eq!(&history.at(RevisionNo(number)), state);
        }
    }
}

/// What the actions of a history make of the shipped word, one after the other.
fn replayed(history: &History) -> Option<State> {
    let mut states = vec![history.shipped.clone().map(State::Published)];
    for revision in &history.revisions {
        let record = |state: Option<&State>| state.map(|state| state.record().clone());
        let now = record(states.last().unwrap().as_ref());
        let next = match revision.action {
            Action::Add | Action::Edit => Some(State::Published(revision.after.record().clone())),
            Action::Retract => now.map(State::Retracted),
            Action::Restore => now.map(State::Published),
            Action::Revert => states.iter().rev().flatten().find(|state| **state == revision.after).cloned(),
        };
        states.push(next);
    }
    states.pop().flatten()
}

#[test]
fn a_refusal_says_which_fact_and_what_to_do() {
    let shipped = History::new(kept::fact("port"), Some(says(0)));
    let retracted = shipped.next(Change::Retract, RevisionNo(0), kept::stamp(1, "wrong", None)).unwrap();
    let retracted = shipped.clone().with(retracted);
    let restored = retracted.next(Change::Restore, RevisionNo(1), kept::stamp(1, "", None)).unwrap();
    let restored = retracted.clone().with(restored);
    let unknown = History::new(kept::fact("port"), None);
    for (history, change, seen, reason, said) in [
        (&shipped, Change::Add(says(1)), 0, "", "there is a fact `port` already; edit it, or give the new one another id"),
        (&shipped, Change::Edit(says(1)), 3, "", "the fact `port` was changed since you opened it: you saw r3, it stands at r0"),
        (&shipped, Change::Edit(says(0)), 0, "", "that changes nothing: the fact `port` stands so already"),
        (&shipped, Change::Retract, 0, " \n", "say why; the history keeps the reason"),
        (&shipped, Change::Restore, 0, "x", "the fact `port` is not retracted"),
        (&shipped, Change::Revert(RevisionNo(5)), 0, "x", "the fact `port` has no revision r5; its history goes from r0 to r0"),
        (&retracted, Change::Edit(says(1)), 1, "x", "the fact `port` is retracted; restore it first"),
        (&retracted, Change::Retract, 1, "x", "the fact `port` is retracted; restore it first"),
        (&retracted, Change::Add(says(1)), 1, "x", "there is a fact `port` already; edit it, or give the new one another id"),
        (&restored, Change::Revert(RevisionNo(1)), 2, "", "say why; the history keeps the reason"),
        (&unknown, Change::Edit(says(1)), 0, "x", "there is no fact `port`"),
    ] {
        let refusal = history.next(change.clone(), RevisionNo(seen), kept::stamp(1, reason, None)).unwrap_err();
        assert_eq!(refusal.to_string(), said, "{change:?}");
    }
}

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap());

/// The histories of two facts in two scopes, as the test knows them.
struct Known(BTreeMap<(u64, FactId), Vec<Revision>>);

impl Known {
    fn of(&self, scope: Scope, fact: &FactId) -> &[Revision] {
        self.0.get(&(scope.id(), fact.clone())).map_or(&[], Vec::as_slice)
    }

    /// How a fact stands where nothing was done to it in this scope.
    fn below(&self, desk: &Desk, scope: Scope, fact: &FactId) -> Option<State> {
        let shipped = desk.app.shipped().base;
        let shipped = || shipped.find(fact.as_str()).map(|at| State::Published(Record::of(&shipped, at)));
        match (scope, self.of(Scope::Everywhere, fact).last()) {
            (Scope::Server(_), Some(everywhere)) => Some(everywhere.after.clone()),
            _ => shipped(),
        }
    }

    fn states(&self, desk: &Desk, scope: Scope, fact: &FactId) -> Vec<Option<State>> {
        // Below a server lies what is served everywhere.
        let below = self.below(desk, scope, fact).filter(State::is_published);
        std::iter::once(below).chain(self.of(scope, fact).iter().map(|revision| Some(revision.after.clone()))).collect()
    }
}

fn scopes() -> [Scope; 2] {
    [Scope::Everywhere, Scope::of(7)]
}

fn facts() -> [FactId; 2] {
    [kept::fact(SHIPPED[0]), kept::fact("port")]
}

/// Does what a step asks for; the revision that came of it.
async fn done(desk: &Desk, step: &Step, cause: u64) -> Result<Revision, Refusal> {
    let (scope, fact) = (scopes()[step.scope], &facts()[step.fact]);
    let seen = step.seen(desk.app.number(scope, fact));
    let stamp = kept::stamp(1, step.reason, Some(cause));
    let done = if step.by_approval {
        let proposal = Proposal::Change { fact: fact.clone(), seen, change: step.change(), reason: step.reason.to_owned() };
        let suggestion = desk.store.suggest(scope, &proposal, None, 1, Some(cause)).await.unwrap();
        let decision = Decision { verdict: Verdict::Approved, by: None, at: 2, reason: String::new() };
        let approved = desk.decide(scope, suggestion.id, &decision, Some((fact, step.change(), seen)), stamp).await;
        let kept = desk.store.suggestion(scope, suggestion.id).await.unwrap().unwrap();
        assert_eq!(kept.decision.is_some(), approved.is_ok(), "a suggestion ends by what is done, or not at all");
        approved.map(|approved| match approved {
            Approved::Done(_, Some(revision)) => *revision,
            other => panic!("one's own suggestion is {other:?}"),
        })
    } else {
        desk.change(scope, fact, step.change(), seen, stamp).await.map(|saved| match saved {
            Saved::Now(revision) => *revision,
            Saved::Before(revision) => panic!("{revision:?} was made by another interaction"),
        })
    };
    done.map_err(|error| match error {
        ChangeError::Refused(refusal) => refusal,
        ChangeError::Store(error) => panic!("{error}"),
    })
}

async fn through_a_desk(steps: &[Step]) {
    let folder = Folder::new();
    let desk = kept::desk(&folder.file()).await;
    // Another process over the same file.
    let beside = kept::desk(&folder.file()).await;
    let mut known = Known(BTreeMap::new());
    for (step, cause) in steps.iter().zip(1..) {
        let (scope, fact) = (scopes()[step.scope], facts()[step.fact].clone());
        let expected = step.leaves(&known.states(&desk, scope, &fact));
        match done(&desk, step, cause).await {
            Ok(revision) => {
                assert_eq!(Some(&revision.after), expected.as_ref(), "{step:?}");
                known.0.entry((scope.id(), fact)).or_default().push(revision);
            }
            Err(refusal) => assert!(expected.is_none(), "{step:?}: {refusal}"),
        }
        beside.follow().await.unwrap();
        let again = kept::desk(&folder.file()).await;
        for scope in scopes() {
            for fact in facts() {
                let history = desk.history(scope, &fact).await.unwrap();
                assert_whole(&history);
                assert_eq!(history.revisions, known.of(scope, &fact), "{step:?}");
                let own = history.revisions.last().map(|revision| revision.after.clone());
                let expected = own.or_else(|| known.below(&desk, scope, &fact));
                for desk in [&desk, &beside, &again] {
                    assert_served(&desk.app, scope, &fact, expected.as_ref());
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_answered_is_what_the_history_says(steps in steps(16)) {
        RUNTIME.block_on(through_a_desk(&steps));
    }
}

#[test]
fn of_two_who_approve_the_second_is_told_of_the_first() {
    RUNTIME.block_on(async {
        let folder = Folder::new();
        let desk = kept::desk(&folder.file()).await;
        let (scope, fact) = (Scope::of(7), kept::fact("port"));
        let proposal = Proposal::Change { fact: fact.clone(), seen: RevisionNo(0), change: Change::Add(says(1)), reason: String::new() };
        let suggestion = desk.store.suggest(scope, &proposal, None, 1, None).await.unwrap();
        let decision = Decision { verdict: Verdict::Approved, by: None, at: 2, reason: String::new() };
        let approve = |cause| {
            let change = Some((&fact, Change::Add(says(1)), RevisionNo(0)));
            desk.decide(scope, suggestion.id, &decision, change, kept::stamp(1, "", Some(cause)))
        };
        assert!(matches!(approve(1).await.unwrap(), Approved::Done(_, Some(_))));
        assert!(matches!(approve(1).await.unwrap(), Approved::Done(_, Some(_))), "the same press, heard again");
        let second = approve(2).await;
        assert!(matches!(second, Ok(Approved::Already(_))), "{second:?}");
        assert_eq!(desk.history(scope, &fact).await.unwrap().revisions.len(), 1);
    });
}
