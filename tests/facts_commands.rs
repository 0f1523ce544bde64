//! What an operator does to facts from the command line. The binary promises:
//!
//! 1. What is exported and imported elsewhere stands there as it stood, whatever its texts hold, as JSON Lines and as CSV.
//! 2. A wrong row is named by file, line and field, and nothing is changed; `--skip-bad` takes the others, `--dry-run` takes nothing.
//! 3. Nobody's change is overwritten unseen.
//! 4. One server's facts are seen there and nowhere else; the operator's own are seen everywhere.
//! 5. History and `show` tell what was done, by whom and why, what is retracted, and what has changed below an edit.
//! 6. A backup restored is what was backed up; what is no backup changes nothing.
//! 7. Nothing that only reads makes a store; a store that cannot be read is an error that says what to do, and never a wrong answer.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fs;
use std::num::NonZeroU64;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use common::{Run, TempDir, sanad_in};
use insta::{assert_snapshot, with_settings};
use sanad::answer::model::Model;
use sanad::app::App;
use sanad::base::{self, Origin};
use sanad::curation::{Author, Change, RevisionNo, Scope, Stamp};
use sanad::desk::Desk;
use sanad::fact::FactId;
use sanad::knowledge::Knowledge;
use sanad::store::{Location, Store};
use serde_json::Value;
use sqlx::Connection;

/// The facts below all edits, so few that every start is quick.
const BASE: &str = concat!(
    r#"{"id": "lamp", "text": "The lighthouse of Brannock was built in 1871 by Ada Fenwick.", "date": "1871", "questions": ["Who built the lighthouse of Brannock?"], "source": {"id": "north", "title": "Lighthouses of the North", "publisher": "Harbour Press", "url": "https://towers.example/1", "published": "1999"}}"#,
    "\n",
    r#"{"id": "bridge", "text": "The bridge at Ostrava carries four lanes of traffic.", "questions": ["How many lanes does the bridge at Ostrava carry?"], "source": {"title": "Bridges"}}"#,
    "\n",
    r#"{"id": "ferry", "text": "The ferry to Skerry leaves at noon.", "source": {"title": "Timetable"}}"#,
    "\n",
);
/// Facts whose texts hold what files trip over.
const NASTY: &str = concat!(
    r#"{"id": "formula", "text": "=1+1 and @cmd, +2, -3: a \"claim\", with; all\tthat", "questions": ["=HYPERLINK(\"x\")?", "a,b\nc"], "source": {"title": "\"quoted\", and, commas", "publisher": "=A1"}}"#,
    "\n",
    r#"{"id": "lines", "text": "One line\nand\r\nanother.", "title": "[\"not a list\"]", "date": "2021-05~", "topics": ["[a]", "b\nc"], "source": {"title": "T", "url": "https://towers.example/2?q=1&w=2"}, "conflicts": ["lamp"]}"#,
    "\n",
    r#"{"id": "اردو", "text": "جنگ بندی ۲۸ نومبر کو ختم ہوئی۔", "people": ["نور ولی"], "short": {"when": "۲۸ نومبر"}, "source": {"title": "ڈان", "published": "2022-11-28"}}"#,
    "\n",
    r#"{"id": "lamp", "text": "The lighthouse of Brannock was built in 1872 by Ada Fenwick.", "source": "north"}"#,
    "\n",
);
const ASKED: &str = "Who repaired the windmill of Tarn?";
const WINDMILL: &str = r#"{"id": "mill", "text": "Bo Fenwick repaired the windmill of Tarn in 1903.", "questions": ["Who repaired the windmill of Tarn?"], "source": {"title": "Mills"}}"#;

/// A folder with facts and settings; its store is `sanad.db` in it.
struct Site(TempDir);

impl Site {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        folder.write("base.jsonl", BASE).unwrap();
        folder.write("config.toml", "[facts]\npath = \"base.jsonl\"\n").unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        self.0.write(name, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    fn has(&self, name: &str) -> bool {
        self.0.path().join(name).exists()
    }

    fn run(&self, line: &str) -> Run {
        let args: Vec<&str> = line.split(' ').collect();
        self.run_args(&args)
    }

    fn run_args(&self, args: &[&str]) -> Run {
        let run = sanad_in(self.0.path(), args, b"").unwrap();
        Run { out: self.0.unnamed(&run.out), err: self.0.unnamed(&run.err), ..run }
    }

    /// The standard output of a run without fault.
    fn done(&self, line: &str) -> String {
        let run = self.run(line);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{line}: {}", run.out);
        run.out
    }

    /// What a command says that fails with an error.
    fn fails(&self, line: &str) -> String {
        let run = self.run(line);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{line}: {}", run.err);
        assert_eq!(run.err.lines().count(), 1, "one sentence: {}", run.err);
        run.err
    }

    /// What changes a fact as a moderator does.
    fn change(&self, server: u64, fact: &str, change: Change, reason: &str) {
        let loaded = base::load(&Origin::Rows(self.0.path().join("base.jsonl")), |_| ()).unwrap();
        let app = App::new(Knowledge::new(loaded.base, loaded.lexicon, None, Model::unfitted()));
        let location = Location::parse(&format!("sqlite:{}", self.0.path().join("sanad.db").display())).unwrap();
        let stamp =
            Stamp { author: Author::Person(NonZeroU64::new(42).unwrap()), at: 1_700_000_000, reason: reason.to_owned(), cause: None };
        let (scope, fact) = (Scope::of(server), FactId::new(fact).unwrap());
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let store = Store::open(&location).await.unwrap().store;
            let desk = Desk::open(Arc::new(app), store).await.unwrap();
            let seen = desk.app.head(scope, &fact).map_or(RevisionNo(0), |edit| edit.head().number);
            desk.change(scope, &fact, change, seen, stamp).await.unwrap();
            desk.store.close().await;
        });
    }
}

fn rows(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_is_exported_and_imported_elsewhere_stands_there_as_it_stood() {
    let first = Site::new();
    first.write("nasty.jsonl", NASTY);
    assert_eq!(first.done("facts import nasty.jsonl --guild 5"), "3 added, 1 changed, 0 unchanged, 0 bad\n");
    assert_eq!(first.done("facts import nasty.jsonl --guild 5"), "0 added, 0 changed, 4 unchanged, 0 bad\n");
    assert_eq!(first.done("facts export all.jsonl --guild 5"), "all.jsonl: facts written: 6\n");
    assert_eq!(first.done("facts export edited.ndjson --guild 5 --edited"), "edited.ndjson: facts written: 4\n");
    assert_eq!(first.done("facts export all.csv --guild 5"), "all.csv: facts written: 6\n");
    let (lines, table) = (first.read("all.jsonl"), first.read("all.csv"));
    assert_eq!(first.done("facts export - --guild 5"), lines);
    assert_eq!(first.done("facts list --json --guild 5"), lines);
    assert!(rows(&lines).starts_with(&rows(&first.done("facts show lamp --json --guild 5"))));
    assert_eq!(
        table.lines().next().unwrap(),
        "id,text,date,questions,topics,people,places,organisations,sources,conflicts,standing,revision,title,short"
    );
    for (name, text) in [("all.csv", &table), ("all.jsonl", &lines), ("edited.ndjson", &first.read("edited.ndjson"))] {
        let other = Site::new();
        other.write(name, text);
        let same = if name == "edited.ndjson" { 0 } else { 2 };
        assert_eq!(
            other.done(&format!("facts import {name} --guild 9")),
            format!("3 added, 1 changed, {same} unchanged, 0 bad\n"),
            "{name}"
        );
        assert_eq!(other.done("facts export - --guild 9"), lines, "{name}");
        other.done("facts export again.csv --guild 9");
        assert_eq!(other.read("again.csv"), table, "{name}");
        assert_eq!(other.done(&format!("facts import {name} --guild 9")), format!("0 added, 0 changed, {} unchanged, 0 bad\n", 4 + same));
    }
}

#[test]
fn the_fields_of_a_row_stand_in_their_order() {
    let site = Site::new();
    site.write("nasty.jsonl", NASTY);
    site.done("facts import nasty.jsonl");
    assert_snapshot!(site.done("facts show lines --json"), @r#"{"id":"lines","text":"One line\nand\r\nanother.","date":"2021-05~","questions":[],"topics":["[a]","b\nc"],"people":[],"places":[],"organisations":[],"sources":[{"id":"web-506b63a13b309864","publisher":"towers.example","title":"T","url":"https://towers.example/2?q=1&w=2","published":null}],"conflicts":["lamp"],"standing":"disputed","revision":1,"title":"[\"not a list\"]"}"#);
    assert!(site.done("facts show ferry --json").contains(r#""conflicts":[],"standing":"single source","revision":0}"#));
}

#[test]
fn a_wrong_row_is_named_and_nothing_is_changed() {
    let site = Site::new();
    site.write(
        "bad.jsonl",
        [
            WINDMILL,
            "nonsense",
            r#"{"id": "x", "text": "", "sources": [], "colour": "red"}"#,
            r#"{"id": "ferry", "text": "It leaves at one."}"#,
        ]
        .join("\n"),
    );
    site.write("bad.csv", "id,text,sources\nmill,A mill was mended.,https://towers.example/3\nlamp,\"one, cell\nno, other\",,\n");
    let refused = site.run("facts import bad.jsonl --guild 5");
    assert_eq!(refused.code, 1);
    assert_eq!(
        refused.out,
        "so it would be: 1 added, 0 changed, 0 unchanged, 3 bad; nothing was changed: mend the rows, or take the others with --skip-bad\n"
    );
    assert_snapshot!(refused.err, @r#"
    bad.jsonl:2: error: row: expected ident (column 2); a row is {"id": …, "text": …, "sources": […]} on one line
    bad.jsonl:3: error: text: `text` is empty; fill it in
    bad.jsonl:3: error: sources: a fact needs at least one source; name it as {"title": "…", "url": "…"}
    bad.jsonl:3: error: colour: unknown field; known are id, text, date, questions, topics, people, places, organisations, source, sources, conflicts, standing, revision, title, short
    bad.jsonl:4: error: sources: a fact needs at least one source; name it as {"title": "…", "url": "…"}
    "#);
    let refused = site.run("facts import bad.csv");
    assert_eq!(refused.code, 1);
    assert_snapshot!(refused.err, @"bad.csv:3: error: row: 4 cells stand here, the header names 3; put cells that hold commas, quotes or line ends between double quotes");
    assert!(!site.has("sanad.db"), "nothing was to be kept");
    let tried = site.run("facts import bad.jsonl --guild 5 --skip-bad --dry-run");
    assert_eq!(
        (tried.code, tried.out.as_str()),
        (0, "so it would be: 1 added, 0 changed, 0 unchanged, 3 bad; nothing was changed: --dry-run\n")
    );
    assert!(!site.has("sanad.db"), "nothing was to be kept");
    let taken = site.run("facts import bad.jsonl --guild 5 --skip-bad");
    assert_eq!((taken.code, taken.out.as_str()), (0, "1 added, 0 changed, 0 unchanged, 3 bad\n"));
    assert_eq!(taken.err.lines().count(), 5);
    assert_eq!(rows(&site.done("facts list --json --guild 5")).len(), 4);
    let tried = site.run("facts import bad.csv --skip-bad --dry-run");
    assert_eq!(
        (tried.code, tried.out.as_str()),
        (0, "so it would be: 1 added, 0 changed, 0 unchanged, 1 bad; nothing was changed: --dry-run\n")
    );
    assert_eq!(rows(&site.done("facts list --json")).len(), 3);
}

#[test]
fn files_that_cannot_be_read_as_rows_are_refused() {
    let site = Site::new();
    site.write("header.csv", "id,text,colour\nx,y,z\n");
    site.write("latin.jsonl", b"{\"id\": \"x\", \"text\": \"caf\xe9\"}\n");
    site.write("latin.csv", b"id,text,sources\nx,caf\xe9,https://towers.example/4\n");
    site.write("marked.csv", format!("\u{feff}id,text,source\nx,{},https://towers.example/4\n", "A mill was mended."));
    for (file, said) in [
        ("header.csv", "header.csv:1: error: colour: unknown field"),
        ("latin.jsonl", "latin.jsonl:1: error: row: this line is not UTF-8"),
        ("latin.csv", "latin.csv:2: error: row: this line is not UTF-8"),
    ] {
        let run = site.run(&format!("facts import {file}"));
        assert_eq!((run.code, run.err.starts_with(said)), (1, true), "{}", run.err);
    }
    assert_eq!(site.done("facts import marked.csv"), "1 added, 0 changed, 0 unchanged, 0 bad\n");
    assert!(site.fails("facts import nowhere.csv").contains("nowhere.csv: cannot be read"));
    assert!(site.fails("facts import rows.txt").contains("rows.txt: its ending says how rows are written"));
    assert!(site.fails("facts export rows.txt").contains("rows.txt: its ending says how rows are written"));
    assert!(site.fails("facts export nowhere/rows.csv").contains("nowhere/rows.csv: cannot be written"));
    let run = site.run("facts list --guild x");
    assert!(run.code == 2 && run.err.contains("write the number that Discord shows"), "{}", run.err);
}

#[test]
fn nobody_s_change_is_overwritten_unseen() {
    let site = Site::new();
    site.write("mill.jsonl", WINDMILL);
    site.done("facts import mill.jsonl --guild 5");
    site.done("facts export old.csv --guild 5 --edited");
    site.write("newer.jsonl", WINDMILL.replace("1903", "1904"));
    assert_eq!(site.done("facts import newer.jsonl --guild 5"), "0 added, 1 changed, 0 unchanged, 0 bad\n");
    let refused = site.run("facts import old.csv --guild 5");
    assert_eq!(refused.code, 1);
    assert_snapshot!(refused.err, @"old.csv:2: error: revision: the fact `mill` was changed since this file was written: the row says r1, it stands at r2; export it again, or leave the revision out to change it all the same");
    assert!(site.done("facts show mill --guild 5").contains("in 1904"));
    assert_eq!(site.done("facts import old.csv --guild 6"), "1 added, 0 changed, 0 unchanged, 0 bad\n", "nobody changed it there");
}

#[test]
fn one_server_s_facts_are_seen_there_and_nowhere_else() {
    let site = Site::new();
    site.write("mill.jsonl", WINDMILL);
    site.write("lamp.jsonl", BASE.lines().next().unwrap().replace("1871", "1872"));
    site.done("facts import mill.jsonl --guild 5");
    let first = |run: &Run| rows(&run.out)[0]["answers"][0]["fact"].as_str().map(str::to_owned);
    let asked = |whose: &[&str]| site.run_args(&[&["ask", "--json", ASKED], whose].concat());
    assert_eq!(first(&asked(&["--guild", "5"])).as_deref(), Some("mill"));
    assert_ne!(first(&asked(&[])).as_deref(), Some("mill"));
    assert_ne!(first(&asked(&["--guild", "6"])).as_deref(), Some("mill"));
    assert!(site.run_args(&["explain", ASKED, "--guild", "5"]).out.contains("1. mill scores "));
    let talk = sanad_in(site.0.path(), &["chat", "--guild", "5"], ASKED.as_bytes()).unwrap();
    assert!(talk.out.contains("windmill of Tarn"), "{}", talk.out);
    assert_eq!(rows(&site.done("facts list --json --guild 5")).len(), 4);
    assert_eq!(rows(&site.done("facts list --json")).len(), 3);
    assert!(site.fails("facts show mill").contains("there is no fact `mill`; `sanad facts list` names them all"));
    assert!(site.fails("facts show mill --guild 6").contains("`sanad facts list --guild 6`"));

    site.done("facts import lamp.jsonl");
    for whose in ["", " --guild 5", " --guild 6"] {
        assert!(site.done(&format!("facts show lamp{whose}")).contains("in 1872"), "what the operator changes holds for all servers");
    }
    site.write("lamp.jsonl", BASE.lines().next().unwrap().replace("1871", "1873"));
    site.done("facts import lamp.jsonl --guild 5");
    assert!(site.done("facts show lamp --guild 5").contains("in 1873"));
    assert!(site.done("facts show lamp --guild 6").contains("in 1872"));
}

#[test]
fn history_and_show_tell_what_was_done() {
    let site = Site::new();
    site.write("mill.jsonl", WINDMILL);
    assert_eq!(site.done("facts history lamp --guild 5"), "Nobody has edited `lamp` in server 5.\n");
    site.done("facts import mill.jsonl --guild 5");
    site.write("mill.jsonl", WINDMILL.replace("1903", "1904"));
    site.run_args(&["facts", "import", "mill.jsonl", "--guild", "5", "--reason", "The archive says so."]);
    site.change(5, "mill", Change::Retract, "Two mills were mixed up.");
    site.change(5, "lamp", Change::Retract, "Not in our town.");
    let filters = || {
        vec![
            (r"20[2-9]\d-\d\d-\d\dT\d\d:\d\d:\d\dZ  operator", "[now]  operator"),
            (r#""at":"20[2-9][^"]*","who":"operator""#, r#""at":"[now]","who":"operator""#),
        ]
    };
    with_settings!({filters => filters()}, {
        assert_snapshot!(site.done("facts history mill --guild 5"), @r"
        r1  [now]  operator  add  import of mill.jsonl
            claim: {+Bo Fenwick repaired the windmill of Tarn in 1903.+}
            sources: {+title-67be30e14cba8bb6+}
            questions: {+Who repaired the windmill of Tarn?+}
            standing: {+single source+}
        r2  [now]  operator  edit  The archive says so.
            claim: Bo Fenwick repaired the windmill of Tarn in [-1903.-]{+1904.+}
        r3  2023-11-14T22:13:20Z  42  retract  Two mills were mixed up.
        ");
        assert_snapshot!(site.done("facts history mill --guild 5 --json"), @r#"
        {"id":"mill","revision":1,"at":"[now]","who":"operator","action":"add","reason":"import of mill.jsonl","served":true,"changes":[{"part":"claim","text":"{+Bo Fenwick repaired the windmill of Tarn in 1903.+}"},{"part":"sources","text":"{+title-67be30e14cba8bb6+}"},{"part":"questions","text":"{+Who repaired the windmill of Tarn?+}"},{"part":"standing","text":"{+single source+}"}]}
        {"id":"mill","revision":2,"at":"[now]","who":"operator","action":"edit","reason":"The archive says so.","served":true,"changes":[{"part":"claim","text":"Bo Fenwick repaired the windmill of Tarn in [-1903.-]{+1904.+}"}]}
        {"id":"mill","revision":3,"at":"2023-11-14T22:13:20Z","who":"42","action":"retract","reason":"Two mills were mixed up.","served":false,"changes":[]}
        "#);
    });
    let list = site.run("facts list --guild 5");
    assert_eq!((list.code, list.out.lines().count()), (0, 2));
    assert_eq!(list.err, "sanad: 2 retracted and not listed: lamp, mill; `sanad facts list --retracted --guild 5` lists them\n");
    assert_eq!(rows(&site.done("facts list --retracted --json --guild 5")).len(), 2);
    assert_eq!(site.done("facts list --retracted"), "");
    assert_snapshot!(site.done("facts show mill --guild 5"), @r#"
    mill
    Bo Fenwick repaired the windmill of Tarn in 1904.

    standing  single source

    Sources
      "Mills"

    Question forms
      Who repaired the windmill of Tarn?

    Retracted in server 5: it stands at r3; `sanad facts history mill --guild 5` tells how
    "#);
    let row = site.run("facts show mill --json --guild 5");
    assert_eq!((row.code, rows(&row.out).len()), (0, 1));
    assert_eq!(row.err, "sanad: the fact `mill` is retracted in server 5: no question is answered by it\n");
    let refused = site.run("facts import mill.jsonl --guild 5");
    assert_eq!(
        (refused.code, refused.err.as_str()),
        (1, "mill.jsonl:1: error: id: the fact `mill` is retracted; restore it first, or take the row out\n")
    );
    assert!(site.fails("facts history nothing").contains("there is no fact `nothing`"));
}

#[test]
fn what_has_changed_below_an_edit_is_told() {
    let site = Site::new();
    site.write("lamp.jsonl", BASE.lines().next().unwrap().replace("1871", "1872"));
    site.done("facts import lamp.jsonl --guild 5");
    assert_eq!(site.run("doctor").out.lines().filter(|line| line.contains(" edits ")).count(), 0);
    site.write("base.jsonl", BASE.replace("Ada Fenwick", "Ada M. Fenwick"));
    let shown = site.done("facts show lamp --guild 5");
    assert_snapshot!(shown.split_once("\nEdited").unwrap().1, @r"
     in server 5: it stands at r1; `sanad facts history lamp --guild 5` tells how

    Since then the shipped base has changed
      claim: The lighthouse of Brannock was built in 1871 by Ada {+M. +}Fenwick.
    ");
    let doctor = site.run("doctor").out;
    let of_store: Vec<&str> = doctor.lines().filter(|line| line.contains(" database ") || line.contains(" edits ")).collect();
    assert_snapshot!(of_store.join("\n"), @r"
    ok    database     DIR/sanad.db, schema 0005 (facts edited: 1, suggestions waiting: 0 in servers, 0 from direct messages)
    look  edits        the base has changed below edits of lamp in server 5; `sanad facts show lamp --guild 5` shows what
    ");
    site.write("base.jsonl", BASE.lines().skip(1).collect::<Vec<_>>().join("\n"));
    assert!(site.done("facts show lamp --guild 5").ends_with("\nSince then the fact has gone from the shipped base\n"));
}

#[test]
fn a_backup_restored_is_what_was_backed_up() {
    let site = Site::new();
    assert!(site.fails("backup copy.db").contains("DIR/sanad.db: there is no store yet"));
    site.write("garbage.db", "nothing of a database");
    assert!(site.fails("restore garbage.db").contains("garbage.db: this is no SQLite database"));
    assert!(!site.has("sanad.db"), "a refused backup leaves no empty store");
    site.write("mill.jsonl", WINDMILL);
    site.done("facts import mill.jsonl --guild 5");
    assert_eq!(site.done("backup copy.db"), "copy.db: a sound copy of DIR/sanad.db (facts edited: 1, revisions: 1)\n");
    assert!(site.fails("backup copy.db").contains("copy.db: there is a file of that name already"));
    let before = site.done("facts export - --guild 5");
    site.write("mill.jsonl", WINDMILL.replace("1903", "1904"));
    site.done("facts import mill.jsonl --guild 5");
    let after = site.done("facts export - --guild 5");
    assert_ne!(after, before);
    for wrong in ["garbage.db", "nowhere.db", "mill.jsonl"] {
        assert!(site.fails(&format!("restore {wrong}")).contains(wrong));
        assert_eq!(site.done("facts export - --guild 5"), after, "nothing was replaced by {wrong}");
    }
    with_settings!({filters => vec![(r"before-restore-\w+", "before-restore-[now]")]}, {
        assert_snapshot!(site.done("restore copy.db"), @"DIR/sanad.db: restored from copy.db, schema 0005 (facts edited: 1, revisions: 1); what was there is kept in DIR/sanad.db.before-restore-[now]");
    });
    assert_eq!(site.done("facts export - --guild 5"), before);
    let aside = fs::read_dir(site.0.path()).unwrap().flatten().map(|entry| entry.file_name().into_string().unwrap());
    let aside = aside.into_iter().find(|name| name.contains("before-restore")).unwrap();
    site.done(&format!("restore {aside}"));
    assert_eq!(site.done("facts export - --guild 5"), after, "what was put aside can be put back");
    let other = Site::new();
    fs::copy(site.0.path().join("copy.db"), other.0.path().join("copy.db")).unwrap();
    other.done("restore copy.db");
    assert_eq!(other.done("facts export - --guild 5"), before);
}

/// The schema of a store, after what is done to it.
fn schema_after(file: &Path, statements: &[&'static str]) -> i64 {
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut connection = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
        for statement in statements {
            sqlx::query(statement).execute(&mut connection).await.unwrap();
        }
        let schema = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        schema
    })
}

#[test]
fn doctor_and_backup_leave_an_older_store_at_its_schema() {
    let site = Site::new();
    site.write("mill.jsonl", WINDMILL);
    site.done("facts import mill.jsonl --guild 5");
    let file = site.0.path().join("sanad.db");
    assert_eq!(schema_after(&file, &["DROP TABLE untold", "DELETE FROM _sqlx_migrations WHERE version = 5"]), 4);
    let doctor = site.run("doctor");
    let of_store: Vec<&str> = doctor.out.lines().filter(|line| line.contains(" database ")).collect();
    assert_snapshot!(of_store.join("\n"), @"look  database     DIR/sanad.db is at schema 0004 (facts edited: 1), this program works with 0005; it is left as it is here, and `sanad run` or `sanad store migrate` raises it");
    assert_eq!(site.done("backup copy.db"), "copy.db: a sound copy of DIR/sanad.db (facts edited: 1, revisions: 1)\n");
    assert_eq!((schema_after(&file, &[]), schema_after(&site.0.path().join("copy.db"), &[])), (4, 4));
    let names = || fs::read_dir(site.0.path()).unwrap().flatten().map(|entry| entry.file_name().into_string().unwrap());
    assert!(!names().any(|name| name.contains("before-")), "nothing was raised");
    let raised = site.run("store migrate");
    assert!(
        raised.out.contains("schema 0005, up to date") && raised.err.contains("brought from schema 0004 to 0005"),
        "{} {}",
        raised.out,
        raised.err
    );
    assert!(names().any(|name| name.contains("before-0005")), "a copy of what was raised is kept");
    assert!(site.run("doctor").out.contains("ok    database     DIR/sanad.db, schema 0005 (facts edited: 1"));
}

#[test]
fn doctor_tells_whether_a_store_can_be_made_and_makes_none() {
    let site = Site::new();
    let of_store = |database: &str| {
        site.write("config.toml", format!("[facts]\npath = \"base.jsonl\"\n[store]\ndatabase = \"sqlite:{database}\"\n"));
        let doctor = site.run("doctor");
        doctor.out.lines().filter(|line| line.contains(" database ")).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(of_store("sanad.db"), @"ok    database     DIR/sanad.db holds nothing yet; `sanad run` makes the store");
    assert_snapshot!(of_store("nowhere/sanad.db"), @"bad   database     DIR/nowhere/sanad.db cannot be made: its folder is not there; make it, or name another file in DATABASE_URL");
    site.write("empty.db", "");
    assert_snapshot!(of_store("empty.db"), @"ok    database     DIR/empty.db holds nothing yet; `sanad run` makes the store");
    assert_snapshot!(of_store("base.jsonl/sanad.db"), @"bad   database     DIR/base.jsonl/sanad.db: cannot be looked at; see who may read its folder: Not a directory (os error 20)");
    let left = fs::read_dir(site.0.path()).unwrap().count();
    assert_eq!(left, 3, "the facts, the settings, the empty file");
}

#[test]
fn a_store_that_cannot_be_read_is_an_error_and_no_wrong_answer() {
    let site = Site::new();
    site.write("mill.jsonl", WINDMILL);
    for reading in [
        "ask lamp",
        "explain lamp",
        "facts list",
        "facts show lamp",
        "facts history lamp",
        "facts export -",
        "facts import mill.jsonl --dry-run",
    ] {
        site.run(reading);
        assert!(!site.has("sanad.db"), "`{reading}` makes no store");
    }
    site.done("facts import mill.jsonl --guild 5");
    let file = site.0.path().join("sanad.db");
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut newer = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
        let step =
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99, 'later', 1, x'00', 0)";
        sqlx::query(step).execute(&mut newer).await.unwrap();
        newer.close().await.unwrap();
    });
    let refused = site.fails("ask lamp");
    assert_snapshot!(refused, @"sanad: DIR/sanad.db: the store has schema 0099, this program knows 0005 at most; use the newer program, or restore a backup");
    for asked in [
        "ask lamp --guild 5",
        "explain lamp",
        "facts list",
        "facts history mill --guild 5",
        "facts import mill.jsonl",
        "backup copy.db",
        "restore sanad.db",
    ] {
        assert_eq!(site.fails(asked).replace("sanad: sanad.db", "sanad: DIR/sanad.db"), refused, "{asked}");
    }
    assert!(site.run("doctor").out.contains("bad   database     DIR/sanad.db: the store has schema 0099"));
    site.write("sanad.db", "nothing of a database");
    assert!(site.fails("ask lamp").contains("DIR/sanad.db: this is no SQLite database"));
    assert_eq!(site.read("sanad.db"), "nothing of a database", "it is left alone");
}

#[test]
fn the_store_is_where_the_environment_then_the_settings_say() {
    let site = Site::new();
    site.write("mill.jsonl", WINDMILL);
    site.write("config.toml", "[facts]\npath = \"base.jsonl\"\n[store]\ndatabase = \"sqlite:kept/named.db\"\n");
    assert!(site.fails("facts import mill.jsonl").contains("DIR/kept/named.db: its folder does not exist"));
    fs::create_dir(site.0.path().join("kept")).unwrap();
    site.done("facts import mill.jsonl");
    assert!(site.has("kept/named.db") && !site.has("sanad.db"));
    let with = |url: &str, args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sanad"));
        let run = command
            .args(args)
            .current_dir(site.0.path())
            .env("DATABASE_URL", url)
            .env_remove("DISCORD_TOKEN")
            .env_remove("SANAD_CONFIG")
            .output()
            .unwrap();
        (run.status.code(), String::from_utf8(run.stdout).unwrap(), String::from_utf8(run.stderr).unwrap())
    };
    assert_eq!(with("sqlite:other.db", &["facts", "import", "mill.jsonl"]).0, Some(0));
    assert!(site.has("other.db"));
    for asked in [&["ask", "lamp"][..], &["facts", "list"], &["backup", "x.db"], &["facts", "import", "mill.jsonl"]] {
        let (code, out, err) = with("mysql://anna:secret@host/db", asked);
        assert_eq!((code, out.as_str()), (Some(2), ""));
        assert_eq!(err, "sanad: the address of the store: `mysql:` is not supported; write sqlite:FILE or postgres://USER@HOST/DATABASE\n");
        // Nothing listens on this port.
        let (code, out, err) = with("postgres://anna:secret@127.0.0.1:9/db", asked);
        assert_eq!((code, out.as_str()), (Some(2), ""));
        assert!(err.starts_with("sanad: postgres://anna@127.0.0.1:9/db: the database does not answer: "), "{err}");
        assert!(err.contains("; see that it runs") && !err.contains("secret"), "{err}");
    }
    let (code, out, _) = with("mysql://anna:secret@host/db", &["check"]);
    assert!(code == Some(1) && out.starts_with("DATABASE_URL:0: error: database: ") && !out.contains("secret"), "{out}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt as _;

    let site = Site::new();
    site.write("mill.jsonl", WINDMILL);
    let shut = site.0.path().join("shut");
    fs::create_dir(&shut).unwrap();
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o555)).unwrap();
    // Who may write everywhere is shown a folder that takes no file from anybody.
    let shut = if fs::write(shut.join("probe"), "").is_ok() { "/proc".to_owned() } else { "shut".to_owned() };
    site.write("config.toml", format!("[facts]\npath = \"base.jsonl\"\n[store]\ndatabase = \"sqlite:{shut}/sanad.db\"\n"));
    let said = site.fails("facts import mill.jsonl");
    assert!(said.contains("/sanad.db: ") && said.contains("; "), "{said}");
    assert!(site.fails(&format!("facts export {shut}/out.csv")).contains(&format!("{shut}/out.csv: cannot be written")));
    let answered = site.run("ask lamp");
    assert!(answered.code < 2 && answered.err.is_empty(), "without a store the facts as shipped answer: {}", answered.err);
}
