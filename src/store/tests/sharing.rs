//! What several processes share. Two stores that are open at once are two processes, as far as any store can tell.

use std::collections::BTreeSet;
use std::time::Duration;

use super::*;
use crate::store::{Extent, Lease, Leased, Renewed};

on_every_engine!(
    of_many_who_make_the_store_at_once_all_find_the_same,
    a_lease_is_one_holders_until_it_is_given_back,
    a_lease_ends_by_itself,
    of_many_who_ask_for_a_lease_one_gets_it,
    who_has_leases_is_told_by_how_they_begin,
    who_waits_for_a_change_sees_it_afterwards,
    whoever_follows_misses_nothing,
);

const LONG: Duration = Duration::from_secs(600);

async fn of_many_who_make_the_store_at_once_all_find_the_same(ground: Ground) {
    let at = ground.at();
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            let at = at.clone();
            tokio::spawn(async move { Store::open(&at).await.unwrap() })
        })
        .collect();
    let mut stores = Vec::new();
    for task in tasks {
        let opened = task.await.unwrap();
        assert_eq!(opened.migrated, None);
        stores.push(opened.store);
    }
    save(&stores[0], HERE, &revision("a", 1, "one")).await;
    for store in &stores {
        assert_eq!(store.heads().await.unwrap().heads.len(), 1);
    }
}

async fn a_lease_is_one_holders_until_it_is_given_back(ground: Ground) {
    let (one, other) = (ground.open().await, ground.open().await);
    assert_eq!(one.lease("shard 0", "one", LONG).await.unwrap(), Leased::Mine);
    let Leased::Taken { by, left } = other.lease("shard 0", "other", LONG).await.unwrap() else { panic!("two have it") };
    assert!(by == "one" && left <= LONG && left > LONG / 2, "{by} {left:?}");
    assert_eq!(other.lease("shard 1", "other", LONG).await.unwrap(), Leased::Mine, "another lease is another's");
    assert_eq!(one.lease("shard 0", "one", LONG).await.unwrap(), Leased::Mine, "who has it gets it anew");
    assert_eq!(one.renew("shard 0", "one", LONG).await.unwrap(), Renewed::Held);
    assert_eq!(other.renew("shard 0", "other", LONG).await.unwrap(), Renewed::Lost);
    other.release("shard 0", "other").await.unwrap();
    assert!(matches!(other.lease("shard 0", "other", LONG).await.unwrap(), Leased::Taken { .. }), "another's is not given back");
    one.release("shard 0", "one").await.unwrap();
    assert_eq!(other.lease("shard 0", "other", LONG).await.unwrap(), Leased::Mine);
    assert_eq!(one.renew("shard 0", "one", LONG).await.unwrap(), Renewed::Lost);
    let nameless = one.lease("", "one", LONG).await.unwrap_err();
    assert!(matches!(&nameless, StoreError::Refused { rule, .. } if rule.starts_with("a lease has a name")), "{nameless}");
}

async fn a_lease_ends_by_itself(ground: Ground) {
    let (one, other) = (ground.open().await, ground.open().await);
    assert_eq!(one.lease("outbox", "one", Duration::from_millis(1)).await.unwrap(), Leased::Mine);
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(one.renew("outbox", "one", LONG).await.unwrap(), Renewed::Lost, "it ran out, though nobody took it");
    assert_eq!(other.lease("outbox", "other", LONG).await.unwrap(), Leased::Mine);
    assert!(matches!(one.lease("outbox", "one", LONG).await.unwrap(), Leased::Taken { by, .. } if by == "other"));
}

async fn of_many_who_ask_for_a_lease_one_gets_it(ground: Ground) {
    let stores = [ground.open().await, ground.open().await];
    for round in 0..5 {
        let tasks: Vec<_> = (0..8)
            .map(|task| {
                let store = stores[task % 2].clone();
                tokio::spawn(async move { store.lease(&format!("round {round}"), &format!("holder {task}"), LONG).await.unwrap() })
            })
            .collect();
        let mut mine = 0;
        for task in tasks {
            mine += usize::from(task.await.unwrap() == Leased::Mine);
        }
        assert_eq!(mine, 1);
    }
}

async fn who_has_leases_is_told_by_how_they_begin(ground: Ground) {
    let (one, other) = (ground.open().await, ground.open().await);
    for (name, span) in [("shard 1/2", LONG), ("shard_0/2", LONG), ("Shard 0/2", LONG), ("shard 0/2", Duration::from_millis(1))] {
        one.lease(name, "one", span).await.unwrap();
    }
    other.lease("shard 0/16", "other", LONG).await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let told = other.leases("shard ").await.unwrap();
    let who: Vec<_> = told.iter().map(|Lease { name, by, .. }| (name.as_str(), by.as_str())).collect();
    assert_eq!(who, [("shard 0/16", "other"), ("shard 1/2", "one")], "what ran out is nobody's");
    assert!(told.iter().all(|lease| lease.left <= LONG && lease.left > LONG / 2), "{told:?}");
}

async fn who_waits_for_a_change_sees_it_afterwards(ground: Ground) {
    let (one, other) = (ground.open().await, ground.open().await);
    let mark = one.heads().await.unwrap().mark;
    let mut watch = one.watch();
    // Where the engine tells of changes, this begins to listen.
    watch.changed().await;
    save(&other, HERE, &revision("a", 1, "one")).await;
    watch.changed().await;
    assert_eq!(one.heads_since(mark).await.unwrap().heads.len(), 1);
}

/// Four write at once, through two stores; one follows. Where ids were seen out of their order, it would miss some for ever.
async fn whoever_follows_misses_nothing(ground: Ground) {
    const EACH: u32 = 40;
    let (follower, writers) = (ground.open().await, [ground.open().await, ground.open().await]);
    let tasks: Vec<_> = (0..4)
        .map(|task| {
            let store = writers[task % 2].clone();
            tokio::spawn(async move {
                for number in 0..EACH {
                    save(&store, HERE, &revision(&format!("fact-{task}-{number}"), 1, "text")).await;
                }
            })
        })
        .collect();
    let mut seen = BTreeSet::new();
    let mut mark = follower.heads().await.unwrap().mark;
    let before = follower.heads().await.unwrap();
    seen.extend(before.heads.into_iter().map(|head| head.fact));
    let mut ended = false;
    while !ended {
        // Looked at before the last look, so that the last look comes after the last revision.
        ended = tasks.iter().all(tokio::task::JoinHandle::is_finished);
        let changed = follower.heads_since(mark).await.unwrap();
        assert_eq!(changed.extent, Extent::Changed);
        mark = changed.mark;
        seen.extend(changed.heads.into_iter().map(|head| head.fact));
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(seen.len(), 4 * EACH as usize);
}
