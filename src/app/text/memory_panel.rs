//! Fixed strings of the memory panel.

use crate::app::text;

pub const NO_ADVICE: &str =
    "Nothing to do: no row grows without a cause, and no saving is worth it";
pub const UNEXPLAINED_SHARE_OF_RSS: &str = "Unexplained share of the memory, under the line of 3 %";
pub const NOT_AUDITED_YET: &str = "Not known yet: it begins with the second measurement";
pub const KEEP_A_BUDGET: &str = "Keep a budget";
pub const BUDGET_MB: &str = "Budget, MB";
pub const ORDER_OF_GIVING_BACK: &str = "Given back in this order";
pub const AT_MOST: &str = "at most";
pub const NEVER_GIVEN_BACK: &str = "Never given back";
pub const PIN: &str = "Pin";
pub const BUDGET_EXPLAINED: &str = "What reads pictures, imports and draws asks for room before it takes any, so that a budget is kept";
pub const POST_ID: &str = "post id";
pub const POST_IDS: &str = "post ids";
pub const THIS_SEARCH: &str = "This search";
pub const THUMBNAILS_ON_SCREEN: &str = "Thumbnails on screen";
pub const THUMBNAILS_KEPT: &str = "Thumbnails kept";
pub const THUMBNAILS_ARRIVING: &str = "Thumbnails arriving";
pub const OPEN_PICTURE: &str = "Open picture";
pub const ON_SCREEN_EXPLAINED: &str = "What you are looking at, as the window counts it";
pub const TOGETHER: &str = "Together";
pub const FORMULA: &str = "Formula";
pub const BY_ITEM: &str = "By item";
pub const OF_THESE: &str = "Of these";
pub const RECLAIMABLE_EXPLAINED: &str =
    "The kernel can take these pages back at any time, and reads them again";
pub const RECLAIMABLE: &str = "Reclaimable";
pub const DRIVER_EXPLAINED: &str = "Belongs to the graphics driver; not counted against a budget";
pub const DRIVER: &str = "Driver";
pub const WITHOUT_IT: &str = "Without it";
pub const TO_HAVE_IT_AGAIN: &str = "To have it again";
pub const OVERCOUNTED_EXPLAINED: &str =
    "More was counted than is there: something is counted twice";
pub const UNEXPLAINED_EXPLAINED: &str = "What the kernel counts and no row accounts for";
pub const UNEXPLAINED_FORMULA: &str = "What is left when all rows are taken from the whole";
pub const METHOD_KERNEL: &str = "Resident pages, counted by the kernel";
pub const METHOD_EXACT: &str = "Counted to the byte by its owner";
pub const METHOD_COMPUTED: &str = "Computed; may be off by as much as is said";
pub const THE_REST: &str = "the rest";
pub const COUNTS_AT_NEXT_START: &str = "heeded at the next start";
pub const CLOSE_EXPLANATION: &str = "Close explanation";
pub const AT_MOST_TITLE: &str = "At most";
pub const PIN_EXPLAINED: &str = "A budget never takes what is pinned";
pub const RESIDENT_EXPLAINED: &str =
    "Physical memory that Kobako takes, as the system counts it (RSS, resident set size)";
pub const WITHOUT_DRIVER: &str = "Without driver";
pub const WITHOUT_DRIVER_EXPLAINED: &str = "What Kobako itself takes, without the graphics driver";
pub const PRIVATE: &str = "Own data";
pub const PRIVATE_EXPLAINED: &str =
    "What only Kobako itself can give back (private, anonymous memory)";
pub const PEAK: &str = "Peak";
pub const PEAK_EXPLAINED: &str = "The most that it ever took since it was started";
pub const GRAPHICS_CARD: &str = "Graphics card";
pub const GRAPHICS_CARD_EXPLAINED: &str =
    "Pictures that the graphics card holds; beside this memory, not in it";
pub const WORKER_PROCESS: &str = "Helper process";
pub const NO_WORKER: &str = "not running";
pub const WORKER_EXPLAINED: &str = "Memory of the process that looks at pictures, so that like ones are found; beside this \
     memory, not in it";
pub const MEASURING: &str = "Measuring…";
pub const CLOSE: &str = "Close";
pub const GIVE_BACK_EXPLAINED: &str = "Give back everything that can be made again";
pub const UNEXPLAINED_IS: &str = "How much no row accounts for; at most 3 % is promised";
pub const UNEXPLAINED_SHARE_OVER_TIME: &str = "Unexplained share over time";
pub const SMALLER_PARTS: &str = "smaller parts";
pub const TEN_MINUTES: &str = "10 minutes";
pub const SESSION: &str = "Session";
pub const NO_HISTORY_YET: &str = "The history begins when memory is first looked at";
pub const MEMORY_OVER_TIME: &str = "Memory over time";
pub const NO_MARKS_YET: &str = "Nothing happened yet that memory follows";
pub const ROWS_AS_RECTANGLES: &str = "Rows as rectangles";
pub const ZOOM_OUT_BACKSPACE: &str = "Zoom out (Backspace)";
pub const THE_GRAPHICS_DRIVERS: &str = "The graphics driver's";
pub const ROWS: &str = "Rows";
pub const WHAT: &str = "What";
pub const CHANGE: &str = "Change";
pub const GIVES_BACK: &str = "To give back";
pub const METHOD: &str = "Method";
pub const PRIVATE_DIRTY: &str = "Kept by Kobako";
pub const PRIVATE_CLEAN: &str = "Can be read again";
pub const SHARED_OR_FILE_BACKED: &str = "Shared or cached files";
pub const PRIVATE_DIRTY_EXPLAINED: &str =
    "Its own, and changed: it stays until it is given back (private dirty)";
pub const PRIVATE_CLEAN_EXPLAINED: &str =
    "Read by Kobako alone: the system can drop it and read it again (private clean)";
pub const SHARED_EXPLAINED: &str = "Shared with other processes, or the system's cache of a file: the kernel can \
                 take it back";
pub const BY_COMPONENT: &str = "By part";
pub const BY_COMPONENT_EXPLAINED: &str = "Who the bytes belong to";
pub const BY_KIND: &str = "By kind";
pub const BY_KIND_EXPLAINED: &str = "What the system can do with the bytes: the same sum";
pub const CHANGES: &str = "Changes";
pub const CHANGES_EXPLAINED: &str = "What each row has gained or lost since this was switched on";
pub const COPY: &str = "Copy";
pub const COPY_THE_WHOLE_REPORT: &str = "Copy the whole report as JSON";
pub const SHOW_SMALLER: &str = "Show smaller";
pub const TRIM_THUMBNAILS: &str = "Trim thumbnails";
pub const UNLOAD_SIMILARITY: &str = "Unload similarity";
pub const SHRINK_SQLITE: &str = "Shrink SQLite";
pub const TRIM_TAG_CACHE: &str = "Trim tag cache";
pub const PURGE_SLACK: &str = "Return unused";
pub const OPEN_PICTURE_INLINE: &str = "open picture";
pub const SIMILARITY_INDEX: &str = "similarity index";
pub const TAG_CACHE: &str = "tag cache";
pub const SELF_AUDIT: &str = "How well it adds up";

pub const RESIDENT: &str = "In memory (RSS)";
pub const NO_THUMBNAILS: &str = "none";
pub const THUMBNAILS: &str = "thumbnails";
pub const SQLITE_CACHES: &str = "SQLite's caches";

/// A link to a row.
pub fn show(row: &str) -> String {
    format!("Show {row}")
}

pub fn walks(num_walks: u64, num_bad: u64) -> String {
    let times = text::counted(num_walks, "time", "times");
    let bad = text::count(num_bad);
    format!("Measured {times}, {bad} with more than 3 % unexplained or an alarm")
}

pub fn at_worst(share: f64, when: &str) -> String {
    format!("At worst {:.2} % was unexplained, at {when}", 100.0 * share)
}

pub fn pin(cache: &str) -> String {
    format!("Pin {cache}")
}

pub fn give_back_earlier(cache: &str) -> String {
    format!("Give back {cache} earlier")
}

pub fn give_back_later(cache: &str) -> String {
    format!("Give back {cache} later")
}

pub fn cap_of(cache: &str) -> String {
    format!("Cap of {cache}, MB")
}

pub fn permits(used_bytes: u64, limit_bytes: u64) -> String {
    let (used, limit) = (text::bytes(used_bytes), text::bytes(limit_bytes));
    format!("Room for pictures that are read: {used} of {limit} taken")
}

// What a search and what is on screen cost.

pub fn search_holds(bytes: u64, num_results: u64) -> String {
    let ids = text::counted(num_results, POST_ID, POST_IDS);
    format!("This search holds {}: {ids} × 4 bytes", text::bytes(bytes))
}

pub fn ids(query: &str, num: u64) -> String {
    format!("{query}: {} × 4 bytes", text::counted(num, "id", "ids"))
}

pub fn textures(num: u64, mean_bytes: u64) -> String {
    let (num, mean) = (text::count(num), text::bytes(mean_bytes));
    format!("{num} as textures, {mean} each")
}

pub fn scrolled_away(num: u64, limit_bytes: u64) -> String {
    let (num, limit) = (text::count(num), text::bytes(limit_bytes));
    format!("{num} that were scrolled away; all together at most {limit}")
}

pub fn wait_for_upload(num: u64) -> String {
    match num {
        1 => "1 waits to be drawn".to_owned(),
        _ => format!("{} wait to be drawn", text::count(num)),
    }
}

pub fn pixels(width: u64, height: u64) -> String {
    format!("{width} × {height} pixels × 4 bytes")
}

/// After [`pixels`].
pub fn whole(width: u64, height: u64, bytes: u64) -> String {
    let bytes = text::bytes(bytes);
    format!("; whole, {width} × {height}, it would be {bytes}")
}

/// After [`pixels`].
pub fn in_its_file(bytes: u64) -> String {
    format!("; {} in its file", text::bytes(bytes))
}

pub fn window_besides(bytes: u64) -> String {
    let bytes = text::bytes(bytes);
    format!("The window itself (layout, text, shapes, this panel) takes {bytes} besides")
}

// A row, and what explains it.

pub fn figure_of(figure: &str, whole_bytes: i64, share: f64) -> String {
    let whole = text::megabytes(whole_bytes);
    format!("{figure} of {whole} MB, {share:.1} % of all")
}

pub fn figure(figure: &str, share: f64) -> String {
    format!("{figure} MB, {share:.1} % of all")
}

/// For screen readers.
pub fn block(name: &str, figure: &str, share: f64) -> String {
    format!("{name}, {figure} MB, {share:.1} % of all")
}

pub fn for_each(bytes: &str, num_items: u64) -> String {
    format!("{bytes} for each of {}", text::count(num_items))
}

pub fn unexplained_formula(rss_bytes: i64, rows_bytes: i64) -> String {
    let (rss, rows) = (text::megabytes(rss_bytes), text::megabytes(rows_bytes));
    format!("All {rss} − rows {rows} MB")
}

pub fn others(num: usize, bytes: i64) -> String {
    let others = text::counted(num as u64, "other", "others");
    format!("{others} {}", text::megabytes(bytes))
}

pub fn frees(action: &str, bytes: &str) -> String {
    format!("{action}, frees {bytes}")
}

pub fn gives_back(bytes: &str, costs: &str) -> String {
    format!("Gives back {bytes}. {costs}")
}

pub fn resident(figure: &str) -> String {
    format!("Resident, {figure}")
}

pub fn zoom_out_of(name: &str) -> String {
    format!("Zoom out of {name}")
}

pub fn method(label: &str) -> String {
    format!("Method: {label}")
}

pub fn fold(row: &str) -> String {
    format!("Fold {row}")
}

pub fn unfold(row: &str) -> String {
    format!("Unfold {row}")
}

// The head.

pub fn budget(used_bytes: u64, limit_bytes: u64) -> String {
    let (used, limit) = (text::bytes(used_bytes), text::bytes(limit_bytes));
    format!("Budget: {used} of {limit}")
}

pub fn budget_too_small(shortfall_bytes: u64) -> String {
    let shortfall = text::bytes(shortfall_bytes);
    format!("The budget is {shortfall} too small to decode pictures inside it, and may be passed")
}

pub fn degraded(what: &str) -> String {
    format!("For the budget: {what}")
}

pub fn adds_up(sum: &str) -> String {
    format!("The rows add up to {sum} MB, which is all of it")
}

pub fn too_much_unexplained(sum: &str) -> String {
    format!("The rows add up to {sum} MB, but more than 3 % is unexplained")
}

pub fn differs(sum: &str, rss: &str) -> String {
    format!("The rows add up to {sum} MB, but the system counts {rss} MB; please report this")
}

pub fn contradicts(sum: &str) -> String {
    format!("The rows add up to {sum} MB, but not all of it fits together:")
}

pub fn counted_twice(bytes: &str) -> String {
    format!("{bytes} MB are counted twice; please report this")
}

pub fn unexplained(percent: f64) -> String {
    format!("Unexplained {percent:.1} %")
}

pub fn unexplained_and_worst(percent: f64, worst_percent: f64) -> String {
    format!("Unexplained {percent:.1} %, at most {worst_percent:.1} % so far")
}

pub fn given_back(action: &str, freed: &str) -> String {
    format!("{action}: {freed} given back")
}

pub fn grew(action: &str, grown: &str) -> String {
    format!("{action}: {grown} more were taken meanwhile")
}

/// After [`given_back`] and [`grew`].
pub fn predicted(outcome: &str, predicted: &str) -> String {
    format!("{outcome} ({predicted} predicted)")
}

// The history.

pub fn sample(clock: &str, ago: &str, rss_mb: f64) -> String {
    format!("{clock}, {ago} ago\n{rss_mb:.1} MB in memory")
}

/// `40 s`, `2.5 min`, `1.2 h`
pub fn minutes(minutes: f64) -> String {
    if minutes < 1.0 {
        format!("{:.0} s", minutes * 60.0)
    } else if minutes < 60.0 {
        format!("{minutes:.1} min")
    } else {
        format!("{:.1} h", minutes / 60.0)
    }
}

pub fn budget_is(least_bytes: u64, suggested_bytes: u64) -> String {
    let (least, suggested) = (text::bytes(least_bytes), text::bytes(suggested_bytes));
    format!(
        "For the whole process without the graphics driver; at least {least}. \
         About {suggested} would leave room for everything that is held now."
    )
}

/// Of what is being given back.
pub fn under_way(action: &str) -> String {
    format!("{action}…")
}
