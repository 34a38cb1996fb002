//! The query language and the worker's protocol by themselves, from the very
//! files of the application.
//!
//! Depending on the whole package would build FAISS, SQLite and a window for
//! every fuzzer; these need none of them.

// What only the rest of the application uses.
#![allow(dead_code, unused_imports)]

#[path = "../../src/engine"]
mod engine {
    pub mod search {
        pub mod ast;
        mod metatag;
        mod normalize;
        mod order_names;
        pub mod parse;
        mod print;
        mod spelling;
        mod terms;
        mod values;

    }

    pub mod tag_cache {
        mod column;
        mod glob;
        #[path = "texts/query.rs"]
        mod query;

        pub use column::{Column, CountedCategory, Flag};
        pub use glob::Glob;
        pub use query::{TextField, TextQuery};
    }

    pub mod worker {
        pub mod model;
        mod path_bytes;
        pub mod protocol;
    }
}

#[path = "../../src/library"]
mod library {
    mod rows;

    pub use rows::{PoolQuery, PostColumns};
}

#[path = "../../src/message"]
mod message {
    mod search_error;

    pub use search_error::SearchError;
}

#[path = "../../src/model/mod.rs"]
mod model;

use engine::search::parse::{Vocabulary, parse};
use engine::worker::protocol::{
    self, Answer, MAX_ATTACHMENT_BYTES, MAX_BODY_BYTES, MAX_DIMENSIONS, Message, Question,
};

/// 2023-11-14, so that what is found once is found again.
const NOW: i64 = 1_700_000_000;

/// A library with tags that look like something else.
struct Odd;

impl Vocabulary for Odd {
    fn has_tag(&self, name: &str) -> bool {
        const TAGS: &[&str] = &[
            ":d", ";)", ">:(", "a)", "(a", "\\o/", "|_|", ".gif", "-_-", "~a", "re:zero", "x_(y)",
            "artist:a", "{", "a}", "\"a\"", "rating:q", "ñ", "'_'", "(o)_(o)",
        ];
        TAGS.contains(&name)
    }

    fn has_category(&self, name: &str) -> bool {
        matches!(name, "mood" | "01_body")
    }
}

/// Fine categories, so that they print as they were read, and no tags.
struct Bare;

impl Vocabulary for Bare {
    fn has_tag(&self, _name: &str) -> bool {
        false
    }

    fn has_category(&self, name: &str) -> bool {
        Odd.has_category(name)
    }
}

/// Panics where the parser breaks one of its promises about `text`.
pub fn check(text: &str) {
    for words in [&Odd as &dyn Vocabulary, &Bare] {
        match parse(text, words, NOW) {
            Ok(parsed) => {
                for tag in &parsed.tags {
                    assert!(text.get(tag.range.clone()).is_some_and(|it| !it.is_empty()));
                    assert!(!tag.name.is_empty());
                }
                let printed = parsed.query.to_string();
                match parse(&printed, &Bare, NOW) {
                    Ok(again) => {
                        assert_eq!(again.query, parsed.query, "printed as {printed:?}");
                        assert_eq!(again.query.to_string(), printed);
                    }
                    Err(err) => panic!("{err}: printed as {printed:?}"),
                }
            }
            Err(err) => {
                assert!((1..=text.chars().count() + 1).contains(&err.column));
                assert!(!err.message.is_empty());
                if let Some(suggestion) = err.suggestion {
                    assert_ne!(suggestion, text);
                    let works = parse(&suggestion, words, NOW);
                    assert!(works.is_ok(), "suggests {suggestion:?}: {works:?}");
                }
            }
        }
    }
}

/// Panics where the reader of the worker's protocol breaks one of its promises
/// about what comes over the pipe.
pub fn check_protocol(bytes: &[u8]) {
    let mut pipe = bytes;
    // With and without what is said first.
    let from = match protocol::read_hello(&mut pipe) {
        Ok(()) => pipe,
        Err(_) => bytes,
    };
    check_messages::<Question>(from);
    check_messages::<Answer>(from);
    if let Some(values) = protocol::read_values(bytes) {
        assert!(values.len() <= MAX_DIMENSIONS as usize);
        assert_eq!(protocol::write_values(&values), bytes);
    }
}

fn check_messages<T>(mut pipe: &[u8])
where
    T: serde::Serialize + serde::de::DeserializeOwned + std::fmt::Debug,
{
    while let Ok(Message { body, attachment }) = protocol::read::<T>(&mut pipe) {
        assert!(attachment.len() <= MAX_ATTACHMENT_BYTES as usize);
        let mut again = Vec::new();
        if protocol::write(&mut again, &body, &attachment).is_err() {
            // Said at its shortest it is never longer than it came.
            panic!("{body:?} is longer than {MAX_BODY_BYTES} bytes");
        }
        let read = match protocol::read::<T>(&mut &again[..]) {
            Ok(read) => read,
            Err(err) => panic!("{err}: {body:?}"),
        };
        // By its text, since no number is equal to itself where it is none.
        assert_eq!(format!("{:?}", read.body), format!("{body:?}"));
        assert_eq!(read.attachment, attachment);
    }
}
