//! From a word that the base does not hold to the words that may be meant.
//!
//! Deletion neighbourhoods (`SymSpell`'s idea): two words within one slip of each other share a form with at most one letter deleted from
//! either. All such forms of all known words stand in one sorted table of hashes. Spellings of foreign names are found the same way by
//! their consonants (see [`crate::text::romanise`]).

use std::hash::{BuildHasher, Hasher};

use hashbrown::{DefaultHashBuilder, HashTable};

use super::lists::Lists;
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
    /// Words by the hash of their text, which stands in `words` alone.
    by_text: HashTable<WordIx>,
    hasher: DefaultHashBuilder,
    /// Hash in the upper half, word in the lower, in a sorted list for each opening of a hash: a probe is one step, not a search.
    table: Lists<u64>,
    /// Bits by which it is entered.
    bits: u32,
}

/// Bits of a hash by which the table is entered, at most; a small table is entered by fewer.
const OPENING_BITS: u32 = 16;
/// Words that are worth a core of their own.
const SMALLEST_SHARE: usize = 512;

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

impl Fnv {
    /// The upper half of a table entry for what was written and `rest`.
    fn key(&self, rest: &[u8]) -> u64 {
        let mut whole = self.clone();
        whole.write(rest);
        let hash = whole.finish();
        (hash ^ (hash >> 32)) << 32
    }
}

/// The key of words that sound so.
fn sound_key(sound: &Sound) -> u64 {
    let mut opening = Fnv::default();
    opening.write(b"~");
    opening.key(&sound.skeleton())
}

/// The list of the table that a key stands in.
fn opening(key: u64, bits: u32) -> u32 {
    key.checked_shr(64 - bits).and_then(|opening| u32::try_from(opening).ok()).unwrap_or(0)
}

/// Calls `use_key` with the key of every form of `word` with up to `deletions` letters of its front taken out.
fn each_form(word: &str, deletions: usize, use_key: &mut impl FnMut(u64)) {
    let front = word.char_indices().nth(FRONT).map_or(word.len(), |(at, _)| at);
    let (head, _) = word.split_at_checked(front).unwrap_or((word, ""));
    let bytes = head.as_bytes();
    let letters = || head.char_indices().map(|(at, c)| (at, at + c.len_utf8()));
    let part = |from: usize, to: usize| bytes.get(from..to).unwrap_or_default();
    // What stands before a letter that is taken out is hashed once.
    let mut before = Fnv::default();
    use_key(before.key(bytes));
    if deletions == 0 {
        return;
    }
    for (first, (start, end)) in letters().enumerate() {
        use_key(before.key(part(end, bytes.len())));
        if deletions > 1 {
            let mut between = before.clone();
            for (from, to) in letters().skip(first + 1) {
                use_key(between.key(part(to, bytes.len())));
                between.write(part(from, to));
            }
        }
        before.write(part(start, end));
    }
}

/// Deletions that a word of so many letters is looked up by: one more than its slips would need costs nothing for four letters.
fn deletions_of(letters: usize) -> usize {
    if letters <= 4 { 1 } else { slips_allowed(letters.max(if letters >= TWO_SLIPS_FROM - 1 { TWO_SLIPS_FROM } else { letters + 1 })) }
}

/// Calls `use_key` with each key that a known word is found by, in the upper half.
pub(super) fn each_key(known: &str, mut use_key: impl FnMut(u64)) {
    let letters = known.chars().count();
    if letters < 3 || known.bytes().all(|b| b.is_ascii_digit()) {
        return;
    }
    each_form(known, deletions_of(letters), &mut use_key);
    if let Some(sound) = Sound::of(known) {
        use_key(sound_key(&sound));
    }
}

/// The entries of the table for words that are numbered from `first`.
fn entries(words: &[Box<str>], first: u32) -> Vec<u64> {
    let mut entries = Vec::with_capacity(words.len() * 24);
    for (at, word) in (first..).zip(words) {
        each_key(word, |key| entries.push(key | u64::from(at)));
    }
    entries
}

/// A typed word, ready to be compared with known ones.
pub(super) struct Typed<'t> {
    text: &'t str,
    letters: usize,
    sound: Option<Sound>,
}

impl<'t> Typed<'t> {
    /// Nothing where a word is too short or too long to be a slip of another.
    pub(super) fn of(text: &'t str) -> Option<Self> {
        let letters = text.chars().count();
        (3..=40).contains(&letters).then(|| Self { text, letters, sound: Sound::of(text) })
    }

    /// Calls `use_key` with each key by which slips of it are found.
    pub(super) fn each_form(&self, mut use_key: impl FnMut(u64)) {
        each_form(self.text, deletions_of(self.letters), &mut use_key);
    }

    /// The key by which words are found that sound like it.
    pub(super) fn sound_key(&self) -> Option<u64> {
        self.sound.as_ref().map(sound_key)
    }

    /// What speaks for a known word, if anything does.
    pub(super) fn meets(&self, word: WordIx, known: &str, is_foreign: impl Fn(WordIx) -> bool) -> Option<Candidate> {
        let slips = slips(self.text, known).map(|n| (Reason::Slips(n), u32::try_from(n).unwrap_or(u32::MAX) * 10));
        // In four letters one vowel is a quarter of the word: only the very same sounds count.
        let may_sound = |apart: &u32| self.letters > 4 || (self.letters == 4 && *apart == 0);
        let sounds = self.sound.as_ref().and_then(|sound| sound.apart(&Sound::of(known)?)).filter(may_sound);
        let sounds = sounds.filter(|_| is_foreign(word)).map(|apart| (Reason::Sounds, apart + 3));
        let (reason, cost) = [slips, sounds].into_iter().flatten().min_by_key(|(_, cost)| *cost)?;
        Some(Candidate { word, reason, cost })
    }
}

/// The key of words that sound like a typed one, and how far a known word is from its sound.
pub(super) fn sounding(typed: &str) -> Option<(u64, impl Fn(&str) -> Option<u32>)> {
    let sound = Sound::of(typed)?;
    Some((sound_key(&sound), move |known: &str| sound.apart(&Sound::of(known)?)))
}

impl Spelling {
    /// A table of known words, each given once.
    pub fn build(words: Vec<Box<str>>) -> Self {
        let (front, back) = words.split_at(words.len() / 2);
        let middle = u32::try_from(front.len()).unwrap_or(u32::MAX);
        let shared = || {
            std::thread::scope(|scope| {
                let worker = scope.spawn(|| entries(back, middle));
                let mut found = entries(front, 0);
                // A worker that died of a fault is made good here, where the fault shows as what it is.
                found.extend(worker.join().unwrap_or_else(|_| entries(back, middle)));
                found
            })
        };
        let entries = if words.len() < SMALLEST_SHARE { entries(&words, 0) } else { shared() };
        let hasher = DefaultHashBuilder::default();
        let mut by_text = HashTable::with_capacity(words.len());
        for (at, word) in (0u32..).zip(&words) {
            // There is room for all of them: none is ever hashed again.
            by_text.insert_unique(hasher.hash_one(word.as_ref()), WordIx(at), |_| 0);
        }
        let bits = entries.len().checked_ilog2().unwrap_or(0).min(OPENING_BITS);
        let table = Lists::pack(1 << bits, entries.iter().map(|&entry| (opening(entry, bits), entry))).sorted();
        Self { words, by_text, hasher, table, bits }
    }

    /// The number of a word that is known just so.
    pub fn find(&self, word: &str) -> Option<WordIx> {
        self.by_text.find(self.hasher.hash_one(word), |&at| self.text(at) == word).copied()
    }

    /// The text of a known word.
    pub fn text(&self, word: WordIx) -> &str {
        self.words.get(word.0 as usize).map_or("", AsRef::as_ref)
    }

    /// Bytes the tables take.
    pub fn bytes(&self) -> usize {
        self.table.bytes() + self.words.iter().map(|w| w.len() + 16).sum::<usize>() * 2
    }

    fn with_key(&self, key: u64) -> impl Iterator<Item = WordIx> + '_ {
        let bucket = self.table.of(opening(key, self.bits));
        let from = bucket.partition_point(|&entry| entry < key);
        #[expect(clippy::cast_possible_truncation, reason = "the lower half is the word")]
        bucket.iter().skip(from).take_while(move |&&entry| entry >> 32 == key >> 32).map(|&entry| WordIx(entry as u32))
    }

    /// Known words that sound like `typed`, nearest first; ties in the order of the table.
    pub fn sounding(&self, typed: &str) -> Vec<WordIx> {
        let Some(sound) = Sound::of(typed) else { return Vec::new() };
        let alike = self.with_key(sound_key(&sound)).take(MOST_TRIED);
        let mut found: Vec<(u32, WordIx)> = alike.filter_map(|word| Some((sound.apart(&Sound::of(self.text(word))?)?, word))).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, word)| word).collect()
    }

    /// Known words that `typed` may be a slip or another spelling of, best first; ties in the order of the table. `is_foreign` tells the
    /// words that are spelt by ear; English ones are not.
    pub fn candidates(&self, typed: &str, is_foreign: impl Fn(WordIx) -> bool) -> Vec<Candidate> {
        let Some(typed) = Typed::of(typed) else { return Vec::new() };
        let mut tried: Vec<WordIx> = Vec::new();
        typed.each_form(|key| {
            if tried.len() < MOST_TRIED {
                tried.extend(self.with_key(key).take(MOST_TRIED));
            }
        });
        if let Some(key) = typed.sound_key() {
            tried.extend(self.with_key(key).take(MOST_TRIED));
        }
        tried.sort_unstable();
        tried.dedup();
        let mut found: Vec<Candidate> = tried.into_iter().filter_map(|word| typed.meets(word, self.text(word), &is_foreign)).collect();
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
