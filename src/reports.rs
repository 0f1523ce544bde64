//! What people tell the moderators by a button: that an answer is wrong, that a question has none. Kept in a file, a JSON object a line,
//! on disk before the person reads that it was noted.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use tokio::sync::Semaphore;

/// Reports being written at once; a disk that is slower than that turns people away.
const IN_HAND: usize = 64;

/// What somebody told the moderators. It does not say who.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// When, in seconds since 1970.
    pub at: u64,
    /// What about.
    #[serde(flatten)]
    pub about: About,
    /// The server, unless it was in a direct message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<u64>,
}

/// What a report is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum About {
    /// The answer given by a fact is wrong.
    Wrong {
        /// The fact.
        fact: String,
        /// What was asked, where it is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        question: Option<String>,
    },
    /// A question has no answer.
    Unanswered {
        /// The question.
        question: String,
    },
}

/// Why a report was not kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// Too many at once.
    #[error("too many reports are being written; the disk is slow")]
    Busy,
    /// The file cannot be written.
    #[error("{path}: cannot be written: {error}; make room, or name another file under [discord] reports")]
    Unwritable {
        /// The file.
        path: String,
        /// What the system says.
        error: io::Error,
    },
}

/// The file of reports.
#[derive(Debug)]
pub struct Reports {
    path: PathBuf,
    file: Arc<Mutex<File>>,
    kept: AtomicU64,
    room: Semaphore,
}

impl Reports {
    /// Opens the file, or makes it; a line that a crash left half written is closed, so that the next is whole.
    pub fn open(path: &Path) -> Result<Self, KeepError> {
        let unwritable = |error| KeepError::Unwritable { path: path.display().to_string(), error };
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(unwritable)?;
        let kept = BufReader::new(&file).lines().count() as u64;
        if ends_torn(&mut file).map_err(unwritable)? {
            file.write_all(b"\n").map_err(unwritable)?;
        }
        Ok(Self { path: path.to_owned(), file: Arc::new(Mutex::new(file)), kept: AtomicU64::new(kept), room: Semaphore::new(IN_HAND) })
    }

    /// How many reports a file holds, without touching it; none where there is no file yet.
    pub fn count(path: &Path) -> Result<u64, KeepError> {
        match File::open(path) {
            Ok(file) => Ok(BufReader::new(file).lines().count() as u64),
            Err(error)
                if error.kind() == io::ErrorKind::NotFound && path.parent().is_none_or(|p| p.as_os_str().is_empty() || p.is_dir()) =>
            {
                Ok(0)
            }
            Err(error) => Err(KeepError::Unwritable { path: path.display().to_string(), error }),
        }
    }

    /// How many reports are kept.
    pub fn kept(&self) -> u64 {
        self.kept.load(Ordering::Relaxed)
    }

    /// Keeps a report: it is on disk when this returns.
    pub async fn keep(&self, report: &Report) -> Result<(), KeepError> {
        let _room = self.room.try_acquire().map_err(|_| KeepError::Busy)?;
        let unwritable = |error| KeepError::Unwritable { path: self.path.display().to_string(), error };
        let mut line = serde_json::to_vec(report).map_err(|error| unwritable(error.into()))?;
        line.push(b'\n');
        let file = Arc::clone(&self.file);
        let written = tokio::task::spawn_blocking(move || {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            let before = file.metadata()?.len();
            let written = file.write_all(&line).and_then(|()| file.sync_data());
            if written.is_err() {
                // A disk that was full in the middle of a line must not spoil the next.
                let _ = file.set_len(before);
            }
            written
        });
        written.await.map_err(|error| unwritable(io::Error::other(error)))?.map_err(unwritable)?;
        self.kept.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

fn ends_torn(file: &mut File) -> io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_are_counted_again_after_a_restart_and_a_torn_line_spoils_none() {
        let folder = std::env::temp_dir().join(format!("sanad-reports-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("reports.jsonl");
        std::fs::write(&path, "{\"at\":1,\"kind\":\"unanswered\",\"question\":\"a\"}\n{\"at\":2,\"ki").unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let reports = Reports::open(&path).unwrap();
            assert_eq!(reports.kept(), 2);
            let about = About::Wrong { fact: "seed-001".to_owned(), question: None };
            reports.keep(&Report { at: 3, about, server: Some(5) }).await.unwrap();
            assert_eq!(reports.kept(), 3);
        });
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().last(), Some(r#"{"at":3,"kind":"wrong","fact":"seed-001","server":5}"#));
        assert_eq!(Reports::open(&path).unwrap().kept(), 3);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let error = Reports::open(Path::new("/nowhere/at/all.jsonl")).unwrap_err().to_string();
        assert!(error.contains("/nowhere/at/all.jsonl") && error.contains("[discord] reports"), "{error}");
    }
}
