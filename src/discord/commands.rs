//! The slash and message commands, and completion as one types.

use std::sync::Arc;

use serenity::all::{AutocompleteChoice, CreateAutocompleteResponse, Message};

use super::bot::Bot;
use super::interactions::{Audience, Scene};
use super::render;
use super::send::First;

type Context<'a> = poise::ApplicationContext<'a, Arc<Bot>, ErrorBox>;

/// Poise wants an error that others can be made into.
pub(super) type ErrorBox = Box<dyn std::error::Error + Send + Sync>;

/// Completions offered at most (Discord, application commands).
const COMPLETIONS: usize = 25;

/// Every command, in the order of the help.
pub(super) fn all() -> Vec<poise::Command<Arc<Bot>, ErrorBox>> {
    vec![ask(), help(), answer_with_sources()]
}

/// Ask a question; the answer names its sources
#[poise::command(
    slash_command,
    interaction_context = "Guild|BotDm",
    description_localized("de", "Eine Frage stellen; die Antwort nennt ihre Quellen"),
    description_localized("fr", "Poser une question ; la réponse cite ses sources"),
    description_localized("es-ES", "Hacer una pregunta; la respuesta cita sus fuentes"),
    description_localized("tr", "Soru sor; yanıt kaynaklarını belirtir"),
    description_localized("hi", "सवाल पूछें; जवाब अपने स्रोत बताता है")
)]
async fn ask(
    context: Context<'_>,
    #[description = "Your question, in your own words"]
    #[description_localized("de", "Die Frage, in eigenen Worten")]
    #[description_localized("fr", "Votre question, avec vos propres mots")]
    #[description_localized("es-ES", "Su pregunta, con sus propias palabras")]
    #[description_localized("tr", "Sorunuz, kendi sözlerinizle")]
    #[description_localized("hi", "आपका सवाल, आपके अपने शब्दों में")]
    #[autocomplete = "complete"]
    #[max_length = 1000]
    question: String,
    #[description = "Show the answer only to you"]
    #[description_localized("de", "Die Antwort nur Ihnen zeigen")]
    #[description_localized("fr", "Ne montrer la réponse qu'à vous")]
    #[description_localized("es-ES", "Mostrar la respuesta solo a usted")]
    #[description_localized("tr", "Yanıtı yalnızca size göster")]
    #[description_localized("hi", "जवाब सिर्फ़ आपको दिखाएँ")]
    private: Option<bool>,
) -> Result<(), ErrorBox> {
    let audience = if private.unwrap_or(false) { Audience::Asker } else { Audience::Everyone };
    run(context, async |bot, scene| bot.ask(scene, &question, audience).await).await
}

/// What this bot is for, and how to ask it
#[poise::command(
    slash_command,
    interaction_context = "Guild|BotDm",
    description_localized("de", "Wozu dieser Bot da ist und wie man ihn fragt"),
    description_localized("fr", "À quoi sert ce bot et comment l'interroger"),
    description_localized("es-ES", "Para qué sirve este bot y cómo preguntarle"),
    description_localized("tr", "Bu bot ne işe yarar ve nasıl sorulur"),
    description_localized("hi", "यह बॉट किसलिए है और इससे कैसे पूछें")
)]
async fn help(context: Context<'_>) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| {
        let view = bot.app.view(super::bot::scope(scene.guild));
        bot.respond(scene, First::Message, &render::help(&view)).await;
    })
    .await
}

/// Answers somebody's message.
#[poise::command(context_menu_command = "Answer with sources", interaction_context = "Guild|BotDm")]
async fn answer_with_sources(context: Context<'_>, message: Message) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.ask(scene, &message.content, Audience::EveryoneIfAnswered).await).await
}

/// Runs a command once, however often its event comes, and keeps the process alive for it.
async fn run(context: Context<'_>, work: impl AsyncFnOnce(&Bot, &Scene)) -> Result<(), ErrorBox> {
    let bot = context.framework.user_data;
    let _in_hand = bot.in_hand.token();
    if !bot.stopping.is_cancelled() && bot.ledger().first_time(context.interaction.id.get()) {
        work(bot, &Scene::of_command(context.interaction)).await;
    }
    Ok(())
}

/// Completions for what was typed so far.
#[expect(clippy::unused_async, reason = "poise awaits completions")]
async fn complete(context: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let scope = super::bot::scope(context.interaction.guild_id);
    let choices = context.framework.user_data.app.complete(scope, typed, COMPLETIONS);
    CreateAutocompleteResponse::new().set_choices(choices.into_iter().map(|text| AutocompleteChoice::new(text.clone(), text)).collect())
}
