//! Building the index of a base.

use std::sync::Arc;

use hashbrown::HashMap;

use super::analysis::{Analyser, Meaning, Slot, Token, Tongue, WordCache, entity_term};
use super::core::{Core, Held, Origin, Scalars};
use super::days::Days;
use super::postings::Postings;
use super::spelling::Spelling;
use super::tables::{Met as MetAt, NewPassage, Tables};
use super::texts::Texts;
use super::{Counts, Index, Piece, TermIx, Traits, WordOrigin, number};
use crate::date::DaySpan;
use crate::date::phrases::{Grain, When, mentions};
use crate::fact::{Base, Fact, FactIx};
use crate::image::{Image, Unusable};
use crate::lexicon::{Lexicon, Wanted};
use crate::question::wanted_in;
use crate::text::numbers::read_number_words;
use crate::text::words::{Shape, words};
use crate::vectors::{DIMENSIONS, Packed, Vectors, pack};

/// English words at least this common (by place in the vector table) make no name rare.
const EVERYDAY_RANK: u32 = 9_000;
/// Facts that are worth a core of their own.
const SMALLEST_SHARE: usize = 64;

impl Index {
    /// Indexes every fact of a base.
    pub fn build(base: &Base, lexicon: Lexicon, vectors: Option<Vectors<'static>>) -> Self {
        let analyser = Analyser::new(lexicon, base, is_everyday(vectors.as_ref()));
        let core = Chunk::of_all(&analyser, vectors.as_ref(), base).finish(&analyser);
        Self { analyser: Arc::new(analyser), vectors: vectors.map(Arc::new), held: Arc::new(Held::Built(Box::new(core))), over: None }
    }

    /// The index of a base that was saved in an image; words and vectors must be those that it was built by.
    ///
    /// # Errors
    /// When the image holds none.
    pub fn open(image: &Image, base: &Base, lexicon: Lexicon, vectors: Option<Vectors<'static>>) -> Result<Self, Unusable> {
        let held = Held::open(image)?;
        if held.core().tables.count() != base.fact_count() {
            return Err(Unusable::damaged("its index is not that of its facts"));
        }
        let analyser = Analyser::new(lexicon, base, is_everyday(vectors.as_ref()));
        Ok(Self { analyser: Arc::new(analyser), vectors: vectors.map(Arc::new), held: Arc::new(held), over: None })
    }

    /// Analyses one fact, to be laid over this index.
    pub fn piece(&self, fact: &Fact) -> Piece {
        let mut builder = Builder::new(&self.analyser, self.vectors.as_deref());
        builder.fact(fact);
        Piece::of(self.core(), builder.into_chunk())
    }
}

/// Tells English words that are common.
fn is_everyday(vectors: Option<&Vectors<'static>>) -> impl Fn(&str) -> bool {
    move |word| vectors.and_then(|vectors| vectors.rank(word)).is_some_and(|rank| rank < EVERYDAY_RANK)
}

#[derive(Clone, Copy)]
enum PassageKind {
    Claim,
    Form,
}

/// What the builder keeps of a word, name or phrase that it has met.
#[derive(Default)]
struct Met {
    /// The word and the nearest of its origins, if it stands in a passage; names, phrases and words of translations only do not.
    word: Option<(Arc<str>, WordOrigin)>,
    term: Option<TermIx>,
    /// Its words' places among the rows.
    rows: Option<Box<[u32]>>,
}

/// Vectors of words, each worked out once, in whole numbers: half the memory to walk, and eight of them are added at once.
#[derive(Default)]
struct Rows {
    places: HashMap<Box<str>, u32>,
    rows: Vec<Row>,
}

type Row = [i16; DIMENSIONS];

/// Steps of a row in a whole. No component of a word is more than a few wholes, so that a text of hundreds of words has room.
const ROW_STEPS: f32 = 256.0;

impl Rows {
    fn place(&mut self, vectors: &Vectors<'static>, word: &str) -> u32 {
        *self.places.entry_ref(word).or_insert_with(|| {
            let mut row = [0.0; DIMENSIONS];
            vectors.add(word, &mut row);
            #[expect(clippy::cast_possible_truncation, reason = "a cast of floats stops at the ends")]
            self.rows.push(row.map(|x| (x * ROW_STEPS).round() as i16));
            u32::try_from(self.rows.len() - 1).unwrap_or(u32::MAX)
        })
    }

    fn add(&self, place: u32, sum: &mut Row) {
        if let Some(row) = self.rows.get(place as usize) {
            for (cell, x) in sum.iter_mut().zip(row) {
                *cell = cell.saturating_add(*x);
            }
        }
    }
}

struct Builder<'a> {
    analyser: &'a Analyser,
    vectors: Option<&'a Vectors<'static>>,
    cache: WordCache,
    terms: HashMap<Box<str>, TermIx>,
    /// By the slots of the cache.
    met: Vec<Met>,
    rows: Rows,
    term_vectors: Vec<Packed>,
    tables: Tables<'static>,
    /// Where the terms of the fact at hand were met, and its passages.
    met_at: Vec<(TermIx, MetAt)>,
    passages: Vec<NewPassage>,
    /// Its date and the dates that it names.
    dates: Vec<DaySpan>,
    /// Whether its claim counts something.
    counts: Counts,
    /// Terms that turn what is said.
    turns: Vec<TermIx>,
    /// Facts with question forms.
    formed: u32,
}

impl<'a> Builder<'a> {
    fn new(analyser: &'a Analyser, vectors: Option<&'a Vectors<'static>>) -> Self {
        Self {
            analyser,
            vectors,
            cache: WordCache::default(),
            terms: HashMap::new(),
            met: Vec::new(),
            rows: Rows::default(),
            term_vectors: Vec::new(),
            tables: Tables::default(),
            met_at: Vec::new(),
            passages: Vec::new(),
            dates: Vec::new(),
            counts: Counts::No,
            turns: Vec::new(),
            formed: 0,
        }
    }

    fn term(&mut self, text: &str) -> TermIx {
        let next = TermIx(number(self.terms.len()));
        *self.terms.entry_ref(text).or_insert_with(|| {
            if self.analyser.lexicon.turns.contains(text) {
                self.turns.push(next);
            }
            next
        })
    }

    fn met(&mut self, slot: Slot) -> &mut Met {
        let at = slot.0 as usize;
        if self.met.len() <= at {
            self.met.resize_with(at + 1, Met::default);
        }
        &mut self.met[at]
    }

    /// The term of a token. What has a slot is looked up once.
    fn term_of(&mut self, token: &Token) -> TermIx {
        if let Some(slot) = token.slot
            && let Some(term) = self.met(slot).term
        {
            return term;
        }
        let term = self.term(&token.term);
        self.term_vector(term, &token.english);
        if let Some(slot) = token.slot {
            self.met(slot).term = Some(term);
        }
        term
    }

    fn fact(&mut self, fact: &Fact) {
        self.formed += u32::from(!fact.questions.is_empty());
        self.met_at.clear();
        self.passages.clear();
        self.dates.clear();
        self.counts = Counts::No;
        self.dates.extend(fact.date.iter().map(crate::date::FactDate::span));
        match &fact.title {
            Some(title) => {
                self.passage(&format!("{title}. {}", fact.claim), PassageKind::Claim);
                // A title may be the question that the text answers: it is matched by itself too, and its words count twice.
                self.passage(title, PassageKind::Claim);
            }
            None => self.passage(&fact.claim, PassageKind::Claim),
        }
        let mut extra: Vec<String> = fact.entities().map(entity_term).collect();
        for topic in &fact.topics {
            let tokens = self.analyser.read(topic, &mut self.cache);
            extra.extend(tokens.iter().filter(|t| t.meaning != Meaning::Stop).map(|t| t.term.to_string()));
        }
        if let Some(date) = fact.date {
            extra.extend(words(&date.spoken()).into_iter().map(|w| w.text.into_owned()));
        }
        for text in extra {
            let term = self.term(&text);
            self.met_at.push((term, MetAt::Beside));
        }
        for form in &fact.questions {
            self.passage(form, PassageKind::Form);
        }
        let turns = &self.turns;
        self.tables.push(&mut self.met_at, &self.passages, Traits::of(fact, self.counts), &self.dates, |term| turns.contains(&term));
    }

    /// Adds a passage of the fact at hand.
    fn passage(&mut self, text: &str, kind: PassageKind) {
        let mut found = words(text);
        read_number_words(&mut found);
        let known = self.analyser.look_up(&found, &mut self.cache);
        let tongue = self.analyser.tongue(&found, &known);
        let tokens = self.analyser.tokens(&found, &known, tongue, &mut self.cache);
        let wanted = match kind {
            PassageKind::Claim => Wanted::Anything,
            PassageKind::Form => wanted_in(self.analyser, &found, &known, tongue),
        };
        let origin = if tongue == Tongue::English { WordOrigin::Base } else { WordOrigin::Urdu };
        for word in &known {
            let (_, kept) = self.met(word.slot).word.get_or_insert_with(|| (Arc::clone(&word.text), origin));
            *kept = (*kept).min(origin);
        }
        let at = MetAt::Passage(number(self.passages.len()));
        let has_number = found.iter().any(|w| w.shape == Shape::Number);
        let dates = if has_number { mentions(text, &found) } else { Vec::new() };
        if matches!(kind, PassageKind::Claim) {
            // A year, or a day of a month, counts nothing.
            let in_date = |at: usize| dates.iter().any(|m| m.from <= at && at < m.to);
            if found.iter().enumerate().any(|(at, word)| word.shape == Shape::Number && !in_date(at)) {
                self.counts = Counts::Yes;
            }
            for mention in &dates {
                if let (When::Days(days), Grain::Day | Grain::Month) = (mention.when, mention.grain)
                    && !self.dates.contains(&days)
                {
                    self.dates.push(days);
                }
            }
        }
        for token in tokens.iter().filter(|t| t.meaning != Meaning::Stop) {
            // A day in digits is part of its date, not a number that "how many" could want.
            if token.meaning == Meaning::Number && token.term.len() != 4 && dates.iter().any(|m| m.from <= token.from && token.from < m.to)
            {
                continue;
            }
            let term = self.term_of(token);
            self.met_at.push((term, at));
            for name in self.analyser.name_terms(token, &known) {
                let term = self.term(name);
                self.met_at.push((term, at));
            }
        }
        let vector = self.vector(&tokens);
        self.passages.push(NewPassage { wanted, vector });
    }

    fn vector(&mut self, tokens: &[Token]) -> Option<Packed> {
        let vectors = self.vectors?;
        let mut sum = [0; DIMENSIONS];
        for token in tokens {
            let words = token.english.split(' ');
            let Some(slot) = token.slot else {
                for word in words {
                    let place = self.rows.place(vectors, word);
                    self.rows.add(place, &mut sum);
                }
                continue;
            };
            self.met(slot);
            if let Some(met) = self.met.get_mut(slot.0 as usize) {
                let places = met.rows.get_or_insert_with(|| words.map(|word| self.rows.place(vectors, word)).collect());
                places.iter().for_each(|&place| self.rows.add(place, &mut sum));
            }
        }
        // How long a vector is says nothing.
        Some(pack(&sum.map(f32::from)))
    }

    /// The vector of a term is that of the text it was first met in.
    fn term_vector(&mut self, term: TermIx, english: &str) {
        let Some(vectors) = self.vectors else { return };
        let at = term.0 as usize;
        if at < self.term_vectors.len() {
            return;
        }
        self.term_vectors.resize(at, Packed::default());
        let mut sum = [0.0; DIMENSIONS];
        english.split(' ').for_each(|word| vectors.add(word, &mut sum));
        self.term_vectors.push(pack(&sum));
    }

    /// What was built, without what only building needs.
    fn into_chunk(self) -> Chunk {
        Chunk {
            origins: self.met.into_iter().filter_map(|met| met.word).map(|(word, origin)| (word.as_ref().into(), origin)).collect(),
            terms: self.terms,
            term_vectors: self.term_vectors,
            tables: self.tables,
            formed: self.formed,
        }
    }
}

/// What was built of some facts that stand together. Terms and passages are numbered from 0 in each chunk.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) terms: HashMap<Box<str>, TermIx>,
    /// Words of passages, each with the nearest of its origins.
    pub(super) origins: HashMap<Box<str>, WordOrigin>,
    pub(super) term_vectors: Vec<Packed>,
    pub(super) tables: Tables<'static>,
    /// Facts with question forms.
    formed: u32,
}

impl Chunk {
    /// Builds all facts, a share of them on each core. How they are shared changes the numbers of terms and nothing else.
    fn of_all(analyser: &Analyser, vectors: Option<&Vectors<'static>>, base: &Base) -> Self {
        let facts: Vec<FactIx> = base.served().collect();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let share = facts.len().div_ceil(cores).max(SMALLEST_SHARE);
        let build = |facts: &[FactIx]| {
            let mut builder = Builder::new(analyser, vectors);
            for fact in facts {
                builder.fact(&base.reading(*fact));
            }
            builder.into_chunk()
        };
        let chunks: Vec<Self> = std::thread::scope(|scope| {
            let (first, others) = facts.split_at(share.min(facts.len()));
            let running: Vec<_> = others.chunks(share).map(|facts| (facts, scope.spawn(move || build(facts)))).collect();
            let mut chunks = vec![build(first)];
            // A worker that died of a fault is made good here, where the fault shows as what it is.
            chunks.extend(running.into_iter().map(|(facts, worker)| worker.join().unwrap_or_else(|_| build(facts))));
            chunks
        });
        chunks.into_iter().reduce(Self::then).unwrap_or_default()
    }

    /// This chunk and the next as one.
    fn then(mut self, next: Self) -> Self {
        let renumbered = self.take_terms(next.terms, &next.term_vectors);
        let of = |term: TermIx| renumbered.get(term.0 as usize).copied().unwrap_or_default();
        for (word, origin) in next.origins {
            let kept = self.origins.entry(word).or_insert(origin);
            *kept = (*kept).min(origin);
        }
        self.tables.append(&next.tables, of);
        self.formed += next.formed;
        self
    }

    /// Numbers the terms of another chunk on; tells the new number of each.
    fn take_terms(&mut self, terms: HashMap<Box<str>, TermIx>, vectors: &[Packed]) -> Vec<TermIx> {
        let mut renumbered = vec![TermIx::default(); terms.len()];
        for (text, old) in terms {
            let next = TermIx(u32::try_from(self.terms.len()).unwrap_or(u32::MAX));
            let new = *self.terms.entry(text).or_insert(next);
            if let Some(slot) = renumbered.get_mut(old.0 as usize) {
                *slot = new;
            }
            if let (true, Some(vector)) = (new == next, vectors.get(old.0 as usize)) {
                self.term_vectors.resize(new.0 as usize, Packed::default());
                self.term_vectors.push(*vector);
            }
        }
        renumbered
    }

    fn finish(mut self, analyser: &Analyser) -> Core<'static> {
        let origins = std::mem::take(&mut self.origins);
        let mut tables = std::mem::take(&mut self.tables);
        std::thread::scope(|scope| {
            let make = || spelling(analyser, &origins);
            let worker = scope.spawn(make);
            let facts = tables.count();
            let scalars = scalars(&tables, self.formed);
            let postings = Postings::of(&tables, self.terms.len(), 0, scalars.average_length);
            let idf = rarities(&postings, self.terms.len(), facts);
            tables.measure(|term| idf.get(term.0 as usize).copied().unwrap_or_default());
            let days = Days::of(&tables, 0);
            // A worker that died of a fault is made good here, where the fault shows as what it is.
            let (spelling, origins) = worker.join().unwrap_or_else(|_| make());
            Core {
                spelling,
                origins: origins.into(),
                idf: idf.into(),
                tables,
                postings,
                days,
                term_vectors: std::mem::take(&mut self.term_vectors).into(),
                terms: in_order(&self.terms),
                scalars,
            }
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of facts, used as weights")]
fn scalars(tables: &Tables<'_>, formed: u32) -> Scalars {
    let facts = tables.count();
    Scalars {
        average_length: (tables.lengths.iter().sum::<f32>() / (facts.max(1) as f32)).max(1.0),
        unknown_idf: (1.0 + (facts as f32 + 0.5) / 0.5).ln(),
        formed,
        facts: number(facts),
    }
}

/// Terms by their numbers.
fn in_order(terms: &HashMap<Box<str>, TermIx>) -> Texts<'static> {
    let mut sorted: Vec<(TermIx, &str)> = terms.iter().map(|(text, term)| (*term, text.as_ref())).collect();
    sorted.sort_unstable();
    Texts::of(sorted.into_iter().map(|(_, text)| text))
}

/// How rare each term is among facts: the inverse document frequency of BM25 (Robertson and Zaragoza 2009), never below zero.
fn rarities(postings: &Postings<'_>, terms: usize, facts: usize) -> Vec<f32> {
    (0u32..).take(terms).map(|term| rarity(postings.holders(TermIx(term)), facts)).collect()
}

/// How rare a term is that so many of the facts hold.
#[expect(clippy::cast_precision_loss, reason = "counts of facts, used as weights")]
pub(super) fn rarity(holders: usize, facts: usize) -> f32 {
    (1.0 + (facts.max(holders) - holders) as f32 / (holders as f32 + 0.5) + 0.5 / (holders as f32 + 0.5)).ln()
}

/// All words that are known, each with the nearest of its origins, in the order of the alphabet.
fn spelling(analyser: &Analyser, origins: &HashMap<Box<str>, WordOrigin>) -> (Spelling<'static>, Vec<Origin>) {
    let lexicon = &analyser.lexicon;
    let mut known: HashMap<&str, WordOrigin> = origins.iter().map(|(word, origin)| (word.as_ref(), *origin)).collect();
    fn add<'w>(known: &mut HashMap<&'w str, WordOrigin>, words: impl Iterator<Item = &'w str>, origin: WordOrigin) {
        for word in words {
            let kept = known.entry(word).or_insert(origin);
            *kept = (*kept).min(origin);
        }
    }
    add(&mut known, analyser.name_words(), WordOrigin::Base);
    add(&mut known, lexicon.spellings.iter().chain(&lexicon.stop).chain(&lexicon.negations).map(AsRef::as_ref), WordOrigin::List);
    add(&mut known, lexicon.asks.words(), WordOrigin::List);
    add(&mut known, crate::date::MONTHS_FOLDED.into_iter(), WordOrigin::List);
    let urdu = lexicon.roman.words().chain(lexicon.urdu.words()).chain(lexicon.urdu_asks.words());
    add(&mut known, urdu, WordOrigin::Urdu);
    add(&mut known, lexicon.roman_stop.iter().chain(&lexicon.urdu_stop).map(AsRef::as_ref), WordOrigin::Urdu);
    let mut sorted: Vec<(&str, WordOrigin)> = known.into_iter().collect();
    sorted.sort_unstable();
    (Spelling::build(sorted.iter().map(|(word, _)| *word)), sorted.iter().map(|(_, origin)| (*origin).into()).collect())
}
