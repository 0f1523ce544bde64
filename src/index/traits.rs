//! What a fact has to give beside its words, told without reading its text again.

use bytemuck::{Pod, Zeroable};

use crate::fact::Fact;

/// Words that a length of time is given in.
const SPANS: [&str; 17] = [
    "hour",
    "hours",
    "day",
    "days",
    "week",
    "weeks",
    "fortnight",
    "month",
    "months",
    "year",
    "years",
    "decade",
    "decades",
    "indefinite",
    "indefinitely",
    "ended",
    "until",
];

/// Whether a claim holds a number that is no part of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// It does.
    Yes,
    /// It does not.
    No,
}

/// What a fact has, in bits; the length of its claim and the number of its sources up to what matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Pod, Zeroable)]
#[repr(transparent)]
pub struct Traits(u32);

/// Sources past this number make a fact no likelier.
const MANY_SOURCES: u32 = 6;
/// Bytes of a claim that is all detail.
const LONG_CLAIM: u32 = 300;

/// Something that a fact may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Trait {
    /// A title, which is its second passage.
    Title = 1,
    /// A date, or words that say when.
    Time = 1 << 1,
    /// People or organisations.
    Names = 1 << 2,
    /// Places.
    Places = 1 << 3,
    /// A number in its claim that is no part of a date.
    Count = 1 << 4,
    /// A length of time in its claim.
    Span = 1 << 5,
    /// Words marked as its short answers.
    ShortAnswers = 1 << 6,
}

impl Traits {
    const SOURCES_AT: u32 = 8;
    const CLAIM_AT: u32 = 16;

    /// The traits of a fact, whose claim counts something or not.
    pub fn of(fact: &Fact, counts: Counts) -> Self {
        let spans = || fact.claim.split(|c: char| !c.is_alphabetic()).any(is_span);
        let all = [
            (Trait::Title, fact.title.is_some()),
            (Trait::Time, fact.date.is_some() || fact.short.when.is_some()),
            (Trait::Names, !fact.people.is_empty() || !fact.organisations.is_empty()),
            (Trait::Places, !fact.places.is_empty()),
            (Trait::Count, counts == Counts::Yes),
            (Trait::Span, spans()),
            (Trait::ShortAnswers, fact.short.named().next().is_some()),
        ];
        let bits = all.into_iter().filter(|(_, has)| *has).fold(0, |bits, (one, _)| bits | one as u32);
        let sources = u32::try_from(fact.citations.iter().count()).unwrap_or(u32::MAX).min(MANY_SOURCES);
        let claim = u32::try_from(fact.claim.len()).unwrap_or(u32::MAX).min(LONG_CLAIM);
        Self(bits | sources << Self::SOURCES_AT | claim << Self::CLAIM_AT)
    }

    /// Whether a fact has something.
    pub fn has(self, one: Trait) -> bool {
        self.0 & one as u32 > 0
    }

    /// Whether a fact has a title.
    pub fn is_titled(self) -> bool {
        self.has(Trait::Title)
    }

    /// Its sources as a share of what is many.
    pub fn sources(self) -> f32 {
        share(self.0 >> Self::SOURCES_AT & 0xff, MANY_SOURCES)
    }

    /// The length of its claim as a share of what is long.
    pub fn claim_length(self) -> f32 {
        share(self.0 >> Self::CLAIM_AT, LONG_CLAIM)
    }
}

fn is_span(word: &str) -> bool {
    (4..=12).contains(&word.len()) && SPANS.iter().any(|span| span.eq_ignore_ascii_case(word))
}

fn share(count: u32, many: u32) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let share = count as f32 / many as f32;
    share
}
