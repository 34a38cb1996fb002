//! Queries of what posts have besides tags: families, pools, texts, facts.

use super::model::{Contents, Library, Post, file, post};
use super::{Lookup, complete, search};
use crate::engine::tag_cache::{NameOrder, PostSet, TextQuery};
use crate::library::{LibraryError, PoolQuery};
use crate::message::CompletionKind;
use crate::model::{Category, Md5, PostId};

/// Final Fantasy's, with a family, pools and names of several kinds.
fn fantasy() -> Library {
    let mut posts = vec![
        post(&["cloud", "final_fantasy_vii", "wlop", "sky"]),
        post(&["cloud", "sky"]),
        post(&["sky", "smile"]),
        post(&["re:zero", "smile"]),
        Post::default(),
    ];
    posts[1].parent = Some(1);
    posts[2].parent = Some(1);
    posts[4].parent = Some(4);
    posts[2].is_favorite = true;
    posts[3].draft.file = file("/x/lost.png");
    posts[3].is_missing = true;
    posts[3].num_copies = 1;
    posts[0].draft.sources = vec!["https://pixiv.net/1".to_owned()];
    posts[1].draft.text = Some("None the wiser".to_owned());
    let categories = [
        ("cloud", Category::Character, None),
        ("final_fantasy_vii", Category::Copyright, None),
        ("wlop", Category::Artist, None),
        ("smile", Category::General, Some("03 Expression")),
    ];
    let category =
        |it: (&str, Category, Option<&str>)| (it.0.to_owned(), (it.1, it.2.map(str::to_owned)));
    let alias = |(alias, tag): (&str, &str)| (alias.to_owned(), tag.to_owned());
    Contents {
        posts,
        categories: categories.into_iter().map(category).collect(),
        aliases: [
            ("ff7", "final_fantasy_vii"),
            ("sky", "smile"),
            ("artist:x", "wlop"),
        ]
        .map(alias)
        .into(),
        pools: vec![
            ("my_pool".to_owned(), vec![3, 1, 2]),
            ("1".to_owned(), vec![4]),
        ],
    }
    .into_library()
}

#[test]
fn families_pools_and_facts() {
    let library = fantasy();
    let cases: &[(&str, &[u32])] = &[
        ("parent:1", &[3, 2, 1]),
        ("parent:1,4", &[5, 4, 3, 2, 1]),
        ("-parent:1", &[5, 4]),
        ("parent:any", &[5, 3, 2]),
        ("parent:none", &[4, 1]),
        ("is:child", &[5, 3, 2]),
        ("has:children", &[4, 1]),
        ("child:any", &[4, 1]),
        ("child:none", &[5, 3, 2]),
        ("child:3", &[1]),
        ("child:5,2,99", &[4, 1]),
        ("pool:any", &[4, 3, 2, 1]),
        ("pool:none", &[5]),
        ("pool:1", &[3, 2, 1]),
        ("pool:2", &[4]),
        ("pool:\"1\"", &[4]),
        ("pool:\"My  Pool\"", &[3, 2, 1]),
        ("pool:my*", &[3, 2, 1]),
        ("pool:other", &[]),
        ("ordpool:my_pool", &[3, 1, 2]),
        ("ordpool:1 -smile", &[1, 2]),
        ("ordpool:1 or id:5", &[3, 1, 2, 5]),
        ("-ordpool:1", &[5, 4]),
        ("ordpool:1 order:id", &[1, 2, 3]),
        ("fav:yes", &[3]),
        ("fav:me", &[3]),
        ("-fav:no", &[3]),
        ("is:fav", &[3]),
        ("is:missing", &[4]),
        ("status:missing", &[4]),
        ("status:ok", &[]),
        ("status:any", &[5, 4, 3, 2, 1]),
        ("has:copies", &[4]),
        ("has:file", &[4]),
        ("is:record", &[5, 3, 2, 1]),
        ("has:source", &[1]),
        ("source:pixiv", &[1]),
        ("source:none", &[5, 4, 3, 2]),
        ("source:any", &[1]),
        ("has:text", &[2]),
        ("text:none", &[2]),
        ("has:tags", &[4, 3, 2, 1]),
        ("has:pool", &[4, 3, 2, 1]),
        ("has:rating", &[]),
        ("has:score,tags", &[4, 3, 2, 1]),
        ("chartags:1", &[2, 1]),
        ("arttags:>0", &[1]),
        ("order:chartags limit:1", &[2]),
        ("order:gentags_asc limit:2", &[5, 1]),
    ];
    for (query, expected) in cases {
        assert_eq!(library.ids(query), *expected, "{query}");
    }
}

#[test]
fn categories_and_other_names() {
    let library = fantasy();
    let cases: &[(&str, &[u32])] = &[
        ("ff7", &[1]),
        ("FF7", &[1]),
        ("-ff7", &[5, 4, 3, 2]),
        // A tag's own name wins over another's.
        ("sky", &[3, 2, 1]),
        ("character:cloud", &[2, 1]),
        ("CHAR:Cloud", &[2, 1]),
        ("-char:cloud", &[5, 4, 3]),
        ("(~ch:cloud ~gen:smile)", &[4, 3, 2, 1]),
        ("copy:ff7", &[1]),
        ("co:final*", &[1]),
        ("artist:cloud", &[]),
        ("artist:*", &[1]),
        ("art:w*p", &[1]),
        ("artist:c*", &[]),
        ("character:\"cloud\"", &[2, 1]),
        ("03_expression:smile", &[4, 3]),
        ("03_Expression:*", &[4, 3]),
        ("03_expression:sky", &[]),
        ("general:re:zero", &[4]),
        ("(general:re:zero)", &[4]),
        // A name of the library wins over a category.
        ("artist:x", &[1]),
    ];
    for (query, expected) in cases {
        assert_eq!(library.ids(query), *expected, "{query}");
    }
    let hint = |query: &str| {
        let result = search(query, 1, &library.cache, &library, &|| false).unwrap();
        let unknown = result.summary.unknown_tags.into_iter().next().unwrap();
        (unknown, result.summary.as_text)
    };
    let (unknown, as_text) = hint("sky -art:Cloud");
    assert_eq!(unknown.name, "art:cloud");
    assert_eq!(unknown.nearest[0], ("cloud".to_owned(), 2));
    assert_eq!(as_text, "sky -path:\"cloud\"");
    assert_eq!(hint("artist:q*").0.name, "artist:q*");
    let (unknown, _) = hint("fff7");
    assert_eq!(unknown.nearest[0].0, "final_fantasy_vii");
}

#[test]
fn completion_knows_other_names_categories_and_values() {
    let library = fantasy();
    let first = |text: &str| {
        let (_, items) = complete(text, text.len(), 3, &library.cache);
        items.into_iter().next()
    };
    let found = first("ff").unwrap();
    assert_eq!(found.text, "final_fantasy_vii");
    let category = Category::Copyright;
    let alias = "ff7".to_owned();
    assert_eq!(found.kind, CompletionKind::Alias { alias, category });
    assert_eq!(
        first("sk").unwrap().kind,
        CompletionKind::Tag(Category::General)
    );
    let texts = |text| first(text).map(|it| it.text).unwrap_or_default();
    assert_eq!(texts("fff7"), "final_fantasy_vii");
    assert_eq!(texts("char:cl"), "character:cloud");
    assert_eq!(texts("-03_Expression:s"), "03_expression:smile");
    assert_eq!(texts("copy:cl"), "");
    assert_eq!(texts("{is:mis"), "is:missing");
    assert_eq!(texts("has:source,chi"), "has:source,children");
    assert_eq!(texts("status:"), "status:ok");
    assert_eq!(texts("pool:n"), "pool:none");
    assert_eq!(texts("gent"), "gentags:");
}

#[test]
fn a_text_is_looked_up_once_and_only_if_needed() {
    struct Counting<'a>(&'a Library, std::cell::Cell<usize>);
    impl Lookup for Counting<'_> {
        fn posts_with_text(
            &self,
            query: &TextQuery,
            is_cancelled: &dyn Fn() -> bool,
        ) -> Result<Option<Vec<PostId>>, LibraryError> {
            self.1.set(self.1.get() + 1);
            self.0.posts_with_text(query, is_cancelled)
        }

        fn posts_by_name(
            &self,
            set: &PostSet,
            order: NameOrder,
            is_cancelled: &dyn Fn() -> bool,
        ) -> Result<Option<Vec<PostId>>, LibraryError> {
            self.0.posts_by_name(set, order, is_cancelled)
        }

        fn posts_below(
            &self,
            folder: &std::path::Path,
            is_cancelled: &dyn Fn() -> bool,
        ) -> Result<Option<Vec<PostId>>, LibraryError> {
            self.0.posts_below(folder, is_cancelled)
        }

        fn post_by_md5(&self, md5: Md5) -> Result<Option<PostId>, LibraryError> {
            self.0.post_by_md5(md5)
        }

        fn posts_in_pool(&self, pool: &PoolQuery) -> Result<Vec<PostId>, LibraryError> {
            self.0.posts_in_pool(pool)
        }
    }
    let library = fantasy();
    for (query, num) in [
        ("text:wiser", 1),
        ("text:wiser -nosuch (sky or text:wiser) -text:\"wiser\"", 1),
        ("text:wiser nosuch", 0),
        ("-text:wiser sky -sky", 0),
        ("sky -(cloud or text:wiser or text:x)", 2),
        ("-(sky or smile or id:5 or text:x)", 0),
    ] {
        let counting = Counting(&library, std::cell::Cell::new(0));
        search(query, 1, &library.cache, &counting, &|| false).unwrap();
        assert_eq!(counting.1.get(), num, "{query}");
    }
}
