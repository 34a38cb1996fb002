//! `kobako tag`: changes tags, and those of posts.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};

use super::tag_list::{self, TagList};
use crate::import::{TagProblem, tag_name};
use crate::library::{Changes, Library, OpenOptions};
use crate::model::{Category, PostId, TagDraft};

const EXAMPLES: &str = "\
Examples:
  kobako tag list --limit 50
  kobako tag add 'blue sky' outdoors --post 12 --post 13
  kobako tag remove-from outdoors --post 12
  kobako tag rename sky_blue blue_sky      sky_blue stays as an alias
  kobako tag merge azure_sky blue_sky      posts of the first get the second
  kobako tag alias sky blue_sky            sky means blue_sky, in searches and imports
  kobako tag unalias sky
  kobako tag imply blue_sky sky            who gets the first by hand gets the second too
  kobako tag category hatsune_miku character
  kobako tag remove azure_sky              from all posts; an import may bring it back

Names are written as usual: 'Blue Sky' is blue_sky. Close the window first: while
another Kobako has the library open, tags can be listed but not changed.";

/// Change tags: names, aliases, categories, and which posts have them
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct TagArgs {
    #[command(subcommand)]
    command: TagCommand,
}

#[derive(Debug, Subcommand)]
enum TagCommand {
    /// List tags with their categories and how many posts have them
    List(TagList),
    #[command(flatten)]
    Change(Change),
}

#[derive(Debug, Subcommand)]
enum Change {
    /// Give posts tags, with all that these imply
    Add(PostTags),
    /// Take tags away from posts; no import brings them back
    RemoveFrom(PostTags),
    /// Give a tag another name
    Rename(Pair),
    /// Make two tags one: posts of the first get the second
    Merge(Pair),
    /// Make the first another name of the second
    Alias(Pair),
    /// Make an alias no alias any more
    Unalias(One),
    /// Give posts that get the first by hand the second too
    Imply(Pair),
    /// Say what kind of tag it is
    Category(TagCategory),
    /// Take a tag away from all posts and forget it
    Remove(One),
}

#[derive(Debug, Args)]
struct PostTags {
    #[arg(value_name = "TAG", required = true)]
    tags: Vec<String>,

    /// The number of a post, as `kobako search` gives it
    #[arg(long = "post", value_name = "ID", required = true)]
    posts: Vec<u32>,
}

#[derive(Debug, Args)]
struct Pair {
    #[arg(value_name = "TAG", allow_hyphen_values = true)]
    first: String,
    #[arg(value_name = "OTHER", allow_hyphen_values = true)]
    second: String,
}

#[derive(Debug, Args)]
struct One {
    #[arg(value_name = "TAG", allow_hyphen_values = true)]
    tag: String,
}

#[derive(Debug, Args)]
struct TagCategory {
    #[arg(value_name = "TAG", allow_hyphen_values = true)]
    tag: String,
    /// artist, copyright, character, species, general, meta or other
    #[arg(value_parser = parse_category)]
    category: Category,
}

pub(super) fn run(library: PathBuf, args: &TagArgs) -> anyhow::Result<()> {
    match &args.command {
        TagCommand::List(list) => tag_list::run(&library, list),
        TagCommand::Change(change) => make(&library, change),
    }
}

fn make(library: &Path, change: &Change) -> anyhow::Result<()> {
    let options = OpenOptions {
        create: false,
        ..OpenOptions::default()
    };
    let opened = Library::open(library, &options)?;
    let mut writer = opened.writer()?;
    let changes = match change {
        Change::Add(PostTags { tags, posts }) => {
            let drafts: Vec<TagDraft> = names(tags)?
                .into_iter()
                .map(|name| TagDraft {
                    name,
                    ..TagDraft::default()
                })
                .collect();
            writer.edit_tags(&ids(posts), &drafts, &[])?
        }
        Change::RemoveFrom(PostTags { tags, posts }) => {
            writer.edit_tags(&ids(posts), &[], &names(tags)?)?
        }
        Change::Rename(pair) => writer.rename_tag(&name(&pair.first)?, &name(&pair.second)?)?,
        Change::Merge(pair) => writer.merge_tags(&name(&pair.first)?, &name(&pair.second)?)?,
        Change::Alias(pair) => writer.put_aliases(&[(name(&pair.first)?, name(&pair.second)?)])?,
        Change::Unalias(One { tag }) => writer.remove_alias(&name(tag)?)?,
        Change::Imply(pair) => {
            writer.put_implications(&[(name(&pair.first)?, name(&pair.second)?)])?
        }
        Change::Category(TagCategory { tag, category }) => {
            writer.set_category(&name(tag)?, *category)?
        }
        Change::Remove(One { tag }) => writer.remove_tag(&name(tag)?)?,
    };
    eprintln!("{}", summary(&changes));
    Ok(())
}

fn summary(changes: &Changes) -> String {
    let posts = changes.posts.len();
    match (changes.commit, posts) {
        (0, _) => "Done; no post and no tag in use changed".to_owned(),
        (_, 0) => "Done".to_owned(),
        (_, 1) => "Done; 1 post changed".to_owned(),
        _ => format!("Done; {posts} posts changed"),
    }
}

fn ids(posts: &[u32]) -> Vec<PostId> {
    posts.iter().copied().map(PostId).collect()
}

fn names(tags: &[String]) -> anyhow::Result<Vec<String>> {
    tags.iter().map(|it| name(it)).collect()
}

fn name(text: &str) -> anyhow::Result<String> {
    match tag_name(text) {
        Ok(name) => Ok(name),
        Err(TagProblem::Empty) => bail!("a tag must have a name; {text:?} leaves nothing"),
        Err(TagProblem::TooLong) => bail!("{text:?} is too long for a tag; shorten it"),
    }
}

fn parse_category(text: &str) -> anyhow::Result<Category> {
    Category::ALL
        .into_iter()
        .find(|it| it.name() == text)
        .with_context(|| {
            let names = Category::ALL.map(Category::name);
            format!("a category is one of {}", names.join(", "))
        })
}
