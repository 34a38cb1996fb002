//! What is compared with, as the page shows it.

use crate::app::text;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::TextureHandle;

use crate::app::import_panel::typed_path;
use crate::message::{SimilarSubject, SubjectPixels};
use crate::model::PostId;

/// File names that the library reads.
pub const EXTENSIONS: [&str; 9] = [
    "jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "jfif",
];

pub enum Subject {
    Post(PostId),
    File(PathBuf),
    Pasted {
        pixels: Arc<SubjectPixels>,
        thumbnail: TextureHandle,
    },
}

impl Subject {
    pub fn asked(&self) -> SimilarSubject {
        match self {
            Self::Post(post) => SimilarSubject::Post(*post),
            Self::File(path) => SimilarSubject::File(path.clone()),
            Self::Pasted { pixels, .. } => SimilarSubject::Pixels(pixels.clone()),
        }
    }

    /// For people; of a file its name.
    pub fn name(&self) -> String {
        match self {
            Self::Post(post) => text::similar::post(&post.to_string()),
            Self::File(path) => path.file_name().map_or_else(
                || path.display().to_string(),
                |it| it.to_string_lossy().into_owned(),
            ),
            Self::Pasted { .. } => text::similar::PICTURE_FROM_THE_CLIPBOARD.to_owned(),
        }
    }
}

/// The path that `text` names, where it is nothing but one: absolute, `~/…` or a
/// `file:` address. Of several lines the first counts.
pub fn pasted_path(text: &str) -> Option<PathBuf> {
    let line = text.lines().find(|it| !it.trim().is_empty())?;
    typed_path(line, std::env::var_os("HOME").map(PathBuf::from)).filter(|it| it.is_absolute())
}

/// Whether `path` is named as pictures are; the file itself is not looked at.
pub fn is_picture_name(path: &Path) -> bool {
    path.extension()
        .and_then(|it| it.to_str())
        .is_some_and(|it| EXTENSIONS.contains(&it.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_path_is_taken_for_one() {
        let cases = [
            ("file:///a/My%20cat.png\n", Some("/a/My cat.png")),
            ("\n/a/b.jpg\r\n/a/c.jpg", Some("/a/b.jpg")),
            ("'/a/b.jpg'", Some("/a/b.jpg")),
            ("1girl solo", None),
            ("https://example.org/a.png", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(pasted_path(text), expected.map(PathBuf::from), "{text:?}");
        }
    }

    #[test]
    fn pictures_are_told_by_their_names() {
        assert!(is_picture_name(Path::new("/a/b.JPEG")));
        assert!(!is_picture_name(Path::new("/a/b.json")));
        assert!(!is_picture_name(Path::new("/a/folder")));
    }
}
