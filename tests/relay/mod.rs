//! A wire to a server, through this process: it can refuse, break, swallow what is sent, and let through all but what PostgreSQL tells.

#![allow(dead_code, reason = "tests and benches need a part each")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What becomes of what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    /// It goes through.
    Whole,
    /// Nobody listens, and what was open is closed.
    Refuses,
    /// What was open breaks, and so does what is opened.
    Breaks,
    /// Nothing arrives, and nobody is told. What was open then stays so for good.
    Swallows,
    /// All goes through but what a PostgreSQL server tells of itself (`NOTIFY`).
    TellsNothing,
}

/// The wire. It is gone with this.
pub(crate) struct Relay {
    port: u16,
    wire: watch::Sender<Wire>,
    untold: Arc<AtomicU32>,
}

impl Relay {
    /// A wire to a server.
    pub(crate) async fn to(server: SocketAddr, begins: Wire) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port to listen at");
        let port = listener.local_addr().expect("its number").port();
        let (wire, state) = watch::channel(begins);
        let untold = Arc::new(AtomicU32::new(0));
        tokio::spawn(listen(listener, port, server, state, Arc::clone(&untold)));
        Self { port, wire, untold }
    }

    /// The port at this end.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// From now on it is so.
    pub(crate) fn set(&self, wire: Wire) {
        self.wire.send_replace(wire);
    }

    /// How much was not told.
    pub(crate) fn untold(&self) -> u32 {
        self.untold.load(Ordering::Relaxed)
    }
}

async fn listen(listener: TcpListener, port: u16, server: SocketAddr, mut state: watch::Receiver<Wire>, untold: Arc<AtomicU32>) {
    let mut listener = Some(listener);
    loop {
        let wire = *state.borrow_and_update();
        if wire == Wire::Refuses {
            listener = None;
            if state.changed().await.is_err() {
                return;
            }
            continue;
        }
        let Some(open) = &listener else {
            // The port may not be free in the same moment.
            match TcpListener::bind(("127.0.0.1", port)).await {
                Ok(open) => listener = Some(open),
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
            continue;
        };
        tokio::select! {
            changed = state.changed() => if changed.is_err() { return },
            accepted = open.accept() => if let Ok((client, _)) = accepted {
                tokio::spawn(carry(client, server, state.clone(), Arc::clone(&untold)));
            },
        }
    }
}

/// Carries what is sent, until the wire is not whole any more or either end goes.
async fn carry(client: TcpStream, server: SocketAddr, mut state: watch::Receiver<Wire>, untold: Arc<AtomicU32>) {
    let wire = *state.borrow_and_update();
    match wire {
        Wire::Refuses => return,
        Wire::Breaks => return break_off(&client),
        Wire::Swallows => return hold(client, None, state).await,
        Wire::Whole | Wire::TellsNothing => {}
    }
    let Ok(upstream) = TcpStream::connect(server).await else { return };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = upstream.into_split();
    let ended = {
        let back = async {
            if wire == Wire::TellsNothing {
                pass_but_told(&mut from_server, &mut to_client, &untold).await
            } else {
                tokio::io::copy(&mut from_server, &mut to_client).await.map(drop)
            }
        };
        tokio::select! {
            _ = tokio::io::copy(&mut from_client, &mut to_server) => None,
            _ = back => None,
            changed = state.wait_for(|now| *now != wire) => changed.ok().map(|now| *now),
        }
    };
    let (Ok(client), Ok(upstream)) = (from_client.reunite(to_client), from_server.reunite(to_server)) else { return };
    match ended {
        Some(Wire::Breaks) => {
            break_off(&client);
            break_off(&upstream);
        }
        Some(Wire::Swallows) => hold(client, Some(upstream), state).await,
        _ => {}
    }
}

fn break_off(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}

/// Keeps connections open, and reads nothing of them.
async fn hold(client: TcpStream, server: Option<TcpStream>, mut state: watch::Receiver<Wire>) {
    while state.changed().await.is_ok() {}
    drop((client, server));
}

/// Carries a PostgreSQL server's messages but what it tells unasked. The session is not encrypted.
async fn pass_but_told(from: &mut OwnedReadHalf, to: &mut OwnedWriteHalf, untold: &AtomicU32) -> std::io::Result<()> {
    loop {
        let kind = from.read_u8().await?;
        let length = from.read_u32().await?;
        let mut body = vec![0; (length as usize).saturating_sub(4)];
        from.read_exact(&mut body).await?;
        if kind == b'A' {
            untold.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        to.write_u8(kind).await?;
        to.write_u32(length).await?;
        to.write_all(&body).await?;
    }
}
