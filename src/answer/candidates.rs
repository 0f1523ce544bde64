//! From a question to the facts worth a closer look.

use crate::date::phrases::Agreement;
use crate::fact::FactIx;
use crate::index::Index;
use crate::lexicon::Wanted;
use crate::question::{Class, Question};
use crate::vectors::{Packed, cosine};

/// Facts that get a closer look.
pub const LOOKED_AT: usize = 24;
/// Facts compared in meaning: the best by their words. All of them only cost more (see ARCHITECTURE.md).
const MEANING_SHORTLIST: usize = 64;
/// BM25's saturation of repeated terms (Robertson and Zaragoza 2009 give 1.2 to 2).
const K1: f32 = 1.2;
/// BM25's share of length normalisation; low, for a fact with more question forms is not a longer fact.
const B: f32 = 0.4;

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
}

impl Candidate {
    /// A fact that no search found, as where a person points at it.
    pub fn unmatched(index: &Index, fact: FactIx) -> Self {
        let passage = index.profile(fact).passages.0;
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
        }
    }
}

/// Working memory that is used again from question to question.
#[derive(Debug, Default)]
pub struct Scratch {
    passages: Vec<f32>,
    facts: Vec<f32>,
}

/// The facts that match best at a glance, best first; ties in the order of the base.
pub fn candidates(index: &Index, question: &Question, scratch: &mut Scratch) -> Vec<Candidate> {
    scratch.passages.clear();
    scratch.passages.resize(index.passage_count(), 0.0);
    scratch.facts.clear();
    scratch.facts.resize(index.fact_count(), 0.0);
    accumulate(index, question, scratch);
    let best_possible: f32 = question.weight() * (K1 + 1.0);
    let norm = question.norm();
    let mut found: Vec<Candidate> = Vec::with_capacity(index.fact_count().min(4096));
    for (at, sum) in (0u32..).zip(&scratch.facts) {
        let fact = FactIx(at);
        if index.is_hidden(fact) {
            continue;
        }
        let by_date = date_bonus(index, question, fact);
        if *sum <= 0.0 && by_date <= 0.0 {
            continue;
        }
        let bm25 = if best_possible > 0.0 { (sum / best_possible).min(1.0) } else { 0.0 };
        let mut candidate = Candidate {
            fact,
            likeness: 0.0,
            passage: 0,
            consensus: 0.0,
            bm25,
            meaning: 0.0,
            meaning_passage: 0,
            meaning_same_want: 0.0,
            likeness_same_want: 0.0,
            likeness_of_claim: 0.0,
            glance: 0.0,
        };
        if *sum > 0.0 {
            likeness(index, &scratch.passages, norm, question.wanted, &mut candidate);
        }
        candidate.glance = glance(&candidate) + by_date;
        found.push(candidate);
    }
    keep_best(index, &mut found, MEANING_SHORTLIST);
    if let Some(vector) = &question.vector {
        for candidate in &mut found {
            meaning(index, vector, question.wanted, candidate);
            candidate.glance = glance(candidate) + date_bonus(index, question, candidate.fact);
        }
    }
    keep_best(index, &mut found, LOOKED_AT);
    found
}

/// How the parts are weighed for choosing; the closer look weighs them anew.
fn glance(candidate: &Candidate) -> f32 {
    candidate.likeness + 0.5 * candidate.bm25 + 0.6 * candidate.meaning + 0.3 * candidate.consensus
}

fn keep_best(index: &Index, found: &mut Vec<Candidate>, most: usize) {
    let order = |a: &Candidate, b: &Candidate| b.glance.total_cmp(&a.glance).then_with(|| index.in_order(a.fact, b.fact));
    if found.len() > most {
        found.select_nth_unstable_by(most - 1, order);
        found.truncate(most);
    }
    found.sort_by(order);
}

fn accumulate(index: &Index, question: &Question, scratch: &mut Scratch) {
    let average = index.average_length().max(1.0);
    for element in &question.elements {
        for &(term, share) in &element.terms {
            let weight = element.weight * share;
            let product = weight * index.idf(Some(term));
            for passage in index.passages_with(term) {
                if let Some(sum) = scratch.passages.get_mut(passage.0 as usize) {
                    *sum += product;
                }
            }
            for posting in index.facts_with(term) {
                let frequency = f32::from(posting.frequency);
                let length = index.profile(FactIx(posting.fact)).length / average;
                if let Some(sum) = scratch.facts.get_mut(posting.fact as usize) {
                    *sum += weight * frequency * (K1 + 1.0) / (frequency + K1 * (1.0 - B + B * length));
                }
            }
        }
    }
}

fn likeness(index: &Index, sums: &[f32], question_norm: f32, wanted: Wanted, candidate: &mut Candidate) {
    let (from, to) = index.profile(candidate.fact).passages;
    let mut top = [0.0f32; 3];
    for at in from..to {
        let (Some(sum), Some(passage)) = (sums.get(at as usize), index.passage(at)) else {
            continue;
        };
        let cosine = (sum / (question_norm * passage.norm)).min(1.0);
        if cosine > candidate.likeness {
            candidate.likeness = cosine;
            candidate.passage = at;
        }
        if at == from {
            candidate.likeness_of_claim = cosine;
        }
        if passage.wanted == wanted || at == from {
            candidate.likeness_same_want = candidate.likeness_same_want.max(cosine);
        }
        if let Some(slot) = top.iter_mut().min_by(|a, b| a.total_cmp(b))
            && cosine > *slot
        {
            *slot = cosine;
        }
    }
    candidate.consensus = top.iter().sum::<f32>() / 3.0;
}

fn meaning(index: &Index, vector: &Packed, wanted: Wanted, candidate: &mut Candidate) {
    let (from, to) = index.profile(candidate.fact).passages;
    for at in from..to {
        let (Some(passage_vector), Some(passage)) = (index.vector(at), index.passage(at)) else {
            continue;
        };
        let cosine = cosine(vector, passage_vector);
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
fn date_bonus(index: &Index, question: &Question, fact: FactIx) -> f32 {
    let Some(mention) = question.mentions.first() else {
        return 0.0;
    };
    let dates = &index.profile(fact).dates;
    match dates.iter().map(|d| mention.when.agreement(*d)).min() {
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
