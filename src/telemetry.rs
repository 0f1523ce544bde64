//! What the program says while it runs: lines on standard error, filtered by `RUST_LOG`. No token is among them, no text that somebody
//! wrote, and no name.
//!
//! Our own lines hold none of it. Libraries might: at debug they show whole events of the gateway. So of theirs, whatever `RUST_LOG` says,
//! only warnings and errors are shown, none of those that quote what could not be read, and the rest without what stands in quotes.

use std::borrow::Cow;
use std::io::{self, Write};
use std::panic;

use fancy_regex::Regex;
use tracing::{Level, Metadata, error};
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::discord::secret::Token;

/// What is said where `RUST_LOG` says nothing: every step of ours, and what libraries warn of.
const DEFAULT: &str = "warn,sanad=info";
/// What reads the gateway's frames: it quotes those that it cannot read.
const READS_FRAMES: &str = "serenity::gateway::ws";

/// How the log is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// Lines for people.
    #[default]
    Text,
    /// An object a line, for programs.
    Json,
}

impl Format {
    /// The one that goes by this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// Starts saying. A second call changes nothing.
pub fn start(token: &Token, format: Format) {
    let ours = layer(format, Redacted::new(token, Quotes::Stay)).with_filter(wanted().and(filter_fn(is_ours))).boxed();
    let of_libraries = layer(format, Redacted::new(token, Quotes::of(format))).with_filter(wanted().and(filter_fn(may_be_shown))).boxed();
    let both = vec![ours, of_libraries];
    // Only tests start it twice, and the first is as good.
    let _ = tracing_subscriber::registry().with(both).try_init();
    panic::set_hook(Box::new(say_fault));
}

fn wanted() -> EnvFilter {
    EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT))
}

fn is_ours(said: &Metadata<'_>) -> bool {
    said.target().split("::").next() == Some(env!("CARGO_CRATE_NAME"))
}

fn may_be_shown(said: &Metadata<'_>) -> bool {
    !is_ours(said) && *said.level() <= Level::WARN && !said.target().starts_with(READS_FRAMES)
}

fn layer(format: Format, writer: Redacted) -> Box<dyn Layer<Registry> + Send + Sync> {
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    match format {
        Format::Text => {
            let colour = io::IsTerminal::is_terminal(&io::stderr());
            Box::new(lines.with_ansi(colour).with_target(false))
        }
        Format::Json => Box::new(lines.json().flatten_event(true).with_current_span(false).with_span_list(false)),
    }
}

/// Says where a fault of the program is. What it says of itself may quote what somebody wrote, unless it is a text of the program.
fn say_fault(fault: &panic::PanicHookInfo<'_>) {
    let at = fault.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let said = fault.payload().downcast_ref::<&'static str>().copied().unwrap_or("what it says may quote somebody, and is left out");
    error!("a fault in the program at {at}: {said}");
}

/// What becomes of what stands in quotes.
#[derive(Debug, Clone, Copy)]
enum Quotes {
    Stay,
    Go,
    /// Only those within an object's texts go.
    GoInside,
}

impl Quotes {
    fn of(format: Format) -> Self {
        match format {
            Format::Text => Self::Go,
            Format::Json => Self::GoInside,
        }
    }

    fn form(self) -> Option<Regex> {
        match self {
            Self::Stay => None,
            Self::Go => Regex::new(r#""[^\n]*""#).ok(),
            Self::GoInside => Regex::new(r#"\\".*\\""#).ok(),
        }
    }
}

/// Where the tokens of interactions stand in addresses, frames and debug forms. Who has one may answer in the bot's name for 15 minutes.
fn interaction_tokens() -> Option<Regex> {
    Regex::new(r#"((?:interactions|webhooks)/\d+/|\btoken"?:\s*\\?"|\btoken: )[\w.\-]{20,}"#).ok()
}

/// Standard error with tokens taken out, whatever library they came from, and quotes where they must go.
#[derive(Clone)]
struct Redacted {
    token: Token,
    others: Option<Regex>,
    quotes: Option<Regex>,
}

impl Redacted {
    fn new(token: &Token, quotes: Quotes) -> Self {
        Self { token: token.clone(), others: interaction_tokens(), quotes: quotes.form() }
    }

    fn clean(&self, said: &str) -> String {
        let mut text = Cow::Owned(self.token.redact(said));
        if let Some(tokens) = &self.others {
            text = tokens.replace_all(&text, "$1[token]").into_owned().into();
        }
        if let Some(quotes) = &self.quotes {
            text = quotes.replace_all(&text, "[…]").into_owned().into();
        }
        text.into_owned()
    }
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
        io::stderr().lock().write_all(self.clean(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libraries_quote_is_taken_out_and_the_line_stays_whole() {
        let token = Token::new("abc.def").unwrap();
        let ours = Redacted::new(&token, Quotes::Stay);
        assert_eq!(ours.clean("[discord] shards = \"x\" abc.def"), "[discord] shards = \"x\" [token]");
        let text = Redacted::new(&token, Quotes::of(Format::Text));
        assert_eq!(
            text.clean("WARN bad: invalid type: string \"my \\\"secret\\\" words\", line 1\n"),
            "WARN bad: invalid type: string […], line 1\n"
        );
        let json = Redacted::new(&token, Quotes::of(Format::Json));
        let line = json.clean(r#"{"level":"WARN","message":"invalid type: string \"my words\", line 1","target":"serenity"}"#);
        assert_eq!(line, r#"{"level":"WARN","message":"invalid type: string […], line 1","target":"serenity"}"#);
        assert!(serde_json::from_str::<serde_json::Value>(&line).is_ok());
    }
}
