//! Facts that are broken. The binary promises:
//!
//! 1. `check` names every breach of every file in one go, each with its file, line and field, then counts them, and exits 1.
//! 2. Nothing is answered from a base with one breach in it: `ask` names them too, and exits 2.
//! 3. A file that is no TOML hides no problem of another file.
//! 4. A broken row of JSON Lines is named by its line; so is every other.
//! 5. A warning stops nothing.

mod common;

use std::io;
use std::path::Path;

use common::{Run, TempDir, sanad_in};
use insta::{assert_snapshot, with_settings};

const SOURCES: &str = r#"[[source]]
id = "gazette"
publisher = "The Gazette"
title = "Bridge opened"
url = "https://gazette.example/1"
published = "1902-05-01"

[[source]]
id = "gazette"
title = "Another with the same id"

[[source]]
id = "nowhere"
title = ""
url = "gazette.example/2"
published = "1902-02-30"
"#;

const ENTITIES: &str = r#"[[entity]]
id = "ada-fenwick"
name = "Ada Fenwick"
kind = "person"
aliases = ["Fenwick", "A. Fenwick"]
sources = ["gazette"]

[[entity]]
id = "bo-fenwick"
name = "Bo Fenwick"
kind = "engineer"
aliases = ["fenwick"]
sources = ["herald"]
"#;

/// One breach a fact, so that each shows by itself.
const FACTS: &str = r#"[[fact]]
id = "unknown-field"
claim = "Ada Fenwick opened the bridge on 1 May 1902."
colour = "green"
sources = ["gazette"]
standing = "single source"

[[fact]]
id = "wrong-type"
claim = "Ada Fenwick built the lighthouse of Brannock."
topics = "lighthouses"
sources = ["gazette"]
standing = "single source"

[[fact]]
id = "impossible-date"
claim = "The lighthouse of Brannock was lit in February 1902."
date = "1902-02-30"
sources = ["gazette"]
standing = "single source"

[[fact]]
id = "missing-source"
claim = "The lighthouse of Brannock is white."
standing = "single source"

[[fact]]
id = "unknown-source"
claim = "The lighthouse of Brannock has two keepers."
sources = ["gazette", "herald"]
standing = "single source"

[[fact]]
id = "unknown-entity"
claim = "Cy Marsh kept the lighthouse of Brannock."
people = ["Ada Fenwick", "Cy Marsh"]
sources = ["gazette"]
standing = "single source"

[[fact]]
id = "twice"
claim = "The bridge at Ostrava has four lanes."
sources = ["gazette"]
standing = "single source"

[[fact]]
id = "twice"
claim = "The bridge at Ostrava has two towers."
sources = ["gazette"]
standing = "single source"

[[fact]]
id = "backward"
claim = "He lit the lamp of Brannock for forty years."
sources = ["gazette"]
standing = "single source"

[[fact]]
id = "short-elsewhere"
claim = "The lamp of Brannock was lit by Cy Marsh for forty years."
sources = ["gazette"]
standing = "single source"
short = { who = "Bo Fenwick" }

[[fact]]
id = "short-of-no-kind"
claim = "The lamp of Brannock burns oil."
sources = ["gazette"]
standing = "single source"
short = { colour = "oil" }

[[fact]]
id = "unknown-standing"
claim = "The lamp of Brannock can be seen from Ostrava."
sources = ["gazette"]
standing = "hearsay"

[[fact]]
id = "no fact id"
claim = "The lamp of Brannock turns."
sources = ["gazette"]
standing = "single source"

[[fact]]
id = "contradicts-nothing"
claim = "The lamp of Brannock stands still."
sources = ["gazette"]
conflicts = ["contradicts-nothing", "no-such-fact"]
standing = "disputed"

[[fact]]
claim = ""
sources = ["gazette"]
"#;

const NO_TOML: &str = "# A list that nobody closed.\n\n[[fact]]\nid = \"open\"\nquestions = [\"who?\",\nclaim = \"Left open.\"\n";

/// What the parsers of TOML and JSON say in their own words, which change from version to version.
const PARSERS: [(&str, &str); 2] = [("(error: syntax: ).*(; see )", "$1[…]$2"), ("(error: row: ).*(; a row is )", "$1[…]$2")];

fn sanad(args: &[&str]) -> io::Result<Run> {
    sanad_in(Path::new(env!("CARGO_MANIFEST_DIR")), args, b"")
}

/// The problems that stop a base from being used, and the count below them.
fn errors(folder: &TempDir, out: &str) -> String {
    let kept = folder.unnamed(out);
    let kept: Vec<&str> = kept.lines().filter(|line| !line.contains(": warning: ")).collect();
    kept.join("\n")
}

fn broken_folder() -> io::Result<TempDir> {
    let folder = TempDir::new()?;
    folder.write("sources/all.toml", SOURCES)?;
    folder.write("entities/all.toml", ENTITIES)?;
    folder.write("facts/bridges.toml", FACTS)?;
    folder.write("facts/cut.toml", NO_TOML)?;
    folder.write("facts/other.toml", "author = \"me\"\n\n[[fakt]]\nid = \"x\"\n\n[fact]\nid = \"y\"\n")?;
    folder.write("facts/notes.txt", "not a file of facts")?;
    Ok(folder)
}

#[test]
fn check_names_every_breach_at_once() -> io::Result<()> {
    let folder = broken_folder()?;
    let path = folder.path().display().to_string();
    let run = sanad(&["--facts", &path, "check"])?;
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    with_settings!({filters => PARSERS}, {
        assert_snapshot!(errors(&folder, &run.out), @r#"
        DIR/entities/all.toml:8: error: kind: `engineer` is not a kind; write one of person, organisation, place, event, document
        DIR/entities/all.toml:8: error: sources: there is no source `herald`; add it to data/sources or mend the id
        DIR/entities/all.toml:8: error: aliases: the alias `fenwick` belongs to `ada-fenwick` already; a spelling may lead to one entity only
        DIR/facts/bridges.toml:4: error: colour: unknown field; known are id, claim, date, topics, people, places, organisations, sources, conflicts, standing, short, questions
        DIR/facts/bridges.toml:11: error: topics: write a list here: ["…", "…"]
        DIR/facts/bridges.toml:18: error: date: `1902-02-30` is not in the calendar
        DIR/facts/bridges.toml:22: error: sources: the fact `missing-source` has no source; name at least one id from data/sources
        DIR/facts/bridges.toml:30: error: sources: there is no source `herald`; add it to data/sources or mend the id
        DIR/facts/bridges.toml:36: error: people: there is no entity `Cy Marsh`; add it to data/entities or use its name or id as written there
        DIR/facts/bridges.toml:46: error: id: the id `twice` stands already at DIR/facts/bridges.toml:40; give one of them another
        DIR/facts/bridges.toml:54: error: claim: the claim opens with `he`, so it does not stand alone; name who, what and when
        DIR/facts/bridges.toml:63: error: short: `Bo Fenwick` is not part of the claim; a short answer is copied out of it letter for letter
        DIR/facts/bridges.toml:70: error: short: `colour` is no kind of short answer; write who, where, how_many, when or why
        DIR/facts/bridges.toml:76: error: standing: `hearsay` is not a standing; write one of well sourced, single source, disputed
        DIR/facts/bridges.toml:79: error: id: `no fact id` cannot be an id: write one word without spaces, at most 100 bytes
        DIR/facts/bridges.toml:88: error: conflicts: the fact `contradicts-nothing` cannot contradict itself
        DIR/facts/bridges.toml:88: error: conflicts: there is no fact `no-such-fact`; mend the id or take it out
        DIR/facts/bridges.toml:91: error: id: the field `id` is missing; add it
        DIR/facts/bridges.toml:91: error: standing: the field `standing` is missing; add it
        DIR/facts/cut.toml:3: error: claim: the field `claim` is missing; add it
        DIR/facts/cut.toml:3: error: standing: the field `standing` is missing; add it
        DIR/facts/cut.toml:3: error: claim: the fact `open` says nothing; write one to three sentences
        DIR/facts/cut.toml:3: error: sources: the fact `open` has no source; name at least one id from data/sources
        DIR/facts/cut.toml:6: error: syntax: […]; see https://toml.io for how TOML is written
        DIR/facts/cut.toml:6: error: syntax: […]; see https://toml.io for how TOML is written
        DIR/facts/cut.toml:6: error: syntax: […]; see https://toml.io for how TOML is written
        DIR/facts/cut.toml:6: error: syntax: […]; see https://toml.io for how TOML is written
        DIR/facts/other.toml:1: error: author: unknown field; this file holds [[fact]] tables only
        DIR/facts/other.toml:3: error: fakt: unknown field; this file holds [[fact]] tables only
        DIR/facts/other.toml:6: error: fact: write [[fact]] with two brackets on each side
        DIR/sources/all.toml:8: error: id: the source id `gazette` stands already at DIR/sources/all.toml:1; give one of them another
        DIR/sources/all.toml:12: error: title: the source `nowhere` has no title; a reader must be able to find it
        DIR/sources/all.toml:12: error: url: `gazette.example/2` is not an address that starts with http:// or https://
        DIR/sources/all.toml:12: error: published: `1902-02-30` is not in the calendar
        34 errors, 14 warnings; nothing was loaded
        "#);
    });
    for line in folder.unnamed(&run.out).lines().filter(|l| l.starts_with("DIR")) {
        let mut parts = line.splitn(5, ':');
        let (_file, number) = (parts.next(), parts.next().and_then(|n| n.parse::<usize>().ok()));
        assert!(number.is_some_and(|n| n > 0), "no line: {line}");
    }
    Ok(())
}

#[test]
fn nothing_is_answered_from_a_broken_base() -> io::Result<()> {
    let folder = broken_folder()?;
    let path = folder.path().display().to_string();
    let checked = sanad(&["--facts", &path, "check"])?;
    let wanted = errors(&folder, &checked.out);
    let wanted: Vec<&str> = wanted.lines().filter(|l| l.starts_with("DIR")).collect();
    for args in [&["ask", "who opened the bridge"][..], &["ask", "--json", "who opened the bridge"], &["facts", "list"], &["chat"]] {
        let run = sanad(&[&["--facts", &path], args].concat())?;
        assert_eq!(run.code, 2, "{args:?}");
        assert!(run.err.contains("sanad: the fact base has ") && run.err.contains("nothing was loaded"), "{}", run.err);
        let said = format!("{}{}", folder.unnamed(&run.out), folder.unnamed(&run.err));
        for problem in &wanted {
            assert!(said.contains(problem), "{args:?} does not name {problem}");
        }
        assert!(!said.contains("Sources") && !said.contains("\"outcome\""), "{said}");
    }
    Ok(())
}

#[test]
fn a_sound_folder_with_warnings_is_answered_from() -> io::Result<()> {
    let folder = TempDir::new()?;
    folder.write("sources/all.toml", "[[source]]\nid = \"gazette\"\ntitle = \"Bridge opened\"\n")?;
    folder.write(
        "facts/all.toml",
        "[[fact]]\nid = \"opened\"\nclaim = \"Ada Fenwick opened the bridge at Ostrava on 1 May 1902.\"\ndate = \"1902-05-01\"\n\
         sources = [\"gazette\"]\nstanding = \"single source\"\nquestions = [\"When was the bridge at Ostrava opened?\"]\n",
    )?;
    let path = folder.path().display().to_string();
    let run = sanad(&["--facts", &path, "check"])?;
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_snapshot!(folder.unnamed(&run.out), @"
    DIR/facts/all.toml:7: warning: questions: the fact `opened` has 1 question forms; six or more in different words let people find it
    0 errors, 1 warnings; 1 facts, 1 sources, 0 entities
    ");
    let run = sanad(&["--facts", &path, "facts", "list"])?;
    assert_eq!((run.code, run.out.lines().count()), (0, 1));
    Ok(())
}

#[test]
fn each_broken_row_is_named_by_its_line() -> io::Result<()> {
    let folder = TempDir::new()?;
    let mut rows: Vec<u8> = Vec::new();
    for row in [
        &br#"{"id": "good", "text": "The bridge at Ostrava has four lanes."}"#[..],
        br#"{"id": "cut", "text": "The bridge"#,
        br#"{"id": "colour", "text": "The bridge is green.", "colour": "green"}"#,
        br#"{"id": "date", "text": "The bridge was opened in February.", "date": "1902-02-30"}"#,
        br#"{"id": "empty", "text": "  "}"#,
        b"{\"id\": \"latin\", \"text\": \"The bridge at Br\xfcnn.\"}",
        b"",
        br#"{"id": "good", "text": "The bridge at Ostrava has two towers."}"#,
        br#"{"text": "The bridge has no id."}"#,
        br#"{"id": "two words", "text": "The bridge has an id that is none."}"#,
        br#"{"id": "address", "text": "The bridge is described.", "source": {"title": "T", "url": "javascript:alert(1)"}}"#,
        br#"{"id": "number", "text": 7}"#,
        br#"["a list"]"#,
        br#"{"id": "last", "text": "The bridge at Ostrava is closed."} and more"#,
    ] {
        rows.extend_from_slice(row);
        rows.push(b'\n');
    }
    let file = folder.write("rows.jsonl", rows)?;
    let run = sanad(&["--facts", &file, "check"])?;
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    with_settings!({filters => PARSERS}, {
        assert_snapshot!(folder.unnamed(&run.out), @r#"
        DIR/rows.jsonl:2: error: row: […]; a row is {"id", "text", …} on one line
        DIR/rows.jsonl:3: error: row: […]; a row is {"id", "text", …} on one line
        DIR/rows.jsonl:4: error: date: `1902-02-30` is not in the calendar
        DIR/rows.jsonl:5: error: claim: the fact `empty` says nothing; write one to three sentences
        DIR/rows.jsonl:6: error: row: this line is not UTF-8 text; save the file as UTF-8
        DIR/rows.jsonl:8: error: id: the id `good` stands already at DIR/rows.jsonl:1; give one of them another
        DIR/rows.jsonl:9: error: row: […]; a row is {"id", "text", …} on one line
        DIR/rows.jsonl:10: error: id: `two words` cannot be an id: write one word without spaces, at most 100 bytes
        DIR/rows.jsonl:11: error: url: `javascript:alert(1)` is not an address that starts with http:// or https://
        DIR/rows.jsonl:12: error: row: […]; a row is {"id", "text", …} on one line
        DIR/rows.jsonl:13: error: row: […]; a row is {"id", "text", …} on one line
        DIR/rows.jsonl:14: error: row: […]; a row is {"id", "text", …} on one line
        12 errors, 0 warnings; nothing was loaded
        "#);
    });
    assert!(run.out.contains("rows.jsonl:3: error: row: unknown field `colour`"), "{}", run.out);
    let run = sanad(&["--facts", &file, "ask", "how many lanes has the bridge"])?;
    assert_eq!(run.code, 2);
    assert!(!run.out.contains("Sources"), "{}", run.out);
    Ok(())
}
