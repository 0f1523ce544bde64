//! Facts that are mended while the bot runs: read anew when they are told to be, or have changed on disk, and taken only where they are
//! sound.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tracing::{error, info, warn};

use super::edited::named;
use super::open::{OpenError, Shelf};
use crate::app::App;
use crate::base::Origin;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_secs(2);
/// How long they must have stayed as they are: who writes many does not write them at once.
const SETTLED: Duration = Duration::from_secs(1);
/// Problems and facts that are logged at most.
const LOGGED: usize = 200;
const NAMED: usize = 10;

/// What files look like from outside: name, size, and when they were last written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Look(Vec<(PathBuf, u64, Option<SystemTime>)>);

impl Look {
    /// Looks at the files of an origin. What cannot be looked at is not there.
    fn at(origin: &Origin) -> Self {
        let mut files = Vec::new();
        match origin {
            Origin::Rows(path) => files.extend(file(path)),
            Origin::Folder(root) => {
                let folders = entries(root).into_iter().filter(|path| path.is_dir());
                for folder in std::iter::once(root.clone()).chain(folders) {
                    let facts = entries(&folder).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
                    files.extend(facts.filter_map(|path| file(&path)));
                }
            }
            Origin::Embedded => {}
        }
        files.sort();
        Self(files)
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

fn file(path: &Path) -> Option<(PathBuf, u64, Option<SystemTime>)> {
    let found = fs::metadata(path).ok()?;
    Some((path.to_owned(), found.len(), found.modified().ok()))
}

/// What to do after a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Nothing has changed.
    Rest,
    /// Something has, and may still be changing: look again soon.
    Settle,
    /// It has, and stayed so: read it.
    Read,
}

/// Decides from looks when files are read.
#[derive(Debug)]
struct Watch {
    /// What was read last, sound or not.
    read: Look,
    /// What was seen since.
    seen: Option<Look>,
}

impl Watch {
    fn step(&mut self, look: Look) -> Step {
        if look == self.read {
            self.seen = None;
            Step::Rest
        } else if self.seen.as_ref() == Some(&look) {
            self.reading(look);
            Step::Read
        } else {
            self.seen = Some(look);
            Step::Settle
        }
    }

    /// The files are read as they look now. Broken ones are not read again before they change.
    fn reading(&mut self, look: Look) {
        self.read = look;
        self.seen = None;
    }
}

/// How the process is told to read its facts anew: by SIGHUP, where there is such a thing.
#[derive(Debug)]
pub(super) struct Told {
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
}

impl Told {
    /// Listens from now on.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            hangup: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?,
        })
    }

    /// Done when it is told.
    async fn next(&mut self) {
        #[cfg(unix)]
        if self.hangup.recv().await.is_some() {
            return;
        }
        std::future::pending::<()>().await;
    }
}

/// Keeps what is answered from as the files say.
#[derive(Debug)]
pub(super) struct Reloader {
    shelf: Shelf,
    watch: Watch,
}

impl Reloader {
    /// A reloader of facts that are read after this.
    pub(super) fn new(shelf: Shelf) -> Self {
        let read = Look::at(&shelf.origin);
        Self { shelf, watch: Watch { read, seen: None } }
    }

    /// Reads the facts anew whenever it is told, or files have changed. It never ends.
    pub(super) async fn run(mut self, app: Arc<App>, mut told: Told) {
        let mut pause = EVERY;
        loop {
            let is_told = tokio::select! {
                () = told.next() => true,
                () = tokio::time::sleep(pause) => false,
            };
            if is_told && self.shelf.origin == Origin::Embedded {
                info!("SIGHUP: the facts are those built into the program, there is nothing to read anew");
                continue;
            }
            let Some(look) = self.look().await else { continue };
            let step = if is_told {
                info!("SIGHUP: reading the facts anew");
                self.watch.reading(look);
                Step::Read
            } else {
                self.watch.step(look)
            };
            pause = if step == Step::Settle { SETTLED } else { EVERY };
            if step == Step::Read {
                self.read(&app).await;
            }
        }
    }

    async fn look(&self) -> Option<Look> {
        let origin = self.shelf.origin.clone();
        tokio::task::spawn_blocking(move || Look::at(&origin)).await.ok()
    }

    /// Reads the facts beside those that are answered from, and puts them in their place if they are sound.
    async fn read(&self, app: &Arc<App>) {
        let start = Instant::now();
        let (reading, taking) = (self.shelf.clone(), Arc::clone(app));
        let read = tokio::task::spawn_blocking(move || {
            let knowledge = reading.load()?;
            let counts = (knowledge.base.fact_count(), knowledge.base.source_count());
            taking.replace(Some(knowledge), None);
            Ok(counts)
        });
        match read.await {
            Ok(Ok((facts, sources))) => {
                info!("facts: {facts} from {sources} sources, read anew in {} ms", start.elapsed().as_millis());
                say_drifted(app);
            }
            Ok(Err(why)) => say_refused(why, &self.shelf.origin),
            Err(error) => error!("facts: reading them anew failed: {error}; the facts stay as they were"),
        }
    }
}

fn say_refused(why: OpenError, origin: &Origin) {
    let problems = why.problems();
    for problem in problems.iter().take(LOGGED) {
        error!("{problem}");
    }
    if problems.len() > LOGGED {
        error!("… and {} more; `sanad check` lists them", problems.len() - LOGGED);
    }
    let why = anyhow::Error::from(why);
    error!("facts: {origin} was not taken: {why:#}; the facts stay as they were, until the files are mended");
}

/// Says which edits were made over another word of the shipped base than it has now.
pub(super) fn say_drifted(app: &App) {
    if let Some(drifted) = drifted(app) {
        warn!("{drifted}");
    }
}

/// Which edits were made over another word of the shipped base than it has now, if there are any.
pub(super) fn drifted(app: &App) -> Option<String> {
    let drifted = app.drifted();
    let (first_scope, first) = drifted.first()?;
    let names: Vec<String> = drifted.iter().take(NAMED).map(|(scope, fact)| format!("{fact} {}", named(*scope))).collect();
    let more = if drifted.len() > NAMED { format!(" and {} more", drifted.len() - NAMED) } else { String::new() };
    let option = super::edited::option(*first_scope);
    Some(format!("the base has changed below edits of {}{more}; `sanad facts show {first}{option}` shows what", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(sizes: &[u64]) -> Look {
        Look(sizes.iter().map(|size| (PathBuf::from(format!("{size}.toml")), *size, None)).collect())
    }

    #[test]
    fn files_are_read_once_they_have_stayed_as_they_are() {
        let mut watch = Watch { read: look(&[1]), seen: None };
        assert_eq!(watch.step(look(&[1])), Step::Rest);
        assert_eq!(watch.step(look(&[1, 2])), Step::Settle);
        assert_eq!(watch.step(look(&[1, 2, 3])), Step::Settle, "still being written");
        assert_eq!(watch.step(look(&[1, 2, 3])), Step::Read);
        assert_eq!(watch.step(look(&[1, 2, 3])), Step::Rest, "broken files are not read again before they change");
        assert_eq!(watch.step(look(&[])), Step::Settle);
        assert_eq!(watch.step(look(&[1, 2, 3])), Step::Rest, "moved away and back");
        assert_eq!(watch.step(look(&[])), Step::Settle);
        assert_eq!(watch.step(look(&[])), Step::Read);
    }

    #[test]
    fn what_was_read_as_told_is_not_read_again() {
        let mut watch = Watch { read: look(&[1]), seen: None };
        assert_eq!(watch.step(look(&[2])), Step::Settle);
        watch.reading(look(&[2]));
        assert_eq!(watch.step(look(&[2])), Step::Rest);
    }

    #[test]
    fn a_look_sees_names_sizes_and_times_of_what_is_read_and_of_nothing_else() {
        let root = std::env::temp_dir().join(format!("sanad-look-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("facts")).unwrap();
        let origin = Origin::Folder(root.clone());
        let fact = root.join("facts/a.toml");
        fs::write(&fact, "a").unwrap();
        let first = Look::at(&origin);
        fs::write(root.join("facts/.a.toml.swp"), "a").unwrap();
        assert_eq!(Look::at(&origin), first);
        fs::write(&fact, "ab").unwrap();
        let longer = Look::at(&origin);
        assert_ne!(longer, first);
        fs::File::options().write(true).open(&fact).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert_ne!(Look::at(&origin), longer);
        fs::rename(&fact, root.join("facts/b.toml")).unwrap();
        let renamed = Look::at(&origin);
        fs::write(root.join("model.toml"), "").unwrap();
        assert_ne!(Look::at(&origin), renamed);
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(Look::at(&origin), Look::default());
    }
}
