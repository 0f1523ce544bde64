//! Every input that the fuzz targets found worth keeping, fed again to the same checks, on any toolchain. What is promised: none of them
//! brings anything down, and what each check says of any input holds (`fuzz/checks`).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "../fuzz/checks/mod.rs"]
mod checks;

use std::fs;
use std::path::Path;

/// Feeds every input of a target to its check.
fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut inputs: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "{} holds no input", folder.display());
    for input in inputs {
        // Shown where the check fails.
        println!("{}", input.display());
        check(&fs::read(&input).unwrap());
    }
}

#[test]
fn questions() {
    replay("questions", checks::questions::check);
}

#[test]
fn times() {
    replay("times", checks::times::check);
}

#[test]
fn facts() {
    replay("facts", checks::facts::check);
}

#[test]
fn imports() {
    replay("imports", checks::imports::check);
}

#[test]
fn forms() {
    replay("forms", checks::forms::check);
}

#[test]
fn images() {
    replay("images", checks::images::check);
}

#[test]
fn custom_ids() {
    replay("custom_ids", checks::custom_ids::check);
}

#[test]
fn config() {
    replay("config", checks::config::check);
}
