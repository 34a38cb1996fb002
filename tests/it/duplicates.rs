//! Duplicates through the engine, on real files and a trash of the test's own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use kobako::library::{Library, OpenOptions, TrashFile, TrashState};
use kobako::message::{
    DuplicateDecision, DuplicateGroups, DuplicateMeasure, Event, PostDetails, Request,
};
use kobako::model::PostId;

use crate::fixture::{Engine, make_pictures};
use crate::library::dump;

/// Hash distance at which copies are looked for when nothing is said.
const DISTANCE: DuplicateMeasure = DuplicateMeasure::Distance(4);

struct Place {
    _dir: Option<tempfile::TempDir>,
    library: PathBuf,
    pictures: PathBuf,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            _dir: None,
            ..Self::at(dir.path())
        }
        .keeping(dir)
    }

    fn at(dir: &Path) -> Self {
        let place = Self {
            _dir: None,
            library: dir.join("library"),
            pictures: dir.join("pictures"),
        };
        make_copies(&place.pictures);
        place
    }

    fn keeping(self, dir: tempfile::TempDir) -> Self {
        Self {
            _dir: Some(dir),
            ..self
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.pictures.join(name)
    }

    fn engine(&self) -> Engine {
        let (mut engine, _) = Engine::start(&self.library);
        engine.import(std::slice::from_ref(&self.pictures));
        engine
    }
}

/// A picture with shapes, which two of `kind` do not share.
fn drawing(kind: u32) -> image::RgbImage {
    image::RgbImage::from_fn(240, 200, |x, y| {
        let (u, v) = (x as f32 / 240.0, y as f32 / 200.0);
        let wave = |a: f32, b: f32| ((a * u + b * v) * 6.0).sin() * 0.5 + 0.5;
        let kind = kind as f32;
        let shade = [
            wave(1.0 + kind, 0.6),
            wave(0.4, 1.7 + kind),
            wave(2.1, kind),
        ];
        image::Rgb(shade.map(|it| (it * 255.0) as u8))
    })
}

/// One picture large, as JPEG and small, each with a tag; two others.
fn make_copies(dir: &Path) {
    std::fs::create_dir_all(dir).unwrap();
    let drawn = drawing(0);
    let scaled = |width, height| {
        image::imageops::resize(&drawn, width, height, image::imageops::FilterType::Triangle)
    };
    drawn.save(dir.join("full.png")).unwrap();
    drawn.save(dir.join("saved.jpg")).unwrap();
    scaled(120, 100).save(dir.join("small.png")).unwrap();
    drawing(3).save(dir.join("other.png")).unwrap();
    drawing(7).save(dir.join("another.png")).unwrap();
    for name in ["full.png", "saved.jpg", "small.png"] {
        let (stem, _) = name.split_once('.').unwrap();
        std::fs::write(dir.join(format!("{name}.txt")), format!("copy\n{stem}\n")).unwrap();
    }
}

#[track_caller]
fn find(engine: &mut Engine, measure: DuplicateMeasure) -> Result<DuplicateGroups, String> {
    let asked = engine.generation();
    engine.ask(Request::FindDuplicates {
        generation: asked,
        measure,
    });
    engine.wait(|it| match it {
        Event::Duplicates { generation, groups } if generation == asked => {
            Some(groups.map(|it| *it))
        }
        _ => None,
    })
}

#[track_caller]
fn decide(
    engine: &mut Engine,
    decision: DuplicateDecision,
) -> (Result<String, String>, Option<String>) {
    engine.ask(Request::Duplicates(decision));
    engine.wait(|it| match it {
        Event::DuplicateDecided { outcome, undo } => Some((outcome, undo)),
        _ => None,
    })
}

#[track_caller]
fn details(engine: &mut Engine, post: PostId) -> PostDetails {
    let asked = engine.generation();
    engine.ask(Request::OpenPost {
        generation: asked,
        post,
    });
    engine.wait(|it| match it {
        Event::Post {
            generation,
            details,
        } if generation == asked => Some(*details.unwrap()),
        _ => None,
    })
}

fn name_of(engine: &mut Engine, post: PostId) -> String {
    let path = details(engine, post).files.remove(0).path;
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// File names of each group.
fn names(engine: &mut Engine, found: &DuplicateGroups) -> Vec<Vec<String>> {
    let groups = found.groups.iter();
    groups
        .map(|it| it.posts.iter().map(|it| name_of(engine, it.post)).collect())
        .collect()
}

/// The posts of the one group: the full picture, as JPEG, and the small one.
fn copies(engine: &mut Engine) -> [PostId; 3] {
    let post = |engine: &mut Engine, tag: &str| engine.search(tag)[0];
    [
        post(engine, "full"),
        post(engine, "saved"),
        post(engine, "small"),
    ]
}

#[test]
fn copies_are_found_and_the_best_comes_first() {
    let place = Place::new();
    let mut engine = place.engine();
    let found = find(&mut engine, DISTANCE).unwrap();
    let names_found = names(&mut engine, &found);
    assert_eq!(names_found, [["full.png", "saved.jpg", "small.png"]]);
    assert_eq!(found.groups[0].posts[0].distance, Some(0));
    assert!(
        found.groups[0]
            .posts
            .iter()
            .all(|it| it.distance <= Some(4))
    );
    assert_eq!((found.num_dismissed, found.notes.len()), (0, 0));
    assert!(found.elapsed_us > 0);

    // What is gone is not found.
    std::fs::remove_file(place.path("saved.jpg")).unwrap();
    engine.import(std::slice::from_ref(&place.pictures));
    let found = find(&mut engine, DISTANCE).unwrap();
    let names_found = names(&mut engine, &found);
    assert_eq!(names_found, [["full.png", "small.png"]]);
    let nothing = find(&mut engine, DuplicateMeasure::Cosine(0.9));
    assert!(nothing.unwrap_err().contains("embedded"));
    engine.stop();
}

#[test]
fn the_newest_question_is_answered_and_a_stopped_one_is_not() {
    let place = Place::new();
    let mut engine = place.engine();
    let mut asked = Vec::new();
    for distance in 0..5 {
        let generation = engine.generation();
        asked.push(generation);
        engine.ask(Request::FindDuplicates {
            generation,
            measure: DuplicateMeasure::Distance(distance),
        });
    }
    let newest = *asked.last().unwrap();
    let found = engine.wait(|it| match it {
        Event::Duplicates { generation, groups } if generation == newest => Some(groups.unwrap()),
        _ => None,
    });
    assert_eq!(found.groups.len(), 1);
    let generation = engine.generation();
    engine.ask(Request::FindDuplicates {
        generation,
        measure: DISTANCE,
    });
    engine.ask(Request::StopDuplicates);
    // Asked later, and answered alone; the stopped one may have been quicker.
    let found = find(&mut engine, DISTANCE).unwrap();
    assert!(found.generation > generation);
    engine.stop();
}

/// What the issue of near duplicates is about: one picture, re-saved, scaled,
/// recoloured and retouched.
#[test]
fn every_copy_of_a_real_picture_is_found() {
    let Some(shared) = crate::shared_data() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let (mut engine, _) = Engine::start(dir.path());
    engine.import(&[shared.join("images/near_duplicates/hydrus")]);
    for distance in [0, 4, 16] {
        let found = find(&mut engine, DuplicateMeasure::Distance(distance)).unwrap();
        let groups = names(&mut engine, &found);
        assert_eq!(groups.len(), 1, "{groups:?}");
        let group: BTreeSet<&str> = groups[0].iter().map(String::as_str).collect();
        let wanted = ["colour", "correction", "grunky", "original", "scale"];
        let wanted = wanted.map(|it| format!("visual_dupe_{it}.jpg"));
        assert_eq!(group, wanted.iter().map(String::as_str).collect());
    }
    engine.stop();
}

#[test]
fn what_is_no_duplicate_is_not_shown_again_until_that_is_taken_back() {
    let place = Place::new();
    let mut engine = place.engine();
    let [full, saved, small] = copies(&mut engine);
    let before = dump(&place.library);
    let decision = DuplicateDecision::NotDuplicates(vec![small, saved]);
    let (outcome, undo) = decide(&mut engine, decision);
    outcome.unwrap();
    assert!(undo.unwrap().contains("2 posts"));
    // Both are like the third, and only one pair is decided.
    let found = find(&mut engine, DISTANCE).unwrap();
    assert_eq!((found.groups[0].posts.len(), found.num_dismissed), (3, 1));
    let decision = DuplicateDecision::NotDuplicates(vec![full, saved, small]);
    decide(&mut engine, decision).0.unwrap();
    let found = find(&mut engine, DISTANCE).unwrap();
    assert_eq!((found.groups.len(), found.num_dismissed), (0, 3));

    let (outcome, undo) = decide(&mut engine, DuplicateDecision::Undo);
    outcome.unwrap();
    assert!(undo.unwrap().contains("2 posts"));
    let (outcome, undo) = decide(&mut engine, DuplicateDecision::Undo);
    assert_eq!((outcome.is_ok(), undo), (true, None));
    let found = find(&mut engine, DISTANCE).unwrap();
    assert_eq!((found.groups[0].posts.len(), found.num_dismissed), (3, 0));
    let (outcome, _) = decide(&mut engine, DuplicateDecision::Undo);
    assert!(outcome.unwrap_err().contains("taken back"));
    engine.stop();
    assert_eq!(dump(&place.library), before);
}

#[test]
fn one_that_is_singled_out_leaves_the_others_a_group() {
    let place = Place::new();
    let mut engine = place.engine();
    let [full, saved, small] = copies(&mut engine);
    let before = dump(&place.library);
    let decision = DuplicateDecision::NotDuplicateOf {
        post: small,
        others: vec![full, saved],
    };
    let (outcome, undo) = decide(&mut engine, decision);
    outcome.unwrap();
    assert_eq!(undo, Some(format!("post {small} marked as no duplicate")));
    let found = find(&mut engine, DISTANCE).unwrap();
    assert_eq!((found.groups.len(), found.num_dismissed), (1, 2));
    let posts: BTreeSet<_> = found.groups[0].posts.iter().map(|it| it.post).collect();
    assert_eq!(posts, BTreeSet::from([full, saved]));
    decide(&mut engine, DuplicateDecision::Undo).0.unwrap();
    let found = find(&mut engine, DISTANCE).unwrap();
    assert_eq!((found.groups[0].posts.len(), found.num_dismissed), (3, 0));
    engine.stop();
    assert_eq!(dump(&place.library), before);
}

#[test]
fn merged_posts_are_found_by_all_their_tags() {
    let place = Place::new();
    let mut engine = place.engine();
    let [full, saved, small] = copies(&mut engine);
    let before = dump(&place.library);
    let decision = DuplicateDecision::Merge {
        keep: full,
        others: vec![saved, small],
        trash_files: false,
    };
    let (outcome, undo) = decide(&mut engine, decision);
    outcome.unwrap();
    assert!(undo.unwrap().contains("2 posts merged"));
    assert_eq!(engine.search("full saved small"), [full]);
    assert!(place.path("small.png").exists());
    let found = find(&mut engine, DISTANCE).unwrap();
    assert_eq!((found.groups.len(), found.num_dismissed), (0, 3));
    decide(&mut engine, DuplicateDecision::Undo).0.unwrap();
    assert_eq!(engine.search("full saved small"), []);
    engine.stop();
    assert_eq!(dump(&place.library), before);
}

#[test]
fn a_library_that_can_not_be_changed_shows_duplicates_only() {
    let place = Place::new();
    let mut engine = place.engine();
    let [full, saved, _] = copies(&mut engine);
    let (mut reader, summary) = Engine::start(&place.library);
    assert!(summary.read_only.is_some());
    assert_eq!(find(&mut reader, DISTANCE).unwrap().groups.len(), 1);
    for decision in [
        DuplicateDecision::NotDuplicates(vec![full, saved]),
        DuplicateDecision::Merge {
            keep: full,
            others: vec![saved],
            trash_files: true,
        },
        DuplicateDecision::Undo,
    ] {
        let (outcome, undo) = decide(&mut reader, decision);
        assert!(outcome.unwrap_err().contains("can't be changed"));
        assert_eq!(undo, None);
    }
    assert!(place.path("saved.jpg").exists());
    reader.stop();
    engine.stop();
}

/// As [`crate::fixture::in_own_home`], for a test of this file.
fn in_own_home(test: &str, run: fn(&Path)) {
    crate::fixture::in_own_home(&format!("duplicates::{test}"), run);
}

fn files_in(dir: &Path) -> BTreeSet<String> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return BTreeSet::new();
    };
    let name = |it: std::fs::DirEntry| it.file_name().into_string().unwrap();
    entries.map(|it| name(it.unwrap())).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn files_go_to_the_trash_and_come_back() {
    in_own_home("files_go_to_the_trash_and_come_back", |home| {
        let place = Place::at(home);
        let trash = home.join("data/Trash");
        let mut engine = place.engine();
        let [full, saved, small] = copies(&mut engine);
        let before = dump(&place.library);
        let bytes = |name: &str| std::fs::read(place.path(name)).unwrap();
        let contents = (bytes("saved.jpg"), bytes("small.png"));
        // One of this name was thrown away before.
        std::fs::write(home.join("small.png"), "another").unwrap();
        trash::delete(home.join("small.png")).unwrap();

        let decision = DuplicateDecision::Merge {
            keep: full,
            others: vec![saved, small],
            trash_files: true,
        };
        let (outcome, undo) = decide(&mut engine, decision);
        let outcome = outcome.unwrap();
        assert!(outcome.contains("2 files moved"), "{outcome}");
        assert!(undo.unwrap().contains("2 files in the trash"));
        assert!(!place.path("saved.jpg").exists() && !place.path("small.png").exists());
        assert!(place.path("full.png").exists());
        let in_trash = files_in(&trash.join("files"));
        assert_eq!(in_trash.len(), 3, "{in_trash:?}");
        let info = std::fs::read_to_string(trash.join("info/saved.jpg.trashinfo")).unwrap();
        assert!(info.contains("\nDeletionDate=20"), "{info}");
        // The posts stay, as missing.
        assert_eq!(engine.search("full saved small"), [full]);
        assert!(details(&mut engine, saved).files[0].is_missing);
        assert_eq!(engine.search("is:missing").len(), 2);
        assert_eq!(find(&mut engine, DISTANCE).unwrap().groups.len(), 0);

        let (outcome, undo) = decide(&mut engine, DuplicateDecision::Undo);
        let outcome = outcome.unwrap();
        assert!(!outcome.contains("not back"), "{outcome}");
        assert_eq!(undo, None);
        assert_eq!((bytes("saved.jpg"), bytes("small.png")), contents);
        assert_eq!(
            files_in(&trash.join("files")),
            BTreeSet::from(["small.png".to_owned()])
        );
        assert_eq!(engine.search("is:missing"), []);
        assert_eq!(
            find(&mut engine, DISTANCE).unwrap().groups[0].posts.len(),
            3
        );
        let report = engine.import(std::slice::from_ref(&place.pictures));
        assert_eq!((report.updated, report.unchanged), (0, 5), "{report:?}");
        engine.stop();
        assert_eq!(dump(&place.library), before);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_must_stay_does_not_hold_up_others() {
    in_own_home("a_file_that_must_stay_does_not_hold_up_others", |home| {
        let place = Place::at(home);
        let trash = home.join("data/Trash/files");
        let mut engine = place.engine();
        let [full, saved, small] = copies(&mut engine);
        let before = dump(&place.library);
        // Longer than it was when it was imported.
        let jpeg = place.path("saved.jpg");
        let mut longer = std::fs::read(&jpeg).unwrap();
        longer.push(0);
        std::fs::write(&jpeg, longer).unwrap();
        let merge = DuplicateDecision::Merge {
            keep: full,
            others: vec![saved, small],
            trash_files: true,
        };
        let (outcome, undo) = decide(&mut engine, merge.clone());
        let outcome = outcome.unwrap();
        assert!(outcome.contains("1 file moved"), "{outcome}");
        assert!(
            outcome.contains("saved.jpg stays: it changed since"),
            "{outcome}"
        );
        assert!(undo.unwrap().contains("1 file in the trash"));
        assert!(jpeg.exists());
        assert_eq!(files_in(&trash), BTreeSet::from(["small.png".to_owned()]));
        assert!(!details(&mut engine, saved).files[0].is_missing);

        // Something else took its place: both are left as they are, and so is the merge.
        std::fs::write(place.path("small.png"), "mine").unwrap();
        let (outcome, undo) = decide(&mut engine, DuplicateDecision::Undo);
        let reason = outcome.unwrap_err();
        assert!(
            reason.contains("small.png is not back: another file"),
            "{reason}"
        );
        assert!(undo.unwrap().contains("1 file in the trash"));
        assert_eq!(std::fs::read(place.path("small.png")).unwrap(), b"mine");
        assert_eq!(files_in(&trash).len(), 1);
        assert!(details(&mut engine, small).files[0].is_missing);
        assert_eq!(engine.search("full saved"), [full]);
        std::fs::remove_file(place.path("small.png")).unwrap();
        let (outcome, undo) = decide(&mut engine, DuplicateDecision::Undo);
        assert!(!outcome.unwrap().contains("not back"));
        assert_eq!(undo, None);
        assert_eq!(engine.search("full saved"), []);
        assert!(!details(&mut engine, small).files[0].is_missing);

        // The kept picture is not as it was imported: nothing goes.
        std::fs::remove_file(place.path("full.png")).unwrap();
        let (outcome, _) = decide(&mut engine, merge);
        let outcome = outcome.unwrap();
        assert!(outcome.contains("0 files moved"), "{outcome}");
        assert!(
            outcome.contains("small.png stays: no file of the post"),
            "{outcome}"
        );
        assert!(place.path("small.png").exists());
        assert!(files_in(&trash).is_empty());
        decide(&mut engine, DuplicateDecision::Undo).0.unwrap();
        engine.stop();
        assert_eq!(dump(&place.library), before);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn files_that_came_back_are_known_while_others_are_waited_for() {
    in_own_home(
        "files_that_came_back_are_known_while_others_are_waited_for",
        |home| {
            let place = Place::at(home);
            let mut engine = place.engine();
            let [full, saved, small] = copies(&mut engine);
            let before = dump(&place.library);
            let merge = DuplicateDecision::Merge {
                keep: full,
                others: vec![saved, small],
                trash_files: true,
            };
            decide(&mut engine, merge).0.unwrap();
            std::fs::write(place.path("small.png"), "mine").unwrap();
            let (outcome, undo) = decide(&mut engine, DuplicateDecision::Undo);
            let reason = outcome.unwrap_err();
            assert!(reason.contains("1 other file came back"), "{reason}");
            assert!(undo.unwrap().contains("1 file in the trash"));
            assert!(place.path("saved.jpg").exists());
            assert!(!details(&mut engine, saved).files[0].is_missing);
            assert!(details(&mut engine, small).files[0].is_missing);
            assert_eq!(engine.search("full saved small"), [full]);

            // Who no longer has it in the trash gets the rest back.
            trash::os_limited::purge_all(trash::os_limited::list().unwrap()).unwrap();
            let (outcome, undo) = decide(&mut engine, DuplicateDecision::Undo);
            let outcome = outcome.unwrap();
            assert!(outcome.contains("not in the trash any more"), "{outcome}");
            assert_eq!(undo, None);
            assert_eq!(engine.search("full saved small"), []);
            engine.stop();
            assert_ne!(dump(&place.library), before, "one file stays missing");
        },
    );
}

#[cfg(target_os = "linux")]
#[test]
fn an_emptied_trash_is_said_and_ends_nothing() {
    in_own_home("an_emptied_trash_is_said_and_ends_nothing", |home| {
        let place = Place::at(home);
        let mut engine = place.engine();
        let [full, saved, _] = copies(&mut engine);
        let merge = DuplicateDecision::Merge {
            keep: full,
            others: vec![saved],
            trash_files: true,
        };
        decide(&mut engine, merge).0.unwrap();
        trash::os_limited::purge_all(trash::os_limited::list().unwrap()).unwrap();
        let (outcome, undo) = decide(&mut engine, DuplicateDecision::Undo);
        let outcome = outcome.unwrap();
        assert!(
            outcome.contains("saved.jpg is not back: it is not in the trash"),
            "{outcome}"
        );
        assert_eq!(undo, None);
        assert_eq!(engine.search("full saved"), []);
        assert!(details(&mut engine, saved).files[0].is_missing);
        engine.stop();
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_is_gone_is_made_again() {
    in_own_home("a_folder_that_is_gone_is_made_again", |home| {
        let place = Place::at(home);
        let folder = place.path("sub");
        std::fs::create_dir(&folder).unwrap();
        std::fs::rename(place.path("saved.jpg"), folder.join("saved.jpg")).unwrap();
        let mut engine = place.engine();
        let [full, small] = ["full", "small"].map(|it| engine.search(it)[0]);
        let found = find(&mut engine, DISTANCE).unwrap();
        let mut others: Vec<PostId> = found.groups[0].posts.iter().map(|it| it.post).collect();
        others.retain(|it| ![full, small].contains(it));
        let merge = DuplicateDecision::Merge {
            keep: full,
            others,
            trash_files: true,
        };
        decide(&mut engine, merge).0.unwrap();
        std::fs::remove_dir(&folder).unwrap();
        let outcome = decide(&mut engine, DuplicateDecision::Undo).0.unwrap();
        assert!(!outcome.contains("not back"), "{outcome}");
        assert!(folder.join("saved.jpg").exists());
        assert_eq!(engine.search("is:missing"), []);
        engine.stop();
    });
}

/// The program ended after the files went, and before that was written down.
#[cfg(target_os = "linux")]
#[test]
fn what_a_crash_left_in_the_trash_comes_back_too() {
    in_own_home("what_a_crash_left_in_the_trash_comes_back_too", |home| {
        let place = Place::at(home);
        let mut engine = place.engine();
        let [full, saved, small] = copies(&mut engine);
        engine.stop();
        let before = dump(&place.library);
        let library = Library::open(&place.library, &OpenOptions::default()).unwrap();
        let reader = library.reader("test").unwrap();
        let planned: Vec<TrashFile> = [saved, small]
            .iter()
            .flat_map(|it| reader.files_of(*it).unwrap())
            .map(|it| TrashFile {
                path: it.path,
                stamp: it.stamp,
                state: TrashState::Planned,
            })
            .collect();
        let mut writer = library.writer().unwrap();
        writer
            .merge_duplicates(full, &[saved, small], Some(planned))
            .unwrap();
        trash::delete(place.path("saved.jpg")).unwrap();
        drop((reader, writer, library));

        let (mut engine, _) = Engine::start(&place.library);
        let (outcome, _) = decide(&mut engine, DuplicateDecision::Undo);
        let outcome = outcome.unwrap();
        assert!(!outcome.contains("not back"), "{outcome}");
        assert!(place.path("saved.jpg").exists() && place.path("small.png").exists());
        let report = engine.import(std::slice::from_ref(&place.pictures));
        assert_eq!((report.updated, report.unchanged), (0, 5), "{report:?}");
        engine.stop();
        assert_eq!(dump(&place.library), before);
    });
}

#[test]
fn decisions_during_an_import_are_followed_in_order() {
    let place = Place::new();
    let mut engine = place.engine();
    let [full, saved, small] = copies(&mut engine);
    let more = place.library.with_file_name("more");
    make_pictures(&more, 400);
    let job = engine.start_import(&[more, place.pictures.clone()]);
    let mut is_finished = false;
    let mut num_decided = 0;
    while !is_finished || num_decided < 5 {
        let decision = if num_decided % 2 == 0 {
            DuplicateDecision::Merge {
                keep: full,
                others: vec![saved, small],
                trash_files: false,
            }
        } else {
            DuplicateDecision::Undo
        };
        engine.ask(Request::Duplicates(decision));
        engine.wait(|it| match it {
            Event::ImportFinished { job: other, .. } => {
                is_finished |= other == job;
                None
            }
            Event::DuplicateDecided { outcome, .. } => Some(outcome.unwrap()),
            _ => None,
        });
        num_decided += 1;
    }
    // What follows changes finds what the tables have.
    let (mut other, _) = Engine::start(&place.library);
    for query in ["", "full saved small", "copy", "even", "number_7", "saved"] {
        let found = engine.search(query);
        assert_eq!(found, other.search(query), "{query}");
    }
    let is_merged = num_decided % 2 == 1;
    assert_eq!(
        engine.search("full saved small").len(),
        usize::from(is_merged)
    );
    other.stop();
    engine.stop();
}

#[test]
fn the_command_answers_in_json_and_for_people() {
    let place = Place::new();
    place.engine().stop();
    let run = |args: &[&str]| {
        std::process::Command::new(env!("CARGO_BIN_EXE_kobako"))
            .arg("dupes")
            .args(args)
            .arg("--library")
            .arg(&place.library)
            .output()
            .unwrap()
    };
    let output = run(&["--json"]);
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["dismissed"], 0);
    assert!(found["elapsed_us"].is_u64());
    let posts = found["groups"][0]["posts"].as_array().unwrap();
    assert_eq!(
        (found["groups"].as_array().unwrap().len(), posts.len()),
        (1, 3)
    );
    let first = &posts[0];
    assert_eq!(first["path"], place.path("full.png").to_str().unwrap());
    assert_eq!(
        (&first["width"], &first["height"]),
        (&240.into(), &200.into())
    );
    assert_eq!(
        (&first["distance"], &first["cosine"]),
        (&0.into(), &serde_json::Value::Null)
    );
    assert_eq!(first["md5"].as_str().unwrap().len(), 32);
    assert!(first["id"].is_u64());

    let output = run(&[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("1 group of 3 posts in "), "{text}");
    assert!(text.contains("keep      240 × 200"), "{text}");
    for (args, code) in [
        (&["--distance", "17"][..], 2),
        (&["--cosine", "nan"], 2),
        (&["--cosine", "0.9", "--distance", "1"], 2),
        (&["--cosine", "0.9"], 1),
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(code), "{args:?}");
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn groups_by_embeddings_begin_with_the_one_to_keep() {
    let place = Place::new();
    let mut engine = place.engine();
    let [full, saved, small] = copies(&mut engine);
    let other = engine.search("-copy")[0];
    engine.stop();
    let library = Library::open(&place.library, &OpenOptions::default()).unwrap();
    let mut store = library.similarity("test").unwrap();
    let model = store.model("test", "Test", 4).unwrap();
    let rows: [(PostId, &[f32]); 4] = [
        (full, &[1.0, 0.0, 0.0, 0.0]),
        (saved, &[0.9, 0.1, 0.0, 0.0]),
        (small, &[1.0, 0.05, 0.0, 0.0]),
        (other, &[0.0, 0.0, 1.0, 0.0]),
    ];
    store.put(model, &rows).unwrap();
    drop((store, library));
    let (mut engine, _) = Engine::start(&place.library);
    let found = find(&mut engine, DuplicateMeasure::Cosine(0.9)).unwrap();
    let posts: Vec<PostId> = found.groups[0].posts.iter().map(|it| it.post).collect();
    assert_eq!((found.groups.len(), posts), (1, vec![full, small, saved]));
    let cosine = found.groups[0].posts[2].cosine.unwrap();
    assert!((cosine - 0.9939).abs() < 0.001, "{cosine}");
    decide(
        &mut engine,
        DuplicateDecision::NotDuplicates(vec![full, small, saved]),
    )
    .0
    .unwrap();
    let found = find(&mut engine, DuplicateMeasure::Cosine(0.9)).unwrap();
    assert_eq!((found.groups.len(), found.num_dismissed), (0, 3));
    engine.stop();
}
