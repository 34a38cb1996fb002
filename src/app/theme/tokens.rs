//! Every colour, size and distance of the window.

use eframe::egui::Color32;

use crate::model::Category;

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
/// What the strip has above and below its cells, points.
pub const STRIP_AROUND: f32 = 44.0;
/// What an open picture has of the window's height at least, before the strip goes and
/// then the facts below the picture.
pub const PICTURE_LEAST_SHARE: f32 = 0.5;
/// Facts below a picture are worth no less than this, points.
pub const DETAILS_LEAST_HEIGHT: f32 = 80.0;
/// Height of the bar above an open picture, in one row, points.
pub const VIEWER_BAR_HEIGHT: f32 = 34.0;
/// A page of text lower than this begins at its top, points.
pub const LOW_PAGE_HEIGHT: f32 = 360.0;
/// A window narrower than this has room for one thing beside another only below it, points.
pub const NARROW_WIDTH: f32 = 800.0;
/// In a window narrower than this the bar has room for the search and little else, points.
pub const NARROWEST_WIDTH: f32 = 400.0;
/// What the search bar has at least before buttons beside it go, points.
pub const SEARCH_LEAST_WIDTH: f32 = 150.0;
/// Where nothing is left that could go, points.
pub const SEARCH_NARROWEST_WIDTH: f32 = 80.0;
/// A star's tips from its middle, and the width of a button that shows one, points.
pub const STAR_RADIUS: f32 = 7.0;
pub const STAR_BUTTON_WIDTH: f32 = 28.0;
pub const TABLE_ROW_HEIGHT: f32 = 22.0;
/// Between things that belong together, and between groups.
pub const GAP: f32 = 6.0;
pub const GAP_LARGE: f32 = 14.0;
/// Between figures in one line.
pub const GAP_FIGURES: f32 = 12.0;

/// Sizes of text, points.
pub const TEXT_SMALL: f32 = 11.0;
pub const TEXT_BODY: f32 = 13.5;
pub const TEXT_HEADING: f32 = 19.0;
pub const TEXT_MONOSPACE: f32 = 12.5;
/// Height of what can be clicked, and between a button's border and its text, points.
pub const BUTTON_HEIGHT: f32 = 24.0;
pub const BUTTON_PADDING: [f32; 2] = [8.0, 3.0];
pub const GAP_ROWS: f32 = 5.0;
/// Behind dark pictures on dark cells, and light ones on light cells.
pub const GROUND_BEHIND_DARK: Color32 = Color32::from_gray(0xc0);
pub const GROUND_BEHIND_LIGHT: Color32 = Color32::from_gray(0x60);
/// Nearer to their cells, pictures get a ground; of 1.
pub const LEAST_SHADE_APART: f32 = 0.18;
pub const WIDGET_ROUNDING: u8 = 4;
/// Of the border of what has the focus, points.
pub const FOCUS_WIDTH: f32 = 1.5;
/// Between choices of which one counts, points.
pub const GAP_CHOICES: f32 = 14.0;
/// Width of pages of text and fields, points.
pub const PAGE_WIDTH: f32 = 860.0;
/// Of a field on such a page, points.
pub const FIELD_WIDTH: f32 = 260.0;

/// The colours of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// Of panels; no two themes have the same.
    pub ground: Color32,
    /// Of what stands over panels: menus, tooltips.
    pub window: Color32,
    /// Of what is typed into.
    pub field: Color32,
    pub text: Color32,
    pub weak_text: Color32,
    pub button: Color32,
    /// Of what a slider runs on.
    pub rail: Color32,
    /// Inside boxes that are ticked.
    pub check: Color32,
    pub button_hovered: Color32,
    /// Around what can be pressed, and between parts.
    pub line: Color32,
    pub line_hovered: Color32,
    /// Behind what is selected.
    pub selection_fill: Color32,
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

pub const DARK: Palette = Palette {
    ground: Color32::from_rgb(0x1a, 0x1b, 0x1e),
    window: Color32::from_rgb(0x20, 0x22, 0x26),
    field: Color32::from_rgb(0x12, 0x13, 0x15),
    text: Color32::from_rgb(0xdc, 0xdf, 0xe4),
    weak_text: Color32::from_rgb(0x9a, 0xa0, 0xaa),
    button: Color32::from_rgb(0x33, 0x36, 0x3c),
    rail: Color32::from_rgb(0x3c, 0x3f, 0x46),
    check: Color32::from_rgb(0x3c, 0x3f, 0x46),
    button_hovered: Color32::from_rgb(0x41, 0x45, 0x4d),
    line: Color32::from_rgb(0x3a, 0x3d, 0x44),
    line_hovered: Color32::from_rgb(0x8a, 0x90, 0x9a),
    selection_fill: Color32::from_rgb(0x26, 0x48, 0x72),
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

pub const LIGHT: Palette = Palette {
    ground: Color32::from_rgb(0xf4, 0xf5, 0xf7),
    window: Color32::WHITE,
    field: Color32::WHITE,
    text: Color32::from_rgb(0x1f, 0x24, 0x2b),
    weak_text: Color32::from_rgb(0x5a, 0x62, 0x6e),
    button: Color32::from_rgb(0xe0, 0xe3, 0xe8),
    rail: Color32::from_rgb(0xd6, 0xda, 0xe1),
    check: Color32::from_rgb(0xd6, 0xda, 0xe1),
    button_hovered: Color32::from_rgb(0xd2, 0xd7, 0xdf),
    line: Color32::from_rgb(0xc4, 0xc9, 0xd1),
    line_hovered: Color32::from_rgb(0x6b, 0x73, 0x80),
    selection_fill: Color32::from_rgb(0xc4, 0xdc, 0xfa),
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

/// Text of at least 7:1, and lines of at least 3:1, on black.
pub const CONTRAST: Palette = Palette {
    ground: Color32::BLACK,
    window: Color32::BLACK,
    field: Color32::BLACK,
    text: Color32::WHITE,
    weak_text: Color32::from_rgb(0xd8, 0xdc, 0xe2),
    button: Color32::from_rgb(0x10, 0x10, 0x12),
    rail: Color32::from_rgb(0x6a, 0x70, 0x78),
    check: Color32::BLACK,
    button_hovered: Color32::from_rgb(0x30, 0x34, 0x3c),
    line: Color32::from_rgb(0xc8, 0xcd, 0xd6),
    line_hovered: Color32::WHITE,
    selection_fill: Color32::from_rgb(0x00, 0x3a, 0x80),
    accent: Color32::from_rgb(0x8c, 0xd0, 0xff),
    cell: Color32::from_rgb(0x0c, 0x0c, 0x0e),
    cell_hovered: Color32::from_rgb(0x26, 0x2a, 0x32),
    selection: Color32::from_rgb(0xff, 0xe0, 0x40),
    error: Color32::from_rgb(0xff, 0xa8, 0xa0),
    warning: Color32::from_rgb(0xff, 0xd4, 0x66),
    good: Color32::from_rgb(0xa0, 0xf0, 0xb4),
    star: Color32::from_rgb(0xff, 0xe0, 0x40),
    bar: Color32::from_rgb(0x00, 0x4a, 0xa0),
    error_fill: Color32::from_rgb(0x40, 0x00, 0x00),
    info_fill: Color32::from_rgb(0x00, 0x20, 0x48),
    picture_background: Color32::BLACK,
    badge: Color32::from_rgb(0x00, 0x00, 0x00),
    badge_text: Color32::WHITE,
};

/// The same on white.
pub const CONTRAST_LIGHT: Palette = Palette {
    ground: Color32::WHITE,
    window: Color32::WHITE,
    field: Color32::WHITE,
    text: Color32::BLACK,
    weak_text: Color32::from_rgb(0x36, 0x3b, 0x42),
    button: Color32::from_rgb(0xf4, 0xf5, 0xf7),
    rail: Color32::from_rgb(0x90, 0x93, 0x96),
    check: Color32::WHITE,
    button_hovered: Color32::from_rgb(0xd8, 0xdd, 0xe4),
    line: Color32::from_rgb(0x4a, 0x50, 0x58),
    line_hovered: Color32::BLACK,
    selection_fill: Color32::from_rgb(0xb4, 0xd6, 0xff),
    accent: Color32::from_rgb(0x00, 0x3c, 0x8c),
    cell: Color32::from_rgb(0xf6, 0xf7, 0xf9),
    cell_hovered: Color32::from_rgb(0xdc, 0xe2, 0xea),
    selection: Color32::from_rgb(0x00, 0x3c, 0xa8),
    error: Color32::from_rgb(0x8a, 0x00, 0x00),
    warning: Color32::from_rgb(0x66, 0x3a, 0x00),
    good: Color32::from_rgb(0x00, 0x50, 0x1c),
    star: Color32::from_rgb(0x8a, 0x4c, 0x00),
    bar: Color32::from_rgb(0x8c, 0xc0, 0xff),
    error_fill: Color32::from_rgb(0xff, 0xe6, 0xe4),
    info_fill: Color32::from_rgb(0xe2, 0xee, 0xff),
    picture_background: Color32::WHITE,
    badge: Color32::WHITE,
    badge_text: Color32::BLACK,
};

/// All themes' colours.
pub const PALETTES: [&Palette; 4] = [&DARK, &LIGHT, &CONTRAST, &CONTRAST_LIGHT];

/// The colour of a tag's name, after Danbooru's.
pub fn category_color_of(category: Category, palette: &Palette) -> Color32 {
    let (dark, light, dim) = match category {
        Category::Artist => (0xff_8a_8b, 0xa8_12_2a, 0x8c_0a_20),
        Category::Copyright => (0xd3_9b_ff, 0x74_22_b8, 0x5e_1a_9a),
        Category::Character => (0x5f_d3_7c, 0x0c_6b_2c, 0x00_50_20),
        Category::Species => (0xf5_a0_66, 0x95_41_08, 0x74_30_00),
        Category::General => (0x7c_b7_ff, 0x0b_57_b0, 0x00_40_8c),
        Category::Meta => (0xea_d0_84, 0x76_58_00, 0x56_40_00),
        Category::Other => (0xb8_bc_c4, 0x50_55_60, 0x3c_40_48),
    };
    let color: u32 = if *palette == LIGHT {
        light
    } else if *palette == CONTRAST_LIGHT {
        dim
    } else {
        dark
    };
    let [_, red, green, blue] = color.to_be_bytes();
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
    pub const ALL: [Self; 15] = [
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
/// [`memory_text_color_of`] can be read on each.
pub fn memory_color_of(hue: MemoryHue, palette: &Palette) -> Color32 {
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
    let [_, red, green, blue] = u32::to_be_bytes(if *palette == DARK { dark } else { light });
    Color32::from_rgb(red, green, blue)
}

/// Of text on [`memory_color_of`].
pub fn memory_text_color_of(palette: &Palette) -> Color32 {
    if *palette == DARK {
        Color32::from_rgb(0xf2, 0xf4, 0xf7)
    } else if *palette == LIGHT {
        LIGHT.text
    } else {
        Color32::BLACK
    }
}
