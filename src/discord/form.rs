//! Forms as values: what is asked for, and what was typed. A [`Form`] is within Discord's limits.

use crate::curation::form::{CLAIM_AT_MOST, Field, Typed};
use crate::curation::review::SuggestionId;
use crate::store::DraftId;

/// Characters of a field at most (Discord, components reference).
pub const FIELD_AT_MOST: usize = 4_000;
/// Characters of a reason at most.
const REASON_AT_MOST: u16 = 500;

/// Which form it is, written into its `custom_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormId {
    /// The form of a draft.
    Draft(DraftId),
    /// Why a suggestion is rejected.
    Reject(SuggestionId),
}

impl FormId {
    /// What is written into the form.
    pub fn custom_id(self) -> String {
        match self {
            Self::Draft(DraftId(draft)) => format!("1:f:{draft}"),
            Self::Reject(SuggestionId(suggestion)) => format!("1:fr:{suggestion}"),
        }
    }

    /// Which form was sent, if this version wrote it.
    pub fn read(custom_id: &str) -> Option<Self> {
        let rest = custom_id.strip_prefix("1:")?;
        match rest.split_once(':')? {
            ("f", draft) => Some(Self::Draft(DraftId(draft.parse().ok()?))),
            ("fr", suggestion) => Some(Self::Reject(SuggestionId(suggestion.parse().ok()?))),
            _ => None,
        }
    }
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// How it is called when it comes back.
    pub name: &'static str,
    /// What stands above it, at most 45 characters.
    pub label: &'static str,
    /// What stands in it while it is empty, at most 100 characters.
    pub hint: &'static str,
    /// What it is filled with.
    pub value: String,
    /// Whether it may not be empty.
    pub is_required: bool,
    /// Whether it has several lines.
    pub is_long: bool,
    /// Characters at most.
    pub at_most: u16,
}

/// A form to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    id: FormId,
    title: &'static str,
    inputs: Vec<Input>,
}

/// The name of the field for a reason.
pub const REASON: &str = "reason";

impl Form {
    /// The form of a fact, filled; nothing where a field holds more than Discord has room for.
    pub fn of_fact(draft: DraftId, title: &'static str, typed: &Typed) -> Option<Self> {
        let inputs: Vec<Input> = Field::ALL.into_iter().map(|field| input(field, typed.field(field).to_owned())).collect();
        let fits = inputs.iter().all(|input| input.value.chars().count() <= usize::from(input.at_most));
        fits.then_some(Self { id: FormId::Draft(draft), title, inputs })
    }

    /// Why a suggestion is rejected.
    pub fn of_rejection(suggestion: SuggestionId) -> Self {
        let reason = Input {
            name: REASON,
            label: "Why? Who suggested it is told",
            hint: "No source of its own; says the same as another fact; …",
            value: String::new(),
            is_required: true,
            is_long: true,
            at_most: REASON_AT_MOST,
        };
        Self { id: FormId::Reject(suggestion), title: "Reject a suggestion", inputs: vec![reason] }
    }

    /// Which form it is.
    pub fn id(&self) -> FormId {
        self.id
    }

    /// Its title.
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// Its fields.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }
}

fn input(field: Field, value: String) -> Input {
    let (label, hint, is_required, is_long) = match field {
        Field::Claim => ("Claim, in one to three whole sentences", "Who did what, when; who says so", true, true),
        Field::Date => {
            ("Date, if one is known", "2022, 2022-05, 2022-05-13, 2022-05-13/2022-05-14, with ~ (about) or ? (unsure)", false, false)
        }
        Field::Sources => ("Sources, one a line", "https://… | publisher | title | 2022-05-13, or the id of a known source", true, true),
        Field::Topics => ("Topics, with commas between them", "ceasefire, negotiations", false, false),
        Field::Questions => ("Ways people may ask for it, one a line", "Six or more in different words are best", false, true),
    };
    // A claim that is too long is typed again with its mistake named; cut off by Discord it would be lost.
    let most = if field == Field::Claim { CLAIM_AT_MOST * 2 } else { FIELD_AT_MOST };
    Input { name: field.as_str(), label, hint, value, is_required, is_long, at_most: u16::try_from(most).unwrap_or(u16::MAX) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_again_which_it_is_and_what_is_no_form_is_none() {
        for id in [FormId::Draft(DraftId(7)), FormId::Reject(SuggestionId(8))] {
            assert_eq!(FormId::read(&id.custom_id()), Some(id));
        }
        for other in ["", "1:f", "1:f:x", "2:f:7", "1:dp:7"] {
            assert_eq!(FormId::read(other), None, "{other}");
        }
    }

    #[test]
    fn every_form_is_within_the_limits_and_what_does_not_fit_is_not_cut() {
        let form = Form::of_fact(DraftId(1), "Change a fact", &Typed::default()).unwrap();
        for input in form.inputs().iter().chain(Form::of_rejection(SuggestionId(1)).inputs()) {
            assert!(input.label.chars().count() <= 45 && input.hint.chars().count() <= 100, "{}", input.name);
        }
        let long = Typed { questions: "a".repeat(FIELD_AT_MOST + 1), ..Typed::default() };
        assert_eq!(Form::of_fact(DraftId(1), "Change a fact", &long), None);
    }
}
