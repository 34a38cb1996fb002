//! Whether text can be read, by the rules of WCAG 2.

use std::collections::HashSet;

use super::*;

/// Of text that is not large: AA, and AAA where the theme promises that.
const LEAST: f64 = 4.5;
const LEAST_HIGH: f64 = 7.0;

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

fn contrast(text: Color32, ground: Color32) -> f64 {
    let (text, ground) = (luminance(text), luminance(ground));
    (text.max(ground) + 0.05) / (text.min(ground) + 0.05)
}

fn least(palette: &Palette) -> f64 {
    if [CONTRAST, CONTRAST_LIGHT].contains(palette) {
        LEAST_HIGH
    } else {
        LEAST
    }
}

/// `over` on an opaque `ground`.
fn blended(over: Color32, ground: Color32) -> Color32 {
    ground.blend(over)
}

#[test]
fn text_can_be_read_on_every_ground() {
    for palette in PALETTES {
        let Palette {
            ground,
            window,
            field,
            text,
            weak_text,
            button,
            button_hovered,
            selection_fill,
            accent,
            cell,
            cell_hovered,
            error,
            warning,
            good,
            error_fill,
            info_fill,
            picture_background,
            badge,
            badge_text,
            ..
        } = *palette;
        let plain = [ground, window, field, cell, picture_background];
        let mut pairs = Vec::new();
        for ground in plain {
            for text in [text, weak_text, accent, error, warning, good] {
                pairs.push((text, ground));
            }
        }
        for ground in [
            button,
            button_hovered,
            selection_fill,
            cell_hovered,
            error_fill,
            info_fill,
        ] {
            pairs.push((text, ground));
        }
        for picture in [Color32::BLACK, Color32::WHITE] {
            pairs.push((badge_text, blended(badge, picture)));
        }
        pairs.push((error, error_fill));
        for category in Category::ALL {
            for ground in [ground, window] {
                pairs.push((category_color_of(category, palette), ground));
            }
        }
        for (text, on) in pairs {
            let contrast = contrast(text, on);
            assert!(
                contrast >= least(palette),
                "{text:?} on {on:?} of {ground:?}: {contrast:.2}"
            );
        }
    }
}

#[test]
fn lines_of_high_contrast_can_be_seen() {
    for palette in [CONTRAST, CONTRAST_LIGHT] {
        for line in [palette.line, palette.line_hovered, palette.selection] {
            for ground in [palette.ground, palette.cell, palette.cell_hovered] {
                let contrast = contrast(line, ground);
                assert!(contrast >= 3.0, "{line:?} on {ground:?}: {contrast:.2}");
            }
        }
        assert!(contrast(palette.rail, palette.ground) >= 3.0);
        assert!(contrast(palette.text, palette.check) >= 7.0);
        assert!(contrast(palette.line, palette.check) >= 3.0);
        assert!(contrast(palette.accent, palette.ground) >= 3.0);
        assert!(contrast(palette.star, palette.ground) >= 3.0);
    }
}

#[test]
fn text_can_be_read_on_every_part_of_memory() {
    for palette in PALETTES {
        let text = memory_text_color_of(palette);
        for hue in MemoryHue::ALL {
            let contrast = contrast(text, memory_color_of(hue, palette));
            assert!(contrast >= least(palette), "{hue:?}: {contrast}");
        }
    }
}

#[test]
fn parts_of_memory_have_colours_of_their_own() {
    for palette in PALETTES {
        let colors: HashSet<Color32> = MemoryHue::ALL
            .into_iter()
            .map(|hue| memory_color_of(hue, palette))
            .collect();
        assert_eq!(colors.len(), MemoryHue::ALL.len());
    }
}

#[test]
fn a_theme_is_known_by_what_it_shows() {
    let ctx = egui::Context::default();
    for (choice, palette_of_it) in [
        (ThemeChoice::Light, &LIGHT),
        (ThemeChoice::HighContrast, &CONTRAST),
        (ThemeChoice::HighContrastLight, &CONTRAST_LIGHT),
        (ThemeChoice::Dark, &DARK),
    ] {
        install(&ctx, choice);
        assert_eq!(palette(&ctx.global_style().visuals), palette_of_it);
        assert_eq!(ThemeChoice::named(choice.name()), choice);
    }
    assert_eq!(ThemeChoice::named("pink"), ThemeChoice::System);
}
