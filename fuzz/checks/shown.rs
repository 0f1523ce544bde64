//! What may be sent to Discord.

use sanad::discord::press::{CUSTOM_ID_AT_MOST, Press};
use sanad::discord::reply::{LABEL_AT_MOST, Look, Reply, Row, TEXT_AT_MOST};

/// Marks that Discord gives a meaning to.
const MARKS: [char; 12] = ['*', '_', '~', '`', '|', '>', '#', '[', ']', '<', '@', '\\'];

/// A text in which somebody's words stand: they format nothing, ping nobody and lead nowhere.
pub fn is_plain(escaped: &str) {
    assert!(!escaped.contains("://"), "an address: {escaped:?}");
    let mut letters = escaped.chars();
    while let Some(c) = letters.next() {
        assert!(c == '\\' || !MARKS.contains(&c), "{c:?} has a meaning in {escaped:?}");
        if c == '\\' {
            assert!(letters.next().is_some(), "an open end: {escaped:?}");
        }
    }
}

/// A reply that Discord takes, and whose buttons come back as what they were.
pub fn is_sendable(reply: &Reply) {
    let units = |text: &str| text.encode_utf16().count();
    assert!(!reply.text().trim().is_empty(), "an empty message");
    assert!(reply.text().chars().count() <= TEXT_AT_MOST, "{} characters, {} units", reply.text().chars().count(), units(reply.text()));
    assert!(reply.rows().len() <= 5);
    let mut ids = Vec::new();
    for row in reply.rows() {
        match row {
            Row::Buttons(buttons) => assert!((1..=5).contains(&buttons.len())),
            Row::Menu(menu) => assert!((2..=25).contains(&menu.options.len())),
        }
    }
    for button in reply.buttons() {
        let length = button.label.chars().count();
        assert!((1..=LABEL_AT_MOST).contains(&length), "{:?}", button.label);
        if button.look != Look::Idle {
            ids.push(button.press.custom_id());
            assert_eq!(Press::read(&button.press.custom_id()).as_ref(), Some(&button.press));
        }
    }
    assert!(ids.iter().all(|id| id.chars().count() <= CUSTOM_ID_AT_MOST), "{ids:?}");
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "two buttons with one id: {ids:?}");
}
