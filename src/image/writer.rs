//! Writing images.

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use bytemuck::NoUninit;

use super::file::Whole;
use super::layout::{self, ALIGNED};
use super::{Stamp, Tag};

/// Sections that are gathered, then written in one go.
#[derive(Debug)]
pub struct Writer<'w> {
    stamp: Stamp,
    sections: Vec<(Tag, Cow<'w, [u8]>)>,
}

impl<'w> Writer<'w> {
    /// A writer of an image that is made from what the stamp says.
    pub fn new(stamp: Stamp) -> Self {
        Self { stamp, sections: Vec::new() }
    }

    /// Adds a section of numbers. Each tag must be given once only.
    pub fn numbers<T: NoUninit>(&mut self, tag: Tag, numbers: &'w [T]) {
        self.bytes(tag, bytemuck::cast_slice(numbers));
    }

    /// Adds a section of bytes.
    pub fn bytes(&mut self, tag: Tag, bytes: impl Into<Cow<'w, [u8]>>) {
        self.sections.push((tag, bytes.into()));
    }

    /// Writes the image to a file, which is there whole and safe on disk, or is what it was before. Says how many bytes it has.
    ///
    /// # Errors
    /// When the file cannot be written, or two sections have one tag.
    pub fn save(&self, path: &Path) -> io::Result<u64> {
        let mut file = Whole::beside(path)?;
        let bytes = self.write(file.out())?;
        file.finish()?;
        Ok(bytes)
    }

    /// Writes the image.
    ///
    /// # Errors
    /// When `out` fails, or two sections have one tag.
    pub fn write(&self, mut out: impl Write) -> io::Result<u64> {
        let mut tags: Vec<Tag> = self.sections.iter().map(|(tag, _)| *tag).collect();
        tags.sort_unstable();
        tags.dedup();
        if tags.len() != self.sections.len() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "two sections of an image have one tag"));
        }
        let zeros = [0; ALIGNED];
        let filling = |bytes: &[u8]| zeros.get(..bytes.len().next_multiple_of(ALIGNED) - bytes.len()).unwrap_or_default();
        let texts: Vec<&[u8]> = self.sections.iter().map(|(_, bytes)| &**bytes).collect();
        let sums = layout::checksums(&texts).into_iter().zip(&texts).map(|(mut sum, bytes)| {
            sum.update(filling(bytes));
            sum.finalize()
        });
        let header = layout::header(&self.stamp, self.sections.iter().zip(sums).map(|((tag, bytes), sum)| (*tag, bytes.len(), sum)));
        out.write_all(&header)?;
        let mut written = header.len();
        for bytes in texts {
            out.write_all(bytes)?;
            out.write_all(filling(bytes))?;
            written += bytes.len() + filling(bytes).len();
        }
        Ok(written as u64)
    }
}
