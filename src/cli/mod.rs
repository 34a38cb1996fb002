//! Headless commands, one file each. Those that search or import ask the same
//! engine as the window, through the same messages; `tag` and `synth` write to
//! the library themselves.
//!
//! Answers go to stdout, everything else to stderr. Exit codes: 0 done,
//! 1 failed, 2 the command line or the query can't be understood.

// Answers and complaints of a command belong on the terminal.
#![allow(clippy::print_stderr)]

mod dupes;
mod embed;
mod import;
mod interrupt;
mod job_report;
mod mem;
mod place;
mod report_view;
mod scenario;
mod search;
mod session;
mod similar;
pub mod synth;
mod tag;
mod tag_list;
mod window;
mod worker;

pub use place::{PlaceError, default_library, is_library, known_libraries, recent_libraries};
pub use window::open_window;

use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::message::SearchError;

const EXAMPLES: &str = "\
Examples:
  kobako                                  open the window
  kobako --demo                           try it with the pictures it brings along
  kobako import ~/Pictures                bring a folder in; pictures stay where they are
  kobako search '1girl -hat order:size'   find posts
  kobako similar --post 42                find pictures that are alike
  kobako dupes                            find pictures that are there several times
  kobako tag rename sky_blue blue_sky     change tags, aliases, categories
  kobako mem                              say where the memory goes
  kobako synth LIB --posts 15000 --tags 21000
                                          make a library without pictures, for figures

KOBAKO_LOG=debug writes a log to stderr.
Exit codes: 0 done, 1 failed, 2 the command line or a query can't be understood.";

/// Browse large picture collections by tag, offline. Without a command, opens the window.
#[derive(Debug, Parser)]
#[command(name = "kobako", version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Arguments {
    /// The library's folder [default: kobako in your data folder, kobako-demo with --demo]
    ///
    /// Without it, the window opens the library that was opened last.
    /// Pictures are never stored there: they stay where they are.
    // `synth` has an argument `library` of its own, which is not this.
    #[arg(
        long = "library",
        id = "library_dir",
        global = true,
        value_name = "DIR"
    )]
    pub library: Option<PathBuf>,

    /// Open a library of its own with the pictures that come with the program
    #[arg(long)]
    pub demo: bool,

    /// Write what the window does and needs to FILE, as JSON lines, for scripts
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,

    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Embed(embed::EmbedArgs),
    Import(import::ImportArgs),
    Search(search::SearchArgs),
    Dupes(dupes::DupesArgs),
    Mem(mem::MemArgs),
    Similar(similar::SimilarArgs),
    Synth(synth::SynthArgs),
    Tag(tag::TagArgs),
    /// Embed pictures for the application that starts it
    #[command(hide = true)]
    Worker,
}

impl Arguments {
    /// The library's folder: as given, or the default.
    pub fn library_dir(&self) -> Result<PathBuf, PlaceError> {
        match &self.library {
            Some(dir) => std::path::absolute(dir).map_err(|source| PlaceError::Relative {
                path: dir.display().to_string(),
                source,
            }),
            None => default_library(self.demo),
        }
    }
}

/// Runs a headless command.
pub fn run(arguments: &Arguments, command: &Command) -> ExitCode {
    if arguments.demo {
        return usage_error("--demo opens the window; it can't be used with a command");
    }
    let library = || arguments.library_dir().map_err(anyhow::Error::from);
    let outcome = match command {
        Command::Embed(args) => library().and_then(|it| embed::run(it, args)),
        Command::Import(args) => library().and_then(|it| import::run(it, args)),
        Command::Search(args) => library().and_then(|it| search::run(it, args)),
        Command::Dupes(args) => library().and_then(|it| dupes::run(it, args)),
        Command::Mem(args) => library().and_then(|it| mem::run(it, args)),
        Command::Similar(args) => library().and_then(|it| similar::run(it, args)),
        Command::Synth(args) => synth::run(args),
        Command::Tag(args) => library().and_then(|it| tag::run(it, args)),
        Command::Worker => worker::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => report(&err),
    }
}

/// `text` for a terminal: what could move its cursor or turn its letters around
/// (names may hold anything) is written as an escape.
fn printable(text: &str) -> String {
    let is_harmless = |it: char| {
        !it.is_control() && !matches!(it, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars()
        .flat_map(|it| {
            let escaped = (!is_harmless(it)).then(|| it.escape_default());
            let plain = is_harmless(it).then_some(it);
            plain.into_iter().chain(escaped.into_iter().flatten())
        })
        .collect()
}

/// Says on stderr what went wrong; returns the exit code for it.
pub fn report(err: &anyhow::Error) -> ExitCode {
    if io_error_kind(err) == Some(ErrorKind::BrokenPipe) {
        // Whoever read our output has had enough (`| head`).
        return ExitCode::SUCCESS;
    }
    eprintln!("kobako: {}", printable(&format!("{err:#}")));
    if let Some(SearchError {
        suggestion: Some(suggestion),
        ..
    }) = err.downcast_ref()
    {
        eprintln!("Did you mean: {}", printable(suggestion));
    }
    if err.is::<SearchError>() || err.is::<scenario::ParseError>() {
        return ExitCode::from(2);
    }
    ExitCode::FAILURE
}

/// Of the writing or reading that failed, as text or as JSON.
fn io_error_kind(err: &anyhow::Error) -> Option<ErrorKind> {
    if let Some(err) = err.downcast_ref::<std::io::Error>() {
        return Some(err.kind());
    }
    err.downcast_ref::<serde_json::Error>()?.io_error_kind()
}

fn usage_error(message: &str) -> ExitCode {
    eprintln!("kobako: {}\nSee kobako --help", printable(message));
    ExitCode::from(2)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn names_can_do_nothing_to_the_terminal() {
        let name = "a\x1b]0;pwn\x07\n\u{202e}gnp.旅行 é";
        assert_eq!(
            printable(name),
            "a\\u{1b}]0;pwn\\u{7}\\n\\u{202e}gnp.旅行 é"
        );
    }

    #[test]
    fn the_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_library_may_be_named_before_and_after_the_command() {
        for line in [
            ["kobako", "--library", "/lib", "mem"],
            ["kobako", "mem", "--library", "/lib"],
        ] {
            let arguments = Arguments::try_parse_from(line).unwrap();
            assert_eq!(arguments.library_dir().unwrap(), PathBuf::from("/lib"));
        }
    }

    #[test]
    fn the_library_that_synth_makes_is_its_own_argument() {
        let line = "kobako --library /a synth /b --posts 1 --tags 1";
        let arguments = Arguments::try_parse_from(line.split(' ')).unwrap();
        assert_eq!(arguments.library_dir().unwrap(), PathBuf::from("/a"));
        assert!(
            matches!(&arguments.command, Some(Command::Synth(args)) if args.library.as_os_str() == "/b"),
            "{arguments:?}"
        );
    }

    #[test]
    fn a_query_that_starts_with_a_minus_needs_no_escape() {
        for line in [
            ["kobako", "search", "-hat", "--json"],
            ["kobako", "search", "--json", "-hat"],
        ] {
            let arguments = Arguments::try_parse_from(line).unwrap();
            assert!(
                matches!(&arguments.command, Some(Command::Search(args)) if args.query == "-hat" && args.json),
                "{arguments:?}"
            );
        }
    }
}
