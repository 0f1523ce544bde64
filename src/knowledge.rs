//! The one snapshot that questions are answered from.

use std::sync::Arc;

use crate::answer::model::Model;
use crate::fact::Base;
use crate::image::{Image, Unusable, Writer};
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

    /// Gathers what [`Self::load`] reads. Of facts that are not kept packed nothing is saved; then false is returned.
    pub fn save<'k>(&'k self, writer: &mut Writer<'k>) -> bool {
        self.base.save(writer)
    }

    /// Knowledge that was saved, with the words that it was made by.
    ///
    /// # Errors
    /// When the image does not hold it.
    pub fn load(image: &Image, lexicon: Lexicon, vectors: Option<Vectors<'static>>, model: Model) -> Result<Self, Unusable> {
        let base = Base::open(image)?;
        Ok(Self::new(base, lexicon, vectors, model))
    }
}
