//! Building the index of a base.

use std::rc::Rc;
use std::sync::Arc;

use hashbrown::HashMap;

use super::analysis::{Analyser, Meaning, Slot, Token, Tongue, WordCache, entity_term};
use super::lists::Lists;
use super::spelling::Spelling;
use super::{Core, FactPosting, FactTerm, Index, Passage, PassageIx, Piece, Profile, TermIx, WordOrigin};
use crate::date::DaySpan;
use crate::date::phrases::{Grain, When, mentions};
use crate::fact::{Base, Fact, FactIx};
use crate::lexicon::{Lexicon, Wanted};
use crate::question::wanted_in;
use crate::text::numbers::read_number_words;
use crate::text::words::{Shape, words};
use crate::vectors::{DIMENSIONS, Packed, Vectors, pack};

/// English words at least this common (by place in the vector table) make no name rare.
const EVERYDAY_RANK: u32 = 9_000;

/// A claim counts for so many mentions in a question form; a title likewise. The claim is what is asserted; forms only lead to it.
const CLAIM_WEIGHT: u8 = 3;
/// Facts that are worth a core of their own.
const SMALLEST_SHARE: usize = 64;
/// Mentions in question forms counted at most.
const FORM_CAP: u8 = 4;

impl Index {
    /// Indexes every fact of a base.
    pub fn build(base: &Base, lexicon: Lexicon, vectors: Option<Vectors<'static>>) -> Self {
        let is_everyday = |word: &str| vectors.as_ref().and_then(|v| v.rank(word)).is_some_and(|rank| rank < EVERYDAY_RANK);
        let analyser = Analyser::new(lexicon, base, is_everyday);
        let parts = Chunk::of_all(&analyser, vectors.as_ref(), base).finish(&analyser, base.fact_count());
        let has_forms = base.indexed().filter(|(_, f)| !f.questions.is_empty()).count() * 2 > base.fact_count();
        #[expect(clippy::cast_precision_loss, reason = "a count of facts, used as a weight")]
        let unknown_idf = (1.0 + (base.fact_count() as f32 + 0.5) / 0.5).ln();
        let core = Core {
            spelling: parts.spelling,
            origins: parts.origins,
            terms: parts.terms,
            idf: parts.idf,
            passages: parts.passages,
            passage_vectors: parts.passage_vectors,
            term_vectors: parts.term_vectors,
            passage_postings: parts.passage_postings,
            fact_postings: parts.fact_postings,
            fact_terms: parts.fact_terms,
            profiles: parts.profiles,
            average_length: parts.average_length,
            unknown_idf,
            has_forms,
        };
        Self { analyser: Arc::new(analyser), vectors: vectors.map(Arc::new), core: Arc::new(core), over: None }
    }

    /// Analyses one fact, to be laid over this index.
    pub fn piece(&self, fact: &Fact) -> Piece {
        let mut builder = Builder::new(&self.analyser, self.vectors.as_deref());
        builder.fact(FactIx(0), fact);
        Piece::of(&self.core, builder.into_chunk())
    }
}

struct Parts {
    spelling: Spelling,
    origins: Vec<WordOrigin>,
    terms: HashMap<Box<str>, TermIx>,
    idf: Vec<f32>,
    passages: Vec<Passage>,
    passage_vectors: Vec<Packed>,
    term_vectors: Vec<Packed>,
    passage_postings: Lists<PassageIx>,
    fact_postings: Lists<FactPosting>,
    fact_terms: Lists<FactTerm>,
    profiles: Vec<Profile>,
    average_length: f32,
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
    word: Option<(Rc<str>, WordOrigin)>,
    term: Option<TermIx>,
    /// Its words' places among the rows.
    rows: Option<Box<[u32]>>,
}

/// Vectors of words, each worked out once.
#[derive(Default)]
struct Rows {
    places: HashMap<Box<str>, u32>,
    rows: Vec<[f32; DIMENSIONS]>,
}

impl Rows {
    fn place(&mut self, vectors: &Vectors<'static>, word: &str) -> u32 {
        *self.places.entry_ref(word).or_insert_with(|| {
            let mut row = [0.0; DIMENSIONS];
            vectors.add(word, &mut row);
            self.rows.push(row);
            u32::try_from(self.rows.len() - 1).unwrap_or(u32::MAX)
        })
    }

    fn add(&self, place: u32, sum: &mut [f32; DIMENSIONS]) {
        if let Some(row) = self.rows.get(place as usize) {
            for (cell, x) in sum.iter_mut().zip(row) {
                *cell += x;
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
    passages: Vec<Passage>,
    passage_terms: Vec<(u32, PassageIx)>,
    passage_vectors: Vec<Packed>,
    term_vectors: Vec<Packed>,
    fact_terms: Vec<(u32, FactTerm)>,
    fact_postings: Vec<(u32, FactPosting)>,
    profiles: Vec<Profile>,
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
            passages: Vec::new(),
            passage_terms: Vec::new(),
            passage_vectors: Vec::new(),
            term_vectors: Vec::new(),
            fact_terms: Vec::new(),
            fact_postings: Vec::new(),
            profiles: Vec::new(),
        }
    }

    fn term(&mut self, text: &str) -> TermIx {
        let next = TermIx(u32::try_from(self.terms.len()).unwrap_or(u32::MAX));
        *self.terms.entry_ref(text).or_insert(next)
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

    fn fact(&mut self, at: FactIx, fact: &Fact) {
        let first = u32::try_from(self.passages.len()).unwrap_or(u32::MAX);
        let mut counts: HashMap<TermIx, (u8, u8)> = HashMap::new();
        let mut dates: Vec<DaySpan> = fact.date.iter().map(crate::date::FactDate::span).collect();
        let claim = match &fact.title {
            Some(title) => format!("{title}. {}", fact.claim),
            None => fact.claim.to_string(),
        };
        let found = self.passage(at, &claim, PassageKind::Claim);
        for term in found {
            counts.entry(term).or_default().0 = 1;
        }
        if let Some(title) = &fact.title {
            // A title may be the question that the text answers: it is matched by itself too, and its words count twice.
            for term in self.passage(at, title, PassageKind::Claim) {
                counts.entry(term).or_default().0 = 2;
            }
        }
        for mention in mentions_in(&fact.claim) {
            if let (When::Days(days), Grain::Day | Grain::Month) = (mention.when, mention.grain)
                && !dates.contains(&days)
            {
                dates.push(days);
            }
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
            counts.entry(term).or_default().0 = 1;
        }
        for form in &fact.questions {
            for term in self.passage(at, form, PassageKind::Form) {
                let count = &mut counts.entry(term).or_default().1;
                *count = count.saturating_add(1);
            }
        }
        let last = u32::try_from(self.passages.len()).unwrap_or(u32::MAX);
        let mut length = 0.0;
        let mut sorted: Vec<(TermIx, (u8, u8))> = counts.into_iter().collect();
        sorted.sort_unstable();
        for (term, (in_claim, in_forms)) in sorted {
            let frequency = in_claim * CLAIM_WEIGHT + in_forms.min(FORM_CAP);
            length += f32::from(frequency);
            self.fact_terms.push((at.0, FactTerm { term, in_claim: in_claim > 0 }));
            self.fact_postings.push((term.0, FactPosting { fact: at.0, frequency }));
        }
        let turns = claim_turns(self.analyser, &self.terms, self.fact_terms.iter().rev().take_while(|(f, _)| *f == at.0).map(|(_, t)| *t));
        self.profiles.push(Profile { turns, dates: dates.into(), passages: (first, last), length });
    }

    /// Adds a passage; tells its terms, each once, in order of their numbers.
    fn passage(&mut self, fact: FactIx, text: &str, kind: PassageKind) -> Vec<TermIx> {
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
            let (_, kept) = self.met(word.slot).word.get_or_insert_with(|| (Rc::clone(&word.text), origin));
            *kept = (*kept).min(origin);
        }
        let mut terms: Vec<TermIx> = Vec::with_capacity(tokens.len());
        let has_number = found.iter().any(|w| w.shape == Shape::Number);
        let dates = if has_number { mentions(text, &found) } else { Vec::new() };
        for token in tokens.iter().filter(|t| t.meaning != Meaning::Stop) {
            // A day in digits is part of its date, not a number that "how many" could want.
            if token.meaning == Meaning::Number && token.term.len() != 4 && dates.iter().any(|m| m.from <= token.from && token.from < m.to)
            {
                continue;
            }
            let term = self.term_of(token);
            terms.push(term);
            for name in self.analyser.name_terms(token, &known) {
                terms.push(self.term(name));
            }
        }
        terms.sort_unstable();
        terms.dedup();
        let at = PassageIx(u32::try_from(self.passages.len()).unwrap_or(u32::MAX));
        self.passage_terms.extend(terms.iter().map(|t| (t.0, at)));
        self.passages.push(Passage { fact, wanted, norm: 0.0 });
        self.vector(&tokens);
        terms
    }

    fn vector(&mut self, tokens: &[Token]) {
        let Some(vectors) = self.vectors else { return };
        let mut sum = [0.0; DIMENSIONS];
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
        self.passage_vectors.push(pack(&sum));
    }

    /// The vector of a term is that of the text it was first met in.
    fn term_vector(&mut self, term: TermIx, english: &str) {
        let Some(vectors) = self.vectors else { return };
        let at = term.0 as usize;
        if at < self.term_vectors.len() {
            return;
        }
        self.term_vectors.resize(at, [0; DIMENSIONS]);
        let mut sum = [0.0; DIMENSIONS];
        if english.contains(' ') {
            english.split(' ').for_each(|word| vectors.add(word, &mut sum));
        } else {
            let place = self.rows.place(vectors, english);
            self.rows.add(place, &mut sum);
        }
        self.term_vectors.push(pack(&sum));
    }

    /// What was built, without what only building needs.
    fn into_chunk(self) -> Chunk {
        Chunk {
            origins: self.met.into_iter().filter_map(|met| met.word).map(|(word, origin)| (word.as_ref().into(), origin)).collect(),
            terms: self.terms,
            passages: self.passages,
            passage_terms: self.passage_terms,
            passage_vectors: self.passage_vectors,
            term_vectors: self.term_vectors,
            fact_terms: self.fact_terms,
            fact_postings: self.fact_postings,
            profiles: self.profiles,
        }
    }
}

/// What was built of some facts that stand together. Terms and passages are numbered from 0 in each chunk.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) terms: HashMap<Box<str>, TermIx>,
    /// Words of passages, each with the nearest of its origins.
    pub(super) origins: HashMap<Box<str>, WordOrigin>,
    pub(super) passages: Vec<Passage>,
    pub(super) passage_terms: Vec<(u32, PassageIx)>,
    pub(super) passage_vectors: Vec<Packed>,
    pub(super) term_vectors: Vec<Packed>,
    pub(super) fact_terms: Vec<(u32, FactTerm)>,
    pub(super) fact_postings: Vec<(u32, FactPosting)>,
    pub(super) profiles: Vec<Profile>,
}

impl Chunk {
    /// Builds all facts, a share of them on each core. How they are shared changes the numbers of terms and nothing else.
    fn of_all(analyser: &Analyser, vectors: Option<&Vectors<'static>>, base: &Base) -> Self {
        let facts: Vec<(FactIx, &Fact)> = base.indexed().collect();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let share = facts.len().div_ceil(cores).max(SMALLEST_SHARE);
        let build = |facts: &[(FactIx, &Fact)]| {
            let mut builder = Builder::new(analyser, vectors);
            for (at, fact) in facts {
                builder.fact(*at, fact);
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
        let shift = u32::try_from(self.passages.len()).unwrap_or(u32::MAX);
        for (word, origin) in next.origins {
            let kept = self.origins.entry(word).or_insert(origin);
            *kept = (*kept).min(origin);
        }
        self.passages.extend(next.passages);
        self.passage_vectors.extend(next.passage_vectors);
        self.passage_terms.extend(next.passage_terms.into_iter().map(|(term, passage)| (of(TermIx(term)).0, PassageIx(passage.0 + shift))));
        self.fact_postings.extend(next.fact_postings.into_iter().map(|(term, posting)| (of(TermIx(term)).0, posting)));
        let mut fact_terms: Vec<(u32, FactTerm)> =
            next.fact_terms.into_iter().map(|(fact, held)| (fact, FactTerm { term: of(held.term), ..held })).collect();
        fact_terms.sort_unstable_by_key(|(fact, held)| (*fact, held.term));
        self.fact_terms.extend(fact_terms);
        self.profiles.extend(next.profiles.into_iter().map(|mut profile| {
            profile.passages = (profile.passages.0 + shift, profile.passages.1 + shift);
            profile.turns = profile.turns.iter().map(|t| of(*t)).collect();
            profile
        }));
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
                self.term_vectors.resize(new.0 as usize, [0; DIMENSIONS]);
                self.term_vectors.push(*vector);
            }
        }
        renumbered
    }

    fn finish(mut self, analyser: &Analyser, facts: usize) -> Parts {
        let origins = std::mem::take(&mut self.origins);
        let (terms, fact_postings, fact_terms) = (self.terms.len(), &self.fact_postings, &self.fact_terms);
        std::thread::scope(|scope| {
            let make = || spelling(analyser, &origins);
            let worker = scope.spawn(make);
            let passage_postings = Lists::pack(terms, self.passage_terms.iter().copied());
            let fact_postings = Lists::pack(terms, fact_postings.iter().copied());
            let fact_terms = Lists::pack(facts, fact_terms.iter().copied());
            let idf = rarities(&fact_postings, terms, facts);
            let mut passages = std::mem::take(&mut self.passages);
            measure(&mut passages, &self.passage_terms, &idf);
            #[expect(clippy::cast_precision_loss, reason = "a count of facts, used as a weight")]
            let average_length = self.profiles.iter().map(|p| p.length).sum::<f32>() / (facts.max(1) as f32);
            // A worker that died of a fault is made good here, where the fault shows as what it is.
            let (spelling, origins) = worker.join().unwrap_or_else(|_| make());
            Parts {
                spelling,
                origins,
                idf,
                passage_postings,
                fact_postings,
                fact_terms,
                passages,
                passage_vectors: std::mem::take(&mut self.passage_vectors),
                term_vectors: std::mem::take(&mut self.term_vectors),
                profiles: std::mem::take(&mut self.profiles),
                average_length,
                terms: std::mem::take(&mut self.terms),
            }
        })
    }
}

/// How rare each term is among facts: the inverse document frequency of BM25 (Robertson and Zaragoza 2009), never below zero.
fn rarities(fact_postings: &Lists<FactPosting>, terms: usize, facts: usize) -> Vec<f32> {
    (0u32..).take(terms).map(|term| rarity(fact_postings.of(term).len(), facts)).collect()
}

/// How rare a term is that so many of the facts hold.
#[expect(clippy::cast_precision_loss, reason = "counts of facts, used as weights")]
pub(super) fn rarity(holders: usize, facts: usize) -> f32 {
    (1.0 + (facts.max(holders) - holders) as f32 / (holders as f32 + 0.5) + 0.5 / (holders as f32 + 0.5)).ln()
}

/// Sets the length of each passage's vector of term weights.
fn measure(passages: &mut [Passage], passage_terms: &[(u32, PassageIx)], idf: &[f32]) {
    for &(term, passage) in passage_terms {
        if let Some(passage) = passages.get_mut(passage.0 as usize) {
            let weight = idf.get(term as usize).copied().unwrap_or_default();
            passage.norm += weight * weight;
        }
    }
    for passage in passages {
        passage.norm = passage.norm.sqrt().max(1e-6);
    }
}

/// All words that are known, each with the nearest of its origins, in the order of the alphabet.
fn spelling(analyser: &Analyser, origins: &HashMap<Box<str>, WordOrigin>) -> (Spelling, Vec<WordOrigin>) {
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
    let (words, origins) = sorted.into_iter().map(|(word, origin)| (Box::from(word), origin)).unzip();
    (Spelling::build(words), origins)
}

/// The words of a claim that turn what it says.
fn claim_turns(analyser: &Analyser, terms: &HashMap<Box<str>, TermIx>, held: impl Iterator<Item = FactTerm>) -> Box<[TermIx]> {
    let turns: Vec<TermIx> = analyser.lexicon.turns.iter().filter_map(|t| terms.get(t).copied()).collect();
    held.filter(|t| t.in_claim && turns.contains(&t.term)).map(|t| t.term).collect()
}

fn mentions_in(text: &str) -> Vec<crate::date::phrases::Mention> {
    let mut found = words(text);
    read_number_words(&mut found);
    mentions(text, &found)
}
