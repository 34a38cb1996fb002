//! Whatever an index's files hold, FAISS never sees what was not written for it.

use std::fs;

use kobako::engine::similarity::index::{self, BuildPolicy, IndexKind};
use kobako::engine::similarity::{LoadOptions, SimilarityError};

use super::{Fixture, policy};

#[track_caller]
fn assert_rebuild(fixture: &Fixture, what: &str) {
    match fixture.try_load(&LoadOptions::default()) {
        Err(err) => {
            assert!(err.is_rebuild(), "{what}: {err}");
            assert!(
                matches!(err, SimilarityError::Unusable { .. }),
                "{what}: {err:?}"
            );
            assert!(err.to_string().contains("index"), "{what}: {err}");
        }
        Ok(loaded) => panic!("{what}: it was loaded: {}", loaded.is_some()),
    }
}

#[test]
fn a_file_that_is_not_whole_is_never_loaded() {
    let fixture = Fixture::new(1500);
    fixture.build(&policy(IndexKind::Packed));
    let path = fixture.index_files().remove(0);
    let whole = fs::read(&path).unwrap();
    let len = whole.len();
    for end in [
        0,
        5,
        23,
        24,
        60,
        4095,
        4096,
        5000,
        4096 + 8 * 1500,
        len / 2,
        len - 1,
    ] {
        fs::write(&path, &whole[..end]).unwrap();
        assert_rebuild(&fixture, &format!("cut off at {end}"));
    }
    fs::write(&path, [whole.as_slice(), b"x"].concat()).unwrap();
    assert_rebuild(&fixture, "one byte more");
    fs::write(
        &path,
        b"someone's notes, longer than the header of one of ours",
    )
    .unwrap();
    assert_rebuild(&fixture, "another file");
    fs::write(&path, vec![0; len]).unwrap();
    assert_rebuild(&fixture, "zeros");

    let header_len = u32::from_le_bytes(whole[12..16].try_into().unwrap()) as usize;
    let in_header = (0..24 + header_len).step_by(7);
    let in_body = (4096..4096 + 60)
        .chain((4096..len).step_by(len / 60))
        .chain(len - 20..len);
    for at in in_header.chain(in_body) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&path, bytes).unwrap();
        assert_rebuild(&fixture, &format!("a bit of byte {at}"));
    }
    fs::write(&path, &whole).unwrap();
    assert!(fixture.try_load(&LoadOptions::default()).unwrap().is_some());
    // What can't be used is no obstacle.
    fs::write(&path, b"x").unwrap();
    fixture.build(&BuildPolicy::default());
    assert_eq!(fixture.load().num_vectors(), 1500);
}

#[test]
fn shards_that_do_not_belong_together_are_not_loaded() {
    let fixture = Fixture::new(2500);
    let in_shards = BuildPolicy {
        shard_vectors: 1000,
        ..policy(IndexKind::Packed)
    };
    fixture.build(&in_shards);
    let files = fixture.index_files();
    let old: Vec<Vec<u8>> = files.iter().map(|it| fs::read(it).unwrap()).collect();
    fixture.build(&in_shards);
    // As a crash between two of them would leave it.
    let new = fs::read(&files[1]).unwrap();
    fs::write(&files[1], &old[1]).unwrap();
    assert_rebuild(&fixture, "a shard of an older build");
    fs::write(&files[1], &new).unwrap();
    fixture.load();
    fs::remove_file(&files[2]).unwrap();
    assert_rebuild(&fixture, "a shard is missing");
    fs::remove_file(&files[0]).unwrap();
    assert!(fixture.try_load(&LoadOptions::default()).unwrap().is_none());
}

#[test]
fn an_index_of_other_embeddings_is_not_loaded() {
    let mut fixture = Fixture::new(300);
    fixture.build(&BuildPolicy::default());
    let index = fs::read(fixture.index_files().remove(0)).unwrap();

    // Of another model of the same width.
    let other = fixture.store.model("other", "Other", 64).unwrap();
    fs::write(
        fixture
            .path()
            .join(format!("similarity/{}.0.index", other.0)),
        &index,
    )
    .unwrap();
    let err = index::facts(fixture.path(), &fixture.store, other).unwrap_err();
    assert!(err.is_rebuild(), "{err}");

    // Of another library with the same model.
    let second = Fixture::new(300);
    fs::create_dir(second.path().join("similarity")).unwrap();
    fs::write(second.path().join("similarity/1.0.index"), &index).unwrap();
    assert_rebuild(&second, "another library's");

    // Newer than the embeddings: these were put back from a backup.
    let dir = fixture.path().to_owned();
    let backup = tempfile::tempdir().unwrap();
    let (library, store) = (fixture.library.clone(), fixture.store);
    drop((library, store, fixture.library));
    let keep = backup.path().join("similarity.db");
    fs::copy(dir.join("similarity.db"), &keep).unwrap();
    let open =
        || kobako::library::Library::open(&dir, &kobako::library::OpenOptions::default()).unwrap();
    {
        let mut store = open().similarity("test").unwrap();
        let vector = vec![1.0; 64];
        store
            .put(fixture.model, &[(kobako::model::PostId(1), &vector)])
            .unwrap();
        let never = || false;
        index::build(
            &dir,
            &store,
            fixture.model,
            &BuildPolicy::default(),
            &never,
            &mut |_, _| {},
        )
        .unwrap();
    }
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(dir.join(format!("similarity.db{suffix}")));
    }
    fs::copy(&keep, dir.join("similarity.db")).unwrap();
    let store = open().similarity("test").unwrap();
    let err = index::facts(&dir, &store, fixture.model).unwrap_err();
    assert!(err.to_string().contains("newer"), "{err}");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for_and_a_link_not_written_through() {
    let fixture = Fixture::new(300);
    fixture.build(&policy(IndexKind::Flat));
    let path = fixture.index_files().remove(0);
    let draft = path.with_extension("index.new");
    let make_pipe = |path| {
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.unwrap().success());
    };
    fs::remove_file(&path).unwrap();
    make_pipe(&path);
    assert_rebuild(&fixture, "a pipe");
    make_pipe(&draft);
    fixture.build(&policy(IndexKind::Flat));
    assert!(
        fixture
            .try_load(&LoadOptions::default())
            .is_ok_and(|it| it.is_some())
    );

    let picture = fixture.path().join("picture.png");
    fs::write(&picture, b"somebody's").unwrap();
    std::os::unix::fs::symlink(&picture, &draft).unwrap();
    fixture.build(&policy(IndexKind::Flat));
    assert_eq!(fs::read(&picture).unwrap(), b"somebody's");
    assert!(!path.is_symlink() && !draft.exists());

    // Nothing takes a folder's place, so that none is built in vain.
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let err = fixture.try_build(&policy(IndexKind::Flat)).unwrap_err();
    assert!(matches!(err, SimilarityError::Folder { .. }), "{err}");
    let err = fixture.try_load(&LoadOptions::default()).unwrap_err();
    assert!(
        !err.is_rebuild() && err.to_string().contains("move it away"),
        "{err}"
    );
    let is_due = index::is_build_due(
        fixture.path(),
        &fixture.store,
        fixture.model,
        &LoadOptions::default(),
    );
    assert!(!is_due);
}
