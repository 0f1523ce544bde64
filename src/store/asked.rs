//! What people ask in vain, and which fact they pick for their words: counted, without their names, and not for ever.

use std::collections::BTreeSet;

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::Store;
use super::error::{Fault, StoreError};
use super::rows::{self, Reading, folded, scope_out, server_out, time_out};
use crate::curation::review::Unanswered;
use crate::curation::{Scope, ServerId};
use crate::fact::FactId;
use crate::text::cut::shorten;

/// Texts kept for one server at most; those that were last asked longest ago go first.
const KEPT_AT_MOST: u32 = 5_000;
/// Texts that nobody asked for so many seconds are dropped.
const KEPT_FOR: u64 = 90 * 24 * 60 * 60;
/// Characters kept of a text; a longer one is nobody's way to ask.
const TEXT_AT_MOST: usize = 1_000;

/// A question that had no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedInVain {
    /// Where it was asked.
    pub scope: Scope,
    /// The question, cleaned of Discord's marks.
    pub text: String,
    /// Seconds since 1970.
    pub at: u64,
}

/// Somebody picked a fact from a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// Where.
    pub server: ServerId,
    /// For these words.
    pub words: String,
    /// This fact.
    pub fact: FactId,
    /// Seconds since 1970.
    pub at: u64,
}

/// Words for which a fact was picked again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickedOften {
    /// Where.
    pub server: ServerId,
    /// The words as they were first typed.
    pub words: String,
    /// The fact.
    pub fact: FactId,
    /// How often.
    pub times: u32,
}

impl Store {
    /// Counts questions that had no answer.
    pub async fn note_unanswered(&self, asked: &[AskedInVain]) -> Result<(), StoreError> {
        self.told(async {
            let mut tx = self.begin().await?;
            for AskedInVain { scope, text, at } in asked {
                let text = shorten(text.trim(), TEXT_AT_MOST);
                let folded = folded(&text);
                if folded.is_empty() {
                    continue;
                }
                let noted = sqlx::query(
                    "INSERT INTO unanswered (server, folded, asked, times, last_at) VALUES (?, ?, ?, 1, ?)
                     ON CONFLICT (server, folded) DO UPDATE SET times = times + 1, last_at = max(last_at, excluded.last_at)",
                );
                noted.bind(scope_out(*scope)).bind(folded).bind(text).bind(time_out(*at)).execute(&mut *tx).await?;
            }
            let servers: BTreeSet<i64> = asked.iter().map(|asked| scope_out(asked.scope)).collect();
            let newest = asked.iter().map(|asked| asked.at).max().unwrap_or_default();
            drop_old(&mut tx, newest).await?;
            for server in servers {
                let dropped = sqlx::query(
                    "DELETE FROM unanswered WHERE server = ?1 AND folded IN
                         (SELECT folded FROM unanswered WHERE server = ?1 ORDER BY last_at DESC, folded LIMIT -1 OFFSET ?2)",
                );
                dropped.bind(server).bind(KEPT_AT_MOST).execute(&mut *tx).await?;
            }
            Ok(tx.commit().await?)
        })
        .await
    }

    /// The questions that had no answer, those asked most often first.
    pub async fn unanswered(&self, scope: Scope, most: u32) -> Result<Vec<Unanswered>, StoreError> {
        self.told(async {
            let found = sqlx::query(
                "SELECT rowid AS id, asked, times, last_at FROM unanswered WHERE server = ? ORDER BY times DESC, last_at DESC, folded LIMIT ?",
            );
            let found = found.bind(scope_out(scope)).bind(most).fetch_all(&self.readers).await?;
            found.iter().map(|row| rows::read("unanswered", row, unanswered)).collect()
        })
        .await
    }

    /// Lets questions go that somebody answered or ignored; how many there were.
    pub async fn settle_unanswered(&self, scope: Scope, texts: &[String]) -> Result<u32, StoreError> {
        self.told(async {
            let mut tx = self.begin().await?;
            let mut settled = 0;
            for text in texts {
                let gone = sqlx::query("DELETE FROM unanswered WHERE server = ? AND folded = ?");
                let folded = folded(&shorten(text.trim(), TEXT_AT_MOST));
                settled += gone.bind(scope_out(scope)).bind(folded).execute(&mut *tx).await?.rows_affected();
            }
            tx.commit().await?;
            Ok(u32::try_from(settled).unwrap_or(u32::MAX))
        })
        .await
    }

    /// Counts what people picked for their words.
    pub async fn note_picks(&self, picks: &[Pick]) -> Result<(), StoreError> {
        self.told(async {
            let mut tx = self.begin().await?;
            for Pick { server, words, fact, at } in picks {
                let words = shorten(words.trim(), TEXT_AT_MOST);
                let folded = folded(&words);
                if folded.is_empty() {
                    continue;
                }
                let noted = sqlx::query(
                    "INSERT INTO pick (server, fact, folded, words, times, last_at) VALUES (?, ?, ?, ?, 1, ?)
                     ON CONFLICT (server, fact, folded) DO UPDATE SET times = times + 1, last_at = max(last_at, excluded.last_at)",
                );
                let noted = noted.bind(server_out(*server)).bind(fact.as_str()).bind(folded).bind(words);
                noted.bind(time_out(*at)).execute(&mut *tx).await?;
            }
            drop_old(&mut tx, picks.iter().map(|pick| pick.at).max().unwrap_or_default()).await?;
            for server in picks.iter().map(|pick| server_out(pick.server)).collect::<BTreeSet<i64>>() {
                let dropped = sqlx::query(
                    "DELETE FROM pick WHERE server = ?1 AND (fact, folded) IN
                         (SELECT fact, folded FROM pick WHERE server = ?1 ORDER BY last_at DESC, fact, folded LIMIT -1 OFFSET ?2)",
                );
                dropped.bind(server).bind(KEPT_AT_MOST).execute(&mut *tx).await?;
            }
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Words for which a fact was picked so often at least, and that were never suggested for it.
    pub async fn picked_often(&self, at_least: u32) -> Result<Vec<PickedOften>, StoreError> {
        self.told(async {
            let found = sqlx::query(
                "SELECT rowid AS id, server, fact, words, times FROM pick WHERE times >= ? AND NOT EXISTS
                     (SELECT 1 FROM suggestion s WHERE s.server = pick.server AND s.fact = pick.fact AND s.words = pick.folded)
                 ORDER BY times DESC, server, fact, folded",
            );
            let found = found.bind(at_least).fetch_all(&self.readers).await?;
            found.iter().map(|row| rows::read("pick", row, picked_often)).collect()
        })
        .await
    }
}

/// Drops what nobody asked for a long time.
pub(super) async fn drop_old(tx: &mut SqliteConnection, now: u64) -> Result<(), Fault> {
    let since = time_out(now.saturating_sub(KEPT_FOR));
    for old in ["DELETE FROM unanswered WHERE last_at < ?", "DELETE FROM pick WHERE last_at < ?"] {
        sqlx::query(old).bind(since).execute(&mut *tx).await?;
    }
    Ok(())
}

fn unanswered(row: &SqliteRow) -> Reading<Unanswered> {
    Ok(Unanswered { text: row.try_get("asked")?, times: rows::times(row)?, last: rows::time(row, "last_at")? })
}

fn picked_often(row: &SqliteRow) -> Reading<PickedOften> {
    Ok(PickedOften { server: rows::server(row)?, words: row.try_get("words")?, fact: rows::fact(row)?, times: rows::times(row)? })
}
