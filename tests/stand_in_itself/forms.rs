//! Forms: shown, read, filled in and answered; and what happens on messages that only one person sees.

use std::time::Duration;

use serde_json::{Value, json};
use serenity::all::{ActionRowComponent, Command, Interaction as Heard, ModalInteraction};

use crate::stand_in::{Discord, Form, Interaction, Options, Style};
use crate::{Bot, commands, http, panic_of, refusal, refused, started};

/// A form with a field of each kind.
fn edit_form() -> Value {
    let row = |input: Value| json!({"type": 1, "components": [input]});
    json!({"type": 9, "data": {"custom_id": "edit:5", "title": "Edit a fact", "components": [
        row(json!({"type": 4, "style": 2, "custom_id": "claim", "label": "Claim", "value": "In May", "min_length": 3, "max_length": 20})),
        row(json!({"type": 4, "style": 1, "custom_id": "reason", "label": "Reason", "placeholder": "Why?", "required": true})),
        row(json!({"type": 4, "style": 1, "custom_id": "note", "label": "Note", "value": "none", "required": false})),
    ]}})
}

fn said(content: &str, more: Value) -> Value {
    let mut data = json!({"content": content, "allowed_mentions": {"parse": []}});
    for (field, value) in more.as_object().into_iter().flatten() {
        data[field] = value.clone();
    }
    data
}

async fn asked(discord: &Discord) -> Interaction {
    discord.slash(&discord.user("anna"), &discord.guild().general(), "ask", json!({"question": "when?"})).await
}

async fn ready() -> (Discord, Bot) {
    let (discord, bot) = started(Options::default()).await;
    Command::set_global_commands(&bot.http, commands()).await.unwrap();
    (discord, bot)
}

/// The fields of a form as the bot is told.
fn fields(heard: &ModalInteraction) -> Vec<(String, String)> {
    let inputs = heard.data.components.iter().flat_map(|row| &row.components);
    let told = inputs.map(|input| match input {
        ActionRowComponent::InputText(input) => (input.custom_id.clone(), input.value.clone().unwrap_or_default()),
        other => panic!("{other:?}"),
    });
    told.collect()
}

#[tokio::test]
async fn a_form_is_read_and_sent_as_people_would() {
    let (discord, bot) = ready().await;
    let used = asked(&discord).await;
    assert_eq!(refused(&bot.http, &used, &edit_form()).await, None);
    let Form { title, custom_id, fields: shown } = discord.form(&used).await;
    assert_eq!((title.as_str(), custom_id.as_str()), ("Edit a fact", "edit:5"));
    assert_eq!(shown.iter().map(|field| field.custom_id.as_str()).collect::<Vec<_>>(), ["claim", "reason", "note"]);
    let [claim, reason, note] = shown.as_slice() else { panic!("{shown:?}") };
    assert_eq!((claim.label.as_str(), claim.style, claim.value.as_str()), ("Claim", Style::Paragraph, "In May"));
    assert_eq!((claim.required, claim.min_length, claim.max_length), (true, 3, 20), "required unless it says otherwise");
    assert_eq!((reason.style, reason.placeholder.as_str(), reason.value.as_str()), (Style::Short, "Why?", ""));
    assert_eq!((note.required, note.min_length, note.max_length), (false, 0, 4000));
    assert_eq!(discord.form(&used).await.field("note"), note);
    assert_eq!(
        discord.response(&used).await.text(),
        "form \"Edit a fact\" edit:5\nClaim: In May claim\nReason: ____ reason\nNote: none note\n"
    );

    for (typed, why) in [
        (&[][..], "the field reason: it is required, and empty"),
        (&[("reason", "x"), ("claim", "")], "the field claim: it is required, and empty"),
        (&[("reason", "x"), ("claim", "no")], "the field claim: 2 characters; 3 to 20 are allowed"),
        (&[("reason", "x"), ("claim", "this is twenty-one ch")], "the field claim: 21 characters"),
        (&[("reason", "one\ntwo")], "the field reason: nobody can break a line in it"),
        (&[("reason", "x"), ("when", "x")], "there is no field when"),
    ] {
        let panic = panic_of(discord.submit(&used, typed)).await;
        assert!(panic.contains("Discord would not let anna") && panic.contains(why), "{panic}");
    }
    let sent = discord.submit(&used, &[("reason", "it was June"), ("note", "")]).await;
    let Heard::Modal(heard) = bot.interaction(sent.id).await else { panic!("no form") };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(fields(&heard), [pair("claim", "In May"), pair("reason", "it was June"), pair("note", "")]);
    assert_eq!((heard.data.custom_id.as_str(), heard.message.is_none()), ("edit:5", true));
    discord.assert_clean();

    let other = asked(&discord).await;
    assert_eq!(refused(&bot.http, &other, &json!({"type": 4, "data": said("x", json!({}))})).await, None);
    assert!(panic_of(discord.form(&other)).await.contains("is no form: x"));
}

#[tokio::test]
async fn a_form_answers_commands_and_presses_only() {
    let (discord, bot) = ready().await;
    let http = &bot.http;
    let invalid = Some((400, 50035));

    // A form sent from a command comes without a message, so that there is none to change; and no form follows a form.
    let used = asked(&discord).await;
    assert_eq!(refused(http, &used, &edit_form()).await, None);
    let sent = discord.submit(&used, &[("reason", "x")]).await;
    assert_eq!(refused(http, &sent, &edit_form()).await, invalid);
    assert_eq!(refused(http, &sent, &json!({"type": 7, "data": said("x", json!({}))})).await, invalid);
    assert_eq!(refused(http, &sent, &json!({"type": 6})).await, invalid);
    assert_eq!(discord.take_violations().len(), 3);
    assert_eq!(refused(http, &sent, &json!({"type": 4, "data": said("thanks", json!({"flags": 64}))})).await, None);
    assert!(discord.response(&sent).await.message().ephemeral);

    // Nor does one follow a deferral; a second attempt at the same form is no mistake.
    let used = asked(&discord).await;
    assert_eq!(refused(http, &used, &json!({"type": 5, "data": {"flags": 64}})).await, None);
    assert_eq!(refused(http, &used, &edit_form()).await, Some((400, 40060)));
    assert!(discord.take_violations()[0].contains("a form after a response of type 5"));
    let used = asked(&discord).await;
    assert_eq!(refused(http, &used, &edit_form()).await, None);
    assert_eq!(refused(http, &used, &edit_form()).await, Some((400, 40060)));
    discord.assert_clean();
}

#[tokio::test]
async fn a_private_preview_is_pressed_filled_in_changed_and_taken_away() {
    let (discord, bot) = ready().await;
    let (http, anna) = (&bot.http, discord.user("anna"));
    let button = |id: &str| json!({"type": 2, "style": 2, "label": id, "custom_id": id});
    let rows = json!([{"type": 1, "components": [button("edit"), button("publish")]}]);
    let used = asked(&discord).await;
    let data = said("preview", json!({"flags": 64, "components": rows}));
    assert_eq!(refused(http, &used, &json!({"type": 4, "data": data})).await, None);
    let preview = discord.response(&used).await.message().clone();
    assert!(preview.ephemeral && discord.messages_in(&preview.place()).is_empty());

    // A form from its button carries the message, and changes it.
    let click = discord.click(&anna, &preview, "edit").await;
    assert_eq!(refused(http, &click, &edit_form()).await, None);
    let sent = discord.submit(&click, &[("reason", "x")]).await;
    let Heard::Modal(heard) = bot.interaction(sent.id).await else { panic!("no form") };
    assert_eq!(heard.message.as_ref().unwrap().id.get(), preview.id);
    assert_eq!(refused(http, &sent, &json!({"type": 7, "data": said("changed", json!({"components": rows}))})).await, None);
    let changed = discord.response(&sent).await.message().clone();
    assert_eq!((changed.id, changed.content(), changed.ephemeral), (preview.id, "changed", true));
    assert!(changed.text().starts_with("(only they can see this)\n"), "{}", changed.text());

    // A button changes it at once, or says first that it was heard; its token is as good for the message as the command's is.
    let click = discord.click(&anna, &changed, "publish").await;
    assert_eq!(refused(http, &click, &json!({"type": 7, "data": said("done", json!({"components": rows}))})).await, None);
    assert_eq!(discord.find(&preview).unwrap().content(), "done");
    let click = discord.click(&anna, &changed, "publish").await;
    assert_eq!(refused(http, &click, &json!({"type": 6})).await, None);
    discord.advance(Duration::from_secs(14 * 60));
    http.edit_original_interaction_response(&click.token, &said("late", json!({})), vec![]).await.unwrap();
    http.edit_original_interaction_response(&used.token, &said("later", json!({})), vec![]).await.unwrap();
    assert_eq!(discord.find(&preview).unwrap().content(), "later");
    discord.advance(Duration::from_secs(61));
    let too_late = http.edit_original_interaction_response(&used.token, &said("too late", json!({})), vec![]).await;
    assert_eq!(refusal(too_late), (401, 50027));
    assert_eq!(refusal(http.delete_original_interaction_response(&click.token).await), (401, 50027));
    assert_eq!(discord.find(&preview).unwrap().content(), "later");
    let click = discord.click(&anna, &preview, "publish").await;
    assert_eq!(refused(http, &click, &json!({"type": 6})).await, None);
    http.delete_original_interaction_response(&click.token).await.unwrap();
    discord.gone(&preview).await;
    bot.understood_all();
    discord.assert_clean();
}

#[tokio::test]
async fn what_no_client_sends_is_answered_like_what_they_send() {
    let (discord, bot) = ready().await;
    let (anna, place) = (discord.user("anna"), discord.guild().general());
    let sent = discord.forge_submit(&anna, &place, "edit:5", &[("claim", "x")]).await;
    let answer = json!({"type": 4, "data": said("no", json!({"flags": 64}))});
    assert_eq!(refused(&http(&discord), &sent, &answer).await, None);
    assert_eq!(discord.response(&sent).await.message().content(), "no");
    let click = discord.forge_click(&anna, &place, "x").await;
    let Heard::Component(heard) = bot.interaction(click.id).await else { panic!("no click") };
    assert_eq!(heard.data.custom_id, "x");
    assert_eq!(refused(&bot.http, &click, &edit_form()).await, None);
    assert_eq!(discord.form(&click).await.custom_id, "edit:5");
    discord.assert_clean();
}
