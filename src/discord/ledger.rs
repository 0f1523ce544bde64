//! What this process remembers of questions it is asked: which it has seen, which message answers which, and what a channel was told a
//! moment ago. Plain data, no clock: time is handed in. Everything is bounded; what is oldest is forgotten first.

use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

use hashbrown::HashMap;
use serenity::all::{ChannelId, GuildId, MessageId};
use tokio::sync::watch;

use crate::fact::{FactId, FactIx};
use crate::knowledge::Knowledge;

/// A fact as it is told now: what was told before an edit is not what is told after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Telling(u64);

impl Telling {
    /// What a fact, its sources and those who contradict it come to.
    pub fn of(view: &Knowledge, fact: FactIx) -> Self {
        let mut hasher = DefaultHasher::new();
        for told in std::iter::once(&fact).chain(view.base.conflicts(fact).iter()) {
            let told = view.base.fact(*told);
            (&told.id, &told.claim, told.date, told.standing).hash(&mut hasher);
            told.short.named().for_each(|short| short.hash(&mut hasher));
            for source in told.citations.iter().map(|source| view.base.source(source)) {
                (&source.id, &source.publisher, &source.title, &source.url, source.published).hash(&mut hasher);
            }
        }
        Self(hasher.finish())
    }
}

/// Questions whose answers are remembered, to follow edits and deletions.
const QUESTIONS: usize = 10_000;
/// Events remembered, to tell one that comes twice.
const EVENTS: usize = 20_000;
/// Facts told in channels that are remembered.
const TOLD: usize = 10_000;
/// Direct conversations whose last fact is remembered.
const CONVERSATIONS: usize = 5_000;
/// How long a channel that was told a fact is not told it again.
pub const TOLD_FOR: Duration = Duration::from_secs(60);
/// How long a direct conversation leans on its last answer.
const LEANS_FOR: Duration = Duration::from_secs(15 * 60);
/// People and channels told off that are remembered.
const TOLD_OFF: usize = 5_000;
/// Messages that were taken away and are remembered.
const TAKEN_AWAY: usize = 2_000;
/// Channels in which nothing may be said that are remembered.
const SILENT_CHANNELS: usize = 2_000;

/// A map that forgets its oldest entries.
#[derive(Debug)]
struct Recent<K, V> {
    entries: HashMap<K, V>,
    order: VecDeque<K>,
    most: usize,
}

impl<K: Hash + Eq + Copy, V> Recent<K, V> {
    fn new(most: usize) -> Self {
        Self { entries: HashMap::new(), order: VecDeque::new(), most }
    }

    /// Puts a value; the oldest goes where there are too many. Whether the key is new.
    fn put(&mut self, key: K, value: V) -> bool {
        let is_new = self.entries.insert(key, value).is_none();
        if is_new {
            self.order.push_back(key);
            while self.order.len() > self.most {
                if let Some(oldest) = self.order.pop_front() {
                    self.entries.remove(&oldest);
                }
            }
        }
        is_new
    }

    fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key)
    }

    /// Forgets the oldest entries as long as they are so.
    fn forget_while(&mut self, is_so: impl Fn(&V) -> bool) {
        while let Some(oldest) = self.order.front() {
            if self.entries.get(oldest).is_some_and(|value| !is_so(value)) {
                break;
            }
            if let Some(oldest) = self.order.pop_front() {
                self.entries.remove(&oldest);
            }
        }
    }

    /// The key that would be forgotten for another one.
    fn next_to_go(&self) -> Option<&K> {
        self.order.front().filter(|_| self.order.len() >= self.most)
    }

    /// Takes a value out. Its place in the order stays until it is the oldest, which bounds the order too.
    fn remove(&mut self, key: &K) -> Option<V> {
        self.entries.remove(key)
    }
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posted {
    /// The server, unless it is a direct message.
    pub guild: Option<GuildId>,
    /// The channel.
    pub channel: ChannelId,
    /// The message.
    pub message: MessageId,
}

impl Posted {
    /// An address that leads to it in any Discord client.
    pub fn link(&self) -> String {
        let server = self.guild.map_or_else(|| "@me".to_owned(), |guild| guild.to_string());
        format!("https://discord.com/channels/{server}/{}/{}", self.channel, self.message)
    }
}

/// What became of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Question {
    /// The fact that it leant on when it was asked.
    leant_on: Option<FactId>,
    /// When it was edited last, in microseconds since 1970. Events may overtake each other.
    edited: i64,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// Its answer is being posted or changed. What happens to the question meanwhile waits here.
    Underway { changed: Option<Change> },
    /// It was answered there, as it read then. The words themselves are not kept, only enough to see that they changed.
    Answered { at: Posted, words: u64 },
}

/// Text as a number, to see whether it changed.
fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// What a person did to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Wrote it anew.
    Edited(String),
    /// Took it away.
    Deleted,
}

/// What an edited or deleted question asks to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// Nothing: it is unchanged, or what is due is done when its answer has arrived.
    Nothing,
    /// Its answer there is to be changed or taken away.
    There(Posted),
    /// Nothing is known of it.
    Unknown,
}

/// What a channel was told a moment ago.
#[derive(Debug)]
pub enum Told {
    /// Not this: say it, and say where through the sender.
    No(watch::Sender<Option<Posted>>),
    /// It is being told this now; where, the receiver will know.
    Underway(watch::Receiver<Option<Posted>>),
    /// This, there.
    There(Posted),
}

/// Where a channel was told a fact. A receiver takes ten times the room of a place, so none is kept for longer than until the next telling.
#[derive(Debug)]
enum Place {
    Underway(watch::Receiver<Option<Posted>>),
    There(Posted),
    /// Whoever was telling it gave up.
    Nowhere,
}

#[derive(Debug)]
struct ToldOnce {
    since: Instant,
    at: Place,
}

/// See the module.
#[derive(Debug)]
pub struct Ledger {
    events: Recent<u64, ()>,
    questions: Recent<MessageId, Question>,
    /// The latest question that was forgotten because there were too many.
    forgotten: Option<MessageId>,
    told: Recent<(ChannelId, Telling), ToldOnce>,
    /// What is being told now.
    telling: Vec<(ChannelId, Telling)>,
    conversations: Recent<ChannelId, (FactId, Instant)>,
    silent: Recent<ChannelId, Instant>,
    told_off: Recent<u64, Instant>,
    taken_away: Recent<MessageId, ()>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            events: Recent::new(EVENTS),
            questions: Recent::new(QUESTIONS),
            forgotten: None,
            told: Recent::new(TOLD),
            telling: Vec::new(),
            conversations: Recent::new(CONVERSATIONS),
            silent: Recent::new(SILENT_CHANNELS),
            told_off: Recent::new(TOLD_OFF),
            taken_away: Recent::new(TAKEN_AWAY),
        }
    }
}

impl Ledger {
    /// Whether an event with this id comes for the first time.
    pub fn first_time(&mut self, id: u64) -> bool {
        self.events.put(id, ())
    }

    /// What was done counts as not done, to be done another time.
    pub fn forget_event(&mut self, id: u64) {
        self.events.remove(&id);
    }

    /// A message of ours is taken away.
    pub fn took_away(&mut self, message: MessageId) {
        self.untell(message);
        self.taken_away.put(message, ());
    }

    /// Whether we took a message away ourselves.
    pub fn was_taken_away(&self, message: MessageId) -> bool {
        self.taken_away.get(&message).is_some()
    }

    /// Whether a thing may be said to somebody that is said once in `every` only.
    pub fn may_tell_off(&mut self, whom: u64, now: Instant, every: Duration) -> bool {
        let again = self.told_off.get(&whom).is_some_and(|last| now.saturating_duration_since(*last) < every);
        if !again {
            self.told_off.put(whom, now);
        }
        !again
    }

    /// A question is being answered, leaning on a fact perhaps; not if it is known already.
    pub fn begin(&mut self, question: MessageId, leant_on: Option<FactId>) -> bool {
        let is_new = self.questions.get(&question).is_none();
        if is_new {
            self.keep(question, Question { leant_on, edited: 0, state: State::Underway { changed: None } });
        }
        is_new
    }

    /// The answer to a question, as it read then, stands there. What happened to the question meanwhile is handed back: the answer is
    /// underway again until that is done.
    pub fn answered(&mut self, question: MessageId, at: Posted, content: &str) -> Option<Change> {
        let known = self.questions.get_mut(&question)?;
        if let State::Underway { changed } = &mut known.state
            && let Some(change) = changed.take()
        {
            return Some(change);
        }
        known.state = State::Answered { at, words: hash(content) };
        None
    }

    /// An answer given before this process began is remembered after all. What is known of the question by now stays as it is.
    pub fn adopt(&mut self, question: MessageId, at: Posted) {
        if self.questions.get(&question).is_some() {
            return;
        }
        self.keep(question, Question { leant_on: None, edited: 0, state: State::Answered { at, words: 0 } });
    }

    fn keep(&mut self, id: MessageId, question: Question) {
        self.forgotten = self.forgotten.max(self.questions.next_to_go().copied());
        self.questions.put(id, question);
    }

    /// Whether a question of which nothing is known may have been answered, and forgotten since.
    pub fn may_have_forgotten(&self, question: MessageId) -> bool {
        self.forgotten.is_some_and(|latest| question <= latest)
    }

    /// A question has no answer to follow any more, or never had one.
    pub fn forget(&mut self, question: MessageId) {
        self.questions.remove(&question);
    }

    /// The fact that a question leant on when it was asked.
    pub fn leant_on(&self, question: MessageId) -> Option<FactId> {
        self.questions.get(&question)?.leant_on.clone()
    }

    /// A question was edited, at a time in microseconds since 1970. Where its answer is to be changed, that is underway from now on.
    pub fn edited(&mut self, question: MessageId, new: &str, at: i64) -> Due {
        let Some(known) = self.questions.get_mut(&question) else { return Due::Unknown };
        // The same edit may be told of twice.
        if at <= known.edited {
            return Due::Nothing;
        }
        known.edited = at;
        match &mut known.state {
            State::Underway { changed } => {
                if *changed != Some(Change::Deleted) {
                    *changed = Some(Change::Edited(new.to_owned()));
                }
                Due::Nothing
            }
            State::Answered { words, .. } if *words == hash(new) => Due::Nothing,
            State::Answered { at, .. } => {
                let at = *at;
                known.state = State::Underway { changed: None };
                Due::There(at)
            }
        }
    }

    /// A question was deleted.
    pub fn deleted(&mut self, question: MessageId) -> Due {
        let Some(known) = self.questions.get_mut(&question) else { return Due::Unknown };
        match &mut known.state {
            State::Underway { changed } => {
                *changed = Some(Change::Deleted);
                Due::Nothing
            }
            State::Answered { at, .. } => {
                let at = *at;
                self.questions.remove(&question);
                Due::There(at)
            }
        }
    }

    /// Whether a channel was told a fact a moment ago; if not, it counts as told from now on.
    pub fn tell(&mut self, channel: ChannelId, telling: Telling, now: Instant) -> Told {
        self.told.forget_while(|told| now.saturating_duration_since(told.since) >= TOLD_FOR);
        self.settle();
        let key = (channel, telling);
        if let Some(told) = self.told.get(&key).filter(|told| now.saturating_duration_since(told.since) < TOLD_FOR) {
            match &told.at {
                Place::Underway(at) => return Told::Underway(at.clone()),
                Place::There(posted) => return Told::There(*posted),
                Place::Nowhere => {}
            }
        }
        let (sender, at) = watch::channel(None);
        self.told.put(key, ToldOnce { since: now, at: Place::Underway(at) });
        if !self.telling.contains(&key) {
            self.telling.push(key);
        }
        Told::No(sender)
    }

    /// Notes where that stands which was being told and is told by now, and forgets what was given up.
    fn settle(&mut self) {
        let told = &mut self.told;
        self.telling.retain(|key| {
            let Some(once) = told.get_mut(key) else { return false };
            let Place::Underway(at) = &once.at else { return false };
            // In this order: what is said last before its end is seen.
            let is_over = at.has_changed().is_err();
            let posted = *at.borrow();
            match posted {
                Some(posted) => once.at = Place::There(posted),
                None if is_over => once.at = Place::Nowhere,
                None => return true,
            }
            false
        });
    }

    /// What a channel was told counts no more: the message is gone.
    pub fn untell(&mut self, message: MessageId) {
        self.settle();
        self.told.entries.retain(|_, told| !matches!(told.at, Place::There(at) if at.message == message));
    }

    /// A direct conversation came to a fact.
    pub fn conversed(&mut self, channel: ChannelId, fact: FactId, now: Instant) {
        self.conversations.put(channel, (fact, now));
    }

    /// The fact that a direct conversation leans on.
    pub fn leans_on(&self, channel: ChannelId, now: Instant) -> Option<FactId> {
        let (fact, since) = self.conversations.get(&channel)?;
        (now.saturating_duration_since(*since) < LEANS_FOR).then(|| fact.clone())
    }

    /// Discord does not let anything be said in a channel; trying again and again would get the whole process banned.
    pub fn silence(&mut self, channel: ChannelId, until: Instant) {
        self.silent.put(channel, until);
    }

    /// Whether a channel is to be left alone for now.
    pub fn is_silent(&self, channel: ChannelId, now: Instant) -> bool {
        self.silent.get(&channel).is_some_and(|until| now < *until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANNEL: ChannelId = ChannelId::new(7);
    const QUESTION: MessageId = MessageId::new(1);

    fn posted(message: u64) -> Posted {
        Posted { guild: None, channel: CHANNEL, message: MessageId::new(message) }
    }

    #[test]
    fn an_event_is_new_once() {
        let mut ledger = Ledger::default();
        assert!(ledger.first_time(1));
        assert!(!ledger.first_time(1));
        for id in 2..2 + EVENTS as u64 {
            ledger.first_time(id);
        }
        assert!(ledger.events.entries.len() <= EVENTS, "bounded");
    }

    #[test]
    fn what_happens_to_a_question_while_it_is_answered_is_done_afterwards() {
        let mut ledger = Ledger::default();
        assert!(ledger.begin(QUESTION, None));
        assert!(!ledger.begin(QUESTION, None), "it is being answered");
        assert_eq!(ledger.edited(QUESTION, "b", 2), Due::Nothing);
        assert_eq!(ledger.answered(QUESTION, posted(9), "a"), Some(Change::Edited("b".to_owned())));
        // Changing the answer takes time too.
        assert_eq!(ledger.edited(QUESTION, "c", 3), Due::Nothing);
        assert_eq!(ledger.deleted(QUESTION), Due::Nothing);
        assert_eq!(ledger.edited(QUESTION, "d", 4), Due::Nothing);
        assert_eq!(ledger.answered(QUESTION, posted(9), "b"), Some(Change::Deleted));
    }

    #[test]
    fn an_edit_that_changes_nothing_changes_nothing() {
        let mut ledger = Ledger::default();
        ledger.begin(QUESTION, FactId::new("a"));
        assert_eq!(ledger.answered(QUESTION, posted(9), "a"), None);
        assert_eq!(ledger.edited(QUESTION, "a", 1), Due::Nothing);
        assert_eq!(ledger.edited(QUESTION, "b", 2), Due::There(posted(9)));
        assert_eq!(ledger.edited(QUESTION, "c", 3), Due::Nothing, "the first edit is being followed");
        assert_eq!(ledger.answered(QUESTION, posted(9), "b"), Some(Change::Edited("c".to_owned())));
        assert_eq!(ledger.edited(QUESTION, "late", 2), Due::Nothing, "an older edit that comes later");
        assert_eq!(ledger.edited(QUESTION, "c", 3), Due::Nothing, "an edit that comes twice");
        assert_eq!(ledger.answered(QUESTION, posted(9), "c"), None);
        assert_eq!(ledger.leant_on(QUESTION), FactId::new("a"));
        assert_eq!(ledger.deleted(QUESTION), Due::There(posted(9)));
        assert_eq!(ledger.deleted(QUESTION), Due::Unknown, "its answer is gone");
    }

    #[test]
    fn what_was_forgotten_for_lack_of_room_is_known_to_have_been() {
        let mut ledger = Ledger::default();
        let id = |number: usize| MessageId::new(number as u64 + 1);
        for number in 0..QUESTIONS {
            ledger.begin(id(number), None);
        }
        assert!(!ledger.may_have_forgotten(id(0)), "all have room");
        ledger.begin(id(QUESTIONS), None);
        assert_eq!(ledger.edited(id(0), "a", 1), Due::Unknown);
        assert!(ledger.may_have_forgotten(id(0)) && !ledger.may_have_forgotten(id(1)));
    }

    #[test]
    fn an_answer_of_an_earlier_process_can_be_adopted() {
        let mut ledger = Ledger::default();
        ledger.adopt(QUESTION, posted(9));
        assert_eq!(ledger.edited(QUESTION, "a", 1), Due::There(posted(9)));
    }

    #[test]
    fn a_fact_is_told_once_a_minute_in_a_channel() {
        let mut ledger = Ledger::default();
        let start = Instant::now();
        let Told::No(sender) = ledger.tell(CHANNEL, Telling(3), start) else { panic!("told already") };
        let Told::Underway(waiting) = ledger.tell(CHANNEL, Telling(3), start) else { panic!("told twice at once") };
        assert_eq!(*waiting.borrow(), None, "underway");
        sender.send_replace(Some(posted(9)));
        assert_eq!(*waiting.borrow(), Some(posted(9)));
        assert!(matches!(ledger.tell(CHANNEL, Telling(3), start), Told::There(at) if at == posted(9)));
        assert!(ledger.telling.is_empty(), "nothing is waited for");
        assert!(matches!(ledger.tell(ChannelId::new(8), Telling(3), start), Told::No(_)), "another channel");
        assert!(matches!(ledger.tell(CHANNEL, Telling(3), start + TOLD_FOR), Told::No(_)), "a minute later");
    }

    #[test]
    fn a_fact_whose_telling_failed_or_was_taken_away_may_be_told() {
        let mut ledger = Ledger::default();
        let start = Instant::now();
        drop(ledger.tell(CHANNEL, Telling(3), start));
        let Told::No(sender) = ledger.tell(CHANNEL, Telling(3), start) else { panic!("nobody told it") };
        sender.send_replace(Some(posted(9)));
        drop(sender);
        assert!(matches!(ledger.tell(CHANNEL, Telling(3), start), Told::There(_)));
        ledger.untell(MessageId::new(9));
        // Taken away before anybody else asked where it stands.
        let Told::No(sender) = ledger.tell(CHANNEL, Telling(3), start) else { panic!("it was taken away") };
        sender.send_replace(Some(posted(9)));
        ledger.untell(MessageId::new(9));
        assert!(matches!(ledger.tell(CHANNEL, Telling(3), start), Told::No(_)));
    }

    #[test]
    fn a_direct_conversation_leans_on_its_last_fact_for_a_while() {
        let mut ledger = Ledger::default();
        let start = Instant::now();
        ledger.conversed(CHANNEL, FactId::new("a").unwrap(), start);
        assert_eq!(ledger.leans_on(CHANNEL, start), FactId::new("a"));
        assert_eq!(ledger.leans_on(CHANNEL, start + LEANS_FOR), None);
    }
}
