use std::sync::LazyLock;

use super::leaf::{Leaf, Subject};
use super::wording::{Shown, Turned, empty, leaf, misread};
use crate::answer::model::Model;
use crate::base::{self, Origin};
use crate::discord::press::Person;
use crate::discord::reply::{Reply, Row, SeenBy};
use crate::knowledge::Knowledge;
use crate::text::cut::shorten;
use crate::timeline::filter::{Wish, emptied, read};
use crate::timeline::{Selection, select};

/// The shipped facts.
static SHIPPED: LazyLock<Knowledge> = LazyLock::new(|| {
    let loaded = base::load(&Origin::Embedded, |_| ()).unwrap();
    let model = Model::read(&base::embedded_model(), &mut Vec::new()).unwrap();
    Knowledge::new(loaded.base, loaded.lexicon, base::embedded_vectors(), model)
});

const SEEN: Shown<'static> = Shown { question: None, notes: &[], seen_by: SeenBy::Everyone };

fn page(subject: Subject, page: usize, selection: Selection) -> Turned {
    leaf(&SHIPPED, Leaf { subject, reader: Person(42), page, selection }, SEEN)
}

/// A reply as a reader sees it.
fn shown(reply: &Reply) -> String {
    let mut out = reply.text().to_owned();
    out.extend(reply.below().map(|below| format!("\n-- {below}")));
    for row in reply.rows() {
        let line = match row {
            Row::Buttons(buttons) => {
                let labels: Vec<String> = buttons.iter().map(|button| format!("[{}]", button.label)).collect();
                format!("\n{}", labels.join(" "))
            }
            Row::Menu(menu) => {
                let labels: Vec<&str> = menu.options.iter().take(4).map(|option| option.label.as_str()).collect();
                format!("\n<{}: {}, …; {} in all>", menu.hint, labels.join(", "), menu.options.len())
            }
        };
        out.push_str(&line);
    }
    out
}

fn who(name: &str) -> Selection {
    Selection::of_entity(SHIPPED.base.entity_named(name).unwrap())
}

#[test]
fn a_page_of_a_timeline() {
    let selection = Selection { topics: vec!["ceasefire-end".into()], ..Selection::default() };
    insta::assert_snapshot!(shown(&page(Subject::Timeline, 0, selection).reply));
}

#[test]
fn a_name_with_its_facts() {
    insta::assert_snapshot!(shown(&page(Subject::Who, 0, who("Muslim Khan")).reply));
}

#[test]
fn a_source_with_its_facts() {
    let source = SHIPPED.base.source_named("dawn-ttp-ends-ceasefire").unwrap();
    insta::assert_snapshot!(shown(&page(Subject::Source, 0, Selection::of_source(source)).reply));
}

#[test]
fn filters_that_are_not_understood_and_that_leave_nothing() {
    let wish = Wish { topic: Some("football"), who: Some("Khorasani"), from: Some("someday"), to: Some("after the Eid truce") };
    let errors = read(&SHIPPED, wish).unwrap_err();
    insta::assert_snapshot!(shown(&misread(&errors)));
    let wish = Wish { topic: Some("jirga"), to: Some("2019"), ..Wish::default() };
    let selection = read(&SHIPPED, wish).unwrap().selection;
    let nothing = Leaf { subject: Subject::Timeline, reader: Person(42), page: 0, selection: selection.clone() };
    insta::assert_snapshot!(shown(&empty(&SHIPPED, &nothing, &emptied(&SHIPPED, &selection), SEEN)));
}

#[test]
fn every_fact_stands_on_one_page_however_long_the_names_are() {
    let source = SHIPPED.base.source_named("wikipedia-talks").unwrap();
    for (subject, selection) in [
        (Subject::Timeline, Selection::default()),
        (Subject::Who, who("TTP")),
        (Subject::Who, who("Afghanistan")),
        (Subject::Source, Selection::of_source(source)),
    ] {
        let timeline = select(&SHIPPED, &selection);
        let undated = if subject == Subject::Timeline { &[][..] } else { &timeline.undated };
        let meant: Vec<_> = timeline.entries.iter().map(|entry| entry.fact).chain(undated.iter().copied()).collect();
        let mut said = String::new();
        for number in 0.. {
            let turned = page(subject, number, selection.clone());
            if turned.leaf.page < number {
                break;
            }
            assert!(turned.reply.text().chars().count() <= 4_096);
            said.push_str(turned.reply.text());
            said.push('\n');
        }
        for fact in meant {
            let claim = format!(" · {}", crate::discord::markdown::escape(&shorten(&SHIPPED.base.fact(fact).claim, 200)));
            assert_eq!(said.matches(&claim).count(), 1, "{claim}");
        }
    }
}
