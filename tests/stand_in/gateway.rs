//! The gateway: one WebSocket connection, from HELLO to its close.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::Inner;
use super::handles::Identify;
use super::server::Wire;
use super::sessions::{Connection, Order, intent};
use super::world::World;

/// Bytes of a payload from the client at most.
const PAYLOAD: usize = 4096;
/// Payloads from the client in a minute at most.
const PAYLOADS_A_MINUTE: usize = 120;
/// How long a client may take to close after it was asked to.
const CLOSING: Duration = Duration::from_secs(2);

/// What comes of a payload.
enum Next {
    Go,
    Close(u16, &'static str),
}

/// Why a payload ends the connection, and whether that breaks a rule.
type Refusal = (u16, &'static str);

/// Talks with one client until either closes, or breaks off after the greeting.
pub(super) async fn converse(inner: Arc<Inner>, mut socket: WebSocket, wire: Wire, is_greeted_only: bool) {
    let (orders, mut inbox) = mpsc::unbounded_channel();
    let id = inner.with(|world| {
        let id = world.next_serial();
        world.connections.insert(id, Connection { orders: orders.clone(), identified: false });
        id
    });
    let interval = inner.options.heartbeat;
    let hello = json!({"op": 10, "t": null, "s": null, "d": {"heartbeat_interval": interval.as_millis(), "_trace": ["stand-in"]}});
    let _ = orders.send(Order::Send(hello.to_string().into()));
    if is_greeted_only {
        let _ = orders.send(Order::Break);
    }
    let mut payloads = VecDeque::new();
    // Twice the interval passes without a heartbeat only where the client has stopped.
    let mut until = Instant::now() + interval * 2;
    let mut logged_off = false;
    loop {
        tokio::select! {
            order = inbox.recv() => match order {
                Some(Order::Send(text)) => {
                    if socket.send(Message::Text(text)).await.is_err() {
                        break;
                    }
                }
                Some(Order::Close(code, reason)) => {
                    inner.with(|world| world.closed_by_us.push(code));
                    let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
                    let _ = socket.send(Message::Close(Some(frame))).await;
                    // What the client still sends is read, or its system would throw the close frame away with the connection.
                    let _ = tokio::time::timeout(CLOSING, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
                    break;
                }
                Some(Order::Break) => {
                    wire.cut();
                    break;
                }
                None => break,
            },
            got = socket.recv() => match got {
                Some(Ok(Message::Text(text))) => {
                    let now = Instant::now();
                    let next = inner.guarded("a gateway payload", |world| read(world, id, text.as_str(), now, &mut payloads, &mut until));
                    if let Some(Next::Close(code, reason)) = next {
                        let _ = orders.send(Order::Close(code, reason));
                    }
                }
                Some(Ok(Message::Close(frame))) => {
                    // Without a code it counts as 1005, "no status".
                    let code = frame.map_or(1005, |frame| frame.code);
                    logged_off = matches!(code, 1000 | 1001);
                    inner.with(|world| world.closed_by_client.push(code));
                }
                Some(Ok(Message::Binary(_))) => {
                    let _ = orders.send(Order::Close(4002, "Error while decoding payload."));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Err(_)) | None => break,
            },
            () = tokio::time::sleep_until(until.into()) => {
                inner.with(|world| world.violate(format!("gateway: no heartbeat for {:?}", interval * 2)));
                let _ = orders.send(Order::Close(4009, "Session timed out."));
                until = Instant::now() + CLOSING * 2;
            }
        }
    }
    inner.with(|world| world.end_connection(id, logged_off));
}

/// Reads a payload of the client.
fn read(world: &mut World, id: u64, text: &str, now: Instant, payloads: &mut VecDeque<Instant>, until: &mut Instant) -> Next {
    if text.len() > PAYLOAD {
        world.violate(format!("gateway: a payload of {} bytes, {PAYLOAD} at most", text.len()));
        return Next::Close(4002, "Error while decoding payload.");
    }
    payloads.push_back(now);
    while payloads.front().is_some_and(|at| now.duration_since(*at) >= Duration::from_secs(60)) {
        payloads.pop_front();
    }
    if payloads.len() > PAYLOADS_A_MINUTE {
        world.violate(format!("gateway: more than {PAYLOADS_A_MINUTE} payloads in a minute"));
        return Next::Close(4008, "You are being rate limited.");
    }
    let Ok(payload) = serde_json::from_str::<Value>(text) else {
        world.violate("gateway: a payload that is no JSON");
        return Next::Close(4002, "Error while decoding payload.");
    };
    let done = match payload["op"].as_u64() {
        Some(1) => {
            world.counts.heartbeats += 1;
            *until = now + world.options.heartbeat * 2;
            if !world.withhold_acks {
                send(world, id, r#"{"op":11,"t":null,"s":null,"d":null}"#);
            }
            Ok(())
        }
        Some(2) => identify(world, id, &payload["d"], now),
        Some(6) => resume(world, id, &payload["d"]),
        // Presence, voice, members, sounds: nothing comes of them here.
        Some(3 | 4 | 8 | 31) if world.connections.get(&id).is_some_and(|connection| connection.identified) => Ok(()),
        Some(3 | 4 | 8 | 31) => Err((4003, "Not authenticated.")),
        _ => Err((4001, "Unknown opcode.")),
    };
    match done {
        Ok(()) => Next::Go,
        Err((code, reason)) => {
            world.violate(format!("gateway: closed with {code}: {reason} {}", shortened(text, world)));
            Next::Close(code, reason)
        }
    }
}

fn identify(world: &mut World, id: u64, data: &Value, now: Instant) -> Result<(), Refusal> {
    if world.connections.get(&id).is_some_and(|connection| connection.identified) {
        return Err((4005, "Already authenticated."));
    }
    let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok());
    let (shard, shards) = match &data["shard"] {
        Value::Null => (0, 1),
        pair => number(&pair[0]).zip(number(&pair[1])).ok_or((4010, "Invalid shard."))?,
    };
    let intents = data["intents"].as_u64().ok_or((4013, "Invalid intent(s)."))?;
    let token = data["token"].as_str().unwrap_or_default().trim_start_matches("Bot ").to_owned();
    let identify = Identify { token, intents, shard, shards, at: now };
    let crowded = world.options.identifies_spaced && world.is_crowded(shard, now);
    world.identifies.push(identify.clone());
    if let Some(code) = world.refuse_with {
        return Err((code, "Asked for by a test."));
    }
    if identify.token != world.options.token {
        return Err((4004, "Authentication failed."));
    }
    if shard >= shards {
        return Err((4010, "Invalid shard."));
    }
    if intents & !intent::KNOWN != 0 {
        return Err((4013, "Invalid intent(s)."));
    }
    let every = super::privileged::GUILD_MEMBERS | super::privileged::GUILD_PRESENCES | super::privileged::MESSAGE_CONTENT;
    if intents & every & !world.options.privileged != 0 {
        return Err((4014, "Disallowed intent(s)."));
    }
    for property in ["os", "browser", "device"] {
        if !data["properties"][property].is_string() {
            world.violate(format!("gateway: IDENTIFY without properties.{property}"));
        }
    }
    if crowded {
        world.violate(format!("gateway: shard {shard} identified within 5 s of another"));
        send(world, id, r#"{"op":9,"t":null,"s":null,"d":false}"#);
        return Ok(());
    }
    if let Some(connection) = world.connections.get_mut(&id) {
        connection.identified = true;
    }
    world.begin_session(&identify, id);
    Ok(())
}

fn resume(world: &mut World, id: u64, data: &Value) -> Result<(), Refusal> {
    if data["token"].as_str().unwrap_or_default().trim_start_matches("Bot ") != world.options.token {
        return Err((4004, "Authentication failed."));
    }
    let session = data["session_id"].as_str().unwrap_or_default();
    if world.resume_session(session, data["seq"].as_u64().unwrap_or_default(), id) {
        if let Some(connection) = world.connections.get_mut(&id) {
            connection.identified = true;
        }
    } else {
        send(world, id, r#"{"op":9,"t":null,"s":null,"d":false}"#);
    }
    Ok(())
}

fn send(world: &World, id: u64, text: &'static str) {
    if let Some(connection) = world.connections.get(&id) {
        let _ = connection.orders.send(Order::Send(Utf8Bytes::from_static(text)));
    }
}

/// A payload as a violation may show it: not whole, and not with the token.
fn shortened(text: &str, world: &World) -> String {
    text.replace(&world.options.token, "TOKEN").chars().take(200).collect()
}
