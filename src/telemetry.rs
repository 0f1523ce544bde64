//! What the program says while it runs: lines on standard error, filtered by `RUST_LOG`, the bot's token never among them.

use std::io::{self, Write};

use fancy_regex::Regex;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::discord::secret::Token;

/// What is said where `RUST_LOG` says nothing: every step of ours, and what libraries warn of.
const DEFAULT: &str = "warn,sanad=info";

/// Starts saying. A second call changes nothing.
pub fn start(token: &Token) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    let colour = std::io::IsTerminal::is_terminal(&io::stderr());
    // Only tests start it twice, and the first is as good.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colour)
        .with_target(false)
        .with_writer(Redacted { token: token.clone(), others: interaction_tokens() })
        .try_init();
}

/// Where the tokens of interactions stand in addresses, frames and debug forms. Who has one may answer in the bot's name for 15 minutes.
fn interaction_tokens() -> Option<Regex> {
    Regex::new(r#"((?:interactions|webhooks)/\d+/|\btoken"?:\s*\\?"|\btoken: )[\w.\-]{20,}"#).ok()
}

/// Standard error with tokens taken out, whatever library they came from: at `RUST_LOG=trace` the gateway's own frames are shown.
#[derive(Clone)]
struct Redacted {
    token: Token,
    others: Option<Regex>,
}

impl<'a> MakeWriter<'a> for Redacted {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for Redacted {
    /// An event is written in one piece, so that no token is cut in two.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = self.token.redact(&String::from_utf8_lossy(bytes));
        let text = match &self.others {
            Some(tokens) => tokens.replace_all(&text, "$1[token]"),
            None => text.into(),
        };
        io::stderr().lock().write_all(text.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
