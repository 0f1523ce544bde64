//! Every fact compared with the question, word by word, by Jaro and Winkler's likeness (strsim): what one would write first.

use crate::collection::Row;
use crate::engine::{Engine, telling_words};

/// The words of each fact.
pub(crate) struct Likeness(Vec<Vec<String>>);

impl Likeness {
    pub(crate) fn build(rows: &[Row]) -> Self {
        Self(rows.iter().map(|row| telling_words(&row.text).collect()).collect())
    }
}

impl Engine for Likeness {
    const NAME: &'static str = "strsim, Jaro–Winkler";
    type Prepared = String;

    fn prepare(&self, question: &str) -> String {
        question.to_owned()
    }

    fn first(&mut self, question: &String) -> Option<usize> {
        let asked: Vec<String> = telling_words(question).collect();
        let likest = |word: &String, fact: &[String]| fact.iter().map(|other| strsim::jaro_winkler(word, other)).fold(0.0, f64::max);
        let like = |fact: &[String]| asked.iter().map(|word| likest(word, fact)).sum::<f64>();
        // The first of those that are equally like it.
        let best = |best: Option<(usize, f64)>, (place, like): (usize, f64)| match best {
            Some(best) if best.1 >= like => Some(best),
            _ => Some((place, like)),
        };
        self.0.iter().map(|fact| like(fact)).enumerate().fold(None, best).map(|(place, _)| place)
    }
}
