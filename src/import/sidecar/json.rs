//! `.json`: what gallery-dl, the boorus' own APIs, Hydrus and waifuc write.
//!
//! The shapes share most of their words, so one reader takes them all: it looks
//! for the words that it knows, wherever one of these programs puts them.
//!
//! - Danbooru (its API, its dump, gallery-dl): `tag_string_<category>` strings
//!   or `tags_<category>` lists, `tag_string` for what is in none of them;
//! - e621: `tags_<category>` lists, or `tags` as an object of lists;
//! - Gelbooru, Safebooru: `tags` is one string, HTML-escaped; posts in `post`;
//! - pixiv: `tags` of names, or of objects with a `name`;
//! - zerochan, Derpibooru: `tags` with namespaces (`Mangaka:…`);
//! - szurubooru: `tags` of objects with `names` and a `category`;
//! - waifuc: the post below the name of its site; Hydrus: below `metadata`;
//! - labels: `label`, `tags`, `group`, `subgroup`.

use serde_json::{Map, Value};

use super::{Facts, SidecarError, add_namespaced, category_named, dates};
use crate::model::{Category, Md5, ParentDraft, Rating, SourcePost};

pub(in crate::import) type Object = Map<String, Value>;

/// How deep a post may be wrapped.
const MAX_WRAPPING: usize = 4;

/// The longest HTML entity with its `&` and `;`: `&#x1f600;` has nine.
const MAX_ENTITY_BYTES: usize = 9;

pub(super) fn parse(bytes: &[u8], picture_stem: &str) -> Result<Facts, SidecarError> {
    let value: Value = serde_json::from_slice(bytes).map_err(|err| SidecarError::Json {
        line: err.line(),
        column: err.column(),
        message: message_of(&err),
    })?;
    let mut facts = Facts::default();
    read_value(&mut facts, &value, picture_stem, None, 0)?;
    Ok(facts)
}

/// What one object says that stands by itself, without a picture beside it.
/// `site` is where it comes from, unless it says so itself.
pub(in crate::import) fn read_record(object: &Object, site: &str) -> Result<Facts, SidecarError> {
    let own_site =
        object.get("category").and_then(Value::as_str).is_some() || guess_site(object).is_some();
    let mut facts = Facts::default();
    read_object(&mut facts, object, "", (!own_site).then_some(site), 0)?;
    Ok(facts)
}

/// Without the place, which is told apart from it.
pub(in crate::import) fn message_of(err: &serde_json::Error) -> String {
    let text = err.to_string();
    match text.rfind(" at line ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

fn read_value(
    facts: &mut Facts,
    value: &Value,
    stem: &str,
    site: Option<&str>,
    depth: usize,
) -> Result<(), SidecarError> {
    match value {
        Value::Object(object) => read_object(facts, object, stem, site, depth),
        Value::Array(items) => {
            // A list of tags, or of posts.
            if items.iter().any(Value::is_object) {
                read_value(facts, the_post(items, stem)?, stem, site, depth + 1)
            } else {
                add_list(facts, items, None);
                Ok(())
            }
        }
        _ => Ok(()),
    }
}

/// The one post, or the one whose md5 the picture is named by.
fn the_post<'a>(posts: &'a [Value], stem: &str) -> Result<&'a Value, SidecarError> {
    if let [only] = posts {
        return Ok(only);
    }
    posts
        .iter()
        .find(|it| {
            let md5 = it.get("md5").or_else(|| it.get("file")?.get("md5"));
            md5.and_then(Value::as_str)
                .is_some_and(|md5| md5.eq_ignore_ascii_case(stem))
        })
        .ok_or(SidecarError::Ambiguous {
            num_posts: posts.len(),
        })
}

fn read_object(
    facts: &mut Facts,
    object: &Object,
    stem: &str,
    site: Option<&str>,
    depth: usize,
) -> Result<(), SidecarError> {
    // API replies: Gelbooru's `post` list, e621's and Danbooru's `posts` or `post`.
    for key in ["post", "posts"] {
        match object.get(key) {
            Some(Value::Array(posts)) if posts.iter().any(Value::is_object) => {
                let site = site.or(object.contains_key("@attributes").then_some("gelbooru"));
                return read_value(facts, the_post(posts, stem)?, stem, site, depth + 1);
            }
            Some(inner @ Value::Object(_)) if depth < MAX_WRAPPING => {
                return read_value(facts, inner, stem, site, depth + 1);
            }
            _ => {}
        }
    }
    if let Some((name, inner)) = wrapped(object)
        && depth < MAX_WRAPPING
    {
        // It knows more than what is around it, so it comes first.
        let site = (name != "metadata").then_some(name);
        read_value(facts, inner, stem, site, depth + 1)?;
    }
    add_tags(facts, object);
    add_facts(facts, object, site);
    Ok(())
}

/// A post below the name of its site, or below `metadata`.
fn wrapped(object: &Object) -> Option<(&str, &Value)> {
    let is_post = |it: &Object| it.contains_key("tags") || it.contains_key("tag_string");
    object
        .iter()
        .find(|(name, value)| *name != "tags" && value.as_object().is_some_and(is_post))
        .map(|(name, value)| (name.as_str(), value))
}

fn add_tags(facts: &mut Facts, object: &Object) {
    // What says a category first, so that the flat lists below add only the rest.
    for (key, value) in object {
        let suffix = key
            .strip_prefix("tag_string_")
            .or_else(|| key.strip_prefix("tags_"));
        if let Some(category) = suffix.and_then(category_named) {
            add_any(facts, value, Some(category));
        }
    }
    if let Some(Value::String(tags)) = object.get("tag_string") {
        add_words(facts, tags, None);
    }
    match object.get("tags") {
        Some(Value::Array(items)) => add_list(facts, items, None),
        // waifuc has scores, e621 has lists by category.
        Some(Value::Object(groups)) => {
            for (name, value) in groups {
                match value {
                    Value::Number(_) | Value::Bool(_) => facts.add_tag(name, None),
                    other => add_any(facts, other, category_named(name)),
                }
            }
        }
        Some(Value::String(words)) => add_words(facts, &unescape_html(words), None),
        _ => {}
    }
    if let Some(Value::String(label)) = object.get("label") {
        facts.add_tag(label, Some(Category::General));
        facts.add_text(label);
    }
    if object.contains_key("label") {
        for key in ["group", "subgroup"] {
            if let Some(Value::String(group)) = object.get(key) {
                facts.add_tag(group, Some(Category::Meta));
            }
        }
    }
    if let Some(Value::String(artist)) = object.get("user").and_then(|it| it.get("name")) {
        facts.add_tag(artist, Some(Category::Artist));
    }
}

fn add_any(facts: &mut Facts, value: &Value, category: Option<Category>) {
    match value {
        Value::String(words) => add_words(facts, &unescape_html(words), category),
        Value::Array(items) => add_list(facts, items, category),
        _ => {}
    }
}

/// Each item is a whole tag.
fn add_list(facts: &mut Facts, items: &[Value], category: Option<Category>) {
    for item in items {
        match item {
            Value::String(tag) if category.is_some() => facts.add_tag(tag, category),
            Value::String(tag) => add_namespaced(facts, tag),
            Value::Object(object) => {
                // pixiv: `name`; szurubooru: `names` (the first is the main one).
                let name = object
                    .get("name")
                    .or_else(|| object.get("names")?.get(0))
                    .and_then(Value::as_str);
                let named = object
                    .get("category")
                    .and_then(Value::as_str)
                    .and_then(|it| category_named(&it.to_ascii_lowercase()));
                if let Some(name) = name {
                    facts.add_tag(name, category.or(named));
                }
            }
            Value::Number(number) => facts.add_tag(&number.to_string(), category),
            _ => {}
        }
    }
}

/// Tags of one string, between spaces.
fn add_words(facts: &mut Facts, words: &str, category: Option<Category>) {
    for word in words.split_whitespace() {
        facts.add_tag(word, category);
    }
}

pub(in crate::import) fn add_facts(facts: &mut Facts, object: &Object, site: Option<&str>) {
    let text = |key: &str| object.get(key).and_then(Value::as_str);
    let site = site
        .or_else(|| text("category"))
        .or_else(|| guess_site(object));

    let rating = text("rating")
        .or_else(|| text("safety"))
        .and_then(|it| match (site, it) {
            // There `s` is safe; on Danbooru it is sensitive.
            (Some("e621" | "e926" | "e6ai" | "yandere" | "konachan"), "s") => Some(Rating::General),
            _ => rating_named(it),
        });
    let rating = rating.or_else(|| match object.get("x_restrict")?.as_u64()? {
        0 => Some(Rating::General),
        _ => Some(Rating::Explicit),
    });
    let score = object
        .get("score")
        .and_then(|it| number(it.get("total").unwrap_or(it)))
        .and_then(|it| i32::try_from(it).ok());
    let fav_count = ["fav_count", "favorites", "favoriteCount"]
        .iter()
        .find_map(|key| number(object.get(*key)?))
        .and_then(|it| u32::try_from(it).ok());
    let created_at = ["created_at", "create_date", "creationTime", "date"]
        .iter()
        .find_map(|key| time(object.get(*key)?));
    // What was said before is from a post inside of this.
    let draft = &mut facts.draft;
    draft.rating = draft.rating.or(rating);
    draft.score = draft.score.or(score);
    draft.fav_count = draft.fav_count.or(fav_count);
    draft.created_at = draft.created_at.or(created_at);
    draft.md5 = draft.md5.or_else(|| md5(object));
    if let (None, Some(site), Some(id)) = (&draft.parent, site, parent_id(object)) {
        let site = site.to_ascii_lowercase();
        draft.parent = Some(ParentDraft::Source(SourcePost { site, id }));
    }

    for key in ["source", "source_url"] {
        if let Some(source) = text(key) {
            facts.add_source(source);
        }
    }
    for key in ["sources", "urls"] {
        for source in object
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if let Some(source) = source.as_str() {
                facts.add_source(source);
            }
        }
    }
    if let (Some(site), Some(id)) = (site, object.get("id").and_then(number))
        && let Ok(id) = u64::try_from(id)
    {
        facts.add_source_post(&site.to_ascii_lowercase(), id);
    }
    if let Some(id) = object.get("pixiv_id").and_then(Value::as_u64) {
        facts.add_source_post("pixiv", id);
    }
    for key in ["title", "caption", "description"] {
        if let Some(words) = text(key) {
            facts.add_text(words);
        }
    }
}

/// Of the file, which a post is about; not of the picture that lies beside it.
fn md5(object: &Object) -> Option<Md5> {
    let in_file = object.get("file").and_then(|it| it.get("md5"));
    [object.get("md5"), in_file, object.get("checksumMD5")]
        .into_iter()
        .flatten()
        .find_map(|it| it.as_str()?.parse().ok())
}

/// The post of the same site that this one belongs under; 0 stands for none.
pub(in crate::import) fn parent_id(object: &Object) -> Option<u64> {
    object
        .get("parent_id")
        .or_else(|| object.get("relationships")?.get("parent_id"))
        .and_then(number)
        .and_then(|it| u64::try_from(it).ok())
        .filter(|it| *it > 0)
}

/// Where a post comes from, by words that only one site has.
fn guess_site(object: &Object) -> Option<&'static str> {
    let marks = [
        ("tag_string_general", "danbooru"),
        ("tags_species", "e621"),
        ("illust_type", "pixiv"),
        ("illust_ai_type", "pixiv"),
        ("tags_mangaka", "zerochan"),
        ("orig_sha512_hash", "derpibooru"),
        ("checksumMD5", "szurubooru"),
    ];
    marks
        .into_iter()
        .find(|(key, _)| object.contains_key(*key))
        .map(|(_, site)| site)
        .or_else(|| match object.get("tags")?.get("species")? {
            Value::Array(_) => Some("e621"),
            _ => None,
        })
}

/// A rating by its letter or its word on any of the sites.
pub(in crate::import) fn rating_named(word: &str) -> Option<Rating> {
    Some(match word.trim().to_ascii_lowercase().as_str() {
        "g" | "general" | "safe" => Rating::General,
        "s" | "sensitive" => Rating::Sensitive,
        "q" | "questionable" | "sketchy" => Rating::Questionable,
        "e" | "explicit" | "unsafe" | "r-18" | "r-18g" => Rating::Explicit,
        _ => return None,
    })
}

/// Also of a number written as text.
fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(it) => it.as_i64().or_else(|| Some(it.as_f64()? as i64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn time(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => dates::parse(text),
        Value::Number(secs) => secs.as_i64(),
        // Moebooru through gallery-dl: `{"s": seconds, …}`.
        Value::Object(object) => object.get("s")?.as_i64(),
        _ => None,
    }
}

/// The entities that Gelbooru writes into tags.
fn unescape_html(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        // Looked for only as far as an entity goes: a text may be full of `&`.
        let entity = rest
            .bytes()
            .take(MAX_ENTITY_BYTES)
            .position(|it| it == b';')
            .and_then(|end| Some((entity(&rest[1..end])?, end + 1)));
        match entity {
            Some((c, length)) => {
                plain.push(c);
                rest = &rest[length..];
            }
            None => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}
