//! The one snapshot that questions are answered from.

use std::sync::Arc;

use crate::answer::model::Model;
use crate::fact::{self, Base, Hidden};
use crate::image::{Image, Unusable, Writer};
use crate::index::{self, Index};
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

    /// This with more levels of facts above those it has; `hidden` facts, of all of it, are not served.
    #[must_use]
    pub fn under(&self, levels: impl IntoIterator<Item = (Arc<fact::Level>, Arc<index::Level>)>, hidden: &Arc<Hidden>) -> Self {
        let (facts, indexed): (Vec<_>, Vec<_>) = levels.into_iter().unzip();
        Self {
            base: self.base.under(facts, Arc::clone(hidden)),
            index: self.index.under(indexed, Arc::clone(hidden)),
            model: Arc::clone(&self.model),
        }
    }

    /// Gathers what [`Self::load`] reads. Of facts that are not kept packed nothing is saved; then false is returned.
    pub fn save<'k>(&'k self, writer: &mut Writer<'k>) -> bool {
        let is_packed = self.base.save(writer);
        if is_packed {
            self.index.save(writer);
        }
        is_packed
    }

    /// Knowledge that was saved, with the words that it was made by.
    ///
    /// # Errors
    /// When the image does not hold it.
    pub fn load(image: &Image, lexicon: Lexicon, vectors: Option<Vectors<'static>>, model: Model) -> Result<Self, Unusable> {
        let base = Base::open(image)?;
        let index = Index::open(image, &base, lexicon, vectors)?;
        Ok(Self { base, index, model: Arc::new(model) })
    }
}
