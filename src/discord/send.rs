//! From a [`Reply`] to Discord's messages, and the requests that carry them. Every message says that it pings nobody.

use std::time::Duration;

use serde_json::Value;
use serenity::all::{
    ApplicationId, ButtonStyle, ChannelId, CreateActionRow, CreateAllowedMentions, CreateButton, CreateEmbed, CreateEmbedFooter,
    CreateInputText, CreateInteractionResponse, CreateInteractionResponseMessage, CreateMessage, CreateModal, CreateSelectMenu,
    CreateSelectMenuKind, CreateSelectMenuOption, EditInteractionResponse, EditMessage, GuildId, InputTextStyle, InteractionId,
    LightMethod, MessageId, MessageReference, Nonce, UserId,
};
use serenity::http::Route;
use tokio::time::Instant;

use super::form::Form;
use super::ledger::Posted;
use super::reply::{Button, Look, Menu, OldFiles, Reply, Row, SeenBy};
use super::rest::{Call, Failure, Rest};

/// How long a message is tried to be sent, changed or taken away; Discord may hold back a busy channel for a while.
const MESSAGE_WITHIN: Duration = Duration::from_secs(60);
/// How long after it arrived an interaction may be answered first. Discord waits 3 s from when it was sent.
pub const FIRST_RESPONSE_WITHIN: Duration = Duration::from_millis(2_800);
/// How long an interaction that was answered once can be answered on; Discord says 15 minutes from when it was sent.
const FOLLOW_UP_WITHIN: Duration = Duration::from_secs(14 * 60);
/// The colour of the line beside an answer: a quiet blue that shows in light and dark.
const COLOUR: u32 = 0x002F_6F9F;

/// An interaction to be answered.
#[derive(Clone)]
pub struct Caller {
    /// Its id.
    pub id: InteractionId,
    /// What lets it be answered, a secret for 15 minutes.
    pub token: String,
    /// The bot's application.
    pub application: ApplicationId,
    /// When it arrived here.
    pub since: Instant,
}

impl Caller {
    /// Of an interaction that has just arrived.
    pub fn arrived(id: InteractionId, token: &str, application: ApplicationId) -> Self {
        Self { id, token: token.to_owned(), application, since: Instant::now() }
    }
}

impl std::fmt::Debug for Caller {
    /// Without the token: who has it may answer in the bot's name.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Caller").field("id", &self.id).finish_non_exhaustive()
    }
}

/// How an interaction is answered first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// By a message of its own.
    Message,
    /// By changing the message whose button was pressed.
    Update,
}

fn pings_nobody() -> CreateAllowedMentions {
    CreateAllowedMentions::new().replied_user(false)
}

fn embed(reply: &Reply) -> CreateEmbed {
    let embed = CreateEmbed::new().description(reply.text()).colour(COLOUR);
    match reply.below() {
        Some(below) => embed.footer(CreateEmbedFooter::new(below)),
        None => embed,
    }
}

fn rows(reply: &Reply) -> Vec<CreateActionRow> {
    let row = |row: &Row| match row {
        Row::Buttons(buttons) => CreateActionRow::Buttons(buttons.iter().map(button).collect()),
        Row::Menu(chosen) => CreateActionRow::SelectMenu(menu(chosen)),
    };
    reply.rows().iter().map(row).collect()
}

fn menu(menu: &Menu) -> CreateSelectMenu {
    let options = menu.options.iter().map(|option| CreateSelectMenuOption::new(&option.label, &option.value)).collect();
    CreateSelectMenu::new(menu.press.custom_id(), CreateSelectMenuKind::String { options }).placeholder(&menu.hint)
}

fn button(button: &Button) -> CreateButton {
    let style = match button.look {
        Look::Choice => ButtonStyle::Primary,
        Look::Plain | Look::Idle => ButtonStyle::Secondary,
        Look::Danger => ButtonStyle::Danger,
    };
    CreateButton::new(button.press.custom_id()).label(&button.label).style(style).disabled(button.look == Look::Idle)
}

/// The reply's text, and what stands beside it.
fn embeds(reply: &Reply) -> Vec<CreateEmbed> {
    let aside = reply.second().map(|text| CreateEmbed::new().description(text));
    std::iter::once(embed(reply)).chain(aside).collect()
}

/// A request with a message in it, and the message's file, if there is one.
fn with_message<'a>(call: Call<'a>, message: &impl serde::Serialize, reply: &Reply) -> Result<Call<'a>, Failure> {
    match reply.attached() {
        Some(file) => call.json_with_file(message, file.name, file.bytes.clone()),
        None if reply.old_files == OldFiles::Go => call.json_without_files(message),
        None => call.json_keeping_files(message),
    }
}

fn response_message(reply: &Reply) -> CreateInteractionResponseMessage {
    CreateInteractionResponseMessage::new().embeds(embeds(reply)).components(rows(reply)).allowed_mentions(pings_nobody())
}

fn modal(form: &Form) -> CreateModal {
    let rows = form.inputs().iter().map(|input| {
        let style = if input.is_long { InputTextStyle::Paragraph } else { InputTextStyle::Short };
        let mut text = CreateInputText::new(style, input.label, input.name).required(input.is_required).max_length(input.at_most);
        if !input.value.is_empty() {
            text = text.value(&input.value);
        }
        if !input.hint.is_empty() {
            text = text.placeholder(input.hint);
        }
        CreateActionRow::InputText(text)
    });
    CreateModal::new(form.id().custom_id(), form.title()).components(rows.collect())
}

impl Rest {
    /// Answers a message, as it reads now, by a reply to it. A second attempt at the same never posts a second message.
    pub async fn post(
        &self,
        channel: ChannelId,
        guild: Option<GuildId>,
        question: MessageId,
        content: &str,
        reply: &Reply,
    ) -> Result<Posted, Failure> {
        // At most 25 characters (Discord, message resource); another wording of the question may be answered anew.
        let nonce = format!("{question}-{:04x}", content.bytes().fold(0_u16, |hash, byte| hash.rotate_left(3) ^ u16::from(byte)));
        let message = CreateMessage::new()
            .embed(embed(reply))
            .components(rows(reply))
            .allowed_mentions(pings_nobody())
            .reference_message(MessageReference::from((channel, question)).fail_if_not_exists(true))
            .nonce(Nonce::String(nonce))
            .enforce_nonce(true);
        let call = Call::new(LightMethod::Post, Route::ChannelMessages { channel_id: channel }).json(&message)?;
        let posted = self.json(&call, Instant::now() + MESSAGE_WITHIN).await?;
        Ok(Posted { guild, channel, message: message_id(&posted)? })
    }

    /// Posts into a channel, in reply to nothing. `about` is what a second attempt at the same has in common with the first.
    pub async fn say(&self, channel: ChannelId, about: &str, reply: &Reply) -> Result<MessageId, Failure> {
        let message = CreateMessage::new()
            .embeds(embeds(reply))
            .components(rows(reply))
            .allowed_mentions(pings_nobody())
            .nonce(Nonce::String(about.chars().take(25).collect()))
            .enforce_nonce(true);
        let call = Call::new(LightMethod::Post, Route::ChannelMessages { channel_id: channel }).json(&message)?;
        message_id(&self.json(&call, Instant::now() + MESSAGE_WITHIN).await?)
    }

    /// The channel of direct messages with a person.
    pub async fn direct(&self, person: UserId) -> Result<ChannelId, Failure> {
        let body = serde_json::json!({"recipient_id": person.to_string()});
        let call = Call::new(LightMethod::Post, Route::UserMeDmChannels).json(&body)?;
        let channel = self.json(&call, Instant::now() + MESSAGE_WITHIN).await?;
        let id = channel["id"].as_str().and_then(|id| id.parse().ok());
        id.ok_or_else(|| Failure::Unreadable("a channel without an id".to_owned()))
    }

    /// Shows a form: the first response to a command or a button.
    pub async fn open_form(&self, caller: &Caller, form: &Form) -> Result<(), Failure> {
        self.first(caller, &CreateInteractionResponse::Modal(modal(form))).await.map(drop)
    }

    /// Changes a message of ours.
    pub async fn change(&self, at: &Posted, reply: &Reply) -> Result<(), Failure> {
        let message = EditMessage::new().embeds(embeds(reply)).components(rows(reply)).allowed_mentions(pings_nobody());
        let route = Route::ChannelMessage { channel_id: at.channel, message_id: at.message };
        let call = with_message(Call::new(LightMethod::Patch, route), &message, reply)?;
        self.call(&call, Instant::now() + MESSAGE_WITHIN).await.map(drop)
    }

    /// Takes a message of ours away; one that is gone already is as good.
    pub async fn take_away(&self, at: &Posted) -> Result<(), Failure> {
        let route = Route::ChannelMessage { channel_id: at.channel, message_id: at.message };
        match self.call(&Call::new(LightMethod::Delete, route), Instant::now() + MESSAGE_WITHIN).await {
            Err(failure) if !failure.is_gone() => Err(failure),
            _ => Ok(()),
        }
    }

    /// Shows that an answer is being written; Discord takes it away after 10 s or with the answer.
    pub async fn show_typing(&self, channel: ChannelId) -> Result<(), Failure> {
        /// Shown later than that, it is no help.
        const WITHIN: Duration = Duration::from_secs(2);
        let call = Call::new(LightMethod::Post, Route::ChannelTyping { channel_id: channel });
        self.call(&call, Instant::now() + WITHIN).await.map(drop)
    }

    /// Answers an interaction for the first time; the message that it made or changed, where Discord names it.
    pub async fn respond(&self, caller: &Caller, first: First, reply: &Reply) -> Result<Option<MessageId>, Failure> {
        let message = response_message(reply);
        let response = match first {
            First::Message => CreateInteractionResponse::Message(message.ephemeral(reply.seen_by == SeenBy::Asker)),
            // Who sees a message was settled when it was posted.
            First::Update => CreateInteractionResponse::UpdateMessage(message),
        };
        let said = self.first_of(caller, &response, Some(reply)).await?;
        match said["resource"]["message"]["id"].as_str().and_then(|id| id.parse().ok()) {
            Some(message) => Ok(Some(message)),
            // The answer to the first attempt was lost, or a proxy does not know what it was asked for.
            None if first == First::Message && reply.seen_by == SeenBy::Everyone => Ok(self.original(caller).await.ok()),
            None => Ok(None),
        }
    }

    /// The message that an interaction was answered by.
    async fn original(&self, caller: &Caller) -> Result<MessageId, Failure> {
        let route = Route::WebhookOriginalInteractionResponse { application_id: caller.application, token: &caller.token };
        message_id(&self.json(&Call::new(LightMethod::Get, route), caller.since + FIRST_RESPONSE_WITHIN).await?)
    }

    /// Says that the answer to an interaction comes later.
    pub async fn defer(&self, caller: &Caller, seen_by: SeenBy) -> Result<(), Failure> {
        let message = CreateInteractionResponseMessage::new().ephemeral(seen_by == SeenBy::Asker);
        self.first(caller, &CreateInteractionResponse::Defer(message)).await.map(drop)
    }

    /// Says that a press was heard, and changes nothing yet.
    pub async fn acknowledge(&self, caller: &Caller) -> Result<(), Failure> {
        self.first(caller, &CreateInteractionResponse::Acknowledge).await.map(drop)
    }

    async fn first(&self, caller: &Caller, response: &CreateInteractionResponse) -> Result<Value, Failure> {
        self.first_of(caller, response, None).await
    }

    async fn first_of(&self, caller: &Caller, response: &CreateInteractionResponse, reply: Option<&Reply>) -> Result<Value, Failure> {
        let route = Route::InteractionResponse { interaction_id: caller.id, token: &caller.token };
        let call = Call::new(LightMethod::Post, route).param("with_response", &true);
        let call = match reply {
            Some(reply) => with_message(call, response, reply)?,
            None => call.json(response)?,
        };
        let said = self.call(&call, caller.since + FIRST_RESPONSE_WITHIN).await?;
        // A proxy that does not know `with_response` answers with nothing, and that is no failure.
        Ok(serde_json::from_slice(&said).unwrap_or_default())
    }

    /// Gives the answer to an interaction that was deferred, or changes the one given; the message.
    pub async fn give(&self, caller: &Caller, reply: &Reply) -> Result<Option<MessageId>, Failure> {
        let message = EditInteractionResponse::new().embeds(embeds(reply)).components(rows(reply)).allowed_mentions(pings_nobody());
        let route = Route::WebhookOriginalInteractionResponse { application_id: caller.application, token: &caller.token };
        let call = with_message(Call::new(LightMethod::Patch, route), &message, reply)?;
        let given = self.json(&call, caller.since + FOLLOW_UP_WITHIN).await?;
        Ok(message_id(&given).ok())
    }

    /// Takes away the answer to an interaction, or the message whose button was pressed.
    pub async fn withdraw(&self, caller: &Caller) -> Result<(), Failure> {
        let route = Route::WebhookOriginalInteractionResponse { application_id: caller.application, token: &caller.token };
        match self.call(&Call::new(LightMethod::Delete, route), caller.since + FOLLOW_UP_WITHIN).await {
            Err(failure) if !failure.is_gone() => Err(failure),
            _ => Ok(()),
        }
    }
}

fn message_id(message: &Value) -> Result<MessageId, Failure> {
    message["id"].as_str().and_then(|id| id.parse().ok()).ok_or_else(|| Failure::Unreadable("a message without an id".to_owned()))
}
