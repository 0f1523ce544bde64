//! Answers that this process does not remember, found again at Discord: those of an earlier process, and those that the ledger had no room
//! for. Nothing is said twice because something was forgotten: where Discord does not say, nothing is done.

use std::time::{Duration, Instant};

use serenity::all::{ChannelId, GuildId, Message, MessageId};
use tracing::debug;

use super::bot::{Bot, EDITABLE_FOR, age, made};
use super::ledger::{Due, Posted};

/// Messages asked for at once; Discord gives no more.
const PAGE: u8 = 100;
/// Pages that are looked through for an answer, at most.
const PAGES: usize = 10;
/// How long looking for an answer may take.
const LOOK_WITHIN: Duration = Duration::from_secs(20);
/// How long after its question an answer may come: as long as the question can be edited, and the answer be tried to be sent.
const ANSWERED_WITHIN: Duration = Duration::from_secs(EDITABLE_FOR.as_secs() + 60);

/// What was found of the answers to some questions.
struct Looked {
    /// Answers, each with its question.
    found: Vec<(MessageId, Posted)>,
    /// Whether what was not found is not there.
    is_all: bool,
}

/// The answer to a question of which nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Earlier {
    /// It stands there.
    There(Posted),
    /// There is none.
    None,
    /// That could not be found out.
    Unknown,
}

impl Bot {
    /// Whether a message may be a question with an answer that is not remembered, and still follows it.
    pub(super) fn may_have_answered(&self, question: MessageId) -> bool {
        let age = age(question, self.now());
        let ledger = self.ledger();
        age <= EDITABLE_FOR && !ledger.was_taken_away(question) && (age > self.since.elapsed() || ledger.may_have_forgotten(question))
    }

    /// The answer to a question, given by an earlier process or forgotten since.
    pub(super) async fn earlier_answer(&self, channel: ChannelId, guild: Option<GuildId>, question: MessageId) -> Earlier {
        if !self.may_have_answered(question) {
            return Earlier::None;
        }
        if !self.may_look(Instant::now()) {
            debug!(%channel, "too many edits to look for an earlier answer to each");
            return Earlier::Unknown;
        }
        let looked = self.look_for_answers(channel, guild, &[question]).await;
        match looked.found.first() {
            Some((_, posted)) => Earlier::There(*posted),
            None if looked.is_all => Earlier::None,
            None => Earlier::Unknown,
        }
    }

    async fn look_for_answers(&self, channel: ChannelId, guild: Option<GuildId>, questions: &[MessageId]) -> Looked {
        let mut looked = Looked { found: Vec::new(), is_all: true };
        let (Some(first), Some(last)) = (questions.iter().min(), questions.iter().max()) else { return looked };
        let by = tokio::time::Instant::now() + LOOK_WITHIN;
        let mut after = *first;
        for _ in 0..PAGES {
            let page = match self.rest.messages_after(channel, after, PAGE, by).await {
                Ok(page) => page,
                Err(failure) => {
                    debug!(%channel, "cannot look for an earlier answer in channel {channel}: {failure}; nothing is done about its question");
                    break;
                }
            };
            looked.found.extend(page.iter().filter_map(|message| {
                let question = replied_to(message).filter(|question| message.author.id == self.me && questions.contains(question))?;
                Some((question, Posted { guild, channel, message: message.id }))
            }));
            let newest = page.last().map(|message| message.id);
            let is_past = |id| made(id) > made(*last) + ANSWERED_WITHIN;
            // A question may have two replies: an answer, and what was shared of it.
            let are_found = questions.iter().all(|question| looked.found.iter().any(|(found, _)| found == question));
            if page.len() < usize::from(PAGE) || are_found || newest.is_none_or(is_past) {
                return looked;
            }
            after = newest.unwrap_or(after);
        }
        looked.is_all = false;
        looked
    }

    /// Messages of a channel were deleted: answers go with their questions.
    pub(super) async fn on_delete(&self, channel: ChannelId, guild: Option<GuildId>, messages: &[MessageId]) {
        let mut answers = Vec::new();
        let mut unknown = Vec::new();
        for message in messages {
            let due = {
                let mut ledger = self.ledger();
                ledger.untell(*message);
                ledger.deleted(*message)
            };
            match due {
                Due::There(posted) => answers.push(posted),
                Due::Unknown if self.may_have_answered(*message) => unknown.push(*message),
                Due::Unknown | Due::Nothing => {}
            }
        }
        for posted in &answers {
            self.take_away(posted).await;
        }
        if unknown.is_empty() {
            return;
        }
        if !self.may_look(Instant::now()) {
            return debug!(%channel, "too many deletions to look for an earlier answer to each");
        }
        for (question, posted) in self.look_for_answers(channel, guild, &unknown).await.found {
            self.ledger().forget(question);
            self.take_away(&posted).await;
        }
    }
}

fn replied_to(message: &Message) -> Option<MessageId> {
    message.message_reference.as_ref()?.message_id
}
