//! What is said of timelines, people and sources. Pure: the same leaf makes the same [`Reply`].

use std::fmt::Write as _;

use super::leaf::{Leaf, LeafKey, Subject, Turn};
use crate::date::{FactDate, PartialDate};
use crate::discord::markdown::{citation, citation_within, escape, quoted};
use crate::discord::press::Press;
use crate::discord::reply::{Button, Choice, Look, Menu, OPTIONS_AT_MOST, Page, ROOM_AT_MOST, Reply, SeenBy, delete_button};
use crate::fact::{Base, EntityIx, EntityKind, FactIx, Source, SourceIx};
use crate::knowledge::Knowledge;
use crate::text::cut::shorten;
use crate::timeline::filter::{Emptied, Misread, listed, named};
use crate::timeline::pages::{Landmark, Room, landmarks, pages};
use crate::timeline::{Entry, Selection, Timeline, select};

/// Entries of a page at most.
const ENTRIES: usize = 8;
/// Characters of what stands above the entries: of a selection, and of a name or source, of which more is said.
const HEADING_AT_MOST: usize = 900;
const LONG_HEADING_AT_MOST: usize = 1_500;
/// Characters of a claim on a timeline.
const CLAIM_AT_MOST: usize = 200;
/// Characters of a source's title there.
const TITLE_AT_MOST: usize = 60;
/// Characters of what says that sources disagree.
const DISPUTE_AT_MOST: usize = 260;
/// Sides that it tells, and characters of the claim of each.
const SIDES: usize = 1;
const SIDE_AT_MOST: usize = 150;
/// Characters of the spellings of a name that are shown.
const SPELLINGS_AT_MOST: usize = 300;
/// Names that somebody appears with most.
const COMPANY: usize = 6;
/// Notes shown.
const NOTES: usize = 3;

/// What a page is shown with.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'s> {
    /// The question it answers, where others cannot see it.
    pub question: Option<&'s str>,
    /// What was taken for granted.
    pub notes: &'s [String],
    /// Who sees it.
    pub seen_by: SeenBy,
}

/// A page, and where in its pages it stands.
#[derive(Debug)]
pub struct Turned {
    /// What is shown.
    pub reply: Reply,
    /// The page that it is, where the one asked for lies beyond the last.
    pub leaf: Leaf,
}

/// A page of facts in the order of time. A page beyond the last is the last.
pub fn leaf(view: &Knowledge, mut leaf: Leaf, shown: Shown<'_>) -> Turned {
    let base = &view.base;
    let timeline = select(view, &leaf.selection);
    let lines = lines(base, &timeline, leaf.subject);
    let pages = parted(&lines, leaf.subject);
    leaf.page = leaf.page.min(pages.len().saturating_sub(1));
    let mut page = Page::default();
    page.block(&heading(view, &leaf, shown));
    for line in pages.get(leaf.page).and_then(|page| lines.get(page.clone())).unwrap_or_default() {
        page.block(line);
    }
    if lines.is_empty() {
        page.block("No fact of the base says more.");
    }
    let mut reply = Reply::new(&page.finish()).footer(&footer(&timeline, leaf.subject, leaf.page, pages.len())).for_eyes_of(shown.seen_by);
    let key = |turn| Press::Leaf(turn, LeafKey::of(base, &leaf));
    if pages.len() > 1 {
        let options = landmarks(&timeline.entries, OPTIONS_AT_MOST).iter().map(landmark).collect();
        reply = reply.menu(Menu { press: key(Turn::Month), hint: "Go to a month".to_owned(), options });
    }
    if leaf.subject != Subject::Source {
        let hint = if leaf.selection.topics.is_empty() {
            "Only one topic".to_owned()
        } else {
            format!("Topic: {}", listed(&leaf.selection.topics))
        };
        reply = reply.menu(Menu { press: key(Turn::Topic), hint, options: topic_choices(view, &leaf.selection) });
    }
    reply = reply.row(buttons(key, leaf.page, pages.len(), &timeline));
    if shown.seen_by == SeenBy::Everyone {
        reply = reply.row(vec![delete_button(leaf.reader)]);
    }
    Turned { reply, leaf }
}

/// The page on which an entry stands.
pub fn page_of(view: &Knowledge, subject: Subject, selection: &Selection, entry: usize) -> usize {
    let lines = lines(&view.base, &select(view, selection), subject);
    parted(&lines, subject).iter().position(|page| page.contains(&entry)).unwrap_or(0)
}

/// The page on which something begins in a month or year, or after it; as [`landmark`] wrote it.
pub fn page_from(view: &Knowledge, subject: Subject, selection: &Selection, from: &str) -> usize {
    let Ok(from) = from.parse::<FactDate>() else { return 0 };
    let timeline = select(view, selection);
    let at = timeline.entries.iter().position(|entry| entry.date.opening().first >= from.opening().first);
    at.map_or(usize::MAX, |at| page_of(view, subject, selection, at))
}

/// Lines in pages: as many as there is room for below the longest heading, each with an empty line above it.
fn parted(lines: &[String], subject: Subject) -> Vec<std::ops::Range<usize>> {
    let characters = ROOM_AT_MOST - heading_at_most(subject);
    pages(lines.iter().map(|line| line.chars().count() + "\n\n".len()), Room { entries: ENTRIES, characters })
}

fn heading_at_most(subject: Subject) -> usize {
    match subject {
        Subject::Timeline => HEADING_AT_MOST,
        Subject::Who | Subject::Source => LONG_HEADING_AT_MOST,
    }
}

fn buttons(key: impl Fn(Turn) -> Press, page: usize, pages: usize, timeline: &Timeline) -> Vec<Button> {
    let turn = |turn, label, leads: bool| Button::new(key(turn), label, if leads { Look::Plain } else { Look::Idle });
    let mut buttons = Vec::new();
    if pages > 1 {
        let (is_first, is_last) = (page == 0, page + 1 == pages);
        buttons.push(turn(Turn::First, "First", !is_first));
        buttons.push(turn(Turn::Back, "Back", !is_first));
        buttons.push(turn(Turn::On, "On", !is_last));
        buttons.push(turn(Turn::Last, "Last", !is_last));
    }
    if !timeline.entries.is_empty() {
        buttons.push(turn(Turn::Picture, "Picture", true));
    }
    buttons
}

/// Entries as they stand on a page; behind them, of a person or a source, what has no date.
fn lines(base: &Base, timeline: &Timeline, subject: Subject) -> Vec<String> {
    let undated = if subject == Subject::Timeline { &[][..] } else { &timeline.undated };
    let dated = timeline.entries.iter().map(|entry| line(base, entry.fact, Some(entry)));
    dated.chain(undated.iter().map(|fact| line(base, *fact, None))).collect()
}

fn line(base: &Base, at: FactIx, entry: Option<&Entry>) -> String {
    let fact = base.fact(at);
    let date = entry.map_or_else(|| "No date".to_owned(), |entry| entry.date.spoken());
    let mut out = format!("**{date}** · {}", escape(&shorten(&fact.claim, CLAIM_AT_MOST)));
    // One that can be opened comes first.
    let is_linked = |source: &SourceIx| base.source(*source).url.is_some();
    if let Some(shown) = fact.citations.iter().find(is_linked).or_else(|| fact.citations.iter().next()) {
        let _ = write!(out, "\n{}", citation_within(base.source(shown), TITLE_AT_MOST));
    }
    match fact.citations.iter().skip(1).count() {
        0 => {}
        more => {
            let _ = write!(out, ", and {more} more");
        }
    }
    if let Some(dispute) = entry.and_then(|entry| entry.dispute(base, SIDES, SIDE_AT_MOST)) {
        let _ = write!(out, "\n*{}*", escape(&shorten(&dispute, DISPUTE_AT_MOST)));
    }
    out
}

/// What stands above the entries, as far as there is room: the question, what is shown, what was taken for granted.
fn heading(view: &Knowledge, leaf: &Leaf, shown: Shown<'_>) -> String {
    let question = shown.question.map(|question| quoted(question, 200)).filter(|question| !question.is_empty());
    let mut lines: Vec<String> = question.map(|question| format!("> {question}\n")).into_iter().collect();
    match (leaf.subject, leaf.selection.who, leaf.selection.source) {
        (Subject::Who, Some(who), _) if leaf.page == 0 => about(view, who, &leaf.selection, &mut lines),
        (Subject::Source, _, Some(source)) => reference(view.base.source(source), leaf.page, &mut lines),
        _ => lines.push(format!("**Timeline: {}**", escape(&shorten(&named(view, &leaf.selection), 250)))),
    }
    lines.extend(shown.notes.iter().take(NOTES).map(|note| format!("*{}*", escape(&shorten(note, 250)))));
    let (mut out, mut left) = (String::new(), heading_at_most(leaf.subject));
    for line in lines {
        let length = line.chars().count() + "\n".len();
        if length <= left {
            left -= length;
            out.push_str(&line);
            out.push('\n');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// A source in full.
fn reference(source: &Source, page: usize, lines: &mut Vec<String>) {
    let mut out = format!("**Source**\n{}", citation(source));
    if let Some(language) = &source.language {
        let _ = write!(out, " (in {})", escape(&shorten(language, 40)));
    }
    if source.url.is_none() {
        out.push_str(" (no address known)");
    }
    lines.push(out);
    if let Some(origin) = source.origin.as_ref().filter(|origin| Some(*origin) != source.publisher.as_ref()) {
        lines.push(format!("First reported by: {}", escape(&shorten(origin, 100))));
    }
    if let Some(supports) = source.supports.as_ref().filter(|_| page == 0) {
        lines.push(format!("It says: {}", escape(&shorten(supports, 400))));
    }
}

/// A name: one line with its source, every spelling, the company it keeps.
fn about(view: &Knowledge, who: EntityIx, selection: &Selection, lines: &mut Vec<String>) {
    let base = &view.base;
    let entity = base.entity(who);
    let kind = EntityKind::ALL.iter().find(|(kind, _)| *kind == entity.kind).map_or("", |(_, word)| word);
    lines.push(format!("**{}** ({kind})", escape(&shorten(&entity.name, 100))));
    if let Some(summary) = &entity.summary {
        lines.push(escape(&shorten(summary, 300)));
        lines.extend(entity.sources.iter().take(2).map(|source| citation_within(base.source(*source), TITLE_AT_MOST)));
    }
    if !entity.aliases.is_empty() {
        lines.push(format!("*Also written:* {}", escape(&shorten(&entity.aliases.join(", "), SPELLINGS_AT_MOST))));
    }
    let company = company(view, who, selection);
    if !company.is_empty() {
        lines.push(format!("*Appears with:* {}", escape(&company.join(", "))));
    }
    if let Some(narrowed) = narrowed(view, selection) {
        lines.push(format!("*Only:* {}", escape(&narrowed)));
    }
}

/// What narrows the facts of a name.
fn narrowed(view: &Knowledge, selection: &Selection) -> Option<String> {
    let rest = Selection { who: None, ..selection.clone() };
    (rest != Selection::default()).then(|| named(view, &rest))
}

/// Those who stand most often in the same facts, with how many they are.
fn company(view: &Knowledge, who: EntityIx, selection: &Selection) -> Vec<String> {
    let base = &view.base;
    let timeline = select(view, selection);
    let facts = timeline.entries.iter().map(|entry| entry.fact).chain(timeline.undated.iter().copied());
    let mut counted: Vec<(usize, EntityIx)> = Vec::new();
    for other in facts.flat_map(|fact| base.fact(fact).entities()).filter(|other| *other != who) {
        match counted.iter_mut().find(|(_, known)| *known == other) {
            Some((count, _)) => *count += 1,
            None => counted.push((1, other)),
        }
    }
    counted.sort_by_key(|(count, other)| (std::cmp::Reverse(*count), *other));
    counted.into_iter().take(COMPANY).map(|(count, other)| format!("{} ({count})", base.entity(other).name)).collect()
}

fn footer(timeline: &Timeline, subject: Subject, page: usize, pages: usize) -> String {
    let (dated, undated) = (timeline.entries.len(), timeline.undated.len());
    let facts = |count: usize| if count == 1 { "1 fact".to_owned() } else { format!("{count} facts") };
    let mut parts = Vec::new();
    if pages > 1 {
        parts.push(format!("Page {} of {pages}", page + 1));
    }
    match subject {
        Subject::Timeline => {
            parts.push(facts(dated));
            if undated > 0 {
                parts.push(format!("{undated} without a date left out"));
            }
        }
        Subject::Who | Subject::Source => parts.push(facts(dated + undated)),
    }
    parts.join(" · ")
}

fn landmark(landmark: &Landmark) -> Choice {
    let whole = PartialDate::Year(landmark.year);
    let from = landmark.month.map_or(whole, |month| PartialDate::Month(landmark.year, month));
    Choice { label: format!("{} ({})", FactDate::of(from).spoken(), landmark.count), value: from.to_string() }
}

/// Topics of what is shown, whatever topic it is narrowed to now.
fn topic_choices(view: &Knowledge, selection: &Selection) -> Vec<Choice> {
    let all = select(view, &Selection { topics: Vec::new(), ..selection.clone() });
    let mut counted: Vec<(usize, &str)> = Vec::new();
    for topic in all.entries.iter().flat_map(|entry| &view.base.fact(entry.fact).topics) {
        match counted.iter_mut().find(|(_, known)| *known == topic.as_ref()) {
            Some((count, _)) => *count += 1,
            None => counted.push((1, topic)),
        }
    }
    counted.sort_by_key(|(count, topic)| (std::cmp::Reverse(*count), *topic));
    // Discord takes values of at most 100 characters; an id that long is not written by hand.
    let fits = |topic: &&str| topic.chars().count() <= 100;
    let topics = counted.into_iter().filter(|(_, topic)| fits(topic));
    let choices = topics.map(|(count, topic)| Choice { label: format!("{topic} ({count})"), value: topic.to_owned() });
    let every = Choice { label: format!("Every topic ({})", all.entries.len()), value: EVERY_TOPIC.to_owned() };
    if selection.topics.is_empty() {
        choices.take(OPTIONS_AT_MOST).collect()
    } else {
        std::iter::once(every).chain(choices).take(OPTIONS_AT_MOST).collect()
    }
}

/// What is chosen to see every topic again; no topic begins so.
pub const EVERY_TOPIC: &str = "*";

/// What is said where a filter was not understood.
pub fn misread(misread: &[Misread]) -> Reply {
    let mut page = Page::default();
    for error in misread {
        page.line(&format!("`{}`: {}", error.field.as_str(), escape(&shorten(&error.message, 600))));
    }
    Reply::note(&page.finish())
}

/// What is said where nothing is left over: which filter is to blame, what would be there without it, and what is nearest.
pub fn empty(view: &Knowledge, leaf: &Leaf, emptied: &Emptied, shown: Shown<'_>) -> Reply {
    let base = &view.base;
    let mut page = Page::default();
    page.block(&format!("No dated fact for: **{}**", escape(&shorten(&named(view, &leaf.selection), 300))));
    for note in shown.notes.iter().take(NOTES) {
        page.line(&format!("*{}*", escape(&shorten(note, 300))));
    }
    for wider in &emptied.without {
        let facts = if wider.facts == 1 { "fact is" } else { "facts are" };
        page.line(&format!("Without {}, {} {facts} there.", wider.named(), wider.facts));
    }
    if !emptied.nearest.is_empty() {
        page.block("**Nearest**");
    }
    for &fact in &emptied.nearest {
        let date: Option<FactDate> = base.fact(fact).date;
        let entry = date.map(|date| Entry { fact, date, rivals: base.conflicts(fact).into_owned() });
        page.block(&line(base, fact, entry.as_ref()));
    }
    let offers = (0u8..).zip(&emptied.without).map(|(number, wider)| {
        let offered = Leaf { page: 0, selection: wider.selection.clone(), ..leaf.clone() };
        let label = format!("Without {} ({})", wider.named(), wider.facts);
        Button::new(Press::Leaf(Turn::Offer(number), LeafKey::of(base, &offered)), &label, Look::Choice)
    });
    Reply::new(&page.finish()).row(offers.collect()).for_eyes_of(SeenBy::Asker)
}

/// A reply without the picture that was asked for, which says why.
pub fn without_picture(reply: Reply, why: &str) -> Reply {
    reply.aside(why)
}
