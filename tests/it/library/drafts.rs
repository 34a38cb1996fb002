//! What drafts carry besides files and plain tags.

use kobako::library::{Outcome, PoolQuery, Reader};
use kobako::model::{
    Category, ParentDraft, PoolDraft, PostDraft, PostId, SourcePost, TagDraft, TagOrigin,
};
use tempfile::tempdir;

use super::{md5, open_writer, picture, tag, touch};

fn tag_from(name: &str, origin: TagOrigin) -> TagDraft {
    TagDraft {
        origin,
        ..tag(name)
    }
}

fn source(id: u64) -> SourcePost {
    SourcePost {
        site: "site".to_owned(),
        id,
    }
}

fn record(id: u64) -> PostDraft {
    PostDraft {
        source_posts: vec![source(id)],
        ..PostDraft::default()
    }
}

fn names(reader: &Reader, id: u32) -> Vec<String> {
    let record = reader.post(PostId(id)).unwrap().unwrap();
    assert_eq!(record.columns.num_tags as usize, record.tags.len());
    record.tags.into_iter().map(|it| it.1).collect()
}

#[test]
fn an_import_replaces_only_what_one_of_its_kind_gave() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(&dir.path().join("lib"));
    let reader = library.reader("test").unwrap();
    let path = dir.path().join("a.png");
    touch(&path);
    let mut draft = picture(&path, 1, &["source_1"]);
    draft.tags.extend([
        tag_from("user_1", TagOrigin::User),
        tag_from("guess_1", TagOrigin::Inferred),
        tag_from("implied_1", TagOrigin::Implied),
    ]);
    writer.write_batch(&[draft.clone()]).unwrap();
    // A sidecar: only sources.
    writer
        .write_batch(&[picture(&path, 1, &["source_2"])])
        .unwrap();
    assert_eq!(
        names(&reader, 1),
        ["guess_1", "implied_1", "source_2", "user_1"]
    );
    // A program that guesses, and knows nothing of implications.
    let mut guesses = picture(&path, 1, &["source_2"]);
    guesses.tags.push(tag_from("guess_2", TagOrigin::Inferred));
    writer.write_batch(&[guesses]).unwrap();
    assert_eq!(
        names(&reader, 1),
        ["guess_2", "implied_1", "source_2", "user_1"]
    );
    // What was a guess comes from a source now, so guesses can't take it away.
    writer
        .write_batch(&[picture(&path, 1, &["source_2", "guess_2"])])
        .unwrap();
    let mut guesses = picture(&path, 1, &["source_2", "guess_2"]);
    guesses.tags.push(tag_from("guess_3", TagOrigin::Inferred));
    let (outcomes, _) = writer.write_batch(&[guesses.clone()]).unwrap();
    assert_eq!(outcomes, [Outcome::Updated(PostId(1))]);
    let (outcomes, changes) = writer.write_batch(&[guesses]).unwrap();
    assert_eq!(outcomes, [Outcome::Unchanged(PostId(1))]);
    assert_eq!(changes.commit, 0);
    assert_eq!(library.quick_check().unwrap(), Vec::<String>::new());
}

#[test]
fn what_the_user_took_away_elsewhere_stays_away() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let reader = library.reader("test").unwrap();
    writer
        .write_batch(&[picture("/a", 1, &["x", "y"])])
        .unwrap();
    let mut draft = picture("/a", 1, &["x", "y"]);
    draft.removed_tags = vec![tag("x"), tag("never")];
    let (_, changes) = writer.write_batch(&[draft.clone()]).unwrap();
    assert_eq!(changes.posts[0].removed_tags.len(), 1);
    assert_eq!(names(&reader, 1), ["y"]);
    writer
        .write_batch(&[picture("/a", 1, &["x", "y", "never"])])
        .unwrap();
    assert_eq!(names(&reader, 1), ["y"]);
    let (outcomes, _) = writer.write_batch(&[draft]).unwrap();
    assert_eq!(outcomes, [Outcome::Unchanged(PostId(1))]);
    // What the user added here is not taken away by what was elsewhere.
    writer.edit_tags(&[PostId(1)], &[tag("mine")], &[]).unwrap();
    let mut draft = picture("/a", 1, &["y"]);
    draft.removed_tags = vec![tag("mine")];
    writer.write_batch(&[draft]).unwrap();
    assert_eq!(names(&reader, 1), ["mine", "y"]);
    assert_eq!(library.quick_check().unwrap(), Vec::<String>::new());
}

#[test]
fn a_tag_named_by_its_alias_is_the_tag() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let reader = library.reader("test").unwrap();
    let aliases = [("cat_ears", "animal_ears"), ("nekomimi", "cat_ears")];
    let aliases = aliases.map(|it| (it.0.to_owned(), it.1.to_owned()));
    let changes = writer.put_aliases(&aliases).unwrap();
    assert_eq!(changes.commit, 0, "no tag is concerned yet");
    let (_, changes) = writer
        .write_batch(&[picture("/a", 1, &["nekomimi", "solo"])])
        .unwrap();
    assert_eq!(names(&reader, 1), ["animal_ears", "solo"]);
    let tag = changes.tags[0].id;
    assert_eq!(changes.tags[0].name, "animal_ears");
    let waiting = [("cat_ears", Some(tag)), ("nekomimi", Some(tag))];
    assert_eq!(changes.aliases, waiting.map(|it| (it.0.to_owned(), it.1)));
    assert_eq!(reader.tag_spellings(tag).unwrap(), ["nekomimi"]);
}

#[test]
fn finer_categories_are_kept_once_known() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let reader = library.reader("test").unwrap();
    let of = |extended: Option<&str>, category| TagDraft {
        extended_category: extended.map(str::to_owned),
        category,
        ..tag("hair")
    };
    let mut write = |draft: TagDraft| {
        let mut post = picture("/a", 1, &[]);
        post.tags = vec![draft];
        writer.write_batch(&[post]).unwrap().1
    };
    write(of(None, None));
    let changes = write(of(Some("00_subject"), Some(Category::Meta)));
    assert_eq!(changes.tags.len(), 1);
    assert_eq!(
        changes.tags[0].extended_category.as_deref(),
        Some("00_subject")
    );
    assert_eq!(changes.tags[0].category, Category::Meta);
    let changes = write(of(Some("another"), None));
    assert_eq!(changes.commit, 0);
    let mut found = Vec::new();
    reader
        .for_each_tag(&mut |it| found.push(it.extended_category.map(str::to_owned)))
        .unwrap();
    assert_eq!(found, [Some("00_subject".to_owned())]);
}

#[test]
fn a_parent_may_come_later() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let reader = library.reader("test").unwrap();
    let parent = |id: u32| reader.post(PostId(id)).unwrap().unwrap().columns.parent;
    let mut by_source = record(1);
    by_source.parent = Some(ParentDraft::Source(source(2)));
    let mut by_md5 = record(3);
    by_md5.parent = Some(ParentDraft::Md5(md5(9)));
    let mut of_itself = record(4);
    of_itself.parent = Some(ParentDraft::Source(source(4)));
    let drafts = [by_source, by_md5, of_itself];
    writer.write_batch(&drafts).unwrap();
    assert_eq!([1, 2, 3].map(parent), [None; 3]);

    let (_, changes) = writer.write_batch(&[record(2)]).unwrap();
    let ids: Vec<u32> = changes.posts.iter().map(|it| it.columns.id.0).collect();
    assert_eq!(ids, [1, 4]);
    assert_eq!(changes.posts[0].columns.parent, Some(PostId(4)));
    assert_eq!(changes.posts[0].texts, None, "no text of it changed");
    let (_, changes) = writer.write_batch(&[picture("/p", 9, &[])]).unwrap();
    assert_eq!(changes.posts[0].columns.parent, Some(PostId(5)));
    assert_eq!(
        [1, 2, 3].map(parent),
        [Some(PostId(4)), Some(PostId(5)), None]
    );
    let (outcomes, _) = writer.write_batch(&drafts).unwrap();
    let unchanged = [1, 2, 3].map(|it| Outcome::Unchanged(PostId(it)));
    assert_eq!(outcomes, unchanged);

    let changes = writer.delete_posts(&[PostId(4)]).unwrap();
    assert_eq!(changes.posts[0].columns.id, PostId(1));
    assert_eq!(parent(1), None);
    writer.write_batch(&[record(2)]).unwrap();
    assert_eq!(parent(1), Some(PostId(6)));
}

#[test]
fn pools_are_in_their_own_order() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let reader = library.reader("test").unwrap();
    let in_pool = |id, position| {
        let mut draft = record(id);
        draft.pools = vec![PoolDraft {
            name: "a_story".to_owned(),
            title: "A Story".to_owned(),
            description: None,
            position,
        }];
        draft
    };
    writer.write_batch(&[in_pool(1, 2), in_pool(2, 1)]).unwrap();
    let query = PoolQuery::Name("a_story".to_owned());
    let posts = || reader.posts_in_pool(&query).unwrap();
    assert_eq!(posts(), [PostId(2), PostId(1)]);
    let (outcomes, _) = writer.write_batch(&[in_pool(1, 2), in_pool(2, 3)]).unwrap();
    assert_eq!(
        outcomes,
        [Outcome::Unchanged(PostId(1)), Outcome::Updated(PostId(2))]
    );
    assert_eq!(posts(), [PostId(1), PostId(2)]);
}

#[test]
fn favourites_and_first_dates_are_kept() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let reader = library.reader("test").unwrap();
    let columns = || reader.post(PostId(1)).unwrap().unwrap().columns;
    let mut draft = record(1);
    writer.write_batch(&[draft.clone()]).unwrap();
    draft.is_favorite = Some(true);
    draft.imported_at = Some(1000);
    writer.write_batch(&[draft.clone()]).unwrap();
    assert!(columns().is_favorite);
    assert_eq!(columns().imported_at, 1000);
    draft.is_favorite = Some(false);
    draft.imported_at = Some(2000);
    let (outcomes, _) = writer.write_batch(&[draft]).unwrap();
    assert_eq!(outcomes, [Outcome::Unchanged(PostId(1))]);
}

#[test]
fn a_post_that_loses_one_of_two_paths_is_among_the_changes() {
    let dir = tempdir().unwrap();
    let (_library, mut writer) = open_writer(&dir.path().join("lib"));
    let [a, b] = ["a.png", "b.png"].map(|it| dir.path().join(it));
    touch(&a);
    touch(&b);
    let mut first = picture(&a, 1, &[]);
    if let Some(file) = &mut first.file {
        file.stamp = kobako::picture::file_stamp(&std::fs::metadata(&a).unwrap());
    }
    writer.write_batch(&[first, picture(&b, 1, &[])]).unwrap();
    let (_, changes) = writer.write_batch(&[picture(&b, 2, &[])]).unwrap();
    assert_eq!(changes.posts[0].columns.id, PostId(1));
    assert_eq!(changes.posts[0].columns.num_files, 1);
    let texts = changes.posts[0].texts.as_ref().unwrap();
    assert_eq!(texts.paths, [a.as_os_str().as_encoded_bytes()]);
}
