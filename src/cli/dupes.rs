//! `kobako dupes`: finds groups of posts that are the same picture.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;
use serde::Serialize;

use crate::engine::EngineConfig;
use crate::message::{
    DuplicateGroup, DuplicateGroups, DuplicateMeasure, DuplicatePost, Event, PostDetails, Request,
};

use super::search::details;
use super::session::Session;

const EXAMPLES: &str = "\
Examples:
  kobako dupes
  kobako dupes --distance 8
  kobako dupes --cosine 0.95 --json

Each group begins with the post to keep: the largest picture, then lossless
before lossy, the larger file, more tags. Nothing is changed; what was decided
in the window is left out.

With --json: {\"elapsed_us\",\"groups\":[{\"posts\":[{\"id\",\"md5\",\"path\",
  \"width\",\"height\",\"distance\",\"cosine\"}]}],\"dismissed\"}; distance and cosine are
to the first post of the group, null where they were not asked for, and
dismissed counts the pairs that were decided before.";

/// Bits between hashes that are asked for where nothing is said.
const DEFAULT_DISTANCE: u32 = 4;

/// Find pictures that are there several times
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct DupesArgs {
    /// Hashes of the pictures differ in at most so many bits [default: 4]
    #[arg(long, value_name = "D", value_parser = clap::value_parser!(u32).range(0..=16))]
    pub distance: Option<u32>,

    /// Embeddings of the pictures have at least this cosine, 0 to 1
    #[arg(long, value_name = "C", value_parser = parse_cosine, conflicts_with = "distance")]
    pub cosine: Option<f32>,

    /// Write the result as JSON
    #[arg(long)]
    pub json: bool,
}

fn parse_cosine(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(cosine) if (0.0..=1.0).contains(&cosine) => Ok(cosine),
        _ => Err("not a number from 0 to 1".to_owned()),
    }
}

impl DupesArgs {
    fn measure(&self) -> DuplicateMeasure {
        match self.cosine {
            Some(cosine) => DuplicateMeasure::Cosine(cosine),
            None => DuplicateMeasure::Distance(self.distance.unwrap_or(DEFAULT_DISTANCE)),
        }
    }
}

#[derive(Serialize)]
struct ResultJson {
    elapsed_us: u64,
    groups: Vec<GroupJson>,
    dismissed: u64,
}

#[derive(Serialize)]
struct GroupJson {
    posts: Vec<PostJson>,
}

#[derive(Serialize)]
struct PostJson {
    id: u32,
    md5: Option<String>,
    path: Option<String>,
    width: u32,
    height: u32,
    distance: Option<u32>,
    cosine: Option<f32>,
}

pub(super) fn run(library: PathBuf, args: &DupesArgs) -> anyhow::Result<()> {
    let (mut session, _) = Session::open(EngineConfig::load(library).with_worker())?;
    let found = find(&mut session, args.measure())?;
    let groups = found
        .groups
        .iter()
        .map(|it| group(&mut session, it))
        .collect::<anyhow::Result<Vec<_>>>()?;
    session.check()?;
    let result = ResultJson {
        elapsed_us: found.elapsed_us,
        groups,
        dismissed: found.num_dismissed,
    };
    for note in &found.notes {
        eprintln!("kobako: {}", super::printable(note));
    }
    let mut stdout = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut stdout, &result)?;
        writeln!(stdout)?;
    } else {
        print_result(&mut stdout, &result)?;
    }
    Ok(())
}

fn find(session: &mut Session, measure: DuplicateMeasure) -> anyhow::Result<Box<DuplicateGroups>> {
    let asked = session.next_generation();
    session.ask(Request::FindDuplicates {
        generation: asked,
        measure,
    });
    loop {
        if let Event::Duplicates { generation, groups } = session.next()?
            && generation == asked
        {
            return groups.map_err(|reason| anyhow!(reason));
        }
    }
}

fn group(session: &mut Session, group: &DuplicateGroup) -> anyhow::Result<GroupJson> {
    let posts = group
        .posts
        .iter()
        .map(|it| Ok(PostJson::new(it, &*details(session, it.post)?)))
        .collect::<anyhow::Result<_>>()?;
    Ok(GroupJson { posts })
}

impl PostJson {
    fn new(found: &DuplicatePost, details: &PostDetails) -> Self {
        let path = details.files.first();
        Self {
            id: found.post.0,
            md5: details.md5.map(|it| it.to_string()),
            path: path.map(|it| it.path.to_string_lossy().into_owned()),
            width: details.width,
            height: details.height,
            distance: found.distance,
            cosine: found.cosine,
        }
    }
}

fn print_result(out: &mut impl std::io::Write, result: &ResultJson) -> std::io::Result<()> {
    let ResultJson {
        elapsed_us,
        groups,
        dismissed,
    } = result;
    let counted = |num: usize, noun: &str| match num {
        1 => format!("1 {noun}"),
        _ => format!("{num} {noun}s"),
    };
    let num_posts = groups.iter().map(|it| it.posts.len()).sum();
    writeln!(
        out,
        "{} of {} in {} ms",
        counted(groups.len(), "group"),
        counted(num_posts, "post"),
        elapsed_us.div_ceil(1000)
    )?;
    for GroupJson { posts } in groups {
        writeln!(out)?;
        for (at, post) in posts.iter().enumerate() {
            let PostJson {
                id,
                md5: _,
                path,
                width,
                height,
                distance,
                cosine,
            } = post;
            let likeness = match (at, distance, cosine) {
                (0, ..) => "keep".to_owned(),
                (_, Some(distance), _) => counted(*distance as usize, "bit"),
                (_, None, Some(cosine)) => format!("{cosine:.3}"),
                (_, None, None) => String::new(),
            };
            let size = format!("{width} × {height}");
            let path = path.as_deref().unwrap_or("-");
            writeln!(
                out,
                "{id:>9}  {likeness:>7}  {size:>13}  {path}",
                path = super::printable(path)
            )?;
        }
    }
    if *dismissed > 0 {
        let pairs = counted(usize::try_from(*dismissed).unwrap_or(usize::MAX), "pair");
        writeln!(out, "\n{pairs} left out: decided before")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cosine_is_from_0_to_1() {
        assert_eq!(parse_cosine("0.95"), Ok(0.95));
        for bad in ["-0.1", "1.01", "nan", "inf", "x", ""] {
            assert!(parse_cosine(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn people_read_which_to_keep() {
        let post = |id, distance| PostJson {
            id,
            md5: None,
            path: Some(format!("/{id}\n.png")),
            width: 640,
            height: 480,
            distance: Some(distance),
            cosine: None,
        };
        let result = ResultJson {
            elapsed_us: 1500,
            groups: vec![GroupJson {
                posts: vec![post(3, 0), post(1, 1)],
            }],
            dismissed: 1,
        };
        let mut out = Vec::new();
        print_result(&mut out, &result).unwrap();
        let wanted = "1 group of 2 posts in 2 ms\n\n        \
                      3     keep      640 × 480  /3\\n.png\n        \
                      1    1 bit      640 × 480  /1\\n.png\n\n\
                      1 pair left out: decided before\n";
        assert_eq!(String::from_utf8(out).unwrap(), wanted);
    }
}
