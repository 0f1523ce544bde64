//! Text that people wrote, made safe to stand in a message: nothing in it formats, pings, or leads anywhere.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::fact::Source;
use crate::question::clean::clean;
use crate::text::cut::shorten;

/// What Discord's markdown gives a meaning to; a backslash in front of any of them takes it away.
const MARKS: [char; 13] = ['\\', '*', '_', '~', '`', '|', '>', '#', '[', ']', '<', '@', '/'];
/// Bytes of an address at most, as it is sent; a longer one is not linked.
const ADDRESS_AT_MOST: usize = 500;

/// Text as it reads, with nothing of it taken for markdown, a mention or an address.
///
/// ```
/// use sanad::discord::markdown::escape;
/// assert_eq!(escape("**@everyone**"), "\\*\\*\\@everyone\\*\\*");
/// assert_eq!(escape("1. one\n- two"), "1\\. one\n\\- two");
/// ```
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut opens_line = true;
    let mut opens_with_number = false;
    for c in text.chars() {
        let marks = match c {
            // A slash matters only in "://", where an address would begin.
            '/' => out.ends_with(':'),
            '-' | '+' => opens_line,
            '.' => opens_with_number,
            c => MARKS.contains(&c),
        };
        if marks {
            out.push('\\');
        }
        out.push(c);
        opens_with_number = c.is_ascii_digit() && (opens_line || opens_with_number);
        opens_line = c == '\n' || (opens_line && c == ' ');
    }
    out
}

/// Escaped text as it was before.
pub fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        out.extend(if c == '\\' { letters.next() } else { Some(c) });
    }
    out
}

/// Words that a person typed, as they may be shown to others: one line, its links and mentions taken out, escaped.
pub fn quoted(typed: &str, most: usize) -> String {
    let words = clean(typed);
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    escape(&shorten(&line, most))
}

/// A source in one line: publisher, title, date. The title is a link to the source's own address, where it has one.
pub fn citation(source: &Source) -> String {
    citation_within(source, 200)
}

/// The same with so many characters of the title at most.
pub fn citation_within(source: &Source, title_at_most: usize) -> String {
    let mut out = String::new();
    if let Some(publisher) = &source.publisher {
        out.push_str(&escape(&shorten(publisher, 100)));
        out.push_str(", ");
    }
    let title = shorten(&source.title, title_at_most);
    let shown = escape(&title);
    // Discord shows a masked link as typed where its text looks like an address, and rightly so.
    let linked = match source.url.as_deref().and_then(address) {
        Some(url) if !looks_like_address(&title) => format!("[{shown}]({url})"),
        Some(url) => format!("{shown} <{url}>"),
        None => shown,
    };
    out.push_str(&linked);
    if let Some(published) = source.published {
        out.push_str(", ");
        out.push_str(&published.spoken());
    }
    out
}

/// An address as it may stand in a masked link: http or https, no character that would end the link.
pub fn address(url: &str) -> Option<Cow<'_, str>> {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    if !is_web || url.len() > ADDRESS_AT_MOST {
        return None;
    }
    let ends_link =
        |c: char| matches!(c, '(' | ')' | '<' | '>' | '"' | '[' | ']' | '\\' | '`' | '*') || c.is_whitespace() || c.is_control();
    if !url.contains(ends_link) {
        return Some(Cow::Borrowed(url));
    }
    let mut out = String::with_capacity(url.len() + 8);
    for c in url.chars() {
        if ends_link(c) {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let _ = write!(out, "%{byte:02X}");
            }
        } else {
            out.push(c);
        }
    }
    (out.len() <= ADDRESS_AT_MOST).then_some(Cow::Owned(out))
}

fn looks_like_address(title: &str) -> bool {
    let lower = title.to_ascii_lowercase();
    lower.contains("://") || lower.contains("www.") || lower.contains("discord.gg") || lower.split_whitespace().any(is_host_and_path)
}

/// Whether a word reads as an address without its scheme: "dawn.com/news".
fn is_host_and_path(word: &str) -> bool {
    let Some((host, _)) = word.split_once('/') else { return false };
    let Some((name, top)) = host.rsplit_once('.') else { return false };
    !name.is_empty() && top.len() >= 2 && top.chars().all(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::SourceId;
    use proptest::prelude::*;

    fn source(title: &str, url: Option<&str>) -> Source {
        Source {
            id: SourceId::new("s").unwrap(),
            publisher: Some("Dawn".into()),
            title: title.into(),
            url: url.map(Into::into),
            published: "2022-06-03".parse().ok(),
            language: None,
            origin: None,
            supports: None,
        }
    }

    #[test]
    fn what_people_type_is_shown_and_does_nothing() {
        for (typed, shown) in [
            ("@everyone look", "look"),
            ("<@&5> who led *it*", "who led it"),
            ("[free](https://evil.example) nitro", "free ( ) nitro"),
            ("> quote\n# head", "quote head"),
            ("a@b who", "a\\@b who"),
        ] {
            assert_eq!(quoted(typed, 100), shown, "{typed}");
        }
    }

    #[test]
    fn a_citation_links_only_to_its_own_address() {
        for (title, url, shown) in [
            ("Truce ends", Some("https://dawn.com/1"), "Dawn, [Truce ends](https://dawn.com/1), 3 June 2022"),
            ("Truce ends", None, "Dawn, Truce ends, 3 June 2022"),
            ("dawn.com/news/1", Some("https://evil.example/x"), "Dawn, dawn.com/news/1 <https://evil.example/x>, 3 June 2022"),
            ("and/or vs. either", Some("https://dawn.com/1"), "Dawn, [and/or vs. either](https://dawn.com/1), 3 June 2022"),
            ("Truce ends", Some("javascript:alert(1)"), "Dawn, Truce ends, 3 June 2022"),
            (
                "a](https://evil.example) b",
                Some("https://dawn.com/1"),
                "Dawn, a\\](https:\\//evil.example) b <https://dawn.com/1>, 3 June 2022",
            ),
            ("x", Some("https://dawn.com/a)b"), "Dawn, [x](https://dawn.com/a%29b), 3 June 2022"),
        ] {
            assert_eq!(citation(&source(title, url)), shown);
        }
    }

    proptest! {
        #[test]
        fn no_mark_is_left_without_a_backslash(text in "[\\\\*_~`|>#\\[\\]()<@:/a-z0-9 .\n-]{0,40}") {
            let escaped = escape(&text);
            let mut letters = escaped.chars();
            while let Some(c) = letters.next() {
                prop_assert!(c == '\\' || c == '/' || !MARKS.contains(&c), "{c} in {escaped}");
                if c == '\\' {
                    letters.next();
                }
            }
            prop_assert_eq!(unescape(&escaped), text);
            prop_assert!(!escaped.contains("://"));
        }
    }
}
