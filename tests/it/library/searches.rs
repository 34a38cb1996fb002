use kobako::library::LibraryError;
use tempfile::tempdir;

use super::open_writer;

#[test]
fn saved_searches_keep_the_users_order() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    for name in ["a", "b", "c"] {
        writer.save_search(name, &format!("query {name}")).unwrap();
    }
    writer.save_search("b", "another").unwrap();
    writer.move_saved_search("c", 0).unwrap();
    writer.rename_saved_search("a", "z").unwrap();
    let reader = library.reader("test").unwrap();
    let found = || -> Vec<(String, String)> {
        let saved = reader.saved_searches().unwrap().into_iter();
        saved.map(|it| (it.name, it.query)).collect()
    };
    let wanted = [("c", "query c"), ("z", "query a"), ("b", "another")];
    assert_eq!(found(), wanted.map(|it| (it.0.to_owned(), it.1.to_owned())));

    let taken = writer.rename_saved_search("z", "b");
    assert!(matches!(taken, Err(LibraryError::SearchExists { .. })));
    let unknown = writer.move_saved_search("a", 1);
    assert!(matches!(unknown, Err(LibraryError::NoSuchSearch { .. })));
    writer.move_saved_search("c", 99).unwrap();
    writer.remove_saved_search("z").unwrap();
    assert_eq!(found().len(), 2);
    assert_eq!(found()[1].0, "c");
}

#[test]
fn the_history_keeps_the_latest_thousand_each_once() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let reader = library.reader("test").unwrap();
    for number in 0..1005 {
        writer.remember_search(&format!("q{number}")).unwrap();
    }
    writer.remember_search("q7").unwrap();
    let latest = reader.recent_searches(3).unwrap();
    let queries: Vec<&str> = latest.iter().map(|it| it.query.as_str()).collect();
    assert_eq!(queries, ["q7", "q1004", "q1003"]);
    assert_eq!(latest[0].num_uses, 2);
    let all = reader.recent_searches(usize::MAX).unwrap();
    assert_eq!(all.len(), 1000);
    assert!(all.iter().all(|it| it.query != "q4"));
    writer.forget_history().unwrap();
    assert_eq!(reader.recent_searches(10).unwrap(), []);
    assert_eq!(reader.journal_state().unwrap().number, 0);
}
