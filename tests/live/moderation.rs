//! Moderators keep their server's facts: forms, previews, history, rights.

use std::time::Duration;

use serde_json::json;
use sqlx::Connection as _;

use crate::bot::{ANSWERED, ITS_ANSWER, ITS_FACT, Running, live, live_on, new_store, settings};
use crate::stand_in::{Channel, Discord, Guild, Interaction, Message, Options, Response, User, permission};

/// What a moderator may do.
pub(crate) const MODERATES: u64 = permission::EVERYBODY | permission::MANAGE_MESSAGES;
/// What who manages a server may do.
pub(crate) const MANAGES: u64 = MODERATES | permission::MANAGE_GUILD;

/// A fact of which the shipped base knows nothing.
pub(crate) const FORM: [(&str, &str); 5] = [
    ("claim", "The Zarbakht lighthouse was closed to visitors on 3 March 2022, the port authority said."),
    ("date", "2022-03-03"),
    ("sources", "https://www.port.example/notice?utm_source=x | Port authority | Notice to visitors | 2022-03-02"),
    ("topics", "ports"),
    ("questions", "When was the Zarbakht lighthouse closed?\nWho closed the Zarbakht lighthouse to visitors?"),
];
pub(crate) const ASKS_FOR_IT: &str = "when was zarbakht lighthose closed";
const IS_TOLD: &str = "closed to visitors on 3 March 2022";

pub(crate) fn moderator(discord: &Discord, name: &str) -> User {
    discord.user(name).with_permissions(MODERATES)
}

/// What a message of the bot says, all of it.
pub(crate) fn said(response: &Response) -> String {
    response.message().text()
}

/// Adds the fact of [`FORM`]; what is said when it is published.
pub(crate) async fn add(discord: &Discord, who: &User, channel: &Channel) -> String {
    let opened = discord.slash(who, channel, "fact add", json!({})).await;
    let preview = discord.response(&discord.submit(&opened, &FORM).await).await;
    let published = discord.click(who, preview.message(), &preview.message().button("Publish")).await;
    said(&discord.response(&published).await)
}

/// What the channel is answered when somebody asks.
pub(crate) async fn ask(discord: &Discord, channel: &Channel, question: &str) -> Message {
    let asked = discord.mention(&discord.user("anna"), channel, question).await;
    discord.reply_to(&asked).await
}

async fn slash(discord: &Discord, who: &User, channel: &Channel, path: &str, options: serde_json::Value) -> String {
    said(&discord.response(&discord.slash(who, channel, path, options).await).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fact_is_added_by_a_form_seen_as_askers_will_and_answers_once_it_is_published() {
    live_two(async |discord, here, elsewhere| {
        let (mo, channel) = (moderator(discord, "mo"), here.general());
        let opened = discord.slash(&mo, &channel, "fact add", json!({})).await;
        let form = discord.form(&opened).await;
        assert_eq!(
            form.fields.iter().map(|field| field.custom_id.as_str()).collect::<Vec<_>>(),
            ["claim", "date", "sources", "topics", "questions"]
        );
        let preview = discord.response(&discord.submit(&opened, &FORM).await).await;
        insta::assert_snapshot!(said(&preview), @r"
        (only they can see this)
        --- embed
        color: #2f6f9f
        **3 March 2022.** The Zarbakht lighthouse was closed to visitors on 3 March 2022, the port authority said.

        **Sources**
        - Port authority, [Notice to visitors](https://www.port.example/notice), 2 March 2022
        footer: single source
        ---
        --- embed
        **Preview.** Above it stands as askers will see it. Nothing is published yet.
        It will be the fact `zarbakht-lighthouse-closed-visitors-3`.

        It has 2 question forms; with six or more in different words people find it far more often.
        ---
        [Publish](primary → 1:dp:1)  [Change](secondary → 1:dc:1)  [Cancel](danger → 1:dx:1)
        ");
        assert!(preview.message().ephemeral);
        assert!(!ask(discord, &channel, ASKS_FOR_IT).await.text().contains(IS_TOLD), "nothing is published yet");
        let published = discord.click(&mo, preview.message(), &preview.message().button("Publish")).await;
        insta::assert_snapshot!(said(&discord.response(&published).await), @r"
        (only they can see this)
        --- embed
        color: #2f6f9f
        Saved. `zarbakht-lighthouse-closed-visitors-3` is added (r1).
        ---
        [History](secondary → 1:hi:0:zarbakht-lighthouse-closed-visitors-3)
        ");
        let answer = ask(discord, &channel, ASKS_FOR_IT).await;
        assert!(answer.text().contains(IS_TOLD) && answer.text().contains("https://www.port.example/notice"), "{}", answer.text());
        assert!(!answer.text().contains("utm_source"));
        assert!(!ask(discord, &elsewhere.general(), ASKS_FOR_IT).await.text().contains(IS_TOLD), "another server's facts are its own");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_said_field_by_field_and_the_form_opens_again_with_what_was_typed() {
    live(async |discord| {
        let (mo, channel) = (moderator(discord, "mo"), discord.guild().general());
        let opened = discord.slash(&mo, &channel, "fact add", json!({})).await;
        let typed = [
            ("claim", "He said so again."),
            ("date", "2022-02-30"),
            ("sources", "dawn\nftp://x.example/a"),
            ("topics", "a"),
            ("questions", "why?"),
        ];
        let problems = discord.response(&discord.submit(&opened, &typed).await).await;
        insta::assert_snapshot!(said(&problems), @r#"
        (only they can see this)
        --- embed
        color: #2f6f9f
        Not yet. What you typed is kept; *Change* opens the form with it.

        **To be mended**
        - **claim:** it opens with "he", so it does not stand alone; name who, what and when
        - **date:** \`2022-02-30\` is not in the calendar; leave it empty if no date is known
        - **sources:** "dawn" is neither the id of a known source nor an address; an address begins with https:\// or http:\//
        - **sources:** "ftp:\//x.example/a" is not an address that starts with http:\// or https:\// and names a host
        ---
        [Change](secondary → 1:dc:1)  [Cancel](danger → 1:dx:1)
        "#);
        let again = discord.click(&mo, problems.message(), &problems.message().button("Change")).await;
        let form = discord.form(&again).await;
        for (field, value) in typed {
            assert_eq!(form.field(field).value, value);
        }
        let mended = discord.response(&discord.submit(&again, &FORM).await).await;
        assert!(said(&mended).contains("Preview"), "{}", said(&mended));
        let cancelled = discord.click(&mo, mended.message(), &mended.message().button("Cancel")).await;
        assert_eq!(discord.response(&cancelled).await.message().description(), "Cancelled. Nothing was changed.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fact_is_corrected_from_its_answer_and_every_change_is_in_its_history_with_a_way_back() {
    live(async |discord| {
        let (mo, channel, log) = (moderator(discord, "mo"), discord.guild().general(), discord.guild().text("log"));
        discord.expect_posts(&log);
        let boss = discord.user("boss").with_permissions(MANAGES);
        slash(discord, &boss, &channel, "settings set", json!({"log_channel": log.id.to_string()})).await;
        let answer = ask(discord, &channel, ANSWERED).await;
        let opened = discord.message_command(&mo, &answer, "Edit this fact").await;
        let claim = format!("{} (Corrected here.)", discord.form(&opened).await.field("claim").value);
        let preview = discord.response(&discord.submit(&opened, &[("claim", &claim)]).await).await;
        assert!(said(&preview).contains("**(Corrected here.)**"), "{}", said(&preview));
        discord.response(&discord.click(&mo, preview.message(), &preview.message().button("Publish")).await).await;
        assert!(ask(discord, &channel, ANSWERED).await.text().contains("Corrected here"), "told anew, though it was told a moment ago");
        let retracted = slash(discord, &mo, &channel, "fact retract", json!({"id": ITS_FACT, "reason": "to see"})).await;
        assert!(retracted.contains("retracted"), "{retracted}");
        assert!(!ask(discord, &channel, ANSWERED).await.text().contains(ITS_ANSWER));
        assert!(slash(discord, &mo, &channel, "fact show", json!({"id": ITS_FACT})).await.contains("Retracted: nobody is told this"));
        slash(discord, &mo, &channel, "fact restore", json!({"id": ITS_FACT})).await;
        let reverted = slash(discord, &mo, &channel, "fact revert", json!({"id": ITS_FACT, "revision": 0, "reason": "it was right"})).await;
        assert!(reverted.contains("as it was before (r4)"), "{reverted}");
        assert!(!ask(discord, &channel, ANSWERED).await.text().contains("Corrected here"));
        let history = slash(discord, &mo, &channel, "fact history", json!({"id": ITS_FACT})).await;
        insta::with_settings!({filters => vec![(r"<t:\d+:f>", "<t>"), (r"<@\d+>", "<@mo>")]}, {
            insta::assert_snapshot!(history, @r"
            (only they can see this)
            --- embed
            color: #2f6f9f
            **History of `nov28-end`**

            **r4** · revert · <t> · <@mo>: it was right
            - claim: On Monday 28 November 2022 the …  the ceasefire agreed in June. ~~(Corrected here.)~~

            **r3** · restore · <t> · <@mo>

            **r2** · retract · <t> · <@mo>: to see

            **r1** · edit · <t> · <@mo>
            - claim: On Monday 28 November 2022 the …  the ceasefire agreed in June. **(Corrected here.)**

            **r0** · as the shipped base says it

            `/fact revert` takes any of them back.
            ---
            ");
        });
        discord.nth_post(&log, 4).await;
        let lines: Vec<String> = discord.posts_in(&log).iter().map(|post| post.description().to_owned()).collect();
        assert!(
            lines[1].contains("**r1** · edit") && lines.iter().any(|line| line.contains("**r2** · retract") && line.contains("to see")),
            "{lines:?}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_moderators_the_second_is_shown_both_and_loses_nothing() {
    live(async |discord| {
        let (mo, eve, channel) = (moderator(discord, "mo"), moderator(discord, "eve"), discord.guild().general());
        let first = discord.slash(&mo, &channel, "fact edit", json!({"id": ITS_FACT})).await;
        let second = discord.slash(&eve, &channel, "fact edit", json!({"id": ITS_FACT})).await;
        let claim = discord.form(&first).await.field("claim").value.clone();
        let mine = discord.response(&discord.submit(&first, &[("claim", &format!("{claim} Mo was here."))]).await).await;
        let yours = discord.response(&discord.submit(&second, &[("claim", &format!("{claim} Eve was here."))]).await).await;
        discord.response(&discord.click(&mo, mine.message(), &mine.message().button("Publish")).await).await;
        let moved = discord.response(&discord.click(&eve, yours.message(), &yours.message().button("Publish")).await).await;
        let text = said(&moved);
        assert!(
            text.contains("was changed since you opened it")
                && text.contains("**Mo was here.**")
                && text.contains("~~Mo~~**Eve** was here."),
            "{text}"
        );
        assert!(ask(discord, &channel, ANSWERED).await.text().contains("Mo was here"));
        let over = discord.click(&eve, moved.message(), &moved.message().button("Publish mine over it")).await;
        assert!(said(&discord.response(&over).await).contains("(r2)"));
        assert!(ask(discord, &channel, ANSWERED).await.text().contains("Eve was here"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_no_moderator_is_refused_at_every_step() {
    live(async |discord| {
        let (guild, anna) = (discord.guild(), discord.user("anna"));
        let channel = guild.general();
        let role = guild.role("keepers");
        let boss = discord.user("boss").with_permissions(MANAGES);
        let set = json!({"moderator_role": role.id.to_string()});
        assert!(slash(discord, &boss, &channel, "settings set", set.clone()).await.contains(&format!("<@&{}>", role.id)));
        let refusal = "Only moderators of this server can do that";
        for (path, options) in [
            ("fact add", json!({})),
            ("fact edit", json!({"id": ITS_FACT})),
            ("fact retract", json!({"id": ITS_FACT, "reason": "x"})),
            ("fact restore", json!({"id": ITS_FACT})),
            ("fact show", json!({"id": ITS_FACT})),
            ("fact history", json!({"id": ITS_FACT})),
            ("fact revert", json!({"id": ITS_FACT, "revision": 0})),
            ("review", json!({})),
            ("unanswered", json!({})),
            ("explain", json!({"question": "x"})),
        ] {
            let refused = discord.response(&discord.slash_forced(&anna, &channel, path, options).await).await;
            assert!(said(&refused).contains(refusal), "/{path}: {}", said(&refused));
        }
        let refused = discord.response(&discord.slash_forced(&moderator(discord, "mo"), &channel, "settings set", set).await).await;
        assert!(said(&refused).contains("needs Manage Server"), "{}", said(&refused));
        let none = discord.autocomplete_forced(&anna, &channel, "fact edit", json!({"id": "nov"}), "id").await;
        assert!(discord.response(&none).await.choices().is_empty());
        for press in ["1:e:nov28-end", "1:hi:0:nov28-end", "1:u:0", "1:sa:1", "1:se:1", "1:sr:1", "1:sq:0", "1:um:0", "1:ut:0:nov28-end"] {
            let refused = discord.response(&discord.forge_click(&anna, &channel, press).await).await;
            let text = said(&refused);
            assert!(text.contains(refusal) || text.contains("There is no such fact"), "{press}: {text}");
        }
        // A bearer of the role opens a form; the role is gone when it is sent, and again when the button is pressed.
        let keeper = anna.with_roles(&[role.id]);
        let opened = discord.slash_forced(&keeper, &channel, "fact add", json!({})).await;
        let form = discord.form(&opened).await.custom_id.clone();
        let refused = discord.response(&discord.forge_submit(&anna, &channel, &form, &FORM).await).await;
        assert!(said(&refused).contains(refusal), "{}", said(&refused));
        assert!(refused.message().files()[0].text().contains(FORM[0].1), "what was typed is given back");
        let preview = discord.response(&discord.submit(&opened, &FORM).await).await;
        let publish = preview.message().button("Publish");
        let refused = discord.response(&discord.forge_click_on(&anna, preview.message(), &publish).await).await;
        assert!(said(&refused).contains(refusal), "{}", said(&refused));
        let published = discord.response(&discord.click(&keeper, preview.message(), &publish).await).await;
        assert!(said(&published).contains("Saved."), "{}", said(&published));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_belongs_to_one_server_does_nothing_in_another() {
    live_two(async |discord, here, elsewhere| {
        let (mo, other) = (moderator(discord, "mo"), elsewhere.general());
        let opened = discord.slash(&mo, &here.general(), "fact add", json!({})).await;
        let form = discord.form(&opened).await.custom_id.clone();
        let preview = discord.response(&discord.submit(&opened, &FORM).await).await;
        let gone = "That draft is not there any more";
        for label in ["Publish", "Change", "Cancel"] {
            let forged = discord.forge_click(&mo, &other, &preview.message().button(label)).await;
            assert!(said(&discord.response(&forged).await).contains(gone), "{label}");
        }
        assert!(said(&discord.response(&discord.forge_submit(&mo, &other, &form, &FORM).await).await).contains(gone));
        // Another person's draft in the same server is nobody else's either.
        let eve = moderator(discord, "eve");
        let forged = discord.forge_click(&eve, &here.general(), &preview.message().button("Publish")).await;
        assert!(said(&discord.response(&forged).await).contains(gone));
        let published = discord.click(&mo, preview.message(), &preview.message().button("Publish")).await;
        let saved = discord.response(&published).await;
        assert!(said(&saved).contains("Saved."), "{}", said(&saved));
        let history = discord.forge_click(&mo, &other, &saved.message().button("History")).await;
        assert!(said(&discord.response(&history).await).contains("There is no such fact here"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_press_that_comes_again_changes_nothing_twice_and_drafts_outlive_a_restart() {
    let (discord, file) = (Discord::start(Options::default()).await, new_store());
    let (mo, channel) = (moderator(&discord, "mo"), discord.guild().general());
    let before = Running::start_on(&discord, settings(), &file);
    let opened = discord.slash(&mo, &channel, "fact add", json!({})).await;
    let preview = discord.response(&discord.submit(&opened, &FORM).await).await;
    before.stop().await.unwrap();
    discord.disconnected().await;
    let after = Running::start_on(&discord, settings(), &file);
    discord.connected(0).await;
    let press = discord.click(&mo, preview.message(), &preview.message().button("Publish")).await;
    assert!(said(&discord.response(&press).await).contains("Saved."));
    discord.replay_interaction(&press);
    discord.quiet(Duration::from_millis(200)).await;
    assert!(ask(&discord, &channel, ASKS_FOR_IT).await.text().contains(IS_TOLD));
    after.stop().await.unwrap();
    discord.disconnected().await;
    // The ledger is gone, the history is not: the same interaction is known there.
    let third = Running::start_on(&discord, settings(), &file);
    discord.connected(0).await;
    discord.replay_interaction(&press);
    assert!(ask(&discord, &channel, ASKS_FOR_IT).await.text().contains(IS_TOLD), "what was saved is answered after a restart");
    let history = slash(&discord, &mo, &channel, "fact history", json!({"id": "zarbakht-lighthouse-closed-visitors-3"})).await;
    assert!(!history.contains("r2"), "{history}");
    third.stop().await.unwrap();
    discord.take_violations();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_locked_is_said_plainly_and_questions_are_answered_meanwhile() {
    let file = new_store();
    live_on(Options::default(), &file, async |discord| {
        let (mo, channel) = (moderator(discord, "mo"), discord.guild().general());
        discord.connected(0).await;
        let mut locking = sqlx::SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
        sqlx::query("BEGIN EXCLUSIVE").execute(&mut locking).await.unwrap();
        let refused = slash(discord, &mo, &channel, "fact add", json!({})).await;
        assert!(refused.contains("takes too long just now"), "{refused}");
        let answer = ask(discord, &channel, ANSWERED).await;
        assert!(answer.text().contains(ITS_ANSWER), "{}", answer.text());
        sqlx::query("ROLLBACK").execute(&mut locking).await.unwrap();
        assert!(add(discord, &mo, &channel).await.contains("Saved."));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn near_and_contradicting_facts_are_shown_before_publishing_and_can_be_marked() {
    live(async |discord| {
        let (mo, channel) = (moderator(discord, "mo"), discord.guild().general());
        add(discord, &mo, &channel).await;
        let opened = discord.slash(&mo, &channel, "fact add", json!({})).await;
        let other = "The Zarbakht lighthouse was closed to visitors on 5 March 2022, a keeper said.";
        let typed = [("claim", other), ("date", "2022-03-05"), ("sources", "https://keeper.example/a")];
        let preview = discord.response(&discord.submit(&opened, &typed).await).await;
        assert!(said(&preview).contains("It may contradict"), "{}", said(&preview));
        let marked = discord
            .click(&mo, preview.message(), &preview.message().button("Mark as disagreeing with zarbakht-lighthouse-closed-visitors-3"))
            .await;
        let marked = discord.response(&marked).await;
        assert!(said(&marked).contains("Sources disagree"), "{}", said(&marked));
        discord.response(&discord.click(&mo, marked.message(), &marked.message().button("Publish")).await).await;
        let answer = ask(discord, &channel, ASKS_FOR_IT).await.text();
        assert!(answer.contains("Sources disagree") && answer.contains("3 March") && answer.contains("5 March"), "{answer}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sources_may_be_bound_to_hosts_and_known_ones_are_recognised() {
    live(async |discord| {
        let (mo, channel) = (moderator(discord, "mo"), discord.guild().general());
        let boss = discord.user("boss").with_permissions(MANAGES);
        let shown = slash(discord, &boss, &channel, "settings set", json!({"sources_from": "dawn.com, https://www.BBC.com/"})).await;
        assert!(shown.contains("dawn.com, bbc.com"), "{shown}");
        let refused = slash(discord, &boss, &channel, "settings set", json!({"sources_from": "dawn.com/news"})).await;
        assert!(refused.contains("Nothing was changed") && refused.contains("is no host"), "{refused}");
        let opened = discord.slash(&mo, &channel, "fact add", json!({})).await;
        let refused = discord.response(&discord.submit(&opened, &FORM).await).await;
        assert!(said(&refused).contains("www.port.example is not among them"), "{}", said(&refused));
        let explained = slash(discord, &mo, &channel, "explain", json!({"question": ANSWERED})).await;
        assert!(explained.contains(ITS_FACT) && explained.contains("Read as English"), "{explained}");
    })
    .await;
}

/// Runs a test in two servers.
pub(crate) async fn live_two(test: impl AsyncFnOnce(&Discord, Guild, Guild)) {
    let options = Options { guilds: 2, ..Options::default() };
    crate::bot::live_with(options, settings(), async |discord| test(discord, discord.guild_at(0), discord.guild_at(1)).await).await;
}

/// The interaction of a press on a label.
pub(crate) async fn press(discord: &Discord, who: &User, message: &Message, label: &str) -> Interaction {
    discord.click(who, message, &message.button(label)).await
}
