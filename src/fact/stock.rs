//! What was checked, as it was read: as values where it was written by hand, packed where there may be millions.

use std::borrow::Cow;
use std::sync::OnceLock;

use hashbrown::HashMap;

use super::packed::{Packed, Parts};
use super::{Entity, EntityIx, Fact, FactId, FactIx, Source, SourceIx, address_key};
use crate::image::{Image, Unusable, Writer};
use crate::text::fold;

/// Facts, sources and entities. They never change.
#[derive(Debug, Default)]
pub(super) struct Stock {
    held: Held,
    entities: Vec<Entity>,
    /// Entities by each of their names, folded, and by id; made when it is first asked for.
    by_name: OnceLock<HashMap<Box<str>, EntityIx>>,
    /// Sources by id and by address; likewise.
    by_reference: OnceLock<HashMap<Box<str>, SourceIx>>,
}

#[derive(Debug)]
enum Held {
    Whole { facts: Vec<Fact>, sources: Vec<Source>, by_id: HashMap<FactId, FactIx> },
    Packed(Packed),
}

impl Default for Held {
    fn default() -> Self {
        Self::Whole { facts: Vec::new(), sources: Vec::new(), by_id: HashMap::new() }
    }
}

impl Stock {
    /// A stock of values.
    pub(super) fn whole(facts: Vec<Fact>, sources: Vec<Source>, entities: Vec<Entity>) -> Self {
        let by_id = (0u32..).map(FactIx).zip(&facts).map(|(at, fact)| (fact.id.clone(), at)).collect();
        Self { held: Held::Whole { facts, sources, by_id }, entities, ..Self::default() }
    }

    /// A stock of records.
    pub(super) fn packed(parts: Parts, entities: Vec<Entity>) -> Self {
        Self { held: Held::Packed(Packed::new(parts)), entities, ..Self::default() }
    }

    /// A stock that was saved.
    pub(super) fn open(image: &Image) -> Result<Self, Unusable> {
        let (packed, entities) = Packed::open(image)?;
        Ok(Self { held: Held::Packed(packed), entities, ..Self::default() })
    }

    /// Gathers what [`Self::open`] reads; of a stock of values nothing, and says so.
    pub(super) fn save<'w>(&'w self, writer: &mut Writer<'w>) -> bool {
        match &self.held {
            Held::Whole { .. } => false,
            Held::Packed(packed) => {
                packed.save(&self.entities, writer);
                true
            }
        }
    }

    pub(super) fn fact_count(&self) -> usize {
        match &self.held {
            Held::Whole { facts, .. } => facts.len(),
            Held::Packed(packed) => packed.fact_count(),
        }
    }

    pub(super) fn source_count(&self) -> usize {
        match &self.held {
            Held::Whole { sources, .. } => sources.len(),
            Held::Packed(packed) => packed.source_count(),
        }
    }

    pub(super) fn entities(&self) -> &[Entity] {
        &self.entities
    }

    pub(super) fn fact(&self, at: FactIx) -> &Fact {
        match &self.held {
            Held::Whole { facts, .. } => &facts[at.0 as usize],
            Held::Packed(packed) => packed.fact(at.0 as usize),
        }
    }

    /// A fact that is looked at and let go.
    pub(super) fn reading(&self, at: FactIx) -> Cow<'_, Fact> {
        match &self.held {
            Held::Whole { facts, .. } => Cow::Borrowed(&facts[at.0 as usize]),
            Held::Packed(packed) => match packed.kept(at.0 as usize) {
                Some(fact) => Cow::Borrowed(fact),
                None => packed.reading(at.0 as usize).map_or_else(|| Cow::Borrowed(packed.fact(at.0 as usize)), Cow::Owned),
            },
        }
    }

    pub(super) fn source(&self, at: SourceIx) -> &Source {
        match &self.held {
            Held::Whole { sources, .. } => &sources[at.0 as usize],
            Held::Packed(packed) => packed.source(at.0 as usize),
        }
    }

    pub(super) fn find(&self, id: &FactId) -> Option<FactIx> {
        match &self.held {
            Held::Whole { by_id, .. } => by_id.get(id).copied(),
            Held::Packed(packed) => packed.find(id.as_str()),
        }
    }

    /// Bytes that the records of facts and sources take; of values this is not known.
    pub(super) fn packed_bytes(&self) -> Option<usize> {
        match &self.held {
            Held::Whole { .. } => None,
            Held::Packed(packed) => Some(packed.bytes()),
        }
    }

    pub(super) fn entity_named(&self, name: &str) -> Option<EntityIx> {
        let names = self.by_name.get_or_init(|| {
            let mut names = HashMap::new();
            for (at, entity) in (0u32..).map(EntityIx).zip(&self.entities) {
                for name in [entity.id.as_str(), &entity.name].into_iter().chain(entity.aliases.iter().map(AsRef::as_ref)) {
                    names.entry(Box::from(fold(name))).or_insert(at);
                }
            }
            names
        });
        names.get(fold(name).as_ref()).copied()
    }

    /// The source of an id, else of an address by its key.
    pub(super) fn source_named(&self, reference: &str, key: &str) -> Option<SourceIx> {
        let references = self.by_reference.get_or_init(|| {
            let mut references = HashMap::new();
            let mut add = |at: usize, source: &Source| {
                let at = SourceIx(super::number(at));
                references.entry(Box::from(source.id.as_str())).or_insert(at);
                if let Some(url) = &source.url {
                    references.entry(address_key(url).into()).or_insert(at);
                }
            };
            match &self.held {
                Held::Whole { sources, .. } => sources.iter().enumerate().for_each(|(at, source)| add(at, source)),
                Held::Packed(packed) => {
                    (0..packed.source_count())
                        .filter_map(|at| Some((at, packed.source_reading(at)?)))
                        .for_each(|(at, source)| add(at, &source));
                }
            }
            references
        });
        references.get(reference).or_else(|| references.get(key)).copied()
    }
}
