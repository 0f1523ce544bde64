//! From a question to the facts worth a closer look.

use crate::date::phrases::Agreement;
use crate::fact::FactIx;
use crate::index::analysis::WordCache;
use crate::index::{Asked, Held, Index, MOST_SAID, Profile, Sums, TermIx, said};
use crate::lexicon::Wanted;
use crate::question::{Class, Question};
use crate::vectors::Probe;

/// How many facts each look keeps for the next.
#[derive(Debug, Clone, Copy)]
struct Breadth {
    /// Those whose terms say most.
    by_terms: usize,
    /// Those compared in meaning: the best by their passages. More only cost more (see ARCHITECTURE.md).
    in_meaning: usize,
    /// Those that get the closer look.
    looked_at: usize,
}

/// Where facts have question forms, a form may fit far better than the whole fact: more are looked at.
const WITH_FORMS: Breadth = Breadth { by_terms: 192, in_meaning: 64, looked_at: 24 };
const WITHOUT_FORMS: Breadth = Breadth { by_terms: 64, in_meaning: 32, looked_at: 12 };

/// Some of the readings of a question's words, numbered from 0 through all its elements. A question has at most
/// [`crate::question::READINGS_AT_MOST`] of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadingSet(u128);

impl ReadingSet {
    fn insert(&mut self, reading: usize) {
        self.0 |= u32::try_from(reading).ok().and_then(|reading| 1u128.checked_shl(reading)).unwrap_or(0);
    }

    /// Whether a reading is one of them.
    pub fn has(self, reading: usize) -> bool {
        u32::try_from(reading).ok().and_then(|reading| self.0.checked_shr(reading)).is_some_and(|bits| bits & 1 > 0)
    }
}

/// A fact with what the first look found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Which fact.
    pub fact: FactIx,
    /// Greatest cosine of term weights over its passages, 0 to 1.
    pub likeness: f32,
    /// The passage that reaches it.
    pub passage: u32,
    /// Mean of its three greatest cosines.
    pub consensus: f32,
    /// BM25 over the whole fact, as a share of the most it could be, 0 to 1.
    pub bm25: f32,
    /// Greatest cosine of vectors over its passages.
    pub meaning: f32,
    /// The passage that reaches it.
    pub meaning_passage: u32,
    /// The same over the claim and those question forms that ask for what the question asks for.
    pub meaning_same_want: f32,
    /// The same for the cosine of term weights.
    pub likeness_same_want: f32,
    /// The cosine of term weights with the claim alone.
    pub likeness_of_claim: f32,
    /// The three of them put together, by which facts are chosen for the closer look.
    pub glance: f32,
    /// Which readings of the question's words the fact holds.
    pub held: ReadingSet,
    /// Which of them it holds in its claim.
    pub in_claim: ReadingSet,
    /// Which of them stand in the passage that is likest.
    pub in_passage: ReadingSet,
    /// What those weigh there: the squares of their rarities together.
    pub passage_weight: f32,
}

impl Candidate {
    /// A fact by what it holds, before anything is compared.
    fn unmatched(fact: FactIx, passage: u32) -> Self {
        Self {
            fact,
            likeness: 0.0,
            passage,
            consensus: 0.0,
            bm25: 0.0,
            meaning: 0.0,
            meaning_passage: passage,
            meaning_same_want: 0.0,
            likeness_same_want: 0.0,
            likeness_of_claim: 0.0,
            glance: 0.0,
            held: ReadingSet::default(),
            in_claim: ReadingSet::default(),
            in_passage: ReadingSet::default(),
            passage_weight: 0.0,
        }
    }
}

/// Working memory that is used again from question to question.
#[derive(Debug, Default)]
pub struct Scratch {
    /// What is remembered of words.
    pub words: WordCache,
    sums: Sums,
    asked: Vec<Asked>,
    looking: Looking,
}

/// A reading of a word of the question, to be found in facts.
#[derive(Debug, Clone, Copy)]
struct Sought {
    term: TermIx,
    /// Its number among all readings of the question.
    reading: usize,
    /// What it counts for.
    weight: f32,
    rarity: f32,
}

/// What the facts of one question are compared by.
#[derive(Debug, Default)]
struct Looking {
    /// In order of their terms.
    sought: Vec<Sought>,
    /// What a fact would be worth in which all of them stand as fully as can be.
    most: f32,
    /// Length of the question's vector of term weights.
    norm: f32,
    /// A bit for the last six bits of each term sought: most terms of a fact are told from them by it.
    sieve: u64,
    /// For each passage of the fact at hand, what the terms in it weigh.
    passages: Vec<f32>,
    /// Readings met in the fact at hand: places in `sought`, and places among the fact's terms.
    met: Vec<(usize, usize)>,
}

/// The facts that match best at a glance, best first; ties in the order of the base.
pub fn candidates(index: &Index, question: &Question, scratch: &mut Scratch) -> Vec<Candidate> {
    let breadth = if index.has_forms() { WITH_FORMS } else { WITHOUT_FORMS };
    let Scratch { sums, asked, looking, .. } = scratch;
    looking.take(index, question);
    asked.clear();
    asked.extend(looking.sought.iter().map(|sought| Asked { term: sought.term, weight: sought.weight }));
    let when = question.mentions.first().map(|mention| &mention.when);
    let shortlist = index.shortlist(asked, when, breadth.by_terms, sums);
    let mut found: Vec<Candidate> = shortlist.into_iter().map(|fact| looking.look(index, question, fact)).collect();
    keep_best(index, &mut found, breadth.in_meaning);
    if let Some(probe) = &question.vector {
        for candidate in &mut found {
            let before = glance(candidate);
            meaning(index, probe, question.wanted, candidate);
            candidate.glance += glance(candidate) - before;
        }
    }
    keep_best(index, &mut found, breadth.looked_at);
    found
}

/// A fact that people point at, with what it holds of a question.
pub fn candidate_of(index: &Index, question: &Question, fact: FactIx, scratch: &mut Scratch) -> Candidate {
    scratch.looking.take(index, question);
    let mut candidate = scratch.looking.look(index, question, fact);
    if let Some(probe) = &question.vector {
        meaning(index, probe, question.wanted, &mut candidate);
    }
    candidate
}

/// How the parts are weighed for choosing; the closer look weighs them anew.
fn glance(candidate: &Candidate) -> f32 {
    candidate.likeness + 0.5 * candidate.bm25 + 0.6 * candidate.meaning + 0.3 * candidate.consensus
}

/// The best of what was found, best first. What is put in order are places, not the candidates.
fn keep_best(index: &Index, found: &mut Vec<Candidate>, most: usize) {
    let mut order: Vec<(f32, FactIx, usize)> =
        found.iter().enumerate().map(|(at, candidate)| (candidate.glance, candidate.fact, at)).collect();
    let better = |a: &(f32, FactIx, usize), b: &(f32, FactIx, usize)| b.0.total_cmp(&a.0).then_with(|| index.in_order(a.1, b.1));
    if order.len() > most {
        order.select_nth_unstable_by(most - 1, better);
        order.truncate(most);
    }
    order.sort_unstable_by(better);
    *found = order.into_iter().filter_map(|(_, _, at)| found.get(at).copied()).collect();
}

impl Looking {
    fn take(&mut self, index: &Index, question: &Question) {
        self.sought.clear();
        self.sieve = 0;
        self.most = question.weight() * MOST_SAID;
        self.norm = question.norm();
        let readings = question.elements.iter().flat_map(|element| element.terms.iter().map(|reading| (element.weight, *reading)));
        for (reading, (weight, (term, share))) in readings.enumerate() {
            self.sieve |= 1 << (term.0 % u64::BITS);
            self.sought.push(Sought { term, reading, weight: weight * share, rarity: index.idf(Some(term)) });
        }
        self.sought.sort_unstable_by_key(|sought| (sought.term, sought.reading));
    }

    /// Compares a fact by its terms.
    fn look(&mut self, index: &Index, question: &Question, fact: FactIx) -> Candidate {
        let (held, profile) = (index.held(fact), index.profile(fact));
        let mut candidate = Candidate::unmatched(fact, profile.passages.0);
        self.find(&held, &mut candidate);
        if index.is_above(fact) {
            // Terms that the base does not know are numbered as they were met; sums must not hang on that.
            self.met.sort_unstable_by_key(|(at, _)| self.sought.get(*at).map(|sought| sought.reading));
        }
        self.say(&held, profile.length / index.average_length(), &mut candidate);
        candidate.bm25 = if self.most > 0.0 { (candidate.bm25 / self.most).min(1.0) } else { 0.0 };
        if held.is_single() {
            self.likeness_of_claim(index, &held, &mut candidate);
        } else if !self.met.is_empty() {
            self.likeness(index, question, &held, &profile, &mut candidate);
        }
        candidate.glance = glance(&candidate) + date_bonus(question, &profile);
        candidate
    }

    /// Which of the terms sought a fact holds.
    fn find(&mut self, held: &Held<'_>, candidate: &mut Candidate) {
        self.met.clear();
        for (place, term) in held.terms.iter().enumerate() {
            if self.sieve >> (term.term().0 % u64::BITS) & 1 == 0 {
                continue;
            }
            let from = self.sought.partition_point(|sought| sought.term < term.term());
            for (at, sought) in self.sought.iter().enumerate().skip(from).take_while(|(_, sought)| sought.term == term.term()) {
                self.met.push((at, place));
                candidate.held.insert(sought.reading);
                if term.is_in_claim() {
                    candidate.in_claim.insert(sought.reading);
                }
            }
        }
    }

    /// What the terms say that were found in a fact of so many times the mean length.
    fn say(&self, held: &Held<'_>, length: f32, candidate: &mut Candidate) {
        for &(at, place) in &self.met {
            let weight = self.sought.get(at).map_or(0.0, |sought| sought.weight);
            candidate.bm25 += weight * said(held.frequency(place), length, 1.0);
        }
    }

    /// The cosine of term weights with the only passage of a fact.
    fn likeness_of_claim(&self, index: &Index, held: &Held<'_>, candidate: &mut Candidate) {
        let mut sum = 0.0;
        for &(at, place) in &self.met {
            if let (Some(sought), Some(term)) = (self.sought.get(at), held.terms.get(place))
                && term.is_in_first_passage()
            {
                sum += sought.weight * sought.rarity;
                candidate.in_passage.insert(sought.reading);
                candidate.passage_weight += sought.rarity * sought.rarity;
            }
        }
        if let Some(passage) = index.passage(candidate.passage).filter(|_| sum > 0.0) {
            let cosine = (sum / (self.norm * passage.norm)).min(1.0);
            candidate.likeness = cosine;
            candidate.likeness_of_claim = cosine;
            candidate.likeness_same_want = cosine;
            candidate.consensus = cosine / 3.0;
        }
    }

    /// The cosines of term weights with the fact's passages.
    fn likeness(&mut self, index: &Index, question: &Question, held: &Held<'_>, profile: &Profile<'_>, candidate: &mut Candidate) {
        let (from, to) = profile.passages;
        self.passages.clear();
        self.passages.resize((to - from) as usize, 0.0);
        for &(at, place) in &self.met {
            let product = self.sought.get(at).map_or(0.0, |sought| sought.weight * sought.rarity);
            for passage in held.passages_of(place) {
                if let Some(sum) = self.passages.get_mut(passage as usize) {
                    *sum += product;
                }
            }
        }
        let norm = self.norm;
        let mut top = [0.0f32; 3];
        for (at, sum) in (from..).zip(&self.passages) {
            let Some(passage) = index.passage(at).filter(|_| *sum > 0.0) else { continue };
            let cosine = (sum / (norm * passage.norm)).min(1.0);
            if cosine > candidate.likeness {
                candidate.likeness = cosine;
                candidate.passage = at;
            }
            if at == from {
                candidate.likeness_of_claim = cosine;
            }
            if passage.wanted == question.wanted || at == from {
                candidate.likeness_same_want = candidate.likeness_same_want.max(cosine);
            }
            if let Some(slot) = top.iter_mut().min_by(|a, b| a.total_cmp(b))
                && cosine > *slot
            {
                *slot = cosine;
            }
        }
        candidate.consensus = top.iter().sum::<f32>() / 3.0;
        let likest = candidate.passage - from;
        for &(at, place) in &self.met {
            if let Some(sought) = self.sought.get(at)
                && held.stands_in(place, likest)
            {
                candidate.in_passage.insert(sought.reading);
                candidate.passage_weight += sought.rarity * sought.rarity;
            }
        }
    }
}

fn meaning(index: &Index, probe: &Probe, wanted: Wanted, candidate: &mut Candidate) {
    let (from, to) = index.profile(candidate.fact).passages;
    for at in from..to {
        let (Some(vector), Some(passage)) = (index.vector(at), index.passage(at)) else {
            continue;
        };
        let cosine = probe.cosine(vector);
        if cosine > candidate.meaning {
            candidate.meaning = cosine;
            candidate.meaning_passage = at;
        }
        if passage.wanted == wanted || at == from {
            candidate.meaning_same_want = candidate.meaning_same_want.max(cosine);
        }
    }
}

/// A question pinned to a date must see what happened then, whatever its words.
fn date_bonus(question: &Question, profile: &Profile<'_>) -> f32 {
    let Some(mention) = question.mentions.first() else {
        return 0.0;
    };
    match profile.dates.iter().map(|d| mention.when.agreement(*d)).min() {
        Some(Agreement::Same) => 0.25,
        Some(Agreement::Within) => 0.12,
        _ => 0.0,
    }
}

/// Whether a question has anything that could be matched at all.
pub fn has_subject(question: &Question) -> bool {
    !question.mentions.is_empty()
        || question.elements.iter().any(|e| !e.terms.is_empty() && !matches!(e.class, Class::Date | Class::Number))
}
