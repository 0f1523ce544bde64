//! A selection from what people typed into its fields; and what to say where it leaves nothing over.

use std::fmt;

use crate::answer::candidates::Scratch;
use crate::date::DaySpan;
use crate::fact::{EntityIx, FactIx};
use crate::knowledge::Knowledge;

use super::names::{self, Named};
use super::{Selection, select, when};

/// A field of a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// The earliest day.
    From,
    /// The latest day.
    To,
    /// The topic.
    Topic,
    /// Who or what is named.
    Who,
}

impl Field {
    /// All of them, in the order in which they narrow.
    pub const ALL: [Self; 4] = [Self::Topic, Self::Who, Self::From, Self::To];

    /// The word that people know it by.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::To => "to",
            Self::Topic => "topic",
            Self::Who => "who",
        }
    }
}

/// The fields as they were typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish<'t> {
    /// From when on.
    pub from: Option<&'t str>,
    /// Until when.
    pub to: Option<&'t str>,
    /// About what.
    pub topic: Option<&'t str>,
    /// Naming whom or what.
    pub who: Option<&'t str>,
}

/// A selection as it was understood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Understood {
    /// What is meant.
    pub selection: Selection,
    /// What was taken for granted, a sentence each.
    pub notes: Vec<String>,
}

/// A field that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misread {
    /// Which one.
    pub field: Field,
    /// A sentence that says what is wrong and what to write.
    pub message: String,
    /// What may have been meant, as it can be typed.
    pub near: Vec<String>,
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field.as_str(), self.message)
    }
}

/// Reads the fields.
///
/// # Errors
/// Every field that was not understood.
pub fn read(knowledge: &Knowledge, wish: Wish<'_>, scratch: &mut Scratch) -> Result<Understood, Vec<Misread>> {
    let mut understood = Understood::default();
    let mut misread = Vec::new();
    let typed = |text: Option<&'_ str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    if let Some(text) = typed(wish.topic) {
        match topics(knowledge, &text) {
            Ok(topics) => {
                if let [topic] = topics.as_slice() {
                    let beside = names::beside(&knowledge.base, topic);
                    if !beside.is_empty() {
                        understood.notes.push(format!("Beside the topic {topic} there are {}.", listed(&beside)));
                    }
                } else {
                    understood.notes.push(format!("Taken as the topics {}.", listed(&topics)));
                }
                understood.selection.topics = topics;
            }
            Err(error) => misread.push(error),
        }
    }
    if let Some(text) = typed(wish.who) {
        match who(knowledge, &text) {
            Ok(who) => understood.selection.who = Some(who),
            Err(error) => misread.push(error),
        }
    }
    for (field, text) in [(Field::From, typed(wish.from)), (Field::To, typed(wish.to))] {
        let Some(text) = text else { continue };
        let Some(window) = when::read(knowledge, &text, scratch) else {
            misread.push(no_time(field, &text));
            continue;
        };
        let bound = if field == Field::From { window.first } else { window.last };
        if bound.is_none() {
            misread.push(open_side(field, &text));
        }
        match field {
            Field::From => understood.selection.from = bound,
            _ => understood.selection.to = bound,
        }
        understood.notes.extend(window.note);
    }
    if let (Some(from), Some(to)) = (understood.selection.from, understood.selection.to)
        && from > to
    {
        let (from, to) = (when::spoken(DaySpan { first: from, last: from }), when::spoken(DaySpan { first: to, last: to }));
        let message = format!("it begins on {from}, but `to` ends on {to}; change one of the two");
        misread.push(Misread { field: Field::From, message, near: Vec::new() });
    }
    understood.notes.dedup();
    if misread.is_empty() { Ok(understood) } else { Err(misread) }
}

fn topics(knowledge: &Knowledge, text: &str) -> Result<Vec<Box<str>>, Misread> {
    let frequent = match names::topic(knowledge, text) {
        Named::One(topic) => return Ok(vec![topic]),
        Named::Several(topics) => return Ok(topics),
        Named::Unknown(frequent) => frequent,
    };
    let near: Vec<String> = frequent.into_iter().map(String::from).collect();
    let message = format!("there is no topic `{text}`; most facts are about {}", listed(&near));
    Err(Misread { field: Field::Topic, message, near })
}

fn who(knowledge: &Knowledge, text: &str) -> Result<EntityIx, Misread> {
    let base = &knowledge.base;
    let near = |entities: Vec<EntityIx>| entities.into_iter().map(|at| base.entity(at).name.to_string()).collect::<Vec<_>>();
    let (near, message) = match names::entity(knowledge, text) {
        Named::One(who) => return Ok(who),
        Named::Several(entities) => {
            let near = near(entities);
            let message = format!("`{text}` may be several: {}; write one of them", listed(&near));
            (near, message)
        }
        Named::Unknown(entities) => {
            let message = format!("nobody and nothing by the name of `{text}` is in the base; try another spelling, or the whole name");
            (near(entities), message)
        }
    };
    Err(Misread { field: Field::Who, message, near })
}

fn no_time(field: Field, text: &str) -> Misread {
    let message = format!(
        "`{text}` is no date, and no event of the base that I am sure of; write 9 Nov 2021, may 2022, 2021, last week of May 2022, or after the Eid truce"
    );
    Misread { field, message, near: Vec::new() }
}

fn open_side(field: Field, text: &str) -> Misread {
    let (says, other) = if field == Field::From { ("ends", Field::To) } else { ("begins", Field::From) };
    let message = format!("`{text}` says when it {says}; write it into `{}`", other.as_str());
    Misread { field, message, near: Vec::new() }
}

/// Items in a row: "a, b and c".
pub fn listed<S: AsRef<str>>(items: &[S]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [all @ .., last] => format!("{} and {}", all.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", "), last.as_ref()),
    }
}

/// What a selection is, in words for people: "jirga, naming Noor Wali Mehsud, May – June 2022".
pub fn named(knowledge: &Knowledge, selection: &Selection) -> String {
    let base = &knowledge.base;
    let mut parts: Vec<String> = Vec::new();
    if !selection.topics.is_empty() {
        parts.push(listed(&selection.topics));
    }
    parts.extend(selection.who.map(|who| base.entity(who).name.to_string()));
    parts.extend(selection.source.map(|source| names::source_line(base, source)));
    let day = |day| when::spoken(DaySpan { first: day, last: day });
    parts.extend(match (selection.from, selection.to) {
        (None, None) => None,
        (Some(first), Some(last)) => Some(when::spoken(DaySpan { first, last })),
        (Some(from), None) => Some(format!("from {} on", day(from))),
        (None, Some(to)) => Some(format!("up to {}", day(to))),
    });
    if parts.is_empty() { "all facts".to_owned() } else { parts.join(", ") }
}

/// Why nothing is left over, and what is nearest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emptied {
    /// Filters without which something would be there: the selection without them, and how many facts that are. None where no single
    /// one is to blame.
    pub without: Vec<(Without, Selection, usize)>,
    /// The last fact before what was asked for, and the first behind it, all else being as asked.
    pub nearest: Vec<FactIx>,
}

/// What is left out of a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Without {
    /// The topic.
    Topic,
    /// The name.
    Who,
    /// The time.
    Time,
}

impl Without {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Who => "who",
            Self::Time => "time",
        }
    }

    fn of(self, selection: &Selection) -> Option<Selection> {
        let all = selection.clone();
        let is_set = match self {
            Self::Topic => !selection.topics.is_empty(),
            Self::Who => selection.who.is_some(),
            Self::Time => selection.from.is_some() || selection.to.is_some(),
        };
        is_set.then_some(match self {
            Self::Topic => Selection { topics: Vec::new(), ..all },
            Self::Who => Selection { who: None, ..all },
            Self::Time => Selection { from: None, to: None, ..all },
        })
    }
}

/// Says of a selection that is empty what emptied it.
pub fn emptied(knowledge: &Knowledge, selection: &Selection) -> Emptied {
    let wider = [Without::Time, Without::Topic, Without::Who].into_iter().filter_map(|without| {
        let wider = without.of(selection)?;
        let found = select(knowledge, &wider).entries.len();
        (found > 0).then_some((without, wider, found))
    });
    let without: Vec<_> = wider.collect();
    let at_any_time = Selection { from: None, to: None, ..selection.clone() };
    let all = select(knowledge, &at_any_time).entries;
    let before = selection.from.and_then(|from| all.iter().rfind(|entry| entry.date.span().last < from));
    let behind = selection.to.and_then(|to| all.iter().find(|entry| entry.date.span().first > to));
    Emptied { without, nearest: before.into_iter().chain(behind).map(|entry| entry.fact).collect() }
}
