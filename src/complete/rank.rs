//! Which lines fit a typed text best.

use super::typed::{Stand, Typed};
use super::{Completed, Completer, Line, LineNo};
use crate::fact::EntityIx;
use crate::index::Index;
use crate::index::analysis::{Tongue, entity_term};

/// Share of the typed weight that a line must meet; below it, it is noise.
const BAR: f32 = 0.55;
/// Lines that are compared word by word.
const COMPARED: usize = 500;

/// What the parts of a score weigh beside the share of the typed weight that is met.
mod weight {
    /// The line begins as typed.
    pub(super) const BEGINS: f32 = 0.3;
    /// The typed words stand in the same order.
    pub(super) const ORDER: f32 = 0.2;
    /// They stand side by side.
    pub(super) const BESIDE: f32 = 0.1;
    /// The line holds little else.
    pub(super) const EXTENT: f32 = 0.15;
    pub(super) const QUALITY: f32 = 0.4;
    /// The line is written in another tongue than the typed text.
    pub(super) const OTHER_TONGUE: f32 = 0.3;
    /// A name that holds all that was typed stands before questions that do.
    pub(super) const NAME: f32 = 0.35;
    /// A name that was typed to its end.
    pub(super) const NAMED_WHOLE: f32 = 0.6;
    /// A line about somebody who was named by half.
    pub(super) const NAMED: f32 = 0.6;
}

/// What a line has of the typed text.
#[derive(Debug, Clone, Copy, Default)]
struct Met {
    /// Weight of the words that it has, by how surely they are meant.
    weight: f32,
    /// The slots that are met.
    slots: u32,
}

/// The lines that fit, best first.
pub(super) fn ranked(completer: &Completer, index: &Index, typed: &Typed) -> impl Iterator<Item = LineNo> + use<> {
    let total = typed.slots.iter().map(|s| s.weight).sum::<f32>().max(1e-6);
    let subject = typed.subject();
    let marks = marks(completer, typed);
    let mark = |word: &super::WordNo| marks.get(word.0 as usize).copied().unwrap_or_default();
    let mut found: Vec<(f32, LineNo)> = Vec::new();
    for (at, met) in met(completer, index, typed) {
        let Some(line) = completer.line(at) else { continue };
        let covered: f32 = typed.slots.iter().enumerate().filter(|(s, _)| met.slots >> s & 1 == 1).map(|(_, s)| s.weight).sum();
        let is_about = subject == 0 || met.slots & subject != 0;
        // A name is offered for itself only; "when did Noor Wali" is a question.
        let is_name = matches!(line.of, Completed::Entity(_));
        let is_whole = subject != 0 && met.slots & subject == subject;
        let opens = completer.line_words.of(at.0).first().is_some_and(|word| mark(word) & 1 == 1);
        if covered < BAR * total || !is_about || (is_name && !(is_whole && (opens || !typed.has_just_begun))) {
            continue;
        }
        let rough = met.weight / total + standing(line, typed.tongue) + if opens { weight::BEGINS / 2.0 } else { 0.0 };
        found.push((rough, at));
    }
    let best_first = |a: &(f32, LineNo), b: &(f32, LineNo)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
    if found.len() > COMPARED {
        found.select_nth_unstable_by(COMPARED, best_first);
        found.truncate(COMPARED);
    }
    let mut named_whole = false;
    for (score, at) in &mut found {
        let words = completer.line_words.of(at.0);
        let likeness = Likeness::of(words.iter().map(mark), typed, total);
        let begun = if likeness.opens { weight::BEGINS / 2.0 } else { 0.0 };
        *score += likeness.score() - begun;
        let is_name = completer.line(*at).is_some_and(|line| matches!(line.of, Completed::Entity(_)));
        // What holds nothing else is the name that was typed; names that only hold it are not.
        if is_name && likeness.extent > 0.99 {
            *score += weight::NAMED_WHOLE;
            named_whole = true;
        }
    }
    if named_whole {
        for (score, at) in &mut found {
            if completer.line(*at).is_some_and(|line| matches!(line.of, Completed::Entity(_))) {
                *score -= weight::NAME;
            }
        }
    }
    found.sort_unstable_by(best_first);
    found.into_iter().map(|(_, at)| at)
}

/// What a line is worth whatever its words.
fn standing(line: &Line, tongue: Tongue) -> f32 {
    match line.of {
        Completed::Entity(_) => weight::NAME + weight::QUALITY * line.quality,
        Completed::Fact(_) if line.tongue == tongue => weight::QUALITY * line.quality,
        Completed::Fact(_) => weight::QUALITY * line.quality - weight::OTHER_TONGUE,
    }
}

/// The lines that meet anything, with what they meet.
fn met(completer: &Completer, index: &Index, typed: &Typed) -> Vec<(LineNo, Met)> {
    let mut met = vec![Met::default(); completer.lines.len()];
    let mut touched: Vec<LineNo> = Vec::new();
    for (at, slot) in typed.slots.iter().enumerate() {
        let bit = 1u32 << at;
        for &(sureness, stand) in &slot.stands {
            completer.each_line(index, stand, |line| {
                let Some(met) = met.get_mut(line.0 as usize) else { return };
                if met.slots == 0 {
                    touched.push(line);
                }
                // The surest come first: what follows adds nothing.
                if met.slots & bit == 0 {
                    met.slots |= bit;
                    met.weight += slot.weight * sureness;
                }
            });
        }
    }
    if let Some(term) = named(completer, typed, &touched, &met).and_then(|entity| index.term(&entity_term(entity))) {
        let subject = typed.subject();
        let weight: f32 = typed.slots.iter().filter(|s| !s.is_stop).map(|s| s.weight * weight::NAMED).sum();
        completer.each_line(index, Stand::Term(term), |line| {
            let Some(met) = met.get_mut(line.0 as usize).filter(|met| met.slots & subject == 0) else { return };
            if met.slots == 0 {
                touched.push(line);
            }
            met.slots |= subject;
            met.weight += weight;
        });
    }
    touched.into_iter().map(|line| (line, met.get(line.0 as usize).copied().unwrap_or_default())).collect()
}

/// Who is named by half: the most mentioned of those whose names hold all that was typed.
fn named(completer: &Completer, typed: &Typed, touched: &[LineNo], met: &[Met]) -> Option<EntityIx> {
    let subject = typed.subject();
    if subject == 0 || typed.has_just_begun {
        return None;
    }
    let whole = touched.iter().filter(|at| met.get(at.0 as usize).is_some_and(|met| met.slots & subject == subject));
    let names = whole.filter_map(|at| completer.line(*at)).filter_map(|line| match line.of {
        Completed::Entity(entity) => Some((line.quality, entity)),
        Completed::Fact(_) => None,
    });
    names.max_by(|(a, x), (b, y)| a.total_cmp(b).then(y.cmp(x))).map(|(_, entity)| entity)
}

/// For every word of lines the slots that it may stand for.
fn marks(completer: &Completer, typed: &Typed) -> Vec<u32> {
    let mut marks = vec![0; completer.words.len()];
    for (at, slot) in typed.slots.iter().enumerate() {
        for (_, stand) in &slot.stands {
            if let Stand::Word(word) = stand
                && let Some(mark) = marks.get_mut(word.0 as usize)
            {
                *mark |= 1 << at;
            }
        }
    }
    marks
}

/// How much a line looks like the typed text, each part from 0 to 1.
#[derive(Debug, Default)]
struct Likeness {
    /// Whether its first word is the first that was typed.
    opens: bool,
    begins: f32,
    order: f32,
    beside: f32,
    extent: f32,
}

impl Likeness {
    #[expect(clippy::cast_precision_loss, reason = "counts of words")]
    fn of(words: impl ExactSizeIterator<Item = u32>, typed: &Typed, total: f32) -> Self {
        let length = words.len().max(1) as f32;
        let pairs = typed.slots.len().saturating_sub(1).max(1) as f32;
        let mut likeness = Self::default();
        let (mut begins, mut is_begun) = (0, true);
        let (mut next, mut last) = (0u32, None);
        let (mut ordered, mut beside, mut held) = (0.0, 0.0, 0.0);
        for (at, mark) in words.enumerate() {
            held += f32::from(u8::from(mark != 0));
            is_begun &= at < typed.slots.len() && mark >> at & 1 == 1;
            begins += usize::from(is_begun);
            let ahead = mark.checked_shr(next).unwrap_or_default();
            if ahead != 0 {
                let slot = next + ahead.trailing_zeros();
                ordered += typed.slots.get(slot as usize).map_or(0.0, |s| s.weight);
                beside += f32::from(u8::from(slot > 0 && last == Some((at.wrapping_sub(1), slot - 1))));
                last = Some((at, slot));
                next = slot + 1;
            }
        }
        likeness.opens = begins > 0;
        // To open with the one word that was typed is no great likeness.
        likeness.begins = begins as f32 / (typed.slots.len() + 1) as f32;
        likeness.order = ordered / total;
        likeness.beside = beside / pairs;
        likeness.extent = held / length;
        likeness
    }

    fn score(&self) -> f32 {
        weight::BEGINS * self.begins + weight::ORDER * self.order + weight::BESIDE * self.beside + weight::EXTENT * self.extent
    }
}
