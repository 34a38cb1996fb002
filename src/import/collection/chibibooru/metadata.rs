//! What ChibiBooru keeps of the sites' own words about an image.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use crate::import::sidecar::Facts;
use crate::import::sidecar::json::{self, Object};

/// Its own tagger, which it lists among the sites.
const TAGGER: &str = "local_tagger";

/// Where an image's date comes from first, after the source that is active.
const SITES: [&str; 5] = ["danbooru", "e621", "gelbooru", "yandere", "pixiv"];

pub(super) fn is_site(source: &str) -> bool {
    source != TAGGER && source != "merged"
}

/// What the sites said of an image, the active one first.
pub(super) fn said_by(sources: &BTreeMap<String, Lean>, active: Option<&str>) -> Facts {
    let mut order: Vec<&str> = active.into_iter().chain(SITES).collect();
    order.extend(sources.keys().map(String::as_str));
    let mut facts = Facts::default();
    for site in order {
        // What is said twice is kept once.
        if let Some(Lean(object)) = sources.get(site)
            && is_site(site)
        {
            json::add_facts(&mut facts, object, Some(site));
        }
    }
    facts
}

/// What ChibiBooru keeps of each site's reply.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Metadata {
    #[serde(default)]
    pub sources: BTreeMap<String, Lean>,
}

impl Metadata {
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("it is too long".to_owned());
        }
        serde_json::from_str(text).map_err(|err| err.to_string())
    }
}

/// A site's object without its tags, which are most of it: those of the tables
/// count. Empty where it is none.
#[derive(Debug, Default)]
pub(super) struct Lean(pub Object);

impl<'de> Deserialize<'de> for Lean {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(LeanVisitor)
    }
}

struct LeanVisitor;

impl<'de> Visitor<'de> for LeanVisitor {
    type Value = Lean;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the reply of a site")
    }

    fn visit_none<E>(self) -> Result<Lean, E> {
        Ok(Lean::default())
    }

    fn visit_some<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Lean, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Lean, A::Error> {
        let mut object = Object::new();
        while let Some(key) = entries.next_key::<String>()? {
            if key.starts_with("tag") {
                entries.next_value::<IgnoredAny>()?;
            } else {
                object.insert(key, entries.next_value::<Value>()?);
            }
        }
        Ok(Lean(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_kept_without_its_tags() {
        let metadata = Metadata::parse(
            r#"{"md5": "a", "sources": {"danbooru": {"id": 5, "tag_string": "a b",
                "tags": {"general": []}, "source": "http://a"}, "pixiv": null}}"#,
        )
        .unwrap();
        let Lean(danbooru) = &metadata.sources["danbooru"];
        assert_eq!(danbooru.len(), 2);
        assert!(metadata.sources["pixiv"].0.is_empty());
        let draft = said_by(&metadata.sources, Some("pixiv")).draft;
        assert_eq!(draft.sources, ["http://a"]);
        assert!(Metadata::parse("").is_err());
        assert!(Metadata::parse("{").is_err());
    }
}
