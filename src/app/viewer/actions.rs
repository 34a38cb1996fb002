//! What can be asked for by name while a post is open.

use super::camera::{Axis, Zoom};
use super::command::{Direction, ViewerCommand as V};
use crate::app::actions::{Action, Menu, Scope};
use crate::app::command::Command;

macro_rules! actions {
    ($($id:literal, $title:literal, $scope:ident, $menu:ident, $keys:expr, $command:expr;)*) => {
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
    "viewer.fit", "Fit the window", Viewer, View, ["0"], V::SetZoom(Zoom::Fit);
    "viewer.fit_width", "Fit the width", Viewer, View, ["W"], V::SetZoom(Zoom::Width);
    "viewer.real", "Real size", Viewer, View, ["Shift+0", "="], V::SetZoom(Zoom::Scale(1.0));
    "viewer.toggle_real", "Real size and back", Viewer, View, ["Z"], V::ToggleReal;
    "viewer.zoom_in", "Zoom in", Viewer, View, ["+"], V::ZoomBy(1);
    "viewer.zoom_out", "Zoom out", Viewer, View, ["-"], V::ZoomBy(-1);
    "viewer.left", "Left: pan, or the previous post", Viewer, View, ["Left"], V::Move(Direction::Left);
    "viewer.right", "Right: pan, or the next post", Viewer, View, ["Right"], V::Move(Direction::Right);
    "viewer.up", "Pan up", Viewer, View, ["Up"], V::Move(Direction::Up);
    "viewer.down", "Pan down", Viewer, View, ["Down"], V::Move(Direction::Down);
    "viewer.rotate", "Rotate the view right", Viewer, View, ["R"], V::Rotate(1);
    "viewer.rotate_back", "Rotate the view left", Viewer, View, ["Shift+R"], V::Rotate(-1);
    "viewer.mirror", "Mirror the view", Viewer, View, ["H"], V::Mirror(Axis::Horizontal);
    "viewer.flip", "Flip the view upside down", Viewer, View, ["Shift+H"], V::Mirror(Axis::Vertical);
    "viewer.reset", "Reset the view", Viewer, View, ["Shift+Z"], V::ResetView;
    "viewer.background", "Next background", Viewer, View, ["B"], V::NextBackground;
    "viewer.info", "Show information", Viewer, View, ["I"], V::ToggleInfo;
    "viewer.fullscreen", "Fullscreen", Window, View, ["F11"], V::ToggleFullscreen;
    "viewer.play", "Pause or go on", Viewer, Post, ["Space"], V::TogglePlaying;
    "viewer.frame_next", "Next frame", Viewer, Post, ["."], V::StepFrame(1);
    "viewer.frame_previous", "Previous frame", Viewer, Post, [","], V::StepFrame(-1);
    "viewer.faster", "Play faster", Viewer, Post, ["]"], V::ChangeSpeed(1);
    "viewer.slower", "Play slower", Viewer, Post, ["["], V::ChangeSpeed(-1);
    "viewer.slideshow", "Slideshow", Viewer, Post, ["F9"], V::ToggleSlideshow;
    "posts.compare", "Compare the two selected", Posts, Post, ["C"], V::CompareSelected;
    "viewer.compare", "Compare with the previous post", Viewer, Post, ["C"], V::CompareWithPrevious;
    "viewer.folder", "Show in file manager", Viewer, Post, ["Ctrl+Enter"], V::ShowInFolder;
    "viewer.open_with", "Open with another program", Viewer, Post, ["Ctrl+Shift+O"], V::OpenWith;
    "viewer.copy_picture", "Copy picture", Viewer, Post, ["Ctrl+Shift+C"], V::CopyPicture;
    "viewer.copy_path", "Copy path", Viewer, Post, [], V::CopyPath;
    "viewer.copy_md5", "Copy MD5", Viewer, Post, [], V::CopyMd5;
    "viewer.copy_tags", "Copy tags", Viewer, Post, [], V::CopyTags;
    "viewer.trash", "Send to trash…", Viewer, Post, ["Del"], V::AskTrash;
}
