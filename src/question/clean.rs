//! Taking out of a message what is not language: Discord's mentions, emoji, timestamps and formatting, links, code marks.

/// Bytes of a message that are read; what stands behind them is not a question any more. Discord's longest message has 4,000 characters.
pub const READ_AT_MOST: usize = 4_500;

/// The language in a message. Everything taken out leaves a space, so that words never grow together.
///
/// ```
/// use sanad::question::clean::clean;
/// assert_eq!(clean("<@123> **when** did it end <:sad:99>? https://a.example/x").trim(), "when   did it end  ?");
/// ```
pub fn clean(message: &str) -> String {
    let end = (0..=READ_AT_MOST.min(message.len())).rev().find(|&at| message.is_char_boundary(at)).unwrap_or(0);
    let message = message.get(..end).unwrap_or_default();
    let mut out = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '<' => markup(rest),
            'h' | 'H' => link(rest),
            '@' => rest.strip_prefix("@everyone").or_else(|| rest.strip_prefix("@here")).map(|tail| rest.len() - tail.len()),
            _ => None,
        };
        if let Some(length) = taken {
            out.push(' ');
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        out.push(match c {
            '*' | '_' | '~' | '`' | '|' | '>' | '#' | '\\' | '[' | ']' => ' ',
            c if c.is_control() && c != '\n' => ' ',
            c => c,
        });
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    out
}

/// The length of `<@123>`, `<@&123>`, `<#123>`, `<:name:123>`, `<a:name:123>`, `<t:123:R>`, `</ask:123>` at the front.
fn markup(rest: &str) -> Option<usize> {
    const LONGEST: usize = 80;
    let opens = ["<@", "<#", "<:", "<a:", "<t:", "</", "<http"].iter().any(|open| rest.starts_with(open));
    let close = rest.bytes().take(LONGEST).position(|b| b == b'>')?;
    (opens && !rest.get(..close)?.contains(char::is_whitespace)).then_some(close + 1)
}

fn link(rest: &str) -> Option<usize> {
    let head = rest.get(..8).or_else(|| rest.get(..7))?.to_ascii_lowercase();
    if !head.starts_with("http://") && !head.starts_with("https://") {
        return None;
    }
    Some(rest.find(|c: char| c.is_whitespace() || c == '>' || c == ')').unwrap_or(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_language_goes() {
        for (message, language) in [
            ("<@!1234> who led it", "who led it"),
            ("@everyone list them", "list them"),
            ("~~fired~~ moved? ||spoiler|| `code`", "fired   moved?   spoiler    code"),
            ("see <https://a.example/b?c=d> and http://x.example", "see   and"),
            ("1 < 2 and 3 > 2", "1 < 2 and 3   2"),
            ("<t:1650000000:R> ago", "ago"),
        ] {
            assert_eq!(clean(message).trim(), language);
        }
        assert!(clean(&"long ".repeat(50_000)).len() <= READ_AT_MOST);
    }

    proptest! {
        #[test]
        fn any_message_is_cleaned(message in "\\PC{0,60}|(<[@#:at/]?[a-z0-9: ]{0,9}>?|http://|@here|\u{0}){0,9}") {
            prop_assert!(clean(&message).len() <= message.len() + 1);
        }
    }
}
