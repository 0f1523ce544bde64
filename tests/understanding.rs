//! What a question is understood to be, over the facts that are built in.
//!
//! 1. The kind of answer is told by the asking word, in English, Roman Urdu and Urdu.
//! 2. Names are known by every alias and spelling, and look-alikes stay apart.
//! 3. Slips of the keyboard are read as what was meant; numbers and years are never.
//! 4. A long message is read for its question, two questions are told apart.
//! 5. A question that leans on the last answer is about its fact, and says so.
//! 6. An answer says only what claims say, and at most so much.
//! 7. A capital within a sentence tells a name; a date counts nothing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::OnceLock;

use sanad::answer::candidates::Scratch;
use sanad::answer::features::gives;
use sanad::answer::model::Model;
use sanad::answer::{Answer, Context, Outcome, answer, compose};
use sanad::base::{self, Origin};
use sanad::index::analysis::Tongue;
use sanad::knowledge::Knowledge;
use sanad::lexicon::Wanted;
use sanad::question::parts::{Parts, parts};
use sanad::question::{Class, Question};

#[expect(clippy::expect_used, reason = "a test has nothing to do without the facts built in")]
fn knowledge() -> &'static Knowledge {
    static KNOWLEDGE: OnceLock<Knowledge> = OnceLock::new();
    KNOWLEDGE.get_or_init(|| {
        let loaded = base::load(&Origin::Embedded, |_| ()).expect("the facts built in are whole");
        let model = Model::read(&base::embedded_model(), &mut Vec::new()).expect("the weights built in are whole");
        Knowledge::new(loaded.base, loaded.lexicon, base::embedded_vectors(), model)
    })
}

fn read(question: &str) -> Question {
    Question::read(&knowledge().index, question)
}

fn ask(question: &str, context: &Context) -> Answer {
    answer(knowledge(), question, context, &mut Scratch::default())
}

#[test]
fn the_asking_word_tells_the_kind_of_answer() {
    for (question, tongue, wanted) in [
        ("who led the delegation", Tongue::English, Wanted::Who),
        ("In which month did it begin?", Tongue::English, Wanted::When),
        ("what was the headcount of the jirga", Tongue::English, Wanted::HowMany),
        ("how may members did it have", Tongue::English, Wanted::HowMany),
        ("how lnog did it last", Tongue::English, Wanted::HowLong),
        ("hwo was he killed", Tongue::English, Wanted::How),
        ("did the TTP end it?", Tongue::English, Wanted::YesNo),
        ("do you know when it ended", Tongue::English, Wanted::When),
        ("wen did it end", Tongue::English, Wanted::When),
        ("wat was it", Tongue::English, Wanted::What),
        ("jirga members", Tongue::English, Wanted::Anything),
        ("jang bandi kab khatam hui", Tongue::RomanUrdu, Wanted::When),
        ("salisi kis ne ki thi", Tongue::RomanUrdu, Wanted::Who),
        ("جرگہ میں کتنے ارکان تھے؟", Tongue::Urdu, Wanted::HowMany),
    ] {
        let read = read(question);
        assert_eq!((read.tongue, read.wanted), (tongue, wanted), "{question}");
    }
}

#[test]
fn names_are_known_by_alias_sound_and_script() {
    let named = |question: &str| -> Vec<String> {
        let base = &knowledge().base;
        read(question).elements.iter().filter_map(|e| e.entity).map(|e| base.entity(e).name.to_string()).collect()
    };
    for (question, name) in [
        ("when did umer khaalid khurassani die", "Omar Khalid Khorasani"),
        ("who is nur wali mahsood", "Noor Wali Mehsud"),
        ("نور ولی محسود کون ہے", "Noor Wali Mehsud"),
        ("tehrik-e-taliban pakistan", "Tehrik-i-Taliban Pakistan"),
        ("tehreek i talban pakistan", "Tehrik-i-Taliban Pakistan"),
        ("jamatul ahrar", "Jamaat-ul-Ahrar"),
    ] {
        assert_eq!(named(question), [name], "{question}");
    }
    for question in ["tell us about it", "khalil", "north and south"] {
        assert!(named(question).is_empty(), "{question}: {:?}", named(question));
    }
}

#[test]
fn slips_are_read_as_what_was_meant_and_numbers_as_they_are() {
    let readings = |question: &str| -> Vec<String> {
        let read = read(question);
        read.words.into_iter().collect()
    };
    for (typed, meant) in
        [("cesefire", "ceasefire"), ("comittee", "committee"), ("relased", "released"), ("Peshawer", "peshawar"), ("plzzz", "plz")]
    {
        assert!(readings(typed).contains(&meant.to_owned()), "{typed}: {:?}", readings(typed));
    }
    for word in ["2013", "58", "TTA", "Swabi"] {
        assert_eq!(readings(word), [word.to_lowercase()], "{word}");
    }
}

#[test]
fn a_long_message_is_read_for_its_question() {
    let message = "hi all, I was reading about the region last night and somebody said that a group of elders went to Kabul in the summer of 2022. \
                   Does anybody know how many people were in that jirga? Thanks in advance, you are great";
    match parts(&knowledge().index, message) {
        Parts::Rambling { question, background } => {
            assert_eq!(question.trim(), "Does anybody know how many people were in that jirga?");
            assert!(background.contains("summer of 2022"));
        }
        other => panic!("{other:?}"),
    }
    let two = parts(&knowledge().index, "who led the delegation to Kabul and where were the May talks held?");
    assert_eq!(two, Parts::Two("who led the delegation to Kabul".to_owned(), "where were the May talks held?".to_owned()));
    let one = "who led the delegation and the jirga";
    assert_eq!(parts(&knowledge().index, one), Parts::One(one.to_owned()));
}

#[test]
fn a_follow_up_leans_on_the_last_answer_and_says_so() {
    let first = ask("when did the TTP announce the indefinite ceasefire of June 2022", &Context::default());
    assert_eq!(first.outcome, Outcome::Answer);
    let context = Context { last: first.ranked.first().map(|r| r.fact) };
    let second = ask("when?", &context);
    assert!(second.assumed.is_some());
    assert!(compose::text(knowledge(), &second).contains("June 2022"));
    let fresh = ask("how many members did the jirga have", &context);
    assert!(fresh.assumed.is_none(), "a question of its own stands by itself");
}

#[test]
fn an_answer_leads_with_what_was_asked_and_says_only_what_claims_say() {
    let base = &knowledge().base;
    for (at, fact) in base.indexed() {
        for wanted in Wanted::ALL {
            let text = compose::fact_text(knowledge(), wanted, at);
            assert!(text.chars().count() <= compose::TEXT_AT_MOST, "{}", fact.id);
            assert!(text.contains(fact.claim.as_ref()) || text.ends_with('…'), "{}", fact.id);
        }
        if let (Some(lead), Some(short)) = (compose::lead(Wanted::HowMany, fact), &fact.short.how_many) {
            assert_eq!(lead.to_lowercase(), short.to_lowercase(), "{}", fact.id);
        }
    }
    let dated = base.find("seed-june2-indefinite").expect("the fact is shipped");
    assert!(compose::fact_text(knowledge(), Wanted::When, dated).starts_with("2 June 2022. "));
}

#[test]
fn a_capital_within_a_sentence_tells_a_name() {
    for (question, word, class) in [
        ("how many rounds took place in Kandahar", "Kandahar", Class::Name),
        ("how many rounds took place in kandahar", "kandahar", Class::Word),
        ("the end. Kandahar rounds", "Kandahar", Class::Word),
        ("How Many Rounds In Kandahar", "Kandahar", Class::Word),
        ("who invited Beckenbauer to it", "Beckenbauer", Class::Strange),
    ] {
        let read = read(question);
        let found = read.elements.iter().find(|element| element.typed == word);
        assert_eq!(found.map(|element| element.class), Some(class), "{question}");
    }
}

#[test]
fn a_date_counts_nothing() {
    let Knowledge { base, index, .. } = knowledge();
    for (id, counts) in [
        ("seed-jirga-57", true),
        ("truce-to-15may", true),
        ("quetta-30nov", false),
        ("airstrikes-pakistan-position", false),
        ("seed-nov9-talks-started", false),
    ] {
        let (at, fact) = base.indexed().find(|(_, fact)| fact.id.as_str() == id).unwrap();
        let question = read("how many were there");
        assert_eq!(gives(&question, fact, index.profile(at).traits), Some(counts), "{id}");
    }
}
