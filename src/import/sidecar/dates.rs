//! Times as the sites write them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

/// Seconds since 1970 UTC; a time without a zone is taken as UTC.
pub(in crate::import) fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp.as_second());
    }
    // `2007-02-17 19:02:32` and `2007-02-17`.
    if let Ok(civil) = text.parse::<DateTime>() {
        let zoned = civil.to_zoned(TimeZone::UTC).ok()?;
        return Some(zoned.timestamp().as_second());
    }
    // Gelbooru: `Sat Sep 26 03:51:09 -0500 2026`.
    let parsed = strtime::parse("%a %b %d %H:%M:%S %z %Y", text).ok()?;
    Some(parsed.to_timestamp().ok()?.as_second())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn the_forms_of_the_sites() {
        assert_eq!(parse("2008-08-12T00:46:05.385-04:00"), Some(1_218_516_365));
        assert_eq!(parse("2008-08-12 04:46:05"), Some(1_218_516_365));
        assert_eq!(parse("2012-01-02T03:12:33Z"), Some(1_325_473_953));
        assert_eq!(parse("Tue Aug 12 00:46:05 -0400 2008"), Some(1_218_516_365));
        assert_eq!(parse("1970-01-02"), Some(86_400));
        assert_eq!(parse("yesterday"), None);
    }
}
