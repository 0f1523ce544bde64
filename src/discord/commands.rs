//! The slash and message commands, and completion as one types.

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
    vec![
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
    #[description_localized("de", "Nur dieses Thema")]
    #[description_localized("fr", "Seulement ce sujet")]
    #[description_localized("es-ES", "Solo este tema")]
    #[description_localized("tr", "Yalnızca bu konu")]
    #[description_localized("hi", "सिर्फ़ यह विषय")]
    #[autocomplete = "complete_topic"]
    #[max_length = 100]
    topic: Option<String>,
    #[description = "Only facts that name this person, organisation or place"]
    #[description_localized("de", "Nur Tatsachen, die diese Person, Organisation oder diesen Ort nennen")]
    #[description_localized("fr", "Seulement les faits qui nomment cette personne, organisation ou ce lieu")]
    #[description_localized("es-ES", "Solo hechos que nombran a esta persona, organización o lugar")]
    #[description_localized("tr", "Yalnızca bu kişi, örgüt ya da yeri anan bilgiler")]
    #[description_localized("hi", "सिर्फ़ वे तथ्य जिनमें यह व्यक्ति, संगठन या जगह है")]
    #[autocomplete = "complete_name"]
    #[max_length = 100]
    who: Option<String>,
    #[description = "From when on: 9 Nov 2021, may 2022, 2021, after the Eid truce"]
    #[description_localized("de", "Ab wann: 9 Nov 2021, may 2022, 2021, after the Eid truce")]
    #[description_localized("fr", "À partir de quand : 9 Nov 2021, may 2022, 2021, after the Eid truce")]
    #[description_localized("es-ES", "Desde cuándo: 9 Nov 2021, may 2022, 2021, after the Eid truce")]
    #[description_localized("tr", "Ne zamandan beri: 9 Nov 2021, may 2022, 2021, after the Eid truce")]
    #[description_localized("hi", "कब से: 9 Nov 2021, may 2022, 2021, after the Eid truce")]
    #[max_length = 200]
    from: Option<String>,
    #[description = "Until when, written likewise"]
    #[description_localized("de", "Bis wann, ebenso geschrieben")]
    #[description_localized("fr", "Jusqu'à quand, écrit de même")]
    #[description_localized("es-ES", "Hasta cuándo, escrito igual")]
    #[description_localized("tr", "Ne zamana kadar, aynı biçimde")]
    #[description_localized("hi", "कब तक, उसी तरह लिखा")]
    #[max_length = 200]
    to: Option<String>,
    #[description = "With a picture"]
    #[description_localized("de", "Mit einem Bild")]
    #[description_localized("fr", "Avec une image")]
    #[description_localized("es-ES", "Con una imagen")]
    #[description_localized("tr", "Resimle")]
    #[description_localized("hi", "चित्र के साथ")]
    picture: Option<bool>,
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
    #[description_localized("de", "Person, Organisation oder Ort, in beliebiger Schreibweise")]
    #[description_localized("fr", "Une personne, organisation ou un lieu, quelle que soit l'orthographe")]
    #[description_localized("es-ES", "Una persona, organización o lugar, con cualquier grafía")]
    #[description_localized("tr", "Kişi, örgüt ya da yer, nasıl yazılırsa yazılsın")]
    #[description_localized("hi", "व्यक्ति, संगठन या जगह, किसी भी वर्तनी में")]
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
    #[description_localized("de", "Worte aus Verlag, Titel und Datum, die Adresse oder die Kennung")]
    #[description_localized("fr", "Mots de son éditeur, titre et date, son adresse ou son identifiant")]
    #[description_localized("es-ES", "Palabras de su editor, título y fecha, su dirección o su id")]
    #[description_localized("tr", "Yayıncısı, başlığı, tarihi, adresi ya da kimliği")]
    #[description_localized("hi", "प्रकाशक, शीर्षक, तारीख़ के शब्द, पता या पहचान")]
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
    #[description_localized("de", "Die zu berichtigende Tatsache; weglassen für eine neue")]
    #[description_localized("fr", "Le fait à corriger ; rien pour un nouveau")]
    #[description_localized("es-ES", "El hecho que se corrige; nada para uno nuevo")]
    #[description_localized("tr", "Düzeltilecek bilgi; yenisi için boş bırakın")]
    #[description_localized("hi", "सुधारने का तथ्य; नए के लिए ख़ाली छोड़ें")]
    #[autocomplete = "served_facts"]
    #[max_length = 100]
    id: Option<String>,
) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.suggest(scene, id.as_deref()).await).await
}

/// What is kept of you, and how it goes
#[poise::command(
    slash_command,
    interaction_context = "Guild|BotDm",
    subcommands("privacy_show", "privacy_export", "privacy_forget"),
    description_localized("de", "Was über Sie gespeichert ist und wie es gelöscht wird"),
    description_localized("fr", "Ce qui est conservé de vous, et comment l'effacer"),
    description_localized("es-ES", "Qué se guarda de usted y cómo se borra"),
    description_localized("tr", "Hakkınızda ne saklanıyor ve nasıl silinir"),
    description_localized("hi", "आपके बारे में क्या रखा है और वह कैसे हटता है")
)]
#[expect(clippy::unused_async, reason = "poise awaits commands; this one has subcommands only")]
async fn privacy(_context: Context<'_>) -> Result<(), ErrorBox> {
    Ok(())
}

/// What is kept of people here
#[poise::command(
    slash_command,
    rename = "show",
    description_localized("de", "Was hier über Menschen gespeichert ist"),
    description_localized("fr", "Ce qui est conservé des personnes ici"),
    description_localized("es-ES", "Qué se guarda aquí de las personas"),
    description_localized("tr", "Burada kişiler hakkında ne saklanıyor"),
    description_localized("hi", "यहाँ लोगों के बारे में क्या रखा जाता है")
)]
async fn privacy_show(context: Context<'_>) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.privacy_show(scene).await).await
}

/// All that is kept of you, as a file
#[poise::command(
    slash_command,
    rename = "export",
    description_localized("de", "Alles, was über Sie gespeichert ist, als Datei"),
    description_localized("fr", "Tout ce qui est conservé de vous, dans un fichier"),
    description_localized("es-ES", "Todo lo que se guarda de usted, en un archivo"),
    description_localized("tr", "Hakkınızda saklanan her şey, dosya olarak"),
    description_localized("hi", "आपके बारे में रखा सब कुछ, फ़ाइल में")
)]
async fn privacy_export(context: Context<'_>) -> Result<(), ErrorBox> {
    run(context, async |bot, scene| bot.privacy_export(scene).await).await
}

/// Take your id off all that is kept
#[poise::command(
    slash_command,
    rename = "forget",
    description_localized("de", "Ihre Kennung aus allem Gespeicherten entfernen"),
    description_localized("fr", "Retirer votre identifiant de tout ce qui est conservé"),
    description_localized("es-ES", "Quitar su identificador de todo lo guardado"),
    description_localized("tr", "Kimliğinizi saklanan her şeyden çıkar"),
    description_localized("hi", "रखी हुई हर चीज़ से अपनी पहचान हटाएँ")
)]
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
