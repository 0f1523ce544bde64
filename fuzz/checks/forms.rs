//! The form of a fact, filled by anybody who may suggest one.

use sanad::curation::Scope;
use sanad::curation::form::{Field, Typed, made_id};
use sanad::discord::form::{FIELD_AT_MOST, Form};
use sanad::store::DraftId;

use super::{SHIPPED, fields};

/// What may be wrong with a form at most; all of it stands in one message.
const SAID_AT_MOST: usize = 4_000;

/// Five fields, in the order of the form.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let [claim, date, sources, topics, questions] = fields(&text);
    let cut = |text: &str| text.chars().take(FIELD_AT_MOST).collect::<String>();
    let typed = Typed { claim: cut(claim), date: cut(date), sources: cut(sources), topics: cut(topics), questions: cut(questions) };
    let view = SHIPPED.view(Scope::Everywhere);
    let hosts = ["example.org".to_owned()];

    if let Err(problems) = typed.read(&view, None, &hosts) {
        assert!(!problems.is_empty(), "refused without a word");
    }
    match typed.read(&view, None, &[]) {
        Ok(record) => {
            let shown = Typed::of(&record);
            assert_eq!(shown.read(&view, Some(&record), &[]).as_ref(), Ok(&record), "opened and sent again, it says something else");
            if let Some(form) = Form::of_fact(DraftId(1), "Change a fact", &shown) {
                for input in form.inputs() {
                    assert!(input.value.chars().count() <= usize::from(input.at_most), "{}", input.name);
                }
            }
            let id = made_id(&view, &record.text, |id| view.base.find(id.as_str()).is_some()).expect("there is always an id");
            assert!(view.base.find(id.as_str()).is_none(), "the id of another fact");
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a word");
            assert!(problems.iter().all(|problem| Field::ALL.contains(&problem.field) && !problem.message.trim().is_empty()));
            assert!(problems.iter().all(|problem| problem.message.chars().count() <= SAID_AT_MOST + FIELD_AT_MOST));
        }
    }
}
