//! The store on real files. What is promised:
//!
//! 1. What is kept comes back as it was, once, in order, whoever else writes at the same time (`revisions`, `review`, `keeping`).
//! 2. The database itself refuses what must never be, whoever asks it (`rules`).
//! 3. A file that is no whole store, or is newer, full, locked or not to be written, is told from one that is (`opening`).
//! 4. Copies are whole, and one put in place of what is there is seen by all (`copies`).

mod copies;
mod keeping;
mod opening;
mod review;
mod revisions;
mod rules;

use std::fs;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{ConnectOptions, SqliteConnection};

use super::open::Tuning;
use super::{Appended, Location, Opened, Store, StoreError};
use crate::curation::{Action, Author, Record, Revision, RevisionNo, Scope, ServerId, SourceRecord, Sourced, Stamp, State};
use crate::fact::FactId;

/// A folder of its own for each test, gone after it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let path = std::env::temp_dir().join(format!("sanad-store-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed)));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn at(&self) -> Location {
        location(&self.file("store.db"))
    }

    async fn open(&self) -> Store {
        Store::open(&self.at()).await.unwrap().store
    }

    async fn tuned(&self, tuning: Tuning) -> Result<Opened, StoreError> {
        Store::open_with(&self.at(), tuning).await
    }

    /// A connection beside the store, as another program has it.
    async fn raw(&self) -> SqliteConnection {
        raw(&self.file("store.db")).await
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn location(file: &Path) -> Location {
    Location::parse(&format!("sqlite:{}", file.display())).unwrap()
}

async fn raw(file: &Path) -> SqliteConnection {
    Tuning::default().plain(file).connect().await.unwrap()
}

async fn run(connection: &mut SqliteConnection, sql: &str) -> Result<u64, String> {
    sqlx::query(sql).execute(connection).await.map(|done| done.rows_affected()).map_err(|error| error.to_string())
}

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

/// An error is one sentence that names the file.
fn is_one_sentence(error: &StoreError, file: &Path) {
    let said = error.to_string();
    assert!(said.starts_with(&format!("{}: ", file.display())) && said.contains(';') && !said.contains('\n'), "{said}");
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
        store.forget(id(1)).await.unwrap();
        store.clone().close().await;
    });
}
