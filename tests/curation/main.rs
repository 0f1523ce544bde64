//! What people do to facts. What is promised:
//!
//! 1. Whatever is asked for in whatever order, a history stays whole, and what is answered is what it says (`history`).
//! 2. What people type becomes the fact that they mean, or is told back to them in a sentence (`form`).
//! 3. A form that is opened and sent again changes nothing, and what it does not show stays (`editing`).
//! 4. What moderators are shown is true: what changed, what was asked in vain, what stands beside a claim (`shown`).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod editing;
mod form;
mod history;
#[path = "../kept/mod.rs"]
mod kept;
mod shown;
