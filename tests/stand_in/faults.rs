//! What fails on demand: requests by method and path, connections of the gateway.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Discord;
use super::sessions::Order;

/// How a request fails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    /// Answered with this status and an error in JSON; nothing happens.
    Status(u16),
    /// Answered with this status and a page of HTML; nothing happens.
    Html(u16),
    /// Answered with 429, its headers and `retry_after`; nothing happens.
    Limited {
        /// After what time to try again.
        after: Duration,
        /// Whether every route is limited.
        global: bool,
    },
    /// Takes effect, and is answered, so much later; also where the client has given up by then.
    Slow(Duration),
    /// Takes effect at once and is answered so much later.
    SlowAnswer(Duration),
    /// The connection breaks; nothing happens.
    Reset,
    /// Takes effect, and the connection breaks instead of an answer.
    ResetAfter,
    /// Takes effect, and is answered with this status and an error in JSON.
    StatusAfter(u16),
}

/// How the gateway turns away who wants to connect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Refusal {
    /// Answered with this status.
    Status(u16),
    /// The connection breaks before anything is answered.
    Reset,
    /// It is let in, greeted, and the connection breaks.
    ResetAfterHello,
}

type Matches = Box<dyn Fn(&str, &str) -> bool + Send + Sync>;

/// The faults to come.
#[derive(Default)]
pub(super) struct Faults(Mutex<Vec<(usize, Matches, Fault)>>);

impl Faults {
    fn add(&self, times: usize, matches: Matches, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((times, matches, fault));
    }

    /// The fault of a request, if it is to have one; the earliest asked for comes first.
    pub(super) fn take(&self, method: &str, path: &str) -> Option<Fault> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = faults.iter().position(|(_, matches, _)| matches(method, path))?;
        let fault = faults[at].2;
        if faults[at].0 <= 1 {
            drop(faults.remove(at));
        } else if faults[at].0 != usize::MAX {
            faults[at].0 -= 1;
        }
        Some(fault)
    }
}

/// Whether a path is of a form: a star stands for one segment, a star at the end for all that remain.
fn is_of(form: &str, method: &str, path: &str) -> bool {
    let Some((wanted, form)) = form.split_once(' ') else { return false };
    if wanted != "*" && wanted != method {
        return false;
    }
    let mut segments = path.trim_matches('/').split('/');
    let mut forms = form.trim_matches('/').split('/').peekable();
    while let Some(form) = forms.next() {
        match segments.next() {
            Some(_) if form == "*" && forms.peek().is_none() => return true,
            Some(segment) if form == "*" || form == segment => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}

/// How often a fault comes that never stops.
pub(crate) const ALWAYS: usize = usize::MAX;

impl Discord {
    /// The next `times` requests of a form fail, such as `"POST /channels/*/messages"`. A star stands for any method, for one segment, or
    /// at the end for all that remain.
    ///
    /// Never let `GET /gateway` fail: serenity would go to Discord's own gateway.
    #[track_caller]
    pub(crate) fn fail(&self, form: &'static str, times: usize, fault: Fault) {
        assert!(!is_of(form, "GET", "/gateway"), "serenity goes to Discord itself where GET /gateway fails: {form}");
        self.0.faults.add(times, Box::new(move |method, path| is_of(form, method, path)), fault);
    }

    /// The next `times` requests fail whose method and path are so.
    pub(crate) fn fail_where(&self, times: usize, matches: impl Fn(&str, &str) -> bool + Send + Sync + 'static, fault: Fault) {
        let matches = move |method: &str, path: &str| path != "/gateway" && matches(method, path);
        self.0.faults.add(times, Box::new(matches), fault);
    }

    /// No request fails any more.
    pub(crate) fn mend(&self) {
        self.0.faults.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.0.with(|world| {
            world.withhold_acks = false;
            world.refuse_until = None;
        });
    }

    /// Breaks every connection of the gateway without a word.
    pub(crate) fn drop_connections(&self) {
        self.0.with(|world| world.order_all(|| Order::Break));
    }

    /// Closes every connection of the gateway with a code.
    pub(crate) fn close_connections(&self, code: u16) {
        self.0.with(|world| world.order_all(|| Order::Close(code, "asked for by a test")));
    }

    /// Breaks the connection of one shard without a word.
    pub(crate) fn drop_connection_of(&self, shard: u32) {
        self.0.with(|world| {
            let id = world.sessions.iter().find(|session| session.shard == shard).and_then(|session| session.connection);
            if let Some(connection) = id.and_then(|id| world.connections.get(&id)) {
                let _ = connection.orders.send(Order::Break);
            }
        });
    }

    /// Refuses new connections of the gateway for a while; `Duration::ZERO` ends it.
    pub(crate) fn refuse_connections(&self, period: Duration) {
        self.refuse_connections_by(period, Refusal::Status(503));
    }

    /// The same in another way.
    pub(crate) fn refuse_connections_by(&self, period: Duration, refusal: Refusal) {
        self.0.with(|world| world.refuse_until = Some((Instant::now() + period, refusal)));
    }

    /// Closes every connection that identifies with a code.
    pub(crate) fn refuse_identifies(&self, code: u16) {
        self.0.with(|world| world.refuse_with = Some(code));
    }

    /// Stops, or begins again, to acknowledge heartbeats.
    pub(crate) fn withhold_acks(&self, withhold: bool) {
        self.0.with(|world| world.withhold_acks = withhold);
    }

    /// Says something to every client as it stands, whether it means anything or not.
    pub(crate) fn send_raw(&self, text: &str) {
        self.0.with(|world| world.order_all(|| Order::Send(text.into())));
    }

    /// Asks every client to connect anew (opcode 7).
    pub(crate) fn ask_to_reconnect(&self) {
        self.0.with(|world| world.order_all(|| Order::Send(r#"{"op":7,"t":null,"s":null,"d":null}"#.into())));
    }

    /// Tells every client that its session is invalid (opcode 9). Where it is not `resumable` it is forgotten, too.
    pub(crate) fn invalidate_sessions(&self, resumable: bool) {
        self.0.with(|world| {
            if !resumable {
                world.sessions.clear();
            }
            world.order_all(|| Order::Send(format!(r#"{{"op":9,"t":null,"s":null,"d":{resumable}}}"#).into()));
        });
    }

    /// Forgets every session, without telling: the next resume is answered with opcode 9.
    pub(crate) fn forget_sessions(&self) {
        self.0.with(|world| world.sessions.clear());
    }
}
