//! A port where whoever runs the bot, and what watches over it, ask how it stands: `/healthz`, `/readyz`, `/metrics`.
//!
//! It is no place for the public: it listens on loopback unless told otherwise, takes few connections at once, reads small requests only,
//! and lets nobody hold one of them for long.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::Vitals;

/// Connections at once at most; more wait.
const AT_ONCE: usize = 32;
/// How long the head of a request may take to come.
const HEAD_WITHIN: Duration = Duration::from_secs(5);
/// How long a connection may live.
const DONE_WITHIN: Duration = Duration::from_secs(10);
/// Bytes that are read of a request's head at most.
const HEAD_AT_MOST: usize = 16 * 1024;
/// How long the store may take to say that it is there.
const STORE_WITHIN: Duration = Duration::from_secs(3);
/// How long what the store said is believed: it is not asked for each request.
const STORE_BELIEVED: Duration = Duration::from_secs(1);
/// A pause where no connection can be taken, as when file handles have run out.
const PAUSE: Duration = Duration::from_millis(500);
/// How long requests in hand may take when the process ends.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);
/// The form of the numbers (OpenMetrics, which Prometheus reads).
const NUMBERS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";

/// Why there is no port to ask at.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen at {address}, which `[http] listen` names: {cause}; name another address or port, or end what uses it")]
pub struct HttpError {
    address: SocketAddr,
    cause: io::Error,
}

/// Asks the store whether it is there; a sentence where it is not.
pub type StoreProbe = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// Opens the port.
///
/// # Errors
/// [`HttpError`] where it cannot be had.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, HttpError> {
    TcpListener::bind(address).await.map_err(|cause| HttpError { address, cause })
}

/// When the store was asked, and why it could not be reached.
type Probed = (Instant, Option<String>);

/// What is said at the port.
#[derive(Clone)]
pub struct Health {
    vitals: Arc<Vitals>,
    store: StoreProbe,
    said: Arc<Mutex<Option<Probed>>>,
}

impl Health {
    /// Says what these vitals and this store say.
    pub fn new(vitals: Arc<Vitals>, store: StoreProbe) -> Self {
        Self { vitals, store, said: Arc::default() }
    }

    /// Answers at the port until `stop` is done; then what is in hand is finished.
    pub async fn serve(self, listener: TcpListener, stop: CancellationToken) {
        let room = Arc::new(Semaphore::new(AT_ONCE));
        let open = GracefulShutdown::new();
        let mut was_deaf = false;
        loop {
            let next = async {
                let Ok(place) = Arc::clone(&room).acquire_owned().await else { return std::future::pending().await };
                (place, listener.accept().await)
            };
            let (place, stream) = tokio::select! {
                next = next => next,
                () = stop.cancelled() => break,
            };
            let stream = match stream {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Said once: file handles that have run out stay so for a while.
                    if !std::mem::replace(&mut was_deaf, true) {
                        warn!("the port for health and metrics takes no connection: {error}; it is tried again");
                    }
                    sleep(PAUSE).await;
                    continue;
                }
            };
            was_deaf = false;
            let health = self.clone();
            let service = service_fn(move |request| {
                let health = health.clone();
                async move { Ok::<_, Infallible>(health.answer(&request).await) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_WITHIN)
                .max_buf_size(HEAD_AT_MOST)
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), service);
            let connection = open.watch(connection);
            tokio::spawn(async move {
                let _place = place;
                if let Ok(Err(error)) = timeout(DONE_WITHIN, connection).await {
                    debug!("a request for health or metrics broke off: {error}");
                }
            });
        }
        drop(listener);
        // What takes longer ends with the process.
        let _ = timeout(CLOSE_WITHIN, open.shutdown()).await;
    }

    async fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
        match request.uri().path() {
            "/healthz" | "/readyz" | "/metrics" if !is_read => {
                let mut refused = response(StatusCode::METHOD_NOT_ALLOWED, PLAIN, "only GET and HEAD are answered here\n".to_owned());
                refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
                refused
            }
            "/healthz" => response(StatusCode::OK, PLAIN, "ok\n".to_owned()),
            "/readyz" => self.ready().await,
            "/metrics" => response(StatusCode::OK, NUMBERS, self.vitals.metrics.text()),
            _ => response(StatusCode::NOT_FOUND, PLAIN, "there are /healthz, /readyz and /metrics\n".to_owned()),
        }
    }

    async fn ready(&self) -> Response<Full<Bytes>> {
        let mut lacks = self.vitals.pulse.lacks();
        lacks.extend(self.store().await.map(|why| format!("store: {why}")));
        if lacks.is_empty() {
            return response(StatusCode::OK, PLAIN, "ready\n".to_owned());
        }
        response(StatusCode::SERVICE_UNAVAILABLE, PLAIN, lacks.iter().flat_map(|lack| [lack.as_str(), "\n"]).collect())
    }

    /// What the store lacks, as it said a moment ago or says now.
    async fn store(&self) -> Option<String> {
        let known = self.said.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, said)) = known.filter(|(at, _)| at.elapsed() < STORE_BELIEVED) {
            return said;
        }
        let said = match timeout(STORE_WITHIN, (self.store)()).await {
            Ok(Ok(())) => None,
            Ok(Err(why)) => Some(why),
            Err(_) => Some(format!("no answer within {} s", STORE_WITHIN.as_secs())),
        };
        *self.said.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), said.clone()));
        said
    }
}

fn response(status: StatusCode, kind: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
