//! What is said in grids, of what is selected in them, and below them.

use super::{bytes, count, counted};
use crate::model::Rating;

pub const UNDO: &str = "Undo";
pub const REDO: &str = "Redo";
pub const SELECT_ALL: &str = "Select all";
pub const INVERT_SELECTION: &str = "Invert selection";
pub const SELECT_NOTHING: &str = "Select nothing";
pub const LARGER_THUMBNAILS: &str = "Larger thumbnails";
pub const SMALLER_THUMBNAILS: &str = "Smaller thumbnails";
pub const BADGES: &str = "Badges on thumbnails";
pub const HOVER_PREVIEW: &str = "Preview where the pointer rests";
pub const PREVIEW_OF_SELECTED: &str = "Preview of the selected post";
pub const GO_TO_NUMBER: &str = "Go to number…";
pub const MENU_OF_SELECTION: &str = "Menu of the selection";
pub const OPEN: &str = "Open";
pub const FAVOURITE: &str = "Favourite";
pub const RATING: &str = "Rating";
pub const RATE_GENERAL: &str = "Rate general";
pub const RATE_SENSITIVE: &str = "Rate sensitive";
pub const RATE_QUESTIONABLE: &str = "Rate questionable";
pub const RATE_EXPLICIT: &str = "Rate explicit";
pub const UNRATE: &str = "Take the rating away";
pub const COPY: &str = "Copy";
pub const COPY_PATH: &str = "Copy path";
pub const COPY_PATHS: &str = "Copy paths";
pub const COPY_MD5: &str = "Copy MD5";
pub const COPY_MD5S: &str = "Copy MD5s";
pub const COPY_TAGS: &str = "Copy tags";
pub const COPY_TAGS_OF_EACH: &str = "Copy tags of each";
pub const REMOVE: &str = "Take out of the library";
pub const SEND_TO_TRASH: &str = "Send to trash…";
pub const CONFIRM_TRASH: &str = "Send to trash";
pub const TRASH_IS: &str = "The posts leave the library with their files; both come back by Undo";
pub const KEEP_FILES: &str = "Keep";
pub const KEEP_FILES_KEY: &str = "Esc";
pub const GO_TO: &str = "Go to";
pub const NUMBER: &str = "number";
pub const NUMBER_TO_GO_TO: &str = "Number to go to";
pub const THUMBNAIL_SIZE: &str = "Thumbnail size";
pub const NO_PREVIEW: &str = "No preview";
pub const SCROLL_POSITION: &str = "Scroll position";

/// Letters that stand for the ratings on thumbnails, as boorus have them.
pub const GENERAL_LETTER: &str = "G";
pub const SENSITIVE_LETTER: &str = "S";
pub const QUESTIONABLE_LETTER: &str = "Q";
pub const EXPLICIT_LETTER: &str = "E";

/// `Results, 42 posts`: the whole list for screen readers.
pub fn results(num_posts: u64) -> String {
    format!("Results, {}", counted(num_posts, "post", "posts"))
}

pub fn paths_copied(num: u64) -> String {
    format!("{} copied", counted(num, "path", "paths"))
}

pub fn md5s_copied(num: u64) -> String {
    format!("{} copied", counted(num, "MD5", "MD5s"))
}

pub fn tags_copied(num: u64) -> String {
    format!("{} copied", counted(num, "line of tags", "lines of tags"))
}

pub fn of_the_first(num: u64) -> String {
    format!("Of the first {}", count(num))
}

pub fn selected(num: u64) -> String {
    format!("{} selected", count(num))
}

/// `4 selected, 8.95 MB`
pub fn selected_bytes(num: u64, num_bytes: u64) -> String {
    format!("{} selected, {}", count(num), bytes(num_bytes))
}

/// Of a list: `42 of 13,511`.
pub fn place(number: u64, len: u64) -> String {
    format!("{} of {}", count(number), count(len))
}

/// Behind the number to go to: `of 13,511`.
pub fn of(len: u64) -> String {
    format!("of {}", count(len))
}

pub fn thumbnail_size_is(points: u32) -> String {
    format!("Thumbnail size: {points} points (also by Ctrl and the wheel)")
}

pub fn post(post: impl std::fmt::Display) -> String {
    format!("Post {post}")
}

/// In the place of a post whose number has not come.
pub fn result(number: usize) -> String {
    format!("Result {number}")
}

pub fn no_preview(name: &str, reason: &str) -> String {
    format!("{name}, no preview: {reason}")
}

/// A cell's name with how alike it is.
pub fn with_score(name: &str, score: &str) -> String {
    format!("{name}, score {score}")
}

pub fn with_favourite(name: &str) -> String {
    format!("{name}, favourite")
}

pub fn with_rating(name: &str, rating: Rating) -> String {
    format!("{name}, {}", rated(rating))
}

pub fn with_animated(name: &str) -> String {
    format!("{name}, animated")
}

pub fn with_file_missing(name: &str) -> String {
    format!("{name}, file missing")
}

pub fn preview_of(name: &str) -> String {
    format!("Preview of {name}")
}

/// `cat, dog and 12 more`
pub fn and_more(tags: &str, num: u64) -> String {
    format!("{tags} and {} more", count(num))
}

pub fn dimensions(width: u32, height: u32) -> String {
    format!("{width} × {height}")
}

pub fn animated(format: &str) -> String {
    format!("{format}, animated")
}

pub fn rated(rating: Rating) -> String {
    format!("rated {}", rating.name())
}

pub const NO_FILE: &str = "no file";

/// Of two posts at least.
pub fn ask_trash(num_posts: u64) -> String {
    format!("Send the files of {} posts to the trash?", count(num_posts))
}

pub fn ask_trash_of(name: &str) -> String {
    format!("Send “{name}” to the trash?")
}

pub fn rate(rating: Rating) -> &'static str {
    match rating {
        Rating::General => RATE_GENERAL,
        Rating::Sensitive => RATE_SENSITIVE,
        Rating::Questionable => RATE_QUESTIONABLE,
        Rating::Explicit => RATE_EXPLICIT,
    }
}

/// What a selection holds in memory.
pub fn selection_is(num: u64) -> String {
    format!("bitmaps and ranges of {} selected places", count(num))
}
