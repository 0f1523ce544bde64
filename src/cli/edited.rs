//! The facts with what was edited, for commands that read, change a little, and end.

use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use tokio::runtime::Runtime;

use super::open::Settings;
use crate::app::App;
use crate::curation::{Scope, ServerId};
use crate::desk::Desk;
use crate::knowledge::Knowledge;
use crate::store::{Location, Migrated, Opened, Store};

/// Whose facts are meant.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct Whose {
    /// One server's facts, by the server's id in Discord; without it, what holds everywhere.
    #[arg(long, global = true, value_name = "ID", value_parser = server)]
    guild: Option<ServerId>,
}

impl Whose {
    pub(super) fn scope(self) -> Scope {
        self.guild.map_or(Scope::Everywhere, Scope::Server)
    }
}

fn server(typed: &str) -> Result<ServerId, String> {
    match typed.parse().map(Scope::of) {
        Ok(Scope::Server(server)) => Ok(server),
        _ => Err("write the number that Discord shows: switch on developer mode, then copy the id from the server's menu".to_owned()),
    }
}

/// A scope as people call it.
pub(super) fn named(scope: Scope) -> String {
    match scope {
        Scope::Everywhere => "for all servers".to_owned(),
        Scope::Server(server) => format!("in server {}", server.0),
    }
}

/// How the command line asks for a scope, with the space before it.
pub(super) fn option(scope: Scope) -> String {
    match scope {
        Scope::Everywhere => String::new(),
        Scope::Server(server) => format!(" --guild {}", server.0),
    }
}

/// The store, with what waits for it.
#[derive(Debug)]
pub(super) struct Shelved {
    /// The store.
    pub store: Store,
    /// What runs its work.
    pub runtime: Runtime,
}

impl Shelved {
    /// Opens the store where there is one. Where there is none, nothing is begun.
    pub(super) fn existing(at: &Location) -> anyhow::Result<Option<Self>> {
        if !is_there(at)? {
            return Ok(None);
        }
        let runtime = runtime()?;
        let opened = runtime.block_on(Store::open_existing(at))?;
        Ok(opened.map(|opened| Self::of(opened, runtime)))
    }

    /// Opens the store where there is one, and leaves it at its schema. Where there is none, nothing is begun.
    pub(super) fn as_it_is(at: &Location) -> anyhow::Result<Option<Self>> {
        if !is_there(at)? {
            return Ok(None);
        }
        let runtime = runtime()?;
        let store = runtime.block_on(Store::open_as_it_is(at))?;
        Ok(store.map(|store| Self { store, runtime }))
    }

    /// Opens the store, or makes one.
    pub(super) fn open(at: &Location) -> anyhow::Result<Self> {
        let runtime = runtime()?;
        let opened = runtime.block_on(Store::open(at))?;
        Ok(Self::of(opened, runtime))
    }

    fn of(Opened { store, migrated }: Opened, runtime: Runtime) -> Self {
        if let Some(migrated) = migrated {
            eprintln!("sanad: {}", brought(&store, &migrated));
        }
        Self { store, runtime }
    }

    /// The facts over which this store's edits lie.
    pub(super) fn over(&self, shipped: Knowledge) -> anyhow::Result<Arc<App>> {
        let app = Arc::new(App::new(shipped));
        self.runtime.block_on(Desk::open(Arc::clone(&app), self.store.clone()))?;
        Ok(app)
    }

    /// Ends it: what was written stands in one file then.
    pub(super) fn close(self) {
        self.runtime.block_on(self.store.close());
    }
}

/// Whether there may be a store: of a file that is seen at once, of a database when it is asked.
fn is_there(at: &Location) -> anyhow::Result<bool> {
    match at {
        Location::File(file) => {
            file.try_exists().with_context(|| format!("{}: cannot be looked at; see who may read its folder", file.display()))
        }
        Location::Server(_) => Ok(true),
    }
}

/// What became of an older store.
pub(super) fn brought(store: &Store, migrated: &Migrated) -> String {
    let Migrated { from, to, backup } = migrated;
    let kept = backup.as_ref().map_or_else(String::new, |backup| format!("; as it was, it is kept in {}", backup.display()));
    format!("{}: brought from schema {from} to {to}{kept}", store.place())
}

/// Runs what a command waits for, on its own thread.
pub(super) fn runtime() -> anyhow::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start what the store runs on")
}

impl Settings {
    /// The facts with what was edited.
    pub(super) fn open_edited(&self) -> anyhow::Result<Arc<App>> {
        let store = Shelved::existing(&self.location()?)?;
        let shipped = self.open()?;
        let Some(store) = store else { return Ok(Arc::new(App::new(shipped))) };
        let app = store.over(shipped)?;
        store.close();
        Ok(app)
    }

    /// What questions of a scope are answered from.
    pub(super) fn open_view(&self, scope: Scope) -> anyhow::Result<Knowledge> {
        let app = self.open_edited()?;
        let view = app.view(scope);
        // The facts serve until the process ends: taking them apart piece by piece before that would only keep the asker waiting.
        std::mem::forget(app);
        Ok(view)
    }
}
