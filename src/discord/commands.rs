//! The slash and message commands, and completion as one types.

mod languages;
mod moderators;

use std::sync::Arc;

use serenity::all::{AutocompleteChoice, CreateAutocompleteResponse, Message};

use super::bot::Bot;
use super::interactions::{Audience, Scene};
use super::moderation::Choice;
use super::render;
use super::send::First;
use super::timeline::{Completing, Drawing};
use crate::timeline::filter::Wish;

type Context<'a> = poise::ApplicationContext<'a, Arc<Bot>, ErrorBox>;

/// Poise wants an error that others can be made into.
pub(super) type ErrorBox = Box<dyn std::error::Error + Send + Sync>;

/// Completions offered at most (Discord, application commands).
const COMPLETIONS: usize = 25;

/// Every command, in the order of the help.
pub(super) fn all() -> Vec<poise::Command<Arc<Bot>, ErrorBox>> {
    let mut all = vec![
        ask(),
        timeline(),
        who(),
        source(),
        help(),
        suggest(),
        privacy(),
        moderators::fact(),
        moderators::review(),
        moderators::unanswered(),
        moderators::explain(),
        moderators::settings(),
        answer_with_sources(),
        moderators::edit_this_fact(),
    ];
    all.iter_mut().for_each(languages::describe);
    all
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
        _ => tracing::warn!("a completion failed: {why}"),
    }
}

/// Ask a question; the answer names its sources
#[poise::command(slash_command, interaction_context = "Guild|BotDm")]
async fn ask(
    context: Context<'_>,
    #[description = "Your question, in your own words"]
    #[autocomplete = "complete"]
    #[max_length = 1000]
    question: String,
    #[description = "Show the answer only to you"] private: Option<bool>,
) -> Result<(), ErrorBox> {
    let audience = if private.unwrap_or(false) { Audience::Asker } else { Audience::Everyone };
    run(context, async |bot, scene| bot.ask(scene, &question, audience).await).await
}

/// What happened when: facts by date, topic and name, each with its source
#[poise::command(slash_command, interaction_context = "Guild|BotDm")]
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
#[poise::command(slash_command, interaction_context = "Guild|BotDm")]
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
#[poise::command(slash_command, interaction_context = "Guild|BotDm")]
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
#[poise::command(slash_command, interaction_context = "Guild|BotDm")]
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
#[poise::command(slash_command, interaction_context = "Guild")]
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
