//! How an image lies in its bytes. Nothing here knows of files; any bytes may come.
//!
//! ```text
//!  0  magic             8 bytes
//!  8  version           u32
//! 12  checksum          u32, of all of the header but these four bytes
//! 16  header's length   u64, a multiple of 64
//! 24  image's length    u64
//! 32  stamp's length    u32
//! 36  count of sections u32
//! 40  the stamp, then for each section: tag 8 bytes, offset u64, length u64, checksum u32, four zeros; then zeros
//! ```
//!
//! Then the sections, each filled up with zeros to a multiple of 64 bytes, which its checksum covers too; between them lies nothing.
//! Numbers have their lowest byte first. Checksums are CRC-32 as in zip and PNG.

use std::num::NonZero;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crc32fast::Hasher;

use super::stamp::{Bytes, Stamp};
use super::{Tag, Unusable};

const MAGIC: [u8; 8] = *b"sanad\r\n\x1a";
/// Rises whenever an image of before cannot be read any more.
const VERSION: u32 = 1;
/// Sections begin at multiples of so many bytes.
pub(super) const ALIGNED: usize = 64;
/// Where the header's checksum stands.
const CHECKSUM: Range<usize> = 12..16;
const STAMP: usize = 40;
const ENTRY: usize = 32;
/// Bytes that one core sums up at a time.
const PIECE: usize = 1 << 22;

/// A section, where it lies, and the checksum it had when it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) tag: Tag,
    pub(super) offset: usize,
    pub(super) bytes: usize,
    pub(super) checksum: u32,
}

impl Section {
    /// Where its bytes lie.
    pub(super) fn range(&self) -> Range<usize> {
        self.offset..self.offset.saturating_add(self.bytes)
    }

    /// Where its bytes lie, with the zeros behind them.
    fn filled(&self) -> Option<Range<usize>> {
        Some(self.offset..self.offset.checked_add(self.bytes)?.checked_next_multiple_of(ALIGNED)?)
    }
}

/// The header of an image of these sections, in this order. Their offsets are worked out here.
pub(super) fn header(stamp: &Stamp, sections: impl Iterator<Item = (Tag, usize, u32)>) -> Vec<u8> {
    let stamp = stamp.to_bytes();
    let sections: Vec<(Tag, usize, u32)> = sections.collect();
    let length = (STAMP + stamp.len() + sections.len() * ENTRY).next_multiple_of(ALIGNED);
    let mut entries = Vec::with_capacity(sections.len() * ENTRY);
    let mut offset = length;
    for (tag, bytes, checksum) in &sections {
        entries.extend(tag.0);
        entries.extend((offset as u64).to_le_bytes());
        entries.extend((*bytes as u64).to_le_bytes());
        entries.extend(checksum.to_le_bytes());
        entries.extend([0; 4]);
        offset += bytes.next_multiple_of(ALIGNED);
    }
    let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes();
    let mut before = Vec::with_capacity(length);
    before.extend(MAGIC);
    before.extend(VERSION.to_le_bytes());
    let mut after = Vec::with_capacity(length);
    after.extend((length as u64).to_le_bytes());
    after.extend((offset as u64).to_le_bytes());
    after.extend(small(stamp.len()));
    after.extend(small(sections.len()));
    after.extend(stamp);
    after.extend(entries);
    after.resize(length - CHECKSUM.end, 0);
    let checksum = header_checksum(&before, &after);
    before.extend(checksum.to_le_bytes());
    before.extend(after);
    before
}

fn header_checksum(before: &[u8], after: &[u8]) -> u32 {
    let mut hasher = Hasher::new();
    hasher.update(before);
    hasher.update(after);
    hasher.finalize()
}

/// Reads the header of an image. Its sections lie within `image`, one behind the other, and cover all that is not the header.
pub(super) fn read(image: &[u8]) -> Result<(Stamp, Vec<Section>), Unusable> {
    let cut = || Unusable::damaged(format!("it is cut short after {} bytes", image.len()));
    if image.is_empty() {
        return Err(Unusable::damaged("it is empty"));
    }
    let mut bytes = Bytes(image);
    // What is shorter than the magic may be the beginning of an image, or anything.
    let magic: [u8; 8] = bytes.array().ok_or_else(cut)?;
    if magic != MAGIC || bytes.u32().ok_or_else(cut)? != VERSION {
        return Err(Unusable::OtherFormat);
    }
    let checksum = bytes.u32().ok_or_else(cut)?;
    let length = bytes.size().ok_or_else(cut)?;
    let whole = bytes.size().ok_or_else(cut)?;
    let (before, after) = image.get(..CHECKSUM.start).zip(image.get(CHECKSUM.end..length)).ok_or_else(cut)?;
    if header_checksum(before, after) != checksum {
        return Err(Unusable::damaged("its header is not what was written"));
    }
    if image.len() < whole {
        return Err(cut());
    }
    // From here on a fault is one of who wrote it, or made on purpose.
    let mistaken = || Unusable::damaged("its header contradicts itself");
    let found = fields(&mut bytes, length).ok_or_else(mistaken)?;
    if image.len() > whole {
        return Err(Unusable::damaged(format!("{} bytes stand behind its end", image.len() - whole)));
    }
    let mut end = length;
    for (at, section) in found.1.iter().enumerate() {
        let filled = section.filled().filter(|filled| filled.start == end).ok_or_else(mistaken)?;
        end = filled.end;
        if found.1.iter().take(at).any(|other| other.tag == section.tag) {
            return Err(mistaken());
        }
    }
    if end == whole && length.is_multiple_of(ALIGNED) { Ok(found) } else { Err(mistaken()) }
}

fn fields(bytes: &mut Bytes<'_>, header: usize) -> Option<(Stamp, Vec<Section>)> {
    let stamp = bytes.u32()? as usize;
    let count = bytes.u32()? as usize;
    let stamp = Stamp::read(bytes.take(stamp)?)?;
    // A damaged count must not ask for more memory than the header has.
    if count.checked_mul(ENTRY)? > header {
        return None;
    }
    let mut sections = Vec::with_capacity(count);
    for _ in 0..count {
        let tag = Tag(bytes.array()?);
        let section = Section { tag, offset: bytes.size()?, bytes: bytes.size()?, checksum: bytes.u32()? };
        bytes.u32()?;
        sections.push(section);
    }
    Some((stamp, sections))
}

/// Holds every section against its checksum.
pub(super) fn verify(image: &[u8], sections: &[Section]) -> Result<(), Unusable> {
    let filled: Vec<&[u8]> =
        sections.iter().map(|section| section.filled().and_then(|filled| image.get(filled)).unwrap_or_default()).collect();
    let wrong = sections.iter().zip(checksums(&filled)).find(|(section, found)| section.checksum != found.clone().finalize());
    match wrong {
        None => Ok(()),
        Some((section, _)) => Err(Unusable::damaged(format!("its section `{}` is not what was written", section.tag))),
    }
}

/// The checksums of texts of any length, worked out on all cores, each to be gone on with.
pub(super) fn checksums(texts: &[&[u8]]) -> Vec<Hasher> {
    let pieces: Vec<(usize, &[u8])> =
        texts.iter().enumerate().flat_map(|(at, text)| text.chunks(PIECE).map(move |piece| (at, piece))).collect();
    let sum = |piece: &[u8]| {
        let mut hasher = Hasher::new();
        hasher.update(piece);
        hasher
    };
    let cores = thread::available_parallelism().map_or(1, NonZero::get).min(pieces.len());
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = Vec::new();
        while let Some((at, (_, piece))) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, pieces.get(at)?))) {
            found.push((at, sum(piece)));
        }
        found
    };
    let mut summed: Vec<Option<Hasher>> = vec![None; pieces.len()];
    thread::scope(|scope| {
        let helpers: Vec<_> = (1..cores).map(|_| scope.spawn(work)).collect();
        let own = work();
        for (at, hasher) in helpers.into_iter().filter_map(|helper| helper.join().ok()).flatten().chain(own) {
            if let Some(slot) = summed.get_mut(at) {
                *slot = Some(hasher);
            }
        }
    });
    let mut whole = vec![Hasher::new(); texts.len()];
    for ((of, piece), summed) in pieces.iter().zip(summed) {
        if let Some(whole) = whole.get_mut(*of) {
            // What a helper that died of a fault has left is made good here.
            whole.combine(&summed.unwrap_or_else(|| sum(piece)));
        }
    }
    whole
}
