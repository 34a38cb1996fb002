//! What a kill leaves of a change of posts, and what can still be taken back then.

#![cfg(target_os = "linux")]

use std::time::Duration;

use kobako::engine::EngineConfig;
use kobako::library::{Library, OpenOptions};
use kobako::message::{EditRequest, Event, PostEdit, Request};

use crate::edits::{Place, ask};
use crate::fixture::{Engine, in_own_home, make_pictures};

#[test]
fn what_was_on_its_way_to_the_trash_when_the_program_ended_is_known() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::at(dir.path());
    let mut engine = place.engine();
    let posts = engine.search("number_0 or number_1 or even order:id");
    let gone = engine.search("number_0 or number_1 order:id");
    engine.stop();
    {
        // As a program does that is killed after its second file.
        let library = Library::open(&place.library, &OpenOptions::default()).unwrap();
        library.writer().unwrap().note_leaving(&posts).unwrap();
        for name in ["0000.png", "0001.png"] {
            std::fs::remove_file(place.pictures.join(name)).unwrap();
        }
    }
    let (mut engine, _) = Engine::start(&place.library);
    let notice = engine.wait(|it| match it {
        Event::Notice(notice) => Some(notice),
        _ => None,
    });
    assert!(notice.message.contains("2 files are there"), "{notice:?}");
    assert!(notice.way_out.unwrap().contains("can't be undone here"));
    assert_eq!(engine.search("is:missing order:id"), gone);
    assert_eq!(engine.search("").len(), 12, "their posts stay");
    engine.stop();
    let library = Library::open(&place.library, &OpenOptions::default()).unwrap();
    let left = library.reader("test").unwrap().leaving_posts().unwrap();
    assert_eq!(left, [], "once");
}

/// So many take longer than it takes to see that they go.
const MANY: usize = 6000;

#[test]
fn a_kill_in_the_trash_leaves_nothing_half_known() {
    const NAME: &str = "edits_killed::a_kill_in_the_trash_leaves_nothing_half_known";
    in_own_home(NAME, |home| {
        const VICTIM: &str = "KOBAKO_TEST_VICTIM";
        let place = Place {
            library: home.join("library"),
            pictures: home.join("pictures"),
        };
        if std::env::var_os(VICTIM).is_some() {
            make_pictures(&place.pictures, MANY as u32);
            let mut engine = place.engine();
            let posts = engine.search("order:id");
            let edit = PostEdit::Trash { posts };
            engine.ask(Request::Edit(EditRequest::Do(edit)));
            // In the midst of it, however fast it goes; not at all where it never begins.
            let trash = home.join("data/Trash/info");
            for _ in 0..60_000 {
                if std::fs::read_dir(&trash).is_ok_and(|it| it.count() >= 400) {
                    std::process::abort();
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            panic!("nothing goes to the trash");
        }
        let victim = std::process::Command::new(std::env::current_exe().unwrap())
            .args([NAME, "--exact", "--nocapture"])
            .env(VICTIM, "yes")
            .output()
            .unwrap();
        assert!(!victim.status.success());

        let library = Library::open(&place.library, &OpenOptions::default()).unwrap();
        let is_cut_off = !library
            .reader("test")
            .unwrap()
            .leaving_posts()
            .unwrap()
            .is_empty();
        drop(library);
        let mut engine = Engine::with(EngineConfig {
            recent: Some(home.join("libraries.json")),
            ..EngineConfig::load(place.library.clone())
        });
        if is_cut_off {
            engine.wait(|it| matches!(it, Event::Notice(_)).then_some(()));
        }
        let found = engine.wait(|it| match it {
            Event::Edited(outcome) => Some(outcome),
            _ => None,
        });
        let told = found.outcome.unwrap();
        assert!(
            told.ends_with(" taken out before Kobako was ended"),
            "{told}"
        );
        assert_eq!(found.undo, Some(told));
        let num_posts = engine.search("").len();
        let num_missing = engine.search("is:missing").len();
        let num_files = || {
            let files = std::fs::read_dir(&place.pictures).unwrap();
            let names = files.map(|it| it.unwrap().file_name().into_string().unwrap());
            names.filter(|it| it.ends_with(".png")).count()
        };
        let num_back = MANY - num_missing;
        let num_files_before = num_files();
        assert!((1..MANY).contains(&num_files_before), "{num_files_before}");
        assert_eq!(num_posts - num_missing, num_files_before);
        assert!(num_posts < MANY, "what was committed is gone");
        let infos = std::fs::read_dir(home.join("data/Trash/info")).unwrap();
        let mut num_whole = 0;
        for info in infos {
            let info = info.unwrap().path();
            let file = home
                .join("data/Trash/files")
                .join(info.file_stem().unwrap());
            if file.exists() {
                let text = std::fs::read_to_string(&info).unwrap();
                assert!(text.contains("\nDeletionDate=2"), "{text}");
                num_whole += 1;
            }
        }
        assert_eq!(num_whole, MANY - num_files_before);

        // What was taken out comes back with all that is known of it.
        let told = ask(&mut engine, EditRequest::Undo).outcome.unwrap();
        assert!(told.starts_with("Taken back: "), "{told}");
        assert_eq!(engine.search("picture").len(), MANY);
        assert_eq!(engine.search("is:missing").len(), num_missing);
        assert_eq!(num_files(), num_back);
        engine.stop();
    });
}
