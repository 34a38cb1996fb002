//! One JSON object of a collection into a draft.
//!
//! The boorus' own objects (Danbooru's dump, the replies of their APIs) are read
//! as sidecars are. Two shapes are known besides:
//!
//! - **The Tate's artworks**: artists become artist tags; subjects of all levels
//!   general tags; movements copyright tags, the category of what a work is part
//!   of; the classification (`painting`) a meta tag. Title, medium, year and
//!   accession number are text, since there are nearly as many of them as works.
//!   The first of January of the year is its date. The size in millimetres has
//!   no place: a post's is in pixels.
//! - **Any other object**: what has the names that the boorus use, `tags` as a
//!   list or a string, and `url` as a source.
//!
//! A record is found again by its md5, or else by its site and id. Where it does
//! not say its site, that is the name of the collection's file.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::import::normalise::{self, MAX_TAG_CHARS};
use crate::import::sidecar::Facts;
use crate::import::sidecar::json::{self, Object};
use crate::model::{Category, ParentDraft, PostDraft, SourcePost};

/// A draft, and what of the record could not be used.
#[derive(Debug)]
pub(super) struct Record {
    pub draft: PostDraft,
    pub problem: Option<String>,
}

/// Reads one record; `site` is what it comes from unless it says so itself. The
/// error is a reason, to be read after a colon.
pub(super) fn read(value: &Value, site: &str) -> Result<Record, String> {
    let Value::Object(object) = value else {
        return Err(match value {
            Value::Array(_) => {
                "a list, not a record; name the file .json if it is one list".to_owned()
            }
            _ => "not a record; it should be an object in braces".to_owned(),
        });
    };
    let facts = if is_tate(object) {
        tate(object)
    } else {
        any(object, site)?
    };
    let num_long_tags = facts.num_long_tags;
    let draft = facts.draft;
    if draft.md5.is_none() && draft.source_posts.is_empty() {
        return Err(
            "has neither an id nor an md5, by which it could be found again; add one of them"
                .to_owned(),
        );
    }
    let problem = (num_long_tags > 0).then(|| {
        format!(
            "{num_long_tags} tags longer than {MAX_TAG_CHARS} characters were left out; \
             shorten them"
        )
    });
    Ok(Record { draft, problem })
}

/// The name of a site that a file's name stands for.
pub(super) fn site_of_file(path: &std::path::Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split('.').find(|it| !it.is_empty());
    stem.and_then(|it| normalise::tag_name(it).ok())
        .unwrap_or_else(|| "import".to_owned())
}

fn any(object: &Object, site: &str) -> Result<Facts, String> {
    let mut facts = json::read_record(object, site).map_err(|err| err.to_string())?;
    if let Some(url) = object.get("url").and_then(Value::as_str) {
        facts.add_source(url);
    }
    let draft = &mut facts.draft;
    if draft.md5.is_none() {
        // Found by these, it would be taken for another post of the same album.
        draft.source_posts.truncate(1);
    }
    let itself = draft.source_posts.first();
    if matches!(&draft.parent, Some(ParentDraft::Source(parent)) if Some(parent) == itself) {
        draft.parent = None;
    }
    Ok(facts)
}

fn is_tate(object: &Object) -> bool {
    ["acno", "artists", "subjects"]
        .iter()
        .all(|it| object.contains_key(*it))
}

fn tate(object: &Object) -> Facts {
    let mut facts = Facts::default();
    for (key, category) in [
        ("artists", Category::Artist),
        ("movements", Category::Copyright),
        ("classification", Category::Meta),
        ("subjects", Category::General),
    ] {
        let names = match object.get(key) {
            Some(Value::Array(names)) => names.as_slice(),
            Some(name) => std::slice::from_ref(name),
            None => &[],
        };
        for name in names.iter().filter_map(Value::as_str) {
            facts.add_tag(name, Some(category));
        }
    }
    let mut lines = Vec::new();
    for key in ["title", "medium", "year", "acno"] {
        match object.get(key) {
            Some(Value::String(text)) => lines.push(text.trim().to_owned()),
            Some(Value::Number(number)) => lines.push(number.to_string()),
            _ => {}
        }
    }
    lines.retain(|it| !it.is_empty());
    facts.add_text(&lines.join("\n"));
    if let Some(url) = object.get("url").and_then(Value::as_str) {
        facts.add_source(url);
    }
    let draft = &mut facts.draft;
    if let Some(id) = object.get("id").and_then(Value::as_u64) {
        let site = "tate".to_owned();
        draft.source_posts.push(SourcePost { site, id });
    }
    draft.created_at = object.get("year").and_then(year).and_then(start_of_year);
    facts
}

/// Of `1785`, or the first of `c.1997-9`.
fn year(value: &Value) -> Option<i16> {
    match value {
        Value::Number(number) => i16::try_from(number.as_i64()?).ok(),
        Value::String(text) => text
            .split(|it: char| !it.is_ascii_digit())
            .find(|it| it.len() == 4)?
            .parse()
            .ok(),
        _ => None,
    }
}

fn start_of_year(year: i16) -> Option<i64> {
    let date = Date::new(year, 1, 1).ok()?;
    let zoned = date.to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;
    use crate::model::{Md5, Rating};

    fn names(draft: &PostDraft, category: Category) -> Vec<&str> {
        draft
            .tags
            .iter()
            .filter(|it| it.category == Some(category))
            .map(|it| it.name.as_str())
            .collect()
    }

    fn source(site: &str, id: u64) -> SourcePost {
        let site = site.to_owned();
        SourcePost { site, id }
    }

    #[test]
    fn an_artwork_of_the_tate() {
        let record = json!({
            "id": 1037, "acno": "A00003", "title": "The Preaching of Warning",
            "artists": ["Robert Blake"], "year": 1785, "medium": "Graphite on paper",
            "classification": "on paper, unique", "width_mm": "343", "height_mm": "467",
            "movements": ["Romanticism"], "subjects": ["man, old", "Bible: Genesis", "bible: genesis"],
            "subject_leaves": ["man, old"], "url": "http://example.com/a00003"
        });
        let draft = read(&record, "file").unwrap().draft;
        assert_eq!(names(&draft, Category::Artist), ["robert_blake"]);
        assert_eq!(names(&draft, Category::Copyright), ["romanticism"]);
        assert_eq!(names(&draft, Category::Meta), ["on_paper,_unique"]);
        assert_eq!(
            names(&draft, Category::General),
            ["man,_old", "bible:_genesis"]
        );
        assert_eq!(
            draft.text.as_deref(),
            Some("The Preaching of Warning\nGraphite on paper\n1785\nA00003")
        );
        assert_eq!(draft.sources, ["http://example.com/a00003"]);
        assert_eq!(draft.source_posts, [source("tate", 1037)]);
        assert_eq!(draft.created_at, Some(-5_837_961_600));
        assert_eq!(year(&json!("c.1997-9")), Some(1997));
        assert_eq!(year(&json!("unknown")), None);
    }

    #[test]
    fn a_danbooru_post_with_its_parent() {
        let record = json!({
            "id": 7, "md5": "4f39497ef8fcd059984c3b1fe86cf542", "rating": "e", "score": 3,
            "parent_id": 5, "pixiv_id": 12, "tag_string": "1girl solo",
            "tag_string_general": "1girl solo"
        });
        let draft = read(&record, "file").unwrap().draft;
        let md5: Md5 = "4f39497ef8fcd059984c3b1fe86cf542".parse().unwrap();
        assert_eq!(draft.md5, Some(md5));
        assert_eq!(draft.rating, Some(Rating::Explicit));
        assert_eq!(
            draft.source_posts,
            [source("danbooru", 7), source("pixiv", 12)]
        );
        assert_eq!(
            draft.parent,
            Some(ParentDraft::Source(source("danbooru", 5)))
        );
    }

    #[test]
    fn any_object_that_can_be_found_again() {
        let record = json!({"id": "5", "tags": "blue_sky rating:safe", "url": "http://a/5",
            "sources": ["http://b"], "title": "Sky", "created_at": "1970-01-02", "pixiv_id": 9});
        let draft = read(&record, "mine").unwrap().draft;
        assert_eq!(draft.source_posts, [source("mine", 5)]);
        assert_eq!(draft.sources, ["http://b", "http://a/5"]);
        assert_eq!(draft.created_at, Some(86_400));
        assert_eq!(draft.text.as_deref(), Some("Sky"));
        for nothing in [json!({"tags": "a"}), json!([1]), json!(5), json!({})] {
            assert!(read(&nothing, "mine").is_err(), "{nothing}");
        }
        let long = json!({"id": 1, "tags": ["a", "b".repeat(200)]});
        let read = read(&long, "mine").unwrap();
        assert_eq!(read.draft.tags.len(), 1);
        assert!(read.problem.unwrap().contains("longer than 170"));
    }

    #[test]
    fn a_file_gives_its_name() {
        for (name, site) in [
            ("/a/My Posts.jsonl.xz", "my_posts"),
            ("x.json", "x"),
            (".jsonl", "jsonl"),
            ("/", "import"),
        ] {
            assert_eq!(site_of_file(Path::new(name)), site);
        }
    }
}
