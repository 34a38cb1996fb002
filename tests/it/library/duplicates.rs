//! Decisions about duplicates, by the writer.

use kobako::library::{DuplicateRecord, LibraryError, TrashFile, TrashState};
use kobako::model::{FileStamp, PostId, Rating, SourcePost};
use tempfile::tempdir;

use super::{dump, open_writer, picture, tag, touch};

fn names(reader: &kobako::library::Reader, id: u32) -> Vec<String> {
    let record = reader.post(PostId(id)).unwrap().unwrap();
    assert_eq!(record.columns.num_tags as usize, record.tags.len());
    record.tags.into_iter().map(|it| it.1).collect()
}

fn source_post(id: u64) -> SourcePost {
    SourcePost {
        site: "danbooru".to_owned(),
        id,
    }
}

#[test]
fn merging_gives_what_is_lacking_and_can_be_taken_back() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let reader = library.reader("test").unwrap();
    let mut drafts = [
        picture("/1", 1, &["common", "gone"]),
        picture("/2", 2, &["common", "cat", "gone"]),
        picture("/3", 3, &["dog"]),
    ];
    drafts[0].sources = vec!["a".to_owned()];
    drafts[1].sources = vec!["b".to_owned(), "a".to_owned()];
    drafts[1].source_posts = vec![source_post(7)];
    drafts[1].rating = Some(Rating::General);
    drafts[2].text = Some("about a dog".to_owned());
    drafts[2].sources = vec!["c".to_owned()];
    writer.write_batch(&drafts).unwrap();
    let posts = [PostId(1), PostId(2), PostId(3)];
    writer
        .edit_tags(&posts[..1], &[], &["gone".to_owned()])
        .unwrap();
    writer
        .edit_tags(&posts[1..2], &[tag("common")], &[])
        .unwrap();
    writer.set_favorite(&posts[1..2], true).unwrap();
    writer
        .set_rating(&posts[2..], Some(Rating::Explicit))
        .unwrap();
    let implied = [("cat", "animal"), ("animal", "being"), ("dog", "common")];
    writer
        .put_implications(&implied.map(|it| (it.0.to_owned(), it.1.to_owned())))
        .unwrap();
    let before = dump(dir.path());

    let (number, changes) = writer.merge_duplicates(posts[0], &posts, None).unwrap();
    assert_eq!(
        names(&reader, 1),
        ["animal", "being", "cat", "common", "dog"]
    );
    let record = reader.post(posts[0]).unwrap().unwrap();
    assert_eq!(record.sources, ["a", "b", "c"]);
    assert_eq!(record.source_posts, [source_post(7)]);
    assert_eq!(record.text.as_deref(), Some("about a dog"));
    assert!(record.columns.is_favorite);
    // The user's rating counts for more than the one that was found first.
    assert_eq!(record.columns.rating, Some(Rating::Explicit));
    assert_eq!(changes.posts.len(), 1);
    // All of it is the user's word: an import takes none of it away.
    writer.write_batch(&drafts[..1]).unwrap();
    assert_eq!(names(&reader, 1).len(), 5);
    let pairs = [(1, 2), (1, 3), (2, 3)].map(|(a, b)| (PostId(a), PostId(b)));
    assert_eq!(reader.decided_pairs().unwrap(), pairs);

    writer.undo_duplicates(number, &[]).unwrap();
    assert_eq!(dump(dir.path()), before);
    let again = writer.undo_duplicates(number, &[]);
    assert!(matches!(again, Err(LibraryError::NothingDecided)));
    assert_eq!(library.quick_check().unwrap(), Vec::<String>::new());
}

#[test]
fn what_changed_since_stays_when_merging_is_taken_back() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let reader = library.reader("test").unwrap();
    let mut drafts = [picture("/1", 1, &[]), picture("/2", 2, &["a", "b", "c"])];
    drafts[1].sources = vec!["x".to_owned()];
    writer.write_batch(&drafts).unwrap();
    let (number, _) = writer
        .merge_duplicates(PostId(1), &[PostId(2)], None)
        .unwrap();
    writer
        .edit_tags(&[PostId(1)], &[tag("own")], &["a".to_owned()])
        .unwrap();
    writer.remove_tag("b").unwrap();
    drafts[0].sources = vec!["y".to_owned()];
    writer.write_batch(&drafts[..1]).unwrap();
    writer.undo_duplicates(number, &[]).unwrap();
    assert_eq!(names(&reader, 1), ["own"]);
    // Positions have no gap: the next one finds its place.
    drafts[0].sources = vec!["z".to_owned()];
    writer.write_batch(&drafts[..1]).unwrap();
    let record = reader.post(PostId(1)).unwrap().unwrap();
    assert_eq!(record.sources, ["y", "z"]);

    // A post that is gone can't be changed back; its files can be found again.
    let (number, _) = writer
        .merge_duplicates(PostId(1), &[PostId(2)], None)
        .unwrap();
    writer.delete_posts(&[PostId(1)]).unwrap();
    writer.undo_duplicates(number, &[]).unwrap();
    assert_eq!(reader.decided_pairs().unwrap(), []);
    assert_eq!(library.quick_check().unwrap(), Vec::<String>::new());
}

#[test]
fn the_last_decision_is_taken_back_first() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let reader = library.reader("test").unwrap();
    let drafts: Vec<_> = (1..=4)
        .map(|it| picture(format!("/{it}"), it, &[]))
        .collect();
    writer.write_batch(&drafts).unwrap();
    let posts = |ids: &[u32]| -> Vec<PostId> { ids.iter().copied().map(PostId).collect() };
    let pair = |a, b| (PostId(a), PostId(b));
    writer.mark_not_duplicates(&posts(&[3, 1, 2, 1])).unwrap();
    let first = reader.last_decision().unwrap().unwrap();
    let wanted = DuplicateRecord::NotDuplicates {
        posts: posts(&[1, 2, 3]),
    };
    assert_eq!(first.record, wanted);
    writer.mark_not_duplicates(&posts(&[2, 3, 4])).unwrap();
    let all = [pair(1, 2), pair(1, 3), pair(2, 3), pair(2, 4), pair(3, 4)];
    assert_eq!(reader.decided_pairs().unwrap(), all);

    let out_of_turn = writer.undo_duplicates(first.number, &[]);
    assert!(matches!(out_of_turn, Err(LibraryError::NothingDecided)));
    let last = reader.last_decision().unwrap().unwrap();
    writer.undo_duplicates(last.number, &[]).unwrap();
    assert_eq!(reader.decided_pairs().unwrap(), all[..3]);
    // A post takes its pairs with it.
    writer.delete_posts(&[PostId(3)]).unwrap();
    assert_eq!(reader.decided_pairs().unwrap(), [pair(1, 2)]);
    writer.undo_duplicates(first.number, &[]).unwrap();
    assert_eq!(reader.decided_pairs().unwrap(), []);
    assert_eq!(reader.last_decision().unwrap(), None);

    let alone = writer.mark_not_duplicates(&posts(&[1, 1]));
    assert!(matches!(alone, Err(LibraryError::TooFewDuplicates)));
    let itself = writer.merge_duplicates(PostId(1), &posts(&[1]), None);
    assert!(matches!(itself, Err(LibraryError::TooFewDuplicates)));
    let gone = writer.merge_duplicates(PostId(1), &posts(&[3]), None);
    assert!(matches!(gone, Err(LibraryError::NoSuchPost { .. })));
    let many = writer.mark_not_duplicates(&posts(&(1..=501).collect::<Vec<_>>()));
    assert!(matches!(many, Err(LibraryError::TooManyDuplicates { .. })));
    assert_eq!(reader.last_decision().unwrap(), None);
}

#[test]
fn what_is_in_the_trash_is_missing_until_it_is_back() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(&dir.path().join("library"));
    let reader = library.reader("test").unwrap();
    let path = |name: &str| dir.path().join(name);
    let drafts = [("1", 1), ("2", 2), ("2b", 2)].map(|(name, number)| {
        touch(&path(name));
        picture(path(name), number, &[])
    });
    writer.write_batch(&drafts).unwrap();
    let before = dump(library.dir());
    let file = |name: &str, state| TrashFile {
        path: path(name),
        stamp: FileStamp::default(),
        state,
    };
    let planned = ["2", "2b"].map(|it| file(it, TrashState::Planned)).to_vec();
    let (number, _) = writer
        .merge_duplicates(PostId(1), &[PostId(2)], Some(planned))
        .unwrap();
    let in_trash = || TrashState::InTrash { item: None };
    let refused = || TrashState::Refused("busy".to_owned());
    let files = [file("2", in_trash()), file("2b", refused())];
    let changes = writer.note_trashed(number, &files).unwrap();
    assert!(changes.posts.is_empty(), "one of its files is there");
    let is_missing = |name: &str| reader.known_file(&path(name)).unwrap().unwrap().is_missing;
    assert!(is_missing("2") && !is_missing("2b"));
    let files = [file("2", in_trash()), file("2b", in_trash())];
    let changes = writer.note_trashed(number, &files).unwrap();
    assert!(changes.posts[0].columns.is_missing);
    match reader.last_decision().unwrap().unwrap().record {
        DuplicateRecord::Merged(merge) => assert_eq!(merge.files, files),
        other => panic!("{other:?}"),
    }
    // A file that stayed would have to be shown again.
    assert_eq!(reader.decided_pairs().unwrap(), []);

    let changes = writer
        .undo_duplicates(number, &[path("2"), path("2b")])
        .unwrap();
    assert!(!changes.posts[0].columns.is_missing);
    assert_eq!(dump(library.dir()), before);
}
