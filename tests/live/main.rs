//! The bot as people meet it, end to end: the real client against a stand-in for Discord that holds every request against Discord's own
//! rules. What is promised:
//!
//! 1. Each way of asking is answered, once, by one message, and nothing else is (`asking`).
//! 2. Buttons do what they say, for those who may, also after a restart; edits and deletions are followed (`buttons`, `following`).
//! 3. The bot is no nuisance: limits, no repetition, no pings, no echo that does anything (`manners`).
//! 4. What fails at Discord's side is tried again as told, and is never seen twice (`faults`).
//! 5. Moderators keep the facts of their own server, in its own forms and queue, and nobody else does (`moderation`, `review`).
//! 6. It starts, says what keeps it from starting, survives its connections, and stops cleanly (`life`, `process`, `starting`, `proxied`),
//!    also where the gateway lets nobody in for a while (`refused`).
//! 7. Who runs it sees how it stands: a port for health and metrics, a watchdog, a log without secrets, the doctor (`operations`, `log`,
//!    `watchdog`, `doctor`), also where the machine gives out (`exhausted`).
//! 8. Timelines are shown in pages that turn after a restart too, with a picture; names and sources by any spelling (`timelines`).
//! 9. Several processes split the shards and share one store (`sharing`).
//! 10. Where the database is gone for a while, all that needs it not goes on, and all is as before when it is back (`outage`).
//! 11. Facts that change under it, on disk or in the store, are seen; broken ones are not taken (`keeping`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::string_slice, reason = "a test that cannot go on fails")]

mod asking;
mod bot;
mod buttons;
mod doctor;
mod exhausted;
mod faults;
mod following;
mod keeping;
mod life;
mod log;
mod manners;
mod moderation;
mod operations;
mod operator;
mod outage;
mod process;
mod proxied;
mod refused;
#[path = "../relay/mod.rs"]
mod relay;
mod review;
mod sharing;
#[path = "../stand_in/mod.rs"]
mod stand_in;
mod starting;
mod timelines;
mod watchdog;
