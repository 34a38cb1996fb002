//! The colours of what is typed: tags by category, unknown ones marked.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Color32, FontId, Galley, Stroke, TextStyle, Ui};

use crate::app::link::Link;
use crate::app::theme;
use crate::message::{Generation, PlaceRequest, QuerySpan, Request, SpanKind};

/// What the engine said of the text, and of which.
#[derive(Debug, Default)]
pub struct QueryColors {
    asked: Generation,
    asked_text: Option<String>,
    text: String,
    spans: Vec<QuerySpan>,
}

impl QueryColors {
    /// Asks how `text` reads, if that is not known.
    pub fn follow(&mut self, text: &str, link: &mut Link) {
        if self.asked_text.as_deref() == Some(text) {
            return;
        }
        self.asked_text = Some(text.to_owned());
        if text.trim().is_empty() {
            return;
        }
        self.asked = link.next_generation();
        link.send(Request::Places(PlaceRequest::Describe {
            generation: self.asked,
            text: text.to_owned(),
        }));
    }

    /// Tags may read otherwise now.
    pub fn forget(&mut self) {
        self.asked_text = None;
    }

    pub fn take(&mut self, generation: Generation, spans: Vec<QuerySpan>) {
        if generation == self.asked
            && let Some(text) = &self.asked_text
        {
            self.text.clone_from(text);
            self.spans = spans;
        }
    }

    /// The parts of `text` with what they are, as far as they are known: what was
    /// typed since is plain. Together they are the whole text.
    fn parts<'a>(&self, text: &'a str) -> Vec<(&'a str, Option<SpanKind>)> {
        let num_same = text
            .char_indices()
            .zip(self.text.chars())
            .take_while(|((_, a), b)| a == b)
            .last()
            .map_or(0, |((at, it), _)| at + it.len_utf8());
        let is_same = text == self.text;
        let mut parts = Vec::new();
        let mut at = 0;
        for span in &self.spans {
            // The word that is being typed changes with the next key.
            let is_known = span.range.end < num_same || (is_same && span.range.end == num_same);
            let (Some(before), Some(part)) = (
                text.get(at..span.range.start),
                text.get(span.range.clone()).filter(|_| is_known),
            ) else {
                break;
            };
            parts.push((before, None));
            parts.push((part, Some(span.kind)));
            at = span.range.end;
        }
        parts.push((text.get(at..).unwrap_or_default(), None));
        parts.retain(|it| !it.0.is_empty());
        parts
    }

    /// Lays `text` out. `is_typed` is the text that somebody writes: its last word
    /// is not marked as unknown, as it is not finished.
    pub fn galley(&self, ui: &Ui, text: &str, is_typed: bool) -> Arc<Galley> {
        let font = TextStyle::Body.resolve(ui.style());
        let mut job = LayoutJob::default();
        // One line, however long.
        job.wrap.max_width = f32::INFINITY;
        job.break_on_newline = false;
        let parts = self.parts(text);
        let num = parts.len();
        for (index, (part, kind)) in parts.into_iter().enumerate() {
            let is_unfinished = is_typed && index + 1 == num;
            job.append(part, 0.0, format(ui, &font, kind, is_unfinished));
        }
        ui.painter().layout_job(job)
    }
}

fn format(ui: &Ui, font: &FontId, kind: Option<SpanKind>, is_unfinished: bool) -> TextFormat {
    let visuals = ui.visuals();
    let palette = theme::palette(visuals);
    let plain = visuals.text_color();
    let mut underline = Stroke::NONE;
    let color: Color32 = match kind {
        None => plain,
        Some(SpanKind::Tag(category)) => theme::category_color(category, visuals),
        Some(SpanKind::Unknown) if is_unfinished => plain,
        // Marked by more than its colour.
        Some(SpanKind::Unknown) => {
            underline = Stroke::new(1.0, palette.warning);
            palette.warning
        }
        Some(SpanKind::Metatag) => palette.good,
        Some(SpanKind::Sign) => visuals.weak_text_color(),
    };
    TextFormat {
        font_id: font.clone(),
        color,
        underline,
        ..TextFormat::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Category;

    const TAG: SpanKind = SpanKind::Tag(Category::General);

    fn colors(text: &str, spans: &[(std::ops::Range<usize>, SpanKind)]) -> QueryColors {
        QueryColors {
            text: text.to_owned(),
            spans: spans
                .iter()
                .map(|(range, kind)| QuerySpan {
                    range: range.clone(),
                    kind: *kind,
                })
                .collect(),
            ..QueryColors::default()
        }
    }

    #[test]
    fn what_was_typed_since_is_plain() {
        let colors = colors(
            "猫 -dog",
            &[(0..3, TAG), (4..5, SpanKind::Sign), (5..8, TAG)],
        );
        let whole = colors.parts("猫 -dog");
        assert_eq!(
            whole,
            [
                ("猫", Some(TAG)),
                (" ", None),
                ("-", Some(SpanKind::Sign)),
                ("dog", Some(TAG))
            ]
        );
        let typed = colors.parts("猫 -dogs");
        let end = [("-", Some(SpanKind::Sign)), ("dogs", None)];
        assert_eq!(typed[2..], end);
        // Another text keeps only what is the same from its start.
        for text in ["", "x", "犬 -dog", "猫", "猫 x"] {
            let parts = colors.parts(text);
            let joined: String = parts.iter().map(|it| it.0).collect();
            assert_eq!(joined, text);
        }
    }
}
