//! The side bar, tabs, the default filter, the first page, and how all of it comes back.

use std::path::PathBuf;

use eframe::egui::accesskit::{Role, Toggled};
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kobako::app::WindowOptions;
use kobako::message::{
    Event, Fate, FilterState, FolderPlace, FolderTree, PlaceChange, PlaceEvent, PlaceRequest,
    Request, RootPlace, TagsOf,
};
use kobako::model::{PostId, SavedSearch};
use kobako::session::{Session, TabSession};

use super::Bench;

impl Bench {
    fn with_side_bar(num_posts: u32) -> Self {
        Self::with_session(num_posts, Session::default())
    }

    fn with_session(num_posts: u32, session: Session) -> Self {
        let options = WindowOptions {
            session: Some(session),
            ..WindowOptions::default()
        };
        Self::with(num_posts, options)
    }

    fn open_menu(&mut self, name: &str) {
        self.window.get_by_label(name).click_secondary();
        self.settle();
    }

    fn open_menu_of_searches(&mut self) {
        self.click("Menu");
        // The bar of the same name is a field.
        let section = self.window.get_by_role_and_label(Role::Button, "Search");
        section.click();
        self.settle();
    }

    fn places_asked(&self) -> Vec<&PlaceRequest> {
        let asked = self.engine.asked.iter();
        asked
            .filter_map(|request| match request {
                Request::Places(request) => Some(request),
                _ => None,
            })
            .collect()
    }

    fn changes(&self) -> Vec<PlaceChange> {
        let asked = self.places_asked().into_iter();
        asked
            .filter_map(|request| match request {
                PlaceRequest::Change(change) => Some(change.clone()),
                _ => None,
            })
            .collect()
    }

    fn counted(&self) -> Vec<(TagsOf, usize)> {
        let asked = self.engine.asked.iter();
        asked
            .filter_map(|request| match request {
                Request::CountTags { of, limit, .. } => Some((of.clone(), *limit)),
                _ => None,
            })
            .collect()
    }

    fn kept_session(&self) -> Session {
        let mut kept = self.places_asked().into_iter().rev();
        kept.find_map(|request| match request {
            PlaceRequest::KeepSession(session) => Some((**session).clone()),
            _ => None,
        })
        .expect("a session was kept")
    }
}

fn tab(query: &str) -> TabSession {
    TabSession {
        query: query.to_owned(),
        ..TabSession::default()
    }
}

#[test]
fn a_folder_opens_and_is_a_search() {
    let mut bench = Bench::with_side_bar(20);
    assert!(bench.has("Folder /disk, 1,234 posts"));
    assert!(bench.has("Excluded folder /pictures/private"));
    assert!(!bench.has("Folder /pictures/cats, 40 posts"));
    bench.click("Open /pictures");
    bench.click("Open /pictures/cats");
    assert!(bench.has("Folder /pictures/cats/old ones, 7 posts"));
    bench.click("Folder /pictures/cats/old ones, 7 posts");
    assert_eq!(
        bench.searches().last(),
        Some(&"in:\"/pictures/cats/old ones\"")
    );
    bench.click("Close /pictures");
    assert!(!bench.has("Folder /pictures/cats, 40 posts"));
}

#[test]
fn what_the_keyboard_moves_to_is_scrolled_to() {
    let mut bench = Bench::with_side_bar(200);
    let name = "Search general_19";
    assert!(bench.window.get_by_label(name).rect().top() > 800.0);
    for _ in 0..200 {
        if bench.window.get_by_label(name).is_focused() {
            break;
        }
        bench.press(Key::Tab);
    }
    let last = bench.window.get_by_label(name);
    assert!(
        last.is_focused() && last.rect().bottom() < 780.0,
        "{}",
        last.rect()
    );
    // Around the end, to what stands above.
    while !bench.window.get_by_label("Section of folders").is_focused() {
        bench.press_with(Modifiers::SHIFT, Key::Tab);
    }
    assert!(bench.window.get_by_label("Section of folders").rect().top() > 40.0);
}

#[test]
fn a_root_is_taken_out_only_after_the_answer() {
    let mut bench = Bench::with_side_bar(20);
    bench.open_menu("Folder /pictures, 42 posts");
    bench.click("Take out of the library…");
    assert_eq!(bench.changes(), []);
    bench.click("Cancel");
    bench.open_menu("Folder /pictures, 42 posts");
    bench.click("Take out of the library…");
    bench.click("Keep the posts");
    let root = "/pictures".into();
    let fate = Fate::Stay;
    assert_eq!(bench.changes(), [PlaceChange::RemoveRoot { root, fate }]);
    assert!(bench.has("The folders are as you said"));
    assert!(!bench.has("Stop"), "nothing runs any more");
}

#[test]
fn escape_takes_back_a_question() {
    let mut bench = Bench::with_side_bar(20);
    bench.press_with(Modifiers::COMMAND, Key::O);
    assert!(
        bench
            .window
            .get_by_label("Path of the library")
            .is_focused()
    );
    bench.press(Key::Escape);
    assert!(!bench.has("Path of the library"));
    bench.open_menu("Folder /pictures, 42 posts");
    bench.click("Take out of the library…");
    assert!(bench.has("Keep the posts"));
    bench.press(Key::Escape);
    assert!(!bench.has("Keep the posts"));
    assert_eq!(bench.changes(), []);
}

#[test]
fn a_moved_root_is_followed_and_a_wrong_place_refused() {
    let mut bench = Bench::with_side_bar(20);
    for (path, told) in [
        ("/wrong", "None of the 1,234 files"),
        ("/new", "as you said"),
    ] {
        bench.open_menu("Folder /disk, 1,234 posts");
        bench.click("It was moved…");
        bench.type_text(path);
        bench.press(Key::Enter);
        let (from, to) = ("/disk".into(), path.into());
        assert_eq!(
            bench.changes().last(),
            Some(&PlaceChange::Move { from, to })
        );
        assert!(bench.has_part(told), "{path}");
    }
}

#[test]
fn what_was_left_out_can_be_imported_again() {
    let mut bench = Bench::with_side_bar(20);
    bench.open_menu("Excluded folder /pictures/private");
    bench.click("Import it again");
    let folder = "/pictures/private".into();
    assert_eq!(bench.changes(), [PlaceChange::Include { folder }]);
}

#[test]
fn tags_are_of_the_result_or_of_what_is_selected() {
    let mut bench = Bench::with_side_bar(20);
    assert_eq!(bench.counted(), [(TagsOf::Query(String::new()), 20)]);
    assert!(bench.has("Search general_3"));
    bench.click("Search even");
    let of_even = TagsOf::Query("even".to_owned());
    assert_eq!(bench.counted().last(), Some(&(of_even.clone(), 20)));
    bench.window.get_by_label("More tags").click_accesskit();
    bench.settle();
    assert_eq!(bench.counted().last(), Some(&(of_even, 200)));
    bench.click("Exclude general_3");
    assert_eq!(bench.searches().last(), Some(&"even -general_3"));

    bench.press(Key::ArrowRight);
    let selected = TagsOf::Posts(vec![PostId(2)]);
    assert_eq!(bench.counted().last().map(|it| &it.0), Some(&selected));
    assert!(bench.has("Search only_here"));

    // Folded, it asks nothing.
    bench.click("Section of tags");
    let num = bench.counted().len();
    bench.search("none");
    assert_eq!(bench.counted().len(), num);
    assert!(!bench.has("Search only_here"));
}

#[test]
fn saved_searches_run_and_change_places() {
    let mut bench = Bench::with_side_bar(20);
    let saved = |name: &str, query: &str| SavedSearch {
        name: name.to_owned(),
        query: query.to_owned(),
    };
    bench.engine.saved = vec![saved("first", "even"), saved("second", "none")];
    let (saved, recent) = (bench.engine.saved.clone(), Vec::new());
    bench.engine.tell(Event::Searches { saved, recent });
    bench.settle();
    bench.click("Saved search second");
    assert_eq!(bench.searches().last(), Some(&"none"));
    bench.open_menu("Saved search second");
    bench.click("Move up");
    assert_eq!(bench.engine.saved[0].name, "second");
}

#[test]
fn each_tab_keeps_its_search_and_its_history() {
    let mut bench = Bench::with_side_bar(20);
    assert!(!bench.has("Tab Everything"), "one tab needs no row");
    bench.open_menu("Folder /pictures, 42 posts");
    bench.click("Show in a new tab");
    assert!(bench.has("Tab Everything") && bench.has("Tab pictures"));
    assert_eq!(bench.searches().last(), Some(&"in:/pictures"));
    bench.search("even");
    assert!(bench.has("10 results") && bench.has("Tab even"));

    // What has few posts comes back without being asked for.
    let num = bench.searches().len();
    bench.click("Tab Everything");
    assert!(bench.has("20 results"));
    assert_eq!(bench.search_text(), "");
    bench.click("Tab even");
    assert!(bench.has("10 results"));
    assert_eq!(bench.search_text(), "even");
    assert_eq!(bench.searches().len(), num);

    bench.click("Previous search");
    assert_eq!(bench.search_text(), "in:/pictures");
    bench.click("Next search");
    assert_eq!(bench.search_text(), "even");
    assert!(bench.has("10 results"));

    bench.click("Close tab even");
    assert!(!bench.has("Tab Everything"));
    assert!(bench.has("20 results"));
}

#[test]
fn there_is_always_one_way_to_a_new_tab() {
    let mut bench = Bench::with_side_bar(20);
    for num_tabs in 2..4 {
        bench.click("New tab");
        let tabs = bench.window.query_all_by_label("Tab Everything");
        assert_eq!(tabs.count(), num_tabs);
        assert!(bench.window.get_by_label("Search").is_focused());
    }
}

#[test]
fn tabs_that_are_not_there_can_t_be_asked_for() {
    let mut bench = Bench::with_side_bar(20);
    let is_disabled = |bench: &Bench, name: &str| {
        let entry = bench.window.get_by_label(name);
        entry.accesskit_node().is_disabled()
    };
    bench.open_menu_of_searches();
    assert!(!bench.has("Show tab 1") && !bench.has("Show tab 2"));
    for name in ["Next tab", "Close tab", "Open closed tab again"] {
        assert!(is_disabled(&bench, name), "{name}");
    }
    bench.press(Key::Escape);
    bench.press(Key::Escape);
    bench.click("New tab");
    bench.open_menu_of_searches();
    assert!(!bench.has("Show tab 2"), "it is shown");
    assert!(!bench.has("Show tab 3"));
    for name in ["Show tab 1", "Next tab", "Close tab"] {
        assert!(!is_disabled(&bench, name), "{name}");
    }
}

#[test]
fn without_tags_other_ways_to_search_are_named() {
    let mut bench = Bench::with_side_bar(20);
    bench.engine.num_tags = 0;
    bench.change(bench.engine.summary());
    assert!(bench.has_part("No post of this library has a tag. Tags come with"));
    bench.search("none");
    assert!(bench.has("No post matches"));
    assert!(bench.has_part("path:holiday"));
}

#[test]
fn what_went_well_goes_with_the_next_search() {
    let mut bench = Bench::with_side_bar(20);
    bench.open_menu("Excluded folder /pictures/private");
    bench.click("Import it again");
    assert!(bench.has("The folders are as you said"));
    bench.search("even");
    assert!(!bench.has("The folders are as you said"));
}

#[test]
fn what_the_bar_has_no_room_for_is_in_a_menu() {
    let mut bench = Bench::with_side_bar(20);
    assert!(!bench.has("More") && bench.has("Theme") && bench.has("Similar"));
    bench.search("even");
    bench.window.set_size([560.0, 500.0].into());
    bench.settle();
    assert!(!bench.has("Theme") && !bench.has("Previous search"));
    for name in ["More", "New tab", "Search", "Menu"] {
        let rect = bench.window.get_by_label(name).rect();
        assert!(rect.right() <= 560.0, "{name}: {rect}");
    }
    bench.click("More");
    bench.click("Previous search");
    assert_eq!(bench.search_text(), "");
    bench.window.set_size([360.0, 500.0].into());
    bench.settle();
    let more = bench.window.get_by_label("More").rect();
    assert!(more.right() <= 360.0, "{more}");
    assert!(!bench.has("Import…"));
    let (query, problem) = ("rating:general".to_owned(), None);
    let filter = PlaceEvent::Filter(FilterState { query, problem });
    bench.engine.tell(Event::Places(filter));
    bench.window.set_size([320.0, 500.0].into());
    bench.settle();
    let more = bench.window.get_by_label("More").rect();
    assert!(more.right() <= 320.0, "{more}");
    bench.click("More");
    assert!(bench.has("Show everything") && bench.has("Save this search…"));
    assert!(bench.has("Import pictures…"));
    bench.click("Saved");
    assert!(bench.has("Forget recent searches"));
    bench.press(Key::Escape);
}

#[test]
fn a_tab_asks_again_when_the_library_changed() {
    let mut bench = Bench::with_side_bar(20);
    bench.open_menu("Folder /pictures, 42 posts");
    bench.click("Show in a new tab");
    bench.engine.num_posts = 30;
    let summary = bench.engine.summary();
    bench.change(summary);
    bench.click("Tab Everything");
    assert!(bench.has("30 results"));
}

#[test]
fn a_large_result_is_not_held_for_a_tab_that_is_not_shown() {
    let mut bench = Bench::with_side_bar(200_000);
    bench.open_menu("Folder /pictures, 42 posts");
    bench.click("Show in a new tab");
    let num = bench.searches().len();
    bench.click("Tab Everything");
    assert_eq!(bench.searches().len(), num + 1);
    assert!(bench.has("200,000 results"));
}

#[test]
fn the_default_filter_is_seen_and_can_be_put_aside() {
    let mut bench = Bench::with_side_bar(20);
    let query = "rating:general".to_owned();
    let problem = None;
    let filter = FilterState { query, problem };
    bench.engine.tell(Event::Places(PlaceEvent::Filter(filter)));
    bench.settle();
    bench.click("Default filter rating:general, in use");
    let asked: Vec<&Request> = bench.engine.asked.iter().rev().collect();
    let off = asked
        .iter()
        .position(|it| matches!(it, Request::Places(PlaceRequest::UseFilter(false))));
    let search = asked
        .iter()
        .position(|it| matches!(it, Request::Search { .. }));
    assert!(off > search, "the search after it is the wider one");
    bench.click("Default filter rating:general, put aside");
    assert!(bench.has("Default filter rating:general, in use"));
}

#[test]
fn the_window_comes_back_as_it_was() {
    let place = TabSession {
        first_shown: 500,
        ..tab("order:random")
    };
    let session = Session {
        tabs: vec![tab("even"), place],
        active_tab: 1,
        ..Session::default()
    };
    let mut bench = Bench::with_session(1000, session);
    assert_eq!(bench.searches(), ["order:random"]);
    assert!(bench.has("Tab even") && bench.has("Tab order:random"));
    assert!(bench.has("picture 501.png"), "the grid is where it was");
    assert!(!bench.has("picture 1.png"));

    bench.click("Tab even");
    bench.search("even limit:7");
    let kept = bench.kept_session();
    let queries: Vec<&str> = kept.tabs.iter().map(|it| it.query.as_str()).collect();
    assert_eq!(queries, ["even limit:7", "order:random"]);
    assert_eq!((kept.active_tab, kept.tabs[1].first_shown), (0, 500));
    assert!(kept.side_bar.is_open);
}

#[test]
fn a_stranger_gets_to_pictures_in_one_click() {
    let mut bench = Bench::with_side_bar(0);
    assert!(bench.has("Your library is empty"));
    bench.click("Import /home/me/Pictures, 1,234 pictures");
    let is_it = |it: &Request| matches!(it, Request::Import { paths } if *paths == [PathBuf::from("/home/me/Pictures")]);
    assert!(bench.engine.asked.iter().any(is_it));
}

#[test]
fn what_is_typed_is_described_for_its_colours() {
    let mut bench = Bench::with_side_bar(20);
    bench.search("even zz rating:general");
    let described = |it: &&PlaceRequest| matches!(it, PlaceRequest::Describe { text, .. } if text == "even zz rating:general");
    assert!(bench.places_asked().iter().any(described));
}

#[test]
fn a_folder_inside_another_that_was_imported_too_has_two_lines() {
    let folder = |path: &str| FolderPlace {
        path: PathBuf::from(path),
        num_posts: 40,
        has_folders: false,
    };
    let root = |path: &str, has_folders| RootPlace {
        folder: FolderPlace {
            has_folders,
            ..folder(path)
        },
        is_imported: true,
        is_missing: false,
    };
    let mut bench = Bench::with_side_bar(42);
    bench
        .engine
        .tell(Event::Places(PlaceEvent::Folders(FolderTree {
            roots: vec![root("/pictures", true), root("/pictures/cats", false)],
            inside: vec![(PathBuf::from("/pictures"), vec![folder("/pictures/cats")])],
            excluded: Vec::new(),
        })));
    bench.settle();
    if bench.has("Open /pictures") {
        bench.click("Open /pictures");
    }
    let name = "Folder /pictures/cats, 40 posts";
    for line in 0..2 {
        let lines: Vec<_> = bench.window.get_all_by_label(name).collect();
        assert_eq!(lines.len(), 2);
        lines[line].click();
        drop(lines);
        bench.settle();
        let lines = bench.window.get_all_by_label(name);
        let lit: Vec<bool> = lines
            .map(|it| it.accesskit_node().toggled() == Some(Toggled::True))
            .collect();
        assert_eq!(lit, [line == 0, line == 1]);
        let lines: Vec<_> = bench.window.get_all_by_label(name).collect();
        lines[line].click_secondary();
        drop(lines);
        bench.settle();
        assert!(bench.has("Show in a new tab"), "line {line} has a menu");
        bench.press(Key::Escape);
    }
}
