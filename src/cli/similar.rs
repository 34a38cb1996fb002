//! `kobako similar`: what is like a post or a picture, and how long that took.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::engine::EngineConfig;
use crate::engine::search::parse;
use crate::message::{
    Blend, Event, IndexState, Request, SimilarMode, SimilarQuery, SimilarResult, SimilarSubject,
    TagMeasure,
};
use crate::model::PostId;

use super::search::{self, ElapsedJson};
use super::session::Session;

const EXAMPLES: &str = "\
Examples:
  kobako similar --post 42
  kobako similar --post 42 --mode tags --k 50 --within 'rating:general'
  kobako similar --file photo.jpg --mode semantic --json

With --json: {\"elapsed_us\":{\"median\",\"p95\"},\"loaded_index_ms\",\"same_file\",
  \"results\":[{\"id\",\"md5\",\"path\",\"score\",\"cosine\",\"distance\",\"tags\"}],\"notes\"};
null stands for what there is not. Times are microseconds inside the engine over
all repeats, without loading the index, which the first search does
(loaded_index_ms), and without reading and embedding a file.";

/// Find pictures that are alike
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[command(group = clap::ArgGroup::new("subject").required(true).args(["post", "file"]))]
pub struct SimilarArgs {
    /// The post to compare with
    #[arg(long, value_name = "ID")]
    pub post: Option<u32>,

    /// The picture file to compare with, in the library or not
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,

    /// What alike means
    #[arg(long, value_enum, default_value_t = ModeArg::Blended)]
    pub mode: ModeArg,

    /// How tags are compared, by --mode tags and blended
    #[arg(long, value_enum, default_value_t = TagsArg::Weighted)]
    pub tags: TagsArg,

    /// Posts to list
    #[arg(long, short, default_value_t = 20, value_name = "N")]
    pub k: usize,

    /// Only posts that this query finds
    #[arg(long, value_name = "QUERY", allow_hyphen_values = true)]
    pub within: Option<String>,

    /// Ask so many times, for the times
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: u32,

    /// Write the result as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ModeArg {
    /// All of them, weighted
    Blended,
    /// What is in the picture, by embeddings
    Semantic,
    /// The same picture, by perceptual hashes
    Visual,
    /// Tags in common
    Tags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TagsArg {
    /// Rare tags and characters weigh more
    Weighted,
    /// The same, of the post's general tags only
    General,
    /// Each tag weighs the same
    Jaccard,
}

impl From<ModeArg> for SimilarMode {
    fn from(mode: ModeArg) -> Self {
        match mode {
            ModeArg::Blended => Self::Blended,
            ModeArg::Semantic => Self::Semantic,
            ModeArg::Visual => Self::Visual,
            ModeArg::Tags => Self::Tags,
        }
    }
}

impl From<TagsArg> for TagMeasure {
    fn from(measure: TagsArg) -> Self {
        match measure {
            TagsArg::Weighted => Self::Weighted,
            TagsArg::General => Self::GeneralOnly,
            TagsArg::Jaccard => Self::Jaccard,
        }
    }
}

#[derive(Serialize)]
struct SimilarJson {
    elapsed_us: ElapsedJson,
    loaded_index_ms: Option<f64>,
    same_file: Option<u32>,
    results: Vec<PostJson>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct PostJson {
    id: u32,
    md5: Option<String>,
    path: Option<String>,
    score: f32,
    cosine: Option<f32>,
    distance: Option<u32>,
    tags: Option<f32>,
}

impl SimilarArgs {
    fn query(&self) -> anyhow::Result<SimilarQuery> {
        let subject = match (&self.post, &self.file) {
            (Some(post), _) => SimilarSubject::Post(PostId(*post)),
            (None, Some(file)) => SimilarSubject::File(std::path::absolute(file)?),
            (None, None) => anyhow::bail!("nothing to compare with; give --post or --file"),
        };
        Ok(SimilarQuery {
            subject,
            mode: self.mode.into(),
            count: self.k,
            within: self.within.clone(),
            tag_measure: self.tags.into(),
            blend: Blend::default(),
            may_remember: false,
        })
    }
}

pub(super) fn run(library: PathBuf, args: &SimilarArgs) -> anyhow::Result<()> {
    let query = args.query()?;
    let (mut session, _) = Session::open(EngineConfig::load(library).with_worker())?;
    session.ask(Request::WatchSimilarity { watch: true });
    let mut found = find(&mut session, &query)?;
    if wait_for_index(&mut session)? {
        found = find(&mut session, &query)?;
    }
    let loaded_index_ms = found.loaded_index_ms;
    let mut times_us = vec![found.elapsed_us];
    for _ in 1..args.repeat {
        found = find(&mut session, &query)?;
        times_us.push(found.elapsed_us);
    }
    let results = found
        .posts
        .iter()
        .map(|it| {
            let details = search::details(&mut session, it.post)?;
            let file = details.files.first();
            Ok(PostJson {
                id: it.post.0,
                md5: details.md5.map(|md5| md5.to_string()),
                path: file.map(|it| it.path.to_string_lossy().into_owned()),
                score: it.score,
                cosine: it.semantic,
                distance: it.distance,
                tags: it.tags,
            })
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    session.check()?;
    let result = SimilarJson {
        elapsed_us: ElapsedJson::of(times_us),
        loaded_index_ms,
        same_file: found.same_file.map(|it| it.0),
        results,
        notes: found.notes,
    };
    let mut stdout = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut stdout, &result)?;
        writeln!(stdout)?;
        return Ok(());
    }
    print_result(&mut stdout, &result)?;
    Ok(())
}

/// Waits for an index that the first question found missing; `false` where none
/// was being made.
fn wait_for_index(session: &mut Session) -> anyhow::Result<bool> {
    // Asked again, so that there is an answer to wait for.
    session.ask(Request::WatchSimilarity { watch: true });
    let mut has_waited = false;
    loop {
        if let Event::Similarity(state) = session.next()? {
            if state.index != IndexState::Building {
                return Ok(has_waited);
            }
            has_waited = true;
        }
    }
}

/// Asks, and waits for the answer.
pub(super) fn find(session: &mut Session, query: &SimilarQuery) -> anyhow::Result<SimilarResult> {
    let asked = session.next_generation();
    session.ask(Request::FindSimilar {
        generation: asked,
        query: Box::new(query.clone()),
    });
    loop {
        match session.next()? {
            Event::Similar(result) if result.generation == asked && !result.is_stale => {
                return Ok(*result);
            }
            Event::SimilarFailed {
                generation,
                message,
                way_out,
            } if generation == asked => {
                // A query that can't be understood is told as it is of a search. Where
                // there are tags of odd names, the engine understood it.
                if let Some(within) = &query.within {
                    parse(within, &|_: &str| false, 0)?;
                }
                match way_out {
                    Some(way_out) => anyhow::bail!("{message}. {way_out}"),
                    None => anyhow::bail!(message),
                }
            }
            _ => {}
        }
    }
}

fn print_result(out: &mut impl std::io::Write, result: &SimilarJson) -> std::io::Result<()> {
    let SimilarJson {
        elapsed_us,
        loaded_index_ms,
        same_file,
        results,
        notes,
    } = result;
    writeln!(
        out,
        "{} alike in {} µs (p95 {} µs){}",
        results.len(),
        elapsed_us.median,
        elapsed_us.p95,
        loaded_index_ms.map_or_else(String::new, |it| format!(", index loaded in {it:.1} ms")),
    )?;
    if let Some(post) = same_file {
        writeln!(out, "This very file is in the library, as post {post}")?;
    }
    for note in notes {
        writeln!(out, "{}", super::printable(note))?;
    }
    for it in results {
        let mut measures = Vec::new();
        measures.extend(it.cosine.map(|it| format!("cosine {it:.3}")));
        measures.extend(it.distance.map(|it| format!("{it} bits")));
        measures.extend(it.tags.map(|it| format!("tags {it:.3}")));
        writeln!(
            out,
            "{:>9}  {:.4}  {:<36}  {}",
            it.id,
            it.score,
            measures.join(", "),
            super::printable(it.path.as_deref().unwrap_or("-")),
        )?;
    }
    Ok(())
}
