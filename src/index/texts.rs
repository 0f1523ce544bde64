//! Short texts by number, and numbers by text, in flat arrays.

use std::borrow::Cow;

use super::lists::ENDS;
use crate::image::{Image, Tag, Unusable, Writer};

/// FNV-1a, the same on every machine: for short keys without secrets.
#[derive(Debug, Clone)]
pub(super) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    /// Takes more bytes in.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// The hash of what was written and `rest`. All its bits are of use: what FNV leaves uneven is mixed as in splitmix64.
    pub(super) fn with(&self, rest: &[u8]) -> u64 {
        let mut whole = self.clone();
        whole.write(rest);
        let mixed = (whole.0 ^ (whole.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Texts, each once, numbered in the order in which they were given.
#[derive(Debug, Default, Clone)]
pub struct Texts<'i> {
    text: Cow<'i, str>,
    /// Where each ends.
    ends: Cow<'i, [u32]>,
    /// Numbers, one up, at the place that the text's hash leads to, or the next that was free; 0 where none is. At most half are taken.
    slots: Cow<'i, [u32]>,
}

/// Names the section of the slots.
const SLOTS: u8 = b'#';

impl Texts<'static> {
    /// These texts; of one that comes twice the first number is found.
    pub fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let (mut text, mut ends) = (String::new(), Vec::new());
        for one in texts {
            text.push_str(one);
            ends.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
        }
        let mut slots = vec![0; (ends.len() * 2).next_power_of_two()];
        let all = Self { text: text.into(), ends: ends.into(), slots: Cow::default() };
        for at in 0..all.count() {
            let mut slot = slot(all.text(at), slots.len());
            let mask = slots.len() - 1;
            while let Some(taken) = slots.get_mut(slot) {
                if *taken == 0 {
                    *taken = at + 1;
                    break;
                }
                slot = (slot + 1) & mask;
            }
        }
        Self { slots: slots.into(), ..all }
    }
}

impl<'i> Texts<'i> {
    /// Texts that were saved under a name.
    pub(super) fn open(image: &'i Image, name: Tag) -> Result<Self, Unusable> {
        let text = std::str::from_utf8(image.slice(name)?).map_err(|_| Unusable::damaged(format!("its section `{name}` is no text")))?;
        let slots: &[u32] = image.slice(name.part(SLOTS))?;
        // A table without an empty slot would be walked for ever.
        if !slots.len().is_power_of_two() || !slots.contains(&0) {
            return Err(Unusable::damaged(format!("its section `{}` is no table", name.part(SLOTS))));
        }
        Ok(Self { text: text.into(), ends: image.slice(name.part(ENDS))?.into(), slots: slots.into() })
    }

    /// Gathers what [`Self::open`] reads.
    pub(super) fn save<'w>(&'w self, writer: &mut Writer<'w>, name: Tag) {
        writer.bytes(name, self.text.as_bytes());
        writer.numbers(name.part(ENDS), &self.ends);
        writer.numbers(name.part(SLOTS), &self.slots);
    }

    /// How many there are.
    pub fn count(&self) -> u32 {
        u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }

    /// A text by its number; empty if there is none.
    pub fn text(&self, at: u32) -> &str {
        let at = at as usize;
        let from = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let to = self.ends.get(at).copied().unwrap_or(from);
        self.text.get(from as usize..to as usize).unwrap_or_default()
    }

    /// The number of a text.
    pub fn find(&self, text: &str) -> Option<u32> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut slot = slot(text, self.slots.len());
        loop {
            let at = self.slots.get(slot)?.checked_sub(1)?;
            if self.text(at) == text {
                return Some(at);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Bytes taken.
    pub fn bytes(&self) -> usize {
        self.text.len() + (self.ends.len() + self.slots.len()) * 4
    }
}

/// The slot of so many that a text's hash leads to.
fn slot(text: &str, slots: usize) -> usize {
    let hash = Fnv::default().with(text.as_bytes());
    usize::try_from(hash & (slots as u64).wrapping_sub(1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_text_is_found_under_its_number(texts in proptest::collection::hash_set("\\PC{0,6}", 0..80), other in "\\PC{0,6}") {
            let texts: Vec<String> = texts.into_iter().collect();
            let all = Texts::of(texts.iter().map(AsRef::as_ref));
            for (at, text) in (0u32..).zip(&texts) {
                prop_assert_eq!(all.find(text), Some(at));
                prop_assert_eq!(all.text(at), text);
            }
            prop_assert_eq!(all.find(&other).is_some(), texts.contains(&other));
            prop_assert_eq!(all.text(all.count()), "");
        }
    }
}
