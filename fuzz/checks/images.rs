//! Saved indexes whose bytes somebody has changed on purpose, and made sound again by their checksums: refused, or used without harm.

use std::ops::Range;
use std::sync::LazyLock;

use crc32fast::Hasher;
use serde_json::json;

use sanad::answer::candidates::Scratch;
use sanad::answer::model::Model;
use sanad::answer::{Context, answer};
use sanad::base::{embedded_model, of_rows};
use sanad::fact::FactIx;
use sanad::image::{Image, SourceFile, Stamp, Writer};
use sanad::knowledge::Knowledge;
use sanad::lexicon::Lexicon;

/// Asked of what was opened: by its words, misspelt, by a date and by a number.
const QUESTIONS: [&str; 4] =
    ["when was the harbour closed", "hwo closd the harbor", "what happened on 3 March 2022", "how many of the 40 boats"];
/// Facts of an image that are looked at by themselves.
const LOOKED_AT: usize = 64;
/// Bytes of an input that tell of one change: three of a place, one of what stands there then.
const CHANGE: usize = 4;
/// Where the header has its checksum, and the lengths of itself and of its stamp (`image::layout`).
const CHECKSUM: Range<usize> = 12..16;
const HEADER_LENGTH: Range<usize> = 16..24;
const STAMP_LENGTH: Range<usize> = 32..36;
const SECTIONS: Range<usize> = 36..40;
const STAMP: usize = 40;
const ENTRY: usize = 32;

static MODEL: LazyLock<Model> = LazyLock::new(|| Model::read(&embedded_model(), &mut Vec::new()).expect("the weights built in are whole"));

/// The index of a few facts, as it is saved.
static SAVED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let row = |at: u32| {
        json!({
            "id": format!("f{at}"),
            "text": format!("The harbour of Zarbakht was closed on {} March 2022 for {at} boats, the council said.", at % 28 + 1),
            "questions": [format!("When was harbour {at} closed?")],
            "source": {"title": format!("Notice {at}")},
        })
        .to_string()
    };
    let rows = (0..40).map(row).collect::<Vec<_>>().join("\n");
    let (base, _) = of_rows("rows.jsonl", rows.as_bytes()).expect("the rows are whole");
    let knowledge = Knowledge::new(base, Lexicon::default(), None, MODEL.clone());
    let mut writer = Writer::new(Stamp { program: "1".to_owned(), words: 1, source: SourceFile { bytes: 1, modified: None, checksum: 1 } });
    assert!(knowledge.save(&mut writer), "rows are kept packed");
    let mut bytes = Vec::new();
    writer.write(&mut bytes).expect("it is written into memory");
    bytes
});

/// An input that opens as images do is one; any other tells what to change in one that is whole.
pub fn check(bytes: &[u8]) {
    let mut image = if bytes.starts_with(b"sanad") { bytes.to_vec() } else { SAVED.clone() };
    if !bytes.starts_with(b"sanad") {
        for change in bytes.chunks_exact(CHANGE) {
            let place = change.iter().take(CHANGE - 1).rev().fold(0, |place, byte| place << 8 | usize::from(*byte)) % image.len();
            image[place] = change[CHANGE - 1];
        }
    }
    seal(&mut image);
    let Ok(image) = Image::of_bytes(&image) else { return };
    let Ok(knowledge) = Knowledge::load(&image, Lexicon::default(), None, MODEL.clone()) else { return };
    let mut scratch = Scratch::default();
    for question in QUESTIONS {
        for ranked in answer(&knowledge, question, &Context::default(), &mut scratch).ranked {
            let _ = knowledge.base.fact(ranked.fact).claim.len();
        }
    }
    for at in (0..).map(FactIx).take(knowledge.base.fact_count().min(LOOKED_AT)) {
        let fact = knowledge.base.fact(at);
        let _ = (fact.claim.len(), fact.citations.iter().count(), knowledge.base.find(fact.id.as_str()));
    }
}

/// Puts the checksums right that the header and the sections have, as far as they can be found.
fn seal(image: &mut [u8]) {
    let Some(length) = number(image, HEADER_LENGTH) else { return };
    let Some((stamp, sections)) = number(image, STAMP_LENGTH).zip(number(image, SECTIONS)) else { return };
    let first = STAMP.saturating_add(stamp);
    for at in (0..sections.min(image.len() / ENTRY)).map(|entry| first.saturating_add(entry * ENTRY)) {
        let Some((offset, bytes)) = number(image, part(at, 8, 8)).zip(number(image, part(at, 16, 8))) else { break };
        let filled = bytes.checked_next_multiple_of(64).and_then(|bytes| offset.checked_add(bytes)).and_then(|end| image.get(offset..end));
        let Some(sum) = filled.map(crc32fast::hash) else { continue };
        if let Some(slot) = image.get_mut(part(at, 24, 4)) {
            slot.copy_from_slice(&sum.to_le_bytes());
        }
    }
    let Some((before, after)) = image.get(..CHECKSUM.start).zip(image.get(CHECKSUM.end..length)) else { return };
    let mut hasher = Hasher::new();
    hasher.update(before);
    hasher.update(after);
    let sum = hasher.finalize().to_le_bytes();
    if let Some(slot) = image.get_mut(CHECKSUM) {
        slot.copy_from_slice(&sum);
    }
}

fn part(at: usize, from: usize, bytes: usize) -> Range<usize> {
    at.saturating_add(from)..at.saturating_add(from + bytes)
}

/// A number whose lowest byte comes first.
fn number(image: &[u8], range: Range<usize>) -> Option<usize> {
    let bytes = image.get(range)?;
    usize::try_from(bytes.iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte))).ok()
}
