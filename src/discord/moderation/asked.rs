//! `/unanswered`: what people asked in vain, and what can be done about it.

use std::num::NonZeroU64;

use serenity::all::{GuildId, UserId};

use super::super::bot::{Bot, scope};
use super::super::interactions::Scene;
use super::super::press::{AskedKey, FactKey, Remedy};
use super::super::reply::Reply;
use super::super::send::First;
use super::drafts::{Draft, Purpose};
use super::outbox::Note;
use super::{Moderator, Somebody, before_a_form, now, wording};
use crate::answer::candidates::has_subject;
use crate::answer::{Answer, Outcome};
use crate::curation::asked::{Cluster, clusters};
use crate::curation::form::{Typed, with_forms};
use crate::curation::{Change, Refusal, ServerId, State};
use crate::desk::ChangeError;
use crate::fact::{FactId, FactIx};
use crate::question::clean::clean;
use crate::store::{AskedInVain, Pick};
use crate::text::cut::shorten;

/// Questions looked at when they are put together.
const LOOKED_AT: u32 = 1_000;
/// Characters of a question that are kept.
const KEPT: usize = 300;
/// Facts offered to add words to.
const OFFERED: usize = 5;

impl Bot {
    /// Leaves a note of a question that had no answer, where it says anything.
    pub(in super::super) fn note_in_vain(&self, guild: Option<GuildId>, asker: UserId, typed: &str, answer: &Answer) {
        let in_vain = answer.outcome == Outcome::Abstain || (answer.outcome == Outcome::Suggest && !answer.is_close());
        // A greeting is no question; what nobody here has ever written about may be one.
        let says_something = has_subject(&answer.question) || answer.question.elements.len() > 1;
        if !in_vain || !says_something {
            return;
        }
        if let (Some(text), Some(asker)) = (kept(typed), NonZeroU64::new(asker.get())) {
            self.outbox.leave(Note::InVain(AskedInVain { scope: scope(guild), text, asker, at: now() }));
        }
    }

    /// Leaves a note of what was picked for a question.
    pub(in super::super) fn note_picked(&self, scene: &Scene, question: &str, fact: &FactId) {
        let server = scene.guild.and_then(|guild| NonZeroU64::new(guild.get())).map(ServerId);
        if let (Some(server), Some(words), Some(picker)) = (server, kept(question), NonZeroU64::new(scene.person.get())) {
            self.outbox.leave(Note::Picked(Pick { server, words, fact: fact.clone(), picker, at: now() }));
        }
    }

    /// Keeps a question that somebody tells the moderators of.
    pub(in super::super) async fn tell_in_vain(&self, scene: &Scene, question: &str) -> Result<(), Reply> {
        let (Some(text), Some(asker)) = (kept(question), NonZeroU64::new(scene.person.get())) else { return Ok(()) };
        let in_vain = AskedInVain { scope: scope(scene.guild), text, asker, at: now() };
        self.desk.store.note_unanswered(&[in_vain]).await.map_err(|error| self.not_saved(&error))
    }

    /// `/unanswered`, or another page of it.
    pub(in super::super) async fn show_asked(&self, scene: &Scene, first: First, page: u32) {
        let moderator = match self.moderator(scene) {
            Ok(moderator) => moderator,
            Err(reply) => return self.respond(scene, First::Message, &reply).await,
        };
        self.reply_in_time(scene, first, async {
            match self.asked(moderator).await {
                Ok(clusters) => wording::asked(&clusters, page),
                Err(reply) => reply,
            }
        })
        .await;
    }

    async fn asked(&self, moderator: Moderator) -> Result<Vec<Cluster>, Reply> {
        let asked = self.desk.store.unanswered(moderator.scope(), LOOKED_AT).await.map_err(|error| self.not_saved(&error))?;
        let view = self.app.view(moderator.scope());
        // Thousands of questions are read: not among the tasks that answer.
        tokio::task::spawn_blocking(move || clusters(&view, asked)).await.map_err(|fault| Self::broke("/unanswered", &fault.to_string()))
    }

    /// The questions that a button means.
    async fn cluster(&self, scene: &Scene, key: AskedKey) -> Result<(Moderator, Cluster), Reply> {
        let moderator = self.moderator(scene)?;
        let is_it = |cluster: &Cluster| {
            AskedKey::of_all(wording::taught(cluster)) == key || cluster.texts.iter().any(|text| AskedKey::of(text) == key)
        };
        let found = self.asked(moderator).await?.into_iter().find(is_it);
        Ok((moderator, found.ok_or_else(wording::not_asked)?))
    }

    /// A button of `/unanswered` was pressed.
    pub(in super::super) async fn on_remedy(&self, scene: &Scene, key: AskedKey, remedy: Remedy) {
        if remedy == Remedy::MakeFact {
            return match tokio::time::timeout_at(before_a_form(scene), self.cluster(scene, key)).await {
                Ok(Ok((moderator, cluster))) => {
                    let typed = Typed { questions: wording::taught(&cluster).join("\n"), ..Typed::default() };
                    let draft = Draft::new(Purpose::Add { asked: cluster.texts }, typed, "");
                    self.begin(scene, moderator.into(), &draft).await;
                }
                Ok(Err(reply)) => self.respond(scene, First::Message, &reply).await,
                Err(_) => self.respond(scene, First::Message, &self.too_slow()).await,
            };
        }
        if let Err(reply) = self.moderator(scene) {
            return self.respond(scene, First::Message, &reply).await;
        }
        let first = if remedy == Remedy::AddWords { First::Message } else { First::Update };
        self.reply_in_time(scene, first, async { self.remedied(scene, key, remedy).await.unwrap_or_else(|reply| reply) }).await;
    }

    async fn remedied(&self, scene: &Scene, key: AskedKey, remedy: Remedy) -> Result<Reply, Reply> {
        let (moderator, cluster) = self.cluster(scene, key).await?;
        match remedy {
            Remedy::Ignore => {
                self.dealt_with(moderator.into(), &cluster.texts).await;
                Ok(wording::asked(&self.asked(moderator).await?, 0))
            }
            Remedy::AddWords | Remedy::MakeFact => {
                let view = self.app.view(moderator.scope());
                let question = cluster.texts.first().map(String::as_str).unwrap_or_default();
                let near: Vec<FactIx> = self.app.ask(&view, question, None).ranked.iter().take(OFFERED).map(|r| r.fact).collect();
                Ok(wording::teachable(&view, &cluster, &near))
            }
            // Only what was shown is added.
            Remedy::Teach(_) if AskedKey::of_all(wording::taught(&cluster)) != key => Err(wording::list_changed()),
            Remedy::Teach(fact) => self.teach(scene, moderator, &cluster, &fact).await,
        }
    }

    /// Adds the words of a cluster to a fact as question forms.
    async fn teach(&self, scene: &Scene, moderator: Moderator, cluster: &Cluster, key: &FactKey) -> Result<Reply, Reply> {
        let view = self.app.view(moderator.scope());
        let fact = key.find(&view.base).map(|at| view.base.fact(at).id.clone()).ok_or_else(wording::no_fact)?;
        let history = self.desk.history(moderator.scope(), &fact).await.map_err(|error| self.not_saved(&error))?;
        let Some(State::Published(record)) = history.now() else { return Err(wording::no_fact()) };
        let record = with_forms(record, wording::taught(cluster)).ok_or_else(wording::too_many_forms)?;
        let reason = "words of people who asked in vain";
        if self.needs_two(moderator.into(), None, &record) {
            self.room_for_more(moderator.into()).await?;
            let suggested = self.suggest_change(scene, moderator.into(), &fact, history.number(), Change::Edit(record), reason).await;
            return suggested.map_err(|error| self.not_saved(&error));
        }
        match self.change_fact(scene, moderator, &fact, Change::Edit(record), history.number(), reason).await {
            Ok(reply) => {
                self.dealt_with(moderator.into(), &cluster.texts).await;
                Ok(reply)
            }
            Err(ChangeError::Refused(Refusal::Moved { .. })) => Err(wording::try_again()),
            Err(ChangeError::Refused(refusal)) => Err(wording::refused(&refusal)),
            Err(ChangeError::Store(error)) => Err(self.not_saved(&error)),
        }
    }

    /// Lets questions go that have been dealt with.
    pub(super) async fn dealt_with(&self, who: Somebody, texts: &[String]) {
        if texts.is_empty() {
            return;
        }
        if let Err(error) = self.desk.store.settle_unanswered(crate::curation::Scope::Server(who.server), texts).await {
            tracing::warn!("questions that were dealt with stay on the list: {error}");
        }
    }
}

/// A question as it is kept: its language only, on one line.
fn kept(typed: &str) -> Option<String> {
    let line = clean(typed).split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then(|| shorten(&line, KEPT))
}
