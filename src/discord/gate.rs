//! The gateway, asked directly: whether it can be reached, and why it lets nobody in. Serenity connects again and again, and does not tell
//! what the gateway closed with.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use serenity::all::GatewayIntents;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use url::Url;

use super::secret::Token;
use super::serve::StartError;

/// How long each step may take.
const WITHIN: Duration = Duration::from_secs(10);
/// Opcodes of the gateway: an event, a sign-in, a greeting (HELLO).
const EVENT: u64 = 0;
const IDENTIFY: u64 = 2;
const HELLO: u64 = 10;
/// Said wherever the gateway cannot be reached.
pub(super) const DIRECTLY: &str =
    "the gateway is connected to directly, and HTTPS_PROXY is used for the API only; let this machine reach that address";

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A way in: an address, and who comes.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    /// Where.
    pub(super) address: String,
    /// Who.
    pub(super) token: Token,
    /// With what they want to hear.
    pub(super) intents: GatewayIntents,
    /// As which shard, of how many.
    pub(super) shard: [u32; 2],
}

impl Gate {
    /// What keeps the bot out for good, if the gateway says so. It costs one of the day's sign-ins.
    pub(super) async fn refusal(&self) -> Option<StartError> {
        let mut socket = open(&self.address).await.ok()?;
        let properties = json!({"os": std::env::consts::OS, "browser": "sanad", "device": "sanad"});
        let who = json!({"token": self.token.expose(), "intents": self.intents.bits(), "shard": self.shard, "properties": properties});
        timeout(WITHIN, socket.send(Message::Text(json!({"op": IDENTIFY, "d": who}).to_string()))).await.ok()?.ok()?;
        let closed = timeout(WITHIN, closed_with(&mut socket)).await.ok().flatten();
        if closed.is_none() {
            close(socket).await;
        }
        StartError::closed(closed?)
    }
}

/// Opens the gateway, waits for its greeting, and closes it; why not, where that fails. It costs no sign-in.
pub(super) async fn greet(address: &str) -> Result<(), String> {
    close(open(address).await?).await;
    Ok(())
}

async fn open(address: &str) -> Result<Socket, String> {
    let url = Url::parse(&format!("{address}?v=10&encoding=json")).map_err(|error| format!("it is no address: {error}"))?;
    let opening = async {
        let (mut socket, _) = connect_async(url).await.map_err(|error| said(&error))?;
        match socket.next().await {
            Some(Ok(Message::Text(text))) if opcode(&text) == Some(HELLO) => Ok(socket),
            Some(Ok(Message::Close(Some(frame)))) => Err(format!("it closed the connection with {}", u16::from(frame.code))),
            Some(Err(error)) => Err(said(&error)),
            _ => Err("it does not greet as Discord's gateway does".to_owned()),
        }
    };
    timeout(WITHIN, opening).await.unwrap_or_else(|_| Err(format!("no greeting within {} s", WITHIN.as_secs())))
}

/// The code that the connection is closed with, unless the bot is let in, or told to come again.
async fn closed_with(socket: &mut Socket) -> Option<u16> {
    loop {
        match socket.next().await?.ok()? {
            Message::Close(frame) => return frame.map(|frame| frame.code.into()),
            Message::Text(text) if opcode(&text) == Some(EVENT) => return None,
            _ => {}
        }
    }
}

async fn close(mut socket: Socket) {
    // Where it does not listen, the connection goes with the socket.
    let _ = timeout(WITHIN, socket.close(None)).await;
}

fn opcode(text: &str) -> Option<u64> {
    serde_json::from_str::<Value>(text).ok()?["op"].as_u64()
}

fn said(error: &Error) -> String {
    error.to_string()
}
