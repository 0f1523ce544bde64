//! What was done to facts.

use proptest::prelude::*;

use super::*;
use crate::curation::{Change, History};
use crate::store::{Extent, Head};

on_every_engine!(
    a_revision_comes_back_as_it_was,
    an_interaction_that_comes_twice_changes_nothing_twice,
    a_number_that_does_not_follow_is_told_where_the_fact_stands,
    of_many_at_once_one_is_first,
    an_import_is_kept_whole_or_not_at_all,
    what_another_process_changed_is_seen_from_a_mark,
);

fn everything() -> Record {
    let first = SourceRecord {
        id: "dawn-1".to_owned(),
        publisher: Some("Dawn".to_owned()),
        title: "“Quoted”, اردو\n\u{1}".to_owned(),
        url: Some("https://example.org/a?b=c".to_owned()),
        published: Some("2022-05-13/2022-05-14~".parse().unwrap()),
    };
    let words = |word: &str| vec![word.to_owned(), "two".to_owned()];
    Record {
        text: "He said 'no'; -- and left.".to_owned(),
        title: Some("Title".to_owned()),
        date: Some("2022-05?".parse().unwrap()),
        questions: words("who?"),
        topics: words("talks"),
        people: words("Anna"),
        places: words("کابل"),
        organisations: words("UN"),
        sources: Sourced::new(vec![first, source("s2")]).unwrap(),
        conflicts: words("other"),
        standing: crate::fact::Standing::Disputed,
        short: [("who".to_owned(), "Anna".to_owned())].into(),
    }
}

async fn a_revision_comes_back_as_it_was(ground: Ground) {
    let store = ground.open().await;
    let published = |text: &str| State::Published(record(text));
    let retracted = |text: &str| State::Retracted(record(text));
    let stamp = |author, cause| Stamp { author, at: 1_700_000_001, reason: "weil 'so' ؟".to_owned(), cause };
    let rows = [
        (Action::Add, None, State::Published(everything()), Some(everything()), stamp(Author::Person(id(u64::MAX)), Some(u64::MAX))),
        (Action::Edit, Some(State::Published(everything())), published("b"), None, stamp(Author::Operator, None)),
        (Action::Retract, Some(published("b")), retracted("b"), None, stamp(Author::Forgotten, Some(9))),
        (Action::Restore, Some(retracted("b")), published("b"), None, stamp(Author::Operator, None)),
        (Action::Revert, Some(published("b")), retracted("b"), Some(record("c")), stamp(Author::Person(id(1)), Some(10))),
    ];
    let mut kept = Vec::new();
    for (number, (action, before, after, shipped, stamp)) in (1..).zip(rows) {
        kept.push(Revision { fact: fact("ä-1"), number: RevisionNo(number), action, before, after, shipped, stamp });
        save(&store, Scope::Everywhere, kept.last().unwrap()).await;
    }
    assert_eq!(store.history(Scope::Everywhere, &fact("ä-1")).await.unwrap(), kept);
    assert!(store.history(HERE, &fact("ä-1")).await.unwrap().is_empty());
    store.close().await;
    if let Ground::File(folder) = &ground {
        assert_eq!(folder.names(), ["store.db"], "the log is gone after the last connection");
    }
    assert_eq!(ground.open().await.history(Scope::Everywhere, &fact("ä-1")).await.unwrap(), kept);
}

async fn an_interaction_that_comes_twice_changes_nothing_twice(ground: Ground) {
    let store = ground.open().await;
    let mut first = revision("a", 1, "one");
    first.stamp.cause = Some(5);
    save(&store, HERE, &first).await;
    let mut again = revision("b", 1, "two");
    again.stamp.cause = Some(5);
    for (scope, replayed) in [(HERE, &first), (HERE, &again), (Scope::Everywhere, &again)] {
        assert_eq!(store.append(scope, replayed).await.unwrap(), Appended::Replayed(Box::new(first.clone())));
    }
    store.append_all(HERE, &[again, revision("c", 1, "three")]).await.unwrap();
    let heads = store.heads().await.unwrap().heads;
    assert_eq!(heads.len(), 1, "{heads:?}");
}

async fn a_number_that_does_not_follow_is_told_where_the_fact_stands(ground: Ground) {
    let store = ground.open().await;
    assert_eq!(store.append(HERE, &revision("a", 2, "early")).await.unwrap(), Appended::Moved(RevisionNo(0)));
    save(&store, HERE, &revision("a", 1, "one")).await;
    save(&store, HERE, &revision("a", 2, "two")).await;
    for number in [1, 2, 4] {
        assert_eq!(store.append(HERE, &revision("a", number, "late")).await.unwrap(), Appended::Moved(RevisionNo(2)), "{number}");
    }
    save(&store, Scope::Everywhere, &revision("a", 1, "elsewhere")).await;
    assert_eq!(store.history(HERE, &fact("a")).await.unwrap().len(), 2);
}

async fn of_many_at_once_one_is_first(ground: Ground) {
    let stores = [ground.open().await, ground.open().await];
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let store = stores[task % 2].clone();
            tokio::spawn(async move { store.append(HERE, &revision("a", 1, &format!("by {task}"))).await.unwrap() })
        })
        .collect();
    let mut saved = Vec::new();
    for (task, appended) in tasks.into_iter().enumerate() {
        match appended.await.unwrap() {
            Appended::Saved => saved.push(task),
            other => assert_eq!(other, Appended::Moved(RevisionNo(1))),
        }
    }
    assert_eq!(saved.len(), 1);
    let kept = stores[0].history(HERE, &fact("a")).await.unwrap();
    assert_eq!(kept, [revision("a", 1, &format!("by {}", saved[0]))]);
}

async fn an_import_is_kept_whole_or_not_at_all(ground: Ground) {
    let store = ground.open().await;
    save(&store, HERE, &revision("c", 1, "there")).await;
    let import = [revision("a", 1, "one"), revision("a", 2, "two"), revision("c", 1, "taken")];
    let error = store.append_all(HERE, &import).await.unwrap_err();
    assert!(matches!(&error, StoreError::Moved { scope: HERE, fact, now: RevisionNo(1), .. } if fact.as_str() == "c"), "{error}");
    is_one_sentence(&error, store.place());
    assert!(store.history(HERE, &fact("a")).await.unwrap().is_empty());
    store.append_all(HERE, &import[..2]).await.unwrap();
    assert_eq!(store.history(HERE, &fact("a")).await.unwrap(), import[..2]);
}

async fn what_another_process_changed_is_seen_from_a_mark(ground: Ground) {
    let (bot, command) = (ground.open().await, ground.open().await);
    save(&bot, HERE, &revision("a", 1, "one")).await;
    save(&bot, Scope::Everywhere, &revision("a", 1, "everywhere")).await;
    let all = bot.heads().await.unwrap();
    assert_eq!((all.heads.len(), all.extent), (2, Extent::Whole));
    let mut shipped = revision("b", 1, "two");
    shipped.shipped = Some(record("shipped"));
    save(&command, HERE, &shipped).await;
    save(&command, HERE, &revision("a", 2, "changed")).await;
    let changed = bot.heads_since(all.mark).await.unwrap();
    let head = |name: &str, number, text: &str, shipped| Head {
        scope: HERE,
        fact: fact(name),
        number: RevisionNo(number),
        state: State::Published(record(text)),
        shipped,
    };
    assert_eq!(changed.heads, [head("b", 1, "two", Some(record("shipped"))), head("a", 2, "changed", None)]);
    assert_eq!(changed.extent, Extent::Changed);
    let nothing = bot.heads_since(changed.mark).await.unwrap();
    assert_eq!((nothing.heads.len(), nothing.mark), (0, changed.mark));
    assert_eq!(bot.heads().await.unwrap().heads.len(), 3);
}

#[derive(Debug, Clone)]
enum Step {
    Append { fact: usize, text: u8 },
    Retract { fact: usize },
    Revert { fact: usize, to: u32 },
    Stale { fact: usize },
    Replay { fact: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let fact = 0..3_usize;
    prop_oneof![
        4 => (fact.clone(), 0..4_u8).prop_map(|(fact, text)| Step::Append { fact, text }),
        2 => fact.clone().prop_map(|fact| Step::Retract { fact }),
        2 => (fact.clone(), 0..5_u32).prop_map(|(fact, to)| Step::Revert { fact, to }),
        1 => fact.clone().prop_map(|fact| Step::Stale { fact }),
        1 => fact.prop_map(|fact| Step::Replay { fact }),
    ]
}

/// Whatever is done in whatever order, the histories that are kept are those that were made, and the heads are their ends.
async fn what_is_kept_is_what_was_done(ground: &Ground, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let store = ground.open().await;
    let mut made: Vec<_> = ["a", "b", "c"].iter().map(|name| History::new(fact(name), None)).collect();
    for (cause, step) in (1..).zip(steps) {
        let stamp = Stamp { author: Author::Operator, at: cause, reason: "so".to_owned(), cause: Some(cause) };
        let (at, change) = match step {
            Step::Append { fact, text } if made[fact].now().is_none() => (fact, Change::Add(record(&text.to_string()))),
            Step::Append { fact, text } => (fact, Change::Edit(record(&text.to_string()))),
            Step::Retract { fact } => (fact, Change::Retract),
            Step::Revert { fact, to } => (fact, Change::Revert(RevisionNo(to))),
            Step::Stale { fact } | Step::Replay { fact } => {
                if let Some(last) = made[fact].revisions.last() {
                    let mut last = last.clone();
                    let expected = if matches!(step, Step::Replay { .. }) {
                        Appended::Replayed(Box::new(last.clone()))
                    } else {
                        last.stamp.cause = None;
                        Appended::Moved(last.number)
                    };
                    prop_assert_eq!(store.append(HERE, &last).await.unwrap(), expected);
                }
                continue;
            }
        };
        let seen = made[at].number();
        if let Ok(next) = made[at].next(change, seen, stamp) {
            save(&store, HERE, &next).await;
            made[at] = made[at].clone().with(next);
        }
    }
    let heads = store.heads().await.unwrap().heads;
    prop_assert_eq!(heads.len(), made.iter().filter(|history| history.now().is_some()).count());
    for history in &made {
        prop_assert_eq!(&store.history(HERE, &history.fact).await.unwrap(), &history.revisions);
        let head = heads.iter().find(|head| head.fact == history.fact);
        prop_assert_eq!(head.map(|head| (head.number, head.state.clone())), history.now().map(|now| (history.number(), now)));
    }
    prop_assert_eq!(store.report().await.unwrap().problems, []);
    store.close().await;
    Ok(())
}

fn runs(cases: u32, ground: impl AsyncFn() -> Option<Ground>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let ran = proptest::test_runner::TestRunner::new(config).run(&prop::collection::vec(step(), 1..25), |steps| {
        runtime.block_on(async {
            match ground().await {
                Some(ground) => what_is_kept_is_what_was_done(&ground, steps).await,
                None => Ok(()),
            }
        })
    });
    ran.unwrap();
}

#[test]
fn what_is_kept_in_a_file_is_what_was_done() {
    runs(24, async || Some(Ground::file()));
}

#[test]
fn what_is_kept_on_a_server_is_what_was_done() {
    runs(12, Ground::server);
}
