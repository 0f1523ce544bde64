//! Images in memory: what is written comes back, and nothing else is ever taken for it.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn stamp() -> Stamp {
    Stamp { program: "0.0.0".to_owned(), words: 1, source: SourceFile { bytes: 2, modified: Some(3), checksum: 4 } }
}

fn tag(at: usize) -> Tag {
    Tag::new(u64::try_from(at).unwrap().to_be_bytes())
}

fn image(sections: &[Vec<u8>]) -> Vec<u8> {
    let mut writer = Writer::new(stamp());
    for (at, section) in sections.iter().enumerate() {
        writer.bytes(tag(at), section);
    }
    let mut bytes = Vec::new();
    let count = writer.write(&mut bytes).unwrap();
    assert_eq!(count, bytes.len() as u64);
    bytes
}

/// An image whose header was changed, and its checksum with it.
fn forged(mut bytes: Vec<u8>, change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    change(&mut bytes);
    let length = usize::try_from(u64::from_le_bytes(bytes[16..24].try_into().unwrap())).unwrap().clamp(16, bytes.len());
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&bytes[..12]);
    hasher.update(&bytes[16..length]);
    let sum = hasher.finalize();
    bytes[12..16].copy_from_slice(&sum.to_le_bytes());
    bytes
}

fn sections() -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(vec(any::<u8>(), 0..200), 0..5)
}

#[test]
fn numbers_lie_where_they_are_used() {
    let (wide, narrow) = ([1u64, u64::MAX, 3], [7u32, 8, 9]);
    let mut writer = Writer::new(stamp());
    writer.numbers(tag(0), &narrow);
    writer.numbers(tag(1), &wide);
    let mut bytes = Vec::new();
    writer.write(&mut bytes).unwrap();
    let image = Image::of_bytes(&bytes).unwrap();
    assert_eq!(image.stamp(), &stamp());
    let found: Shared<u32> = image.numbers(tag(0)).unwrap();
    assert_eq!((&*found, found.heap_bytes()), (&narrow[..], 0));
    let found: Shared<u64> = image.numbers(tag(1)).unwrap();
    drop(image);
    assert_eq!(*found.clone(), wide);
    assert_eq!(format!("{found:?}"), "3 numbers of 8 bytes, mapped");
}

#[test]
fn what_is_not_there_is_said() {
    let image = Image::of_bytes(&image(&[vec![1, 2, 3]])).unwrap();
    let said = |found: Result<Shared<u32>, Unusable>| found.unwrap_err().to_string();
    assert_eq!(
        said(image.numbers(tag(0))),
        r"it is damaged: its section `\x00\x00\x00\x00\x00\x00\x00\x00` is not made of numbers of 4 bytes"
    );
    assert_eq!(said(image.numbers(Tag::new(*b"words   "))), "it is damaged: it has no section `words`");
    assert_eq!(*image.bytes(tag(0)).unwrap(), [1, 2, 3]);
}

#[test]
fn two_sections_have_two_tags() {
    let mut writer = Writer::new(stamp());
    writer.bytes(tag(1), &[1u8][..]);
    writer.bytes(tag(1), &[2u8][..]);
    assert!(writer.write(Vec::new()).is_err());
    // Neither are two taken from a file that somebody else has written.
    let mut writer = Writer::new(stamp());
    writer.bytes(Tag::new(*b"twin one"), &[1u8][..]);
    writer.bytes(Tag::new(*b"twin two"), &[1u8][..]);
    let mut bytes = Vec::new();
    writer.write(&mut bytes).unwrap();
    let twins = forged(bytes, |bytes| {
        let at = bytes.windows(8).position(|window| window == b"twin two").unwrap();
        bytes[at..at + 8].copy_from_slice(b"twin one");
    });
    assert_eq!(Image::of_bytes(&twins).unwrap_err().to_string(), "it is damaged: its header contradicts itself");
}

#[test]
fn each_bit_counts() {
    let whole = image(&[vec![0; 5], Vec::new(), (0..=255).collect()]);
    assert!(Image::of_bytes(&whole).is_ok());
    for (at, bit) in (0..whole.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << bit;
        assert!(Image::of_bytes(&bytes).is_err(), "bit {bit} of byte {at}");
    }
    for end in 0..whole.len() {
        assert!(Image::of_bytes(&whole[..end]).is_err(), "cut after {end}");
    }
}

#[test]
fn long_sections_are_summed_piece_by_piece() {
    let long: Vec<u8> = (0..9_000_001u32).map(|at| at.to_le_bytes()[1]).collect();
    let [sum] = layout::checksums(&[&long]).try_into().unwrap();
    assert_eq!(sum.finalize(), crc32fast::hash(&long));
}

proptest! {
    #[test]
    fn what_is_written_comes_back(sections in sections()) {
        let image = Image::of_bytes(&image(&sections)).unwrap();
        for (at, section) in sections.iter().enumerate() {
            prop_assert_eq!(&*image.bytes(tag(at)).unwrap(), section);
        }
    }

    #[test]
    fn any_changed_byte_is_found(sections in sections(), at: prop::sample::Index, change in 1u8..) {
        let mut bytes = image(&sections);
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        prop_assert!(Image::of_bytes(&bytes).is_err());
    }

    #[test]
    fn what_is_cut_or_goes_on_is_found(sections in sections(), at: prop::sample::Index, more in vec(any::<u8>(), 1..100)) {
        let whole = image(&sections);
        prop_assert!(Image::of_bytes(&whole[..at.index(whole.len())]).is_err());
        prop_assert!(Image::of_bytes(&[whole, more].concat()).is_err());
    }

    #[test]
    fn any_bytes_are_refused_in_peace(bytes in vec(any::<u8>(), 0..300)) {
        prop_assert!(Image::of_bytes(&bytes).is_err());
        let named = [&b"sanad\r\n\x1a\x01\0\0\0"[..], &bytes].concat();
        prop_assert!(Image::of_bytes(&named).is_err());
    }

    /// A header that was written on purpose, sound by its checksum, leads nowhere outside of the bytes.
    #[test]
    fn forged_headers_lead_nowhere(sections in sections(), at in 16usize..200, with in vec(any::<u8>(), 1..9)) {
        let bytes = forged(image(&sections), |bytes| {
            for (cell, byte) in bytes.iter_mut().skip(at).zip(with) {
                *cell = byte;
            }
        });
        if let Ok(image) = Image::of_bytes(&bytes) {
            for section in &image.sections {
                let _ = image.bytes(section.tag).unwrap();
                let _ = image.numbers::<u64>(section.tag);
            }
        }
    }
}
