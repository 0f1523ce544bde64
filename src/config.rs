//! Settings: a file as written becomes a checked [`Config`], or every problem in it is named.

use std::path::PathBuf;

use crate::base::reader::{Fields, Lines, NamedText, parse};
use crate::fact::{Problem, Severity};

/// Checked settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Where the facts are; nothing means `data/` in the working folder, else those built into the binary.
    pub facts: Option<PathBuf>,
    /// Whether words near in meaning count.
    pub word_vectors: bool,
    /// Overrides the fitted bar from which on a question is answered, 0 to 1.
    pub answer_bar: Option<f32>,
    /// Overrides the fitted bar from which on near questions are offered, 0 to 1.
    pub suggest_bar: Option<f32>,
    /// Where the terminal chat keeps what was typed; nothing means that it keeps nothing.
    pub chat_history: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self { facts: None, word_vectors: true, answer_bar: None, suggest_bar: None, chat_history: None }
    }
}

impl Config {
    /// Reads settings.
    ///
    /// # Errors
    /// Every problem in the file, if there is one.
    pub fn read(file: &NamedText) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut config = Self::default();
        let lines = Lines::of(file);
        let document = parse(file, &lines, &mut problems);
        let mut root = Fields::of(document.get_ref(), &lines, 1);
        if let Some(mut facts) = root.table("facts", &mut problems) {
            config.facts = facts.text("path", &mut problems).filter(|p| !p.is_empty()).map(PathBuf::from);
            facts.finish(&mut problems);
        }
        if let Some(mut answer) = root.table("answer", &mut problems) {
            config.word_vectors = answer.switch("word_vectors", &mut problems).unwrap_or(true);
            config.answer_bar = share(&mut answer, "answer_bar", &mut problems);
            config.suggest_bar = share(&mut answer, "suggest_bar", &mut problems);
            if let (Some(answer_bar), Some(suggest_bar)) = (config.answer_bar, config.suggest_bar)
                && suggest_bar > answer_bar
            {
                problems.push(Problem::error(
                    &answer.place(),
                    "suggest_bar",
                    "suggest_bar lies above answer_bar; near questions are offered below the bar for answers",
                ));
            }
            answer.finish(&mut problems);
        }
        if let Some(mut chat) = root.table("chat", &mut problems) {
            config.chat_history = chat.text("history", &mut problems).filter(|p| !p.is_empty()).map(PathBuf::from);
            chat.finish(&mut problems);
        }
        root.finish(&mut problems);
        problems.sort_by(|a, b| a.place.cmp(&b.place));
        if problems.iter().any(|p| p.severity == Severity::Error) { Err(problems) } else { Ok(config) }
    }
}

/// A number from 0 to 1.
fn share(table: &mut Fields<'_, '_>, name: &'static str, problems: &mut Vec<Problem>) -> Option<f32> {
    let number = table.number(name, problems)?;
    if !(0.0..=1.0).contains(&number) {
        let place = table.place_of(name);
        problems.push(Problem::error(&place, name, format!("{number} is no share; write a number from 0 to 1")));
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a share needs no more than a float's digits")]
    Some(number as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, Vec<String>> {
        let file = NamedText { name: "config.toml".to_owned(), text: text.to_owned() };
        Config::read(&file).map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn an_empty_file_is_the_default_and_the_shipped_file_is_read() {
        assert_eq!(read(""), Ok(Config::default()));
        assert!(read(include_str!("../config.toml")).is_ok());
    }

    #[test]
    fn every_problem_is_named_at_once_with_its_line() {
        let problems = read("[facts]\npath = 3\n[answer]\nanswer_bar = 7\nword_vectors = \"yes\"\nspeed = 9\n[telepathy]\n").unwrap_err();
        insta::assert_snapshot!(problems.join("\n"), @r"
        config.toml:2: error: path: write text in double quotes here
        config.toml:4: error: answer_bar: 7 is no share; write a number from 0 to 1
        config.toml:5: error: word_vectors: write true or false here
        config.toml:6: error: speed: unknown field; known are word_vectors, answer_bar, suggest_bar
        config.toml:7: error: telepathy: unknown field; known are facts, answer, chat
        ");
    }
}
