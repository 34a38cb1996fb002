//! What `--trace` records of the window.

use std::time::Duration;

use crate::trace::Trace;

/// Says when something first happened, and how long frames take.
#[derive(Debug, Default)]
pub(super) struct WindowTrace {
    trace: Trace,
    num_frames: u64,
    has_thumbnails: bool,
}

impl WindowTrace {
    pub fn new(trace: Trace) -> Self {
        Self {
            trace,
            ..Self::default()
        }
    }

    /// A frame is about to be laid out; `before_secs` is what the one before
    /// took on the processor, painting included.
    pub fn frame_begins(&mut self, before_secs: Option<f32>) {
        if !self.trace.is_on() {
            return;
        }
        self.num_frames += 1;
        if self.num_frames == 2 {
            self.trace.moment("first frame");
        }
        if let Some(secs) = before_secs {
            self.trace.frame(Duration::from_secs_f32(secs));
        }
    }

    /// A frame has been laid out; the driver paints it next.
    pub fn frame_ends(&self) {
        if self.num_frames == 1 {
            self.trace.moment("first frame laid out");
        }
    }

    /// A picture was on screen so long after it was asked to be opened.
    pub fn picture(&self, after: Duration) {
        self.trace.picture(after);
    }

    /// Every thumbnail on screen has been drawn.
    pub fn thumbnails_are_complete(&mut self) {
        if !self.has_thumbnails {
            self.has_thumbnails = true;
            self.trace.moment("first thumbnails");
        }
    }
}
