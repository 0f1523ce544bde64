//! Any message, asked the whole way: read, answered over the facts built in, worded, and completed as it is typed.

use sanad::answer::compose::{self, TEXT_AT_MOST};
use sanad::answer::explain::explain;
use sanad::answer::{Answer, LISTED, Outcome};
use sanad::curation::Scope;
use sanad::discord::markdown::quoted;
use sanad::discord::press::Person;
use sanad::discord::render::{Asked, Found, reply};
use sanad::discord::reply::SeenBy;
use sanad::question::clean::{READ_AT_MOST, clean};

use super::{SHIPPED, shown, typed};

/// Completions that Discord takes, and characters of one.
const COMPLETIONS: usize = 25;
const COMPLETION_AT_MOST: usize = 100;
/// Characters of a question that are shown back.
const QUOTED: usize = 200;

/// The first byte tells the fact that was answered by before, if one was; the rest is the message.
pub fn check(bytes: &[u8]) {
    let (before, bytes) = bytes.split_first().map_or((0, bytes), |(first, rest)| (usize::from(*first), rest));
    let message = typed(bytes);
    let view = SHIPPED.view(Scope::Everywhere);
    let last = before.checked_sub(1).and_then(|at| view.base.indexed().nth(at)).map(|(at, _)| at);

    assert!(clean(&message).len() <= READ_AT_MOST);
    let answer = SHIPPED.ask(&view, &message, last);
    is_sound(&answer);
    assert_eq!(brief(&answer), brief(&SHIPPED.ask(&view, &message, last)), "asked again, it is answered otherwise");
    assert!(compose::text(&view, &answer).chars().count() <= TEXT_AT_MOST);
    assert!(!explain(&view, &answer).is_empty());
    for seen_by in [SeenBy::Everyone, SeenBy::Asker] {
        let asked = Asked { asker: Person(u64::MAX), shown: Some(&message), seen_by, found: Found::Understood };
        shown::is_sendable(&reply(&view, &answer, asked));
    }

    let back = quoted(&message, QUOTED);
    shown::is_plain(&back);
    assert!(!back.contains('\n') && back.chars().count() <= 2 * QUOTED);

    let completed = SHIPPED.complete(Scope::Everywhere, &message, COMPLETIONS);
    assert!(completed.len() <= COMPLETIONS);
    assert!(completed.iter().all(|text| (1..=COMPLETION_AT_MOST).contains(&text.chars().count())), "{completed:?}");
}

fn is_sound(answer: &Answer) {
    assert!(answer.ranked.len() <= LISTED);
    assert!((0.0..=1.0).contains(&answer.confidence), "{}", answer.confidence);
    assert!(answer.ranked.iter().all(|ranked| ranked.score.is_finite() && (0.0..=1.0).contains(&ranked.confidence)));
    assert!(answer.outcome != Outcome::Answer || !answer.ranked.is_empty(), "an answer by nothing");
    if let Some(second) = &answer.second {
        is_sound(second);
    }
}

/// What a reader would notice of an answer.
fn brief(answer: &Answer) -> (Outcome, Vec<u32>) {
    (answer.outcome, answer.ranked.iter().map(|ranked| ranked.fact.0).collect())
}
