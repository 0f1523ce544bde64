//! What people ask in vain, and which fact they pick for their words: counted, without their names, and not for ever.

use std::collections::BTreeSet;

use super::locks::{Lock, lock};
use super::{PostgresStore, askers};
use crate::curation::Scope;
use crate::curation::review::Unanswered;
use crate::store::asked::{self, AskedInVain, KEPT_AT_MOST, Pick, PickedOften, kept};
use crate::store::error::Fault;
use crate::store::rows::{self, scope_out, server_out, time_out};

pub(super) async fn note_unanswered(store: &PostgresStore, asked: &[AskedInVain]) -> Result<(), Fault> {
    let mut tx = store.pool().begin().await?;
    lock(&mut tx, Lock::Noting).await?;
    let salt = askers::salt(&mut tx).await?;
    for AskedInVain { scope, text, asker, at } in asked {
        let Some((text, folded)) = kept(text) else { continue };
        let noted = sqlx::query(
            "INSERT INTO unanswered (server, folded, asked, times, last_at) VALUES ($1, $2, $3, 1, $4)
             ON CONFLICT (server, folded) DO UPDATE SET times = unanswered.times + 1, last_at = greatest(unanswered.last_at, excluded.last_at)",
        );
        noted.bind(scope_out(*scope)).bind(&folded).bind(text).bind(time_out(*at)).execute(&mut *tx).await?;
        let by = sqlx::query("INSERT INTO asker (server, folded, who) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
        by.bind(scope_out(*scope)).bind(folded).bind(salt.hash(*asker)).execute(&mut *tx).await?;
    }
    let servers: BTreeSet<i64> = asked.iter().map(|asked| scope_out(asked.scope)).collect();
    for server in servers {
        let dropped = sqlx::query(
            "DELETE FROM unanswered WHERE server = $1 AND folded IN
                 (SELECT folded FROM unanswered WHERE server = $1 ORDER BY last_at DESC, folded OFFSET $2)",
        );
        dropped.bind(server).bind(i64::from(KEPT_AT_MOST)).execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

pub(super) async fn unanswered(store: &PostgresStore, scope: Scope, most: u32) -> Result<Vec<Unanswered>, Fault> {
    let found =
        sqlx::query("SELECT asked, times, last_at FROM unanswered WHERE server = $1 ORDER BY times DESC, last_at DESC, folded LIMIT $2");
    let found = found.bind(scope_out(scope)).bind(i64::from(most)).fetch_all(&store.pool()).await?;
    found.iter().map(|row| rows::read("unanswered", row, asked::unanswered)).collect()
}

pub(super) async fn settle_unanswered(store: &PostgresStore, scope: Scope, texts: &[String]) -> Result<u32, Fault> {
    let mut tx = store.pool().begin().await?;
    lock(&mut tx, Lock::Noting).await?;
    let mut settled = 0;
    for text in texts {
        let Some((_, folded)) = kept(text) else { continue };
        let gone = sqlx::query("DELETE FROM unanswered WHERE server = $1 AND folded = $2");
        settled += gone.bind(scope_out(scope)).bind(folded).execute(&mut *tx).await?.rows_affected();
    }
    tx.commit().await?;
    Ok(u32::try_from(settled).unwrap_or(u32::MAX))
}

pub(super) async fn note_picks(store: &PostgresStore, picks: &[Pick]) -> Result<(), Fault> {
    let mut tx = store.pool().begin().await?;
    lock(&mut tx, Lock::Noting).await?;
    let salt = askers::salt(&mut tx).await?;
    for Pick { server, words, fact, picker, at } in picks {
        let Some((words, folded)) = kept(words) else { continue };
        let noted = sqlx::query(
            "INSERT INTO pick (server, fact, folded, words, times, last_at) VALUES ($1, $2, $3, $4, 1, $5)
             ON CONFLICT (server, fact, folded) DO UPDATE SET times = pick.times + 1, last_at = greatest(pick.last_at, excluded.last_at)",
        );
        let noted = noted.bind(server_out(*server)).bind(fact.as_str()).bind(&folded).bind(words);
        noted.bind(time_out(*at)).execute(&mut *tx).await?;
        let by = sqlx::query("INSERT INTO picker (server, fact, folded, who) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING");
        by.bind(server_out(*server)).bind(fact.as_str()).bind(folded).bind(salt.hash(*picker)).execute(&mut *tx).await?;
    }
    for server in picks.iter().map(|pick| server_out(pick.server)).collect::<BTreeSet<i64>>() {
        let dropped = sqlx::query(
            "DELETE FROM pick WHERE server = $1 AND (fact, folded) IN
                 (SELECT fact, folded FROM pick WHERE server = $1 ORDER BY last_at DESC, fact, folded OFFSET $2)",
        );
        dropped.bind(server).bind(i64::from(KEPT_AT_MOST)).execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

pub(super) async fn picked_often(store: &PostgresStore, at_least: u32) -> Result<Vec<PickedOften>, Fault> {
    let found = sqlx::query(
        "SELECT pick.server, pick.fact, pick.words, count(*) AS times FROM pick JOIN picker USING (server, fact, folded)
         WHERE NOT EXISTS
             (SELECT 1 FROM suggestion s WHERE s.server = pick.server AND s.fact = pick.fact AND s.words = pick.folded)
         GROUP BY pick.server, pick.fact, pick.folded HAVING count(*) >= $1
         ORDER BY count(*) DESC, pick.server, pick.fact, pick.folded",
    );
    let found = found.bind(i64::from(at_least)).fetch_all(&store.pool()).await?;
    found.iter().map(|row| rows::read("pick", row, asked::picked_often)).collect()
}
