//! A backup in place of what is there, while it is in use.

use std::path::{Path, PathBuf};

use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};

use super::Store;
use super::backup::{Partial, sound};
use super::check::check;
use super::error::{Fault, StoreError};
use super::location::in_full;
use super::open::{migrate, stamp, unused};
use super::schema::{Schema, TABLES};

/// A backup stands in place of what was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The schema that the backup had.
    pub from: Schema,
    /// Revisions in it.
    pub revisions: u32,
    /// Facts that they are of, counted in each scope.
    pub facts: u32,
    /// A copy of what was there.
    pub kept: PathBuf,
}

impl Store {
    /// Puts a backup in place of all that the store holds, in one transaction; who uses the store meanwhile sees the one or the other, and
    /// learns of it by [`heads_since`](Self::heads_since). The backup is looked through first, and an older one brought up to date in a
    /// copy; what was there is copied beside the store.
    pub async fn restore(&self, from: &Path) -> Result<Restored, StoreError> {
        let from = in_full(from);
        let report = sound(&from, check(&from, self.tuning).await?)?;
        let staged = Partial::of(&from, &unused(&self.file, "restored"), self.tuning).await?;
        if report.schema < self.tuning.newest {
            let migrated = async {
                let mut connection = self.tuning.plain(staged.path()).connect().await?;
                migrate(&mut connection, self.tuning.newest).await?;
                Ok(connection.close().await?)
            };
            migrated.await.map_err(|fault: Fault| fault.at(&from))?;
        }
        // What is there is copied as it is: it may be what makes a backup necessary.
        let kept = unused(&self.file, &format!("before-restore-{}", stamp()));
        Partial::of(&self.file, &kept, self.tuning).await?.keep(&kept).await?;
        self.told(async {
            let path = staged.path().to_str().ok_or_else(|| std::io::Error::other("its name is not in UTF-8"))?;
            // A connection of its own: one of the pool could come back with the backup attached, if this is given up halfway.
            let mut connection = self.tuning.writing(&self.file).connect().await?;
            sqlx::query("ATTACH ? AS taken").bind(path).execute(&mut connection).await?;
            replace(&mut connection).await?;
            Ok(connection.close().await?)
        })
        .await?;
        Ok(Restored { from: report.schema, revisions: report.revisions, facts: report.facts, kept })
    }
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
