//! What is alike, asked as the window asks, on real libraries.

use std::path::Path;
use std::sync::Arc;

use kobako::message::{
    EditRequest, Event, PostEdit, Request, SimilarMode, SimilarQuery, SimilarResult,
    SimilarSubject, SubjectPixels, TagMeasure,
};
use kobako::model::PostId;

use crate::fixture::{Engine, make_picture, make_pictures};

/// Asks, and takes the last answer; `Err` is what was told instead.
#[track_caller]
fn ask(engine: &mut Engine, query: SimilarQuery) -> Result<SimilarResult, String> {
    let asked = engine.generation();
    engine.ask(Request::FindSimilar {
        generation: asked,
        query: Box::new(query),
    });
    engine.wait(|it| match it {
        Event::Similar(result) if result.generation == asked && !result.is_stale => {
            Some(Ok(*result))
        }
        Event::SimilarFailed {
            generation,
            message,
            way_out,
        } if generation == asked => Some(Err(match way_out {
            Some(way_out) => format!("{message}. {way_out}"),
            None => message,
        })),
        _ => None,
    })
}

fn to_post(post: PostId, mode: SimilarMode) -> SimilarQuery {
    SimilarQuery::new(SimilarSubject::Post(post), mode, 10)
}

fn to_file(path: &Path, mode: SimilarMode) -> SimilarQuery {
    SimilarQuery::new(SimilarSubject::File(path.to_owned()), mode, 10)
}

fn posts(result: &SimilarResult) -> Vec<PostId> {
    result.posts.iter().map(|it| it.post).collect()
}

/// Ten pictures of [`make_pictures`], imported.
fn library(dir: &Path) -> Engine {
    let pictures = dir.join("pictures");
    make_pictures(&pictures, 10);
    let (mut engine, _) = Engine::start(&dir.join("library"));
    engine.import(&[pictures]);
    engine
}

#[test]
fn posts_with_the_same_tags_come_first_and_never_itself() {
    let dir = tempfile::tempdir().unwrap();
    let mut engine = library(dir.path());
    let even = engine.search("even");
    let found = ask(&mut engine, to_post(even[0], SimilarMode::Tags)).unwrap();
    assert_eq!(found.posts.len(), 9);
    let mut first: Vec<PostId> = posts(&found)[..4].to_vec();
    first.sort_unstable();
    let mut expected = even[1..].to_vec();
    expected.sort_unstable();
    assert_eq!(first, expected);
    assert!(found.posts[0].score > found.posts[4].score);
    assert_eq!(found.posts[0].tags, Some(found.posts[0].score));

    // Two of four tags in common: picture, even.
    let mut jaccard = to_post(even[0], SimilarMode::Tags);
    jaccard.tag_measure = TagMeasure::Jaccard;
    let found = ask(&mut engine, jaccard).unwrap();
    assert!((found.posts[0].score - 0.5).abs() < 1e-6, "{found:?}");
    assert!((found.posts[8].score - 0.2).abs() < 1e-6, "{found:?}");
}

#[test]
fn a_copy_of_a_picture_is_told_by_its_bytes_and_by_its_look() {
    let dir = tempfile::tempdir().unwrap();
    let mut engine = library(dir.path());
    let all = engine.search("order:id_asc");
    let original = dir.path().join("pictures/0003.png");
    let copy = dir.path().join("copy.png");
    std::fs::copy(&original, &copy).unwrap();
    let found = ask(&mut engine, to_file(&copy, SimilarMode::Visual)).unwrap();
    let same = found.same_file.expect("the very file");
    assert!(!posts(&found).contains(&same));
    let number = engine.search("number_3");
    assert_eq!(number, [same]);

    // The same picture in another format, twice as large.
    let saved = dir.path().join("saved.bmp");
    let picture = image::open(&original).unwrap();
    let filter = image::imageops::FilterType::Triangle;
    picture.resize_exact(96, 64, filter).save(&saved).unwrap();
    let found = ask(&mut engine, to_file(&saved, SimilarMode::Visual)).unwrap();
    assert_eq!(found.same_file, None);
    assert_eq!(found.posts.len(), all.len());
    let nearest = found.posts[0];
    assert!(nearest.distance.unwrap() <= 6, "{nearest:?}");

    // And as pixels.
    let rgba = picture.to_rgba8();
    let pixels = SubjectPixels {
        width: rgba.width(),
        height: rgba.height(),
        rgba: rgba.into_raw(),
    };
    let subject = SimilarSubject::Pixels(Arc::new(pixels));
    let of_pixels = SimilarQuery::new(subject, SimilarMode::Visual, 3);
    let found = ask(&mut engine, of_pixels).unwrap();
    assert_eq!(found.posts[0].distance, Some(0), "{found:?}");
}

#[test]
fn within_a_search_only_what_it_finds() {
    let dir = tempfile::tempdir().unwrap();
    let mut engine = library(dir.path());
    let odd = engine.search("odd");
    let even = engine.search("even");
    for mode in [SimilarMode::Tags, SimilarMode::Visual] {
        let mut query = to_post(odd[0], mode);
        query.within = Some("even".to_owned());
        let found = ask(&mut engine, query).unwrap();
        assert_eq!(found.posts.len(), even.len(), "{mode:?}");
        assert!(posts(&found).iter().all(|it| even.contains(it)), "{mode:?}");
    }
    // Of a limit, the first in the query's order.
    let mut first = to_post(odd[0], SimilarMode::Tags);
    first.within = Some("even order:id_asc limit:2".to_owned());
    let found = ask(&mut engine, first).unwrap();
    let mut found = posts(&found);
    found.sort();
    let mut lowest = even.clone();
    lowest.sort();
    assert_eq!(found, lowest[..2]);
    // What is near by no measure is left out of a blend.
    let mut blended = to_post(odd[0], SimilarMode::Blended);
    blended.within = Some("odd".to_owned());
    let found = ask(&mut engine, blended).unwrap();
    assert_eq!(found.posts.len(), odd.len() - 1, "{found:?}");
    assert!(posts(&found).iter().all(|it| odd.contains(it)));
    let mut wrong = to_post(odd[0], SimilarMode::Tags);
    wrong.within = Some("(even".to_owned());
    let err = ask(&mut engine, wrong).unwrap_err();
    assert!(err.contains("within") && err.contains("column"), "{err}");
}

#[test]
fn new_and_deleted_posts_are_followed() {
    let dir = tempfile::tempdir().unwrap();
    let mut engine = library(dir.path());
    let all = engine.search("order:id_asc");
    let subject = all[0];
    let before = ask(&mut engine, to_post(subject, SimilarMode::Visual)).unwrap();
    assert_eq!(before.posts.len(), 9);
    let more = dir.path().join("more");
    std::fs::create_dir(&more).unwrap();
    make_picture(&more.join("new.png"), 77);
    engine.import(&[more]);
    let mut query = to_post(subject, SimilarMode::Visual);
    query.count = 20;
    let after = ask(&mut engine, query).unwrap();
    assert_eq!(after.posts.len(), 10);
}

#[test]
fn what_cannot_be_compared_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let mut engine = library(dir.path());
    let err = ask(&mut engine, to_post(PostId(999), SimilarMode::Tags)).unwrap_err();
    assert!(err.contains("999"), "{err}");
    let missing = dir.path().join("missing.png");
    let err = ask(&mut engine, to_file(&missing, SimilarMode::Visual)).unwrap_err();
    assert!(
        err.contains("missing.png") && err.contains("check its path"),
        "{err}"
    );
    assert!(!err.contains("format"), "{err}");
    let text = dir.path().join("text.png");
    std::fs::write(&text, "no picture").unwrap();
    let err = ask(&mut engine, to_file(&text, SimilarMode::Visual)).unwrap_err();
    assert!(err.contains("text.png") && err.contains("format"), "{err}");
    let pixels = SubjectPixels {
        width: 1 << 20,
        height: 1 << 20,
        rgba: vec![0; 4],
    };
    let subject = SimilarSubject::Pixels(Arc::new(pixels));
    ask(
        &mut engine,
        SimilarQuery::new(subject, SimilarMode::Visual, 3),
    )
    .unwrap_err();
    // The engine goes on.
    let found = ask(&mut engine, to_post(PostId(1), SimilarMode::Visual)).unwrap();
    assert_eq!(found.posts.len(), 9);
}

#[test]
fn an_answer_is_remembered_until_something_changes() {
    let dir = tempfile::tempdir().unwrap();
    let mut engine = library(dir.path());
    let mut query = to_post(PostId(1), SimilarMode::Visual);
    query.may_remember = true;
    let first = ask(&mut engine, query.clone()).unwrap();
    assert!(!first.is_remembered);
    let second = ask(&mut engine, query.clone()).unwrap();
    assert!(second.is_remembered && !second.is_stale, "{second:?}");
    assert_eq!(posts(&second), posts(&first));

    let more = dir.path().join("more");
    std::fs::create_dir(&more).unwrap();
    make_picture(&more.join("new.png"), 77);
    engine.import(&[more]);
    let asked = engine.generation();
    engine.ask(Request::FindSimilar {
        generation: asked,
        query: Box::new(query),
    });
    let stale = engine.wait(|it| match it {
        Event::Similar(result) if result.generation == asked => Some(result),
        _ => None,
    });
    if stale.is_remembered {
        assert!(stale.is_stale);
        let fresh = engine.wait(|it| match it {
            Event::Similar(result) if result.generation == asked => Some(result),
            _ => None,
        });
        assert_eq!(fresh.posts.len(), 10);
        assert!(!fresh.is_remembered);
    } else {
        assert_eq!(stale.posts.len(), 10);
    }
}

#[test]
fn what_comes_from_tags_is_remembered_until_they_may_have_changed() {
    let dir = tempfile::tempdir().unwrap();
    let mut engine = library(dir.path());
    for mode in [SimilarMode::Tags, SimilarMode::Blended] {
        let mut query = to_post(PostId(1), mode);
        query.may_remember = true;
        // Nothing is embedded, and what lacks a measure is not remembered.
        query.blend.semantic = 0.0;
        ask(&mut engine, query.clone()).unwrap();
        let again = ask(&mut engine, query.clone()).unwrap();
        // Comparing tags is as quick as remembering what it gave.
        assert_eq!(again.is_remembered, mode == SimilarMode::Blended);
        assert!(!again.is_stale, "{again:?}");

        engine.ask(Request::Edit(EditRequest::Do(PostEdit::SetFavorite {
            posts: vec![PostId(2)],
            // Something else each time.
            is_favorite: mode == SimilarMode::Tags,
        })));
        engine.wait(|it| matches!(it, Event::Edited(_)).then_some(()));
        let asked = engine.generation();
        engine.ask(Request::FindSimilar {
            generation: asked,
            query: Box::new(query),
        });
        let first = engine.wait(|it| match it {
            Event::Similar(result) if result.generation == asked => Some(result),
            _ => None,
        });
        assert_eq!(first.is_stale, first.is_remembered, "{first:?}");
    }
}
