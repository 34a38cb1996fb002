//! `kobako mem` and its scenarios, on the program itself.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::fixture::make_pictures;

fn kobako(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kobako"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .env_remove("KOBAKO_LOG");
    command
}

#[track_caller]
fn stdout(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", stderr(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A library with pictures.
fn library() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let pictures = dir.path().join("pictures");
    make_pictures(&pictures, 20);
    let library = dir.path().join("library");
    let imported = kobako(&["import", "--library"])
        .args([&library, &pictures])
        .output()
        .unwrap();
    assert!(imported.status.success(), "{}", stderr(&imported));
    (dir, library)
}

fn mem(library: &Path, arguments: &[&str]) -> Output {
    kobako(&["mem", "--library"])
        .arg(library)
        .args(arguments)
        .output()
        .unwrap()
}

/// The first number of the line that begins so.
#[track_caller]
fn figure(table: &str, name: &str) -> f64 {
    let mut lines = table.lines();
    let line = lines.find(|it| it.starts_with(name));
    let line = line.unwrap_or_else(|| panic!("no {name} in\n{table}"));
    let rest = line[name.len()..].trim_start_matches([' ', '*']);
    rest.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn the_table_adds_up_and_says_how_it_was_measured() {
    let (_dir, library) = library();
    let table = stdout(&mem(&library, &["--query", "odd"]));
    let (rows, totals) = table.split_once("\n\n").unwrap();
    let top = rows.lines().skip(1).filter(|it| !it.starts_with(' '));
    let sum: f64 = top
        .clone()
        .map(|line| {
            let name: String = line.split("  ").next().unwrap().to_owned();
            figure(&table, &name)
        })
        .sum();
    let unexplained = figure(totals, "unexplained");
    let rss = figure(totals, "RSS");
    // Each figure is rounded to a hundredth.
    let num_rows = top.count() as f64;
    assert!(
        (sum + unexplained - rss).abs() < 0.005 * (num_rows + 2.0),
        "{table}"
    );
    assert!(figure(totals, "  without the driver") <= rss);
    assert!(figure(totals, "  private anonymous") < rss);
    assert!(figure(totals, "  peak") >= rss - 1.0);
    let postings = rows
        .lines()
        .find(|it| it.starts_with("  postings"))
        .unwrap();
    let words: Vec<_> = postings.split_whitespace().collect();
    // MB, share, items, bytes each, method.
    assert_eq!((words.len(), words[5]), (6, "exact"), "{postings}");

    let kinds = stdout(&mem(&library, &["--by", "kind"]));
    assert!(kinds.starts_with("row ") && kinds.contains("private dirty"));
    let whole = kinds.lines().find(|it| it.starts_with("RSS")).unwrap();
    let parts: Vec<f64> = whole
        .split_whitespace()
        .skip(1)
        .map(|it| it.parse().unwrap())
        .collect();
    assert!(
        (parts[1] + parts[2] + parts[3] - parts[0]).abs() < 0.03,
        "{whole}"
    );
}

#[test]
fn a_row_explains_itself() {
    let (_dir, library) = library();
    let text = stdout(&mem(&library, &["--explain", "Tag Cache/postings"]));
    assert!(
        text.contains("row             tag cache/postings"),
        "{text}"
    );
    assert!(
        text.contains("exact (counted to the byte by its owner)"),
        "{text}"
    );
    let all = stdout(&mem(&library, &["--explain", "allocator slack"]));
    assert!(all.contains("sqlite/allocator slack") && all.contains("engine/allocator slack"));
    let none = mem(&library, &["--explain", "tea"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(stderr(&none).contains("tag cache"), "{}", stderr(&none));
}

#[test]
fn a_watch_appends_where_there_is_no_terminal() {
    let (_dir, library) = library();
    let mut child = kobako(&["mem", "--watch", "--json", "--library"])
        .arg(&library)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..2 {
        let report: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert!(report["rss_bytes"].as_u64().unwrap() > 0);
    }
    let pid = child.id().to_string();
    let status = Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert!(status.success());
    // The pipe is still open: the end is asked for, not forced.
    let rest: Vec<_> = lines.collect();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(rest.iter().all(Result::is_ok) && stderr(&output).is_empty());
}

#[test]
fn arguments_that_exclude_each_other_are_refused() {
    for line in [
        &["mem", "--pid", "1", "--query", "a"][..],
        &["mem", "--list", "--watch"],
        &["mem", "--scenario", "x", "--pid", "1"],
        &["mem", "--by", "size"],
        &["mem", "--pid", "many"],
    ] {
        let output = kobako(line).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{line:?}");
    }
}

/// Runs a scenario of this text.
fn scenario(text: &str, arguments: &[&str]) -> Output {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("test.scenario");
    fs::write(&file, text).unwrap();
    let output = kobako(&["mem", "--scenario"])
        .arg(&file)
        .args(arguments)
        .output()
        .unwrap();
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "a scenario left something behind: {left:?}");
    output
}

/// One of the scenarios that come with the source, made smaller.
fn committed(name: &str, changes: &[(&str, &str)]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut text = fs::read_to_string(folder.join(format!("{name}.scenario"))).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{name} has no {from}");
        text = text.replace(from, to);
    }
    text
}

#[test]
fn the_committed_scenarios_hold() {
    let small = ("synth 15000 21000", "synth 3000 4000");
    for (name, changes) in [
        ("demo", &[][..]),
        ("15k", &[small]),
        // As it is: what threads keep in their caches counts for more in less.
        ("release", &[]),
        ("large-picture", &[("20000x14000", "5000x3500")]),
        (
            "budget",
            &[("20000x14000", "5000x3500"), ("small 500", "small 100")],
        ),
        (
            "during-import",
            &[
                small,
                ("pictures 2000", "pictures 300"),
                ("wait 2s", "wait 300ms"),
            ],
        ),
    ] {
        let output = scenario(&committed(name, changes), &[]);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{name}\n{}\n{}",
            stderr(&output),
            String::from_utf8_lossy(&output.stdout)
        );
    }
}

#[test]
fn a_release_right_after_a_start_frees_what_was_said() {
    // The allocator had no time yet to give anything back by itself.
    let text = "synth 500 2000\nopen\nrelease\nexpect misprediction <= 10% or 150KB\n";
    let output = scenario(text, &[]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
}

#[test]
fn every_committed_scenario_is_understood() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut num_files = 0;
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        // A step that fails at once, before anything is done.
        let text = format!("query nothing\n{}", committed(&name, &[]));
        let output = scenario(&text, &[]);
        assert_eq!(output.status.code(), Some(1), "{name}: {}", stderr(&output));
        assert!(
            stderr(&output).contains("no library is open"),
            "{}",
            stderr(&output)
        );
        num_files += 1;
    }
    assert!(num_files >= 8, "{num_files}");
}

#[test]
fn each_step_reports_and_json_has_all_of_it() {
    let text = "make-pictures $tmp/p 12 64x48\nlibrary $tmp/l\nopen\nimport $tmp/p\n\
                query made\nscroll 12\nview number_3 32x32\nview $tmp/p/000002.png\n\
                complete numb\nsimilar visual\nunload\nrelease\nbudget 512MB\n\
                repeat 2 {\nquery number_1\n}\nwait 10ms\nclose";
    let output = scenario(text, &["--json"]);
    let lines: Vec<Value> = stdout(&output)
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    let notes: Vec<_> = lines
        .iter()
        .map(|it| (it["step"].as_str().unwrap(), it["note"].as_str().unwrap()))
        .collect();
    for expected in [
        ("import $tmp/p", "12 added, 0 failed so far"),
        ("query made", "12 found"),
        ("scroll 12", "12 of 12 have a thumbnail"),
        ("view number_3 32x32", "32x24"),
        ("view $tmp/p/000002.png", "64x48"),
        ("similar visual", "11 alike"),
        ("query number_1", "1 found"),
    ] {
        assert!(notes.contains(&expected), "{expected:?} in {notes:?}");
    }
    assert_eq!(lines.iter().filter(|it| it["line"] == 15).count(), 2);
    for line in &lines {
        assert!(line["seconds"].is_f64() && line["report"]["rss_bytes"].is_u64());
        let is_release = line["step"] == "release";
        assert_eq!(
            line["released"]["freed_bytes"].is_i64() || line["released"]["freed_bytes"].is_u64(),
            is_release,
            "{line}"
        );
    }
}

#[test]
fn an_expectation_that_fails_is_named_and_the_rest_still_runs() {
    let text =
        "synth 10 10\nopen\nmark a\nexpect rss <= 1MB\nquery\nexpect row \"sqlite\" < 1KB\nreport";
    let output = scenario(text, &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(
        said.contains("test.scenario:4: expect rss <= 1MB: found "),
        "{said}"
    );
    assert!(said.contains("test.scenario:6: "), "{said}");
    assert!(said.contains("2 expectations were not met"), "{said}");
    let table = String::from_utf8(output.stdout).unwrap();
    assert_eq!(table.lines().count(), 5, "a head and four steps\n{table}");
    assert!(
        table.lines().last().unwrap().starts_with("report "),
        "{table}"
    );
}

#[test]
fn an_interrupted_scenario_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("test.scenario");
    let temp = dir.path().join("temp");
    fs::create_dir(&temp).unwrap();
    fs::write(
        &file,
        "make-pictures $tmp/p 2 9x9\nlibrary $tmp/l\nopen\nwait 60s\nreport",
    )
    .unwrap();
    let mut child = kobako(&["mem", "--json", "--scenario"])
        .arg(&file)
        .env("TMPDIR", &temp)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // It waits once the library is open.
    while !lines.next().unwrap().unwrap().contains("\"step\":\"open\"") {}
    assert_eq!(fs::read_dir(&temp).unwrap().count(), 1);
    let pid = child.id().to_string();
    let status = Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert!(status.success());
    assert_eq!(lines.count(), 1, "the report after the wait alone");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stderr(&output).contains("interrupted"),
        "{}",
        stderr(&output)
    );
    assert_eq!(fs::read_dir(&temp).unwrap().count(), 0);
}

#[test]
fn what_a_scenario_cannot_do_says_where_and_why() {
    let output = scenario("open\nquery ((", &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("test.scenario:1: open: which library"));
    let output = scenario("synth 10 10\nopen\nquery (a", &[]);
    assert!(!output.status.success());
    assert!(
        stderr(&output).contains("test.scenario:3: query (a"),
        "{}",
        stderr(&output)
    );
    let output = scenario("synth 10 10\nopen\nfly", &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("test.scenario:3:1: there is no step"),
        "{}",
        stderr(&output)
    );
    assert!(output.stdout.is_empty(), "nothing was done");
    let output = kobako(&["mem", "--scenario", "/nowhere"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("/nowhere"));
}
