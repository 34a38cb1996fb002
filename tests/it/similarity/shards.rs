use kobako::engine::similarity::LoadOptions;
use kobako::engine::similarity::index::{BuildPolicy, IndexKind};
use kobako::model::PostId;

use super::{Fixture, policy};

fn in_shards() -> BuildPolicy {
    BuildPolicy {
        shard_vectors: 1000,
        ..policy(IndexKind::Packed)
    }
}

/// As if there were no room for more than one.
const IN_TURN: LoadOptions = LoadOptions {
    max_bytes: 1,
    is_flat_wanted: false,
};

#[test]
fn shards_find_what_one_index_finds() {
    let mut fixture = Fixture::new(4500);
    let report = fixture.build(&in_shards());
    assert_eq!((report.num_shards, report.num_vectors), (5, 4500));
    assert_eq!(fixture.index_files().len(), 5);
    let mut together = fixture.load();
    let mut in_turn = fixture.try_load(&IN_TURN).unwrap().unwrap();
    assert!(in_turn.is_in_turn() && !together.is_in_turn());
    assert!(together.bytes() > 4500 * 8);
    assert_eq!(in_turn.bytes(), 0);
    for index in [&mut together, &mut in_turn] {
        let recall = fixture.recall(index, 10, &|_| true);
        assert!(recall >= 0.98, "{recall}");
        let few = |it: PostId| it.0.is_multiple_of(900);
        assert_eq!(fixture.recall(index, 10, &few), 1.0);
        let recall = fixture.recall(index, 10, &|it| it.0.is_multiple_of(4));
        assert!(recall >= 0.98, "{recall}");
    }
    let query = fixture.made_up();
    let a = together
        .nearest(&fixture.store, &query, 50, &|_| true)
        .unwrap();
    let b = in_turn
        .nearest(&fixture.store, &query, 50, &|_| true)
        .unwrap();
    assert_eq!(a, b);
}

#[test]
fn shards_in_turn_follow_what_is_new() {
    let mut fixture = Fixture::new(2500);
    fixture.build(&in_shards());
    fixture.add(100);
    let mut index = fixture.try_load(&IN_TURN).unwrap().unwrap();
    assert_eq!((index.num_added(), index.num_vectors()), (100, 2600));
    let recall = fixture.recall(&mut index, 10, &|_| true);
    assert!(recall >= 0.98, "{recall}");
    let newest = fixture.vectors[2599].clone();
    let found = index
        .nearest(&fixture.store, &newest.1, 1, &|_| true)
        .unwrap();
    assert_eq!(found[0].0, newest.0);
    // Only what was added is held.
    assert!(index.bytes() < 20_000, "{}", index.bytes());
}

#[test]
fn fewer_shards_than_before_leave_none_behind() {
    let fixture = Fixture::new(2500);
    fixture.build(&in_shards());
    std::fs::write(fixture.path().join("similarity/1.9.index.new"), b"left").unwrap();
    std::fs::write(fixture.path().join("similarity/11.0.index"), b"another's").unwrap();
    fixture.build(&policy(IndexKind::Packed));
    let names: Vec<String> = fixture
        .index_files()
        .iter()
        .map(|it| it.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, ["1.0.index", "11.0.index"]);
}
