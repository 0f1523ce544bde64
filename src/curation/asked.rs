//! Questions that people asked in vain, those alike together.

use super::likeness::Terms;
use super::review::Unanswered;
use crate::knowledge::Knowledge;
use crate::question::Question;

/// From this cosine of term weights on, two questions ask the same.
const ALIKE: f32 = 0.6;

/// Questions that ask the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// How they were asked, most often first; never none.
    pub texts: Vec<String>,
    /// How often in all.
    pub times: u32,
    /// When last, in seconds since 1970.
    pub last: u64,
}

/// Puts questions that are alike together; the most asked come first, of those the newest. Time grows with the number of questions times
/// that of clusters.
pub fn clusters(view: &Knowledge, mut asked: Vec<Unanswered>) -> Vec<Cluster> {
    asked.sort_by(|a, b| b.times.cmp(&a.times).then(b.last.cmp(&a.last)).then(a.text.cmp(&b.text)));
    let mut clusters: Vec<(Terms, Cluster)> = Vec::new();
    for question in asked {
        let terms = Terms::of(view, &Question::read(&view.index, &question.text));
        let like = clusters.iter_mut().find(|(first, _)| first.likeness(&terms) >= ALIKE);
        match like {
            Some((_, cluster)) => {
                cluster.texts.push(question.text);
                cluster.times = cluster.times.saturating_add(question.times);
                cluster.last = cluster.last.max(question.last);
            }
            None => clusters.push((terms, Cluster { texts: vec![question.text], times: question.times, last: question.last })),
        }
    }
    let mut clusters: Vec<Cluster> = clusters.into_iter().map(|(_, cluster)| cluster).collect();
    clusters.sort_by(|a, b| b.times.cmp(&a.times).then(b.last.cmp(&a.last)));
    clusters
}
