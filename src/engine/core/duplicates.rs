//! Groups of duplicates, and what is decided about them.

use crate::message::{DuplicateDecision, DuplicateMeasure, EmbedCommand, Event, Generation};

use super::Core;

impl Core<'_> {
    pub(super) fn embed(&mut self, _command: EmbedCommand) {}

    pub(super) fn find_duplicates(&mut self, generation: Generation, _measure: DuplicateMeasure) {
        self.outlet.tell(Event::Duplicates {
            generation,
            groups: Err("Nothing is embedded".to_owned()),
        });
    }

    pub(super) fn stop_duplicates(&mut self) {}

    pub(super) fn decide_duplicates(&mut self, _decision: DuplicateDecision) {}
}
