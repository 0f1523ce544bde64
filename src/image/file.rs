//! Files on disk: mapped, looked at, and written whole.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crc32fast::Hasher;
use memmap2::Mmap;

use super::{SourceFile, Unusable};

/// Clocks of file systems tick this slowly at worst: a file changed longer ago than that was not changed since without a sign of it.
const SLOWEST_TICK: Duration = Duration::from_secs(2);
/// Bytes read at a time.
const AT_A_TIME: usize = 1 << 20;

/// A file mapped into memory; nothing where it is empty.
pub(super) fn map(path: &Path) -> Result<Option<Mmap>, Unusable> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Unusable::Missing),
        Err(error) => return Err(error.into()),
    };
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(Unusable::damaged("it is not a file"));
    }
    if about.len() == 0 {
        return Ok(None);
    }
    Ok(Some(mapped(&file)?))
}

#[expect(unsafe_code, reason = "a file cannot be mapped without; this function is all that does it")]
fn mapped(file: &File) -> io::Result<Mmap> {
    // SAFETY: a map is a slice of bytes that must not change, but another process may write into the file or cut it off below it. Then the
    // numbers in it change between two looks, or the process is ended by SIGBUS. Against that, this program never writes into an image: it
    // makes a new one beside it and gives that the name (`Whole`), while the old one lives on for who has it mapped. Whoever else writes into
    // an image in place can at worst get wrong numbers or that end: all that is read from it by its numbers is checked to be there, and no
    // type with forbidden values is read from it (`bytemuck::Pod`).
    unsafe { Mmap::map(file) }
}

/// What a look at a file shows, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) bytes: u64,
    /// In nanoseconds since 1970.
    pub(super) modified: Option<u64>,
}

pub(super) fn seen(path: &Path) -> io::Result<Seen> {
    fs::metadata(path).map(|about| of(&about))
}

fn of(about: &fs::Metadata) -> Seen {
    let since = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    Seen { bytes: about.len(), modified: since.and_then(|since| u64::try_from(since.as_nanos()).ok()) }
}

/// CRC-32 of a file.
pub(super) fn checksum(path: &Path) -> io::Result<u32> {
    let mut file = File::open(path)?;
    let mut hasher = Hasher::new();
    let mut bytes = vec![0; AT_A_TIME];
    loop {
        match file.read(&mut bytes)? {
            0 => return Ok(hasher.finalize()),
            count => hasher.update(bytes.get(..count).unwrap_or_default()),
        }
    }
}

impl SourceFile {
    /// Reads a file, and says what it was when it was read.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(path: &Path) -> io::Result<(Self, Vec<u8>)> {
        let mut file = File::open(path)?;
        let before = of(&file.metadata()?);
        let mut bytes = Vec::with_capacity(usize::try_from(before.bytes).unwrap_or_default().saturating_add(1));
        file.read_to_end(&mut bytes)?;
        let lay_still = || {
            let changed = UNIX_EPOCH.checked_add(Duration::from_nanos(before.modified?))?;
            let since = SystemTime::now().duration_since(changed).ok()?;
            (since > SLOWEST_TICK && of(&file.metadata().ok()?) == before).then_some(())
        };
        let modified = before.modified.filter(|_| lay_still().is_some());
        let [sum] = super::layout::checksums(&[&bytes]).try_into().unwrap_or_else(|_| [Hasher::new()]);
        Ok((Self { bytes: bytes.len() as u64, modified, checksum: sum.finalize() }, bytes))
    }
}

/// A file that is being written beside the one whose name it will get. Unless it gets that, it goes away.
#[derive(Debug)]
pub struct Whole {
    path: PathBuf,
    partial: PathBuf,
    out: BufWriter<File>,
}

impl Whole {
    /// Begins a file that will have this name.
    ///
    /// # Errors
    /// When no file can be made there.
    pub fn beside(path: &Path) -> io::Result<Self> {
        let name = path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "this is no file's name"))?;
        let mut name = name.to_owned();
        name.push(format!(".partial-{}", std::process::id()));
        let partial = path.with_file_name(name);
        let out = BufWriter::with_capacity(AT_A_TIME, File::create(&partial)?);
        Ok(Self { path: path.to_owned(), partial, out })
    }

    /// Where it is written to.
    pub fn out(&mut self) -> &mut impl Write {
        &mut self.out
    }

    /// Gives it its name, once all of it is safe on disk.
    ///
    /// # Errors
    /// When it cannot be written to its end; then what had the name before has it still.
    pub fn finish(mut self) -> io::Result<()> {
        self.out.flush()?;
        self.out.get_ref().sync_all()?;
        fs::rename(&self.partial, &self.path)?;
        // The name itself is safe once the folder is. Not every system can open one; the file is whole either way.
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        // Where it was given its name, there is nothing of this one any more.
        let _ = fs::remove_file(&self.partial);
    }
}
