//! Slices of numbers that are owned, or lie in an image.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, Range};
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use memmap2::Mmap;

/// Bytes on a border that suits every number.
#[derive(Clone, Copy, Zeroable, Pod)]
#[repr(C, align(64))]
pub(super) struct Line([u8; 64]);

/// A mapped file; nothing where the file is empty, for nothing cannot be mapped.
#[derive(Debug)]
pub(super) struct Mapped(Option<Mmap>);

impl Mapped {
    pub(super) fn new(map: Option<Mmap>) -> Self {
        Self(map)
    }
}

/// The bytes of an image.
pub(super) enum Held {
    /// In a mapped file.
    Mapped(Mapped),
    /// In memory.
    Copied { lines: Vec<Line>, bytes: usize },
}

impl Held {
    pub(super) fn copied(bytes: &[u8]) -> Self {
        let mut lines = vec![Line::zeroed(); bytes.len().div_ceil(size_of::<Line>())];
        for (cell, byte) in bytemuck::cast_slice_mut::<Line, u8>(&mut lines).iter_mut().zip(bytes) {
            *cell = *byte;
        }
        Self::Copied { lines, bytes: bytes.len() }
    }
}

impl Deref for Held {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(Mapped(map)) => map.as_deref().unwrap_or_default(),
            Self::Copied { lines, bytes } => bytemuck::cast_slice(lines).get(..*bytes).unwrap_or_default(),
        }
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}

/// Numbers that many hold: owned, or a window of an image. They never change.
///
/// Every use of it as a slice looks where the slice is; before a long loop, take the slice once.
#[derive(Clone)]
pub struct Shared<T: Pod>(Inner<T>);

#[derive(Clone)]
enum Inner<T> {
    Owned(Arc<Vec<T>>),
    Window { of: Arc<Held>, range: Range<usize>, kind: PhantomData<T> },
}

impl<T: Pod> Shared<T> {
    /// The numbers in a range of bytes, if they can lie there.
    pub(super) fn window(of: &Arc<Held>, range: Range<usize>) -> Option<Self> {
        let _: &[T] = bytemuck::try_cast_slice(of.get(range.clone())?).ok()?;
        Some(Self(Inner::Window { of: Arc::clone(of), range, kind: PhantomData }))
    }

    /// How many bytes of this process's own memory they take: none where they lie in an image.
    pub fn heap_bytes(&self) -> usize {
        match &self.0 {
            Inner::Owned(numbers) => numbers.capacity() * size_of::<T>(),
            Inner::Window { .. } => 0,
        }
    }
}

impl<T: Pod> Deref for Shared<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            Inner::Owned(numbers) => numbers,
            // That they lie there was seen when the window was made.
            Inner::Window { of, range, .. } => {
                of.get(range.clone()).and_then(|bytes| bytemuck::try_cast_slice(bytes).ok()).unwrap_or_default()
            }
        }
    }
}

impl<T: Pod> From<Vec<T>> for Shared<T> {
    fn from(numbers: Vec<T>) -> Self {
        Self(Inner::Owned(Arc::new(numbers)))
    }
}

impl<T: Pod> FromIterator<T> for Shared<T> {
    fn from_iter<I: IntoIterator<Item = T>>(numbers: I) -> Self {
        numbers.into_iter().collect::<Vec<T>>().into()
    }
}

impl<T: Pod> Default for Shared<T> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<T: Pod> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if matches!(self.0, Inner::Owned(_)) { "owned" } else { "mapped" };
        write!(f, "{} numbers of {} bytes, {place}", self.len(), size_of::<T>())
    }
}
