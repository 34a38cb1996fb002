//! Every colour, size and distance of the window.

use eframe::egui::{
    self, Color32, CornerRadius, FontId, Stroke, TextStyle, Theme, ThemePreference, Visuals, vec2,
};

use crate::model::Category;

/// Light, dark, or as the desktop says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    #[default]
    System,
    Light,
    Dark,
}

impl ThemeChoice {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub fn preference(self) -> ThemePreference {
        match self {
            Self::System => ThemePreference::System,
            Self::Light => ThemePreference::Light,
            Self::Dark => ThemePreference::Dark,
        }
    }
}

/// Edge of a grid cell, points.
pub const CELL_EDGE: f32 = 168.0;
/// Between two cells, points.
pub const CELL_GAP: f32 = 6.0;
/// Between a cell's border and its thumbnail, points.
pub const CELL_PADDING: f32 = 5.0;
pub const CELL_ROUNDING: u8 = 5;
pub const SCROLL_BAR_WIDTH: f32 = 12.0;
pub const SCROLL_HANDLE_MIN: f32 = 28.0;
/// Width of the panels at the side, points.
pub const MEMORY_PANEL_WIDTH: f32 = 520.0;
pub const MEMORY_PANEL_MIN_WIDTH: f32 = 340.0;
pub const DETAILS_PANEL_WIDTH: f32 = 300.0;
pub const OPTIONS_PANEL_WIDTH: f32 = 320.0;
pub const GROUPS_PANEL_WIDTH: f32 = 260.0;
/// Edge of a thumbnail in the list of duplicates, points.
pub const GROUP_THUMBNAIL_EDGE: f32 = 54.0;
/// Edge of a cell of the strip below an open post, in a low window, and what one
/// is, points.
pub const STRIP_EDGE: f32 = 92.0;
pub const STRIP_EDGE_LOW: f32 = 60.0;
pub const LOW_HEIGHT: f32 = 560.0;
/// A window lower than this has no strip, points.
pub const STRIP_LEAST_HEIGHT: f32 = 370.0;
/// A window narrower than this has room for one thing beside another only below it, points.
pub const NARROW_WIDTH: f32 = 800.0;
/// A star's tips from its middle, and the width of a button that shows one, points.
pub const STAR_RADIUS: f32 = 7.0;
pub const STAR_BUTTON_WIDTH: f32 = 28.0;
pub const TABLE_ROW_HEIGHT: f32 = 22.0;
/// Between things that belong together, and between groups.
pub const GAP: f32 = 6.0;
pub const GAP_LARGE: f32 = 14.0;

/// Colours that egui's own style has no name for.
#[derive(Clone, Copy, Debug)]
pub struct Palette {
    pub accent: Color32,
    pub cell: Color32,
    pub cell_hovered: Color32,
    pub selection: Color32,
    pub error: Color32,
    pub warning: Color32,
    pub good: Color32,
    /// Of what is saved.
    pub star: Color32,
    pub bar: Color32,
    pub error_fill: Color32,
    pub info_fill: Color32,
    pub picture_background: Color32,
    /// Of a figure on a picture, whatever the picture is.
    pub badge: Color32,
    pub badge_text: Color32,
}

const DARK: Palette = Palette {
    accent: Color32::from_rgb(0x7c, 0xb7, 0xff),
    cell: Color32::from_rgb(0x22, 0x24, 0x28),
    cell_hovered: Color32::from_rgb(0x2e, 0x31, 0x37),
    selection: Color32::from_rgb(0x7c, 0xb7, 0xff),
    error: Color32::from_rgb(0xff, 0x8a, 0x80),
    warning: Color32::from_rgb(0xff, 0xc4, 0x66),
    good: Color32::from_rgb(0x8f, 0xd1, 0x9e),
    star: Color32::from_rgb(0xff, 0xc4, 0x66),
    bar: Color32::from_rgb(0x3d, 0x5a, 0x80),
    error_fill: Color32::from_rgb(0x48, 0x22, 0x22),
    info_fill: Color32::from_rgb(0x22, 0x33, 0x48),
    picture_background: Color32::from_rgb(0x12, 0x13, 0x15),
    badge: Color32::from_rgba_premultiplied(0x0c, 0x0d, 0x0f, 0xd8),
    badge_text: Color32::from_rgb(0xf2, 0xf4, 0xf7),
};

const LIGHT: Palette = Palette {
    accent: Color32::from_rgb(0x0b, 0x57, 0xb0),
    cell: Color32::from_rgb(0xe7, 0xe9, 0xed),
    cell_hovered: Color32::from_rgb(0xd8, 0xdd, 0xe5),
    selection: Color32::from_rgb(0x0b, 0x57, 0xb0),
    error: Color32::from_rgb(0xa8, 0x1d, 0x1d),
    warning: Color32::from_rgb(0x84, 0x54, 0x00),
    good: Color32::from_rgb(0x1c, 0x6b, 0x33),
    star: Color32::from_rgb(0xb8, 0x7a, 0x00),
    bar: Color32::from_rgb(0xa9, 0xc7, 0xec),
    error_fill: Color32::from_rgb(0xfb, 0xe3, 0xe1),
    info_fill: Color32::from_rgb(0xe1, 0xec, 0xfb),
    picture_background: Color32::from_rgb(0xe2, 0xe4, 0xe8),
    badge: Color32::from_rgba_premultiplied(0xd6, 0xd8, 0xdc, 0xe0),
    badge_text: Color32::from_rgb(0x1f, 0x24, 0x2b),
};

/// The colours of the theme that `visuals` shows.
pub fn palette(visuals: &Visuals) -> &'static Palette {
    if visuals.dark_mode { &DARK } else { &LIGHT }
}

/// The colour of a tag's name, after Danbooru's.
pub fn category_color(category: Category, visuals: &Visuals) -> Color32 {
    let (dark, light) = match category {
        Category::Artist => ((0xff, 0x8a, 0x8b), (0xa8, 0x12, 0x2a)),
        Category::Copyright => ((0xd3, 0x9b, 0xff), (0x74, 0x22, 0xb8)),
        Category::Character => ((0x5f, 0xd3, 0x7c), (0x0c, 0x6b, 0x2c)),
        Category::Species => ((0xf5, 0xa0, 0x66), (0x95, 0x41, 0x08)),
        Category::General => ((0x7c, 0xb7, 0xff), (0x0b, 0x57, 0xb0)),
        Category::Meta => ((0xea, 0xd0, 0x84), (0x76, 0x58, 0x00)),
        Category::Other => ((0xb8, 0xbc, 0xc4), (0x50, 0x55, 0x60)),
    };
    let (red, green, blue) = if visuals.dark_mode { dark } else { light };
    Color32::from_rgb(red, green, blue)
}

/// What parts of memory are told apart by, in rectangles and bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MemoryHue {
    Window,
    Pictures,
    Textures,
    Import,
    Engine,
    TagCache,
    Sqlite,
    Similarity,
    Accounting,
    General,
    Native,
    Driver,
    Files,
    Other,
    Unexplained,
}

impl MemoryHue {
    #[cfg(test)]
    const ALL: [Self; 15] = [
        Self::Window,
        Self::Pictures,
        Self::Textures,
        Self::Import,
        Self::Engine,
        Self::TagCache,
        Self::Sqlite,
        Self::Similarity,
        Self::Accounting,
        Self::General,
        Self::Native,
        Self::Driver,
        Self::Files,
        Self::Other,
        Self::Unexplained,
    ];
}

/// The fill of a part of memory; of the same lightness for all, so that
/// [`memory_text_color`] can be read on each.
pub fn memory_color(hue: MemoryHue, visuals: &Visuals) -> Color32 {
    let (dark, light) = match hue {
        MemoryHue::Window => (0x36_62_98, 0x9f_c7_fb),
        MemoryHue::Pictures => (0x8b_4f_21, 0xf0_b6_8f),
        MemoryHue::Textures => (0x7a_5b_01, 0xdd_c0_84),
        MemoryHue::Import => (0x00_72_68, 0x81_d6_cb),
        MemoryHue::Engine => (0x30_70_41, 0x9d_d4_a7),
        MemoryHue::TagCache => (0x69_52_90, 0xcc_b8_f4),
        MemoryHue::Sqlite => (0x00_6d_87, 0x83_d1_ea),
        MemoryHue::Similarity => (0x88_47_6d, 0xed_ae_d1),
        MemoryHue::Accounting => (0x59_68_1d, 0xbd_cd_8e),
        MemoryHue::General => (0x50_5b_99, 0xb4_c0_fc),
        MemoryHue::Native => (0x84_50_50, 0xee_b3_b1),
        MemoryHue::Driver => (0x54_62_71, 0xb6_c6_d7),
        MemoryHue::Files => (0x6e_5d_4b, 0xd3_c1_ac),
        MemoryHue::Other => (0x60_60_60, 0xc4_c4_c4),
        MemoryHue::Unexplained => (0xa1_38_35, 0xf7_af_a8),
    };
    let [_, red, green, blue] = u32::to_be_bytes(if visuals.dark_mode { dark } else { light });
    Color32::from_rgb(red, green, blue)
}

/// Of text on [`memory_color`].
pub fn memory_text_color(visuals: &Visuals) -> Color32 {
    if visuals.dark_mode {
        Color32::from_rgb(0xf2, 0xf4, 0xf7)
    } else {
        Color32::from_rgb(0x1f, 0x24, 0x2b)
    }
}

/// Sets both themes' styles and the options of the whole window; once, at start.
pub fn install(ctx: &egui::Context, choice: ThemeChoice) {
    for theme in [Theme::Dark, Theme::Light] {
        ctx.style_mut_of(theme, |style| adjust(style, theme));
    }
    ctx.set_theme(choice.preference());
    ctx.options_mut(|options| {
        options.reduce_texture_memory = true;
        options.zoom_with_keyboard = true;
    });
}

fn adjust(style: &mut egui::Style, theme: Theme) {
    let palette = match theme {
        Theme::Dark => &DARK,
        Theme::Light => &LIGHT,
    };
    let visuals = &mut style.visuals;
    // A blinking cursor would paint frames for ever.
    visuals.text_cursor.blink = false;
    visuals.hyperlink_color = palette.accent;
    visuals.error_fg_color = palette.error;
    visuals.warn_fg_color = palette.warning;
    visuals.selection.stroke = Stroke::new(1.0, palette.accent);
    match theme {
        Theme::Dark => {
            visuals.panel_fill = Color32::from_rgb(0x1a, 0x1b, 0x1e);
            visuals.window_fill = Color32::from_rgb(0x20, 0x22, 0x26);
            visuals.override_text_color = Some(Color32::from_rgb(0xdc, 0xdf, 0xe4));
            visuals.weak_text_color = Some(Color32::from_rgb(0x9a, 0xa0, 0xaa));
            visuals.selection.bg_fill = Color32::from_rgb(0x26, 0x48, 0x72);
        }
        Theme::Light => {
            visuals.panel_fill = Color32::from_rgb(0xf4, 0xf5, 0xf7);
            visuals.window_fill = Color32::WHITE;
            visuals.text_edit_bg_color = Some(Color32::WHITE);
            visuals.widgets.inactive.weak_bg_fill = Color32::from_rgb(0xe0, 0xe3, 0xe8);
            visuals.widgets.inactive.bg_stroke =
                Stroke::new(1.0, Color32::from_rgb(0xc4, 0xc9, 0xd1));
            visuals.override_text_color = Some(Color32::from_rgb(0x1f, 0x24, 0x2b));
            visuals.weak_text_color = Some(Color32::from_rgb(0x5a, 0x62, 0x6e));
            visuals.selection.bg_fill = Color32::from_rgb(0xc4, 0xdc, 0xfa);
        }
    }
    let rounding = CornerRadius::same(4);
    for widget in [
        &mut visuals.widgets.noninteractive,
        &mut visuals.widgets.inactive,
        &mut visuals.widgets.hovered,
        &mut visuals.widgets.active,
        &mut visuals.widgets.open,
    ] {
        widget.corner_radius = rounding;
    }
    style.spacing.item_spacing = vec2(GAP, 5.0);
    style.spacing.button_padding = vec2(8.0, 3.0);
    style.spacing.interact_size.y = 24.0;
    style.text_styles = [
        (TextStyle::Small, FontId::proportional(11.0)),
        (TextStyle::Body, FontId::proportional(13.5)),
        (TextStyle::Button, FontId::proportional(13.5)),
        (TextStyle::Heading, FontId::proportional(19.0)),
        (TextStyle::Monospace, FontId::monospace(12.5)),
    ]
    .into();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance as WCAG 2 defines it.
    fn luminance(color: Color32) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        let [red, green, blue, _] = color.to_array();
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    #[test]
    fn text_can_be_read_on_every_part_of_memory() {
        for visuals in [Visuals::dark(), Visuals::light()] {
            let text = luminance(memory_text_color(&visuals));
            for hue in MemoryHue::ALL {
                let fill = luminance(memory_color(hue, &visuals));
                let contrast = (text.max(fill) + 0.05) / (text.min(fill) + 0.05);
                assert!(contrast >= 4.5, "{hue:?}: {contrast}");
            }
        }
    }

    #[test]
    fn parts_of_memory_have_colours_of_their_own() {
        for visuals in [Visuals::dark(), Visuals::light()] {
            let colors: std::collections::HashSet<Color32> = MemoryHue::ALL
                .into_iter()
                .map(|hue| memory_color(hue, &visuals))
                .collect();
            assert_eq!(colors.len(), MemoryHue::ALL.len());
        }
    }
}
