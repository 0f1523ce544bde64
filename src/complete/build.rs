//! Gathering the lines that can be offered.

use std::cmp::Reverse;

use hashbrown::HashMap;

use super::{Completed, Completer, LONGEST, Line, LineNo, Part, WordNo};
use crate::fact::{Base, EntityIx, Fact, FactIx, Standing};
use crate::index::Index;
use crate::index::analysis::{Tongue, entity_term};
use crate::index::lists::Lists;
use crate::text::romanise::Sound;
use crate::text::words::words;
use crate::text::{fold, is_arabic_script};

/// Letters that a word takes with its space, rather too few than too many.
const LETTERS_A_WORD: usize = 5;
/// How often a piece of text comes again at the least, where there are question forms.
const USES_OF_A_PIECE: usize = 16;
/// Questions kept to start from.
const SPREAD: usize = 50;

/// Facts that are worth a core of their own.
const SMALLEST_SHARE: usize = 64;

pub(super) fn completer(base: &Base, index: &Index) -> Completer {
    let mut builder = Builder::of_facts(base);
    for (at, entity) in (0u32..).map(EntityIx).zip(base.entities()) {
        let mentions = index.term(&entity_term(at)).map_or(0, |term| index.holders(term));
        let quality = share((1 + mentions).ilog2(), (1 + index.fact_count()).ilog2());
        for name in std::iter::once(&entity.name).chain(&entity.aliases) {
            // A gloss in brackets tells namesakes apart; nobody types it.
            builder.line(Completed::Entity(at), Part::Name, quality, name.split('(').next().unwrap_or(name));
        }
    }
    builder.finish(base, index)
}

#[derive(Default)]
struct Builder {
    /// Words met, numbered as they came.
    met: HashMap<Box<str>, WordNo>,
    /// Pieces of text between spaces, each with where its words stand in `read`: most pieces come again, and are cut and folded once.
    pieces: HashMap<Box<str>, (u32, u32)>,
    read: Vec<WordNo>,
    lines: Vec<Line>,
    /// Words of all lines one behind the other, each with its line.
    found: Vec<(u32, WordNo)>,
}

impl Builder {
    /// The lines of all facts, a share of them gathered on each core.
    fn of_facts(base: &Base) -> Self {
        let facts: Vec<FactIx> = base.served().collect();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let share = facts.len().div_ceil(cores).max(SMALLEST_SHARE);
        let gather = |facts: &[FactIx]| {
            let mut builder = Self::default();
            // Some facts tell how much room all will want.
            let some = facts.iter().take(SMALLEST_SHARE).map(|at| base.reading(*at).questions.iter().map(|form| form.len()).sum::<usize>());
            let letters = some.sum::<usize>() * facts.len() / facts.len().clamp(1, SMALLEST_SHARE);
            builder.found.reserve(letters / LETTERS_A_WORD);
            builder.pieces.reserve(letters / LETTERS_A_WORD / USES_OF_A_PIECE);
            for at in facts {
                builder.fact(*at, &base.reading(*at));
            }
            builder
        };
        std::thread::scope(|scope| {
            let (first, others) = facts.split_at(share.min(facts.len()));
            let running: Vec<_> = others.chunks(share).map(|facts| (facts, scope.spawn(move || gather(facts)))).collect();
            let gathered = gather(first);
            // A worker that died of a fault is made good here, where the fault shows as what it is.
            running.into_iter().fold(gathered, |all, (facts, worker)| all.then(worker.join().unwrap_or_else(|_| gather(facts))))
        })
    }

    /// These lines and the next as one; the order of the numbers of words is set right at the end.
    fn then(mut self, next: Self) -> Self {
        let mut renumbered = vec![WordNo::default(); next.met.len()];
        for (word, old) in next.met {
            let number = WordNo(u32::try_from(self.met.len()).unwrap_or(u32::MAX));
            let new = *self.met.entry(word).or_insert(number);
            if let Some(slot) = renumbered.get_mut(old.0 as usize) {
                *slot = new;
            }
        }
        let shift = self.next_line();
        let of = |word: WordNo| renumbered.get(word.0 as usize).copied().unwrap_or_default();
        self.found.extend(next.found.iter().map(|(line, word)| (line + shift, of(*word))));
        self.lines.extend(next.lines);
        self
    }

    fn next_line(&self) -> u32 {
        u32::try_from(self.lines.len()).unwrap_or(u32::MAX)
    }

    fn fact(&mut self, at: FactIx, fact: &Fact) {
        let of = Completed::Fact(at);
        let sourced = if fact.standing == Standing::WellSourced { 0.1 } else { 0.0 };
        for (nth, form) in (0u32..).zip(&fact.questions) {
            let quality = if is_cut(form) { CUT } else { sourced + plainness(form) + first_come(nth) };
            self.line(of, Part::Form(nth), quality, form);
        }
        if fact.questions.is_empty() {
            if let Some(title) = &fact.title {
                self.line(of, Part::Title, if is_cut(title) { CUT } else { 0.8 + sourced }, title);
            }
            // A prefix of a word behind the cut would lead to a text that does not show it; whole words are met by the index's terms.
            let shown = fact.claim.char_indices().nth(LONGEST).and_then(|(at, _)| fact.claim.get(..at)).unwrap_or(&fact.claim);
            self.line(of, Part::Claim, 0.4 + sourced, shown);
        }
    }

    fn line(&mut self, of: Completed, part: Part, quality: f32, text: &str) {
        let line = self.next_line();
        for piece in text.split_ascii_whitespace() {
            let (from, to) = match self.pieces.get(piece) {
                Some(read) => *read,
                None => self.read(piece),
            };
            self.found.extend(self.read.get(from as usize..to as usize).unwrap_or_default().iter().map(|word| (line, *word)));
        }
        self.lines.push(Line { of, part, quality, tongue: Tongue::English });
    }

    /// Cuts a piece into its words; none goes over a space.
    fn read(&mut self, piece: &str) -> (u32, u32) {
        let here = |read: &[WordNo]| u32::try_from(read.len()).unwrap_or(u32::MAX);
        let from = here(&self.read);
        for word in words(piece) {
            let next = WordNo(u32::try_from(self.met.len()).unwrap_or(u32::MAX));
            self.read.push(*self.met.entry_ref(&*word.text).or_insert(next));
        }
        let read = (from, here(&self.read));
        self.pieces.insert(piece.into(), read);
        read
    }

    fn finish(mut self, base: &Base, index: &Index) -> Completer {
        let mut sorted: Vec<(Box<str>, WordNo)> = std::mem::take(&mut self.met).into_iter().collect();
        sorted.sort_unstable();
        let mut renumbered = vec![WordNo::default(); sorted.len()];
        for (new, (_, old)) in (0u32..).map(WordNo).zip(&sorted) {
            if let Some(slot) = renumbered.get_mut(old.0 as usize) {
                *slot = new;
            }
        }
        let words: Vec<Box<str>> = sorted.into_iter().map(|(word, _)| word).collect();
        for (_, word) in &mut self.found {
            *word = renumbered.get(word.0 as usize).copied().unwrap_or_default();
        }
        let (found, mut lines) = (self.found, self.lines);
        let (line_words, postings) = std::thread::scope(|scope| {
            let make = || postings(words.len(), &found);
            let worker = scope.spawn(make);
            let line_words = Lists::pack(lines.len(), found.iter().copied());
            let tongues: Vec<Tongue> = words.iter().map(|word| tongue_of_word(index, word)).collect();
            for (at, line) in (0u32..).zip(&mut lines) {
                line.tongue = tongue_of_line(line_words.of(at), &tongues);
            }
            (line_words, worker.join().unwrap_or_else(|_| make()))
        });
        let mut sounded: Vec<(Box<[u8]>, WordNo)> = (0u32..)
            .map(WordNo)
            .zip(&words)
            .filter(|(_, word)| index.analyser.is_name_word(word))
            .filter_map(|(at, word)| Some((Sound::of(word)?.skeleton().into(), at)))
            .collect();
        sounded.sort_unstable();
        let fact_lines = fact_lines(base.fact_count(), &lines);
        let spread = spread(base, &fact_lines);
        Completer { words, sounded, lines, line_words, postings, fact_lines, spread }
    }
}

/// The lines of each word: each once, however often it has the word.
fn postings(words: usize, found: &[(u32, WordNo)]) -> Lists<'static, LineNo> {
    let mut last = vec![u32::MAX; words];
    let mut pairs: Vec<(u32, LineNo)> = Vec::with_capacity(found.len());
    for &(line, word) in found {
        if let Some(last) = last.get_mut(word.0 as usize)
            && *last != line
        {
            *last = line;
            pairs.push((word.0, LineNo(line)));
        }
    }
    Lists::pack(words, pairs.iter().copied())
}

/// Where the lines of each fact begin, and behind the last. Lines of facts stand first, in the order of the facts.
fn fact_lines(facts: usize, lines: &[Line]) -> Vec<u32> {
    let mut ends = vec![0; facts + 1];
    for line in lines {
        if let Completed::Fact(fact) = line.of
            && let Some(count) = ends.get_mut(fact.0 as usize + 1)
        {
            *count += 1;
        }
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    ends
}

/// The quality of what does not fit: the cut may take what was to be asked.
const CUT: f32 = -0.5;

/// Bytes from which on a form is not short at all.
const SHORT: u32 = 200;

fn is_cut(text: &str) -> bool {
    text.len() > LONGEST && text.chars().count() > LONGEST
}

/// How much a form looks like a question as it should be written: opening with a capital, closing with its mark, and short.
fn plainness(form: &str) -> f32 {
    let opens = form.chars().next().is_some_and(|c| c.is_uppercase() || is_arabic_script(c.encode_utf8(&mut [0; 4])));
    let asks = form.ends_with(['?', '؟']);
    let looks = match (opens, asks) {
        (true, true) => 0.45,
        (true, false) | (false, true) => 0.15,
        (false, false) => 0.0,
    };
    let letters = u32::try_from(form.len()).unwrap_or(u32::MAX);
    looks + 0.15 * (1.0 - share(letters, SHORT).min(1.0))
}

/// Forms are written with the plainest first.
fn first_come(nth: u32) -> f32 {
    0.3 / (1.0 + share(nth, 4))
}

#[expect(clippy::cast_precision_loss, reason = "small counts, used as weights")]
fn share(some: u32, of: u32) -> f32 {
    some as f32 / of.max(1) as f32
}

/// The tongue that a word shows by itself.
fn tongue_of_word(index: &Index, word: &str) -> Tongue {
    let lexicon = &index.analyser.lexicon;
    if is_arabic_script(word) {
        return Tongue::Urdu;
    }
    let is_mark = lexicon.roman_stop.contains(word) || lexicon.urdu_asks.opens(word);
    if is_mark && !lexicon.stop.contains(word) && word != "the" { Tongue::RomanUrdu } else { Tongue::English }
}

/// The rule of `Analyser::tongue`, without the analysis of every word again: the index keeps no tongues.
fn tongue_of_line(words: &[WordNo], tongues: &[Tongue]) -> Tongue {
    let tongue = |word: &WordNo| tongues.get(word.0 as usize).copied().unwrap_or(Tongue::English);
    let urdu = words.iter().filter(|w| tongue(w) == Tongue::Urdu).count();
    if urdu * 2 > words.len() {
        return Tongue::Urdu;
    }
    let mut marks = words.iter().filter(|w| tongue(w) == Tongue::RomanUrdu);
    match marks.next() {
        Some(first) if words.len() <= 4 || marks.any(|other| other != first) => Tongue::RomanUrdu,
        _ => Tongue::English,
    }
}

/// Questions to start from: of each topic the fact with the best support, the topic with most facts first; then the second of each.
fn spread(base: &Base, fact_lines: &[u32]) -> Vec<LineNo> {
    let mut topics: HashMap<String, Vec<FactIx>> = HashMap::new();
    for (at, fact) in base.readings() {
        topics.entry(fact.topics.first().map(|t| fold(t).into_owned()).unwrap_or_default()).or_default().push(at);
    }
    let mut topics: Vec<Vec<FactIx>> = topics.into_values().collect();
    for facts in &mut topics {
        let support = |at: &FactIx| {
            let fact = base.reading(*at);
            let standing = match fact.standing {
                Standing::WellSourced => 0,
                Standing::SingleSource => 1,
                Standing::Disputed => 2,
            };
            let is_cut = fact.questions.first().is_some_and(|q| is_cut(q));
            (standing, is_cut, Reverse(fact.citations.iter().count()), *at)
        };
        facts.sort_by_cached_key(support);
    }
    topics.sort_by_key(|facts| (Reverse(facts.len()), facts.first().copied()));
    let rounds = topics.first().map_or(0, Vec::len).min(SPREAD);
    let in_turn = (0..rounds).flat_map(|round| topics.iter().filter_map(move |facts| facts.get(round)));
    in_turn.take(SPREAD).filter_map(|fact| fact_lines.get(fact.0 as usize).copied().map(LineNo)).collect()
}
