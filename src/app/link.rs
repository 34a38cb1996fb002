use crossbeam_channel::Receiver;

use super::gone::Gone;
use crate::message::{
    EditRequest, Event, Generation, Outbox, PlaceRequest, PostEdit, Request, WindowSide,
};

/// The window's end of the channels, and the numbers of its last questions.
#[derive(Debug)]
pub struct Link {
    requests: Outbox<Request>,
    pub events: Receiver<Event>,
    last: Generation,
    num_edits: u32,
    /// What changes of posts took out.
    pub gone: Gone,
    /// Ratings and favourites were changed, and nothing else was.
    is_marked: bool,
    is_changed: bool,
}

impl Link {
    pub fn new(side: WindowSide) -> Self {
        let WindowSide { requests, events } = side;
        Self {
            requests,
            events,
            last: Generation::default(),
            num_edits: 0,
            gone: Gone::default(),
            is_marked: false,
            is_changed: false,
        }
    }

    /// A number that no question had before.
    pub fn next_generation(&mut self) -> Generation {
        self.last = self.last.next();
        self.last
    }

    /// Sends, never blocks; a question of a kind of which only the newest
    /// matters takes the place of those that still wait.
    pub fn send(&mut self, request: Request) {
        match &request {
            Request::Edit(
                EditRequest::ToggleFavorite(_)
                | EditRequest::Do(PostEdit::Rate { .. } | PostEdit::SetFavorite { .. }),
            ) => self.is_marked = true,
            Request::Edit(_)
            | Request::Import { .. }
            | Request::RetryFailures
            | Request::Duplicates(_)
            | Request::Places(PlaceRequest::Change(_)) => self.is_changed = true,
            _ => {}
        }
        if let Request::Edit(edit) = &request {
            self.gone.ask(edit);
        }
        let is_edit = matches!(&request, Request::Edit(it) if *it != EditRequest::Stop);
        self.num_edits += u32::from(is_edit);
        if is_newest_only(&request) {
            let kind = std::mem::discriminant(&request);
            self.requests
                .replace(request, |waiting| std::mem::discriminant(waiting) == kind);
        } else {
            self.requests.send(request);
        }
    }

    /// Whether ratings and favourites are all that can have changed since this was asked.
    pub fn take_is_only_marked(&mut self) -> bool {
        let is_changed = std::mem::take(&mut self.is_changed);
        std::mem::take(&mut self.is_marked) && !is_changed
    }

    /// A change of posts was asked for, and its end not heard of yet.
    pub fn is_editing(&self) -> bool {
        self.num_edits > 0
    }

    /// The end of a change of posts was heard of.
    pub fn edited(&mut self) {
        self.num_edits = self.num_edits.saturating_sub(1);
    }

    /// Sends what waited for room; `true` when nothing waits any more.
    pub fn flush(&mut self) -> bool {
        self.requests.flush()
    }
}

fn is_newest_only(request: &Request) -> bool {
    matches!(
        request,
        Request::Search { .. }
            | Request::Complete { .. }
            | Request::Thumbnails { .. }
            | Request::LargerThumbnails { .. }
            | Request::OpenPost { .. }
            | Request::Picture { .. }
            | Request::WatchMemory { .. }
            | Request::FindSimilar { .. }
            | Request::WatchSimilarity { .. }
            | Request::FindDuplicates { .. }
            | Request::Marks { .. }
            | Request::CountTags { .. }
            | Request::Measure { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::channel;

    #[test]
    fn only_the_newest_thumbnail_list_waits() {
        let (window, engine) = channel();
        let mut link = Link::new(window);
        for _ in 0..200 {
            link.send(Request::Thumbnails { wanted: Vec::new() });
        }
        link.send(Request::RetryFailures);
        let mut num_lists = 0;
        let mut num_retries = 0;
        loop {
            while let Ok(request) = engine.requests.try_recv() {
                match request {
                    Request::RetryFailures => num_retries += 1,
                    _ => num_lists += 1,
                }
            }
            if link.flush() && engine.requests.is_empty() {
                break;
            }
        }
        assert_eq!(num_retries, 1);
        assert!(num_lists < 100, "{num_lists} lists were sent");
    }
}
