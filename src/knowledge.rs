//! The one snapshot that questions are answered from.

use std::sync::Arc;

use crate::answer::model::Model;
use crate::fact::Base;
use crate::index::Index;
use crate::lexicon::Lexicon;
use crate::vectors::Vectors;

/// Facts, their index, and the weights; it never changes, so any number of questions may read it at once. What is edited is laid over it
/// (`curation::overlay`), and what lies below is shared by all: a clone costs next to nothing.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// The facts.
    pub base: Base,
    /// How they are found.
    pub index: Index,
    /// How matches are weighed.
    pub model: Arc<Model>,
}

impl Knowledge {
    /// Indexes a base.
    pub fn new(base: Base, lexicon: Lexicon, vectors: Option<Vectors<'static>>, model: Model) -> Self {
        let index = Index::build(&base, lexicon, vectors);
        Self { base, index, model: Arc::new(model) }
    }
}
