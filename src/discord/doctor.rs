//! Whether the bot could run, asked of Discord itself: a line for each thing, with the mend.

use std::sync::Arc;
use std::time::Duration;

use serenity::all::Permissions;
use tokio::time::Instant;

use super::gate::{DIRECTLY, greet};
use super::register::{Step, steps};
use super::rest::{Api, Failure, Rest};
use super::secret::Token;
use super::serve::wanted_commands;
use crate::config;

/// How long each question to Discord may take.
const WITHIN: Duration = Duration::from_secs(10);
/// Seconds that the clock may be off; beyond, edits and deadlines are judged wrongly.
pub(super) const CLOCK_OFF: i64 = 5;
/// What the bot must be allowed, and its name in Discord's settings.
pub const NEEDED: [(Permissions, &str); 5] = [
    (Permissions::VIEW_CHANNEL, "View Channels"),
    (Permissions::SEND_MESSAGES, "Send Messages"),
    (Permissions::SEND_MESSAGES_IN_THREADS, "Send Messages in Threads"),
    (Permissions::EMBED_LINKS, "Embed Links"),
    (Permissions::READ_MESSAGE_HISTORY, "Read Message History"),
];

/// How a thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// As it should be.
    Good,
    /// It works, but somebody should look.
    Doubtful,
    /// The bot does not work like this.
    Bad,
}

impl Health {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Doubtful => "look",
            Self::Bad => "bad",
        }
    }
}

/// What was found about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The thing.
    pub about: &'static str,
    /// How it stands.
    pub health: Health,
    /// What was seen, and the mend.
    pub said: String,
}

impl Finding {
    /// A thing that is as it should be.
    pub fn good(about: &'static str, said: impl Into<String>) -> Self {
        Self { about, health: Health::Good, said: said.into() }
    }

    /// A thing to look at.
    pub fn doubtful(about: &'static str, said: impl Into<String>) -> Self {
        Self { about, health: Health::Doubtful, said: said.into() }
    }

    /// A thing that must be mended.
    pub fn bad(about: &'static str, said: impl Into<String>) -> Self {
        Self { about, health: Health::Bad, said: said.into() }
    }
}

/// The address that invites the bot, with the permissions it needs.
pub fn invite(application: u64) -> String {
    let permissions = NEEDED.iter().fold(Permissions::empty(), |all, (one, _)| all | *one);
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&scope=bot+applications.commands&permissions={}",
        permissions.bits()
    )
}

/// Asks Discord about everything the bot needs.
pub async fn examine(token: &Token, api: &Api, settings: &config::Discord) -> Vec<Finding> {
    let mut found = Vec::new();
    let rest = match Rest::new(token, api, Arc::default()) {
        Ok(rest) => rest,
        Err(sentence) => {
            found.push(Finding::bad("connection", sentence));
            return found;
        }
    };
    let by = || Instant::now() + WITHIN;
    let (_, application, name) = match rest.me(by()).await {
        Ok(me) => me,
        Err(failure) => {
            found.push(not_signed_in(&failure, &api.shown()));
            return found;
        }
    };
    found.push(Finding::good("token", format!("signs in as {name}, application {application}")));
    found.push(match rest.has_message_content(by()).await {
        Err(failure) => Finding::bad("intents", failure.to_string()),
        Ok(_) if !settings.message_content => Finding::good("intents", "none is privileged"),
        Ok(true) => Finding::good("intents", "message content is granted"),
        Ok(false) => Finding::bad(
            "intents",
            "message content is not granted; switch it on in the developer portal (Bot, Privileged Gateway Intents), or set message_content = false",
        ),
    });
    found.push(match rest.gateway(by()).await {
        Err(failure) => Finding::bad("gateway", failure.to_string()),
        Ok(gateway) if gateway.remaining < u64::from(settings.shards.of(gateway.shards).count()) => {
            Finding::bad("gateway", format!("no sign-ins left; more in {} minutes", gateway.reset_after.as_secs().div_ceil(60)))
        }
        Ok(gateway) => match greet(&gateway.url).await {
            Ok(()) => Finding::good(
                "gateway",
                format!("{} greets, {} recommended, {} sign-ins left", gateway.url, shards(gateway.shards), gateway.remaining),
            ),
            Err(cause) => Finding::bad("gateway", format!("cannot open {}: {cause}; {DIRECTLY}", gateway.url)),
        },
    });
    found.push(match rest.commands(application).await {
        Err(failure) => Finding::bad("commands", failure.to_string()),
        Ok(there) => {
            let due = steps(&wanted_commands(), &there).into_iter().filter(|step| *step != Step::Keep).count();
            if due == 0 {
                Finding::good("commands", format!("{} registered", there.len()))
            } else {
                Finding::doubtful("commands", format!("{due} differ from what is registered; `sanad run` mends that when it starts"))
            }
        }
    });
    found.extend(servers(&rest, by(), application.get()).await);
    found.push(match rest.clock_ahead() {
        None => Finding::doubtful("clock", "Discord did not say what time it is"),
        Some(ahead) if ahead.abs() <= CLOCK_OFF => Finding::good("clock", "agrees with Discord's"),
        Some(ahead) => Finding::bad(
            "clock",
            format!("this machine's clock is {} s {} Discord's; set it", ahead.abs(), if ahead > 0 { "behind" } else { "ahead of" }),
        ),
    });
    found
}

fn shards(count: u32) -> String {
    if count == 1 { "1 shard".to_owned() } else { format!("{count} shards") }
}

fn not_signed_in(failure: &Failure, address: &str) -> Finding {
    if failure.is_bad_token() {
        Finding::bad("token", "Discord refuses it; copy it anew from the application's Bot page in the developer portal into DISCORD_TOKEN")
    } else {
        Finding::bad("connection", format!("cannot reach {address}: {failure}; check the network, DISCORD_API_URL and HTTPS_PROXY"))
    }
}

/// What the bot may not do, by server. A channel may still forbid more.
async fn servers(rest: &Rest, by: Instant, application: u64) -> Vec<Finding> {
    let servers = match rest.servers(by).await {
        Ok(servers) => servers,
        Err(failure) => return vec![Finding::bad("servers", failure.to_string())],
    };
    if servers.is_empty() {
        return vec![Finding::doubtful("servers", format!("the bot is in none; invite it: {}", invite(application)))];
    }
    let lacking: Vec<Finding> = servers
        .iter()
        .filter_map(|(name, bits)| {
            let granted = Permissions::from_bits_truncate(*bits);
            let missing: Vec<&str> = NEEDED
                .iter()
                .filter(|(one, _)| !granted.contains(*one) && !granted.contains(Permissions::ADMINISTRATOR))
                .map(|(_, name)| *name)
                .collect();
            (!missing.is_empty())
                .then(|| Finding::bad("permissions", format!("in {name} the bot lacks {}; give them to its role", missing.join(", "))))
        })
        .collect();
    let mut found = vec![Finding::good("servers", servers.len().to_string())];
    found.extend(lacking);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_invites_with_what_is_needed() {
        let address = invite(7).replace("client_id=7", "client_id=APPLICATION_ID");
        assert!(include_str!("../../README.md").contains(&address), "{address}");
        for (_, name) in NEEDED {
            assert!(include_str!("../../README.md").contains(name), "{name}");
        }
    }
}
