//! What is known about the open post: tags by category, then the facts.

use eframe::egui::{Label, RichText, ScrollArea, Ui};

use crate::app::command::Command;
use crate::app::rows::{start_row_unless, text_width};
use crate::app::tag_row_ui::{TaggedPosts, edit_tags_ui, heading, tag_row_ui};
use crate::app::{text, theme};
use crate::message::{PostDetails, PostTag};
use crate::model::Category;

use super::Viewer;

pub fn details_ui(
    ui: &mut Ui,
    viewer: &Viewer,
    query: &str,
    tagged: TaggedPosts,
    commands: &mut Vec<Command>,
) {
    // Its bar stands beside the counts, not on them.
    let scroll = &mut ui.spacing_mut().scroll;
    scroll.floating_allocated_width = scroll.floating_width;
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show(ui, |ui| match &viewer.details {
            None => {
                ui.add_space(theme::GAP);
                ui.weak(text::viewer::LOADING);
            }
            Some(Err(reason)) => {
                ui.colored_label(theme::palette(ui.visuals()).error, reason);
            }
            Some(Ok(details)) => {
                ui.add_space(theme::GAP);
                head_ui(ui, details);
                ui.add_space(theme::GAP);
                tags_ui(ui, &details.tags, query, tagged, commands);
                rest_ui(ui, details, commands);
                ui.add_space(theme::GAP_LARGE);
            }
        });
}

/// What people ask first: what it is called, how large it is, when it was made.
fn head_ui(ui: &mut Ui, details: &PostDetails) {
    let PostDetails {
        files,
        format,
        width,
        height,
        file_size,
        is_animated,
        rating,
        is_favorite,
        created_at,
        modified_at,
        imported_at,
        ..
    } = details;
    for file in files {
        let path = file.path.display().to_string();
        let name = file.path.file_name();
        let name = name.map_or(path.clone(), |it| it.to_string_lossy().into_owned());
        let shown = text::on_screen(&name);
        let is_as_written = shown == name;
        // What is selected and copied is what is painted.
        let label = Label::new(RichText::new(shown).strong()).selectable(is_as_written);
        ui.add(label)
            .accessible_name(name)
            .on_hover_text(text::path_on_screen(&path));
        if file.is_missing {
            let color = theme::palette(ui.visuals()).error;
            ui.colored_label(color, text::viewer::FILE_IS_MISSING);
        }
    }
    let mut facts = Vec::new();
    if files.is_empty() {
        facts.push((text::viewer::FILE, text::viewer::NO_FILE.to_owned()));
    }
    if *width > 0 && *height > 0 {
        facts.push((text::viewer::SIZE, format!("{width} × {height}")));
    }
    if let Some(format) = format {
        let format = format.extension().to_uppercase();
        let format = if *is_animated {
            text::viewer::animated(&format)
        } else {
            format
        };
        facts.push((text::viewer::FORMAT, format));
    }
    if *file_size > 0 {
        facts.push((text::viewer::FILE_SIZE, text::bytes(*file_size)));
    }
    let rating = rating.map_or(text::viewer::NO_RATING, |it| it.name());
    facts.push((text::viewer::RATING, rating.to_owned()));
    if *is_favorite {
        facts.push((text::viewer::FAVORITE, text::viewer::YES.to_owned()));
    }
    if let Some(created_at) = created_at {
        facts.push((text::viewer::MADE, text::date(*created_at)));
    }
    if let Some(modified_at) = modified_at {
        facts.push((text::viewer::MODIFIED, text::date(*modified_at)));
    }
    facts.push((text::viewer::IMPORTED, text::date(*imported_at)));
    if ui.available_width() < 1.5 * theme::DETAILS_PANEL_WIDTH {
        for (name, value) in facts {
            fact(ui, name, &value);
        }
    } else {
        // Wide and low: tags are not far below.
        ui.horizontal_wrapped(|ui| {
            for (name, value) in facts {
                // Both in one row.
                let gap = ui.spacing().item_spacing.x;
                start_row_unless(ui, text_width(ui, name) + gap + text_width(ui, &value));
                ui.weak(name);
                ui.label(value);
                ui.add_space(theme::GAP);
            }
        });
    }
}

fn tags_ui(
    ui: &mut Ui,
    tags: &[PostTag],
    query: &str,
    tagged: TaggedPosts,
    commands: &mut Vec<Command>,
) {
    if tags.is_empty() {
        ui.weak(text::viewer::NO_TAGS);
    }
    edit_tags_ui(ui, tagged, commands);
    for category in Category::ALL {
        let mut in_category = tags
            .iter()
            .filter(|tag| tag.category == category)
            .peekable();
        if in_category.peek().is_none() {
            continue;
        }
        ui.label(RichText::new(heading(category)).strong());
        for tag in in_category {
            tag_row_ui(ui, tag, query, tagged, commands);
        }
        ui.add_space(theme::GAP);
    }
}

/// Where it comes from, and what only programs ask; hashes last.
fn rest_ui(ui: &mut Ui, details: &PostDetails, commands: &mut Vec<Command>) {
    let PostDetails {
        id,
        md5,
        phash,
        color_hash,
        files,
        score,
        fav_count,
        sources,
        source_posts,
        text: caption,
        ..
    } = details;
    if let Some(caption) = caption {
        ui.add_space(theme::GAP);
        ui.label(caption);
    }
    ui.add_space(theme::GAP);
    for file in files {
        let path = file.path.display().to_string();
        let copy = text::viewer::COPY_PATH;
        copyable(ui, text::viewer::FILE, &path, copy, commands);
    }
    for source in sources {
        let copy = text::viewer::COPY_SOURCE;
        copyable(ui, text::viewer::SOURCE, source, copy, commands);
    }
    for post in source_posts {
        let name = format!("{} {}", post.site, post.id);
        let copy = text::viewer::COPY_SOURCE_POST;
        copyable(ui, text::viewer::SOURCE_POST, &name, copy, commands);
    }
    if let Some(score) = score {
        fact(ui, text::viewer::SCORE, &score.to_string());
    }
    if let Some(favorites) = fav_count {
        let favorites = text::count(u64::from(*favorites));
        fact(ui, text::viewer::FAVORITES, &favorites);
    }
    fact(ui, text::viewer::POST, &id.to_string());
    let hashes = [
        (
            text::viewer::MD5,
            text::viewer::COPY_MD5,
            md5.map(|it| it.to_string()),
        ),
        (
            text::viewer::PERCEPTUAL_HASH,
            text::viewer::COPY_PERCEPTUAL_HASH,
            phash.map(|it| format!("{it:016x}")),
        ),
        (
            text::viewer::COLOR_HASH,
            text::viewer::COPY_COLOR_HASH,
            color_hash.map(|it| format!("{it:016x}")),
        ),
    ];
    for (name, copy, hash) in hashes {
        if let Some(hash) = hash {
            copyable(ui, name, &hash, copy, commands);
        }
    }
}

fn fact(ui: &mut Ui, name: &str, value: &str) {
    ui.scope(|ui| {
        // Text alone, which needs no room for a pointer.
        ui.spacing_mut().interact_size.y = 0.0;
        ui.horizontal_wrapped(|ui| {
            ui.weak(name);
            ui.label(value);
        });
    });
}

/// The value, often a long one, has lines of its own below its name and button.
fn copyable(ui: &mut Ui, name: &str, value: &str, copy: &str, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.weak(name);
        let button = ui.small_button(text::viewer::COPY).on_hover_text(copy);
        if button
            .accessible_name(text::viewer::copy_value(copy, value))
            .clicked()
        {
            commands.push(Command::Copy(value.to_owned()));
        }
    });
    let shown = text::path_on_screen(value);
    let is_as_written = shown == value;
    ui.add(Label::new(shown.as_ref()).selectable(is_as_written))
        .accessible_name(value);
}
