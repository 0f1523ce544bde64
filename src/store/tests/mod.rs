//! The store on real files, and on a real server where there is one. What is promised, by every engine:
//!
//! 1. What is kept comes back as it was, once, in order, whoever else writes at the same time (`revisions`, `review`, `keeping`).
//! 2. The database itself refuses what must never be, whoever asks it (`rules`).
//! 3. What several processes share is shared by all: leases, and hearing of changes (`sharing`).
//! 4. A store moves from any engine to any other with all its numbers, and never by halves (`moving`).
//!    An older one is raised with all that it holds, and left as it is by who only looks (`raising`).
//! 5. People's words go when they are due, and what is a person's is told them and forgotten (`private`).
//!
//! And by one:
//!
//! 6. A file that is no whole store, or is newer, full, locked or not to be written, is told from one that is (`opening`).
//! 7. Copies are whole, and one put in place of what is there is seen by all (`copies`).

mod copies;
mod ground;
mod keeping;
mod moving;
mod opening;
mod private;
mod raising;
mod review;
mod revisions;
mod rules;
mod server;
mod sharing;

use std::fs;
use std::num::NonZeroU64;
use std::path::Path;

use super::sqlite::open::Tuning;
use super::{Appended, Location, Place, Store, StoreError};
use crate::curation::{Action, Author, Record, Revision, RevisionNo, Scope, ServerId, SourceRecord, Sourced, Stamp, State};
use crate::fact::FactId;
use ground::{Folder, Ground, location, on_every_engine, raw, run};

fn id(id: u64) -> NonZeroU64 {
    NonZeroU64::new(id).unwrap()
}

fn server(number: u64) -> ServerId {
    ServerId(id(number))
}

const HERE: Scope = Scope::Server(ServerId(NonZeroU64::new(7).unwrap()));

fn fact(name: &str) -> FactId {
    FactId::new(name).unwrap()
}

fn source(name: &str) -> SourceRecord {
    SourceRecord { id: name.to_owned(), publisher: None, title: "A report".to_owned(), url: None, published: None }
}

fn record(text: &str) -> Record {
    Record {
        text: text.to_owned(),
        title: None,
        date: None,
        questions: Vec::new(),
        topics: Vec::new(),
        people: Vec::new(),
        places: Vec::new(),
        organisations: Vec::new(),
        sources: Sourced::new(vec![source("s1")]).unwrap(),
        conflicts: Vec::new(),
        standing: crate::fact::Standing::SingleSource,
        short: std::collections::BTreeMap::new(),
    }
}

/// A revision by a person that lets a fact say a text.
fn revision(name: &str, number: u32, text: &str) -> Revision {
    Revision {
        fact: fact(name),
        number: RevisionNo(number),
        action: if number == 1 { Action::Add } else { Action::Edit },
        before: (number > 1).then(|| State::Published(record("before"))),
        after: State::Published(record(text)),
        shipped: None,
        stamp: Stamp { author: Author::Person(id(42)), at: 1_700_000_000, reason: String::new(), cause: None },
    }
}

async fn save(store: &Store, scope: Scope, revision: &Revision) {
    assert_eq!(store.append(scope, revision).await.unwrap(), Appended::Saved);
}

/// An error is one sentence that names the store.
fn is_one_sentence(error: &StoreError, at: &Place) {
    let said = error.to_string();
    assert!(said.starts_with(&format!("{at}: ")) && said.contains(';') && !said.contains('\n'), "{said}");
}

/// What is called here can be called from any task: this is proved by compiling, and never run.
#[allow(dead_code)]
fn any_task_may_call(store: &'static Store, at: &'static Location, path: &'static Path) {
    use crate::curation::review::{Decision, Post, Proposal, Settings, SuggestionId, Verdict};
    use crate::store::{DraftId, Mark};

    fn spawned(work: impl Future<Output = ()> + Send + 'static) {
        drop(tokio::spawn(work));
    }
    spawned(async move {
        Store::open(at).await.unwrap();
        Store::open_existing(at).await.unwrap();
        Store::open_as_it_is(at).await.unwrap();
        Store::check_file(path).await.unwrap();
        store.backup(path).await.unwrap();
        store.restore(path).await.unwrap();
        store.health().await.unwrap();
    });
    spawned(async move {
        let mark: Mark = store.heads().await.unwrap().mark;
        store.heads_since(mark).await.unwrap();
        store.history(HERE, &fact("a")).await.unwrap();
        store.append(HERE, &revision("a", 1, "one")).await.unwrap();
        store.append_all(HERE, &[]).await.unwrap();
    });
    spawned(async move {
        let proposal = Proposal::Wrong { fact: fact("a"), question: None };
        let decision = Decision { verdict: Verdict::Rejected, by: None, at: 0, reason: String::new() };
        store.suggest(Scope::Server(server(7)), &proposal, None, 1, None).await.unwrap();
        store.suggestion(Scope::Server(server(7)), SuggestionId(1)).await.unwrap();
        store.waiting(Scope::Server(server(7)), None, 1).await.unwrap();
        store.waiting_of(Scope::Server(server(7)), id(1)).await.unwrap();
        store.unposted().await.unwrap();
        store.posted(SuggestionId(1), Post { channel: id(1), message: id(1) }).await.unwrap();
        store.decide(Scope::Server(server(7)), SuggestionId(1), &decision, None, None).await.unwrap();
        store.untold().await.unwrap();
        store.still_untold(SuggestionId(1)).await.unwrap();
        store.outcome_told(SuggestionId(1)).await.unwrap();
    });
    spawned(async move {
        store.keep_draft(server(7), id(1), "", 0).await.unwrap();
        store.draft(server(7), id(1), DraftId(1)).await.unwrap();
        store.change_draft(server(7), id(1), DraftId(1), "", 0).await.unwrap();
        store.drop_draft(server(7), id(1), DraftId(1)).await.unwrap();
        store.settings().await.unwrap();
        store.set_settings(server(7), &Settings::default(), id(1), 0).await.unwrap();
    });
    spawned(async move {
        store.note_unanswered(&[]).await.unwrap();
        store.unanswered(HERE, 1).await.unwrap();
        store.settle_unanswered(HERE, &[]).await.unwrap();
        store.note_picks(&[]).await.unwrap();
        store.picked_often(1).await.unwrap();
    });
    spawned(async move {
        store.about(id(1)).await.unwrap();
        store.clear(0, std::time::Duration::ZERO).await.unwrap();
        store.forget(id(1)).await.unwrap();
        store.clone().close().await;
    });
}
