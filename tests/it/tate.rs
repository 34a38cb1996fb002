//! The Tate's 69,202 artworks as a library, searched and asked in plain SQL.

use std::collections::BTreeMap;
use std::process::Command;

use kobako::engine::search::{LibraryLookup, search};
use kobako::engine::tag_cache::CacheStore;
use kobako::library::{Library, OpenOptions};
use rusqlite::Connection;

/// Ids of posts that a condition on `post` holds for, ascending.
fn by_sql(conn: &Connection, condition: &str) -> Vec<u32> {
    let sql = format!("SELECT id FROM post WHERE {condition} ORDER BY id");
    let mut statement = conn.prepare(&sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// A post has a tag whose row fits `condition`.
fn has_tag(condition: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM post_tag JOIN tag ON tag.id = post_tag.tag_id
         WHERE post_tag.post_id = post.id AND post_tag.origin <> 2 AND {condition})"
    )
}

fn named(name: &str) -> String {
    has_tag(&format!("tag.name = '{}'", name.replace('\'', "''")))
}

#[test]
fn real_records_are_found_as_sql_finds_them() {
    let Some(data) = crate::shared_data() else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("tate");
    let imported = Command::new(env!("CARGO_BIN_EXE_kobako"))
        .args(["import", "--json", "--library"])
        .arg(&place)
        .arg(data.join("posts/tate_artworks.jsonl.xz"))
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&imported.stdout).unwrap();
    assert_eq!(report["added"], 69_202);
    assert_eq!(report["failed"].as_array().map(Vec::len), Some(0));

    let library = Library::open(&place, &OpenOptions::default()).unwrap();
    let reader = library.reader("test").unwrap();
    let (cache, _) = CacheStore::new(&place, false, 1 << 30)
        .open(&reader)
        .unwrap();
    let conn = Connection::open(place.join("library.db")).unwrap();
    let check = |query: &str, condition: &str| {
        let lookup = LibraryLookup::new(&cache, &reader);
        let query = format!("{query} order:id");
        let found = search(&query, 1, &cache, &lookup, &|| false).unwrap();
        assert!(found.summary.unknown_tags.is_empty(), "{query}");
        let found: Vec<u32> = found.into_posts().iter().map(|it| it.0).collect();
        let expected = by_sql(&conn, condition);
        assert_eq!(found, expected, "{query}");
        found.len()
    };

    // Frequent tags, middling ones and rare ones, and pairs of them.
    let mut counts: Vec<(String, u32)> = Vec::new();
    let mut statement = conn
        .prepare(
            "SELECT name, count(*) FROM tag JOIN post_tag ON tag_id = id GROUP BY id ORDER BY 2, 1",
        )
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        counts.push((row.get(0).unwrap(), row.get(1).unwrap()));
    }
    let by_count: BTreeMap<&str, u32> = counts.iter().map(|it| (it.0.as_str(), it.1)).collect();
    let step = counts.len() / 12;
    let mut names: Vec<&str> = counts
        .iter()
        .step_by(step)
        .map(|it| it.0.as_str())
        .collect();
    names.extend(counts.iter().rev().take(6).map(|it| it.0.as_str()));
    let quoted = |name: &str| format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    for name in &names {
        let num = check(&quoted(name), &named(name));
        assert_eq!(num as u32, by_count[name], "{name}");
    }
    for pair in names.windows(2).rev().take(8) {
        let (a, b) = (quoted(pair[0]), quoted(pair[1]));
        let (has_a, has_b) = (named(pair[0]), named(pair[1]));
        check(&format!("{a} {b}"), &format!("{has_a} AND {has_b}"));
        check(&format!("{a} -{b}"), &format!("{has_a} AND NOT {has_b}"));
        check(&format!("~{a} ~{b}"), &format!("({has_a} OR {has_b})"));
    }
    let found = [
        check("*tree*", &has_tag("tag.name LIKE '%tree%'")),
        check(
            "artist:*turner*",
            &has_tag("tag.name LIKE '%turner%' AND tag.category = 1"),
        ),
        check("tagcount:1", "num_tags = 1"),
        check("tagcount:>20", "num_tags > 20"),
        check(
            "gentags:5..7",
            "(SELECT count(*) FROM post_tag JOIN tag ON tag.id = post_tag.tag_id
              WHERE post_tag.post_id = post.id AND category = 0) BETWEEN 5 AND 7",
        ),
        check(
            "date:<1700-01-01",
            "coalesce(created_at, imported_at) < -8520336000",
        ),
        check(
            "text:sunset",
            "id IN (SELECT post_id FROM post_text WHERE lower(text) LIKE '%sunset%')",
        ),
        check(
            "source:blake",
            "id IN (SELECT post_id FROM post_source WHERE lower(source) LIKE '%blake%')",
        ),
        check(
            "-has:source",
            "NOT EXISTS (SELECT 1 FROM post_source WHERE post_id = post.id)
             AND NOT EXISTS (SELECT 1 FROM source_post WHERE post_id = post.id)",
        ),
    ];
    assert!(found[..8].iter().all(|it| *it > 0), "{found:?}");
}
