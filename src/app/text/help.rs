//! What the pages of the help menu say.

use crate::app::text;

pub const ASK_SEARCH_LANGUAGE: &str = "How to search";
pub const ASK_ABOUT: &str = "About Kobako";
pub const SEARCH_LANGUAGE: &str = "How to search";
pub const SEARCH_WORDS: &str = "Look for a word";
pub const EXAMPLES_ARE: &str = "A click searches for the example. Words can be put together as \
you like, and typing in the search bar offers tags and values.";
pub const WORDS_TOGETHER: &str = "Tags";
pub const METATAGS: &str = "What is known of a picture";
pub const NO_WORD: &str = "No word says that";
/// Where nothing is known of the library's own tags.
pub const EXAMPLE_TAGS: [&str; 2] = ["1girl", "solo"];

pub const ABOUT: &str = "About";
pub const WHAT_IT_IS: &str = "An offline browser for large collections of pictures with tags, \
that can say where its memory went";
pub const NO_NETWORK: &str = "It has no code for a network, and never changes your pictures";
pub const WHERE_THINGS_ARE: &str = "Where things are";
pub const LIBRARY: &str = "Library";
pub const SETTINGS: &str = "Settings";
pub const LOG: &str = "Log";
pub const LOG_IS: &str = "Written to the terminal that Kobako was started from; with \
KOBAKO_LOG=debug in the environment it says more";
pub const SHOW: &str = "Show";
pub const SHOW_IS: &str = "Show it in the file manager";
pub const FOR_A_BUG_REPORT: &str = "For a bug report";
pub const COPY_ALL: &str = "Copy all";
pub const COPY_ALL_IS: &str = "These lines, and where things are";
pub const VERSION: &str = "Version";
pub const SYSTEM: &str = "System";
pub const BUILD: &str = "Build";
pub const DRAWN_BY: &str = "Drawn by";
pub const DESKTOP: &str = "Desktop";
pub const SCALE: &str = "Scale";
pub const POSTS: &str = "Posts";
pub const UNKNOWN: &str = "unknown";
pub const RELEASE: &str = "release";
pub const WITH_CHECKS: &str = "with debug checks";
pub const NEEDS_AVX2: &str = "for processors with AVX2";
pub const ANY_PROCESSOR: &str = "for any processor";
pub const LICENCES: &str = "Licences";

/// What is built in and is no Rust package, with its licence.
pub const PARTS: [(&str, &str); 5] = [
    ("EfficientNet-Lite0, the built-in image model", "Apache-2.0"),
    ("Fluent Emoji, the demo pictures", "MIT"),
    ("FAISS", "MIT"),
    ("SQLite", "public domain"),
    ("jemalloc", "BSD-2-Clause"),
];

/// What an example does.
pub fn search_for(query: &str) -> String {
    format!("Search for {query}")
}

pub fn name_and_version(version: &str) -> String {
    format!("{} {version}", text::NAME)
}

/// `release, Rust 1.95, for processors with AVX2`
pub fn build(profile: &str, rust: &str, processor: &str) -> String {
    format!("{profile}, Rust {rust} or newer, {processor}")
}

pub fn licence(licence: &str) -> String {
    let licence = licence.replace(" OR ", " or ");
    format!("{} is under {licence}, as you like", text::NAME)
}

pub fn built_in(num: u64) -> String {
    format!("{} parts by others that are built in", text::count(num))
}

/// For screen readers.
pub fn show(name: &str) -> String {
    format!("Show {name}")
}

pub fn copy_path(name: &str) -> String {
    format!("Copy path of {name}")
}
