//! The settings file, the address of the store, and the weights.

use sanad::answer::model::Model;
use sanad::base::reader::NamedText;
use sanad::config::Config;
use sanad::fact::Problem;
use sanad::store::Location;

/// The text of a settings file.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let lines = text.lines().count() + 1;
    if let Some(secret) = text.lines().next().and_then(|line| line.strip_prefix("# database: "))
        && let Err(error) = Location::parse(secret)
    {
        is_silent_about(&error.to_string(), secret);
    }
    let file = NamedText { name: "config.toml".to_owned(), text };
    match Config::read(&file) {
        Ok(config) => {
            for share in [config.answer_bar, config.suggest_bar, Some(config.discord.unasked_bar)].into_iter().flatten() {
                assert!((0.0..=1.0).contains(&share), "{share}");
            }
            for rate in [config.discord.person, config.discord.channel, config.discord.server] {
                assert!(rate.burst > 0 && rate.per_minute > 0 && rate.per_second().is_finite());
            }
            assert!(config.discord.asking_channels.is_empty() || config.discord.message_content);
            assert!(config.discord.asking_channels.iter().all(|id| *id > 0));
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a word");
            are_told(&problems, lines);
        }
    }
    let mut problems = Vec::new();
    let _ = Model::read(&file, &mut problems);
    are_told(&problems, lines);
}

fn are_told(problems: &[Problem], lines: usize) {
    for problem in problems {
        assert!(problem.place.line <= lines, "{problem}: there are {lines} lines");
        assert!(!problem.message.trim().is_empty());
    }
}

/// A password may stand behind the scheme: nothing of that is repeated.
fn is_silent_about(message: &str, address: &str) {
    if let Some((_, rest)) = address.split_once("://") {
        let password = rest.split_once(':').and_then(|(_, rest)| rest.split_once('@')).map(|(password, _)| password);
        if let Some(password) = password.filter(|password| password.len() > 12) {
            assert!(!message.contains(password), "{message}");
        }
    }
}
