//! Each way of asking.

use std::time::Duration;

use serde_json::json;

use crate::bot::{ALSO_ANSWERED, ANSWERED, ITS_ANSWER, OFFERED, UNKNOWN, live, live_with, settings};
use crate::stand_in::{Options, privileged};

/// Snapshots without the ids of people.
fn snapshots() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"1:([dpt]):[0-9a-f]+", "1:$1:ASKER");
    settings
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mention_is_answered_by_one_reply() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        let asked = discord.mention(&anna, &channel, ANSWERED).await;
        let reply = discord.reply_to(&asked).await;
        snapshots().bind(|| insta::assert_snapshot!(reply.text(), @r"
        (reply to anna)
        --- embed
        color: #2f6f9f
        On Monday 28 November 2022 the TTP publicly ended the ceasefire agreed in June.

        **Sources**
        - Dawn, [TTP ends ceasefire with govt, orders its militants to 'carry out attacks in entire country'](https://www.dawn.com/news/1723647/ttp-ends-ceasefire-with-govt-orders-its-militants-to-carry-out-attacks-in-entire-country), 28 November 2022
        - Al Jazeera, [Pakistan Taliban ends ceasefire with govt, threatens new attacks](https://www.aljazeera.com/news/2022/11/28/pakistan-taliban-ends-ceasefire-with-govt-threatens-new-attacks), 28 November 2022
        - Associated Press (via LocalNews8), [Pakistan Taliban ends cease-fire with govt, vows new attacks](https://localnews8.com/news/ap-national/2022/11/28/pakistan-taliban-ends-cease-fire-with-govt-vows-new-attacks/), 28 November 2022
        - and 3 more; *Sources* below names them all

        **Sources disagree**
        - Wikipedia's article on the talks says the TTP spokesman announced the end of the indefinite ceasefire on 4 September 2022; two reports dated that day and one undated page carry such a statement.
          - Wikipedia, Pakistan and Tehrik-i-Taliban Pakistan peace talks
          - CNN-News18, [Pakistani Taliban ends ceasefire with Pakistan govt for violating agreement](https://www.news18.com/news/world/pakistani-taliban-ends-ceasefire-with-pakistan-govt-for-violating-agreement-5887069.html), 4 September 2022
        - The Express Tribune reported that Noor Wali Mehsud insisted in January 2023 that the TTP had still not ended the truce and called its attacks retaliatory.
          - The Express Tribune, [TTP chief says 'open to guidance' from Ulema on group's violent campaign](https://tribune.com.pk/story/2394707/ttp-chief-says-open-to-guidance-from-ulema-on-groups-violent-campaign?amp=1)
        footer: Confidence: high · disputed
        ---
        [Sources](secondary → 1:s:nov28-end)  [Related](secondary → 1:r:nov28-end)  [Wrong?](secondary → 1:w:nov28-end)  [Delete](danger → 1:d:ASKER)
        "));
        discord.quiet(Duration::from_millis(300)).await;
        assert_eq!(discord.messages_in(&channel).len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mention_alone_is_told_how_to_ask() {
    live(async |discord| {
        let asked = discord.mention(&discord.user("anna"), &discord.guild().general(), "").await;
        assert!(discord.reply_to(&asked).await.description().contains("**Ask**"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_to_an_answer_asks_on() {
    live(async |discord| {
        let (anna, ben, channel) = (discord.user("anna"), discord.user("ben"), discord.guild().general());
        let answer = discord.reply_to(&discord.mention(&anna, &channel, ALSO_ANSWERED).await).await;
        // Anybody may ask on, and the subject stands in the message that they reply to.
        let asked = discord.reply(&ben, &answer, "when?").await;
        let reply = discord.reply_to(&asked).await;
        snapshots().bind(|| insta::assert_snapshot!(reply.text(), @r"
        (reply to ben)
        --- embed
        color: #2f6f9f
        **2 June 2022.** Wikipedia's article on the talks names Mohammad Khorasani as the TTP spokesman who announced the June 2022 ceasefire.

        **Sources**
        - Wikipedia, Pakistan and Tehrik-i-Taliban Pakistan peace talks
        - Dawn, [untitled report on the indefinite ceasefire](https://www.dawn.com/news/1692776)
        - Newsweek Pakistan, [TTP confirms indefinite ceasefire with government](https://www.newsweekpakistan.com/ttp-confirms-indefinite-ceasefire-with-government/), 3 June 2022
        - and 1 more; *Sources* below names them all
        footer: Confidence: high · well sourced
        ---
        [Sources](secondary → 1:s:seed-khorasani-spokesman)  [Related](secondary → 1:r:seed-khorasani-spokesman)  [Wrong?](secondary → 1:w:seed-khorasani-spokesman)  [Delete](danger → 1:d:ASKER)
        "));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_that_discord_withholds_is_told_so_once() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        let answer = discord.reply_to(&discord.mention(&anna, &channel, ANSWERED).await).await;
        let withheld = discord.reply_without_ping(&anna, &answer, "and who announced it?").await;
        assert!(discord.reply_to(&withheld).await.description().starts_with("Discord does not show me your reply."));
        discord.reply_without_ping(&anna, &answer, "hello?").await;
        discord.quiet(Duration::from_millis(300)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_direct_message_is_answered_and_leads_to_the_next() {
    live(async |discord| {
        let anna = discord.user("anna");
        let dm = discord.dm(&anna);
        let reply = discord.reply_to(&discord.say(&anna, &dm, ALSO_ANSWERED).await).await;
        assert!(reply.description().contains("**Sources**"), "{}", reply.text());
        let next = discord.reply_to(&discord.say(&anna, &dm, "when?").await).await;
        assert!(next.description().starts_with("**2 June 2022.** "), "{}", next.text());
        let other = discord.user("ben");
        let lone = discord.reply_to(&discord.say(&other, &discord.dm(&other), "when?").await).await;
        assert!(!lone.description().contains("2 June 2022"), "another conversation: {}", lone.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_is_answered_for_all_or_for_the_asker() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        let private = discord.slash(&anna, &channel, "ask", json!({"question": ANSWERED, "private": true})).await;
        let shown = discord.response(&private).await;
        snapshots().bind(|| insta::assert_snapshot!(shown.text(), @r"
        (only they can see this)
        --- embed
        color: #2f6f9f
        > wen did ttp call off the cesefire??

        On Monday 28 November 2022 the TTP publicly ended the ceasefire agreed in June.

        **Sources**
        - Dawn, [TTP ends ceasefire with govt, orders its militants to 'carry out attacks in entire country'](https://www.dawn.com/news/1723647/ttp-ends-ceasefire-with-govt-orders-its-militants-to-carry-out-attacks-in-entire-country), 28 November 2022
        - Al Jazeera, [Pakistan Taliban ends ceasefire with govt, threatens new attacks](https://www.aljazeera.com/news/2022/11/28/pakistan-taliban-ends-ceasefire-with-govt-threatens-new-attacks), 28 November 2022
        - Associated Press (via LocalNews8), [Pakistan Taliban ends cease-fire with govt, vows new attacks](https://localnews8.com/news/ap-national/2022/11/28/pakistan-taliban-ends-cease-fire-with-govt-vows-new-attacks/), 28 November 2022
        - and 3 more; *Sources* below names them all

        **Sources disagree**
        - Wikipedia's article on the talks says the TTP spokesman announced the end of the indefinite ceasefire on 4 September 2022; two reports dated that day and one undated page carry such a statement.
          - Wikipedia, Pakistan and Tehrik-i-Taliban Pakistan peace talks
          - CNN-News18, [Pakistani Taliban ends ceasefire with Pakistan govt for violating agreement](https://www.news18.com/news/world/pakistani-taliban-ends-ceasefire-with-pakistan-govt-for-violating-agreement-5887069.html), 4 September 2022
        - The Express Tribune reported that Noor Wali Mehsud insisted in January 2023 that the TTP had still not ended the truce and called its attacks retaliatory.
          - The Express Tribune, [TTP chief says 'open to guidance' from Ulema on group's violent campaign](https://tribune.com.pk/story/2394707/ttp-chief-says-open-to-guidance-from-ulema-on-groups-violent-campaign?amp=1)
        footer: Confidence: high · disputed
        ---
        [Sources](secondary → 1:s:nov28-end)  [Related](secondary → 1:r:nov28-end)  [Wrong?](secondary → 1:w:nov28-end)  [Share](secondary → 1:h:nov28-end)
        "));
        let public = discord.slash(&anna, &channel, "ask", json!({"question": ANSWERED})).await;
        let shown = discord.response(&public).await;
        assert!(!shown.message().ephemeral && shown.message().description().contains(ITS_ANSWER));
        let help = discord.slash(&anna, &channel, "help", json!({})).await;
        assert!(discord.response(&help).await.message().ephemeral);
        let direct = discord.slash(&anna, &discord.dm(&anna), "ask", json!({"question": ANSWERED})).await;
        assert!(discord.response(&direct).await.message().description().contains(ITS_ANSWER));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anybody_s_message_can_be_answered_by_a_message_command() {
    live(async |discord| {
        let (anna, ben, channel) = (discord.user("anna"), discord.user("ben"), discord.guild().general());
        let said = discord.say(&ben, &channel, ANSWERED).await;
        let command = discord.message_command(&anna, &said, "Answer with sources").await;
        let answer = discord.response(&command).await;
        assert!(answer.message().description().contains(ITS_ANSWER) && !answer.message().ephemeral);
        let chat = discord.say(&ben, &channel, UNKNOWN).await;
        let command = discord.message_command(&anna, &chat, "Answer with sources").await;
        assert!(discord.response(&command).await.message().ephemeral, "what has no answer is no business of the channel");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_and_names_are_completed_as_one_types() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        for (typed, offers) in
            [("", ""), ("when did the ttp call off the cea", "ceasefire"), ("khurasan", "Khorasani"), ("wen did the cesefire", "ceasefire")]
        {
            let typing = discord.autocomplete(&anna, &channel, "ask", json!({"question": typed}), "question").await;
            let choices = discord.response(&typing).await.choices();
            assert!(!choices.is_empty() && choices.iter().any(|(name, _)| name.contains(offers)), "{typed}: {choices:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_asking_channel_is_answered_where_the_bot_is_sure_and_else_left_in_peace() {
    let options = Options { privileged: privileged::MESSAGE_CONTENT, ..Options::default() };
    // The channel's id is known only when Discord is there: its first guild and channel are always the same.
    let probe = crate::stand_in::Discord::start(options.clone()).await;
    let general = probe.guild().general();
    let mut with_asking = settings();
    with_asking.message_content = true;
    with_asking.asking_channels = vec![general.id];
    live_with(options, with_asking, async |discord| {
        let (anna, guild) = (discord.user("anna"), discord.guild());
        assert_eq!(guild.general().id, general.id);
        let asked = discord.say(&anna, &guild.general(), ANSWERED).await;
        assert!(discord.reply_to(&asked).await.description().contains(ITS_ANSWER));
        for chat in [
            "https://example.com/ceasefire",
            "<:sad:123>",
            "lol same",
            OFFERED,
            "the ttp called off the ceasefire, sad",
            "who won the match yesterday?",
        ] {
            discord.say(&anna, &guild.general(), chat).await;
        }
        discord.say(&anna, &guild.text_channel(), ANSWERED).await;
        discord.quiet(Duration::from_millis(400)).await;
        let thread = guild.thread_in(&guild.general());
        let asked = discord.say(&anna, &thread, ANSWERED).await;
        assert!(discord.reply_to(&asked).await.description().contains(ITS_ANSWER), "a thread of an asking channel is one");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn threads_and_forum_posts_are_places_like_others() {
    live(async |discord| {
        let (anna, guild) = (discord.user("anna"), discord.guild());
        for place in [guild.thread_in(&guild.general()), guild.thread_in(&guild.forum())] {
            let asked = discord.mention(&anna, &place, ANSWERED).await;
            assert!(discord.reply_to(&asked).await.description().contains(ITS_ANSWER));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machines_and_talk_among_people_are_left_alone() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        let robot = discord.other_bot("robot");
        discord.mention(&robot, &channel, ANSWERED).await;
        discord.webhook_says(&channel, "hook", &format!("<@{}> {ANSWERED}", crate::stand_in::BOT_ID)).await;
        let said = discord.say(&anna, &channel, ANSWERED).await;
        discord.reply(&anna, &said, ANSWERED).await;
        discord.say_with(&anna, &channel, &format!("<@{}> joined", crate::stand_in::BOT_ID), json!({"type": 7})).await;
        discord.quiet(Duration::from_millis(400)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doubt_and_ignorance_are_said_openly() {
    live(async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        let offered = discord.reply_to(&discord.mention(&anna, &channel, OFFERED).await).await;
        snapshots().bind(|| insta::assert_snapshot!(offered.text(), @r"
        (reply to anna)
        --- embed
        color: #2f6f9f
        I am not sure which of these you mean:
        ---
        [How many prisoners were freed in each batch in early December 2021, according…](primary → 1:p:ASKER:released-batches-thenews)  [How many prisoners did the government promise to release, according to the TTP?](primary → 1:p:ASKER:prisoners-102)  [How many TTP prisoners did officials say had been freed in November 2021?](primary → 1:p:ASKER:released-over-100)  [How many TTP prisoners were freed in mid-May 2022, according to Geo News?](primary → 1:p:ASKER:released-30-may2022)  [How many TTP prisoners did the Taliban free in August 2021?](primary → 1:p:ASKER:taliban-free-ttp-prisoners-2021)
        [Tell the moderators](secondary → 1:t:ASKER)  [Delete](danger → 1:d:ASKER)
        "));
        let unknown = discord.reply_to(&discord.mention(&anna, &channel, UNKNOWN).await).await;
        snapshots().bind(|| insta::assert_snapshot!(unknown.text(), @r"
        (reply to anna)
        --- embed
        color: #2f6f9f
        I have no sourced answer to that; `/help` says what I know.
        ---
        [Tell the moderators](secondary → 1:t:ASKER)  [Delete](danger → 1:d:ASKER)
        "));
    })
    .await;
}
