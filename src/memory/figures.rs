//! Figures in formulas, written without an allocation of their own.

use std::fmt;

/// `1,234,567`; of a number of things or bytes.
pub fn count(number: impl TryInto<u64>) -> Count {
    Count(number.try_into().unwrap_or(u64::MAX))
}

/// `640 B`, `12.3 KB`, `4.56 MB`, `1.20 GB` (powers of 1024).
pub fn size(bytes: impl TryInto<u64>) -> Size {
    Size(bytes.try_into().unwrap_or(u64::MAX))
}

/// See [`count`].
#[derive(Clone, Copy, Debug)]
pub struct Count(u64);

/// See [`size`].
#[derive(Clone, Copy, Debug)]
pub struct Size(u64);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut divisor = 1;
        while self.0 / divisor >= 1000 {
            divisor *= 1000;
        }
        write!(f, "{}", self.0 / divisor)?;
        while divisor > 1 {
            divisor /= 1000;
            write!(f, ",{:03}", self.0 / divisor % 1000)?;
        }
        Ok(())
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 3] = ["MB", "GB", "TB"];
        if self.0 < 1024 {
            return write!(f, "{} B", self.0);
        }
        let mut value = self.0 as f64 / 1024.0;
        let mut unit = "KB";
        for next in UNITS {
            if value < 999.5 {
                break;
            }
            value /= 1024.0;
            unit = next;
        }
        let decimals = match value {
            _ if value < 10.0 => 2,
            _ if value < 100.0 => 1,
            _ => 0,
        };
        write!(f, "{value:.decimals$} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_for_people() {
        for (number, text) in [
            (0u64, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_002_003, "1,002,003"),
        ] {
            assert_eq!(count(number).to_string(), text);
        }
        assert!(count(u64::MAX).to_string().starts_with("18,446,744,"));
        for (bytes, text) in [
            (640u64, "640 B"),
            (12_595, "12.3 KB"),
            (5 << 20, "5.00 MB"),
            (3 << 29, "1.50 GB"),
        ] {
            assert_eq!(size(bytes).to_string(), text);
        }
    }
}
