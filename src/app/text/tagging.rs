//! What is said where tags of posts are edited.

use super::{count, counted};

pub const EDIT_TAGS: &str = "Edit tags…";
pub const FIELD: &str = "Tags to give or take away";
pub const HINT: &str = "cat -dog artist:name";
pub const HINT_IS: &str = "Words are tags, separated by blanks; -tag takes one away, and \
artist:, character:, copyright:, species: or meta: says of what kind a new tag is";
pub const APPLY: &str = "Apply";
pub const CLOSE: &str = "Close the tags";
pub const KEYS: &str = "Enter applies · Page Down goes to the next post · Esc closes";
pub const COUNTING: &str = "Counting tags…";
pub const NONE: &str = "No tags yet";
pub const AND_RARER: &str = "and rarer ones";
pub const COPY_TAG: &str = "Copy tag";

/// Whose tags they are: `Tags of picture.png`.
pub fn tags_of(name: &str) -> String {
    format!("Tags of {name}")
}

pub fn tags_of_posts(num: u64) -> String {
    format!("Tags of {} posts", count(num))
}

pub fn new_tags(names: &[&str]) -> String {
    let noun = if names.len() == 1 {
        "New tag"
    } else {
        "New tags"
    };
    format!("{noun}: {}", names.join(", "))
}

pub fn categorized(name: &str, category: &str) -> String {
    format!("“{name}” becomes {category} everywhere")
}

pub fn read_only(reason: &str) -> String {
    format!("Tags can't be changed: {reason}")
}

/// On the tag of a selection: how many posts have it.
pub fn share(num: u64, num_all: u64) -> String {
    format!("{} of {}", count(num), counted(num_all, "post", "posts"))
}

/// For screen readers: `Tag cat`, `Tag cat, 3 of 50 posts`.
pub fn tag(name: &str) -> String {
    format!("Tag {name}")
}

pub fn tag_of_some(name: &str, num: u64, num_all: u64) -> String {
    format!("Tag {name}, {}", share(num, num_all))
}

pub fn take_away(name: &str) -> String {
    format!("Take {name} away")
}

pub fn give_to_all(name: &str, num_all: u64) -> String {
    format!("Give {name} to all {} posts", count(num_all))
}

pub fn remove_from(num: u64) -> String {
    match num {
        1 => "Remove from this post".to_owned(),
        num => format!("Remove from these {} posts", count(num)),
    }
}

pub fn add_to(num: u64) -> String {
    match num {
        1 => "Add to this post".to_owned(),
        num => format!("Add to these {} posts", count(num)),
    }
}
