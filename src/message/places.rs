//! Where pictures are: folders, roots and libraries.

/// What can be asked about places.
#[derive(Clone, Debug, PartialEq)]
pub enum PlaceRequest {}

/// What is told about places.
#[derive(Clone, Debug, PartialEq)]
pub enum PlaceEvent {}
