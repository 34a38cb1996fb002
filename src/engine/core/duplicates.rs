//! Groups of duplicates, and what is decided about them.

use crate::engine::jobs::DuplicateNews;
use crate::engine::similarity::duplicates::DuplicateQuestion;
use crate::message::{DuplicateDecision, DuplicateMeasure, EmbedCommand, Event, Generation};

use super::Core;

impl Core<'_> {
    pub(super) fn embed(&mut self, _command: EmbedCommand) {}

    pub(super) fn find_duplicates(&mut self, generation: Generation, measure: DuplicateMeasure) {
        if matches!(measure, DuplicateMeasure::Cosine(_)) && !self.settings.semantic_similarity {
            self.duplicates.cancel();
            let reason = "Similarity by embeddings is switched off (semantic_similarity); switch \
                          it on, or look for duplicates by distance";
            return self.no_duplicates(generation, reason.to_owned());
        }
        let question = DuplicateQuestion {
            measure,
            model_key: self.similar.comparer.context().embed.model_key(),
        };
        if let Err(err) = self.duplicates.find(generation, question) {
            self.no_duplicates(generation, format!("No thread can be started: {err}"));
        }
    }

    pub(super) fn stop_duplicates(&mut self) {
        self.duplicates.cancel();
    }

    pub(super) fn hear_duplicates(&mut self, news: DuplicateNews) {
        match news {
            DuplicateNews::Progress { generation, share } => {
                if self.duplicates.is_wanted(generation) {
                    self.outlet
                        .tell_newest(Event::DuplicateProgress { generation, share }, |it| {
                            matches!(it, Event::DuplicateProgress { .. })
                        });
                }
            }
            DuplicateNews::Ended { generation, groups } => {
                let is_wanted = self.duplicates.ended(generation);
                if let Some(groups) = groups
                    && is_wanted
                {
                    self.outlet
                        .tell_newest(Event::Duplicates { generation, groups }, |it| {
                            matches!(
                                it,
                                Event::DuplicateProgress { .. } | Event::Duplicates { .. }
                            )
                        });
                }
                if let Err(err) = self.duplicates.start_wanted() {
                    self.fail(format!(
                        "Duplicates can't be looked for: no thread can be started ({err})"
                    ));
                }
            }
        }
    }

    fn no_duplicates(&mut self, generation: Generation, reason: String) {
        self.outlet.tell_newest(
            Event::Duplicates {
                generation,
                groups: Err(reason),
            },
            |it| matches!(it, Event::Duplicates { .. }),
        );
    }

    pub(super) fn decide_duplicates(&mut self, _decision: DuplicateDecision) {}
}
