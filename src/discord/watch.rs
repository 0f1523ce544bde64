//! Looks after a bot that runs, each second: how its connections stand, how much waits, whether the gateway still lives.

use std::time::Duration;

use serenity::all::{ShardId, ShardManager};
use serenity::gateway::ConnectionStage;
use tracing::{info, warn};

use super::bot::Bot;
use super::doctor::CLOCK_OFF;
use crate::operations::{Queue, Shard, Silent};

/// How often.
const EVERY: Duration = Duration::from_secs(1);
/// Looks in the time that the gateway may be silent, at least.
const LOOKS: u32 = 4;

/// Done when the gateway has been silent for too long.
pub(super) async fn watch(bot: &Bot, manager: &ShardManager) -> Silent {
    let at_most = bot.settings.silence;
    let mut seen: Vec<Option<(Shard, Option<Duration>)>> = vec![None; bot.shards.count() as usize];
    let mut latencies: Vec<Option<Duration>> = Vec::new();
    let mut is_clock_off = false;
    loop {
        tokio::time::sleep(EVERY.min(at_most / LOOKS)).await;
        // Not waited for: who is to have it next may be kept from taking it.
        if let Ok(runners) = manager.runners.try_lock() {
            let stand = |shard| runners.get(&ShardId(shard)).map(|runner| (stands(runner.stage), runner.latency));
            seen = bot.shards.each().map(stand).collect();
        }
        let now: Vec<_> = seen.iter().map(|seen| seen.and_then(|(_, latency)| latency)).collect();
        // Each acknowledgement of a heartbeat is measured anew, to the nanosecond.
        let is_acknowledged = |(at, latency): (usize, &Option<Duration>)| latency.is_some() && latencies.get(at) != Some(latency);
        if now.iter().enumerate().any(is_acknowledged) {
            bot.vitals.pulse.beat();
        }
        latencies = now;
        let stand: Vec<Shard> = seen.iter().map(|seen| seen.map_or(Shard::Down, |(stands, _)| stands)).collect();
        tell(bot, &stand);
        bot.vitals.pulse.set_shards(stand);
        is_clock_off = look_at_clock(bot, is_clock_off);
        if let Some(silent) = bot.vitals.pulse.silent(at_most) {
            return silent;
        }
    }
}

fn stands(stage: ConnectionStage) -> Shard {
    match stage {
        ConnectionStage::Connected => Shard::Connected,
        ConnectionStage::Connecting | ConnectionStage::Handshake | ConnectionStage::Identifying | ConnectionStage::Resuming => {
            Shard::Connecting
        }
        _ => Shard::Down,
    }
}

fn tell(bot: &Bot, shards: &[Shard]) {
    let metrics = &bot.vitals.metrics;
    metrics.gateway(shards, bot.vitals.pulse.silent_for());
    metrics.in_hand(bot.in_hand.len());
    bot.outbox.tell();
    let (drawing, room) = bot.pictures.drawing();
    metrics.queued(Queue::Pictures, drawing, room);
}

/// Says once when this machine's clock and Discord's part, and once when they agree again; whether they differ.
fn look_at_clock(bot: &Bot, was_off: bool) -> bool {
    let Some(ahead) = bot.rest.clock_ahead() else { return was_off };
    bot.vitals.metrics.clock_ahead(ahead);
    let is_off = ahead.abs() > CLOCK_OFF;
    if is_off && !was_off {
        let side = if ahead > 0 { "behind" } else { "ahead of" };
        warn!("this machine's clock is {} s {side} Discord's; set it, or changes of facts bear the wrong time", ahead.abs());
    } else if was_off && !is_off {
        info!("this machine's clock agrees with Discord's again");
    }
    is_off
}
