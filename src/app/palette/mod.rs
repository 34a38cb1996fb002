//! The command palette: every action, found by a few letters of what it says.

mod matching;
mod ui;

pub use ui::palette_ui;

use super::actions::{self, Action};
use super::command::Command;
use matching::score;

/// Actions that were chosen last and stand first.
const MAX_RECENT: usize = 8;

#[derive(Debug, Default)]
pub struct Palette {
    is_open: bool,
    text: String,
    found: Vec<&'static Action>,
    /// Index into `found`.
    selected: usize,
    /// The latest first.
    recent: Vec<&'static Action>,
    wants_focus: bool,
    /// The selected row is brought into sight.
    scrolls: bool,
}

impl Palette {
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    pub fn toggle(&mut self) {
        self.is_open = !self.is_open;
        self.text.clear();
        self.wants_focus = self.is_open;
        self.found.clear();
    }

    /// Finds what fits the text: the best first, then what was chosen lately, then
    /// in the order of menus. What can't be done now follows what can.
    fn find(&mut self, can: &dyn Fn(&Action) -> bool) {
        let mut found: Vec<(u32, &'static Action)> = actions::all()
            .filter(|action| action.id != actions::PALETTE)
            .filter_map(|action| Some((score(&self.text, action)?, action)))
            .collect();
        found.sort_by_cached_key(|(score, action)| {
            let recent = self.recent.iter().position(|it| it.id == action.id);
            let recent = recent.unwrap_or(MAX_RECENT);
            (!can(action), u32::MAX - score, recent)
        });
        self.found = found.into_iter().map(|it| it.1).collect();
        self.selected = 0;
        self.scrolls = true;
    }

    fn select(&mut self, by: isize) {
        let last = self.found.len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(by).min(last);
        self.scrolls = true;
    }

    /// Closes the palette; what was chosen is what it asks for.
    fn choose(&mut self, action: &'static Action) -> Command {
        self.toggle();
        self.recent.retain(|it| it.id != action.id);
        self.recent.insert(0, action);
        self.recent.truncate(MAX_RECENT);
        (action.command)()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(palette: &mut Palette, text: &str) -> &'static str {
        palette.text = text.to_owned();
        palette.find(&|action| action.id != "viewer.next");
        palette.found[0].id
    }

    #[test]
    fn what_was_chosen_lately_stands_first_and_what_cannot_be_done_last() {
        let mut palette = Palette::default();
        let all = actions::all().count() - 1;
        assert_ne!(first(&mut palette, ""), "view.memory");
        assert_eq!(palette.found.len(), all);
        assert_eq!(palette.found[all - 1].id, "viewer.next");
        let memory = actions::all().find(|it| it.id == "view.memory").unwrap();
        assert_eq!(palette.choose(memory), Command::ToggleMemory);
        assert_eq!(first(&mut palette, ""), "view.memory");
        assert_eq!(palette.recent.len(), 1);
        // A better match goes before a recent one.
        assert_eq!(first(&mut palette, "import p"), "library.import");
    }

    #[test]
    fn the_selection_stays_inside() {
        let mut palette = Palette::default();
        palette.find(&|_| true);
        palette.select(-3);
        assert_eq!(palette.selected, 0);
        palette.select(10_000);
        assert_eq!(palette.selected, palette.found.len() - 1);
        palette.text = "qqqqqqq".to_owned();
        palette.find(&|_| true);
        palette.select(1);
        assert_eq!((palette.found.len(), palette.selected), (0, 0));
    }
}
