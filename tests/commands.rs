//! The binary as its users run it. It promises:
//!
//! 1. `ask` answers with what is asked for and the sources it rests on, and exits 0.
//! 2. `ask` says so when no fact answers, names no source, and exits 1.
//! 3. `ask --json` is one object with every field that others rely on, its text at most 600 characters.
//! 4. `ask --json` without an answer has an empty text, and candidates all the same.
//! 5. `ask --batch` prints a line for a line, in order, with the ids, and exits 0 whatever the outcomes.
//! 6. A broken line of a batch is named by its number; what stands above it is answered; exit 2.
//! 7. No command, no token and no terminal is a clear error, exit 2; a command without its words is one too.
//! 8. `check` finds nothing wrong with the shipped facts, and exits 0.
//! 9. `similar` says `same` or `different`, and why.
//! 10. `similar --batch` hands each pair back with the verdict.
//! 11. `facts list` has a line for each fact, as text and as JSON; what it writes as JSON can be answered from.
//! 12. `facts show` tells all that is known of a fact; an unknown id is an error that says where to find the ids.
//! 13. `explain` names the reading, the scores by part, and the bar that was met or missed.
//! 14. `chat` on piped input holds a conversation, follow-ups and picks of what was offered included, without colour codes.
//! 15. The binary alone, in an empty folder, answers from the facts built in.
//! 16. A broken settings file is refused with every problem's file, line and field.
//! 17. Settings or facts that are not there are an error that names the path, exit 2.
//! 18. A file of JSON Lines is answered from like the shipped facts.

mod common;

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use common::{Run, TempDir, sanad_in};
use insta::{assert_snapshot, with_settings};
use serde_json::Value;

/// A question that the shipped facts answer, with the day that answers it.
const ANSWERED: &str = "when did the ttp end the ceasefire";
const ANSWERED_DAY: &str = "28 November 2022";
/// A question that no shipped fact answers.
const UNANSWERED: &str = "how tall is the eiffel tower";
/// Settings under which everything is offered and nothing answered.
const SHY: &str = "[answer]\nanswer_bar = 1.0\nsuggest_bar = 0.0\n";

fn sanad(args: &[&str]) -> io::Result<Run> {
    sanad_with(args, "")
}

fn sanad_with(args: &[&str], input: &str) -> io::Result<Run> {
    sanad_in(Path::new(env!("CARGO_MANIFEST_DIR")), args, input.as_bytes())
}

/// Each line of a text as JSON.
fn json_lines(text: &str) -> serde_json::Result<Vec<Value>> {
    text.lines().map(serde_json::from_str).collect()
}

/// Whether an object has the fields that programs rely on, each of a type they can read.
fn check_fields(object: &Value, fields: &[(&str, &str)]) {
    for (name, expected) in fields {
        let found = match &object[name] {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Number(n) if n.is_u64() => "count",
            Value::Number(_) => "number",
            Value::String(_) => "text",
            Value::Array(_) => "list",
            Value::Object(_) => "object",
        };
        let fits = expected.split('|').any(|e| e == found || (e == "number" && found == "count"));
        assert!(fits && object.get(name).is_some(), "`{name}` is {found}, not {expected}, in {object}");
    }
}

/// What stands in a list; nothing where there is none.
fn items(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

fn check_sources(sources: &Value) {
    assert!(!items(sources).is_empty(), "a fact without a source was shown");
    for source in items(sources) {
        check_fields(
            source,
            &[("id", "text"), ("publisher", "text|null"), ("title", "text"), ("url", "text|null"), ("published", "text|null")],
        );
    }
}

/// The form of `ask --json`, whatever the outcome.
fn check_answer(row: &Value) {
    check_fields(
        row,
        &[
            ("id", "text"),
            ("question", "text"),
            ("outcome", "text"),
            ("confidence", "number"),
            ("text", "text"),
            ("texts", "list"),
            ("answers", "list"),
            ("disputed", "list"),
            ("micros", "count"),
        ],
    );
    let outcome = row["outcome"].as_str().unwrap_or_default();
    let text = row["text"].as_str().unwrap_or_default();
    assert!(["answer", "suggest", "abstain"].contains(&outcome), "{outcome}");
    assert_eq!(text.is_empty(), outcome != "answer", "{row}");
    let (answers, texts) = (items(&row["answers"]), items(&row["texts"]));
    assert!(answers.len() <= 10 && texts.len() <= 3, "{row}");
    for text in texts.iter().chain([&row["text"]]) {
        assert!(text.as_str().is_some_and(|t| t.chars().count() <= 600), "{text}");
    }
    for answer in answers {
        check_fields(
            answer,
            &[
                ("fact", "text"),
                ("score", "number"),
                ("confidence", "number"),
                ("text", "text"),
                ("date", "text|null"),
                ("sources", "list"),
            ],
        );
        assert!(answer["confidence"].as_f64().is_some_and(|c| (0.0..=1.0).contains(&c)), "{answer}");
        check_sources(&answer["sources"]);
    }
    for side in items(&row["disputed"]) {
        check_fields(side, &[("fact", "text"), ("text", "text"), ("sources", "list")]);
        check_sources(&side["sources"]);
    }
}

#[test]
fn an_answer_has_its_date_and_its_sources() -> io::Result<()> {
    let run = sanad(&["ask", ANSWERED])?;
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let (text, sources) = run.out.split_once("\nSources\n").expect("an answer names its sources");
    assert!(text.contains(ANSWERED_DAY), "{text}");
    assert!(sources.contains("Dawn, \"TTP ends ceasefire") && sources.contains("<https://www.dawn.com/"), "{sources}");
    assert!(run.out.contains("\nConfidence "), "{}", run.out);
    Ok(())
}

#[test]
fn what_no_fact_answers_is_not_answered() -> io::Result<()> {
    let run = sanad(&["ask", UNANSWERED])?;
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    assert!(run.out.starts_with("I have no sourced answer to that."), "{}", run.out);
    assert!(!run.out.contains("Sources"), "{}", run.out);
    for nothing in ["", "   ", "?!", "\u{200b}", "<@1234567890>"] {
        let run = sanad(&["ask", nothing])?;
        assert_eq!((run.code, run.err.as_str()), (1, ""), "{nothing:?}");
        assert_eq!(run.out, "I have no sourced answer to that.\n", "{nothing:?}");
    }
    Ok(())
}

#[test]
fn json_has_every_field_that_others_rely_on() -> Result<(), Box<dyn Error>> {
    let run = sanad(&["ask", "--json", ANSWERED])?;
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let [row] = json_lines(&run.out)?.try_into().expect("one object on one line");
    check_answer(&row);
    assert_eq!(row["outcome"], "answer");
    assert_eq!(row["question"], ANSWERED);
    assert_eq!(row["id"], "");
    assert!(row["text"].as_str().is_some_and(|t| t.contains(ANSWERED_DAY) && !t.contains("http")), "{row}");
    assert_eq!(row["answers"][0]["date"], "2022-11-28");
    assert_eq!(items(&row["answers"]).len(), 10);
    assert_eq!(items(&row["texts"]).len(), 3);
    assert!(!items(&row["disputed"]).is_empty(), "the day is disputed: {row}");
    Ok(())
}

#[test]
fn json_without_an_answer_has_no_text() -> Result<(), Box<dyn Error>> {
    let run = sanad(&["ask", "--json", UNANSWERED])?;
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    let [row] = json_lines(&run.out)?.try_into().expect("one object on one line");
    check_answer(&row);
    assert_ne!(row["outcome"], "answer");
    assert_eq!(row["disputed"], Value::Array(Vec::new()));
    Ok(())
}

#[test]
fn a_batch_keeps_order_and_ids() -> Result<(), Box<dyn Error>> {
    let asked = [
        ("z", ANSWERED),
        ("a", UNANSWERED),
        ("m-2", "جنگ بندی کب ختم ہوئی؟"),
        ("same", "who led the talks"),
        ("same", "kon baat cheet kar raha tha \"hukumat\" ki taraf se\nbatao"),
        ("", ""),
    ];
    let rows: Vec<String> = asked.iter().map(|(id, q)| serde_json::json!({"id": id, "q": q}).to_string()).collect();
    // The last line need not end.
    let run = sanad_with(&["ask", "--batch"], &rows.join("\n"))?;
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let answers = json_lines(&run.out)?;
    answers.iter().for_each(check_answer);
    let echoed: Vec<(&str, &str)> =
        answers.iter().map(|a| (a["id"].as_str().unwrap_or_default(), a["question"].as_str().unwrap_or_default())).collect();
    assert_eq!(echoed, asked);
    assert_eq!(answers[0]["outcome"], "answer");
    assert_ne!(answers[1]["outcome"], "answer");
    Ok(())
}

#[test]
fn a_broken_line_of_a_batch_is_named() -> Result<(), Box<dyn Error>> {
    let good = r#"{"id": "a", "q": "who led the talks"}"#;
    for (broken, line) in [
        (format!("{good}\n{good}\nnonsense\n{good}\n"), 3),
        (format!("{good}\n{{\"id\": \"b\"}}\n"), 2),
        ("[]".to_owned(), 1),
        (format!("{good}\n{{\"id\": \"b\", \"q\": 7}}\n"), 2),
    ] {
        let run = sanad_with(&["ask", "--batch"], &broken)?;
        assert_eq!(run.code, 2, "{broken}");
        assert!(run.err.starts_with(&format!("sanad: standard input, line {line}: ")) && run.err.contains("; write {"), "{}", run.err);
        assert_eq!(json_lines(&run.out)?.len(), line - 1);
    }
    let run = sanad_in(Path::new(env!("CARGO_MANIFEST_DIR")), &["ask", "--batch"], b"{\"id\": \"a\", \"q\": \"\xff\"}\n")?;
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.starts_with("sanad: standard input, line 1: cannot be read; it must be UTF-8 text"), "{}", run.err);
    Ok(())
}

#[test]
fn nothing_to_do_is_a_clear_error() -> io::Result<()> {
    let run = sanad(&[])?;
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert_snapshot!(run.err, @"sanad: nothing to do: set DISCORD_TOKEN to run the bot, or name a command (`sanad ask QUESTION`; `sanad --help` lists them all)");
    for incomplete in [&["ask"][..], &["explain"], &["similar", "one"], &["facts"], &["facts", "show"], &["dance"], &["--dance"]] {
        let run = sanad(incomplete)?;
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{incomplete:?}");
        assert!(run.err.contains("Usage: sanad"), "{}", run.err);
    }
    Ok(())
}

#[test]
fn the_shipped_facts_are_sound() -> io::Result<()> {
    let run = sanad(&["check"])?;
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.out);
    with_settings!({filters => vec![(r"\d{2,}", "[many]")]}, {
        assert_snapshot!(run.out, @"0 errors, 0 warnings; [many] facts, [many] sources, [many] entities");
    });
    Ok(())
}

#[test]
fn spellings_are_the_same_or_different_for_a_reason() -> Result<(), Box<dyn Error>> {
    let pairs = [
        ("Ceasefire", "ceasefire"),
        ("ceasefire", "ceasfire"),
        ("Noor Wali Mehsud", "Mufti Noor Wali"),
        ("TTP", "tehrik i taliban pakistan"),
        ("Imran Khan", "Noor Wali"),
        ("2021", "2022"),
        ("release", "relief"),
        ("talks", "jirga"),
        ("ceasefire", ""),
    ];
    let mut said = String::new();
    for (a, b) in pairs {
        let run = sanad(&["similar", a, b])?;
        assert_eq!((run.code, run.err.as_str()), (0, ""));
        write!(said, "{a} / {b}\n  {}", run.out)?;
    }
    assert_snapshot!(said, @"
    Ceasefire / ceasefire
      same: they are written the same, capitals and marks aside
    ceasefire / ceasfire
      same: `ceasefire` and `ceasfire` sound alike
    Noor Wali Mehsud / Mufti Noor Wali
      same: both are names of Noor Wali Mehsud
    TTP / tehrik i taliban pakistan
      same: both are names of Tehrik-i-Taliban Pakistan
    Imran Khan / Noor Wali
      different: they name two: Imran Khan, and Noor Wali Mehsud
    2021 / 2022
      different: numbers must agree: 2021 and 2022
    release / relief
      different: `release` and `relief` are too far apart
    talks / jirga
      different: `talks` and `jirga` are two known words
    ceasefire / 
      different: one of them holds no word
    ");
    Ok(())
}

#[test]
fn a_batch_of_spellings_is_handed_back_with_verdicts() -> io::Result<()> {
    let run = sanad_with(&["similar", "--batch"], "{\"a\": \"ceasefire\", \"b\": \"ceasfire\"}\n{\"a\": \"2021\", \"b\": \"2022\"}\n")?;
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert_snapshot!(run.out, @r#"
    {"a":"ceasefire","b":"ceasfire","same":true}
    {"a":"2021","b":"2022","same":false}
    "#);
    let run = sanad_with(&["similar", "--batch"], "{\"a\": \"x\"}\n")?;
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.starts_with("sanad: standard input, line 1: missing field `b`") && run.err.contains("; write {\"a\": "), "{}", run.err);
    Ok(())
}

#[test]
fn the_facts_are_listed_and_the_list_can_be_answered_from() -> Result<(), Box<dyn Error>> {
    let listed = sanad(&["facts", "list"])?;
    assert_eq!((listed.code, listed.err.as_str()), (0, ""));
    let end = listed.out.lines().find(|l| l.starts_with("nov28-end ")).expect("a fact that is shipped");
    assert_snapshot!(end, @"nov28-end                        2022-11-28             On Monday 28 November 2022 the TTP publicly ended the ceasefire agreed in June.");

    let rows = sanad(&["facts", "list", "--json"])?;
    assert_eq!((rows.code, rows.err.as_str()), (0, ""));
    let parsed = json_lines(&rows.out)?;
    assert_eq!(parsed.len(), listed.out.lines().count());
    for row in &parsed {
        check_fields(
            row,
            &[
                ("id", "text"),
                ("text", "text"),
                ("date", "text|null"),
                ("questions", "list"),
                ("topics", "list"),
                ("people", "list"),
                ("places", "list"),
                ("organisations", "list"),
                ("sources", "list"),
                ("conflicts", "list"),
                ("standing", "text"),
                ("revision", "count"),
            ],
        );
        check_sources(&row["sources"]);
    }

    let folder = TempDir::new()?;
    let file = folder.write("facts.jsonl", &rows.out)?;
    let again = sanad(&["--facts", &file, "facts", "list", "--json"])?;
    assert_eq!((again.code, again.err.as_str()), (0, ""));
    assert!(again.out == rows.out, "what was read back from {file} is not what was written");
    Ok(())
}

#[test]
fn a_fact_is_shown_with_all_that_is_known_of_it() -> Result<(), Box<dyn Error>> {
    let run = sanad(&["facts", "show", "nov28-end"])?;
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    with_settings!({filters => vec![(r"(?m)^(Sources|Contradicted by|Question forms)\n(?:  .*(?:\n|$))+", "$1 […]\n")]}, {
        assert_snapshot!(run.out, @"
        nov28-end
        On Monday 28 November 2022 the TTP publicly ended the ceasefire agreed in June.

        date      28 November 2022 (2022-11-28)
        standing  disputed
        topics    ceasefire-end
        names     Tehrik-i-Taliban Pakistan, Government of Pakistan

        Sources […]

        Contradicted by […]

        Question forms […]
        ");
    });
    let row = sanad(&["facts", "show", "nov28-end", "--json"])?;
    let [row] = json_lines(&row.out)?.try_into().expect("one object on one line");
    assert_eq!((&row["id"], &row["date"], &row["standing"]), (&"nov28-end".into(), &"2022-11-28".into(), &"disputed".into()));

    for unknown in ["no-such-fact", "", "two words"] {
        let run = sanad(&["facts", "show", unknown])?;
        assert_eq!((run.code, run.out.as_str()), (2, ""));
        assert_eq!(run.err, format!("sanad: there is no fact `{unknown}`; `sanad facts list` names them all\n"));
    }
    Ok(())
}

#[test]
fn an_explanation_names_the_reading_the_parts_and_the_bar() -> io::Result<()> {
    let run = sanad(&["explain", "when did the ttp end the cesefire"])?;
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let (reading, scores) = run.out.split_once("\n\n1. ").expect("candidates below the reading");
    with_settings!({filters => vec![(r"\d+\.\d+", "[n]")]}, {
        assert_snapshot!(reading, @r#"
        Read as English; wants: when.
          ttp: name, weight [n], is Tehrik-i-Taliban Pakistan
          end: word, weight [n]
          cesefire: word, weight [n], read as "ceasefire"
        "#);
    });
    assert!(scores.starts_with("nov28-end scores "), "{scores}");
    assert!(scores.contains("  coverage "), "{scores}");
    let bars = |run: &Run| run.out.lines().last().unwrap_or_default().to_owned();
    with_settings!({filters => vec![(r"\d+\.\d+", "[n]")]}, {
        assert_snapshot!(bars(&run), @"It meets the bar for an answer (answer from [n], offer from [n]).");
    });
    let bar = bars(&sanad(&["explain", UNANSWERED])?);
    assert!(bar.starts_with("It misses "), "{bar}");
    Ok(())
}

#[test]
fn a_conversation_understands_what_leans_on_the_last_answer() -> io::Result<()> {
    let lines = [ANSWERED, "when?", "/why", "/dance", "/help", "/quit", "never read"];
    let run = sanad_with(&["chat"], &lines.join("\n"))?;
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(!run.out.contains('\u{1b}'), "{}", run.out);
    let (first, rest) = run.out.split_once("(taken to be about: ").expect("a follow-up says what it is taken to be about");
    assert!(first.contains(ANSWERED_DAY) && first.contains("\nSources\n"), "{first}");
    let (follow_up, why) = rest.split_once("Read as English; wants: when.").expect("/why explains the last answer");
    assert!(follow_up.contains(ANSWERED_DAY) && follow_up.contains("\nSources\n"), "{follow_up}");
    let (why, help) = why.split_once("There is no such command.\n").expect("an unknown command is named");
    assert!(why.contains("It meets the bar"), "{why}");
    let once = help.len() / 2;
    assert_eq!(help.get(..once), help.get(once..), "an unknown command shows the help that /help shows");
    assert_snapshot!(help.get(..once).unwrap_or_default(), @r#"
    Ask in your own words, in English, Roman Urdu or Urdu; misspelt is fine. Follow-ups work: "when?", "and who announced it?"
      1, 2, …   pick one of the questions offered
      /why      why the last answer is what it is
      /help     this
      /quit     leave (or Ctrl-D)
    "#);
    Ok(())
}

#[test]
fn a_conversation_takes_the_number_of_what_it_offered() -> io::Result<()> {
    let run = sanad_with(&["chat"], "/why\n\nwhat color is the moon\n")?;
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(run.out.starts_with("There is no answer yet.\nI have no sourced answer to that."), "{}", run.out);

    let folder = TempDir::new()?;
    let config = folder.write("shy.toml", SHY)?;
    let chat = |lines: &str| sanad_with(&["--config", &config, "chat"], lines);
    let offered = chat(ANSWERED)?.out;
    let second = offered.lines().find_map(|l| l.strip_prefix("  2. ")).expect("more than one question is offered");
    let picked = chat(&format!("{ANSWERED}\n2\n"))?;
    let asked = chat(&format!("{ANSWERED}\n{second}\n"))?;
    assert_eq!(picked.out, asked.out);
    Ok(())
}

#[test]
fn the_binary_alone_answers_from_the_facts_built_in() -> io::Result<()> {
    let folder = TempDir::new()?;
    let alone = sanad_in(folder.path(), &["ask", ANSWERED], b"")?;
    assert_eq!((alone.code, alone.err.as_str()), (0, ""));
    assert!(alone.out.contains(ANSWERED_DAY) && alone.out.contains("\nSources\n"), "{}", alone.out);
    assert_eq!(alone.out, sanad(&["ask", ANSWERED])?.out);
    assert_eq!(sanad_in(folder.path(), &["check"], b"")?.code, 0);
    assert_eq!(fs::read_dir(folder.path())?.count(), 0, "asking leaves no file behind");
    Ok(())
}

#[test]
fn broken_settings_are_refused_with_every_problem() -> io::Result<()> {
    let folder = TempDir::new()?;
    let file = folder.write(
        "broken.toml",
        "[facts]\npath = 3\n\n[answer]\nanswer_bar = 7\nword_vectors = \"yes\"\nspeed = 9\n\n[telepathy]\nrange = 1\n",
    )?;
    let asked = sanad(&["--config", &file, "ask", ANSWERED])?;
    assert_eq!(asked.code, 2);
    assert!(!asked.out.contains(ANSWERED_DAY), "{}", asked.out);
    let checked = sanad(&["--config", &file, "check"])?;
    assert_eq!(checked.code, 1);
    let problems = |run: &Run| -> Vec<String> {
        let mut said: Vec<String> =
            folder.unnamed(&format!("{}{}", run.out, run.err)).lines().filter(|l| l.starts_with("DIR")).map(str::to_owned).collect();
        said.sort();
        said
    };
    assert_eq!(problems(&asked), problems(&checked));
    assert_snapshot!(problems(&asked).join("\n"), @r"
    DIR/broken.toml:2: error: path: write text in double quotes here
    DIR/broken.toml:5: error: answer_bar: 7 is no share; write a number from 0 to 1
    DIR/broken.toml:6: error: word_vectors: write true or false here
    DIR/broken.toml:7: error: speed: unknown field; known are word_vectors, answer_bar, suggest_bar
    DIR/broken.toml:9: error: telepathy: unknown field; known are facts, answer, chat, store, servers, http, log, discord, shards, limits, privacy
    ");
    assert!(asked.err.ends_with("sanad: the settings have 5 problems; mend them and start again\n"), "{}", asked.err);

    let file = folder.write("cut.toml", "[answer\n")?;
    let run = sanad(&["ask", "--config", &file, ANSWERED])?;
    assert_eq!(run.code, 2);
    assert!(format!("{}{}", run.out, run.err).contains(&format!("{file}:1: error: syntax: ")), "{}", run.out);
    Ok(())
}

#[test]
fn settings_steer_the_answer() -> io::Result<()> {
    let folder = TempDir::new()?;
    let file = folder.write("shy.toml", SHY)?;
    let run = sanad(&["--config", &file, "ask", ANSWERED])?;
    assert_eq!(run.code, 1);
    assert!(run.out.starts_with("I am not sure which of these you mean"), "{}", run.out);
    Ok(())
}

#[test]
fn what_is_not_there_is_named() -> io::Result<()> {
    let folder = TempDir::new()?;
    let missing = folder.path().join("missing").display().to_string();
    let rows = format!("{missing}.jsonl");
    let empty = folder.path().display().to_string();
    for args in [
        ["--config", &missing, "ask", "who"],
        ["--facts", &missing, "ask", "who"],
        ["--facts", &rows, "ask", "who"],
        ["--facts", &empty, "ask", "who"],
    ] {
        let run = sanad(&args)?;
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}");
        assert!(run.err.contains(args[1]), "{}", run.err);
    }
    let run = sanad(&["--facts", &empty, "ask", "who"])?;
    assert_snapshot!(folder.unnamed(&run.err), @"sanad: DIR holds no facts: a fact base has a folder `facts` with .toml files in it, or is a .jsonl file");
    Ok(())
}

#[test]
fn rows_of_another_collection_are_answered_from() -> Result<(), Box<dyn Error>> {
    let folder = TempDir::new()?;
    let file = folder.write(
        "towers.jsonl",
        concat!(
            r#"{"id": "t1", "text": "The lighthouse of Brannock was built in 1871 by Ada Fenwick.", "date": "1871", "#,
            r#""source": {"title": "Lighthouses of the North", "publisher": "Harbour Press", "url": "https://towers.example/1", "published": "1999"}}"#,
            "\n\n",
            r#"{"id": "t2", "text": "The bridge at Ostrava carries four lanes of traffic.", "title": "Bridges"}"#,
            "\n",
        ),
    )?;
    let run = sanad(&["--facts", &file, "ask", "--json", "who built the lighthouse of Brannock?"])?;
    let [row] = json_lines(&run.out)?.try_into().expect("one object on one line");
    check_answer(&row);
    assert_eq!(row["answers"][0]["fact"], "t1");
    assert_eq!(row["answers"][0]["sources"][0]["publisher"], "Harbour Press");
    let run = sanad(&["--facts", &file, "facts", "show", "t2"])?;
    assert_eq!(run.code, 0);
    assert!(run.out.contains("the collection itself (its row names no source)"), "{}", run.out);
    Ok(())
}
