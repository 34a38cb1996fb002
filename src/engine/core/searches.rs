//! Saved searches and the history: read here, written by the job of edits.

use crate::engine::jobs::Edit;
use crate::message::Event;

use super::Core;

/// Of the history, what the window gets.
const NUM_RECENT: usize = 100;

impl Core<'_> {
    /// Has the library changed; the answer is `Searches`, or a notice too.
    pub(super) fn edit(&mut self, edit: Edit) {
        let failure = edit.failure();
        if let Err(err) = self.edits.push(edit) {
            self.fail(format!("{failure}: no thread can be started ({err})"));
        }
    }

    /// A library that can't be changed remembers nothing, which is no error.
    pub(super) fn remember_search(&mut self, query: String) {
        if self.library.read_only().is_none() {
            self.edit(Edit::RememberSearch { query });
        }
    }

    /// To be called when an edit was written, or failed.
    pub(super) fn edited(&mut self, outcome: Result<(), String>) {
        if let Err(message) = outcome {
            self.fail(message);
        }
        self.tell_searches();
    }

    pub(super) fn tell_searches(&mut self) {
        let lists = self.reader.saved_searches().and_then(|saved| {
            let recent = self.reader.recent_searches(NUM_RECENT)?;
            Ok((saved, recent))
        });
        match lists {
            Ok((saved, recent)) => {
                let recent = recent.into_iter().map(|it| it.query).collect();
                self.outlet
                    .tell_newest(Event::Searches { saved, recent }, |it| {
                        matches!(it, Event::Searches { .. })
                    });
            }
            Err(err) => self.fail(format!("The saved searches can't be read: {err}")),
        }
    }
}
