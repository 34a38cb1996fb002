//! Hands a file to another program: the desktop's file manager, or what opens it.
//!
//! No shell reads the path: it is an argument of its own.

use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use super::News;
use crate::memory::{self, Component};
use crate::message::HandoverFailure;

/// A program that runs for longer has opened what it should.
const PATIENCE: Duration = Duration::from_secs(4);
const PAUSE: Duration = Duration::from_millis(50);

const FILE_MANAGER: &str = "org.freedesktop.FileManager1";

/// What is to be done with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) enum Handover {
    ShowInFolder(PathBuf),
    /// With these words of a command; none is as the desktop likes.
    Open(PathBuf, Vec<String>),
}

/// A program and its arguments.
type Words = (OsString, Vec<OsString>);

/// Starts the program on a thread, which tells [`News::Handed`] once it is known
/// whether it started.
pub(in crate::engine) fn hand_over(handover: Handover, news: Sender<News>) -> std::io::Result<()> {
    memory::spawn("handover", Component::Engine, move || {
        let (outcome, running) = start_first(&attempts(&handover));
        // Fails only where the engine has stopped.
        let outcome = outcome.map_err(|reason| failure(&handover, &reason));
        let _ = news.send(News::Handed(outcome));
        drop(news);
        // Until then it would be listed as a dead child.
        if let Some(mut child) = running {
            let _ = child.wait();
        }
    })?;
    Ok(())
}

/// What people are told where no program could be started.
fn failure(handover: &Handover, reason: &str) -> HandoverFailure {
    let (reason, way_out, path) = match handover {
        Handover::ShowInFolder(path) => (
            format!("{} can't be shown: {reason}", path.display()),
            "Install xdg-utils and a file manager, or copy the path",
            path,
        ),
        Handover::Open(path, command) if command.is_empty() => (
            format!("{} can't be opened: {reason}", path.display()),
            "Set a program as “Open with” in the settings, or install xdg-utils and a program \
             for such files",
            path,
        ),
        Handover::Open(path, _) => (
            format!("{} can't be opened: {reason}", path.display()),
            "Set another program as “Open with” in the settings; empty, the desktop chooses one",
            path,
        ),
    };
    HandoverFailure {
        reason,
        way_out: Some(way_out.to_owned()),
        path: Some(path.clone()),
    }
}

/// What xdg-open says by its exit status; see its manual.
fn ended(program: &str, status: ExitStatus) -> String {
    match (program, status.code()) {
        ("xdg-open", Some(2)) => "the file is not there any more".to_owned(),
        ("xdg-open", Some(3)) => "the desktop has no program for it".to_owned(),
        ("xdg-open", Some(_)) => "the desktop's program for it failed".to_owned(),
        _ => format!("{program} ended with {status}"),
    }
}

/// Ways to do it, the best first.
fn attempts(handover: &Handover) -> Vec<Words> {
    let words = |program: &str, arguments: &[&OsStr]| -> Words {
        let arguments = arguments.iter().map(OsString::from).collect();
        (program.into(), arguments)
    };
    match handover {
        Handover::ShowInFolder(path) => {
            let uri = file_uri(path);
            let folder = path.parent().unwrap_or(path);
            let (list, items) = (format!("array:string:{uri}"), format!("['{uri}']"));
            let dest = format!("--dest={FILE_MANAGER}");
            let object = "/org/freedesktop/FileManager1";
            let method = format!("{FILE_MANAGER}.ShowItems");
            let of = OsStr::new;
            vec![
                words(
                    "dbus-send",
                    &[
                        of("--session"),
                        of("--print-reply"),
                        of("--reply-timeout=3000"),
                        of(&dest),
                        of(object),
                        of(&method),
                        of(&list),
                        of("string:"),
                    ],
                ),
                words(
                    "gdbus",
                    &[
                        of("call"),
                        of("--session"),
                        of("--timeout=3"),
                        of(&dest),
                        of("--object-path"),
                        of(object),
                        of("--method"),
                        of(&method),
                        of(&items),
                        of("''"),
                    ],
                ),
                words("xdg-open", &[folder.as_os_str()]),
            ]
        }
        Handover::Open(path, command) => match command.split_first() {
            Some((program, arguments)) => {
                let mut arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
                arguments.push(path.clone().into());
                vec![(program.into(), arguments)]
            }
            None => vec![words("xdg-open", &[path.as_os_str()])],
        },
    }
}

/// Everything but what needs no escape in a URI, nor in what reads these.
fn file_uri(path: &Path) -> String {
    let mut uri = "file://".to_owned();
    for &byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                uri.push(byte.into());
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// The first that can be started and does not fail at once; one that still runs
/// is returned.
fn start_first(attempts: &[Words]) -> (Result<(), String>, Option<std::process::Child>) {
    let mut reason = "nothing to start".to_owned();
    for (program, arguments) in attempts {
        let program_name = program.to_string_lossy().into_owned();
        let started = detached(program, arguments).spawn();
        let mut child = match started {
            Ok(child) => child,
            Err(err) => {
                reason = match err.kind() {
                    ErrorKind::NotFound => format!("{program_name} is not installed"),
                    _ => format!("{program_name} can't be started: {err}"),
                };
                continue;
            }
        };
        match wait_a_while(&mut child) {
            Ok(None) => return (Ok(()), Some(child)),
            Ok(Some(status)) if status.success() => return (Ok(()), None),
            Ok(Some(status)) => reason = ended(&program_name, status),
            Err(err) => reason = format!("{program_name}: {err}"),
        }
    }
    (Err(reason), None)
}

fn wait_a_while(child: &mut std::process::Child) -> std::io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        std::thread::sleep(PAUSE);
    }
}

/// In a group of its own, so that it outlives this program; it says nothing here.
fn detached(program: &OsStr, arguments: &[OsString]) -> Command {
    use std::os::unix::process::CommandExt as _;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_argument_whatever_is_in_it() {
        let path = PathBuf::from("/p/it's, a $(test) ünd.png");
        let [(program, arguments)] = &attempts(&Handover::Open(
            path.clone(),
            vec!["view".into(), "-x".into()],
        ))[..] else {
            panic!("one way");
        };
        assert_eq!(program, "view");
        assert_eq!(arguments, &["-x".into(), path.clone().into_os_string()]);
        assert_eq!(
            file_uri(&path),
            "file:///p/it%27s%2C%20a%20%24%28test%29%20%C3%BCnd.png"
        );
        let ways = attempts(&Handover::ShowInFolder(path));
        assert_eq!(ways.last().unwrap().1, ["/p"]);
    }

    #[test]
    fn what_fails_gives_way_to_the_next() {
        let words = |program: &str| -> Words { (program.into(), Vec::new()) };
        let (outcome, _) = start_first(&[words("/no/such/program"), words("false"), words("true")]);
        assert_eq!(outcome, Ok(()));
        let (outcome, _) = start_first(&[words("/no/such/program"), words("false")]);
        assert!(outcome.unwrap_err().contains("false ended with"));
        let (outcome, _) = start_first(&[words("/no/such/program")]);
        assert_eq!(outcome, Err("/no/such/program is not installed".to_owned()));
    }

    #[test]
    fn a_failure_names_the_file_and_the_way_out() {
        use std::os::unix::process::ExitStatusExt as _;
        let path = PathBuf::from("/p/a.png");
        let reason = ended("xdg-open", ExitStatus::from_raw(3 << 8));
        let failed = failure(&Handover::Open(path.clone(), Vec::new()), &reason);
        assert_eq!(
            failed.reason,
            "/p/a.png can't be opened: the desktop has no program for it"
        );
        assert!(
            failed
                .way_out
                .unwrap()
                .contains("“Open with” in the settings")
        );
        assert_eq!(failed.path, Some(path.clone()));
        let failed = failure(&Handover::ShowInFolder(path), "xdg-open is not installed");
        assert!(failed.way_out.unwrap().contains("xdg-utils"));
    }
}
