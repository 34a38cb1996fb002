use super::{Edit, check_name};
use crate::library::error::EditError;
use crate::library::tag::KnownTag;
use crate::library::{LibraryError, tag, tag_alias, tag_implication};
use crate::model::{Category, TagId};

impl Edit<'_> {
    pub(super) fn rename_tag(&mut self, from: &str, to: &str) -> Result<(), EditError> {
        check_name(to)?;
        let known = self.tag(from)?;
        if from == to {
            return Ok(());
        }
        let name = || to.to_owned();
        if tag::by_name(self.conn, to)?.is_some() {
            return Err(LibraryError::TagExists { name: name() }.into());
        }
        if let Some(tag) = tag_alias::target(self.conn, to)? {
            // Its own former name is free for it.
            if tag != from {
                return Err(LibraryError::NameIsAlias { name: name(), tag }.into());
            }
            tag_alias::delete(self.conn, to)?;
            self.log.put_alias(name(), None);
        }
        self.rename(known.id, from, to)
    }

    pub(super) fn merge_tags(&mut self, from: &str, into: &str) -> Result<(), EditError> {
        self.tag(from)?;
        let into = tag_alias::canonical(self.conn, into)?;
        self.tag(&into)?;
        self.put_alias(from, &into)
    }

    pub(super) fn remove_tag(&mut self, name: &str) -> Result<(), EditError> {
        let known = self.tag(name)?;
        for alias in tag_alias::of_name(self.conn, name)? {
            self.log.put_alias(alias, None);
        }
        tag::delete(self.conn, known.id)?;
        self.retagged.insert(known.id, None);
        Ok(())
    }

    /// Of a tag, if there is one of this name.
    pub(super) fn set_known_category(
        &mut self,
        name: &str,
        category: Category,
    ) -> Result<(), EditError> {
        match tag::by_name(self.conn, name)? {
            Some(_) => self.set_category(name, category),
            None => Ok(()),
        }
    }

    pub(super) fn set_category(&mut self, name: &str, category: Category) -> Result<(), EditError> {
        let known = self.tag(name)?;
        if known.category != category {
            tag::set_category(self.conn, known.id, category)?;
            self.log_tag(known.id)?;
        }
        Ok(())
    }

    /// Nothing may have the name `to`. The old name becomes an alias.
    pub(super) fn rename(&mut self, id: TagId, from: &str, to: &str) -> Result<(), EditError> {
        tag::rename(self.conn, id, to)?;
        tag_alias::redirect(self.conn, from, to)?;
        tag_alias::put(self.conn, from, to)?;
        tag_implication::rename(self.conn, from, to)?;
        self.log_tag(id)?;
        // Those that waited for a tag of this name are among them.
        for alias in tag_alias::of_name(self.conn, to)? {
            self.log.put_alias(alias, Some(id));
        }
        Ok(())
    }

    /// A tag that must be there, by its own name.
    pub(super) fn tag(&self, name: &str) -> Result<KnownTag, EditError> {
        if let Some(known) = tag::by_name(self.conn, name)? {
            return Ok(known);
        }
        let name = name.to_owned();
        Err(match tag_alias::target(self.conn, &name)? {
            Some(tag) => LibraryError::NameIsAlias { name, tag },
            None => LibraryError::NoSuchTag { name },
        }
        .into())
    }

    fn log_tag(&mut self, id: TagId) -> rusqlite::Result<()> {
        if let Some(tag) = tag::by_id(self.conn, id)? {
            self.log.put_tag(tag);
        }
        Ok(())
    }
}
