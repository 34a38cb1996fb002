//! A tag in a list: searched by a click, added to the search, excluded from it.

use eframe::egui::{Align, Button, Layout, Link, RichText, TextWrapMode, Ui};

use crate::message::{PostTag, TagEdit};
use crate::model::Category;

use super::actions::key_of;
use super::command::Command;
use super::tabs::TabCommand;
use super::tagging::TaggingCommand;
use super::{text, theme};

pub const ROW_HEIGHT: f32 = 22.0;

/// The name of a category above its tags.
pub fn heading(category: Category) -> &'static str {
    match category {
        Category::Artist => text::side_bar::ARTIST,
        Category::Copyright => text::side_bar::COPYRIGHT,
        Category::Character => text::side_bar::CHARACTER,
        Category::Species => text::side_bar::SPECIES,
        Category::General => text::side_bar::GENERAL,
        Category::Meta => text::side_bar::META,
        Category::Other => text::side_bar::OTHER,
    }
}

/// The posts whose tags a row's menu changes.
#[derive(Clone, Copy, Debug, Default)]
pub struct TaggedPosts {
    /// 0 where there are none, or nothing can be changed.
    pub num: u64,
    /// The row's tag is one of theirs, and its count is of them; else it is not known
    /// which of them have it.
    pub is_theirs: bool,
    /// Of those, all are known to have it.
    pub have_all: bool,
}

/// Opens the field for their tags, where there are posts.
pub fn edit_tags_ui(ui: &mut Ui, posts: TaggedPosts, commands: &mut Vec<Command>) {
    if posts.num == 0 {
        return;
    }
    let key = key_of(ui.ctx(), "post.tags");
    let edit = ui.small_button(text::tagging::EDIT_TAGS).on_hover_text(key);
    if edit.clicked() {
        commands.push(Command::Tagging(TaggingCommand::Open));
    }
}

fn menu_ui(ui: &mut Ui, tag: &PostTag, posts: TaggedPosts, commands: &mut Vec<Command>) {
    let TaggedPosts {
        num,
        is_theirs,
        have_all,
    } = posts;
    let has_all = have_all || (is_theirs && u64::from(tag.count) >= num);
    let mut item = |ui: &mut Ui, title: &str, command| {
        if ui.button(title).clicked() {
            commands.push(command);
            ui.close();
        }
    };
    let at_hand = |edit| Command::Tagging(TaggingCommand::ChangeAtHand(edit));
    if num > 0 && !has_all {
        let add = at_hand(TagEdit::adding(&tag.name));
        item(ui, &text::tagging::add_to(num), add);
    }
    if num > 0 && (is_theirs || have_all) {
        let remove = at_hand(TagEdit::removing(&tag.name));
        item(ui, &text::tagging::remove_from(num), remove);
    }
    let copy = Command::Copy(tag.name.clone());
    item(ui, text::tagging::COPY_TAG, copy);
}

/// One line, whatever the name's length; the whole name is in its tooltip.
pub fn tag_row_ui(
    ui: &mut Ui,
    tag: &PostTag,
    query: &str,
    posts: TaggedPosts,
    commands: &mut Vec<Command>,
) {
    let PostTag {
        name,
        category,
        count,
        id: _,
    } = tag;
    ui.horizontal(|ui| {
        ui.set_height(ROW_HEIGHT);
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.spacing_mut().button_padding.x = 4.0;
        let add = ui
            .add(Button::new("+").small().frame_when_inactive(false))
            .on_hover_text(text::side_bar::add_tag_to(query));
        if add.accessible_name(text::side_bar::add_tag(name)).clicked() {
            commands.push(Command::AddTag(name.clone()));
        }
        let exclude = ui
            .add(Button::new("−").small().frame_when_inactive(false))
            .on_hover_text(text::side_bar::exclude_tag_from(query));
        if exclude
            .accessible_name(text::side_bar::exclude_tag(name))
            .clicked()
        {
            commands.push(Command::ExcludeTag(name.clone()));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            // In line with the counts of folders.
            ui.add_space(2.0);
            ui.weak(text::count(u64::from(*count)));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.style_mut().wrap_mode = Some(TextWrapMode::Truncate);
                let color = theme::category_color(*category, ui.visuals());
                let shown = name.replace('_', " ");
                let shown = RichText::new(text::on_screen(&shown)).color(color);
                let link = ui.add(Link::new(shown));
                let link = link.accessible_name(text::side_bar::search_tag(name));
                link.context_menu(|ui| menu_ui(ui, tag, posts, commands));
                if link.clicked() {
                    commands.push(Command::Search(name.clone()));
                } else if link.middle_clicked() {
                    commands.push(Command::Tabs(TabCommand::Open(name.clone())));
                }
            });
        });
    });
}
