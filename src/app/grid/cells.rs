use crate::app::command::Command;
use crate::app::search::Results;
use crate::app::text;
use crate::model::PostId;

/// A list of posts that a grid can show.
pub trait Cells {
    /// How many cells there are, whether their posts have come or not.
    fn len(&self) -> usize;

    fn get(&self, index: usize) -> Option<PostId>;

    /// Where `post` is; `hint` is looked at first.
    fn position(&self, post: PostId, hint: usize) -> Option<usize>;

    /// The whole list for screen readers.
    fn title(&self) -> String;

    /// How alike it is to what is looked for, in a corner of the cell.
    fn score(&self, _index: usize) -> Option<String> {
        None
    }

    /// More about a cell, for its tooltip.
    fn hint(&self, _index: usize) -> Option<String> {
        None
    }

    /// What a click on a cell does.
    fn open(&self, index: usize) -> Command;
}

impl Cells for Results {
    fn len(&self) -> usize {
        Self::len(self)
    }

    fn get(&self, index: usize) -> Option<PostId> {
        Self::get(self, index)
    }

    fn position(&self, post: PostId, hint: usize) -> Option<usize> {
        Self::position(self, post, hint)
    }

    fn title(&self) -> String {
        text::grid::results(self.total())
    }

    fn open(&self, index: usize) -> Command {
        Command::Open(index)
    }
}
