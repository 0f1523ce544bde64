//! Sources as people write them: the id of a known one, or an address with what is to be said of it.

use url::Url;

use super::{Record, SourceRecord};
use crate::date::FactDate;
use crate::fact::{Base, SourceId, address_key};
use crate::text::cut::shorten;

/// Characters of an address at most; browsers and Discord take no longer ones.
const ADDRESS_AT_MOST: usize = 2_000;
/// How ids of sources begin that were made from an address.
const MADE: &str = "web-";
/// How ids of sources begin that have no address, and were made from what else is said of them.
const MADE_UNADDRESSED: &str = "title-";

/// What was written of something: nothing at all, that there is none, or what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said<T> {
    /// It was left out.
    LeftOut,
    /// It is said to be none.
    Nothing,
    /// It is this.
    This(T),
}

impl<T> Said<T> {
    /// What it is said to be, if anything.
    pub fn this(self) -> Option<T> {
        match self {
            Self::This(this) => Some(this),
            Self::LeftOut | Self::Nothing => None,
        }
    }

    /// Whether something is not contradicted by what was said.
    pub fn allows<U>(&self, known: Option<&U>) -> bool
    where
        T: std::borrow::Borrow<U>,
        U: PartialEq + ?Sized,
    {
        match self {
            Self::LeftOut => true,
            Self::Nothing => known.is_none(),
            Self::This(this) => known == Some(this.borrow()),
        }
    }
}

/// A source as a row of a file has it, field by field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenSource {
    /// Its id.
    pub id: Option<String>,
    /// Who published it.
    pub publisher: Said<String>,
    /// Its title.
    pub title: Option<String>,
    /// Its address.
    pub url: Said<String>,
    /// When it was published.
    pub published: Said<FactDate>,
}

impl WrittenSource {
    /// The source that is meant. `before` is what the fact says now. A source that is known stays as it is known; one that is not must
    /// say what it is.
    ///
    /// # Errors
    /// What is wrong with it, and what to write instead.
    pub fn read(self, base: &Base, before: Option<&Record>) -> Result<SourceRecord, String> {
        let address = match &self.url {
            Said::This(url) => Some(Address::read(url)),
            Said::LeftOut | Said::Nothing => None,
        };
        let readable = address.as_ref().and_then(|address| address.as_ref().ok());
        let reference = self.id.as_deref().or(readable.map(|address| address.url.as_str()));
        let known = reference.and_then(|reference| base.source_named(reference)).map(|at| SourceRecord::of(base, at));
        let known = known.filter(|known| self.id.as_ref().is_none_or(|id| *id == known.id));
        let own = before.into_iter().flat_map(|before| before.sources.iter());
        if let Some(found) = own.chain(&known).find(|source| self.means(source, readable)) {
            return Ok(found.clone());
        }
        let address = address.transpose()?;
        if let (Some(id), Some(known)) = (&self.id, known) {
            return Err(format!(
                "the source `{id}` says otherwise in the base (\"{}\"); write it as there, leave out all but its id, or give this one another id",
                known.title
            ));
        }
        let Some(title) = self.title.filter(|title| !title.trim().is_empty()) else {
            return Err(match self.id {
                Some(id) => format!("there is no source `{id}` in the base, so it needs a title; write one, or mend the id"),
                None => "a source needs a title; write one".to_owned(),
            });
        };
        let day = self.published.this();
        let publisher = match (self.publisher, &address) {
            (Said::LeftOut, Some(address)) => Some(address.host.clone()),
            (said, _) => said.this(),
        };
        let id = match (self.id, &address) {
            (Some(id), _) => match SourceId::new(&id) {
                Some(_) => id,
                None => return Err(format!("`{id}` cannot be the id of a source: write one word without spaces, at most 100 bytes")),
            },
            (None, Some(address)) => address.id(),
            (None, None) => {
                let day = day.map(|day| day.to_string()).unwrap_or_default();
                format!("{MADE_UNADDRESSED}{:016x}", fnv(&format!("{}\n{title}\n{day}", publisher.as_deref().unwrap_or_default())))
            }
        };
        Ok(SourceRecord { id, publisher, title, url: address.map(|address| address.url), published: day })
    }

    /// Whether a source is all that this says.
    fn means(&self, source: &SourceRecord, address: Option<&Address>) -> bool {
        let named = self.id.is_some() || address.is_some() || self.title.is_some();
        let has_address =
            self.url.allows(source.url.as_deref()) || address.is_some_and(|address| source.url.as_ref() == Some(&address.url));
        named
            && self.id.as_ref().is_none_or(|id| *id == source.id)
            && self.title.as_ref().is_none_or(|title| *title == source.title)
            && self.publisher.allows(source.publisher.as_deref())
            && self.published.allows(source.published.as_ref())
            && has_address
    }
}

/// An address that people may be sent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The address, without what says only where its reader came from.
    pub url: String,
    /// The host.
    pub host: String,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// Why it is none.
    pub fn read(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("\"{text}\" is not an address: {error}"))?;
        let host = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")).map(str::to_owned);
        let Some(host) = host else {
            return Err(format!("\"{text}\" is not an address that starts with http:// or https:// and names a host"));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(format!("the address at {host} holds a user name or a password; leave that out"));
        }
        let url = normalised(url);
        if url.len() > ADDRESS_AT_MOST {
            return Err(format!("the address at {host} is longer than {ADDRESS_AT_MOST} characters"));
        }
        Ok(Self { url, host })
    }

    /// The id of the source at this address, where it has no other.
    fn id(&self) -> String {
        format!("{MADE}{:016x}", fnv(&address_key(&self.url)))
    }

    /// The address without its scheme: a title, where there is no better.
    fn plain(&self) -> &str {
        self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest).trim_end_matches('/')
    }
}

/// A source as one line.
pub(super) fn written_line(source: &SourceRecord) -> String {
    match &source.url {
        // What was written with it is written again, or it would be lost.
        Some(url) if source.id.starts_with(MADE) && !source.title.contains('\n') => {
            let published = source.published.map(|date| date.to_string());
            let parts = [Some(url.as_str()), source.publisher.as_deref(), Some(&source.title), published.as_deref()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" | ")
        }
        _ => source.id.clone(),
    }
}

/// The source that a line names: an id, or an address with, behind bars, its publisher, title and date. A line that nobody touched is the
/// source that it was, whatever hosts are allowed by now. `hosts` are those that it may
/// lie on; none means any.
pub(super) fn read_line(base: &Base, before: Option<&Record>, hosts: &[String], line: &str) -> Result<SourceRecord, String> {
    let mut parts = line.split('|').map(str::trim);
    let reference = parts.next().unwrap_or_default();
    let is_it = |source: &SourceRecord| {
        source.id == reference || source.url.as_deref().is_some_and(|url| address_key(url) == address_key(reference))
    };
    let known = |reference: &str| base.source_named(reference).map(|at| SourceRecord::of(base, at));
    let own = |is_it: &dyn Fn(&SourceRecord) -> bool| before?.sources.iter().find(|source| is_it(source)).cloned();
    let untouched = own(&|source| written_line(source).trim() == line);
    if let Some(source) = untouched.or_else(|| own(&is_it)).or_else(|| known(reference)) {
        return Ok(source);
    }
    if !reference.contains("://") {
        return Err(format!(
            "\"{}\" is neither the id of a known source nor an address; an address begins with https:// or http://",
            shorten(reference, 200)
        ));
    }
    let address = Address::read(reference)?;
    if let Some(source) = known(&address.url) {
        return Ok(source);
    }
    let host = &address.host;
    if !hosts.is_empty() && !hosts.iter().any(|allowed| is_below(host, allowed)) {
        return Err(format!(
            "sources may lie on {} only, and {host} is not among them; a manager of the server can change that",
            hosts.join(", ")
        ));
    }
    let mut part = || parts.next().map(str::to_owned).filter(|part| !part.is_empty());
    let (publisher, title, date) = (part(), part(), part());
    if parts.any(|more| !more.is_empty()) {
        return Err(format!(
            "the line of {host} has more than four parts; write the address, the publisher, the title and the date, with | between them and nowhere else"
        ));
    }
    let day = match date.map(|written| written.parse::<FactDate>()) {
        None => None,
        Some(Ok(date)) => Some(date),
        Some(Err(error)) => return Err(format!("the date of the source at {host}: {error}")),
    };
    Ok(SourceRecord {
        id: address.id(),
        publisher: publisher.or_else(|| Some(host.clone())),
        title: title.unwrap_or_else(|| address.plain().to_owned()),
        url: Some(address.url),
        published: day,
    })
}

/// An address without what says only where the reader came from.
fn normalised(mut url: Url) -> String {
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| !name.starts_with("utm_") && !matches!(name.as_ref(), "fbclid" | "gclid" | "igshid"))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    if kept.len() != url.query_pairs().count() {
        url.set_query(None);
        if !kept.is_empty() {
            url.query_pairs_mut().extend_pairs(kept);
        }
    }
    url.to_string()
}

/// Whether a host is another, or lies below it.
fn is_below(host: &str, allowed: &str) -> bool {
    host == allowed || host.strip_suffix(allowed).is_some_and(|rest| rest.ends_with('.'))
}

/// FNV-1a (Fowler, Noll, Vo), 64 bits: the same on every machine and in every version.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
