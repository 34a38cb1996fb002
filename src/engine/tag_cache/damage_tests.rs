use std::io::{Read, Seek, SeekFrom, Write};

use super::tests::{Edit, ID, Tables};
use super::{Residence, Snapshot, TagCache, TextField, TextQuery};

/// A byte changed anywhere is found when it is loaded, or when its texts are read.
#[test]
fn a_damaged_snapshot_is_not_taken_for_a_good_one() {
    let mut tables = Tables::default();
    for _ in 0..50 {
        tables.add_tag();
    }
    for seed in 0..300 {
        let tags = vec![seed as u8, 3, 9];
        tables.make(&Edit::AddPost { tags, seed });
    }
    let mut good = tempfile::tempfile().unwrap();
    TagCache::write_built(&tables, ID, &good).unwrap();
    let mut bytes = Vec::new();
    good.seek(SeekFrom::Start(0)).unwrap();
    good.read_to_end(&mut bytes).unwrap();
    let all = TextQuery {
        field: TextField::Folder,
        pattern: "*".to_owned(),
    };
    let works = |bytes: &[u8], residence| {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        let Ok(snapshot) = Snapshot::new(file) else {
            return false;
        };
        let cache = snapshot.load(residence);
        cache.is_ok_and(|it| it.posts_with_text(&all, &[], &|| false).is_ok())
    };
    assert!(works(&bytes, Residence::Held) && works(&bytes, Residence::Mapped));
    let mut num_found = 0;
    for at in (0..bytes.len()).filter(|at| at % 997 == 0 || (at % 65_536) < 64) {
        // What no part has is not looked at: the space between them.
        if bytes[at] == 0 {
            continue;
        }
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        assert!(!works(&damaged, Residence::Held), "byte {at}");
        assert!(!works(&damaged, Residence::Mapped), "byte {at}");
        num_found += 1;
    }
    assert!(num_found > 100, "{num_found}");
    for len in [0, 7, 24, 100, 65_536, bytes.len() / 2, bytes.len() - 1] {
        assert!(!works(&bytes[..len], Residence::Held), "{len} bytes");
        assert!(!works(&bytes[..len], Residence::Mapped), "{len} bytes");
    }
}
