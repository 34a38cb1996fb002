//! Other names of tags, each resolved to the tag that it stands for.

use super::names::Names;
use super::storage::Part;
use crate::memory::figures::count;
use crate::model::TagId;

/// Aliases are numbered in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    names: Names,
    /// By number.
    targets: Vec<u32>,
}

impl Aliases {
    /// Appends; [`Self::finish`] must follow.
    pub fn push(&mut self, alias: &str, tag: TagId) {
        self.names.push(TagId(self.targets.len() as u32), alias);
        self.targets.push(tag.0);
    }

    pub fn finish(&mut self) {
        self.names.finish();
        self.targets.shrink_to_fit();
    }

    /// Makes `alias` stand for `tag`, or for nothing.
    pub fn set(&mut self, alias: &str, tag: Option<TagId>) {
        match (self.names.find(alias), tag) {
            (Some(number), Some(tag)) => {
                if let Some(target) = self.targets.get_mut(number.index()) {
                    *target = tag.0;
                }
            }
            (Some(number), None) => self.names.insert(number, ""),
            (None, Some(tag)) => {
                self.names.insert(TagId(self.targets.len() as u32), alias);
                self.targets.push(tag.0);
            }
            (None, None) => {}
        }
    }

    /// Aliases of `from` stand for `into` now.
    pub fn redirect(&mut self, from: TagId, into: TagId) {
        for target in &mut self.targets {
            if *target == from.0 {
                *target = into.0;
            }
        }
    }

    pub fn find(&self, alias: &str) -> Option<TagId> {
        self.target(self.names.find(alias)?)
    }

    /// Calls `f` with the aliases that start with `prefix` and their tags.
    pub fn for_each_prefix(&self, prefix: &str, f: &mut dyn FnMut(&str, TagId)) {
        self.names.for_each_prefix(prefix, &mut |number| {
            if let (Some(alias), Some(tag)) = (self.names.get(number), self.target(number)) {
                f(alias, tag);
            }
        });
    }

    fn target(&self, number: TagId) -> Option<TagId> {
        self.targets.get(number.index()).copied().map(TagId)
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// What a snapshot holds of it once it is compact.
    pub fn parts(&self) -> Vec<&dyn Part> {
        let mut parts = self.names.parts().to_vec();
        parts.push(&self.targets);
        parts
    }

    pub fn parts_mut(&mut self) -> Vec<&mut dyn Part> {
        let mut parts: Vec<&mut dyn Part> = self.names.parts_mut().into_iter().collect();
        parts.push(&mut self.targets);
        parts
    }

    pub fn is_sound(&mut self) -> bool {
        self.names.is_sound()
    }

    pub fn compact(&mut self) {
        self.names.compact();
        self.targets.shrink_to_fit();
    }

    /// How [`Self::held_bytes`] comes about.
    pub fn formula(&self) -> String {
        format!(
            "{} + 4 B × {} tags that they stand for",
            self.names.formula(),
            count(self.targets.capacity())
        )
    }

    /// Bytes of heap.
    pub fn held_bytes(&self) -> usize {
        self.names.held_bytes() + 4 * self.targets.capacity()
    }
}
