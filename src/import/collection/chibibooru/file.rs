//! What its database and the disk say of an image's file.

use std::path::{Path, PathBuf};

use crate::import::sidecar::{find, stamp_of};
use crate::library::foreign::chibibooru::ChibiImage;
use crate::library::{LibraryError, Reader};
use crate::model::{FileDraft, FileFormat, FileStamp, Md5, PictureFacts};
use crate::picture::file_stamp;

use super::Counts;

/// `None` where it is no picture, or its hash is not known.
pub(super) fn facts(image: &ChibiImage, path: &Path, counts: &mut Counts) -> Option<PictureFacts> {
    let extension = path
        .extension()
        .and_then(|it| it.to_str())
        .unwrap_or_default();
    let Some(format) = FileFormat::from_extension(extension) else {
        counts.num_videos += 1;
        return None;
    };
    let size = |it: Option<i64>| it.and_then(|it| u32::try_from(it).ok()).unwrap_or_default();
    let Some(phash) = image.phash.as_deref().and_then(phash) else {
        counts.num_without_hash += 1;
        return None;
    };
    Some(PictureFacts {
        format,
        width: size(image.width),
        height: size(image.height),
        is_animated: false,
        has_alpha: false,
        phash,
        color_hash: image.colorhash.as_deref().and_then(hex).unwrap_or_default(),
        thumbnail: Vec::new(),
    })
}

pub(super) fn image_extension(image: &ChibiImage) -> String {
    let path = Path::new(image.filepath.as_deref().unwrap_or_default());
    path.extension()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// ImageHash writes the coefficients in the same order, but the first as the
/// highest bit.
fn phash(text: &str) -> Option<u64> {
    (text.len() == 16)
        .then(|| hex(text))?
        .map(u64::reverse_bits)
}

/// The colour hash has the same order in both: the first in the highest bits.
fn hex(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 16).ok()
}

/// What was found of an image's file.
pub(super) struct Looked {
    /// `None` where the library knows better than the other program.
    pub file: Option<FileDraft>,
    pub is_gone: bool,
    /// The library knows what the picture looks like.
    pub has_facts: bool,
}

pub(super) fn look(path: PathBuf, md5: Md5, known: &Reader) -> Result<Looked, LibraryError> {
    let stamp = std::fs::metadata(&path)
        .ok()
        .filter(std::fs::Metadata::is_file)
        .map(|it| file_stamp(&it));
    let known_file = known.known_file(&path)?;
    let post = known.post_by_md5(md5)?;
    let has_facts = match post {
        Some(post) => known
            .post(post)?
            .is_some_and(|it| it.columns.format.is_some()),
        None => false,
    };
    let file = match (known_file, stamp) {
        // Found again, or as it was. Else other bytes lie there by now: an
        // import of the folder will tell whose.
        (Some(file), Some(stamp)) => {
            (Some(file.post) == post && file.stamp == stamp).then_some((stamp, file.sidecar_stamp))
        }
        (Some(_), None) => None,
        (None, Some(stamp)) => {
            let sidecars = find(&path);
            Some((
                stamp,
                if sidecars.is_empty() {
                    0
                } else {
                    stamp_of(&sidecars)
                },
            ))
        }
        // A copy of it is known, so that this path says nothing.
        (None, None) if post.is_some() => None,
        (None, None) => {
            let file = FileDraft {
                path,
                stamp: FileStamp::default(),
                sidecar_stamp: 0,
            };
            return Ok(Looked {
                file: Some(file),
                is_gone: true,
                has_facts,
            });
        }
    };
    Ok(Looked {
        file: file.map(|(stamp, sidecar_stamp)| FileDraft {
            path,
            stamp,
            sidecar_stamp,
        }),
        is_gone: false,
        has_facts,
    })
}

/// So that the import of its folder takes it for changed, and reads it.
pub(super) fn without_time(mut file: FileDraft) -> FileDraft {
    file.stamp.modified_ns = 0;
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_turned_into_our_order() {
        // Its first bit is the coefficient of the mean.
        assert_eq!(phash("8000000000000000"), Some(1));
        assert_eq!(phash("0000000000000001"), Some(1 << 63));
        assert_eq!(phash("c000000000000000"), Some(3));
        assert_eq!(phash("123"), None);
        assert_eq!(phash("zzzzzzzzzzzzzzzz"), None);
        assert_eq!(hex("353a0383a7a"), Some(0x353_a038_3a7a));
    }
}
