//! `kobako synth`: a library without pictures, for tests and figures.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::import::synth::{SynthOptions, generate};
use crate::library::{Library, OpenOptions};
use crate::model::PostDraft;

/// Drafts in one transaction.
const BATCH: usize = 1000;
const BETWEEN_REPORTS: Duration = Duration::from_secs(2);

/// Make a library of made-up posts, without pictures, whose tags are as frequent
/// and stand together as often as in a real one.
///
/// The same numbers and seed give the same library everywhere.
#[derive(Clone, Debug, clap::Args)]
pub struct SynthArgs {
    /// The library's folder; made if it does not exist.
    #[arg(value_name = "LIB")]
    pub library: PathBuf,

    /// How many posts.
    #[arg(long, value_name = "N")]
    pub posts: u32,

    /// How many different tags; every one is used at least once.
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub tags: u32,

    /// Tags of a post, on average.
    #[arg(long, value_name = "N", default_value_t = 48, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub tags_per_post: u32,

    /// Another seed gives other posts.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
}

pub fn run(args: &SynthArgs) -> anyhow::Result<()> {
    let SynthArgs {
        library,
        posts,
        tags,
        tags_per_post,
        seed,
    } = args;
    let options = SynthOptions {
        posts: *posts,
        tags: *tags,
        tags_per_post: *tags_per_post,
        seed: *seed,
    };
    let start = Instant::now();
    let opened = Library::open(library, &OpenOptions::default())
        .with_context(|| format!("{} can't be opened", library.display()))?;
    // Made-up posts among real ones could not be told apart again.
    let num_posts = opened.reader("synth")?.num_posts()?;
    if num_posts > 0 {
        anyhow::bail!(
            "{} has {num_posts} posts already; name a folder that does not exist yet",
            library.display()
        );
    }
    let mut writer = opened.writer()?;
    let mut last_report = Instant::now();
    let mut num_done = 0;
    let mut num_references = 0;
    let mut drafts = generate(&options);
    loop {
        let batch: Vec<PostDraft> = drafts.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        num_done += batch.len();
        num_references += batch.iter().map(|it| it.tags.len()).sum::<usize>();
        writer
            .write_batch(&batch)
            .with_context(|| format!("posts up to {num_done} can't be written"))?;
        if last_report.elapsed() >= BETWEEN_REPORTS {
            last_report = Instant::now();
            let rate = num_done as f64 / start.elapsed().as_secs_f64();
            eprintln!("{num_done} of {posts} posts, {rate:.0} a second");
        }
    }
    let secs = start.elapsed().as_secs_f64();
    eprintln!("{num_done} posts with {num_references} tags in {secs:.1} s");
    Ok(())
}
