//! The gateway: sessions, shards, and clients without manners.

use std::time::Duration;

use serde_json::{Value, json};
use serenity::all::{ActivityData, Event, GatewayIntents};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::stand_in::{Discord, Options, privileged};
use crate::{Bot, INTENTS, started};

/// A WebSocket without a client's manners, for what serenity would never send.
struct Rude(TcpStream);

impl Rude {
    async fn connect(discord: &Discord) -> Self {
        let address = discord.url().trim_start_matches("http://").to_owned();
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let ask = format!(
            "GET /gateway/?v=10&encoding=json HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let mut rude = Self(stream);
        assert_eq!(rude.hears().await["op"], 10);
        rude
    }

    async fn says(&mut self, payload: &Value) {
        let text = payload.to_string();
        let length = u16::try_from(text.len()).unwrap();
        // A text frame with a mask of zeros, its length in two bytes.
        let mut frame = vec![0x81, 0x80 | 0x7e];
        frame.extend(length.to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        self.0.write_all(&frame).await.unwrap();
    }

    /// The next payload, or `{"closed": code}`.
    async fn hears(&mut self) -> Value {
        let kind = self.0.read_u8().await.unwrap();
        let length = match self.0.read_u8().await.unwrap() {
            126 => usize::from(self.0.read_u16().await.unwrap()),
            127 => usize::try_from(self.0.read_u64().await.unwrap()).unwrap(),
            short => usize::from(short),
        };
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).await.unwrap();
        if kind == 0x88 { json!({"closed": u16::from_be_bytes([bytes[0], bytes[1]])}) } else { serde_json::from_slice(&bytes).unwrap() }
    }
}

fn identify(token: &str, intents: u64, shard: [u32; 2]) -> Value {
    let properties = json!({"os": "linux", "browser": "x", "device": "x"});
    json!({"op": 2, "d": {"token": token, "intents": intents, "shard": shard, "properties": properties}})
}

#[tokio::test]
async fn the_gateway_minds_its_rules() {
    let discord = Discord::start(Options { identifies_spaced: true, ..Options::default() }).await;
    let good = identify(&discord.token(), 1, [0, 1]);
    let presence = json!({"op": 3, "d": {"status": "x"}});
    let resume = json!({"op": 6, "d": {"token": discord.token(), "session_id": "?", "seq": 5}});
    let cases: &[(&str, Vec<Value>, Value)] = &[
        ("a wrong token", vec![identify("wrong", 1, [0, 1])], json!({"closed": 4004})),
        ("intents it has not", vec![identify(&discord.token(), privileged::MESSAGE_CONTENT, [0, 1])], json!({"closed": 4014})),
        ("a shard beyond", vec![identify(&discord.token(), 1, [1, 1])], json!({"closed": 4010})),
        ("unknown intents", vec![identify(&discord.token(), 1 << 40, [0, 1])], json!({"closed": 4013})),
        ("a payload before it is known", vec![presence.clone()], json!({"closed": 4003})),
        ("an unknown opcode", vec![json!({"op": 77})], json!({"closed": 4001})),
        ("a long payload", vec![json!({"op": 1, "d": "x".repeat(5000)})], json!({"closed": 4002})),
        ("too many payloads", vec![json!({"op": 1, "d": null}); 121], json!({"closed": 4008})),
        ("a forgotten session", vec![resume], json!({"op": 9, "d": false})),
    ];
    for (what, payloads, then) in cases {
        let mut rude = Rude::connect(&discord).await;
        for payload in payloads {
            rude.says(payload).await;
        }
        let mut heard = rude.hears().await;
        while heard["op"] == 11 {
            heard = rude.hears().await;
        }
        for (field, value) in then.as_object().unwrap() {
            assert_eq!(&heard[field], value, "{what}: {heard}");
        }
        let found = discord.take_violations();
        assert_eq!(found.len(), usize::from(*what != "a forgotten session"), "{what}: {found:?}");
        assert!(found.iter().all(|text| !text.contains(&discord.token())));
    }
    // Six seconds from now a shard could identify; three did less than five seconds before.
    let mut rude = Rude::connect(&discord).await;
    rude.says(&good).await;
    assert_eq!(rude.hears().await["op"], 9);
    assert!(discord.take_violations()[0].contains("within 5 s"));

    let relaxed = Discord::start(Options::default()).await;
    let mut rude = Rude::connect(&relaxed).await;
    let good = identify(&relaxed.token(), 1, [0, 1]);
    rude.says(&good).await;
    assert_eq!((rude.hears().await["t"].clone(), rude.hears().await["t"].clone()), (json!("READY"), json!("GUILD_CREATE")));
    rude.says(&good).await;
    assert_eq!(rude.hears().await["closed"], 4005);
    assert_eq!((relaxed.take_violations().len(), relaxed.refused_with()), (1, vec![4005]));
    assert_eq!((relaxed.identifies().len(), relaxed.counts().identifies), (1, 1));
}

#[tokio::test]
async fn a_resume_tells_what_was_missed() {
    let (discord, bot) = started(Options { heartbeat: Duration::from_millis(300), ..Options::default() }).await;
    let (anna, place) = (discord.user("anna"), discord.guild().general());
    bot.message(discord.mention(&anna, &place, "zero").await.id).await;
    let missed = |text: &'static str| {
        let said = discord.mention(&anna, &place, text);
        async { bot.message(said.await.id).await.content }
    };
    // However the connection ends: without a word, with a code, because it was asked to, because the session was called in question.
    discord.drop_connections();
    assert!(missed("one").await.ends_with("one"));
    discord.close_connections(4000);
    assert!(missed("two").await.ends_with("two"));
    discord.ask_to_reconnect();
    assert!(missed("three").await.ends_with("three"));
    discord.invalidate_sessions(true);
    assert!(missed("four").await.ends_with("four"));
    for _ in 0..4 {
        bot.hears("RESUMED", |event| matches!(event, Event::Resumed(_)).then_some(())).await;
    }
    assert_eq!((discord.identifies().len(), discord.counts().resumes, discord.refused_with()), (1, 4, vec![4000]));
    discord.counted(|counts| counts.heartbeats > 0).await;
    discord.assert_clean();
    let context = bot.context.lock().unwrap().clone().unwrap();
    context.set_activity(Some(ActivityData::custom("x".repeat(5000))));
    assert!(discord.violation().await.contains("bytes, 4096 at most"));
    bot.understood_all();
}

/// What takes five seconds each, because serenity waits so long between two sessions, at the same time.
// Several threads: where a resume finds no gateway, serenity 0.12 spins on its dead connection, without giving way, until it is time
// for a heartbeat.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn new_sessions() {
    let patience = Duration::from_secs(12);
    let again = async |discord: &Discord, bot: &Bot| {
        let identified = discord.counts().identifies;
        discord.counted(|counts| counts.identifies > identified).await;
        let asked = discord.mention(&discord.user("anna"), &discord.guild().general(), "are you back?").await;
        bot.message(asked.id).await;
        assert_eq!(discord.counts().resumes, 0);
    };
    let two_shards = async {
        let (discord, bot) = started(Options { guilds: 3, shards: 2, patience, identifies_spaced: true, ..Options::default() }).await;
        discord.connected(0).await;
        let early = discord.say(&discord.user("anna"), &discord.guild_at(2).general(), "for shard 0").await;
        bot.message(early.id).await;
        discord.connected(1).await;
        let late = discord.say(&discord.user("anna"), &discord.guild_at(1).general(), "for shard 1").await;
        bot.message(late.id).await;
        let mut shards: Vec<_> = discord.identifies().iter().map(|identify| (identify.shard, identify.shards)).collect();
        // On a busy machine the second may come a moment too soon by the stand-in's clock: it is refused, and comes again.
        shards.dedup();
        assert_eq!(shards, [(0, 2), (1, 2)]);
        discord.assert_clean();
    };
    let invalidated = async {
        let (discord, bot) = started(Options { patience, ..Options::default() }).await;
        discord.connected(0).await;
        discord.invalidate_sessions(false);
        again(&discord, &bot).await;
        discord.assert_clean();
    };
    let forgotten = async {
        let (discord, bot) = started(Options { patience, ..Options::default() }).await;
        discord.connected(0).await;
        bot.hears("READY", |event| matches!(event, Event::Ready(_)).then_some(())).await;
        discord.forget_sessions();
        discord.drop_connections();
        again(&discord, &bot).await;
        discord.assert_clean();
    };
    let unacknowledged = async {
        let (discord, bot) = started(Options { patience, heartbeat: Duration::from_millis(400), ..Options::default() }).await;
        discord.connected(0).await;
        discord.withhold_acks(true);
        again(&discord, &bot).await;
        discord.withhold_acks(false);
    };
    let refused = async {
        let (discord, bot) = started(Options { patience, heartbeat: Duration::from_secs(1), ..Options::default() }).await;
        discord.connected(0).await;
        discord.refuse_connections(Duration::from_secs(2));
        discord.drop_connections();
        again(&discord, &bot).await;
        discord.assert_clean();
    };
    tokio::join!(two_shards, invalidated, forgotten, unacknowledged, refused);
}

#[tokio::test]
async fn a_client_that_is_refused_stops_and_one_that_leaves_logs_off() {
    let discord = Discord::start(Options::default()).await;
    let bot = Bot::start(&discord, INTENTS.union(GatewayIntents::MESSAGE_CONTENT), 1).await;
    assert!(discord.violation().await.contains("closed with 4014"));
    let ended = tokio::time::timeout(Duration::from_secs(5), bot.running).await;
    assert!(ended.unwrap().unwrap().is_err());

    let discord = Discord::start(Options::default()).await;
    let bot = Bot::start(&discord, INTENTS, 1).await;
    discord.connected(0).await;
    bot.hears("READY", |event| matches!(event, Event::Ready(_)).then_some(())).await;
    bot.context.lock().unwrap().clone().unwrap().shard.shutdown_clean();
    discord.disconnected().await;
    assert_eq!(discord.close_codes(), [1000]);
    discord.assert_clean();
}
