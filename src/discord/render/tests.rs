use std::fmt::Write as _;
use std::sync::LazyLock;

use super::*;
use crate::answer::model::Model;
use crate::app::App;
use crate::base::{self, Origin};
use crate::discord::reply::Row;
use crate::knowledge::Knowledge;

/// The shipped facts with the shipped weights.
static APP: LazyLock<App> = LazyLock::new(|| {
    let loaded = base::load(&Origin::Embedded, |_| ()).unwrap();
    let model = Model::read(&base::embedded_model(), &mut Vec::new()).unwrap();
    App::new(Knowledge::new(loaded.base, loaded.lexicon, base::embedded_vectors(), model))
});

/// A reply as a reader sees it: text, footer, buttons by row.
fn shown(reply: &Reply) -> String {
    let mut out = String::new();
    if reply.seen_by == SeenBy::Asker {
        out.push_str("(only for who asked)\n");
    }
    out.push_str(reply.text());
    if let Some(below) = reply.below() {
        let _ = write!(out, "\n-- {below}");
    }
    for row in reply.rows() {
        let labels: Vec<&str> = match row {
            Row::Buttons(buttons) => buttons.iter().map(|button| button.label.as_str()).collect(),
            Row::Menu(menu) => menu.options.iter().map(|option| option.label.as_str()).collect(),
        };
        let _ = write!(out, "\n[{}]", labels.join("] ["));
    }
    out
}

fn asked(seen_by: SeenBy) -> Asked<'static> {
    Asked { asker: Person(42), shown: None, seen_by, found: Found::Understood }
}

fn ask(question: &str) -> String {
    shown(&reply(&APP.shipped(), &APP.ask(&APP.shipped(), question, None), asked(SeenBy::Everyone)))
}

#[test]
fn an_answer_has_its_sources_its_other_side_and_its_confidence() {
    insta::assert_snapshot!(ask("wen did ttp call off the cesefire??"), @r"
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
    -- Confidence: high · disputed
    [Sources] [Related] [Wrong?] [Delete]
    ");
}

#[test]
fn a_state_is_told_as_of_when() {
    insta::assert_snapshot!(ask("who is the prime minister of pakistan now"), @r"
    As of October 2021: Imran Khan was prime minister of Pakistan when, in October 2021, he spoke publicly about terms for the TTP.

    **Sources**
    - Wikipedia, Pakistan and Tehrik-i-Taliban Pakistan peace talks
    - TRT World, [Islamabad in talks with groups of Pakistani Taliban, PM Khan reveals](https://www.trtworld.com/article/12776262), 1 October 2021
    - The Times of India, [Pakistan govt in talks with TTP, reveals Imran Khan](http://m.timesofindia.com/world/pakistan/pakistan-govt-in-talks-with-ttp-reveals-imran-khan/articleshow/86691597.cms), 2 October 2021
    -- Confidence: high · well sourced
    [Sources] [Related] [Wrong?] [Delete]
    ");
}

#[test]
fn doubt_offers_a_choice() {
    insta::assert_snapshot!(ask("how many prisoners were released"), @r"
    I am not sure which of these you mean:
    [How many prisoners were freed in each batch in early December 2021, according…] [How many prisoners did the government promise to release, according to the TTP?] [How many TTP prisoners did officials say had been freed in November 2021?] [How many TTP prisoners were freed in mid-May 2022, according to Geo News?] [How many TTP prisoners did the Taliban free in August 2021?]
    [Tell the moderators] [Delete]
    ");
}

#[test]
fn no_answer_says_so() {
    insta::assert_snapshot!(ask("hello"), @r"
    I have no sourced answer to that; `/help` says what I know.
    [Tell the moderators] [Delete]
    ");
    insta::assert_snapshot!(ask("who won the cricket world cup"), @r"
    I am not sure which of these you mean:
    [Who was prime minister of Pakistan in October 2021?] [Who led Pakistan's delegation in the talks with the TTP?] [Who led the TTP's committee for the talks, according to Republic World?] [When did Imran Khan reveal talks with some TTP groups?] [When did the TTP announce that the ceasefire would last until 30 May?]
    [Tell the moderators] [Delete]
    ");
}

#[test]
fn a_private_answer_can_be_shared_and_shows_the_question_harmlessly() {
    let question = "@everyone **wen** did ttp call off the cesefire <@&5> [x](https://evil.example)";
    let asked = Asked { shown: Some(question), ..asked(SeenBy::Asker) };
    let text = shown(&reply(&APP.shipped(), &APP.ask(&APP.shipped(), question, None), asked));
    let first = text.lines().nth(1).unwrap();
    assert_eq!(first, "> wen did ttp call off the cesefire x ( )");
    assert!(text.starts_with("(only for who asked)") && text.ends_with("[Sources] [Related] [Wrong?] [Share]"), "{text}");
}

#[test]
fn every_fact_can_be_shown_within_the_limits() {
    let knowledge = &APP.shipped();
    for (fact, held) in knowledge.base.indexed() {
        let picked = Asked { found: Found::Picked, ..asked(SeenBy::Everyone) };
        let answer = reply(knowledge, &APP.pick(&APP.shipped(), fact), picked);
        assert!(answer.text().contains(&escape(&held.claim)), "{} is told whole", held.id);
        assert!(answer.text().contains("**Sources**\n- "), "{} names a source", held.id);
        let full = sources(knowledge, fact, &[]);
        for source in held.citations.iter() {
            let title = escape(&shorten(&knowledge.base.source(source).title, 200));
            assert!(full.text().contains(&title) || full.text().contains("no room here"), "{}", held.id);
        }
    }
}

#[test]
fn every_source_of_a_fact_stands_behind_its_button() {
    let fact = APP.shipped().base.find("quetta-30nov").unwrap();
    insta::assert_snapshot!(shown(&sources(&APP.shipped(), fact, &[])), @r"
    (only for who asked)
    A suicide bomber hit a police truck guarding polio workers near Quetta on 30 November 2022; the TTP claimed responsibility.

    **It rests on**
    - Dawn, [Policeman among four dead in suicide blast in Quetta's Baleli area: police](https://www.dawn.com/news/1723963/policeman-among-four-dead-in-suicide-blast-in-quettas-baleli-area-police), 30 November 2022
      - says: Four dead and 27 injured per health officials; TTP claim.
    - The News International, [4 killed in TTP suicide attack on Quetta police truck](https://www.thenews.com.pk/print/1015590-4-killed-in-ttp-suicide-attack-on-quetta-police-truck), 1 December 2022
      - says: Four dead, 26 injured; TTP claim.
    - Peoples Dispatch, [Tehreek-e-Taliban Pakistan carries out suicide attack in Balochistan](https://peoplesdispatch.org/2022/11/30/tehreek-e-taliban-pakistan-carries-out-suicide-attack-in-balochistan/), 30 November 2022
      - says: TTP said the Quetta bombing avenged Omar Khalid Khorasani; Munir became army chief on 29 November.
    - Business Recorder, [Rise in TTP attacks in Pakistan should be concern for Afghan Taliban as well: Rana Sanaullah](https://www.brecorder.com/news/40211969/rise-in-ttp-attacks-in-pakistan-should-be-concern-for-afghan-taliban-as-well-rana-sanaullah), 1 December 2022
      - says: Quetta suicide attack claimed by the TTP killed four and injured 30.
    ");
}

#[test]
fn a_limit_says_when_to_ask_again() {
    let reply = too_many(Whose::Person, Duration::from_millis(1_200));
    insta::assert_snapshot!(shown(&reply), @r"
    (only for who asked)
    You have asked many questions in a short time. Ask again in 2 seconds.
    ");
}

#[test]
fn the_help_says_how_to_ask_and_what_is_kept() {
    insta::assert_snapshot!(shown(&help(&APP.shipped())), @r#"
    (only for who asked)
    I answer from 392 facts that people have written down from 360 sources, and never without the source. Your own words will do, misspelt, in English, Roman Urdu or Urdu.

    **Ask**
    - `/ask` and a question; it completes as you type, and `private` shows the answer to you only
    - mention me with a question, or write to me directly
    - `/timeline` for what happened when, by date, topic and name, with a picture; "what happened in May 2022" leads there too
    - `/who` and `/source` for a name or a source, and the facts of it
    - reply to one of my answers to ask on: "when?", "and who announced it?" (leave the mention on; under an answer to a command, mention me)
    - on somebody's message: *Apps*, then *Answer with sources*

    **What you get**
    An answer with its sources, near questions to pick from, or the word that there is no sourced answer. Where sources disagree, each side is shown. Edit your question within 15 minutes and the answer follows; delete it and the answer goes.

    **What is missing or wrong**
    `/suggest` sends a new fact or a correction to this server's moderators; *Wrong?* under an answer tells them that it is wrong.

    **What is kept**
    The words of questions that had no answer, and of those that somebody reports, without anybody's name. `/privacy` says the rest.
    "#);
}

/// Facts whose every part is as long as it may be.
fn long_facts() -> App {
    let path = std::env::temp_dir().join(format!("sanad-long-{}.jsonl", std::process::id()));
    let rows: Vec<String> = (0..30)
        .map(|number| {
            // The first is longer still as it is sent: each of its signs is escaped.
            let tail = if number == 0 { "*_".repeat(5_000) } else { "was *very* long_and_deep [x](y) ".repeat(1_000) };
            let text = format!("The harbour {number} of **Atlantis** {tail}");
            let title = "Title @everyone ".repeat(500);
            let url = format!("https://example.com/{}", "(a)".repeat(120));
            serde_json::json!({"id": format!("{number}-{}", "i".repeat(90)), "text": text, "source": {"title": title, "publisher": title, "url": url}}).to_string()
        })
        .collect();
    std::fs::write(&path, rows.join("\n")).unwrap();
    let loaded = base::load(&Origin::Rows(path.clone()), |_| ()).unwrap();
    std::fs::remove_file(&path).unwrap();
    let model = Model::read(&base::embedded_model(), &mut Vec::new()).unwrap();
    App::new(Knowledge::new(loaded.base, loaded.lexicon, None, model))
}

#[test]
fn a_fact_of_any_length_is_shown_cut_and_with_its_source() {
    let app = long_facts();
    let knowledge = &app.shipped();
    for (fact, _) in knowledge.base.indexed() {
        let shown = reply(knowledge, &app.pick(knowledge, fact), asked(SeenBy::Everyone));
        assert!(shown.text().chars().count() <= crate::discord::reply::TEXT_AT_MOST);
        assert!(shown.text().contains("*(shortened)*") && shown.text().contains("**Sources**\n- Title \\@everyone"), "{}", shown.text());
        let full = sources(knowledge, fact, &[]);
        assert!(full.text().chars().count() <= crate::discord::reply::TEXT_AT_MOST && full.text().contains("**It rests on**\n- "));
        for button in shown.buttons() {
            let custom_id = button.press.custom_id();
            assert!(custom_id.chars().count() <= crate::discord::press::CUSTOM_ID_AT_MOST);
            let told = button.press.told().and_then(|key| key.find(&knowledge.base));
            assert!(told.is_none_or(|told| told == fact), "{custom_id}");
        }
        let question = "what of it ".repeat(100);
        let mut answer = app.pick(knowledge, fact);
        answer.assumed = Some("*".repeat(1_000));
        let crowded = reply(knowledge, &answer, Asked { shown: Some(&question), ..asked(SeenBy::Everyone) });
        assert!(crowded.text().contains("**Sources**\n- Title \\@everyone"), "a source has room beside all else: {}", crowded.text());
    }
    let asked_for = reply(knowledge, &app.ask(knowledge, "the harbour 7 of atlantis was very long", None), asked(SeenBy::Everyone));
    assert!(asked_for.buttons().all(|button| button.label.chars().count() <= 80));
}

/// The facts that a reply's button names the sources of.
fn told_in(reply: &Reply) -> Vec<FactIx> {
    let base = &APP.shipped().base;
    let keys = reply.buttons().find_map(|button| if let Press::Sources(told) = &button.press { Some(told.clone()) } else { None });
    keys.into_iter().flat_map(|told| told.iter().filter_map(|key| key.find(base)).collect::<Vec<_>>()).collect()
}

#[test]
fn each_fact_that_is_told_stands_with_a_source_and_its_button_names_them_all() {
    let knowledge = &APP.shipped();
    let base = &knowledge.base;
    let two = ["when did ttp call off the ceasefire? and who announced the june 2022 ceasefire for the ttp?".to_owned()];
    let forms = base.indexed().flat_map(|(_, fact)| fact.questions.iter().take(3).map(ToString::to_string)).collect::<Vec<_>>();
    let mut several = 0;
    for question in two.iter().chain(&forms) {
        let answer = APP.ask(knowledge, question, None);
        let shown = reply(knowledge, &answer, asked(SeenBy::Everyone));
        if answer.outcome != Outcome::Answer {
            continue;
        }
        let told = told_in(&shown);
        let also = shown.text().matches("\n\nAlso: ").count() + usize::from(answer.second.is_some());
        assert_eq!(told.len(), 1 + also, "{question}: {}", shown.text());
        several += usize::from(told.len() > 1);
        let full = sources(knowledge, told[0], &told[1..]);
        for fact in &told {
            let cited: Vec<String> = base.fact(*fact).citations.iter().map(|source| citation(base.source(source))).collect();
            assert!(cited.iter().any(|cited| shown.text().contains(cited)), "{question}: {}", shown.text());
            let named = |cited: &String| full.text().contains(cited) || full.text().contains("no room here");
            assert!(cited.iter().all(named), "{question}: {}", full.text());
        }
    }
    assert!(several >= 5, "there are answers of several facts: {several}");
}

#[test]
fn a_button_has_room_for_the_longest_ids() {
    let app = long_facts();
    let base = &app.shipped().base;
    let facts: Vec<FactIx> = base.served().take(3).collect();
    let custom_id = Press::Sources(ToldKeys::of(base, facts[0], &facts[1..])).custom_id();
    assert!(custom_id.chars().count() <= crate::discord::press::CUSTOM_ID_AT_MOST, "{custom_id}");
    let Some(Press::Sources(told)) = Press::read(&custom_id) else { panic!("{custom_id}") };
    assert_eq!(told.iter().filter_map(|key| key.find(base)).collect::<Vec<_>>(), facts);
}

/// How many facts a reply offers to pick from.
fn choices(reply: &Reply) -> usize {
    reply.buttons().filter(|button| button.look == Look::Choice).count()
}

#[test]
fn a_choice_is_between_two_at_least() {
    let knowledge = &APP.shipped();
    let mut doubtful = APP.ask(knowledge, "how many prisoners were released", None);
    doubtful.ranked.truncate(1);
    assert_eq!(doubtful.outcome, Outcome::Suggest);
    let shown = reply(knowledge, &doubtful, asked(SeenBy::Everyone));
    assert!((2..=OFFERED).contains(&choices(&shown)), "{}", shown.text());

    let path = std::env::temp_dir().join(format!("sanad-lone-{}.jsonl", std::process::id()));
    std::fs::write(&path, r#"{"id": "lone", "text": "The lighthouse of Pharos stood at Alexandria.", "source": {"title": "Strabo"}}"#)
        .unwrap();
    let loaded = base::load(&Origin::Rows(path.clone()), |_| ()).unwrap();
    std::fs::remove_file(&path).unwrap();
    let lone = App::new(Knowledge::new(loaded.base, loaded.lexicon, None, Model::clone(&knowledge.model)));
    let knowledge = &lone.shipped();
    let mut doubtful = lone.ask(knowledge, "the lighthouse of pharos", None);
    doubtful.outcome = Outcome::Suggest;
    let shown = reply(knowledge, &doubtful, asked(SeenBy::Everyone));
    assert!(choices(&shown) == 1 && shown.text().starts_with("I have no sourced answer to that."), "{}", shown.text());
}

#[test]
fn what_is_near_is_offered() {
    let knowledge = &APP.shipped();
    let fact = knowledge.base.find("quetta-30nov").unwrap();
    let near = related(knowledge, &APP.near(knowledge, fact), Person(42));
    insta::assert_snapshot!(shown(&near), @r"
    (only for who asked)
    Near this:
    [Why did the TTP carry out the Quetta bombing?] [How many people died in the Quetta bombing of 30 November 2022?] [What toll did early agency reports give for the Quetta bombing?] [How many policemen were killed in the Lakki Marwat attack of November 2022?] [When was the Peshawar Police Lines mosque bombed?]
    ");
    assert_eq!(shown(&related(knowledge, &[], Person(42))), "(only for who asked)\nI know of nothing near this.");
}

#[test]
fn what_was_picked_says_so() {
    let knowledge = &APP.shipped();
    let fact = knowledge.base.find("quetta-30nov").unwrap();
    let picked = Asked { found: Found::Picked, shown: Some("quetta bomb"), ..asked(SeenBy::Everyone) };
    insta::assert_snapshot!(shown(&reply(knowledge, &APP.pick(knowledge, fact), picked)), @r"
    > quetta bomb

    **30 November 2022.** A suicide bomber hit a police truck guarding polio workers near Quetta on 30 November 2022; the TTP claimed responsibility.

    **Sources**
    - Dawn, [Policeman among four dead in suicide blast in Quetta's Baleli area: police](https://www.dawn.com/news/1723963/policeman-among-four-dead-in-suicide-blast-in-quettas-baleli-area-police), 30 November 2022
    - The News International, [4 killed in TTP suicide attack on Quetta police truck](https://www.thenews.com.pk/print/1015590-4-killed-in-ttp-suicide-attack-on-quetta-police-truck), 1 December 2022
    - Peoples Dispatch, [Tehreek-e-Taliban Pakistan carries out suicide attack in Balochistan](https://peoplesdispatch.org/2022/11/30/tehreek-e-taliban-pakistan-carries-out-suicide-attack-in-balochistan/), 30 November 2022
    - and 1 more; *Sources* below names them all
    -- You picked this · well sourced
    [Sources] [Related] [Wrong?] [Delete]
    ");
}

#[test]
fn what_is_shared_shows_its_question() {
    let question = "wen did ttp call off the cesefire??";
    let shared = Asked { shown: Some(question), ..asked(SeenBy::Everyone) };
    let text = shown(&reply(&APP.shipped(), &APP.ask(&APP.shipped(), question, None), shared));
    let lines: Vec<&str> = text.lines().collect();
    insta::assert_snapshot!([lines[0], lines[1], lines[2], lines[lines.len() - 2], lines[lines.len() - 1]].join("\n"), @r"
    > wen did ttp call off the cesefire??

    On Monday 28 November 2022 the TTP publicly ended the ceasefire agreed in June.
    -- Confidence: high · disputed
    [Sources] [Related] [Wrong?] [Delete]
    ");
}

#[test]
fn what_was_said_a_moment_ago_and_what_is_withheld_are_a_line() {
    let knowledge = &APP.shipped();
    let fact = knowledge.base.find("quetta-30nov").unwrap();
    let before = answered_before(knowledge, fact, "https://discord.com/channels/1/2/3");
    insta::assert_snapshot!(shown(&before), @r"
    Answered a moment ago: https://discord.com/channels/1/2/3
    [Sources]
    ");
    assert_eq!(told_in(&before), [fact], "a reply to it is about that fact");
    insta::assert_snapshot!(shown(&withheld(7)), @"Discord does not show me your reply. Mention me in it: <@7>. Under an answer to a command that is always needed; elsewhere it is enough to leave the mention on.");
}
