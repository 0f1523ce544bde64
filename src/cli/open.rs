//! From settings to knowledge: which facts, which weights, which store, what is wrong with them.

use std::env;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::saved;
use crate::answer::model::Model;
use crate::base::reader::NamedText;
use crate::base::{self, LoadError, Origin};
use crate::config::{Config, Shards};
use crate::fact::{Place, Problem, Severity};
use crate::image::SourceFile;
use crate::knowledge::Knowledge;
use crate::store::{Location, StoreError};

/// Problems printed at most; the count below them is of all.
const SHOWN: usize = 200;
/// Where the store is, where nothing names another.
const DATABASE: &str = "sqlite:sanad.db";

/// Why there are no settings.
enum ConfigError {
    Broken(Vec<Problem>),
    Unreadable { path: String, error: io::Error },
}

/// Why there is nothing to answer from.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    /// The weights are broken.
    #[error("the weights have {} problems; make them anew with `sanad fit`", .0.len())]
    Weights(Vec<Problem>),
    /// The facts cannot be read, or are broken.
    #[error(transparent)]
    Facts(#[from] LoadError),
}

impl OpenError {
    /// Everything that is wrong, where it stands in files.
    pub(super) fn problems(&self) -> &[Problem] {
        match self {
            Self::Weights(problems) | Self::Facts(LoadError::Broken(problems)) => problems,
            Self::Facts(_) => &[],
        }
    }
}

/// Which facts are meant, and how they are read.
#[derive(Debug, Clone)]
pub(super) struct Shelf {
    /// Where they are.
    pub origin: Origin,
    /// The settings as they were when the program started.
    pub config: Config,
}

impl Shelf {
    /// The facts, indexed; what is wrong with them is printed.
    pub(super) fn open(&self) -> anyhow::Result<Knowledge> {
        Ok(self
            .weights()
            .and_then(|model| self.read(model, &Progress::shown(&self.origin), |said| eprintln!("sanad: {said}")))
            .map_err(report)?)
    }

    /// The facts, indexed, without a word on the terminal.
    pub(super) fn load(&self) -> Result<Knowledge, OpenError> {
        self.read(self.weights()?, &Progress(None), |said| tracing::warn!("{said}"))
    }

    fn weights(&self) -> Result<Model, OpenError> {
        let mut model = model(&self.origin).map_err(OpenError::Weights)?;
        for weights in [&mut model.forms, &mut model.plain] {
            weights.answer_bar = self.config.answer_bar.unwrap_or(weights.answer_bar);
            weights.suggest_bar = self.config.suggest_bar.unwrap_or(weights.suggest_bar).min(weights.answer_bar);
        }
        Ok(model)
    }

    /// The facts, indexed: as they were saved, where that is fresh, else read. `say` is told what is amiss with what was saved.
    fn read(&self, model: Model, progress: &Progress, say: impl Fn(String)) -> Result<Knowledge, OpenError> {
        let Origin::Rows(rows) = &self.origin else { return Ok(self.read_rows(model, progress)?.0) };
        let complaint = match saved::open(rows, &self.config, model.clone()) {
            Ok(knowledge) => return Ok(knowledge),
            Err(unusable) => saved::complaint(rows, &unusable),
        };
        let was_saved = complaint.is_some();
        complaint.into_iter().for_each(&say);
        let (knowledge, source) = self.read_rows(model, progress)?;
        if was_saved {
            saved::again(rows, &knowledge, source, &self.config).unwrap_or_else(say);
        }
        Ok(knowledge)
    }

    /// The facts, read and indexed, with the file of rows that they were read from, if they were.
    pub(super) fn read_rows(&self, model: Model, progress: &Progress) -> Result<(Knowledge, Option<SourceFile>), OpenError> {
        let read_vectors = || saved::vectors(&self.config);
        let (loaded, vectors) = std::thread::scope(|scope| {
            let worker = scope.spawn(read_vectors);
            let loaded = base::load(&self.origin, |rows| progress.rows(rows));
            // A worker that died of a fault is made good here, where the fault shows as what it is.
            (loaded, worker.join().unwrap_or_else(|_| read_vectors()))
        });
        let loaded = loaded?;
        progress.says("indexing");
        let knowledge = Knowledge::new(loaded.base, loaded.lexicon, vectors, model);
        progress.done();
        Ok((knowledge, loaded.source))
    }
}

/// Where the store is: the environment over the file over the default.
fn location(config: &Config) -> Result<Location, StoreError> {
    match env::var_os("DATABASE_URL").filter(|address| !address.is_empty()) {
        Some(address) => match address.to_str() {
            Some(address) => Location::parse(address),
            None => Err(StoreError::NotSupported { what: "it is not UTF-8 text".to_owned() }),
        },
        None => config.database.clone().map_or_else(|| Location::parse(DATABASE), Ok),
    }
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
        let mut config = self.read_config().map_err(|error| match error {
            ConfigError::Broken(problems) => {
                print_problems(&problems);
                anyhow::anyhow!("the settings have {} problems; mend them and start again", problems.len())
            }
            ConfigError::Unreadable { path, error } => {
                anyhow::Error::from(error).context(format!("cannot read the settings {path}; check the path"))
            }
        })?;
        if let Some(range) = env::var("SANAD_SHARDS").ok().filter(|range| !range.trim().is_empty()) {
            config.discord.shards = Shards::Some(range.parse().context("SANAD_SHARDS")?);
        }
        Ok(config)
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

    /// Where the store is: the environment over the file over the default.
    pub(super) fn location(&self) -> anyhow::Result<Location> {
        Ok(location(&self.config()?)?)
    }

    /// Which facts are meant, to be read now and again.
    pub(super) fn shelf(&self) -> anyhow::Result<Shelf> {
        let config = self.config()?;
        Ok(Shelf { origin: self.origin(&config), config })
    }

    /// The facts, indexed.
    pub(super) fn open(&self) -> anyhow::Result<Knowledge> {
        self.shelf()?.open()
    }

    /// The facts, indexed, without weights: they are about to be fitted.
    pub(super) fn open_unfitted(&self) -> anyhow::Result<Knowledge> {
        let meant = self.shelf()?;
        Ok(meant.read_rows(Model::unfitted(), &Progress::shown(&meant.origin)).map_err(report)?.0)
    }

    /// Another collection, indexed, without weights.
    pub(super) fn open_other_unfitted(&self, path: &Path) -> anyhow::Result<Knowledge> {
        let other = Shelf { origin: Origin::Rows(path.to_owned()), config: self.config()? };
        Ok(other.read_rows(Model::unfitted(), &Progress::shown(&other.origin)).map_err(report)?.0)
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
        if let Err(error) = location(&config) {
            problems.push(Problem::error(&Place { file: "DATABASE_URL".to_owned(), line: 0 }, "database", error.to_string()));
        }
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

/// Prints problems where a person sees them and hands the error on.
pub(super) fn report(error: OpenError) -> OpenError {
    print_problems(error.problems());
    error
}

/// Problems as lines of text.
pub(super) fn listed(problems: &[Problem]) -> String {
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

/// What a person sees while much is read.
pub(super) struct Progress(Option<ProgressBar>);

impl Progress {
    /// Shown where a large collection is read.
    fn shown(origin: &Origin) -> Self {
        if matches!(origin, Origin::Rows(_)) { Self::on_terminal() } else { Self(None) }
    }

    /// Shown where a person looks on.
    pub(super) fn on_terminal() -> Self {
        if !io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        Self(Some(bar))
    }

    /// How many rows are read.
    pub(super) fn rows(&self, rows: usize) {
        if let Some(bar) = &self.0 {
            bar.set_message(format!("{rows} rows read"));
            bar.tick();
        }
    }

    /// What is being done.
    pub(super) fn says(&self, what: &'static str) {
        if let Some(bar) = &self.0 {
            bar.set_message(what);
            bar.tick();
        }
    }

    /// Takes it away.
    pub(super) fn done(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
