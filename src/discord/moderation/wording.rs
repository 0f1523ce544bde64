//! All that moderators and those who suggest something read.

use std::fmt::Write as _;
use std::num::NonZeroU64;

use super::super::form::FIELD_AT_MOST;
use super::super::markdown::{escape, quoted};
use super::super::press::{AskedKey, Deed, FactKey, Judgement, Person, Press, Remedy};
use super::super::reply::{Button, Look, Page, Reply, SeenBy};
use crate::answer::compose;
use crate::curation::asked::Cluster;
use crate::curation::diff::{PartChange, Run, changes};
use crate::curation::form::{Field, FieldProblem, Typed};
use crate::curation::neighbours::{Neighbour, Relation};
use crate::curation::review::{Proposal, Settings, Suggestion, SuggestionId, Verdict};
use crate::curation::{Author, Change, History, Record, Refusal, Revision, RevisionNo, State};
use crate::fact::{FactId, FactIx};
use crate::knowledge::Knowledge;
use crate::operations::Reference;
use crate::store::{DraftId, Forgotten};
use crate::text::cut::shorten;

/// Characters of a claim where several are shown.
const CLAIM_SHOWN: usize = 300;
/// Characters of words that stayed, where a change is shown.
const STAYED_SHOWN: usize = 60;
/// Characters of words that came or went.
const CHANGED_SHOWN: usize = 400;
/// Revisions on a page of a history.
const REVISIONS_A_PAGE: usize = 5;
/// Clusters on a page of what was asked in vain: each has a row of buttons, and one row leads on.
const CLUSTERS_A_PAGE: usize = 4;
/// Ways to ask of a cluster that are added to a fact at most.
const TAUGHT: usize = 5;
/// Question forms below which a fact is hard to find.
const FEW_FORMS: usize = 6;

/// What becomes of a draft when its button is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// It is published.
    Published,
    /// It goes to the moderators.
    Suggested,
    /// It goes to another moderator, for two must agree on it.
    ForTwo,
}

/// What is shown beside the answer that a draft will be.
pub(super) struct Preview<'p> {
    pub(super) id: DraftId,
    pub(super) fact: &'p FactId,
    pub(super) before: Option<&'p State>,
    pub(super) record: &'p Record,
    pub(super) beside: &'p [Neighbour],
    pub(super) sent: Sent,
}

/// The answer that a draft will be, and beside it what a moderator should know before it is published.
pub(super) fn preview(view: &Knowledge, shown: Reply, preview: &Preview<'_>) -> Reply {
    let mut page = Page::default();
    page.block("**Preview.** Above it stands as askers will see it. Nothing is published yet.");
    match preview.before {
        None => page.line(&format!("It will be the fact `{}`.", preview.fact)),
        Some(before) => {
            let state = State::Published(preview.record.clone());
            let lines = changed(Some(before), &state);
            page.list(&format!("**It changes `{}`**", preview.fact), lines.into_iter(), 12, |left| format!("- and {left} more"));
            true
        }
    };
    if preview.record.questions.len() < FEW_FORMS {
        page.block(&format!(
            "It has {}; with six or more in different words people find it far more often.",
            counted(preview.record.questions.len(), "question form")
        ));
    }
    stands_beside(&mut page, view, preview.beside);
    if preview.sent == Sent::ForTwo {
        page.block("Two must agree on its topic: it goes to the review, for another moderator to approve.");
    }
    let label = if preview.sent == Sent::Published { "Publish" } else { "Send" };
    let disagree: Vec<Button> = preview
        .beside
        .iter()
        .map(|beside| &view.base.fact(beside.fact).id)
        .filter(|id| !preview.record.conflicts.iter().any(|known| known == id.as_str()))
        .map(|id| {
            let press = Press::Draft(preview.id, Deed::Disagree(FactKey::of_id(id)));
            Button::new(press, &format!("Mark as disagreeing with {id}"), Look::Plain)
        })
        .collect();
    shown.bare().aside(&page.finish()).row(draft_buttons(preview.id, Some(label))).row(disagree).for_eyes_of(SeenBy::Asker)
}

/// What a claim may contradict, and what says nearly the same.
fn stands_beside(page: &mut Page, view: &Knowledge, beside: &[Neighbour]) {
    let of = |relation: Relation| {
        let lines = beside.iter().filter(move |beside| beside.relation == relation).map(|beside| fact_line(view, beside.fact));
        lines.collect::<Vec<_>>().into_iter()
    };
    page.list("**It may contradict**", of(Relation::Differs), 5, |left| format!("- and {left} more"));
    page.list("**Nearly the same is said by**", of(Relation::Alike), 5, |left| format!("- and {left} more"));
}

fn draft_buttons(id: DraftId, publish: Option<&str>) -> Vec<Button> {
    let publish = publish.map(|label| Button::new(Press::Draft(id, Deed::Publish), label, Look::Choice));
    let others = [
        Button::new(Press::Draft(id, Deed::Change), "Change", Look::Plain),
        Button::new(Press::Draft(id, Deed::Cancel), "Cancel", Look::Danger),
    ];
    publish.into_iter().chain(others).collect()
}

/// What is wrong with what was typed, field by field. It is kept: the form opens again with it.
pub(super) fn problems(id: DraftId, problems: &[FieldProblem]) -> Reply {
    let lines = problems.iter().map(|problem| format!("- **{}:** {}", problem.field.as_str(), escape(&problem.message)));
    let mut page = Page::default();
    page.block("Not yet. What you typed is kept; *Change* opens the form with it.");
    page.list("**To be mended**", lines.collect::<Vec<_>>().into_iter(), 20, |left| format!("- and {left} more"));
    Reply::note(&page.finish()).row(draft_buttons(id, None))
}

/// A refusal with what was typed, where it could not be kept.
pub(super) fn with_typed(reply: Reply, typed: &Typed) -> Reply {
    let mut out = String::new();
    for field in Field::ALL {
        let _ = write!(out, "{}\n{}\n\n", field.as_str(), typed.field(field));
    }
    reply.aside("What you typed is in the file, so that nothing is lost.").file("what-you-typed.txt", out.into_bytes())
}

/// A refusal that leaves the draft as it is.
pub(super) fn keeps_draft(reply: Reply, id: DraftId) -> Reply {
    if reply.rows().is_empty() { reply.row(draft_buttons(id, Some("Try again"))) } else { reply }
}

pub(super) fn refused_draft(id: DraftId, refusal: &Refusal) -> Reply {
    refused(refusal).row(draft_buttons(id, None))
}

pub(super) fn refused(refusal: &Refusal) -> Reply {
    Reply::note(&format!("Nothing was changed: {}.", escape(&refusal.to_string())))
}

pub(super) fn too_slow(reference: Reference) -> Reply {
    Reply::note(&format!("My store takes too long just now, so nothing was begun. Try again in a moment (reference {reference})."))
}

pub(super) fn try_again() -> Reply {
    Reply::note("Somebody changed that fact at the same moment. Press again.")
}

pub(super) fn too_long_for_a_form() -> Reply {
    Reply::note(&format!(
        "This fact holds more than a form has room for ({FIELD_AT_MOST} characters a field). Whoever runs me can change it with \
         `sanad facts export` and `sanad facts import`."
    ))
}

pub(super) fn no_draft() -> Reply {
    Reply::note("That draft is not there any more: it was published or cancelled, it is older than a week, or it is somebody else's.")
}

pub(super) fn no_fact() -> Reply {
    Reply::note("There is no such fact here. Pick one from what is offered as you type, or copy its id from `/fact show`.")
}

pub(super) fn tells_nothing() -> Reply {
    Reply::note("That message is no answer of mine. Use this on one, or `/fact edit`.")
}

pub(super) fn no_id() -> Reply {
    Reply::note("No id could be made for that claim. Say it in other words.")
}

pub(super) fn no_suggestion() -> Reply {
    Reply::note("There is no such suggestion in this server.")
}

pub(super) fn own_suggestion() -> Reply {
    Reply::note("Two must agree on this topic, and it was you who suggested it: another moderator has to approve.")
}

pub(super) fn unsigned_suggestion() -> Reply {
    Reply::note(
        "Two must agree on this topic, and nobody signed this: *Edit and approve* sends it on in your name, for another to approve.",
    )
}

pub(super) fn too_many_forms() -> Reply {
    Reply::note("That fact has as many question forms as a form of mine can show. `/fact edit` lets you take some out.")
}

pub(super) fn list_changed() -> Reply {
    Reply::note("More was asked since. Open `/unanswered` again to see what would be added.")
}

pub(super) fn not_asked() -> Reply {
    Reply::note("Those questions are not on the list any more.")
}

pub(super) fn cancelled() -> Reply {
    Reply::note("Cancelled. Nothing was changed.")
}

pub(super) fn enough_waiting(most: u32) -> Reply {
    Reply::note(&format!("{most} of your suggestions wait already. Let the moderators decide on those first."))
}

pub(super) fn suggested(id: SuggestionId) -> Reply {
    Reply::note(&format!("Sent to the moderators as suggestion {}. You are told how it ends, if you take direct messages from here.", id.0))
}

/// What a moderator reads when a change is on disk.
pub(super) fn saved(revision: &Revision) -> Reply {
    let done = match revision.action.as_str() {
        "add" => "added",
        "edit" => "changed",
        "retract" => "retracted: it is served no more, and keeps its record",
        "restore" => "restored: it is served again",
        _ => "as it was before",
    };
    let key = FactKey::of_id(&revision.fact);
    Reply::note(&format!("Saved. `{}` is {done} ({}).", revision.fact, revision.number)).row(vec![Button::new(
        Press::History(key, 0),
        "History",
        Look::Plain,
    )])
}

/// Somebody was faster.
pub(super) fn moved(id: DraftId, history: &History, seen: RevisionNo, mine: &Record) -> Reply {
    let mut page = Page::default();
    let fact = &history.fact;
    page.block(&format!(
        "**`{fact}` was changed since you opened it** (you saw {seen}, it stands at {}). Yours is kept.",
        history.number()
    ));
    let Some(now) = history.now() else { return no_fact() };
    for revision in history.revisions.iter().filter(|revision| revision.number > seen) {
        page.line(&revision_line(revision));
    }
    let theirs = changed(history.at(seen).as_ref(), &now);
    page.list("**What they changed**", theirs.into_iter(), 8, |left| format!("- and {left} more"));
    let yours = changed(Some(&now), &State::Published(mine.clone()));
    page.list("**What yours would change of that**", yours.into_iter(), 8, |left| format!("- and {left} more"));
    let over = Button::new(Press::Draft(id, Deed::Over(history.number())), "Publish mine over it", Look::Danger);
    let row = std::iter::once(over).chain(draft_buttons(id, None)).collect();
    Reply::note(&page.finish()).row(row)
}

/// A retracted fact, for who may see it.
pub(super) fn retracted(record: &Record) -> Reply {
    Reply::note(&format!("*Retracted: nobody is told this.*\n\n{}", escape(&record.text)))
}

/// A fact with all that a moderator may want to know of it.
pub(super) fn shown(shown: Reply, history: &History, state: &State, has_drifted: bool) -> Reply {
    let record = state.record();
    let mut page = Page::default();
    page.block(&format!("`{}` at {}, {}", history.fact, history.number(), if state.is_published() { "served" } else { "**retracted**" }));
    if let Some(last) = history.revisions.last() {
        page.line(&revision_line(last));
    }
    if has_drifted {
        page.block(
            "**The shipped base says something else since this was edited.** `/fact history` shows it as r0; reverting to 0 takes it.",
        );
        if let Some(shipped) = &history.shipped {
            let lines = changed(Some(&State::Published(shipped.clone())), state);
            page.list("From the shipped base to this", lines.into_iter(), 6, |left| format!("- and {left} more"));
        }
    }
    let named: Vec<&str> = record.people.iter().chain(&record.organisations).chain(&record.places).map(String::as_str).collect();
    for (what, says) in [
        ("date", record.date.map(|date| date.to_string()).unwrap_or_default()),
        ("topics", record.topics.join(", ")),
        ("names", named.join(", ")),
        ("standing", record.standing.as_str().to_owned()),
        ("contradicted by", record.conflicts.join(", ")),
    ] {
        if !says.is_empty() {
            page.line(&format!("- {what}: {}", escape(&shorten(&says, CLAIM_SHOWN))));
        }
    }
    let forms = record.questions.iter().map(|form| format!("- {}", escape(&shorten(form, 120))));
    page.list("**Question forms**", forms.collect::<Vec<_>>().into_iter(), 10, |left| format!("- and {left} more"));
    let key = FactKey::of_id(&history.fact);
    let mut row = vec![Button::new(Press::History(key.clone(), 0), "History", Look::Plain)];
    if state.is_published() {
        row.push(Button::new(Press::Edit(key), "Edit", Look::Plain));
    }
    shown.bare().aside(&page.finish()).row(row).for_eyes_of(SeenBy::Asker)
}

/// A page of a history, newest first.
pub(super) fn history(history: &History, page: u32) -> Reply {
    let mut out = Page::default();
    out.block(&format!("**History of `{}`**", history.fact));
    let first = page as usize * REVISIONS_A_PAGE;
    let mut entries: Vec<String> = history.revisions.iter().rev().map(entry).collect();
    if history.shipped.is_some() {
        entries.push("**r0** · as the shipped base says it".to_owned());
    }
    let all = entries.len();
    for entry in entries.into_iter().skip(first).take(REVISIONS_A_PAGE) {
        if !out.block(&entry) {
            out.line("*(There is no room for more on this page.)*");
        }
    }
    if all > 1 {
        out.block("`/fact revert` takes any of them back.");
    }
    let key = FactKey::of_id(&history.fact);
    let newer = (page > 0).then(|| Button::new(Press::History(key.clone(), page.saturating_sub(1)), "Newer", Look::Plain));
    let older =
        (first + REVISIONS_A_PAGE < all).then(|| Button::new(Press::History(key.clone(), page.saturating_add(1)), "Older", Look::Plain));
    Reply::note(&out.finish()).row(newer.into_iter().chain(older).collect())
}

fn entry(revision: &Revision) -> String {
    let mut out = revision_line(revision);
    for line in changed(revision.before.as_ref(), &revision.after).into_iter().take(6) {
        let _ = write!(out, "\n{}", shorten(&line, 600));
    }
    out
}

/// A revision in one line: its number, what was done, when, by whom, why.
fn revision_line(revision: &Revision) -> String {
    let stamp = &revision.stamp;
    let reason = if stamp.reason.is_empty() { String::new() } else { format!(": {}", escape(&shorten(&stamp.reason, CLAIM_SHOWN))) };
    format!("**{}** · {} · <t:{}:f> · {}{reason}", revision.number, revision.action.as_str(), stamp.at, author(stamp.author))
}

fn author(author: Author) -> String {
    match author {
        Author::Person(id) => person(id),
        Author::Operator => "whoever runs me".to_owned(),
        Author::Forgotten => "somebody who asked to be forgotten".to_owned(),
    }
}

fn person(id: NonZeroU64) -> String {
    format!("<@{id}>")
}

/// What is different, a line for each part.
fn changed(before: Option<&State>, after: &State) -> Vec<String> {
    changes(before, after).iter().map(part_line).collect()
}

fn part_line(change: &PartChange) -> String {
    /// Characters of one part that are shown: another part may matter more.
    const SHOWN: usize = 700;
    shorten(&whole_part(change), SHOWN)
}

fn whole_part(change: &PartChange) -> String {
    let mut out = format!("- {}: ", change.part);
    for run in &change.runs {
        match run {
            Run::Stays(words) => out.push_str(&escape(&middle(words))),
            Run::Goes(words) => marked(&mut out, "~~", words),
            Run::Comes(words) => marked(&mut out, "**", words),
        }
    }
    out.replace('\n', " ⏎ ")
}

/// Words between marks, the white space around them outside: marks that touch white space do not count.
fn marked(out: &mut String, mark: &str, words: &str) {
    let inner = words.trim();
    let (before, after) = words.split_once(inner).unwrap_or_default();
    out.push_str(before);
    if !inner.is_empty() {
        let _ = write!(out, "{mark}{}{mark}", escape(&shorten(inner, CHANGED_SHOWN)));
    }
    out.push_str(after);
}

/// The beginning and the end of words that stayed.
fn middle(words: &str) -> String {
    let letters: Vec<char> = words.chars().collect();
    if letters.len() <= STAYED_SHOWN {
        return words.to_owned();
    }
    let half = STAYED_SHOWN / 2;
    let (head, tail) = (letters.iter().take(half), letters.iter().skip(letters.len() - half));
    head.collect::<String>() + " … " + &tail.collect::<String>()
}

fn fact_line(view: &Knowledge, at: FactIx) -> String {
    let fact = view.base.fact(at);
    format!("- `{}`: {}", fact.id, escape(&shorten(&fact.claim, CLAIM_SHOWN)))
}

/// What waits for a moderator, with the buttons to judge it.
pub(super) fn waiting(view: &Knowledge, suggestion: &Suggestion, now: Option<&State>, beside: &[Neighbour], total: Option<u32>) -> Reply {
    let mut page = Page::default();
    let waiting = total.map(|total| format!(" ({total} waiting)")).unwrap_or_default();
    page.block(&format!("**Suggestion {}**{waiting}: {}", suggestion.id.0, asked_for(suggestion)));
    describe(&mut page, view, suggestion, now);
    stands_beside(&mut page, view, beside);
    let press = |judgement| Press::Suggestion(suggestion.id, judgement);
    let (approve, amend) = match &suggestion.proposal {
        Proposal::Change { change: Change::Add(_) | Change::Edit(_), .. } | Proposal::Words { .. } => ("Approve", Some("Edit and approve")),
        Proposal::Change { .. } => ("Approve", None),
        Proposal::Wrong { .. } => ("Done", now.filter(|now| now.is_published()).map(|_| "Edit the fact")),
    };
    let amend = amend.map(|label| Button::new(press(Judgement::Amend), label, Look::Plain));
    let mut row = vec![Button::new(press(Judgement::Approve), approve, Look::Choice)];
    row.extend(amend);
    row.push(Button::new(press(Judgement::Reject), "Reject", Look::Danger));
    if total.is_some_and(|total| total > 1) {
        row.push(Button::new(Press::Queue(suggestion.id), "Next", Look::Plain));
    }
    Reply::note(&page.finish()).row(row)
}

/// Who asks for what.
fn asked_for(suggestion: &Suggestion) -> String {
    let what = match &suggestion.proposal {
        Proposal::Change { fact, change, .. } => match change {
            Change::Add(_) => format!("a new fact, `{fact}`"),
            Change::Edit(_) => format!("a correction of `{fact}`"),
            Change::Retract => format!("that `{fact}` be retracted"),
            Change::Restore => format!("that `{fact}` be restored"),
            Change::Revert(number) => format!("that `{fact}` be taken back to {number}"),
        },
        Proposal::Wrong { fact, .. } => format!("somebody says that the answer given by `{fact}` is wrong"),
        Proposal::Words { fact, .. } => format!("words that people use for `{fact}`"),
    };
    let who = suggestion.proposer.map(|id| format!(", by {}", person(id))).unwrap_or_default();
    format!("{what}{who}, <t:{}:R>", suggestion.at)
}

fn describe(page: &mut Page, view: &Knowledge, suggestion: &Suggestion, now: Option<&State>) {
    match &suggestion.proposal {
        Proposal::Change { change: Change::Add(record), .. } => written(page, record),
        Proposal::Change { change: Change::Edit(record), .. } => {
            written(page, record);
            let lines = changed(now, &State::Published(record.clone()));
            page.list("**What it changes**", lines.into_iter(), 12, |left| format!("- and {left} more"));
        }
        Proposal::Change { .. } => {
            if let Some(now) = now {
                page.block(&escape(&shorten(&now.record().text, CLAIM_SHOWN)));
            }
        }
        Proposal::Wrong { fact, question } => {
            if let Some(at) = view.base.find(fact.as_str()) {
                page.block(&fact_line(view, at));
            }
            if let Some(question) = question {
                page.line(&format!("Asked was: {}", quoted(question, CLAIM_SHOWN)));
            }
        }
        Proposal::Words { fact, words, times } => {
            page.block(&format!("Picked by {times} people for: {}", quoted(words, CLAIM_SHOWN)));
            if let Some(at) = view.base.find(fact.as_str()) {
                page.line(&fact_line(view, at));
            }
        }
    }
    if let Proposal::Change { reason, .. } = &suggestion.proposal
        && !reason.is_empty()
    {
        page.block(&format!("Why: {}", escape(&shorten(reason, CLAIM_SHOWN))));
    }
}

/// A record as it was written.
fn written(page: &mut Page, record: &Record) {
    page.block(&escape(&record.text));
    if let Some(date) = record.date {
        page.line(&format!("- date: {date}"));
    }
    if !record.topics.is_empty() {
        page.line(&format!("- topics: {}", escape(&record.topics.join(", "))));
    }
    let sources = record.sources.iter().map(|source| {
        let publisher = source.publisher.as_deref().map(|publisher| format!("{}, ", escape(publisher))).unwrap_or_default();
        let address = source.url.as_deref().map(|url| format!(" <{url}>")).unwrap_or_default();
        format!("- {publisher}{}{address}", escape(&shorten(&source.title, 200)))
    });
    page.list("**Sources**", sources.collect::<Vec<_>>().into_iter(), 10, |left| format!("- and {left} more"));
    let forms = record.questions.iter().map(|form| format!("- {}", escape(&shorten(form, 120))));
    page.list("**Question forms**", forms.collect::<Vec<_>>().into_iter(), 8, |left| format!("- and {left} more"));
}

/// The words of a cluster that are added to a fact: those that are shown.
pub(super) fn taught(cluster: &Cluster) -> &[String] {
    cluster.texts.get(..TAUGHT.min(cluster.texts.len())).unwrap_or_default()
}

/// A reply with the way to what waits next.
pub(super) fn and_next(reply: Reply, id: SuggestionId) -> Reply {
    reply.row(vec![Button::new(Press::Queue(id), "Next in the queue", Look::Plain)])
}

pub(super) fn queue_end(total: u32) -> Reply {
    match total {
        0 => Reply::note("Nothing waits for you."),
        total => Reply::note(&format!("That was the last; {total} before it wait still. `/review` begins again.")),
    }
}

/// Why a revision was made that came of a suggestion.
pub(super) fn approval(id: SuggestionId, suggestion: Option<&Suggestion>) -> String {
    let why = match suggestion.map(|suggestion| &suggestion.proposal) {
        Some(Proposal::Change { reason, .. }) if !reason.is_empty() => format!(": {reason}"),
        Some(Proposal::Wrong { .. }) => ": an answer was called wrong".to_owned(),
        Some(Proposal::Words { times, .. }) => format!(": picked {times} times for these words"),
        _ => String::new(),
    };
    format!("suggestion {}{why}", id.0)
}

pub(super) fn suggestion_moved(id: SuggestionId) -> Reply {
    Reply::note("Nothing was changed: the fact was changed since this was suggested. *Edit and approve* shows it as it would be now.")
        .row(vec![Button::new(Press::Suggestion(id, Judgement::Amend), "Edit and approve", Look::Plain)])
}

fn ended(suggestion: &Suggestion) -> String {
    let Some(decision) = &suggestion.decision else { return "It waits.".to_owned() };
    let verdict = match decision.verdict {
        Verdict::Approved => "Approved",
        Verdict::Rejected => "Rejected",
    };
    let by = decision.by.map(|id| format!(" by {}", person(id))).unwrap_or_default();
    let reason = if decision.reason.is_empty() { String::new() } else { format!(": {}", escape(&decision.reason)) };
    format!("{verdict}{by}, <t:{}:R>{reason}", decision.at)
}

/// How a suggestion ended, for who judged it.
pub(super) fn verdict(suggestion: &Suggestion) -> Reply {
    Reply::note(&format!("Suggestion {}: {}", suggestion.id.0, ended(suggestion)))
}

/// The post of a suggestion that is decided.
pub(super) fn decided(view: &Knowledge, suggestion: &Suggestion) -> Reply {
    let mut page = Page::default();
    page.block(&format!("**Suggestion {}**: {}", suggestion.id.0, asked_for(suggestion)));
    page.block(&format!("**{}**", ended(suggestion)));
    describe(&mut page, view, suggestion, None);
    Reply::new(&page.finish())
}

/// How a suggestion ended, for who made it. Who decided is not said: the decision is the server's.
pub(super) fn outcome(suggestion: &Suggestion) -> Reply {
    let fact = suggestion.proposal.fact();
    let text = match suggestion.decision.as_ref() {
        Some(decision) if decision.verdict == Verdict::Rejected => {
            format!("Your suggestion about `{fact}` was not taken: {}", escape(&decision.reason))
        }
        _ => format!("Your suggestion about `{fact}` was taken. Thank you."),
    };
    Reply::new(&text)
}

/// The line that a change leaves in the log channel.
pub(super) fn audit_line(revision: &Revision) -> String {
    let mut page = Page::default();
    page.block(&format!("`{}` {}", revision.fact, revision_line(revision)));
    for line in changed(revision.before.as_ref(), &revision.after) {
        page.line(&line);
    }
    page.finish()
}

pub(super) fn rejection_line(suggestion: &Suggestion) -> String {
    format!("Suggestion {}, {}: {}", suggestion.id.0, asked_for(suggestion), ended(suggestion))
}

pub(super) fn settings_line(by: NonZeroU64) -> String {
    format!("The settings were changed by {}.", person(by))
}

/// What was asked in vain.
pub(super) fn asked(clusters: &[Cluster], page: u32) -> Reply {
    if clusters.is_empty() {
        return Reply::note("Nothing was asked in vain.");
    }
    let mut out = Page::default();
    out.block("**Asked in vain**, most often first");
    let first = page as usize * CLUSTERS_A_PAGE;
    let mut rows: Vec<Vec<Button>> = Vec::new();
    for (at, cluster) in clusters.iter().enumerate().skip(first).take(CLUSTERS_A_PAGE) {
        let Some(text) = cluster.texts.first() else { continue };
        let others = cluster.texts.len() - 1;
        let others = if others > 0 { format!(" (and {})", counted(others, "like it")) } else { String::new() };
        let number = at + 1;
        out.block(&format!("**{number}.** {}{others}\n{}, last <t:{}:R>", quoted(text, CLAIM_SHOWN), times(cluster.times), cluster.last));
        let key = AskedKey::of(text);
        let button = |remedy, label: &str, look| Button::new(Press::InVain(key, remedy), &format!("{number}: {label}"), look);
        rows.push(vec![
            button(Remedy::MakeFact, "Make a fact", Look::Choice),
            button(Remedy::AddWords, "Add these words to a fact", Look::Plain),
            button(Remedy::Ignore, "Ignore", Look::Danger),
        ]);
    }
    let newer = (page > 0).then(|| Button::new(Press::Asked(page.saturating_sub(1)), "Before", Look::Plain));
    let more = (first + CLUSTERS_A_PAGE < clusters.len()).then(|| Button::new(Press::Asked(page.saturating_add(1)), "More", Look::Plain));
    rows.push(newer.into_iter().chain(more).collect());
    rows.into_iter().fold(Reply::note(&out.finish()), Reply::row)
}

/// Facts that words may be added to.
pub(super) fn teachable(view: &Knowledge, cluster: &Cluster, near: &[FactIx]) -> Reply {
    let mut page = Page::default();
    let shown = taught(cluster);
    let lines = shown.iter().map(|text| format!("> {}", quoted(text, CLAIM_SHOWN)));
    page.list("Which fact answers this? These words would be added to it:", lines.collect::<Vec<_>>().into_iter(), TAUGHT, |_| {
        String::new()
    });
    let key = AskedKey::of_all(shown);
    if near.is_empty() {
        page.block("No fact is near it. `/fact edit` opens any fact's form; the words go under *Ways people may ask for it*.");
    }
    let mut rows = Vec::new();
    for at in near {
        page.line(&fact_line(view, *at));
        let fact = FactKey::of(&view.base, *at);
        rows.push(vec![Button::new(Press::InVain(key, Remedy::Teach(fact)), compose::label(&view.base, *at), Look::Choice)]);
    }
    rows.into_iter().fold(Reply::note(&page.finish()), Reply::row)
}

/// A server's settings.
pub(super) fn settings(settings: &Settings) -> Reply {
    let list = |items: Vec<String>, none: &str| if items.is_empty() { none.to_owned() } else { items.join(", ") };
    let channel = |id: Option<NonZeroU64>, none: &str| id.map_or_else(|| none.to_owned(), |id| format!("<#{id}>"));
    let mut page = Page::default();
    page.block("**Settings of this server**");
    let roles = settings.moderator_roles.iter().map(|id| format!("<@&{id}>")).collect();
    page.line(&format!("- moderators: those with Manage Messages, and {}", list(roles, "no role beside them")));
    page.line(&format!("- review channel: {}", channel(settings.review_channel, "none; `/review` shows what waits")));
    page.line(&format!("- log channel: {}", channel(settings.log_channel, "none")));
    let asking = settings.asking_channels.iter().map(|id| format!("<#{id}>")).collect();
    page.line(&format!("- asking channels: {}", list(asking, "none")));
    page.line(&format!("- sources from: {}", list(settings.hosts.iter().map(|host| escape(host)).collect(), "anywhere")));
    let topics = settings.four_eyes.iter().map(|topic| escape(topic)).collect();
    page.line(&format!("- two must agree on: {}", list(topics, "nothing")));
    if !settings.moderator_roles.is_empty() {
        page.block(
            "Discord shows the commands of moderators to those with Manage Messages only; *Server Settings, Integrations* shows them to \
             other roles.",
        );
    }
    Reply::note(&page.finish())
}

/// Why an answer is what it is.
pub(super) fn explained(text: &str) -> Reply {
    Reply::note(&format!("```\n{}\n```", shorten(&text.replace("```", "ʼʼʼ"), 4_000)))
}

/// What is kept of people, and for how many days.
pub(super) fn privacy(days: u32) -> Reply {
    let days = counted(days as usize, "day");
    Reply::note(&format!(
        "\
**What I keep**
- Questions that had no answer, and what was picked for them, asked privately or not: the words, how often, and a number by which I tell \
people apart without knowing who they are. For {days} after they were last asked.
- What somebody reports with *Wrong?*, with the question, without a name. The question for {days}.
- What you suggest and, if you are a moderator, what you change, decide and set: with your id, so that it can be looked into.
- What you began to write in a form and did not send: a week.
- Nothing else of what you ask, and nothing of what I answer.

`/privacy export` gives you all that has your id or your number on it, and nobody else sees it. `/privacy forget` lets your questions and \
drafts go and takes your id off the rest; it asks once more first. What you did to facts stays, without your name. Backups that were made \
before still have it, and so have messages in this server's review and log channels."
    ))
}

/// Whether somebody means it.
pub(super) fn forget(person: Person) -> Reply {
    Reply::note(
        "\
**Forget you?** Questions that only you asked and the drafts of your forms go. Your id is taken off your suggestions, decisions, changes and \
settings, in every server: nobody can be told any more what became of your suggestions. It cannot be undone. Backups that were made before \
still have it.",
    )
    .row(vec![Button::new(Press::Forget(person), "Forget me", Look::Danger)])
}

pub(super) fn forgotten(forgotten: Forgotten) -> Reply {
    let Forgotten { questions, picks, drafts, suggestions, decisions, revisions, settings } = forgotten;
    let unsigned = suggestions + decisions + revisions + settings;
    Reply::note(&format!(
        "Done. {}, {} and {} went; your id was taken off {}. Backups that were made before still have it.",
        counted(questions as usize, "question"),
        counted(picks as usize, "pick"),
        counted(drafts as usize, "draft"),
        counted(unsigned as usize, "entry").replace("entrys", "entries")
    ))
}

fn counted(number: usize, what: &str) -> String {
    match (number, what) {
        (number, "like it") => format!("{number} {what}"),
        (1, what) => format!("1 {what}"),
        (number, what) => format!("{number} {what}s"),
    }
}

fn times(number: u32) -> String {
    if number == 1 { "asked once".to_owned() } else { format!("asked {number} times") }
}
