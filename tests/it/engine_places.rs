//! Folders, the default filter, what is typed and the window's look, through the
//! engine's messages and on a real disk.

use std::path::{Path, PathBuf};

use kobako::engine::EngineConfig;
use kobako::library::{Library, OpenOptions};
use kobako::message::{
    Event, Fate, FolderTree, Generation, PlaceChange, PlaceEvent, PlaceRequest, Request, SpanKind,
};
use kobako::model::Category;
use kobako::session::{Session, TabSession};

use crate::fixture::{Engine, make_picture, make_pictures};

/// `pictures/a` with 4, `pictures/a/deep` with 3 and `pictures/b` with 2 pictures, all
/// of them different.
fn make_folders(dir: &Path) -> PathBuf {
    let pictures = dir.join("pictures");
    for (folder, skip, num) in [("a", 0, 4), ("a/deep", 4, 3), ("b", 7, 2)] {
        let all = dir.join("all");
        make_pictures(&all, skip + num);
        let folder = pictures.join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        for number in skip..skip + num {
            for name in [format!("{number:04}.png"), format!("{number:04}.png.txt")] {
                std::fs::copy(all.join(&name), folder.join(&name)).unwrap();
            }
        }
    }
    pictures
}

fn start(dir: &Path) -> (Engine, PathBuf) {
    let pictures = make_folders(dir);
    let (mut engine, _) = Engine::start(&dir.join("library"));
    let report = engine.import(std::slice::from_ref(&pictures));
    assert_eq!(report.added, 9);
    (engine, pictures)
}

#[track_caller]
fn folders(engine: &mut Engine, open: &[&Path]) -> FolderTree {
    let open = open.iter().map(|it| (*it).to_owned()).collect();
    engine.ask(Request::Places(PlaceRequest::ListFolders { open }));
    engine.wait(|it| match it {
        Event::Places(PlaceEvent::Folders(tree)) => Some(tree),
        _ => None,
    })
}

#[track_caller]
fn change(engine: &mut Engine, change: PlaceChange) -> Result<String, String> {
    engine.ask(Request::Places(PlaceRequest::Change(change)));
    engine.wait(|it| match it {
        Event::Places(PlaceEvent::Changed(outcome)) => Some(outcome),
        _ => None,
    })
}

fn query(folder: &Path) -> String {
    format!("in:\"{}\"", folder.display())
}

fn finish_imports(engine: &mut Engine) {
    engine.wait(|it| matches!(it, Event::ImportFinished { .. }).then_some(()));
}

#[test]
fn folders_have_counts_and_are_searches() {
    let dir = tempfile::tempdir().unwrap();
    let (mut engine, pictures) = start(dir.path());
    let tree = folders(&mut engine, &[&pictures]);
    assert_eq!(tree.roots.len(), 1);
    let root = &tree.roots[0];
    assert_eq!((root.folder.num_posts, root.is_missing), (9, false));
    let inside: Vec<(&str, u64, bool)> = tree.inside[0]
        .1
        .iter()
        .map(|it| {
            let name = it.path.file_name().unwrap().to_str().unwrap();
            (name, it.num_posts, it.has_folders)
        })
        .collect();
    assert_eq!(inside, [("a", 7, true), ("b", 2, false)]);
    assert_eq!(engine.search(&query(&pictures)).len(), 9);
    assert_eq!(engine.search(&query(&pictures.join("a"))).len(), 7);
    assert_eq!(engine.search(&query(&pictures.join("a/"))).len(), 7);
    assert_eq!(engine.search(&query(&pictures.join("a/deep"))).len(), 3);
    let not_below = format!("-{} even", query(&pictures.join("a")));
    assert_eq!(engine.search(&not_below).len(), 1, "number 8");
    // A name that only starts like it is another folder.
    assert_eq!(engine.search(&query(&pictures.join("a/de"))).len(), 0);
    engine.stop();
}

#[test]
fn a_folder_counts_the_posts_that_its_search_finds() {
    let dir = tempfile::tempdir().unwrap();
    let (mut engine, pictures) = start(dir.path());
    // Copies of two pictures of `b`: one twice below `a`, one in a folder of its own.
    let loose = dir.path().join("loose");
    for folder in ["loose", "loose/below", "pictures/a/deep/er"] {
        std::fs::create_dir_all(dir.path().join(folder)).unwrap();
    }
    let copies = [
        ("0007.png", pictures.join("a/0007.png")),
        ("0007.png", pictures.join("a/deep/er/again.png")),
        ("0008.png", loose.join("0008.png")),
        ("0008.png", loose.join("below/0008.png")),
    ];
    for (name, copy) in &copies {
        std::fs::copy(pictures.join("b").join(name), copy).unwrap();
    }
    let files = copies[2..]
        .iter()
        .map(|it| it.1.clone())
        .collect::<Vec<_>>();
    for paths in [std::slice::from_ref(&pictures), &files] {
        assert_eq!(engine.import(paths).added, 0);
    }
    // One that has a root below it, and a picture of that.
    let above = dir.path().join("0003.png");
    std::fs::copy(pictures.join("a/0003.png"), &above).unwrap();
    assert_eq!(engine.import(&[above]).added, 0);
    let (a, deep) = (pictures.join("a"), pictures.join("a/deep"));
    let tree = folders(&mut engine, &[&pictures, &a, &deep]);
    let roots = tree.roots.iter().map(|it| &it.folder);
    let listed: Vec<_> = roots
        .chain(tree.inside.iter().flat_map(|it| &it.1))
        .collect();
    assert_eq!(listed.len(), 8, "{listed:?}");
    for folder in listed {
        let num_found = engine.search(&query(&folder.path)).len() as u64;
        assert_eq!(folder.num_posts, num_found, "{folder:?}");
    }
    engine.stop();
}

#[test]
fn an_excluded_folder_stays_out_until_it_is_included() {
    let dir = tempfile::tempdir().unwrap();
    let (mut engine, pictures) = start(dir.path());
    let deep = pictures.join("a/deep");
    let fate = Fate::Leave;
    let folder = deep.clone();
    change(&mut engine, PlaceChange::Exclude { folder, fate }).unwrap();
    assert_eq!(engine.search("").len(), 6);
    assert_eq!(engine.import(std::slice::from_ref(&pictures)).added, 0);
    let excluded = folders(&mut engine, &[]).excluded;
    assert_eq!(excluded, std::slice::from_ref(&deep));

    let folder = deep.clone();
    change(&mut engine, PlaceChange::Include { folder }).unwrap();
    finish_imports(&mut engine);
    assert_eq!(engine.search(&query(&deep)).len(), 3);
    assert!(folders(&mut engine, &[]).excluded.is_empty());
    engine.stop();
}

#[test]
fn posts_of_a_root_that_is_taken_out_stay_or_leave() {
    for (fate, num_left) in [(Fate::Stay, 9), (Fate::Leave, 0)] {
        let dir = tempfile::tempdir().unwrap();
        let (mut engine, pictures) = start(dir.path());
        let root = pictures.clone();
        change(&mut engine, PlaceChange::RemoveRoot { root, fate }).unwrap();
        assert_eq!(engine.search("").len(), num_left, "{fate:?}");
        assert_eq!(engine.search("is:missing").len(), num_left, "{fate:?}");
        let tree = folders(&mut engine, &[]);
        assert!(tree.roots.iter().all(|it| !it.is_imported));
        // The files are as they were, and may be imported again.
        engine.import(&[pictures]);
        assert_eq!(engine.search("status:ok").len(), 9, "{fate:?}");
        engine.stop();
    }
}

#[test]
fn what_another_root_covers_stays() {
    let dir = tempfile::tempdir().unwrap();
    let (mut engine, pictures) = start(dir.path());
    engine.import(&[pictures.join("a")]);
    let fate = Fate::Leave;
    let root = pictures.clone();
    change(&mut engine, PlaceChange::RemoveRoot { root, fate }).unwrap();
    assert_eq!(engine.search("").len(), 7);
    let root = pictures.join("a");
    change(&mut engine, PlaceChange::RemoveRoot { root, fate }).unwrap();
    assert_eq!(engine.search("").len(), 0);
    engine.stop();
}

#[test]
fn a_moved_root_is_found_at_its_new_place() {
    let dir = tempfile::tempdir().unwrap();
    let (mut engine, pictures) = start(dir.path());
    let post = engine.search("number_5")[0];
    let moved = dir.path().join("new/disk");
    std::fs::create_dir_all(dir.path().join("new")).unwrap();
    std::fs::rename(&pictures, &moved).unwrap();
    std::fs::remove_file(moved.join("b/0008.png")).unwrap();
    assert!(folders(&mut engine, &[]).roots[0].is_missing);

    // A place where nothing of it is changes nothing.
    let wrong = dir.path().join("all/none");
    std::fs::create_dir_all(&wrong).unwrap();
    for to in [wrong, dir.path().join("nowhere")] {
        let from = pictures.clone();
        change(&mut engine, PlaceChange::Move { from, to }).unwrap_err();
        assert_eq!(engine.search(&query(&pictures)).len(), 9);
    }

    let (from, to) = (pictures.clone(), moved.clone());
    let told = change(&mut engine, PlaceChange::Move { from, to }).unwrap();
    assert!(
        told.contains("8 files") && told.contains("1 is not there"),
        "{told}"
    );
    finish_imports(&mut engine);
    assert_eq!(engine.search(&query(&pictures)).len(), 0);
    assert_eq!(engine.search(&query(&moved)).len(), 9);
    assert_eq!(engine.search("is:missing number_8").len(), 1);
    assert_eq!(engine.search("number_5"), [post], "it is the same post");
    assert_eq!(
        engine.search("path:disk/a/deep").len(),
        3,
        "texts follow too"
    );
    let roots = folders(&mut engine, &[]).roots;
    assert_eq!(roots.len(), 1);
    assert_eq!(
        (&roots[0].folder.path, roots[0].is_missing),
        (&moved, false)
    );
    engine.stop();
}

#[test]
fn a_move_that_was_cut_off_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, pictures) = start(dir.path());
    engine.stop();
    let moved = dir.path().join("moved");
    std::fs::rename(&pictures, &moved).unwrap();
    let library = dir.path().join("library");
    {
        // As a program does that is killed after its first files.
        let library = Library::open(&library, &OpenOptions::default()).unwrap();
        let mut writer = library.writer().unwrap();
        writer.begin_move(&pictures, &moved).unwrap();
        let first = ["a/0000.png", "a/deep/0004.png"].map(|it| (pictures.join(it), false));
        writer.move_files(&pictures, &moved, &first).unwrap();
    }
    let (mut engine, _) = Engine::start(&library);
    let roots = folders(&mut engine, &[]).roots;
    assert_eq!(roots.len(), 2, "each has its part");
    assert_eq!(engine.search(&query(&moved)).len(), 2);
    assert_eq!(engine.search(&query(&pictures)).len(), 7);
    assert_eq!(engine.search("path:moved/a/deep").len(), 1);

    // What was imported at the new place meanwhile is not there twice.
    engine.import(&[moved.join("b")]);
    assert_eq!(engine.search("").len(), 9);
    let (from, to) = (pictures.clone(), moved.clone());
    change(&mut engine, PlaceChange::Move { from, to }).unwrap();
    finish_imports(&mut engine);
    assert_eq!(engine.search(&query(&moved)).len(), 9);
    assert_eq!(engine.search(&query(&pictures)).len(), 0);
    assert_eq!(engine.search("is:missing").len(), 0);
    let roots = folders(&mut engine, &[]).roots;
    assert!(roots.iter().all(|it| it.folder.path.starts_with(&moved)));
    engine.stop();
    let library = Library::open(&library, &OpenOptions::default()).unwrap();
    let left = library.reader("test").unwrap().folders_below(&pictures);
    assert!(left.unwrap().is_empty());
}

/// Where pictures are, by the folder below `below`, and how many.
fn listed(library: &Path, below: &Path) -> Vec<(String, u64)> {
    let library = Library::open(library, &OpenOptions::default()).unwrap();
    let folders = library.reader("test").unwrap().folders_below(below);
    let folders = folders.unwrap().into_iter().filter(|it| it.1 > 0);
    let name = |it: PathBuf| it.strip_prefix(below).unwrap().display().to_string();
    folders.map(|(path, num)| (name(path), num)).collect()
}

fn named(folders: &[(&str, u64)]) -> Vec<(String, u64)> {
    let all = folders.iter().map(|it| (it.0.to_owned(), it.1));
    all.collect()
}

/// Everything in `pictures` goes to `pictures/old`.
fn move_inside(pictures: &Path) -> PathBuf {
    let old = pictures.join("old");
    let aside = pictures.with_file_name("aside");
    std::fs::rename(pictures, &aside).unwrap();
    std::fs::create_dir(pictures).unwrap();
    std::fs::rename(aside, &old).unwrap();
    old
}

#[test]
fn a_root_that_moved_into_itself_is_followed() {
    let dir = tempfile::tempdir().unwrap();
    let (mut engine, pictures) = start(dir.path());
    let post = engine.search("number_5")[0];
    let (folder, fate) = (pictures.join("b"), Fate::Leave);
    change(&mut engine, PlaceChange::Exclude { folder, fate }).unwrap();
    let old = move_inside(&pictures);
    // Some were imported there already.
    engine.import(&[old.join("a/deep")]);
    let (from, to) = (pictures.clone(), old.clone());
    let told = change(&mut engine, PlaceChange::Move { from, to }).unwrap();
    assert!(
        told.ends_with("with 7 files") || told.ends_with("with 4 files"),
        "{told}"
    );
    finish_imports(&mut engine);
    let tree = folders(&mut engine, &[]);
    assert_eq!(tree.excluded, [old.join("b")], "it is left out as before");
    let roots: Vec<_> = tree.roots.iter().map(|it| &it.folder.path).collect();
    assert_eq!(roots, [&old, &old.join("a/deep")]);
    assert_eq!(engine.search("").len(), 7);
    assert_eq!(engine.search("is:missing").len(), 0);
    assert_eq!(engine.search("number_5"), [post]);
    engine.stop();
    let found = listed(&dir.path().join("library"), &pictures);
    assert_eq!(found, named(&[("old/a", 4), ("old/a/deep", 3)]));
}

#[test]
fn a_move_into_itself_that_was_cut_off_moves_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let (mut engine, pictures) = start(dir.path());
    let (folder, fate) = (pictures.join("b"), Fate::Leave);
    change(&mut engine, PlaceChange::Exclude { folder, fate }).unwrap();
    engine.stop();
    let old = move_inside(&pictures);
    let library = dir.path().join("library");
    {
        let library = Library::open(&library, &OpenOptions::default()).unwrap();
        let mut writer = library.writer().unwrap();
        writer.begin_move(&pictures, &old).unwrap();
        let first = ["a/0000.png", "a/deep/0004.png"].map(|it| (pictures.join(it), false));
        writer.move_files(&pictures, &old, &first).unwrap();
    }
    let (mut engine, _) = Engine::start(&library);
    let (from, to) = (pictures.clone(), old.clone());
    let told = change(&mut engine, PlaceChange::Move { from, to }).unwrap();
    assert!(told.ends_with("with 5 files"), "{told}");
    finish_imports(&mut engine);
    let tree = folders(&mut engine, &[]);
    assert_eq!(tree.excluded, [old.join("b")]);
    assert_eq!(engine.search("is:missing").len(), 0);
    engine.stop();
    assert_eq!(
        listed(&library, &pictures),
        named(&[("old/a", 4), ("old/a/deep", 3)])
    );
}

#[test]
fn a_root_that_moved_to_where_it_was_in_is_followed() {
    let cut_offs: [&[&str]; 3] = [
        &[],
        &["a/0000.png", "a/0001.png"],
        &["b/0007.png", "b/0008.png", "a/b/0007.png"],
    ];
    for moved_before in cut_offs {
        let dir = tempfile::tempdir().unwrap();
        let pictures = make_folders(dir.path());
        let outer = dir.path().join("outer");
        // Its inner folder has its name, and files where others will have been.
        let from = outer.join("a");
        std::fs::create_dir(&outer).unwrap();
        std::fs::rename(&pictures, &from).unwrap();
        std::fs::create_dir(from.join("a/b")).unwrap();
        make_picture(&from.join("a/b/0007.png"), 99);
        let (mut engine, _) = Engine::start(&dir.path().join("library"));
        engine.import(std::slice::from_ref(&from));
        let posts = engine.search("order:id");
        assert_eq!(posts.len(), 10);
        for folder in [from.join("b"), from.join("a/deep")] {
            let fate = Fate::Stay;
            change(&mut engine, PlaceChange::Exclude { folder, fate }).unwrap();
        }
        engine.stop();
        let inner = dir.path().join("inner");
        std::fs::rename(&from, &inner).unwrap();
        std::fs::remove_dir(&outer).unwrap();
        std::fs::rename(&inner, &outer).unwrap();
        let library = dir.path().join("library");
        if !moved_before.is_empty() {
            let library = Library::open(&library, &OpenOptions::default()).unwrap();
            let mut writer = library.writer().unwrap();
            writer.begin_move(&from, &outer).unwrap();
            let files = moved_before.iter().map(|it| (from.join(it), false));
            let files: Vec<_> = files.collect();
            writer.move_files(&from, &outer, &files).unwrap();
        }
        let (mut engine, _) = Engine::start(&library);
        let (from, to) = (from.clone(), outer.clone());
        change(&mut engine, PlaceChange::Move { from, to }).unwrap();
        finish_imports(&mut engine);
        let excluded = folders(&mut engine, &[]).excluded;
        assert_eq!(excluded, [outer.join("a/deep"), outer.join("b")]);
        assert_eq!(engine.search("order:id"), posts, "no other ones");
        assert_eq!(engine.search("is:missing").len(), 0);
        engine.stop();
        assert_eq!(
            listed(&library, &outer),
            named(&[("a", 4), ("a/b", 1), ("a/deep", 3), ("b", 2)]),
            "{moved_before:?}"
        );
    }
}

#[test]
fn the_default_filter_narrows_every_search_until_it_is_put_aside() {
    let dir = tempfile::tempdir().unwrap();
    let (mut engine, _) = start(dir.path());
    let filter = "even or number_1 order:id_asc".to_owned();
    engine.ask(Request::Places(PlaceRequest::SetFilter(filter.clone())));
    let told = engine.wait(|it| match it {
        Event::Places(PlaceEvent::Filter(told)) => Some(told),
        _ => None,
    });
    assert_eq!((told.query, told.problem), (filter.clone(), None));
    assert_eq!(engine.search("").len(), 6);
    assert_eq!(engine.search("odd or number_2").len(), 2);
    assert!(engine.search("").is_sorted(), "in its order");
    assert_eq!(engine.search("limit:2").len(), 2);
    engine.ask(Request::Places(PlaceRequest::UseFilter(false)));
    assert_eq!(engine.search("").len(), 9);
    engine.ask(Request::Places(PlaceRequest::UseFilter(true)));

    // One that can't be understood shows nothing, rather than everything.
    engine.ask(Request::Places(PlaceRequest::SetFilter("(even".to_owned())));
    engine.wait(|it| match it {
        Event::Places(PlaceEvent::Filter(told)) => told.problem.map(|_| ()),
        _ => None,
    });
    engine.ask(Request::Search {
        generation: Generation(1000),
        query: String::new(),
        seed: 1,
    });
    engine.wait(|it| match it {
        Event::SearchFailed { error, .. } => {
            assert!(error.message.contains("default filter"), "{error}");
            Some(())
        }
        Event::Results(batch) => panic!("{} posts were found", batch.total),
        _ => None,
    });
    engine.ask(Request::Places(PlaceRequest::SetFilter(filter)));
    engine.stop();

    // It is a setting of the library.
    let (mut engine, _) = Engine::start(&dir.path().join("library"));
    assert_eq!(engine.search("").len(), 6);
    engine.stop();
}

#[test]
fn what_is_typed_is_described() {
    let dir = tempfile::tempdir().unwrap();
    let (mut engine, _) = start(dir.path());
    let text = "even -nosuch in:/x".to_owned();
    let generation = Generation(5);
    engine.ask(Request::Places(PlaceRequest::Describe { generation, text }));
    let kinds = engine.wait(|it| match it {
        Event::Places(PlaceEvent::Described { generation, spans }) => {
            assert_eq!(generation, Generation(5));
            Some(spans.into_iter().map(|it| it.kind).collect::<Vec<_>>())
        }
        _ => None,
    });
    let wanted = [
        SpanKind::Tag(Category::General),
        SpanKind::Sign,
        SpanKind::Unknown,
        SpanKind::Metatag,
    ];
    assert_eq!(kinds, wanted);
    engine.stop();
}

#[test]
fn the_look_of_the_window_and_the_list_of_libraries_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let recent = dir.path().join("config/libraries.json");
    let config = |name: &str| EngineConfig {
        create: true,
        recent: Some(recent.clone()),
        ..EngineConfig::load(dir.path().join(name))
    };
    let ready = |engine: &mut Engine| {
        let mut session = None;
        engine.wait(|it| match it {
            Event::Places(PlaceEvent::Session(told)) => {
                session = Some(*told);
                None
            }
            Event::Ready(_) => Some(()),
            _ => None,
        });
        session
    };
    let mut engine = Engine::with(config("one"));
    assert_eq!(ready(&mut engine), None);
    let tab = TabSession {
        query: "even".to_owned(),
        ..TabSession::default()
    };
    let session = Session {
        tabs: vec![tab],
        ..Session::default()
    };
    for width in 0..20 {
        let mut session = session.clone();
        session.side_bar.width = Some(200.0 + width as f32);
        let request = PlaceRequest::KeepSession(Box::new(session));
        engine.ask(Request::Places(request));
    }
    engine.stop();

    let mut engine = Engine::with(config("two"));
    assert_eq!(ready(&mut engine), None);
    engine.stop();
    let mut engine = Engine::with(config("one"));
    let kept = ready(&mut engine).expect("it was kept");
    assert_eq!(kept.tabs, session.tabs);
    assert_eq!(kept.side_bar.width, Some(219.0), "the last one");
    let known = engine.wait(|it| match it {
        Event::Places(PlaceEvent::Libraries(known)) => Some(known),
        _ => None,
    });
    let names: Vec<_> = known
        .iter()
        .map(|it| it.path.file_name().unwrap())
        .collect();
    assert_eq!(names, ["one", "two"]);
    engine.stop();
}
