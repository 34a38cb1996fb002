//! Gives a picture to other programs, on a thread of its own: it is encoded
//! there, and stays until something else is copied.

use std::borrow::Cow;

use crate::memory::{self, Component};
use crate::message::Pixels;

/// Puts the picture into the clipboard. The thread ends when another program has
/// taken the clipboard over.
pub fn offer(pixels: Pixels) -> std::io::Result<()> {
    memory::spawn("clipboard", Component::Pictures, move || {
        if let Err(err) = serve(pixels) {
            tracing::warn!(%err, "the picture could not be put into the clipboard");
        }
    })?;
    Ok(())
}

fn serve(mut pixels: Pixels) -> Result<(), arboard::Error> {
    pixels.unpremultiply();
    let Pixels {
        width,
        height,
        rgba,
        permit,
        ..
    } = pixels;
    let mut clipboard = arboard::Clipboard::new()?;
    // Others wait for the permit; what stays is the encoded picture alone.
    let image = arboard::ImageData {
        width: width as usize,
        height: height as usize,
        bytes: Cow::Owned(rgba),
    };
    clipboard.set_image(image)?;
    drop(permit);
    memory::flush_thread_cache();
    #[cfg(target_os = "linux")]
    hold(clipboard);
    Ok(())
}

/// What was copied is gone with its last owner, so one is kept while the program runs.
#[cfg(target_os = "linux")]
fn hold(clipboard: arboard::Clipboard) {
    static HELD: parking_lot::Mutex<Option<arboard::Clipboard>> = parking_lot::Mutex::new(None);
    *HELD.lock() = Some(clipboard);
}
