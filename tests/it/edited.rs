//! Pictures that change in their places, and that leave and come again: what the user
//! set by hand stays with them.

use std::fs;

use kobako::library::TrashFile;
#[cfg(target_os = "linux")]
use kobako::message::{EditRequest, Event, PostEdit, Request};
use kobako::model::{PostId, Rating, TagDraft};

#[cfg(target_os = "linux")]
use crate::edits::{Place, ask};
#[cfg(target_os = "linux")]
use crate::fixture::{Engine, in_own_home};
use crate::import::World;

/// Sets all that can be set by hand.
fn mark(world: &mut World, post: PostId) {
    let writer = &mut world.writer;
    writer.set_rating(&[post], Some(Rating::Explicit)).unwrap();
    writer.set_favorite(&[post], true).unwrap();
    let tag = TagDraft {
        name: "by_hand".to_owned(),
        ..TagDraft::default()
    };
    let removed = ["wrong".to_owned()];
    writer.edit_tags(&[post], &[tag], &removed).unwrap();
}

#[track_caller]
fn assert_marked(world: &World, name: &str, tags: &[&str]) {
    let record = world.record(name);
    assert_eq!(record.columns.rating, Some(Rating::Explicit), "{name}");
    assert!(record.columns.is_favorite, "{name}");
    assert_eq!(world.tags(name), tags);
}

#[track_caller]
fn assert_unmarked(world: &World, name: &str) {
    let record = world.record(name);
    assert_eq!(record.columns.rating, None, "{name}");
    assert!(!record.columns.is_favorite, "{name}");
}

/// `in/a.png`, marked, with tags of a sidecar.
fn marked() -> (World, PostId) {
    let mut world = World::new();
    world.picture("in/a.png", 1);
    world.write("in/a.png.txt", "cat\nwrong\n");
    world.import("in");
    let id = world.record("in/a.png").columns.id;
    mark(&mut world, id);
    (world, id)
}

fn num_posts(world: &World) -> u64 {
    world.library.reader("test").unwrap().num_posts().unwrap()
}

fn copy(world: &World, from: &str, to: &str) {
    fs::copy(world.at(from), world.at(to)).unwrap();
}

#[test]
fn a_picture_that_is_edited_in_its_place_stays_the_same_post() {
    let (mut world, id) = marked();
    let before = world.record("in/a.png");
    let thumb = |world: &World| world.library.thumbs().unwrap().get(id).unwrap();
    let thumb_before = thumb(&world).unwrap();
    let mut store = world.library.similarity("test").unwrap();
    let model = store.model("m", "M", 2).unwrap();
    store.put(model, &[(id, &[1.0, 1.0])]).unwrap();

    world.picture("in/a.png", 2);
    let report = world.import("in");
    assert_eq!((report.added, report.updated, report.missing), (0, 1, 0));
    let after = world.record("in/a.png");
    assert_eq!(after.columns.id, id);
    assert_ne!(after.columns.md5, before.columns.md5);
    assert_ne!(after.columns.phash, before.columns.phash);
    assert_eq!(after.columns.imported_at, before.columns.imported_at);
    assert!(!after.columns.is_missing);
    assert_eq!(num_posts(&world), 1);
    assert_marked(&world, "in/a.png", &["by_hand", "cat"]);
    let reader = world.library.reader("test").unwrap();
    let by_md5 = |md5| reader.post_by_md5(md5).unwrap();
    assert_eq!(by_md5(after.columns.md5.unwrap()), Some(id));
    assert_eq!(by_md5(before.columns.md5.unwrap()), None);
    // What is made of pictures is made of the new one.
    assert_ne!(thumb(&world), Some(thumb_before));
    assert_eq!(store.posts(model).unwrap().len(), 0);

    // The old bytes come back, and what was taken back meanwhile stays so.
    world.writer.set_favorite(&[id], false).unwrap();
    world.picture("in/a.png", 1);
    assert_eq!(world.import("in").updated, 1);
    let back = world.record("in/a.png");
    assert_eq!(
        (back.columns.id, back.columns.md5),
        (id, before.columns.md5)
    );
    assert!(!back.columns.is_favorite);
    assert_eq!(world.library.quick_check().unwrap(), Vec::<String>::new());
}

#[test]
fn who_is_told_of_a_commit_hears_which_posts_have_other_pictures() {
    let dir = tempfile::tempdir().unwrap();
    let (_library, mut writer) = crate::library::open_writer(dir.path());
    let picture = |number| crate::library::picture("/a", number, &[]);
    let other = |it: &kobako::library::Changes| it.other_pictures.clone();
    let (_, changes) = writer.write_batch(&[picture(1)]).unwrap();
    assert_eq!(other(&changes), []);
    let (_, changes) = writer.write_batch(&[picture(2)]).unwrap();
    assert_eq!(other(&changes), [PostId(1)]);
    let (_, changes) = writer.write_batch(&[picture(2)]).unwrap();
    assert_eq!(other(&changes), []);
}

#[test]
fn an_edited_copy_starts_with_what_the_other_has() {
    let (mut world, id) = marked();
    copy(&world, "in/a.png", "in/original.png");
    world.import("in");
    assert_eq!(num_posts(&world), 1);
    world.picture("in/a.png", 2);
    assert_eq!(world.import("in").added, 1);
    assert_eq!(world.record("in/original.png").columns.id, id);
    assert_ne!(world.record("in/a.png").columns.id, id);
    assert_marked(&world, "in/original.png", &["by_hand", "cat"]);
    assert_marked(&world, "in/a.png", &["by_hand", "cat"]);
    assert_eq!(world.library.quick_check().unwrap(), Vec::<String>::new());
}

/// The walk comes by the edited file first, and the copy is not known yet.
#[test]
fn a_copy_that_was_made_before_editing_stays_the_post() {
    let (mut world, id) = marked();
    copy(&world, "in/a.png", "in/original.png");
    world.picture("in/a.png", 2);
    world.import("in");
    assert_eq!(world.record("in/original.png").columns.id, id);
    assert_marked(&world, "in/a.png", &["by_hand", "cat"]);
    assert_marked(&world, "in/original.png", &["by_hand", "cat"]);
}

#[test]
fn a_known_picture_over_another_takes_over_what_was_set_by_hand() {
    let (mut world, id) = marked();
    world.picture("in/b.png", 2);
    world.import("in");
    let other = world.record("in/b.png").columns.id;
    fs::remove_file(world.at("in/a.png.txt")).unwrap();
    copy(&world, "in/b.png", "in/a.png");
    world.import("in");
    assert_eq!(world.record("in/a.png").columns.id, other);
    assert_marked(&world, "in/b.png", &["by_hand"]);
    assert_eq!(num_posts(&world), 1);

    // From a backup: what it had is known still.
    world.picture("in/a.png", 1);
    world.import("in");
    assert_ne!(world.record("in/a.png").columns.id, id);
    assert_marked(&world, "in/a.png", &["by_hand"]);
    assert_eq!(world.record("in/b.png").columns.id, other);
}

#[test]
fn pictures_that_change_places_keep_to_themselves_what_they_have() {
    let mut world = World::new();
    for number in 1..=4 {
        world.picture(&format!("in/{number}.png"), number);
    }
    world.write("in/4.png.txt", "wrong\n");
    world.import("in");
    let ids: Vec<PostId> = (1..=4)
        .map(|it| world.record(&format!("in/{it}.png")).columns.id)
        .collect();
    mark(&mut world, ids[0]);
    let rename = |world: &World, from: &str, to: &str| {
        world.rename(&format!("in/{from}.png"), &format!("in/{to}.png"));
    };
    // 1 and 2 change places.
    rename(&world, "1", "x");
    rename(&world, "2", "1");
    rename(&world, "x", "2");
    world.import("in");
    assert_eq!(world.record("in/1.png").columns.id, ids[1]);
    assert_eq!(world.record("in/2.png").columns.id, ids[0]);
    assert_marked(&world, "in/2.png", &["by_hand"]);
    assert_unmarked(&world, "in/1.png");
    assert_eq!(num_posts(&world), 4);

    // All move on by one, and another one is the first now.
    for number in (1..=4).rev() {
        rename(&world, &number.to_string(), &(number + 1).to_string());
    }
    world.picture("in/1.png", 9);
    assert_eq!(world.import("in").added, 1);
    let expected = [ids[1], ids[0], ids[2], ids[3]];
    for (number, id) in (2..=5).zip(expected) {
        assert_eq!(world.record(&format!("in/{number}.png")).columns.id, id);
    }
    assert_marked(&world, "in/3.png", &["by_hand"]);
    assert_unmarked(&world, "in/1.png");
}

#[test]
fn another_picture_in_the_place_of_a_missing_one_is_none_of_its_business() {
    let (mut world, _) = marked();
    world.picture("in/b.png", 3);
    fs::remove_file(world.at("in/a.png")).unwrap();
    assert_eq!(world.import("in").missing, 1);
    world.picture("in/a.png", 2);
    assert_eq!(world.import("in").added, 1);
    assert_unmarked(&world, "in/a.png");
}

#[test]
fn what_was_taken_out_stays_out_until_it_is_to_come_back() {
    let (mut world, id) = marked();
    world.writer.remove_posts(&[id], true, &[], &[]).unwrap();
    // As when the library is closed.
    world.writer.forget_former_posts().unwrap();
    let report = world.import("in");
    assert_eq!((report.added, report.skipped), (0, 0));
    assert_eq!(report.num_taken_out, 1);
    assert_eq!(report.taken_out, [world.at("in/a.png")]);

    world.writer.bring_back(true);
    assert_eq!(world.import("in").added, 1);
    assert_marked(&world, "in/a.png", &["by_hand", "cat"]);
    world.writer.bring_back(false);
    let report = world.import("in");
    assert_eq!((report.unchanged, report.num_taken_out), (1, 0));
    let reader = world.library.reader("test").unwrap();
    assert_eq!(reader.deleted_pictures().unwrap(), []);
}

#[test]
fn what_comes_back_from_the_trash_by_another_way_has_its_marks() {
    let (mut world, id) = marked();
    let no_file: &[(PostId, Vec<TrashFile>)] = &[];
    world
        .writer
        .remove_posts(&[id], false, no_file, &[])
        .unwrap();
    world.writer.forget_former_posts().unwrap();
    // Its tag has another name by now.
    world.writer.rename_tag("by_hand", "own").unwrap();
    world.rename("in/a.png", "in/elsewhere.png");
    world.rename("in/a.png.txt", "in/elsewhere.png.txt");
    assert_eq!(world.import("in").added, 1);
    assert_marked(&world, "in/elsewhere.png", &["cat", "own"]);

    // What was given back is not given twice.
    let id = world.record("in/elsewhere.png").columns.id;
    world.writer.set_favorite(&[id], false).unwrap();
    world.rename("in/elsewhere.png", "in/a.png");
    world.import("in");
    assert!(!world.record("in/a.png").columns.is_favorite);
}

#[test]
fn what_comes_back_by_undoing_has_what_it_had_then() {
    let (mut world, id) = marked();
    let (removed, _) = world.writer.remove_posts(&[id], false, &[], &[]).unwrap();
    world
        .writer
        .restore_posts(&[&removed[0]], &[], &[])
        .unwrap();
    world.writer.set_favorite(&[id], false).unwrap();
    // Nothing is left of the first time it went.
    world.writer.set_rating(&[id], None).unwrap();
    let removed = ["by_hand".to_owned()];
    world.writer.edit_tags(&[id], &[], &removed).unwrap();
    world.writer.remove_posts(&[id], false, &[], &[]).unwrap();
    world.import("in");
    assert_unmarked(&world, "in/a.png");
    assert_eq!(world.tags("in/a.png"), ["cat"]);
}

/// The system's trash, the library closed meanwhile, and the file manager.
#[cfg(target_os = "linux")]
#[test]
fn what_the_file_manager_brings_back_from_the_trash_has_its_marks() {
    let test = "edited::what_the_file_manager_brings_back_from_the_trash_has_its_marks";
    in_own_home(test, |home| {
        let place = Place::at(home);
        let mut engine = place.engine();
        let posts = engine.search("number_3");
        let edit = |engine: &mut Engine, edit: PostEdit| {
            ask(engine, EditRequest::Do(edit)).outcome.unwrap();
        };
        let rating = Some(Rating::Questionable);
        let rate = PostEdit::Rate {
            posts: posts.clone(),
            rating,
        };
        edit(&mut engine, rate);
        edit(&mut engine, PostEdit::Trash { posts });
        engine.stop();
        let file = place.pictures.join("0003.png");
        fs::rename(home.join("data/Trash/files/0003.png"), &file).unwrap();
        let (mut engine, _) = Engine::start(&place.library);
        assert_eq!(
            engine.import(std::slice::from_ref(&place.pictures)).added,
            1
        );
        assert_eq!(engine.search("rating:questionable number_3").len(), 1);

        // Taken out on purpose, it stays out until it is asked for.
        let posts = engine.search("number_3");
        edit(&mut engine, PostEdit::Remove { posts });
        engine.stop();
        let (mut engine, _) = Engine::start(&place.library);
        let report = engine.import(std::slice::from_ref(&place.pictures));
        assert_eq!((report.added, report.num_taken_out), (0, 1));
        engine.ask(Request::BringBack {
            paths: report.taken_out,
        });
        let report = engine.wait(|it| match it {
            Event::ImportFinished { report, .. } => Some(report),
            _ => None,
        });
        assert_eq!(report.added, 1);
        assert_eq!(engine.search("rating:questionable number_3").len(), 1);

        // The window hears of pictures that are other ones.
        let post = engine.search("number_3")[0];
        crate::fixture::make_picture(&file, 77);
        let job = engine.start_import(std::slice::from_ref(&place.pictures));
        let others = engine.wait(|it| match it {
            Event::OtherPictures(posts) => Some(posts),
            _ => None,
        });
        assert_eq!(others, [post]);
        assert_eq!(engine.finish_import(job).updated, 1);
        assert_eq!(engine.search("rating:questionable number_3"), [post]);
        engine.stop();
    });
}
