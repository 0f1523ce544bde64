//! Facts and sources kept as bytes, in memory or in an image, and made into values when they are asked for.
//!
//! A million of them as values would take more memory and more time to lay out than all else together; few are ever asked for.

use std::fmt;
use std::sync::{LazyLock, OnceLock};

use hashbrown::HashMap;

use super::record::fact_id;
use super::{Citations, Entity, Fact, FactId, FactIx, ShortAnswers, Source, SourceId, SourceIx, Standing};
use crate::image::{Image, Shared, Tag, Unusable, Writer};

const FACTS: Tag = Tag::new(*b"facts   ");
const FACT_STARTS: Tag = Tag::new(*b"factsfrm");
const FACT_IDS: Tag = Tag::new(*b"factsids");
const RIVALS: Tag = Tag::new(*b"rivals  ");
const SOURCES: Tag = Tag::new(*b"sources ");
const SOURCE_STARTS: Tag = Tag::new(*b"sourcfrm");
const ENTITIES: Tag = Tag::new(*b"entities");
const ENTITY_STARTS: Tag = Tag::new(*b"entitfrm");

/// Values that are looked after together.
const PAGE: usize = 1 << 9;

/// Records one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Pack {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<u64>,
}

impl Pack {
    /// Adds what is written.
    pub(crate) fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.bytes);
        self.ends.push(self.bytes.len() as u64);
    }

    /// Adds all of another pack.
    pub(crate) fn append(&mut self, other: &Self) {
        let before = self.bytes.len() as u64;
        self.bytes.extend_from_slice(&other.bytes);
        self.ends.extend(other.ends.iter().map(|end| before + end));
    }

    /// Makes room for so many more records of so many bytes.
    pub(crate) fn reserve(&mut self, records: usize, bytes: usize) {
        self.ends.reserve_exact(records);
        self.bytes.reserve_exact(bytes);
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn record(&self, at: usize) -> &[u8] {
        self.range(at).and_then(|range| self.bytes.get(range)).unwrap_or_default()
    }

    /// The id in a fact's record.
    pub(crate) fn fact_id(&self, at: usize) -> &str {
        fact_id(self.record(at)).unwrap_or_default()
    }

    /// Every record, to be changed where it stands.
    pub(crate) fn each_mut(&mut self, mut change: impl FnMut(&mut [u8])) {
        for at in 0..self.len() {
            if let Some(record) = self.range(at).and_then(|range| self.bytes.get_mut(range)) {
                change(record);
            }
        }
    }

    fn range(&self, at: usize) -> Option<std::ops::Range<usize>> {
        let start = at.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        Some(usize::try_from(start).ok()?..usize::try_from(*self.ends.get(at)?).ok()?)
    }
}

/// Values by their records.
struct Records<T> {
    bytes: Shared<u8>,
    ends: Shared<u64>,
    kept: Kept<T>,
}

impl<T> From<Pack> for Records<T> {
    fn from(pack: Pack) -> Self {
        Self::new(pack.bytes.into(), pack.ends.into())
    }
}

impl<T> Records<T> {
    fn new(bytes: Shared<u8>, ends: Shared<u64>) -> Self {
        let kept = Kept::new(ends.len());
        Self { bytes, ends, kept }
    }

    fn open(image: &Image, bytes: Tag, ends: Tag) -> Result<Self, Unusable> {
        Ok(Self::new(image.bytes(bytes)?, image.numbers(ends)?))
    }

    fn save<'w>(&'w self, writer: &mut Writer<'w>, bytes: Tag, ends: Tag) {
        writer.numbers(bytes, &self.bytes);
        writer.numbers(ends, &self.ends);
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn record(&self, at: usize) -> Option<&[u8]> {
        let ends: &[u64] = &self.ends;
        let start = at.checked_sub(1).map_or(Some(&0), |before| ends.get(before))?;
        self.bytes.get(usize::try_from(*start).ok()?..usize::try_from(*ends.get(at)?).ok()?)
    }
}

/// Values that were asked for once. Room for the others is made page by page.
struct Kept<T>(Box<[OnceLock<Page<T>>]>);

type Page<T> = Box<[OnceLock<Box<T>>]>;

impl<T> Kept<T> {
    fn new(count: usize) -> Self {
        Self((0..count.div_ceil(PAGE)).map(|_| OnceLock::new()).collect())
    }

    fn get(&self, at: usize) -> Option<&T> {
        self.0.get(at / PAGE)?.get()?.get(at % PAGE)?.get().map(|value| &**value)
    }

    fn get_or_keep(&self, at: usize, make: impl FnOnce() -> Option<T>) -> Option<&T> {
        let page = self.0.get(at / PAGE)?.get_or_init(|| (0..PAGE).map(|_| OnceLock::new()).collect());
        let slot = page.get(at % PAGE)?;
        if let Some(value) = slot.get() {
            return Some(value);
        }
        let value = Box::new(make()?);
        Some(slot.get_or_init(|| value))
    }
}

/// Facts and sources by their records. Entities are values: names are compared with all of them at the start.
pub(super) struct Packed {
    facts: Records<Fact>,
    ids: Ids,
    /// Who contradicts whom, both ways round, by the first of the two, then by the other.
    rivals: Shared<[u32; 2]>,
    sources: Records<Source>,
}

/// What a [`Packed`] is made of.
pub(crate) struct Parts {
    pub(crate) facts: Pack,
    pub(crate) ids: Ids,
    /// For each fact that is contradicted, all who do.
    pub(crate) rivals: HashMap<u32, Vec<u32>>,
    pub(crate) sources: Pack,
}

impl Packed {
    pub(super) fn new(parts: Parts) -> Self {
        let rivals = parts.rivals.into_iter().flat_map(|(of, others)| others.into_iter().map(move |other| [of, other]));
        let mut rivals: Vec<[u32; 2]> = rivals.collect();
        rivals.sort_unstable();
        rivals.dedup();
        Self { facts: parts.facts.into(), ids: parts.ids, rivals: rivals.into(), sources: parts.sources.into() }
    }

    /// Facts, sources and entities that were saved.
    pub(super) fn open(image: &Image) -> Result<(Self, Vec<Entity>), Unusable> {
        let ids = Ids(image.numbers(FACT_IDS)?);
        let packed = Self {
            facts: Records::open(image, FACTS, FACT_STARTS)?,
            ids,
            rivals: image.numbers(RIVALS)?,
            sources: Records::open(image, SOURCES, SOURCE_STARTS)?,
        };
        let entities: Records<Entity> = Records::open(image, ENTITIES, ENTITY_STARTS)?;
        let read = (0..entities.len()).map(|at| entities.record(at).and_then(Entity::read)).collect::<Option<_>>();
        let read = read.ok_or_else(|| Unusable::Damaged { what: "an entity in it cannot be read".to_owned() })?;
        Ok((packed, read))
    }

    /// Gathers what [`Self::open`] reads.
    pub(super) fn save<'w>(&'w self, entities: &[Entity], writer: &mut Writer<'w>) {
        self.facts.save(writer, FACTS, FACT_STARTS);
        writer.numbers(FACT_IDS, &self.ids.0);
        writer.numbers(RIVALS, &self.rivals);
        self.sources.save(writer, SOURCES, SOURCE_STARTS);
        let mut pack = Pack::default();
        for entity in entities {
            pack.push(|out| entity.write(out));
        }
        writer.bytes(ENTITIES, pack.bytes);
        writer.bytes(ENTITY_STARTS, bytemuck::cast_slice(&pack.ends).to_vec());
    }

    pub(super) fn fact_count(&self) -> usize {
        self.facts.len()
    }

    pub(super) fn source_count(&self) -> usize {
        self.sources.len()
    }

    /// A fact, made for this once.
    pub(super) fn reading(&self, at: usize) -> Option<Fact> {
        Fact::read(self.facts.record(at)?, self.conflicts(at))
    }

    /// A fact that stays.
    pub(super) fn fact(&self, at: usize) -> &Fact {
        self.facts.kept.get_or_keep(at, || self.reading(at)).unwrap_or(&LOST_FACT)
    }

    /// A fact that stays, if it was asked for before.
    pub(super) fn kept(&self, at: usize) -> Option<&Fact> {
        self.facts.kept.get(at)
    }

    /// A source, made for this once.
    pub(super) fn source_reading(&self, at: usize) -> Option<Source> {
        Source::read(self.sources.record(at)?)
    }

    /// A source that stays.
    pub(super) fn source(&self, at: usize) -> &Source {
        self.sources.kept.get_or_keep(at, || self.source_reading(at)).unwrap_or(&LOST_SOURCE)
    }

    pub(super) fn find(&self, id: &str) -> Option<FactIx> {
        let found = self.ids.find(id, |at| self.facts.record(at as usize).and_then(fact_id));
        found.map(FactIx)
    }

    /// Bytes of all records.
    pub(super) fn bytes(&self) -> usize {
        self.facts.bytes.len() + self.sources.bytes.len()
    }

    fn conflicts(&self, of: usize) -> Vec<FactIx> {
        let rivals: &[[u32; 2]] = &self.rivals;
        let first = rivals.partition_point(|[fact, _]| (*fact as usize) < of);
        let own = rivals.get(first..).unwrap_or_default().iter().take_while(|[fact, _]| *fact as usize == of);
        own.map(|[_, other]| FactIx(*other)).filter(|other| (other.0 as usize) < self.facts.len()).collect()
    }
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} facts in {:?}, {} sources in {:?}", self.facts.len(), self.facts.bytes, self.sources.len(), self.sources.bytes)
    }
}

/// Stands where a record cannot be read, which no checksum lets happen: an answer that says nothing harms less than no process.
static LOST_FACT: LazyLock<Fact> = LazyLock::new(|| Fact {
    id: FactId("?".into()),
    claim: Box::default(),
    title: None,
    date: None,
    topics: Vec::new(),
    people: Vec::new(),
    places: Vec::new(),
    organisations: Vec::new(),
    citations: Citations { first: SourceIx(0), rest: Box::default() },
    conflicts: Vec::new(),
    standing: Standing::default(),
    short: ShortAnswers::default(),
    questions: Vec::new(),
});

/// Likewise.
static LOST_SOURCE: LazyLock<Source> = LazyLock::new(|| Source {
    id: SourceId("?".into()),
    publisher: None,
    title: Box::default(),
    url: None,
    published: None,
    language: None,
    origin: None,
    supports: None,
});

/// Numbers of facts by a hash of their ids: an open table at most half full, in which each stands at its hash or behind.
#[derive(Debug)]
pub(crate) struct Ids(Shared<u32>);

const NOBODY: u32 = u32::MAX;

impl Ids {
    /// The table of ids with these hashes. `is_same` tells whether the ids of two facts are one; the second of them is then left out, and
    /// `twice` is told of both.
    pub(crate) fn new(hashes: &[u64], is_same: impl Fn(u32, u32) -> bool, mut twice: impl FnMut(u32, u32)) -> Self {
        let mut slots = vec![NOBODY; (hashes.len() * 2).next_power_of_two()];
        for (fact, hash) in (0u32..).zip(hashes) {
            for at in probes(*hash, slots.len()) {
                let Some(slot) = slots.get_mut(at) else { break };
                if *slot == NOBODY {
                    *slot = fact;
                    break;
                }
                let other = *slot;
                if hashes.get(other as usize) == Some(hash) && is_same(other, fact) {
                    twice(other, fact);
                    break;
                }
            }
        }
        Self(slots.into())
    }

    /// The fact of an id, by the ids of all.
    pub(crate) fn find<'i>(&self, id: &str, id_of: impl Fn(u32) -> Option<&'i str>) -> Option<u32> {
        let slots: &[u32] = &self.0;
        let facts = probes(id_hash(id), slots.len()).map_while(|at| slots.get(at).copied().filter(|fact| *fact != NOBODY));
        facts.into_iter().find(|fact| id_of(*fact) == Some(id))
    }
}

/// Where an id may stand in a table of so many slots, each slot once.
fn probes(hash: u64, slots: usize) -> impl Iterator<Item = usize> {
    let first = usize::try_from(hash & u64::from(u32::MAX)).unwrap_or_default();
    (0..slots).map(move |step| (first + step) % slots)
}

/// A hash of an id that is the same in every version of the program: images hold it. (FNV-1a, then mixed, for its low bits are the weakest.)
pub(crate) fn id_hash(id: &str) -> u64 {
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ (hash >> 32)
}
