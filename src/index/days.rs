//! From days to the facts that are dated or speak of them.

use std::borrow::Cow;

use super::lists::Lists;
use super::tables::Tables;
use crate::date::DaySpan;
use crate::date::phrases::{Agreement, When};
use crate::image::{Image, Tag, Unusable, Writer};

/// Facts by the spans of days they are dated to or name.
#[derive(Debug, Default)]
pub(super) struct Days<'i> {
    /// Each span once, by its first day, then its last.
    spans: Cow<'i, [DaySpan]>,
    /// The facts of each.
    facts: Lists<'i, u32>,
}

const SPANS: Tag = Tag::new(*b"spans   ");
const FACTS: Tag = Tag::new(*b"spanfact");

impl<'i> Days<'i> {
    /// Days that were saved.
    pub(super) fn open(image: &'i Image) -> Result<Self, Unusable> {
        Ok(Self { spans: image.slice(SPANS)?.into(), facts: Lists::open(image, FACTS)? })
    }

    /// Gathers what [`Self::open`] reads.
    pub(super) fn save<'w>(&'w self, writer: &mut Writer<'w>) {
        writer.numbers(SPANS, &self.spans);
        self.facts.save(writer, FACTS);
    }

    /// The days of facts that are numbered from `first`.
    pub(super) fn of(tables: &Tables<'_>, first: u32) -> Self {
        let mut dated: Vec<(DaySpan, u32)> = Vec::new();
        for fact in 0..tables.count() {
            let fact = u32::try_from(fact).unwrap_or(u32::MAX);
            dated.extend(tables.dates.of(fact).iter().map(|span| (*span, first + fact)));
        }
        dated.sort_unstable_by_key(|(span, fact)| (span.first, span.last, *fact));
        let mut days = Self::default();
        for run in dated.chunk_by(|(a, _), (b, _)| a == b) {
            days.facts.push(days.spans.len(), run.iter().map(|(_, fact)| *fact));
            days.spans.to_mut().extend(run.first().map(|(span, _)| *span));
        }
        days
    }

    /// The spans that are the time asked for or lie in it, each with its facts.
    fn within<'d>(&'d self, when: &'d When) -> impl Iterator<Item = (Agreement, &'d [u32])> {
        let range = match when {
            When::Days(asked) => {
                let from = self.spans.partition_point(|span| span.first < asked.first);
                from..self.spans.partition_point(|span| span.first <= asked.last).max(from)
            }
            // A month of any year: dated spans are far fewer than facts.
            When::Months { .. } | When::DaysOfMonth { .. } => 0..self.spans.len(),
        };
        let spans = (range.start..).zip(self.spans.get(range).unwrap_or_default());
        spans.filter_map(move |(at, span)| {
            let agreement = when.agreement(*span);
            let is_met = matches!(agreement, Agreement::Same | Agreement::Within);
            is_met.then(|| (agreement, self.facts.of(u32::try_from(at).unwrap_or(u32::MAX))))
        })
    }

    /// The facts whose days agree so with the time asked for; one of several such days as often.
    pub(super) fn facts<'d>(&'d self, when: &'d When, wanted: Agreement) -> impl Iterator<Item = u32> + 'd {
        self.within(when).filter(move |(agreement, _)| *agreement == wanted).flat_map(|(_, facts)| facts).copied()
    }

    pub(super) fn bytes(&self) -> usize {
        self.spans.len() * size_of::<DaySpan>() + self.facts.bytes()
    }
}
