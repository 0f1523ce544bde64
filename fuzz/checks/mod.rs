//! What must hold for any input at all, whoever sends it. The fuzz targets feed these functions, and `tests/corpus.rs` feeds them every
//! input that is kept. A check panics where something does not hold; that is what fuzzers and tests look for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc, unreachable_pub, reason = "a check that fails panics")]

pub mod config;
pub mod custom_ids;
pub mod facts;
pub mod forms;
pub mod images;
pub mod imports;
pub mod questions;
mod shown;
pub mod times;

use std::sync::LazyLock;

use sanad::answer::model::Model;
use sanad::app::App;
use sanad::base::{self, Origin};
use sanad::knowledge::Knowledge;

/// The facts that are built in, ready to be asked.
static SHIPPED: LazyLock<App> = LazyLock::new(|| {
    let loaded = base::load(&Origin::Embedded, |_| ()).expect("the facts built in are whole");
    let model = Model::read(&base::embedded_model(), &mut Vec::new()).expect("the weights built in are whole");
    App::new(Knowledge::new(loaded.base, loaded.lexicon, base::embedded_vectors(), model))
});

/// Characters of an input that are looked at: no field of Discord's holds more.
const TYPED_AT_MOST: usize = 4_000;

/// An input as a person could have typed it.
fn typed(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().take(TYPED_AT_MOST).collect()
}

/// The fields of an input: parts between lines that hold `----` only.
fn fields<const N: usize>(text: &str) -> [&str; N] {
    let mut parts = text.splitn(N, "\n----\n");
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}
