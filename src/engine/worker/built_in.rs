//! The model that comes with the program: EfficientNet-Lite0 without its
//! classifier, Apache-2.0, see `assets/models`.

/// The ONNX file. Part of the program's own file: none of it is in memory
/// until it is read, which only the worker does.
pub(super) static MODEL: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/assets/models/efficientnet_lite0.onnx"
));

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::xxh3_64;

    use super::super::model::BUILT_IN_DIGEST;
    use super::MODEL;

    #[test]
    fn the_digest_is_of_this_very_file() {
        assert_eq!(xxh3_64(MODEL), BUILT_IN_DIGEST, "{:#018x}", xxh3_64(MODEL));
    }
}
