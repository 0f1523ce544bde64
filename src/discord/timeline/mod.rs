//! Timelines, people and sources: the commands, and the pages that are turned in them.

pub mod leaf;
pub(super) mod pictures;
pub mod wording;

use serenity::all::{ComponentInteraction, ComponentInteractionDataKind, GuildId, MessageFlags};
use tracing::warn;

use self::leaf::{Leaf, LeafKey, Subject, Turn};
use self::pictures::NoPicture;
use self::wording::{EVERY_TOPIC, Shown, Turned, empty, misread, without_picture};
use super::bot::{Bot, scope};
use super::interactions::{Scene, shown_question};
use super::limits::Admission;
use super::press::{Person, Press};
use super::render;
use super::reply::{Reply, SeenBy, delete_button};
use super::send::First;
use crate::knowledge::Knowledge;
use crate::operations::Reference;
use crate::timeline::filter::{self, Understood, Wish, emptied};
use crate::timeline::names::{self, Choice, Named};
use crate::timeline::{Selection, course, select};

/// The name that the picture's file has.
const PICTURE: &str = "timeline.png";

/// Whether a picture is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drawing {
    /// With one.
    Wanted,
    /// Without.
    NotWanted,
}

/// What completes itself as one types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Completing {
    /// A topic.
    Topic,
    /// A person, organisation or place.
    Name,
    /// A source.
    Source,
}

impl Bot {
    /// Shows the facts that are meant.
    pub(super) async fn timeline(&self, scene: &Scene, wish: Wish<'_>, drawing: Drawing) {
        self.open(scene, drawing, |view| {
            let understood = filter::read(view, wish).map_err(|errors| misread(&errors))?;
            Ok((Subject::Timeline, understood))
        })
        .await;
    }

    /// Shows what is recorded of a person, organisation or place.
    pub(super) async fn who(&self, scene: &Scene, name: &str) {
        self.open(scene, Drawing::NotWanted, |view| {
            let wish = Wish { who: Some(name), ..Wish::default() };
            let understood = filter::read(view, wish).map_err(|errors| misread(&errors))?;
            match understood.selection.who {
                Some(_) => Ok((Subject::Who, understood)),
                None => Err(Reply::note("Name somebody or something: `/who name:Noor Wali Mehsud`.")),
            }
        })
        .await;
    }

    /// Shows a source, and the facts that rest on it.
    pub(super) async fn source(&self, scene: &Scene, name: &str) {
        self.open(scene, Drawing::NotWanted, |view| {
            let base = &view.base;
            let line = |at| format!("- {} (`{}`)", super::markdown::citation(base.source(at)), base.source(at).id);
            match names::source(base, name) {
                Named::One(source) => Ok((Subject::Source, Understood { selection: Selection::of_source(source), notes: Vec::new() })),
                Named::Several(sources) => {
                    let lines: Vec<String> = sources.into_iter().map(line).collect();
                    Err(Reply::note(&format!("Several sources fit. Say more of the title or date, or one of these ids:\n{}", lines.join("\n"))))
                }
                Named::Unknown(_) => Err(Reply::note(
                    "No source by that name. Words of its publisher, title and date will do, in any spelling near to theirs; so will its address.",
                )),
            }
        })
        .await;
    }

    /// Opens the first page of what a command means, or says why it cannot.
    async fn open(&self, scene: &Scene, drawing: Drawing, read: impl FnOnce(&Knowledge) -> Result<(Subject, Understood), Reply>) {
        if let Admission::Refused { whose, wait } = self.admit(scene.person, scene.channel, scene.guild) {
            return self.respond(scene, First::Message, &render::too_many(whose, wait)).await;
        }
        let work = async {
            let view = self.app.view(scope(scene.guild));
            let reply = match read(&view) {
                Err(refusal) => refusal,
                Ok((subject, understood)) => {
                    let leaf = opened(&view, subject, Person(scene.person.get()), understood.selection);
                    let shown = Shown { question: None, notes: &understood.notes, seen_by: SeenBy::Everyone };
                    self.show_leaf(&view, leaf, shown, drawing).await
                }
            };
            (reply, ())
        };
        self.in_time(scene, First::Message, SeenBy::Everyone, work).await;
    }

    /// A page, with its picture if it is wanted.
    async fn show_leaf(&self, view: &Knowledge, leaf: Leaf, shown: Shown<'_>, drawing: Drawing) -> Reply {
        if leaf.subject == Subject::Timeline && select(view, &leaf.selection).entries.is_empty() {
            return empty(view, &leaf, &emptied(view, &leaf.selection), shown);
        }
        let Turned { reply, leaf } = wording::leaf(view, leaf, shown);
        if drawing == Drawing::NotWanted {
            return reply;
        }
        match self.pictures.png(view, &leaf.selection).await {
            Ok(png) => reply.file(PICTURE, png.to_vec()),
            Err(NoPicture::Busy) => {
                without_picture(reply, "Too many pictures are being drawn just now. Press *Picture* again in a minute.")
            }
            Err(NoPicture::Failed(why)) => {
                let reference = Reference::new();
                warn!(%reference, "a timeline could not be drawn: {why}");
                without_picture(
                    reply,
                    &format!("The picture could not be drawn; whoever runs me finds the reason in the log (reference {reference})."),
                )
            }
        }
    }

    /// A page was turned. Who opened it turns it for all; others get their own copy.
    pub(super) async fn on_leaf(&self, scene: &Scene, turn: Turn, key: &LeafKey, interaction: &ComponentInteraction) {
        let view = self.app.view(scope(scene.guild));
        let chosen = match &interaction.data.kind {
            ComponentInteractionDataKind::StringSelect { values } => values.first().map(String::as_str),
            _ => None,
        };
        let message = &interaction.message;
        let is_private = message.flags.is_some_and(|flags| flags.contains(MessageFlags::EPHEMERAL));
        let is_own = key.reader().0 == scene.person.get();
        let (first, seen_by) = match (is_own, is_private) {
            (true, false) => (First::Update, SeenBy::Everyone),
            (_, true) => (First::Update, SeenBy::Asker),
            (false, false) => (First::Message, SeenBy::Asker),
        };
        let Some(before) = key.find(&view.base) else {
            return self
                .respond(scene, First::Message, &Reply::note("What this showed does not stand in the base any more. Ask again."))
                .await;
        };
        // Who only turns pages costs little; a copy and a picture count as questions do.
        if (first == First::Message || turn == Turn::Picture)
            && let Admission::Refused { whose, wait } = self.admit(scene.person, scene.channel, scene.guild)
        {
            return self.respond(scene, First::Message, &render::too_many(whose, wait)).await;
        }
        let leaf = Leaf { reader: Person(scene.person.get()), ..turned(&view, before.clone(), turn, chosen) };
        let drawing = if turn == Turn::Picture { Drawing::Wanted } else { Drawing::NotWanted };
        let question = shown_question(message);
        let work = async {
            let shown = Shown { question: question.as_deref(), notes: &[], seen_by };
            let is_other = leaf.selection != before.selection;
            let reader = leaf.reader;
            let mut reply = self.show_leaf(&view, leaf, shown, drawing).await.for_eyes_of(seen_by);
            // What stands before everybody can be taken away, though nothing is left in it.
            if seen_by == SeenBy::Everyone && !reply.buttons().any(|button| matches!(button.press, Press::Delete(_))) {
                reply = reply.row(vec![delete_button(reader)]);
            }
            (if is_other { reply.renewed() } else { reply }, ())
        };
        self.in_time(scene, first, seen_by, work).await;
    }

    /// Choices for what was typed so far into an option.
    pub(super) fn completions(&self, guild: Option<GuildId>, what: Completing, typed: &str, most: usize) -> Vec<Choice> {
        let view = self.app.view(scope(guild));
        match what {
            Completing::Topic => names::complete_topic(&view, typed, most),
            Completing::Name => names::complete_entity(&view.base, typed, most),
            Completing::Source => names::complete_source(&view.base, typed, most),
        }
    }
}

/// The course of events that a question asks for, if it asks for one and there is something to show.
pub(super) fn course_asked(view: &Knowledge, message: &str, reader: Person, shown: Option<&str>, seen_by: SeenBy) -> Option<Reply> {
    let Understood { selection, notes } = course::asked(view, message)?;
    let leaf = opened(view, Subject::Timeline, reader, selection);
    let found = !select(view, &leaf.selection).entries.is_empty();
    found.then(|| wording::leaf(view, leaf, Shown { question: shown, notes: &notes, seen_by }).reply)
}

/// The page that is shown first: where a beginning was asked for, the one on which something begins then; what may have begun earlier
/// stands on the pages before.
fn opened(view: &Knowledge, subject: Subject, reader: Person, selection: Selection) -> Leaf {
    let at = select(view, &selection).opening(&selection);
    let page = if at == 0 { 0 } else { wording::page_of(view, subject, &selection, at) };
    Leaf { subject, reader, page, selection }
}

/// The page after a turn.
fn turned(view: &Knowledge, leaf: Leaf, turn: Turn, chosen: Option<&str>) -> Leaf {
    let page = match (turn, chosen) {
        (Turn::First, _) => 0,
        (Turn::Back, _) => leaf.page.saturating_sub(1),
        (Turn::On, _) => leaf.page.saturating_add(1),
        (Turn::Last, _) => usize::MAX,
        (Turn::Month, Some(from)) => wording::page_from(view, leaf.subject, &leaf.selection, from),
        (Turn::Topic, Some(topic)) => {
            let topics = if topic == EVERY_TOPIC { Vec::new() } else { vec![Box::from(topic)] };
            return Leaf { page: 0, selection: Selection { topics, ..leaf.selection }, ..leaf };
        }
        (Turn::Picture | Turn::Offer(_) | Turn::Month | Turn::Topic, _) => leaf.page,
    };
    Leaf { page, ..leaf }
}

#[cfg(test)]
mod tests;
