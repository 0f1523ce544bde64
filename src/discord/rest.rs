//! The one place that speaks HTTP with Discord. A request is tried until it is done, refused, or too late.
//!
//! Serenity waits where Discord's rate limits ask for it, but tries nothing again that failed on Discord's side; where another address is
//! used (`DISCORD_API_URL`), it must not limit at all. So what is missing is done here: 429 is waited out as told, for every request where
//! Discord says that it holds for all; 5xx and broken connections are tried again after a growing pause. A message that may have been
//! posted by the attempt that failed is not posted twice: it carries a nonce, which Discord enforces.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;
use serenity::all::{ApplicationId, ChannelId, CreateAttachment, Http, LightMethod, Message, MessageId, UserId};
use serenity::http::{HttpBuilder, HttpError, Multipart, MultipartUpload, Ratelimiter, Request, Route};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tracing::debug;

use super::secret::Token;
use crate::operations::{self, Reached, Vitals};

/// The first pause before something is tried again; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(10);
/// The longest pause that is believed; Discord asks for far less.
const LONGEST_TOLD: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(5);
/// Connections kept open for the next request. Each has buffers of its own, and a moment of much to do opens hundreds.
const IDLE: usize = 16;

/// Why a request came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Discord understood and refused.
    #[error("Discord refused it: {status} {message} (code {code})")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Discord's own code.
        code: i64,
        /// Discord's words for it.
        message: String,
    },
    /// There was no time left to try again.
    #[error("no answer from Discord in time; last: {last}")]
    TooLate {
        /// What the last attempt came to.
        last: String,
    },
    /// What Discord sent cannot be read.
    #[error("Discord's answer cannot be read: {0}")]
    Unreadable(String),
}

impl Failure {
    /// The token was refused.
    pub fn is_bad_token(&self) -> bool {
        matches!(self, Self::Refused { status: 401, .. })
    }

    /// The bot may not do this here. A reply needs leave to read what it replies to, which Discord says in another way.
    pub fn is_forbidden(&self) -> bool {
        const CANNOT_REPLY: i64 = 160_002;
        matches!(self, Self::Refused { status: 403, .. } | Self::Refused { code: CANNOT_REPLY, .. })
    }

    /// Discord will not take it another time either. A token may be mended, and a limit passes.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Refused { status: 400..=499, .. })
            && !self.is_bad_token()
            && !matches!(self, Self::Refused { status: 429, .. })
    }

    /// The interaction was answered before.
    fn is_acknowledged(&self) -> bool {
        const ACKNOWLEDGED: i64 = 40_060;
        matches!(self, Self::Refused { code: ACKNOWLEDGED, .. })
    }

    /// What it was about is not there any more. 50035 with a reply is Discord's word for a question that was deleted.
    pub fn is_gone(&self) -> bool {
        /// Unknown message, unknown channel.
        const GONE: [i64; 2] = [10_008, 10_003];
        match self {
            Self::Refused { code, message, .. } => GONE.contains(code) || (*code == 50_035 && message.contains("message_reference")),
            _ => false,
        }
    }

    /// The interaction does not live any more, or was answered already.
    pub fn is_over(&self) -> bool {
        /// Unknown interaction, unknown webhook, already acknowledged, invalid webhook token.
        const OVER: [i64; 4] = [10_062, 10_015, 40_060, 50_027];
        matches!(self, Self::Refused { code, .. } if OVER.contains(code))
    }
}

/// A request.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    route: Route<'a>,
    method: LightMethod,
    body: Option<Vec<u8>>,
    file: Option<CreateAttachment>,
    params: Vec<(&'static str, String)>,
}

impl<'a> Call<'a> {
    /// A request without a body.
    pub fn new(method: LightMethod, route: Route<'a>) -> Self {
        Self { route, method, body: None, file: None, params: Vec::new() }
    }

    /// With a JSON body.
    pub fn json(mut self, body: &impl serde::Serialize) -> Result<Self, Failure> {
        let bytes = serde_json::to_vec(body).map_err(|error| Failure::Unreadable(error.to_string()))?;
        self.body = Some(bytes);
        Ok(self)
    }

    /// With a JSON body and a file.
    pub fn json_with_file(self, body: &impl serde::Serialize, name: &str, bytes: Vec<u8>) -> Result<Self, Failure> {
        let mut call = self.json_attaching(body, Some(serde_json::json!([{"id": 0, "filename": name}])))?;
        call.file = Some(CreateAttachment::bytes(bytes, name));
        Ok(call)
    }

    /// With a message as its body that says nothing of files: those that it had stay.
    ///
    /// # Errors
    /// [`Failure::Unreadable`] where it cannot be written as JSON.
    pub fn json_keeping_files(self, body: &impl serde::Serialize) -> Result<Self, Failure> {
        self.json_attaching(body, None)
    }

    /// With a message as its body that takes away the files it had.
    ///
    /// # Errors
    /// [`Failure::Unreadable`] where it cannot be written as JSON.
    pub fn json_without_files(self, body: &impl serde::Serialize) -> Result<Self, Failure> {
        self.json_attaching(body, Some(serde_json::json!([])))
    }

    fn json_attaching(self, body: &impl serde::Serialize, attachments: Option<serde_json::Value>) -> Result<Self, Failure> {
        let mut body = serde_json::to_value(body).map_err(|error| Failure::Unreadable(error.to_string()))?;
        // A response holds its message one level further down.
        let message = if body["data"].is_object() { &mut body["data"] } else { &mut body };
        if let Some(message) = message.as_object_mut() {
            // Serenity writes an empty list for a message without files, and to Discord that takes away those it had.
            message.remove("attachments");
            message.extend(attachments.map(|attachments| ("attachments".to_owned(), attachments)));
        }
        self.json(&body)
    }

    /// With a query parameter.
    #[must_use]
    pub fn param(mut self, name: &'static str, value: &impl ToString) -> Self {
        self.params.push((name, value.to_string()));
        self
    }

    /// Whether it answers an interaction: those count for no limit of all.
    fn answers_interaction(&self) -> bool {
        matches!(self.route, Route::InteractionResponse { .. } | Route::WebhookOriginalInteractionResponse { .. })
    }

    fn request(&self) -> Request<'a> {
        let params = (!self.params.is_empty()).then(|| self.params.clone());
        let request = Request::new(self.route, self.method).params(params);
        let Some(file) = &self.file else { return request.body(self.body.clone()) };
        let payload = self.body.as_ref().map(|body| String::from_utf8_lossy(body).into_owned());
        request.multipart(Some(Multipart {
            upload: MultipartUpload::Attachments(vec![file.clone()]),
            fields: Vec::new(),
            payload_json: payload,
        }))
    }
}

/// Which Discord is spoken to.
#[derive(Clone, PartialEq, Eq)]
pub enum Api {
    /// Discord itself, with serenity's rate limiter. One more root certificate (PEM) may be trusted, for a proxy that reads along.
    Live {
        /// The certificate.
        certificate: Option<Vec<u8>>,
    },
    /// A proxy or stand-in at `http://host:port`, without a rate limiter of our own.
    At(String),
}

impl Api {
    /// Its address as it may be shown: an address may hold a password.
    pub fn shown(&self) -> String {
        match self {
            Self::Live { .. } => "https://discord.com".to_owned(),
            Self::At(url) => without_password(url),
        }
    }
}

impl std::fmt::Debug for Api {
    /// As it may be shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Api").field(&self.shown()).finish()
    }
}

/// An address without the name and password that may stand in front of its host, however it is written.
///
/// ```
/// use sanad::discord::rest::without_password;
/// assert_eq!(without_password("http://me:secret@host:80/x"), "http://host:80/x");
/// assert_eq!(without_password("me:sec/ret@host"), "host");
/// ```
pub fn without_password(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").map_or((None, address), |(scheme, rest)| (Some(scheme), rest));
    // A password that is not written as it should be may hold anything: what stands before the last sign is left out.
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    scheme.map_or_else(|| host.to_owned(), |scheme| format!("{scheme}://{host}"))
}

/// Turns for requests, so that no second sees more than Discord takes of a bot: 50, answers to interactions aside (rate limits, global). Ten
/// may go at once, more follow at forty a second (generic cell rate algorithm, ITU-T I.371).
#[derive(Debug, Default)]
struct Turns(Mutex<Option<Instant>>);

impl Turns {
    const APART: Duration = Duration::from_millis(25);
    const AHEAD: Duration = Duration::from_millis(250);

    /// When the next may go; nothing, and no turn is taken, where that is too late.
    fn next(&self, now: Instant, by: Instant) -> Option<Instant> {
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = free.map_or(now, |free| free.max(now));
        let turn = at.checked_sub(Self::AHEAD).map_or(now, |turn| turn.max(now));
        if turn >= by {
            return None;
        }
        *free = Some(at + Self::APART);
        Some(turn)
    }
}

/// Before this nothing is sent: Discord said so for all requests.
type Held = Arc<Mutex<Option<Instant>>>;

fn hold(held: &Held, until: Instant) {
    let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
    *held = (*held).max(Some(until));
}

fn client(api: &Api) -> Result<reqwest::Client, String> {
    let client = reqwest::Client::builder().use_rustls_tls().timeout(ATTEMPT).connect_timeout(CONNECT);
    let mut client = client.pool_max_idle_per_host(IDLE);
    if let Api::Live { certificate: Some(pem) } = api {
        let certificate = reqwest::Certificate::from_pem(pem)
            .map_err(|_| "the file that DISCORD_CA_FILE names holds no certificate in PEM form; name another or unset it".to_owned())?;
        client = client.add_root_certificate(certificate);
    }
    if matches!(api, Api::At(_)) {
        client = client.no_proxy();
    }
    client.build().map_err(|error| format!("cannot set up HTTPS: {}", error.without_url()))
}

/// Serenity's client for what serenity and poise call by themselves: the gateway's address, and completions. Those are answers to
/// interactions, which have no limit to be kept; serenity's limiter would remember each of them for ever.
pub(super) fn unlimited_http(token: &Token, api: &Api) -> Result<Http, String> {
    let builder = HttpBuilder::new(token.expose()).client(client(api)?).ratelimiter_disabled(true);
    Ok(match api {
        Api::Live { .. } => builder.build(),
        Api::At(url) => builder.proxy(url).build(),
    })
}

/// See the module.
#[derive(Debug)]
pub struct Rest {
    token: Token,
    client: reqwest::Client,
    api: Api,
    /// Serenity's limiter, where Discord itself is spoken to.
    limiter: Option<Ratelimiter>,
    turns: Turns,
    held: Held,
    clock: Mutex<Option<i64>>,
    vitals: Arc<Vitals>,
}

impl Rest {
    /// Opens the way to Discord.
    ///
    /// # Errors
    /// A sentence about the certificate, if it cannot be used.
    pub fn new(token: &Token, api: &Api, vitals: Arc<Vitals>) -> Result<Self, String> {
        let client = client(api)?;
        let held = Held::default();
        let limiter = match api {
            Api::At(_) => None,
            Api::Live { .. } => {
                let mut limiter = Ratelimiter::new(client.clone(), format!("Bot {}", token.expose()));
                let of_all = Arc::clone(&held);
                let watched = Arc::clone(&vitals);
                limiter.set_ratelimit_callback(Box::new(move |limit| {
                    watched.metrics.held_back(if limit.global { operations::Held::All } else { operations::Held::Route });
                    if limit.global {
                        hold(&of_all, Instant::now() + limit.timeout.min(LONGEST_TOLD));
                    }
                }));
                Some(limiter)
            }
        };
        Ok(Self { token: token.clone(), client, api: api.clone(), limiter, turns: Turns::default(), held, clock: Mutex::new(None), vitals })
    }

    /// The base address, if it is not Discord's own.
    fn base(&self) -> Option<&str> {
        match &self.api {
            Api::At(url) => Some(url),
            Api::Live { .. } => None,
        }
    }

    /// How far Discord's clock was ahead of ours in its last answer, in seconds.
    pub fn clock_ahead(&self) -> Option<i64> {
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a request until it is done, refused, or `by` has passed; the body of the answer.
    pub async fn call(&self, call: &Call<'_>, by: Instant) -> Result<Vec<u8>, Failure> {
        let mut tried_before = false;
        let mut pause = FIRST_PAUSE;
        let mut last = "nothing".to_owned();
        loop {
            self.wait_while_held(by, &last).await?;
            self.wait_for_turn(call, by, &last).await?;
            let since = Instant::now();
            let Ok(attempt) = timeout_at(by, self.attempt(call)).await else {
                self.vitals.metrics.reached(Reached::Failed, since.elapsed());
                return Err(Failure::TooLate { last: format!("no answer (before that: {last})") });
            };
            self.vitals.metrics.reached(attempt.came(), since.elapsed());
            let wait = match attempt {
                Attempt::Done(body) => return Ok(body),
                // The attempt before took effect, only its answer was lost.
                Attempt::Refused(failure) if tried_before && failure.is_acknowledged() => return Ok(Vec::new()),
                Attempt::Refused(failure) => return Err(failure),
                Attempt::Limited { after, for_all } => {
                    last = format!("429, again after {} s", after.as_secs_f32());
                    self.vitals.metrics.held_back(if for_all { operations::Held::All } else { operations::Held::Route });
                    if for_all {
                        hold(&self.held, Instant::now() + after);
                    }
                    after
                }
                Attempt::Failed(why) => {
                    last = why;
                    tried_before = true;
                    let wait = pause;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    wait
                }
            };
            debug!(last, ?wait, "a request to Discord is tried again");
            if Instant::now() + wait >= by {
                return Err(Failure::TooLate { last });
            }
            sleep(wait).await;
        }
    }

    /// The same, its answer read as JSON.
    pub async fn json(&self, call: &Call<'_>, by: Instant) -> Result<Value, Failure> {
        let body = self.call(call, by).await?;
        serde_json::from_slice(&body).map_err(|error| Failure::Unreadable(error.to_string()))
    }

    fn held(&self) -> Option<Instant> {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn wait_while_held(&self, by: Instant, last: &str) -> Result<(), Failure> {
        while let Some(until) = self.held().filter(|until| *until > Instant::now()) {
            if until >= by {
                return Err(Failure::TooLate { last: last.to_owned() });
            }
            sleep_until(until).await;
        }
        Ok(())
    }

    /// Waits as long as Discord itself is spoken to and others are before it, and until nothing is held back meanwhile.
    async fn wait_for_turn(&self, call: &Call<'_>, by: Instant, last: &str) -> Result<(), Failure> {
        if self.limiter.is_none() || call.answers_interaction() {
            return Ok(());
        }
        let Some(turn) = self.turns.next(Instant::now(), by) else { return Err(Failure::TooLate { last: last.to_owned() }) };
        sleep_until(turn).await;
        self.wait_while_held(by, last).await
    }

    async fn read(&self, response: reqwest::Response) -> Attempt {
        if let Some(ahead) = ahead(response.headers()) {
            *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
        }
        read(response).await
    }

    async fn attempt(&self, call: &Call<'_>) -> Attempt {
        // An interaction has a route of its own, used once: nothing limits it, and the limiter would remember it for ever.
        let limiter = self.limiter.as_ref().filter(|_| !matches!(call.route, Route::InteractionResponse { .. }));
        let sent = match limiter {
            Some(limiter) => limiter.perform(call.request()).await,
            None => match call.request().build(&self.client, &format!("Bot {}", self.token.expose()), self.base()) {
                Ok(request) => request.send().await.map_err(|error| HttpError::from(error).into()),
                Err(error) => Err(error),
            },
        };
        match sent {
            Ok(response) => self.read(response).await,
            Err(serenity::Error::Http(HttpError::Request(error))) => Attempt::of_network(error),
            Err(other) => Attempt::Refused(Failure::Unreadable(other.to_string())),
        }
    }
}

/// What Discord says of its gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    /// Its address.
    pub url: String,
    /// Connections that Discord recommends.
    pub shards: u32,
    /// Sign-ins left today.
    pub remaining: u64,
    /// When there are more.
    pub reset_after: Duration,
}

impl Rest {
    /// The bot's user id, its application's id, its name.
    pub async fn me(&self, by: Instant) -> Result<(UserId, ApplicationId, String), Failure> {
        let me = self.json(&Call::new(LightMethod::Get, Route::UserMe), by).await?;
        let application = self.application(by).await?;
        let id = |value: &Value| value["id"].as_str().and_then(|id| id.parse::<u64>().ok()).filter(|id| *id > 0);
        let (Some(user), Some(app)) = (id(&me), id(&application)) else {
            return Err(Failure::Unreadable("an application without an id".to_owned()));
        };
        Ok((UserId::new(user), ApplicationId::new(app), me["username"].as_str().unwrap_or_default().to_owned()))
    }

    async fn application(&self, by: Instant) -> Result<Value, Failure> {
        self.json(&Call::new(LightMethod::Get, Route::Oauth2ApplicationCurrent), by).await
    }

    /// Whether the application has the message-content intent.
    pub async fn has_message_content(&self, by: Instant) -> Result<bool, Failure> {
        /// Granted in full, or to a bot in few servers (application flags).
        const GRANTED: u64 = 1 << 18 | 1 << 19;
        let flags = self.application(by).await?["flags"].as_u64().unwrap_or(0);
        Ok(flags & GRANTED != 0)
    }

    /// Where the gateway is, and how often it may be signed in to.
    pub async fn gateway(&self, by: Instant) -> Result<Gateway, Failure> {
        let said = self.json(&Call::new(LightMethod::Get, Route::GatewayBot), by).await?;
        let limit = &said["session_start_limit"];
        let url = said["url"].as_str().ok_or_else(|| Failure::Unreadable("a gateway without an address".to_owned()))?;
        let shards = said["shards"].as_u64().and_then(|shards| u32::try_from(shards).ok()).unwrap_or(1).max(1);
        Ok(Gateway {
            url: url.to_owned(),
            shards,
            remaining: limit["remaining"].as_u64().unwrap_or(u64::MAX),
            reset_after: Duration::from_millis(limit["reset_after"].as_u64().unwrap_or(0)),
        })
    }

    /// What a message says, as far as Discord lets the bot read it.
    pub async fn content(&self, channel: ChannelId, message: MessageId, by: Instant) -> Result<String, Failure> {
        let call = Call::new(LightMethod::Get, Route::ChannelMessage { channel_id: channel, message_id: message });
        Ok(self.json(&call, by).await?["content"].as_str().unwrap_or_default().to_owned())
    }

    /// Up to `most` messages of a channel behind one, oldest first.
    pub async fn messages_after(&self, channel: ChannelId, after: MessageId, most: u8, by: Instant) -> Result<Vec<Message>, Failure> {
        let call = Call::new(LightMethod::Get, Route::ChannelMessages { channel_id: channel }).param("after", &after).param("limit", &most);
        let body = self.call(&call, by).await?;
        let mut messages: Vec<Message> = serde_json::from_slice(&body).map_err(|error| Failure::Unreadable(error.to_string()))?;
        messages.sort_by_key(|message| message.id);
        Ok(messages)
    }

    /// The servers the bot is in: name, and the bits of what it may do there. At most two hundred.
    pub async fn servers(&self, by: Instant) -> Result<Vec<(String, u64)>, Failure> {
        let said = self.json(&Call::new(LightMethod::Get, Route::UserMeGuilds), by).await?;
        let servers = said.as_array().map(Vec::as_slice).unwrap_or_default();
        let bits = |server: &Value| server["permissions"].as_str().and_then(|bits| bits.parse().ok()).unwrap_or(0);
        Ok(servers.iter().map(|server| (server["name"].as_str().unwrap_or_default().to_owned(), bits(server))).collect())
    }
}

enum Attempt {
    Done(Vec<u8>),
    Refused(Failure),
    Limited { after: Duration, for_all: bool },
    Failed(String),
}

impl Attempt {
    fn came(&self) -> Reached {
        match self {
            Self::Done(_) => Reached::Done,
            Self::Refused(_) => Reached::Refused,
            Self::Limited { .. } => Reached::Limited,
            Self::Failed(_) => Reached::Failed,
        }
    }

    /// The address is left out of what is said: an interaction's holds its token.
    fn of_network(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let mut said = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(deeper) = cause {
            said.push_str(": ");
            said.push_str(&deeper.to_string());
            cause = deeper.source();
        }
        Self::Failed(said)
    }

    fn of_status(status: u16, code: i64, message: String) -> Self {
        if status >= 500 || status == 429 {
            Self::Failed(format!("{status} {message}"))
        } else {
            Self::Refused(Failure::Refused { status, code, message })
        }
    }
}

/// How far the clock that wrote a `Date` header is ahead of ours, in seconds.
fn ahead(headers: &HeaderMap) -> Option<i64> {
    let date = headers.get("date")?.to_str().ok()?;
    let theirs = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok()?;
    Some(theirs.as_second() - jiff::Timestamp::now().as_second())
}

async fn read(response: reqwest::Response) -> Attempt {
    let status = response.status();
    let headers = response.headers().clone();
    let body = match response.bytes().await {
        Ok(body) => body.to_vec(),
        Err(error) => return Attempt::of_network(error),
    };
    if status.is_success() {
        return Attempt::Done(body);
    }
    let said: Value = serde_json::from_slice(&body).unwrap_or_default();
    if status.as_u16() == 429 {
        let for_all = said["global"].as_bool().unwrap_or(false) || headers.contains_key("x-ratelimit-global");
        return Attempt::Limited { after: retry_after(&headers, &said), for_all };
    }
    let mut message = said["message"].as_str().unwrap_or_default().to_owned();
    if !said["errors"].is_null() {
        let _ = write!(message, ": {}", said["errors"]);
    }
    Attempt::of_status(status.as_u16(), said["code"].as_i64().unwrap_or(-1), message)
}

/// How long to wait, as told in the body or the header, whichever says more; a second where neither says.
fn retry_after(headers: &HeaderMap, said: &Value) -> Duration {
    let header = headers.get("retry-after").and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<f64>().ok());
    let body = said["retry_after"].as_f64();
    let seconds = header.into_iter().chain(body).fold(f64::NAN, f64::max);
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(1)).min(LONGEST_TOLD)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_pause_that_discord_asks_for_is_kept() {
        let mut headers = HeaderMap::new();
        for (header, body, seconds) in [
            (None, json!({"retry_after": 0.25}), 0.25),
            (Some("2"), json!({"retry_after": 1.5}), 2.0),
            (Some("1"), json!(null), 1.0),
            (None, json!({}), 1.0),
            (Some("soon"), json!({"retry_after": -3}), 1.0),
            (None, json!({"retry_after": 1e19}), 86_400.0),
        ] {
            headers.clear();
            if let Some(header) = header {
                headers.insert("retry-after", header.parse().unwrap());
            }
            assert_eq!(retry_after(&headers, &body), Duration::from_secs_f64(seconds), "{header:?} {body}");
        }
    }

    #[test]
    fn no_second_sees_more_than_fifty_requests() {
        let (turns, begin) = (Turns::default(), Instant::now());
        let by = begin + Duration::from_secs(60);
        // A hundred at once, as after a limit of all; then one from time to time; then many again.
        let asked = (0..100).map(|_| 0).chain((0..20).map(|n| 3_000 + n * 200)).chain((0..100).map(|_| 7_100));
        let went: Vec<Duration> = asked.map(|millis| turns.next(begin + Duration::from_millis(millis), by).unwrap() - begin).collect();
        assert_eq!(went.iter().filter(|went| went.is_zero()).count(), 11, "few go at once");
        for (at, first) in went.iter().enumerate() {
            let within = went[at..].iter().filter(|went| **went < *first + Duration::from_secs(1)).count();
            assert!(within <= 50, "{within} from {first:?} on");
        }
        assert_eq!(went[110], Duration::from_secs(5), "who comes alone does not wait");
        assert_eq!(turns.next(begin + Duration::from_millis(7_100), begin + Duration::from_millis(7_200)), None, "too late");
    }

    #[test]
    fn refusals_are_told_apart() {
        let refused = |status, code, message: &str| Failure::Refused { status, code, message: message.to_owned() };
        assert!(refused(401, 0, "401: Unauthorized").is_bad_token());
        assert!(refused(403, 50_013, "Missing Permissions").is_forbidden());
        assert!(refused(404, 10_008, "Unknown Message").is_gone());
        assert!(refused(400, 50_035, "Invalid Form Body: {\"message_reference\":{}}").is_gone());
        assert!(!refused(400, 50_035, "Invalid Form Body: {\"content\":{}}").is_gone());
        assert!(refused(404, 10_062, "Unknown interaction").is_over());
        assert!(refused(400, 40_060, "Interaction has already been acknowledged.").is_over());
    }
}
