use std::cell::Cell;

use kobako::engine::similarity::index::{self, BuildPolicy, IndexKind};
use kobako::engine::similarity::{LoadOptions, SimilarityError, SimilarityIndex};
use kobako::model::PostId;

use super::{Fixture, policy};

fn all(_: PostId) -> bool {
    true
}

#[test]
fn every_kind_finds_what_looking_at_all_would_find() {
    let mut fixture = Fixture::new(3000);
    for kind in IndexKind::ALL {
        let report = fixture.build(&policy(kind));
        assert_eq!(report.kind, kind);
        assert_eq!(report.num_vectors, 3000);
        assert!(report.recall >= 0.99, "{report:?}");
        let mut index = fixture.load();
        assert_eq!((index.kind(), index.num_vectors()), (kind, 3000));
        let recall = fixture.recall(&mut index, 10, &all);
        assert!(recall >= 0.98, "{kind:?}: {recall} with {report:?}");
        let recall = fixture.recall(&mut index, 100, &all);
        assert!(recall >= 0.95, "{kind:?}: {recall} of a hundred");
    }
}

#[test]
fn size_chooses_and_the_files_say_why() {
    let small = Fixture::new(300);
    let report = small.build(&BuildPolicy::default());
    assert_eq!((report.kind, report.recall), (IndexKind::Flat, 1.0));
    assert_eq!(
        small
            .load()
            .nearest(&small.store, &small.vectors[7].1, 1, &all)
            .unwrap()[0]
            .0,
        PostId(8)
    );
    let large = Fixture::new(2500);
    let report = large.build(&BuildPolicy::default());
    assert_eq!(report.kind, IndexKind::Packed);
    let facts = index::facts(large.path(), &large.store, large.model)
        .unwrap()
        .unwrap();
    assert_eq!(facts.why, report.why);
    assert_eq!((facts.recall, facts.depth), (report.recall, report.depth));
    assert_eq!(facts.num_bytes, report.num_bytes);
    assert!(large.load().bytes() < small.load().bytes());
}

#[test]
fn what_packing_does_not_find_is_not_packed() {
    // Without clusters, neighbours are hardly nearer than all the rest.
    let mut fixture = Fixture::new(0);
    for at in 0..4000 {
        let vector = (0..super::DIMENSIONS)
            .map(|_| fixture.random.gauss())
            .collect();
        fixture.vectors.push((PostId(at + 1), vector));
    }
    fixture.put_from(0);
    let wanted = BuildPolicy {
        // More than there can be.
        recall: Some(1.1),
        ..BuildPolicy::default()
    };
    let report = fixture.build(&wanted);
    assert!(
        report.kind == IndexKind::Bytes && report.recall > 0.99,
        "{report:?}"
    );
    assert!(report.why.contains('%'), "{}", report.why);
    // Not where it would take too much.
    let tight = BuildPolicy {
        budget_bytes: 100_000,
        ..wanted
    };
    let report = fixture.build(&tight);
    assert_eq!(report.kind, IndexKind::Packed);
    assert_eq!(report.depth, 1600);
}

#[test]
fn what_is_restricted_is_found_all_the_same() {
    let mut fixture = Fixture::new(6000);
    fixture.build(&policy(IndexKind::Packed));
    let mut index = fixture.load();
    assert!(index.facts().depth < 1000, "{:?}", index.facts());
    // None, a few that may be far away, some, most.
    assert_eq!(fixture.recall(&mut index, 10, &|_| false), 0.0);
    let few = |it: PostId| it.0.is_multiple_of(1500);
    assert_eq!(fixture.recall(&mut index, 10, &few), 1.0);
    let query = fixture.made_up();
    let found = index.nearest(&fixture.store, &query, 10, &few).unwrap();
    assert_eq!(found.len(), 4);
    let some = |it: PostId| it.0.is_multiple_of(5);
    let recall = fixture.recall(&mut index, 10, &some);
    assert!(recall >= 0.98, "{recall}");
    let most = |it: PostId| !it.0.is_multiple_of(3);
    let recall = fixture.recall(&mut index, 10, &most);
    assert!(recall >= 0.98, "{recall}");
    // All there are.
    let found = index.nearest(&fixture.store, &query, 10_000, &all).unwrap();
    assert_eq!(found.len(), 6000);
}

#[test]
fn what_is_new_gone_or_replaced_is_followed() {
    let mut fixture = Fixture::new(2500);
    fixture.build(&policy(IndexKind::Packed));
    let mut index = fixture.load();
    let query = fixture.vectors[11].1.clone();

    // Gone: as many are found as before.
    let first = index.nearest(&fixture.store, &query, 300, &all).unwrap();
    assert_eq!(first[0].0, PostId(12));
    let gone: Vec<PostId> = first[..280].iter().map(|it| it.0).collect();
    fixture.store.remove_posts(&gone).unwrap();
    let second = index.nearest(&fixture.store, &query, 300, &all).unwrap();
    assert_eq!(second.len(), 300);
    assert!(second.iter().all(|it| !gone.contains(&it.0)));
    assert_eq!(second[..20], first[280..]);

    // New and replaced, by an index that is loaded.
    fixture.add(50);
    let new = fixture.vectors[2520].clone();
    let moved = second[0].0;
    fixture
        .store
        .put(fixture.model, &[(moved, &new.1)])
        .unwrap();
    assert_eq!(index.catch_up(&fixture.store).unwrap(), 51);
    assert_eq!(index.catch_up(&fixture.store).unwrap(), 0);
    let mut found: Vec<PostId> = index
        .nearest(&fixture.store, &new.1, 2, &all)
        .unwrap()
        .iter()
        .map(|it| it.0)
        .collect();
    found.sort_unstable();
    assert_eq!(found, [moved, new.0]);
    assert_eq!(index.num_added(), 51);
    assert!(!index.is_rebuild_due());

    // And by one that is loaded now.
    let (mut index, report) = SimilarityIndex::load(
        fixture.path(),
        &fixture.store,
        fixture.model,
        &LoadOptions::default(),
    )
    .unwrap()
    .unwrap();
    assert_eq!(
        (report.num_vectors, report.num_added, report.num_gone),
        (2500, 51, 281)
    );
    let found = index.nearest(&fixture.store, &new.1, 1, &all).unwrap();
    assert!(found[0].1 > 0.999);
    fixture.add(1000);
    index.catch_up(&fixture.store).unwrap();
    assert!(index.is_rebuild_due());
    fixture.build(&BuildPolicy::default());
    assert!(!fixture.load().is_rebuild_due());
}

#[test]
fn more_may_be_gone_than_are_ranked_again() {
    let mut fixture = Fixture::new(4000);
    fixture.build(&policy(IndexKind::Packed));
    let mut index = fixture.load();
    let query = fixture.vectors[11].1.clone();
    let depth = (index.facts().depth as usize).max(40);
    let first = fixture.exact(&query, 4000, &all);
    // All that it takes for near, and as many again.
    let gone: Vec<PostId> = first[..depth * 2].iter().map(|it| it.0).collect();
    fixture.store.remove_posts(&gone).unwrap();
    let found = index.nearest(&fixture.store, &query, 10, &all).unwrap();
    assert_eq!(found.len(), 10);
    assert!(found.iter().all(|it| !gone.contains(&it.0)));
}

#[test]
fn an_exact_index_that_is_wanted_is_not_outgrown() {
    let mut fixture = Fixture::new(3200);
    fixture.build(&policy(IndexKind::Flat));
    let options = LoadOptions {
        is_flat_wanted: true,
        ..LoadOptions::default()
    };
    let mut wanted = fixture.try_load(&options).unwrap().unwrap();
    let mut outgrown = fixture.load();
    fixture.add(1);
    for index in [&mut wanted, &mut outgrown] {
        index.catch_up(&fixture.store).unwrap();
    }
    assert!(!wanted.is_rebuild_due() && outgrown.is_rebuild_due());
    let is_due = |options: &LoadOptions| {
        index::is_build_due(fixture.path(), &fixture.store, fixture.model, options)
    };
    assert!(!is_due(&options) && is_due(&LoadOptions::default()));
}

#[test]
fn a_small_library_that_grows_gets_another_kind() {
    let mut fixture = Fixture::new(1900);
    fixture.build(&BuildPolicy::default());
    let mut index = fixture.load();
    fixture.add(1200);
    index.catch_up(&fixture.store).unwrap();
    assert!(index.is_rebuild_due());
    assert_eq!(
        fixture.build(&BuildPolicy::default()).kind,
        IndexKind::Packed
    );
}

#[test]
fn a_cancelled_build_leaves_the_one_before() {
    let fixture = Fixture::new(3000);
    assert!(fixture.try_load(&LoadOptions::default()).unwrap().is_none());
    fixture.build(&policy(IndexKind::Packed));
    let before = fixture.index_files();
    let num_asked = Cell::new(0);
    let cancelled = index::build(
        fixture.path(),
        &fixture.store,
        fixture.model,
        &policy(IndexKind::Flat),
        &|| {
            num_asked.set(num_asked.get() + 1);
            num_asked.get() > 15
        },
        &mut |_, _| {},
    );
    assert!(matches!(cancelled, Err(SimilarityError::Cancelled)));
    assert_eq!(fixture.index_files(), before);
    assert_eq!(fixture.load().kind(), IndexKind::Packed);
}

#[test]
fn progress_comes_to_its_end() {
    let fixture = Fixture::new(2500);
    let mut seen = Vec::new();
    index::build(
        fixture.path(),
        &fixture.store,
        fixture.model,
        &BuildPolicy::default(),
        &|| false,
        &mut |done, total| seen.push((done, total)),
    )
    .unwrap();
    assert!(seen.is_sorted() && seen.len() > 3, "{seen:?}");
    assert_eq!(seen.last(), Some(&(5000, 5000)));
}

#[test]
fn a_loaded_index_outlives_the_next_build() {
    let mut fixture = Fixture::new(2500);
    fixture.build(&policy(IndexKind::Packed));
    let mut index = fixture.load();
    fixture.build(&policy(IndexKind::Bytes));
    index::remove(fixture.path(), fixture.model);
    assert!(fixture.index_files().is_empty());
    let recall = fixture.recall(&mut index, 10, &all);
    assert!(recall >= 0.98, "{recall}");
}

#[test]
fn questions_that_make_no_sense_are_refused() {
    let mut fixture = Fixture::new(20);
    fixture.build(&BuildPolicy::default());
    let mut index = fixture.load();
    let zeros = [0.0; super::DIMENSIONS];
    let ask = |index: &mut SimilarityIndex, vector: &[f32]| {
        index.nearest(&fixture.store, vector, 5, &all)
    };
    assert!(matches!(
        ask(&mut index, &zeros),
        Err(SimilarityError::NoDirection)
    ));
    assert!(matches!(
        ask(&mut index, &[f32::NAN; 64]),
        Err(SimilarityError::NoDirection)
    ));
    assert!(matches!(
        ask(&mut index, &[1.0; 3]),
        Err(SimilarityError::Shape { .. })
    ));
    let found = index.nearest(&fixture.store, &[1.0; 64], 0, &all).unwrap();
    assert!(found.is_empty());

    fixture.vectors.clear();
    let posts: Vec<PostId> = (1..=20).map(PostId).collect();
    fixture.store.remove_posts(&posts).unwrap();
    assert!(
        index
            .nearest(&fixture.store, &[1.0; 64], 5, &all)
            .unwrap()
            .is_empty()
    );
    let empty = fixture.try_build(&BuildPolicy::default());
    assert!(matches!(empty, Err(SimilarityError::NoEmbeddings)));
}
