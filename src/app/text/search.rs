//! What is said in the search bar, below it, and of saved searches.

use super::count;

pub const SAVED_IS: &str = "Saved and recent searches";
pub const DEFAULT_FILTER_IN_USE: &str =
    "Every search is narrowed by it. A click shows everything in this tab";
pub const DEFAULT_FILTER_ASIDE: &str = "Put aside in this tab. A click uses it again";
pub const USE_TYPED_AS_FILTER: &str = "Use what stands in the search bar";
pub const REMOVE_FILTER: &str = "Remove the default filter";
pub const TYPE_A_NAME: &str = "Type a name first";
pub const TRY: &str = "Try";
pub const DID_YOU_MEAN: &str = "Did you mean";
pub const SEARCH_NAMES: &str = "Search file names instead";
pub const RECENT: &str = "recent";
pub const SAVED: &str = "saved";
pub const NONE_RECENT: &str = "There are none";
pub const RENAME: &str = "Rename";
pub const ASK_RENAME: &str = "Rename…";
pub const REMOVE: &str = "Remove";
pub const SAVE: &str = "Save";
pub const REPLACE: &str = "Replace";
pub const CANCEL: &str = "Cancel";
pub const MORE: &str = "More";
pub const MORE_IS: &str = "What the bar has no room for";
pub const COMPLETIONS: &str = "Completions";
pub const HINT_WITHOUT_TAGS: &str = "Search file names, e.g. path:holiday -path:draft";
pub const NO_TAGS_YET: &str = "No post of this library has a tag yet. What finds posts without \
tags: words of their files' names and folders (path:holiday), tagcount:0, and what they are \
(ratio:16:9, filetype:png)";

pub fn filter_in_use(query: &str) -> String {
    format!("Default filter {query}, in use")
}

pub fn filter_aside(query: &str) -> String {
    format!("Default filter {query}, put aside")
}

pub fn filter_is(query: &str) -> String {
    format!("Default filter: {query}")
}

pub fn name_is_taken(name: &str) -> String {
    format!("There is a saved search “{name}” already")
}

/// Of what is written as a metatag is.
pub fn no_such_metatag(term: &str, metatag: &str) -> String {
    format!("There is no tag “{term}”, and no metatag “{metatag}:”")
}

pub fn no_such_tag(name: &str) -> String {
    format!("There is no tag “{name}”")
}

/// A tag with its posts: `cat (1,234)`.
pub fn tag_with_count(name: &str, num: u64) -> String {
    format!("{name} ({})", count(num))
}

pub fn recent_search(query: &str) -> String {
    format!("{query}, recent search")
}

pub fn saved_search(name: &str) -> String {
    format!("{name}, saved search")
}

/// A completion for screen readers: `cat, 1,234`.
pub fn completion(tag: &str, num: &str) -> String {
    format!("{tag}, {num}")
}

/// A completion by another name of the tag.
pub fn alias_completion(alias: &str, tag: &str, num: &str) -> String {
    format!("{alias} → {tag}, {num}")
}

/// What stands before the tag that is meant.
pub fn alias_of(alias: &str) -> String {
    format!("{alias} → ")
}

pub fn read_only(reason: &str) -> String {
    format!("The library can't be changed: {reason}")
}

pub fn run(name: &str) -> String {
    format!("Run {name}")
}

pub fn rename(name: &str) -> String {
    format!("Rename {name}")
}

pub fn remove(name: &str) -> String {
    format!("Remove {name}")
}

pub fn save_as(query: &str) -> String {
    format!("Save “{query}” as")
}

pub fn rename_to(name: &str) -> String {
    format!("Rename “{name}” to")
}

/// What a result holds in memory.
pub fn result_is(bytes_each: usize, num: u64) -> String {
    format!("{bytes_each} B × {} post ids", count(num))
}
