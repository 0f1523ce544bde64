//! The port: connections that can be cut, requests read and answered, faults applied.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, State};
use axum::http::{HeaderMap, Request as HttpRequest, StatusCode, header, request};
use axum::response::{IntoResponse, Response};
use axum::serve::{IncomingStream, Listener};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use super::Inner;
use super::faults::{Fault, Refusal};
use super::files;
use super::gateway;
use super::rest::{Answer, Call, Route, find};
use super::rules;
use super::world::World;

/// Bytes that are read of a request; Discord takes fewer, and says so better to who was heard out.
const REQUEST: usize = 2 * rules::REQUEST;

/// What cuts a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Wire(Arc<AtomicBool>);

impl Wire {
    /// Nothing goes through any more; the other end sees a reset.
    pub(super) fn cut(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn check(&self) -> io::Result<()> {
        if self.0.load(Ordering::Acquire) { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

/// A connection that can be cut.
struct Line {
    stream: TcpStream,
    wire: Wire,
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.wire.check()?;
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.wire.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.wire.check()?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A farewell would look like an orderly end.
        self.wire.check()?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.wire.check().is_err() {
            let _ = self.stream.set_zero_linger();
        }
    }
}

struct Port(TcpListener);

impl Listener for Port {
    type Io = Line;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Line, Self::Addr) {
        loop {
            if let Ok((stream, address)) = self.0.accept().await {
                let _ = stream.set_nodelay(true);
                return (Line { stream, wire: Wire::default() }, address);
            }
            // Out of file descriptors, most likely; the listener itself is well.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, Port>> for Wire {
    fn connect_info(stream: IncomingStream<'_, Port>) -> Self {
        stream.io().wire.clone()
    }
}

/// Answers on the port until the runtime ends.
pub(super) fn spawn(listener: TcpListener, inner: Arc<Inner>) {
    let service = Router::new().fallback(serve).with_state(Arc::clone(&inner)).into_make_service_with_connect_info::<Wire>();
    tokio::spawn(async move {
        if let Err(error) = axum::serve(Port(listener), service).await {
            inner.with(|world| world.violate(format!("the stand-in's port failed: {error}")));
        }
    });
}

async fn serve(State(inner): State<Arc<Inner>>, ConnectInfo(wire): ConnectInfo<Wire>, request: HttpRequest<Body>) -> Response {
    let at = Instant::now();
    let (mut parts, body) = request.into_parts();
    if parts.headers.contains_key(header::UPGRADE) {
        return enter(inner, wire, &mut parts).await;
    }
    let body = match to_bytes(body, REQUEST).await {
        Ok(body) => body,
        Err(error) => {
            inner.with(|world| world.violate(format!("{} {}: its body could not be read: {error}", parts.method, parts.uri)));
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        }
    };
    let (call, mut broken) = read(&parts, &body, at);
    if body.len() > rules::REQUEST {
        broken.push(rules::Breach::too_large(format!("a request of {} bytes, {} at most", body.len(), rules::REQUEST)));
    }
    let route = find(&call.method, &call.path);
    if inner.options.rules {
        match &route {
            // Whatever is wrong, this is answered: serenity goes to Discord itself where it is not.
            Some((Route::Gateway, _)) => {}
            // Nothing more can be said of what was not read.
            Some(_) if !broken.is_empty() => {}
            Some((_, template)) => broken.extend(rules::check(&call, template)),
            None => broken.push(rules::Breach::new("no such route")),
        }
        if !broken.is_empty() {
            let named = |breach: &rules::Breach| format!("{} {}: {}", call.method, call.path, breach.text);
            inner.with(|world| broken.iter().map(named).for_each(|text| world.violate(text)));
        }
    }
    let refusal = rules::refusal(&broken);
    let fault = inner.faults.take(&call.method, &call.path);
    let asked = Asked { call, route: route.map(|(route, _)| route), refusal };
    let mut response = respond(Arc::clone(&inner), wire, asked, fault).await.into_response();
    if let Some(date) = inner.look(World::date).and_then(|date| date.parse().ok()) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// A request that was read.
struct Asked {
    call: Call,
    route: Option<Route>,
    /// What it is answered where it breaks a rule.
    refusal: Option<Answer>,
}

impl Asked {
    /// Lets it take effect. Where the answer is to be lost, it is put down with `status` instead of its own.
    fn carry_out(self, inner: &Inner, status: Option<u16>) -> Answer {
        let Self { call, route, refusal } = self;
        let answer = inner.guarded(&format!("{} {}", call.method, call.path), |world| match (refusal, route) {
            (_, None) => Answer::error(404, 0, "404: Not Found"),
            (Some(answer), _) => answer,
            (None, Some(route)) => world.answer(&route, &call),
        });
        let answer = answer.unwrap_or_else(|| Answer::error(500, 0, "500: Internal Server Error"));
        inner.with(|world| world.record(call.into_request(status.unwrap_or(answer.status))));
        answer
    }

    /// Answers without letting it take effect.
    fn spoil(self, inner: &Inner, answer: Answer) -> Answer {
        inner.with(|world| world.record(self.call.into_request(answer.status)));
        answer
    }
}

/// Lets a request take effect, or not, as its fault says.
async fn respond(inner: Arc<Inner>, wire: Wire, asked: Asked, fault: Option<Fault>) -> Answer {
    let wanted = |status: u16| Answer::error(status, 0, &format!("{status}: asked for by a test"));
    match fault {
        None => asked.carry_out(&inner, None),
        Some(Fault::Status(status)) => asked.spoil(&inner, wanted(status)),
        Some(Fault::Html(status)) => asked.spoil(&inner, Answer::html(status)),
        Some(Fault::Limited { after, global }) => asked.spoil(&inner, Answer::limited(after, global)),
        Some(Fault::Slow(by)) => {
            // A task of its own: it takes effect although the client may be gone by then.
            let late = tokio::spawn(async move {
                tokio::time::sleep(by).await;
                asked.carry_out(&inner, None)
            });
            late.await.unwrap_or_else(|_| wanted(500))
        }
        Some(Fault::SlowAnswer(by)) => {
            let answer = asked.carry_out(&inner, None);
            tokio::time::sleep(by).await;
            answer
        }
        Some(Fault::Reset) => {
            wire.cut();
            asked.spoil(&inner, Answer::empty(0))
        }
        Some(Fault::ResetAfter) => {
            wire.cut();
            asked.carry_out(&inner, Some(0))
        }
        Some(Fault::StatusAfter(status)) => {
            asked.carry_out(&inner, Some(status));
            wanted(status)
        }
    }
}

/// Opens the gateway to a client.
async fn enter(inner: Arc<Inner>, wire: Wire, parts: &mut request::Parts) -> Response {
    if parts.uri.path().trim_end_matches('/') != "/gateway" {
        inner.with(|world| world.violate(format!("a WebSocket at {}", parts.uri)));
        return StatusCode::NOT_FOUND.into_response();
    }
    let refusal = inner.with(|world| {
        world.counts.knocks += 1;
        world.refuse_until.filter(|(until, _)| Instant::now() < *until).map(|(_, refusal)| refusal)
    });
    let is_greeted_only = match refusal {
        Some(Refusal::Status(status)) => return StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE).into_response(),
        Some(Refusal::Reset) => {
            wire.cut();
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        Some(Refusal::ResetAfterHello) => true,
        None => false,
    };
    match WebSocketUpgrade::from_request_parts(parts, &()).await {
        Ok(upgrade) => upgrade.on_upgrade(move |socket| gateway::converse(inner, socket, wire, is_greeted_only)),
        Err(error) => {
            inner.with(|world| world.violate(format!("gateway: a handshake that failed: {error}")));
            error.into_response()
        }
    }
}

/// The path without `/api` and version.
fn bare(path: &str) -> &str {
    let Some(rest) = path.strip_prefix("/api") else { return path };
    let versioned = rest.strip_prefix("/v").and_then(|rest| rest.find('/').map(|at| rest.split_at(at)));
    match versioned {
        Some((version, path)) if version.bytes().all(|byte| byte.is_ascii_digit()) => path,
        _ => rest,
    }
}

/// Reads a request, and what is wrong with how it is written.
fn read(parts: &request::Parts, bytes: &Bytes, at: Instant) -> (Call, Vec<rules::Breach>) {
    let mut broken = Vec::new();
    let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let kind = text(header::CONTENT_TYPE);
    let mut files = Vec::new();
    let body = if bytes.is_empty() {
        Value::Null
    } else if let Some(kind) = kind.filter(|kind| kind.starts_with("multipart/form-data")) {
        let (body, came) = files::read(kind, bytes).unwrap_or_else(|problem| {
            broken.push(rules::Breach::new(problem));
            (Value::Null, Vec::new())
        });
        files = came;
        body
    } else if kind.is_some_and(|kind| kind.starts_with("application/json")) {
        serde_json::from_slice(bytes).unwrap_or_else(|error| {
            broken.push(rules::Breach::new(format!("the body is no JSON: {error}")));
            Value::Null
        })
    } else {
        broken.push(rules::Breach::new(format!("a body of type {kind:?} is not understood here")));
        Value::Null
    };
    let call = Call {
        method: parts.method.to_string(),
        path: bare(parts.uri.path()).to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        authorization: text(header::AUTHORIZATION).map(str::to_owned),
        body,
        files,
        at,
    };
    (call, broken)
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut headers = HeaderMap::new();
        for (name, value) in self.headers {
            if let Ok(value) = value.parse() {
                headers.insert(name, value);
            }
        }
        match self.body {
            _ if self.html => (status, headers, "<html><body><h1>502 Bad Gateway</h1></body></html>").into_response(),
            Value::Null => (status, headers).into_response(),
            json => (status, headers, axum::Json(json)).into_response(),
        }
    }
}
