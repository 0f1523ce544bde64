//! The letters that pictures are drawn with: bundled, so that a picture is the same on every machine.

use std::sync::{Arc, LazyLock};

use hashbrown::HashMap;
use resvg::usvg::{Options, fontdb};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

use crate::text::is_arabic_script;

/// The family that texts name.
pub(super) const FAMILY: &str = "Noto Sans";
/// The family of what is written in the Arabic script.
pub(super) const ARABIC: &str = "Noto Naskh Arabic";

static REGULAR: &[u8] = include_bytes!("fonts/NotoSans-Regular.ttf");
static BOLD: &[u8] = include_bytes!("fonts/NotoSans-Bold.ttf");
static NASKH: &[u8] = include_bytes!("fonts/NotoNaskhArabic-Regular.ttf");

/// How heavy letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// Advances of one font in thousandths of its size.
#[derive(Debug)]
struct Advances {
    of: HashMap<char, u32>,
    /// What stands for a character that the font has not.
    missing: u32,
}

impl Advances {
    fn read(bytes: &[u8]) -> Self {
        let Ok(font) = FontRef::new(bytes) else { return Self { of: HashMap::new(), missing: 1_000 } };
        let metrics = font.glyph_metrics(Size::new(1_000.0), LocationRef::default());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "advances lie between 0 and a few thousand")]
        let whole = |advance: Option<f32>| advance.map_or(1_000, |advance| advance.ceil().max(0.0) as u32);
        let of = font
            .charmap()
            .mappings()
            .filter_map(|(code, glyph)| Some((char::from_u32(code)?, whole(metrics.advance_width(glyph)))))
            .collect();
        Self { of, missing: whole(metrics.advance_width(skrifa::GlyphId::NOTDEF)) }
    }
}

static ADVANCES: LazyLock<[Advances; 3]> = LazyLock::new(|| [REGULAR, BOLD, NASKH].map(Advances::read));

/// The font that letters are drawn in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    Regular,
    Bold,
    /// Of one weight only.
    Arabic,
}

impl From<Weight> for Face {
    fn from(weight: Weight) -> Self {
        match weight {
            Weight::Regular => Self::Regular,
            Weight::Bold => Self::Bold,
        }
    }
}

impl Face {
    /// The font of a letter that stands behind one of `before`: spaces and the like stay with what they follow.
    pub(super) fn of(letter: char, weight: Weight, before: Option<Self>) -> Self {
        let [_, _, naskh] = &*ADVANCES;
        let is_own = is_arabic_script(letter.encode_utf8(&mut [0; 4])) || matches!(letter, '\u{200c}' | '\u{200d}');
        let stays = before == Some(Self::Arabic) && matches!(letter, ' ' | '(' | ')' | '.' | ':' | '!');
        if (is_own || stays) && naskh.of.contains_key(&letter) { Self::Arabic } else { weight.into() }
    }
}

/// Whether any of the fonts has a character.
pub(super) fn is_known(letter: char) -> bool {
    ADVANCES.iter().any(|font| font.of.contains_key(&letter))
}

/// How wide a character is, in thousandths of the size of the letters.
pub(super) fn advance(letter: char, weight: Weight) -> u32 {
    let [regular, bold, naskh] = &*ADVANCES;
    let latin = match weight {
        Weight::Regular => regular,
        Weight::Bold => bold,
    };
    latin.of.get(&letter).or_else(|| naskh.of.get(&letter)).copied().unwrap_or(latin.missing)
}

/// How wide words of the Arabic script are when their letters join, between marks of direction as they are drawn, in thousandths of the size of the letters.
pub(super) fn shaped(words: &str) -> u32 {
    let Ok(font) = harfrust::FontRef::new(NASKH) else { return 0 };
    let data = harfrust::ShaperData::new(&font);
    let mut buffer = harfrust::UnicodeBuffer::new();
    buffer.push_str("\u{200f}");
    buffer.push_str(words);
    buffer.push_str("\u{200f}");
    buffer.set_direction(harfrust::Direction::RightToLeft);
    buffer.guess_segment_properties();
    let shaped = data.shaper(&font).build().shape(buffer, harfrust::ShapeOptions::new());
    shaped.glyph_positions().iter().map(|position| u32::try_from(position.x_advance).unwrap_or(0)).sum()
}

/// How an SVG text of ours is read: with the bundled fonts and nothing else.
pub(super) static OPTIONS: LazyLock<Options<'static>> = LazyLock::new(|| {
    let mut known = fontdb::Database::new();
    for font in [REGULAR, BOLD, NASKH] {
        known.load_font_source(fontdb::Source::Binary(Arc::new(font)));
    }
    Options { fontdb: Arc::new(known), font_family: FAMILY.to_owned(), ..Options::default() }
});
