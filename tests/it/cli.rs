//! The program without a window: its answers, its exit codes, and what a kill leaves.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::fixture::make_pictures;

fn kobako(library: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kobako"));
    command
        .arg("--library")
        .arg(library)
        .stdin(Stdio::null())
        .env_remove("KOBAKO_LOG");
    command
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

#[track_caller]
fn json(output: &Output) -> Value {
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn place(num_pictures: u32) -> (tempfile::TempDir, PathBuf, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let pictures = dir.path().join("pictures");
    make_pictures(&pictures, num_pictures);
    let library = dir.path().join("library");
    (dir, library, pictures)
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn import_and_search_answer_in_json() {
    let (_dir, library, pictures) = place(25);
    let broken = pictures.join("broken.jpg");
    std::fs::write(&broken, "nothing").unwrap();
    let report = json(&run(kobako(&library)
        .arg("import")
        .arg("--json")
        .arg(&pictures)));
    assert_eq!(report["added"], 25);
    assert_eq!(report["updated"], 0);
    assert_eq!(report["unchanged"], 0);
    assert_eq!(report["missing"], 0);
    assert_eq!(report["failed"][0]["path"], broken.to_str().unwrap());
    assert!(report["failed"][0]["reason"].is_string());
    assert!(report["seconds"].is_f64());

    let again = json(&run(kobako(&library)
        .arg("import")
        .arg("--json")
        .arg(&pictures)));
    assert_eq!(
        (&again["added"], &again["unchanged"]),
        (&0.into(), &25.into())
    );

    let found =
        json(&run(kobako(&library).args([
            "search", "--json", "-odd", "--limit", "3", "--repeat", "5",
        ])));
    assert_eq!(keys(&found), ["count", "elapsed_us", "posts", "total"]);
    assert_eq!((&found["total"], &found["count"]), (&13.into(), &13.into()));
    assert!(found["elapsed_us"]["median"].is_u64() && found["elapsed_us"]["p95"].is_u64());
    let posts = found["posts"].as_array().unwrap();
    assert_eq!(posts.len(), 3);
    for post in posts {
        assert_eq!(keys(post), ["id", "md5", "path"]);
        assert_eq!(post["md5"].as_str().unwrap().len(), 32);
        assert!(Path::new(post["path"].as_str().unwrap()).is_file());
    }

    let text = run(kobako(&library).args(["search", "number_3"]));
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(
        text.starts_with("1 post ") && text.contains("0003.png"),
        "{text}"
    );
}

#[test]
fn a_limit_in_the_query_is_told_with_all_that_there_are() {
    let (_dir, library, pictures) = place(9);
    run(kobako(&library).arg("import").arg(&pictures));
    let query = "order:random limit:5";
    let text = run(kobako(&library).args(["search", query, "--limit", "2"]));
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.starts_with("5 of 9 posts in "), "{text}");
    assert!(text.contains("… and 3 more;"), "{text}");
    let found = json(&run(kobako(&library).args(["search", "--json", query])));
    assert_eq!((&found["total"], &found["count"]), (&9.into(), &5.into()));
    assert_eq!(found["posts"].as_array().unwrap().len(), 5);

    let unknown = run(kobako(&library).args(["search", "size:>1kb"]));
    let said = String::from_utf8(unknown.stderr).unwrap();
    assert!(
        said.contains("There is no metatag “size:”; perhaps filesize:>1kb."),
        "{said}"
    );
    assert!(!said.contains("As text"), "{said}");
}

#[test]
fn what_was_taken_out_comes_back_where_that_is_asked_for() {
    let (_dir, library, pictures) = place(3);
    run(kobako(&library).arg("import").arg(&pictures));
    {
        let library = crate::library::open(&library);
        let mut writer = library.writer().unwrap();
        let post = kobako::model::PostId(2);
        writer.set_favorite(&[post], true).unwrap();
        writer.delete_posts(&[post]).unwrap();
    }
    let import = |args: &[&str]| {
        let output = run(kobako(&library).arg("import").args(args).arg(&pictures));
        String::from_utf8(output.stdout).unwrap()
    };
    let text = import(&[]);
    assert!(text.starts_with("0 added, 0 updated, 2 unchanged, 0 files missing, 0 failed in "));
    assert!(text.contains("1 taken out of the library earlier stays out; --bring-back imports it"));
    assert!(!text.contains("skipped"), "{text}");
    let report: Value = serde_json::from_str(&import(&["--json"])).unwrap();
    assert_eq!(
        (&report["taken_out"], &report["skipped"]),
        (&1.into(), &0.into())
    );
    assert!(import(&["--bring-back"]).starts_with("1 added, "));
    let found = json(&run(kobako(&library).args(["search", "--json", "fav:yes"])));
    assert_eq!(found["total"], 1);
}

#[test]
fn a_relative_path_is_found_from_where_one_stands() {
    let (dir, library, _) = place(2);
    let mut command = kobako(&library);
    command
        .current_dir(dir.path())
        .args(["import", "--json", "pictures"]);
    assert_eq!(json(&run(&mut command))["added"], 2);
    let found = json(&run(kobako(&library).args(["search", "--json", "odd"])));
    let path = PathBuf::from(found["posts"][0]["path"].as_str().unwrap());
    assert!(path.is_absolute() && path.is_file(), "{path:?}");
}

#[test]
fn memory_adds_up_in_json() {
    let (_dir, library, pictures) = place(10);
    json(&run(kobako(&library)
        .arg("import")
        .arg("--json")
        .arg(&pictures)));
    let report = json(&run(kobako(&library).args([
        "mem",
        "--json",
        "--query",
        "odd",
        "--query",
        "-odd order:size",
    ])));
    let rows = report["components"].as_array().unwrap();
    assert!(!rows.is_empty());
    let sum: i64 = rows.iter().map(|it| it["bytes"].as_i64().unwrap()).sum();
    assert_eq!(
        sum + report["unexplained_bytes"].as_i64().unwrap(),
        report["rss_bytes"].as_i64().unwrap()
    );
    assert!(report["peak_rss_bytes"].as_u64().unwrap() > 0);
    for row in rows {
        assert!(row["name"].is_string() && row["method"].is_string());
        assert!(row["children"].is_array());
    }
    let text = run(kobako(&library).arg("mem"));
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(
        text.contains("unexplained") && text.contains("RSS"),
        "{text}"
    );
}

#[test]
fn what_cannot_be_understood_is_2_and_what_fails_is_1() {
    let (_dir, library, pictures) = place(1);
    let code = |command: &mut Command| run(command).status.code();
    assert_eq!(code(kobako(&library).arg("frobnicate")), Some(2));
    assert_eq!(code(kobako(&library).arg("import")), Some(2));
    assert_eq!(
        code(kobako(&library).args(["search", "--limit", "many"])),
        Some(2)
    );
    assert_eq!(code(kobako(&library).args(["--demo", "mem"])), Some(2));
    assert_eq!(code(kobako(&library).arg("--help")), Some(0));
    assert_eq!(code(kobako(&library).arg("--version")), Some(0));

    json(&run(kobako(&library)
        .arg("import")
        .arg("--json")
        .arg(&pictures)));
    let wrong = run(kobako(&library).args(["search", "( odd"]));
    assert_eq!(wrong.status.code(), Some(2), "{}", stderr(&wrong));
    assert!(stderr(&wrong).contains("column"), "{}", stderr(&wrong));
    assert!(wrong.stdout.is_empty());

    let wrong = run(kobako(&library).args(["similar", "--post", "1", "--within", "( odd"]));
    assert_eq!(wrong.status.code(), Some(2), "{}", stderr(&wrong));

    let nowhere = pictures.join("nowhere");
    let failed = run(kobako(&library).arg("import").arg(&nowhere));
    assert_eq!(failed.status.code(), Some(1));
    assert!(stderr(&failed).contains("nowhere"), "{}", stderr(&failed));
}

#[test]
fn reading_makes_no_library() {
    let (_dir, library, _) = place(0);
    for line in [&["search", "a"][..], &["mem"], &["mem", "--query", "a"]] {
        let output = run(kobako(&library).args(line));
        assert_eq!(output.status.code(), Some(1), "{line:?}");
        assert!(stderr(&output).contains("library"), "{}", stderr(&output));
        assert!(output.stdout.is_empty());
        assert!(!library.exists());
    }
}

#[test]
fn a_tag_that_nobody_has_is_no_failure() {
    let (_dir, library, pictures) = place(2);
    json(&run(kobako(&library)
        .arg("import")
        .arg("--json")
        .arg(&pictures)));
    let output = run(kobako(&library).args(["search", "--json", "pictur"]));
    assert_eq!(json(&output)["total"], 0);
    assert!(stderr(&output).contains("picture"), "{}", stderr(&output));
}

#[test]
fn output_that_nobody_reads_is_no_failure() {
    // More than one buffer of output, so that the JSON itself can't be written.
    let (_dir, library, pictures) = place(60);
    json(&run(kobako(&library)
        .arg("import")
        .arg("--json")
        .arg(&pictures)));
    for line in [
        &["search", "picture"][..],
        &["search", "--json", "--limit", "60", "picture"],
    ] {
        let mut child = kobako(&library)
            .args(line)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(stderr(&output), "");
    }
}

#[cfg(unix)]
#[test]
fn a_polite_kill_ends_an_import_cleanly() {
    let (_dir, library, pictures) = place(1500);
    let child = kobako(&library)
        .arg("import")
        .arg("--json")
        .arg(&pictures)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while !library.join("library.db").exists() {
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(Duration::from_millis(60));
    let killed = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    // It may have been done before the signal came.
    if report["cancelled"] == true {
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("cancelled"), "{}", stderr(&output));
    } else {
        assert_eq!(report["added"], 1500, "{}", stderr(&output));
    }
    let rest = json(&run(kobako(&library)
        .arg("import")
        .arg("--json")
        .arg(&pictures)));
    assert_eq!(
        rest["added"].as_u64().unwrap() + report["added"].as_u64().unwrap(),
        1500
    );
}

/// Everything that a search can see, by path.
fn contents(library: &Path) -> Vec<(String, String)> {
    let found = json(&run(
        kobako(library).args(["search", "--json", "--limit", "100000", "picture"])
    ));
    let mut posts: Vec<_> = found["posts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["path"].to_string(), it["md5"].to_string()))
        .collect();
    posts.sort();
    for tag in ["even", "odd", "number_17"] {
        let found = json(&run(
            kobako(library).args(["search", "--json", "--limit", "0", tag])
        ));
        posts.push((tag.to_owned(), found["total"].to_string()));
    }
    posts
}

#[test]
fn a_kill_at_any_moment_leaves_a_library_that_the_next_import_completes() {
    let (dir, library, pictures) = place(800);
    let clean = dir.path().join("clean");
    let report = json(&run(kobako(&clean)
        .arg("import")
        .arg("--json")
        .arg(&pictures)));
    let whole_ms = (report["seconds"].as_f64().unwrap() * 1000.0) as u64;

    let mut num_killed = 0;
    for round in 0..400_u64 {
        if num_killed == 20 {
            break;
        }
        // Moments that spread over the whole import, however fast it is.
        let moment_ms = 5 + (round * 7919) % (whole_ms / 3 + 60);
        let mut child = kobako(&library)
            .arg("import")
            .arg(&pictures)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(moment_ms));
        child.kill().unwrap();
        let status = child.wait().unwrap();
        // Where it was done before its moment came, that was no kill.
        let was_running = status.code().is_none();
        num_killed += u32::from(was_running);
        if library.join("library.db").exists() {
            let opened = run(kobako(&library).args(["search", "--json", "picture"]));
            // Killed before the library was made, it may be none yet.
            if opened.status.code() != Some(0) {
                let completed = run(kobako(&library).args(["import", "--retry"]));
                assert_eq!(completed.status.code(), Some(0), "{}", stderr(&opened));
            }
        }
        // Started over now and then, so that early moments are met again.
        if round % 7 == 6 || !was_running {
            let completed = json(&run(kobako(&library)
                .arg("import")
                .arg("--json")
                .arg(&pictures)));
            assert_eq!(completed["failed"].as_array().unwrap().len(), 0);
            assert_eq!(contents(&library), contents(&clean));
            std::fs::remove_dir_all(&library).unwrap();
        }
    }
    assert_eq!(
        num_killed, 20,
        "imports that were still running when killed"
    );
    json(&run(kobako(&library)
        .arg("import")
        .arg("--json")
        .arg(&pictures)));
    assert_eq!(contents(&library), contents(&clean));
}

#[cfg(target_os = "linux")]
#[test]
fn no_network_socket_is_ever_made() {
    let (dir, library, pictures) = place(5);
    let trace = dir.path().join("trace");
    for arguments in [
        vec!["import", pictures.to_str().unwrap()],
        vec!["search", "odd"],
        vec!["mem"],
    ] {
        let output = Command::new("strace")
            .args(["-f", "-e", "trace=socket,connect", "-o"])
            .arg(&trace)
            .arg(env!("CARGO_BIN_EXE_kobako"))
            .arg("--library")
            .arg(&library)
            .args(&arguments)
            .output();
        let traced = std::fs::read_to_string(&trace).unwrap_or_default();
        match output {
            Ok(output) if traced.contains("exited with 0") => {
                assert!(output.status.success());
                assert!(!traced.contains("AF_INET"), "{traced}");
            }
            Ok(output) if !traced.is_empty() => panic!("{}", stderr(&output)),
            Ok(_) | Err(_) => {
                eprintln!("skipped: strace is not there, or may not trace");
                return;
            }
        }
    }
}

#[test]
fn tags_are_changed_from_the_command_line() {
    let (_dir, library, pictures) = place(4);
    json(&run(kobako(&library)
        .args(["import", "--json"])
        .arg(&pictures)));
    let count = |query: &str| -> u64 {
        let found = json(&run(kobako(&library).args(["search", "--json", query])));
        found["total"].as_u64().unwrap()
    };
    let tag = |line: &[&str]| {
        let output = run(kobako(&library).arg("tag").args(line));
        (output.status.code(), stderr(&output))
    };
    let num_odd = count("odd");
    assert!(num_odd > 0);
    let posts = ["--post", "1", "--post", "2"];
    let done = tag(&[&["add", "Blue Sky"][..], &posts].concat());
    assert_eq!(done, (Some(0), "Done; 2 posts changed\n".to_owned()));
    assert_eq!(count("blue_sky"), 2);
    assert_eq!(tag(&["alias", "sky", "blue_sky"]).0, Some(0));
    assert_eq!(tag(&["remove-from", "sky", "--post", "2"]).0, Some(0));
    assert_eq!(count("blue_sky"), 1);
    assert_eq!(tag(&["rename", "odd", "strange"]).0, Some(0));
    assert_eq!(count("strange"), num_odd);
    assert_eq!(tag(&["category", "strange", "meta"]).0, Some(0));
    let listed = run(kobako(&library).args(["tag", "list", "--json", "--limit", "2"]));
    let listed = String::from_utf8(listed.stdout).unwrap();
    let expected = format!(
        "{}\n{}\n",
        r#"{"name":"picture","category":"general","count":4}"#,
        r#"{"name":"even","category":"general","count":2}"#,
    );
    assert_eq!(listed, expected);
    let all = run(kobako(&library).args(["tag", "list"])).stdout;
    let line = format!("{num_odd:>9}  meta       strange\n");
    assert!(String::from_utf8(all).unwrap().contains(&line));
    let (code, message) = tag(&["rename", "strange", "blue_sky"]);
    assert_eq!(code, Some(1));
    assert!(message.contains("merge"), "{message}");
    assert_eq!(tag(&["merge", "strange", "blue_sky"]).0, Some(0));
    assert!(count("blue_sky") >= num_odd);
    assert_eq!(tag(&["remove", "blue_sky"]).0, Some(0));
    assert_eq!(count("blue_sky"), 0);
    assert_eq!(tag(&["category", "x", "sort-of"]).0, Some(2));
    assert_eq!(tag(&["remove", "nothing"]).0, Some(1));
    assert_eq!(tag(&["add", "a"]).0, Some(2));
}

#[cfg(unix)]
#[test]
fn names_are_escaped_for_people_and_whole_in_json() {
    let (_dir, library, pictures) = place(2);
    let evil = "\u{1b}]0;title\u{7}\u{1b}[2J\u{202e}";
    let path = pictures.join(format!("{evil}.png"));
    std::fs::rename(pictures.join("0000.png"), &path).unwrap();
    std::fs::copy(&path, pictures.join(format!("{evil}2.png"))).unwrap();
    std::fs::write(pictures.join(format!("{evil}.jpg")), "no picture").unwrap();
    std::fs::write(
        pictures.join("0001.png.txt"),
        format!("picture\na{evil}b\n"),
    )
    .unwrap();
    let pictures = pictures.to_str().unwrap();
    let unknown = format!("blub{evil}");
    let mut num_escaped = 0;
    for line in [
        &["import", pictures][..],
        &["import", "--retry"],
        &["search", ""],
        &["search", &unknown],
        &["search", &format!("({unknown}")],
        &["dupes"],
        &["tag", "list"],
        &["tag", "remove", &unknown],
        &["similar", "--file", &format!("{pictures}/{evil}.jpg")],
    ] {
        let Output { stdout, stderr, .. } = run(kobako(&library).args(line));
        for out in [stdout, stderr] {
            let out = String::from_utf8(out).unwrap();
            let is_harmful = |it: char| (it.is_control() && it != '\n') || it == '\u{202e}';
            assert!(!out.contains(is_harmful), "{line:?} {out:?}");
            num_escaped += usize::from(out.contains("\\u{202e}"));
        }
    }
    assert!(num_escaped >= 6, "{num_escaped}");
    let found = json(&run(kobako(&library).args(["search", "--json", ""])));
    let paths: Vec<_> = found["posts"].as_array().unwrap().iter().collect();
    assert!(
        paths.iter().any(|it| it["path"] == path.to_str().unwrap()),
        "{paths:?}"
    );
}
