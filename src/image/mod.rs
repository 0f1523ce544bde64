//! Files of flat arrays of numbers that are mapped into memory and used where they lie, so that opening one reads nothing twice.
//!
//! An [`Image`] is a row of named sections behind a header. What it was made from stands in the header as a [`Stamp`]; an image of another
//! program, other words or another file of facts is stale. Every byte is covered by a checksum, so that nothing damaged is ever used.
//! An image can always be made again from what it was made from: whoever meets an [`Unusable`] one does that.

mod file;
mod layout;
mod shared;
mod stamp;
mod writer;

use std::io;
use std::path::Path;
use std::sync::Arc;

use bytemuck::Pod;
use thiserror::Error;

pub use file::Whole;
use layout::Section;
pub use shared::Shared;
use shared::{Held, Mapped};
pub use stamp::{Expected, SourceFile, Stamp};
pub use writer::Writer;

#[cfg(not(target_endian = "little"))]
compile_error!("images are mapped as they lie, in numbers whose lowest byte comes first; this machine's come last");

/// Names a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag([u8; 8]);

impl Tag {
    /// A name of eight characters of ASCII.
    pub const fn new(name: [u8; 8]) -> Self {
        Self(name)
    }

    /// The name of one of several sections of one thing: this one with another last character.
    #[must_use]
    pub const fn part(self, part: u8) -> Self {
        let mut name = self.0;
        name[7] = part;
        Self(name)
    }
}

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.escape_ascii().to_string().trim_end())
    }
}

/// Why an image cannot be used. All but the first are worth a word to who waits while it is made again.
#[derive(Debug, Error)]
pub enum Unusable {
    /// There is none.
    #[error("it is not there")]
    Missing,
    /// It was made from something else.
    #[error("it is out of date: {why}")]
    Stale {
        /// What has changed.
        why: String,
    },
    /// It is not what was written.
    #[error("it is damaged: {what}")]
    Damaged {
        /// Where.
        what: String,
    },
    /// It is no image, or one of another version of this program.
    #[error("it is not a file that this version of the program writes")]
    OtherFormat,
    /// The system will not let it be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

impl Unusable {
    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }
}

/// An image that is whole and fresh. Clones share it.
#[derive(Debug, Clone)]
pub struct Image {
    held: Arc<Held>,
    stamp: Stamp,
    sections: Vec<Section>,
}

impl Image {
    /// Maps an image and verifies every byte of it.
    ///
    /// # Errors
    /// When it is missing, damaged, or made from something else than is expected.
    pub fn open(path: &Path, expected: &Expected<'_>) -> Result<Self, Unusable> {
        let held = Held::Mapped(Mapped::new(file::map(path)?));
        Self::read(held, |stamp| expected.judge(stamp))
    }

    /// An image that lies in memory, whatever it was made from.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, Unusable> {
        Self::read(Held::copied(bytes), |_| Ok(()))
    }

    fn read(held: Held, judge: impl FnOnce(&Stamp) -> Result<(), Unusable>) -> Result<Self, Unusable> {
        let (stamp, sections) = layout::read(&held)?;
        // What is stale need not be whole.
        judge(&stamp)?;
        layout::verify(&held, &sections)?;
        Ok(Self { held: Arc::new(held), stamp, sections })
    }

    /// What it was made from.
    pub fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// How many bytes it takes on disk.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether there is nothing in it; its header alone is something.
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// A section as numbers.
    ///
    /// # Errors
    /// When there is no such section, or it is not made of such numbers.
    pub fn numbers<T: Pod>(&self, tag: Tag) -> Result<Shared<T>, Unusable> {
        let section = self.section(tag)?;
        Shared::window(&self.held, section.range()).ok_or_else(|| Self::of_other_numbers::<T>(tag))
    }

    /// A section as numbers that are read where they lie.
    ///
    /// # Errors
    /// When there is no such section, or it is not made of such numbers.
    pub fn slice<T: Pod>(&self, tag: Tag) -> Result<&[T], Unusable> {
        let section = self.section(tag)?;
        let bytes = self.held.get(section.range()).and_then(|bytes| bytemuck::try_cast_slice(bytes).ok());
        bytes.ok_or_else(|| Self::of_other_numbers::<T>(tag))
    }

    fn section(&self, tag: Tag) -> Result<&Section, Unusable> {
        let section = self.sections.iter().find(|section| section.tag == tag);
        section.ok_or_else(|| Unusable::damaged(format!("it has no section `{tag}`")))
    }

    fn of_other_numbers<T>(tag: Tag) -> Unusable {
        Unusable::damaged(format!("its section `{tag}` is not made of numbers of {} bytes", size_of::<T>()))
    }

    /// A section as bytes.
    ///
    /// # Errors
    /// When there is no such section.
    pub fn bytes(&self, tag: Tag) -> Result<Shared<u8>, Unusable> {
        self.numbers(tag)
    }
}

#[cfg(test)]
mod tests;
