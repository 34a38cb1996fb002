use std::io::ErrorKind;
use std::path::Path;

use super::*;
use crate::message::Notice;

fn parse(text: &str) -> (Settings, Vec<Notice>) {
    let (settings, notices) = Settings::parse(text, Path::new("settings.toml"));
    (settings.unwrap_or_default(), notices)
}

#[test]
fn reads_what_is_set_and_keeps_the_rest() {
    let (settings, notices) = parse("thumbs_limit_mb = 1_000\nsqlite_mmap_mb = 0x10\n");
    assert_eq!(notices, []);
    let expected = Settings {
        thumbs_limit_mb: 1000,
        sqlite_mmap_mb: 16,
        ..Settings::default()
    };
    assert_eq!(settings, expected);
}

#[test]
fn names_each_mistake_with_its_line() {
    let (settings, notices) = parse(
        "# mine\npicture_memory_mb = \"much\"\ntexture_memory_mb = -4\n\
         thumbnail_limit = 3\nsqlite_cache_mb = 0\n[window]\nwidth = 3\n",
    );
    assert_eq!(settings, Settings::default());
    let all: Vec<_> = notices.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(all.len(), 5, "{all:?}");
    for (name, line) in [
        ("picture_memory_mb", 2),
        ("texture_memory_mb", 3),
        ("thumbnail_limit", 4),
        ("sqlite_cache_mb", 5),
        ("window", 6),
    ] {
        let with_line = format!("line {line}");
        assert!(
            all.iter()
                .any(|it| it.contains(name) && it.contains(&with_line)),
            "{name} {all:?}"
        );
    }
}

#[test]
fn a_broken_file_gives_the_defaults_and_says_where() {
    let (settings, notices) = parse("thumbs_limit_mb = 100\nsqlite_cache_mb = = 3\n");
    assert_eq!(settings, Settings::default());
    assert_eq!(notices.len(), 1);
    assert!(notices[0].message.contains("line 2"), "{notices:?}");
}

#[test]
fn the_template_says_every_setting_and_changes_none() {
    let template = Settings::template();
    assert_eq!(parse(&template), (Settings::default(), Vec::new()));
    let active: String = template
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.contains(" = ") => rest,
            _ => "",
        })
        .collect::<Vec<_>>()
        .join("\n");
    let (settings, notices) = parse(&active);
    assert_eq!((settings, notices), (Settings::default(), Vec::new()));
    assert_eq!(
        active.lines().filter(|it| !it.is_empty()).count(),
        KEYS.len()
    );
}

#[test]
fn what_is_no_plain_file_is_not_read() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join(FILE_NAME)).unwrap();
    let (settings, notices) = Settings::load(dir.path());
    assert_eq!(settings, Settings::default());
    assert!(notices[0].message.contains("plain file"), "{notices:?}");
    #[cfg(unix)]
    {
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/dev/zero", dir.path().join(FILE_NAME)).unwrap();
        let (settings, notices) = Settings::load(dir.path());
        assert_eq!(settings, Settings::default());
        assert_eq!(notices.len(), 1);
    }
}

#[test]
fn lists_are_of_caches() {
    let (settings, notices) =
        parse("give_back_order = [\"sqlite\", \"picture\"]\npinned = [\"tag_cache\"]\n");
    assert_eq!(notices, []);
    let wish = settings.budget();
    assert_eq!(wish.limit_bytes, None);
    assert_eq!(wish.order, [Cache::Sqlite, Cache::Picture]);
    assert_eq!(wish.pinned, [Cache::TagCache]);
    for bad in ["pinned = 3", "pinned = [\"cats\"]", "pinned = [1]"] {
        let (settings, notices) = parse(bad);
        assert_eq!(settings, Settings::default());
        assert!(notices[0].way_out.as_ref().unwrap().contains("thumbnails"));
    }
}

#[test]
fn what_is_stored_is_read_again_and_comments_stay() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE_NAME);
    std::fs::write(&path, "# mine\nsqlite_cache_mb = 3 # small\nmystery = 1\n").unwrap();
    let (before, _) = Settings::load(dir.path());
    let mut settings = before.clone();
    settings.set_budget(&BudgetWish {
        limit_bytes: Some(128 << 20),
        order: vec![Cache::Thumbnails],
        pinned: vec![Cache::Sqlite],
    });
    assert!(settings.set_cap(Cache::Thumbnails, 9 << 20));
    assert!(settings.set_cap(Cache::Sqlite, 0), "as small as is allowed");
    assert!(!settings.set_cap(Cache::Similarity, 1));
    settings.store(&mut before.clone(), dir.path()).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    for kept in ["# mine", "mystery = 1", "# small"] {
        assert!(text.contains(kept), "{text}");
    }
    assert_eq!(Settings::load(dir.path()).0, settings);
    assert_eq!(
        (settings.sqlite_cache_mb, settings.texture_memory_mb),
        (1, 9)
    );

    // A file that can't be understood is not replaced.
    std::fs::write(&path, "sqlite_cache_mb = = 3\n").unwrap();
    let err = settings.store(&mut before.clone(), dir.path()).unwrap_err();
    assert_eq!(err.kind(), ErrorKind::InvalidData);
    assert!(std::fs::read_to_string(&path).unwrap().contains("= = 3"));
    // Where there is none, one is made, with every setting's meaning.
    std::fs::remove_file(&path).unwrap();
    settings.store(&mut before.clone(), dir.path()).unwrap();
    let (stored, _) = Settings::load(dir.path());
    assert_eq!(stored.budget(), settings.budget());
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .contains("# Page cache")
    );
}

#[test]
fn words_switches_and_lists_of_numbers_are_read() {
    let (settings, notices) = parse(
        "semantic_similarity = false\nsimilarity_idle_secs = 0\nsimilarity_index = \"packed\"\n\
         model = \"clip\"\nmodel_path = \"m.onnx\"\nmodel_size = 336\nmodel_mean = [0.5, 1, -2]\n\
         model_std = 127.5\nmodel_layout = \"nhwc\"\n",
    );
    assert_eq!(notices, []);
    let expected = Settings {
        semantic_similarity: false,
        similarity_idle: SimilarityIdle::Seconds(0),
        similarity_index: "packed".to_owned(),
        model: ModelSettings {
            name: "clip".to_owned(),
            path: "m.onnx".to_owned(),
            size: vec![336.0],
            mean: vec![0.5, 1.0, -2.0],
            std: vec![127.5],
            layout: "nhwc".to_owned(),
            ..ModelSettings::default()
        },
        ..Settings::default()
    };
    assert_eq!(settings, expected);
    let (settings, _) = parse("similarity_idle_secs = \"never\"");
    assert_eq!(settings.similarity_idle, SimilarityIdle::Never);
}

#[test]
fn what_is_no_value_of_a_setting_is_named_with_what_is() {
    for (line, way_out) in [
        ("semantic_similarity = 1", "true or false"),
        ("similarity_idle_secs = \"soon\"", "never"),
        ("similarity_idle_secs = -1", "seconds"),
        ("similarity_idle_secs = 9223372036854775807", "31536000"),
        ("similarity_index = \"tree\"", "\"packed\""),
        ("model = \"vgg\"", "\"siglip\""),
        ("model_path = 3", "quotes"),
        ("model_size = [1, 2, 3]", "0 or 1 or 2 whole numbers"),
        ("model_size = 22.5", "whole numbers"),
        ("model_size = 0", "from 1 to 2048"),
        ("model_mean = [1, \"a\", 3]", "numbers"),
        ("model_mean = nan", "numbers"),
        ("model_std = [0.0]", "numbers"),
        ("model_ground = [0, 0, 256]", "255"),
        ("worker_memory_mb = 1", "from 96"),
    ] {
        let (mut settings, notices) = parse(line);
        // Nothing is embedded by another model than the one that is meant.
        let mistake = settings.model.mistake.take();
        assert_eq!(mistake.is_some(), line.starts_with("model"), "{line}");
        assert!(mistake.is_none_or(|it| it.contains(way_out)), "{line}");
        assert_eq!(settings, Settings::default(), "{line}");
        assert_eq!(notices.len(), 1, "{line}");
        let told = notices[0].way_out.as_deref().unwrap();
        assert!(told.contains(way_out), "{line}: {told}");
    }
}

#[test]
fn every_kind_of_value_is_stored_as_it_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = Settings {
        semantic_similarity: false,
        similarity_idle: SimilarityIdle::Seconds(7),
        similarity_index: "bytes".to_owned(),
        worker_idle_secs: 3,
        model: ModelSettings {
            name: "custom".to_owned(),
            path: "a \"quoted\" \\ name.onnx".to_owned(),
            size: vec![320.0, 240.0],
            mean: vec![122.770_94],
            ..ModelSettings::default()
        },
        ..Settings::default()
    };
    settings
        .store(&mut Settings::default(), dir.path())
        .unwrap();
    assert_eq!(Settings::load(dir.path()), (settings, Vec::new()));
}

#[test]
fn the_template_never_replaces_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE_NAME);
    std::fs::write(&path, "sqlite_cache_mb = 3\n").unwrap();
    Settings::write_template(dir.path()).unwrap();
    assert_eq!(Settings::load(dir.path()).0.sqlite_cache_mb, 3);
}
