//! What a button does, written into its `custom_id`, so that it works after a restart, in any process.

use crate::fact::{Base, FactIx};

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
        let id = base.fact(fact).id.as_str();
        if id.len() <= ID_AT_MOST && !id.starts_with('#') && !id.contains(':') {
            Self(id.to_owned())
        } else {
            Self(format!("#{:016x}", hash(id)))
        }
    }

    /// The fact it names, if the base still holds it.
    pub fn find(&self, base: &Base) -> Option<FactIx> {
        match self.0.strip_prefix('#') {
            None => base.find(&self.0),
            Some(hex) => {
                let wanted = u64::from_str_radix(hex, 16).ok()?;
                base.indexed().find(|(_, fact)| hash(fact.id.as_str()) == wanted).map(|(at, _)| at)
            }
        }
    }

    /// The key as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// FNV-1a (Fowler, Noll, Vo), 64 bits: the same on every machine and in every version.
fn hash(id: &str) -> u64 {
    id.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// What pressing a button asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Press {
    /// Every source of a fact, in full.
    Sources(FactKey),
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
}

impl Press {
    /// What is written into the button.
    pub fn custom_id(&self) -> String {
        match self {
            Self::Sources(fact) => format!("{FORM}:s:{}", fact.0),
            Self::Related(fact) => format!("{FORM}:r:{}", fact.0),
            Self::Wrong(fact) => format!("{FORM}:w:{}", fact.0),
            Self::Pick { fact, asker } => format!("{FORM}:p:{:x}:{}", asker.0, fact.0),
            Self::Delete(asker) => format!("{FORM}:d:{:x}", asker.0),
            Self::Tell(asker) => format!("{FORM}:t:{:x}", asker.0),
            Self::Share(fact) => format!("{FORM}:h:{}", fact.0),
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
            "s" => Self::Sources(key()),
            "r" => Self::Related(key()),
            "w" => Self::Wrong(key()),
            "p" => {
                let (asker, fact) = rest.split_once(':')?;
                Self::Pick { fact: FactKey(fact.to_owned()), asker: person(asker)? }
            }
            "d" => Self::Delete(person(rest)?),
            "t" => Self::Tell(person(rest)?),
            "h" => Self::Share(key()),
            _ => return None,
        })
    }

    /// The fact that the message with this button tells, if it tells one.
    pub fn told(&self) -> Option<&FactKey> {
        match self {
            Self::Sources(fact) | Self::Related(fact) | Self::Wrong(fact) | Self::Share(fact) => Some(fact),
            Self::Pick { .. } | Self::Delete(_) | Self::Tell(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_no_version_wrote_is_nothing() {
        for custom_id in ["", "1", "1:s", "1:s:", "2:s:seed-001", "1:x:seed-001", "1:p:zz:seed-001", "1:p:ff", "1:d:seed"] {
            assert_eq!(Press::read(custom_id), None, "{custom_id}");
        }
    }

    proptest! {
        #[test]
        fn a_button_says_again_what_was_written(id in "[a-z0-9-]{1,64}", asker in any::<u64>(), verb in 0usize..7) {
            let (fact, asker) = (FactKey(id), Person(asker));
            let press = match verb {
                0 => Press::Sources(fact),
                1 => Press::Related(fact),
                2 => Press::Wrong(fact),
                3 => Press::Pick { fact, asker },
                4 => Press::Delete(asker),
                5 => Press::Tell(asker),
                _ => Press::Share(fact),
            };
            let written = press.custom_id();
            prop_assert!(written.chars().count() <= CUSTOM_ID_AT_MOST);
            prop_assert_eq!(Press::read(&written), Some(press));
        }

        #[test]
        fn any_custom_id_is_read_or_refused(custom_id in "\\PC{0,110}|1:[a-z]:[0-9a-f:]{0,40}") {
            if let Some(press) = Press::read(&custom_id) {
                prop_assert_eq!(Press::read(&press.custom_id()), Some(press));
            }
        }
    }
}
