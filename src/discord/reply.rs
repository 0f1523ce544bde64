//! What is sent, as a value: wording and buttons can be read and tested before anything is near the network. A [`Reply`] is within
//! Discord's limits however long what it is made of is.

use super::press::{Person, Press};
use crate::text::cut::shorten;

/// Characters of an embed's description at most (Discord, message resource).
pub const TEXT_AT_MOST: usize = 4096;
/// Characters of all embeds of a message together, at most (the same).
const TOGETHER_AT_MOST: usize = 6_000;
/// Characters of an embed's footer that are used; Discord allows 2,048.
const FOOTER_AT_MOST: usize = 300;
/// Characters of a button's label at most (Discord, components reference).
pub const LABEL_AT_MOST: usize = 80;
/// Buttons in a row, and rows in a message, at most (the same).
const ROW_AT_MOST: usize = 5;
/// Choices of a menu at most (the same).
pub const OPTIONS_AT_MOST: usize = 25;
/// Characters of a choice, and of what a menu says, at most (the same).
const OPTION_AT_MOST: usize = 100;

/// Who sees a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeenBy {
    /// Everyone in the channel.
    Everyone,
    /// Only who asked.
    Asker,
}

/// How a button looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// One of several to choose from.
    Choice,
    /// Something beside the answer.
    Plain,
    /// Something that takes away.
    Danger,
    /// Something that leads nowhere now, and cannot be pressed.
    Idle,
}

/// A button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What it does.
    pub press: Press,
    /// What it says, at most [`LABEL_AT_MOST`] characters.
    pub label: String,
    /// How it looks.
    pub look: Look,
}

impl Button {
    /// A button; a long label is shortened.
    pub fn new(press: Press, label: &str, look: Look) -> Self {
        Self { press, label: shorten(label, LABEL_AT_MOST), look }
    }
}

/// A menu to choose one thing from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// What choosing does; what was chosen comes beside it.
    pub press: Press,
    /// What it says while nothing is chosen.
    pub hint: String,
    /// What there is to choose, at most [`OPTIONS_AT_MOST`].
    pub options: Vec<Choice>,
}

/// Something to choose from a menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What it says.
    pub label: String,
    /// What comes with the press.
    pub value: String,
}

/// A row below a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// Buttons, at most five.
    Buttons(Vec<Button>),
    /// A menu.
    Menu(Menu),
}

/// What becomes of the files of a message that is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldFiles {
    /// They stay, unless a new one comes.
    Stay,
    /// They go: they show what the message no longer says.
    Go,
}

/// A file that goes with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// A message to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    text: String,
    footer: Option<String>,
    aside: Option<String>,
    rows: Vec<Row>,
    file: Option<Box<Attached>>,
    /// What becomes of files that came with the message before.
    pub old_files: OldFiles,
    /// Who sees it.
    pub seen_by: SeenBy,
}

impl Reply {
    /// A reply with a text in Discord's markdown.
    pub fn new(text: &str) -> Self {
        Self {
            text: shorten(text, TEXT_AT_MOST),
            footer: None,
            aside: None,
            rows: Vec::new(),
            file: None,
            old_files: OldFiles::Stay,
            seen_by: SeenBy::Everyone,
        }
    }

    /// A short note for one person.
    pub fn note(text: &str) -> Self {
        Self { seen_by: SeenBy::Asker, ..Self::new(text) }
    }

    /// With a line below the text.
    #[must_use]
    pub fn footer(mut self, footer: &str) -> Self {
        self.footer = Some(shorten(footer, FOOTER_AT_MOST));
        self
    }

    /// With a second text below the first, as far as Discord has room for both.
    #[must_use]
    pub fn aside(mut self, text: &str) -> Self {
        let used = self.text.chars().count() + self.footer.as_ref().map_or(0, |footer| footer.chars().count());
        self.aside = Some(shorten(text, TEXT_AT_MOST.min(TOGETHER_AT_MOST.saturating_sub(used))));
        self
    }

    /// With a file.
    #[must_use]
    pub fn file(mut self, name: &'static str, bytes: Vec<u8>) -> Self {
        self.file = Some(Box::new(Attached { name, bytes }));
        self
    }

    /// In the place of a message whose files show what it no longer says.
    #[must_use]
    pub fn renewed(mut self) -> Self {
        self.old_files = OldFiles::Go;
        self
    }

    /// Without buttons.
    #[must_use]
    pub fn bare(mut self) -> Self {
        self.rows.clear();
        self
    }

    /// With a row of buttons more; what Discord has no room for is left out.
    #[must_use]
    pub fn row(mut self, mut buttons: Vec<Button>) -> Self {
        buttons.truncate(ROW_AT_MOST);
        if !buttons.is_empty() && self.rows.len() < ROW_AT_MOST {
            self.rows.push(Row::Buttons(buttons));
        }
        self
    }

    /// With a menu more; one with a single choice is none.
    #[must_use]
    pub fn menu(mut self, mut menu: Menu) -> Self {
        menu.options.truncate(OPTIONS_AT_MOST);
        for option in &mut menu.options {
            option.label = shorten(&option.label, OPTION_AT_MOST);
        }
        menu.hint = shorten(&menu.hint, OPTION_AT_MOST);
        if menu.options.len() > 1 && self.rows.len() < ROW_AT_MOST {
            self.rows.push(Row::Menu(menu));
        }
        self
    }

    /// Seen by those.
    #[must_use]
    pub fn for_eyes_of(mut self, seen_by: SeenBy) -> Self {
        self.seen_by = seen_by;
        self
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line below it.
    pub fn below(&self) -> Option<&str> {
        self.footer.as_deref()
    }

    /// The second text.
    pub fn second(&self) -> Option<&str> {
        self.aside.as_deref()
    }

    /// The file.
    pub fn attached(&self) -> Option<&Attached> {
        self.file.as_deref()
    }

    /// What stands below, by row.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The buttons of all rows.
    pub fn buttons(&self) -> impl Iterator<Item = &Button> {
        self.rows.iter().flat_map(|row| match row {
            Row::Buttons(buttons) => buttons.as_slice(),
            Row::Menu(_) => &[],
        })
    }
}

/// A text that grows line by line up to a limit, and says what found no room.
#[derive(Debug, Default)]
pub struct Page {
    text: String,
    used: usize,
}

/// Kept free for the line that says what was left out.
const RESERVE: usize = 80;
/// Characters that the blocks of a [`Page`] have room for together.
pub const ROOM_AT_MOST: usize = TEXT_AT_MOST - RESERVE;

impl Page {
    /// Adds a block where there is room for it, after an empty line; whether there was.
    pub fn block(&mut self, block: &str) -> bool {
        self.block_before(block, 0)
    }

    /// The same, where so many characters stay free for what must come after it.
    pub fn block_before(&mut self, block: &str, kept: usize) -> bool {
        let gap = if self.text.is_empty() { "" } else { "\n\n" };
        self.add(gap, block, ROOM_AT_MOST.saturating_sub(kept))
    }

    /// Adds a line where there is room for it; whether there was.
    pub fn line(&mut self, line: &str) -> bool {
        let gap = if self.text.is_empty() { "" } else { "\n" };
        self.add(gap, line, ROOM_AT_MOST)
    }

    /// Adds a list under a heading: at most `most` of its lines, as far as there is room, then how many more there are.
    /// How many those are.
    pub fn list(
        &mut self,
        heading: &str,
        lines: impl ExactSizeIterator<Item = String>,
        most: usize,
        more: impl Fn(usize) -> String,
    ) -> usize {
        let all = lines.len();
        let mut shown = 0;
        for line in lines.take(most) {
            let added = if shown == 0 { self.block(&format!("{heading}\n{line}")) } else { self.line(&line) };
            if !added {
                break;
            }
            shown += 1;
        }
        if shown < all {
            let gap = if self.text.is_empty() { "" } else { "\n" };
            self.add(gap, &more(all - shown), TEXT_AT_MOST);
        }
        all - shown
    }

    /// The text.
    pub fn finish(self) -> String {
        self.text
    }

    fn add(&mut self, gap: &str, piece: &str, most: usize) -> bool {
        let size = gap.len() + piece.chars().count();
        let fits = self.used + size <= most;
        if fits {
            self.text.push_str(gap);
            self.text.push_str(piece);
            self.used += size;
        }
        fits
    }
}

/// The buttons under a thing that only who asked may take away.
pub fn delete_button(asker: Person) -> Button {
    Button::new(Press::Delete(asker), "Delete", Look::Danger)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_list_says_how_much_it_leaves_out() {
        let mut page = Page::default();
        page.block("Top.");
        page.list("**List**", ["a", "b", "c"].map(str::to_owned).into_iter(), 2, |left| format!("and {left} more"));
        assert_eq!(page.finish(), "Top.\n\n**List**\na\nb\nand 1 more");
    }

    proptest! {
        #[test]
        fn nothing_is_longer_than_discord_takes(text in "\\PC{0,30}", times in 1usize..400, lines in 1usize..90) {
            let long = text.repeat(times);
            let mut page = Page::default();
            page.block(&long);
            page.list("**Sources**", (0..lines).map(|_| text.repeat(20)).collect::<Vec<_>>().into_iter(), 90, |left| format!("and {left} more"));
            prop_assert!(page.finish().chars().count() <= TEXT_AT_MOST);
            let button = Button::new(Press::Delete(Person(1)), &long, Look::Plain);
            prop_assert!(button.label.chars().count() <= LABEL_AT_MOST);
            let reply = Reply::new(&long).footer(&long).row(vec![button; 9]);
            prop_assert!(reply.text().chars().count() <= TEXT_AT_MOST && reply.rows().len() <= ROW_AT_MOST);
            prop_assert!(reply.buttons().count() <= ROW_AT_MOST);
        }
    }
}
