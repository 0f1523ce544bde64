//! The queue of what waits for a moderator: how it gets there, how it is judged, and who is told.

use std::num::NonZeroU64;
use std::time::Duration;

use hashbrown::HashMap;
use serenity::all::{ChannelId, GuildId, MessageId};
use tracing::{debug, warn};

use super::super::bot::Bot;
use super::super::form::Form;
use super::super::interactions::Scene;
use super::super::ledger::Posted;
use super::super::limits::Admission;
use super::super::press::Judgement;
use super::super::render;
use super::super::reply::{Reply, SeenBy};
use super::super::send::First;
use super::drafts::{Draft, Outcome, Purpose, is_by_another};
use super::{Moderator, Telling, before_a_form, now, somebody, wording};
use crate::curation::form::{Typed, made_id, with_forms};
use crate::curation::neighbours::neighbours;
use crate::curation::review::{Decision, Post, Proposal, Suggestion, SuggestionId, Verdict};
use crate::curation::{Change, Record, Refusal, RevisionNo, Scope, ServerId, State};
use crate::desk::{Approved, ChangeError};
use crate::fact::FactId;

/// Suggestions posted at once at most, as at a start: a channel that refuses the bot must not refuse it by the hundred.
const POSTED_AT_ONCE: usize = 20;
/// How often is looked for suggestions that were left unposted.
const LEFT_FOR: Duration = Duration::from_secs(60);

/// Whose turn it is among what was left, so that what cannot be done now holds back nothing else.
#[derive(Debug, Default)]
pub(in super::super) struct Turn(Option<SuggestionId>);

impl Turn {
    /// The next of some suggestions, which stand in the order of their ids: [`POSTED_AT_ONCE`] at most, from the first again after the last.
    fn next_of<'s>(&mut self, mut left: Vec<&'s Suggestion>) -> Vec<&'s Suggestion> {
        let served = left.partition_point(|suggestion| self.0.is_some_and(|last| suggestion.id <= last));
        left.rotate_left(served);
        left.truncate(POSTED_AT_ONCE);
        self.0 = left.last().map(|suggestion| suggestion.id);
        left
    }
}

impl Bot {
    /// `/suggest`: a new fact, or a correction to one.
    pub(in super::super) async fn suggest(&self, scene: &Scene, id: Option<&str>) {
        let who = match somebody(scene) {
            Ok(who) => who,
            Err(reply) => return self.respond(scene, First::Message, &reply).await,
        };
        if let Admission::Refused { whose, wait } = self.admit(scene.person, scene.channel, scene.guild) {
            return self.respond(scene, First::Message, &render::too_many(whose, wait)).await;
        }
        match tokio::time::timeout_at(before_a_form(scene), self.room_for_more(who)).await {
            Ok(Ok(())) => {}
            Ok(Err(reply)) => return self.respond(scene, First::Message, &reply).await,
            Err(_) => return self.respond(scene, First::Message, &self.too_slow()).await,
        }
        let scope = Scope::Server(who.server);
        let draft = match id.map(str::trim).filter(|id| !id.is_empty()) {
            None => Draft::new(Purpose::SuggestNew, Typed::default(), ""),
            Some(id) => {
                let seen = FactId::new(id).map_or(RevisionNo(0), |fact| self.app.number(scope, &fact));
                let view = self.app.view(scope);
                let Some(at) = view.base.find(id) else {
                    return self.respond(scene, First::Message, &wording::no_fact()).await;
                };
                let fact = view.base.fact(at).id.clone();
                Draft::new(Purpose::SuggestEdit { fact, seen }, Typed::of(&Record::of(&view.base, at)), "")
            }
        };
        self.begin(scene, who, &draft).await;
    }

    /// Somebody says that the answer given by a fact is wrong. Says whether that is kept.
    pub(in super::super) async fn suggest_wrong(&self, scene: &Scene, fact: FactId, question: Option<String>) -> Result<(), Reply> {
        let scope = super::super::bot::scope(scene.guild);
        let proposal = Proposal::Wrong { fact, question };
        let cause = Some(scene.caller.id.get());
        let suggestion = self.desk.store.suggest(scope, &proposal, None, now(), cause).await.map_err(|error| self.not_saved(&error))?;
        self.post_for_review(&suggestion);
        Ok(())
    }

    /// Posts what waits into the server's review channel, if it has one; nobody waits for that.
    pub(in super::super) fn post_for_review(&self, suggestion: &Suggestion) {
        let Scope::Server(server) = suggestion.scope else { return };
        let (Some(channel), Some(bot)) = (self.settings_of(server).review_channel, self.myself.upgrade()) else { return };
        if suggestion.post.is_some() || suggestion.decision.is_some() {
            return;
        }
        let reply = self.waiting_reply(suggestion, None).for_eyes_of(SeenBy::Everyone);
        let (id, scope) = (suggestion.id, suggestion.scope);
        self.in_hand.spawn(async move {
            let post = bot.post_reply(id, scope, channel, &reply);
            bot.sharing.once(&format!("the post of suggestion {}", id.0), post).await;
        });
    }

    async fn post_reply(&self, id: SuggestionId, scope: Scope, channel: NonZeroU64, reply: &Reply) {
        // Another process may have posted it meanwhile.
        if !matches!(self.desk.store.suggestion(scope, id).await, Ok(Some(Suggestion { post: None, .. }))) {
            return;
        }
        let said = self.rest.say(ChannelId::from(channel), &format!("review-{}", id.0), reply).await;
        let message = match said {
            Ok(message) => message,
            Err(failure) => {
                let advice = "give the bot View Channel, Send Messages and Embed Links there; /review shows it meanwhile";
                return warn!(channel = channel.get(), "a suggestion was not posted in the review channel: {failure}; {advice}");
            }
        };
        let Some(message) = NonZeroU64::new(message.get()) else { return };
        if let Err(error) = self.desk.store.posted(id, Post { channel, message }).await {
            return warn!("where a suggestion was posted was not kept: {error}");
        }
        // It may have been decided while it was posted.
        if let Ok(Some(now)) = self.desk.store.suggestion(scope, id).await
            && now.decision.is_some()
        {
            self.decided(&now);
        }
    }

    /// Posts what waits and was never posted, as after a restart or a new review channel.
    pub(in super::super) async fn post_what_waits(&self, of: Option<ServerId>, turn: &mut Turn) {
        match self.desk.store.unposted().await {
            Ok(waiting) => {
                let wanted = |suggestion: &&Suggestion| match suggestion.scope {
                    Scope::Server(server) => of.is_none_or(|of| of == server) && self.settings_of(server).review_channel.is_some(),
                    Scope::Everywhere => false,
                };
                for suggestion in turn.next_of(waiting.iter().filter(wanted).collect()) {
                    self.post_for_review(suggestion);
                }
            }
            Err(error) => warn!("what waits for the moderators was not read: {error}"),
        }
    }

    /// Posts, now and from time to time, what a process that died has not posted, and tells whom it has not told. Never ends.
    pub(in super::super) async fn post_what_was_left(&self) {
        let (mut told, mut posted) = (Turn::default(), Turn::default());
        self.post_what_waits(None, &mut posted).await;
        self.tell_who_is_untold(&mut told).await;
        loop {
            tokio::time::sleep(LEFT_FOR).await;
            self.tell_who_is_untold(&mut told).await;
            // Servers of other processes may have another review channel since this one began.
            match self.desk.store.settings().await {
                Ok(all) => {
                    self.of_servers.rcu(|before| {
                        let mut now = HashMap::clone(before);
                        now.extend(all.iter().filter(|(server, _)| !self.shards.holds_server(server.0.get())).cloned());
                        now
                    });
                    self.post_what_waits(None, &mut posted).await;
                }
                Err(error) => debug!("what was left to be posted was not looked for: {error}"),
            }
        }
    }

    /// `/review`: what waits behind a suggestion, or first.
    pub(in super::super) async fn show_queue(&self, scene: &Scene, first: First, after: Option<SuggestionId>) {
        match self.moderator(scene) {
            Ok(moderator) => {
                self.reply_in_time(scene, first, async { self.queue(moderator, after).await.unwrap_or_else(|reply| reply) }).await;
            }
            Err(reply) => self.respond(scene, First::Message, &reply).await,
        }
    }

    async fn queue(&self, moderator: Moderator, after: Option<SuggestionId>) -> Result<Reply, Reply> {
        let waiting = self.desk.store.waiting(moderator.scope(), after, 1).await.map_err(|error| self.not_saved(&error))?;
        Ok(match waiting.suggestions.first() {
            Some(suggestion) => self.waiting_reply(suggestion, Some(waiting.total)),
            None => wording::queue_end(waiting.total),
        })
    }

    fn waiting_reply(&self, suggestion: &Suggestion, total: Option<u32>) -> Reply {
        let view = self.app.view(suggestion.scope);
        let fact = suggestion.proposal.fact();
        let now = self.app.state(suggestion.scope, fact);
        let beside = match &suggestion.proposal {
            Proposal::Change { change: Change::Add(record) | Change::Edit(record), .. } => {
                self.app.with_scratch(|scratch| neighbours(&view, &record.text, Some(fact), scratch))
            }
            _ => Vec::new(),
        };
        wording::waiting(&view, suggestion, now.as_ref(), &beside, total)
    }

    /// A suggestion of this server, with the right to judge it.
    async fn to_judge(&self, scene: &Scene, id: SuggestionId) -> Result<(Moderator, Suggestion), Reply> {
        let moderator = self.moderator(scene)?;
        let found = self.desk.store.suggestion(moderator.scope(), id).await.map_err(|error| self.not_saved(&error))?;
        let suggestion = found.ok_or_else(wording::no_suggestion)?;
        if suggestion.decision.is_some() {
            return Err(wording::verdict(&suggestion));
        }
        Ok((moderator, suggestion))
    }

    /// Whether a moderator may do what a suggestion asks for, where two must agree on it.
    async fn may_approve(&self, moderator: Moderator, suggestion: &Suggestion) -> Result<(), Reply> {
        let fact = suggestion.proposal.fact();
        let history = self.desk.history(suggestion.scope, fact).await.map_err(|error| self.not_saved(&error))?;
        let now = history.now();
        let after = match &suggestion.proposal {
            Proposal::Change { change: Change::Add(record) | Change::Edit(record), .. } => Some(record.clone()),
            Proposal::Change { change: Change::Revert(number), .. } => history.at(*number).map(|state| state.record().clone()),
            Proposal::Wrong { .. } => return Ok(()),
            _ => now.as_ref().map(|state| state.record().clone()),
        };
        if !after.is_some_and(|after| self.needs_two(moderator.into(), now.as_ref(), &after)) || is_by_another(suggestion, moderator.into())
        {
            return Ok(());
        }
        Err(if suggestion.proposer.is_some() { wording::own_suggestion() } else { wording::unsigned_suggestion() })
    }

    /// A moderator pressed a button of a suggestion.
    pub(in super::super) async fn on_judged(&self, scene: &Scene, id: SuggestionId, judgement: Judgement) {
        if judgement == Judgement::Approve {
            return self.reply_in_time(scene, First::Message, async { self.approved(scene, id).await.unwrap_or_else(|reply| reply) }).await;
        }
        let found = tokio::time::timeout_at(before_a_form(scene), self.to_judge(scene, id)).await;
        let (moderator, suggestion) = match found {
            Ok(Ok(found)) => found,
            Ok(Err(reply)) => return self.respond(scene, First::Message, &reply).await,
            Err(_) => return self.respond(scene, First::Message, &self.too_slow()).await,
        };
        if judgement == Judgement::Reject {
            return self.show_form(scene, &Form::of_rejection(id)).await;
        }
        let draft = self.amended(&suggestion);
        match draft {
            Some(draft) => self.begin(scene, moderator.into(), &draft).await,
            None => self.respond(scene, First::Message, &wording::no_fact()).await,
        }
    }

    /// A draft of what a suggestion asks for, to be changed.
    fn amended(&self, suggestion: &Suggestion) -> Option<Draft> {
        let fact = match &suggestion.proposal {
            Proposal::Change { fact, change: Change::Add(record), .. } => self.free_id(suggestion.scope, fact, record)?,
            proposal => proposal.fact().clone(),
        };
        let seen = self.app.number(suggestion.scope, &fact);
        let now = self.app.state(suggestion.scope, &fact);
        let mut typed = match &suggestion.proposal {
            Proposal::Change { change: Change::Add(record) | Change::Edit(record), .. } => Typed::of(record),
            _ => Typed::of(now.as_ref()?.record()),
        };
        if let Proposal::Words { words, .. } = &suggestion.proposal {
            typed.questions = format!("{}\n{words}", typed.questions);
        }
        Some(Draft::new(Purpose::Amend { suggestion: suggestion.id, fact, seen }, typed, ""))
    }

    /// The id that a suggested new fact is to have: what it was suggested with, unless another has that by now.
    fn free_id(&self, scope: Scope, wanted: &FactId, record: &Record) -> Option<FactId> {
        let view = self.app.view(scope);
        let is_taken = |id: &FactId| view.base.find(id.as_str()).is_some() || self.app.is_known(scope, id);
        if is_taken(wanted) { made_id(&view, &record.text, is_taken) } else { Some(wanted.clone()) }
    }

    async fn approved(&self, scene: &Scene, id: SuggestionId) -> Result<Reply, Reply> {
        let (moderator, suggestion) = self.to_judge(scene, id).await?;
        self.may_approve(moderator, &suggestion).await?;
        let change: Option<(FactId, Change, RevisionNo)> = match &suggestion.proposal {
            Proposal::Change { fact, change: Change::Add(record), .. } => {
                let fact = self.free_id(suggestion.scope, fact, record).ok_or_else(wording::no_id)?;
                Some((fact, Change::Add(record.clone()), RevisionNo(0)))
            }
            Proposal::Change { fact, seen, change: Change::Edit(record), .. } => Some((fact.clone(), Change::Edit(record.clone()), *seen)),
            // What the fact says now does not matter to whether it is served.
            Proposal::Change { fact, change, .. } => Some((fact.clone(), change.clone(), self.app.number(suggestion.scope, fact))),
            Proposal::Words { fact, .. } => {
                let (record, seen) = self.with_words(&suggestion)?;
                Some((fact.clone(), Change::Edit(record), seen))
            }
            Proposal::Wrong { .. } => None,
        };
        let change = change.as_ref().map(|(fact, change, seen)| (fact, change.clone(), *seen));
        match self.approve(scene, moderator, id, change).await {
            Ok(Outcome::Done(reply) | Outcome::Stays(reply)) => Ok(wording::and_next(reply, id)),
            Err(ChangeError::Refused(Refusal::Moved { .. })) => Ok(wording::suggestion_moved(id)),
            Err(ChangeError::Refused(refusal)) => Ok(wording::refused(&refusal)),
            Err(ChangeError::Store(error)) => Err(self.not_saved(&error)),
        }
    }

    /// A fact with the words that people use for it, and the revision that it stands at.
    fn with_words(&self, suggestion: &Suggestion) -> Result<(Record, RevisionNo), Reply> {
        let Proposal::Words { fact, words, .. } = &suggestion.proposal else { return Err(wording::no_fact()) };
        let seen = self.app.number(suggestion.scope, fact);
        let state = self.app.state(suggestion.scope, fact).filter(State::is_published).ok_or_else(wording::no_fact)?;
        let record = with_forms(state.record().clone(), std::slice::from_ref(words)).ok_or_else(wording::too_many_forms)?;
        Ok((record, seen))
    }

    /// The reason why a suggestion is rejected was sent.
    pub(super) async fn on_rejected(&self, scene: &Scene, id: SuggestionId, reason: &str) {
        self.reply_in_time(scene, First::Message, async {
            let rejected = async {
                let (moderator, _) = self.to_judge(scene, id).await?;
                let stamp = moderator.stamp(scene, reason);
                let decision =
                    Decision { verdict: Verdict::Rejected, by: Some(moderator.person), at: stamp.at, reason: reason.trim().to_owned() };
                match self.desk.decide(moderator.scope(), id, &decision, None, stamp).await {
                    Ok(Approved::Done(suggestion, _)) => {
                        self.audit(moderator.server, &scene.caller.id.to_string(), &wording::rejection_line(&suggestion));
                        self.decided(&suggestion);
                        Ok(wording::and_next(wording::verdict(&suggestion), id))
                    }
                    Ok(Approved::Already(suggestion)) => Ok(wording::verdict(&suggestion)),
                    Ok(Approved::Missing) => Err(wording::no_suggestion()),
                    Err(ChangeError::Store(error)) => Err(self.not_saved(&error)),
                    Err(ChangeError::Refused(refusal)) => Err(wording::refused(&refusal)),
                }
            };
            rejected.await.unwrap_or_else(|reply| reply)
        })
        .await;
    }

    /// Says of a suggestion how it ended, where it was posted and to who made it.
    pub(super) fn decided(&self, suggestion: &Suggestion) {
        let Some(bot) = self.myself.upgrade() else { return };
        if let Some(post) = suggestion.post {
            let view = self.app.view(suggestion.scope);
            let reply = wording::decided(&view, suggestion);
            let at = Posted {
                guild: NonZeroU64::new(suggestion.scope.id()).map(GuildId::from),
                channel: ChannelId::from(post.channel),
                message: MessageId::from(post.message),
            };
            self.in_hand.spawn(async move {
                if let Err(failure) = bot.rest.change(&at, &reply).await {
                    warn!("the post of a suggestion was not changed: {failure}");
                }
            });
        }
        if suggestion.to_be_told().is_some() {
            self.tell_outcome(suggestion.id);
        }
    }

    /// Tells proposers how their suggestions ended whom nobody has told, as after a process that died or while Discord was away.
    async fn tell_who_is_untold(&self, turn: &mut Turn) {
        match self.desk.store.untold().await {
            Ok(untold) => turn.next_of(untold.iter().collect()).iter().for_each(|suggestion| self.tell_outcome(suggestion.id)),
            Err(error) => debug!("who is to be told how a suggestion ended was not looked for: {error}"),
        }
    }

    /// Tells who made a suggestion how it ended; nobody waits for that. Until they were told, the store has it that they are to be.
    fn tell_outcome(&self, id: SuggestionId) {
        let Some(bot) = self.myself.upgrade() else { return };
        self.in_hand.spawn(async move {
            let telling = bot.tell_proposer(id);
            bot.sharing.once(&format!("telling the outcome of suggestion {}", id.0), telling).await;
        });
    }

    async fn tell_proposer(&self, id: SuggestionId) {
        // Another process may have told them meanwhile, or they may have asked to be forgotten.
        let Ok(Some(suggestion)) = self.desk.store.still_untold(id).await else { return };
        if let Some(proposer) = suggestion.to_be_told()
            && self.tell(proposer, &format!("outcome-{}", id.0), &wording::outcome(&suggestion)).await == Telling::Later
        {
            return;
        }
        if let Err(error) = self.desk.store.outcome_told(id).await {
            warn!("that somebody was told the outcome of a suggestion was not kept: {error}; they may be told once more");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_posted_holds_back_nothing_else() {
        let waiting: Vec<Suggestion> = (1..=50)
            .map(|id| Suggestion {
                id: SuggestionId(id),
                scope: Scope::of(7),
                proposal: Proposal::Wrong { fact: FactId::new("truce").unwrap(), question: None },
                proposer: None,
                at: 0,
                post: None,
                decision: None,
            })
            .collect();
        let mut turn = Turn::default();
        let mut next = || turn.next_of(waiting.iter().collect()).iter().map(|suggestion| suggestion.id.0).collect::<Vec<_>>();
        assert_eq!(next(), (1..=20).collect::<Vec<_>>());
        assert_eq!(next(), (21..=40).collect::<Vec<_>>());
        assert_eq!(next(), (41..=50).chain(1..=10).collect::<Vec<_>>());
        assert_eq!(next(), (11..=30).collect::<Vec<_>>());
    }
}
