//! Answers questions about pictures that are alike.

use crate::message::{
    DuplicateDecision, DuplicateMeasure, EmbedCommand, Event, Generation, IndexCommand,
    SimilarQuery,
};

use super::Core;

impl Core<'_> {
    pub(super) fn find_similar(&mut self, generation: Generation, _query: SimilarQuery) {
        self.outlet.tell(Event::SimilarFailed {
            generation,
            message: "Nothing is embedded".to_owned(),
            way_out: None,
        });
    }

    pub(super) fn watch_similarity(&mut self, _watch: bool) {}

    pub(super) fn embed(&mut self, _command: EmbedCommand) {}

    pub(super) fn command_index(&mut self, _command: IndexCommand) {}

    pub(super) fn find_duplicates(&mut self, generation: Generation, _measure: DuplicateMeasure) {
        self.outlet.tell(Event::Duplicates {
            generation,
            groups: Err("Nothing is embedded".to_owned()),
        });
    }

    pub(super) fn stop_duplicates(&mut self) {}

    pub(super) fn decide_duplicates(&mut self, _decision: DuplicateDecision) {}
}
