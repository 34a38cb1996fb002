//! Fixed strings of the memory panel.

pub const NOTHING_TO_DO_NO: &str =
    "Nothing to do: no row grows without a cause, and no saving is worth it";
pub const UNEXPLAINED_SHARE_OF_RSS: &str = "Unexplained share of RSS, under the line of 3 %";
pub const NOT_AUDITED_YET_IT: &str = "Not audited yet: it begins with the second report";
pub const KEEP_A_BUDGET: &str = "Keep a budget";
pub const BUDGET_MB: &str = "Budget, MB";
pub const GIVEN_BACK_IN_THIS: &str = "Given back in this order";
pub const AT_MOST: &str = "at most";
pub const NEVER_GIVEN_BACK: &str = "Never given back";
pub const PIN: &str = "Pin";
pub const DECODERS_TEXTURES_QUEUES_AND: &str =
    "Decoders, textures, queues and import buffers ask before they allocate";
pub const POST_ID: &str = "post id";
pub const POST_IDS: &str = "post ids";
pub const THIS_SEARCH: &str = "This search";
pub const THUMBNAILS_ON_SCREEN: &str = "Thumbnails on screen";
pub const THUMBNAILS_KEPT: &str = "Thumbnails kept";
pub const THUMBNAILS_ARRIVING: &str = "Thumbnails arriving";
pub const OPEN_PICTURE: &str = "Open picture";
pub const WHAT_YOU_ARE_LOOKING: &str = "What you are looking at, as the window counts it";
pub const TOGETHER: &str = "Together";
pub const FORMULA: &str = "Formula";
pub const BY_ITEM: &str = "By item";
pub const OF_THESE: &str = "Of these";
pub const THE_KERNEL_CAN_TAKE: &str =
    "The kernel can take these pages back at any time, and reads them again";
pub const RECLAIMABLE: &str = "Reclaimable";
pub const BELONGS_TO_THE_GRAPHICS: &str =
    "Belongs to the graphics driver; not counted against a budget";
pub const DRIVER: &str = "Driver";
pub const WITHOUT_IT: &str = "Without it";
pub const TO_HAVE_IT_AGAIN: &str = "To have it again";
pub const MORE_WAS_COUNTED_THAN: &str =
    "More was counted than is there: something is counted twice";
pub const WHAT_THE_KERNEL_COUNTS: &str = "What the kernel counts and no row accounts for";
pub const WHAT_IS_LEFT_WHEN: &str = "What is left when all rows are taken from RSS";
pub const RESIDENT_PAGES_COUNTED_BY: &str = "Resident pages, counted by the kernel";
pub const COUNTED_TO_THE_BYTE: &str = "Counted to the byte by its owner";
pub const COMPUTED_MAY_BE_OFF: &str = "Computed; may be off by as much as is said";
pub const THE_REST: &str = "the rest";
pub const HEEDED_AT_THE_NEXT: &str = "heeded at the next start";
pub const CLOSE_EXPLANATION: &str = "Close explanation";
pub const AT_MOST_TITLE: &str = "At most";
pub const A_BUDGET_NEVER_TAKES: &str = "A budget never takes what is pinned";
pub const PHYSICAL_MEMORY_OF_THIS: &str =
    "Physical memory of this process, as the kernel counts it";
pub const WITHOUT_DRIVER: &str = "Without driver";
pub const WHAT_KOBAKO_ITSELF_TAKES: &str = "What Kobako itself takes, without the graphics driver";
pub const PRIVATE: &str = "Private";
pub const ANONYMOUS_MEMORY_WHAT_ONLY: &str =
    "Anonymous memory: what only this process can give back";
pub const PEAK: &str = "Peak";
pub const THE_MOST_RSS_EVER: &str = "The most RSS ever was";
pub const GRAPHICS_CARD: &str = "Graphics card";
pub const TEXTURES_ON_THE_GRAPHICS: &str = "Textures on the graphics card; not part of RSS";
pub const WORKER_PROCESS: &str = "Worker process";
pub const RESIDENT_MEMORY_OF_THE: &str =
    "Resident memory of the process that embeds pictures; not part of this one's";
pub const MEASURING: &str = "Measuring…";
pub const CLOSE: &str = "Close";
pub const GIVE_BACK_EVERYTHING_THAT: &str = "Give back everything that can be made again";
pub const WHAT_NO_ROW_ACCOUNTS: &str = "What no row accounts for, of RSS; at most 3 % is promised";
pub const UNEXPLAINED_SHARE_OVER_TIME: &str = "Unexplained share over time";
pub const SMALLER_PARTS: &str = "smaller parts";
pub const SESSION: &str = "Session";
pub const THE_HISTORY_BEGINS_WHEN: &str = "The history begins when memory is first looked at";
pub const MEMORY_OVER_TIME: &str = "Memory over time";
pub const NOTHING_HAPPENED_YET_THAT: &str = "Nothing happened yet that memory follows";
pub const ROWS_AS_RECTANGLES: &str = "Rows as rectangles";
pub const ZOOM_OUT_BACKSPACE: &str = "Zoom out (Backspace)";
pub const THE_GRAPHICS_DRIVERS: &str = "The graphics driver's";
pub const ROWS: &str = "Rows";
pub const WHAT: &str = "What";
pub const CHANGE: &str = "Change";
pub const METHOD: &str = "Method";
pub const FOLD: &str = "Fold";
pub const UNFOLD: &str = "Unfold";
pub const PRIVATE_DIRTY: &str = "Private dirty";
pub const PRIVATE_CLEAN: &str = "Private clean";
pub const SHARED_OR_FILE_BACKED: &str = "Shared or file-backed";
pub const OWN_AND_CHANGED: &str =
    "This process's own, and changed: it stays until it is given back";
pub const READ_BY_THIS_PROCESS: &str =
    "Read by this process alone: the kernel can drop it and read it again";
pub const SHARED_WITH_OTHER_PROCESSES: &str = "Shared with other processes, or the system's cache of a file: the kernel can \
                 take it back";
pub const BY_COMPONENT: &str = "By component";
pub const WHO_THE_BYTES_BELONG: &str = "Who the bytes belong to";
pub const BY_KIND: &str = "By kind";
pub const WHAT_THE_KERNEL_CAN: &str = "What the kernel can do with the bytes: the same sum";
pub const CHANGES: &str = "Changes";
pub const WHAT_EACH_ROW_HAS: &str = "What each row has gained or lost since this was switched on";
pub const COPY: &str = "Copy";
pub const COPY_THE_WHOLE_REPORT: &str = "Copy the whole report as JSON";
pub const RELEASE_MEMORY_NOW: &str = "Release memory now";
pub const SHOW_SMALLER: &str = "Show smaller";
pub const TRIM_THUMBNAILS: &str = "Trim thumbnails";
pub const UNLOAD_SIMILARITY: &str = "Unload similarity";
pub const SHRINK_SQLITE: &str = "Shrink SQLite";
pub const TRIM_TAG_CACHE: &str = "Trim tag cache";
pub const PURGE_SLACK: &str = "Purge slack";
pub const OPEN_PICTURE_INLINE: &str = "open picture";
pub const SIMILARITY_INDEX: &str = "similarity index";
pub const TAG_CACHE: &str = "tag cache";
pub const SELF_AUDIT: &str = "Self-audit";
