//! Names as people write them: of topics, of people, organisations, places and events, and of sources, misspelt, in part, or half typed.
//!
//! Few enough are compared word by word. A typed text fits a spelling where each of its words is met by a word there: as written, by
//! meaning, by how it begins, by a slip, by its sound; the surer, the better the fit.

use crate::fact::{Base, EntityIx, EntityKind, SourceIx};
use crate::index::Index;
use crate::index::analysis::{Analyser, WordCache};
use crate::knowledge::Knowledge;
use crate::question::Question;
use crate::text::cut::shorten;
use crate::text::distance::slips;
use crate::text::romanise::Sound;
use crate::text::words::{Shape, Word, words};

use super::topics;

/// Characters of a completion at most: what chat platforms allow for a choice.
const LONGEST: usize = 100;
/// Characters that are read of a typed name.
const READ: usize = 200;
/// Sources that are looked at for a name; of a larger base only these are found by their titles, all by id and address.
const SOURCES_READ: usize = 20_000;
/// Names that are offered where several fit, and topics that a selection holds at most.
pub const OFFERED: usize = 5;

/// What a typed name leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named<K> {
    /// This one.
    One(K),
    /// One of these, and nothing tells which; the likeliest first.
    Several(Vec<K>),
    /// Nothing; these are the nearest there are.
    Unknown(Vec<K>),
}

/// Whether the last word of a typed text may be unfinished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Typed {
    Whole,
    SoFar,
}

/// How well a typed text fits a spelling: the less, the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    /// What its words cost together.
    cost: u32,
    /// Words of the spelling that were not typed.
    unsaid: usize,
}

/// A typed text, ready to be compared.
struct Wanted {
    words: Vec<(String, Option<Sound>, Option<String>)>,
    typed: Typed,
    /// Words of a spelling that may be left unsaid.
    unsaid_at_most: usize,
}

impl Wanted {
    /// Reads a typed text; with an analyser, words are compared by meaning too.
    fn read(analyser: Option<&Analyser>, typed: &str, how: Typed) -> Self {
        let read: String = typed.chars().take(READ).collect();
        let words = words(&read).into_iter().map(|word| {
            let meaning = analyser.and_then(|analyser| meaning(analyser, word.clone()));
            (word.text.clone().into_owned(), Sound::of(&word.text), meaning)
        });
        Self { words: words.collect(), typed: how, unsaid_at_most: usize::MAX }
    }

    /// How well it fits a spelling, if all that was typed is met there.
    fn fit(&self, analyser: Option<&Analyser>, spelling: &str) -> Option<Fit> {
        let known = words(spelling);
        let last = self.words.len().checked_sub(1)?;
        let mut met = vec![false; known.len()];
        let mut cost = 0;
        for (at, wanted) in self.words.iter().enumerate() {
            let is_open = self.typed == Typed::SoFar && at == last;
            let costs =
                known.iter().enumerate().filter_map(|(at, known)| Some((word_cost(wanted, known, analyser, is_open)?, met[at], at)));
            let (own, _, by) = costs.min()?;
            met[by] = true;
            cost += own;
        }
        let unsaid = met.into_iter().filter(|met| !met).count();
        (unsaid <= self.unsaid_at_most).then_some(Fit { cost, unsaid })
    }
}

/// What a word alone means to the index.
fn meaning(analyser: &Analyser, word: Word<'_>) -> Option<String> {
    analyser.tokens_of_word(word, &mut WordCache::default()).first().map(|token| token.term.to_string())
}

/// What it costs to take a typed word for a known one, if it may be.
fn word_cost(
    (typed, sound, means): &(String, Option<Sound>, Option<String>),
    known: &Word<'_>,
    analyser: Option<&Analyser>,
    is_open: bool,
) -> Option<u32> {
    const SAME_MEANING: u32 = 1;
    const BEGINS: u32 = 2;
    const SLIP: u32 = 2;
    const SOUND: u32 = 3;
    /// Letters from which on the beginning of a word stands for it, though more was to come.
    const BEGINNING: usize = 4;
    if known.text == *typed {
        return Some(0);
    }
    if known.shape == Shape::Number || typed.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number is never nearly right, but it may be on its way.
        return (is_open && known.text.starts_with(typed.as_str())).then_some(BEGINS);
    }
    if means.is_some() && analyser.and_then(|analyser| meaning(analyser, known.clone())) == *means {
        return Some(SAME_MEANING);
    }
    let begins = known.text.starts_with(typed.as_str()) && (is_open || typed.chars().count() >= BEGINNING);
    let slipped = || slips(typed, &known.text).and_then(|slips| u32::try_from(slips).ok()).map(|slips| SLIP + slips);
    let sounds = || sound.as_ref()?.apart(&Sound::of(&known.text)?).map(|_| SOUND);
    if begins { Some(BEGINS) } else { slipped().or_else(sounds) }
}

/// The keys whose spellings fit, best first; of equals, what stands first.
fn fitting<K: PartialEq, S: AsRef<str>>(
    wanted: &Wanted,
    analyser: Option<&Analyser>,
    all: impl Iterator<Item = (K, Vec<S>)>,
) -> Vec<(Fit, K)> {
    let fits = all.filter_map(|(key, spellings)| {
        let best = spellings.iter().filter_map(|spelling| wanted.fit(analyser, spelling.as_ref())).min()?;
        Some((best, key))
    });
    let mut fits: Vec<(Fit, K)> = fits.collect();
    fits.sort_by_key(|(fit, _)| *fit);
    fits
}

/// Who is meant among those who fit: one, if nobody else fits as surely or the whole name was typed.
fn decide<K>(fits: Vec<(Fit, K)>) -> Named<K> {
    let rival = fits.get(1).map(|(fit, _)| *fit);
    let is_sure = fits.first().is_some_and(|(best, _)| match rival {
        None => true,
        Some(rival) => (best.unsaid == 0 && *best < rival) || best.cost + 1 < rival.cost,
    });
    let mut keys = fits.into_iter().map(|(_, key)| key);
    match keys.next() {
        None => Named::Unknown(Vec::new()),
        Some(first) if is_sure => Named::One(first),
        Some(first) => Named::Several(std::iter::once(first).chain(keys).take(OFFERED).collect()),
    }
}

/// The topic that a typed text names.
pub fn topic(knowledge: &Knowledge, typed: &str) -> Named<Box<str>> {
    let all = topics(&knowledge.base);
    let written = typed.trim();
    if let Some((topic, _)) = all.iter().find(|(topic, _)| **topic == *written) {
        return Named::One(topic.clone());
    }
    let analyser = Some(&*knowledge.index.analyser);
    let wanted = Wanted::read(analyser, written, Typed::Whole);
    let fits = fitting(&wanted, analyser, all.iter().map(|(topic, _)| (topic.clone(), vec![&**topic])));
    let is_number = wanted.words.iter().all(|(word, ..)| word.bytes().all(|byte| byte.is_ascii_digit()));
    match decide(if is_number { Vec::new() } else { fits }) {
        Named::Unknown(_) => Named::Unknown(all.iter().take(OFFERED).map(|(topic, _)| topic.clone()).collect()),
        found => found,
    }
}

/// Topics beside one whose names hold its words: other parts of the same matter.
pub fn beside(base: &Base, topic: &str) -> Vec<Box<str>> {
    let stem = words(topic).first().map(|word| word.text.clone().into_owned()).unwrap_or_default();
    let holds = |other: &str| words(other).iter().any(|word| word.text == stem);
    topics(base).into_iter().map(|(other, _)| other).filter(|other| **other != *topic && holds(other)).take(OFFERED).collect()
}

/// Whom or what a typed text names, by any spelling.
pub fn entity(knowledge: &Knowledge, typed: &str) -> Named<EntityIx> {
    let base = &knowledge.base;
    let written = typed.trim();
    if let Some(entity) = base.entity_named(written).or_else(|| understood(&knowledge.index, written)) {
        return Named::One(entity);
    }
    let wanted = Wanted::read(None, written, Typed::Whole);
    decide(fitting(&wanted, None, spelt(base, |_| true)))
}

/// The event that a typed text names, words that mean the same taken for one another.
pub fn event(knowledge: &Knowledge, typed: &str) -> Named<EntityIx> {
    let base = &knowledge.base;
    let analyser = Some(&*knowledge.index.analyser);
    if let Some(entity) = base.entity_named(typed.trim()).filter(|entity| base.entity(*entity).kind == EntityKind::Event) {
        return Named::One(entity);
    }
    let mut wanted = Wanted::read(analyser, typed, Typed::Whole);
    // "the attack" is half a name of many: more of it must be said than is left unsaid.
    wanted.unsaid_at_most = wanted.words.len().saturating_sub(1);
    decide(fitting(&wanted, analyser, spelt(base, |kind| kind == EntityKind::Event)))
}

/// The one name that a text holds, as a question would be understood; nothing if it holds anything else.
fn understood(index: &Index, typed: &str) -> Option<EntityIx> {
    let question = Question::read_clean(index, typed);
    let [only] = question.elements.as_slice() else { return None };
    let lexicon = &index.analyser.lexicon;
    let is_small = |word: &String| lexicon.joiners.contains(word.as_str()) || lexicon.honorifics.contains(word.as_str());
    let said = question.words.iter().filter(|word| !is_small(word)).count();
    let named = words(&only.typed).into_iter().filter(|word| !is_small(&word.text.clone().into_owned())).count();
    only.entity.filter(|_| said <= named)
}

fn spelt(base: &Base, is_meant: impl Fn(EntityKind) -> bool) -> impl Iterator<Item = (EntityIx, Vec<&str>)> {
    let entities = (0u32..).map(EntityIx).zip(base.entities()).filter(move |(_, entity)| is_meant(entity.kind));
    entities.map(|(at, entity)| (at, std::iter::once(&entity.name).chain(&entity.aliases).map(AsRef::as_ref).collect()))
}

/// The source that a typed text names: by its id, its address, or words of its publisher, title and date.
pub fn source(base: &Base, typed: &str) -> Named<SourceIx> {
    if let Some(source) = base.source_named(typed.trim()) {
        return Named::One(source);
    }
    let wanted = Wanted::read(None, typed, Typed::Whole);
    match decide(fitting(&wanted, None, described(base))) {
        Named::Unknown(_) => Named::Unknown(Vec::new()),
        found => found,
    }
}

fn described(base: &Base) -> impl Iterator<Item = (SourceIx, Vec<String>)> {
    let all = base.sources().take(SOURCES_READ);
    all.map(|at| (at, vec![source_line(base, at)]))
}

/// A source in one line: publisher, title, date.
pub fn source_line(base: &Base, at: SourceIx) -> String {
    let source = base.source(at);
    let published = source.published.map(|date| date.spoken());
    let parts = [source.publisher.as_deref(), Some(&*source.title), published.as_deref()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A choice while one types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is shown, at most 100 characters.
    pub label: String,
    /// What is sent, at most 100 characters.
    pub value: String,
}

impl Choice {
    fn same(text: &str) -> Self {
        let text = shorten(text, LONGEST);
        Self { label: text.clone(), value: text }
    }
}

/// Topics for what was typed so far; the most frequent before anything is.
pub fn complete_topic(knowledge: &Knowledge, typed: &str, most: usize) -> Vec<Choice> {
    let all = topics(&knowledge.base);
    let analyser = Some(&*knowledge.index.analyser);
    completed(&Wanted::read(analyser, typed, Typed::SoFar), analyser, all.iter().map(|(topic, _)| (&**topic, vec![&**topic])), most)
        .into_iter()
        .map(Choice::same)
        .collect()
}

/// Names for what was typed so far; before anything is, those that most facts name.
pub fn complete_entity(base: &Base, typed: &str, most: usize) -> Vec<Choice> {
    let mut counts = vec![0u32; base.entities().len()];
    for (_, fact) in base.readings() {
        for entity in fact.entities() {
            if let Some(count) = counts.get_mut(entity.0 as usize) {
                *count += 1;
            }
        }
    }
    let mut all: Vec<_> = spelt(base, |_| true).collect();
    all.sort_by_key(|(at, _)| std::cmp::Reverse(counts.get(at.0 as usize).copied()));
    completed(&Wanted::read(None, typed, Typed::SoFar), None, all.into_iter(), most)
        .into_iter()
        .map(|at| Choice::same(&base.entity(at).name))
        .collect()
}

/// Sources for what was typed so far.
pub fn complete_source(base: &Base, typed: &str, most: usize) -> Vec<Choice> {
    completed(&Wanted::read(None, typed, Typed::SoFar), None, described(base), most)
        .into_iter()
        .map(|at| Choice { label: shorten(&source_line(base, at), LONGEST), value: base.source(at).id.to_string() })
        .collect()
}

fn completed<K: PartialEq, S: AsRef<str>>(
    wanted: &Wanted,
    analyser: Option<&Analyser>,
    all: impl Iterator<Item = (K, Vec<S>)>,
    most: usize,
) -> Vec<K> {
    if wanted.words.is_empty() {
        return all.map(|(key, _)| key).take(most).collect();
    }
    fitting(wanted, analyser, all).into_iter().map(|(_, key)| key).take(most).collect()
}
