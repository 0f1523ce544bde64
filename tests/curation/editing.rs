//! Forms that are opened filled with what a fact says, and sent again.

use std::collections::BTreeMap;

use proptest::option;
use proptest::prelude::*;
use sanad::curation::form::Typed;
use sanad::curation::{Record, SourceRecord, Sourced};
use sanad::fact::Standing;

use crate::form::good;
use crate::kept::{self, BUILT_IN};

fn shipped(id: &str) -> Record {
    Record::of(&BUILT_IN.base, BUILT_IN.base.find(id).unwrap())
}

fn read(typed: &Typed, before: Option<&Record>) -> Record {
    typed.read(&BUILT_IN, before, &[]).unwrap_or_else(|problems| panic!("{problems:?} in {typed:#?}"))
}

/// A line of the field for sources.
fn line() -> impl Strategy<Value = String> {
    let known =
        prop_oneof![Just("911plus-rashid"), Just("bol-hard-pill"), Just("http://www.brecorder.com/news/40196294/return-of-ttp-militants/")];
    let address = ("https?://(www\\.)?[a-z]{1,8}\\.example", option::of("/\\PC{0,12}"), option::of("\\?[a-z]{1,3}=\\PC{0,8}(&utm_x=1)?"));
    let address = address.prop_map(|(host, path, query)| format!("{host}{}{}", path.unwrap_or_default(), query.unwrap_or_default()));
    let new = (address, option::of("\\PC{0,12}"), option::of("\\PC{0,12}"), option::of("20[0-2][0-9](-0[1-9])?[~?]?"));
    let new = new.prop_map(|(address, publisher, title, date)| {
        let parts = [publisher, title, date].map(|part| part.unwrap_or_default().replace('|', "/"));
        format!("{} | {}", address.replace('|', "/"), parts.join(" | "))
    });
    prop_oneof![1 => known.prop_map(str::to_owned), 3 => new]
}

fn typed() -> impl Strategy<Value = Typed> {
    let lines = |lines: Vec<String>| lines.join("\n");
    (
        "The port said \\PC{1,20} \\PC{0,60}",
        prop_oneof![Just(String::new()), "20[0-2][0-9](-0[1-9](-[12][0-8])?)?[~?]?"],
        prop::collection::vec(line(), 1..4).prop_map(lines),
        prop::collection::vec("\\PC{0,20}", 0..5).prop_map(|topics| topics.join(", ")),
        prop::collection::vec("\\PC{0,30}", 0..5).prop_map(lines),
    )
        .prop_map(|(claim, date, sources, topics, questions)| Typed { claim, date, sources, topics, questions })
}

/// A fact as an import brings it: its sources are named and described by somebody else.
fn imported() -> impl Strategy<Value = Record> {
    let source = (
        prop_oneof!["web-[0-9a-f]{4}", "[a-z]{1,6}(\\|[a-z])?"],
        option::of("\\PC{0,12}"),
        "\\PC{0,12}(\n\\PC{1,6})?",
        option::of("https?://[a-z]{1,8}\\.example/[a-z|]{0,8}"),
        option::of("20[0-2][0-9]"),
    );
    let source = source.prop_map(|(id, publisher, title, url, published)| {
        let published = published.map(|date| date.parse().unwrap());
        SourceRecord { id, publisher, title, url, published }
    });
    let sources = prop::collection::vec(source, 1..4).prop_map(|mut sources| {
        let mut seen = Vec::new();
        sources.retain(|source| !seen.contains(&source.id) && (seen.push(source.id.clone()), true).1);
        Sourced::new(sources).unwrap()
    });
    let standing = prop_oneof![Just(Standing::WellSourced), Just(Standing::SingleSource), Just(Standing::Disputed)];
    (sources, standing, option::of("\\PC{1,12}"), prop::collection::vec("[A-Z][a-z]{3,9}bakht", 0..3)).prop_map(
        |(sources, standing, title, people)| Record {
            sources,
            standing,
            title,
            people,
            conflicts: vec!["nov28-end".to_owned()],
            short: BTreeMap::from([("who".to_owned(), "The port authority".to_owned())]),
            ..kept::record("The port authority of Zarbakht closed the lighthouse.")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_read_and_is_written_again_reads_as_the_same(typed in typed()) {
        let record = typed.read(&BUILT_IN, None, &[]);
        prop_assume!(record.is_ok());
        let record = record.unwrap();
        let again = Typed::of(&record);
        prop_assert_eq!(&read(&again, None), &record, "as a new fact, from {:#?}", again);
        prop_assert_eq!(&read(&again, Some(&record)), &record, "as the same fact, from {:#?}", again);
    }

    #[test]
    fn a_form_that_is_sent_as_it_was_opened_changes_nothing(record in imported()) {
        // Hosts that were not bound when the fact was written.
        let hosts = ["dawn.com".to_owned()];
        let form = Typed::of(&record);
        prop_assert_eq!(form.read(&BUILT_IN, Some(&record), &hosts), Ok(record), "from {:#?}", form);
    }
}

#[test]
fn a_shipped_fact_opened_and_sent_again_is_the_same() {
    let mut differ = Vec::new();
    for (at, fact) in BUILT_IN.base.indexed() {
        let record = Record::of(&BUILT_IN.base, at);
        let again = read(&Typed::of(&record), Some(&record));
        if again != record {
            // Names that the claim holds and nobody wrote down are added; nothing else.
            let known = |names: &Vec<String>, before: &Vec<String>| before.iter().all(|name| names.contains(name));
            assert!(known(&again.people, &record.people) && known(&again.places, &record.places), "{}", fact.id);
            assert!(known(&again.organisations, &record.organisations), "{}", fact.id);
            let Record { people, places, organisations, .. } = record.clone();
            assert_eq!(Record { people, places, organisations, ..again }, record, "{}", fact.id);
            differ.push(fact.id.as_str().to_owned());
        }
    }
    println!("{} of {} gain names: {differ:?}", differ.len(), BUILT_IN.base.fact_count());
}

#[test]
fn what_the_form_does_not_show_stays_and_what_the_claim_no_longer_says_goes() {
    let before = Record {
        title: Some("A visit".to_owned()),
        conflicts: vec!["nov28-end".to_owned()],
        standing: Standing::Disputed,
        ..shipped("khar-kabul")
    };
    assert_eq!(before.people, ["Hina Rabbani Khar", "Amir Khan Muttaqi"]);
    let claim = before.text.replace("Amir Khan Muttaqi", "Noor Wali Mehsud").replace("on 29 November 2022", "on 28 November 2022");
    let typed = Typed { claim, ..Typed::of(&before) };
    let after = read(&typed, Some(&before));
    assert_eq!(after.people, ["Hina Rabbani Khar", "Noor Wali Mehsud"], "who is named no more goes, who is named now comes");
    assert_eq!(after.organisations, before.organisations, "who was never named, and yet stood there, stays");
    assert_eq!((&after.title, &after.conflicts, after.standing), (&before.title, &before.conflicts, before.standing));
    let kept: Vec<(&str, &str)> = after.short.iter().map(|(kind, words)| (kind.as_str(), words.as_str())).collect();
    assert_eq!(kept, [("where", "Kabul"), ("who", "Minister of state Hina Rabbani Khar")], "short answers are words of the claim");
    assert_eq!((&after.sources, &after.questions, &after.topics), (&before.sources, &before.questions, &before.topics));
}

#[test]
fn a_new_fact_names_who_its_claim_names_and_is_as_well_sourced_as_it_is() {
    let claim = "Noor Wali Mehsud of the TTP received Hina Rabbani Khar in Kabul in 2022.".to_owned();
    let one = read(&Typed { claim: claim.clone(), ..good() }, None);
    assert_eq!(
        (one.people.len(), one.places.as_slice(), one.standing),
        (2, ["Kabul".to_owned()].as_slice(), Standing::SingleSource),
        "{one:?}"
    );
    let sources = "https://a.example/1 | The Port\nhttps://b.example/2 | the port".to_owned();
    assert_eq!(read(&Typed { claim: claim.clone(), sources, ..good() }, None).standing, Standing::SingleSource, "one publisher twice");
    let sources = "https://a.example/1\nhttps://b.example/2".to_owned();
    assert_eq!(read(&Typed { claim, sources, ..good() }, None).standing, Standing::WellSourced);
}
