/// Where a query is wrong, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (column {column})")]
pub struct SearchError {
    /// 1-based, in characters.
    pub column: usize,
    pub message: String,
    /// A whole query that would work, where one can be guessed.
    pub suggestion: Option<String>,
}
