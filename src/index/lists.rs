//! Lists of small numbers packed one behind the other.

/// For every key from 0 a list of values, in two arrays.
#[derive(Debug, Default)]
pub struct Lists<T> {
    starts: Vec<u32>,
    values: Vec<T>,
}

impl<T: Copy + Default> Lists<T> {
    /// Packs pairs of key and value; values of one key keep their order. Keys are below `keys`.
    pub fn pack(keys: usize, pairs: impl Iterator<Item = (u32, T)> + Clone) -> Self {
        let mut starts = vec![0u32; keys + 1];
        for (key, _) in pairs.clone() {
            if let Some(count) = starts.get_mut(key as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut values = vec![T::default(); sum as usize];
        let mut next = starts.clone();
        for (key, value) in pairs {
            if let Some(at) = next.get_mut(key as usize) {
                if let Some(cell) = values.get_mut(*at as usize) {
                    *cell = value;
                }
                *at += 1;
            }
        }
        Self { starts, values }
    }

    /// The same lists, each in order and without doubles.
    #[must_use]
    pub fn sorted(mut self) -> Self
    where
        T: Ord,
    {
        let mut kept = 0;
        let mut from = 0;
        for end in self.starts.iter_mut().skip(1) {
            let to = *end as usize;
            if let Some(list) = self.values.get_mut(from..to) {
                list.sort_unstable();
            }
            let first = kept;
            for at in from..to {
                let is_double = kept > first && self.values.get(kept - 1) == self.values.get(at);
                if !is_double {
                    self.values.swap(kept, at);
                    kept += 1;
                }
            }
            *end = u32::try_from(kept).unwrap_or(u32::MAX);
            from = to;
        }
        self.values.truncate(kept);
        self
    }

    /// The list of a key; empty if there is none.
    pub fn of(&self, key: u32) -> &[T] {
        let key = key as usize;
        match (self.starts.get(key), self.starts.get(key + 1)) {
            (Some(&from), Some(&to)) => self.values.get(from as usize..to as usize).unwrap_or_default(),
            _ => &[],
        }
    }

    /// Bytes taken.
    pub fn bytes(&self) -> usize {
        self.starts.len() * 4 + self.values.len() * size_of::<T>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_value_is_found_under_its_key_in_order(pairs in proptest::collection::vec((0u32..9, 0u16..99), 0..60)) {
            let lists = Lists::pack(9, pairs.iter().copied());
            for key in 0..9 {
                let expected: Vec<u16> = pairs.iter().filter(|(k, _)| *k == key).map(|(_, v)| *v).collect();
                prop_assert_eq!(lists.of(key), expected.as_slice());
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
