//! Dates as facts have them, and times, topics and names as people type them into a filter.

use std::collections::HashSet;

use sanad::curation::Scope;
use sanad::date::phrases::When;
use sanad::date::{DaySpan, FactDate};
use sanad::discord::press::Person;
use sanad::discord::timeline::leaf::{Leaf, LeafKey, Subject, Turn};
use sanad::question::Question;
use sanad::timeline::filter::{self, Wish};
use sanad::timeline::{course, select, when};

use super::{SHIPPED, fields, typed};

/// Up to four fields: from, to, topic and who.
pub fn check(bytes: &[u8]) {
    let text = typed(bytes);
    let [from, to, topic, who] = fields(&text);
    let view = SHIPPED.view(Scope::Everywhere);
    for written in [from, to] {
        fact_date(written);
        if let Ok(window) = when::read(&view, written)
            && let (Some(first), Some(last)) = (window.first, window.last)
        {
            in_order(DaySpan { first, last });
        }
        let question = Question::read(&view.index, written);
        for mention in &question.mentions {
            assert!(mention.from < mention.to && mention.to <= question.words.len(), "{mention:?} of {} words", question.words.len());
            if let When::Days(days) = mention.when {
                in_order(days);
            }
        }
    }
    let _ = course::asked(&view, &text);
    let some = |typed: &str| (!typed.is_empty()).then(|| typed.to_owned());
    let (from, to, topic, who) = (some(from), some(to), some(topic), some(who));
    let wish = Wish { from: from.as_deref(), to: to.as_deref(), topic: topic.as_deref(), who: who.as_deref() };
    match filter::read(&view, wish) {
        Ok(understood) => {
            let shown = select(&view, &understood.selection);
            let distinct: HashSet<u32> = shown.entries.iter().map(|entry| entry.fact.0).collect();
            assert_eq!(distinct.len(), shown.entries.len(), "a fact stands twice");
            // What a button remembers of the selection is the selection.
            let leaf = Leaf { subject: Subject::Timeline, reader: Person(7), page: 0, selection: understood.selection };
            let written = LeafKey::of(&view.base, &leaf).written(Turn::On);
            let (turn, key) = LeafKey::read(&written).expect("what is written is read");
            assert_eq!((turn, key.find(&view.base)), (Turn::On, Some(leaf)));
        }
        Err(misread) => assert!(!misread.is_empty()),
    }
}

fn in_order(days: DaySpan) {
    assert!(days.first <= days.last, "{days:?}");
}

fn fact_date(written: &str) {
    let Ok(date) = written.parse::<FactDate>() else { return };
    in_order(date.span());
    in_order(date.opening());
    in_order(date.closing());
    assert!(!date.spoken().is_empty());
    assert_eq!(date.to_string().parse::<FactDate>().ok(), Some(date), "{written:?} comes back as another date");
    // Only the calendar's last day has none behind it.
    let last = date.span().last;
    assert!(last.next().previous() == last || last.next() == last);
}
