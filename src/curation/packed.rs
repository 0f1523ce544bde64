//! Where the facts of a scope stand, in one block: what is kept of servers that nobody asks in.

use serde::{Deserialize, Serialize};

use super::{Head, Record, RevisionNo, Sourced, State};
use crate::date::FactDate;
use crate::fact::{FactId, Standing};

/// Heads written one behind the other. It takes little more than their own texts.
#[derive(Debug, Clone, Default)]
pub struct Packed(Box<[u8]>);

impl Packed {
    /// Packs heads; nothing where they cannot be written, and stay as they are.
    pub fn of(heads: impl Iterator<Item = Head>) -> Option<Self> {
        let written: Vec<Written> = heads.map(Written::of).collect();
        postcard::to_allocvec(&written).ok().map(|bytes| Self(bytes.into()))
    }

    /// The heads, as they were packed.
    pub fn heads(&self) -> Vec<Head> {
        // What was packed here can be read here; the tests say so.
        let written: Vec<Written> = postcard::from_bytes(&self.0).unwrap_or_default();
        written.into_iter().map(Written::head).collect()
    }

    /// Bytes it takes.
    pub fn bytes(&self) -> usize {
        self.0.len()
    }
}

#[derive(Serialize, Deserialize)]
struct Written {
    fact: FactId,
    number: RevisionNo,
    is_published: bool,
    record: Whole,
    shipped: Option<Whole>,
}

impl Written {
    fn of(head: Head) -> Self {
        let Head { fact, number, state, shipped } = head;
        let is_published = state.is_published();
        let (State::Published(record) | State::Retracted(record)) = state;
        Self { fact, number, is_published, record: Whole(record), shipped: shipped.map(Whole) }
    }

    fn head(self) -> Head {
        let Self { fact, number, is_published, record: Whole(record), shipped } = self;
        let state = if is_published { State::Published(record) } else { State::Retracted(record) };
        Head { fact, number, state, shipped: shipped.map(|Whole(record)| record) }
    }
}

/// A record with all its fields, though some be empty: the form names none of them.
#[derive(Serialize, Deserialize)]
struct Whole(#[serde(with = "Fields")] Record);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Record")]
struct Fields {
    text: String,
    title: Option<String>,
    date: Option<FactDate>,
    questions: Vec<String>,
    topics: Vec<String>,
    people: Vec<String>,
    places: Vec<String>,
    organisations: Vec<String>,
    sources: Sourced,
    conflicts: Vec<String>,
    standing: Standing,
    short: std::collections::BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curation::SourceRecord;
    use proptest::prelude::*;

    fn record() -> impl Strategy<Value = Record> {
        let texts = || proptest::collection::vec("\\PC{0,12}", 0..3);
        let source = ("[a-z]{1,9}", proptest::option::of("\\PC{0,9}"), "\\PC{0,20}", proptest::option::of("\\PC{0,20}"));
        let sources = proptest::collection::vec(source, 1..3).prop_map(|all| {
            let source = |(id, publisher, title, url)| SourceRecord { id, publisher, title, url, published: "2022-11~".parse().ok() };
            Sourced::new(all.into_iter().map(source).collect()).unwrap()
        });
        let date = proptest::option::of("20[0-2][0-9]-0[1-9]").prop_map(|date| date.and_then(|date| date.parse().ok()));
        let short = proptest::collection::btree_map("who|where|when", "\\PC{0,9}", 0..3);
        let standing = prop_oneof![Just(Standing::WellSourced), Just(Standing::SingleSource), Just(Standing::Disputed)];
        (
            ("\\PC{0,60}", proptest::option::of("\\PC{0,9}"), date, texts(), texts(), texts()),
            (texts(), texts(), sources, texts(), standing, short),
        )
            .prop_map(
                |((text, title, date, questions, topics, people), (places, organisations, sources, conflicts, standing, short))| Record {
                    text,
                    title,
                    date,
                    questions,
                    topics,
                    people,
                    places,
                    organisations,
                    sources,
                    conflicts,
                    standing,
                    short,
                },
            )
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_out_as_it_was(
            all in proptest::collection::vec(("[a-z]{1,9}", 0u32..9, any::<bool>(), record(), proptest::option::of(record())), 0..5),
        ) {
            let heads: Vec<Head> = all
                .into_iter()
                .map(|(fact, number, is_published, record, shipped)| Head {
                    fact: FactId::new(&fact).unwrap(),
                    number: RevisionNo(number),
                    state: if is_published { State::Published(record) } else { State::Retracted(record) },
                    shipped,
                })
                .collect();
            let packed = Packed::of(heads.iter().cloned()).unwrap();
            prop_assert_eq!(packed.heads(), heads);
        }
    }
}
