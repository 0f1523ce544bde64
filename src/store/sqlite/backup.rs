//! Copies of a store that is in use.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{ConnectOptions, Connection};

use super::SqliteStore;
use super::check::check;
use super::error::said;
use super::open::Tuning;
use crate::store::error::{Fault, StoreError};
use crate::store::location::{Place, in_full};

pub(super) async fn backup(store: &SqliteStore, to: &Path) -> Result<(), StoreError> {
    copy(&store.file, &in_full(to), store.tuning).await
}

pub(super) async fn copy(from: &Path, to: &Path, tuning: Tuning) -> Result<(), StoreError> {
    let copy = Partial::of(from, to, tuning).await?;
    check(&copy.path, tuning).await?.sound(&Place::of_file(from))?;
    copy.keep(to).await
}

/// A copy that has not its name yet. It goes away, unless it is kept.
#[derive(Debug)]
pub(in crate::store) struct Partial {
    path: PathBuf,
}

impl Partial {
    /// A name beside the file that it is to be. There is nothing of that name yet.
    pub(in crate::store) fn beside(to: &Path) -> Result<Self, StoreError> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        if to.exists() {
            return Err(StoreError::Exists { at: Place::of_file(to) });
        }
        let mut name = in_full(to).into_os_string();
        name.push(format!(".partial-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed)));
        Ok(Self { path: name.into() })
    }

    /// Copies a store into a file beside the one that it is to be.
    pub(super) async fn of(from: &Path, to: &Path, tuning: Tuning) -> Result<Self, StoreError> {
        let partial = Self::beside(to)?;
        let copied = async {
            let path = partial.path.to_str().ok_or_else(|| io::Error::other("its name is not in UTF-8"))?;
            let mut connection = tuning.plain(from).connect().await?;
            sqlx::query("VACUUM INTO ?").bind(path).execute(&mut connection).await?;
            Ok(connection.close().await?)
        };
        match copied.await.map_err(|fault: Fault| said(fault, &Place::of_file(to))) {
            Ok(()) => Ok(partial),
            // What cannot be read is the one, what cannot be written is the other.
            Err(StoreError::Foreign { what, .. }) => Err(StoreError::Foreign { at: Place::of_file(from), what }),
            Err(error) => Err(error),
        }
    }

    /// Keeps the copy, unless something is wrong with it.
    pub(in crate::store) async fn keep_if_sound(self, to: &Path) -> Result<(), StoreError> {
        check(&self.path, Tuning::default()).await?.sound(&Place::of_file(&self.path))?;
        self.keep(&in_full(to)).await
    }

    pub(in crate::store) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts the copy on disk, and gives it its name.
    pub(super) async fn keep(self, to: &Path) -> Result<(), StoreError> {
        let (path, name) = (self.path.clone(), to.to_owned());
        let kept = tokio::task::spawn_blocking(move || settle(&path, &name)).await.map_err(io::Error::other);
        kept.and_then(|kept| kept).map_err(|error| said(Fault::Io(error), &Place::of_file(to)))
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
