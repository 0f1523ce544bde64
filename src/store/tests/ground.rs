//! Where the store of a test stands: a file in a folder of its own, or a database of its own on a server.

use std::env;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, SqliteConnection};

use crate::store::sqlite::open::{self, Tuning};
use crate::store::{Location, Opened, Store, StoreError};

/// Where a test may make databases.
const SERVER: &str = "SANAD_TEST_POSTGRES";

/// A name that no other test has.
fn own(what: &str) -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);
    format!("{what}_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed))
}

/// Where a store stands.
pub(super) enum Ground {
    File(Folder),
    Server(Database),
}

impl Ground {
    pub(super) fn file() -> Self {
        Self::File(Folder::new())
    }

    /// A database, where there is a server to make one on.
    pub(super) async fn server() -> Option<Self> {
        static SAID: Once = Once::new();
        if let Some(database) = Database::new().await {
            return Some(Self::Server(database));
        }
        // Not by the macros, which the harness keeps to itself.
        SAID.call_once(|| {
            let said = "sanad: PostgreSQL was not tested: set SANAD_TEST_POSTGRES to the URL of a server where databases may be made (.ci/postgres)\n";
            std::io::stderr().write_all(said.as_bytes()).unwrap();
        });
        None
    }

    pub(super) fn at(&self) -> Location {
        match self {
            Self::File(folder) => folder.at(),
            Self::Server(database) => Location::parse(&database.url).unwrap(),
        }
    }

    pub(super) async fn open(&self) -> Store {
        Store::open(&self.at()).await.unwrap().store
    }

    /// A connection beside the store, as another program has it.
    pub(super) async fn raw(&self) -> Raw {
        match self {
            Self::File(folder) => Raw::File(folder.raw().await),
            Self::Server(database) => Raw::Server(PgConnection::connect(&database.url).await.unwrap()),
        }
    }
}

/// A connection of any engine.
pub(super) enum Raw {
    File(SqliteConnection),
    Server(PgConnection),
}

impl Raw {
    /// Runs a statement: how many rows it changed, or what was said, in small letters and without hyphens.
    pub(super) async fn run(&mut self, sql: &str) -> Result<u64, String> {
        let done = match self {
            Self::File(connection) => sqlx::raw_sql(sql).execute(connection).await.map(|done| done.rows_affected()),
            Self::Server(connection) => sqlx::raw_sql(sql).execute(connection).await.map(|done| done.rows_affected()),
        };
        done.map_err(|error| error.to_string().to_lowercase().replace('-', " "))
    }

    /// The names of some columns or tables.
    pub(super) async fn names(&mut self, sql: &str) -> Vec<String> {
        match self {
            Self::File(connection) => sqlx::query_scalar(sql).fetch_all(connection).await.unwrap(),
            Self::Server(connection) => sqlx::query_scalar(sql).fetch_all(connection).await.unwrap(),
        }
    }
}

/// A folder of its own for each test, gone after it.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        let path = env::temp_dir().join(own("sanad-store"));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The file of the store.
    pub(super) fn store(&self) -> PathBuf {
        self.file("store.db")
    }

    pub(super) fn at(&self) -> Location {
        location(&self.store())
    }

    pub(super) async fn open(&self) -> Store {
        Store::open(&self.at()).await.unwrap().store
    }

    pub(super) async fn tuned(&self, tuning: Tuning) -> Result<Opened, StoreError> {
        open::open(&self.store(), tuning).await.map(Opened::from)
    }

    /// A connection beside the store, as another program has it.
    pub(super) async fn raw(&self) -> SqliteConnection {
        raw(&self.store()).await
    }

    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(super) fn location(file: &Path) -> Location {
    Location::parse(&format!("sqlite:{}", file.display())).unwrap()
}

pub(super) async fn raw(file: &Path) -> SqliteConnection {
    Tuning::default().plain(file).connect().await.unwrap()
}

pub(super) async fn run(connection: &mut SqliteConnection, sql: &str) -> Result<u64, String> {
    sqlx::query(sql).execute(connection).await.map(|done| done.rows_affected()).map_err(|error| error.to_string())
}

/// A database of its own for each test, gone after it.
pub(super) struct Database {
    server: String,
    pub(super) name: String,
    pub(super) url: String,
}

impl Database {
    pub(super) async fn new() -> Option<Self> {
        let server = env::var(SERVER).ok().filter(|server| !server.is_empty())?;
        let name = own("sanad_test");
        let options = PgConnectOptions::from_str(&server).unwrap();
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql(&format!("CREATE DATABASE {name}")).execute(&mut connection).await.unwrap();
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        Some(Self { server, name, url: url.into() })
    }

    /// The same database by another role.
    pub(super) fn by(&self, role: &str, password: &str) -> String {
        let mut url = url::Url::parse(&self.url).unwrap();
        url.set_username(role).unwrap();
        url.set_password(Some(password)).unwrap();
        url.into()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, drop) = (self.server.clone(), format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        // On a thread of its own: the one that drops runs tasks already.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut connection = PgConnection::connect(&server).await.unwrap();
                sqlx::raw_sql(&drop).execute(&mut connection).await.unwrap();
            });
        });
        let _ = dropping.join();
    }
}

/// Each of these once for every engine.
macro_rules! on_every_engine {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(super::Ground::file()).await;
            })+
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                if let Some(ground) = super::Ground::server().await {
                    super::$test(ground).await;
                }
            })+
        }
    };
}
pub(super) use on_every_engine;
