//! Pictures as they are looked at closely: parts of them, animations, what comes next.

/// What can be asked about pictures, beside [`super::Request::Picture`].
#[derive(Clone, Debug, PartialEq)]
pub enum ShowRequest {}

/// What is told about pictures.
#[derive(Debug)]
pub enum ShowEvent {}
