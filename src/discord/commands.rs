//! The slash and message commands, and completion as one types.

use std::sync::Arc;

use serenity::all::{AutocompleteChoice, CreateAutocompleteResponse, Message, PartialChannel, RoleId};

use super::bot::Bot;
use super::interactions::{Audience, Scene};
use super::moderation::{Among, Choice, Clear, SettingsChange};
use super::render;
use super::send::First;
use super::timeline::{Completing, Drawing};
use crate::curation::Change;
use crate::timeline::filter::Wish;

type Context<'a> = poise::ApplicationContext<'a, Arc<Bot>, ErrorBox>;

/// Poise wants an error that others can be made into.
pub(super) type ErrorBox = Box<dyn std::error::Error + Send + Sync>;

/// Completions offered at most (Discord, application commands).
const COMPLETIONS: usize = 25;

/// Every command, in the order of the help.
pub(super) fn all() -> Vec<poise::Command<Arc<Bot>, ErrorBox>> {
    vec![
        ask(),
        timeline(),
        who(),
        source(),
        help(),
        suggest(),
        privacy(),
        fact(),
        review(),
        unanswered(),
        explain(),
        settings(),
        answer_with_sources(),
        edit_this_fact(),
    ]
}

/// A command was not carried out, for a fault of the program or because Discord knows it in another form. What was typed is not repeated
/// in the log, as the error itself would.
pub(super) async fn failed(error: poise::FrameworkError<'_, Arc<Bot>, ErrorBox>) {
    let why = match &error {
        poise::FrameworkError::Command { .. } => "it ended with an error",
        poise::FrameworkError::CommandPanic { .. } => "a fault in the program, said above",
        poise::FrameworkError::ArgumentParse { .. } | poise::FrameworkError::CommandStructureMismatch { .. } => {
            "what came is not of the form that it was registered with"
        }
        _ => "it was not understood",
    };
    match error.ctx() {
        Some(poise::Context::Application(context)) if context.interaction_type == poise::CommandInteractionType::Command => {
            let bot = context.data();
            let scene = Scene::of_command(context.interaction);
            let reply = Bot::broke(&format!("the command `{}`", context.command().qualified_name), why);
            bot.respond(&scene, First::Message, &reply).await;
        }
        _ => tracing::warn!("an event or a completion failed: {why}"),
    }
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

/// What happened when: facts by date, topic and name, each with its source
#[poise::command(
    slash_command,
    interaction_context = "Guild|BotDm",
    description_localized("de", "Was wann geschah: Tatsachen nach Datum, Thema und Name, mit Quellen"),
    description_localized("fr", "Ce qui s'est passé et quand : faits par date, sujet et nom, avec leurs sources"),
    description_localized("es-ES", "Qué pasó y cuándo: hechos por fecha, tema y nombre, con sus fuentes"),
    description_localized("tr", "Ne zaman ne oldu: tarihe, konuya ve ada göre bilgiler, kaynaklarıyla"),
    description_localized("hi", "कब क्या हुआ: तारीख़, विषय और नाम से तथ्य, स्रोतों के साथ")
)]
async fn timeline(
    context: Context<'_>,
    #[description = "Only this topic"]
    #[autocomplete = "complete_topic"]
    #[max_length = 100]
    topic: Option<String>,
    #[description = "Only facts that name this person, organisation or place"]
    #[autocomplete = "complete_name"]
    #[max_length = 100]
    who: Option<String>,
    #[description = "From when on: 9 Nov 2021, may 2022, 2021, after the Eid truce"]
    #[max_length = 200]
    from: Option<String>,
    #[description = "Until when, written likewise"]
    #[max_length = 200]
    to: Option<String>,
    #[description = "With a picture"] picture: Option<bool>,
) -> Result<(), ErrorBox> {
    let drawing = if picture.unwrap_or(false) { Drawing::Wanted } else { Drawing::NotWanted };
    run(context, async |bot, scene| {
        let wish = Wish { from: from.as_deref(), to: to.as_deref(), topic: topic.as_deref(), who: who.as_deref() };
        bot.timeline(scene, wish, drawing).await;
    })
    .await
}

/// Who or what somebody or something is: spellings, sources, facts in order
#[poise::command(
    slash_command,
    interaction_context = "Guild|BotDm",
    description_localized("de", "Wer oder was das ist: Schreibweisen, Quellen, Tatsachen in ihrer Folge"),
    description_localized("fr", "Qui ou quoi : orthographes, sources, faits dans l'ordre"),
    description_localized("es-ES", "Quién o qué es: grafías, fuentes, hechos en orden"),
    description_localized("tr", "Kim ya da ne: yazılışları, kaynakları, sırasıyla bilgiler"),
    description_localized("hi", "कौन या क्या: वर्तनियाँ, स्रोत, क्रम से तथ्य")
)]
async fn who(
    context: Context<'_>,
    #[description = "A person, organisation or place, in any spelling"]
    #[autocomplete = "complete_name"]
    #[max_length = 100]
    name: String,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.who(scene, &name).await).await
}

/// A source in full, and the facts that rest on it
#[poise::command(
    slash_command,
    interaction_context = "Guild|BotDm",
    description_localized("de", "Eine Quelle, und die Tatsachen, die auf ihr beruhen"),
    description_localized("fr", "Une source, et les faits qui reposent sur elle"),
    description_localized("es-ES", "Una fuente, y los hechos que se apoyan en ella"),
    description_localized("tr", "Bir kaynak ve ona dayanan bilgiler"),
    description_localized("hi", "एक स्रोत, और उस पर टिके तथ्य")
)]
async fn source(
    context: Context<'_>,
    #[description = "Words of its publisher, title and date, its address, or its id"]
    #[autocomplete = "complete_source"]
    #[max_length = 500]
    name: String,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.source(scene, &name).await).await
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

/// Suggest a fact, or a correction to one, to this server's moderators
#[poise::command(
    slash_command,
    interaction_context = "Guild",
    description_localized("de", "Den Moderatoren eine Tatsache oder eine Berichtigung vorschlagen"),
    description_localized("fr", "Proposer un fait ou une correction aux modérateurs"),
    description_localized("es-ES", "Proponer un hecho o una corrección a los moderadores"),
    description_localized("tr", "Moderatörlere bir bilgi ya da düzeltme önerin"),
    description_localized("hi", "मॉडरेटरों को तथ्य या सुधार सुझाएँ")
)]
async fn suggest(
    context: Context<'_>,
    #[description = "The fact to be corrected; leave it out for a new one"]
    #[autocomplete = "served_facts"]
    #[max_length = 100]
    id: Option<String>,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.suggest(scene, id.as_deref()).await).await
}

/// What is kept of you, and how it goes
#[poise::command(slash_command, interaction_context = "Guild|BotDm", subcommands("privacy_show", "privacy_export", "privacy_forget"))]
#[expect(clippy::unused_async, reason = "poise awaits commands; this one has subcommands only")]
async fn privacy(_context: Context<'_>) -> Result<(), ErrorBox> {
    Ok(())
}

/// What is kept of people here
#[poise::command(slash_command, rename = "show")]
async fn privacy_show(context: Context<'_>) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.privacy_show(scene).await).await
}

/// All that is kept of you, as a file
#[poise::command(slash_command, rename = "export")]
async fn privacy_export(context: Context<'_>) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.privacy_export(scene).await).await
}

/// Take your id off all that is kept
#[poise::command(slash_command, rename = "forget")]
async fn privacy_forget(context: Context<'_>) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.privacy_forget(scene).await).await
}

/// Add, correct and retract this server's facts
#[poise::command(
    slash_command,
    interaction_context = "Guild",
    default_member_permissions = "MANAGE_MESSAGES",
    subcommands("fact_add", "fact_edit", "fact_retract", "fact_restore", "fact_show", "fact_history", "fact_revert")
)]
#[expect(clippy::unused_async, reason = "poise awaits commands; this one has subcommands only")]
async fn fact(_context: Context<'_>) -> Result<(), ErrorBox> {
    Ok(())
}

/// Add a fact, in a form
#[poise::command(slash_command, rename = "add")]
async fn fact_add(
    context: Context<'_>,
    #[description = "Why, for the history"]
    #[max_length = 300]
    reason: Option<String>,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.fact_add(scene, &reason.unwrap_or_default()).await).await
}

/// Change a fact, in a form
#[poise::command(slash_command, rename = "edit")]
async fn fact_edit(
    context: Context<'_>,
    #[description = "The fact"]
    #[autocomplete = "kept_served"]
    #[max_length = 100]
    id: String,
    #[description = "Why, for the history"]
    #[max_length = 300]
    reason: Option<String>,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.fact_edit(scene, &id, &reason.unwrap_or_default()).await).await
}

/// Serve a fact no more; it keeps its record
#[poise::command(slash_command, rename = "retract")]
async fn fact_retract(
    context: Context<'_>,
    #[description = "The fact"]
    #[autocomplete = "kept_served"]
    #[max_length = 100]
    id: String,
    #[description = "Why, for the history"]
    #[max_length = 300]
    reason: String,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.fact_change(scene, &id, Change::Retract, &reason).await).await
}

/// Serve a retracted fact again
#[poise::command(slash_command, rename = "restore")]
async fn fact_restore(
    context: Context<'_>,
    #[description = "The fact"]
    #[autocomplete = "kept_retracted"]
    #[max_length = 100]
    id: String,
    #[description = "Why, for the history"]
    #[max_length = 300]
    reason: Option<String>,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.fact_change(scene, &id, Change::Restore, &reason.unwrap_or_default()).await).await
}

/// A fact as askers see it, with its record
#[poise::command(slash_command, rename = "show")]
async fn fact_show(
    context: Context<'_>,
    #[description = "The fact"]
    #[autocomplete = "kept_all"]
    #[max_length = 100]
    id: String,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.fact_show(scene, &id).await).await
}

/// What was done to a fact, by whom, when and why
#[poise::command(slash_command, rename = "history")]
async fn fact_history(
    context: Context<'_>,
    #[description = "The fact"]
    #[autocomplete = "kept_all"]
    #[max_length = 100]
    id: String,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.fact_history(scene, &id).await).await
}

/// Take a fact back to an earlier revision
#[poise::command(slash_command, rename = "revert")]
async fn fact_revert(
    context: Context<'_>,
    #[description = "The fact"]
    #[autocomplete = "kept_all"]
    #[max_length = 100]
    id: String,
    #[description = "The number of the revision, as its history shows it; 0 is the shipped base's word"]
    #[min = 0]
    #[max = 1_000_000]
    revision: i64,
    #[description = "Why, for the history"]
    #[max_length = 300]
    reason: Option<String>,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.fact_revert(scene, &id, revision, &reason.unwrap_or_default()).await).await
}

/// What waits for a moderator
#[poise::command(slash_command, interaction_context = "Guild", default_member_permissions = "MANAGE_MESSAGES")]
async fn review(context: Context<'_>) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.show_queue(scene, First::Message, None).await).await
}

/// What people asked in vain
#[poise::command(slash_command, interaction_context = "Guild", default_member_permissions = "MANAGE_MESSAGES")]
async fn unanswered(context: Context<'_>) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.show_asked(scene, First::Message, 0).await).await
}

/// Why a question is answered as it is
#[poise::command(slash_command, interaction_context = "Guild", default_member_permissions = "MANAGE_MESSAGES")]
async fn explain(
    context: Context<'_>,
    #[description = "The question"]
    #[max_length = 1000]
    question: String,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.explain(scene, &question).await).await
}

/// This server's settings
#[poise::command(
    slash_command,
    interaction_context = "Guild",
    default_member_permissions = "MANAGE_GUILD",
    subcommands("settings_show", "settings_set")
)]
#[expect(clippy::unused_async, reason = "poise awaits commands; this one has subcommands only")]
async fn settings(_context: Context<'_>) -> Result<(), ErrorBox> {
    Ok(())
}

/// How this server is set
#[poise::command(slash_command, rename = "show")]
async fn settings_show(context: Context<'_>) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.settings_show(scene).await).await
}

/// Set who moderates, where things are posted, and what sources may be
#[poise::command(slash_command, rename = "set")]
#[expect(clippy::too_many_arguments, reason = "one for each option of the command")]
async fn settings_set(
    context: Context<'_>,
    #[description = "One more role whose bearers are moderators"] moderator_role: Option<RoleId>,
    #[description = "Where suggestions are posted"]
    #[channel_types("Text", "News")]
    review_channel: Option<PartialChannel>,
    #[description = "Where each change leaves a line"]
    #[channel_types("Text", "News")]
    log_channel: Option<PartialChannel>,
    #[description = "One more channel where every message that looks like a question is tried"]
    #[channel_types("Text", "News", "Forum")]
    asking_channel: Option<PartialChannel>,
    #[description = "Hosts that sources may lie on, with commas between them: dawn.com, bbc.co.uk"]
    #[max_length = 1000]
    sources_from: Option<String>,
    #[description = "Topics whose facts two moderators must agree on, with commas between them"]
    #[max_length = 1000]
    two_must_agree_on: Option<String>,
    #[description = "Clear a setting"] clear: Option<Clear>,
) -> Result<(), ErrorBox> {
    let change = SettingsChange {
        moderator_role,
        review_channel: review_channel.map(|channel| channel.id),
        log_channel: log_channel.map(|channel| channel.id),
        asking_channel: asking_channel.map(|channel| channel.id),
        hosts: sources_from,
        four_eyes: two_must_agree_on,
        clear,
    };
    run(context, async |bot, scene| bot.settings_set(scene, change).await).await
}

/// Opens the form of the fact that an answer tells.
#[poise::command(context_menu_command = "Edit this fact", interaction_context = "Guild", default_member_permissions = "MANAGE_MESSAGES")]
async fn edit_this_fact(context: Context<'_>, message: Message) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.edit_told(scene, &message).await).await
}

/// Facts that are served, for a moderator.
async fn kept_served(context: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    kept(context, typed, Among::Served).await
}

/// Facts that are retracted, for a moderator.
async fn kept_retracted(context: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    kept(context, typed, Among::Retracted).await
}

/// All facts, for a moderator.
async fn kept_all(context: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    kept(context, typed, Among::All).await
}

#[expect(clippy::unused_async, reason = "poise awaits completions")]
async fn kept(context: Context<'_>, typed: &str, among: Among) -> CreateAutocompleteResponse {
    let scene = Scene::of_command(context.interaction);
    choices(context.framework.user_data.fact_choices(&scene, typed, among, COMPLETIONS))
}

/// Facts that are served, for everybody.
#[expect(clippy::unused_async, reason = "poise awaits completions")]
async fn served_facts(context: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let scene = Scene::of_command(context.interaction);
    choices(context.framework.user_data.served_choices(&scene, typed, COMPLETIONS))
}

/// Topics.
async fn complete_topic(context: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    completed(context, Completing::Topic, typed).await
}

/// People, organisations, places, events.
async fn complete_name(context: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    completed(context, Completing::Name, typed).await
}

/// Sources.
async fn complete_source(context: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    completed(context, Completing::Source, typed).await
}

#[expect(clippy::unused_async, reason = "poise awaits completions")]
async fn completed(context: Context<'_>, what: Completing, typed: &str) -> CreateAutocompleteResponse {
    let found = context.framework.user_data.completions(context.interaction.guild_id, what, typed, COMPLETIONS);
    CreateAutocompleteResponse::new()
        .set_choices(found.into_iter().map(|choice| AutocompleteChoice::new(choice.label, choice.value)).collect())
}

fn choices(facts: Vec<Choice>) -> CreateAutocompleteResponse {
    CreateAutocompleteResponse::new().set_choices(facts.into_iter().map(|fact| AutocompleteChoice::new(fact.label, fact.id)).collect())
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
