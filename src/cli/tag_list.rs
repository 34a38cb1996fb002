//! `kobako tag list`: every tag with its category and how many posts have it.

use std::io::Write as _;
use std::path::Path;

use clap::Args;
use serde::Serialize;

use crate::engine::tag_cache::CacheStore;
use crate::library::{Library, OpenOptions};
use crate::settings::Settings;

#[derive(Debug, Args)]
pub(super) struct TagList {
    /// So many, the most frequent first; all of them where it is left out
    #[arg(long, value_name = "N")]
    limit: Option<usize>,

    /// A JSON object a line: {"name","category","count"}
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    category: &'static str,
    count: u32,
}

/// Works on a library that another Kobako has open, too.
pub(super) fn run(dir: &Path, args: &TagList) -> anyhow::Result<()> {
    let options = OpenOptions {
        create: false,
        ..OpenOptions::default()
    };
    let library = Library::open(dir, &options)?;
    let (settings, _) = Settings::load(dir);
    let is_read_only = library.read_only().is_some();
    let store = CacheStore::new(dir, is_read_only, settings.tag_cache_held_mb << 20);
    let (cache, _) = store.open(&library.reader("tags")?)?;
    let mut tags: Vec<_> = cache.counts().collect();
    tags.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    tags.truncate(args.limit.unwrap_or(usize::MAX));
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for (name, count) in tags {
        let category = cache.tag_id(name).and_then(|it| cache.category(it));
        let category = category.unwrap_or_default().name();
        if args.json {
            let line = Line {
                name,
                category,
                count,
            };
            serde_json::to_writer(&mut out, &line)?;
            writeln!(out)?;
        } else {
            let name = super::printable(name);
            writeln!(out, "{count:>9}  {category:<9}  {name}")?;
        }
    }
    out.flush()?;
    Ok(())
}
