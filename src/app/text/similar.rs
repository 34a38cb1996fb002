//! Fixed strings of what finds what is alike.

use crate::app::text;

pub const CLIPBOARD_UNREADABLE: &str = "The clipboard could not be read";
pub const CLIPBOARD_HAS_NO_PICTURE: &str = "There is no picture in the clipboard";
pub const CLIPBOARD_HAS_TEXT: &str =
    "There is text in the clipboard, and neither a picture nor the path of one";
pub const CLIPBOARD_PICTURE_DAMAGED: &str = "The picture in the clipboard is damaged";
pub const SIMILAR_POST: &str = "similar post";
pub const SIMILAR_POSTS: &str = "similar posts";
pub const ONE_BIT_DIFFERS: &str = "1 of 64 bits differs";
pub const BLENDED: &str = "Everything";
pub const ALL_THREE_WEIGHTED: &str = "All three, weighted";
pub const SEMANTIC: &str = "Content";
pub const SEMANTIC_EXPLAINED: &str = "What is in the picture, as a model sees it (its embedding)";
pub const VISUAL: &str = "Looks";
pub const VISUAL_EXPLAINED: &str =
    "The same picture, if scaled or saved again (its perceptual hash)";
pub const TAGS: &str = "Tags";
pub const TAGS_IN_COMMON: &str = "Tags in common";
pub const STRIP_BELOW_A_POST: &str = "Strip below an open post";
pub const OPEN: &str = "Open";
pub const SHOW_IT_LARGE: &str = "Show it large";
pub const CHOOSE_FILE: &str = "Choose file…";
pub const PASTE_PICTURE: &str = "Paste picture";
pub const READING_THE_CLIPBOARD: &str = "Reading the clipboard…";
pub const ALIKE_BY: &str = "Alike by";
pub const RESET: &str = "Reset";
pub const RESET_WEIGHTS: &str = "Reset weights";
pub const WEIGHT: &str = "Weight";
pub const COUNTS_FROM: &str = "Counts from";
pub const WEIGHT_OF_SEMANTIC: &str = "Weight of content";
pub const LEAST_COSINE: &str = "Least likeness of content";
pub const WEIGHT_OF_VISUAL: &str = "Weight of looks";
pub const MOST_BITS_THAT_DIFFER: &str = "Most bits that differ";
pub const WEIGHT_OF_TAGS: &str = "Weight of tags";
pub const LEAST_LIKENESS_OF_TAGS: &str = "Least likeness of tags";
/// After a number on a slider.
pub const BITS_SUFFIX: &str = " bits";
pub const WEIGHTED: &str = "Weighted";
pub const RARE_TAGS_AND_CHARACTERS: &str = "Rare tags and characters weigh more";
pub const GENERAL_TAGS_ONLY: &str = "General tags only";
pub const GENERAL_TAGS_EXPLAINED: &str = "Weighted, of the general tags of what is looked for";
pub const JACCARD: &str = "Jaccard";
pub const JACCARD_EXPLAINED: &str = "Tags in common, of the tags of both";
pub const ONLY_IN_THE_SEARCH: &str = "Only in the search";
pub const ONLY_IN_THE_SEARCH_EXPLAINED: &str = "Only posts that the search finds";
pub const SEARCH_FOR_SOMETHING_FIRST: &str = "Search for something first";
pub const NO_FILE_DIALOG: &str = "The desktop has no file dialog (xdg-desktop-portal or zenity): drop the \
                     picture here instead, or copy it and paste";
pub const MENU_IS: &str = "Find pictures like one, or those that are there twice";
pub const BACK: &str = "Back";
pub const OPTIONS: &str = "Options";
pub const OPTIONS_ARE: &str = "The picture, what “alike” means, and where to look";
pub const ESC: &str = "Esc";
pub const NOTHING_CAN_BE_COMPARED: &str = "Nothing can be compared";
pub const TRY_AGAIN: &str = "Try again";
pub const NOTHING_SIMILAR_WAS_FOUND: &str = "Nothing similar was found";
pub const COMPARE_IN_ANOTHER_WAY: &str =
    "Another way to compare may find something, or lower thresholds";
pub const DROP_A_PICTURE_HERE: &str = "Drop a picture here";
pub const DROPPED_FILE_STAYS: &str = "Its file is read and compared, and stays where it is";
pub const REMEMBERED_FROM_BEFORE: &str = "remembered from before the library changed";
pub const OPEN_IT: &str = "Open it";
pub const NO_PICTURES_TO_EMBED: &str = "No pictures to prepare";
pub const NO_INDEX_OF_NOTHING: &str = "No picture is prepared, so there is no index";
pub const INDEX_NOT_BUILT_YET: &str = "Not built yet: that happens on first use";
pub const PAUSED: &str = "paused";
pub const BUILDING: &str = "Building…";
pub const NOT_LOADED: &str = "Not loaded";
pub const LOADING: &str = "Loading…";
pub const LOADED: &str = "Loaded";
pub const WORKER_EXPLAINED: &str =
    "The helper process is not running: it starts when pictures are prepared";
pub const RESUME_EMBEDDING: &str = "Resume preparing";
pub const PAUSE_EMBEDDING: &str = "Pause preparing";
pub const CANCEL_EMBEDDING: &str = "Cancel preparing";
/// In a sentence.
const FIND_SIMILAR_INLINE: &str = "Find similar";
pub const EMBEDDINGS: &str = "What is in your pictures";
pub const FAILED_PICTURE: &str = "failed picture";
pub const FAILED_PICTURES: &str = "failed pictures";
pub const DETAILS: &str = "Details";
pub const INDEX: &str = "Index";
pub const ASK_OFF: &str = "Switch off…";
pub const BUILD_INDEX: &str = "Build index";
pub const LOAD_INDEX: &str = "Load index";
pub const REBUILD_INDEX: &str = "Rebuild index";
pub const UNLOAD_INDEX: &str = "Unload index";
pub const SWITCH_ON: &str = "Switch on";
pub const CONFIRM_OFF: &str = "Switch off";
pub const KEEP_IT_ON: &str = "Keep it on";
pub const SIMILAR_POSTS_TITLE: &str = "Similar posts";
pub const HIDE: &str = "Hide";
pub const HIDE_SIMILAR: &str = "Hide similar";
pub const REMEMBERED_BEING_FOUND_AGAIN: &str = "remembered, being found again";
pub const LIBRARY_CHANGED_SINCE: &str = "Pictures were added or removed since this was found";
pub const NO_PREVIEW: &str = "No preview";
pub const PICTURE_FROM_THE_CLIPBOARD: &str = "Picture from the clipboard";
pub const REMEMBERED: &str = "remembered";

// Titles of actions.
pub const FIND_WHAT_IS_LIKE_THIS: &str = "Find what is like this";
pub const FIND_SIMILAR: &str = "Find similar…";
pub const STRIP_OF_SIMILAR_POSTS: &str = "Strip of similar posts";
pub const BACK_TO_THE_POST_BEFORE: &str = "Back to the post before";
pub const CHOOSE_A_PICTURE_TO_COMPARE: &str = "Choose a picture to compare…";
pub const COMPARE_THE_PICTURE_IN_THE_CLIPBOARD: &str = "Compare the picture in the clipboard";
pub const ONLY_POSTS_OF_THE_SEARCH: &str = "Only posts of the search";
pub const COMPARE_BY_EVERYTHING: &str = "Compare by everything";
pub const COMPARE_BY_WHAT_IS_IN_THE_PICTURE: &str = "Compare by what is in the picture";
pub const COMPARE_BY_LOOKS: &str = "Compare by looks";
pub const COMPARE_BY_TAGS: &str = "Compare by tags";

pub fn clipboard_cant_be_reached(err: &str) -> String {
    format!("The clipboard can't be reached: {err}")
}

pub fn clipboard_cant_be_read(err: &str) -> String {
    format!("The clipboard can't be read: {err}")
}

pub fn picture_cant_be_read(reason: &str) -> String {
    format!("The picture in the clipboard can't be read: {reason}")
}

pub fn found(num: u64) -> String {
    text::counted(num, SIMILAR_POST, SIMILAR_POSTS)
}

/// `12 similar posts in 2.1 ms`
pub fn found_in(num: u64, elapsed: &str) -> String {
    format!("{} in {elapsed}", found(num))
}

pub fn found_and_loaded(num: u64, elapsed: &str, loaded: &str) -> String {
    format!(
        "{} in {elapsed}, the index was loaded in {loaded}",
        found(num)
    )
}

pub fn score(score: f32) -> String {
    format!("score {score:.3}")
}

pub fn cosine(cosine: f32) -> String {
    format!("cosine {cosine:.3}")
}

pub fn bits_differ(bits: u32) -> String {
    if bits == 1 {
        ONE_BIT_DIFFERS.to_owned()
    } else {
        format!("{bits} of 64 bits differ")
    }
}

pub fn tags_alike(share: f32) -> String {
    format!("tags {share:.3}")
}

pub fn dialog_cant_open(err: &str) -> String {
    format!("The file dialog could not be opened: {err}; drop the picture here instead")
}

pub fn embedding_stopped(reason: &str) -> String {
    format!("Preparing pictures for {FIND_SIMILAR_INLINE} stopped: {reason}")
}

pub fn could_not_be_embedded(num: u64) -> String {
    let pictures = text::counted(num, "picture", "pictures");
    format!("{pictures} could not be prepared for {FIND_SIMILAR_INLINE}")
}

pub fn compared_with(subject: &str) -> String {
    format!("Compared with: {subject}")
}

pub fn same_file(post: &str) -> String {
    format!("This very file is in the library, as post {post}")
}

pub fn post(id: &str) -> String {
    format!("Post {id}")
}

pub fn no_preview(name: &str, reason: &str) -> String {
    format!("{name}, no preview: {reason}")
}

/// In the strip: how long it took.
pub fn took(elapsed: &str) -> String {
    format!("in {elapsed}")
}

/// A cell of the strip, for screen readers.
pub fn cell(name: &str, score: &str) -> String {
    format!("Similar: {name}, score {score}")
}

pub fn cell_hint(name: &str, measures: &str) -> String {
    format!("{name}\n{measures}")
}

pub fn cell_hint_with_key(name: &str, measures: &str, number: usize) -> String {
    format!("{name}\n{measures}\nAlt+{number}")
}

// How far embedding and the index are.

pub fn done_of(num_done: u64, num_total: u64) -> String {
    format!(
        "{} of {} prepared for {FIND_SIMILAR_INLINE}",
        text::count(num_done),
        text::count(num_total)
    )
}

pub fn a_second(pictures_per_sec: f64) -> String {
    if pictures_per_sec >= 9.5 {
        format!("{pictures_per_sec:.0} a second")
    } else {
        format!("{pictures_per_sec:.1} a second")
    }
}

pub fn time_left(secs_left: f64) -> String {
    format!("{} left", text::time_left(secs_left))
}

pub fn failed(num: u64) -> String {
    format!("{} failed", text::count(num))
}

/// All that could be embedded is.
pub fn all_ready(num: u64) -> String {
    format!("Ready: {}", text::counted(num, "picture", "pictures"))
}

pub fn ready_of(num: u64, num_pictures: u64) -> String {
    let pictures = text::counted(num_pictures, "picture", "pictures");
    format!("Ready: {} of {pictures}", text::count(num))
}

/// After [`all_ready`] and [`ready_of`].
pub fn cant_be(num: u64) -> String {
    format!(", {} can't be", text::count(num))
}

pub fn vectors(num: u64) -> String {
    text::counted(num, "vector", "vectors")
}

pub fn on_disk(bytes: u64) -> String {
    format!("{} on disk", text::bytes(bytes))
}

pub fn recall(recall: f32) -> String {
    format!("recall {recall:.2} (measured)")
}

pub fn worker(pid: u32, rss_bytes: u64) -> String {
    format!("Helper process {pid} · {}", text::bytes(rss_bytes))
}

pub fn model(model: &str, dimensions: u32) -> String {
    format!("{model}, {dimensions} values each")
}

pub fn try_again(num_failed: u64) -> String {
    let failed = text::counted(num_failed, FAILED_PICTURE, FAILED_PICTURES);
    format!("Try {failed} again")
}

pub fn cant_be_stored(reason: &str) -> String {
    format!("What was prepared can't be stored: {reason}")
}

pub fn embed(num: u64) -> String {
    format!("Prepare {}", text::counted(num, "picture", "pictures"))
}

/// The way out where embedding stopped; `page` is the page's name with its key.
pub fn says_what_is_missing(page: &str) -> String {
    format!("{page} says what is missing, and starts it again")
}

/// The way out where pictures could not be embedded.
pub fn tries_them_again(page: &str) -> String {
    format!("{page} tries them again")
}
