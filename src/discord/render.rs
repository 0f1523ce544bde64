//! From an answer to what is shown of it in Discord. Pure: the same answer makes the same [`Reply`], and no words but these are said.

use std::fmt::Write as _;
use std::time::Duration;

use super::limits::Whose;
use super::markdown::{citation, escape, quoted};
use super::press::{FactKey, Person, Press, ToldKeys};
use super::reply::{Button, Look, Page, Reply, SeenBy, delete_button};
use crate::answer::candidates::Scratch;
use crate::answer::{self, Answer, Confidence, Outcome, compose};
use crate::fact::{Base, FactIx, SourceIx};
use crate::knowledge::Knowledge;
use crate::lexicon::Wanted;
use crate::text::cut::shorten;

/// Characters of a claim that are shown, the most that there is room for; curated claims are far shorter. The least has room beside
/// everything else that an answer opens with, and its source.
const CLAIM_AT_MOST: [usize; 3] = [1_200, 600, 300];
/// Characters of what leads an answer.
const LEAD_AT_MOST: usize = 200;
/// Characters of a claim beside it that are shown.
const SIDE_CLAIM_AT_MOST: usize = 400;
/// Sources named under an answer; the others stand behind a button.
const SOURCES_NAMED: usize = 3;
/// Sources named for each side of a disagreement.
const SOURCES_OF_A_SIDE: usize = 2;
/// Sides of a disagreement that are shown beside the answer.
const SIDES_SHOWN: usize = 4;
/// Near questions offered at most.
const OFFERED: usize = 5;
/// Characters of a question that are shown back.
const QUESTION_AT_MOST: usize = 200;

/// What a reply is about beside the answer itself.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'q> {
    /// Who asked.
    pub asker: Person,
    /// The question, where others cannot see it (a command's): it is shown with the answer.
    pub shown: Option<&'q str>,
    /// Who sees the reply.
    pub seen_by: SeenBy,
    /// How the answer was found.
    pub found: Found,
}

/// How an answer was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// By understanding the question.
    Understood,
    /// A person picked it.
    Picked,
    /// Nobody asked: it is shown before it is published.
    Shown,
}

/// An answer, a choice, or the honest word that there is none.
pub fn reply(knowledge: &Knowledge, answer: &Answer, asked: Asked<'_>) -> Reply {
    match (answer.outcome, answer.ranked.first()) {
        (Outcome::Answer, Some(first)) => answered(knowledge, answer, first.fact, asked),
        _ => offered(knowledge, answer, asked),
    }
}

/// Opens a page with the question, where it is to be shown.
fn open(asked: Asked<'_>) -> Page {
    let mut page = Page::default();
    if let Some(question) = asked.shown.map(|q| quoted(q, QUESTION_AT_MOST)).filter(|q| !q.is_empty()) {
        page.line(&format!("> {question}"));
    }
    page
}

fn answered(knowledge: &Knowledge, answer: &Answer, first: FactIx, asked: Asked<'_>) -> Reply {
    let base = &knowledge.base;
    let mut page = open(asked);
    // Where the fact itself is told again, it says what it is about.
    if let Some(assumed) = answer.assumed.as_ref().filter(|assumed| ***assumed != *base.fact(first).claim) {
        page.block(&format!("*Taken to be about:* {}", escape(&shorten(assumed, SIDE_CLAIM_AT_MOST))));
    }
    let mut told = Told::of(base, first);
    // The first always has room: see `CLAIM_AT_MOST`.
    let mut complete = tell(&mut page, told.room(base), |most| telling(knowledge, answer, first, most));
    match answer.second.as_deref().and_then(|second| Some((second, second.ranked.first()?.fact))) {
        Some((second, fact)) => {
            let both = told.with(base, fact);
            if tell(&mut page, both.room(base), |most| telling(knowledge, second, fact, most)) {
                told = both;
            } else {
                complete = false;
            }
        }
        None => {
            for fact in compose::completing(knowledge, answer.question.wanted, &answer.ranked) {
                let more = told.with(base, fact);
                if page.block_before(&format!("Also: {}", claim(base, fact, SIDE_CLAIM_AT_MOST)), more.room(base)) {
                    told = more;
                }
            }
        }
    }
    if !complete {
        page.line(NOT_ALL);
    }
    let Told { facts: told, named } = told;
    let beside: Vec<FactIx> = told.iter().copied().skip(1).collect();
    let mut sources = named.clone();
    for source in told.iter().flat_map(|fact| base.fact(*fact).citations.iter()) {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    page.list(SOURCES_HEADING, sources.iter().map(|s| cited(base, *s)), SOURCES_NAMED.max(named.len()), |left| {
        format!("- and {left} more; *Sources* below names them all")
    });
    let sides: Vec<FactIx> = told.iter().flat_map(|fact| base.conflicts(*fact).into_owned()).filter(|side| !told.contains(side)).collect();
    page.list("**Sources disagree**", sides.iter().map(|side| side_of(base, *side)), SIDES_SHOWN, |left| {
        format!("- and {left} more; *Related* below leads to them")
    });
    let key = FactKey::of(base, first);
    let mut buttons = vec![
        sources_button(base, first, &beside),
        Button::new(Press::Related(key.clone()), "Related", Look::Plain),
        Button::new(Press::Wrong(key.clone()), "Wrong?", Look::Plain),
    ];
    buttons.push(match asked.seen_by {
        SeenBy::Everyone => delete_button(asked.asker),
        SeenBy::Asker => Button::new(Press::Share(key), "Share", Look::Plain),
    });
    let standing = base.standing(first).as_str();
    let below = match asked.found {
        Found::Understood => format!("Confidence: {} · {standing}", Confidence::of(answer.confidence).as_str()),
        Found::Picked => format!("You picked this · {standing}"),
        Found::Shown => standing.to_owned(),
    };
    Reply::new(&page.finish()).footer(&below).row(buttons).for_eyes_of(asked.seen_by)
}

/// Said where a part of an answer has no room.
const NOT_ALL: &str = "*(There is no room for all of it; ask for one thing at a time.)*";
/// What stands above the sources.
const SOURCES_HEADING: &str = "**Sources**";

/// The facts that an answer tells, and one source of each at least, which must stand below them.
struct Told {
    facts: Vec<FactIx>,
    named: Vec<SourceIx>,
}

impl Told {
    fn of(base: &Base, first: FactIx) -> Self {
        Self { facts: Vec::new(), named: Vec::new() }.with(base, first)
    }

    /// Those and one fact more.
    fn with(&self, base: &Base, fact: FactIx) -> Self {
        let mut more = Self { facts: self.facts.clone(), named: self.named.clone() };
        more.facts.push(fact);
        let citations = &base.fact(fact).citations;
        if !citations.iter().any(|source| more.named.contains(&source)) {
            more.named.extend(citations.iter().next());
        }
        more
    }

    /// Characters to be kept free for what must stand below.
    fn room(&self, base: &Base) -> usize {
        let lines: usize = self.named.iter().map(|source| cited(base, *source).chars().count() + 1).sum();
        lines + SOURCES_HEADING.len() + NOT_ALL.len() + "\n\n\n".len()
    }
}

/// Adds what is told of a fact, at the length that leaves so much room; whether there was room at all.
fn tell(page: &mut Page, kept: usize, telling: impl Fn(usize) -> String) -> bool {
    CLAIM_AT_MOST.iter().any(|most| page.block_before(&telling(*most), kept))
}

fn sources_button(base: &Base, first: FactIx, beside: &[FactIx]) -> Button {
    Button::new(Press::Sources(ToldKeys::of(base, first, beside)), "Sources", Look::Plain)
}

/// What a fact says, led by what was asked for, and as of when where a state was asked for.
fn telling(knowledge: &Knowledge, answer: &Answer, fact: FactIx, most: usize) -> String {
    let wanted = answer.ranked.first().map_or(Wanted::Anything, |first| compose::lead_wanted(knowledge, &answer.question, first));
    let as_of = compose::as_of(knowledge, &answer.question, fact).map(|date| format!("As of {}: ", escape(&date))).unwrap_or_default();
    let lead = compose::lead(wanted, knowledge.base.fact(fact))
        .map(|lead| format!("**{}.** ", escape(&shorten(&lead, LEAD_AT_MOST))))
        .unwrap_or_default();
    format!("{as_of}{lead}{}", claim(&knowledge.base, fact, most))
}

fn claim(base: &Base, fact: FactIx, most: usize) -> String {
    let whole: &str = &base.fact(fact).claim;
    let shown = shorten(whole, most);
    let cut = if shown.len() < whole.len() { " *(shortened)*" } else { "" };
    format!("{}{cut}", escape(&shown))
}

fn cited(base: &Base, source: SourceIx) -> String {
    format!("- {}", citation(base.source(source)))
}

fn side_of(base: &Base, side: FactIx) -> String {
    let mut out = format!("- {}", claim(base, side, SIDE_CLAIM_AT_MOST));
    for source in base.fact(side).citations.iter().take(SOURCES_OF_A_SIDE) {
        let _ = write!(out, "\n  - {}", citation(base.source(source)));
    }
    out
}

/// Near questions to pick from.
fn offered(knowledge: &Knowledge, answer: &Answer, asked: Asked<'_>) -> Reply {
    let near = nearest(knowledge, answer);
    let opening = match near.len() {
        0 => NOTHING_NEAR,
        // One thing is no choice.
        2.. if answer.outcome == Outcome::Suggest && answer.is_close() => "I am not sure which of these you mean:",
        2.. if answer.outcome == Outcome::Suggest => "I have no sure answer to that. The nearest that I could answer:",
        _ => "I have no sourced answer to that. The nearest that I could answer:",
    };
    let mut page = open(asked);
    page.block(opening);
    let picks = near.into_iter().map(|fact| pick(&knowledge.base, fact, asked.asker)).collect();
    let mut below = vec![Button::new(Press::Tell(asked.asker), "Tell the moderators", Look::Plain)];
    if asked.seen_by == SeenBy::Everyone {
        below.push(delete_button(asked.asker));
    }
    Reply::new(&page.finish()).row(picks).row(below).for_eyes_of(asked.seen_by)
}

/// Said where nothing is near what was asked.
const NOTHING_NEAR: &str = "I have no sourced answer to that; `/help` says what I know.";

/// The facts to pick from, best first: where a choice is offered two at least, if so many are near.
fn nearest(knowledge: &Knowledge, answer: &Answer) -> Vec<FactIx> {
    let mut near: Vec<FactIx> = answer.ranked.iter().take(OFFERED).map(|ranked| ranked.fact).collect();
    if let (Outcome::Suggest, [only]) = (answer.outcome, near.as_slice()) {
        let only = *only;
        near.extend(answer::near(knowledge, only, &mut Scratch::default()).into_iter().take(OFFERED - 1));
    }
    near
}

fn pick(base: &Base, fact: FactIx, asker: Person) -> Button {
    Button::new(Press::Pick { fact: FactKey::of(base, fact), asker }, compose::label(base, fact), Look::Choice)
}

/// Every source of the facts that were told: in full, or where that has no room, each in a line.
pub fn sources(knowledge: &Knowledge, first: FactIx, beside: &[FactIx]) -> Reply {
    let told: Vec<FactIx> = std::iter::once(first).chain(beside.iter().copied()).collect();
    let (mut page, left) = resting_on(&knowledge.base, &told, in_full);
    if left > 0 {
        (page, _) = resting_on(&knowledge.base, &told, cited);
    }
    Reply::note(&page.finish())
}

/// Facts and what each rests on, and how many sources found no room. None stands under another claim than its own.
fn resting_on(base: &Base, told: &[FactIx], line: fn(&Base, SourceIx) -> String) -> (Page, usize) {
    let mut page = Page::default();
    let mut later: usize = told.iter().map(|fact| base.fact(*fact).citations.iter().count()).sum();
    for fact in told {
        let named: Vec<SourceIx> = base.fact(*fact).citations.iter().collect();
        later -= named.len();
        let heading = format!("{}\n\n**It rests on**", claim(base, *fact, SIDE_CLAIM_AT_MOST));
        let left = page.list(&heading, named.iter().map(|source| line(base, *source)), usize::MAX, |left| {
            format!("- and {} more, for which there is no room here", left + later)
        });
        if left > 0 {
            return (page, left + later);
        }
    }
    (page, 0)
}

fn in_full(base: &Base, at: SourceIx) -> String {
    let source = base.source(at);
    let mut out = format!("- {}", citation(source));
    if let Some(language) = &source.language {
        let _ = write!(out, " (in {})", escape(&shorten(language, 40)));
    }
    if source.url.is_none() {
        out.push_str(" (no address known)");
    }
    if let Some(supports) = &source.supports {
        let _ = write!(out, "\n  - says: {}", escape(&shorten(supports, SIDE_CLAIM_AT_MOST)));
    }
    out
}

/// Facts near a fact, to pick from.
pub fn related(knowledge: &Knowledge, near: &[FactIx], asker: Person) -> Reply {
    if near.is_empty() {
        return Reply::note("I know of nothing near this.");
    }
    Reply::note("Near this:").row(near.iter().take(OFFERED).map(|fact| pick(&knowledge.base, *fact, asker)).collect())
}

/// Where the same was answered a moment ago. The button says what it is about to who replies to it.
pub fn answered_before(knowledge: &Knowledge, fact: FactIx, link: &str) -> Reply {
    Reply::new(&format!("Answered a moment ago: {link}")).row(vec![sources_button(&knowledge.base, fact, &[])])
}

/// What is said to a reply whose words Discord withholds.
pub fn withheld(me: u64) -> Reply {
    Reply::new(&format!(
        "Discord does not show me your reply. Mention me in it: <@{me}>. Under an answer to a command that is always needed; elsewhere it is enough to leave the mention on."
    ))
}

/// What a limit says when it is reached.
pub fn too_many(whose: Whose, wait: Duration) -> Reply {
    let whose = match whose {
        Whose::Person => "You have asked many questions in a short time",
        Whose::Channel => "This channel has asked many questions in a short time",
        Whose::Server => "This server has asked many questions in a short time",
    };
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let unit = if seconds == 1 { "second" } else { "seconds" };
    Reply::note(&format!("{whose}. Ask again in {seconds} {unit}."))
}

/// What the bot is for, and how it is asked.
pub fn help(knowledge: &Knowledge) -> Reply {
    let facts = knowledge.base.fact_count();
    let sources = knowledge.base.source_count();
    let text = format!(
        "\
I answer from {facts} facts that people have written down from {sources} sources, and never without the source. Your own words will do, \
misspelt, in English, Roman Urdu or Urdu.

**Ask**
- `/ask` and a question; it completes as you type, and `private` shows the answer to you only
- mention me with a question, or write to me directly
- `/timeline` for what happened when, by date, topic and name, with a picture; \"what happened in May 2022\" leads there too
- `/who` and `/source` for a name or a source, and the facts of it
- reply to one of my answers to ask on: \"when?\", \"and who announced it?\" (leave the mention on; under an answer to a command, mention me)
- on somebody's message: *Apps*, then *Answer with sources*

**What you get**
An answer with its sources, near questions to pick from, or the word that there is no sourced answer. Where sources disagree, each side is \
shown. Edit your question within 15 minutes and the answer follows; delete it and the answer goes.

**What is missing or wrong**
`/suggest` sends a new fact or a correction to this server's moderators; *Wrong?* under an answer tells them that it is wrong.

**What is kept**
The words of questions that had no answer, and of those that somebody reports, without anybody's name. `/privacy` says the rest."
    );
    Reply::note(&text)
}

#[cfg(test)]
mod tests;
