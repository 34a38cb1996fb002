use kobako::library::{Library, LibraryError, Outcome, Reader, Writer};
use kobako::model::{Category, PostId, Rating, TagId};
use tempfile::{TempDir, tempdir};

use super::{md5, open_writer, picture, tag};

/// 1: a b, 2: b c, 3: c.
fn three() -> (TempDir, Library, Writer, Reader) {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let drafts = [
        picture("/1", 1, &["a", "b"]),
        picture("/2", 2, &["b", "c"]),
        picture("/3", 3, &["c"]),
    ];
    writer.write_batch(&drafts).unwrap();
    let reader = library.reader("test").unwrap();
    (dir, library, writer, reader)
}

fn names(reader: &Reader, id: u32) -> Vec<String> {
    let record = reader.post(PostId(id)).unwrap().unwrap();
    assert_eq!(record.columns.num_tags as usize, record.tags.len());
    record.tags.into_iter().map(|it| it.1).collect()
}

fn aliases(reader: &Reader) -> Vec<(String, TagId)> {
    let mut found = Vec::new();
    reader
        .for_each_alias(&mut |alias, tag| found.push((alias.to_owned(), tag)))
        .unwrap();
    found
}

fn pair(from: &str, to: &str) -> (String, String) {
    (from.to_owned(), to.to_owned())
}

#[test]
fn what_the_user_tags_outlives_imports_and_brings_what_it_implies() {
    let (_dir, library, mut writer, reader) = three();
    // c implies d, d implies e, and e comes back to c.
    let implications = [pair("c", "d"), pair("d", "e"), pair("e", "c")];
    let changes = writer.put_implications(&implications).unwrap();
    assert_eq!(changes.commit, 0);
    let posts = [PostId(1), PostId(2), PostId(1)];
    let changes = writer
        .edit_tags(&posts, &[tag("c")], &["b".to_owned()])
        .unwrap();
    assert_eq!(changes.posts.len(), 2);
    assert!(changes.posts.iter().all(|it| it.texts.is_none()));
    assert_eq!(names(&reader, 1), ["a", "c", "d", "e"]);
    assert_eq!(names(&reader, 2), ["c", "d", "e"]);
    writer.write_batch(&[picture("/2", 2, &["b"])]).unwrap();
    assert_eq!(names(&reader, 2), ["c", "d", "e"]);

    // What was taken away comes back by the user's word alone.
    writer
        .edit_tags(&[PostId(2)], &[], &["d".to_owned()])
        .unwrap();
    writer.edit_tags(&[PostId(2)], &[tag("c")], &[]).unwrap();
    assert_eq!(names(&reader, 2), ["c", "e"]);
    writer.edit_tags(&[PostId(2)], &[tag("d")], &[]).unwrap();
    assert_eq!(names(&reader, 2), ["c", "d", "e"]);
    let changes = writer.edit_tags(&[PostId(2)], &[tag("d")], &[]).unwrap();
    assert_eq!(changes.commit, 0);

    let unknown = writer.edit_tags(&[PostId(9)], &[tag("new")], &[]);
    assert!(matches!(unknown, Err(LibraryError::NoSuchPost { .. })));
    let unknown = writer.edit_tags(&[PostId(1)], &[], &["nothing".to_owned()]);
    assert!(matches!(unknown, Err(LibraryError::NoSuchTag { .. })));
    let refused = writer.edit_tags(&[PostId(1)], &[tag("two words")], &[]);
    assert!(matches!(refused, Err(LibraryError::NotATagName { .. })));
    assert_eq!(library.quick_check().unwrap(), Vec::<String>::new());
}

#[test]
fn merged_tags_are_one() {
    let (_dir, library, mut writer, reader) = three();
    writer
        .edit_tags(&[PostId(3)], &[], &["c".to_owned()])
        .unwrap();
    writer.put_aliases(&[pair("bee", "b")]).unwrap();
    let changes = writer.merge_tags("b", "c").unwrap();
    assert_eq!(changes.merged_tags, [(TagId(2), TagId(3))]);
    assert_eq!(changes.removed_tags, [TagId(2)]);
    assert!(changes.posts.is_empty());
    assert_eq!(names(&reader, 1), ["a", "c"]);
    assert_eq!(names(&reader, 2), ["c"]);
    assert_eq!(names(&reader, 3), Vec::<String>::new());
    let wanted = [("b", TagId(3)), ("bee", TagId(3))];
    assert_eq!(aliases(&reader), wanted.map(|it| (it.0.to_owned(), it.1)));
    // An import that says the old name means the tag.
    let (outcomes, _) = writer
        .write_batch(&[picture("/2", 2, &["b", "c"])])
        .unwrap();
    assert_eq!(outcomes, [Outcome::Unchanged(PostId(2))]);

    for (from, into) in [("b", "a"), ("nothing", "a"), ("a", "nothing"), ("c", "bee")] {
        assert!(writer.merge_tags(from, into).is_err(), "{from} {into}");
    }
    assert_eq!(library.quick_check().unwrap(), Vec::<String>::new());
}

#[test]
fn a_renamed_tag_keeps_its_posts_and_can_go_back() {
    let (_dir, _library, mut writer, reader) = three();
    let taken = writer.rename_tag("a", "b");
    assert!(matches!(taken, Err(LibraryError::TagExists { .. })));
    let changes = writer.rename_tag("a", "aa").unwrap();
    assert_eq!(changes.tags[0].name, "aa");
    assert_eq!(changes.tags[0].id, TagId(1));
    assert_eq!(names(&reader, 1), ["aa", "b"]);
    assert_eq!(aliases(&reader), [("a".to_owned(), TagId(1))]);
    let other = writer.rename_tag("b", "a");
    assert!(matches!(other, Err(LibraryError::NameIsAlias { .. })));
    writer.rename_tag("aa", "a").unwrap();
    assert_eq!(aliases(&reader), [("aa".to_owned(), TagId(1))]);
    assert_eq!(names(&reader, 1), ["a", "b"]);
}

#[test]
fn aliases_of_tags_merge_or_rename_them() {
    let (_dir, library, mut writer, reader) = three();
    // b is a tag and z is not: renamed. a is one as c is: merged. Both at once,
    // with a chain and a name that nothing has.
    let changes = writer
        .put_aliases(&[
            pair("b", "z"),
            pair("a", "c"),
            pair("q", "b"),
            pair("w", "v"),
        ])
        .unwrap();
    assert_eq!(changes.merged_tags, [(TagId(1), TagId(3))]);
    assert_eq!(names(&reader, 1), ["c", "z"]);
    assert_eq!(names(&reader, 2), ["c", "z"]);
    let wanted = [("a", TagId(3)), ("b", TagId(2)), ("q", TagId(2))];
    assert_eq!(aliases(&reader), wanted.map(|it| (it.0.to_owned(), it.1)));
    let again = writer
        .put_aliases(&[pair("b", "z"), pair("w", "v")])
        .unwrap();
    assert_eq!(again.commit, 0);
    let itself = writer.put_aliases(&[pair("z", "z")]);
    assert!(matches!(itself, Err(LibraryError::SameTag { .. })));
    let round = writer.put_aliases(&[pair("z", "b")]);
    assert!(matches!(round, Err(LibraryError::NameIsAlias { .. })));
    // One that is refused takes the others with it.
    assert!(
        writer
            .put_aliases(&[pair("n", "z"), pair("z", "q")])
            .is_err()
    );
    assert_eq!(aliases(&reader).len(), 3);

    let changes = writer.remove_alias("q").unwrap();
    assert_eq!(changes.aliases, [("q".to_owned(), None)]);
    assert_eq!(writer.remove_alias("w").unwrap().commit, 0);
    let gone = writer.remove_alias("q");
    assert!(matches!(gone, Err(LibraryError::NoSuchAlias { .. })));
    assert_eq!(library.quick_check().unwrap(), Vec::<String>::new());
}

#[test]
fn merges_of_merges_end_at_one_tag() {
    let (_dir, library, mut writer, reader) = three();
    let changes = writer
        .put_aliases(&[pair("a", "b"), pair("b", "c")])
        .unwrap();
    assert_eq!(changes.removed_tags, [TagId(1), TagId(2)]);
    for post in 1..=3 {
        assert_eq!(names(&reader, post), ["c"]);
    }
    assert_eq!(library.quick_check().unwrap(), Vec::<String>::new());
}

#[test]
fn a_removed_tag_is_gone_and_its_aliases_wait() {
    let (_dir, library, mut writer, reader) = three();
    writer.put_aliases(&[pair("bee", "b")]).unwrap();
    let changes = writer.remove_tag("b").unwrap();
    assert_eq!(changes.removed_tags, [TagId(2)]);
    assert_eq!(changes.aliases, [("bee".to_owned(), None)]);
    assert_eq!(names(&reader, 1), ["a"]);
    assert_eq!(aliases(&reader), []);
    let changes = writer.edit_tags(&[PostId(1)], &[tag("bee")], &[]).unwrap();
    assert_eq!(names(&reader, 1), ["a", "b"]);
    assert_eq!(changes.aliases, [("bee".to_owned(), Some(TagId(4)))]);
    assert_eq!(library.quick_check().unwrap(), Vec::<String>::new());
}

#[test]
fn columns_of_the_user_stay() {
    let (_dir, _library, mut writer, reader) = three();
    let both = [PostId(1), PostId(3)];
    let changes = writer.set_favorite(&both, true).unwrap();
    assert!(changes.posts.iter().all(|it| it.columns.is_favorite));
    assert_eq!(changes.posts.len(), 2);
    assert_eq!(writer.set_favorite(&both, true).unwrap().commit, 0);
    let rating = |id: u32| reader.post(PostId(id)).unwrap().unwrap().columns.rating;
    writer
        .set_rating(&[PostId(1)], Some(Rating::Sensitive))
        .unwrap();
    let mut draft = picture("/1", 1, &["a", "b"]);
    draft.rating = Some(Rating::Explicit);
    writer.write_batch(&[draft.clone()]).unwrap();
    assert_eq!(rating(1), Some(Rating::Sensitive));
    writer.set_rating(&[PostId(1)], None).unwrap();
    assert_eq!(rating(1), None);
    writer.write_batch(&[draft]).unwrap();
    assert_eq!(rating(1), Some(Rating::Explicit));
    let changes = writer.set_category("a", Category::Artist).unwrap();
    assert_eq!(changes.tags[0].category, Category::Artist);
}

#[test]
fn deleted_posts_stay_away_until_allowed() {
    let (_dir, library, mut writer, reader) = three();
    let mut thumbs = library.thumbs().unwrap();
    assert!(thumbs.get(PostId(1)).unwrap().is_some());
    let changes = writer.delete_posts(&[PostId(1)]).unwrap();
    assert_eq!(changes.removed_posts.len(), 1);
    assert_eq!(changes.removed_posts[0].tags, [TagId(1), TagId(2)]);
    assert!(reader.post(PostId(1)).unwrap().is_none());
    assert_eq!(reader.known_file("/1".as_ref()).unwrap(), None);
    assert_eq!(thumbs.get(PostId(1)).unwrap(), None);
    thumbs.put(&[]).unwrap();
    let (outcomes, changes) = writer.write_batch(&[picture("/1", 1, &["a"])]).unwrap();
    assert_eq!(outcomes, [Outcome::TakenOut]);
    assert_eq!(changes.commit, 0);
    // Its bytes are at the path of another now, which has them no more.
    let (outcomes, changes) = writer.write_batch(&[picture("/2", 1, &["a"])]).unwrap();
    assert_eq!(outcomes, [Outcome::TakenOut]);
    assert!(changes.posts[0].columns.is_missing);
    assert_eq!(changes.posts[0].columns.num_files, 0);
    assert_eq!(reader.deleted_pictures().unwrap(), [md5(1)]);
    writer.allow_again(&[md5(1)]).unwrap();
    let (outcomes, _) = writer.write_batch(&[picture("/1", 1, &["a"])]).unwrap();
    assert_eq!(outcomes, [Outcome::Added(PostId(4))]);
    let gone = writer.delete_posts(&[PostId(1)]);
    assert!(matches!(gone, Err(LibraryError::NoSuchPost { .. })));
    assert_eq!(library.quick_check().unwrap(), Vec::<String>::new());
}

#[test]
fn tags_given_by_hand_are_taken_back_with_who_gave_them() {
    let (_dir, _library, mut writer, reader) = three();
    writer.put_implications(&[pair("x", "y")]).unwrap();
    writer
        .edit_tags(&[PostId(3)], &[], &["c".to_owned()])
        .unwrap();
    let posts = [PostId(1), PostId(2), PostId(3), PostId(99)];
    let (former, changes) = writer
        .tag_posts(&posts, &[tag("x"), tag("c")], &["b".to_owned()])
        .unwrap();
    assert_eq!(changes.posts.len(), 3, "a post that is gone is passed over");
    assert_eq!(names(&reader, 1), ["a", "c", "x", "y"]);
    assert_eq!(names(&reader, 2), ["c", "x", "y"]);
    assert_eq!(names(&reader, 3), ["c", "x", "y"]);
    let (again, changes) = writer.retag(&former).unwrap();
    assert_eq!(changes.posts.len(), 3);
    assert_eq!(names(&reader, 1), ["a", "b"]);
    assert_eq!(names(&reader, 2), ["b", "c"]);
    assert_eq!(names(&reader, 3), Vec::<String>::new());
    // An import may say again what it said, and nothing of the user's is left.
    writer.write_batch(&[picture("/2", 2, &["b"])]).unwrap();
    assert_eq!(names(&reader, 2), ["b"]);
    writer
        .write_batch(&[picture("/2", 2, &["b", "c"])])
        .unwrap();
    writer.write_batch(&[picture("/3", 3, &["c"])]).unwrap();
    assert_eq!(
        names(&reader, 3),
        Vec::<String>::new(),
        "taken away by the user"
    );

    let (back, _) = writer.retag(&again).unwrap();
    assert_eq!(names(&reader, 1), ["a", "c", "x", "y"]);
    // A tag that is gone meanwhile is passed over.
    writer.remove_tag("y").unwrap();
    writer.retag(&back).unwrap();
    assert_eq!(names(&reader, 1), ["a", "b"]);
    let (nothing, changes) = writer
        .tag_posts(&[PostId(1)], &[], &["c".to_owned()])
        .unwrap();
    assert!(nothing.is_empty() && changes.posts.is_empty());
    let err = writer
        .tag_posts(&[PostId(1)], &[], &["nosuch".to_owned()])
        .unwrap_err();
    assert!(err.to_string().contains("nosuch"), "{err}");
}
