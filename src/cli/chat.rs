//! A conversation in the terminal.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use rustyline::DefaultEditor;
use rustyline::error::ReadlineError;

use super::{paint, render, timeline};
use crate::answer::candidates::Scratch;
use crate::answer::explain::explain;
use crate::answer::{Answer, Context, Outcome, answer, compose};
use crate::knowledge::Knowledge;

const HELP: &str = "\
Ask in your own words, in English, Roman Urdu or Urdu; misspelt is fine. Follow-ups work: \"when?\", \"and who announced it?\"
  1, 2, …   pick one of the questions offered
  /why      why the last answer is what it is
  /help     this
  /quit     leave (or Ctrl-D)";

/// Lines of history kept.
const HISTORY: usize = 1_000;

/// Talks until the person leaves.
pub(super) fn chat(knowledge: &Knowledge, history: Option<&Path>) -> anyhow::Result<ExitCode> {
    let mut editor = DefaultEditor::new().context("cannot use this terminal")?;
    if let Some(path) = history {
        // The first run has no history yet.
        let _ = editor.load_history(path);
    }
    let mut talk = Talk { knowledge, scratch: Scratch::default(), context: Context::default(), last: None };
    let prompt = if io::stdin().is_terminal() { "› " } else { "" };
    let mut out = io::stdout();
    if io::stdin().is_terminal() {
        writeln!(out, "{} facts, each with its source. Ask, or /help, or /quit.", knowledge.base.fact_count())?;
    }
    loop {
        let line = match editor.readline(prompt) {
            Ok(line) => line,
            Err(ReadlineError::Eof | ReadlineError::Interrupted) => break,
            Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
                writeln!(out, "That line was not text that can be read (UTF-8); ask it again.\n")?;
                continue;
            }
            Err(error) => return Err(error).context("cannot read what is typed"),
        };
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        if matches!(line, "/quit" | "/exit" | "quit" | "exit" | "bye") {
            break;
        }
        let _ = editor.add_history_entry(line);
        writeln!(out, "{}", talk.reply(line))?;
    }
    if let Some(path) = history {
        let _ = rustyline::config::Configurer::set_max_history_size(&mut editor, HISTORY);
        editor
            .save_history(path)
            .with_context(|| format!("cannot keep what was typed in {}; name another file under [chat] history", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

struct Talk<'k> {
    knowledge: &'k Knowledge,
    scratch: Scratch,
    context: Context,
    last: Option<Answer>,
}

impl Talk<'_> {
    fn reply(&mut self, line: &str) -> String {
        match line {
            "/help" | "help" => return HELP.to_owned(),
            "/why" => {
                return match &self.last {
                    Some(last) => explain(self.knowledge, last),
                    None => "There is no answer yet.".to_owned(),
                };
            }
            command if command.starts_with('/') => {
                return format!("There is no such command.\n{HELP}");
            }
            _ => {}
        }
        let picked = line.parse::<usize>().ok().and_then(|n| self.offered(n));
        let question = picked.unwrap_or_else(|| line.to_owned());
        if let Some(course) = timeline::course(self.knowledge, &question) {
            return course;
        }
        let found = answer(self.knowledge, &question, &self.context, &mut self.scratch);
        if found.outcome == Outcome::Answer {
            self.context.last = found.ranked.first().map(|r| r.fact);
        }
        let shown = render::answer(self.knowledge, &found, paint());
        self.last = Some(found);
        shown
    }

    /// The question that was offered under a number.
    fn offered(&self, number: usize) -> Option<String> {
        let last = self.last.as_ref().filter(|l| l.outcome != Outcome::Answer)?;
        let ranked = last.ranked.get(number.checked_sub(1)?)?;
        Some(compose::label(&self.knowledge.base, ranked.fact).to_owned())
    }
}
