//! SQLite's full text search (FTS5) in memory: BM25 over Porter's stems.

use rusqlite::Connection;

use crate::collection::Row;
use crate::engine::{Editable, Engine, telling_words};

/// A table of facts that keeps their index and not their texts.
pub(crate) struct Fts(Connection);

const TABLE: &str = "CREATE VIRTUAL TABLE facts USING fts5(text, content = '', contentless_delete = 1, tokenize = 'porter unicode61')";
const INSERT: &str = "INSERT INTO facts (rowid, text) VALUES (?1, ?2)";
const DELETE: &str = "DELETE FROM facts WHERE rowid = ?1";
/// `rank` is BM25; ordered by it, fewer rows are kept than by the function.
const SEARCH: &str = "SELECT rowid FROM facts WHERE facts MATCH ?1 ORDER BY rank LIMIT 10";

impl Fts {
    pub(crate) fn build(rows: &[Row]) -> Self {
        let mut connection = Connection::open_in_memory().expect("a database in memory");
        connection.execute_batch(TABLE).expect("a table");
        let all = connection.transaction().expect("a transaction");
        for (place, row) in (0i64..).zip(rows) {
            all.prepare_cached(INSERT).and_then(|mut insert| insert.execute((place, &row.text))).expect("a fact is kept");
        }
        all.execute("INSERT INTO facts (facts) VALUES ('optimize')", ()).expect("the index is made one");
        all.commit().expect("the facts are kept");
        Self(connection)
    }

    /// Bytes of all its pages.
    pub(crate) fn bytes(&self) -> usize {
        let number = |name| self.0.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).expect("a number of pages");
        usize::try_from(number("page_count") * number("page_size")).unwrap_or(0)
    }
}

impl Engine for Fts {
    const NAME: &'static str = "SQLite FTS5";
    type Prepared = String;

    fn prepare(&self, question: &str) -> String {
        question.to_owned()
    }

    fn first(&mut self, question: &String) -> Option<usize> {
        let words: Vec<String> = telling_words(question).map(|word| format!("\"{word}\"")).collect();
        if words.is_empty() {
            return None;
        }
        let mut search = self.0.prepare_cached(SEARCH).expect("a search");
        let found = search.query_map([words.join(" OR ")], |row| row.get::<_, i64>(0)).expect("rows");
        // All ten are read, as whoever shows them would.
        let found: Vec<i64> = found.collect::<Result<_, _>>().expect("rows");
        found.first().and_then(|place| usize::try_from(*place).ok())
    }
}

impl Editable for Fts {
    fn edit(&mut self, place: usize, row: &Row) {
        let place = i64::try_from(place).expect("a place among the facts");
        let one = self.0.transaction().expect("a transaction");
        one.prepare_cached(DELETE).and_then(|mut delete| delete.execute([place])).expect("the fact goes");
        one.prepare_cached(INSERT).and_then(|mut insert| insert.execute((place, &row.text))).expect("the fact is kept");
        one.commit().expect("the edit is kept");
    }
}
