//! What is known about the open post: tags by category, then the facts.

use eframe::egui::{RichText, ScrollArea, Ui};

use crate::app::command::Command;
use crate::app::tag_row_ui::{heading, tag_row_ui};
use crate::app::{text, theme};
use crate::message::{PostDetails, PostTag};
use crate::model::Category;

use super::Viewer;

pub fn details_ui(ui: &mut Ui, viewer: &Viewer, query: &str, commands: &mut Vec<Command>) {
    ScrollArea::vertical()
        .auto_shrink([false, false])
        .show(ui, |ui| match &viewer.details {
            None => {
                ui.weak("Loading…");
            }
            Some(Err(reason)) => {
                ui.colored_label(theme::palette(ui.visuals()).error, reason);
            }
            Some(Ok(details)) => {
                tags_ui(ui, &details.tags, query, commands);
                ui.add_space(theme::GAP_LARGE);
                facts_ui(ui, details, commands);
            }
        });
}

fn tags_ui(ui: &mut Ui, tags: &[PostTag], query: &str, commands: &mut Vec<Command>) {
    if tags.is_empty() {
        ui.weak("No tags");
    }
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
            tag_row_ui(ui, tag, query, commands);
        }
        ui.add_space(theme::GAP);
    }
}

fn facts_ui(ui: &mut Ui, details: &PostDetails, commands: &mut Vec<Command>) {
    let PostDetails {
        id,
        md5,
        phash,
        color_hash,
        files,
        format,
        width,
        height,
        file_size,
        is_animated,
        rating,
        score,
        fav_count,
        tags: _,
        sources,
        source_posts,
        text: caption,
        created_at,
        imported_at,
    } = details;
    fact(ui, "Post", &id.to_string());
    if *width > 0 && *height > 0 {
        fact(ui, "Size", &format!("{width} × {height}"));
    }
    if let Some(format) = format {
        let animated = if *is_animated { ", animated" } else { "" };
        fact(
            ui,
            "Format",
            &format!("{}{animated}", format.extension().to_uppercase()),
        );
    }
    if *file_size > 0 {
        fact(ui, "File size", &text::bytes(*file_size));
    }
    fact(ui, "Rating", rating.map_or("none", |it| it.name()));
    if let Some(score) = score {
        fact(ui, "Score", &score.to_string());
    }
    if let Some(favorites) = fav_count {
        fact(ui, "Favourites", &text::count(u64::from(*favorites)));
    }
    if let Some(created_at) = created_at {
        fact(ui, "Made", &text::date(*created_at));
    }
    fact(ui, "Imported", &text::date(*imported_at));
    if let Some(md5) = md5 {
        let md5 = md5.to_string();
        copyable(ui, "MD5", &md5, "Copy MD5", commands);
    }
    for (name, hash) in [("Perceptual hash", phash), ("Colour hash", color_hash)] {
        if let Some(hash) = hash {
            let copy = format!("Copy {}", name.to_lowercase());
            copyable(ui, name, &format!("{hash:016x}"), &copy, commands);
        }
    }
    for file in files {
        let path = file.path.display().to_string();
        copyable(ui, "File", &path, "Copy path", commands);
        if file.is_missing {
            let color = theme::palette(ui.visuals()).error;
            ui.colored_label(color, format!("file is missing: {path}"));
        }
    }
    if files.is_empty() {
        fact(ui, "File", "none");
    }
    for source in sources {
        copyable(ui, "Source", source, "Copy source", commands);
    }
    for post in source_posts {
        let name = format!("{} {}", post.site, post.id);
        copyable(ui, "Source post", &name, "Copy source post", commands);
    }
    if let Some(caption) = caption {
        ui.add_space(theme::GAP);
        ui.label(caption);
    }
}

fn fact(ui: &mut Ui, name: &str, value: &str) {
    ui.horizontal_wrapped(|ui| {
        ui.weak(name);
        ui.label(value);
    });
}

/// The value, often a long one, has lines of its own below its name and button.
fn copyable(ui: &mut Ui, name: &str, value: &str, copy: &str, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.weak(name);
        let button = ui.small_button("Copy").on_hover_text(copy);
        if button.accessible_name(format!("{copy} {value}")).clicked() {
            commands.push(Command::Copy(value.to_owned()));
        }
    });
    ui.label(value);
}
