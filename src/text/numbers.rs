//! Numbers written out: "fifty-seven", "two hundred", "a dozen".

use super::words::{Shape, Word};

fn unit(word: &str) -> Option<u64> {
    Some(match word {
        "zero" => 0,
        "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" => 9,
        "ten" => 10,
        "eleven" => 11,
        "twelve" => 12,
        "thirteen" => 13,
        "fourteen" => 14,
        "fifteen" => 15,
        "sixteen" => 16,
        "seventeen" => 17,
        "eighteen" => 18,
        "nineteen" => 19,
        _ => return None,
    })
}

fn tens(word: &str) -> Option<u64> {
    Some(match word {
        "twenty" => 20,
        "thirty" => 30,
        "forty" => 40,
        "fifty" => 50,
        "sixty" => 60,
        "seventy" => 70,
        "eighty" => 80,
        "ninety" => 90,
        _ => return None,
    })
}

fn scale(word: &str) -> Option<u64> {
    match word {
        "hundred" => Some(100),
        "thousand" | "hazar" => Some(1_000),
        "lakh" => Some(100_000),
        "million" => Some(1_000_000),
        "crore" => Some(10_000_000),
        _ => None,
    }
}

/// Replaces every run of number words by one word of digits, in place. "one" alone stays a word, for it is more often a pronoun.
pub fn read_number_words(words: &mut Vec<Word<'_>>) {
    let mut at = 0;
    while at < words.len() {
        if let Some((value, used)) = words.get(at).filter(|w| may_open(w)).and_then(|_| read_at(words.get(at..).unwrap_or_default())) {
            let end = words.get(at + used - 1).map_or(0, |w| w.end);
            if let Some(word) = words.get_mut(at) {
                word.text = value.to_string().into();
                word.shape = Shape::Number;
                word.end = end;
            }
            words.drain(at + 1..at + used);
        }
        at += 1;
    }
}

/// Whether a number may open with a word, by the letters that number words open with: most words end here.
fn may_open(word: &Word<'_>) -> bool {
    word.shape == Shape::Number || word.text.starts_with(['e', 'f', 'n', 'o', 's', 't', 'z'])
}

/// The number that `words` open with, and how many of them it takes.
fn read_at(words: &[Word<'_>]) -> Option<(u64, usize)> {
    let mut total: u64 = 0;
    let mut group: u64 = 0;
    let mut used = 0;
    let mut spelt = false;
    let mut last_was_tens = false;
    for (position, word) in words.iter().enumerate() {
        let text = word.text.as_ref();
        if let Some(n) = unit(text) {
            // "fifty seven" is one number, "five seven" two.
            if used > 0 && !(last_was_tens && (1..10).contains(&n)) && !group.is_multiple_of(100) {
                break;
            }
            group += n;
            last_was_tens = false;
            spelt = true;
        } else if let Some(n) = tens(text) {
            if used > 0 && !group.is_multiple_of(100) {
                break;
            }
            group += n;
            last_was_tens = true;
            spelt = true;
        } else if let Some(n) = scale(text) {
            if position == 0 {
                break;
            }
            let counted = group.checked_mul(n)?;
            if n == 100 {
                group = counted;
            } else {
                total = total.checked_add(counted)?;
                group = 0;
            }
            last_was_tens = false;
            spelt = true;
        } else if position == 0 && word.shape == Shape::Number {
            // "2 million": digits count only with a scale behind them.
            if words.get(1).is_none_or(|next| scale(&next.text).is_none()) {
                return None;
            }
            group = text.parse().ok()?;
        } else {
            break;
        }
        used = position + 1;
    }
    let value = total.checked_add(group)?;
    let lone_one = used == 1 && value == 1;
    (spelt && used > 0 && !lone_one).then_some((value, used))
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &str) {
        let mut found = words(text);
        read_number_words(&mut found);
        assert_eq!(found.into_iter().map(|w| w.text.into_owned()).collect::<Vec<_>>().join(" "), expected, "{text}");
    }

    #[test]
    fn number_words_become_digits() {
        check("fifty-seven elders", "57 elders");
        check("the nineteen members", "the 19 members");
        check("two hundred and fifty thousand", "200 and 50000");
        check("one hundred thirty two children", "132 children");
        check("2 million rupees", "2000000 rupees");
        check("one of them", "one of them");
        check("five seven", "5 7");
        check("twenty twenty", "20 20");
        check("a hundred", "a hundred");
    }

    proptest! {
        #[test]
        fn huge_numbers_do_no_harm(text in "(nine|hundred|million|crore|lakh|99999999999| ){0,40}") {
            let mut found = words(&text);
            read_number_words(&mut found);
        }
    }
}
