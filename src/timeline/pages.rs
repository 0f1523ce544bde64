//! A timeline in pages, and where on them a month begins.

use std::ops::Range;

use super::Entry;
use crate::date::PartialDate;

/// How much stands on a page.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// Entries at most.
    pub entries: usize,
    /// Characters of them all at most. An entry longer than that stands on a page alone.
    pub characters: usize,
}

/// Parts entries, each so many characters long, into pages: every entry stands on just one, in order.
pub fn pages(lengths: impl IntoIterator<Item = usize>, room: Room) -> Vec<Range<usize>> {
    let mut pages = Vec::new();
    let (mut start, mut used, mut end) = (0, 0, 0);
    for length in lengths {
        if end > start && (end - start >= room.entries || used + length > room.characters) {
            pages.push(start..end);
            (start, used) = (end, 0);
        }
        end += 1;
        used += length;
    }
    if end > start {
        pages.push(start..end);
    }
    pages
}

/// A month or a year in which something on a timeline begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Landmark {
    /// The year.
    pub year: i16,
    /// 1 to 12; none for a whole year, or what is known to the year only.
    pub month: Option<u8>,
    /// The first of its entries.
    pub at: usize,
    /// How many begin in it.
    pub count: usize,
}

/// At most `most` points to jump to, in order, one of them before every entry: months; where there are too many, months of the years in
/// which most begins, and the other years whole.
pub fn landmarks(entries: &[Entry], most: usize) -> Vec<Landmark> {
    let months = begun(entries, |entry| match entry.date.start {
        PartialDate::Year(_) => None,
        PartialDate::Month(_, month) | PartialDate::Day(_, month, _) => Some(month),
    });
    if months.len() <= most {
        return months;
    }
    let mut landmarks = begun(entries, |_| None);
    let mut years = landmarks.clone();
    years.sort_by_key(|year| std::cmp::Reverse(year.count));
    for year in years {
        let its: Vec<Landmark> = months.iter().filter(|month| month.year == year.year).copied().collect();
        if landmarks.len() + its.len() <= most + 1 {
            landmarks.retain(|landmark| landmark.year != year.year);
            landmarks.extend(its);
        }
    }
    landmarks.sort_by_key(|landmark| landmark.at);
    // A base that spans centuries: the later years are reached by turning pages.
    landmarks.truncate(most);
    landmarks
}

/// Entries by the year and part of it in which they begin.
fn begun(entries: &[Entry], part: impl Fn(&Entry) -> Option<u8>) -> Vec<Landmark> {
    let mut landmarks: Vec<Landmark> = Vec::new();
    for (at, entry) in entries.iter().enumerate() {
        let (year, month) = (entry.date.opening().first.year(), part(entry));
        match landmarks.last_mut() {
            Some(last) if (last.year, last.month) == (year, month) => last.count += 1,
            _ => landmarks.push(Landmark { year, month, at, count: 1 }),
        }
    }
    landmarks
}
