//! What moderators set for their server.

use std::num::NonZeroU64;

use sqlx::sqlite::SqliteRow;

use super::Store;
use super::error::StoreError;
use super::rows::{self, Reading, id_out, server_out, time_out};
use crate::curation::ServerId;
use crate::curation::review::Settings;

impl Store {
    /// The settings of all servers that have any.
    pub async fn settings(&self) -> Result<Vec<(ServerId, Settings)>, StoreError> {
        self.told(async {
            let found = sqlx::query("SELECT server AS id, server, body FROM setting ORDER BY server").fetch_all(&self.readers).await?;
            found.iter().map(|row| rows::read("setting", row, setting)).collect()
        })
        .await
    }

    /// Keeps the settings of a server in place of those before.
    pub async fn set_settings(&self, server: ServerId, settings: &Settings, by: NonZeroU64, at: u64) -> Result<(), StoreError> {
        self.told(async {
            let mut tx = self.begin().await?;
            let set = sqlx::query(
                "INSERT INTO setting (server, body, changed_by, changed_at) VALUES (?, ?, ?, ?)
                 ON CONFLICT (server) DO UPDATE SET body = excluded.body, changed_by = excluded.changed_by, changed_at = excluded.changed_at",
            );
            let body = serde_json::to_string(settings)?;
            set.bind(server_out(server)).bind(body).bind(id_out(by.get())).bind(time_out(at)).execute(&mut *tx).await?;
            Ok(tx.commit().await?)
        })
        .await
    }
}

pub(super) fn setting(row: &SqliteRow) -> Reading<(ServerId, Settings)> {
    Ok((rows::server(row)?, rows::json(row, "body")?))
}
