//! Timelines over the shipped facts and over bases of any make: what is selected, in what order, in what pages.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod courses;
mod filters;
mod order;
mod times;

use std::sync::LazyLock;

use sanad::answer::model::Model;
use sanad::base::{self, Origin};
use sanad::knowledge::Knowledge;

/// The shipped facts.
static SHIPPED: LazyLock<Knowledge> = LazyLock::new(|| {
    let loaded = base::load(&Origin::Embedded, |_| ()).unwrap();
    let model = Model::read(&base::embedded_model(), &mut Vec::new()).unwrap();
    Knowledge::new(loaded.base, loaded.lexicon, base::embedded_vectors(), model)
});
