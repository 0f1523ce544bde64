//! What moderators set for their server. Of two who set at once, the last stands, as one statement.

use std::num::NonZeroU64;

use super::PostgresStore;
use crate::curation::ServerId;
use crate::curation::review::Settings;
use crate::store::error::Fault;
use crate::store::rows::{self, id_out, server_out, time_out};

pub(super) async fn settings(store: &PostgresStore) -> Result<Vec<(ServerId, Settings)>, Fault> {
    let found = sqlx::query("SELECT server AS id, server, body FROM setting ORDER BY server").fetch_all(&store.pool()).await?;
    found.iter().map(|row| rows::read("setting", row, rows::setting)).collect()
}

pub(super) async fn set_settings(
    store: &PostgresStore,
    server: ServerId,
    settings: &Settings,
    by: NonZeroU64,
    at: u64,
) -> Result<(), Fault> {
    let set = sqlx::query(
        "INSERT INTO setting (server, body, changed_by, changed_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (server) DO UPDATE SET body = excluded.body, changed_by = excluded.changed_by, changed_at = excluded.changed_at",
    );
    let body = serde_json::to_string(settings)?;
    set.bind(server_out(server)).bind(body).bind(id_out(by.get())).bind(time_out(at)).execute(&store.pool()).await?;
    Ok(())
}
