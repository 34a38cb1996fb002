//! How pictures are looked at, whichever is open.

use crate::app::text;
use crate::message::WindowSettings;

/// What is behind a picture, and seen through it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Background {
    /// As the window's theme has it.
    #[default]
    Theme,
    Black,
    White,
    /// Squares, so that what is transparent can be told from what is gray.
    Checkerboard,
}

impl Background {
    pub const ALL: [Self; 4] = [Self::Theme, Self::Black, Self::White, Self::Checkerboard];

    pub fn name(self) -> &'static str {
        match self {
            Self::Theme => text::viewer::AS_THE_THEME,
            Self::Black => text::viewer::BLACK,
            Self::White => text::viewer::WHITE,
            Self::Checkerboard => text::viewer::CHECKERBOARD,
        }
    }

    /// As the settings name it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Theme => "theme",
            Self::Black => "black",
            Self::White => "white",
            Self::Checkerboard => "checkerboard",
        }
    }

    /// The one of this [`Self::key`].
    pub fn from_name(name: &str) -> Self {
        match name {
            "black" => Self::Black,
            "white" => Self::White,
            "checkerboard" => Self::Checkerboard,
            _ => Self::Theme,
        }
    }

    pub fn next(self) -> Self {
        let index = Self::ALL.iter().position(|it| *it == self).unwrap_or(0);
        Self::ALL[(index + 1) % Self::ALL.len()]
    }
}

/// What the settings say of looking at pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewerOptions {
    /// The wheel alone zooms; otherwise it goes to the next and the previous
    /// post, and zooms with Ctrl.
    pub wheel_zooms: bool,
    pub background: Background,
    /// How long a slideshow stays at a post, seconds.
    pub slideshow_secs: u64,
    pub slideshow_is_random: bool,
    /// After the last post comes the first.
    pub slideshow_loops: bool,
}

impl ViewerOptions {
    pub fn new(settings: &WindowSettings) -> Self {
        Self {
            wheel_zooms: settings.wheel_zooms,
            background: Background::from_name(&settings.picture_background),
            slideshow_secs: settings.slideshow_secs,
            slideshow_is_random: settings.slideshow_random,
            slideshow_loops: settings.slideshow_loop,
        }
    }
}

impl Default for ViewerOptions {
    fn default() -> Self {
        Self {
            wheel_zooms: true,
            background: Background::Theme,
            slideshow_secs: 5,
            slideshow_is_random: false,
            slideshow_loops: true,
        }
    }
}
