//! What the desktop is told of the program: its entry in menus, its metadata, its icon.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use kobako::app::APP_ID;

fn asset(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("assets")
        .join(name)
}

fn entry() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(asset(&format!("{APP_ID}.desktop"))).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("[Desktop Entry]"));
    lines
        .map(|line| {
            let (name, value) = line.split_once('=').expect(line);
            (name.to_owned(), value.to_owned())
        })
        .collect()
}

#[test]
fn the_entry_in_menus_starts_the_program_and_is_known_by_its_window() {
    let entry = entry();
    for (name, value) in [
        ("Type", "Application"),
        ("Name", "Kobako"),
        ("Exec", "kobako"),
        ("Icon", APP_ID),
        ("StartupWMClass", APP_ID),
    ] {
        assert_eq!(entry[name], value, "{name}");
    }
    for list in ["Categories", "Keywords"] {
        assert!(entry[list].ends_with(';'), "{list}");
    }
}

/// The text between the first pair of these tags.
fn inside<'a>(text: &'a str, tag: &str) -> &'a str {
    let after = text.split(&format!("<{tag}>")).nth(1).expect(tag);
    after.split(&format!("</{tag}>")).next().unwrap()
}

#[test]
fn the_metadata_speaks_of_this_program_and_version() {
    let path = asset(&format!("{APP_ID}.metainfo.xml"));
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(inside(&text, "id"), APP_ID);
    assert_eq!(inside(&text, "summary"), entry()["Comment"]);
    assert_eq!(inside(&text, "project_license"), env!("CARGO_PKG_LICENSE"));
    let release = format!("<release version=\"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(text.contains(&release));
    assert!(text.contains(&format!(">{APP_ID}.desktop</launchable>")));
    let checked = Command::new("appstreamcli")
        .args(["validate", "--no-net"])
        .arg(&path)
        .output();
    match checked {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(!said.contains("E:"), "{said}");
        }
        Err(err) => eprintln!("skipped: appstreamcli: {err}"),
    }
}

#[test]
fn the_program_is_installed_and_removed_again() {
    let dir = tempfile::tempdir().unwrap();
    let (target, prefix) = (dir.path().join("target"), dir.path().join("a prefix"));
    std::fs::create_dir_all(target.join("release")).unwrap();
    std::fs::copy(
        env!("CARGO_BIN_EXE_kobako"),
        target.join("release").join("kobako"),
    )
    .unwrap();
    let run = |extra: &[&str]| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/install-desktop");
        let output = Command::new(script)
            .arg("--prefix")
            .arg(&prefix)
            .args(extra)
            .env("CARGO_TARGET_DIR", &target)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    };
    run(&[]);
    let entry = prefix.join(format!("share/applications/{APP_ID}.desktop"));
    let text = std::fs::read_to_string(&entry).unwrap();
    let program = prefix.join("bin/kobako");
    assert!(
        text.contains(&format!("Exec=\"{}\"", program.display())),
        "{text}"
    );
    for file in [
        program,
        prefix.join(format!("share/metainfo/{APP_ID}.metainfo.xml")),
        prefix.join(format!("share/icons/hicolor/256x256/apps/{APP_ID}.png")),
    ] {
        assert!(file.is_file(), "{}", file.display());
    }
    run(&["--uninstall"]);
    assert!(!entry.exists() && !prefix.join("bin/kobako").exists());
}
