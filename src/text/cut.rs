//! Shortening text where people see borders, and saying that it was shortened.

use unicode_segmentation::UnicodeSegmentation;

/// The mark that tells a reader that something was cut off.
pub const ELLIPSIS: char = '…';

/// `text` in at most `most` characters (Unicode scalar values, as Discord counts). Cut text ends in an ellipsis, which is counted,
/// after the last whole word if there is one in the second half, else between grapheme clusters.
pub fn shorten(text: &str, most: usize) -> String {
    // A text of few bytes has few characters; most are decided here.
    if text.len() <= most || text.chars().count() <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub(1);
    let mut kept = 0;
    let mut end = 0;
    let mut word_end = None;
    for (at, grapheme) in text.grapheme_indices(true) {
        let size = grapheme.chars().count();
        if kept + size > room {
            break;
        }
        if grapheme.chars().all(char::is_whitespace) && kept * 2 > room {
            word_end = Some(at);
        }
        kept += size;
        end = at + grapheme.len();
    }
    let body = text.get(..word_end.unwrap_or(end)).unwrap_or_default().trim_end();
    if most == 0 { String::new() } else { format!("{body}{ELLIPSIS}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cuts_after_a_word_and_never_inside_what_looks_like_one_letter() {
        assert_eq!(shorten("short", 10), "short");
        assert_eq!(shorten("the jirga came back", 12), "the jirga…");
        assert_eq!(shorten("👨‍👩‍👧👨‍👩‍👧", 6), "👨‍👩‍👧…");
        assert_eq!(shorten("ab", 0), "");
    }

    proptest! {
        #[test]
        fn is_never_longer_than_asked_and_says_when_it_cut(text in "\\PC{0,60}", most in 0usize..40) {
            let short = shorten(&text, most);
            prop_assert!(short.chars().count() <= most || text.chars().count() <= most);
            prop_assert_eq!(short != text && most > 0, short != text && short.ends_with(ELLIPSIS));
        }
    }
}
