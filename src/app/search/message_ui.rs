//! What is said below the search bar: a query that can't be understood, tags
//! that do not exist.

use eframe::egui::{Align, FontId, RichText, Stroke, TextFormat, TextStyle, Ui, text::LayoutJob};

use crate::app::command::Command;
use crate::app::{text, theme};
use crate::message::{SearchError, SearchSummary, UnknownTag};

use super::{SearchState, with_tag};

pub fn search_messages_ui(ui: &mut Ui, search: &SearchState, commands: &mut Vec<Command>) {
    if let Some(error) = &search.error {
        error_ui(ui, &search.text, error, commands);
        // What is known of tags is about the query before.
        return;
    }
    let SearchSummary {
        unknown_tags,
        as_text,
        ..
    } = &search.summary;
    for (index, unknown) in unknown_tags.iter().enumerate() {
        ui.horizontal_wrapped(|ui| {
            unknown_tag_ui(ui, &search.query, unknown, commands);
            // One way out for all of them, behind the last.
            if index + 1 == unknown_tags.len() && !as_text.is_empty() {
                let instead = ui.button(text::search::SEARCH_NAMES);
                if instead.on_hover_text(as_text).clicked() {
                    commands.push(Command::Search(as_text.clone()));
                }
            }
        });
    }
}

fn error_ui(ui: &mut Ui, query: &str, error: &SearchError, commands: &mut Vec<Command>) {
    let color = theme::palette(ui.visuals()).error;
    // Text of several lines beside a button would stand above it. The column is the
    // letter that is underlined.
    ui.label(RichText::new(&error.message).color(color));
    ui.horizontal_wrapped(|ui| {
        ui.label(marked_query(ui, query, error.column));
        if let Some(suggestion) = &error.suggestion {
            ui.label(text::search::TRY);
            if ui.button(suggestion.as_str()).clicked() {
                commands.push(Command::Search(suggestion.clone()));
            }
        }
    });
}

/// The query with the character at `column` underlined; a space is shown at its
/// end where the column is behind it.
fn marked_query(ui: &Ui, query: &str, column: usize) -> LayoutJob {
    let color = theme::palette(ui.visuals()).error;
    let font = FontId::monospace(TextStyle::Monospace.resolve(ui.style()).size);
    let plain = TextFormat {
        valign: Align::Center,
        ..TextFormat::simple(font.clone(), ui.visuals().text_color())
    };
    let marked = TextFormat {
        underline: Stroke::new(2.0, color),
        valign: Align::Center,
        ..TextFormat::simple(font, color)
    };
    let index = column.saturating_sub(1);
    let before: String = query.chars().take(index).collect();
    let at: String = query.chars().skip(index).take(1).collect();
    let after: String = query.chars().skip(index + 1).collect();
    let mut job = LayoutJob {
        first_row_min_height: ui.spacing().interact_size.y,
        ..LayoutJob::default()
    };
    job.append(&before, 0.0, plain.clone());
    job.append(if at.is_empty() { "_" } else { &at }, 0.0, marked);
    job.append(&after, 0.0, plain);
    job
}

fn unknown_tag_ui(ui: &mut Ui, query: &str, unknown: &UnknownTag, commands: &mut Vec<Command>) {
    let color = theme::palette(ui.visuals()).warning;
    let said = match &unknown.as_metatag {
        Some(metatag) => text::search::no_such_metatag(&unknown.name, &metatag.name),
        None => text::search::no_such_tag(&unknown.name),
    };
    ui.label(RichText::new(said).color(color));
    let metatags = unknown.as_metatag.iter().flat_map(|it| &it.nearest);
    if metatags.clone().next().is_some() || !unknown.nearest.is_empty() {
        ui.label(text::search::DID_YOU_MEAN);
        for term in metatags {
            if ui.button(term).clicked() {
                commands.push(Command::Search(replaced(query, &unknown.name, term)));
            }
        }
        for (name, count) in &unknown.nearest {
            let label = text::search::tag_with_count(name, u64::from(*count));
            if ui.button(label).clicked() {
                commands.push(Command::Search(replaced(query, &unknown.name, name)));
            }
        }
    }
}

/// `query` with the word `old` turned into `new`, keeping a `-` or `~` before it.
fn replaced(query: &str, old: &str, new: &str) -> String {
    let mut is_found = false;
    let words: Vec<String> = query
        .split_whitespace()
        .map(|word| {
            let bare = word.trim_start_matches(['-', '~']);
            if bare.to_lowercase() == old.to_lowercase() {
                is_found = true;
                format!("{}{new}", &word[..word.len() - bare.len()])
            } else {
                word.to_owned()
            }
        })
        .collect();
    if is_found {
        words.join(" ")
    } else {
        with_tag("", new)
    }
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn only_the_unknown_word_changes() {
        assert_eq!(replaced("dog -Cta ~fish", "cta", "cat"), "dog -cat ~fish");
        assert_eq!(replaced("dog", "cta", "cat"), "cat");
    }
}
