//! What the project knows: facts, the sources they rest on, and the people, groups and places they name.
//!
//! A [`Base`] can only be had from [`check::assemble`], which lets nothing through that is broken: every fact has a claim and at least one
//! source, every reference leads somewhere, no id stands twice. The types keep it so.

pub mod check;
pub mod draft;
mod over;
pub(crate) mod packed;
mod problem;
pub(crate) mod record;
pub(crate) mod rules;
mod stock;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use hashbrown::HashSet;
use serde::{Deserialize, Serialize};

use over::Over;
pub use over::{Hidden, Laid, LaidSource, Level, Order};
pub use problem::{Place, Problem, Severity};

use crate::date::FactDate;
use crate::image::{Image, Unusable, Writer};
use packed::Parts;
use stock::Stock;

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(Box<str>);

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(&text).ok_or_else(|| format!("`{text}` cannot be an id: write one word without spaces, at most 100 bytes"))
            }
        }

        impl $name {
            /// The id, if the text can be one: not empty, at most 100 bytes, no white space or control characters.
            pub fn new(text: &str) -> Option<Self> {
                let fits = !text.is_empty() && text.len() <= 100 && !text.chars().any(|c| c.is_whitespace() || c.is_control());
                fits.then(|| Self(text.into()))
            }

            /// The id as written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// Names a fact for good: it stays when the fact is corrected.
    FactId
);
text_id!(
    /// Names a source.
    SourceId
);
text_id!(
    /// Names a person, organisation, place, event or document.
    EntityId
);

/// Where a fact stands in [`Base::facts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FactIx(pub u32);

/// Where a source stands in [`Base::sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceIx(pub u32);

/// Where an entity stands in [`Base::entities`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityIx(pub u32);

/// The sources of a fact: never none, so that a fact without a source cannot be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citations {
    first: SourceIx,
    rest: Box<[SourceIx]>,
}

impl Citations {
    /// The citations, if there is at least one.
    pub fn new(sources: &[SourceIx]) -> Option<Self> {
        let (&first, rest) = sources.split_first()?;
        Some(Self { first, rest: rest.into() })
    }

    /// All of them, in the order they were given.
    pub fn iter(&self) -> impl Iterator<Item = SourceIx> + '_ {
        std::iter::once(self.first).chain(self.rest.iter().copied())
    }
}

/// How well a fact is supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Standing {
    /// Independent sources agree.
    #[serde(rename = "well sourced")]
    WellSourced,
    /// One source, or copies of one, says so.
    #[default]
    #[serde(rename = "single source")]
    SingleSource,
    /// Another recorded report contradicts it.
    #[serde(rename = "disputed")]
    Disputed,
}

impl Standing {
    /// Every standing with the words it is written as.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::WellSourced, "well sourced"), (Self::SingleSource, "single source"), (Self::Disputed, "disputed")];

    /// The words for it, as data files and answers give them.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WellSourced => "well sourced",
            Self::SingleSource => "single source",
            Self::Disputed => "disputed",
        }
    }
}

/// The few words of a claim that answer one kind of question. Each is a part of the claim, letter for letter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShortAnswers {
    /// To "who".
    pub who: Option<Box<str>>,
    /// To "where".
    pub place: Option<Box<str>>,
    /// To "how many" and "how much".
    pub how_many: Option<Box<str>>,
    /// To "when", where the claim's wording is better than the date.
    pub when: Option<Box<str>>,
    /// To "why".
    pub why: Option<Box<str>>,
}

impl ShortAnswers {
    /// Those that there are, each with the kind of question it answers, as data files write it.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [("who", &self.who), ("where", &self.place), ("how_many", &self.how_many), ("when", &self.when), ("why", &self.why)];
        all.into_iter().filter_map(|(kind, words)| Some((kind, words.as_deref()?)))
    }
}

/// A sourced statement.
#[derive(Debug, Clone)]
pub struct Fact {
    /// Its name for good.
    pub id: FactId,
    /// The statement in one to three sentences that stand alone.
    pub claim: Box<str>,
    /// Context that may be matched but is not part of the claim (collections of other people's rows have it).
    pub title: Option<Box<str>>,
    /// When it happened, if it is tied to a date.
    pub date: Option<FactDate>,
    /// What it is about, main topic first.
    pub topics: Vec<Box<str>>,
    /// People in it.
    pub people: Vec<EntityIx>,
    /// Places in it.
    pub places: Vec<EntityIx>,
    /// Organisations in it.
    pub organisations: Vec<EntityIx>,
    /// What it rests on.
    pub citations: Citations,
    /// Facts that contradict it, both ways round, in the order of the base.
    pub conflicts: Vec<FactIx>,
    /// How well it is supported.
    pub standing: Standing,
    /// Words of the claim that answer a who, where, how many, when or why.
    pub short: ShortAnswers,
    /// Ways in which people may ask for it.
    pub questions: Vec<Box<str>>,
}

impl Fact {
    /// Everybody and everything named: people, organisations, places.
    pub fn entities(&self) -> impl Iterator<Item = EntityIx> + '_ {
        self.people.iter().chain(&self.organisations).chain(&self.places).copied()
    }
}

/// Something that can be pointed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name for good.
    pub id: SourceId,
    /// Who published it.
    pub publisher: Option<Box<str>>,
    /// Its title.
    pub title: Box<str>,
    /// Its address, if known: http or https.
    pub url: Option<Box<str>>,
    /// When it was published, if it says so.
    pub published: Option<FactDate>,
    /// The language it is written in, if not English.
    pub language: Option<Box<str>>,
    /// Who first reported what it says: copies of one report share an origin.
    pub origin: Option<Box<str>>,
    /// What it says that facts rest on, in own words.
    pub supports: Option<Box<str>>,
}

/// What kind of thing bears a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntityKind {
    /// A person.
    Person,
    /// A group, party, office or paper.
    Organisation,
    /// A place.
    Place,
    /// Something that happened.
    Event,
    /// A law, letter or report.
    Document,
}

impl EntityKind {
    /// Every kind with the word it is written as.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Person, "person"),
        (Self::Organisation, "organisation"),
        (Self::Place, "place"),
        (Self::Event, "event"),
        (Self::Document, "document"),
    ];
}

/// Somebody or something with a name, under every spelling known.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Its name for good.
    pub id: EntityId,
    /// The name facts use.
    pub name: Box<str>,
    /// What it is.
    pub kind: EntityKind,
    /// Other names and spellings.
    pub aliases: Vec<Box<str>>,
    /// One neutral line.
    pub summary: Option<Box<str>>,
    /// What that line rests on.
    pub sources: Vec<SourceIx>,
    /// Facts that say when it began; where they differ, each is a claim of its own.
    pub begins: Vec<FactId>,
    /// Facts that say when it ended, the same where it took a day; none where no fact says.
    pub ends: Vec<FactId>,
}

/// A checked collection of facts, with what is laid over it. It never changes; an edit makes another. Clones share what they hold.
#[derive(Debug, Default, Clone)]
pub struct Base {
    stock: Arc<Stock>,
    over: Option<Arc<Over>>,
}

impl Base {
    fn new(facts: Vec<Fact>, sources: Vec<Source>, entities: Vec<Entity>) -> Self {
        Self { stock: Arc::new(Stock::whole(facts, sources, entities)), over: None }
    }

    /// A base of records, which whoever wrote them has checked.
    pub(crate) fn packed(parts: Parts, entities: Vec<Entity>) -> Self {
        Self { stock: Arc::new(Stock::packed(parts, entities)), over: None }
    }

    /// The base that was saved in an image.
    ///
    /// # Errors
    /// When the image holds none.
    pub fn open(image: &Image) -> Result<Self, Unusable> {
        Ok(Self { stock: Arc::new(Stock::open(image)?), over: None })
    }

    /// Gathers what [`Self::open`] reads: this base without what is laid over it. One that was not read from rows has nothing to be saved, for
    /// its files are small; then false is returned.
    #[must_use]
    pub fn save<'w>(&'w self, writer: &mut Writer<'w>) -> bool {
        self.stock.save(writer)
    }

    /// Facts as a level above those that are there.
    pub fn level<'l>(&self, laid: impl Iterator<Item = &'l Laid>) -> Level {
        Level::of(self, laid)
    }

    /// This base with more levels above those it has. `hidden` facts, of all of it, are not served.
    #[must_use]
    pub fn under(&self, levels: impl IntoIterator<Item = Arc<Level>>, hidden: Arc<Hidden>) -> Self {
        let levels = self.levels().cloned().chain(levels).collect();
        Self { stock: Arc::clone(&self.stock), over: Some(Arc::new(Over::new(levels, hidden))) }
    }

    /// What of it is not served.
    pub fn hidden(&self) -> Arc<Hidden> {
        self.over.as_ref().map_or_else(Arc::default, |over| Arc::clone(&over.hidden))
    }

    fn levels(&self) -> impl Iterator<Item = &Arc<Level>> {
        self.over.iter().flat_map(|over| &over.levels)
    }

    /// Whether another base is this very one, not only equal to it.
    pub fn is_same(&self, other: &Self) -> bool {
        let over = match (&self.over, &other.over) {
            (Some(own), Some(other)) => Arc::ptr_eq(own, other),
            (None, None) => true,
            _ => false,
        };
        over && Arc::ptr_eq(&self.stock, &other.stock)
    }

    /// How many facts are served.
    pub fn fact_count(&self) -> usize {
        let (over, hidden) = self.over.as_ref().map_or((0, 0), |over| (over.count(), over.hidden_below()));
        self.stock.fact_count() + over - hidden
    }

    /// How many facts below are retracted, or stand anew above.
    pub fn hidden_count(&self) -> usize {
        self.over.as_ref().map_or(0, |over| over.hidden_below())
    }

    /// Facts that are laid over the base and served, in their order.
    pub fn laid(&self) -> impl Iterator<Item = (FactIx, &Fact)> {
        let served = self.over.as_ref().map_or(&[][..], |over| over.served());
        served.iter().map(|at| (*at, self.fact(*at)))
    }

    /// How many sources there are.
    pub fn source_count(&self) -> usize {
        self.stock.source_count() + self.new_sources().len()
    }

    /// All sources: those of the base, then those that only facts laid over it cite, as they cite them.
    pub fn sources(&self) -> impl Iterator<Item = SourceIx> {
        (0u32..).map(SourceIx).take(self.stock.source_count()).chain(self.new_sources())
    }

    fn new_sources(&self) -> Vec<SourceIx> {
        let first = SourceIx(number(self.stock.source_count()));
        let mut seen = HashSet::new();
        let cited = self.laid().flat_map(|(_, fact)| fact.citations.iter());
        cited.filter(|source| *source >= first && seen.insert(*source)).collect()
    }

    /// All entities.
    pub fn entities(&self) -> &[Entity] {
        self.stock.entities()
    }

    /// The fact at an index of this base, served or not. Once asked for it stays in memory; who walks through all takes [`Self::reading`].
    pub fn fact(&self, at: FactIx) -> &Fact {
        match self.level_of(at) {
            Some(level) => &level.facts[(at.0 - level.first.0) as usize],
            None => self.stock.fact(at),
        }
    }

    /// The fact at an index of this base, to be looked at and let go.
    pub fn reading(&self, at: FactIx) -> Cow<'_, Fact> {
        match self.level_of(at) {
            Some(level) => Cow::Borrowed(&level.facts[(at.0 - level.first.0) as usize]),
            None => self.stock.reading(at),
        }
    }

    fn is_below(&self, at: FactIx) -> bool {
        (at.0 as usize) < self.stock.fact_count()
    }

    fn level_of(&self, at: FactIx) -> Option<&Level> {
        if self.is_below(at) { None } else { self.over.as_ref()?.level(at) }
    }

    /// The source at an index of this base.
    pub fn source(&self, at: SourceIx) -> &Source {
        let level = if (at.0 as usize) < self.stock.source_count() { None } else { self.over.as_ref() };
        match level.and_then(|over| over.level_of_source(at)) {
            Some(level) => &level.sources[(at.0 - level.first_source.0) as usize],
            None => self.stock.source(at),
        }
    }

    /// The entity at an index of this base.
    pub fn entity(&self, at: EntityIx) -> &Entity {
        &self.stock.entities()[at.0 as usize]
    }

    /// Where the fact of an id stands, if it is served.
    pub fn find(&self, id: &str) -> Option<FactIx> {
        let id = FactId::new(id)?;
        match &self.over {
            Some(over) => over.find(&self.stock, &id),
            None => self.stock.find(&id),
        }
    }

    /// Where a fact stands among all: one that is laid over another in the place of that one.
    pub fn place(&self, at: FactIx) -> Order {
        self.level_of(at).and_then(|level| level.order(at)).cloned().unwrap_or_else(|| Order::below(at))
    }

    /// Whether a fact is served, as against retracted or replaced.
    pub fn is_served(&self, at: FactIx) -> bool {
        self.over.as_ref().is_none_or(|over| !over.hidden.holds(at))
    }

    /// The facts that contradict a fact.
    pub fn conflicts(&self, of: FactIx) -> Cow<'_, [FactIx]> {
        let fact = self.fact(of);
        let Some(over) = &self.over else { return Cow::Borrowed(&fact.conflicts) };
        let mut all: Vec<FactIx> = if self.is_below(of) {
            fact.conflicts.iter().copied().filter(|other| !over.hidden.holds(*other)).collect()
        } else {
            over.named_by(&self.stock, of)
        };
        all.extend(over.naming(&self.stock, of, fact));
        all.sort_by_cached_key(|other| self.place(*other));
        all.dedup();
        Cow::Owned(all)
    }

    /// How well a fact is supported, with what is laid over it.
    pub fn standing(&self, of: FactIx) -> Standing {
        let fact = self.fact(of);
        let contradicted = self.over.as_ref().is_some_and(|over| over.naming(&self.stock, of, fact).next().is_some());
        if contradicted {
            Standing::Disputed
        } else if fact.standing == Standing::Disputed && !fact.conflicts.is_empty() && self.conflicts(of).is_empty() {
            // All who contradicted it are retracted.
            Standing::SingleSource
        } else {
            self.written_standing(of)
        }
    }

    /// How well a fact is supported by its own word: disputed no more where it names others, and none of them is served.
    pub fn written_standing(&self, of: FactIx) -> Standing {
        let fact = self.fact(of);
        let alone = |over: &Arc<Over>| over.names_others(of) && over.named_by(&self.stock, of).is_empty();
        if fact.standing == Standing::Disputed && !self.is_below(of) && self.over.as_ref().is_some_and(alone) {
            Standing::SingleSource
        } else {
            fact.standing
        }
    }

    /// The entity of a name, alias or id, however it is written in capitals.
    pub fn entity_named(&self, name: &str) -> Option<EntityIx> {
        self.stock.entity_named(name)
    }

    /// The source of an id or address.
    pub fn source_named(&self, reference: &str) -> Option<SourceIx> {
        let key = address_key(reference);
        let is_it = |at: &SourceIx| {
            let source = self.source(*at);
            source.id.as_str() == reference || source.url.as_deref().is_some_and(|url| address_key(url) == key)
        };
        let above = || self.new_sources().into_iter().find(is_it);
        self.stock.source_named(reference, &key).or_else(above)
    }

    /// Facts that are served, with their indices. All stay in memory from then on; of a large base, see [`Self::readings`].
    pub fn indexed(&self) -> impl Iterator<Item = (FactIx, &Fact)> {
        self.served().map(|at| (at, self.fact(at)))
    }

    /// Facts that are served, with their indices, each to be looked at and let go.
    pub fn readings(&self) -> impl Iterator<Item = (FactIx, Cow<'_, Fact>)> {
        self.served().map(|at| (at, self.reading(at)))
    }

    /// The indices of the facts that are served.
    pub fn served(&self) -> impl Iterator<Item = FactIx> {
        let below = (0..number(self.stock.fact_count())).map(FactIx).filter(|at| self.is_served(*at));
        below.chain(self.over.iter().flat_map(|over| over.served()).copied())
    }

    /// Bytes that facts and sources take where they are kept packed, as those of rows are.
    pub fn packed_bytes(&self) -> Option<usize> {
        self.stock.packed_bytes()
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// What tells addresses apart: not the scheme, not "www.", not a slash at the end, not the capitals of the host.
pub fn address_key(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.to_lowercase();
    format!("{}/{}", host.strip_prefix("www.").unwrap_or(&host), path.trim_end_matches('/'))
}
