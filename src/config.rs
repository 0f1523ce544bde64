//! Settings: a file as written becomes a checked [`Config`], or every problem in it is named.

mod shards;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::app::WARM_SERVERS;
use crate::base::reader::{Fields, Lines, NamedText, parse};
use crate::fact::{Problem, Severity};
use crate::store::Location;
use crate::telemetry::Format;
pub use shards::{NoRange, ShardRange, Shards};

/// Seconds of silence that a gateway may be allowed at least: two of its heartbeats, and some.
const SHORTEST_SILENCE: u32 = 90;

/// How often something may be done: a bucket of `burst` tokens into which `per_minute` drip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Tokens that the full bucket holds.
    pub burst: u32,
    /// Tokens that drip into it in a minute.
    pub per_minute: u32,
}

impl Rate {
    /// Tokens that drip in a second.
    pub fn per_second(self) -> f64 {
        f64::from(self.per_minute) / 60.0
    }
}

/// Settings of the Discord bot.
#[derive(Debug, Clone, PartialEq)]
pub struct Discord {
    /// Whether the application has the message-content intent, a privileged one.
    pub message_content: bool,
    /// Channels in which every message that looks like a question is tried.
    pub asking_channels: Vec<u64>,
    /// From this confidence on a question is answered that nobody asked the bot by name, 0 to 1.
    pub unasked_bar: f32,
    /// Connections to Discord's gateway.
    pub shards: Shards,
    /// How long the gateway may give no sign of life before the process ends, to be started again.
    pub silence: Duration,
    /// How long it may take until the first shard is ready. No file sets it.
    pub ready_within: Duration,
    /// How many messages' questions may be in hand at once. No file sets it.
    pub at_once: u32,
    /// How often one person may ask.
    pub person: Rate,
    /// How often a channel may ask.
    pub channel: Rate,
    /// How often a server may ask.
    pub server: Rate,
    /// How long people's words are kept, in days.
    pub keep_days: u32,
}

impl Default for Discord {
    fn default() -> Self {
        Self {
            message_content: false,
            asking_channels: Vec::new(),
            unasked_bar: 0.9,
            shards: Shards::default(),
            silence: Duration::from_secs(300),
            ready_within: Duration::from_secs(60),
            // Discord takes 50 requests a second of a bot (rate limits), and an answer is tried for a minute: who comes behind so many
            // would wait for most of it.
            at_once: 2_000,
            person: Rate { burst: 8, per_minute: 20 },
            channel: Rate { burst: 30, per_minute: 120 },
            server: Rate { burst: 200, per_minute: 1_200 },
            keep_days: 30,
        }
    }
}

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
    /// Where edits of facts are kept; nothing means `sanad.db` in the working folder.
    pub database: Option<Location>,
    /// How many servers' own facts are kept ready for questions at once; those of the others are laid when somebody asks there.
    pub warm_servers: u32,
    /// Where health and metrics are asked for; nothing means nowhere.
    pub http: Option<SocketAddr>,
    /// How the log is written.
    pub log: Format,
    /// The Discord bot.
    pub discord: Discord,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            facts: None,
            word_vectors: true,
            answer_bar: None,
            suggest_bar: None,
            chat_history: None,
            database: None,
            warm_servers: WARM_SERVERS,
            http: None,
            log: Format::default(),
            discord: Discord::default(),
        }
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
        if let Some(mut store) = root.table("store", &mut problems) {
            if let Some(address) = store.text("database", &mut problems) {
                match Location::parse(&address) {
                    Ok(location) => config.database = Some(location),
                    Err(error) => problems.push(Problem::error(&store.place_of("database"), "database", error.to_string())),
                }
            }
            store.finish(&mut problems);
        }
        if let Some(mut servers) = root.table("servers", &mut problems) {
            config.warm_servers = count(&mut servers, "warm", &mut problems).unwrap_or(config.warm_servers);
            servers.finish(&mut problems);
        }
        if let Some(mut http) = root.table("http", &mut problems) {
            if let Some(address) = http.text("listen", &mut problems).filter(|address| !address.is_empty()) {
                match address.parse() {
                    Ok(address) => config.http = Some(address),
                    Err(_) => problems.push(Problem::error(
                        &http.place_of("listen"),
                        "listen",
                        format!("\"{address}\" is no address with a port; write one like 127.0.0.1:9400"),
                    )),
                }
            }
            http.finish(&mut problems);
        }
        if let Some(mut log) = root.table("log", &mut problems) {
            if let Some(format) = log.text("format", &mut problems) {
                match Format::named(&format) {
                    Some(format) => config.log = format,
                    None => problems.push(Problem::error(
                        &log.place_of("format"),
                        "format",
                        format!("\"{format}\" is no form of a log; write \"text\" or \"json\""),
                    )),
                }
            }
            log.finish(&mut problems);
        }
        if let Some(mut discord) = root.table("discord", &mut problems) {
            config.discord.read(&mut discord, &mut problems);
            discord.finish(&mut problems);
        }
        if let Some(mut shards) = root.table("shards", &mut problems) {
            if let Some(range) = shards.text("range", &mut problems).filter(|range| !range.is_empty()) {
                let place = shards.place_of("range");
                match range.parse() {
                    Ok(range) if config.discord.shards == Shards::Recommended => config.discord.shards = Shards::Some(range),
                    Ok(_) => problems.push(Problem::error(
                        &place,
                        "range",
                        "[discord] shards says how many there are, and range too; leave one of them out",
                    )),
                    Err(error) => problems.push(Problem::error(&place, "range", NoRange::to_string(&error))),
                }
            }
            shards.finish(&mut problems);
        }
        if let Some(mut limits) = root.table("limits", &mut problems) {
            let discord = &mut config.discord;
            for (name, rate) in [("person", &mut discord.person), ("channel", &mut discord.channel), ("server", &mut discord.server)] {
                if let Some(mut table) = limits.table(name, &mut problems) {
                    rate.burst = count(&mut table, "burst", &mut problems).unwrap_or(rate.burst);
                    rate.per_minute = count(&mut table, "per_minute", &mut problems).unwrap_or(rate.per_minute);
                    table.finish(&mut problems);
                }
            }
            limits.finish(&mut problems);
        }
        if let Some(mut privacy) = root.table("privacy", &mut problems) {
            config.discord.keep_days = days(&mut privacy, "keep_days", &mut problems).unwrap_or(config.discord.keep_days);
            privacy.finish(&mut problems);
        }
        root.finish(&mut problems);
        problems.sort_by(|a, b| a.place.cmp(&b.place));
        if problems.iter().any(|p| p.severity == Severity::Error) { Err(problems) } else { Ok(config) }
    }
}

impl Discord {
    fn read(&mut self, table: &mut Fields<'_, '_>, problems: &mut Vec<Problem>) {
        self.message_content = table.switch("message_content", problems).unwrap_or(self.message_content);
        for channel in table.list("asking_channels", problems) {
            match channel.parse::<u64>().ok().filter(|id| *id > 0) {
                Some(id) => self.asking_channels.push(id),
                None => problems.push(Problem::error(
                    &table.place_of("asking_channels"),
                    "asking_channels",
                    format!(
                        "\"{channel}\" is no channel's id; in Discord switch on developer mode, then copy the id from the channel's menu"
                    ),
                )),
            }
        }
        if !self.asking_channels.is_empty() && !self.message_content {
            problems.push(Problem::error(
                &table.place_of("asking_channels"),
                "asking_channels",
                "asking channels need the message-content intent: switch it on for the application in Discord's developer portal and set message_content = true, or leave the list empty",
            ));
        }
        self.unasked_bar = share(table, "unasked_bar", problems).unwrap_or(self.unasked_bar);
        self.shards = count(table, "shards", problems).map_or(self.shards, Shards::All);
        if let Some(silence) = count(table, "gateway_silence", problems) {
            if silence < SHORTEST_SILENCE {
                problems.push(Problem::error(
                    &table.place_of("gateway_silence"),
                    "gateway_silence",
                    format!(
                        "{silence} s is too short: where nobody asks, the gateway gives a sign of life each 41 s; write {SHORTEST_SILENCE} or more"
                    ),
                ));
            }
            self.silence = Duration::from_secs(u64::from(silence));
        }
    }
}

/// A whole number from 1 to a million.
fn count(table: &mut Fields<'_, '_>, name: &'static str, problems: &mut Vec<Problem>) -> Option<u32> {
    whole(table, name, 1_000_000, problems)
}

/// A number of days from 1 to a year: what is kept longer is no longer kept for a while.
fn days(table: &mut Fields<'_, '_>, name: &'static str, problems: &mut Vec<Problem>) -> Option<u32> {
    whole(table, name, 365, problems)
}

/// A whole number from 1 to `most`.
fn whole(table: &mut Fields<'_, '_>, name: &'static str, most: u32, problems: &mut Vec<Problem>) -> Option<u32> {
    let number = table.number(name, problems)?;
    if number.fract() != 0.0 || !(1.0..=f64::from(most)).contains(&number) {
        let place = table.place_of(name);
        problems.push(Problem::error(&place, name, format!("write a whole number from 1 to {most}, not {number}")));
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, from 1 to what a u32 holds")]
    Some(number as u32)
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
        assert_eq!(read(include_str!("../config.toml")), Ok(Config::default()), "what stands in the shipped file is the default");
    }

    #[test]
    fn the_readme_has_a_row_for_every_key_of_the_shipped_file() {
        let readme = include_str!("../README.md");
        let (mut section, mut keys) = ("", 0);
        for line in include_str!("../config.toml").lines() {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                section = name;
            }
            // What is left out by default stands there as a comment.
            let Some((key, _)) = line.strip_prefix("# ").unwrap_or(line).split_once(" = ") else { continue };
            if key.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_') {
                let row = |row: &str| {
                    row.starts_with(&format!("| `[{section}] "))
                        && (row.contains(&format!("] {key}`")) || row.contains(&format!("`{key}`")))
                };
                assert!(readme.lines().any(row), "[{section}] {key} is not in the table");
                keys += 1;
            }
        }
        assert!(keys > 15, "the file is read: {keys}");
    }

    #[test]
    fn every_problem_is_named_at_once_with_its_line() {
        let problems = read("[facts]\npath = 3\n[answer]\nanswer_bar = 7\nword_vectors = \"yes\"\nspeed = 9\n[telepathy]\n").unwrap_err();
        insta::assert_snapshot!(problems.join("\n"), @r"
        config.toml:2: error: path: write text in double quotes here
        config.toml:4: error: answer_bar: 7 is no share; write a number from 0 to 1
        config.toml:5: error: word_vectors: write true or false here
        config.toml:6: error: speed: unknown field; known are word_vectors, answer_bar, suggest_bar
        config.toml:7: error: telepathy: unknown field; known are facts, answer, chat, store, servers, http, log, discord, shards, limits, privacy
        ");
    }

    #[test]
    fn the_store_is_a_file_or_a_database_and_no_password_is_repeated() {
        for (url, place) in
            [("sqlite:/srv/sanad/facts.db", "srv/sanad/facts.db"), ("postgres://anna:secret@host/db", "postgres://anna@host:5432/db")]
        {
            let config = read(&format!("[store]\ndatabase = \"{url}\"\n")).unwrap();
            assert!(!format!("{config:?}").contains("secret"), "{config:?}");
            assert!(config.database.unwrap().place().to_string().ends_with(place));
        }
        insta::assert_snapshot!(read("[store]\ndatabase = \"mysql://anna:secret@host/db\"\nfile = \"x\"\n").unwrap_err().join("\n"), @r"
        config.toml:2: error: database: the address of the store: `mysql:` is not supported; write sqlite:FILE or postgres://USER@HOST/DATABASE
        config.toml:3: error: file: unknown field; known are database
        ");
    }

    #[test]
    fn how_many_servers_are_kept_warm_is_a_whole_number() {
        assert_eq!(read("[servers]\nwarm = 3\n").map(|config| config.warm_servers), Ok(3));
        insta::assert_snapshot!(read("[servers]\nwarm = 0\ncold = 1\n").unwrap_err().join("\n"), @r"
        config.toml:2: error: warm: write a whole number from 1 to 1000000, not 0
        config.toml:3: error: cold: unknown field; known are warm
        ");
    }

    #[test]
    fn operations_are_set_and_what_is_wrong_with_them_is_said_with_the_mend() {
        let config = read("[http]\nlisten = \"[::1]:9400\"\n[log]\nformat = \"json\"\n[discord]\ngateway_silence = 120\n").unwrap();
        assert!(config.http.unwrap().ip().is_loopback());
        assert_eq!((config.log, config.discord.silence), (Format::Json, Duration::from_secs(120)));
        let text = "[http]\nlisten = \"localhost\"\n[log]\nformat = \"xml\"\n[discord]\ngateway_silence = 30\n";
        insta::assert_snapshot!(read(text).unwrap_err().join("\n"), @r#"
        config.toml:2: error: listen: "localhost" is no address with a port; write one like 127.0.0.1:9400
        config.toml:4: error: format: "xml" is no form of a log; write "text" or "json"
        config.toml:6: error: gateway_silence: 30 s is too short: where nobody asks, the gateway gives a sign of life each 41 s; write 90 or more
        "#);
    }

    #[test]
    fn what_is_wrong_with_the_bot_s_settings_is_said_with_the_mend() {
        let text = "[discord]\nasking_channels = [\"general\", \"123\"]\nunasked_bar = 2\nshards = 0\n[limits.person]\nburst = 1.5\n";
        insta::assert_snapshot!(read(text).unwrap_err().join("\n"), @r#"
        config.toml:2: error: asking_channels: "general" is no channel's id; in Discord switch on developer mode, then copy the id from the channel's menu
        config.toml:2: error: asking_channels: asking channels need the message-content intent: switch it on for the application in Discord's developer portal and set message_content = true, or leave the list empty
        config.toml:3: error: unasked_bar: 2 is no share; write a number from 0 to 1
        config.toml:4: error: shards: write a whole number from 1 to 1000000, not 0
        config.toml:6: error: burst: write a whole number from 1 to 1000000, not 1.5
        "#);
        assert_eq!(
            read("[privacy]\nkeep_days = 366\n").unwrap_err(),
            ["config.toml:2: error: keep_days: write a whole number from 1 to 365, not 366"]
        );
        assert_eq!(read("[privacy]\nkeep_days = 7\n").unwrap().discord.keep_days, 7);
    }
}
