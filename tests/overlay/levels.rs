//! Edits in any order, over any levels, merged whenever: all laid at once answer the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use sanad::curation::overlay::{Merged, Overlay, Room, lay};
use sanad::curation::{Edit, Head, Record, State};
use sanad::knowledge::Knowledge;

use crate::trial::{asked, ids, seen, told, trial_record};
use crate::{SHIPPED, head, lighthouse};

#[derive(Debug, Clone)]
enum Step {
    Change(usize, Box<Record>),
    Retract(usize),
    Restore(usize),
    /// Several at once, as an import brings them.
    Import(Vec<(usize, Record)>),
    /// A merge begins, of what there is then.
    Merge,
    /// It ends, whatever was edited meanwhile.
    Merged,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let id = || 0..ids().len();
    let step = prop_oneof![
        6 => (id(), trial_record()).prop_map(|(id, record)| Step::Change(id, Box::new(record))),
        2 => id().prop_map(Step::Retract),
        1 => id().prop_map(Step::Restore),
        1 => proptest::collection::vec((id(), trial_record()), 3..9).prop_map(Step::Import),
        2 => Just(Step::Merge),
        3 => Just(Step::Merged),
    ];
    proptest::collection::vec(step, 0..40)
}

/// Room for so little that a few edits go through all levels.
const SMALL: Room = Room([2, 4, 8]);

/// Takes steps over a view of the shipped knowledge; the last head of each fact beside what is laid.
fn stepped(ground: Knowledge, steps: &[Step]) -> (Overlay, BTreeMap<String, Head>) {
    let ids = ids();
    let mut overlay = Overlay::over(&SHIPPED, ground, SMALL);
    let mut heads: BTreeMap<String, Head> = BTreeMap::new();
    let mut merging: Option<Merged> = None;
    for step in steps {
        let record = |id: &usize| heads.get(&ids[*id]).map_or_else(lighthouse, |head| head.state.record().clone());
        let states: BTreeMap<usize, State> = match step {
            Step::Change(id, record) => [(*id, State::Published(Record::clone(record)))].into(),
            Step::Retract(id) => [(*id, State::Retracted(record(id)))].into(),
            Step::Restore(id) => [(*id, State::Published(record(id)))].into(),
            Step::Import(all) => all.iter().map(|(id, record)| (*id, State::Published(record.clone()))).collect(),
            Step::Merge => {
                merging = overlay.merge();
                continue;
            }
            Step::Merged => {
                overlay = merging.take().and_then(|merged| overlay.merged(&merged)).unwrap_or(overlay);
                continue;
            }
        };
        let edited: Vec<Head> = states.into_iter().map(|(id, state)| head(&ids[id], state)).collect();
        heads.extend(edited.iter().map(|head| (head.fact.as_str().to_owned(), head.clone())));
        overlay = overlay.with(&edited.into_iter().map(|head| Arc::new(Edit::new(head))).collect::<Vec<_>>());
    }
    (overlay, heads)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn over_which_levels_edits_lie_makes_no_difference(everywhere in steps(), here in steps()) {
        let (below, wide) = stepped(SHIPPED.clone(), &everywhere);
        let (overlay, own) = stepped(below.view().clone(), &here);
        let last: BTreeMap<String, Head> = wide.into_iter().chain(own).collect();
        let at_once = lay(&SHIPPED, last.into_values().map(Edit::new));
        prop_assert_eq!(told(overlay.view()), told(&at_once));
        for question in asked() {
            prop_assert_eq!(seen(overlay.view(), &question), seen(&at_once, &question));
        }
    }
}

#[test]
fn an_overlay_without_edits_changes_nothing() {
    let laid = lay(&SHIPPED, []);
    assert_eq!(told(&SHIPPED), told(&laid));
    for question in asked() {
        assert_eq!(seen(&SHIPPED, &question), seen(&laid, &question));
    }
}
