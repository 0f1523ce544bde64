//! From a form to a published fact: what was typed is kept at every step, shown as askers will see it, and published by a button.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};
use serenity::all::{ActionRowComponent, Message, ModalInteraction};

use super::super::bot::Bot;
use super::super::form::{Form, REASON};
use super::super::interactions::Scene;
use super::super::press::{Deed, FactKey, Person};
use super::super::render::{self, Asked, Found};
use super::super::reply::{Reply, SeenBy};
use super::super::send::First;
use super::wording::{self, Preview, Sent};
use super::{Moderator, Somebody, before_a_form, now, somebody};
use crate::curation::form::{Field, Typed, made_id};
use crate::curation::neighbours::neighbours;
use crate::curation::review::{Decision, Proposal, Suggestion, SuggestionId, Verdict};
use crate::curation::{Change, Head, Record, Refusal, RevisionNo, Scope, Stamp, State};
use crate::desk::{Approved, ChangeError, Saved};
use crate::fact::{FactId, Standing};
use crate::store::{DraftChange, DraftId, StoreError};

/// Suggestions of one person that may wait at once in a server.
const WAITING_AT_MOST: u32 = 5;

/// What a draft is to become.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Purpose {
    /// A new fact, by a moderator; it answers these questions that were asked in vain.
    Add {
        /// The questions.
        asked: Vec<String>,
    },
    /// Another wording of a fact, by a moderator.
    Edit {
        /// The fact.
        fact: FactId,
        /// The revision that was seen.
        seen: RevisionNo,
    },
    /// A new fact, suggested by anybody.
    SuggestNew,
    /// A correction, suggested by anybody.
    SuggestEdit {
        /// The fact.
        fact: FactId,
        /// The revision that was seen.
        seen: RevisionNo,
    },
    /// A suggestion in other words, by a moderator.
    Amend {
        /// The suggestion.
        suggestion: SuggestionId,
        /// The fact that it is about, or that it will be.
        fact: FactId,
        /// The revision that was seen.
        seen: RevisionNo,
    },
}

/// What somebody is writing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Draft {
    pub(super) purpose: Purpose,
    pub(super) typed: Typed,
    /// Facts that it is marked as disagreeing with.
    pub(super) disagrees: Vec<FactId>,
    /// Why.
    pub(super) reason: String,
    /// The id that a new fact was shown with: publishing twice must not make two of it.
    #[serde(default)]
    pub(super) id: Option<FactId>,
}

impl Draft {
    pub(super) fn new(purpose: Purpose, typed: Typed, reason: &str) -> Self {
        Self { purpose, typed, disagrees: Vec::new(), reason: reason.trim().to_owned(), id: None }
    }

    fn title(&self) -> &'static str {
        match self.purpose {
            Purpose::Add { .. } => "Add a fact",
            Purpose::Edit { .. } => "Change a fact",
            Purpose::SuggestNew => "Suggest a fact",
            Purpose::SuggestEdit { .. } => "Suggest a correction",
            Purpose::Amend { .. } => "Approve in other words",
        }
    }

    /// The fact that it is about, if it is there already, and the revision that was seen.
    pub(super) fn about(&self) -> Option<(&FactId, RevisionNo)> {
        match &self.purpose {
            Purpose::Add { .. } | Purpose::SuggestNew => None,
            Purpose::Edit { fact, seen } | Purpose::SuggestEdit { fact, seen } | Purpose::Amend { fact, seen, .. } => Some((fact, *seen)),
        }
    }

    fn seen_anew(&mut self, now: RevisionNo) {
        match &mut self.purpose {
            Purpose::Add { .. } | Purpose::SuggestNew => {}
            Purpose::Edit { seen, .. } | Purpose::SuggestEdit { seen, .. } | Purpose::Amend { seen, .. } => *seen = now,
        }
    }

    /// Whether only a moderator may go on with it.
    fn is_for_moderators(&self) -> bool {
        !matches!(self.purpose, Purpose::SuggestNew | Purpose::SuggestEdit { .. })
    }
}

/// What became of a draft that was to be published.
pub(super) enum Outcome {
    /// It is done with.
    Done(Reply),
    /// It stays, for this was not its end.
    Stays(Reply),
}

/// A draft that can be published.
struct Ready {
    record: Record,
    fact: FactId,
    seen: RevisionNo,
    /// What the fact says now, if it is there.
    before: Option<State>,
}

/// Whether a suggestion is signed by somebody else: only then is who approves it the second of two.
pub(super) fn is_by_another(suggestion: &Suggestion, who: Somebody) -> bool {
    suggestion.proposer.is_some_and(|proposer| proposer != who.person)
}

/// What was typed into the form of a fact.
pub(super) fn typed(interaction: &ModalInteraction) -> Typed {
    let mut typed = Typed::default();
    for (name, value) in values(interaction) {
        if let Some(field) = Field::ALL.into_iter().find(|field| field.as_str() == name) {
            value.clone_into(typed.field_mut(field));
        }
    }
    typed
}

/// The reason that was typed.
pub(super) fn reason(interaction: &ModalInteraction) -> String {
    values(interaction).find(|(name, _)| *name == REASON).map(|(_, value)| value.to_owned()).unwrap_or_default()
}

fn values(interaction: &ModalInteraction) -> impl Iterator<Item = (&str, &str)> {
    interaction.data.components.iter().flat_map(|row| &row.components).filter_map(|component| match component {
        ActionRowComponent::InputText(input) => Some((input.custom_id.as_str(), input.value.as_deref().unwrap_or_default())),
        _ => None,
    })
}

impl Bot {
    /// Opens the form of a new draft.
    pub(super) async fn begin(&self, scene: &Scene, who: Somebody, draft: &Draft) {
        let kept = async {
            let body = serde_json::to_string(draft).unwrap_or_default();
            self.desk.store.keep_draft(who.server, who.person, &body, now()).await
        };
        match tokio::time::timeout_at(before_a_form(scene), kept).await {
            Ok(Ok(id)) => self.show_draft_form(scene, id, draft).await,
            Ok(Err(error)) => self.respond(scene, First::Message, &self.not_saved(&error)).await,
            Err(_) => self.respond(scene, First::Message, &self.too_slow()).await,
        }
    }

    async fn show_draft_form(&self, scene: &Scene, id: DraftId, draft: &Draft) {
        match Form::of_fact(id, draft.title(), &draft.typed) {
            Some(form) => self.show_form(scene, &form).await,
            None => self.respond(scene, First::Message, &wording::too_long_for_a_form()).await,
        }
    }

    /// The draft of whoever acts, with the right to go on with it.
    async fn draft(&self, scene: &Scene, id: DraftId) -> Result<(Somebody, Draft), Reply> {
        let who = somebody(scene)?;
        let body = self.desk.store.draft(who.server, who.person, id).await.map_err(|error| self.not_saved(&error))?;
        let draft: Draft = body.and_then(|body| serde_json::from_str(&body).ok()).ok_or_else(wording::no_draft)?;
        if draft.is_for_moderators() {
            self.moderator(scene)?;
        }
        Ok((who, draft))
    }

    async fn keep(&self, who: Somebody, id: DraftId, draft: &Draft) -> Result<(), Reply> {
        let body = serde_json::to_string(draft).unwrap_or_default();
        match self.desk.store.change_draft(who.server, who.person, id, &body, now()).await {
            Ok(DraftChange::Changed) => Ok(()),
            Ok(DraftChange::Missing) => Err(wording::no_draft()),
            Err(error) => Err(self.not_saved(&error)),
        }
    }

    /// The form of a draft was sent: says what is wrong, or shows what will be published.
    pub(super) async fn on_fact_typed(&self, scene: &Scene, first: First, id: DraftId, typed: Typed) {
        self.reply_in_time(scene, first, async {
            let kept = async {
                let (who, mut draft) = self.draft(scene, id).await?;
                draft.typed = typed.clone();
                self.keep(who, id, &draft).await?;
                Ok((who, draft))
            };
            match kept.await {
                Ok((who, mut draft)) => self.preview(who, id, &mut draft).await,
                Err(reply) => wording::with_typed(reply, &typed),
            }
        })
        .await;
    }

    /// A button of a preview was pressed.
    pub(in super::super) async fn on_draft_pressed(&self, scene: &Scene, id: DraftId, deed: Deed) {
        // Who may not, reads so in a message of their own: the preview stays as it is.
        let found = tokio::time::timeout_at(before_a_form(scene), self.draft(scene, id)).await;
        let (who, mut draft) = match found {
            Ok(Ok(found)) => found,
            Ok(Err(reply)) => return self.respond(scene, First::Message, &reply).await,
            Err(_) => return self.respond(scene, First::Message, &self.too_slow()).await,
        };
        if deed == Deed::Change {
            return self.show_draft_form(scene, id, &draft).await;
        }
        let done = async {
            match deed {
                Deed::Publish | Deed::Change => self.publish(scene, who, id, &draft).await,
                Deed::Cancel => {
                    let dropped = self.desk.store.drop_draft(who.server, who.person, id).await;
                    dropped.map(|()| wording::cancelled()).map_err(|error| self.not_saved(&error))
                }
                Deed::Disagree(key) => {
                    let view = self.app.view(Scope::Server(who.server));
                    let other = key.find(&view.base).map(|at| view.base.fact(at).id.clone());
                    if let Some(other) = other.filter(|other| !draft.disagrees.contains(other)) {
                        draft.disagrees.push(other);
                        self.keep(who, id, &draft).await?;
                    }
                    Ok(self.preview(who, id, &mut draft).await)
                }
                Deed::Over(seen) => {
                    draft.seen_anew(seen);
                    self.keep(who, id, &draft).await?;
                    self.publish(scene, who, id, &draft).await
                }
            }
        };
        // The draft is there still: its buttons stay with whatever kept it from going on.
        self.reply_in_time(scene, First::Update, async { done.await.unwrap_or_else(|reply| wording::keeps_draft(reply, id)) }).await;
    }

    /// What a draft would publish, or what is wrong with it.
    async fn ready(&self, who: Somebody, id: DraftId, draft: &Draft) -> Result<Ready, Reply> {
        let scope = Scope::Server(who.server);
        let view = self.app.view(scope);
        let before = match draft.about() {
            Some((fact, _)) => self.desk.history(scope, fact).await.map_err(|error| self.not_saved(&error))?.now(),
            None => None,
        };
        let hosts = self.settings_of(who.server).hosts;
        let mut record =
            draft.typed.read(&view, before.as_ref().map(State::record), &hosts).map_err(|problems| wording::problems(id, &problems))?;
        for other in &draft.disagrees {
            if !record.conflicts.iter().any(|known| known == other.as_str()) {
                record.conflicts.push(other.as_str().to_owned());
            }
        }
        if !record.conflicts.is_empty() {
            record.standing = Standing::Disputed;
        }
        let (fact, seen) = if let Some((fact, seen)) = draft.about() {
            (fact.clone(), seen)
        } else if let Some(id) = &draft.id {
            (id.clone(), RevisionNo(0))
        } else {
            let taken = |id: &FactId| view.base.find(id.as_str()).is_some() || self.app.is_known(scope, id);
            (made_id(&view, &record.text, taken).ok_or_else(wording::no_id)?, RevisionNo(0))
        };
        Ok(Ready { record, fact, seen, before })
    }

    async fn preview(&self, who: Somebody, id: DraftId, draft: &mut Draft) -> Reply {
        let scope = Scope::Server(who.server);
        let view = self.app.view(scope);
        // Somebody else may have taken the id meanwhile.
        draft.id = draft.id.take().filter(|id| view.base.find(id.as_str()).is_none() && !self.app.is_known(scope, id));
        let Ready { record, fact, before, .. } = match self.ready(who, id, draft).await {
            Ok(ready) => ready,
            Err(reply) => return wording::keeps_draft(reply, id),
        };
        if draft.about().is_none() && draft.id.is_none() {
            draft.id = Some(fact.clone());
            if let Err(reply) = self.keep(who, id, draft).await {
                return wording::keeps_draft(reply, id);
            }
        }
        let beside = self.app.with_scratch(|scratch| neighbours(&view, &record.text, Some(&fact), scratch));
        let sent = match &draft.purpose {
            Purpose::SuggestNew | Purpose::SuggestEdit { .. } => Sent::Suggested,
            Purpose::Amend { suggestion, .. } if self.needs_two(who, before.as_ref(), &record) => {
                match self.desk.store.suggestion(scope, *suggestion).await {
                    Ok(Some(found)) if is_by_another(&found, who) => Sent::Published,
                    _ => Sent::ForTwo,
                }
            }
            _ if self.needs_two(who, before.as_ref(), &record) => Sent::ForTwo,
            _ => Sent::Published,
        };
        let preview = Preview { id, fact: &fact, before: before.as_ref(), record: &record, beside: &beside, sent };
        let shown = self.as_askers_see(scope, &fact, &record, who.person);
        wording::preview(&view, shown, &preview)
    }

    /// The answer that a record will be.
    pub(super) fn as_askers_see(&self, scope: Scope, fact: &FactId, record: &Record, person: NonZeroU64) -> Reply {
        let head = Head { fact: fact.clone(), number: RevisionNo(u32::MAX), state: State::Published(record.clone()), shipped: None };
        let laid = self.app.view_with(scope, head);
        let Some(at) = laid.base.find(fact.as_str()) else { return wording::no_draft() };
        let asked = Asked { asker: Person(person.get()), shown: None, seen_by: SeenBy::Everyone, found: Found::Shown };
        render::reply(&laid, &self.app.pick(&laid, at), asked)
    }

    /// Whether two must agree on what a fact is to say.
    pub(super) fn needs_two(&self, who: Somebody, before: Option<&State>, after: &Record) -> bool {
        let four_eyes = self.settings_of(who.server).four_eyes;
        let topics = before.map(|state| &state.record().topics).into_iter().chain([&after.topics]).flatten();
        topics.into_iter().any(|topic| four_eyes.iter().any(|named| crate::text::fold(named) == crate::text::fold(topic)))
    }

    async fn publish(&self, scene: &Scene, who: Somebody, id: DraftId, draft: &Draft) -> Result<Reply, Reply> {
        let Ready { record, fact, seen, before } = self.ready(who, id, draft).await?;
        let change = if before.is_some() { Change::Edit(record.clone()) } else { Change::Add(record.clone()) };
        let by_two = self.needs_two(who, before.as_ref(), &record);
        let is_sent = match &draft.purpose {
            Purpose::SuggestNew | Purpose::SuggestEdit { .. } => true,
            Purpose::Add { .. } | Purpose::Edit { .. } => by_two,
            // Who approves in other words is the second of two only where another was the first.
            Purpose::Amend { suggestion, .. } => by_two && !self.is_by_another(who, *suggestion).await?,
        };
        let done = if is_sent {
            self.room_for_more(who).await?;
            let sent = self.suggest_change(scene, who, &fact, seen, change, &draft.reason).await;
            sent.map(Outcome::Done).map_err(ChangeError::Store)
        } else if let Purpose::Amend { suggestion, .. } = &draft.purpose {
            let moderator = self.moderator(scene)?;
            self.approve(scene, moderator, *suggestion, Some((&fact, change, seen))).await
        } else {
            let moderator = self.moderator(scene)?;
            self.change_fact(scene, moderator, &fact, change, seen, &draft.reason).await.map(Outcome::Done)
        };
        match done {
            Ok(Outcome::Done(reply)) => {
                if let (Purpose::Add { asked }, false) = (&draft.purpose, is_sent) {
                    self.dealt_with(who, asked).await;
                }
                let _ = self.desk.store.drop_draft(who.server, who.person, id).await;
                Ok(reply)
            }
            Ok(Outcome::Stays(reply)) => {
                // What was typed may still be said, as an edit of its own.
                let mut own = draft.clone();
                own.purpose = match before {
                    Some(_) => Purpose::Edit { fact, seen },
                    None => Purpose::Add { asked: Vec::new() },
                };
                self.keep(who, id, &own).await?;
                Ok(wording::keeps_draft(reply, id))
            }
            Err(ChangeError::Refused(Refusal::Moved { .. })) => self.moved(who, id, &fact, seen, &record).await,
            Err(ChangeError::Refused(refusal)) => Ok(wording::refused_draft(id, &refusal)),
            Err(ChangeError::Store(error)) => Err(wording::keeps_draft(self.not_saved(&error), id)),
        }
    }

    /// Changes a fact, and says so where it should be read.
    pub(super) async fn change_fact(
        &self,
        scene: &Scene,
        moderator: Moderator,
        fact: &FactId,
        change: Change,
        seen: RevisionNo,
        reason: &str,
    ) -> Result<Reply, ChangeError> {
        let stamp = moderator.stamp(scene, reason);
        let saved = self.desk.change(moderator.scope(), fact, change, seen, stamp).await?;
        if let Saved::Now(revision) = &saved {
            self.vitals.metrics.edited(revision.action);
        }
        self.audit(moderator.server, &format!("{}", scene.caller.id), &wording::audit_line(saved.revision()));
        Ok(wording::saved(saved.revision()))
    }

    /// Somebody was faster: shows what they did and what was typed here, and lets who typed it choose.
    async fn moved(&self, who: Somebody, id: DraftId, fact: &FactId, seen: RevisionNo, mine: &Record) -> Result<Reply, Reply> {
        let history = self.desk.history(Scope::Server(who.server), fact).await.map_err(|error| self.not_saved(&error))?;
        Ok(wording::moved(id, &history, seen, mine))
    }

    /// Whether somebody may suggest one thing more.
    pub(super) async fn room_for_more(&self, who: Somebody) -> Result<(), Reply> {
        let waiting = self.desk.store.waiting_of(Scope::Server(who.server), who.person).await;
        match waiting.map_err(|error| self.not_saved(&error))? {
            waiting if waiting >= WAITING_AT_MOST => Err(wording::enough_waiting(WAITING_AT_MOST)),
            _ => Ok(()),
        }
    }

    async fn is_by_another(&self, who: Somebody, suggestion: SuggestionId) -> Result<bool, Reply> {
        let found = self.desk.store.suggestion(Scope::Server(who.server), suggestion).await;
        Ok(found.map_err(|error| self.not_saved(&error))?.is_some_and(|found| is_by_another(&found, who)))
    }

    /// Sends a change to the moderators, to be approved.
    pub(super) async fn suggest_change(
        &self,
        scene: &Scene,
        who: Somebody,
        fact: &FactId,
        seen: RevisionNo,
        change: Change,
        reason: &str,
    ) -> Result<Reply, StoreError> {
        let proposal = Proposal::Change { fact: fact.clone(), seen, change, reason: reason.to_owned() };
        let cause = Some(scene.caller.id.get());
        let suggestion = self.desk.store.suggest(Scope::Server(who.server), &proposal, Some(who.person), now(), cause).await?;
        self.post_for_review(&suggestion);
        Ok(wording::suggested(suggestion.id))
    }

    /// Ends a suggestion by doing what it asks for, or something else in its place.
    pub(super) async fn approve(
        &self,
        scene: &Scene,
        moderator: Moderator,
        suggestion: SuggestionId,
        change: Option<(&FactId, Change, RevisionNo)>,
    ) -> Result<Outcome, ChangeError> {
        let asked = self.desk.store.suggestion(moderator.scope(), suggestion).await?;
        let stamp: Stamp = moderator.stamp(scene, &wording::approval(suggestion, asked.as_ref()));
        let decision = Decision { verdict: Verdict::Approved, by: Some(moderator.person), at: stamp.at, reason: String::new() };
        let approved = self.desk.decide(moderator.scope(), suggestion, &decision, change, stamp).await?;
        Ok(match approved {
            Approved::Done(suggestion, revision) => {
                if let Some(revision) = &revision {
                    self.vitals.metrics.edited(revision.action);
                    self.audit(moderator.server, &format!("{}", scene.caller.id), &wording::audit_line(revision));
                }
                self.decided(&suggestion);
                Outcome::Done(match revision {
                    Some(revision) => wording::saved(&revision),
                    None => wording::verdict(&suggestion),
                })
            }
            Approved::Already(suggestion) => Outcome::Stays(wording::verdict(&suggestion)),
            Approved::Missing => Outcome::Stays(wording::no_suggestion()),
        })
    }

    /// The form of a fact was asked for from an answer.
    pub(in super::super) async fn on_edit_pressed(&self, scene: &Scene, key: &FactKey) {
        match self.moderator(scene) {
            Ok(moderator) => {
                let view = self.app.view(moderator.scope());
                match key.find(&view.base).map(|at| view.base.fact(at).id.clone()) {
                    Some(fact) => self.begin_edit(scene, moderator, &fact, "").await,
                    None => self.respond(scene, First::Message, &wording::no_fact()).await,
                }
            }
            Err(reply) => self.respond(scene, First::Message, &reply).await,
        }
    }

    /// The form of the fact that a message of the bot tells was asked for.
    pub(in super::super) async fn edit_told(&self, scene: &Scene, message: &Message) {
        let key = super::super::hear::told_by(message).filter(|_| message.author.id == self.me);
        match key {
            Some(key) => self.on_edit_pressed(scene, &key).await,
            None => self.respond(scene, First::Message, &wording::tells_nothing()).await,
        }
    }

    /// Opens the form of a fact that is there.
    pub(super) async fn begin_edit(&self, scene: &Scene, moderator: Moderator, fact: &FactId, reason: &str) {
        // The number before the text: of an edit in between, the form shows what the number does not cover, and the other way round never.
        let seen = self.app.number(moderator.scope(), fact);
        let view = self.app.view(moderator.scope());
        let Some(at) = view.base.find(fact.as_str()) else {
            return self.respond(scene, First::Message, &wording::no_fact()).await;
        };
        let typed = Typed::of(&Record::of(&view.base, at));
        let draft = Draft::new(Purpose::Edit { fact: fact.clone(), seen }, typed, reason);
        self.begin(scene, moderator.into(), &draft).await;
    }
}
