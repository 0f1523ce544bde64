//! Whether one written word is a slip of another.
//!
//! The allowance is Meilisearch's: one slip in words of five letters or more, two from nine, and a slip in the first letter counts as two
//! (see its guide "Typo tolerance"). Words of four letters may only have two neighbours swapped, or a letter too many or too few; words of three, two neighbours swapped.
//! A slip is a letter too many, too few, wrong, or swapped with its neighbour (optimal string alignment).

/// Letters from which on a word may hold one slip.
pub const ONE_SLIP_FROM: usize = 5;
/// Letters from which on a word may hold two slips.
pub const TWO_SLIPS_FROM: usize = 9;

/// How many slips a word of `letters` letters may hold.
pub fn slips_allowed(letters: usize) -> usize {
    if letters >= TWO_SLIPS_FROM { 2 } else { usize::from(letters >= ONE_SLIP_FROM) }
}

/// The number of slips that turn `typed` into `known`, if `typed` may hold so many. Both folded.
///
/// ```
/// use sanad::text::distance::slips;
/// assert_eq!(slips("ceasfire", "ceasefire"), Some(1));
/// assert_eq!(slips("eceasefire", "ceasefire"), Some(2)); // in the first letter: counts as two
/// assert_eq!(slips("swat", "swabi"), None);
/// ```
pub fn slips(typed: &str, known: &str) -> Option<usize> {
    if typed == known {
        return Some(0);
    }
    let (typed_letters, known_letters) = (typed.chars().count(), known.chars().count());
    let allowed = slips_allowed(typed_letters.min(known_letters).max(typed_letters.max(known_letters).saturating_sub(1)));
    if typed_letters == 3 && known_letters == 3 {
        return are_swapped(typed, known).then_some(1);
    }
    if typed_letters == 4 || known_letters == 4 {
        return four_letter_slip(typed, known, typed_letters, known_letters);
    }
    if typed_letters.abs_diff(known_letters) > allowed {
        return None;
    }
    let distance = strsim::osa_distance(typed, known);
    let first_differs = typed.chars().next() != known.chars().next();
    // Two neighbours swapped at the front is how people slip ("ocmmittee"); only a wrong or missing first letter is suspect.
    let swapped_front =
        typed_letters == known_letters && typed.chars().take(2).eq(known.chars().take(2).collect::<Vec<_>>().into_iter().rev());
    let counted = distance + usize::from(first_differs && !swapped_front);
    (counted <= allowed).then_some(counted)
}

fn four_letter_slip(typed: &str, known: &str, typed_letters: usize, known_letters: usize) -> Option<usize> {
    let same_front = typed.chars().next() == known.chars().next();
    let one = strsim::osa_distance(typed, known) == 1;
    (one && (are_swapped(typed, known) || (same_front && typed_letters != known_letters))).then_some(1)
}

/// Whether two neighbours changed places and nothing else.
fn are_swapped(a: &str, b: &str) -> bool {
    let sorted = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    sorted(a) == sorted(b) && strsim::osa_distance(a, b) == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slips_are_allowed_by_length() {
        for (typed, known, expected) in [
            ("jirga", "jirga", Some(0)),
            ("jigra", "jirga", Some(1)),
            ("jirrga", "jirga", Some(1)),
            ("wirga", "jirga", None),
            ("ocmmittee", "committee", Some(1)),
            ("waht", "what", Some(1)),
            ("lnog", "long", Some(1)),
            ("wich", "which", Some(1)),
            ("swat", "swot", None),
            ("khan", "khar", None),
            ("ttp", "tta", None),
            ("hwo", "how", Some(1)),
            ("hwo", "who", Some(1)),
            ("negotations", "negotiations", Some(1)),
            ("negotaitons", "negotiations", Some(2)),
            ("denied", "died", None),
        ] {
            assert_eq!(slips(typed, known), expected, "{typed} {known}");
        }
    }

    proptest! {
        #[test]
        fn a_slip_one_way_is_a_slip_the_other_way(a in "[a-f]{1,12}", b in "[a-f]{1,12}") {
            prop_assert_eq!(slips(&a, &b).is_some(), slips(&b, &a).is_some());
        }
    }
}
