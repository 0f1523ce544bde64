//! A desk over a real file, for tests that change facts.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use sanad::answer::model::Model;
use sanad::app::App;
use sanad::base::{self, Origin};
use sanad::curation::{Author, History, Record, Scope, SourceRecord, Sourced, Stamp, State};
use sanad::desk::Desk;
use sanad::fact::draft::{Draft, FactDraft, SourceDraft};
use sanad::fact::{FactId, Standing, check};
use sanad::knowledge::Knowledge;
use sanad::lexicon::Lexicon;
use sanad::store::{Location, Store, StoreError};

/// The facts of the small base.
pub(crate) const SHIPPED: [&str; 3] = ["harbour-opened", "bridge-closed", "ferry-sank"];

/// What they say.
const CLAIMS: [&str; 3] = [
    "The harbour of Zarbakht was opened on 1 March 2022 by the port authority.",
    "The bridge over the Kol was closed on 4 April 2022 after a flood.",
    "A ferry with 40 people on board sank off Zarbakht on 9 May 2022.",
];

/// A folder of its own that goes away with the value.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// A new, empty folder.
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("sanad-kept-{}-{number}", std::process::id()));
        // Left behind by a killed run whose process had the same number.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A file for a store in it.
    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("sanad.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The facts built in.
pub(crate) static BUILT_IN: LazyLock<Knowledge> = LazyLock::new(|| {
    let loaded = base::load(&Origin::Embedded, |_| ()).unwrap();
    let model = Model::read(&base::embedded_model(), &mut Vec::new()).unwrap();
    Knowledge::new(loaded.base, loaded.lexicon, base::embedded_vectors(), model)
});

/// Three facts with one source, ready in a moment.
pub(crate) fn small() -> Knowledge {
    let fact = |(id, claim): (&&str, &&str)| FactDraft {
        id: (*id).to_owned(),
        claim: (*claim).to_owned(),
        sources: vec!["gazette".to_owned()],
        ..FactDraft::default()
    };
    let source = SourceDraft { id: "gazette".to_owned(), title: "The port gazette".to_owned(), ..SourceDraft::default() };
    let facts = SHIPPED.iter().zip(&CLAIMS).map(fact).collect();
    let (base, _) = check::assemble(&Draft { facts, sources: vec![source], entities: Vec::new() }).unwrap();
    Knowledge::new(base, Lexicon::default(), None, Model::unfitted())
}

/// Opens the store of a file.
pub(crate) async fn open(file: &Path) -> Result<Store, StoreError> {
    let at = Location::parse(&format!("sqlite:{}", file.display()))?;
    Ok(Store::open(&at).await?.store)
}

/// A desk over the small base and a file.
pub(crate) async fn desk(file: &Path) -> Desk {
    Desk::open(Arc::new(App::new(small())), open(file).await.unwrap()).await.unwrap()
}

/// The id of a fact.
pub(crate) fn fact(id: &str) -> FactId {
    FactId::new(id).unwrap()
}

/// A source that no base knows.
pub(crate) fn source(id: &str) -> SourceRecord {
    SourceRecord {
        id: id.to_owned(),
        publisher: Some("Port authority".to_owned()),
        title: "Notice to visitors".to_owned(),
        url: Some(format!("https://port.example/{id}")),
        published: None,
    }
}

/// A fact with one source that says this.
pub(crate) fn record(text: &str) -> Record {
    Record {
        text: text.to_owned(),
        title: None,
        date: None,
        questions: Vec::new(),
        topics: Vec::new(),
        people: Vec::new(),
        places: Vec::new(),
        organisations: Vec::new(),
        sources: Sourced::new(vec![source("notice")]).unwrap(),
        conflicts: Vec::new(),
        standing: Standing::SingleSource,
        short: BTreeMap::new(),
    }
}

/// A person, today, with a reason.
pub(crate) fn stamp(person: u64, reason: &str, cause: Option<u64>) -> Stamp {
    Stamp { author: Author::Person(NonZeroU64::new(person).unwrap()), at: 1_700_000_000, reason: reason.to_owned(), cause }
}

/// What must hold of the revisions of any history: numbered one by one, each made of what the one before left, with a source.
pub(crate) fn assert_whole(history: &History) {
    let mut before: Option<State> = None;
    for (revision, number) in history.revisions.iter().zip(1..) {
        let named = format!("{} {}", revision.fact, revision.number);
        assert_eq!((&revision.fact, revision.number.0), (&history.fact, number), "{named}");
        if let Some(before) = &before {
            assert_eq!(revision.before.as_ref(), Some(before), "{named} was made of something else than stood there");
        } else {
            assert_eq!(revision.before, revision.shipped.clone().map(State::Published), "{named} began with something else");
        }
        assert!(revision.after.record().sources.iter().next().is_some(), "{named} has no source");
        before = Some(revision.after.clone());
    }
}

/// That the questions of a scope are answered from this and nothing else: published facts by their id, with all they say.
pub(crate) fn assert_served(app: &App, scope: Scope, id: &FactId, expected: Option<&State>) {
    let view = app.view(scope);
    let served = view.base.find(id.as_str()).map(|at| Record::of(&view.base, at));
    let published = expected.filter(|state| state.is_published()).map(State::record);
    assert_eq!(served.as_ref(), published, "{id} in scope {}", scope.id());
}
