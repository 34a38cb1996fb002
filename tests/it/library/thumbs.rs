use std::fs;

use kobako::library::{Library, OpenOptions};
use kobako::model::PostId;
use tempfile::tempdir;

use super::{open, open_writer, picture};

#[test]
fn a_batch_brings_its_thumbnails() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    writer.write_batch(&[picture("/a", 3, &[])]).unwrap();
    let mut thumbs = library.thumbs().unwrap();
    assert_eq!(thumbs.get(PostId(1)).unwrap(), Some(vec![3; 100]));
    assert_eq!(thumbs.get(PostId(2)).unwrap(), None);
    thumbs
        .put(&[(PostId(1), b"new"), (PostId(9), b"")])
        .unwrap();
    assert_eq!(thumbs.get(PostId(1)).unwrap(), Some(b"new".to_vec()));
}

#[test]
fn the_least_recently_added_go_at_the_limit() {
    let dir = tempdir().unwrap();
    let limit = 1 << 20;
    let options = OpenOptions {
        thumbs_limit_bytes: limit,
        ..OpenOptions::default()
    };
    let library = Library::open(dir.path(), &options).unwrap();
    let mut thumbs = library.thumbs().unwrap();
    let image = vec![7; 15_000];
    for batch in 0..20 {
        let thumbnails: Vec<_> = (0..10)
            .map(|it| (PostId(batch * 10 + it), image.as_slice()))
            .collect();
        thumbs.put(&thumbnails).unwrap();
        // Added again: now the most recent.
        thumbs.put(&[(PostId(0), &image)]).unwrap();
    }
    let kept: Vec<u32> = (0..200)
        .filter(|&it| thumbs.get(PostId(it)).unwrap().is_some())
        .collect();
    assert!(kept.len() > 40, "{kept:?}");
    assert_eq!(kept[0], 0);
    let newest: Vec<u32> = (200 - (kept.len() as u32 - 1)..200).collect();
    assert_eq!(kept[1..], newest);
    drop(thumbs);
    drop(library);
    assert!(fs::metadata(dir.path().join("thumbs.db")).unwrap().len() <= limit);
}

#[test]
fn a_damaged_file_is_made_anew() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("thumbs.db");
    let fill = || {
        let library = open(dir.path());
        let mut thumbs = library.thumbs().unwrap();
        for post in 0..50 {
            thumbs.put(&[(PostId(post), &[1; 9000])]).unwrap();
        }
    };
    let is_empty = || {
        let thumbs = open(dir.path()).thumbs().unwrap();
        thumbs.get(PostId(1)).unwrap().is_none()
    };
    fill();
    assert!(!is_empty());
    let whole = fs::read(&path).unwrap();
    // Cut off.
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(is_empty());
    // Nothing.
    fill();
    fs::write(&path, b"").unwrap();
    assert!(is_empty());
    // Something else is set aside, not deleted.
    fs::write(&path, b"someone's notes, longer than a hundred bytes? no").unwrap();
    assert!(is_empty());
    assert_eq!(
        fs::read(dir.path().join("thumbs.db.set-aside-1")).unwrap(),
        b"someone's notes, longer than a hundred bytes? no"
    );
}

#[test]
fn damage_that_shows_later_is_mended_at_the_next_start() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("thumbs.db");
    {
        let library = open(dir.path());
        let mut thumbs = library.thumbs().unwrap();
        for post in 0..200 {
            thumbs.put(&[(PostId(post), &[1; 9000])]).unwrap();
        }
    }
    let mut bytes = fs::read(&path).unwrap();
    let len = bytes.len();
    // The pages in the middle; both ends stay as they are.
    bytes[5 * 4096..len - 20 * 4096].fill(0xff);
    fs::write(&path, &bytes).unwrap();
    {
        let library = open(dir.path());
        let thumbs = library.thumbs().unwrap();
        let num_errors = (0..200)
            .filter(|&it| thumbs.get(PostId(it)).is_err())
            .count();
        assert!(num_errors > 0);
    }
    let library = open(dir.path());
    let thumbs = library.thumbs().unwrap();
    for post in 0..200 {
        assert_eq!(thumbs.get(PostId(post)).unwrap(), None);
    }
}
