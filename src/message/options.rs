//! What can be set.

/// What can be asked about settings.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingsRequest {}

/// What is told about settings.
#[derive(Clone, Debug, PartialEq)]
pub enum SettingsEvent {}
