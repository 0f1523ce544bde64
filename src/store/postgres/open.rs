//! Opening: what a database is, what it must become, and the connections to it.

use std::time::Duration;

use sqlx::migrate::Migrate;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, PgPool};
use tokio::time::timeout;

use super::error::{said, unreachable};
use super::locks::{Lock, lock};
use super::steps::STEPS;
use super::{Address, PostgresStore, drafts};
use crate::store::error::{Fault, StoreError, Strange};
use crate::store::rows::time_out;
use crate::store::schema::{Purpose, Schema, made_by, steps_to};
use crate::store::{Migrated, now};

/// How long a connection may take to be had.
pub(super) const ACQUIRE: Duration = Duration::from_secs(5);
/// Connections of one process.
const CONNECTIONS: u32 = 10;
/// What every connection is told: how long it waits for a lock, a statement may take, and a transaction may rest. Said by statements, for
/// a pooler between may refuse it in the greeting. A process that the network has lost holds its locks as long as its transaction may rest.
const MANNERS: &str = "SET lock_timeout = '8s'; SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '10s'";
/// How long a process waits for another that brings the database up to date.
const MIGRATING: &str = "SET LOCAL lock_timeout = '120s'; SET LOCAL statement_timeout = '600s'";

/// An open database, and what was made of an older one.
pub(in crate::store) type Opened = (PostgresStore, Option<Migrated>);

/// What a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// No table.
    Nothing,
    /// A store.
    Ours(Schema),
}

/// Opens a store, or makes one in an empty database. What is too old to be kept is dropped.
pub(in crate::store) async fn open(address: &Address) -> Result<Opened, StoreError> {
    let migrated = make(address, Purpose::Use).await?;
    let store = PostgresStore::of(address).map_err(|error| said(error.into(), &address.place()))?;
    finished(&store).await?;
    let dropping = async {
        let mut tx = store.pool().begin().await?;
        lock(&mut tx, Lock::Noting).await?;
        drafts::drop_old(&mut tx, now()).await?;
        Ok(tx.commit().await?)
    };
    store.told(dropping).await?;
    Ok((store, migrated))
}

/// Opens a store for what only reads: nothing, where there is none. An older one is brought up to date all the same.
pub(in crate::store) async fn open_existing(address: &Address) -> Result<Option<Opened>, StoreError> {
    let migrated = match looked_at(address).await? {
        Found::Nothing => return Ok(None),
        Found::Ours(Schema::NEWEST) => None,
        Found::Ours(_) => make(address, Purpose::Use).await?,
    };
    Ok(open_as_it_is(address).await?.map(|store| (store, migrated)))
}

/// Opens a store, and leaves it at its schema: nothing, where there is none.
pub(in crate::store) async fn open_as_it_is(address: &Address) -> Result<Option<PostgresStore>, StoreError> {
    if looked_at(address).await? == Found::Nothing {
        return Ok(None);
    }
    let store = PostgresStore::of(address).map_err(|error| said(error.into(), &address.place()))?;
    finished(&store).await?;
    Ok(Some(store))
}

async fn looked_at(address: &Address) -> Result<Found, StoreError> {
    let found = of(address, async {
        let mut connection = connect(address).await?;
        let found = look(&mut connection, Schema::NEWEST).await?;
        connection.close().await?;
        Ok(found)
    });
    found.await
}

/// Sees that a database is a store of the newest schema, and makes it one where it is empty or older.
pub(super) async fn make(address: &Address, purpose: Purpose) -> Result<Option<Migrated>, StoreError> {
    let made = of(address, async {
        let mut connection = connect(address).await?;
        let found = look(&mut connection, Schema::NEWEST).await?;
        let migrated = if found == Found::Ours(Schema::NEWEST) { None } else { migrate(&mut connection, Schema::NEWEST, purpose).await? };
        connection.close().await?;
        Ok(migrated)
    });
    made.await
}

async fn of<T>(address: &Address, work: impl Future<Output = Result<T, Fault>>) -> Result<T, StoreError> {
    work.await.map_err(|fault| said(fault, &address.place()))
}

/// One connection, with what keeps it from being had.
pub(super) async fn connect(address: &Address) -> Result<PgConnection, Fault> {
    let options = address.options()?;
    let connecting = async {
        let mut connection = options.connect().await?;
        connection.execute(MANNERS).await?;
        Ok::<_, sqlx::Error>(connection)
    };
    match timeout(ACQUIRE, connecting).await {
        Ok(connected) => Ok(connected?),
        Err(_) => Err(unreachable(address.place(), "it took too long to connect").into()),
    }
}

/// The connections of a process, made when they are needed.
pub(super) fn pool(options: PgConnectOptions) -> PgPool {
    let pool = sqlx::pool::PoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(ACQUIRE);
    let pool = pool.idle_timeout(Duration::from_secs(600)).max_lifetime(Duration::from_secs(3_600));
    let pool =
        pool.after_connect(|connection: &mut PgConnection, _| Box::pin(async move { connection.execute(MANNERS).await.map(|_| ()) }));
    pool.connect_lazy_with(options)
}

/// Brings a database up to a schema, all steps or none. Where another process was faster, there is nothing left to do.
pub(in crate::store) async fn migrate(connection: &mut PgConnection, newest: Schema, purpose: Purpose) -> Result<Option<Migrated>, Fault> {
    let mut tx = connection.begin().await?;
    tx.execute(MIGRATING).await?;
    lock(&mut tx, Lock::Migrating).await?;
    let found = look(&mut tx, newest).await?;
    let made = match found {
        Found::Nothing => Schema(0),
        Found::Ours(schema) => schema,
    };
    tx.ensure_migrations_table().await?;
    for step in steps_to(newest, &STEPS).iter().filter(|step| step.version > made.0) {
        tx.apply(step).await?;
    }
    if found == Found::Nothing && purpose == Purpose::Copy {
        mark(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(match found {
        // PostgreSQL's own tools make its backups.
        Found::Ours(from) if from < newest => Some(Migrated { from, to: newest, backup: None }),
        _ => None,
    })
}

/// Marks a store as one that a copy into it has not ended.
pub(super) async fn mark(tx: &mut PgConnection) -> Result<(), Fault> {
    let mark = sqlx::query("INSERT INTO copying (one, since) VALUES (1, $1) ON CONFLICT DO NOTHING");
    mark.bind(time_out(now())).execute(tx).await?;
    Ok(())
}

/// What a database is, without changing it.
pub(super) async fn look(connection: &mut PgConnection, newest: Schema) -> Result<Found, Fault> {
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()").fetch_all(&mut *connection).await?;
    if tables.is_empty() {
        return Ok(Found::Nothing);
    }
    if !tables.iter().any(|table| table == "_sqlx_migrations") || !tables.iter().any(|table| table == "revision") {
        return Err(Fault::Strange(Strange::OtherProgram));
    }
    let steps = sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations ORDER BY version").fetch_all(connection).await?;
    Ok(Found::Ours(made_by(&steps, newest, &STEPS)?))
}

/// Refuses a store that a copy was begun into and has not ended.
async fn finished(store: &PostgresStore) -> Result<(), StoreError> {
    let copying: i64 = store.told(async { Ok(sqlx::query_scalar("SELECT count(*) FROM copying").fetch_one(&store.pool()).await?) }).await?;
    if copying > 0 { Err(StoreError::Unfinished { at: store.place.clone() }) } else { Ok(()) }
}
