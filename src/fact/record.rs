//! Facts, sources and entities as bytes, each a record of its own, and back again.
//!
//! A fact's record begins with what it refers to, in numbers of four bytes, so that they can be changed where they stand when files that were
//! read in parts are put together. Whom a fact contradicts is not in its record: it is known only when all are read.
//!
//! Lengths and counts are varints (seven bits a byte, lowest first). Reading is total: of bytes that are no record comes nothing, never a panic.

use super::{Citations, Entity, EntityIx, EntityKind, Fact, FactId, FactIx, ShortAnswers, Source, SourceIx, Standing};
use crate::date::{FactDate, PartialDate};

const STANDING: u8 = 0b11;
const TITLE: u8 = 1 << 2;
const DATE: u8 = 1 << 3;
const QUESTIONS: u8 = 1 << 4;
const TOPICS: u8 = 1 << 5;
const SHORT: u8 = 1 << 6;
/// It refers to more than one source.
const MORE: u8 = 1 << 7;

/// A fact as it is written into a record, borrowed from wherever it stands.
#[derive(Debug)]
pub(crate) struct FactText<'t, S> {
    pub(crate) id: &'t str,
    pub(crate) claim: &'t str,
    pub(crate) title: Option<&'t str>,
    pub(crate) date: Option<FactDate>,
    pub(crate) standing: Standing,
    pub(crate) sources: &'t [u32],
    pub(crate) people: &'t [u32],
    pub(crate) places: &'t [u32],
    pub(crate) organisations: &'t [u32],
    pub(crate) topics: &'t [S],
    pub(crate) questions: &'t [S],
    /// Who, where, how many, when, why.
    pub(crate) short: [Option<&'t str>; 5],
}

impl<S: AsRef<str>> FactText<'_, S> {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let named = [self.people, self.places, self.organisations];
        let is_more = self.sources.len() != 1 || named.iter().any(|refs| !refs.is_empty());
        let standing = Standing::ALL.iter().zip(0u8..).find(|((standing, _), _)| *standing == self.standing).map_or(0, |(_, at)| at);
        let flag = |is_there, flag| if is_there { flag } else { 0 };
        out.push(
            standing
                | flag(self.title.is_some(), TITLE)
                | flag(self.date.is_some(), DATE)
                | flag(!self.questions.is_empty(), QUESTIONS)
                | flag(!self.topics.is_empty(), TOPICS)
                | flag(self.short.iter().any(Option::is_some), SHORT)
                | flag(is_more, MORE),
        );
        if is_more {
            write_count(out, self.sources.len());
            for refs in named {
                write_count(out, refs.len());
            }
        }
        for at in self.sources.iter().chain(named.into_iter().flatten()) {
            out.extend(at.to_le_bytes());
        }
        write_text(out, self.id);
        write_text(out, self.claim);
        if let Some(title) = self.title {
            write_text(out, title);
        }
        if let Some(date) = self.date {
            write_date(out, date);
        }
        for texts in [self.questions, self.topics] {
            if !texts.is_empty() {
                write_texts(out, texts.iter().map(AsRef::as_ref));
            }
        }
        if self.short.iter().any(Option::is_some) {
            for words in self.short {
                write_optional(out, words);
            }
        }
    }
}

impl Fact {
    /// The fact of a record, contradicted by `conflicts`.
    pub(super) fn read(record: &[u8], conflicts: Vec<FactIx>) -> Option<Self> {
        let mut record = Record(record);
        let head = Head::read(&mut record)?;
        let id = FactId::new(record.text()?)?;
        let claim = record.text()?.into();
        let is_there = |flag| head.flags & flag != 0;
        let title = if is_there(TITLE) { Some(record.text()?.into()) } else { None };
        let date = if is_there(DATE) { Some(record.date()?) } else { None };
        let questions = if is_there(QUESTIONS) { record.texts()? } else { Vec::new() };
        let topics = if is_there(TOPICS) { record.texts()? } else { Vec::new() };
        let short = if is_there(SHORT) {
            let [who, place, how_many, when, why] = [
                record.optional().ok()?,
                record.optional().ok()?,
                record.optional().ok()?,
                record.optional().ok()?,
                record.optional().ok()?,
            ];
            ShortAnswers { who, place, how_many, when, why }
        } else {
            ShortAnswers::default()
        };
        let (standing, _) = Standing::ALL.get(usize::from(head.flags & STANDING))?;
        let mut refs = head.refs.chunks_exact(4).filter_map(|bytes| Some(u32::from_le_bytes(bytes.try_into().ok()?)));
        let [sources, people, places, organisations] = head.counts;
        let citations = Citations::new(&refs.by_ref().take(sources).map(SourceIx).collect::<Vec<_>>())?;
        let mut entities = |count| refs.by_ref().take(count).map(EntityIx).collect::<Vec<_>>();
        let (people, places, organisations) = (entities(people), entities(places), entities(organisations));
        let standing = *standing;
        record.0.is_empty().then_some(Self {
            id,
            claim,
            title,
            date,
            topics,
            people,
            places,
            organisations,
            citations,
            conflicts,
            standing,
            short,
            questions,
        })
    }
}

/// What stands before the texts of a fact.
struct Head<'r> {
    flags: u8,
    /// Of sources, people, places, organisations.
    counts: [usize; 4],
    refs: &'r [u8],
}

impl<'r> Head<'r> {
    fn read(record: &mut Record<'r>) -> Option<Self> {
        let flags = record.byte()?;
        let counts = if flags & MORE == 0 { [1, 0, 0, 0] } else { [record.count()?, record.count()?, record.count()?, record.count()?] };
        let all = counts.iter().try_fold(0usize, |sum, count| sum.checked_add(*count))?;
        Some(Self { flags, counts, refs: record.take(all.checked_mul(4)?)? })
    }
}

/// The id in a fact's record.
pub(super) fn fact_id(record: &[u8]) -> Option<&str> {
    let mut record = Record(record);
    Head::read(&mut record)?;
    record.text()
}

/// The sources that a fact's record refers to.
pub(crate) fn cited(record: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let head = Head::read(&mut Record(record));
    let (refs, count) = head.map_or((&[][..], 0), |head| (head.refs, head.counts[0]));
    refs.chunks_exact(4).take(count).filter_map(|bytes| Some(u32::from_le_bytes(bytes.try_into().ok()?)))
}

/// The question forms in a fact's record.
pub(crate) fn questions(record: &[u8]) -> Vec<Box<str>> {
    Fact::read(record, Vec::new()).map(|fact| fact.questions).unwrap_or_default()
}

/// Gives what a fact's record refers to other numbers, by a table of each kind.
pub(crate) fn renumber(record: &mut [u8], sources: &[u32], entities: &[u32]) {
    let mut rest = Record(record);
    let Some(head) = Head::read(&mut rest) else { return };
    let end = record.len() - rest.0.len();
    let (first, cited) = (end - head.refs.len(), head.counts[0]);
    for (at, bytes) in record.get_mut(first..end).unwrap_or_default().chunks_exact_mut(4).enumerate() {
        let table = if at < cited { sources } else { entities };
        let old: [u8; 4] = [bytes[0], bytes[1], bytes[2], bytes[3]];
        if let Some(new) = table.get(u32::from_le_bytes(old) as usize) {
            bytes.copy_from_slice(&new.to_le_bytes());
        }
    }
}

impl Source {
    /// Appends the source's record.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        write_text(out, self.id.as_str());
        write_text(out, &self.title);
        for text in [&self.publisher, &self.url, &self.language, &self.origin, &self.supports] {
            write_optional(out, text.as_deref());
        }
        match self.published {
            Some(date) => write_date(out, date),
            None => out.push(0),
        }
    }

    /// The source of a record.
    pub(super) fn read(record: &[u8]) -> Option<Self> {
        let mut record = Record(record);
        let id = super::SourceId::new(record.text()?)?;
        let title = record.text()?.into();
        let (publisher, url, language) = (record.optional().ok()?, record.optional().ok()?, record.optional().ok()?);
        let (origin, supports) = (record.optional().ok()?, record.optional().ok()?);
        let dated = if record.0 == [0] { record.byte().and(None) } else { Some(record.date()?) };
        record.0.is_empty().then_some(Self { id, publisher, title, url, published: dated, language, origin, supports })
    }
}

impl Entity {
    /// Appends the entity's record.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        write_text(out, self.id.as_str());
        write_text(out, &self.name);
        out.push(EntityKind::ALL.iter().zip(0u8..).find(|((kind, _), _)| *kind == self.kind).map_or(0, |(_, at)| at));
        write_texts(out, self.aliases.iter().map(AsRef::as_ref));
        write_optional(out, self.summary.as_deref());
        write_count(out, self.sources.len());
        for source in &self.sources {
            write_count(out, source.0 as usize);
        }
        write_texts(out, self.begins.iter().map(FactId::as_str));
        write_texts(out, self.ends.iter().map(FactId::as_str));
    }

    /// The entity of a record.
    pub(super) fn read(record: &[u8]) -> Option<Self> {
        let mut record = Record(record);
        let id = super::EntityId::new(record.text()?)?;
        let name = record.text()?.into();
        let (kind, _) = *EntityKind::ALL.get(usize::from(record.byte()?))?;
        let aliases = record.texts()?;
        let summary = record.optional().ok()?;
        let count = record.count()?;
        let sources = record.many(count, |record| u32::try_from(record.count()?).ok().map(SourceIx))?;
        let mut facts = || -> Option<Vec<FactId>> { record.texts()?.iter().map(|id| FactId::new(id)).collect() };
        let (begins, ends) = (facts()?, facts()?);
        record.0.is_empty().then_some(Self { id, name, kind, aliases, summary, sources, begins, ends })
    }
}

fn write_count(out: &mut Vec<u8>, count: usize) {
    let mut rest = count;
    while rest >= 0x80 {
        out.push(low_bits(rest) | 0x80);
        rest >>= 7;
    }
    out.push(low_bits(rest));
}

fn low_bits(number: usize) -> u8 {
    u8::try_from(number & 0x7f).unwrap_or_default()
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    write_count(out, text.len());
    out.extend_from_slice(text.as_bytes());
}

fn write_texts<'t>(out: &mut Vec<u8>, texts: impl ExactSizeIterator<Item = &'t str>) {
    write_count(out, texts.len());
    for text in texts {
        write_text(out, text);
    }
}

/// An empty text is another thing than none.
fn write_optional(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        None => out.push(0),
        Some(text) => {
            write_count(out, text.len() + 1);
            out.extend_from_slice(text.as_bytes());
        }
    }
}

const APPROXIMATE: u8 = 1 << 4;
const UNCERTAIN: u8 = 1 << 5;

/// A date's first byte is never 0: 1 for a year, 2 for a month, 3 for a day; the end of a range likewise, two bits further.
fn write_date(out: &mut Vec<u8>, date: FactDate) {
    let kind = |part: PartialDate| match part {
        PartialDate::Year(_) => 1u8,
        PartialDate::Month(..) => 2,
        PartialDate::Day(..) => 3,
    };
    let marks = (if date.approximate { APPROXIMATE } else { 0 }) | (if date.uncertain { UNCERTAIN } else { 0 });
    out.push(kind(date.start) | date.end.map_or(0, |end| kind(end) << 2) | marks);
    for part in [Some(date.start), date.end].into_iter().flatten() {
        let (year, rest) = match part {
            PartialDate::Year(year) => (year, [0, 0]),
            PartialDate::Month(year, month) => (year, [month, 0]),
            PartialDate::Day(year, month, day) => (year, [month, day]),
        };
        out.extend(year.to_le_bytes());
        out.extend(rest.iter().take(usize::from(kind(part)) - 1));
    }
}

/// Bytes that are read from the front.
struct Record<'r>(&'r [u8]);

impl<'r> Record<'r> {
    fn take(&mut self, count: usize) -> Option<&'r [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn count(&mut self) -> Option<usize> {
        let mut count = 0usize;
        for shift in (0..usize::BITS).step_by(7) {
            let byte = self.byte()?;
            let bits = usize::from(byte & 0x7f);
            // Bits that would be shifted out were never written.
            count |= bits.checked_shl(shift).filter(|shifted| shifted >> shift == bits)?;
            if byte & 0x80 == 0 {
                return Some(count);
            }
        }
        None
    }

    fn text(&mut self) -> Option<&'r str> {
        let length = self.count()?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    /// Items that take a byte each at least: a damaged count must not ask for more memory than the record has.
    fn many<T>(&mut self, count: usize, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        if count > self.0.len() {
            return None;
        }
        (0..count).map(|_| item(self)).collect()
    }

    fn texts(&mut self) -> Option<Vec<Box<str>>> {
        let count = self.count()?;
        self.many(count, |record| record.text().map(Into::into))
    }

    fn optional(&mut self) -> Result<Option<Box<str>>, Unreadable> {
        let Some(length) = self.count().ok_or(Unreadable)?.checked_sub(1) else { return Ok(None) };
        let text = std::str::from_utf8(self.take(length).ok_or(Unreadable)?);
        text.map(|text| Some(text.into())).map_err(|_| Unreadable)
    }

    fn date(&mut self) -> Option<FactDate> {
        let form = self.byte()?;
        let start = self.part(form & 0b11).ok()??;
        let end = self.part(form >> 2 & 0b11).ok()?;
        let is_plain = form & !(0b1111 | APPROXIMATE | UNCERTAIN) == 0;
        is_plain.then_some(FactDate { start, end, approximate: form & APPROXIMATE != 0, uncertain: form & UNCERTAIN != 0 })
    }

    /// The part of a date of a kind; nothing where the kind says that there is none.
    fn part(&mut self, kind: u8) -> Result<Option<PartialDate>, Unreadable> {
        if kind == 0 {
            return Ok(None);
        }
        let year = self.take(2).and_then(|bytes| bytes.try_into().ok()).map(i16::from_le_bytes).ok_or(Unreadable)?;
        let mut small = || self.byte().ok_or(Unreadable);
        let part = match kind {
            1 => PartialDate::year(year),
            2 => PartialDate::month(year, small()?),
            _ => PartialDate::day(year, small()?, small()?),
        };
        part.map(Some).ok_or(Unreadable)
    }
}

/// Where something that may be missing is neither there nor missing.
struct Unreadable;

#[cfg(test)]
mod tests;
