//! What comes back from buttons, menus and forms. Anybody can send any of it.

use sanad::curation::Scope;
use sanad::discord::form::FormId;
use sanad::discord::press::{CUSTOM_ID_AT_MOST, FactKey, Press};
use sanad::discord::timeline::leaf::LeafKey;
use sanad::fact::FactId;

use super::{SHIPPED, typed};

/// A `custom_id` as it arrives; what it names is looked up.
pub fn check(bytes: &[u8]) {
    let custom_id = typed(bytes);
    let view = SHIPPED.view(Scope::Everywhere);
    if let Some(press) = Press::read(&custom_id) {
        let written = press.custom_id();
        assert_eq!(Press::read(&written).as_ref(), Some(&press), "{custom_id:?} comes back as another press");
        // Numbers may be written with zeros in front; nothing becomes longer.
        assert!(written.len() <= custom_id.len().max(CUSTOM_ID_AT_MOST), "{custom_id:?} became {written:?}");
        if let Some(found) = press.told().and_then(|key| key.find(&view.base)) {
            assert_eq!(press.told(), Some(&FactKey::of(&view.base, found)), "{custom_id:?} leads to a fact whose button is another");
        }
        if let Press::Leaf(turn, key) = &press
            && let Some(leaf) = key.find(&view.base)
        {
            let again = LeafKey::of(&view.base, &leaf);
            assert_eq!(again.find(&view.base), Some(leaf), "{custom_id:?} leads elsewhere when it is written again");
            assert!(again.written(*turn).len() <= CUSTOM_ID_AT_MOST);
        }
    }
    if let Some(form) = FormId::read(&custom_id) {
        assert_eq!(FormId::read(&form.custom_id()), Some(form));
    }
    // The id of any fact fits into a button.
    if let Some(id) = FactId::new(&custom_id) {
        let press = Press::Related(FactKey::of_id(&id));
        assert!(press.custom_id().chars().count() <= CUSTOM_ID_AT_MOST);
        assert_eq!(Press::read(&press.custom_id()), Some(press));
    }
}
