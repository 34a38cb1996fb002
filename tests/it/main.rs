//! Integration tests, one module an area, in one binary to link once.

mod picture;

use std::path::PathBuf;

/// The folder of development data, if it is there.
fn shared_data() -> Option<PathBuf> {
    let path = std::env::var_os("KOBAKO_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let data = path.join("data");
    if data.is_dir() {
        Some(data)
    } else {
        eprintln!("skipped: {} is not there", data.display());
        None
    }
}
