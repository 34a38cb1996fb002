/// What stands in the middle of the window while no post is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// The grid of what was searched.
    #[default]
    Posts,
    /// What is like a picture.
    Similar,
    /// Posts that may be the same picture.
    Duplicates,
    /// Everything that can be set.
    Settings,
    /// All actions and their keys.
    Keys,
    /// Every word of the query language.
    SearchHelp,
    /// What this program is and where its files are.
    About,
}
