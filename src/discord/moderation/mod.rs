//! What moderators do, and what everybody may suggest to them.
//!
//! Every step checks again who may take it: rights come with each interaction, and a [`Moderator`] or [`Manager`] can be had from such a
//! check only. Drafts, suggestions and questions are looked up in the server where the button was pressed: what belongs to another is not
//! found.

mod asked;
mod drafts;
mod facts;
mod outbox;
mod review;
mod server;
mod wording;

use std::num::NonZeroU64;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serenity::all::{ChannelId, Message, MessageFlags, ModalInteraction, Permissions, UserId};
use tracing::{info, warn};

use super::bot::Bot;
use super::form::FormId;
use super::interactions::{Rights, Scene};
use super::reply::Reply;
use super::send::First;
use crate::curation::review::Settings;
use crate::curation::{Author, Scope, ServerId, Stamp};
use crate::operations::{Fault, Reference};
use crate::store::StoreError;

pub(super) use facts::{Among, Choice};
pub(super) use outbox::{Inbox, Outbox};
pub(super) use server::{Change as SettingsChange, Clear};

/// How long what must come before a form may take: a form is the first response, which Discord awaits for three seconds.
const BEFORE_A_FORM: Duration = Duration::from_secs(2);

/// A person who may keep this server's facts, as was just checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moderator {
    person: NonZeroU64,
    server: ServerId,
}

/// A person who may change this server's settings, as was just checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manager {
    person: NonZeroU64,
    server: ServerId,
}

/// A person in a server, who may do what everybody may.
#[derive(Debug, Clone, Copy)]
pub(super) struct Somebody {
    person: NonZeroU64,
    server: ServerId,
}

/// What came of telling somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Telling {
    /// They were told, or cannot be.
    Over,
    /// Discord was away.
    Later,
}

impl Moderator {
    fn scope(self) -> Scope {
        Scope::Server(self.server)
    }

    fn stamp(self, scene: &Scene, reason: &str) -> Stamp {
        Stamp { author: Author::Person(self.person), at: now(), reason: reason.trim().to_owned(), cause: Some(scene.caller.id.get()) }
    }
}

impl From<Moderator> for Somebody {
    fn from(moderator: Moderator) -> Self {
        Self { person: moderator.person, server: moderator.server }
    }
}

impl Bot {
    /// A server's settings.
    pub(super) fn settings_of(&self, server: ServerId) -> Settings {
        self.of_servers.load().get(&server).cloned().unwrap_or_default()
    }

    /// Whether somebody may keep the facts of the server where they act: by Manage Messages, or by a role that the settings name.
    pub(super) fn moderator(&self, scene: &Scene) -> Result<Moderator, Reply> {
        let Somebody { person, server } = somebody(scene)?;
        if is_moderator(&scene.rights, &self.settings_of(server)) {
            return Ok(Moderator { person, server });
        }
        info!("somebody who is no moderator was refused");
        Err(Reply::note(
            "Only moderators of this server can do that: those with Manage Messages, and those with a role that `/settings` names.",
        ))
    }

    fn manager(scene: &Scene) -> Result<Manager, Reply> {
        let Somebody { person, server } = somebody(scene)?;
        if scene.rights.permissions.intersects(Permissions::MANAGE_GUILD | Permissions::ADMINISTRATOR) {
            return Ok(Manager { person, server });
        }
        Err(Reply::note("Only those who manage this server can do that: it needs Manage Server."))
    }

    /// A form was sent.
    pub(super) async fn on_form(&self, interaction: &ModalInteraction) {
        let scene = Scene::of_form(interaction);
        if !self.ledger().first_time(interaction.id.get()) {
            return;
        }
        // A form that was opened by a button of a private message changes that message; what others see too stays as it is.
        let private = |message: &Message| message.flags.is_some_and(|flags| flags.contains(MessageFlags::EPHEMERAL));
        let first = if interaction.message.as_deref().is_some_and(private) { First::Update } else { First::Message };
        match FormId::read(&interaction.data.custom_id) {
            Some(FormId::Draft(draft)) => self.on_fact_typed(&scene, first, draft, drafts::typed(interaction)).await,
            Some(FormId::Reject(suggestion)) => self.on_rejected(&scene, suggestion, &drafts::reason(interaction)).await,
            None => self.respond(&scene, First::Message, &Reply::note("This form is from another version of me. Begin again.")).await,
        }
    }

    /// Leaves a line in the server's log channel, if it has one.
    fn audit(&self, server: ServerId, about: &str, line: &str) {
        let Some(channel) = self.settings_of(server).log_channel else { return };
        self.say_later(ChannelId::from(channel), about, Reply::new(line), "leave a line in the log channel");
    }

    /// Says something in a channel that nobody waits for.
    fn say_later(&self, channel: ChannelId, about: &str, reply: Reply, what: &'static str) {
        let Some(bot) = self.myself.upgrade() else { return };
        let about = about.to_owned();
        self.in_hand.spawn(async move {
            if let Err(failure) = bot.rest.say(channel, &about, &reply).await {
                warn!(%channel, "cannot {what}: {failure}; give the bot View Channel, Send Messages and Embed Links there");
            }
        });
    }

    /// Tells a person something directly, if they let the bot.
    async fn tell(&self, person: NonZeroU64, about: &str, reply: &Reply) -> Telling {
        let told = match self.rest.direct(UserId::from(person)).await {
            Ok(channel) => self.rest.say(channel, about, reply).await.map(drop),
            Err(failure) => Err(failure),
        };
        match told {
            Ok(()) => {}
            Err(failure) if failure.is_forbidden() => info!("somebody takes no direct messages, and was not told the outcome"),
            Err(failure) if failure.is_final() => warn!("somebody was not told the outcome: {failure}"),
            Err(failure) => {
                warn!("somebody was not told the outcome: {failure}; it is tried again");
                return Telling::Later;
            }
        }
        Telling::Over
    }

    /// What somebody reads when the store failed; the log has the whole of it.
    fn not_saved(&self, error: &StoreError) -> Reply {
        let reference = Reference::new();
        self.vitals.metrics.store_failed(Fault::of(error));
        warn!(%reference, "the store: {error}");
        let why = match error {
            StoreError::Full { .. } => "its disk is full",
            StoreError::ReadOnly { .. } => "it can only be read now",
            StoreError::Locked { .. } => "it is busy",
            StoreError::Unreachable { .. } => "it cannot be reached",
            _ => "it does not answer as it should",
        };
        Reply::note(&format!(
            "My store does not do that now: {why}. Nothing was changed, and nothing is lost; try again. If it stays so, tell whoever runs me (reference {reference})."
        ))
    }

    /// What somebody reads when the store took too long for what they began.
    fn too_slow(&self) -> Reply {
        let reference = Reference::new();
        self.vitals.metrics.store_failed(Fault::Slow);
        warn!(%reference, "the store: no answer within {} s, nothing was begun; see how busy its disk is", BEFORE_A_FORM.as_secs());
        wording::too_slow(reference)
    }
}

/// Whether a person with these rights is a moderator.
fn is_moderator(rights: &Rights, settings: &Settings) -> bool {
    rights.permissions.intersects(Permissions::MANAGE_MESSAGES | Permissions::ADMINISTRATOR)
        || rights.roles.iter().any(|role| settings.moderator_roles.iter().any(|named| named.get() == role.get()))
}

/// Who acts, and in which server.
fn somebody(scene: &Scene) -> Result<Somebody, Reply> {
    let person = NonZeroU64::new(scene.person.get());
    let server = scene.guild.and_then(|guild| NonZeroU64::new(guild.get())).map(ServerId);
    match (person, server) {
        (Some(person), Some(server)) => Ok(Somebody { person, server }),
        _ => Err(Reply::note("That can be done in a server only: each has facts of its own.")),
    }
}

/// Until when what comes before a form must be done.
fn before_a_form(scene: &Scene) -> tokio::time::Instant {
    scene.caller.since + BEFORE_A_FORM
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
