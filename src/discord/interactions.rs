//! Commands and buttons: what they ask for, and the one first response that Discord allows each.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::Pin;
use std::time::Duration;

use serenity::all::{
    ChannelId, CommandInteraction, ComponentInteraction, GuildId, Member, Message, ModalInteraction, Permissions, RoleId, UserId,
};
use tracing::{error, info, warn};

use super::bot::{Before, Bot, came, scope, told_by};
use super::form::Form;
use super::ledger::{Posted, Telling};
use super::limits::Admission;
use super::press::{FactKey, Person, Press};
use super::render::{self, Asked, Found};
use super::reply::{Reply, SeenBy};
use super::rest::Failure;
use super::send::{Caller, First};
use super::timeline::course_asked;
use crate::answer::{Answer, Outcome};
use crate::fact::{FactId, FactIx};
use crate::knowledge::Knowledge;
use crate::operations::{AskedBy, Came, Reference};

/// An answer that is not there by then is announced and given later; Discord waits 3 s.
const DEFER_AFTER: Duration = Duration::from_millis(1_500);
/// How long it may take to find out whether what is shared was told a moment ago.
const TOLD_BY: Duration = Duration::from_millis(1_200);

/// Who acted, and where.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    /// How to answer.
    pub(super) caller: Caller,
    /// Who acted.
    pub(super) person: UserId,
    /// Where.
    pub(super) channel: ChannelId,
    /// In which server, unless it is a direct message.
    pub(super) guild: Option<GuildId>,
    /// What they may do in that server.
    pub(super) rights: Rights,
}

/// What a person may do in a server, as Discord said with this very interaction.
#[derive(Debug, Clone, Default)]
pub(super) struct Rights {
    /// Their permissions in the channel.
    pub(super) permissions: Permissions,
    /// Their roles.
    pub(super) roles: Vec<RoleId>,
}

impl Rights {
    fn of(member: Option<&Member>) -> Self {
        let Some(member) = member else { return Self::default() };
        Self { permissions: member.permissions.unwrap_or_default(), roles: member.roles.clone() }
    }
}

impl Scene {
    pub(super) fn of_command(interaction: &CommandInteraction) -> Self {
        Self {
            caller: Caller::arrived(interaction.id, &interaction.token, interaction.application_id),
            person: interaction.user.id,
            channel: interaction.channel_id,
            guild: interaction.guild_id,
            rights: Rights::of(interaction.member.as_deref()),
        }
    }

    pub(super) fn of_form(interaction: &ModalInteraction) -> Self {
        Self {
            caller: Caller::arrived(interaction.id, &interaction.token, interaction.application_id),
            person: interaction.user.id,
            channel: interaction.channel_id,
            guild: interaction.guild_id,
            rights: Rights::of(interaction.member.as_ref()),
        }
    }

    fn of_press(interaction: &ComponentInteraction) -> Self {
        Self {
            caller: Caller::arrived(interaction.id, &interaction.token, interaction.application_id),
            person: interaction.user.id,
            channel: interaction.channel_id,
            guild: interaction.guild_id,
            rights: Rights::of(interaction.member.as_ref()),
        }
    }

    fn asked<'q>(&self, seen_by: SeenBy, found: Found, shown: Option<&'q str>) -> Asked<'q> {
        Asked { asker: Person(self.person.get()), shown, seen_by, found }
    }
}

/// What somebody tells the moderators.
#[derive(Debug, Clone, PartialEq, Eq)]
enum About {
    /// The answer given by a fact is wrong.
    Wrong(FactId),
    /// A question has no answer.
    Unanswered(String),
}

/// How a command wants its answer seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// By everyone, whatever it is.
    Everyone,
    /// By everyone if it is an answer, else only by who asked: somebody else's message is not replied to in vain.
    EveryoneIfAnswered,
    /// Only by who asked.
    Asker,
}

impl Bot {
    /// Answers a question that came by a command.
    pub(super) async fn ask(&self, scene: &Scene, question: &str, audience: Audience) {
        if !self.may_go_on(scene).await {
            self.vitals.metrics.asked(AskedBy::Command, Came::Limited);
            return;
        }
        let seen_at_most = if audience == Audience::Asker { SeenBy::Asker } else { SeenBy::Everyone };
        let work = async {
            let view = self.app.view(scope(scene.guild));
            if let Some(course) = course_asked(&view, question, Person(scene.person.get()), Some(question), seen_at_most) {
                self.vitals.metrics.asked(AskedBy::Command, Came::Timeline);
                return (course, None);
            }
            let answer = self.ask_timed(&view, question, None);
            self.vitals.metrics.asked(AskedBy::Command, came(&answer));
            self.note_in_vain(scene.guild, scene.person, question, &answer);
            self.reply_to_command(scene, &view, question, audience, answer).await
        };
        let Some((reply, told)) = self.in_time(scene, First::Message, seen_at_most, work).await else { return };
        if let (Some(posted), Some(told)) = (reply, told) {
            told.send_replace(Some(posted));
        }
    }

    /// What a command is answered, and through what to say where it stands, if the channel is told a fact by it.
    async fn reply_to_command(
        &self,
        scene: &Scene,
        view: &Knowledge,
        question: &str,
        audience: Audience,
        answer: Answer,
    ) -> (Reply, Option<tokio::sync::watch::Sender<Option<Posted>>>) {
        let answered = answer.outcome == Outcome::Answer;
        let seen_by = match audience {
            Audience::Everyone => SeenBy::Everyone,
            Audience::EveryoneIfAnswered if answered => SeenBy::Everyone,
            Audience::EveryoneIfAnswered | Audience::Asker => SeenBy::Asker,
        };
        let reply = render::reply(view, &answer, scene.asked(seen_by, Found::Understood, Some(question)));
        let fact = told_by(&answer).filter(|_| seen_by == SeenBy::Everyone && scene.guild.is_some());
        match fact {
            None => (reply, None),
            Some(fact) => match self.told_before(scene.channel, Telling::of(view, fact)).await {
                Before::Told(before) => (render::answered_before(view, fact, &before.link()).for_eyes_of(SeenBy::Asker), None),
                Before::Not(told) => (reply, Some(told)),
            },
        }
    }

    /// Gives the reply that some work comes to as the first response; where the work takes long, defers and gives it afterwards.
    /// Where the reply stands, if everyone sees it, and what else the work came to; nothing where it could not be given.
    pub(super) async fn in_time<T>(
        &self,
        scene: &Scene,
        first: First,
        seen_by: SeenBy,
        work: impl Future<Output = (Reply, T)>,
    ) -> Option<(Option<Posted>, T)> {
        tokio::pin!(work);
        let ready = tokio::select! {
            biased;
            ready = &mut work => Some(ready),
            () = tokio::time::sleep_until(scene.caller.since + DEFER_AFTER) => None,
        };
        let (result, seen_by, rest) = if let Some((reply, rest)) = ready {
            (self.rest.respond(&scene.caller, first, &reply).await, reply.seen_by, rest)
        } else {
            let deferred = match first {
                First::Message => self.rest.defer(&scene.caller, seen_by).await,
                First::Update => self.rest.acknowledge(&scene.caller).await,
            };
            if let Err(failure) = deferred {
                unanswered(scene, &failure);
                // What was begun is done to its end: an edit that is on disk must be seen by the next question, read or not.
                work.await;
                return None;
            }
            // Who sees a deferred answer was settled when it was deferred.
            let (reply, rest) = work.await;
            (self.rest.give(&scene.caller, &reply).await, seen_by, rest)
        };
        match result {
            Ok(message) => {
                let seen = message.filter(|_| seen_by == SeenBy::Everyone);
                Some((seen.map(|message| Posted { guild: scene.guild, channel: scene.channel, message }), rest))
            }
            Err(failure) => {
                unanswered(scene, &failure);
                None
            }
        }
    }

    /// Gives the reply that some work comes to, to who acted only, whenever it is there.
    ///
    /// Boxed, for what moderators do awaits much in much.
    pub(super) fn reply_in_time<'s>(
        &'s self,
        scene: &'s Scene,
        first: First,
        work: impl Future<Output = Reply> + Send + 's,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 's>> {
        Box::pin(async move {
            self.in_time(scene, first, SeenBy::Asker, async { (work.await, ()) }).await;
        })
    }

    /// Shows a form as the first response.
    pub(super) async fn show_form(&self, scene: &Scene, form: &Form) {
        if let Err(failure) = self.rest.open_form(&scene.caller, form).await {
            unanswered(scene, &failure);
        }
    }

    /// What somebody reads where a fault of the program kept it from doing what they asked for; the log has the same number.
    pub(super) fn broke(what: &str, why: &str) -> Reply {
        let reference = Reference::new();
        error!(%reference, "{what} failed: {why}");
        Reply::note(&format!(
            "Something in me broke, and I cannot do that now. Try again; if it stays so, tell whoever runs me (reference {reference})."
        ))
    }

    /// Responds, and says in the log if that could not be.
    pub(super) async fn respond(&self, scene: &Scene, first: First, reply: &Reply) {
        if let Err(failure) = self.rest.respond(&scene.caller, first, reply).await {
            unanswered(scene, &failure);
        }
    }

    /// A button was pressed.
    pub(super) async fn on_press(&self, interaction: &ComponentInteraction) {
        let scene = Scene::of_press(interaction);
        if !self.ledger().first_time(interaction.id.get()) {
            return;
        }
        let message = &interaction.message;
        match Press::read(&interaction.data.custom_id) {
            None => self.respond(&scene, First::Message, &Reply::note("This button is from another version of me. Ask again.")).await,
            Some(Press::Sources(told)) => self.show(&scene, told.iter(), render::sources).await,
            Some(Press::Related(key)) => {
                let asker = Person(scene.person.get());
                self.show(&scene, [&key], |view, fact, _| render::related(view, &self.app.near(view, fact), asker)).await;
            }
            Some(Press::Pick { fact, asker }) => self.on_pick(&scene, &fact, asker, message).await,
            Some(Press::Share(key)) => self.on_share(&scene, &key, message).await,
            Some(Press::Delete(asker)) => self.on_take_away(&scene, asker, interaction).await,
            Some(Press::Wrong(key)) => {
                let view = self.app.view(scope(scene.guild));
                match key.find(&view.base).map(|at| view.base.fact(at).id.clone()) {
                    Some(fact) => self.on_report(&scene, message, About::Wrong(fact)).await,
                    None => self.respond(&scene, First::Message, &fact_is_gone()).await,
                }
            }
            Some(Press::Edit(key)) => self.on_edit_pressed(&scene, &key).await,
            Some(Press::History(key, page)) => self.on_history_pressed(&scene, &key, page).await,
            Some(Press::Draft(draft, deed)) => self.on_draft_pressed(&scene, draft, deed).await,
            Some(Press::Suggestion(suggestion, judgement)) => self.on_judged(&scene, suggestion, judgement).await,
            Some(Press::Queue(after)) => self.show_queue(&scene, First::Update, Some(after)).await,
            Some(Press::Asked(page)) => self.show_asked(&scene, First::Update, page).await,
            Some(Press::InVain(key, remedy)) => self.on_remedy(&scene, key, remedy).await,
            Some(Press::Forget(person)) => self.on_forget(&scene, person).await,
            Some(Press::Leaf(turn, key)) => self.on_leaf(&scene, turn, &key, interaction).await,
            Some(Press::Tell(_)) => match self.question_of(message).await {
                Some(question) => self.on_report(&scene, message, About::Unanswered(question)).await,
                None => self.respond(&scene, First::Message, &Reply::note("I do not know the question any more. Ask it again.")).await,
            },
        }
    }

    /// Says so, where somebody does more than they may; whether they may go on.
    async fn may_go_on(&self, scene: &Scene) -> bool {
        let Admission::Refused { whose, wait } = self.admit(scene.person, scene.channel, scene.guild) else { return true };
        self.respond(scene, First::Message, &render::too_many(whose, wait)).await;
        false
    }

    /// Shows what there is of a fact, and of those that are told beside it.
    async fn show<'k>(
        &self,
        scene: &Scene,
        keys: impl IntoIterator<Item = &'k FactKey>,
        what: impl FnOnce(&Knowledge, FactIx, &[FactIx]) -> Reply,
    ) {
        if !self.may_go_on(scene).await {
            return;
        }
        let view = self.app.view(scope(scene.guild));
        let facts: Vec<FactIx> = keys.into_iter().filter_map(|key| key.find(&view.base)).collect();
        let reply = match facts.as_slice() {
            [] => fact_is_gone(),
            [first, beside @ ..] => what(&view, *first, beside),
        };
        self.respond(scene, First::Message, &reply).await;
    }

    /// Who asked picks for all: the message becomes the answer. Others get their own copy.
    async fn on_pick(&self, scene: &Scene, key: &FactKey, asker: Person, message: &Message) {
        let view = self.app.view(scope(scene.guild));
        let Some(fact) = key.find(&view.base) else {
            return self.respond(scene, First::Message, &fact_is_gone()).await;
        };
        if !self.may_go_on(scene).await {
            return;
        }
        let is_private = message.flags.is_some_and(|flags| flags.contains(serenity::all::MessageFlags::EPHEMERAL));
        let (first, seen_by) = match (asker.0 == scene.person.get(), is_private) {
            (true, false) => (First::Update, SeenBy::Everyone),
            (_, true) => (First::Update, SeenBy::Asker),
            (false, false) => (First::Message, SeenBy::Asker),
        };
        if scene.guild.is_none() {
            self.ledger().conversed(scene.channel, view.base.fact(fact).id.clone(), std::time::Instant::now());
        }
        let shown = shown_question(message);
        let found = scene.asked(seen_by, Found::Picked, shown.as_deref());
        let posted = Posted { guild: scene.guild, channel: scene.channel, message: message.id };
        let work = async {
            let reply = render::reply(&view, &self.app.pick(&view, fact), found);
            if seen_by == SeenBy::Everyone && scene.guild.is_some() {
                self.tell_once(&view, fact, &posted, reply).await
            } else {
                (reply, None)
            }
        };
        if let Some((_, Some(told))) = self.in_time(scene, first, seen_by, work).await {
            told.send_replace(Some(posted));
        }
        // What people pick for their words may be a way to ask for it. Only who asked can say.
        if asker.0 == scene.person.get()
            && let Some(question) = self.question_of(message).await
        {
            self.note_picked(scene, &question, &view.base.fact(fact).id);
        }
    }

    /// Shows a private answer to the channel.
    async fn on_share(&self, scene: &Scene, key: &FactKey, message: &Message) {
        let view = self.app.view(scope(scene.guild));
        let Some(fact) = key.find(&view.base) else {
            return self.respond(scene, First::Message, &fact_is_gone()).await;
        };
        if !self.may_go_on(scene).await {
            return;
        }
        // What was answered to the question is shown, if the question is still there to be answered again.
        let shown = shown_question(message);
        let again = shown.as_deref().map(|question| self.app.ask(&view, question, None));
        let same = again.filter(|again| again.outcome == Outcome::Answer && again.ranked.first().is_some_and(|first| first.fact == fact));
        let (answer, found) = match same {
            Some(answer) => (answer, Found::Understood),
            None => (self.app.pick(&view, fact), Found::Picked),
        };
        // Who sees the response must be known before it is due: where the same is being told just now for too long, it is told again.
        let before = self.told_before(scene.channel, Telling::of(&view, fact));
        let before = tokio::time::timeout_at(scene.caller.since + TOLD_BY, before).await;
        let (reply, told) = match before.unwrap_or_else(|_| Before::Not(tokio::sync::watch::channel(None).0)) {
            Before::Told(before) => (render::answered_before(&view, fact, &before.link()).for_eyes_of(SeenBy::Asker), None),
            Before::Not(told) => (render::reply(&view, &answer, scene.asked(SeenBy::Everyone, found, shown.as_deref())), Some(told)),
        };
        let seen_by = reply.seen_by;
        if let Some((Some(posted), Some(told))) = self.in_time(scene, First::Message, seen_by, async { (reply, told) }).await {
            told.send_replace(Some(posted));
        }
    }

    /// Takes an answer away for who asked, or for who may take away anybody's messages.
    async fn on_take_away(&self, scene: &Scene, asker: Person, interaction: &ComponentInteraction) {
        let permissions = interaction.member.as_ref().and_then(|member| member.permissions).unwrap_or_default();
        if asker.0 != scene.person.get() && !permissions.contains(Permissions::MANAGE_MESSAGES) {
            let note = Reply::note("Only who asked, or a moderator, can delete this.");
            return self.respond(scene, First::Message, &note).await;
        }
        let message = &interaction.message;
        {
            // Before the message goes: who asks the same right afterwards must not be pointed at it.
            let mut ledger = self.ledger();
            ledger.took_away(message.id);
            if let Some(question) = message.message_reference.as_ref().and_then(|reference| reference.message_id) {
                ledger.forget(question);
            }
        }
        if let Err(failure) = self.rest.acknowledge(&scene.caller).await {
            return unanswered(scene, &failure);
        }
        if let Err(failure) = self.rest.withdraw(&scene.caller).await {
            unanswered(scene, &failure);
        }
    }

    /// Keeps what somebody tells the moderators; the same by the same person about the same message counts once.
    async fn on_report(&self, scene: &Scene, message: &Message, about: About) {
        let once = once(scene, message, &about);
        if !self.ledger().first_time(once) {
            return self.respond(scene, First::Message, &Reply::note("You told the moderators already.")).await;
        }
        if let Admission::Refused { whose, wait } = self.admit(scene.person, scene.channel, scene.guild) {
            self.ledger().forget_event(once);
            return self.respond(scene, First::Message, &render::too_many(whose, wait)).await;
        }
        self.reply_in_time(scene, First::Message, async {
            let kept = match about {
                About::Wrong(fact) => {
                    let question = self.question_of(message).await;
                    self.suggest_wrong(scene, fact, question).await.inspect(|()| self.vitals.metrics.called_wrong())
                }
                About::Unanswered(question) => self.tell_in_vain(scene, &question).await.inspect(|()| self.vitals.metrics.told_of()),
            };
            match kept {
                Ok(()) if scene.guild.is_none() => Reply::note("Noted for whoever runs me. Thank you."),
                Ok(()) => Reply::note("Noted for the moderators. Thank you."),
                Err(reply) => {
                    self.ledger().forget_event(once);
                    reply
                }
            }
        })
        .await;
    }

    /// The question that a message of ours answers: shown in it, or fetched.
    async fn question_of(&self, message: &Message) -> Option<String> {
        let question = match shown_question(message) {
            Some(shown) => shown,
            None => self.question_replied_to(message).await?,
        };
        let language = crate::question::clean::clean(&question).split_whitespace().collect::<Vec<_>>().join(" ");
        (!language.is_empty()).then_some(language)
    }

    async fn question_replied_to(&self, message: &Message) -> Option<String> {
        /// The press that needs it must be answered within three seconds.
        const WITHIN: Duration = Duration::from_millis(1_500);
        let question = message.message_reference.as_ref()?.message_id?;
        self.rest.content(message.channel_id, question, tokio::time::Instant::now() + WITHIN).await.ok()
    }
}

/// Says in the log that an interaction was not answered.
fn unanswered(scene: &Scene, failure: &Failure) {
    let interaction = scene.caller.id;
    if failure.is_over() {
        info!(%interaction, "interaction {interaction} had expired or was answered before: {failure}");
    } else {
        warn!(%interaction, "interaction {interaction} was not answered: {failure}");
    }
}

/// The same by the same person about the same message, as a number.
fn once(scene: &Scene, message: &Message, about: &About) -> u64 {
    let mut hasher = DefaultHasher::new();
    (scene.person.get(), message.id.get()).hash(&mut hasher);
    match about {
        About::Wrong(fact) => fact.hash(&mut hasher),
        About::Unanswered(question) => question.hash(&mut hasher),
    }
    hasher.finish()
}

fn fact_is_gone() -> Reply {
    Reply::note("That fact does not stand in the base any more. Ask again.")
}

/// The question that a message of ours shows in its first line, as it was typed.
pub(super) fn shown_question(message: &Message) -> Option<String> {
    let text = message.embeds.first()?.description.as_deref()?;
    let line = text.lines().next()?.strip_prefix("> ")?;
    Some(super::markdown::unescape(line))
}
