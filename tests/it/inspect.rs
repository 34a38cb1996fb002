//! A running Kobako asked by another: the real program, the real socket, and
//! those who mean no good.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::screen::{Screen, wait_for};

const KOBAKO: &str = env!("CARGO_BIN_EXE_kobako");

/// Generous: the machine may be busy with other tests.
const LIMIT: Duration = Duration::from_secs(60);

/// A place with a runtime folder of its own.
struct Place {
    dir: tempfile::TempDir,
}

/// A program that ends when this is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone after this.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("run")).unwrap();
        Self { dir }
    }

    fn runtime(&self) -> PathBuf {
        self.dir.path().join("run")
    }

    fn folder(&self) -> PathBuf {
        self.runtime().join("kobako")
    }

    fn library(&self) -> PathBuf {
        self.dir.path().join("library")
    }

    fn kobako(&self) -> Command {
        let mut command = Command::new(KOBAKO);
        command
            .env("XDG_RUNTIME_DIR", self.runtime())
            .env_remove("KOBAKO_LOG")
            .stdin(Stdio::null());
        command
    }

    /// An import that goes on for longer than any test here.
    fn start_import(&self) -> Running {
        let records = self.dir.path().join("records.jsonl");
        if !records.exists() {
            let mut text = String::new();
            for id in 1..400_000 {
                text.push_str(&format!("{{\"id\":{id},\"tags\":\"made number_{id}\"}}\n"));
            }
            fs::write(&records, text).unwrap();
        }
        let mut command = self.kobako();
        command
            .arg("import")
            .arg("--library")
            .arg(self.library())
            .arg(&records)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Running(command.spawn().unwrap())
    }

    fn socket(&self, pid: u32) -> PathBuf {
        self.folder().join(format!("{pid}.sock"))
    }

    /// An import whose socket is there.
    fn import(&self) -> (Running, u32) {
        let mut running = self.start_import();
        let pid = running.0.id();
        wait_for("the socket", LIMIT, || {
            assert!(running.0.try_wait().unwrap().is_none(), "the import ended");
            UnixStream::connect(self.socket(pid)).ok()
        });
        (running, pid)
    }

    fn mem(&self, arguments: &[&str]) -> Output {
        self.kobako().arg("mem").args(arguments).output().unwrap()
    }

    fn report(&self, pid: u32) -> Value {
        let output = self.mem(&["--json", "--pid", &pid.to_string()]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn list(&self) -> String {
        let output = self.mem(&["--list"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn refusal(&self, pid: u32) -> String {
        let output = self.mem(&["--pid", &pid.to_string()]);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(output.stdout.is_empty());
        stderr(&output)
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn assert_adds_up(report: &Value) {
    let bytes = |it: &Value| it.as_i64().unwrap();
    let rows = report["components"].as_array().unwrap();
    let sum: i64 = rows.iter().map(|it| bytes(&it["bytes"])).sum();
    let whole = bytes(&report["rss_bytes"]);
    assert_eq!(sum + bytes(&report["unexplained_bytes"]), whole);
    assert!(whole > 5 << 20, "{whole}");
}

fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").args([name, &pid.to_string()]).status();
    assert!(status.unwrap().success());
}

#[test]
fn an_import_is_asked_from_outside() {
    let place = Place::new();
    let (_running, pid) = place.import();
    let mode = |path: &Path| fs::symlink_metadata(path).unwrap().mode() & 0o7777;
    assert_eq!(mode(&place.folder()), 0o700);
    assert_eq!(mode(&place.socket(pid)), 0o600);

    let report = place.report(pid);
    assert_adds_up(&report);
    assert_eq!(report["alarms"], Value::Array(Vec::new()));

    let text = place.mem(&["--pid", &pid.to_string(), "--by", "kind"]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(
        text.contains("private dirty") && text.contains("sqlite"),
        "{text}"
    );

    let list = place.mem(&["--list", "--json"]);
    // Others may be running outside of this place.
    let list: Vec<Value> = serde_json::from_slice(&list.stdout).unwrap();
    let hello = list.iter().find(|it| it["pid"] == pid).unwrap();
    assert_eq!(hello["library"], place.library().to_str().unwrap());
    assert!(hello["rss_bytes"].as_u64().unwrap() > 5 << 20);
    assert!(place.list().contains(&format!("{pid} ")));
}

#[test]
fn a_watch_goes_on_until_the_process_ends() {
    let place = Place::new();
    let (running, pid) = place.import();
    let mut client = place
        .kobako()
        .args(["mem", "--watch", "--json", "--pid", &pid.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(client.stdout.take().unwrap()).lines();
    let mut uptimes = Vec::new();
    for _ in 0..3 {
        let report: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_adds_up(&report);
        uptimes.push(Instant::now());
    }
    // About a second apart, not all at once.
    assert!(uptimes[2] - uptimes[0] > Duration::from_millis(1500));
    drop(running);
    let rest: Vec<_> = lines.collect();
    assert!(rest.len() <= 1, "{rest:?}");
    let output = client.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("has ended"), "{}", stderr(&output));
}

#[test]
fn the_socket_goes_with_the_process_and_stale_ones_with_the_next() {
    let place = Place::new();
    let (mut polite, pid) = place.import();
    signal(pid, "-TERM");
    polite.0.wait().unwrap();
    assert!(!place.socket(pid).exists(), "left behind");

    let (mut killed, pid) = place.import();
    killed.0.kill().unwrap();
    killed.0.wait().unwrap();
    assert!(place.socket(pid).exists(), "a kill leaves it");
    let said = place.refusal(pid);
    assert!(said.contains("no process"), "{said}");
    assert!(!place.list().contains(&format!("{pid} ")));

    let (_next, _) = place.import();
    assert!(!place.socket(pid).exists(), "the next start removes it");
}

/// Sends this and reads the answer to its end.
fn say(socket: &Path, bytes: &[u8]) -> String {
    let mut stream = UnixStream::connect(socket).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    // The server may have hung up in the middle of it.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

#[test]
fn garbage_is_answered_by_an_error_and_hung_up_on() {
    let place = Place::new();
    let (_running, pid) = place.import();
    let socket = place.socket(pid);
    let mut random = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random as u8
    };
    for length in [1, 7, 63, 64, 65, 4096, 1 << 20] {
        for _ in 0..3 {
            let mut bytes: Vec<u8> = (0..length).map(|_| next()).collect();
            // Shorter than a request may be, it is ended, so that nothing is awaited.
            bytes.push(b'\n');
            let answer = say(&socket, &bytes);
            let answer: Value = serde_json::from_str(&answer).unwrap();
            assert_eq!(answer["protocol"], 1);
            assert!(answer["error"].is_string(), "{answer}");
        }
    }
    for request in [
        "report\n",
        "kobako/1 reports\n",
        "GET / HTTP/1.1\r\n\r\n",
        "\n",
    ] {
        let answer = say(&socket, request.as_bytes());
        assert!(
            answer.contains("hello, report, watch"),
            "{request}: {answer}"
        );
    }
    let answer = say(&socket, b"kobako/9 report\n");
    assert!(answer.contains("speaks version 1"), "{answer}");
    // Half a request is waited for, but not for long.
    let start = Instant::now();
    let answer = say(&socket, b"kobako/1 rep");
    assert!(answer.contains("no request line within"), "{answer}");
    assert!(start.elapsed() < LIMIT / 2);
    // A byte now and then buys no more time.
    let mut stream = UnixStream::connect(&socket).unwrap();
    let start = Instant::now();
    while stream.write_all(b"k").is_ok() && start.elapsed() < LIMIT {
        std::thread::sleep(Duration::from_millis(150));
    }
    assert!(start.elapsed() < LIMIT, "it was never hung up on");
    assert_adds_up(&place.report(pid));
}

#[test]
fn hundreds_of_silent_connections_hold_nobody_up() {
    let place = Place::new();
    let (_running, pid) = place.import();
    let socket = place.socket(pid);
    let before = place.report(pid)["rss_bytes"].as_u64().unwrap();
    let silent: Vec<_> = (0..300)
        .map_while(|_| UnixStream::connect(&socket).ok())
        .collect();
    assert!(silent.len() > 200, "only {} connections", silent.len());
    let start = Instant::now();
    assert_adds_up(&place.report(pid));
    assert!(start.elapsed() < LIMIT / 2, "{:?}", start.elapsed());
    // All of them were hung up on, with a reason.
    for mut stream in silent {
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains("\"error\""), "{answer}");
    }
    let after = place.report(pid)["rss_bytes"].as_u64().unwrap();
    // An import runs meanwhile; what matters is that no thread a connection is left.
    assert!(after < before + (32 << 20), "{before} to {after}");
}

#[test]
fn a_reader_that_stalls_is_given_up() {
    let place = Place::new();
    let (_running, pid) = place.import();
    let stalled: Vec<_> = (0..8)
        .map(|_| {
            let mut stream = UnixStream::connect(place.socket(pid)).unwrap();
            stream.write_all(b"kobako/1 watch\n").unwrap();
            stream
        })
        .collect();
    // They take every place until their buffers are full; then they are let go.
    wait_for("a free place", LIMIT, || {
        let output = place.mem(&["--json", "--pid", &pid.to_string()]);
        output.status.success().then_some(())
    });
    drop(stalled);
}

#[test]
fn who_is_no_kobako_is_told_apart() {
    let place = Place::new();
    let said = place.refusal(4_194_999);
    assert!(said.contains("no process 4194999"), "{said}");

    let sleep = |program: &Path| Running(Command::new(program).arg("60").spawn().unwrap());
    let other = sleep(Path::new("/bin/sleep"));
    let said = place.refusal(other.0.id());
    assert!(said.contains("not Kobako"), "{said}");

    // One that has no socket.
    let silent = place.dir.path().join("kobako");
    fs::copy(fs::canonicalize("/bin/sleep").unwrap(), &silent).unwrap();
    let silent = sleep(&silent);
    let said = wait_for("the program to be started", LIMIT, || {
        let said = place.refusal(silent.0.id());
        said.contains("older than this one").then_some(said)
    });
    assert!(!said.contains("another user"), "{said}");

    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        use std::os::unix::process::CommandExt as _;
        let other = Command::new("/bin/sleep").arg("60").uid(65534).spawn();
        let other = Running(other.unwrap());
        let said = place.refusal(other.0.id());
        assert!(said.contains("another user"), "{said}");
    }
}

#[test]
fn a_folder_that_others_can_use_is_not_used() {
    let place = Place::new();
    let (running, pid) = place.import();
    fs::set_permissions(place.folder(), fs::Permissions::from_mode(0o755)).unwrap();
    let said = place.refusal(pid);
    assert!(said.contains("can be used by others (mode 755)"), "{said}");
    drop(running);

    // One that leads elsewhere is not followed; the import runs all the same.
    fs::remove_dir_all(place.folder()).unwrap();
    let elsewhere = place.dir.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    symlink(&elsewhere, place.folder()).unwrap();
    let running = place.start_import();
    let pid = running.0.id();
    wait_for("an answer from another folder", LIMIT, || {
        place
            .mem(&["--json", "--pid", &pid.to_string()])
            .status
            .success()
            .then_some(())
    });
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
}

#[test]
fn a_window_says_where_its_memory_is() {
    let Some(screen) = Screen::start() else {
        return;
    };
    let place = Place::new();
    let mut command = place.kobako();
    command
        .args(["--demo", "--library"])
        .arg(place.library())
        .env("HOME", place.dir.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    screen.hold(&mut command);
    let mut running = Running(command.spawn().unwrap());
    let pid = running.0.id();
    wait_for("the thumbnails", LIMIT * 2, || {
        (screen.shot().num_colors() > 2_000).then_some(())
    });
    let report = place.report(pid);
    assert_adds_up(&report);
    let rows = report["components"].as_array().unwrap();
    let driver = rows.iter().find(|it| it["name"] == "graphics driver");
    assert!(driver.unwrap()["bytes"].as_u64().unwrap() > 1 << 20);
    assert!(rows.iter().any(|it| it["name"] == "textures"));

    // A polite kill closes the window, as a person would.
    assert!(place.socket(pid).exists());
    signal(pid, "-TERM");
    let status = running.0.wait().unwrap();
    assert!(status.success(), "{status}");
    assert!(!place.socket(pid).exists(), "left behind");
}
