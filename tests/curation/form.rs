//! What people type into the form of a fact.

use proptest::prelude::*;
use sanad::curation::Record;
use sanad::curation::form::{Field, Typed, made_id};

use crate::kept::BUILT_IN;

/// A form without a mistake.
pub(crate) fn good() -> Typed {
    Typed {
        claim: "The Zarbakht lighthouse was closed to visitors on 3 March 2022, the port authority said.".to_owned(),
        date: "2022-03-03".to_owned(),
        sources: "https://port.example/notice".to_owned(),
        topics: "ports".to_owned(),
        questions: "When was the lighthouse closed?".to_owned(),
    }
}

fn typed_in(field: Field, text: &str) -> Typed {
    let mut typed = good();
    text.clone_into(typed.field_mut(field));
    typed
}

/// What a field was read as, or what is said of it. Ids that are made of an address are written "web".
fn read(field: Field, text: &str, hosts: &[&str]) -> Result<String, String> {
    let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
    match typed_in(field, text).read(&BUILT_IN, None, &hosts) {
        Ok(record) => Ok(shown(field, &record)),
        Err(problems) => {
            assert!(problems.iter().all(|problem| problem.field == field), "{field:?} {text:?}: {problems:?}");
            Err(problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>().join(" AND "))
        }
    }
}

fn shown(field: Field, record: &Record) -> String {
    match field {
        Field::Claim => record.text.clone(),
        Field::Date => record.date.map(|date| date.spoken()).unwrap_or_default(),
        Field::Topics => record.topics.join("; "),
        Field::Questions => record.questions.join("; "),
        Field::Sources => {
            let lines = record.sources.iter().map(|source| {
                let id = if source.id.starts_with("web-") { "web" } else { &source.id };
                let published = source.published.map(|date| date.to_string()).unwrap_or_default();
                let parts =
                    [id, source.url.as_deref().unwrap_or("-"), source.publisher.as_deref().unwrap_or("-"), &source.title, &published];
                parts.join(" | ")
            });
            lines.collect::<Vec<_>>().join("\n")
        }
    }
}

/// Each row: what is typed, and what it is read as, or what is said.
fn assert_table(field: Field, rows: &[(&str, Result<&str, &str>)]) {
    for (text, expected) in rows {
        let outcome = read(field, text, &[]);
        assert_eq!(outcome.as_deref().map_err(String::as_str), *expected, "{field:?}: {text:?}");
    }
}

#[test]
fn claims() {
    let long = "The port said so. ".repeat(60);
    let whole = "Say that the port was opened. ".repeat(33);
    let whole = whole.trim();
    assert_table(
        Field::Claim,
        &[
            ("", Err("say what happened, in one to three sentences")),
            (" \n\t ", Err("say what happened, in one to three sentences")),
            ("Truce ended", Err("write a whole sentence: who, what and when")),
            ("…!? –", Err("write a whole sentence: who, what and when")),
            ("He said so again in May 2022.", Err("it opens with \"he\", so it does not stand alone; name who, what and when")),
            ("  THEY closed the port.", Err("it opens with \"they\", so it does not stand alone; name who, what and when")),
            ("The latter was closed in 2022.", Err("it opens with \"the latter\", so it does not stand alone; name who, what and when")),
            (&long, Err("1079 characters are too many; a claim has at most 1000: make two facts of it")),
            (whole, Ok(whole)),
            ("The port\n was   opened\tin 2022. ", Ok("The port was opened in 2022.")),
            ("Heavy rain closed the port.", Ok("Heavy rain closed the port.")),
            ("بندرگاہ ۳ مارچ ۲۰۲۲ کو بند کر دی گئی۔", Ok("بندرگاہ ۳ مارچ ۲۰۲۲ کو بند کر دی گئی۔")),
        ],
    );
    let urdu = "بندرگاہ بند کر دی گئی۔ ".repeat(50);
    assert!(read(Field::Claim, &urdu, &[]).unwrap_err().starts_with("1149 characters are too many"), "letters are counted, not bytes");
}

#[test]
fn dates() {
    let no_form = |text: &str| {
        format!(
            "`{text}` is not a date: write 2022, 2022-05, 2022-05-13 or a range with / between two of them, then ~ (about) or ? (unsure) if need be; leave it empty if no date is known"
        )
    };
    for wrong in ["May 2022", "13.5.2022", "2022-5-3", "2022 - 05", "2022-05-13/", "2022~~", "۲۰۲۲", "today", "2022-05-13T10:00", "-2022"]
    {
        assert_eq!(read(Field::Date, wrong, &[]).unwrap_err().replace(wrong, "X"), no_form("X"), "{wrong}");
    }
    assert_table(
        Field::Date,
        &[
            ("", Ok("")),
            ("  ", Ok("")),
            ("2022", Ok("2022")),
            (" 2022-05 \n", Ok("May 2022")),
            ("2022-05-13/2022-05-14", Ok("13–14 May 2022")),
            ("2022-05~", Ok("about May 2022")),
            ("2022?", Ok("2022 (uncertain)")),
            ("2022-02-30", Err("`2022-02-30` is not in the calendar; leave it empty if no date is known")),
            ("2023-02-29", Err("`2023-02-29` is not in the calendar; leave it empty if no date is known")),
            ("2022-13", Err("`2022-13` is not in the calendar; leave it empty if no date is known")),
            ("2022-05/2021", Err("the range `2022-05/2021` ends before it starts; leave it empty if no date is known")),
        ],
    );
}

const RASHID: &str =
    "911plus-rashid | https://911plus.org/4142009-ahmed-rashid-241 | 911plus (quoting Ahmed Rashid) | Ahmed Rashid, Taliban, page 241 | ";

#[test]
fn known_sources_are_known_by_their_id_and_by_their_address_however_it_is_written() {
    for written in [
        "911plus-rashid",
        "  911plus-rashid  ",
        "911plus-rashid | somebody else | another title",
        "https://911plus.org/4142009-ahmed-rashid-241",
        "http://911plus.org/4142009-ahmed-rashid-241",
        "https://www.911plus.org/4142009-ahmed-rashid-241",
        "http://www.911plus.org/4142009-ahmed-rashid-241/",
        "HTTPS://911PLUS.org/4142009-ahmed-rashid-241",
        "https://911plus.org/4142009-ahmed-rashid-241?utm_source=x&fbclid=y",
        "911plus-rashid\nhttps://www.911plus.org/4142009-ahmed-rashid-241\n\n911plus-rashid",
    ] {
        assert_eq!(read(Field::Sources, written, &[]), Ok(RASHID.to_owned()), "{written}");
    }
}

#[test]
fn new_sources() {
    let neither =
        |text: &str| format!("\"{text}\" is neither the id of a known source nor an address; an address begins with https:// or http://");
    for wrong in ["dawn", "911plus.org/another", "mailto:a@b.example", "javascript:alert(1)", "the Dawn of 3 March", "روزنامہ"] {
        assert_eq!(read(Field::Sources, wrong, &[]), Err(neither(wrong)), "{wrong}");
    }
    let no_address = |text: &str| format!("\"{text}\" is not an address that starts with http:// or https:// and names a host");
    for wrong in ["ftp://port.example/a", "file:///etc/passwd", "javascript://x/a", "data://x"] {
        assert_eq!(read(Field::Sources, wrong, &[]), Err(no_address(wrong)), "{wrong}");
    }
    let (long, fits) = (format!("https://port.example/{}", "a".repeat(1_980)), format!("https://port.example/{}", "a".repeat(1_979)));
    assert_eq!(read(Field::Sources, &long, &[]).unwrap_err(), "the address at port.example is longer than 2000 characters");
    assert!(read(Field::Sources, &fits, &[]).is_ok());
    assert_table(
        Field::Sources,
        &[
            ("", Err("a fact needs at least one source: an address, or the id of a known source, one a line")),
            ("\n \n", Err("a fact needs at least one source: an address, or the id of a known source, one a line")),
            ("https://", Err("\"https://\" is not an address: empty host")),
            ("https://a b.example/", Err("\"https://a b.example/\" is not an address: invalid international domain name")),
            ("https://anna@port.example/a", Err("the address at port.example holds a user name or a password; leave that out")),
            ("https://anna:secret@port.example/a", Err("the address at port.example holds a user name or a password; leave that out")),
            ("https://port.example/a", Ok("web | https://port.example/a | port.example | port.example/a | ")),
            ("https://PORT.example", Ok("web | https://port.example/ | port.example | port.example | ")),
            (
                "https://port.example/a?utm_source=x&id=7&fbclid=y&utm_medium=z&gclid=1&igshid=2",
                Ok("web | https://port.example/a?id=7 | port.example | port.example/a?id=7 | "),
            ),
            ("https://port.example/a?utm_source=x", Ok("web | https://port.example/a | port.example | port.example/a | ")),
            (
                "https://port.example/a | Port authority|Notice to visitors | 2022-03",
                Ok("web | https://port.example/a | Port authority | Notice to visitors | 2022-03"),
            ),
            ("https://port.example/a | | Notice", Ok("web | https://port.example/a | port.example | Notice | ")),
            ("https://port.example/a | Port | | 2022", Ok("web | https://port.example/a | Port | port.example/a | 2022")),
            (
                "https://port.example/a | Port | Notice | March",
                Err(
                    "the date of the source at port.example: `March` is not a date: write 2022, 2022-05, 2022-05-13 or a range with / between two of them, then ~ (about) or ? (unsure) if need be",
                ),
            ),
            (
                "https://port.example/a | Port | Notice | 2022 | page 3",
                Err(
                    "the line of port.example has more than four parts; write the address, the publisher, the title and the date, with | between them and nowhere else",
                ),
            ),
            (
                "https://port.example/a\nhttp://www.port.example/a/ | Port",
                Ok("web | https://port.example/a | port.example | port.example/a | "),
            ),
            (
                "https://port.example/a\nhttps://port.example/b | Port | Second",
                Ok("web | https://port.example/a | port.example | port.example/a | \nweb | https://port.example/b | Port | Second | "),
            ),
            (
                "dawn\nftp://port.example/a",
                Err(
                    "\"dawn\" is neither the id of a known source nor an address; an address begins with https:// or http:// AND \"ftp://port.example/a\" is not an address that starts with http:// or https:// and names a host",
                ),
            ),
        ],
    );
    let many = |count: usize| (0..count).map(|at| format!("https://port.example/{at}")).collect::<Vec<_>>().join("\n");
    assert_eq!(read(Field::Sources, &many(21), &[]).unwrap_err(), "21 sources are too many; keep the best 20");
    assert_eq!(read(Field::Sources, &many(20), &[]).unwrap().lines().count(), 20);
}

#[test]
fn sources_lie_on_the_hosts_that_a_server_allows() {
    let hosts = ["port.example", "bbc.com"];
    for allowed in
        ["https://port.example/a", "https://www.port.example/a", "http://news.PORT.example:8080/a", "https://bbc.com", "911plus-rashid"]
    {
        assert!(read(Field::Sources, allowed, &hosts).is_ok(), "{allowed}");
    }
    for (typed, host) in [
        ("https://evilport.example/a", "evilport.example"),
        ("https://port.example.evil.test/a", "port.example.evil.test"),
        ("https://evil.test/port.example", "evil.test"),
        ("https://evil.test/?port.example", "evil.test"),
        ("https://evil.test#port.example", "evil.test"),
        ("https://evil.test\\@port.example/", "evil.test"),
        ("https://example/a", "example"),
    ] {
        let said =
            format!("sources may lie on port.example, bbc.com only, and {host} is not among them; a manager of the server can change that");
        assert_eq!(read(Field::Sources, typed, &hosts), Err(said), "{typed}");
    }
}

#[test]
fn topics_and_questions() {
    let long = "a".repeat(61);
    let many = (0..9).map(|at| format!("topic {at}")).collect::<Vec<_>>().join(",");
    assert_table(
        Field::Topics,
        &[
            ("", Ok("")),
            (" , ,\n", Ok("")),
            ("ports, Harbours ,ports\nlighthouses", Ok("ports; Harbours; lighthouses")),
            ("Harbours, harbours, HARBOURS", Ok("Harbours")),
            ("AFTERMATH", Ok("aftermath")),
            ("بندرگاہ, ports", Ok("بندرگاہ; ports")),
            (&long, Err("a topic has at most 60 characters; put commas between topics")),
            (&many, Err("9 topics are too many; keep the 8 that matter, main topic first")),
        ],
    );
    let long = "why ".repeat(76);
    let many = (0..61).map(|at| format!("Why {at}?")).collect::<Vec<_>>().join("\n");
    assert_table(
        Field::Questions,
        &[
            ("", Ok("")),
            ("When was it?\n\n  Who did it? \nwhen WAS it?", Ok("When was it?; Who did it?")),
            ("بندرگاہ کب بند ہوئی؟\nبندرگاه كب بند ہوئی؟", Ok("بندرگاہ کب بند ہوئی؟")),
            (&long, Err("a question has at most 300 characters; write one a line")),
            (&many, Err("61 question forms are too many; keep the 60 that differ most")),
        ],
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let typed = Typed { claim: "He did.".to_owned(), date: "May".to_owned(), sources: "dawn".to_owned(), ..good() };
    let fields: Vec<Field> = typed.read(&BUILT_IN, None, &[]).unwrap_err().into_iter().map(|problem| problem.field).collect();
    assert_eq!(fields, [Field::Claim, Field::Date, Field::Sources]);
}

#[test]
fn ids_say_what_a_fact_is_about() {
    for (claim, id) in
        [(good().claim.as_str(), "zarbakht-lighthouse-closed-visitors-3"), ("…", "fact"), ("Ünïcödé Straße", "unicode-strae")]
    {
        assert_eq!(made_id(&BUILT_IN, claim, |_| false).unwrap().as_str(), id, "{claim}");
        assert_eq!(made_id(&BUILT_IN, claim, |taken| taken.as_str() == id).unwrap().as_str(), format!("{id}-2"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_id_is_made_of_any_claim_and_is_free(
        claim in prop_oneof!["\\PC{0,120}", "[\u{600}-\u{6ff} ]{0,80}", "[a-z]{40,60} [a-z]{40,60}"], taken in 0..5usize,
    ) {
        let mut given: Vec<String> = Vec::new();
        for _ in 0..=taken {
            let id = made_id(&BUILT_IN, &claim, |id| given.iter().any(|known| known == id.as_str())).unwrap();
            prop_assert!(!given.iter().any(|known| known == id.as_str()));
            prop_assert!(id.as_str().len() <= 60, "a button has room for it: {}", id);
            prop_assert!(id.as_str().chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{}", id);
            prop_assert!(!id.as_str().starts_with('-') && !id.as_str().ends_with('-'), "{}", id);
            given.push(id.as_str().to_owned());
        }
    }

    #[test]
    fn nothing_that_is_typed_makes_the_form_panic(claim in "\\PC{0,40}", date in "\\PC{0,12}", lines in "(\\PC{0,20}|https?://\\PC{0,20})(\n\\PC{0,20}){0,2}") {
        let typed = Typed { claim, date, sources: lines.clone(), topics: lines.clone(), questions: lines };
        if let Err(problems) = typed.read(&BUILT_IN, None, &[]) {
            prop_assert!(problems.iter().all(|problem| !problem.message.is_empty()));
        }
    }
}
