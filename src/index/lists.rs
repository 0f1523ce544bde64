//! Lists of small numbers packed one behind the other.

use std::borrow::Cow;

use bytemuck::Pod;

use crate::image::{Image, Tag, Unusable, Writer};

/// For every key from 0 a list of values, in two arrays.
#[derive(Debug, Clone)]
pub struct Lists<'i, T: Clone> {
    /// Where the list of each key ends; keys behind the last that has one have none.
    ends: Cow<'i, [u32]>,
    values: Cow<'i, [T]>,
}

impl<T: Clone> Default for Lists<'_, T> {
    fn default() -> Self {
        Self { ends: Cow::default(), values: Cow::default() }
    }
}

impl<'i, T: Pod> Lists<'i, T> {
    /// Lists that were saved under a name.
    pub(super) fn open(image: &'i Image, name: Tag) -> Result<Self, Unusable> {
        Ok(Self { ends: image.slice(name.part(ENDS))?.into(), values: image.slice(name)?.into() })
    }

    /// Gathers what [`Self::open`] reads.
    pub(super) fn save<'w>(&'w self, writer: &mut Writer<'w>, name: Tag) {
        writer.numbers(name.part(ENDS), &self.ends);
        writer.numbers(name, &self.values);
    }
}

/// Names the section of where lists or texts end.
pub(super) const ENDS: u8 = b'>';

impl<T: Copy + Default> Lists<'static, T> {
    /// Packs pairs of key and value; values of one key keep their order. Keys are below `keys`.
    pub fn pack(keys: usize, pairs: impl Iterator<Item = (u32, T)> + Clone) -> Self {
        let mut counts = vec![0u32; keys];
        for (key, _) in pairs.clone() {
            if let Some(count) = counts.get_mut(key as usize) {
                *count += 1;
            }
        }
        let mut filling = Filling::of(&counts);
        for (key, value) in pairs {
            filling.push(key, value);
        }
        filling.finish()
    }
}

impl<T: Copy> Lists<'_, T> {
    /// Sets the list of a key behind all that have one.
    pub fn push(&mut self, key: usize, values: impl IntoIterator<Item = T>) {
        let before = number(self.values.len());
        self.values.to_mut().extend(values);
        if self.values.len() > before as usize {
            let ends = self.ends.to_mut();
            ends.resize(key, before);
            ends.push(number(self.values.len()));
        }
    }

    /// The same lists, each in order and without doubles.
    #[must_use]
    pub fn sorted(mut self) -> Self
    where
        T: Ord,
    {
        let (ends, values) = (self.ends.to_mut(), self.values.to_mut());
        let mut kept = 0;
        let mut from = 0;
        for end in ends {
            let to = *end as usize;
            if let Some(list) = values.get_mut(from..to) {
                list.sort_unstable();
            }
            let first = kept;
            for at in from..to {
                let is_double = kept > first && values.get(kept - 1) == values.get(at);
                if !is_double {
                    values.swap(kept, at);
                    kept += 1;
                }
            }
            *end = number(kept);
            from = to;
        }
        values.truncate(kept);
        self
    }

    /// The list of a key; empty if there is none.
    pub fn of(&self, key: u32) -> &[T] {
        let key = key as usize;
        let from = if key == 0 { Some(&0) } else { self.ends.get(key - 1) };
        match (from, self.ends.get(key)) {
            (Some(&from), Some(&to)) => self.values.get(from as usize..to as usize).unwrap_or_default(),
            _ => &[],
        }
    }

    /// Bytes taken.
    pub fn bytes(&self) -> usize {
        self.ends.len() * 4 + self.values.len() * size_of::<T>()
    }
}

/// Lists whose lengths are known, being filled in any order of their keys.
#[derive(Debug)]
pub struct Filling<T> {
    /// Where the next value of each key goes.
    next: Vec<u32>,
    ends: Vec<u32>,
    values: Vec<T>,
}

impl<T: Copy + Default> Filling<T> {
    /// Room for so many values of each key.
    pub fn of(counts: &[u32]) -> Self {
        let ends: Vec<u32> = counts
            .iter()
            .scan(0, |sum, count| {
                *sum += count;
                Some(*sum)
            })
            .collect();
        let next = ends.iter().zip(counts).map(|(end, count)| end - count).collect();
        let values = vec![T::default(); ends.last().map_or(0, |&end| end as usize)];
        Self { next, ends, values }
    }

    /// The next value of a key. More than there is room for would run into the next list; they are dropped.
    pub fn push(&mut self, key: u32, value: T) {
        let (Some(next), Some(&end)) = (self.next.get_mut(key as usize), self.ends.get(key as usize)) else { return };
        if *next < end
            && let Some(cell) = self.values.get_mut(*next as usize)
        {
            *cell = value;
            *next += 1;
        }
    }

    /// The lists.
    pub fn finish(self) -> Lists<'static, T> {
        Lists { ends: self.ends.into(), values: self.values.into() }
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_value_is_found_under_its_key_in_order(pairs in proptest::collection::vec((0u32..9, 0u16..99), 0..60)) {
            let lists = Lists::pack(9, pairs.iter().copied());
            let mut pushed = Lists::default();
            for key in 0..9 {
                let expected: Vec<u16> = pairs.iter().filter(|(k, _)| *k == key).map(|(_, v)| *v).collect();
                prop_assert_eq!(lists.of(key), expected.as_slice());
                pushed.push(key as usize, expected.iter().copied());
            }
            for key in 0..11 {
                prop_assert_eq!(lists.of(key), pushed.of(key));
            }
            prop_assert!(lists.of(9).is_empty() && lists.of(1000).is_empty());
            let sorted = lists.sorted();
            for key in 0..9 {
                let mut expected: Vec<u16> = pairs.iter().filter(|(k, _)| *k == key).map(|(_, v)| *v).collect();
                expected.sort_unstable();
                expected.dedup();
                prop_assert_eq!(sorted.of(key), expected.as_slice());
            }
        }
    }
}
