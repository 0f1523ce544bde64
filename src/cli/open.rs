//! From settings to knowledge: which facts, which weights, what is wrong with them.

use std::env;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::answer::model::Model;
use crate::base::reader::NamedText;
use crate::base::{self, LoadError, Origin};
use crate::config::Config;
use crate::fact::{Place, Problem, Severity};
use crate::knowledge::Knowledge;

/// Problems printed at most; the count below them is of all.
const SHOWN: usize = 200;

/// Why there are no settings.
enum ConfigError {
    Broken(Vec<Problem>),
    Unreadable { path: String, error: io::Error },
}

/// What the command line says of settings and facts.
#[derive(Debug)]
pub(super) struct Settings {
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--facts`.
    pub facts: Option<PathBuf>,
}

impl Settings {
    /// The settings, environment over file over default.
    pub(super) fn config(&self) -> anyhow::Result<Config> {
        self.read_config().map_err(|error| match error {
            ConfigError::Broken(problems) => {
                print_problems(&problems);
                anyhow::anyhow!("the settings have {} problems; mend them and start again", problems.len())
            }
            ConfigError::Unreadable { path, error } => {
                anyhow::Error::from(error).context(format!("cannot read the settings {path}; check the path"))
            }
        })
    }

    fn read_config(&self) -> Result<Config, ConfigError> {
        let named = self.config.clone().or_else(|| env::var_os("SANAD_CONFIG").map(PathBuf::from));
        let path = named.clone().unwrap_or_else(|| PathBuf::from("config.toml"));
        let name = path.display().to_string();
        match fs::read_to_string(&path) {
            Ok(text) => Config::read(&NamedText { name, text }).map_err(ConfigError::Broken),
            Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => Ok(Config::default()),
            Err(error) => Err(ConfigError::Unreadable { path: name, error }),
        }
    }

    fn origin(&self, config: &Config) -> Origin {
        let named = self.facts.as_ref().or(config.facts.as_ref());
        match named {
            Some(path) if path.extension().is_some_and(|e| e == "jsonl") => Origin::Rows(path.clone()),
            Some(path) => Origin::Folder(path.clone()),
            None if Path::new("data/facts").is_dir() => Origin::Folder(PathBuf::from("data")),
            None => Origin::Embedded,
        }
    }

    /// The facts, indexed.
    pub(super) fn open(&self) -> anyhow::Result<Knowledge> {
        let config = self.config()?;
        let origin = self.origin(&config);
        let mut model = model(&origin).map_err(|problems| {
            print_problems(&problems);
            anyhow::anyhow!("the weights have {} problems; make them anew with `sanad fit`", problems.len())
        })?;
        for weights in [&mut model.forms, &mut model.plain] {
            weights.answer_bar = config.answer_bar.unwrap_or(weights.answer_bar);
            weights.suggest_bar = config.suggest_bar.unwrap_or(weights.suggest_bar).min(weights.answer_bar);
        }
        Self::open_with(&origin, &config, model)
    }

    /// The facts, indexed, without weights: they are about to be fitted.
    pub(super) fn open_unfitted(&self) -> anyhow::Result<Knowledge> {
        let config = self.config()?;
        Self::open_with(&self.origin(&config), &config, Model::unfitted())
    }

    /// Another collection, indexed, without weights.
    pub(super) fn open_other_unfitted(&self, path: &Path) -> anyhow::Result<Knowledge> {
        Self::open_with(&Origin::Rows(path.to_owned()), &self.config()?, Model::unfitted())
    }

    fn open_with(origin: &Origin, config: &Config, model: Model) -> anyhow::Result<Knowledge> {
        let progress = Progress::of(origin);
        let read_vectors = || if config.word_vectors { base::embedded_vectors() } else { None };
        let (loaded, vectors) = std::thread::scope(|scope| {
            let worker = scope.spawn(read_vectors);
            let loaded = base::load(origin, |rows| progress.rows(rows));
            // A worker that died of a fault is made good here, where the fault shows as what it is.
            (loaded, worker.join().unwrap_or_else(|_| read_vectors()))
        });
        let loaded = loaded.map_err(report)?;
        progress.indexing();
        let knowledge = Knowledge::new(loaded.base, loaded.lexicon, vectors, model);
        progress.done();
        Ok(knowledge)
    }

    /// Prints every problem in settings and facts, then a count.
    pub(super) fn check(&self) -> ExitCode {
        let mut problems = Vec::new();
        let config = self.read_config().unwrap_or_else(|error| {
            problems.extend(match error {
                ConfigError::Broken(found) => found,
                ConfigError::Unreadable { path, error } => {
                    vec![Problem::error(&Place { file: path, line: 0 }, "file", format!("cannot be read: {error}; check the path"))]
                }
            });
            Config::default()
        });
        let origin = self.origin(&config);
        let (found, summary) = match base::load(&origin, |_| ()) {
            Ok(loaded) => {
                let base = &loaded.base;
                let summary = format!("{} facts, {} sources, {} entities", base.fact_count(), base.source_count(), base.entities().len());
                (loaded.warnings, summary)
            }
            Err(LoadError::Broken(problems)) => (problems, "nothing was loaded".to_owned()),
            Err(error) => {
                let place = Place { file: origin.to_string(), line: 0 };
                (vec![Problem::error(&place, "facts", format!("{:#}", anyhow::Error::from(error)))], "nothing was loaded".to_owned())
            }
        };
        problems.extend(found);
        if let Err(more) = model(&origin) {
            problems.extend(more);
        }
        print!("{}", listed(&problems));
        let errors = problems.iter().filter(|p| p.severity == Severity::Error).count();
        println!("{errors} errors, {} warnings; {summary}", problems.len() - errors);
        ExitCode::from(u8::from(errors > 0))
    }
}

/// The weights of a folder, else those built in.
pub(super) fn model(origin: &Origin) -> Result<Model, Vec<Problem>> {
    let own = match origin {
        Origin::Folder(root) => {
            let path = root.join("model.toml");
            fs::read_to_string(&path).ok().map(|text| NamedText { name: path.display().to_string(), text })
        }
        Origin::Rows(_) | Origin::Embedded => None,
    };
    let mut problems = Vec::new();
    let model = Model::read(&own.unwrap_or_else(base::embedded_model), &mut problems);
    match model {
        Some(model) if problems.is_empty() => Ok(model),
        _ => Err(problems),
    }
}

/// Prints problems where a person sees them and turns the error into a sentence.
pub(super) fn report(error: LoadError) -> anyhow::Error {
    if let LoadError::Broken(problems) = &error {
        print_problems(problems);
    }
    error.into()
}

/// Problems as lines of text.
fn listed(problems: &[Problem]) -> String {
    let mut lines: Vec<String> = problems.iter().take(SHOWN).map(ToString::to_string).collect();
    if problems.len() > SHOWN {
        lines.push(format!("… and {} more", problems.len() - SHOWN));
    }
    lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
}

/// Standard output belongs to answers; what is wrong goes beside it.
fn print_problems(problems: &[Problem]) {
    eprint!("{}", listed(problems));
}

/// What a person sees while a large collection is read.
struct Progress(Option<ProgressBar>);

impl Progress {
    fn of(origin: &Origin) -> Self {
        if !matches!(origin, Origin::Rows(_)) || !io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        Self(Some(bar))
    }

    fn rows(&self, rows: usize) {
        if let Some(bar) = &self.0 {
            bar.set_message(format!("{rows} rows read"));
            bar.tick();
        }
    }

    fn indexing(&self) {
        if let Some(bar) = &self.0 {
            bar.set_message("indexing");
            bar.tick();
        }
    }

    fn done(self) {
        if let Some(bar) = self.0 {
            bar.finish_and_clear();
        }
    }
}
