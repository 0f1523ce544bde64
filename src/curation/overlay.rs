//! Edited facts laid over a base: what a server's questions are answered from.
//!
//! They lie in a few levels, each a good deal larger than the one above it (the logarithmic method of Bentley and Saxe 1980). An edit lays
//! the topmost anew, which holds a handful; what is full is merged into the next, beside, while questions go on. Over which levels facts are
//! spread makes no difference to what is answered.

use std::sync::{Arc, OnceLock};

use hashbrown::HashSet;

use super::{Record, RevisionNo, SourceRecord, State};
use crate::fact::{Base, Citations, EntityIx, Fact, FactId, FactIx, Hidden, Laid, LaidSource, ShortAnswers, Source, SourceId, SourceIx};
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
    laid: Laid,
    piece: Arc<Piece>,
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

    /// What is laid for the fact; nothing before it was analysed.
    fn laid(&self) -> Option<&Ready> {
        self.ready.get()?.as_ref()
    }

    fn read(&self, shipped: &Knowledge) -> Option<Ready> {
        let record = self.head.state.record();
        let sources: Vec<LaidSource> = record.sources.iter().filter_map(|source| laid_source(&shipped.base, source)).collect();
        let fact = fact(&shipped.base, &self.head.fact, record, sources.len())?;
        let piece = Arc::new(shipped.index.piece(&fact));
        let conflicts = record.conflicts.iter().filter_map(|id| FactId::new(id)).collect();
        Some(Ready { laid: Laid { fact, sources, conflicts }, piece })
    }
}

/// How many facts the levels hold at most, the topmost first; what is under them holds any number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room(pub [usize; 3]);

impl Default for Room {
    fn default() -> Self {
        Self([16, 256, 4_096])
    }
}

impl Room {
    /// The number of the smallest level, below the topmost, that holds so many.
    fn of(self, facts: usize) -> usize {
        self.0.iter().skip(1).take_while(|room| **room < facts).count() + 1
    }
}

/// A level: the same facts in the base and in the index.
#[derive(Debug)]
struct Layer {
    /// Which of the levels it is; the topmost is 0.
    rank: usize,
    /// The edits whose facts it holds, in the order of their numbers.
    edits: Vec<Arc<Edit>>,
    facts: Arc<crate::fact::Level>,
    index: Arc<crate::index::Level>,
}

impl Layer {
    /// Lays edits over a view: those that are analysed and say something.
    fn of(view: &Knowledge, edits: Vec<Arc<Edit>>, rank: usize) -> Self {
        let edits: Vec<Arc<Edit>> = edits.into_iter().filter(|edit| edit.laid().is_some()).collect();
        let ready = || edits.iter().filter_map(|edit| edit.laid());
        let facts = view.base.level(ready().map(|ready| &ready.laid));
        let pieces: Vec<_> = ready().map(|ready| Arc::clone(&ready.piece)).collect();
        let index = view.index.level(&pieces, facts.orders());
        Self { rank, facts: Arc::new(facts), index: Arc::new(index), edits }
    }

    /// Its edits, each with the number of its fact.
    fn numbered(&self) -> impl Iterator<Item = (FactIx, &Arc<Edit>)> {
        (self.facts.first().0..).map(FactIx).zip(&self.edits)
    }
}

/// Edits laid over a view, in levels. It never changes; an edit makes another, which shares all levels but the topmost.
#[derive(Debug, Clone)]
pub struct Overlay {
    room: Room,
    shipped: Knowledge,
    /// What it is laid over: the shipped knowledge, or what holds everywhere.
    ground: Knowledge,
    /// The largest first.
    layers: Vec<Arc<Layer>>,
    view: Knowledge,
}

/// A level merged of those above it, beside what goes on being edited.
#[derive(Debug)]
pub struct Merged {
    before: Overlay,
    /// The place of the lowest of the levels that were merged.
    from: usize,
    layer: Arc<Layer>,
}

impl Overlay {
    /// Nothing laid over a view of the shipped knowledge.
    pub fn over(shipped: &Knowledge, ground: Knowledge, room: Room) -> Self {
        Self { room, shipped: shipped.clone(), view: ground.clone(), ground, layers: Vec::new() }
    }

    /// What questions are answered from.
    pub fn view(&self) -> &Knowledge {
        &self.view
    }

    /// This with more edits, at most one of each fact, in the place of what stood of their facts. A handful takes a moment, however many
    /// there are; more of them take longer in proportion.
    #[must_use]
    pub fn with(&self, edits: &[Arc<Edit>]) -> Self {
        for edit in edits {
            edit.prepare(&self.shipped);
        }
        let mut from = self.layers.len();
        let mut rank = 0;
        let mut count = edits.len();
        // A handful goes into the topmost level, even if that is to be merged soon. More are a level of their own, with what is smaller.
        if count > self.room.0.first().copied().unwrap_or_default() {
            rank = self.room.of(count);
        }
        while let Some(layer) = from.checked_sub(1).and_then(|at| self.layers.get(at)).filter(|layer| layer.rank <= rank) {
            count += layer.edits.len();
            from -= 1;
            if rank > 0 {
                rank = rank.max(self.room.of(count));
            }
        }
        self.laying(from, edits, rank)
    }

    /// This with the levels from one on, and edits, laid as one.
    fn laying(&self, from: usize, edits: &[Arc<Edit>], rank: usize) -> Self {
        let (kept, folded) = self.layers.split_at_checked(from).unwrap_or((&self.layers, &[]));
        let mut hidden = Hidden::clone(&self.view.base.hidden());
        let edited: HashSet<&FactId> = edits.iter().map(|edit| &edit.head.fact).collect();
        for fact in &edited {
            if let Some(at) = self.view.base.find(fact.as_str()) {
                hidden.hide(&self.view.base, at);
            }
        }
        let mut laid: Vec<Arc<Edit>> = Vec::new();
        for (at, edit) in folded.iter().flat_map(|layer| layer.numbered()) {
            if !hidden.holds(at) {
                laid.push(Arc::clone(edit));
            }
        }
        laid.extend(edits.iter().cloned());
        let hidden = match folded.first() {
            Some(lowest) => hidden.until(lowest.facts.first()),
            None => hidden,
        };
        self.stacked(kept.to_vec(), laid, rank, hidden)
    }

    /// Levels, and edits as one above them.
    fn stacked(&self, mut layers: Vec<Arc<Layer>>, edits: Vec<Arc<Edit>>, rank: usize, hidden: Hidden) -> Self {
        let hidden = Arc::new(hidden);
        let below = self.ground.under(layers.iter().map(|layer| (Arc::clone(&layer.facts), Arc::clone(&layer.index))), &hidden);
        let layer = Layer::of(&below, edits, rank);
        if layer.edits.is_empty() {
            return Self { layers, view: below, ..self.clone() };
        }
        let view = below.under([(Arc::clone(&layer.facts), Arc::clone(&layer.index))], &hidden);
        layers.push(Arc::new(layer));
        Self { layers, view, ..self.clone() }
    }

    /// Whether the topmost level is full.
    pub fn is_full(&self) -> bool {
        self.top().is_some_and(|top| self.room.0.first().is_none_or(|room| top.edits.len() >= *room))
    }

    fn top(&self) -> Option<&Arc<Layer>> {
        self.layers.last().filter(|layer| layer.rank == 0)
    }

    /// The topmost level, merged with those under it as far as they are smaller than what comes of it. This takes long; nobody need wait.
    pub fn merge(&self) -> Option<Merged> {
        let mut from = self.layers.len().checked_sub(1)?;
        let mut count = self.top()?.edits.len();
        let mut rank = self.room.of(count);
        while let Some(layer) = from.checked_sub(1).and_then(|at| self.layers.get(at)).filter(|layer| layer.rank <= rank) {
            count += layer.edits.len();
            from -= 1;
            rank = rank.max(self.room.of(count));
        }
        let layer = self.laying(from, &[], rank).layers.get(from).cloned();
        // Where all of it is retracted, there is nothing to be put in its place.
        Some(Merged { before: self.clone(), from, layer: layer? })
    }

    /// This with a level that was merged of an earlier one, and with what was edited since; nothing if more than the topmost has changed.
    pub fn merged(&self, merged: &Merged) -> Option<Self> {
        let Merged { before, from, layer } = merged;
        let old = before.top()?;
        let under = before.layers.split_last()?.1;
        let is_same = self.layers.iter().zip(under).filter(|(now, then)| Arc::ptr_eq(now, then)).count() == under.len();
        let is_on_top = self.layers.get(under.len()).is_none_or(|layer| layer.rank == 0) && self.layers.len() <= under.len() + 1;
        if !is_same || !is_on_top || !self.ground.base.is_same(&before.ground.base) {
            return None;
        }
        let kept: Vec<Arc<Layer>> = under.iter().take(*from).cloned().chain([Arc::clone(layer)]).collect();
        let (now, then) = (self.view.base.hidden(), before.view.base.hidden());
        let mut hidden = now.until(merged.first());
        let mut hide = |fact: &FactId| {
            if let Some(at) = layer.facts.find(fact) {
                hidden.hide(&self.view.base, at);
            }
        };
        // What was replaced since of the levels that were merged, but for the topmost.
        for at in now.iter().filter(|at| *at >= merged.first() && *at < old.facts.first() && !then.holds(*at)) {
            hide(&self.view.base.fact(at).id);
        }
        // And of the topmost, which was laid anew without it.
        let top: Vec<Arc<Edit>> = self.layers.get(under.len()).map(|layer| layer.edits.clone()).unwrap_or_default();
        let kept_on: HashSet<*const Edit> = top.iter().map(Arc::as_ptr).collect();
        for edit in old.edits.iter().filter(|edit| !kept_on.contains(&Arc::as_ptr(edit))) {
            hide(&edit.head.fact);
        }
        let known: HashSet<*const Edit> = old.edits.iter().map(Arc::as_ptr).collect();
        let since = top.into_iter().filter(|edit| !known.contains(&Arc::as_ptr(edit))).collect();
        Some(self.stacked(kept, since, 0, hidden))
    }
}

impl Merged {
    fn first(&self) -> FactIx {
        self.layer.facts.first()
    }
}

/// Lays edits over the shipped knowledge, all at once: at most one of each fact.
pub fn lay(shipped: &Knowledge, edits: impl IntoIterator<Item = Edit>) -> Knowledge {
    let edits: Vec<Arc<Edit>> = edits.into_iter().map(Arc::new).collect();
    Overlay::over(shipped, shipped.clone(), Room::default()).with(&edits).view
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
