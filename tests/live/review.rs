//! What everybody may suggest, what people ask in vain, and what moderators make of it.

use std::num::NonZeroU64;

use sanad::curation::Scope;
use serde_json::json;

use crate::bot::{ANSWERED, ITS_FACT, OFFERED, live, live_on, new_store, store};
use crate::moderation::{ASKS_FOR_IT, FORM, MANAGES, ask, live_two, moderator, press, said};
use crate::stand_in::{Channel, Discord, Message, Options, Response, User};

async fn slash(discord: &Discord, who: &User, channel: &Channel, path: &str, options: serde_json::Value) -> Response {
    discord.response(&discord.slash(who, channel, path, options).await).await
}

/// A server whose suggestions are posted; that channel.
async fn with_review(discord: &Discord, more: serde_json::Value) -> Channel {
    let queue = discord.guild().text("review");
    discord.expect_posts(&queue);
    let mut options = json!({"review_channel": queue.id.to_string()});
    options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let boss = discord.user("boss").with_permissions(MANAGES);
    slash(discord, &boss, &discord.guild().general(), "settings set", options).await;
    queue
}

/// Somebody suggests the fact of the form; what they read.
async fn suggest(discord: &Discord, who: &User, channel: &Channel) -> String {
    let opened = discord.slash(who, channel, "suggest", json!({})).await;
    let preview = discord.response(&discord.submit(&opened, &FORM).await).await;
    said(&discord.response(&press(discord, who, preview.message(), "Send").await).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suggestion_is_posted_approved_and_its_proposer_told() {
    live(async |discord| {
        let (anna, mo, channel) = (discord.user("anna"), moderator(discord, "mo"), discord.guild().general());
        let queue = with_review(discord, json!({})).await;
        let sent = suggest(discord, &anna, &channel).await;
        assert!(sent.contains("Sent to the moderators"), "{sent}");
        let post = discord.nth_post(&queue, 1).await;
        insta::with_settings!({filters => vec![(r"<t:\d+:R>", "<t>"), (r"<@\d+>", "<@anna>")]}, {
            insta::assert_snapshot!(post.text(), @r"
            --- embed
            color: #2f6f9f
            **Suggestion 1**: a new fact, `zarbakht-lighthouse-closed-visitors-3`, by <@anna>, <t>

            The Zarbakht lighthouse was closed to visitors on 3 March 2022, the port authority said.
            - date: 2022-03-03
            - topics: ports

            **Sources**
            - Port authority, Notice to visitors <https://www.port.example/notice>

            **Question forms**
            - When was the Zarbakht lighthouse closed?
            - Who closed the Zarbakht lighthouse to visitors?
            ---
            [Approve](primary → 1:sa:1)  [Edit and approve](secondary → 1:se:1)  [Reject](danger → 1:sr:1)
            ");
        });
        let approved = discord.response(&press(discord, &mo, &post, "Approve").await).await;
        assert!(said(&approved).contains("Saved."), "{}", said(&approved));
        let decided = discord.when(&post, |post| post.edits > 0).await;
        assert!(decided.description().contains("Approved by") && decided.buttons().is_empty(), "{}", decided.text());
        assert!(ask(discord, &channel, ASKS_FOR_IT).await.text().contains("Zarbakht"));
        let letter = discord.nth_post(&discord.dm(&anna), 1).await;
        assert!(letter.description().contains("was taken"), "{}", letter.text());
        let again = discord.response(&discord.forge_click(&mo, &queue, &post.button("Approve")).await).await;
        assert!(said(&again).contains("Approved by"), "{}", said(&again));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_is_approved_in_other_words_and_another_rejected_with_a_reason() {
    live(async |discord| {
        let (anna, mo, channel) = (discord.user("anna"), moderator(discord, "mo"), discord.guild().general());
        discord.close_dms(&anna);
        for word in ["first", "second"] {
            let opened = discord.slash(&anna, &channel, "suggest", json!({"id": ITS_FACT})).await;
            let claim = format!("{} So says the {word}.", discord.form(&opened).await.field("claim").value);
            let preview = discord.response(&discord.submit(&opened, &[("claim", &claim)]).await).await;
            discord.response(&press(discord, &anna, preview.message(), "Send").await).await;
        }
        let shown = slash(discord, &mo, &channel, "review", json!({})).await;
        assert!(said(&shown).contains("(2 waiting)") && said(&shown).contains("**So says the first.**"), "{}", said(&shown));
        let amend = press(discord, &mo, shown.message(), "Edit and approve").await;
        let claim = discord.form(&amend).await.field("claim").value.replace("first", "moderator");
        let preview = discord.response(&discord.submit(&amend, &[("claim", &claim)]).await).await;
        let published = discord.response(&press(discord, &mo, preview.message(), "Publish").await).await;
        assert!(said(&published).contains("Saved."), "{}", said(&published));
        assert!(ask(discord, &channel, ANSWERED).await.text().contains("So says the moderator"));
        // The second was made of what the fact said before the first was approved.
        let shown = slash(discord, &mo, &channel, "review", json!({})).await;
        let moved = discord.response(&press(discord, &mo, shown.message(), "Approve").await).await;
        assert!(said(&moved).contains("changed since this was suggested"), "{}", said(&moved));
        let reject = press(discord, &mo, shown.message(), "Reject").await;
        let rejected = discord.response(&discord.submit(&reject, &[("reason", "Said already.")]).await).await;
        assert!(said(&rejected).contains("Rejected by") && said(&rejected).contains("Said already"), "{}", said(&rejected));
        let empty = slash(discord, &mo, &channel, "review", json!({})).await;
        assert_eq!(empty.message().description(), "Nothing waits for you.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_two_must_agree_one_moderator_alone_changes_nothing() {
    live(async |discord| {
        let (mo, eve, channel) = (moderator(discord, "mo"), moderator(discord, "eve"), discord.guild().general());
        let queue = with_review(discord, json!({"two_must_agree_on": "Ports"})).await;
        let opened = discord.slash(&mo, &channel, "fact add", json!({})).await;
        let preview = discord.response(&discord.submit(&opened, &FORM).await).await;
        assert!(said(&preview).contains("Two must agree"), "{}", said(&preview));
        let sent = discord.response(&press(discord, &mo, preview.message(), "Send").await).await;
        assert!(said(&sent).contains("Sent to the moderators"), "{}", said(&sent));
        let post = discord.nth_post(&queue, 1).await;
        let own = discord.response(&press(discord, &mo, &post, "Approve").await).await;
        assert!(said(&own).contains("it was you who suggested it"), "{}", said(&own));
        assert!(!ask(discord, &channel, ASKS_FOR_IT).await.text().contains("3 March"));
        let other = discord.response(&press(discord, &eve, &post, "Approve").await).await;
        assert!(said(&other).contains("Saved."), "{}", said(&other));
        assert!(ask(discord, &channel, ASKS_FOR_IT).await.text().contains("3 March"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_fills_the_queue_alone_and_one_server_s_queue_is_not_another_s() {
    live_two(async |discord, here, elsewhere| {
        let (anna, mo) = (discord.user("anna"), moderator(discord, "mo"));
        for _ in 0..5 {
            assert!(suggest(discord, &anna, &here.general()).await.contains("Sent"));
        }
        let refused = slash(discord, &anna, &here.general(), "suggest", json!({})).await;
        assert!(said(&refused).contains("5 of your suggestions wait already"), "{}", said(&refused));
        for press in ["1:sa:1", "1:se:1", "1:sr:1"] {
            let forged = discord.response(&discord.forge_click(&mo, &elsewhere.general(), press).await).await;
            assert!(said(&forged).contains("no such suggestion in this server"), "{press}: {}", said(&forged));
        }
        let empty = slash(discord, &mo, &elsewhere.general(), "review", json!({})).await;
        assert_eq!(empty.message().description(), "Nothing waits for you.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_new_facts_that_open_alike_neither_takes_the_other_s_place() {
    live(async |discord| {
        let (anna, mo, channel) = (discord.user("anna"), moderator(discord, "mo"), discord.guild().general());
        let queue = with_review(discord, json!({})).await;
        suggest(discord, &anna, &channel).await;
        suggest(discord, &anna, &channel).await;
        for nth in [1, 2] {
            let post = discord.nth_post(&queue, nth).await;
            let approved = discord.response(&press(discord, &mo, &post, "Approve").await).await;
            assert!(said(&approved).contains("is added (r1)"), "{}", said(&approved));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_two_must_agree_an_unsigned_suggestion_makes_nobody_the_second() {
    live(async |discord| {
        let (anna, mo, eve, channel) =
            (discord.user("anna"), moderator(discord, "mo"), moderator(discord, "eve"), discord.guild().general());
        let opened = discord.slash(&mo, &channel, "fact edit", json!({"id": ITS_FACT})).await;
        let topic = discord.form(&opened).await.field("topics").value.split(',').next().unwrap().to_owned();
        let queue = with_review(discord, json!({"two_must_agree_on": topic})).await;
        let told = ask(discord, &channel, ANSWERED).await;
        discord.response(&press(discord, &anna, &told, "Wrong?").await).await;
        let post = discord.nth_post(&queue, 1).await;
        let edit = press(discord, &mo, &post, "Edit the fact").await;
        let claim = format!("{} (Alone.)", discord.form(&edit).await.field("claim").value);
        let preview = discord.response(&discord.submit(&edit, &[("claim", &claim)]).await).await;
        let sent = discord.response(&press(discord, &mo, preview.message(), "Send").await).await;
        assert!(said(&sent).contains("Sent to the moderators"), "{}", said(&sent));
        assert!(!ask(discord, &channel, ANSWERED).await.text().contains("(Alone.)"));
        let second = discord.nth_post(&queue, 2).await;
        let own = discord.response(&press(discord, &mo, &second, "Approve").await).await;
        assert!(said(&own).contains("it was you who suggested it"), "{}", said(&own));
        let approved = discord.response(&press(discord, &eve, &second, "Approve").await).await;
        assert!(said(&approved).contains("Saved."), "{}", said(&approved));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_called_wrong_waits_for_the_moderators() {
    live(async |discord| {
        let (anna, mo, channel) = (discord.user("anna"), moderator(discord, "mo"), discord.guild().general());
        let queue = with_review(discord, json!({})).await;
        let told = ask(discord, &channel, ANSWERED).await;
        discord.response(&press(discord, &anna, &told, "Wrong?").await).await;
        let post = discord.nth_post(&queue, 1).await;
        assert!(
            post.text().contains("is wrong") && post.text().contains(ITS_FACT) && !post.text().contains(&anna.mention()),
            "{}",
            post.text()
        );
        let edit = press(discord, &mo, &post, "Edit the fact").await;
        let claim = format!("{} (Mended.)", discord.form(&edit).await.field("claim").value);
        let preview = discord.response(&discord.submit(&edit, &[("claim", &claim)]).await).await;
        discord.response(&press(discord, &mo, preview.message(), "Publish").await).await;
        let decided = discord.when(&post, |post| post.edits > 0).await;
        assert!(decided.description().contains("Approved"), "{}", decided.text());
        assert!(ask(discord, &channel, ANSWERED).await.text().contains("Mended"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_asked_in_vain_becomes_a_fact_or_words_of_one_or_nothing() {
    let file = new_store();
    live_on(Options::default(), &file, async |discord| {
        let (mo, channel) = (moderator(discord, "mo"), discord.guild().general());
        let scope = Scope::of(discord.guild().id);
        for question in
            ["what colour is the moon over zarbakht?", "what colour is the moon over zarbakht", "which shoes does the goalkeeper wear?"]
        {
            ask(discord, &channel, question).await;
        }
        let kept = store(&file).await;
        crate::bot::until(async || kept.unanswered(scope, 10).await.unwrap().len() == 3).await;
        let shown = slash(discord, &mo, &channel, "unanswered", json!({})).await;
        insta::with_settings!({filters => vec![(r"<t:\d+:R>", "<t>")]}, {
            insta::assert_snapshot!(said(&shown), @r"
            (only they can see this)
            --- embed
            color: #2f6f9f
            **Asked in vain**, most often first

            **1.** what colour is the moon over zarbakht (and 1 like it)
            asked 2 times, last <t>

            **2.** which shoes does the goalkeeper wear?
            asked once, last <t>
            ---
            [1: Make a fact](primary → 1:um:55676d145b3f262)  [1: Add these words to a fact](secondary → 1:uw:55676d145b3f262)  [1: Ignore](danger → 1:ui:55676d145b3f262)
            [2: Make a fact](primary → 1:um:d08f138640e64041)  [2: Add these words to a fact](secondary → 1:uw:d08f138640e64041)  [2: Ignore](danger → 1:ui:d08f138640e64041)
            ");
        });
        let make = press(discord, &mo, shown.message(), "1: Make a fact").await;
        assert!(discord.form(&make).await.field("questions").value.contains("moon over zarbakht"));
        let typed: Vec<(&str, &str)> = FORM.into_iter().filter(|(field, _)| *field != "questions").collect();
        let preview = discord.response(&discord.submit(&make, &typed).await).await;
        discord.response(&press(discord, &mo, preview.message(), "Publish").await).await;
        let shown = slash(discord, &mo, &channel, "unanswered", json!({})).await;
        assert!(!said(&shown).contains("moon") && said(&shown).contains("goalkeeper"), "{}", said(&shown));
        let ignored = discord.response(&press(discord, &mo, shown.message(), "1: Ignore").await).await;
        assert!(said(&ignored).contains("Nothing was asked in vain"), "{}", said(&ignored));
        assert!(ask(discord, &channel, "what colour is the moon over zarbakht").await.text().contains("lighthouse"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_can_be_added_to_a_fact() {
    let file = new_store();
    live_on(Options::default(), &file, async |discord| {
        let (mo, channel) = (moderator(discord, "mo"), discord.guild().general());
        let words = "ceasefire blorp flumph quux";
        ask(discord, &channel, words).await;
        let kept = store(&file).await;
        crate::bot::until(async || !kept.unanswered(Scope::of(discord.guild().id), 10).await.unwrap().is_empty()).await;
        let shown = slash(discord, &mo, &channel, "unanswered", json!({})).await;
        let offered = discord.response(&press(discord, &mo, shown.message(), "1: Add these words to a fact").await).await;
        let (_, label, first) = offered.message().buttons()[0].clone();
        let taught = discord.response(&discord.click(&mo, offered.message(), &first).await).await;
        assert!(said(&taught).contains("Saved."), "{label}: {}", said(&taught));
        assert!(ask(discord, &channel, words).await.text().contains("**Sources**"));
        assert!(kept.unanswered(Scope::of(discord.guild().id), 10).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_for_which_a_fact_is_picked_again_and_again_are_proposed_and_never_added_unasked() {
    let file = new_store();
    live_on(Options::default(), &file, async |discord| {
        let (mo, channel) = (moderator(discord, "mo"), discord.guild().general());
        let queue = with_review(discord, json!({})).await;
        for name in ["anna", "ben", "cem"] {
            let who = discord.user(name);
            let asked = discord.mention(&who, &channel, OFFERED).await;
            let offered: Message = discord.reply_to(&asked).await;
            let (_, _, pick) = offered.buttons()[1].clone();
            discord.click(&who, &offered, &pick).await;
            discord.when(&offered, |message| message.edits == 1).await;
        }
        let post = discord.nth_post(&queue, 1).await;
        assert!(post.text().contains("Picked by 3 people for: how many prisoners were released"), "{}", post.text());
        let kept = store(&file).await;
        assert!(kept.heads().await.unwrap().heads.is_empty(), "nothing was added unasked");
        let approved = discord.response(&press(discord, &mo, &post, "Approve").await).await;
        assert!(said(&approved).contains("Saved."), "{}", said(&approved));
        let heads = kept.heads().await.unwrap().heads;
        assert!(heads[0].state.record().questions.iter().any(|form| form == OFFERED));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_see_what_is_kept_of_them_and_take_it_back() {
    let file = new_store();
    live_on(Options::default(), &file, async |discord| {
        let (anna, channel) = (discord.user("anna"), discord.guild().general());
        suggest(discord, &anna, &channel).await;
        for who in [&discord.user("ben"), &anna] {
            discord.reply_to(&discord.mention(who, &channel, "which shoes does the goalkeeper wear?").await).await;
        }
        let (kept, id) = (store(&file).await, NonZeroU64::new(anna.id).unwrap());
        crate::bot::until(async || !kept.about(id).await.unwrap()["questions"].as_array().unwrap().is_empty()).await;

        let shown = slash(discord, &anna, &channel, "privacy show", json!({})).await;
        assert!(shown.message().ephemeral && said(&shown).contains("30 days"), "{}", said(&shown));
        let exported = slash(discord, &anna, &channel, "privacy export", json!({})).await;
        assert!(exported.message().ephemeral, "nobody else sees it");
        let about: serde_json::Value = serde_json::from_str(exported.message().files()[0].text()).unwrap();
        assert_eq!((about["suggestions"].as_array().unwrap().len(), about["questions"].as_array().unwrap().len()), (1, 1));

        let dm = discord.dm(&anna);
        let once_more = slash(discord, &anna, &dm, "privacy forget", json!({})).await;
        assert!(said(&once_more).contains("It cannot be undone"), "{}", said(&once_more));
        assert_eq!(kept.about(id).await.unwrap()["suggestions"].as_array().unwrap().len(), 1, "nothing went yet");
        let button = format!("1:fg:{:x}", anna.id);
        let stranger = discord.forge_click(&discord.user("ben"), &channel, &button).await;
        let refused = discord.response(&stranger).await;
        assert!(said(&refused).contains("another person's"), "{}", said(&refused));
        assert_eq!(kept.about(id).await.unwrap()["suggestions"].as_array().unwrap().len(), 1, "nobody forgets somebody else");
        let forgotten = discord.response(&press(discord, &anna, once_more.message(), "Forget me").await).await;
        assert!(said(&forgotten).contains("Done. "), "{}", said(&forgotten));
        let about = kept.about(id).await.unwrap();
        assert!(about.as_object().unwrap().iter().all(|(key, kept)| key == "person" || *kept == json!([])), "{about}");
        assert_eq!(kept.unanswered(Scope::of(discord.guild().id), 9).await.unwrap().len(), 1, "somebody else asked it too");
        assert_eq!(kept.waiting(Scope::of(discord.guild().id), None, 5).await.unwrap().total, 1, "the suggestion itself stays");
    })
    .await;
}
