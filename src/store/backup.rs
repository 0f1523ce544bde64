//! Copies of a store that is in use.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{ConnectOptions, Connection};

use super::Store;
use super::check::{FileReport, check};
use super::error::{Fault, StoreError};
use super::location::in_full;
use super::open::Tuning;

impl Store {
    /// Copies the store as it stands at one moment to a new file, while it is in use. The copy is looked through and on disk before it
    /// bears its name; nothing is overwritten.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        copy(&self.file, &in_full(to), self.tuning).await
    }
}

pub(super) async fn copy(from: &Path, to: &Path, tuning: Tuning) -> Result<(), StoreError> {
    let copy = Partial::of(from, to, tuning).await?;
    sound(from, check(&copy.path, tuning).await?)?;
    copy.keep(to).await
}

/// The report, unless something is wrong.
pub(super) fn sound(file: &Path, report: FileReport) -> Result<FileReport, StoreError> {
    match report.problems.first() {
        Some(problem) => Err(StoreError::Unsound { file: file.to_owned(), problem: problem.clone() }),
        None => Ok(report),
    }
}

/// A copy that has not its name yet. It goes away, unless it is kept.
#[derive(Debug)]
pub(super) struct Partial {
    path: PathBuf,
}

impl Partial {
    /// Copies a store into a file beside the one that it is to be.
    pub(super) async fn of(from: &Path, to: &Path, tuning: Tuning) -> Result<Self, StoreError> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        if to.exists() {
            return Err(StoreError::Exists { file: to.to_owned() });
        }
        let mut name = to.to_owned().into_os_string();
        name.push(format!(".partial-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed)));
        let partial = Self { path: name.into() };
        let copied = async {
            let path = partial.path.to_str().ok_or_else(|| io::Error::other("its name is not in UTF-8"))?;
            let mut connection = tuning.plain(from).connect().await?;
            sqlx::query("VACUUM INTO ?").bind(path).execute(&mut connection).await?;
            Ok(connection.close().await?)
        };
        match copied.await.map_err(|fault: Fault| fault.at(to)) {
            Ok(()) => Ok(partial),
            // What cannot be read is the one, what cannot be written is the other.
            Err(StoreError::Foreign { what, .. }) => Err(StoreError::Foreign { file: from.to_owned(), what }),
            Err(error) => Err(error),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the copy on disk, and gives it its name.
    pub(super) async fn keep(self, to: &Path) -> Result<(), StoreError> {
        let (path, name) = (self.path.clone(), to.to_owned());
        let kept = tokio::task::spawn_blocking(move || settle(&path, &name)).await.map_err(io::Error::other);
        kept.and_then(|kept| kept).map_err(|error| Fault::Io(error).at(to))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Where it was kept, there is nothing of this name any more.
        let _ = fs::remove_file(&self.path);
    }
}

fn settle(path: &Path, to: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.sync_all()?;
    // The name is taken first, for a renaming overwrites what is there.
    OpenOptions::new().write(true).create_new(true).open(to)?;
    if let Err(error) = fs::rename(path, to) {
        fs::remove_file(to)?;
        return Err(error);
    }
    sync_folder(to)
}

/// A new name is on disk when its folder is. Windows neither needs nor allows that.
fn sync_folder(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
