//! The pictures of an animation, one after another: GIF, animated WebP and PNG.
//!
//! A decoder keeps the picture that the next one is painted over, so frames come
//! in order only; to go back, it begins anew. What it keeps is under a permit,
//! which goes, and the decoder with it, while nobody wants a frame.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::LoopCount;
use image::{AnimationDecoder as _, Frames, ImageDecoder as _, ImageError, ImageResult};

use super::color::Profile;
use super::decode::{Source, from_image};
use super::guard::Guard;
use super::raster::Raster;
use super::{PictureError, open};
use crate::memory::{self, Component, Permit, Permits};
use crate::message::{Frame, Pixels};
use crate::model::FileFormat;

/// Decoders' tables and buffers.
const OVERHEAD: u64 = 2 << 20;

/// Canvases, frames and planes of a decoder, bytes a pixel.
const DECODER_BYTES: u64 = 20;

/// Of one run of a decoder; an animation may be looked at for as long as that.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// A delay that is shorter is meant to be as browsers have it.
const LEAST_DELAY_MS: u32 = 20;
const PLAIN_DELAY_MS: u32 = 100;

/// Whether the next frame is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Now,
    /// Perhaps later.
    Later,
    Never,
}

/// Who takes the frames.
pub trait Audience {
    /// Asked before each frame; may wait a little.
    fn wants(&mut self) -> Wish;
    /// Waits until the next one is wanted; `false` where none ever is.
    fn wait(&mut self) -> bool;
    fn take(&mut self, frame: Frame);
    /// The frame that [`Self::wants`] was asked for last comes later.
    fn postpone(&mut self);
}

/// Shows the frames of an animation from the one at `first`, scaled to fit, as
/// often as it says; returns once it is over, or nobody wants more.
pub fn play(
    path: &Path,
    first: u32,
    (max_width, max_height): (u32, u32),
    permits: &Permits,
    is_cancelled: &dyn Fn() -> bool,
    audience: &mut dyn Audience,
) -> Result<(), PictureError> {
    let _scope = memory::scope(Component::Pictures);
    let opened = open(path)?;
    let guard = Guard::lasting(is_cancelled, LONGEST);
    let source = opened.source(permits, &guard);
    let mut run = Run {
        next: first,
        num_frames: None,
        rounds_done: 0,
        max_size: (max_width, max_height),
    };
    loop {
        let outcome = catch_unwind(AssertUnwindSafe(|| run.go(&source, audience)));
        let format = opened.format;
        let outcome = outcome.unwrap_or(Err(PictureError::Decoder { format }));
        match (outcome, guard.stopped()) {
            (Err(_), Some(stop)) => return Err(stop.into()),
            (Err(err), None) => return Err(err),
            (Ok(End::Over), _) => return Ok(()),
            (Ok(End::Round | End::Crowded), _) => {}
            (Ok(End::Paused), _) => {
                // Whatever was freed goes back before anybody waits.
                memory::flush_thread_cache();
                if !audience.wait() {
                    return Ok(());
                }
            }
        }
    }
}

/// Where we are.
struct Run {
    next: u32,
    num_frames: Option<u32>,
    rounds_done: u32,
    max_size: (u32, u32),
}

/// Why a decoder was given up.
enum End {
    Over,
    /// It begins anew.
    Round,
    Paused,
    /// Others wait for memory.
    Crowded,
}

impl Run {
    /// Decodes from the start; frames before the next one are passed over.
    fn go(
        &mut self,
        source: &Source<'_>,
        audience: &mut dyn Audience,
    ) -> Result<End, PictureError> {
        let opened = Opened::new(source)?;
        let (width, height) = opened.size;
        source.check_size(width, height)?;
        let (frame_width, frame_height) =
            Raster::fitted(width, height, self.max_size.0, self.max_size.1);
        let frame_bytes = u64::from(frame_width) * u64::from(frame_height) * 4;
        let work = u64::from(width) * u64::from(height) * DECODER_BYTES + OVERHEAD;
        let work = if source.format == FileFormat::WebP {
            work + source.file_size
        } else {
            work
        };
        let mut permit = source.acquire(work + frame_bytes, opened.size)?;
        let Opened {
            frames,
            loops,
            profile,
            ..
        } = opened;
        let num_rounds = match loops {
            LoopCount::Infinite => None,
            LoopCount::Finite(num) => Some(num.get()),
        };
        let mut reserve = Some(permit.split(frame_bytes));
        let mut index = 0;
        for frame in frames {
            let frame = match frame {
                Ok(frame) => frame,
                // Cut off: what is there is shown.
                Err(_) if index > 1 && source.guard.stopped().is_none() => break,
                Err(err) => return Err(from_image(err)),
            };
            source.guard.check()?;
            if index < self.next {
                index += 1;
                continue;
            }
            match audience.wants() {
                Wish::Now => {}
                Wish::Later => return Ok(End::Paused),
                Wish::Never => return Ok(End::Over),
            }
            let own = match reserve.take() {
                Some(own) => own,
                None => match source.permits.try_acquire(frame_bytes) {
                    Ok(own) => own,
                    Err(_) => {
                        audience.postpone();
                        return Ok(End::Crowded);
                    }
                },
            };
            let (numerator, denominator) = frame.delay().numer_denom_ms();
            let delay_ms = match numerator.checked_div(denominator.max(1)).unwrap_or(0) {
                0..LEAST_DELAY_MS => PLAIN_DELAY_MS,
                delay => delay,
            };
            let pixels = finished(frame, (frame_width, frame_height), profile.as_ref(), own)?;
            audience.take(Frame {
                index,
                delay_ms,
                pixels,
                num_frames: self.num_frames,
                num_rounds,
            });
            index += 1;
            self.next = index;
        }
        if index == 0 {
            return Err(PictureError::damaged("it has no frame"));
        }
        self.num_frames = Some(index);
        self.next = 0;
        self.rounds_done += 1;
        if index == 1 || num_rounds.is_some_and(|it| self.rounds_done >= it) {
            Ok(End::Over)
        } else {
            Ok(End::Round)
        }
    }
}

fn finished(
    frame: image::Frame,
    (width, height): (u32, u32),
    profile: Option<&Profile>,
    mut permit: Permit,
) -> Result<Pixels, PictureError> {
    let image = frame.into_buffer();
    let (full_width, full_height) = image.dimensions();
    let mut raster = Raster {
        width: full_width,
        height: full_height,
        num_channels: 4,
        data: image.into_raw(),
    };
    raster.premultiply();
    let raster = super::in_srgb(raster.resized(width, height)?, profile);
    let rgba = raster.into_rgba();
    permit.shrink_to(rgba.capacity() as u64);
    Ok(Pixels {
        width,
        height,
        rgba,
        full_width,
        full_height,
        degraded: None,
        permit: Some(permit),
    })
}

struct Opened<'a> {
    size: (u32, u32),
    loops: LoopCount,
    profile: Option<Profile>,
    frames: Box<dyn Iterator<Item = ImageResult<image::Frame>> + 'a>,
}

impl<'a> Opened<'a> {
    fn new(source: &Source<'a>) -> Result<Self, PictureError> {
        let reader = source.reader()?;
        match source.format {
            FileFormat::Gif => {
                let decoder = GifDecoder::new(reader).map_err(from_image)?;
                Ok(Self {
                    size: decoder.dimensions(),
                    loops: decoder.loop_count(),
                    profile: None,
                    frames: boxed(decoder.into_frames()),
                })
            }
            FileFormat::WebP => {
                let mut decoder = WebPDecoder::new(reader).map_err(from_image)?;
                let profile = decoder.icc_profile().ok().flatten();
                Ok(Self {
                    size: decoder.dimensions(),
                    loops: decoder.loop_count(),
                    profile: profile.and_then(|it| Profile::parse(&it)),
                    frames: boxed(decoder.into_frames()),
                })
            }
            FileFormat::Png => {
                let decoder = PngDecoder::new(reader).map_err(from_image)?;
                let size = decoder.dimensions();
                let decoder = decoder.apng().map_err(from_image)?;
                Ok(Self {
                    size,
                    loops: decoder.loop_count(),
                    profile: None,
                    frames: boxed(decoder.into_frames()),
                })
            }
            format => Err(PictureError::unsupported(format!(
                "{} files have one picture",
                format.extension().to_uppercase()
            ))),
        }
    }
}

fn boxed(frames: Frames<'_>) -> Box<dyn Iterator<Item = Result<image::Frame, ImageError>> + '_> {
    Box::new(frames)
}

#[cfg(test)]
#[path = "animation_tests.rs"]
mod tests;
