//! What the settings page and the page of keys say, and the names of what can be set.

pub const KEYS_FREE: &str = "Keys… (F1) gives one of them another key";
pub const KEYS_WAY_OUT: &str = "It has no effect; Keys… (F1) sets keys";
pub const SETTINGS: &str = "Settings";
pub const SEARCH_SETTINGS: &str = "Search settings";
pub const SETTINGS_FILE: &str = "Kept in";
pub const READING_SETTINGS: &str = "Reading the settings…";
pub const NO_SETTING: &str = "No setting says that";
pub const READ_FILE_AGAIN: &str = "Read the file again";
pub const READ_FILE_IS: &str = "Uses what was changed in it by hand";
pub const COUNTS_AT_ONCE: &str = "takes effect at once";
pub const COUNTS_AT_NEXT_START: &str = "takes effect at the next start";
pub const COUNTS_AT_NEXT_INDEX: &str = "takes effect when an index is built next";
pub const GROUP_WINDOW: &str = "Window";
pub const GROUP_MEMORY: &str = "Memory and disk";
pub const GROUP_SIMILARITY: &str = "Similar pictures";
pub const GROUP_MODEL: &str = "Model";
pub const GROUP_WORKER: &str = "Helper process";
pub const KEYS: &str = "Keys";
pub const KEYS_ARE: &str = "Every command, where it means something, and its keys. \
A key can be added to any of them; × takes one away.";
pub const SEARCH_KEYS: &str = "Search commands and keys";
pub const ADD_KEY: &str = "Add key…";
pub const PRESS_KEY: &str = "Press the new key";
pub const TAKE_KEY: &str = "Use it here instead";
pub const RESET_ALL_KEYS: &str = "Reset all keys";
pub const KEY_IN_FILE: &str = "What it is called in settings.toml";
pub const DRAG_HINT: &str = "Drag, or click and type";
pub const KEYS_FIXED: &str = "Always";
/// Keys that move about in what has the focus; they can't be changed.
pub const FIXED_KEYS: [(&str, &str); 5] = [
    (
        "Tab, Shift+Tab",
        "To the next and the previous thing that can be used",
    ),
    (
        "Arrows, Page Up, Page Down, Home, End",
        "Move in a grid, a table or a list",
    ),
    ("Space, Enter", "Press the button that has the focus"),
    (
        "Alt+1 … Alt+9",
        "Open a post of the strip below an open one",
    ),
    ("Hold B", "Show the other of two pictures that flicker"),
];

// Titles of actions.
pub const ASK_SETTINGS: &str = "Settings…";
pub const ASK_KEYS: &str = "Keys…";
pub const EVERYTHING_LARGER: &str = "Everything larger";
pub const EVERYTHING_SMALLER: &str = "Everything smaller";
pub const EVERYTHING_AT_ITS_NORMAL_SIZE: &str = "Everything at its normal size";
pub const THEME_AS_THE_SYSTEM: &str = "Theme as the system";
pub const LIGHT: &str = "Light theme";
pub const DARK: &str = "Dark theme";
pub const HIGH_CONTRAST: &str = "High contrast, dark";
pub const HIGH_CONTRAST_LIGHT: &str = "High contrast, light";

/// What people call a setting; its own name where that is a new one.
pub fn setting_title(name: &'static str) -> &'static str {
    match name {
        "theme" => "Theme",
        "ui_scale" => "Size of everything",
        "keys" => "Keys",
        "sqlite_cache_mb" => "SQLite cache",
        "sqlite_mmap_mb" => "SQLite memory map",
        "thumbs_limit_mb" => "Thumbnails on disk",
        "picture_memory_mb" => "Memory for reading pictures",
        "texture_memory_mb" => "Memory for thumbnails",
        "tag_cache_held_mb" => "Tag cache kept in memory",
        "memory_budget_mb" => "Memory budget",
        "give_back_order" => "Order of giving back",
        "pinned" => "Pinned",
        "default_filter" => "Default filter",
        "semantic_similarity" => "Compare by content",
        "embed_after_import" => "Prepare new pictures for Find similar",
        "similarity_idle_secs" => "Unload the similarity index",
        "similarity_index" => "Similarity index",
        "model" => "Model",
        "model_path" => "Model path",
        "model_size" => "Model size",
        "model_layout" => "Model layout",
        "model_channels" => "Model channels",
        "model_mean" => "Model: mean of colours",
        "model_std" => "Model: deviation of colours",
        "model_ground" => "Model ground",
        "model_fit" => "Model fit",
        "model_output" => "Model output",
        "model_dimensions" => "Model dimensions",
        "onnx_runtime" => "ONNX runtime",
        "worker_memory_mb" => "Memory of the helper process",
        "worker_idle_secs" => "The helper process stays for",
        "worker_picture_secs" => "Time for a picture",
        "thumbnail_size" => "Thumbnail size",
        "badges" => "Badges on thumbnails",
        "hover_preview" => "Preview where the pointer rests",
        "wheel_zooms" => "The wheel zooms",
        "picture_background" => "Picture background",
        "slideshow_secs" => "Slideshow: time for a post",
        "slideshow_random" => "Slideshow: random order",
        "slideshow_loop" => "Slideshow: from the start again",
        "open_with" => "Open with",
        _ => name,
    }
}

/// What 0 means, where that is not so many of anything.
pub fn zero_title(name: &str) -> Option<&'static str> {
    match name {
        "memory_budget_mb" => Some("no limit"),
        "sqlite_mmap_mb" => Some("none"),
        "model_dimensions" => Some("any"),
        _ => None,
    }
}

/// What a setting means that says nothing.
pub fn empty_title(name: &str) -> &'static str {
    match name {
        "model_path" | "onnx_runtime" | "default_filter" => "none",
        "open_with" => "as the desktop says",
        _ if name.starts_with("model_") => "as the model says",
        _ => crate::app::text::NOTHING,
    }
}

/// What people call the values that a setting can have.
pub fn choice_title(choice: &str) -> &str {
    match choice {
        "" => "As the model says",
        "system" => "As the system",
        "auto" => "As fits",
        "light" => "Light",
        "dark" => "Dark",
        "high_contrast" => HIGH_CONTRAST,
        "high_contrast_light" => HIGH_CONTRAST_LIGHT,
        "flat" => "Flat",
        "half" => "Half",
        "bytes" => "Bytes",
        "packed" => "Packed",
        "stretch" => "Stretched",
        "pad" => "Padded",
        "crop" => "Its middle",
        "theme" => "As the theme",
        "black" => "Black",
        "white" => "White",
        "checkerboard" => "Checkerboard",
        "nchw" => "NCHW",
        "nhwc" => "NHWC",
        "rgb" => "Red, green, blue",
        "bgr" => "Blue, green, red",
        _ => choice,
    }
}

/// Of a button that makes a number smaller.
pub fn less(title: &str) -> String {
    format!("Less: {title}")
}

/// Of a button that makes a number larger.
pub fn more(title: &str) -> String {
    format!("More: {title}")
}

pub fn settings_not_kept(reason: &str) -> String {
    format!("What is set holds until Kobako is closed, and is not kept: {reason}")
}

pub fn reset_setting(title: &str) -> String {
    format!("Reset {title}")
}

pub fn default_is(value: &str) -> String {
    format!("default {value}")
}

pub fn from_to(least: &str, most: &str) -> String {
    format!("{least} to {most}")
}

pub fn costs(cost: &str) -> String {
    format!("Costs: {cost}")
}

pub fn remove_key(key: &str, title: &str) -> String {
    format!("Take {key} from “{title}”")
}

pub fn add_key(title: &str) -> String {
    format!("Add a key to “{title}”")
}

pub fn reset_keys(title: &str) -> String {
    format!("Reset the keys of “{title}”")
}

pub fn key_is_taken(key: &str, title: &str) -> String {
    format!("{key} starts “{title}”")
}
