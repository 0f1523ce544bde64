//! A collection of rows with its index, saved beside it, so that the next start reads neither.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::open::{Progress, Settings, Shelf, report};
use crate::answer::model::Model;
use crate::base::{self, Origin};
use crate::config::Config;
use crate::image::{Expected, Image, SourceFile, Stamp, Unusable, Writer};
use crate::knowledge::Knowledge;

/// The program that an index was made by. What stands behind the version rises whenever an index means something else than before.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "+3");
/// Stands behind the whole name of the file of rows.
const ENDING: &str = ".index";

/// Where the index of a file of rows is looked for.
fn beside(rows: &Path) -> PathBuf {
    let mut name = OsString::from(rows);
    name.push(ENDING);
    name.into()
}

/// Knowledge that was saved for these rows; says why it cannot be used.
pub(super) fn open(rows: &Path, config: &Config, model: Model) -> Result<Knowledge, Unusable> {
    let expected = Expected { program: VERSION, words: base::words_checksum(config.word_vectors), source: rows };
    let image = Image::open(&beside(rows), &expected)?;
    Knowledge::load(&image, base::words_for_rows(), vectors(config), model)
}

/// What a person is told of an index that could not be used and is made anew; nothing where there was none.
pub(super) fn complaint(rows: &Path, unusable: &Unusable) -> Option<String> {
    match unusable {
        Unusable::Missing => None,
        other => Some(format!("{}: {other}; the rows are read, and it is made again", beside(rows).display())),
    }
}

/// Saves knowledge of rows in the place of an index that could not be used; says what hinders it.
pub(super) fn again(rows: &Path, knowledge: &Knowledge, source: Option<SourceFile>, config: &Config) -> Result<(), String> {
    let Some(source) = source else { return Ok(()) };
    let path = beside(rows);
    let saved = save(&path, knowledge, source, config);
    saved.map(|_| ()).map_err(|error| {
        format!(
            "{}: cannot be written ({error}); until its folder can be written to, or the file is taken away, each start reads the rows",
            path.display()
        )
    })
}

/// The word vectors, if the settings want any.
pub(super) fn vectors(config: &Config) -> Option<crate::vectors::Vectors<'static>> {
    if config.word_vectors { base::embedded_vectors() } else { None }
}

fn save(path: &Path, knowledge: &Knowledge, source: SourceFile, config: &Config) -> io::Result<u64> {
    let stamp = Stamp { program: VERSION.to_owned(), words: base::words_checksum(config.word_vectors), source };
    let mut writer = Writer::new(stamp);
    knowledge.save(&mut writer);
    writer.save(path)
}

/// `sanad facts index`: reads rows, indexes them, and saves both.
pub(super) fn index(settings: &Settings, rows: &Path, out: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    if rows.extension().is_none_or(|ending| ending != "jsonl") {
        bail!("{}: only the index of a .jsonl file is saved; a folder of facts is read fast enough", rows.display());
    }
    let shelf = Shelf { origin: Origin::Rows(rows.to_owned()), config: settings.config()? };
    let (knowledge, source) = shelf.read_rows(Model::unfitted(), &Progress::on_terminal()).map_err(report)?;
    let source = source.with_context(|| format!("{}: it was not read from one file", rows.display()))?;
    let path = out.unwrap_or_else(|| beside(rows));
    let bytes = save(&path, &knowledge, source, &shelf.config)
        .with_context(|| format!("{}: cannot be written; see that its folder is there and can be written to", path.display()))?;
    writeln!(io::stdout().lock(), "{}: {} facts indexed, {bytes} bytes", path.display(), knowledge.base.fact_count())?;
    // The facts serve until the process ends: taking them apart piece by piece before that would only keep the asker waiting.
    std::mem::forget(knowledge);
    Ok(ExitCode::SUCCESS)
}
