//! What menus, keys and the palette say of actions, and the titles of the window's own.

// Why a command can't be carried out now.
pub const NOT_NOW: &str = "not now";
pub const NOT_OPEN_YET: &str = "the library is not open";
pub const READ_ONLY: &str = "the library can't be changed";
pub const SHOW_POSTS_FIRST: &str = "show posts first";
pub const OPEN_A_POST_FIRST: &str = "open a post first";
pub const SELECT_A_POST_FIRST: &str = "select a post first";
pub const SELECT_TWO_FIRST: &str = "select two posts first";
pub const ON_PAGE_OF_SIMILAR: &str = "on the page Find similar";
pub const ON_PAGE_OF_DUPLICATES: &str = "on the page Find duplicates";
pub const COMPARE_A_GROUP_FIRST: &str = "choose a group first";
pub const NO_FILE_FAILED: &str = "no file failed";
pub const TYPE_A_SEARCH_FIRST: &str = "type a search first";
pub const NOTHING_IS_OPEN: &str = "nothing is open";
pub const NO_FURTHER_POST: &str = "there is no further post";
pub const SHOWN_ALREADY: &str = "shown already";
pub const NO_SEARCH_THERE: &str = "no search to go to";
pub const NO_TAB_WAS_CLOSED: &str = "no tab was closed";
pub const NO_SUCH_TAB: &str = "there is no such tab";
pub const NOTHING_TO_UNDO: &str = "nothing to undo";
pub const NOTHING_TO_REDO: &str = "nothing to redo";
pub const NO_POSTS_SHOWN: &str = "no posts are shown";

pub const IMPORT_PICTURES: &str = "Import pictures…";
pub const SHOW_FILES_THAT_FAILED: &str = "Show files that failed…";
pub const IMPORT_FAILED_FILES_AGAIN: &str = "Import failed files again";
pub const ALL_COMMANDS: &str = "All commands…";
pub const OPEN_THE_MENU: &str = "Open the menu";
pub const QUIT: &str = "Quit";
pub const TYPE_A_SEARCH: &str = "Type a search";
pub const SHOW_EVERYTHING: &str = "Show everything";
pub const SEARCH_AGAIN: &str = "Search again";
pub const SAVE_THIS_SEARCH: &str = "Save this search…";
pub const FORGET_RECENT_SEARCHES: &str = "Forget recent searches";
pub const SHOW_THE_SEARCH: &str = "Show the search";
pub const CLOSE_WHAT_IS_OPEN: &str = "Close what is open";
pub const OPEN: &str = "Open";
pub const NEXT_POST: &str = "Next post";
pub const PREVIOUS_POST: &str = "Previous post";
pub const CLOSE_THE_POST: &str = "Close the post";
pub const GIVE_MEMORY_BACK_NOW: &str = "Give memory back now";

pub fn cant_be_used(id: &str, err: &str) -> String {
    format!("A key of “{id}” can't be used: {err}")
}

pub fn keys_of_nothing(id: &str) -> String {
    format!("The settings have keys of “{id}”, which nothing is")
}

/// A key that two actions have; the first is started where both could be.
pub fn one_key(key: &str, wins: &str, loses: &str) -> String {
    format!("{key} is the key of “{wins}” and of “{loses}”, and does “{wins}”")
}

pub fn no_key(name: &str) -> String {
    format!("“{name}” is no key; keys are written like Ctrl+Shift+P, F12, Left or /")
}

pub fn no_modifier(name: &str) -> String {
    format!("“{name}” is no key that is held; those are Ctrl, Alt and Shift")
}

/// What a button says on hover, with the key that does the same.
pub fn with_key(said: &str, key: &str) -> String {
    if key.is_empty() {
        said.to_owned()
    } else {
        format!("{said} ({key})")
    }
}
