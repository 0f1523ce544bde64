//! From a word that the base does not hold to the words that may be meant.
//!
//! Deletion neighbourhoods (`SymSpell`'s idea): two words within one slip of each other share a form with at most one letter deleted from
//! either. All such forms of all known words stand in one sorted table of hashes. Spellings of foreign names are found the same way by
//! their consonants (see [`crate::text::romanise`]).

use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

use hashbrown::HashMap;

use crate::text::distance::{TWO_SLIPS_FROM, slips, slips_allowed};
use crate::text::romanise::Sound;

/// Letters of a word's front that deletions are made in; a slip behind them is found by the untouched front.
const FRONT: usize = 14;

/// Words that are tried at most for one typed word, so that a crowded neighbourhood costs no more than a sparse one.
const MOST_TRIED: usize = 64;

/// A number of a known word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WordIx(pub u32);

/// How a candidate came to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// So many slips of the keyboard.
    Slips(usize),
    /// Another spelling of the same sounds.
    Sounds,
}

/// A known word that may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub word: WordIx,
    /// Why.
    pub reason: Reason,
    /// Cost in tenths of a slip: smaller is likelier.
    pub cost: u32,
}

/// All known words with their neighbourhoods.
#[derive(Debug, Default)]
pub struct Spelling {
    words: Vec<Box<str>>,
    by_text: HashMap<Box<str>, WordIx>,
    /// Hash in the upper half, word in the lower, sorted.
    table: Vec<u64>,
    /// Where in the table the entries of each opening of a hash begin: a probe is one step, not a search.
    starts: Vec<u32>,
}

/// Bits of a hash by which the table is entered.
const OPENING_BITS: u32 = 16;

/// FNV-1a: short keys, no secrets, the same on every machine.
#[derive(Clone)]
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// The upper half of a table entry.
fn key(parts: &[&[u8]]) -> u64 {
    let mut hasher = BuildHasherDefault::<Fnv>::default().build_hasher();
    for part in parts {
        hasher.write(part);
    }
    let hash = hasher.finish();
    (hash ^ (hash >> 32)) << 32
}

/// Calls `use_key` with the key of every form of `word` with up to `deletions` letters of its front taken out.
fn each_form(word: &str, deletions: usize, use_key: &mut impl FnMut(u64)) {
    let front = word.char_indices().nth(FRONT).map_or(word.len(), |(at, _)| at);
    let (head, _) = word.split_at_checked(front).unwrap_or((word, ""));
    let bytes = head.as_bytes();
    use_key(key(&[bytes]));
    if deletions == 0 {
        return;
    }
    let borders: Vec<usize> = head.char_indices().map(|(at, _)| at).chain([head.len()]).collect();
    for (first, cut) in borders.windows(2).enumerate() {
        let [start, end] = *cut else { continue };
        let (before, after) = (bytes.get(..start).unwrap_or_default(), bytes.get(end..).unwrap_or_default());
        use_key(key(&[before, after]));
        if deletions > 1 {
            for second in borders.windows(2).skip(first + 1) {
                let [from, to] = *second else { continue };
                use_key(key(&[before, bytes.get(end..from).unwrap_or_default(), bytes.get(to..).unwrap_or_default()]));
            }
        }
    }
}

/// Deletions that a word of so many letters is looked up by: one more than its slips would need costs nothing for four letters.
fn deletions_of(letters: usize) -> usize {
    if letters <= 4 { 1 } else { slips_allowed(letters.max(if letters >= TWO_SLIPS_FROM - 1 { TWO_SLIPS_FROM } else { letters + 1 })) }
}

impl Spelling {
    /// A table of known words, each given once.
    pub fn build(words: Vec<Box<str>>) -> Self {
        let mut table = Vec::with_capacity(words.len() * 12);
        let mut by_text = HashMap::with_capacity(words.len());
        for (at, word) in (0u32..).zip(&words) {
            by_text.insert(word.clone(), WordIx(at));
            let letters = word.chars().count();
            if letters < 3 || word.bytes().all(|b| b.is_ascii_digit()) {
                continue;
            }
            each_form(word, deletions_of(letters), &mut |key| table.push(key | u64::from(at)));
            if let Some(sound) = Sound::of(word) {
                table.push(key(&[b"~", &sound.skeleton()]) | u64::from(at));
            }
        }
        table.sort_unstable();
        table.dedup();
        let starts = (0..=1u64 << OPENING_BITS)
            .scan(0usize, |at, opening| {
                while table.get(*at).is_some_and(|entry| entry >> (64 - OPENING_BITS) < opening) {
                    *at += 1;
                }
                Some(u32::try_from(*at).unwrap_or(u32::MAX))
            })
            .collect();
        Self { words, by_text, table, starts }
    }

    /// The number of a word that is known just so.
    pub fn find(&self, word: &str) -> Option<WordIx> {
        self.by_text.get(word).copied()
    }

    /// The text of a known word.
    pub fn text(&self, word: WordIx) -> &str {
        self.words.get(word.0 as usize).map_or("", AsRef::as_ref)
    }

    /// Bytes the tables take.
    pub fn bytes(&self) -> usize {
        self.table.len() * 8 + self.words.iter().map(|w| w.len() + 16).sum::<usize>() * 2
    }

    fn with_key(&self, key: u64) -> impl Iterator<Item = WordIx> + '_ {
        let opening = (key >> (64 - OPENING_BITS)) as usize;
        let bound = |at: usize| self.starts.get(at).copied().unwrap_or_default() as usize;
        let bucket = self.table.get(bound(opening)..bound(opening + 1)).unwrap_or_default();
        let from = bucket.partition_point(|&entry| entry < key);
        #[expect(clippy::cast_possible_truncation, reason = "the lower half is the word")]
        bucket.iter().skip(from).take_while(move |&&entry| entry >> 32 == key >> 32).map(|&entry| WordIx(entry as u32))
    }

    /// Known words that sound like `typed`, nearest first; ties in the order of the table.
    pub fn sounding(&self, typed: &str) -> Vec<WordIx> {
        let Some(sound) = Sound::of(typed) else { return Vec::new() };
        let alike = self.with_key(key(&[b"~", &sound.skeleton()])).take(MOST_TRIED);
        let mut found: Vec<(u32, WordIx)> = alike.filter_map(|word| Some((sound.apart(&Sound::of(self.text(word))?)?, word))).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, word)| word).collect()
    }

    /// Known words that `typed` may be a slip or another spelling of, best first; ties in the order of the table. `is_foreign` tells the
    /// words that are spelt by ear; English ones are not.
    pub fn candidates(&self, typed: &str, is_foreign: impl Fn(WordIx) -> bool) -> Vec<Candidate> {
        let letters = typed.chars().count();
        if !(3..=40).contains(&letters) {
            return Vec::new();
        }
        let mut tried: Vec<WordIx> = Vec::new();
        each_form(typed, deletions_of(letters), &mut |key| {
            if tried.len() < MOST_TRIED {
                tried.extend(self.with_key(key).take(MOST_TRIED));
            }
        });
        let sound = Sound::of(typed);
        if let Some(sound) = &sound {
            tried.extend(self.with_key(key(&[b"~", &sound.skeleton()])).take(MOST_TRIED));
        }
        tried.sort_unstable();
        tried.dedup();
        let mut found: Vec<Candidate> = tried
            .into_iter()
            .filter_map(|word| {
                let known = self.text(word);
                let slips = slips(typed, known).map(|n| (Reason::Slips(n), u32::try_from(n).unwrap_or(u32::MAX) * 10));
                // In four letters one vowel is a quarter of the word: only the very same sounds count.
                let sounds =
                    sound.as_ref().and_then(|s| s.apart(&Sound::of(known)?)).filter(|&apart| letters > 4 || (letters == 4 && apart == 0));
                let sounds = sounds.filter(|_| is_foreign(word)).map(|apart| (Reason::Sounds, apart + 3));
                let (reason, cost) = [slips, sounds].into_iter().flatten().min_by_key(|(_, cost)| *cost)?;
                Some(Candidate { word, reason, cost })
            })
            .collect();
        found.sort_by_key(|a| (a.cost, a.word));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(words: &[&str]) -> Spelling {
        Spelling::build(words.iter().map(|&w| w.into()).collect())
    }

    #[test]
    fn slips_and_spellings_lead_to_known_words() {
        let known = table(&["ceasefire", "committee", "khorasani", "jirga", "swat", "khan", "what", "agreement"]);
        for (typed, meant) in [
            ("ceasfire", Some("ceasefire")),
            ("caesefire", Some("ceasefire")),
            ("comittee", Some("committee")),
            ("commitee", Some("committee")),
            ("khurassani", Some("khorasani")),
            ("jigra", Some("jirga")),
            ("agremnet", Some("agreement")),
            ("waht", Some("what")),
            ("swot", None),
            ("khar", None),
            ("banana", None),
        ] {
            let best = known.candidates(typed, |_| true).first().map(|c| known.text(c.word).to_owned());
            assert_eq!(best.as_deref(), meant, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn the_table_finds_what_a_scan_finds(words in proptest::collection::hash_set("[a-d]{3,11}", 1..40), typed in "[a-d]{3,11}") {
            let words: Vec<Box<str>> = words.into_iter().map(Into::into).collect();
            let known = Spelling::build(words.clone());
            let mut by_scan: Vec<&str> = words.iter().filter(|w| w.chars().count() >= 3).filter(|w| slips(&typed, w).is_some()).map(AsRef::as_ref).collect();
            let found = known.candidates(&typed, |_| true);
            let mut by_table: Vec<&str> = found.iter().filter(|c| slips(&typed, known.text(c.word)).is_some()).map(|c| known.text(c.word)).collect();
            by_scan.sort_unstable();
            by_table.sort_unstable();
            prop_assert_eq!(by_table, by_scan);
        }
    }
}
