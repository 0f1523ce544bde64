//! Commands, presses and forms, from the event to what is answered.

use std::time::Duration;

use serde_json::{Value, json};
use serenity::all::{
    Command, CommandDataOptionValue, CreateActionRow, CreateAutocompleteResponse, CreateEmbed, CreateInteractionResponse,
    CreateInteractionResponseFollowup, CreateInteractionResponseMessage, EditInteractionResponse, Interaction as Heard, InteractionContext,
    MessageId, UserId,
};
use serenity::builder::{CreateInputText, CreateModal};
use serenity::model::application::InputTextStyle;

use crate::stand_in::{Interaction, Message, Options};
use crate::{button, commands, http, quiet_mentions, refusal, refused, started};

#[tokio::test]
async fn interactions_arrive_and_are_answered() {
    let (discord, bot) = started(Options::default()).await;
    let http = &bot.http;
    Command::set_global_commands(http, commands()).await.unwrap();
    let (anna, ben, place) = (discord.user("anna").with_locale("de"), discord.user("ben"), discord.guild().general());

    // Typing a question, asking it, and the answer's buttons.
    let typing = discord.autocomplete(&anna, &place, "ask", json!({"question": "wh"}), "question").await;
    let Heard::Autocomplete(heard) = bot.interaction(typing.id).await else { panic!("no autocomplete") };
    assert_eq!(heard.data.autocomplete().unwrap().value, "wh");
    let choices = CreateAutocompleteResponse::new().add_string_choice("when?", "when");
    heard.create_response(http, CreateInteractionResponse::Autocomplete(choices)).await.unwrap();
    assert_eq!(discord.response(&typing).await.choices(), [("when?".to_owned(), json!("when"))]);

    let asking = discord.slash(&anna, &place, "ask", json!({"question": "when?", "private": false})).await;
    let Heard::Command(heard) = bot.interaction(asking.id).await else { panic!("no command") };
    assert_eq!((heard.user.id.get(), heard.context, heard.locale.as_str()), (anna.id, Some(InteractionContext::Guild), "de"));
    assert_eq!(heard.data.options[0].value, CommandDataOptionValue::String("when?".into()));
    assert!(heard.app_permissions.is_some() && heard.member.as_ref().unwrap().permissions.is_some());
    heard.defer(http).await.unwrap();
    assert!(discord.first_response(&asking).await.waiting);
    let rows = vec![CreateActionRow::Buttons(vec![button("more", "More"), button("form", "Wrong?")])];
    let embed = CreateEmbed::new().title("When").description("In May, says [Dawn](https://dawn.example/1).").field("Sure", "0.9", true);
    let answer = EditInteractionResponse::new().embed(embed).components(rows).allowed_mentions(quiet_mentions());
    assert_eq!(heard.edit_response(http, answer).await.unwrap().embeds.len(), 1);
    assert_eq!(heard.get_response(http).await.unwrap().embeds.len(), 1);
    let answered = discord.response(&asking).await;
    assert_eq!(answered.message().edits, 0, "what was only loading was not edited");
    let follow = CreateInteractionResponseFollowup::new().content("one more").ephemeral(true).allowed_mentions(quiet_mentions());
    let followed = heard.create_followup(http, follow).await.unwrap();
    assert!(http.get_message(followed.channel_id, followed.id).await.is_err(), "nobody else sees it");
    heard.delete_followup(http, followed.id).await.unwrap();
    assert_eq!(
        answered.text(),
        "--- embed\ntitle: When\nIn May, says [Dawn](https://dawn.example/1).\n• Sure: 0.9\n---\n\
         [More](secondary → more)  [Wrong?](secondary → form)\n"
    );

    // A click that changes the message, and one that opens a form.
    let click = discord.click(&ben, answered.message(), &answered.message().button("More")).await;
    let Heard::Component(heard) = bot.interaction(click.id).await else { panic!("no click") };
    assert_eq!((heard.message.id.get(), heard.user.id.get(), heard.message.embeds.len()), (answered.message().id, ben.id, 1));
    let change = CreateInteractionResponseMessage::new().content("More of it").allowed_mentions(quiet_mentions());
    heard.create_response(http, CreateInteractionResponse::UpdateMessage(change)).await.unwrap();
    assert_eq!(discord.response(&click).await.message().content(), "More of it");
    let click = discord.click(&ben, answered.message(), "form").await;
    let Heard::Component(heard) = bot.interaction(click.id).await else { panic!("no click") };
    let input = CreateActionRow::InputText(CreateInputText::new(InputTextStyle::Paragraph, "What is wrong?", "what"));
    let form = CreateModal::new("wrong", "Report").components(vec![input]);
    heard.create_response(http, CreateInteractionResponse::Modal(form)).await.unwrap();
    let sent = discord.submit(&click, &[("what", "the year")]).await;
    let Heard::Modal(heard) = bot.interaction(sent.id).await else { panic!("no form") };
    assert_eq!((heard.data.custom_id.as_str(), heard.data.components.len(), heard.message.is_some()), ("wrong", 1, true));
    heard.create_response(http, CreateInteractionResponse::Acknowledge).await.unwrap();
    assert_eq!(discord.response(&sent).await.kind, 6);

    // A command on a message, one with a subcommand, one in direct messages; the click's message as it was posted, a reply.
    let said = discord.say(&ben, &place, "it began in May").await;
    let on = discord.message_command(&anna, &said, "Find the source").await;
    let Heard::Command(heard) = bot.interaction(on.id).await else { panic!("no command") };
    assert_eq!(heard.data.resolved.messages[&MessageId::new(said.id)].content, "it began in May");
    let embed = CreateInteractionResponseMessage::new().content("**no** <@1>").ephemeral(true).allowed_mentions(quiet_mentions());
    heard.create_response(http, CreateInteractionResponse::Message(embed)).await.unwrap();
    assert_eq!(discord.response(&on).await.text(), "(only they can see this)\n**no** <@1>\n");
    let muting = discord.slash(&anna.as_administrator(), &place, "admin mute", json!({"whom": ben.id.to_string()})).await;
    let Heard::Command(heard) = bot.interaction(muting.id).await else { panic!("no command") };
    assert!(heard.data.resolved.users.contains_key(&UserId::new(ben.id)));
    assert!(heard.member.unwrap().permissions.unwrap().administrator());
    let private = discord.slash(&anna, &discord.dm(&anna), "ask", json!({"question": "why?"})).await;
    let Heard::Command(heard) = bot.interaction(private.id).await else { panic!("no command") };
    assert_eq!((heard.guild_id, heard.context, heard.user.id.get()), (None, Some(InteractionContext::BotDm), anna.id));
    let replied = discord.posted_before(&place, with_buttons(&said));
    let click = discord.click(&anna, &replied, "a").await;
    discord.replay_interaction(&click);
    for _ in 0..2 {
        let Heard::Component(heard) = bot.interaction(click.id).await else { panic!("no click") };
        assert_eq!(heard.message.message_reference.unwrap().message_id, Some(MessageId::new(said.id)));
    }
    bot.understood_all();
    discord.assert_clean();
}

fn with_buttons(reply_to: &Message) -> Value {
    json!({
        "content": "x", "message_reference": {"message_id": reply_to.id.to_string()},
        "components": [{"type": 1, "components": [{"type": 2, "style": 2, "label": "A", "custom_id": "a"}]}],
    })
}

#[tokio::test]
async fn an_interaction_is_answered_once_and_in_time() {
    let (discord, _bot) = started(Options::default()).await;
    let http = http(&discord);
    Command::set_global_commands(&http, commands()).await.unwrap();
    let (anna, place) = (discord.user("anna"), discord.guild().general());
    let said = json!({"content": "x", "allowed_mentions": {"parse": []}});
    let respond = async |to: &Interaction, kind: u8| {
        let data = if kind == 4 { said.clone() } else { json!({}) };
        refused(&http, to, &json!({"type": kind, "data": data})).await
    };
    let ask = async || discord.slash(&anna, &place, "ask", json!({"question": "when?"})).await;
    let first = ask().await;
    assert_eq!(respond(&first, 4).await, None);
    assert_eq!(respond(&first, 4).await, Some((400, 40060)));
    let asked = ask().await;
    let line = format!("{}/interactions/{}/{}/callback?with_response=true", discord.url(), asked.id, asked.token);
    let body = json!({"type": 4, "data": said}).to_string();
    let answer = reqwest::Client::new().post(line).header("content-type", "application/json").body(body).send().await.unwrap();
    let answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!((&answer["interaction"]["type"], &answer["resource"]["message"]["content"]), (&json!(2), &json!("x")));
    let late = ask().await;
    discord.advance(Duration::from_secs(4));
    assert_eq!(respond(&late, 4).await, Some((404, 10062)));
    assert_eq!(refusal(http.get_original_interaction_response(&late.token).await), (404, 10015));
    let deferred = ask().await;
    assert_eq!(respond(&deferred, 5).await, None);
    discord.advance(Duration::from_secs(14 * 60));
    let told = http.create_followup_message(&deferred.token, &said, vec![]).await.unwrap();
    let response = discord.response(&deferred).await;
    assert_eq!((response.message().id, response.followups.len()), (told.id.get(), 0), "the first follow-up fills the deferral");
    http.delete_original_interaction_response(&deferred.token).await.unwrap();
    assert!(discord.response(&deferred).await.message.is_none());
    assert_eq!(refusal(http.get_original_interaction_response(&deferred.token).await), (404, 10008));
    discord.advance(Duration::from_secs(61));
    assert_eq!(refusal(http.create_followup_message(&deferred.token, &said, vec![]).await), (401, 50027));
    discord.assert_clean();
    let typing = discord.autocomplete(&anna, &place, "ask", json!({"question": "w"}), "question").await;
    assert_eq!(respond(&typing, 5).await, Some((400, 50035)));
    assert_eq!(respond(&ask().await, 7).await, Some((400, 50035)));
    assert_eq!(discord.take_violations().len(), 2);
}
