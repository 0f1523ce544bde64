//! What moderators are shown: what changed, what was asked in vain, what stands beside a new claim.

use proptest::prelude::*;
use sanad::answer::candidates::Scratch;
use sanad::curation::asked::clusters;
use sanad::curation::diff::{Run, changes};
use sanad::curation::neighbours::{Relation, neighbours};
use sanad::curation::review::Unanswered;
use sanad::curation::{Record, State};

use crate::kept::{self, BUILT_IN, fact};

/// The words of both sides of a change.
fn sides(runs: &[Run]) -> (String, String) {
    let (mut before, mut after) = (String::new(), String::new());
    for run in runs {
        match run {
            Run::Stays(words) => {
                before.push_str(words);
                after.push_str(words);
            }
            Run::Goes(words) => before.push_str(words),
            Run::Comes(words) => after.push_str(words),
        }
    }
    (before, after)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["([abc]{1,2} ?){0,12}", "\\PC{0,30}"]
}

fn written() -> impl Strategy<Value = Record> {
    (text(), prop::collection::vec(text(), 0..4), prop::collection::vec("[a-c]", 0..3), prop::option::of(text()))
        .prop_map(|(claim, questions, topics, title)| Record { questions, topics, title, ..kept::record(&claim) })
}

/// The parts of a record that a test writes.
fn parts(record: &Record) -> [(&'static str, String); 4] {
    [
        ("claim", record.text.clone()),
        ("questions", record.questions.join("\n")),
        ("topics", record.topics.join(", ")),
        ("title", record.title.clone().unwrap_or_default()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn runs_put_together_are_what_was_and_what_is(before in prop::option::of(written()), after in written()) {
        let changed = changes(before.clone().map(State::Published).as_ref(), &State::Retracted(after.clone()));
        let was = before.as_ref().map(parts);
        for (at, (part, is)) in parts(&after).into_iter().enumerate() {
            let was = was.as_ref().map(|was| was[at].1.clone()).unwrap_or_default();
            let Some(change) = changed.iter().find(|change| change.part == part) else {
                prop_assert_eq!(was, is, "{} changed and is not named", part);
                continue;
            };
            prop_assert_ne!(&was, &is, "{} is named and did not change", part);
            prop_assert_eq!(sides(&change.runs), (was, is));
            let is_apart = |pair: &[Run]| std::mem::discriminant(&pair[0]) != std::mem::discriminant(&pair[1]);
            prop_assert!(change.runs.windows(2).all(is_apart), "{:?}", change.runs);
        }
        if before.is_some() {
            prop_assert!(changed.iter().all(|change| parts(&after).iter().any(|(part, _)| *part == change.part)), "{:?}", changed);
        }
    }
}

fn asked(text: &str, times: u32, last: u64) -> Unanswered {
    Unanswered { text: text.to_owned(), times, last }
}

#[test]
fn questions_that_ask_the_same_stand_together() {
    let groups: [&[&str]; 8] = [
        &["who mediated the november 2021 ceasefire?", "Who mediated the November 2021 truce", "who mediatd the novmber 2021 ceasefire"],
        &["what colour is the moon over zarbakht?", "what colour is the moon over zarbakht", "the moon over Zarbakht: what colour?"],
        &["which shoes does the goalkeeper wear?", "What shoes is the goalkeeper wearing"],
        &["how many prisoners did pakistan release?", "number of prisoners released by Pakistan"],
        &["where does noor wali mehsud live?", "noor wali mehsood lives where"],
        &["hello", "Hello!"],
        &["what is it?", "what is it"],
        &["جرگہ میں کتنے ارکان تھے؟", "جرگه میں کتنے ارکان تھے"],
    ];
    for (a, group) in groups.iter().enumerate() {
        for text in *group {
            let found = clusters(&BUILT_IN, vec![asked(group[0], 2, 1), asked(text, 1, 2)]);
            let together = if *text == group[0] { 1 } else { found.len() };
            assert_eq!(together, 1, "{text} beside {}", group[0]);
            for other in &groups[a + 1..] {
                let found = clusters(&BUILT_IN, vec![asked(text, 2, 1), asked(other[0], 1, 2)]);
                assert_eq!(found.len(), 2, "{text} is not {}", other[0]);
            }
        }
    }
    let all: Vec<Unanswered> = groups.iter().flat_map(|group| group.iter()).map(|text| asked(text, 1, 1)).collect();
    assert_eq!(clusters(&BUILT_IN, all).len(), groups.len());
}

#[test]
fn one_word_said_again_and_again_is_not_alike_to_all_that_hold_it() {
    let found = clusters(
        &BUILT_IN,
        vec![asked("zarbakht zarbakht zarbakht zarbakht", 9, 1), asked("what colour is the moon over zarbakht?", 1, 2)],
    );
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn the_most_asked_come_first_of_those_the_newest() {
    let found = clusters(
        &BUILT_IN,
        vec![
            asked("which shoes does the goalkeeper wear?", 3, 50),
            asked("what colour is the moon over zarbakht?", 2, 10),
            asked("what colour is the moon over zarbakht", 2, 90),
            asked("who baked the bread?", 3, 60),
        ],
    );
    let shown: Vec<(&str, usize, u32, u64)> =
        found.iter().map(|cluster| (cluster.texts[0].as_str(), cluster.texts.len(), cluster.times, cluster.last)).collect();
    assert_eq!(
        shown,
        [
            ("what colour is the moon over zarbakht", 2, 4, 90),
            ("who baked the bread?", 1, 3, 60),
            ("which shoes does the goalkeeper wear?", 1, 3, 50),
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_question_stands_in_one_cluster(
        questions in prop::collection::btree_map("(who|when|how many) (truce|jirga|moon|zarb|ceasefire) ?\\PC{0,6}", (1..100u32, 0..100u64), 0..20),
    ) {
        let asked: Vec<Unanswered> = questions.iter().map(|(text, (times, last))| asked(text, *times, *last)).collect();
        let found = clusters(&BUILT_IN, asked);
        let mut texts: Vec<&String> = found.iter().flat_map(|cluster| &cluster.texts).collect();
        texts.sort_unstable();
        prop_assert_eq!(texts, questions.keys().collect::<Vec<_>>());
        for cluster in &found {
            let of = cluster.texts.iter().map(|text| questions[text]);
            prop_assert_eq!(cluster.times, of.clone().map(|(times, _)| times).sum::<u32>());
            prop_assert_eq!(Some(cluster.last), of.clone().map(|(_, last)| last).max());
            prop_assert!(cluster.texts.windows(2).all(|pair| questions[&pair[0]].0 >= questions[&pair[1]].0), "{:?}", cluster);
        }
        prop_assert!(found.windows(2).all(|pair| (pair[0].times, pair[0].last) >= (pair[1].times, pair[1].last)), "{:?}", found);
    }
}

/// How a fact stands to a claim, if it is shown beside it.
fn beside(claim: &str, id: &str) -> Option<Relation> {
    let found = neighbours(&BUILT_IN, claim, None, &mut Scratch::default());
    assert!(found.len() <= 5 && found.windows(2).all(|pair| pair[0].relation >= pair[1].relation), "contradictions come first");
    let at = BUILT_IN.base.find(id).unwrap();
    found.iter().find(|neighbour| neighbour.fact == at).map(|neighbour| neighbour.relation)
}

#[test]
fn another_number_or_date_contradicts_and_other_words_say_the_same() {
    let rows = [
        (
            "nov28-end",
            "28 November 2022",
            "27 November 2022",
            "The TTP publicly called off the ceasefire agreed in June on Monday, 28 November 2022.",
        ),
        (
            "khar-kabul",
            "29 November 2022",
            "2 December 2022",
            "Hina Rabbani Khar, minister of state, held talks with Amir Khan Muttaqi in Kabul on 29 November 2022, one day after the truce ended.",
        ),
        ("ttp-93-attacks", "93 attacks", "39 attacks", "The TTP claimed 93 attacks from August to October 2021, AFP reported."),
        (
            "ttp-54-april",
            "54 operations",
            "45 operations",
            "In April 2022 the TTP claimed 54 operations, its highest monthly claim before the truce.",
        ),
        (
            "lakki-16nov",
            "Six policemen",
            "Nine policemen",
            "On 16 November 2022 six policemen were killed in Lakki Marwat in an attack claimed by the TTP.",
        ),
        (
            "bannu-25",
            "25 militants",
            "35 militants",
            "25 militants were killed in retaking the Bannu compound on 20 December 2022, the military spokesman said.",
        ),
        (
            "swat-2008-15-points",
            "15-point",
            "22-point",
            "Dawn, Reuters and the Guardian count the Swat agreement of 21 May 2008 as a pact of 15 points.",
        ),
        ("jirga-left-1june", "1 June 2022", "5 June 2022", "On Wednesday 1 June 2022 the grand tribal jirga travelled to Kabul."),
        (
            "fata-merger-kp-vote",
            "92 votes",
            "87 votes",
            "The FATA merger bill was passed by the Khyber Pakhtunkhwa Assembly on 27 May 2018 by 92 votes to 7.",
        ),
        (
            "zarb-e-azb-2014",
            "15 June 2014",
            "20 July 2014",
            "On 15 June 2014 Pakistan's army launched Operation Zarb-e-Azb in North Waziristan, after which fighters of the TTP fled to Afghanistan.",
        ),
        (
            "seed-jirga-57",
            "57 members",
            "47 members",
            "Wikipedia's article on the talks puts the negotiating jirga of tribal elders at 57 members in June 2022.",
        ),
        (
            "truce-to-15may",
            "15 May 2022",
            "25 May 2022",
            "By an order of the TTP leadership the Eid truce was prolonged by five days, to 15 May 2022.",
        ),
    ];
    for (id, said, other, same) in rows {
        let claim = BUILT_IN.base.fact(BUILT_IN.base.find(id).unwrap()).claim.to_string();
        assert!(claim.contains(said), "{id}: {claim}");
        assert_eq!(beside(&claim.replace(said, other), id), Some(Relation::Differs), "{id} with {other}");
        assert_eq!(beside(same, id), Some(Relation::Alike), "{id} in other words");
    }
}

#[test]
fn a_shipped_claim_typed_again_is_alike_to_itself() {
    for (_, fact) in BUILT_IN.base.indexed() {
        assert_eq!(beside(&fact.claim, fact.id.as_str()), Some(Relation::Alike), "{}: {}", fact.id, fact.claim);
    }
}

#[test]
fn what_speaks_of_something_else_has_nothing_beside_it_and_a_fact_not_itself() {
    for claim in [
        "The Zarbakht lighthouse was closed to visitors on 3 March 2022, the port authority said.",
        "A bakery in Lisbon sold 400 loaves of bread on 28 November 2022.",
        "The goalkeeper of the village team wore green shoes all summer.",
        "Photosynthesis turns carbon dioxide and water into sugar.",
        "بندرگاہ ۳ مارچ ۲۰۲۲ کو بند کر دی گئی۔",
    ] {
        let found = neighbours(&BUILT_IN, claim, None, &mut Scratch::default());
        let named: Vec<&str> = found.iter().map(|neighbour| BUILT_IN.base.fact(neighbour.fact).id.as_str()).collect();
        assert!(named.is_empty(), "{claim}: {named:?}");
    }
    let own = fact("nov28-end");
    let claim = &BUILT_IN.base.fact(BUILT_IN.base.find(own.as_str()).unwrap()).claim;
    let found = neighbours(&BUILT_IN, claim, Some(&own), &mut Scratch::default());
    assert!(found.iter().all(|neighbour| BUILT_IN.base.fact(neighbour.fact).id != own));
}
