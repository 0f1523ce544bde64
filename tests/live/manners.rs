//! The bot is no nuisance.

use std::time::Duration;

use sanad::config::Rate;
use serde_json::json;

use crate::bot::{ALSO_ANSWERED, ANSWERED, ITS_ANSWER, OFFERED, UNKNOWN, live, live_with, settings};
use crate::stand_in::{BOT_ID, Fault, Options};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_too_much_is_told_once_and_then_left() {
    let mut strict = settings();
    strict.person = Rate { burst: 2, per_minute: 1 };
    live_with(Options::default(), strict, async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        for question in [ANSWERED, ALSO_ANSWERED] {
            discord.reply_to(&discord.mention(&anna, &channel, question).await).await;
        }
        let refused = discord.reply_to(&discord.mention(&anna, &channel, OFFERED).await).await;
        assert!(refused.description().starts_with("You have asked many questions in a short time. Ask again in "), "{}", refused.text());
        discord.mention(&anna, &channel, UNKNOWN).await;
        discord.quiet(Duration::from_millis(300)).await;
        let command = discord.slash(&anna, &channel, "ask", json!({"question": ANSWERED})).await;
        let told = discord.response(&command).await;
        assert!(
            told.message().ephemeral && told.message().description().starts_with("You have asked many questions"),
            "a command must be answered"
        );
        let ben = discord.mention(&discord.user("ben"), &channel, OFFERED).await;
        assert!(discord.reply_to(&ben).await.buttons().len() > 2, "others are not concerned");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_presses_is_bounded_as_questions_are() {
    let mut strict = settings();
    strict.person = Rate { burst: 4, per_minute: 1 };
    live_with(Options::default(), strict, async |discord| {
        let (anna, ben, channel) = (discord.user("anna"), discord.user("ben"), discord.guild().general());
        let answer = discord.reply_to(&discord.mention(&ben, &channel, ANSWERED).await).await;
        let mut refused = 0;
        for number in 0..12 {
            let label = if number % 2 == 0 { "Sources" } else { "Related" };
            let told = discord.response(&discord.click(&anna, &answer, &answer.button(label)).await).await;
            refused += usize::from(told.message().description().starts_with("You have asked many questions"));
        }
        assert_eq!(refused, 8, "four presses are shown what they ask for");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_is_bounded_by_channel_and_server() {
    for whose in ["channel", "server"] {
        let mut strict = settings();
        let few = Rate { burst: 5, per_minute: 1 };
        *(if whose == "channel" { &mut strict.channel } else { &mut strict.server }) = few;
        live_with(Options::default(), strict, async |discord| {
            let channel = discord.guild().general();
            for number in 0..40 {
                let person = discord.user(&format!("person {number}"));
                discord.mention(&person, &channel, UNKNOWN).await;
            }
            discord.nth_request(6, |request| request.method == "POST" && request.path.ends_with("/messages")).await;
            discord.quiet(Duration::from_millis(500)).await;
            let begins = format!("This {whose} has asked many questions");
            let told: Vec<_> = discord.messages_in(&channel).into_iter().filter(|message| message.replies_to().is_some()).collect();
            let refusals = told.iter().filter(|message| message.description().starts_with(&begins)).count();
            assert_eq!((told.len(), refusals), (6, 1), "five answers, and one word for all others");
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_while_too_much_is_in_hand_is_let_go() {
    let mut small = settings();
    small.at_once = 2;
    live_with(Options::default(), small, async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        discord.fail("POST /channels/*/messages", 2, Fault::Slow(Duration::from_secs(3)));
        let mut asked = Vec::new();
        for _ in 0..5 {
            asked.push(discord.mention(&anna, &channel, UNKNOWN).await);
        }
        discord.nth_request(2, |request| request.method == "POST" && request.path.ends_with("/messages")).await;
        // Once those are answered there is room again.
        loop {
            let last = discord.mention(&anna, &channel, OFFERED).await;
            tokio::time::sleep(Duration::from_millis(200)).await;
            if !discord.replies_to(&last).is_empty() {
                break;
            }
        }
        let answered = asked.iter().filter(|asked| !discord.replies_to(asked).is_empty()).count();
        assert_eq!(answered, 2, "of five, for no more were in hand at once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_is_not_told_the_same_twice_in_a_minute() {
    live(async |discord| {
        let (anna, ben, guild) = (discord.user("anna"), discord.user("ben"), discord.guild());
        let channel = guild.general();
        let first = discord.reply_to(&discord.mention(&anna, &channel, ANSWERED).await).await;
        let second = discord.reply_to(&discord.mention(&ben, &channel, ANSWERED).await).await;
        let link = format!("https://discord.com/channels/{}/{}/{}", guild.id, channel.id, first.id);
        assert_eq!(second.description(), format!("Answered a moment ago: {link}"));
        let command = discord.slash(&ben, &channel, "ask", json!({"question": ANSWERED})).await;
        let told = discord.response(&command).await;
        assert!(told.message().ephemeral && told.message().description().contains(&link), "{}", told.text());
        let elsewhere = discord.reply_to(&discord.mention(&ben, &guild.text_channel(), ANSWERED).await).await;
        assert!(elsewhere.description().contains(ITS_ANSWER), "another channel");
        discord.click(&anna, &first, &first.button("Delete")).await;
        discord.gone(&first).await;
        let again = discord.reply_to(&discord.mention(&ben, &channel, ANSWERED).await).await;
        assert!(again.description().contains(ITS_ANSWER), "what was taken away may be told again");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn typing_is_shown_when_an_answer_takes_long_and_only_then() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        discord.reply_to(&discord.mention(&anna, &channel, ANSWERED).await).await;
        assert_eq!(discord.counts().typing, 0);
        discord.fail("POST /channels/*/messages", 1, Fault::Slow(Duration::from_millis(900)));
        let asked = discord.mention(&anna, &channel, OFFERED).await;
        discord.next_typing(&channel).await;
        discord.reply_to(&asked).await;
        assert_eq!(discord.counts().typing, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn typing_is_shown_again_as_long_as_the_answer_takes() {
    let options = Options { patience: Duration::from_secs(20), ..Options::default() };
    live_with(options, settings(), async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        // Discord shows it for ten seconds.
        discord.fail("POST /channels/*/messages", 1, Fault::Slow(Duration::from_secs(9)));
        let asked = discord.mention(&anna, &channel, OFFERED).await;
        discord.reply_to(&asked).await;
        assert_eq!(discord.counts().typing, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_type_pings_nobody_and_leads_nowhere() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        let nasty = "@everyone @here <@&77> <@88> **b** [free](https://evil.example) `x` ||y|| # z\n> q hello";
        let reply = discord.reply_to(&discord.mention(&anna, &channel, nasty).await).await;
        let command = discord.slash(&anna, &channel, "ask", json!({"question": nasty, "private": true})).await;
        let shown = discord.response(&command).await;
        for text in [reply.text(), shown.text()] {
            for mark in ["@everyone", "@here", "<@&", "<@88", "evil.example", "**b", "||y", "`x"] {
                assert!(!text.contains(mark), "{mark} in {text}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_message_is_met() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        let room = 2_000 - format!("<@{BOT_ID}> ").chars().count();
        let repeated = |text: &str| text.repeat(room / text.chars().count());
        for message in [
            repeated("\u{301}"),
            format!("a{}", repeated("\u{489}").chars().skip(1).collect::<String>()),
            repeated("?"),
            repeated("ceasefire "),
            repeated("👨‍👩‍👧"),
            repeated("ایم "),
            "\u{202e}\u{0}".to_owned(),
        ] {
            let asked = discord.mention(&anna, &channel, &message).await;
            discord.reply_to(&asked).await;
        }
    })
    .await;
}
