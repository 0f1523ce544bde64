//! From words to what they mean to the index: names, numbers, and plain terms, with translations and synonyms replaced.
//!
//! Facts and questions go through the same analysis, so that whatever it does, both meet in the same terms.

use std::borrow::Cow;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};

use crate::fact::{Base, EntityIx, EntityKind};
use crate::lexicon::{Lexicon, Phrases};
use crate::text::is_arabic_script;
use crate::text::numbers::read_number_words;
use crate::text::romanise::Sound;
use crate::text::stem::EnglishStemmer;
use crate::text::words::{Shape, Word, words};

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tongue {
    /// English, or nothing else known.
    English,
    /// Urdu in Latin letters.
    RomanUrdu,
    /// Urdu in its own script.
    Urdu,
}

/// What a piece of text is to the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Carries no subject.
    Stop,
    /// Names somebody or something known.
    Entity(EntityIx),
    /// A number.
    Number,
    /// Anything else.
    Term,
}

/// One or more words that mean one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub meaning: Meaning,
    /// How the index knows it: a stem, a plain term of the word lists, digits, or `@` and an entity's number.
    pub term: Arc<str>,
    /// The words as English text, for vectors: translated, not stemmed.
    pub english: Arc<str>,
    /// The first of its words.
    pub from: usize,
    /// Behind the last of its words.
    pub to: usize,
    /// Its slot in the cache, unless it was translated.
    pub slot: Option<Slot>,
}

/// A number, from 0, for each different word and each different name or phrase that a cache has met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot(pub u32);

/// What a word, a name or a phrase of the lists is wherever it stands.
#[derive(Debug, Clone)]
struct Sense {
    meaning: Meaning,
    term: Arc<str>,
    english: Arc<str>,
    slot: Slot,
}

impl Sense {
    fn entity(entity: EntityIx, english: &str, slot: Slot) -> Self {
        Self { meaning: Meaning::Entity(entity), term: entity_term(entity).into(), english: english.into(), slot }
    }

    fn token(&self, from: usize, to: usize) -> Token {
        Token { meaning: self.meaning, term: Arc::clone(&self.term), english: Arc::clone(&self.english), from, to, slot: Some(self.slot) }
    }
}

/// What is known of one word by itself; asked for each different word of a base once.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent properties of a word, each read by itself")]
pub struct WordFacts {
    /// The word, folded.
    pub text: Arc<str>,
    /// Its number among what was met.
    pub slot: Slot,
    stem: Box<str>,
    /// The term it stands for alone.
    pub plain: Arc<str>,
    /// How it sounds, by its consonants, for names of several words.
    sound: Option<Box<str>>,
    /// The name that it is by itself.
    name: Option<(EntityIx, Sense)>,
    /// The entry of the synonym list that it is by itself.
    synonym: Option<Sense>,
    /// Carries no subject in English, in Roman Urdu, in Urdu.
    stop: [bool; 3],
    /// Function word of Roman Urdu that is no English word.
    is_roman_mark: bool,
    is_arabic: bool,
    /// Is not heard in names: a title or a small word.
    is_silent: bool,
    opens_name: bool,
    continues_name: bool,
    opens_sounded: bool,
    continues_sounded: bool,
    opens_roman: bool,
    opens_urdu: bool,
    /// Opens and continues entries of the synonym list as written.
    opens_written: bool,
    continues_written: bool,
    /// Opens and continues entries of the synonym list by its stem.
    opens_stemmed: bool,
    continues_stemmed: bool,
    /// Opens an English phrase that asks.
    pub opens_ask: bool,
    /// Opens an Urdu phrase that asks.
    pub opens_urdu_ask: bool,
    /// Opens nothing: an English word that stands for itself.
    is_plain: bool,
}

impl WordFacts {
    /// Whether it is an English word that stands for itself, with no name, phrase or synonym that opens with it.
    pub fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// The word without its ending.
    pub fn stem(&self) -> &str {
        &self.stem
    }
}

/// Words already looked at, and names and phrases already read.
#[derive(Debug, Default)]
pub struct WordCache {
    /// By whom, where questions of several bases share the cache.
    owner: Option<Arc<Analyser>>,
    words: HashMap<Arc<str>, Arc<WordFacts>>,
    /// By their words behind a mark for what they are.
    phrases: HashMap<Box<str>, Sense>,
    slots: u32,
    /// Working memory for keys.
    key: String,
}

/// What a phrase of several words was read as.
#[derive(Debug, Clone, Copy)]
enum PhraseKind {
    Name,
    Synonym,
}

impl WordCache {
    /// Different words that are remembered from question to question.
    const MOST: u32 = 8_192;

    /// Forgets all when it was another analyser that looked, or when much is remembered. Slots given before mean nothing any more.
    pub fn belong_to(&mut self, analyser: &Arc<Analyser>) {
        let is_own = self.owner.as_ref().is_some_and(|owner| Arc::ptr_eq(owner, analyser));
        if !is_own || self.slots > Self::MOST {
            *self = Self { owner: Some(Arc::clone(analyser)), ..Self::default() };
        }
    }

    fn next_slot(&mut self) -> Slot {
        self.slots += 1;
        Slot(self.slots - 1)
    }

    /// The sense of several words, made when they are met first.
    fn phrase(&mut self, kind: PhraseKind, words: &[Arc<WordFacts>], make: impl FnOnce(&str, Slot) -> Sense) -> &Sense {
        self.key.clear();
        self.key.push(match kind {
            PhraseKind::Name => '@',
            PhraseKind::Synonym => '=',
        });
        for (at, word) in words.iter().enumerate() {
            if at > 0 {
                self.key.push(' ');
            }
            self.key.push_str(&word.text);
        }
        let slots = &mut self.slots;
        self.phrases.entry_ref(self.key.as_str()).or_insert_with_key(|key| {
            *slots += 1;
            make(key.get(1..).unwrap_or_default(), Slot(*slots - 1))
        })
    }
}

/// A name by its spoken words.
type SoundedName = (Vec<Box<str>>, EntityIx);

/// Everything that analysis needs to know.
#[derive(Debug)]
pub struct Analyser {
    /// The word lists.
    pub lexicon: Lexicon,
    stemmer: EnglishStemmer,
    /// Names as written.
    names: Phrases<EntityIx>,
    /// Names of several words by their consonants, each with the soundings to be checked.
    sounded: HashMap<Box<str>, Vec<SoundedName>>,
    longest_sounded: HashMap<Box<str>, usize>,
    /// Consonants of the words behind the first of those names.
    inner_sounded: HashSet<Box<str>>,
    /// Words of names that are not everyday words.
    name_words: HashSet<Box<str>>,
    people: HashSet<EntityIx>,
    /// Words of names to the first of those that sound like them: Umar to Omar.
    same_name: HashMap<Box<str>, Box<str>>,
}

impl Analyser {
    /// An analyser for the names of a base. `is_everyday` tells common English words, which no name makes rare.
    pub fn new(lexicon: Lexicon, base: &Base, is_everyday: impl Fn(&str) -> bool) -> Self {
        let mut analyser = Self {
            lexicon,
            stemmer: EnglishStemmer::default(),
            names: Phrases::default(),
            sounded: HashMap::new(),
            longest_sounded: HashMap::new(),
            inner_sounded: HashSet::new(),
            name_words: HashSet::new(),
            people: HashSet::new(),
            same_name: HashMap::new(),
        };
        for (at, entity) in (0u32..).map(EntityIx).zip(base.entities()) {
            let named_by_nature = matches!(entity.kind, EntityKind::Person | EntityKind::Organisation | EntityKind::Place);
            if entity.kind == EntityKind::Person {
                analyser.people.insert(at);
            }
            for alias in std::iter::once(&entity.name).chain(&entity.aliases) {
                // A gloss in brackets tells namesakes apart in lists; nobody types it.
                let plain = alias.split('(').next().unwrap_or(alias);
                // "ceasefire" and "peace talks" are aliases of events, but to a question they are subjects; "Zarb-e-Azb" is a name.
                let proper = words(plain)
                    .iter()
                    .all(|w| analyser.lexicon.joiners.contains(w.text.as_ref()) || analyser.is_strange(&w.text, &is_everyday));
                if named_by_nature || proper {
                    analyser.add_name(plain, at, &is_everyday);
                }
            }
        }
        analyser.group_names();
        analyser
    }

    /// Puts spellings of one word of a name under one of them.
    fn group_names(&mut self) {
        let mut sorted: Vec<Box<str>> = self.name_words.iter().cloned().collect();
        sorted.sort_unstable();
        let mut heads: HashMap<Vec<u8>, Vec<Box<str>>> = HashMap::new();
        for word in sorted {
            let Some(skeleton) = Sound::of(&word).map(|s| s.skeleton()).filter(|s| s.len() > 1) else {
                continue;
            };
            let group = heads.entry(skeleton).or_default();
            match group.iter().find(|head| self.may_be_one(head, &word)) {
                Some(head) => {
                    self.same_name.insert(word, head.clone());
                }
                None => group.push(word),
            }
        }
    }

    /// The term of a word that stands for itself.
    pub fn plain_term<'w>(&'w self, word: &'w str) -> Cow<'w, str> {
        self.stem(self.same_name.get(word).map_or(word, AsRef::as_ref))
    }

    /// Whether a folded word belongs to names only.
    fn is_strange(&self, word: &str, is_everyday: &impl Fn(&str) -> bool) -> bool {
        let lexicon = &self.lexicon;
        let is_listed = lexicon.spellings.contains(word) || lexicon.stop.contains(word) || lexicon.urdu.alone(word).is_some();
        !is_everyday(word) && !is_listed && !word.bytes().all(|b| b.is_ascii_digit())
    }

    fn add_name(&mut self, name: &str, entity: EntityIx, is_everyday: &impl Fn(&str) -> bool) {
        let parts: Vec<String> = words(name).into_iter().map(|w| w.text.into_owned()).collect();
        self.names.add(&parts, entity);
        for part in &parts {
            let is_small = self.lexicon.joiners.contains(part.as_str()) || self.lexicon.honorifics.contains(part.as_str());
            if part.len() > 2 && !is_small && !is_everyday(part) && !self.lexicon.stop.contains(part.as_str()) {
                self.name_words.insert(part.as_str().into());
            }
        }
        let spoken: Vec<Box<str>> = parts.iter().filter(|p| !self.is_silent(p)).map(|p| trim_joiner(p).into()).collect();
        if spoken.len() < 2 {
            return;
        }
        if let Some(keys) = spoken.iter().map(|p| sound_key(p)).collect::<Option<Vec<String>>>() {
            if let Some(first) = keys.first() {
                let longest = self.longest_sounded.entry(first.as_str().into()).or_default();
                *longest = (*longest).max(keys.len());
            }
            self.inner_sounded.extend(keys.iter().skip(1).map(|k| Box::from(k.as_str())));
            self.sounded.entry(keys.join(" ").into()).or_default().push((spoken, entity));
        }
    }

    fn is_silent(&self, word: &str) -> bool {
        self.lexicon.joiners.contains(word) || self.lexicon.honorifics.contains(word)
    }

    /// Whether a folded word belongs to a name of the base and to no everyday speech.
    pub fn is_name_word(&self, word: &str) -> bool {
        self.name_words.contains(word)
    }

    /// Every word of names that is not an everyday word.
    pub fn name_words(&self) -> impl Iterator<Item = &str> {
        self.name_words.iter().map(AsRef::as_ref)
    }

    /// Whether an entity is a person.
    pub fn is_person(&self, entity: EntityIx) -> bool {
        self.people.contains(&entity)
    }

    /// The terms of the single words of a person's name, so that half of it finds the person too.
    pub fn name_terms<'f>(&self, token: &Token, facts: &'f [Arc<WordFacts>]) -> impl Iterator<Item = &'f str> {
        let words = match token.meaning {
            Meaning::Entity(entity) if self.is_person(entity) => facts.get(token.from..token.to).unwrap_or_default(),
            _ => &[],
        };
        words.iter().map(|w| w.plain.as_ref())
    }

    /// The tokens of one English word.
    pub fn tokens_of_word(&self, word: Word<'_>, cache: &mut WordCache) -> Vec<Token> {
        let words = [word];
        let facts = self.look_up(&words, cache);
        self.tokens(&words, &facts, Tongue::English, cache)
    }

    /// The stem of a folded English word.
    pub fn stem<'w>(&self, word: &'w str) -> Cow<'w, str> {
        self.stemmer.stem(word)
    }

    /// What a text is written in: Urdu if most words are in its script, Roman Urdu if at least two of its function words show it (one, in
    /// up to four words).
    pub fn tongue(&self, words: &[Word<'_>], facts: &[Arc<WordFacts>]) -> Tongue {
        let mut arabic = 0;
        let mut marks: Vec<Slot> = Vec::new();
        for (word, facts) in words.iter().zip(facts) {
            arabic += usize::from(facts.is_arabic);
            if facts.is_roman_mark && word.shape != Shape::Acronym && !marks.contains(&facts.slot) {
                marks.push(facts.slot);
            }
        }
        if arabic * 2 > words.len() {
            Tongue::Urdu
        } else if marks.len() >= 2 || (marks.len() == 1 && words.len() <= 4) {
            Tongue::RomanUrdu
        } else {
            Tongue::English
        }
    }

    /// What is known of each word by itself.
    pub fn look_up(&self, words: &[Word<'_>], cache: &mut WordCache) -> Vec<Arc<WordFacts>> {
        words.iter().map(|w| self.known(&w.text, cache)).collect()
    }

    /// What is known of one folded word by itself.
    pub fn known(&self, word: &str, cache: &mut WordCache) -> Arc<WordFacts> {
        if let Some(facts) = cache.words.get(word) {
            return Arc::clone(facts);
        }
        let lexicon = &self.lexicon;
        let stem = self.stem(word);
        let asks = !lexicon.asks_are_terms && lexicon.asks.alone(word).is_some();
        let urdu_asks = lexicon.urdu_asks.alone(word).is_some();
        let denies = lexicon.negations.contains(word);
        let stop = lexicon.stop.contains(word);
        let letter = !lexicon.asks_are_terms && word.len() == 1 && word.bytes().all(|b| b.is_ascii_alphabetic());
        let is_silent = self.is_silent(word);
        let sound = sound_key(trim_joiner(word)).map(String::into_boxed_str);
        let opens_name = self.names.opens(word);
        // A name does not open with a stop word unless it is written so ("The News").
        let opens_sounded = !stop && !is_silent && sound.as_ref().is_some_and(|key| self.longest_sounded.contains_key(key));
        let opens_written = lexicon.english.opens(word);
        let opens_stemmed = lexicon.english_stems.opens(&stem);
        let slot = cache.next_slot();
        let name = self.names.alone(word).map(|&entity| (entity, Sense::entity(entity, word, cache.next_slot())));
        let synonym = self.synonym_alone(word, &stem).map(|term| self.synonym_sense(term, word, cache.next_slot()));
        let text: Arc<str> = word.into();
        let facts = Arc::new(WordFacts {
            slot,
            is_plain: !opens_name && !opens_sounded && !opens_written && !opens_stemmed && synonym.is_none(),
            plain: match self.same_name.get(word) {
                Some(head) => self.stem(head).into(),
                None if stem == word => Arc::clone(&text),
                None => stem.as_ref().into(),
            },
            stop: [
                asks || denies || stop || letter,
                asks || urdu_asks || denies || stop || lexicon.roman_stop.contains(word),
                asks || urdu_asks || denies || lexicon.urdu_stop.contains(word),
            ],
            is_roman_mark: (lexicon.roman_stop.contains(word) || urdu_asks) && !stop && word != "the",
            is_arabic: is_arabic_script(word),
            is_silent,
            opens_name,
            continues_name: self.names.continues(word),
            opens_sounded,
            continues_sounded: sound.as_ref().is_some_and(|key| self.inner_sounded.contains(key)),
            opens_roman: lexicon.roman.opens(word),
            opens_urdu: lexicon.urdu.opens(word),
            opens_written,
            continues_written: lexicon.english.continues(word),
            opens_stemmed,
            continues_stemmed: lexicon.english_stems.continues(&stem),
            opens_ask: lexicon.asks.opens(word),
            opens_urdu_ask: lexicon.urdu_asks.opens(word),
            stem: stem.into(),
            sound,
            name,
            synonym,
            text: Arc::clone(&text),
        });
        cache.words.insert(text, Arc::clone(&facts));
        facts
    }

    /// The words of a text of a fact, and what they mean.
    pub fn read(&self, text: &str, cache: &mut WordCache) -> Vec<Token> {
        let mut found = words(text);
        read_number_words(&mut found);
        let facts = self.look_up(&found, cache);
        self.tokens(&found, &facts, self.tongue(&found, &facts), cache)
    }

    /// What words mean. Every word belongs to exactly one token, in order, but for translations, where a token may share its words
    /// with the next.
    pub fn tokens(&self, words: &[Word<'_>], facts: &[Arc<WordFacts>], tongue: Tongue, cache: &mut WordCache) -> Vec<Token> {
        let mut out = Vec::with_capacity(words.len());
        let mut at = 0;
        while at < words.len() {
            at += self.token_at(at, words, facts, tongue, cache, &mut out);
        }
        out
    }

    /// Adds the token that opens at a word; tells how many words it took.
    fn token_at(
        &self,
        at: usize,
        words: &[Word<'_>],
        facts: &[Arc<WordFacts>],
        tongue: Tongue,
        cache: &mut WordCache,
        out: &mut Vec<Token>,
    ) -> usize {
        let rest = facts.get(at..).unwrap_or_default();
        let (Some(word), Some(known)) = (words.get(at), rest.first()) else {
            return 1;
        };
        let is_stop = known.stop[tongue as usize] || self.asks_behind_how(words, at);
        if known.is_plain && tongue == Tongue::English && word.shape != Shape::Number {
            out.push(plain_token(known, if is_stop { Meaning::Stop } else { Meaning::Term }, at));
            return 1;
        }
        // "tell us" is not about the United States, "the US" is.
        let name = self.name_at(rest).filter(|(_, used)| *used > 1 || !is_stop || word.shape == Shape::Acronym);
        let texts = || rest.iter().map(|w| w.text.as_ref());
        let translated = match tongue {
            Tongue::RomanUrdu if known.opens_roman => self.lexicon.roman.longest_of(texts()),
            Tongue::Urdu if known.opens_urdu => self.lexicon.urdu.longest_of(texts()),
            _ => None,
        };
        let phrase = self.synonym_phrase_at(rest);
        let synonym_words = phrase.map_or(usize::from(known.synonym.is_some()), |(_, n)| n);
        if let Some((entity, used)) = name
            && used >= translated.map_or(0, |(_, n)| n).max(synonym_words)
        {
            let sense = match &known.name {
                Some((_, sense)) if used == 1 => sense,
                _ => cache
                    .phrase(PhraseKind::Name, rest.get(..used).unwrap_or_default(), |english, slot| Sense::entity(entity, english, slot)),
            };
            out.push(sense.token(at, at + used));
            return used;
        }
        if let Some((means, used)) = translated
            && synonym_words <= used
        {
            self.translate(means, at, at + used, cache, out);
            return used;
        }
        // A phrase that opens with a stop word counts ("put pen to"), a stop word alone does not.
        if let Some((term, used)) = phrase {
            let sense = cache
                .phrase(PhraseKind::Synonym, rest.get(..used).unwrap_or_default(), |english, slot| self.synonym_sense(term, english, slot));
            out.push(sense.token(at, at + used));
            return used;
        }
        if let Some(sense) = &known.synonym
            && !is_stop
        {
            out.push(sense.token(at, at + 1));
            return 1;
        }
        let meaning = match (word.shape, is_stop) {
            (Shape::Number, _) => Meaning::Number,
            (_, true) => Meaning::Stop,
            (_, false) => Meaning::Term,
        };
        out.push(plain_token(known, meaning, at));
        1
    }

    fn asks_behind_how(&self, words: &[Word<'_>], at: usize) -> bool {
        !self.lexicon.asks_are_terms && stands_behind_how(words, at)
    }

    /// The term that the synonym list has for one word: as written, in the singular, by its stem.
    fn synonym_alone(&self, word: &str, stem: &str) -> Option<&str> {
        let english = &self.lexicon.english;
        let exact = english.alone(word).or_else(|| english.alone(singular(word)?));
        exact.or_else(|| self.lexicon.english_stems.alone(stem)).map(AsRef::as_ref)
    }

    /// The longest entry of the synonym list that has several words: as written, by its stems.
    fn synonym_phrase_at(&self, rest: &[Arc<WordFacts>]) -> Option<(&str, usize)> {
        let (first, next) = (rest.first()?, rest.get(1)?);
        let is_written = first.opens_written && next.continues_written;
        let is_stemmed = first.opens_stemmed && next.continues_stemmed;
        let written = is_written.then(|| self.lexicon.english.longest_of(rest.iter().map(|w| w.text.as_ref()))).flatten();
        let stemmed = is_stemmed.then(|| self.lexicon.english_stems.longest_of(rest.iter().map(|w| w.stem.as_ref()))).flatten();
        let best = match (written, stemmed) {
            (Some(a), Some(b)) if b.1 > a.1 => b,
            (Some(a), _) => a,
            (None, b) => b?,
        };
        Some((best.0.as_ref(), best.1)).filter(|(_, used)| *used > 1)
    }

    /// A plain term of the word lists; where it is somebody's name, the name.
    fn synonym_sense(&self, term: &str, english: &str, slot: Slot) -> Sense {
        let parts: Vec<Cow<'_, str>> = words(term).into_iter().map(|w| w.text).collect();
        if let Some((&entity, used)) = self.names.longest_at(&parts)
            && used == parts.len()
        {
            return Sense::entity(entity, english, slot);
        }
        let empty = self.lexicon.stop.contains(term);
        Sense { meaning: if empty { Meaning::Stop } else { Meaning::Term }, term: parts.join(" ").into(), english: english.into(), slot }
    }

    /// The tokens of an English translation; all of them stand for the same words.
    fn translate(&self, means: &str, from: usize, to: usize, cache: &mut WordCache, out: &mut Vec<Token>) {
        let english = words(means);
        let facts = self.look_up(&english, cache);
        for mut token in self.tokens(&english, &facts, Tongue::English, cache) {
            if token.meaning != Meaning::Stop {
                token.english = token_words(&english, &token).into();
                token.slot = None;
                (token.from, token.to) = (from, to);
                out.push(token);
            }
        }
    }

    /// The longest name that words open with.
    fn name_at(&self, rest: &[Arc<WordFacts>]) -> Option<(EntityIx, usize)> {
        let known = rest.first()?;
        let written = if known.opens_name && rest.get(1).is_some_and(|next| next.continues_name) {
            self.names.longest_of(rest.iter().map(|w| w.text.as_ref())).map(|(&entity, used)| (entity, used))
        } else {
            known.name.as_ref().map(|(entity, _)| (*entity, 1))
        };
        let sounded = known.opens_sounded.then(|| self.sounded_name_at(rest)).flatten();
        match (written, sounded) {
            (Some(a), Some(b)) => Some(if b.1 > a.1 { b } else { a }),
            (a, b) => a.or(b),
        }
    }

    fn sounded_name_at(&self, rest: &[Arc<WordFacts>]) -> Option<(EntityIx, usize)> {
        let first = rest.first()?;
        let heard = || rest.iter().enumerate().skip(1).filter(|(_, word)| !word.is_silent);
        if !heard().next()?.1.continues_sounded {
            return None;
        }
        let mut key = first.sound.as_deref()?.to_owned();
        let longest = *self.longest_sounded.get(key.as_str())?;
        let mut spoken = vec![trim_joiner(&first.text)];
        let mut found = None;
        for (at, word) in heard() {
            if spoken.len() == longest {
                break;
            }
            let Some(next) = word.sound.as_deref().filter(|_| word.continues_sounded) else {
                break;
            };
            key.push(' ');
            key.push_str(next);
            spoken.push(trim_joiner(&word.text));
            for (parts, entity) in self.sounded.get(key.as_str()).into_iter().flatten() {
                if parts.iter().zip(&spoken).all(|(a, b)| self.may_be_one(a, b)) {
                    found = Some((*entity, at + 1));
                    break;
                }
            }
        }
        found
    }

    /// Whether two folded words may be one name by their sounds.
    fn may_be_one(&self, a: &str, b: &str) -> bool {
        a == b || (!self.lexicon.are_twins(a, b) && Sound::of(a).zip(Sound::of(b)).is_some_and(|(a, b)| a.apart(&b).is_some()))
    }
}

/// A token of one word that stands for itself.
fn plain_token(known: &WordFacts, meaning: Meaning, at: usize) -> Token {
    let term = Arc::clone(if meaning == Meaning::Number { &known.text } else { &known.plain });
    Token { meaning, term, english: Arc::clone(&known.text), from: at, to: at + 1, slot: Some(known.slot) }
}

/// "how many", "how long": the second word asks too.
fn stands_behind_how(words: &[Word<'_>], at: usize) -> bool {
    let behind_how = at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|w| w.text == "how");
    behind_how && words.get(at).is_some_and(|w| matches!(w.text.as_ref(), "many" | "much" | "long" | "big" | "large" | "high" | "come"))
}

/// A plural without its s.
fn singular(word: &str) -> Option<&str> {
    word.strip_suffix('s').filter(|w| w.len() > 3 && !w.ends_with('s'))
}

fn token_words(words: &[Word<'_>], token: &Token) -> String {
    words.get(token.from..token.to).unwrap_or_default().iter().map(|w| w.text.as_ref()).collect::<Vec<_>>().join(" ")
}

/// How the index writes an entity: no word can look like it.
pub fn entity_term(entity: EntityIx) -> String {
    format!("@{}", entity.0)
}

/// "jamaatul" is "jamaat ul" written together.
fn trim_joiner(word: &str) -> &str {
    match word.strip_suffix("ul") {
        Some(rest) if rest.len() >= 4 => rest,
        _ => word,
    }
}

fn sound_key(word: &str) -> Option<String> {
    String::from_utf8(Sound::of(word)?.skeleton()).ok().filter(|k| !k.is_empty())
}
