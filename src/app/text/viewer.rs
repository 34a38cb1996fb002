//! What an open post says, and what looks at two of them.

use crate::app::text;

pub const FILE_IS_MISSING: &str = "The file is missing";
/// In the place of the picture.
pub const PUT_IT_BACK: &str =
    "The file is missing: put it back where it was, or say where its folder is now";
pub const BACK: &str = "Back";
pub const PREVIOUS: &str = "Previous";
pub const NEXT: &str = "Next";
pub const MORE: &str = "More";
pub const MORE_ABOUT_THIS_POST: &str = "More about this post";
pub const REAL_SIZE_PERCENT: &str = "Real size (100 %)";
pub const GO_ON_WITH_SLIDESHOW: &str = "Go on with the slideshow";
pub const PAUSE_SLIDESHOW: &str = "Pause the slideshow";
pub const SHARPENING: &str = "Sharpening…";
pub const COPYING: &str = "Copying…";
pub const LOADING: &str = "Loading…";
pub const PAUSE: &str = "Pause";
pub const PLAY: &str = "Play";
pub const HIDE_INFORMATION: &str = "Hide information";
pub const SHOW_THE_OTHER: &str = "Show the other";
pub const SPACE_OR_HOLD_B: &str = "Space; or hold B";
pub const LESS_SHARP_FOR_BUDGET: &str = "shown less sharp to keep the memory budget";
pub const SMALLER_FOR_BUDGET: &str = "shown smaller to keep the memory budget";
pub const IS_SHOWN_SMALLER: &str = "the open picture is shown smaller";
pub const ANIMATION: &str = "Animation";
pub const ESC: &str = "Esc";

// Its menus.
pub const VIEW: &str = "View";
pub const FAVORITE: &str = "Favourite";
pub const RATING: &str = "Rating";
pub const TAKE_THE_RATING_AWAY: &str = "Take the rating away";
pub const COPY: &str = "Copy";
pub const PICTURE: &str = "Picture";
pub const PATH: &str = "Path";
pub const MD5: &str = "MD5";
pub const ROTATE_RIGHT: &str = "Rotate right";
pub const ROTATE_LEFT: &str = "Rotate left";
pub const MIRROR: &str = "Mirror";
pub const FLIP_UPSIDE_DOWN: &str = "Flip upside down";
pub const BACKGROUND: &str = "Background";
pub const AS_THE_THEME: &str = "As the theme";
pub const BLACK: &str = "Black";
pub const WHITE: &str = "White";
pub const CHECKERBOARD: &str = "Checkerboard";
pub const START: &str = "Start";
pub const END: &str = "End";
pub const IN_RANDOM_ORDER: &str = "In random order";
pub const FROM_THE_START_AGAIN: &str = "From the start again";

// What is known about it.
pub const TAGS: &str = "Tags";
pub const NO_TAGS: &str = "No tags";
pub const POST: &str = "Post";
pub const FILE: &str = "File";
pub const SIZE: &str = "Size";
pub const FORMAT: &str = "Format";
pub const FILE_SIZE: &str = "File size";
pub const SCORE: &str = "Score";
pub const FAVORITES: &str = "Favourites";
pub const MADE: &str = "Made";
pub const MODIFIED: &str = "Modified";
pub const IMPORTED: &str = "Imported";
pub const SOURCE: &str = "Source";
pub const SOURCE_POST: &str = "Source post";
pub const PERCEPTUAL_HASH: &str = "Perceptual hash";
pub const COLOR_HASH: &str = "Colour hash";
pub const COPY_MD5: &str = "Copy MD5";
pub const COPY_PERCEPTUAL_HASH: &str = "Copy perceptual hash";
pub const COPY_COLOR_HASH: &str = "Copy colour hash";
pub const COPY_PATH: &str = "Copy path";
pub const COPY_SOURCE: &str = "Copy source";
pub const COPY_SOURCE_POST: &str = "Copy source post";
pub const NO_FILE: &str = "none";
pub const YES: &str = "yes";
pub const NO_RATING: &str = "none";

// Titles of actions.
pub const FIT_THE_WINDOW: &str = "Fit the window";
pub const FIT_THE_WIDTH: &str = "Fit the width";
pub const REAL_SIZE: &str = "Real size";
pub const REAL_SIZE_AND_BACK: &str = "Real size and back";
pub const ZOOM_IN: &str = "Zoom in";
pub const ZOOM_OUT: &str = "Zoom out";
pub const LEFT_PAN_OR_THE_PREVIOUS_POST: &str = "Left: pan, or the previous post";
pub const RIGHT_PAN_OR_THE_NEXT_POST: &str = "Right: pan, or the next post";
pub const PAN_UP: &str = "Pan up";
pub const PAN_DOWN: &str = "Pan down";
pub const ROTATE_THE_VIEW_RIGHT: &str = "Rotate the view right";
pub const ROTATE_THE_VIEW_LEFT: &str = "Rotate the view left";
pub const MIRROR_THE_VIEW: &str = "Mirror the view";
pub const FLIP_THE_VIEW_UPSIDE_DOWN: &str = "Flip the view upside down";
pub const RESET_THE_VIEW: &str = "Reset the view";
pub const NEXT_BACKGROUND: &str = "Next background";
pub const SHOW_INFORMATION: &str = "Show information";
pub const FULLSCREEN: &str = "Fullscreen";
pub const PAUSE_OR_GO_ON: &str = "Pause or go on";
pub const NEXT_FRAME: &str = "Next frame";
pub const PREVIOUS_FRAME: &str = "Previous frame";
pub const PLAY_FASTER: &str = "Play faster";
pub const PLAY_SLOWER: &str = "Play slower";
pub const SLIDESHOW: &str = "Slideshow";
pub const COMPARE_THE_TWO_SELECTED: &str = "Compare the two selected";
pub const COMPARE_WITH_THE_PREVIOUS_POST: &str = "Compare with the previous post";
pub const SHOW_IN_FILE_MANAGER: &str = "Show in file manager";
pub const OPEN_WITH_ANOTHER_PROGRAM: &str = "Open with another program";
pub const COPY_PICTURE: &str = "Copy picture";
pub const SEND_TO_TRASH: &str = "Send to trash…";

/// `3 of 1,234`
pub fn place(number: u64, num_posts: u64) -> String {
    format!("{} of {}", text::count(number), text::count(num_posts))
}

/// Of a post that is in no list that is shown.
pub fn post(id: &str) -> String {
    format!("Post {id}")
}

pub fn back_to_post(id: &str) -> String {
    format!("Back to post {id}")
}

pub fn zoom(percent: &str) -> String {
    format!("Zoom: {percent}")
}

pub fn slideshow_keys(pause: &str, end: &str) -> String {
    format!("{pause} pauses, {end} ends")
}

pub fn secs_each(secs: u64) -> String {
    format!("{secs} s each")
}

/// In a menu of ratings.
pub fn rate(rating: &str) -> String {
    format!("Rate {rating}")
}

/// `PNG, animated`
pub fn animated(format: &str) -> String {
    format!("{format}, animated")
}

/// Of a button that copies what stands below it, for screen readers.
pub fn copy_value(copy: &str, value: &str) -> String {
    format!("{copy} {value}")
}

pub fn thread_cant_start(err: &str) -> String {
    format!("no thread can be started: {err}")
}

pub fn cant_be_copied(reason: &str) -> String {
    format!("The picture can't be copied: {reason}")
}

pub fn less_sharp(problem: &str) -> String {
    format!("shown less sharp: {problem}")
}

// The picture, for screen readers.

pub fn picture(post: &str) -> String {
    format!("Picture of post {post}")
}

pub fn picture_at(post: &str, percent: &str) -> String {
    format!("Picture of post {post}, {percent}")
}

pub fn picture_loading(post: &str) -> String {
    format!("Picture of post {post}, loading")
}

pub fn picture_failed(post: &str, reason: &str) -> String {
    format!("Picture of post {post}: {reason}")
}

/// A post that has no file to be called by, in a sentence.
pub fn post_in_sentence(id: &str) -> String {
    format!("post {id}")
}

/// `Frame 3 of 12`
pub fn frame_of(number: u32, num: u32) -> String {
    format!("Frame {number} of {num}")
}

pub fn frame(number: u32) -> String {
    format!("Frame {number}")
}

/// `Frame 3, 2 ×`
pub fn at_speed(frame: &str, speed: f32) -> String {
    format!("{frame}, {speed} ×")
}
