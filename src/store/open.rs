//! Opening: what a file is, what it must become, and the connections to it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use sqlx::migrate::Migrate;
use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row, Sqlite, SqliteConnection};

use super::backup::copy;
use super::error::{Fault, StoreError, Strange};
use super::location::Location;
use super::schema::{APPLICATION, NEWEST, Schema, steps_to};
use super::{Store, asked, drafts, now};

/// How long a connection waits for another that holds the lock.
const BUSY: Duration = Duration::from_secs(5);
/// How long a task waits for the one connection that writes, beyond that.
pub(super) const QUEUE: Duration = Duration::from_secs(5);
/// How long until a connection is tried again that could not wait.
const AGAIN: Duration = Duration::from_millis(20);
/// Connections that read.
const READERS: u32 = 4;

/// An open store.
#[derive(Debug)]
pub struct Opened {
    /// The store.
    pub store: Store,
    /// What was made of an older one.
    pub migrated: Option<Migrated>,
}

/// An older store was brought up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// What it was.
    pub from: Schema,
    /// What it is.
    pub to: Schema,
    /// A copy of what it was.
    pub backup: PathBuf,
}

/// What differs between running and testing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tuning {
    pub(super) busy: Duration,
    pub(super) pages_at_most: Option<u32>,
    pub(super) read_only: bool,
    pub(super) newest: Schema,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { busy: BUSY, pages_at_most: None, read_only: false, newest: NEWEST }
    }
}

impl Tuning {
    /// A connection that changes nothing about a file by being opened.
    pub(super) fn plain(self, file: &Path) -> SqliteConnectOptions {
        let options = SqliteConnectOptions::new().filename(file).read_only(self.read_only);
        options.busy_timeout(self.busy).foreign_keys(true).disable_statement_logging()
    }

    /// A connection that writes: what it commits is on disk, what it deletes is gone from it.
    pub(super) fn writing(self, file: &Path) -> SqliteConnectOptions {
        let options = self.plain(file).synchronous(SqliteSynchronous::Full).pragma("secure_delete", "ON");
        match self.pages_at_most {
            Some(pages) => options.pragma("max_page_count", pages.to_string()),
            None => options,
        }
    }

    fn pool(self, size: u32) -> PoolOptions<Sqlite> {
        PoolOptions::new().max_connections(size).idle_timeout(None).max_lifetime(None).acquire_timeout(self.busy + QUEUE).before_acquire(
            |connection: &mut SqliteConnection, _| {
                Box::pin(async {
                    // SQLite ends a transaction by itself where the disk is full; sqlx goes on counting it, and would never begin another.
                    connection.ping().await?;
                    Ok(!connection.is_in_transaction())
                })
            },
        )
    }
}

/// What a place holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// There is no file.
    Nothing,
    /// There is a file that nothing was written to yet.
    Empty,
    /// A store.
    Ours(Schema),
}

impl Store {
    /// Opens a store, or makes one where there is no file. An older one is brought up to date, after a backup beside it; a newer one is
    /// refused. What is too old to be kept is dropped.
    pub async fn open(at: &Location) -> Result<Opened, StoreError> {
        Self::open_with(at, Tuning::default()).await
    }

    /// Opens a store for what only reads: nothing, where there is none. An older one is brought up to date all the same.
    pub async fn open_existing(at: &Location) -> Result<Option<Opened>, StoreError> {
        Self::open_existing_with(at, Tuning::default()).await
    }

    pub(super) async fn open_existing_with(at: &Location, tuning: Tuning) -> Result<Option<Opened>, StoreError> {
        match look(at.file(), tuning).await? {
            Found::Nothing | Found::Empty => Ok(None),
            found @ Found::Ours(_) => Ok(Some(connect(at, found, tuning).await?)),
        }
    }

    pub(super) async fn open_with(at: &Location, tuning: Tuning) -> Result<Opened, StoreError> {
        let found = if at.is_in_memory() { Found::Nothing } else { look(at.file(), tuning).await? };
        let opened = connect(at, found, tuning).await?;
        let dropping = async {
            let mut tx = opened.store.begin().await?;
            drafts::drop_old(&mut tx, now()).await?;
            if tuning.newest == NEWEST {
                asked::drop_old(&mut tx, now()).await?;
            }
            Ok(tx.commit().await?)
        };
        opened.store.told(dropping).await?;
        Ok(opened)
    }
}

async fn connect(at: &Location, found: Found, tuning: Tuning) -> Result<Opened, StoreError> {
    let file = at.file();
    let migrated = match found {
        Found::Ours(from) if from < tuning.newest => {
            let backup = unused(file, &format!("before-{}-{}", tuning.newest, stamp()));
            copy(file, &backup, tuning).await?;
            Some(Migrated { from, to: tuning.newest, backup })
        }
        _ => None,
    };
    let until = Instant::now() + tuning.busy;
    loop {
        match connections(at, found, tuning).await.map_err(|fault| fault.at(file)) {
            Ok(store) => return Ok(Opened { store, migrated }),
            // SQLite does not wait by itself where another process turns the log on in the same moment.
            Err(StoreError::Locked { .. }) if Instant::now() < until => tokio::time::sleep(AGAIN).await,
            Err(error) => return Err(error),
        }
    }
}

async fn connections(at: &Location, found: Found, tuning: Tuning) -> Result<Store, Fault> {
    let file = at.file();
    let writing = tuning.writing(file).create_if_missing(!matches!(found, Found::Ours(_))).journal_mode(SqliteJournalMode::Wal);
    let writer = tuning.pool(1).connect_with(writing).await?;
    if found != Found::Ours(tuning.newest) {
        migrate(&mut *writer.acquire().await?, tuning.newest).await?;
    }
    let readers = if at.is_in_memory() {
        writer.clone()
    } else {
        tuning.pool(READERS).connect_lazy_with(tuning.plain(file).pragma("query_only", "ON"))
    };
    Ok(Store { file: file.into(), writer, readers, tuning })
}

/// Brings a database up to a schema, all steps or none. Where another process was faster, there is nothing left to do.
pub(super) async fn migrate(connection: &mut SqliteConnection, newest: Schema) -> Result<(), Fault> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    let made = if tables(&mut tx).await? > 0 { schema_of(&mut tx, newest).await?.0 } else { 0 };
    tx.ensure_migrations_table().await?;
    for step in steps_to(newest).iter().filter(|step| step.version > made) {
        tx.apply(step).await?;
    }
    sqlx::query(&format!("PRAGMA application_id = {APPLICATION}")).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// What a file is, without changing it.
pub(super) async fn look(file: &Path, tuning: Tuning) -> Result<Found, StoreError> {
    // The file is not opened but by SQLite: to close it otherwise would end the locks that this process holds on it (POSIX).
    match fs::metadata(file) {
        Ok(found) if !found.is_file() => return Err(Fault::Strange(Strange::NotSqlite).at(file)),
        Ok(found) if found.len() == 0 => return Ok(Found::Empty),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound && file.parent().is_none_or(Path::is_dir) => return Ok(Found::Nothing),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(Fault::Io(io::Error::other("its folder does not exist")).at(file));
        }
        Err(error) => return Err(Fault::Io(error).at(file)),
    }
    let looked = async {
        let mut connection = tuning.plain(file).connect().await?;
        let found = what_is(&mut connection, tuning.newest).await;
        connection.close().await?;
        found
    };
    looked.await.map_err(|fault| fault.at(file))
}

async fn what_is(connection: &mut SqliteConnection, newest: Schema) -> Result<Found, Fault> {
    let application: i32 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *connection).await?;
    let tables = tables(connection).await?;
    match application {
        // A process that ended between making the file and filling it leaves a database without tables.
        0 if tables == 0 => Ok(Found::Empty),
        APPLICATION if tables == 0 => Err(Fault::Strange(Strange::Damaged)),
        APPLICATION => Ok(Found::Ours(schema_of(connection, newest).await?)),
        _ => Err(Fault::Strange(Strange::OtherProgram)),
    }
}

async fn tables(connection: &mut SqliteConnection) -> Result<i64, Fault> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM sqlite_master").fetch_one(connection).await?)
}

/// The schema of a store: its steps must be those of this program, from the first on.
async fn schema_of(connection: &mut SqliteConnection, newest: Schema) -> Result<Schema, Fault> {
    let steps = sqlx::query("SELECT version, checksum FROM _sqlx_migrations ORDER BY version").fetch_all(connection).await?;
    let mut known = steps_to(newest).into_iter();
    let mut schema = None;
    for step in steps {
        let number: i64 = step.try_get("version")?;
        match known.next() {
            None => {
                return Err(Fault::Newer { theirs: Schema(number), ours: newest });
            }
            Some(ours) if ours.version != number => return Err(Fault::Strange(Strange::Damaged)),
            Some(ours) if *ours.checksum != *step.try_get::<&[u8], _>("checksum")? => {
                return Err(Fault::Strange(Strange::OtherBuild(Schema(number))));
            }
            Some(_) => schema = Some(Schema(number)),
        }
    }
    schema.ok_or(Fault::Strange(Strange::Damaged))
}

/// Now, as a part of a file's name.
pub(super) fn stamp() -> String {
    Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A name beside a file that nothing has yet.
pub(super) fn unused(file: &Path, what: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(what);
    let first = PathBuf::from(&name);
    let more = (2..1_000).map(|number| {
        let mut name = name.clone();
        name.push(format!("-{number}"));
        PathBuf::from(name)
    });
    std::iter::once(first.clone()).chain(more).find(|path| !path.exists()).unwrap_or(first)
}
