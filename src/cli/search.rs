//! `kobako search`: finds posts, and says how long the engine took.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::engine::EngineConfig;
use crate::engine::search::METATAGS;
use crate::message::{Event, PostDetails, Request, SearchSummary, new_seed};
use crate::model::PostId;

use super::printable;
use super::session::Session;

const EXAMPLES: &str = "\
Examples:
  kobako search '1girl solo -hat'
  kobako search 'rating:general order:newest' --limit 5
  kobako search --json --limit 0 --repeat 100 '*_hair'

The query is one argument: put quotes around several words.

With --json: {\"total\",\"count\",\"elapsed_us\":{\"median\",\"p95\"},
  \"posts\":[{\"id\",\"md5\",\"path\"}]}; md5 and path are null where there is none.
Of all that match (total), count is what limit: leaves.
Times are microseconds inside the engine, until the first page is in order,
over all repeats.

`kobako search --help` explains the query language.";

const LANGUAGE: &str = "\
Queries:
  a b           both tags; -a without it; a or b, ~a ~b, {a ~ b} either; ( ) groups
  *_hair        any tag that matches, * standing for any run of characters
  \"a b\"         a tag of anything, for what would read as something else
  artist:name   a tag of that category only: general, artist, copyright,
                character, species, meta, or a finer one of the library
  name:value    one of those below; of numbers, sizes and dates also >v, <=v,
                a..b and lists a,b,c
";

/// The examples, then the query language in full.
fn long_help() -> String {
    let mut help = format!("{EXAMPLES}\n\n{LANGUAGE}\n");
    for metatag in METATAGS {
        help.push_str(&format!("  {:<10} {}\n", metatag.name, metatag.about));
        help.push_str(&format!("             {}\n", metatag.takes));
    }
    help
}

/// Find posts by tag and property
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help())]
pub struct SearchArgs {
    /// What to look for, as in the window; nothing finds everything
    #[arg(value_name = "QUERY", default_value = "", hide_default_value = true)]
    #[arg(allow_hyphen_values = true)]
    pub query: String,

    /// Posts to list
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub limit: usize,

    /// Run the query so many times, for the times
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: u32,

    /// Write the result as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Serialize)]
struct ResultJson {
    total: u64,
    count: u64,
    elapsed_us: ElapsedJson,
    posts: Vec<PostJson>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct ElapsedJson {
    pub median: u64,
    pub p95: u64,
}

#[derive(Serialize)]
struct PostJson {
    id: u32,
    md5: Option<String>,
    path: Option<String>,
}

/// What one run of a query gave.
pub(super) struct Found {
    /// All that match.
    pub total: u64,
    /// Of those, as many as `limit:` leaves.
    pub count: u64,
    /// The first of them, at most as many as asked for.
    pub posts: Vec<PostId>,
    pub summary: SearchSummary,
}

pub(super) fn run(library: PathBuf, args: &SearchArgs) -> anyhow::Result<()> {
    let (mut session, _) = Session::open(EngineConfig::load(library))?;
    let mut found = find(&mut session, &args.query, args.limit)?;
    let mut times_us = vec![found.summary.elapsed_us];
    for _ in 1..args.repeat {
        found = find(&mut session, &args.query, args.limit)?;
        times_us.push(found.summary.elapsed_us);
    }
    let elapsed_us = ElapsedJson::of(times_us);
    let posts = found
        .posts
        .iter()
        .map(|&post| {
            details(&mut session, post).map(|it| PostJson {
                id: post.0,
                md5: it.md5.map(|md5| md5.to_string()),
                path: it
                    .files
                    .first()
                    .map(|file| file.path.to_string_lossy().into_owned()),
            })
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    session.check()?;
    let result = ResultJson {
        total: found.total,
        count: found.count,
        elapsed_us,
        posts,
    };
    let mut stdout = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut stdout, &result)?;
        writeln!(stdout)?;
    } else {
        print_result(&mut stdout, &result)?;
    }
    print_hints(&found.summary);
    Ok(())
}

/// Runs a query, and waits for the whole of its result.
pub(super) fn find(session: &mut Session, query: &str, limit: usize) -> anyhow::Result<Found> {
    let asked = session.next_generation();
    session.ask(Request::Search {
        generation: asked,
        query: query.to_owned(),
        seed: new_seed(),
    });
    let mut posts = Vec::new();
    let mut count = 0;
    loop {
        match session.next()? {
            Event::Results(batch) if batch.generation == asked => {
                count += batch.posts.len() as u64;
                let num_missing = limit - posts.len();
                posts.extend(batch.posts.iter().take(num_missing));
                if batch.is_last {
                    return Ok(Found {
                        total: batch.total,
                        count,
                        posts,
                        summary: batch.summary,
                    });
                }
            }
            Event::SearchFailed { generation, error } if generation == asked => {
                return Err(error.into());
            }
            _ => {}
        }
    }
}

/// Everything about one post.
pub(super) fn details(session: &mut Session, post: PostId) -> anyhow::Result<Box<PostDetails>> {
    let asked = session.next_generation();
    session.ask(Request::OpenPost {
        generation: asked,
        post,
    });
    loop {
        if let Event::Post {
            generation,
            details,
        } = session.next()?
            && generation == asked
        {
            return details.map_err(anyhow::Error::msg);
        }
    }
}

impl ElapsedJson {
    /// By nearest rank; 0 where nothing was measured.
    pub fn of(mut times_us: Vec<u64>) -> Self {
        times_us.sort_unstable();
        let rank = |percent: usize| {
            let place = (times_us.len() * percent).div_ceil(100).max(1) - 1;
            times_us.get(place).copied().unwrap_or_default()
        };
        Self {
            median: rank(50),
            p95: rank(95),
        }
    }
}

fn print_result(out: &mut impl std::io::Write, result: &ResultJson) -> std::io::Result<()> {
    let ResultJson {
        total,
        count,
        elapsed_us,
        posts,
    } = result;
    let noun = if *total == 1 { "post" } else { "posts" };
    let of = if count < total {
        format!("{count} of ")
    } else {
        String::new()
    };
    writeln!(
        out,
        "{of}{total} {noun} in {} µs (p95 {} µs)",
        elapsed_us.median, elapsed_us.p95
    )?;
    for PostJson { id, md5, path } in posts {
        let md5 = md5.as_deref().unwrap_or("-");
        let path = path.as_deref().unwrap_or("-");
        writeln!(out, "{id:>9}  {md5:<32}  {path}", path = printable(path))?;
    }
    let num_more = count.saturating_sub(posts.len() as u64);
    if num_more > 0 && !posts.is_empty() {
        writeln!(out, "… and {num_more} more; --limit lists them")?;
    }
    Ok(())
}

fn print_hints(summary: &SearchSummary) {
    for tag in &summary.unknown_tags {
        eprint!("No post has the tag “{}”.", printable(&tag.name));
        if let Some(metatag) = &tag.as_metatag {
            eprint!(" There is no metatag “{}:”", metatag.name);
            match metatag.nearest.as_slice() {
                [] => eprint!("; `kobako search --help` lists them."),
                nearest => eprint!("; perhaps {}.", printable(&nearest.join(" or "))),
            }
        }
        if !tag.nearest.is_empty() {
            let nearest: Vec<_> = tag
                .nearest
                .iter()
                .map(|(name, count)| format!("{} ({count})", printable(name)))
                .collect();
            eprint!(" Similar tags: {}.", nearest.join(", "));
        }
        eprintln!();
    }
    if !summary.as_text.is_empty() {
        eprintln!("As text: {}", printable(&summary.as_text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_long_help_names_every_metatag() {
        let help = long_help();
        for metatag in METATAGS {
            assert!(
                help.contains(&format!("\n  {} ", metatag.name)),
                "{}",
                metatag.name
            );
        }
    }

    #[test]
    fn median_and_p95_are_by_nearest_rank() {
        let elapsed = |times: &[u64]| {
            let ElapsedJson { median, p95 } = ElapsedJson::of(times.to_vec());
            (median, p95)
        };
        assert_eq!(elapsed(&[]), (0, 0));
        assert_eq!(elapsed(&[7]), (7, 7));
        assert_eq!(elapsed(&[9, 1]), (1, 9));
        let times: Vec<_> = (1..=100).rev().collect();
        assert_eq!(elapsed(&times), (50, 95));
    }
}
