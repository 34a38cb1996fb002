//! Saved searches and the history through the engine's messages.

use kobako::message::{Event, Request};
use kobako::model::SavedSearch;

use crate::fixture::{Engine, make_pictures};

fn saved(name: &str, query: &str) -> SavedSearch {
    SavedSearch {
        name: name.to_owned(),
        query: query.to_owned(),
    }
}

fn save(engine: &mut Engine, name: &str, query: &str) {
    let SavedSearch { name, query } = saved(name, query);
    engine.ask(Request::SaveSearch { name, query });
}

fn remember(engine: &mut Engine, query: &str) {
    let query = query.to_owned();
    engine.ask(Request::RememberSearch { query });
}

/// What the engine tells next of the two lists.
#[track_caller]
fn told(engine: &mut Engine) -> (Vec<SavedSearch>, Vec<String>) {
    engine.wait(|it| match it {
        Event::Searches { saved, recent } => Some((saved, recent)),
        _ => None,
    })
}

/// The lists, once they are as `is_awaited` says.
#[track_caller]
fn wait_for(
    engine: &mut Engine,
    is_awaited: impl Fn(&[SavedSearch], &[String]) -> bool,
) -> (Vec<SavedSearch>, Vec<String>) {
    engine.wait(|it| match it {
        Event::Searches { saved, recent } if is_awaited(&saved, &recent) => Some((saved, recent)),
        _ => None,
    })
}

#[test]
fn what_is_saved_is_told_and_is_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let (mut engine, _) = Engine::start(dir.path());
    engine.ask(Request::ListSearches);
    assert_eq!(told(&mut engine), (vec![], vec![]));

    save(&mut engine, "cats", "cat");
    assert_eq!(told(&mut engine).0, [saved("cats", "cat")]);
    save(&mut engine, "dogs", "dog -cat");
    save(&mut engine, "cats", "cat solo");
    remember(&mut engine, "dog");
    remember(&mut engine, "cat");
    remember(&mut engine, "dog");
    let (names, recent) = wait_for(&mut engine, |_, recent| recent == ["dog", "cat"]);
    assert_eq!(
        names,
        [saved("cats", "cat solo"), saved("dogs", "dog -cat")]
    );
    assert_eq!(recent, ["dog", "cat"]);
    engine.stop();

    let (mut engine, _) = Engine::start(dir.path());
    engine.ask(Request::ListSearches);
    assert_eq!(told(&mut engine), (names, recent));
    engine.ask(Request::RenameSavedSearch {
        from: "cats".to_owned(),
        to: "felines".to_owned(),
    });
    let renamed = [saved("felines", "cat solo"), saved("dogs", "dog -cat")];
    assert_eq!(told(&mut engine).0, renamed);
    engine.ask(Request::RemoveSavedSearch {
        name: "felines".to_owned(),
    });
    assert_eq!(told(&mut engine).0, [saved("dogs", "dog -cat")]);
    engine.ask(Request::ForgetHistory);
    assert_eq!(told(&mut engine).1, [""; 0]);
    engine.stop();
}

#[test]
fn what_was_asked_for_before_the_end_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let (mut engine, _) = Engine::start(dir.path());
    for number in 0..30 {
        save(&mut engine, &format!("name {number}"), "query");
    }
    engine.stop();
    let (mut engine, _) = Engine::start(dir.path());
    engine.ask(Request::ListSearches);
    let names: Vec<String> = told(&mut engine).0.into_iter().map(|it| it.name).collect();
    let wanted: Vec<String> = (0..30).map(|number| format!("name {number}")).collect();
    assert_eq!(names, wanted);
    engine.stop();
}

#[test]
fn searches_are_saved_while_an_import_runs() {
    let dir = tempfile::tempdir().unwrap();
    let pictures = dir.path().join("pictures");
    make_pictures(&pictures, 300);
    let (mut engine, _) = Engine::start(&dir.path().join("library"));
    let job = engine.start_import(&[pictures]);
    let mut num_saved = 0;
    save(&mut engine, "name 0", "query");
    let report = loop {
        let came = engine.wait(|it| match it {
            Event::ImportFinished { job: other, report } if other == job => Some(Some(report)),
            Event::Searches { .. } => Some(None),
            _ => None,
        });
        match came {
            Some(report) => break report,
            None => {
                num_saved += 1;
                save(&mut engine, &format!("name {num_saved}"), "query");
            }
        }
    };
    assert_eq!(report.added, 300);
    assert!(num_saved > 0, "none was saved before the import ended");
    wait_for(&mut engine, |saved, _| saved.len() == num_saved + 1);
    assert_eq!(engine.search("picture").len(), 300);
    engine.stop();
}

#[test]
fn what_cannot_be_done_is_told_with_its_reason() {
    let dir = tempfile::tempdir().unwrap();
    let (mut engine, _) = Engine::start(dir.path());
    save(&mut engine, "cats", "cat");
    save(&mut engine, "dogs", "dog");
    wait_for(&mut engine, |saved, _| saved.len() == 2);
    engine.ask(Request::RenameSavedSearch {
        from: "cats".to_owned(),
        to: "dogs".to_owned(),
    });
    let notice = engine.wait(|it| match it {
        Event::Notice(notice) => Some(notice),
        _ => None,
    });
    assert!(notice.is_error);
    for part in ["“cats”", "“dogs”", "choose another name"] {
        assert!(notice.message.contains(part), "{}", notice.message);
    }
    assert_eq!(told(&mut engine).0.len(), 2, "both are still there");

    // Another program has it open, so this one may only read.
    let (mut second, summary) = Engine::start(dir.path());
    assert!(summary.read_only.is_some());
    remember(&mut second, "cat");
    second.ask(Request::ListSearches);
    assert_eq!(told(&mut second).1, [""; 0], "no notice came before");
    save(&mut second, "birds", "bird");
    let message = second.wait(|it| match it {
        Event::Notice(notice) => Some(notice.message),
        _ => None,
    });
    assert!(message.contains("“birds”"), "{message}");
    second.stop();
    engine.stop();
}
