//! The tree shows the architecture, and this keeps it true: who may name whom.

use std::fs;
use std::path::{Path, PathBuf};

/// Longer than this and a file does more than one thing.
const MAX_LINES: usize = 600;

/// Where `unsafe` may stand; each of these files says why it is sound.
const UNSAFE_FILES: &[&str] = &[
    "app/renderer.rs",
    "engine/similarity/faiss_io.rs",
    "engine/tag_cache/mapped.rs",
    "engine/worker/process.rs",
    "library/sqlite_memory.rs",
    "memory/extents.rs",
    "memory/jemalloc.rs",
    "memory/kernel.rs",
    "memory/own_code.rs",
    "startup.rs",
];

/// A Rust file of `src/`.
struct Source {
    /// Below `src/`, with `/`.
    path: String,
    /// Line by line; comments and what stands in quotes blanked out.
    code: Vec<String>,
    num_lines: usize,
}

impl Source {
    fn is_in(&self, folder: &str) -> bool {
        self.path.starts_with(&format!("{folder}/")) || self.path == format!("{folder}.rs")
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    assert!(paths.len() > 10, "src/ was not found where it should be");
    paths
        .iter()
        .map(|path| {
            let text = fs::read_to_string(path).unwrap();
            Source {
                path: path
                    .strip_prefix(&root)
                    .unwrap()
                    .to_string_lossy()
                    .replace('\\', "/"),
                code: code_of(&text).lines().map(str::to_owned).collect(),
                num_lines: text.lines().count(),
            }
        })
        .collect()
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|it| it == "rs") {
            into.push(path);
        }
    }
}

/// The text with comments, strings and characters blanked out, lines kept.
fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |it| it + 2)
        } else if let Some(length) = raw_string_length(rest, &code) {
            length
        } else if first == '"' {
            string_length(rest)
        } else if first == '\'' {
            char_length(rest)
        } else {
            0
        };
        if length == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            let (blanked, after) = rest.split_at(length);
            code.push(' ');
            code.extend(blanked.chars().filter(|&it| it == '\n'));
            rest = after;
        }
    }
    code
}

fn raw_string_length(rest: &str, before: &str) -> Option<usize> {
    let is_in_word = before
        .chars()
        .next_back()
        .is_some_and(|it| it.is_alphanumeric() || it == '_');
    let hashes = rest.strip_prefix('r')?;
    let num_hashes = hashes.bytes().take_while(|&it| it == b'#').count();
    if is_in_word || !hashes[num_hashes..].starts_with('"') {
        return None;
    }
    let start = 1 + num_hashes + 1;
    let end = format!("\"{}", "#".repeat(num_hashes));
    Some(
        rest[start..]
            .find(&end)
            .map_or(rest.len(), |it| start + it + end.len()),
    )
}

fn string_length(rest: &str) -> usize {
    let mut is_escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Of a character literal; 0 for a lifetime.
fn char_length(rest: &str) -> usize {
    let mut letters = rest.char_indices().skip(1);
    match letters.next() {
        Some((_, '\\')) => rest[2..]
            .char_indices()
            .skip(1)
            .find(|&(_, it)| it == '\'')
            .map_or(0, |(at, _)| 2 + at + 1),
        Some(_) => match letters.next() {
            Some((at, '\'')) => at + 1,
            _ => 0,
        },
        None => 0,
    }
}

/// Whether `line` has `word` as a word or a path of its own.
fn names(line: &str, word: &str) -> bool {
    let is_word = |it: char| it.is_alphanumeric() || it == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// Every place where one of `words` stands in a file that `is_barred`.
fn offences(words: &[&str], is_barred: impl Fn(&Source) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources().iter().filter(|it| is_barred(it)) {
        for (index, line) in source.code.iter().enumerate() {
            for word in words.iter().filter(|it| names(line, it)) {
                found.push(format!(
                    "src/{}:{}: names {word}: {}",
                    source.path,
                    index + 1,
                    line.trim()
                ));
            }
        }
    }
    found
}

fn assert_none(offences: &[String]) {
    assert!(offences.is_empty(), "\n{}\n", offences.join("\n"));
}

#[test]
fn only_the_window_names_egui() {
    assert_none(&offences(
        &["egui", "eframe", "egui_extras", "epaint", "emath"],
        |it| !it.is_in("app"),
    ));
}

#[test]
fn only_the_library_names_sql() {
    assert_none(&offences(&["rusqlite", "libsqlite3_sys"], |it| {
        !it.is_in("library")
    }));
}

#[test]
fn the_model_depends_on_nothing() {
    let words = ["crate", "libc", "image", "crossbeam_channel"];
    assert_none(&offences(&words, |it| it.is_in("model")));
}

#[test]
fn the_accounting_depends_on_nothing_above_it() {
    let words = [
        "crate::app",
        "crate::cli",
        "crate::engine",
        "crate::import",
        "crate::library",
        "crate::message",
        "crate::model",
        "crate::picture",
        "crate::settings",
    ];
    assert_none(&offences(&words, |it| it.is_in("memory")));
}

#[test]
fn lower_layers_know_nothing_of_higher_ones() {
    let window = ["crate::app", "crate::cli"];
    assert_none(&offences(&window, |it| {
        !it.is_in("app") && !it.is_in("cli") && it.path != "main.rs"
    }));
    assert_none(&offences(
        &["crate::engine", "crate::library", "crate::import"],
        |it| it.is_in("message") || it.is_in("picture"),
    ));
    assert_none(&offences(&["crate::engine", "crate::import"], |it| {
        it.is_in("library")
    }));
    assert_none(&offences(&["crate::engine"], |it| {
        it.is_in("import") || it.is_in("inspect")
    }));
}

#[test]
fn the_window_reaches_the_library_by_messages_alone() {
    assert_none(&offences(
        &["crate::library", "crate::import", "crate::picture"],
        |it| it.is_in("app"),
    ));
}

#[test]
fn nothing_speaks_to_a_network() {
    let words = [
        "std::net",
        "TcpStream",
        "TcpListener",
        "UdpSocket",
        "AF_INET",
        "AF_INET6",
        "ToSocketAddrs",
    ];
    assert_none(&offences(&words, |_| true));
}

#[test]
fn unsafe_stands_in_the_named_files_alone() {
    assert_none(&offences(&["unsafe"], |it| {
        !UNSAFE_FILES.contains(&it.path.as_str())
    }));
}

#[test]
fn files_stay_readable() {
    let mut long: Vec<_> = sources()
        .iter()
        .filter(|it| it.num_lines > MAX_LINES)
        .map(|it| format!("src/{}: {} lines", it.path, it.num_lines))
        .collect();
    let main = sources().into_iter().find(|it| it.path == "main.rs");
    if main.is_none_or(|it| it.num_lines >= 80) {
        long.push("src/main.rs: belongs below 80 lines".to_owned());
    }
    assert_none(&long);
}

#[test]
fn statements_stand_in_files_of_their_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut strays = Vec::new();
    find_sql(&root, &mut strays);
    strays.retain(|it| !it.starts_with(root.join("library")));
    assert!(strays.is_empty(), "SQL outside src/library: {strays:?}");
}

fn find_sql(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            find_sql(&path, into);
        } else if path.extension().is_some_and(|it| it == "sql") {
            into.push(path);
        }
    }
}

#[test]
fn the_reader_of_code_sees_code_alone() {
    let code = code_of(
        "let a = \"egui \\\" // no\"; // egui\nfn f<'a>(c: char) { c == '\"' } /* egui\n */ r#\"egui\"# use egui;",
    );
    assert_eq!(code.matches("egui").count(), 1, "{code}");
    assert_eq!(code.lines().count(), 3);
    assert!(names("use std::net::TcpStream;", "std::net"));
    assert!(!names("let unsafe_files = 1;", "unsafe"));
    assert!(!names("use egui_extras::X;", "egui"));
}

/// The strings of a line of code.
fn literals(line: &str) -> impl Iterator<Item = &str> {
    let code = line.trim();
    let code = if code.starts_with("//") { "" } else { code };
    code.split('"').skip(1).step_by(2)
}

/// It begins like a sentence, or asks for more; names of keys are no sentences.
fn is_sentence(literal: &str) -> bool {
    const KEYS: [&str; 14] = [
        "Alt",
        "Backspace",
        "Ctrl",
        "Del",
        "Down",
        "End",
        "Enter",
        "Esc",
        "Home",
        "Left",
        "PageDown",
        "PageUp",
        "Right",
        "Shift",
    ];
    let is_key = |part: &str| {
        KEYS.contains(&part) || ["Menu", "Plus", "Space", "Up"].contains(&part) || part.len() <= 3
    };
    let letters: Vec<char> = literal.chars().collect();
    let has_capital = letters
        .windows(2)
        .any(|it| it[0].is_uppercase() && it[1].is_lowercase());
    let is_id = literal.contains('.') && literal.starts_with(char::is_lowercase);
    let is_name = is_id && !literal.contains(' ');
    (has_capital && !is_name && !literal.split('+').all(is_key)) || literal.contains('…')
}

#[test]
fn sentences_are_told_from_keys() {
    for said in ["Dismiss", "Show {}", "{}, Back", "Choose…", "…"] {
        assert!(is_sentence(said), "{said}");
    }
    for key in [
        "Ctrl+Shift+P",
        "F12",
        "PageUp",
        "Esc",
        "viewer.next",
        "org.kobako.Kobako",
        "{} MB",
    ] {
        assert!(!is_sentence(key), "{key}");
    }
    let line = r#"ui.label("One").on_hover_text("Two"); // "Three""#;
    assert_eq!(literals(line).next(), Some("One"));
    assert_eq!(literals("    // say \"One\"").count(), 0);
}

#[test]
fn what_the_window_says_stands_in_the_tables_of_text() {
    let calls = [
        "label(",
        "weak(",
        "strong(",
        "heading(",
        "button(",
        "link(",
        "Button::new(",
        "RichText::new(",
        "on_hover_text(",
        "on_disabled_hover_text(",
        "accessible_name(",
        "hint_text(",
        "colored_label(color, ",
    ];
    let mut literal = Vec::new();
    for source in sources() {
        if !source.is_in("app") || source.is_in("app/text") || source.path.ends_with("tests.rs") {
            continue;
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src")
            .join(&source.path);
        let text = fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        for (index, line) in code.lines().enumerate() {
            let says = calls.iter().any(|call| {
                line.split(&format!("{call}\"")).skip(1).any(|said| {
                    let letters = said.split('"').next().unwrap_or_default();
                    // Keys, units and symbols are the same in every language.
                    letters.chars().filter(|it| it.is_lowercase()).count() > 3
                        && !letters.contains('{')
                })
            });
            // What `Debug` says is for programmers.
            let is_debug = ["write!(f, ", "f.debug_struct("]
                .iter()
                .any(|it| line.contains(it));
            if !is_debug && (says || literals(line).any(is_sentence)) {
                literal.push(format!("{}:{}: {}", source.path, index + 1, line.trim()));
            }
        }
    }
    assert!(
        literal.is_empty(),
        "put these into app/text/:\n{}",
        literal.join("\n")
    );
}
