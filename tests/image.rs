//! Images on disk: when one is used, and why it is not. (What their bytes may be is tested beside the code.)

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use common::{Run, TempDir, sanad_in};
use sanad::image::{Expected, Image, SourceFile, Stamp, Tag, Unusable, Whole, Writer};

const NUMBERS: Tag = Tag::new(*b"numbers ");

/// A file of facts and the image that was made from it.
struct Pair {
    facts: PathBuf,
    image: PathBuf,
    _folder: TempDir,
}

impl Pair {
    /// `age` is how long ago the facts were written when they were read.
    fn new(age: Duration) -> Self {
        let folder = TempDir::new().unwrap();
        let pair = Self { facts: folder.path().join("f.jsonl"), image: folder.path().join("f.jsonl.index"), _folder: folder };
        fs::write(&pair.facts, "facts").unwrap();
        pair.touch(age);
        pair.save(1);
        pair
    }

    fn touch(&self, age: Duration) {
        File::options().append(true).open(&self.facts).unwrap().set_modified(SystemTime::now() - age).unwrap();
    }

    fn save(&self, number: u32) {
        let (source, bytes) = SourceFile::read(&self.facts).unwrap();
        assert_eq!((bytes.len() as u64, crc32fast::hash(&bytes)), (source.bytes, source.checksum));
        let numbers = [number];
        let mut writer = Writer::new(Stamp { program: "1.0.0".to_owned(), words: 7, source });
        writer.numbers(NUMBERS, &numbers);
        assert_eq!(writer.save(&self.image).unwrap(), fs::metadata(&self.image).unwrap().len());
    }

    fn open(&self) -> Result<Image, Unusable> {
        Image::open(&self.image, &Expected { program: "1.0.0", words: 7, source: &self.facts })
    }

    fn says(&self) -> String {
        self.open().unwrap_err().to_string()
    }
}

const LONG_AGO: Duration = Duration::from_secs(3_600);

#[test]
fn an_image_is_used_while_its_facts_stay_as_they_were() {
    for age in [Duration::ZERO, LONG_AGO] {
        let pair = Pair::new(age);
        let image = pair.open().unwrap();
        assert_eq!(image.stamp().source.modified.is_some(), age == LONG_AGO, "a file just written is not known by its time");
        assert_eq!(*image.numbers::<u32>(NUMBERS).unwrap(), [1]);
        // Touched, or brought back by a checkout: the same facts at another time.
        pair.touch(Duration::from_secs(60));
        assert!(pair.open().is_ok());
        // As long as before.
        fs::write(&pair.facts, "tales").unwrap();
        assert!(pair.says().starts_with("it is out of date: what stands in "), "{}", pair.says());
        fs::write(&pair.facts, "more facts").unwrap();
        assert!(pair.says().ends_with("has changed: it is of another length"), "{}", pair.says());
        pair.save(2);
        assert_eq!(*pair.open().unwrap().numbers::<u32>(NUMBERS).unwrap(), [2]);
        // Who has the old one goes on with it.
        assert_eq!(*image.numbers::<u32>(NUMBERS).unwrap(), [1]);
        fs::remove_file(&pair.facts).unwrap();
        assert!(matches!(pair.open(), Err(Unusable::Unreadable(_))));
    }
}

#[test]
fn an_image_of_another_program_or_other_words_is_stale() {
    let pair = Pair::new(LONG_AGO);
    let open = |program, words| Image::open(&pair.image, &Expected { program, words, source: &pair.facts }).unwrap_err().to_string();
    assert_eq!(open("1.0.1", 7), "it is out of date: it was made by version 1.0.0 of this program");
    assert_eq!(open("1.0.0", 8), "it is out of date: the word lists, vectors or weights have changed");
}

#[test]
fn what_is_no_image_is_not_used() {
    let pair = Pair::new(LONG_AGO);
    let whole = fs::read(&pair.image).unwrap();
    fs::write(&pair.image, []).unwrap();
    assert_eq!(pair.says(), "it is damaged: it is empty");
    fs::write(&pair.image, &whole[..whole.len() - 1]).unwrap();
    assert_eq!(pair.says(), format!("it is damaged: it is cut short after {} bytes", whole.len() - 1));
    let mut changed = whole.clone();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(&pair.image, &changed).unwrap();
    assert_eq!(pair.says(), "it is damaged: its section `numbers` is not what was written");
    fs::write(&pair.image, b"{\"id\": \"f1\"}").unwrap();
    assert_eq!(pair.says(), "it is not a file that this version of the program writes");
    fs::remove_file(&pair.image).unwrap();
    assert!(matches!(pair.open(), Err(Unusable::Missing)));
    fs::create_dir(&pair.image).unwrap();
    assert!(pair.open().is_err());
}

#[test]
fn what_is_not_finished_leaves_nothing_behind() {
    let pair = Pair::new(LONG_AGO);
    let folder = pair.image.parent().unwrap();
    let mut half = Whole::beside(&pair.image).unwrap();
    half.out().write_all(b"half").unwrap();
    assert_eq!(fs::read_dir(folder).unwrap().count(), 3);
    drop(half);
    assert_eq!(fs::read_dir(folder).unwrap().count(), 2);
    assert!(pair.open().is_ok());
    assert!(Whole::beside(&folder.join("nowhere/f.index")).is_err());
}

const ROWS: &str = "{\"id\": \"bridge\", \"text\": \"The bridge at Torkham has four lanes.\"}\n{\"id\": \"tunnel\", \"text\": \"The tunnel below Lowari has two lanes.\"}\n";

/// What is asked of rows in a folder of their own.
struct Rows(TempDir);

impl Rows {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        folder.write("f.jsonl", ROWS).unwrap();
        Self(folder)
    }

    fn ask(&self, question: &str) -> Run {
        sanad_in(self.0.path(), &["--facts", "f.jsonl", "ask", question], b"").unwrap()
    }

    fn index(&self) -> Run {
        sanad_in(self.0.path(), &["facts", "index", "f.jsonl"], b"").unwrap()
    }

    fn saved(&self) -> PathBuf {
        self.0.path().join("f.jsonl.index")
    }
}

#[test]
fn a_saved_index_answers_as_its_rows_do() {
    let rows = Rows::new();
    let question = "how many lanes has the bridge at torkham";
    let read = rows.ask(question);
    assert!(!rows.saved().exists(), "nothing is saved unasked");
    let run = rows.index();
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(run.out.starts_with("f.jsonl.index: 2 facts indexed, "), "{}", run.out);
    let before = fs::read(rows.saved()).unwrap();
    let saved = rows.ask(question);
    assert_eq!((saved.code, saved.out.as_str(), saved.err.as_str()), (read.code, read.out.as_str(), ""));
    assert!(saved.out.contains("four lanes"), "{}", rows.0.unnamed(&saved.out));
    assert_eq!(fs::read(rows.saved()).unwrap(), before);
    let listed = |rows: &Rows| sanad_in(rows.0.path(), &["--facts", "f.jsonl", "facts", "list"], b"").unwrap().out;
    let from_image = listed(&rows);
    fs::remove_file(rows.saved()).unwrap();
    assert_eq!(from_image, listed(&rows));
}

#[test]
fn an_index_that_cannot_be_used_is_made_again_with_a_word() {
    let rows = Rows::new();
    rows.index();
    let question = "how many lanes has the tunnel below lowari";
    rows.0.write("f.jsonl", ROWS.replace("two lanes", "six lanes, and a path")).unwrap();
    let run = rows.ask(question);
    assert!(run.out.contains("six lanes, and a path"), "{}", run.out);
    assert_eq!(
        run.err,
        "sanad: f.jsonl.index: it is out of date: f.jsonl has changed: it is of another length; the rows are read, and it is made again\n"
    );
    let run = rows.ask(question);
    assert!(run.out.contains("six lanes, and a path") && run.err.is_empty(), "{}{}", run.out, run.err);
    let mut bytes = fs::read(rows.saved()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(rows.saved(), &bytes).unwrap();
    let run = rows.ask(question);
    assert!(run.err.starts_with("sanad: f.jsonl.index: it is damaged: ") && run.err.lines().count() == 1, "{}", run.err);
    assert!(rows.ask(question).err.is_empty());
    // Where it cannot be saved, the facts serve all the same.
    fs::remove_file(rows.saved()).unwrap();
    fs::create_dir(rows.saved()).unwrap();
    let run = rows.ask(question);
    assert!(run.out.contains("six lanes, and a path"), "{}", run.out);
    assert!(run.err.lines().count() == 2 && run.err.contains("cannot be written"), "{}", run.err);
}

#[test]
fn an_index_is_made_of_sound_rows_only() {
    let rows = Rows::new();
    rows.0.write("f.jsonl", "{\"id\": \"a\"}\n").unwrap();
    let run = rows.index();
    assert_eq!(run.code, 2);
    assert!(run.err.contains("f.jsonl:1: error: row: missing field `text`"), "{}", run.err);
    assert!(!rows.saved().exists());
    let run = sanad_in(rows.0.path(), &["facts", "index", "data"], b"").unwrap();
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    rows.0.write("f.jsonl", ROWS).unwrap();
    let run = sanad_in(rows.0.path(), &["facts", "index", "f.jsonl", "--out", "nowhere/x"], b"").unwrap();
    assert!(run.code == 2 && run.err.contains("nowhere/x: cannot be written"), "{}", run.err);
}
