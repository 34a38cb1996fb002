//! `kobako mem --scenario FILE`: scripted steps without a window, and a report
//! after each.
//!
//! The language is a step a line, [`LANGUAGE`] in full. What would disturb the
//! figures (making a library, unpacking the demo) is done by a process of its
//! own; what is measured happens in this one, by the same requests as the
//! window's.

mod check;
mod make;
mod output;
mod parse;
mod run;
mod similar;
mod step;

pub(super) use make::make_demo;
pub(super) use parse::ParseError;

use std::path::Path;

use anyhow::{Context as _, bail};

/// The language of scenarios, for `--help`.
pub(super) const LANGUAGE: &str = "\
Scenarios (--scenario FILE):
  A step a line; # begins a comment. After each step a line tells how long it took
  and where the memory is; with --json, the whole report. PATH is relative to FILE;
  $tmp/ is a folder that is removed at the end.

  library PATH          use this library; it is made where there is none
  synth POSTS TAGS      use a made-up library of so many posts and tags
  demo                  use a library with the demo's pictures
  open, close           start the engine on the library; stop it
  query Q               search
  complete TEXT         complete the last word of TEXT
  import PATH           import a folder or file, to the end
  import-start PATH     begin to import; the next steps happen meanwhile
  import-wait           wait until all imports have ended
  make-picture PATH WxH        write a picture there, .png or .jpg
  make-pictures PATH N WxH     write a folder of N different small ones
  scroll N              fetch and drop the thumbnails of N posts of the last query,
                        page by page, as the grid does
  view WHAT [WxH]       open a post, fitted into 1280x800 or WxH: its number, the first
                        one of a query, or of a file's name ($tmp/large.png)
  embeddings DIM        before open: give each post a made-up embedding of DIM values
  index                 load the similarity index, building it where there is none
  similar MODE          ask what is like the first post: blended, semantic, visual, tags
  unload                drop the open picture and all that compares pictures
  wait TIME             do nothing: 500ms, 10s, 5min
  release [WHAT]        give all memory back that can be; tells predicted and freed
    WHAT                picture, thumbnails, similarity, sqlite or tag_cache; or the
                        name of a row, for the freed pages that its arena keeps
  budget SIZE | none    keep the process below this: 128MB
  report                nothing but a report
  mark NAME             give the last report a name, for comparisons
  expect WHAT OP VALUE [or VALUE]...
                        fail, at the end, unless the last report is like this
    WHAT                rss, without-driver, anonymous, unexplained, peak, alarms,
                        row \"NAME\" (0 where there is none), or misprediction (how
                        far off the last release was)
    OP                  <=  >=  <  >
    VALUE               40MB, 256KB, 3% (of RSS; of what was predicted), a number
                        (alarms), NAME, NAME+5% or NAME-1MB (the same at a mark)
  repeat N {            so many times what follows, up to a line with }

Exit codes: 1 where a step or an expectation failed, 2 where FILE is not understood.";

/// Runs the scenario of this file.
pub(super) fn run(file: &Path, json: bool) -> anyhow::Result<()> {
    let text =
        read(file).with_context(|| format!("the scenario {} can't be read", file.display()))?;
    let lines = parse::parse(&file.display().to_string(), &text)?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut runner = run::Runner::new(file, folder, json)?;
    runner.run(&lines)?;
    match runner.num_failed() {
        0 => Ok(()),
        1 => bail!("{}: one expectation was not met", file.display()),
        num => bail!("{}: {num} expectations were not met", file.display()),
    }
}

/// A plain file of reasonable size: not a device that never ends.
fn read(file: &Path) -> std::io::Result<String> {
    const MAX_BYTES: u64 = 1 << 20;
    let metadata = std::fs::metadata(file)?;
    if !metadata.is_file() || metadata.len() > MAX_BYTES {
        return Err(std::io::Error::new(
            std::io::ErrorKind::InvalidInput,
            "it is not a plain file of at most 1 MB",
        ));
    }
    std::fs::read_to_string(file)
}
