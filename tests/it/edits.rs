//! Changes of posts by hand, through the engine, and tags counted over posts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kobako::library::{Library, OpenOptions};
use kobako::message::{
    EditOutcome, EditRequest, Event, PostEdit, PostMarks, Request, SORT_ORDERS, TagEdit, TagWord,
    TagWordKind, TaggingEvent, TaggingRequest, TagsOf,
};
use kobako::model::{Category, PostId, Rating};

use crate::fixture::{Engine, in_own_home, make_pictures};
use crate::library::dump;

pub struct Place {
    pub library: PathBuf,
    pub pictures: PathBuf,
}

impl Place {
    pub fn at(dir: &Path) -> Self {
        let place = Self {
            library: dir.join("library"),
            pictures: dir.join("pictures"),
        };
        make_pictures(&place.pictures, 12);
        place
    }

    pub fn engine(&self) -> Engine {
        let (mut engine, _) = Engine::start(&self.library);
        engine.import(std::slice::from_ref(&self.pictures));
        engine
    }
}

#[track_caller]
pub fn ask(engine: &mut Engine, request: EditRequest) -> EditOutcome {
    engine.ask(Request::Edit(request));
    engine.wait(|it| match it {
        Event::Edited(outcome) => Some(outcome),
        _ => None,
    })
}

#[track_caller]
fn make(engine: &mut Engine, edit: PostEdit) -> String {
    ask(engine, EditRequest::Do(edit)).outcome.unwrap()
}

#[track_caller]
fn marks(engine: &mut Engine, posts: &[PostId]) -> Vec<(PostId, PostMarks)> {
    let asked = engine.generation();
    engine.ask(Request::Marks {
        generation: asked,
        posts: posts.to_vec(),
    });
    engine.wait(|it| match it {
        Event::Marks { generation, marks } if generation == asked => Some(marks),
        _ => None,
    })
}

#[track_caller]
fn counts(engine: &mut Engine, of: TagsOf, limit: usize) -> (u64, BTreeMap<String, u32>) {
    let asked = engine.generation();
    engine.ask(Request::CountTags {
        generation: asked,
        of,
        limit,
    });
    engine.wait(|it| match it {
        Event::TagCounts {
            generation,
            num_posts,
            tags,
        } if generation == asked => Some((
            num_posts,
            tags.into_iter().map(|it| (it.name, it.count)).collect(),
        )),
        _ => None,
    })
}

#[test]
fn marks_are_put_taken_back_and_put_again() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::at(dir.path());
    let mut engine = place.engine();
    let before = dump(&place.library);
    let even = engine.search("even");
    let one = vec![even[0]];

    let outcome = ask(&mut engine, EditRequest::Undo);
    assert!(outcome.outcome.is_err());
    assert_eq!((outcome.undo, outcome.redo), (None, None));

    let rating = Some(Rating::Sensitive);
    let posts = even.clone();
    make(&mut engine, PostEdit::Rate { posts, rating });
    assert_eq!(engine.search("rating:sensitive"), even);
    let posts = one.clone();
    let rating = Some(Rating::Explicit);
    make(&mut engine, PostEdit::Rate { posts, rating });
    assert_eq!(engine.search("rating:explicit"), one);
    make(
        &mut engine,
        PostEdit::SetFavorite {
            posts: one.clone(),
            is_favorite: true,
        },
    );
    let found = marks(&mut engine, &[even[0], even[1], PostId(999_999)]);
    assert_eq!(found.len(), 2, "a post that is not there has no marks");
    assert!(found[0].1.is_favorite && !found[1].1.is_favorite);
    assert_eq!(found[0].1.rating, Some(Rating::Explicit));
    assert_eq!(found[1].1.rating, Some(Rating::Sensitive));

    // What is favourite already stays; only the others change, and change back.
    let outcome = ask(&mut engine, EditRequest::ToggleFavorite(even.clone()));
    assert!(outcome.undo.unwrap().contains("favourites"));
    assert!(marks(&mut engine, &even).iter().all(|it| it.1.is_favorite));
    ask(&mut engine, EditRequest::Undo).outcome.unwrap();
    let num = marks(&mut engine, &even)
        .iter()
        .filter(|it| it.1.is_favorite)
        .count();
    assert_eq!(num, 1);
    let outcome = ask(&mut engine, EditRequest::Redo);
    assert_eq!(outcome.redo, None);
    assert!(marks(&mut engine, &even).iter().all(|it| it.1.is_favorite));
    ask(&mut engine, EditRequest::ToggleFavorite(even.clone()));
    assert!(marks(&mut engine, &even).iter().all(|it| !it.1.is_favorite));

    for _ in 0..5 {
        ask(&mut engine, EditRequest::Undo).outcome.unwrap();
    }
    assert!(ask(&mut engine, EditRequest::Undo).outcome.is_err());
    assert_eq!(engine.search("rating:sensitive"), []);
    engine.stop();
    assert_eq!(dump(&place.library), before);
}

#[test]
fn a_library_that_can_not_be_changed_keeps_its_marks() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::at(dir.path());
    let engine = place.engine();
    let (mut reader, summary) = Engine::start(&place.library);
    assert!(summary.read_only.is_some());
    let posts = reader.search("even");
    let edit = PostEdit::Trash { posts };
    let outcome = ask(&mut reader, EditRequest::Do(edit));
    assert!(outcome.outcome.unwrap_err().contains("can't be changed"));
    assert!(place.pictures.join("0000.png").exists());
    reader.stop();
    engine.stop();
}

#[test]
fn posts_taken_out_come_back_as_they_were() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::at(dir.path());
    let mut engine = place.engine();
    let before = dump(&place.library);
    let posts = engine.search("even");
    let all = engine.search("");
    make(
        &mut engine,
        PostEdit::Remove {
            posts: posts.clone(),
        },
    );
    assert_eq!(engine.search("even"), []);
    assert_eq!(engine.search("picture").len(), all.len() - posts.len());
    // Their files stay, and no import brings them back.
    let report = engine.import(std::slice::from_ref(&place.pictures));
    assert_eq!(report.added, 0);
    ask(&mut engine, EditRequest::Undo).outcome.unwrap();
    assert_eq!(engine.search("even"), posts);
    assert_eq!(engine.search("picture"), all);
    assert_eq!(engine.search("filename:0000").len(), 1, "by its text too");
    engine.stop();
    assert_eq!(dump(&place.library), before);

    // As the tables have it, so has the snapshot that was left behind.
    let (mut engine, _) = Engine::start(&place.library);
    assert_eq!(engine.search("even"), posts);
    assert_eq!(engine.search("filename:0000").len(), 1);
    engine.stop();
}

#[cfg(target_os = "linux")]
#[test]
fn pictures_go_to_the_trash_and_come_back() {
    in_own_home("edits::pictures_go_to_the_trash_and_come_back", |home| {
        let place = Place::at(home);
        let mut engine = place.engine();
        let before = dump(&place.library);
        let posts = engine.search("number_3 or number_4");
        let files = ["0003.png", "0004.png"].map(|it| place.pictures.join(it));
        let told = make(
            &mut engine,
            PostEdit::Trash {
                posts: posts.clone(),
            },
        );
        assert_eq!(told, "2 posts in the trash");
        assert!(files.iter().all(|it| !it.exists()));
        assert_eq!(engine.search("number_3 or number_4"), []);
        for name in ["0003.png", "0004.png"] {
            let info = home.join(format!("data/Trash/info/{name}.trashinfo"));
            let text = std::fs::read_to_string(info).unwrap();
            assert!(text.contains(&format!("/{name}\nDeletionDate=2")), "{text}");
        }
        assert_eq!(trash::os_limited::list().unwrap().len(), 2);
        let outcome = ask(&mut engine, EditRequest::Undo);
        assert_eq!(outcome.outcome.unwrap(), "Taken back: 2 posts in the trash");
        assert!(files.iter().all(|it| it.exists()));
        assert_eq!(engine.search("number_3 or number_4"), posts);
        engine.stop();
        assert_eq!(dump(&place.library), before);
    });
}

/// So many pictures take longer to go to the trash than nothing is said of it.
#[cfg(target_os = "linux")]
const MANY: u32 = 6000;

#[cfg(target_os = "linux")]
#[test]
fn many_pictures_on_their_way_to_the_trash_can_be_stopped() {
    in_own_home(
        "edits::many_pictures_on_their_way_to_the_trash_can_be_stopped",
        |home| {
            let place = Place::at(home);
            make_pictures(&place.pictures, MANY);
            let mut engine = place.engine();
            let before = dump(&place.library);
            let posts = engine.search("order:id");
            assert_eq!(posts.len(), MANY as usize);
            let edit = PostEdit::Trash {
                posts: posts.clone(),
            };
            engine.ask(Request::Edit(EditRequest::Do(edit)));
            let progress = engine.wait(|it| match it {
                Event::EditProgress(progress) => Some(progress),
                Event::Edited(outcome) => panic!("nobody said how far it was: {outcome:?}"),
                _ => None,
            });
            assert_eq!(progress.num_all, u64::from(MANY));
            assert!(progress.num_done < u64::from(MANY) && progress.what.contains("trash"));
            let told = ask(&mut engine, EditRequest::Stop).outcome.unwrap();
            assert!(told.contains("stopped before the other"), "{told}");

            // What went is gone, and what stays is as it was.
            let left = engine.search("order:id");
            let num_files = std::fs::read_dir(&place.pictures)
                .unwrap()
                .filter(|it| it.as_ref().unwrap().path().extension() == Some("png".as_ref()))
                .count();
            assert_eq!(left.len(), num_files);
            assert!(
                left.len() < MANY as usize && !left.is_empty(),
                "{}",
                left.len()
            );

            let told = ask(&mut engine, EditRequest::Undo).outcome.unwrap();
            assert!(told.starts_with("Taken back"), "{told}");
            assert_eq!(engine.search("order:id"), posts);
            engine.stop();
            assert_eq!(dump(&place.library), before);
        },
    );
}

#[cfg(target_os = "linux")]
#[test]
fn closing_the_library_loses_no_posts_on_their_way_back() {
    in_own_home(
        "edits::closing_the_library_loses_no_posts_on_their_way_back",
        |home| {
            let place = Place::at(home);
            make_pictures(&place.pictures, MANY);
            let mut engine = place.engine();
            let before = dump(&place.library);
            let posts = engine.search("order:id");
            let edit = PostEdit::Trash { posts };
            make(&mut engine, edit);
            assert_eq!(engine.search(""), []);
            engine.ask(Request::Edit(EditRequest::Undo));
            let progress = engine.wait(|it| match it {
                Event::EditProgress(progress) => Some(progress),
                Event::Edited(outcome) => panic!("nobody said how far it was: {outcome:?}"),
                _ => None,
            });
            assert_eq!(progress.what, "Taking back: 6,000 posts in the trash");
            engine.stop();
            assert_eq!(dump(&place.library), before);
        },
    );
}

#[cfg(target_os = "linux")]
#[test]
fn closing_the_library_sends_no_more_files_to_the_trash() {
    in_own_home(
        "edits::closing_the_library_sends_no_more_files_to_the_trash",
        |home| {
            let place = Place::at(home);
            make_pictures(&place.pictures, MANY);
            let mut engine = place.engine();
            let posts = engine.search("order:id");
            let edit = PostEdit::Trash { posts };
            engine.ask(Request::Edit(EditRequest::Do(edit)));
            engine.wait(|it| matches!(it, Event::EditProgress(_)).then_some(()));
            engine.stop();
            let num_files = std::fs::read_dir(&place.pictures)
                .unwrap()
                .filter(|it| it.as_ref().unwrap().path().extension() == Some("png".as_ref()))
                .count();
            assert!(num_files > 0, "some are left");
            let (mut engine, _) = Engine::start(&place.library);
            assert_eq!(engine.search("").len(), num_files, "what went is written");
            assert_eq!(engine.search("is:missing"), []);
            engine.stop();
            let library = Library::open(&place.library, &OpenOptions::default()).unwrap();
            let has_former = library.reader("test").unwrap().has_former_posts();
            assert!(!has_former.unwrap(), "the way back ends with the library");
        },
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_post_waits_for_its_file_and_holds_up_no_other() {
    in_own_home(
        "edits::a_post_waits_for_its_file_and_holds_up_no_other",
        |home| {
            let place = Place::at(home);
            let mut engine = place.engine();
            let before = dump(&place.library);
            let posts = engine.search("order:id");
            make(&mut engine, PostEdit::Trash { posts });
            let path = place.pictures.join("0003.png");
            std::fs::write(&path, "another picture").unwrap();
            let outcome = ask(&mut engine, EditRequest::Undo);
            let told = outcome.outcome.unwrap();
            let wanted = "Taking back: 12 posts in the trash; 1 of 12 waits for its files\n";
            assert!(told.starts_with(wanted), "{told}");
            assert!(told.contains("0003.png is not back: another"), "{told}");
            assert!(outcome.undo.is_some() && outcome.redo.is_some());
            assert_eq!(engine.search("").len(), 11);
            assert_eq!(engine.search("number_3").len(), 0);
            // With nothing else to take back, that nothing was.
            let outcome = ask(&mut engine, EditRequest::Undo);
            let told = outcome.outcome.unwrap_err();
            assert!(told.starts_with("Nothing was taken back: "), "{told}");
            std::fs::remove_file(&path).unwrap();
            ask(&mut engine, EditRequest::Undo).outcome.unwrap();
            assert_eq!(engine.search("number_3").len(), 1);
            engine.stop();
            assert_eq!(dump(&place.library), before);
        },
    );
}

/// Tells SQLite to fail where it reads the files of one post.
fn spoil_files_of(library: &Path, post: PostId) {
    let conn = rusqlite::Connection::open(library.join("library.db")).unwrap();
    conn.execute_batch(&format!(
        "PRAGMA foreign_keys = off;
         PRAGMA legacy_alter_table = on;
         ALTER TABLE file RENAME TO real_file;
         CREATE VIEW file AS SELECT id, folder_id, name, post_id,
           CASE post_id WHEN {post} THEN abs(-9223372036854775807 - 1) ELSE size END AS size,
           modified_ns, sidecar_stamp, is_missing FROM real_file;
         CREATE TRIGGER file_delete INSTEAD OF DELETE ON file
           BEGIN DELETE FROM real_file WHERE id = OLD.id; END;"
    ))
    .unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn what_went_before_a_read_failed_can_come_back() {
    in_own_home(
        "edits::what_went_before_a_read_failed_can_come_back",
        |home| {
            let place = Place::at(home);
            let mut engine = place.engine();
            let posts = engine.search("order:id");
            spoil_files_of(&place.library, posts[6]);
            let told = make(
                &mut engine,
                PostEdit::Trash {
                    posts: posts.clone(),
                },
            );
            assert!(
                told.starts_with("6 posts in the trash; stopped before the other 6\n"),
                "{told}"
            );
            assert_eq!(engine.search("order:id"), posts[6..]);
            let conn = rusqlite::Connection::open(place.library.join("library.db")).unwrap();
            conn.execute_batch(
                "PRAGMA foreign_keys = off;
             PRAGMA legacy_alter_table = on;
             DROP VIEW file;
             ALTER TABLE real_file RENAME TO file;",
            )
            .unwrap();
            drop(conn);
            let told = ask(&mut engine, EditRequest::Undo).outcome.unwrap();
            assert!(
                told.starts_with("Taken back: 6 posts in the trash"),
                "{told}"
            );
            assert_eq!(engine.search("order:id"), posts);
            assert_eq!(engine.search("is:missing"), []);
            engine.stop();
        },
    );
}

#[test]
fn marks_of_many_posts_are_taken_back_whole() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::at(dir.path());
    let mut engine = place.engine();
    let posts = engine.search("picture");
    // A stop that comes too late, or to nothing, stops nothing that follows.
    engine.ask(Request::Edit(EditRequest::Stop));
    let rating = Some(Rating::Questionable);
    make(
        &mut engine,
        PostEdit::Rate {
            posts: posts.clone(),
            rating,
        },
    );
    assert_eq!(engine.search("rating:questionable"), posts);
    ask(&mut engine, EditRequest::Undo).outcome.unwrap();
    assert_eq!(engine.search("rating:questionable"), []);
    engine.stop();
}

#[cfg(target_os = "linux")]
#[test]
fn a_changed_picture_stays_and_keeps_its_post() {
    in_own_home(
        "edits::a_changed_picture_stays_and_keeps_its_post",
        |home| {
            let place = Place::at(home);
            let mut engine = place.engine();
            let posts = engine.search("number_3 or number_4");
            let path = place.pictures.join("0003.png");
            std::fs::write(&path, "another picture").unwrap();
            let told = make(&mut engine, PostEdit::Trash { posts });
            assert!(told.starts_with("Post "), "{told}");
            assert!(told.contains("0003.png stays: it changed"), "{told}");
            assert_eq!(engine.search("number_3").len(), 1);
            assert_eq!(engine.search("number_4").len(), 0);
            assert!(path.exists());

            // Restored by hand and imported again, the picture is another post's: taking
            // the change back says so, and harms nothing.
            trash::os_limited::restore_all(trash::os_limited::list().unwrap()).unwrap();
            engine.import(std::slice::from_ref(&place.pictures));
            let again = engine.search("number_4");
            assert_eq!(again.len(), 1);
            let told = ask(&mut engine, EditRequest::Undo).outcome.unwrap();
            assert!(told.contains("imported again"), "{told}");
            assert_eq!(engine.search("number_4"), again);
            assert!(place.pictures.join("0004.png").exists());
            engine.stop();
        },
    );
}

#[test]
fn tags_are_counted_as_one_would_by_hand() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::at(dir.path());
    let mut engine = place.engine();
    let (num_posts, all) = counts(&mut engine, TagsOf::Query(String::new()), 100);
    assert_eq!((num_posts, all.len()), (12, 15));
    assert_eq!((all["picture"], all["even"], all["number_7"]), (12, 6, 1));
    let (num_posts, of_even) = counts(&mut engine, TagsOf::Query("even".to_owned()), 100);
    assert_eq!(num_posts, 6);
    assert_eq!((of_even["picture"], of_even["even"]), (6, 6));
    assert_eq!(of_even.len(), 8, "{of_even:?}");

    let posts = engine.search("number_1 or number_2 or number_3");
    let (num_posts, of_three) = counts(&mut engine, TagsOf::Posts(posts), 3);
    assert_eq!(num_posts, 3);
    assert_eq!(of_three.len(), 3, "the most frequent of a category");
    assert_eq!((of_three["picture"], of_three["odd"]), (3, 2));
    let one = engine.search("number_2");
    let (num_posts, of_one) = counts(&mut engine, TagsOf::Posts(one), 100);
    assert_eq!(num_posts, 1);
    let totals = (of_one["picture"], of_one["even"], of_one["number_2"]);
    assert_eq!(totals, (12, 6, 1), "of the library");
    let (num_posts, none) = counts(&mut engine, TagsOf::Query("number_99".to_owned()), 3);
    assert_eq!((num_posts, none.len()), (0, 0));
    engine.stop();
}

#[track_caller]
fn read(engine: &mut Engine, text: &str) -> Vec<TagWord> {
    let asked = engine.generation();
    engine.ask(Request::Tagging(TaggingRequest::Read {
        generation: asked,
        text: text.to_owned(),
    }));
    engine.wait(|it| match it {
        Event::Tagging(TaggingEvent::Read { generation, words }) if generation == asked => {
            Some(words)
        }
        _ => None,
    })
}

/// What the words say, as the window makes an edit of it.
#[track_caller]
fn tags(engine: &mut Engine, text: &str) -> TagEdit {
    let mut edit = TagEdit::default();
    for word in read(engine, text) {
        assert!(!matches!(word.kind, TagWordKind::Wrong(_)), "{word:?}");
        if word.is_removal {
            edit.remove.push(word.tag.name);
        } else {
            edit.add.push(word.tag);
        }
    }
    edit
}

#[test]
fn posts_are_tagged_by_words_and_that_is_taken_back() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::at(dir.path());
    let mut engine = place.engine();
    let even = engine.search("even");
    let words = read(&mut engine, "even artist:someone -odd -nosuch");
    assert_eq!(words[0].kind, TagWordKind::Known);
    assert_eq!(
        (words[1].kind.clone(), words[1].category),
        (TagWordKind::New, Category::Artist)
    );
    assert!(words[2].is_removal && words[2].kind == TagWordKind::Known);
    assert!(matches!(&words[3].kind, TagWordKind::Wrong(it) if it.contains("“nosuch”")));

    let edit = tags(&mut engine, "artist:someone odd -even");
    let posts = even.clone();
    let told = make(
        &mut engine,
        PostEdit::Tag {
            posts: posts.clone(),
            tags: edit.clone(),
        },
    );
    assert_eq!(told, "6 posts tagged someone, odd; even taken away");
    assert_eq!(engine.search("artist:someone"), even);
    assert_eq!(engine.search("even"), []);
    assert_eq!(engine.search("odd").len(), 12);
    let told = make(&mut engine, PostEdit::Tag { posts, tags: edit });
    assert_eq!(told, "6 posts are tagged so already");
    assert_eq!(read(&mut engine, "someone")[0].kind, TagWordKind::Known);

    // The tags of these posts, asked beside those of the side bar.
    let asked = engine.generation();
    engine.ask(Request::Tagging(TaggingRequest::Count {
        generation: asked,
        posts: even.clone(),
        limit: 10,
    }));
    let (num_posts, all) = counts(&mut engine, TagsOf::Query(String::new()), 100);
    assert_eq!((num_posts, all["odd"], all["someone"]), (12, 12, 6));
    let asked = engine.generation();
    engine.ask(Request::Tagging(TaggingRequest::Count {
        generation: asked,
        posts: even.clone(),
        limit: 10,
    }));
    let counted: Vec<(String, u32)> = engine.wait(|it| match it {
        Event::Tagging(TaggingEvent::Counted {
            generation, tags, ..
        }) if generation == asked => Some(tags.into_iter().map(|it| (it.name, it.count)).collect()),
        _ => None,
    });
    let is_frequent_first = counted.windows(2).all(|it| it[0].1 >= it[1].1);
    assert!(is_frequent_first, "{counted:?}");
    let counted: BTreeMap<String, u32> = counted.into_iter().collect();
    assert_eq!((counted["odd"], counted["someone"]), (6, 6));
    assert!(!counted.contains_key("even"));

    let outcome = ask(&mut engine, EditRequest::Undo);
    assert_eq!(
        outcome.outcome.unwrap(),
        "Taken back: 6 posts tagged someone, odd; even taken away"
    );
    assert_eq!(outcome.undo, None, "it is one step");
    assert_eq!(engine.search("even"), even);
    assert_eq!(engine.search("someone"), []);
    assert_eq!(engine.search("odd").len(), 6);
    ask(&mut engine, EditRequest::Redo).outcome.unwrap();
    assert_eq!(engine.search("someone -even odd"), even);
    engine.stop();

    // As the tables have it, so has the snapshot that was left behind.
    let (mut engine, _) = Engine::start(&place.library);
    assert_eq!(engine.search("someone -even odd"), even);
    engine.stop();
}

#[test]
fn results_say_what_orders_them() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::at(dir.path());
    let mut engine = place.engine();
    let mut order_of = |query: &str| {
        let asked = engine.generation();
        engine.ask(Request::Search {
            generation: asked,
            query: query.to_owned(),
            seed: 1,
        });
        engine.wait(|it| match it {
            Event::Results(batch) if batch.generation == asked => Some(batch.summary.order),
            _ => None,
        })
    };
    assert_eq!(order_of("even"), "newest");
    for order in SORT_ORDERS {
        assert_eq!(order_of(&format!("even order:{order}")), order);
    }
    assert_eq!(order_of("sort:score:asc"), "score_asc");
    assert_eq!(order_of("-order:score"), "score_asc");
    assert_eq!(order_of("order:width"), "width");
    engine.stop();
}
