use std::sync::OnceLock;

use proptest::prelude::*;

use super::typed::opens_nearly;
use super::*;
use crate::base::{self, Origin};
use crate::fact::check;
use crate::fact::draft::{Draft, EntityDraft, FactDraft, SourceDraft};
use crate::lexicon::{Lexicon, Wanted};

struct Known {
    base: Base,
    index: Index,
    completer: Completer,
}

impl Known {
    fn of(base: Base, lexicon: Lexicon, vectors: bool) -> Self {
        let index = Index::build(&base, lexicon, vectors.then(base::embedded_vectors).flatten());
        let completer = Completer::build(&base, &index);
        Self { base, index, completer }
    }

    fn complete(&self, typed: &str, limit: usize) -> Vec<Completion> {
        self.completer.complete(&self.base, &self.index, typed, limit)
    }

    fn texts(&self, typed: &str, limit: usize) -> Vec<String> {
        self.complete(typed, limit).into_iter().map(|c| c.text).collect()
    }
}

fn shipped() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let loaded = base::load(&Origin::Embedded, |_| ()).expect("the facts built in are whole");
        Known::of(loaded.base, loaded.lexicon, true)
    })
}

/// Topic, title, claim and question forms.
type Row = (&'static str, Option<&'static str>, &'static str, &'static [&'static str]);

fn made(rows: &[Row]) -> Known {
    let fact = |(at, (topic, title, claim, forms)): (usize, &Row)| FactDraft {
        id: format!("f{at}"),
        claim: (*claim).to_owned(),
        title: title.map(str::to_owned),
        topics: vec![(*topic).to_owned()],
        questions: forms.iter().map(|f| (*f).to_owned()).collect(),
        sources: vec!["s".to_owned()],
        ..FactDraft::default()
    };
    let source = SourceDraft { id: "s".to_owned(), title: "A paper".to_owned(), ..SourceDraft::default() };
    let entity = EntityDraft {
        id: "orwa".to_owned(),
        name: "Orwa Belzen".to_owned(),
        kind: "person".to_owned(),
        aliases: vec!["Captain Belzen".to_owned()],
        sources: vec!["s".to_owned()],
        ..EntityDraft::default()
    };
    let draft = Draft { facts: rows.iter().enumerate().map(fact).collect(), sources: vec![source], entities: vec![entity] };
    let (base, _) = check::assemble(&draft).expect("the rows are whole");
    let mut lexicon = Lexicon::default();
    for word in ["the", "did", "was", "of"] {
        lexicon.stop.insert(word.into());
    }
    for (word, wanted) in [("who", Wanted::Who), ("when", Wanted::When), ("where", Wanted::Where), ("how many", Wanted::HowMany)] {
        let words: Vec<String> = word.split(' ').map(str::to_owned).collect();
        lexicon.asks.add(&words, wanted);
    }
    for word in ["truce", "ceasefire"] {
        lexicon.english.add(&[word.to_owned()], "ceasefire".into());
    }
    Known::of(base, lexicon, false)
}

fn small() -> Known {
    made(&[
        ("sea", None, "Orwa Belzen sank the Petrel in 1902.", &["Who sank the Petrel?", "When was the Petrel sunk?", "petrel sunk year"]),
        ("sea", None, "The Petrel carried forty lanterns.", &["How many lanterns did the Petrel carry?", "What did the Petrel carry?"]),
        ("war", None, "The ceasefire began in spring.", &["When did the ceasefire begin?", "Was there a ceasefire in spring?"]),
        (
            "war",
            None,
            "The bridge at Nolm fell in winter.",
            &["When did the bridge at Nolm fall?", "Did the bridge at Nolm fall in winter?"],
        ),
        ("sea", None, "Orwa Belzen was born in Nolm.", &["Where was Orwa Belzen born?", "Which town is Orwa Belzen from?"]),
    ])
}

#[test]
fn a_beginning_leads_to_what_may_be_meant() {
    let known = small();
    for (typed, first) in [
        ("when did the cea", "When did the ceasefire begin?"),
        ("when did the", "When did the ceasefire begin?"),
        ("WHEN DID THE CEASEFIRE", "When did the ceasefire begin?"),
        ("when did the ceas fi", "When did the ceasefire begin?"),
        ("ceasfire", "When did the ceasefire begin?"),
        ("cesef", "When did the ceasefire begin?"),
        ("truce ", "When did the ceasefire begin?"),
        ("who sank", "Who sank the Petrel?"),
        ("lant", "How many lanterns did the Petrel carry?"),
        ("nolm bri", "When did the bridge at Nolm fall?"),
        ("where was orwa b", "Where was Orwa Belzen born?"),
        ("belz", "Orwa Belzen"),
        ("belsen ", "Orwa Belzen"),
        ("captain", "Orwa Belzen"),
    ] {
        assert_eq!(known.texts(typed, 3).first().map(String::as_str), Some(first), "{typed}");
    }
}

#[test]
fn what_nothing_is_known_of_leads_to_nothing() {
    for typed in ["xylophone", "when did the xylophone", "zq", "12345", "🫠 qqq"] {
        assert_eq!(small().texts(typed, 5), Vec::<String>::new(), "{typed}");
    }
    for typed in ["banana", "who won the cricket world cup", "asdf qwer", "best pizza in town"] {
        assert_eq!(shipped().texts(typed, 5), Vec::<String>::new(), "{typed}");
    }
}

#[test]
fn without_words_one_question_of_each_topic_comes_first() {
    let known = small();
    let expected = ["Who sank the Petrel?", "When did the ceasefire begin?", "How many lanterns did the Petrel carry?"];
    for typed in ["", "  ", "?!"] {
        assert_eq!(known.texts(typed, 3), expected, "{typed:?}");
    }
    assert_eq!(known.texts("", 100).len(), 5);
    assert_eq!(known.complete("who", 0), Vec::new());
}

#[test]
fn a_name_is_followed_by_what_can_be_asked_about_it() {
    let known = small();
    let found = known.complete("orwa", 3);
    assert_eq!(found.first().map(|c| c.of), Some(Completed::Entity(EntityIx(0))));
    assert!(found.iter().skip(1).all(|c| c.text.contains("Orwa")), "{found:?}");
    assert_eq!(found.len(), 2);
}

#[test]
fn facts_without_forms_offer_titles_and_beginnings() {
    let long =
        "The harbour of Nolm was dug by hand over eleven winters, and nobody who began the digging lived to see the first ship come in.";
    let known = made(&[("", Some("Normans"), "They came from the north.", &[]), ("", None, long, &[])]);
    assert_eq!(known.texts("norm", 1), ["Normans"]);
    assert_eq!(known.texts("from the north", 1), ["They came from the north."]);
    let cut = known.texts("harbour of no", 3);
    assert!(cut.len() == 1 && cut[0].starts_with("The harbour of Nolm was dug") && cut[0].ends_with('…'), "{cut:?}");
    // What stands behind the cut is met by its meaning, not letter by letter.
    assert_eq!(known.texts("ship ", 1), cut);
    assert_eq!(known.texts("shi", 1), Vec::<String>::new());
}

#[test]
fn the_facts_built_in_are_found_as_people_type() {
    for (typed, among_first, expected) in [
        ("when did the cea", 3, "When did the ceasefire"),
        ("when did the ceas fire", 3, "When did the ceasefire"),
        ("cesef", 6, "ceasefire"),
        ("wen did ttp call off the cesefire", 1, "ttp call off the ceasefire"),
        ("noor w", 1, "Noor Wali Mehsud"),
        ("khurasani", 2, "Mohammad Khorasani"),
        ("Khurassani ", 4, "Omar Khalid Khorasani"),
        ("نور", 1, "Noor Wali Mehsud"),
        ("نور", 2, "نور ولی محسود"),
        ("ttp", 1, "Tehrik-i-Taliban Pakistan"),
        ("tehrik", 5, "TTP"),
        ("how many pris", 1, "How many prisoners"),
        ("truce", 6, "ceasefire"),
        ("jang bandi kab ", 1, "jang bandi kab"),
        ("what are the ttp's demands", 1, "What were the TTP's demands"),
        ("gov talks", 3, "government"),
    ] {
        let found = shipped().texts(typed, among_first);
        assert!(found.iter().any(|text| text.contains(expected)), "{typed}: {found:?}");
    }
}

#[test]
fn beginnings_may_hold_one_slip() {
    for (typed, word, expected) in [
        ("cesef", "ceasefire", true),
        ("ceasf", "ceasefire", true),
        ("caesef", "ceasefire", true),
        ("ceeasef", "ceasefire", true),
        ("ceaxef", "ceasefire", true),
        ("ecase", "ceasefire", true),
        ("xease", "ceasefire", false),
        ("cesif", "ceasefire", false),
        ("جنگغ", "جنگ", true),
    ] {
        assert_eq!(opens_nearly(typed, word), expected, "{typed} {word}");
    }
}

/// What must hold of completions whatever was typed.
fn check_laws(found: &[Completion], limit: usize) {
    assert!(found.len() <= limit);
    for (at, one) in found.iter().enumerate() {
        assert!(!one.text.is_empty() && one.text.chars().count() <= LONGEST, "{one:?}");
        assert!(found.iter().skip(at + 1).all(|other| other.of != one.of && other.text != one.text), "{one:?} comes again");
    }
}

#[test]
fn only_the_beginning_of_a_long_text_is_read() {
    let tail = format!("{:<READ$}", "who sank the petrel");
    assert_eq!(small().texts(&format!("{tail}xylophone"), 3), small().texts("who sank the petrel ", 3));
    let many = "the petrel ".repeat(2_000);
    check_laws(&shipped().complete(&many, 25), 25);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_completed_within_the_limits(typed in "\\PC{0,250}", limit in 0usize..30) {
        check_laws(&shipped().complete(&typed, limit), limit);
    }

    #[test]
    fn words_of_the_base_with_slips_are_completed_within_the_limits(
        typed in "((when|did|the|cease|ceasefire|noor|wali|ttp|jang|جنگ|khorasani|[a-z]{1,4}|[0-9]{1,4})[ ,?'-]{0,2}){0,40}",
        limit in 0usize..30,
    ) {
        check_laws(&shipped().complete(&typed, limit), limit);
    }
}
