//! Groups of duplicates, and what is decided about them.

use crate::message::{DuplicateDecision, DuplicateMeasure, Event, Generation};

use super::Core;

impl Core<'_> {
    pub(super) fn find_duplicates(&mut self, generation: Generation, _measure: DuplicateMeasure) {
        self.outlet.tell(Event::Duplicates {
            generation,
            groups: Err("Nothing is embedded".to_owned()),
        });
    }

    pub(super) fn stop_duplicates(&mut self) {}

    pub(super) fn decide_duplicates(&mut self, _decision: DuplicateDecision) {}
}
