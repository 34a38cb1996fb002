use std::cell::Cell;

use kobako::engine::similarity::{SimilarityError, cosine_groups};
use kobako::model::PostId;

use super::Fixture;

#[test]
fn all_pairs_are_found_and_no_others() {
    let mut fixture = Fixture::new(2000);
    // Copies, near and less near, of posts here and there.
    for (at, noise) in [(3, 0.0), (500, 0.01), (1999, 0.05), (3, 0.03)] {
        let mut vector = fixture.vectors[at].1.clone();
        for value in &mut vector {
            *value += noise * fixture.random.gauss() / 8.0;
        }
        let post = PostId(fixture.vectors.len() as u32 + 1);
        fixture.vectors.push((post, vector));
    }
    fixture.put_from(2000);
    for least in [0.998, 0.95, 0.9] {
        let found = cosine_groups(
            &fixture.store,
            fixture.model,
            least,
            &|| false,
            &mut |_, _| {},
        )
        .unwrap();
        let mut exact = Vec::new();
        for (at, (post, vector)) in fixture.vectors.iter().enumerate() {
            for (other, cosine) in fixture.exact(vector, 10_000, &|it| it.0 as usize > at + 1) {
                let length = fixture.vectors[other.index() - 1]
                    .1
                    .iter()
                    .map(|it| it * it)
                    .sum::<f32>()
                    .sqrt();
                exact.push((*post, other, cosine / length));
            }
        }
        // Half floats move what is on the brink.
        let must: Vec<_> = exact.iter().filter(|it| it.2 >= least + 1e-3).collect();
        let may: Vec<_> = exact.iter().filter(|it| it.2 >= least - 1e-3).collect();
        let pairs: Vec<_> = found.iter().map(|it| (it.0, it.1)).collect();
        assert!(must.len() >= 2, "{least}");
        for pair in &must {
            assert!(pairs.contains(&(pair.0, pair.1)), "{least}: {pair:?}");
        }
        for pair in &found {
            assert!(
                may.iter().any(|it| (it.0, it.1) == (pair.0, pair.1)),
                "{least}: {pair:?}"
            );
        }
        assert!(found.is_sorted_by(|a, b| a.2 >= b.2));
        let mut unique = pairs.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), pairs.len());
    }
}

#[test]
fn the_same_picture_twice_is_a_pair_at_one() {
    let mut fixture = Fixture::new(10);
    let vector = fixture.vectors[4].1.iter().map(|it| it * 7.0).collect();
    fixture.vectors.push((PostId(11), vector));
    fixture.put_from(10);
    let found = cosine_groups(
        &fixture.store,
        fixture.model,
        1.0,
        &|| false,
        &mut |_, _| {},
    );
    let found = found.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0, found[0].1), (PostId(5), PostId(11)));
}

#[test]
fn it_can_be_cancelled_and_says_how_far_it_is() {
    let fixture = Fixture::new(100);
    let last = Cell::new((0, 0));
    let progress = &mut |done, total| last.set((done, total));
    cosine_groups(&fixture.store, fixture.model, 0.9, &|| false, progress).unwrap();
    assert_eq!(last.get(), (5000, 5000));
    let cancelled = cosine_groups(&fixture.store, fixture.model, 0.9, &|| true, &mut |_, _| {});
    assert!(matches!(cancelled, Err(SimilarityError::Cancelled)));
}

#[test]
fn too_many_pairs_leave_the_nearest() {
    let mut fixture = Fixture::new(0);
    for at in 0..1500_u32 {
        let mut vector = vec![1.0; super::DIMENSIONS];
        vector[0] += at as f32 * 0.002;
        fixture.vectors.push((PostId(at + 1), vector));
    }
    fixture.put_from(0);
    // 1,124,250 pairs are above it.
    let found = cosine_groups(
        &fixture.store,
        fixture.model,
        0.5,
        &|| false,
        &mut |_, _| {},
    );
    let found = found.unwrap();
    assert_eq!(found.len(), 400_000);
    assert!(found[399_999].2 > 0.9, "{:?}", found[399_999]);
}
