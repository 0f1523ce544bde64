//! The binary, run as its users run it, and folders that go away by themselves.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, process};

/// What a run of the binary came to.
#[derive(Debug)]
pub(crate) struct Run {
    /// The exit code.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

/// Runs the binary in a folder with arguments and standard input; no setting of the surroundings reaches it.
pub(crate) fn sanad_in(folder: &Path, args: &[&str], input: &[u8]) -> io::Result<Run> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sanad"))
        .args(args)
        .current_dir(folder)
        .env_remove("DISCORD_TOKEN")
        .env_remove("SANAD_CONFIG")
        .env_remove("DATABASE_URL")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut pipe) = child.stdin.take() {
        // A command that reads nothing may be gone already.
        let _ = pipe.write_all(input);
    }
    let done = child.wait_with_output()?;
    let code = done.status.code().ok_or_else(|| io::Error::other(format!("killed: {}", done.status)))?;
    let text = |bytes| String::from_utf8(bytes).map_err(io::Error::other);
    Ok(Run { code, out: text(done.stdout)?, err: text(done.stderr)? })
}

/// A folder of its own that goes away with the value.
#[derive(Debug)]
pub(crate) struct TempDir(PathBuf);

impl TempDir {
    /// A new, empty folder.
    pub(crate) fn new() -> io::Result<Self> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = env::temp_dir().join(format!("sanad-test-{}-{number}", process::id()));
            match fs::create_dir(&path) {
                // Left behind by a killed run whose process had the same number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => return made.map(|()| Self(path)),
            }
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file in it, with the folders on the way, and gives its whole path.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> io::Result<String> {
        let path = self.0.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, bytes)?;
        Ok(path.display().to_string())
    }

    /// A text with the folder's name taken out, the same on every machine.
    pub(crate) fn unnamed(&self, text: &str) -> String {
        text.replace(&self.0.display().to_string(), "DIR")
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        // What cannot be removed is left to the system.
        let _ = fs::remove_dir_all(&self.0);
    }
}
