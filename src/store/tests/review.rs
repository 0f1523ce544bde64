//! What waits for a moderator.

use super::*;
use crate::curation::Change;
use crate::curation::review::{Decision, Post, Proposal, Suggestion, SuggestionId, Verdict};
use crate::store::Decided;

on_every_engine!(
    a_suggestion_comes_back_as_it_was,
    an_interaction_that_comes_twice_suggests_once,
    words_are_suggested_once_for_a_fact_whatever_became_of_it,
    an_approval_and_its_revision_are_kept_together,
    of_two_who_decide_at_once_one_does,
    what_waits_is_listed_by_server_oldest_first,
    who_is_to_be_told_an_outcome_is_kept_with_it_until_they_were,
    nobody_is_told_of_what_they_ended_themselves_or_do_not_sign,
);

fn change(name: &str, change: Change) -> Proposal {
    Proposal::Change { fact: fact(name), seen: RevisionNo(0), change, reason: "because".to_owned() }
}

fn words(name: &str, words: &str) -> Proposal {
    Proposal::Words { fact: fact(name), words: words.to_owned(), times: 5 }
}

fn wrong(name: &str) -> Proposal {
    Proposal::Wrong { fact: fact(name), question: Some("when?".to_owned()) }
}

fn decision(verdict: Verdict) -> Decision {
    Decision { verdict, by: Some(id(11)), at: 1_700_000_100, reason: "so".to_owned() }
}

async fn suggest(store: &Store, proposal: &Proposal) -> Suggestion {
    store.suggest(Scope::Server(server(7)), proposal, Some(id(5)), 1_700_000_000, None).await.unwrap()
}

async fn a_suggestion_comes_back_as_it_was(ground: Ground) {
    let store = ground.open().await;
    for proposal in [
        change("a", Change::Add(record("new"))),
        change("a", Change::Edit(record("other"))),
        change("a", Change::Retract),
        change("a", Change::Restore),
        change("a", Change::Revert(RevisionNo(3))),
        wrong("a"),
        Proposal::Wrong { fact: fact("a"), question: None },
        words("a", "Who was THERE?"),
    ] {
        let made = suggest(&store, &proposal).await;
        let expected = Suggestion {
            id: made.id,
            scope: Scope::Server(server(7)),
            proposal,
            proposer: Some(id(5)),
            at: 1_700_000_000,
            post: None,
            decision: None,
        };
        assert_eq!(made, expected);
        assert_eq!(store.suggestion(Scope::Server(server(7)), made.id).await.unwrap(), Some(expected.clone()));
        assert_eq!(store.suggestion(Scope::Server(server(8)), made.id).await.unwrap(), None, "another server's are not seen");
        let post = Post { channel: id(1 << 63), message: id(3) };
        store.posted(made.id, post).await.unwrap();
        let rejected = decision(Verdict::Rejected);
        let ended = Suggestion { post: Some(post), decision: Some(rejected.clone()), ..expected };
        assert_eq!(store.decide(Scope::Server(server(7)), made.id, &rejected, None, None).await.unwrap(), Decided::Done(ended.clone()));
        assert_eq!(store.suggestion(Scope::Server(server(7)), made.id).await.unwrap(), Some(ended));
    }
}

async fn an_interaction_that_comes_twice_suggests_once(ground: Ground) {
    let store = ground.open().await;
    let first = store.suggest(Scope::Server(server(7)), &wrong("a"), None, 1, Some(77)).await.unwrap();
    let again = store.suggest(Scope::Server(server(7)), &wrong("b"), Some(id(9)), 2, Some(77)).await.unwrap();
    assert_eq!(again, first);
    let other = store.suggest(Scope::Server(server(7)), &wrong("a"), None, 1, Some(78)).await.unwrap();
    assert_ne!(other.id, first.id);
    assert_eq!(store.waiting(Scope::Server(server(7)), None, 10).await.unwrap().total, 2);
}

async fn words_are_suggested_once_for_a_fact_whatever_became_of_it(ground: Ground) {
    let store = ground.open().await;
    let first = suggest(&store, &words("a", "Who  was\tJamāl?")).await;
    assert_eq!(suggest(&store, &words("a", "who was jamal?")).await, first);
    assert_ne!(suggest(&store, &words("b", "who was jamal?")).await.id, first.id);
    let elsewhere = store.suggest(Scope::Server(server(8)), &words("a", "who was jamal?"), None, 1, None).await.unwrap();
    assert_ne!(elsewhere.id, first.id);
    store.decide(Scope::Server(server(7)), first.id, &decision(Verdict::Rejected), None, None).await.unwrap();
    let again = suggest(&store, &words("a", "who was jamal?")).await;
    assert_eq!((again.id, again.decision), (first.id, Some(decision(Verdict::Rejected))));
}

async fn an_approval_and_its_revision_are_kept_together(ground: Ground) {
    let store = ground.open().await;
    let made = suggest(&store, &change("a", Change::Add(record("one")))).await;
    let approved = decision(Verdict::Approved);
    let (here, next) = (server(7), revision("a", 1, "one"));
    let error = store.decide(Scope::Server(here), made.id, &approved, None, None).await.unwrap_err();
    assert!(matches!(&error, StoreError::Refused { rule, .. } if rule == "an approved change names its revision"), "{error}");
    let rejected = store.decide(Scope::Server(here), made.id, &decision(Verdict::Rejected), Some(&next), None).await.unwrap_err();
    assert!(matches!(rejected, StoreError::Refused { .. }), "{rejected}");
    assert!(store.history(HERE, &fact("a")).await.unwrap().is_empty(), "neither was kept");
    assert_eq!(
        store.decide(Scope::Server(here), made.id, &approved, Some(&revision("a", 2, "late")), None).await.unwrap(),
        Decided::Moved(RevisionNo(0))
    );
    assert_eq!(store.suggestion(Scope::Server(here), made.id).await.unwrap(), Some(made.clone()), "it waits on");

    let done = Suggestion { decision: Some(approved.clone()), ..made.clone() };
    assert_eq!(store.decide(Scope::Server(here), made.id, &approved, Some(&next), Some(21)).await.unwrap(), Decided::Done(done.clone()));
    assert_eq!(store.history(HERE, &fact("a")).await.unwrap(), std::slice::from_ref(&next));
    assert_eq!(store.heads().await.unwrap().heads.len(), 1);
    assert_eq!(
        store.decide(Scope::Server(here), made.id, &approved, Some(&next), Some(21)).await.unwrap(),
        Decided::Done(done.clone()),
        "replayed"
    );
    for cause in [None, Some(22)] {
        let other = store.decide(Scope::Server(here), made.id, &decision(Verdict::Rejected), None, cause).await.unwrap();
        assert_eq!(other, Decided::Already(done.clone()));
    }
    assert_eq!(store.decide(Scope::Server(server(8)), made.id, &approved, None, None).await.unwrap(), Decided::Missing);
    assert_eq!(store.decide(Scope::Server(here), SuggestionId(999), &approved, None, None).await.unwrap(), Decided::Missing);
}

async fn of_two_who_decide_at_once_one_does(ground: Ground) {
    let store = ground.open().await;
    let made = suggest(&store, &change("a", Change::Add(record("one")))).await;
    let tasks: Vec<_> = [Verdict::Approved, Verdict::Rejected, Verdict::Approved, Verdict::Rejected]
        .into_iter()
        .map(|verdict| {
            let (store, id) = (store.clone(), made.id);
            tokio::spawn(async move {
                let next = revision("a", 1, "one");
                let next = (verdict == Verdict::Approved).then_some(&next);
                store.decide(Scope::Server(server(7)), id, &decision(verdict), next, None).await.unwrap()
            })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += usize::from(matches!(task.await.unwrap(), Decided::Done(_)));
    }
    assert_eq!(done, 1);
    let verdict = store.suggestion(Scope::Server(server(7)), made.id).await.unwrap().unwrap().decision.unwrap().verdict;
    assert_eq!(store.history(HERE, &fact("a")).await.unwrap().len(), usize::from(verdict == Verdict::Approved));
}

async fn what_waits_is_listed_by_server_oldest_first(ground: Ground) {
    let store = ground.open().await;
    let mut made = Vec::new();
    for name in ["a", "b", "c", "d"] {
        made.push(suggest(&store, &wrong(name)).await);
    }
    let elsewhere = store.suggest(Scope::Server(server(8)), &wrong("e"), Some(id(6)), 1, None).await.unwrap();
    store.decide(Scope::Server(server(7)), made[1].id, &decision(Verdict::Rejected), None, None).await.unwrap();
    let page = store.waiting(Scope::Server(server(7)), None, 2).await.unwrap();
    assert_eq!((page.suggestions, page.total), (vec![made[0].clone(), made[2].clone()], 3));
    let rest = store.waiting(Scope::Server(server(7)), Some(made[2].id), 2).await.unwrap();
    assert_eq!((rest.suggestions, rest.total), (vec![made[3].clone()], 3));
    assert_eq!(store.waiting_of(Scope::Server(server(7)), id(5)).await.unwrap(), 3);
    assert_eq!(store.waiting_of(Scope::Server(server(7)), id(6)).await.unwrap(), 0);
    store.posted(made[0].id, Post { channel: id(1), message: id(2) }).await.unwrap();
    assert_eq!(store.unposted().await.unwrap(), [made[2].clone(), made[3].clone(), elsewhere]);
}

async fn who_is_to_be_told_an_outcome_is_kept_with_it_until_they_were(ground: Ground) {
    let store = ground.open().await;
    let here = Scope::Server(server(7));
    let (first, second) = (suggest(&store, &wrong("a")).await, suggest(&store, &change("b", Change::Add(record("one")))).await);
    assert!(store.untold().await.unwrap().is_empty(), "there is nothing to tell yet");
    let moved = store.decide(here, second.id, &decision(Verdict::Approved), Some(&revision("b", 2, "late")), None).await.unwrap();
    assert_eq!(moved, Decided::Moved(RevisionNo(0)));
    assert!(store.untold().await.unwrap().is_empty(), "nothing was decided");
    for (made, verdict, next) in
        [(&second, Verdict::Approved, Some(&revision("b", 1, "one"))), (&first, Verdict::Rejected, None), (&first, Verdict::Rejected, None)]
    {
        store.decide(here, made.id, &decision(verdict), next, Some(made.id.0.cast_unsigned())).await.unwrap();
    }
    // A process that dies after its decision is the same, to another, as one that never began to tell.
    let another = ground.open().await;
    let untold = another.untold().await.unwrap();
    assert_eq!(untold.iter().map(|suggestion| suggestion.id).collect::<Vec<_>>(), [first.id, second.id]);
    assert!(untold.iter().all(|suggestion| suggestion.to_be_told() == Some(id(5)) && suggestion.decision.is_some()));
    assert_eq!(another.still_untold(first.id).await.unwrap().as_ref(), untold.first());
    another.outcome_told(first.id).await.unwrap();
    assert_eq!(store.still_untold(first.id).await.unwrap(), None);
    assert_eq!(store.untold().await.unwrap(), untold[1..]);
    another.outcome_told(first.id).await.unwrap();
    assert!(store.suggestion(here, first.id).await.unwrap().is_some(), "what was decided stays");
    // Who asks to be forgotten is told nothing any more.
    store.forget(id(5)).await.unwrap();
    assert!(store.untold().await.unwrap().is_empty());
}

async fn nobody_is_told_of_what_they_ended_themselves_or_do_not_sign(ground: Ground) {
    let store = ground.open().await;
    let here = Scope::Server(server(7));
    for proposer in [None, Some(id(11))] {
        let made = store.suggest(here, &wrong("a"), proposer, 1, None).await.unwrap();
        store.decide(here, made.id, &decision(Verdict::Rejected), None, None).await.unwrap();
    }
    assert!(store.untold().await.unwrap().is_empty());
    // Words go once they are too old, decided or not; what was to be told of them goes with them.
    let words = suggest(&store, &words("a", "who?")).await;
    store.decide(here, words.id, &decision(Verdict::Rejected), None, None).await.unwrap();
    assert_eq!(store.untold().await.unwrap().len(), 1);
    store.clear(1_800_000_000, std::time::Duration::from_secs(1)).await.unwrap();
    assert_eq!((store.suggestion(here, words.id).await.unwrap(), store.untold().await.unwrap()), (None, Vec::new()));
}
