//! The one way from what people type to text that can be compared.
//!
//! [`fold`] brings a word to one form (Unicode compatibility form, lower case, no marks, one shape for each Arabic-script letter),
//! [`words`] cuts text into such words, [`numbers`] turns number words into digits, [`stem`] takes English endings off,
//! [`romanise`] tells whether two spellings are one name, [`distance`] whether one is a slip of the other, and [`cut`] shortens
//! text on borders that people see. Nothing here knows of facts.

pub mod cut;
pub mod distance;
pub mod numbers;
pub mod romanise;
pub mod stem;
pub mod words;

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Brings a word to its one comparable form. Folding twice changes nothing.
///
/// ```
/// assert_eq!(sanad::text::fold("Jamāʿat"), "jamaʿat");
/// assert_eq!(sanad::text::fold("كابل"), sanad::text::fold("کابل"));
/// ```
pub fn fold(word: &str) -> Cow<'_, str> {
    if word.is_ascii() {
        // Most words are typed as they are compared: those are not copied.
        return if word.bytes().any(|b| b.is_ascii_uppercase()) { word.to_ascii_lowercase().into() } else { word.into() };
    }
    if word.chars().all(is_plain) {
        return word.chars().map(|c| one_letter_form(c.to_ascii_lowercase())).collect();
    }
    let mut folded = fold_once(word);
    // Lower-casing can open a new compatibility form (ϔ, for one); two rounds reach the fixed point, a third would prove it.
    for _ in 0..2 {
        let again = fold_once(&folded);
        if again == folded {
            break;
        }
        folded = again;
    }
    folded.into()
}

/// Characters that normalisation leaves as they are, or turns into what [`one_letter_form`] does: ASCII, nearly all that Urdu is typed with,
/// and the dashes and quotes of print. Texts of them need no tables of Unicode.
fn is_plain(c: char) -> bool {
    c.is_ascii() || is_urdu_letter(c) || matches!(c, '؟' | '،' | '۔' | '–' | '—' | '‘' | '’' | '“' | '”')
}

/// Whether a character is a letter that Urdu is typed with: most in that script are.
fn is_urdu_letter(c: char) -> bool {
    matches!(c, '\u{0621}'..='\u{063a}' | '\u{0641}'..='\u{064a}' | 'ٹ' | 'پ' | 'چ' | 'ڈ' | 'ړ' | 'ڑ' | 'ژ' | 'ک' | 'گ' | 'ں' | 'ھ' | 'ہ' | 'ی' | 'ے')
}

fn fold_once(word: &str) -> String {
    word.nfkd()
        .filter(|&c| !is_combining_mark(c) && !is_ignorable(c))
        .flat_map(char::to_lowercase)
        .map(one_letter_form)
        .collect::<String>()
        .nfkc()
        .collect()
}

/// Tatweel and the zero-width characters: they change how a word looks, not which word it is.
fn is_ignorable(c: char) -> bool {
    matches!(c, '\u{0640}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{00ad}')
}

/// Arabic, Persian, Urdu and Pashto keyboards write one letter with different code points; Urdu's are kept.
fn one_letter_form(c: char) -> char {
    match c {
        'ي' | 'ى' | 'ې' | 'ۍ' | 'ئ' | 'ے' => 'ی',
        'ك' | 'ڪ' => 'ک',
        'ه' | 'ة' | 'ۃ' | 'ۀ' | 'ە' | 'ھ' => 'ہ',
        'أ' | 'إ' | 'ٱ' | 'آ' => 'ا',
        'ؤ' => 'و',
        'ں' => 'ن',
        '٠'..='٩' => digit(c, '٠'),
        '۰'..='۹' => digit(c, '۰'),
        _ => c,
    }
}

fn digit(c: char, zero: char) -> char {
    char::from_digit(u32::from(c) - u32::from(zero), 10).unwrap_or(c)
}

/// Whether a word is written in the Arabic script.
pub fn is_arabic_script(word: &str) -> bool {
    word.chars().any(|c| matches!(c, '\u{0600}'..='\u{06ff}' | '\u{0750}'..='\u{077f}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_word_fold_to_one_form() {
        for (a, b) in [
            ("مذاكرات", "مذاکرات"),
            ("خُراسانی", "خراساني"),
            ("ＴＴＰ", "ttp"),
            ("Qāẓī", "qazi"),
            ("۵۷", "57"),
            ("٥٧", "57"),
            ("جر\u{200c}گه", "جرگہ"),
        ] {
            assert_eq!(fold(a), fold(b), "{a} {b}");
        }
    }

    #[test]
    fn the_short_way_ends_where_the_long_way_does() {
        for c in (char::MIN..='\u{2fff}').filter(|&c| is_plain(c)) {
            assert!(!is_urdu_letter(c) || c.is_alphabetic(), "{c}");
            let text = format!("{c}ل{c}a{c}");
            assert_eq!(fold(&text), fold_once(&fold_once(&text)), "{c}");
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(word in "\\PC{0,12}") {
            let once = fold(&word);
            prop_assert_eq!(fold(&once), once.as_ref());
        }

        #[test]
        fn urdu_folds_as_any_text(word in "[\u{0621}-\u{06d3} A-z’]{1,9}") {
            let long = fold_once(&fold_once(&fold_once(&word)));
            prop_assert_eq!(fold(&word), long);
        }
    }
}
