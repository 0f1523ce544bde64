//! Reading what the bot did, and waiting for it: every wait ends as soon as it happens, and fails with what happened instead.

use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::Instant;

use super::Discord;
use super::handles::{Channel, Counts, Identify, Interaction, Message, Request, Response};
use super::talks::first;
use super::world::World;

impl Discord {
    /// Waits until `look` finds something.
    pub(super) async fn until<T>(&self, what: &str, mut look: impl FnMut(&World) -> Option<T>) -> T {
        let patience = self.0.options.patience;
        let deadline = Instant::now() + patience;
        let mut changed = self.0.changed.subscribe();
        loop {
            if let Some(found) = self.0.look(&mut look) {
                return found;
            }
            // The sender lives as long as `self`, so that only the deadline can end this.
            let in_time = tokio::time::timeout_at(deadline, changed.changed()).await.is_ok();
            assert!(in_time, "waited {patience:?} in vain for {what}; what happened:\n  {}", self.happened());
        }
    }

    /// The last requests and every violation, for the message of a failure.
    pub(crate) fn happened(&self) -> String {
        self.0.look(|world| {
            let mut lines: Vec<String> = world.requests.iter().rev().take(15).map(Request::line).collect();
            lines.reverse();
            if lines.is_empty() {
                lines.push("no request at all".to_owned());
            }
            lines.push(format!(
                "{} sessions, closed by the bot: {:?}, by us: {:?}",
                world.sessions.len(),
                world.closed_by_client,
                world.closed_by_us
            ));
            lines.extend(world.violations.iter().map(|text| format!("broken: {text}")));
            lines.join("\n  ")
        })
    }

    /// Waits for the bot's first reply to a message.
    pub(crate) async fn reply_to(&self, asked: &Message) -> Message {
        let what = format!("a reply to {:?}", asked.content());
        self.until(&what, |world| world.replies.get(&asked.id)?.first().and_then(|id| world.message(*id))).await
    }

    /// The bot's replies to a message so far.
    pub(crate) fn replies_to(&self, asked: &Message) -> Vec<Message> {
        self.0.look(|world| world.replies.get(&asked.id).into_iter().flatten().filter_map(|id| world.message(*id)).collect())
    }

    /// Waits for the first message of the bot in the same channel after this one, reply or not.
    pub(crate) async fn next_after(&self, message: &Message) -> Message {
        let what = format!("a message after {:?}", message.content());
        self.until(&what, |world| {
            let channel = world.channels.get(&message.channel)?;
            let mut later = channel.messages.range(message.id + 1..);
            later.find(|id| world.messages.get(id).is_some_and(|stored| stored.author == super::BOT_ID)).and_then(|id| world.message(*id))
        })
        .await
    }

    /// A message as it stands now; none where it was deleted.
    pub(crate) fn find(&self, message: &Message) -> Option<Message> {
        self.0.look(|world| world.message(message.id))
    }

    /// Waits until a message is so.
    pub(crate) async fn when(&self, message: &Message, is_so: impl Fn(&Message) -> bool) -> Message {
        self.until("a message to change", |world| world.message(message.id).filter(&is_so)).await
    }

    /// Waits until a message is deleted.
    pub(crate) async fn gone(&self, message: &Message) {
        self.until("a message to go", |world| (!world.messages.contains_key(&message.id)).then_some(())).await;
    }

    /// What everybody sees in a channel, in order.
    pub(crate) fn messages_in(&self, channel: &Channel) -> Vec<Message> {
        let ids = |world: &World| {
            world.channels.get(&channel.id).into_iter().flat_map(|state| state.messages.iter().copied()).collect::<Vec<_>>()
        };
        self.0.look(|world| ids(world).into_iter().filter_map(|id| world.message(id)).collect())
    }

    /// What the bot posted in a channel of itself: no reply, and no response to anybody. What it deleted since is not among it.
    pub(crate) fn posts_in(&self, channel: &Channel) -> Vec<Message> {
        self.0.look(|world| world.posts_in(channel).collect())
    }

    /// Waits for the `n`-th message (counted from 1) that the bot posts in a channel of itself.
    pub(crate) async fn nth_post(&self, channel: &Channel, n: usize) -> Message {
        self.until(&format!("post {n} in a channel"), |world| world.posts_in(channel).nth(n.saturating_sub(1))).await
    }

    /// Waits for what the bot responds to an interaction; where it asked for time, for what comes then.
    pub(crate) async fn response(&self, to: &Interaction) -> Response {
        self.response_when(to, |response| !response.waiting).await
    }

    /// Waits for the first response to an interaction, be it only a request for time.
    pub(crate) async fn first_response(&self, to: &Interaction) -> Response {
        self.response_when(to, |_| true).await
    }

    /// Waits until the response to an interaction is so.
    pub(crate) async fn response_when(&self, to: &Interaction, is_so: impl Fn(&Response) -> bool) -> Response {
        let what = format!("a response to {}", to.payload["data"]);
        self.until(&what, |world| world.response(to).filter(&is_so)).await
    }

    /// What the bot responded to an interaction so far.
    pub(crate) fn response_now(&self, to: &Interaction) -> Option<Response> {
        self.0.look(|world| world.response(to))
    }

    /// Waits until the bot is typing in a channel, once more than the waits before this one saw.
    pub(crate) async fn next_typing(&self, channel: &Channel) {
        self.until("the bot to be typing", |world| {
            let (seen_by_all, seen) = world.channels.get(&channel.id)?.typing;
            (seen_by_all > seen).then_some(())
        })
        .await;
        self.0.with(|world| {
            if let Some(state) = world.channels.get_mut(&channel.id) {
                state.typing.1 += 1;
            }
        });
    }

    /// Every request so far that is still kept, in the order in which they took effect.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.0.look(|world| world.requests.iter().cloned().collect())
    }

    /// Requests that post, change or delete something, commands aside.
    pub(crate) fn writes(&self) -> Vec<Request> {
        self.requests().into_iter().filter(Request::writes).collect()
    }

    /// Waits for the `n`-th request (counted from 1) that is so.
    pub(crate) async fn nth_request(&self, n: usize, is_so: impl Fn(&Request) -> bool) -> Request {
        let find = |world: &World| world.requests.iter().filter(|request| is_so(request)).nth(n.saturating_sub(1)).cloned();
        self.until(&format!("request {n} of a kind"), find).await
    }

    /// Every request from now on, as it is answered. Unlike waits it costs the same however many are waited for.
    pub(crate) fn tap(&self) -> UnboundedReceiver<Request> {
        let (tap, requests) = mpsc::unbounded_channel();
        self.0.with(|world| world.taps.push(tap));
        requests
    }

    /// Waits a while and panics where the bot writes anything meanwhile.
    pub(crate) async fn quiet(&self, period: Duration) {
        let so_far = |world: &World| world.forgotten + world.requests.len();
        let before = self.0.look(so_far);
        // What took effect before may be noted only now.
        let begin = std::time::Instant::now();
        tokio::time::sleep(period).await;
        let written: Vec<String> = self.0.look(|world| {
            let since = world.requests.iter().skip(before.saturating_sub(world.forgotten));
            since.filter(|request| request.writes() && request.at >= begin).map(Request::line).collect()
        });
        assert!(written.is_empty(), "the bot should have kept quiet, but:\n  {}", written.join("\n  "));
    }

    /// Waits until a shard is connected.
    pub(crate) async fn connected(&self, shard: u32) {
        self.until(&format!("shard {shard} to connect"), |world| world.is_connected(shard).then_some(())).await;
    }

    /// Waits until no shard is connected.
    pub(crate) async fn disconnected(&self) {
        self.until("the bot to disconnect", |world| world.connections.is_empty().then_some(())).await;
    }

    /// Every IDENTIFY, also those that were refused.
    pub(crate) fn identifies(&self) -> Vec<Identify> {
        self.0.look(|world| world.identifies.clone())
    }

    /// Codes with which the client closed connections; 1005 where it gave none.
    pub(crate) fn close_codes(&self) -> Vec<u16> {
        self.0.look(|world| world.closed_by_client.clone())
    }

    /// Codes with which connections of the client were closed.
    pub(crate) fn refused_with(&self) -> Vec<u16> {
        self.0.look(|world| world.closed_by_us.clone())
    }

    /// Waits until what happened, in numbers, is so.
    pub(crate) async fn counted(&self, is_so: impl Fn(&Counts) -> bool) -> Counts {
        self.until("a count", |world| Some(world.counts).filter(&is_so)).await
    }

    /// Waits until a rule is broken.
    pub(crate) async fn violation(&self) -> String {
        self.until("a violation", |world| world.violations.first().cloned()).await
    }

    /// What happened, in numbers.
    pub(crate) fn counts(&self) -> Counts {
        self.0.look(|world| world.counts)
    }
}

impl Request {
    /// Whether it posts, changes or deletes something that people see.
    pub(crate) fn writes(&self) -> bool {
        let places = ["/channels/", "/interactions/", "/webhooks/"];
        self.method != "GET" && places.iter().any(|place| self.path.starts_with(place))
    }

    /// The request in one line.
    pub(crate) fn line(&self) -> String {
        let body: String = if self.body.is_null() { String::new() } else { self.body.to_string().chars().take(300).collect() };
        format!("{} {} {} {body}", self.status, self.method, self.path)
    }
}

impl World {
    fn posts_in(&self, channel: &Channel) -> impl Iterator<Item = Message> {
        let ids = self.channels.get(&channel.id).into_iter().flat_map(|state| &state.messages);
        let is_post = |id: &&u64| {
            let stored = self.messages.get(id);
            stored.is_some_and(|stored| stored.author == super::BOT_ID && !stored.response && stored.json["message_reference"].is_null())
        };
        ids.filter(is_post).filter_map(|id| self.message(*id))
    }

    fn response(&self, to: &Interaction) -> Option<Response> {
        let talk = self.talks.get(&to.token)?;
        let (kind, data) = talk.first.as_ref()?;
        // A response that was only "seen" has no message of its own, but may change the one it came from.
        let message = if matches!(*kind, first::CHOICES | first::MODAL) { None } else { talk.original.and_then(|id| self.message(id)) };
        let followups = talk.followups.iter().filter_map(|id| self.message(*id)).collect();
        Some(Response { kind: *kind, data: data.clone(), message, waiting: talk.waiting, followups })
    }
}
