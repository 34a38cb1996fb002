//! From frequencies to samples: the inverse cosine transform of 8 × 8 values, in
//! whole numbers, after Loeffler, Ligtenberg and Moschytz (1989).

/// Bits behind the point of the constants.
const BITS: u32 = 12;

const fn fixed(number: f64) -> i32 {
    (number * (1 << BITS) as f64 + if number < 0.0 { -0.5 } else { 0.5 }) as i32
}

/// One dimension; the result has [`BITS`] more behind its point.
fn transform(s: [i32; 8], round: i32) -> [i32; 8] {
    let z = (s[2] + s[6]).wrapping_mul(fixed(0.541_196_1));
    let even_low = z + s[6].wrapping_mul(fixed(-1.847_759_065));
    let even_high = z + s[2].wrapping_mul(fixed(0.765_366_865));
    let sum = ((s[0] + s[4]) << BITS) + round;
    let difference = ((s[0] - s[4]) << BITS) + round;
    let even = [
        sum + even_high,
        difference + even_low,
        difference - even_low,
        sum - even_high,
    ];
    let [a, b, c, d] = [s[7], s[5], s[3], s[1]];
    let z5 = (a + c + b + d).wrapping_mul(fixed(1.175_875_602));
    let z1 = (a + d).wrapping_mul(fixed(-0.899_976_223));
    let z2 = (b + c).wrapping_mul(fixed(-2.562_915_447));
    let z3 = (a + c).wrapping_mul(fixed(-1.961_570_56)) + z5;
    let z4 = (b + d).wrapping_mul(fixed(-0.390_180_644)) + z5;
    let odd = [
        d.wrapping_mul(fixed(1.501_321_11)) + z1 + z4,
        c.wrapping_mul(fixed(3.072_711_026)) + z2 + z3,
        b.wrapping_mul(fixed(2.053_119_869)) + z2 + z4,
        a.wrapping_mul(fixed(0.298_631_336)) + z1 + z3,
    ];
    [
        even[0] + odd[0],
        even[1] + odd[1],
        even[2] + odd[2],
        even[3] + odd[3],
        even[3] - odd[3],
        even[2] - odd[2],
        even[1] - odd[1],
        even[0] - odd[0],
    ]
}

/// Writes the samples of a block at the start of `into`, in rows of `stride`.
/// Values are dequantised, in rows; what no picture has wraps and is clamped.
pub(super) fn idct(block: &[i32; 64], into: &mut [u8], stride: usize) {
    if block[1..].iter().all(|it| *it == 0) {
        let sample = ((block[0].wrapping_add(4) >> 3).wrapping_add(128)).clamp(0, 255) as u8;
        for row in into.chunks_mut(stride).take(8) {
            row[..8].fill(sample);
        }
        return;
    }
    // Columns first, with two bits more than whole numbers.
    let mut columns = [0; 64];
    for x in 0..8 {
        let column = std::array::from_fn(|y| block[y * 8 + x].clamp(-32_768, 32_767));
        let column = transform(column, 1 << (BITS - 3));
        for (y, value) in column.into_iter().enumerate() {
            columns[y * 8 + x] = value >> (BITS - 2);
        }
    }
    for (y, row) in into.chunks_mut(stride).take(8).enumerate() {
        let values = std::array::from_fn(|x| columns[y * 8 + x]);
        // Two bits of the first pass, and the eighth of both.
        let shift = BITS + 2 + 3;
        let values = transform64(values, shift);
        for (sample, value) in row.iter_mut().zip(values) {
            *sample = (value + 128).clamp(0, 255) as u8;
        }
    }
}

/// The second pass; values that are too large for a picture must not overflow.
fn transform64(values: [i32; 8], shift: u32) -> [i32; 8] {
    let values = values.map(|it| it.clamp(-32_768, 32_767));
    transform(values, 1 << (shift - 1)).map(|it| it >> shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By its definition.
    fn exact(block: &[i32; 64]) -> Vec<u8> {
        let mut samples = Vec::new();
        for y in 0..8 {
            for x in 0..8 {
                let mut sum = 0.0;
                for v in 0..8 {
                    for u in 0..8 {
                        let c = |it: usize| if it == 0 { 0.5_f64.sqrt() } else { 1.0 };
                        let cos = |at: usize, f: usize| {
                            ((2 * at + 1) as f64 * f as f64 * std::f64::consts::PI / 16.0).cos()
                        };
                        sum += c(u) * c(v) * f64::from(block[v * 8 + u]) * cos(x, u) * cos(y, v);
                    }
                }
                samples.push((sum / 4.0 + 128.0).round().clamp(0.0, 255.0) as u8);
            }
        }
        samples
    }

    #[test]
    fn is_as_its_definition_says() {
        let mut seed = 7_u32;
        for round in 0..50 {
            let mut block = [0; 64];
            for (index, value) in block.iter_mut().enumerate() {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                if index % (round + 1) == 0 {
                    *value = ((seed >> 20) as i32 % 400 - 200) / (1 + index as i32 / 8);
                }
            }
            let mut samples = vec![0; 64];
            idct(&block, &mut samples, 8);
            for (here, there) in samples.iter().zip(exact(&block)) {
                assert!(here.abs_diff(there) <= 1, "{samples:?}");
            }
        }
    }

    #[test]
    fn nonsense_is_clamped() {
        for value in [i32::MAX, i32::MIN, 40_000] {
            let mut samples = vec![0; 64];
            idct(&[value; 64], &mut samples, 8);
        }
    }
}
