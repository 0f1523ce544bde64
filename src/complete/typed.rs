//! From a text that is not finished to what each of its words may stand for.

use super::{Completer, LineNo, READ, WordNo};
use crate::index::analysis::{Meaning, Tongue, WordCache};
use crate::index::spelling::Reason;
use crate::index::{Index, TermIx, WordOrigin};
use crate::text::romanise::Sound;
use crate::text::words::{Shape, Word, words};

/// Words that are read of a typed text: as many as a mask has bits.
const MOST_WORDS: usize = 32;
/// Other spellings that are tried for one word.
const RESPELT: usize = 4;
/// Place in the vector table, which goes from common to rare, up to which a word is everybody's.
const EVERYBODYS_RANK: u32 = 12_000;
/// Lines from which on the words that begin as typed are no accident of somebody's spelling.
const COMMON: usize = 8;

/// How surely a word of a line is the one that was typed.
mod weight {
    pub(super) const EXACT: f32 = 1.0;
    /// The typed letters begin it; the rest is given by how common it is and how little is missing.
    pub(super) const OPENING: f32 = 0.75;
    pub(super) const ONE_SLIP: f32 = 0.85;
    pub(super) const TWO_SLIPS: f32 = 0.7;
    pub(super) const SOUNDS: f32 = 0.85;
    /// It means the same.
    pub(super) const MEANING: f32 = 0.85;
    /// Two typed words are one.
    pub(super) const JOINED: f32 = 0.8;
    /// Its beginning holds a slip.
    pub(super) const OPENING_SLIP: f32 = 0.65;
    pub(super) const OPENING_SOUND: f32 = 0.6;
    /// It is an earlier word that was cut short.
    pub(super) const SHORTENED: f32 = 0.55;
}

/// What may stand in a line for a typed word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    /// A word as it is written.
    Word(WordNo),
    /// Anything that means so.
    Term(TermIx),
}

/// One typed word.
#[derive(Debug)]
pub(super) struct Slot {
    /// What it weighs among the typed words.
    pub(super) weight: f32,
    /// Whether it says nothing of the subject.
    pub(super) is_stop: bool,
    /// What may stand for it, surest first.
    pub(super) stands: Vec<(f32, Stand)>,
}

/// A typed text.
#[derive(Debug)]
pub(super) struct Typed {
    pub(super) slots: Vec<Slot>,
    pub(super) tongue: Tongue,
    /// Whether there are not letters enough to name anybody.
    pub(super) has_just_begun: bool,
}

impl Typed {
    /// Reads a text; nothing if it holds no word.
    pub(super) fn read(completer: &Completer, index: &Index, text: &str) -> Option<Self> {
        let end = text.char_indices().nth(READ).map_or(text.len(), |(at, _)| at);
        let head = text.get(..end).unwrap_or_default();
        let mut found = words(head);
        // With nothing behind it the last word may go on.
        let is_open = found.last().is_some_and(|last| last.end == head.len()) && found.len() <= MOST_WORDS;
        found.truncate(MOST_WORDS);
        drop_repeated(&mut found);
        if found.is_empty() {
            return None;
        }
        let mut cache = WordCache::default();
        let tongue = index.analyser.tongue(&found, &index.analyser.look_up(&found, &mut cache));
        let reader = Reader { completer, index, tongue };
        let exact: Vec<Option<WordNo>> = found.iter().map(|w| completer.find(&w.text)).collect();
        let mut meant = found.clone();
        let mut stands: Vec<Vec<(f32, Stand)>> = Vec::with_capacity(found.len());
        for (at, word) in found.iter().enumerate() {
            let goes_on = is_open && at + 1 == found.len();
            let mut slot = Vec::new();
            if let Some(word) = exact.get(at).copied().flatten() {
                slot.push((weight::EXACT, Stand::Word(word)));
            }
            if goes_on {
                reader.openings(word, &exact, &mut slot);
            } else if slot.is_empty() {
                if let Some(best) = reader.respelt(word, &mut slot)
                    && let Some(meant) = meant.get_mut(at)
                {
                    meant.text = completer.word(best).to_owned().into();
                }
                reader.shortened(word, &mut slot);
            }
            stands.push(slot);
        }
        reader.join(&found, &exact, is_open, &mut stands);
        reader.meanings(&meant, &mut cache, &mut stands);
        let slots = found.iter().zip(stands).enumerate().map(|(at, (word, stands))| {
            let goes_on = is_open && at + 1 == found.len();
            reader.slot(word, exact.get(at).copied().flatten(), goes_on, stands)
        });
        Some(Self { slots: slots.collect(), tongue, has_just_begun: head.chars().filter(|c| c.is_alphanumeric()).count() < 3 })
    }

    /// The slots that say something of the subject, as a mask.
    pub(super) fn subject(&self) -> u32 {
        self.slots.iter().enumerate().filter(|(_, s)| !s.is_stop).fold(0, |mask, (at, _)| mask | 1 << at)
    }
}

/// Leaves words out that stand before already, but for the last, which may go on: they say nothing new and cost as much.
fn drop_repeated(found: &mut Vec<Word>) {
    let last = found.pop();
    let mut kept: Vec<Word> = Vec::with_capacity(found.len() + 1);
    for word in found.drain(..) {
        if kept.iter().all(|before| before.text != word.text) {
            kept.push(word);
        }
    }
    kept.extend(last);
    *found = kept;
}

struct Reader<'a> {
    completer: &'a Completer,
    index: &'a Index,
    tongue: Tongue,
}

impl Reader<'_> {
    fn lines(&self, word: WordNo) -> usize {
        self.completer.postings.of(word.0).len()
    }

    /// What the last word may become.
    fn openings(&self, word: &Word, exact: &[Option<WordNo>], into: &mut Vec<(f32, Stand)>) {
        let letters = word.text.chars().count();
        // A word that is typed already is not what the next one begins.
        let (_, earlier) = exact.split_last().unwrap_or((&None, &[]));
        let opening: Vec<(WordNo, usize)> =
            self.completer.opening_with(&word.text).filter(|w| !earlier.contains(&Some(*w))).map(|w| (w, self.lines(w))).collect();
        let most = opening.iter().map(|(_, lines)| *lines).max().unwrap_or_default();
        let common: usize = opening.iter().map(|(_, lines)| *lines).sum();
        for (word, lines) in opening {
            let typed = ratio(letters, self.completer.word(word).chars().count());
            into.push((weight::OPENING + 0.1 * typed + 0.1 * ratio(lines, most).sqrt(), Stand::Word(word)));
        }
        if common >= COMMON || self.is_no_slip(word) {
            return;
        }
        self.respelt(word, into);
        // A whole English word is no slip of the beginning of another.
        if letters < 4 || self.is_english(word) {
            return;
        }
        // Slips in the first letter are rare, but for two that changed places.
        let mut front = word.text.chars();
        let firsts = [front.next(), front.next()];
        for first in firsts.into_iter().flatten() {
            let mut letter = [0; 4];
            let near =
                self.completer.opening_with(first.encode_utf8(&mut letter)).filter(|w| opens_nearly(&word.text, self.completer.word(*w)));
            into.extend(near.map(|w| (weight::OPENING_SLIP, Stand::Word(w))));
        }
        if let Some(consonants) = Sound::of(&word.text).map(|s| s.skeleton()).filter(|s| s.len() > 2) {
            into.extend(self.completer.sounding_like(&consonants).map(|w| (weight::OPENING_SOUND, Stand::Word(w))));
        }
    }

    /// Whether a word that no line has is meant as it stands: numbers, and words that everybody knows.
    fn is_no_slip(&self, word: &Word) -> bool {
        let rank = || self.index.vectors.as_ref().and_then(|v| v.rank(&word.text));
        word.shape == Shape::Number
            || self.index.analyser.lexicon.protected.contains(&*word.text)
            || (self.tongue == Tongue::English && rank().is_some_and(|rank| rank < EVERYBODYS_RANK))
    }

    fn is_english(&self, word: &Word) -> bool {
        self.tongue == Tongue::English && self.index.vectors.as_ref().is_some_and(|v| v.rank(&word.text).is_some())
    }

    /// Known words that a strange one may be a slip or another spelling of; tells the best.
    fn respelt(&self, word: &Word, into: &mut Vec<(f32, Stand)>) -> Option<WordNo> {
        let (index, lexicon) = (self.index, &self.index.analyser.lexicon);
        if self.is_no_slip(word) {
            return None;
        }
        let is_english = self.is_english(word);
        let by_ear = |w| index.origin(w) == WordOrigin::Urdu || index.analyser.is_name_word(index.word(w));
        let known = index.respellings(&word.text, by_ear).into_iter().filter_map(|candidate| {
            let text = index.word(candidate.word);
            let by_slip = matches!(candidate.reason, Reason::Slips(_));
            let is_other = lexicon.are_twins(&word.text, text)
                || (by_slip && lexicon.protected.contains(text))
                // A word that English has is no slip of an Urdu one.
                || (is_english && index.origin(candidate.word) == WordOrigin::Urdu);
            let weight = match candidate.reason {
                Reason::Slips(0 | 1) => weight::ONE_SLIP,
                Reason::Slips(_) => weight::TWO_SLIPS,
                Reason::Sounds => weight::SOUNDS,
            };
            self.completer.find(text).filter(|_| !is_other).map(|known| (weight, known))
        });
        let mut known: Vec<(f32, WordNo)> = known.take(2 * RESPELT).collect();
        known.sort_by(|(a, x), (b, y)| b.total_cmp(a).then(self.lines(*y).cmp(&self.lines(*x))));
        known.truncate(RESPELT);
        into.extend(known.iter().map(|(weight, word)| (*weight, Stand::Word(*word))));
        known.first().map(|(_, word)| *word)
    }

    /// "gov" for the government.
    fn shortened(&self, word: &Word, into: &mut Vec<(f32, Stand)>) {
        if word.shape != Shape::Number && word.text.chars().nth(1).is_some() {
            into.extend(self.completer.opening_with(&word.text).map(|w| (weight::SHORTENED, Stand::Word(w))));
        }
    }

    /// "ceas fire" for one word.
    fn join(&self, found: &[Word], exact: &[Option<WordNo>], is_open: bool, stands: &mut [Vec<(f32, Stand)>]) {
        for (at, pair) in found.windows(2).enumerate() {
            let [left, right] = pair else { continue };
            let (knows_left, knows_right) = (exact.get(at).copied().flatten(), exact.get(at + 1).copied().flatten());
            let is_number = left.shape == Shape::Number || right.shape == Shape::Number;
            if is_number || (knows_left.is_some() && knows_right.is_some()) {
                continue;
            }
            let goes_on = is_open && at + 2 == found.len();
            let joined = Word { text: format!("{}{}", left.text, right.text).into(), shape: left.shape, start: left.start, end: right.end };
            let mut both = Vec::new();
            if let Some(word) = self.completer.find(&joined.text) {
                both.push((1.0, Stand::Word(word)));
            }
            if goes_on && joined.text.chars().count() > 4 {
                both.extend(self.completer.opening_with(&joined.text).map(|w| (1.0, Stand::Word(w))));
            }
            if both.is_empty() {
                self.respelt(&joined, &mut both);
            }
            for slot in stands.iter_mut().skip(at).take(2) {
                slot.extend(both.iter().map(|(weight, stand)| (weight * weight::JOINED, *stand)));
            }
        }
    }

    /// Adds what means the same as the words that are meant.
    fn meanings(&self, meant: &[Word], cache: &mut WordCache, stands: &mut [Vec<(f32, Stand)>]) {
        let analyser = &self.index.analyser;
        let known = analyser.look_up(meant, cache);
        for token in analyser.tokens(meant, &known, self.tongue, cache) {
            if token.meaning == Meaning::Stop {
                continue;
            }
            let Some(term) = self.index.term(&token.term) else { continue };
            for slot in stands.iter_mut().take(token.to).skip(token.from) {
                slot.push((weight::MEANING, Stand::Term(term)));
            }
        }
    }

    /// Weighs a slot: rare words weigh more, words that carry no subject little, and a word that has just begun less than a whole one.
    fn slot(&self, word: &Word, exact: Option<WordNo>, goes_on: bool, mut stands: Vec<(f32, Stand)>) -> Slot {
        let all = self.completer.lines.len();
        stands.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let lines: usize = match exact {
            Some(word) if !goes_on => self.lines(word),
            _ => stands.iter().map(|(_, stand)| self.count(*stand)).sum(),
        };
        // A strange word is as rare as any, but it may be one that asks in another way.
        let lines = if stands.is_empty() { 3 } else { lines };
        let lexicon = &self.index.analyser.lexicon;
        let text = &*word.text;
        let is_stop = lexicon.stop.contains(text)
            || lexicon.roman_stop.contains(text)
            || lexicon.urdu_stop.contains(text)
            || (!lexicon.asks_are_terms && lexicon.asks.longest_at(&[text]).is_some())
            || lexicon.urdu_asks.longest_at(&[text]).is_some();
        let rarity = (1.0 + ratio(all, 1 + lines.min(all))).ln();
        let begun = if goes_on { 0.4 + 0.6 * ratio(text.chars().count(), 4).min(1.0) } else { 1.0 };
        let weight = match (is_stop, stands.is_empty()) {
            (true, true) => 0.3,
            (true, false) => 0.4 * rarity * begun,
            (false, _) => rarity * begun,
        };
        Slot { weight, is_stop, stands }
    }

    fn count(&self, stand: Stand) -> usize {
        match stand {
            Stand::Word(word) => self.lines(word),
            Stand::Term(term) => self.index.holders(term),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts, used as weights")]
fn ratio(some: usize, of: usize) -> f32 {
    some as f32 / of.max(1) as f32
}

/// Whether `word` begins with the typed letters but for one slip: a letter too many, too few, wrong, or swapped with its neighbour.
pub(super) fn opens_nearly(typed: &str, word: &str) -> bool {
    let opens = |typed: std::str::Chars<'_>, word: std::str::Chars<'_>| word.as_str().starts_with(typed.as_str());
    let (mut left, mut right) = (typed.chars(), word.chars());
    let mut at_front = true;
    loop {
        let (from_left, from_right) = (left.clone(), right.clone());
        match (left.next(), right.next()) {
            (None, _) => return true,
            // The word ends where one more letter was typed.
            (Some(_), None) => return left.next().is_none(),
            (Some(a), Some(b)) if a == b => at_front = false,
            (Some(a), Some(b)) => {
                let (mut second, mut other) = (left.clone(), right.clone());
                let is_swapped = second.next() == Some(b) && other.next() == Some(a) && opens(second, other);
                let one_off = opens(left.clone(), right.clone()) || opens(left, from_right) || opens(from_left, right);
                return is_swapped || (one_off && !at_front);
            }
        }
    }
}

impl Completer {
    /// The lines that hold what stands for a typed word.
    pub(super) fn each_line(&self, index: &Index, stand: Stand, mut use_line: impl FnMut(LineNo)) {
        match stand {
            Stand::Word(word) => self.postings.of(word.0).iter().copied().for_each(use_line),
            Stand::Term(term) => {
                for passage in index.passages_with(term) {
                    let fact = index.fact_of(passage.0);
                    let lines = self.lines_of_fact(fact);
                    let (_, last) = index.profile(fact).passages;
                    // Forms are the last of a fact's passages and all of its lines; without forms any passage leads to any line.
                    let behind = last.saturating_sub(passage.0);
                    let is_form = self.lines.get(lines.start as usize).is_some_and(|l| matches!(l.part, super::Part::Form(_)));
                    if !is_form {
                        lines.map(LineNo).for_each(&mut use_line);
                    } else if behind <= lines.end - lines.start {
                        use_line(LineNo(lines.end - behind));
                    }
                }
            }
        }
    }
}
