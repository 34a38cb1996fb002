//! Inner products, in a form that compilers turn into vector instructions.

/// Sums that go on side by side.
const LANES: usize = 16;

/// Of vectors of the same length; what one has more than the other is left out.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let (a_blocks, b_blocks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a_blocks
        .remainder()
        .iter()
        .zip(
            b.get(a.len() - a_blocks.remainder().len()..)
                .unwrap_or_default(),
        )
        .map(|(a, b)| a * b)
        .sum();
    for (a, b) in a_blocks.zip(b_blocks) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// Makes a vector as long as 1; `false` where it has no direction.
pub(super) fn normalise(values: &mut [f32]) -> bool {
    let length = dot(values, values).sqrt();
    if !length.is_finite() || length <= 0.0 {
        return false;
    }
    for value in values {
        *value /= length;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_sum_of_products() {
        for len in [0, 1, 15, 16, 17, 100] {
            let a: Vec<f32> = (0..len).map(|it| it as f32).collect();
            let b: Vec<f32> = (0..len).map(|it| 2.0 - it as f32 / 8.0).collect();
            let wanted: f64 = a.iter().zip(&b).map(|(a, b)| f64::from(a * b)).sum();
            assert!((f64::from(dot(&a, &b)) - wanted).abs() < 0.1, "{len}");
        }
    }

    #[test]
    fn what_has_no_direction_is_told() {
        let mut values = [3.0, 4.0];
        assert!(normalise(&mut values));
        assert!((values[0] - 0.6).abs() < 1e-6);
        assert!(!normalise(&mut [0.0; 3]));
        assert!(!normalise(&mut [f32::NAN]));
    }
}
