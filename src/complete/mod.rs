//! Completion as one types: known questions and names for a text that is not finished yet.
//!
//! What may be offered is a *line*: a question form, the title or the beginning of a claim where a fact has no forms, a name. Lines have
//! postings by the words as they are written, for prefixes and word order need these; words that mean the same are met over the terms of
//! the [`Index`]. A typed text becomes slots, one for each word, and each slot the words and terms that may stand for it (`typed`); lines
//! are scored by the share of the typed weight they meet, then by how much they look like the typed text (`rank`).

mod build;
mod edited;
mod rank;
mod typed;

pub use edited::among;

use crate::fact::{Base, EntityIx, FactIx};
use crate::index::Index;
use crate::index::analysis::Tongue;
use crate::index::lists::Lists;
use crate::text::cut::shorten;

/// Characters that a completion has at most: what chat platforms allow for a choice.
pub const LONGEST: usize = 100;
/// Characters that are read of a typed text.
pub const READ: usize = 200;

/// What a completion stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Completed {
    /// A fact that the text asks for.
    Fact(FactIx),
    /// Somebody or something that the text names.
    Entity(EntityIx),
}

/// A text that may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What is shown and asked: at most [`LONGEST`] characters.
    pub text: String,
    /// What it stands for.
    pub of: Completed,
}

impl Completion {
    /// Whether it leads to something that a base serves.
    pub fn is_served(&self, base: &Base) -> bool {
        match self.of {
            Completed::Fact(fact) => base.is_served(fact),
            Completed::Entity(_) => true,
        }
    }
}

/// A number of a word as written in lines, in the order of the alphabet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
struct WordNo(u32);

/// A number of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
struct LineNo(u32);

/// Where the text of a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The question form of that number.
    Form(u32),
    /// The title of the fact.
    Title,
    /// The claim.
    Claim,
    /// A name or alias; the entity's own name is shown for all of them.
    Name,
}

/// Something that may be offered.
#[derive(Debug, Clone, Copy)]
struct Line {
    of: Completed,
    part: Part,
    tongue: Tongue,
    /// How good it is to offer whatever was typed, from 0 to 1; below 0 if it must be cut.
    quality: f32,
}

/// Everything that can be offered; built once beside the [`Index`], it never changes.
#[derive(Debug)]
pub struct Completer {
    /// Words of lines, folded, in the order of the alphabet.
    words: Vec<Box<str>>,
    /// Consonants of the words that are spelt by ear, in their order: how a name is found by its first sounds.
    sounded: Vec<(Box<[u8]>, WordNo)>,
    lines: Vec<Line>,
    /// Words of each line in their order.
    line_words: Lists<'static, WordNo>,
    /// Lines of each word.
    postings: Lists<'static, LineNo>,
    /// The first line of each fact, and behind the last.
    fact_lines: Vec<u32>,
    /// What is offered before anything is typed.
    spread: Vec<LineNo>,
}

impl Completer {
    /// Gathers what a base can offer.
    pub fn build(base: &Base, index: &Index) -> Self {
        build::completer(base, index)
    }

    /// At most `limit` completions, best first, no two of one fact or entity, no two with the same text. A text without words is completed
    /// by questions to start from; a text that little is known of, by nothing.
    pub fn complete(&self, base: &Base, index: &Index, typed: &str, limit: usize) -> Vec<Completion> {
        match typed::Typed::read(self, index, typed) {
            Some(typed) => self.offer(base, rank::ranked(self, index, &typed), limit),
            None => self.offer(base, self.spread.iter().copied(), limit),
        }
    }

    /// Lines in their order as completions, without those that say again what was offered.
    fn offer(&self, base: &Base, lines: impl Iterator<Item = LineNo>, limit: usize) -> Vec<Completion> {
        let most_names = limit.div_ceil(3);
        let mut names = 0;
        let mut offered: Vec<Completion> = Vec::with_capacity(limit.min(25));
        for line in lines.filter_map(|line| self.line(line)) {
            if offered.len() >= limit {
                break;
            }
            let is_name = matches!(line.of, Completed::Entity(_));
            // A dozen names would leave no room for what can be asked about them.
            if (is_name && names >= most_names) || offered.iter().any(|o| o.of == line.of) {
                continue;
            }
            let text = shorten(text_of(base, line), LONGEST);
            if !text.is_empty() && offered.iter().all(|o| o.text != text) {
                names += usize::from(is_name);
                offered.push(Completion { text, of: line.of });
            }
        }
        offered
    }

    fn line(&self, line: LineNo) -> Option<&Line> {
        self.lines.get(line.0 as usize)
    }

    fn word(&self, word: WordNo) -> &str {
        self.words.get(word.0 as usize).map_or("", AsRef::as_ref)
    }

    /// The number of a word that is written so in some line.
    fn find(&self, word: &str) -> Option<WordNo> {
        let at = self.words.binary_search_by(|known| known.as_ref().cmp(word)).ok()?;
        u32::try_from(at).ok().map(WordNo)
    }

    /// The words that begin with some letters.
    fn opening_with(&self, letters: &str) -> impl Iterator<Item = WordNo> + '_ {
        let from = self.words.partition_point(|known| known.as_ref() < letters);
        let count = self.words.get(from..).map_or(0, |rest| rest.partition_point(|known| known.starts_with(letters)));
        (from..from + count).filter_map(|at| u32::try_from(at).ok().map(WordNo))
    }

    /// The words whose consonants begin with some consonants.
    fn sounding_like(&self, consonants: &[u8]) -> impl Iterator<Item = WordNo> + '_ {
        let from = self.sounded.partition_point(|(known, _)| known.as_ref() < consonants);
        let rest = self.sounded.get(from..).unwrap_or_default();
        let count = rest.partition_point(|(known, _)| known.starts_with(consonants));
        rest.iter().take(count).map(|(_, word)| *word)
    }

    fn lines_of_fact(&self, fact: FactIx) -> std::ops::Range<u32> {
        let bound = |at: u32| self.fact_lines.get(at as usize).copied().unwrap_or_default();
        bound(fact.0)..bound(fact.0.saturating_add(1))
    }
}

/// The whole text of a line.
fn text_of<'b>(base: &'b Base, line: &Line) -> &'b str {
    match line.of {
        Completed::Entity(entity) => &base.entity(entity).name,
        Completed::Fact(fact) => {
            let fact = base.fact(fact);
            match line.part {
                Part::Form(at) => fact.questions.get(at as usize).map_or("", AsRef::as_ref),
                Part::Title => fact.title.as_deref().unwrap_or_default(),
                Part::Claim | Part::Name => &fact.claim,
            }
        }
    }
}

#[cfg(test)]
mod tests;
