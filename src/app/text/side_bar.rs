//! What is said in the side bar, of folders that change, and of tags.

use std::path::Path;

use super::{count, counted};

pub const SIDE_BAR: &str = "Side bar";
pub const SIDE_BAR_IS: &str = "Folders, tags and saved searches";
pub const SAVED_SEARCHES: &str = "Saved searches";
pub const FOLDERS: &str = "Folders";
pub const SECTION_OF_SEARCHES: &str = "Section of saved searches";
pub const SECTION_OF_FOLDERS: &str = "Section of folders";
pub const SECTION_OF_TAGS: &str = "Section of tags";

pub const TAGS_OF_RESULT: &str = "Tags of these posts";
pub const TAGS_OF_ONE: &str = "Tags of the selected post";
pub const NO_TAGS: &str = "None of these posts has a tag";
pub const NO_TAGS_OF_ONE: &str = "The selected post has no tags";
pub const NO_TAGS_OF_SELECTED: &str = "None of the selected posts has a tag";
pub const NO_TAGS_IN_LIBRARY: &str = "No post of this library has a tag. Tags come with what is \
imported: from files that downloaders write beside pictures, and from other programs' libraries";
pub const NO_POSTS_YET: &str = "There are no posts yet";
pub const NO_POSTS: &str = "Nothing is shown that could have tags";
pub const COUNTING: &str = "Counting…";
pub const MORE_TAGS: &str = "More tags";

pub const LOADING: &str = "Loading…";
pub const NO_FOLDERS: &str = "No folder has been imported";
pub const FOLDER_MISSING: &str = "Can't be found: moved, or on a disk that is not there";
pub const FOLDER_IN_PART: &str = "Only some of its files were imported";
pub const FOLDER_LEFT_OUT: &str = "Left out of imports";
pub const LEFT_OUT: &str = "left out";
pub const MISSING: &str = "missing";

pub const IMPORT_AGAIN: &str = "Import it again";
pub const SHOW_POSTS: &str = "Show its posts";
pub const SHOW_IN_NEW_TAB: &str = "Show in a new tab";
pub const ADD_TO_SEARCH: &str = "Add to the search";
pub const EXCLUDE_FROM_SEARCH: &str = "Exclude from the search";
pub const RESCAN: &str = "Look for new and changed files";
pub const WAS_MOVED: &str = "It was moved…";
pub const TAKE_OUT: &str = "Take out of the library…";
pub const LEAVE_OUT: &str = "Leave out from now on…";
pub const COPY_PATH: &str = "Copy path";

pub const RENAME: &str = "Rename…";
pub const MOVE_UP: &str = "Move up";
pub const MOVE_DOWN: &str = "Move down";
pub const REMOVE: &str = "Remove";

pub const CHOOSE_A_FOLDER: &str = "Choose a folder";
pub const TYPE_THE_PATH: &str = "Type the path instead";
pub const NO_FOLDER_DIALOG: &str =
    "The desktop has no folder dialog (xdg-desktop-portal or zenity)";
pub const KEEP_POSTS: &str = "Keep the posts";
pub const KEEP_POSTS_IS: &str =
    "Posts of these files stay with their tags and ratings, and count as missing";
pub const REMOVE_POSTS: &str = "Remove the posts";
pub const REMOVE_POSTS_IS: &str =
    "Posts that have no other file leave the library, with what you said about them";
pub const CANCEL: &str = "Cancel";
pub const WHICH_LIBRARY: &str = "Folder of the library, or an empty one for a new library";
pub const OPEN_LIBRARY: &str = "Open this library";
pub const PATH_OF_LIBRARY: &str = "Path of the library";
pub const NEW_PATH: &str = "New path of the folder";
pub const USE_FOLDER: &str = "Use this folder";
pub const NOTHING_CHANGES_BEFORE: &str =
    "Kobako looks whether the files are there before it changes anything";
pub const PATH_OF_FOLDER: &str = "Path of the folder";
pub const CHOOSE: &str = "Choose…";
pub const STOP: &str = "Stop";

pub const ARTIST: &str = "Artist";
pub const COPYRIGHT: &str = "Copyright";
pub const CHARACTER: &str = "Character";
pub const SPECIES: &str = "Species";
pub const GENERAL: &str = "General";
pub const META: &str = "Meta";
pub const OTHER: &str = "Other";

pub fn tags_of_selected(num_posts: u64) -> String {
    format!("Tags of {} selected posts", count(num_posts))
}

pub fn excluded_folder(path: &str) -> String {
    format!("Excluded folder {path}")
}

/// For screen readers: `Folder /pictures, 42 posts`.
pub fn folder(path: &str, num_posts: u64) -> String {
    format!("Folder {path}, {}", posts(num_posts))
}

pub fn posts(num: u64) -> String {
    counted(num, "post", "posts")
}

pub fn files(num: u64) -> String {
    counted(num, "file", "files")
}

pub fn open_folder(path: &str) -> String {
    format!("Open {path}")
}

pub fn close_folder(path: &str) -> String {
    format!("Close {path}")
}

pub fn saved_search(name: &str) -> String {
    format!("Saved search {name}")
}

pub fn ask_take_out(path: &str) -> String {
    format!("Take {path} out of the library? Its files stay as they are.")
}

pub fn ask_leave_out(path: &str) -> String {
    format!("Leave {path} out from now on? Its files stay as they are.")
}

pub fn where_is(path: &str) -> String {
    format!("Where is {path} now?")
}

pub fn dialog_failed(err: impl std::fmt::Display) -> String {
    format!("The folder dialog could not be opened: {err}")
}

pub fn taking_out(folder: &Path) -> String {
    format!("Taking out {}", folder.display())
}

pub fn excluding(folder: &Path) -> String {
    format!("Leaving out {}", folder.display())
}

pub fn including(folder: &Path) -> String {
    format!("Including {}", folder.display())
}

pub fn looking_into(folder: &Path) -> String {
    format!("Looking into {}", folder.display())
}

/// How far a change is: `120 of 1,234`.
pub fn done_of(num_done: u64, num_all: u64) -> String {
    format!("{} of {}", count(num_done), count(num_all))
}

pub fn add_tag(name: &str) -> String {
    format!("Add {name}")
}

pub fn exclude_tag(name: &str) -> String {
    format!("Exclude {name}")
}

pub fn search_tag(name: &str) -> String {
    format!("Search {name}")
}

/// `query` is empty where everything is shown.
pub fn add_tag_to(query: &str) -> String {
    if query.is_empty() {
        return ADD_TO_SEARCH.to_owned();
    }
    format!("Add to the search “{query}”")
}

pub fn exclude_tag_from(query: &str) -> String {
    if query.is_empty() {
        return EXCLUDE_FROM_SEARCH.to_owned();
    }
    format!("Exclude from the search “{query}”")
}
