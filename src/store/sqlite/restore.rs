//! A backup in place of what is there, while it is in use.

use std::path::Path;

use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};

use super::SqliteStore;
use super::backup::Partial;
use super::check::check;
use super::error::said;
use super::open::{migrate, stamp, unused};
use crate::store::Restored;
use crate::store::error::{Fault, StoreError};
use crate::store::location::{Place, in_full};
use crate::store::schema::{Purpose, TABLES};

pub(super) async fn restore(store: &SqliteStore, from: &Path) -> Result<Restored, StoreError> {
    let from = in_full(from);
    let report = check(&from, store.tuning).await?.sound(&Place::of_file(&from))?;
    let staged = Partial::of(&from, &unused(&store.file, "restored"), store.tuning).await?;
    if report.schema < store.tuning.newest {
        let migrated = async {
            let mut connection = store.tuning.plain(staged.path()).connect().await?;
            migrate(&mut connection, store.tuning.newest, Purpose::Use).await?;
            Ok(connection.close().await?)
        };
        migrated.await.map_err(|fault: Fault| said(fault, &Place::of_file(&from)))?;
    }
    // What is there is copied as it is: it may be what makes a backup necessary.
    let kept = unused(&store.file, &format!("before-restore-{}", stamp()));
    Partial::of(&store.file, &kept, store.tuning).await?.keep(&kept).await?;
    let replaced = async {
        let path = staged.path().to_str().ok_or_else(|| std::io::Error::other("its name is not in UTF-8"))?;
        // A connection of its own: one of the pool could come back with the backup attached, if this is given up halfway.
        let mut connection = store.tuning.writing(&store.file).connect().await?;
        sqlx::query("ATTACH ? AS taken").bind(path).execute(&mut connection).await?;
        replace(&mut connection).await?;
        Ok(connection.close().await?)
    };
    store.told(replaced).await?;
    Ok(Restored { from: report.schema, revisions: report.revisions, facts: report.facts, kept })
}

async fn replace(connection: &mut SqliteConnection) -> Result<(), Fault> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    // The triggers hold that nothing is ever taken out; they come back in the same transaction.
    let triggers = sqlx::query("SELECT name, sql FROM main.sqlite_master WHERE type = 'trigger' ORDER BY name").fetch_all(&mut *tx).await?;
    for trigger in &triggers {
        sqlx::query(&format!("DROP TRIGGER main.{}", trigger.try_get::<&str, _>("name")?)).execute(&mut *tx).await?;
    }
    for table in TABLES.iter().rev() {
        sqlx::query(&format!("DELETE FROM main.{table}")).execute(&mut *tx).await?;
    }
    for table in TABLES {
        sqlx::query(&format!("INSERT INTO main.{table} SELECT * FROM taken.{table}")).execute(&mut *tx).await?;
    }
    // Numbers are never given twice: a button under an old message must not mean a new suggestion.
    for numbers in [
        "UPDATE main.sqlite_sequence AS mine SET seq = max(seq,
             coalesce((SELECT seq FROM taken.sqlite_sequence AS theirs WHERE theirs.name = mine.name), 0))",
        "INSERT INTO main.sqlite_sequence (name, seq) SELECT name, seq FROM taken.sqlite_sequence
             WHERE name NOT IN (SELECT name FROM main.sqlite_sequence)",
        "UPDATE main.epoch SET epoch = 1 + max(epoch, (SELECT epoch FROM taken.epoch))",
    ] {
        sqlx::query(numbers).execute(&mut *tx).await?;
    }
    for trigger in &triggers {
        sqlx::query(trigger.try_get("sql")?).execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}
