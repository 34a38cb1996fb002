//! The words of the query language, for the parser, for completion and for people.

/// One of the query language's `name:value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metatag {
    pub name: &'static str,
    /// A value that works.
    pub example: &'static str,
    /// What values there are, in words.
    pub takes: &'static str,
    /// What it finds.
    pub about: &'static str,
}

const NUMBERS: &str = "numbers such as 5, >5, 2..7 or 1,2,3";
const NUMBERS_OR_NONE: &str = "numbers such as 5, >5, 2..7 or 1,2,3, none, any";
const POOLS: &str = "a pool's name (with * for any run) or number, any, none";
const ORDER_VALUES: &str = "id, score, favcount, date, filesize, width, height, mpixels, ratio, \
     landscape, portrait, tagcount, gentags, arttags, copytags, chartags, metatags (each also with \
     _asc or _desc), newest, oldest, random, custom";

const fn meta(
    name: &'static str,
    example: &'static str,
    takes: &'static str,
    about: &'static str,
) -> Metatag {
    Metatag {
        name,
        example,
        takes,
        about,
    }
}

/// Every metatag, for the parser, for completion and for people.
#[rustfmt::skip]
pub const METATAGS: &[Metatag] = &[
    meta("age", "<7d", "ages such as <7d, 2w..1mo or >1y", "how long ago it was made"),
    meta("arttags", ">0", NUMBERS, "how many artist tags it has"),
    meta("chartags", ">0", NUMBERS, "how many character tags it has"),
    meta("child", "any", "any, none, post numbers", "what has children; the parents of these posts"),
    meta("copytags", ">0", NUMBERS, "how many copyright tags it has"),
    meta("date", ">2024-01-01", "dates such as 2024, 2024-05, today or >2024-05-01", "when it was made, else imported"),
    meta("ext", "png", "jpg, png, webp, gif, bmp, tiff, none", "the format of its picture, like filetype:"),
    meta("fav", "yes", "yes, no", "your favourites"),
    meta("favcount", ">0", NUMBERS_OR_NONE, "favourites that its source counts"),
    meta("filename", "cat", "a part of a file's name, or with * all of it", "what the file is called"),
    meta("filesize", ">2MB", "sizes such as 500kb, >2MB or 1MB..5MB, none, any", "bytes of its file"),
    meta("filetype", "png", "jpg, png, webp, gif, bmp, tiff, none", "the format of its picture"),
    meta("folder", "cats", "a part of a folder's path, or with * all of it", "where the file lies"),
    meta("gentags", ">0", NUMBERS, "how many general tags it has"),
    meta("has", "source", "parent, children, source, pool, text, file, copies, alpha, rating, score, tags", "what is known of it"),
    meta("height", ">0", NUMBERS_OR_NONE, "pixels from top to bottom"),
    meta("id", ">0", NUMBERS, "the number of the post"),
    meta("in", "/home/me/Pictures", "the full path of a folder", "what lies in this folder or below it"),
    meta("is", "favorite", "parent, child, sfw, nsfw, general, sensitive, questionable, explicit, jpg, png, webp, gif, bmp, tiff, animated, missing, favorite, record, copies", "what it is"),
    meta("limit", "100", "a number", "at most so many results"),
    meta("md5", "d41d8cd98f00b204e9800998ecf8427e", "32 hexadecimal digits", "the file with these bytes"),
    meta("metatags", ">0", NUMBERS, "how many meta tags it has"),
    meta("mpixels", ">2", "numbers such as 2, >2 or 1.5..4, none, any", "width × height in millions"),
    meta("order", "newest", ORDER_VALUES, "the order of results"),
    meta("ordpool", "any", POOLS, "like pool:, in the pool's order"),
    meta("parent", "any", "any, none, post numbers", "these posts and their children; what has a parent"),
    meta("path", "cats", "a part of a path, or with * all of it", "folder and name of the file"),
    meta("pool", "any", POOLS, "posts of a pool"),
    meta("rating", "general", "general, sensitive, questionable, explicit, none", "how safe it is"),
    meta("ratio", "16:9", "ratios such as 16:9, 1.5 or <1, none, any", "width / height"),
    meta("score", ">0", NUMBERS_OR_NONE, "its score"),
    meta("sort", "score", "score, id, date, width, height, random and what order: takes, with :asc or :desc; when a post last changed is not known", "order:, as Gelbooru writes it"),
    meta("source", "pixiv", "a part of an address, or with * all of it, any, none", "where it comes from"),
    meta("status", "ok", "ok, missing, any", "whether its file is there"),
    meta("tagcount", ">0", NUMBERS, "how many tags it has"),
    meta("text", "cat", "a part of a text, or with * all of it", "title, caption or description"),
    meta("width", ">0", NUMBERS_OR_NONE, "pixels from left to right"),
];

/// A way to put words of a query together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryForm {
    /// A query; the words `A` and `B` stand for tags.
    pub form: &'static str,
    /// What it finds.
    pub about: &'static str,
}

impl QueryForm {
    /// The query with these tags in the places of `A` and `B`.
    pub fn with_tags(&self, a: &str, b: &str) -> String {
        let put = |it: char| match it {
            'A' => a.to_owned(),
            'B' => b.to_owned(),
            it => it.to_string(),
        };
        self.form.chars().map(put).collect()
    }
}

const fn form(form: &'static str, about: &'static str) -> QueryForm {
    QueryForm { form, about }
}

/// Every way to put words together.
#[rustfmt::skip]
pub const QUERY_FORMS: &[QueryForm] = &[
    form("A B", "both tags"),
    form("A or B", "at least one of them"),
    form("~A ~B", "the same, as Danbooru writes it"),
    form("{A ~ B}", "the same, as Gelbooru writes it"),
    form("-A", "without this tag"),
    form("-(A B)", "not both at once; parentheses keep words together"),
    form("(A or B) rating:general", "one of them, and what is said besides"),
    form("A*", "tags that begin so; * stands for anything"),
    form("\"A\"", "exactly this tag, whatever characters are in its name"),
    form("artist:*", "has an artist; also copyright:, character:, species:, general:, meta:, other:"),
    form("general:A", "the tag, where it is one of this kind"),
    form(".png", "pictures of this format"),
];
