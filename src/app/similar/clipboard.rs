//! The picture in the clipboard, fetched and made smaller on a thread of its
//! own: the program that has it may take its time, and decoding does.

use crate::app::text;
use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};
use eframe::egui::{self, ColorImage};

use crate::memory::{self, Component};
use crate::message::SubjectPixels;

use super::subject::pasted_path;

/// Longest edge of what is compared, pixels.
const MAX_EDGE: u32 = 1024;
/// Longest edge of what is shown of it, pixels.
const THUMBNAIL_EDGE: u32 = 192;

/// What was in the clipboard.
pub enum Pasted {
    Picture {
        pixels: Arc<SubjectPixels>,
        thumbnail: ColorImage,
    },
    File(PathBuf),
}

/// A look into the clipboard that has not ended.
pub struct Paste {
    answer: Receiver<Result<Pasted, String>>,
}

impl Paste {
    /// Starts it; wakes the window at its end.
    pub fn of_clipboard(ctx: &egui::Context) -> std::io::Result<Self> {
        Self::start(ctx, from_clipboard)
    }

    /// Takes a picture that has been read already.
    pub fn of_image(ctx: &egui::Context, image: Arc<ColorImage>) -> std::io::Result<Self> {
        Self::start(ctx, move || from_image(&image))
    }

    fn start(
        ctx: &egui::Context,
        read: impl FnOnce() -> Result<Pasted, String> + Send + 'static,
    ) -> std::io::Result<Self> {
        let (sender, answer): (Sender<Result<Pasted, String>>, _) = bounded(1);
        let ctx = ctx.clone();
        // The thread ends by itself; nobody waits for it.
        let _thread = memory::spawn("clipboard", Component::Pictures, move || {
            // A window that has closed meanwhile no longer listens.
            let _ = sender.send(read());
            ctx.request_repaint();
        })?;
        Ok(Self { answer })
    }

    /// `None` while it lasts.
    pub fn answer(&self) -> Option<Result<Pasted, String>> {
        match self.answer.try_recv() {
            Ok(answer) => Some(answer),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                Some(Err(text::similar::CLIPBOARD_UNREADABLE.to_owned()))
            }
        }
    }
}

/// A picture; else the first file of a list of files, or a text that names one.
fn from_clipboard() -> Result<Pasted, String> {
    let mut clipboard = arboard::Clipboard::new()
        .map_err(|err| text::similar::clipboard_cant_be_reached(&err.to_string()))?;
    let said = match clipboard.get_image() {
        Ok(image) => {
            let [width, height] = [image.width, image.height].map(|it| it as u32);
            return scaled(width, height, image.bytes.into_owned());
        }
        Err(arboard::Error::ContentNotAvailable) => None,
        Err(err) => Some(err.to_string()),
    };
    if let Ok(files) = clipboard.get().file_list()
        && let Some(first) = files.into_iter().next()
    {
        return Ok(Pasted::File(first));
    }
    if let Ok(text) = clipboard.get_text() {
        return from_text(&text);
    }
    Err(match said {
        Some(reason) => text::similar::picture_cant_be_read(&reason),
        None => text::similar::CLIPBOARD_HAS_NO_PICTURE.to_owned(),
    })
}

pub fn from_text(text: &str) -> Result<Pasted, String> {
    pasted_path(text)
        .map(Pasted::File)
        .ok_or_else(|| text::similar::CLIPBOARD_HAS_TEXT.to_owned())
}

fn from_image(image: &ColorImage) -> Result<Pasted, String> {
    let [width, height] = image.size.map(|it| it as u32);
    let pixels = image.pixels.iter();
    let rgba = pixels
        .flat_map(egui::Color32::to_srgba_unmultiplied)
        .collect();
    scaled(width, height, rgba)
}

/// At most [`MAX_EDGE`] wide and high; smaller ones stay as they are.
fn scaled(width: u32, height: u32, rgba: Vec<u8>) -> Result<Pasted, String> {
    let picture = image::RgbaImage::from_raw(width, height, rgba)
        .filter(|it| it.width() > 0 && it.height() > 0)
        .ok_or(text::similar::CLIPBOARD_PICTURE_DAMAGED)?;
    let picture = within(picture, MAX_EDGE);
    let small = within(picture.clone(), THUMBNAIL_EDGE);
    let size = [small.width() as usize, small.height() as usize];
    let (width, height) = picture.dimensions();
    Ok(Pasted::Picture {
        thumbnail: ColorImage::from_rgba_unmultiplied(size, small.as_raw()),
        pixels: Arc::new(SubjectPixels {
            width,
            height,
            rgba: picture.into_raw(),
        }),
    })
}

fn within(picture: image::RgbaImage, max_edge: u32) -> image::RgbaImage {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= max_edge {
        return picture;
    }
    let scaled = |edge: u32| {
        let edge = u64::from(edge) * u64::from(max_edge) / u64::from(longest);
        u32::try_from(edge).unwrap_or(max_edge).max(1)
    };
    image::imageops::thumbnail(&picture, scaled(width), scaled(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_picture_is_made_smaller_in_its_shape() {
        let rgba = vec![200; 3000 * 1500 * 4];
        let Ok(Pasted::Picture { pixels, thumbnail }) = scaled(3000, 1500, rgba) else {
            panic!("no picture");
        };
        assert_eq!((pixels.width, pixels.height), (1024, 512));
        assert_eq!(pixels.rgba.len(), 1024 * 512 * 4);
        assert_eq!(thumbnail.size, [192, 96]);
    }

    #[test]
    fn a_small_one_stays_as_it_is() {
        let image = ColorImage::new([3, 2], vec![egui::Color32::from_rgb(9, 8, 7); 6]);
        let Ok(Pasted::Picture { pixels, .. }) = from_image(&image) else {
            panic!("no picture");
        };
        assert_eq!((pixels.width, pixels.height), (3, 2));
        assert_eq!(pixels.rgba.get(..4), Some(&[9, 8, 7, 255][..]));
    }

    #[test]
    fn pixels_that_do_not_fit_are_refused() {
        assert!(scaled(10, 10, vec![0; 12]).is_err());
        assert!(scaled(0, 0, Vec::new()).is_err());
    }
}
