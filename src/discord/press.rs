//! What a button does, written into its `custom_id`, so that it works after a restart, in any process.

use super::timeline::leaf::{LeafKey, Turn};
use crate::curation::RevisionNo;
use crate::curation::review::SuggestionId;
use crate::fact::{Base, FactId, FactIx};
use crate::store::DraftId;

/// Characters of a `custom_id` at most (Discord, components reference).
pub const CUSTOM_ID_AT_MOST: usize = 100;
/// The form of what is written; a button of another form is from another version.
const FORM: &str = "1";
/// Bytes of a fact's id that are written as they are; a longer id is written as its hash.
const ID_AT_MOST: usize = 64;

/// A person, by Discord's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Person(pub u64);

/// A fact as a button names it: its id, or the hash of a long one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactKey(String);

impl FactKey {
    /// The key of a fact.
    pub fn of(base: &Base, fact: FactIx) -> Self {
        Self::of_id(&base.fact(fact).id)
    }

    /// The key of an id, whether or not a base holds it.
    pub fn of_id(id: &FactId) -> Self {
        let text = id.as_str();
        if text.len() <= ID_AT_MOST && !text.starts_with('#') && !text.contains(':') { Self(text.to_owned()) } else { Self::hashed(id) }
    }

    /// The same by its hash, which is short.
    fn hashed(id: &FactId) -> Self {
        Self(format!("#{:016x}", hash(id.as_str())))
    }

    /// The id it names among some, served or not.
    pub fn among<'f>(&self, ids: impl IntoIterator<Item = &'f FactId>) -> Option<&'f FactId> {
        ids.into_iter().find(|id| Self::of_id(id) == *self)
    }

    /// The fact it names, if the base still holds it.
    pub fn find(&self, base: &Base) -> Option<FactIx> {
        match self.0.strip_prefix('#') {
            None => base.find(&self.0),
            Some(hex) => {
                let wanted = u64::from_str_radix(hex, 16).ok()?;
                base.readings().find(|(_, fact)| hash(fact.id.as_str()) == wanted).map(|(at, _)| at)
            }
        }
    }

    /// The key as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The facts that one message tells. What is asked on is about the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldKeys {
    first: FactKey,
    beside: Vec<FactKey>,
}

impl ToldKeys {
    /// The keys of facts, written so short that a button holds them all.
    pub fn of(base: &Base, first: FactIx, beside: &[FactIx]) -> Self {
        let keys = |key: fn(&FactId) -> FactKey| Self {
            first: key(&base.fact(first).id),
            beside: beside.iter().map(|fact| key(&base.fact(*fact).id)).collect(),
        };
        let plain = keys(FactKey::of_id);
        let fits = Press::Sources(plain.clone()).custom_id().chars().count() <= CUSTOM_ID_AT_MOST;
        if fits { plain } else { keys(FactKey::hashed) }
    }

    /// All of them, the first first.
    pub fn iter(&self) -> impl Iterator<Item = &FactKey> {
        std::iter::once(&self.first).chain(&self.beside)
    }

    fn written(&self) -> String {
        self.iter().map(FactKey::as_str).collect::<Vec<_>>().join(":")
    }

    fn read(written: &str) -> Option<Self> {
        let mut keys = written.split(':').map(|key| (!key.is_empty()).then(|| FactKey(key.to_owned())));
        Some(Self { first: keys.next()??, beside: keys.collect::<Option<_>>()? })
    }
}

/// FNV-1a (Fowler, Noll, Vo), 64 bits: the same on every machine and in every version.
pub(super) fn hash(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Questions that were asked in vain and are alike, by the hash of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AskedKey(u64);

impl AskedKey {
    /// The key of a question.
    pub fn of(text: &str) -> Self {
        Self(hash(text))
    }

    /// The key of just these questions.
    pub fn of_all(texts: &[String]) -> Self {
        Self(hash(&texts.join("\n")))
    }
}

/// What pressing a button asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Press {
    /// Every source of the facts that are told, in full.
    Sources(ToldKeys),
    /// Facts near a fact.
    Related(FactKey),
    /// The answer given by a fact is wrong.
    Wrong(FactKey),
    /// This one was meant; who asked may pick for all, others for themselves.
    Pick {
        /// The fact picked.
        fact: FactKey,
        /// Who asked.
        asker: Person,
    },
    /// Take the answer away, for who asked it.
    Delete(Person),
    /// Tell the moderators that there is no answer.
    Tell(Person),
    /// Show a private answer to the channel.
    Share(FactKey),
    /// Open the form of a fact.
    Edit(FactKey),
    /// Show the history of a fact, so many pages on.
    History(FactKey, u32),
    /// What is done with a draft, by who wrote it.
    Draft(DraftId, Deed),
    /// What is done with a suggestion, by a moderator.
    Suggestion(SuggestionId, Judgement),
    /// Show what waits behind a suggestion.
    Queue(SuggestionId),
    /// Show what was asked in vain, so many pages on.
    Asked(u32),
    /// What is done with questions that were asked in vain.
    InVain(AskedKey, Remedy),
    /// Turn a page of a timeline.
    Leaf(Turn, LeafKey),
    /// Forget this person, who was asked once more.
    Forget(Person),
}

/// What is done with a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Make it what askers read, or send it to the moderators.
    Publish,
    /// Open its form again.
    Change,
    /// Throw it away.
    Cancel,
    /// Let it and a fact contradict each other.
    Disagree(FactKey),
    /// Publish it over a revision that came between.
    Over(RevisionNo),
}

/// What a moderator does with a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// Do it.
    Approve,
    /// Do it in other words.
    Amend,
    /// Do not do it.
    Reject,
}

/// What is done with questions that were asked in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// Write the fact that answers them.
    MakeFact,
    /// Offer facts that they may be added to.
    AddWords,
    /// Add them to this fact as question forms.
    Teach(FactKey),
    /// Let them go.
    Ignore,
}

impl Press {
    /// What is written into the button.
    pub fn custom_id(&self) -> String {
        match self {
            Self::Sources(told) => format!("{FORM}:s:{}", told.written()),
            Self::Related(fact) => format!("{FORM}:r:{}", fact.0),
            Self::Wrong(fact) => format!("{FORM}:w:{}", fact.0),
            Self::Pick { fact, asker } => format!("{FORM}:p:{:x}:{}", asker.0, fact.0),
            Self::Delete(asker) => format!("{FORM}:d:{:x}", asker.0),
            Self::Tell(asker) => format!("{FORM}:t:{:x}", asker.0),
            Self::Share(fact) => format!("{FORM}:h:{}", fact.0),
            Self::Edit(fact) => format!("{FORM}:e:{}", fact.0),
            Self::History(fact, page) => format!("{FORM}:hi:{page}:{}", fact.0),
            Self::Draft(DraftId(draft), deed) => match deed {
                Deed::Publish => format!("{FORM}:dp:{draft}"),
                Deed::Change => format!("{FORM}:dc:{draft}"),
                Deed::Cancel => format!("{FORM}:dx:{draft}"),
                Deed::Disagree(fact) => format!("{FORM}:dd:{draft}:{}", fact.0),
                Deed::Over(seen) => format!("{FORM}:do:{draft}:{}", seen.0),
            },
            Self::Suggestion(SuggestionId(id), judgement) => match judgement {
                Judgement::Approve => format!("{FORM}:sa:{id}"),
                Judgement::Amend => format!("{FORM}:se:{id}"),
                Judgement::Reject => format!("{FORM}:sr:{id}"),
            },
            Self::Queue(SuggestionId(after)) => format!("{FORM}:sq:{after}"),
            Self::Asked(page) => format!("{FORM}:u:{page}"),
            Self::InVain(AskedKey(key), remedy) => match remedy {
                Remedy::MakeFact => format!("{FORM}:um:{key:x}"),
                Remedy::AddWords => format!("{FORM}:uw:{key:x}"),
                Remedy::Teach(fact) => format!("{FORM}:ut:{key:x}:{}", fact.0),
                Remedy::Ignore => format!("{FORM}:ui:{key:x}"),
            },
            Self::Leaf(turn, key) => format!("{FORM}:l:{}", key.written(*turn)),
            Self::Forget(person) => format!("{FORM}:fg:{:x}", person.0),
        }
    }

    /// What a button asks for, if this version wrote it.
    pub fn read(custom_id: &str) -> Option<Self> {
        let mut parts = custom_id.splitn(3, ':');
        let (form, verb, rest) = (parts.next()?, parts.next()?, parts.next()?);
        if form != FORM || rest.is_empty() {
            return None;
        }
        let key = || FactKey(rest.to_owned());
        let person = |hex: &str| u64::from_str_radix(hex, 16).ok().map(Person);
        Some(match verb {
            "s" => Self::Sources(ToldKeys::read(rest)?),
            "r" => Self::Related(key()),
            "w" => Self::Wrong(key()),
            "p" => {
                let (asker, fact) = rest.split_once(':')?;
                Self::Pick { fact: FactKey(fact.to_owned()), asker: person(asker)? }
            }
            "d" => Self::Delete(person(rest)?),
            "t" => Self::Tell(person(rest)?),
            "h" => Self::Share(key()),
            "e" => Self::Edit(key()),
            "hi" => {
                let (page, fact) = rest.split_once(':')?;
                Self::History(FactKey(fact.to_owned()), page.parse().ok()?)
            }
            "dp" => Self::Draft(draft(rest)?, Deed::Publish),
            "dc" => Self::Draft(draft(rest)?, Deed::Change),
            "dx" => Self::Draft(draft(rest)?, Deed::Cancel),
            "dd" => {
                let (id, fact) = rest.split_once(':')?;
                Self::Draft(draft(id)?, Deed::Disagree(FactKey(fact.to_owned())))
            }
            "do" => {
                let (id, seen) = rest.split_once(':')?;
                Self::Draft(draft(id)?, Deed::Over(RevisionNo(seen.parse().ok()?)))
            }
            "sa" => Self::Suggestion(suggestion(rest)?, Judgement::Approve),
            "se" => Self::Suggestion(suggestion(rest)?, Judgement::Amend),
            "sr" => Self::Suggestion(suggestion(rest)?, Judgement::Reject),
            "sq" => Self::Queue(suggestion(rest)?),
            "u" => Self::Asked(rest.parse().ok()?),
            "l" => {
                let (turn, key) = LeafKey::read(rest)?;
                Self::Leaf(turn, key)
            }
            "fg" => Self::Forget(person(rest)?),
            "um" => Self::InVain(asked(rest)?, Remedy::MakeFact),
            "uw" => Self::InVain(asked(rest)?, Remedy::AddWords),
            "ui" => Self::InVain(asked(rest)?, Remedy::Ignore),
            "ut" => {
                let (key, fact) = rest.split_once(':')?;
                Self::InVain(asked(key)?, Remedy::Teach(FactKey(fact.to_owned())))
            }
            _ => return None,
        })
    }

    /// The fact that the message with this button tells, if it tells one.
    pub fn told(&self) -> Option<&FactKey> {
        match self {
            Self::Sources(told) => Some(&told.first),
            Self::Related(fact) | Self::Wrong(fact) | Self::Share(fact) => Some(fact),
            Self::Pick { .. }
            | Self::Delete(_)
            | Self::Tell(_)
            | Self::Edit(_)
            | Self::History(..)
            | Self::Draft(..)
            | Self::Suggestion(..)
            | Self::Queue(_)
            | Self::Asked(_)
            | Self::InVain(..)
            | Self::Leaf(..)
            | Self::Forget(_) => None,
        }
    }
}

fn draft(number: &str) -> Option<DraftId> {
    number.parse().ok().map(DraftId)
}

fn suggestion(number: &str) -> Option<SuggestionId> {
    number.parse().ok().map(SuggestionId)
}

fn asked(hex: &str) -> Option<AskedKey> {
    u64::from_str_radix(hex, 16).ok().map(AskedKey)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_no_version_wrote_is_nothing() {
        for custom_id in
            ["", "1", "1:s", "1:s:", "1:s::a", "1:s:a:", "2:s:seed-001", "1:x:seed-001", "1:p:zz:seed-001", "1:p:ff", "1:d:seed"]
        {
            assert_eq!(Press::read(custom_id), None, "{custom_id}");
        }
    }

    #[test]
    fn a_button_names_each_fact_that_is_told() {
        let told =
            Press::Sources(ToldKeys { first: FactKey("a".to_owned()), beside: vec![FactKey("b".to_owned()), FactKey("c".to_owned())] });
        assert_eq!(told.custom_id(), "1:s:a:b:c");
        assert_eq!(Press::read("1:s:a:b:c").as_ref(), Some(&told));
        assert_eq!(told.told().map(FactKey::as_str), Some("a"), "what is asked on is about the first");
    }

    proptest! {
        #[test]
        fn a_button_says_again_what_was_written(id in "[a-z0-9-]{1,64}", asker in any::<u64>(), number in any::<i64>(), verb in 0u8..24) {
            let (fact, asker, page) = (FactKey(id), Person(asker), u32::from(verb) * 1_000_003);
            let (draft, waiting, in_vain) = (DraftId(number), SuggestionId(number), AskedKey(asker.0));
            let press = match verb {
                0 => Press::Sources(ToldKeys { first: fact, beside: Vec::new() }),
                1 => Press::Related(fact),
                2 => Press::Wrong(fact),
                3 => Press::Pick { fact, asker },
                4 => Press::Delete(asker),
                5 => Press::Tell(asker),
                6 => Press::Share(fact),
                7 => Press::Edit(fact),
                8 => Press::History(fact, page),
                9 => Press::Draft(draft, Deed::Publish),
                10 => Press::Draft(draft, Deed::Change),
                11 => Press::Draft(draft, Deed::Cancel),
                12 => Press::Draft(draft, Deed::Disagree(fact)),
                13 => Press::Draft(draft, Deed::Over(RevisionNo(page))),
                14 => Press::Suggestion(waiting, Judgement::Approve),
                15 => Press::Suggestion(waiting, Judgement::Amend),
                16 => Press::Suggestion(waiting, Judgement::Reject),
                17 => Press::Queue(waiting),
                18 => Press::Asked(page),
                19 => Press::InVain(in_vain, Remedy::MakeFact),
                20 => Press::InVain(in_vain, Remedy::AddWords),
                21 => Press::InVain(in_vain, Remedy::Ignore),
                22 => Press::Forget(asker),
                _ => Press::InVain(in_vain, Remedy::Teach(fact)),
            };
            let written = press.custom_id();
            prop_assert!(written.chars().count() <= CUSTOM_ID_AT_MOST);
            prop_assert_eq!(Press::read(&written), Some(press));
        }

        #[test]
        fn any_custom_id_is_read_or_refused(custom_id in "\\PC{0,110}|1:[a-z]{1,2}:[0-9a-f:]{0,40}") {
            if let Some(press) = Press::read(&custom_id) {
                prop_assert_eq!(Press::read(&press.custom_id()), Some(press));
            }
        }
    }
}
