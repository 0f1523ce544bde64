//! Timelines, names and sources: the commands, the pages, the picture, and questions that ask for a course of events.

use serde_json::json;

use crate::bot::{ANSWERED, ITS_ANSWER, Running, live, settings};
use crate::stand_in::{Channel, Discord, Message, Options, Response, User};

async fn command(discord: &Discord, user: &User, channel: &Channel, name: &str, options: serde_json::Value) -> Response {
    discord.response(&discord.slash(user, channel, name, options).await).await
}

/// The options of the menu with that hint: label, value; and its id.
fn menu(message: &Message, hint: &str) -> (String, Vec<(String, String)>) {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let rows = message.json["components"].as_array().into_iter().flatten();
    let menus = rows.flat_map(|row| row["components"].as_array().into_iter().flatten()).filter(|part| part["type"] == 3);
    let found = menus.into_iter().find(|menu| text(&menu["placeholder"]).starts_with(hint));
    let found = found.unwrap_or_else(|| panic!("no menu {hint:?} on:\n{}", message.text()));
    let options = found["options"].as_array().into_iter().flatten();
    (text(&found["custom_id"]), options.map(|option| (text(&option["label"]), text(&option["value"]))).collect())
}

/// How a message mentions the bot.
fn bot() -> String {
    format!("<@{}>", crate::stand_in::BOT_ID)
}

fn footer(message: &Message) -> String {
    message.json["embeds"][0]["footer"]["text"].as_str().unwrap_or_default().to_owned()
}

/// The width and height that a PNG says it has.
fn size_of_png(bytes: &[u8]) -> (u32, u32) {
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asked_turns_the_pages_and_others_get_their_own() {
    live(async |discord| {
        let (anna, ben, channel) = (discord.user("anna"), discord.user("ben"), discord.guild().general());
        let shown = command(discord, &anna, &channel, "timeline", json!({"topic": "jirga"})).await;
        let first = shown.message().clone();
        assert!(!first.ephemeral && first.description().starts_with("**Timeline: jirga**"), "{}", shown.text());
        assert!(footer(&first).starts_with("Page 1 of "), "{}", footer(&first));
        let dates = first.description().lines().filter(|line| line.starts_with("**") && line.contains(" · ")).count();
        assert!((6..=8).contains(&dates), "{dates} entries:\n{}", first.description());

        let copy = discord.response(&discord.click(&ben, &first, &first.button("On")).await).await;
        assert!(copy.message().ephemeral && footer(copy.message()).starts_with("Page 2 of "), "{}", copy.text());
        assert_eq!(discord.find(&first).unwrap().edits, 0, "anna's page stays");
        // Ben's copy is his to turn.
        let own = copy.message().clone();
        discord.click(&ben, &own, &own.button("Last")).await;
        let last = discord.when(&own, |message| message.edits == 1).await;
        let of = footer(&last);
        let (page, pages) = of.trim_start_matches("Page ").split(" · ").next().unwrap().split_once(" of ").unwrap();
        assert_eq!(page, pages, "{of}");

        discord.click(&anna, &first, &first.button("On")).await;
        let second = discord.when(&first, |message| message.edits == 1).await;
        assert!(footer(&second).starts_with("Page 2 of "));
        assert_ne!(second.description(), first.description());
        discord.click(&anna, &second, &second.button("Back")).await;
        let back = discord.when(&first, |message| message.edits == 2).await;
        assert_eq!(back.description(), first.description());
        discord.click(&anna, &back, &back.button("Delete")).await;
        discord.gone(&first).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn menus_lead_to_a_month_and_to_a_topic() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        let shown = command(discord, &anna, &channel, "timeline", json!({"from": "2021", "to": "2022"})).await;
        let first = shown.message().clone();
        let (month_id, months) = menu(&first, "Go to a month");
        let (_, june) = months.iter().find(|(label, _)| label.starts_with("June 2022 (")).unwrap();
        discord.select(&anna, &first, &month_id, &[june]).await;
        let jumped = discord.when(&first, |message| message.edits == 1).await;
        assert!(jumped.description().contains("June 2022**"), "{}", jumped.text());
        let (topic_id, topics) = menu(&jumped, "Only one topic");
        let (label, prisoners) = topics.iter().find(|(label, _)| label.starts_with("prisoners (")).unwrap();
        discord.select(&anna, &jumped, &topic_id, &[prisoners]).await;
        let narrowed = discord.when(&first, |message| message.edits == 2).await;
        assert!(narrowed.description().starts_with("**Timeline: prisoners, 2021 – 2022**"), "{label}: {}", narrowed.text());
        assert!(footer(&narrowed).starts_with("Page 1 of "), "{}", footer(&narrowed));
        let (topic_id, topics) = menu(&narrowed, "Topic: prisoners");
        assert!(topics[0].0.starts_with("Every topic ("), "{topics:?}");
        discord.select(&anna, &narrowed, &topic_id, &[&topics[0].1]).await;
        let wide = discord.when(&first, |message| message.edits == 3).await;
        assert!(wide.description().starts_with("**Timeline: 2021 – 2022**"), "{}", wide.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_turn_after_a_restart() {
    let discord = Discord::start(Options::default()).await;
    let bot = Running::start(&discord, settings());
    let (anna, channel) = (discord.user("anna"), discord.guild().general());
    let shown = command(&discord, &anna, &channel, "timeline", json!({"topic": "jirga", "who": "ttp", "from": "may 2022"})).await;
    let first = shown.message().clone();
    bot.stop().await.unwrap();
    let bot = Running::start(&discord, settings());
    discord.click(&anna, &first, &first.button("On")).await;
    let second = discord.when(&first, |message| message.edits == 1).await;
    assert!(second.description().starts_with("**Timeline: jirga, Tehrik-i-Taliban Pakistan, from 1 May 2022 on**"), "{}", second.text());
    bot.stop().await.unwrap();
    discord.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_comes_by_option_or_button_and_goes_when_it_is_no_longer_true() {
    live(async |discord| {
        let (anna, ben, channel) = (discord.user("anna"), discord.user("ben"), discord.guild().general());
        let options = json!({"topic": "ceasefire-2022", "picture": true});
        let shown = command(discord, &anna, &channel, "timeline", options).await;
        let first = shown.message().clone();
        let [file] = first.files() else { panic!("one picture:\n{}", shown.text()) };
        assert_eq!((file.name.as_str(), file.content_type.as_str()), ("timeline.png", "image/png"));
        assert_eq!(size_of_png(&file.bytes).0, 1200);

        // Turning the page keeps it: it shows all pages.
        discord.click(&anna, &first, &first.button("On")).await;
        let second = discord.when(&first, |message| message.edits == 1).await;
        assert_eq!(second.files().len(), 1);
        // Another topic is another picture.
        let (topic_id, topics) = menu(&second, "Topic: ceasefire-2022");
        let other = topics.iter().find(|(label, _)| label.starts_with("ceasefire-end (")).unwrap();
        discord.select(&anna, &second, &topic_id, &[&other.1]).await;
        let narrowed = discord.when(&first, |message| message.edits == 2).await;
        assert!(narrowed.files().is_empty(), "{}", narrowed.text());
        discord.click(&anna, &narrowed, &narrowed.button("Picture")).await;
        let drawn = discord.when(&first, |message| message.edits == 3).await;
        assert_eq!(drawn.files().len(), 1);
        // Somebody else's picture is for them alone, and the same bytes.
        let copy = discord.response(&discord.click(&ben, &drawn, &drawn.button("Picture")).await).await;
        assert!(copy.message().ephemeral);
        assert_eq!(copy.message().files()[0].bytes, drawn.files()[0].bytes);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_for_a_course_of_events_is_answered_by_a_timeline() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        let asked = discord.mention(&anna, &channel, "what happend in may 2022?").await;
        let answer = discord.reply_to(&asked).await;
        assert!(answer.description().starts_with("**Timeline: May 2022**"), "{}", answer.text());
        discord.click(&anna, &answer, &answer.button("On")).await;
        let turned = discord.when(&answer, |message| message.edits == 1).await;
        discord.click(&anna, &turned, &turned.button("Picture")).await;
        let drawn = discord.when(&answer, |message| message.edits == 2).await;
        assert_eq!(drawn.files().len(), 1);
        // The question is changed to one that a fact answers, and back; the picture goes.
        discord.edit(&asked, &format!("{} {ANSWERED}", bot())).await;
        let answered = discord.when(&turned, |message| message.edits == 3).await;
        assert!(answered.description().contains(ITS_ANSWER) && answered.files().is_empty(), "{}", answered.text());
        discord.edit(&asked, &format!("{} timeline of the jirga", bot())).await;
        let again = discord.when(&turned, |message| message.edits == 4).await;
        assert!(again.description().starts_with("**Timeline: jirga**"), "{}", again.text());
        let private = command(discord, &anna, &channel, "ask", json!({"question": "timeline of the jirga", "private": true})).await;
        assert!(private.message().ephemeral && private.message().description().contains("**Timeline: jirga**"), "{}", private.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_understood_or_leaves_nothing_is_said_to_who_asked() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        let wrong = command(discord, &anna, &channel, "timeline", json!({"who": "Khorasani", "from": "someday"})).await;
        let said = wrong.message();
        assert!(
            said.ephemeral && said.description().contains("Omar Khalid Khorasani") && said.description().contains("`from`"),
            "{}",
            wrong.text()
        );
        let empty = command(discord, &anna, &channel, "timeline", json!({"topic": "jirga", "to": "2019"})).await;
        let none = empty.message().clone();
        assert!(
            none.ephemeral
                && none.description().contains("Without from and to, 35 facts are there.")
                && none.description().contains("**Nearest**"),
            "{}",
            empty.text()
        );
        let (_, _, without_time) = none.buttons().into_iter().find(|(_, label, _)| label.starts_with("Without from and to (")).unwrap();
        discord.click(&anna, &none, &without_time).await;
        let wider = discord.when(&none, |message| message.edits == 1).await;
        assert!(wider.description().starts_with("**Timeline: jirga**"), "{}", wider.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_and_sources_are_shown_by_any_spelling() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        let who = command(discord, &anna, &channel, "who", json!({"name": "nur wali mahsud"})).await;
        let text = who.message().description().to_owned();
        for part in ["**Noor Wali Mehsud** (person)", "*Also written:*", "*Appears with:*", "](https://"] {
            assert!(text.contains(part), "{part}:\n{text}");
        }
        let source = command(discord, &anna, &channel, "source", json!({"name": "dawn ttp ends cesefire with govt orders"})).await;
        let text = source.message().description().to_owned();
        assert!(text.contains("https://www.dawn.com/news/1723647") && text.contains("the TTP publicly ended"), "{text}");
        let several = command(discord, &anna, &channel, "source", json!({"name": "dawn"})).await;
        assert!(several.message().ephemeral && several.message().description().starts_with("Several sources fit"), "{}", several.text());

        for (path, option, typed, expected) in [
            ("timeline", "topic", "jirg", "jirga"),
            ("timeline", "who", "khurasani", "Omar Khalid Khorasani"),
            ("who", "name", "nor wali", "Noor Wali Mehsud"),
            ("source", "name", "dawn ttp ends", "dawn-ttp-ends-ceasefire"),
        ] {
            let typing = discord.autocomplete(&anna, &channel, path, json!({option: typed}), option).await;
            let choices = discord.response(&typing).await.choices();
            assert!(choices.iter().any(|(_, value)| value == expected), "/{path} {typed}: {choices:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_page_shows_nothing() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        for custom_id in ["1:l:nt2a.0...deadbeef.", "1:l:nw2a.0....", "1:l:ns2a.0....deadbeef", "1:l:nt2a.99999.20229999..."] {
            let said = discord.response(&discord.forge_click(&anna, &channel, custom_id).await).await;
            assert!(said.message().ephemeral && said.message().buttons().is_empty(), "{custom_id}: {}", said.text());
        }
    })
    .await;
}
