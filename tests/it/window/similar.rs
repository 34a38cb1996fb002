//! The strip below an open post, the Find-similar page, and what is told of
//! embeddings and their index.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{Color32, ColorImage, Event as Input, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kobako::message::{
    Blend, EmbedCommand, Event, ImportReport, IndexCommand, IndexState, JobId, Request,
    SimilarMode, SimilarQuery, SimilarSubject, TagMeasure,
};
use kobako::model::PostId;

use super::Bench;

impl Bench {
    fn similar_queries(&self) -> Vec<&SimilarQuery> {
        let asked = self.engine.asked.iter();
        asked
            .filter_map(|request| match request {
                Request::FindSimilar { query, .. } => Some(&**query),
                _ => None,
            })
            .collect()
    }

    fn last_query(&self) -> SimilarQuery {
        let queries = self.similar_queries();
        (*queries.last().expect("something was asked")).clone()
    }

    fn last_watch(&self) -> Option<bool> {
        let mut asked = self.engine.asked.iter().rev();
        asked.find_map(|request| match request {
            Request::WatchSimilarity { watch } => Some(*watch),
            _ => None,
        })
    }

    fn choose(&mut self, name: &str) {
        self.window
            .get_by_role_and_label(Role::RadioButton, name)
            .click();
        self.settle();
    }

    /// The page, with what is like post 2.
    fn on_page(num_posts: u32) -> Self {
        let mut bench = Self::with_posts(num_posts);
        bench.press(Key::ArrowRight);
        bench.press(Key::ArrowRight);
        bench.press(Key::S);
        bench
    }
}

#[test]
fn an_open_post_has_a_strip_of_what_is_like_it() {
    let mut bench = Bench::with_posts(10);
    bench.open("picture 2.png");
    let query = bench.last_query();
    assert_eq!(query.subject, SimilarSubject::Post(PostId(2)));
    assert_eq!(query.mode, SimilarMode::Blended);
    assert!(query.may_remember);
    assert!(bench.has("Similar: picture 3.png, score 0.95"));
    assert!(bench.has("in 2.4 ms"));

    bench.click("Similar: picture 4.png, score 0.94");
    assert!(bench.has("Picture of post 4") && bench.has("4 of 10"));
    assert_eq!(
        bench.last_query().subject,
        SimilarSubject::Post(PostId(4)),
        "the strip follows"
    );
    bench.press_with(Modifiers::ALT, Key::Num1);
    assert!(bench.has("Picture of post 5, loading") || bench.has_part("Picture of post 5"));
    bench.press(Key::Backspace);
    assert!(bench.has("Picture of post 4"));
    bench.click("Back to post 2");
    assert!(bench.has("Picture of post 2"));
    assert!(!bench.has_part("Back to post"));
}

#[test]
fn a_hidden_strip_asks_nothing() {
    let mut bench = Bench::with_posts(10);
    bench.open("picture 2.png");
    bench.press(Key::T);
    assert!(!bench.has_part("Similar: "));
    let num_asked = bench.similar_queries().len();
    bench.press(Key::ArrowRight);
    bench.press(Key::ArrowRight);
    assert_eq!(bench.similar_queries().len(), num_asked);
    bench.press(Key::T);
    assert_eq!(bench.similar_queries().len(), num_asked + 1);
    bench.click("Hide similar");
    assert!(!bench.has_part("Similar: "));
}

#[test]
fn the_strip_says_what_is_wrong_and_what_is_remembered() {
    let mut bench = Bench::with_posts(3);
    bench.open("picture 3.png");
    assert!(bench.has("Nothing similar was found"));

    bench.engine.similar.failure = Some((
        "Nothing is embedded".to_owned(),
        Some("Import pictures first".to_owned()),
    ));
    bench.press(Key::ArrowLeft);
    assert!(bench.has("Nothing is embedded") && bench.has("Import pictures first"));
    bench.engine.similar.failure = None;
    bench.click("Try again");
    assert!(bench.has("Similar: picture 3.png, score 0.95"));

    bench.engine.similar.answers = false;
    bench.press(Key::ArrowLeft);
    assert!(bench.has("Searching…"), "it takes longer than a moment");
    let generation = bench
        .engine
        .asked
        .iter()
        .rev()
        .find_map(|request| match request {
            Request::FindSimilar { generation, .. } => Some(*generation),
            _ => None,
        });
    bench
        .engine
        .tell(Event::Similar(Box::new(kobako::message::SimilarResult {
            generation: generation.expect("it was asked"),
            is_remembered: true,
            is_stale: true,
            ..Default::default()
        })));
    bench.settle();
    assert!(bench.has("remembered, being found again"));
}

#[test]
fn the_page_finds_what_is_like_the_selected_post() {
    let mut bench = Bench::on_page(20);
    let query = bench.last_query();
    assert_eq!(query.subject, SimilarSubject::Post(PostId(2)));
    assert!(bench.has("Compared with: Post 2"));
    assert!(bench.has("18 similar posts in 2.4 ms"));
    assert!(bench.has("picture 3.png, score 0.95"));

    bench.choose("Content");
    assert_eq!(bench.last_query().mode, SimilarMode::Semantic);
    assert!(bench.has_part("the index was loaded in 32.0 ms"));
    bench.press_with(Modifiers::ALT, Key::Num4);
    assert_eq!(bench.last_query().mode, SimilarMode::Tags);
    bench.choose("Jaccard");
    assert_eq!(bench.last_query().tag_measure, TagMeasure::Jaccard);

    bench.open("picture 6.png, score 0.92");
    assert!(bench.has("Picture of post 6") && bench.has("4 of 18"));
    bench.press(Key::ArrowRight);
    assert!(bench.has("Picture of post 7"), "through what was found");
    bench.press(Key::Escape);
    assert!(bench.has("picture 7.png, score 0.91"), "back on the page");
    bench.press(Key::Escape);
    assert!(bench.has("picture 7.png"), "back in the grid");
}

#[test]
fn weights_are_asked_about_and_reset() {
    let mut bench = Bench::on_page(20);
    assert_eq!(bench.last_query().blend, Blend::default());
    bench
        .window
        .get_by_role_and_label(Role::Slider, "Weight of looks")
        .focus();
    bench.settle();
    bench.press(Key::ArrowRight);
    let blend = bench.last_query().blend;
    assert!(blend.visual > Blend::default().visual, "{blend:?}");
    bench.click("Reset weights");
    assert_eq!(bench.last_query().blend, Blend::default());
}

#[test]
fn the_page_can_look_in_the_search_alone() {
    let mut bench = Bench::with_posts(20);
    bench.search("even");
    bench.press(Key::ArrowRight);
    bench.press(Key::S);
    assert_eq!(bench.last_query().within, None);
    bench.click("Only in the search");
    assert_eq!(bench.last_query().within.as_deref(), Some("even"));
    assert!(bench.has("picture 4.png, score 0.95") && !bench.has_part("picture 5.png"));
    bench.search("limit:15");
    bench.press(Key::F6);
    assert_eq!(
        bench.last_query().within.as_deref(),
        Some("limit:15"),
        "it follows the search"
    );
    bench.press(Key::W);
    assert_eq!(bench.last_query().within, None);
}

#[test]
fn a_dropped_picture_is_looked_for_on_the_page_and_imported_elsewhere() {
    let mut bench = Bench::with_posts(20);
    bench.press(Key::F6);
    assert!(bench.has("Drop a picture here"));
    assert!(
        bench.similar_queries().is_empty(),
        "there is no picture yet"
    );
    bench.drop_files(&["/elsewhere/picture 7.png"]);
    let path = PathBuf::from("/elsewhere/picture 7.png");
    assert_eq!(bench.last_query().subject, SimilarSubject::File(path));
    assert!(bench.has("picture 7.png"));
    assert!(bench.has("This very file is in the library, as post 7"));
    bench.click("Open it");
    assert!(bench.has("Picture of post 7") && bench.has("Post 7"));

    bench.drop_files(&["/elsewhere/b.png"]);
    let imports = |bench: &Bench| {
        let asked = bench.engine.asked.iter();
        asked
            .filter(|it| matches!(it, Request::Import { .. }))
            .count()
    };
    assert_eq!(imports(&bench), 1, "a post is open");
    bench.press(Key::Escape);
    bench.drop_files(&["/elsewhere/b.png", "/elsewhere/c.png"]);
    assert_eq!(imports(&bench), 2, "several are for the library");
}

#[test]
fn pictures_and_paths_are_pasted() {
    let mut bench = Bench::with_posts(20);
    bench.press(Key::F6);
    let paste = |bench: &mut Bench, event: Input| {
        bench.window.event(event);
        bench.settle();
    };
    paste(&mut bench, Input::Paste("1girl solo".to_owned()));
    assert!(bench.has_part("neither a picture nor the path of one"));
    assert!(bench.similar_queries().is_empty());

    paste(
        &mut bench,
        Input::Paste("file:///elsewhere/My%20cat.png".to_owned()),
    );
    assert!(bench.has("My cat.png") && !bench.has_part("neither a picture"));

    let image = ColorImage::new([2000, 1000], vec![Color32::from_rgb(9, 8, 7); 2_000_000]);
    paste(&mut bench, Input::PasteImage(Arc::new(image)));
    for _ in 0..100 {
        if bench.has("Picture from the clipboard") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
        bench.window.step();
        bench.settle();
    }
    assert!(bench.has("Compared with: Picture from the clipboard"));
    let SimilarSubject::Pixels(pixels) = bench.last_query().subject else {
        panic!("no pixels were sent");
    };
    assert_eq!((pixels.width, pixels.height), (1024, 512));

    bench.press_with(Modifiers::COMMAND, Key::F);
    let num_asked = bench.similar_queries().len();
    paste(&mut bench, Input::Paste("/elsewhere/a.png".to_owned()));
    assert_eq!(bench.search_text(), "/elsewhere/a.png", "it is typed there");
    assert_eq!(bench.similar_queries().len(), num_asked);
}

#[test]
fn the_page_says_why_there_is_nothing() {
    let mut bench = Bench::with_posts(20);
    bench.engine.similar.failure = Some((
        "/elsewhere/b.png can't be read: it ends in the middle".to_owned(),
        Some("Try another file".to_owned()),
    ));
    bench.press(Key::F6);
    bench.drop_files(&["/elsewhere/b.png"]);
    assert!(bench.has("Nothing can be compared") && bench.has("Try another file"));
    bench.engine.similar.failure = None;
    bench.engine.similar.notes = vec!["Post 3 has no tags".to_owned()];
    bench.click("Try again");
    assert!(bench.has("Post 3 has no tags") && bench.has_part("20 similar posts"));

    bench.engine.similar.answers = false;
    bench.press_with(Modifiers::ALT, Key::Num3);
    assert!(bench.has("Searching…"));
    assert!(
        bench.has("picture 3.png, score 0.93"),
        "the old answer stays meanwhile"
    );
}

#[test]
fn the_page_asks_again_what_the_strip_overtook() {
    let mut bench = Bench::on_page(20);
    bench.engine.similar.answers = false;
    bench.press_with(Modifiers::ALT, Key::Num2);
    bench.open("picture 6.png, score 0.92");
    bench.engine.similar.answers = true;
    bench.press(Key::Escape);
    assert_eq!(bench.last_query().mode, SimilarMode::Semantic);
    assert!(bench.has_part("the index was loaded in"));
}

#[test]
fn embedding_is_started_paused_and_followed() {
    let mut bench = Bench::with_posts(10);
    assert_eq!(bench.last_watch(), None, "nothing of it is on screen");
    bench.engine.similar.state.num_embedded = 4;
    bench.press(Key::F6);
    assert_eq!(bench.last_watch(), Some(true));
    assert!(bench.has("Ready: 4 of 10 pictures"));
    bench.click("Prepare 6 pictures");
    assert!(matches!(
        bench.engine.asked.last(),
        Some(Request::Embed(EmbedCommand::Start))
    ));
    let progress = "1,234 of 15,000 prepared for Find similar · 27 a second · 8 min left";
    assert!(bench.has(progress));
    assert!(!bench.has_part("Helper process"), "only in the details");
    bench.click("Details");
    assert!(bench.has("Helper process 4711 · 77.0 MB"));

    bench.press(Key::Escape);
    assert!(bench.has(progress), "the status bar goes on");
    assert_eq!(bench.last_watch(), Some(true));
    bench.click("Pause preparing");
    assert!(bench.has("1,234 of 15,000 prepared for Find similar · paused"));
    bench.click("Resume preparing");
    bench.click("Cancel preparing");
    assert!(!bench.has_part("1,234 of 15,000"));
    assert_eq!(bench.last_watch(), Some(false));
}

#[test]
fn what_failed_is_counted_and_tried_again() {
    let mut bench = Bench::with_posts(10);
    bench.engine.similar.state.num_embedded = 8;
    bench.engine.similar.state.num_failed = 2;
    bench.press(Key::F6);
    assert!(bench.has("Ready: 8 of 10 pictures, 2 can't be"));
    assert!(!bench.has_part("Prepare "), "none is missing");
    bench.click("Try 2 failed pictures again");
    assert!(matches!(
        bench.engine.asked.last(),
        Some(Request::Embed(EmbedCommand::RetryFailed))
    ));
}

#[test]
fn an_import_is_followed_by_a_look_whether_something_is_embedded() {
    let mut bench = Bench::with_posts(10);
    bench.engine.similar.embed(EmbedCommand::Start);
    bench.engine.tell(Event::ImportFinished {
        job: JobId(1),
        report: ImportReport::default(),
    });
    bench.settle();
    assert_eq!(bench.last_watch(), None, "it brought nothing");
    bench.engine.tell(Event::ImportFinished {
        job: JobId(2),
        report: ImportReport {
            added: 3,
            ..ImportReport::default()
        },
    });
    bench.settle();
    assert!(bench.has_part("1,234 of 15,000 prepared for Find similar"));
    bench.engine.similar.embed(EmbedCommand::Cancel);
    bench.engine.tell_similarity();
    bench.settle();
    assert_eq!(bench.last_watch(), Some(false));
}

#[test]
fn the_index_is_loaded_unloaded_and_built_anew() {
    let mut bench = Bench::with_posts(15_000);
    bench.press(Key::F6);
    assert!(!bench.has_part("recall"), "figures are in the details");
    bench.click("Details");
    assert!(bench.has("Not loaded · 15.0 MB on disk · recall 0.99 (measured)"));
    bench.click("Load index");
    assert!(bench.has("Loaded · 1.90 MB · 15,000 vectors · recall 0.99 (measured)"));
    bench.click("Unload index");
    assert!(bench.has_part("Not loaded"));
    bench.click("Rebuild index");
    assert!(bench.has("Building…") && !bench.has("Rebuild index"));
    bench.engine.similar.state.index = IndexState::NotBuilt;
    bench.engine.tell_similarity();
    bench.settle();
    bench.click("Build index");
    assert!(matches!(
        bench.engine.asked.last(),
        Some(Request::Index(IndexCommand::Rebuild))
    ));
}

#[test]
fn switching_off_says_what_is_lost_first() {
    let mut bench = Bench::on_page(20);
    let num_asked = bench.similar_queries().len();
    bench.click("Switch off…");
    assert!(bench.has_part("compared by looks and tags alone"));
    bench.click("Keep it on");
    assert!(!bench.has_part("compared by looks and tags alone"));
    bench.click("Switch off…");
    bench.click("Switch off");
    assert!(matches!(
        bench
            .engine
            .asked
            .iter()
            .rev()
            .find(|it| matches!(it, Request::Index(_))),
        Some(Request::Index(IndexCommand::SetEnabled(false)))
    ));
    assert!(bench.has_part("is switched off"));
    assert!(bench.similar_queries().len() > num_asked, "asked anew");
    bench.click("Switch on");
    assert!(bench.has("Switch off…"));
}

#[test]
fn a_menu_leads_to_the_page() {
    let mut bench = Bench::with_posts(10);
    bench.click("Similar");
    bench.click("Find similar…");
    assert!(bench.has("Drop a picture here"));
    bench.search("even");
    assert!(bench.has("picture 2.png"), "a search shows its result");
    bench.open("picture 2.png");
    bench.click("Similar");
    bench.click("Strip below an open post");
    assert!(!bench.has_part("Similar: "));
}

#[test]
fn a_narrow_window_has_the_page_too() {
    let mut bench = Bench::on_page(20);
    bench.window.set_size(eframe::egui::vec2(480.0, 640.0));
    bench.settle();
    assert!(bench.has("18 similar posts in 2.4 ms"));
    let node = bench.window.get_by_label("Choose file…");
    let bounds = node
        .accesskit_node()
        .bounding_box()
        .expect("it has a place");
    assert!(bounds.x1 <= 480.0, "{bounds:?}");
}

#[test]
fn in_a_low_window_what_is_asked_and_what_was_found_take_turns() {
    let mut bench = Bench::on_page(20);
    bench.window.set_size(eframe::egui::vec2(600.0, 370.0));
    bench.settle();
    assert!(bench.has("18 similar posts in 2.4 ms") && !bench.has("Choose file…"));
    bench.click("Options");
    assert!(bench.has("Choose file…") && !bench.has("18 similar posts in 2.4 ms"));
    bench.click("Options");
    assert!(bench.has("18 similar posts in 2.4 ms"));
}

#[test]
fn escape_leads_from_the_page_back_to_the_post() {
    let mut bench = Bench::with_posts(10);
    bench.open("picture 2.png");
    bench.press(Key::S);
    assert!(!bench.has_part("Picture of post"));
    bench.press(Key::Escape);
    assert!(bench.has("Picture of post 2"));
    bench.press(Key::PageDown);
    assert!(bench.has("Picture of post 3"), "in the list where it was");
    bench.press(Key::S);
    bench.click("Back");
    assert!(bench.has("Picture of post 3"));
    bench.press(Key::Escape);
    assert!(bench.has("picture 1.png"));
    bench.press(Key::S);
    bench.press(Key::Escape);
    assert!(!bench.has_part("Picture of post"), "no post was open");
}
