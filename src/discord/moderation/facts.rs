//! `/fact`: what a moderator does to a fact that needs no form, and what they look up.

use super::super::bot::Bot;
use super::super::interactions::Scene;
use super::super::press::FactKey;
use super::super::reply::Reply;
use super::super::send::First;
use super::drafts::{Draft, Purpose};
use super::{Moderator, wording};
use crate::curation::form::Typed;
use crate::curation::{Change, RevisionNo, Scope, State};
use crate::desk::ChangeError;
use crate::fact::FactId;
use crate::text::cut::shorten;
use crate::text::fold;

/// Characters of a choice at most (Discord, application commands).
const CHOICE_AT_MOST: usize = 100;

/// A fact offered for an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Choice {
    /// What is shown.
    pub(in super::super) label: String,
    /// Its id.
    pub(in super::super) id: String,
}

/// Which facts an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Among {
    /// Those that are served.
    Served,
    /// Those that are retracted.
    Retracted,
    /// Both.
    All,
}

impl Bot {
    /// `/fact add`.
    pub(in super::super) async fn fact_add(&self, scene: &Scene, reason: &str) {
        match self.moderator(scene) {
            Ok(moderator) => {
                let draft = Draft::new(Purpose::Add { asked: Vec::new() }, Typed::default(), reason);
                self.begin(scene, moderator.into(), &draft).await;
            }
            Err(reply) => self.respond(scene, First::Message, &reply).await,
        }
    }

    /// `/fact edit`.
    pub(in super::super) async fn fact_edit(&self, scene: &Scene, id: &str, reason: &str) {
        match self.moderator(scene) {
            Ok(moderator) => match FactId::new(id.trim()) {
                Some(fact) => self.begin_edit(scene, moderator, &fact, reason).await,
                None => self.respond(scene, First::Message, &wording::no_fact()).await,
            },
            Err(reply) => self.respond(scene, First::Message, &reply).await,
        }
    }

    /// `/fact retract` and `restore`: a change that is made as it is asked for.
    pub(in super::super) async fn fact_change(&self, scene: &Scene, id: &str, change: Change, reason: &str) {
        self.reply_in_time(scene, First::Message, async {
            match self.moderator(scene) {
                Ok(moderator) => self.change_now(scene, moderator, id, change, reason).await.unwrap_or_else(|reply| reply),
                Err(reply) => reply,
            }
        })
        .await;
    }

    async fn change_now(&self, scene: &Scene, moderator: Moderator, id: &str, change: Change, reason: &str) -> Result<Reply, Reply> {
        let fact = FactId::new(id.trim()).ok_or_else(wording::no_fact)?;
        let history = self.desk.history(moderator.scope(), &fact).await.map_err(|error| self.not_saved(&error))?;
        let (seen, now) = (history.number(), history.now());
        let after = match &change {
            Change::Revert(number) => history.at(*number),
            _ => now.clone(),
        };
        let by_two = after.as_ref().is_some_and(|after| self.needs_two(moderator.into(), now.as_ref(), after.record()));
        let done = if by_two {
            if let Err(refusal) = history.next(change.clone(), seen, moderator.stamp(scene, reason)) {
                return Ok(wording::refused(&refusal));
            }
            self.room_for_more(moderator.into()).await?;
            self.suggest_change(scene, moderator.into(), &fact, seen, change, reason).await.map_err(ChangeError::Store)
        } else {
            self.change_fact(scene, moderator, &fact, change, seen, reason).await
        };
        match done {
            Ok(reply) => Ok(reply),
            Err(ChangeError::Refused(refusal)) => Ok(wording::refused(&refusal)),
            Err(ChangeError::Store(error)) => Err(self.not_saved(&error)),
        }
    }

    /// `/fact show`.
    pub(in super::super) async fn fact_show(&self, scene: &Scene, id: &str) {
        self.reply_in_time(scene, First::Message, async { self.shown(scene, id).await.unwrap_or_else(|reply| reply) }).await;
    }

    async fn shown(&self, scene: &Scene, id: &str) -> Result<Reply, Reply> {
        let moderator = self.moderator(scene)?;
        let fact = FactId::new(id.trim()).ok_or_else(wording::no_fact)?;
        let history = self.desk.history(moderator.scope(), &fact).await.map_err(|error| self.not_saved(&error))?;
        let state = history.now().ok_or_else(wording::no_fact)?;
        let shown = match &state {
            State::Published(record) => self.as_askers_see(moderator.scope(), &fact, record, moderator.person),
            State::Retracted(record) => wording::retracted(record),
        };
        let has_drifted = history.revisions.last().is_some_and(|last| last.shipped != history.shipped);
        Ok(wording::shown(shown, &history, &state, has_drifted))
    }

    /// `/fact history`.
    pub(in super::super) async fn fact_history(&self, scene: &Scene, id: &str) {
        let fact = FactId::new(id.trim());
        self.show_history(scene, First::Message, fact, 0).await;
    }

    /// Another page of a history.
    pub(in super::super) async fn on_history_pressed(&self, scene: &Scene, key: &FactKey, page: u32) {
        let fact = self.moderator(scene).ok().and_then(|moderator| {
            let view = self.app.view(moderator.scope());
            let served = key.find(&view.base).map(|at| view.base.fact(at).id.clone());
            served.or_else(|| key.among(self.app.edited(moderator.scope()).iter().map(|edit| &edit.head().fact)).cloned())
        });
        self.show_history(scene, First::Update, fact, page).await;
    }

    async fn show_history(&self, scene: &Scene, first: First, fact: Option<FactId>, page: u32) {
        if let Err(reply) = self.moderator(scene) {
            return self.respond(scene, First::Message, &reply).await;
        }
        self.reply_in_time(scene, first, async {
            let shown = async {
                let moderator = self.moderator(scene)?;
                let fact = fact.ok_or_else(wording::no_fact)?;
                let history = self.desk.history(moderator.scope(), &fact).await.map_err(|error| self.not_saved(&error))?;
                if history.now().is_none() {
                    return Err(wording::no_fact());
                }
                Ok(wording::history(&history, page))
            };
            shown.await.unwrap_or_else(|reply| reply)
        })
        .await;
    }

    /// Facts for what was typed so far, by id and by their questions; none for who is no moderator.
    pub(in super::super) fn fact_choices(&self, scene: &Scene, typed: &str, among: Among, most: usize) -> Vec<Choice> {
        let Ok(moderator) = self.moderator(scene) else { return Vec::new() };
        self.choices(moderator.scope(), typed, among, most)
    }

    /// The same, for everybody: what is served.
    pub(in super::super) fn served_choices(&self, scene: &Scene, typed: &str, most: usize) -> Vec<Choice> {
        self.choices(super::super::bot::scope(scene.guild), typed, Among::Served, most)
    }

    fn choices(&self, scope: Scope, typed: &str, among: Among, most: usize) -> Vec<Choice> {
        let mut choices: Vec<Choice> = Vec::new();
        let mut add = |id: &FactId, says: &str| {
            let known = choices.iter().any(|choice| choice.id == id.as_str());
            if choices.len() < most && !known && id.as_str().chars().count() <= CHOICE_AT_MOST {
                let label = shorten(&format!("{id}: {says}"), CHOICE_AT_MOST);
                choices.push(Choice { label, id: id.as_str().to_owned() });
            }
        };
        let wanted = fold(typed.trim()).into_owned();
        if among != Among::Served {
            for edit in self.app.edited(scope).iter().filter(|edit| !edit.head().state.is_published()) {
                let (id, says) = (&edit.head().fact, &edit.head().state.record().text);
                if id.as_str().contains(&wanted) || fold(says).contains(&wanted) {
                    add(id, &format!("(retracted) {says}"));
                }
            }
        }
        if among != Among::Retracted {
            let view = self.app.view(scope);
            for (_, fact) in view.base.readings().filter(|(_, fact)| fact.id.as_str().contains(&wanted)) {
                add(&fact.id, &fact.claim);
            }
            for (id, claim) in self.app.complete_facts(scope, typed, most) {
                add(&id, &claim);
            }
        }
        choices
    }

    /// `/fact revert`.
    pub(in super::super) async fn fact_revert(&self, scene: &Scene, id: &str, revision: i64, reason: &str) {
        // Discord lets nobody send what lies outside; a forged number is no revision either.
        let number = RevisionNo(u32::try_from(revision).unwrap_or(u32::MAX));
        self.fact_change(scene, id, Change::Revert(number), reason).await;
    }
}
