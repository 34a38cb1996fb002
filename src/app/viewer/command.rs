use crate::app::duplicates::Look;

use super::camera::{Axis, Zoom};
use super::options::Background;

/// Everything that can be done with an open post.
#[derive(Clone, Debug, PartialEq)]
pub enum ViewerCommand {
    SetZoom(Zoom),
    /// Larger by so many steps, or smaller.
    ZoomBy(i8),
    /// All of it, or its real size.
    ToggleReal,
    /// Part of a picture that is larger than the window; the neighbour of one
    /// that is not.
    Move(Direction),
    /// By quarters clockwise.
    Rotate(i8),
    Mirror(Axis),
    /// Upright and all of it.
    ResetView,
    SetBackground(Background),
    NextBackground,
    ToggleInfo,
    ToggleFullscreen,
    /// Pause an animation, or go on with it; elsewhere a slideshow's.
    TogglePlaying,
    /// A frame of an animation forward or back.
    StepFrame(i8),
    /// An animation quicker by so many steps, or slower.
    ChangeSpeed(i8),
    ToggleSlideshow,
    ToggleRandom,
    ToggleLoop,
    SetInterval(u64),
    /// Show the two selected posts side by side.
    CompareSelected,
    /// The open post beside the one before it in its list.
    CompareWithPrevious,
    CompareBy(Look),
    CloseCompare,
    ShowInFolder,
    OpenWith,
    CopyPicture,
    CopyPath,
    CopyMd5,
    CopyTags,
    /// Ask whether the file goes to the trash.
    AskTrash,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Left,
    Right,
    Up,
    Down,
}
