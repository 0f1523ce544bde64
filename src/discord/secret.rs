//! The bot's token: a value that cannot be printed.

use std::fmt;

/// What is shown in place of a token.
const HIDDEN: &str = "[token]";

/// A token. It has no way into a log or an error: its debug form hides it, and it has no other.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Box<str>);

impl Token {
    /// A token, if the text can be one; white space around it and a leading "Bot " are no part of it.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix("Bot ").unwrap_or(text).trim();
        // It goes into a header: what is no visible ASCII is no token.
        (!text.is_empty() && text.chars().all(|c| c.is_ascii_graphic())).then(|| Self(text.into()))
    }

    /// The token itself, for the one header and the one gateway payload that need it.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    /// A text with the token taken out, should something else have put it there.
    pub fn redact(&self, text: &str) -> String {
        text.replace(&*self.0, HIDDEN)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_printed() {
        let token = Token::new(" Bot abc.def\n").unwrap();
        assert_eq!(format!("{token:?} {:#?}", Some(&token)), "[token] Some(\n    [token],\n)");
        assert_eq!(token.redact("Authorization: Bot abc.def"), "Authorization: Bot [token]");
        assert_eq!(token.expose(), "abc.def");
        assert_eq!(Token::new("  "), None);
        assert_eq!(Token::new("abc déf"), None);
    }
}
