//! What can be set: what the window shows of it, and asks to have changed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Notice;

/// What can be asked about settings.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingsRequest {
    /// Everything that can be set; answered by [`SettingsEvent::List`].
    List,
    /// Set something and remember it; answered by [`SettingsEvent::List`], or by
    /// [`SettingsEvent::Refused`].
    Set { name: String, value: SettingValue },
    /// Set it as it is by default.
    Reset { name: String },
    /// Start an action by these keys; by its own where that is `None`.
    SetKeys {
        action: String,
        keys: Option<Vec<String>>,
    },
    /// Start every action by its own keys.
    ResetKeys,
    /// Use what the file says now, where that can be read; answered by
    /// [`SettingsEvent::List`].
    ReadFile,
}

/// What is told about settings.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingsEvent {
    List(Box<SettingsList>),
    /// Nothing was set; why, and what can be.
    Refused {
        name: String,
        reason: String,
    },
}

/// Everything that can be set, and the file that it stands in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SettingsList {
    pub path: PathBuf,
    pub settings: Vec<Setting>,
    pub window: WindowSettings,
    /// What stands in the file and has no effect: unknown names, values that can't be.
    pub problems: Vec<Notice>,
}

/// Settings that only the window has a use for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowSettings {
    /// One of the names of a theme.
    pub theme: String,
    /// Size of everything, percent.
    pub ui_scale: u64,
    /// The user's keys by the action's id, in the place of its own.
    pub keys: BTreeMap<String, Vec<String>>,
    /// Edge of a cell of the grid, points.
    pub thumbnail_size: u64,
    pub badges: bool,
    pub hover_preview: bool,
    /// The wheel alone zooms an open picture.
    pub wheel_zooms: bool,
    /// The name of what is behind an open picture.
    pub picture_background: String,
    pub slideshow_secs: u64,
    pub slideshow_random: bool,
    pub slideshow_loop: bool,
}

impl Default for WindowSettings {
    fn default() -> Self {
        Self {
            theme: "system".to_owned(),
            ui_scale: 100,
            keys: BTreeMap::new(),
            thumbnail_size: 168,
            badges: true,
            hover_preview: true,
            wheel_zooms: true,
            picture_background: "theme".to_owned(),
            slideshow_secs: 5,
            slideshow_random: false,
            slideshow_loop: true,
        }
    }
}

/// One thing that can be set.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// As the file names it.
    pub name: &'static str,
    /// What it means.
    pub what: &'static str,
    pub group: SettingGroup,
    pub unit: SettingUnit,
    pub editor: SettingEditor,
    pub value: SettingValue,
    pub default: SettingValue,
    pub applies: SettingApplies,
    /// What it costs, in words, where that is not its value.
    pub cost: Option<&'static str>,
}

/// What a setting belongs to; the page is divided by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SettingGroup {
    #[default]
    Window,
    Memory,
    Similarity,
    Model,
    Worker,
}

impl SettingGroup {
    pub const ALL: [Self; 5] = [
        Self::Window,
        Self::Memory,
        Self::Similarity,
        Self::Model,
        Self::Worker,
    ];
}

/// Of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SettingUnit {
    #[default]
    None,
    Megabytes,
    Seconds,
    Pixels,
    Percent,
    Points,
}

/// When a change of a setting begins to count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SettingApplies {
    #[default]
    AtOnce,
    /// Where the library is opened the next time.
    AtNextStart,
    /// Where an index is built the next time.
    AtNextIndex,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingValue {
    Number(u64),
    Switch(bool),
    Text(String),
    /// As people write it: words or numbers with commas between, or one of several
    /// kinds. What the file would have is understood too.
    Typed(String),
}

/// What a value may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingEditor {
    /// A whole number, both ends included.
    Number {
        least: u64,
        most: u64,
    },
    Switch,
    /// One of these.
    Choice(&'static [&'static str]),
    Text,
    /// What is to be written, in words.
    Typed(String),
}
