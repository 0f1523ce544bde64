//! The bot's one state, and what it does with messages: ask, answer, follow edits and deletions.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwap;
use hashbrown::HashMap;
use serenity::all::{ChannelId, GuildId, Message, MessageId, MessageUpdateEvent, UserId};
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use super::following::Earlier;
use super::hear::{Ears, Heard, Hearing, Way, hear, hear_edit};
use super::ledger::{Change, Due, Ledger, Posted, Telling, Told};
use super::limits::{Admission, Limits, Whose};
use super::moderation::Outbox;
use super::places::Places;
use super::press::Person;
use super::render::{self, Asked, Found};
use super::reply::{Reply, SeenBy};
use super::rest::{Failure, Rest};
use super::sharing::Sharing;
use super::timeline::course_asked;
use super::timeline::pictures::Pictures;
use crate::answer::{Answer, Outcome};
use crate::app::App;
use crate::config::{self, ShardRange};
use crate::curation::review::Settings;
use crate::curation::{Scope, ServerId};
use crate::desk::Desk;
use crate::fact::FactIx;
use crate::knowledge::Knowledge;
use crate::lexicon::Wanted;
use crate::operations::{AskedBy, Came, Vitals};
use crate::question::clean::clean;

/// An answer that takes longer shows that it is being written.
const TYPING_AFTER: Duration = Duration::from_millis(500);
/// Discord shows that for 10 s, or until the answer comes.
const TYPING_AGAIN_AFTER: Duration = Duration::from_secs(8);
/// How long after it was asked a question can be edited and its answer follows.
pub(super) const EDITABLE_FOR: Duration = Duration::from_secs(15 * 60);
/// How long somebody waits for the same answer that is on its way to the channel, before they get their own.
const SAME_WITHIN: Duration = Duration::from_secs(2);
/// How long a channel is left alone after Discord refused to let the bot speak there.
const SILENT_FOR: Duration = Duration::from_secs(5 * 60);
/// How often, at most, the same person is told the same of limits, or a channel of withheld words.
const TOLD_OFF_FOR: Duration = Duration::from_secs(60);
/// The first moment of Discord's ids, in milliseconds since 1970.
const DISCORD_EPOCH: u64 = 1_420_070_400_000;

/// The bot's state. Locks guard plain data and are never held across an await.
#[derive(Debug)]
pub struct Bot {
    pub(super) app: Arc<App>,
    /// What edits it, and keeps what people say.
    pub(super) desk: Desk,
    /// What each server has set.
    pub(super) of_servers: ArcSwap<HashMap<ServerId, Settings>>,
    pub(super) outbox: Outbox,
    /// What whoever runs it sees of it.
    pub(super) vitals: Arc<Vitals>,
    /// This bot, for what it does after it has answered.
    pub(super) myself: Weak<Self>,
    pub(super) rest: Rest,
    pub(super) pictures: Pictures,
    /// What it may do alone.
    pub(super) sharing: Sharing,
    /// The shards it runs.
    pub(super) shards: ShardRange,
    /// Cancelled when it may sign in, and when all its shards have.
    pub(super) signs_in: CancellationToken,
    pub(super) signed_in: CancellationToken,
    /// The bot's own user.
    pub(super) me: UserId,
    pub(super) settings: config::Discord,
    /// What is in hand; the process waits for it before it ends.
    pub(super) in_hand: TaskTracker,
    /// Cancelled when nothing new is to be taken.
    pub(super) stopping: CancellationToken,
    /// Room for questions in hand; what finds none is let go.
    room: Semaphore,
    let_go: AtomicU64,
    ledger: Mutex<Ledger>,
    limits: Mutex<Limits>,
    pub(super) places: Places,
    /// When this process began to listen.
    pub(super) since: Instant,
}

/// What a bot begins with beside its settings.
#[derive(Debug)]
pub(super) struct Kept {
    /// What each server has set.
    pub(super) of_servers: HashMap<ServerId, Settings>,
    /// Where notes are left.
    pub(super) outbox: Outbox,
    /// What whoever runs it sees of it.
    pub(super) vitals: Arc<Vitals>,
    /// What it may do alone.
    pub(super) sharing: Sharing,
    /// The shards it runs.
    pub(super) shards: ShardRange,
}

impl Bot {
    /// A bot that has not heard anything yet.
    pub(super) fn new(desk: Desk, rest: Rest, me: UserId, settings: config::Discord, kept: Kept) -> Arc<Self> {
        let limits = Limits::new(settings.person, settings.channel, settings.server);
        let places = Places::of(&settings);
        let room = usize::try_from(settings.at_once).unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS);
        Arc::new_cyclic(|myself| Self {
            app: Arc::clone(&desk.app),
            desk,
            of_servers: ArcSwap::from_pointee(kept.of_servers),
            outbox: kept.outbox,
            vitals: kept.vitals,
            myself: Weak::clone(myself),
            rest,
            pictures: Pictures::default(),
            sharing: kept.sharing,
            shards: kept.shards,
            signs_in: CancellationToken::new(),
            signed_in: CancellationToken::new(),
            me,
            settings,
            in_hand: TaskTracker::new(),
            stopping: CancellationToken::new(),
            room: Semaphore::new(room),
            let_go: AtomicU64::new(0),
            ledger: Mutex::default(),
            limits: Mutex::new(limits),
            places,
            since: Instant::now(),
        })
    }

    pub(super) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a person may ask now.
    pub(super) fn admit(&self, person: UserId, channel: ChannelId, guild: Option<GuildId>) -> Admission {
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        limits.admit(person.get(), channel.get(), guild.map(GuildId::get), Instant::now())
    }

    /// Whether an earlier answer may be looked for now.
    pub(super) fn may_look(&self, now: Instant) -> bool {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner).may_look(now)
    }

    /// A message came.
    pub(super) async fn on_message(&self, message: &Message) {
        let asking = self.is_asking_by_now(message).await;
        if message.guild_id.is_none() || asking {
            self.places.saw_message(message.channel_id, message.guild_id, message.id);
        }
        match hear(Ears { me: self.me, asking }, message) {
            Hearing::Question(heard) => {
                if self.ledger().first_time(heard.id.get()) {
                    self.on_question(heard).await;
                }
            }
            Hearing::Withheld(heard) => self.on_withheld(heard).await,
            Hearing::Nothing => {}
        }
    }

    async fn on_question(&self, heard: Heard) {
        let now = Instant::now();
        if self.ledger().is_silent(heard.channel, now) {
            return;
        }
        let Ok(_place) = self.room.try_acquire() else { return self.let_go(&heard) };
        {
            let mut ledger = self.ledger();
            let leans_on = ledger.leans_on(heard.channel, now).filter(|_| heard.way == Way::Direct);
            if !ledger.begin(heard.id, leans_on) {
                return;
            }
        }
        match self.answer_shown(&heard).await {
            Some(posted) => self.settle(heard, posted).await,
            None => self.ledger().forget(heard.id),
        }
    }

    /// Discord, or this machine, is slower than people ask. What nobody asked the bot may not have been a question at all.
    fn let_go(&self, heard: &Heard) {
        if heard.way == Way::Unasked {
            return;
        }
        self.vitals.metrics.asked(by(&heard.way), Came::Dropped);
        let let_go = self.let_go.fetch_add(1, Ordering::Relaxed) + 1;
        if let_go.is_power_of_two() {
            let in_hand = self.settings.at_once;
            warn!(
                "{let_go} questions were let go so far, each while {in_hand} were in hand: Discord or this machine is slower than people ask"
            );
        }
    }

    /// Does to an answer what was done to its question while the answer was on its way.
    async fn settle(&self, mut heard: Heard, posted: Posted) {
        loop {
            let changed = self.ledger().answered(heard.id, posted, &heard.content);
            match changed {
                None => return,
                Some(Change::Deleted) => {
                    self.ledger().forget(heard.id);
                    return self.take_away(&posted).await;
                }
                Some(Change::Edited(content)) => {
                    heard.content = content;
                    if self.change(&heard, &posted).await == Standing::Gone {
                        return self.ledger().forget(heard.id);
                    }
                }
            }
        }
    }

    /// Answers a question where it was asked; where the answer stands, if one was given.
    async fn answer_shown(&self, heard: &Heard) -> Option<Posted> {
        let view = self.app.view(scope(heard.guild));
        // Where nobody asked by name, saying nothing costs nothing: limits count only what is said.
        let answer = match heard.way {
            Way::Unasked => Some(self.answer_unasked(&view, heard)?),
            Way::Mention | Way::Reply(_) | Way::Direct => None,
        };
        if let Admission::Refused { whose, wait } = self.admit(heard.author, heard.channel, heard.guild) {
            let whom = match whose {
                Whose::Person => heard.author.get(),
                Whose::Channel => heard.channel.get(),
                Whose::Server => heard.guild.map_or(0, GuildId::get),
            };
            self.vitals.metrics.asked(by(&heard.way), Came::Limited);
            let told_off = !matches!(heard.way, Way::Unasked) && self.first_in_a_while(whom);
            return if told_off { self.post(heard, &render::too_many(whose, wait)).await } else { None };
        }
        if clean(&heard.content).trim().is_empty() {
            self.vitals.metrics.asked(by(&heard.way), Came::Help);
            return self.post(heard, &render::help(&view)).await;
        }
        let course = if answer.is_none() { course_of(&view, heard) } else { None };
        if let Some(course) = course {
            self.vitals.metrics.asked(by(&heard.way), Came::Timeline);
            return self.post(heard, &course).await;
        }
        let answer = answer.unwrap_or_else(|| self.answer(&view, heard));
        self.vitals.metrics.asked(by(&heard.way), came(&answer));
        self.note_in_vain(heard.guild, heard.author, &heard.content, &answer);
        let fact = told_by(&answer);
        if let Some(fact) = fact.filter(|_| heard.guild.is_none()) {
            self.ledger().conversed(heard.channel, view.base.fact(fact).id.clone(), Instant::now());
        }
        let reply = render::reply(&view, &answer, asked_by(heard));
        let Some(fact) = fact.filter(|_| heard.guild.is_some()) else {
            return self.post(heard, &reply).await;
        };
        match self.told_before(heard.channel, Telling::of(&view, fact)).await {
            // Who asks on wants something else of the same fact.
            Before::Told(_) if matches!(heard.way, Way::Reply(_)) => self.post(heard, &reply).await,
            Before::Told(before) => self.post(heard, &render::answered_before(&view, fact, &before.link())).await,
            Before::Not(told) => {
                let posted = self.post(heard, &reply).await?;
                told.send_replace(Some(posted));
                Some(posted)
            }
        }
    }

    /// Answers a question, and tells how long that took.
    pub(super) fn ask_timed(&self, view: &Knowledge, text: &str, last: Option<FactIx>) -> Answer {
        let since = Instant::now();
        let answer = self.app.ask(view, text, last);
        self.vitals.metrics.answered_in(since.elapsed());
        answer
    }

    /// What time it is by Discord's clock, which ids are made by; by ours, as long as Discord has not said.
    pub(super) fn now(&self) -> SystemTime {
        let (now, ahead) = (SystemTime::now(), self.rest.clock_ahead().unwrap_or(0));
        let by = Duration::from_secs(ahead.unsigned_abs());
        let theirs = if ahead >= 0 { now.checked_add(by) } else { now.checked_sub(by) };
        theirs.unwrap_or(now)
    }

    fn answer(&self, view: &Knowledge, heard: &Heard) -> Answer {
        let last = match &heard.way {
            Way::Reply(told) => told.as_ref().and_then(|key| key.find(&view.base)),
            Way::Direct => self.ledger().leant_on(heard.id).and_then(|fact| view.base.find(fact.as_str())),
            Way::Mention | Way::Unasked => None,
        };
        self.ask_timed(view, &heard.content, last)
    }

    /// An answer that may be given unasked, if there is one: the message looks like a question, and the answer is surer than usual.
    fn answer_unasked(&self, view: &Knowledge, heard: &Heard) -> Option<Answer> {
        let answer = self.ask_timed(view, &heard.content, None);
        let looks_like_question = heard.content.contains(['?', '؟']) || answer.question.wanted != Wanted::Anything;
        let sure = answer.outcome == Outcome::Answer && answer.confidence >= self.settings.unasked_bar;
        (looks_like_question && sure).then_some(answer)
    }

    /// Whether a channel was told a fact within the last minute; if it is being told right now, waits a little to see where.
    pub(super) async fn told_before(&self, channel: ChannelId, telling: Telling) -> Before {
        let told = self.ledger().tell(channel, telling, Instant::now());
        let mut waiting = match told {
            Told::No(sender) => return Before::Not(sender),
            Told::There(posted) => return Before::Told(posted),
            Told::Underway(waiting) => waiting,
        };
        let at = tokio::time::timeout(SAME_WITHIN, waiting.wait_for(Option::is_some)).await;
        match at.ok().and_then(Result::ok).and_then(|at| *at) {
            Some(posted) => Before::Told(posted),
            // Whoever was telling it has failed or is slow: this one gets an answer of its own.
            None => Before::Not(watch::channel(None).0),
        }
    }

    /// Replies to a message, showing meanwhile that it is being written if that takes long; where the reply stands.
    async fn post(&self, heard: &Heard, reply: &Reply) -> Option<Posted> {
        let posting = self.rest.post(heard.channel, heard.guild, heard.id, &heard.content, reply);
        let typing = async {
            tokio::time::sleep(TYPING_AFTER).await;
            loop {
                // It is a courtesy: where it fails, the answer says so.
                let _ = self.rest.show_typing(heard.channel).await;
                tokio::time::sleep(TYPING_AGAIN_AFTER).await;
            }
        };
        let posted = tokio::select! {
            posted = posting => posted,
            () = typing => return None,
        };
        posted.map_err(|failure| self.failed("answer", heard.channel, &failure)).ok()
    }

    /// Says in the log what a request came to, once for what comes again and again.
    pub(super) fn failed(&self, what: &str, channel: ChannelId, failure: &Failure) {
        if failure.is_gone() {
            info!(%channel, "cannot {what}: the question or the message is gone");
        } else if failure.is_forbidden() {
            self.ledger().silence(channel, Instant::now() + SILENT_FOR);
            warn!(
                %channel,
                "cannot {what} in channel {channel}: {failure}; give the bot View Channel, Send Messages, Send Messages in Threads, Embed Links and Read Message History there. Questions there are left alone for {} minutes",
                SILENT_FOR.as_secs() / 60
            );
        } else {
            warn!(%channel, "cannot {what} in channel {channel}: {failure}");
        }
    }

    async fn on_withheld(&self, heard: Heard) {
        let may = {
            let mut ledger = self.ledger();
            !ledger.is_silent(heard.channel, Instant::now()) && ledger.first_time(heard.id.get())
        };
        // It stands in the ledger as an answer does, so that it goes with its question, and becomes the answer once its words are shown.
        if may && self.first_in_a_while(heard.channel.get()) && self.ledger().begin(heard.id, None) {
            match self.post(&heard, &render::withheld(self.me.get())).await {
                Some(posted) => self.settle(heard, posted).await,
                None => self.ledger().forget(heard.id),
            }
        }
    }

    /// Whether something may be said that must not be said again and again.
    fn first_in_a_while(&self, whom: u64) -> bool {
        self.ledger().may_tell_off(whom, Instant::now(), TOLD_OFF_FOR)
    }

    /// A message was edited, perhaps: Discord tells of link previews in the same way.
    pub(super) async fn on_edit(&self, event: &MessageUpdateEvent) {
        let asking = event.guild_id.is_some_and(|guild| self.is_asking(guild, event.channel_id));
        let Some(heard) = hear_edit(Ears { me: self.me, asking }, event) else { return };
        if age(heard.id, self.now()) > EDITABLE_FOR {
            return;
        }
        let edited = event.edited_timestamp.map_or(0, |at| at.unix_timestamp() * 1_000_000 + i64::from(at.microsecond()));
        let mut due = self.ledger().edited(heard.id, &heard.content, edited);
        if due == Due::Unknown {
            match self.earlier_answer(heard.channel, heard.guild, heard.id).await {
                Earlier::There(posted) => self.ledger().adopt(heard.id, posted),
                Earlier::None => {}
                // A second answer beside the first is worse than one that does not follow.
                Earlier::Unknown => return,
            }
            // Another edit may have come while that was looked for.
            due = self.ledger().edited(heard.id, &heard.content, edited);
        }
        match due {
            Due::Nothing => {}
            // It was not answered as it stood before: the mention was missing, it was beyond what the bot answers unasked, or
            // there was no room for it.
            Due::Unknown => self.on_question(heard).await,
            Due::There(posted) => match self.change(&heard, &posted).await {
                Standing::There => self.settle(heard, posted).await,
                Standing::Gone => self.ledger().forget(heard.id),
            },
        }
    }

    /// Changes an answer to what its question says now; whether there is an answer still. Where limits forbid it, or Discord does not
    /// take it, the answer stays as it is.
    async fn change(&self, heard: &Heard, posted: &Posted) -> Standing {
        if !matches!(self.admit(heard.author, heard.channel, heard.guild), Admission::Granted) {
            return Standing::There;
        }
        let view = self.app.view(scope(heard.guild));
        let course = if heard.way == Way::Unasked { None } else { course_of(&view, heard) };
        // What this message told counts no more, whatever it is changed to.
        self.ledger().untell(posted.message);
        let (reply, telling) = if let Some(course) = course {
            (course, None)
        } else {
            let answer = match heard.way {
                Way::Unasked => self.answer_unasked(&view, heard),
                Way::Mention | Way::Reply(_) | Way::Direct => Some(self.answer(&view, heard)),
            };
            let Some(answer) = answer else {
                self.take_away(posted).await;
                return Standing::Gone;
            };
            let fact = told_by(&answer);
            if let Some(fact) = fact.filter(|_| heard.guild.is_none()) {
                self.ledger().conversed(heard.channel, view.base.fact(fact).id.clone(), Instant::now());
            }
            let reply = render::reply(&view, &answer, asked_by(heard));
            match fact.filter(|_| heard.guild.is_some() && !matches!(heard.way, Way::Reply(_))) {
                Some(fact) => self.tell_once(&view, fact, posted, reply).await,
                None => (reply, None),
            }
        };
        match self.rest.change(posted, &reply.renewed()).await {
            Ok(()) => {
                if let Some(telling) = telling {
                    telling.send_replace(Some(*posted));
                }
                Standing::There
            }
            Err(failure) => {
                self.failed("change an answer", posted.channel, &failure);
                if failure.is_gone() { Standing::Gone } else { Standing::There }
            }
        }
    }

    /// What a message of ours becomes that is to tell a fact: where its channel was told the same by another within the last minute, it
    /// leads there. Through the sender is said that it tells it.
    pub(super) async fn tell_once(
        &self,
        view: &Knowledge,
        fact: FactIx,
        at: &Posted,
        reply: Reply,
    ) -> (Reply, Option<watch::Sender<Option<Posted>>>) {
        match self.told_before(at.channel, Telling::of(view, fact)).await {
            Before::Told(before) if before.message == at.message => (reply, None),
            Before::Told(before) => (render::answered_before(view, fact, &before.link()).for_eyes_of(reply.seen_by), None),
            Before::Not(telling) => (reply, Some(telling)),
        }
    }

    pub(super) async fn take_away(&self, posted: &Posted) {
        self.ledger().took_away(posted.message);
        if let Err(failure) = self.rest.take_away(posted).await {
            self.failed("take an answer away", posted.channel, &failure);
        }
    }
}

/// What a channel was told a moment ago.
#[derive(Debug)]
pub(super) enum Before {
    /// This, there.
    Told(Posted),
    /// Not this; whoever tells it says where through the sender.
    Not(watch::Sender<Option<Posted>>),
}

/// Whether an answer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    There,
    Gone,
}

/// The fact that an answer tells, if it is one.
pub(super) fn told_by(answer: &Answer) -> Option<FactIx> {
    answer.ranked.first().map(|first| first.fact).filter(|_| answer.outcome == Outcome::Answer)
}

/// How a message asked.
fn by(way: &Way) -> AskedBy {
    match way {
        Way::Mention => AskedBy::Mention,
        Way::Reply(_) => AskedBy::Reply,
        Way::Direct => AskedBy::Direct,
        Way::Unasked => AskedBy::Channel,
    }
}

/// What came of a question that was decided on.
pub(super) fn came(answer: &Answer) -> Came {
    match answer.outcome {
        Outcome::Answer => Came::Answer,
        Outcome::Suggest => Came::Suggest,
        Outcome::Abstain => Came::Abstain,
    }
}

/// Whose facts count where something was asked.
pub(super) fn scope(guild: Option<GuildId>) -> Scope {
    Scope::of(guild.map_or(0, GuildId::get))
}

/// The course of events that a message asks for, if it asks for one.
fn course_of(view: &Knowledge, heard: &Heard) -> Option<Reply> {
    course_asked(view, &heard.content, Person(heard.author.get()), None, SeenBy::Everyone)
}

fn asked_by(heard: &Heard) -> Asked<'static> {
    Asked { asker: Person(heard.author.get()), shown: None, seen_by: SeenBy::Everyone, found: Found::Understood }
}

/// When the thing with this id was made, since 1970, by the time that Discord writes into its ids.
pub(super) fn made(id: MessageId) -> Duration {
    Duration::from_millis((id.get() >> 22) + DISCORD_EPOCH)
}

/// How long ago that was.
pub(super) fn age(id: MessageId, now: SystemTime) -> Duration {
    now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().saturating_sub(made(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_when_it_was_made() {
        // The example of Discord's reference on snowflakes: 30 April 2016, 11:18:25.796 UTC.
        let made = SystemTime::UNIX_EPOCH + Duration::from_millis(1_462_015_105_796);
        let id = MessageId::new(175_928_847_299_117_063);
        assert_eq!(age(id, made + Duration::from_secs(5)), Duration::from_secs(5));
        assert_eq!(age(id, made - Duration::from_secs(5)), Duration::ZERO);
    }
}
