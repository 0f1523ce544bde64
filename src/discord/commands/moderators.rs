//! The commands of those who moderate a server, and of those who manage it.

use serenity::all::{CreateAutocompleteResponse, Message, PartialChannel, RoleId};

use super::{COMPLETIONS, Context, ErrorBox, choices, run};
use crate::curation::Change;
use crate::discord::interactions::Scene;
use crate::discord::moderation::{Among, Clear, SettingsChange};
use crate::discord::send::First;

/// Add, correct and retract this server's facts
#[poise::command(
    slash_command,
    interaction_context = "Guild",
    default_member_permissions = "MANAGE_MESSAGES",
    subcommands("fact_add", "fact_edit", "fact_retract", "fact_restore", "fact_show", "fact_history", "fact_revert")
)]
#[expect(clippy::unused_async, reason = "poise awaits commands; this one has subcommands only")]
pub(super) async fn fact(_context: Context<'_>) -> Result<(), ErrorBox> {
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
pub(super) async fn review(context: Context<'_>) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.show_queue(scene, First::Message, None).await).await
}

/// What people asked in vain
#[poise::command(slash_command, interaction_context = "Guild", default_member_permissions = "MANAGE_MESSAGES")]
pub(super) async fn unanswered(context: Context<'_>) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.show_asked(scene, First::Message, 0).await).await
}

/// Why a question is answered as it is
#[poise::command(slash_command, interaction_context = "Guild", default_member_permissions = "MANAGE_MESSAGES")]
pub(super) async fn explain(
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
pub(super) async fn settings(_context: Context<'_>) -> Result<(), ErrorBox> {
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
pub(super) async fn edit_this_fact(context: Context<'_>, message: Message) -> Result<(), ErrorBox> {
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
