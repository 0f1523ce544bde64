//! Opening: what a file is, what it must become, and the connections to it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use sqlx::migrate::Migrate;
use sqlx::pool::PoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Sqlite, SqliteConnection};

use super::backup::copy;
use super::error::said;
use super::steps::{APPLICATION, STEPS};
use super::{SqliteStore, drafts};
use crate::store::error::{Fault, StoreError, Strange};
use crate::store::location::{IN_MEMORY, Place};
use crate::store::rows::time_out;
use crate::store::schema::{Purpose, Schema, WITH_SHARING, made_by, steps_to};
use crate::store::{Migrated, now};

/// How long a connection waits for another that holds the lock.
const BUSY: Duration = Duration::from_secs(5);
/// How long a task waits for the one connection that writes, beyond that.
pub(super) const QUEUE: Duration = Duration::from_secs(5);
/// How long until a connection is tried again that could not wait.
const AGAIN: Duration = Duration::from_millis(20);
/// Connections that read.
const READERS: u32 = 4;

/// What each connection keeps of the file in memory, in KiB, as the pragma wants it. What is asked for lies close together, and SQLite's own
/// 2 MB a connection would fill as the file grows.
const CACHE: &str = "-512";

/// What differs between running and testing.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Tuning {
    pub(in crate::store) busy: Duration,
    pub(in crate::store) pages_at_most: Option<u32>,
    pub(in crate::store) read_only: bool,
    pub(in crate::store) newest: Schema,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { busy: BUSY, pages_at_most: None, read_only: false, newest: Schema::NEWEST }
    }
}

impl Tuning {
    /// A connection that changes nothing about a file by being opened.
    pub(in crate::store) fn plain(self, file: &Path) -> SqliteConnectOptions {
        let options = SqliteConnectOptions::new().filename(file).read_only(self.read_only);
        options.busy_timeout(self.busy).foreign_keys(true).pragma("cache_size", CACHE).disable_statement_logging()
    }

    /// A connection that writes: what it commits is on disk, what it deletes is gone from it.
    pub(in crate::store) fn writing(self, file: &Path) -> SqliteConnectOptions {
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

/// An open file, and what was made of an older one.
pub(in crate::store) type Opened = (SqliteStore, Option<Migrated>);

/// Opens a store, or makes one where there is no file. What is too old to be kept is dropped.
pub(in crate::store) async fn open(file: &Path, tuning: Tuning) -> Result<Opened, StoreError> {
    let found = if is_in_memory(file) { Found::Nothing } else { look(file, tuning).await? };
    let (store, migrated) = connect(file, found, tuning).await?;
    finished(&store).await?;
    let dropping = async {
        let mut tx = store.begin().await?;
        drafts::drop_old(&mut tx, now()).await?;
        Ok(tx.commit().await?)
    };
    store.told(dropping).await?;
    Ok((store, migrated))
}

/// Opens a store for what only reads: nothing, where there is none. An older one is brought up to date all the same.
pub(in crate::store) async fn open_existing(file: &Path, tuning: Tuning) -> Result<Option<Opened>, StoreError> {
    match look(file, tuning).await? {
        Found::Nothing | Found::Empty => Ok(None),
        found @ Found::Ours(_) => {
            let opened = connect(file, found, tuning).await?;
            finished(&opened.0).await?;
            Ok(Some(opened))
        }
    }
}

/// Opens a store, and leaves it at its schema: nothing, where there is none.
pub(in crate::store) async fn open_as_it_is(file: &Path, tuning: Tuning) -> Result<Option<SqliteStore>, StoreError> {
    match look(file, tuning).await? {
        Found::Nothing | Found::Empty => Ok(None),
        found @ Found::Ours(schema) => {
            let (store, _) = connect(file, found, Tuning { newest: schema, ..tuning }).await?;
            finished(&store).await?;
            Ok(Some(store))
        }
    }
}

/// Refuses a store that a copy was begun into and has not ended.
async fn finished(store: &SqliteStore) -> Result<(), StoreError> {
    if store.tuning.newest < WITH_SHARING {
        return Ok(());
    }
    let copying: i64 =
        store.told(async { Ok(sqlx::query_scalar("SELECT count(*) FROM copying").fetch_one(&store.readers).await?) }).await?;
    if copying > 0 { Err(StoreError::Unfinished { at: store.place.clone() }) } else { Ok(()) }
}

fn is_in_memory(file: &Path) -> bool {
    file == Path::new(IN_MEMORY)
}

async fn connect(file: &Path, found: Found, tuning: Tuning) -> Result<Opened, StoreError> {
    let migrated = match found {
        Found::Ours(from) if from < tuning.newest => {
            let backup = unused(file, &format!("before-{}-{}", tuning.newest, stamp()));
            copy(file, &backup, tuning).await?;
            Some(Migrated { from, to: tuning.newest, backup: Some(backup) })
        }
        _ => None,
    };
    let until = Instant::now() + tuning.busy;
    loop {
        match connections(file, found, tuning, Purpose::Use).await.map_err(|fault| said(fault, &Place::of_file(file))) {
            Ok(store) => return Ok((store, migrated)),
            // SQLite does not wait by itself where another process turns the log on in the same moment.
            Err(StoreError::Locked { .. }) if Instant::now() < until => tokio::time::sleep(AGAIN).await,
            Err(error) => return Err(error),
        }
    }
}

pub(super) async fn connections(file: &Path, found: Found, tuning: Tuning, purpose: Purpose) -> Result<SqliteStore, Fault> {
    let writing = tuning.writing(file).create_if_missing(!matches!(found, Found::Ours(_))).journal_mode(SqliteJournalMode::Wal);
    let writer = tuning.pool(1).connect_with(writing).await?;
    if found != Found::Ours(tuning.newest) {
        migrate(&mut *writer.acquire().await?, tuning.newest, purpose).await?;
    }
    let readers = if is_in_memory(file) {
        writer.clone()
    } else {
        tuning.pool(READERS).connect_lazy_with(tuning.plain(file).pragma("query_only", "ON"))
    };
    Ok(SqliteStore { file: file.into(), place: Place::of_file(file), writer, readers, tuning })
}

/// Brings a database up to a schema, all steps or none. Where another process was faster, there is nothing left to do.
pub(super) async fn migrate(connection: &mut SqliteConnection, newest: Schema, purpose: Purpose) -> Result<(), Fault> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    let made = if tables(&mut tx).await? > 0 { schema_of(&mut tx, newest).await?.0 } else { 0 };
    tx.ensure_migrations_table().await?;
    for step in steps_to(newest, &STEPS).iter().filter(|step| step.version > made) {
        tx.apply(step).await?;
    }
    if made == 0 && purpose == Purpose::Copy {
        mark(&mut tx).await?;
    }
    sqlx::query(&format!("PRAGMA application_id = {APPLICATION}")).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// Marks a store as one that a copy into it has not ended.
pub(super) async fn mark(tx: &mut SqliteConnection) -> Result<(), Fault> {
    let mark = sqlx::query("INSERT INTO copying (one, since) VALUES (1, ?) ON CONFLICT DO NOTHING");
    mark.bind(time_out(now())).execute(tx).await?;
    Ok(())
}

/// What a file is, without changing it.
pub(super) async fn look(file: &Path, tuning: Tuning) -> Result<Found, StoreError> {
    // The file is not opened but by SQLite: to close it otherwise would end the locks that this process holds on it (POSIX).
    match fs::metadata(file) {
        Ok(found) if !found.is_file() => return Err(said(Fault::Strange(Strange::NotSqlite), &Place::of_file(file))),
        Ok(found) if found.len() == 0 => return Ok(Found::Empty),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound && file.parent().is_none_or(Path::is_dir) => return Ok(Found::Nothing),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(said(Fault::Io(io::Error::other("its folder does not exist")), &Place::of_file(file)));
        }
        Err(error) => return Err(said(Fault::Io(error), &Place::of_file(file))),
    }
    let looked = async {
        let mut connection = tuning.plain(file).connect().await?;
        let found = what_is(&mut connection, tuning.newest).await;
        connection.close().await?;
        found
    };
    looked.await.map_err(|fault| said(fault, &Place::of_file(file)))
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

async fn schema_of(connection: &mut SqliteConnection, newest: Schema) -> Result<Schema, Fault> {
    let steps = sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations ORDER BY version").fetch_all(connection).await?;
    made_by(&steps, newest, &STEPS)
}

/// Now, as a part of a file's name.
pub(super) fn stamp() -> String {
    Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A name beside a file that nothing has yet.
pub(in crate::store) fn unused(file: &Path, what: &str) -> PathBuf {
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
