//! Which page of which timeline a button leads to, written into its `custom_id`, so that pages turn after a restart too.

use crate::date::{DayNumber, PartialDate};
use crate::discord::press::{Person, hash};
use crate::fact::{Base, EntityIx};
use crate::timeline::{Selection, topics};

/// The last page that is written; beyond it there is nothing that anybody leafs to.
const PAGES_AT_MOST: u32 = 99_999;

/// What a message shows facts of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A selection.
    Timeline,
    /// A person, organisation or place.
    Who,
    /// A source.
    Source,
}

/// What is done to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// To the first page.
    First,
    /// One page back.
    Back,
    /// One page on.
    On,
    /// To the last page.
    Last,
    /// The picture is to be shown.
    Picture,
    /// To a month, which is chosen from a menu.
    Month,
    /// To a topic, which is chosen from a menu.
    Topic,
    /// To a selection that was offered; the number tells it from others in the same message.
    Offer(u8),
}

/// A page: what it shows, who leafs in it, and where they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// What facts are shown of.
    pub subject: Subject,
    /// Who leafs.
    pub reader: Person,
    /// Which page, from 0.
    pub page: usize,
    /// Which facts.
    pub selection: Selection,
}

/// A leaf as a button names it: topics and names by their hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafKey {
    subject: Subject,
    reader: Person,
    page: u32,
    from: Option<DayNumber>,
    to: Option<DayNumber>,
    topics: Vec<u32>,
    named: Option<u32>,
}

impl LeafKey {
    /// The key of a leaf.
    pub fn of(base: &Base, leaf: &Leaf) -> Self {
        let Selection { from, to, topics, who, source } = &leaf.selection;
        let who = who.map(|who| short_hash(base.entity(who).id.as_str()));
        let source = source.map(|source| short_hash(base.source(source).id.as_str()));
        Self {
            subject: leaf.subject,
            reader: leaf.reader,
            page: u32::try_from(leaf.page).unwrap_or(PAGES_AT_MOST).min(PAGES_AT_MOST),
            from: *from,
            to: *to,
            topics: topics.iter().take(TOPICS_AT_MOST).map(|topic| short_hash(topic)).collect(),
            named: if leaf.subject == Subject::Source { source } else { who },
        }
    }

    /// Who leafs.
    pub fn reader(&self) -> Person {
        self.reader
    }

    /// The leaf, if what it shows is still there.
    pub fn find(&self, base: &Base) -> Option<Leaf> {
        let mut selection = Selection { from: self.from, to: self.to, ..Selection::default() };
        if !self.topics.is_empty() {
            let known = topics(base);
            let of = |key: &u32| known.iter().find(|(topic, _)| short_hash(topic) == *key).map(|(topic, _)| topic.clone());
            selection.topics = self.topics.iter().map(of).collect::<Option<_>>()?;
        }
        match (self.subject, self.named) {
            (Subject::Source, named) => {
                let sources = base.sources();
                selection.source = Some(only(sources.filter(|at| Some(short_hash(base.source(*at).id.as_str())) == named))?);
            }
            (Subject::Timeline | Subject::Who, Some(named)) => {
                let entities = (0u32..).map(EntityIx).zip(base.entities());
                selection.who = Some(only(entities.filter(|(_, entity)| short_hash(entity.id.as_str()) == named))?.0);
            }
            (Subject::Timeline, None) => {}
            (Subject::Who, None) => return None,
        }
        Some(Leaf { subject: self.subject, reader: self.reader, page: self.page as usize, selection })
    }

    /// What is written into a `custom_id`, at most 92 characters.
    pub fn written(&self, turn: Turn) -> String {
        let subject = match self.subject {
            Subject::Timeline => 't',
            Subject::Who => 'w',
            Subject::Source => 's',
        };
        let turn = match turn {
            Turn::First => 'f',
            Turn::Back => 'b',
            Turn::On => 'n',
            Turn::Last => 'l',
            Turn::Picture => 'p',
            Turn::Month => 'm',
            Turn::Topic => 't',
            Turn::Offer(number) => char::from(b'0' + number.min(9)),
        };
        let day =
            |day: Option<DayNumber>| day.map(|day| format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())).unwrap_or_default();
        let topics = self.topics.iter().map(|topic| format!("{topic:08x}")).collect::<Vec<_>>().concat();
        let named = self.named.map(|named| format!("{named:08x}")).unwrap_or_default();
        format!("{turn}{subject}{:x}.{}.{}.{}.{topics}.{named}", self.reader.0, self.page, day(self.from), day(self.to))
    }

    /// What a button says, if this version wrote it.
    pub fn read(written: &str) -> Option<(Turn, Self)> {
        let mut letters = written.chars();
        let turn = match letters.next()? {
            'f' => Turn::First,
            'b' => Turn::Back,
            'n' => Turn::On,
            'l' => Turn::Last,
            'p' => Turn::Picture,
            'm' => Turn::Month,
            't' => Turn::Topic,
            digit @ '0'..='9' => Turn::Offer(u8::try_from(digit.to_digit(10)?).ok()?),
            _ => return None,
        };
        let subject = match letters.next()? {
            't' => Subject::Timeline,
            'w' => Subject::Who,
            's' => Subject::Source,
            _ => return None,
        };
        let parts: Vec<&str> = letters.as_str().split('.').collect();
        let [reader, page, from, to, topics, named] = parts.as_slice() else { return None };
        let page = page.parse().ok().filter(|page| *page <= PAGES_AT_MOST)?;
        Some((
            turn,
            Self {
                subject,
                reader: Person(u64::from_str_radix(reader, 16).ok()?),
                page,
                from: day(from)?,
                to: day(to)?,
                topics: hashes(topics).filter(|topics| topics.len() <= TOPICS_AT_MOST)?,
                named: hashes(named).filter(|named| named.len() <= 1)?.first().copied(),
            },
        ))
    }
}

/// The one there is; of two with one hash nobody can say which was meant.
fn only<T>(mut found: impl Iterator<Item = T>) -> Option<T> {
    found.next().filter(|_| found.next().is_none())
}

/// Topics that have room in a `custom_id`.
const TOPICS_AT_MOST: usize = 5;

/// A day as written, or none.
#[expect(clippy::option_option, reason = "no day and no readable text are two things")]
fn day(written: &str) -> Option<Option<DayNumber>> {
    if written.is_empty() {
        return Some(None);
    }
    let digits = |from: usize, to: usize| written.get(from..to).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let (year, month, day) = (digits(0, 4)?.parse().ok()?, digits(4, 6)?.parse().ok()?, digits(6, 8)?.parse().ok()?);
    let date = PartialDate::day(year, month, day).filter(|_| written.len() == 8)?;
    Some(Some(date.span().first))
}

fn hashes(written: &str) -> Option<Vec<u32>> {
    let each = written.as_bytes().chunks(8).map(|chunk| {
        let hex = std::str::from_utf8(chunk).ok().filter(|hex| hex.len() == 8 && !hex.starts_with('+'))?;
        u32::from_str_radix(hex, 16).ok()
    });
    each.collect()
}

/// The 64 bits of a hash folded into 32, as its authors advise.
fn short_hash(text: &str) -> u32 {
    let long = hash(text);
    u32::try_from((long >> 32) ^ (long & 0xffff_ffff)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_leaf_says_again_what_was_written(
            reader: u64, page in 0u32..=PAGES_AT_MOST, days in proptest::option::of((1i16..=9999, 1u8..=12, 1u8..=28)),
            topics in proptest::collection::vec(any::<u32>(), 0..=TOPICS_AT_MOST), named: Option<u32>, number in 0u8..=9, subject in 0usize..3,
        ) {
            let day = days.and_then(|(y, m, d)| PartialDate::day(y, m, d)).map(|day| day.span().first);
            let subject = [Subject::Timeline, Subject::Who, Subject::Source][subject];
            let key = LeafKey { subject, reader: Person(reader), page, from: day, to: day, topics, named };
            for turn in [Turn::First, Turn::Back, Turn::On, Turn::Last, Turn::Picture, Turn::Month, Turn::Topic, Turn::Offer(number)] {
                let written = key.written(turn);
                prop_assert!(written.len() <= 92, "{}", written);
                prop_assert_eq!(LeafKey::read(&written), Some((turn, key.clone())));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}|[fbnlpmt0-9][tws][0-9a-f]{0,18}\\.[0-9]{0,7}\\.[0-9]{0,9}\\.[0-9]{0,9}\\.[0-9a-f]{0,48}\\.[0-9a-f]{0,9}") {
            if let Some((turn, key)) = LeafKey::read(&text) {
                prop_assert_eq!(LeafKey::read(&key.written(turn)), Some((turn, key)));
            }
        }
    }
}
