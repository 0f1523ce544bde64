//! Files: sent by the real client, kept as they came, refused where they may not be.

use serde_json::{Value, json};
use serenity::all::{
    Command, CreateAttachment, CreateInteractionResponse, CreateInteractionResponseMessage, CreateMessage, EditAttachments,
    EditInteractionResponse, EditMessage, Interaction as Heard,
};

use crate::stand_in::{Discord, Message, Options, permission};
use crate::{channel, commands, http, quiet_mentions, refusal, started};

/// A part of a body: what follows `form-data` in its header, and what is inside.
type Part<'a> = (&'a str, &'a [u8]);

const TABLE: &str = "id,claim\r\n5,\"In May\"\r\n";

fn names(message: &Message) -> Vec<String> {
    message.files().iter().map(|file| file.name.clone()).collect()
}

fn table() -> CreateAttachment {
    CreateAttachment::bytes(TABLE, "unanswered.csv")
}

#[tokio::test]
async fn files_are_kept_as_they_came() {
    let discord = Discord::start(Options::default()).await;
    let (http, place) = (http(&discord), discord.guild().text("log"));
    discord.expect_posts(&place);
    // What a boundary looks like, what no text holds, and nothing at all.
    let odd: Vec<u8> = b"\r\n--boundary--\r\n\r\n".iter().copied().chain(0..=255).collect();
    let files =
        [table().description("a table"), CreateAttachment::bytes(odd.clone(), "o\"d; d.bin"), CreateAttachment::bytes("", "empty.txt")];
    let sent = CreateMessage::new().content("an export").allowed_mentions(quiet_mentions()).add_files(files);
    let posted = channel(&place).send_message(&http, sent).await.unwrap();
    assert_eq!(posted.attachments.iter().map(|file| file.size as usize).collect::<Vec<_>>(), [TABLE.len(), odd.len(), 0]);
    let message = discord.nth_post(&place, 1).await;
    let [first, second, third] = message.files() else { panic!("{:?}", message.files()) };
    assert_eq!((first.name.as_str(), first.content_type.as_str(), first.text()), ("unanswered.csv", "text/csv", TABLE));
    assert_eq!((second.name.as_str(), second.bytes.as_ref(), third.bytes.len()), ("o\"d; d.bin", odd.as_slice(), 0));
    assert_eq!(message.json["attachments"][0]["description"], "a table");
    assert!(message.text().starts_with(&format!("an export\n(file unanswered.csv, {} bytes)\n", TABLE.len())), "{}", message.text());

    // An edit that does not speak of files keeps them; one that does, keeps those that it names.
    let edit = |text: &str| EditMessage::new().content(text).allowed_mentions(quiet_mentions());
    channel(&place).edit_message(&http, posted.id, edit("the same")).await.unwrap();
    assert_eq!(discord.find(&message).unwrap().files().len(), 3);
    let some = EditAttachments::new().keep(posted.attachments[1].id).add(CreateAttachment::bytes("x", "x.txt"));
    let edited = channel(&place).edit_message(&http, posted.id, edit("others").attachments(some)).await.unwrap();
    assert_eq!(edited.attachments[0].id, posted.attachments[1].id);
    assert_eq!(names(&discord.find(&message).unwrap()), ["o\"d; d.bin", "x.txt"]);
    let gone = EditAttachments::new().keep(posted.attachments[0].id);
    assert_eq!(refusal(channel(&place).edit_message(&http, posted.id, edit("x").attachments(gone)).await), (400, 50035));
    assert!(discord.take_violations()[0].contains("there is no such file"));

    // A file alone is a message; and it asks for a right of its own.
    let alone = || CreateMessage::new().add_file(table());
    channel(&place).send_message(&http, alone()).await.unwrap();
    discord.forbid(&place, permission::ATTACH);
    assert_eq!(refusal(channel(&place).send_message(&http, alone()).await), (403, 50013));
    assert_eq!(discord.posts_in(&place).len(), 2);
    discord.assert_clean();
}

#[tokio::test]
async fn interactions_are_answered_with_files() {
    let (discord, bot) = started(Options::default()).await;
    let http = &bot.http;
    Command::set_global_commands(http, commands()).await.unwrap();
    let (anna, place) = (discord.user("anna"), discord.guild().general());
    let ask = async || {
        let asked = discord.slash(&anna, &place, "ask", json!({"question": "when?"})).await;
        let Heard::Command(heard) = bot.interaction(asked.id).await else { panic!("no command") };
        (asked, heard)
    };
    let (asked, heard) = ask().await;
    let answer = CreateInteractionResponseMessage::new().content("here").ephemeral(true).allowed_mentions(quiet_mentions());
    heard.create_response(http, CreateInteractionResponse::Message(answer.add_file(table()))).await.unwrap();
    let message = discord.response(&asked).await.message().clone();
    assert_eq!((message.files()[0].text(), message.ephemeral), (TABLE, true));
    assert_eq!(message.json["attachments"][0]["ephemeral"], json!(true));

    let (asked, heard) = ask().await;
    heard.defer_ephemeral(http).await.unwrap();
    let answer = EditInteractionResponse::new().content("here").allowed_mentions(quiet_mentions());
    let answer = heard.edit_response(http, answer.new_attachment(table())).await.unwrap();
    assert_eq!(answer.attachments[0].filename, "unanswered.csv");
    assert_eq!(discord.response(&asked).await.message().files()[0].text(), TABLE);
    bot.understood_all();
    discord.assert_clean();
}

/// Sends a body of several parts by hand: status and Discord's code.
async fn send_parts(discord: &Discord, line: &str, parts: &[Part<'_>]) -> (u16, i64) {
    let mut body = Vec::new();
    for (disposition, inside) in parts {
        body.extend(format!("--line\r\nContent-Disposition: form-data{disposition}\r\n\r\n").into_bytes());
        body.extend(*inside);
        body.extend(b"\r\n");
    }
    body.extend(b"--line--\r\n");
    send_as(discord, line, "multipart/form-data; boundary=line", body).await
}

async fn send_as(discord: &Discord, line: &str, content_type: &str, body: Vec<u8>) -> (u16, i64) {
    let request = reqwest::Client::new().post(format!("{}/api/v10{line}", discord.url()));
    let request = request.header("authorization", format!("Bot {}", discord.token())).header("content-type", content_type);
    let answer = request.body(body).send().await.unwrap();
    let status = answer.status().as_u16();
    let body: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default();
    (status, body["code"].as_i64().unwrap_or_default())
}

#[tokio::test]
async fn what_is_wrong_with_files_is_found() {
    let discord = Discord::start(Options::default()).await;
    let place = discord.guild().general();
    discord.expect_posts(&place);
    let post = &format!("/channels/{}/messages", place.id);
    let respond = "/interactions/5/token/callback";
    let json_part = "; name=\"payload_json\"";
    let file_part = "; name=\"files[0]\"; filename=\"x.txt\"";
    let good = br#"{"content": "x", "allowed_mentions": {"parse": []}, "attachments": [{"id": 0, "filename": "y.txt"}]}"#.as_slice();
    let plain = br#"{"content": "x", "allowed_mentions": {"parse": []}}"#.as_slice();
    let long = json!({"content": "x".repeat(2001), "allowed_mentions": {"parse": []}}).to_string();
    let (large, part) = (vec![b'x'; (10 << 20) + 1], vec![b'x'; 9 << 20]);
    let cases: &[(&str, &str, &[Part<'_>], i64)] = &[
        ("content of 2001", post, &[(json_part, long.as_bytes()), (file_part, b"x")], 50035),
        ("without allowed_mentions", post, &[(json_part, br#"{"content": "x"}"#), (file_part, b"x")], 50035),
        ("payload_json is no JSON", post, &[(json_part, b"{"), (file_part, b"x")], 50035),
        ("without payload_json", post, &[(file_part, b"x")], 50035),
        ("unknown, or there twice", post, &[(json_part, plain), (json_part, plain)], 50035),
        ("unknown, or there twice", post, &[(json_part, plain), (file_part, b"x"), (file_part, b"y")], 50035),
        ("unknown, or there twice", post, &[(json_part, plain), ("; name=\"files[10]\"; filename=\"x\"", b"x")], 50035),
        ("unknown, or there twice", post, &[(json_part, plain), ("; name=\"file\"; filename=\"x\"", b"x")], 50035),
        ("a file without a name", post, &[(json_part, plain), ("; name=\"files[0]\"", b"x")], 50035),
        ("a part without a name", post, &[(json_part, plain), ("", b"x")], 50035),
        ("there is no such file", post, &[(json_part, good)], 50035),
        (
            "does not name the file \"z\"",
            post,
            &[(json_part, good), (file_part, b"x"), ("; name=\"files[1]\"; filename=\"z\"", b"x")],
            50035,
        ),
        ("makes no message", respond, &[(json_part, br#"{"type": 5}"#), (file_part, b"x")], 50035),
        ("the file \"x.txt\" of 10485761 bytes", post, &[(json_part, plain), (file_part, &large)], 40005),
        (
            "a request of 2831",
            post,
            &[(json_part, plain), (file_part, &part), (&file_part.replace('0', "1"), &part), (&file_part.replace('0', "2"), &part)],
            40005,
        ),
    ];
    for (wanted, line, parts, code) in cases {
        let answered = send_parts(&discord, line, parts).await;
        let found = discord.take_violations();
        assert!(found.iter().any(|text| text.contains(wanted)), "{wanted}: {found:#?}");
        assert_eq!(answered, (if *code == 40005 { 413 } else { 400 }, *code), "{wanted}");
    }
    for (wanted, content_type, body) in [
        ("without a boundary", "multipart/form-data", "--line--"),
        ("without its boundary", "multipart/form-data; boundary=line", "--other--"),
        ("does not end", "multipart/form-data; boundary=line", "--line\r\n\r\nx"),
        ("does not say what it is", "multipart/form-data; boundary=\"line\"", "--line\r\nx\r\n--line--"),
        ("is not understood here", "text/plain", "x"),
    ] {
        assert_eq!(send_as(&discord, post, content_type, body.as_bytes().to_vec()).await, (400, 50035), "{wanted}");
        let found = discord.take_violations();
        assert!(found.iter().any(|text| text.contains(wanted)), "{wanted}: {found:#?}");
    }
    assert!(discord.messages_in(&place).is_empty());

    // JSON first or last, files named there or not.
    assert_eq!(send_parts(&discord, post, &[(file_part, b"x"), (json_part, good)]).await.0, 200);
    assert_eq!(send_parts(&discord, post, &[(json_part, plain), (file_part, b"x")]).await.0, 200);
    assert_eq!(send_parts(&discord, post, &[(json_part, plain)]).await.0, 200);
    assert_eq!(discord.posts_in(&place).iter().map(names).collect::<Vec<_>>(), [vec!["y.txt"], vec!["x.txt"], vec![]]);
    discord.assert_clean();
}
