//! Fixed strings of the page of duplicates.

use crate::app::text;

pub const THIS_GROUP_IS_DECIDED: &str = "This group is decided";
pub const NO_DECISION_LEFT: &str =
    "No decision is left to undo; other changes are undone where their posts are shown";
pub const NOT_DUPLICATES: &str = "Not duplicates";
pub const NOT_DUPLICATES_EXPLAINED: &str = "They are never put into a group again";
pub const TRASH_THE_OTHERS_TOO: &str = "Also move the other files to the trash";
pub const TRASH_IS_ASKED_ABOUT: &str = "Asked about each time, with the names of the files";
pub const MERGE_AND_TRASH: &str = "Merge and move to the trash";
pub const ENTER: &str = "Enter";
pub const CANCEL: &str = "Cancel";
pub const ESC: &str = "Esc";
pub const LOOKING_UP_THE_FILES: &str = "Looking up the files…";
pub const NO_FILES_THERE: &str = "They have no files that are there";
pub const DIFFERENCE_FAILED: &str = "The difference could not be computed";
pub const NO_PIXEL_DIFFERS: &str = "No pixel differs at this size";
pub const RIGHT_ONE_WAS_SCALED: &str = "; the right one was scaled to the size of the left one";
pub const LESS_THAN_A_TENTH_OF_A_PERMILLE: &str = "less than 0.01 %";
pub const DIMENSIONS: &str = "Dimensions";
pub const FILE_SIZE: &str = "File size";
pub const FORMAT: &str = "Format";
pub const MADE: &str = "Made";
pub const IMPORTED: &str = "Imported";
pub const TAGS: &str = "Tags";
pub const RATING: &str = "Rating";
pub const SOURCES: &str = "Sources";
pub const FILES: &str = "Files";
pub const LOADING: &str = "Loading…";
pub const NEITHER_HAS_TAGS: &str = "Neither has tags";
pub const NO_TAG_IN_COMMON: &str = "No tag in common";
pub const ONE_TAG_IN_COMMON: &str = "1 tag in common";
pub const ALL_DECIDED: &str = ", all decided";
pub const WITH_EQUAL_HASHES: &str = "that look the same";
pub const EQUAL_HASHES: &str = "looks the same";
pub const AND_EQUAL_HASHES: &str = ", look the same";
pub const BACK: &str = "Back";
pub const BY_HASH: &str = "By looks";
pub const BY_HASH_EXPLAINED: &str =
    "Copies that were saved again, scaled or recoloured. Compares perceptual hashes of 64 bits";
pub const BY_CONTENT: &str = "By content";
pub const BY_CONTENT_EXPLAINED: &str =
    "Crops and variants too. Compares what a model sees in them: the cosine of embeddings";
/// After a number on a slider.
pub const PERCENT_ALIKE: &str = " % alike";
pub const LEAST_LIKENESS: &str = "How alike at least";
pub const STOP: &str = "Stop";
pub const FIND_DUPLICATES: &str = "Find duplicates";
pub const DUPLICATES_CANT_BE_FOUND: &str = "Duplicates can't be found";
pub const CHOOSE_A_GROUP: &str = "Choose a group";
pub const BEGIN_WITH_THE_FIRST: &str = "Begin with the first";
pub const NO_DUPLICATES_WERE_FOUND: &str = "No duplicates were found";
pub const LOOSEN_THE_BOUNDS: &str = "Looking for what is less alike may find some";
pub const FIND_DUPLICATES_EXPLAINED: &str = "Find pictures that are there more than once";
pub const OPEN_IT_LARGE: &str = "Open it large";
pub const AND_BEST: &str = " · best";
pub const COMPUTING_THE_DIFFERENCE: &str = "Computing the difference…";
pub const WAITING_FOR_BOTH_PICTURES: &str = "Waiting for both pictures…";
pub const PUT_LEFT: &str = "Put left";
pub const PUT_RIGHT: &str = "Put right";
pub const BEST: &str = "best";
pub const BEST_IS: &str =
    "Most pixels; of as many, the format that keeps them all, the larger file, more tags";
pub const KEEP: &str = "Keep";
pub const IS_KEPT: &str = "kept";
pub const NO_DUPLICATE: &str = "No duplicate";
pub const RIGHT_IS_NO_DUPLICATE: &str = "Right is no duplicate";
pub const SINGLE_OUT_EXPLAINED: &str =
    "It leaves this group, and is never put into one with the others again";
pub const KEEP_OF_TWO: &str = "Tags and sources of the other one go onto it";
pub const KEEP_OF_PAIR: &str = "Tags and sources of the other one of the two go onto it; the rest of the group stays to be decided";
pub const TICK_SOME: &str = "Tick the pictures to keep; those without a tick go";
pub const SIDE_BY_SIDE: &str = "Side by side";
pub const FLICKER: &str = "Flicker";
pub const DIFFERENCE: &str = "Difference";
pub const LEFT: &str = "Left";
pub const LEFT_INLINE: &str = "left";
pub const RIGHT_INLINE: &str = "right";
pub const LEFT_ALONE: &str = "Left alone";
pub const RIGHT_ALONE: &str = "Right alone";
pub const KEEP_LEFT: &str = "Keep left";
pub const KEEP_RIGHT: &str = "Keep right";
pub const RIGHT: &str = "Right";
pub const COMPARED_SHOWN_SMALLER: &str = "the pictures compared are shown smaller";
pub const FORMULA_OF_PICTURES: &str = "Σ width × height × 4 B, kept for their difference";
pub const ALL_GROUPS: &str = "All groups";
pub const PREVIOUS_GROUP: &str = "Previous group";
pub const NEXT_GROUP: &str = "Next group";
pub const SHOW_THE_OTHER: &str = "Show the other";
pub const SPACE_OR_HOLD_B: &str = "Space; or hold B";
pub const NONE: &str = "none";
pub const UNKNOWN: &str = "unknown";

// Titles of actions.
pub const ASK_FIND_DUPLICATES: &str = "Find duplicates…";
pub const FIND_DUPLICATES_NOW: &str = "Find duplicates now";
pub const STOP_LOOKING_OR_ANSWER_NO: &str = "Stop looking, or answer no";
pub const ANSWER_YES: &str = "Answer yes";
pub const KEEP_THE_LEFT: &str = "Keep the left";
pub const KEEP_THE_RIGHT: &str = "Keep the right";
pub const MOVE_FILES_TO_THE_TRASH_TOO: &str = "Move files to the trash, too";
pub const NEXT_OF_THE_GROUP: &str = "Next of the group";
pub const KEEP_THE_TICKED: &str = "Keep what is ticked";
pub const TICK_THE_LEFT: &str = "Tick the left, or untick it";
pub const TICK_THE_RIGHT: &str = "Tick the right, or untick it";
pub const SINGLE_THE_RIGHT_OUT: &str = "The right is no duplicate";
pub const UNDO_THE_DECISION: &str = "Undo the decision";

pub fn cant_be_decided(reason: &str) -> String {
    format!("Nothing can be decided: {reason}")
}

/// What keeping the ticked ones does.
pub fn go_onto(keep: &str) -> String {
    format!("Tags and sources of those without a tick go onto post {keep}")
}

/// `Keep 2, trash 3…`
pub fn keep_ticked(num_ticked: u64, num_others: u64, trash_files: bool) -> String {
    let (ticked, others) = (text::count(num_ticked), text::count(num_others));
    match (num_ticked, num_others) {
        (0, _) | (_, 0) => KEEP_THE_TICKED.to_owned(),
        _ if trash_files => format!("Keep {ticked}, trash {others}…"),
        _ => format!("Keep {ticked}, merge {others}"),
    }
}

/// The tick of a member, for screen readers.
pub fn keep_member(post: &str) -> String {
    format!("Keep post {post}")
}

/// What opens the rest of a group in the list.
pub fn more_of_group(num: u64, number: u64) -> String {
    format!("{} more of group {}", text::count(num), text::count(number))
}

pub fn ask_trash(keep: &str, num_files: u64) -> String {
    let files = text::counted(num_files, "file", "files");
    format!("Keep post {keep} and move {files} to the trash?")
}

pub fn leave_it_out_first(problem: &str) -> String {
    format!("{problem}; keep it, or mark it as no duplicate")
}

/// After names of files.
pub fn and_others(num: u64) -> String {
    format!(" and {}", text::counted(num, "other", "others"))
}

pub fn difference_fails(err: &str) -> String {
    format!("The difference can't be computed: {err}")
}

/// Two shares of a picture, and how many times brighter its difference is shown.
pub fn different(mean: &str, share: &str, amplification: u16) -> String {
    format!(
        "{mean} different, {share} of the pixels noticeably; {amplification} × as bright as it is"
    )
}

pub fn tags_in_common(num: usize) -> String {
    match num {
        0 => NO_TAG_IN_COMMON.to_owned(),
        1 => ONE_TAG_IN_COMMON.to_owned(),
        _ => format!("{num} tags in common"),
    }
}

/// A row of the list, for screen readers.
pub fn group(number: u64, said: &str) -> String {
    format!("Group {}: {said}", text::count(number))
}

pub fn group_decided(number: u64, said: &str, decision: &str) -> String {
    format!("Group {}: {said}; {decision}", text::count(number))
}

/// `12 groups of 31 posts, at least 94 % alike, in 0.4 s`
pub fn found(num_groups: u64, num_posts: u64, measure: &str, elapsed: &str) -> String {
    let groups = text::counted(num_groups, "group", "groups");
    let posts = text::counted(num_posts, "post", "posts");
    format!("{groups} of {posts}, {measure}, in {elapsed}")
}

/// After [`found`].
pub fn left_out(num_pairs: u64) -> String {
    let pairs = text::counted(num_pairs, "pair", "pairs");
    format!(", {pairs} left out as not duplicates")
}

/// After [`found`].
pub fn decided(num: u64) -> String {
    format!(", {} decided", text::count(num))
}

/// Bits of a perceptual hash.
const NUM_BITS: f64 = 64.0;

/// How alike pictures are whose hashes have so many bits in common, percent.
pub fn percent_of_same(num_same: f64) -> f64 {
    (100.0 * num_same / NUM_BITS).round()
}

/// `94 %`
pub fn alike_by_bits(bits: u32) -> String {
    format!("{} %", percent_of_same(NUM_BITS - f64::from(bits)))
}

/// `97.5 %`
pub fn alike_by_cosine(cosine: f32) -> String {
    let percent = format!("{:.1}", 100.0 * cosine);
    format!("{} %", percent.trim_end_matches(".0"))
}

pub fn at_most_bits(bits: u32) -> String {
    format!("at least {} alike", alike_by_bits(bits))
}

pub fn at_least_cosine(cosine: f32) -> String {
    format!("at least {} alike", alike_by_cosine(cosine))
}

pub fn bits(bits: u32) -> String {
    format!("{} alike", alike_by_bits(bits))
}

pub fn cosine(cosine: f32) -> String {
    format!("{} alike", alike_by_cosine(cosine))
}

/// What a likeness was made of.
pub fn bits_differ(bits: u32) -> String {
    let bits = text::counted(u64::from(bits), "bit", "bits");
    format!("{bits} of 64 of the perceptual hash differ from those of the first")
}

pub fn cosine_is(cosine: f32) -> String {
    format!("The embeddings of this one and of the first have a cosine of {cosine:.3}")
}

pub fn num_posts(num: u64) -> String {
    text::counted(num, "post", "posts")
}

/// After [`num_posts`].
pub fn bits_apart(bits: u32) -> String {
    format!(", {} alike", alike_by_bits(bits))
}

/// After [`num_posts`].
pub fn up_to_bits_apart(bits: u32) -> String {
    format!(", at least {} alike", alike_by_bits(bits))
}

/// After [`num_posts`].
pub fn and_cosine(cosine: f32) -> String {
    format!(", {} alike", alike_by_cosine(cosine))
}

/// After [`num_posts`].
pub fn and_cosine_from(cosine: f32) -> String {
    format!(", at least {} alike", alike_by_cosine(cosine))
}

pub fn undo(what: &str) -> String {
    format!("Undo: {what}")
}

pub fn picture_of(side: &str, post: &str) -> String {
    format!("{side}: picture of post {post}")
}

pub fn loading(name: &str) -> String {
    format!("{name}, loading")
}

/// `Left · post 12`
pub fn caption(side: &str, post: &str) -> String {
    format!("{side} · post {post}")
}

pub fn difference(said: &str) -> String {
    format!("Difference: {said}")
}

/// Below the name of one of a group: keys and what they do.
pub fn member_hint(name: &str, next: &str, tick: &str) -> String {
    format!("{name}\nClick or {next}: put it right; {tick}: keep it or let it go")
}

pub fn member(post: &str) -> String {
    format!("Member: post {post}")
}

/// `3 of 12`
pub fn place(number: u64, num: u64) -> String {
    format!("{} of {}", text::count(number), text::count(num))
}

pub fn missing_file(path: &str) -> String {
    format!("{path} (missing)")
}
