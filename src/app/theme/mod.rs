//! How the window looks: themes, and what egui's own style has of them.

#[cfg(test)]
mod contrast_tests;
mod tokens;

pub use tokens::*;

use eframe::egui::{
    self, Color32, CornerRadius, FontId, Response, Slider, Stroke, TextStyle, Theme,
    ThemePreference, Ui, Visuals, vec2,
};

use crate::model::Category;

/// Light, dark, as the desktop says, or easiest to read on black or on white.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    #[default]
    System,
    Light,
    Dark,
    HighContrast,
    HighContrastLight,
}

impl ThemeChoice {
    pub const ALL: [Self; 5] = [
        Self::System,
        Self::Light,
        Self::Dark,
        Self::HighContrast,
        Self::HighContrastLight,
    ];

    /// As the settings name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
            Self::HighContrast => "high_contrast",
            Self::HighContrastLight => "high_contrast_light",
        }
    }

    /// The one of this name, else as the desktop says.
    pub fn named(name: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|it| it.name() == name).unwrap_or_default()
    }

    fn preference(self) -> ThemePreference {
        match self {
            Self::System => ThemePreference::System,
            Self::Light | Self::HighContrastLight => ThemePreference::Light,
            Self::Dark | Self::HighContrast => ThemePreference::Dark,
        }
    }
}

/// The colours of the theme that `visuals` shows.
pub fn palette(visuals: &Visuals) -> &'static Palette {
    let by_ground = PALETTES
        .into_iter()
        .find(|it| it.ground == visuals.panel_fill);
    by_ground.unwrap_or(if visuals.dark_mode { &DARK } else { &LIGHT })
}

/// The colour of a tag's name.
pub fn category_color(category: Category, visuals: &Visuals) -> Color32 {
    category_color_of(category, palette(visuals))
}

/// The fill of a part of memory.
pub fn memory_color(hue: MemoryHue, visuals: &Visuals) -> Color32 {
    memory_color_of(hue, palette(visuals))
}

/// Of text on [`memory_color`].
pub fn memory_text_color(visuals: &Visuals) -> Color32 {
    memory_text_color_of(palette(visuals))
}

/// Shows the window in a theme from the next frame on.
pub fn install(ctx: &egui::Context, choice: ThemeChoice) {
    let (dark, light) = match choice {
        ThemeChoice::HighContrast | ThemeChoice::HighContrastLight => (&CONTRAST, &CONTRAST_LIGHT),
        ThemeChoice::System | ThemeChoice::Light | ThemeChoice::Dark => (&DARK, &LIGHT),
    };
    for (theme, palette) in [(Theme::Dark, dark), (Theme::Light, light)] {
        ctx.style_mut_of(theme, |style| adjust(style, palette));
    }
    ctx.set_theme(choice.preference());
    ctx.options_mut(|options| {
        options.reduce_texture_memory = true;
        // By keys that can be changed instead, and kept.
        options.zoom_with_keyboard = false;
    });
}

/// What a slider runs on is told from the ground by its colour, a box by its border.
pub fn slider_ui(ui: &mut Ui, slider: Slider<'_>) -> Response {
    let Palette { rail, accent, .. } = *palette(ui.visuals());
    ui.scope(|ui| {
        let visuals = ui.visuals_mut();
        visuals.widgets.inactive.bg_fill = rail;
        // Around the handle, while it has the focus.
        visuals.widgets.active.fg_stroke = Stroke::new(FOCUS_WIDTH + 0.5, accent);
        ui.add(slider)
    })
    .inner
}

/// Around what has the focus of the keyboard.
pub fn focus_ring(ui: &Ui, rect: egui::Rect) {
    let stroke = Stroke::new(FOCUS_WIDTH, palette(ui.visuals()).accent);
    let inside = egui::StrokeKind::Inside;
    ui.painter()
        .rect_stroke(rect, WIDGET_ROUNDING, stroke, inside);
}

/// Behind a picture that is as light as its cell, and that one can see through: its
/// lines could not be seen otherwise.
pub fn ground_behind(shade: Option<f32>, visuals: &Visuals) -> Option<Color32> {
    let palette = palette(visuals);
    let cell = f32::from(palette.cell.g()) / 255.0;
    let ground = if visuals.dark_mode {
        GROUND_BEHIND_DARK
    } else {
        GROUND_BEHIND_LIGHT
    };
    ((shade? - cell).abs() < LEAST_SHADE_APART).then_some(ground)
}

/// Shows everything in this size from the next frame on.
pub fn scale(ctx: &egui::Context, percent: u64) {
    ctx.set_zoom_factor(percent.clamp(100, 300) as f32 / 100.0);
}

fn adjust(style: &mut egui::Style, palette: &Palette) {
    let visuals = &mut style.visuals;
    // A blinking cursor would paint frames for ever.
    visuals.text_cursor.blink = false;
    // A broader one lies over the end of the letter before it.
    visuals.text_cursor.stroke.width = 1.0;
    visuals.hyperlink_color = palette.accent;
    visuals.error_fg_color = palette.error;
    visuals.warn_fg_color = palette.warning;
    visuals.panel_fill = palette.ground;
    visuals.window_fill = palette.window;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.text_edit_bg_color = Some(palette.field);
    visuals.extreme_bg_color = palette.field;
    visuals.override_text_color = Some(palette.text);
    visuals.weak_text_color = Some(palette.weak_text);
    visuals.selection.bg_fill = palette.selection_fill;
    visuals.selection.stroke = Stroke::new(1.0, palette.accent);
    let widgets = &mut visuals.widgets;
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, palette.line);
    widgets.inactive.weak_bg_fill = palette.button;
    widgets.inactive.bg_fill = palette.check;
    widgets.inactive.bg_stroke = Stroke::new(1.0, palette.line);
    for widget in [&mut widgets.hovered, &mut widgets.active, &mut widgets.open] {
        widget.weak_bg_fill = palette.button_hovered;
        widget.bg_fill = palette.button_hovered;
        widget.bg_stroke = Stroke::new(1.0, palette.line_hovered);
    }
    // Of what has the focus.
    widgets.active.bg_stroke = Stroke::new(FOCUS_WIDTH, palette.accent);
    let rounding = CornerRadius::same(WIDGET_ROUNDING);
    for widget in [
        &mut widgets.noninteractive,
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.active,
        &mut widgets.open,
    ] {
        widget.corner_radius = rounding;
        // Of ticks, arrows and handles.
        widget.fg_stroke.color = palette.text;
    }
    let [padding_x, padding_y] = BUTTON_PADDING;
    style.spacing.item_spacing = vec2(GAP, GAP_ROWS);
    style.spacing.button_padding = vec2(padding_x, padding_y);
    style.spacing.interact_size.y = BUTTON_HEIGHT;
    // Beside what is scrolled, not over it.
    style.spacing.scroll.floating_allocated_width = style.spacing.scroll.bar_width;
    style.text_styles = [
        (TextStyle::Small, FontId::proportional(TEXT_SMALL)),
        (TextStyle::Body, FontId::proportional(TEXT_BODY)),
        (TextStyle::Button, FontId::proportional(TEXT_BODY)),
        (TextStyle::Heading, FontId::proportional(TEXT_HEADING)),
        (TextStyle::Monospace, FontId::monospace(TEXT_MONOSPACE)),
    ]
    .into();
}
