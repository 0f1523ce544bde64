//! The words of a picture: what is selected, what each mark is called, who says so.

use hashbrown::HashMap;

use super::fonts::Weight;
use super::lanes::Parting;
use super::lettering::{Block, Run, clean, width, wrap};
use super::svg::Tenths;
use crate::date::{DaySpan, FactDate, MONTHS};
use crate::fact::{Base, FactIx, Standing};
use crate::knowledge::Knowledge;
use crate::timeline::stretch::Claimed;
use crate::timeline::when::spoken;
use crate::timeline::{Entry, Selection, Timeline, publishers};

/// Who says so, as far as a label names them.
const VOICES: usize = 3;

/// A date in short words: "4 Sep 2022", "about May 2022", "2022 (?)".
pub(super) fn short(date: &FactDate) -> String {
    let brief = MONTHS.iter().fold(date.spoken(), |words, month| words.replace(month, month.get(..3).unwrap_or(month)));
    brief.replace("(uncertain)", "(?)")
}

fn short_days(days: DaySpan) -> String {
    MONTHS.iter().fold(spoken(days), |words, month| words.replace(month, month.get(..3).unwrap_or(month)))
}

/// "1 fact", "2 facts".
pub(super) fn facts(number: usize) -> String {
    if number == 1 { "1 fact".to_owned() } else { format!("{number} facts") }
}

/// How many facts there are, of what time, and how they are parted.
pub(super) fn summary(knowledge: &Knowledge, timeline: &Timeline, selection: &Selection, parting: Parting) -> String {
    // From the first beginning to the last end, each as exactly as it is known.
    let first = timeline.entries.first().map(|entry| entry.date.start);
    let last = timeline.entries.iter().max_by_key(|entry| entry.date.span().last).map(|entry| entry.date.end.unwrap_or(entry.date.start));
    let all = first.zip(last).map(|(start, end)| FactDate { end: Some(end).filter(|end| *end != start), ..FactDate::of(start) });
    let disputed = timeline.entries.iter().filter(|entry| is_disputed(&knowledge.base, entry)).count();
    let is_window = selection.from.is_some() && selection.to.is_some();
    let when = all.filter(|_| !is_window).map(|all| format!(", {}", short(&all)));
    let doubt = (disputed > 0).then(|| format!("; {disputed} disputed"));
    let undated = match timeline.undated.len() {
        0 => None,
        1 => Some("; 1 more has no date and is not drawn".to_owned()),
        more => Some(format!("; {more} more have no date and are not drawn")),
    };
    let rows = match parting {
        Parting::Topic => ". Rows: main topic.",
        Parting::Actor => ". Rows: who is in it.",
    };
    let parts = [Some(facts(timeline.entries.len())), when, doubt, undated, Some(rows.to_owned())];
    parts.into_iter().flatten().collect()
}

/// Whether others say otherwise.
pub(super) fn is_disputed(base: &Base, entry: &Entry) -> bool {
    !entry.rivals.is_empty() || base.standing(entry.fact) == Standing::Disputed
}

/// The label of a fact: its date, whether others say otherwise, its claim.
pub(super) fn label(base: &Base, entry: &Entry) -> Vec<Run> {
    let mut date = short(&entry.date);
    if is_disputed(base, entry) {
        date.push_str(", disputed");
    }
    vec![(Weight::Bold, clean(&date)), (Weight::Regular, clean(&base.fact(entry.fact).claim))]
}

/// Claims of one and the same days, and who makes them: "4 Sep 2022 (Wikipedia, News18) / 28 Nov 2022 (Dawn)".
pub(super) fn claims(base: &Base, claims: &[Claimed]) -> String {
    let mut dated: Vec<(DaySpan, Vec<&str>)> = Vec::new();
    for claimed in claims {
        let voices = publishers(base, claimed.fact);
        match dated.iter_mut().find(|(days, _)| *days == claimed.days) {
            Some((_, known)) => voices.into_iter().for_each(|voice| {
                if !known.contains(&voice) {
                    known.push(voice);
                }
            }),
            None => dated.push((claimed.days, voices)),
        }
    }
    let one = |(days, voices): &(DaySpan, Vec<&str>)| {
        let named: Vec<&str> = voices.iter().take(VOICES).copied().collect();
        let more = voices.len() - named.len();
        let rest = if more > 0 { format!(", {more} more") } else { String::new() };
        format!("{} ({}{rest})", short_days(*days), named.join(", "))
    };
    dated.iter().map(one).collect::<Vec<_>>().join(" / ")
}

/// Who publishes the sources of the facts, the most frequent first, on at most three lines.
pub(super) fn sources(base: &Base, facts: impl Iterator<Item = FactIx>, room: Tenths, size: i32) -> Block {
    let mut counted: HashMap<&str, usize> = HashMap::new();
    for publisher in facts.flat_map(|fact| publishers(base, fact)) {
        *counted.entry(publisher).or_default() += 1;
    }
    let mut all: Vec<(&str, usize)> = counted.into_iter().collect();
    all.sort_unstable_by(|(a, m), (b, n)| n.cmp(m).then(a.cmp(b)));
    let runs = |named: usize| {
        let names: Vec<String> = all.iter().take(named).map(|(name, _)| clean(name)).collect();
        let more = all.len() - named;
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        vec![(Weight::Bold, "Sources:".to_owned()), (Weight::Regular, format!("{}{rest}", names.join(", ")))]
    };
    // As many as fit, and one at least: its name may be cut.
    let wide = |runs: &[Run]| runs.iter().map(|(weight, words)| width(words, *weight, size)).fold(0, Tenths::saturating_add);
    let mut named = all.len();
    while named > 1 && (wide(&runs(named)) > room * 4 || wrap(&runs(named), room, usize::MAX, size).lines.len() > 3) {
        named -= 1 + (named / 8) * usize::from(wide(&runs(named)) > room * 4);
    }
    wrap(&runs(named), room, 3, size)
}
