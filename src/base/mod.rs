//! Where facts come from: a folder, a file of JSON Lines, or the base built into the binary.

pub mod folder;
pub mod reader;
pub mod rows;
mod together;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use include_dir::{Dir, include_dir};
use thiserror::Error;

use crate::fact::draft::Draft;
use crate::fact::{Base, Problem, Severity, check};
use crate::image::SourceFile;
use crate::lexicon::Lexicon;
use crate::vectors::Vectors;
use folder::Holds;
use reader::NamedText;

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data");

/// What a base is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A folder laid out as `data/`.
    Folder(PathBuf),
    /// A file of JSON Lines.
    Rows(PathBuf),
    /// The base built into the binary.
    Embedded,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) | Self::Rows(path) => write!(f, "{}", path.display()),
            Self::Embedded => f.write_str("the facts built in"),
        }
    }
}

/// A base that was read, with the words it is understood by.
#[derive(Debug)]
pub struct Loaded {
    /// The facts.
    pub base: Base,
    /// Synonyms, stop words and the like.
    pub lexicon: Lexicon,
    /// Warnings.
    pub warnings: Vec<Problem>,
    /// The file that it was read from, where it is one file of rows.
    pub source: Option<SourceFile>,
}

/// Why a base could not be read.
#[derive(Debug, Error)]
pub enum LoadError {
    /// A file or folder could not be read.
    #[error("cannot read {path}; check that it is there and may be read")]
    Unreadable {
        /// Which.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The folder holds no facts.
    #[error("{path} holds no facts: a fact base has a folder `facts` with .toml files in it, or is a .jsonl file")]
    NoFacts {
        /// Which.
        path: String,
    },
    /// What was read is broken.
    #[error("the fact base has {} problems; nothing was loaded", .0.len())]
    Broken(Vec<Problem>),
}

/// Reads a base. `progress` is told the number of rows read so far when the origin is large.
///
/// # Errors
/// When something cannot be read or is broken; then nothing is loaded and every problem is named.
pub fn load(origin: &Origin, progress: impl FnMut(usize)) -> Result<Loaded, LoadError> {
    let loaded = match origin {
        Origin::Rows(path) => return load_rows(path, progress),
        Origin::Folder(path) => {
            let files = Files::on_disk(path)?;
            // A folder may leave its words out; those of the binary then serve.
            let words = if files.words.is_empty() { Files::embedded().words } else { files.words.clone() };
            assemble(&files.facts, &words)?
        }
        Origin::Embedded => {
            let files = Files::embedded();
            assemble(&files.facts, &files.words)?
        }
    };
    if loaded.base.fact_count() == 0 {
        return Err(LoadError::NoFacts { path: origin.to_string() });
    }
    Ok(loaded)
}

fn assemble(facts: &[(Holds, NamedText)], words: &[NamedText]) -> Result<Loaded, LoadError> {
    let mut problems = Vec::new();
    let (draft, lexicon) = read_both(facts, words, &mut problems);
    let broken = |p: &Problem| p.severity == Severity::Error;
    match check::assemble(&draft) {
        Ok((base, warnings)) if !problems.iter().any(broken) => {
            problems.extend(warnings);
            Ok(Loaded { base, lexicon, warnings: problems, source: None })
        }
        Ok((_, more)) | Err(more) => {
            problems.extend(more);
            problems.sort_by(|a, b| a.place.cmp(&b.place));
            Err(LoadError::Broken(problems))
        }
    }
}

fn load_rows(path: &Path, progress: impl FnMut(usize)) -> Result<Loaded, LoadError> {
    let name = path.display().to_string();
    let (source, text) = SourceFile::read(path).map_err(|source| LoadError::Unreadable { path: name.clone(), source })?;
    let (base, warnings) = together::assemble(&name, &text, progress).map_err(LoadError::Broken)?;
    if base.fact_count() == 0 {
        return Err(LoadError::NoFacts { path: name });
    }
    Ok(Loaded { base, lexicon: words_for_rows(), warnings, source: Some(source) })
}

/// Makes a base of rows that lie in memory; `file` is what problems call them.
///
/// # Errors
/// All problems, errors and warnings, if one at least is an error.
pub fn of_rows(file: &str, text: &[u8]) -> Result<(Base, Vec<Problem>), Vec<Problem>> {
    together::assemble(file, text, |_| ())
}

/// The words that rows are understood by: those built in that suit any subject.
pub fn words_for_rows() -> Lexicon {
    // They are read in every test: nothing is wrong with them.
    Lexicon::read(&Files::embedded().words, &mut Vec::new()).for_any_subject()
}

/// Facts and words on two cores: who has read the words helps with the facts, a file at a time.
fn read_both(facts: &[(Holds, NamedText)], words: &[NamedText], problems: &mut Vec<Problem>) -> (Draft, Lexicon) {
    let read_words = || {
        let mut found = Vec::new();
        let lexicon = Lexicon::read(words, &mut found);
        (lexicon, found)
    };
    let next = AtomicUsize::new(0);
    let read_files = || {
        let mut read = Vec::new();
        while let Some((at, (holds, file))) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, facts.get(at)?))) {
            let mut found = Vec::new();
            let draft = folder::read(*holds, file, &mut found);
            read.push((at, draft, found));
        }
        read
    };
    let (mut files, (lexicon, found)) = std::thread::scope(|scope| {
        let worker = scope.spawn(|| (read_words(), read_files()));
        let mut files = read_files();
        if let Ok((words, more)) = worker.join() {
            files.extend(more);
            return (files, words);
        }
        // A worker that died of a fault is made good here, where the fault shows as what it is.
        next.store(0, Ordering::Relaxed);
        (read_files(), read_words())
    });
    files.sort_unstable_by_key(|(at, ..)| *at);
    let mut draft = Draft::default();
    for (_, file, found) in files {
        draft.append(file);
        problems.extend(found);
    }
    problems.extend(found);
    (draft, lexicon)
}

/// A checksum of all that rows are understood by: an index that was made by other words, or with vectors where there are none now, is stale.
pub fn words_checksum(vectors: bool) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    for words in Files::embedded().words {
        hasher.update(words.text.as_bytes());
    }
    if vectors {
        hasher.update(EMBEDDED.get_file("words/vectors.bin").map_or(&[], |file| file.contents()));
    }
    hasher.finalize()
}

/// The table of word vectors built into the binary.
pub fn embedded_vectors() -> Option<Vectors<'static>> {
    Vectors::read(EMBEDDED.get_file("words/vectors.bin")?.contents())
}

/// The fitted weights built into the binary.
pub fn embedded_model() -> NamedText {
    let text = EMBEDDED.get_file("model.toml").and_then(|f| f.contents_utf8()).unwrap_or_default();
    NamedText { name: "model.toml (built in)".to_owned(), text: text.to_owned() }
}

/// The text files of a base.
struct Files {
    facts: Vec<(Holds, NamedText)>,
    words: Vec<NamedText>,
}

const FOLDERS: [(&str, Holds); 3] = [("sources", Holds::Sources), ("entities", Holds::Entities), ("facts", Holds::Facts)];

impl Files {
    fn embedded() -> Self {
        let texts = |folder: &str| -> Vec<NamedText> {
            let files = EMBEDDED.get_dir(folder).into_iter().flat_map(Dir::files);
            let mut texts: Vec<NamedText> = files
                .filter(|f| f.path().extension().is_some_and(|e| e == "toml"))
                .filter_map(|f| Some(NamedText { name: format!("{} (built in)", f.path().display()), text: f.contents_utf8()?.to_owned() }))
                .collect();
            texts.sort_by(|a, b| a.name.cmp(&b.name));
            texts
        };
        let facts = FOLDERS.iter().flat_map(|(folder, holds)| texts(folder).into_iter().map(|t| (*holds, t))).collect();
        Self { facts, words: texts("words") }
    }

    fn on_disk(root: &Path) -> Result<Self, LoadError> {
        let mut facts = Vec::new();
        for (folder, holds) in FOLDERS {
            facts.extend(texts_below(&root.join(folder))?.into_iter().map(|t| (holds, t)));
        }
        if facts.is_empty() {
            // Says whether the folder is missing or only empty.
            fs::read_dir(root).map_err(|source| LoadError::Unreadable { path: root.display().to_string(), source })?;
            return Err(LoadError::NoFacts { path: root.display().to_string() });
        }
        Ok(Self { facts, words: texts_below(&root.join("words"))? })
    }
}

/// The `.toml` files of a folder in order of their names; none if there is no such folder.
fn texts_below(folder: &Path) -> Result<Vec<NamedText>, LoadError> {
    let unreadable = |path: &Path| {
        let path = path.display().to_string();
        move |source| LoadError::Unreadable { path, source }
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(unreadable(folder)(source)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(unreadable(folder))?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).map_err(unreadable(&path))?;
            Ok(NamedText { name: path.display().to_string(), text })
        })
        .collect()
}
