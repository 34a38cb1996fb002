/// The orders that the window offers by name, as `order:` takes them; the first is
/// that of a search that names none. The search knows more.
pub const SORT_ORDERS: [&str; 18] = [
    "newest",
    "oldest",
    "filename",
    "path",
    "date",
    "date_asc",
    "score",
    "score_asc",
    "favcount",
    "favcount_asc",
    "mpixels",
    "mpixels_asc",
    "filesize",
    "filesize_asc",
    "landscape",
    "portrait",
    "tagcount",
    "random",
];
