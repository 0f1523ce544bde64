//! `/settings`, `/explain` and `/privacy`.

use std::num::NonZeroU64;

use serenity::all::{ChannelId, RoleId};
use url::Url;

use super::super::bot::{Bot, scope};
use super::super::interactions::Scene;
use super::super::press::Person;
use super::super::reply::Reply;
use super::super::send::First;
use super::review::Turn;
use super::{Manager, now, wording};
use crate::answer::explain::explain;
use crate::curation::ServerId;
use crate::curation::review::Settings;

/// Roles, channels, hosts and topics of one server at most, each.
const LISTED_AT_MOST: usize = 25;

/// A setting that goes back to what it is without being set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, poise::ChoiceParameter)]
pub(in super::super) enum Clear {
    /// No roles.
    #[name = "moderator roles"]
    ModeratorRoles,
    /// No review channel.
    #[name = "review channel"]
    ReviewChannel,
    /// No log channel.
    #[name = "log channel"]
    LogChannel,
    /// No asking channels.
    #[name = "asking channels"]
    AskingChannels,
    /// Any host.
    #[name = "sources from"]
    Hosts,
    /// No topics.
    #[name = "two must agree on"]
    FourEyes,
}

/// What is to be set.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Change {
    /// One more role of moderators.
    pub(in super::super) moderator_role: Option<RoleId>,
    /// Where suggestions are posted.
    pub(in super::super) review_channel: Option<ChannelId>,
    /// Where each change leaves a line.
    pub(in super::super) log_channel: Option<ChannelId>,
    /// One more channel where every question is tried.
    pub(in super::super) asking_channel: Option<ChannelId>,
    /// Hosts, with commas between them.
    pub(in super::super) hosts: Option<String>,
    /// Topics, with commas between them.
    pub(in super::super) four_eyes: Option<String>,
    /// A setting to be cleared.
    pub(in super::super) clear: Option<Clear>,
}

impl Change {
    /// The settings with this change.
    fn made(self, before: &Settings, sees_messages: bool) -> Result<Settings, String> {
        let mut settings = before.clone();
        if let Some(role) = self.moderator_role.and_then(|role| NonZeroU64::new(role.get())) {
            add(&mut settings.moderator_roles, role, "roles")?;
        }
        if let Some(channel) = self.review_channel {
            settings.review_channel = NonZeroU64::new(channel.get());
        }
        if let Some(channel) = self.log_channel {
            settings.log_channel = NonZeroU64::new(channel.get());
        }
        if let Some(channel) = self.asking_channel.and_then(|channel| NonZeroU64::new(channel.get())) {
            if !sees_messages {
                return Err(
                    "asking channels need Discord's message-content intent, and whoever runs me has it off; they can switch it on \
                            with `message_content = true` in config.toml"
                        .to_owned(),
                );
            }
            add(&mut settings.asking_channels, channel, "asking channels")?;
        }
        if let Some(hosts) = self.hosts {
            settings.hosts = hosts.split([',', ' ']).map(str::trim).filter(|host| !host.is_empty()).map(host).collect::<Result<_, _>>()?;
        }
        if let Some(topics) = self.four_eyes {
            settings.four_eyes = topics.split(',').map(str::trim).filter(|topic| !topic.is_empty()).map(str::to_owned).collect();
        }
        match self.clear {
            Some(Clear::ModeratorRoles) => settings.moderator_roles.clear(),
            Some(Clear::ReviewChannel) => settings.review_channel = None,
            Some(Clear::LogChannel) => settings.log_channel = None,
            Some(Clear::AskingChannels) => settings.asking_channels.clear(),
            Some(Clear::Hosts) => settings.hosts.clear(),
            Some(Clear::FourEyes) => settings.four_eyes.clear(),
            None => {}
        }
        if settings.hosts.len() > LISTED_AT_MOST || settings.four_eyes.len() > LISTED_AT_MOST {
            return Err(format!("{LISTED_AT_MOST} hosts or topics are the most that can be named"));
        }
        Ok(settings)
    }
}

fn add(list: &mut Vec<NonZeroU64>, id: NonZeroU64, what: &str) -> Result<(), String> {
    if list.contains(&id) {
        return Ok(());
    }
    if list.len() >= LISTED_AT_MOST {
        return Err(format!("{LISTED_AT_MOST} {what} are the most there can be; clear them first"));
    }
    list.push(id);
    Ok(())
}

/// A host as it stands in addresses.
fn host(typed: &str) -> Result<String, String> {
    let bare = typed.split_once("://").map_or(typed, |(_, rest)| rest).trim_end_matches('/');
    let url = Url::parse(&format!("https://{bare}")).ok().filter(|url| url.path() == "/" && url.port().is_none());
    let host = url.as_ref().and_then(Url::host_str).map(|host| host.strip_prefix("www.").unwrap_or(host).to_owned());
    host.ok_or_else(|| format!("\"{typed}\" is no host; write one like dawn.com"))
}

impl Bot {
    /// `/settings show`.
    pub(in super::super) async fn settings_show(&self, scene: &Scene) {
        let reply = match Self::manager(scene) {
            Ok(manager) => wording::settings(&self.settings_of(manager.server)),
            Err(reply) => reply,
        };
        self.respond(scene, First::Message, &reply).await;
    }

    /// `/settings set`.
    pub(in super::super) async fn settings_set(&self, scene: &Scene, change: Change) {
        self.reply_in_time(scene, First::Message, async { self.set(scene, change).await.unwrap_or_else(|reply| reply) }).await;
    }

    async fn set(&self, scene: &Scene, change: Change) -> Result<Reply, Reply> {
        let Manager { person, server } = Self::manager(scene)?;
        let before = self.settings_of(server);
        let after = change
            .made(&before, self.settings.message_content)
            .map_err(|problem| Reply::note(&format!("Nothing was changed: {problem}.")))?;
        if after != before {
            self.desk.store.set_settings(server, &after, person, now()).await.map_err(|error| self.not_saved(&error))?;
            self.take_settings(server, &after);
            self.audit(server, &scene.caller.id.to_string(), &wording::settings_line(person));
            if after.review_channel != before.review_channel {
                self.post_what_waits(Some(server), &mut Turn::default()).await;
            }
        }
        Ok(wording::settings(&after))
    }

    /// From now on a server's settings are these.
    fn take_settings(&self, server: ServerId, settings: &Settings) {
        self.of_servers.rcu(|known| {
            let mut next = known.as_ref().clone();
            next.insert(server, settings.clone());
            next
        });
    }

    /// `/explain`.
    pub(in super::super) async fn explain(&self, scene: &Scene, question: &str) {
        let reply = match self.moderator(scene) {
            Ok(_) => {
                let view = self.app.view(scope(scene.guild));
                wording::explained(&explain(&view, &self.app.ask(&view, question, None)))
            }
            Err(reply) => reply,
        };
        self.respond(scene, First::Message, &reply).await;
    }

    /// `/privacy show`.
    pub(in super::super) async fn privacy_show(&self, scene: &Scene) {
        self.respond(scene, First::Message, &wording::privacy(self.settings.keep_days)).await;
    }

    /// `/privacy export`.
    pub(in super::super) async fn privacy_export(&self, scene: &Scene) {
        self.reply_in_time(scene, First::Message, async {
            let Some(person) = NonZeroU64::new(scene.person.get()) else { return wording::privacy(self.settings.keep_days) };
            match self.desk.store.about(person).await {
                Ok(kept) => {
                    let bytes = serde_json::to_vec_pretty(&kept).unwrap_or_default();
                    let note = "This is all that I keep with your id or your number on it. Backups that were made before have it too.";
                    Reply::note(note).file("sanad-about-you.json", bytes)
                }
                Err(error) => self.not_saved(&error),
            }
        })
        .await;
    }

    /// `/privacy forget`: asks once more.
    pub(in super::super) async fn privacy_forget(&self, scene: &Scene) {
        self.respond(scene, First::Message, &wording::forget(Person(scene.person.get()))).await;
    }

    /// Somebody was asked once more, and means it.
    pub(in super::super) async fn on_forget(&self, scene: &Scene, asked: Person) {
        // The button says whom it forgets; nobody forgets somebody else.
        let Some(person) = NonZeroU64::new(scene.person.get()).filter(|person| person.get() == asked.0) else {
            return self
                .respond(scene, First::Message, &Reply::note("That button is another person's. `/privacy forget` gives you your own."))
                .await;
        };
        self.reply_in_time(scene, First::Update, async {
            match self.desk.store.forget(person).await {
                Ok(forgotten) => wording::forgotten(forgotten),
                Err(error) => self.not_saved(&error),
            }
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_however_they_are_written_and_what_is_none_is_said() {
        for (typed, meant) in [("dawn.com", "dawn.com"), ("https://www.Dawn.com/", "dawn.com"), ("bbc.co.uk", "bbc.co.uk")] {
            assert_eq!(host(typed).as_deref(), Ok(meant), "{typed}");
        }
        for typed in ["", "dawn.com/news", "a b", "dawn.com:99", "//"] {
            assert!(host(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_setting_is_added_to_and_cleared_and_what_cannot_be_is_refused_whole() {
        let role = Change { moderator_role: Some(RoleId::new(5)), ..Change::default() };
        let with_role = role.clone().made(&Settings::default(), false).unwrap();
        assert_eq!(with_role.moderator_roles.len(), 1);
        assert_eq!(role.made(&with_role, false).as_ref(), Ok(&with_role), "the same twice is once");
        let clear = Change { clear: Some(Clear::ModeratorRoles), ..Change::default() };
        assert_eq!(clear.made(&with_role, false), Ok(Settings::default()));
        let asking = Change { asking_channel: Some(ChannelId::new(9)), ..Change::default() };
        assert!(asking.clone().made(&Settings::default(), false).unwrap_err().contains("message_content"));
        assert_eq!(asking.made(&Settings::default(), true).unwrap().asking_channels.len(), 1);
    }
}
