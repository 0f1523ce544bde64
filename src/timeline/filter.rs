//! A selection from what people typed into its fields; and what to say where it leaves nothing over.

use std::fmt;

use crate::date::DaySpan;
use crate::fact::{EntityIx, FactIx};
use crate::knowledge::Knowledge;

use super::names::{self, Named};
use super::when::NoTime;
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
pub fn read(knowledge: &Knowledge, wish: Wish<'_>) -> Result<Understood, Vec<Misread>> {
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
        let window = match when::read(knowledge, &text) {
            Ok(window) => window,
            Err(error) => {
                misread.push(no_time(knowledge, field, &text, error));
                continue;
            }
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
        misread.push(Misread { field: Field::From, message });
    }
    understood.notes.dedup();
    if misread.is_empty() { Ok(understood) } else { Err(misread) }
}

fn topics(knowledge: &Knowledge, text: &str) -> Result<Vec<Box<str>>, Misread> {
    let frequent = match names::topic(knowledge, text) {
        Named::One(topic) => return Ok(with_kin(knowledge, topic)),
        Named::Several(topics) => return Ok(topics),
        Named::Unknown(frequent) => frequent,
    };
    let message = match names::entity(knowledge, text) {
        Named::One(named) => format!("there is no topic `{text}`; it names {}: write it into `who`", knowledge.base.entity(named).name),
        Named::Several(_) | Named::Unknown(_) => format!("there is no topic `{text}`; most facts are about {}", listed(&frequent)),
    };
    Err(Misread { field: Field::Topic, message })
}

/// A topic; where no fact of it has a date, those that share its name with it.
fn with_kin(knowledge: &Knowledge, topic: Box<str>) -> Vec<Box<str>> {
    let alone = vec![topic];
    let has_dates = !select(knowledge, &Selection { topics: alone.clone(), ..Selection::default() }).entries.is_empty();
    let kin = alone.first().filter(|_| !has_dates).map(|topic| names::beside(&knowledge.base, topic)).unwrap_or_default();
    if kin.is_empty() { alone } else { kin }
}

fn who(knowledge: &Knowledge, text: &str) -> Result<EntityIx, Misread> {
    let message = match names::entity(knowledge, text) {
        Named::One(who) => return Ok(who),
        Named::Several(entities) => {
            let near: Vec<&str> = entities.into_iter().map(|at| &*knowledge.base.entity(at).name).collect();
            format!("`{text}` may be several: {}; write one of them", listed(&near))
        }
        Named::Unknown(_) => {
            format!("nobody and nothing by the name of `{text}` is in the base; try another spelling, or the whole name")
        }
    };
    Err(Misread { field: Field::Who, message })
}

fn no_time(knowledge: &Knowledge, field: Field, text: &str, why: NoTime) -> Misread {
    let message = match why {
        NoTime::Unknown => {
            let events = knowledge.base.entities().iter().filter(|entity| !entity.begins.is_empty()).map(|entity| &*entity.name);
            let events: Vec<&str> = events.collect();
            let known = if events.is_empty() { String::new() } else { format!(" Events that I know: {}.", listed(&events)) };
            format!(
                "`{text}` is no date, and no event that I am sure of; write 9 Nov 2021, may 2022, 2021, last week of May 2022, or after the Eid truce.{known}"
            )
        }
        NoTime::NoEnd(event) => format!(
            "no fact says when this ended: {}; write a date, or since and before, which ask for its beginning",
            knowledge.base.entity(event).name
        ),
    };
    Misread { field, message }
}

fn open_side(field: Field, text: &str) -> Misread {
    let (says, other) = if field == Field::From { ("ends", Field::To) } else { ("begins", Field::From) };
    let message = format!("`{text}` says when it {says}; write it into `{}`", other.as_str());
    Misread { field, message }
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
    /// Filters without which something would be there: single ones, or pairs where no single one is to blame.
    pub without: Vec<Wider>,
    /// The last fact before what was asked for, and the first behind it, all else being as asked.
    pub nearest: Vec<FactIx>,
}

/// A selection with less asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wider {
    /// What is left out.
    pub without: Vec<Without>,
    /// What is left.
    pub selection: Selection,
    /// How many dated facts that are; at least one.
    pub facts: usize,
}

impl Wider {
    /// What is left out, as people know it: "topic and who".
    pub fn named(&self) -> String {
        listed(&self.without.iter().map(|without| without.as_str()).collect::<Vec<_>>())
    }
}

/// What is left out of a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Without {
    /// The time.
    Time,
    /// The topic.
    Topic,
    /// The name.
    Who,
}

impl Without {
    const ALL: [Self; 3] = [Self::Time, Self::Topic, Self::Who];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Time => "from and to",
            Self::Topic => "topic",
            Self::Who => "who",
        }
    }

    fn of(self, selection: &Selection) -> Option<Selection> {
        let all = selection.clone();
        let wider = match self {
            Self::Time => Selection { from: None, to: None, ..all },
            Self::Topic => Selection { topics: Vec::new(), ..all },
            Self::Who => Selection { who: None, ..all },
        };
        Some(wider).filter(|wider| wider != selection)
    }
}

/// Says of a selection that is empty what emptied it.
pub fn emptied(knowledge: &Knowledge, selection: &Selection) -> Emptied {
    let counted = |without: Vec<Without>, selection: Selection| {
        let facts = select(knowledge, &selection).entries.len();
        (facts > 0).then_some(Wider { without, selection, facts })
    };
    let single = |without: Without| counted(vec![without], without.of(selection)?);
    let mut without: Vec<Wider> = Without::ALL.into_iter().filter_map(single).collect();
    if without.is_empty() {
        let pairs = [(Without::Time, Without::Topic), (Without::Time, Without::Who), (Without::Topic, Without::Who)];
        without = pairs.into_iter().filter_map(|(a, b)| counted(vec![a, b], b.of(&a.of(selection)?)?)).collect();
    }
    let at_any_time = Selection { from: None, to: None, ..selection.clone() };
    let all = select(knowledge, &at_any_time).entries;
    let before = selection.from.and_then(|from| {
        let ended = all.iter().filter(|entry| entry.date.span().last < from);
        ended.max_by_key(|entry| entry.date.span().last)
    });
    let behind = selection.to.and_then(|to| all.iter().find(|entry| entry.date.span().first > to));
    Emptied { without, nearest: before.into_iter().chain(behind).map(|entry| entry.fact).collect() }
}
