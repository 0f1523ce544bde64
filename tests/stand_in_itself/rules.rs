//! Bodies that break rules, and bodies that break none.

use serde_json::{Value, json};

use crate::stand_in::{APPLICATION_ID, Discord, Options};
use crate::{but, send, with_row};

fn with_embed(embed: Value) -> Value {
    but(json!({"embeds": [embed]}))
}

fn command_with(options: Value) -> Value {
    json!({"name": "x", "description": "x", "options": options})
}

#[tokio::test]
async fn each_rule_finds_what_breaks_it() {
    let discord = Discord::start(Options::default()).await;
    let place = discord.guild().general();
    discord.expect_posts(&place);
    let mine = discord.posted_before(&place, json!({"content": "x"}));
    let post = format!("POST /channels/{}/messages", place.id);
    let edit = format!("PATCH /channels/{}/messages/{}", place.id, mine.id);
    let respond = "POST /interactions/5/token/callback".to_owned();
    let command = format!("POST /applications/{APPLICATION_ID}/commands");
    let commands = format!("PUT /applications/{APPLICATION_ID}/commands");
    let click = |id: &str| json!({"type": 2, "style": 1, "label": "x", "custom_id": id});
    let text = |name: &str| json!({"type": 3, "name": name, "description": "x"});
    let form = |title: &str| json!({"type": 1, "components": [{"type": 4, "style": 1, "custom_id": "x", "label": title}]});
    let shown = |rows: Value| json!({"type": 9, "data": {"custom_id": "x", "title": "x", "components": rows}});
    let asks = |fields: Value| {
        let mut row = form("x");
        for (field, value) in fields.as_object().unwrap() {
            row["components"][0][field] = value.clone();
        }
        shown(json!([row]))
    };
    let cases: Vec<(&str, &String, Value)> = vec![
        ("content of 2001", &post, but(json!({"content": "x".repeat(2001)}))),
        ("content of 2001", &edit, but(json!({"content": "x".repeat(2001)}))),
        ("an empty message", &post, but(json!({"content": " "}))),
        ("an empty message", &respond, json!({"type": 4, "data": but(json!({"content": ""}))})),
        ("unknown field \"contents\"", &post, but(json!({"contents": "x"}))),
        ("an embed has an unknown field \"text\"", &post, with_embed(json!({"description": "x", "text": "x"}))),
        ("embeds of 7000", &post, with_embed(json!({"description": "x".repeat(4000), "fields": vec![json!({"name": "x".repeat(250), "value": "x".repeat(750)}); 3]}))),
        ("embeds", &post, with_embed(json!({"description": "x".repeat(4097)}))),
        ("embeds", &post, with_embed(json!({"title": "x".repeat(257)}))),
        ("field without name", &post, with_embed(json!({"fields": [{"name": "", "value": "x"}]}))),
        ("embeds", &post, but(json!({"embeds": vec![json!({"title": "x"}); 11]}))),
        ("a button without custom_id", &post, with_row(json!([{"type": 2, "style": 1, "label": "x"}]))),
        ("a button without label", &post, with_row(json!([{"type": 2, "style": 1, "custom_id": "x"}]))),
        ("components", &post, with_row(json!([click("1"), click("2"), click("3"), click("4"), click("5"), click("6")]))),
        ("components", &post, with_row(json!([click(&"x".repeat(101))]))),
        ("components", &post, with_row(json!([{"type": 2, "style": 1, "label": "x".repeat(81), "custom_id": "x"}]))),
        ("two components with the custom_id", &edit, with_row(json!([click("x"), click("x")]))),
        ("parses users and names users", &post, but(json!({"allowed_mentions": {"parse": ["users"], "users": ["5"]}}))),
        ("without allowed_mentions", &post, json!({"content": "x"})),
        ("without allowed_mentions", &post, but(json!({"allowed_mentions": {"parse": ["roles"]}}))),
        ("without allowed_mentions", &respond, json!({"type": 7, "data": {"content": "x"}})),
        ("a reply that pings", &post, but(json!({"allowed_mentions": {"parse": [], "replied_user": true}}))),
        ("not of the web", &post, with_embed(json!({"description": "see [this](javascript:x)"}))),
        ("an address", &post, with_embed(json!({"description": "see [dawn.com/x](https://example.org)"}))),
        ("flags", &post, but(json!({"flags": 64}))),
        ("enforce_nonce without", &post, but(json!({"enforce_nonce": true}))),
        ("a deferral says something", &respond, json!({"type": 5, "data": {"content": "x"}})),
        ("more than 25 choices", &respond, json!({"type": 8, "data": {"choices": vec![json!({"name": "x", "value": "x"}); 26]}})),
        ("a value of 101", &respond, json!({"type": 8, "data": {"choices": [{"name": "x", "value": "x".repeat(101)}]}})),
        ("a form's title of 46", &respond, json!({"type": 9, "data": {"custom_id": "x", "title": "x".repeat(46), "components": [form("x")]}})),
        ("a form's custom_id of 101", &respond, json!({"type": 9, "data": {"custom_id": "x".repeat(101), "title": "x", "components": [form("x")]}})),
        ("a form of 0 components", &respond, shown(json!([]))),
        ("a form of 6 components", &respond, shown((0..6).map(|n| json!({"type": 1, "components": [{"type": 4, "style": 1, "custom_id": n.to_string(), "label": "x"}]})).collect())),
        ("not one text input", &respond, shown(json!([{"type": 1, "components": [form("x")["components"][0], {"type": 4, "style": 1, "custom_id": "y", "label": "y"}]}]))),
        ("not one text input", &respond, shown(json!([{"type": 18, "label": "x", "component": {"type": 4, "style": 1, "custom_id": "x"}}]))),
        ("a text input's label of 46", &respond, asks(json!({"label": "x".repeat(46)}))),
        ("a text input's label of 0", &respond, asks(json!({"label": null}))),
        ("a text input's value of 4001", &respond, asks(json!({"value": "x".repeat(4001)}))),
        ("a text input's placeholder of 101", &respond, asks(json!({"placeholder": "x".repeat(101)}))),
        ("a text input's custom_id of 101", &respond, asks(json!({"custom_id": "x".repeat(101)}))),
        ("begins with more", &respond, asks(json!({"value": "xx", "max_length": 1}))),
        ("asks for more", &respond, asks(json!({"min_length": 5, "max_length": 4}))),
        ("two text inputs", &respond, shown(json!([form("x"), form("y")]))),
        ("an attachment has an unknown field \"name\"", &post, but(json!({"attachments": [{"id": "5", "name": "x"}]}))),
        ("no name for a command", &command, json!({"name": "Ask me", "description": "x"})),
        ("a description of 0", &command, json!({"name": "x"})),
        ("no name for an option", &command, command_with(json!([text("what?")]))),
        ("a value of 101", &command, command_with(json!([{"type": 3, "name": "x", "description": "x", "choices": [{"name": "x", "value": "x".repeat(101)}]}]))),
        ("after an optional one", &command, command_with(json!([text("a"), {"type": 3, "name": "b", "description": "x", "required": true}]))),
        ("completes itself and has choices", &command, command_with(json!([{"type": 3, "name": "x", "description": "x", "autocomplete": true, "choices": [{"name": "x", "value": "x"}]}]))),
        ("an option has an unknown field", &command, command_with(json!([{"type": 3, "name": "x", "description": "x", "optional": true}]))),
        ("two options", &command, command_with(json!([text("a"), text("a")]))),
        ("two commands", &commands, json!([{"name": "x", "description": "x"}, {"name": "x", "description": "y"}])),
        ("the command", &command, json!({"name": "x", "description": "x".repeat(101)})),
        ("characters in all, 8000", &command, command_with(Value::Array((0..25).map(|n| json!({"type": 3, "name": format!("o{n}"), "description": "x", "choices": vec![json!({"name": "x".repeat(100), "value": "x".repeat(100)}); 2]})).collect()))),
    ];
    for (wanted, line, body) in &cases {
        let (status, code) = send(&discord, line, body).await;
        let found = discord.take_violations();
        assert!(found.iter().any(|text| text.contains(wanted)), "{wanted}: {found:#?}\n{body}");
        assert_eq!((status, code), (400, if *wanted == "an empty message" { 50006 } else { 50035 }), "{wanted}");
    }
    assert_eq!(send(&discord, "GET /guilds/5/bans", &Value::Null).await.0, 404);
    assert!(discord.take_violations()[0].contains("no such route"));
    // What only Discord's own description knows; it is not at hand everywhere.
    let typed = send(&discord, &post, &but(json!({"tts": "yes"}))).await;
    match discord.take_violations().first() {
        Some(text) => assert!(text.contains("the schema at"), "{text}"),
        None => assert_eq!(typed.0, 200),
    }

    let good = [
        (&post, but(json!({"content": "see [Dawn, 5 May](https://dawn.com/1) and \\\\[not this](x)".replace("\\\\", "\\")}))),
        (&post, with_row(json!([click("1"), {"type": 2, "style": 5, "label": "x", "url": "https://example.org"}]))),
        (&edit, json!({"components": []})),
        (&command, command_with(json!([{"type": 3, "name": "frage", "description": "x", "required": true}, text("سوال")]))),
        (
            &commands,
            json!([{"name": "ask", "description": "x", "default_member_permissions": "32", "contexts": [0, 1]}, {"name": "Find it", "type": 3}]),
        ),
    ];
    for (line, body) in &good {
        let (status, _) = send(&discord, line, body).await;
        discord.assert_clean();
        assert!(status < 300, "{status}: {line} {body}");
    }
    let relaxed = Discord::start(Options { rules: false, ..Options::default() }).await;
    let post = format!("POST /channels/{}/messages", relaxed.guild().general().id);
    assert_eq!(send(&relaxed, &post, &json!({"content": "x"})).await.0, 200);
    relaxed.assert_clean();
}
