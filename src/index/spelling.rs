//! From a word that the base does not hold to the words that may be meant.
//!
//! Deletion neighbourhoods (`SymSpell`'s idea): two words within one slip of each other share a form with at most one letter deleted from
//! either. All such forms of all known words stand in one sorted table of hashes. Spellings of foreign names are found the same way by
//! their consonants (see [`crate::text::romanise`]).

use super::lists::Lists;
use super::texts::{Fnv, Texts};
use crate::image::{Image, Tag, Unusable, Writer};
use crate::text::distance::{TWO_SLIPS_FROM, slips, slips_allowed};
use crate::text::romanise::Sound;

/// Letters of a word's front that deletions are made in; a slip behind them is found by the untouched front.
const FRONT: usize = 9;

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
pub struct Spelling<'i> {
    words: Texts<'i>,
    /// For each opening of a hash the words with a form of such a hash, in order: of the hash behind its opening as many bits as a word's
    /// number leaves, then the word. What else of a hash differs shows when the words are compared.
    table: Lists<'i, u32>,
    keys: Keys,
}

/// How a hash is cut.
#[derive(Debug, Clone, Copy, Default)]
struct Keys {
    /// Bits by which the table is entered.
    opening: u32,
    /// Bits of a word's number.
    word: u32,
}

impl Keys {
    fn of(words: usize, entries: usize) -> Self {
        let bits = |count: usize| usize::BITS - count.leading_zeros();
        Self { opening: bits(entries).saturating_sub(2).clamp(1, 26), word: bits(words).clamp(1, 31) }
    }

    /// The list of the table that a hash is in.
    fn list(self, hash: u64) -> u32 {
        u32::try_from(hash >> (u64::BITS - self.opening)).unwrap_or(0)
    }

    /// What stands of the hash in an entry, where the word's number is 0.
    fn check(self, hash: u64) -> u32 {
        let behind = u32::try_from((hash << self.opening) >> u32::BITS).unwrap_or(0);
        behind >> self.word << self.word
    }
}

/// Words that are worth a core of their own.
const SMALLEST_SHARE: usize = 512;

/// The hash of words that sound so.
fn sound_key(sound: &Sound) -> u64 {
    let mut opening = Fnv::default();
    opening.write(b"~");
    opening.with(&sound.skeleton())
}

/// Calls `use_key` with the hash of every form of `word` with up to `deletions` letters of its front taken out.
fn each_form(word: &str, deletions: usize, use_key: &mut impl FnMut(u64)) {
    let front = word.char_indices().nth(FRONT).map_or(word.len(), |(at, _)| at);
    let (head, _) = word.split_at_checked(front).unwrap_or((word, ""));
    let bytes = head.as_bytes();
    let letters = || head.char_indices().map(|(at, c)| (at, at + c.len_utf8()));
    let part = |from: usize, to: usize| bytes.get(from..to).unwrap_or_default();
    // What stands before a letter that is taken out is hashed once.
    let mut before = Fnv::default();
    use_key(before.with(bytes));
    if deletions == 0 {
        return;
    }
    for (first, (start, end)) in letters().enumerate() {
        use_key(before.with(part(end, bytes.len())));
        if deletions > 1 {
            let mut between = before.clone();
            for (from, to) in letters().skip(first + 1) {
                use_key(between.with(part(to, bytes.len())));
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

/// The hashes by which a word is found.
pub(super) fn each_hash(word: &str, use_hash: &mut impl FnMut(u64)) {
    let letters = word.chars().count();
    if letters < 3 || word.bytes().all(|b| b.is_ascii_digit()) {
        return;
    }
    each_form(word, deletions_of(letters), use_hash);
    if let Some(sound) = Sound::of(word) {
        use_hash(sound_key(&sound));
    }
}

/// The hashes of words that are numbered from `first`, each with its word.
fn hashes(words: &Texts<'_>, from: u32, to: u32) -> Vec<(u64, u32)> {
    let mut hashes = Vec::with_capacity((to - from) as usize * 24);
    for at in from..to {
        each_hash(words.text(at), &mut |hash| hashes.push((hash, at)));
    }
    hashes
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
        // Of three letters or fewer too little is left without the vowels.
        let sound = || Sound::of(text).filter(|_| letters >= 4);
        (3..=40).contains(&letters).then(|| Self { text, letters, sound: sound() })
    }

    /// Calls `use_hash` with each hash by which slips of it are found.
    pub(super) fn each_form(&self, use_hash: &mut impl FnMut(u64)) {
        each_form(self.text, deletions_of(self.letters), use_hash);
    }

    /// The hash by which words are found that sound like it.
    pub(super) fn sound_hash(&self) -> Option<u64> {
        self.sound.as_ref().map(sound_key)
    }

    /// What a known word costs that it is a slip of.
    pub(super) fn slips_to(&self, known: &str) -> Option<(u32, Reason)> {
        slips(self.text, known).map(|n| (u32::try_from(n).unwrap_or(u32::MAX) * 10, Reason::Slips(n)))
    }

    /// What a known word costs that it is another spelling of. In four letters one vowel is a quarter of the word: only the very same
    /// sounds count.
    pub(super) fn sounds_like(&self, known: &str) -> Option<(u32, Reason)> {
        let apart = self.sound.as_ref()?.apart(&Sound::of(known)?)?;
        (self.letters > 4 || apart == 0).then_some((apart + 3, Reason::Sounds))
    }
}

/// The hash of words that sound like a typed one, and how far a known word is from its sound.
pub(super) fn sounding(typed: &str) -> Option<(u64, impl Fn(&str) -> Option<u32>)> {
    let sound = Sound::of(typed)?;
    Some((sound_key(&sound), move |known: &str| sound.apart(&Sound::of(known)?)))
}

impl Spelling<'static> {
    /// A table of known words, each given once.
    pub fn build<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        let words = Texts::of(words);
        let count = words.count();
        let middle = count / 2;
        let shared = || {
            std::thread::scope(|scope| {
                let worker = scope.spawn(|| hashes(&words, middle, count));
                let mut found = hashes(&words, 0, middle);
                // A worker that died of a fault is made good here, where the fault shows as what it is.
                found.extend(worker.join().unwrap_or_else(|_| hashes(&words, middle, count)));
                found
            })
        };
        let hashes = if (count as usize) < SMALLEST_SHARE { hashes(&words, 0, count) } else { shared() };
        let keys = Keys::of(count as usize, hashes.len());
        let table = Lists::pack(1 << keys.opening, hashes.iter().map(|&(hash, word)| (keys.list(hash), keys.check(hash) | word))).sorted();
        Self { words, table, keys }
    }
}

const WORDS: Tag = Tag::new(*b"words   ");
const TABLE: Tag = Tag::new(*b"slips   ");
const KEYS: Tag = Tag::new(*b"slipkeys");

impl<'i> Spelling<'i> {
    /// A table that was saved.
    pub(super) fn open(image: &'i Image) -> Result<Self, Unusable> {
        let keys = match image.slice(KEYS)? {
            [opening @ 1..=31, word @ 1..=31] => Keys { opening: *opening, word: *word },
            _ => return Err(Unusable::damaged(format!("its section `{KEYS}` is not that of a table"))),
        };
        Ok(Self { words: Texts::open(image, WORDS)?, table: Lists::open(image, TABLE)?, keys })
    }

    /// Gathers what [`Self::open`] reads.
    pub(super) fn save<'w>(&'w self, writer: &mut Writer<'w>) {
        self.words.save(writer, WORDS);
        self.table.save(writer, TABLE);
        writer.bytes(KEYS, bytemuck::cast_slice(&[self.keys.opening, self.keys.word]).to_vec());
    }

    /// The number of a word that is known just so.
    pub fn find(&self, word: &str) -> Option<WordIx> {
        self.words.find(word).map(WordIx)
    }

    /// The text of a known word.
    pub fn text(&self, word: WordIx) -> &str {
        self.words.text(word.0)
    }

    /// Bytes the tables take.
    pub fn bytes(&self) -> usize {
        self.table.bytes() + self.words.bytes()
    }

    fn with_hash(&self, hash: u64) -> impl Iterator<Item = WordIx> + '_ {
        let list = self.table.of(self.keys.list(hash));
        let check = self.keys.check(hash);
        let behind = check | ((1u32 << self.keys.word) - 1);
        let from = list.partition_point(|&entry| entry < check);
        list.iter().skip(from).take_while(move |&&entry| entry <= behind).map(move |&entry| WordIx(entry - check))
    }

    /// Known words that sound like `typed`, nearest first; ties in the order of the table.
    pub fn sounding(&self, typed: &str) -> Vec<WordIx> {
        let Some((hash, apart)) = sounding(typed) else { return Vec::new() };
        let alike = self.with_hash(hash).take(MOST_TRIED);
        let mut found: Vec<(u32, WordIx)> = alike.filter_map(|word| Some((apart(self.text(word))?, word))).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, word)| word).collect()
    }

    /// Known words that `typed` may be a slip or another spelling of, best first; ties in the order of the table. `is_foreign` tells the
    /// words that are spelt by ear; English ones are not.
    pub fn candidates(&self, typed: &str, is_foreign: impl Fn(WordIx) -> bool) -> Vec<Candidate> {
        let Some(typed) = Typed::of(typed) else { return Vec::new() };
        let mut tried: Vec<WordIx> = Vec::new();
        typed.each_form(&mut |hash| {
            if tried.len() < MOST_TRIED {
                tried.extend(self.with_hash(hash).take(MOST_TRIED));
            }
        });
        tried.sort_unstable();
        tried.dedup();
        let mut found: Vec<Candidate> = Vec::new();
        let slip = |word| typed.slips_to(self.text(word)).map(|(cost, reason)| Candidate { word, reason, cost });
        found.extend(tried.into_iter().filter_map(slip));
        let alike = typed.sound_hash().into_iter().flat_map(|hash| self.with_hash(hash).take(MOST_TRIED));
        for word in alike.filter(|word| is_foreign(*word)) {
            let Some((cost, reason)) = typed.sounds_like(self.text(word)) else { continue };
            match found.iter_mut().find(|candidate| candidate.word == word) {
                Some(known) if known.cost <= cost => {}
                Some(known) => (known.reason, known.cost) = (reason, cost),
                None => found.push(Candidate { word, reason, cost }),
            }
        }
        found.sort_by_key(|a| (a.cost, a.word));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(words: &[&str]) -> Spelling<'static> {
        Spelling::build(words.iter().copied())
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
            let known = Spelling::build(words.iter().map(AsRef::as_ref));
            let mut by_scan: Vec<&str> = words.iter().filter(|w| w.chars().count() >= 3).filter(|w| slips(&typed, w).is_some()).map(AsRef::as_ref).collect();
            let found = known.candidates(&typed, |_| true);
            let mut by_table: Vec<&str> = found.iter().filter(|c| slips(&typed, known.text(c.word)).is_some()).map(|c| known.text(c.word)).collect();
            by_scan.sort_unstable();
            by_table.sort_unstable();
            prop_assert_eq!(by_table, by_scan);
        }
    }
}
