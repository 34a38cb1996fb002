use crate::message::PostFact;
use crate::model::Rating;

/// What can be done in a grid, and with the posts that are selected in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GridCommand {
    /// Cells with this edge, points.
    SetSize(u32),
    Larger,
    Smaller,
    ToggleBadges,
    /// Whether a larger picture shows where the pointer rests.
    ToggleHoverPreview,
    /// Show a larger picture of the cell that the keyboard is at, or hide it.
    Peek,
    SelectAll,
    InvertSelection,
    SelectNothing,
    /// Open the menu of what is selected.
    OpenMenu,
    /// Ask for a number to go to.
    AskNumber,
    /// Go to the post of this index.
    GoTo(usize),
    /// `None` takes the rating away.
    Rate(Option<Rating>),
    ToggleFavorite,
    /// Ask whether their files are to go to the trash.
    AskTrash,
    /// The files that were asked about go to the trash.
    Trash,
    KeepFiles,
    /// Out of the library; their files stay.
    Remove,
    /// Copy a line about each.
    Copy(PostFact),
    /// The change that takes long.
    StopEdit,
    Undo,
    Redo,
}
