//! The window: the only folder that names egui.
