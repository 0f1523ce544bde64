//! What people ask in vain, and which fact they pick for their words: counted, without their names, and not for ever.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{Postgres, Transaction};

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
    let mut noted = Noted::default();
    for AskedInVain { scope, text, asker, at } in asked {
        if let Some((text, folded)) = kept(text) {
            noted.add(scope_out(*scope), folded, text, salt.hash(*asker), time_out(*at));
        }
    }
    noted.write(&mut tx).await?;
    Ok(tx.commit().await?)
}

/// What is noted together: a statement for all of it costs hardly more than one for a single question.
#[derive(Default)]
struct Noted {
    /// Each question of a server once, for no row can be changed twice by a statement: as it was asked, how often, and when last.
    questions: BTreeMap<(i64, String), (String, i64, i64)>,
    /// Who asked which.
    askers: BTreeSet<(i64, String, String)>,
}

impl Noted {
    fn add(&mut self, server: i64, folded: String, text: String, who: String, at: i64) {
        self.askers.insert((server, folded.clone(), who));
        let (_, times, last) = self.questions.entry((server, folded)).or_insert((text, 0, at));
        (*times, *last) = (times.saturating_add(1), at.max(*last));
    }

    async fn write(self, tx: &mut Transaction<'_, Postgres>) -> Result<(), Fault> {
        let servers: Vec<i64> = self.questions.keys().map(|(server, _)| *server).collect::<BTreeSet<i64>>().into_iter().collect();
        let (mut of, mut folded, mut asked, mut times, mut last) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for ((server, key), (text, count, at)) in self.questions {
            of.push(server);
            folded.push(key);
            asked.push(text);
            times.push(count);
            last.push(at);
        }
        let noted = sqlx::query(
            "INSERT INTO unanswered (server, folded, asked, times, last_at)
             SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
             ON CONFLICT (server, folded)
             DO UPDATE SET times = unanswered.times + excluded.times, last_at = greatest(unanswered.last_at, excluded.last_at)",
        );
        noted.bind(of).bind(folded).bind(asked).bind(times).bind(last).execute(&mut **tx).await?;
        let (mut of, mut folded, mut who) = (Vec::new(), Vec::new(), Vec::new());
        for (server, key, person) in self.askers {
            of.push(server);
            folded.push(key);
            who.push(person);
        }
        let by = sqlx::query(
            "INSERT INTO asker (server, folded, who) SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING",
        );
        by.bind(of).bind(folded).bind(who).execute(&mut **tx).await?;
        let dropped = sqlx::query(
            "DELETE FROM unanswered USING
                 (SELECT server, folded, row_number() OVER (PARTITION BY server ORDER BY last_at DESC, folded) AS place
                  FROM unanswered WHERE server = ANY($1)) AS placed
             WHERE placed.place > $2 AND placed.server = unanswered.server AND placed.folded = unanswered.folded",
        );
        dropped.bind(servers).bind(i64::from(KEPT_AT_MOST)).execute(&mut **tx).await?;
        Ok(())
    }
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
