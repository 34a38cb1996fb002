use std::sync::Arc;

use crossbeam_channel::{Receiver, bounded};

use super::{Event, Outbox, Request};

/// Requests that may wait; a person makes a few a second.
const REQUEST_CAPACITY: usize = 64;

/// Events that may wait; a screenful of thumbnails comes at once.
const EVENT_CAPACITY: usize = 256;

/// Called after events were sent, on any thread, with no lock held.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// The window's ends.
#[derive(Debug)]
pub struct WindowSide {
    pub requests: Outbox<Request>,
    pub events: Receiver<Event>,
}

/// The engine's ends.
#[derive(Debug)]
pub struct EngineSide {
    pub requests: Receiver<Request>,
    pub events: Outbox<Event>,
}

/// Makes both channels.
pub fn channel() -> (WindowSide, EngineSide) {
    let (request_sender, request_receiver) = bounded(REQUEST_CAPACITY);
    let (event_sender, event_receiver) = bounded(EVENT_CAPACITY);
    (
        WindowSide {
            requests: Outbox::new(request_sender),
            events: event_receiver,
        },
        EngineSide {
            requests: request_receiver,
            events: Outbox::new(event_sender),
        },
    )
}
