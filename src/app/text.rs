//! What the window says: its fixed strings, and how figures are written.

pub mod actions;
pub mod duplicates;
pub mod edits;
pub mod grid;
pub mod help;
pub mod import_panel;
pub mod libraries;
pub mod memory_panel;
pub mod options;
pub mod order;
pub mod search;
pub mod side_bar;
pub mod similar;
pub mod sort;
pub mod status;
pub mod tabs;
pub mod tagging;
pub mod viewer;

use crate::memory::figures;
use std::borrow::Cow;

pub use order::{on_screen, path_on_screen};

/// Of the program.
pub const NAME: &str = "Kobako";
pub const BETWEEN_SENTENCES: &str = "·";
pub const MENU: &str = "Menu";
pub const MENU_LIBRARY: &str = "Library";
pub const MENU_EDIT: &str = "Edit";
pub const MENU_SEARCH: &str = "Search";
pub const MENU_VIEW: &str = "View";
pub const MENU_POST: &str = "Post";
pub const MENU_TOOLS: &str = "Tools";
pub const MENU_HELP: &str = "Help";
pub const SCOPE_WINDOW: &str = "Everywhere";
pub const SCOPE_POST: &str = "An open post, or what is selected";
pub const SCOPE_POSTS: &str = "Search results";
pub const SCOPE_VIEWER: &str = "An open post";
pub const SCOPE_SIMILAR: &str = "Find similar";
pub const SCOPE_DUPLICATES: &str = "Duplicates";
pub const COPY_PATH: &str = "Copy path";
pub const RESET: &str = "Reset";
pub const CLOSE: &str = "Close";
pub const DISMISS: &str = "Dismiss";
pub const CLEAR: &str = "Clear";
pub const CANCEL: &str = "Cancel";
pub const ON: &str = "On";
pub const OFF: &str = "Off";
pub const NOTHING: &str = "nothing";
pub const PALETTE: &str = "Find a command";
pub const PALETTE_HINT: &str = "What do you want to do?";
pub const PALETTE_EMPTY: &str = "No command says that";
pub const SEARCH_HINT: &str = "Search tags, e.g. 1girl -solo rating:general";
pub const SEARCH_LABEL: &str = "Search";
pub const CLEAR_SEARCH: &str = "Clear search";
pub const SAVE_SEARCH: &str = "Save this search";
pub const UNSAVE_SEARCH: &str = "Remove from saved searches";
pub const NOTHING_TO_SAVE: &str = "Type a search to save it";
pub const SEARCH_NAME: &str = "Name of the saved search";
pub const NAME_TAKEN: &str = "That name has another search now";
pub const SAVED: &str = "Saved";
pub const NOTHING_SAVED: &str = "No saved searches yet: the star saves what you search";
pub const FORGET_HISTORY: &str = "Forget recent searches";
pub const IMPORT: &str = "Import…";
pub const CLOSE_IMPORT: &str = "Close import";
pub const CHOOSE_FOLDER: &str = "Choose folder…";
pub const DROP_TO_IMPORT: &str = "Drop to import";
pub const MEMORY: &str = "Memory";
pub const THEME: &str = "Theme";
pub const EMPTY_TITLE: &str = "Your library is empty";
pub const EMPTY_EXPLANATION: &str = "Kobako shows the pictures of the folders that you import. \
They stay where they are: nothing is copied, moved or changed.";
pub const EMPTY_WAYS: &str = "You can also drop files and folders anywhere on this window.";
pub const DEMO_COMING: &str = "The demo pictures are being imported";
pub const OPENING: &str = "Opening the library…";
pub const SEARCHING: &str = "Searching…";
pub const NO_RESULTS: &str = "No post matches";
pub const BAD_QUERY: &str = "The search can't be understood";
pub const ENGINE_STOPPED: &str = "The engine stopped unexpectedly";
pub const STOPPED_TITLE: &str = "The library is closed";
pub const STOPPED_WAY_OUT: &str = "Close the window and start Kobako again";
pub const UNEXPLAINED: &str = "Unexplained";
pub const NO_PORTAL_HINT: &str = "If no dialog opens, type the path instead";
pub const DROP_TO_FIND: &str = "Drop one picture to find what is like it";
pub const SIMILAR: &str = "Similar";
pub const THEME_IS: &str = "Colours of the window";
pub const FIND_SIMILAR: &str = "Find similar…";
pub const FIND_SIMILAR_TITLE: &str = "Find similar";
pub const FIND_DUPLICATES: &str = "Find duplicates…";
pub const FIND_DUPLICATES_TITLE: &str = "Duplicates";
pub const DUPLICATES_ARE: &str = "Copies that were saved anew, scaled or recoloured are found by \
their looks, crops and variants by their content. Nothing is changed before you decide.";
pub const SUBJECT_HINT: &str = "Drop a picture here, choose a file, or copy a picture and paste it \
(Ctrl+V). In the grid or on an open post, S brings you here.";
pub const EMBEDDINGS_ARE: &str = "Preparing a picture makes its embedding: numbers that \
say what is in it. Like pictures have like numbers.";
pub const RECALL_IS: &str = "Share of the true ten nearest that the index finds, measured on the \
pictures of this library";
pub const SIMILARITY_IS_OFF: &str = "Comparing by what is in the picture is switched off: \
it takes no memory, and no picture is prepared";
pub const STILL_ALIKE: &str = "Pictures are still compared by their looks and their tags";
pub const SWITCHING_OFF: &str = "Switched off, pictures are compared by looks and tags alone, and \
new ones are not prepared. That saves the memory of the index and of the helper process. \
What was prepared stays on disk.";

/// Bytes for reading: `640 B`, `12.3 KB`, `4.56 MB`, `1.20 GB` (powers of 1024).
pub fn bytes(bytes: u64) -> String {
    figures::size(bytes).to_string()
}

/// Megabytes with two decimals, for columns that people add up.
pub fn megabytes(bytes: i64) -> String {
    format!("{:.2}", bytes as f64 / (1024.0 * 1024.0))
}

/// `1,234,567`
pub fn count(number: u64) -> String {
    figures::count(number).to_string()
}

/// `1,234 posts`, `1 post`
pub fn counted(number: u64, singular: &str, plural: &str) -> String {
    let noun = if number == 1 { singular } else { plural };
    format!("{} {noun}", count(number))
}

/// `640 µs`, `2.4 ms`, `1.2 s`
pub fn elapsed(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..1_000_000 => format!("{:.1} ms", us as f64 / 1e3),
        _ => format!("{:.1} s", us as f64 / 1e6),
    }
}

/// `45 s`, `3 min`, `2 h 5 min`
pub fn time_left(secs: f64) -> String {
    if !secs.is_finite() || secs < 0.0 {
        return "a while".to_owned();
    }
    let secs = secs.ceil() as u64;
    match secs {
        0..90 => format!("{secs} s"),
        90..5_400 => format!("{} min", secs.div_ceil(60)),
        _ => format!("{} h {} min", secs / 3600, secs % 3600 / 60),
    }
}

/// Shortened in the middle to `max_chars`, so that both ends can be read.
pub fn middle(text: &str, max_chars: usize) -> Cow<'_, str> {
    let num_chars = text.chars().count();
    if num_chars <= max_chars || max_chars < 3 {
        return Cow::Borrowed(text);
    }
    let num_head = (max_chars - 1) / 2;
    let num_tail = max_chars - 1 - num_head;
    let head: String = text.chars().take(num_head).collect();
    let tail: String = text.chars().skip(num_chars - num_tail).collect();
    Cow::Owned(format!("{head}…{tail}"))
}

/// A date in UTC from seconds since 1970, `2024-05-01 13:20`; the number itself
/// where it is out of range.
pub fn date(secs: i64) -> String {
    match jiff::Timestamp::from_second(secs) {
        Ok(timestamp) => timestamp.strftime("%Y-%m-%d %H:%M").to_string(),
        Err(_) => secs.to_string(),
    }
}

/// The local time of day, `13:20`.
pub fn clock(time: std::time::SystemTime) -> String {
    jiff::Timestamp::try_from(time)
        .map(|it| {
            let local = it.to_zoned(jiff::tz::TimeZone::system());
            local.strftime("%H:%M").to_string()
        })
        .unwrap_or_default()
}

/// With a capital at its start.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_begin_with_a_capital() {
        assert_eq!(sentence("stays loaded"), "Stays loaded");
        assert_eq!(sentence("élan"), "Élan");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn bytes_keep_three_figures() {
        let cases = [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.00 KB"),
            (1_048_575, "1.00 MB"),
            (33_554_432, "32.0 MB"),
            (1 << 40, "1.00 TB"),
        ];
        for (number, text) in cases {
            assert_eq!(bytes(number), text);
        }
    }

    #[test]
    fn counts_are_grouped_by_three() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_000_000), "1,000,000");
        assert_eq!(counted(1, "post", "posts"), "1 post");
    }

    #[test]
    fn time_left_is_never_nonsense() {
        assert_eq!(time_left(f64::NAN), "a while");
        assert_eq!(time_left(0.2), "1 s");
        assert_eq!(time_left(7_500.0), "2 h 5 min");
    }

    #[test]
    fn the_middle_goes_first() {
        assert_eq!(middle("日本語のとても長い名前.png", 9), "日本語の….png");
        assert_eq!(middle("short", 9), "short");
    }
}
