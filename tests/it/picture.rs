//! Real and hostile pictures through the public doors of `picture`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use kobako::memory::Permits;
use kobako::picture::{self, PictureError};

use crate::shared_data;

const PERMIT_BYTES: u64 = 192 << 20;

fn files_below(dir: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(dir)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|it| it.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

/// Bytes of a line of `/proc/self/status`.
fn status_bytes(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|it| it.starts_with(field)).unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
        * 1024
}

/// Not a test of its own: run in a process of its own by the one below, since
/// peak memory is counted by process.
#[test]
#[ignore = "run by hostile_files_stay_inside_their_limits"]
fn child_reads_hostile_files() {
    let Some(shared) = shared_data() else { return };
    let permits = Permits::new(PERMIT_BYTES);
    let idle = status_bytes("VmRSS:");
    let (mut num_read, mut num_refused) = (0, 0);
    let mut slowest = (Duration::ZERO, PathBuf::new());
    let mut reasons = std::collections::BTreeMap::new();
    for dir in ["corrupt", "images/formats", "images/animated"] {
        for path in files_below(&shared.join(dir)) {
            let start = Instant::now();
            let result = picture::read(&path, &permits, &|| false);
            let elapsed = start.elapsed();
            if elapsed > slowest.0 {
                slowest = (elapsed, path.clone());
            }
            assert_eq!(permits.used(), 0, "{}", path.display());
            match result {
                Ok(read) => {
                    num_read += 1;
                    let thumbnail = picture::decode_thumbnail(&read.facts.thumbnail, &permits)
                        .unwrap_or_else(|err| panic!("{}: {err}", path.display()));
                    assert!(thumbnail.width.max(thumbnail.height) <= picture::THUMBNAIL_EDGE);
                }
                Err(err) => {
                    num_refused += 1;
                    assert!(
                        !matches!(err, PictureError::Io(_) | PictureError::Cancelled),
                        "{}: {err}",
                        path.display()
                    );
                    *reasons.entry(err.to_string()).or_insert(0) += 1;
                }
            }
            if std::env::var_os("KOBAKO_VERBOSE").is_some() {
                println!(
                    "{:>6} ms, peak {:>4} MB: {}",
                    elapsed.as_millis(),
                    status_bytes("VmHWM:") >> 20,
                    path.display()
                );
            }
        }
    }
    for (reason, count) in reasons {
        println!("{count:>5} × {reason}");
    }
    println!("slowest: {:?} {}", slowest.0, slowest.1.display());
    println!("read {num_read}, refused {num_refused}");
    println!("permits_peak={}", permits.peak());
    println!("rss_growth={}", status_bytes("VmHWM:").saturating_sub(idle));
    println!("slowest_ms={}", slowest.0.as_millis());
}

#[test]
fn hostile_files_stay_inside_their_limits() {
    if shared_data().is_none() {
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "picture::child_reads_hostile_files",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{text}");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let figure = |name: &str| -> u64 {
        let line = text.lines().find_map(|it| it.strip_prefix(name)).unwrap();
        line.trim_start_matches('=').parse().unwrap()
    };
    assert!(figure("permits_peak") <= PERMIT_BYTES);
    assert!(
        figure("rss_growth") <= 256 << 20,
        "more than 256 MB over idle"
    );
    assert!(figure("slowest_ms") <= 5_000, "a file took more than 5 s");
}
