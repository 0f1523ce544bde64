//! What people ask in vain, and which fact they pick for their words: counted, without their names, and not for ever.

use std::num::NonZeroU64;

use super::rows::{self, Columns, Reading, folded};
use crate::curation::review::Unanswered;
use crate::curation::{Scope, ServerId};
use crate::fact::FactId;
use crate::text::cut::shorten;

/// Texts kept for one server at most; those that were last asked longest ago go first.
pub(super) const KEPT_AT_MOST: u32 = 5_000;

/// Characters kept of a text; a longer one is nobody's way to ask.
const TEXT_AT_MOST: usize = 1_000;

/// A question that had no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedInVain {
    /// Where it was asked.
    pub scope: Scope,
    /// The question, cleaned of Discord's marks.
    pub text: String,
    /// Who asked; only a hash of it is kept.
    pub asker: NonZeroU64,
    /// Seconds since 1970.
    pub at: u64,
}

/// Somebody picked a fact from a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// Where.
    pub server: ServerId,
    /// For these words.
    pub words: String,
    /// This fact.
    pub fact: FactId,
    /// Who picked; only a hash of it is kept.
    pub picker: NonZeroU64,
    /// Seconds since 1970.
    pub at: u64,
}

/// Words for which a fact was picked again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickedOften {
    /// Where.
    pub server: ServerId,
    /// The words as they were first typed.
    pub words: String,
    /// The fact.
    pub fact: FactId,
    /// By how many people.
    pub people: u32,
}

/// Bytes of a folded text that are compared: PostgreSQL's indexes hold no more than 2,704 for a row.
const COMPARED_AT_MOST: usize = 2_000;

/// A folded text, as far as it is compared.
pub(super) fn cut(mut folded: String) -> String {
    let end = folded.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= COMPARED_AT_MOST).last();
    folded.truncate(end.unwrap_or_default());
    folded
}

/// A text as it is kept, and as it is counted by; nothing, where it says nothing.
pub(super) fn kept(text: &str) -> Option<(String, String)> {
    // PostgreSQL holds no text with this character; one such question must not keep the others from being counted.
    let text = shorten(text.replace('\0', "").trim(), TEXT_AT_MOST);
    let folded = cut(folded(&text));
    (!folded.is_empty()).then_some((text, folded))
}

pub(super) fn unanswered(row: &dyn Columns) -> Reading<Unanswered> {
    Ok(Unanswered { text: row.said("asked")?.to_owned(), times: rows::times(row)?, last: rows::time(row, "last_at")? })
}

pub(super) fn picked_often(row: &dyn Columns) -> Reading<PickedOften> {
    Ok(PickedOften { server: rows::server(row)?, words: row.said("words")?.to_owned(), fact: rows::fact(row)?, people: rows::times(row)? })
}
