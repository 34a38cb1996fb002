//! The program as a person meets it: a real window, the demo, a search by keyboard.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::screen::{Screen, Shot, wait_for};

const KOBAKO: &str = env!("CARGO_BIN_EXE_kobako");

/// Generous: software drawing on a machine that is busy with other tests.
const LIMIT: Duration = Duration::from_secs(120);

/// Text and a few widgets have fewer colours than this, a grid of pictures more.
const COLORS_OF_PICTURES: usize = 2_000;

/// The running program; ends when dropped.
struct Program {
    child: Child,
    log: PathBuf,
    trace: PathBuf,
}

impl Program {
    fn start(screen: &Screen, folder: &Path) -> Self {
        let log = folder.join("stderr.txt");
        let trace = folder.join("trace.jsonl");
        let mut command = Command::new(KOBAKO);
        command
            .args(["--demo", "--library"])
            .arg(folder.join("library"))
            .arg("--trace")
            .arg(&trace)
            // Nothing of the user's own is read or written.
            .env("HOME", folder)
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_CONFIG_HOME")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log).unwrap());
        screen.hold(&mut command);
        Self {
            child: command.spawn().unwrap(),
            log,
            trace,
        }
    }

    /// Panics with what the program said where it has ended.
    fn assert_running(&mut self) {
        if let Some(status) = self.child.try_wait().unwrap() {
            let said = fs::read_to_string(&self.log).unwrap_or_default();
            panic!("the program ended ({status}):\n{said}");
        }
    }

    /// What the program has traced so far, as far as it is on disk.
    fn trace(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.trace).unwrap_or_default();
        let lines = text.lines().map(serde_json::from_str);
        lines.filter_map(Result::ok).collect()
    }

    /// Frames painted so far.
    fn num_frames(&self) -> usize {
        let trace = self.trace();
        trace.iter().filter(|it| it["frame_us"].is_u64()).count()
    }

    /// Memory reports so far; the last is at most a second old.
    fn memory_reports(&self) -> Vec<Value> {
        let trace = self.trace().into_iter();
        trace
            .filter_map(|mut it| Some(it.get_mut("memory")?.take()))
            .collect()
    }

    /// The kernel's own count, read from outside, bytes.
    fn rss_bytes(&self) -> u64 {
        let path = format!("/proc/{}/smaps", self.child.id());
        let smaps = fs::read_to_string(path).unwrap();
        let lines = smaps.lines().filter_map(|it| it.strip_prefix("Rss:"));
        let kib = lines.filter_map(|it| it.trim().strip_suffix(" kB"));
        kib.map(|it| it.trim().parse::<u64>().unwrap() << 10).sum()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone after this.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Results of a query, asked of the same library from another process.
fn num_results(library: &Path, query: &str) -> Option<u64> {
    let output = Command::new(KOBAKO)
        .args(["search", "--json", "--limit", "1", "--library"])
        .args([library.as_os_str(), query.as_ref()])
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).ok()?;
    answer.get("total")?.as_u64()
}

/// Waits until the screen has stopped changing, and shows what it shows then.
fn settled(screen: &Screen, what: &str, is_right: impl Fn(&Shot) -> bool) -> Shot {
    let mut before = screen.shot();
    wait_for(what, LIMIT, || {
        std::thread::sleep(Duration::from_millis(400));
        let now = screen.shot();
        let is_still = now.difference(&before) == 0.0;
        if is_still && is_right(&now) {
            return Some(now);
        }
        before = now;
        None
    })
}

#[test]
fn a_person_sees_the_demo_and_finds_a_picture() {
    let Some(screen) = Screen::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("library");
    let mut program = Program::start(&screen, folder.path());

    let window = wait_for("the window", LIMIT, || {
        program.assert_running();
        screen.window()
    });
    // There is no window manager to give it the keyboard.
    wait_for("the keyboard", LIMIT, || {
        screen.xdotool(&["windowfocus", &window]);
        (screen.xdotool(&["getwindowfocus"])? == window).then_some(())
    });

    // Every picture of the demo comes in by the ordinary import.
    let num_demo = num_demo_pictures();
    wait_for("the import of the demo", LIMIT, || {
        program.assert_running();
        (num_results(&library, "order:id")? == num_demo).then_some(())
    });
    let start = settled(&screen, "the thumbnails", |it| {
        it.num_colors() > COLORS_OF_PICTURES
    });
    let path = start.save("real-window-1-demo");
    eprintln!(
        "the demo: {} colours, {}",
        start.num_colors(),
        path.display()
    );

    // A search by keyboard alone: fewer pictures, and these are still pictures.
    let num_cats = num_results(&library, "cat").unwrap();
    assert!(
        (1..num_demo / 4).contains(&num_cats),
        "{num_cats} of {num_demo}"
    );
    screen.press("slash");
    screen.write("cat");
    screen.press("Return");
    let found = settled(&screen, "the result of a search", |it| {
        it.difference(&start) > 0.05
    });
    found.save("real-window-2-search");
    assert!(found.num_colors() > 500, "{} colours", found.num_colors());
    program.assert_running();

    // Nobody does anything: nothing is painted.
    wait_for("two seconds without a frame", LIMIT, || {
        let num_frames = program.num_frames();
        std::thread::sleep(Duration::from_secs(2));
        (program.num_frames() == num_frames).then_some(())
    });

    check_memory(&program);

    // The memory panel, beside the pictures; its figures move every second.
    screen.press("Escape");
    screen.press("F12");
    let panel = wait_for("the memory panel", LIMIT, || {
        let now = screen.shot();
        (now.difference(&found) > 0.03).then_some(now)
    });
    panel.save("real-window-3-memory");
    program.assert_running();
}

/// The program's own account against the kernel's, read from outside.
fn check_memory(program: &Program) {
    let num_reports = program.memory_reports().len();
    let report = wait_for("a memory report", LIMIT, || {
        program.memory_reports().into_iter().nth(num_reports)
    });
    let outside = program.rss_bytes();

    let bytes = |it: &Value| it.as_i64().unwrap();
    let rss = bytes(&report["rss_bytes"]);
    let rows = report["components"].as_array().unwrap();
    let explained: i64 = rows.iter().map(|it| bytes(&it["bytes"])).sum();
    let unexplained = bytes(&report["unexplained_bytes"]);
    eprintln!("RSS {rss}, from outside {outside}, unexplained {unexplained}");
    for row in rows {
        eprintln!("{:>12} {}", row["bytes"], row["name"]);
    }

    assert_eq!(explained + unexplained, rss, "the rows do not add up");
    assert!(
        unexplained >= 0 && unexplained * 100 <= rss * 3,
        "unexplained: {unexplained}"
    );
    // Taken a moment apart.
    let difference = (outside as i64 - rss).abs();
    assert!(
        difference <= (rss / 50).max(1 << 20),
        "RSS is {outside} from outside, {rss} in the report"
    );
    assert_eq!(report["alarms"], Value::Array(Vec::new()));
}

/// Different ones: a copy is a second path of the same post.
fn num_demo_pictures() -> u64 {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo");
    let mut contents = HashSet::new();
    for group in fs::read_dir(demo).unwrap() {
        let group = group.unwrap().path();
        if group.is_dir() {
            for file in fs::read_dir(group).unwrap() {
                let path = file.unwrap().path();
                if path.extension().is_some_and(|it| it == "webp") {
                    contents.insert(fs::read(path).unwrap());
                }
            }
        }
    }
    contents.len() as u64
}
