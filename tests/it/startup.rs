//! On a CPU that FAISS was not compiled for, a sentence and not SIGILL.

use std::process::{Command, Output};

const KOBAKO: &str = env!("CARGO_BIN_EXE_kobako");

/// Runs `kobako --version` on an emulated CPU; `None` where there is no emulator.
fn version_on(cpu: &str) -> Option<Output> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        eprintln!("skipped: the check is for x86-64 Linux");
        return None;
    }
    match Command::new("qemu-x86_64")
        .args(["-cpu", cpu, KOBAKO, "--version"])
        .output()
    {
        Ok(output) => Some(output),
        Err(err) => {
            eprintln!("skipped: qemu-x86_64 can't be run ({err}); scripts/setup installs it");
            None
        }
    }
}

/// Whether this build needs more than every x86-64 CPU has.
fn needs_v3() -> bool {
    // The flags that Cargo's configuration gives to builds reach tests, too.
    std::env::var("CXXFLAGS_x86_64_unknown_linux_gnu").is_ok_and(|it| it.contains("x86-64-v3"))
}

#[test]
fn an_old_cpu_gets_a_sentence() {
    let Some(output) = version_on("Nehalem") else {
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    if !needs_v3() {
        assert!(output.status.success(), "{said}");
        return;
    }
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.starts_with("kobako: this CPU lacks AVX, AVX2"),
        "{said}"
    );
    assert!(said.contains("cargo build --release"), "{said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    assert!(output.stdout.is_empty());
}

#[test]
fn a_cpu_with_all_of_it_starts() {
    let Some(output) = version_on("max") else {
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("kobako"));
}
