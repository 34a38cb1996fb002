//! The tags that the posts have, each with what takes it away or gives it to all.

use eframe::egui::{
    Button, Color32, Frame, Margin, RichText, Role, ScrollArea, TextStyle, Ui, WidgetInfo, vec2,
};

use crate::app::command::Command;
use crate::app::rows::start_row_unless;
use crate::app::{text, theme};
use crate::message::{PostTag, TagEdit};

use super::{Tagger, TaggingCommand};

/// Of a longer name the middle is left out.
const MAX_NAME: usize = 40;

/// Rows of tags that are seen at once, at most.
const NUM_ROWS: f32 = 4.0;

/// Share of the room for pictures that they take at most.
const MOST_HEIGHT: f32 = 0.25;

/// Around the name in a chip, with its buttons, points.
const AROUND_NAME: f32 = 62.0;

pub fn tags_ui(ui: &mut Ui, tagger: &Tagger, is_writable: bool, commands: &mut Vec<Command>) {
    let tags = &tagger.tags;
    if !tags.is_answered {
        ui.weak(text::tagging::COUNTING);
        return;
    }
    if tags.tags.is_empty() {
        ui.weak(text::tagging::NONE);
        return;
    }
    let row = ui.spacing().interact_size.y + theme::GAP;
    let room = ui.available_height() * MOST_HEIGHT;
    let height = (row * NUM_ROWS).min(room).max(row);
    ScrollArea::vertical()
        .id_salt("tags of posts")
        .max_height(height)
        // As high as its rows, however few there were before.
        .min_scrolled_height(height)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(theme::GAP, theme::GAP / 2.0);
                for tag in &tags.tags {
                    chip_ui(ui, tag, tags.num_posts, is_writable, commands);
                }
                if tags.may_have_more() {
                    ui.weak(text::tagging::AND_RARER);
                }
            });
        });
}

fn chip_ui(
    ui: &mut Ui,
    tag: &PostTag,
    num_posts: u64,
    is_writable: bool,
    commands: &mut Vec<Command>,
) {
    let PostTag {
        name,
        category,
        count,
        id: _,
    } = tag;
    let shown = text::middle(name, MAX_NAME);
    let shown = text::on_screen(&shown);
    let num = u64::from(*count);
    let is_of_some = num < num_posts;
    let count = text::count(num);
    let figures = if is_of_some { count.as_str() } else { "" };
    start_row_unless(ui, AROUND_NAME + width(ui, &shown) + width(ui, figures));
    let palette = theme::palette(ui.visuals());
    let color = theme::category_color(*category, ui.visuals());
    let mut change = |edit| commands.push(Command::Tagging(TaggingCommand::Change(edit)));
    Frame::new()
        .fill(palette.cell)
        .corner_radius(theme::WIDGET_ROUNDING)
        .inner_margin(Margin::symmetric(6, 0))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.x = 3.0;
            ui.spacing_mut().button_padding.x = 3.0;
            ui.horizontal(|ui| {
                let label = ui.label(RichText::new(shown.as_ref()).color(color));
                let said = if is_of_some {
                    text::tagging::tag_of_some(name, num, num_posts)
                } else {
                    text::tagging::tag(name)
                };
                label.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
                if is_of_some {
                    let share = text::tagging::share(num, num_posts);
                    ui.weak(figures).on_hover_text(share);
                }
                if !is_writable {
                    return;
                }
                if is_of_some {
                    let said = text::tagging::give_to_all(name, num_posts);
                    let give = ui.add(Button::new("+").small().frame_when_inactive(false));
                    let give = give.on_hover_text(&said).accessible_name(said);
                    if give.clicked() {
                        change(TagEdit::adding(name));
                    }
                }
                let said = text::tagging::take_away(name);
                let take = ui.add(Button::new("×").small().frame_when_inactive(false));
                let take = take.on_hover_text(&said).accessible_name(said);
                if take.clicked() {
                    change(TagEdit::removing(name));
                }
            });
        });
}

fn width(ui: &Ui, text: &str) -> f32 {
    let font = TextStyle::Body.resolve(ui.style());
    let galley = ui
        .painter()
        .layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
    galley.size().x
}
