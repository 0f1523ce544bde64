//! What the project knows: facts, the sources they rest on, and the people, groups and places they name.
//!
//! A [`Base`] can only be had from [`check::assemble`], which lets nothing through that is broken: every fact has a claim and at least one
//! source, every reference leads somewhere, no id stands twice. The types keep it so.

pub mod check;
pub mod draft;
mod problem;

use std::fmt;

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

pub use problem::{Place, Problem, Severity};

use crate::date::FactDate;

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
    /// Facts that contradict it, both ways round.
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
}

/// A checked collection of facts. It never changes; an edit makes another.
#[derive(Debug, Default)]
pub struct Base {
    facts: Vec<Fact>,
    sources: Vec<Source>,
    entities: Vec<Entity>,
    by_id: HashMap<FactId, FactIx>,
}

impl Base {
    /// All facts, in the order of their files.
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// All sources.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// All entities.
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// The fact at an index of this base.
    pub fn fact(&self, at: FactIx) -> &Fact {
        &self.facts[at.0 as usize]
    }

    /// The source at an index of this base.
    pub fn source(&self, at: SourceIx) -> &Source {
        &self.sources[at.0 as usize]
    }

    /// The entity at an index of this base.
    pub fn entity(&self, at: EntityIx) -> &Entity {
        &self.entities[at.0 as usize]
    }

    /// Where the fact of an id stands.
    pub fn find(&self, id: &str) -> Option<FactIx> {
        self.by_id.get(&FactId::new(id)?).copied()
    }

    /// The facts that contradict a fact.
    pub fn conflicts(&self, of: FactIx) -> Vec<FactIx> {
        self.fact(of).conflicts.clone()
    }

    /// Facts with their indices.
    pub fn indexed(&self) -> impl Iterator<Item = (FactIx, &Fact)> {
        (0u32..).map(FactIx).zip(&self.facts)
    }
}
