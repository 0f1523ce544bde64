//! What an image was made from.

use std::path::Path;

use super::Unusable;
use super::file::{self, Seen};

/// A file as it was when it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceFile {
    /// Its length.
    pub bytes: u64,
    /// When it was last changed, in nanoseconds since 1970. Nothing where that was just before it was read: two changes within one tick of the
    /// clock look like one, so that time says nothing of such a file.
    pub modified: Option<u64>,
    /// CRC-32 of all of it.
    pub checksum: u32,
}

/// What an image was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The version of the program.
    pub program: String,
    /// CRC-32 of the word lists, vectors and weights.
    pub words: u32,
    /// The file of facts.
    pub source: SourceFile,
}

/// What an image must have been made from to be used.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'e> {
    /// The version of the program.
    pub program: &'e str,
    /// CRC-32 of the word lists, vectors and weights.
    pub words: u32,
    /// The file of facts.
    pub source: &'e Path,
}

/// What a look at a file says of it.
#[derive(Debug, PartialEq, Eq)]
enum Look {
    Same,
    Changed(&'static str),
    /// Only reading it can tell.
    Unsure,
}

impl Expected<'_> {
    /// Whether an image with this stamp may be used.
    pub(super) fn judge(&self, stamp: &Stamp) -> Result<(), Unusable> {
        let stale = |why: String| Err(Unusable::Stale { why });
        if stamp.program != self.program {
            return stale(format!("it was made by version {} of this program", stamp.program));
        }
        if stamp.words != self.words {
            return stale("the word lists, vectors or weights have changed".to_owned());
        }
        let name = self.source.display();
        match stamp.source.look(file::seen(self.source)?) {
            Look::Same => Ok(()),
            Look::Changed(what) => stale(format!("{name} has changed: {what}")),
            Look::Unsure if file::checksum(self.source)? == stamp.source.checksum => Ok(()),
            Look::Unsure => stale(format!("what stands in {name} has changed")),
        }
    }
}

impl SourceFile {
    fn look(&self, now: Seen) -> Look {
        if self.bytes != now.bytes {
            Look::Changed("it is of another length")
        } else if self.modified.is_some() && self.modified == now.modified {
            Look::Same
        } else {
            Look::Unsure
        }
    }
}

impl Stamp {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(self.words.to_le_bytes());
        bytes.extend(self.source.bytes.to_le_bytes());
        bytes.push(u8::from(self.source.modified.is_some()));
        bytes.extend(self.source.modified.unwrap_or_default().to_le_bytes());
        bytes.extend(self.source.checksum.to_le_bytes());
        bytes.extend(self.program.as_bytes());
        bytes
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut bytes = Bytes(bytes);
        let words = bytes.u32()?;
        let length = bytes.u64()?;
        let [is_known] = bytes.array()?;
        let modified = bytes.u64()?;
        let modified = (is_known == 1).then_some(modified);
        let source = SourceFile { bytes: length, modified, checksum: bytes.u32()? };
        let program = std::str::from_utf8(bytes.0).ok()?.to_owned();
        Some(Self { program, words, source })
    }
}

/// Bytes that are read from the front.
pub(super) struct Bytes<'b>(pub(super) &'b [u8]);

impl<'b> Bytes<'b> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// A length that this machine can hold.
    pub(super) fn size(&mut self) -> Option<usize> {
        usize::try_from(self.u64()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_that_lay_still_is_known_by_its_time() {
        let source = SourceFile { bytes: 3, modified: Some(7), checksum: 1 };
        let seen = |bytes, modified| Seen { bytes, modified };
        assert_eq!(source.look(seen(3, Some(7))), Look::Same);
        assert_eq!(source.look(seen(3, Some(8))), Look::Unsure);
        assert_eq!(source.look(seen(3, None)), Look::Unsure);
        assert_eq!(source.look(seen(4, Some(7))), Look::Changed("it is of another length"));
        let restless = SourceFile { modified: None, ..source };
        assert_eq!(restless.look(seen(3, None)), Look::Unsure);
        assert_eq!(restless.look(seen(3, Some(7))), Look::Unsure);
    }

    #[test]
    fn a_stamp_comes_back_as_it_was() {
        for modified in [None, Some(0), Some(u64::MAX)] {
            let source = SourceFile { bytes: u64::MAX - 1, modified, checksum: 9 };
            let stamp = Stamp { program: "1.2.3".to_owned(), words: 5, source };
            let bytes = stamp.to_bytes();
            assert_eq!(Stamp::read(&bytes), Some(stamp));
            let fixed = bytes.len() - 5;
            assert!((0..fixed).all(|end| Stamp::read(bytes.get(..end).unwrap()).is_none()));
        }
    }
}
