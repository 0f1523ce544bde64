//! Edited facts laid over a base: what a server's questions are answered from.

use std::sync::OnceLock;

use super::{Record, RevisionNo, SourceRecord, State};
use crate::fact::{Base, Citations, EntityIx, Fact, FactId, FactIx, Laid, LaidSource, ShortAnswers, Source, SourceId, SourceIx};
use crate::index::Piece;
use crate::knowledge::Knowledge;

/// How a fact of one scope stands now: the last of its revisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Which fact.
    pub fact: FactId,
    /// The number of the revision.
    pub number: RevisionNo,
    /// How it stands.
    pub state: State,
    /// What the shipped base said when it was last changed.
    pub shipped: Option<Record>,
}

/// An edited fact, analysed once and kept for as long as it stands so.
#[derive(Debug)]
pub struct Edit {
    head: Head,
    ready: OnceLock<Option<Ready>>,
}

/// What is laid over a base for one fact.
#[derive(Debug)]
struct Ready {
    fact: Fact,
    sources: Vec<LaidSource>,
    conflicts: Vec<FactId>,
    piece: Piece,
}

impl Edit {
    /// An edit that has not been analysed yet.
    pub fn new(head: Head) -> Self {
        Self { head, ready: OnceLock::new() }
    }

    /// How the fact stands.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Analyses the fact, unless that was done: what this takes is not taken from the next question.
    pub fn prepare(&self, shipped: &Knowledge) {
        self.ready(shipped);
    }

    fn ready(&self, shipped: &Knowledge) -> Option<&Ready> {
        self.ready.get_or_init(|| if self.head.state.is_published() { self.read(shipped) } else { None }).as_ref()
    }

    fn read(&self, shipped: &Knowledge) -> Option<Ready> {
        let record = self.head.state.record();
        let sources: Vec<LaidSource> = record.sources.iter().filter_map(|source| laid_source(&shipped.base, source)).collect();
        let fact = fact(&shipped.base, &self.head.fact, record, sources.len())?;
        let piece = shipped.index.piece(&fact);
        let conflicts = record.conflicts.iter().filter_map(|id| FactId::new(id)).collect();
        Some(Ready { fact, sources, conflicts, piece })
    }
}

/// Lays edits over the shipped knowledge: at most one of each fact.
pub fn lay<'e>(shipped: &Knowledge, edits: impl Iterator<Item = &'e Edit>) -> Knowledge {
    let mut laid = Vec::new();
    let mut pieces = Vec::new();
    let mut retracted = Vec::new();
    for edit in edits {
        match edit.ready(shipped) {
            Some(ready) => {
                pieces.push(&ready.piece);
                laid.push(Laid { fact: ready.fact.clone(), sources: ready.sources.clone(), conflicts: ready.conflicts.clone() });
            }
            None => retracted.push(edit.head.fact.clone()),
        }
    }
    let hidden: Vec<FactIx> =
        laid.iter().map(|laid| &laid.fact.id).chain(&retracted).filter_map(|id| shipped.base.find(id.as_str())).collect();
    Knowledge {
        index: shipped.index.under(&pieces, hidden.into_iter()),
        base: shipped.base.under(laid, retracted.into_iter()),
        model: shipped.model.clone(),
    }
}

/// A source that the base knows by its id, or a new one.
fn laid_source(base: &Base, source: &SourceRecord) -> Option<LaidSource> {
    if let Some(known) = base.source_named(&source.id).filter(|known| base.source(*known).id.as_str() == source.id) {
        return Some(LaidSource::Known(known));
    }
    let boxed = |text: &Option<String>| text.as_deref().filter(|text| !text.is_empty()).map(Into::into);
    Some(LaidSource::New(Source {
        id: SourceId::new(&source.id)?,
        publisher: boxed(&source.publisher),
        title: source.title.as_str().into(),
        url: boxed(&source.url),
        published: source.published,
        language: None,
        origin: None,
        supports: None,
    }))
}

/// The fact that a record writes down; names that the base does not know are words of its claim and no more. Nothing without a source.
fn fact(base: &Base, id: &FactId, record: &Record, sources: usize) -> Option<Fact> {
    let texts = |texts: &[String]| texts.iter().map(|text| text.as_str().into()).collect();
    let entities = |names: &[String]| -> Vec<EntityIx> { names.iter().filter_map(|name| base.entity_named(name)).collect() };
    let short = |kind: &str| record.short.get(kind).filter(|words| record.text.contains(*words)).map(|words| words.as_str().into());
    // What is cited is settled where the fact is laid; until then it is as many sources as there will be.
    let cited: Vec<SourceIx> = (0u32..).map(SourceIx).take(sources).collect();
    Some(Fact {
        id: id.clone(),
        claim: record.text.trim().into(),
        title: record.title.as_deref().map(Into::into),
        date: record.date,
        topics: texts(&record.topics),
        people: entities(&record.people),
        places: entities(&record.places),
        organisations: entities(&record.organisations),
        citations: Citations::new(&cited)?,
        conflicts: Vec::new(),
        standing: record.standing,
        short: ShortAnswers {
            who: short("who"),
            place: short("where"),
            how_many: short("how_many"),
            when: short("when"),
            why: short("why"),
        },
        questions: texts(&record.questions),
    })
}
