//! PNG: rows as they are decompressed, from the first on.

use super::{Job, whole};
use crate::picture::PictureError;
use crate::picture::decode::png_rows;
use crate::picture::header;
use crate::picture::raster::premultiply;

pub(super) fn read(job: Job<'_, '_>) -> Result<(), PictureError> {
    let source = job.source;
    let header = header::png(&mut source.reader()?)
        .map_err(|_| PictureError::damaged("its header is cut off"))?
        .ok_or_else(|| PictureError::damaged("it has no valid header"))?;
    source.check_size(header.width, header.height)?;
    if header.is_interlaced {
        return whole::read(job);
    }
    let channels = header.num_channels;
    let row_bytes = u64::from(header.width) * u64::from(channels);
    let permit = job.permit(
        row_bytes + header.row_bytes * 6,
        (header.width, header.height),
    )?;
    let mut rows = png_rows(source, &header, permit.bytes())?;
    let orientation = rows.orientation;
    let profile = rows.profile.take();
    let mut gather = job.gather(header.width, header.height, orientation, profile, permit);
    let mut row = vec![0; usize::try_from(row_bytes).unwrap_or(0)];
    let mut y = 0;
    while let Some(next) = gather.next_row(y)
        && let Some((left, right)) = gather.columns()
    {
        if !rows.read(&mut row)? {
            return Err(PictureError::damaged("its rows end too early"));
        }
        source.guard.check()?;
        if y == next {
            let columns =
                left as usize * usize::from(channels)..right as usize * usize::from(channels);
            let seen = row.get_mut(columns).unwrap_or_default();
            premultiply(seen, channels);
            gather.push(y, seen, left, channels)?;
        }
        y += 1;
    }
    Ok(())
}
