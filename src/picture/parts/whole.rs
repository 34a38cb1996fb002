//! What can't be read row by row: decoded whole, and cut.

use super::Job;
use crate::picture::PictureError;
use crate::picture::decode::{self, Decoded, Shortage, Want};

pub(super) fn read(job: Job<'_, '_>) -> Result<(), PictureError> {
    let want = Want {
        max_width: u32::MAX,
        max_height: u32::MAX,
        oversampling: 1,
        fills_box: false,
    };
    let Decoded {
        raster,
        full_width,
        full_height,
        orientation,
        is_animated: _,
        shortage,
        profile,
        permit,
    } = decode::decode(job.source, want)?;
    if let Some(Shortage { needed_bytes, .. }) = shortage {
        return Err(PictureError::unsupported(format!(
            "{} of this kind are not read in parts, and all of it needs {} MB",
            job.source.format.extension().to_uppercase(),
            needed_bytes.div_ceil(1 << 20)
        )));
    }
    let channels = raster.num_channels;
    // What scaling would have needed is free for the parts.
    let mut gather = job.gather(full_width, full_height, orientation, profile, permit);
    let row_bytes = raster.width as usize * usize::from(channels);
    let mut y = 0;
    while let Some(next) = gather.next_row(y) {
        let from = next as usize * row_bytes;
        let Some(row) = raster.data.get(from..from + row_bytes) else {
            return Err(PictureError::damaged("its rows end too early"));
        };
        gather.push(next, row, 0, channels)?;
        y = next + 1;
    }
    Ok(())
}
