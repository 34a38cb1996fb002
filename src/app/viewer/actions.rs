//! What can be asked for by name while a post is open.

use super::camera::{Axis, Zoom};
use super::command::{Direction, ViewerCommand as V};
use crate::app::actions::{Action, Menu, Scope};
use crate::app::command::Command;
use crate::app::text;

macro_rules! actions {
    ($($id:literal, $title:expr, $scope:ident, $menu:ident, $keys:expr, $command:expr;)*) => {
        pub const ACTIONS: &[Action] = &[$(Action {
            id: $id,
            title: $title,
            scope: Scope::$scope,
            menu: Menu::$menu,
            keys: &$keys,
            command: || Command::Viewer($command),
        }),*];
    };
}

actions! {
    "viewer.fit", text::viewer::FIT_THE_WINDOW, Viewer, View, ["Shift+W"], V::SetZoom(Zoom::Fit);
    "viewer.fit_width", text::viewer::FIT_THE_WIDTH, Viewer, View, ["W"], V::SetZoom(Zoom::Width);
    "viewer.real", text::viewer::REAL_SIZE, Viewer, View, ["Shift+0", "="], V::SetZoom(Zoom::Scale(1.0));
    "viewer.toggle_real", text::viewer::REAL_SIZE_AND_BACK, Viewer, View, ["Z"], V::ToggleReal;
    "viewer.zoom_in", text::viewer::ZOOM_IN, Viewer, View, ["+"], V::ZoomBy(1);
    "viewer.zoom_out", text::viewer::ZOOM_OUT, Viewer, View, ["-"], V::ZoomBy(-1);
    "viewer.left", text::viewer::LEFT_PAN_OR_THE_PREVIOUS_POST, Viewer, View, ["Left"], V::Move(Direction::Left);
    "viewer.right", text::viewer::RIGHT_PAN_OR_THE_NEXT_POST, Viewer, View, ["Right"], V::Move(Direction::Right);
    "viewer.up", text::viewer::PAN_UP, Viewer, View, ["Up"], V::Move(Direction::Up);
    "viewer.down", text::viewer::PAN_DOWN, Viewer, View, ["Down"], V::Move(Direction::Down);
    "viewer.rotate", text::viewer::ROTATE_THE_VIEW_RIGHT, Viewer, View, ["R"], V::Rotate(1);
    "viewer.rotate_back", text::viewer::ROTATE_THE_VIEW_LEFT, Viewer, View, ["Shift+R"], V::Rotate(-1);
    "viewer.mirror", text::viewer::MIRROR_THE_VIEW, Viewer, View, ["H"], V::Mirror(Axis::Horizontal);
    "viewer.flip", text::viewer::FLIP_THE_VIEW_UPSIDE_DOWN, Viewer, View, ["Shift+H"], V::Mirror(Axis::Vertical);
    "viewer.reset", text::viewer::RESET_THE_VIEW, Viewer, View, ["Shift+Z"], V::ResetView;
    "viewer.background", text::viewer::NEXT_BACKGROUND, Viewer, View, ["B"], V::NextBackground;
    "viewer.info", text::viewer::SHOW_INFORMATION, Viewer, View, ["I"], V::ToggleInfo;
    "viewer.fullscreen", text::viewer::FULLSCREEN, Window, View, ["F11"], V::ToggleFullscreen;
    "viewer.play", text::viewer::PAUSE_OR_GO_ON, Viewer, Post, ["Space"], V::TogglePlaying;
    "viewer.frame_next", text::viewer::NEXT_FRAME, Viewer, Post, ["."], V::StepFrame(1);
    "viewer.frame_previous", text::viewer::PREVIOUS_FRAME, Viewer, Post, [","], V::StepFrame(-1);
    "viewer.faster", text::viewer::PLAY_FASTER, Viewer, Post, ["]"], V::ChangeSpeed(1);
    "viewer.slower", text::viewer::PLAY_SLOWER, Viewer, Post, ["["], V::ChangeSpeed(-1);
    "viewer.slideshow", text::viewer::SLIDESHOW, Viewer, Post, ["F9"], V::ToggleSlideshow;
    "posts.compare", text::viewer::COMPARE_THE_TWO_SELECTED, Posts, Post, ["C"], V::CompareSelected;
    "viewer.compare", text::viewer::COMPARE_WITH_THE_PREVIOUS_POST, Viewer, Post, ["C"], V::CompareWithPrevious;
    "viewer.folder", text::viewer::SHOW_IN_FILE_MANAGER, Viewer, Post, ["Ctrl+Enter"], V::ShowInFolder;
    "viewer.open_with", text::viewer::OPEN_WITH_ANOTHER_PROGRAM, Viewer, Post, ["Ctrl+Shift+O"], V::OpenWith;
    "viewer.copy_picture", text::viewer::COPY_PICTURE, Viewer, Post, ["Ctrl+Alt+C"], V::CopyPicture;
    "viewer.trash", text::viewer::SEND_TO_TRASH, Viewer, Post, ["Del"], V::AskTrash;
}
