//! The closer look: what speaks for and against a fact as the answer to a question, as numbers that do not depend on the size of the base.

use crate::answer::candidates::Candidate;
use crate::date::phrases::{Agreement, Grain};
use crate::fact::{Base, Fact};
use crate::index::{Index, Profile, TermIx, Trait, Traits};
use crate::lexicon::Wanted;
use crate::question::{Class, Question};
use crate::text::numbers::read_number_words;
use crate::text::words::{Shape, words};

/// Names of the features of a fact, in the order of their numbers.
pub const FEATURES: [&str; 38] = [
    "likeness",
    "consensus",
    "bm25",
    "meaning",
    "meaning_of_claim",
    "coverage",
    "coverage_of_claim",
    "coverage_of_passage",
    "passage_covered",
    "names_met",
    "names_missed",
    "strange_missed",
    "numbers_met",
    "numbers_missed",
    "date_same",
    "date_within",
    "date_touches",
    "date_apart",
    "same_want",
    "gives_want",
    "lacks_want",
    "likeness_squared",
    "meaning_squared",
    "likeness_times_meaning",
    "uncovered_heavy",
    "meaning_same_want",
    "likeness_same_want",
    "want_share",
    "turn_missed",
    "turn_added",
    "date_alone",
    "rare_name_missed",
    "focus_met",
    "likeness_of_claim",
    "sources",
    "brevity",
    "turn_missed_alone",
    "turn_added_alone",
];

/// The number of features.
pub const COUNT: usize = FEATURES.len();

/// The number of the feature of a name.
pub(crate) const fn place(name: &str) -> Option<usize> {
    let mut at = 0;
    while at < COUNT {
        let (known, name) = (FEATURES[at].as_bytes(), name.as_bytes());
        let mut same = 0;
        while same < known.len() && same < name.len() && known[same] == name[same] {
            same += 1;
        }
        if same == known.len() && same == name.len() {
            return Some(at);
        }
        at += 1;
    }
    None
}

const fn known_place(name: &str) -> usize {
    match place(name) {
        Some(at) => at,
        None => panic!("no feature has this name"),
    }
}

/// How much less of the question than a fact another may meet that is held against it.
const AS_MUCH: f32 = 0.2;

/// Tells of facts beside each other what is told of none by itself: that one misses or adds a turn where another, which meets about as much of
/// the question, does not. "Announced the end of the ceasefire" is answered by who says the end, if anybody does.
pub fn set_apart(all: &mut [&mut Features]) {
    const COVERAGE: usize = known_place("coverage");
    const TURNS: [(usize, usize); 2] =
        [(known_place("turn_missed"), known_place("turn_missed_alone")), (known_place("turn_added"), known_place("turn_added_alone"))];
    for (turn, alone) in TURNS {
        let most = all.iter().filter(|features| features[turn] == 0.0).map(|features| features[COVERAGE]).fold(f32::MIN, f32::max);
        for features in all.iter_mut().filter(|features| features[turn] > 0.0) {
            features[alone] = f32::from(u8::from(most + AS_MUCH >= features[COVERAGE]));
        }
    }
}

/// The features of one fact for one question.
pub type Features = [f32; COUNT];

/// Looks closely at a candidate. What it is beside others is told by [`set_apart`].
pub fn features(index: &Index, base: &Base, question: &Question, candidate: &Candidate) -> Features {
    let profile = index.profile(candidate.fact);
    let cover = Cover::of(index, question, candidate);
    let dates = dates(question, &profile);
    let want = Want::of(index, base, question, candidate, &profile);
    let turns = Turns::of(question, candidate, &profile);
    let meaning_of_claim = question.vector.as_ref().zip(index.vector(profile.passages.0)).map_or(0.0, |(probe, claim)| probe.cosine(claim));
    [
        candidate.likeness,
        candidate.consensus,
        candidate.bm25,
        candidate.meaning,
        meaning_of_claim,
        cover.fact,
        cover.claim,
        cover.passage,
        cover.passage_covered,
        cover.names_met,
        cover.names_missed,
        cover.strange,
        cover.numbers_met,
        cover.numbers_missed,
        dates[0],
        dates[1],
        dates[2],
        dates[3],
        f32::from(u8::from(want.same)),
        f32::from(u8::from(want.given == Some(true))),
        f32::from(u8::from(want.given == Some(false))),
        candidate.likeness * candidate.likeness,
        candidate.meaning * candidate.meaning,
        candidate.likeness * candidate.meaning,
        cover.heaviest_missed,
        candidate.meaning_same_want,
        candidate.likeness_same_want,
        want.share,
        turns.missed,
        turns.added,
        if question.elements.len() <= ALONE { dates[0] + 0.5 * dates[1] } else { 0.0 },
        cover.rarest_name_missed,
        focus_met(index, base, question, candidate, &profile),
        candidate.likeness_of_claim,
        // What more sources carry is likelier to be meant, and so is the general statement before the detail.
        profile.traits.sources(),
        1.0 - profile.traits.claim_length(),
        0.0,
        0.0,
    ]
}

/// Elements up to which a question with a date asks for little but the date.
const ALONE: usize = 5;

/// How a fact meets the word that says what is asked after ("pages" in "how many pages"): in its claim; in a question form that asks for the
/// same; in another form; not. 1 where a question has no such word.
fn focus_met(index: &Index, base: &Base, question: &Question, candidate: &Candidate, profile: &Profile<'_>) -> f32 {
    let Some(element) = question.focus.and_then(|at| question.elements.get(at)) else {
        return 1.0;
    };
    let (from, _) = profile.passages;
    let held = index.held(candidate.fact);
    let met = |term: TermIx| -> f32 {
        let Some(at) = held.find(term) else {
            return 0.0;
        };
        let in_claim = held.terms.get(at).is_some_and(|held| held.is_in_claim());
        if in_claim && (question.wanted != Wanted::HowMany || is_counted(index, &base.fact(candidate.fact).claim, term)) {
            return 1.0;
        }
        let same = |passage: u32| index.passage(from + passage).is_some_and(|p| p.wanted == question.wanted);
        if held.passages_of(at).any(same) { 0.75 } else { 0.35 }
    };
    element.terms.iter().map(|&(term, share)| met(term) * share).fold(0.0, f32::max)
}

/// Whether a claim says how many of a thing there are: a number stands right before it, or a few words before.
fn is_counted(index: &Index, claim: &str, thing: TermIx) -> bool {
    /// Words that may stand from the number to what it counts: "57 tribal elders".
    const APART: usize = 4;
    let mut found = words(claim);
    read_number_words(&mut found);
    let mut left = 0;
    found.iter().any(|word| {
        if word.shape == Shape::Number {
            left = APART;
            return false;
        }
        let is_near = left > 0;
        left = left.saturating_sub(1);
        is_near && index.term(index.analyser.plain_term(&word.text).as_ref()) == Some(thing)
    })
}

/// Words that turn what is said, in the question and in the claim.
struct Turns {
    /// In the question and not in the claim.
    missed: f32,
    /// In the claim and not in the question.
    added: f32,
}

impl Turns {
    fn of(question: &Question, candidate: &Candidate, profile: &Profile<'_>) -> Self {
        let mut reading = 0;
        let mut missed = false;
        for element in &question.elements {
            let all = reading..reading + element.terms.len();
            reading = all.end;
            missed |= element.turns && all.into_iter().any(|reading| !candidate.in_claim.has(reading));
        }
        let asked = |turn: &TermIx| question.elements.iter().any(|e| e.turns && e.terms.iter().any(|(term, _)| term == turn));
        let added = profile.turns.iter().any(|turn| !asked(turn));
        Self { missed: f32::from(u8::from(missed)), added: f32::from(u8::from(added)) }
    }
}

/// How much of a question a fact meets.
struct Cover {
    fact: f32,
    claim: f32,
    passage: f32,
    passage_covered: f32,
    names_met: f32,
    names_missed: f32,
    strange: f32,
    numbers_met: f32,
    numbers_missed: f32,
    heaviest_missed: f32,
    rarest_name_missed: f32,
}

/// Counts past this say no more.
const COUNT_CAP: f32 = 3.0;

impl Cover {
    fn of(index: &Index, question: &Question, candidate: &Candidate) -> Self {
        let mut cover = Self {
            fact: 0.0,
            claim: 0.0,
            passage: 0.0,
            passage_covered: 0.0,
            names_met: 0.0,
            names_missed: 0.0,
            strange: 0.0,
            numbers_met: 0.0,
            numbers_missed: 0.0,
            heaviest_missed: 0.0,
            rarest_name_missed: 0.0,
        };
        let total = question.weight().max(1e-6);
        let top_weight = index.idf(None);
        let mut reading = 0;
        for element in &question.elements {
            let mut met = 0.0f32;
            let mut met_in_claim = false;
            for &(_, share) in &element.terms {
                if candidate.held.has(reading) {
                    met = met.max(share);
                    met_in_claim |= candidate.in_claim.has(reading);
                }
                if candidate.in_passage.has(reading) {
                    cover.passage += element.weight * share;
                }
                reading += 1;
            }
            // A question form may ask about a turn that never came: "did it set an end date".
            if element.turns && !met_in_claim {
                met = 0.0;
            }
            cover.fact += element.weight * met;
            if met_in_claim {
                cover.claim += element.weight * met;
            }
            if met == 0.0 && !matches!(element.class, Class::Date | Class::Background) {
                cover.heaviest_missed = cover.heaviest_missed.max(element.weight / top_weight);
            }
            match (element.class, met > 0.0) {
                (Class::Name, true) => cover.names_met += 1.0,
                (Class::Name, false) => {
                    cover.names_missed += 1.0;
                    cover.rarest_name_missed = cover.rarest_name_missed.max(element.weight / top_weight);
                }
                (Class::Strange, _) => cover.strange += 1.0,
                // "1 month" is "a month": one is no number that could be wrong.
                (Class::Number, _) if element.typed == "1" => {}
                (Class::Number, _) if met_in_claim => cover.numbers_met += 1.0,
                (Class::Number, _) => cover.numbers_missed += 1.0,
                _ => {}
            }
        }
        for share in [&mut cover.fact, &mut cover.claim, &mut cover.passage] {
            *share /= total;
        }
        let norm = index.passage(candidate.passage).map_or(1.0, |p| p.norm);
        cover.passage_covered = (candidate.passage_weight.sqrt() / norm).min(1.0);
        for count in [&mut cover.names_met, &mut cover.names_missed, &mut cover.strange, &mut cover.numbers_met, &mut cover.numbers_missed]
        {
            *count = count.min(COUNT_CAP) / COUNT_CAP;
        }
        cover
    }
}

/// Same, within, touching, apart: one of them is 1 if the question has a date, by its best-met date; of two dates in a question one may
/// only lead up to what is asked.
fn dates(question: &Question, profile: &Profile<'_>) -> [f32; 4] {
    let known = profile.dates;
    let mut met: Option<Agreement> = None;
    for mention in &question.mentions {
        let best = known.iter().map(|d| mention.when.agreement(*d)).min().unwrap_or(Agreement::Touches);
        // A year is said of much that happened around it.
        let best = if mention.grain == Grain::Year && best == Agreement::Touches { Agreement::Within } else { best };
        met = Some(met.map_or(best, |m| m.min(best)));
    }
    let mut out = [0.0; 4];
    if let Some(agreement) = met {
        let slot = match agreement {
            Agreement::Same => 0,
            Agreement::Within => 1,
            Agreement::Touches => 2,
            Agreement::Apart => 3,
        };
        out[slot] = 1.0;
    }
    out
}

/// Whether a fact gives what is asked for.
struct Want {
    /// The question form that matched asks for the same.
    same: bool,
    /// The share of the fact's question forms that ask for the same, 1 where the question does not say what it wants.
    share: f32,
    /// Whether the fact holds such a thing; nothing if that cannot be told.
    given: Option<bool>,
}

impl Want {
    fn of(index: &Index, base: &Base, question: &Question, candidate: &Candidate, profile: &Profile<'_>) -> Self {
        let form = |at: u32| index.passage(at).is_some_and(|p| p.wanted == question.wanted);
        let telling = !matches!(question.wanted, Wanted::Anything);
        let (from, to) = profile.passages;
        let forms = to.saturating_sub(from + 1) as usize;
        let given = if profile.traits.has(Trait::ShortAnswers) {
            gives(question, base.fact(candidate.fact), profile.traits)
        } else {
            gives_by_traits(question, profile.traits)
        };
        if !telling {
            return Self { share: 1.0, same: false, given };
        }
        let alike = (from + 1..to).filter(|at| form(*at)).count();
        #[expect(clippy::cast_precision_loss, reason = "counts of question forms")]
        let share = if forms > 0 { alike as f32 / forms as f32 } else { 1.0 };
        Self { share, same: form(candidate.passage) || form(candidate.meaning_passage), given }
    }
}

/// Whether a fact holds what a question asks for and does not say itself; nothing if that cannot be told from the fact's fields.
pub fn gives(question: &Question, fact: &Fact, traits: Traits) -> Option<bool> {
    let says = |words: &str| crate::text::words::words(words).iter().all(|w| question.words.iter().any(|known| *known == w.text));
    let new = |short: &Option<Box<str>>| short.as_ref().map(|words| !says(words));
    let by_short = match question.wanted {
        Wanted::Who => new(&fact.short.who),
        Wanted::Where => new(&fact.short.place),
        Wanted::HowMany => new(&fact.short.how_many),
        Wanted::Why => new(&fact.short.why),
        _ => None,
    };
    // A reason is no field of a fact: where its short answers are marked and none is a reason, it gives none.
    let by_short = by_short.or_else(|| (question.wanted == Wanted::Why && traits.has(Trait::ShortAnswers)).then_some(false));
    by_short.or_else(|| gives_by_traits(question, traits))
}

/// The same, for a fact whose short answers are not marked.
fn gives_by_traits(question: &Question, traits: Traits) -> Option<bool> {
    match question.wanted {
        Wanted::When => Some(traits.has(Trait::Time)),
        Wanted::Who => Some(traits.has(Trait::Names)),
        Wanted::Where => Some(traits.has(Trait::Places)),
        Wanted::HowLong => Some(traits.has(Trait::Span)),
        Wanted::HowMany => Some(traits.has(Trait::Count)),
        Wanted::Why | Wanted::How | Wanted::Which | Wanted::What | Wanted::YesNo | Wanted::Anything => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::of_rows;
    use crate::lexicon::Lexicon;

    #[test]
    fn a_number_counts_what_stands_behind_it() {
        for (claim, thing, is_so) in [
            ("The council counted 40 fishing boats in the harbour.", "boats", true),
            ("Fifty-seven tribal elders came by boat.", "elders", true),
            ("Fifty-seven tribal elders came by boat.", "boat", false),
            ("In the harbour lay boats, and 40 people stood there.", "boats", false),
            ("The boats of 2022 lay in the harbour for three weeks.", "boats", false),
            ("The council counted the boats of the harbour.", "boats", false),
        ] {
            let row = format!("{{\"id\": \"f\", \"text\": \"{claim}\", \"source\": {{\"title\": \"Notice\"}}}}\n");
            let (base, _) = of_rows("rows.jsonl", row.as_bytes()).unwrap();
            let index = Index::build(&base, Lexicon::default(), None);
            let term = index.term(&index.analyser.plain_term(thing)).unwrap();
            assert_eq!(is_counted(&index, claim, term), is_so, "{thing}: {claim}");
        }
    }
}
