//! Paints the page of the query language: every word with an example that a click
//! searches. It lists the tables that the parser itself goes by.

use eframe::egui::{Align, Button, Layout, RichText, TextWrapMode, Ui, vec2};

use crate::app::command::Command;
use crate::app::options::{head_ui, page_ui, search_ui};
use crate::app::view::View;
use crate::app::{text, theme};
use crate::model::{METATAGS, QUERY_FORMS};

use super::Help;

/// A row narrower than this has its example above what it finds, points.
const NARROW_ROW: f32 = 520.0;

/// A line of the page.
struct Line {
    query: String,
    about: &'static str,
    /// What values there are.
    takes: Option<&'static str>,
}

impl Line {
    /// `search` is in lower case.
    fn is_found(&self, search: &str) -> bool {
        let takes = self.takes.unwrap_or_default();
        let said = format!("{} {} {takes}", self.query, self.about).to_lowercase();
        search.split_whitespace().all(|word| said.contains(word))
    }
}

/// `tags` are two that the library has, for the examples.
pub fn search_page_ui(ui: &mut Ui, help: &mut Help, tags: [&str; 2], commands: &mut Vec<Command>) {
    page_ui(ui, "search language", |ui| {
        head_ui(ui, text::help::SEARCH_LANGUAGE, View::SearchHelp, commands);
        ui.horizontal_wrapped(|ui| {
            let search = search_ui(ui, &mut help.search, text::help::SEARCH_WORDS);
            if std::mem::take(&mut help.wants_focus) {
                search.request_focus();
            }
        });
        ui.weak(text::help::EXAMPLES_ARE);
        let [a, b] = tags;
        let forms = QUERY_FORMS.iter().map(|it| Line {
            query: it.with_tags(a, b),
            about: it.about,
            takes: None,
        });
        let metatags = METATAGS.iter().map(|it| Line {
            query: format!("{}:{}", it.name, it.example),
            about: it.about,
            takes: Some(it.takes),
        });
        let search = help.search.to_lowercase();
        let mut num_found = 0;
        let parts: [(&str, Vec<Line>); 2] = [
            (text::help::WORDS_TOGETHER, forms.collect()),
            (text::help::METATAGS, metatags.collect()),
        ];
        for (title, mut lines) in parts {
            lines.retain(|it| it.is_found(&search));
            if lines.is_empty() {
                continue;
            }
            num_found += lines.len();
            ui.add_space(theme::GAP_LARGE);
            ui.heading(title);
            ui.separator();
            for line in &lines {
                line_ui(ui, line, commands);
            }
        }
        if num_found == 0 {
            ui.add_space(theme::GAP_LARGE);
            ui.weak(text::help::NO_WORD);
        }
        ui.add_space(theme::GAP_LARGE);
    });
}

fn line_ui(ui: &mut Ui, line: &Line, commands: &mut Vec<Command>) {
    let room = ui.available_width();
    let mut example_ui = |ui: &mut Ui| {
        let example = Button::new(RichText::new(&line.query).monospace());
        let example = ui
            .add(example.wrap_mode(TextWrapMode::Truncate))
            .accessible_name(text::help::search_for(&line.query))
            .on_hover_text(text::help::search_for(&line.query));
        if example.clicked() {
            commands.push(Command::Search(line.query.clone()));
        }
    };
    let said_ui = |ui: &mut Ui| {
        ui.label(line.about);
        if let Some(takes) = line.takes {
            ui.label(RichText::new(takes).weak().small());
        }
    };
    if room < NARROW_ROW {
        ui.vertical(|ui| {
            example_ui(ui);
            said_ui(ui);
        });
    } else {
        ui.horizontal_top(|ui| {
            let size = vec2(room * 0.36, theme::BUTTON_HEIGHT);
            ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Min), |ui| {
                ui.set_min_width(size.x);
                example_ui(ui);
            });
            ui.vertical(|ui| {
                // In line with the text of the button.
                ui.add_space(3.0);
                said_ui(ui);
            });
        });
    }
    ui.add_space(theme::GAP);
}
