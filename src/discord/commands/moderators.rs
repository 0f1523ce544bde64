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
    subcommands("fact_add", "fact_edit", "fact_retract", "fact_restore", "fact_show", "fact_history", "fact_revert"),
    description_localized("de", "Tatsachen dieses Servers hinzufügen, berichtigen, zurückziehen"),
    description_localized("fr", "Ajouter, corriger et retirer les faits de ce serveur"),
    description_localized("es-ES", "Añadir, corregir y retirar los hechos de este servidor"),
    description_localized("tr", "Bu sunucunun bilgilerini ekle, düzelt, geri çek"),
    description_localized("hi", "इस सर्वर के तथ्य जोड़ें, सुधारें, वापस लें")
)]
#[expect(clippy::unused_async, reason = "poise awaits commands; this one has subcommands only")]
pub(super) async fn fact(_context: Context<'_>) -> Result<(), ErrorBox> {
    Ok(())
}

/// Add a fact, in a form
#[poise::command(
    slash_command,
    rename = "add",
    description_localized("de", "Eine Tatsache hinzufügen, in einem Formular"),
    description_localized("fr", "Ajouter un fait, dans un formulaire"),
    description_localized("es-ES", "Añadir un hecho, en un formulario"),
    description_localized("tr", "Formla bilgi ekle"),
    description_localized("hi", "फ़ॉर्म में तथ्य जोड़ें")
)]
async fn fact_add(
    context: Context<'_>,
    #[description = "Why, for the history"]
    #[description_localized("de", "Warum, für den Verlauf")]
    #[description_localized("fr", "Pourquoi, pour l'historique")]
    #[description_localized("es-ES", "Por qué, para el historial")]
    #[description_localized("tr", "Neden, kayıt için")]
    #[description_localized("hi", "क्यों, इतिहास के लिए")]
    #[max_length = 300]
    reason: Option<String>,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.fact_add(scene, &reason.unwrap_or_default()).await).await
}

/// Change a fact, in a form
#[poise::command(
    slash_command,
    rename = "edit",
    description_localized("de", "Eine Tatsache ändern, in einem Formular"),
    description_localized("fr", "Modifier un fait, dans un formulaire"),
    description_localized("es-ES", "Cambiar un hecho, en un formulario"),
    description_localized("tr", "Formla bilgi değiştir"),
    description_localized("hi", "फ़ॉर्म में तथ्य बदलें")
)]
async fn fact_edit(
    context: Context<'_>,
    #[description = "The fact"]
    #[description_localized("de", "Die Tatsache")]
    #[description_localized("fr", "Le fait")]
    #[description_localized("es-ES", "El hecho")]
    #[description_localized("tr", "Bilgi")]
    #[description_localized("hi", "तथ्य")]
    #[autocomplete = "kept_served"]
    #[max_length = 100]
    id: String,
    #[description = "Why, for the history"]
    #[description_localized("de", "Warum, für den Verlauf")]
    #[description_localized("fr", "Pourquoi, pour l'historique")]
    #[description_localized("es-ES", "Por qué, para el historial")]
    #[description_localized("tr", "Neden, kayıt için")]
    #[description_localized("hi", "क्यों, इतिहास के लिए")]
    #[max_length = 300]
    reason: Option<String>,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.fact_edit(scene, &id, &reason.unwrap_or_default()).await).await
}

/// Serve a fact no more; it keeps its record
#[poise::command(
    slash_command,
    rename = "retract",
    description_localized("de", "Eine Tatsache nicht mehr zeigen; ihr Verlauf bleibt"),
    description_localized("fr", "Ne plus servir un fait ; son historique reste"),
    description_localized("es-ES", "No mostrar más un hecho; su historial queda"),
    description_localized("tr", "Bir bilgiyi artık gösterme; kaydı kalır"),
    description_localized("hi", "तथ्य अब न दिखाएँ; उसका रिकॉर्ड रहता है")
)]
async fn fact_retract(
    context: Context<'_>,
    #[description = "The fact"]
    #[description_localized("de", "Die Tatsache")]
    #[description_localized("fr", "Le fait")]
    #[description_localized("es-ES", "El hecho")]
    #[description_localized("tr", "Bilgi")]
    #[description_localized("hi", "तथ्य")]
    #[autocomplete = "kept_served"]
    #[max_length = 100]
    id: String,
    #[description = "Why, for the history"]
    #[description_localized("de", "Warum, für den Verlauf")]
    #[description_localized("fr", "Pourquoi, pour l'historique")]
    #[description_localized("es-ES", "Por qué, para el historial")]
    #[description_localized("tr", "Neden, kayıt için")]
    #[description_localized("hi", "क्यों, इतिहास के लिए")]
    #[max_length = 300]
    reason: String,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.fact_change(scene, &id, Change::Retract, &reason).await).await
}

/// Serve a retracted fact again
#[poise::command(
    slash_command,
    rename = "restore",
    description_localized("de", "Eine zurückgezogene Tatsache wieder zeigen"),
    description_localized("fr", "Servir de nouveau un fait retiré"),
    description_localized("es-ES", "Volver a mostrar un hecho retirado"),
    description_localized("tr", "Geri çekilmiş bilgiyi yeniden göster"),
    description_localized("hi", "वापस लिया तथ्य फिर दिखाएँ")
)]
async fn fact_restore(
    context: Context<'_>,
    #[description = "The fact"]
    #[description_localized("de", "Die Tatsache")]
    #[description_localized("fr", "Le fait")]
    #[description_localized("es-ES", "El hecho")]
    #[description_localized("tr", "Bilgi")]
    #[description_localized("hi", "तथ्य")]
    #[autocomplete = "kept_retracted"]
    #[max_length = 100]
    id: String,
    #[description = "Why, for the history"]
    #[description_localized("de", "Warum, für den Verlauf")]
    #[description_localized("fr", "Pourquoi, pour l'historique")]
    #[description_localized("es-ES", "Por qué, para el historial")]
    #[description_localized("tr", "Neden, kayıt için")]
    #[description_localized("hi", "क्यों, इतिहास के लिए")]
    #[max_length = 300]
    reason: Option<String>,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.fact_change(scene, &id, Change::Restore, &reason.unwrap_or_default()).await).await
}

/// A fact as askers see it, with its record
#[poise::command(
    slash_command,
    rename = "show",
    description_localized("de", "Eine Tatsache, wie Fragende sie sehen, mit ihrem Verlauf"),
    description_localized("fr", "Un fait tel qu'on le voit, avec son historique"),
    description_localized("es-ES", "Un hecho como lo ve quien pregunta, con su historial"),
    description_localized("tr", "Soranların gördüğü haliyle bilgi, kaydıyla"),
    description_localized("hi", "तथ्य जैसा पूछने वाले देखते हैं, रिकॉर्ड के साथ")
)]
async fn fact_show(
    context: Context<'_>,
    #[description = "The fact"]
    #[description_localized("de", "Die Tatsache")]
    #[description_localized("fr", "Le fait")]
    #[description_localized("es-ES", "El hecho")]
    #[description_localized("tr", "Bilgi")]
    #[description_localized("hi", "तथ्य")]
    #[autocomplete = "kept_all"]
    #[max_length = 100]
    id: String,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.fact_show(scene, &id).await).await
}

/// What was done to a fact, by whom, when and why
#[poise::command(
    slash_command,
    rename = "history",
    description_localized("de", "Was mit einer Tatsache geschah, durch wen, wann und warum"),
    description_localized("fr", "Ce qui a été fait à un fait, par qui, quand et pourquoi"),
    description_localized("es-ES", "Qué se hizo con un hecho, quién, cuándo y por qué"),
    description_localized("tr", "Bir bilgiye ne yapıldı, kim, ne zaman, neden"),
    description_localized("hi", "तथ्य के साथ क्या हुआ, किसने, कब और क्यों")
)]
async fn fact_history(
    context: Context<'_>,
    #[description = "The fact"]
    #[description_localized("de", "Die Tatsache")]
    #[description_localized("fr", "Le fait")]
    #[description_localized("es-ES", "El hecho")]
    #[description_localized("tr", "Bilgi")]
    #[description_localized("hi", "तथ्य")]
    #[autocomplete = "kept_all"]
    #[max_length = 100]
    id: String,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.fact_history(scene, &id).await).await
}

/// Take a fact back to an earlier revision
#[poise::command(
    slash_command,
    rename = "revert",
    description_localized("de", "Eine Tatsache auf eine frühere Fassung zurücksetzen"),
    description_localized("fr", "Ramener un fait à une version antérieure"),
    description_localized("es-ES", "Devolver un hecho a una revisión anterior"),
    description_localized("tr", "Bir bilgiyi önceki sürümüne döndür"),
    description_localized("hi", "तथ्य को पहले के रूप में लौटाएँ")
)]
async fn fact_revert(
    context: Context<'_>,
    #[description = "The fact"]
    #[description_localized("de", "Die Tatsache")]
    #[description_localized("fr", "Le fait")]
    #[description_localized("es-ES", "El hecho")]
    #[description_localized("tr", "Bilgi")]
    #[description_localized("hi", "तथ्य")]
    #[autocomplete = "kept_all"]
    #[max_length = 100]
    id: String,
    #[description = "The number of the revision, as its history shows it; 0 is the shipped base's word"]
    #[description_localized("de", "Nummer der Fassung laut Verlauf; 0 ist das Wort des Grundbestands")]
    #[description_localized("fr", "Numéro de la version dans l'historique ; 0 est le texte d'origine")]
    #[description_localized("es-ES", "Número de la revisión según su historial; 0 es el texto de origen")]
    #[description_localized("tr", "Kaydındaki sürüm numarası; 0 ilk halidir")]
    #[description_localized("hi", "इतिहास में दिखा संस्करण नंबर; 0 मूल रूप है")]
    #[min = 0]
    #[max = 1_000_000]
    revision: i64,
    #[description = "Why, for the history"]
    #[description_localized("de", "Warum, für den Verlauf")]
    #[description_localized("fr", "Pourquoi, pour l'historique")]
    #[description_localized("es-ES", "Por qué, para el historial")]
    #[description_localized("tr", "Neden, kayıt için")]
    #[description_localized("hi", "क्यों, इतिहास के लिए")]
    #[max_length = 300]
    reason: Option<String>,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.fact_revert(scene, &id, revision, &reason.unwrap_or_default()).await).await
}

/// What waits for a moderator
#[poise::command(
    slash_command,
    interaction_context = "Guild",
    default_member_permissions = "MANAGE_MESSAGES",
    description_localized("de", "Was auf die Moderation wartet"),
    description_localized("fr", "Ce qui attend un modérateur"),
    description_localized("es-ES", "Qué espera a un moderador"),
    description_localized("tr", "Moderatör bekleyenler"),
    description_localized("hi", "मॉडरेटर की राह देखती चीज़ें")
)]
pub(super) async fn review(context: Context<'_>) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.show_queue(scene, First::Message, None).await).await
}

/// What people asked in vain
#[poise::command(
    slash_command,
    interaction_context = "Guild",
    default_member_permissions = "MANAGE_MESSAGES",
    description_localized("de", "Was vergeblich gefragt wurde"),
    description_localized("fr", "Ce qui a été demandé en vain"),
    description_localized("es-ES", "Qué se preguntó en vano"),
    description_localized("tr", "Boşuna sorulanlar"),
    description_localized("hi", "जो बेकार पूछा गया")
)]
pub(super) async fn unanswered(context: Context<'_>) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.show_asked(scene, First::Message, 0).await).await
}

/// Why a question is answered as it is
#[poise::command(
    slash_command,
    interaction_context = "Guild",
    default_member_permissions = "MANAGE_MESSAGES",
    description_localized("de", "Warum eine Frage so beantwortet wird"),
    description_localized("fr", "Pourquoi une question reçoit cette réponse"),
    description_localized("es-ES", "Por qué una pregunta se responde así"),
    description_localized("tr", "Bir soru neden böyle yanıtlanıyor"),
    description_localized("hi", "सवाल का जवाब ऐसा क्यों है")
)]
pub(super) async fn explain(
    context: Context<'_>,
    #[description = "The question"]
    #[description_localized("de", "Die Frage")]
    #[description_localized("fr", "La question")]
    #[description_localized("es-ES", "La pregunta")]
    #[description_localized("tr", "Soru")]
    #[description_localized("hi", "सवाल")]
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
    subcommands("settings_show", "settings_set"),
    description_localized("de", "Einstellungen dieses Servers"),
    description_localized("fr", "Réglages de ce serveur"),
    description_localized("es-ES", "Ajustes de este servidor"),
    description_localized("tr", "Bu sunucunun ayarları"),
    description_localized("hi", "इस सर्वर की सेटिंग")
)]
#[expect(clippy::unused_async, reason = "poise awaits commands; this one has subcommands only")]
pub(super) async fn settings(_context: Context<'_>) -> Result<(), ErrorBox> {
    Ok(())
}

/// How this server is set
#[poise::command(
    slash_command,
    rename = "show",
    description_localized("de", "Wie dieser Server eingestellt ist"),
    description_localized("fr", "Comment ce serveur est réglé"),
    description_localized("es-ES", "Cómo está ajustado este servidor"),
    description_localized("tr", "Bu sunucu nasıl ayarlı"),
    description_localized("hi", "यह सर्वर कैसे सेट है")
)]
async fn settings_show(context: Context<'_>) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.settings_show(scene).await).await
}

/// Set who moderates, where things are posted, and what sources may be
#[poise::command(
    slash_command,
    rename = "set",
    description_localized("de", "Wer moderiert, wo gepostet wird und welche Quellen gelten"),
    description_localized("fr", "Qui modère, où l'on publie, quelles sources sont admises"),
    description_localized("es-ES", "Quién modera, dónde se publica y qué fuentes valen"),
    description_localized("tr", "Kim yönetir, nereye yazılır, hangi kaynaklar olur"),
    description_localized("hi", "कौन मॉडरेट करे, कहाँ लिखा जाए, कौन से स्रोत चलें")
)]
#[expect(clippy::too_many_arguments, reason = "one for each option of the command")]
async fn settings_set(
    context: Context<'_>,
    #[description = "One more role whose bearers are moderators"]
    #[description_localized("de", "Eine weitere Rolle, deren Träger moderieren")]
    #[description_localized("fr", "Un rôle de plus dont les membres sont modérateurs")]
    #[description_localized("es-ES", "Un rol más cuyos miembros son moderadores")]
    #[description_localized("tr", "Sahipleri moderatör olan bir rol daha")]
    #[description_localized("hi", "एक और भूमिका जिसके लोग मॉडरेटर हैं")]
    moderator_role: Option<RoleId>,
    #[description = "Where suggestions are posted"]
    #[description_localized("de", "Wo Vorschläge gepostet werden")]
    #[description_localized("fr", "Où les propositions sont publiées")]
    #[description_localized("es-ES", "Dónde se publican las propuestas")]
    #[description_localized("tr", "Önerilerin yazıldığı yer")]
    #[description_localized("hi", "सुझाव कहाँ लिखे जाएँ")]
    #[channel_types("Text", "News")]
    review_channel: Option<PartialChannel>,
    #[description = "Where each change leaves a line"]
    #[description_localized("de", "Wo jede Änderung eine Zeile hinterlässt")]
    #[description_localized("fr", "Où chaque modification laisse une ligne")]
    #[description_localized("es-ES", "Dónde cada cambio deja una línea")]
    #[description_localized("tr", "Her değişikliğin bir satır bıraktığı yer")]
    #[description_localized("hi", "हर बदलाव की पंक्ति कहाँ लिखी जाए")]
    #[channel_types("Text", "News")]
    log_channel: Option<PartialChannel>,
    #[description = "One more channel where every message that looks like a question is tried"]
    #[description_localized("de", "Ein weiterer Kanal, in dem jede Frage versucht wird")]
    #[description_localized("fr", "Un salon de plus où chaque question est tentée")]
    #[description_localized("es-ES", "Un canal más donde se intenta cada pregunta")]
    #[description_localized("tr", "Her sorunun denendiği bir kanal daha")]
    #[description_localized("hi", "एक और चैनल जहाँ हर सवाल आज़माया जाए")]
    #[channel_types("Text", "News", "Forum")]
    asking_channel: Option<PartialChannel>,
    #[description = "Hosts that sources may lie on, with commas between them: dawn.com, bbc.co.uk"]
    #[description_localized("de", "Hosts erlaubter Quellen, durch Kommas getrennt: dawn.com, bbc.co.uk")]
    #[description_localized("fr", "Hôtes admis pour les sources, séparés par des virgules : dawn.com, bbc.co.uk")]
    #[description_localized("es-ES", "Hosts de fuentes permitidas, separados por comas: dawn.com, bbc.co.uk")]
    #[description_localized("tr", "Kaynakların durabileceği siteler, virgülle: dawn.com, bbc.co.uk")]
    #[description_localized("hi", "स्रोतों की साइटें, अल्पविराम से अलग: dawn.com, bbc.co.uk")]
    #[max_length = 1000]
    sources_from: Option<String>,
    #[description = "Topics whose facts two moderators must agree on, with commas between them"]
    #[description_localized("de", "Themen, bei denen zwei Moderatoren zustimmen müssen, durch Kommas getrennt")]
    #[description_localized("fr", "Sujets où deux modérateurs doivent s'accorder, séparés par des virgules")]
    #[description_localized("es-ES", "Temas en que dos moderadores deben coincidir, separados por comas")]
    #[description_localized("tr", "İki moderatörün anlaşması gereken konular, virgülle")]
    #[description_localized("hi", "विषय जिन पर दो मॉडरेटर सहमत हों, अल्पविराम से अलग")]
    #[max_length = 1000]
    two_must_agree_on: Option<String>,
    #[description = "Clear a setting"]
    #[description_localized("de", "Eine Einstellung leeren")]
    #[description_localized("fr", "Effacer un réglage")]
    #[description_localized("es-ES", "Borrar un ajuste")]
    #[description_localized("tr", "Bir ayarı temizle")]
    #[description_localized("hi", "कोई सेटिंग हटाएँ")]
    clear: Option<Clear>,
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
