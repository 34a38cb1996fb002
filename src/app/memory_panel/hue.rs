//! Which colour a part of memory has, the same in every view.

use crate::app::theme::MemoryHue;
use crate::memory::{Band, Component};

/// Of a row at the top of the report, by its name.
pub fn of_row(name: &str) -> MemoryHue {
    if let Some(component) = Component::ALL.into_iter().find(|it| it.name() == name) {
        return of_component(component);
    }
    match name {
        "textures" => MemoryHue::Textures,
        "graphics driver" => MemoryHue::Driver,
        "program" | "libraries" | "fonts" | "other files" => MemoryHue::Files,
        _ => MemoryHue::Other,
    }
}

/// Of a band of the history.
pub fn of_band(band: Band) -> MemoryHue {
    match band {
        Band::Arena(component) => of_component(component),
        Band::Textures => MemoryHue::Textures,
        Band::Files => MemoryHue::Files,
        Band::Other => MemoryHue::Other,
    }
}

fn of_component(component: Component) -> MemoryHue {
    match component {
        Component::General => MemoryHue::General,
        Component::Window => MemoryHue::Window,
        Component::Pictures => MemoryHue::Pictures,
        Component::Import => MemoryHue::Import,
        Component::Engine => MemoryHue::Engine,
        Component::TagCache => MemoryHue::TagCache,
        Component::Sqlite => MemoryHue::Sqlite,
        Component::Similarity => MemoryHue::Similarity,
        Component::Accounting => MemoryHue::Accounting,
        Component::Native => MemoryHue::Native,
        Component::Driver => MemoryHue::Driver,
    }
}
