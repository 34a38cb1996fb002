//! What orders of results are called.

pub const SORT: &str = "Sort the results…";
pub const SORT_IS: &str = "What the results are sorted by; it stands in the search as order:";

/// On the button, for screen readers: `Sorted: highest score first`.
pub fn sorted(order: &str) -> String {
    format!("Sorted: {}", title(order).to_lowercase())
}

/// An order as `order:` names it, for people.
pub fn title(order: &str) -> &str {
    match order {
        "" | "newest" => "Newest first",
        "oldest" => "Oldest first",
        "date" => "Latest date first",
        "date_asc" => "Earliest date first",
        "score" => "Highest score first",
        "score_asc" => "Lowest score first",
        "favcount" => "Most favourites first",
        "favcount_asc" => "Fewest favourites first",
        "mpixels" => "Most pixels first",
        "mpixels_asc" => "Fewest pixels first",
        "filesize" => "Largest files first",
        "filesize_asc" => "Smallest files first",
        "landscape" => "Wide ones first",
        "portrait" => "Tall ones first",
        "tagcount" => "Most tags first",
        "filename" => "By file name",
        "path" => "By folder and file name",
        "random" => "In random order",
        order => order,
    }
}
