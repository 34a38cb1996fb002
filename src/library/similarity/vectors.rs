//! Embeddings as they are stored: length 1, half floats, little endian.

use half::f16;
use half::slice::HalfFloatSliceExt as _;

/// Bytes of a stored value.
pub const BYTES_PER_VALUE: usize = 2;

/// The vector made as long as 1, as it is stored; why not, where it has no direction.
pub(super) fn encode(values: &[f32], into: &mut Vec<u8>) -> Result<(), String> {
    into.clear();
    let sum: f64 = values.iter().map(|&it| f64::from(it) * f64::from(it)).sum();
    if !sum.is_finite() {
        return Err("one of its values is not a number".to_owned());
    }
    if sum <= 0.0 {
        return Err("all of its values are zero".to_owned());
    }
    let length = sum.sqrt();
    into.reserve_exact(values.len() * BYTES_PER_VALUE);
    for &value in values {
        // At most 1, so that it never overflows.
        let value = f16::from_f64(f64::from(value) / length);
        into.extend_from_slice(&value.to_le_bytes());
    }
    Ok(())
}

/// A stored vector as it was, to within what half floats can say; replaces what
/// is in `into`, and empties it where `bytes` are no such vector.
pub fn decode(bytes: &[u8], into: &mut Vec<f32>) {
    into.clear();
    append(bytes, into);
}

/// As [`decode`], after what is in `into`; returns how many values came.
pub fn append(bytes: &[u8], into: &mut Vec<f32>) -> usize {
    if !bytes.len().is_multiple_of(BYTES_PER_VALUE) {
        return 0;
    }
    /// Values converted at a time.
    const STEP: usize = 256;
    let start = into.len();
    let num = bytes.len() / BYTES_PER_VALUE;
    into.resize(start + num, 0.0);
    // Blobs lie at odd addresses.
    let mut aligned = [f16::ZERO; STEP];
    let targets = into[start..].chunks_mut(STEP);
    for (from, to) in bytes.chunks(STEP * BYTES_PER_VALUE).zip(targets) {
        let values = &mut aligned[..to.len()];
        for (value, pair) in values.iter_mut().zip(from.chunks_exact(BYTES_PER_VALUE)) {
            *value = f16::from_le_bytes([pair[0], pair[1]]);
        }
        values.convert_to_f32_slice(to);
    }
    num
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_has_length_one() {
        let values: Vec<f32> = (0..1000).map(|it| (it as f32).sin() * 40.0).collect();
        let mut bytes = Vec::new();
        encode(&values, &mut bytes).unwrap();
        assert_eq!(bytes.len(), 2000);
        let mut back = vec![7.0; 3];
        decode(&bytes, &mut back);
        assert_eq!(back.len(), 1000);
        let length: f32 = back.iter().map(|it| it * it).sum::<f32>().sqrt();
        assert!((length - 1.0).abs() < 1e-4, "{length}");
        let dot: f32 = back.iter().zip(&values).map(|(a, b)| a * b).sum();
        let long: f32 = values.iter().map(|it| it * it).sum::<f32>().sqrt();
        assert!((dot / long - 1.0).abs() < 1e-4);
    }

    #[test]
    fn very_long_and_very_short_vectors_keep_their_direction() {
        for scale in [1e-20, 1e20] {
            let mut bytes = Vec::new();
            encode(&[3.0 * scale, -4.0 * scale], &mut bytes).unwrap();
            let mut back = Vec::new();
            decode(&bytes, &mut back);
            assert!((back[0] - 0.6).abs() < 1e-3 && (back[1] + 0.8).abs() < 1e-3);
        }
    }

    #[test]
    fn what_has_no_direction_is_refused() {
        let mut bytes = Vec::new();
        for values in [&[0.0, 0.0][..], &[1.0, f32::NAN], &[f32::INFINITY], &[]] {
            assert!(encode(values, &mut bytes).is_err(), "{values:?}");
        }
    }

    #[test]
    fn half_a_value_is_no_vector() {
        let mut back = vec![1.0];
        decode(&[1, 2, 3], &mut back);
        assert!(back.is_empty());
    }
}
