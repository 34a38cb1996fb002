//! What stands after the colon of a metatag.

use jiff::civil;

use super::ast::{Bounds, ColumnRange};
use crate::engine::tag_cache::{Column, CountedCategory};

/// The columns that ranges can be asked of, by metatag name.
pub(super) const COLUMNS: &[(&str, Column)] = &[
    ("id", Column::Id),
    ("score", Column::Score),
    ("favcount", Column::FavCount),
    ("width", Column::Width),
    ("height", Column::Height),
    ("mpixels", Column::Megapixels),
    ("ratio", Column::Ratio),
    ("filesize", Column::FileSize),
    ("tagcount", Column::TagCount),
    ("gentags", Column::TagCountOf(CountedCategory::General)),
    ("arttags", Column::TagCountOf(CountedCategory::Artist)),
    ("copytags", Column::TagCountOf(CountedCategory::Copyright)),
    ("chartags", Column::TagCountOf(CountedCategory::Character)),
    ("metatags", Column::TagCountOf(CountedCategory::Meta)),
    ("date", Column::Date),
    (AGE, Column::Date),
];

const AGE: &str = "age";
const DAY: f64 = 86_400.0;

/// A value as typed: a point, or a stretch of time such as a year.
#[derive(Clone, Copy)]
struct Scalar {
    low: f64,
    high: f64,
    /// How far below and above it what counts as equal goes.
    below: f64,
    above: f64,
}

impl Scalar {
    fn point(value: f64) -> Self {
        Self {
            low: value,
            high: value,
            below: 0.0,
            above: 0.0,
        }
    }
}

/// Reads `text` as ranges of `name`: `5`, `>=5`, `2..7`, `1,4,>9`; `any` and
/// `none` where a post can be without it. `now` is in seconds since 1970.
/// `None` where it is no range.
pub(super) fn column_range(name: &str, text: &str, now: i64) -> Option<ColumnRange> {
    let &(name, column) = COLUMNS.iter().find(|it| it.0 == name)?;
    let text = text.to_ascii_lowercase();
    let mut ranges = Vec::new();
    let mut or_unknown = false;
    for part in text.split(',') {
        if part == "none" && can_be_unknown(column) {
            or_unknown = true;
        } else {
            ranges.push(bounds(name, column, part, now)?);
        }
    }
    Some(ColumnRange {
        column,
        name,
        text,
        ranges,
        or_unknown,
    })
}

/// A post can be without it.
fn can_be_unknown(column: Column) -> bool {
    match column {
        Column::Score
        | Column::FavCount
        | Column::Width
        | Column::Height
        | Column::Megapixels
        | Column::Ratio
        | Column::FileSize => true,
        Column::Id | Column::TagCount | Column::TagCountOf(_) | Column::Date => false,
    }
}

fn bounds(name: &str, column: Column, text: &str, now: i64) -> Option<Bounds> {
    let scalar = |text: &str| scalar(name, column, text, now);
    let open = |low: f64, high: f64| Some(Bounds { low, high });
    let bounds = if text == "any" && can_be_unknown(column) {
        open(f64::NEG_INFINITY, f64::INFINITY)
    } else if let Some(rest) = text.strip_prefix(">=") {
        open(scalar(rest)?.low, f64::INFINITY)
    } else if let Some(rest) = text.strip_prefix("<=") {
        open(f64::NEG_INFINITY, scalar(rest)?.high)
    } else if let Some(rest) = text.strip_prefix('>') {
        open(scalar(rest)?.high.next_up(), f64::INFINITY)
    } else if let Some(rest) = text.strip_prefix('<') {
        open(f64::NEG_INFINITY, scalar(rest)?.low.next_down())
    } else if let Some((from, to)) = text.split_once("...") {
        open(scalar(from)?.low, scalar(to)?.low.next_down())
    } else if let Some((from, to)) = text.split_once("..") {
        match (from, to) {
            ("", "") => None,
            (from, "") => open(scalar(from)?.low, f64::INFINITY),
            ("", to) => open(f64::NEG_INFINITY, scalar(to)?.high),
            (from, to) => {
                let (from, to) = (scalar(from)?, scalar(to)?);
                open(from.low.min(to.low), from.high.max(to.high))
            }
        }
    } else {
        let value = scalar(text)?;
        open(value.low - value.below, value.high + value.above)
    }?;
    if name == AGE {
        // An age is how long before now.
        let now = now as f64;
        return open(now - bounds.high, now - bounds.low);
    }
    Some(bounds)
}

fn scalar(name: &str, column: Column, text: &str, now: i64) -> Option<Scalar> {
    match column {
        Column::Date if name == AGE => age(text),
        Column::Date => date(text, now),
        Column::FileSize => file_size(text),
        Column::Ratio => ratio(text).map(Scalar::point),
        Column::Megapixels => number(text).map(|it| Scalar {
            below: 0.005,
            above: 0.005,
            ..Scalar::point(it)
        }),
        Column::Id
        | Column::Score
        | Column::FavCount
        | Column::Width
        | Column::Height
        | Column::TagCount
        | Column::TagCountOf(_) => text.parse::<i64>().ok().map(|it| Scalar::point(it as f64)),
    }
}

/// Plain decimal: no `inf`, no exponent.
fn number(text: &str) -> Option<f64> {
    let is_plain = |it: char| it.is_ascii_digit() || matches!(it, '.' | '-');
    let is_number = text.chars().all(is_plain) && text.contains(|it: char| it.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// Splits `2.5mb` into its number and its unit.
fn with_unit(text: &str) -> Option<(f64, &str)> {
    let end = text
        .find(|it: char| it.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    Some((number(digits)?, unit))
}

fn file_size(text: &str) -> Option<Scalar> {
    let (size, unit) = with_unit(text)?;
    let factor = match unit {
        "" | "b" => 1.0,
        "k" | "kb" | "kib" => 1024.0,
        "m" | "mb" | "mib" => 1024.0 * 1024.0,
        "g" | "gb" | "gib" => 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    let point = Scalar::point(size * factor);
    // Nobody means two mebibytes to the byte; Danbooru takes 5 % too.
    let around = if factor > 1.0 {
        size * factor * 0.05
    } else {
        0.0
    };
    Some(Scalar {
        below: around,
        above: around,
        ..point
    })
}

fn ratio(text: &str) -> Option<f64> {
    let ratio = match text.split_once([':', '/']) {
        Some((width, height)) => number(width)? / number(height)?,
        None => number(text)?,
    };
    ratio.is_finite().then(|| (ratio * 100.0).round() / 100.0)
}

fn age(text: &str) -> Option<Scalar> {
    let (count, unit) = with_unit(text)?;
    let unit = match unit {
        "s" | "sec" => 1.0,
        "mi" | "min" => 60.0,
        "h" => 3600.0,
        "" | "d" => DAY,
        "w" => 7.0 * DAY,
        "mo" => 30.0 * DAY,
        "y" => 365.0 * DAY,
        _ => return None,
    };
    if count < 0.0 {
        return None;
    }
    // `age:3d` is the whole fourth day back: from 3 to 4 days.
    Some(Scalar {
        above: unit - 1.0,
        ..Scalar::point(count * unit)
    })
}

fn date(text: &str, now: i64) -> Option<Scalar> {
    let start_of = |date: civil::Date| {
        let start = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(start.timestamp().as_second())
    };
    let from_to = |from: civil::Date, to: civil::Date| {
        Some(Scalar {
            low: start_of(from)? as f64,
            high: start_of(to)? as f64 - 1.0,
            below: 0.0,
            above: 0.0,
        })
    };
    let today = now - now.rem_euclid(DAY as i64);
    let day = |start: i64| Scalar {
        low: start as f64,
        high: start as f64 + DAY - 1.0,
        below: 0.0,
        above: 0.0,
    };
    match text {
        "today" => return Some(day(today)),
        "yesterday" => return Some(day(today - DAY as i64)),
        _ => {}
    }
    let mut parts = text.split('-');
    let year: i16 = parts.next()?.parse().ok()?;
    let Some(month) = parts.next() else {
        let from = civil::Date::new(year, 1, 1).ok()?;
        return from_to(from, civil::Date::new(year.checked_add(1)?, 1, 1).ok()?);
    };
    let month: i8 = month.parse().ok()?;
    let first = civil::Date::new(year, month, 1).ok()?;
    let Some(day) = parts.next() else {
        return from_to(first, first.last_of_month().tomorrow().ok()?);
    };
    let from = civil::Date::new(year, month, day.parse().ok()?).ok()?;
    if parts.next().is_some() {
        return None;
    }
    from_to(from, from.tomorrow().ok()?)
}

#[cfg(test)]
mod tests {
    use super::column_range;

    const NOW: i64 = 1_700_000_000;

    fn has(name: &str, text: &str, value: f64) -> bool {
        column_range(name, text, NOW).unwrap().contains(Some(value))
    }

    #[test]
    fn ranges_include_what_they_say() {
        assert!(has("tagcount", "0", 0.0) && !has("tagcount", "0", 1.0));
        assert!(has("tagcount", ">5", 6.0) && !has("tagcount", ">5", 5.0));
        assert!(has("tagcount", "<=3", 3.0) && !has("tagcount", "<3", 3.0));
        assert!(has("id", "2..7", 7.0) && has("id", "7..2", 2.0) && !has("id", "2..7", 8.0));
        assert!(has("id", "2...7", 6.0) && !has("id", "2...7", 7.0));
        assert!(has("id", "1,4,>9", 4.0) && has("id", "1,4,>9", 10.0));
        assert!(has("score", "<-5", -6.0) && has("score", "-5..", 0.0));
    }

    #[test]
    fn what_is_not_known_is_none() {
        let range = |text| column_range("score", text, NOW).unwrap();
        assert!(range("none").contains(None) && !range("none").contains(Some(0.0)));
        assert!(range("any").contains(Some(-9.0)) && !range("any").contains(None));
        assert!(range(">5,NONE").contains(None) && range(">5,none").contains(Some(6.0)));
        assert_eq!(column_range("tagcount", "none", NOW), None);
        assert_eq!(column_range("date", "any", NOW), None);
    }

    #[test]
    fn units_are_understood() {
        let mib = 1024.0 * 1024.0;
        assert!(has("filesize", "2MB", 2.0 * mib * 1.04) && !has("filesize", "2mb", 2.2 * mib));
        assert!(has("filesize", ">2m", 2.0 * mib + 1.0) && !has("filesize", ">2m", 2.0 * mib));
        assert!(has("ratio", "16:9", 1.78) && has("ratio", "16/9", 1.78));
        assert!(has("mpixels", "1.5..2", 1.7) && !has("mpixels", "1.5..2", 2.1));
        let now = NOW as f64;
        assert!(has("age", "<3d", now - 100.0) && !has("age", "<3d", now - 4.0 * 86_400.0));
        assert!(has("date", "2023", now) && has("date", "2023-11-14", now));
        assert!(!has("date", ">2023-11-14", now) && has("date", ">=2023-11", now));
        assert!(has("date", "1850..1900", -3_000_000_000.0));
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["", "x", "..", ">", "1..x", "1,", "inf", "nan", "1e5", "--1"] {
            assert_eq!(column_range("width", text, NOW), None, "{text}");
        }
        assert_eq!(column_range("date", "2023-13-01", NOW), None);
        assert_eq!(column_range("ratio", "1:0", NOW), None);
        assert_eq!(column_range("nosuch", "1", NOW), None);
    }
}
