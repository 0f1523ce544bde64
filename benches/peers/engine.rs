//! What every engine can do.

use crate::collection::Row;

/// A question, with the places of the facts that answer it.
pub(crate) struct Question {
    pub(crate) text: String,
    pub(crate) gold: Vec<usize>,
}

/// A way from a question to the fact that answers it.
pub(crate) trait Engine {
    /// What it is called in the tables.
    const NAME: &'static str;
    /// A question as the part that is measured takes it.
    type Prepared;

    /// Does what is not measured.
    fn prepare(&self, question: &str) -> Self::Prepared;

    /// The place of the best of ten facts in the collection. This is what is measured.
    fn first(&mut self, question: &Self::Prepared) -> Option<usize>;
}

/// An engine whose facts can be changed.
pub(crate) trait Editable: Engine {
    /// Puts another text in the place of a fact's. The next question sees it.
    fn edit(&mut self, place: usize, row: &Row);
}

/// Words that tell no fact from another: peers leave them out of questions, as their users would.
const STOP_WORDS: [&str; 61] = [
    "a", "about", "after", "all", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do", "does",
    "for", "from", "had", "has", "have", "he", "her", "his", "how", "i", "if", "in", "into", "is", "it", "its", "many", "me", "much", "my",
    "of", "on", "or", "she", "that", "the", "their", "there", "they", "this", "to", "was", "were", "what", "when", "where", "which", "who",
    "why", "will", "with", "you",
];

/// All of them.
pub(crate) fn stop_words() -> impl Iterator<Item = &'static str> {
    STOP_WORDS.into_iter()
}

/// The words of a text in lower case, those that tell nothing left out.
pub(crate) fn telling_words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase);
    words.filter(|word| STOP_WORDS.binary_search(&word.as_str()).is_err())
}
