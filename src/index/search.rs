//! The first look: the facts whose terms say most for a question, found without touching any other fact.
//!
//! Sums of whole numbers over the postings of the terms asked for, a window of facts at a time so that they stay in the processor's
//! nearest memory. What cannot come among the best any more is never put on the list. The order is total: more is better, of equals the
//! fact that comes first in the base.

use super::postings::{MOST_SAID, Posting, common_from};
use super::{Index, TermIx};
use crate::date::phrases::{Agreement, When};
use crate::fact::FactIx;

/// A term that is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asked {
    /// The term.
    pub term: TermIx,
    /// What it counts for.
    pub weight: f32,
}

/// Facts whose sums are kept at once: 32 KB of them.
const WINDOW: u32 = 1 << 14;
/// What all terms of a question say together in these sums, one reading of each counted, in a fact that holds them as fully as can be.
const WHOLE: f32 = 300.0;
/// What a fact gains that is dated as a question asks, and that is dated within it, as a share of what all terms can say.
const SAME_DAYS: f32 = 0.2;
const WITHIN_DAYS: f32 = 0.1;
/// Postings of a window up to which it is cheaper to clear what was touched than all of it.
const FEW: usize = 2_048;

/// Working memory of the first look.
#[derive(Debug, Default)]
pub struct Sums {
    window: Vec<u16>,
    /// Facts of the window that may come among the best.
    risen: Vec<u32>,
    /// The best so far: sum in the upper half, the fact's number, turned round, in the lower.
    best: Vec<u64>,
    dated: Vec<Posting>,
}

/// The fact of one of the best.
#[expect(clippy::cast_possible_truncation, reason = "the lower half is the fact")]
fn fact_of(best: u64) -> FactIx {
    FactIx(!(best as u32))
}

/// The postings of one term with what a step of them adds.
struct Source<'i> {
    /// Those not walked yet.
    left: &'i [Posting],
    /// Those walked in the window at hand.
    done: &'i [Posting],
    /// What one step of a posting adds, in parts of 256.
    step: u32,
}

impl Source<'_> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 2 to the 18th")]
    fn new(left: &[Posting], weight: f32) -> Source<'_> {
        Source { left, done: &[], step: (weight * 256.0).round().min(262_143.0) as u32 }
    }
}

impl Index {
    /// The facts that say most for the terms asked for and the time, best first, at most `most`. Facts that hold common terms only
    /// (see [`super::postings`]) are found only where nothing rarer is asked for.
    pub fn shortlist(&self, asked: &[Asked], when: Option<&When>, most: usize, sums: &mut Sums) -> Vec<FactIx> {
        let whole: f32 = asked.iter().map(|asked| asked.weight).sum();
        let unit = if whole > 0.0 { WHOLE / whole } else { 0.0 };
        let Sums { window, risen, best, dated } = sums;
        self.dated(when, dated);
        let is_common = |asked: &Asked| self.core().postings.holders(asked.term) > common_from(self.core().tables.count());
        let is_held = |asked: &Asked| self.facts_with(asked.term).next().is_some();
        let only_common = asked.iter().all(|asked| is_common(asked) || !is_held(asked)) && dated.is_empty();
        let mut sources: Vec<Source<'_>> = Vec::with_capacity(asked.len() + 1);
        for asked in asked.iter().filter(|asked| only_common || !is_common(asked)) {
            let lists = self.postings(asked.term).filter(|list| !list.is_empty());
            sources.extend(lists.map(|list| Source::new(list, asked.weight * unit)));
        }
        if !dated.is_empty() {
            sources.push(Source::new(dated, WHOLE * SAME_DAYS));
        }
        let better = |a: &u64, b: &u64| {
            let (one, other) = (fact_of(*a), fact_of(*b));
            let is_tie_above = (a ^ b) >> u32::BITS == 0 && !(self.is_below(one) && self.is_below(other));
            if is_tie_above { self.in_order(one, other) } else { b.cmp(a) }
        };
        best.clear();
        window.resize(WINDOW as usize, 0);
        let Some(window) = window.first_chunk_mut::<{ WINDOW as usize }>() else { return Vec::new() };
        let mut bar = 0u16;
        while let Some(first) = sources.iter().filter_map(|source| source.left.first()).min().map(|posting| posting.fact()) {
            let from = first - first % WINDOW;
            risen.clear();
            // A fact that stands in the place of an earlier one may come before others of its sum.
            let rising = if self.is_below(FactIx(from + WINDOW)) { bar } else { bar.saturating_sub(1) };
            for source in &mut sources {
                source.walk(window, from, rising, risen);
            }
            for &fact in risen.iter() {
                let sum = window[(fact % WINDOW) as usize];
                if !self.is_hidden(FactIx(fact)) {
                    best.push(u64::from(sum) << 32 | u64::from(!fact));
                }
            }
            if sources.iter().map(|source| source.done.len()).sum::<usize>() > FEW {
                window.fill(0);
            } else {
                let touched = sources.iter().flat_map(|source| source.done);
                touched.for_each(|posting| window[(posting.fact() % WINDOW) as usize] = 0);
            }
            if best.len() > most {
                best.select_nth_unstable_by(most, better);
                best.truncate(most);
                // A later fact with the least of these sums would stand behind all of them.
                bar = best.iter().min().map_or(0, |least| u16::try_from(least >> 32).unwrap_or(u16::MAX));
            }
        }
        best.sort_unstable_by(better);
        best.iter().map(|&found| fact_of(found)).collect()
    }

    /// Facts dated to the time asked for or within it, in order, each once. Where they are too many to say anything, those within are left out.
    fn dated(&self, when: Option<&When>, dated: &mut Vec<Posting>) {
        dated.clear();
        let Some(when) = when else { return };
        let most = common_from(self.core().tables.count());
        let within = |wanted: Agreement| {
            let above = self.levels().flat_map(move |level| level.days.facts(when, wanted)).filter(|fact| !self.is_hidden(FactIx(*fact)));
            self.core().days.facts(when, wanted).chain(above)
        };
        for (agreement, share) in [(Agreement::Same, 1.0), (Agreement::Within, WITHIN_DAYS / SAME_DAYS)] {
            if dated.len() + within(agreement).count() <= most {
                dated.extend(within(agreement).map(|fact| Posting::new(fact, share * MOST_SAID)));
            }
        }
        // Of two dates of a fact the better counts, which is the greater posting.
        dated.sort_unstable_by(|a, b| b.cmp(a));
        dated.dedup_by_key(|posting| posting.fact());
        dated.reverse();
    }
}

impl Source<'_> {
    /// Adds up what lies in a window. Facts that rise above the bar are put on the list, each once.
    fn walk(&mut self, window: &mut [u16; WINDOW as usize], from: u32, bar: u16, risen: &mut Vec<u32>) {
        let mut walked = 0;
        for posting in self.left {
            let at = posting.fact().wrapping_sub(from) as usize;
            let Some(sum) = window.get_mut(at) else { break };
            let before = *sum;
            #[expect(clippy::cast_possible_truncation, reason = "18 bits times 6 bits, without the last 8")]
            let adds = ((self.step * posting.steps()) >> 8) as u16;
            *sum = before.saturating_add(adds);
            if *sum > bar && before <= bar {
                risen.push(posting.fact());
            }
            walked += 1;
        }
        (self.done, self.left) = self.left.split_at(walked);
    }
}

#[cfg(test)]
mod tests {
    use super::super::postings::said;
    use super::*;
    use crate::fact::check;
    use crate::fact::draft::{Draft, FactDraft, SourceDraft};
    use crate::lexicon::Lexicon;
    use proptest::prelude::*;

    const WORDS: [&str; 12] = ["alef", "berk", "dolm", "fenk", "gorn", "holt", "jarm", "kelp", "lomb", "murk", "nolt", "pirk"];

    fn index(facts: &[Vec<usize>]) -> Index {
        let source = SourceDraft { id: "s".to_owned(), title: "Made".to_owned(), ..SourceDraft::default() };
        let claim = |words: &Vec<usize>| words.iter().map(|&at| WORDS[at]).collect::<Vec<_>>().join(" ");
        let fact =
            |(at, words)| FactDraft { id: format!("f{at}"), claim: claim(words), sources: vec!["s".to_owned()], ..FactDraft::default() };
        let draft = Draft { facts: facts.iter().enumerate().map(fact).collect(), sources: vec![source], entities: Vec::new() };
        let (base, _) = check::assemble(&draft).unwrap();
        Index::build(&base, Lexicon::default(), None)
    }

    /// Every fact weighed by itself, from its words alone.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "counts and steps are small and not below zero"
    )]
    fn by_scan(facts: &[Vec<usize>], asked: &[(usize, f32)], most: usize) -> Vec<FactIx> {
        let distinct = |words: &Vec<usize>| (0..WORDS.len()).filter(|at| words.contains(at)).count() as f32;
        let average = (facts.iter().map(|words| 3.0 * distinct(words)).sum::<f32>() / facts.len() as f32).max(1.0);
        let whole: f32 = asked.iter().map(|(_, weight)| weight).sum();
        let sum = |words: &Vec<usize>| -> u64 {
            let held = asked.iter().filter(|(at, _)| words.contains(at));
            held.map(|(_, weight)| {
                let steps = (said(3.0, 3.0 * distinct(words), average) / MOST_SAID * 63.0).round() as u64;
                ((weight * (WHOLE / whole) * 256.0).round() as u64 * steps) >> 8
            })
            .sum()
        };
        let mut all: Vec<(u64, usize)> = facts.iter().map(sum).zip(0..).filter(|(sum, _)| *sum > 0).collect();
        all.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        all.into_iter().take(most).map(|(_, at)| FactIx(u32::try_from(at).unwrap())).collect()
    }

    fn same(facts: &[Vec<usize>], asked: &[(usize, f32)], most: usize) {
        let index = index(facts);
        let terms: Vec<Asked> = asked.iter().filter_map(|&(at, weight)| Some(Asked { term: index.term(WORDS[at])?, weight })).collect();
        // A word that no fact holds is no term: what the others say together is the whole.
        let held: Vec<(usize, f32)> = asked.iter().copied().filter(|(at, _)| index.term(WORDS[*at]).is_some()).collect();
        let mut sums = Sums::default();
        for _ in 0..2 {
            assert_eq!(index.shortlist(&terms, None, most, &mut sums), by_scan(facts, &held, most));
        }
    }

    fn asked() -> impl Strategy<Value = Vec<(usize, f32)>> {
        proptest::collection::btree_map(0..WORDS.len(), 0.1f32..9.0, 1..6).prop_map(|asked| asked.into_iter().collect())
    }

    proptest! {
        #[test]
        fn the_best_are_those_of_a_scan_ties_too(
            facts in proptest::collection::vec(proptest::collection::vec(0..WORDS.len(), 1..9), 1..60),
            asked in asked(),
            most in 1usize..70,
        ) {
            same(&facts, &asked, most);
        }

        #[test]
        fn one_fact_more_takes_none_away_but_by_rank(
            facts in proptest::collection::vec(proptest::collection::vec(0..WORDS.len(), 1..9), 1..40),
            more in proptest::collection::vec(0..WORDS.len(), 1..9),
            asked in asked(),
        ) {
            let found = |facts: &[Vec<usize>]| {
                let index = index(facts);
                let terms: Vec<Asked> =
                    asked.iter().filter_map(|&(at, weight)| Some(Asked { term: index.term(WORDS[at])?, weight })).collect();
                index.shortlist(&terms, None, facts.len(), &mut Sums::default())
            };
            let before = found(&facts);
            let after = found(&facts.iter().cloned().chain([more]).collect::<Vec<_>>());
            prop_assert!(before.iter().all(|fact| after.contains(fact)));
        }
    }

    #[test]
    fn facts_of_several_windows_are_ranked_as_by_a_scan() {
        // Twenty thousand facts of which each word stands in less than one in ten.
        let mut number = 7u32;
        let mut next = |below: usize| {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (number >> 8) as usize % below
        };
        let rare = |next: &mut dyn FnMut(usize) -> usize| if next(12) == 0 { next(WORDS.len() - 1) } else { WORDS.len() - 1 };
        let facts: Vec<Vec<usize>> = (0..20_000).map(|_| (0..=next(6)).map(|_| rare(&mut next)).collect()).collect();
        for asked in [vec![(0, 1.0)], vec![(1, 2.0), (2, 3.5)], vec![(3, 0.4), (4, 5.0), (5, 1.0), (6, 1.0)]] {
            same(&facts, &asked, 64);
        }
    }
}
